//! Programs that burn CPU and hold memory.

use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, Body, ExitStatus, Pid, Process, Signal, Step};
use super::super::super::text;
use super::super::filter::lines;
use super::super::{Options, Program, Run, become_program};
use crate::base::{Duration, List as _, Time};

/// `stress`: workers that burn CPU or hold memory.
#[derive(Debug, Clone)]
pub struct Hog {
    /// CPU time to burn in all, in thousandths of a CPU.
    workers: u64,
    /// Bytes to hold.
    bytes: u64,
    /// Microseconds to rest while it holds them; none where it computes.
    rest_us: Option<u64>,
    rested: bool,
    /// Whether it is the parent, which waits.
    parent: bool,
    until: Option<Time>,
    started: Time,
}

pub fn start(run: &mut Run<'_>, o: &Options) -> Step {
    let (mut cpu, mut vm, mut bytes, mut until, mut io, mut rest_us) = (0u64, 0u64, 256u64 << 20, None, 0u64, None);
    // The `stress` of the CPU tutorial is another program, which takes its flags with one dash.
    let go = o.rest.iter().any(|a| a.len() > 2 && a.starts_with('-') && !a.starts_with("--"));
    let mut it = o.rest.iter();
    while let Some(a) = it.next() {
        let (name, inline) = a.split_once('=').map_or((a.as_str(), None), |(n, v)| (n, Some(v.to_string())));
        let mut value = || inline.clone().or_else(|| it.next().cloned()).unwrap_or_default();
        match name {
            "-c" | "--cpu" | "-cpus" => cpu = value().parse().unwrap_or(1),
            "-m" | "--vm" => vm = value().parse().unwrap_or(1),
            "-i" | "--io" | "-d" | "--hdd" => io = value().parse().unwrap_or(1),
            "-mem-total" => {
                vm = vm.max(1);
                bytes = lines::size(value().trim_end_matches('i')).unwrap_or(bytes);
            }
            "--vm-bytes" => bytes = lines::size(&value()).unwrap_or(bytes),
            // None, or nought, is for ever.
            "--vm-hang" => rest_us = Some(value().parse().ok().filter(|s| *s > 0).unwrap_or(u64::MAX >> 22) * 1_000_000),
            "-mem-alloc-size" | "-mem-alloc-sleep" | "--vm-stride" | "--hdd-bytes" | "--backoff" | "-l" | "--cpu-load" => drop(value()),
            "-t" | "--timeout" => until = text::duration_us(&value()).map(|us| run.k.now + Duration::from_micros(us)),
            _ => {}
        }
    }
    let text = if go {
        let held = if vm > 0 { bytes } else { 0 };
        let workers = "Spawning a thread to consume CPU\n".repeat(cpu.min(64) as usize);
        rest_us = Some(1_000_000_000);
        format!(
            "Allocating \"{held}\" memory, in \"4Ki\" chunks, with a 1ms sleep between allocations\n{workers}Allocated \"{held}\" memory\n"
        )
    } else {
        format!("stress: info: [{}] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, 0 hdd\n", run.p.pid)
    };
    let _ = run.k.put(run.p, if go { 2 } else { 1 }, text.as_bytes());
    let started = run.k.now;
    for i in 0..(cpu + vm).min(64) {
        let worker = Hog {
            workers: 1,
            bytes: if i >= cpu { bytes } else { 0 },
            rest_us: rest_us.filter(|_| i >= cpu),
            rested: false,
            parent: false,
            until,
            started,
        };
        if run.k.fork(run.p, Body::Program(Box::new(Program::Hog(worker)))).is_none() {
            run.err("FAIL: fork failed");
            return Step::Exit(1, 20);
        }
    }
    become_program(Program::Hog(Hog { workers: cpu + vm, bytes: 0, rest_us: None, rested: false, parent: true, until, started }), 50)
}

impl Hog {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if self.parent {
            if let Some((pid, status)) = p.reaped.pop() {
                if let ExitStatus::Signal(s) = status {
                    let text = format!(
                        "stress: FAIL: [{}] (415) <-- worker {pid} got signal {}\nstress: WARN: [{}] (417) now reaping child worker processes\nstress: FAIL: [{}] (451) failed run completed in {}s\n",
                        p.pid,
                        s.0,
                        p.pid,
                        p.pid,
                        k.now.since(self.started).as_secs()
                    );
                    let _ = k.put(p, 2, text.as_bytes());
                    let workers: Vec<Pid> = k.procs.values().filter(|q| q.ppid == p.pid).map(|q| q.pid).list();
                    for w in workers {
                        let _ = k.signal(w, Signal::KILL, true);
                    }
                    return Step::Exit(1, 50);
                }
                self.workers = self.workers.saturating_sub(1);
                if self.workers == 0 {
                    let text = format!("stress: info: [{}] successful run completed in {}s\n", p.pid, k.now.since(self.started).as_secs());
                    let _ = k.put(p, 1, text.as_bytes());
                    return Step::Exit(0, 20);
                }
                return Step::Again(5);
            }
            return Step::Wait(Block::Child, 0);
        }
        if self.until.is_some_and(|t| k.now >= t) {
            return Step::Exit(0, 20);
        }
        if p.memory < self.bytes {
            // Touching memory takes its time: about 2 GiB a second.
            let more = (self.bytes - p.memory).min(64 << 20);
            p.memory += more;
            // A wait, since what computes for long is stepped more coarsely.
            return Step::Wait(Block::Until(k.now + Duration::from_micros(more >> 11)), more >> 11);
        }
        match self.rest_us {
            // After each rest the memory is touched anew.
            Some(us) => {
                self.rested = !self.rested;
                if self.rested { Step::Wait(Block::Until(k.now + Duration::from_micros(us)), 0) } else { Step::Again(self.bytes >> 11) }
            }
            None => Step::Again(20_000),
        }
    }
}

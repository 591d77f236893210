//! The simulated kernel of one machine: process table, descriptors, pipes, terminals, signals, CPU and memory.

mod descriptors;
mod network;
mod processes;
mod signals;
mod terminal;

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::ArcStr;

use super::fs::{Device, Errno, FileSystem};
use super::machine::{MachineEvent, Stream};
use super::process::{Block, Body, ExitStatus, Pid, Process, Signal, Step};
use crate::base::{Duration, List as _, RandomStream, SortedMap, Time};
use crate::network::{NetError, NetResponse};

pub use signals::post;

/// The number of an open file, by which descriptors of processes refer to it.
pub type DescId = u32;

/// What a pipe holds before a writer waits, in bytes.
const PIPE_BYTES_MAX: usize = 64 << 10;
/// How many descriptors a process may have.
const FDS_MAX: usize = 256;
/// Steps that one call of `run` takes at most.
const STEPS_PER_RUN: u32 = 20_000;
/// CPU time (µs) that a machine may burn without a rest before its steps get coarser.
const FINE_US: u64 = 60_000;
/// How much coarser they get at most.
const COARSE_MAX: u64 = 512;
/// Over how long CPU use is averaged.
const USAGE_WINDOW: Duration = Duration::from_secs(15);

/// An open file.
#[derive(Debug, Clone)]
pub struct Desc {
    /// How many descriptors refer to it; with the last it is closed.
    pub refs: u32,
    pub kind: DescKind,
}

/// What was opened.
#[derive(Debug, Clone)]
pub enum DescKind {
    Device(Device),
    File {
        path: ArcStr,
        at: u64,
        append: bool,
        read: bool,
        write: bool,
    },
    Dir,
    /// A text made when it was opened: a here-document, a file of /proc.
    Text {
        data: Arc<Vec<u8>>,
        at: usize,
    },
    PipeRead(u32),
    PipeWrite(u32),
    /// A session's terminal.
    Tty(Pid),
    /// A session's input and outputs where it has no terminal.
    HostIn(Pid),
    HostOut(Pid, Stream),
}

/// Bytes on their way from writers to readers.
#[derive(Debug, Clone, Default)]
pub struct Pipe {
    data: VecDeque<u8>,
    readers: u32,
    writers: u32,
}

/// What the host feeds to one spawn.
#[derive(Debug, Clone, Default)]
pub struct Session {
    input: VecDeque<u8>,
    closed: bool,
    tty: Option<Tty>,
}

/// A terminal's line discipline.
#[derive(Debug, Clone, Default)]
pub struct Tty {
    /// The line being typed.
    line: Vec<u8>,
    /// Whether what is typed is shown.
    echo: bool,
    /// Ctrl-D on an empty line: the next read finds the end, once.
    end_once: bool,
    /// The process that takes keys as they are typed, unseen: a full-screen program.
    raw: Option<Pid>,
}

/// What a read came to.
#[derive(Debug)]
pub enum Rd {
    Data(Vec<u8>),
    /// There is no more.
    End,
    /// There may be more, and is nothing now.
    Empty,
    Failed(Errno),
}

/// The kernel, and all that it keeps.
#[derive(Debug, Clone)]
pub struct Kernel {
    pub now: Time,
    pub fs: FileSystem,
    pub procs: SortedMap<Pid, Box<Process>>,
    descs: Vec<Option<Desc>>,
    pipes: Vec<Option<Pipe>>,
    sessions: SortedMap<Pid, Session>,
    /// What the host has not taken yet.
    pub events: Vec<MachineEvent>,
    pub random: RandomStream,
    pub hostname: ArcStr,
    pub addresses: Vec<std::net::IpAddr>,
    /// Groups that every process is in, beside its own.
    pub groups: Vec<u32>,
    /// Whether these are all.
    pub strict_groups: bool,
    /// The capabilities of its superuser, as bits.
    pub capabilities: u64,
    /// Programs that the host runs.
    pub externals: Arc<[ArcStr]>,
    /// The server that the image is there for.
    pub service: Option<Arc<super::images::Service>>,
    pub next_pid: Pid,
    /// The process whose end is the end of all; 0 before there is one.
    pub init: Pid,
    /// The sessions in which a program that nobody described does well.
    pub asked: Vec<Pid>,
    /// Whether number 1 is none of this machine's: it shares its numbers with a pod's other machines.
    pub paused: bool,
    next_request: u64,
    /// Answers by their requests, until the processes that asked take them.
    pub answers: SortedMap<u64, Result<NetResponse, NetError>>,
    /// Who waits for the answers to come.
    requests_open: SortedMap<u64, Pid>,
    /// Requests to its servers, until one takes them.
    pub serving: VecDeque<super::machine::Serving>,
    /// Ports that are taken by others at the same address: those of a pod's other machines.
    pub taken: Vec<u16>,
    /// Requests being served whose senders are gone.
    pub hung_up: Vec<super::machine::ServeId>,
    /// How much its processes may use together, in bytes.
    pub memory_limit: Option<u64>,
    /// By how much they are preferred where the host has no memory left.
    pub oom_score_adj: i64,
    /// CPU that it may use, in thousandths of one.
    pub cpu_millis: u64,
    /// Whether that is a limit of its own.
    pub cpu_limited: bool,
    /// CPU time used since the start.
    cpu_done_us: u64,
    /// CPU time used at two moments: the later one becomes the earlier one when it is a window old.
    cpu_marks: [(Time, u64); 2],
    pub network_bytes: u64,
    /// CPU time used without a rest, and when there was one last.
    burnt_us: u64,
    rested_at: Time,
    pub started: Time,
}

impl Kernel {
    /// A kernel without processes, limits or addresses.
    pub fn new(fs: FileSystem, hostname: ArcStr, random: RandomStream, now: Time) -> Self {
        Kernel {
            now,
            fs,
            procs: SortedMap::new(),
            descs: Vec::new(),
            pipes: Vec::new(),
            sessions: SortedMap::new(),
            events: Vec::new(),
            random,
            hostname,
            addresses: Vec::new(),
            groups: Vec::new(),
            strict_groups: false,
            capabilities: 0,
            externals: Arc::from([]),
            service: None,
            next_pid: 1,
            init: 0,
            asked: Vec::new(),
            paused: false,
            next_request: 1,
            answers: SortedMap::new(),
            taken: Vec::new(),
            requests_open: SortedMap::new(),
            serving: VecDeque::new(),
            hung_up: Vec::new(),
            memory_limit: None,
            oom_score_adj: 0,
            cpu_millis: 4000,
            cpu_limited: false,
            cpu_done_us: 0,
            cpu_marks: [(Time::ZERO, 0); 2],
            network_bytes: 0,
            burnt_us: 0,
            rested_at: now,
            started: now,
        }
    }

    /// When a process has something to do next.
    pub fn next_wake(&self) -> Option<Time> {
        self.procs.values().map(|p| p.wake).min().filter(|t| *t < Time::MAX)
    }

    /// Steps the processes up to a moment, as far as one call goes.
    pub fn run(&mut self, now: Time) {
        let mut steps = 0;
        while steps < STEPS_PER_RUN {
            let Some((at, pid)) = self.procs.values().map(|p| (p.wake, p.pid)).min().filter(|(at, _)| *at <= now) else { break };
            self.now = self.now.max(at);
            self.step(pid);
            steps += 1;
        }
        if self.next_wake().is_none_or(|t| t > now) {
            self.now = self.now.max(now);
        }
    }

    fn step(&mut self, pid: Pid) {
        let Some(mut p) = self.procs.remove(&pid) else { return };
        p.rate = 0;
        if let Some(signal) = self.deliver(&mut p) {
            return self.end(&mut p, ExitStatus::Signal(signal));
        }
        if p.stopped {
            p.wake = Time::MAX;
            self.procs.insert(pid, p);
            return;
        }
        match self.flush(&mut p) {
            Ok(true) => {}
            Ok(false) => {
                p.block = Block::Write;
                p.wake = Time::MAX;
                self.procs.insert(pid, p);
                return;
            }
            Err(Errno::Pipe) => {
                let held = (p.handled | p.ignored) & Signal::PIPE.bit() != 0;
                if !held {
                    return self.end(&mut p, ExitStatus::Signal(Signal::PIPE));
                }
            }
            Err(_) => {}
        }
        if let Some(status) = p.ending {
            return self.end(&mut p, status);
        }
        let mut body = std::mem::take(&mut p.body);
        self.fs.base = p.root_dir.clone();
        let step = body.step(self, &mut p);
        self.fs.base = ArcStr::new();
        p.body = body;
        match step {
            Step::Again(us) => {
                p.block = Block::None;
                self.charge(&mut p, us.max(1));
            }
            Step::Wait(block, us) => {
                p.cpu_us += us;
                self.cpu_done_us += us;
                p.block = block;
                p.wake = match block {
                    Block::Until(t) | Block::ReadUntil(_, t) | Block::ChildUntil(t) | Block::NetUntil(_, t) | Block::Serve(t) => {
                        t.max(self.now)
                    }
                    _ => Time::MAX,
                };
                if self.ready(&p) || p.pending & !p.ignored != 0 {
                    p.wake = self.now + Duration::from_micros(us.max(1));
                }
            }
            Step::Become(new, us) => {
                p.body = *new;
                p.block = Block::None;
                self.charge(&mut p, us.max(1));
            }
            Step::Exit(code, us) => {
                if self.leave(&mut p, ExitStatus::left_with(code), us) {
                    return;
                }
            }
            Step::EndedBy(signal, us) => {
                if self.leave(&mut p, ExitStatus::Signal(signal), us) {
                    return;
                }
            }
        }
        self.procs.insert(pid, p);
        self.check_memory();
    }

    /// Ends a process once its output is out and its last CPU time spent; true if that is at once.
    fn leave(&mut self, p: &mut Process, status: ExitStatus, us: u64) -> bool {
        p.ending = Some(status);
        p.body = Body::Gone;
        p.block = Block::None;
        self.charge(p, us.max(1));
        let at_once = us <= 1000 && p.out.is_empty();
        if at_once {
            self.end(p, status);
        }
        at_once
    }

    /// Whether what a process is about to wait for is there already.
    fn ready(&self, p: &Process) -> bool {
        match p.block {
            Block::Read(d) | Block::ReadUntil(d, _) => self.readable(d),
            Block::Child | Block::ChildUntil(_) => !p.reaped.is_empty(),
            Block::NetUntil(id, _) => self.answers.contains_key(&id),
            _ => false,
        }
    }

    /// Thousandths of a core used of late, over one window to two; nothing once it has rested for a window.
    pub fn cpu_milli(&self, now: Time) -> u64 {
        let (at, us) = self.cpu_marks[0];
        let elapsed = now.since(at).as_micros() as u64;
        if self.rested_at + USAGE_WINDOW < now {
            return 0;
        }
        (self.cpu_us(now).saturating_sub(us) * 1000).checked_div(elapsed).unwrap_or(0)
    }

    fn mark_usage(&mut self) {
        let late = self.cpu_marks[1];
        if late.0 + USAGE_WINDOW > self.now {
            return;
        }
        let used = self.cpu_us(self.now);
        let rested = late.0 + USAGE_WINDOW + USAGE_WINDOW < self.now;
        let early = if rested { (self.now - USAGE_WINDOW, used) } else { late };
        self.cpu_marks = [early, (self.now, used)];
    }

    fn charge(&mut self, p: &mut Process, us: u64) {
        self.mark_usage();
        // A machine that has been computing without a rest is stepped more coarsely: the same CPU use for less work.
        let idle = self.now.since(self.rested_at).as_micros() as u64;
        self.burnt_us = self.burnt_us.saturating_sub(idle / 4);
        self.burnt_us += us;
        let coarse = (1 + self.burnt_us / FINE_US).min(COARSE_MAX);
        let us = us * coarse;
        let busy = 1 + self.procs.values().filter(|q| q.rate > 0 && q.wake > self.now && q.wake < Time::MAX).count() as u64;
        let rate = (self.cpu_millis / busy).clamp(1, 1000);
        let was_charged = p.rate > 0 && p.wake > self.now && p.wake < Time::MAX;
        let wall = (us * 1000 / rate).max(1);
        p.cpu_us += us;
        self.cpu_done_us += us;
        p.rate = rate;
        // What was charged before it could run comes first.
        let from = if was_charged { p.wake } else { self.now };
        p.wake = from + Duration::from_micros(wall);
        self.rested_at = self.rested_at.max(p.wake);
    }

    /// CPU time used up to `now`.
    pub fn cpu_us(&self, now: Time) -> u64 {
        let ahead: u64 = self
            .procs
            .values()
            .filter(|p| p.rate > 0 && p.wake > now && p.wake < Time::MAX)
            .map(|p| p.wake.since(now).as_micros() as u64 * p.rate / 1000)
            .sum();
        self.cpu_done_us.saturating_sub(ahead)
    }

    /// What its processes use together, in bytes.
    pub fn memory(&self) -> u64 {
        self.procs.values().filter(|p| !p.is_elsewhere()).map(|p| p.memory).sum()
    }

    /// A process takes so many bytes more, which may be too many.
    pub fn fill_memory(&mut self, pid: Pid, bytes: u64) {
        if let Some(p) = self.procs.get_mut(&pid) {
            p.memory = p.memory.saturating_add(bytes);
            self.check_memory();
        }
    }

    fn check_memory(&mut self) {
        let Some(limit) = self.memory_limit else { return };
        if self.memory() <= limit {
            return;
        }
        // The kernel's killer takes the biggest, and of equals the youngest; a container's processes all go with it
        // (`memory.oom.group`), those of the workstation do not.
        let living = || self.procs.values().filter(|p| p.pending & Signal::KILL.bit() == 0 && !p.is_elsewhere());
        let Some(victim) = living().max_by_key(|p| (p.memory, p.pid)).map(|p| p.pid) else { return };
        let group = self.externals.is_empty();
        let victims: Vec<Pid> = living().map(|p| p.pid).filter(|pid| group || *pid == victim).list();
        for victim in victims {
            let Some(p) = self.procs.get_mut(&victim) else { continue };
            p.pending |= Signal::KILL.bit();
            p.wake = self.now;
            let name = p.argv.first().map(ToString::to_string).unwrap_or_default();
            self.events.push(MachineEvent::OomKilled { pid: victim, name, at: self.now });
        }
    }
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenHow {
    Read,
    Truncate,
    Append,
    ReadWrite,
}

fn take(data: &mut VecDeque<u8>, max: usize, line: bool) -> Vec<u8> {
    let mut n = data.len().min(max);
    if line && let Some(end) = data.iter().take(n).position(|b| *b == b'\n') {
        n = end + 1;
    }
    data.drain(..n).list()
}

//! `timeout`: a command, and an end to it.

use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, ExitStatus, Pid, Process, Signal, Step};
use super::super::super::text;
use super::super::{Complaint, Options, Program, Run, become_program};
use super::{not_run, spawn};
use crate::base::{Duration, Time};

#[derive(Debug, Clone)]
pub struct Timeout {
    child: Pid,
    at: Time,
    kill_after: Option<u64>,
    signal: Signal,
    fired: bool,
    /// Whether it ends as the program does even so.
    preserves: bool,
}

/// `timeout`.
pub fn start(run: &mut Run<'_>, o: &Options) -> Step {
    let trouble = if run.k.is_gnu() { 125 } else { 1 };
    let mut signal = Signal::TERM;
    if let Some(name) = o.value('s') {
        match Signal::parse(name) {
            Some(s) => signal = s,
            None => {
                run.err(if run.k.is_gnu() { format!("'{name}': invalid signal") } else { format!("invalid signal '{name}'") });
                return Step::Exit(trouble, 20);
            }
        }
    }
    let kill_after = o.value('k').and_then(text::duration_us);
    let [time, argv @ ..] = &o.rest[..] else { return Step::Exit(run.missing(&[]), 20) };
    if argv.is_empty() {
        return Step::Exit(run.missing(&o.rest), 20);
    }
    let Some(us) = text::duration_us(time) else {
        run.err(format!("invalid number '{time}'"));
        return Step::Exit(trouble, 20);
    };
    match spawn(run.k, run.p, argv) {
        Ok(Some(child)) => {
            run.p.handled |= Signal::TERM.bit();
            let t = Timeout {
                child,
                at: if us == 0 { Time::MAX } else { run.k.now + Duration::from_micros(us) },
                kill_after,
                signal,
                fired: false,
                preserves: o.has('p'),
            };
            become_program(Program::Timeout(t), 50)
        }
        Ok(None) => {
            run.err("vfork: Resource temporarily unavailable");
            Step::Exit(125, 20)
        }
        Err(e) => {
            run.err(Complaint::cannot("execute", &argv[0], e));
            Step::Exit(not_run(e), 20)
        }
    }
}

impl Timeout {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(status) = p.take_reaped(self.child) {
            // busybox becomes the program that it runs, and ends as that does.
            if let ExitStatus::Signal(_) = status
                && !k.is_gnu()
            {
                p.ending = Some(status);
                return Step::Again(20);
            }
            let tells = self.fired && self.signal == Signal::TERM && !self.preserves && k.is_gnu();
            return Step::Exit(if tells { 124 } else { status.code() }, 20);
        }
        let term = p.pending & Signal::TERM.bit() != 0;
        p.pending &= !Signal::TERM.bit();
        if term || k.now >= self.at {
            let signal = if self.fired { Signal::KILL } else { self.signal };
            let _ = k.signal(self.child, signal, true);
            self.at = match self.kill_after.filter(|_| !self.fired) {
                Some(us) => k.now + Duration::from_micros(us),
                None => Time::MAX,
            };
            self.fired = true;
        }
        Step::Wait(Block::ChildUntil(self.at), 5)
    }
}

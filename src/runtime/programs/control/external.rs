//! Programs that the host runs.

use super::super::super::fs::Errno;
use super::super::super::kernel::Kernel;
use super::super::super::machine::MachineEvent;
use super::super::super::process::{Block, Body, ExitStatus, Pid, Process, Signal, Step};
use super::super::{Program, become_program};
use super::spawn;
use crate::base::List as _;

/// A program whose work the host does.
#[derive(Debug, Clone)]
pub struct External {
    /// The descriptor from which the host waits for more.
    pub wants_input: Option<u32>,
    /// How the host says that it ended.
    pub ended: Option<ExitStatus>,
    /// The program that the host runs through it.
    child: Option<Pid>,
}

/// Tells the host of a program that it runs.
pub fn start_external(k: &mut Kernel, p: &mut Process) -> Step {
    p.handled = !(Signal::KILL.bit() | Signal::STOP.bit() | Signal::CHLD.bit() | Signal::CONT.bit() | Signal::PIPE.bit());
    p.memory = 40 << 20;
    let tty = k.is_tty(p, 1);
    k.events.push(MachineEvent::ExternalStarted {
        pid: p.pid,
        argv: p.argv.iter().map(|a| a.to_string()).list(),
        env: p.env.list().into_iter().map(|(n, v)| (n.to_string(), v.to_string())).list(),
        cwd: p.cwd.to_string(),
        tty,
        at: k.now,
    });
    become_program(Program::External(External { wants_input: None, ended: None, child: None }), 1)
}

/// Runs a program for one whose work the host does.
pub fn run_for_external(k: &mut Kernel, p: &mut Process, argv: &[String]) -> Result<(), Errno> {
    let child = spawn(k, p, argv)?;
    if let Body::Program(program) = &mut p.body
        && let Program::External(external) = &mut **program
    {
        external.child = child;
    }
    // Where there is no room for another process, it is as if there were no program.
    child.map(|_| ()).ok_or(Errno::NoEntry)
}

impl External {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        match self.ended {
            Some(ExitStatus::Code(code)) => return Step::Exit(i32::from(code), 1),
            Some(ExitStatus::Signal(signal)) => return Step::EndedBy(signal, 1),
            None => {}
        }
        let caught = p.pending & p.handled;
        p.pending &= !caught;
        for n in 1..32u8 {
            if caught & (1 << n) != 0 {
                k.events.push(MachineEvent::ExternalSignal { pid: p.pid, signal: Signal(n) });
            }
        }
        if let Some(status) = self.child.and_then(|child| p.take_reaped(child)) {
            self.child = None;
            k.events.push(MachineEvent::ExternalChild { pid: p.pid, status });
        }
        if self.wants_input.and_then(|fd| p.fd(fd)).is_some_and(|d| k.readable(d)) {
            self.wants_input = None;
            k.events.push(MachineEvent::ExternalInput { pid: p.pid });
        }
        Step::Wait(Block::Host, 0)
    }
}

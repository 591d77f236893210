//! Programs that the host runs.

use super::super::super::kernel::Kernel;
use super::super::super::machine::MachineEvent;
use super::super::super::process::{Block, Process, Signal, Step};
use super::super::{Program, become_program};

/// A program whose work the host does.
#[derive(Debug, Clone)]
pub struct External {
    pub wants_input: bool,
    pub code: Option<i32>,
}

/// Tells the host of a program that it runs.
pub fn start_external(k: &mut Kernel, p: &mut Process) -> Step {
    p.handled = !(Signal::KILL.bit() | Signal::STOP.bit() | Signal::CHLD.bit() | Signal::CONT.bit() | Signal::PIPE.bit());
    p.memory = 40 << 20;
    let tty = k.is_tty(p, 1);
    k.events.push(MachineEvent::ExternalStarted {
        pid: p.pid,
        argv: p.argv.iter().map(|a| a.to_string()).collect(),
        env: p.env.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
        cwd: p.cwd.to_string(),
        tty,
        at: k.now,
    });
    become_program(Program::External(External { wants_input: false, code: None }), 1)
}

impl External {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(code) = self.code {
            return Step::Exit(code, 1);
        }
        let caught = p.pending & p.handled;
        p.pending &= !caught;
        for n in 1..32u8 {
            if caught & (1 << n) != 0 {
                k.events.push(MachineEvent::ExternalSignal { pid: p.pid, signal: Signal(n) });
            }
        }

        if self.wants_input && p.fd(0).is_some_and(|d| k.readable(d)) {
            self.wants_input = false;
            k.events.push(MachineEvent::ExternalInput { pid: p.pid });
        }
        Step::Wait(Block::Host, 0)
    }
}

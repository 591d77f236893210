//! Signals: how they are sent, and what they do to a process that does not handle them.

use super::Kernel;
use crate::base::Time;
use crate::runtime::fs::Errno;
use crate::runtime::process::{Block, Pid, Process, Signal};

impl Kernel {
    /// Sends a signal. `inside`: from a process of this machine, which cannot end pid 1 by it.
    pub fn signal(&mut self, pid: Pid, signal: Signal, inside: bool) -> Result<(), Errno> {
        let now = self.now;
        let p = self.procs.get_mut(&pid).ok_or(Errno::NoEntry)?;
        post(p, signal, inside, now);
        Ok(())
    }

    /// What a process is ended by, now that it takes its pending signals; `None` where it goes on.
    pub(super) fn deliver(&mut self, p: &mut Process) -> Option<Signal> {
        let fatal = p.pending & !p.handled & !p.ignored;
        if p.pending & Signal::KILL.bit() != 0 {
            return Some(Signal::KILL);
        }
        if fatal == 0 {
            return None;
        }
        for n in 1..32u8 {
            let s = Signal(n);
            if fatal & s.bit() == 0 {
                continue;
            }
            p.pending &= !s.bit();
            match s {
                Signal::CHLD | Signal::CONT | Signal::WINCH | Signal(23) => {}
                Signal::STOP | Signal(20..=22) => p.stopped = true,
                _ => return Some(s),
            }
        }
        None
    }
}

/// Marks a signal as pending and wakes the process, unless it would not notice.
pub fn post(p: &mut Process, signal: Signal, inside: bool, now: Time) {
    if signal.0 == 0 {
        return;
    }
    let bit = signal.bit();
    if p.is_elsewhere() {
        // Its own machine takes it from here (`share_processes`).
        p.pending |= bit;
        return;
    }
    let unstoppable = matches!(signal, Signal::KILL | Signal::STOP);
    if signal == Signal::CONT {
        p.stopped = false;
        p.wake = now;
    }
    // A namespace's first process is spared what it does not handle, except a KILL from outside.
    if p.pid == 1 && p.handled & bit == 0 && (inside || signal != Signal::KILL) {
        return;
    }
    if !unstoppable && p.ignored & bit != 0 {
        return;
    }
    p.pending |= bit;
    if !p.stopped || signal == Signal::KILL {
        // One that computes notices when its time slice ends; one that waits, now.
        if p.block != Block::None || signal == Signal::KILL {
            p.wake = now;
        }
    }
}

//! Programs that run outside of the machine: the host reads and writes for them, and says when they end.

use super::super::fs::Errno;
use super::super::kernel::Rd;
use super::super::process::{Body, ExitStatus, Pid, Signal};
use super::super::programs;
use super::Machine;
use crate::base::Time;

/// What a read for an external program found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtRead {
    /// Bytes.
    Data(Vec<u8>),
    /// Nothing yet: `ExternalInput` comes when there is.
    Empty,
    /// The end.
    End,
}

impl Machine {
    /// Reads what an external program's descriptor offers.
    pub fn ext_read(&mut self, pid: Pid, fd: u32) -> ExtRead {
        let Some(d) = self.external(pid).and_then(|p| p.fd(fd)) else { return ExtRead::End };
        match self.kernel.read(d, 1 << 20, false) {
            Rd::Data(bytes) => ExtRead::Data(bytes),
            Rd::Empty => {
                if let Some(Body::Program(program)) = self.kernel.procs.get_mut(&pid).map(|p| &mut p.body) {
                    program.wants_input(fd);
                }
                ExtRead::Empty
            }
            Rd::End | Rd::Failed(_) => ExtRead::End,
        }
    }

    /// Writes to an external program's descriptor. What does not fit into a pipe follows as it empties.
    pub fn ext_write(&mut self, now: Time, pid: Pid, fd: u32, bytes: &[u8]) {
        let k = &mut self.kernel;
        k.now = k.now.max(now);
        let Some(mut p) = k.procs.remove(&pid) else { return };
        let failed = k.put(&mut p, fd, bytes).is_err();
        if !p.out.is_empty() && !failed {
            p.wake = k.now;
        }
        k.procs.insert(pid, p);
    }

    /// Ends an external program with a code; what it wrote is written first.
    pub fn ext_exit(&mut self, now: Time, pid: Pid, code: i32) {
        self.ext_end(now, pid, ExitStatus::left_with(code));
    }

    /// Ends an external program by a signal.
    pub fn ext_kill(&mut self, now: Time, pid: Pid, signal: Signal) {
        self.ext_end(now, pid, ExitStatus::Signal(signal));
    }

    fn ext_end(&mut self, now: Time, pid: Pid, status: ExitStatus) {
        let k = &mut self.kernel;
        k.now = k.now.max(now);
        let at = k.now;
        if let Some(p) = k.procs.get_mut(&pid)
            && let Body::Program(program) = &mut p.body
            && program.end_external(status)
        {
            p.wake = at;
        }
    }

    /// Runs a program for an external one, with the same descriptors; `ExternalChild` says how it ended.
    pub fn ext_run(&mut self, now: Time, pid: Pid, argv: &[String]) -> Result<(), Errno> {
        let k = &mut self.kernel;
        k.now = k.now.max(now);
        let Some(mut p) = k.procs.remove(&pid) else { return Err(Errno::NoEntry) };
        let ran = programs::run_for_external(k, &mut p, argv);
        k.procs.insert(pid, p);
        ran
    }

    /// The working directory and user of an external program, for the paths it names.
    pub fn ext_cwd(&self, pid: Pid) -> String {
        self.external(pid).map_or_else(|| "/".to_string(), |p| p.cwd.to_string())
    }

    /// Whether an external program has a descriptor.
    pub fn ext_has(&self, pid: Pid, fd: u32) -> bool {
        self.external(pid).is_some_and(|p| p.fd(fd).is_some())
    }

    fn external(&self, pid: Pid) -> Option<&super::super::process::Process> {
        self.kernel.procs.get(&pid).map(|p| &**p).filter(|p| matches!(&p.body, Body::Program(program) if program.is_external()))
    }
}

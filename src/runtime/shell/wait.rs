//! What a shell waits for between instructions, and how it goes on when that has come.

use super::*;
use crate::base::Time;

/// What the shell waits for between instructions.
#[derive(Debug, Clone, Default)]
pub(super) enum Wait {
    #[default]
    None,
    /// Foreground children.
    Jobs { pids: Vec<(Pid, Option<ExitStatus>)>, tested: bool },
    /// A substitution's output.
    Subst { pid: Pid, fd: DescId, text: Vec<u8>, ended: bool, status: Option<i32> },
    /// The `wait` builtin.
    Builtin { pids: Option<Vec<Pid>>, any: bool },
    /// The `read` builtin.
    Read(Box<Reading>),
}

#[derive(Debug, Clone)]
pub struct Reading {
    pub(super) raw: bool,
    pub(super) line: Vec<u8>,
    /// Not a whole line but so many characters.
    pub(super) chars: Option<usize>,
    /// Of those, line ends count as others do.
    pub(super) exact: bool,
    pub(super) delimiter: u8,
    pub(super) fd: DescId,
    pub(super) until: Option<Time>,
    pub(super) saved: Saved,
    pub(super) tested: bool,
    pub(super) into: builtins::ReadFor,
}

/// How much of a substitution's output is kept, in bytes.
const SUBST_BYTES_MAX: usize = 16 << 20;

impl Shell {
    /// Goes on with what was waited for; a step where it has not come.
    pub(super) fn resume(&mut self, k: &mut Kernel, p: &mut Process) -> Option<Step> {
        for (pid, status) in std::mem::take(&mut p.reaped) {
            self.reaped(pid, status);
        }
        match std::mem::replace(&mut self.wait, Wait::None) {
            Wait::None => None,
            Wait::Jobs { pids, tested } => self.resume_jobs(k, p, pids, tested),
            Wait::Subst { pid, fd, text, ended, status } => self.resume_subst(k, pid, fd, text, ended, status),
            Wait::Builtin { pids, any } => self.resume_builtin(k, p, pids, any),
            Wait::Read(reading) => self.resume_read(k, p, reading),
        }
    }

    fn resume_jobs(&mut self, k: &mut Kernel, p: &mut Process, pids: Vec<(Pid, Option<ExitStatus>)>, tested: bool) -> Option<Step> {
        if pids.iter().any(|(_, s)| s.is_none()) {
            self.wait = Wait::Jobs { pids, tested };
            return Some(Step::Wait(Block::Child, 0));
        }
        self.note_statuses(pids.iter().filter_map(|p| p.1).map(ExitStatus::code), true);
        let last = pids.last().and_then(|p| p.1).unwrap_or(ExitStatus::Code(0));
        self.status = if self.opts.pipefail {
            pids.iter().rev().filter_map(|p| p.1).map(ExitStatus::code).find(|s| *s != 0).unwrap_or(0)
        } else {
            last.code()
        };
        if !self.subshell {
            tell_of_signal(k, p, last);
        }
        if last == ExitStatus::Signal(Signal::INT) && self.opts.interactive {
            let status = self.status;
            self.abandon(k, p);
            self.status = status;
            let _ = k.put(p, 1, b"\n");
        }
        if !tested {
            self.check_errexit();
        }
        None
    }

    fn resume_subst(
        &mut self,
        k: &mut Kernel,
        pid: Pid,
        fd: DescId,
        mut text: Vec<u8>,
        mut ended: bool,
        status: Option<i32>,
    ) -> Option<Step> {
        while !ended {
            match k.read(fd, 64 << 10, false) {
                Rd::Data(d) if text.len() < SUBST_BYTES_MAX => text.extend(d),
                Rd::Data(_) => {}
                Rd::End | Rd::Failed(_) => ended = true,
                Rd::Empty => {
                    self.wait = Wait::Subst { pid, fd, text, ended, status };
                    return Some(Step::Wait(Block::Read(fd), 0));
                }
            }
        }
        if status.is_none() {
            self.wait = Wait::Subst { pid, fd, text, ended, status };
            return Some(Step::Wait(Block::Child, 0));
        }
        k.desc_unref(fd);
        while text.last() == Some(&b'\n') {
            text.pop();
        }
        text.retain(|b| *b != 0);
        self.record.push(String::from_utf8_lossy(&text).into_owned());
        self.subst_status = status;
        None
    }

    fn resume_builtin(&mut self, k: &mut Kernel, p: &mut Process, pids: Option<Vec<Pid>>, any: bool) -> Option<Step> {
        if self.caught != 0 {
            self.undo_redirect_of_call(k, p);
            let n = (1..32).find(|n| self.caught & 1 << n != 0).unwrap_or(0);
            self.status = 128 + n;
            return None;
        }
        let open = |sh: &Shell, pid: &Pid| sh.jobs.iter().any(|j| j.pid == *pid && j.status.is_none());
        let waiting = match &pids {
            Some(list) if any => !list.is_empty() && list.iter().all(|p| open(self, p)),
            Some(list) => list.iter().any(|p| open(self, p)),
            None => self.jobs.iter().any(|j| j.status.is_none()),
        };
        if waiting {
            self.wait = Wait::Builtin { pids, any };
            return Some(Step::Wait(Block::Child, 0));
        }
        self.status = match &pids {
            Some(list) => {
                let done = if any { list.iter().find(|p| !open(self, p)) } else { list.last() };
                done.and_then(|pid| self.jobs.iter().find(|j| j.pid == *pid)).and_then(|j| j.status).map_or(127, ExitStatus::code)
            }
            None => 0,
        };
        if !self.is_bash() && !self.opts.interactive {
            for job in self.jobs.iter().filter(|j| pids.as_ref().is_some_and(|list| list.contains(&j.pid))) {
                job.status.into_iter().for_each(|status| tell_of_signal(k, p, status));
            }
        }
        self.undo_redirect_of_call(k, p);
        match pids {
            Some(list) => self.jobs.retain(|j| j.status.is_none() || !list.contains(&j.pid)),
            None => self.jobs.retain(|j| j.status.is_none()),
        }
        None
    }

    fn reaped(&mut self, pid: Pid, status: ExitStatus) {
        let code = status.code();
        match &mut self.wait {
            Wait::Jobs { pids, .. } => {
                if let Some(entry) = pids.iter_mut().find(|e| e.0 == pid) {
                    entry.1 = Some(status);
                    return;
                }
            }
            Wait::Subst { pid: subst, status: s, .. } if *subst == pid => {
                *s = Some(code);
                return;
            }
            _ => {}
        }
        if let Some(job) = self.jobs.iter_mut().find(|j| j.pid == pid) {
            job.status = Some(status);
        }
    }
}

/// Says which signal ended a process, where one did that is told of.
fn tell_of_signal(k: &mut Kernel, p: &mut Process, status: ExitStatus) {
    if let ExitStatus::Signal(signal) = status
        && !signal.text().is_empty()
    {
        let _ = k.put(p, 2, format!("{}\n", signal.text()).as_bytes());
    }
}

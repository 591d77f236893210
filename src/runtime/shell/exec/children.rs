//! Shells that a shell starts: for substitutions, in the background, for the stages of a pipeline.

use std::ops::RangeInclusive;

use super::super::super::fs::Device;
use super::*;

/// The descriptors for process substitutions, taken from the last one on.
const PROCESS_PIPE_FDS: RangeInclusive<u32> = 10..=63;

impl Shell {
    pub(super) fn substitute(&mut self, k: &mut Kernel, p: &mut Process, code: Arc<Code>) -> Flow {
        let (r, w) = k.pipe();
        let mut child = self.child(code, 0);
        child.depth += 1;
        // dash alone lets failures end it.
        child.opts.errexit &= self.is_dash();
        if child.frames[0].code.ops.len() < 2 {
            // Nothing but the end: it does not fail as what came before it.
            child.status = 0;
        }
        match k.fork(p, Body::Shell(Box::new(child))) {
            Some(pid) => {
                self.adopt(k, pid, None, Some(w), false);
                k.desc_unref(w);
                self.wait = Wait::Subst { pid, fd: r, text: Vec::new(), ended: false, status: None };
                Flow::Wait(Step::Wait(Block::Read(r), 0))
            }
            None => {
                k.desc_unref(w);
                k.desc_unref(r);
                self.cannot_fork(k, p)
            }
        }
    }

    /// Starts the child of a process substitution. Its pipe stays open in the shell until the instruction is done.
    pub(super) fn substitute_process(&mut self, k: &mut Kernel, p: &mut Process, code: Arc<Code>, to: bool) -> Flow {
        let (r, w) = k.pipe();
        let (stdin, stdout, own) = if to { (Some(r), None, w) } else { (None, Some(w), r) };
        let free = PROCESS_PIPE_FDS.rev().find(|n| p.fd(*n).is_none());
        let child = k.fork(p, Body::Shell(Box::new(self.child(code, 0))));
        if let Some(pid) = child {
            self.adopt(k, pid, stdin, stdout, false);
        }
        k.desc_unref(if to { r } else { w });
        match (child, free) {
            (Some(_), Some(fd)) if k.set_fd(p, fd, Some(own)).is_ok() => {
                self.record.push(format!("/dev/fd/{fd}"));
                self.process_pipes.push(ProcessPipe { fd, depth: self.frames.len(), pc: self.pc() });
                Flow::Next
            }
            _ => {
                k.desc_unref(own);
                self.cannot_fork(k, p)
            }
        }
    }

    /// Closes the pipes of process substitutions whose instruction is done.
    pub(in super::super) fn close_process_pipes(&mut self, k: &mut Kernel, p: &mut Process) {
        let (depth, pc) = (self.frames.len(), self.pc());
        let done = |pipe: &ProcessPipe| depth < pipe.depth || depth == pipe.depth && pc != pipe.pc;
        for pipe in self.process_pipes.extract_if(.., |pipe| done(pipe)) {
            let _ = k.set_fd(p, pipe.fd, None);
        }
    }

    pub(super) fn cannot_fork(&mut self, k: &mut Kernel, p: &mut Process) -> Flow {
        let text =
            if self.is_bash() { "fork: retry: Resource temporarily unavailable" } else { "can't fork: Resource temporarily unavailable" };
        self.give_up(k, p, text, if self.is_bash() { 254 } else { 2 })
    }

    /// A copy of the shell that runs from an instruction on.
    pub(super) fn child(&self, code: Arc<Code>, pc: usize) -> Shell {
        let mut sh = Shell {
            frames: vec![Frame { code, pc, kind: FrameKind::Main, control: 0, tested: self.frames.iter().any(|f| f.tested) }],
            jobs_above: self.jobs.iter().filter(|j| j.status.is_none()).cloned().list(),
            subshell: true,
            depth: self.depth,
            dialect: self.dialect,
            arg0: self.arg0.clone(),
            params: self.params.clone(),
            vars: self.vars.clone(),
            functions: self.functions.clone(),
            aliases: self.aliases.clone(),
            opts: self.opts.clone(),
            status: self.status,
            shell_pid: self.shell_pid,
            last_background: self.last_background,
            line: self.line,
            traps: self.traps.iter().filter(|(_, t)| t.is_empty()).map(|(n, t)| (*n, t.clone())).collect(),
            traps_above: if self.traps.is_empty() { self.traps_above.clone() } else { self.traps.clone() },
            script: self.script,
            named: self.named,
            env: self.env.clone(),
            getopts_at: self.getopts_at,
            ..Shell::default()
        };
        sh.opts.interactive = false;
        sh
    }

    /// Sets up a forked child: descriptors, and signals back to their defaults.
    pub(super) fn adopt(&mut self, k: &mut Kernel, pid: Pid, stdin: Option<DescId>, stdout: Option<DescId>, both: bool) {
        let interactive = self.opts.interactive;
        let Some(mut c) = k.procs.remove(&pid) else { return };
        c.handled = 0;
        if interactive {
            c.ignored &= !(Signal::TERM.bit() | Signal::QUIT.bit());
        }
        if let Some(d) = stdin {
            k.desc_ref(d);
            let _ = k.set_fd(&mut c, 0, Some(d));
        }
        if let Some(d) = stdout {
            if both {
                k.desc_ref(d);
                let _ = k.set_fd(&mut c, 2, Some(d));
            }
            k.desc_ref(d);
            let _ = k.set_fd(&mut c, 1, Some(d));
        }
        k.procs.insert(pid, c);
    }

    /// Starts a part of the script that nobody waits for.
    pub(super) fn background(&mut self, k: &mut Kernel, p: &mut Process, len: u32, text: &ArcStr) -> Flow {
        let Some(f) = self.frames.last() else { return Flow::Next };
        let child = self.child(f.code.clone(), f.pc + 1);
        let Some(pid) = k.fork(p, Body::Shell(Box::new(child))) else { return self.cannot_fork(k, p) };
        self.adopt(k, pid, None, None, false);
        if let Some(mut c) = k.procs.remove(&pid) {
            c.background = true;
            if !self.opts.interactive {
                c.ignored |= Signal::INT.bit() | Signal::QUIT.bit();
                let null = k.open_kind(DescKind::Device(Device::Null));
                let _ = k.set_fd(&mut c, 0, Some(null));
            }
            k.procs.insert(pid, c);
        }
        if self.jobs.len() >= 512 {
            self.jobs.retain(|j| j.status.is_none());
        }
        let number = self.jobs.iter().filter(|j| j.status.is_none()).map(|j| j.number).max().unwrap_or(0) + 1;
        self.jobs.push(Job { number, pid, text: text.clone(), status: None });
        self.last_background = Some(pid);
        if self.opts.interactive && self.is_bash() {
            let _ = k.put(p, 2, format!("[{number}] {pid}\n").as_bytes());
        }
        self.status = 0;
        self.advance(i64::from(len));
        Flow::Next
    }

    pub(super) fn pipe(&mut self, k: &mut Kernel, p: &mut Process, stages: &[(u32, bool)]) -> Flow {
        let Some(f) = self.frames.last() else { return Flow::Next };
        let code = f.code.clone();
        let mut at = f.pc + 1;
        let mut pids = Vec::new();
        let mut input: Option<DescId> = None;
        for (i, (len, both)) in stages.iter().enumerate() {
            let last = i + 1 == stages.len();
            let (r, w) = if last {
                (None, None)
            } else {
                let (r, w) = k.pipe();
                (Some(r), Some(w))
            };
            let child = self.child(code.clone(), at);
            let pid = k.fork(p, Body::Shell(Box::new(child)));
            if let Some(pid) = pid {
                self.adopt(k, pid, input, w, *both);
                pids.push((pid, None));
            }
            if let Some(d) = input.take() {
                k.desc_unref(d);
            }
            if let Some(d) = w {
                k.desc_unref(d);
            }
            input = r;
            if pid.is_none() {
                if let Some(d) = input {
                    k.desc_unref(d);
                }
                return self.cannot_fork(k, p);
            }
            at += *len as usize;
        }
        let total: i64 = stages.iter().map(|s| i64::from(s.0)).sum();
        self.advance(total);
        self.wait = Wait::Jobs { pids, tested: true };
        Flow::Next
    }
}

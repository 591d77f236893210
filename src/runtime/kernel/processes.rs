//! Processes as they begin and end.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::env::Env;
use super::super::machine::Stdin;
use super::super::process::{Block, Body, ExitStatus, Pid, Process, Signal};
use super::*;

/// Numbers that a container runtime's own stages take in a namespace that was there before.
const RUNTIME_PIDS: Pid = 6;
/// How many processes one machine may have.
pub const PROCESSES_MAX: usize = 256;
/// CPU time of starting a program, in microseconds.
const EXEC_US: u64 = 700;
/// CPU time of a fork, in microseconds.
const FORK_US: u64 = 150;

impl Kernel {
    /// Room for one more?
    fn can_fork(&self) -> bool {
        // The process that is running is not in the table.
        self.procs.len() + 1 < PROCESSES_MAX
    }

    /// Whether its first process has been and gone.
    pub fn ended(&self) -> bool {
        self.init != 0 && !self.procs.contains_key(&self.init)
    }

    fn new_pid(&mut self) -> Pid {
        let pid = self.next_pid;
        self.next_pid += 1;
        pid
    }

    /// A child of `parent` with the same descriptors, directory and environment; `None` where there are too many processes.
    pub fn fork(&mut self, parent: &mut Process, body: Body) -> Option<Pid> {
        if !self.can_fork() {
            return None;
        }
        let pid = self.new_pid();
        for d in parent.fds.iter().flatten() {
            self.desc_ref(*d);
        }
        let child = Process {
            ppid: parent.pid,
            session: parent.session,
            uid: parent.uid,
            gid: parent.gid,
            root_dir: parent.root_dir.clone(),
            umask: parent.umask,
            fds: parent.fds.clone(),
            handled: parent.handled,
            ignored: parent.ignored,
            background: parent.background,
            body,
            memory: parent.memory / 2,
            ..Process::new(pid, parent.argv.clone(), parent.env.clone(), parent.cwd.clone(), self.now)
        };
        let mut child = Box::new(child);
        self.charge(&mut child, FORK_US);
        self.procs.insert(pid, child);
        Some(pid)
    }

    /// Turns a forked process into a program that is being loaded.
    pub fn exec(&mut self, p: &mut Process, name: ArcStr, argv: Arc<[ArcStr]>, env: Arc<Env>) {
        p.body = Body::Start(name);
        p.argv = argv;
        p.env = env;
        p.handled = 0;
        p.memory = 600 << 10;
        self.charge(p, EXEC_US);
    }

    /// A process started from outside.
    pub fn spawn_root(
        &mut self,
        name: ArcStr,
        argv: Arc<[ArcStr]>,
        env: Arc<Env>,
        cwd: ArcStr,
        user: (u32, u32),
        stdin: Stdin,
    ) -> Option<Pid> {
        if self.procs.len() >= PROCESSES_MAX {
            return None;
        }
        if self.paused {
            self.next_pid += RUNTIME_PIDS;
        }
        let pid = self.new_pid();
        if self.init == 0 {
            self.init = pid;
        }
        let tty = stdin == Stdin::Tty;
        let input = match stdin {
            Stdin::Null => self.open_kind(DescKind::Device(Device::Null)),
            Stdin::Pipe => self.open_kind(DescKind::HostIn(pid)),
            Stdin::Tty => self.open_kind(DescKind::Tty(pid)),
        };
        let (out, err) = if tty {
            self.desc_ref(input);
            self.desc_ref(input);
            (input, input)
        } else {
            (self.open_kind(DescKind::HostOut(pid, Stream::Stdout)), self.open_kind(DescKind::HostOut(pid, Stream::Stderr)))
        };
        if stdin != Stdin::Null {
            self.sessions.insert(pid, Session { tty: tty.then(|| Tty { echo: true, ..Tty::default() }), ..Session::default() });
        }
        let fds = vec![Some(input), Some(out), Some(err)];
        let own = Process::new(pid, argv.clone(), env.clone(), cwd, self.now);
        let mut p = Box::new(Process { uid: user.0, gid: user.1, fds, root: true, ..own });
        self.exec(&mut p, name, argv, env);
        self.procs.insert(pid, p);
        Some(pid)
    }

    pub(super) fn end(&mut self, p: &mut Process, status: ExitStatus) {
        if matches!(&p.body, Body::Program(program) if program.is_external()) {
            self.events.push(MachineEvent::ExternalGone { pid: p.pid });
        }
        for (d, _) in std::mem::take(&mut p.out) {
            self.desc_unref(d);
        }
        for d in std::mem::take(&mut p.fds).into_iter().flatten() {
            self.desc_unref(d);
        }
        if let Some(tty) = self.sessions.get_mut(&p.session).and_then(|s| s.tty.as_mut()) {
            tty.raw.take_if(|by| *by == p.pid);
        }
        let init = p.pid == self.init;
        self.asked.retain(|session| *session != p.pid);
        let events = &mut self.events;
        self.requests_open.retain(|id, pid| {
            let gone = init || *pid == p.pid;
            if gone {
                events.push(MachineEvent::Abandoned { id: *id });
            }
            !gone
        });
        for child in self.procs.values_mut().filter(|c| c.ppid == p.pid) {
            child.ppid = 1;
            // What holds a connection for its parent ends with it.
            if matches!(&child.body, Body::Program(program) if program.is_hold()) {
                post(child, Signal::KILL, true, self.now);
            }
        }
        if let Some(parent) = self.procs.get_mut(&p.ppid) {
            parent.reaped.push((p.pid, status));
            if parent.reaped.len() > 4 * PROCESSES_MAX {
                parent.reaped.remove(0);
            }
            if matches!(parent.block, Block::Child | Block::ChildUntil(_) | Block::Host) {
                parent.wake = self.now;
            }
        }
        if p.root {
            self.sessions.remove(&p.pid);
            self.events.push(MachineEvent::Exited { pid: p.pid, status, at: self.now });
        }
        if init {
            // The end of a namespace's first process is the end of all.
            for q in std::mem::take(&mut self.procs).into_values() {
                if matches!(&q.body, Body::Program(program) if program.is_external()) {
                    self.events.push(MachineEvent::ExternalGone { pid: q.pid });
                }
                if q.root {
                    self.events.push(MachineEvent::Exited { pid: q.pid, status: ExitStatus::Signal(Signal::KILL), at: self.now });
                }
            }
            self.sessions.clear();
            self.serving.clear();
        }
    }
}

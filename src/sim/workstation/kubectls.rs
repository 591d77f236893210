//! The kubectls that run on the workstation or in containers of the cluster.

use super::super::cluster::Cluster;
use super::files::WorkstationFiles;
use super::{FILE_MAX, Workstation};
use crate::base::{Duration, List as _, Time};
use crate::kubectl::{Ended, Environment, Host, Kubectl, Output, StdinState, Step, Stream};
use crate::kubelet::{Kubelets, Seat};
use crate::runtime::{ExtRead, Machine, MachineEvent, Pid, Signal};
use crate::server::NodeApi;

/// How long a kubectl takes to start, with its first round trip.
const KUBECTL_START: Duration = Duration::from_millis(80);
/// The same for one that reads files and validates them against the API's schema.
const KUBECTL_VALIDATES: Duration = Duration::from_millis(170);
/// The same for the first of those, which has to fetch that schema.
const KUBECTL_DISCOVERS: Duration = Duration::from_millis(450);
/// How much of its standard input it reads at a time, in bytes.
const STDIN_STEP: usize = 1 << 20;

/// Where a kubectl runs, here or in a container, and as which process.
pub(super) type At = (Option<Seat>, Pid);

/// A kubectl that runs.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub(super) kubectl: Kubectl,
    pub(super) stdin: Vec<u8>,
    eof: bool,
    /// When to step it next.
    pub(super) wake: Option<Time>,
    /// Step it as soon as there is a newer revision than this.
    pub(super) beyond: Option<u64>,
    /// Step it when there is input.
    wants_stdin: bool,
    /// The exit code of the program that it ran, such as an editor.
    ended: Option<Ended>,
    /// Whether a signal has ended it.
    killed: Option<Signal>,
    /// What it has written in a step that is not finished yet.
    out: Output,
}

/// How a kubectl goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Course {
    /// At once.
    GoesOn,
    /// When what it waits for has come.
    Waits,
    Ended,
}

impl Workstation {
    /// Handles an event of a kubectl's process.
    pub(super) fn external(&mut self, now: Time, seat: Option<Seat>, event: MachineEvent) {
        match event {
            MachineEvent::ExternalStarted { pid, argv, env, cwd, tty, .. } => {
                let namespace = if seat.is_some() { String::new() } else { self.namespace.clone() };
                let environment = Environment { cwd, env, stdin_is_tty: tty, namespace };
                let kubectl = Kubectl::start(argv.get(1..).unwrap_or_default(), &environment);
                let running = Running {
                    wake: Some(now + self.kubectl_start(&kubectl)),
                    kubectl,
                    stdin: Vec::new(),
                    eof: false,
                    beyond: None,
                    wants_stdin: false,
                    ended: None,
                    killed: None,
                    out: Output::default(),
                };
                self.kubectls.insert((seat, pid), running);
            }
            MachineEvent::ExternalInput { pid } => {
                if let Some(running) = self.kubectls.get_mut(&(seat, pid)).filter(|r| r.wants_stdin) {
                    running.wake = Some(now);
                }
            }
            MachineEvent::ExternalSignal { pid, signal } => {
                let Some(running) = self.kubectls.get_mut(&(seat, pid)) else { return };
                let open = running.kubectl.session_id();
                if signal == Signal::INT {
                    running.kubectl.interrupt();
                    self.left.extend(open.filter(|_| running.kubectl.session_id().is_none()));
                } else {
                    self.left.extend(open);
                    running.killed = Some(signal);
                }
                running.wake = Some(now);
            }
            MachineEvent::ExternalChild { pid, status } => {
                if let Some(running) = self.kubectls.get_mut(&(seat, pid)) {
                    running.ended = Some(Ended::With(status.code()));
                    running.wake = Some(now);
                }
            }
            MachineEvent::ExternalGone { pid } => {
                self.left.extend(self.kubectls.remove(&(seat, pid)).and_then(|r| r.kubectl.session_id()));
            }
            _ => {}
        }
    }

    /// How long a kubectl takes before it does anything: to start and, if it reads files, to get the schema.
    fn kubectl_start(&mut self, kubectl: &Kubectl) -> Duration {
        if !kubectl.reads_manifests() {
            return KUBECTL_START;
        }
        if std::mem::replace(&mut self.described, true) { KUBECTL_VALIDATES } else { KUBECTL_DISCOVERS }
    }

    /// Steps a kubectl; one whose container is gone is gone with it. Says whether it is in the middle of the step.
    pub(super) fn step_kubectl(&mut self, cluster: &mut Cluster, now: Time, at: &At) -> bool {
        let Some(mut running) = self.kubectls.remove(at) else { return false };
        let (seat, pid) = at;
        let mut lent = seat.as_ref().and_then(|seat| cluster.kubelets.as_mut()?.lend(seat));
        if lent.is_some() != seat.is_some() {
            self.left.extend(running.kubectl.session_id());
            return false;
        }
        let beside = self.kubectls.iter().filter(|((other, _), _)| other == seat);
        let listening: Vec<u16> = beside.flat_map(|(_, r)| r.kubectl.ports()).list();
        let machine = lent.as_deref_mut().unwrap_or(&mut self.machine);
        let course = match running.killed {
            Some(signal) => {
                match signal {
                    // Its own handler leaves with the code.
                    Signal::INT => machine.ext_exit(now, *pid, 130),
                    _ => machine.ext_kill(now, *pid, signal),
                }
                Course::Ended
            }
            None => {
                let files = WorkstationFiles { cwd: machine.ext_cwd(*pid), machine, web: &mut self.connections.web, pid: *pid };
                running.go_on(cluster, now, files, &listening)
            }
        };
        if let (Some(machine), Some(seat), Some(kubelets)) = (lent, seat, &mut cluster.kubelets) {
            kubelets.give_back(now, seat, machine);
        }
        if course != Course::Ended {
            self.kubectls.insert(at.clone(), running);
        }
        course == Course::GoesOn
    }
}

impl Running {
    /// Does what can be done now, or a part of it.
    fn go_on(&mut self, cluster: &mut Cluster, now: Time, mut files: WorkstationFiles<'_>, listening: &[u16]) -> Course {
        let pid = files.pid;
        if self.wants_stdin && !self.eof {
            let enough = self.stdin.len() + STDIN_STEP;
            while !self.eof && self.stdin.len() < enough && self.read(files.machine, pid) {}
        }
        if self.stdin.len() > FILE_MAX {
            files.machine.ext_kill(now, pid, Signal::KILL);
            return Course::Ended;
        }
        let revision = cluster.api.revision();
        let node = cluster.kubelets.as_mut().map(|kubelets: &mut Kubelets| kubelets as &mut dyn NodeApi);
        let mut host = Host { api: &mut cluster.api, node, now, files: &mut files, listening, ended: self.ended.take() };
        let step = self.kubectl.step(&mut host, StdinState { bytes: &self.stdin, eof: self.eof }, &mut self.out);
        if step == Step::GoOn {
            return Course::GoesOn;
        }
        let machine = files.machine;
        for (stream, bytes) in &std::mem::take(&mut self.out).chunks {
            machine.ext_write(now, pid, if *stream == Stream::Stdout { 1 } else { 2 }, bytes);
        }
        self.beyond = None;
        self.wants_stdin = false;
        match step {
            Step::GoOn => {}
            Step::Exit(code) => {
                machine.ext_exit(now, pid, code);
                return Course::Ended;
            }
            Step::WaitUntil(at) => self.wake = Some(at),
            Step::Run(argv) => {
                self.wake = None;
                if machine.ext_run(now, pid, &argv).is_err() {
                    self.ended = Some(Ended::NotFound);
                    self.wake = Some(now);
                }
            }
            Step::WaitChange(at) => {
                self.wake = at;
                self.beyond = Some(revision.max(cluster.api.revision()));
            }
            Step::WaitStdin(at) => {
                self.wants_stdin = true;
                self.wake = at;
                // Input that has already come is read at once, even if it was typed ahead into a container's terminal. For more, the
                // machine reports when.
                if !self.eof && self.read(machine, pid) {
                    self.wake = Some(now);
                }
            }
        }
        Course::Waits
    }

    /// Reads some of its standard input, or its end; false where there is nothing to read now.
    fn read(&mut self, machine: &mut Machine, pid: Pid) -> bool {
        match machine.ext_read(pid, self.kubectl.descriptor()) {
            ExtRead::Data(bytes) => self.stdin.extend_from_slice(&bytes),
            ExtRead::Empty => return false,
            ExtRead::End => self.eof = true,
        }
        true
    }
}

//! The workstation: a machine whose shell is the terminal's, whose files are the editor's tabs, and on which `kubectl` is a program.

mod files;
mod kubectls;
mod written;

use std::sync::Arc;

use super::cluster::Cluster;
use super::connections::{Connections, Way, local_port};
use super::kube_scheduler::{self, Call, CallError, KUBE_SCHEDULER};
use super::session::Session;
use crate::base::{List as _, Order as _, Shared, SortedMap, Time, is_url};
use crate::kubectl::{VERSION_VARIABLE, first_kubeconfig, klog};
use crate::kubelet::Kubelets;
use crate::network::{NetError, NetRequest, NetResponse};
use crate::runtime::{self, Image, Kind, Machine, MachineEvent, MachineSpec, Pid, Signal, SpawnSpec, Stdin};
use crate::scheduler::configuration;
use crate::server::{CERTIFICATE, ExecId, NodeApi as _};
use files::file_error;
use kubectls::{At, Running};
use written::Written;

/// Where commands start, and where the session's files are.
const HOME: &str = "/root";
/// How many bytes of a command's output are kept.
const OUTPUT_MAX: usize = 16 << 20;
/// How many bytes of memory the workstation's programs may use together.
const MEMORY_MAX: u64 = 256 << 20;
/// What has a terminal forget all that it shows.
const CLEAR: &[u8] = b"\x1bc";
/// The largest file and the longest standard input that kubectl reads, in bytes. If there is more it is killed as out of memory.
const FILE_MAX: usize = 16 << 20;

/// The outcome of a command.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CommandOutcome {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit: i32,
}

/// A terminal of the page.
#[derive(Clone, Debug)]
struct Terminal {
    pid: Pid,
    output: Written,
    /// Whether it was closed: what has its number next begins with an empty screen.
    closed: bool,
}

/// The machine that people work at.
#[derive(Clone, Debug)]
pub struct Workstation {
    machine: Machine,
    namespace: String,
    /// The version of its kubectl; empty for today's.
    kubectl: String,
    kubectls: SortedMap<At, Running>,
    /// The kubectls that are still to be stepped in this step, the next one last.
    due: Vec<At>,
    /// Runs of `kube-scheduler` that have started, with their arguments.
    scheduler_calls: Vec<(Pid, Vec<String>)>,
    command: Option<Pid>,
    /// What that command, or the last one, has written; it stays until the next begins.
    stdout: Shared<Vec<u8>>,
    stderr: Shared<Vec<u8>>,
    /// The pieces of the two, in the order in which they were written.
    written: Shared<Vec<(runtime::Stream, std::ops::Range<usize>)>>,
    done: Option<i32>,
    terminals: SortedMap<u32, Terminal>,
    /// Whether a kubectl has fetched the API's discovery documents, which are then in `~/.kube/cache`.
    described: bool,
    /// Requests of its programs to the network, to be sent.
    requests: Vec<(u64, NetRequest)>,
    connections: Connections,
    /// Sessions in containers whose kubectl has gone.
    left: Vec<ExecId>,
}

impl Workstation {
    /// The workstation of a session, with its files.
    pub fn new(session: &Session) -> Self {
        let image: Arc<Image> = Arc::new(runtime::images::workstation());
        let spec = MachineSpec {
            image,
            hostname: "workstation".to_owned(),
            externals: vec!["kubectl".to_owned(), KUBE_SCHEDULER.to_owned()],
            memory_limit: Some(MEMORY_MAX),
            capabilities: runtime::CAPABILITIES_ALL,
            seed: session.seed,
            stream: "workstation".to_owned(),
            ..MachineSpec::default()
        };
        let mut machine = Machine::new(Time::ZERO, spec);
        machine.files().make_dirs(HOME);
        let init = SpawnSpec { argv: vec!["tail".to_owned(), "-f".to_owned(), "/dev/null".to_owned()], ..SpawnSpec::default() };
        // The first process waits for ever: if it ended, so would all others.
        let _ = machine.spawn(Time::ZERO, init);
        let mut workstation = Workstation {
            machine,
            namespace: session.default_namespace().to_owned(),
            kubectl: session.kubectl.clone(),
            kubectls: SortedMap::new(),
            due: Vec::new(),
            scheduler_calls: Vec::new(),
            command: None,
            stdout: Shared::default(),
            stderr: Shared::default(),
            written: Shared::default(),
            done: None,
            terminals: SortedMap::new(),
            described: false,
            requests: Vec::new(),
            connections: Connections::default(),
            left: Vec::new(),
        };
        workstation.write_file(".kube/config", &first_kubeconfig(&workstation.namespace));
        workstation.write_file(".kube/ca.crt", CERTIFICATE);
        for (path, text) in &session.files {
            workstation.write_file(path, text);
        }
        workstation
    }

    /// Writes a file, its path relative to the home directory. What cannot be written is left out. A URL as the path names a page beyond
    /// the cluster.
    pub fn write_file(&mut self, path: &str, text: &str) {
        if is_url(path) {
            return self.connections.web.put(path, text);
        }
        // A path that leads through a file cannot be written.
        let _ = self.machine.files().write(HOME, path, text.as_bytes());
    }

    /// The text of a file or, by its URL, of a page beyond the cluster. None if it does not exist or is longer than `max` bytes.
    pub fn read_file(&self, path: &str, max: usize) -> Option<String> {
        if is_url(path) {
            return self.connections.web.page(path).filter(|text| text.len() <= max).map(|text| text.to_string());
        }
        let bytes = self.machine.file_system().read(HOME, path, max + 1).ok()?;
        // Bytes that are no text become longer as one.
        let text = (bytes.len() <= max).then(|| String::from_utf8_lossy(&bytes).into_owned());
        text.filter(|text| text.len() <= max)
    }

    /// Names of the programs that commands find, without those of `/usr/local/sbin`: most only say that they are not simulated.
    pub fn programs(&self) -> Vec<String> {
        let fs = self.machine.file_system();
        let folders = ["/usr/local/bin", "/usr/bin", "/bin"].map(|folder| fs.stat("/", folder).map(|node| &node.kind));
        let entries = folders.into_iter().filter_map(|kind| if let Ok(Kind::Dir(entries)) = kind { Some(entries.keys()) } else { None });
        entries.flatten().map(ToString::to_string).list()
    }

    /// The last URL beyond the cluster that a program asked for and the session has no page for.
    pub fn missed_url(&self) -> Option<&str> {
        self.connections.web.missed()
    }

    /// Paths of the files below the home directory and URLs of the session's pages, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let fs = self.machine.file_system();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let Ok(node) = fs.stat(HOME, if folder.is_empty() { "." } else { &folder }) else { continue };
            let Kind::Dir(entries) = &node.kind else { continue };
            for (name, inode) in entries.iter().filter(|(n, _)| !n.starts_with('.')) {
                let path = if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
                match &inode.kind {
                    Kind::Dir(_) => folders.push(path),
                    _ => found.push(path),
                }
            }
        }
        found.extend(self.connections.web.urls().cloned());
        found.order();
        found
    }

    /// The names in a folder as the shell of a terminal finds it, and whether each is a folder itself. Nothing where there is no such folder.
    pub fn names_in(&self, tab: u32, folder: &str) -> Vec<(String, bool)> {
        let cwd = self.terminals.get(&tab).and_then(|t| self.machine.cwd(t.pid)).unwrap_or(HOME);
        let path = match folder.strip_prefix("~/") {
            Some(rest) => format!("{HOME}/{rest}"),
            None if folder.is_empty() => ".".to_owned(),
            None => folder.to_owned(),
        };
        let fs = self.machine.file_system();
        let Ok(Kind::Dir(entries)) = fs.stat(cwd, &path).map(|node| &node.kind) else { return Vec::new() };
        let is_folder = |name: &str| fs.stat(cwd, &format!("{path}/{name}")).is_ok_and(|node| node.is_dir());
        entries.keys().map(|name| (name.to_string(), is_folder(name))).list()
    }

    /// The URLs of the session's pages, sorted.
    pub fn urls(&self) -> impl Iterator<Item = &String> {
        self.connections.web.urls()
    }

    /// Starts a command line, in a shell of its own.
    pub(super) fn start_command(&mut self, now: Time, line: &str, stdin: Option<&str>) {
        (self.stdout, self.stderr, self.written) = Default::default();
        self.done = None;
        let spec = SpawnSpec {
            argv: vec!["bash".to_owned(), "-c".to_owned(), line.to_owned()],
            env: self.environment(),
            cwd: HOME.to_owned(),
            stdin: if stdin.is_some() { Stdin::Pipe } else { Stdin::Null },
            ..SpawnSpec::default()
        };
        match self.machine.spawn(now, spec) {
            Ok(pid) => {
                self.command = Some(pid);
                if let Some(text) = stdin {
                    self.machine.write_stdin(now, pid, text.as_bytes());
                    self.machine.close_stdin(now, pid);
                }
            }
            Err(error) => {
                self.keep_output(runtime::Stream::Stderr, format!("{error}\n").as_bytes());
                self.done = Some(126);
            }
        }
    }

    /// Ends the running command, as closing its terminal would.
    pub(super) fn kill_command(&mut self, cluster: &mut Cluster, now: Time) {
        if let Some(pid) = self.command {
            self.machine.signal_session(now, pid, Signal::KILL);
            self.step(cluster, now);
        }
    }

    /// What the running or last command has printed, piece by piece as a terminal would show it, without the first `from` pieces. Each has
    /// its stream.
    pub fn command_output(&self, from: usize) -> impl Iterator<Item = (runtime::Stream, &[u8])> {
        self.written.iter().skip(from).map(|(stream, piece)| {
            let bytes = if *stream == runtime::Stream::Stdout { &self.stdout } else { &self.stderr };
            (*stream, &bytes[piece.clone()])
        })
    }

    /// The command's outcome, once it has ended.
    pub(super) fn take_command(&mut self) -> Option<CommandOutcome> {
        let exit = self.done.take()?;
        self.command = None;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some(CommandOutcome { stdout: text(&self.stdout), stderr: text(&self.stderr), exit })
    }

    /// Types into a terminal. The first call, even with no bytes, opens it with a shell.
    pub(super) fn terminal_input(&mut self, now: Time, tab: u32, bytes: &[u8]) {
        if !self.terminals.get(&tab).is_some_and(|t| !t.closed && self.machine.is_running(t.pid)) {
            let spec = SpawnSpec {
                argv: vec!["bash".to_owned(), "-i".to_owned()],
                env: self.environment(),
                cwd: HOME.to_owned(),
                stdin: Stdin::Tty,
                ..SpawnSpec::default()
            };
            let Ok(pid) = self.machine.spawn(now, spec) else { return };
            // The page edits lines itself, with history and completion, and echoes what is typed.
            self.machine.tty_echo(pid, false);
            let mut output = Written::default();
            if let Some(before) = self.terminals.remove(&tab) {
                output = before.output;
                if before.closed {
                    output.push(CLEAR);
                }
            }
            self.terminals.insert(tab, Terminal { pid, output, closed: false });
        }
        if bytes.is_empty() {
            return;
        }
        if let Some(pid) = self.raw_reader(tab)
            && let Some(running) = self.kubectls.get_mut(&(None, pid))
        {
            running.stdin.extend_from_slice(bytes);
            running.wake = Some(now);
            return;
        }
        if let Some(terminal) = self.terminals.get(&tab) {
            self.machine.tty_input(now, terminal.pid, bytes);
        }
    }

    /// Closes a terminal: whatever runs in it is told so, as by the kernel when a terminal's window goes.
    pub(super) fn hang_up(&mut self, now: Time, tab: u32) {
        if let Some(terminal) = self.terminals.get_mut(&tab).filter(|t| !t.closed) {
            terminal.closed = true;
            self.machine.signal_session(now, terminal.pid, Signal::HUP);
            // Whoever takes no notice finds nothing more to read.
            self.machine.close_stdin(now, terminal.pid);
        }
    }

    /// The terminals that are open; of several none whose shell has ended.
    pub fn terminals(&self) -> impl Iterator<Item = u32> {
        let lives = |t: &Terminal| self.machine.is_running(t.pid);
        let any = self.terminals.values().any(|t| !t.closed && lives(t));
        self.terminals.iter().filter(move |(_, t)| !t.closed && (!any || lives(t))).map(|(tab, _)| *tab)
    }

    /// Whether keys typed into a terminal go straight to a program, such as an editor or one in a container.
    pub fn terminal_is_raw(&self, tab: u32) -> bool {
        self.raw_reader(tab).is_some() || self.terminals.get(&tab).is_some_and(|t| self.machine.tty_is_raw(t.pid))
    }

    /// What a terminal has shown from an offset on, and the offset after that.
    pub fn terminal_output(&self, tab: u32, from: usize) -> (Vec<u8>, usize) {
        self.terminals.get(&tab).map_or_else(|| (Vec::new(), from), |t| t.output.since(from))
    }

    /// Whether it is in the middle of a step; nothing else may happen before the rest.
    pub(super) fn is_midway(&self) -> bool {
        !self.due.is_empty()
    }

    /// When it is due.
    pub(super) fn next_at(&self, cluster: &Cluster) -> Option<Time> {
        if self.is_midway() {
            return Some(Time::ZERO);
        }
        let newest = cluster.api.revision();
        let changed = self.kubectls.values().any(|r| r.beyond.is_some_and(|b| newest > b)).then_some(Time::ZERO);
        let kubectls = self.kubectls.values().filter_map(|r| r.wake).min();
        let answers = cluster.kubelets.as_ref().is_some_and(Kubelets::has_outside);
        let watches = &self.connections.watches;
        let events = (answers || self.machine.has_events() || watches.are_behind(&cluster.api)).then_some(Time::ZERO);
        [self.machine.next_wake(), kubectls, changed, events, watches.next_at()].into_iter().flatten().min()
    }

    /// Does what is due, or as much of it as one step should: a kubectl that acts on thousands of objects does so a few at a time. What it
    /// writes meanwhile is shown when it is done with that.
    pub(super) fn step(&mut self, cluster: &mut Cluster, now: Time) {
        if !self.is_midway() {
            self.begin_step(cluster, now);
        }
        while let Some(at) = self.due.pop() {
            if self.step_kubectl(cluster, now, &at) {
                self.due.push(at);
                return;
            }
        }
    }

    fn begin_step(&mut self, cluster: &mut Cluster, now: Time) {
        self.machine.run(now);
        self.take_events(now);
        for (seat, event) in cluster.kubelets.as_mut().map(Kubelets::take_externals).unwrap_or_default() {
            self.external(now, Some(seat), event);
        }
        for session in std::mem::take(&mut self.left) {
            if let Some(kubelets) = &mut cluster.kubelets {
                kubelets.hang_up(now, session);
            }
        }
        for (pid, argv) in std::mem::take(&mut self.scheduler_calls) {
            self.call_scheduler(cluster, now, pid, argv.get(1..).unwrap_or_default());
        }
        self.send_requests(cluster, now);
        if let Some(kubelets) = &mut cluster.kubelets {
            for asked in kubelets.take_beyond() {
                let answer = self.connections.answer_container(&cluster.api, &asked.request);
                kubelets.answer_beyond(&cluster.api, now, asked, answer);
            }
        }
        self.hand_answers(cluster, now);
        let newest = cluster.api.revision();
        let due = |r: &Running| r.wake.is_some_and(|t| t <= now) || r.beyond.is_some_and(|b| newest > b);
        self.due = self.kubectls.iter().filter(|(_, r)| due(r)).map(|(at, _)| at.clone()).list();
        self.due.reverse();
    }

    /// Sends the requests of programs to the network.
    fn send_requests(&mut self, cluster: &mut Cluster, now: Time) {
        for (id, request) in std::mem::take(&mut self.requests) {
            let own = self.kubectls.iter().filter(|((seat, _), _)| seat.is_none());
            let listener = own.filter_map(|((_, pid), r)| Some((*pid, r.kubectl.listens(local_port(&request)?)?))).next();
            let (handler, behind) = listener.map_or((None, None), |(pid, behind)| (Some(pid), Some(behind)));
            match self.connections.connect(cluster, now, id, request, behind, self.machine.file_system()) {
                Way::Answered(answer) => self.machine.respond(now, id, answer),
                Way::Forwarded(port, refused) => {
                    let pid = handler.expect("only a listener forwards");
                    self.connections.forwarded(id, pid, refused);
                    self.machine.ext_write(now, pid, 1, format!("Handling connection for {port}\n").as_bytes());
                }
                Way::Sent => {}
            }
        }
    }

    /// Hands out what came back from pods; a kubectl whose connection broke ends.
    fn hand_answers(&mut self, cluster: &mut Cluster, now: Time) {
        for (id, answer) in cluster.kubelets.as_mut().map(Kubelets::take_forwarded).unwrap_or_default() {
            let mut answer = self.connections.answer(id, answer);
            if let Some((pid, why)) = self.connections.lost(id, &answer)
                && self.kubectls.remove(&(None, pid)).is_some()
            {
                let text =
                    klog(now, "E", pid, "portforward.go:424", &format!("\"Unhandled Error\" err={why:?}\nerror: lost connection to pod\n"));
                self.machine.ext_write(now, pid, 2, text.as_bytes());
                self.machine.ext_exit(now, pid, 1);
                // The local connection had been taken.
                answer = Err(NetError::Reset);
            }
            self.machine.respond(now, id, answer);
        }
        for (id, answer) in self.connections.watches.tell(&cluster.api, now) {
            self.machine.respond(now, id, Ok(NetResponse::Http(answer)));
        }
    }

    fn environment(&self) -> Arc<runtime::Env> {
        let old = (!self.kubectl.is_empty()).then_some((VERSION_VARIABLE, self.kubectl.as_str()));
        let own: runtime::Variables = [("HOME", HOME), ("USER", "root"), ("SHELL", "/bin/bash"), ("KUBECONFIG", "/root/.kube/config")]
            .into_iter()
            .chain(old)
            .map(|(k, v)| (k.into(), v.into()))
            .list();
        Arc::new(own.into())
    }

    fn take_events(&mut self, now: Time) {
        for event in self.machine.drain() {
            match event {
                MachineEvent::Output { pid, stream, bytes, .. } => self.take_output(pid, stream, &bytes),
                MachineEvent::Exited { pid, status, .. } if self.command == Some(pid) => self.done = Some(status.code()),
                MachineEvent::ExternalStarted { pid, argv, .. } if argv.first().is_some_and(|name| name.ends_with(KUBE_SCHEDULER)) => {
                    self.scheduler_calls.push((pid, argv));
                }
                MachineEvent::ExternalStarted { .. }
                | MachineEvent::ExternalInput { .. }
                | MachineEvent::ExternalSignal { .. }
                | MachineEvent::ExternalChild { .. }
                | MachineEvent::ExternalGone { .. } => self.external(now, None, event),
                MachineEvent::Abandoned { id } => self.connections.watches.end(|to| *to == id),
                MachineEvent::Request { id, request, .. } => self.requests.push((id, request)),
                MachineEvent::Exited { .. }
                | MachineEvent::Served { .. }
                | MachineEvent::OomKilled { .. }
                | MachineEvent::VolumeChanged { .. } => {}
            }
        }
    }

    fn take_output(&mut self, pid: Pid, stream: runtime::Stream, bytes: &[u8]) {
        if self.command == Some(pid) {
            self.keep_output(stream, bytes);
        } else if let Some(terminal) = self.terminals.values_mut().find(|t| t.pid == pid && !t.closed) {
            terminal.output.push(bytes);
        }
    }

    fn keep_output(&mut self, stream: runtime::Stream, bytes: &[u8]) {
        let sink = if stream == runtime::Stream::Stdout { &mut self.stdout } else { &mut self.stderr };
        let from = sink.len();
        sink.extend_from_slice(&bytes[..bytes.len().min(OUTPUT_MAX.saturating_sub(from))]);
        // What is written beyond the limit leaves nothing behind, however often.
        if sink.len() > from {
            self.written.push((stream, from..sink.len()));
        }
    }

    /// Does what a call of `kube-scheduler` asks for.
    fn call_scheduler(&mut self, cluster: &mut Cluster, now: Time, pid: Pid, args: &[String]) {
        let cwd = self.machine.ext_cwd(pid);
        let failed = |path: &str, errno| CallError::File(path.to_owned(), file_error(errno));
        let done = match kube_scheduler::parse(args) {
            Call::Say(text, 0) => Ok(text),
            Call::Say(text, code) => {
                self.machine.ext_write(now, pid, 2, text.as_bytes());
                return self.machine.ext_exit(now, pid, code);
            }
            Call::Write(path) => {
                let written = self.machine.files().write(&cwd, &path, configuration::DEFAULT.as_bytes());
                written.map(|()| String::new()).map_err(|errno| failed(&path, errno))
            }
            Call::Start(path, without_effect) => {
                let read = |path: String| self.machine.file_system().read(&cwd, &path, FILE_MAX).map_err(|errno| failed(&path, errno));
                path.map(read).transpose().and_then(|file| kube_scheduler::start(cluster, now, file.as_deref(), without_effect))
            }
        };
        let (fd, text, code) = match done {
            Ok(text) => (1, text, 0),
            Err(why) => (2, kube_scheduler::failed(now, &why), 1),
        };
        self.machine.ext_write(now, pid, fd, text.as_bytes());
        self.machine.ext_exit(now, pid, code);
    }

    /// The kubectl that a terminal's keys go to, where one wants them as they are typed.
    fn raw_reader(&self, tab: u32) -> Option<Pid> {
        let terminal = self.terminals.get(&tab)?.pid;
        let processes = self.machine.processes();
        let parent = |pid: Pid| processes.iter().find(|p| p.pid == pid).map(|p| p.ppid);
        let below = |mut pid: Pid| {
            for _ in 0..processes.len() {
                if pid == terminal {
                    return true;
                }
                match parent(pid) {
                    Some(up) => pid = up,
                    None => return false,
                }
            }
            false
        };
        let own = self.kubectls.iter().filter(|((seat, _), r)| seat.is_none() && r.kubectl.wants_raw_input());
        own.map(|((_, pid), _)| *pid).find(|pid| below(*pid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Duration;
    use crate::sim::{TerminalInput, TimedInput};

    /// What a terminal shows at a moment of what is typed, half a second apart.
    fn shown_of(typed: &[&str], until: Time) -> String {
        let mut sim = crate::sim::Sim::new(Session::default());
        for data in typed {
            let terminal = Some(TerminalInput { data: (*data).to_owned(), ..TerminalInput::default() });
            sim.input(TimedInput { terminal, ..TimedInput::default() });
            while !sim.run(sim.now() + Duration::from_millis(500), 4096).done {}
        }
        while !sim.run(until, 4096).done {}
        String::from_utf8(sim.terminal_output(0, 0).0).expect("text")
    }

    /// As readline shows it: what stood above while something ran stands behind the prompt too, before it is run.
    #[test]
    fn what_is_typed_ahead_is_shown_again() {
        let shown = shown_of(&["", "sleep 2\n", "echo hi\n"], Time::from_secs(5));
        assert_eq!(shown, "root@workstation:~# root@workstation:~# echo hi\nhi\nroot@workstation:~# ");
    }

    /// As kubectl finds it in the terminal's buffer: what is typed before the container runs is for its shell, not for the workstation's.
    #[test]
    fn what_is_typed_ahead_of_a_container_is_for_it() {
        let shown = shown_of(&["", "kubectl run box --rm -it --image=busybox -- sh\n", "hostname\n"], Time::from_secs(20));
        assert_eq!(shown.rsplit("prompt, try pressing enter.").next(), Some("\nhostname\n/ # hostname\nbox\n/ # "));
    }

    /// As where a terminal's window is closed: what runs there is told so, and what has its number next begins with an empty screen.
    #[test]
    fn a_closed_terminal_ends_what_runs_in_it() {
        let mut sim = crate::sim::Sim::new(Session::default());
        let mut give = |tab: u32, data: &str, hangup: bool| {
            let terminal = Some(TerminalInput { tab, data: data.to_owned(), hangup });
            sim.input(TimedInput { terminal, ..TimedInput::default() });
            while !sim.run(sim.now() + Duration::from_millis(500), 4096).done {}
            let workstation = sim.workstation();
            let runs: Vec<String> = workstation.machine.processes().iter().map(|p| p.argv.join(" ")).collect();
            (workstation.terminals().collect::<Vec<_>>(), runs, sim.terminal_output(1, 0).0)
        };
        for data in ["", "nohup sleep 111 &\n", "sleep 222 &\n", "kubectl get pods -w\n"] {
            give(0, "", false);
            give(1, data, false);
        }
        let (open, runs, before) = give(2, "", false);
        let has = |runs: &[String], what: &str| runs.iter().any(|r| r.contains(what));
        assert_eq!((open, has(&runs, "sleep 222"), has(&runs, "get pods")), (vec![0, 1, 2], true, true), "{runs:?}");
        let (open, runs, after) = give(1, "", true);
        assert_eq!((open, has(&runs, "sleep 222"), has(&runs, "get pods")), (vec![0, 2], false, false), "{runs:?}");
        assert!(has(&runs, "sleep 111") && after == before, "{runs:?}");
        let (open, _, anew) = give(1, "", false);
        assert_eq!((open, &anew[before.len()..]), (vec![0, 1, 2], &b"\x1bcroot@workstation:~# "[..]));
        // One whose shell has ended is no longer there, unless it is the last.
        assert_eq!(give(1, "exit\n", false).0, [0, 2]);
        assert_eq!((give(2, "exit\n", false).0, give(0, "exit\n", false).0), (vec![0], vec![0, 1, 2]));
    }

    #[test]
    fn a_file_is_read_where_it_is_short_enough() {
        let mut workstation = Workstation::new(&Session::default());
        let url = "https://example.com/a.yaml";
        for path in ["a", url] {
            workstation.write_file(path, "12345");
            for (max, want) in [(4, None), (5, Some("12345")), (FILE_MAX, Some("12345"))] {
                assert_eq!(workstation.read_file(path, max).as_deref(), want, "{path} {max}");
            }
        }
        assert_eq!(workstation.read_file("b", FILE_MAX), None);
    }

    #[test]
    fn output_beyond_the_limit_leaves_nothing() {
        let mut workstation = Workstation::new(&Session::default());
        workstation.keep_output(runtime::Stream::Stdout, &vec![b'x'; OUTPUT_MAX]);
        for _ in 0..3 {
            workstation.keep_output(runtime::Stream::Stdout, b"more");
        }
        workstation.keep_output(runtime::Stream::Stderr, b"why");
        assert_eq!(workstation.command_output(1).collect::<Vec<_>>(), [(runtime::Stream::Stderr, &b"why"[..])]);
    }
}

//! A machine as its host sees it.

mod event;
mod external;
mod files;

use std::sync::Arc;

use super::env::Env;
use super::fs::{Errno, FileSystem, Inode, Mount};
use super::images::Image;
use super::kernel::Kernel;
use super::process::{Block, Pid, Signal, Waiting};
use super::programs::{self, QueueLength};
use crate::base::{Duration, List as _, RandomStream, SortedMap, Time};
use crate::network::{NetError, NetRequest, NetResponse};
use arcstr::ArcStr;
pub use event::{MachineEvent, ServeId, Stream};
pub use external::ExtRead;
pub use files::Files;

/// What a machine is made of.
#[derive(Debug, Clone, Default)]
pub struct MachineSpec {
    /// The image's files.
    pub image: Arc<Image>,
    /// The host's name within.
    pub hostname: String,
    /// What is mounted where, in order.
    pub mounts: Vec<Mount>,
    /// The volumes' trees by name.
    pub volumes: SortedMap<ArcStr, Arc<Inode>>,
    /// Whether the image's own files refuse writes.
    pub read_only_root: bool,
    /// Bytes of memory beyond which processes are killed.
    pub memory_limit: Option<u64>,
    /// By how much its processes are preferred where the host has no memory left: from -1000 to 1000.
    pub oom_score_adj: i64,
    /// CPU that may be used, in thousandths of one; 0 stands for 4000.
    pub cpu_millis: u64,
    /// Whether that is a limit of its own, and not all that there is.
    pub cpu_limited: bool,
    /// The machine's addresses, first the one it is known by.
    pub addresses: Vec<std::net::IpAddr>,
    /// Groups that every process is in, beside its own.
    pub groups: Vec<u32>,
    /// Whether they are all: none that `/etc/group` lists the user in.
    pub strict_groups: bool,
    /// What its superuser may do: the bits of `capabilities(7)`. Told; `CAP_CHOWN` alone is asked for, where nginx starts.
    pub capabilities: u64,
    /// Programs that the host runs itself, by name.
    pub externals: Vec<String>,
    /// The seed of its random stream, and the stream's name.
    pub seed: u64,
    /// Names the random stream.
    pub stream: String,
}

/// All capabilities that there are, as bits (`CAP_LAST_CAP` is `CAP_CHECKPOINT_RESTORE`).
pub const CAPABILITIES_ALL: u64 = (1 << 41) - 1;

/// Where a spawn's input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stdin {
    /// Empty.
    #[default]
    Null,
    /// What the host writes, until it closes it.
    Pipe,
    /// A terminal; outputs go there, too.
    Tty,
}

/// A program to start.
#[derive(Debug, Clone, Default)]
pub struct SpawnSpec {
    /// The command and its arguments.
    pub argv: Vec<String>,
    /// The environment. PATH and HOME are set where they are missing.
    pub env: Arc<Env>,
    /// The directory it starts in; `/` where it is empty. Made if it is missing.
    pub cwd: String,
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Its input.
    pub stdin: Stdin,
}

/// Why a program could not be started. The texts are those of the container runtime.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpawnError {
    /// No command.
    #[error("no command specified")]
    NoCommand,
    /// No such program.
    #[error("exec: \"{name}\": {}", not_found(.name))]
    NotFound {
        /// As written.
        name: String,
    },
    /// It may not be run.
    #[error("exec: \"{0}\": permission denied")]
    PermissionDenied(String),
    /// It is a directory.
    #[error("exec: \"{0}\": is a directory")]
    IsDirectory(String),
    /// It is no program.
    #[error("exec {0}: exec format error")]
    Format(String),
    /// A file is where its working directory should be, or one above that.
    #[error("error during container init: mkdir {0}: not a directory")]
    NoDirectory(String),
    /// Too many processes.
    #[error("fork/exec: resource temporarily unavailable")]
    TooMany,
    /// Pid 1 is gone.
    #[error("cannot exec in a stopped container")]
    Stopped,
}

fn not_found(name: &str) -> String {
    if name.contains('/') { format!("stat {name}: no such file or directory") } else { "executable file not found in $PATH".into() }
}

/// CPU and memory in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// CPU time since the machine was made.
    pub cpu: Duration,
    /// Bytes of resident memory.
    pub memory_bytes: u64,
    /// How many processes there are.
    pub processes: usize,
}

/// A process as an inspector shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessInfo {
    /// Its number.
    pub pid: Pid,
    /// Its parent's.
    pub ppid: Pid,
    /// Its user.
    pub uid: u32,
    /// Its command and arguments.
    pub argv: Vec<String>,
    /// What it waits for.
    pub waiting: Waiting,
    /// CPU time it used.
    pub cpu: Duration,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// When it started.
    pub started: Time,
}

/// A request being served.
#[derive(Debug, Clone)]
pub struct Serving {
    pub id: ServeId,
    pub port: u16,
    pub request: NetRequest,
}

/// One container's, or the workstation's, world. See the module.
#[derive(Debug, Clone)]
pub struct Machine {
    pub(super) kernel: Kernel,
    next_serve: ServeId,
}

/// Where programs are looked for, unless an image or a container says otherwise.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Machine {
    /// A machine with nothing running.
    pub fn new(now: Time, spec: MachineSpec) -> Machine {
        let mut fs = FileSystem::new(spec.image.root.clone(), spec.mounts, spec.volumes);
        if fs.stat("/", "/etc/hostname").is_err() {
            let _ = fs.put_file("/etc/hostname", format!("{}\n", spec.hostname).as_bytes(), 0o644, now);
        }
        fs.root_read_only = spec.read_only_root;
        fs.dirty.clear();
        let random = RandomStream::new(spec.seed, &spec.stream);
        let mut kernel = Kernel::new(fs, ArcStr::from(spec.hostname), random, now);
        kernel.memory_limit = spec.memory_limit;
        kernel.oom_score_adj = spec.oom_score_adj;
        kernel.cpu_limited = spec.cpu_limited;
        kernel.cpu_millis = if spec.cpu_millis == 0 { 4000 } else { spec.cpu_millis };
        kernel.addresses = spec.addresses;
        (kernel.groups, kernel.strict_groups) = (spec.groups, spec.strict_groups);
        kernel.capabilities = spec.capabilities;
        kernel.externals = spec.externals.into_iter().map(ArcStr::from).collect();
        kernel.service = spec.image.service.clone();
        Machine { kernel, next_serve: 1 }
    }

    /// Starts a program. The first one's end is the end of all.
    pub fn spawn(&mut self, now: Time, spec: SpawnSpec) -> Result<Pid, SpawnError> {
        let k = &mut self.kernel;
        k.now = k.now.max(now);
        let Some(name) = spec.argv.first().cloned() else { return Err(SpawnError::NoCommand) };
        if k.ended() {
            return Err(SpawnError::Stopped);
        }
        let mut env = spec.env;
        let home = if spec.uid == 0 { "/root" } else { "/" };
        for (name, value) in [("PATH", PATH), ("TERM", "xterm"), ("HOME", home)] {
            if env.get(name).is_none() && (name != "TERM" || spec.stdin == Stdin::Tty) {
                Arc::make_mut(&mut env).push(name.into(), value.into());
            }
        }
        let cwd = if spec.cwd.is_empty() { "/".to_string() } else { spec.cwd };
        let ends = cwd.match_indices('/').map(|(end, _)| end).chain([cwd.len()]);
        let is_file = |path: &&str| k.fs.find("/", path, true).is_ok_and(|f| f.node.is_some_and(|n| !n.is_dir()));
        if let Some(file) = ends.map(|end| &cwd[..end]).find(is_file).filter(|_| k.init == 0) {
            return Err(SpawnError::NoDirectory(file.to_owned()));
        }
        let cwd = match k.fs.find("/", &cwd, true) {
            Ok(f) if f.node.is_some() => f.path,
            _ => {
                k.fs.make_dirs(&cwd, now);
                k.fs.find("/", &cwd, true).map_or_else(|_| "/".to_string(), |f| f.path)
            }
        };
        let path = env.get("PATH").cloned();
        let found = programs::resolve(k, &cwd, (spec.uid, spec.gid), path.as_deref(), &spec.argv);
        let found = found.or_else(|e| programs::stand_in(k, k.init == 0, &spec.argv, e)).map_err(|e| match e {
            Errno::NoEntry | Errno::NotDirectory | Errno::Loop | Errno::NameTooLong => SpawnError::NotFound { name: name.clone() },
            Errno::IsDirectory => SpawnError::IsDirectory(name.clone()),
            Errno::Invalid => SpawnError::Format(name.clone()),
            _ => SpawnError::PermissionDenied(name.clone()),
        })?;
        k.spawn_root(found.program, found.argv, env, ArcStr::from(cwd), (spec.uid, spec.gid), spec.stdin).ok_or(SpawnError::TooMany)
    }

    /// When the machine next has something to do.
    pub fn next_wake(&self) -> Option<Time> {
        self.kernel.next_wake()
    }

    /// Does what is due, in a bounded number of steps; call again while `next_wake` is not later than `now`.
    pub fn run(&mut self, now: Time) {
        self.kernel.run(now);
    }

    /// What happened since the last call, in order.
    pub fn drain(&mut self) -> Vec<MachineEvent> {
        let mut events = std::mem::take(&mut self.kernel.events);
        for volume in std::mem::take(&mut self.kernel.fs.dirty) {
            events.push(MachineEvent::VolumeChanged { volume });
        }
        events
    }

    /// Whether there is anything to drain.
    pub fn has_events(&self) -> bool {
        !self.kernel.events.is_empty() || !self.kernel.fs.dirty.is_empty()
    }

    /// Whether a program that the host started still runs.
    pub fn is_running(&self, pid: Pid) -> bool {
        self.kernel.procs.contains_key(&pid)
    }

    /// The directory that a process is in.
    pub fn cwd(&self, pid: Pid) -> Option<&str> {
        self.kernel.procs.get(&pid).map(|p| &*p.cwd)
    }

    /// Gives a program input.
    pub fn write_stdin(&mut self, now: Time, pid: Pid, bytes: &[u8]) {
        self.kernel.now = self.kernel.now.max(now);
        self.kernel.host_input(pid, bytes);
    }

    /// Ends a program's input.
    pub fn close_stdin(&mut self, now: Time, pid: Pid) {
        self.kernel.now = self.kernel.now.max(now);
        self.kernel.host_close(pid);
    }

    /// What is typed on a program's terminal: echoed, collected into lines; Ctrl-C (3), Ctrl-D (4), Ctrl-\ (28), backspace and
    /// Ctrl-U work. Newlines go out as a bare `\n`.
    pub fn tty_input(&mut self, now: Time, pid: Pid, bytes: &[u8]) {
        self.kernel.now = self.kernel.now.max(now);
        self.kernel.tty_input(pid, bytes);
    }

    /// Whether a program on this terminal takes keys as they are typed, as an editor does.
    pub fn tty_is_raw(&self, pid: Pid) -> bool {
        self.kernel.tty_is_raw(pid)
    }

    /// Whether the terminal shows what is typed; on at first. A front end that edits lines itself turns it off.
    pub fn tty_echo(&mut self, pid: Pid, on: bool) {
        self.kernel.tty_echo(pid, on);
    }

    /// Sends a signal from outside. Pid 1 ignores those it has no handler for, except KILL.
    pub fn signal(&mut self, now: Time, pid: Pid, signal: Signal) {
        self.kernel.now = self.kernel.now.max(now);
        // A process that is gone needs no signal.
        let _ = self.kernel.signal(pid, signal, false);
    }

    /// Sends a signal to all that a spawn started, as a closed connection does.
    pub fn signal_session(&mut self, now: Time, pid: Pid, signal: Signal) {
        self.kernel.now = self.kernel.now.max(now);
        let pids: Vec<Pid> = self.kernel.procs.values().filter(|p| p.session == pid).map(|p| p.pid).list();
        for pid in pids {
            let _ = self.kernel.signal(pid, signal, false);
        }
    }

    /// The machine's files.
    pub fn files(&mut self) -> Files<'_> {
        Files { k: &mut self.kernel }
    }

    /// Has the kernel's parameters below `/proc/sys` refuse writes from now on.
    pub fn lock_sysctls(&mut self) {
        self.kernel.fs.sysctls_read_only = true;
    }

    /// Looks at the files without changing them.
    pub fn file_system(&self) -> &FileSystem {
        &self.kernel.fs
    }

    /// A volume's tree, to be shared with other machines that mount it.
    pub fn volume(&self, name: &str) -> Option<&Arc<Inode>> {
        self.kernel.fs.volume(name)
    }

    /// Replaces a volume's tree: another machine wrote to it, or its source changed. No event comes of it.
    pub fn set_volume(&mut self, name: &str, tree: Arc<Inode>) {
        self.kernel.fs.set_volume(name, tree);
    }

    /// Thousandths of a core used of late.
    pub fn cpu_milli(&self, now: Time) -> u64 {
        self.kernel.cpu_milli(now)
    }

    /// CPU time and memory used up to `now`.
    pub fn usage(&self, now: Time) -> Usage {
        let k = &self.kernel;
        Usage { cpu: Duration::from_micros(k.cpu_us(now)), memory_bytes: k.memory(), processes: k.procs.len() }
    }

    /// Changes the CPU that it may use, in thousandths, and whether that is a limit of its own.
    pub fn set_cpu_millis(&mut self, millis: u64, limited: bool) {
        self.kernel.cpu_millis = millis.max(1);
        self.kernel.cpu_limited = limited;
    }

    /// Changes the memory limit.
    pub fn set_memory_limit(&mut self, bytes: Option<u64>) {
        self.kernel.memory_limit = bytes;
    }

    /// A process takes so many bytes of memory more.
    pub fn fill_memory(&mut self, now: Time, pid: Pid, bytes: u64) {
        self.kernel.now = self.kernel.now.max(now);
        self.kernel.fill_memory(pid, bytes);
    }

    /// The processes, by number.
    pub fn processes(&self) -> Vec<ProcessInfo> {
        self.kernel
            .procs
            .values()
            .filter(|p| !p.is_elsewhere())
            .map(|p| ProcessInfo {
                pid: p.pid,
                ppid: p.ppid,
                uid: p.uid,
                argv: p.argv.iter().map(|a| a.to_string()).list(),
                waiting: p.waiting(),
                cpu: Duration::from_micros(p.cpu_us),
                memory_bytes: p.memory,
                started: p.started,
            })
            .list()
    }

    /// What the queues of its queue servers hold.
    pub fn queues(&self) -> Vec<QueueLength> {
        self.kernel.procs.values().flat_map(|p| programs::queue_lengths(p)).list()
    }

    /// Answers a request.
    pub fn respond(&mut self, now: Time, id: u64, answer: Result<NetResponse, NetError>) {
        self.kernel.now = self.kernel.now.max(now);
        self.kernel.respond(id, answer);
    }

    /// Whether its own program stands in for one that nobody described.
    pub fn stands_in(&self) -> bool {
        self.kernel.service.as_ref().is_some_and(|s| s.stands_in)
    }

    /// Has a program that stands in for one do well in what was started as this process.
    pub fn ask(&mut self, pid: Pid) {
        self.kernel.asked.push(pid);
    }

    /// Whether a process listens on a port.
    pub fn listens(&self, port: u16) -> bool {
        self.kernel.listener(port).is_some()
    }

    /// The ports at which somebody listens.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        self.kernel.procs.values().flat_map(|p| programs::ports(p))
    }

    /// Tells which ports are taken by others at the same address.
    pub fn set_taken(&mut self, ports: Vec<u16>) {
        self.kernel.taken = ports;
    }

    /// A request from the network to a port; `Served` answers it. Refused where nobody listens.
    pub fn serve(&mut self, now: Time, port: u16, request: NetRequest) -> Result<ServeId, NetError> {
        let k = &mut self.kernel;
        k.now = k.now.max(now);
        let Some(pid) = k.listener(port) else { return Err(NetError::Refused) };
        // A backlog has an end.
        if k.serving.len() >= 1024 {
            return Err(NetError::TimedOut);
        }
        let id = self.next_serve;
        self.next_serve += 1;
        k.serving.push_back(Serving { id, port, request });
        let at = k.now;
        if let Some(p) = k.procs.get_mut(&pid)
            && matches!(p.block, Block::Serve(_))
        {
            p.wake = at;
        }
        Ok(id)
    }

    /// The sender of a request that is being served is gone.
    pub fn hang_up(&mut self, now: Time, id: ServeId) {
        let k = &mut self.kernel;
        k.now = k.now.max(now);
        match k.serving.iter().position(|s| s.id == id) {
            Some(waiting) => drop(k.serving.remove(waiting)),
            None => k.hung_up.push(id),
        }
        let at = k.now;
        for p in k.procs.values_mut().filter(|p| matches!(p.block, Block::Serve(_))) {
            p.wake = at;
        }
    }
}

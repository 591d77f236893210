//! Processes and signals.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use arcstr::ArcStr;

use super::env::Env;
use super::fs::FileSystem;
use super::kernel::{DescId, Kernel};
use super::programs::Program;
use super::shell::Shell;
use crate::base::Time;

/// A process's number within its machine.
pub type Pid = u32;

/// A signal, by its Linux number (1 to 31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signal(pub u8);

const NAMES: [&str; 32] = [
    "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
    "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS",
];

impl Signal {
    /// Hang up.
    pub const HUP: Signal = Signal(1);
    /// Ctrl-C.
    pub const INT: Signal = Signal(2);
    /// Ctrl-\; nginx and httpd: shut down gracefully.
    pub const QUIT: Signal = Signal(3);
    /// Cannot be caught.
    pub const KILL: Signal = Signal(9);
    /// A pipe nobody reads.
    pub const PIPE: Signal = Signal(13);
    /// Please end.
    pub const TERM: Signal = Signal(15);
    /// A child ended.
    pub const CHLD: Signal = Signal(17);
    /// Go on.
    pub const CONT: Signal = Signal(18);
    /// Stop; cannot be caught.
    pub const STOP: Signal = Signal(19);
    /// nginx and httpd: shut down gracefully.
    pub const WINCH: Signal = Signal(28);

    /// The signal of a name with or without `SIG`, or of a number. `EXIT` and 0 are `Signal(0)`.
    pub fn parse(text: &str) -> Option<Signal> {
        if let Ok(n) = text.parse::<u8>() {
            return (n < 32).then_some(Signal(n));
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        NAMES.iter().position(|n| *n == name).map(|n| Signal(n as u8))
    }

    /// The name without `SIG`.
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or("UNKNOWN")
    }

    pub(super) const fn bit(self) -> u32 {
        1 << self.0
    }

    /// What the shell prints when a child died of it; empty where it keeps silent.
    pub(super) fn text(self) -> &'static str {
        match self.0 {
            1 => "Hangup",
            3 => "Quit",
            4 => "Illegal instruction",
            6 => "Aborted",
            8 => "Arithmetic exception",
            9 => "Killed",
            10 => "User defined signal 1",
            11 => "Segmentation fault",
            12 => "User defined signal 2",
            14 => "Alarm clock",
            15 => "Terminated",
            _ => "",
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIG{}", self.name())
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// It left with this code.
    Code(u8),
    /// A signal ended it.
    Signal(Signal),
}

impl ExitStatus {
    /// Left with a code, of which eight bits are told.
    pub fn left_with(code: i32) -> Self {
        ExitStatus::Code((code & 255) as u8)
    }

    /// As the shell and the container runtime number it: 128 + n for a signal.
    pub fn code(self) -> i32 {
        match self {
            ExitStatus::Code(c) => i32::from(c),
            ExitStatus::Signal(s) => 128 + i32::from(s.0),
        }
    }
}

/// What a process waits for. What an inspector shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// It is on a CPU, or ready for one.
    Running,
    /// A moment.
    Until(Time),
    /// Something to read.
    Input,
    /// Room in a pipe.
    Output,
    /// A child.
    Child,
    /// An answer from the network.
    Network,
    /// Someone to serve.
    Connection,
    /// The host, which runs it.
    Host,
    /// A signal, or nothing.
    Signal,
}

/// What a step came to.
#[derive(Debug)]
pub enum Step {
    /// Go on after this much CPU time (microseconds).
    Again(u64),
    /// Wait, after this much CPU time.
    Wait(Block, u64),
    /// End with this code, of which eight bits are told.
    Exit(i32, u64),
    /// End by this signal.
    EndedBy(Signal, u64),
    /// Become something else.
    Become(Box<Body>, u64),
}

/// What keeps a process from running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    None,
    Until(Time),
    Read(DescId),
    /// Until input or the moment, whichever is first.
    ReadUntil(DescId, Time),
    Write,
    Child,
    ChildUntil(Time),
    NetUntil(u64, Time),
    /// Until a request or an answer comes, or the moment, whichever is first.
    Serve(Time),
    Host,
    Forever,
}

/// What a process runs.
#[derive(Debug, Clone, Default)]
pub enum Body {
    #[default]
    Gone,
    /// Loaded, its arguments not looked at yet.
    Start(ArcStr),
    Shell(Box<Shell>),
    Program(Box<Program>),
    /// It runs in another machine, of these files; this one shows it.
    Elsewhere(Arc<FileSystem>),
}

/// One process.
#[derive(Debug, Clone)]
pub struct Process {
    pub pid: Pid,
    pub ppid: Pid,
    /// The spawn from outside that it descends from.
    pub session: Pid,
    pub uid: u32,
    pub gid: u32,
    pub argv: Arc<[ArcStr]>,
    pub env: Arc<Env>,
    /// From its own root on.
    pub cwd: ArcStr,
    /// The directory that is its root (`chroot`); empty for its machine's.
    pub root_dir: ArcStr,
    pub umask: u32,
    pub fds: Vec<Option<DescId>>,
    pub pending: u32,
    /// Signals that its body asks about itself.
    pub handled: u32,
    pub ignored: u32,
    pub stopped: bool,
    /// A background job: Ctrl-C does not reach it.
    pub background: bool,
    pub body: Body,
    pub out: VecDeque<(DescId, Vec<u8>)>,
    /// It ends once its output is written.
    pub ending: Option<ExitStatus>,
    pub wake: Time,
    pub block: Block,
    /// CPU time in microseconds, up to `wake`.
    pub cpu_us: u64,
    /// The share of a CPU that it gets while it runs, in thousandths.
    pub rate: u64,
    /// Resident memory in bytes.
    pub memory: u64,
    /// Children that ended and were not waited for.
    pub reaped: Vec<(Pid, ExitStatus)>,
    pub started: Time,
    /// Seen by the host (a spawn of its own).
    pub root: bool,
}

impl Process {
    /// How a child has ended that was waited for; `None` while it runs.
    pub fn take_reaped(&mut self, child: Pid) -> Option<ExitStatus> {
        let at = self.reaped.iter().position(|(pid, _)| *pid == child)?;
        Some(self.reaped.remove(at).1)
    }

    /// The name of the program that it runs, also where it has given itself a title (`nginx: master process ...`).
    pub fn name(&self) -> &str {
        let first = self.argv.first().map_or("", ArcStr::as_str);
        super::fs::base_name(first.split_once(": ").map_or(first, |(name, _)| name))
    }

    /// A process that was just made: nobody's child, in a session of its own, with nothing open and nothing to run.
    pub fn new(pid: Pid, argv: Arc<[ArcStr]>, env: Arc<Env>, cwd: ArcStr, now: Time) -> Process {
        Process {
            pid,
            ppid: 0,
            session: pid,
            uid: 0,
            gid: 0,
            argv,
            env,
            cwd,
            root_dir: ArcStr::new(),
            umask: 0o022,
            fds: Vec::new(),
            pending: 0,
            handled: 0,
            ignored: 0,
            stopped: false,
            background: false,
            body: Body::Gone,
            out: VecDeque::new(),
            ending: None,
            wake: now,
            block: Block::None,
            cpu_us: 0,
            rate: 0,
            memory: 0,
            reaped: Vec::new(),
            started: now,
            root: false,
        }
    }

    pub fn fd(&self, n: u32) -> Option<DescId> {
        self.fds.get(n as usize).copied().flatten()
    }

    /// The environment variable's value.
    pub fn var(&self, name: &str) -> Option<&ArcStr> {
        self.env.get(name)
    }

    /// Whether it only stands for a process of another machine.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self.body, Body::Elsewhere(_))
    }

    pub fn waiting(&self) -> Waiting {
        match self.block {
            Block::None => Waiting::Running,
            Block::Until(t) => Waiting::Until(t),
            Block::Read(_) | Block::ReadUntil(..) => Waiting::Input,
            Block::Write => Waiting::Output,
            Block::Child | Block::ChildUntil(_) => Waiting::Child,
            Block::NetUntil(..) => Waiting::Network,
            Block::Serve(_) => Waiting::Connection,
            Block::Host => Waiting::Host,
            Block::Forever => Waiting::Signal,
        }
    }
}

impl Body {
    /// Does a bounded amount of work.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        match self {
            Body::Gone => Step::Exit(0, 0),
            Body::Start(name) => {
                let name = name.clone();
                super::programs::start(k, p, &name)
            }
            Body::Shell(shell) => shell.step(k, p),
            Body::Program(program) => program.step(k, p),
            Body::Elsewhere(_) => Step::Wait(Block::Forever, 0),
        }
    }
}

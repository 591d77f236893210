//! What happens in a machine that its host should know.

use arcstr::ArcStr;

use super::super::process::{ExitStatus, Pid, Signal};
use crate::base::Time;
use crate::network::{NetError, NetRequest, NetResponse};

/// One of a program's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A request that a machine is serving.
pub type ServeId = u64;

/// What happened in a machine.
#[derive(Debug, Clone, PartialEq)]
pub enum MachineEvent {
    /// A program that the host started wrote something. `pid` is the one that `spawn` returned, whoever wrote below it.
    Output {
        /// The process.
        pid: Pid,
        /// Which output.
        stream: Stream,
        /// What was written.
        bytes: Vec<u8>,
        /// When.
        at: Time,
    },
    /// A program that the host started ended.
    Exited {
        /// The process.
        pid: Pid,
        /// How it ended.
        status: ExitStatus,
        /// When.
        at: Time,
    },
    /// A program asks something of the network; `respond` answers.
    Request {
        /// The request.
        id: u64,
        /// The process.
        pid: Pid,
        /// What is asked.
        request: NetRequest,
        /// When.
        at: Time,
    },
    /// Whoever asked that of the network is gone: its connection is closed.
    Abandoned {
        /// The request.
        id: u64,
    },
    /// A request that came in through `serve` was answered.
    Served {
        /// The request.
        id: ServeId,
        /// The answer.
        response: Result<NetResponse, NetError>,
        /// When.
        at: Time,
    },
    /// A program that the host runs itself was started.
    ExternalStarted {
        /// The process.
        pid: Pid,
        /// The command and its arguments.
        argv: Vec<String>,
        /// The environment.
        env: Vec<(String, String)>,
        /// The working directory.
        cwd: String,
        /// Whether its output is a terminal.
        tty: bool,
        /// When.
        at: Time,
    },
    /// There is input (or its end) that `ext_read` did not find before.
    ExternalInput {
        /// The process.
        pid: Pid,
    },
    /// A signal that would end it was sent to it; it is gone when the host says `ext_exit`.
    ExternalSignal {
        /// The process.
        pid: Pid,
        /// The signal.
        signal: Signal,
    },
    /// The program that it ran by `ext_run` ended.
    ExternalChild {
        /// The process that ran it.
        pid: Pid,
        /// How it ended.
        status: ExitStatus,
    },
    /// It was killed, or nobody reads what it writes.
    ExternalGone {
        /// The process.
        pid: Pid,
    },
    /// The memory limit was exceeded; the process is being killed.
    OomKilled {
        /// The process.
        pid: Pid,
        /// Its command.
        name: String,
        /// When.
        at: Time,
    },
    /// A volume was written to: its tree is `volume(name)`.
    VolumeChanged {
        /// The volume's name.
        volume: ArcStr,
    },
}

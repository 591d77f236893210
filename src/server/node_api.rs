//! What a client asks of nodes through the API server: logs, commands in containers, files and usage.
//!
//! In a real cluster these are connections from the API server to a kubelet. A client knows this trait alone.

use super::list::parameter;
use super::metrics::ContainerUsage;
use super::request_path;
use crate::api::Status;
use crate::base::{Duration, Errno, Time, decode_percent};

/// What `kubectl logs` asks for.
#[derive(Clone, Debug, Default)]
pub struct LogOptions {
    /// The instance before the current one (`--previous`).
    pub previous: bool,
    /// Only the last lines (`--tail`).
    pub tail_lines: Option<u64>,
    /// Only lines that are this young (`--since`).
    pub since: Option<Duration>,
    /// Only lines from this moment on (`--since-time`).
    pub since_time: Option<Time>,
    /// At most so many bytes (`--limit-bytes`).
    pub limit_bytes: Option<u64>,
    /// Each line with its time (`--timestamps`).
    pub timestamps: bool,
    /// Go on after what an earlier call gave (`--follow`): the cursor that it returned.
    pub cursor: Option<LogCursor>,
}

/// The log that a path and its query ask for.
#[derive(Clone, Debug)]
pub struct LogRequest {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// Its container; empty where it has but one.
    pub container: String,
    /// What of the log.
    pub options: LogOptions,
}

impl LogRequest {
    /// Reads a path; nothing where it is not a log's.
    pub fn parse(path: &str) -> Option<LogRequest> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut parts = path.strip_prefix("/api/v1/namespaces/")?.splitn(4, '/').map(decode_percent);
        let (namespace, resource, pod, sub) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if (resource.as_str(), sub.as_str()) != ("pods", "log") {
            return None;
        }
        let query = request_path::parse_query(query);
        let of = |name: &str| parameter(&query, name);
        let options = LogOptions {
            previous: of("previous") == "true",
            timestamps: of("timestamps") == "true",
            tail_lines: of("tailLines").parse().ok(),
            since: of("sinceSeconds").parse().ok().map(Duration::from_secs),
            since_time: Time::parse_rfc3339(of("sinceTime")),
            limit_bytes: of("limitBytes").parse().ok(),
            ..LogOptions::default()
        };
        Some(LogRequest { namespace, pod, container: of("container").to_owned(), options })
    }
}

/// Where a reader of a log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogCursor {
    /// Which instance of the container it reads.
    pub attempt: u32,
    /// Lines read so far.
    pub line: u64,
}

/// A piece of a log.
#[derive(Clone, Debug)]
pub struct LogChunk {
    /// The text.
    pub bytes: Vec<u8>,
    /// Where a following reader goes on.
    pub cursor: LogCursor,
    /// Whether nothing will follow: the instance that is read has ended.
    pub ended: bool,
}

/// A session of `exec` or `attach`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExecId(pub u64);

/// The next part of what came out of a session: its errors were written last.
#[derive(Clone, Debug, Default)]
pub struct ExecPoll {
    /// Standard output; with a terminal, everything.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// The exit code, once the command has ended.
    pub exit: Option<i32>,
}

/// An entry of a directory in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name in the directory.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Permission bits.
    pub mode: u32,
    /// When it was last written.
    pub modified: Time,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A plain file.
    File,
    /// A program of the image, which has no bytes here.
    Program,
    /// A directory.
    Directory,
    /// A symbolic link, and where it points.
    Link(String),
    /// A device.
    Device,
}

/// What is to be put into a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits.
    pub mode: u32,
    /// What a plain file holds.
    pub bytes: Vec<u8>,
}

/// What the containers of a pod use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodUsage {
    /// Those that run.
    pub containers: Vec<ContainerUsage>,
}

impl PodUsage {
    /// Thousandths of a core of all containers.
    pub fn cpu_milli(&self) -> u64 {
        self.containers.iter().map(|c| c.cpu_milli).sum()
    }

    /// Bytes of memory of all containers.
    pub fn memory_bytes(&self) -> u64 {
        self.containers.iter().map(|c| c.memory_bytes).sum()
    }
}

/// Why a container's files cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ContainerFileError {
    /// The container is not there, or does not run: what the API answers.
    #[error("{}", .0.message)]
    Container(Status),
    /// Its system says no.
    #[error(transparent)]
    System(#[from] Errno),
}

impl From<Status> for ContainerFileError {
    fn from(status: Status) -> Self {
        ContainerFileError::Container(status)
    }
}

/// The nodes behind the API server. Errors are what the API answers with.
pub trait NodeApi {
    /// A container's log; an empty container name is the pod's first container.
    fn logs(&self, now: Time, namespace: &str, pod: &str, container: &str, options: &LogOptions) -> Result<LogChunk, Status>;

    /// Starts a command in a container.
    #[expect(clippy::too_many_arguments, reason = "the parts of a request")]
    fn exec(
        &mut self,
        now: Time,
        namespace: &str,
        pod: &str,
        container: &str,
        command: &[String],
        stdin: bool,
        tty: bool,
    ) -> Result<ExecId, Status>;

    /// Connects to a container's own process.
    fn attach(&mut self, namespace: &str, pod: &str, container: &str) -> Result<ExecId, Status>;

    /// Gives a session input. With a terminal, control characters act as they are typed.
    fn write(&mut self, now: Time, session: ExecId, bytes: &[u8]);

    /// Ends a session's input.
    fn close_stdin(&mut self, now: Time, session: ExecId);

    /// Whoever opened a session is gone: a terminal hangs up, other input ends.
    fn hang_up(&mut self, now: Time, session: ExecId);

    /// Takes what came out of a session; once `exit` was given, the session is forgotten.
    fn poll(&mut self, session: ExecId) -> ExecPoll;

    /// The entries of a directory in a running container. Relative paths are from where it works.
    fn list_files(&self, namespace: &str, pod: &str, container: &str, path: &str) -> Result<Vec<FileEntry>, ContainerFileError>;

    /// The bytes of a file in a running container, at most `max`.
    fn read_file(&self, namespace: &str, pod: &str, container: &str, path: &str, max: usize) -> Result<Vec<u8>, Status>;

    /// Puts a file, a directory or a link into a directory of a running container, as the container's user. A directory that is there
    /// stays.
    fn put_file(
        &mut self,
        now: Time,
        namespace: &str,
        pod: &str,
        container: &str,
        path: &str,
        file: &NewFile,
    ) -> Result<(), ContainerFileError>;

    /// What each running pod has of the CPU that all are said to use together, in millicores, where that is said. It is asked once for many
    /// pods, as all are counted.
    fn cpu_share(&self) -> Option<u64>;

    /// What a running pod uses, given its [`NodeApi::cpu_share`]; `None` where it does not run.
    fn pod_usage(&self, share: Option<u64>, now: Time, namespace: &str, pod: &str) -> Option<PodUsage>;
}

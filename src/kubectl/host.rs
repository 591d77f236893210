//! What runs a kubectl: the cluster's API, the workstation's files, and where output goes.

use crate::base::{List as _, Time};
use crate::server::{ApiServer, FileKind, NodeApi};

/// What a process inherits from the shell that starts it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The current directory.
    pub cwd: String,
    /// Variables, as `NAME`, `value`.
    pub env: Vec<(String, String)>,
    /// Whether standard input is a terminal.
    pub stdin_is_tty: bool,
    /// The namespace of the current context; empty means `default`.
    pub namespace: String,
}

impl Environment {
    /// A variable's value; none where it is not set, or empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }
}

/// Why a file cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is none of that name.
    #[error("no such file or directory")]
    NotFound,
    /// It is a directory.
    #[error("is a directory")]
    IsADirectory,
    /// A part of the path is no directory.
    #[error("not a directory")]
    NotADirectory,
    /// It may not be touched.
    #[error("permission denied")]
    PermissionDenied,
    /// It is longer than what can be read here.
    #[error("file too large")]
    TooLarge,
    /// Another pipe is read already.
    #[error("more than one pipe is not simulated")]
    SecondPipe,
}

/// The workstation's files. Paths are as typed: relative ones are taken from the current directory.
pub trait Files {
    /// Whether there is a descriptor of this number to read; standard input is taken for one always.
    fn is_open(&self, descriptor: u32) -> bool {
        descriptor == 0
    }

    /// A file's content.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;
    /// Makes or replaces a file.
    fn write(&mut self, path: &str, content: &[u8]) -> Result<(), FileError>;
    /// What a file is, where links are not followed, and its permission bits. Of files without either: what can be read or listed.
    fn look_at(&self, path: &str) -> Result<(FileKind, u32), FileError> {
        match self.read(path) {
            Ok(_) => Ok((FileKind::File, 0o644)),
            Err(FileError::IsADirectory) => Ok((FileKind::Directory, 0o755)),
            Err(error) => Err(error),
        }
    }
    /// A page of the web, where the workstation reaches it.
    fn fetch(&mut self, _url: &str) -> Option<Vec<u8>> {
        None
    }
    /// Makes a directory and those above it, where there can be any.
    fn make_dirs(&mut self, _path: &str) {}
    /// Names in a directory, sorted.
    fn list(&self, path: &str) -> Result<Vec<String>, FileError>;
    /// Whether a file may be run.
    fn is_executable(&self, path: &str) -> bool;
    /// Takes a file away; nothing where there is none.
    fn remove(&mut self, path: &str);
}

/// How a program ended that kubectl ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// There is none of that name, or it may not be run.
    NotFound,
    /// With this exit code.
    With(i32),
}

/// What runs a kubectl, for the length of one step.
pub struct Host<'a> {
    /// The cluster.
    pub api: &'a mut ApiServer,
    /// Logs and commands in containers; `None` where no kubelet runs.
    pub node: Option<&'a mut dyn NodeApi>,
    /// The time.
    pub now: Time,
    /// The workstation's files.
    pub files: &'a mut dyn Files,
    /// The workstation's ports on which another kubectl listens.
    pub listening: &'a [u16],
    /// How the program ended that the last step ran ([`Step::Run`]).
    pub ended: Option<Ended>,
}

/// Standard input so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct StdinState<'a> {
    /// Everything since the process started.
    pub bytes: &'a [u8],
    /// Whether no more will come.
    pub eof: bool,
}

impl StdinState<'_> {
    /// What was answered to a question; none where the line is not there yet.
    pub fn first_line(&self) -> Option<String> {
        let line = self.bytes.iter().position(|b| *b == b'\n').or_else(|| self.eof.then_some(self.bytes.len()))?;
        Some(String::from_utf8_lossy(&self.bytes[..line]).into_owned())
    }
}

/// One of the two output streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What a step wrote, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// Pieces, in the order they were written.
    pub chunks: Vec<(Stream, Vec<u8>)>,
}

impl Output {
    /// Writes to standard output.
    pub fn out(&mut self, text: impl AsRef<[u8]>) {
        self.write(Stream::Stdout, text.as_ref());
    }

    /// Writes to standard error.
    pub fn err(&mut self, text: impl AsRef<[u8]>) {
        self.write(Stream::Stderr, text.as_ref());
    }

    /// Writes a line to standard output.
    pub fn outln(&mut self, line: impl AsRef<[u8]>) {
        self.out(line);
        self.out("\n");
    }

    /// Writes a line to standard error.
    pub fn errln(&mut self, line: impl AsRef<[u8]>) {
        self.err(line);
        self.err("\n");
    }

    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        match self.chunks.last_mut() {
            Some((last, content)) if *last == stream => content.extend_from_slice(bytes),
            _ => self.chunks.push((stream, bytes.to_vec())),
        }
    }

    /// What went to one of the streams.
    pub fn of(&self, stream: Stream) -> Vec<u8> {
        self.chunks.iter().filter(|(s, _)| *s == stream).flat_map(|(_, b)| b.iter().copied()).list()
    }
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The process ended with this code.
    Exit(i32),
    /// Call again before anything else happens: there is more to do than a step should take.
    GoOn,
    /// Call again at this moment.
    WaitUntil(Time),
    /// Call again when the store has a new revision, or at this moment, where one is given.
    WaitChange(Option<Time>),
    /// Call again when there is more standard input, or at this moment, where one is given.
    WaitStdin(Option<Time>),
    /// Run this program with kubectl's own input and output, and call again when it has ended.
    Run(Vec<String>),
}

//! Sessions of `exec` and `attach`: what was written and not yet read.

use super::container_runtime::{Pid, Stream};
use super::logs::LogStream;
use crate::api::ArcStr;
use crate::base::{List as _, SortedMap};
use crate::server::ExecPoll;

/// Unread output of a session that is kept, in bytes; what comes beyond is dropped.
const UNREAD_BYTES_MAX: usize = 4 << 20;
/// Sessions at one time.
const SESSIONS_MAX: usize = 1024;

/// One session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub node: ArcStr,
    pub uid: ArcStr,
    pub container: usize,
    pub pid: Pid,
    pub tty: bool,
    /// Whether it is connected to the container's own process.
    pub attached: bool,
    unread: ExecPoll,
}

/// All sessions.
#[derive(Clone, Debug, Default)]
pub(super) struct Execs {
    sessions: SortedMap<u64, Session>,
    last: u64,
}

impl Execs {
    /// The number that the next session will have.
    pub fn next_id(&self) -> u64 {
        self.last + 1
    }

    /// Opens a session.
    pub fn open(&mut self, node: ArcStr, uid: ArcStr, container: usize, pid: Pid, tty: bool, attached: bool) -> u64 {
        self.last += 1;
        if self.sessions.len() >= SESSIONS_MAX {
            self.sessions.pop_first();
        }
        self.sessions.insert(self.last, Session { node, uid, container, pid, tty, attached, unread: ExecPoll::default() });
        self.last
    }

    /// A session.
    pub fn get(&self, id: u64) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// Forgets a session that nobody reads any more.
    pub fn close(&mut self, id: u64) {
        self.sessions.remove(&id);
    }

    /// Takes what is unread.
    pub fn poll(&mut self, id: u64) -> ExecPoll {
        let Some(session) = self.sessions.get_mut(&id) else { return ExecPoll { exit: Some(137), ..ExecPoll::default() } };
        let polled = std::mem::take(&mut session.unread);
        if polled.exit.is_some() {
            self.sessions.remove(&id);
        }
        polled
    }

    /// A session's command wrote something.
    pub fn output(&mut self, id: u64, stream: Stream, bytes: &[u8]) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let out = if stream == Stream::Stdout { &mut session.unread.stdout } else { &mut session.unread.stderr };
        let room = UNREAD_BYTES_MAX.saturating_sub(out.len()).min(bytes.len());
        out.extend_from_slice(&bytes[..room]);
    }

    /// A session's command ended.
    pub fn ended(&mut self, id: u64, code: i32) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.unread.exit = Some(code);
        }
    }

    /// A container's own process wrote something.
    pub fn attached_output(&mut self, uid: &str, container: usize, stream: LogStream, bytes: &[u8]) {
        if self.sessions.is_empty() {
            return;
        }
        let to = if stream == LogStream::Stdout { Stream::Stdout } else { Stream::Stderr };
        for id in self.attached(uid, container) {
            self.output(id, to, bytes);
        }
    }

    /// A container's own process ended.
    pub fn detached(&mut self, uid: &str, container: usize, code: i32) {
        for id in self.attached(uid, container) {
            self.ended(id, code);
        }
    }

    fn attached(&self, uid: &str, container: usize) -> Vec<u64> {
        self.sessions.iter().filter(|(_, s)| s.attached && s.uid == uid && s.container == container).map(|(id, _)| *id).list()
    }
}

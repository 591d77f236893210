//! Sessions of `exec` and `attach`: what was written and not yet read.

use std::collections::VecDeque;

use super::container_runtime::{Pid, Stream};
use super::logs::LogStream;
use crate::api::ArcStr;
use crate::base::{List as _, SortedMap};
use crate::server::ExecPoll;

/// Unread output of a session that is kept, in bytes; what comes beyond is dropped.
const UNREAD_BYTES_MAX: usize = 4 << 20;
/// What a part of it takes beside its text.
const PART_BYTES: usize = 64;
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
    /// As it was written: of each part the errors come last.
    unread: VecDeque<ExecPoll>,
    unread_bytes: usize,
}

impl Session {
    /// The last part of what is unread, or a new one where that does not do.
    fn part(&mut self, does: impl Fn(&ExecPoll) -> bool) -> &mut ExecPoll {
        if !self.unread.back().is_some_and(does) {
            self.unread.push_back(ExecPoll::default());
            self.unread_bytes += PART_BYTES;
        }
        let last = self.unread.len() - 1;
        &mut self.unread[last]
    }
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
        self.sessions.insert(self.last, Session { node, uid, container, pid, tty, attached, unread: VecDeque::new(), unread_bytes: 0 });
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

    /// Takes the next of what is unread.
    pub fn poll(&mut self, id: u64) -> ExecPoll {
        let Some(session) = self.sessions.get_mut(&id) else { return ExecPoll { exit: Some(137), ..ExecPoll::default() } };
        let polled = session.unread.pop_front().unwrap_or_default();
        if session.unread.is_empty() {
            session.unread_bytes = 0;
        }
        if polled.exit.is_some() {
            self.sessions.remove(&id);
        }
        polled
    }

    /// A session's command wrote something.
    pub fn output(&mut self, id: u64, stream: Stream, bytes: &[u8]) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let room = UNREAD_BYTES_MAX.saturating_sub(session.unread_bytes).min(bytes.len());
        if room == 0 {
            return;
        }
        let part = session.part(|last| stream == Stream::Stderr || last.stderr.is_empty());
        let out = if stream == Stream::Stdout { &mut part.stdout } else { &mut part.stderr };
        out.extend_from_slice(&bytes[..room]);
        session.unread_bytes += room;
    }

    /// A session's command ended.
    pub fn ended(&mut self, id: u64, code: i32) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.part(|_| true).exit = Some(code);
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

//! Container logs: lines with their time and stream, bounded as the kubelet's rotation bounds them.

use std::collections::VecDeque;

use crate::base::Time;
use crate::server::{LogCursor, LogOptions};

/// What one instance's log keeps at most; older lines go first. (The kubelet rotates at 10 MiB; a page keeps less.)
const LOG_BYTES_MAX: usize = 1 << 20;
/// A line without an end is written in pieces of this size.
const LINE_BYTES_MAX: usize = 16 << 10;

/// Which of a process's outputs a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogStream {
    Stdout,
    Stderr,
}

#[derive(Clone, Debug)]
struct Line {
    at: Time,
    /// Without its newline.
    text: Vec<u8>,
    /// Whether a newline ended it; otherwise it is a piece of one.
    ended: bool,
}

/// The log of one container instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    lines: VecDeque<Line>,
    bytes: usize,
    /// What was written to each stream since its last newline: it is not in the log yet.
    rest: [Vec<u8>; 2],
    /// How many lines were dropped from the front: a cursor counts from the log's beginning.
    dropped: u64,
}

impl Log {
    /// Appends output of a process. A line is in the log once it has ended.
    // Models redirectLogs of containerd's CRI plugin.
    pub fn append(&mut self, at: Time, stream: LogStream, bytes: &[u8]) {
        for part in bytes.split_inclusive(|b| *b == b'\n') {
            let ended = part.ends_with(b"\n");
            let rest = &mut self.rest[stream as usize];
            rest.extend_from_slice(part.strip_suffix(b"\n").unwrap_or(part));
            let mut text = std::mem::take(rest);
            while text.len() > LINE_BYTES_MAX {
                let more = text.split_off(LINE_BYTES_MAX);
                self.push(at, std::mem::replace(&mut text, more), false);
            }
            if ended {
                self.push(at, text, true);
            } else {
                self.rest[stream as usize] = text;
            }
        }
    }

    /// Writes down what no newline has ended: the process is gone.
    pub fn close(&mut self, at: Time) {
        for text in std::mem::take(&mut self.rest).into_iter().filter(|text| !text.is_empty()) {
            self.push(at, text, false);
        }
    }

    fn push(&mut self, at: Time, text: Vec<u8>, ended: bool) {
        self.bytes += text.len() + 1;
        self.lines.push_back(Line { at, text, ended });
        while self.bytes > LOG_BYTES_MAX && self.lines.len() > 1 {
            if let Some(line) = self.lines.pop_front() {
                self.bytes = self.bytes.saturating_sub(line.text.len() + 1);
                self.dropped += 1;
            }
        }
    }

    /// The log as `kubectl logs` prints it, and where a following reader goes on.
    pub fn read(&self, attempt: u32, now: Time, options: &LogOptions) -> (Vec<u8>, LogCursor) {
        let since = options.since.map(|d| now - d).or(options.since_time);
        let mut from = since.map_or(0, |t| self.lines.partition_point(|l| l.at < t));
        if let Some(tail) = options.tail_lines {
            from = from.max(self.lines.len().saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX)));
        }
        if let Some(cursor) = options.cursor
            && cursor.attempt == attempt
        {
            from = usize::try_from(cursor.line.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        }
        let mut out = Vec::new();
        // A piece that goes on with a line has no time of its own.
        let mut begins = from.checked_sub(1).and_then(|before| self.lines.get(before)).is_none_or(|l| l.ended || options.cursor.is_none());
        for line in self.lines.iter().skip(from) {
            if options.timestamps && begins {
                out.extend_from_slice(nano_time(line.at).as_bytes());
                out.push(b' ');
            }
            out.extend_from_slice(&line.text);
            if line.ended {
                out.push(b'\n');
            }
            begins = line.ended;
        }
        let next = LogCursor { attempt, line: self.dropped + self.lines.len() as u64 };
        if let Some(limit) = options.limit_bytes {
            out.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        (out, next)
    }

    /// The end of the log, for a termination message: at most 80 lines and 2048 bytes.
    pub fn tail_for_message(&self) -> String {
        let from = self.lines.len().saturating_sub(80);
        let mut text = Vec::new();
        for line in self.lines.iter().skip(from) {
            text.extend_from_slice(&line.text);
            if line.ended {
                text.push(b'\n');
            }
        }
        let start = text.len().saturating_sub(2048);
        String::from_utf8_lossy(&text[start..]).into_owned()
    }
}

/// A moment in RFC 3339 with nanoseconds, as container logs carry it.
fn nano_time(at: Time) -> String {
    let text = at.rfc3339_micro();
    format!("{}000Z", text.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tail_and_cursor() {
        let mut log = Log::default();
        log.append(Time::from_secs(1), LogStream::Stdout, b"a\nb\nc");
        let (text, cursor) = log.read(0, Time::from_secs(2), &LogOptions::default());
        assert_eq!(text, b"a\nb\n", "the third has not ended");
        log.append(Time::from_secs(3), LogStream::Stdout, b"d\ne\n");
        let follow = LogOptions { cursor: Some(cursor), ..LogOptions::default() };
        assert_eq!(log.read(0, Time::from_secs(3), &follow).0, b"cd\ne\n");
        let tail = LogOptions { tail_lines: Some(1), timestamps: true, ..LogOptions::default() };
        assert_eq!(log.read(0, Time::from_secs(3), &tail).0, b"2026-01-01T00:00:03.000000000Z e\n");
        log.append(Time::from_secs(4), LogStream::Stdout, b"f");
        log.close(Time::from_secs(5));
        assert_eq!(log.read(0, Time::from_secs(5), &tail).0, b"2026-01-01T00:00:05.000000000Z f");
    }

    #[test]
    fn long_lines_are_one_to_a_reader() {
        let mut log = Log::default();
        let text = [vec![b'x'; 2 * LINE_BYTES_MAX], b"y\n".to_vec()].concat();
        log.append(Time::from_secs(1), LogStream::Stdout, &text);
        assert_eq!(log.read(0, Time::from_secs(1), &LogOptions::default()).0, text);
        let times = LogOptions { timestamps: true, ..LogOptions::default() };
        assert_eq!(log.read(0, Time::from_secs(1), &times).0.len(), "2026-01-01T00:00:01.000000000Z ".len() + text.len());
    }

    #[test]
    fn is_bounded() {
        let mut log = Log::default();
        let line = vec![b'x'; 1000];
        for i in 0..3000 {
            log.append(Time::from_secs(i), LogStream::Stdout, &line);
            log.append(Time::from_secs(i), LogStream::Stdout, b"\n");
        }
        assert!(log.read(0, Time::from_secs(9), &LogOptions::default()).0.len() <= LOG_BYTES_MAX + 2000);
        log.append(Time::ZERO, LogStream::Stdout, &vec![b'y'; 5 << 20]);
        assert!(log.lines.iter().all(|l| l.text.len() <= LINE_BYTES_MAX));
    }
}

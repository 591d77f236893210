//! Container logs: lines with their time, bounded as the kubelet's rotation bounds them.

use std::collections::VecDeque;

use crate::base::{Shared, Time};
use crate::server::{LogCursor, LogOptions};

/// What one instance's log keeps at most; older lines go first. (The kubelet rotates at 10 MiB; a page keeps less.)
const LOG_BYTES_MAX: usize = 1 << 20;
/// The logs of a node's pods keep so much together, and each this much at least. (A real disk that is full of logs has pods evicted.)
const NODE_LOG_BYTES: usize = 16 << 20;
const LOG_BYTES_MIN: usize = 64 << 10;
/// What a line takes beside its text: a file has its time and stream before it, and a page notes when it was written and where it ends.
const LINE_NOTE_BYTES: usize = 16;
/// A line without an end is written in pieces of this size.
const LINE_BYTES_MAX: usize = 16 << 10;

/// Which of a process's outputs a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogStream {
    Stdout,
    Stderr,
}

impl LogStream {
    fn name(self) -> &'static str {
        match self {
            LogStream::Stdout => "stdout",
            LogStream::Stderr => "stderr",
        }
    }
}

/// How much of a log is in one page: full ones are not written to again, and copies of a simulation have them in common.
const PAGE_BYTES: usize = 4 << 10;

/// What is noted of a line beside its text.
#[derive(Clone, Copy, Debug)]
struct Line {
    at: Time,
    /// Where it ends in its page.
    end: u32,
    stream: LogStream,
}

/// Lines that were written one after the other; what no newline ends is a piece of one.
#[derive(Clone, Debug, Default)]
struct Page {
    text: Vec<u8>,
    lines: Vec<Line>,
}

impl Page {
    fn bytes(&self) -> usize {
        self.text.len() + self.lines.len() * LINE_NOTE_BYTES
    }
}

/// The log of one container instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pages: VecDeque<Shared<Page>>,
    bytes: usize,
    /// What was written to each stream since its last newline: it is not in the log yet.
    rest: [Vec<u8>; 2],
    /// How many lines were written, and how many of them were dropped from the front: a cursor counts from the log's beginning.
    written: u64,
    dropped: u64,
    /// How many of them its file has got.
    filed: u64,
}

/// How many bytes each log on a node with so many pods keeps.
pub(super) fn room_beside(pods: usize) -> usize {
    (NODE_LOG_BYTES / pods.max(1)).clamp(LOG_BYTES_MIN, LOG_BYTES_MAX)
}

impl Log {
    /// Appends output of a process. A line is in the log once it has ended.
    // Models redirectLogs of containerd's CRI plugin.
    pub fn append(&mut self, at: Time, stream: LogStream, bytes: &[u8]) {
        for part in bytes.split_inclusive(|b| *b == b'\n') {
            let rest = &mut self.rest[stream as usize];
            rest.extend_from_slice(part);
            let mut text = std::mem::take(rest);
            let ended = usize::from(text.ends_with(b"\n"));
            while text.len() - ended > LINE_BYTES_MAX {
                let more = text.split_off(LINE_BYTES_MAX);
                self.push(at, stream, &std::mem::replace(&mut text, more));
            }
            if ended == 1 {
                self.push(at, stream, &text);
            } else {
                self.rest[stream as usize] = text;
            }
        }
    }

    /// Writes down what no newline has ended: the process is gone.
    pub fn close(&mut self, at: Time) {
        for (stream, text) in [LogStream::Stdout, LogStream::Stderr].into_iter().zip(std::mem::take(&mut self.rest)) {
            if !text.is_empty() {
                self.push(at, stream, &text);
            }
        }
    }

    fn push(&mut self, at: Time, stream: LogStream, text: &[u8]) {
        if self.pages.back().is_none_or(|page| page.bytes() >= PAGE_BYTES) {
            self.pages.push_back(Shared::default());
        }
        if let Some(page) = self.pages.back_mut() {
            page.text.extend_from_slice(text);
            // A page ends with the line that fills it, and no line is long.
            let end = u32::try_from(page.text.len()).unwrap_or(u32::MAX);
            page.lines.push(Line { at, end, stream });
            if page.bytes() >= PAGE_BYTES {
                page.text.shrink_to_fit();
                page.lines.shrink_to_fit();
            }
        }
        self.written += 1;
        self.bytes += text.len() + LINE_NOTE_BYTES;
        self.keep(LOG_BYTES_MAX);
    }

    /// Gives up the oldest lines where there are more bytes.
    pub fn keep(&mut self, bytes: usize) {
        while self.bytes > bytes
            && let Some(page) = self.pages.pop_front()
        {
            self.bytes -= page.bytes();
            self.dropped += page.lines.len() as u64;
        }
    }

    /// How many bytes it holds, where it is full: what it holds is soon other lines than these.
    pub fn turned_over(&self) -> usize {
        if self.dropped > 0 { self.bytes } else { 0 }
    }

    /// How many lines are left.
    fn len(&self) -> usize {
        usize::try_from(self.written - self.dropped).unwrap_or(usize::MAX)
    }

    /// What is left from a line on: what is noted of each, and its text.
    fn lines_from(&self, mut from: usize) -> impl Iterator<Item = (Line, &[u8])> {
        self.pages.iter().flat_map(move |page| {
            let skipped = from.min(page.lines.len());
            from -= skipped;
            let mut begin = skipped.checked_sub(1).map_or(0, |last| page.lines[last].end);
            page.lines[skipped..].iter().map(move |line| {
                let range = std::mem::replace(&mut begin, line.end) as usize..line.end as usize;
                (*line, &page.text[range])
            })
        })
    }

    /// The log as `kubectl logs` prints it, and where a following reader goes on.
    pub fn read(&self, attempt: u32, now: Time, options: &LogOptions) -> (Vec<u8>, LogCursor) {
        let since = options.since.map(|d| now - d).or(options.since_time);
        let mut from = since.map_or(0, |t| self.pages.iter().map(|page| page.lines.partition_point(|line| line.at < t)).sum());
        if let Some(tail) = options.tail_lines {
            from = from.max(self.len().saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX)));
        }
        if let Some(cursor) = options.cursor
            && cursor.attempt == attempt
        {
            from = usize::try_from(cursor.line.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        }
        let mut out = Vec::new();
        // A piece that goes on with a line has no time of its own, whoever has read the line's beginning.
        let (before, mut begins) = (from.saturating_sub(1), true);
        for (place, (line, text)) in self.lines_from(before).enumerate() {
            if before + place >= from {
                if options.timestamps && (begins || before + place == from && options.cursor.is_none()) {
                    out.extend_from_slice(nano_time(line.at).as_bytes());
                    out.push(b' ');
                }
                out.extend_from_slice(text);
            }
            begins = text.ends_with(b"\n");
        }
        let next = LogCursor { attempt, line: self.written };
        if let Some(limit) = options.limit_bytes {
            out.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        (out, next)
    }

    /// Has its file begin anew, with the oldest line that is left.
    pub fn begin_anew(&mut self) {
        self.filed = 0;
    }

    /// What its file has not got yet, line by line with its time, its stream, and whether it is whole.
    // Models the format of CRI's logs.
    pub fn take_unwritten(&mut self) -> Vec<u8> {
        let from = usize::try_from(self.filed.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        self.filed = self.written;
        let mut out = Vec::new();
        for (line, text) in self.lines_from(from) {
            let (text, tag) = text.strip_suffix(b"\n").map_or((text, "P"), |text| (text, "F"));
            out.extend_from_slice(format!("{} {} {tag} ", nano_time(line.at), line.stream.name()).as_bytes());
            out.extend_from_slice(text);
            out.push(b'\n');
        }
        out
    }

    /// The end of the log, for a termination message: at most 80 lines and 2048 bytes.
    pub fn tail_for_message(&self) -> String {
        let text: Vec<u8> = self.lines_from(self.len().saturating_sub(80)).flat_map(|(_, text)| text).copied().collect();
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
        assert!(log.lines_from(0).all(|(_, text)| text.len() <= LINE_BYTES_MAX) && log.bytes <= LOG_BYTES_MAX);
        // Empty lines take room as well.
        log.append(Time::ZERO, LogStream::Stdout, &vec![b'\n'; 3 << 20]);
        let lines: usize = log.pages.iter().map(|page| page.lines.len()).sum();
        assert!(lines == log.len() && lines <= LOG_BYTES_MAX / (1 + LINE_NOTE_BYTES), "{lines}");
        for (pods, room) in [(0, LOG_BYTES_MAX), (16, LOG_BYTES_MAX), (64, LOG_BYTES_MAX / 4), (110, 152_520), (1000, LOG_BYTES_MIN)] {
            log.keep(room_beside(pods));
            assert!(room_beside(pods) == room && (room / 2..=room).contains(&log.bytes), "{pods}: {}", log.bytes);
        }
        assert!(log.turned_over() == log.bytes && Log::default().turned_over() == 0);
    }

    #[test]
    fn a_copy_shares_all_but_the_page_that_is_written_to() {
        let mut log = Log::default();
        for i in 0..9 * LOG_BYTES_MAX / 8 / (10 + LINE_NOTE_BYTES) {
            log.append(Time::from_secs(i as u64), LogStream::Stdout, format!("line {i:04}\n").as_bytes());
        }
        let copy = log.clone();
        log.append(Time::from_secs(1 << 20), LogStream::Stdout, b"more\n");
        let shared = log.pages.iter().filter(|page| copy.pages.iter().any(|other| std::ptr::eq(&***page, &**other))).count();
        assert!(log.pages.len() > 200 && shared == log.pages.len() - 1, "{shared} of {}", log.pages.len());
        // A reader who follows gets what is new, also where the oldest lines have gone.
        let cursor = copy.read(0, Time::ZERO, &LogOptions::default()).1;
        let follow = LogOptions { cursor: Some(cursor), ..LogOptions::default() };
        assert_eq!(log.read(0, Time::ZERO, &follow).0, b"more\n");
        let last = LogOptions { since_time: Some(Time::from_secs(cursor.line - 2)), tail_lines: Some(2), ..LogOptions::default() };
        let lines = format!("line {}\nmore\n", cursor.line - 1);
        assert_eq!((log.dropped > 0, String::from_utf8_lossy(&log.read(0, Time::ZERO, &last).0).into_owned()), (true, lines));
    }
}

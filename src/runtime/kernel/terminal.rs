//! What the host types and feeds in: standard input and terminals.

use super::super::machine::Stream;
use super::super::process::{Pid, Signal};
use super::*;
use crate::base::cells;

impl Kernel {
    /// Input for whoever reads a session's.
    pub fn host_input(&mut self, session: Pid, bytes: &[u8]) {
        if let Some(s) = self.sessions.get_mut(&session) {
            // What nobody reads is not kept for ever.
            let room = (16usize << 20).saturating_sub(s.input.len()).min(bytes.len());
            s.input.extend(&bytes[..room]);
            self.session_changed(session);
        }
    }

    /// The end of a session's input.
    pub fn host_close(&mut self, session: Pid) {
        if let Some(s) = self.sessions.get_mut(&session) {
            s.closed = true;
            self.session_changed(session);
        }
    }

    /// Has a terminal show what is typed, or not.
    pub fn tty_echo(&mut self, session: Pid, on: bool) {
        if let Some(tty) = self.sessions.get_mut(&session).and_then(|s| s.tty.as_mut()) {
            tty.echo = on;
        }
    }

    /// A process takes its terminal's keys as they are typed, until it ends.
    pub fn tty_raw(&mut self, p: &Process) {
        if let Some(tty) = self.sessions.get_mut(&p.session).and_then(|s| s.tty.as_mut()) {
            tty.raw = Some(p.pid);
        }
    }

    /// Whether a program of the session takes keys as they are typed.
    pub fn tty_is_raw(&self, session: Pid) -> bool {
        self.sessions.get(&session).and_then(|s| s.tty.as_ref()).is_some_and(|t| t.raw.is_some())
    }

    /// Keys that are typed at a terminal: control characters act, lines are handed on whole.
    pub fn tty_input(&mut self, session: Pid, bytes: &[u8]) {
        if self.tty_is_raw(session) {
            return self.host_input(session, bytes);
        }
        for &b in bytes {
            let Some(s) = self.sessions.get_mut(&session) else { return };
            let Some(tty) = &mut s.tty else {
                return self.host_input(session, bytes);
            };
            let echo = tty.echo;
            let mut shown: Vec<u8> = Vec::new();
            match b {
                3 | 28 => {
                    tty.line.clear();
                    shown.extend_from_slice(if b == 3 { b"^C" } else { b"^\\" });
                    if echo {
                        self.output(session, Stream::Stdout, &shown);
                    }
                    self.tty_signal(session, if b == 3 { Signal::INT } else { Signal::QUIT });
                    continue;
                }
                4 => {
                    if tty.line.is_empty() {
                        tty.end_once = true;
                    } else {
                        s.input.extend(std::mem::take(&mut tty.line));
                    }
                    self.session_changed(session);
                    continue;
                }
                b'\r' | b'\n' => {
                    tty.line.push(b'\n');
                    s.input.extend(std::mem::take(&mut tty.line));
                    shown.push(b'\n');
                }
                8 | 127 | 21 => {
                    // The last character, or the line.
                    let from = if b == 21 { 0 } else { tty.line.iter().rposition(|b| b & 0xc0 != 0x80).unwrap_or(0) };
                    // As many cells as it took, and none of the prompt where nothing is typed.
                    let taken = |c: char| if is_caret(u32::from(c)) { 2 } else { cells(c) };
                    let cells = String::from_utf8_lossy(&tty.line[from..]).chars().map(taken).sum();
                    tty.line.truncate(from);
                    shown = b"\x08 \x08".repeat(cells);
                }
                _ => {
                    if tty.line.len() < 64 << 10 {
                        tty.line.push(b);
                        shown = if is_caret(b.into()) { vec![b'^', b | 64] } else { vec![b] };
                    }
                }
            }
            if echo && !shown.is_empty() {
                self.output(session, Stream::Stdout, &shown);
            }
            if matches!(b, b'\r' | b'\n') {
                self.session_changed(session);
            }
        }
    }

    fn tty_signal(&mut self, session: Pid, signal: Signal) {
        let now = self.now;
        for p in self.procs.values_mut().filter(|p| p.session == session && !p.background) {
            post(p, signal, false, now);
        }
    }
}

/// Whether a character acts rather than shows: one that is typed is shown as `^[`, as a terminal does that has ECHOCTL.
fn is_caret(c: u32) -> bool {
    c < 32 && c != 9
}

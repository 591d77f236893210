//! `vi`: an editor on the whole terminal, with the commands that busybox's has and a few of vim's.

mod buffer;
mod ex;
mod keys;
mod motion;
mod screen;
#[cfg(test)]
mod tests;

use crate::base::case;
use std::sync::Arc;

use super::super::fs::Errno;
use super::super::kernel::{Kernel, OpenHow, Rd};
use super::super::process::{Block, Process, Step};
use super::{Options, Program, Run, become_program};
use buffer::{Buffer, Place, Row, Span};
use keys::{DELETE, DOWN, END, ESC, HOME, Key, LEFT, PAGE_DOWN, PAGE_UP, RIGHT, UP};
pub use screen::SIZE_QUERY;
use screen::{ENTER, LEAVE, Screen};

/// The largest file that is opened, in bytes.
const FILE_MAX: usize = 1 << 20;
/// How many changes can be taken back.
const UNDO_MAX: usize = 200;
/// How many bytes of text they may hold together.
const UNDO_BYTES_MAX: usize = 16 << 20;
/// The largest number before a command.
const COUNT_MAX: usize = 10_000;

/// What keys mean.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mode {
    Command,
    Insert,
    /// As insert, over what is there.
    Replace,
    /// A line after `:`, `/` or `?` is being typed.
    Prompt(String),
}

/// The editor.
#[derive(Debug, Clone)]
pub struct Vi {
    buffer: Buffer,
    screen: Screen,
    mode: Mode,
    path: String,
    changed: bool,
    /// A command that is not whole yet.
    pending: Vec<char>,
    /// All keys since the last command began, and those of the last change: `.` does it again.
    typed: Vec<char>,
    last_change: Vec<char>,
    changes: bool,
    /// Text that was taken out, and whether it is whole lines.
    register: (String, bool),
    undo: Vec<Arc<Buffer>>,
    redo: Vec<Arc<Buffer>>,
    pattern: String,
    backwards: bool,
    /// The last search within a line: the command and its character.
    find: Option<(char, char)>,
    /// The column that moves between lines keep to, while the cursor is where the last one left it.
    column: (Place, usize),
    message: String,
}

/// Starts the editor.
pub fn start(run: &mut Run<'_>, o: &Options) -> Step {
    if !run.k.is_tty(run.p, 0) || !run.k.is_tty(run.p, 1) {
        run.err("there is no terminal to edit in; without one, name another editor: KUBE_EDITOR='sed -i s/a/b/'");
        return Step::Exit(1, 50);
    }
    let mut vi = Vi {
        buffer: Buffer::new(""),
        screen: Screen::default(),
        mode: Mode::Command,
        path: o.rest.iter().find(|f| !f.starts_with('+')).cloned().unwrap_or_default(),
        changed: false,
        pending: Vec::new(),
        typed: Vec::new(),
        last_change: Vec::new(),
        changes: false,
        register: (String::new(), false),
        undo: Vec::new(),
        redo: Vec::new(),
        pattern: String::new(),
        backwards: false,
        find: None,
        column: ((0, 0), 0),
        message: String::new(),
    };
    vi.load(run.k, run.p);
    run.k.tty_raw(run.p);
    let first = vi.draw();
    run.out(format!("{ENTER}{SIZE_QUERY}{first}"));
    become_program(Program::Vi(Box::new(vi)), 300)
}

/// A file's text.
fn read(k: &mut Kernel, p: &Process, path: &str) -> Result<String, Errno> {
    let d = k.open(p, path, OpenHow::Read)?;
    let mut bytes = Vec::new();
    let read = loop {
        match k.read(d, FILE_MAX, false) {
            Rd::Data(more) => bytes.extend(more),
            Rd::Failed(error) => break Err(error),
            Rd::End | Rd::Empty => break Ok(()),
        }
        if bytes.len() >= FILE_MAX {
            break Ok(());
        }
    };
    k.desc_unref(d);
    read.map(|()| String::from_utf8_lossy(&bytes).into_owned())
}

impl Vi {
    /// Takes what was typed.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let Some(d) = p.fd(0) else { return Step::Exit(1, 10) };
        let bytes = match k.read(d, 4096, false) {
            Rd::Data(bytes) => bytes,
            Rd::Empty => return Step::Wait(Block::Read(d), 0),
            Rd::End | Rd::Failed(_) => return Step::Exit(1, 10),
        };
        for key in keys::keys(&String::from_utf8_lossy(&bytes)) {
            match key {
                Key::Size(rows, columns) => self.screen.resize(rows, columns),
                Key::Char(c) => {
                    if let Some(code) = self.key(k, p, c) {
                        // A terminal that is gone shows nothing.
                        let _ = k.put(p, 1, LEAVE.as_bytes());
                        return Step::Exit(code, 100);
                    }
                }
            }
        }
        let drawn = self.draw();
        if k.put(p, 1, drawn.as_bytes()).is_err() {
            return Step::Exit(1, 10);
        }
        Step::Again(20 + bytes.len() as u64)
    }

    fn load(&mut self, k: &mut Kernel, p: &Process) {
        let path = std::mem::take(&mut self.path);
        (self.undo, self.redo, self.changed) = (Vec::new(), Vec::new(), false);
        self.message.clear();
        self.buffer = Buffer::new("");
        if !path.is_empty() {
            match read(k, p, &path) {
                Ok(text) => {
                    self.buffer = Buffer::new(&text);
                    self.message = format!("'{path}' {}L, {}C", text.lines().count(), text.len());
                }
                Err(Errno::NoEntry) => self.message = format!("'{path}' [New file]"),
                Err(error) => self.message = format!("'{path}' {error}"),
            }
        }
        self.path = path;
    }

    fn draw(&mut self) -> String {
        let (sign, hint) = match self.mode {
            Mode::Command => ('-', "i edit · :wq save and leave · :q! leave"),
            Mode::Insert => ('I', "Esc when done"),
            Mode::Replace => ('R', "Esc when done"),
            Mode::Prompt(_) => (' ', ""),
        };
        let (row, rows) = (self.buffer.at.0 + 1, self.buffer.lines.len());
        let status = match &self.mode {
            Mode::Prompt(line) => line.clone(),
            _ if !self.message.is_empty() => self.message.clone(),
            _ => {
                let name = if self.path.is_empty() { "No file" } else { &self.path };
                let modified = if self.changed { " [Modified]" } else { "" };
                format!("{sign} {name}{modified} {row}/{rows} {}%", row * 100 / rows)
            }
        };
        self.screen.draw(&self.buffer, &status, hint, matches!(self.mode, Mode::Prompt(_)))
    }

    /// Takes a key; the exit code where it ends the editor.
    fn key(&mut self, k: &mut Kernel, p: &mut Process, c: char) -> Option<i32> {
        let c = if c == '\x03' { ESC } else { c };
        self.message.clear();
        match &mut self.mode {
            Mode::Prompt(line) => match c {
                ESC => self.mode = Mode::Command,
                '\x7f' | '\x08' => {
                    line.pop();
                    if line.is_empty() {
                        self.mode = Mode::Command;
                    }
                }
                '\r' => {
                    let line = std::mem::take(line);
                    self.mode = Mode::Command;
                    let ended = match line.strip_prefix(':') {
                        Some(command) => self.command(k, p, command),
                        None => {
                            self.backwards = line.starts_with('?');
                            self.pattern = line.get(1..).filter(|t| !t.is_empty()).unwrap_or(&self.pattern).to_owned();
                            self.next_match(self.backwards);
                            None
                        }
                    };
                    self.buffer.clamp(false);
                    return ended;
                }
                c if !c.is_control() && line.len() < 4096 => line.push(c),
                _ => {}
            },
            Mode::Insert | Mode::Replace => self.insert_key(c),
            Mode::Command => {
                self.typed.push(c);
                self.pending.push(c);
                match self.pending.as_slice() {
                    ['Z', 'Z'] => return self.command(k, p, "x"),
                    ['Z', 'Q'] => return Some(0),
                    _ => self.try_command(),
                }
            }
        }
        None
    }

    /// Types into the text.
    fn insert_key(&mut self, c: char) {
        self.typed.push(c);
        let (row, col) = self.buffer.at;
        let at = (row, col);
        match c {
            ESC => {
                self.mode = Mode::Command;
                self.buffer.at.1 = col.saturating_sub(1);
                self.buffer.clamp(false);
                self.last_change = std::mem::take(&mut self.typed);
            }
            '\x7f' | '\x08' if col > 0 => self.buffer.replace((row, col - 1), at, ""),
            '\x7f' | '\x08' if row > 0 => {
                let end = self.buffer.len(row - 1);
                self.buffer.replace((row - 1, end), at, "");
            }
            DELETE if col < self.buffer.len(row) => {
                self.buffer.replace(at, (row, col + 1), "");
                self.buffer.at = at;
            }
            '\x17' => {
                let from = self.buffer.word_before(at, &mut Row::default(), false);
                self.buffer.replace(if from.0 == row { from } else { (row, 0) }, at, "");
            }
            '\r' => {
                // The next line begins below this one's first character, as manifests want it.
                let indent = " ".repeat(self.buffer.indent(row).min(col));
                self.buffer.replace(at, at, &format!("\n{indent}"));
            }
            UP | DOWN | LEFT | RIGHT | HOME | END | PAGE_UP | PAGE_DOWN => {
                let column = self.column();
                if let Some((to, _)) = self.motion(c, None, None) {
                    self.buffer.at = to;
                }
                if c == END {
                    self.buffer.at.1 = self.buffer.len(row);
                }
                self.buffer.clamp(true);
                self.keep_column(c, column);
            }
            c if c == '\t' || !c.is_control() => {
                let over = self.mode == Mode::Replace && col < self.buffer.len(row);
                self.buffer.replace(at, (row, col + usize::from(over)), c.encode_utf8(&mut [0; 4]));
            }
            _ => {}
        }
    }

    /// Does the command that was typed, if it is whole.
    fn try_command(&mut self) {
        let keys = std::mem::take(&mut self.pending);
        if keys.last() == Some(&ESC) {
            self.typed.clear();
            return;
        }
        let digits = |from: usize| {
            let end = (from..keys.len()).find(|i| !keys[*i].is_ascii_digit() || (*i == from && keys[*i] == '0')).unwrap_or(keys.len());
            let number = (end > from).then(|| keys[from..end].iter().collect::<String>().parse().unwrap_or(COUNT_MAX).clamp(1, COUNT_MAX));
            (number, end)
        };
        let (count, at) = digits(0);
        let rest = &keys[at..];
        let column = self.column();
        let whole = match rest {
            [] => false,
            ['d' | 'c' | 'y' | '<' | '>', ..] => {
                let (more, to) = digits(at + 1);
                match &keys[to..] {
                    [] | ['g' | 'f' | 'F' | 't' | 'T'] => false,
                    ['i' | 'a'] if !matches!(rest[0], '<' | '>') => false,
                    [motion, argument @ ..] => {
                        let times = match (count, more) {
                            (None, None) => None,
                            (a, b) => Some((a.unwrap_or(1) * b.unwrap_or(1)).min(COUNT_MAX)),
                        };
                        self.operate(rest[0], times, *motion, argument.first().copied());
                        true
                    }
                }
            }
            ['r' | 'f' | 'F' | 't' | 'T' | 'g' | 'Z' | 'z' | 'm' | '\''] => false,
            [c, argument @ ..] => {
                self.simple(*c, count, argument.first().copied());
                true
            }
        };
        if !whole {
            self.pending = keys;
            return;
        }
        match self.mode {
            Mode::Command => {
                let typed = std::mem::take(&mut self.typed);
                if std::mem::take(&mut self.changes) {
                    self.last_change = typed;
                }
                self.buffer.clamp(false);
                if let [c] = rest {
                    self.keep_column(*c, column);
                }
            }
            _ => self.changes = false,
        }
    }

    fn column(&self) -> usize {
        if self.column.0 == self.buffer.at { self.column.1 } else { self.buffer.at.1 }
    }

    /// Notes which column was meant by a move that may have ended before it, on a shorter line.
    fn keep_column(&mut self, c: char, column: usize) {
        match c {
            '$' | END => self.column = (self.buffer.at, COUNT_MAX),
            'j' | 'k' | UP | DOWN | '\x0e' | '\x10' => self.column = (self.buffer.at, column),
            _ => self.column = (self.buffer.at, self.buffer.at.1),
        }
    }

    /// Keeps what is there, so that the change that comes can be taken back.
    fn begin_change(&mut self) {
        // All of them are about as large as the newest.
        let most = (UNDO_BYTES_MAX / self.buffer.size().max(1)).clamp(1, UNDO_MAX);
        self.undo.drain(..(self.undo.len() + 1).saturating_sub(most));
        self.undo.push(Arc::new(self.buffer.clone()));
        self.redo.clear();
        (self.changed, self.changes) = (true, true);
    }

    fn change(&mut self, how: impl FnOnce(&mut Buffer)) {
        self.begin_change();
        how(&mut self.buffer);
    }

    /// Deletes, changes, copies or shifts what a motion goes over.
    fn operate(&mut self, operator: char, count: Option<usize>, motion: char, argument: Option<char>) {
        let from = self.buffer.at;
        let (row, last) = (from.0, self.buffer.last_row());
        // Changing a word leaves the blanks after it.
        let on_word = self.buffer.char_at(from).is_some_and(|c| !c.is_whitespace());
        let motion = match (operator, motion) {
            ('c', 'w') if on_word => 'e',
            ('c', 'W') if on_word => 'E',
            (_, motion) => motion,
        };
        let (start, end, span) = if motion == operator {
            ((row, 0), ((row + count.unwrap_or(1) - 1).min(last), 0), Span::Lines)
        } else if let ('i' | 'a', Some(what)) = (motion, argument) {
            let Some((start, end)) = self.buffer.object(motion == 'a', what) else { return };
            (start, end, Span::Upto)
        } else {
            let Some((to, span)) = self.motion(motion, count, argument) else { return };
            let (start, mut end) = if to < from { (to, from) } else { (from, to) };
            if span == Span::Through {
                end.1 = (end.1 + 1).min(self.buffer.len(end.0));
            } else if span == Span::Upto && matches!(motion, 'w' | 'W') && end.0 > start.0 {
                // A word's end is the line's where no other follows.
                end = (start.0, self.buffer.len(start.0));
            }
            (start, end, span)
        };
        if matches!(operator, '<' | '>') {
            self.change(|buffer| buffer.shift(start.0, end.0, operator == '>'));
            return;
        }
        if span == Span::Lines {
            let text: String = self.buffer.lines[start.0..=end.0].iter().map(|l| format!("{l}\n")).collect();
            self.register = (text, true);
            match operator {
                'y' => self.buffer.at.0 = start.0,
                'd' => {
                    self.begin_change();
                    self.buffer.remove_lines(start.0, end.0);
                }
                _ => {
                    self.begin_change();
                    let (indent, width) = (self.buffer.indent(start.0), self.buffer.len(end.0));
                    self.buffer.replace((start.0, indent), (end.0, width.max(if start.0 == end.0 { indent } else { 0 })), "");
                    self.mode = Mode::Insert;
                }
            }
            return;
        }
        self.register = (self.buffer.between(start, end), false);
        self.buffer.at = start;
        if operator != 'y' {
            self.change(|buffer| buffer.replace(start, end, ""));
        }
        if operator == 'c' {
            self.mode = Mode::Insert;
        }
    }

    /// A command that is one key, with a character after it for some.
    fn simple(&mut self, c: char, count: Option<usize>, argument: Option<char>) {
        let n = count.unwrap_or(1);
        let (row, col) = self.buffer.at;
        let length = self.buffer.len(row);
        // Many are another command by a shorter name.
        let short = match c {
            'x' | DELETE if length > 0 => Some(('d', 'l')),
            'X' if col > 0 => Some(('d', 'h')),
            'D' => Some(('d', '$')),
            'C' => Some(('c', '$')),
            's' => Some(('c', 'l')),
            'S' => Some(('c', 'c')),
            'Y' => Some(('y', 'y')),
            _ => None,
        };
        if let Some((operator, motion)) = short {
            return self.operate(operator, count, motion, None);
        }
        match c {
            ':' | '/' | '?' => self.mode = Mode::Prompt(c.into()),
            'i' | 'a' | 'I' | 'A' => {
                self.begin_change();
                self.mode = Mode::Insert;
                self.buffer.at.1 = match c {
                    'i' => col,
                    'a' => (col + 1).min(length),
                    'I' => self.buffer.indent(row),
                    _ => length,
                };
            }
            'R' => {
                self.begin_change();
                self.mode = Mode::Replace;
            }
            'o' | 'O' => {
                let indent = " ".repeat(self.buffer.indent(row));
                self.change(|buffer| {
                    let at = if c == 'o' { row + 1 } else { row };
                    buffer.insert_lines(at, &format!("{indent}\n"));
                    buffer.at = (at, indent.len());
                });
                self.mode = Mode::Insert;
            }
            'r' => {
                if let Some(with) = argument.filter(|a| col + n <= length && !a.is_control()) {
                    let with: String = std::iter::repeat_n(with, n).collect();
                    self.change(|buffer| buffer.replace((row, col), (row, col + n), &with));
                    self.buffer.at.1 -= 1;
                }
            }
            '~' => {
                let end = (row, (col + n).min(length));
                let swapped: String = self
                    .buffer
                    .between((row, col), end)
                    .chars()
                    .map(|c| if c.is_uppercase() { case::lower(c) } else { case::upper(c) })
                    .collect();
                self.change(|buffer| buffer.replace((row, col), end, &swapped));
            }
            'J' => {
                self.begin_change();
                for _ in 1..n.max(2) {
                    if row < self.buffer.last_row() {
                        let (end, indent) = (self.buffer.len(row), self.buffer.indent(row + 1));
                        self.buffer.replace((row, end), (row + 1, indent), " ");
                    }
                }
            }
            'p' | 'P' => self.put(c == 'p', n),
            'u' | '\x12' => {
                let (from, to) = if c == 'u' { (&mut self.undo, &mut self.redo) } else { (&mut self.redo, &mut self.undo) };
                match from.pop() {
                    Some(before) => {
                        to.push(Arc::new(std::mem::replace(&mut self.buffer, Arc::unwrap_or_clone(before))));
                        self.changed = true;
                    }
                    None => self.message = if c == 'u' { "Already at the oldest change" } else { "Already at the newest change" }.into(),
                }
            }
            '.' => {
                let keys = self.last_change.clone();
                self.typed.clear();
                for key in &keys {
                    match self.mode {
                        Mode::Command => {
                            self.pending.push(*key);
                            self.try_command();
                        }
                        _ => self.insert_key(*key),
                    }
                }
                self.last_change = keys;
                self.changes = false;
            }
            '\x04' | '\x15' | '\x06' | '\x02' | '\x05' | '\x19' => {
                let height = self.screen.height();
                let lines = match c {
                    '\x04' | '\x15' => height / 2,
                    '\x05' | '\x19' => 1,
                    _ => height.saturating_sub(2).max(1),
                };
                self.screen.scroll(&mut self.buffer, matches!(c, '\x04' | '\x06' | '\x05'), lines * n);
            }
            '\x0c' => self.screen.forget(),
            _ => {
                if let Some((to, _)) = self.motion(c, count, argument) {
                    self.buffer.at = to;
                }
            }
        }
    }

    /// Puts back what was taken out, after the cursor or before it.
    fn put(&mut self, after: bool, n: usize) {
        let (text, lines) = self.register.clone();
        if text.is_empty() || text.len().saturating_mul(n) > FILE_MAX {
            return;
        }
        let (row, col) = self.buffer.at;
        self.begin_change();
        let text = text.repeat(n);
        if lines {
            self.buffer.insert_lines(if after { row + 1 } else { row }, &text);
        } else {
            let at = (row, (col + usize::from(after)).min(self.buffer.len(row)));
            self.buffer.replace(at, at, &text);
            self.buffer.at.1 = self.buffer.at.1.saturating_sub(1);
        }
    }
}

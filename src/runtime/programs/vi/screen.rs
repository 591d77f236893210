//! What the editor shows: rows of text and the status line, of which only what changed is written.

use super::buffer::{Buffer, Place};
use crate::base::cells;

/// Leaves the screen for one of the editor's own.
pub const ENTER: &str = "\x1b[?1049h\x1b[2J";
/// Asks a terminal how large it is; its answer is typed: `CSI 8 ; rows ; columns t`.
pub const SIZE_QUERY: &str = "\x1b[18t";
/// Comes back to what was there before, at the beginning of a line.
pub const LEAVE: &str = "\x1b[?1049l\r";

/// The terminal, as far as the editor knows it.
#[derive(Debug, Clone)]
pub struct Screen {
    pub rows: usize,
    pub columns: usize,
    pub numbers: bool,
    /// The first line and the first cell that are shown.
    top: usize,
    left: usize,
    shown: Vec<String>,
}

impl Default for Screen {
    /// A terminal that does not say how large it is.
    fn default() -> Screen {
        Screen { rows: 24, columns: 80, numbers: false, top: 0, left: 0, shown: Vec::new() }
    }
}

impl Screen {
    /// The terminal has this size from now on.
    pub fn resize(&mut self, rows: usize, columns: usize) {
        (self.rows, self.columns) = (rows.clamp(2, 500), columns.clamp(10, 1000));
        self.forget();
    }

    /// All is to be written again.
    pub fn forget(&mut self) {
        self.shown.clear();
    }

    /// Lines of text that fit.
    pub fn height(&self) -> usize {
        self.rows - 1
    }

    /// Scrolls by lines; the cursor stays on the screen.
    pub fn scroll(&mut self, buffer: &mut Buffer, down: bool, lines: usize) {
        self.top = if down { (self.top + lines).min(buffer.last_row()) } else { self.top.saturating_sub(lines) };
        buffer.at.0 = buffer.at.0.clamp(self.top, self.top + self.height() - 1);
    }

    /// The first line shown, the middle one, the last one.
    pub fn line(&self, which: char, buffer: &Buffer) -> usize {
        let bottom = (self.top + self.height() - 1).min(buffer.last_row());
        match which {
            'H' => self.top,
            'M' => (self.top + bottom) / 2,
            _ => bottom,
        }
    }

    /// What brings the terminal up to date. `prompt`: the cursor is behind the status line's text.
    pub fn draw(&mut self, buffer: &Buffer, status: &str, hint: &str, prompt: bool) -> String {
        let (row, col) = buffer.at;
        let height = self.height();
        if row < self.top || row >= self.top + height {
            // Far away, the cursor's line comes to the middle.
            let near = row + 1 == self.top || row == self.top + height;
            self.top = match row {
                row if !near => row.saturating_sub(height / 2),
                row if row < self.top => row,
                row => row + 1 - height,
            };
        }
        let gutter = if self.numbers { 5 } else { 0 };
        let room = self.columns.saturating_sub(gutter).max(1);
        let cell = cell_of(buffer, (row, col));
        if cell < self.left || cell >= self.left + room {
            self.left = if cell < room { 0 } else { cell - room / 2 };
        }
        let mut rows: Vec<String> = Vec::with_capacity(self.rows);
        for at in self.top..self.top + height {
            rows.push(match buffer.lines.get(at) {
                Some(line) if self.numbers => format!("{:>4} {}", at + 1, cut(line, self.left, room)),
                Some(line) => cut(line, self.left, room),
                None => "~".to_owned(),
            });
        }
        let mut last = cut(status, 0, self.columns);
        let used: usize = last.chars().map(cells).sum();
        let wanted: usize = hint.chars().map(cells).sum();
        if used + wanted + 2 < self.columns {
            last = format!("{last}{:width$}\x1b[2m{hint}\x1b[m", "", width = self.columns - used - wanted - 1);
        }
        rows.push(last);
        let mut out = String::new();
        for (i, text) in rows.iter().enumerate() {
            if self.shown.get(i) != Some(text) {
                out += &format!("\x1b[{};1H{text}\x1b[K", i + 1);
            }
        }
        self.shown = rows;
        out + &if prompt {
            format!("\x1b[{};{}H", self.rows, used.min(self.columns - 1) + 1)
        } else {
            format!("\x1b[{};{}H", row - self.top + 1, cell - self.left + gutter + 1)
        }
    }
}

/// How wide a character is where it stands.
fn width(c: char, at: usize) -> usize {
    match c {
        '\t' => 8 - at % 8,
        c if c.is_control() => 2,
        c => cells(c),
    }
}

/// The cell of a place, from its line's beginning.
fn cell_of(buffer: &Buffer, (row, col): Place) -> usize {
    buffer.lines[row].chars().take(col).fold(0, |at, c| at + width(c, at))
}

/// The part of a line that is shown.
fn cut(line: &str, left: usize, room: usize) -> String {
    let mut out = String::new();
    let mut at = 0;
    for c in line.chars() {
        let next = at + width(c, at);
        if next > left + room {
            break;
        }
        if at >= left {
            match c {
                '\t' => out.extend(std::iter::repeat_n(' ', next - at)),
                c if c.is_control() => out.extend(['^', char::from((c as u32 as u8 & 0x1f) + 64)]),
                c => out.push(c),
            }
        }
        at = next;
    }
    out
}

//! The text in the editor, the cursor, and the ways it moves.

use arcstr::ArcStr;

use crate::base::List as _;
use crate::base::regex::Regex;

/// A place: line and character, both from 0.
pub type Place = (usize, usize);

/// What lies between the cursor and where a motion leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The characters up to the place.
    Upto,
    /// The same and the one there.
    Through,
    /// Whole lines.
    Lines,
}

/// Lines of text and a cursor. There is always a line.
#[derive(Debug, Clone)]
pub struct Buffer {
    pub lines: Vec<ArcStr>,
    pub at: Place,
}

/// The characters of the row that was looked at last, so that many steps along one line do not read it anew each time.
#[derive(Default)]
pub struct Row(Option<usize>, Vec<char>);

impl Row {
    fn of(&mut self, buffer: &Buffer, row: usize) -> &[char] {
        if self.0 != Some(row) {
            *self = Row(Some(row), buffer.lines[row].chars().list());
        }
        &self.1
    }
}

/// Blank, part of a word, or a sign; with `big`, blank or not.
fn class(c: char, big: bool) -> u8 {
    match c {
        c if c.is_whitespace() => 0,
        _ if big => 1,
        c if c.is_alphanumeric() || c == '_' => 1,
        _ => 2,
    }
}

/// The byte at which a character begins.
fn byte(line: &str, col: usize) -> usize {
    line.char_indices().nth(col).map_or(line.len(), |(i, _)| i)
}

impl Buffer {
    pub fn new(text: &str) -> Buffer {
        let mut lines: Vec<ArcStr> = text.split('\n').map(ArcStr::from).list();
        if lines.len() > 1 && lines.last().is_some_and(|l| l.is_empty()) {
            lines.pop();
        }
        Buffer { lines, at: (0, 0) }
    }

    /// How much memory a copy of it may take, in bytes.
    pub fn size(&self) -> usize {
        self.lines.iter().map(|l| l.len() + 16).sum()
    }

    /// As it is saved: every line ends.
    pub fn text(&self) -> String {
        match self.lines.as_slice() {
            [only] if only.is_empty() => String::new(),
            lines => lines.iter().map(|l| format!("{l}\n")).collect(),
        }
    }

    pub fn line(&self) -> &str {
        &self.lines[self.at.0]
    }

    pub fn len(&self, row: usize) -> usize {
        self.lines[row].chars().count()
    }

    pub fn last_row(&self) -> usize {
        self.lines.len() - 1
    }

    /// The first character of a line that is not blank.
    pub fn indent(&self, row: usize) -> usize {
        self.lines[row].chars().take_while(|c| c.is_whitespace()).count()
    }

    pub fn char_at(&self, (row, col): Place) -> Option<char> {
        self.lines[row].chars().nth(col)
    }

    /// Puts the cursor into the text; `past`: it may stand behind the last character.
    pub fn clamp(&mut self, past: bool) {
        let row = self.at.0.min(self.last_row());
        self.at = (row, self.at.1.min(self.len(row).saturating_sub(usize::from(!past))));
    }

    /// The text from one place up to another.
    pub fn between(&self, from: Place, to: Place) -> String {
        let (first, last) = (&self.lines[from.0], &self.lines[to.0]);
        if from.0 == to.0 {
            return first[byte(first, from.1)..byte(first, to.1.max(from.1))].to_owned();
        }
        let mut text = first[byte(first, from.1)..].to_owned();
        for line in &self.lines[from.0 + 1..to.0] {
            text = text + "\n" + line;
        }
        text + "\n" + &last[..byte(last, to.1)]
    }

    /// Puts text in the place of what lies between two places; the cursor is behind it.
    pub fn replace(&mut self, from: Place, to: Place, text: &str) {
        let (first, last) = (&self.lines[from.0], &self.lines[to.0]);
        let whole = format!("{}{text}{}", &first[..byte(first, from.1)], &last[byte(last, to.1)..]);
        let rows = text.matches('\n').count();
        self.at = match text.rsplit_once('\n') {
            Some((_, tail)) => (from.0 + rows, tail.chars().count()),
            None => (from.0, from.1 + text.chars().count()),
        };
        self.lines.splice(from.0..=to.0, whole.split('\n').map(ArcStr::from));
    }

    /// Takes whole lines away; the cursor goes to the line after them.
    pub fn remove_lines(&mut self, from: usize, to: usize) -> String {
        let text: String = self.lines.drain(from..=to).map(|l| format!("{l}\n")).collect();
        if self.lines.is_empty() {
            self.lines.push(ArcStr::new());
        }
        self.at.0 = from.min(self.last_row());
        self.at.1 = self.indent(self.at.0);
        text
    }

    pub fn insert_lines(&mut self, at: usize, text: &str) {
        let new = text.strip_suffix('\n').unwrap_or(text).split('\n').map(ArcStr::from);
        self.lines.splice(at..at, new);
        self.at = (at, self.indent(at));
    }

    /// Moves lines to the right by spaces, or to the left.
    pub fn shift(&mut self, from: usize, to: usize, right: bool) {
        for row in from..=to {
            let line = &self.lines[row];
            let shifted = match right {
                true if line.is_empty() => continue,
                true => format!("  {line}"),
                false => line.strip_prefix("  ").or_else(|| line.strip_prefix([' ', '\t'])).unwrap_or(line).to_owned(),
            };
            self.lines[row] = shifted.into();
        }
        self.at = (from, self.indent(from));
    }

    /// The beginning of the next word.
    pub fn word_after(&self, from: Place, row: &mut Row, big: bool) -> Place {
        let (mut at, mut col) = from;
        let line = row.of(self, at);
        if let Some(own) = line.get(col).map(|c| class(*c, big)).filter(|own| *own != 0) {
            while line.get(col).is_some_and(|c| class(*c, big) == own) {
                col += 1;
            }
        }
        loop {
            let line = row.of(self, at);
            if let Some(next) = (col..line.len()).find(|i| class(line[*i], big) != 0) {
                return (at, next);
            }
            if at == self.last_row() {
                return (at, line.len());
            }
            at += 1;
            col = 0;
            if self.lines[at].is_empty() {
                return (at, 0);
            }
        }
    }

    /// The beginning of this word, or of the one before.
    pub fn word_before(&self, from: Place, row: &mut Row, big: bool) -> Place {
        let (mut at, mut col) = from;
        loop {
            let line = row.of(self, at);
            let line = &line[..col.min(line.len())];
            if let Some(end) = line.iter().rposition(|c| class(*c, big) != 0) {
                let own = class(line[end], big);
                return (at, line[..end].iter().rposition(|c| class(*c, big) != own).map_or(0, |i| i + 1));
            }
            if at == 0 {
                return (0, 0);
            }
            at -= 1;
            col = usize::MAX;
        }
    }

    /// The end of this word, or of the next one.
    pub fn word_end(&self, from: Place, row: &mut Row, big: bool) -> Place {
        let (mut at, mut col) = (from.0, from.1 + 1);
        loop {
            let line = row.of(self, at);
            if let Some(start) = (col..line.len()).find(|i| class(line[*i], big) != 0) {
                let own = class(line[start], big);
                let end = (start..line.len()).find(|i| class(line[*i], big) != own).unwrap_or(line.len());
                return (at, end - 1);
            }
            if at == self.last_row() {
                return (at, line.len().saturating_sub(1));
            }
            at += 1;
            col = 0;
        }
    }

    /// The word, or what stands between two signs, around the cursor: `iw`, `a"`.
    pub fn object(&self, around: bool, what: char) -> Option<(Place, Place)> {
        let (row, col) = self.at;
        let line: Vec<char> = self.lines[row].chars().list();
        if matches!(what, 'w' | 'W') {
            let own = class(*line.get(col)?, what == 'W');
            let same = |c: &char| class(*c, what == 'W') == own;
            let from = line[..col].iter().rposition(|c| !same(c)).map_or(0, |i| i + 1);
            let mut to = line[col..].iter().position(|c| !same(c)).map_or(line.len(), |i| col + i);
            while around && line.get(to).is_some_and(|c| c.is_whitespace()) {
                to += 1;
            }
            return Some(((row, from), (row, to)));
        }
        let (open, close) = match what {
            '(' | ')' | 'b' => ('(', ')'),
            '{' | '}' | 'B' => ('{', '}'),
            '[' | ']' => ('[', ']'),
            '<' | '>' => ('<', '>'),
            '"' | '\'' | '`' => (what, what),
            _ => return None,
        };
        let from = line[..=col.min(line.len().checked_sub(1)?)].iter().rposition(|c| *c == open);
        let from = from.or_else(|| line.iter().position(|c| *c == open))?;
        let to = line.iter().skip(from + 1).position(|c| *c == close)? + from + 1;
        Some(if around { ((row, from), (row, to + 1)) } else { ((row, from + 1), (row, to)) })
    }

    /// The bracket that belongs to the one at or after the cursor.
    pub fn bracket(&self) -> Option<Place> {
        const PAIRS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];
        let line: Vec<char> = self.line().chars().list();
        let is = |c: char| PAIRS.iter().find(|(a, z)| *a == c || *z == c).copied();
        let col = (self.at.1..line.len()).find(|i| is(line[*i]).is_some())?;
        let (open, close) = is(line[col])?;
        let forward = line[col] == open;
        let (mut at, mut deep) = (self.at.0, 0i32);
        let mut row = Row::default();
        // Where the scan of a line begins; behind its end where that is not known yet.
        let mut from = col;
        loop {
            let line = row.of(self, at);
            let mut meets = |i: &usize| {
                deep += i32::from(line[*i] == open) - i32::from(line[*i] == close);
                deep == 0
            };
            let found = if forward {
                (from..line.len()).find(&mut meets)
            } else {
                (0..line.len().min(from.saturating_add(1))).rev().find(&mut meets)
            };
            if let Some(col) = found {
                return Some((at, col));
            }
            (at, from) = if forward { (at + 1, 0) } else { (at.checked_sub(1)?, usize::MAX) };
            if at > self.last_row() {
                return None;
            }
        }
    }

    /// The next match after the cursor, or the one before it; round the ends of the text.
    pub fn search(&self, pattern: &Regex, backwards: bool) -> Option<Place> {
        let n = self.lines.len();
        let starts = |row: usize| {
            let line = &self.lines[row];
            pattern.find_all(line).map(|m| line[..m.range().0].chars().count()).list()
        };
        let (row, col) = self.at;
        for step in 0..=n {
            let at = if backwards { (row + n - step % n) % n } else { (row + step) % n };
            let inside = |c: &usize| match (step, backwards) {
                (0, false) => *c > col,
                (0, true) => *c < col,
                _ => true,
            };
            let found = starts(at);
            let hit = if backwards { found.into_iter().rfind(inside) } else { found.into_iter().find(inside) };
            if let Some(col) = hit {
                return Some((at, col));
            }
        }
        None
    }
}

//! Where the commands that move lead to.

use super::Vi;
use super::buffer::{Buffer, Place, Row, Span};
use super::keys::{DOWN, END, HOME, LEFT, PAGE_DOWN, PAGE_UP, RIGHT, UP};
use crate::base::List as _;
use crate::base::regex::{Regex, Syntax};

impl Vi {
    /// Where a motion leads.
    pub(super) fn motion(&mut self, c: char, count: Option<usize>, argument: Option<char>) -> Option<(Place, Span)> {
        let n = count.unwrap_or(1);
        let (row, col) = self.buffer.at;
        let last = self.buffer.last_row();
        let column = self.column();
        let lines = |to: usize| Some(((to, column), Span::Lines));
        let steps = |step: fn(&Buffer, Place, &mut Row, bool) -> Place| {
            let (mut at, mut line) = (self.buffer.at, Row::default());
            for _ in 0..n {
                let next = step(&self.buffer, at, &mut line, c.is_uppercase());
                // The end of the text is as far as it goes.
                if std::mem::replace(&mut at, next) == next {
                    break;
                }
            }
            at
        };
        Some(match c {
            'h' | LEFT | '\x7f' | '\x08' => ((row, col.saturating_sub(n)), Span::Upto),
            'l' | RIGHT | ' ' => ((row, (col + n).min(self.buffer.len(row))), Span::Upto),
            'j' | DOWN | '\x0e' => return if row == last { None } else { lines((row + n).min(last)) },
            'k' | UP | '\x10' => return if row == 0 { None } else { lines(row.saturating_sub(n)) },
            '+' | '\r' => self.first((row + n).min(last)),
            '-' => self.first(row.saturating_sub(n)),
            'G' => self.first(count.map_or(last, |n| (n - 1).min(last))),
            'g' if argument == Some('g') => self.first(count.map_or(0, |n| (n - 1).min(last))),
            'H' | 'M' | 'L' => self.first(self.screen.line(c, &self.buffer)),
            '0' | HOME => ((row, 0), Span::Upto),
            '^' | '_' => ((row, self.buffer.indent(row)), Span::Upto),
            '$' | END => ((row, self.buffer.len(row).saturating_sub(1)), Span::Through),
            '|' => ((row, (n - 1).min(self.buffer.len(row))), Span::Upto),
            'w' | 'W' => (steps(Buffer::word_after), Span::Upto),
            'b' | 'B' => (steps(Buffer::word_before), Span::Upto),
            'e' | 'E' => (steps(Buffer::word_end), Span::Through),
            '{' => ((0..row).rev().find(|r| self.buffer.lines[*r].is_empty()).map_or((0, 0), |r| (r, 0)), Span::Upto),
            '}' => {
                let end = (last, self.buffer.len(last));
                ((row + 1..=last).find(|r| self.buffer.lines[*r].is_empty()).map_or(end, |r| (r, 0)), Span::Upto)
            }
            '%' => (self.buffer.bracket()?, Span::Through),
            'n' => (self.found(self.backwards)?, Span::Upto),
            'N' => (self.found(!self.backwards)?, Span::Upto),
            '*' => {
                let (from, to) = self.buffer.object(false, 'w')?;
                self.pattern = format!("\\<{}\\>", self.buffer.between(from, to));
                self.backwards = false;
                (self.found(false)?, Span::Upto)
            }
            'f' | 'F' | 't' | 'T' => {
                self.find = Some((c, argument?));
                return self.within_line(c, argument?, n);
            }
            ';' => {
                let (c, wanted) = self.find?;
                return self.within_line(c, wanted, n);
            }
            ',' => {
                let (c, wanted) = self.find?;
                let back = if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
                return self.within_line(back, wanted, n);
            }
            PAGE_DOWN | PAGE_UP => {
                let page = self.screen.height().saturating_sub(2).max(1);
                return lines(if c == PAGE_DOWN { (row + page).min(last) } else { row.saturating_sub(page) });
            }
            _ => return None,
        })
    }

    /// A line, at its first character.
    pub(super) fn first(&self, row: usize) -> (Place, Span) {
        ((row, self.buffer.indent(row)), Span::Lines)
    }

    /// `f` and its kin: the n-th such character of the line.
    fn within_line(&self, c: char, wanted: char, n: usize) -> Option<(Place, Span)> {
        let (row, col) = self.buffer.at;
        let line: Vec<char> = self.buffer.line().chars().list();
        let mut hits = (0..line.len()).filter(|i| line[*i] == wanted);
        let hit =
            if c.is_lowercase() { hits.filter(|i| *i > col).nth(n - 1) } else { hits.by_ref().filter(|i| *i < col).rev().nth(n - 1) }?;
        Some(match c {
            'f' => ((row, hit), Span::Through),
            't' => ((row, hit - 1), Span::Through),
            'F' => ((row, hit), Span::Upto),
            _ => ((row, hit + 1), Span::Upto),
        })
    }

    /// Where the next match is.
    fn found(&mut self, backwards: bool) -> Option<Place> {
        let pattern = match Regex::new(&self.pattern, Syntax::Basic) {
            Ok(pattern) if !self.pattern.is_empty() => pattern,
            _ => {
                self.message = "No previous search".into();
                return None;
            }
        };
        let found = self.buffer.search(&pattern, backwards);
        if found.is_none() {
            self.message = format!("'{}' not found", self.pattern);
        }
        found
    }

    pub(super) fn next_match(&mut self, backwards: bool) {
        if let Some(at) = self.found(backwards) {
            self.buffer.at = at;
        }
    }
}

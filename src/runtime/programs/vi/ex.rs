//! The commands after a colon.

use super::super::super::kernel::Kernel;
use super::super::super::process::Process;
use super::super::filter::sed;
use super::super::net::save;
use super::Vi;

/// A range whose last line comes before its first.
#[derive(Debug, thiserror::Error)]
#[error("Backwards range given")]
struct Backwards;

impl Vi {
    /// Does a command; the exit code where it ends the editor.
    pub(super) fn command(&mut self, k: &mut Kernel, p: &mut Process, line: &str) -> Option<i32> {
        let line = line.trim_start_matches([':', ' ']).trim_end();
        let (range, rest) = match self.range(line) {
            Ok(found) => found,
            Err(backwards) => {
                self.message = backwards.to_string();
                return None;
            }
        };
        let word_end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (word, argument) = rest.split_at(word_end);
        let (force, argument) = match argument.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, argument.trim()),
        };
        let (from, to) = range.unwrap_or((self.buffer.at.0, self.buffer.at.0));
        match word {
            "" if rest.is_empty() => {
                self.buffer.at = (to, self.buffer.indent(to));
            }
            "w" | "write" | "wq" | "x" | "xit" => {
                let quits = !word.starts_with("wr") && word != "w";
                if word.starts_with('x') && !self.changed {
                    return Some(0);
                }
                if self.write(k, p, argument) && quits {
                    return Some(0);
                }
            }
            "q" | "quit" | "qa" | "qall" => {
                if force || !self.changed {
                    return Some(0);
                }
                self.message = "No write since last change (:q! overrides)".into();
            }
            "cq" => return Some(1),
            "e" | "edit" if self.changed && !force => self.message = "No write since last change (:e! overrides)".into(),
            "e" | "edit" => {
                if !argument.is_empty() {
                    self.path = argument.to_owned();
                }
                self.load(k, p);
            }
            "r" | "read" => match super::read(k, p, argument) {
                Ok(text) => self.change(|buffer| buffer.insert_lines(to + 1, &text)),
                Err(error) => self.message = format!("'{argument}' {error}"),
            },
            "d" | "delete" => {
                self.begin_change();
                self.register = (self.buffer.remove_lines(from, to), true);
            }
            "y" | "yank" => {
                self.register = (self.buffer.lines[from..=to].iter().map(|l| format!("{l}\n")).collect(), true);
                self.message = format!("{} lines yanked", to + 1 - from);
            }
            "s" | "substitute" => self.substitute(from, to, argument),
            "set" => {
                match argument {
                    "nu" | "number" => self.screen.numbers = true,
                    "nonu" | "nonumber" => self.screen.numbers = false,
                    // How it indents or colours makes no difference here.
                    _ => {}
                }
                self.screen.forget();
            }
            "noh" | "nohlsearch" | "syntax" => {}
            _ => self.message = format!("'{rest}' is not implemented"),
        }
        None
    }

    /// The lines that a command is about, and what follows them.
    fn range<'l>(&self, line: &'l str) -> Result<(Option<(usize, usize)>, &'l str), Backwards> {
        if let Some(rest) = line.strip_prefix('%') {
            return Ok((Some((0, self.buffer.last_row())), rest.trim_start()));
        }
        let Some((first, mut rest)) = self.address(line) else { return Ok((None, line)) };
        let mut last = first;
        if let Some(more) = rest.strip_prefix(',') {
            (last, rest) = self.address(more).unwrap_or((first, more));
        }
        let top = self.buffer.last_row();
        if last < first {
            return Err(Backwards);
        }
        Ok((Some((first.min(top), last.min(top))), rest.trim_start()))
    }

    /// A line's number as typed, from 0: `3`, `.`, `$`, `.+2`.
    fn address<'l>(&self, text: &'l str) -> Option<(usize, &'l str)> {
        let number = |t: &'l str| {
            let end = t.find(|c: char| !c.is_ascii_digit()).unwrap_or(t.len());
            Some((t[..end].parse::<usize>().ok()?, &t[end..]))
        };
        let (base, mut rest) = match text.chars().next()? {
            '.' => (self.buffer.at.0, &text[1..]),
            '$' => (self.buffer.last_row(), &text[1..]),
            '+' | '-' => (self.buffer.at.0, text),
            _ => number(text).map(|(n, rest)| (n.saturating_sub(1), rest))?,
        };
        let mut at = base;
        while let Some(sign) = rest.chars().next().filter(|c| matches!(c, '+' | '-')) {
            let (by, after) = number(&rest[1..]).unwrap_or((1, &rest[1..]));
            at = if sign == '+' { at.saturating_add(by) } else { at.saturating_sub(by) };
            rest = after;
        }
        Some((at, rest))
    }

    fn substitute(&mut self, from: usize, to: usize, argument: &str) {
        // An empty pattern is the last one searched for.
        let named = argument.chars().next().filter(|c| argument[c.len_utf8()..].starts_with(*c));
        let text = match named {
            Some(c) => format!("{c}{}{}", self.pattern, &argument[c.len_utf8()..]),
            None => argument.to_owned(),
        };
        let swap = match sed::Substitution::parse(&text) {
            Ok(swap) => swap,
            Err(e) => {
                self.message = e.to_string();
                return;
            }
        };
        self.begin_change();
        let (mut lines, mut row, mut end) = (0, from, to);
        while row <= end {
            if let Some(new) = swap.of(&self.buffer.lines[row]) {
                let width = self.buffer.len(row);
                self.buffer.replace((row, 0), (row, width), &new);
                let more = new.matches('\n').count();
                lines += 1;
                (row, end) = (row + more, end + more);
                self.buffer.at = (row, 0);
            }
            row += 1;
        }
        self.message = match lines {
            0 => "Pattern not found".to_owned(),
            n => format!("{n} substitutions on {n} lines"),
        };
    }

    /// Saves the text; whether that went well.
    fn write(&mut self, k: &mut Kernel, p: &mut Process, argument: &str) -> bool {
        let path = if argument.is_empty() { self.path.clone() } else { argument.to_owned() };
        if path.is_empty() {
            self.message = "No current filename".into();
            return false;
        }
        let text = self.buffer.text();
        if let Err(error) = save(k, p, &path, text.as_bytes()) {
            self.message = format!("'{path}' {error}");
            return false;
        }
        self.message = format!("'{path}' {}L, {}C", text.matches('\n').count(), text.len());
        if self.path.is_empty() {
            self.path = path;
        }
        self.changed = false;
        true
    }
}

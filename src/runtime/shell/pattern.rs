//! The shell's patterns (`*`, `?`, `[...]`), matched in time proportional to text times pattern.

use crate::base::regex::posix_class;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Pattern(Vec<Elem>);

#[derive(Debug, Clone)]
enum Elem {
    Char(char),
    Any,
    Star,
    Class(bool, Vec<(char, char)>),
}

impl Pattern {
    /// Compiles a pattern in which a backslash quotes the next character.
    pub fn new(text: &str) -> Pattern {
        let c: Vec<char> = text.chars().collect();
        let mut out = Vec::new();
        let mut i = 0;
        while i < c.len() {
            match c[i] {
                '*' => {
                    if !matches!(out.last(), Some(Elem::Star)) {
                        out.push(Elem::Star);
                    }
                }
                '?' => out.push(Elem::Any),
                '\\' if i + 1 < c.len() => {
                    i += 1;
                    out.push(Elem::Char(c[i]));
                }
                '[' => match class(&c, i) {
                    Some((elem, end)) => {
                        out.push(elem);
                        i = end;
                    }
                    None => out.push(Elem::Char('[')),
                },
                other => out.push(Elem::Char(other)),
            }
            i += 1;
        }
        Pattern(out)
    }

    fn step(&self, set: &[bool], c: char, next: &mut Vec<bool>) {
        next.clear();
        next.resize(self.0.len() + 1, false);
        for (i, elem) in self.0.iter().enumerate() {
            if !set[i] {
                continue;
            }
            match elem {
                Elem::Star => next[i] = true,
                Elem::Any => next[i + 1] = true,
                Elem::Char(x) => next[i + 1] |= *x == c,
                Elem::Class(negated, ranges) => next[i + 1] |= ranges.iter().any(|(a, z)| (*a..=*z).contains(&c)) != *negated,
            }
        }
        self.close(next);
    }

    fn close(&self, set: &mut [bool]) {
        for (i, elem) in self.0.iter().enumerate() {
            if set[i] && matches!(elem, Elem::Star) {
                set[i + 1] = true;
            }
        }
    }

    /// The length in characters of the shortest or longest prefix that matches.
    fn prefix(&self, text: impl Iterator<Item = char>, longest: bool) -> Option<usize> {
        let mut set = vec![false; self.0.len() + 1];
        set[0] = true;
        self.close(&mut set);
        let mut found = None;
        let mut next = Vec::new();
        let end = self.0.len();
        if set[end] {
            found = Some(0);
            if !longest {
                return found;
            }
        }
        for (n, c) in text.enumerate() {
            self.step(&set, c, &mut next);
            std::mem::swap(&mut set, &mut next);
            if set[end] {
                found = Some(n + 1);
                if !longest {
                    return found;
                }
            }
            if !set.contains(&true) {
                break;
            }
        }
        found
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let mut set = vec![false; self.0.len() + 1];
        set[0] = true;
        self.close(&mut set);
        let mut next = Vec::new();
        for c in text.chars() {
            self.step(&set, c, &mut next);
            std::mem::swap(&mut set, &mut next);
            if !set.contains(&true) {
                return false;
            }
        }
        set[self.0.len()]
    }

    /// `${text#pattern}` and `##`.
    pub fn strip_prefix<'a>(&self, text: &'a str, longest: bool) -> &'a str {
        match self.prefix(text.chars(), longest) {
            Some(n) => &text[text.char_indices().nth(n).map_or(text.len(), |(i, _)| i)..],
            None => text,
        }
    }

    /// `${text%pattern}` and `%%`.
    pub fn strip_suffix<'a>(&self, text: &'a str, longest: bool) -> &'a str {
        let mut reversed = self.clone();
        reversed.0.reverse();
        match reversed.prefix(text.chars().rev(), longest) {
            Some(0) | None => text,
            Some(n) => &text[..text.char_indices().rev().nth(n - 1).map_or(0, |(i, _)| i)],
        }
    }

    /// `${text/pattern/with}`: the first match, or all; gives up on texts where that would take too long.
    pub fn replace(&self, text: &str, with: &str, all: bool, at_start: bool, at_end: bool) -> String {
        if self.0.is_empty() {
            return if at_start {
                format!("{with}{text}")
            } else if at_end {
                format!("{text}{with}")
            } else {
                text.to_string()
            };
        }
        if at_end {
            let kept = self.strip_suffix(text, true);
            return if kept.len() < text.len() { format!("{kept}{with}") } else { text.to_string() };
        }
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::new();
        let mut budget = 2_000_000usize;
        let mut i = 0;
        while i < chars.len() {
            let seen = chars.len() - i;
            budget = budget.saturating_sub(if matches!(self.0[0], Elem::Star) { seen } else { 1 });
            match self.prefix(chars[i..].iter().copied(), true).filter(|n| *n > 0 && budget > 0) {
                Some(n) => {
                    out.push_str(with);
                    i += n;
                    if !all {
                        break;
                    }
                }
                None => {
                    if at_start {
                        break;
                    }
                    out.push(chars[i]);
                    i += 1;
                }
            }
            if at_start {
                break;
            }
        }
        out.extend(&chars[i..]);
        out
    }
}

fn class(c: &[char], open: usize) -> Option<(Elem, usize)> {
    let mut i = open + 1;
    let negated = matches!(c.get(i), Some('!' | '^'));
    if negated {
        i += 1;
    }
    let mut ranges = Vec::new();
    let first = i;
    loop {
        let mut a = *c.get(i)?;
        if a == ']' && i > first {
            return Some((Elem::Class(negated, ranges), i));
        }
        if a == '[' && c.get(i + 1) == Some(&':') {
            let end = (i + 2..c.len()).find(|j| c[*j] == ':' && c.get(j + 1) == Some(&']'))?;
            let name: String = c[i + 2..end].iter().collect();
            ranges.extend_from_slice(posix_class(&name)?);
            i = end + 2;
            continue;
        }
        if a == '\\' && i + 1 < c.len() {
            i += 1;
            a = c[i];
        }
        if c.get(i + 1) == Some(&'-') && c.get(i + 2).is_some_and(|z| *z != ']') {
            ranges.push((a, c[i + 2]));
            i += 3;
        } else {
            ranges.push((a, a));
            i += 1;
        }
    }
}

/// Writes `text` so that it stands for itself in a pattern.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Whether an unquoted text holds a pattern at all.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

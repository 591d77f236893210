//! The shell's patterns (`*`, `?`, `[...]`), matched in time proportional to text times pattern at worst, and bounded.

use crate::base::List as _;
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

/// How many steps one command's matching may take: beyond it, nothing matches.
pub const STEPS_MAX: usize = 4_000_000;

impl Elem {
    fn takes(&self, c: char) -> bool {
        match self {
            Elem::Star | Elem::Any => true,
            Elem::Char(x) => *x == c,
            Elem::Class(negated, ranges) => ranges.iter().any(|(a, z)| (*a..=*z).contains(&c)) != *negated,
        }
    }
}

impl Pattern {
    /// Compiles a pattern in which a backslash quotes the next character.
    pub fn new(text: &str) -> Pattern {
        let c: Vec<char> = text.chars().list();
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

    /// Adds a state to those that are live, in order, and the one behind where it is a star.
    fn enter(&self, live: &mut Vec<usize>, i: usize) {
        if live.last().is_none_or(|last| *last < i) {
            live.push(i);
        }
        if matches!(self.0.get(i), Some(Elem::Star)) && live.last() == Some(&i) {
            live.push(i + 1);
        }
    }

    fn step(&self, live: &[usize], c: char, next: &mut Vec<usize>) {
        next.clear();
        for &i in live {
            match self.0.get(i) {
                Some(Elem::Star) => self.enter(next, i),
                Some(elem) if elem.takes(c) => self.enter(next, i + 1),
                _ => {}
            }
        }
    }

    /// The length in characters of the shortest or longest prefix that matches; none where `steps` do not suffice.
    fn prefix(&self, mut text: impl Iterator<Item = char>, longest: bool, steps: &mut usize) -> Option<usize> {
        let (mut live, mut next) = (Vec::new(), Vec::new());
        self.enter(&mut live, 0);
        let (mut found, mut taken) = (None, 0);
        loop {
            if live.last() == Some(&self.0.len()) {
                found = Some(taken);
                if !longest {
                    return found;
                }
            }
            let Some(c) = text.next().filter(|_| !live.is_empty()) else { return found };
            let left = steps.checked_sub(live.len());
            *steps = left.unwrap_or(0);
            left?;
            self.step(&live, c, &mut next);
            std::mem::swap(&mut live, &mut next);
            taken += 1;
        }
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.matches_within(text, &mut { STEPS_MAX })
    }

    /// The same, for one of many: all of them share `steps`.
    pub fn matches_within(&self, text: &str, steps: &mut usize) -> bool {
        self.prefix(text.chars(), true, steps) == Some(text.chars().count())
    }

    /// `${text#pattern}` and `##`.
    pub fn strip_prefix<'a>(&self, text: &'a str, longest: bool) -> &'a str {
        match self.prefix(text.chars(), longest, &mut { STEPS_MAX }) {
            Some(n) => &text[text.char_indices().nth(n).map_or(text.len(), |(i, _)| i)..],
            None => text,
        }
    }

    /// `${text%pattern}` and `%%`.
    pub fn strip_suffix<'a>(&self, text: &'a str, longest: bool) -> &'a str {
        let mut reversed = self.clone();
        reversed.0.reverse();
        match reversed.prefix(text.chars().rev(), longest, &mut { STEPS_MAX }) {
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
        let chars: Vec<char> = text.chars().list();
        let mut out = String::new();
        let mut steps = STEPS_MAX;
        let mut i = 0;
        while i < chars.len() && steps > 0 {
            match self.prefix(chars[i..].iter().copied(), true, &mut steps).filter(|n| *n > 0) {
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
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '!' | '^' | '-') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Whether there is more to a pattern than a bracket that is never closed, as in the command `[`.
pub fn closes(pattern: &str) -> bool {
    let mut open = false;
    let mut bytes = pattern.bytes();
    while let Some(b) = bytes.next() {
        match b {
            b'\\' => drop(bytes.next()),
            b'*' | b'?' => return true,
            b']' if open => return true,
            _ => open |= b == b'[',
        }
    }
    false
}

/// Whether an unquoted text holds a pattern at all.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_live_states_count() {
        let text = "a".repeat(5000);
        let mut steps = 20_000;
        assert!(Pattern::new(&text).matches_within(&text, &mut steps));
        assert_eq!(steps, 15_000);
        // Stars keep many states alive: that is given up.
        assert!(!Pattern::new(&"a*".repeat(2500)).matches_within(&text, &mut steps));
        assert_eq!(steps, 0);
        assert_eq!(Pattern::new("a*b").replace(&text, "c", true, false, false), text);
    }

    #[test]
    fn stars_and_classes() {
        for (pattern, text, want) in [
            ("", "", true),
            ("*", "", true),
            ("a*", "a", true),
            ("*a*?b", "xaab", true),
            ("*a*?b", "xab", false),
            ("?*[!a-c]", "xd", true),
            ("?*[!a-c]", "xb", false),
            ("**b", "ab", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1c2b", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), want, "{pattern} {text}");
        }
        assert_eq!(Pattern::new("*/").strip_prefix("a/b/c", false), "b/c");
        assert_eq!(Pattern::new("*/").strip_prefix("a/b/c", true), "c");
        assert_eq!(Pattern::new(".*").strip_suffix("a.b.c", true), "a");
        assert_eq!(Pattern::new("b*").replace("abcabc", "-", true, false, false), "a-");
    }
}

//! `sort`.

use super::super::super::{Options, Run};
use super::super::{Filter, Made, Sink};
use crate::base::{List as _, Order as _};

/// Starts it.
pub fn sort(r: &mut Run<'_>, o: &Options) -> Made {
    let file = o.rest.first().map_or("-", String::as_str);
    let told = if r.k.is_gnu() { format!("sort: {file}:") } else { "Check line ".into() };
    let keys = o.each().filter(|o| o.0 == 'k').map(|o| Key::read(o.1)).list();
    let letters: String = o.each().filter(|o| "bdfghiMnrV".contains(o.0)).map(|o| o.0).collect();
    let s = Sort {
        checks: o.any("cC").then(|| if o.has('C') || o.value('c').is_some_and(|v| !v.is_empty()) { String::new() } else { told }),
        lines: Vec::new(),
        held: 0,
        keys,
        separator: o.value('t').map(|t| if t == "\\0" { 0 } else { t.bytes().next().unwrap_or(0) }),
        unique: o.has('u'),
        stable: o.has('s'),
        flags: letters,
        output: o.value('o').map(str::to_owned),
        end: if o.has('z') { 0 } else { b'\n' },
    };
    Ok((Filter::Sort(s), o.rest.clone()))
}

/// A key: from where to where, and the letters of how it is compared, where it has its own.
#[derive(Debug, Clone)]
struct Key {
    from: (usize, usize),
    to: Option<(usize, usize)>,
    flags: String,
}

impl Key {
    fn read(text: &str) -> Key {
        let part = |t: &str| -> ((usize, usize), String) {
            let digits: String = t.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            let (f, c) = digits.split_once('.').unwrap_or((&digits, "0"));
            ((f.parse().unwrap_or(1), c.parse().unwrap_or(0)), t[digits.len()..].to_string())
        };
        let (a, z) = text.split_once(',').map_or((text, None), |(a, z)| (a, Some(z)));
        let (from, mut letters) = part(a);
        let to = z.map(|z| {
            let (to, more) = part(z);
            letters.push_str(&more);
            to
        });
        Key { from, to, flags: letters }
    }
}

#[derive(Debug, Clone)]
pub struct Sort {
    /// `-c`: the lines are to be in order already; what is said of the file that they are not in, where it is.
    checks: Option<String>,
    lines: Vec<Vec<u8>>,
    pub held: usize,
    keys: Vec<Key>,
    separator: Option<u8>,
    unique: bool,
    /// Whether equal lines stay as they came.
    stable: bool,
    /// The letters of how lines are compared.
    flags: String,
    output: Option<String>,
    /// What ends a line.
    pub end: u8,
}

impl Sort {
    pub fn line(&mut self, line: &[u8]) {
        if self.held < 32 << 20 {
            self.held += line.len() + 24;
            self.lines.push(line.to_vec());
        }
    }
    fn fields<'a>(&self, line: &'a [u8]) -> Vec<&'a [u8]> {
        match self.separator {
            Some(s) => line.split(|b| *b == s).list(),
            None => {
                // A field begins with the blanks before it.
                let mut out = Vec::new();
                let mut at = 0;
                while at < line.len() {
                    let blanks = line[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                    let word = line[at + blanks..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
                    out.push(&line[at..at + blanks + word]);
                    at += blanks + word;
                }
                out
            }
        }
    }
    fn key(&self, line: &[u8], key: &Key) -> Vec<u8> {
        let fields = self.fields(line);
        let sep: &[u8] = self.separator.as_ref().map_or(b"", std::slice::from_ref);
        let length = |fields: &[&[u8]]| fields.join(sep).len();
        // Where the key starts and ends, in bytes of the line.
        let place = |n: usize| if n == 0 { 0 } else { (length(&fields[..n.min(fields.len())]) + sep.len()).min(line.len()) };
        let start = place(key.from.0.max(1) - 1).saturating_add(key.from.1.saturating_sub(1));
        let end = match key.to {
            None => line.len(),
            Some((field, 0)) => length(&fields[..field.min(fields.len())]),
            Some((field, chars)) => place(field.max(1) - 1).saturating_add(chars),
        };
        let end = end.min(line.len());
        line[start.min(end)..end].to_vec()
    }
    /// The letters of how a key is compared.
    fn flags<'a>(&'a self, key: &'a Key) -> &'a str {
        if key.flags.is_empty() { &self.flags } else { &key.flags }
    }
    pub fn finish(&mut self, sink: &mut Sink) {
        let lines = std::mem::take(&mut self.lines);
        let keys: Vec<Key> =
            if self.keys.is_empty() { vec![Key { from: (1, 0), to: None, flags: String::new() }] } else { self.keys.clone() };
        let whole = self.keys.is_empty();
        let key = |line: &[u8], key: &Key| compared(if whole { line.to_vec() } else { self.key(line, key) }, self.flags(key));
        let mut rows: Vec<(Vec<Vec<u8>>, Vec<u8>)> = lines.into_iter().map(|l| (keys.iter().map(|k| key(&l, k)).list(), l)).list();
        let order = |a: &(Vec<Vec<u8>>, Vec<u8>), b: &(Vec<Vec<u8>>, Vec<u8>)| {
            for (i, key) in keys.iter().enumerate() {
                let flags = self.flags(key);
                let o = compare(&a.0[i], &b.0[i], flags);
                let o = if flags.contains('r') { o.reverse() } else { o };
                if o.is_ne() {
                    return o;
                }
            }
            std::cmp::Ordering::Equal
        };
        let full = |a: &(Vec<Vec<u8>>, Vec<u8>), b: &(Vec<Vec<u8>>, Vec<u8>)| {
            order(a, b).then_with(|| {
                if self.unique || self.stable {
                    return std::cmp::Ordering::Equal;
                }
                let o = a.1.cmp(&b.1);
                if self.flags.contains('r') { o.reverse() } else { o }
            })
        };
        if let Some(told) = &self.checks {
            let wrong = rows.windows(2).position(|w| full(&w[0], &w[1]).is_gt() || self.unique && order(&w[0], &w[1]).is_eq());
            if let Some(at) = wrong {
                sink.status = 1;
                if told.starts_with('s') {
                    sink.err += &format!("{told}{}: disorder: {}\n", at + 2, String::from_utf8_lossy(&rows[at + 1].1));
                } else if !told.is_empty() {
                    sink.err += &format!("{told}{}\n", at + 1);
                }
            }
            return;
        }
        rows.order_by(full);
        if self.unique {
            rows.dedup_by(|a, b| order(b, a).is_eq());
        }
        let mut text = Vec::new();
        for (_, line) in rows {
            text.extend(line);
            text.push(self.end);
        }
        match self.output.take() {
            Some(name) => sink.files.push((name, false, text)),
            None => sink.out.extend(text),
        }
    }
}

/// What of a key is compared.
fn compared(mut text: Vec<u8>, flags: &str) -> Vec<u8> {
    let has = |c| flags.contains(c);
    if has('b') || has('M') {
        text = text.trim_ascii_start().to_vec();
    }
    let [words, printed] = ['d', 'i'].map(has);
    text.retain(|c| !(words && !(c.is_ascii_alphanumeric() || matches!(c, b' ' | b'\t')) || printed && !(32..127).contains(c)));
    if has('f') || has('M') {
        text.make_ascii_uppercase();
    }
    if has('V') { version_key(&text) } else { text }
}

fn compare(a: &[u8], b: &[u8], flags: &str) -> std::cmp::Ordering {
    let has = |c| flags.contains(c);
    if has('n') || has('g') || has('h') {
        let [(unit, number), (other_unit, other)] = [a, b].map(|t| value(t, flags));
        return unit.cmp(&other_unit).then(number.total_cmp(&other));
    }
    if has('M') {
        const MONTHS: &[u8] = b"JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
        let month = |t: &[u8]| MONTHS.chunks(3).position(|m| t.starts_with(m)).map_or(0, |n| n + 1);
        return month(a).cmp(&month(b));
    }
    a.cmp(b)
}

/// The number that a text starts with, 0 where there is none, after the rank of its unit, which `-h` compares first: 3000 comes before
/// 2K.
fn value(t: &[u8], flags: &str) -> (i32, f64) {
    let text = String::from_utf8_lossy(t);
    let text = text.trim_start();
    if flags.contains('g') {
        return (0, (1..=text.len().min(64)).rev().find_map(|n| text.get(..n)?.parse().ok()).unwrap_or(f64::NEG_INFINITY));
    }
    let n = text.char_indices().take_while(|(i, c)| c.is_ascii_digit() || *c == '.' || (*i == 0 && *c == '-')).count();
    let unit = if flags.contains('h') {
        text[n..].chars().next().and_then(|c| "KMGTPEZY".find(if c == 'k' { 'K' } else { c })).map_or(0, |i| i as i32 + 1)
    } else {
        0
    };
    (if text.starts_with('-') { -unit } else { unit }, text[..n].parse().unwrap_or(0.0))
}

/// Digits compare as numbers: each run is written with its length before it.
fn version_key(t: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < t.len() {
        if t[i].is_ascii_digit() {
            let n = t[i..].iter().take_while(|b| b.is_ascii_digit()).count();
            let digits: Vec<u8> = t[i..i + n].iter().copied().skip_while(|b| *b == b'0').list();
            out.push(b'0' + digits.len().min(9) as u8);
            out.extend(digits);
            i += n;
        } else {
            out.push(t[i]);
            i += 1;
        }
    }
    out
}

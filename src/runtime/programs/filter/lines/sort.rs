//! `sort`.

use super::super::super::Run;
use super::super::{Filter, Sink};
use super::Made;
use crate::base::Order as _;

/// Starts it.
pub fn make(run: &mut Run<'_>) -> Made {
    let (opts, files) = run.options("ktoTS");
    let mut s =
        Sort { lines: Vec::new(), held: 0, keys: Vec::new(), separator: None, unique: false, flags: Flags::default(), output: None };
    for (c, v) in opts {
        match c {
            'n' => s.flags.numeric = true,
            'r' => s.flags.reverse = true,
            'h' => s.flags.human = true,
            'f' => s.flags.fold = true,
            'V' => s.flags.version = true,
            'b' | 's' | 'd' | 'g' | 'i' | 'M' | 'z' | '-' => s.flags.numeric |= c == 'g',
            'u' => s.unique = true,
            't' => s.separator = v.bytes().next(),
            'o' => s.output = Some(v),
            'k' => s.keys.push(Key::read(&v)),
            'T' | 'S' => {}
            _ => {
                run.err(format!("unrecognized option: {c}"));
                return Err(2);
            }
        }
    }
    Ok((Filter::Sort(s), files))
}

#[derive(Debug, Clone, Default)]
struct Flags {
    numeric: bool,
    reverse: bool,
    human: bool,
    fold: bool,
    version: bool,
}

#[derive(Debug, Clone)]
struct Key {
    from: (usize, usize),
    to: Option<(usize, usize)>,
    flags: Option<Flags>,
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
        let has = |c| letters.contains(c);
        let flags = letters.contains(['n', 'r', 'h', 'f', 'V', 'g']).then(|| Flags {
            numeric: has('n') || has('g'),
            reverse: has('r'),
            human: has('h'),
            fold: has('f'),
            version: has('V'),
        });
        Key { from, to, flags }
    }
}

#[derive(Debug, Clone)]
pub struct Sort {
    lines: Vec<Vec<u8>>,
    pub held: usize,
    keys: Vec<Key>,
    separator: Option<u8>,
    unique: bool,
    flags: Flags,
    output: Option<String>,
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
            Some(s) => line.split(|b| *b == s).collect(),
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
        let end = key.to.map_or(usize::MAX, |t| t.0).min(fields.len());
        let start = key.from.0.max(1) - 1;
        if start >= end {
            return Vec::new();
        }
        let joined = fields[start..end].join(sep);
        joined[key.from.1.saturating_sub(1).min(joined.len())..].to_vec()
    }
    pub fn finish(&mut self, sink: &mut Sink) {
        let lines = std::mem::take(&mut self.lines);
        let keys: Vec<Key> = if self.keys.is_empty() { vec![Key { from: (1, 0), to: None, flags: None }] } else { self.keys.clone() };
        let whole = self.keys.is_empty();
        let mut rows: Vec<(Vec<Vec<u8>>, Vec<u8>)> =
            lines.into_iter().map(|l| (keys.iter().map(|k| if whole { l.clone() } else { self.key(&l, k) }).collect(), l)).collect();
        let order = |a: &(Vec<Vec<u8>>, Vec<u8>), b: &(Vec<Vec<u8>>, Vec<u8>)| {
            for (i, key) in keys.iter().enumerate() {
                let flags = key.flags.as_ref().unwrap_or(&self.flags);
                let o = compare(&a.0[i], &b.0[i], flags);
                let o = if flags.reverse { o.reverse() } else { o };
                if o.is_ne() {
                    return o;
                }
            }
            std::cmp::Ordering::Equal
        };
        rows.order_by(|a, b| {
            order(a, b).then_with(|| {
                if self.unique {
                    return std::cmp::Ordering::Equal;
                }
                let o = a.1.cmp(&b.1);
                if self.flags.reverse { o.reverse() } else { o }
            })
        });
        if self.unique {
            rows.dedup_by(|a, b| order(b, a).is_eq());
        }
        let mut text = Vec::new();
        for (_, line) in rows {
            text.extend(line);
            text.push(b'\n');
        }
        match self.output.take() {
            Some(name) => sink.files.push((name, false, text)),
            None => sink.out.extend(text),
        }
    }
}

fn compare(a: &[u8], b: &[u8], flags: &Flags) -> std::cmp::Ordering {
    if flags.numeric || flags.human {
        let value = |t: &[u8]| {
            let text = String::from_utf8_lossy(t);
            let text = text.trim_start();
            let n = text.char_indices().take_while(|(i, c)| c.is_ascii_digit() || *c == '.' || (*i == 0 && *c == '-')).count();
            let v: f64 = text[..n].parse().unwrap_or(0.0);
            let unit = if flags.human {
                text[n..].chars().next().and_then(|c| "KMGTP".find(c.to_ascii_uppercase())).map_or(0, |i| i + 1)
            } else {
                0
            };
            v * 1024f64.powi(unit as i32)
        };
        return value(a).total_cmp(&value(b));
    }
    if flags.version {
        return version_key(a).cmp(&version_key(b));
    }
    if flags.fold { a.to_ascii_uppercase().cmp(&b.to_ascii_uppercase()) } else { a.cmp(b) }
}

/// Digits compare as numbers: each run is written with its length before it.
fn version_key(t: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < t.len() {
        if t[i].is_ascii_digit() {
            let n = t[i..].iter().take_while(|b| b.is_ascii_digit()).count();
            let digits: Vec<u8> = t[i..i + n].iter().copied().skip_while(|b| *b == b'0').collect();
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

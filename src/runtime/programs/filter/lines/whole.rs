//! Programs that are given all their input at once: tac, rev, nl, fold, strings, base64, shuf and those that only show it.

use super::super::super::{Options, Run};
use super::super::{Filter, Made, Sink};
use crate::base::{List as _, RandomStream, base64};

/// The programs that are given all their input at once.
pub fn whole(run: &mut Run<'_>, o: &Options) -> Made {
    let kind = match run.name {
        "tac" => WholeKind::Tac,
        "rev" => WholeKind::Rev,
        "nl" => WholeKind::Nl {
            empty: o.value('b').is_some_and(|b| b == "a"),
            none: o.value('b').is_some_and(|b| b == "n"),
            from: o.number('v').unwrap_or(1),
            step: o.number('i').unwrap_or(1),
            width: o.number('w').unwrap_or(6).clamp(1, 100),
            sign: o.value('s').unwrap_or("\t").to_owned(),
        },
        "fold" => WholeKind::Fold(o.number('w').or(o.number('@')).unwrap_or(80), o.has('s')),
        "strings" => WholeKind::Strings(o.number('n').or(o.number('@')).unwrap_or(4).max(1)),
        "base64" if o.has('d') => WholeKind::Unbase64(o.has('i')),
        "base64" => WholeKind::Base64(o.number('w').unwrap_or(76)),
        "shuf" => return shuffle(run, o),
        _ => WholeKind::Plain,
    };
    Ok((Filter::Whole(Whole { kind, data: Vec::new() }), o.rest.clone()))
}

/// `shuf`: lines, words or numbers, in an order that chance gives.
fn shuffle(run: &mut Run<'_>, o: &Options) -> Made {
    let (mut data, mut files) = (String::new(), o.rest.clone());
    if let Some(range) = o.value('i') {
        let ends = range.split_once('-').and_then(|(a, z)| Some((a.parse::<u64>().ok()?, z.parse::<u64>().ok()?)));
        let Some((a, z)) = ends.filter(|(a, z)| a <= z) else {
            run.err(format!("invalid input range: '{range}'"));
            return Err(1);
        };
        if z - a >= 1 << 20 {
            run.err("memory exhausted");
            return Err(1);
        }
        (a..=z).for_each(|n| data += &format!("{n}\n"));
        files = vec!["/dev/null".into()];
    } else if o.has('e') {
        data = files.iter().map(|word| format!("{word}\n")).collect();
        files = vec!["/dev/null".into()];
    }
    if let Some(count) = o.value('n').filter(|_| o.number::<usize>('n').is_none()) {
        run.err(format!("invalid line count: '{count}'"));
        return Err(1);
    }
    let kind = WholeKind::Shuffle(run.k.random.bits(), o.number('n').unwrap_or(usize::MAX));
    Ok((Filter::Whole(Whole { kind, data: data.into_bytes() }), files))
}

#[derive(Debug, Clone)]
pub enum WholeKind {
    /// By which chance, and how many of the lines.
    Shuffle(u64, usize),
    Tac,
    Rev,
    Nl {
        /// Whether empty lines are numbered, and whether none is.
        empty: bool,
        none: bool,
        from: i64,
        step: i64,
        width: usize,
        sign: String,
    },
    /// How wide, and whether it breaks at blanks.
    Fold(usize, bool),
    /// How long a text must be.
    Strings(usize),
    Base64(usize),
    /// Whether what is no digit is passed over.
    Unbase64(bool),
    Plain,
}

/// Programs that are given all their input at once.
#[derive(Debug, Clone)]
pub struct Whole {
    kind: WholeKind,
    data: Vec<u8>,
}

impl Whole {
    pub fn held(&self) -> usize {
        self.data.len()
    }
    pub fn bytes(&mut self, data: &[u8], sink: &mut Sink) {
        if matches!(self.kind, WholeKind::Plain) {
            sink.out.extend_from_slice(data);
        } else if self.data.len() < 32 << 20 {
            self.data.extend_from_slice(data);
        }
    }
    pub fn finish(&mut self, sink: &mut Sink) {
        let data = std::mem::take(&mut self.data);
        let lines = || data.strip_suffix(b"\n").unwrap_or(&data).split(|b| *b == b'\n').filter(|_| !data.is_empty());
        let ends = data.last() == Some(&b'\n');
        match &self.kind {
            WholeKind::Tac => {
                for l in lines().list().into_iter().rev() {
                    sink.out.extend_from_slice(l);
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Shuffle(seed, most) => {
                let mut random = RandomStream::new(*seed, "shuf");
                let mut left: Vec<&[u8]> = lines().list();
                for i in 0..left.len().min(*most) {
                    let other = i + random.below((left.len() - i) as u64) as usize;
                    left.swap(i, other);
                    sink.out.extend_from_slice(left[i]);
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Rev => {
                for l in lines() {
                    sink.out.extend(String::from_utf8_lossy(l).chars().rev().collect::<String>().bytes());
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Nl { empty, none, from, step, width, sign } => {
                let mut n = *from;
                for l in lines() {
                    if *none || l.is_empty() && !empty {
                        sink.out.extend(format!("{:1$}", "", width + sign.len()).bytes());
                    } else {
                        sink.out.extend(format!("{n:width$}{sign}").bytes());
                        n = n.wrapping_add(*step);
                    }
                    sink.out.extend_from_slice(l);
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Fold(width, at_blanks) => lines().for_each(|l| fold(l, *width, *at_blanks, &mut sink.out)),
            WholeKind::Strings(least) => {
                for text in data.split(|b| !matches!(b, b'\t' | b' '..=b'~')).filter(|text| text.len() >= *least) {
                    sink.out.extend_from_slice(text);
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Base64(width) => {
                let text = base64::encode(&data);
                for part in text.as_bytes().chunks(if *width == 0 { usize::MAX } else { *width }) {
                    sink.out.extend_from_slice(part);
                    if *width > 0 {
                        sink.out.push(b'\n');
                    }
                }
            }
            WholeKind::Unbase64(passes) => {
                if !decode(&data, *passes, &mut sink.out) {
                    sink.err = "base64: truncated input\n".into();
                    sink.status = 1;
                }
            }
            WholeKind::Plain => {}
        }
        if matches!(self.kind, WholeKind::Rev | WholeKind::Fold(..)) && !ends {
            // A last line without an end stays so.
            sink.out.pop();
        }
    }
}

/// Breaks a line that is wider, behind a blank where there is one and that is asked for.
fn fold(line: &[u8], width: usize, at_blanks: bool, out: &mut Vec<u8>) {
    let chars: Vec<char> = String::from_utf8_lossy(line).chars().list();
    let mut rest = &chars[..];
    loop {
        let mut end = width.clamp(1, rest.len().max(1)).min(rest.len());
        if let Some(blank) = rest[..end].iter().rposition(|c| *c == ' ').filter(|_| at_blanks && end < rest.len()) {
            end = blank + 1;
        }
        out.extend(rest[..end].iter().collect::<String>().bytes());
        out.push(b'\n');
        rest = &rest[end..];
        if rest.is_empty() {
            return;
        }
    }
}

/// Decodes base64 up to what is no digit, or past it; whether that was all.
fn decode(data: &[u8], passes: bool, out: &mut Vec<u8>) -> bool {
    let (mut bits, mut held) = (0_u32, 0);
    for b in data.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'=') {
        let Some(digit) = base64::ALPHABET.iter().position(|c| c == b) else {
            if passes {
                continue;
            }
            return false;
        };
        bits = bits << 6 | digit as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    true
}

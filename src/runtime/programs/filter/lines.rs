//! cat, head, tail, wc, tee, tr, cut, uniq, sort, tac, rev, nl, base64 and their like.

mod sort;

use crate::base::{Order as _, base64};
use std::collections::VecDeque;

use super::super::super::text::unescape_one;
use super::super::Run;
use super::{Filter, Sink};
pub use sort::Sort;

type Made = Result<(Filter, Vec<String>), i32>;

pub fn make(run: &mut Run<'_>) -> Made {
    match run.name {
        "cat" => {
            let (opts, files) = run.options("");
            let has = |c| opts.iter().any(|o| o.0 == c);
            if let Some((c, _)) = opts.iter().find(|o| !matches!(o.0, 'n' | 'b' | 'v' | 't' | 'e' | 'A' | 's' | 'u' | 'E' | 'T')) {
                run.err(format!("unrecognized option: {c}"));
                return Err(1);
            }
            Ok((
                Filter::Cat(Cat {
                    number: has('n'),
                    number_full: has('b'),
                    ends: has('e') || has('A') || has('E'),
                    squeeze: has('s'),
                    count: 0,
                    last_empty: false,
                }),
                files,
            ))
        }
        "head" | "tail" => {
            // `-5` means `-n 5`.
            let mut value = false;
            for a in &mut run.args {
                let digits = a.strip_prefix('-').filter(|d| !value && !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
                value = matches!(a.as_str(), "-n" | "-c");
                if let Some(d) = digits {
                    *a = format!("-n{d}");
                } else if let Some(n) = a.strip_prefix("--lines=") {
                    *a = format!("-n{n}");
                }
            }
            let (opts, files) = run.options("ncs");
            let mut n = "10".to_string();
            let (mut bytes, mut quiet, mut verbose, mut follow) = (false, false, false, false);
            for (c, v) in opts {
                match c {
                    'n' => n = v,
                    'c' => {
                        n = v;
                        bytes = true;
                    }
                    'q' => quiet = true,
                    'v' => verbose = true,
                    'f' | 'F' => follow = true,
                    's' => {}
                    '-' if v == "follow" => follow = true,
                    _ => {
                        run.err(format!("unrecognized option: {c}"));
                        return Err(1);
                    }
                }
            }
            let from_start = n.starts_with('+');
            let all_but = n.starts_with('-') && run.name == "head";
            let Some(count) = size(n.trim_start_matches(['+', '-'])) else {
                run.err(format!("invalid number '{n}'"));
                return Err(1);
            };
            let headers = Headers { quiet, verbose, seen: false };
            let held = VecDeque::new();
            if run.name == "head" {
                Ok((Filter::Head(Head { count, bytes, all_but, seen: 0, held, headers, open: files.len().max(1) }), files))
            } else {
                Ok((Filter::Tail(Tail { count, bytes, from_start, follow, seen: 0, held, headers, zeros: 0 }), files))
            }
        }
        "wc" => {
            let (opts, files) = run.options("");
            let has = |c| opts.is_empty() && c != 'L' && c != 'm' || opts.iter().any(|o| o.0 == c);
            Ok((
                Filter::Wc(Wc {
                    show: [has('l'), has('w'), has('c'), has('m'), has('L')],
                    now: [0; 5],
                    total: [0; 5],
                    files: 0,
                    in_word: false,
                    width: 0,
                }),
                files,
            ))
        }
        "tee" => {
            let (opts, files) = run.options("");
            Ok((Filter::Tee(Tee { append: opts.iter().any(|o| o.0 == 'a') }), files))
        }
        "tr" => {
            let (opts, sets) = run.options("");
            let has = |c| opts.iter().any(|o| o.0 == c);
            let delete = has('d');
            let squeeze = has('s');
            let Some(first) = sets.first() else {
                run.err("missing operand");
                return Err(1);
            };
            if !delete && !squeeze && sets.len() < 2 {
                run.err("missing operand");
                return Err(1);
            }
            let mut from = set(first);
            if has('c') || has('C') {
                from = (0..=255u8).filter(|b| !from.contains(b)).collect();
            }
            let to = sets.get(1).map(|s| set(s));
            let mut map = [0u8; 256];
            for (i, m) in map.iter_mut().enumerate() {
                *m = i as u8;
            }
            if let (Some(to), false) = (&to, delete)
                && let Some(last) = to.last()
            {
                for (i, b) in from.iter().enumerate() {
                    map[usize::from(*b)] = *to.get(i).unwrap_or(last);
                }
            }
            let mut dropped = [false; 256];
            if delete {
                for b in &from {
                    dropped[usize::from(*b)] = true;
                }
            }
            let mut squeezed = [false; 256];
            if squeeze {
                for b in to.as_ref().unwrap_or(&from) {
                    squeezed[usize::from(*b)] = true;
                }
            }
            Ok((Filter::Tr(Tr { map: map.to_vec(), dropped: dropped.to_vec(), squeezed: squeezed.to_vec(), last: None }), Vec::new()))
        }
        "cut" => {
            let (opts, files) = run.options("dfcbO");
            let mut cut = Cut { delimiter: b'\t', chars: false, ranges: Vec::new(), only: false };
            let mut list = None;
            for (c, v) in opts {
                match c {
                    'd' => cut.delimiter = v.bytes().next().unwrap_or(0),
                    'f' => list = Some(v),
                    'c' | 'b' => {
                        cut.chars = true;
                        list = Some(v);
                    }
                    's' => cut.only = true,
                    _ => {}
                }
            }
            let Some(list) = list else {
                run.err("expected a list of bytes, characters, or fields");
                return Err(1);
            };
            for part in list.split(',') {
                let (a, z) = match part.split_once('-') {
                    Some((a, z)) => {
                        (if a.is_empty() { Some(1) } else { a.parse().ok() }, if z.is_empty() { Some(usize::MAX) } else { z.parse().ok() })
                    }
                    None => (part.parse().ok(), part.parse().ok()),
                };
                let (Some(a), Some(z)) = (a, z) else {
                    run.err(format!("invalid range '{part}'"));
                    return Err(1);
                };
                cut.ranges.push((a.max(1), z));
            }
            Ok((Filter::Cut(cut), files))
        }
        "uniq" => {
            let (opts, mut files) = run.options("fsw");
            let has = |c| opts.iter().any(|o| o.0 == c);
            files.truncate(1);
            let skip = opts.iter().find(|o| o.0 == 'f').and_then(|o| o.1.parse().ok()).unwrap_or(0);
            Ok((
                Filter::Uniq(Uniq { count: has('c'), repeated: has('d'), unique: has('u'), fold: has('i'), skip, last: None, times: 0 }),
                files,
            ))
        }
        "sort" => sort::make(run),
        name => {
            let (opts, files) = run.options(match name {
                "nl" => "bws",
                "fold" | "base64" => "w",
                _ => "",
            });
            let has = |c| opts.iter().any(|o| o.0 == c);
            let kind = match name {
                "tac" => WholeKind::Tac,
                "rev" => WholeKind::Rev,
                "nl" => WholeKind::Nl,
                "fold" => WholeKind::Fold(opts.iter().find(|o| o.0 == 'w').and_then(|o| o.1.parse().ok()).unwrap_or(80)),
                "base64" if has('d') => WholeKind::Unbase64,
                "base64" => WholeKind::Base64(opts.iter().find(|o| o.0 == 'w').and_then(|o| o.1.parse().ok()).unwrap_or(76)),
                _ => WholeKind::Plain,
            };
            Ok((Filter::Whole(Whole { kind, data: Vec::new(), failed: false }), files))
        }
    }
}

/// A count with busybox's units.
pub fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let n: u64 = text[..digits].parse().ok()?;
    let unit: u64 = match &text[digits..] {
        "" | "c" => 1,
        "b" => 512,
        "k" | "K" | "kB" | "KiB" => 1 << 10,
        "m" | "M" | "MB" | "MiB" => 1 << 20,
        "g" | "G" | "GB" | "GiB" => 1 << 30,
        "w" => 2,
        _ => return None,
    };
    n.checked_mul(unit)
}

/// The characters of a set of `tr`, in order.
fn set(text: &str) -> Vec<u8> {
    let b = text.as_bytes();
    let mut out: Vec<u8> = Vec::new();
    let mut i = 0;
    while i < b.len() && out.len() < 4096 {
        if b[i] == b'['
            && b.get(i + 1) == Some(&b':')
            && let Some(end) = text[i + 2..].find(":]")
        {
            if let Some(ranges) = super::super::super::posix_class(&text[i + 2..i + 2 + end]) {
                for (a, z) in ranges {
                    out.extend(*a as u8..=*z as u8);
                }
                if &text[i + 2..i + 2 + end] == "alpha" || &text[i + 2..i + 2 + end] == "alnum" {
                    out.order();
                }
            }
            i += end + 4;
            continue;
        }
        let one = |i: &mut usize| -> u8 {
            if b[*i] == b'\\' && *i + 1 < b.len() {
                let (bytes, n) = unescape_one(&b[*i + 1..]);
                *i += 1 + n;
                *bytes.last().unwrap_or(&b'\\')
            } else {
                *i += 1;
                b[*i - 1]
            }
        };
        let a = one(&mut i);
        if b.get(i) == Some(&b'-') && i + 1 < b.len() && b[i + 1] != b']' {
            i += 1;
            let z = one(&mut i);
            out.extend(a..=z);
        } else {
            out.push(a);
        }
    }
    out
}

#[derive(Debug, Clone)]
pub struct Cat {
    number: bool,
    number_full: bool,
    ends: bool,
    squeeze: bool,
    count: u64,
    last_empty: bool,
}

impl Cat {
    pub fn plain(&self) -> bool {
        !(self.number || self.number_full || self.ends || self.squeeze)
    }
    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        if self.squeeze && line.is_empty() && self.last_empty {
            return;
        }
        self.last_empty = line.is_empty();
        if self.number_full && !line.is_empty() || self.number && !self.number_full {
            self.count += 1;
            sink.out.extend(format!("{:6}\t", self.count).bytes());
        }
        sink.out.extend_from_slice(line);
        if self.ends {
            sink.out.push(b'$');
        }
        if newline {
            sink.out.push(b'\n');
        }
    }
}

#[derive(Debug, Clone)]
pub struct Headers {
    quiet: bool,
    verbose: bool,
    seen: bool,
}

impl Headers {
    fn show(&mut self, name: &str, many: bool, sink: &mut Sink) {
        if (many && !self.quiet) || self.verbose {
            let name = if name == "-" { "standard input" } else { name };
            sink.out.extend(format!("{}==> {name} <==\n", if self.seen { "\n" } else { "" }).bytes());
            self.seen = true;
        }
    }
}

#[derive(Debug, Clone)]
pub struct Head {
    count: u64,
    pub bytes: bool,
    all_but: bool,
    seen: u64,
    held: VecDeque<Vec<u8>>,
    headers: Headers,
    open: usize,
}

impl Head {
    pub fn begin(&mut self, name: &str, many: bool, sink: &mut Sink) {
        self.headers.show(name, many, sink);
        self.seen = 0;
        self.open = self.open.saturating_sub(1);
        sink.stop = self.count == 0 && self.open == 0;
    }
    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        let mut line = line.to_vec();
        if newline {
            line.push(b'\n');
        }
        if self.all_but {
            self.held.push_back(line);
            if self.held.len() as u64 > self.count {
                sink.out.extend(self.held.pop_front().unwrap_or_default());
            }
            return;
        }
        if self.seen < self.count {
            sink.out.extend(line);
        }
        self.seen += 1;
        sink.stop = self.seen >= self.count && self.open == 0;
    }
    pub fn take(&mut self, data: &[u8], sink: &mut Sink) {
        let n = usize::try_from(self.count.saturating_sub(self.seen)).unwrap_or(usize::MAX).min(data.len());
        sink.out.extend_from_slice(&data[..n]);
        self.seen += n as u64;
        sink.stop = self.seen >= self.count && self.open == 0;
    }
    pub fn end(&mut self, _sink: &mut Sink) {
        self.held.clear();
    }
}

#[derive(Debug, Clone)]
pub struct Tail {
    pub count: u64,
    pub bytes: bool,
    pub from_start: bool,
    pub follow: bool,
    seen: u64,
    held: VecDeque<Vec<u8>>,
    headers: Headers,
    zeros: usize,
}

impl Tail {
    /// Counts bytes that hold no line; true once they are more than a text would have.
    pub fn endless(&mut self, n: usize) -> bool {
        self.zeros += n;
        self.zeros > 256 << 10
    }
    pub fn begin(&mut self, name: &str, many: bool, sink: &mut Sink) {
        self.headers.show(name, many, sink);
        self.seen = 0;
        self.held.clear();
    }
    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        let mut line = line.to_vec();
        if newline {
            line.push(b'\n');
        }
        self.seen += 1;
        if self.bytes {
            self.held.extend(line.into_iter().map(|b| vec![b]));
        } else if self.from_start {
            if self.seen >= self.count {
                sink.out.extend(line);
            }
            return;
        } else {
            self.held.push_back(line);
        }
        if self.bytes && self.from_start {
            return;
        }
        while self.held.len() as u64 > self.count.min(1 << 20) {
            self.held.pop_front();
        }
    }
    pub fn end(&mut self, sink: &mut Sink) {
        let skip = if self.bytes && self.from_start { usize::try_from(self.count.saturating_sub(1)).unwrap_or(usize::MAX) } else { 0 };
        for line in self.held.drain(..).skip(skip) {
            sink.out.extend(line);
        }
    }
}

#[derive(Debug, Clone)]
pub struct Wc {
    show: [bool; 5],
    now: [u64; 5],
    total: [u64; 5],
    files: u32,
    in_word: bool,
    width: u64,
}

impl Wc {
    pub fn bytes(&mut self, data: &[u8]) {
        for &b in data {
            self.now[2] += 1;
            if b & 0xc0 != 0x80 {
                self.now[3] += 1;
                self.width += 1;
            }
            if b == b'\n' {
                self.now[0] += 1;
                self.now[4] = self.now[4].max(self.width - 1);
                self.width = 0;
            }
            let space = b.is_ascii_whitespace();
            if self.in_word && space {
                self.in_word = false;
            } else if !self.in_word && !space {
                self.in_word = true;
                self.now[1] += 1;
            }
        }
    }
    fn print(&self, n: &[u64; 5], name: &str, sink: &mut Sink) {
        let shown: Vec<u64> = [0, 1, 3, 2, 4].into_iter().filter(|i| self.show[*i]).map(|i| n[i]).collect();
        let mut text =
            if shown.len() == 1 { shown[0].to_string() } else { shown.iter().map(|v| format!("{v:9}")).collect::<Vec<_>>().join(" ") };
        if name != "-" {
            text.push(' ');
            text.push_str(name);
        }
        text.push('\n');
        sink.out.extend(text.bytes());
    }
    pub fn end(&mut self, name: &str, sink: &mut Sink) {
        self.now[4] = self.now[4].max(self.width);
        let now = std::mem::take(&mut self.now);
        self.print(&now, name, sink);
        for (t, n) in self.total.iter_mut().zip(now) {
            *t += n;
        }
        self.in_word = false;
        self.width = 0;
        self.files += 1;
    }
    pub fn finish(&mut self, sink: &mut Sink) {
        if self.files > 1 {
            self.print(&self.total.clone(), "total", sink);
        }
    }
}

#[derive(Debug, Clone)]
pub struct Tee {
    pub append: bool,
}

#[derive(Debug, Clone)]
pub struct Tr {
    map: Vec<u8>,
    dropped: Vec<bool>,
    squeezed: Vec<bool>,
    last: Option<u8>,
}

impl Tr {
    pub fn bytes(&mut self, data: &[u8], sink: &mut Sink) {
        for &b in data {
            if self.dropped[usize::from(b)] {
                continue;
            }
            let b = self.map[usize::from(b)];
            if self.squeezed[usize::from(b)] && self.last == Some(b) {
                continue;
            }
            self.last = Some(b);
            sink.out.push(b);
        }
    }
}

#[derive(Debug, Clone)]
pub struct Cut {
    delimiter: u8,
    chars: bool,
    ranges: Vec<(usize, usize)>,
    only: bool,
}

impl Cut {
    fn wanted(&self, n: usize) -> bool {
        self.ranges.iter().any(|(a, z)| (*a..=*z).contains(&n))
    }
    pub fn line(&mut self, line: &[u8], sink: &mut Sink) {
        if self.chars {
            let text = String::from_utf8_lossy(line);
            let kept: String = text.chars().enumerate().filter(|(i, _)| self.wanted(i + 1)).map(|(_, c)| c).collect();
            sink.out.extend(kept.bytes());
        } else if !line.contains(&self.delimiter) {
            if self.only {
                return;
            }
            sink.out.extend_from_slice(line);
        } else {
            let parts: Vec<&[u8]> =
                line.split(|b| *b == self.delimiter).enumerate().filter(|(i, _)| self.wanted(i + 1)).map(|(_, p)| p).collect();
            sink.out.extend(parts.join(&self.delimiter));
        }
        sink.out.push(b'\n');
    }
}

#[derive(Debug, Clone)]
pub struct Uniq {
    count: bool,
    repeated: bool,
    unique: bool,
    fold: bool,
    skip: usize,
    last: Option<Vec<u8>>,
    times: u64,
}

impl Uniq {
    fn key(&self, line: &[u8]) -> Vec<u8> {
        let mut rest = line;
        for _ in 0..self.skip {
            let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let word = rest[blanks..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
            rest = &rest[blanks + word..];
        }
        if self.fold { rest.to_ascii_lowercase() } else { rest.to_vec() }
    }
    pub fn line(&mut self, line: &[u8], sink: &mut Sink) {
        if self.last.as_ref().is_some_and(|l| self.key(l) == self.key(line)) {
            self.times += 1;
            return;
        }
        self.flush(sink);
        self.last = Some(line.to_vec());
        self.times = 1;
    }
    fn flush(&mut self, sink: &mut Sink) {
        let Some(line) = self.last.take() else { return };
        if self.repeated && self.times < 2 || self.unique && self.times > 1 {
            return;
        }
        if self.count {
            sink.out.extend(format!("{:7} ", self.times).bytes());
        }
        sink.out.extend(line);
        sink.out.push(b'\n');
    }
    pub fn finish(&mut self, sink: &mut Sink) {
        self.flush(sink);
    }
}

#[derive(Debug, Clone)]
pub enum WholeKind {
    Tac,
    Rev,
    Nl,
    Fold(usize),
    Base64(usize),
    Unbase64,
    Plain,
}

/// Programs that are given all their input at once.
#[derive(Debug, Clone)]
pub struct Whole {
    kind: WholeKind,
    data: Vec<u8>,
    failed: bool,
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
        match &self.kind {
            WholeKind::Tac => {
                for l in lines().collect::<Vec<_>>().into_iter().rev() {
                    sink.out.extend_from_slice(l);
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Rev => {
                for l in lines() {
                    sink.out.extend(String::from_utf8_lossy(l).chars().rev().collect::<String>().bytes());
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Nl => {
                let mut n = 0;
                for l in lines() {
                    if l.is_empty() {
                        sink.out.extend(b"       \n");
                    } else {
                        n += 1;
                        sink.out.extend(format!("{n:6}\t").bytes());
                        sink.out.extend_from_slice(l);
                        sink.out.push(b'\n');
                    }
                }
            }
            WholeKind::Fold(width) => {
                for l in lines() {
                    let chars: Vec<char> = String::from_utf8_lossy(l).chars().collect();
                    for part in chars.chunks((*width).max(1)) {
                        sink.out.extend(part.iter().collect::<String>().bytes());
                        sink.out.push(b'\n');
                    }
                    if chars.is_empty() {
                        sink.out.push(b'\n');
                    }
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
            WholeKind::Unbase64 => {
                let mut bits = (0u32, 0);
                for b in data.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'=') {
                    let Some(v) = base64::ALPHABET.iter().position(|c| c == b) else {
                        self.failed = true;
                        break;
                    };
                    bits = (bits.0 << 6 | v as u32, bits.1 + 6);
                    if bits.1 >= 8 {
                        bits.1 -= 8;
                        sink.out.push((bits.0 >> bits.1) as u8);
                        bits.0 &= (1 << bits.1) - 1;
                    }
                }
                if self.failed {
                    sink.err = "base64: truncated input\n".into();
                    sink.status = 1;
                }
            }
            WholeKind::Plain => {}
        }
    }
}

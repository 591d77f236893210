//! cat, head, tail, wc, tee, tr, cut, uniq, tac, rev, nl, base64 and their like.

mod sort;

use crate::base::{List as _, Order as _, base64};
use std::collections::VecDeque;

use super::super::super::text::unescape_one;
use super::super::{Options, Refusal, Run};
use super::{Filter, Made, Sink};
pub use sort::{Sort, sort};

/// `cat`.
pub fn cat(_: &mut Run<'_>, o: &Options) -> Made {
    let cat = Cat {
        number: o.any("nb"),
        not_empty: o.has('b'),
        shown: o.any("vtTeA"),
        tabs: o.any("tTA"),
        ends: o.any("eEA"),
        squeeze: o.has('s'),
        count: 0,
        last_empty: false,
    };
    Ok((Filter::Cat(cat), o.rest.clone()))
}

/// `head` and `tail`.
pub fn head(run: &mut Run<'_>, o: &Options) -> Made {
    let (c, n) = o.each().filter(|o| matches!(o.0, '@' | 'n' | 'c')).last().unwrap_or(('n', "10"));
    let bytes = c == 'c';
    let from_start = n.starts_with('+');
    let all_but = n.starts_with('-') && run.name == "head";
    let Some(count) = size(n.trim_start_matches(['+', '-'])) else {
        let what = if bytes { "bytes" } else { "lines" };
        run.err(if run.k.is_gnu() { format!("invalid number of {what}: '{n}'") } else { format!("invalid number '{n}'") });
        return Err(1);
    };
    let headers = Headers { quiet: o.has('q'), verbose: o.has('v'), seen: false };
    let held = VecDeque::new();
    let filter = if run.name == "head" {
        Filter::Head(Head { count, bytes, all_but, seen: 0, held, headers, open: o.rest.len().max(1) })
    } else {
        Filter::Tail(Tail { count, bytes, from_start, follow: o.any("fF"), retry: o.any("Fr"), seen: 0, held, headers, zeros: 0 })
    };
    Ok((filter, o.rest.clone()))
}

/// `wc`.
pub fn wc(run: &mut Run<'_>, o: &Options) -> Made {
    let show = ['l', 'w', 'c', 'm', 'L'].map(|c| if o.is_empty() { matches!(c, 'l' | 'w' | 'c') } else { o.has(c) });
    // GNU's is as wide as the sizes of its files need, and seven where it cannot know.
    let width = if run.k.is_gnu() {
        let sizes = o.rest.iter().map(|f| run.k.fs.stat(&run.p.cwd, f).ok().filter(|n| !n.is_dir()).map(|n| n.size()));
        let total = sizes.sum::<Option<u64>>().filter(|_| !o.rest.is_empty());
        total.map_or(7, |total| total.to_string().len())
    } else {
        9
    };
    Ok((Filter::Wc(Wc { show, now: [0; 5], total: [0; 5], files: 0, in_word: false, line: 0, width }), o.rest.clone()))
}

/// `tee`.
pub fn tee(_: &mut Run<'_>, o: &Options) -> Made {
    Ok((Filter::Tee(Tee { append: o.has('a') }), o.rest.clone()))
}

/// `tr`.
pub fn tr(run: &mut Run<'_>, o: &Options) -> Made {
    let (delete, squeeze) = (o.has('d'), o.has('s'));
    if o.rest.len() < if delete || squeeze { 1 } else { 2 } {
        let mut why = run.lacking(&o.rest);
        if !o.rest.is_empty() {
            why += "\nTwo strings must be given when translating.";
        }
        return Err(run.refuse(Refusal::Operands(why)));
    }
    let mut from = set(&o.rest[0]);
    if o.any("cC") {
        from = (0..=255u8).filter(|b| !from.contains(b)).list();
    }
    let to = o.rest.get(1).map(|s| set(s));
    let mut tr = Tr { map: (0..=255).list(), dropped: vec![false; 256], squeezed: vec![false; 256], last: None };
    if let (Some(to), false) = (&to, delete)
        && let Some(last) = to.last()
    {
        if o.has('t') {
            from.truncate(to.len());
        }
        for (i, b) in from.iter().enumerate() {
            tr.map[usize::from(*b)] = *to.get(i).unwrap_or(last);
        }
    }
    for b in from.iter().filter(|_| delete) {
        tr.dropped[usize::from(*b)] = true;
    }
    for b in to.as_ref().unwrap_or(&from).iter().filter(|_| squeeze) {
        tr.squeezed[usize::from(*b)] = true;
    }
    Ok((Filter::Tr(tr), Vec::new()))
}

/// `cut`.
pub fn cut(run: &mut Run<'_>, o: &Options) -> Made {
    let Some((c, list)) = o.each().filter(|o| matches!(o.0, 'f' | 'c' | 'b')).last() else {
        return Err(run.refuse(match run.k.is_gnu() {
            true => Refusal::Wrong("you must specify a list of bytes, characters, or fields".into()),
            false => "expected a list of bytes, characters, or fields".into(),
        }));
    };
    let delimiter = o.value('d').map_or(b'\t', |d| d.bytes().next().unwrap_or(0));
    let joint = match o.value('O') {
        Some(text) => text.into(),
        None if c == 'f' => vec![delimiter],
        None => Vec::new(),
    };
    let mut cut = Cut { delimiter, joint, chars: c != 'f', ranges: Vec::new(), complement: o.has('!'), only: o.has('s') };
    for part in list.split(',') {
        let (a, z) = part.split_once('-').unwrap_or((part, part));
        let a = if a.is_empty() && part.len() > 1 { Some(1) } else { a.parse().ok() };
        let z = if z.is_empty() { Some(usize::MAX) } else { z.parse().ok() };
        let Some(range) = a.zip(z).filter(|r| r.0 > 0) else {
            return Err(run.refuse(match (run.k.is_gnu(), c) {
                (true, 'f') if a == Some(0) => Refusal::Wrong("fields are numbered from 1".into()),
                (true, 'f') => Refusal::Wrong(format!("invalid field value '{part}'")),
                (true, _) => Refusal::Wrong(format!("invalid byte/character position '{part}'")),
                (false, _) => format!("invalid number '{part}'").into(),
            }));
        };
        cut.ranges.push(range);
    }
    Ok((Filter::Cut(cut), o.rest.clone()))
}

/// `uniq`.
pub fn uniq(run: &mut Run<'_>, o: &Options) -> Made {
    if let [_, output, ..] = &o.rest[..] {
        run.err(format!("writing to '{output}' is not simulated"));
        return Err(1);
    }
    let uniq = Uniq {
        count: o.has('c'),
        repeated: o.has('d'),
        unique: o.has('u'),
        fold: o.has('i'),
        fields: o.number('f').unwrap_or(0),
        skip: o.number('s').unwrap_or(0),
        take: o.number('w').unwrap_or(usize::MAX),
        last: None,
        times: 0,
    };
    Ok((Filter::Uniq(uniq), o.rest.clone()))
}

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
    Ok((Filter::Whole(Whole { kind, data: Vec::new(), failed: false }), o.rest.clone()))
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
    Ok((Filter::Whole(Whole { kind, data: data.into_bytes(), failed: false }), files))
}

/// A count with busybox's units.
pub fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let n: u64 = text[..digits].parse().ok()?;
    let unit: u64 = match &text[digits..] {
        "" | "c" => 1,
        "b" => 512,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "k" | "K" | "KiB" => 1 << 10,
        "m" | "M" | "MiB" => 1 << 20,
        "g" | "G" | "GiB" => 1 << 30,
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
    /// Numbers are for lines that are not empty.
    not_empty: bool,
    /// What is no text is shown.
    shown: bool,
    tabs: bool,
    ends: bool,
    squeeze: bool,
    count: u64,
    last_empty: bool,
}

impl Cat {
    pub fn plain(&self) -> bool {
        !(self.number || self.shown || self.ends || self.squeeze)
    }
    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        if self.squeeze && line.is_empty() && self.last_empty {
            return;
        }
        self.last_empty = line.is_empty();
        if self.number && !(self.not_empty && line.is_empty()) {
            self.count += 1;
            sink.out.extend(format!("{:6}\t", self.count).bytes());
        }
        if self.shown {
            line.iter().for_each(|b| self.show(*b, &mut sink.out));
        } else {
            sink.out.extend_from_slice(line);
        }
        if self.ends {
            sink.out.push(b'$');
        }
        if newline {
            sink.out.push(b'\n');
        }
    }

    /// A byte with `^` before what is control and `M-` before what is no ASCII.
    fn show(&self, b: u8, out: &mut Vec<u8>) {
        match b {
            b'\t' if !self.tabs => out.push(b),
            128.. => {
                out.extend(b"M-");
                // What is a tab in the lower half is one that is shown.
                Cat { tabs: true, ..self.clone() }.show(b & 127, out);
            }
            0..32 | 127 => out.extend([b'^', b ^ 64]),
            _ => out.push(b),
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
    pub fn end(&mut self) {
        self.held.clear();
    }
}

#[derive(Debug, Clone)]
pub struct Tail {
    pub count: u64,
    pub bytes: bool,
    pub from_start: bool,
    pub follow: bool,
    /// Whether a file that is not there is waited for.
    pub retry: bool,
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
    /// The length of the present line.
    line: u64,
    /// How many columns a number takes.
    width: usize,
}

impl Wc {
    pub fn bytes(&mut self, data: &[u8]) {
        for &b in data {
            self.now[2] += 1;
            if b & 0xc0 != 0x80 {
                self.now[3] += 1;
                self.line += 1;
            }
            if b == b'\n' {
                self.now[0] += 1;
                self.now[4] = self.now[4].max(self.line - 1);
                self.line = 0;
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
        let shown: Vec<u64> = [0, 1, 3, 2, 4].into_iter().filter(|i| self.show[*i]).map(|i| n[i]).list();
        let (width, all) = (self.width, shown.len() > 1);
        let mut text = shown.iter().map(|v| if all { format!("{v:width$}") } else { v.to_string() }).list().join(" ");
        if name != "-" {
            text.push(' ');
            text.push_str(name);
        }
        text.push('\n');
        sink.out.extend(text.bytes());
    }
    pub fn end(&mut self, name: &str, sink: &mut Sink) {
        self.now[4] = self.now[4].max(self.line);
        let now = std::mem::take(&mut self.now);
        self.print(&now, name, sink);
        for (t, n) in self.total.iter_mut().zip(now) {
            *t += n;
        }
        self.in_word = false;
        self.line = 0;
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
    /// What stands between what is taken: fields, or ranges of characters.
    joint: Vec<u8>,
    chars: bool,
    ranges: Vec<(usize, usize)>,
    /// Whether it takes the others.
    complement: bool,
    only: bool,
}

impl Cut {
    fn wanted(&self, n: usize) -> bool {
        self.ranges.iter().any(|(a, z)| (*a..=*z).contains(&n)) != self.complement
    }
    pub fn line(&mut self, line: &[u8], sink: &mut Sink) {
        if self.chars {
            let mut last = 0;
            for (i, c) in String::from_utf8_lossy(line).chars().enumerate().filter(|(i, _)| self.wanted(i + 1)) {
                // Neighbours are of one range, unless another begins between them.
                if last > 0 && (last < i || !self.complement && self.ranges.iter().any(|r| r.0 == i + 1)) {
                    sink.out.extend(&self.joint);
                }
                last = i + 1;
                sink.out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            }
        } else if !line.contains(&self.delimiter) {
            if self.only {
                return;
            }
            sink.out.extend_from_slice(line);
        } else {
            let parts: Vec<&[u8]> =
                line.split(|b| *b == self.delimiter).enumerate().filter(|(i, _)| self.wanted(i + 1)).map(|(_, p)| p).list();
            sink.out.extend(parts.join(&self.joint[..]));
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
    /// Fields and then characters that are not compared, and how many characters then are.
    fields: usize,
    skip: usize,
    take: usize,
    last: Option<Vec<u8>>,
    times: u64,
}

impl Uniq {
    fn key(&self, line: &[u8]) -> Vec<u8> {
        let mut rest = line;
        for _ in 0..self.fields.min(line.len()) {
            let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let word = rest[blanks..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
            rest = &rest[blanks + word..];
        }
        let rest = &rest[self.skip.min(rest.len())..];
        let rest = &rest[..self.take.min(rest.len())];
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
                for l in lines().list().into_iter().rev() {
                    sink.out.extend_from_slice(l);
                    sink.out.push(b'\n');
                }
            }
            WholeKind::Shuffle(seed, most) => {
                let mut random = crate::base::RandomStream::new(*seed, "shuf");
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
            WholeKind::Fold(width, at_blanks) => {
                for l in lines() {
                    let chars: Vec<char> = String::from_utf8_lossy(l).chars().list();
                    let mut rest = &chars[..];
                    loop {
                        let mut end = (*width).clamp(1, rest.len().max(1)).min(rest.len());
                        if let Some(blank) = rest[..end].iter().rposition(|c| *c == ' ').filter(|_| *at_blanks && end < rest.len()) {
                            end = blank + 1;
                        }
                        sink.out.extend(rest[..end].iter().collect::<String>().bytes());
                        sink.out.push(b'\n');
                        rest = &rest[end..];
                        if rest.is_empty() {
                            break;
                        }
                    }
                }
            }
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
                let mut bits = (0u32, 0);
                for b in data.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'=') {
                    let Some(v) = base64::ALPHABET.iter().position(|c| c == b) else {
                        if *passes {
                            continue;
                        }
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

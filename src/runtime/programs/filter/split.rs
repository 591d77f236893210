//! `split`: the lines or bytes of a file, so many to a file.

use super::super::Run;
use super::super::options::Options;
use super::super::options::Refusal;
use super::{Filter, Made, Sink, lines};

/// How many lines are in a file where nothing else is said.
const LINES: u64 = 1000;
/// Files that are written at most: there is room for no more.
const FILES_MAX: usize = 20_000;

/// What is to be split, and how.
#[derive(Debug, Clone)]
pub struct Split {
    data: Vec<u8>,
    bytes: bool,
    /// How many lines or bytes are in a file.
    count: u64,
    names: Names,
    verbose: bool,
    is_gnu: bool,
}

/// What the files are called.
#[derive(Debug, Clone)]
struct Names {
    prefix: String,
    suffix: String,
    /// Where the digits begin; letters where there are none.
    digits_from: Option<u64>,
    /// How many letters or digits there are; as many as it takes where nothing is said.
    length: Option<u32>,
}

impl Names {
    /// The name of a file; none where those of this length are used up.
    fn of(&self, file: u64) -> Option<String> {
        let (base, first) = if self.digits_from.is_some() { (10_u64, b'0') } else { (26, b'a') };
        let mut rest = file.checked_add(self.digits_from.unwrap_or(0))?;
        let (mut width, mut head) = (self.length.unwrap_or(2), 0);
        if self.length.is_none() {
            // Before the last letter would come first, there are more letters behind it.
            let held = |width: u32| (base - 1).saturating_mul(base.saturating_pow(width - 1));
            while rest >= held(width) {
                rest -= held(width);
                (width, head) = (width + 1, head + 1);
            }
        } else if base.checked_pow(width).is_some_and(|names| rest >= names) {
            return None;
        }
        let letter = |n: u64| char::from(first + (n % base) as u8);
        let mut part: Vec<char> = (0..width).map(|place| letter(rest / base.saturating_pow(place))).collect();
        part.extend((0..head).map(|_| letter(base - 1)));
        Some(self.prefix.chars().chain(part.into_iter().rev()).chain(self.suffix.chars()).collect())
    }
}

/// `split`.
pub fn split(run: &mut Run<'_>, o: &Options) -> Made {
    let is_gnu = run.k.is_gnu();
    if let Some(extra) = o.rest.get(2) {
        return Err(run.refuse(Refusal::Operands(format!("extra operand '{extra}'"))));
    }
    let (bytes, text) = match (o.value('b'), o.value('l').or(o.value('@'))) {
        (Some(_), Some(_)) => return Err(run.refuse(Refusal::Wrong("cannot split in more than one way".to_owned()))),
        (Some(size), None) => (true, Some(size)),
        (None, text) => (false, text),
    };
    let number = |text: &str| if bytes { lines::size(text) } else { text.parse().ok() };
    let Some(count) = text.map_or(Some(LINES), number).filter(|n| *n > 0) else {
        let (what, text) = (if bytes { "bytes" } else { "lines" }, text.unwrap_or_default());
        run.err(if is_gnu { format!("invalid number of {what}: '{text}'") } else { format!("invalid number '{text}'") });
        return Err(1);
    };
    let from = o.value('d').unwrap_or_default();
    let length = match o.value('a').map(str::parse) {
        Some(Ok(0)) if is_gnu => None,
        Some(Ok(length @ 1..=64)) => Some(length),
        Some(_) => {
            let text = o.value('a').unwrap_or_default();
            run.err(if is_gnu { format!("invalid suffix length: '{text}'") } else { format!("invalid number '{text}'") });
            return Err(1);
        }
        // Suffixes that begin elsewhere do not grow.
        None => (!is_gnu || !from.is_empty()).then_some(2),
    };
    if from.contains(|c: char| !c.is_ascii_digit()) {
        return Err(run.refuse(Refusal::Wrong(format!("'{from}': invalid start value for numerical suffix"))));
    }
    let from = from.trim_start_matches('0');
    let digits_from = if from.is_empty() { Some(0) } else { from.parse().ok() };
    let Some(digits_from) = digits_from.filter(|_| length.is_none_or(|length| from.len() <= length as usize)) else {
        return Err(run.refuse(Refusal::Wrong("numerical suffix start value is too large for the suffix length".to_owned())));
    };
    let names = Names {
        prefix: o.rest.get(1).map_or("x", String::as_str).to_owned(),
        suffix: o.value('S').unwrap_or_default().to_owned(),
        digits_from: o.value('d').map(|_| digits_from),
        length,
    };
    let split = Split { data: Vec::new(), bytes, count, names, verbose: o.has('v'), is_gnu };
    Ok((Filter::Split(Box::new(split)), o.rest.iter().take(1).cloned().collect()))
}

impl Split {
    pub fn bytes(&mut self, data: &[u8]) {
        self.data.extend_from_slice(data);
    }

    /// Bytes kept in memory.
    pub fn held(&self) -> usize {
        self.data.len()
    }

    pub fn finish(&mut self, sink: &mut Sink) -> i32 {
        let data = std::mem::take(&mut self.data);
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        let mut rest = data.as_slice();
        for file in 0_u64.. {
            if rest.is_empty() {
                break;
            }
            let Some(name) = self.names.of(file) else {
                sink.err += if self.is_gnu { "split: output file suffixes exhausted\n" } else { "split: suffixes exhausted\n" };
                return 1;
            };
            if sink.files.len() >= FILES_MAX {
                sink.err += &format!("split: {name}: No space left on device\n");
                return 1;
            }
            let end = if self.bytes {
                count.min(rest.len())
            } else {
                let ends = rest.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1);
                ends.take(count).enumerate().last().filter(|(i, _)| i + 1 == count).map_or(rest.len(), |(_, end)| end)
            };
            let (part, after) = rest.split_at(end);
            if self.verbose {
                sink.out.extend_from_slice(format!("creating file '{name}'\n").as_bytes());
            }
            sink.files.push((name, false, part.to_vec()));
            rest = after;
        }
        0
    }
}

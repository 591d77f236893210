//! od, hexdump and xxd: bytes made legible.

use super::super::{Options, Run};
use super::lines::size;
use super::{Filter, Made, Sink};
use crate::base::List as _;

/// How the bytes of a row are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Numbers of so many bytes: in this radix, with a sign.
    Numbers(usize, u32, bool),
    /// Characters, or what C calls them.
    Characters,
    /// `hexdump -C`.
    Canonical,
    /// Pairs of bytes with their text, as xxd shows them.
    Pairs,
    /// Nothing but digits.
    Plain,
    /// From digits back to bytes.
    Reverse,
}

/// A dump and how far it is.
#[derive(Debug, Clone)]
pub struct Dump {
    form: Form,
    /// The radix and the digits of the offsets; none shows none.
    offset: Option<(u32, usize)>,
    /// Whether a short row is filled up.
    fills: bool,
    /// Whether equal rows become a star.
    folds: bool,
    row: usize,
    /// Bytes to pass over, and bytes to show then.
    skip: u64,
    left: u64,
    at: u64,
    pending: Vec<u8>,
    last: Vec<u8>,
    starred: bool,
}

/// The program of this name, and its files.
pub fn make(run: &mut Run<'_>, o: &Options) -> Made {
    let (value, has) = (|c| o.value(c), |c| o.has(c));
    let numbers = |text: &str| -> Option<Form> {
        let mut chars = text.chars();
        let kind = chars.next()?;
        let bytes = match chars.as_str() {
            "" => 4,
            "C" => 1,
            "S" => 2,
            "I" => 4,
            "L" => 8,
            digits => digits.parse().ok().filter(|n| matches!(n, 1 | 2 | 4 | 8))?,
        };
        match kind {
            'c' | 'a' => Some(Form::Characters),
            'x' => Some(Form::Numbers(bytes, 16, false)),
            'o' => Some(Form::Numbers(bytes, 8, false)),
            'u' => Some(Form::Numbers(bytes, 10, false)),
            'd' => Some(Form::Numbers(bytes, 10, true)),
            _ => None,
        }
    };
    let form = match run.name {
        "xxd" if has('r') => Some(Form::Reverse),
        "xxd" if has('p') => Some(Form::Plain),
        "xxd" => Some(Form::Pairs),
        "hexdump" if value('e').is_some_and(|e| e.contains("%02x")) => Some(Form::Plain),
        "hexdump" if has('e') => None,
        "hexdump" if has('C') => Some(Form::Canonical),
        _ if has('t') => numbers(value('t').unwrap_or_default()),
        _ if has('c') => Some(Form::Characters),
        _ if has('b') => Some(Form::Numbers(1, 8, false)),
        _ if has('d') => Some(Form::Numbers(2, 10, false)),
        _ if has('i') => Some(Form::Numbers(4, 10, true)),
        _ if has('x') || run.name == "hexdump" => Some(Form::Numbers(2, 16, false)),
        _ => Some(Form::Numbers(2, 8, false)),
    };
    let Some(form) = form else {
        run.err("this format is not simulated");
        return Err(1);
    };
    let radix = match value('A') {
        Some("n") => None,
        Some("d") => Some(10),
        Some("x") => Some(16),
        _ if run.name == "od" => Some(8),
        _ => Some(16),
    };
    let (limit, skip) = match run.name {
        "od" => (value('N'), value('j')),
        "hexdump" => (value('n'), value('s')),
        _ => (value('l').or(value('n')), value('s')),
    };
    let skip = skip.and_then(size).unwrap_or(0);
    let row = match run.name {
        "xxd" => o.number('c'),
        "od" => value('w').map(|w| w.parse().unwrap_or(32)),
        _ => None,
    };
    let row = row.unwrap_or(if form == Form::Plain { 30 } else { 16 });
    let dump = Dump {
        form,
        offset: radix.map(|radix| (radix, if matches!(form, Form::Canonical | Form::Pairs) { 8 } else { 7 })),
        fills: run.name == "hexdump",
        folds: run.name != "xxd" && !has('v'),
        row: row.clamp(1, 256),
        skip,
        left: limit.and_then(size).unwrap_or(u64::MAX),
        at: skip,
        pending: Vec::new(),
        last: Vec::new(),
        starred: false,
    };
    Ok((Filter::Dump(dump), o.rest.clone()))
}

impl Dump {
    /// More bytes.
    pub fn bytes(&mut self, data: &[u8], sink: &mut Sink) {
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(data.len());
        self.skip -= skipped as u64;
        let data = &data[skipped..];
        let taken = usize::try_from(self.left).unwrap_or(usize::MAX).min(data.len());
        self.left -= taken as u64;
        self.pending.extend_from_slice(&data[..taken]);
        let whole = self.pending.len() - self.pending.len() % self.row;
        if self.form != Form::Reverse {
            let rows: Vec<u8> = self.pending.drain(..whole).list();
            rows.chunks(self.row).for_each(|row| self.show(row, sink));
        }
        sink.stop = self.left == 0;
    }

    /// The end of all input.
    pub fn finish(&mut self, sink: &mut Sink) {
        let rest = std::mem::take(&mut self.pending);
        if self.form == Form::Reverse {
            let digits: Vec<u8> = rest.iter().filter_map(|c| char::from(*c).to_digit(16)).map(|d| d as u8).list();
            sink.out.extend(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]));
            return;
        }
        if !rest.is_empty() {
            self.show(&rest, sink);
        }
        // xxd ends without the length, and hexdump says none of nothing.
        if !matches!(self.form, Form::Pairs | Form::Plain) && (self.at > 0 || !self.fills) {
            sink.out.extend(self.offset().bytes());
            if self.offset.is_some() {
                sink.out.push(b'\n');
            }
        }
    }

    fn offset(&self) -> String {
        match self.offset {
            Some((8, digits)) => format!("{:0digits$o}", self.at),
            Some((16, digits)) => format!("{:0digits$x}", self.at),
            Some((_, digits)) => format!("{:0digits$}", self.at),
            None => String::new(),
        }
    }

    fn show(&mut self, row: &[u8], sink: &mut Sink) {
        let repeats = self.folds && row.len() == self.row && row == self.last;
        if repeats && !self.starred {
            sink.out.extend(b"*\n");
        }
        self.starred = repeats;
        if !repeats {
            let line = self.line(row);
            sink.out.extend(line.bytes());
            self.last = row.to_vec();
        }
        self.at += row.len() as u64;
    }

    fn line(&self, row: &[u8]) -> String {
        let shown = || row.iter().map(|b| if (32..127).contains(b) { char::from(*b) } else { '.' }).collect::<String>();
        let hex = |b: &u8| format!("{b:02x}");
        let cells = match self.form {
            Form::Numbers(bytes, radix, signed) => row.chunks(bytes).map(|unit| number(unit, bytes, radix, signed)).collect(),
            Form::Characters => row.iter().map(|b| format!("{:>4}", character(*b))).collect::<String>(),
            Form::Canonical => {
                let halves: Vec<String> = row.chunks(8).map(|half| half.iter().map(hex).collect::<Vec<_>>().join(" ")).collect();
                return format!("{}  {:<48}  |{}|\n", self.offset(), halves.join("  "), shown());
            }
            Form::Pairs => {
                let pairs: Vec<String> = row.chunks(2).map(|pair| pair.iter().map(hex).collect()).collect();
                let width = self.row.div_ceil(2) * 5 - 1;
                return format!("{}: {:<width$}  {}\n", self.offset(), pairs.join(" "), shown());
            }
            Form::Plain => return row.iter().map(hex).collect::<String>() + if self.fills { "" } else { "\n" },
            Form::Reverse => String::new(),
        };
        let width = match self.form {
            Form::Numbers(bytes, ..) if self.fills => self.row / bytes * number(&[0], bytes, 16, false).len(),
            Form::Characters if self.fills => self.row * 4,
            _ => 0,
        };
        format!("{}{cells:<width$}\n", self.offset())
    }
}

/// One number, little-endian, in the columns that all of its size take.
fn number(unit: &[u8], bytes: usize, radix: u32, signed: bool) -> String {
    let mut all = [0; 8];
    all[..unit.len()].copy_from_slice(unit);
    let value = u64::from_le_bytes(all);
    let digits = match (radix, bytes) {
        (8, n) => (n * 8).div_ceil(3),
        (16, n) => n * 2,
        (_, n) => [3, 5, 10, 20][n.trailing_zeros() as usize] + usize::from(signed && n < 8),
    };
    match radix {
        8 => format!(" {value:0digits$o}"),
        16 => format!(" {value:0digits$x}"),
        _ if signed => {
            let unused = 64 - 8 * bytes as u32;
            format!(" {:digits$}", ((value << unused) as i64) >> unused)
        }
        _ => format!(" {value:digits$}"),
    }
}

/// A byte as C writes it in a text, or in octal digits.
fn character(byte: u8) -> String {
    match byte {
        0 => "\\0".into(),
        7 => "\\a".into(),
        8 => "\\b".into(),
        9 => "\\t".into(),
        10 => "\\n".into(),
        11 => "\\v".into(),
        12 => "\\f".into(),
        13 => "\\r".into(),
        32..127 => char::from(byte).into(),
        _ => format!("{byte:03o}"),
    }
}

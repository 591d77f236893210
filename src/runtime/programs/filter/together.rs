//! comm, diff, cmp and paste: programs that look at several inputs together.

use std::cmp::Ordering;

use super::super::{Options, Run};
use super::diff::{self, Diff};
use super::{Filter, Made, Sink};
use crate::base::List as _;

/// How much of an input is kept, in bytes.
const INPUT_BYTES_MAX: usize = 4 << 20;

/// What is made of the inputs.
#[derive(Debug, Clone)]
enum Kind {
    /// The columns that are left out.
    Comm(Vec<char>),
    /// Whether it says nothing.
    Cmp(bool),
    Diff(Diff),
    /// The signs between columns, and whether each input becomes one line.
    Paste(String, bool),
}

/// Programs that need all of their inputs.
#[derive(Debug, Clone)]
pub struct Together {
    kind: Kind,
    names: Vec<String>,
    texts: Vec<Vec<u8>>,
}

/// The program of this name, and its files; a status where that is all: two folders were compared, or two files are not given.
pub fn make(run: &mut Run<'_>, o: &Options) -> Made {
    if run.name == "diff"
        && let Some(status) = diff::folders(run, o)
    {
        return Err(status);
    }
    let mut files = o.rest.clone();
    // The other is standard input.
    if run.name == "cmp" && files.len() == 1 {
        files.push("-".into());
    }
    let kind = match run.name {
        "comm" => Kind::Comm(o.each().map(|o| o.0).list()),
        "cmp" => Kind::Cmp(o.has('s')),
        "diff" => Kind::Diff(Diff::new(run, o)),
        _ => Kind::Paste(o.value('d').unwrap_or("\t").to_owned(), o.has('s')),
    };
    if !matches!(kind, Kind::Paste(..)) && files.len() != 2 {
        return Err(run.missing(&files));
    }
    Ok((Filter::Together(Together { kind, names: Vec::new(), texts: Vec::new() }), files))
}

impl Together {
    /// The next input begins.
    pub fn begin(&mut self, name: &str) {
        self.names.push(name.to_owned());
        self.texts.push(Vec::new());
    }

    /// More of it.
    pub fn bytes(&mut self, data: &[u8]) {
        if let Some(text) = self.texts.last_mut()
            && text.len() < INPUT_BYTES_MAX
        {
            text.extend_from_slice(data);
        }
    }

    /// Whether a file that cannot be opened counts as empty.
    pub fn takes_missing(&mut self, name: &str) -> bool {
        let takes = matches!(&self.kind, Kind::Diff(d) if d.of_new);
        if takes {
            self.begin(name);
        }
        takes
    }

    /// All inputs are there; nothing is said where one could not be read.
    pub fn finish(&mut self, sink: &mut Sink) -> i32 {
        let (said, status) = match (&self.kind, &self.texts[..]) {
            (Kind::Paste(signs, serial), texts) => (paste(signs, *serial, &self.names, texts), 0),
            (Kind::Comm(hidden), [a, b]) => (comm(hidden, a, b), 0),
            (Kind::Diff(diff), [a, b]) => diff.compare([&self.names[0], &self.names[1]], [a, b], ""),
            (Kind::Cmp(silent), [a, b]) if *silent => return i32::from(a != b),
            (Kind::Cmp(_), [a, b]) => return cmp(&self.names, a, b, sink),
            _ => return 0,
        };
        sink.out.extend(said.bytes());
        status
    }
}

fn cmp(names: &[String], a: &[u8], b: &[u8], sink: &mut Sink) -> i32 {
    if a == b {
        return 0;
    }
    let at = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    if at == a.len().min(b.len()) {
        sink.err = format!("cmp: EOF on {}\n", names[usize::from(a.len() > b.len())]);
    } else {
        let line = a[..at].iter().filter(|c| **c == b'\n').count() + 1;
        sink.out.extend(format!("{} {} differ: char {}, line {line}\n", names[0], names[1], at + 1).bytes());
    }
    1
}

fn comm(hidden: &[char], a: &[u8], b: &[u8]) -> String {
    let [a, b] = [a, b].map(String::from_utf8_lossy);
    let (mut a, mut b) = (a.lines().peekable(), b.lines().peekable());
    let mut out = String::new();
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return out,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.cmp(b),
        };
        let (column, line) = match order {
            Ordering::Less => ('1', a.next()),
            Ordering::Greater => ('2', b.next()),
            Ordering::Equal => {
                b.next();
                ('3', a.next())
            }
        };
        if hidden.contains(&column) {
            continue;
        }
        let tabs = ['1', '2'].iter().filter(|c| **c < column && !hidden.contains(c)).count();
        out.push_str(&format!("{}{}\n", "\t".repeat(tabs), line.unwrap_or_default()));
    }
}

/// The lines of all inputs side by side, or those of each in one line; the signs between take turns. Columns that are standard
/// input share its lines.
fn paste(signs: &str, serial: bool, names: &[String], texts: &[Vec<u8>]) -> String {
    let signs: Vec<char> = signs.replace("\\t", "\t").replace("\\n", "\n").replace("\\0", "\0").chars().list();
    let texts: Vec<_> = texts.iter().map(|t| String::from_utf8_lossy(t)).list();
    let mut columns: Vec<_> = texts.iter().map(|t| t.lines().peekable()).list();
    let source = |i: usize| if names[i] == "-" { names.iter().position(|n| n == "-").unwrap_or(i) } else { i };
    let mut out = String::new();
    let mut row = |cells: Vec<&str>| {
        for (i, text) in cells.iter().enumerate() {
            if i > 0 && !signs.is_empty() {
                // `\0` is no sign at all.
                out.extend(Some(signs[(i - 1) % signs.len()]).filter(|sign| *sign != '\0'));
            }
            out.push_str(text);
        }
        out.push('\n');
    };
    if serial {
        columns.into_iter().for_each(|lines| row(lines.list()));
    } else {
        while columns.iter_mut().any(|c| c.peek().is_some()) {
            row((0..columns.len()).map(|i| columns[source(i)].next().unwrap_or_default()).list());
        }
    }
    out
}

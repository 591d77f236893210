//! awk: the language of its first book, without pipes to commands.

mod parse;
mod run;

use std::sync::Arc;

use crate::base::SortedMap;

use super::super::super::regex::Regex;
use super::super::Run;
use super::{Filter, Sink};
use parse::Script;

/// An awk program under way.
#[derive(Debug, Clone)]
pub struct Awk {
    script: Arc<Script>,
    globals: Vec<Cell>,
    fields: Vec<Value>,
    /// Whether the fields are those of `$0`.
    split: bool,
    /// Whether `$0` is to be made of the fields.
    joined: bool,
    buffer: Vec<u8>,
    ranges: Vec<bool>,
    regexes: SortedMap<String, Regex>,
    nr: f64,
    fnr: f64,
    file: String,
    exit: Option<i32>,
    ended: bool,
    begun: bool,
    steps: u64,
    /// Records wait for the next step, because these took long.
    pub(super) pending: bool,
    /// How deep function calls nest.
    depth: u32,
    random: crate::base::RandomStream,
    now_s: i64,
    env: Vec<(String, String)>,
    /// Files written to, so that the first write truncates.
    written: Vec<String>,
}

/// A variable.
#[derive(Debug, Clone)]
enum Cell {
    Unset,
    Scalar(Value),
    Array(SortedMap<String, Value>),
}

#[derive(Debug, Clone)]
enum Value {
    Number(f64),
    Text(Arc<str>),
    /// Text from outside, which compares as a number where it looks like one.
    Input(Arc<str>),
    Nothing,
}

/// How many steps one program may take in all: beyond it, it is stopped.
const STEPS_MAX: u64 = 20_000_000;

/// After how many steps the records that were read wait.
const SLICE: u64 = 500_000;

pub fn make(run: &mut Run<'_>) -> Result<(Filter, Vec<String>), i32> {
    let mut args = run.args.iter();
    let (mut separator, mut assigns, mut text) = (None, Vec::new(), None::<String>);
    let mut rest = Vec::new();
    while let Some(a) = args.next() {
        let mut value = |a: &str| if a.len() > 2 { a[2..].to_string() } else { args.next().cloned().unwrap_or_default() };
        if a == "--" {
            rest.extend(args.cloned());
            break;
        } else if a.starts_with("-F") && a.is_char_boundary(2) {
            separator = Some(value(a));
        } else if a.starts_with("-v") && a.is_char_boundary(2) {
            assigns.push(value(a));
        } else if a.starts_with("-f") && a.is_char_boundary(2) {
            let name = value(a);
            match run.k.fs.read(&run.p.cwd, &name, 1 << 20) {
                Ok(bytes) => text.get_or_insert_default().push_str(&String::from_utf8_lossy(&bytes)),
                Err(e) => {
                    run.err(format!("{name}: {e}"));
                    return Err(1);
                }
            }
        } else if a.starts_with('-') && a.len() > 1 && rest.is_empty() && text.is_none() {
            run.err(format!("unrecognized option: {}", a.trim_start_matches('-')));
            return Err(1);
        } else {
            rest.push(a.clone());
            rest.extend(args.cloned());
            break;
        }
    }
    let text = match text {
        Some(t) => t,
        None if rest.is_empty() => {
            let _ = run.k.put(run.p, 2, b"BusyBox v1.37.0 multi-call binary.\n\nUsage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...\n");
            return Err(1);
        }
        None => rest.remove(0),
    };
    let script = match parse::parse(&text) {
        Ok(s) => s,
        Err(e) => {
            run.err(format!("cmd. line:{}: {}", e.line, e.text));
            return Err(1);
        }
    };
    let files: Vec<String> = rest.iter().filter(|f| !is_assignment(f)).cloned().collect();
    let mut awk = Awk {
        globals: vec![Cell::Unset; script.globals.len()],
        ranges: vec![false; script.rules.len()],
        script: Arc::new(script),
        fields: Vec::new(),
        split: true,
        joined: true,
        buffer: Vec::new(),
        regexes: SortedMap::new(),
        nr: 0.0,
        fnr: 0.0,
        file: String::new(),
        exit: None,
        ended: false,
        begun: false,
        steps: 0,
        pending: false,
        depth: 0,
        random: crate::base::RandomStream::new(0, "awk"),
        now_s: run.k.now.unix_s(),
        env: run.p.env.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
        written: Vec::new(),
    };
    awk.fields.push(Value::Input("".into()));
    awk.set_global("FS", &separator.map_or_else(|| " ".to_string(), |s| if s == "t" { "\t".into() } else { unescape(&s) }));
    for (name, value) in [("OFS", " "), ("ORS", "\n"), ("RS", "\n"), ("SUBSEP", "\u{1c}"), ("CONVFMT", "%.6g"), ("OFMT", "%.6g")] {
        awk.set_global(name, value);
    }
    for a in assigns.iter().chain(rest.iter().filter(|f| is_assignment(f))) {
        if let Some((n, v)) = a.split_once('=') {
            awk.set_input(n, &unescape(v));
        }
    }
    awk.set_arguments(&rest);
    // Without rules for lines there is nothing to read.
    let only_begin = awk.script.rules.is_empty() && awk.script.end.is_empty();
    let files = if only_begin { vec!["/dev/null".to_string()] } else { files };
    Ok((Filter::Awk(Box::new(awk)), files))
}

fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(n, _)| {
        !n.is_empty() && !n.as_bytes()[0].is_ascii_digit() && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

fn unescape(text: &str) -> String {
    let b = text.as_bytes();
    let mut out = Vec::new();
    let mut i = 0;
    while i < b.len() {
        if b[i] == b'\\' && i + 1 < b.len() {
            let (bytes, n) = super::super::super::text::unescape_one(&b[i + 1..]);
            out.extend(bytes);
            i += 1 + n;
        } else {
            out.push(b[i]);
            i += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Awk {
    pub fn begin(&mut self, name: &str, sink: &mut Sink) {
        self.file = if name == "-" { String::new() } else { name.to_string() };
        self.fnr = 0.0;
        if !self.begun {
            self.begun = true;
            let script = self.script.clone();
            for block in &script.begin {
                self.run_block(block, sink);
            }
            if self.exit.is_some() {
                sink.stop = true;
            }
        }
    }

    pub fn bytes(&mut self, data: &[u8], sink: &mut Sink) {
        self.buffer.extend_from_slice(data);
        self.records(false, sink);
    }

    pub fn end(&mut self, sink: &mut Sink) {
        self.records(true, sink);
    }

    fn records(&mut self, all: bool, sink: &mut Sink) {
        let until = self.steps + SLICE;
        self.pending = false;
        while !sink.stop {
            if !all && (self.steps > until || sink.out.len() > super::STEP_BYTES_MAX) {
                self.pending = true;
                return;
            }
            let rs = self.global_text("RS");
            let found = match rs.as_bytes() {
                [] => {
                    // Paragraphs: empty lines separate.
                    let skip = self.buffer.iter().take_while(|b| **b == b'\n').count();
                    self.buffer.drain(..skip);
                    self.buffer.windows(2).position(|w| w == b"\n\n").map(|n| (n, 2))
                }
                [one] => self.buffer.iter().position(|b| b == one).map(|n| (n, 1)),
                many => self.buffer.windows(many.len()).position(|w| w == many).map(|n| (n, many.len())),
            };
            let record = match found {
                Some((n, skip)) => {
                    let record = self.buffer[..n].to_vec();
                    self.buffer.drain(..n + skip);
                    record
                }
                None if all && !self.buffer.is_empty() || self.buffer.len() > 8 << 20 => {
                    let mut record = std::mem::take(&mut self.buffer);
                    if record.last() == Some(&b'\n') {
                        record.pop();
                    }
                    record
                }
                None => return,
            };
            self.record(&String::from_utf8_lossy(&record), sink);
        }
    }

    fn record(&mut self, text: &str, sink: &mut Sink) {
        self.nr += 1.0;
        self.fnr += 1.0;
        self.set_record(text);
        let script = self.script.clone();
        for (i, rule) in script.rules.iter().enumerate() {
            if !self.selected(i, rule, sink) {
                continue;
            }
            match &rule.body {
                Some(body) => {
                    if !self.run_block(body, sink) {
                        break;
                    }
                }
                None => {
                    let text = self.record_text();
                    sink.out.extend(text.bytes());
                    let ors = self.global_text("ORS");
                    sink.out.extend(ors.bytes());
                }
            }
        }
        if self.exit.is_some() {
            sink.stop = true;
        }
    }

    pub fn finish(&mut self, sink: &mut Sink) -> i32 {
        if !self.ended {
            self.ended = true;
            let script = self.script.clone();
            let keep = self.exit.take();
            // `exit` in BEGIN or a rule still runs END.
            for block in &script.end {
                self.run_block(block, sink);
            }
            self.exit = self.exit.or(keep);
        }
        self.exit.unwrap_or(0)
    }
}

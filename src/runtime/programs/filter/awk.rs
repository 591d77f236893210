//! awk: the language of its first book.

mod commands;
mod parse;
mod run;
mod script;

use std::sync::Arc;

use crate::base::{List as _, SortedMap};

use super::super::{Complaint, Options, Refusal, Run};
use super::{Filter, Made, Sink};
use crate::base::regex::Regex;
use commands::Work;
pub use commands::{Answer, Ask, AskKind};
use script::Script;

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
    /// What `exit` said last; one that says nothing leaves it so.
    status: i32,
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
    is_gnu: bool,
    /// What is read of files and commands, and what commands are to be given.
    sources: SortedMap<String, commands::Source>,
    given: Vec<(String, Vec<u8>)>,
    /// What the kernel is asked for before it can go on, and what it said to the questions before that.
    question: Option<commands::Ask>,
    answers: Vec<commands::Answer>,
    answered: usize,
    /// What is run again once there is an answer, and how much of what that makes is written already.
    work: Option<commands::Work>,
    told: [usize; 3],
    /// No record comes any more.
    exhausted: bool,
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

/// Starts it.
pub fn make(run: &mut Run<'_>, o: &Options) -> Made {
    let (mut rest, mut texts) = (o.rest.clone(), Vec::new());
    for (c, v) in o.each() {
        match c {
            'e' => texts.push(v.to_owned()),
            'f' => match run.k.fs.read(&run.p.cwd, v, 1 << 20) {
                Ok(bytes) => texts.push(String::from_utf8_lossy(&bytes).into_owned()),
                Err(e) => {
                    run.err(Complaint::cannot("open", v, e));
                    return Err(1);
                }
            },
            _ => {}
        }
    }
    if texts.is_empty() {
        if rest.is_empty() {
            return Err(run.refuse(Refusal::Operands(String::new())));
        }
        texts.push(rest.remove(0));
    }
    let text = texts.join("\n");
    let script = match parse::parse(&text) {
        Ok(s) => s,
        Err(e) => {
            run.err(format!("cmd. line:{}: {}", e.line, e.text));
            return Err(1);
        }
    };
    let files: Vec<String> = rest.iter().filter(|f| !is_assignment(f)).cloned().list();
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
        status: 0,
        ended: false,
        begun: false,
        steps: 0,
        pending: false,
        depth: 0,
        random: crate::base::RandomStream::new(0, "awk"),
        now_s: run.k.now.unix_s(),
        env: run.p.env.list().into_iter().map(|(n, v)| (n.to_string(), v.to_string())).list(),
        written: Vec::new(),
        is_gnu: run.k.is_gnu(),
        sources: SortedMap::new(),
        given: Vec::new(),
        question: None,
        answers: Vec::new(),
        answered: 0,
        work: None,
        told: [0; 3],
        exhausted: false,
    };
    awk.fields.push(Value::Input("".into()));
    awk.set_global("FS", &o.value('F').map_or_else(|| " ".to_string(), |s| if s == "t" { "\t".into() } else { unescape(s) }));
    for (name, value) in [("OFS", " "), ("ORS", "\n"), ("RS", "\n"), ("SUBSEP", "\u{1c}"), ("CONVFMT", "%.6g"), ("OFMT", "%.6g")] {
        awk.set_global(name, value);
    }
    for a in o.each().filter(|o| o.0 == 'v').map(|o| o.1).chain(rest.iter().map(String::as_str).filter(|f| is_assignment(f))) {
        if let Some((n, v)) = a.split_once('=') {
            awk.set_input(n, &unescape(v));
        }
    }
    awk.set_arguments(&rest);
    // Files need not be there for what only begins, unless it reads them itself.
    let only_begin = awk.script.rules.is_empty() && awk.script.end.is_empty() && !awk.script.asks.begin;
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
            self.work(Work::Begin, sink);
        }
    }

    pub fn bytes(&mut self, data: &[u8], sink: &mut Sink) {
        self.buffer.extend_from_slice(data);
        self.records(false, sink);
    }

    pub fn end(&mut self, sink: &mut Sink) {
        if self.work.is_none() {
            return self.records(true, sink);
        }
        if self.buffer.last().is_some_and(|b| *b != b'\n') {
            self.buffer.push(b'\n');
        }
    }

    fn records(&mut self, all: bool, sink: &mut Sink) {
        let until = self.steps + SLICE;
        self.pending = false;
        if self.wants_more() {
            self.resume(sink);
        }
        while !sink.stop {
            if self.question.is_some() {
                self.pending = !self.wants_more();
                return;
            }
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
            self.work(Work::Record(String::from_utf8_lossy(&record).into()), sink);
        }
    }

    fn record(&mut self, text: &str, sink: &mut Sink) {
        self.nr += 1.0;
        self.fnr += 1.0;
        self.set_record(text);
        let script = self.script.clone();
        for (i, rule) in script.rules.iter().enumerate() {
            let selected = self.selected(i, rule, sink);
            if self.exit.is_some() {
                break;
            }
            if !selected {
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
    }

    /// Ends it; it is to be called again while it asks for something.
    pub fn finish(&mut self, sink: &mut Sink) -> i32 {
        self.exhausted = true;
        if !self.begun {
            // None of the files could be read.
            self.begin("-", sink);
        } else if self.wants_more() {
            self.resume(sink);
        }
        if !self.ended && self.question.is_none() {
            self.ended = true;
            // `exit` in BEGIN or a rule still runs END.
            let status = self.exit.take();
            self.work(Work::End(status), sink);
        }
        if self.question.is_none() {
            self.close_first();
        }
        self.exit.unwrap_or(0)
    }
}

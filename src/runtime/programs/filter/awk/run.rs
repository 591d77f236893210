//! What awk does.

mod builtins;
mod statements;

use std::sync::Arc;

use super::super::super::super::text::{Spec, general};
use super::super::Sink;
use super::commands::{Ask, AskKind, To};
use super::script::{Expr, Link, Place, Rule, Stmt};
use super::{Awk, Cell, STEPS_MAX, Value};
use crate::base::regex::{Regex, Syntax};
use crate::base::{List as _, Order as _, SortedMap, strftime};

/// How a statement left.
enum Flow {
    Next,
    NextRecord,
    Exit,
    Break,
    Continue,
    Return(Value),
}

/// What a value can be given to. Its index is reckoned once, however often it is looked at.
pub(super) enum Target {
    Var(Place),
    Field(f64),
    Item(Place, String),
}

const TEXT_BYTES_MAX: usize = 4 << 20;
/// How deep expressions and the calls in them may nest.
const DEPTH_MAX: u32 = 200;

impl Value {
    fn number(&self) -> f64 {
        match self {
            Value::Number(n) => *n,
            Value::Text(t) | Value::Input(t) => leading_number(t).0,
            Value::Nothing => 0.0,
        }
    }
    pub(super) fn text(&self) -> Arc<str> {
        match self {
            Value::Number(n) => format_number(*n).into(),
            Value::Text(t) | Value::Input(t) => t.clone(),
            Value::Nothing => "".into(),
        }
    }
    fn truth(&self) -> bool {
        match self {
            Value::Number(n) => *n != 0.0,
            Value::Text(t) => !t.is_empty(),
            Value::Input(t) => match leading_number(t) {
                (n, true) => n != 0.0,
                _ => !t.is_empty(),
            },
            Value::Nothing => false,
        }
    }
    /// The number, where it compares as one.
    fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(n) => Some(*n),
            Value::Nothing => Some(0.0),
            Value::Input(t) => Some(leading_number(t)).filter(|n| n.1).map(|n| n.0),
            Value::Text(_) => None,
        }
    }
    fn of(text: impl Into<Arc<str>>) -> Value {
        Value::Text(text.into())
    }
}

/// The number a text starts with, and whether that is all of it.
fn leading_number(text: &str) -> (f64, bool) {
    let t = text.trim();
    let b = t.as_bytes();
    let mut n = usize::from(matches!(b.first(), Some(b'+' | b'-')));
    let start = n;
    while b.get(n).is_some_and(|c| c.is_ascii_digit()) {
        n += 1;
    }
    if b.get(n) == Some(&b'.') {
        n += 1;
        while b.get(n).is_some_and(|c| c.is_ascii_digit()) {
            n += 1;
        }
    }
    if n == start || (n == start + 1 && b[start] == b'.') {
        return (0.0, false);
    }
    if matches!(b.get(n), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(b.get(n + 1), Some(b'+' | b'-')));
        let digits = b.iter().skip(n + 1 + sign).take_while(|c| c.is_ascii_digit()).count();
        if digits > 0 {
            n += 1 + sign + digits;
        }
    }
    (t[..n].parse().unwrap_or(0.0), n == t.len())
}

fn format_number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < i64::MAX as f64 {
        return format!("{}", n as i64);
    }
    if !n.is_finite() {
        return if n.is_nan() {
            "nan".into()
        } else if n > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        };
    }
    let sign = if n < 0.0 { "-" } else { "" };
    format!("{sign}{}", general(n.abs(), 6, false))
}

impl Awk {
    // ---- variables

    fn slot(&self, name: &str) -> Option<usize> {
        self.script.globals.iter().position(|g| g == name)
    }
    pub(super) fn set_global(&mut self, name: &str, value: &str) {
        if let Some(n) = self.slot(name) {
            self.globals[n] = Cell::Scalar(Value::of(value));
        }
    }
    pub(super) fn set_input(&mut self, name: &str, value: &str) {
        if let Some(n) = self.slot(name) {
            self.globals[n] = Cell::Scalar(Value::Input(value.into()));
        }
    }
    pub(super) fn set_arguments(&mut self, args: &[String]) {
        let list: SortedMap<String, Value> = std::iter::once("awk")
            .chain(args.iter().map(String::as_str))
            .enumerate()
            .map(|(i, a)| (i.to_string(), Value::Input(a.into())))
            .collect();
        if let Some(n) = self.slot("ARGC") {
            self.globals[n] = Cell::Scalar(Value::Number(list.len() as f64));
        }
        if let Some(n) = self.slot("ARGV") {
            self.globals[n] = Cell::Array(list);
        }
        if let Some(n) = self.slot("ENVIRON") {
            self.globals[n] = Cell::Array(self.env.iter().map(|(n, v)| (n.clone(), Value::Input(v.as_str().into()))).collect());
        }
    }
    pub(super) fn global_text(&self, name: &str) -> String {
        match self.slot(name).map(|n| &self.globals[n]) {
            Some(Cell::Scalar(v)) => v.text().to_string(),
            _ => String::new(),
        }
    }

    // ---- the record and its fields

    pub(super) fn set_record(&mut self, text: &str) {
        self.fields.clear();
        self.fields.push(Value::Input(text.into()));
        self.split = false;
        self.joined = true;
    }
    pub(super) fn record_text(&mut self) -> Arc<str> {
        if !self.joined {
            let ofs = self.global_text("OFS");
            let text = self.fields[1..].iter().map(|f| f.text().to_string()).list().join(&ofs);
            self.fields[0] = Value::Input(text.into());
            self.joined = true;
        }
        self.fields[0].text()
    }
    fn split_record(&mut self) {
        if self.split {
            return;
        }
        self.split = true;
        let text = self.fields[0].text();
        let fs = self.global_text("FS");
        let parts = self.split_text(&text, &fs);
        self.fields.truncate(1);
        self.fields.extend(parts.into_iter().map(|p| Value::Input(p.into())));
    }
    fn split_text(&mut self, text: &str, fs: &str) -> Vec<String> {
        if text.is_empty() {
            return Vec::new();
        }
        self.charge(text.len());
        let mut newline = false;
        if self.global_text("RS").is_empty() {
            newline = true;
        }
        match fs {
            " " => text.split([' ', '\t', '\n']).filter(|word| !word.is_empty()).map(str::to_string).list(),
            "" => text.chars().map(String::from).list(),
            fs if fs.chars().count() == 1 && fs != "\\" => {
                let c = fs.chars().next().unwrap_or(' ');
                text.split(|x| x == c || (newline && x == '\n')).map(str::to_string).list()
            }
            fs => {
                let Some(re) = self.regex(fs) else { return vec![text.to_string()] };
                let (mut out, mut from) = (Vec::new(), 0);
                for (a, z) in re.find_all(text).map(|m| m.range()).filter(|(a, z)| a < z) {
                    out.push(text[from..a].to_string());
                    from = z;
                }
                out.push(text[from..].to_string());
                out
            }
        }
    }
    fn field(&mut self, n: f64) -> Value {
        if n < 1.0 {
            return Value::Input(self.record_text());
        }
        self.split_record();
        self.fields.get(n as usize).cloned().unwrap_or_else(|| Value::Input("".into()))
    }
    fn set_field(&mut self, n: f64, value: Value) {
        if n < 1.0 {
            let text = value.text();
            self.set_record(&text);
            return;
        }
        self.split_record();
        let n = (n as usize).min(10_000);
        if self.fields.len() <= n {
            self.fields.resize(n + 1, Value::Input("".into()));
        }
        self.fields[n] = value;
        self.joined = false;
    }

    fn regex(&mut self, text: &str) -> Option<Regex> {
        if let Some(re) = self.regexes.get(text) {
            return Some(re.clone());
        }
        let re = Regex::new(text, Syntax::Extended).ok()?;
        if self.regexes.len() > 200 {
            self.regexes.clear();
        }
        self.regexes.insert(text.to_string(), re.clone());
        Some(re)
    }

    // ---- running

    pub(super) fn selected(&mut self, i: usize, rule: &Rule, sink: &mut Sink) -> bool {
        let Some(from) = &rule.from else { return true };
        let mut frame = Vec::new();
        match &rule.to {
            None => self.eval(from, &mut frame, sink).truth(),
            Some(to) => {
                if !self.ranges[i] && !self.eval(from, &mut frame, sink).truth() {
                    return false;
                }
                self.ranges[i] = !self.eval(to, &mut frame, sink).truth();
                true
            }
        }
    }

    /// Runs a block; false where it went on to the next record or ended all.
    pub(super) fn run_block(&mut self, block: &[Stmt], sink: &mut Sink) -> bool {
        let mut frame = Vec::new();
        !matches!(self.all(block, &mut frame, sink), Flow::NextRecord | Flow::Exit)
    }

    fn all(&mut self, block: &[Stmt], frame: &mut Vec<Cell>, sink: &mut Sink) -> Flow {
        for s in block {
            match self.stmt(s, frame, sink) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    fn tired(&mut self, sink: &mut Sink) -> bool {
        self.steps += 1;
        if self.exit.is_some() {
            return true;
        }
        if self.steps > STEPS_MAX || sink.out.len() > 16 << 20 {
            sink.err.push_str("awk: stopped: the program takes too many steps\n");
            self.exit = Some(2);
            return true;
        }
        false
    }

    fn cell<'a>(&'a mut self, place: Place, frame: &'a mut Vec<Cell>) -> &'a mut Cell {
        match place {
            Place::Global(n) => &mut self.globals[n],
            Place::Local(n) => {
                if frame.len() <= n {
                    frame.resize(n + 1, Cell::Unset);
                }
                &mut frame[n]
            }
        }
    }

    fn key(&mut self, index: &[Expr], frame: &mut Vec<Cell>, sink: &mut Sink) -> String {
        if let [one] = index {
            return self.eval(one, frame, sink).text().to_string();
        }
        let sep = self.global_text("SUBSEP");
        index.iter().map(|e| self.eval(e, frame, sink).text().to_string()).list().join(&sep)
    }

    fn special(&mut self, place: Place) -> Option<Value> {
        let Place::Global(n) = place else { return None };
        match self.script.globals[n].as_str() {
            "NR" => Some(Value::Number(self.nr)),
            "FNR" => Some(Value::Number(self.fnr)),
            "NF" => {
                self.split_record();
                Some(Value::Number((self.fields.len() - 1) as f64))
            }
            "FILENAME" => Some(Value::of(self.file.as_str())),
            _ => None,
        }
    }

    /// What an expression names that a value can be given to.
    pub(super) fn target(&mut self, e: &Expr, frame: &mut Vec<Cell>, sink: &mut Sink) -> Option<Target> {
        Some(match e {
            Expr::Var(place) => Target::Var(*place),
            Expr::Field(e) => Target::Field(self.eval(e, frame, sink).number()),
            Expr::Index(place, index) => Target::Item(*place, self.key(index, frame, sink)),
            _ => return None,
        })
    }

    fn get(&mut self, target: &Target, frame: &mut Vec<Cell>) -> Value {
        match target {
            Target::Var(place) => match self.special(*place) {
                Some(v) => v,
                None => match self.cell(*place, frame) {
                    Cell::Scalar(v) => v.clone(),
                    _ => Value::Nothing,
                },
            },
            Target::Field(n) => self.field(*n),
            Target::Item(place, key) => {
                let cell = self.cell(*place, frame);
                if matches!(cell, Cell::Unset) {
                    *cell = Cell::Array(SortedMap::new());
                }
                match cell {
                    // Looking at an item makes it.
                    Cell::Array(a) if a.len() < 1_000_000 => a.entry(key.clone()).or_insert(Value::Nothing).clone(),
                    _ => Value::Nothing,
                }
            }
        }
    }

    pub(super) fn set(&mut self, target: Target, value: Value, frame: &mut Vec<Cell>) {
        match target {
            Target::Var(place) => {
                if let Place::Global(n) = place {
                    match self.script.globals[n].as_str() {
                        "NR" => self.nr = value.number(),
                        "FNR" => self.fnr = value.number(),
                        "NF" => {
                            self.split_record();
                            let n = value.number().clamp(0.0, 10_000.0) as usize;
                            self.fields.resize(n + 1, Value::Input("".into()));
                            self.joined = false;
                            return;
                        }
                        // The present record is split as it was read.
                        "FS" => self.split_record(),
                        _ => {}
                    }
                }
                let cell = self.cell(place, frame);
                if !matches!(cell, Cell::Array(_)) {
                    *cell = Cell::Scalar(value);
                }
            }
            Target::Field(n) => self.set_field(n, value),
            Target::Item(place, key) => {
                let cell = self.cell(place, frame);
                if matches!(cell, Cell::Unset) {
                    *cell = Cell::Array(SortedMap::new());
                }
                if let Cell::Array(a) = cell
                    && (a.len() < 1_000_000 || a.contains_key(&key))
                {
                    a.insert(key, value);
                }
            }
        }
    }

    fn matches(&mut self, e: &Expr, text: &str, frame: &mut Vec<Cell>, sink: &mut Sink) -> bool {
        let pattern = match e {
            Expr::Regex(r) => r.clone(),
            e => self.eval(e, frame, sink).text().to_string(),
        };
        self.regex(&pattern).is_some_and(|re| re.is_match(text))
    }

    /// What is done with a long text takes longer.
    fn charge(&mut self, bytes: usize) {
        self.steps += bytes as u64 / 256;
    }

    pub(super) fn eval(&mut self, e: &Expr, frame: &mut Vec<Cell>, sink: &mut Sink) -> Value {
        self.steps += 1;
        // Expressions and calls nest within the stack that there is.
        if self.depth >= DEPTH_MAX {
            if self.exit.is_none() {
                sink.err.push_str("awk: calls nest too deeply\n");
                self.exit = Some(2);
            }
            return Value::Nothing;
        }
        self.depth += 1;
        let value = self.evaluate(e, frame, sink);
        self.depth -= 1;
        if let Value::Text(t) | Value::Input(t) = &value {
            self.charge(t.len());
        }
        value
    }

    fn evaluate(&mut self, e: &Expr, frame: &mut Vec<Cell>, sink: &mut Sink) -> Value {
        match e {
            Expr::Number(n) => Value::Number(*n),
            Expr::Text(t) => Value::of(t.as_str()),
            Expr::Regex(r) => {
                let text = self.record_text();
                self.charge(text.len());
                let yes = self.regex(&r.clone()).is_some_and(|re| re.is_match(&text));
                Value::Number(f64::from(u8::from(yes)))
            }
            Expr::Var(_) | Expr::Field(_) | Expr::Index(..) => {
                let target = self.target(e, frame, sink);
                target.map_or(Value::Nothing, |target| self.get(&target, frame))
            }
            Expr::Assign(target, op, value) => {
                let right = self.eval(value, frame, sink);
                let Some(target) = self.target(target, frame, sink) else { return right };
                let new = match op {
                    None => right,
                    Some(op) => {
                        let left = self.get(&target, frame).number();
                        Value::Number(self.arith(*op, left, right.number(), sink))
                    }
                };
                self.set(target, new.clone(), frame);
                new
            }
            Expr::Cond(c, yes, no) => {
                if self.eval(c, frame, sink).truth() {
                    self.eval(yes, frame, sink)
                } else {
                    self.eval(no, frame, sink)
                }
            }
            Expr::Chain(first, rest) => {
                let left = self.eval(first, frame, sink);
                rest.iter().fold(left, |left, (link, right)| self.link(*link, left, right, frame, sink))
            }
            Expr::In(index, array) => {
                let key = self.key(index, frame, sink);
                let yes = matches!(self.cell(*array, frame), Cell::Array(a) if a.contains_key(&key));
                Value::Number(f64::from(u8::from(yes)))
            }
            Expr::Compare(op, a, b) => {
                let (a, b) = (self.eval(a, frame, sink), self.eval(b, frame, sink));
                let order = match (a.as_number(), b.as_number()) {
                    (Some(x), Some(y)) => x.partial_cmp(&y),
                    _ => Some(a.text().as_ref().cmp(b.text().as_ref())),
                };
                let yes = order.is_some_and(|o| match *op {
                    "<" => o.is_lt(),
                    "<=" => o.is_le(),
                    "==" => o.is_eq(),
                    "!=" => o.is_ne(),
                    ">=" => o.is_ge(),
                    _ => o.is_gt(),
                });
                Value::Number(f64::from(u8::from(yes)))
            }
            Expr::Not(a) => Value::Number(f64::from(u8::from(!self.eval(a, frame, sink).truth()))),
            Expr::Minus(a) => Value::Number(-self.eval(a, frame, sink).number()),
            Expr::Plus(a) => Value::Number(self.eval(a, frame, sink).number()),
            Expr::Step(target, by, before) => {
                let Some(target) = self.target(target, frame, sink) else { return Value::Nothing };
                let old = self.get(&target, frame).number();
                self.set(target, Value::Number(old + by), frame);
                Value::Number(if *before { old + by } else { old })
            }
            Expr::Call(n, args) => self.call(*n, args, frame, sink),
            Expr::Builtin(name, args) => self.builtin(name, args, frame, sink),
            Expr::Getline(into, source) => self.get_line(into.as_deref(), source.as_ref(), frame, sink),
        }
    }

    fn link(&mut self, link: Link, left: Value, right: &Expr, frame: &mut Vec<Cell>, sink: &mut Sink) -> Value {
        let yes = match link {
            Link::And => left.truth() && self.eval(right, frame, sink).truth(),
            Link::Or => left.truth() || self.eval(right, frame, sink).truth(),
            Link::Match(positive) => {
                let text = left.text();
                self.matches(right, &text, frame, sink) == positive
            }
            Link::Concat => {
                let (a, b) = (left.text(), self.eval(right, frame, sink).text());
                if a.len() + b.len() > TEXT_BYTES_MAX {
                    self.steps = STEPS_MAX + 1;
                    return Value::Text(a);
                }
                // Joining costs what is joined.
                self.steps += ((a.len() + b.len()) >> 6) as u64;
                return Value::of(format!("{a}{b}"));
            }
            Link::Arith(op) => {
                let (a, b) = (left.number(), self.eval(right, frame, sink).number());
                return Value::Number(self.arith(op, a, b, sink));
            }
        };
        Value::Number(f64::from(u8::from(yes)))
    }

    fn arith(&mut self, op: char, a: f64, b: f64, sink: &mut Sink) -> f64 {
        match op {
            '+' => a + b,
            '-' => a - b,
            '*' => a * b,
            '/' | '%' if b == 0.0 => {
                if self.exit.is_none() {
                    sink.err.push_str("awk: cmd. line:1: Division by zero\n");
                    self.exit = Some(1);
                }
                0.0
            }
            '/' => a / b,
            '%' => a % b,
            _ => libm::pow(a, b),
        }
    }

    fn call(&mut self, n: usize, args: &[Expr], frame: &mut Vec<Cell>, sink: &mut Sink) -> Value {
        let script = self.script.clone();
        let f = &script.functions[n];
        let mut inner = vec![Cell::Unset; f.params];
        let mut arrays = Vec::new();
        for (i, a) in args.iter().enumerate() {
            let value = match a {
                // Arrays go by reference: lent to the function, and given back.
                Expr::Var(place) if !matches!(self.cell(*place, frame), Cell::Scalar(_)) && self.special(*place).is_none() => {
                    arrays.push((i, *place));
                    std::mem::replace(self.cell(*place, frame), Cell::Unset)
                }
                a => Cell::Scalar(self.eval(a, frame, sink)),
            };
            if let Some(slot) = inner.get_mut(i) {
                *slot = value;
            }
        }
        let flow = self.all(&f.body, &mut inner, sink);
        for (i, place) in arrays {
            if let Some(cell @ Cell::Array(_)) = inner.get_mut(i) {
                *self.cell(place, frame) = std::mem::replace(cell, Cell::Unset);
            }
        }
        match flow {
            Flow::Return(v) => v,
            _ => Value::Nothing,
        }
    }
}

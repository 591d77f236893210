//! What awk has others do: commands that it runs, reads and writes to, and files that it reads.
//!
//! A program cannot wait in the midst of an expression. What needs an answer leaves everything as it was before the record, and all
//! is run again once the answer is there, with the answers up to then; what was written the first time is not written again.

use std::sync::Arc;

use super::run::Target;
use super::script::Expr;
use super::{Awk, Cell, Sink, Value};

/// What the kernel is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The command, or the file.
    pub name: String,
    pub kind: AskKind,
}

/// What output goes to: a file that is written anew or appended to, or a command.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum To {
    File,
    End,
    Command,
}

/// What is done with it.
#[derive(Debug, Clone)]
pub enum AskKind {
    /// A command is run, and given this.
    Run(Option<Vec<u8>>),
    /// A command is run, and what it prints is read.
    ReadCommand,
    ReadFile,
    /// Nothing: the next record is waited for.
    Record,
}

/// What a command ended with, or whether a file could be read, and what was read.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: i32,
    pub text: Arc<[u8]>,
}

/// What is read of a file or a command.
#[derive(Debug, Clone)]
pub struct Source {
    answer: Answer,
    at: usize,
}

/// What is run as a whole.
#[derive(Debug, Clone)]
pub enum Work {
    Begin,
    Record(Arc<str>),
    /// `END`, and the status that there was before.
    End(Option<i32>),
    /// A command that was written to is run; nothing else is to be done.
    Close,
}

/// What commands may be given, in bytes.
const GIVEN_BYTES_MAX: usize = 16 << 20;

impl Awk {
    /// Runs it, from the start again where it was run before.
    pub(super) fn work(&mut self, work: Work, sink: &mut Sink) {
        let script = self.script.clone();
        let asks = match work {
            Work::Begin => script.asks.begin,
            Work::Record(_) => script.asks.rules,
            Work::End(_) => script.asks.end,
            Work::Close => true,
        };
        let before = if asks { Some(self.clone()) } else { None };
        if asks {
            // Copying what it holds takes its time.
            self.steps += self.globals.iter().map(|cell| if let Cell::Array(a) = cell { a.len() as u64 } else { 0 }).sum::<u64>();
        }
        let from = [sink.out.len(), sink.err.len(), sink.files.len()];
        self.answered = 0;
        match &work {
            Work::Begin => {
                for block in &script.begin {
                    self.run_block(block, sink);
                }
            }
            Work::Record(text) => self.record(text, sink),
            Work::End(status) => {
                for block in &script.end {
                    self.run_block(block, sink);
                }
                self.exit = self.exit.or(*status);
            }
            Work::Close => {}
        }
        if let Some(before) = before {
            let made = [sink.out.len() - from[0], sink.err.len() - from[1], sink.files.len() - from[2]];
            let told = self.told;
            sink.out.drain(from[0]..from[0] + told[0].min(made[0]));
            sink.err.drain(from[1]..from[1] + told[1].min(made[1]));
            sink.files.drain(from[2]..from[2] + told[2].min(made[2]));
            if self.question.is_some() {
                let (question, answers, steps) = (self.question.take(), std::mem::take(&mut self.answers), self.steps);
                *self = Awk { question, answers, steps, told: made, work: Some(work), ..before };
                return;
            }
            self.told = [0; 3];
            self.answers.clear();
        }
        // Without rules for lines there is nothing more to read.
        let only_begin = script.rules.is_empty() && script.end.is_empty();
        if self.exit.is_some() && !matches!(work, Work::End(_)) || only_begin {
            sink.stop = true;
        }
    }

    /// Goes on with what waited for an answer.
    pub fn resume(&mut self, sink: &mut Sink) {
        self.question = None;
        if let Some(work) = self.work.take() {
            self.work(work, sink);
        }
    }

    /// What it needs to go on, unless that is a record.
    pub fn question(&self) -> Option<&Ask> {
        self.question.as_ref().filter(|_| !self.wants_more())
    }

    /// Notes what the kernel answered.
    pub fn answer(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    pub(super) fn wants_more(&self) -> bool {
        matches!(self.question, Some(Ask { kind: AskKind::Record, .. }))
    }

    /// The answer to a question, where there is one; all is left until there is one.
    pub(super) fn ask(&mut self, ask: Ask) -> Option<Answer> {
        if self.exit.is_some() {
            return None;
        }
        if let Some(answer) = self.answers.get(self.answered).cloned() {
            self.answered += 1;
            return Some(answer);
        }
        self.question = Some(ask);
        self.exit = Some(0);
        None
    }

    /// Keeps what a command is given until that is closed.
    pub(super) fn write_to(&mut self, name: String, text: &[u8]) {
        match self.given.iter_mut().find(|g| g.0 == name) {
            Some((_, all)) if all.len() < GIVEN_BYTES_MAX => all.extend_from_slice(text),
            Some(_) => {}
            None => self.given.push((name, text.to_vec())),
        }
    }

    /// `close`: the command's status, as `wait` has it, or whether nothing of that name is open.
    pub(super) fn close(&mut self, name: &str) -> Value {
        self.written.retain(|w| w != name);
        let given = self.given.iter().position(|g| g.0 == name);
        let status = match (given, self.sources.remove(name)) {
            (Some(n), _) => {
                let (name, text) = self.given.remove(n);
                self.ask(Ask { name, kind: AskKind::Run(Some(text)) }).map_or(0, |a| a.status << 8)
            }
            (None, Some(source)) => source.answer.status << 8,
            (None, None) => -1,
        };
        Value::Number(f64::from(status))
    }

    /// At the end: asks for the first command that is still open.
    pub(super) fn close_first(&mut self) {
        if !self.given.is_empty() {
            let (name, text) = self.given.remove(0);
            self.question = Some(Ask { name, kind: AskKind::Run(Some(text)) });
            self.work = Some(Work::Close);
        }
    }

    /// `getline`: 1, at the end 0, and -1 where there is nothing to read.
    pub(super) fn get_line(
        &mut self,
        into: Option<&Expr>,
        source: Option<&(bool, Box<Expr>)>,
        frame: &mut Vec<Cell>,
        sink: &mut Sink,
    ) -> Value {
        let line = match source {
            Some((command, name)) => {
                let name = self.eval(name, frame, sink).text().to_string();
                let kind = if *command { AskKind::ReadCommand } else { AskKind::ReadFile };
                if !self.sources.contains_key(&name) {
                    let Some(answer) = self.ask(Ask { name: name.clone(), kind }) else { return Value::Number(0.0) };
                    if !*command && answer.status != 0 {
                        return Value::Number(-1.0);
                    }
                    self.sources.insert(name.clone(), Source { answer, at: 0 });
                }
                let Some(source) = self.sources.get_mut(&name) else { return Value::Number(-1.0) };
                let rest = &source.answer.text[source.at..];
                let end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                let line = if rest.is_empty() { None } else { Some(String::from_utf8_lossy(&rest[..end]).into_owned()) };
                source.at += (end + 1).min(rest.len());
                // busybox counts none of these.
                if *command && self.is_gnu && line.is_some() {
                    self.nr += 1.0;
                }
                line
            }
            None => {
                let end = self.buffer.iter().position(|b| *b == b'\n');
                let end = end.or(Some(self.buffer.len()).filter(|n| self.exhausted && *n > 0));
                match end {
                    Some(end) => {
                        let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                        self.buffer.drain(..(end + 1).min(self.buffer.len()));
                        self.nr += 1.0;
                        self.fnr += 1.0;
                        Some(line)
                    }
                    None => {
                        if !self.exhausted && self.exit.is_none() {
                            self.question = Some(Ask { name: String::new(), kind: AskKind::Record });
                            self.exit = Some(0);
                        }
                        None
                    }
                }
            }
        };
        self.steps += 1;
        let Some(line) = line else { return Value::Number(0.0) };
        let into = into.and_then(|into| self.target(into, frame, sink));
        self.set(into.unwrap_or(Target::Field(0.0)), Value::Input(line.into()), frame);
        Value::Number(1.0)
    }
}

//! The shell's instructions.

mod children;
mod command;
mod redirect;
mod select;

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::fs::Errno;
use super::super::kernel::{DescKind, Kernel, OpenHow};
use super::super::process::{Block, Body, Pid, Process, Signal, Step};
use super::super::programs::{Lookup, look_up};
use super::builtins::{self, Builtin, Call, Outcome};
use super::code::*;
use super::pattern::Pattern;
use super::*;
use crate::base::List as _;

fn expanded(e: &mut Expander<'_>, a: &Assign) -> Result<Assigned, Stop> {
    let value = match &a.value {
        AssignValue::Scalar(w) => {
            let key = a.index.as_ref().map(|w| e.key(&a.name, w)).transpose()?;
            AssignedValue::Text(key, e.string(w)?)
        }
        AssignValue::Array(items) => {
            let mut all = Vec::new();
            for (key, word) in items {
                match key {
                    Some(key) => all.push((Some(e.key(&a.name, key)?), e.string(word)?)),
                    None => all.extend(e.fields(std::slice::from_ref(word))?.into_iter().map(|item| (None, item))),
                }
            }
            AssignedValue::Items(all)
        }
    };
    Ok(Assigned { name: a.name.clone(), value, append: a.append })
}

/// An assignment with its words expanded.
#[derive(Clone)]
struct Assigned {
    name: ArcStr,
    value: AssignedValue,
    append: bool,
}

#[derive(Clone)]
enum AssignedValue {
    /// Of a variable, or of an array's item.
    Text(Option<Key>, String),
    Items(Vec<(Option<Key>, String)>),
}

/// A command with everything expanded.
struct Expanded {
    argv: Vec<String>,
    ready: Vec<Ready>,
    assigned: Vec<Assigned>,
}

/// A redirection with its word expanded.
#[derive(Debug, Clone)]
pub enum Ready {
    /// How, and whether it must not be a file yet (`noclobber`).
    Open(u32, String, OpenHow, bool),
    Dup(u32, String),
    Both(String, OpenHow, bool),
    Here(u32, String),
    /// What was written where a name is wanted, and is none or several.
    Ambiguous(String),
}

impl Shell {
    fn advance(&mut self, by: i64) {
        if let Some(f) = self.frames.last_mut() {
            f.pc = (f.pc as i64 + 1 + by).max(0) as usize;
        }
        self.record.clear();
    }

    pub(super) fn pc(&self) -> usize {
        self.frames.last().map_or(0, |f| f.pc)
    }

    /// An expansion that stopped: run the substitution, or give up on the command.
    fn stopped(&mut self, k: &mut Kernel, p: &mut Process, stop: Stop) -> Flow {
        match stop {
            Stop::Subst(code) => self.substitute(k, p, code),
            Stop::Process(code, to) => self.substitute_process(k, p, code, to),
            Stop::Error(text) => {
                self.complain(k, p, &text);
                self.drop_line(k, p)
            }
            Stop::Full => match k.memory_limit {
                // What is larger than a shell holds here has no end as a rule: it goes on until the kernel ends it.
                Some(limit) => {
                    p.memory = limit.saturating_add(1);
                    Flow::Wait(Step::Again(OP_US))
                }
                None => self.stopped(k, p, Stop::Fatal(AssignError::Full.to_string())),
            },
            Stop::Fatal(text) => {
                self.complain(k, p, &text);
                let status = match (self.is_bash(), self.subshell || self.script || self.reads_input || self.opts.errexit) {
                    (false, _) => 2,
                    (true, true) => 1,
                    (true, false) => 127,
                };
                self.leave(k, p, status)
            }
        }
    }

    /// Says what is wrong and leaves: the whole line where somebody types, else the shell.
    fn give_up(&mut self, k: &mut Kernel, p: &mut Process, text: &str, status: i32) -> Flow {
        self.complain(k, p, text);
        self.leave(k, p, status)
    }

    /// bash leaves the line, and what is called there, for the next one; others leave as a whole.
    fn drop_line(&mut self, k: &mut Kernel, p: &mut Process) -> Flow {
        if !self.is_bash() || self.subshell || self.opts.interactive {
            return self.leave(k, p, if self.is_bash() { 1 } else { 2 });
        }
        self.record.clear();
        while self.frames.last().is_some_and(|f| matches!(f.kind, FrameKind::Function { .. } | FrameKind::Trap { .. })) {
            self.pop_frame(k, p);
        }
        if let Some(f) = self.frames.last_mut() {
            f.pc = f.code.lines.iter().copied().find(|line| *line > f.pc).unwrap_or(f.code.ops.len());
            let control = f.control;
            self.unwind_to(k, p, control);
        }
        self.status = 1;
        Flow::Next
    }

    /// Leaves the whole line where somebody types, else the shell.
    fn leave(&mut self, k: &mut Kernel, p: &mut Process, status: i32) -> Flow {
        self.record.clear();
        if self.opts.interactive && !self.subshell {
            self.abandon(k, p);
            self.status = status;
        } else {
            self.status = status;
            self.exiting = Some(status);
        }
        Flow::Next
    }

    pub(super) fn op(&mut self, k: &mut Kernel, p: &mut Process, op: &Op) -> Flow {
        match op {
            Op::Simple(cmd) => return self.simple(k, p, cmd),
            Op::Jump(by) => self.advance(i64::from(*by)),
            Op::JumpIf(zero, by) => {
                let by = if (self.status == 0) == *zero { i64::from(*by) } else { 0 };
                self.advance(by);
            }
            Op::Not => {
                self.status = i32::from(self.status == 0);
                self.advance(0);
            }
            Op::Check => {
                self.advance(0);
                self.check_errexit();
            }
            Op::Exit => self.exiting = Some(self.status),
            Op::SyntaxError(e) => {
                self.say_syntax_error(k, p, e);
                // bash goes on after an `eval` or a file that failed.
                let within = self.frames.last().is_some_and(|f| !matches!(f.kind, FrameKind::Main));
                if !(self.is_bash() && within) {
                    return self.leave(k, p, 2);
                }
                self.status = 2;
                self.advance(0);
            }
            Op::Subshell(len) => {
                let Some(f) = self.frames.last() else { return Flow::Next };
                let child = self.child(f.code.clone(), f.pc + 1);
                let Some(pid) = k.fork(p, Body::Shell(Box::new(child))) else { return self.cannot_fork(k, p) };
                self.adopt(k, pid, None, None, false);
                self.advance(i64::from(*len));
                self.wait = Wait::Jobs { pids: vec![(pid, None)], tested: true };
            }
            Op::Background(len, text) => return self.background(k, p, *len, text),
            Op::Pipe(stages) => return self.pipe(k, p, stages),
            Op::Redirect(list, len) => return self.begin_redirects(k, p, list, *len),
            Op::Unredirect => {
                if let Some(Control::Redirect(saved)) = self.control.pop() {
                    self.undo(k, p, saved);
                }
                self.advance(0);
            }
            Op::Loop { len, again } => {
                let start = self.pc() + 1;
                self.control.push(Control::Loop { again: start + *again as usize, end: start + *len as usize, status: 0, items: None });
                self.advance(0);
            }
            Op::LoopTest { until, exit } => {
                let by = if (self.status == 0) != *until { 0 } else { i64::from(*exit) };
                self.advance(by);
            }
            Op::LoopBack(by) => {
                let now = self.status;
                if let Some(Control::Loop { status, .. }) = self.control.last_mut() {
                    *status = now;
                }
                self.advance(i64::from(*by));
            }
            Op::LoopEnd => {
                if let Some(Control::Loop { status, .. }) = self.control.pop() {
                    self.status = status;
                }
                self.advance(0);
            }
            Op::For { words, len } => return self.begin_for(k, p, words.as_ref(), *len),
            Op::ForNext { var, exit } => return self.next_for(k, p, var, *exit),
            Op::Menu { exit } => return self.offer(k, p, *exit),
            Op::Choose { var, exit } => return self.choose(k, p, var, *exit),
            Op::Case(word) => match Expander::new(self, k, p).string(word) {
                Ok(text) => {
                    self.control.push(Control::Case(text));
                    self.advance(0);
                }
                Err(stop) => return self.stopped(k, p, stop),
            },
            Op::CaseTest(patterns, skip) => return self.case_test(k, p, patterns, *skip),
            Op::CaseEnd => {
                self.control.pop();
                self.advance(0);
            }
            Op::Define(name, code) => {
                if self.functions.len() < 10_000 {
                    self.functions.insert(name.clone(), code.clone());
                }
                self.status = 0;
                self.advance(0);
            }
            Op::Arith(word) => return self.arith(k, p, word),
            Op::Test(cond) => match cond::evaluate(self, k, p, cond) {
                Ok(yes) => {
                    self.status = i32::from(!yes);
                    self.advance(0);
                }
                Err(Stop::Error(text)) => {
                    self.complain(k, p, &text);
                    self.status = 2;
                    self.advance(0);
                }
                Err(stop) => return self.stopped(k, p, stop),
            },
            Op::Time { end: false, .. } => {
                self.control.push(Control::Timed(k.now));
                self.advance(0);
            }
            Op::Time { end: true, plain } => {
                if let Some(Control::Timed(since)) = self.control.pop() {
                    self.say_time(k, p, since, *plain);
                }
                self.advance(0);
            }
        }
        Flow::Next
    }

    /// Redirects for a compound command, or passes over it where that fails.
    fn begin_redirects(&mut self, k: &mut Kernel, p: &mut Process, list: &[Redirect], len: u32) -> Flow {
        let ready = match self.ready_redirects(k, p, list) {
            Ok(ready) => ready,
            Err(stop) => return self.stopped(k, p, stop),
        };
        match self.redirect(k, p, &ready) {
            Some(saved) => {
                self.control.push(Control::Redirect(saved));
                self.advance(0);
            }
            None => {
                self.status = 1;
                self.advance(i64::from(len));
                self.check_errexit();
            }
        }
        Flow::Next
    }

    /// Begins a loop over words, or over the positional parameters where none are given.
    fn begin_for(&mut self, k: &mut Kernel, p: &mut Process, words: Option<&Arc<[Word]>>, len: u32) -> Flow {
        let items = match words {
            Some(words) => match Expander::new(self, k, p).fields(words) {
                Ok(items) => items,
                Err(stop) => return self.stopped(k, p, stop),
            },
            None => self.params.iter().map(|p| p.to_string()).list(),
        };
        let start = self.pc() + 1;
        self.control.push(Control::Loop { again: start, end: start + len as usize, status: 0, items: Some((items, 0)) });
        self.advance(0);
        Flow::Next
    }

    /// Gives the variable of a loop its next word, or leaves the loop.
    fn next_for(&mut self, k: &mut Kernel, p: &mut Process, var: &str, exit: i32) -> Flow {
        let next = match self.control.last_mut() {
            Some(Control::Loop { items: Some((items, at)), .. }) => {
                *at += 1;
                items.get_mut(*at - 1).map(std::mem::take)
            }
            _ => None,
        };
        let Some(value) = next else {
            self.advance(i64::from(exit));
            return Flow::Next;
        };
        if let Err(error) = self.set(var, &value) {
            return self.stopped(k, p, error.into());
        }
        self.advance(0);
        Flow::Next
    }

    /// Goes into a branch of `case` where one of its patterns matches, and else past it.
    fn case_test(&mut self, k: &mut Kernel, p: &mut Process, patterns: &[Word], skip: i32) -> Flow {
        let Some(Control::Case(subject)) = self.control.last() else {
            self.advance(i64::from(skip));
            return Flow::Next;
        };
        let subject = subject.clone();
        let mut steps = pattern::STEPS_MAX;
        for word in patterns {
            match Expander::new(self, k, p).pattern(word) {
                Ok(pattern) => {
                    if Pattern::new(&pattern).matches_within(&subject, &mut steps) {
                        self.advance(0);
                        return Flow::Next;
                    }
                }
                Err(stop) => return self.stopped(k, p, stop),
            }
        }
        self.advance(i64::from(skip));
        Flow::Next
    }

    /// `((…))`.
    fn arith(&mut self, k: &mut Kernel, p: &mut Process, word: &Word) -> Flow {
        let mut e = Expander::new(self, k, p);
        match e.string(word).and_then(|text| e.arith(&text)) {
            Ok(v) => self.status = i32::from(v == 0),
            Err(Stop::Error(text)) => {
                self.complain(k, p, &if self.is_bash() { format!("((: {text}") } else { text });
                self.status = 1;
            }
            Err(stop) => return self.stopped(k, p, stop),
        }
        self.advance(0);
        Flow::Next
    }

    // ---- simple commands

    /// Leaves `n` loops, or goes on with the `n`th. False where there is no loop.
    pub(super) fn leave_loops(&mut self, k: &mut Kernel, p: &mut Process, n: u32, again: bool) -> bool {
        let base = self.frames.last().map_or(0, |f| f.control);
        let loops = self.control[base.min(self.control.len())..].iter().filter(|c| matches!(c, Control::Loop { .. })).count() as u32;
        if loops == 0 {
            return false;
        }
        let mut left = n.clamp(1, loops);
        while self.control.len() > base {
            match self.control.last() {
                Some(Control::Loop { again: target, end, .. }) => {
                    left -= 1;
                    let (target, end) = (*target, *end);
                    if left == 0 {
                        let pc = if again {
                            target
                        } else {
                            self.control.pop();
                            end
                        };
                        if let Some(f) = self.frames.last_mut() {
                            f.pc = pc;
                        }
                        break;
                    }
                    self.control.pop();
                }
                Some(Control::Redirect(_)) => {
                    if let Some(Control::Redirect(saved)) = self.control.pop() {
                        self.undo(k, p, saved);
                    }
                }
                _ => {
                    self.control.pop();
                }
            }
        }
        self.record.clear();
        true
    }

    /// The frame of the function or sourced file that runs.
    pub(super) fn called(&self) -> Option<usize> {
        self.frames.iter().rposition(|f| matches!(f.kind, FrameKind::Function { .. } | FrameKind::Source { .. }))
    }

    /// Leaves the function or sourced file. False where there is none.
    pub(super) fn leave_function(&mut self, k: &mut Kernel, p: &mut Process, status: i32) -> bool {
        let Some(at) = self.called() else { return false };
        let tested = self.frames[at].tested;
        while self.frames.len() > at {
            self.pop_frame(k, p);
        }
        self.status = status;
        self.record.clear();
        if !tested {
            self.check_errexit();
        }
        true
    }
}

/// Quotes a word for `set -x` and `export -p`, where it needs it.
pub fn quote(text: &str) -> String {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:=,+@%^".contains(&b));
    if plain { text.to_string() } else { format!("'{}'", text.replace('\'', "'\"'\"'")) }
}

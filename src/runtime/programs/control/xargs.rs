//! `xargs`: a command again and again, with words from standard input.

use std::collections::VecDeque;

use super::super::super::fs::Device;
use super::super::super::kernel::{DescKind, Kernel, Rd};
use super::super::super::process::{Block, ExitStatus, Pid, Process, Step};
use super::super::super::text;
use super::super::{Options, Program, Run, become_program};
use super::{not_run, spawn};
use crate::base::List as _;

#[derive(Debug, Clone)]
pub struct Xargs {
    command: Vec<String>,
    input: Vec<u8>,
    ended: bool,
    words: Option<VecDeque<Vec<String>>>,
    per: usize,
    replace: Option<String>,
    lines: bool,
    /// What alone is between words.
    between: Option<char>,
    trace: bool,
    skip_empty: bool,
    /// The word that ends them.
    until: Option<String>,
    child: Option<Pid>,
    status: i32,
}

/// `xargs`.
pub fn start(_: &mut Run<'_>, o: &Options) -> Step {
    let per = o.number('n').or(o.number('L'));
    let echo = ["echo".to_owned()];
    let x = Xargs {
        command: if o.rest.is_empty() { echo.to_vec() } else { o.rest.clone() },
        input: Vec::new(),
        ended: false,
        words: None,
        per: per.map_or(usize::MAX, |n: usize| n.max(1)),
        replace: o.value('I').or(o.value('i')).map(|r| if r.is_empty() { "{}" } else { r }.to_owned()),
        lines: o.has('L'),
        between: match o.value('d') {
            _ if o.has('0') => Some('\0'),
            Some(d) => match d.strip_prefix('\\') {
                Some(code) => text::unescape_one(code.as_bytes()).0.first().map(|b| char::from(*b)),
                None => d.chars().next(),
            },
            None => None,
        },
        trace: o.has('t'),
        skip_empty: o.has('r'),
        until: o.value('E').or(o.value('e')).filter(|word| !word.is_empty()).map(str::to_owned),
        child: None,
        status: 0,
    };
    become_program(Program::Xargs(x), 50)
}

impl Xargs {
    /// The commands to run; the quote that is never closed, where there is one.
    fn split(&self) -> Result<VecDeque<Vec<String>>, char> {
        let text = String::from_utf8_lossy(&self.input).into_owned();
        let words: Vec<String> = if let Some(c) = self.between {
            text.strip_suffix(c).unwrap_or(&text).split(c).filter(|w| c != '\0' || !w.is_empty()).map(str::to_string).list()
        } else if self.replace.is_some() || self.lines {
            text.lines().map(str::trim_start).filter(|l| !l.is_empty()).map(str::to_string).list()
        } else {
            let (mut out, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
            let mut chars = text.chars();
            while let Some(c) = chars.next() {
                match (quote, c) {
                    (Some(q), c) if q == c => quote = None,
                    (Some(_), c) => word.push(c),
                    (None, '\'' | '"') => {
                        quote = Some(c);
                        open = true;
                    }
                    (None, '\\') => {
                        word.extend(chars.next());
                        open = true;
                    }
                    (None, c) if c.is_whitespace() => {
                        if open || !word.is_empty() {
                            out.push(std::mem::take(&mut word));
                        }
                        open = false;
                    }
                    (None, c) => word.push(c),
                }
            }
            if let Some(quote) = quote {
                return Err(quote);
            }
            if open || !word.is_empty() {
                out.push(word);
            }
            if let Some(n) = self.until.as_ref().and_then(|end| out.iter().position(|word| word == end)) {
                out.truncate(n);
            }
            out
        };
        if let Some(mark) = &self.replace {
            return Ok(words.into_iter().map(|w| self.command.iter().map(|a| a.replace(mark.as_str(), &w)).collect()).collect());
        }
        let mut out = VecDeque::new();
        if words.is_empty() && !self.skip_empty {
            out.push_back(self.command.clone());
        }
        for chunk in words.chunks(self.per.min(5000)) {
            let words: Vec<String> =
                if self.lines { chunk.iter().flat_map(|l| l.split_whitespace().map(str::to_string)).list() } else { chunk.to_vec() };
            out.push_back(self.command.iter().cloned().chain(words).list());
        }
        Ok(out)
    }

    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        while !self.ended {
            let Some(d) = p.fd(0) else { break };
            match k.read(d, 64 << 10, false) {
                Rd::Data(data) if self.input.len() < 8 << 20 => self.input.extend(data),
                Rd::Empty => return Step::Wait(Block::Read(d), 5),
                _ => self.ended = true,
            }
        }
        self.ended = true;
        if self.words.is_none() {
            match self.split() {
                Ok(words) => self.words = Some(words),
                Err(quote) => {
                    let kind = if quote == '"' { "double" } else { "single" };
                    let more = if k.is_gnu() { "; by default quotes are special to xargs unless you use the -0 option" } else { "" };
                    let _ = k.put(p, 2, format!("xargs: unmatched {kind} quote{more}\n").as_bytes());
                    return Step::Exit(1, 20);
                }
            }
        }
        if let Some(pid) = self.child {
            let Some(status) = p.take_reaped(pid) else { return Step::Wait(Block::Child, 0) };
            self.child = None;
            match status {
                ExitStatus::Code(0) => {}
                ExitStatus::Code(255) => {
                    let _ = k.put(p, 2, format!("xargs: {}: exited with status 255; aborting\n", self.command[0]).as_bytes());
                    return Step::Exit(124, 20);
                }
                ExitStatus::Code(_) => self.status = 123,
                ExitStatus::Signal(s) => {
                    let _ = k.put(p, 2, format!("xargs: {}: terminated by signal {}\n", self.command[0], s.0).as_bytes());
                    return Step::Exit(125, 20);
                }
            }
        }
        let Some(argv) = self.words.as_mut().and_then(VecDeque::pop_front) else { return Step::Exit(self.status, 20) };
        if self.trace {
            let _ = k.put(p, 2, format!("{}\n", argv.join(" ")).as_bytes());
        }
        match spawn(k, p, &argv) {
            Ok(Some(pid)) => {
                self.child = Some(pid);
                // The child does not share the input.
                let null = k.open_kind(DescKind::Device(Device::Null));
                if let Some(mut c) = k.procs.remove(&pid) {
                    let _ = k.set_fd(&mut c, 0, Some(null));
                    k.procs.insert(pid, c);
                }
                Step::Wait(Block::Child, 50)
            }
            Ok(None) => {
                let _ = k.put(p, 2, b"xargs: vfork: Resource temporarily unavailable\n");
                Step::Exit(1, 20)
            }
            Err(e) => {
                let _ = k.put(p, 2, format!("xargs: {}: {e}\n", argv[0]).as_bytes());
                Step::Exit(not_run(e), 20)
            }
        }
    }
}

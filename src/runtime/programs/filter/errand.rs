//! What awk has others do, and where it waits for that.

use std::sync::Arc;

use super::super::super::kernel::{DescId, DescKind, Kernel, OpenHow, Rd};
use super::super::super::process::{Block, Pid, Process, Step};
use super::super::control::spawn;
use super::awk::{Answer, Ask, AskKind};
use super::{Filter, FilterRun, Sink};

/// A command that runs, or a file that is read.
#[derive(Debug, Clone)]
pub struct Errand {
    child: Option<Pid>,
    /// What is read, and the process's number for it.
    from: Option<(u32, DescId)>,
    text: Vec<u8>,
}

/// What is read of one command or file, in bytes.
const TEXT_BYTES_MAX: usize = 16 << 20;

impl FilterRun {
    /// Whether it cannot go on before somebody else did something.
    pub(super) fn asks(&self) -> bool {
        matches!(&self.filter, Filter::Awk(awk) if awk.question().is_some())
    }

    /// Does what awk asks for, and has it go on; the step to take, where it asks.
    pub(super) fn run_errand(&mut self, k: &mut Kernel, p: &mut Process) -> Option<Step> {
        let Filter::Awk(awk) = &mut self.filter else { return None };
        let ask = awk.question()?;
        let mut errand = match self.errand.take() {
            Some(errand) => errand,
            None => match start(k, p, ask) {
                Some(errand) => errand,
                None => return Some(self.answered(k, p, -1, Vec::new())),
            },
        };
        if let Some((fd, d)) = errand.from {
            loop {
                match k.read(d, 64 << 10, false) {
                    Rd::Data(text) if errand.text.len() < TEXT_BYTES_MAX => errand.text.extend(text),
                    Rd::Empty => {
                        self.errand = Some(errand);
                        return Some(Step::Wait(Block::Read(d), 5));
                    }
                    _ => break,
                }
            }
            let _ = k.set_fd(p, fd, None);
            errand.from = None;
        }
        let mut status = 0;
        if let Some(child) = errand.child {
            let Some(ended) = p.take_reaped(child) else {
                self.errand = Some(errand);
                return Some(Step::Wait(Block::Child, 0));
            };
            status = ended.code();
        }
        Some(self.answered(k, p, status, errand.text))
    }

    /// Has awk go on with an answer.
    fn answered(&mut self, k: &mut Kernel, p: &mut Process, status: i32, text: Vec<u8>) -> Step {
        let mut sink = Sink::default();
        if let Filter::Awk(awk) = &mut self.filter {
            awk.answer(Answer { status, text: Arc::from(text) });
            awk.resume(&mut sink);
        }
        // Records that were read already may wait.
        self.more = self.current.is_some();
        if self.deliver(k, p, sink) && !self.asks() { self.finish(k, p) } else { Step::Again(10) }
    }
}

/// Starts a command, or opens a file.
fn start(k: &mut Kernel, p: &mut Process, ask: &Ask) -> Option<Errand> {
    let fd = p.fds.len() as u32;
    let AskKind::ReadFile = ask.kind else {
        let argv = ["sh".to_string(), "-c".to_string(), ask.name.clone()];
        let child = spawn(k, p, &argv).ok().flatten()?;
        let mut c = k.procs.remove(&child)?;
        let mut from = None;
        match &ask.kind {
            AskKind::Run(Some(text)) => {
                let d = k.open_kind(DescKind::Text { data: Arc::new(text.clone()), at: 0 });
                let _ = k.set_fd(&mut c, 0, Some(d));
            }
            AskKind::ReadCommand => {
                let (read, write) = k.pipe();
                let _ = k.set_fd(&mut c, 1, Some(write));
                let _ = k.set_fd(p, fd, Some(read));
                from = Some((fd, read));
            }
            _ => {}
        }
        k.procs.insert(child, c);
        return Some(Errand { child: Some(child), from, text: Vec::new() });
    };
    let d = k.open(p, if ask.name == "-" { "/dev/stdin" } else { &ask.name }, OpenHow::Read).ok()?;
    k.set_fd(p, fd, Some(d)).ok()?;
    Some(Errand { child: None, from: Some((fd, d)), text: Vec::new() })
}

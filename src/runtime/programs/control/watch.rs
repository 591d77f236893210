//! `watch`: a command every few seconds, on a clean screen.

use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, Pid, Process, Step};
use super::super::super::text;
use super::super::{Options, Program, Run, become_program};
use super::spawn;
use crate::base::{Duration, Time, strftime};

#[derive(Debug, Clone)]
pub struct Watch {
    argv: Vec<String>,
    every: u64,
    child: Option<Pid>,
    next: Time,
    title: bool,
}

/// `watch`.
pub fn start(run: &mut Run<'_>, o: &Options) -> Step {
    let every = o.value('n').map_or(Some(2_000_000), text::duration_us);
    let Some(every) = every else {
        run.err(format!("invalid number '{}'", o.value('n').unwrap_or_default()));
        return Step::Exit(1, 20);
    };
    if o.rest.is_empty() {
        return Step::Exit(run.missing(&[]), 20);
    }
    let argv = vec!["sh".to_string(), "-c".to_string(), o.rest.join(" ")];
    let now = run.k.now;
    become_program(Program::Watch(Watch { argv, every: every.max(100_000), child: None, next: now, title: !o.has('t') }), 50)
}

impl Watch {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(pid) = self.child {
            if p.take_reaped(pid).is_none() {
                return Step::Wait(Block::Child, 0);
            }
            self.child = None;
        }
        if k.now < self.next {
            return Step::Wait(Block::Until(self.next), 0);
        }
        self.next = k.now + Duration::from_micros(self.every);
        let mut head = "\x1b[H\x1b[J".to_string();
        if self.title {
            let left = format!("Every {:.1}s: {}", self.every as f64 / 1e6, self.argv[2]);
            head.push_str(&format!("{left:<50}{}\n\n", strftime("%Y-%m-%d %H:%M:%S", k.now.unix_s(), 0)));
        }
        let _ = k.put(p, 1, head.as_bytes());
        match spawn(k, p, &self.argv) {
            Ok(Some(pid)) => {
                self.child = Some(pid);
                Step::Wait(Block::Child, 20)
            }
            _ => Step::Exit(1, 20),
        }
    }
}

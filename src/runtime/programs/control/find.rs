//! `find`: what it runs for the files that it finds.

use std::collections::VecDeque;

use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, ExitStatus, Pid, Process, Step};
use super::super::{Options, Program, Run, become_program, files};
use super::spawn;

#[derive(Debug, Clone)]
pub struct FindExec {
    commands: VecDeque<Vec<String>>,
    /// How many of them, at the end, fail the whole where they fail.
    gathered: usize,
    child: Option<Pid>,
    status: i32,
}

/// `find`.
pub fn start(run: &mut Run<'_>, _: &Options) -> Step {
    match files::find(run) {
        Ok(found) if found.commands.is_empty() => Step::Exit(found.status, 200),
        Ok(files::Found { status, commands, gathered }) => {
            become_program(Program::Find(FindExec { commands: commands.into(), gathered, child: None, status }), 200)
        }
        Err(code) => Step::Exit(code, 50),
    }
}

impl FindExec {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(pid) = self.child {
            let Some(status) = p.take_reaped(pid) else { return Step::Wait(Block::Child, 0) };
            if status != ExitStatus::Code(0) && self.commands.len() < self.gathered {
                self.status = 1;
            }
            self.child = None;
        }
        let Some(argv) = self.commands.pop_front() else { return Step::Exit(self.status, 20) };
        match spawn(k, p, &argv) {
            Ok(Some(pid)) => {
                self.child = Some(pid);
                Step::Wait(Block::Child, 30)
            }
            Ok(None) => Step::Exit(1, 20),
            Err(e) => {
                let _ = k.put(p, 2, format!("find: {}: {e}\n", argv[0]).as_bytes());
                self.status = 1;
                Step::Again(20)
            }
        }
    }
}

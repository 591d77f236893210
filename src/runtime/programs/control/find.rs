//! `find`: what it runs for the files that it finds.

use std::collections::VecDeque;

use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, Pid, Process, Step};
use super::super::{Options, Program, Run, become_program, files};
use super::spawn;

#[derive(Debug, Clone)]
pub struct FindExec {
    commands: VecDeque<Vec<String>>,
    child: Option<Pid>,
    status: i32,
}

/// `find`.
pub fn start(run: &mut Run<'_>, _: &Options) -> Step {
    match files::find(run) {
        Ok((status, commands)) if commands.is_empty() => Step::Exit(status, 200),
        Ok((status, commands)) => become_program(Program::Find(FindExec { commands: commands.into(), child: None, status }), 200),
        Err(code) => Step::Exit(code, 50),
    }
}

impl FindExec {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(pid) = self.child {
            if p.take_reaped(pid).is_none() {
                return Step::Wait(Block::Child, 0);
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

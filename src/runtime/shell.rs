//! The shell: a machine that steps through compiled code. busybox's ash, with bash's manners where it is called so.

mod arith;
mod braces;
mod builtins;
pub mod code;
mod cond;
mod exec;
mod expand;
mod input;
mod messages;
mod options;
pub mod parse;
mod pattern;
mod start;
mod variables;
mod wait;

use std::sync::Arc;

use crate::base::SortedMap;

use arcstr::ArcStr;

pub use builtins::words;
pub use cond::test_command;
pub use expand::{Expander, Stop};
pub use options::Options;
pub use pattern::Pattern;
pub use variables::{AssignError, Key};
pub use wait::Reading;
use wait::Wait;

use super::env::Env;
use super::kernel::{DescId, Kernel, Rd};
use super::process::{Block, ExitStatus, Pid, Process, Signal, Step};
use code::*;
use parse::Dialect;

/// Instructions per step.
const OPS_PER_STEP: u32 = 48;
/// CPU time of one instruction, in microseconds.
const OP_US: u64 = 2;
const FRAMES_MAX: usize = 200;

/// An array's items by their keys.
#[derive(Debug, Clone, Default)]
pub struct Array {
    /// Keys are words (`declare -A`), not places.
    associative: bool,
    items: SortedMap<Key, ArcStr>,
}

/// A variable.
#[derive(Debug, Clone, Default)]
pub struct Var {
    pub value: ArcStr,
    pub array: Option<Array>,
    pub exported: bool,
    pub readonly: bool,
    /// `declare -i`: what is assigned is reckoned.
    pub integer: bool,
}

/// Code that is being run.
#[derive(Debug, Clone)]
struct Frame {
    code: Arc<Code>,
    pc: usize,
    kind: FrameKind,
    /// How many control entries lie below it.
    control: usize,
    /// Whether failures in it are looked at (`if f; then`).
    tested: bool,
}

impl Frame {
    /// The status before the trap that this is.
    fn trapped(&self) -> Option<i32> {
        if let FrameKind::Trap { status, .. } = self.kind { Some(status) } else { None }
    }
}

#[derive(Debug, Clone)]
enum FrameKind {
    Main,
    Function {
        name: ArcStr,
        params: Vec<ArcStr>,
        locals: Vec<(ArcStr, Option<Var>)>,
    },
    Source {
        path: ArcStr,
        params: Option<Vec<ArcStr>>,
    },
    Eval,
    /// What is put back when it is done, and whether the shell ends with it: after `ERR` under `set -e`.
    Trap {
        status: i32,
        exits: bool,
    },
    ExitTrap,
}

/// The shell's end of a process substitution's pipe, and the instruction that it is open for.
#[derive(Debug, Clone)]
struct ProcessPipe {
    fd: u32,
    depth: usize,
    pc: usize,
}

/// Open control structures.
#[derive(Debug, Clone)]
enum Control {
    Loop {
        again: usize,
        end: usize,
        status: i32,
        items: Option<(Vec<String>, usize)>,
    },
    Case(String),
    /// `time`, and since when.
    Timed(crate::base::Time),
    Redirect(Saved),
}

/// What is put back when a command with redirections or assignments of its own is done.
#[derive(Debug, Clone, Default)]
struct Saved {
    fds: Vec<(u32, Option<DescId>)>,
    vars: Vec<(ArcStr, Option<Var>)>,
}

#[derive(Debug, Clone)]
struct Job {
    number: u32,
    pid: Pid,
    text: ArcStr,
    status: Option<ExitStatus>,
}

/// A shell process.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// Whose grammar it reads, and whose words it says.
    pub dialect: Dialect,
    pub arg0: ArcStr,
    pub params: Vec<ArcStr>,
    pub vars: SortedMap<ArcStr, Var>,
    functions: SortedMap<ArcStr, Arc<Code>>,
    pub aliases: SortedMap<ArcStr, ArcStr>,
    pub opts: Options,
    pub status: i32,
    pub shell_pid: Pid,
    pub last_background: Option<Pid>,
    pub line: u32,
    /// Results of the expansion that is under way.
    pub record: Vec<String>,
    pub record_at: usize,
    /// Of the process substitutions of instructions that still run.
    process_pipes: Vec<ProcessPipe>,
    subst_status: Option<i32>,
    frames: Vec<Frame>,
    control: Vec<Control>,
    wait: Wait,
    jobs: Vec<Job>,
    /// Those of the shell that this is a copy of.
    jobs_above: Vec<Job>,
    traps: SortedMap<u8, ArcStr>,
    /// Those of the shell that this is a copy of, which `trap` tells of until it sets one.
    traps_above: SortedMap<u8, ArcStr>,
    caught: u32,
    exiting: Option<i32>,
    /// Commands come from standard input, a line at a time.
    reads_input: bool,
    /// The number that they are read from, and how many lines were read.
    input_fd: u32,
    input_lines: u32,
    input: String,
    /// The line that the here-document at the end of the input waits for.
    here_end: Option<parse::HereEnd>,
    /// It runs a script file, whose lines count from 1 in busybox too.
    script: bool,
    /// It was given a name, as a script file or after `-c`: messages carry lines.
    named: bool,
    /// A forked part of another shell.
    subshell: bool,
    /// How many command substitutions it is within.
    depth: usize,
    env: Option<Arc<Env>>,
    /// What variables and parameters held when it was counted last, in bytes, and what was added since.
    held: usize,
    grown: usize,
    getopts_at: usize,
    prompted: bool,
    directory_stack: Vec<ArcStr>,
}

/// How an instruction left the shell.
enum Flow {
    Next,
    Wait(Step),
}

impl Shell {
    fn begin(&mut self, text: &str) {
        self.push_frame(compile(text, self.dialect), FrameKind::Main, false);
    }

    fn push_frame(&mut self, code: Arc<Code>, kind: FrameKind, tested: bool) {
        let control = self.control.len();
        if code.ops.is_empty() && matches!(kind, FrameKind::Eval | FrameKind::Source { .. }) {
            self.status = 0;
        }
        self.frames.push(Frame { code, pc: 0, kind, control, tested });
    }

    /// Runs some instructions.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let held = self.held as u64;
        let step = self.instructions(k, p);
        p.memory = (p.memory + self.held as u64).saturating_sub(held);
        step
    }

    fn instructions(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let mut ops = 0;
        loop {
            let caught = p.pending & p.handled;
            if caught != 0 {
                p.pending &= !caught;
                self.caught |= caught;
                if caught & Signal::INT.bit() != 0 && !self.traps.contains_key(&2) {
                    self.caught &= !Signal::INT.bit();
                    if self.opts.interactive {
                        self.interrupted(k, p);
                    } else {
                        // A command that runs ends first.
                        if !matches!(self.wait, Wait::Jobs { .. }) {
                            self.wait = Wait::None;
                        }
                        self.exiting = Some(130);
                    }
                }
            }
            // What a signal ends, does nothing more: `kill $$; echo no`.
            const HARMLESS: u32 = Signal::CHLD.bit() | Signal::CONT.bit() | Signal::WINCH.bit();
            if p.pending & !p.handled & !p.ignored & !HARMLESS != 0 {
                return Step::Again(OP_US * u64::from(ops).max(1));
            }
            if let Some(step) = self.resume(k, p) {
                return step;
            }
            if self.caught != 0 && self.exiting.is_none() {
                self.run_trap();
            }
            if ops >= OPS_PER_STEP || !p.out.is_empty() {
                return Step::Again(OP_US * u64::from(ops).max(1));
            }
            if let Some(code) = self.exiting
                && self.unwind_for_exit(k, p, code)
            {
                return Step::Exit(self.status, OP_US * u64::from(ops));
            }
            if !self.process_pipes.is_empty() {
                self.close_process_pipes(k, p);
            }
            let Some(frame) = self.frames.last_mut() else {
                match self.next_command(k, p) {
                    Some(step) => return step,
                    None => continue,
                }
            };
            ops += 1;
            if frame.pc >= frame.code.ops.len() {
                // What was called has failed as a command, whatever in it was looked at.
                let call = matches!(frame.kind, FrameKind::Function { .. } | FrameKind::Source { .. } | FrameKind::Eval) && !frame.tested;
                self.pop_frame(k, p);
                if call {
                    self.check_errexit();
                }
                continue;
            }
            // The instruction is borrowed from code that outlives the call.
            let code = frame.code.clone();
            match self.op(k, p, &code.ops[self.frames[self.frames.len() - 1].pc]) {
                Flow::Next => {}
                Flow::Wait(Step::Again(us)) => return Step::Again(us + OP_US * u64::from(ops)),
                Flow::Wait(Step::Wait(b, us)) => return Step::Wait(b, us + OP_US * u64::from(ops)),
                Flow::Wait(step) => return step,
            }
        }
    }

    fn pop_frame(&mut self, k: &mut Kernel, p: &mut Process) {
        let Some(frame) = self.frames.pop() else { return };
        self.unwind_to(k, p, frame.control);
        match frame.kind {
            FrameKind::Function { params, locals, .. } => {
                self.params = params;
                for (name, var) in locals.into_iter().rev() {
                    self.restore(&name, var);
                }
                self.undo_redirect_of_call(k, p);
            }
            FrameKind::Source { params, .. } => {
                if let Some(params) = params {
                    self.params = params;
                }
                self.undo_redirect_of_call(k, p);
            }
            FrameKind::Eval => self.undo_redirect_of_call(k, p),
            FrameKind::Trap { status, exits } => {
                self.status = status;
                if exits {
                    self.exiting = Some(status);
                }
            }
            FrameKind::Main | FrameKind::ExitTrap => {}
        }
        if self.frames.is_empty() && !self.reads_input && self.exiting.is_none() {
            self.exiting = Some(self.status);
        }
    }

    /// Leaves all that runs for the prompt: what functions had of their own goes with them.
    fn abandon(&mut self, k: &mut Kernel, p: &mut Process) {
        while !self.frames.is_empty() {
            self.pop_frame(k, p);
        }
        self.unwind_to(k, p, 0);
    }

    /// A call's own redirections lie just below its frame.
    fn undo_redirect_of_call(&mut self, k: &mut Kernel, p: &mut Process) {
        if let Some(Control::Redirect(saved)) = self.control.pop() {
            self.undo(k, p, saved);
        }
    }

    fn unwind_to(&mut self, k: &mut Kernel, p: &mut Process, depth: usize) {
        while self.control.len() > depth {
            if let Some(Control::Redirect(saved)) = self.control.pop() {
                self.undo(k, p, saved);
            }
        }
    }

    fn undo(&mut self, k: &mut Kernel, p: &mut Process, saved: Saved) {
        for (fd, old) in saved.fds.into_iter().rev() {
            let _ = k.set_fd(p, fd, old);
        }
        for (name, var) in saved.vars.into_iter().rev() {
            self.restore(&name, var);
        }
    }

    /// Leaves everything; true when nothing is left to do.
    fn unwind_for_exit(&mut self, k: &mut Kernel, p: &mut Process, code: i32) -> bool {
        if self.frames.iter().any(|f| matches!(f.kind, FrameKind::ExitTrap)) {
            // An exit within the exit trap ends it.
            self.frames.clear();
            self.control.clear();
            self.status = code;
            return true;
        }
        self.frames.clear();
        self.unwind_to(k, p, 0);
        self.status = code & 255;
        if let Some(script) = self.traps.remove(&0)
            && !script.is_empty()
        {
            self.exiting = None;
            self.reads_input = false;
            self.push_frame(compile(&script, self.dialect), FrameKind::ExitTrap, true);
            // The trap's own status does not count unless it exits.
            let keep = self.status;
            self.frames.insert(
                0,
                Frame {
                    code: Arc::new(Code::default()),
                    pc: 0,
                    kind: FrameKind::Trap { status: keep, exits: false },
                    control: 0,
                    tested: false,
                },
            );
            return false;
        }
        true
    }

    /// Starts the trap of the first caught signal that has one.
    fn run_trap(&mut self) {
        for n in 1..32u8 {
            let bit = 1u32 << n;
            if self.caught & bit == 0 {
                continue;
            }
            self.caught &= !bit;
            let Some(script) = self.traps.get(&n).cloned() else { continue };
            if script.is_empty() || self.frames.len() > FRAMES_MAX {
                continue;
            }
            let status = self.status;
            self.push_frame(compile(&script, self.dialect), FrameKind::Trap { status, exits: false }, false);
            self.record.clear();
            return;
        }
    }

    /// Whether Ctrl-C ends it though it is the first process, which a signal alone does not end: ash and dash see to that.
    fn ends_on_int(&self, p: &Process) -> bool {
        p.pid == 1 && !self.is_bash()
    }

    /// Ctrl-C at the prompt or while a command runs.
    fn interrupted(&mut self, k: &mut Kernel, p: &mut Process) {
        // The children got it as well: wait for them to end.
        if matches!(self.wait, Wait::Jobs { .. } | Wait::Subst { .. }) {
            return;
        }
        self.wait = Wait::None;
        self.abandon(k, p);
        self.record.clear();
        self.input.clear();
        self.here_end = None;
        self.status = 130;
        self.prompted = false;
        let _ = k.put(p, 1, b"\n");
    }

    fn check_errexit(&mut self) {
        if self.status == 0 || self.opts.interactive || self.frames.iter().any(|f| f.tested) {
            return;
        }
        let inner = |f: &Frame| matches!(f.kind, FrameKind::Function { .. } | FrameKind::Trap { .. });
        let (status, exits) = (self.status, self.opts.errexit);
        match self.traps.get(&builtins::ERR).cloned() {
            // Functions do not inherit it: their caller has failed as well.
            Some(script) if !self.frames.iter().any(inner) && !script.is_empty() => {
                self.push_frame(compile(&script, self.dialect), FrameKind::Trap { status, exits }, true);
                self.record.clear();
            }
            _ if exits => self.exiting = Some(status),
            _ => {}
        }
    }
}

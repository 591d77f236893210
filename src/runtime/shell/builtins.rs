//! What the shell does itself: a table of its commands, by what they are about.

mod directories;
mod flow;
mod jobs;
mod names;
mod output;
mod read;
mod variables;

use std::sync::Arc;

use super::super::kernel::Kernel;
use super::super::process::{Pid, Process};
use super::code::Code;
use super::*;
use Kind::{Bash, Common, Regular, Special};
pub use jobs::ERR;
pub use read::ReadFor;

/// What a builtin came to.
pub enum Outcome {
    Done(i32),
    /// The instruction pointer was moved.
    Jumped,
    Exit(i32),
    Frame(Arc<Code>, FrameKind),
    Wait {
        pids: Option<Vec<Pid>>,
        any: bool,
    },
    Read(Box<Reading>),
    Foreground(Pid),
    /// Redirections stay.
    Keep,
    Exec(Vec<String>),
}

/// One call of a builtin: who calls it, as what and with which words.
pub struct Call<'a> {
    pub sh: &'a mut Shell,
    pub k: &'a mut Kernel,
    pub p: &'a mut Process,
    pub name: &'a str,
    pub args: &'a [String],
    /// Whether its failure is looked at (`if read line; then`).
    pub tested: bool,
}

impl Call<'_> {
    /// Writes to standard output; who cannot hear it does without.
    fn print(&mut self, text: &str) {
        let _ = self.k.put(self.p, 1, text.as_bytes());
    }

    /// Prints an error.
    fn complain(&mut self, text: &str) {
        self.sh.builtin_error(self.k, self.p, self.name, text);
    }

    /// Prints an error, which ends the call with this status.
    fn fail(&mut self, status: i32, text: &str) -> Outcome {
        self.complain(text);
        Outcome::Done(status)
    }

    /// Prints an error, which ends the script as well, but in bash.
    fn raise(&mut self, text: &str) -> Outcome {
        self.complain(text);
        match self.sh.is_bash() {
            true => Outcome::Done(1),
            false if self.sh.opts.interactive => Outcome::Done(2),
            false => Outcome::Exit(2),
        }
    }

    /// How bash says something, and how the others do.
    fn worded(&self, bash: String, other: String) -> String {
        if self.sh.is_bash() { bash } else { other }
    }

    /// Whether this is an option, which it is then: `-x`.
    fn has(&self, option: &str) -> bool {
        self.args.iter().any(|a| a == option)
    }
}

/// What POSIX makes of a builtin.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// What is assigned before it stays, and an error in it ends a script.
    Special,
    Regular,
    /// Regular, and not in dash.
    Common,
    /// Regular, and in bash alone.
    Bash,
}

/// A command that the shell does itself.
pub struct Builtin {
    name: &'static str,
    kind: Kind,
    pub run: fn(&mut Call) -> Outcome,
}

impl Builtin {
    pub fn is_special(&self) -> bool {
        self.kind == Special
    }
}

const fn row(name: &'static str, kind: Kind, run: fn(&mut Call) -> Outcome) -> Builtin {
    Builtin { name, kind, run }
}

/// In the order in which Tab offers them.
static BUILTINS: [Builtin; 54] = [
    row(":", Special, nothing),
    row(".", Special, flow::source),
    row("break", Special, flow::leave_loops),
    row("continue", Special, flow::leave_loops),
    row("eval", Special, flow::eval),
    row("exec", Special, flow::exec),
    row("exit", Special, flow::exit),
    row("export", Special, variables::export),
    row("readonly", Special, variables::export),
    row("return", Special, flow::leave_function),
    row("set", Special, variables::set),
    row("shift", Special, variables::shift),
    row("times", Special, nothing),
    row("trap", Special, jobs::trap),
    row("unset", Special, variables::unset),
    row("alias", Regular, names::alias),
    row("bg", Regular, nothing),
    row("cd", Regular, directories::cd),
    row("command", Regular, names::command),
    row("echo", Regular, output::echo),
    row("false", Regular, fails),
    row("fg", Regular, jobs::foreground),
    row("getopts", Regular, read::getopts),
    row("hash", Regular, nothing),
    row("help", Bash, names::help),
    row("history", Common, nothing),
    row("jobs", Regular, jobs::jobs),
    row("kill", Regular, jobs::kill),
    row("let", Common, variables::assign_sums),
    row("local", Regular, variables::local),
    row("printf", Regular, output::printf),
    row("pwd", Regular, directories::pwd),
    row("read", Regular, read::read),
    row("test", Regular, output::test),
    row("[", Regular, output::test),
    row("true", Regular, nothing),
    row("type", Regular, names::command),
    row("ulimit", Regular, output::ulimit),
    row("umask", Regular, directories::umask),
    row("unalias", Regular, names::unalias),
    row("wait", Regular, jobs::wait),
    row("source", Common, flow::source),
    row("declare", Bash, variables::local),
    row("typeset", Bash, variables::local),
    row("shopt", Bash, names::shopt),
    row("disown", Bash, nothing),
    row("mapfile", Bash, read::read_lines),
    row("readarray", Bash, read::read_lines),
    row("pushd", Bash, directories::push),
    row("popd", Bash, directories::pop),
    row("builtin", Bash, names::builtin),
    row("bind", Bash, nothing),
    row("complete", Bash, nothing),
    row("compopt", Bash, nothing),
];

/// What bash's grammar is written in.
fn keywords() -> impl Iterator<Item = &'static str> {
    parse::RESERVED_START.into_iter().chain(parse::RESERVED_END).chain(["in", "[["])
}

/// What bash knows by itself: its words and its commands.
pub fn words() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|b| b.name).chain(keywords())
}

/// The builtin of this name, where the shell has it.
pub fn find(name: &str, dialect: Dialect) -> Option<&'static Builtin> {
    let has = |kind| match dialect {
        Dialect::Bash => true,
        Dialect::Busybox => kind != Bash,
        Dialect::Dash => !matches!(kind, Bash | Common),
    };
    BUILTINS.iter().find(|b| b.name == name && has(b.kind))
}

fn nothing(_: &mut Call) -> Outcome {
    Outcome::Done(0)
}

fn fails(_: &mut Call) -> Outcome {
    Outcome::Done(1)
}

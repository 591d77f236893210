//! The tree of commands: names, flags, what runs them. Adding a command is adding a file and a line to [`COMMANDS`].

use super::commands;
use super::context::Context;
use super::each::Each;
use super::error::CliError;
use super::flags::Flag;
use super::host::Step;
use super::manifests::Reading;

/// One command, or a group of them.
#[derive(Debug)]
pub struct Command {
    /// As typed.
    pub name: &'static str,
    /// What else it is called.
    pub aliases: &'static [&'static str],
    /// One sentence about it.
    pub about: &'static str,
    /// What follows its name: `NAME --image=image`.
    pub usage: &'static str,
    /// The flags it takes beside the global ones.
    pub flags: &'static [&'static [Flag]],
    /// Flags that must be given.
    pub required: &'static [&'static str],
    /// What it does.
    pub run: Run,
    /// The commands of a group.
    pub subcommands: &'static [&'static Command],
}

/// What a command does.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// This.
    Do(fn(&mut Context<'_, '_>) -> Result<Flow, CliError>),
    /// Nothing by itself: it is a group, whose help this is.
    Group(&'static str),
}

impl Command {
    /// A command with nothing but a name and a function: for `..` in the tables.
    pub const fn new(name: &'static str, about: &'static str, run: fn(&mut Context<'_, '_>) -> Result<Flow, CliError>) -> Command {
        Command { name, aliases: &[], about, usage: "", flags: &[], required: &[], run: Run::Do(run), subcommands: &[] }
    }

    /// A group of commands.
    pub const fn group(name: &'static str, about: &'static str, help: &'static str, subcommands: &'static [&'static Command]) -> Command {
        Command { name, aliases: &[], about, usage: "", flags: &[], required: &[], run: Run::Group(help), subcommands }
    }

    /// The command of a group that is called so.
    pub fn find(&self, name: &str) -> Option<&'static Command> {
        self.subcommands.iter().copied().find(|c| c.name == name || c.aliases.contains(&name))
    }
}

/// What a command or a part of it came to.
#[derive(Clone, Debug)]
pub enum Flow {
    /// It is done.
    Done,
    /// It is done, with this code.
    Exit(i32),
    /// It waits, and goes on so.
    Wait(Task, Step),
}

/// How a command that waits goes on.
#[derive(Clone, Debug)]
pub enum Task {
    /// A command that does something to several objects, one like the other.
    Each(Box<Each>),
    /// `describe` of several objects.
    Describe(Box<commands::describe::Describing>),
    /// `label` and `annotate` of several objects.
    Change(Box<commands::pairs::Changing>),
    /// `delete` of several objects, and until they are gone.
    Delete(Box<commands::delete::Deleting>),
    /// `kuberc view` offers to write a file.
    Offering(commands::kuberc::Offering),
    /// `delete --interactive` waits for an answer.
    Asking(commands::delete::Asking),
    /// `get -o yaml` and `-o json` of several objects.
    Print(Box<commands::get::Printing>),
    /// `get` of a table.
    Table(Box<commands::get::Tabling>),
    /// `get --watch`.
    Watch(Box<commands::get::Watch>),
    /// `logs --follow`, and `logs` of a pod that is not there yet.
    Logs(Box<commands::logs::Follow>),
    /// `exec` and `attach`.
    Session(commands::exec::Session),
    /// `run --attach`, `run --rm`, `debug -it`.
    Attach(Box<commands::run::Attaching>),
    /// `events --watch`.
    Events(Box<commands::events::Watching>),
    /// `rollout status`.
    RolloutStatus(Box<commands::rollout::status::Waiting>),
    /// `wait`.
    WaitFor(Box<commands::wait::Waiting>),
    /// `scale --timeout`.
    Scale(Box<commands::scale::Scaling>),
    /// `drain`.
    Drain(Box<commands::drain::Draining>),
    /// `replace --force`.
    Replace(Box<commands::replace::Replacing>),
    /// `create -f` of several objects.
    Create(Box<commands::create::Creating>),
    /// `apply` of several objects, and `apply --force`.
    Reapply(Box<commands::apply::Applying>),
    /// `port-forward`.
    PortForward(Box<commands::port_forward::Forwarding>),
    /// `proxy`.
    Proxy(Box<commands::proxy::Proxying>),
    /// `edit`, `create --edit`, `apply edit-last-applied`.
    Edit(Box<commands::edit::Editing>),
    /// Any command whose manifests are long.
    Read(Box<Reading>),
    /// `diff` of several objects.
    Look(Box<commands::diff::Looking>),
    /// `diff` by a program of one's own.
    Diff(Box<commands::diff::Comparing>),
    /// `rolling-update`.
    Rolling(Box<commands::rolling_update::Rolling>),
}

impl Task {
    /// Goes on.
    pub fn resume(self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        match self {
            Task::Each(t) => t.resume(cx),
            Task::Describe(t) => t.resume(cx),
            Task::Change(t) => t.resume(cx),
            Task::Delete(t) => t.resume(cx),
            Task::Asking(t) => t.resume(cx),
            Task::Offering(t) => t.resume(cx),
            Task::PortForward(t) => t.resume(cx),
            Task::Proxy(t) => t.resume(),
            Task::Print(t) => t.resume(cx),
            Task::Table(t) => t.resume(cx),
            Task::Watch(t) => t.resume(cx),
            Task::Logs(t) => t.resume(cx),
            Task::Session(t) => t.resume(cx),
            Task::Attach(t) => t.resume(cx),
            Task::Events(t) => t.resume(cx),
            Task::RolloutStatus(t) => t.resume(cx),
            Task::WaitFor(t) => t.resume(cx),
            Task::Scale(t) => t.resume(cx),
            Task::Drain(t) => t.resume(cx),
            Task::Replace(t) => t.resume(cx),
            Task::Create(t) => t.resume(cx),
            Task::Reapply(t) => t.resume(cx),
            Task::Edit(t) => t.resume(cx),
            Task::Read(t) => t.resume(cx),
            Task::Look(t) => t.resume(cx),
            Task::Diff(t) => t.resume(cx),
            Task::Rolling(t) => t.resume(cx),
        }
    }
}

//! `kubectl completion`, which has nothing to do here: the terminal completes by itself.

use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::CliError;

/// `kubectl completion`.
pub static COMMAND: Command = Command {
    usage: "SHELL [options]",
    ..Command::new("completion", "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    match cx.args() {
        [] => Err(cx.usage("Shell not specified.")),
        [shell] if matches!(shell.as_str(), "bash" | "zsh" | "fish" | "powershell") => {
            cx.out.outln(format!("# This terminal completes kubectl's commands by itself: there is nothing to load into {shell}."));
            Ok(Flow::Done)
        }
        [shell] => Err(cx.usage(format!("Unsupported shell type {shell:?}."))),
        _ => Err(cx.usage("Too many arguments. Expected only the shell type.")),
    }
}

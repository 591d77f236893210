//! `kubectl options`: the flags that every command takes.

use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::CliError;

/// `kubectl options`.
pub static COMMAND: Command = Command::new("options", "List of global command-line options (applies to all commands).", run);

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    cx.out.out(include_str!("options.txt"));
    Ok(Flow::Done)
}

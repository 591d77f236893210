//! `kubectl alpha`, which has no commands now.

use crate::kubectl::command::Command;

/// `kubectl alpha`.
pub static COMMAND: Command = Command::group(
    "alpha",
    "Commands for features in alpha",
    "These commands correspond to alpha features that are not enabled in Kubernetes clusters by default.",
    &[],
);

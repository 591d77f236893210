//! `kubectl rollout pause` and `resume`.

use super::{FLAGS, PAUSED, change_each, refused};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::CliError;

/// `kubectl rollout pause`.
pub static PAUSE: Command =
    Command { usage: "RESOURCE [options]", flags: FLAGS, ..Command::new("pause", "Mark the provided resource as paused", pause) };

/// `kubectl rollout resume`.
pub static RESUME: Command =
    Command { usage: "RESOURCE [options]", flags: FLAGS, ..Command::new("resume", "Resume a paused resource", resume) };

fn pause(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    change_each(cx, "paused", |info, _| {
        if info.kind.kind != "Deployment" {
            return Err(refused(info, "pausing is not supported"));
        }
        if info.object.at(PAUSED).is_true() {
            return Err(refused(info, "is already paused"));
        }
        let mut next = info.object.clone();
        next.set(PAUSED, true);
        Ok(next)
    })
}

fn resume(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    change_each(cx, "resumed", |info, _| {
        if info.kind.kind != "Deployment" {
            return Err(refused(info, "resuming is not supported"));
        }
        if !info.object.at(PAUSED).is_true() {
            return Err(refused(info, "is not paused"));
        }
        let mut next = info.object.clone();
        next.remove(PAUSED);
        Ok(next)
    })
}

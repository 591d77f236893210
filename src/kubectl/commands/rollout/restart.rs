//! `kubectl rollout restart`.

use super::{FLAGS, PAUSED, change_each, refused};
use crate::api::Value;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};

/// `kubectl rollout restart`.
pub static COMMAND: Command = Command { usage: "RESOURCE [options]", flags: FLAGS, ..Command::new("restart", "Restart a resource", run) };

const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    change_each(cx, "restarted", |info, now| {
        if !matches!(info.kind.kind, "Deployment" | "DaemonSet" | "StatefulSet") {
            return Err(refused(info, "restarting is not supported"));
        }
        if info.object.at(PAUSED).is_true() {
            return Err(refused(info, "can't restart paused deployment (run rollout resume first)"));
        }
        let now = now.rfc3339();
        let annotation = ["spec", "template", "metadata", "annotations", RESTARTED_AT];
        if info.object.at(&annotation) == &Value::from(now.as_str()) {
            let why = "if restart has already been triggered within the past second, please wait before attempting to trigger another";
            return fail(format!("failed to create patch for {}: {why}", info.name));
        }
        let mut next = info.object.clone();
        next.set(&annotation, now.as_str());
        Ok(next)
    })
}

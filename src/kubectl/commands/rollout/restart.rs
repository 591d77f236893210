//! `kubectl rollout restart`.

use super::{none_found, targets};
use crate::api::Value;
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::Context;
use crate::kubectl::error::CliError;
use crate::kubectl::flags;
use crate::kubectl::printing::Reporter;
use crate::server::Subresource;

/// `kubectl rollout restart`.
pub static COMMAND: Command = Command {
    usage: "RESOURCE [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::PRINT, flags::WRITE],
    run: Run::Do(run),
    ..Command::new("restart", "Restart a resource", run)
};

const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let mut reporter = Reporter::new(cx)?;
    let found = targets(cx)?;
    if none_found(cx, &found) {
        return Ok(Flow::Done);
    }
    let (infos, mut errors) = found.split();
    for info in infos {
        let mut refuse = |why: &str| errors.push(CliError::Message(format!("error: {} {:?} {why}", info.kind.qualified(), info.name)));
        if !matches!(info.kind.kind, "Deployment" | "DaemonSet" | "StatefulSet") {
            refuse("restarting is not supported");
            continue;
        }
        if info.object.at(&["spec", "paused"]).is_true() {
            refuse("can't restart paused deployment (run rollout resume first)");
            continue;
        }
        let now = cx.host.now.rfc3339();
        let annotation = ["spec", "template", "metadata", "annotations", RESTARTED_AT];
        if info.object.at(&annotation) == &Value::from(now.as_str()) {
            let why = "if restart has already been triggered within the past second, please wait before attempting to trigger another";
            errors.push(CliError::Message(format!("failed to create patch for {}: {why}", info.name)));
            continue;
        }
        let mut next = info.object.clone();
        next.set(&annotation, now);
        let options = cx.write_options(Default::default())?;
        match cx.change(info.kind, next, Subresource::None, &options) {
            Ok(object) => reporter.report("restarted", &object, cx.out)?,
            Err(error) => errors.push(CliError::Message(format!("failed to patch: {error}"))),
        }
    }
    CliError::check(errors)?;
    Ok(Flow::Done)
}

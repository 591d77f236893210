//! `kubectl rollout pause` and `resume`.

use super::{none_found, targets};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::Context;
use crate::kubectl::error::CliError;
use crate::kubectl::flags;
use crate::kubectl::printing::Reporter;
use crate::server::Subresource;

/// `kubectl rollout pause`.
pub static PAUSE: Command = Command {
    usage: "RESOURCE [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::PRINT, flags::WRITE],
    run: Run::Do(|cx| run(cx, true)),
    ..Command::new("pause", "Mark the provided resource as paused", |cx| run(cx, true))
};

/// `kubectl rollout resume`.
pub static RESUME: Command = Command {
    usage: "RESOURCE [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::PRINT, flags::WRITE],
    run: Run::Do(|cx| run(cx, false)),
    ..Command::new("resume", "Resume a paused resource", |cx| run(cx, false))
};

fn run(cx: &mut Context<'_, '_>, pause: bool) -> Result<Flow, CliError> {
    let mut reporter = Reporter::new(cx)?;
    let found = targets(cx)?;
    if none_found(cx, &found) {
        return Ok(Flow::Done);
    }
    let (infos, mut errors) = found.split();
    for info in infos {
        let mut refuse = |why: &str| errors.push(CliError::Message(format!("error: {} {:?} {why}", info.kind.qualified(), info.name)));
        if info.kind.kind != "Deployment" {
            refuse(if pause { "pausing is not supported" } else { "resuming is not supported" });
            continue;
        }
        if info.object.at(&["spec", "paused"]).is_true() == pause {
            refuse(if pause { "is already paused" } else { "is not paused" });
            continue;
        }
        let mut next = info.object.clone();
        if pause {
            next.set(&["spec", "paused"], true);
        } else {
            next.remove(&["spec", "paused"]);
        }
        let options = cx.write_options(Default::default())?;
        match cx.change(info.kind, next, Subresource::None, &options) {
            Ok(object) => reporter.report(if pause { "paused" } else { "resumed" }, &object, cx.out)?,
            Err(error) => errors.push(CliError::Message(format!("failed to patch: {error}"))),
        }
    }
    CliError::check(errors)?;
    Ok(Flow::Done)
}

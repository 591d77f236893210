//! `kubectl set serviceaccount`.

use super::{COMMON, begin, pod_spec_path, send};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags;

/// `kubectl set serviceaccount`.
pub static COMMAND: Command = Command {
    aliases: &["sa"],
    usage: "(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]",
    flags: &[flags::FILENAME, COMMON, flags::RECORD],
    ..Command::new("serviceaccount", "Update the service account of a resource", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let Some((account, resources)) = cx.args().split_last() else { return fail("serviceaccount is required") };
    let account = account.clone();
    let (mut reporter, found) = begin(cx, resources)?;
    found.in_parts(cx, move |cx, info, _| {
        let mut next = info.object.clone();
        let spec = next.at_mut(pod_spec_path(cx, &info)?);
        spec.set(&["serviceAccountName"], account.as_str());
        if cx.dry_run()? != DryRun::Client && !cx.flags().is_on("local") {
            spec.set(&["serviceAccount"], account.as_str());
        }
        if next.same(&info.object) {
            return reporter.report("serviceaccount updated", &next, cx.out);
        }
        send(cx, &mut reporter, &info, next, "serviceaccount updated", "failed to patch ServiceAccountName")
    })
}

//! `kubectl rollout history`.

use super::{revisions, targets};
use crate::api::kinds;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{CHANGE_CAUSE, Context};
use crate::kubectl::describe::describe_pod_template;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, int};
use crate::kubectl::output::name_of;
use crate::kubectl::printing::object_printer;

const OWN: &[Flag] = &[int("revision", "")];

/// `kubectl rollout history`.
pub static COMMAND: Command = Command {
    usage: "(TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::PRINT, OWN],
    ..Command::new("history", "View rollout history", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let wanted = cx.flags().int("revision").unwrap_or(0);
    let found = targets(cx)?;
    if wanted < 0 {
        return fail(format!("revision must be a positive integer: {wanted}"));
    }
    let mut printer = object_printer(cx)?;
    found.in_parts(cx, move |cx, info, _| {
        let Some(revisions) = revisions::of(cx, &info)? else {
            return Err(super::none_for(info.kind, "history", "history viewer"));
        };
        if let Some(printer) = &mut printer {
            if wanted > 0 && revisions.iter().all(|r| r.number != wanted) {
                return fail("unable to find the specified revision");
            }
            for revision in revisions.iter().filter(|r| wanted == 0 || r.number == wanted) {
                printer.print(&revision.object, cx.out)?;
            }
            return Ok(());
        }
        let name = name_of(&info.object);
        if wanted > 0 && revisions.is_empty() {
            cx.out.outln(format!("{name} with revision #{wanted}\nNo rollout history found."));
            return Ok(());
        }
        if wanted > 0 {
            let Some(revision) = revisions.iter().find(|r| r.number == wanted) else {
                return fail("unable to find the specified revision");
            };
            let mut template = revision.template.clone();
            // Of the others it does not get into the template.
            if !revision.cause.is_empty() && info.kind == kinds::DEPLOYMENT {
                template.set(&["metadata", "annotations", CHANGE_CAUSE], revision.cause.as_str());
            }
            let template = describe_pod_template(&template, cx.host.now);
            cx.out.out(format!("{name} with revision #{wanted}\n{template}\n"));
            return Ok(());
        }
        let longest = revisions.iter().map(|r| r.number.to_string().len()).max().unwrap_or(0);
        let width = longest.max("REVISION".len()) + 2;
        let mut text = format!("{name} \n{:width$}CHANGE-CAUSE\n", "REVISION");
        if revisions.is_empty() {
            text = format!("{name} \nNo rollout history found.");
        }
        for revision in revisions {
            let cause = if revision.cause.is_empty() { "<none>" } else { &revision.cause };
            text += &format!("{:<width$}{cause}\n", revision.number);
        }
        cx.out.outln(text);
        Ok(())
    })
}

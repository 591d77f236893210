//! `kubectl set resources`.

use super::{COMMON, begin, for_containers, is_selected, pod_spec_path, send};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::commands::create_generators::resource_list;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, text};

const OWN: &[Flag] = &[text("limits", ""), text("requests", ""), text("containers", "c")];

/// `kubectl set resources`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]",
    flags: &[flags::FILENAME, COMMON, flags::RECORD, flags::SELECTOR, OWN],
    ..Command::new("resources", "Update resource requests/limits on objects with pod templates", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (mut reporter, found) = begin(cx, cx.args())?;
    if flags.text("limits").is_empty() && flags.text("requests").is_empty() {
        return fail("you must specify an update to requests or limits (in the form of --requests/--limits)");
    }
    let wanted = [("limits", resource_list(flags.text("limits"))?), ("requests", resource_list(flags.text("requests"))?)];
    let pattern = flags.get("containers").unwrap_or("*").to_owned();
    found.in_parts(cx, move |cx, info, _| {
        let mut next = info.object.clone();
        let mut found = false;
        for_containers(next.at_mut(pod_spec_path(cx, &info)?), |container| {
            if !is_selected(&pattern, container.get("name").str()) {
                return;
            }
            found = true;
            for (member, list) in &wanted {
                for (name, quantity) in list.entries() {
                    container.set(&["resources", member, name], quantity.clone());
                }
            }
        });
        if !found {
            return fail(format!("error: unable to find container named {pattern}"));
        }
        let failed = "failed to patch resources update to pod template";
        send(cx, &mut reporter, &info, next, "resource requirements updated", failed)
    })
}

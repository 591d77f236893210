//! `kubectl auth`: who one is, and what one may do.

use crate::api::kinds;
use crate::base::Case as _;
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::describe::rule_rows;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::output::{TabWriter, go_plain};
use crate::kubectl::printing::object_printer;
use crate::kubectl::rest_mapper::kind_of;
use crate::server::{Attributes, Decision};

/// `kubectl auth`.
pub static COMMAND: Command = Command {
    usage: "[flags] [options]",
    ..Command::group("auth", "Inspect authorization", "Inspect authorization.", &[&CAN_I, &super::reconcile::COMMAND, &WHO_AM_I])
};
const CAN_I_FLAGS: &[Flag] = &[switch("list", ""), switch("quiet", "q"), text("subresource", ""), switch("no-headers", "")];
static CAN_I: Command = Command {
    usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]",
    flags: &[flags::ALL_NAMESPACES, CAN_I_FLAGS],
    ..Command::new("can-i", "Check whether an action is allowed", can_i)
};
static WHO_AM_I: Command = Command {
    usage: "[options]",
    flags: &[flags::PRINT],
    ..Command::new("whoami", "Experimental: Check self subject attributes", who_am_i)
};

/// The verbs of resources that `can-i` knows.
const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
/// Those of paths.
const URL_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

// Models kubectl/pkg/cmd/auth's CanIOptions.
fn can_i(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let args = cx.args();
    check(cx)?;
    let user = cx.user();
    if cx.flags().is_on("list") {
        let rules = cx.host.api.rules_for(&user, &cx.namespace());
        let mut writer = TabWriter::for_tables();
        if !cx.flags().is_on("no-headers") {
            writer.write("Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
        }
        for row in rule_rows(&rules) {
            writer.write(&format!("{}\n", row.join("\t")));
        }
        let text = writer.flush();
        cx.out.out(text);
        return Ok(Flow::Done);
    }
    let [verb, target] = args else {
        return Err(CliError::Message(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.".into(),
        ));
    };
    let everywhere = cx.inv.flags.is_on("all-namespaces");
    let namespace = if everywhere { String::new() } else { cx.namespace() };
    let mut warn = |text: String| cx.out.errln(format!("Warning: {text}\n"));
    let (resource, name) = target.split_once('/').unwrap_or((target, ""));
    let mut asked = Attributes { verb, ..Attributes::default() };
    if resource.is_empty() {
        if !cx.inv.flags.text("subresource").is_empty() {
            return fail("--subresource can not be used with NonResourceURL");
        }
        if !URL_VERBS.contains(&verb.as_str()) {
            warn(format!("verb '{verb}' is not a known verb"));
        }
        asked.path = target;
    } else {
        asked = Attributes { resource, name, namespace: &namespace, subresource: cx.inv.flags.text("subresource"), ..asked };
        match kind_of(cx.host.api, resource) {
            _ if matches!(resource, "*" | "users" | "groups") => {}
            None => {
                let resource = resource.lower();
                warn(match resource.split_once('.') {
                    Some((name, group)) => format!("the server doesn't have a resource type '{name}' in group '{group}'"),
                    None => format!("the server doesn't have a resource type '{resource}'"),
                });
            }
            Some(kind) => {
                if !kind.namespaced && !everywhere {
                    let group = if kind.group.is_empty() { String::new() } else { format!(" in group '{}'", kind.group) };
                    warn(format!("resource '{}' is not namespace scoped{group}", kind.plural));
                }
                asked = Attributes { group: kind.group, resource: kind.plural, ..asked };
            }
        }
        if !VERBS.contains(&verb.as_str()) && !everywhere {
            warn(format!("verb '{verb}' is not a known verb"));
        }
    }
    if cx.flags().is_on("no-headers") {
        return fail("--no-headers cannot be set without --list specified");
    }
    let Decision { allowed, reason } = cx.host.api.authorize(&user, &asked);
    if !cx.flags().is_on("quiet") {
        cx.out.outln(match reason.as_str() {
            _ if allowed => "yes".into(),
            "" => "no".into(),
            reason => format!("no - {reason}"),
        });
    }
    Ok(Flow::Exit(i32::from(!allowed)))
}

// Models kubectl/pkg/cmd/auth's WhoAmIOptions.
fn who_am_i(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let kind = kinds::SELF_SUBJECT_REVIEW;
    let status = cx.host.api.review(&cx.by(), kind, &crate::obj!({})).ok().flatten().unwrap_or_default();
    if let Some(mut printer) = object_printer(cx)? {
        let review = crate::obj!({
            "apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {"creationTimestamp": cx.host.now.rfc3339()}, "status": status
        });
        printer.print(&review, cx.out)?;
        return Ok(Flow::Done);
    }
    let info = status.get("userInfo");
    let mut writer = TabWriter::for_tables();
    writer.write("ATTRIBUTE\tVALUE\n");
    for (title, member) in [("Username", "username"), ("UID", "uid"), ("Groups", "groups")] {
        let value = info.get(member);
        if !value.is_empty() {
            writer.write(&format!("{title}\t{}\n", go_plain(value)));
        }
    }
    for (key, values) in info.get("extra").entries() {
        writer.write(&format!("Extra: {key}\t{}\n", go_plain(values)));
    }
    let text = writer.flush();
    cx.out.out(text);
    Ok(Flow::Done)
}

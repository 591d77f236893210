//! `kubectl set subject`.

use super::{COMMON, begin, object_name, send};
use crate::api::Value;
use crate::base::{List as _, Order as _};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array};
use crate::obj;

/// `--user` names subjects here, not who asks.
const OWN: &[Flag] = &[array("user", ""), array("group", ""), array("serviceaccount", "")];

/// `kubectl set subject`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
    flags: &[flags::FILENAME, COMMON, flags::SELECTOR, OWN],
    ..Command::new("subject", "Update the user, group, or service account in a role binding or cluster role binding", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (mut reporter, found) = begin(cx, cx.args())?;
    let sorted = |name: &str| {
        let mut list: Vec<String> = flags.list(name).to_vec();
        list.order();
        list.dedup();
        list
    };
    let mut subjects: Vec<Value> = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        let named = |name: String| obj!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
        subjects.extend(sorted(flag).into_iter().map(named));
    }
    for account in sorted("serviceaccount") {
        match account.split_once(':') {
            Some((namespace, name)) if !name.is_empty() && !name.contains(':') => {
                if namespace.is_empty() && found.kinds.iter().any(|k| k.kind == "ClusterRoleBinding") {
                    return fail("serviceaccount must be <namespace>:<name>, namespace must be specified");
                }
                let namespace = if namespace.is_empty() { cx.namespace() } else { namespace.to_owned() };
                subjects.push(obj!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
            }
            _ => return fail("serviceaccount must be <namespace>:<name>"),
        }
    }
    if subjects.is_empty() {
        return fail("you must specify at least one value of user, group or serviceaccount");
    }
    found.in_parts(cx, move |cx, info, _| {
        let mut next = info.object.clone();
        if !matches!(info.kind.kind, "RoleBinding" | "ClusterRoleBinding") {
            let message = "setting subjects is only supported for RoleBinding/ClusterRoleBinding";
            return fail(format!("error: {} {message}\n", object_name(cx, &info)));
        }
        let there = next.get("subjects").clone();
        let new: Vec<Value> = subjects.iter().filter(|s| !there.items().iter().any(|t| t.same(s))).cloned().list();
        if !new.is_empty() {
            next.get_mut("subjects").list_mut().extend(new);
        }
        send(cx, &mut reporter, &info, next, "subjects updated", "failed to patch subjects to rolebinding:")
    })
}

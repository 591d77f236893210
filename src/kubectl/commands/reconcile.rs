//! `kubectl auth reconcile`: roles get the rules, and bindings the subjects, that files have and they lack.

use crate::api::kinds::RBAC;
use crate::api::{Object, Value, kinds, policy_rule};
use crate::base::List as _;
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Query, find};
use crate::server::Subresource;

const OWN: &[Flag] = &[switch("remove-extra-permissions", ""), switch("remove-extra-subjects", "")];

/// `kubectl auth reconcile`.
pub static COMMAND: Command = Command {
    usage: "-f FILENAME [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::DRY_RUN, OWN],
    ..Command::new("reconcile", "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects", run)
};

// Models kubectl/pkg/cmd/auth and component-helpers' rbac reconciliation.
fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    check(cx)?;
    if !cx.flags().given("filename") && !cx.flags().given("kustomize") {
        return fail("must specify one of -f and -k");
    }
    if !cx.args().is_empty() {
        return fail("no arguments are allowed");
    }
    let mut reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let found = find(cx, &Query { local: true, files: true, ..Query::default() }, &[])?;
    found.in_parts(cx, move |cx, info, _| {
        if info.kind.group != RBAC {
            return Ok(());
        }
        // Files are read without the server, which is to say whether a kind has namespaces: none is filled in.
        let nowhere = info.kind.namespaced && info.object.namespace().is_empty();
        if nowhere && dry_run == DryRun::None {
            return fail("resource name may not be empty");
        }
        let (member, what, remove) = match info.kind.kind {
            "Role" | "ClusterRole" => ("rules", "rules", cx.flags().is_on("remove-extra-permissions")),
            _ => ("subjects", "subjects", cx.flags().is_on("remove-extra-subjects")),
        };
        let wanted = info.object.get(member).items().to_vec();
        cx.require(("get", info.kind, ""), &info.namespace, &info.name)?;
        let existing = cx.host.api.peek(info.kind, &info.namespace, &info.name).filter(|_| !nowhere).cloned();
        let options = cx.write_options(dry_run)?;
        let mut missing = wanted.clone();
        let mut extra: Vec<Value> = Vec::new();
        let (object, operation) = match &existing {
            None => {
                if info.kind.namespaced && dry_run == DryRun::None && cx.host.api.peek(kinds::NAMESPACE, "", &info.namespace).is_none() {
                    let namespace = crate::obj!({"metadata": {"name": info.namespace.as_str()}});
                    cx.create(kinds::NAMESPACE, "", namespace, &options)?;
                }
                let made = if dry_run == DryRun::Client {
                    info.object.clone()
                } else {
                    cx.create(info.kind, &info.namespace, info.object.clone(), &options)?
                };
                (made, Some("create"))
            }
            Some(old) => {
                let held = old.get(member).items().to_vec();
                if member == "rules" {
                    missing = policy_rule::uncovered(&held, &wanted);
                    extra = policy_rule::uncovered(&wanted, &held);
                } else {
                    missing.retain(|s| !held.contains(s));
                    extra.extend(held.iter().filter(|s| !wanted.contains(s)).cloned());
                }
                let other_role = !old.get("roleRef").is_null() && old.get("roleRef") != &with_group(info.object.get("roleRef"));
                let mut next = old.clone();
                let list =
                    if remove && !extra.is_empty() { wanted.clone() } else { held.into_iter().chain(missing.iter().cloned()).list() };
                next.set(&[member], list);
                for part in ["labels", "annotations"] {
                    for (key, value) in info.object.at(&["metadata", part]).entries() {
                        next.set(&["metadata", part, key], value.clone());
                    }
                }
                if other_role {
                    next.set(&["roleRef"], info.object.get("roleRef").clone());
                    for kept in ["resourceVersion", "uid", "creationTimestamp"] {
                        next.remove(&["metadata", kept]);
                    }
                    if dry_run == DryRun::None {
                        cx.delete(info.kind, &info.namespace, &info.name, &crate::server::DeleteOptions::default())?;
                        next = cx.create(info.kind, &info.namespace, next, &options)?;
                    }
                    (next, Some("recreate"))
                } else if next.same(old) {
                    (next, None)
                } else {
                    let done = if dry_run == DryRun::Client { next } else { cx.update(info.kind, next, Subresource::None, &options)? };
                    (done, Some("update"))
                }
            }
        };
        debug_assert_eq!(object.name(), info.name);
        reporter.report("reconciled", &object, cx.out)?;
        let Some(operation) = operation else { return Ok(()) };
        cx.out.errln(format!("\treconciliation required {operation}"));
        let mut tell = |list: &[Value], done: &str| {
            if !list.is_empty() {
                cx.out.errln(format!("\t{done}:"));
                list.iter().for_each(|v| cx.out.errln(format!("\t\t{}", if member == "rules" { rule(v) } else { subject(v) })));
            }
        };
        tell(&missing, &format!("missing {what} added"));
        if remove {
            tell(&extra, &format!("extra {what} removed"));
        }
        Ok(())
    })
}

fn with_group(role: &Value) -> Value {
    let mut role = role.clone();
    if role.get("apiGroup").is_empty() {
        role.set(&["apiGroup"], RBAC);
    }
    role
}

/// A rule as Go prints it.
fn rule(rule: &Value) -> String {
    let list = |member: &str| rule.get(member).items().iter().map(Value::str).list().join(" ");
    format!(
        "{{Verbs:[{}] APIGroups:[{}] Resources:[{}] ResourceNames:[{}] NonResourceURLs:[{}]}}",
        list("verbs"),
        list("apiGroups"),
        list("resources"),
        list("resourceNames"),
        list("nonResourceURLs")
    )
}

/// A subject as Go prints it.
fn subject(subject: &Value) -> String {
    let text = |member: &str| subject.get(member).str().to_owned();
    format!("{{Kind:{} APIGroup:{} Name:{} Namespace:{}}}", text("kind"), text("apiGroup"), text("name"), text("namespace"))
}

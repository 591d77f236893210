//! `kubectl create TYPE`: generators of objects, one file for each group of them.

mod access;
mod config_map;
mod deployment;
mod ingress;
mod job;
mod policy;
mod secret;
mod service;
mod simple;

pub(super) use config_map::wrong_variable;

use crate::api::{Kind, Value};
use crate::base::List as _;
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch, text, text_or};
use crate::kubectl::last_applied;
use crate::kubectl::printing::Reporter;
pub(in crate::kubectl) use config_map::hash as content_hash;

/// Every generator.
pub const ALL: &[&Command] = &[
    &access::CLUSTER_ROLE,
    &access::CLUSTER_ROLE_BINDING,
    &config_map::COMMAND,
    &job::CRON_JOB,
    &deployment::COMMAND,
    &ingress::COMMAND,
    &job::JOB,
    &simple::NAMESPACE,
    &policy::POD_DISRUPTION_BUDGET,
    &policy::PRIORITY_CLASS,
    &policy::QUOTA,
    &access::ROLE,
    &access::ROLE_BINDING,
    &secret::GROUP,
    &service::GROUP,
    &simple::SERVICE_ACCOUNT,
    &simple::TOKEN,
];

/// What every generator takes.
const GENERATOR: &[Flag] = &[
    text_or("dry-run", "unchanged"),
    text("output", "o"),
    text("template", ""),
    switch("allow-missing-template-keys", ""),
    switch("show-managed-fields", ""),
    text_or("validate", "strict"),
    switch("save-config", ""),
    text("field-manager", ""),
];

const fn generator(
    name: &'static str,
    aliases: &'static [&'static str],
    about: &'static str,
    usage: &'static str,
    tables: &'static [&'static [Flag]],
    run: fn(&mut Context<'_, '_>) -> Result<Flow, CliError>,
) -> Command {
    Command { aliases, usage, flags: tables, ..Command::new(name, about, run) }
}

/// The kinds whose generators look for a name themselves; of others the server says that there is none.
const NAMED_HERE: [&str; 10] = [
    "clusterrole",
    "configmap",
    "namespace",
    "poddisruptionbudget",
    "quota",
    "role",
    "rolebinding",
    "secret docker-registry",
    "secret generic",
    "serviceaccount",
];

/// The one name that is given; what follows `--` is a command.
pub(super) fn one_name<'a>(cx: &mut Context<'a, '_>) -> Result<(&'a str, &'a [String]), CliError> {
    let (before, _) = cx.args_at_dash();
    match before {
        [name] => {
            Reporter::new(cx)?;
            cx.field_validation()?;
            check(cx)?;
            let kind = cx.inv.path.strip_prefix("kubectl create ").unwrap_or("");
            if name.is_empty() && NAMED_HERE.contains(&kind) {
                return fail("name must be specified");
            }
            Ok((name, &cx.args()[1..]))
        }
        other => Err(cx.usage(format!("exactly one NAME is required, got {}", other.len()))),
    }
}

/// What is said where the server refuses.
enum Failure {
    /// This, then the server's message.
    Prefix(&'static str),
    /// The server's answer alone.
    Plain,
}

/// Creates what was generated and prints it.
fn finish(cx: &mut Context<'_, '_>, kind: &str, mut object: Value, failure: Failure) -> Result<Flow, CliError> {
    let kind = Kind::named(kind);
    let mut reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    object.set(&["apiVersion"], kind.api_version());
    object.set(&["kind"], kind.kind);
    if kind.namespaced && cx.session.enforce_namespace {
        object.set(&["metadata", "namespace"], cx.namespace());
    }
    // That of Services is never asked for it.
    if cx.flags().is_on("save-config") && kind.kind != "Service" {
        last_applied::annotate_typed(&mut object);
    }
    if dry_run != DryRun::Client {
        let options = cx.write_options(dry_run)?;
        let namespace = cx.namespace();
        object = match (cx.create(kind, &namespace, object, &options), failure) {
            (Ok(created), _) => created,
            (Err(error), Failure::Plain) => return Err(error),
            (Err(error), Failure::Prefix(prefix)) => return fail(format!("{prefix} {error}")),
        };
    }
    reporter.report("created", &object, cx.out)?;
    Ok(Flow::Done)
}

/// A container of an image, with a command where one is given.
fn container(name: &str, image: &str, command: &[String]) -> Value {
    let mut container = crate::obj!({"name": name, "image": image, "resources": {}});
    if !command.is_empty() {
        container.set(&["command"], texts(command));
    }
    container
}

/// A list of texts.
pub(super) fn texts<S: AsRef<str>>(items: &[S]) -> Value {
    items.iter().map(|s| Value::from(s.as_ref())).list().into()
}

/// Reads `a=b,c=d`, with values that must be quantities.
pub(super) fn resource_list(spec: &str) -> Result<Value, CliError> {
    let mut found = Value::map();
    for pair in spec.split(',').filter(|_| !spec.is_empty()) {
        let parts: Vec<&str> = pair.split('=').list();
        let [name, quantity] = parts.as_slice() else {
            return fail(format!("Invalid argument syntax {pair}, expected <resource>=<value>"));
        };
        match crate::api::quantity::Quantity::parse(quantity) {
            Ok(q) => found.set(&[name], q.to_string()),
            Err(_) => return fail("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        }
    }
    Ok(found)
}

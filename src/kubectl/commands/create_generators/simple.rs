//! `kubectl create namespace`, `serviceaccount` and `token`.

use super::{Failure, GENERATOR, finish, generator, one_name};
use crate::api::Value;
use crate::api::kinds;
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, PRINT, array, duration, text};
use crate::kubectl::printing::object_printer;
use crate::obj;

/// `kubectl create namespace`.
pub static NAMESPACE: Command = generator(
    "namespace",
    &["ns"],
    "Create a namespace with the specified name",
    "NAME [--dry-run=server|client|none] [options]",
    &[GENERATOR],
    namespace,
);

/// `kubectl create serviceaccount`.
pub static SERVICE_ACCOUNT: Command = generator(
    "serviceaccount",
    &["sa"],
    "Create a service account with the specified name",
    "NAME [--dry-run=server|client|none] [options]",
    &[GENERATOR],
    service_account,
);

const TOKEN_FLAGS: &[Flag] = &[
    array("audience", ""),
    text("bound-object-kind", ""),
    text("bound-object-name", ""),
    text("bound-object-uid", ""),
    duration("duration"),
];

/// `kubectl create token`.
pub static TOKEN: Command =
    generator("token", &[], "Request a service account token", "SERVICE_ACCOUNT_NAME [options]", &[TOKEN_FLAGS, PRINT], token);

fn namespace(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    finish(cx, "Namespace", obj!({"metadata": {"name": name}, "spec": {}, "status": {}}), Failure::Plain)
}

fn service_account(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    finish(cx, "ServiceAccount", obj!({"metadata": {"name": name}}), Failure::Prefix("failed to create serviceaccount:"))
}

fn token(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    if name.is_empty() {
        return fail("service account name is required");
    }
    let flags = cx.flags();
    let lasts = flags.duration_micros("duration").unwrap_or(0);
    match lasts {
        us if us < 0 => return fail("--duration must be greater than or equal to 0"),
        us if us % 1_000_000 != 0 => return fail("--duration cannot be expressed in units less than seconds"),
        _ => {}
    }
    if flags.list("audience").iter().any(String::is_empty) {
        return fail("--audience must not be an empty string");
    }
    let bound = ["bound-object-kind", "bound-object-name", "bound-object-uid"].map(|f| flags.text(f));
    match bound {
        ["", "", ""] => {}
        ["", "", _] => return fail("--bound-object-uid can only be set if --bound-object-kind is provided"),
        ["", ..] => return fail("--bound-object-name can only be set if --bound-object-kind is provided"),
        ["Node" | "Pod" | "Secret", "", _] => return fail("--bound-object-name is required if --bound-object-kind is provided"),
        ["Node" | "Pod" | "Secret", ..] => {}
        _ => return fail("supported --bound-object-kind values are Node, Pod, Secret"),
    }
    let audiences: Vec<Value> = flags.list("audience").iter().map(|a| Value::from(a.as_str())).list();
    let mut spec = obj!({"audiences": audiences});
    if lasts > 0 {
        spec.set(&["expirationSeconds"], lasts / 1_000_000);
    }
    if let Some(kind) = flags.get("bound-object-kind").filter(|k| !k.is_empty()) {
        let mut to = obj!({"kind": kind, "apiVersion": "v1", "name": flags.text("bound-object-name")});
        if flags.given("bound-object-uid") {
            to.set(&["uid"], flags.text("bound-object-uid"));
        }
        spec.set(&["boundObjectRef"], to);
    }
    let printer = object_printer(cx)?;
    let by = cx.by();
    let namespace = cx.namespace();
    let allowed = cx.require(("create", kinds::SERVICE_ACCOUNT, "token"), &namespace, name);
    let failed = |error: CliError| CliError::Message(format!("failed to create token: {error}"));
    allowed.map_err(failed)?;
    let answer = cx.host.api.create_token(&by, &namespace, name, &obj!({"spec": spec}));
    let answer = answer.map_err(|status| CliError::Message(format!("failed to create token: {}", status.message)))?;
    if let Some(mut printer) = printer {
        printer.print(&answer, cx.out)?;
    } else {
        let end = if cx.inv.env.stdin_is_tty { "\n" } else { "" };
        cx.out.out(format!("{}{end}", answer.at(&["status", "token"]).str()));
    }
    Ok(Flow::Done)
}

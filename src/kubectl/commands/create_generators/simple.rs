//! `kubectl create namespace`, `serviceaccount` and `token`.

use super::{Failure, GENERATOR, finish, generator, one_name};
use crate::api::Kind;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, array, duration, text};
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
    text("output", "o"),
];

/// `kubectl create token`.
pub static TOKEN: Command =
    generator("token", &[], "Request a service account token", "SERVICE_ACCOUNT_NAME [options]", &[TOKEN_FLAGS], token);

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
    let flags = cx.flags();
    match flags.duration_micros("duration").unwrap_or(0) {
        us if us < 0 => return fail("--duration must be greater than or equal to 0"),
        us if us % 1_000_000 != 0 => return fail("--duration cannot be expressed in units less than seconds"),
        _ => {}
    }
    if flags.list("audience").iter().any(String::is_empty) {
        return fail("--audience must not be an empty string");
    }
    if !matches!(flags.text("bound-object-kind"), "" | "Node" | "Pod" | "Secret") {
        return fail("supported --bound-object-kind values are Node, Pod, Secret");
    }
    let kind = Kind::named("ServiceAccount");
    let namespace = cx.namespace();
    cx.get(kind, &namespace, name).map_err(|e| CliError::Message(format!("failed to create token: {e}")))?;
    fail("tokens are not simulated here: nothing checks them")
}

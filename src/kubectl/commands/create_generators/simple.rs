//! `kubectl create namespace`, `serviceaccount` and `token`.

use super::{Failure, GENERATOR, finish, generator, one_name};
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
    let (_, _) = one_name(cx)?;
    fail("tokens are not simulated here: nothing checks them")
}

//! The commands, one file each.

pub mod alpha;
pub mod annotate;
pub mod api_resources;
pub mod apply;
pub mod auth;
pub mod autoscale;
pub mod certificate;
pub mod cluster_info;
pub mod completion;
pub mod config;
pub mod cordon;
pub mod cp;
pub mod create;
pub mod create_generators;
pub mod debug;
pub mod delete;
pub mod describe;
pub mod diff;
pub mod drain;
pub mod edit;
pub mod events;
pub mod exec;
pub mod explain;
mod explain_schema;
pub mod expose;
pub mod get;
pub mod kuberc;
pub mod kustomize;
pub mod label;
pub mod logs;
pub mod options;
pub mod pairs;
pub mod patch;
pub mod plugin;
pub mod port_forward;
pub mod proxy;
mod raw;
mod reconcile;
pub mod replace;
pub mod rolling_update;
pub mod rollout;
pub mod run;
pub mod scale;
pub mod set;
pub mod taint;
pub mod top;
pub mod version;
pub mod wait;

use super::command::Command;
use super::context::Context;
use super::error::CliError;
use crate::api::convert::to_version;
use crate::api::decode::served_version;
use crate::api::{KindRef, Object, Status, Value};
use crate::base::Duration;
use crate::server::{FieldValidation, WriteOptions, not_registered};

/// How long it takes from one object's request to the next one's where a command writes several.
pub const BETWEEN_WRITES: Duration = Duration::from_millis(10);

/// How many objects a command does something to in one step, where it asks for several at once.
pub const OBJECTS_PER_STEP: usize = 16;

/// `kubectl` itself.
pub static ROOT: Command = Command::group(
    "kubectl",
    "kubectl controls the Kubernetes cluster manager.",
    "kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/",
    &[
        // As kubectl adds them: what one may have meant comes in this order.
        &create::COMMAND,
        &expose::COMMAND,
        &run::COMMAND,
        &set::COMMAND,
        &explain::COMMAND,
        &get::COMMAND,
        &edit::COMMAND,
        &delete::COMMAND,
        &rollout::COMMAND,
        &scale::COMMAND,
        &autoscale::COMMAND,
        &certificate::COMMAND,
        &cluster_info::COMMAND,
        &top::COMMAND,
        &cordon::CORDON,
        &cordon::UNCORDON,
        &drain::COMMAND,
        &taint::COMMAND,
        &describe::COMMAND,
        &logs::COMMAND,
        &exec::ATTACH,
        &exec::COMMAND,
        &port_forward::COMMAND,
        &proxy::COMMAND,
        &cp::COMMAND,
        &auth::COMMAND,
        &debug::COMMAND,
        &events::COMMAND,
        &diff::COMMAND,
        &apply::COMMAND,
        &patch::COMMAND,
        &replace::COMMAND,
        &wait::COMMAND,
        &kustomize::COMMAND,
        &label::COMMAND,
        &annotate::COMMAND,
        &completion::COMMAND,
        &alpha::COMMAND,
        &config::COMMAND,
        &plugin::COMMAND,
        &version::COMMAND,
        &api_resources::VERSIONS,
        &api_resources::RESOURCES,
        &options::COMMAND,
        &kuberc::COMMAND,
    ],
);

/// Whether files are checked before they are sent.
pub fn validates(cx: &Context<'_, '_>) -> bool {
    !matches!(cx.field_validation(), Ok(FieldValidation::Ignore))
}

/// Creates an object, as the server answers at the version that it was asked at.
fn create_as_sent(
    cx: &mut Context<'_, '_>,
    kind: KindRef,
    namespace: &str,
    object: Value,
    options: &WriteOptions,
) -> Result<Value, CliError> {
    let version = served_version(kind, &object);
    create_object(cx, kind, namespace, object, options).map(|made| to_version(kind, version, made))
}

/// Creates an object that a file holds; the server must know its kind by exactly that name.
fn create_object(
    cx: &mut Context<'_, '_>,
    kind: KindRef,
    namespace: &str,
    object: Value,
    options: &WriteOptions,
) -> Result<Value, CliError> {
    let named = object.kind();
    if named != kind.kind {
        return Err(Status::bad_request(format!(
            "{named} in version {:?} cannot be handled as a {}: {}",
            kind.version,
            kind.kind,
            not_registered(named, object.api_version())
        ))
        .into());
    }
    cx.create(kind, namespace, object, options)
}

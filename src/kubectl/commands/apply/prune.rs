//! What `apply --prune` deletes, and `diff --prune` shows: what was applied before and was not applied now.

use crate::api::well_known::LAST_APPLIED;
use crate::api::{Kind, KindRef, Object, Value};
use crate::base::{List as _, SortedSet};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::rest_mapper::mapping;
use crate::server::{ApiServer, ListOptions};

/// The kinds that are pruned where none are named.
const PRUNED: &[&str] = &[
    "ConfigMap",
    "Endpoints",
    "Namespace",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "Pod",
    "ReplicationController",
    "Secret",
    "Service",
    "Job",
    "CronJob",
    "Ingress",
    "DaemonSet",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
];

/// The kinds of `--prune-allowlist`, or those that are pruned where none are named.
pub(in crate::kubectl::commands) fn prune_kinds(api: &ApiServer, allowed: &[String]) -> Result<Vec<KindRef>, CliError> {
    if allowed.is_empty() {
        return Ok(PRUNED.iter().map(|k| Kind::named(k)).list());
    }
    let mut kinds = Vec::new();
    for text in allowed {
        let parts: Vec<&str> = text.split('/').list();
        let [group, version, kind] = parts.as_slice() else {
            return fail(format!("invalid GroupVersionKind format: {text}, please follow <group/version/kind>"));
        };
        let api_version = if *group == "core" { (*version).to_owned() } else { format!("{group}/{version}") };
        match mapping(api, &api_version, kind) {
            Some(kind) => kinds.push(kind),
            None => return fail(format!("no matches for kind {kind:?} in version {api_version:?}")),
        }
    }
    Ok(kinds)
}

/// What was applied once and was not visited now: in these namespaces, and of what has none.
// Models kubectl/pkg/util/prune.
pub(in crate::kubectl::commands) fn prunable(
    cx: &mut Context<'_, '_>,
    kinds: &[KindRef],
    namespaces: &[String],
    visited: &[String],
) -> Result<Vec<(KindRef, Value)>, CliError> {
    // Also where no namespace was named: there always is one, were it that of the context.
    if cx.flags().list("prune-allowlist").is_empty() {
        cx.klog(
            "W",
            "prune.go:71",
            "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.",
        );
    }
    let options = ListOptions { label_selector: cx.flags().text("selector").to_owned(), ..ListOptions::default() };
    let visited: SortedSet<&str> = visited.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for namespace in namespaces.iter().map(String::as_str).filter(|n| !n.is_empty()).chain([""]) {
        for kind in kinds.iter().copied().filter(|k| k.namespaced != namespace.is_empty()) {
            for object in cx.list(kind, Some(namespace).filter(|n| !n.is_empty()), &options)? {
                if object.annotation(LAST_APPLIED).is_some() && !visited.contains(object.uid()) {
                    found.push((kind, object));
                }
            }
        }
    }
    Ok(found)
}

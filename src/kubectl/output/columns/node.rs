//! Nodes.

use super::format::{age_of, or};
use super::{AGE, BuiltIn, NAME, text, wide};
use crate::api::{Object, Value, find_condition};
use crate::base::Time;
use crate::base::{List as _, Order as _};

pub(super) static NODE: BuiltIn = BuiltIn {
    columns: &[
        NAME,
        text("Status"),
        text("Roles"),
        AGE,
        text("Version"),
        wide("Internal-IP"),
        wide("External-IP"),
        wide("OS-Image"),
        wide("Kernel-Version"),
        wide("Container-Runtime"),
    ],
    cells: node,
};

fn node(node: &Value, now: Time) -> Vec<String> {
    let info = node.at(&["status", "nodeInfo"]);
    let mut status = match node.condition("Ready") {
        "" if find_condition(node.get("status"), "Ready").is_null() => "Unknown",
        "True" => "Ready",
        _ => "NotReady",
    }
    .to_owned();
    if node.at(&["spec", "unschedulable"]).is_true() {
        status.push_str(",SchedulingDisabled");
    }
    let mut kernel = or(info.get("kernelVersion").str(), "<unknown>");
    if !info.get("architecture").str().is_empty() {
        kernel = format!("{kernel} ({})", info.get("architecture").str());
    }
    vec![
        node.name().to_owned(),
        status,
        or(&node_roles(node).join(","), "<none>"),
        age_of(node, now),
        info.get("kubeletVersion").str().to_owned(),
        address(node, "InternalIP"),
        address(node, "ExternalIP"),
        or(info.get("osImage").str(), "<unknown>"),
        kernel,
        or(info.get("containerRuntimeVersion").str(), "<unknown>"),
    ]
}

fn address(node: &Value, kind: &str) -> String {
    let found = node.at(&["status", "addresses"]).items().iter().find(|a| a.get("type").str() == kind);
    found.map_or_else(|| "<none>".into(), |a| a.get("address").str().to_owned())
}

/// A node's roles, sorted: what its labels `node-role.kubernetes.io/ROLE` and `kubernetes.io/role: ROLE` name.
pub fn node_roles(node: &Value) -> Vec<&str> {
    let mut roles: Vec<&str> = node
        .labels()
        .entries()
        .filter_map(|(k, v)| match k.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None => (k == "kubernetes.io/role").then(|| v.str()),
        })
        .filter(|role| !role.is_empty())
        .list();
    roles.order();
    roles.dedup();
    roles
}

//! Discovery: `/`, `/api`, `/apis`, and the resources of each group and version.

use crate::base::{List as _, Order as _, base64, sha256};

use super::ApiServer;
use super::event_forms::stored_kind;
use super::strategy::has_status;
use crate::api::schema::schema;
use crate::api::{KindRef, Value, join_api_version};
use crate::obj;

const CHANGE: &[&str] = &["get", "patch", "update"];
const CREATE: &[&str] = &["create"];
const CONNECT: &[&str] = &["create", "get"];
const PROXY: &[&str] = &["create", "delete", "get", "patch", "update"];
const SCALE: (&str, &str, &str, &[&str]) = ("scale", "autoscaling/v1", "Scale", CHANGE);

/// Subresources beside `status`: the resource's name, then group and version (where they differ), kind and verbs.
const SUBRESOURCES: &[(&str, &[(&str, &str, &str, &[&str])])] = &[
    ("namespaces", &[("finalize", "", "Namespace", &["update"])]),
    ("nodes", &[("proxy", "", "NodeProxyOptions", PROXY)]),
    (
        "pods",
        &[
            ("attach", "", "PodAttachOptions", CONNECT),
            ("binding", "", "Binding", CREATE),
            ("ephemeralcontainers", "", "Pod", CHANGE),
            ("eviction", "policy/v1", "Eviction", CREATE),
            ("exec", "", "PodExecOptions", CONNECT),
            ("log", "", "Pod", &["get"]),
            ("portforward", "", "PodPortForwardOptions", CONNECT),
            ("proxy", "", "PodProxyOptions", PROXY),
            ("resize", "", "Pod", CHANGE),
        ],
    ),
    ("replicationcontrollers", &[SCALE]),
    ("deployments", &[SCALE]),
    ("replicasets", &[SCALE]),
    ("statefulsets", &[SCALE]),
    ("certificatesigningrequests", &[("approval", "", "CertificateSigningRequest", CHANGE)]),
    ("serviceaccounts", &[("token", "authentication.k8s.io/v1", "TokenRequest", CREATE)]),
    ("services", &[("proxy", "", "ServiceProxyOptions", PROXY)]),
];

/// The groups in the order in which they are listed. Those of definitions follow, and those of aggregated servers come last.
// Models the priorities of the APIServices that the API server makes for itself.
const GROUPS: [&str; 20] = [
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
];

impl ApiServer {
    /// The document at a path of discovery; none for other paths.
    pub(super) fn discovery(&self, path: &str) -> Option<Value> {
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).list();
        match parts.as_slice() {
            [] => {
                let mut paths: Vec<String> =
                    ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/readyz", "/version"].map(Into::into).into();
                for (group, versions) in self.groups() {
                    paths.push(format!("/apis/{group}"));
                    paths.extend(versions.iter().map(|version| format!("/apis/{group}/{version}")));
                }
                paths.order();
                let paths: Vec<Value> = paths.into_iter().map(Value::from).list();
                Some(obj!({"paths": paths}))
            }
            ["api"] => Some(obj!({
                "kind": "APIVersions", "versions": ["v1"],
                "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"}]
            })),
            ["apis"] => {
                let mut groups = self.groups();
                groups.order_by_key(|(group, _)| {
                    let place = GROUPS.iter().position(|name| name == group).unwrap_or(GROUPS.len());
                    if *group == "metrics.k8s.io" { usize::MAX } else { place }
                });
                let groups: Vec<Value> = groups.iter().map(|(group, versions)| api_group(group, versions)).list();
                Some(obj!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
            }
            ["apis", group] => {
                let groups = self.groups();
                let (group, versions) = groups.iter().find(|(name, _)| name == group)?;
                let mut found = api_group(group, versions);
                found.set(&["kind"], "APIGroup");
                found.set(&["apiVersion"], "v1");
                Some(found)
            }
            ["api", "v1"] => self.resources("", "v1"),
            ["apis", group, version] => self.resources(group, version),
            _ => None,
        }
    }

    /// Whether a handler is registered for a path. A path of a group that is not served has none, and is answered in plain text.
    pub fn has_route(&self, path: &str) -> bool {
        let mut parts = path.trim_start_matches('/').split(['/', '?']);
        let (Some(root), group, version) = (parts.next(), parts.next().unwrap_or_default(), parts.next()) else { return false };
        // For custom kinds each version has handlers of its own.
        let of =
            |kind: KindRef| kind.group == group && (kind.custom.is_none() || version.is_none_or(|v| schema().versions(kind).contains(&v)));
        root == "api" || root == "apis" && self.kinds().into_iter().any(of)
    }

    /// The groups beside the core's, with their versions, the preferred one first.
    pub fn groups(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for kind in self.kinds().into_iter().filter(|k| !k.group.is_empty()) {
            let at = groups.iter().position(|(group, _)| *group == kind.group).unwrap_or_else(|| {
                groups.push((kind.group, Vec::new()));
                groups.len() - 1
            });
            for version in std::iter::once(kind.version).chain(schema().versions(kind)) {
                if !groups[at].1.contains(&version) {
                    groups[at].1.push(version);
                }
            }
        }
        groups
    }

    fn resources(&self, group: &str, version: &str) -> Option<Value> {
        let served = |k: &KindRef| k.group == group && (k.version == version || schema().versions(k).contains(&version));
        let kinds = self.kinds().into_iter().filter(served).list();
        let mut found: Vec<Value> = kinds.iter().copied().flat_map(resources_of).list();
        if found.is_empty() {
            return None;
        }
        // Custom kinds list the status before the scale.
        if kinds.iter().any(|k| k.custom.is_none()) {
            found.order_by_key(|r| r.get("name").arc_str());
        }
        let mut list = obj!({"kind": "APIResourceList", "groupVersion": join_api_version(group, version), "resources": found});
        if !group.is_empty() {
            list.set(&["apiVersion"], "v1");
        }
        Some(list)
    }
}

fn api_group(group: &str, versions: &[&str]) -> Value {
    let version = |version: &str| obj!({"groupVersion": join_api_version(group, version), "version": version});
    let all: Vec<Value> = versions.iter().map(|v| version(v)).list();
    obj!({"name": group, "versions": all, "preferredVersion": version(versions[0])})
}

fn row(kind: KindRef, name: &str, singular: &str, of: &str, verbs: &[&str]) -> Value {
    obj!({"name": name, "singularName": singular, "namespaced": kind.namespaced, "kind": of, "verbs": texts(verbs)})
}

fn texts(list: &[&str]) -> Vec<Value> {
    list.iter().map(|t| Value::from(*t)).list()
}

/// An entry for a kind, in the aggregated form of discovery.
pub fn resource(kind: KindRef) -> Value {
    // The metrics server does not give singular names.
    let singular = if kind.group == "metrics.k8s.io" { String::new() } else { kind.singular() };
    let mut resource = row(kind, kind.plural, &singular, kind.kind, kind.verbs);
    for (member, list) in [("shortNames", kind.short_names), ("categories", kind.categories)] {
        if !list.is_empty() {
            resource.set(&[member], texts(list));
        }
    }
    resource
}

/// The kinds that are stored in an older version than they are served in.
const OLDER: [&str; 3] = ["CustomResourceDefinition", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"];

/// A hash of the group, version and kind in which objects are stored.
// Models discovery.StorageVersionHash.
fn storage_version_hash(kind: KindRef) -> String {
    let kind = stored_kind(kind);
    let version = if kind.custom.is_none() && OLDER.contains(&kind.kind) { "v1beta1" } else { kind.version };
    base64::encode(&sha256(format!("{}/{version}/{}", kind.group, kind.kind).as_bytes())[..8])
}

/// The entries for a kind's resource and its subresources.
fn resources_of(kind: KindRef) -> Vec<Value> {
    let mut rows = vec![resource(kind)];
    // Kinds that are not stored are computed on request, or served by another server.
    if kind.verbs.contains(&"watch") && kind.group != "metrics.k8s.io" || kind.custom.is_some() {
        rows[0].set(&["storageVersionHash"], storage_version_hash(kind));
    }
    let of_table = SUBRESOURCES.iter().filter(|(plural, _)| *plural == kind.plural && kind.custom.is_none()).flat_map(|(_, subs)| *subs);
    let scale = kind.custom.as_ref().filter(|c| !c.scale(kind.version).is_null()).map(|_| &SCALE);
    let status = has_status(kind).then_some(&("status", "", "", CHANGE));
    for (sub, group_version, of, verbs) in of_table.chain(status).chain(scale) {
        let mut sub = row(kind, &format!("{}/{sub}", kind.plural), "", if of.is_empty() { kind.kind } else { of }, verbs);
        if let Some((group, version)) = group_version.split_once('/') {
            sub.set(&["group"], group);
            sub.set(&["version"], version);
        }
        rows.push(sub);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::table_rows::recorded;

    #[test]
    fn resources_are_those_of_the_real_server() {
        let api = ApiServer::new(1);
        for path in [
            "/api/v1",
            "/apis/apps/v1",
            "/apis/autoscaling/v1",
            "/apis/autoscaling/v2",
            "/apis/batch/v1",
            "/apis/events.k8s.io/v1",
            "/apis/networking.k8s.io/v1",
            "/apis/policy/v1",
        ] {
            let Some(want) = recorded(&format!("openapi/discovery-{}.json", path[1..].replace('/', "_"))) else { return };
            assert_eq!(api.discovery(path), Some(want), "{path}");
        }
    }

    #[test]
    fn documents_lead_to_each_other() {
        let api = ApiServer::new(1);
        let root = api.discovery("/").expect("the root");
        assert!(root.get("paths").items().iter().any(|p| p.str() == "/apis/apps/v1"));
        for path in root.get("paths").items().iter().filter(|p| p.str().starts_with("/api")) {
            let found = api.discovery(path.str()).expect("it is named");
            assert!(found.get("kind").str().starts_with("API"), "{path:?}");
        }
        let group = api.discovery("/apis/autoscaling").expect("a group");
        assert_eq!(group.at(&["preferredVersion", "version"]).str(), "v2");
        assert_eq!(group.get("versions").items().len(), 2);
        assert_eq!((api.discovery("/apis/nobody"), api.discovery("/apis/apps/v7"), api.discovery("/api/v1/pods")), (None, None, None));
    }
}

//! Objects that every cluster has from the start and nobody acts on here: they are made when they are read, and kept only
//! once somebody changes them. Nothing here may change anything.

use std::cmp::Ordering;

use super::ApiServer;
use super::event_forms::{in_form_of, stored_kind};
use crate::api::{KindRef, Object, Value, kinds};
use crate::base::{List as _, Order as _, RandomStream, Time, text};
use crate::obj;
use crate::store::ObjectKey;

/// Those that are always the same, each its plural and what it says beyond what all say.
// Models k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap, and what the control plane writes for itself.
static OBJECTS: &str = include_str!("built_in.txt");

/// Groups of the API, each with the least priority that its versions have.
const GROUPS: &str = "apps:17800 events.k8s.io:17750 authentication.k8s.io:17700 authorization.k8s.io:17600 autoscaling:17500 batch:17400 \
                      certificates.k8s.io:17300 networking.k8s.io:17200 policy:17100 rbac.authorization.k8s.io:17000 storage.k8s.io:16800 \
                      apiextensions.k8s.io:16700 admissionregistration.k8s.io:16700 scheduling.k8s.io:16600 coordination.k8s.io:16500 \
                      node.k8s.io:16300 discovery.k8s.io:16200 flowcontrol.apiserver.k8s.io:16100 resource.k8s.io:15900 :18000";
const FLOW_CONTROL: &str = "flowcontrol.apiserver.k8s.io";
/// The API server's field manager for what it keeps in FLOW_CONTROL (`ensurer`'s `fieldManager`).
pub(super) const APF_PRODUCER: &str = "api-priority-and-fairness-config-producer-v1";

fn condition(kind: &str, status: &str, reason: &str, message: String) -> Value {
    obj!([{"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": Time::ZERO.rfc3339()}])
}

impl ApiServer {
    /// The objects of a kind that are made when they are read.
    pub(super) fn built_in(&self, kind: KindRef) -> Vec<Value> {
        if stored_kind(kind) != kind {
            return self.iter(kinds::EVENT, None).map(|event| in_form_of(kind, event)).list();
        }
        let mut found: Vec<Value> = match (kind.group, kind.plural) {
            ("apiregistration.k8s.io", _) => self.services_of_groups(),
            ("networking.k8s.io", "ipaddresses") => self.iter(kinds::SERVICE, None).filter_map(address).list(),
            ("networking.k8s.io", "servicecidrs")
            | ("", "componentstatuses" | "configmaps")
            | ("coordination.k8s.io" | FLOW_CONTROL, _) => {
                let lines = OBJECTS.lines().filter_map(|line| line.split_once(' ')).filter(|(plural, _)| *plural == kind.plural);
                lines.filter_map(|(_, json)| Value::from_json(json).ok()).list()
            }
            _ => return Vec::new(),
        };
        for object in &mut found {
            object.set(&["apiVersion"], kind.api_version());
            object.set(&["kind"], kind.kind);
            if kind == kinds::COMPONENT_STATUS {
                object.set(&["metadata", "creationTimestamp"], Value::Null);
                continue;
            }
            if kind.namespaced {
                object.set(&["metadata", "namespace"], "kube-system");
            }
            if kind.group == FLOW_CONTROL {
                object.set(&["metadata", "annotations"], obj!({"apf.kubernetes.io/autoupdate-spec": "true"}));
                object.set(&["metadata", "generation"], 1);
                object.set(&["status"], Value::map());
            }
            if kind == kinds::FLOW_SCHEMA {
                let level = object.at(&["spec", "priorityLevelConfiguration", "name"]).str();
                let message = format!("This FlowSchema references the PriorityLevelConfiguration object named {level:?} and it exists");
                object.set(&["status", "conditions"], condition("Dangling", "False", "Found", message));
            }
            // The same in every cluster.
            let uid = RandomStream::new(0, &format!("{}/{}", kind.plural, object.name())).uuid();
            object.set(&["metadata", "uid"], uid);
            object.settle(&["metadata", "creationTimestamp"], &Time::ZERO.rfc3339());
            object.set(&["metadata", "resourceVersion"], "1");
        }
        found
    }

    /// The object at a place that is made when it is read.
    pub(super) fn built_in_at(&self, key: &ObjectKey) -> Option<Value> {
        let stored = stored_kind(key.kind);
        if stored != key.kind {
            return self.peek(stored, &key.namespace, &key.name).map(|event| in_form_of(key.kind, event));
        }
        self.built_in(key.kind).into_iter().find(|o| o.name() == &*key.name && o.namespace() == &*key.namespace)
    }

    /// What is kept of a kind, and what was made of it, in one order: by namespace and name.
    pub(super) fn with_built_in<'a>(
        &self,
        kind: KindRef,
        namespace: Option<&str>,
        mut kept: Vec<&'a Value>,
        made: &'a [Value],
    ) -> Vec<&'a Value> {
        let is_kept = |o: &Value| self.peek(kind, o.namespace(), o.name()).is_some();
        kept.extend(made.iter().filter(|o| namespace.is_none_or(|n| o.namespace() == n) && !is_kept(o)));
        if !made.is_empty() {
            kept.order_by(|a, b| match text::compare(a.namespace(), b.namespace()) {
                Ordering::Equal => text::compare(a.name(), b.name()),
                other => other,
            });
        }
        kept
    }

    /// Who serves each group and version.
    // Models the aggregator's autoregistration.
    fn services_of_groups(&self) -> Vec<Value> {
        let mut found = Vec::new();
        let groups = std::iter::once(("", vec!["v1"])).chain(self.groups());
        for (group, versions) in groups.filter(|(group, _)| *group != "apiregistration.k8s.io") {
            let own: Option<i64> =
                GROUPS.split_whitespace().filter_map(|g| g.split_once(':')).find(|(g, _)| *g == group).and_then(|(_, p)| p.parse().ok());
            for version in versions {
                let metrics = group == "metrics.k8s.io";
                let rank = match (group, version) {
                    ("", _) => 1,
                    (FLOW_CONTROL, _) => 21,
                    (_, "v2") if own.is_some() => 30,
                    _ if own.is_some() => 15,
                    _ => 100,
                };
                let (reason, message) =
                    if metrics { ("Passed", "all checks passed") } else { ("Local", "Local APIServices are always available") };
                let mut service = obj!({
                    "metadata": {"name": format!("{version}.{group}")},
                    "spec": {"version": version, "groupPriorityMinimum": own.unwrap_or(if metrics { 100 } else { 1000 }), "versionPriority": rank},
                    "status": {"conditions": condition("Available", "True", reason, message.to_owned())}
                });
                if !group.is_empty() {
                    service.set(&["spec", "group"], group);
                }
                if metrics {
                    service.set(&["spec", "insecureSkipTLSVerify"], true);
                    service.set(&["spec", "service"], obj!({"name": "metrics-server", "namespace": "kube-system", "port": 443}));
                } else {
                    let how = if own.is_some() { "onstart" } else { "true" };
                    service.set(&["metadata", "labels", "kube-aggregator.kubernetes.io/automanaged"], how);
                }
                found.push(service);
            }
        }
        found
    }
}

/// Who makes such an object in a real cluster, as which field manager.
pub(super) fn maker(kind: KindRef, name: &str) -> &'static str {
    match name {
        _ if kind.group == FLOW_CONTROL => APF_PRODUCER,
        "kube-scheduler" => "kube-scheduler",
        "kube-controller-manager" => "kube-controller-manager",
        _ => "kube-apiserver",
    }
}

/// The address that a Service has taken.
fn address(service: &Value) -> Option<Value> {
    let ip = service.at(&["spec", "clusterIP"]).str();
    let taken = !matches!(ip, "" | "None");
    taken.then(|| {
        obj!({
            "metadata": {
                "name": ip, "creationTimestamp": service.at(&["metadata", "creationTimestamp"]),
                "labels": {"ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"}
            },
            "spec": {"parentRef": {"name": service.name_arc(), "namespace": service.namespace_arc(), "resource": "services"}}
        })
    })
}

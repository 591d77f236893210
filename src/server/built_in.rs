//! Objects that every cluster has from the start and nobody acts on here: they are made when they are read, and not kept.
//! Nothing here may change anything.

use std::cmp::Ordering;

use super::ApiServer;
use crate::api::{Kind, KindRef, Object, Value};
use crate::base::{Order as _, RandomStream, Time, text};
use crate::obj;

/// Flow schemas: name, priority level, precedence, by what flows are told apart, and who it is for; what for, where that is not everything.
// Models k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap.
const FLOWS: &str = "
catch-all catch-all 10000 ByUser Group:system:unauthenticated,Group:system:authenticated
exempt exempt 1 - Group:system:masters
global-default global-default 9900 ByUser Group:system:unauthenticated,Group:system:authenticated
kube-controller-manager workload-high 800 ByNamespace User:system:kube-controller-manager
kube-scheduler workload-high 800 ByNamespace User:system:kube-scheduler
kube-system-service-accounts workload-high 900 ByNamespace ServiceAccount:*
probes exempt 2 - Group:system:unauthenticated,Group:system:authenticated get=/healthz,/readyz,/livez
service-accounts workload-low 9000 ByUser Group:system:serviceaccounts
system-leader-election leader-election 100 ByUser User:system:kube-controller-manager,User:system:kube-scheduler,ServiceAccount:* get,create,update=coordination.k8s.io=leases
system-node-high node-high 400 ByUser Group:system:nodes *==nodes,nodes/status *=coordination.k8s.io=leases
system-nodes system 500 ByUser Group:system:nodes
";

/// Priority levels: name, shares, lendable percent, queues and size of a hand; none where they have no queues.
const LEVELS: &str = "
catch-all 5 0
exempt 0 0
global-default 20 50 128 6
leader-election 10 0 16 4
node-high 40 25 64 6
system 30 33 64 6
workload-high 40 50 128 6
workload-low 100 90 128 6
";

/// Groups of the API, each with the least priority that its versions have.
const GROUPS: &str = "apps:17800 events.k8s.io:17750 authentication.k8s.io:17700 authorization.k8s.io:17600 autoscaling:17500 batch:17400 \
                      certificates.k8s.io:17300 networking.k8s.io:17200 policy:17100 rbac.authorization.k8s.io:17000 storage.k8s.io:16800 \
                      apiextensions.k8s.io:16700 admissionregistration.k8s.io:16700 scheduling.k8s.io:16600 coordination.k8s.io:16500 \
                      node.k8s.io:16300 discovery.k8s.io:16200 flowcontrol.apiserver.k8s.io:16100 resource.k8s.io:15900 :18000";
const CERTIFICATES: [(&str, &str); 5] = [
    ("client-ca-file", super::CERTIFICATE),
    ("requestheader-allowed-names", "[\"front-proxy-client\"]"),
    ("requestheader-client-ca-file", super::CERTIFICATE),
    ("requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]"),
    ("requestheader-group-headers", "[\"X-Remote-Group\"]"),
];

fn list(text: &str) -> Value {
    text.split(',').map(Value::from).collect::<Vec<_>>().into()
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
    obj!([{
        "type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": Time::ZERO.rfc3339()
    }])
}

fn flow(line: &str) -> Option<Value> {
    let mut words = line.split(' ');
    let (name, level, precedence, method, who) = (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
    let subject = |text: &str| {
        let (kind, name) = text.split_once(':').unwrap_or((text, ""));
        let member = match kind {
            "ServiceAccount" => "serviceAccount",
            "User" => "user",
            _ => "group",
        };
        let mut subject = obj!({"kind": kind});
        subject.set(&[member, "name"], name);
        if kind == "ServiceAccount" {
            subject.set(&[member, "namespace"], "kube-system");
        }
        subject
    };
    let mut rules = obj!({"subjects": who.split(',').map(subject).collect::<Vec<_>>()});
    let (mut urls, mut resources) = (Vec::new(), Vec::new());
    let what: Vec<&str> = words.collect();
    for rule in if what.is_empty() { vec!["*=*", "*=*=*"] } else { what } {
        let parts: Vec<&str> = rule.split('=').collect();
        match parts.as_slice() {
            [verbs, paths] => urls.push(obj!({"verbs": list(verbs), "nonResourceURLs": list(paths)})),
            [verbs, group, of] => {
                let mut rule = obj!({"verbs": list(verbs), "apiGroups": [*group], "resources": list(of), "namespaces": ["*"]});
                if *of != "leases" {
                    rule.set(&["clusterScope"], true);
                }
                resources.push(rule);
            }
            _ => {}
        }
    }
    for (member, found) in [("nonResourceRules", urls), ("resourceRules", resources)] {
        if !found.is_empty() {
            rules.set(&[member], found);
        }
    }
    let mut flow = obj!({
        "metadata": {"name": name},
        "spec": {
            "matchingPrecedence": precedence.parse::<i64>().unwrap_or(0), "priorityLevelConfiguration": {"name": level}, "rules": [rules]
        }
    });
    if method != "-" {
        flow.set(&["spec", "distinguisherMethod", "type"], method);
    }
    let message = format!("This FlowSchema references the PriorityLevelConfiguration object named {level:?} and it exists");
    flow.set(&["status", "conditions"], condition("Dangling", "False", "Found", &message));
    Some(flow)
}

fn level(line: &str) -> Option<Value> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let numbers: Vec<i64> = words.filter_map(|w| w.parse().ok()).collect();
    let mut how = obj!({"nominalConcurrencyShares": *numbers.first()?, "lendablePercent": *numbers.get(1)?});
    let exempt = name == "exempt";
    match numbers.as_slice() {
        [_, _, queues, hand] => {
            let queuing = obj!({"queues": *queues, "handSize": *hand, "queueLengthLimit": 50});
            how.set(&["limitResponse"], obj!({"type": "Queue", "queuing": queuing}));
        }
        _ if !exempt => how.set(&["limitResponse", "type"], "Reject"),
        _ => {}
    }
    let mut level = obj!({"metadata": {"name": name}, "spec": {"type": if exempt { "Exempt" } else { "Limited" }}, "status": {}});
    level.set(&["spec", if exempt { "exempt" } else { "limited" }], how);
    Some(level)
}

impl ApiServer {
    /// The objects of a kind that are made when they are read.
    pub(super) fn built_in(&self, kind: KindRef) -> Vec<Value> {
        let mut found: Vec<Value> = match (kind.group, kind.plural) {
            ("flowcontrol.apiserver.k8s.io", "flowschemas") => FLOWS.lines().filter_map(flow).collect(),
            ("flowcontrol.apiserver.k8s.io", _) => LEVELS.lines().filter_map(level).collect(),
            ("apiregistration.k8s.io", _) => self.services_of_groups(),
            ("networking.k8s.io", "servicecidrs") => vec![obj!({
                "metadata": {"name": "kubernetes", "finalizers": ["networking.k8s.io/service-cidr-finalizer"]},
                "spec": {"cidrs": ["10.96.0.0/12"]},
                "status": {"conditions": condition("Ready", "True", "", "Kubernetes Service CIDR is ready")}
            })],
            ("networking.k8s.io", "ipaddresses") => {
                let services = self.iter(Kind::named("Service"), None);
                services.filter_map(address).collect()
            }
            ("", "componentstatuses") => {
                let healthy = |name: &&str| {
                    obj!({
                        "metadata": {"name": *name},
                        "conditions": [{"type": "Healthy", "status": "True", "message": "ok"}]
                    })
                };
                ["controller-manager", "etcd-0", "scheduler"].iter().map(healthy).collect()
            }
            ("", "configmaps") => {
                let mut data = Value::map();
                for (key, text) in CERTIFICATES {
                    data.set(&[key], text);
                }
                data.set(&["requestheader-uid-headers"], "[\"X-Remote-Uid\"]");
                data.set(&["requestheader-username-headers"], "[\"X-Remote-User\"]");
                let since = &Time::ZERO.rfc3339()[..10];
                vec![
                    obj!({"metadata": {"name": "extension-apiserver-authentication"}, "data": data}),
                    obj!({"metadata": {"name": "kube-apiserver-legacy-service-account-token-tracking"}, "data": {"since": since}}),
                ]
            }
            ("coordination.k8s.io", "leases") => {
                let lease = |name: &str, seconds: i64| {
                    obj!({
                        "metadata": {"name": name},
                        "spec": {
                            "acquireTime": Time::ZERO.rfc3339_micro(), "holderIdentity": format!("control-plane_{}", uid(kind, name)),
                            "leaseDurationSeconds": seconds, "leaseTransitions": 0, "renewTime": Time::ZERO.rfc3339_micro()
                        }
                    })
                };
                let mut own = lease("apiserver-d5e6wkptn4vcmyhbqxjl7zru2a", 3600);
                own.set(
                    &["metadata", "labels"],
                    obj!({"apiserver.kubernetes.io/identity": "kube-apiserver", "kubernetes.io/hostname": "control-plane"}),
                );
                own.at_mut(&["spec"]).remove(&["acquireTime"]);
                own.at_mut(&["spec"]).remove(&["leaseTransitions"]);
                vec![own, lease("kube-controller-manager", 15), lease("kube-scheduler", 15)]
            }
            _ => return Vec::new(),
        };
        for object in &mut found {
            object.set(&["apiVersion"], kind.api_version());
            object.set(&["kind"], kind.kind);
            if kind.plural == "componentstatuses" {
                object.set(&["metadata", "creationTimestamp"], Value::Null);
                continue;
            }
            if kind.namespaced {
                object.set(&["metadata", "namespace"], "kube-system");
            }
            if kind.group == "flowcontrol.apiserver.k8s.io" {
                object.set(&["metadata", "annotations"], obj!({"apf.kubernetes.io/autoupdate-spec": "true"}));
                object.set(&["metadata", "generation"], 1);
            }
            let id = uid(kind, object.name());
            object.set(&["metadata", "uid"], id);
            object.settle(&["metadata", "creationTimestamp"], &Time::ZERO.rfc3339());
            object.set(&["metadata", "resourceVersion"], "1");
        }
        found
    }

    /// What is kept and what is not, by namespace and name.
    pub(super) fn with_built_in(&self, kind: KindRef, mut kept: Vec<Value>, fits: &dyn Fn(&Value) -> bool) -> Vec<Value> {
        let made = self.built_in(kind);
        if made.is_empty() {
            return kept;
        }
        let is_kept = |o: &Value| self.peek(kind, o.namespace(), o.name()).is_some();
        kept.extend(made.into_iter().filter(|o| fits(o) && !is_kept(o)));
        kept.order_by(|a, b| match text::compare(a.namespace(), b.namespace()) {
            Ordering::Equal => text::compare(a.name(), b.name()),
            other => other,
        });
        kept
    }

    /// Who serves each group and version.
    // Models the aggregator's autoregistration.
    fn services_of_groups(&self) -> Vec<Value> {
        let mut found = Vec::new();
        for (group, versions) in std::iter::once(("", vec!["v1"])).chain(self.groups()) {
            let listed = GROUPS.split_whitespace().filter_map(|g| g.split_once(':')).find(|(name, _)| *name == group).map(|(_, p)| p);
            let own = listed.is_some();
            if group == "apiregistration.k8s.io" {
                continue;
            }
            for version in versions {
                let metrics = group == "metrics.k8s.io";
                let (least, rank) = match (group, version) {
                    ("metrics.k8s.io", _) => (100, 100),
                    ("", _) => (18_000, 1),
                    ("flowcontrol.apiserver.k8s.io", _) => (16_100, 21),
                    ("autoscaling", "v2") => (17_500, 30),
                    _ => (listed.and_then(|p| p.parse().ok()).unwrap_or(1000), if own { 15 } else { 100 }),
                };
                let (reason, message) = match metrics {
                    true => ("Passed", "all checks passed"),
                    false => ("Local", "Local APIServices are always available"),
                };
                let mut service = obj!({
                    "metadata": {"name": format!("{version}.{group}")},
                    "spec": {"group": group, "version": version, "groupPriorityMinimum": least, "versionPriority": rank},
                    "status": {"conditions": condition("Available", "True", reason, message)}
                });
                if group.is_empty() {
                    service.at_mut(&["spec"]).remove(&["group"]);
                }
                if metrics {
                    service.set(&["spec", "insecureSkipTLSVerify"], true);
                    service.set(&["spec", "service"], obj!({"name": "metrics-server", "namespace": "kube-system", "port": 443}));
                } else {
                    let how = if own { "onstart" } else { "true" };
                    service.set(&["metadata", "labels", "kube-aggregator.kubernetes.io/automanaged"], how);
                }
                found.push(service);
            }
        }
        found
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

/// An id that is the same in every cluster.
fn uid(kind: KindRef, name: &str) -> String {
    RandomStream::new(0, &format!("{}/{name}", kind.plural)).uuid()
}

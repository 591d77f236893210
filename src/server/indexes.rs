//! The indexes of the store, such as the informers of real components keep, and look-ups by them.

use super::ApiServer;
use crate::api::well_known::SERVICE_NAME;
use crate::api::{ArcStr, KindRef, Object, Value, kinds, resource_claim};
use crate::base::List as _;
use crate::store::{Indexer, ObjectKey};

const OWNER: &str = "owner";
const NODE: &str = "node";
const INVOLVED: &str = "involved";
const ENDING: &str = "ending";
const ORPHAN: &str = "orphan";
const CLAIM: &str = "claim";
const SELECTS: &str = "selects";
const SLICES: &str = "slices";
const ADDRESS: &str = "address";
const NODE_PORT: &str = "nodePort";

/// Dependents by owner; pods by node and by ResourceClaim; events by their object; Services and budgets by a label that they select;
/// Services and nodes by address, Services by the ports of nodes that lead to them; EndpointSlices by Service; and, by kind, what is being
/// deleted.
pub(super) const INDEXERS: &[Indexer] = &[
    Indexer {
        name: OWNER,
        terms: |_, object, found| {
            for owner in object.get("metadata").get("ownerReferences").items() {
                found(owner.get("uid").arc_str());
            }
        },
    },
    Indexer {
        name: NODE,
        terms: |kind, object, found| {
            if kind == kinds::POD {
                let node = object.get("spec").get("nodeName").arc_str();
                if !node.is_empty() {
                    found(node);
                }
            }
        },
    },
    Indexer {
        name: ORPHAN,
        terms: |kind, object, found| {
            if kind == kinds::POD && object.controller_ref().is_null() {
                found(object.namespace_arc());
            }
        },
    },
    Indexer {
        name: CLAIM,
        terms: |kind, object, found| {
            if kind == kinds::POD {
                resource_claim::names(object).for_each(|claim| found(named_term(object.namespace(), &claim)));
            }
        },
    },
    Indexer {
        name: SELECTS,
        terms: |kind, object, found| {
            let selector = object.get("spec").get("selector");
            let labels = match kind.built_in() {
                "services" => selector,
                "poddisruptionbudgets" => selector.get("matchLabels"),
                _ => return,
            };
            if let Some((key, value)) = labels.entries().next() {
                found(label_term(kind, object.namespace(), key, value.str()));
            } else if !selector.is_null() {
                found(label_term(kind, object.namespace(), "", ""));
            }
        },
    },
    Indexer {
        name: SLICES,
        terms: |kind, object, found| {
            if kind == kinds::ENDPOINT_SLICE
                && let Some(service) = object.label(SERVICE_NAME)
            {
                found(named_term(object.namespace(), service));
            }
        },
    },
    Indexer {
        name: ADDRESS,
        terms: |kind, object, found| {
            if kind == kinds::SERVICE {
                let (spec, ingress) = (object.get("spec"), object.at(&["status", "loadBalancer", "ingress"]));
                let outside = spec.get("externalIPs").items().iter().chain(ingress.items().iter().map(|i| i.get("ip")));
                [spec.get("clusterIP")].into_iter().chain(outside).filter_map(Value::as_str).for_each(|ip| found(ip.into()));
            } else if kind == kinds::NODE {
                object.at(&["status", "addresses"]).items().iter().for_each(|a| found(a.get("address").arc_str()));
            }
        },
    },
    Indexer {
        name: NODE_PORT,
        terms: |kind, object, found| {
            if kind == kinds::SERVICE {
                let spec = object.get("spec");
                let ports = spec.get("ports").items().iter().map(|p| p.get("nodePort")).chain([spec.get("healthCheckNodePort")]);
                ports.filter(|p| !p.is_null()).for_each(|p| found(p.int().to_string().into()));
            }
        },
    },
    Indexer {
        name: INVOLVED,
        terms: |kind, object, found| {
            if kind.built_in() == "events" {
                let involved = object.get("involvedObject");
                let uid = involved.get("uid").arc_str();
                found(if uid.is_empty() { involved.get("name").arc_str() } else { uid });
            }
        },
    },
    Indexer {
        name: ENDING,
        terms: |kind, object, found| {
            if object.is_terminating() {
                found(kind.kind.into());
            }
        },
    },
];

/// The term of a label. That with an empty key, which no label has, is for selectors that ask for no label.
fn label_term(kind: KindRef, namespace: &str, key: &str, value: &str) -> ArcStr {
    [kind.plural, namespace, key, value].join("/").into()
}

fn named_term(namespace: &str, name: &str) -> ArcStr {
    [namespace, name].join("/").into()
}

impl ApiServer {
    /// Objects of a kind whose controller has this uid.
    pub fn owned_by(&self, uid: &str, kind: KindRef) -> impl Iterator<Item = &Value> {
        let keys = self.store.indexed(OWNER, uid).filter(move |k| k.kind == kind);
        // Where many of a kind are its own, to go through all of them is quicker than to find each.
        let (all, its) = match keys.clone().count() * 4 > self.store.count(kind) {
            true => (Some(self.store.iter(kind, None)), None),
            false => (None, Some(keys.filter_map(|k| self.store.get(k)))),
        };
        let both = all.into_iter().flatten().chain(its.into_iter().flatten());
        both.filter(move |v| v.controller_ref().get("uid").str() == uid)
    }

    /// All objects that name this uid as an owner.
    pub fn dependents(&self, uid: &str) -> impl Iterator<Item = (&ObjectKey, &Value)> {
        self.store.indexed(OWNER, uid).filter_map(|k| Some((k, self.store.get(k)?)))
    }

    /// Pods bound to a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Value> {
        self.store.indexed(NODE, node).filter_map(|k| self.store.get(k))
    }

    /// Pods that use a claim of devices, by its name.
    // Models the resource claim controller's podResourceClaimIndex.
    pub fn pods_with_claim(&self, namespace: &str, claim: &str) -> impl Iterator<Item = &Value> {
        self.store.indexed(CLAIM, &named_term(namespace, claim)).filter_map(|k| self.store.get(k))
    }

    /// Services or budgets of a namespace that may select an object with these labels. All that do are among them, each once.
    pub fn selecting(&self, kind: KindRef, namespace: &str, labels: &Value) -> Vec<&Value> {
        let of = |(key, value): (&str, &str)| self.store.indexed(SELECTS, &label_term(kind, namespace, key, value));
        let terms = labels.entries().map(|(key, value)| (key.as_str(), value.str())).chain([("", "")]);
        terms.flat_map(of).filter_map(|k| self.store.get(k)).list()
    }

    /// The Services that have an address, in the cluster or outside; of `None` those that have none of their own.
    pub fn services_at(&self, ip: &str) -> impl Iterator<Item = &Value> {
        self.at_address(kinds::SERVICE, ip)
    }

    /// The nodes that have an address.
    pub fn nodes_at(&self, ip: &str) -> impl Iterator<Item = &Value> {
        self.at_address(kinds::NODE, ip)
    }

    fn at_address(&self, kind: KindRef, ip: &str) -> impl Iterator<Item = &Value> {
        self.store.indexed(ADDRESS, ip).filter(move |k| k.kind == kind).filter_map(|k| self.store.get(k))
    }

    /// The Services to which a port of the nodes belongs: as one that leads to their pods, or as that of their health check.
    pub fn services_on(&self, node_port: u16) -> impl Iterator<Item = &Value> {
        self.store.indexed(NODE_PORT, &node_port.to_string()).filter_map(|k| self.store.get(k))
    }

    /// The EndpointSlices of a Service.
    pub fn slices_of(&self, namespace: &str, service: &str) -> impl Iterator<Item = &Value> {
        self.store.indexed(SLICES, &named_term(namespace, service)).filter_map(|k| self.store.get(k))
    }

    /// Pods of a namespace that no controller owns.
    pub fn orphan_pods(&self, namespace: &str) -> impl Iterator<Item = &Value> {
        self.store.indexed(ORPHAN, namespace).filter_map(|k| self.store.get(k))
    }

    /// Events about the object with this UID or, if their reference has none, with this name.
    pub fn events_about(&self, uid: &str) -> impl Iterator<Item = &Value> {
        self.store.indexed(INVOLVED, uid).filter_map(|k| self.store.get(k))
    }

    /// Objects of a kind that are being deleted.
    pub fn terminating(&self, kind: KindRef) -> impl Iterator<Item = &Value> {
        self.store.indexed(ENDING, kind.kind).filter(move |k| k.kind == kind).filter_map(|k| self.store.get(k))
    }
}

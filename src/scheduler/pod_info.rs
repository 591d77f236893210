//! A pod as the scheduler sees it. Pods that are alike in everything that matters to scheduling share one parsed [`PodClass`]. It may not
//! know of nodes.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::resources::{Resources, ScalarNames, milli_value, pod_requests};
use super::selector::Selector;
use crate::api::host_ports::{self, HostPort};
use crate::api::node_affinity::{PreferredNodeAffinity, RequiredNodeAffinity};
use crate::api::{ArcStr, Object, Value, find_condition, is_sidecar};
use crate::base::{List as _, Order as _, SortedSet};

/// What decides where a pod may run: its namespace, labels, controller and spec, parsed.
#[derive(Debug)]
pub struct PodClass {
    /// The number of the class, which indexes what is remembered per class.
    pub id: u32,
    /// The pod's namespace.
    pub namespace: ArcStr,
    /// `metadata.labels`.
    pub labels: Value,
    /// The controller's owner reference; null where there is none.
    pub controller: Value,
    /// `spec` of the first pod of the class.
    pub spec: Value,
    /// `spec.priority`.
    pub priority: i64,
    /// What the pod requests.
    pub requests: Resources,
    /// The same, with defaults for containers without requests: CPU in millicores, memory in bytes.
    pub non_zero: (i64, i64),
    /// What its containers alone request, with the same defaults: by this a node is scored for the pod.
    // NewFit does not tell the scorer that pods may request resources as a whole.
    pub scored: (i64, i64),
    /// Ports of the node that the pod takes.
    pub host_ports: Vec<HostPort>,
    /// Required node affinity, with the node selector.
    pub required_nodes: RequiredNodeAffinity,
    /// The names of the only nodes that its affinity allows, if it names nodes.
    pub node_names: Option<Vec<ArcStr>>,
    /// Preferred node affinity.
    pub preferred_nodes: PreferredNodeAffinity,
    /// `topologySpreadConstraints`.
    pub spread: Vec<SpreadConstraint>,
    /// Required pod affinity.
    pub affinity: Vec<AffinityTerm>,
    /// Required pod anti-affinity.
    pub anti_affinity: Vec<AffinityTerm>,
    /// Preferred pod affinity, and with negative weights anti-affinity.
    pub preferred_pods: Vec<AffinityTerm>,
    /// Names of the images of all containers and of volumes, as node status has them.
    pub images: Vec<ArcStr>,
    /// Claims that volumes name, and the names of volumes whose claim is named after the pod.
    pub claims: Vec<Claim>,
}

/// A volume's claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// The claim of this name.
    Named(ArcStr),
    /// The claim that is named after the pod and this volume.
    Ephemeral(ArcStr),
}

/// One `topologySpreadConstraint`.
#[derive(Clone, Debug, PartialEq)]
pub struct SpreadConstraint {
    /// `maxSkew`.
    pub max_skew: i64,
    /// The label of nodes whose values are the domains.
    pub topology_key: ArcStr,
    /// Whether a node that violates it is refused, rather than scored lower.
    pub hard: bool,
    /// Which pods are counted.
    pub selector: Selector,
    /// `minDomains`.
    pub min_domains: i64,
    /// Whether nodes that the pod's node affinity excludes are left out of the count.
    pub honors_affinity: bool,
    /// Whether nodes with taints that the pod does not tolerate are left out.
    pub honors_taints: bool,
}

/// One term of pod affinity or anti-affinity.
#[derive(Clone, Debug, PartialEq)]
pub struct AffinityTerm {
    /// The namespaces that it names, sorted.
    pub namespaces: Vec<ArcStr>,
    /// The selector of further namespaces.
    pub namespace_selector: Selector,
    /// The selector of pods.
    pub selector: Selector,
    /// The topology key.
    pub topology_key: ArcStr,
    /// The weight of a preferred term; negative for anti-affinity.
    pub weight: i64,
}

impl AffinityTerm {
    fn parse(term: &Value, namespace: &ArcStr, weight: i64) -> Self {
        let mut namespaces: Vec<ArcStr> = term.get("namespaces").items().iter().map(Value::arc_str).list();
        let by_labels = term.get("namespaceSelector");
        if namespaces.is_empty() && by_labels.is_null() {
            namespaces.push(namespace.clone());
        }
        namespaces.order();
        AffinityTerm {
            namespaces,
            namespace_selector: Selector::of_label_selector(by_labels),
            selector: Selector::of_label_selector(term.get("labelSelector")),
            topology_key: term.get("topologyKey").arc_str(),
            weight,
        }
    }

    /// Whether the term matches pods of this class, whose namespace has these labels.
    pub fn matches(&self, class: &PodClass, namespace_labels: &Value) -> bool {
        (self.namespaces.contains(&class.namespace) || self.namespace_selector.matches(namespace_labels))
            && self.selector.matches(&class.labels)
    }
}

/// A pod as the scheduler sees it.
#[derive(Clone, Debug)]
pub struct PodInfo {
    /// `metadata.uid`.
    pub uid: ArcStr,
    /// `metadata.name`.
    pub name: ArcStr,
    /// What it shares with similar pods.
    pub class: Arc<PodClass>,
    /// `spec.nodeName`; empty where it has no node.
    pub node_name: ArcStr,
    /// Whether it is being deleted.
    pub terminating: bool,
    /// The object.
    pub object: Value,
}

impl PodInfo {
    /// `spec.schedulerName`.
    pub fn scheduler_name(&self) -> &str {
        self.object.at(&["spec", "schedulerName"]).str()
    }

    /// `status.nominatedNodeName`.
    pub fn nominated_node(&self) -> &str {
        self.object.at(&["status", "nominatedNodeName"]).str()
    }

    /// Names of the claims that the pod's volumes need.
    pub fn claim_names(&self) -> impl Iterator<Item = ArcStr> {
        self.class.claims.iter().map(|c| match c {
            Claim::Named(name) => name.clone(),
            Claim::Ephemeral(volume) => format!("{}-{volume}", self.name).into(),
        })
    }
}

/// The classes in use. A class is remembered while a pod has it and for a while after.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    by_content: FxHashMap<u64, Vec<Arc<PodClass>>>,
    next_id: u32,
    count: usize,
    sweep_at: usize,
}

/// From how many classes on unused ones are looked for.
const SWEEP_MIN: usize = 256;

impl Classes {
    /// Whether there are so many that unused ones should be forgotten.
    pub fn are_many(&self) -> bool {
        self.count >= self.sweep_at.max(SWEEP_MIN)
    }

    /// Forgets all but these.
    // The reference counts of classes are no guide: copies of the scheduler hold them, too, and must not change what it does.
    pub fn keep(&mut self, used: &SortedSet<u32>) {
        self.by_content.retain(|_, all| {
            all.retain(|c| used.contains(&c.id));
            !all.is_empty()
        });
        self.count = self.by_content.values().map(Vec::len).sum();
        self.sweep_at = self.count * 2;
    }

    /// Parses a pod, or finds the class of similar pods.
    pub fn pod(&mut self, object: &Value, names: &mut ScalarNames) -> PodInfo {
        PodInfo {
            uid: object.get("metadata").get("uid").arc_str(),
            name: object.name_arc(),
            class: self.class(object, names),
            node_name: object.at(&["spec", "nodeName"]).arc_str(),
            terminating: object.is_terminating(),
            object: object.clone(),
        }
    }

    fn class(&mut self, object: &Value, names: &mut ScalarNames) -> Arc<PodClass> {
        let (spec, labels, controller) = (&spec_in_effect(object), object.labels(), object.controller_ref());
        let namespace = object.get("metadata").get("namespace");
        let mut hasher = FxHasher::default();
        namespace.str().hash(&mut hasher);
        hash_value(labels, &mut hasher);
        controller.get("name").str().hash(&mut hasher);
        for (key, value) in spec.entries().filter(|(k, _)| *k != "nodeName") {
            key.hash(&mut hasher);
            hash_value(value, &mut hasher);
        }
        let content_hash = hasher.finish();
        let known = self.by_content.get(&content_hash).and_then(|all| {
            all.iter().find(|c| {
                c.namespace == namespace.str() && c.labels.same(labels) && c.controller.same(controller) && same_but_node(&c.spec, spec)
            })
        });
        if let Some(class) = known {
            return class.clone();
        }
        let class = Arc::new(PodClass::parse(self.next_id, object, spec, names));
        self.next_id += 1;
        self.count += 1;
        self.by_content.entry(content_hash).or_default().push(class.clone());
        class
    }
}

impl PodClass {
    fn parse(id: u32, object: &Value, spec: &Value, names: &mut ScalarNames) -> Self {
        let namespace = object.namespace_arc();
        let filled = pod_requests(spec, names, true);
        let mut scored = (filled.milli_cpu, filled.memory);
        if !spec.get("resources").is_null() {
            let mut containers = spec.clone();
            containers.remove(&["resources"]);
            let filled = pod_requests(&containers, names, true);
            scored = (filled.milli_cpu, filled.memory);
        }
        let required_nodes = RequiredNodeAffinity::of(spec);
        let containers = spec.get("initContainers").items().iter().chain(spec.get("containers").items()).map(|c| c.get("image"));
        let mounted = spec.get("volumes").items().iter().map(|v| v.at(&["image", "reference"])).filter(|r| !r.is_null());
        let host_ports = host_ports::of(spec);
        let spread = spec.get("topologySpreadConstraints").items().iter().map(|c| SpreadConstraint::parse(c, object.labels())).list();
        let terms = |kind: &str| -> Vec<AffinityTerm> {
            let list = spec.at(&["affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution"]);
            list.items().iter().map(|t| AffinityTerm::parse(t, &namespace, 0)).list()
        };
        let preferred = |kind: &str, sign: i64| -> Vec<AffinityTerm> {
            let list = spec.at(&["affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution"]);
            list.items().iter().map(|t| AffinityTerm::parse(t.get("podAffinityTerm"), &namespace, sign * t.get("weight").int())).list()
        };
        let mut preferred_pods = preferred("podAffinity", 1);
        preferred_pods.extend(preferred("podAntiAffinity", -1));
        let claims = spec.get("volumes").items().iter().filter_map(|v| {
            if let Some(name) = v.at(&["persistentVolumeClaim", "claimName"]).as_str() {
                Some(Claim::Named(name.into()))
            } else {
                (!v.get("ephemeral").is_null()).then(|| Claim::Ephemeral(v.get("name").arc_str()))
            }
        });
        PodClass {
            id,
            labels: object.labels().clone(),
            controller: object.controller_ref().clone(),
            spec: spec.clone(),
            priority: spec.get("priority").int(),
            requests: pod_requests(spec, names, false),
            non_zero: (filled.milli_cpu, filled.memory),
            scored,
            host_ports,
            node_names: required_nodes.node_names(),
            required_nodes,
            preferred_nodes: PreferredNodeAffinity::of(spec),
            spread,
            affinity: terms("podAffinity"),
            anti_affinity: terms("podAntiAffinity"),
            preferred_pods,
            images: containers.chain(mounted).map(|image| normalized_image(image.str())).list(),
            claims: claims.list(),
            namespace,
        }
    }

    /// Whether it has any pod affinity or anti-affinity.
    pub fn has_affinity(&self) -> bool {
        !self.affinity.is_empty() || !self.anti_affinity.is_empty() || !self.preferred_pods.is_empty()
    }

    /// Whether it may preempt other pods.
    pub fn may_preempt(&self) -> bool {
        self.spec.get("preemptionPolicy").str() != "Never"
    }

    /// `spec.tolerations`.
    pub fn tolerations(&self) -> &[Value] {
        self.spec.get("tolerations").items()
    }
}

impl SpreadConstraint {
    /// Reads one constraint of a pod with these labels.
    pub fn parse(c: &Value, pod_labels: &Value) -> Self {
        let mut selector = Selector::of_label_selector(c.get("labelSelector"));
        if !selector.is_nothing() {
            for key in c.get("matchLabelKeys").items() {
                if let Some(value) = pod_labels.get(key.str()).as_str() {
                    selector.require(key.arc_str(), value.into());
                }
            }
        }
        SpreadConstraint {
            max_skew: c.get("maxSkew").int(),
            topology_key: c.get("topologyKey").arc_str(),
            hard: c.get("whenUnsatisfiable").str() == "DoNotSchedule",
            selector,
            min_domains: c.get("minDomains").as_int().unwrap_or(1),
            honors_affinity: c.get("nodeAffinityPolicy").str() != "Ignore",
            honors_taints: c.get("nodeTaintsPolicy").str() == "Honor",
        }
    }
}

/// A pod's `spec` with the requests that count for its node: while a container is resized, the greater of what it should get and what
/// it has; where the node can never grant that, what it has.
// Models determineEffectiveRequests.
fn spec_in_effect(object: &Value) -> Value {
    let (mut spec, status) = (object.get("spec").clone(), object.get("status"));
    let never = find_condition(status, "PodResizePending").get("reason").str() == "Infeasible";
    for (list, statuses) in [("containers", "containerStatuses"), ("initContainers", "initContainerStatuses")] {
        for (at, container) in object.at(&["spec", list]).items().iter().enumerate() {
            let status = status.get(statuses).named(container.get("name").str()).unwrap_or(&Value::Null);
            if status.get("resources").is_null() || (list == "initContainers" && !is_sidecar(container)) {
                continue;
            }
            let asked = container.at(&["resources", "requests"]);
            let mut counted = if never { Value::Null } else { asked.clone() };
            for (name, quantity) in
                [&["resources", "requests"][..], &["allocatedResources"]].iter().flat_map(|path| status.at(path).entries())
            {
                if milli_value(counted.get(name)) < milli_value(quantity) {
                    counted.set(&[name], quantity.clone());
                }
            }
            if !counted.same(asked) {
                spec.at_mut(&[list]).list_mut()[at].set(&["resources", "requests"], counted);
            }
        }
    }
    spec
}

/// An image's name as nodes list it: with a tag.
fn normalized_image(image: &str) -> ArcStr {
    let has_tag = image.rfind(':').is_some_and(|colon| image.rfind('/').is_none_or(|slash| colon > slash));
    if has_tag { image.into() } else { format!("{image}:latest").into() }
}

fn same_but_node(a: &Value, b: &Value) -> bool {
    let but_node = |v: &'_ Value| v.entries().filter(|(k, _)| *k != "nodeName").count();
    but_node(a) == but_node(b) && a.entries().filter(|(k, _)| *k != "nodeName").all(|(k, v)| v.same(b.get(k)))
}

/// Hashes a value. Its nesting is bounded by decoding.
fn hash_value(v: &Value, hasher: &mut FxHasher) {
    match v {
        Value::Null => 0u8.hash(hasher),
        Value::Bool(b) => b.hash(hasher),
        Value::Int(i) => i.hash(hasher),
        Value::Float(f) => f.to_bits().hash(hasher),
        Value::Str(s) => s.hash(hasher),
        Value::List(l) => l.iter().for_each(|item| hash_value(item, hasher)),
        Value::Map(m) => m.iter().for_each(|(k, v)| {
            k.hash(hasher);
            hash_value(v, hasher);
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn pods_alike_share_a_class() {
        let mut classes = Classes::default();
        let mut names = ScalarNames::default();
        let pod = |name: &str, node: Value, app: &str| {
            let mut p = obj!({"metadata": {"name": name, "uid": name, "namespace": "d", "labels": {"app": app}}, "spec": {"containers": [{"name": "c"}]}});
            if !node.is_null() {
                p.set(&["spec", "nodeName"], node);
            }
            p
        };
        let a = classes.pod(&pod("a", Value::Null, "x"), &mut names);
        let b = classes.pod(&pod("b", "n1".into(), "x"), &mut names);
        let c = classes.pod(&pod("c", Value::Null, "y"), &mut names);
        assert!(Arc::ptr_eq(&a.class, &b.class) && !Arc::ptr_eq(&a.class, &c.class));
        assert_eq!(b.node_name, "n1");
        // A class goes when no pod has it, whoever else still holds it.
        for n in 0..SWEEP_MIN {
            classes.pod(&pod("d", Value::Null, &n.to_string()), &mut names);
        }
        assert!(classes.are_many());
        classes.keep(&SortedSet::from([a.class.id]));
        assert!(!classes.are_many() && classes.count == 1);
        let again = |classes: &mut Classes, app: &str, names: &mut ScalarNames| classes.pod(&pod("e", Value::Null, app), names).class;
        assert!(Arc::ptr_eq(&again(&mut classes, "x", &mut names), &a.class));
        assert!(!Arc::ptr_eq(&again(&mut classes, "y", &mut names), &c.class));
    }

    #[test]
    fn what_is_requested_as_a_whole_does_not_count_for_scoring() {
        let whole = obj!({"spec": {"resources": {"requests": {"cpu": "2", "memory": "1Gi"}}, "containers": [{"name": "c"}]}});
        let class = Classes::default().pod(&whole, &mut ScalarNames::default()).class;
        let gib = 1 << 30;
        assert_eq!((class.requests.milli_cpu, class.non_zero, class.scored), (2000, (2000, gib), (100, 200 << 20)));
    }

    #[test]
    fn a_resize_counts_as_far_as_it_may_take_effect() {
        // What is asked for, what the container has, whether the node refuses for good, and what counts.
        for (asked, has, refusal, wanted) in
            [("1", "1", "", 1000), ("3", "1", "", 3000), ("3", "1", "Deferred", 3000), ("9", "1", "Infeasible", 1000), ("1", "3", "", 3000)]
        {
            let requests = |cpu: &str| obj!({"requests": {"cpu": cpu}});
            let pod = obj!({"spec": {"containers": [{"name": "c", "resources": requests(asked)}]}, "status": {
                "conditions": [{"type": "PodResizePending", "status": "True", "reason": refusal}],
                "containerStatuses": [{"name": "c", "allocatedResources": {"cpu": has}, "resources": requests(has)}]}});
            let class = Classes::default().pod(&pod, &mut ScalarNames::default()).class;
            assert_eq!(class.requests.milli_cpu, wanted, "{asked} {has} {refusal}");
        }
    }

    #[test]
    fn images_get_a_tag() {
        for (image, expected) in [("busybox", "busybox:latest"), ("r:5000/x", "r:5000/x:latest"), ("r:5000/x:1", "r:5000/x:1")] {
            assert_eq!(normalized_image(image), expected);
        }
    }
}

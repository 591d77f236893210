//! What the two endpoint controllers share: which pods stand behind a Service, on which ports, and what set off a change.

use std::sync::Arc;

use super::controller::{ObjectRef, key_of};
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, Object, Value, find_condition, has_ended, is_ready, kinds, sidecars};
use crate::base::{Duration, Fnv128, List as _, Order as _, SortedMap};
use crate::obj;
use crate::server::{ApiServer, Change};

/// How long a reconcile takes, with its writes.
pub(super) const RECONCILE: Duration = Duration::from_millis(10);
/// The annotation with the time of what triggered a change.
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The label of endpoints of a Service without an address of its own.
const HEADLESS: &str = "service.kubernetes.io/headless";

/// Sets the trigger time of endpoints, or removes the annotation.
pub(super) fn note_trigger_time(endpoints: &mut Value, trigger: Option<&ArcStr>) {
    let path = ["metadata", "annotations", TRIGGER_TIME];
    match trigger {
        Some(at) => endpoints.set(&path, at.clone()),
        None => {
            endpoints.remove(&path);
            if endpoints.at(&path[..2]).is_empty() {
                endpoints.remove(&path[..2]);
            }
        }
    }
}

/// The selector of a Service; none where its endpoints are written by hand or it is an ExternalName.
pub(super) fn selector_of(service: &Value) -> Option<LabelSelector> {
    let spec = service.get("spec");
    let selects = !spec.get("selector").is_empty() && spec.get("type").str() != "ExternalName";
    selects.then(|| LabelSelector::from_map(spec.get("selector")))
}

/// Whether a pod can be behind a Service at all: it has an address and has not ended.
pub(super) fn is_candidate(pod: &Value) -> bool {
    !has_ended(pod) && has_address(pod)
}

fn has_address(pod: &Value) -> bool {
    !pod.at(&["status", "podIP"]).str().is_empty()
}

/// The ports of a Service on one pod (`podutil.FindPort`): named target ports are looked up in the containers. Ports that the pod lacks are
/// left out.
pub(super) fn ports_on(service: &Value, pod: &Value) -> Vec<Value> {
    let mut ports = Vec::new();
    for port in service.at(&["spec", "ports"]).items() {
        let protocol = if port.get("protocol").str().is_empty() { "TCP" } else { port.get("protocol").str() };
        let number = match port.get("targetPort") {
            Value::Str(name) => named_port(pod, name, protocol),
            Value::Int(n) if *n != 0 => Some(*n),
            _ => port.get("port").as_int(),
        };
        if let Some(number) = number {
            let mut found = obj!({"name": port.get("name").str(), "protocol": protocol, "port": number});
            if let Some(app) = port.get("appProtocol").as_str() {
                found.set(&["appProtocol"], app);
            }
            ports.push(found);
        }
    }
    ports
}

/// The rank of a port: the hash of how Go prints it, which differs for slices (`portsInOrder`) and Endpoints (`portsByHash`).
pub fn port_rank(port: &Value, in_slice: bool) -> u128 {
    let (name, number) = (port.get("name").str(), port.get("port").int());
    let protocol = port.get("protocol").str();
    let app = port.get("appProtocol").as_str().unwrap_or("<nil>");
    let printed = if in_slice {
        let shown = if port.get("port").is_null() { "<nil>".to_owned() } else { number.to_string() };
        format!(
            "(v1.EndpointPort){{Name:(*string){name} Protocol:(*v1.Protocol){protocol} Port:(*int32){shown} AppProtocol:(*string){app}}}"
        )
    } else {
        format!("(v1.EndpointPort){{Name:(string){name} Port:(int32){number} Protocol:(v1.Protocol){protocol} AppProtocol:(*string){app}}}")
    };
    Fnv128::of(printed.as_bytes())
}

fn named_port(pod: &Value, name: &str, protocol: &str) -> Option<i64> {
    let all = pod.at(&["spec", "containers"]).items().iter().chain(sidecars(pod.get("spec")));
    all.flat_map(|c| c.get("ports").items())
        .find(|p| {
            p.get("name").str() == name && (p.get("protocol").str() == protocol || (p.get("protocol").is_null() && protocol == "TCP"))
        })
        .and_then(|p| p.get("containerPort").as_int())
}

/// The reference from an endpoint to its pod.
pub(super) fn target_ref(pod: &Value) -> Value {
    obj!({"kind": "Pod", "namespace": pod.namespace_arc(), "name": pod.name_arc(), "uid": pod.uid()})
}

/// The host name of a pod in the DNS of this Service; empty where it has none.
pub(super) fn hostname_of<'a>(service: &Value, pod: &'a Value) -> &'a str {
    let spec = pod.get("spec");
    if !spec.get("hostname").str().is_empty() && spec.get("subdomain").str() == service.name() { spec.get("hostname").str() } else { "" }
}

/// Whether the Service has no cluster address.
pub(super) fn is_headless(service: &Value) -> bool {
    matches!(service.at(&["spec", "clusterIP"]).str(), "None" | "")
}

/// The labels that the endpoints of a Service take from it. Only they say whether it is headless: its own label of that name does not count.
pub(super) fn labels_for(service: &Value) -> Value {
    let mut labels = if service.labels().is_null() { Value::map() } else { service.labels().clone() };
    labels.remove(&[HEADLESS]);
    if is_headless(service) {
        labels.set(&[HEADLESS], "");
    }
    labels
}

/// The Services that a changed pod may concern: those that selected it before or select it now.
pub(super) fn services_of(api: &ApiServer, change: &Change) -> Vec<ObjectRef> {
    let mut labels = vec![change.object.labels()];
    if let Some(old) = &change.old {
        if !matters(old, &change.object) && change.current().is_some() {
            return Vec::new();
        }
        labels.push(old.labels());
    }
    let selects = |service: &&Value| {
        let selector = service.at(&["spec", "selector"]);
        !selector.is_empty() && labels.iter().any(|l| selector.entries().all(|(key, value)| l.get(key) == value))
    };
    let mut found = labels.iter().flat_map(|l| api.selecting(kinds::SERVICE, &change.key.namespace, l)).filter(selects).map(key_of).list();
    found.order();
    found.dedup();
    found
}

/// Whether a change of a pod may change endpoints (`podEndpointsChanged`). A deletion always may, a new phase never.
fn matters(old: &Value, new: &Value) -> bool {
    old.at(&["status", "podIP"]).str() != new.at(&["status", "podIP"]).str()
        || is_ready(old) != is_ready(new)
        || new.is_terminating()
        || !old.labels().same(new.labels())
}

/// What was derived from a pod, for the endpoints of a Service or for a disruption budget.
#[derive(Debug)]
pub(super) struct Made {
    /// Its address, its endpoint, or its controller reference.
    pub(super) entry: Value,
    /// The key by which entries are sorted.
    pub(super) order: u128,
    /// Whether it may be sent requests.
    pub(super) ready: bool,
    /// The Service's ports that it has, each with its rank, sorted by that.
    pub(super) ports: Vec<(u128, Value)>,
}

impl Made {
    /// By what it is sorted, and where that is the same, as for pods with the address of their node, by name.
    fn rank(&self) -> (u128, &str) {
        (self.order, self.entry.get("targetRef").get("name").str())
    }

    fn is_same(&self, other: &Made) -> bool {
        (self.order, self.ready, &self.ports) == (other.order, other.ready, &other.ports) && self.entry.same(&other.entry)
    }
}

/// A selected pod.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) pod: Value,
    /// None where the pod is not among the endpoints.
    pub(super) made: Option<Arc<Made>>,
    has_address: bool,
    /// When its readiness last changed, as of the last look.
    ready_time: Option<ArcStr>,
}

/// A Service, or the selector of a budget, as of the last look, with its pods by name.
#[derive(Clone, Debug, Default)]
struct Selected {
    service: Value,
    members: Vec<Member>,
    /// What was derived from them, sorted.
    sorted: Vec<Arc<Made>>,
    /// The last revision of a node at that time, since entries depend on the pod's node.
    nodes: u64,
}

/// The pods of Services or budgets, with what was derived from each. That is derived anew only if the pod, the Service or a node has
/// changed since the last look, so that one change among thousands of pods costs little.
#[derive(Clone, Debug, Default)]
pub(super) struct SelectedPods {
    seen: SortedMap<ObjectRef, Selected>,
}

impl SelectedPods {
    /// Looks at the pods of the namespace that a Service selects. Returns the time of the earliest change since the last look, if there is
    /// any; at the first look, that of the Service's creation (`endpointslice/trigger_time_tracker`).
    pub(super) fn look<'a>(
        &mut self,
        key: &ObjectRef,
        (service, selector): (&Value, &LabelSelector),
        (nodes, pods): (u64, &mut dyn Iterator<Item = &'a Value>),
        make: &mut dyn FnMut(&Value) -> Option<Made>,
    ) -> Option<ArcStr> {
        let made_at = |service: &Value| service.at(&["metadata", "creationTimestamp"]).arc_str();
        let is_new = !self.seen.contains_key(key);
        let selected = self.seen.entry(key.clone()).or_default();
        let holds = selected.nodes == nodes && selected.service.same(service);
        let mut first = Some(made_at(service)).filter(|at| is_new || *at > made_at(&selected.service));
        let mut old = std::mem::take(&mut selected.members).into_iter().peekable();
        let mut members = Vec::with_capacity(old.len());
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for pod in pods {
            let is_same = |member: &Member| holds && member.pod.is(pod);
            if let Some(member) = old.next_if(|member| member.has_address && member.ready_time.is_some() && is_same(member)) {
                members.push(member);
                continue;
            }
            if !selector.matches(pod.labels()) {
                continue;
            }
            while let Some(passed) = old.next_if(|member| member.pod.name() < pod.name()) {
                gone.extend(passed.made);
            }
            let mut kept = old.next_if(|member| member.pod.name() == pod.name());
            let ready_time = kept.as_mut().and_then(|member| member.ready_time.take());
            let mut member = match kept {
                Some(member) if is_same(&member) => member,
                kept => {
                    let before = kept.and_then(|member| member.made);
                    let mut made = make(pod).map(Arc::new);
                    // What comes out as it was stays what it was, so that nobody has to compare it.
                    if made.as_ref().zip(before.as_ref()).is_some_and(|(made, before)| made.is_same(before)) {
                        made = before;
                    } else {
                        gone.extend(before);
                        come.extend(made.clone());
                    }
                    Member { pod: pod.clone(), made, has_address: has_address(pod), ready_time: None }
                }
            };
            // In a real cluster the look that follows a binding comes before the kubelet's first write. Here it may already see that.
            if is_new || member.has_address {
                let now = find_condition(pod.get("status"), "Ready").get("lastTransitionTime").arc_str();
                if !is_new && now > ready_time.unwrap_or_default() && first.as_ref().is_none_or(|at| now < *at) {
                    first = Some(now.clone());
                }
                member.ready_time = Some(now);
            }
            members.push(member);
        }
        gone.extend(old.filter_map(|member| member.made));
        let mut sorted = std::mem::take(&mut selected.sorted);
        for made in gone {
            let from = sorted.partition_point(|other| other.rank() < made.rank());
            if let Some(at) = sorted[from..].iter().position(|other| Arc::ptr_eq(other, &made)) {
                sorted.remove(from + at);
            }
        }
        for made in come {
            sorted.insert(sorted.partition_point(|other| other.rank() <= made.rank()), made);
        }
        *selected = Selected { service: service.clone(), members, sorted, nodes };
        first
    }

    /// The pods as of the last look, by name.
    pub(super) fn members(&self, key: &ObjectRef) -> &[Member] {
        self.seen.get(key).map_or(&[], |selected| &selected.members)
    }

    /// What was derived from them, sorted.
    pub(super) fn made(&self, key: &ObjectRef) -> impl Iterator<Item = &Made> {
        self.seen.get(key).into_iter().flat_map(|selected| &selected.sorted).map(|made| &**made)
    }

    /// Forgets a Service that is gone.
    pub(super) fn forget(&mut self, key: &ObjectRef) {
        self.seen.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sets_a_change_off() {
        let pod = |name: &str, ready: &str| {
            let conditions = vec![obj!({"type": "Ready", "lastTransitionTime": ready})];
            obj!({"metadata": {"name": name}, "status": {"conditions": conditions, "podIP": "10.0.0.1"}})
        };
        let service = |made: &str| obj!({"metadata": {"creationTimestamp": made}});
        let mut seen = SelectedPods::default();
        let key = (ArcStr::from("n"), ArcStr::from("s"));
        for (made, pods, trigger) in [
            // The Service comes after its pods.
            ("5", vec![pod("a", "2"), pod("b", "3")], Some("5")),
            ("5", vec![pod("a", "2"), pod("b", "3")], None),
            ("5", vec![pod("a", "8"), pod("b", "7"), pod("c", "9")], Some("7")),
            // One that has no condition yet, and one that is gone, set nothing off.
            ("5", vec![pod("a", "8"), pod("d", "")], None),
            ("5", vec![pod("a", "8"), pod("d", "9")], Some("9")),
            // Another one of its name.
            ("9", vec![pod("a", "8"), pod("d", "9")], Some("9")),
        ] {
            let found = seen.look(&key, (&service(made), &LabelSelector::from_map(&Value::Null)), (1, &mut pods.iter()), &mut |_| None);
            assert_eq!(found.as_deref(), trigger);
        }
    }

    #[test]
    fn what_is_made_of_pods_is_sorted_and_kept() {
        let pod = |name: &str, order: i64, version: i64| obj!({"metadata": {"name": name}, "order": order, "version": version});
        let key = (ArcStr::from("n"), ArcStr::from("s"));
        let (service, selector) = (Value::map(), LabelSelector::from_map(&Value::Null));
        let mut seen = SelectedPods::default();
        let mut look = |pods: &[Value]| {
            let mut make = |pod: &Value| {
                let entry = obj!({"targetRef": {"name": pod.name()}});
                (pod.get("order").int() > 0).then(|| Made { entry, order: pod.get("order").int() as u128, ready: true, ports: Vec::new() })
            };
            seen.look(&key, (&service, &selector), (1, &mut pods.iter()), &mut make);
            seen.made(&key).map(|made| (made.entry.at(&["targetRef", "name"]).str().to_owned(), made.entry.clone())).collect::<Vec<_>>()
        };
        let names = |made: &[(String, Value)]| made.iter().map(|m| m.0.as_str()).collect::<Vec<_>>().join(" ");
        let first = look(&[pod("a", 3, 1), pod("b", 1, 1), pod("c", 1, 1), pod("d", 0, 1), pod("e", 2, 1)]);
        assert_eq!(names(&first), "b c e a", "of one order by name");
        // One changes without effect, one comes before others, one goes, one is no longer among them.
        let then = look(&[pod("a", 3, 2), pod("c", 9, 2), pod("d", 2, 2), pod("e", 0, 2)]);
        assert_eq!(names(&then), "d a c");
        assert!(then[1].1.is(&first[3].1), "what comes out as it was is the same");
        assert_eq!(names(&look(&[])), "");
    }

    #[test]
    fn ports_come_in_the_order_of_their_hashes() {
        for (first, second, in_slice) in [
            (("num", 9000), ("web", 80), true),
            (("num", 9000), ("web", 8080), true),
            (("port-1", 80), ("port-2", 443), true),
            (("b", 9000), ("a", 80), false),
        ] {
            let rank = |(name, port): (&str, i64)| port_rank(&obj!({"name": name, "port": port, "protocol": "TCP"}), in_slice);
            assert!(rank(first) < rank(second), "{first:?} {second:?}");
        }
    }
}

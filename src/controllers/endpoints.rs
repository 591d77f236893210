//! Endpoints (`pkg/controller/endpoint`): the addresses behind each Service in the API's older form.

use super::controller::{ObjectRef, ignore_not_found, key_of, work};
use super::service_pods::{
    Made, RECONCILE, SelectedPods, hostname_of, is_candidate, is_headless, labels_for, note_trigger_time, port_rank, ports_on, selector_of,
    services_of, target_ref,
};
use super::work_queue::WorkQueue;
use crate::api::{KindRef, Object, Status, Value, is_ready, kinds};
use crate::base::{List as _, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, Subresource, WriteOptions};

const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
/// How many addresses an object may have, and the annotation that says that there were more.
const ADDRESSES_MAX: usize = 1000;
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";

/// Writes an Endpoints object for each Service with a selector.
#[derive(Clone, Debug)]
pub struct EndpointsController {
    queue: WorkQueue<ObjectRef>,
    pods: SelectedPods,
}

impl EndpointsController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let by = Caller::new(now, "endpoint-controller");
        let kind = kinds::ENDPOINTS;
        let Some(service) = api.peek(kinds::SERVICE, &key.0, &key.1).cloned() else {
            self.pods.forget(key);
            return ignore_not_found(api.delete(&by, kind, &key.0, &key.1, &DeleteOptions::default()));
        };
        let Some(selector) = selector_of(&service) else { return Ok(()) };
        let mut pods = api.iter(kinds::POD, Some(&key.0));
        let trigger = self.pods.look(key, (&service, &selector), (0, &mut pods), &mut |pod| address_of(&service, pod));
        let mut subsets = subsets(self.pods.made(key));
        let existing = api.peek(kind, &key.0, &key.1).cloned();
        let mut next = existing.clone().unwrap_or_else(|| obj!({"metadata": {"name": &key.1}}));
        let mut labels = labels_for(&service);
        labels.set(&[MANAGED_BY], "endpoint-controller");
        let is_as_before = next.get("subsets").same(&subsets_or_null(&subsets)) && next.labels().same(&labels);
        if existing.is_some() && is_as_before && next.annotation(OVER_CAPACITY).is_none() {
            return Ok(());
        }
        next.set(&["metadata", "labels"], labels);
        let over_capacity = ["metadata", "annotations", OVER_CAPACITY];
        if truncate(&mut subsets, ADDRESSES_MAX) {
            next.set(&over_capacity, "truncated");
        } else {
            next.remove(&over_capacity);
        }
        note_trigger_time(&mut next, trigger.as_ref());
        if subsets.is_empty() {
            next.remove(&["subsets"]);
        } else {
            next.set(&["subsets"], subsets);
        }
        match existing {
            Some(_) => api.update(&by, kind, next, Subresource::None, &WriteOptions::default()),
            None => api.create(&by, kind, &key.0, next, &WriteOptions::default()),
        }
        .map(|_| ())
    }
}

fn subsets_or_null(subsets: &[Value]) -> Value {
    if subsets.is_empty() { Value::Null } else { subsets.to_vec().into() }
}

/// Drops addresses beyond that number, from each subset in proportion and unready ones first. Says whether there were more.
// Models truncateEndpoints, whose shares are rounded up.
pub(super) fn truncate(subsets: &mut [Value], most: usize) -> bool {
    let count = |subset: &Value, member: &str| subset.get(member).items().len();
    let [ready, unready] = ["addresses", "notReadyAddresses"].map(|member| subsets.iter().map(|s| count(s, member)).sum::<usize>());
    if ready + unready <= most {
        return false;
    }
    let (member, most, all) = if ready > most { ("addresses", most, ready) } else { ("notReadyAddresses", most - ready, unready) };
    let mut left = most;
    for subset in subsets {
        if member == "addresses" {
            subset.remove(&["notReadyAddresses"]);
        }
        let there = count(subset, member);
        let share = (there as f64 / all as f64 * most as f64).ceil() as usize;
        let kept = share.min(left).min(there);
        left -= kept;
        if kept == 0 {
            subset.remove(&[member]);
        } else {
            subset.get_mut(member).list_mut().truncate(kept);
        }
    }
    true
}

/// A pod's address behind a Service, with the pod's ports.
pub(super) fn address_of(service: &Value, pod: &Value) -> Option<Made> {
    let publish_unready = service.at(&["spec", "publishNotReadyAddresses"]).is_true();
    if !is_candidate(pod) || !publish_unready && pod.is_terminating() {
        return None;
    }
    let ip = pod.at(&["status", "podIP"]);
    let mut address = obj!({"ip": ip, "targetRef": target_ref(pod)});
    if let Some(node) = pod.at(&["spec", "nodeName"]).as_str() {
        address.set(&["nodeName"], node);
    }
    let hostname = hostname_of(service, pod);
    if !hostname.is_empty() {
        address.set(&["hostname"], hostname);
    }
    // A headless Service without ports still has addresses.
    let no_ports = service.at(&["spec", "ports"]).items().is_empty() && is_headless(service);
    let ports = if no_ports { vec![Value::Null] } else { ports_on(service, pod).into_iter().map(unnamed_without_name).list() };
    Some(Made {
        entry: address,
        order: first_bytes(ip.str()),
        ready: publish_unready || is_ready(pod),
        ports: ports.into_iter().map(|port| (port_rank(&port, false), port)).list(),
    })
}

/// The beginning of a text as a number that sorts in the same way.
fn first_bytes(text: &str) -> u128 {
    (0..16).fold(0, |number, i| number << 8 | u128::from(text.as_bytes().get(i).copied().unwrap_or(0)))
}

/// The addresses grouped by the ports that they share (`endpoints.RepackSubsets`): ports with the same addresses come
/// together, and an address is in several groups where it shares some of its ports only. They come sorted.
pub(super) fn subsets<'a>(pods: impl Iterator<Item = &'a Made>) -> Vec<Value> {
    let mut by_port: SortedMap<u128, (&Value, Vec<&Made>)> = SortedMap::new();
    for pod in pods {
        for (rank, port) in &pod.ports {
            by_port.entry(*rank).or_insert_with(|| (port, Vec::new())).1.push(pod);
        }
    }
    // In the order of the ports' hashes, of which the first is the group's.
    let mut groups: Vec<(Vec<Value>, Vec<&Made>)> = Vec::new();
    for (port, addresses) in by_port.into_values() {
        match groups
            .iter_mut()
            .find(|(_, list)| list.len() == addresses.len() && list.iter().zip(&addresses).all(|(a, b)| std::ptr::eq(*a, *b)))
        {
            Some((ports, _)) => ports.push(port.clone()),
            None => groups.push((vec![port.clone()], addresses)),
        }
    }
    let subset = |(mut ports, addresses): (Vec<Value>, Vec<&Made>)| {
        let mut subset = Value::map();
        for (member, ready) in [("addresses", true), ("notReadyAddresses", false)] {
            let list = addresses.iter().filter(|made| made.ready == ready).map(|made| made.entry.clone()).list();
            if !list.is_empty() {
                subset.set(&[member], list);
            }
        }
        ports.retain(|port| !port.is_null());
        if !ports.is_empty() {
            subset.set(&["ports"], ports);
        }
        subset
    };
    groups.into_iter().map(subset).list()
}

fn unnamed_without_name(mut port: Value) -> Value {
    if port.get("name").str().is_empty() {
        port.remove(&["name"]);
    }
    port
}

impl Default for EndpointsController {
    fn default() -> Self {
        EndpointsController { queue: WorkQueue::with_pace(RECONCILE), pods: SelectedPods::default() }
    }
}

impl Component for EndpointsController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "services" | "pods" | "endpoints")
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        if change.key.kind == kinds::POD {
            for key in services_of(api, change) {
                self.queue.add_at(key, now);
            }
        } else if change.key.kind == kinds::SERVICE || change.current().is_none() {
            // Changes of the object by others stay until the Service or its pods change; only its deletion is noticed.
            self.queue.add_at(key_of(&change.object), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}

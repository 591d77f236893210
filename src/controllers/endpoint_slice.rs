//! EndpointSlices (`staging/src/k8s.io/endpointslice`): the addresses behind each Service, a hundred to a slice.

use super::controller::{ObjectRef, controller_ref, key_of, work};
use super::service_pods::{
    Made, RECONCILE, SelectedPods, hostname_of, is_candidate, labels_for, note_trigger_time, port_rank, ports_on, selector_of, services_of,
    target_ref,
};
use super::topology_hints::{self, Part};
use super::work_queue::WorkQueue;
use crate::api::well_known::{SERVICE_NAME, SLICE_MANAGED_BY, ZONE};
use crate::api::{ArcStr, KindRef, Object, Status, Value, is_ready, kinds};
use crate::base::{List as _, Order as _, SortedMap, SortedSet, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, EventRecorder, EventType, Subresource, WriteOptions};

const MANAGER: &str = "endpointslice-controller.k8s.io";
/// Endpoints in one slice (`--max-endpoints-per-slice`).
const ENDPOINTS_MAX: usize = 100;

/// Writes the slices of each Service with a selector.
#[derive(Clone, Debug)]
pub struct EndpointSliceController {
    queue: WorkQueue<ObjectRef>,
    pods: SelectedPods,
    places: Places,
    /// Services whose endpoints have hints by CPU.
    hinted: SortedSet<ObjectRef>,
    recorder: EventRecorder,
}

/// The order in which pods were first seen, by uid: new endpoints come in that order.
#[derive(Clone, Debug, Default)]
struct Places {
    by_uid: SortedMap<ArcStr, u64>,
    seen: u64,
}

impl Places {
    fn of(&mut self, pod: &Value) -> u64 {
        let next = self.seen + 1;
        let place = *self.by_uid.entry(pod.at(&["metadata", "uid"]).arc_str()).or_insert(next);
        self.seen = self.seen.max(place);
        place
    }

    /// Keeps endpoints in their slices, and fills these up with new endpoints before it begins another slice.
    fn fill(&self, slices: Vec<Value>, endpoints: &[(u64, Value)]) -> Vec<(Option<Value>, Vec<Value>)> {
        let mut filled: Vec<(Option<Value>, Vec<Value>)> = Vec::new();
        let mut has_slice = vec![false; endpoints.len()];
        let mut next = 0;
        for slice in slices {
            let mut kept = Vec::new();
            for held in slice.get("endpoints").items() {
                // Mostly it is the very one that follows the one before it.
                if endpoints.get(next).is_none_or(|(_, endpoint)| !endpoint.is(held)) {
                    let Some(place) = self.by_uid.get(held.at(&["targetRef", "uid"]).str()) else { continue };
                    let Ok(at) = endpoints.binary_search_by_key(place, |(place, _)| *place) else { continue };
                    next = at;
                }
                if !std::mem::replace(&mut has_slice[next], true) {
                    kept.push(endpoints[next].1.clone());
                }
                next += 1;
            }
            filled.push((Some(slice), kept));
        }
        for endpoint in endpoints.iter().zip(has_slice).filter(|(_, has_slice)| !has_slice).map(|((_, endpoint), _)| endpoint.clone()) {
            match filled.iter_mut().find(|(_, list)| list.len() < ENDPOINTS_MAX) {
                Some((_, list)) => list.push(endpoint),
                None => filled.push((None, vec![endpoint])),
            }
        }
        filled
    }
}

/// The endpoints of each set of ports, in the order of their places. The key is the ports as JSON.
type ByPorts = SortedMap<String, (Value, Vec<(u64, Value)>)>;

/// Groups the endpoints of pods, which come in the order of their places, by their ports.
fn by_ports<'a>(pods: impl Iterator<Item = &'a Made>) -> ByPorts {
    let mut by_ranks: Vec<(&[(u128, Value)], Vec<(u64, Value)>)> = Vec::new();
    for pod in pods {
        let shares = |ports: &[(u128, Value)]| ports.iter().map(|port| port.0).eq(pod.ports.iter().map(|port| port.0));
        let placed = (pod.order as u64, pod.entry.clone());
        match by_ranks.iter_mut().find(|(ports, _)| shares(ports)) {
            Some((_, endpoints)) => endpoints.push(placed),
            None => by_ranks.push((&pod.ports, vec![placed])),
        }
    }
    let mut by_ports = ByPorts::new();
    for (ports, endpoints) in by_ranks {
        let ports = if ports.is_empty() { Value::Null } else { ports.iter().map(|(_, port)| port.clone()).list().into() };
        by_ports.insert(ports.to_json(), (ports, endpoints));
    }
    by_ports
}

impl EndpointSliceController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let by = Caller::new(now, MANAGER);
        let kind = kinds::ENDPOINT_SLICE;
        let Some(service) = api.peek(kinds::SERVICE, &key.0, &key.1).cloned() else {
            self.pods.forget(key);
            self.hinted.remove(key);
            // The garbage collector deletes the slices.
            return Ok(());
        };
        let Some(selector) = selector_of(&service) else { return Ok(()) };
        let (places, nodes, mut pods) = (&mut self.places, api.store().newest_of(kinds::NODE), api.iter(kinds::POD, Some(&key.0)));
        let trigger = self.pods.look(key, (&service, &selector), (nodes, &mut pods), &mut |pod| made(api, places, &service, pod));
        let wanted = by_ports(self.pods.made(key));
        let existing: Vec<Value> = api.owned_by(service.uid(), kind).filter(|s| !s.is_terminating()).cloned().list();
        let mut spare: Vec<Value> = Vec::new();
        let mut slices_by_ports: SortedMap<String, Vec<Value>> = SortedMap::new();
        for slice in existing {
            let ports = slice.get("ports").to_json();
            if wanted.contains_key(&ports) { slices_by_ports.entry(ports).or_default().push(slice) } else { spare.push(slice) }
        }
        if wanted.is_empty() {
            // An empty slice says that there is nothing behind the Service.
            let keep = if spare.is_empty() { None } else { Some(spare.remove(0)) };
            self.write(api, &by, &service, keep, &Value::Null, Vec::new(), trigger.as_ref())?;
        }
        let mut parts: Vec<Part> = Vec::new();
        for (ports, (port_list, endpoints)) in wanted {
            let mut slices = slices_by_ports.remove(&ports).unwrap_or_default();
            if slices.is_empty() && !spare.is_empty() {
                slices.push(spare.remove(0));
            }
            for (slice, endpoints) in self.places.fill(slices, &endpoints) {
                if endpoints.is_empty() {
                    spare.extend(slice);
                } else {
                    parts.push(Part { slice, ports: port_list.clone(), endpoints });
                }
            }
        }
        self.hint(api, now, key, &service, &mut parts);
        for Part { slice, ports, endpoints } in parts {
            self.write(api, &by, &service, slice, &ports, endpoints, trigger.as_ref())?;
        }
        for slice in spare {
            api.delete(&by, kind, slice.namespace(), slice.name(), &DeleteOptions::default())?;
        }
        Ok(())
    }

    /// Sets the hints that the Service asks for: by the cores of zones, or by its traffic distribution.
    fn hint(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef, service: &Value, parts: &mut [Part]) {
        let failure = if !topology_hints::are_wanted(service) {
            parts.iter_mut().for_each(|part| keep_near(service, &mut part.endpoints));
            self.hinted.contains(key).then(|| "Topology Aware Hints has been disabled".to_owned())
        } else if let Err(why) = topology_hints::add(topology_hints::zones(api), parts) {
            for endpoint in parts.iter_mut().flat_map(|part| &mut part.endpoints) {
                endpoint.remove(&["hints"]);
            }
            Some(why.to_string())
        } else if self.hinted.insert(key.clone()) {
            let message = "Topology Aware Hints has been enabled, addressType: IPv4";
            return self.recorder.event(api, now, service, EventType::Normal, "TopologyAwareHintsEnabled", message);
        } else {
            None
        };
        if let Some(why) = failure {
            self.hinted.remove(key);
            let message = format!("{why}, addressType: IPv4");
            self.recorder.event(api, now, service, EventType::Warning, "TopologyAwareHintsDisabled", &message);
        }
    }

    /// Writes one slice where it differs from what is there.
    #[expect(clippy::too_many_arguments, reason = "the parts of a slice")]
    fn write(
        &self,
        api: &mut ApiServer,
        by: &Caller,
        service: &Value,
        slice: Option<Value>,
        ports: &Value,
        endpoints: Vec<Value>,
        trigger: Option<&ArcStr>,
    ) -> Result<(), Status> {
        let kind = kinds::ENDPOINT_SLICE;
        let mut labels = labels_for(service);
        labels.set(&[SERVICE_NAME], service.name());
        labels.set(&[SLICE_MANAGED_BY], MANAGER);
        let endpoints: Value = if endpoints.is_empty() { Value::Null } else { endpoints.into() };
        if let Some(old) = &slice
            && old.get("endpoints").same(&endpoints)
            && old.get("ports").same(ports)
            && old.labels().same(&labels)
        {
            return Ok(());
        }
        let fresh = || {
            obj!({
                "metadata": {"generateName": format!("{}-", service.name()), "ownerReferences": [controller_ref(service, kinds::SERVICE)]},
                "addressType": "IPv4"
            })
        };
        let is_new = slice.is_none();
        let mut next = slice.unwrap_or_else(fresh);
        next.set(&["metadata", "labels"], labels);
        note_trigger_time(&mut next, trigger);
        next.set(&["endpoints"], endpoints);
        next.set(&["ports"], ports.clone());
        if is_new {
            api.create(by, kind, service.namespace(), next, &WriteOptions::default())?;
        } else {
            api.update(by, kind, next, Subresource::None, &WriteOptions::default())?;
        }
        Ok(())
    }
}

/// Sets the hints of a traffic distribution (`endpointslice/trafficdist`): each ready endpoint is for its own zone, or also for its own
/// node. If one has no zone, no hints are set.
fn keep_near(service: &Value, endpoints: &mut [Value]) {
    let wish = service.at(&["spec", "trafficDistribution"]).str();
    if wish.is_empty() || endpoints.iter().any(|e| e.get("zone").is_empty()) {
        return;
    }
    for endpoint in endpoints.iter_mut().filter(|e| e.at(&["conditions", "ready"]).is_true()) {
        let mut hints = obj!({"forZones": [{"name": endpoint.get("zone")}]});
        if wish == "PreferSameNode" {
            hints.set(&["forNodes"], obj!([{"name": endpoint.get("nodeName")}]));
        }
        endpoint.set(&["hints"], hints);
    }
}

/// A pod's endpoint behind a Service, with the pod's ports.
fn made(api: &ApiServer, places: &mut Places, service: &Value, pod: &Value) -> Option<Made> {
    let node = pod.at(&["spec", "nodeName"]).str();
    let publish_unready = service.at(&["spec", "publishNotReadyAddresses"]).is_true();
    // A pod whose node is gone is left out, unless addresses are published whether ready or not.
    let is_gone = || !node.is_empty() && !publish_unready && api.peek(kinds::NODE, "", node).is_none();
    if !is_candidate(pod) || is_gone() {
        return None;
    }
    let mut ports = ports_on(service, pod).into_iter().map(|port| (port_rank(&port, true), port)).list();
    ports.order_by(|a, b| a.0.cmp(&b.0));
    Some(Made { entry: endpoint(api, service, pod), order: places.of(pod).into(), ready: true, ports })
}

pub(super) fn endpoint(api: &ApiServer, service: &Value, pod: &Value) -> Value {
    let serving = is_ready(pod);
    let terminating = pod.is_terminating();
    let publish_unready = service.at(&["spec", "publishNotReadyAddresses"]).is_true();
    let mut endpoint = obj!({
        "addresses": [pod.at(&["status", "podIP"])],
        "conditions": {"ready": publish_unready || (serving && !terminating), "serving": serving, "terminating": terminating},
        "targetRef": target_ref(pod)
    });
    let node = pod.at(&["spec", "nodeName"]).str();
    if !node.is_empty() {
        endpoint.set(&["nodeName"], node);
        if let Some(zone) = api.peek(kinds::NODE, "", node).and_then(|n| n.label(ZONE)) {
            endpoint.set(&["zone"], zone);
        }
    }
    let hostname = hostname_of(service, pod);
    if !hostname.is_empty() {
        endpoint.set(&["hostname"], hostname);
    }
    endpoint
}

impl Default for EndpointSliceController {
    fn default() -> Self {
        EndpointSliceController {
            queue: WorkQueue::with_pace(RECONCILE),
            pods: SelectedPods::default(),
            places: Places::default(),
            hinted: SortedSet::new(),
            recorder: EventRecorder::new("endpoint-slice-controller", ""),
        }
    }
}

impl Component for EndpointSliceController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("", "services" | "pods" | "nodes") | ("discovery.k8s.io", "endpointslices"))
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        match change.key.kind.plural {
            "pods" => {
                if change.current().is_none() {
                    self.places.by_uid.remove(change.object.uid());
                } else {
                    self.places.of(&change.object);
                }
                for key in services_of(api, change) {
                    self.queue.add_at(key, now);
                }
            }
            "endpointslices" => {
                if change.object.label(SLICE_MANAGED_BY) == Some(MANAGER)
                    && let Some(service) = change.object.label(SERVICE_NAME)
                {
                    self.queue.add_at((change.key.namespace.clone(), service.into()), now);
                }
            }
            // Zones that have other nodes now may have too few endpoints (`checkNodeTopologyDistribution`).
            "nodes" => {
                for key in &self.hinted {
                    let slices = api.peek(kinds::SERVICE, &key.0, &key.1).into_iter();
                    let slices = slices.flat_map(|service| api.owned_by(service.uid(), kinds::ENDPOINT_SLICE));
                    if topology_hints::is_overloaded(topology_hints::zones(api), slices) {
                        self.queue.add_at(key.clone(), now);
                    }
                }
            }
            _ => {
                if change.current().is_none() {
                    self.recorder.forget(change.object.uid());
                }
                self.queue.add_at(key_of(&change.object), now);
            }
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}

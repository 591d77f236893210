//! PodDisruptionBudgets (`pkg/controller/disruption`): how many of a budget's pods may be disrupted now.

use super::controller::{ObjectRef, key_of, update_status, work};
use super::service_pods::{Made, Member, SelectedPods};
use super::work_queue::WorkQueue;
use crate::api::int_or_string::{Rounding, scaled_value};
use crate::api::selector::LabelSelector;
use crate::api::{KindRef, Object, Status, Value, go_selector, is_ready, kinds, quote, set_condition};
use crate::base::{Duration, List as _, Order as _, RandomStream, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType};

const MANAGER: &str = "controllermanager";
/// An evicted pod that is not gone after this time counts again (`DeletionTimeout`).
const DELETION_TIMEOUT: Duration = Duration::from_secs(120);

/// Keeps the status of budgets.
#[derive(Clone, Debug)]
pub struct DisruptionController {
    queue: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
    /// Pods under more than one budget that were just seen, with the budget that was chosen for each.
    contested: Vec<(Value, String)>,
    pods: SelectedPods,
}

impl Default for DisruptionController {
    fn default() -> Self {
        DisruptionController {
            queue: WorkQueue::new(),
            recorder: EventRecorder::new(MANAGER, ""),
            contested: Vec::new(),
            pods: SelectedPods::default(),
        }
    }
}

/// Why the number of pods that a budget expects cannot be found.
#[derive(Debug, thiserror::Error)]
enum ExpectationError {
    /// The pod's controller is gone, or is another one of that name.
    #[error("found no controllers for pod {}", quote(.0))]
    NoController(String),
    /// The kind of its controller does not exist in this version.
    #[error("no matches for kind {} in version {}", quote(.0), quote(.1))]
    NoKind(String, String),
    /// Its controller has no `scale` subresource.
    #[error("{0} does not implement the scale subresource")]
    NoScale(String),
    /// The size cannot be read.
    #[error(transparent)]
    Api(#[from] Status),
}

/// How many pods a budget expects, how many of them must be healthy, and how many pods have no controller.
struct Expectation {
    expected: i64,
    desired: i64,
    unmanaged: usize,
}

fn selector_of(budget: &Value) -> Option<LabelSelector> {
    let selector = budget.at(&["spec", "selector"]);
    if selector.is_null() { None } else { LabelSelector::from_object(selector).ok() }
}

/// The sum of the sizes of the pods' controllers (`getExpectedScale`).
fn expected_scale(api: &ApiServer, pods: &[Member]) -> Result<(i64, usize), ExpectationError> {
    let mut scales: SortedMap<String, i64> = SortedMap::new();
    let (mut unmanaged, mut last) = (0, "");
    for pod in pods {
        let (owner, pod) = (pod.made.as_ref().map_or(&Value::Null, |made| &made.entry), &pod.pod);
        if owner.is_null() {
            unmanaged += 1;
            continue;
        }
        // Pods of one owner mostly follow each other. A controlled owner is counted as its controller.
        let uid = owner.get("uid").str();
        if uid == std::mem::replace(&mut last, uid) || scales.contains_key(uid) {
            continue;
        }
        let found = controller_scale(api, pod.namespace(), owner)?;
        let Some((uid, scale)) = found else { return Err(ExpectationError::NoController(pod.name().to_owned())) };
        scales.insert(uid, scale);
    }
    Ok((scales.values().sum(), unmanaged))
}

/// The controller at the end of the chain and its size: a ReplicaSet's Deployment stands for it (the `finders`).
fn controller_scale(api: &ApiServer, namespace: &str, owner: &Value) -> Result<Option<(String, i64)>, ExpectationError> {
    let (version, word) = (owner.get("apiVersion").str(), owner.get("kind").str());
    let Some(kind) = api.kind_of(version, word) else {
        return Err(ExpectationError::NoKind(word.to_owned(), version.to_owned()));
    };
    if !api.has_scale(kind) {
        return Err(ExpectationError::NoScale(kind.qualified()));
    }
    let found = api.peek(kind, namespace, owner.get("name").str()).filter(|o| o.uid() == owner.get("uid").str());
    let Some(object) = found else { return Ok(None) };
    let above = object.controller_ref();
    if kind == kinds::REPLICA_SET
        && above.get("kind").str() == "Deployment"
        && let Some(found) = controller_scale(api, namespace, above)?
    {
        return Ok(Some(found));
    }
    let scale = api.scale(kind, namespace, object.name())?;
    Ok(Some((object.uid().to_owned(), scale.at(&["spec", "replicas"]).int())))
}

fn expectation(api: &ApiServer, budget: &Value, pods: &[Member]) -> Result<Expectation, ExpectationError> {
    let (max_unavailable, min_available) = (budget.at(&["spec", "maxUnavailable"]), budget.at(&["spec", "minAvailable"]));
    if !max_unavailable.is_null() {
        let (expected, unmanaged) = expected_scale(api, pods)?;
        let desired = (expected - scaled_value(max_unavailable, expected, Rounding::Up)).max(0);
        return Ok(Expectation { expected, desired, unmanaged });
    }
    match min_available {
        Value::Int(n) => Ok(Expectation { expected: pods.len() as i64, desired: *n, unmanaged: 0 }),
        Value::Str(_) => {
            let (expected, unmanaged) = expected_scale(api, pods)?;
            Ok(Expectation { expected, desired: scaled_value(min_available, expected, Rounding::Up), unmanaged })
        }
        _ => Ok(Expectation { expected: 0, desired: 0, unmanaged: 0 }),
    }
}

/// A budget's status, given the pods whose eviction has been announced.
fn status_of(budget: &Value, wanted: &Expectation, pods: &[Member], disrupted: Value, now: Time) -> Value {
    let counts =
        |p: &&Member| p.made.as_ref().is_some_and(|made| made.ready) && (disrupted.is_empty() || disrupted.get(p.pod.name()).is_null());
    let healthy = pods.iter().filter(counts).count() as i64;
    let allowed = if wanted.expected <= 0 { 0 } else { (healthy - wanted.desired).max(0) };
    let mut status = budget.get("status").clone();
    for (member, n) in [
        ("currentHealthy", healthy),
        ("desiredHealthy", wanted.desired),
        ("expectedPods", wanted.expected),
        ("disruptionsAllowed", allowed),
        ("observedGeneration", budget.at(&["metadata", "generation"]).int()),
    ] {
        status.set(&[member], n);
    }
    if disrupted.is_empty() {
        status.remove(&["disruptedPods"]);
    } else {
        status.set(&["disruptedPods"], disrupted);
    }
    let (word, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
    set_allowed(&mut status, budget, word, reason, "", now);
    status
}

impl DisruptionController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::POD_DISRUPTION_BUDGET;
        let Some(budget) = api.peek(kind, &key.0, &key.1).cloned() else {
            self.pods.forget(key);
            return Ok(());
        };
        let by = Caller::new(now, "disruption-controller");
        match selector_of(&budget) {
            Some(selector) => {
                // Only a pod's controller and its health count. Of the budget, only the selector matters here.
                let counted = |pod: &Value| {
                    let ready = !pod.is_terminating() && is_ready(pod);
                    Some(Made { entry: pod.controller_ref().clone(), order: 0, ready, ports: Vec::new() })
                };
                let mut pods = api.iter(kinds::POD, Some(&key.0));
                self.pods.look(key, (budget.at(&["spec", "selector"]), &selector), (0, &mut pods), &mut { counted });
            }
            None => self.pods.forget(key),
        }
        let pods = self.pods.members(key);
        if pods.is_empty() {
            self.recorder.event(api, now, &budget, EventType::Normal, "NoPods", "No matching pods found");
        }
        let wanted = match expectation(api, &budget, pods) {
            Ok(wanted) => wanted,
            Err(error) => {
                let message = format!("Failed to calculate the number of expected pods: {error}");
                self.recorder.event(api, now, &budget, EventType::Warning, "CalculateExpectedPodCountFailed", &message);
                return fail_safe(api, &by, budget, &error.to_string());
            }
        };
        if wanted.unmanaged > 0 {
            let message = format!(
                "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the PDB \
                 cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \
                 \".spec.minAvailable\" field of the PDB to an integer value.",
                go_selector(budget.at(&["spec", "selector"]))
            );
            self.recorder.event(api, now, &budget, EventType::Warning, "UnmanagedPods", &message);
        }
        let (disrupted, again) = disrupted_pods(&mut self.recorder, api, &budget, pods, now);
        if let Some(at) = again {
            self.queue.add_at(key.clone(), at);
        }
        let status = status_of(&budget, &wanted, pods, disrupted, now);
        update_status(api, &by, kind, budget, status)
    }

    /// Marks the budget of a pod. Where several cover it, the one that Go's iteration over a map with an entry for each budget comes to
    /// first: it begins at one of eight slots, of which those without an entry are passed over.
    fn mark(&mut self, api: &ApiServer, pod: &Value, now: Time, exists: bool) {
        let kind = kinds::POD_DISRUPTION_BUDGET;
        let covers = |b: &&Value| selector_of(b).is_some_and(|s| s.matches(pod.labels()));
        let mut found = api.selecting(kind, pod.namespace(), pod.labels()).into_iter().filter(covers).list();
        found.order_by(|a, b| a.name().cmp(b.name()));
        let mut chosen = found.first().copied();
        if exists && found.len() > 1 {
            let budgets: Vec<&Value> = api.iter(kind, Some(pod.namespace())).list();
            let revision = pod.at(&["metadata", "resourceVersion"]).str().parse().unwrap_or_default();
            let slot = RandomStream::new(revision, pod.uid()).below(budgets.len().max(8) as u64) as usize;
            chosen = budgets.into_iter().skip(slot).find(covers).or(chosen);
            self.contested.extend(chosen.map(|b| (pod.clone(), b.name().to_owned())));
        }
        if let Some(budget) = chosen {
            self.queue.add_at(key_of(budget), now);
        }
    }
}

/// Allows no disruptions while the budget cannot be worked out.
fn fail_safe(api: &mut ApiServer, by: &Caller, budget: Value, error: &str) -> Result<(), Status> {
    let mut status = budget.get("status").clone();
    status.set(&["disruptionsAllowed"], 0);
    set_allowed(&mut status, &budget, "False", "SyncFailed", error, by.now);
    update_status(api, by, kinds::POD_DISRUPTION_BUDGET, budget, status)?;
    Err(Status::internal(error))
}

/// Pods that were evicted and have not gone yet, and when the first of them is overdue.
fn disrupted_pods(recorder: &mut EventRecorder, api: &mut ApiServer, budget: &Value, pods: &[Member], now: Time) -> (Value, Option<Time>) {
    let (mut kept, mut again): (Value, Option<Time>) = (Value::map(), None);
    for (name, at) in budget.at(&["status", "disruptedPods"]).entries() {
        let Some(pod) = pods.iter().map(|p| &p.pod).find(|p| p.name() == name.as_str() && !p.is_terminating()) else { continue };
        let due = Time::parse_rfc3339(at.str()).unwrap_or(Time::ZERO) + DELETION_TIMEOUT;
        if due <= now {
            let message = format!("Pod was expected by PDB {}/{} to be deleted but it wasn't", budget.namespace(), budget.name());
            recorder.event(api, now, pod, EventType::Warning, "NotDeleted", &message);
            continue;
        }
        kept.set(&[name], at);
        again = Some(again.map_or(due, |t| t.min(due)));
    }
    (kept, again)
}

fn set_allowed(status: &mut Value, budget: &Value, word: &str, reason: &str, message: &str, now: Time) {
    let condition = obj!({
        "type": "DisruptionAllowed", "status": word, "observedGeneration": budget.at(&["metadata", "generation"]),
        "reason": reason, "message": message
    });
    set_condition(status.get_mut("conditions").list_mut(), condition, now);
}

impl Component for DisruptionController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("policy", "poddisruptionbudgets") | ("", "pods"))
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        let is_there = change.current().is_some();
        if !is_there {
            self.recorder.forget(object.uid());
        }
        if change.key.kind == kinds::POD {
            self.mark(api, object, now, is_there);
        } else if is_there {
            self.queue.add_at(key_of(object), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        if self.contested.is_empty() { self.queue.next_at() } else { Some(Time::ZERO) }
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        for (pod, chosen) in std::mem::take(&mut self.contested) {
            let message = format!(
                "Pod {}/{} matches multiple PodDisruptionBudgets.  Chose {} arbitrarily.",
                quote(pod.namespace()),
                quote(pod.name()),
                quote(&chosen)
            );
            self.recorder.event(api, now, &pod, EventType::Warning, "MultiplePodDisruptionBudgets", &message);
        }
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}

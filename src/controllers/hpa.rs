//! HorizontalPodAutoscalers (`pkg/controller/podautoscaler`): every 15 seconds, or as often as a flag says, they set the replicas of their
//! target to what the metrics call for.

pub mod behavior;
pub mod calculator;
mod metric;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use behavior::{Memory, Recommendation};
use calculator::Proposal;
pub use metric::{MetricError, SamplesError};

use super::controller::{ObjectRef, key_of, set_count};
use super::flags::Flags;
use super::work_queue::WorkQueue;
use crate::api::selector::{LabelSelector, SelectorError};
use crate::api::{ArcStr, KindRef, Object, Status, Value, kinds, set_condition};
use crate::base::{Duration, List as _, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, EventRecorder, EventType, Subresource, WriteOptions};

const MANAGER: &str = "horizontal-pod-autoscaler";
/// How long a look takes, with its requests: the next one is a period after its end. So a stabilization window of twenty periods is over
/// by the twentieth look after, as in a real cluster.
const LOOK: Duration = Duration::from_millis(50);

/// One metric's part in a calculation.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricResult {
    /// The metric's name in messages.
    pub name: String,
    /// The proposal, or why there is none.
    pub outcome: Result<Proposal, MetricError>,
}

/// Why an autoscaler cannot scale.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
enum HpaError {
    /// There is no kind of this name in this group.
    #[error("no matches for kind {0:?} in group {1:?}")]
    NoKind(String, String),
    /// The scale cannot be read.
    #[error(transparent)]
    Api(#[from] Status),
    /// The target's scale has no selector.
    #[error("selector is required")]
    NoSelector,
    /// Other autoscalers select its pods, too: the selector and these autoscalers.
    #[error("pods by selector {0} are controlled by multiple HPAs: [{1}]")]
    AmbiguousSelector(String, String),
    /// Its selector is invalid.
    #[error("couldn't convert selector into a corresponding internal selector object: {0}")]
    InvalidSelector(SelectorError),
    /// Some metrics are invalid: how many, of how many, and the error of the first.
    #[error("invalid metrics ({0} invalid out of {1}), first error is: {2}")]
    InvalidMetrics(usize, usize, String),
}

/// The name of what a metric measures: `cpu`, `requests-per-second`.
fn metric_name(spec: &Value) -> &str {
    let source = spec.entries().find(|(key, _)| *key != "type").map_or(spec, |(_, source)| source);
    let own = source.get("name").str();
    if own.is_empty() { source.at(&["metric", "name"]).str() } else { own }
}

/// How the last look at an autoscaler came out, for showing.
#[derive(Clone, Debug, PartialEq)]
pub struct Calculation {
    /// When.
    pub at: Time,
    /// The target's replicas then.
    pub current: i64,
    /// Each metric, in the order of the spec.
    pub metrics: Vec<MetricResult>,
    /// What the metrics call for; the highest of them.
    pub desired: i64,
    /// After windows, rates and bounds.
    pub normalized: Option<behavior::Normalized>,
}

/// Scales what has a `scale` subresource.
#[derive(Clone, Debug)]
pub struct HorizontalController {
    queue: WorkQueue<ObjectRef>,
    recorder: EventRecorder,
    memory: SortedMap<ObjectRef, Memory>,
    calculations: SortedMap<ObjectRef, Calculation>,
    /// How often each autoscaler is looked at.
    period: Duration,
}

/// What one reconcile works on.
struct Sync<'a> {
    api: &'a mut ApiServer,
    by: Caller,
    recorder: &'a mut EventRecorder,
    /// What is remembered of the other autoscalers.
    others: &'a SortedMap<ObjectRef, Memory>,
    /// The autoscaler, its status as it will be written.
    autoscaler: Value,
}

/// The metrics' verdict: the number, what called for it, and the statuses of all.
struct Verdict {
    replicas: i64,
    metric: String,
}

impl HorizontalController {
    /// One that keeps to the flags.
    pub fn new(flags: &Flags) -> Self {
        HorizontalController {
            queue: WorkQueue::new(),
            recorder: EventRecorder::new(MANAGER, ""),
            memory: SortedMap::new(),
            calculations: SortedMap::new(),
            period: flags.autoscaler_period,
        }
    }

    /// How an autoscaler's last look came out; none before the first.
    pub fn calculation(&self, namespace: &str, name: &str) -> Option<&Calculation> {
        self.calculations.get(&(namespace.into(), name.into()))
    }

    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::HORIZONTAL_POD_AUTOSCALER;
        let Some(autoscaler) = api.peek(kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let mut memory = std::mem::take(self.memory.entry(key.clone()).or_default());
        let before = autoscaler.clone();
        let mut sync = Sync { api, by: Caller::new(now, MANAGER), recorder: &mut self.recorder, others: &self.memory, autoscaler };
        let calculation = sync.run(&mut memory);
        let next = sync.autoscaler;
        self.memory.insert(key.clone(), memory);
        if let Some(calculation) = calculation {
            self.calculations.insert(key.clone(), calculation);
        }
        if next.same(&before) {
            return Ok(());
        }
        api.update(&Caller::new(now, MANAGER), kind, next, Subresource::Status, &WriteOptions::default()).map(|_| ())
    }
}

impl Sync<'_> {
    fn event(&mut self, kind: EventType, reason: &'static str, message: &str) {
        self.recorder.event(self.api, self.by.now, &self.autoscaler, kind, reason, message);
    }

    fn condition(&mut self, kind: &str, status: &str, reason: &str, message: &str) {
        let condition = obj!({"type": kind, "status": status, "reason": reason, "message": message});
        set_condition(self.autoscaler.at_mut(&["status", "conditions"]).list_mut(), condition, self.by.now);
    }

    fn set_status(&mut self, current: i64, desired: i64, metrics: Vec<Value>, rescaled: bool) {
        set_count(self.autoscaler.get_mut("status"), "currentReplicas", current);
        self.autoscaler.set(&["status", "desiredReplicas"], desired);
        self.autoscaler.set(&["status", "currentMetrics"], if metrics.is_empty() { Value::Null } else { metrics.into() });
        if rescaled {
            self.autoscaler.set(&["status", "lastScaleTime"], self.by.now.rfc3339());
        }
    }

    /// What is to be scaled, and its scale.
    fn target(&self) -> Result<(KindRef, Value), HpaError> {
        let target = self.autoscaler.at(&["spec", "scaleTargetRef"]);
        let (version, kind_name) = (target.get("apiVersion").str(), target.get("kind").str());
        let Some(kind) = self.api.kind_of(version, kind_name) else {
            let group = version.split_once('/').map_or("", |(g, _)| g);
            return Err(HpaError::NoKind(kind_name.to_owned(), group.to_owned()));
        };
        let scale = self.api.scale(kind, self.autoscaler.namespace(), target.get("name").str());
        Ok((kind, scale?))
    }

    /// One look (`reconcileAutoscaler`).
    fn run(&mut self, memory: &mut Memory) -> Option<Calculation> {
        let now = self.by.now;
        let (kind, scale) = match self.target() {
            Ok(found) => found,
            Err(why) => {
                self.event(EventType::Warning, "FailedGetScale", &why.to_string());
                let message = format!("the HPA controller was unable to get the target's current scale: {why}");
                self.condition("AbleToScale", "False", "FailedGetScale", &message);
                return None;
            }
        };
        self.condition("AbleToScale", "True", "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        let current = scale.at(&["spec", "replicas"]).int();
        if memory.recommendations.is_empty() {
            memory.recommendations.push(Recommendation { replicas: current, at: now });
        }
        let mut calculation = Calculation { at: now, current, metrics: Vec::new(), desired: current, normalized: None };
        let mut statuses: Vec<Value> = Vec::new();
        let before = self.autoscaler.at(&["status", "desiredReplicas"]).int();
        let (desired, rescaled) = match self.plan(memory, &scale, &mut statuses, &mut calculation) {
            Ok(None) => (current, false),
            Ok(Some((desired, reason))) if self.rescale(kind, scale, desired, &reason) => {
                memory.store(self.autoscaler.at(&["spec", "behavior"]), current, desired, now);
                (desired, true)
            }
            Ok(Some(_)) => (before, false),
            Err(why) => {
                self.event(EventType::Warning, "FailedComputeMetricsReplicas", &why.to_string());
                (before, false)
            }
        };
        self.set_status(current, desired, statuses, rescaled);
        Some(calculation)
    }

    /// The size that the target is to get, and why; `None` where it has it.
    fn plan(
        &mut self,
        memory: &mut Memory,
        scale: &Value,
        statuses: &mut Vec<Value>,
        calculation: &mut Calculation,
    ) -> Result<Option<(i64, String)>, HpaError> {
        let current = calculation.current;
        let min = self.autoscaler.at(&["spec", "minReplicas"]).as_int().unwrap_or(1);
        let max = self.autoscaler.at(&["spec", "maxReplicas"]).int();
        if current == 0 && min != 0 {
            let message = "scaling is disabled since the replica count of the target is zero";
            self.condition("ScalingActive", "False", "ScalingDisabled", message);
            return Ok(None);
        } else if current > max {
            return Ok(Some((max, "Current number of replicas above Spec.MaxReplicas".to_owned())));
        } else if current < min {
            return Ok(Some((min, "Current number of replicas below Spec.MinReplicas".to_owned())));
        }
        let verdict = self.judge(memory, scale, statuses, calculation)?;
        let desired = verdict.replicas.max(0);
        calculation.desired = desired;
        let behavior = self.autoscaler.at(&["spec", "behavior"]).clone();
        let normalized = if behavior.is_null() {
            memory.normalize(current, desired, min, max, self.by.now)
        } else {
            memory.normalize_with(&behavior, current, desired, min, max, self.by.now)
        };
        self.condition("AbleToScale", "True", normalized.able.0, normalized.able.1);
        let limited = if normalized.replicas == normalized.stabilized { "False" } else { "True" };
        self.condition("ScalingLimited", limited, normalized.limited.0, normalized.limited.1);
        calculation.normalized = Some(normalized);
        let reason = match desired.cmp(&current) {
            Ordering::Greater => format!("{} above target", verdict.metric),
            Ordering::Less => "All metrics below target".to_owned(),
            Ordering::Equal => String::new(),
        };
        Ok((normalized.replicas != current).then_some((normalized.replicas, reason)))
    }

    /// Gives the target its size and says so; whether that went well.
    fn rescale(&mut self, kind: KindRef, mut scale: Value, desired: i64, reason: &str) -> bool {
        scale.set(&["spec", "replicas"], desired);
        let namespace = self.autoscaler.namespace_arc();
        if let Err(status) = self.api.update_scale(&self.by, kind, &namespace, &scale, &WriteOptions::default()) {
            self.event(EventType::Warning, "FailedRescale", &format!("New size: {desired}; reason: {reason}; error: {status}"));
            let message = format!("the HPA controller was unable to update the target scale: {status}");
            self.condition("AbleToScale", "False", "FailedUpdateScale", &message);
            return false;
        }
        let message = format!("the HPA controller was able to update the target scale to {desired}");
        self.condition("AbleToScale", "True", "SucceededRescale", &message);
        self.event(EventType::Normal, "SuccessfulRescale", &format!("New size: {desired}; reason: {reason}"));
        true
    }

    /// Asks every metric (`computeReplicasForMetrics`). An error means that nothing is to be done.
    fn judge(
        &mut self,
        memory: &mut Memory,
        scale: &Value,
        statuses: &mut Vec<Value>,
        calculation: &mut Calculation,
    ) -> Result<Verdict, HpaError> {
        let selector = self.selector(scale.at(&["status", "selector"]).str(), memory)?;
        let specs = self.autoscaler.at(&["spec", "metrics"]).items().to_vec();
        let current = scale.at(&["spec", "replicas"]).int();
        let mut best: Option<Verdict> = None;
        let mut first_failure: Option<Box<metric::Failure>> = None;
        let mut invalid = 0;
        for spec in &specs {
            // A metric that fails leaves an empty status behind.
            let mut status = obj!({"type": ""});
            let measured = metric::measure(self.api, &self.autoscaler, spec, current, &selector, self.by.now, &mut status);
            statuses.push(status);
            match measured {
                Ok((name, proposal)) => {
                    if best.as_ref().is_none_or(|b| proposal.replicas > b.replicas) {
                        best = Some(Verdict { replicas: proposal.replicas, metric: name.clone() });
                    }
                    calculation.metrics.push(MetricResult { name, outcome: Ok(proposal) });
                }
                Err(failure) => {
                    self.event(EventType::Warning, failure.reason, &failure.error.to_string());
                    invalid += 1;
                    calculation.metrics.push(MetricResult { name: metric_name(spec).to_owned(), outcome: Err(failure.error.clone()) });
                    first_failure.get_or_insert(failure);
                }
            }
        }
        let replicas = best.as_ref().map_or(0, |b| b.replicas);
        if let Some(failure) = first_failure
            && (best.is_none() || replicas < current)
        {
            let condition = format!("the HPA was unable to compute the replica count: {}", failure.error);
            self.condition("ScalingActive", "False", failure.reason, &condition);
            return Err(HpaError::InvalidMetrics(invalid, specs.len(), failure.wrapped));
        }
        let verdict = best.unwrap_or(Verdict { replicas: 0, metric: String::new() });
        let message = format!("the HPA was able to successfully calculate a replica count from {}", verdict.metric);
        self.condition("ScalingActive", "True", "ValidMetricFound", &message);
        Ok(verdict)
    }

    /// The target's selector, where it has one that no other autoscaler shares.
    fn selector(&mut self, text: &str, memory: &mut Memory) -> Result<LabelSelector, HpaError> {
        let (reason, error) = match LabelSelector::parse(text) {
            _ if text.is_empty() => ("SelectorRequired", HpaError::NoSelector),
            Ok(selector) => {
                memory.selector = Some(selector.clone());
                let rivals = self.rivals(&selector);
                if rivals.len() <= 1 {
                    return Ok(selector);
                }
                ("AmbiguousSelector", HpaError::AmbiguousSelector(text.to_owned(), rivals.join(" ")))
            }
            Err(error) => ("InvalidSelector", HpaError::InvalidSelector(error)),
        };
        let said = error.to_string();
        self.event(EventType::Warning, reason, &said);
        let (reason, said) = match error {
            HpaError::NoSelector => ("InvalidSelector", "the HPA target's scale is missing a selector"),
            _ => (reason, said.as_str()),
        };
        self.condition("ScalingActive", "False", reason, said);
        Err(error)
    }

    /// The autoscalers whose targets were found to select some of the same pods, this one among them.
    fn rivals(&self, selector: &LabelSelector) -> Vec<String> {
        let (namespace, own) = (self.autoscaler.namespace_arc(), self.autoscaler.name());
        let pods: Vec<&Value> = self.api.iter(kinds::POD, Some(&namespace)).filter(|p| selector.matches(p.labels())).list();
        let selects = |memory: &Memory| memory.selector.as_ref().is_some_and(|s| pods.iter().any(|p| s.matches(p.labels())));
        let all = self.others.iter_from(&(namespace.clone(), ArcStr::new())).take_while(|(key, _)| key.0 == namespace);
        let rivals = all.filter(|(key, memory)| key.1 == own || selects(memory));
        rivals.map(|((_, name), _)| format!("{namespace}/{name}")).list()
    }
}

impl Component for HorizontalController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group == "autoscaling"
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let key = key_of(&change.object);
        if change.current().is_none() {
            self.recorder.forget(change.object.uid());
            self.memory.remove(&key);
            self.calculations.remove(&key);
            return;
        }
        // One that is known keeps its pace.
        if change.old.is_none() {
            self.queue.add_at(key, now + self.period);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(key) = self.queue.pop_due(now) else { return };
        if api.peek(kinds::HORIZONTAL_POD_AUTOSCALER, &key.0, &key.1).is_none() {
            return;
        }
        // Whatever came of it, the next look is a period away.
        let _ = self.reconcile(api, now, &key);
        self.queue.add_at(key, now + LOOK + self.period);
    }
}

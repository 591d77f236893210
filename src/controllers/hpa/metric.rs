//! One metric of an autoscaler: read it, and ask the calculator what it calls for.

use super::calculator::{CalculatorError, Proposal, Sample, Samples, Target, Tolerances, propose};
use crate::api::quantity::{Format, Quantity};
use crate::api::selector::LabelSelector;
use crate::api::{Object, Value, go_selector, kinds};
use crate::base::{List as _, Time};
use crate::obj;
use crate::server::ApiServer;

/// Why a metric cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MetricError {
    /// The metric has no target.
    #[error("invalid resource metric source: neither an average utilization target nor an average value (usage) target was set")]
    NoTarget,
    /// The metrics API has no value for a resource, whose usage or utilization is the target.
    #[error("failed to get {0} {1}: unable to get metrics for resource {0}: {2}")]
    NoSamples(String, &'static str, SamplesError),
    /// No number can be computed from the values of the resource.
    #[error("failed to get {0} {1}: {2}")]
    Calculator(String, &'static str, CalculatorError),
    /// A metric of pods.
    #[error("unable to get metric {0}: {CUSTOM}")]
    Pods(String),
    /// A metric of another object: its name, and the object as Go prints it.
    #[error("unable to get metric {0}: {1}/{CUSTOM}")]
    Object(String, String),
    /// An external metric: its name and its selector.
    #[error(
        "unable to get external metric {1}: unable to fetch metrics from external metrics API: the server could not find the requested \
         resource (get {0}.external.metrics.k8s.io)"
    )]
    External(String, String),
    /// The type of the metric does not exist.
    #[error("unknown metric source type {0:?}")]
    Type(String),
}

/// Why the metrics API has no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SamplesError {
    /// The API is not served.
    #[error(
        "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
    )]
    NotServed,
    /// It has no values for any of the pods.
    #[error("no metrics returned from resource metrics API")]
    NoPods,
}

const CUSTOM: &str = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";

/// A failed metric, as the autoscaler reports it.
pub(super) struct Failure {
    /// The reason of the event and the condition.
    pub(super) reason: &'static str,
    /// Why.
    pub(super) error: MetricError,
    /// The error as part of that of all metrics.
    pub(super) wrapped: String,
}

/// Evaluates one metric and fills in its status; returns the metric's name and the proposal.
pub(super) fn measure(
    api: &ApiServer,
    autoscaler: &Value,
    spec: &Value,
    current: i64,
    selector: &LabelSelector,
    now: Time,
    status: &mut Value,
) -> Result<(String, Proposal), Box<Failure>> {
    let kind = spec.get("type").str();
    let (member, reason) = match kind {
        "Resource" => ("resource", "FailedGetResourceMetric"),
        "ContainerResource" => ("containerResource", "FailedGetContainerResourceMetric"),
        _ => return Err(Box::new(unserved(autoscaler, spec))),
    };
    let source = spec.get(member);
    let resource = source.get("name").str();
    let container = source.get("container").str();
    let target = source.get("target");
    let failure = |error: MetricError| {
        let (which, what) = if kind == "Resource" { (resource, "resource") } else { (container, "container") };
        Box::new(Failure { reason, wrapped: format!("failed to get {which} {what} metric value: {error}"), error })
    };
    let average = target.get("averageValue");
    let (goal, noun) = if !average.is_null() {
        (Target::AverageValue(Quantity::of(average).milli_value()), "usage")
    } else if let Some(utilization) = target.get("averageUtilization").as_int() {
        (Target::Utilization(utilization), "utilization")
    } else {
        return Err(failure(MetricError::NoTarget));
    };
    let pods: Vec<&Value> = api.iter(kinds::POD, Some(autoscaler.namespace())).filter(|p| selector.matches(p.labels())).list();
    let samples = samples(api, &pods, resource, container).map_err(|e| failure(MetricError::NoSamples(resource.to_owned(), noun, e)))?;
    let proposal = propose(goal, current, tolerances(autoscaler), &pods, samples, container, resource, now)
        .map_err(|e| failure(MetricError::Calculator(resource.to_owned(), noun, e)))?;
    let mut value = obj!({"averageValue": quantity(resource, proposal.average)});
    if let Some(utilization) = proposal.utilization {
        value.set(&["averageUtilization"], utilization);
    }
    let mut seen = obj!({"name": resource, "current": value});
    if kind == "ContainerResource" {
        seen.set(&["container"], container);
    }
    *status = obj!({"type": kind});
    status.set(&[member], seen);
    let name = match (goal, kind) {
        (Target::AverageValue(_), _) => format!("{resource} resource"),
        (Target::Utilization(_), "Resource") => format!("{resource} resource utilization (percentage of request)"),
        (Target::Utilization(_), _) => format!("{resource} container resource utilization (percentage of request)"),
    };
    Ok((name, proposal))
}

/// Thousandths of a resource as its status shows them: memory in whole bytes and powers of two (`buildQuantity`).
pub fn quantity(resource: &str, milli: i64) -> Quantity {
    if resource == "memory" { Quantity::new(milli / 1000, Format::BinarySi) } else { Quantity::from_milli(milli) }
}

/// The tolerances of the autoscaler's behavior; a tenth where it does not say.
fn tolerances(autoscaler: &Value) -> Tolerances {
    let of = |which: &str| {
        let given = autoscaler.at(&["spec", "behavior", which, "tolerance"]);
        if given.is_null() { 0.1 } else { Quantity::of(given).to_f64() }
    };
    Tolerances { scale_down: of("scaleDown"), scale_up: of("scaleUp") }
}

/// The samples of the pods from the metrics API, in thousandths.
fn samples(api: &ApiServer, pods: &[&Value], resource: &str, container: &str) -> Result<Samples, SamplesError> {
    let metrics = api.metrics();
    if !metrics.is_served() {
        return Err(SamplesError::NotServed);
    }
    let (mut samples, mut any) = (Samples::new(), false);
    for pod in pods {
        let Some((report, usage)) = metrics.pod(pod) else { continue };
        any = true;
        let counted: Vec<_> = usage.containers.iter().filter(|c| container.is_empty() || c.name == container).list();
        // A pod without the container counts as one without samples (`getContainerMetrics`).
        if counted.is_empty() {
            continue;
        }
        let used = counted.iter().map(|c| if resource == "cpu" { c.cpu_milli } else { c.memory_bytes.saturating_mul(1000) });
        let value = i64::try_from(used.fold(0, u64::saturating_add)).unwrap_or(i64::MAX);
        samples.insert(pod.name_arc(), Sample { at: report.at, window: report.window, value });
    }
    if !any {
        return Err(SamplesError::NoPods);
    }
    Ok(samples)
}

/// Metrics of pods and objects and external metrics need adapters that a cluster does not have by itself; this one has none.
fn unserved(autoscaler: &Value, spec: &Value) -> Failure {
    let namespace = autoscaler.namespace();
    match spec.get("type").str() {
        "Pods" => {
            let error = MetricError::Pods(spec.at(&["pods", "metric", "name"]).str().to_owned());
            Failure { reason: "FailedGetPodsMetric", wrapped: format!("failed to get pods metric value: {error}"), error }
        }
        "Object" => {
            let (object, name) = (spec.at(&["object", "describedObject"]), spec.at(&["object", "metric", "name"]).str());
            let of = format!("{} on {namespace} {}", object.get("kind").str(), object.get("name").str());
            let error = MetricError::Object(name.to_owned(), of);
            let per_pod = spec.at(&["object", "target", "type"]).str() == "AverageValue";
            let what = if per_pod { format!("failed to get {name} object metric: ") } else { String::new() };
            Failure { reason: "FailedGetObjectMetric", wrapped: format!("failed to get object metric value: {what}{error}"), error }
        }
        "External" => {
            let metric = spec.at(&["external", "metric"]);
            let (name, selector) = (metric.get("name").str(), metric.get("selector"));
            let selector = if selector.is_null() { "nil".to_owned() } else { go_selector(selector) };
            // Unlike the client of custom metrics, that of external metrics does not check first whether they are served.
            let error = MetricError::External(name.to_owned(), format!("{namespace}/{name}/{selector}"));
            let per_pod = !spec.at(&["external", "target", "averageValue"]).is_null();
            let what = if per_pod { format!("{name} external metric") } else { format!("external metric {name}") };
            let wrapped = format!("failed to get {name} external metric value: failed to get {what}: {error}");
            Failure { reason: "FailedGetExternalMetric", wrapped, error }
        }
        other => {
            let error = MetricError::Type(other.to_owned());
            Failure { reason: "InvalidMetricSourceType", wrapped: error.to_string(), error }
        }
    }
}

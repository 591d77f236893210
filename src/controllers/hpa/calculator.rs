//! How many replicas the usage of pods calls for (`pkg/controller/podautoscaler/replica_calculator.go`).

use crate::api::quantity::Quantity;
use crate::api::{ArcStr, Object, Value, find_condition, sidecars};
use crate::base::{Duration, List as _, SortedMap, SortedSet, Time};

/// How long after its start a pod's CPU samples are treated with care.
const CPU_INITIALIZATION: Duration = Duration::from_secs(300);
/// A pod that became unready so soon after its start counts as never having been ready.
const INITIAL_READINESS_DELAY: Duration = Duration::from_secs(30);

/// A sample of the usage of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it was taken.
    pub at: Time,
    /// The window that it covers.
    pub window: Duration,
    /// Thousandths of a core, or of a byte.
    pub value: i64,
}

/// Samples by pod.
pub type Samples = SortedMap<ArcStr, Sample>;

/// How far usage may stray from the target before anything is done, as a share of the target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Below the target.
    pub scale_down: f64,
    /// Above the target.
    pub scale_up: f64,
}

impl Default for Tolerances {
    fn default() -> Self {
        Tolerances { scale_down: 0.1, scale_up: 0.1 }
    }
}

impl Tolerances {
    fn takes_in(&self, ratio: f64) -> bool {
        (1.0 - self.scale_down) <= ratio && ratio <= (1.0 + self.scale_up)
    }
}

/// Why no number of replicas can be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalculatorError {
    /// The selector finds no pods.
    #[error("no pods returned by selector while calculating replica count")]
    NoPods,
    /// There are no samples of pods that count.
    #[error("did not receive metrics for targeted pods (pods might be unready)")]
    NoSamples,
    /// No sample is of one of the pods.
    #[error("no metrics returned matched known pods")]
    Unmatched,
    /// Utilization is the target, but a container has no request.
    #[error("missing request for {resource} in container {container} of Pod {pod}")]
    MissingRequest {
        /// `cpu` or `memory`.
        resource: String,
        /// The container without it.
        container: String,
        /// Its pod.
        pod: String,
    },
}

/// How each pod counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Ready and measured.
    pub ready: i64,
    /// Measured, but not to be trusted yet; or not running yet.
    pub unready: SortedSet<ArcStr>,
    /// Not measured.
    pub missing: SortedSet<ArcStr>,
    /// Failed or on their way out.
    pub ignored: SortedSet<ArcStr>,
}

/// A number of replicas, and how it was computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The number.
    pub replicas: i64,
    /// Usage in per cent of the requests, where that is the target.
    pub utilization: Option<i64>,
    /// Mean usage of a pod, in thousandths.
    pub average: i64,
    /// Usage over target, of the pods that were measured.
    pub ratio: f64,
    /// The same with assumptions for the other pods, if there were any.
    pub cautious_ratio: Option<f64>,
    /// Which pods counted how.
    pub groups: Groups,
}

/// The target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Utilization, in per cent of the requests.
    Utilization(i64),
    /// Mean usage of a pod, in thousandths.
    AverageValue(i64),
}

/// Sorts pods by how their samples count (`groupPods`).
fn group_pods(pods: &[&Value], samples: &Samples, resource: &str, now: Time) -> Groups {
    let mut groups = Groups::default();
    for pod in pods {
        let name = pod.name_arc();
        let phase = pod.at(&["status", "phase"]).str();
        if pod.is_terminating() || phase == "Failed" {
            groups.ignored.insert(name);
        } else if phase == "Pending" {
            groups.unready.insert(name);
        } else if let Some(sample) = samples.get(&name) {
            if resource == "cpu" && is_unready(pod, sample, now) {
                groups.unready.insert(name);
            } else {
                groups.ready += 1;
            }
        } else {
            groups.missing.insert(name);
        }
    }
    groups
}

/// Whether a pod's CPU sample is more about its start than about its work.
fn is_unready(pod: &Value, sample: &Sample, now: Time) -> bool {
    let ready = find_condition(pod.get("status"), "Ready");
    let Some(started) = Time::parse_rfc3339(pod.at(&["status", "startTime"]).str()).filter(|_| !ready.is_null()) else { return true };
    let changed = Time::parse_rfc3339(ready.get("lastTransitionTime").str()).unwrap_or(Time::ZERO);
    let is_false = ready.get("status").str() == "False";
    if started + CPU_INITIALIZATION > now {
        is_false || sample.at < changed + sample.window
    } else {
        is_false && started + INITIAL_READINESS_DELAY > changed
    }
}

/// What each pod requests of a resource, or one of its containers does, in thousandths.
pub fn requests_of(pods: &[&Value], container: &str, resource: &str) -> Result<SortedMap<ArcStr, i64>, CalculatorError> {
    let mut requests = SortedMap::new();
    for pod in pods {
        let whole = pod.at(&["spec", "resources", "requests", resource]);
        if container.is_empty() && !whole.is_null() {
            requests.insert(pod.name_arc(), Quantity::of(whole).milli_value());
            continue;
        }
        let mut sum: i64 = 0;
        for c in pod.at(&["spec", "containers"]).items().iter().chain(sidecars(pod.get("spec"))) {
            let name = c.get("name").str();
            if !container.is_empty() && container != name {
                continue;
            }
            let request = c.at(&["resources", "requests", resource]);
            if request.is_null() {
                return Err(CalculatorError::MissingRequest {
                    resource: resource.to_owned(),
                    container: name.to_owned(),
                    pod: pod.name().to_owned(),
                });
            }
            sum = sum.saturating_add(Quantity::of(request).milli_value());
        }
        requests.insert(pod.name_arc(), sum);
    }
    Ok(requests)
}

/// Usage over target, utilization where that is the target, and mean usage.
fn measure(target: Target, samples: &Samples, requests: &SortedMap<ArcStr, i64>) -> Result<(f64, Option<i64>, i64), CalculatorError> {
    match target {
        Target::Utilization(target) => {
            let known: Vec<(i64, i64)> = samples.iter().filter_map(|(pod, s)| Some((s.value, *requests.get(pod)?))).list();
            let used: i128 = known.iter().map(|k| i128::from(k.0)).sum();
            let requested: i128 = known.iter().map(|k| i128::from(k.1)).sum();
            if requested == 0 {
                return Err(CalculatorError::Unmatched);
            }
            let utilization = clamp(used * 100 / requested);
            let average = clamp(used / known.len() as i128);
            Ok((utilization as f64 / target as f64, Some(utilization), average))
        }
        Target::AverageValue(target) => {
            let used: i128 = samples.values().map(|s| i128::from(s.value)).sum();
            let average = clamp(used / (samples.len() as i128).max(1));
            Ok((average as f64 / target as f64, None, average))
        }
    }
}

fn clamp(n: i128) -> i64 {
    i64::try_from(n).unwrap_or(if n < 0 { i64::MIN } else { i64::MAX })
}

/// The ceiling as an int32.
fn ceil(n: f64) -> i64 {
    if n.is_nan() { 0 } else { n.ceil().clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i64 }
}

/// The number of replicas that brings usage to the target (`GetResourceReplicas`, `GetRawResourceReplicas`).
#[expect(clippy::too_many_arguments, reason = "the calculation's inputs")]
pub fn propose(
    target: Target,
    current: i64,
    tolerances: Tolerances,
    pods: &[&Value],
    mut samples: Samples,
    container: &str,
    resource: &str,
    now: Time,
) -> Result<Proposal, CalculatorError> {
    if pods.is_empty() {
        return Err(CalculatorError::NoPods);
    }
    let groups = group_pods(pods, &samples, resource, now);
    samples.retain(|pod, _| !groups.ignored.contains(pod) && !groups.unready.contains(pod));
    if samples.is_empty() {
        return Err(CalculatorError::NoSamples);
    }
    let requests = match target {
        Target::Utilization(_) => requests_of(pods, container, resource)?,
        Target::AverageValue(_) => SortedMap::new(),
    };
    let (ratio, utilization, average) = measure(target, &samples, &requests)?;
    let mut proposal = Proposal { replicas: current, utilization, average, ratio, cautious_ratio: None, groups };
    let groups = &proposal.groups;
    let counts_unready = !groups.unready.is_empty() && ratio > 1.0;
    if !counts_unready && groups.missing.is_empty() {
        if !tolerances.takes_in(ratio) {
            proposal.replicas = ceil(ratio * groups.ready as f64);
        }
        return Ok(proposal);
    }
    let guess = |value: i64| Sample { at: now, window: Duration::ZERO, value };
    for pod in &groups.missing {
        if ratio < 1.0 {
            // When scaling down, pods without samples are assumed to use all of their requests.
            let value = match target {
                Target::Utilization(t) => clamp(i128::from(requests.get(pod).copied().unwrap_or(0)) * i128::from(t.max(100)) / 100),
                Target::AverageValue(t) => t,
            };
            samples.insert(pod.clone(), guess(value));
        } else if ratio > 1.0 {
            samples.insert(pod.clone(), guess(0));
        }
    }
    if counts_unready {
        for pod in &groups.unready {
            samples.insert(pod.clone(), guess(0));
        }
    }
    let (cautious, ..) = measure(target, &samples, &requests)?;
    proposal.cautious_ratio = Some(cautious);
    let turns = (ratio < 1.0 && cautious > 1.0) || (ratio > 1.0 && cautious < 1.0);
    if tolerances.takes_in(cautious) || turns {
        return Ok(proposal);
    }
    let replicas = ceil(cautious * samples.len() as f64);
    if (cautious < 1.0 && replicas > current) || (cautious > 1.0 && replicas < current) {
        return Ok(proposal);
    }
    proposal.replicas = replicas;
    Ok(proposal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    /// A pod that requests 100m. `r`: ready for long, `x`: unready that was ready, `u`: never ready, `w`: ready for less than the window of its
    /// sample, `p`: pending, `m`: not measured, `t`: on its way out; then what it uses.
    fn pod(name: &str, letter: char, now: Time) -> Value {
        let ago = |s: u64| (now - Duration::from_secs(s)).rfc3339();
        let (started, changed) = match letter {
            'u' => (ago(9000), ago(8990)),
            'w' => (ago(100), ago(20)),
            _ => (ago(9000), ago(5000)),
        };
        let mut pod = obj!({
            "metadata": {"name": name}, "spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "100m"}}}]},
            "status": {"phase": if letter == 'p' { "Pending" } else { "Running" }, "startTime": started, "conditions": [
                {"type": "Ready", "status": if "ux".contains(letter) { "False" } else { "True" }, "lastTransitionTime": changed}]}
        });
        if letter == 't' {
            pod.set(&["metadata", "deletionTimestamp"], ago(1));
        }
        pod
    }

    #[test]
    fn how_many_the_usage_calls_for() {
        // The target in per cent, how many there are, the pods and what they use, how many there are to be.
        let rows = [
            (50, 2, "r100 r100", 4),
            (50, 2, "r55 r55", 2),
            (50, 2, "r56 r56", 3),
            // What is not to be trusted yet uses nothing on the way up.
            (50, 3, "r100 r100 x100", 6),
            (50, 3, "r100 r100 u100", 4),
            (50, 3, "r100 r100 w100", 4),
            (50, 3, "r100 r100 t100", 4),
            (50, 3, "r100 r100 m", 4),
            (50, 3, "r20 r20 p", 1),
            // What is not measured uses all that it may on the way down.
            (50, 3, "r20 r20 m", 3),
            (150, 3, "r10 r10 m", 2),
            // Guesses turn nothing round, and make nothing grow that is to shrink.
            (50, 4, "r60 u0 u0 u0", 4),
            (50, 2, "r10 r10 m", 2),
        ];
        let now = Time::from_secs(1_000_000);
        for (target, current, text, wanted) in rows {
            let (mut pods, mut samples) = (Vec::new(), Samples::new());
            for (i, (letter, used)) in text.split(' ').map(|p| (p.chars().next().unwrap_or(' '), &p[1..])).enumerate() {
                pods.push(pod(&i.to_string(), letter, now));
                if let Ok(value) = used.parse() {
                    samples.insert(i.to_string().as_str().into(), Sample { at: now, window: Duration::from_secs(60), value });
                }
            }
            let pods: Vec<&Value> = pods.iter().collect();
            let got = propose(Target::Utilization(target), current, Tolerances::default(), &pods, samples, "", "cpu", now);
            assert_eq!(got.map(|p| p.replicas), Ok(wanted), "{text} to {target} %");
        }
    }
}

//! Pods and their templates.

use super::format::{age, age_of, containers, format_labels, number, or, timestamp_micros};
use super::{AGE, BuiltIn, Column, NAME, text, wide};
use crate::api::{Object, Value, find_condition, is_ready, is_sidecar};
use crate::base::Time;

const POD_COLUMNS: &[Column] = &[
    NAME,
    text("Ready"),
    text("Status"),
    text("Restarts"),
    AGE,
    wide("IP"),
    wide("Node"),
    wide("Nominated Node"),
    wide("Readiness Gates"),
];

pub(super) static POD: BuiltIn = BuiltIn { columns: POD_COLUMNS, cells: pod };

pub(super) static POD_TEMPLATE: BuiltIn = BuiltIn {
    columns: &[NAME, text("Containers"), text("Images"), text("Pod Labels")],
    cells: |o, _| {
        let [names, images] = containers(o.at(&["template", "spec"]));
        vec![o.name().to_owned(), names, images, format_labels(o.at(&["template", "metadata", "labels"]))]
    },
};

/// What the containers' statuses add up to.
pub struct PodSummary {
    /// Containers that are ready: the n of READY n/m.
    pub ready: usize,
    /// Containers in all, init containers that stay included: the m.
    pub total: usize,
    /// The STATUS column.
    pub reason: String,
    /// The RESTARTS column's number.
    pub restarts: i64,
    /// When the last restart was (`metav1.Time`).
    pub last_restart: Option<Value>,
}

fn pod(pod: &Value, now: Time) -> Vec<String> {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    let s = pod_summary(pod);
    let restarts = match &s.last_restart {
        Some(at) if s.restarts != 0 => format!("{} ({} ago)", s.restarts, age(at, now)),
        _ => s.restarts.to_string(),
    };
    let gates = spec.get("readinessGates").items();
    let open = gates.iter().filter(|g| pod.condition(g.get("conditionType").str()) == "True").count();
    vec![
        pod.name().to_owned(),
        format!("{}/{}", s.ready, s.total),
        s.reason,
        restarts,
        age_of(pod, now),
        or(status.get("podIPs").items().first().map_or("", |ip| ip.get("ip").str()), "<none>"),
        or(spec.get("nodeName").str(), "<none>"),
        or(status.get("nominatedNodeName").str(), "<none>"),
        if gates.is_empty() { "<none>".into() } else { format!("{open}/{}", gates.len()) },
    ]
}

/// The STATUS column and what stands beside it.
// Models printPod of pkg/printers/internalversion.
pub fn pod_summary(pod: &Value) -> PodSummary {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    let phase = status.get("phase").str();
    let init_specs = spec.get("initContainers").items();
    let sidecar = |name: &str| init_specs.iter().any(|c| c.get("name").str() == name && is_sidecar(c));
    let mut s = PodSummary {
        ready: 0,
        total: spec.get("containers").items().len() + init_specs.iter().filter(|c| is_sidecar(c)).count(),
        reason: or(status.get("reason").str(), phase),
        restarts: 0,
        last_restart: None,
    };
    if find_condition(status, "PodScheduled").get("reason").str() == "SchedulingGated" {
        s.reason = "SchedulingGated".into();
    }

    let (mut sidecar_restarts, mut sidecar_last_restart) = (0, None);
    let mut initializing = false;
    for (i, container) in status.get("initContainerStatuses").items().iter().enumerate() {
        s.restarts += container.get("restartCount").int();
        later(&mut s.last_restart, container);
        let is_sidecar = sidecar(container.get("name").str());
        if is_sidecar {
            sidecar_restarts += container.get("restartCount").int();
            later(&mut sidecar_last_restart, container);
        }
        let terminated = container.at(&["state", "terminated"]);
        let waiting = container.at(&["state", "waiting", "reason"]).str();
        if !terminated.is_null() && terminated.get("exitCode").int() == 0 {
            continue;
        }
        if is_sidecar && container.get("started").is_true() {
            s.ready += usize::from(container.get("ready").is_true());
            continue;
        }
        s.reason = if !terminated.is_null() {
            format!("Init:{}", exit_reason(terminated))
        } else if !waiting.is_empty() && waiting != "PodInitializing" {
            format!("Init:{waiting}")
        } else {
            format!("Init:{i}/{}", init_specs.len())
        };
        initializing = true;
        break;
    }

    if !initializing || pod.condition("Initialized") == "True" {
        (s.restarts, s.last_restart) = (sidecar_restarts, sidecar_last_restart);
        let (mut has_running, mut error) = (false, String::new());
        for container in status.get("containerStatuses").items().iter().rev() {
            s.restarts += container.get("restartCount").int();
            later(&mut s.last_restart, container);
            let (state, waiting) = (container.get("state"), container.at(&["state", "waiting", "reason"]).str());
            if !waiting.is_empty() {
                s.reason = waiting.to_owned();
            } else if !state.get("terminated").is_null() {
                s.reason = exit_reason(state.get("terminated"));
                if state.at(&["terminated", "exitCode"]).int() != 0 {
                    error.clone_from(&s.reason);
                }
            } else if container.get("ready").is_true() && !state.get("running").is_null() {
                has_running = true;
                s.ready += 1;
            }
        }
        // A pod of which one container is done and another still runs, or failed, is not completed.
        if s.reason == "Completed" {
            if has_running && is_ready(pod) {
                s.reason = "Running".into();
            } else if !error.is_empty() {
                s.reason = error;
            } else if has_running {
                s.reason = "NotReady".into();
            }
        }
    }

    if pod.is_terminating() {
        if status.get("reason").str() == "NodeLost" {
            s.reason = "Unknown".into();
        } else if !matches!(phase, "Succeeded" | "Failed") {
            s.reason = "Terminating".into();
        }
    }
    s
}

/// Why a container ended: its reason, or else its signal or exit code.
fn exit_reason(terminated: &Value) -> String {
    let reason = terminated.get("reason").str();
    if !reason.is_empty() {
        reason.to_owned()
    } else if terminated.get("signal").int() != 0 {
        format!("Signal:{}", number(terminated.get("signal")))
    } else {
        format!("ExitCode:{}", number(terminated.get("exitCode")))
    }
}

/// Keeps the later of `last` and the end of the container's last run.
fn later(last: &mut Option<Value>, container: &Value) {
    let finished = container.at(&["lastState", "terminated", "finishedAt"]);
    if let Some(at) = timestamp_micros(finished)
        && last.as_ref().and_then(timestamp_micros).is_none_or(|l| l < at)
    {
        *last = Some(finished.clone());
    }
}

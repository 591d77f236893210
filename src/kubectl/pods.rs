//! Pods behind an argument: the pod itself, or the best one of a workload's; and which of its containers is meant.

use crate::base::{List as _, Order as _};
use std::cmp::Ordering;

use thiserror::Error;

use super::context::Context;
use super::error::{CliError, fail};
use super::resources::Info;
use crate::api::selector::{LabelSelector, SelectorError};
use crate::api::{Object, Value, find_condition, is_ready, kinds};

/// What the best pod is to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Its logs.
    Logs,
    /// Running something in it.
    Attach,
}

/// Why an object has no selector of pods.
#[derive(Debug, Error)]
enum NoSelector {
    /// A service of this name has none.
    #[error("invalid service '{0}': Service is defined without a selector")]
    Service(String),
    /// It is none.
    #[error("invalid label selector: {0}")]
    Invalid(SelectorError),
    /// What is of this type never has one.
    #[error("selector for {0} not implemented")]
    Type(String),
}

/// The selector of an object's pods, for what they are wanted (`attach to`); what has none is refused.
// Models polymorphichelpers.SelectorsForObject.
pub fn selector_of(object: &Value, wanted: &str) -> Result<LabelSelector, CliError> {
    let selector = object.at(&["spec", "selector"]);
    let found = match object.kind() {
        "Service" if selector.is_empty() => Err(NoSelector::Service(object.name().to_owned())),
        "ReplicationController" | "Service" => Ok(LabelSelector::from_map(selector)),
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            LabelSelector::from_object(selector).map_err(NoSelector::Invalid)
        }
        _ => Err(NoSelector::Type(go_type(object))),
    };
    found.map_err(|why| CliError::Message(format!("cannot {wanted} {}: {why}", go_type(object))))
}

/// The pods that a selector selects, the best first.
pub fn selected(cx: &Context<'_, '_>, namespace: &str, selector: &LabelSelector, purpose: Purpose) -> Result<Vec<Value>, CliError> {
    cx.require(("list", kinds::POD, ""), namespace, "")?;
    let pods = cx.host.api.iter(kinds::POD, Some(namespace));
    let mut pods: Vec<Value> = pods.filter(|p| selector.matches(p.labels())).cloned().list();
    pods.order_by(|a, b| rank(a, b, purpose));
    Ok(pods)
}

fn ready_since(pod: &Value) -> &str {
    let ready = find_condition(pod.get("status"), "Ready");
    if ready.get("status").str() == "True" { ready.get("lastTransitionTime").str() } else { "" }
}

fn restarts(pod: &Value) -> i64 {
    pod.at(&["status", "containerStatuses"]).items().iter().map(|c| c.get("restartCount").int()).max().unwrap_or(0)
}

// Models podutils.ByLogging and the reverse of podutils.ActivePods.
fn rank(a: &Value, b: &Value, purpose: Purpose) -> Ordering {
    let unassigned = |p: &Value| p.at(&["spec", "nodeName"]).str().is_empty();
    let phase = |p: &Value| match (p.at(&["status", "phase"]).str(), purpose) {
        ("Unknown", _) => 1,
        ("Pending", _) => 2,
        ("Running", _) | (_, Purpose::Logs) => 0,
        // A finished pod counts as pending where something is to run in it.
        (_, Purpose::Attach) => 2,
    };
    let born = |p: &Value| p.at(&["metadata", "creationTimestamp"]).str().to_owned();
    let by_restarts = restarts(b).cmp(&restarts(a));
    unassigned(a)
        .cmp(&unassigned(b))
        .then_with(|| phase(a).cmp(&phase(b)))
        .then_with(|| is_ready(b).cmp(&is_ready(a)))
        .then_with(|| {
            let (x, y) = (ready_since(a), ready_since(b));
            if is_ready(a) && is_ready(b) { x.cmp(y) } else { Ordering::Equal }
        })
        .then_with(|| if purpose == Purpose::Logs { by_restarts } else { by_restarts.reverse() })
        .then_with(|| born(a).cmp(&born(b)))
}

/// The pod that an argument means.
// Models polymorphichelpers.AttachablePodForObject.
pub fn pod_of(cx: &mut Context<'_, '_>, info: &Info) -> Result<Value, CliError> {
    if info.kind == kinds::POD {
        return Ok(info.object.clone());
    }
    let selector = selector_of(&info.object, "attach to")?;
    match selected(cx, &info.namespace, &selector, Purpose::Attach)?.into_iter().next() {
        Some(pod) => Ok(pod),
        None => fail("timed out waiting for the condition"),
    }
}

/// An object's type as Go's `%T` prints it: `*v1.ConfigMap`.
pub fn go_type(object: &Value) -> String {
    let version = object.api_version().rsplit('/').next().unwrap_or("v1");
    format!("*{version}.{}", object.kind())
}

/// Every container of a pod, its init and ephemeral ones too.
pub fn containers(pod: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    [("containers", ""), ("ephemeralContainers", " (ephem)"), ("initContainers", " (init)")]
        .into_iter()
        .flat_map(|(member, mark)| pod.at(&["spec", member]).items().iter().map(move |c| (mark, c)))
}

/// The annotation that names the container that is meant where none is named.
pub const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

fn all_names(pod: &Value) -> String {
    containers(pod).map(|(mark, c)| format!("{}{mark}", c.get("name").str())).list().join(", ")
}

/// The container that is meant. Where none is named and there are several, says which was chosen.
// Models podcmd.FindOrDefaultContainerByName.
pub fn container_of(cx: &mut Context<'_, '_>, pod: &Value, name: &str, quiet: bool) -> Result<String, CliError> {
    let (container, chosen) = choose_container(pod, name)?;
    if let (Some(chosen), false) = (chosen, quiet) {
        cx.out.errln(chosen);
    }
    Ok(container)
}

/// The container that is meant, and what is to be said where it was chosen among several.
pub fn choose_container(pod: &Value, name: &str) -> Result<(String, Option<String>), CliError> {
    let default = pod.annotation(DEFAULT_CONTAINER).unwrap_or_default();
    let wanted = if name.is_empty() { default } else { name };
    if !wanted.is_empty() {
        match containers(pod).any(|(_, c)| c.get("name").str() == wanted) {
            true => return Ok((wanted.to_owned(), None)),
            // An annotation that names none counts for nothing.
            false if name.is_empty() => {}
            false => return fail(format!("container {name} is not valid for pod {} out of: {}", pod.name(), all_names(pod))),
        };
    }
    let Some(first) = pod.at(&["spec", "containers"]).items().first() else {
        return fail(format!("pod {}/{} does not have any containers", pod.namespace(), pod.name()));
    };
    let first = first.get("name").str().to_owned();
    let chosen = containers(pod).nth(1).is_some().then(|| format!("Defaulted container {first:?} out of: {}", all_names(pod)));
    Ok((first, chosen))
}

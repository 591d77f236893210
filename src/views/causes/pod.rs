//! What keeps a pod back that stands in other objects.

use super::service::requests;
use super::{Add, Around, What, event, guarded, relative, said, spec, term};
use crate::api::{Object, Value, kinds, resource_claim};
use crate::base::List as _;
use crate::runtime::images;
use crate::sim::Sim;
use crate::views::pod::{ContainerState, Health, PodView};

/// What keeps a pod back that stands in other objects.
pub(super) fn pod(Around { sim, view, .. }: &Around, o: &Value, add: Add) {
    let Some(seen) = view.pod(o.uid()) else { return };
    unscheduled(sim, o, add);
    if matches!(seen.health, Health::Unscheduled | Health::Starting) {
        claims(sim, o, add);
        device_claims(sim, o, seen, add);
    }
    if seen.health == Health::Starting
        && let Some(words) = event(sim, o, &["FailedMount", "FailedAttachVolume"])
    {
        add(What::MountFails, &[], words, None);
    }
    let node = seen.node.as_ref().and_then(|n| view.nodes.iter().find(|v| v.name == *n));
    if let Some(n) = node.filter(|n| !n.ready && !seen.is_over()) {
        let what = if seen.terminating.is_some() { What::NodeSilent } else { What::NodeAway };
        add(what, &[], "NodeNotReady".to_owned(), Some(["Node", "", &n.name, &n.key].map(str::to_owned)));
    }
    if node.is_some_and(|n| !n.schedulable) {
        guarded(sim, o, add);
    }
    if let Some(words) = killed_by_probe(sim, o).filter(|_| seen.terminating.is_none()) {
        add(What::ProbeKills, &[], words, None);
    }
    if let Some(("ReadinessGatesNotReady", message)) = said(o, "Ready", "False") {
        add(What::WaitsFor, &["readinessGates"], term("ReadinessGatesNotReady", message), None);
    }
    requests(sim, o, add);
    containers(o, seen, add);
}

/// Why no scheduler looks at it.
fn unscheduled(sim: &Sim, o: &Value, add: Add) {
    let gates: Vec<&str> = spec(o, "schedulingGates").items().iter().map(|g| g.get("name").str()).list();
    if !gates.is_empty() {
        add(What::Gated, &[&gates.join(", ")], "SchedulingGated".to_owned(), None);
    }
    if let Some(scheduler) = sim.cluster().scheduler.as_ref().filter(|_| spec(o, "nodeName").str().is_empty()) {
        let named = spec(o, "schedulerName").str();
        if !scheduler.names().any(|name| name == named) {
            add(What::NoScheduler, &[named, &scheduler.names().list().join(", ")], format!("spec.schedulerName: {named}"), None);
        }
    }
}

/// Its claims of volumes that are not there or have none.
fn claims(sim: &Sim, o: &Value, add: Add) {
    for v in spec(o, "volumes").items() {
        let claim = v.at(&["persistentVolumeClaim", "claimName"]).str();
        match sim.api().peek(kinds::PERSISTENT_VOLUME_CLAIM, o.namespace(), claim) {
            _ if claim.is_empty() => {}
            None => add(What::ClaimMissing, &[claim], format!("persistentvolumeclaim \"{claim}\" not found"), None),
            Some(c) if c.at(&["status", "phase"]).str() == "Bound" => {}
            Some(c) => add(What::ClaimOfPod, &[claim], "unbound PersistentVolumeClaim".to_owned(), Some(relative(c))),
        }
    }
}

/// Its claims of devices that are not there or not for it.
fn device_claims(sim: &Sim, o: &Value, seen: &PodView, add: Add) {
    for entry in resource_claim::entries(o) {
        let claim = |name: &str| sim.api().peek(kinds::RESOURCE_CLAIM, o.namespace(), name);
        let serves = |c: &Value| !c.is_terminating() && (seen.node.is_none() || resource_claim::is_reserved_for(c, o.uid()));
        if resource_claim::name(o, entry).map_or(true, |name| name.is_some_and(|name| !claim(&name).is_some_and(serves))) {
            let told = event(sim, o, &["FailedResourceClaimCreation", "FailedPrepareDynamicResources"]);
            add(What::ClaimOfDevices, &[entry.get("name").str()], told.unwrap_or_else(|| "spec.resourceClaims".to_owned()), None);
        }
    }
}

/// What is to be said of its containers' images and last ends.
fn containers(o: &Value, seen: &PodView, add: Add) {
    for c in seen.containers.iter().filter(|c| c.is_running() && c.last_exit.as_ref().is_some_and(|e| e.reason == "OOMKilled")) {
        let limits = spec(o, "containers").named(&c.name);
        add(What::WasOom, &[&c.name, limits.map_or("", |s| s.at(&["resources", "limits", "memory"]).str())], "OOMKilled".to_owned(), None);
    }
    for c in seen.containers.iter().filter(|c| matches!(c.state, ContainerState::Waiting { .. })) {
        if let Some(near) = images::misspelt(&c.image) {
            add(What::NoSuchImage, &[&c.image, near], format!("image: {}", c.image), None);
        }
    }
    for c in seen.containers.iter().filter(|c| c.is_running()) {
        match images::placeholder(&c.image) {
            Some(Some(near)) => add(What::Misspelt, &[&c.image, near], format!("image: {}", c.image), None),
            Some(None) => add(What::Placeholder, &[&c.image], format!("image: {}", c.image), None),
            None => {}
        }
    }
}

/// What the kubelet said as it ended a container for its probe, where that was the container's last end, or is to be the next.
pub fn killed_by_probe(sim: &Sim, pod: &Value) -> Option<String> {
    for status in ["initContainerStatuses", "containerStatuses"].iter().flat_map(|list| pod.at(&["status", list]).items()) {
        // When its last life began, or else this one.
        let lives = [["state", "terminated"], ["lastState", "terminated"], ["state", "running"]];
        let Some(since) = lives.iter().find_map(|life| status.at(life).get("startedAt").as_str()) else { continue };
        let begin = format!("Container {} failed ", status.get("name").str());
        for event in sim.api().events_about(pod.uid()) {
            let message = event.get("message").str();
            if message.starts_with(&begin) && message.ends_with("will be restarted") && event.get("lastTimestamp").str() >= since {
                return Some(term("Killing", message));
            }
        }
    }
    None
}

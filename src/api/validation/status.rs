//! What a status may say when somebody else than the cluster's components writes it.

use super::super::{KindRef, Object, Quantity, Value, names};
use super::ip;
use super::job_status::job_status;
use super::meta::{label_name, object_meta_update};
use super::path::{Errors, Path, same};
use super::pod::annotation_updates;
use super::resources::{is_native, quantity_value, quota_resource_name};
use super::security::closed;
use crate::base::{List as _, SortedSet};

/// Counts of a kind's status that may not be negative.
#[rustfmt::skip]
const COUNTS: [(&str, &[&str]); 8] = [
    ("ReplicationController", &["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"]),
    ("ReplicaSet", &["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration", "terminatingReplicas"]),
    ("Deployment", &["observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas",
        "terminatingReplicas", "collisionCount"]),
    ("StatefulSet", &["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration", "collisionCount"]),
    ("DaemonSet", &["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady", "observedGeneration",
        "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount"]),
    ("Job", &["active", "succeeded", "failed", "ready", "terminating"]),
    ("HorizontalPodAutoscaler", &["currentReplicas", "desiredReplicas"]),
    ("PodDisruptionBudget", &["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"]),
];
/// Counts that are of those of `status.replicas`.
const PARTS: [&str; 5] = ["fullyLabeledReplicas", "updatedReplicas", "readyReplicas", "currentReplicas", "availableReplicas"];

/// A changed status. Both objects have what is not status as it was.
pub(super) fn update(errors: &mut Errors, kind: KindRef, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    if kind.custom.is_some() {
        return;
    }
    let (at, status, before) = (Path::new("status"), new.get("status"), old.get("status"));
    let counts = COUNTS.iter().find(|(k, _)| *k == kind.kind).map_or(&[] as &[&str], |(_, counts)| counts);
    for count in counts {
        errors.nonnegative(at.child(count), status.get(count));
    }
    if matches!(kind.kind, "Deployment" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "StatefulSet") {
        let number = |key: &str| status.get(key).int();
        for part in counts.iter().filter(|p| PARTS.contains(p) && number(p) > number("replicas")) {
            errors.invalid(at.child(part), number(part), "cannot be greater than status.replicas");
        }
        if number("availableReplicas") > number("readyReplicas") {
            let detail = if kind.kind == "StatefulSet" {
                "cannot be greater than status.readyReplicas"
            } else {
                "cannot be greater than readyReplicas"
            };
            errors.invalid(at.child("availableReplicas"), number("availableReplicas"), detail);
        }
        let collisions = |s: &Value| s.get("collisionCount").as_int();
        if collisions(before).is_some_and(|was| collisions(status).is_none_or(|now| now < was)) {
            errors.invalid(at.child("collisionCount"), status.get("collisionCount"), "cannot be decremented");
        }
    }
    match kind.kind {
        "Pod" => pod(errors, new, old),
        "Job" => job_status(errors, new, old),
        "Service" => {
            let at = at.child("loadBalancer");
            let status = status.get("loadBalancer");
            if new.at(&["spec", "type"]).str() == "LoadBalancer" {
                load_balancer(errors, at, status, true);
            } else if !status.get("ingress").is_empty() {
                errors.forbidden(at.child("ingress"), "may only be used when `spec.type` is 'LoadBalancer'");
            }
        }
        "Namespace" => {
            let (wanted, when) = if new.is_terminating() { ("Terminating", "is not empty") } else { ("Active", "is empty") };
            if status.get("phase").str() != wanted {
                errors.invalid(at.child("Phase"), status.get("phase"), &format!("may only be '{wanted}' if `deletionTimestamp` {when}"));
            }
        }
        "Ingress" => load_balancer(errors, at.child("loadBalancer"), status.get("loadBalancer"), false),
        "PersistentVolumeClaim" => claim(errors, at, status),
        "Node" => super::core::node_resources(errors, new),
        "ResourceQuota" => {
            for list in ["hard", "used"] {
                let at = at.child(list);
                for (name, amount) in status.get(list).entries() {
                    quota_resource_name(errors, at.key(name), name);
                    quantity_value(errors, at.key(name), name, amount);
                }
            }
        }
        _ => {}
    }
}

/// The addresses that a load balancer has, and whether it says of each how it is reached.
fn load_balancer(errors: &mut Errors, at: Path<'_>, status: &Value, has_mode: bool) {
    let list = at.child("ingress");
    for (i, ingress) in status.get("ingress").items().iter().enumerate() {
        let at = list.index(i);
        let (address, mode) = (ingress.get("ip").str(), ingress.get("ipMode"));
        if !address.is_empty() {
            ip::valid(errors, at.child("ip"), address);
        }
        let mode_at = at.child("ipMode");
        match (address.is_empty(), mode.is_null()) {
            _ if !has_mode => {}
            (false, true) => errors.required(mode_at, "must be specified when `ip` is set"),
            (true, false) => errors.forbidden(mode_at, "may not be specified when `ip` is not set"),
            _ => closed(errors, mode_at, mode, &["Proxy", "VIP"]),
        }
        let host = ingress.get("hostname").str();
        if !host.is_empty() {
            errors.each_invalid(at.child("hostname"), host, names::dns1123_subdomain(host));
            if ip::parse(host).is_some() {
                errors.invalid(at.child("hostname"), host, "must be a DNS name, not an IP address");
            }
        }
    }
}

const RESIZES: [&str; 5] =
    ["ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"];

fn claim(errors: &mut Errors, at: Path<'_>, status: &Value) {
    let amount = |errors: &mut Errors, at: Path<'_>, amount: &Value| {
        let value = Quantity::of(amount).value();
        if value < 0 {
            errors.invalid(at, value, "must be a valid resource quantity");
        }
        value >= 0
    };
    let capacity = at.child("capacity");
    for (name, size) in status.get("capacity").entries() {
        amount(errors, capacity.key(name), size);
    }
    let key = |errors: &mut Errors, at: Path<'_>, name: &str| {
        let wrong = names::qualified_name(name);
        let right = wrong.is_empty() && (!is_native(name) || name == "storage");
        if wrong.is_empty() && !right {
            errors.not_supported(at, name, &["storage"]);
        }
        errors.each_invalid(at, name, wrong);
        right
    };
    let statuses = at.child("allocatedResourceStatuses");
    for (name, state) in status.get("allocatedResourceStatuses").entries() {
        key(errors, statuses, name);
        if !RESIZES.contains(&state.str()) {
            errors.not_supported(statuses, name.as_str(), &RESIZES);
        }
    }
    let allocated = at.child("allocatedResources");
    for (name, size) in status.get("allocatedResources").entries() {
        if key(errors, allocated, name) && amount(errors, allocated.key(name), size) {
            quantity_value(errors, allocated.key(name), "storage", size);
        }
    }
}

const STATUSES: [(&str, &str); 3] = [
    ("containerStatuses", "containers"),
    ("initContainerStatuses", "initContainers"),
    ("ephemeralContainerStatuses", "ephemeralContainers"),
];

// Models ValidatePodStatusUpdate.
fn pod(errors: &mut Errors, new: &Value, old: &Value) {
    annotation_updates(errors, new, old);
    let (at, status, spec, before) = (Path::new("status"), new.get("status"), new.get("spec"), old.get("status"));
    const GENERATION: &str = "must be a non-negative integer";
    let generation = |errors: &mut Errors, at: Path<'_>, of: &Value| {
        if of.get("observedGeneration").int() < 0 {
            errors.invalid(at.child("observedGeneration"), of.get("observedGeneration"), GENERATION);
        }
    };
    let conditions = at.child("conditions");
    let meta = Path::new("metadata");
    let named = meta.child("conditions");
    for (i, condition) in status.get("conditions").items().iter().enumerate() {
        let kind = condition.get("type").str();
        if !matches!(kind, "PodScheduled" | "Ready" | "Initialized") {
            label_name(errors, named.index(i).child("Type"), kind);
        }
        generation(errors, conditions.index(i), condition);
    }
    let (nominated, was) = (status.get("nominatedNodeName").str(), before.get("nominatedNodeName").str());
    if nominated != was && !nominated.is_empty() {
        let at = at.child("nominatedNodeName");
        errors.each_invalid(at, nominated, names::dns1123_subdomain(nominated));
        if !old.at(&["spec", "nodeName"]).is_empty() {
            errors.forbidden(at, "may not be set on pods that are already bound to a node");
        }
    }
    generation(errors, at, status);
    errors.immutable(at.child("qosClass"), status.get("qosClass"), before.get("qosClass"));
    let all = ["initContainers", "containers"].into_iter().flat_map(|l| old.at(&["spec", l]).items());
    let restarts_all = all.flat_map(|c| c.get("restartPolicyRules").items()).any(|r| r.get("action").str() == "RestartAllContainers");
    for (list, containers) in STATUSES.into_iter().filter(|_| !restarts_all) {
        let policy = if list == "ephemeralContainerStatuses" { "Never" } else { old.at(&["spec", "restartPolicy"]).str() };
        transitions(errors, at.child(list), status.get(list), before.get(list), old.at(&["spec", containers]), policy);
    }
    claims(errors, at, status, spec);
    addresses(errors, status);
    for (list, containers) in STATUSES {
        let at = at.child(list);
        for (i, container) in status.get(list).items().iter().enumerate() {
            let at = at.index(i);
            user(errors, at.child("user"), container.at(&["user", "linux"]), spec);
            allocated(errors, at.child("allocatedResourcesStatus"), container, spec.get(containers));
            let mounts = at.child("volumeMounts");
            for (j, mount) in container.get("volumeMounts").items().iter().enumerate() {
                let image = mount.at(&["volumeStatus", "image"]);
                let at = mounts.index(j);
                let at = at.child("volumeStatus");
                let at = at.child("imageVolumeStatus");
                match image.get("imageRef").str() {
                    _ if image.is_null() => {}
                    "" => errors.required(at.child("imageRef"), "imageRef must not be empty"),
                    text if text.len() > 256 => errors.too_long(at.child("imageRef"), 256),
                    _ => {}
                }
            }
        }
    }
}

/// A container that has ended stays so, unless its policy restarts it.
fn transitions(errors: &mut Errors, at: Path<'_>, new: &Value, old: &Value, containers: &Value, policy: &str) {
    for (i, status) in old.items().iter().enumerate() {
        let ended = status.at(&["state", "terminated"]);
        let name = status.get("name");
        let container = containers.named(name.str());
        let own = container.map_or("", |c| c.get("restartPolicy").str());
        let policy = if own.is_empty() { policy } else { own };
        let code = ended.get("exitCode");
        let by_rule = container.is_some_and(|c| {
            c.get("restartPolicyRules").items().iter().any(|rule| {
                let has = rule.at(&["exitCodes", "values"]).items().contains(code);
                rule.get("action").str() == "Restart" && has == (rule.at(&["exitCodes", "operator"]).str() == "In")
            })
        });
        if ended.is_null() || policy == "Always" || (policy == "OnFailure" && code.int() != 0) || by_rule {
            continue;
        }
        if new.items().iter().any(|s| s.get("name") == name && s.at(&["state", "terminated"]).is_null()) {
            let at = at.index(i);
            errors.forbidden(at.child("state"), "may not be transitioned to non-terminated state");
        }
    }
}

fn claims(errors: &mut Errors, at: Path<'_>, status: &Value, spec: &Value) {
    let list = at.child("resourceClaimStatuses");
    let mut seen = SortedSet::new();
    for (i, claim) in status.get("resourceClaimStatuses").items().iter().enumerate() {
        let at = list.index(i);
        let name = claim.get("name");
        if !spec.get("resourceClaims").items().iter().any(|c| c.get("name") == name) {
            errors.invalid(at.child("name"), name, "must match the name of an entry in `spec.resourceClaims`");
        }
        if !seen.insert(name.str()) {
            errors.duplicate(at.child("name"), name);
        }
        if let Some(name) = claim.get("resourceClaimName").as_str() {
            errors.each_invalid(at.child("resourceClaimName"), name, names::dns1123_subdomain(name));
        }
    }
    let extended = status.get("extendedResourceClaimStatus");
    if !extended.is_null() {
        extended_claim(errors, at.child("extendedResourceClaimStatus"), extended, spec);
    }
}

fn extended_claim(errors: &mut Errors, at: Path<'_>, claim: &Value, spec: &Value) {
    let list = at.child("requestMappings");
    let mappings = claim.get("requestMappings").items();
    if mappings.is_empty() {
        errors.required(list, "at least one request mapping is required");
    }
    let containers = || ["initContainers", "containers"].into_iter().flat_map(|l| spec.get(l).items());
    let mut seen = SortedSet::new();
    for (i, mapping) in mappings.iter().enumerate() {
        let at = list.index(i);
        let text = |key: &str| mapping.get(key).str();
        let (container, resource, request) = (text("containerName"), text("resourceName"), text("requestName"));
        if !containers().any(|c| c.get("name").str() == container) {
            let detail = "must match the name of an entry in spec.initContainers.name or spec.containers.name";
            errors.invalid(at.child("containerName"), container, detail);
        }
        if !containers().any(|c| !c.at(&["resources", "requests", resource]).is_null()) {
            let detail = "must match the extended resource name of an entry in spec.initContainers.resources.requests or \
                          spec.containers.resources.requests";
            errors.invalid(at.child("resourceName"), resource, detail);
        }
        errors.each_invalid(at.child("requestName"), request, names::dns1123_label(request));
        if !seen.insert((container, resource, request)) {
            errors.duplicate(at, container);
        }
    }
    let name = claim.get("resourceClaimName").str();
    errors.each_invalid(at.child("resourceClaimName"), name, names::dns1123_subdomain(name));
}

/// `status.podIPs` and `status.hostIPs`: one of each family, the first as in the older field.
fn addresses(errors: &mut Errors, status: &Value) {
    for list in ["podIPs", "hostIPs"] {
        let addresses: Vec<&str> = status.get(list).items().iter().map(|a| a.get("ip").str()).list();
        let at = Path::new("status");
        let at = at.child(list);
        if list == "hostIPs" && addresses.first().is_some_and(|first| *first != status.get("hostIP").str()) {
            errors.invalid(at.index(0).child("ip"), addresses[0], "must be equal to `hostIP`");
        }
        for (i, address) in addresses.iter().enumerate() {
            ip::valid(errors, at.index(i), address);
        }
        if addresses.len() > 1 && (addresses.len() > 2 || !ip::is_dual_stack(&addresses)) {
            let shown = addresses.iter().map(|address| crate::obj!({"IP": *address})).list();
            errors.invalid(at, shown, "may specify no more than one IP for each IP family");
        }
    }
}

fn user(errors: &mut Errors, at: Path<'_>, user: &Value, spec: &Value) {
    if user.is_null() {
        return;
    }
    let at = at.child("linux");
    if spec.at(&["os", "name"]).str() == "windows" {
        errors.forbidden(at, "cannot be set for a windows pod");
    }
    let groups = at.child("supplementalGroups");
    for key in ["uid", "gid"] {
        super::security::id(errors, at.child(key), user.get(key));
    }
    for (i, group) in user.get("supplementalGroups").items().iter().enumerate() {
        super::security::id(errors, groups.index(i), group);
    }
}

/// `allocatedResourcesStatus`: the health of devices that a container asked for.
fn allocated(errors: &mut Errors, at: Path<'_>, status: &Value, containers: &Value) {
    let container = containers.named(status.get("name").str());
    let resources = |key: &str| container.map_or(&Value::Null, |c| c.at(&["resources", key]));
    for (i, resource) in status.get("allocatedResourcesStatus").items().iter().enumerate() {
        let at = at.index(i);
        let name = resource.get("name").str();
        if container.is_none() {
            // Older kubelets told of containers that are no more.
        } else if let Some(claim) = name.strip_prefix("claim:") {
            let asked = |c: &Value| {
                let (name, request) = (c.get("name").str(), c.get("request").str());
                claim == if request.is_empty() { name.to_owned() } else { format!("{name}/{request}") }
            };
            if !resources("claims").items().iter().any(asked) {
                let detail = "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or \
                              'claim:<claimName>' if request is empty";
                errors.invalid(at.child("name"), name, detail);
            }
        } else if resources("requests").get(name).is_null() {
            errors.invalid(at.child("name"), name, "must match one of the container's resource requests");
        }
        let mut seen = SortedSet::new();
        let list = at.child("resources");
        for (j, device) in resource.get("resources").items().iter().enumerate() {
            let at = list.index(j);
            if !seen.insert(device.get("resourceID").str()) {
                errors.duplicate(at.child("resourceID"), device.get("resourceID"));
            }
            let health = device.get("health");
            if !matches!(health.str(), "Healthy" | "Unhealthy" | "Unknown") {
                errors.not_supported(at.child("health"), health, &["Healthy", "Unhealthy", "Unknown"]);
            }
            match device.get("message").as_str() {
                Some("") => errors.required(at.child("message"), "must be non-empty if specified"),
                Some(text) if text.len() > 1024 => errors.too_long(at.child("message"), 1024),
                _ => {}
            }
        }
    }
}

/// A namespace's finalizers, which go through a subresource of their own.
pub(super) fn finalize(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    let at = Path::new("spec");
    let at = at.child("finalizers");
    for (i, finalizer) in new.at(&["spec", "finalizers"]).items().iter().enumerate() {
        super::core::namespace_finalizer(errors, at.index(i), finalizer.str());
    }
    if !same(new.get("status"), old.get("status")) {
        errors.forbidden(Path::new("status"), "may not be changed");
    }
}

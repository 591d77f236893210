//! Pods, pod templates and their updates.

use super::super::internal;
use super::super::resources::aggregate_containers;
use super::super::{Quantity, Value, names};
use super::container::{PodScope, containers, ephemeral_containers, init_containers, only_for_pod};
use super::ip;
use super::meta::{self, label_name, object_meta, object_meta_update};
use super::path::{Errors, Path, same};
use super::resources::{container_resource_name, pod_resource_name, resource_requirements};
use super::scheduling::{affinity, tolerations, topology_spread};
use super::security::{self, each_container, pod_security_context};
use super::volumes::volumes;
use crate::api::well_known::APP_ARMOR_PREFIX;
use crate::base::{List as _, SortedSet};

/// Where a pod says of itself that a node made it.
pub(super) const MIRROR: [&str; 3] = ["metadata", "annotations", "kubernetes.io/config.mirror"];
/// The path without a name, as the server prints it.
pub(super) const NOWHERE: Path<'static> = Path::new("[]");
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A new pod.
pub(super) fn create(errors: &mut Errors, pod: &Value) {
    metadata_and_spec(errors, pod);
    let (at, spec) = (Path::new("spec"), pod.get("spec"));
    if !spec.get("ephemeralContainers").is_empty() {
        errors.forbidden(at.child("ephemeralContainers"), "cannot be set on create");
    }
    if !spec.get("nodeName").is_empty() && !spec.get("schedulingGates").is_empty() {
        errors.forbidden(at.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
    }
    security::profile_annotations(errors, at, pod.at(&["metadata", "annotations"]), spec);
}

/// What is asked of a pod whenever it is written.
pub(super) fn metadata_and_spec(errors: &mut Errors, pod: &Value) {
    object_meta(errors, pod, true, names::dns1123_subdomain);
    let spec = pod.get("spec");
    annotations(errors, Path::new("metadata").child("annotations"), pod.at(&["metadata", "annotations"]), spec);
    let at = Path::new("spec");
    pod_spec(errors, at, spec, pod);
    if spec.get("serviceAccountName").is_empty() {
        let list = at.child("volumes");
        for (i, volume) in spec.get("volumes").items().iter().enumerate() {
            let volume_at = list.index(i);
            let projected = volume_at.child("projected");
            let sources = projected.child("sources");
            for (j, source) in volume.at(&["projected", "sources"]).items().iter().enumerate() {
                if !source.get("serviceAccountToken").is_null() {
                    let at = sources.index(j);
                    errors.forbidden(at.child("serviceAccountToken"), "must not be specified when serviceAccountName is not set");
                }
            }
        }
    }
    for key in ["containers", "initContainers"] {
        let list = at.child(key);
        for (i, container) in spec.get(key).items().iter().enumerate() {
            only_for_pod(errors, list.index(i), container);
        }
    }
}

/// What annotations mean to a pod.
fn annotations(errors: &mut Errors, at: Path<'_>, annotations: &Value, spec: &Value) {
    let mirror = annotations.get("kubernetes.io/config.mirror");
    if !mirror.is_null() && spec.get("nodeName").is_empty() {
        errors.invalid(at.key("kubernetes.io/config.mirror"), mirror, "must set spec.nodeName if mirror pod annotation is set");
    }
    const COST: &str = "controller.kubernetes.io/pod-deletion-cost";
    if let Some(cost) = annotations.get(COST).as_str()
        && !is_deletion_cost(cost)
    {
        errors.ratcheting(|errors| errors.invalid(at.key(COST), cost, "must be a 32bit integer"));
    }
    security::seccomp_annotations(errors, at, annotations);
    for (key, profile) in annotations.entries() {
        let Some(name) = key.strip_prefix(APP_ARMOR_PREFIX) else { continue };
        if !LISTS.iter().any(|l| spec.get(l).named(name).is_some()) {
            errors.invalid(at.key(key), name, "container not found");
        }
        let profile = profile.str();
        if !matches!(profile, "" | "runtime/default" | "unconfined") && !profile.starts_with("localhost/") {
            errors.invalid(at.key(key), profile, &format!("invalid AppArmor profile name: {profile:?}"));
        }
    }
}

fn is_deletion_cost(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits == "0" || !digits.starts_with('0');
    !text.starts_with('+') && plain && text != "-0" && text.parse::<i32>().is_ok()
}

/// A pod template at `at`.
pub(super) fn template(errors: &mut Errors, at: Path<'_>, template: &Value) {
    let (meta, spec) = (template.get("metadata"), template.get("spec"));
    template_metadata(errors, at, template);
    pod_spec(errors, at.child("spec"), spec, &Value::Null);
    security::profile_annotations(errors, at.child("spec"), meta.get("annotations"), spec);
    if !spec.get("ephemeralContainers").is_empty() {
        let at = at.child("spec");
        errors.forbidden(at.child("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// The labels and annotations of a pod template.
pub(super) fn template_metadata(errors: &mut Errors, at: Path<'_>, template: &Value) {
    let meta = template.get("metadata");
    meta::labels(errors, at.child("labels"), meta.get("labels"));
    meta::annotations(errors, at.child("annotations"), meta.get("annotations"));
    annotations(errors, at.child("annotations"), meta.get("annotations"), template.get("spec"));
}

/// A pod's spec. `pod` is null for a template's.
fn pod_spec(errors: &mut Errors, at: Path<'_>, spec: &Value, pod: &Value) {
    if spec.get("terminationGracePeriodSeconds").is_null() {
        errors.required(at.child("terminationGracePeriodSeconds"), "");
    }
    let volumes = volumes(errors, at.child("volumes"), spec, pod.at(&["metadata", "name"]).str());
    let claims = spec.get("resourceClaims").items().iter().map(|c| c.get("name").str()).filter(|n| !n.is_empty()).list();
    let host_users = spec.get("hostUsers").as_bool() != Some(false);
    let scope = PodScope { spec, volumes, claims, host_users };
    resource_claims(errors, at.child("resourceClaims"), spec, !pod.at(&MIRROR).is_null());
    containers(errors, at.child("containers"), &scope);
    init_containers(errors, at.child("initContainers"), &scope);
    ephemeral_containers(errors, at.child("ephemeralContainers"), &scope);
    pod_resources(errors, at, spec, &scope.claims);
    host_network_ports(errors, at.child("containers"), spec, !pod.is_null());
    errors.one_of(at.child("restartPolicy"), spec.get("restartPolicy"), &["Always", "OnFailure", "Never"]);
    let dns_policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    errors.one_of(at.child("dnsPolicy"), spec.get("dnsPolicy"), &dns_policies);
    meta::labels(errors, at.child("nodeSelector"), spec.get("nodeSelector"));
    pod_security_context(errors, at.child("securityContext"), spec);
    affinity(errors, at.child("affinity"), spec.get("affinity"));
    dns_config(errors, at.child("dnsConfig"), spec);
    let gates = at.child("readinessGates");
    for (i, gate) in spec.get("readinessGates").items().iter().enumerate() {
        let at = gates.index(i);
        label_name(errors, at.child("conditionType"), gate.get("conditionType").str());
    }
    let gates = at.child("schedulingGates");
    let list = spec.get("schedulingGates").items();
    let mut seen = SortedSet::new();
    for (i, gate) in list.iter().enumerate() {
        let name = gate.get("name").str();
        label_name(errors, gates.index(i), name);
        if !seen.insert(name) {
            errors.duplicate(gates.index(i), name);
        }
    }
    topology_spread(errors, at.child("topologySpreadConstraints"), spec.get("topologySpreadConstraints"));
    security::host_process(errors, at, spec);
    host_users_rules(errors, at, spec);
    host_name(errors, at, spec);
    rest_of_spec(errors, at, spec);
}

fn rest_of_spec(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    for key in ["serviceAccountName", "nodeName"] {
        let name = spec.get(key).str();
        if !name.is_empty() {
            errors.each_invalid(at.child(key), name, names::dns1123_subdomain(name));
        }
    }
    if let Some(seconds) = spec.get("activeDeadlineSeconds").as_int()
        && !(1..=i64::from(i32::MAX)).contains(&seconds)
    {
        errors.invalid(at.child("activeDeadlineSeconds"), seconds, "must be between 1 and 2147483647, inclusive");
    }
    for key in ["hostname", "subdomain"] {
        let name = spec.get(key).str();
        if !name.is_empty() {
            errors.each_invalid(at.child(key), name, names::dns1123_label(name));
        }
    }
    tolerations(errors, at.child("tolerations"), spec.get("tolerations"));
    let aliases = at.child("hostAliases");
    for (i, alias) in spec.get("hostAliases").items().iter().enumerate() {
        let at = aliases.index(i);
        ip::valid(errors, at.child("ip"), alias.get("ip").str());
        let list = at.child("hostnames");
        for (j, name) in alias.get("hostnames").items().iter().enumerate() {
            errors.each_invalid(list.index(j), name.str(), names::dns1123_subdomain(name.str()));
        }
    }
    for key in ["priorityClassName", "runtimeClassName"] {
        if let Some(name) = spec.get(key).as_str()
            && !(name.is_empty() && key == "priorityClassName")
        {
            errors.each_invalid(at.child(key), name, names::dns1123_subdomain(name));
        }
    }
    if !spec.get("preemptionPolicy").is_null() {
        errors.one_of(at.child("preemptionPolicy"), spec.get("preemptionPolicy"), &["PreemptLowerPriority", "Never"]);
    }
    if !spec.get("overhead").is_null() {
        let limits = crate::obj!({"limits": spec.get("overhead")});
        resource_requirements(errors, at.child("overhead"), &limits, container_resource_name, &[]);
    }
    security::operating_system(errors, at, spec);
    file_keys(errors, at, spec);
}

fn resource_claims(errors: &mut Errors, at: Path<'_>, spec: &Value, is_static: bool) {
    let list = spec.get("resourceClaims").items();
    let mut seen = SortedSet::new();
    for (i, claim) in list.iter().enumerate() {
        if is_static {
            errors.forbidden(NOWHERE, "static pods do not support resource claims");
            continue;
        }
        let at = at.index(i);
        let name = claim.get("name").str();
        if name.is_empty() {
            errors.required(at.child("name"), "");
        } else if !seen.insert(name) {
            errors.duplicate(at.child("name"), name);
        } else {
            errors.each_invalid(at.child("name"), name, names::dns1123_label(name));
        }
        const CLAIM: (&str, &str) = ("core", "PodResourceClaim");
        let sources = ["resourceClaimName", "resourceClaimTemplateName"];
        match sources.iter().filter(|s| !claim.get(s).is_null()).count() {
            0 => errors.internal_invalid(at, CLAIM, claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"),
            1 => {}
            _ => errors.internal_invalid(
                at,
                CLAIM,
                claim,
                "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
            ),
        }
        for key in sources {
            if let Some(name) = claim.get(key).as_str() {
                errors.each_invalid(at.child(key), name, names::dns1123_subdomain(name));
            }
        }
    }
}

/// `spec.resources`: what the pod has as a whole.
fn pod_resources(errors: &mut Errors, at: Path<'_>, spec: &Value, claims: &[&str]) {
    let resources = spec.get("resources");
    if resources.is_null() {
        return;
    }
    let at = at.child("resources");
    if spec.at(&["os", "name"]).str() == "windows" {
        return errors.forbidden(at, "may not be set for a windows pod");
    }
    if !resources.get("claims").is_null() {
        errors.forbidden(at.child("claims"), "claims may not be set for Resources at pod-level");
    }
    resource_requirements(errors, at, resources, pod_resource_name, claims);
    let requests = at.child("requests");
    for (name, sum) in aggregate_containers(spec, "requests") {
        let own = resources.at(&["requests", &name]);
        if !own.is_null() && sum > Quantity::of(own) {
            let detail = format!("must be greater than or equal to aggregate container requests of {sum}");
            errors.invalid(requests.key(&name), own, &detail);
        }
    }
    let limits = at.child("limits");
    for (name, sum) in aggregate_containers(spec, "limits") {
        let own = resources.at(&["limits", &name]);
        if name.starts_with("hugepages-") && !own.is_null() && sum > Quantity::of(own) {
            errors.invalid(limits.key(&name), own, &format!("must be greater than or equal to aggregate container limits of {sum}"));
        }
    }
    let list = at.child("containers");
    for (i, container) in spec.get("containers").items().iter().enumerate() {
        for (name, limit) in container.at(&["resources", "limits"]).entries() {
            let own = resources.at(&["limits", name]);
            if !own.is_null() && Quantity::of(limit) > Quantity::of(own) {
                let at = list.index(i);
                let at = at.key(name);
                errors.invalid(at.child("limits"), limit, &format!("must be less than or equal to pod limits of {}", own.str()));
            }
        }
    }
}

fn host_network_ports(errors: &mut Errors, at: Path<'_>, spec: &Value, is_pod: bool) {
    if !spec.get("hostNetwork").is_true() {
        return;
    }
    for (i, container) in spec.get("containers").items().iter().enumerate() {
        let container_at = at.index(i);
        let ports = container_at.child("ports");
        for (j, port) in container.get("ports").items().iter().enumerate() {
            let (host, own) = (port.get("hostPort").int(), port.get("containerPort").int());
            if (is_pod || host != 0) && host != own {
                let at = ports.index(j);
                errors.invalid(at.child("hostPort"), host, "must match `containerPort` when `hostNetwork` is true");
            }
        }
    }
}

fn dns_config(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let config = spec.get("dnsConfig");
    if spec.get("dnsPolicy").str() == "None" {
        if config.is_null() {
            return errors.required(at, "must provide `dnsConfig` when `dnsPolicy` is None");
        }
        if config.get("nameservers").is_empty() {
            return errors.required(at.child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None");
        }
    }
    let (servers, searches) = (config.get("nameservers"), config.get("searches"));
    if servers.items().len() > 3 {
        errors.invalid(at.child("nameservers"), servers, "must not have more than 3 nameservers");
    }
    let list = at.child("nameservers");
    for (i, server) in servers.items().iter().enumerate() {
        ip::valid(errors, list.index(i), server.str());
    }
    if searches.items().len() > 32 {
        errors.invalid(at.child("searches"), searches, "must not have more than 32 search paths");
    }
    let length = searches.items().iter().map(|s| s.str().len() + 1).sum::<usize>().saturating_sub(1);
    if length > 2048 {
        errors.invalid(at.child("searches"), searches, "must not have more than 2048 characters (including spaces) in the search list");
    }
    let list = at.child("searches");
    for (i, search) in searches.items().iter().enumerate().filter(|(_, s)| s.str() != ".") {
        let search = search.str().strip_suffix('.').unwrap_or(search.str());
        errors.each_invalid(list.index(i), search, names::dns1123_subdomain_with_underscore(search));
    }
    let list = at.child("options");
    for (i, option) in config.get("options").items().iter().enumerate() {
        if option.get("name").is_empty() {
            errors.required(list.index(i), "must not be empty");
        }
    }
}

fn host_users_rules(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    if spec.get("hostUsers").as_bool() != Some(false) {
        return;
    }
    for (key, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.get(key).is_true() {
            errors.forbidden(at.child(shown), HOST_USERS);
        }
    }
    each_container(spec, at, &mut |container, at| {
        if !container.get("volumeDevices").is_empty() {
            errors.forbidden(at.child("volumeDevices"), HOST_USERS);
        }
    });
}

const HOST_USERS: &str = "when `hostUsers` is false";

fn host_name(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let Some(name) = spec.get("hostnameOverride").as_str() else { return };
    let at_name = at.child("hostnameOverride");
    if spec.get("setHostnameAsFQDN").is_true() {
        errors.forbidden(at_name, "may not be specified when setHostnameAsFQDN is true");
    }
    if spec.get("hostNetwork").is_true() {
        errors.forbidden(at_name, "may not be specified when hostNetwork is true");
    }
    if name.len() > 64 {
        errors.too_long(at_name, 64);
    }
    errors.each_invalid(at_name, name, names::dns1123_subdomain(name));
}

fn file_keys(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    for key in LISTS {
        let list = at.child(key);
        for (i, container) in spec.get(key).items().iter().enumerate() {
            let container_at = list.index(i);
            let env = container_at.child("env");
            for (j, variable) in container.get("env").items().iter().enumerate() {
                let reference = variable.at(&["valueFrom", "fileKeyRef"]);
                if reference.is_null() {
                    continue;
                }
                let at = env.index(j);
                let at = at.child("valueFrom");
                let at = at.child("fileKeyRef");
                let name = reference.get("volumeName").str();
                match spec.get("volumes").named(name) {
                    None => errors.not_found(at.child("volumeName"), name),
                    Some(v) if v.get("emptyDir").is_null() => {
                        errors.invalid(at.child("volumeName"), name, "referenced volume must be of type emptyDir");
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

const UPDATABLE: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
     `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` \
     (allow it to be set to 1 if it was previously negative)";

/// A changed pod.
// Models ValidatePodUpdate.
pub(super) fn update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    metadata_and_spec(errors, new);
    annotation_updates(errors, new, old);
    let at = Path::new("spec");
    let (spec, before) = (new.get("spec"), old.get("spec"));
    for key in ["containers", "initContainers"] {
        let list = at.child(key);
        if spec.get(key).items().len() != before.get(key).items().len() {
            return errors.forbidden(list, "pod updates may not add or remove containers");
        }
        for (i, container) in spec.get(key).items().iter().enumerate() {
            let at = list.index(i);
            if container.get("image").is_empty() {
                errors.required(at.child("image"), "");
            }
            only_for_pod(errors, at, container);
        }
    }
    let deadline_at = at.child("activeDeadlineSeconds");
    match (spec.get("activeDeadlineSeconds").as_int(), before.get("activeDeadlineSeconds").as_int()) {
        (Some(new), _) if !(0..=i64::from(i32::MAX)).contains(&new) => {
            return errors.invalid(deadline_at, new, "must be between 0 and 2147483647, inclusive");
        }
        (Some(new), Some(old)) if old < new => {
            return errors.invalid(deadline_at, new, "must be less than or equal to previous value");
        }
        (None, Some(_)) => errors.invalid(deadline_at, Value::Null, "must not update from a positive integer to nil value"),
        _ => {}
    }
    only_added_tolerations(errors, at.child("tolerations"), spec.get("tolerations"), before.get("tolerations"));
    let gates = at.child("schedulingGates");
    let list = spec.get("schedulingGates").items();
    // Of several of a name the last is told.
    for (i, gate) in list.iter().enumerate().filter(|(i, gate)| !list[i + 1..].contains(gate)) {
        if !before.get("schedulingGates").items().iter().any(|g| g.get("name") == gate.get("name")) {
            let at = gates.index(i);
            let detail = format!("only deletion is allowed, but found new scheduling gate '{}'", gate.get("name").str());
            errors.forbidden(at.child("name"), &detail);
        }
    }
    let unchanged = |spec: &Value| internal::same("core", "PodSpec", spec, before);
    if unchanged(spec) {
        return;
    }
    let munged = munge(errors, spec, before);
    if !unchanged(&munged) {
        errors.forbidden(at, &format!("{UPDATABLE}\n{}", internal::diff("core", "PodSpec", before, &munged)));
    }
}

/// The new spec with what may change put back as it was.
fn munge(errors: &mut Errors, spec: &Value, before: &Value) -> Value {
    let mut munged = spec.clone();
    for key in ["containers", "initContainers"] {
        if spec.get(key).is_empty() {
            munged.remove(&[key]);
        }
        for (i, old) in before.get(key).items().iter().enumerate() {
            if munged.get(key).items()[i].get("image") != old.get("image") {
                munged.get_mut(key).list_mut()[i].set(&["image"], old.get("image"));
            }
        }
    }
    let mut put_back = vec!["activeDeadlineSeconds", "schedulingGates", "tolerations"];
    let grace = |s: &Value| s.get("terminationGracePeriodSeconds").int();
    if grace(before) < 0 && grace(spec) == 1 {
        put_back.push("terminationGracePeriodSeconds");
    }
    // A pod that is held back may still be told more exactly where it may go.
    if !before.get("schedulingGates").is_empty() {
        if !same(spec.get("nodeSelector"), before.get("nodeSelector")) {
            let added_only = before.get("nodeSelector").entries().all(|(k, v)| spec.at(&["nodeSelector", k]) == v);
            if !added_only {
                let at = Path::new("spec");
                let detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
                errors.invalid(at.child("nodeSelector"), spec.get("nodeSelector"), detail);
            }
            put_back.push("nodeSelector");
        }
        let path = ["affinity", "nodeAffinity"];
        if !same(spec.at(&path), before.at(&path)) {
            narrowed_affinity(errors, spec.at(&path), before.at(&path));
            match before.at(&path) {
                Value::Null => {
                    munged.remove(&path);
                }
                old => munged.set(&path, old),
            }
            if munged.get("affinity").is_empty() && before.get("affinity").is_null() {
                munged.remove(&["affinity"]);
            }
        }
    }
    for key in put_back {
        match before.get(key) {
            Value::Null => {
                munged.remove(&[key]);
            }
            old => munged.set(&[key], old),
        }
    }
    munged
}

/// Required terms may only become stricter, where there were any (`validateNodeAffinityMutation`).
fn narrowed_affinity(errors: &mut Errors, new: &Value, old: &Value) {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    let terms = |affinity: &Value| affinity.at(&[REQUIRED, "nodeSelectorTerms"]).clone();
    let (new, old) = (terms(new), terms(old));
    let at = Path::new("spec");
    let at = at.child("affinity");
    let at = at.child("nodeAffinity");
    let at = at.child(REQUIRED);
    let at = at.child("nodeSelectorTerms");
    if !old.items().is_empty() && old.items().len() != new.items().len() {
        return errors.invalid(at, &new, "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
    }
    for (i, (old, new)) in old.items().iter().zip(new.items()).enumerate() {
        let members = ["matchExpressions", "matchFields"];
        let was_empty = members.iter().all(|m| old.get(m).items().is_empty());
        let is_empty = members.iter().all(|m| new.get(m).items().is_empty());
        if (was_empty && !is_empty) || !members.iter().all(|m| new.get(m).items().starts_with(old.get(m).items())) {
            let why = "only additions are allowed (no mutations or deletions)";
            errors.internal_invalid(at.index(i), ("core", "NodeSelectorTerm"), new, why);
        }
    }
}

fn only_added_tolerations(errors: &mut Errors, at: Path<'_>, new: &Value, old: &Value) {
    let without_seconds = |t: &Value| {
        let mut t = t.clone();
        t.remove(&["tolerationSeconds"]);
        t.to_json()
    };
    let kept: SortedSet<String> = new.items().iter().map(without_seconds).collect();
    if !old.items().iter().all(|t| kept.contains(&without_seconds(t))) {
        return errors.forbidden(at, "existing toleration can not be modified except its tolerationSeconds");
    }
    tolerations(errors, at, new);
}

/// Annotations that may not change.
pub(super) fn annotation_updates(errors: &mut Errors, new: &Value, old: &Value) {
    let at = Path::new("metadata");
    let at = at.child("annotations");
    let (after, before) = (new.at(&["metadata", "annotations"]), old.at(&["metadata", "annotations"]));
    for (key, _) in before.entries().filter(|(k, v)| after.get(k) != *v) {
        if key.starts_with(APP_ARMOR_PREFIX) {
            errors.forbidden(at.key(key), "may not remove or update AppArmor annotations");
        }
        if key == "kubernetes.io/config.mirror" {
            errors.forbidden(at.key(key), "may not remove or update mirror pod annotation");
        }
    }
    for (key, _) in after.entries().filter(|(k, _)| before.get(k).is_null()) {
        if key.starts_with(APP_ARMOR_PREFIX) {
            errors.forbidden(at.key(key), "may not add AppArmor annotations");
        }
        if key == "kubernetes.io/config.mirror" {
            errors.forbidden(at.key(key), "may not add mirror pod annotation");
        }
    }
    annotations(errors, at, after, new.get("spec"));
}

/// A restart policy other than `Always` in the template of a controller that keeps pods running.
pub(super) fn always_restarts(errors: &mut Errors, at: Path<'_>, template: &Value, what: &str) {
    let spec = template.get("spec");
    let at = at.child("spec");
    if spec.get("restartPolicy").str() != "Always" {
        errors.not_supported(at.child("restartPolicy"), spec.get("restartPolicy").str(), &["Always"]);
    }
    if !spec.get("activeDeadlineSeconds").is_null() {
        errors.forbidden(at.child("activeDeadlineSeconds"), &format!("activeDeadlineSeconds in {what} is not Supported"));
    }
}

//! What each kind's registry does to an object before validation: it keeps spec and status to their own writers, and counts generations.

mod service;

use std::sync::Arc;

use super::{Caller, Subresource, normal_form};
use crate::api::well_known::TEMPLATE_GENERATION;
use crate::api::{KindRef, Object, Status, Value, add_finalizer, app_armor_fields, kinds};
use crate::base::List as _;
use crate::obj;
use service::complete_service;
pub(super) use service::needs_health_check;

/// Kinds with a `status` subresource: a write of the object does not change the status, nor the reverse.
pub(super) fn has_status(kind: KindRef) -> bool {
    kind.custom.as_ref().map_or_else(|| built_in_with_status(kind), |c| c.has_status(kind.version))
}

/// Whether a kind has a subresource of this name that holds a part of the object.
pub(super) fn has_part(kind: KindRef, name: &str) -> bool {
    let pod = kind == kinds::POD;
    match name {
        "status" => has_status(kind),
        "scale" => match &kind.custom {
            Some(custom) => !custom.scale(kind.version).is_null(),
            None => matches!(kind.plural, "deployments" | "replicasets" | "statefulsets" | "replicationcontrollers"),
        },
        "resize" | "ephemeralcontainers" => pod,
        "approval" => kind.group == "certificates.k8s.io",
        _ => false,
    }
}

fn built_in_with_status(kind: KindRef) -> bool {
    matches!(
        (kind.group, kind.plural),
        (
            "",
            "pods"
                | "nodes"
                | "namespaces"
                | "replicationcontrollers"
                | "services"
                | "persistentvolumes"
                | "persistentvolumeclaims"
                | "resourcequotas"
        ) | ("apps", "deployments" | "replicasets" | "daemonsets" | "statefulsets")
            | ("batch", _)
            | ("autoscaling", _)
            | ("policy", _)
            | ("networking.k8s.io", "ingresses" | "servicecidrs")
            | ("admissionregistration.k8s.io", "validatingadmissionpolicies")
            | ("resource.k8s.io", "resourceclaims")
            | ("storage.k8s.io", "volumeattachments")
            | ("apiextensions.k8s.io" | "apiregistration.k8s.io" | "certificates.k8s.io" | "flowcontrol.apiserver.k8s.io", _)
    )
}

/// Refuses a verb that a kind does not have: with 405, as component statuses can only be read; with 404 for kinds that can only be created,
/// since their objects have no paths.
pub(super) fn demand_verb(kind: KindRef, verb: &str) -> Result<(), Status> {
    if kind.custom.is_some() || kind.verbs.is_empty() || kind.verbs.contains(&verb) {
        return Ok(());
    }
    let has_paths = kind.verbs.contains(&"get") || matches!(verb, "create" | "list");
    Err(if has_paths { Status::method_not_allowed() } else { Status::no_such_resource() })
}

/// Kinds whose `metadata.generation` counts changes of the spec.
fn has_generation(kind: KindRef) -> bool {
    if kind.custom.is_some() {
        return true;
    }
    let whole_object = matches!(
        kind.plural,
        "configmaps"
            | "secrets"
            | "events"
            | "endpoints"
            | "namespaces"
            | "nodes"
            | "services"
            | "serviceaccounts"
            | "persistentvolumes"
            | "persistentvolumeclaims"
            | "resourcequotas"
            | "limitranges"
            | "leases"
            | "controllerrevisions"
            | "ipaddresses"
            | "servicecidrs"
            | "resourceclaims"
            | "resourceclaimtemplates"
    );
    let without =
        ["rbac.authorization.k8s.io", "storage.k8s.io", "autoscaling", "apiregistration.k8s.io", "certificates.k8s.io", "node.k8s.io"];
    !whole_object && !without.contains(&kind.group)
}

/// Drops fields of disabled features, unless the old object uses them.
// Models the strategies' dropDisabledFields, for the feature gates as they are in v1.36.
fn drop_disabled(kind: KindRef, object: &mut Value, old: &Value) {
    let fields: &[&[&str]] = match (kind.group, kind.plural) {
        ("apps", "statefulsets") => &[&["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]],
        ("", "nodes") => &[&["spec", "configSource"]],
        ("storage.k8s.io", "csidrivers") => &[&["spec", "preventPodSchedulingIfMissing"]],
        ("coordination.k8s.io", _) => &[&["spec", "strategy"], &["spec", "preferredHolder"]],
        _ => &[],
    };
    for field in fields.iter().filter(|field| old.at(field).is_null()) {
        object.remove(field);
    }
    normal_form::settle(kind, object, old);
    let spec: &[&str] = match (kind.group, kind.plural) {
        ("", "pods") => &["spec"],
        ("", "podtemplates") => &["template", "spec"],
        ("batch", "cronjobs") => &["spec", "jobTemplate", "spec", "template", "spec"],
        ("", "replicationcontrollers") | ("apps", _) | ("batch", _) => &["spec", "template", "spec"],
        _ => return,
    };
    let below = |member: &'static str| -> Vec<&str> { spec.iter().copied().chain([member]).list() };
    let group = below("schedulingGroup");
    if old.at(&group).is_null() {
        object.remove(&group);
    }
    let (volumes, sources) = (below("volumes"), ["projected", "sources"]);
    for projection in ["clusterTrustBundle", "podCertificate"] {
        let of = |o: &Value| o.at(&volumes).items().iter().any(|v| v.at(&sources).items().iter().any(|s| !s.get(projection).is_null()));
        if !of(object) || of(old) {
            continue;
        }
        for volume in object.at_mut(&volumes).list_mut().iter_mut().filter(|v| !v.at(&sources).is_null()) {
            for source in volume.at_mut(&sources).list_mut() {
                source.remove(&[projection]);
            }
        }
    }
    let signal = ["lifecycle", "stopSignal"];
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let path = below(list);
        let has = |o: &Value| o.at(&path).items().iter().any(|c| !c.at(&signal).is_null());
        if !has(object) || has(old) {
            continue;
        }
        for container in object.at_mut(&path).list_mut() {
            container.remove(&signal);
            if container.get("lifecycle").is_empty() {
                container.remove(&["lifecycle"]);
            }
        }
    }
}

/// Before a create by a user: resets the status and starts the generation.
pub(super) fn prepare_for_create(kind: KindRef, object: &mut Value, by: &Caller) {
    drop_disabled(kind, object, &Value::Null);
    if kind == kinds::CERTIFICATE_SIGNING_REQUEST {
        for member in ["username", "uid", "groups", "extra"] {
            object.remove(&["spec", member]);
        }
        for (member, value) in by.as_user("").to_value().entries() {
            object.set(&["spec", member], value.clone());
        }
    }
    if has_status(kind) && kind != kinds::NODE {
        begin_status(kind, object);
    }
    if has_generation(kind) {
        object.set(&["metadata", "generation"], 1);
    }
    if kind == kinds::DAEMON_SET {
        object.set(&["metadata", "annotations", TEMPLATE_GENERATION], "1");
    }
    match kind.built_in() {
        "persistentvolumeclaims" => add_finalizer(object, "kubernetes.io/pvc-protection"),
        "persistentvolumes" => add_finalizer(object, "kubernetes.io/pv-protection"),
        "volumeattributesclasses" => add_finalizer(object, "kubernetes.io/vac-protection"),
        _ => {}
    }
}

/// Sets the initial status of a new object of its kind, and what goes with it. (A node registers itself with its status.)
fn begin_status(kind: KindRef, object: &mut Value) {
    object.remove(&["status"]);
    let status = match kind.built_in() {
        "pods" => {
            merge_label_keys(object);
            app_armor_fields(object);
            let mut status = obj!({"phase": "Pending", "qosClass": crate::api::qos_class(object)});
            if !object.at(&["spec", "schedulingGates"]).items().is_empty() {
                status.set(&["conditions"], vec![gated(object)]);
            }
            status
        }
        "namespaces" => {
            let finalizers = object.at_mut(&["spec", "finalizers"]).list_mut();
            if !finalizers.iter().any(|f| f.str() == "kubernetes") {
                finalizers.push("kubernetes".into());
            }
            let name = object.name_arc();
            object.set(&["metadata", "labels", "kubernetes.io/metadata.name"], name);
            obj!({"phase": "Active"})
        }
        "services" => {
            complete_service(object, None);
            obj!({"loadBalancer": {}})
        }
        "persistentvolumeclaims" => obj!({"phase": "Pending"}),
        "persistentvolumes" => {
            obj!({"phase": "Pending", "lastPhaseTransitionTime": object.at(&["metadata", "creationTimestamp"])})
        }
        "ingresses" => obj!({"loadBalancer": {}}),
        "volumeattachments" => obj!({"attached": false}),
        "replicationcontrollers" | "replicasets" => obj!({"replicas": 0}),
        "statefulsets" => obj!({"availableReplicas": 0, "replicas": 0}),
        "daemonsets" => obj!({"currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0}),
        "horizontalpodautoscalers" => obj!({"currentMetrics": null, "desiredReplicas": 0}),
        "poddisruptionbudgets" => obj!({"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0}),
        "jobs" => {
            select_by_uid(object);
            Value::map()
        }
        "customresourcedefinitions" => {
            let mut stored = obj!({"acceptedNames": {"kind": "", "plural": ""}, "conditions": null, "storedVersions": null});
            store_version(object.get("spec"), &mut stored);
            stored
        }
        _ if kind.custom.is_some() => return,
        _ => Value::map(),
    };
    object.set(&["status"], status);
}

/// Adds to a definition's status the version in which its objects are stored from now on.
fn store_version(spec: &Value, status: &mut Value) {
    let stored = spec.get("versions").items().iter().find(|v| v.get("storage").is_true()).map(|v| v.get("name").clone());
    if let Some(name) = stored
        && !status.get("storedVersions").items().contains(&name)
    {
        status.get_mut("storedVersions").list_mut().push(name);
    }
}

/// Adds to the selectors of a pod's affinity and topology spread what they take from the pod's own labels (`matchLabelKeys`).
// Models mutatePodAffinity and mutateTopologySpreadConstraints.
fn merge_label_keys(pod: &mut Value) {
    let labels = pod.labels().clone();
    let merge = |term: &mut Value| {
        for (member, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
            for key in term.get(member).items().to_vec() {
                let value = labels.get(key.str());
                if !value.is_null() && !term.get("labelSelector").is_null() {
                    let requirement = obj!({"key": key, "operator": operator, "values": [value]});
                    term.at_mut(&["labelSelector", "matchExpressions"]).list_mut().push(requirement);
                }
            }
        }
    };
    let has_keys = |term: &Value| !term.get("matchLabelKeys").is_empty() || !term.get("mismatchLabelKeys").is_empty();
    if pod.at(&["spec", "topologySpreadConstraints"]).items().iter().any(has_keys) {
        pod.at_mut(&["spec", "topologySpreadConstraints"]).list_mut().iter_mut().for_each(merge);
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let required = ["spec", "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution"];
        if pod.at(&required).items().iter().any(has_keys) {
            pod.at_mut(&required).list_mut().iter_mut().for_each(merge);
        }
        let preferred = ["spec", "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution"];
        if pod.at(&preferred).items().iter().any(|p| has_keys(p.get("podAffinityTerm"))) {
            pod.at_mut(&preferred).list_mut().iter_mut().for_each(|p| merge(p.get_mut("podAffinityTerm")));
        }
    }
}

/// The condition of a pod that is not to be scheduled yet.
fn gated(pod: &Value) -> Value {
    obj!({
        "type": "PodScheduled", "status": "False", "lastProbeTime": null,
        "lastTransitionTime": pod.at(&["metadata", "creationTimestamp"]), "reason": "SchedulingGated",
        "message": "Scheduling is blocked due to non-empty scheduling gates"
    })
}

/// The labels of a Job's pods: by turns with its UID and its name.
pub(super) const LABELS_OF_JOBS: [&str; 4] =
    ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

/// Labels a Job's template with the Job's UID and selects by that, unless the Job brings a selector of its own
/// (`jobStrategy.generateSelector`).
fn select_by_uid(job: &mut Value) {
    if job.at(&["spec", "manualSelector"]).is_true() {
        return;
    }
    let (uid, name) = (job.get("metadata").get("uid").arc_str(), job.name_arc());
    // A Job without labels got its template's by defaulting. In Go both are then one map, so that a label added now is seen in both.
    let template = ["spec", "template", "metadata", "labels"];
    let shared = matches!((job.labels(), job.at(&template)), (Value::Map(own), Value::Map(template)) if Arc::ptr_eq(own, template));
    // What the Job brings stays, and is refused where it does not fit: so is a copy of another Job that still has its labels.
    for (label, value) in LABELS_OF_JOBS.into_iter().zip([&uid, &name, &uid, &name]) {
        if job.at(&template).get(label).is_null() {
            job.at_mut(&template).set(&[label], value);
        }
    }
    let selected = ["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"];
    if job.at(&selected).is_null() {
        job.set(&selected, &uid);
    }
    if shared {
        let labels = job.at(&template).clone();
        job.set(&["metadata", "labels"], labels);
    }
}

/// Before an update: takes spec and status from their own writers only, and counts the generation.
pub(super) fn prepare_for_update(kind: KindRef, object: &mut Value, old: &Value, sub: Subresource) {
    keep_metadata(object, old);
    if matches!(sub, Subresource::None | Subresource::Resize | Subresource::EphemeralContainers) {
        drop_disabled(kind, object, old);
    }
    if sub == Subresource::None {
        // The spec of a signing request cannot change.
        if kind == kinds::CERTIFICATE_SIGNING_REQUEST {
            object.set(&["spec"], old.get("spec"));
        }
    }
    match sub {
        Subresource::Status => *object = with_status(kind, object, old),
        Subresource::EphemeralContainers => {
            let mut next = rewritten(object, old);
            take(object.get("spec"), next.get_mut("spec"), "ephemeralContainers");
            *object = next;
        }
        Subresource::Resize => *object = resized(object, old),
        // The controller that finalizes a definition writes both spec and status.
        Subresource::Finalize if kind == kinds::CUSTOM_RESOURCE_DEFINITION => {}
        _ if has_status(kind) => {
            if old.get("status").is_null() {
                object.remove(&["status"]);
            } else {
                object.set(&["status"], old.get("status").clone());
            }
        }
        _ => {}
    }
    if kind == kinds::SERVICE && sub == Subresource::None {
        complete_service(object, Some(old));
    }
    if kind == kinds::DAEMON_SET && sub == Subresource::None {
        count_template(object, old);
    }
    if kind == kinds::NAMESPACE && sub == Subresource::Finalize {
        // The body was defaulted like any namespace, and so has the label with its name.
        crate::api::defaults::apply(kind, object);
    } else if kind == kinds::NAMESPACE {
        object.set(&["spec", "finalizers"], old.at(&["spec", "finalizers"]).clone());
    }
    if kind == kinds::CUSTOM_RESOURCE_DEFINITION && sub == Subresource::None {
        let spec = object.get("spec").clone();
        store_version(&spec, object.get_mut("status"));
    }
    // The generation of a CSIDriver starts with its first change.
    let counts = (has_generation(kind) && kind.plural != "priorityclasses") || kind.plural == "csidrivers";
    if counts && sub != Subresource::Status && !counted(kind, object).same(&counted(kind, old)) {
        object.set(&["metadata", "generation"], old.at(&["metadata", "generation"]).int() + 1);
    }
}

/// Restores the metadata that only the server may set.
fn keep_metadata(object: &mut Value, old: &Value) {
    object.remove(&["metadata", "selfLink"]);
    for member in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
        let path = ["metadata", member];
        let (kept, sent) = (old.at(&path), object.at(&path));
        // A change of these is refused by validation, not ignored.
        let refused = match member {
            "uid" => !sent.is_empty(),
            "deletionTimestamp" => kept.is_null(),
            "deletionGracePeriodSeconds" => kept.is_null() || !sent.is_null(),
            _ => false,
        };
        if refused {
            continue;
        }
        if kept.is_null() {
            object.remove(&path);
        } else {
            object.set(&path, kept.clone());
        }
    }
}

/// The old object with the status of the new one, and with what a write of the status may change of the metadata.
fn with_status(kind: KindRef, object: &Value, old: &Value) -> Value {
    let mut next = old.clone();
    next.set(&["status"], object.get("status"));
    for member in labelled_with_status(kind) {
        take(object.get("metadata"), next.get_mut("metadata"), member);
    }
    if kind == kinds::POD {
        complete_pod_status(next.get_mut("status"), old);
    }
    // A stored object is defaulted when it is read: some kinds take their template's labels then.
    if matches!(kind.kind, "Job" | "ReplicationController") && next.labels().is_empty() {
        crate::api::defaults::apply(kind, &mut next);
    }
    if kind == kinds::DAEMON_SET {
        // This annotation is a part of the spec.
        next.set(&["metadata", "annotations", TEMPLATE_GENERATION], old.at(&["metadata", "annotations", TEMPLATE_GENERATION]));
    }
    for path in [["metadata", "uid"], ["metadata", "resourceVersion"], ["metadata", "managedFields"]] {
        if !object.at(&path).is_null() {
            next.set(&path, object.at(&path).clone());
        }
    }
    next
}

/// Metadata other than what identifies the object.
pub(super) const LABELLING: [&str; 5] = ["annotations", "finalizers", "generateName", "labels", "ownerReferences"];

/// The metadata that a write of the status may change, by kind.
// Models the status strategies' PrepareForUpdate: some call ResetObjectMetaForStatus.
pub(super) fn labelled_with_status(kind: KindRef) -> &'static [&'static str] {
    let reset = [
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "admissionregistration.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "storage.k8s.io",
    ];
    if kind.custom.is_some() || reset.contains(&kind.group) || matches!(kind.built_in(), "servicecidrs" | "resourceclaims") {
        &[]
    } else if kind == kinds::DEPLOYMENT {
        &["annotations", "finalizers", "generateName", "ownerReferences"]
    } else if kind == kinds::POD {
        &["annotations", "finalizers", "generateName", "labels"]
    } else {
        &LABELLING
    }
}

/// The old object as of the new one's revision, with its labels and annotations as they were.
// Models ResetObjectMetaForStatus.
fn rewritten(object: &Value, old: &Value) -> Value {
    let mut next = old.clone();
    let metadata = next.get_mut("metadata");
    for member in ["name", "namespace", "uid", "resourceVersion", "managedFields"] {
        take(object.get("metadata"), metadata, member);
    }
    next
}

fn take(from: &Value, into: &mut Value, key: &str) {
    match from.get(key) {
        Value::Null => {
            into.remove(&[key]);
        }
        value => into.set(&[key], value),
    }
}

/// Keeps what an update of a pod's status may not change, and has `podIP` and `podIPs` agree; where they differ, the first counts.
// Models PrepareForUpdate of the pod's status strategy, and Convert_v1_PodStatus_To_core_PodStatus.
fn complete_pod_status(status: &mut Value, old: &Value) {
    let class = old.at(&["status", "qosClass"]);
    if status.get("qosClass").is_empty() && !class.is_null() {
        status.set(&["qosClass"], class);
    }
    let own = status.get("podIP").arc_str();
    let first = status.get("podIPs").items().first().map(|address| address.get("ip").arc_str());
    match first {
        Some(first) if own.is_empty() => status.set(&["podIP"], first),
        first if !own.is_empty() && first.as_ref() != Some(&own) => status.set(&["podIPs"], vec![obj!({"ip": own})]),
        _ => {}
    }
}

/// The old pod with the resources of the new one. If the containers are others, the new ones, for validation to refuse.
// Models dropNonResizeUpdates.
fn resized(object: &Value, old: &Value) -> Value {
    const LISTS: [&str; 2] = ["containers", "initContainers"];
    if LISTS.iter().any(|key| object.at(&["spec", key]).items().len() != old.at(&["spec", key]).items().len()) {
        return object.clone();
    }
    let mut next = rewritten(object, old);
    for key in LISTS {
        let new = object.at(&["spec", key]).items();
        if new.iter().zip(old.at(&["spec", key]).items()).any(|(new, old)| new.get("name") != old.get("name")) {
            next.set(&["spec", key], new.to_vec());
            continue;
        }
        for (i, container) in new.iter().enumerate() {
            let into = &mut next.at_mut(&["spec", key]).list_mut()[i];
            take(container, into, "resources");
            take(container, into, "resizePolicy");
        }
    }
    take(object.get("spec"), next.get_mut("spec"), "resources");
    next
}

/// Counts the generations of a DaemonSet's template, in an annotation that was a field once.
fn count_template(object: &mut Value, old: &Value) {
    let count: i64 = old.annotation(TEMPLATE_GENERATION).and_then(|c| c.parse().ok()).unwrap_or(1);
    let template = ["spec", "template"];
    let changed = !object.at(&template).same(old.at(&template));
    object.set(&["metadata", "annotations", TEMPLATE_GENERATION], (count + i64::from(changed)).to_string());
}

/// The part of an object whose change counts as a new generation.
fn counted(kind: KindRef, object: &Value) -> Value {
    if matches!(object.get("spec"), Value::Map(_)) && kind.custom.is_none() {
        // Binding a pod is not a change of its desired state.
        let mut spec = object.get("spec").clone();
        if kind == kinds::POD {
            spec.remove(&["nodeName"]);
        }
        // A Deployment's annotations count, since its ReplicaSets take them over.
        if kind == kinds::DEPLOYMENT {
            spec.set(&["annotations"], object.at(&["metadata", "annotations"]).clone());
        }
        return spec;
    }
    let mut rest = object.clone();
    rest.remove(&["metadata"]);
    // The labels of an EndpointSlice say what service it belongs to, so they count.
    if kind == kinds::ENDPOINT_SLICE {
        rest.set(&["metadata"], object.labels().clone());
    }
    if has_status(kind) || kind.custom.is_none() {
        rest.remove(&["status"]);
    }
    rest
}

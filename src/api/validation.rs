//! Validation: what the API server refuses, in its words and in its order. There is one file for each family of kinds.

mod admission;
mod autoscaling;
mod batch;
mod container;
mod core;
mod csi;
mod definition;
mod definition_extras;
mod definition_lists;
mod definition_rules;
mod device;
mod event;
mod flow_control;
mod ip;
mod job_status;
mod meta;
mod networking;
mod parts;
mod path;
mod pod;
mod pod_warnings;
mod projected;
mod resources;
mod rest;
mod review;
mod scheduling;
mod security;
mod service;
mod status;
mod storage;
#[cfg(test)]
mod tests;
mod volumes;
mod warnings;
mod webhook;
mod workloads;

pub use self::meta::path_segment;
use self::meta::{NameRule, object_meta, object_meta_update};
use self::path::{Errors, Path};
pub use self::warnings::{deprecation, warnings};
use super::kinds::{ADMISSION, RBAC};
use super::names;
use super::{Cause, KindRef, Value, custom};

/// What is wrong with a new object (decoded and defaulted).
pub fn create(kind: KindRef, object: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    match (kind.group, kind.kind) {
        ("", "Pod") => pod::create(&mut errors, object),
        ("", "PodTemplate") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            pod::template(&mut errors, Path::new("template"), object.get("template"));
        }
        ("", "Service") => service::create(&mut errors, object),
        ("", "Namespace") => core::namespace(&mut errors, object),
        ("", "Node") => core::node(&mut errors, object),
        ("", "ConfigMap") => core::config_map(&mut errors, object),
        ("", "Secret") => core::secret(&mut errors, object),
        ("", "ReplicationController") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            core::replication_controller(&mut errors, object);
        }
        (_, "Event") => event::event(&mut errors, object),
        ("", "LimitRange") => core::limit_range(&mut errors, object),
        ("", "ResourceQuota") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            core::resource_quota(&mut errors, object);
        }
        ("", "Endpoints") => core::endpoints(&mut errors, object, &Value::Null),
        ("", "PersistentVolume") => storage::volume(&mut errors, object),
        ("", "PersistentVolumeClaim") => storage::claim(&mut errors, object),
        ("storage.k8s.io", "StorageClass") => storage::class(&mut errors, object),
        ("storage.k8s.io", "CSIDriver") => csi::driver(&mut errors, object),
        ("storage.k8s.io", "CSINode") => csi::node(&mut errors, object),
        ("storage.k8s.io", "CSIStorageCapacity") => csi::capacity(&mut errors, object, None),
        ("storage.k8s.io", "VolumeAttachment") => csi::attachment(&mut errors, object, None),
        ("storage.k8s.io", "VolumeAttributesClass") => csi::attributes_class(&mut errors, object),
        ("apps", "Deployment") => workloads::deployment(&mut errors, object),
        ("apps", "ReplicaSet") => workloads::replica_set(&mut errors, object),
        ("apps", "DaemonSet") => workloads::daemon_set(&mut errors, object),
        ("apps", "StatefulSet") => workloads::stateful_set(&mut errors, object),
        ("apps", "ControllerRevision") => workloads::controller_revision(&mut errors, object),
        ("batch", "Job") => batch::job(&mut errors, object),
        ("batch", "CronJob") => batch::cron_job(&mut errors, object),
        ("autoscaling", _) => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            autoscaling::autoscaler(&mut errors, object);
        }
        ("policy", "PodDisruptionBudget") => workloads::disruption_budget(&mut errors, object),
        ("networking.k8s.io", "Ingress") => networking::ingress(&mut errors, object),
        ("networking.k8s.io", "IngressClass") => networking::ingress_class(&mut errors, object),
        ("networking.k8s.io", "NetworkPolicy") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            networking::network_policy(&mut errors, object);
        }
        ("networking.k8s.io", "IPAddress") => networking::ip_address(&mut errors, object),
        ("networking.k8s.io", "ServiceCIDR") => networking::service_cidr(&mut errors, object),
        ("discovery.k8s.io", "EndpointSlice") => networking::endpoint_slice(&mut errors, object, None),
        (RBAC, "Role" | "ClusterRole") => rest::role(&mut errors, object, kind.namespaced),
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => rest::role_binding(&mut errors, object, kind.namespaced),
        ("scheduling.k8s.io", "PriorityClass") => rest::priority_class(&mut errors, object),
        ("node.k8s.io", _) => rest::runtime_class(&mut errors, object),
        ("apiregistration.k8s.io", _) => rest::api_service(&mut errors, object),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => flow_control::flow_schema(&mut errors, object),
        ("flowcontrol.apiserver.k8s.io", _) => flow_control::priority_level(&mut errors, object),
        ("certificates.k8s.io", _) => rest::signing_request(&mut errors, object),
        ("authorization.k8s.io", "SelfSubjectRulesReview") | ("authentication.k8s.io", _) => {}
        ("authorization.k8s.io", name) => review::access_review(&mut errors, name, object),
        ("resource.k8s.io", "ResourceClaim") => device::claim(&mut errors, object),
        ("resource.k8s.io", "ResourceClaimTemplate") => device::claim_template(&mut errors, object),
        ("resource.k8s.io", "DeviceClass") => device::class(&mut errors, object),
        ("resource.k8s.io", "ResourceSlice") => device::slice(&mut errors, object, None),
        ("coordination.k8s.io", "Lease") => {
            object_meta(&mut errors, object, true, names::dns1123_subdomain);
            rest::lease(&mut errors, object);
        }
        ("apiextensions.k8s.io", _) => definition::definition(&mut errors, object, None),
        (ADMISSION, "ValidatingAdmissionPolicy") => admission::policy(&mut errors, object),
        (ADMISSION, "ValidatingAdmissionPolicyBinding") => admission::binding(&mut errors, object),
        (ADMISSION, "MutatingAdmissionPolicy") => admission::mutating_policy(&mut errors, object),
        (ADMISSION, "MutatingAdmissionPolicyBinding") => admission::mutating_binding(&mut errors, object),
        (ADMISSION, "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") => webhook::configuration(&mut errors, object),
        _ => object_meta(&mut errors, object, kind.namespaced, name_rule(kind)),
    }
    if let Some(custom) = &kind.custom {
        custom::check(kind, custom, object, None, &mut errors.0);
    }
    // Where its kind finds nothing wrong, its metadata are looked at as any object's that is kept. Reviews are not.
    let is_kept = !matches!(kind.group, "authorization.k8s.io" | "authentication.k8s.io");
    if is_kept && errors.0.is_empty() {
        meta::any_meta(&mut errors, object.get("metadata"), kind.namespaced, path_segment);
    }
    errors.0
}

/// What is wrong with the addresses and address families of a Service alone, as it is judged before any are allocated.
pub fn service_addresses(service: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    service::cluster_ips(&mut errors, service.get("spec"));
    errors.0
}

/// What is wrong with an event, in the form of the core group, that is made or takes the place of `old` as one of `events.k8s.io`.
pub fn event_of_new_group(event: &Value, old: Option<&Value>) -> Vec<Cause> {
    let mut errors = Errors::default();
    event::event(&mut errors, event);
    event::event_of_new_group(&mut errors, event, old);
    errors.0
}

/// What is wrong with the metadata of a changed object, or of one of which a part was changed, whatever its kind says: the API server
/// looks at that first.
pub fn changed_metadata(kind: KindRef, new: &Value, old: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    meta::changed_meta(&mut errors, new, old, kind.namespaced);
    errors.0
}

/// What is wrong with the metadata of an object that is a part of another, where it has any. It may be without a name.
pub fn inner_metadata(meta: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    if matches!(meta, Value::Map(_)) {
        let mut meta = meta.clone();
        if meta.get("name").is_empty() {
            meta.set(&["name"], "fakename");
        }
        let namespaced = !meta.get("namespace").is_empty();
        meta::any_meta(&mut errors, &meta, namespaced, path_segment);
    }
    errors.0
}

/// What is wrong with changing `old` into `new` (both decoded and defaulted).
pub fn update(kind: KindRef, new: &Value, old: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    by_rules_of_updates(&mut errors, kind, new, old);
    if errors.0.iter().any(|c| c.ratchets) && create(kind, old).iter().any(|c| c.ratchets) {
        errors.0.retain(|c| !c.ratchets);
    }
    if let Some(custom) = &kind.custom {
        custom::check(kind, custom, new, Some(old), &mut errors.0);
    }
    errors.0
}

fn by_rules_of_updates(errors: &mut Errors, kind: KindRef, new: &Value, old: &Value) {
    // What is judged like a new object, but for its metadata.
    let mut again = |rule: fn(&mut Errors, &Value)| {
        object_meta_update(errors, new, old);
        rule(errors, new);
    };
    match (kind.group, kind.kind) {
        ("", "Pod") => pod::update(errors, new, old),
        ("", "PodTemplate") => again(|errors, new| pod::template(errors, Path::new("template"), new.get("template"))),
        ("", "Service") => service::update(errors, new, old),
        ("", "Node") => core::node_update(errors, new, old),
        ("", "ConfigMap") => core::config_map_update(errors, new, old),
        ("", "Secret") => core::secret_update(errors, new, old),
        ("", "ServiceAccount") => again(|errors, new| object_meta(errors, new, true, names::dns1123_subdomain)),
        ("", "ReplicationController") => again(core::replication_controller),
        (_, "Event") => event::event(errors, new),
        ("", "LimitRange") => core::limit_range(errors, new),
        ("", "ResourceQuota") => core::resource_quota_update(errors, new, old),
        ("", "Endpoints") => core::endpoints_update(errors, new, old),
        ("", "PersistentVolume") => storage::volume_update(errors, new, old),
        ("", "PersistentVolumeClaim") => storage::claim_update(errors, new, old),
        ("storage.k8s.io", "StorageClass") => storage::class_update(errors, new, old),
        ("storage.k8s.io", "CSIDriver") => csi::driver_update(errors, new, old),
        ("storage.k8s.io", "CSINode") => csi::node_update(errors, new, old),
        ("storage.k8s.io", "CSIStorageCapacity") => csi::capacity(errors, new, Some(old)),
        ("storage.k8s.io", "VolumeAttachment") => csi::attachment(errors, new, Some(old)),
        ("storage.k8s.io", "VolumeAttributesClass") => csi::attributes_class_update(errors, new, old),
        ("apps", "Deployment") => workloads::deployment_update(errors, new, old),
        ("apps", "ReplicaSet") => workloads::replica_set_update(errors, new, old),
        ("apps", "DaemonSet") => workloads::daemon_set_update(errors, new, old),
        ("apps", "StatefulSet") => workloads::stateful_set_update(errors, new, old),
        ("apps", "ControllerRevision") => workloads::controller_revision_update(errors, new, old),
        ("batch", "Job") => batch::job_update(errors, new, old),
        ("batch", "CronJob") => batch::cron_job_update(errors, new, old),
        ("autoscaling", _) => again(autoscaling::autoscaler),
        ("policy", "PodDisruptionBudget") => workloads::disruption_budget(errors, new),
        ("networking.k8s.io", "Ingress") => again(networking::ingress_again),
        ("networking.k8s.io", "IngressClass") => networking::ingress_class_update(errors, new, old),
        ("networking.k8s.io", "NetworkPolicy") => again(networking::network_policy),
        ("networking.k8s.io", "IPAddress") => networking::ip_address_update(errors, new, old),
        ("networking.k8s.io", "ServiceCIDR") => networking::service_cidr_update(errors, new, old),
        ("discovery.k8s.io", "EndpointSlice") => networking::endpoint_slice_update(errors, new, old),
        (RBAC, "Role" | "ClusterRole") => rest::role_update(errors, new, old, kind.namespaced),
        (RBAC, "RoleBinding" | "ClusterRoleBinding") => rest::role_binding_update(errors, new, old, kind.namespaced),
        ("scheduling.k8s.io", "PriorityClass") => rest::priority_class_update(errors, new, old),
        ("coordination.k8s.io", "Lease") => again(rest::lease),
        ("node.k8s.io", _) => rest::runtime_class_update(errors, new, old),
        ("apiregistration.k8s.io", _) => again(rest::api_service),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => flow_control::flow_schema(errors, new),
        ("flowcontrol.apiserver.k8s.io", _) => flow_control::priority_level(errors, new),
        ("resource.k8s.io", "ResourceClaim") => device::claim_update(errors, "ResourceClaimSpec", new, old),
        ("resource.k8s.io", "ResourceClaimTemplate") => device::claim_template_update(errors, new, old),
        ("resource.k8s.io", "DeviceClass") => again(device::class),
        ("resource.k8s.io", "ResourceSlice") => device::slice(errors, new, Some(old)),
        ("apiextensions.k8s.io", _) => definition::definition(errors, new, Some(old)),
        (ADMISSION, "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") => webhook::configuration(errors, new),
        (ADMISSION, "ValidatingAdmissionPolicy") => again(admission::policy),
        (ADMISSION, "ValidatingAdmissionPolicyBinding") => again(admission::binding),
        (ADMISSION, "MutatingAdmissionPolicy") => again(admission::mutating_policy),
        (ADMISSION, "MutatingAdmissionPolicyBinding") => again(admission::mutating_binding),
        _ => object_meta_update(errors, new, old),
    }
}

/// What is wrong with a pod that got more ephemeral containers.
pub fn ephemeral_containers(new: &Value, old: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    parts::ephemeral_containers(&mut errors, new, old);
    errors.0
}

/// What is wrong with a pod whose resources were changed in place.
pub fn resize(new: &Value, old: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    parts::resize(&mut errors, new, old);
    errors.0
}

/// What is wrong with a status that somebody else than the cluster's components wrote.
pub fn status_update(kind: KindRef, new: &Value, old: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    status::update(&mut errors, kind, new, old);
    if let Some(custom) = &kind.custom {
        custom::check_status(kind, custom, new, old, &mut errors.0);
    }
    errors.0
}

/// What is wrong with a namespace's new finalizers.
pub fn finalize(new: &Value, old: &Value) -> Vec<Cause> {
    let mut errors = Errors::default();
    status::finalize(&mut errors, new, old);
    errors.0
}

/// The rule that names of a kind without rules of its own follow.
fn name_rule(kind: KindRef) -> NameRule {
    match kind.group {
        RBAC => path_segment,
        _ => names::dns1123_subdomain,
    }
}

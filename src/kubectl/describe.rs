//! `kubectl describe`: one describer for each kind, and a general one for the rest. A description is a pure function of the object, of
//! the objects around it (through [`Related`]) and of the moment; nothing here knows a server.

mod access;
mod batch;
mod certificates;
mod config;
mod containers;
mod events;
mod generic;
mod hpa;
mod metadata;
mod network;
mod network_policy;
mod node;
mod page;
mod pod;
mod resources;
mod storage;
mod volumes;
mod workloads;

pub use access::rule_rows;

use crate::api::{KindRef, Value, kinds};
use crate::base::Time;
use page::Page;

/// Where a describer finds the objects that belong to what it describes.
pub trait Related {
    /// The objects of a kind, of one namespace or of all, sorted by namespace and name.
    fn list(&self, kind: KindRef, namespace: Option<&str>) -> Vec<Value>;
    /// What the API says to whoever may not do this with objects of a kind; nothing where it is allowed.
    fn refusal(&self, _verb: &str, _kind: KindRef, _namespace: &str, _name: &str) -> Option<String> {
        None
    }
    /// One object; the namespace is empty for kinds that have none.
    fn get(&self, kind: KindRef, namespace: &str, name: &str) -> Option<Value>;
}

/// Describes an object as `kubectl describe` does, as it is at `now`; `show_events` is the flag of that name.
// Models k8s.io/kubectl/pkg/describe.
pub fn describe(kind: KindRef, object: &Value, related: &dyn Related, show_events: bool, now: Time) -> String {
    describe_as(kind, object, related, show_events, now, false)
}

/// The same, with events `as_of_old`: as kubectl 1.3 showed them.
pub fn describe_as(kind: KindRef, object: &Value, related: &dyn Related, show_events: bool, now: Time, as_of_old: bool) -> String {
    let mut page = Page::new(kind, related, now, show_events);
    page.old_events = as_of_old;
    let write = match (kind.group, kind.kind) {
        ("", "Pod") => pod::pod,
        ("", "ReplicationController") => workloads::replication_controller,
        ("", "Secret") => config::secret,
        ("", "Service") => network::service,
        ("", "ServiceAccount") => access::service_account,
        ("", "Node") => node::node,
        ("", "LimitRange") => config::limit_range,
        ("", "ResourceQuota") => config::resource_quota,
        ("", "PersistentVolume") => storage::persistent_volume,
        ("", "PersistentVolumeClaim") => storage::persistent_volume_claim,
        ("", "Namespace") => config::namespace,
        ("", "Endpoints") => network::endpoints,
        ("", "ConfigMap") => config::config_map,
        ("apps", "Deployment") => workloads::deployment,
        ("apps", "ReplicaSet") => workloads::replica_set,
        ("apps", "DaemonSet") => workloads::daemon_set,
        ("apps", "StatefulSet") => workloads::stateful_set,
        ("batch", "Job") => batch::job,
        ("batch", "CronJob") => batch::cron_job,
        ("autoscaling", "HorizontalPodAutoscaler") => hpa::horizontal_pod_autoscaler,
        ("policy", "PodDisruptionBudget") => workloads::pod_disruption_budget,
        ("discovery.k8s.io", "EndpointSlice") => network::endpoint_slice,
        ("networking.k8s.io", "Ingress") => network::ingress,
        ("networking.k8s.io", "IngressClass") => network::ingress_class,
        ("networking.k8s.io", "NetworkPolicy") => network_policy::network_policy,
        ("networking.k8s.io", "ServiceCIDR") => network::service_cidr,
        ("networking.k8s.io", "IPAddress") => network::ip_address,
        ("scheduling.k8s.io", "PriorityClass") => config::priority_class,
        ("storage.k8s.io", "StorageClass") => storage::storage_class_object,
        ("storage.k8s.io", "VolumeAttributesClass") => storage::volume_attributes_class,
        ("storage.k8s.io", "CSINode") => storage::csi_node,
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => access::role,
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => access::role_binding,
        ("certificates.k8s.io", "CertificateSigningRequest") => certificates::certificate_signing_request,
        _ => generic::any,
    };
    write(&mut page, object);
    page.finish()
}

/// Describes a pod template alone, as `kubectl rollout history --revision` does: with tabs, not aligned.
// Models polymorphichelpers' use of describe.DescribePodTemplate.
pub fn describe_pod_template(template: &Value, now: Time) -> String {
    struct Nothing;
    impl Related for Nothing {
        fn list(&self, _: KindRef, _: Option<&str>) -> Vec<Value> {
            Vec::new()
        }
        fn get(&self, _: KindRef, _: &str, _: &str) -> Option<Value> {
            None
        }
    }
    let mut page = Page::new(kinds::POD_TEMPLATE, &Nothing, now, false);
    page.pod_template(template);
    page.finish_unaligned()
}

#[cfg(test)]
mod tests;

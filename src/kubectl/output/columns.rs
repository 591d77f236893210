//! The columns of each kind, as the API server computes them for `kubectl get`: one file per group of kinds. Adding a kind is adding
//! a printer to a file and an arm to [`printer_of`].

mod access;
mod batch;
mod config;
mod custom;
mod event;
mod format;
mod hpa;
mod legacy;
mod network;
mod node;
mod pod;
mod storage;
mod workloads;

pub use access::certificate_condition;
pub use custom::CustomPrinter;
pub use format::{age, age_micros, format_label_selector, format_labels, format_selector_or, timestamp_micros};
pub use hpa::format_metrics;
pub use legacy::{old_age, old_printer_of};
pub use network::load_balancer_addresses;
pub use node::node_roles;
pub use pod::{PodSummary, pod_summary};
pub use storage::access_modes;

use crate::api::{KindRef, Object, Value};
use crate::base::Time;

/// A column of a kind's table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// As the API names it: `Up-to-date`; tables show it in capitals.
    pub name: &'static str,
    /// `string`, `integer`, `boolean` or `date`.
    pub kind: &'static str,
    /// Whether this is the object's name (`format: name`).
    pub is_name: bool,
    /// Whether only `-o wide` shows it.
    pub wide: bool,
}

/// What a kind's table is made of.
#[derive(Debug)]
pub enum Printer {
    /// Of a built-in kind.
    BuiltIn(&'static BuiltIn),
    /// Of a kind with a definition.
    Custom(CustomPrinter),
}

/// What the table of a built-in kind is made of.
#[derive(Debug)]
pub struct BuiltIn {
    /// The columns, wide ones included.
    pub columns: &'static [Column],
    /// An object's cells, one for each column, as they are at a moment.
    pub cells: fn(&Value, Time) -> Vec<String>,
}

impl Printer {
    /// The columns, wide ones included.
    pub fn columns(&self) -> &[Column] {
        match self {
            Printer::BuiltIn(printer) => printer.columns,
            Printer::Custom(printer) => &printer.columns,
        }
    }

    /// An object's cells, one for each column, as they are at a moment.
    pub fn cells(&self, object: &Value, now: Time) -> Vec<String> {
        match self {
            Printer::BuiltIn(printer) => (printer.cells)(object, now),
            Printer::Custom(printer) => printer.cells(object, now),
        }
    }
}

const NAME: Column = Column { name: "Name", kind: "string", is_name: true, wide: false };
const AGE: Column = text("Age");

const fn text(name: &'static str) -> Column {
    Column { name, kind: "string", is_name: false, wide: false }
}

const fn int(name: &'static str) -> Column {
    Column { name, kind: "integer", is_name: false, wide: false }
}

const fn boolean(name: &'static str) -> Column {
    Column { name, kind: "boolean", is_name: false, wide: false }
}

const fn wide(name: &'static str) -> Column {
    Column { name, kind: "string", is_name: false, wide: true }
}

static DEFAULT: BuiltIn = BuiltIn {
    columns: &[NAME, Column { name: "Created At", kind: "date", is_name: false, wide: false }],
    cells: |o, _| vec![o.name().to_owned(), o.at(&["metadata", "creationTimestamp"]).str().to_owned()],
};

static NAME_AND_AGE: BuiltIn = BuiltIn { columns: &[NAME, AGE], cells: |o, now| vec![o.name().to_owned(), format::age_of(o, now)] };

/// The printer of a kind; kinds without one of their own show their name and when they were made.
// Models pkg/printers/internalversion.AddHandlers.
pub fn printer_of(kind: KindRef) -> Printer {
    match &kind.custom {
        Some(custom) => Printer::Custom(CustomPrinter::new(kind, custom)),
        None => Printer::BuiltIn(built_in(kind)),
    }
}

/// Name and age, of any kind.
pub fn bare_printer() -> Printer {
    Printer::BuiltIn(&NAME_AND_AGE)
}

fn built_in(kind: KindRef) -> &'static BuiltIn {
    match (kind.group, kind.kind) {
        ("", "Pod") => &pod::POD,
        ("", "PodTemplate") => &pod::POD_TEMPLATE,
        ("", "Node") => &node::NODE,
        ("", "Namespace") => &config::NAMESPACE,
        ("", "ConfigMap") => &config::CONFIG_MAP,
        ("", "Secret") => &config::SECRET,
        ("", "ServiceAccount") => &NAME_AND_AGE,
        ("", "ResourceQuota") => &config::RESOURCE_QUOTA,
        ("", "ComponentStatus") => &config::COMPONENT_STATUS,
        ("", "Event") | ("events.k8s.io", "Event") => &event::EVENT,
        ("", "ReplicationController") => &workloads::REPLICATION_CONTROLLER,
        ("", "Service") => &network::SERVICE,
        ("", "Endpoints") => &network::ENDPOINTS,
        ("", "PersistentVolume") => &storage::PERSISTENT_VOLUME,
        ("", "PersistentVolumeClaim") => &storage::PERSISTENT_VOLUME_CLAIM,
        ("apps", "Deployment") => &workloads::DEPLOYMENT,
        ("apps", "ReplicaSet") => &workloads::REPLICA_SET,
        ("apps", "DaemonSet") => &workloads::DAEMON_SET,
        ("apps", "StatefulSet") => &workloads::STATEFUL_SET,
        ("apps", "ControllerRevision") => &workloads::CONTROLLER_REVISION,
        ("batch", "Job") => &batch::JOB,
        ("batch", "CronJob") => &batch::CRON_JOB,
        ("autoscaling", "HorizontalPodAutoscaler") => &hpa::HORIZONTAL_POD_AUTOSCALER,
        ("policy", "PodDisruptionBudget") => &workloads::POD_DISRUPTION_BUDGET,
        ("discovery.k8s.io", "EndpointSlice") => &network::ENDPOINT_SLICE,
        ("networking.k8s.io", "Ingress") => &network::INGRESS,
        ("networking.k8s.io", "IngressClass") => &network::INGRESS_CLASS,
        ("networking.k8s.io", "NetworkPolicy") => &network::NETWORK_POLICY,
        ("networking.k8s.io", "IPAddress") => &network::IP_ADDRESS,
        ("networking.k8s.io", "ServiceCIDR") => &network::SERVICE_CIDR,
        ("apiregistration.k8s.io", "APIService") => &access::API_SERVICE,
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => &DEFAULT,
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => &access::ROLE_BINDING,
        ("certificates.k8s.io", "CertificateSigningRequest") => &access::CERTIFICATE_SIGNING_REQUEST,
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration") => &access::WEBHOOKS,
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => &access::VALIDATING_POLICY,
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding") => &access::VALIDATING_POLICY_BINDING,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => &access::MUTATING_POLICY,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding") => &access::MUTATING_POLICY_BINDING,
        ("coordination.k8s.io", "Lease") => &config::LEASE,
        ("scheduling.k8s.io", "PriorityClass") => &config::PRIORITY_CLASS,
        ("node.k8s.io", "RuntimeClass") => &config::RUNTIME_CLASS,
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => &access::FLOW_SCHEMA,
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => &access::PRIORITY_LEVEL,
        ("metrics.k8s.io", _) => &config::METRICS,
        ("storage.k8s.io", "StorageClass") => &storage::STORAGE_CLASS,
        ("storage.k8s.io", "VolumeAttachment") => &storage::VOLUME_ATTACHMENT,
        ("storage.k8s.io", "VolumeAttributesClass") => &storage::VOLUME_ATTRIBUTES_CLASS,
        ("storage.k8s.io", "CSINode") => &storage::CSI_NODE,
        ("storage.k8s.io", "CSIDriver") => &storage::CSI_DRIVER,
        ("resource.k8s.io", "ResourceClaim") => &storage::RESOURCE_CLAIM,
        ("resource.k8s.io", "ResourceSlice") => &storage::RESOURCE_SLICE,
        ("resource.k8s.io", "DeviceClass" | "ResourceClaimTemplate") => &NAME_AND_AGE,
        _ => &DEFAULT,
    }
}

#[cfg(test)]
mod tests;

//! The table of kinds: what `kubectl api-resources` lists on a plain v1.36 cluster, in its order. To add a kind, add a row. Custom kinds
//! are rows outside of the table (`api::custom`).

use super::custom::Custom;
use crate::base::Case as _;

/// One kind of object that the API serves.
#[derive(Debug)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// The version that the API prefers and that the store holds.
    pub version: &'static str,
    /// As in `kind: Pod`.
    pub kind: &'static str,
    /// As in the URL: `pods`.
    pub plural: &'static str,
    /// The short names that kubectl accepts instead of the plural.
    pub short_names: &'static [&'static str],
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// Its verbs, in discovery's order.
    pub verbs: &'static [&'static str],
    /// Its categories (`all`).
    pub categories: &'static [&'static str],
    /// Its definition, for a custom kind; the kinds of the table have none.
    pub custom: Option<Custom>,
}

/// A row of the table; two references are the same kind where they are equal.
pub type KindRef = &'static Kind;

/// The group of roles and their bindings.
pub const RBAC: &str = "rbac.authorization.k8s.io";
/// The group of admission policies and webhooks.
pub const ADMISSION: &str = "admissionregistration.k8s.io";

const NAMESPACED: bool = true;
const CLUSTER: bool = false;
const ALL: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const NO_COLLECTION: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];
const READ: &[&str] = &["get", "list"];
const CREATE: &[&str] = &["create"];

#[expect(clippy::too_many_arguments, reason = "a row of the table below")]
const fn row(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    short_names: &'static [&'static str],
    namespaced: bool,
    verbs: &'static [&'static str],
    categories: &'static [&'static str],
) -> Kind {
    Kind { group, version, kind, plural, short_names, namespaced, verbs, categories, custom: None }
}

/// The kind of the `scale` subresource; it is in no list of kinds.
pub static SCALE: Kind = row("autoscaling", "v1", "Scale", "scales", &[], NAMESPACED, &[], &[]);

/// The kind that the `eviction` subresource of a pod takes; it is in no list of kinds either.
pub static EVICTION: Kind = row("policy", "v1", "Eviction", "evictions", &[], NAMESPACED, &[], &[]);

/// Every kind, in the order of `kubectl api-resources`.
#[rustfmt::skip]
pub static KINDS: &[Kind] = &[
    row("", "v1", "Binding", "bindings", &[], NAMESPACED, CREATE, &[]),
    row("", "v1", "ComponentStatus", "componentstatuses", &["cs"], CLUSTER, READ, &[]),
    row("", "v1", "ConfigMap", "configmaps", &["cm"], NAMESPACED, ALL, &[]),
    row("", "v1", "Endpoints", "endpoints", &["ep"], NAMESPACED, ALL, &[]),
    row("", "v1", "Event", "events", &["ev"], NAMESPACED, ALL, &[]),
    row("", "v1", "LimitRange", "limitranges", &["limits"], NAMESPACED, ALL, &[]),
    row("", "v1", "Namespace", "namespaces", &["ns"], CLUSTER, NO_COLLECTION, &[]),
    row("", "v1", "Node", "nodes", &["no"], CLUSTER, ALL, &[]),
    row("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", &["pvc"], NAMESPACED, ALL, &[]),
    row("", "v1", "PersistentVolume", "persistentvolumes", &["pv"], CLUSTER, ALL, &[]),
    row("", "v1", "Pod", "pods", &["po"], NAMESPACED, ALL, &["all"]),
    row("", "v1", "PodTemplate", "podtemplates", &[], NAMESPACED, ALL, &[]),
    row("", "v1", "ReplicationController", "replicationcontrollers", &["rc"], NAMESPACED, ALL, &["all"]),
    row("", "v1", "ResourceQuota", "resourcequotas", &["quota"], NAMESPACED, ALL, &[]),
    row("", "v1", "Secret", "secrets", &[], NAMESPACED, ALL, &[]),
    row("", "v1", "ServiceAccount", "serviceaccounts", &["sa"], NAMESPACED, ALL, &[]),
    row("", "v1", "Service", "services", &["svc"], NAMESPACED, ALL, &["all"]),
    row("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", &[], CLUSTER, ALL, &["api-extensions"]),
    row("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", &[], CLUSTER, ALL, &["api-extensions"]),
    row("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", &[], CLUSTER, ALL, &["api-extensions"]),
    row("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", &[], CLUSTER, ALL, &["api-extensions"]),
    row("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", &[], CLUSTER, ALL, &["api-extensions"]),
    row("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", &[], CLUSTER, ALL, &["api-extensions"]),
    row("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", &["crd", "crds"], CLUSTER, ALL, &["api-extensions"]),
    row("apiregistration.k8s.io", "v1", "APIService", "apiservices", &[], CLUSTER, ALL, &["api-extensions"]),
    row("apps", "v1", "ControllerRevision", "controllerrevisions", &[], NAMESPACED, ALL, &[]),
    row("apps", "v1", "DaemonSet", "daemonsets", &["ds"], NAMESPACED, ALL, &["all"]),
    row("apps", "v1", "Deployment", "deployments", &["deploy"], NAMESPACED, ALL, &["all"]),
    row("apps", "v1", "ReplicaSet", "replicasets", &["rs"], NAMESPACED, ALL, &["all"]),
    row("apps", "v1", "StatefulSet", "statefulsets", &["sts"], NAMESPACED, ALL, &["all"]),
    row("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", &[], CLUSTER, CREATE, &[]),
    row("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", &[], CLUSTER, CREATE, &[]),
    row("authorization.k8s.io", "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews", &[], NAMESPACED, CREATE, &[]),
    row("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", &[], CLUSTER, CREATE, &[]),
    row("authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", &[], CLUSTER, CREATE, &[]),
    row("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", &[], CLUSTER, CREATE, &[]),
    row("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", &["hpa"], NAMESPACED, ALL, &["all"]),
    row("batch", "v1", "CronJob", "cronjobs", &["cj"], NAMESPACED, ALL, &["all"]),
    row("batch", "v1", "Job", "jobs", &[], NAMESPACED, ALL, &["all"]),
    row("certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", &["csr"], CLUSTER, ALL, &[]),
    row("coordination.k8s.io", "v1", "Lease", "leases", &[], NAMESPACED, ALL, &[]),
    row("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", &[], NAMESPACED, ALL, &[]),
    row("events.k8s.io", "v1", "Event", "events", &["ev"], NAMESPACED, ALL, &[]),
    row("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", "flowschemas", &[], CLUSTER, ALL, &[]),
    row("flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration", "prioritylevelconfigurations", &[], CLUSTER, ALL, &[]),
    row("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", &[], CLUSTER, READ, &[]),
    row("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", &[], NAMESPACED, READ, &[]),
    row("networking.k8s.io", "v1", "IngressClass", "ingressclasses", &[], CLUSTER, ALL, &[]),
    row("networking.k8s.io", "v1", "Ingress", "ingresses", &["ing"], NAMESPACED, ALL, &[]),
    row("networking.k8s.io", "v1", "IPAddress", "ipaddresses", &["ip"], CLUSTER, ALL, &[]),
    row("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", &["netpol"], NAMESPACED, ALL, &[]),
    row("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", &[], CLUSTER, ALL, &[]),
    row("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", &[], CLUSTER, ALL, &[]),
    row("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", &["pdb"], NAMESPACED, ALL, &[]),
    row("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", &[], CLUSTER, ALL, &[]),
    row("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", &[], CLUSTER, ALL, &[]),
    row("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", &[], NAMESPACED, ALL, &[]),
    row("rbac.authorization.k8s.io", "v1", "Role", "roles", &[], NAMESPACED, ALL, &[]),
    row("resource.k8s.io", "v1", "DeviceClass", "deviceclasses", &[], CLUSTER, ALL, &[]),
    row("resource.k8s.io", "v1", "ResourceClaim", "resourceclaims", &[], NAMESPACED, ALL, &[]),
    row("resource.k8s.io", "v1", "ResourceClaimTemplate", "resourceclaimtemplates", &[], NAMESPACED, ALL, &[]),
    row("resource.k8s.io", "v1", "ResourceSlice", "resourceslices", &[], CLUSTER, ALL, &[]),
    row("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", &["pc"], CLUSTER, ALL, &[]),
    row("storage.k8s.io", "v1", "CSIDriver", "csidrivers", &[], CLUSTER, ALL, &[]),
    row("storage.k8s.io", "v1", "CSINode", "csinodes", &[], CLUSTER, ALL, &[]),
    row("storage.k8s.io", "v1", "CSIStorageCapacity", "csistoragecapacities", &[], NAMESPACED, ALL, &[]),
    row("storage.k8s.io", "v1", "StorageClass", "storageclasses", &["sc"], CLUSTER, ALL, &[]),
    row("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", &[], CLUSTER, ALL, &[]),
    row("storage.k8s.io", "v1", "VolumeAttributesClass", "volumeattributesclasses", &["vac"], CLUSTER, ALL, &[]),
];

/// The row of the first kind of this name. It is called at compile time, where a mistake is an error.
const fn row_of(kind: &str) -> KindRef {
    let mut i = 0;
    loop {
        let (row, mut at) = (KINDS[i].kind.as_bytes(), 0);
        while at < row.len() && at < kind.len() && row[at] == kind.as_bytes()[at] {
            at += 1;
        }
        if at == row.len() && at == kind.len() {
            return &KINDS[i];
        }
        i += 1;
    }
}

/// Names rows of the table.
macro_rules! rows {
    ($($name:ident = $kind:literal,)*) => {
        $(
            #[doc = concat!("The kind `", $kind, "`.")]
            pub const $name: KindRef = row_of($kind);
        )*
    };
}

rows! {
    BINDING = "Binding",
    CSI_NODE = "CSINode",
    CERTIFICATE_SIGNING_REQUEST = "CertificateSigningRequest",
    CLUSTER_ROLE = "ClusterRole",
    COMPONENT_STATUS = "ComponentStatus",
    CONFIG_MAP = "ConfigMap",
    CONTROLLER_REVISION = "ControllerRevision",
    CRON_JOB = "CronJob",
    CUSTOM_RESOURCE_DEFINITION = "CustomResourceDefinition",
    DAEMON_SET = "DaemonSet",
    DEPLOYMENT = "Deployment",
    ENDPOINT_SLICE = "EndpointSlice",
    ENDPOINTS = "Endpoints",
    EVENT = "Event",
    FLOW_SCHEMA = "FlowSchema",
    HORIZONTAL_POD_AUTOSCALER = "HorizontalPodAutoscaler",
    INGRESS = "Ingress",
    INGRESS_CLASS = "IngressClass",
    JOB = "Job",
    LEASE = "Lease",
    LIMIT_RANGE = "LimitRange",
    MUTATING_ADMISSION_POLICY = "MutatingAdmissionPolicy",
    MUTATING_ADMISSION_POLICY_BINDING = "MutatingAdmissionPolicyBinding",
    MUTATING_WEBHOOK_CONFIGURATION = "MutatingWebhookConfiguration",
    NAMESPACE = "Namespace",
    NETWORK_POLICY = "NetworkPolicy",
    NODE = "Node",
    NODE_METRICS = "NodeMetrics",
    PERSISTENT_VOLUME = "PersistentVolume",
    PERSISTENT_VOLUME_CLAIM = "PersistentVolumeClaim",
    POD = "Pod",
    POD_METRICS = "PodMetrics",
    POD_DISRUPTION_BUDGET = "PodDisruptionBudget",
    POD_TEMPLATE = "PodTemplate",
    PRIORITY_CLASS = "PriorityClass",
    PRIORITY_LEVEL_CONFIGURATION = "PriorityLevelConfiguration",
    REPLICA_SET = "ReplicaSet",
    REPLICATION_CONTROLLER = "ReplicationController",
    RESOURCE_CLAIM = "ResourceClaim",
    RESOURCE_CLAIM_TEMPLATE = "ResourceClaimTemplate",
    RESOURCE_QUOTA = "ResourceQuota",
    RESOURCE_SLICE = "ResourceSlice",
    RUNTIME_CLASS = "RuntimeClass",
    SECRET = "Secret",
    SELF_SUBJECT_REVIEW = "SelfSubjectReview",
    SERVICE = "Service",
    SERVICE_CIDR = "ServiceCIDR",
    SERVICE_ACCOUNT = "ServiceAccount",
    STATEFUL_SET = "StatefulSet",
    STORAGE_CLASS = "StorageClass",
    VALIDATING_ADMISSION_POLICY = "ValidatingAdmissionPolicy",
    VALIDATING_ADMISSION_POLICY_BINDING = "ValidatingAdmissionPolicyBinding",
    VALIDATING_WEBHOOK_CONFIGURATION = "ValidatingWebhookConfiguration",
    VOLUME_ATTRIBUTES_CLASS = "VolumeAttributesClass",
}

impl PartialEq for Kind {
    /// Each kind is one row of the table, so the same row is the same kind. A custom kind stays the same when its definition changes.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.custom.is_some() && self.cmp(other).is_eq())
    }
}
impl Eq for Kind {}
impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Kind {
    /// The order of the table, by place, since kinds are compared in every look-up in the store. Custom kinds come after it, by name.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self.custom.is_some(), other.custom.is_some()) {
            (false, false) => std::ptr::from_ref(self).cmp(&std::ptr::from_ref(other)),
            (true, true) => (self.group, self.plural).cmp(&(other.group, other.plural)),
            (mine, theirs) => mine.cmp(&theirs),
        }
    }
}

impl Kind {
    /// The kind called so (`Pod`) in the core group or in whichever group has it first.
    ///
    /// For names in our own source; panics where the table has no such kind.
    pub fn named(kind: &str) -> KindRef {
        KINDS.iter().find(|k| k.kind == kind).unwrap_or_else(|| panic!("no kind {kind} in the table"))
    }

    /// The kind of an object's `apiVersion` and `kind`, where the group is served at its stored version.
    pub fn of(api_version: &str, kind: &str) -> Option<KindRef> {
        let (group, version) = split_api_version(api_version);
        KINDS.iter().find(|k| k.kind == kind && k.group == group && k.version == version)
    }

    /// The kind of this name in this group, at any version.
    pub fn of_group(group: &str, kind: &str) -> Option<KindRef> {
        KINDS.iter().find(|k| k.kind == kind && k.group == group)
    }

    /// The kind that is served at this group and plural.
    pub fn of_resource(group: &str, plural: &str) -> Option<KindRef> {
        KINDS.iter().find(|k| k.plural == plural && k.group == group)
    }

    /// `apiVersion` as objects carry it: `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        join_api_version(self.group, self.version)
    }

    /// Whether an `apiVersion` is this kind's.
    pub fn is_at(&self, api_version: &str) -> bool {
        match self.group {
            "" => api_version == self.version,
            group => api_version.strip_prefix(group).and_then(|rest| rest.strip_prefix('/')) == Some(self.version),
        }
    }

    /// The plural of a kind of the table; empty for custom kinds, whose plurals may be the same.
    pub fn built_in(&self) -> &'static str {
        if self.custom.is_some() { "" } else { self.plural }
    }

    /// The singular name, as discovery has it: `pod`.
    pub fn singular(&self) -> String {
        self.custom.as_ref().map_or_else(|| self.kind.lower(), |c| c.singular.to_owned())
    }

    /// As in `kind: PodList`.
    pub fn list_kind(&self) -> String {
        self.custom.as_ref().map_or_else(|| format!("{}List", self.kind), |c| c.list_kind.to_owned())
    }

    /// The plural with its group, as errors name a resource: `pods`, `deployments.apps`.
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// The kind with its group, as Go prints a GroupKind: `Deployment.apps`.
    pub fn group_kind(&self) -> String {
        if self.group.is_empty() { self.kind.to_owned() } else { format!("{}.{}", self.kind, self.group) }
    }
}

/// `apps/v1`; of the core group, its version alone.
pub fn join_api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// Splits `apps/v1` into group and version; the core group is empty.
pub fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.rsplit_once('/').unwrap_or(("", api_version))
}

//! Labels, annotations and taints to which Kubernetes itself gives a meaning (`well_known_labels.go` and its like), where more than one
//! part of the cluster knows them.

/// What kubectl applied last (annotation).
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// A container's AppArmor profile, its name behind the slash (annotation of old).
pub const APP_ARMOR_PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
/// The hash of a pod's template (label that Deployments give).
pub const POD_TEMPLATE_HASH: &str = "pod-template-hash";
/// The revision that a pod is of (label that DaemonSets and StatefulSets give).
pub const CONTROLLER_REVISION_HASH: &str = "controller-revision-hash";
/// How often a DaemonSet's template has changed (annotation of old).
pub const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";
/// The Service that an EndpointSlice is of (label).
pub const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// Who writes an EndpointSlice (label).
pub const SLICE_MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
/// The ServiceAccount that a token is of (annotation of its Secret).
pub const SERVICE_ACCOUNT_NAME: &str = "kubernetes.io/service-account.name";
/// The storage class of a claim or volume (annotation of old).
pub const BETA_STORAGE_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
/// Hints for near endpoints (annotation of old).
pub const TOPOLOGY_HINTS: &str = "service.kubernetes.io/topology-aware-hints";
/// Affinity before it had a field (annotation of old).
pub const ALPHA_AFFINITY: &str = "scheduler.alpha.kubernetes.io/affinity";
/// A node's own name (label).
pub const HOSTNAME: &str = "kubernetes.io/hostname";
/// The zone of what carries it (label).
pub const ZONE: &str = "topology.kubernetes.io/zone";
/// The region of what carries it (label).
pub const REGION: &str = "topology.kubernetes.io/region";
/// The node is not ready (taint).
pub const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// Nothing is heard of the node (taint).
pub const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// Nothing new is to run on the node (taint).
pub const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

//! What happens in the cluster that may help a pod which found no node. Each plugin says for its own refusals whether
//! an event could (queueing hints); only then is the pod tried again.

use super::cache::{NodeChange, NodeIndex};
use super::pod_info::PodInfo;
use crate::api::{ArcStr, Value};

/// Something that may make a pod schedulable.
#[derive(Clone, Debug)]
pub enum ClusterEvent<'a> {
    /// A node came or changed.
    Node {
        /// Which.
        index: NodeIndex,
        /// What about it.
        change: NodeChange,
        /// The node's object before; null where it is new.
        old: &'a Value,
    },
    /// A node is gone.
    NodeDeleted {
        /// Its object.
        old: &'a Value,
    },
    /// A pod that has a node came.
    PodAssigned(&'a PodInfo),
    /// Labels of a pod that has a node changed.
    PodRelabelled {
        /// Before.
        old: &'a PodInfo,
        /// After.
        new: &'a PodInfo,
    },
    /// A pod that has a node requests something else.
    PodScaledDown {
        /// Before.
        old: &'a PodInfo,
        /// After.
        new: &'a PodInfo,
    },
    /// A pod that had a node, or was to get one, is gone; or it is no longer to get that node.
    PodDeleted(&'a PodInfo),
    /// A claim, volume or storage class came or changed.
    Volume {
        /// The namespace of a claim; empty otherwise.
        namespace: ArcStr,
        /// The claim's name; empty for volumes and storage classes, which may help any pod.
        claim: ArcStr,
    },
    /// A device class or a slice came or changed.
    Devices,
    /// A claim of devices came or changed.
    Claim {
        /// Before; none where it is new.
        old: Option<&'a Value>,
        /// After.
        new: &'a Value,
    },
}

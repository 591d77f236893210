//! The kubelet: one state machine per pod. Nothing here may know of other nodes.

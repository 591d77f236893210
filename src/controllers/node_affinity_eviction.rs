//! `requiredDuringSchedulingRequiredDuringExecution`, which the alpha annotation for affinity promised and no release ever implemented. A
//! pod whose annotation has it, and whose affinity was taken from there, is deleted when its node's labels stop matching.

use super::controller::{ObjectRef, key_of};
use super::work_queue::WorkQueue;
use crate::api::node_affinity::parse_terms;
use crate::api::well_known::ALPHA_AFFINITY;
use crate::api::yaml::decode_documents;
use crate::api::{ArcStr, KindRef, Object, Value, kinds};
use crate::base::{List as _, Time};
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, EventRecorder, EventType};

const FIELD: &str = "requiredDuringSchedulingRequiredDuringExecution";
const MANAGER: &str = "node-affinity-eviction-controller";

/// Evicts pods from nodes that no longer match.
#[derive(Clone, Debug)]
pub struct NodeAffinityEvictionController {
    nodes: WorkQueue<ArcStr>,
    recorder: EventRecorder,
}

impl Default for NodeAffinityEvictionController {
    fn default() -> Self {
        NodeAffinityEvictionController { nodes: WorkQueue::new(), recorder: EventRecorder::new(MANAGER, "") }
    }
}

/// Whether the pod must leave the node.
fn must_leave(pod: &Value, node: &Value) -> bool {
    let Some(text) = pod.annotation(ALPHA_AFFINITY).filter(|t| t.contains(FIELD)) else { return false };
    if pod.is_terminating() || pod.at(&["spec", "affinity", "nodeAffinity"]).is_null() {
        return false;
    }
    let Some(document) = decode_documents(text).ok().and_then(|d| d.into_iter().next()) else { return false };
    let required = document.value.at(&["nodeAffinity", FIELD]).clone();
    !required.is_null() && !parse_terms(&required).iter().any(|t| t.matches(node))
}

impl Component for NodeAffinityEvictionController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::NODE
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let same = change.old.as_ref().is_some_and(|old| old.labels().same(change.object.labels()));
        if change.current().is_some() && !same {
            self.nodes.add_at(change.key.name.clone(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.nodes.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(name) = self.nodes.pop_due(now) else { return };
        let Some(node) = api.peek(kinds::NODE, "", &name).cloned() else { return };
        let leaving: Vec<(ObjectRef, Value)> = api.pods_on(&name).filter(|p| must_leave(p, &node)).map(|p| (key_of(p), p.clone())).list();
        for (key, pod) in leaving {
            let message = format!("Node {name} does not match the pod's node affinity any longer");
            self.recorder.event(api, now, &pod, EventType::Normal, "NodeAffinityEviction", &message);
            // There is no further event about a pod that is leaving.
            self.recorder.forget(pod.uid());
            // If it is gone already, there is nothing to do.
            let _ = api.delete(&Caller::new(now, MANAGER), kinds::POD, &key.0, &key.1, &DeleteOptions::default());
        }
    }
}

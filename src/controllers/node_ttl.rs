//! The node TTL controller (`pkg/controller/ttl`): tells kubelets, by an annotation, how long they may keep secrets and config maps
//! before they ask again; longer in larger clusters.

use super::work_queue::WorkQueue;
use crate::api::{ArcStr, KindRef, Object, kinds};
use crate::base::Time;
use crate::server::{ApiServer, Caller, Change, Component, Subresource, WriteOptions};

const ANNOTATION: &str = "node.alpha.kubernetes.io/ttl";
/// The range of cluster sizes for each TTL. They overlap, so that a node more or less does not make it swing.
const BOUNDARIES: [(usize, usize, u32); 5] = [(0, 100, 0), (90, 500, 15), (450, 1000, 30), (900, 2000, 60), (1800, usize::MAX, 300)];

/// Annotates nodes.
#[derive(Clone, Debug, Default)]
pub struct NodeTtlController {
    queue: WorkQueue<ArcStr>,
    nodes: usize,
    boundary: usize,
}

impl Component for NodeTtlController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::NODE
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        if change.current().is_none() {
            self.nodes = self.nodes.saturating_sub(1);
            if self.nodes < BOUNDARIES[self.boundary].0 {
                self.boundary -= 1;
            }
            return;
        }
        if change.old.is_none() {
            self.nodes += 1;
            if self.nodes > BOUNDARIES[self.boundary].1 {
                self.boundary += 1;
            }
        }
        let wanted = BOUNDARIES[self.boundary].2.to_string();
        let current = api.peek(change.key.kind, "", &change.key.name);
        if current.is_some_and(|n| n.annotation(ANNOTATION) != Some(wanted.as_str())) {
            self.queue.add_at(change.key.name.clone(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(name) = self.queue.pop_due(now) else { return };
        let kind = kinds::NODE;
        let Some(mut node) = api.peek(kind, "", &name).cloned() else { return };
        node.set(&["metadata", "annotations", ANNOTATION], BOUNDARIES[self.boundary].2.to_string());
        if api.update(&Caller::new(now, "ttl-controller"), kind, node, Subresource::None, &WriteOptions::default()).is_err() {
            self.queue.add_rate_limited(name, now);
        }
    }
}

//! What becomes of a pod whose node or network is gone for a while.

use super::super::backoff::Backoff;
use super::super::container::ProcessUse;
use super::super::exec::Execs;
use super::super::probes::Probes;
use super::super::status::lost;
use super::{Cx, PodWorker, What, Work};
use crate::api::Object;

impl PodWorker {
    /// The node goes dark: its containers are gone, and so is what the kubelet was in the middle of.
    pub fn node_lost(&mut self, execs: &mut Execs) {
        self.held = false;
        self.stage = None;
        self.stage_token = self.stage_token.wrapping_add(1);
        self.sync_at = None;
        self.awaits_relist = false;
        self.relist_at = None;
        self.pending = false;
        self.serves.clear();
        if self.work == Work::Finished {
            return;
        }
        self.sandbox = None;
        self.failed_pulls.clear();
        for (c, container) in self.containers.iter_mut().enumerate() {
            if let Some(instance) = container.instances.pop() {
                container.lost = Some(lost(&self.status, &container.spec.name, instance.attempt));
                execs.detached(&self.uid, c, 137);
                for used in instance.uses.values() {
                    if let ProcessUse::Exec(session) = used {
                        execs.ended(*session, 137);
                    }
                }
            }
            container.instances.clear();
            container.failure = None;
            container.backoff = Backoff::default();
            container.probes = Probes::NONE;
        }
    }

    /// The node's network is back: what could not be told is told.
    pub fn network_returned(&mut self, cx: &mut Cx<'_>) {
        if self.deleted {
            return;
        }
        self.send_status(cx);
        if self.work == Work::Finished && self.pod.is_terminating() {
            self.delete_object(cx);
        }
        let at = self.next_resync(cx.now);
        self.wake_at(cx, at, What::Refresh);
    }

    /// The node is back.
    pub fn node_returned(&mut self, cx: &mut Cx<'_>) {
        self.relisted_at = cx.now;
        self.last_sync_end = None;
        self.awaits_relist = false;
        if self.work == Work::Finished {
            return;
        }
        // The address went with the sandbox.
        for member in ["podIP", "podIPs"] {
            self.status.remove(&[member]);
        }
        for volume in &mut self.volumes {
            if !volume.is_refreshed() && !volume.outlives_pod() {
                volume.next_try = cx.now;
            }
        }
        self.request_sync(cx);
    }
}

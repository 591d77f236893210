//! How a pod worker sees its containers. Models the kubelet's PLEG (pkg/kubelet/pleg): each sync knows what the last relist saw.

use super::{Cx, PodWorker, What};
use crate::base::{Duration, Time};

/// How soon a relist follows a sync that started something (PLEGOnDemandRelist).
pub(super) const RELIST_SOON: Duration = Duration::from_millis(1);

impl PodWorker {
    /// Schedules the relist that will notice what just happened.
    pub(in super::super) fn relist_at_tick(&mut self, cx: &mut Cx<'_>) {
        let at = cx.node.relist_after(cx.now);
        self.relist_no_later(cx, at);
    }

    pub(super) fn relist_no_later(&mut self, cx: &mut Cx<'_>, at: Time) {
        if self.relist_at.is_none_or(|t| t > at) {
            self.relist_at = Some(at);
            self.wake_at(cx, at, What::Relist);
        }
    }

    /// Notices what became of the sandbox and the containers (PLEG).
    pub(super) fn relist(&mut self, cx: &mut Cx<'_>) {
        if !cx.node.running {
            self.relist_at = None;
        } else if self.awaits_relist && self.stage.is_none() {
            self.sync_at = None;
            self.begin_sync(cx);
        } else if self.take_relist(cx) {
            self.request_sync(cx);
        }
    }

    pub(super) fn take_relist(&mut self, cx: &Cx<'_>) -> bool {
        self.relist_at = None;
        self.relisted_at = cx.now;
        self.see_all()
    }

    /// Takes note of all that happened; whether anything did.
    pub(in super::super) fn see_all(&mut self) -> bool {
        let mut changed = false;
        if let Some(sandbox) = &mut self.sandbox {
            changed |= !std::mem::replace(&mut sandbox.seen, true);
        }
        for instances in self.containers.iter_mut().map(|c| &mut c.instances) {
            let mut died = false;
            for instance in instances.iter_mut().rev() {
                // Another one is dead beside it.
                instance.removed |= died;
                if instance.started.is_some() {
                    changed |= !std::mem::replace(&mut instance.start_seen, true);
                }
                if let Some(resources) = instance.resized.take() {
                    (instance.resources, changed) = (resources, true);
                }
                if instance.exit.is_some() {
                    changed |= !std::mem::replace(&mut instance.exit_seen, true);
                    died = true;
                }
            }
        }
        changed
    }
}

//! The ServiceCIDR controller (`pkg/controller/servicecidrs`): it marks address blocks as ready, and lets a deleted one go once all
//! addresses of Services are in other blocks.

use super::work_queue::WorkQueue;
use crate::api::{ArcStr, KindRef, Object, Status, Value, add_finalizer, drop_finalizer, has_finalizer, kinds};
use crate::base::{Duration, List as _, Time};
use crate::obj;
use crate::server::{AddressBlock, ApiServer, Caller, Change, Component, Subresource, WriteOptions};

const FINALIZER: &str = "networking.k8s.io/service-cidr-finalizer";
/// How long a deleted one stays, so that no address of it is allocated any more.
const GRACE: Duration = Duration::from_secs(10);
const READY: (&str, &str, &str) = ("True", "", "Kubernetes Service CIDR is ready");
const BLOCKED: (&str, &str, &str) =
    ("False", "Terminating", "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR");

/// Looks after the ServiceCIDRs other than the default one.
#[derive(Clone, Debug, Default)]
pub struct ServiceCidrController {
    queue: WorkQueue<ArcStr>,
}

/// Whether a Service has an address of this block that is in no other.
// Models canDeleteCIDR.
fn is_needed(api: &ApiServer, cidr: &Value) -> bool {
    let others = api.iter(kinds::SERVICE_CIDR, None).filter(|other| other.name() != cidr.name()).flat_map(AddressBlock::of);
    let others: Vec<AddressBlock> = others.chain([AddressBlock::SERVICES]).list();
    let mut own = AddressBlock::of(cidr).filter(|block| !others.iter().any(|other| other.covers(*block)));
    own.any(|block| {
        let mut ips = api.iter(kinds::SERVICE, None).filter_map(|service| service.at(&["spec", "clusterIP"]).str().parse().ok());
        ips.any(|ip| block.contains(ip) && !others.iter().any(|other| other.contains(ip)))
    })
}

fn reconcile(api: &mut ApiServer, now: Time, name: &str) -> Result<Option<Time>, Status> {
    let kind = kinds::SERVICE_CIDR;
    let Some(cidr) = api.peek(kind, "", name).cloned() else { return Ok(None) };
    let by = Caller::new(now, "service-cidr-controller");
    let update = |api: &mut ApiServer, next, sub| api.update(&by, kind, next, sub, &WriteOptions::default());
    let mut next = cidr.clone();
    let condition = if !cidr.is_terminating() {
        if !has_finalizer(&cidr, FINALIZER) {
            add_finalizer(&mut next, FINALIZER);
            next = update(api, next, Subresource::None)?;
        }
        READY
    } else if is_needed(api, &cidr) {
        BLOCKED
    } else {
        let until = Time::parse_rfc3339(cidr.at(&["metadata", "deletionTimestamp"]).str()).map_or(now, |at| at + GRACE);
        if until > now {
            return Ok(Some(until));
        }
        drop_finalizer(&mut next, FINALIZER);
        update(api, next, Subresource::None)?;
        return Ok(None);
    };
    let (status, reason, message) = condition;
    if next.condition("Ready") == status {
        return Ok(None);
    }
    let ready = obj!({"type": "Ready", "status": status, "reason": reason, "message": message, "lastTransitionTime": now.rfc3339()});
    next.set(&["status", "conditions"], obj!([ready]));
    update(api, next, Subresource::Status).map(|_| None)
}

impl Component for ServiceCidrController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::SERVICE_CIDR || kind == kinds::SERVICE
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        // Changes of Services and of other blocks matter only to blocks that are being deleted.
        for cidr in api.iter(kinds::SERVICE_CIDR, None).filter(|c| c.is_terminating() || c.name() == change.key.name.as_str()) {
            self.queue.add_at(cidr.name_arc(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(name) = self.queue.pop_due(now) else { return };
        match reconcile(api, now, &name) {
            Ok(again) => {
                self.queue.forget(&name);
                if let Some(at) = again {
                    self.queue.add_at(name, at);
                }
            }
            Err(_) => self.queue.add_rate_limited(name, now),
        }
    }
}

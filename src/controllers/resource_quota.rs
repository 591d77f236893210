//! The resource quota controller (`pkg/controller/resourcequota`): it writes the usage of each quota to its status.

use super::controller::{ObjectRef, key_of, update_status, work};
use super::work_queue::WorkQueue;
use crate::api::{KindRef, Status, Value, kinds, quota};
use crate::base::{Duration, Time};
use crate::server::{ApiServer, Caller, Change, Component};

/// How long a quota rests after a count; changes that come meanwhile share the next one.
const PACE: Duration = Duration::from_millis(50);

/// Counts the usage of quotas.
#[derive(Clone, Debug)]
pub struct ResourceQuotaController {
    queue: WorkQueue<ObjectRef>,
}

impl Default for ResourceQuotaController {
    fn default() -> Self {
        ResourceQuotaController { queue: WorkQueue::with_pace(PACE) }
    }
}

/// Whether the server has the namespaced kind that a quota counts, as `pods` or `jobs.batch`.
fn is_counted(api: &ApiServer, resource: &str) -> bool {
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    api.kind_of_resource(group, plural).is_some_and(|kind| kind.namespaced)
}

impl ResourceQuotaController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let kind = kinds::RESOURCE_QUOTA;
        let Some(current) = api.peek(kind, &key.0, &key.1).cloned() else { return Ok(()) };
        let hard = current.at(&["spec", "hard"]).clone();
        let mut used = quota::usage_in(api.countable(&key.0), &current);
        // Of kinds that do not exist nothing is counted, not even to zero.
        used.retain(|name, _| name.strip_prefix("count/").is_none_or(|counted| is_counted(api, counted)));
        let mut status = Value::map();
        if !hard.is_empty() {
            let mut counts = Value::map();
            for (name, amount) in &used {
                counts.set(&[name], amount.to_string());
            }
            status.set(&["hard"], hard);
            status.set(&["used"], counts);
        }
        update_status(api, &Caller::new(now, "resourcequota-controller"), kind, current, status)
    }
}

impl Component for ResourceQuotaController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.namespaced && kind.built_in() != "events"
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        if change.key.kind == kinds::RESOURCE_QUOTA
            && change.old.as_ref().is_none_or(|old| !old.get("spec").same(change.object.get("spec")))
        {
            self.queue.add_at(key_of(&change.object), now);
        }
        let mut quotas = api.iter(kinds::RESOURCE_QUOTA, Some(&change.key.namespace)).peekable();
        if quotas.peek().is_none() {
            return;
        }
        // A new object was counted by admission. The usage of others changes with a deletion, and with spec or phase.
        let usage = |v: &Value| quota::usage_of(change.key.kind, v);
        let counted = match (&change.old, change.current()) {
            (Some(old), Some(new)) => usage(old) == usage(new),
            (old, new) => old.is_none() && new.is_some(),
        };
        if counted {
            return;
        }
        for found in quotas {
            self.queue.add_at(key_of(found), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}

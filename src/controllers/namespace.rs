//! The namespace controller (`pkg/controller/namespace`): empties a namespace that is being deleted, then lets it go.

use super::controller::work;
use super::work_queue::WorkQueue;
use crate::api::{ArcStr, KindRef, Object, Status, Value, has_ended, kinds, set_condition};
use crate::base::{Duration, List as _, Order as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, ListOptions, Propagation, Subresource, WriteOptions};

/// How long after a change a namespace is looked at (`namespaceDeletionGracePeriod`).
const GRACE: Duration = Duration::from_secs(5);
/// How many objects are deleted in one step.
const PER_STEP: usize = 128;
/// How long finalizers are assumed to take.
const FINALIZERS_S: i64 = 15;

/// Empties namespaces.
#[derive(Clone, Debug, Default)]
pub struct NamespaceController {
    queue: WorkQueue<ArcStr>,
}

impl NamespaceController {
    /// Deletes what is left, pods first (`OrderedNamespaceDeletion`). When nothing is, removes the finalizer `kubernetes`.
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, name: &ArcStr) -> Result<(), Status> {
        let namespaces = kinds::NAMESPACE;
        let Some(namespace) = api.peek(namespaces, "", name).cloned() else { return Ok(()) };
        if !namespace.is_terminating() || namespace.at(&["spec", "finalizers"]).items().is_empty() {
            return Ok(());
        }
        let by = Caller::new(now, "namespace-controller");
        let mut left: Vec<(KindRef, usize, Vec<ArcStr>)> = Vec::new();
        let pods = kinds::POD;
        let others = api.kinds().into_iter().filter(|k| k.namespaced && k.verbs.contains(&"deletecollection") && *k != pods);
        for kind in std::iter::once(pods).chain(others) {
            // Whatever its pods may need stays until the last of them is gone.
            if left.first().is_some_and(|(k, ..)| *k == pods) {
                break;
            }
            if api.iter(kind, Some(name)).next().is_none() {
                continue;
            }
            // Of thousands it deletes a few at a time.
            let next: Vec<ArcStr> = api.iter(kind, Some(name)).filter(|o| !o.is_terminating()).map(Object::name_arc).take(PER_STEP).list();
            if next.len() == PER_STEP {
                for one in next {
                    api.delete(&by, kind, name, &one, &DeleteOptions::with(Propagation::Background))?;
                }
                self.queue.add_at(name.clone(), now);
                return Ok(());
            }
            api.delete_collection(&by, kind, name, &ListOptions::default(), &DeleteOptions::with(Propagation::Background))?;
            let rest: Vec<&Value> = api.iter(kind, Some(name)).list();
            if !rest.is_empty() {
                let finalizers = rest.iter().flat_map(|v| v.at(&["metadata", "finalizers"]).items()).map(Value::arc_str).list();
                left.push((kind, rest.len(), finalizers));
            }
        }
        let Some(mut next) = api.peek(namespaces, "", name).cloned() else { return Ok(()) };
        // While pods hold up the rest, that is not counted.
        let counted = if left.first().is_some_and(|(k, ..)| *k == pods) { &[] } else { &*left };
        set_conditions(&mut next, counted, now);
        if !next.same(&namespace) {
            api.update(&by, namespaces, next, Subresource::Status, &WriteOptions::default())?;
        }
        if left.is_empty() {
            let Some(mut last) = api.peek(namespaces, "", name).cloned() else { return Ok(()) };
            last.remove(&["spec", "finalizers"]);
            api.update(&by, namespaces, last, Subresource::Finalize, &WriteOptions::default())?;
        } else {
            let wait_s = remaining_s(api, name, &left) / 2 + 1;
            self.queue.add_at(name.clone(), now + Duration::from_secs(wait_s.unsigned_abs()));
        }
        Ok(())
    }
}

/// How long the rest may take: the longest grace period of its pods, or a guess if finalizers hold something.
fn remaining_s(api: &ApiServer, namespace: &str, left: &[(KindRef, usize, Vec<ArcStr>)]) -> i64 {
    let pods = api.iter(kinds::POD, Some(namespace));
    let live = pods.filter(|p| !has_ended(p));
    let grace_s = live.map(|p| p.at(&["spec", "terminationGracePeriodSeconds"]).int().max(0)).max().unwrap_or(0);
    let held = left.iter().any(|(_, _, finalizers)| !finalizers.is_empty());
    if grace_s == 0 && held { FINALIZERS_S } else { grace_s }
}

/// The conditions that say what a terminating namespace waits for.
fn set_conditions(namespace: &mut Value, left: &[(KindRef, usize, Vec<ArcStr>)], now: Time) {
    let mut content: Vec<String> = left.iter().map(|(k, n, _)| format!("{} has {n} resource instances", qualified(k))).list();
    content.order();
    let mut finalizers: Vec<&ArcStr> = left.iter().flat_map(|(_, _, f)| f).list();
    finalizers.order();
    let mut counted: Vec<String> = Vec::new();
    for chunk in finalizers.chunk_by(|a, b| a == b) {
        counted.push(format!("{} in {} resource instances", chunk[0], chunk.len()));
    }
    let rows = [
        ("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered".to_owned()),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            false,
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed".to_owned(),
        ),
        (
            "NamespaceDeletionContentFailure",
            false,
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization".to_owned(),
        ),
        if content.is_empty() {
            ("NamespaceContentRemaining", false, "ContentRemoved", "All content successfully removed".to_owned())
        } else {
            ("NamespaceContentRemaining", true, "SomeResourcesRemain", format!("Some resources are remaining: {}", content.join(", ")))
        },
        if counted.is_empty() {
            ("NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers", "All content-preserving finalizers finished".to_owned())
        } else {
            (
                "NamespaceFinalizersRemaining",
                true,
                "SomeFinalizersRemain",
                format!("Some content in the namespace has finalizers remaining: {}", counted.join(", ")),
            )
        },
    ];
    let mut conditions = namespace.at(&["status", "conditions"]).items().to_vec();
    for (kind, holds, reason, message) in rows {
        let status = if holds { "True" } else { "False" };
        let condition = obj!({"type": kind, "status": status, "reason": reason, "message": message});
        set_condition(&mut conditions, condition, now);
    }
    namespace.set(&["status", "conditions"], conditions);
}

/// `pods.`, `deployments.apps`: as the condition names a resource.
fn qualified(kind: KindRef) -> String {
    format!("{}.{}", kind.plural, kind.group)
}

impl Component for NamespaceController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::NAMESPACE
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        if change.current().is_some_and(Object::is_terminating) {
            self.queue.add_at(change.key.name.clone(), now + GRACE);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::table_rows;

    #[test]
    fn thousands_go_a_few_at_a_time() {
        let by = Caller::new(Time::ZERO, "kubectl-create");
        let mut api = ApiServer::new(1);
        api.create_namespace(&by, "big");
        for i in 0..3 * PER_STEP + 7 {
            let map = obj!({"metadata": {"name": format!("m{i}")}});
            api.create(&by, kinds::CONFIG_MAP, "big", map, &WriteOptions::default()).expect("a valid one");
        }
        api.delete(&by, kinds::NAMESPACE, "", "big", &DeleteOptions::default()).expect("it is there");
        let (mut controller, key) = (NamespaceController::default(), ArcStr::from("big"));
        controller.queue.add_at(key.clone(), Time::ZERO);
        let mut steps = Vec::new();
        while api.peek(kinds::NAMESPACE, "", "big").is_some() {
            assert_eq!(controller.next_wake(), Some(Time::ZERO), "all of it happens at one moment");
            let before = api.iter(kinds::CONFIG_MAP, Some("big")).count();
            controller.wake(&mut api, Time::ZERO);
            steps.push(before - api.iter(kinds::CONFIG_MAP, Some("big")).count());
        }
        assert_eq!(steps, [PER_STEP, PER_STEP, PER_STEP, 7]);
    }

    #[test]
    fn conditions_stay_where_they_are() {
        let mut namespace = obj!({"status": {"conditions": [
            {"type": "Own", "status": "True"},
            {"type": "NamespaceContentRemaining", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
            {"type": "NamespaceDeletionDiscoveryFailure", "status": "True"},
        ]}});
        let finalizer = ArcStr::from("kubedb");
        let left = [(kinds::POD, 1, vec![finalizer.clone()]), (kinds::CONFIG_MAP, 5, vec![finalizer])];
        set_conditions(&mut namespace, &left, Time::ZERO);
        let all = namespace.at(&["status", "conditions"]).items();
        let of = |member: &str| all.iter().map(|c| c.get(member).str()).collect::<Vec<_>>();
        assert_eq!(of("type")[..3], ["Own", "NamespaceContentRemaining", "NamespaceDeletionDiscoveryFailure"]);
        assert_eq!(of("status"), ["True", "True", "False", "False", "False", "True"]);
        assert_eq!(all[1].get("lastTransitionTime").str(), "2026-01-01T00:00:00Z");
        assert_eq!(
            all[1].get("message").str(),
            "Some resources are remaining: configmaps. has 5 resource instances, pods. has 1 resource instances"
        );
        assert_eq!(all[5].get("message").str(), "Some content in the namespace has finalizers remaining: kubedb in 2 resource instances");
    }

    #[test]
    fn the_table_holds() {
        table_rows::check("namespace", "TestUpdateConditions", 3, |row| {
            table_rows::unless(!row.get("newConditions").is_empty(), "a failure that cannot happen here", || {
                let mut namespace = obj!({"status": row.get("startingStatus").clone()});
                set_conditions(&mut namespace, &[], Time::ZERO);
                let said = |conditions: &Value| -> Vec<Vec<Value>> {
                    let said = |c: &Value| ["type", "status", "reason", "message"].map(|m| c.get(m).clone()).to_vec();
                    conditions.items().iter().map(said).collect()
                };
                table_rows::same(said(namespace.at(&["status", "conditions"])), said(row.get("expecteds")))
            })
        });
    }
}

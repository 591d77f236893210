//! The cluster role aggregation controller (`pkg/controller/clusterroleaggregation`): a role's rules are those of the roles it selects.

use super::controller::work;
use super::work_queue::WorkQueue;
use crate::api::kinds::RBAC;
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, KindRef, Object, Status, Value, kinds};
use crate::base::Time;
use crate::server::{ApiServer, Caller, Change, Component, Subresource, WriteOptions};

/// Keeps roles with an `aggregationRule` in line with what they select.
#[derive(Clone, Debug, Default)]
pub struct ClusterRoleAggregationController {
    queue: WorkQueue<ArcStr>,
}

impl ClusterRoleAggregationController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, name: &ArcStr) -> Result<(), Status> {
        let kind = kinds::CLUSTER_ROLE;
        let Some(current) = api.peek(kind, "", name) else { return Ok(()) };
        let selectors = current.at(&["aggregationRule", "clusterRoleSelectors"]).items();
        if selectors.is_empty() {
            return Ok(());
        }
        let mut rules: Vec<Value> = Vec::new();
        for selector in selectors.iter().filter_map(|s| LabelSelector::from_object(s).ok()) {
            for role in api.iter(kind, None).filter(|r| r.name() != name && selector.matches(r.labels())) {
                for rule in role.get("rules").items() {
                    if !rules.contains(rule) {
                        rules.push(rule.clone());
                    }
                }
            }
        }
        if current.get("rules").items() == rules.as_slice() {
            return Ok(());
        }
        let mut next = current.clone();
        next.set(&["rules"], rules);
        let by = Caller::new(now, "clusterrole-aggregation-controller");
        api.update(&by, kind, next, Subresource::None, &WriteOptions::default()).map(|_| ())
    }
}

impl Component for ClusterRoleAggregationController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group == RBAC && kind.kind == "ClusterRole"
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, _: &Change) {
        for role in api.iter(kinds::CLUSTER_ROLE, None).filter(|r| !r.get("aggregationRule").is_null()) {
            self.queue.add_at(role.name_arc(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}

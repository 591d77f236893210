//! Controllers of pods that run on, and disruption budgets.

use super::metadata::{date, int_or_string, or_none, quantity};
use super::page::Page;
use crate::api::persistent_volume::class_of;
use crate::api::well_known::POD_TEMPLATE_HASH;
use crate::api::{Object, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::kubectl::output::columns::{format_label_selector, format_labels, format_selector_or};

/// A selector's text, nothing where it is empty.
pub(super) fn selector_text(selector: &Value) -> String {
    format_selector_or(selector, "<error>")
}

impl Page<'_> {
    /// How many of a controller's pods are in each phase.
    // Models getPodStatusForController.
    fn pods_status(&mut self, owner: &Value) {
        if let Some(why) = self.related.refusal("list", kinds::POD, owner.namespace(), "") {
            return self.field(0, "Pods Status", format_args!("error in fetching pods: {why}"));
        }
        let pods = self.related.list(kinds::POD, Some(owner.namespace()));
        let in_phase = |phase: &str| {
            let owned = |p: &&Value| p.controller_ref().get("uid").str() == owner.uid() && !owner.uid().is_empty();
            pods.iter().filter(owned).filter(|p| p.at(&["status", "phase"]).str() == phase).count()
        };
        let (running, waiting) = (in_phase("Running"), in_phase("Pending"));
        let (succeeded, failed) = (in_phase("Succeeded"), in_phase("Failed"));
        self.field(0, "Pods Status", format_args!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"));
    }

    fn replica_conditions(&mut self, object: &Value) {
        let conditions = object.at(&["status", "conditions"]).items();
        if conditions.is_empty() {
            return;
        }
        self.line(0, "Conditions:\n  Type\tStatus\tReason");
        self.line(1, "----\t------\t------");
        for c in conditions {
            self.line(1, format_args!("{} \t{}\t{}", c.get("type").str(), c.get("status").str(), c.get("reason").str()));
        }
    }

    fn replicas(&mut self, o: &Value) {
        let (current, desired) = (o.at(&["status", "replicas"]).int(), o.at(&["spec", "replicas"]).int());
        self.field(0, "Replicas", format_args!("{current} current / {desired} desired"));
    }
}

pub(super) fn replication_controller(page: &mut Page, rc: &Value) {
    page.name(rc);
    page.field(0, "Namespace", rc.namespace());
    page.field(0, "Selector", format_labels(rc.at(&["spec", "selector"])));
    page.labels_and_annotations(rc);
    page.replicas(rc);
    page.pods_status(rc);
    page.pod_template(rc.at(&["spec", "template"]));
    page.replica_conditions(rc);
    page.events(kinds::REPLICATION_CONTROLLER, rc);
}

pub(super) fn replica_set(page: &mut Page, rs: &Value) {
    page.name(rs);
    page.field(0, "Namespace", rs.namespace());
    page.field(0, "Selector", format_label_selector(rs.at(&["spec", "selector"])));
    page.labels_and_annotations(rs);
    page.controlled_by(rs);
    page.replicas(rs);
    page.pods_status(rs);
    page.pod_template(rs.at(&["spec", "template"]));
    page.replica_conditions(rs);
    page.events(kinds::REPLICA_SET, rs);
}

pub(super) fn deployment(page: &mut Page, d: &Value) {
    let (spec, status) = (d.get("spec"), d.get("status"));
    page.name(d);
    page.field(0, "Namespace", d.namespace());
    page.field(0, "CreationTimestamp", date(d.at(&["metadata", "creationTimestamp"])));
    page.labels_and_annotations(d);
    page.field(0, "Selector", selector_text(spec.get("selector")));
    let n = |member: &str| status.get(member).int();
    page.field(
        0,
        "Replicas",
        format_args!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            spec.get("replicas").int(),
            n("updatedReplicas"),
            n("replicas"),
            n("availableReplicas"),
            n("unavailableReplicas")
        ),
    );
    page.field(0, "StrategyType", spec.at(&["strategy", "type"]).str());
    page.field(0, "MinReadySeconds", spec.get("minReadySeconds").int());
    if let rolling @ Value::Map(_) = spec.at(&["strategy", "rollingUpdate"]) {
        let (unavailable, surge) = (int_or_string(rolling.get("maxUnavailable")), int_or_string(rolling.get("maxSurge")));
        page.field(0, "RollingUpdateStrategy", format_args!("{unavailable} max unavailable, {surge} max surge"));
    }
    page.pod_template(spec.get("template"));
    page.replica_conditions(d);
    let (new, old) = replica_sets(page, d);
    if !new.is_empty() || !old.is_empty() {
        page.field(0, "OldReplicaSets", or_none(&old.join(", ")));
        page.field(0, "NewReplicaSet", or_none(&new.join(", ")));
    }
    page.events(kinds::DEPLOYMENT, d);
}

/// A deployment's ReplicaSet of the present template, and the others, oldest first.
// Models GetAllReplicaSets of k8s.io/kubectl/pkg/util/deployment.
fn replica_sets(page: &Page, deployment: &Value) -> (Vec<String>, Vec<String>) {
    let owned = |rs: &Value| rs.controller_ref().get("uid").str() == deployment.uid() && !deployment.uid().is_empty();
    let mut sets: Vec<Value> = page.related.list(kinds::REPLICA_SET, Some(deployment.namespace())).into_iter().filter(owned).list();
    sets.order_by(|a, b| {
        let key = |o: &Value| o.at(&["metadata", "creationTimestamp"]).arc_str();
        key(a).cmp(&key(b)).then_with(|| a.name().cmp(b.name()))
    });
    let template = |o: &Value| {
        let mut t = o.at(&["spec", "template"]).clone();
        t.remove(&["metadata", "labels", POD_TEMPLATE_HASH]);
        t.remove(&["metadata", "creationTimestamp"]);
        t
    };
    let wanted = template(deployment);
    let new = sets.iter().position(|rs| template(rs).same(&wanted));
    let text = |rs: &Value| {
        format!("{} ({}/{} replicas created)", rs.name(), rs.at(&["status", "replicas"]).int(), rs.at(&["spec", "replicas"]).int())
    };
    let others = sets.iter().enumerate().filter(|(i, _)| Some(*i) != new).map(|(_, rs)| text(rs));
    (new.iter().map(|i| text(&sets[*i])).list(), others.list())
}

pub(super) fn daemon_set(page: &mut Page, ds: &Value) {
    let (spec, status) = (ds.get("spec"), ds.get("status"));
    page.name(ds);
    page.field(0, "Namespace", ds.namespace());
    page.field(0, "Selector", selector_text(spec.get("selector")));
    page.field(0, "Node-Selector", format_labels(spec.at(&["template", "spec", "nodeSelector"])));
    page.labels_and_annotations(ds);
    for (title, member) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        page.line(0, format_args!("{title}: {}", status.get(member).int()));
    }
    page.pods_status(ds);
    page.pod_template(spec.get("template"));
    page.events(kinds::DAEMON_SET, ds);
}

pub(super) fn stateful_set(page: &mut Page, sts: &Value) {
    let spec = sts.get("spec");
    page.name(sts);
    page.field(0, "Namespace", sts.namespace());
    page.field(0, "CreationTimestamp", date(sts.at(&["metadata", "creationTimestamp"])));
    page.field(0, "Selector", selector_text(spec.get("selector")));
    page.labels_and_annotations(sts);
    let (desired, total) = (spec.get("replicas").int(), sts.at(&["status", "replicas"]).int());
    page.field(0, "Replicas", format_args!("{desired} desired | {total} total"));
    page.field(0, "Update Strategy", spec.at(&["updateStrategy", "type"]).str());
    let rolling = spec.at(&["updateStrategy", "rollingUpdate"]);
    if let Some(partition) = rolling.get("partition").as_int() {
        page.field(1, "Partition", partition);
        if !rolling.get("maxUnavailable").is_null() {
            page.field(1, "MaxUnavailable", int_or_string(rolling.get("maxUnavailable")));
        }
    }
    page.pods_status(sts);
    page.pod_template(spec.get("template"));
    claim_templates(page, spec.get("volumeClaimTemplates"));
    page.events(kinds::STATEFUL_SET, sts);
}

fn claim_templates(page: &mut Page, templates: &Value) {
    if templates.items().is_empty() {
        page.field(0, "Volume Claims", "<none>");
        return;
    }
    page.line(0, "Volume Claims:");
    for t in templates.items() {
        page.field(1, "Name", t.name());
        page.field(1, "StorageClass", class_of(t));
        page.labels(1, "Labels", t.labels());
        page.labels(1, "Annotations", t.at(&["metadata", "annotations"]));
        let storage = t.at(&["spec", "resources", "requests", "storage"]);
        page.field(1, "Capacity", if storage.is_null() { "<default>".into() } else { quantity(storage) });
        page.field(1, "Access Modes", super::metadata::go_list(t.at(&["spec", "accessModes"])));
    }
}

pub(super) fn pod_disruption_budget(page: &mut Page, pdb: &Value) {
    let (spec, status) = (pdb.get("spec"), pdb.get("status"));
    page.name(pdb);
    page.field(0, "Namespace", pdb.namespace());
    if !spec.get("minAvailable").is_null() {
        page.field(0, "Min available", int_or_string(spec.get("minAvailable")));
    } else if !spec.get("maxUnavailable").is_null() {
        page.field(0, "Max unavailable", int_or_string(spec.get("maxUnavailable")));
    }
    let selector = spec.get("selector");
    page.field(0, "Selector", if selector.is_null() { "<unset>".into() } else { format_label_selector(selector) });
    page.line(0, "Status:");
    for (title, member) in [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ] {
        page.field(2, title, status.get(member).int());
    }
    page.events(kinds::POD_DISRUPTION_BUDGET, pdb);
}

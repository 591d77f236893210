//! The apps group: what keeps pods running.

use super::super::selector::LabelSelector;
use super::super::{Value, int_or_string, internal, names};
use super::meta::{is_empty_selector, label_selector, object_meta, object_meta_update, usable_selector};
use super::path::{Errors, Path};
use super::pod;
use super::storage::claim_spec;
use crate::base::List as _;

/// A number that is not negative, or a percentage.
fn int_or_percent(errors: &mut Errors, at: Path<'_>, value: &Value) {
    match value.as_str() {
        Some(text) => errors.each_invalid(at, text, names::percent(text)),
        None => errors.nonnegative(at, value),
    }
}

/// A percentage of no more than all.
fn at_most_all(errors: &mut Errors, at: Path<'_>, value: &Value) {
    if value.as_str().and_then(int_or_string::percent).is_some_and(|p| p > 100) {
        errors.invalid(at, value, "must not be greater than 100%");
    }
}

fn amount(value: &Value) -> i64 {
    match value.as_str() {
        Some(text) => int_or_string::percent(text).or_else(|| text.parse().ok()).unwrap_or(0),
        None => value.int(),
    }
}

/// A selector that must be there, its template, and whether they fit. Messages name the one kind for the other, as the API server's do.
fn selector_and_template(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let (selector, selector_at) = (spec.get("selector"), at.child("selector"));
    needed_selector(errors, selector_at, selector, "empty selector is invalid for deployment");
    match usable_selector(selector) {
        None => errors.internal_invalid(selector_at, ("meta", "LabelSelector"), selector, "invalid label selector"),
        Some(parsed) => {
            let (template, at) = (spec.get("template"), at.child("template"));
            matches_template(errors, at, &parsed, template);
            pod::template(errors, at, template);
            pod::always_restarts(errors, at, template, "ReplicaSet");
        }
    }
}

/// A selector that must be there and select something; `empty` is said where it does not.
fn needed_selector(errors: &mut Errors, at: Path<'_>, selector: &Value, empty: &str) {
    if selector.is_null() {
        return errors.required(at, "");
    }
    label_selector(errors, at, selector);
    if is_empty_selector(selector) {
        errors.internal_invalid(at, ("meta", "LabelSelector"), selector, empty);
    }
}

pub(super) fn matches_template(errors: &mut Errors, at: Path<'_>, selector: &LabelSelector, template: &Value) {
    let labels = template.at(&["metadata", "labels"]);
    if !selector.is_everything() && !selector.matches(labels) {
        let at = at.child("metadata");
        errors.invalid(at.child("labels"), labels, "`selector` does not match template `labels`");
    }
}

/// A new Deployment.
pub(super) fn deployment(errors: &mut Errors, deployment: &Value) {
    object_meta(errors, deployment, true, names::dns1123_subdomain);
    deployment_spec(errors, deployment.get("spec"));
}

fn deployment_spec(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    errors.nonnegative(at.child("replicas"), spec.get("replicas"));
    selector_and_template(errors, at, spec);
    deployment_strategy(errors, at.child("strategy"), spec.get("strategy"));
    errors.nonnegative(at.child("minReadySeconds"), spec.get("minReadySeconds"));
    errors.nonnegative(at.child("revisionHistoryLimit"), spec.get("revisionHistoryLimit"));
    if let Some(deadline) = spec.get("progressDeadlineSeconds").as_int() {
        errors.nonnegative(at.child("progressDeadlineSeconds"), spec.get("progressDeadlineSeconds"));
        if deadline <= spec.get("minReadySeconds").int() {
            errors.invalid(at.child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
        }
    }
}

fn deployment_strategy(errors: &mut Errors, at: Path<'_>, strategy: &Value) {
    let (rolling, rolling_at) = (strategy.get("rollingUpdate"), at.child("rollingUpdate"));
    match strategy.get("type").str() {
        "Recreate" => {
            if !rolling.is_null() {
                errors.forbidden(rolling_at, "may not be specified when strategy `type` is 'Recreate'");
            }
        }
        "RollingUpdate" => {
            if rolling.is_null() {
                return errors.required(rolling_at, "this should be defaulted and never be nil");
            }
            let (unavailable, surge) = (rolling.get("maxUnavailable"), rolling.get("maxSurge"));
            int_or_percent(errors, rolling_at.child("maxUnavailable"), unavailable);
            int_or_percent(errors, rolling_at.child("maxSurge"), surge);
            if amount(unavailable) == 0 && amount(surge) == 0 {
                errors.invalid(rolling_at.child("maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0");
            }
            at_most_all(errors, rolling_at.child("maxUnavailable"), unavailable);
        }
        _ => errors.internal_not_supported(at, ("apps", "DeploymentStrategy"), strategy, &["Recreate", "RollingUpdate"]),
    }
}

/// A changed Deployment.
pub(super) fn deployment_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    deployment_spec(errors, new.get("spec"));
    immutable_selector(errors, new, old);
}

fn immutable_selector(errors: &mut Errors, new: &Value, old: &Value) {
    let path = ["spec", "selector"];
    errors.internal_immutable(Path::new("spec").child("selector"), ("meta", "LabelSelector"), new.at(&path), old.at(&path));
}

/// A new ReplicaSet.
pub(super) fn replica_set(errors: &mut Errors, set: &Value) {
    object_meta(errors, set, true, names::dns1123_subdomain);
    replica_set_spec(errors, set.get("spec"));
}

fn replica_set_spec(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    errors.nonnegative(at.child("replicas"), spec.get("replicas"));
    errors.nonnegative(at.child("minReadySeconds"), spec.get("minReadySeconds"));
    selector_and_template(errors, at, spec);
}

/// A changed ReplicaSet.
pub(super) fn replica_set_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    replica_set_spec(errors, new.get("spec"));
    immutable_selector(errors, new, old);
}

/// A new DaemonSet.
pub(super) fn daemon_set(errors: &mut Errors, set: &Value) {
    object_meta(errors, set, true, names::dns1123_subdomain);
    daemon_set_spec(errors, set.get("spec"));
}

fn daemon_set_spec(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    let (selector, template) = (spec.get("selector"), spec.get("template"));
    label_selector(errors, at.child("selector"), selector);
    let template_at = at.child("template");
    if let Some(parsed) = usable_selector(selector) {
        matches_template(errors, template_at, &parsed, template);
    }
    if !selector.is_null() && is_empty_selector(selector) {
        let detail = "empty selector is invalid for daemonset";
        errors.internal_invalid(at.child("selector"), ("meta", "LabelSelector"), selector, detail);
    }
    pod::template(errors, template_at, template);
    pod::always_restarts(errors, template_at, template, "DaemonSet");
    errors.nonnegative(at.child("minReadySeconds"), spec.get("minReadySeconds"));
    daemon_set_strategy(errors, at.child("updateStrategy"), spec.get("updateStrategy"));
    errors.nonnegative(at.child("revisionHistoryLimit"), spec.get("revisionHistoryLimit"));
}

fn daemon_set_strategy(errors: &mut Errors, at: Path<'_>, strategy: &Value) {
    match strategy.get("type").str() {
        "OnDelete" => {}
        "RollingUpdate" => {
            let (rolling, at) = (strategy.get("rollingUpdate"), at.child("rollingUpdate"));
            if rolling.is_null() {
                return errors.required(at, "");
            }
            let (unavailable, surge) = (rolling.get("maxUnavailable"), rolling.get("maxSurge"));
            for (key, value) in [("maxUnavailable", unavailable), ("maxSurge", surge)] {
                int_or_percent(errors, at.child(key), value);
            }
            for (key, value) in [("maxUnavailable", unavailable), ("maxSurge", surge)] {
                at_most_all(errors, at.child(key), value);
            }
            match (amount(unavailable) != 0, amount(surge) != 0) {
                (true, true) => errors.invalid(at.child("maxSurge"), surge, "may not be set when maxUnavailable is non-zero"),
                (false, false) => errors.required(at.child("maxUnavailable"), "cannot be 0 when maxSurge is 0"),
                _ => {}
            }
        }
        _ => errors.internal_not_supported(at, ("apps", "DaemonSetUpdateStrategy"), strategy, &["RollingUpdate", "OnDelete"]),
    }
}

/// A changed DaemonSet.
pub(super) fn daemon_set_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    immutable_selector(errors, new, old);
    daemon_set_spec(errors, new.get("spec"));
}

/// A new StatefulSet.
pub(super) fn stateful_set(errors: &mut Errors, set: &Value) {
    object_meta(errors, set, true, names::dns1123_label);
    stateful_set_spec(errors, set.get("spec"), Asked::All);
}

/// What is asked of a StatefulSet: of one that was made before, nothing of what could not be changed any more; and nothing of the
/// template where that was wrong already.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    All,
    OfChanged,
    OfWrong,
}

fn stateful_set_spec(errors: &mut Errors, spec: &Value, asked: Asked) {
    let created = asked == Asked::All;
    let at = Path::new("spec");
    match spec.get("podManagementPolicy").str() {
        "" => errors.required(at.child("podManagementPolicy"), ""),
        "OrderedReady" | "Parallel" => {}
        other => errors.invalid(at.child("podManagementPolicy"), other, "must be 'OrderedReady' or 'Parallel'"),
    }
    stateful_set_strategy(errors, at.child("updateStrategy"), spec.get("updateStrategy"));
    let policy_at = at.child("persistentVolumeClaimRetentionPolicy");
    for when in ["whenDeleted", "whenScaled"] {
        let policy = spec.at(&["persistentVolumeClaimRetentionPolicy", when]);
        if let Some(text) = policy.as_str()
            && !matches!(text, "Retain" | "Delete")
        {
            errors.not_supported(policy_at.child(when), text, &["Retain", "Delete"]);
        }
    }
    let (claims, claims_at) = (spec.get("volumeClaimTemplates").items(), at.child("volumeClaimTemplates"));
    for (i, claim) in claims.iter().enumerate().filter(|_| created) {
        let at = claims_at.index(i);
        claim_spec(errors, at.child("spec"), claim.get("spec"));
    }
    errors.nonnegative(at.child("replicas"), spec.get("replicas"));
    errors.nonnegative(at.child("minReadySeconds"), spec.get("minReadySeconds"));
    let ordinals = at.child("ordinals");
    errors.nonnegative(ordinals.child("start"), spec.at(&["ordinals", "start"]));
    let service = spec.get("serviceName").str();
    if created && !service.is_empty() {
        errors.each_invalid(at.child("serviceName"), service, names::dns1123_label(service));
    }
    let (selector, selector_at) = (spec.get("selector"), at.child("selector"));
    needed_selector(errors, selector_at, selector, "empty selector is invalid for statefulset");
    let (template, template_at) = (spec.get("template"), at.child("template"));
    match usable_selector(selector) {
        None => errors.internal_invalid(selector_at, ("meta", "LabelSelector"), selector, ""),
        Some(parsed) => {
            matches_template(errors, template_at, &parsed, template);
            if asked != Asked::OfWrong {
                pod::template(errors, template_at, &as_in_pods(template, claims));
            }
            pod::template_metadata(errors, template_at, template);
        }
    }
    pod::always_restarts(errors, template_at, template, "StatefulSet");
}

/// A StatefulSet's template as its pods will be: named by their set, and with their claims as volumes in place of any of the name.
fn as_in_pods(template: &Value, claims: &[Value]) -> Value {
    let mut whole = template.clone();
    for name in ["hostname", "subdomain"] {
        whole.remove(&["spec", name]);
    }
    if !claims.is_empty() {
        let mut names: Vec<&Value> = Vec::new();
        for name in claims.iter().map(|claim| claim.at(&["metadata", "name"])) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut volumes = names.iter().map(|name| crate::obj!({"name": *name, "persistentVolumeClaim": {"claimName": *name}})).list();
        let own = template.at(&["spec", "volumes"]).items();
        volumes.extend(own.iter().filter(|v| !names.contains(&v.get("name"))).cloned());
        whole.set(&["spec", "volumes"], volumes);
    }
    whole
}

fn stateful_set_strategy(errors: &mut Errors, at: Path<'_>, strategy: &Value) {
    let (rolling, rolling_at) = (strategy.get("rollingUpdate"), at.child("rollingUpdate"));
    let internal = ("apps", "RollingUpdateStatefulSetStrategy");
    match strategy.get("type").str() {
        "" => errors.required(at, ""),
        "OnDelete" => {
            if !rolling.is_null() {
                errors.internal_invalid(rolling_at, internal, rolling, "only allowed for updateStrategy 'RollingUpdate'");
            }
        }
        "RollingUpdate" => {
            errors.nonnegative(rolling_at.child("partition"), rolling.get("partition"));
            let unavailable = rolling.get("maxUnavailable");
            if !unavailable.is_null() {
                let at = rolling_at.child("maxUnavailable");
                int_or_percent(errors, at, unavailable);
                if amount(unavailable) == 0 {
                    errors.invalid(at, unavailable, "cannot be 0");
                }
                at_most_all(errors, at, unavailable);
            }
        }
        _ => {
            let detail = "must be 'RollingUpdate' or 'OnDelete'";
            errors.internal_invalid(at, ("apps", "StatefulSetUpdateStrategy"), strategy, detail);
        }
    }
}

const STATEFUL_SET_UPDATABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];
const STATEFUL_SET_IMMUTABLE: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
     'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/// A changed StatefulSet.
pub(super) fn stateful_set_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    let mut wrong = Errors::default();
    stateful_set_spec(&mut wrong, old.get("spec"), Asked::OfChanged);
    stateful_set_spec(errors, new.get("spec"), if wrong.0.is_empty() { Asked::OfChanged } else { Asked::OfWrong });
    let rest = |set: &Value| {
        let mut spec = set.get("spec").clone();
        for key in STATEFUL_SET_UPDATABLE {
            spec.remove(&[key]);
        }
        // A template's status is the cluster's.
        for i in 0..spec.get("volumeClaimTemplates").items().len() {
            spec.get_mut("volumeClaimTemplates").list_mut()[i].remove(&["status"]);
        }
        spec
    };
    if !internal::same("apps", "StatefulSetSpec", &rest(new), &rest(old)) {
        errors.forbidden(Path::new("spec"), STATEFUL_SET_IMMUTABLE);
    }
}

/// A new ControllerRevision.
pub(super) fn controller_revision(errors: &mut Errors, revision: &Value) {
    any_revision(errors, revision);
    if revision.get("data").is_null() {
        errors.required(Path::new("data"), "data is mandatory");
    } else if !matches!(revision.get("data"), Value::Map(_)) {
        errors.required(Path::new("data"), "data must be a valid JSON object");
    }
}

fn any_revision(errors: &mut Errors, revision: &Value) {
    object_meta(errors, revision, true, names::dns1123_subdomain);
    errors.nonnegative(Path::new("revision"), revision.get("revision"));
}

/// A changed ControllerRevision.
pub(super) fn controller_revision_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    any_revision(errors, new);
    errors.immutable(Path::new("data"), new.get("data"), old.get("data"));
}

/// A new or changed PodDisruptionBudget.
pub(super) fn disruption_budget(errors: &mut Errors, budget: &Value) {
    let (at, spec) = (Path::new("spec"), budget.get("spec"));
    let (least, most) = (spec.get("minAvailable"), spec.get("maxUnavailable"));
    if !least.is_null() && !most.is_null() {
        let detail = "minAvailable and maxUnavailable cannot be both set";
        errors.internal_invalid(at, ("policy", "PodDisruptionBudgetSpec"), spec, detail);
    }
    for (key, value) in [("minAvailable", least), ("maxUnavailable", most)] {
        if !value.is_null() {
            int_or_percent(errors, at.child(key), value);
            at_most_all(errors, at.child(key), value);
        }
    }
    label_selector(errors, at.child("selector"), spec.get("selector"));
    let policies = ["AlwaysAllow", "IfHealthyBudget"];
    super::security::closed(errors, at.child("unhealthyPodEvictionPolicy"), spec.get("unhealthyPodEvictionPolicy"), &policies);
}

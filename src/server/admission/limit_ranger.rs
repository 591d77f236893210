//! LimitRanger: defaults and bounds of a namespace's LimitRanges (`plugin/pkg/admission/limitranger`).

use std::cmp::Ordering;

use super::{ApiServer, Request};
use crate::api::quantity::Quantity;
use crate::api::resources::{Amounts, aggregate_containers};
use crate::api::{KindRef, Object, Status, Value, aggregate, kinds};
use crate::base::{List as _, SortedSet};
use crate::server::Subresource;

/// Applies defaults to the pod's containers.
pub(super) fn fill(server: &ApiServer, namespace: &str, pod: &mut Value) {
    let ranges: Vec<Value> = server.iter(kinds::LIMIT_RANGE, Some(namespace)).cloned().list();
    for limit in ranges.iter().flat_map(|range| of_type(range, "Container")) {
        set_defaults(limit, pod);
    }
}

/// Refuses a pod or a claim beyond the bounds.
pub(super) fn admit(server: &ApiServer, request: &Request<'_>) -> Result<(), Status> {
    let Request { kind, sub, object, old, .. } = *request;
    if object.is_null() || !kind.group.is_empty() || old.is_terminating() {
        return Ok(());
    }
    match (kind.plural, sub) {
        ("pods", Subresource::None) if old.is_null() => admit_pod(server, object),
        ("pods", Subresource::Resize) => {
            // An existing pod gets no defaults, but is judged as if it had them.
            let mut filled = object.clone();
            fill(server, object.namespace(), &mut filled);
            admit_pod(server, &filled)
        }
        ("persistentvolumeclaims", Subresource::None) => admit_claim(server, object),
        _ => Ok(()),
    }
}

/// Checks each container and the whole pod against the bounds.
fn admit_pod(server: &ApiServer, pod: &Value) -> Result<(), Status> {
    let kind = kinds::POD;
    for range in server.iter(kinds::LIMIT_RANGE, Some(pod.namespace())) {
        let mut errors = Vec::new();
        for limit in range.at(&["spec", "limits"]).items() {
            match limit.get("type").str() {
                "Container" => {
                    for container in ["containers", "initContainers"].iter().flat_map(|list| pod.at(&["spec", list]).items()) {
                        let resources = container.get("resources");
                        check(limit, "Container", &|which, name| quantity(resources.at(&[which, name])), &mut errors);
                    }
                }
                "Pod" => {
                    let [requests, limits] = ["requests", "limits"].map(|which| pod_total(pod, which));
                    let asked = |which: &str, name: &str| if which == "limits" { &limits } else { &requests }.get(name).cloned();
                    check(limit, "Pod", &asked, &mut errors);
                }
                _ => {}
            }
        }
        refuse(kind, pod, errors)?;
    }
    Ok(())
}

/// Checks a claim against the bounds on `storage`.
fn admit_claim(server: &ApiServer, claim: &Value) -> Result<(), Status> {
    let kind = kinds::PERSISTENT_VOLUME_CLAIM;
    for range in server.iter(kinds::LIMIT_RANGE, Some(claim.namespace())) {
        let mut errors = Vec::new();
        for limit in of_type(range, "PersistentVolumeClaim") {
            // The limits of a claim do not count.
            let asked = |which: &str, name: &str| quantity(claim.at(&["spec", "resources", which, name])).filter(|_| which == "requests");
            check_bounds(limit, "PersistentVolumeClaim", &asked, &mut errors);
        }
        refuse(kind, claim, errors)?;
    }
    Ok(())
}

fn refuse(kind: KindRef, object: &Value, mut errors: Vec<String>) -> Result<(), Status> {
    let mut seen = SortedSet::new();
    errors.retain(|e| seen.insert(e.clone()));
    if errors.is_empty() { Ok(()) } else { Err(Status::forbidden(kind, object.name(), &aggregate(&errors))) }
}

fn of_type<'a>(range: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    range.at(&["spec", "limits"]).items().iter().filter(move |l| l.get("type").str() == kind)
}

fn quantity(value: &Value) -> Option<Quantity> {
    Quantity::parse(value.as_str()?).ok()
}

/// Sets what a container leaves out, and lists that in an annotation of the pod.
fn set_defaults(limit: &Value, pod: &mut Value) {
    let mut notes = Vec::new();
    for (list, word) in [("containers", "container"), ("initContainers", "init container")] {
        let count = pod.at(&["spec", list]).items().len();
        for i in 0..count {
            let container = &mut pod.at_mut(&["spec", list]).list_mut()[i];
            let mut filled = Vec::new();
            for (which, from) in [("requests", "defaultRequest"), ("limits", "default")] {
                let mut names = Vec::new();
                for (name, value) in limit.get(from).entries() {
                    if container.at(&["resources", which, name]).is_null() {
                        container.set(&["resources", which, name], value);
                        names.push(name.to_string());
                    }
                }
                if !names.is_empty() {
                    filled.push(format!("{} {} for {word} {}", names.join(", "), &which[..which.len() - 1], container.get("name").str()));
                }
            }
            notes.extend(filled);
        }
    }
    if !notes.is_empty() {
        let note = format!("LimitRanger plugin set: {}", notes.join("; "));
        pod.set(&["metadata", "annotations", "kubernetes.io/limit-ranger"], note);
    }
}

/// Checks what an object asks for against min and max of one limit.
fn check_bounds(limit: &Value, kind: &str, asked: &dyn Fn(&str, &str) -> Option<Quantity>, errors: &mut Vec<String>) {
    for (word, list, breaks, order) in
        [("minimum", "min", Ordering::Less, ["request", "limit"]), ("maximum", "max", Ordering::Greater, ["limit", "request"])]
    {
        for (name, value) in limit.get(list).entries() {
            let Some(bound) = quantity(value) else { continue };
            // Claims have requests only.
            let order = if kind == "PersistentVolumeClaim" { ["request"; 2] } else { order };
            let given = order.map(|which| (which, asked(&format!("{which}s"), name)));
            let wrong = given
                .iter()
                .find_map(|(which, q)| q.as_ref().filter(|q| Quantity::cmp(q, &bound) == breaks).map(|q| format!(", but {which} is {q}")));
            let wrong = match &given[0] {
                (which, None) => Some(format!(".  No {which} is specified")),
                _ => wrong,
            };
            errors.extend(wrong.map(|wrong| format!("{word} {name} usage per {kind} is {}{wrong}", value.str())));
        }
    }
}

/// Checks what an object asks for against min, max and maxLimitRequestRatio of one limit.
fn check(limit: &Value, kind: &str, asked: &dyn Fn(&str, &str) -> Option<Quantity>, errors: &mut Vec<String>) {
    check_bounds(limit, kind, asked, errors);
    for (name, ratio) in limit.get("maxLimitRequestRatio").entries() {
        let Some(bound) = quantity(ratio) else { continue };
        let amount = |which: &str| asked(which, name).map_or(0, |q| q.milli_value());
        let wrong = match (amount("requests"), amount("limits")) {
            (0, _) => "no request is specified or request is 0".to_owned(),
            (_, 0) => "no limit is specified or limit is 0".to_owned(),
            (request, limit) => {
                let actual = limit as f64 / request as f64;
                if actual * 1000.0 <= bound.milli_value() as f64 {
                    continue;
                }
                format!("provided ratio is {actual:.6}")
            }
        };
        errors.push(format!("{name} max limit to request ratio per {kind} is {}, but {wrong}", ratio.str()));
    }
}

/// The requests or limits of a pod by its spec: those of its containers together, or those of the pod as a whole.
fn pod_total(pod: &Value, which: &str) -> Amounts {
    let spec = pod.get("spec");
    let mut total = aggregate_containers(spec, which);
    for (name, amount) in spec.at(&["resources", which]).entries().filter(|(name, _)| matches!(name.as_str(), "cpu" | "memory")) {
        total.insert(name.clone(), Quantity::of(amount));
    }
    total
}

//! LimitRanger: defaults and bounds of a namespace's LimitRanges (`plugin/pkg/admission/limitranger`).

use std::cmp::Ordering;

use super::ApiServer;
use crate::api::quantity::Quantity;
use crate::api::{Kind, Object, Status, Value, aggregate};

/// Applies defaults to the pod's containers, then holds each container and the whole pod to the bounds.
pub(super) fn admit(server: &ApiServer, namespace: &str, pod: &mut Value) -> Result<(), Status> {
    let ranges: Vec<Value> = server.iter(Kind::named("LimitRange"), Some(namespace)).cloned().collect();
    if ranges.is_empty() {
        return Ok(());
    }
    for range in &ranges {
        for limit in of_type(range, "Container") {
            set_defaults(range, limit, pod);
        }
    }
    let mut errors = Vec::new();
    for range in &ranges {
        for limit in of_type(range, "Container") {
            for list in ["containers", "initContainers"] {
                for container in pod.at(&["spec", list]).items() {
                    let resources = container.get("resources");
                    check(limit, "Container", |which, name| resources.at(&[which, name]).as_str().and_then(quantity), &mut errors);
                }
            }
        }
        for limit in of_type(range, "Pod") {
            check(limit, "Pod", |which, name| pod_total(pod, which, name), &mut errors);
        }
    }
    refuse(Kind::named("Pod"), pod, errors)
}

/// Holds a claim to the bounds on `storage`.
pub(super) fn admit_claim(server: &ApiServer, namespace: &str, claim: &Value) -> Result<(), Status> {
    let kind = Kind::named("PersistentVolumeClaim");
    let mut errors = Vec::new();
    for range in server.iter(Kind::named("LimitRange"), Some(namespace)) {
        for limit in of_type(range, "PersistentVolumeClaim") {
            let request = |which: &str, name: &str| claim.at(&["spec", "resources", which, name]).as_str().and_then(quantity);
            check(limit, "PersistentVolumeClaim", request, &mut errors);
        }
    }
    refuse(kind, claim, errors)
}

fn refuse(kind: crate::api::KindRef, object: &Value, errors: Vec<String>) -> Result<(), Status> {
    if errors.is_empty() { Ok(()) } else { Err(Status::forbidden(kind, object.name(), &aggregate(&errors))) }
}

fn of_type<'a>(range: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    range.at(&["spec", "limits"]).items().iter().filter(move |l| l.get("type").str() == kind)
}

fn quantity(text: &str) -> Option<Quantity> {
    Quantity::parse(text).ok()
}

/// Fills what a container leaves out, and notes on the pod that it was filled.
fn set_defaults(range: &Value, limit: &Value, pod: &mut Value) {
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
    let _ = range;
    if !notes.is_empty() {
        let note = format!("LimitRanger plugin set: {}", notes.join("; "));
        pod.set(&["metadata", "annotations", "kubernetes.io/limit-ranger"], note);
    }
}

/// min, max and maxLimitRequestRatio of one limit, against what the object asks for.
fn check(limit: &Value, kind: &str, asked: impl Fn(&str, &str) -> Option<Quantity>, errors: &mut Vec<String>) {
    for (name, min) in limit.get("min").entries() {
        let Some(bound) = quantity(min.str()) else { continue };
        let says = |what: &str| format!("minimum {name} usage per {kind} is {}{what}", min.str());
        let below = |q: &Quantity| q.cmp(&bound) == Ordering::Less;
        match (asked("requests", name), asked("limits", name)) {
            (None, _) => errors.push(says(".  No request is specified")),
            (Some(q), _) if below(&q) => errors.push(says(&format!(", but request is {q}"))),
            (_, Some(q)) if below(&q) => errors.push(says(&format!(", but limit is {q}"))),
            _ => {}
        }
    }
    for (name, max) in limit.get("max").entries() {
        let Some(bound) = quantity(max.str()) else { continue };
        let says = |what: &str| format!("maximum {name} usage per {kind} is {}{what}", max.str());
        let above = |q: &Quantity| q.cmp(&bound) == Ordering::Greater;
        // Claims have requests only.
        let limited = kind != "PersistentVolumeClaim";
        match (asked("limits", name), asked("requests", name)) {
            (None, _) if limited => errors.push(says(".  No limit is specified")),
            (Some(q), _) if above(&q) => errors.push(says(&format!(", but limit is {q}"))),
            (_, Some(q)) if above(&q) => errors.push(says(&format!(", but request is {q}"))),
            _ => {}
        }
    }
    for (name, ratio) in limit.get("maxLimitRequestRatio").entries() {
        let Some(bound) = quantity(ratio.str()) else { continue };
        match (asked("requests", name), asked("limits", name)) {
            (Some(r), Some(l)) if r.milli_value() > 0 => {
                let actual = l.milli_value() as f64 / r.milli_value() as f64;
                if actual > bound.milli_value() as f64 / 1000.0 {
                    errors.push(format!(
                        "{name} max limit to request ratio per {kind} is {}, but provided ratio is {actual:.6}",
                        ratio.str()
                    ));
                }
            }
            _ => errors.push(format!(
                "{name} max limit to request ratio per {kind} is {}, but no request is specified or request is 0",
                ratio.str()
            )),
        }
    }
}

/// The sum over the containers; none where none of them says.
fn pod_total(pod: &Value, which: &str, name: &str) -> Option<Quantity> {
    let given =
        pod.at(&["spec", "containers"]).items().iter().filter_map(|c| c.at(&["resources", which, name]).as_str().and_then(quantity));
    given.reduce(|a, b| a.add(&b))
}

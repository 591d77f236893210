//! Events, of the core group and of their own.

use super::super::{Object, Value, names};
use super::path::{Errors, Path, same};

/// A new Event. Events of the old core API are hardly looked at.
pub(super) fn event(errors: &mut Errors, event: &Value) {
    let involved = event.at(&["involvedObject", "namespace"]).str();
    let namespace = event.namespace();
    let at = Path::new("involvedObject");
    let mismatch = if event.get("eventTime").is_null() {
        match involved {
            "" => !matches!(namespace, "" | "default"),
            _ => namespace != involved,
        }
    } else {
        involved.is_empty() && !matches!(namespace, "default" | "kube-system")
    };
    if mismatch {
        errors.invalid(at.child("namespace"), involved, "does not match event.namespace");
    }
    if !event.get("eventTime").is_null() {
        let (controller, at) = (event.get("reportingComponent").str(), Path::new("reportingController"));
        if controller.is_empty() {
            errors.required(at, "");
        }
        errors.each_invalid(at, controller, names::qualified_name(controller));
        for key in ["reportingInstance", "action", "reason"] {
            let text = event.get(key).str();
            if text.is_empty() {
                errors.required(Path::new(key), "");
            }
            if text.len() > 128 {
                errors.invalid(Path::new(key), "", "can have at most 128 characters");
            }
        }
        if event.get("message").str().len() > 1024 {
            errors.invalid(Path::new("message"), "", "can have at most 1024 characters");
        }
    }
    errors.each_invalid(Path::new("namespace"), namespace, names::dns1123_subdomain(namespace));
}

/// What is asked beside that where an event is made or changed as one of `events.k8s.io`.
// Models ValidateEventCreate and ValidateEventUpdate.
pub(super) fn event_of_new_group(errors: &mut Errors, event: &Value, old: Option<&Value>) {
    let series = event.get("series");
    if !series.is_null() && old.is_none_or(|old| old.get("series") != series) {
        if series.get("count").int() < 2 {
            errors.invalid(Path::new("series.count"), "", "should be at least 2");
        }
        if series.get("lastObservedTime").is_null() {
            errors.required(Path::new("series.lastObservedTime"), "");
        }
    }
    if let Some(old) = old {
        // The reason is held to that twice upstream.
        for member in [
            "involvedObject",
            "reason",
            "message",
            "source",
            "firstTimestamp",
            "lastTimestamp",
            "count",
            "reason",
            "type",
            "eventTime",
            "action",
            "related",
            "reportingComponent",
            "reportingInstance",
        ] {
            let shown = if member == "reportingComponent" { "reportingController" } else { member };
            let (new, old) = (event.get(member), old.get(member));
            let ty = match member {
                "involvedObject" | "related" => "ObjectReference",
                "source" => "EventSource",
                // An empty text is none.
                _ if new.is_empty() && old.is_empty() => continue,
                _ => {
                    errors.immutable(Path::new(shown), new, old);
                    continue;
                }
            };
            if !same(new, old) {
                // Only what is related need not be there at all.
                let empty = Value::map();
                let shown_value = if new.is_null() && member != "related" { &empty } else { new };
                errors.internal_invalid(Path::new(shown), ("core", ty), shown_value, "field is immutable");
            }
        }
        return;
    }
    if event.get("eventTime").is_null() {
        errors.required(Path::new("eventTime"), "");
    }
    let kind = event.get("type").str();
    if !matches!(kind, "Normal" | "Warning") {
        errors.invalid(Path::new("type"), "", &format!("has invalid value: {kind}"));
    }
    for member in ["firstTimestamp", "lastTimestamp", "count", "source"] {
        let value = event.get(member);
        if !(value.is_empty() || value.as_int() == Some(0)) {
            errors.invalid(Path::new(member), "", "needs to be unset");
        }
    }
}

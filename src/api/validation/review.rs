//! What is asked of who may do what.
// Models pkg/apis/authorization/validation.

use super::super::Value;
use super::path::{Errors, Path};

/// A review of an access: anybody's, one's own, or anybody's in a namespace.
pub(super) fn access_review(errors: &mut Errors, kind: &str, review: &Value) {
    let (at, spec) = (Path::new("spec"), review.get("spec"));
    let (resource, other) = (spec.get("resourceAttributes"), spec.get("nonResourceAttributes"));
    let ty = ("authorization", "NonResourceAttributes");
    match (resource.is_null(), other.is_null()) {
        (false, false) => {
            errors.internal_invalid(
                at.child("nonResourceAttributes"),
                ty,
                other,
                "cannot be specified in combination with resourceAttributes",
            );
        }
        (true, true) => {
            let detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
            errors.invalid(at.child("resourceAttributes"), Value::Null, detail);
        }
        _ => {}
    }
    if kind != "SelfSubjectAccessReview" && spec.get("user").is_empty() && spec.get("groups").is_empty() {
        errors.invalid(at.child("user"), "", "at least one of user or group must be specified");
    }
    let place = at.child("resourceAttributes");
    for key in ["fieldSelector", "labelSelector"] {
        let (at, selector) = (place.child(key), resource.get(key));
        let (raw, requirements) = (selector.get("rawSelector").str(), selector.get("requirements"));
        match (raw.is_empty(), requirements.is_empty()) {
            (false, false) => errors.invalid(at.child("rawSelector"), raw, "may not specified at the same time as requirements"),
            (true, true) if !selector.is_null() => {
                errors.required(at.child("requirements"), &format!("when {at} is specified, requirements or rawSelector is required"));
            }
            _ => {}
        }
    }
    let is_local = kind == "LocalSubjectAccessReview";
    let meta = review.get("metadata");
    let is_free = |key: &str| key == "managedFields" || is_local && key == "namespace";
    if meta.entries().any(|(key, value)| !value.is_empty() && !is_free(key)) {
        let detail = if is_local { "must be empty except for namespace" } else { "must be empty" };
        errors.written_invalid(Path::new("metadata"), ("meta", "ObjectMeta"), meta, detail);
    }
    if !is_local {
        return;
    }
    let namespace = resource.get("namespace").str();
    if !resource.is_null() && namespace != review.at(&["metadata", "namespace"]).str() {
        errors.invalid(place.child("namespace"), namespace, "must match metadata.namespace");
    }
    if !other.is_null() {
        errors.internal_invalid(at.child("nonResourceAttributes"), ty, other, "disallowed on this kind of request");
    }
}

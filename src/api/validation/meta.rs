//! What every object's metadata must be, and label selectors.

use super::super::names::{self, go_strings, with_prefix};
use super::super::selector::LabelSelector;
use super::super::{Cause, Kind, Object, Value, internal, split_api_version};
use super::path::{Errors, Path};
use crate::base::{Case as _, List as _, Order as _};

/// The rule that a kind's names follow.
pub(super) type NameRule = fn(&str) -> Vec<String>;

/// Names that become a part of a URL, and nothing more.
pub fn path_segment(name: &str) -> Vec<String> {
    match name {
        "." | ".." => vec![format!("may not be '{name}'")],
        _ => ["/", "%"].iter().filter(|c| name.contains(**c)).map(|c| format!("may not contain '{c}'")).list(),
    }
}

const ANNOTATION_BYTES_MAX: usize = 256 << 10;

/// Metadata of a new object.
pub(super) fn object_meta(errors: &mut Errors, object: &Value, namespaced: bool, rule: NameRule) {
    any_meta(errors, object.get("metadata"), namespaced, rule);
    kube_finalizers(errors, Path::new("metadata"), object);
}

/// Metadata as objects of every kind must have them, whatever else their kinds ask for.
pub(super) fn any_meta(errors: &mut Errors, meta: &Value, namespaced: bool, rule: NameRule) {
    let at = Path::new("metadata");
    let prefix = meta.get("generateName").str();
    if !prefix.is_empty() {
        errors.each_invalid(at.child("generateName"), prefix, with_prefix(prefix, rule));
    }
    match meta.get("name").str() {
        "" => errors.required(at.child("name"), "name or generateName is required"),
        name => errors.each_invalid(at.child("name"), name, rule(name)),
    }
    match (namespaced, meta.get("namespace").str()) {
        (true, "") => errors.required(at.child("namespace"), ""),
        (true, namespace) => errors.each_invalid(at.child("namespace"), namespace, names::dns1123_label(namespace)),
        (false, "") => {}
        (false, _) => errors.forbidden(at.child("namespace"), "not allowed on this type"),
    }
    errors.nonnegative(at.child("generation"), meta.get("generation"));
    labels(errors, at.child("labels"), meta.get("labels"));
    annotations(errors, at.child("annotations"), meta.get("annotations"));
    owner_references(errors, at.child("ownerReferences"), meta.get("ownerReferences"));
    finalizers(errors, at.child("finalizers"), meta.get("finalizers"));
    for (i, entry) in meta.get("managedFields").items().iter().enumerate() {
        let list = at.child("managedFields");
        let at = list.index(i);
        if !matches!(entry.get("operation").str(), "Apply" | "Update") {
            errors.invalid(at.child("operation"), entry.get("operation").str(), "must be `Apply` or `Update`");
        }
    }
}

/// A map of labels.
pub(super) fn labels(errors: &mut Errors, at: Path<'_>, labels: &Value) {
    for (key, value) in labels.entries() {
        label_name(errors, at, key);
        errors.each_invalid(at, value.str(), names::label_value(value.str()));
    }
}

/// A label's key.
pub(super) fn label_name(errors: &mut Errors, at: Path<'_>, key: &str) {
    errors.each_invalid(at, key, names::qualified_name(key));
}

/// A map of annotations.
pub(super) fn annotations(errors: &mut Errors, at: Path<'_>, annotations: &Value) {
    let mut bytes = 0;
    for (key, value) in annotations.entries() {
        errors.each_invalid(at, key, names::qualified_name(&key.lower()));
        bytes += key.len() + value.str().len();
    }
    if bytes > ANNOTATION_BYTES_MAX {
        errors.too_long(at, ANNOTATION_BYTES_MAX);
    }
}

fn owner_references(errors: &mut Errors, at: Path<'_>, references: &Value) {
    let mut controller = String::new();
    for reference in references.items() {
        let api_version = reference.get("apiVersion").str();
        // One that does not parse has no version.
        if split_api_version(api_version).1.is_empty() || api_version.matches('/').count() > 1 {
            errors.invalid(at.child("apiVersion"), api_version, "version must not be empty");
        }
        for key in ["kind", "name", "uid"] {
            if reference.get(key).is_empty() {
                errors.invalid(at.child(key), "", "must not be empty");
            }
        }
        if api_version == "v1" && reference.get("kind").str() == "Event" {
            errors.internal_invalid(at, ("meta", "OwnerReference"), reference, "/v1, Kind=Event is disallowed from being an owner");
        }
        if reference.get("controller").is_true() {
            let current = format!("{}/{}", reference.get("kind").str(), reference.get("name").str());
            if controller.is_empty() {
                controller = current;
            } else {
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {current}"
                );
                let all: Vec<String> = references.items().iter().map(|r| internal::to_json("meta", "OwnerReference", r)).list();
                let message = format!("Invalid value: [{}]: {detail}", all.join(","));
                errors.0.push(Cause::new("FieldValueInvalid", at.to_string(), message));
            }
        }
    }
}

fn finalizers(errors: &mut Errors, at: Path<'_>, finalizers: &Value) {
    for finalizer in finalizers.items() {
        errors.each_invalid(at, finalizer.str(), names::qualified_name(finalizer.str()));
    }
    let has = |name: &str| finalizers.items().iter().any(|f| f.str() == name);
    if has("orphan") && has("foregroundDeletion") {
        errors.invalid(at, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
    }
}

/// The finalizers of the built-in groups: extensions only warn, and some groups do not ask.
fn kube_finalizers(errors: &mut Errors, at: Path<'_>, object: &Value) {
    let (group, _) = split_api_version(object.api_version());
    let lenient = ["apiextensions.k8s.io", "admissionregistration.k8s.io", "apiregistration.k8s.io", "coordination.k8s.io", "policy"]
        .contains(&group);
    if lenient || (!group.is_empty() && Kind::of_group(group, object.kind()).is_none()) {
        return;
    }
    let meta = object.get("metadata");
    let list = at.child("finalizers");
    for (i, finalizer) in meta.get("finalizers").items().iter().enumerate() {
        kube_finalizer(errors, list.index(i), finalizer.str());
    }
}

/// A finalizer without a domain must be one of Kubernetes' own.
pub(super) fn kube_finalizer(errors: &mut Errors, at: Path<'_>, name: &str) {
    if !name.contains('/') && !matches!(name, "kubernetes" | "orphan" | "foregroundDeletion") {
        errors.invalid(at, name, "name is neither a standard finalizer name nor is it fully qualified");
    }
}

/// Metadata of a changed object, as its kind looks at them.
pub(super) fn object_meta_update(errors: &mut Errors, new: &Value, old: &Value) {
    any_meta_update(errors, new, old);
    kube_finalizers(errors, Path::new("metadata"), new);
}

/// What is looked at before its kind does where an object of any kind is changed. Most kinds say some of it again.
// Models rest.validateCommonFields.
pub(super) fn changed_meta(errors: &mut Errors, new: &Value, old: &Value, namespaced: bool) {
    any_meta(errors, new.get("metadata"), namespaced, path_segment);
    any_meta_update(errors, new, old);
}

fn any_meta_update(errors: &mut Errors, new: &Value, old: &Value) {
    let at = Path::new("metadata");
    let (meta, before) = (new.get("metadata"), old.get("metadata"));
    if old.is_terminating() {
        let known = before.get("finalizers").items();
        let mut added: Vec<&str> = meta.get("finalizers").items().iter().filter(|f| !known.contains(f)).map(Value::str).list();
        added.order();
        if !added.is_empty() {
            let detail =
                format!("no new finalizers can be added if the object is being deleted, found new finalizers {}", go_strings(&added));
            errors.forbidden(at.child("finalizers"), &detail);
        }
    }
    if meta.get("resourceVersion").str().is_empty() {
        errors.invalid(at.child("resourceVersion"), "", "must be specified for an update");
    }
    if meta.get("generation").int() < before.get("generation").int() {
        errors.invalid(at.child("generation"), meta.get("generation").int(), "must not be decremented");
    }
    for key in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        // What a client leaves out the server puts back before it looks.
        let left_out = meta.get(key).is_null() && matches!(key, "uid" | "creationTimestamp");
        if !left_out {
            errors.immutable(at.child(key), meta.get(key), before.get(key));
        }
    }
    labels(errors, at.child("labels"), meta.get("labels"));
    annotations(errors, at.child("annotations"), meta.get("annotations"));
    owner_references(errors, at.child("ownerReferences"), meta.get("ownerReferences"));
}

/// A `metav1.LabelSelector`; null is no fault here.
pub(super) fn label_selector(errors: &mut Errors, at: Path<'_>, selector: &Value) {
    labels(errors, at.child("matchLabels"), selector.get("matchLabels"));
    let list = at.child("matchExpressions");
    for (i, expression) in selector.get("matchExpressions").items().iter().enumerate() {
        let at = list.index(i);
        let values = expression.get("values");
        match expression.get("operator").str() {
            "In" | "NotIn" if values.is_empty() => {
                errors.required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                errors.forbidden(at.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            other => errors.invalid(at.child("operator"), other, "not a valid selector operator"),
        }
        label_name(errors, at.child("key"), expression.get("key").str());
        let values_at = at.child("values");
        for (j, value) in values.items().iter().enumerate() {
            let wrong = names::label_value(value.str());
            errors.ratcheting(|errors| errors.each_invalid(values_at.index(j), value.str(), wrong));
        }
    }
}

/// A selector that can be used: none where anything in it is wrong.
// Models metav1.LabelSelectorAsSelector.
pub(super) fn usable_selector(selector: &Value) -> Option<LabelSelector> {
    let mut errors = Errors::default();
    label_selector(&mut errors, Path::new(""), selector);
    LabelSelector::from_object(selector).ok().filter(|_| errors.0.is_empty())
}

/// Whether a selector object selects nothing in particular: neither labels nor expressions.
pub(super) fn is_empty_selector(selector: &Value) -> bool {
    selector.get("matchLabels").is_empty() && selector.get("matchExpressions").is_empty()
}

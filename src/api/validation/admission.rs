//! Admission policies and their bindings.
// Models pkg/apis/admissionregistration/validation.

use super::super::cel::{CompileError, Names, Program, Wanted};
use super::super::{Object, Value, names, split_api_version};
use super::meta::{label_selector, object_meta, path_segment};
use super::path::{Errors, Path};
use super::security::closed;
use crate::base::{Case as _, SortedSet};

const CONDITIONS_MAX: usize = 64;
const ANNOTATIONS_MAX: usize = 20;
/// Bytes of an expression that gives an annotation its value.
const ANNOTATION_BYTES_MAX: usize = 5 << 10;
const ONE_AT_LEAST: &str = "validations or auditAnnotations must contain at least one item";

/// What operations may be mutated.
const MUTATED: [&str; 4] = ["*", "CONNECT", "CREATE", "UPDATE"];

/// A new or changed MutatingAdmissionPolicy.
pub(super) fn mutating_policy(errors: &mut Errors, policy: &Value) {
    let known = what_is_judged(errors, policy, true);
    let (spec, at) = (policy.get("spec"), Path::new("spec"));
    let list = at.child("mutations");
    if spec.get("mutations").is_empty() {
        errors.required(list, "mutations must contain at least one item");
    }
    for (i, mutation) in spec.get("mutations").items().iter().enumerate() {
        let at = list.index(i);
        let (patch, other) = match mutation.get("patchType").str() {
            "JSONPatch" => ("jsonPatch", "applyConfiguration"),
            "ApplyConfiguration" => ("applyConfiguration", "jsonPatch"),
            _ => {
                errors.one_of(at.child("patchType"), mutation.get("patchType"), &["ApplyConfiguration", "JSONPatch"]);
                continue;
            }
        };
        let (kind, place) = (mutation.get("patchType").str(), at.child(patch));
        let wanted = if patch == "jsonPatch" { Wanted::JsonPatch } else { Wanted::Object };
        match mutation.at(&[patch, "expression"]).str() {
            _ if mutation.get(patch).is_null() => errors.required(place, &format!("must be specified when patchType is {kind}")),
            blank if blank.trim().is_empty() => errors.required(place.child("expression"), ""),
            text => invalid(errors, place.child("expression"), text, &known.compile(text, wanted)),
        }
        if !mutation.get(other).is_null() {
            errors.invalid(at.child(other), format!("{{{other}}}"), &format!("must not be specified when patchType is {kind}"));
        }
    }
    errors.one_of(at.child("reinvocationPolicy"), spec.get("reinvocationPolicy"), &["IfNeeded", "Never"]);
}

/// A new or changed MutatingAdmissionPolicyBinding.
pub(super) fn mutating_binding(errors: &mut Errors, binding: &Value) {
    bound(errors, binding);
    let (at, resources) = (Path::new("spec"), binding.at(&["spec", "matchResources"]));
    if !resources.is_null() {
        match_resources(errors, at.child("matchResources"), resources);
        mutated_operations(errors, at.child("matchResources"), resources);
    }
}

fn mutated_operations(errors: &mut Errors, at: Path<'_>, resources: &Value) {
    let at = at.child("resourceRules");
    for operation in resources.get("resourceRules").items().iter().flat_map(|rule| rule.get("operations").items()) {
        errors.one_of(at.child("operations"), operation, &MUTATED);
    }
}

/// Which requests a policy judges, and the names that its expressions may use.
fn what_is_judged(errors: &mut Errors, policy: &Value, mutates: bool) -> Names {
    object_meta(errors, policy, false, names::dns1123_subdomain);
    let (spec, at) = (policy.get("spec"), Path::new("spec"));
    closed(errors, at.child("failurePolicy"), spec.get("failurePolicy"), &["Fail", "Ignore"]);
    let params = !spec.get("paramKind").is_null();
    if params {
        param_kind(errors, at.child("paramKind"), spec.get("paramKind"));
    }
    let (constraints, place) = (spec.get("matchConstraints"), at.child("matchConstraints"));
    if constraints.is_null() {
        errors.required(place, "");
    } else {
        match_resources(errors, place, constraints);
        if constraints.get("resourceRules").is_empty() {
            errors.required(place.child("resourceRules"), "");
        }
        if mutates {
            mutated_operations(errors, place, constraints);
        }
    }
    let mut names_known = Names::new(params, None);
    match_conditions(errors, at.child("matchConditions"), spec.get("matchConditions"), &names_known);
    let list = at.child("variables");
    for (i, variable) in spec.get("variables").items().iter().enumerate() {
        let (at, name, text) = (list.index(i), variable.get("name").str(), variable.get("expression").str());
        if name.trim().is_empty() {
            errors.required(at.child("name"), "name is not specified");
        } else if !is_identifier(name) {
            errors.invalid(at.child("name"), name, "must be a valid CEL identifier");
        }
        if text.trim().is_empty() {
            errors.required(at.child("expression"), "expression is not specified");
        } else {
            let program = names_known.compile(text, Wanted::Any);
            invalid(errors, at.child("expression"), text, &program);
            names_known.define(name, &program);
        }
    }
    names_known
}

/// A new or changed ValidatingAdmissionPolicy.
pub(super) fn policy(errors: &mut Errors, policy: &Value) {
    let names_known = what_is_judged(errors, policy, false);
    let (spec, at) = (policy.get("spec"), Path::new("spec"));
    let (validations, annotations) = (spec.get("validations").items(), spec.get("auditAnnotations").items());
    if validations.is_empty() && annotations.is_empty() {
        errors.required(at.child("validations"), ONE_AT_LEAST);
        errors.required(at.child("auditAnnotations"), ONE_AT_LEAST);
    }
    let list = at.child("validations");
    for (i, validation) in validations.iter().enumerate() {
        rule(errors, list.index(i), validation, &names_known);
    }
    let list = at.child("auditAnnotations");
    if annotations.len() > ANNOTATIONS_MAX {
        errors.invalid(list, spec.get("auditAnnotations"), &format!("must not have more than {ANNOTATIONS_MAX} auditAnnotations"));
    }
    let mut seen = SortedSet::new();
    for (i, annotation) in annotations.iter().enumerate() {
        let (at, key, text) = (list.index(i), annotation.get("key"), annotation.get("valueExpression").str());
        let full = format!("{}/{}", policy.name(), key.str());
        errors.each_invalid(at.child("key"), &full, names::qualified_name(&full));
        match text.trim() {
            "" => errors.required(at.child("valueExpression"), "valueExpression is not specified"),
            long if long.len() > ANNOTATION_BYTES_MAX => {
                errors.required(at.child("valueExpression"), &format!("must not exceed {ANNOTATION_BYTES_MAX} bytes in length"));
            }
            trimmed => invalid(errors, at.child("valueExpression"), text, &names_known.compile(trimmed, Wanted::TextOrNull)),
        }
        if !seen.insert(key.str()) {
            errors.duplicate(at.child("key"), key);
        }
    }
}

/// Conditions that a request must meet before a policy or a webhook is asked.
pub(super) fn match_conditions(errors: &mut Errors, at: Path<'_>, conditions: &Value, known: &Names) {
    let conditions = conditions.items();
    if conditions.len() > CONDITIONS_MAX {
        errors.too_many(at, conditions.len(), CONDITIONS_MAX);
    }
    let mut seen = SortedSet::new();
    for (i, condition) in conditions.iter().enumerate() {
        let (at, text, name) = (at.index(i), condition.get("expression").str().trim(), condition.get("name"));
        match text {
            "" => errors.required(at.child("expression"), ""),
            text => invalid(errors, at.child("expression"), text, &known.compile(text, Wanted::Bool)),
        }
        match name.str() {
            "" => errors.required(at.child("name"), ""),
            text => errors.each_invalid(at.child("name"), text, names::qualified_name(text)),
        }
        if !seen.insert(name.str()) && !name.str().is_empty() {
            errors.duplicate(at.child("name"), name);
        }
    }
}

fn rule(errors: &mut Errors, at: Path<'_>, validation: &Value, known: &Names) {
    let text = |member: &str| validation.get(member).str();
    let (expression, message, made) = (text("expression"), text("message"), text("messageExpression"));
    if expression.trim().is_empty() {
        errors.required(at.child("expression"), "expression is not specified");
    } else {
        invalid(errors, at.child("expression"), expression, &known.compile(expression, Wanted::Bool));
    }
    if !made.is_empty() && made.trim().is_empty() {
        errors.invalid(at.child("messageExpression"), made, "must be non-empty if specified");
    } else if !made.is_empty() {
        invalid(errors, at.child("messageExpression"), made, &known.compile(made, Wanted::Text));
    }
    if !message.is_empty() && message.trim().is_empty() {
        errors.invalid(at.child("message"), message, "must be non-empty if specified");
    } else if message.trim().contains(['\n', '\r']) {
        errors.invalid(at.child("message"), message, "must not contain line breaks");
    }
    let reason = validation.get("reason");
    let reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
    if !reason.is_null() && !reasons.contains(&reason.str()) {
        errors.not_supported(at.child("reason"), reason, &reasons);
    }
}

fn invalid(errors: &mut Errors, at: Path<'_>, text: &str, program: &Result<Program, CompileError>) {
    if let Err(error) = program {
        errors.invalid(at, text, &error.to_string());
    }
}

fn is_identifier(name: &str) -> bool {
    let word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let reserved = super::super::cel::is_reserved(name);
    !reserved && name.chars().all(word) && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn param_kind(errors: &mut Errors, at: Path<'_>, of: &Value) {
    let (version, kind) = (of.get("apiVersion").str(), of.get("kind").str());
    let place = at.child("apiVersion");
    match version.matches('/').count() {
        _ if version.is_empty() => errors.required(place, ""),
        0 | 1 => {
            let (group, number) = split_api_version(version);
            if !group.is_empty() {
                joined(errors, place, group, "", names::dns1123_subdomain(group));
            }
            match number {
                "" => errors.invalid(place, version, "version must be specified"),
                number => joined(errors, place, number, "", names::dns1035_label(number)),
            }
        }
        _ => errors.invalid(place, version, &format!("unexpected GroupVersion string: {version}")),
    }
    match kind {
        "" => errors.required(at.child("kind"), ""),
        kind => {
            let head = "may have mixed case, but should otherwise match: ";
            joined(errors, at.child("kind"), kind, head, names::dns1035_label(&kind.lower()));
        }
    }
}

fn joined(errors: &mut Errors, at: Path<'_>, value: &str, head: &str, wrong: Vec<String>) {
    if !wrong.is_empty() {
        errors.invalid(at, value, &format!("{head}{}", wrong.join(",")));
    }
}

fn match_resources(errors: &mut Errors, at: Path<'_>, of: &Value) {
    errors.one_of(at.child("matchPolicy"), of.get("matchPolicy"), &["Equivalent", "Exact"]);
    for member in ["namespaceSelector", "objectSelector"] {
        label_selector(errors, at.child(member), of.get(member));
    }
    for member in ["resourceRules", "excludeResourceRules"] {
        let list = at.child(member);
        for (i, rule) in of.get(member).items().iter().enumerate() {
            named_rule(errors, list.index(i), rule);
        }
    }
}

/// What requests a rule is about.
fn named_rule(errors: &mut Errors, at: Path<'_>, rule: &Value) {
    let names_of = rule.get("resourceNames").items();
    let list = at.child("resourceNames");
    for (i, name) in names_of.iter().enumerate() {
        errors.each_invalid(list.index(i), name.str(), path_segment(name.str()));
        if names_of[..i].contains(name) {
            errors.duplicate(list.index(i), name);
        }
    }
    rule_with_operations(errors, at, rule);
}

/// What operations on which resources a policy's or a webhook's rule is about.
pub(super) fn rule_with_operations(errors: &mut Errors, at: Path<'_>, rule: &Value) {
    let operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    for (member, what) in [("operations", "operations"), ("apiGroups", "API groups"), ("apiVersions", "API versions")] {
        let (values, at) = (rule.get(member), at.child(member));
        if values.is_empty() {
            errors.required(at, "");
        }
        if values.items().len() > 1 && values.items().iter().any(|v| v.str() == "*") {
            errors.invalid(at, values, &format!("if '*' is present, must not specify other {what}"));
        }
        for (i, value) in values.items().iter().enumerate() {
            match (member, value.str()) {
                ("operations", text) if !operations.contains(&text) => errors.not_supported(at.index(i), value, &operations),
                ("apiVersions", "") => errors.required(at.index(i), ""),
                _ => {}
            }
        }
    }
    resources(errors, at.child("resources"), rule.get("resources"));
    closed(errors, at.child("scope"), rule.get("scope"), &["*", "Cluster", "Namespaced"]);
}

fn resources(errors: &mut Errors, at: Path<'_>, resources: &Value) {
    let items = resources.items();
    if items.is_empty() {
        errors.required(at, "");
    }
    // Whether the last one without a subresource is not `*`.
    let mut plain = false;
    let mut seen = SortedSet::new();
    for (i, text) in items.iter().map(Value::str).enumerate() {
        if text.is_empty() {
            errors.required(at.index(i), "");
            continue;
        }
        let Some((resource, sub)) = text.split_once('/') else {
            plain = text != "*";
            continue;
        };
        // What is general has a slash, so that only such texts matter.
        for general in [format!("{resource}/*"), format!("*/{sub}")] {
            if seen.contains(general.as_str()) {
                errors.invalid(at.index(i), text, &format!("if '{general}' is present, must not specify {text}"));
            }
        }
        seen.insert(text);
    }
    let has = |wanted: &str| items.iter().any(|v| v.str() == wanted);
    if items.len() > 1 && has("*/*") {
        errors.invalid(at, resources, "if '*/*' is present, must not specify other resources");
    }
    if has("*") && plain {
        errors.invalid(at, resources, "if '*' is present, must not specify other resources without subresources");
    }
}

/// What policy a binding is of, and with what parameters.
fn bound(errors: &mut Errors, binding: &Value) {
    object_meta(errors, binding, false, names::dns1123_subdomain);
    let (spec, at) = (binding.get("spec"), Path::new("spec"));
    match spec.get("policyName").str() {
        "" => errors.required(at.child("policyName"), ""),
        name => errors.each_invalid(at.child("policyName"), name, names::dns1123_subdomain(name)),
    }
    let (params, place) = (spec.get("paramRef"), at.child("paramRef"));
    if !params.is_null() {
        let (name, selector) = (params.get("name").str(), params.get("selector"));
        let both = "name and selector are mutually exclusive";
        if !name.is_empty() {
            errors.each_invalid(place.child("name"), name, path_segment(name));
            if !selector.is_null() {
                errors.forbidden(place.child("name"), both);
            }
        }
        if !selector.is_null() {
            label_selector(errors, place.child("selector"), selector);
            if !name.is_empty() {
                errors.forbidden(place.child("selector"), both);
            }
        } else if name.is_empty() {
            errors.required(place, "one of name or selector must be specified");
        }
        errors.one_of(place.child("parameterNotFoundAction"), params.get("parameterNotFoundAction"), &["Deny", "Allow"]);
    }
}

/// A new or changed ValidatingAdmissionPolicyBinding.
pub(super) fn binding(errors: &mut Errors, binding: &Value) {
    bound(errors, binding);
    let (spec, at) = (binding.get("spec"), Path::new("spec"));
    if !spec.get("matchResources").is_null() {
        // The path is misspelt upstream.
        match_resources(errors, at.child("matchResources"), spec.get("matchResources"));
    }
    let (actions, list) = (spec.get("validationActions"), at.child("validationActions"));
    for (i, action) in actions.items().iter().enumerate() {
        if !["Deny", "Warn", "Audit"].contains(&action.str()) {
            errors.not_supported(list.index(i), action, &["Audit", "Deny", "Warn"]);
        }
        if actions.items()[..i].contains(action) {
            errors.duplicate(list.index(i), action);
        }
    }
    let has = |wanted: &str| actions.items().iter().any(|v| v.str() == wanted);
    if has("Deny") && has("Warn") {
        let detail = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and \
                      headers serves no purpose)";
        errors.invalid(list, actions, detail);
    }
    if actions.is_empty() {
        errors.required(list, "at least one validation action is required");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::List as _;
    use crate::obj;

    #[test]
    fn annotations_of_audits_are_short_and_known_by_their_keys() {
        let judged = |annotations: Value| {
            let mut errors = Errors::default();
            policy(
                &mut errors,
                &obj!({"metadata": {"name": "p"}, "spec": {
                    "failurePolicy": "Fail",
                    "matchConstraints": {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}, "resourceRules": [
                        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"], "scope": "*"},
                    ]},
                    "auditAnnotations": annotations,
                }}),
            );
            errors.0.iter().map(|c| format!("{}: {}", c.field, c.message)).list()
        };
        let at = "spec.auditAnnotations[0]";
        let long = |n: usize| obj!([{"key": "a", "valueExpression": format!(" '{}'", "x".repeat(n - 2))}]);
        for (annotations, wanted) in [
            (
                obj!([]),
                vec![
                    format!("spec.validations: Required value: {ONE_AT_LEAST}"),
                    format!("spec.auditAnnotations: Required value: {ONE_AT_LEAST}"),
                ],
            ),
            (long(ANNOTATION_BYTES_MAX), vec![]),
            (long(ANNOTATION_BYTES_MAX + 1), vec![format!("{at}.valueExpression: Required value: must not exceed 5120 bytes in length")]),
            (
                obj!([{"key": "a", "valueExpression": " "}]),
                vec![format!("{at}.valueExpression: Required value: valueExpression is not specified")],
            ),
            (
                obj!([{"key": "a", "valueExpression": "'x'"}, {"key": "a", "valueExpression": "null"}]),
                vec!["spec.auditAnnotations[1].key: Duplicate value: \"a\"".to_owned()],
            ),
        ] {
            assert_eq!(judged(annotations), wanted);
        }
    }
}

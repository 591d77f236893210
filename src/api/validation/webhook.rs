//! Configurations of webhooks, and the addresses of webhooks.
// Models pkg/apis/admissionregistration/validation and k8s.io/apiserver/pkg/util/webhook.

use super::super::cel::Names;
use super::super::{Value, names};
use super::admission::{match_conditions, rule_with_operations};
use super::meta::{label_selector, object_meta};
use super::path::{Errors, Path};
use super::security::closed;
use crate::base::{Case as _, SortedSet};

const FORM: &str = "; desired format: https://host[/path]";

/// A new or changed ValidatingWebhookConfiguration or MutatingWebhookConfiguration.
pub(super) fn configuration(errors: &mut Errors, configuration: &Value) {
    object_meta(errors, configuration, false, names::dns1123_subdomain);
    let list = Path::new("webhooks");
    let mut seen = SortedSet::new();
    for (i, hook) in configuration.get("webhooks").items().iter().enumerate() {
        let at = list.index(i);
        webhook(errors, at, hook);
        let needed = "must specify one of v1, v1beta1";
        versions(errors, at.child("admissionReviewVersions"), hook.get("admissionReviewVersions"), needed);
        let name = hook.get("name");
        if !name.is_empty() && !seen.insert(name.str()) {
            errors.duplicate(at.child("name"), name);
        }
    }
}

fn webhook(errors: &mut Errors, at: Path<'_>, hook: &Value) {
    let name = hook.get("name").str();
    let wrong = names::dns1123_subdomain(name);
    if name.is_empty() {
        errors.required(at.child("name"), "");
    } else if !wrong.is_empty() {
        errors.invalid(at.child("name"), name, &wrong.join(","));
    } else if name.split('.').count() < 3 {
        errors.invalid(at.child("name"), name, "should be a domain with at least three segments separated by dots");
    }
    let rules = at.child("rules");
    for (i, rule) in hook.get("rules").items().iter().enumerate() {
        rule_with_operations(errors, rules.index(i), rule);
    }
    closed(errors, at.child("failurePolicy"), hook.get("failurePolicy"), &["Fail", "Ignore"]);
    closed(errors, at.child("matchPolicy"), hook.get("matchPolicy"), &["Equivalent", "Exact"]);
    match hook.get("sideEffects") {
        Value::Null => errors.required(at.child("sideEffects"), "must specify one of None, NoneOnDryRun"),
        effects => closed(errors, at.child("sideEffects"), effects, &["None", "NoneOnDryRun"]),
    }
    let timeout = hook.get("timeoutSeconds");
    if timeout.as_int().is_some_and(|t| !(1..=30).contains(&t)) {
        errors.invalid(at.child("timeoutSeconds"), timeout, "the timeout value must be between 1 and 30 seconds");
    }
    for key in ["namespaceSelector", "objectSelector"] {
        label_selector(errors, at.child(key), hook.get(key));
    }
    closed(errors, at.child("reinvocationPolicy"), hook.get("reinvocationPolicy"), &["IfNeeded", "Never"]);
    client(errors, at.child("clientConfig"), hook.get("clientConfig"));
    match_conditions(errors, at.child("matchConditions"), hook.get("matchConditions"), &Names::new(false, None));
}

/// Versions of reviews that a webhook understands. `needed` is said where there are none.
pub(super) fn versions(errors: &mut Errors, at: Path<'_>, versions: &Value, needed: &str) {
    let given = versions.items();
    if given.is_empty() {
        return errors.required(at, needed);
    }
    for (i, version) in given.iter().enumerate() {
        if given[..i].contains(version) {
            errors.invalid(at.index(i), version, "duplicate version");
        } else {
            errors.each_invalid(at.index(i), version.str(), names::dns1035_label(version.str()));
        }
    }
    if !given.iter().any(|v| matches!(v.str(), "v1" | "v1beta1")) {
        errors.invalid(at, versions, "must include at least one of v1, v1beta1");
    }
}

/// Where a webhook is: at a URL or behind a Service.
pub(super) fn client(errors: &mut Errors, at: Path<'_>, config: &Value) {
    let service_at = at.child("service");
    match (config.get("url"), config.get("service")) {
        (Value::Null, Value::Null) => errors.required(at, "exactly one of url or service is required"),
        (of, Value::Null) => url(errors, at.child("url"), of.str()),
        (Value::Null, of) => service(errors, service_at, of),
        _ => errors.required(at, "exactly one of url or service is required"),
    }
}

// Models ValidateWebhookURL; a URL is taken apart where it is well formed.
fn url(errors: &mut Errors, at: Path<'_>, url: &str) {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic()) && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    let (scheme, rest) = rest.split_once(':').filter(|(scheme, _)| is_scheme(scheme)).unwrap_or(("", rest));
    let authority = rest.strip_prefix("//").map_or("", |rest| rest.split('/').next().unwrap_or_default());
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let scheme = scheme.lower();
    if scheme != "https" {
        errors.invalid(at, scheme, &format!("'https' is the only allowed URL scheme{FORM}"));
    }
    if host.is_empty() {
        errors.invalid(at, "", &format!("host must be specified{FORM}"));
    }
    if let Some(user) = user {
        errors.invalid(at, user, "user information is not permitted in the URL");
    }
    if !fragment.is_empty() {
        errors.invalid(at, fragment, "fragments are not permitted in the URL");
    }
    if !query.is_empty() {
        errors.invalid(at, query, "query parameters are not permitted in the URL");
    }
}

// Models ValidateWebhookService, whose callers hand over the name and the namespace in the other order.
fn service(errors: &mut Errors, at: Path<'_>, service: &Value) {
    for (missing, told) in [("namespace", "name"), ("name", "namespace")] {
        if service.get(missing).is_empty() {
            errors.required(at.child(told), "");
        }
    }
    let port = service.get("port").int();
    if let Some(wrong) = names::port_number(port) {
        errors.invalid(at.child("port"), port, &format!("port is not valid: {wrong}"));
    }
    let (path, at) = (service.get("path").str(), at.child("path"));
    if path.is_empty() || path == "/" {
        return;
    }
    if path == "//" {
        return errors.invalid(at, path, "segment[0] may not be empty");
    }
    if !path.starts_with('/') {
        errors.invalid(at, path, "must start with a '/'");
    }
    // The first byte is left out, whatever it is.
    let rest = path.get(1..).unwrap_or(path);
    for (i, segment) in rest.strip_suffix('/').unwrap_or(rest).split('/').enumerate() {
        if segment.is_empty() {
            errors.invalid(at, path, &format!("segment[{i}] may not be empty"));
            continue;
        }
        for wrong in names::dns1123_subdomain(segment) {
            errors.invalid(at, path, &format!("segment[{i}]: {wrong}"));
        }
    }
}

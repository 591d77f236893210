//! Whose requests go before whose: FlowSchemas and PriorityLevelConfigurations.
// Models pkg/apis/flowcontrol/validation.

use super::super::{Object, Value, names};
use super::meta::object_meta;
use super::path::{Errors, Path};

const VERBS: [&str; 9] = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
/// A schema with this precedence or less is asked first.
const PRECEDENCE_MAX: i64 = 10_000;

/// A new or changed FlowSchema.
pub(super) fn flow_schema(errors: &mut Errors, schema: &Value) {
    object_meta(errors, schema, false, names::dns1123_subdomain);
    let (at, spec) = (Path::new("spec"), schema.get("spec"));
    let (precedence, place) = (spec.get("matchingPrecedence").int(), at.child("matchingPrecedence"));
    if precedence <= 0 {
        errors.invalid(place, precedence, "must be a positive value");
    }
    if precedence > PRECEDENCE_MAX {
        errors.invalid(place, precedence, &format!("must not be greater than {PRECEDENCE_MAX}"));
    }
    if precedence == 1 && schema.name() != "exempt" {
        errors.invalid(place, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
    }
    let method = spec.get("distinguisherMethod");
    if !method.is_null() && !matches!(method.get("type").str(), "ByNamespace" | "ByUser") {
        let at = at.child("distinguisherMethod");
        errors.internal_not_supported(at.child("type"), ("flowcontrol", "FlowDistinguisherMethod"), method, &["ByNamespace", "ByUser"]);
    }
    let level = at.child("priorityLevelConfiguration");
    match spec.at(&["priorityLevelConfiguration", "name"]).str() {
        "" => errors.required(level.child("name"), "must reference a priority level"),
        name => errors.each_invalid(level.child("name"), name, names::dns1123_subdomain(name)),
    }
    let list = at.child("rules");
    for (i, rule) in spec.get("rules").items().iter().enumerate() {
        rules(errors, list.index(i), rule);
    }
}

fn rules(errors: &mut Errors, at: Path<'_>, rule: &Value) {
    if rule.get("subjects").is_empty() {
        errors.required(at.child("subjects"), "subjects must contain at least one value");
    }
    let list = at.child("subjects");
    for (i, of) in rule.get("subjects").items().iter().enumerate() {
        subject(errors, list.index(i), of);
    }
    let (resources, urls) = (rule.get("resourceRules"), rule.get("nonResourceRules"));
    if resources.is_empty() && urls.is_empty() {
        errors.required(at, "at least one of resourceRules and nonResourceRules has to be non-empty");
    }
    let list = at.child("resourceRules");
    for (i, rule) in resources.items().iter().enumerate() {
        resource_rule(errors, list.index(i), rule);
    }
    let list = at.child("nonResourceRules");
    for (i, rule) in urls.items().iter().enumerate() {
        url_rule(errors, list.index(i), rule);
    }
}

const SUBJECTS: [(&str, &str); 3] = [("Group", "group"), ("ServiceAccount", "serviceAccount"), ("User", "user")];

fn subject(errors: &mut Errors, at: Path<'_>, subject: &Value) {
    let kind = subject.get("kind").str();
    let Some((_, own)) = SUBJECTS.iter().find(|(k, _)| *k == kind) else {
        return errors.not_supported(at.child("kind"), kind, &["Group", "ServiceAccount", "User"]);
    };
    let (named, place) = (subject.get(own), at.child(own));
    if named.is_null() {
        errors.required(place, &format!("{own} is required when subject kind is '{kind}'"));
    } else {
        match named.get("name").str() {
            "" => errors.required(place.child("name"), ""),
            name if kind == "ServiceAccount" && name != "*" => {
                errors.each_invalid(place.child("name"), name, names::dns1123_subdomain(name));
            }
            _ => {}
        }
        match named.get("namespace").str() {
            _ if kind != "ServiceAccount" => {}
            "" => errors.required(place.child("namespace"), "must specify namespace for service account"),
            namespace => errors.each_invalid(place.child("namespace"), namespace, names::dns1123_label(namespace)),
        }
    }
    let order =
        if kind == "ServiceAccount" { ["user", "group"] } else { ["serviceAccount", if kind == "User" { "group" } else { "user" }] };
    for other in order.into_iter().filter(|o| !subject.get(o).is_null()) {
        let of = SUBJECTS.iter().find(|(_, member)| *member == other).map_or("", |(kind, _)| kind);
        errors.forbidden(at.child(other), &format!("{other} is forbidden when subject kind is not '{of}'"));
    }
}

/// Whether a list has an asterisk, which must then be alone.
fn has_all(errors: &mut Errors, at: Path<'_>, list: &Value, what: &str) -> bool {
    let all = list.items().iter().any(|v| v.str() == "*");
    if all && list.items().len() > 1 {
        errors.invalid(at, list, &format!("if '*' is present, must not specify other {what}"));
    }
    all
}

fn verbs(errors: &mut Errors, at: Path<'_>, rule: &Value) {
    let (verbs, at) = (rule.get("verbs"), at.child("verbs"));
    if verbs.is_empty() {
        errors.required(at, "verbs must contain at least one value");
    } else if !has_all(errors, at, verbs, "verbs") && !verbs.items().iter().all(|v| VERBS.contains(&v.str())) {
        errors.not_supported(at, verbs, &VERBS);
    }
}

fn resource_rule(errors: &mut Errors, at: Path<'_>, rule: &Value) {
    verbs(errors, at, rule);
    for (key, one, all) in [("apiGroups", "api group", "api groups"), ("resources", "resource", "resources")] {
        let (list, at) = (rule.get(key), at.child(key));
        if list.is_empty() {
            errors.required(at, &format!("resource rules must supply at least one {one}"));
        } else {
            has_all(errors, at, list, all);
        }
    }
    let (namespaces, at) = (rule.get("namespaces"), at.child("namespaces"));
    if namespaces.is_empty() && !rule.get("clusterScope").is_true() {
        errors.required(at, "resource rules that are not cluster scoped must supply at least one namespace");
    } else if !has_all(errors, at, namespaces, "namespaces") {
        for (i, namespace) in namespaces.items().iter().enumerate() {
            for wrong in names::dns1123_label(namespace.str()) {
                errors.invalid(at.index(i), namespace, &format!("each member of this list must be '*' or a DNS-1123 label; {wrong}"));
            }
        }
    }
}

fn url_rule(errors: &mut Errors, at: Path<'_>, rule: &Value) {
    verbs(errors, at, rule);
    let (urls, at) = (rule.get("nonResourceURLs"), at.child("nonResourceURLs"));
    if urls.is_empty() {
        errors.required(at, "nonResourceURLs must contain at least one value");
    } else if !has_all(errors, at, urls, "non-resource URLs") {
        for (i, url) in urls.items().iter().enumerate() {
            let stars = url.str().matches('*').count();
            let wrong = match url.str() {
                "/" => continue,
                "" => "must not be empty",
                url if !url.starts_with('/') => "must start with slash",
                url if url.contains(' ') => "must not contain white-space",
                url if url.contains("//") => "must not contain double slash",
                url if stars > 1 || stars == 1 && !url.ends_with("/*") => "wildcard can only do suffix matching",
                _ => continue,
            };
            errors.invalid(at.index(i), url, wrong);
        }
    }
}

/// A new or changed PriorityLevelConfiguration.
pub(super) fn priority_level(errors: &mut Errors, level: &Value) {
    object_meta(errors, level, false, names::dns1123_subdomain);
    let (at, spec) = (Path::new("spec"), level.get("spec"));
    let kind = spec.get("type").str();
    if (level.name() == "exempt") != (kind == "Exempt") {
        errors.invalid(at.child("type"), kind, "must be 'Exempt' if and only if `name` is 'exempt'");
    }
    let (limited, place) = (spec.get("limited"), at.child("limited"));
    match kind {
        "Exempt" => {
            if !limited.is_null() {
                errors.forbidden(place, "must be nil if the type is not Limited");
            }
            shares(errors, at.child("exempt"), spec.get("exempt"));
            lent(errors, at.child("exempt"), spec.get("exempt"));
        }
        "Limited" => {
            if !spec.get("exempt").is_null() {
                errors.forbidden(at.child("exempt"), "must be nil if the type is Limited");
            }
            if limited.is_null() {
                return errors.required(place, "must not be empty when type is Limited");
            }
            self::limited(errors, place, limited);
        }
        _ => errors.not_supported(at.child("type"), kind, &["Exempt", "Limited"]),
    }
}

/// How much a level has.
fn shares(errors: &mut Errors, at: Path<'_>, of: &Value) {
    let own = of.get("nominalConcurrencyShares");
    if own.int() < 0 {
        errors.invalid(at.child("nominalConcurrencyShares"), own, "must be a non-negative integer");
    }
}

/// How much a level lends.
fn lent(errors: &mut Errors, at: Path<'_>, of: &Value) {
    let lent = of.get("lendablePercent");
    if !(0..=100).contains(&lent.int()) {
        errors.invalid(at.child("lendablePercent"), lent, "must be between 0 and 100, inclusive");
    }
}

fn limited(errors: &mut Errors, at: Path<'_>, limited: &Value) {
    shares(errors, at, limited);
    let (response, place) = (limited.get("limitResponse"), at.child("limitResponse"));
    let (queuing, within) = (response.get("queuing"), place.child("queuing"));
    match (response.get("type").str(), queuing.is_null()) {
        ("Reject", true) => {}
        ("Reject", false) => errors.forbidden(within, "must be nil if limited.limitResponse.type is not Limited"),
        ("Queue", true) => errors.required(within, "must not be empty if limited.limitResponse.type is Limited"),
        ("Queue", false) => self::queuing(errors, within, queuing),
        (other, _) => errors.not_supported(place.child("type"), other, &["Queue", "Reject"]),
    }
    lent(errors, at, limited);
    let borrowed = limited.get("borrowingLimitPercent");
    if borrowed.int() < 0 {
        errors.invalid(at.child("borrowingLimitPercent"), borrowed, "if specified, must be a non-negative integer");
    }
}

const QUEUES_MAX: i64 = 10_000_000;
/// Bits of a hash that deals hands of queues.
const HASH_BITS: u32 = 60;

fn queuing(errors: &mut Errors, at: Path<'_>, queuing: &Value) {
    let [length, queues, hand] = ["queueLengthLimit", "queues", "handSize"].map(|key| queuing.get(key).int());
    if length <= 0 {
        errors.invalid(at.child("queueLengthLimit"), length, "must be positive");
    }
    if queues <= 0 {
        errors.invalid(at.child("queues"), queues, "must be positive");
    } else if queues > QUEUES_MAX {
        errors.invalid(at.child("queues"), queues, &format!("must not be greater than {QUEUES_MAX}"));
    }
    let at = at.child("handSize");
    if hand <= 0 {
        errors.invalid(at, hand, "must be positive");
    } else if hand > queues {
        errors.invalid(at, hand, &format!("should not be greater than queues ({queues})"));
    } else {
        // In how many ways such a hand is dealt, as far as that matters.
        let mut ways: u128 = 1;
        for queue in (0..hand).map(|i| u128::try_from(queues - i).unwrap_or(0)) {
            ways = ways.saturating_mul(queue);
            if ways > 1 << HASH_BITS {
                let detail =
                    format!("required entropy bits of deckSize {queues} and handSize {hand} should not be greater than {HASH_BITS}");
                return errors.invalid(at, hand, &detail);
            }
        }
    }
}

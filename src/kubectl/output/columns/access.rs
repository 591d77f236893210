//! Who may do what: role bindings, signing requests, admission, flow control.

use super::format::{age_of, number, or};
use super::{AGE, BuiltIn, NAME, int, text, wide};
use crate::api::duration::human_duration_signed;
use crate::api::{Object, Value, find_condition, go_selector};
use crate::base::List as _;

pub(super) static ROLE_BINDING: BuiltIn = BuiltIn {
    columns: &[NAME, text("Role"), AGE, wide("Users"), wide("Groups"), wide("ServiceAccounts")],
    cells: |o, now| {
        let role = o.get("roleRef");
        let subjects = |kind: &str| -> String {
            let of_kind = o.get("subjects").items().iter().filter(|s| s.kind() == kind);
            let name = |s: &Value| {
                let name = s.get("name").str();
                if kind == "ServiceAccount" { format!("{}/{name}", s.get("namespace").str()) } else { name.to_owned() }
            };
            of_kind.map(name).list().join(", ")
        };
        vec![
            o.name().to_owned(),
            format!("{}/{}", role.kind(), role.get("name").str()),
            age_of(o, now),
            subjects("User"),
            subjects("Group"),
            subjects("ServiceAccount"),
        ]
    },
};

pub(super) static CERTIFICATE_SIGNING_REQUEST: BuiltIn = BuiltIn {
    columns: &[NAME, AGE, text("SignerName"), text("Requestor"), text("RequestedDuration"), text("Condition")],
    cells: |o, now| {
        let spec = o.get("spec");
        let duration = spec.get("expirationSeconds").as_int();
        vec![
            o.name().to_owned(),
            age_of(o, now),
            or(spec.get("signerName").str(), "<none>"),
            spec.get("username").str().to_owned(),
            duration.map_or_else(|| "<none>".into(), |s| human_duration_signed(s.saturating_mul(1_000_000))),
            certificate_condition(o),
        ]
    },
};

/// Where a request for a certificate stands.
pub fn certificate_condition(csr: &Value) -> String {
    let status = csr.get("status");
    let has = |kind: &str| !find_condition(status, kind).is_null();
    let mut condition = if has("Denied") {
        "Denied"
    } else if has("Approved") {
        "Approved"
    } else {
        "Pending"
    }
    .to_owned();
    if has("Failed") {
        condition.push_str(",Failed");
    }
    if !status.get("certificate").is_empty() {
        condition.push_str(",Issued");
    }
    condition
}

pub(super) static WEBHOOKS: BuiltIn = BuiltIn {
    columns: &[NAME, int("Webhooks"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.get("webhooks").items().len().to_string(), age_of(o, now)],
};

/// A policy's `paramKind`: `apps/v1/Deployment`.
fn param_kind(o: &Value) -> String {
    let kind = o.at(&["spec", "paramKind"]);
    if kind.is_null() { "<unset>".into() } else { format!("{}/{}", kind.api_version(), kind.kind()) }
}

/// A binding's `paramRef`: `*/name` where it names no namespace.
fn param_ref(o: &Value) -> String {
    let param = o.at(&["spec", "paramRef"]);
    match (param.get("name").str(), param.get("selector")) {
        _ if param.is_null() => "<unset>".into(),
        ("", selector) if !selector.is_null() => go_selector(selector),
        (name, _) => format!("{}/{name}", or(param.get("namespace").str(), "*")),
    }
}

pub(super) static VALIDATING_POLICY: BuiltIn = BuiltIn {
    columns: &[NAME, int("Validations"), text("ParamKind"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.at(&["spec", "validations"]).items().len().to_string(), param_kind(o), age_of(o, now)],
};

pub(super) static VALIDATING_POLICY_BINDING: BuiltIn = BuiltIn {
    columns: &[NAME, text("PolicyName"), text("ParamRef"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.at(&["spec", "policyName"]).str().to_owned(), param_ref(o), age_of(o, now)],
};

pub(super) static MUTATING_POLICY: BuiltIn = BuiltIn {
    columns: &[NAME, int("Mutations"), text("ParamKind"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.at(&["spec", "mutations"]).items().len().to_string(), param_kind(o), age_of(o, now)],
};

pub(super) static MUTATING_POLICY_BINDING: BuiltIn = BuiltIn {
    columns: &[NAME, text("PolicyName"), text("ParamRef"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.at(&["spec", "policyName"]).str().to_owned(), param_ref(o), age_of(o, now)],
};

pub(super) static API_SERVICE: BuiltIn = BuiltIn {
    columns: &[NAME, text("Service"), text("Available"), AGE],
    cells: |o, now| {
        let service = o.at(&["spec", "service"]);
        let by = format!("{}/{}", service.get("namespace").str(), service.get("name").str());
        let available = find_condition(o.get("status"), "Available");
        let available = match available.get("status").str() {
            _ if available.is_null() => "Unknown".to_owned(),
            "True" => "True".to_owned(),
            status => format!("{status} ({})", available.get("reason").str()),
        };
        vec![o.name().to_owned(), if service.is_null() { "Local".to_owned() } else { by }, available, age_of(o, now)]
    },
};

pub(super) static FLOW_SCHEMA: BuiltIn = BuiltIn {
    columns: &[NAME, text("PriorityLevel"), text("MatchingPrecedence"), text("DistinguisherMethod"), AGE, text("MissingPL")],
    cells: |o, now| {
        let spec = o.get("spec");
        vec![
            o.name().to_owned(),
            spec.at(&["priorityLevelConfiguration", "name"]).str().to_owned(),
            number(spec.get("matchingPrecedence")),
            or(spec.at(&["distinguisherMethod", "type"]).str(), "<none>"),
            age_of(o, now),
            or(o.condition("Dangling"), "?"),
        ]
    },
};

pub(super) static PRIORITY_LEVEL: BuiltIn = BuiltIn {
    columns: &[NAME, text("Type"), text("NominalConcurrencyShares"), text("Queues"), text("HandSize"), text("QueueLengthLimit"), AGE],
    cells: |o, now| {
        let limited = o.at(&["spec", "limited"]);
        let queuing = limited.at(&["limitResponse", "queuing"]);
        let of = |owner: &Value, member: &str| if owner.is_null() { "<none>".into() } else { number(owner.get(member)) };
        vec![
            o.name().to_owned(),
            o.at(&["spec", "type"]).str().to_owned(),
            of(limited, "nominalConcurrencyShares"),
            of(queuing, "queues"),
            of(queuing, "handSize"),
            of(queuing, "queueLengthLimit"),
            age_of(o, now),
        ]
    },
};

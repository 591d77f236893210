//! Namespaces, configuration, quotas and limits, priority classes.

use crate::base::{List as _, Order as _, SortedSet};

use super::metadata::quantity;
use super::page::Page;
use crate::api::{Object, Quantity, Value, kinds};
use crate::kubectl::output::columns::format_labels;

pub(super) fn namespace(page: &mut Page, ns: &Value) {
    page.name(ns);
    page.labels_and_annotations(ns);
    page.field(0, "Status", ns.at(&["status", "phase"]).str());
    page.conditions("Conditions:", ns.at(&["status", "conditions"]).items());
    page.line(0, "");
    let quotas = page.related.list(kinds::RESOURCE_QUOTA, Some(ns.name()));
    if quotas.is_empty() {
        page.line(0, "No resource quota.");
    } else {
        page.line(0, "Resource Quotas");
        for q in &quotas {
            page.field(1, "Name", q.name());
            scopes(page, q, 1, "* ");
            page.line(1, "Resource\tUsed\tHard");
            page.line(1, "--------\t---\t---");
            for (resource, hard) in q.at(&["status", "hard"]).entries() {
                page.line(1, format_args!("{resource}\t{}\t{}", quantity(q.at(&["status", "used", resource])), quantity(hard)));
            }
        }
    }
    page.line(0, "");
    let ranges = page.related.list(kinds::LIMIT_RANGE, Some(ns.name()));
    if ranges.is_empty() {
        page.line(0, "No LimitRange resource.");
    } else {
        page.line(0, "Resource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
        page.line(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
        for range in &ranges {
            limits(page, range, " ");
        }
    }
}

fn scopes(page: &mut Page, quota: &Value, level: usize, bullet: &str) {
    let mut scopes: Vec<&str> = quota.at(&["spec", "scopes"]).items().iter().map(Value::str).list();
    if scopes.is_empty() {
        return;
    }
    scopes.order();
    page.field(level, "Scopes", scopes.join(", "));
    for scope in scopes {
        let help = match scope {
            "Terminating" => {
                "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system."
            }
            "NotTerminating" => {
                "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate."
            }
            "BestEffort" => {
                "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service."
            }
            "NotBestEffort" => {
                "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service."
            }
            _ => continue,
        };
        page.line(level, format_args!("{bullet}{help}"));
    }
}

pub(super) fn resource_quota(page: &mut Page, quota: &Value) {
    page.name(quota);
    page.field(0, "Namespace", quota.namespace());
    scopes(page, quota, 0, " * ");
    page.line(0, "Resource\tUsed\tHard");
    page.line(0, "--------\t----\t----");
    for (resource, hard) in quota.at(&["status", "hard"]).entries() {
        let used = quota.at(&["status", "used", resource]);
        let (used_q, hard_q) = (Quantity::of(used), Quantity::of(hard));
        // What is used is written in the form of what is allowed.
        let same_form = used_q.format() == hard_q.format();
        let used = if same_form { quantity(used) } else { Quantity::new(used_q.value(), hard_q.format()).to_string() };
        page.line(0, format_args!("{resource}\t{used}\t{}", quantity(hard)));
    }
}

pub(super) fn limit_range(page: &mut Page, range: &Value) {
    page.name(range);
    page.field(0, "Namespace", range.namespace());
    page.line(0, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    page.line(0, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    limits(page, range, "");
}

fn limits(page: &mut Page, range: &Value, prefix: &str) {
    const MEMBERS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
    for item in range.at(&["spec", "limits"]).items() {
        // kubectl goes through these in no fixed order.
        let resources: SortedSet<&str> = MEMBERS.iter().flat_map(|m| item.get(m).entries()).map(|(name, _)| name.as_str()).collect();
        for resource in resources {
            let cells = MEMBERS.map(|m| if item.at(&[m, resource]).is_null() { "-".into() } else { quantity(item.at(&[m, resource])) });
            page.line(0, format_args!("{prefix}{}\t{resource}\t{}", item.get("type").str(), cells.join("\t")));
        }
    }
}

pub(super) fn config_map(page: &mut Page, cm: &Value) {
    page.head(cm);
    page.line(0, "\nData\n====");
    for (key, value) in cm.get("data").entries() {
        page.line(0, format_args!("{key}:\n----"));
        page.line(0, value.str());
        page.line(0, "");
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in cm.get("binaryData").entries() {
        page.line(0, format_args!("{key}: {} bytes", decoded_len(value.str())));
    }
    page.line(0, "");
    page.events(kinds::CONFIG_MAP, cm);
}

/// How many bytes a base64 text stands for.
fn decoded_len(base64: &str) -> usize {
    let symbols = base64.bytes().filter(|b| !b.is_ascii_whitespace());
    symbols.filter(|b| *b != b'=').count() * 3 / 4
}

pub(super) fn secret(page: &mut Page, secret: &Value) {
    page.head(secret);
    let kind = secret.get("type").str();
    page.line(0, format_args!("\nType:\t{kind}"));
    page.line(0, "\nData\n====");
    for (key, value) in secret.get("data").entries() {
        if key == "token" && kind == "kubernetes.io/service-account-token" {
            let token = crate::base::base64::decode(value.str()).unwrap_or_default();
            page.field(0, key, String::from_utf8_lossy(&token));
        } else {
            page.field(0, key, format_args!("{} bytes", decoded_len(value.str())));
        }
    }
}

pub(super) fn priority_class(page: &mut Page, class: &Value) {
    page.name(class);
    page.field(0, "Value", class.get("value").int());
    page.field(0, "GlobalDefault", class.get("globalDefault").is_true());
    page.field(0, "PreemptionPolicy", class.get("preemptionPolicy").str());
    page.field(0, "Description", class.get("description").str());
    page.field(0, "Annotations", format_labels(class.at(&["metadata", "annotations"])));
    page.events(kinds::PRIORITY_CLASS, class);
}

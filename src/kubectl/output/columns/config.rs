//! Namespaces, configuration, quotas, classes of pods and other small kinds.

use super::format::{age_of, number, quantity, truth};
use super::{AGE, BuiltIn, NAME, boolean, int, text};
use crate::api::quantity::Quantity;
use crate::api::{Object, Value, find_condition};

pub(super) static NAMESPACE: BuiltIn = BuiltIn {
    columns: &[NAME, text("Status"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.at(&["status", "phase"]).str().to_owned(), age_of(o, now)],
};

pub(super) static CONFIG_MAP: BuiltIn = BuiltIn {
    columns: &[NAME, text("Data"), AGE],
    cells: |o, now| {
        let entries = o.get("data").entries().len() + o.get("binaryData").entries().len();
        vec![o.name().to_owned(), entries.to_string(), age_of(o, now)]
    },
};

pub(super) static SECRET: BuiltIn = BuiltIn {
    columns: &[NAME, text("Type"), text("Data"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.get("type").str().to_owned(), o.get("data").entries().len().to_string(), age_of(o, now)],
};

pub(super) static RESOURCE_QUOTA: BuiltIn = BuiltIn {
    columns: &[NAME, text("Request"), text("Limit"), AGE],
    cells: |o, now| {
        let (mut requests, mut limits) = (Vec::new(), Vec::new());
        for (resource, hard) in o.at(&["status", "hard"]).entries() {
            let to = if resource.starts_with("limits.") { &mut limits } else { &mut requests };
            to.push(format!("{resource}: {}/{}", quantity(o.at(&["status", "used", resource])), quantity(hard)));
        }
        vec![o.name().to_owned(), requests.join(", "), limits.join(", "), age_of(o, now)]
    },
};

/// Of a node, or of a pod's containers together, as the metrics server has it.
// Models metrics-server's addPodMetricsToTable.
pub(super) static METRICS: BuiltIn = BuiltIn {
    columns: &[NAME, text("cpu"), text("memory"), text("Window")],
    cells: |o, _| {
        let used = |resource: &str| {
            let of = |part: &Value| Quantity::of(part.at(&["usage", resource]));
            o.get("containers").items().iter().fold(of(o), |all, container| all.add(&of(container))).to_string()
        };
        vec![o.name().to_owned(), used("cpu"), used("memory"), o.get("window").str().to_owned()]
    },
};

pub(super) static COMPONENT_STATUS: BuiltIn = BuiltIn {
    columns: &[NAME, text("Status"), text("Message"), text("Error")],
    cells: |o, _| {
        let healthy = find_condition(o, "Healthy");
        let status = match healthy.get("status").str() {
            _ if healthy.is_null() => "Unknown",
            "True" => "Healthy",
            _ => "Unhealthy",
        };
        let member = |name: &str| healthy.get(name).str().to_owned();
        vec![o.name().to_owned(), status.into(), member("message"), member("error")]
    },
};

pub(super) static LEASE: BuiltIn = BuiltIn {
    columns: &[NAME, text("Holder"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.at(&["spec", "holderIdentity"]).str().to_owned(), age_of(o, now)],
};

pub(super) static PRIORITY_CLASS: BuiltIn = BuiltIn {
    columns: &[NAME, int("Value"), boolean("Global-Default"), AGE, text("PreemptionPolicy")],
    cells: |o, now| {
        vec![
            o.name().to_owned(),
            number(o.get("value")),
            truth(o.get("globalDefault")),
            age_of(o, now),
            o.get("preemptionPolicy").str().to_owned(),
        ]
    },
};

pub(super) static RUNTIME_CLASS: BuiltIn = BuiltIn {
    columns: &[NAME, text("Handler"), AGE],
    cells: |o, now| vec![o.name().to_owned(), o.get("handler").str().to_owned(), age_of(o, now)],
};

//! Controllers of pods that run on, and disruption budgets.

use super::format::{age_of, containers, format_label_selector, format_labels, format_selector_or, int_or_string, number};
use super::{AGE, BuiltIn, Column, NAME, int, text, wide};
use crate::api::{Object, Value, split_api_version};
use crate::base::{Case as _, Time};

const CONTAINERS: Column = wide("Containers");
const IMAGES: Column = wide("Images");
const SELECTOR: Column = wide("Selector");

const REPLICAS: &[Column] = &[NAME, int("Desired"), int("Current"), int("Ready"), AGE, CONTAINERS, IMAGES, SELECTOR];

pub(super) static REPLICATION_CONTROLLER: BuiltIn =
    BuiltIn { columns: REPLICAS, cells: |o, now| replicas(o, now, format_labels(o.at(&["spec", "selector"]))) };

pub(super) static REPLICA_SET: BuiltIn =
    BuiltIn { columns: REPLICAS, cells: |o, now| replicas(o, now, format_label_selector(o.at(&["spec", "selector"]))) };

fn replicas(o: &Value, now: Time, selector: String) -> Vec<String> {
    let [names, images] = containers(o.at(&["spec", "template", "spec"]));
    vec![
        o.name().to_owned(),
        number(o.at(&["spec", "replicas"])),
        number(o.at(&["status", "replicas"])),
        number(o.at(&["status", "readyReplicas"])),
        age_of(o, now),
        names,
        images,
        selector,
    ]
}

pub(super) static DEPLOYMENT: BuiltIn = BuiltIn {
    columns: &[NAME, text("Ready"), text("Up-to-date"), text("Available"), AGE, CONTAINERS, IMAGES, SELECTOR],
    cells: |o, now| {
        let [names, images] = containers(o.at(&["spec", "template", "spec"]));
        vec![
            o.name().to_owned(),
            ready_of(o),
            number(o.at(&["status", "updatedReplicas"])),
            number(o.at(&["status", "availableReplicas"])),
            age_of(o, now),
            names,
            images,
            format_selector_or(o.at(&["spec", "selector"]), "<invalid>"),
        ]
    },
};

fn ready_of(o: &Value) -> String {
    format!("{}/{}", o.at(&["status", "readyReplicas"]).int(), o.at(&["spec", "replicas"]).int())
}

pub(super) static STATEFUL_SET: BuiltIn = BuiltIn {
    columns: &[NAME, text("Ready"), AGE, CONTAINERS, IMAGES],
    cells: |o, now| {
        let [names, images] = containers(o.at(&["spec", "template", "spec"]));
        vec![o.name().to_owned(), ready_of(o), age_of(o, now), names, images]
    },
};

pub(super) static DAEMON_SET: BuiltIn = BuiltIn {
    columns: &[
        NAME,
        int("Desired"),
        int("Current"),
        int("Ready"),
        int("Up-to-date"),
        int("Available"),
        text("Node Selector"),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ],
    cells: |o, now| {
        let status = o.get("status");
        let [names, images] = containers(o.at(&["spec", "template", "spec"]));
        vec![
            o.name().to_owned(),
            number(status.get("desiredNumberScheduled")),
            number(status.get("currentNumberScheduled")),
            number(status.get("numberReady")),
            number(status.get("updatedNumberScheduled")),
            number(status.get("numberAvailable")),
            format_labels(o.at(&["spec", "template", "spec", "nodeSelector"])),
            age_of(o, now),
            names,
            images,
            format_label_selector(o.at(&["spec", "selector"])),
        ]
    },
};

pub(super) static CONTROLLER_REVISION: BuiltIn = BuiltIn {
    columns: &[NAME, text("Controller"), text("Revision"), AGE],
    cells: |o, now| {
        let controller = o.controller_ref();
        let controller = if controller.is_null() {
            "<none>".to_owned()
        } else {
            let (group, _) = split_api_version(controller.api_version());
            let dot = if group.is_empty() { "" } else { "." };
            format!("{}{dot}{group}/{}", controller.kind().lower(), controller.get("name").str())
        };
        vec![o.name().to_owned(), controller, number(o.get("revision")), age_of(o, now)]
    },
};

pub(super) static POD_DISRUPTION_BUDGET: BuiltIn = BuiltIn {
    columns: &[NAME, text("Min Available"), text("Max Unavailable"), int("Allowed Disruptions"), AGE],
    cells: |o, now| {
        let bound = |member: &str| match o.at(&["spec", member]) {
            Value::Null => "N/A".to_owned(),
            v => int_or_string(v),
        };
        vec![
            o.name().to_owned(),
            bound("minAvailable"),
            bound("maxUnavailable"),
            number(o.at(&["status", "disruptionsAllowed"])),
            age_of(o, now),
        ]
    },
};

//! Devices, and who claims them.
// Models pkg/apis/resource/validation.

use super::super::cel::{Program, is_semantic_version};
use super::super::{Cause, Value, internal, names};
use super::meta::{annotations, label_name, labels, object_meta, object_meta_update};
use super::path::{Errors, Path};
use super::resources::is_extended;
use super::scheduling::node_selector;
use super::volumes::csi_driver_name;
use crate::base::{List as _, SortedSet};

/// The most requests, constraints, configurations or selectors in one list.
const LIST_MAX: usize = 32;
const ALTERNATIVES_MAX: usize = 8;
const DEVICES_MAX: usize = 128;
const TAINTED_DEVICES_MAX: usize = 64;
const PARAMETERS_BYTES_MAX: usize = 10 << 10;
const EXPRESSION_BYTES_MAX: usize = 10 << 10;
const VALUE_BYTES_MAX: usize = 64;
/// Attributes and capacities of one device.
const FACTS_MAX: usize = 32;
const POOL_BYTES_MAX: usize = 253;
const ONE_KIND: &str = "exactly one of `exactly` or `firstAvailable` is required";
const ONE_ATTRIBUTE: &str = "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but multiple fields are set";
const NOT_A_REQUEST: &str = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
const NODES: &str = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
const DEVICE_NODES: &str = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

/// A new ResourceClaim.
pub(super) fn claim(errors: &mut Errors, claim: &Value) {
    object_meta(errors, claim, true, names::dns1123_subdomain);
    claim_spec(errors, Path::new("spec"), claim.get("spec"));
}

/// A new ResourceClaimTemplate.
pub(super) fn claim_template(errors: &mut Errors, template: &Value) {
    object_meta(errors, template, true, names::dns1123_subdomain);
    let (at, spec) = (Path::new("spec"), template.get("spec"));
    let (place, meta) = (at.child("metadata"), spec.get("metadata"));
    annotations(errors, place.child("annotations"), meta.get("annotations"));
    labels(errors, place.child("labels"), meta.get("labels"));
    for (key, _) in meta.entries().filter(|(key, _)| !matches!(key.as_str(), "annotations" | "labels" | "creationTimestamp")) {
        errors.forbidden(place.child(key), "cannot be set");
    }
    claim_spec(errors, at.child("spec"), spec.get("spec"));
}

/// A changed template of claims.
pub(super) fn claim_template_update(errors: &mut Errors, new: &Value, old: &Value) {
    claim_template(errors, new);
    claim_update(errors, "ResourceClaimTemplateSpec", new, old);
}

/// A changed claim or template of claims: its spec stays, which is of the type that is named.
pub(super) fn claim_update(errors: &mut Errors, spec_type: &str, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    errors.internal_immutable(Path::new("spec"), ("resource", spec_type), new.get("spec"), old.get("spec"));
}

/// A new or changed DeviceClass.
pub(super) fn class(errors: &mut Errors, class: &Value) {
    object_meta(errors, class, false, names::dns1123_subdomain);
    let (at, spec) = (Path::new("spec"), class.get("spec"));
    selectors(errors, at.child("selectors"), spec.get("selectors"));
    each(errors, at.child("config"), spec.get("config"), LIST_MAX, &mut configuration);
    if let Some(name) = spec.get("extendedResourceName").as_str().filter(|name| !is_extended(name)) {
        errors.invalid(at.child("extendedResourceName"), name, "must be a valid extended resource name");
    }
}

/// What is called for each item of a list, with its place.
type Each<'a> = &'a mut dyn FnMut(&mut Errors, Path<'_>, &Value);

fn each(errors: &mut Errors, at: Path<'_>, list: &Value, max: usize, item: Each<'_>) {
    let list = list.items();
    if list.len() > max {
        return errors.too_many(at, list.len(), max);
    }
    for (i, one) in list.iter().enumerate() {
        item(errors, at.index(i), one);
    }
}

/// The same of a list whose items differ, in themselves or in their names.
fn each_different(errors: &mut Errors, at: Path<'_>, list: &Value, max: usize, item: Each<'_>) {
    each(errors, at, list, max, item);
    let mut seen = SortedSet::new();
    for (i, one) in list.items().iter().enumerate().take(if list.items().len() > max { 0 } else { max }) {
        let name = one.as_str().unwrap_or_else(|| one.get("name").str());
        if !seen.insert(name) {
            errors.duplicate(at.index(i), name);
        }
    }
}

fn label(errors: &mut Errors, at: Path<'_>, name: &str) {
    errors.each_invalid(at, name, names::dns1123_label(name));
}

fn claim_spec(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let (at, devices) = (at.child("devices"), spec.get("devices"));
    each_different(errors, at.child("requests"), devices.get("requests"), LIST_MAX, &mut request);
    each(errors, at.child("constraints"), devices.get("constraints"), LIST_MAX, &mut |errors, at, constraint| {
        requests_named(errors, at.child("requests"), constraint.get("requests"), devices);
        let told = ["matchAttribute", "distinctAttribute"].into_iter().find(|key| !constraint.get(key).is_null());
        match told {
            Some(key) => attribute_name(errors, at.child(key), constraint.get(key).str(), false),
            None => errors.required(at, ONE_ATTRIBUTE),
        }
    });
    each(errors, at.child("config"), devices.get("config"), LIST_MAX, &mut |errors, at, config| {
        requests_named(errors, at.child("requests"), config.get("requests"), devices);
        configuration(errors, at, config);
    });
}

fn request(errors: &mut Errors, at: Path<'_>, request: &Value) {
    label(errors, at.child("name"), request.get("name").str());
    let (exactly, any) = (request.get("exactly"), request.get("firstAvailable"));
    match (exactly.is_null(), any.is_empty()) {
        (true, true) => errors.required(at, ONE_KIND),
        (false, false) => errors.invalid(at, Value::Null, &format!("{ONE_KIND}, but multiple fields are set")),
        (false, true) => devices_asked(errors, at.child("exactly"), exactly),
        (true, false) => each_different(errors, at.child("firstAvailable"), any, ALTERNATIVES_MAX, &mut |errors, at, one| {
            label(errors, at.child("name"), one.get("name").str());
            devices_asked(errors, at, one);
        }),
    }
}

/// Which devices a request asks for, and how many.
fn devices_asked(errors: &mut Errors, at: Path<'_>, request: &Value) {
    match request.get("deviceClassName").str() {
        "" => errors.required(at.child("deviceClassName"), ""),
        name => errors.each_invalid(at.child("deviceClassName"), name, names::dns1123_subdomain(name)),
    }
    selectors(errors, at.child("selectors"), request.get("selectors"));
    let count = request.get("count").int();
    match request.get("allocationMode").str() {
        "All" if count != 0 => errors.invalid(at.child("count"), count, "must not be specified when allocationMode is 'All'"),
        "ExactCount" if count <= 0 => errors.invalid(at.child("count"), count, "must be greater than zero"),
        "All" | "ExactCount" => {}
        mode => errors.not_supported(at.child("allocationMode"), mode, &["All", "ExactCount"]),
    }
    let list = at.child("tolerations");
    for (i, toleration) in request.get("tolerations").items().iter().enumerate() {
        let (at, key, value) = (list.index(i), toleration.get("key").str(), toleration.get("value").str());
        if !key.is_empty() {
            label_name(errors, at.child("key"), key);
        }
        match toleration.get("operator").str() {
            "Exists" if !value.is_empty() => errors.invalid(at.child("value"), value, "must be empty for operator `Exists`"),
            "Equal" => errors.each_invalid(at.child("value"), value, names::label_value(value)),
            _ => errors.one_of(at.child("operator"), toleration.get("operator"), &["Equal", "Exists"]),
        }
        if !toleration.get("effect").is_empty() {
            errors.one_of(at.child("effect"), toleration.get("effect"), &EFFECTS);
        }
    }
}

const EFFECTS: [&str; 3] = ["NoExecute", "NoSchedule", "None"];

fn selectors(errors: &mut Errors, at: Path<'_>, selectors: &Value) {
    each(errors, at, selectors, LIST_MAX, &mut |errors, at, selector| {
        let (at, cel) = (at.child("cel"), selector.get("cel"));
        let text = cel.get("expression").str();
        if cel.is_null() {
            errors.required(at, "");
        } else if text.len() > EXPRESSION_BYTES_MAX {
            errors.too_long(at.child("expression"), EXPRESSION_BYTES_MAX);
        } else if let Err(why) = Program::of_device(text) {
            errors.invalid(at.child("expression"), text, &why.to_string());
        }
    });
}

/// Names of requests that must be among the claim's.
fn requests_named(errors: &mut Errors, at: Path<'_>, names: &Value, devices: &Value) {
    each_different(errors, at, names, LIST_MAX, &mut |errors, at, name| {
        let mut parts = name.str().splitn(3, '/');
        let (first, second, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if more.is_none() {
            [Some(first), second].into_iter().flatten().for_each(|part| label(errors, at, part));
        }
        let of = |list: &Value, name: &str| list.items().iter().rfind(|one| one.get("name").str() == name).cloned();
        let known = of(devices.get("requests"), first)
            .is_some_and(|request| second.is_none_or(|second| of(request.get("firstAvailable"), second).is_some()));
        if more.is_some() || !known {
            errors.invalid(at, name, NOT_A_REQUEST);
        }
    });
}

/// `domain/name` of an attribute of devices; within a device the domain may be left out.
fn attribute_name(errors: &mut Errors, at: Path<'_>, text: &str, of_device: bool) {
    let identifier = |errors: &mut Errors, name: &str| {
        if name.len() > 32 {
            errors.too_long(at, 32);
        }
        let head = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !head || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            let rule =
                "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
            errors.invalid(at, name, &names::explain(rule, "[A-Za-z_][A-Za-z0-9_]*", &["my_name", "MY_NAME", "MyName"]));
        }
    };
    match text.split_once('/') {
        None => {
            identifier(errors, text);
            if !of_device {
                errors.invalid(at, text, "a fully qualified name must be a domain and a name separated by a slash");
            }
        }
        Some((_, name)) if name.contains('/') => {}
        Some((domain, name)) => {
            match domain {
                "" => errors.invalid(at, "", "the domain must not be empty"),
                domain => csi_driver_name(errors, at, domain),
            }
            match name {
                "" => errors.invalid(at, "", "the name must not be empty"),
                name => identifier(errors, name),
            }
        }
    }
}

/// What a driver is told of how to set devices up.
fn configuration(errors: &mut Errors, at: Path<'_>, config: &Value) {
    let (opaque, at) = (config.get("opaque"), at.child("opaque"));
    if opaque.is_null() {
        return errors.required(at, "");
    }
    csi_driver_name(errors, at.child("driver"), opaque.get("driver").str());
    let (parameters, at) = (opaque.get("parameters"), at.child("parameters"));
    match parameters {
        Value::Null => errors.required(at, ""),
        _ if parameters.to_json().len() > PARAMETERS_BYTES_MAX => errors.too_long(at, PARAMETERS_BYTES_MAX),
        Value::Map(_) => {}
        _ => errors.invalid(at, "<value omitted>", "must be a valid JSON object"),
    }
}

/// A new or changed ResourceSlice.
pub(super) fn slice(errors: &mut Errors, slice: &Value, old: Option<&Value>) {
    match old {
        Some(old) => object_meta_update(errors, slice, old),
        None => object_meta(errors, slice, false, names::dns1123_subdomain),
    }
    let (at, spec) = (Path::new("spec"), slice.get("spec"));
    csi_driver_name(errors, at.child("driver"), spec.get("driver").str());
    let (place, pool) = (at.child("pool"), spec.get("pool"));
    match pool.get("name").str() {
        "" => errors.required(place.child("name"), ""),
        name => {
            if name.len() > POOL_BYTES_MAX {
                errors.too_long(place.child("name"), POOL_BYTES_MAX);
            }
            name.split('/').for_each(|part| errors.each_invalid(place.child("name"), part, names::dns1123_subdomain(part)));
        }
    }
    if pool.get("resourceSliceCount").int() <= 0 {
        errors.invalid(place.child("resourceSliceCount"), pool.get("resourceSliceCount").int(), "must be greater than zero");
    }
    if pool.get("generation").int() < 0 {
        errors.invalid(place.child("generation"), pool.get("generation"), "must be greater than or equal to zero");
    }
    if let Some(before) = old.map(|old| old.get("spec")) {
        errors.immutable(place.child("name"), pool.get("name"), before.at(&["pool", "name"]));
        for key in ["driver", "nodeName"] {
            errors.immutable(at.child(key), spec.get(key), before.get(key));
        }
    }
    match nodes(errors, at, spec, &["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"]).as_slice() {
        [] => errors.required(at, NODES),
        [_] => {}
        many => errors.invalid(at, format!("{{{}}}", many.join(", ")), &format!("{NODES}, but multiple fields are set")),
    }
    let devices = spec.get("devices");
    if !spec.get("sharedCounters").is_null() && !devices.is_null() {
        errors.invalid(at, "", "only one of `sharedCounters` or `devices` is allowed");
    }
    let careful = devices.items().iter().any(|d| !d.get("taints").is_empty() || !d.get("consumesCounters").is_empty());
    let max = if careful { TAINTED_DEVICES_MAX } else { DEVICES_MAX };
    let of_their_own = spec.get("perDeviceNodeSelection").is_true();
    each_different(errors, at.child("devices"), devices, max, &mut |errors, at, one| device(errors, at, one, of_their_own));
}

/// The ways in which nodes are chosen.
fn nodes(errors: &mut Errors, at: Path<'_>, of: &Value, ways: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    for key in ways {
        let (at, value) = (at.child(key), of.get(key));
        match value {
            Value::Null => continue,
            Value::Bool(false) => {
                errors.invalid(at, value, "must be either unset or set to true");
                continue;
            }
            Value::Map(_) => {
                node_selector(errors, at, value, false);
                let terms = value.get("nodeSelectorTerms").items();
                if ways.len() > 3 && terms.len() != 1 {
                    let shown: Vec<String> = terms.iter().map(|term| internal::to_json("core", "NodeSelectorTerm", term)).list();
                    let shown = if shown.is_empty() { "null".to_owned() } else { format!("[{}]", shown.join(",")) };
                    let message = format!("Invalid value: {shown}: must have exactly one node selector term");
                    errors.0.push(Cause::new("FieldValueInvalid", at.child("nodeSelectorTerms").to_string(), message));
                }
            }
            _ if *key == "nodeName" && value.is_empty() => {
                errors.invalid(at, value, "must be either unset or set to a non-empty string");
                continue;
            }
            _ if *key == "nodeName" => errors.each_invalid(at, value.str(), names::dns1123_subdomain(value.str())),
            _ => {}
        }
        told.push(format!("`{key}`"));
    }
    told
}

fn device(errors: &mut Errors, at: Path<'_>, device: &Value, own_nodes: bool) {
    label(errors, at.child("name"), device.get("name").str());
    let facts = device.get("attributes").entries().len() + device.get("capacity").entries().len();
    if facts > FACTS_MAX {
        errors.invalid(at, facts as i64, &format!("the total number of attributes and capacities must not exceed {FACTS_MAX}"));
    }
    let list = at.child("attributes");
    for (name, attribute) in device.get("attributes").entries() {
        // A name is told of with the map that it is in.
        attribute_name(errors, list, name, true);
        let at = list.key(name);
        for key in ["string", "version"] {
            let Some(text) = attribute.get(key).as_str() else { continue };
            if key == "version" && !is_semantic_version(text) {
                errors.invalid(at.child(key), text, "must be a string compatible with semver.org spec 2.0.0");
            }
            if text.len() > VALUE_BYTES_MAX {
                errors.too_long(at.child(key), VALUE_BYTES_MAX);
            }
        }
        match attribute.entries().filter(|(_, value)| !value.is_null()).count() {
            0 => errors.invalid(at, "", "exactly one value must be specified"),
            1 => {}
            _ => errors.internal_invalid(at, ("resource", "DeviceAttribute"), attribute, "exactly one value must be specified"),
        }
    }
    let list = at.child("capacity");
    for (name, capacity) in device.get("capacity").entries() {
        attribute_name(errors, list, name, true);
        let at = list.key(name);
        if !capacity.get("requestPolicy").is_null() && !device.get("allowMultipleAllocations").is_true() {
            errors.forbidden(at.child("requestPolicy"), "allowMultipleAllocations must be true");
        }
    }
    let list = at.child("taints");
    for (i, taint) in device.get("taints").items().iter().enumerate() {
        let (at, value) = (list.index(i), taint.get("value").str());
        label_name(errors, at.child("key"), taint.get("key").str());
        errors.each_invalid(at.child("value"), value, names::label_value(value));
        errors.one_of(at.child("effect"), taint.get("effect"), &EFFECTS);
    }
    let ways = ["nodeName", "nodeSelector", "allNodes"];
    if own_nodes {
        match nodes(errors, at, device, &ways).as_slice() {
            [] => errors.required(at, DEVICE_NODES),
            [_] => {}
            many => errors.invalid(at, format!("{{{}}}", many.join(", ")), DEVICE_NODES),
        }
    } else if ways.iter().any(|key| !device.get(key).is_null()) {
        let detail = "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        errors.invalid(at, Value::Null, detail);
    }
}

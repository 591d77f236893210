//! What the API server accepts with a warning.

use super::super::{KindRef, Object, Value, Warnings, names};
use super::ip;
use super::pod_warnings::{VOLUMES, app_armor_of_pod, claim_spec, label_message, node_labels, pod, template};
use crate::api::custom::has_format;
use crate::api::well_known::{BETA_STORAGE_CLASS, SLICE_MANAGED_BY, TOPOLOGY_HINTS};
use crate::base::SortedSet;

/// What the server says of every request for a kind that is on its way out.
// Models the deprecation markers of API types, which the server's handlers read.
pub fn deprecation(kind: KindRef) -> Option<&'static str> {
    match (kind.group, kind.plural) {
        ("", "endpoints") => Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
        ("", "componentstatuses") => Some("v1 ComponentStatus is deprecated in v1.19+"),
        _ => None,
    }
}

/// What the server warns of when it accepts an object, in its order; `old` is what it was before, where it is changed.
pub fn warnings(kind: KindRef, object: &Value, old: Option<&Value>, out: &mut Warnings) {
    let created = old.is_none();
    // What is costly, or was warned of before, is looked at again only where there is a new generation.
    let changed = old.is_none_or(|old| old.at(&["metadata", "generation"]) != object.at(&["metadata", "generation"]));
    if kind.custom.is_some() {
        return finalizers(out, object, old);
    }
    if created
        && matches!(
            (kind.group, kind.kind),
            ("apps", "Deployment" | "ReplicaSet") | ("", "ReplicationController") | ("batch", "Job" | "CronJob")
        )
    {
        host_name(out, object, "this is used in Pod names and hostnames");
    }
    match (kind.group, kind.kind) {
        ("apiextensions.k8s.io", _) => definition(out, object, old, changed),
        ("", "Pod") if created => {
            host_name(out, object, "this is used in the Pod's hostname");
            pod(out, "", object.get("spec"), object.get("metadata"));
            app_armor_of_pod(out, object);
        }
        ("apps", "ControllerRevision") => {}
        ("apps", _) | ("", "ReplicationController") => {
            if changed {
                template(out, "spec.template", object.at(&["spec", "template"]));
            }
            if kind.kind == "StatefulSet" {
                stateful_set(out, object, created);
            }
        }
        ("batch", "Job") if changed => job(out, "spec", object.get("spec")),
        ("batch", "CronJob") if changed => job(out, "spec.jobTemplate.spec", object.at(&["spec", "jobTemplate", "spec"])),
        ("", "PodTemplate") if changed => template(out, "template", object.get("template")),
        ("", "Service") => service(out, object),
        ("", "Endpoints") => endpoints(out, object),
        ("discovery.k8s.io", "EndpointSlice") => endpoint_slice(out, object, created),
        ("", "ServiceAccount") => service_account(out, object, old),
        ("", "Node") => node(out, object),
        ("", "PersistentVolumeClaim") => claim(out, object),
        ("", "PersistentVolume") => volume(out, object),
        ("", "Secret") => secret(out, object),
        ("storage.k8s.io", "StorageClass") => storage_class(out, object),
        ("storage.k8s.io", "CSIDriver") => driver(out, object.get("spec"), old.map(|old| old.get("spec"))),
        ("storage.k8s.io", "CSIStorageCapacity") => {
            let topology = object.get("nodeTopology");
            node_labels(out, "nodeTopology", topology, false);
            for (key, _) in topology.get("matchLabels").entries() {
                out.extend(label_message(key).map(|message| format!("nodeTopology.matchLabels.{key}: {message}")));
            }
        }
        ("node.k8s.io", _) => {
            for (key, _) in object.at(&["scheduling", "nodeSelector"]).entries() {
                out.extend(label_message(key).map(|message| format!("scheduling.nodeSelector: {message}")));
            }
        }
        ("networking.k8s.io", "Ingress") if created => {
            if object.annotation(INGRESS_CLASS).is_some() && object.at(&["spec", "ingressClassName"]).is_null() {
                out.push(format!("annotation {INGRESS_CLASS:?} is deprecated, please use 'spec.ingressClassName' instead"));
            }
        }
        ("networking.k8s.io", "NetworkPolicy") => network_policy(out, object),
        _ => {}
    }
}

const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";
const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";
const ENFORCE_MOUNTABLE: &str = "kubernetes.io/enforce-mountable-secrets";

fn stateful_set(out: &mut Warnings, set: &Value, created: bool) {
    let spec = if created { "" } else { ".Spec" };
    for (i, claim) in set.at(&["spec", "volumeClaimTemplates"]).items().iter().enumerate() {
        claim_spec(out, &format!("spec.volumeClaimTemplates[{i}]{spec}"), claim.get("spec"));
    }
    if set.at(&["spec", "revisionHistoryLimit"]).int() < 0 {
        let text = "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
        out.push(text.to_owned());
    }
}

fn storage_class(out: &mut Warnings, class: &Value) {
    for (i, term) in class.get("allowedTopologies").items().iter().enumerate() {
        for (j, expression) in term.get("matchLabelExpressions").items().iter().enumerate() {
            if let Some(message) = label_message(expression.get("key").str()) {
                out.push(format!("allowedTopologies[{i}].matchLabelExpressions[{j}].key: {message}"));
            }
        }
    }
}

/// New finalizers of custom kinds, whose names are only advised on.
// Models customresource's generateWarningsFromObj.
fn finalizers(out: &mut Warnings, object: &Value, old: Option<&Value>) {
    let of = |object: &Value| -> SortedSet<String> {
        object.at(&["metadata", "finalizers"]).items().iter().map(|name| name.str().to_owned()).collect()
    };
    let before = old.map(of).unwrap_or_default();
    for name in of(object).iter().filter(|name| !before.contains(*name)) {
        if !name.contains('/') && !matches!(name.as_str(), "kubernetes" | "orphan" | "foregroundDeletion") {
            let path = if name.contains('.') { " including a path (/)" } else { "" };
            out.push(format!(
                "metadata.finalizers: {name:?}: prefer a domain-qualified finalizer name{path} to avoid accidental conflicts with other finalizer writers"
            ));
        }
    }
}

/// Warns of a name that will be part of host names but is no DNS label.
fn host_name(out: &mut Warnings, object: &Value, used: &str) {
    let wrong = names::dns1123_label(object.name());
    if !wrong.is_empty() && !object.name().is_empty() {
        out.push(format!(
            "metadata.name: {used}, which can result in surprising behavior; a DNS label is recommended: [{}]",
            wrong.join(" ")
        ));
    }
}

/// Warns of what has no effect in a CustomResourceDefinition.
fn definition(out: &mut Warnings, definition: &Value, old: Option<&Value>, changed: bool) {
    let mut known = Vec::new();
    let mut formats = Vec::new();
    for (from, into) in [(old.unwrap_or(&Value::Null), &mut known), (definition, &mut formats)] {
        for version in from.at(&["spec", "versions"]).items() {
            unknown_formats(version.at(&["schema", "openAPIV3Schema"]), into);
        }
    }
    for format in formats.iter().filter(|format| !known.contains(*format)) {
        out.push(format!("unrecognized format {format:?}"));
    }
    if changed && definition.at(&["spec", "conversion", "strategy"]).str() == "Webhook" {
        out.push("spec.conversion: the webhook is not called in this simulation, versions differ in name alone".to_owned());
    }
}

/// The formats of texts in a schema that nobody knows.
fn unknown_formats<'a>(schema: &'a Value, out: &mut Vec<&'a str>) {
    let format = schema.get("format").str();
    if schema.get("type").str() == "string" && !format.is_empty() && has_format(format, "").is_none() && !out.contains(&format) {
        out.push(format);
    }
    for key in ["items", "not", "additionalProperties", "additionalItems"] {
        if matches!(schema.get(key), Value::Map(_)) {
            unknown_formats(schema.get(key), out);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        schema.get(key).items().iter().for_each(|one| unknown_formats(one, out));
    }
    for key in ["properties", "patternProperties", "definitions"] {
        schema.get(key).entries().for_each(|(_, one)| unknown_formats(one, out));
    }
}

// Models WarningsForJobSpec.
fn job(out: &mut Warnings, at: &str, spec: &Value) {
    if spec.get("completionMode").str() == "Indexed" && spec.get("completions").int() > 100_000 && spec.get("parallelism").int() > 10_000 {
        out.push(format!(
            "{at}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"
        ));
    }
    template(out, &format!("{at}.template"), spec.get("template"));
}

fn endpoints(out: &mut Warnings, endpoints: &Value) {
    for (i, subset) in endpoints.get("subsets").items().iter().enumerate() {
        for list in ["addresses", "notReadyAddresses"] {
            for (j, address) in subset.get(list).items().iter().enumerate() {
                out.extend(ip::warning(&format!("subsets[{i}].{list}[{j}].ip"), address.get("ip").str()));
            }
        }
    }
}

fn endpoint_slice(out: &mut Warnings, slice: &Value, created: bool) {
    if created && slice.get("addressType").str() == "FQDN" {
        out.push("spec.addressType: FQDN endpoints are deprecated".to_owned());
    }
    if matches!(slice.label(SLICE_MANAGED_BY), Some("endpointslice-controller.k8s.io" | "endpointslicemirroring-controller.k8s.io")) {
        return;
    }
    for (i, endpoint) in slice.get("endpoints").items().iter().enumerate() {
        for (j, address) in endpoint.get("addresses").items().iter().enumerate() {
            out.extend(ip::warning(&format!("endpoints[{i}].addresses[{j}]"), address.str()));
        }
    }
}

fn service_account(out: &mut Warnings, account: &Value, old: Option<&Value>) {
    if account.annotation(ENFORCE_MOUNTABLE).is_some() && old.is_none_or(|old| old.annotation(ENFORCE_MOUNTABLE).is_none()) {
        out.push(format!(
            "metadata.annotations[{ENFORCE_MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets"
        ));
    }
}

fn node(out: &mut Warnings, node: &Value) {
    let spec = node.get("spec");
    if !spec.get("configSource").is_null() {
        out.push("spec.configSource: the feature is no longer available".to_owned());
    }
    if !spec.get("externalID").is_empty() {
        out.push("spec.externalID: this field is deprecated, and is unused by Kubernetes".to_owned());
    }
    for (i, range) in spec.get("podCIDRs").items().iter().enumerate() {
        out.extend(ip::warning(&format!("spec.podCIDRs[{i}]"), range.str()));
    }
}

fn driver(out: &mut Warnings, spec: &Value, old: Option<&Value>) {
    let requests = spec.get("tokenRequests");
    let new = old.is_none_or(|old| old.get("tokenRequests") != requests);
    if new && !requests.is_empty() && spec.get("serviceAccountTokenInSecrets").is_null() {
        let text = "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging \
                    of tokens in volume attributes";
        out.push(text.to_owned());
    }
}

fn network_policy(out: &mut Warnings, policy: &Value) {
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in policy.at(&["spec", rules]).items().iter().enumerate() {
            for (j, peer) in rule.get(peers).items().iter().enumerate() {
                let (at, block) = (format!("spec.{rules}[{i}].{peers}[{j}].ipBlock"), peer.get("ipBlock"));
                out.extend(ip::warning(&format!("{at}.cidr"), block.get("cidr").str()));
                for (k, range) in block.get("except").items().iter().enumerate() {
                    out.extend(ip::warning(&format!("{at}.except[{k}]"), range.str()));
                }
            }
        }
    }
}

fn service(out: &mut Warnings, service: &Value) {
    if service.annotation(TOPOLOGY_HINTS).is_some() {
        out.push(format!("annotation {TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead"));
    }
    let spec = service.get("spec");
    let kind = spec.get("type").str();
    let headless = kind == "ClusterIP" && spec.get("clusterIP").str() == "None";
    let each = |out: &mut Warnings, key: &str| {
        for (i, address) in spec.get(key).items().iter().enumerate() {
            out.extend(ip::warning(&format!("spec.{key}[{i}]"), address.str()));
        }
    };
    each(out, "clusterIPs");
    if headless {
        for (key, shown) in [("loadBalancerIP", "loadBalancerIP"), ("externalIPs", "externalIPs")] {
            if !spec.get(key).is_empty() {
                out.push(format!("spec.{shown} is ignored for headless services"));
            }
        }
        if !matches!(spec.get("sessionAffinity").str(), "" | "None") {
            out.push("spec.SessionAffinity is ignored for headless services".into());
        }
    }
    each(out, "externalIPs");
    if !headless && kind != "ExternalName" && !spec.get("externalIPs").is_empty() {
        out.push("spec.externalIPs is deprecated and may no longer be implemented in some clusters".into());
    }
    out.extend(ip::warning("spec.loadBalancerIP", spec.get("loadBalancerIP").str()));
    each(out, "loadBalancerSourceRanges");
    if kind == "ExternalName" && !spec.get("externalIPs").is_empty() {
        out.push("spec.externalIPs is ignored when spec.type is \"ExternalName\"".into());
    }
    if kind != "ExternalName" && !spec.get("externalName").is_empty() {
        out.push("spec.externalName is ignored when spec.type is not \"ExternalName\"".into());
    }
    if spec.get("trafficDistribution").str() == "PreferClose" {
        out.push("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"".into());
    }
}

fn claim(out: &mut Warnings, claim: &Value) {
    if claim.annotation(BETA_STORAGE_CLASS).is_some() {
        out.push(format!("metadata.annotations[{BETA_STORAGE_CLASS}]: deprecated since v1.8; use \"storageClassName\" attribute instead"));
    }
    claim_spec(out, "spec", claim.get("spec"));
}

fn volume(out: &mut Warnings, volume: &Value) {
    for (key, since, member) in [(BETA_STORAGE_CLASS, "1.8", "storageClassName"), (MOUNT_OPTIONS, "1.31", "mountOptions")] {
        if volume.annotation(key).is_some() {
            out.push(format!("metadata.annotations[{key}]: deprecated since v{since}; use {member:?} attribute instead"));
        }
    }
    let spec = volume.get("spec");
    if spec.get("persistentVolumeReclaimPolicy").str() == "Recycle" {
        out.push(
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."
                .into(),
        );
    }
    for (i, term) in spec.at(&["nodeAffinity", "required", "nodeSelectorTerms"]).items().iter().enumerate() {
        node_labels(out, &format!("spec.nodeAffinity.required.nodeSelectorTerms[{i}]"), term, false);
    }
    for (key, shown, message) in VOLUMES {
        if !spec.get(key).is_null() && key != "gitRepo" {
            out.push(format!("spec.{shown}: {message}"));
        }
    }
}

fn secret(out: &mut Warnings, secret: &Value) {
    if secret.get("type").str() != "kubernetes.io/tls" {
        return;
    }
    let text = crate::base::base64::decode(secret.at(&["data", "tls.crt"]).str()).unwrap_or_default();
    let is_pem = String::from_utf8_lossy(&text).contains("-----BEGIN ");
    if !is_pem {
        out.push("tls: failed to find any PEM data in certificate input".into());
    }
}

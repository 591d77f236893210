//! Defaults of the core group's workloads and services.

use super::super::{ArcStr, Map, Object, Value};
use super::{absent, absent_in, empty, empty_in};
use crate::api::image::tag_of;
use crate::api::resources::{pod_level_limits, pod_level_requests};
use crate::base::List as _;
use crate::obj;

/// Defaults of pods that templates do not get: requests from limits, service links, host ports.
pub fn pod(pod: &mut Value) {
    for list in ["containers", "initContainers"] {
        for i in 0..pod.at(&["spec", list]).items().len() {
            requests_from_limits(pod, list, i);
        }
    }
    if let Some(limits) = pod_level_limits(pod.get("spec")) {
        pod.set(&["spec", "resources", "limits"], limits);
    }
    if let Some(requests) = pod_level_requests(pod.get("spec")) {
        pod.set(&["spec", "resources", "requests"], requests);
    }
    absent_in(pod, &["spec", "enableServiceLinks"], true);
    // Older pods, from before it was validated, may have any negative value.
    if pod.at(&["spec", "terminationGracePeriodSeconds"]).int() < 0 {
        pod.set(&["spec", "terminationGracePeriodSeconds"], 1);
    }
    if pod.at(&["spec", "hostNetwork"]).is_true() {
        for list in ["containers", "initContainers"] {
            host_ports(pod, list);
        }
    }
}

fn requests_from_limits(pod: &mut Value, list: &str, i: usize) {
    let resources = pod.at(&["spec", list]).items()[i].get("resources");
    let missing: Vec<(ArcStr, Value)> = resources
        .get("limits")
        .entries()
        .filter(|(name, _)| resources.at(&["requests", name]).is_null())
        .map(|(name, limit)| (name.clone(), limit.clone()))
        .list();
    for (name, limit) in missing {
        pod.at_mut(&["spec", list]).list_mut()[i].set(&["resources", "requests", &name], limit);
    }
}

fn host_ports(pod: &mut Value, list: &str) {
    for i in 0..pod.at(&["spec", list]).items().len() {
        for j in 0..pod.at(&["spec", list]).items()[i].get("ports").items().len() {
            let port = &pod.at(&["spec", list]).items()[i].get("ports").items()[j];
            if port.get("hostPort").int() == 0 && port.get("containerPort").int() != 0 {
                let number = port.get("containerPort").clone();
                pod.at_mut(&["spec", list]).list_mut()[i].get_mut("ports").list_mut()[j].set(&["hostPort"], number);
            }
        }
    }
}

pub fn pod_spec(spec: &mut Value) {
    empty(spec, "dnsPolicy", "ClusterFirst");
    empty(spec, "restartPolicy", "Always");
    absent(spec, "securityContext", Map::new());
    absent(spec, "terminationGracePeriodSeconds", 30);
    empty(spec, "schedulerName", "default-scheduler");
    // The deprecated field of the same meaning is set, too.
    let account = spec.get("serviceAccountName").arc_str();
    let deprecated = spec.get("serviceAccount").arc_str();
    if account.is_empty() && !deprecated.is_empty() {
        spec.set(&["serviceAccountName"], deprecated);
    } else if account != deprecated {
        spec.set(&["serviceAccount"], account);
    }
}

pub fn container(container: &mut Value) {
    if container.get("imagePullPolicy").is_empty() {
        let latest = tag_of(container.get("image").str()) == "latest";
        container.set(&["imagePullPolicy"], if latest { "Always" } else { "IfNotPresent" });
    }
    empty(container, "terminationMessagePath", "/dev/termination-log");
    empty(container, "terminationMessagePolicy", "File");
}

pub fn probe(probe: &mut Value) {
    empty(probe, "timeoutSeconds", 1);
    empty(probe, "periodSeconds", 10);
    empty(probe, "successThreshold", 1);
    empty(probe, "failureThreshold", 3);
}

pub fn http_get(get: &mut Value) {
    empty(get, "path", "/");
    empty(get, "scheme", "HTTP");
}

pub fn replication_controller(rc: &mut Value) {
    let labels = rc.at(&["spec", "template", "metadata", "labels"]).clone();
    if !labels.is_empty() {
        empty_in(rc, &["spec", "selector"], labels.clone());
        empty_in(rc, &["metadata", "labels"], labels);
    }
}

pub fn service(service: &mut Value) {
    let spec = service.get_mut("spec");
    empty(spec, "sessionAffinity", "None");
    match spec.get("sessionAffinity").str() {
        "None" => {
            spec.remove(&["sessionAffinityConfig"]);
        }
        "ClientIP" if spec.at(&["sessionAffinityConfig", "clientIP", "timeoutSeconds"]).is_null() => {
            spec.set(&["sessionAffinityConfig"], obj!({"clientIP": {"timeoutSeconds": 10800}}));
        }
        _ => {}
    }
    empty(spec, "type", "ClusterIP");
    for i in 0..spec.get("ports").items().len() {
        let port = &spec.get("ports").items()[i];
        let (no_protocol, no_target) = (port.get("protocol").is_empty(), port.get("targetPort").is_empty());
        if no_protocol || no_target {
            let port = &mut spec.get_mut("ports").list_mut()[i];
            if no_protocol {
                port.set(&["protocol"], "TCP");
            }
            if no_target {
                let number = port.get("port").clone();
                port.set(&["targetPort"], number);
            }
        }
    }
    let is_exposed =
        |t: &str, spec: &Value| matches!(t, "NodePort" | "LoadBalancer") || (t == "ClusterIP" && !spec.get("externalIPs").is_empty());
    let kind = spec.get("type").arc_str();
    if is_exposed(&kind, spec) {
        empty(spec, "externalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer" | "ClusterIP") {
        absent(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        absent(spec, "allocateLoadBalancerNodePorts", true);
        for i in 0..service.at(&["status", "loadBalancer", "ingress"]).items().len() {
            let ingress = &service.at(&["status", "loadBalancer", "ingress"]).items()[i];
            if !ingress.get("ip").is_empty() && ingress.get("ipMode").is_null() {
                service.at_mut(&["status", "loadBalancer", "ingress"]).list_mut()[i].set(&["ipMode"], "VIP");
            }
        }
    }
}

pub fn namespace(namespace: &mut Value) {
    let name = namespace.name_arc();
    if !name.is_empty() && namespace.label("kubernetes.io/metadata.name") != Some(&name) {
        namespace.set(&["metadata", "labels", "kubernetes.io/metadata.name"], name);
    }
    empty_in(namespace, &["status", "phase"], "Active");
}

/// Has the old member and the first item of the list that replaced it agree; if they do not, the old one counts.
// Models Convert_v1_NodeSpec_To_core_NodeSpec and back.
pub fn node_spec(spec: &mut Value) {
    let one = spec.get("podCIDR").clone();
    match spec.get("podCIDRs").items().first() {
        first if !one.is_empty() && first != Some(&one) => spec.set(&["podCIDRs"], vec![one]),
        Some(first) if one.is_empty() => {
            let first = first.clone();
            spec.set(&["podCIDR"], first);
        }
        _ => {}
    }
}

pub fn node_status(status: &mut Value) {
    if status.get("allocatable").is_null() && !status.get("capacity").is_null() {
        let capacity = status.get("capacity").clone();
        status.set(&["allocatable"], capacity);
    }
}

pub fn limit_range_item(item: &mut Value) {
    if item.get("type").str() != "Container" {
        return;
    }
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
        let amounts = item.get(from).clone();
        for (name, amount) in amounts.entries() {
            absent_in(item, &[to, name], amount);
        }
    }
}

/// Moves a Secret's `stringData`, which is write-only, into `data`.
pub(super) fn secret(secret: &mut Value) {
    empty(secret, "type", "Opaque");
    if let Some(texts) = secret.remove(&["stringData"]) {
        for (key, text) in texts.entries() {
            secret.set(&["data", key], crate::base::base64::encode(text.str().as_bytes()));
        }
    }
}

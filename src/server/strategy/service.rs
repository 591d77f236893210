//! What a Service gains and loses when it is created or updated. Models pkg/registry/core/service.

use crate::api::Value;
use crate::base::List as _;

/// Completes a Service before allocation: with what was allocated to it before, and with its addresses in both forms.
// Models patchAllocatedValues and normalizeClusterIPs.
pub(super) fn complete_service(service: &mut Value, old: Option<&Value>) {
    const IP: [&str; 2] = ["spec", "clusterIP"];
    const IPS: [&str; 2] = ["spec", "clusterIPs"];
    let kind = |s: &Value| s.at(&["spec", "type"]).str().to_owned();
    if let Some(old) = old {
        if kind(service) != "ExternalName" && kind(old) != "ExternalName" {
            for path in [IP, IPS] {
                if service.at(&path).is_empty() {
                    service.set(&path, old.at(&path));
                }
            }
            let keeps_ports = |s: &Value| matches!(kind(s).as_str(), "NodePort" | "LoadBalancer");
            if keeps_ports(service) && keeps_ports(old) {
                keep_node_ports(service, old);
            }
            if needs_health_check(service) && needs_health_check(old) && service.at(&["spec", "healthCheckNodePort"]).is_null() {
                service.set(&["spec", "healthCheckNodePort"], old.at(&["spec", "healthCheckNodePort"]).clone());
            }
        }
        let changed = service.at(&IP).str() != old.at(&IP).str();
        if !changed && service.at(&IPS).is_empty() && !old.at(&IPS).is_empty() {
            service.set(&IPS, old.at(&IPS));
        } else if changed && service.at(&IPS).same(old.at(&IPS)) {
            // A change of the first form alone is meant for both.
            if service.at(&IP).is_empty() {
                service.remove(&IPS);
            } else {
                let ip = service.at(&IP).clone();
                service.set(&IPS, vec![ip]);
            }
        }
        drop_what_the_type_had(service, old);
    } else if !service.at(&IP).is_empty() && service.at(&IPS).is_empty() {
        let ip = service.at(&IP).clone();
        service.set(&IPS, vec![ip]);
    }
    if kind(service) == "ExternalName" {
        service.remove(&["spec", "internalTrafficPolicy"]);
    }
}

/// Whether a Service's load balancer is to ask the nodes for their health.
pub(in crate::server) fn needs_health_check(service: &Value) -> bool {
    service.at(&["spec", "type"]).str() == "LoadBalancer" && service.at(&["spec", "externalTrafficPolicy"]).str() == "Local"
}

/// Drops the fields that a Service no longer needs after an update, unless the update changed them as well (`dropTypeDependentFields`).
fn drop_what_the_type_had(service: &mut Value, old: &Value) {
    let kind = |s: &Value| s.at(&["spec", "type"]).str().to_owned();
    let (now, before) = (kind(service), kind(old));
    let drop = |service: &mut Value, members: &[&str]| {
        for member in members {
            if service.at(&["spec", member]).same(old.at(&["spec", member])) {
                service.remove(&["spec", member]);
            }
        }
    };
    let has_ports = |k: &str| matches!(k, "NodePort" | "LoadBalancer");
    let is_exposed = |s: &Value, k: &str| has_ports(k) || (k == "ClusterIP" && !s.at(&["spec", "externalIPs"]).is_empty());
    if now == "ExternalName" && before != now {
        let addresses = ["clusterIP", "clusterIPs"];
        if addresses.iter().all(|member| service.at(&["spec", member]).same(old.at(&["spec", member]))) {
            drop(service, &addresses);
        }
        drop(service, &["ipFamilies", "ipFamilyPolicy"]);
    }
    if has_ports(&before) && !has_ports(&now) {
        let had = |port: &Value| port.is_null() || old.at(&["spec", "ports"]).items().iter().any(|o| o.get("nodePort") == port);
        if service.at(&["spec", "ports"]).items().iter().all(|port| had(port.get("nodePort"))) {
            service.at_mut(&["spec", "ports"]).list_mut().iter_mut().for_each(|port| _ = port.remove(&["nodePort"]));
        }
    }
    if needs_health_check(old) && !needs_health_check(service) {
        drop(service, &["healthCheckNodePort"]);
    }
    if is_exposed(old, &before) && !is_exposed(service, &now) {
        drop(service, &["externalTrafficPolicy"]);
    }
    if before == "LoadBalancer" && before != now {
        drop(service, &["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
    }
    if now != "LoadBalancer" {
        service.remove(&["status", "loadBalancer", "ingress"]);
    }
}

/// Ports without a node port keep the one of the old port of the same name.
fn keep_node_ports(service: &mut Value, old: &Value) {
    let known = old.at(&["spec", "ports"]).clone();
    let named: Vec<i64> = service.at(&["spec", "ports"]).items().iter().map(|p| p.get("nodePort").int()).list();
    for port in service.at_mut(&["spec", "ports"]).list_mut() {
        let before = known.items().iter().rfind(|o| o.get("name").str() == port.get("name").str());
        let before = before.map_or(0, |o| o.get("nodePort").int());
        if port.get("nodePort").int() == 0 && before != 0 && !named.contains(&before) {
            port.set(&["nodePort"], before);
        }
    }
}

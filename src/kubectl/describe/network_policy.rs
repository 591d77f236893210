//! NetworkPolicies.

use super::metadata::{int_or_string, or_none};
use super::page::Page;
use crate::api::{Object, Value};
use crate::base::List as _;
use crate::kubectl::output::columns::format_label_selector;

/// One way of the traffic and the words for it.
struct Way {
    traffic: &'static str,
    rules: &'static str,
    peers: &'static str,
    word: &'static str,
    end: &'static str,
}

const WAYS: [Way; 2] = [
    Way { traffic: "ingress", rules: "ingress", peers: "from", word: "From", end: "source" },
    Way { traffic: "egress", rules: "egress", peers: "to", word: "To", end: "destination" },
];

// Models describeNetworkPolicy.
pub(super) fn network_policy(page: &mut Page, policy: &Value) {
    let spec = policy.get("spec");
    page.name(policy);
    page.field(0, "Namespace", policy.namespace());
    let created = policy.at(&["metadata", "creationTimestamp"]).str().replace('T', " ").replace('Z', " +0000 UTC");
    page.field(0, "Created on", created);
    page.labels_and_annotations(policy);
    page.line(0, "Spec:");
    page.put(1, "PodSelector: ");
    match format_label_selector(spec.get("podSelector")).as_str() {
        "<none>" => page.line(2, "<none> (Allowing the specific traffic to all pods in this namespace)"),
        selector => page.line(2, selector),
    }
    let types: Vec<&str> = spec.get("policyTypes").items().iter().map(Value::str).list();
    for (way, kind) in WAYS.iter().zip(["Ingress", "Egress"]) {
        if types.contains(&kind) {
            page.line(1, format_args!("Allowing {} traffic:", way.traffic));
            rules(page, spec.get(way.rules), way);
        } else {
            page.line(1, format_args!("Not affecting {} traffic", way.traffic));
        }
    }
    page.line(1, format_args!("Policy Types: {}", or_none(&types.join(", "))));
}

fn rules(page: &mut Page, rules: &Value, way: &Way) {
    let rules = rules.items();
    if rules.is_empty() {
        page.line(2, format_args!("<none> (Selected pods are isolated for {} connectivity)", way.traffic));
    }
    for (i, rule) in rules.iter().enumerate() {
        if rule.get("ports").items().is_empty() {
            page.line(2, "To Port: <any> (traffic allowed to all ports)");
        }
        for p in rule.get("ports").items() {
            let protocol = p.get("protocol").as_str().unwrap_or("TCP");
            let port = if p.get("port").is_null() { "<nil>".into() } else { int_or_string(p.get("port")) };
            match p.get("endPort").as_int() {
                None => page.line(2, format_args!("To Port: {port}/{protocol}")),
                Some(end) => page.line(2, format_args!("To Port Range: {port}-{end}/{protocol}")),
            }
        }
        let peers = rule.get(way.peers).items();
        if peers.is_empty() {
            page.line(2, format_args!("{}: <any> (traffic not restricted by {})", way.word, way.end));
        }
        for peer in peers {
            page.line(2, format_args!("{}:", way.word));
            let (pods, namespaces, block) = (peer.get("podSelector"), peer.get("namespaceSelector"), peer.get("ipBlock"));
            if !namespaces.is_null() {
                page.line(3, format_args!("NamespaceSelector: {}", format_label_selector(namespaces)));
            }
            if !pods.is_null() {
                page.line(3, format_args!("PodSelector: {}", format_label_selector(pods)));
            }
            if pods.is_null() && namespaces.is_null() && !block.is_null() {
                page.line(3, "IPBlock:");
                page.line(4, format_args!("CIDR: {}", block.get("cidr").str()));
                let except: Vec<&str> = block.get("except").items().iter().map(Value::str).list();
                page.line(4, format_args!("Except: {}", except.join(", ")));
            }
        }
        if i + 1 != rules.len() {
            page.line(2, "----------");
        }
    }
}

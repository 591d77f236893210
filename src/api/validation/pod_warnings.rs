//! What the API server warns of in pods and their templates.

use super::super::{Quantity, Value, Warnings, names, quote};
use super::ip;
use crate::api::well_known::APP_ARMOR_PREFIX;
use crate::base::{List as _, SortedMap, SortedSet};

/// Warnings of a template, `at` being its field.
pub(super) fn template(out: &mut Warnings, at: &str, template: &Value) {
    pod(out, &format!("{at}."), template.get("spec"), template.get("metadata"));
}

/// What is to be said of a node's label that has another name by now.
pub(super) fn label_message(key: &str) -> Option<&'static str> {
    Some(match key {
        "beta.kubernetes.io/arch" => "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        "beta.kubernetes.io/os" => "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        "failure-domain.beta.kubernetes.io/region" => "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        "failure-domain.beta.kubernetes.io/zone" => "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        "beta.kubernetes.io/instance-type" => "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
        "node-role.kubernetes.io/master" => "use \"node-role.kubernetes.io/control-plane\" instead",
        _ => return None,
    })
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Warnings of a pod's spec and metadata, `at` being empty or ending in a dot.
// Models warningsForPodSpecAndMeta.
pub(super) fn pod(out: &mut Warnings, at: &str, spec: &Value, meta: &Value) {
    for (key, _) in spec.get("nodeSelector").entries() {
        if let Some(message) = label_message(key) {
            out.push(format!("{at}spec.nodeSelector[{key}]: {message}"));
        }
    }
    node_affinity(out, at, spec);
    for (i, constraint) in spec.get("topologySpreadConstraints").items().iter().enumerate() {
        let key = constraint.get("topologyKey").str();
        if let Some(message) = label_message(key) {
            out.push(format!("{at}spec.topologySpreadConstraints[{i}].topologyKey: {key} is {message}"));
        }
        if constraint.get("labelSelector").is_null() {
            out.push(format!("{at}spec.topologySpreadConstraints[{i}].labelSelector: a null labelSelector results in matching no pod"));
        }
    }
    let annotations = [
        ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
        ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ];
    for (key, message) in annotations {
        if !meta.at(&["annotations", key]).is_null() {
            out.push(format!("{at}metadata.annotations[{key}]: {message}"));
        }
    }
    volumes(out, at, spec);
    duplicates(out, &format!("{at}spec.hostAliases"), spec.get("hostAliases"), "ip");
    duplicates(out, &format!("{at}spec.imagePullSecrets"), spec.get("imagePullSecrets"), "name");
    for (i, secret) in spec.get("imagePullSecrets").items().iter().enumerate() {
        if secret.get("name").is_empty() {
            out.push(format!("{at}spec.imagePullSecrets[{i}].name: invalid empty name \"\""));
        }
    }
    for resource in ["memory", "ephemeral-storage"] {
        whole_bytes(out, &format!("{at}spec.overhead[{resource}]"), spec.at(&["overhead", resource]));
    }
    let seccomp = |out: &mut Warnings, owner: &Value, key: &str| {
        if owner.at(&["securityContext", "seccompProfile"]).is_null() && !meta.at(&["annotations", key]).is_null() {
            out.push(format!("{at}metadata.annotations[{key}]: non-functional in v1.27+; use the \"seccompProfile\" field instead"));
        }
    };
    seccomp(out, spec, "seccomp.security.alpha.kubernetes.io/pod");
    for list in LISTS {
        for (i, container) in spec.get(list).items().iter().enumerate() {
            seccomp(out, container, &format!("container.seccomp.security.alpha.kubernetes.io/{}", container.get("name").str()));
            if !at.is_empty() {
                app_armor(out, at, spec, meta, container);
            }
            self::container(out, &format!("{at}spec.{list}[{i}]"), container);
        }
    }
    ports(out, at, spec);
    if spec.get("terminationGracePeriodSeconds").int() < 0 {
        out.push(format!("{at}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"));
    }
    for key in ["podAffinity", "podAntiAffinity"] {
        let affinity = spec.at(&["affinity", key]);
        for (i, term) in affinity.get(REQUIRED).items().iter().enumerate() {
            if term.get("labelSelector").is_null() {
                out.push(format!("{at}spec.affinity.{key}.{REQUIRED}[{i}].labelSelector: a null labelSelector results in matching no pod"));
            }
        }
        for (i, term) in affinity.get(PREFERRED).items().iter().enumerate() {
            if term.at(&["podAffinityTerm", "labelSelector"]).is_null() {
                out.push(format!(
                    "{at}spec.affinity.{key}.{PREFERRED}[{i}].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod"
                ));
            }
        }
    }
    for (i, server) in spec.at(&["dnsConfig", "nameservers"]).items().iter().enumerate() {
        out.extend(ip::warning(&format!("{at}spec.dnsConfig.nameservers[{i}]"), server.str()));
    }
    for (i, alias) in spec.get("hostAliases").items().iter().enumerate() {
        out.extend(ip::warning(&format!("{at}spec.hostAliases[{i}].ip"), alias.get("ip").str()));
    }
}

/// What is to be said of the labels that a selector of nodes asks for.
pub(super) fn node_labels(out: &mut Warnings, at: &str, term: &Value, judge_values: bool) {
    for (i, expression) in term.get("matchExpressions").items().iter().enumerate() {
        let key = expression.get("key").str();
        if let Some(message) = label_message(key) {
            out.push(format!("{at}.matchExpressions[{i}].key: {key} is {message}"));
        }
        for (j, value) in expression.get("values").items().iter().enumerate().filter(|_| judge_values) {
            for wrong in names::label_value(value.str()) {
                out.push(format!("{at}.matchExpressions[{i}].values[{j}]: {} is invalid, {wrong}", value.str()));
            }
        }
    }
}

fn node_affinity(out: &mut Warnings, at: &str, spec: &Value) {
    let affinity = spec.at(&["affinity", "nodeAffinity"]);
    for (i, t) in affinity.get(REQUIRED).get("nodeSelectorTerms").items().iter().enumerate() {
        node_labels(out, &format!("{at}spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms[{i}]"), t, false);
    }
    for (i, t) in affinity.get(PREFERRED).items().iter().enumerate() {
        node_labels(out, &format!("{at}spec.affinity.nodeAffinity.{PREFERRED}[{i}].preference"), t.get("preference"), true);
    }
}

/// Volumes that work no more, as they are written and shown.
pub(super) const VOLUMES: [(&str, &str, &str); 9] = [
    ("photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

fn volumes(out: &mut Warnings, at: &str, spec: &Value) {
    for (i, volume) in spec.get("volumes").items().iter().enumerate() {
        for (key, shown, message) in VOLUMES {
            if !volume.get(key).is_null() {
                out.push(format!("{at}spec.volumes[{i}].{shown}: {message}"));
            }
        }
        let claim = volume.at(&["ephemeral", "volumeClaimTemplate", "spec"]);
        claim_spec(out, &format!("{at}spec.volumes[{i}].ephemeral.volumeClaimTemplate.spec"), claim);
    }
    for volume in spec.get("volumes").items() {
        let name = volume.get("name").str();
        projected(out, &quote(name), volume.at(&["projected", "sources"]).items());
        for (key, what, of) in [("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName"), ("downwardAPI", "DownwardAPI", "")]
        {
            let source = volume.get(key);
            let shown = if of.is_empty() { what.to_owned() } else { format!("{what} {}", quote(source.get(of).str())) };
            let paths: Vec<&str> = source.get("items").items().iter().map(|item| item.get("path").str()).list();
            for (i, path) in paths.iter().enumerate() {
                for other in &paths[..i] {
                    if out.is_full() {
                        return;
                    }
                    if overlaps(path, other) {
                        out.push(format!("volume {} ({shown}): overlapping paths: {} with {}", quote(name), quote(path), quote(other)));
                    }
                }
            }
        }
    }
}

/// Sources of one projected volume that write to the same path, or are none.
fn projected(out: &mut Warnings, volume: &str, sources: &[Value]) {
    let mut seen: Vec<(String, String)> = Vec::new();
    for source in sources {
        let Some((key, source)) = source.entries().find(|(_, v)| !v.is_null()) else {
            out.push(format!("volume {volume} (Projected) has no sources provided"));
            continue;
        };
        let (from, whole) = match key.as_str() {
            "configMap" => (format!("ConfigMap {}", quote(source.get("name").str())), false),
            "secret" => (format!("Secret {}", quote(source.get("name").str())), false),
            "downwardAPI" => ("DownwardAPI".to_owned(), false),
            _ => ("ServiceAccountToken".to_owned(), true),
        };
        let items = if whole { std::slice::from_ref(source) } else { source.get("items").items() };
        for path in items.iter().map(|item| item.get("path").str().trim_end_matches('/')) {
            let shown = format!("{} ({from})", quote(path));
            for (other, other_shown) in &seen {
                if out.is_full() {
                    return;
                }
                if overlaps(path, other) {
                    out.push(format!("volume {volume} (Projected): overlapping paths: {shown} with {other_shown}"));
                }
            }
            seen.push((path.to_owned(), shown));
        }
    }
}

/// Whether two paths are the same, or one lies in the other.
fn overlaps(a: &str, b: &str) -> bool {
    let inside = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let (a, b) = (a.trim_end_matches('/'), b.trim_end_matches('/'));
    inside(a, b) || inside(b, a)
}

fn duplicates(out: &mut Warnings, at: &str, list: &Value, key: &str) {
    let mut seen = SortedSet::new();
    for (i, item) in list.items().iter().map(|item| item.get(key).str()).enumerate() {
        if !seen.insert(item) {
            out.push(format!("{at}[{i}].{key}: duplicate {key} {}", quote(item)));
        }
    }
}

/// Warnings of a claim's spec.
pub(super) fn claim_spec(out: &mut Warnings, at: &str, spec: &Value) {
    for list in ["requests", "limits"] {
        whole_bytes(out, &format!("{at}.resources.{list}[storage]"), spec.at(&["resources", list, "storage"]));
    }
}

/// A part of a byte is no amount.
fn whole_bytes(out: &mut Warnings, at: &str, amount: &Value) {
    if !amount.is_null() && Quantity::of(amount).milli_value() % 1000 != 0 {
        out.push(format!("{at}: fractional byte value {} is invalid, must be an integer", quote(amount.str())));
    }
}

fn container(out: &mut Warnings, at: &str, container: &Value) {
    for resource in ["memory", "ephemeral-storage"] {
        for list in ["limits", "requests"] {
            whole_bytes(out, &format!("{at}.resources.{list}[{resource}]"), container.at(&["resources", list, resource]));
        }
    }
    let mut seen = SortedSet::new();
    for (i, variable) in container.get("env").items().iter().enumerate() {
        let name = variable.get("name").str();
        if seen.insert(name) {
            continue;
        }
        let (value, reference) = (variable.get("value").str(), format!("$({name})"));
        if !variable.get("valueFrom").is_null() || value == reference || !value.contains(&reference) {
            out.push(format!("{at}.env[{i}]: hides previous definition of {}, which may be dropped when using apply", quote(name)));
        }
    }
}

fn ports(out: &mut Warnings, at: &str, spec: &Value) {
    let mut all: SortedMap<(i64, &str), Vec<(String, &Value)>> = SortedMap::new();
    let mut named: SortedMap<&str, String> = SortedMap::new();
    let mut names = Vec::new();
    for list in LISTS {
        for (i, container) in spec.get(list).items().iter().enumerate() {
            for (j, port) in container.get("ports").items().iter().enumerate() {
                let field = format!("{at}spec.{list}[{i}].ports[{j}]");
                let (host_ip, host_port) = (port.get("hostIP").str(), port.get("hostPort").int());
                if !host_ip.is_empty() && host_port == 0 {
                    out.push(format!(
                        "{field}: hostIP set without hostPort: {{Name:{} HostPort:0 ContainerPort:{} Protocol:{} HostIP:{host_ip}}}",
                        port.get("name").str(),
                        port.get("containerPort").int(),
                        port.get("protocol").str()
                    ));
                }
                let others = all.entry((port.get("containerPort").int(), port.get("protocol").str())).or_default();
                for (other_field, other) in others.iter() {
                    if out.is_full() {
                        return;
                    }
                    let (other_ip, other_port) = (other.get("hostIP").str(), other.get("hostPort").int());
                    if host_ip == other_ip && host_port == other_port {
                        out.push(format!("{field}: duplicate port definition with {other_field}"));
                    } else if host_port == 0 || other_port == 0 {
                        out.push(format!("{field}: overlapping port definition with {other_field}"));
                    } else if host_port == other_port && host_ip.is_empty() != other_ip.is_empty() {
                        out.push(format!("{field}: dangerously ambiguous port definition with {other_field}"));
                    }
                }
                others.push((field.clone(), port));
                let name = port.get("name").str();
                if name.is_empty() {
                    continue;
                }
                match named.get(name) {
                    Some(first) => names.push(format!(
                        "{field}: duplicate port name {} with {first}, services and probes that select ports by name will use {first}",
                        quote(name)
                    )),
                    None => {
                        named.insert(name, field);
                    }
                }
            }
        }
    }
    out.extend(names);
}

fn app_armor_message(at: &str, key: &str) -> String {
    format!("{at}metadata.annotations[{key}]: deprecated since v1.30; use the \"appArmorProfile\" field instead")
}

/// In a template: an annotation where there is no field. Where there is one, they say the same.
fn app_armor(out: &mut Warnings, at: &str, spec: &Value, meta: &Value, container: &Value) {
    let key = format!("{APP_ARMOR_PREFIX}{}", container.get("name").str());
    let has_field = [spec, container].iter().any(|owner| !owner.at(&["securityContext", "appArmorProfile"]).is_null());
    if !has_field && !meta.at(&["annotations", &key]).is_null() {
        out.push(app_armor_message(at, &key));
    }
}

/// In a pod the annotation has become the field by now.
pub(super) fn app_armor_of_pod(out: &mut Warnings, pod: &Value) {
    for (key, _) in pod.at(&["metadata", "annotations"]).entries().filter(|(k, _)| k.starts_with(APP_ARMOR_PREFIX)) {
        out.push(app_armor_message("", key));
    }
}

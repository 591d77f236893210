//! Nodes: their state, the pods on them and what is left.

use super::events::Involved;
use super::metadata::date;
use super::page::Page;
use super::resources::{is_terminated, of_pod};
use crate::api::resources::{Amounts, add};
use crate::api::{Object, Quantity, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::kubectl::output::columns::node_roles;

// Models describeNode.
pub(super) fn node(page: &mut Page, node: &Value) {
    let (spec, status) = (node.get("spec"), node.get("status"));
    page.name(node);
    let roles = node_roles(node).join(",");
    page.field(0, "Roles", super::metadata::or_none(&roles));
    page.labels_and_annotations(node);
    page.field(0, "CreationTimestamp", date(node.at(&["metadata", "creationTimestamp"])));
    taints(page, spec.get("taints"));
    page.field(0, "Unschedulable", spec.get("unschedulable").is_true());
    lease(page, node.name());
    if !status.get("conditions").items().is_empty() {
        page.line(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
        page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
        for c in status.get("conditions").items() {
            let text = |member: &str| c.get(member).str();
            let (beat, moved) = (date(c.get("lastHeartbeatTime")), date(c.get("lastTransitionTime")));
            page.line(
                1,
                format_args!("{} \t{} \t{beat} \t{moved} \t{} \t{}", text("type"), text("status"), text("reason"), text("message")),
            );
        }
    }
    page.line(0, "Addresses:");
    for a in status.get("addresses").items() {
        page.field(1, a.get("type").str(), a.get("address").str());
    }
    for (title, member) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        if status.get(member).entries().len() > 0 {
            page.line(0, format_args!("{title}:"));
            for (name, amount) in status.get(member).entries() {
                page.field(1, name, super::metadata::quantity(amount));
            }
        }
    }
    resource_slices(page, node.name());
    system_info(page, status.get("nodeInfo"));
    for (title, text) in [
        ("PodCIDR", spec.get("podCIDR").str().to_owned()),
        ("PodCIDRs", joined(spec.get("podCIDRs"))),
        ("ProviderID", spec.get("providerID").str().to_owned()),
    ] {
        if !text.is_empty() {
            page.field(0, title, text);
        }
    }
    pods(page, node);
    // The kubelet's events name the node by its name where others use its UID.
    let who = |uid| Involved { kind: Some("Node"), object: node, uid };
    match node.uid() == node.name() {
        true => page.events_about(&[who(node.uid())]),
        false => page.events_about(&[who(node.uid()), who(node.name())]),
    }
}

fn joined(list: &Value) -> String {
    list.items().iter().map(Value::str).list().join(",")
}

fn taints(page: &mut Page, taints: &Value) {
    let mut sorted: Vec<&Value> = taints.items().iter().list();
    sorted.order_by_key(|t| format!("{},{}", t.get("effect").str(), t.get("key").str()));
    let text = |t: &&Value| match (t.get("key").str(), t.get("value").str(), t.get("effect").str()) {
        (key, "", "") => key.to_owned(),
        (key, "", effect) => format!("{key}:{effect}"),
        (key, value, effect) => format!("{key}={value}:{effect}"),
    };
    page.items(0, "Taints", &sorted.iter().map(text).list());
}

fn lease(page: &mut Page, node: &str) {
    let Some(lease) = page.related.get(kinds::LEASE, "kube-node-lease", node) else {
        let refusal = page.related.refusal("get", kinds::LEASE, "kube-node-lease", node);
        let why = refusal.unwrap_or_else(|| format!("leases.coordination.k8s.io \"{node}\" not found"));
        page.field(0, "Lease", format_args!("Failed to get lease: {why}"));
        return;
    };
    let spec = lease.get("spec");
    let moment = |member: &str| if spec.get(member).is_null() { "<unset>".to_owned() } else { date(spec.get(member)) };
    page.line(0, "Lease:");
    page.field(1, "HolderIdentity", spec.get("holderIdentity").as_str().unwrap_or("<unset>"));
    page.field(1, "AcquireTime", moment("acquireTime"));
    page.field(1, "RenewTime", moment("renewTime"));
}

fn resource_slices(page: &mut Page, node: &str) {
    const POOLS_SHOWN_MAX: usize = 10;
    let mut pools = crate::base::SortedMap::<(String, String), (usize, usize)>::new();
    for slice in page.related.list(kinds::RESOURCE_SLICE, None) {
        let spec = slice.get("spec");
        if spec.get("nodeName").str() == node {
            let key = (spec.get("driver").str().to_owned(), spec.at(&["pool", "name"]).str().to_owned());
            let pool = pools.entry(key).or_default();
            pool.0 += 1;
            pool.1 += spec.get("devices").items().len();
        }
    }
    if pools.is_empty() {
        return;
    }
    page.line(0, "Node-Local ResourceSlices:");
    page.line(1, "Driver\tPool\tSlices\tDevices");
    page.line(1, "------\t----\t------\t-------");
    for ((driver, pool), (slices, devices)) in pools.iter().take(POOLS_SHOWN_MAX) {
        page.line(1, format_args!("{driver}\t{pool}\t{slices}\t{devices}"));
    }
    if pools.len() > POOLS_SHOWN_MAX {
        page.line(1, format_args!("...and {} more pools", pools.len() - POOLS_SHOWN_MAX));
    }
}

fn system_info(page: &mut Page, info: &Value) {
    page.line(0, "System Info:");
    for (title, member) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        page.field(1, title, info.get(member).str());
    }
}

// Models describeNodeResource.
fn pods(page: &mut Page, node: &Value) {
    if page.related.refusal("list", kinds::POD, "", "").is_some() {
        page.field(0, "Pods", "not authorized");
        return;
    }
    let on_node = |p: &Value| p.at(&["spec", "nodeName"]).str() == node.name() && !is_terminated(p);
    let pods: Vec<Value> = page.related.list(kinds::POD, None).into_iter().filter(on_node).list();
    let status = node.get("status");
    let allocatable = if status.get("allocatable").entries().len() > 0 { status.get("allocatable") } else { status.get("capacity") };

    page.field(0, "Non-terminated Pods", format_args!("({} in total)", pods.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let (mut requests, mut limits) = (Amounts::new(), Amounts::new());
    for pod in &pods {
        let (req, lim) = (of_pod(pod, "requests", true), of_pod(pod, "limits", true));
        let cell = |of: &Amounts, name: &str| share(of.get(name), name, allocatable);
        let line = format!(
            "{}\t{}\t\t{}\t{}\t{}\t{}\t{}",
            pod.namespace(),
            pod.name(),
            cell(&req, "cpu"),
            cell(&lim, "cpu"),
            cell(&req, "memory"),
            cell(&lim, "memory"),
            page.age(pod.at(&["metadata", "creationTimestamp"]))
        );
        page.line(1, line);
        // The sums do not ask what a resize has come to.
        add(&mut requests, &of_pod(pod, "requests", false));
        add(&mut limits, &of_pod(pod, "limits", false));
    }

    page.line(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let huge_pages = allocatable.entries().map(|(name, _)| name.as_str()).filter(|name| name.starts_with("hugepages-"));
    for name in ["cpu", "memory", "ephemeral-storage"].into_iter().chain(huge_pages) {
        page.line(
            1,
            format_args!("{name}\t{}\t{}", share(requests.get(name), name, allocatable), share(limits.get(name), name, allocatable)),
        );
    }
    let standard = |name: &str| matches!(name, "cpu" | "memory" | "ephemeral-storage" | "pods") || name.starts_with("hugepages-");
    for (name, _) in allocatable.entries().filter(|(name, _)| !standard(name)) {
        let amount = |of: &Amounts| of.get(name).map_or_else(|| "0".into(), Quantity::to_string);
        page.line(1, format_args!("{name}\t{}\t{}", amount(&requests), amount(&limits)));
    }
}

/// `500m (12%)`: an amount and what it is of a node's allocatable.
fn share(amount: Option<&Quantity>, name: &str, allocatable: &Value) -> String {
    let whole = Quantity::of(allocatable.get(name));
    let number = |q: &Quantity| if name == "cpu" { q.milli_value() } else { q.value() } as f64;
    let Some(amount) = amount else { return "0 (0%)".into() };
    let percent = if whole.is_zero() { 0.0 } else { number(amount) / number(&whole) * 100.0 };
    format!("{amount} ({}%)", percent as i64)
}

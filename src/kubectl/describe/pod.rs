//! Pods, and pod templates in the descriptions of what makes pods.

use super::events::Involved;
use super::metadata::date;
use super::page::Page;
use crate::api::{Object, Value, find_condition, qos_class};
use crate::base::{List as _, Order as _};
use crate::kubectl::output::columns::format_label_selector;

// Models describePod.
pub(super) fn pod(page: &mut Page, pod: &Value) {
    let (spec, status) = (pod.get("spec"), pod.get("status"));
    page.name(pod);
    page.field(0, "Namespace", pod.namespace());
    if let Some(priority) = spec.get("priority").as_int() {
        page.field(0, "Priority", priority);
    }
    for (title, member) in [
        ("Priority Class Name", "priorityClassName"),
        ("Runtime Class Name", "runtimeClassName"),
        ("Service Account", "serviceAccountName"),
    ] {
        present(page, title, spec.get(member));
    }
    match spec.get("nodeName").str() {
        "" => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format_args!("{node}/{}", status.get("hostIP").str())),
    }
    if !status.get("startTime").is_null() {
        page.field(0, "Start Time", date(status.get("startTime")));
    }
    page.labels_and_annotations(pod);
    let phase = status.get("phase").str();
    if pod.is_terminating() && !matches!(phase, "Failed" | "Succeeded") {
        page.status_or_terminating(pod);
        page.field(0, "Termination Grace Period", format_args!("{}s", pod.at(&["metadata", "deletionGracePeriodSeconds"]).int()));
    } else {
        page.field(0, "Status", phase);
    }
    present(page, "Reason", status.get("reason"));
    present(page, "Message", status.get("message"));
    let seccomp = spec.at(&["securityContext", "seccompProfile"]);
    if !seccomp.is_null() {
        page.field(0, "SeccompProfile", seccomp.get("type").str());
        if seccomp.get("type").str() == "Localhost" {
            page.field(0, "LocalhostProfile", seccomp.get("localhostProfile").str());
        }
    }
    page.field(0, "IP", status.get("podIP").str());
    match status.get("podIPs").items() {
        [] => page.field(0, "IPs", "<none>"),
        ips => {
            page.line(0, "IPs:");
            for ip in ips {
                page.field(1, "IP", ip.get("ip").str());
            }
        }
    }
    page.controlled_by(pod);
    present(page, "NominatedNodeName", status.get("nominatedNodeName"));
    if !spec.get("resources").is_null() {
        page.line(0, "Resources:");
        page.resources(1, spec.get("resources"));
    }
    if !spec.get("initContainers").items().is_empty() {
        page.containers("Init Containers", spec.get("initContainers"), status.get("initContainerStatuses"), pod, "");
    }
    page.containers("Containers", spec.get("containers"), status.get("containerStatuses"), pod, "");
    if !spec.get("ephemeralContainers").items().is_empty() {
        page.containers("Ephemeral Containers", spec.get("ephemeralContainers"), status.get("ephemeralContainerStatuses"), pod, "");
    }
    let conditions = status.get("conditions").items();
    let gates = spec.get("readinessGates").items();
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:\n  Type\tStatus");
        for gate in gates {
            let kind = gate.get("conditionType").str();
            let condition = find_condition(status, kind);
            let status = if condition.is_null() { "<none>" } else { condition.get("status").str() };
            page.line(1, format_args!("{kind} \t{status} "));
        }
    }
    if !conditions.is_empty() {
        page.line(0, "Conditions:\n  Type\tStatus");
        for c in conditions {
            page.line(1, format_args!("{} \t{} ", c.get("type").str(), c.get("status").str()));
        }
    }
    page.volumes(spec.get("volumes"), "");
    let stated = pod.at(&["status", "qosClass"]).str();
    page.field(0, "QoS Class", if stated.is_empty() { qos_class(pod) } else { stated });
    page.labels(0, "Node-Selectors", spec.get("nodeSelector"));
    page.tolerations("Tolerations", spec.get("tolerations"));
    page.spread(spec.get("topologySpreadConstraints"), "");
    page.scheduling_group(spec.get("schedulingGroup"), "");
    // A static pod's mirror is known to events by the static pod's own identity.
    let uid = pod.annotation("kubernetes.io/config.mirror").unwrap_or(pod.uid());
    page.events_about(&[Involved { kind: None, object: pod, uid }]);
}

/// A field that is shown only where it says something.
fn present(page: &mut Page, title: &str, value: &Value) {
    if !value.str().is_empty() {
        page.field(0, title, value.str());
    }
}

impl Page<'_> {
    // Models DescribePodTemplate.
    pub(super) fn pod_template(&mut self, template: &Value) {
        self.line(0, "Pod Template:");
        if template.is_null() {
            self.put(1, "<unset>");
            return;
        }
        let spec = template.get("spec");
        self.labels(0, "  Labels", template.labels());
        let annotations = template.at(&["metadata", "annotations"]);
        if annotations.entries().len() > 0 {
            self.annotations("  Annotations", annotations);
        }
        if !spec.get("serviceAccountName").str().is_empty() {
            self.field(1, "Service Account", spec.get("serviceAccountName").str());
        }
        if !spec.get("initContainers").items().is_empty() {
            self.containers("Init Containers", spec.get("initContainers"), &Value::Null, &Value::Null, "  ");
        }
        self.containers("Containers", spec.get("containers"), &Value::Null, &Value::Null, "  ");
        self.volumes(spec.get("volumes"), "  ");
        self.spread(spec.get("topologySpreadConstraints"), "  ");
        if !spec.get("priorityClassName").str().is_empty() {
            self.field(1, "Priority Class Name", spec.get("priorityClassName").str());
        }
        self.labels(0, "  Node-Selectors", spec.get("nodeSelector"));
        self.tolerations("  Tolerations", spec.get("tolerations"));
        self.scheduling_group(spec.get("schedulingGroup"), "  ");
    }

    // Models printTolerationsMultilineWithIndent.
    fn tolerations(&mut self, title: &str, tolerations: &Value) {
        let mut sorted: Vec<&Value> = tolerations.items().iter().list();
        sorted.order_by_key(|t| t.get("key").str());
        let line = |t: &&Value| {
            let (key, value, effect) = (t.get("key").str(), t.get("value").str(), t.get("effect").str());
            let mut line = key.to_owned();
            if !value.is_empty() {
                line += &format!("={value}");
            }
            if !effect.is_empty() {
                line += &format!(":{effect}");
            }
            if t.get("operator").str() == "Exists" && value.is_empty() {
                line += if line.is_empty() { "op=Exists" } else { " op=Exists" };
            }
            if let Some(seconds) = t.get("tolerationSeconds").as_int() {
                line += &format!(" for {seconds}s");
            }
            line
        };
        self.items(0, title, &sorted.iter().map(line).list());
    }

    fn spread(&mut self, constraints: &Value, space: &str) {
        let mut sorted: Vec<&Value> = constraints.items().iter().list();
        if sorted.is_empty() {
            return;
        }
        sorted.order_by_key(|c| c.get("topologyKey").str());
        self.put(0, format_args!("{space}Topology Spread Constraints:\t"));
        for (i, c) in sorted.into_iter().enumerate() {
            if i > 0 {
                self.put(0, format_args!("{space}\t"));
            }
            let (key, when, skew) = (c.get("topologyKey").str(), c.get("whenUnsatisfiable").str(), c.get("maxSkew").int());
            self.put(0, format_args!("{key}:{when} when max skew {skew} is exceeded"));
            if !c.get("labelSelector").is_null() {
                self.put(0, format_args!(" for selector {}", format_label_selector(c.get("labelSelector"))));
            }
            self.line(0, "");
        }
    }

    fn scheduling_group(&mut self, group: &Value, space: &str) {
        if !group.is_null() {
            self.line(0, format_args!("{space}SchedulingGroup:"));
            self.field(1, "PodGroupName", group.get("podGroupName").str());
        }
    }
}

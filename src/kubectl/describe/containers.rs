//! Containers: of a pod, with their statuses, and of a pod template.

use super::metadata::{date, go_list, int_or_string, or_none, quantity};
use super::page::Page;
use crate::api::{Object, Quantity, Value};
use crate::base::{Case as _, List as _, NO_PATH, Order as _, encode_percent};

impl Page<'_> {
    /// A list of containers under a title; `statuses` and `pod` are null in a template, whose text is indented by `space`.
    // Models describeContainers.
    pub(super) fn containers(&mut self, title: &str, containers: &Value, statuses: &Value, pod: &Value, space: &str) {
        self.line(0, format_args!("{space}{title}:{}", if containers.items().is_empty() { " <none>" } else { "" }));
        for container in containers.items() {
            let name = container.get("name").str();
            // Of several statuses for one name the last counts.
            let status = statuses.items().iter().rev().find(|s| s.get("name").str() == name);
            self.line(1, format_args!("{}{name}:", if space.is_empty() { "" } else { " " }));
            self.container_basics(container, status);
            self.words("Command", container.get("command"));
            self.words("Args", container.get("args"));
            if let Some(status) = status {
                self.container_state("State", status.get("state"));
                if !status.at(&["lastState", "terminated"]).is_null() {
                    self.container_state("Last State", status.get("lastState"));
                }
                self.field(2, "Ready", if status.get("ready").is_true() { "True" } else { "False" });
                self.field(2, "Restart Count", status.get("restartCount").int());
            }
            self.resources(2, container.get("resources"));
            for (title, member) in [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")] {
                if !container.get(member).is_null() {
                    self.field(2, title, probe(container.get(member)));
                }
            }
            self.env_from(container.get("envFrom"));
            self.env(container, pod);
            self.mounts(container);
        }
    }

    fn container_basics(&mut self, container: &Value, status: Option<&Value>) {
        if let Some(status) = status {
            self.field(2, "Container ID", status.get("containerID").str());
        }
        self.field(2, "Image", container.get("image").str());
        if let Some(status) = status {
            self.field(2, "Image ID", status.get("imageID").str());
        }
        for (one, many, member) in [("Port", "Ports", "containerPort"), ("Host Port", "Host Ports", "hostPort")] {
            let ports = ports(container.get("ports"), member);
            self.field(2, if ports.contains(',') { many } else { one }, or_none(&ports));
        }
        let seccomp = container.at(&["securityContext", "seccompProfile"]);
        if !seccomp.is_null() {
            self.field(2, "SeccompProfile", seccomp.get("type").str());
            if seccomp.get("type").str() == "Localhost" {
                self.field(3, "LocalhostProfile", seccomp.get("localhostProfile").str());
            }
        }
    }

    fn words(&mut self, title: &str, words: &Value) {
        if words.items().is_empty() {
            return;
        }
        self.line(2, format_args!("{title}:"));
        for word in words.items() {
            for line in word.str().split('\n') {
                self.line(3, line);
            }
        }
    }

    fn container_state(&mut self, title: &str, state: &Value) {
        let (running, terminated) = (state.get("running"), state.get("terminated"));
        let reason = |page: &mut Self, of: &Value| {
            if !of.get("reason").str().is_empty() {
                page.field(3, "Reason", of.get("reason").str());
            }
        };
        if !running.is_null() {
            self.field(2, title, "Running");
            self.field(3, "Started", date(running.get("startedAt")));
        } else if !terminated.is_null() && state.get("waiting").is_null() {
            self.field(2, title, "Terminated");
            reason(self, terminated);
            if !terminated.get("message").str().is_empty() {
                self.field(3, "Message", terminated.get("message").str());
            }
            self.field(3, "Exit Code", terminated.get("exitCode").int());
            if terminated.get("signal").int() > 0 {
                self.field(3, "Signal", terminated.get("signal").int());
            }
            self.field(3, "Started", date(terminated.get("startedAt")));
            self.field(3, "Finished", date(terminated.get("finishedAt")));
        } else {
            self.field(2, title, "Waiting");
            reason(self, state.get("waiting"));
        }
    }

    /// Limits and requests.
    pub(super) fn resources(&mut self, level: usize, resources: &Value) {
        for (title, member) in [("Limits", "limits"), ("Requests", "requests")] {
            let list = resources.get(member);
            if list.entries().len() > 0 {
                self.line(level, format_args!("{title}:"));
            }
            for (name, amount) in list.entries() {
                self.field(level + 1, name, quantity(amount));
            }
        }
    }

    fn env_from(&mut self, sources: &Value) {
        if sources.items().is_empty() {
            return;
        }
        self.line(2, "Environment Variables from:");
        for source in sources.items() {
            let (from, reference) = match (source.get("configMapRef"), source.get("secretRef")) {
                (Value::Null, Value::Null) => ("", &Value::Null),
                (Value::Null, secret) => ("Secret", secret),
                (config_map, _) => ("ConfigMap", config_map),
            };
            let prefix = match source.get("prefix").str() {
                "" => String::new(),
                prefix => format!(" with prefix '{prefix}'"),
            };
            let (name, optional) = (reference.get("name").str(), reference.get("optional").is_true());
            self.line(3, format_args!("{name}\t{from}{prefix}\tOptional: {optional}"));
        }
    }

    fn env(&mut self, container: &Value, pod: &Value) {
        let env = container.get("env").items();
        self.line(2, format_args!("Environment:{}", if env.is_empty() { "\t<none>" } else { "" }));
        for e in env {
            let (name, from) = (e.get("name").str(), e.get("valueFrom"));
            if from.is_null() {
                for (i, line) in e.get("value").str().split('\n').enumerate() {
                    if i == 0 {
                        self.field(3, name, line);
                    } else {
                        self.line(3, format_args!("\t{line}"));
                    }
                }
                continue;
            }
            let key_ref = |kind: &str, r: &Value| {
                let (key, of) = (r.get("key").str(), r.get("name").str());
                format!("<set to the key '{key}' {kind} '{of}'>\tOptional: {}", r.get("optional").is_true())
            };
            if let field @ Value::Map(_) = from.get("fieldRef") {
                let path = field.get("fieldPath").str();
                let value = if pod.is_null() { String::new() } else { field_of_pod(pod, path) };
                self.field(3, name, format_args!("{value} ({}:{path})", field.get("apiVersion").str()));
            } else if let field @ Value::Map(_) = from.get("resourceFieldRef") {
                let resource = field.get("resource").str();
                let mut value = resource_of_container(container, field);
                if value == "0" && matches!(resource, "limits.cpu" | "limits.memory") {
                    value = "node allocatable".into();
                }
                self.field(3, name, format_args!("{value} ({resource})"));
            } else if let secret @ Value::Map(_) = from.get("secretKeyRef") {
                self.field(3, name, key_ref("in secret", secret));
            } else if let config_map @ Value::Map(_) = from.get("configMapKeyRef") {
                self.field(3, name, key_ref("of config map", config_map));
            }
        }
    }

    fn mounts(&mut self, container: &Value) {
        let mut mounts: Vec<&Value> = container.get("volumeMounts").items().iter().list();
        mounts.order_by_key(|m| m.get("mountPath").str());
        let none = if mounts.is_empty() { "\t<none>" } else { "" };
        self.line(2, format_args!("Mounts:{none}"));
        for m in mounts {
            let access = if m.get("readOnly").is_true() { "ro" } else { "rw" };
            let path = match m.get("subPath").str() {
                "" => String::new(),
                path => format!(",path={path:?}"),
            };
            self.line(3, format_args!("{} from {} ({access}{path})", m.get("mountPath").str(), m.get("name").str()));
        }
        let mut devices: Vec<&Value> = container.get("volumeDevices").items().iter().list();
        if !devices.is_empty() {
            devices.order_by_key(|d| d.get("devicePath").str());
            self.line(2, format_args!("Devices:{none}"));
            for d in devices {
                self.line(3, format_args!("{} from {}", d.get("devicePath").str(), d.get("name").str()));
            }
        }
    }
}

fn ports(ports: &Value, member: &str) -> String {
    let port = |p: &Value| {
        let text = format!("{}/{}", p.get(member).int(), p.get("protocol").str());
        match p.get("name").str() {
            "" => text,
            name => format!("{text} ({name})"),
        }
    };
    ports.items().iter().map(port).list().join(", ")
}

/// A probe on one line.
// Models DescribeProbe.
fn probe(probe: &Value) -> String {
    let n = |member: &str| probe.get(member).int();
    let timing = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        n("initialDelaySeconds"),
        n("timeoutSeconds"),
        n("periodSeconds"),
        n("successThreshold"),
        n("failureThreshold")
    );
    if let exec @ Value::Map(_) = probe.get("exec") {
        return format!("exec {} {timing}", go_list(exec.get("command")));
    }
    if let http @ Value::Map(_) = probe.get("httpGet") {
        let (host, port) = (http.get("host").str(), int_or_string(http.get("port")));
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let path = http.get("path").str();
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        return format!(
            "http-get {}://{host}:{port}{slash}{} {timing}",
            http.get("scheme").str().lower(),
            encode_percent(path.as_bytes(), NO_PATH)
        );
    }
    if let tcp @ Value::Map(_) = probe.get("tcpSocket") {
        return format!("tcp-socket {}:{} {timing}", tcp.get("host").str(), int_or_string(tcp.get("port")));
    }
    if let grpc @ Value::Map(_) = probe.get("grpc") {
        return format!("grpc <pod>:{} {} {timing}", grpc.get("port").int(), grpc.get("service").str());
    }
    format!("unknown {timing}")
}

/// The value of a `fieldRef`, as far as kubectl works it out: the pod's name and namespace.
// Models EnvValueRetriever, which knows the field labels that every kind has and no others.
fn field_of_pod(pod: &Value, path: &str) -> String {
    match path {
        "metadata.name" => pod.name(),
        "metadata.namespace" => pod.namespace(),
        _ => "",
    }
    .to_owned()
}

/// The value of a `resourceFieldRef`, in its divisor, rounded up.
// Models ExtractContainerResourceValue.
fn resource_of_container(container: &Value, field: &Value) -> String {
    let Some((member, name)) = field.get("resource").str().split_once('.') else { return String::new() };
    let divisor = Quantity::of(field.get("divisor"));
    let amount = Quantity::of(container.at(&["resources", member, name]));
    let (amount, divisor) = match (name, divisor.is_zero()) {
        ("cpu", true) => (amount.milli_value(), 1000),
        ("cpu", false) => (amount.milli_value(), divisor.milli_value()),
        (_, true) => (amount.value(), 1),
        (_, false) => (amount.value(), divisor.value()),
    };
    (amount as f64 / divisor as f64).ceil().to_string()
}

//! What a container in a pod must be.

use super::super::Value;
use super::super::names::{self, port_number};
use super::path::{Errors, Path};
use super::projected::{field_selector, resource_field};
use super::resources::{container_resource_name, resource_requirements};
use super::security::security_context;
use super::volumes::{no_backsteps, relative_path};
use crate::base::{SortedMap, SortedSet};

/// What a pod's containers are checked against.
pub(super) struct PodScope<'a> {
    pub spec: &'a Value,
    /// Volumes by name: those that are right.
    pub volumes: SortedMap<&'a str, &'a Value>,
    pub claims: Vec<&'a str>,
    pub host_users: bool,
}

impl PodScope<'_> {
    fn grace_s(&self) -> Option<i64> {
        self.spec.get("terminationGracePeriodSeconds").as_int()
    }
}

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const PULL_POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];

/// `spec.containers`.
pub(super) fn containers(errors: &mut Errors, at: Path<'_>, scope: &PodScope<'_>) {
    let list = scope.spec.get("containers").items();
    if list.is_empty() {
        return errors.required(at, "");
    }
    let mut names = SortedSet::new();
    for (i, container) in list.iter().enumerate() {
        let at = at.index(i);
        common(errors, at, container, scope);
        if !names.insert(container.get("name").str()) {
            errors.duplicate(at.child("name"), container.get("name"));
        }
        lifecycle(errors, at.child("lifecycle"), container.get("lifecycle"), scope);
        probes(errors, at, container, scope);
        restart_policy(errors, at, container, false);
    }
    host_port_conflicts(errors, at, list);
}

/// `spec.initContainers`.
pub(super) fn init_containers(errors: &mut Errors, at: Path<'_>, scope: &PodScope<'_>) {
    let mut names: SortedSet<&str> = scope.spec.get("containers").items().iter().map(|c| c.get("name").str()).collect();
    for (i, container) in scope.spec.get("initContainers").items().iter().enumerate() {
        let list = at;
        let at = at.index(i);
        common(errors, at, container, scope);
        let policy = container.get("restartPolicy");
        restart_policy(errors, at, container, true);
        let name = container.get("name").str();
        if names.contains(name) {
            errors.duplicate(at.child("name"), name);
        } else if !name.is_empty() {
            names.insert(name);
        }
        host_port_conflicts(errors, list, std::slice::from_ref(container));
        if policy.str() == "Always" {
            lifecycle(errors, at.child("lifecycle"), container.get("lifecycle"), scope);
            probes(errors, at, container, scope);
        } else {
            for key in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
                if !container.get(key).is_null() {
                    errors.forbidden(at.child(key), "may not be set for init containers without restartPolicy=Always");
                }
            }
            let list = at.child("resizePolicy");
            for (j, resize) in container.get("resizePolicy").items().iter().enumerate() {
                if resize.get("restartPolicy").str() == "RestartContainer" {
                    let at = list.index(j);
                    let detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
                    errors.ratcheting(|errors| errors.invalid(at.child("restartPolicy"), "RestartContainer", detail));
                }
            }
        }
    }
}

/// What an ephemeral container may not have.
const NOT_EPHEMERAL: [&str; 9] = [
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
];

/// `spec.ephemeralContainers`.
pub(super) fn ephemeral_containers(errors: &mut Errors, at: Path<'_>, scope: &PodScope<'_>) {
    let lists = ["containers", "initContainers"];
    let others: SortedSet<&str> = lists.iter().flat_map(|l| scope.spec.get(l).items()).map(|c| c.get("name").str()).collect();
    let mut names = others.clone();
    for (i, container) in scope.spec.get("ephemeralContainers").items().iter().enumerate() {
        let at = at.index(i);
        common(errors, at, container, scope);
        only_for_pod(errors, at, container);
        if !names.insert(container.get("name").str()) {
            errors.duplicate(at.child("name"), container.get("name"));
        }
        let target = container.get("targetContainerName").str();
        if !target.is_empty() && !others.contains(target) {
            errors.not_found(at.child("targetContainerName"), target);
        }
        for key in NOT_EPHEMERAL {
            // Resources are no pointer: they are there even when nobody set them.
            let value = container.get(key);
            if !value.is_empty() || (key != "resources" && !value.is_null()) {
                errors.forbidden(at.child(key), "cannot be set for an Ephemeral Container");
            }
        }
        let mounts = at.child("volumeMounts");
        for (j, mount) in container.get("volumeMounts").items().iter().enumerate() {
            for key in ["subPath", "subPathExpr"] {
                if !mount.get(key).is_empty() {
                    errors.forbidden(mounts.index(j).child(key), "cannot be set for an Ephemeral Container");
                }
            }
        }
    }
}

/// What is asked of a container in a pod but not in a template.
pub(super) fn only_for_pod(errors: &mut Errors, at: Path<'_>, container: &Value) {
    let image = container.get("image").str();
    if image.trim() != image {
        errors.invalid(at.child("image"), image, "must not have leading or trailing whitespace");
    }
}

fn common(errors: &mut Errors, at: Path<'_>, container: &Value, scope: &PodScope<'_>) {
    match container.get("name").str() {
        "" => errors.required(at.child("name"), ""),
        name => errors.each_invalid(at.child("name"), name, names::dns1123_label(name)),
    }
    if container.get("image").is_empty() {
        errors.required(at.child("image"), "");
    }
    errors.one_of(at.child("terminationMessagePolicy"), container.get("terminationMessagePolicy"), &["File", "FallbackToLogsOnError"]);
    ports(errors, at.child("ports"), container.get("ports"));
    env(errors, at.child("env"), container.get("env"));
    env_from(errors, at.child("envFrom"), container.get("envFrom"));
    volume_mounts(errors, at.child("volumeMounts"), container, scope);
    volume_devices(errors, at.child("volumeDevices"), container, scope);
    errors.one_of(at.child("imagePullPolicy"), container.get("imagePullPolicy"), &PULL_POLICIES);
    resource_requirements(errors, at.child("resources"), container.get("resources"), container_resource_name, &scope.claims);
    resize_policy(errors, at.child("resizePolicy"), container.get("resizePolicy"), scope.spec.get("restartPolicy").str());
    security_context(errors, at.child("securityContext"), container.get("securityContext"), scope.host_users);
}

fn ports(errors: &mut Errors, at: Path<'_>, ports: &Value) {
    let mut names = SortedSet::new();
    for (i, port) in ports.items().iter().enumerate() {
        let at = at.index(i);
        let name = port.get("name").str();
        if !name.is_empty() {
            let wrong = names::port_name(name);
            if !wrong.is_empty() {
                errors.each_invalid(at.child("name"), name, wrong);
            } else if !names.insert(name) {
                errors.duplicate(at.child("name"), name);
            }
        }
        match port.get("containerPort").int() {
            0 => errors.required(at.child("containerPort"), ""),
            number => port_in_range(errors, at.child("containerPort"), number),
        }
        if port.get("hostPort").int() != 0 {
            port_in_range(errors, at.child("hostPort"), port.get("hostPort").int());
        }
        errors.one_of(at.child("protocol"), port.get("protocol"), &PROTOCOLS);
    }
}

fn port_in_range(errors: &mut Errors, at: Path<'_>, number: i64) {
    if let Some(wrong) = port_number(number) {
        errors.invalid(at, number, wrong);
    }
}

/// A port by number or by name.
pub(super) fn port_number_or_name(errors: &mut Errors, at: Path<'_>, port: &Value) {
    match port.as_str() {
        Some(name) => errors.each_invalid(at, name, names::port_name(name)),
        None => port_in_range(errors, at, port.int()),
    }
}

fn env(errors: &mut Errors, at: Path<'_>, env: &Value) {
    for (i, variable) in env.items().iter().enumerate() {
        let at = at.index(i);
        match variable.get("name").str() {
            "" => errors.required(at.child("name"), ""),
            name => errors.each_invalid(at.child("name"), name, names::relaxed_env_var_name(name)),
        }
        value_from(errors, at.child("valueFrom"), variable);
    }
}

const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const ENV_SOURCES: &str = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";

fn value_from(errors: &mut Errors, at: Path<'_>, variable: &Value) {
    let from = variable.get("valueFrom");
    if from.is_null() {
        return;
    }
    let mut sources = 0;
    for key in ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"] {
        let source = from.get(key);
        if source.is_null() {
            continue;
        }
        sources += 1;
        match key {
            "fieldRef" => field_selector(errors, at.child(key), source, &ENV_FIELDS),
            "resourceFieldRef" => resource_field(errors, at.child(key), source, false),
            "fileKeyRef" => file_key(errors, at.child(key), source),
            _ => key_selector(errors, at.child(key), source),
        }
    }
    if sources == 0 {
        errors.invalid(at, "", ENV_SOURCES);
    } else if !variable.get("value").is_empty() {
        errors.invalid(at, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        errors.invalid(at, "", "may not have more than one field specified at a time");
    }
}

fn key_selector(errors: &mut Errors, at: Path<'_>, source: &Value) {
    let name = source.get("name").str();
    errors.each_invalid(at.child("name"), name, names::dns1123_subdomain(name));
    match source.get("key").str() {
        "" => errors.required(at.child("key"), ""),
        key => errors.each_invalid(at.child("key"), key, names::config_map_key(key)),
    }
}

fn file_key(errors: &mut Errors, at: Path<'_>, source: &Value) {
    match source.get("key").str() {
        "" => errors.required(at.child("key"), ""),
        key => errors.each_invalid(at.child("key"), key, names::relaxed_env_var_name(key)),
    }
    match source.get("volumeName").str() {
        "" => errors.required(at.child("volumeName"), ""),
        name => errors.each_invalid(at.child("volumeName"), name, names::dns1123_label(name)),
    }
    match source.get("path").str() {
        "" => errors.required(at.child("path"), ""),
        path => no_backsteps(errors, at.child("path"), path),
    }
}

fn env_from(errors: &mut Errors, at: Path<'_>, env_from: &Value) {
    for (i, source) in env_from.items().iter().enumerate() {
        let list = at;
        let at = at.index(i);
        let prefix = source.get("prefix").str();
        if !prefix.is_empty() {
            errors.each_invalid(at.child("prefix"), prefix, names::relaxed_env_var_name(prefix));
        }
        let mut sources = 0;
        for key in ["configMapRef", "secretRef"] {
            let reference = source.get(key);
            if reference.is_null() {
                continue;
            }
            sources += 1;
            let at = at.child(key);
            match reference.get("name").str() {
                "" => errors.required(at.child("name"), ""),
                name => errors.each_invalid(at.child("name"), name, names::with_prefix(name, names::dns1123_subdomain)),
            }
        }
        if sources == 0 {
            errors.invalid(list, "", "must specify one of: `configMapRef` or `secretRef`");
        } else if sources > 1 {
            errors.invalid(list, "", "may not have more than one field specified at a time");
        }
    }
}

fn volume_mounts(errors: &mut Errors, at: Path<'_>, container: &Value, scope: &PodScope<'_>) {
    let devices = container.get("volumeDevices").items();
    let mut paths = SortedSet::new();
    for (i, mount) in container.get("volumeMounts").items().iter().enumerate() {
        let list = at;
        let at = at.index(i);
        let (name, path) = (mount.get("name").str(), mount.get("mountPath").str());
        if name.is_empty() {
            errors.required(at.child("name"), "");
        }
        if !scope.volumes.contains_key(name) {
            errors.not_found(at.child("name"), name);
        }
        if path.is_empty() {
            errors.required(at.child("mountPath"), "");
        }
        if !paths.insert(path) {
            errors.invalid(at.child("mountPath"), path, "must be unique");
        }
        if devices.iter().any(|d| d.get("name").str() == name) {
            errors.invalid(at.child("name"), name, "must not already exist in volumeDevices");
        }
        if devices.iter().any(|d| d.get("devicePath").str() == path) {
            errors.invalid(at.child("mountPath"), path, "must not already exist as a path in volumeDevices");
        }
        let (sub_path, expression) = (mount.get("subPath").str(), mount.get("subPathExpr").str());
        if !sub_path.is_empty() {
            relative_path(errors, list.child("subPath"), sub_path);
        }
        if !expression.is_empty() {
            if !sub_path.is_empty() {
                errors.invalid(at.child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive");
            }
            relative_path(errors, list.child("subPathExpr"), expression);
        }
        propagation(errors, list.child("mountPropagation"), mount, container);
        recursive_read_only(errors, list.child("recursiveReadOnly"), mount);
    }
}

fn propagation(errors: &mut Errors, at: Path<'_>, mount: &Value, container: &Value) {
    let mode = mount.get("mountPropagation");
    if mode.is_null() {
        return;
    }
    if !matches!(mode.str(), "Bidirectional" | "HostToContainer" | "None") {
        errors.not_supported(at, mode, &["Bidirectional", "HostToContainer", "None"]);
    }
    if mode.str() == "Bidirectional" && !container.at(&["securityContext", "privileged"]).is_true() {
        errors.forbidden(at, "Bidirectional mount propagation is available only to privileged containers");
    }
}

fn recursive_read_only(errors: &mut Errors, at: Path<'_>, mount: &Value) {
    let mode = mount.get("recursiveReadOnly");
    match mode.as_str() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if !mount.get("readOnly").is_true() {
                errors.forbidden(at, "may only be specified when readOnly is true");
            }
            if !matches!(mount.get("mountPropagation").as_str(), None | Some("None")) {
                errors.forbidden(at, "may only be specified when mountPropagation is None or not specified");
            }
        }
        Some(_) => errors.not_supported(at, mode, &["Disabled", "Enabled", "IfPossible"]),
    }
}

fn volume_devices(errors: &mut Errors, at: Path<'_>, container: &Value, scope: &PodScope<'_>) {
    let mounts = container.get("volumeMounts").items();
    let (mut names, mut paths) = (SortedSet::new(), SortedSet::new());
    for (i, device) in container.get("volumeDevices").items().iter().enumerate() {
        let at = at.index(i);
        let (name, path) = (device.get("name").str(), device.get("devicePath").str());
        if name.is_empty() {
            errors.required(at.child("name"), "");
        }
        if names.contains(name) {
            errors.invalid(at.child("name"), name, "must be unique");
        }
        match scope.volumes.get(name) {
            None => errors.not_found(at.child("name"), name),
            Some(volume) if volume.get("persistentVolumeClaim").is_null() && volume.get("ephemeral").is_null() => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid(at.child("name"), name, detail);
            }
            Some(_) => {}
        }
        if path.is_empty() {
            errors.required(at.child("devicePath"), "");
        }
        if paths.contains(path) {
            errors.invalid(at.child("devicePath"), path, "must be unique");
        }
        if path.split('/').any(|part| part == "..") {
            errors.invalid(at.child("devicePath"), path, "can not contain backsteps ('..')");
        } else {
            paths.insert(path);
        }
        if mounts.iter().any(|m| m.get("name").str() == name) {
            errors.invalid(at.child("name"), name, "must not already exist in volumeMounts");
        }
        if mounts.iter().any(|m| m.get("mountPath").str() == path) {
            errors.invalid(at.child("devicePath"), path, "must not already exist as a path in volumeMounts");
        }
        if !name.is_empty() {
            names.insert(name);
        }
    }
}

fn probes(errors: &mut Errors, at: Path<'_>, container: &Value, scope: &PodScope<'_>) {
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let (probe, at) = (container.get(key), at.child(key));
        if probe.is_null() {
            continue;
        }
        handler(errors, at, probe, scope);
        for number in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
            errors.nonnegative(at.child(number), probe.get(number));
        }
        let grace = probe.get("terminationGracePeriodSeconds");
        if grace.as_int().is_some_and(|s| s <= 0) {
            errors.invalid(at.child("terminationGracePeriodSeconds"), grace, "must be greater than 0");
        }
        if key == "readinessProbe" {
            if !grace.is_null() {
                errors.invalid(at.child("terminationGracePeriodSeconds"), grace, "must not be set for readinessProbes");
            }
        } else if probe.get("successThreshold").int() != 1 {
            errors.invalid(at.child("successThreshold"), probe.get("successThreshold").int(), "must be 1");
        }
    }
}

fn lifecycle(errors: &mut Errors, at: Path<'_>, lifecycle: &Value, scope: &PodScope<'_>) {
    for key in ["postStart", "preStop"] {
        if !lifecycle.get(key).is_null() {
            handler(errors, at.child(key), lifecycle.get(key), scope);
        }
    }
    let signal = lifecycle.get("stopSignal");
    if signal.is_null() {
        return;
    }
    match scope.spec.at(&["os", "name"]).str() {
        "" => errors.forbidden(at.child("stopSignal"), "may not be set for containers with empty `spec.os.name`"),
        "windows" if !matches!(signal.str(), "SIGKILL" | "SIGTERM") => {
            errors.not_supported(at.child("stopSignal"), signal, &["SIGKILL", "SIGTERM"]);
        }
        "linux" if !SIGNALS.contains(&signal.str()) => errors.not_supported(at.child("stopSignal"), signal, &SIGNALS),
        _ => {}
    }
}

#[rustfmt::skip]
const SIGNALS: [&str; 65] = [
    "SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGFPE", "SIGHUP", "SIGILL", "SIGINT", "SIGIO", "SIGIOT", "SIGKILL",
    "SIGPIPE", "SIGPOLL", "SIGPROF", "SIGPWR", "SIGQUIT", "SIGRTMAX", "SIGRTMAX-1", "SIGRTMAX-10", "SIGRTMAX-11", "SIGRTMAX-12",
    "SIGRTMAX-13", "SIGRTMAX-14", "SIGRTMAX-2", "SIGRTMAX-3", "SIGRTMAX-4", "SIGRTMAX-5", "SIGRTMAX-6", "SIGRTMAX-7", "SIGRTMAX-8",
    "SIGRTMAX-9", "SIGRTMIN", "SIGRTMIN+1", "SIGRTMIN+10", "SIGRTMIN+11", "SIGRTMIN+12", "SIGRTMIN+13", "SIGRTMIN+14", "SIGRTMIN+15",
    "SIGRTMIN+2", "SIGRTMIN+3", "SIGRTMIN+4", "SIGRTMIN+5", "SIGRTMIN+6", "SIGRTMIN+7", "SIGRTMIN+8", "SIGRTMIN+9", "SIGSEGV",
    "SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2",
    "SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ",
];

/// A probe's or a hook's one action.
fn handler(errors: &mut Errors, at: Path<'_>, handler: &Value, scope: &PodScope<'_>) {
    let mut found = false;
    for key in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        let (action, at) = (handler.get(key), at.child(key));
        if action.is_null() {
            continue;
        }
        if found {
            errors.forbidden(at, "may not specify more than 1 handler type");
            continue;
        }
        found = true;
        match key {
            "exec" => {
                if action.get("command").is_empty() {
                    errors.required(at.child("command"), "");
                }
            }
            "httpGet" => http_get(errors, at, action),
            "sleep" => sleep(errors, at, action.get("seconds").int(), scope),
            _ => port_number_or_name(errors, at.child("port"), action.get("port")),
        }
    }
    if !found {
        errors.required(at, "must specify a handler type");
    }
}

fn http_get(errors: &mut Errors, at: Path<'_>, action: &Value) {
    if action.get("path").is_empty() {
        errors.required(at.child("path"), "");
    }
    port_number_or_name(errors, at.child("port"), action.get("port"));
    if !matches!(action.get("scheme").str(), "HTTP" | "HTTPS") {
        errors.not_supported(at.child("scheme"), action.get("scheme"), &["HTTP", "HTTPS"]);
    }
    for header in action.get("httpHeaders").items() {
        let name = header.get("name").str();
        errors.each_invalid(at.child("httpHeaders"), name, names::http_header_name(name));
    }
}

fn sleep(errors: &mut Errors, at: Path<'_>, seconds: i64, scope: &PodScope<'_>) {
    if let Some(grace_s) = scope.grace_s()
        && (seconds < 0 || seconds > grace_s)
    {
        errors.invalid(at, seconds, &format!("must be non-negative and less than terminationGracePeriodSeconds ({grace_s})"));
    }
}

fn resize_policy(errors: &mut Errors, at: Path<'_>, policies: &Value, pod_policy: &str) {
    let mut seen = SortedSet::new();
    for (i, policy) in policies.items().iter().enumerate() {
        let name = policy.get("resourceName");
        if !seen.insert(name.str()) {
            errors.duplicate(at.index(i), name);
        }
        errors.one_of(at, name, &["cpu", "memory"]);
        errors.one_of(at, policy.get("restartPolicy"), &["NotRequired", "RestartContainer"]);
        if pod_policy == "Never" && policy.get("restartPolicy").str() != "NotRequired" {
            errors.invalid(at, policy.get("restartPolicy"), "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
        }
    }
}

fn restart_policy(errors: &mut Errors, at: Path<'_>, container: &Value, is_init: bool) {
    let (policy, rules) = (container.get("restartPolicy"), container.get("restartPolicyRules"));
    match policy.as_str() {
        None if rules.is_empty() => return,
        None => {
            errors.required(at.child("restartPolicy"), "must specify restartPolicy when restart rules are used");
            if is_init {
                return;
            }
        }
        Some("Always" | "Never" | "OnFailure") => {}
        Some(_) => errors.not_supported(at.child("restartPolicy"), policy, &["Always", "Never", "OnFailure"]),
    }
    let list = at.child("restartPolicyRules");
    if rules.items().len() > 20 {
        errors.too_many(list, rules.items().len(), 20);
    }
    for (i, rule) in rules.items().iter().enumerate() {
        let at = list.index(i);
        if !matches!(rule.get("action").str(), "Restart" | "RestartAllContainers") {
            errors.not_supported(at.child("action"), rule.get("action").str(), &["Restart", "RestartAllContainers"]);
        }
        let codes = rule.get("exitCodes");
        if codes.is_null() {
            errors.required(at.child("exitCodes"), "must be specified");
            continue;
        }
        let at = at.child("exitCodes");
        if !matches!(codes.get("operator").str(), "In" | "NotIn") {
            errors.not_supported(at.child("operator"), codes.get("operator").str(), &["In", "NotIn"]);
        }
        if codes.get("values").items().len() > 255 {
            errors.too_many(at.child("values"), codes.get("values").items().len(), 255);
        }
    }
}

fn host_port_conflicts(errors: &mut Errors, at: Path<'_>, containers: &[Value]) {
    let mut seen = SortedSet::new();
    for (i, container) in containers.iter().enumerate() {
        let container_at = at.index(i);
        let ports = container_at.child("ports");
        for (j, port) in container.get("ports").items().iter().enumerate() {
            let number = port.get("hostPort").int();
            if number == 0 {
                continue;
            }
            let text = format!("{}/{}/{number}", port.get("protocol").str(), port.get("hostIP").str());
            if !seen.insert(text.clone()) {
                errors.duplicate(ports.index(j).child("hostPort"), text);
            }
        }
    }
}

//! PodSecurity: the labels of a namespace set which Pod Security Standard its pods must meet. Pods beyond that are refused or warned of,
//! pod templates only warned of.

use super::{ApiServer, Request};
use crate::api::well_known::APP_ARMOR_PREFIX;
use crate::api::{Cause, KindRef, Object, Status, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::server::Subresource;

const PREFIX: &str = "pod-security.kubernetes.io/";
/// How many existing pods are checked against the new level of a namespace.
const PODS_CHECKED_MAX: usize = 3000;
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];
const LATEST: u32 = u32::MAX;

/// A level of the Pod Security Standards, as of a minor version of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Policy {
    /// Its place among `LEVELS`.
    level: usize,
    version: u32,
}

impl std::fmt::Display for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (LEVELS[self.level], self.version) {
            (level, LATEST) => write!(f, "{level}:latest"),
            (level, version) => write!(f, "{level}:v1.{version}"),
        }
    }
}

/// The levels that a namespace enforces and warns of, and the errors in its labels.
// Models PolicyToEvaluate of k8s.io/pod-security-admission; nothing is audited here.
fn policies(namespace: &Value) -> (Policy, Policy, Vec<Cause>) {
    let mut causes = Vec::new();
    let mut read = |mode: &str, unread: usize| {
        let mut known = |label: String, parse: &dyn Fn(&str) -> Option<u32>, must: &str| {
            let text = namespace.label(&label)?;
            let value = parse(text);
            if value.is_none() {
                let field = format!("metadata.labels[{label}]");
                causes.push(Cause::new("FieldValueInvalid", field, format!("Invalid value: {text:?}: {must}")));
            }
            Some(value)
        };
        let level = |text: &str| LEVELS.iter().position(|l| *l == text).map(|l| l as u32);
        let level = known(format!("{PREFIX}{mode}"), &level, "must be one of privileged, baseline, restricted");
        let version = known(format!("{PREFIX}{mode}-version"), &minor, "must be \"latest\" or \"v1.x\"");
        (level.map(|l| l.map_or(unread, |l| l as usize)), version.map(|v| v.unwrap_or(LATEST)), level.flatten().is_some())
    };
    let (level, version, is_level) = read("enforce", 2);
    let enforce = Policy { level: level.unwrap_or(0), version: version.unwrap_or(LATEST) };
    read("audit", 0);
    let (level, version, _) = read("warn", 0);
    let mut warn = Policy { level: level.unwrap_or(0), version: version.unwrap_or(LATEST) };
    if level.is_none() && is_level && enforce.level > warn.level {
        warn = Policy { level: enforce.level, version: version.unwrap_or(enforce.version) };
    }
    (enforce, warn, causes)
}

/// `latest` or `v1.N`.
fn minor(text: &str) -> Option<u32> {
    let digits = match text {
        "latest" => return Some(LATEST),
        _ => text.strip_prefix("v1.")?,
    };
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|_| plain)
}

/// A pod, or the template of one, and the version of the standards to judge it by.
struct Pod<'a> {
    metadata: &'a Value,
    spec: &'a Value,
    version: u32,
}

/// What is wrong in short, and in which containers.
type Found = Option<(String, String)>;

struct Check {
    /// Whether only the level `restricted` checks this.
    restricted: bool,
    /// The minor version since which this is checked, and that since which `restricted` has a stricter check instead.
    since: u32,
    until: u32,
    of: fn(&Pod<'_>) -> Found,
}

const fn baseline(since: u32, until: u32, of: fn(&Pod<'_>) -> Found) -> Check {
    Check { restricted: false, since, until, of }
}

const fn restricted(since: u32, of: fn(&Pod<'_>) -> Found) -> Check {
    Check { restricted: true, since, until: LATEST, of }
}

/// The checks in the order of their messages: those of `baseline` first, each group by name.
const CHECKS: [Check; 19] = [
    baseline(0, LATEST, app_armor),
    baseline(0, 22, capabilities),
    baseline(0, LATEST, host_namespaces),
    baseline(0, 0, host_path),
    baseline(0, LATEST, host_ports),
    baseline(34, LATEST, hosts_of_probes),
    baseline(0, LATEST, |p| p.containers_set(&["privileged"], |v| v.is_true(), "privileged", "privileged=true")),
    baseline(0, 35, |p| if p.version >= 35 && p.has_own_users() { None } else { proc_mount(p) }),
    baseline(0, LATEST, se_linux),
    baseline(19, 19, |p| p.seccomp(false)),
    baseline(0, LATEST, sysctls),
    baseline(0, LATEST, |p| {
        let who = p.setters(&["windowsOptions", "hostProcess"], &|v| v.is_true());
        (!who.is_empty()).then(|| ("hostProcess".into(), format!("{who} must not set securityContext.windowsOptions.hostProcess=true")))
    }),
    restricted(8, |p| {
        let bad = p.names(|c| c.at(&["securityContext", "allowPrivilegeEscalation"]).as_bool() != Some(false));
        let detail = || format!("{} must set securityContext.allowPrivilegeEscalation=false", containers(&bad));
        (!bad.is_empty() && !p.is_windows()).then(|| ("allowPrivilegeEscalation != false".into(), detail()))
    }),
    restricted(22, |p| if p.is_windows() { None } else { all_dropped(p) }),
    restricted(35, proc_mount),
    restricted(0, volumes),
    restricted(0, |p| if p.version >= 35 && p.has_own_users() { None } else { non_root(p) }),
    restricted(23, |p| {
        let who = p.setters(&["runAsUser"], &|v| v.as_int() == Some(0));
        let lax = p.version >= 35 && p.has_own_users();
        (!who.is_empty() && !lax).then(|| ("runAsUser=0".into(), format!("{who} must not set runAsUser=0")))
    }),
    restricted(19, |p| if p.is_windows() { None } else { p.seccomp(true) }),
];

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|n| format!("\"{n}\"")).list();
    names.join(", ")
}

fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

fn containers(names: &[String]) -> String {
    format!("{} {}", plural(names.len(), "container", "containers"), quoted(names))
}

/// Each once, in order.
fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.order();
    names.dedup();
    names
}

impl Pod<'_> {
    fn containers(&self) -> impl Iterator<Item = &Value> {
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|list| self.spec.get(list).items())
    }

    fn names(&self, bad: impl Fn(&Value) -> bool) -> Vec<String> {
        self.containers().filter(|c| bad(c)).map(|c| c.get("name").str().to_owned()).list()
    }

    fn is_windows(&self) -> bool {
        self.version >= 25 && self.spec.at(&["os", "name"]).str() == "windows"
    }

    fn has_own_users(&self) -> bool {
        self.spec.get("hostUsers").as_bool() == Some(false)
    }

    /// Values of a member of the security contexts of the pod and its containers.
    fn values(&self, path: &[&str]) -> Vec<&Value> {
        std::iter::once(self.spec).chain(self.containers()).map(|holder| holder.get("securityContext").at(path)).list()
    }

    /// The pod and the containers that set it to something forbidden; empty where none does.
    fn setters(&self, path: &[&str], bad: &dyn Fn(&Value) -> bool) -> String {
        let sets = |holder: &Value| bad(holder.get("securityContext").at(path));
        let mut who = Vec::new();
        if sets(self.spec) {
            who.push("pod".to_owned());
        }
        let names = self.names(sets);
        if !names.is_empty() {
            who.push(containers(&names));
        }
        who.join(" and ")
    }

    fn containers_set(&self, path: &[&str], bad: fn(&Value) -> bool, reason: &str, what: &str) -> Found {
        let names = self.names(|c| bad(c.get("securityContext").at(path)));
        (!names.is_empty()).then(|| (reason.to_owned(), format!("{} must not set securityContext.{what}", containers(&names))))
    }

    fn seccomp(&self, must_be_set: bool) -> Found {
        let path = ["seccompProfile", "type"];
        let right = |v: &Value| matches!(v.str(), "RuntimeDefault" | "Localhost");
        let bad = |v: &Value| !v.is_empty() && !right(v);
        let who = self.setters(&path, &bad);
        let reason = "seccompProfile".to_owned();
        if !who.is_empty() {
            let values = self.values(&path).into_iter().filter(|v| bad(v)).map(|v| v.str().to_owned()).list();
            return Some((reason, format!("{who} must not set securityContext.seccompProfile.type to {}", quoted(&sorted(values)))));
        }
        if !must_be_set || right(self.spec.get("securityContext").at(&path)) {
            return None;
        }
        let names = self.names(|c| c.get("securityContext").at(&path).is_empty());
        let must = "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";
        (!names.is_empty()).then(|| (reason, format!("pod or {} {must}", containers(&names))))
    }
}

fn app_armor(pod: &Pod<'_>) -> Found {
    let path = ["appArmorProfile", "type"];
    let bad = |v: &Value| !v.is_empty() && !matches!(v.str(), "RuntimeDefault" | "Localhost");
    let mut who = pod.setters(&path, &bad);
    let mut values = sorted(pod.values(&path).into_iter().filter(|v| bad(v)).map(|v| v.str().to_owned()).list());
    let wrong = |key: &str, value: &str| {
        key.starts_with(APP_ARMOR_PREFIX) && !(value.is_empty() || value == "runtime/default" || value.starts_with("localhost/"))
    };
    let annotations = pod.metadata.get("annotations").entries().filter(|(k, v)| wrong(k, v.str()));
    let annotations: Vec<String> = annotations.map(|(k, v)| format!("{k}={:?}", v.str())).list();
    if !annotations.is_empty() {
        who += if who.is_empty() { "" } else { " and " };
        who += plural(annotations.len(), "annotation", "annotations");
        values.extend(annotations);
    }
    let reason = plural(values.len(), "forbidden AppArmor profile", "forbidden AppArmor profiles");
    (!who.is_empty()).then(|| (reason.into(), format!("{who} must not set AppArmor profile type to {}", quoted(&values))))
}

const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Containers that add other capabilities than these.
fn added(pod: &Pod<'_>, allowed: &[&str]) -> Option<String> {
    let bad = |c: &Value| -> Vec<String> {
        let added = c.at(&["securityContext", "capabilities", "add"]).items().iter();
        added.filter(|a| !allowed.contains(&a.str())).map(|a| a.str().to_owned()).list()
    };
    let names = pod.names(|c| !bad(c).is_empty());
    let what = sorted(pod.containers().flat_map(bad).list());
    let add = "in securityContext.capabilities.add";
    (!names.is_empty()).then(|| format!("{} must not include {} {add}", containers(&names), quoted(&what)))
}

fn capabilities(pod: &Pod<'_>) -> Found {
    Some(("non-default capabilities".into(), added(pod, &CAPABILITIES)?))
}

fn all_dropped(pod: &Pod<'_>) -> Found {
    let keep = pod.names(|c| !c.at(&["securityContext", "capabilities", "drop"]).items().iter().any(|d| d.str() == "ALL"));
    let keep = (!keep.is_empty()).then(|| format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", containers(&keep)));
    let details: Vec<String> = keep.into_iter().chain(added(pod, &["NET_BIND_SERVICE"])).list();
    (!details.is_empty()).then(|| ("unrestricted capabilities".into(), details.join("; ")))
}

fn host_namespaces(pod: &Pod<'_>) -> Found {
    let set: Vec<String> =
        ["hostNetwork", "hostPID", "hostIPC"].iter().filter(|n| pod.spec.get(n).is_true()).map(|n| format!("{n}=true")).list();
    (!set.is_empty()).then(|| ("host namespaces".into(), set.join(", ")))
}

fn host_path(pod: &Pod<'_>) -> Found {
    let volumes = pod.spec.get("volumes").items().iter().filter(|v| !v.get("hostPath").is_null());
    let names: Vec<String> = volumes.map(|v| v.get("name").str().to_owned()).list();
    (!names.is_empty()).then(|| ("hostPath volumes".into(), format!("{} {}", plural(names.len(), "volume", "volumes"), quoted(&names))))
}

fn host_ports(pod: &Pod<'_>) -> Found {
    let ports = |c: &Value| -> Vec<String> {
        c.get("ports").items().iter().map(|p| p.get("hostPort").int()).filter(|p| *p != 0).map(|p| p.to_string()).list()
    };
    let names = pod.names(|c| !ports(c).is_empty());
    let used = sorted(pod.containers().flat_map(ports).list());
    let (use_, port) = (plural(names.len(), "uses", "use"), plural(used.len(), "hostPort", "hostPorts"));
    (!names.is_empty()).then(|| ("hostPort".into(), format!("{} {use_} {port} {}", containers(&names), used.join(", "))))
}

fn hosts_of_probes(pod: &Pod<'_>) -> Found {
    const HANDLERS: [&[&str]; 5] =
        [&["livenessProbe"], &["readinessProbe"], &["startupProbe"], &["lifecycle", "postStart"], &["lifecycle", "preStop"]];
    let hosts = |c: &Value| -> Vec<String> {
        let ways = HANDLERS.iter().flat_map(|h| ["httpGet", "tcpSocket"].map(|way| c.at(h).at(&[way, "host"]).str().to_owned()));
        ways.filter(|host| !host.is_empty()).list()
    };
    let names = sorted(pod.names(|c| !hosts(c).is_empty()));
    let used = sorted(pod.containers().flat_map(hosts).list());
    let (use_, what) = (plural(names.len(), "uses", "use"), plural(used.len(), "probe or lifecycle host", "probe or lifecycle hosts"));
    (!names.is_empty()).then(|| ("probe or lifecycle host".into(), format!("{} {use_} {what} {}", containers(&names), quoted(&used))))
}

fn proc_mount(pod: &Pod<'_>) -> Found {
    let bad = |c: &Value| !matches!(c.at(&["securityContext", "procMount"]).str(), "" | "Default");
    let names = pod.names(bad);
    let values = sorted(pod.containers().filter(|c| bad(c)).map(|c| c.at(&["securityContext", "procMount"]).str().to_owned()).list());
    let detail = || format!("{} must not set securityContext.procMount to {}", containers(&names), quoted(&values));
    (!names.is_empty()).then(|| ("procMount".into(), detail()))
}

fn se_linux(pod: &Pod<'_>) -> Found {
    let known = |t: &str| {
        matches!(t, "" | "container_t" | "container_init_t" | "container_kvm_t") || t == "container_engine_t" && pod.version >= 31
    };
    let set = |o: &Value, member: &str| !o.get(member).is_empty();
    let who = pod.setters(&["seLinuxOptions"], &|o| !known(o.get("type").str()) || set(o, "user") || set(o, "role"));
    let options = pod.values(&["seLinuxOptions"]);
    let types = sorted(options.iter().map(|o| o.get("type").str()).filter(|t| !known(t)).map(str::to_owned).list());
    let mut data = Vec::new();
    if !types.is_empty() {
        data.push(format!("{} {}", plural(types.len(), "type", "types"), quoted(&types)));
    }
    let also = ["user", "role"].into_iter().filter(|member| options.iter().any(|o| set(o, member)));
    data.extend(also.map(|member| format!("{member} may not be set")));
    let detail = || format!("{who} set forbidden securityContext.seLinuxOptions: {}", data.join("; "));
    (!who.is_empty()).then(|| ("seLinuxOptions".into(), detail()))
}

/// Sysctls that are safe, each since a minor version.
const SYSCTLS: [(&str, u32); 12] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.tcp_wmem", 32),
];

fn sysctls(pod: &Pod<'_>) -> Found {
    let set = pod.spec.at(&["securityContext", "sysctls"]).items().iter().map(|s| s.get("name").str());
    let bad: Vec<&str> = set.filter(|name| !SYSCTLS.iter().any(|(n, since)| n == name && pod.version >= *since)).list();
    (!bad.is_empty()).then(|| ("forbidden sysctls".into(), bad.join(", ")))
}

const VOLUMES: [&str; 9] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

fn volumes(pod: &Pod<'_>) -> Found {
    let kind = |v: &Value| v.entries().map(|(k, _)| k.to_string()).find(|k| k != "name").unwrap_or_else(|| "unknown".into());
    let bad: Vec<&Value> = pod.spec.get("volumes").items().iter().filter(|v| !VOLUMES.contains(&kind(v).as_str())).list();
    let names: Vec<String> = bad.iter().map(|v| v.get("name").str().to_owned()).list();
    let kinds = sorted(bad.iter().map(|v| kind(v)).list());
    let (volume, use_) = (plural(names.len(), "volume", "volumes"), plural(names.len(), "uses", "use"));
    let types = plural(kinds.len(), "restricted volume type", "restricted volume types");
    let detail = || format!("{volume} {} {use_} {types} {}", quoted(&names), quoted(&kinds));
    (!names.is_empty()).then(|| ("restricted volume types".into(), detail()))
}

fn non_root(pod: &Pod<'_>) -> Found {
    let reason = || "runAsNonRoot != true".to_owned();
    let who = pod.setters(&["runAsNonRoot"], &|v| v.as_bool() == Some(false));
    if !who.is_empty() {
        return Some((reason(), format!("{who} must not set securityContext.runAsNonRoot=false")));
    }
    let of_pod = pod.spec.at(&["securityContext", "runAsNonRoot"]).is_true();
    let names = pod.names(|c| !of_pod && c.at(&["securityContext", "runAsNonRoot"]).is_null());
    (!names.is_empty()).then(|| (reason(), format!("pod or {} must set securityContext.runAsNonRoot=true", containers(&names))))
}

/// What a level forbids about a pod; each item in short and in full.
fn violations(policy: Policy, pod: &Value) -> Vec<(String, String)> {
    if policy.level == 0 {
        return Vec::new();
    }
    let pod = Pod { metadata: pod.get("metadata"), spec: pod.get("spec"), version: policy.version };
    let asked = |c: &&Check| {
        let replaced = policy.level == 2 && !c.restricted && policy.version >= c.until && c.until != LATEST;
        policy.version >= c.since && (policy.level == 2 || !c.restricted) && !replaced
    };
    CHECKS.iter().filter(asked).filter_map(|c| (c.of)(&pod)).list()
}

fn told(policy: Policy, found: &[(String, String)]) -> String {
    let each: Vec<String> = found.iter().map(|(reason, detail)| format!("{reason} ({detail})")).list();
    format!("PodSecurity \"{policy}\": {}", each.join(", "))
}

/// Whether an update needs an evaluation: containers were added, or run other images.
fn is_significant(pod: &Value, old: &Value) -> bool {
    ["containers", "initContainers", "ephemeralContainers"].iter().any(|list| {
        let (new, old) = (pod.at(&["spec", list]).items(), old.at(&["spec", list]).items());
        new.len() != old.len() || new.iter().zip(old).any(|(a, b)| a.get("image") != b.get("image"))
    })
}

/// The pod that an object is, or the pod template that it has.
fn template(kind: KindRef, object: &Value) -> Option<&Value> {
    let template = match kind.built_in() {
        "pods" => object,
        "podtemplates" => object.get("template"),
        "replicationcontrollers" | "replicasets" | "deployments" | "statefulsets" | "daemonsets" | "jobs" => {
            object.at(&["spec", "template"])
        }
        "cronjobs" => object.at(&["spec", "jobTemplate", "spec", "template"]),
        _ => return None,
    };
    (!template.is_null()).then_some(template)
}

/// Admits a valid object; returns warnings.
// Models Admission.Validate of k8s.io/pod-security-admission.
pub(super) fn admit(server: &ApiServer, request: &Request<'_>) -> Result<Vec<String>, Status> {
    let Request { kind, sub, object, .. } = *request;
    let old = Some(request.old).filter(|old| !old.is_null());
    if sub == Subresource::Status {
        return Ok(Vec::new());
    }
    if kind == kinds::NAMESPACE {
        return admit_namespace(server, object, old);
    }
    let Some(pod) = template(kind, object) else { return Ok(Vec::new()) };
    let Some(namespace) = server.peek(kinds::NAMESPACE, "", object.namespace()) else { return Ok(Vec::new()) };
    if !namespace.labels().entries().any(|(label, _)| label.starts_with(PREFIX)) {
        return Ok(Vec::new());
    }
    let (enforce, warn, _) = policies(namespace);
    if kind == kinds::POD {
        if old.is_some_and(|old| !is_significant(object, old)) {
            return Ok(Vec::new());
        }
        let found = violations(enforce, pod);
        if !found.is_empty() {
            return Err(Status::forbidden(kind, object.name(), &format!("violates {}", told(enforce, &found))));
        }
    }
    let found = violations(warn, pod);
    Ok(if found.is_empty() { Vec::new() } else { vec![format!("would violate {}", told(warn, &found))] })
}

fn admit_namespace(server: &ApiServer, namespace: &Value, old: Option<&Value>) -> Result<Vec<String>, Status> {
    let (enforce, _, causes) = policies(namespace);
    let before = old.map(policies);
    if !causes.is_empty() && before.as_ref().is_none_or(|(.., old)| old.is_empty() || *old != causes) {
        return Err(Status::invalid(kinds::NAMESPACE, namespace.name(), causes));
    }
    let Some((before, ..)) = before else { return Ok(Vec::new()) };
    if enforce == before || enforce.level == 0 || enforce.version == before.version && enforce.level <= before.level {
        return Ok(Vec::new());
    }
    // One pod of each controller is evaluated before the others.
    let (mut first, mut others, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for pod in server.iter(kinds::POD, Some(namespace.name())) {
        let owner = pod.controller_ref().get("uid").arc_str();
        if seen.contains(&owner) {
            others.push(pod);
        } else {
            first.push(pod);
            if !owner.is_empty() {
                seen.push(owner);
            }
        }
    }
    let total = first.len() + others.len();
    let mut warned: Vec<(String, String, usize)> = Vec::new();
    for pod in first.into_iter().chain(others).take(PODS_CHECKED_MAX) {
        let reasons: Vec<String> = violations(enforce, pod).into_iter().map(|f| f.0).list();
        let reasons = reasons.join(", ");
        match warned.iter_mut().find(|w| w.0 == reasons) {
            _ if reasons.is_empty() => {}
            Some((_, name, count)) => {
                *count += 1;
                if pod.name() < name.as_str() {
                    *name = pod.name().to_owned();
                }
            }
            None => warned.push((reasons, pod.name().to_owned(), 1)),
        }
    }
    let mut out = Vec::new();
    if total > PODS_CHECKED_MAX {
        let checked = format!("the first {PODS_CHECKED_MAX} of {total} existing pods");
        out.push(format!("new PodSecurity enforce level only checked against {checked}"));
    }
    if !warned.is_empty() {
        out.push(format!("existing pods in namespace {:?} violate the new PodSecurity enforce level \"{enforce}\"", namespace.name()));
    }
    let others = |count: usize| match count {
        1 => String::new(),
        2 => " (and 1 other pod)".to_owned(),
        n => format!(" (and {} other pods)", n - 1),
    };
    out.extend(sorted(warned.into_iter().map(|(reasons, name, count)| format!("{name}{}: {reasons}", others(count))).list()));
    Ok(out)
}

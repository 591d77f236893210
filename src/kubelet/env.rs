//! A container's environment. Models the kubelet's `makeEnvironmentVariables` (pkg/kubelet/kubelet_pods.go).

use std::sync::Arc;

use crate::api::quantity::Quantity;
use crate::api::{ArcStr, Kind, Object, Value, kinds};
use crate::base::{Case as _, List as _};
use crate::server::ApiServer;

use super::container_runtime::{CommonEnv, Variables};
use super::env_file;
use super::node::Node;
use super::spec::{ContainerKind, ContainerSpec, PodSpec};
use super::static_pods::{SEEN, SOURCE};
use super::volumes::Volume;

/// Why a container's configuration cannot be made: the text of `CreateContainerConfigError`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct ConfigError(pub String);

/// What an environment is made from, beside the API's objects.
pub(super) struct EnvSource<'a> {
    pub api: &'a ApiServer,
    pub pod: &'a Value,
    pub spec: &'a PodSpec,
    pub pod_ip: &'a str,
    pub host_ip: &'a str,
    /// The node's allocatable resources: what a container without a limit may use.
    pub allocatable: &'a Value,
}

impl<'a> EnvSource<'a> {
    pub fn of(api: &'a ApiServer, node: &'a Node, pod: &'a Value, spec: &'a PodSpec, pod_ip: &'a str) -> Self {
        EnvSource { api, pod, spec, pod_ip, host_ip: &node.ip, allocatable: &node.allocatable }
    }
}

/// The longest request that the container runtime takes, in bytes: so much environment, command and arguments may come to, which double
/// with each variable that names the one before it twice.
pub(super) const REQUEST_BYTES_MAX: usize = 16 << 20;

/// Names and values, later ones overriding earlier ones in place.
#[derive(Default)]
pub(super) struct Vars(pub Variables);

impl Vars {
    /// Sets a variable; what it was before.
    pub fn put(&mut self, name: ArcStr, value: ArcStr) -> Option<ArcStr> {
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some(slot) => Some(std::mem::replace(&mut slot.1, value)),
            None => {
                self.0.push((name, value));
                None
            }
        }
    }

    fn get(&self, name: &str) -> Option<&ArcStr> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
}

/// How much of a request an environment takes.
pub(super) fn bytes_of(vars: &[(ArcStr, ArcStr)]) -> usize {
    vars.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// What a container's spec sets, in the order in which it is set. It comes before the services' variables and takes their place. Once it is
/// more than the runtime takes, the rest is left out.
pub(super) fn environment(
    source: &EnvSource<'_>,
    services: &CommonEnv,
    volumes: &[Volume],
    container: &ContainerSpec,
) -> Result<Variables, ConfigError> {
    let mut vars = Vars::default();
    for from in container.value.get("envFrom").items() {
        put_all(source, from, &mut vars)?;
    }
    let mut bytes = bytes_of(&vars.0);
    for var in container.value.get("env").items() {
        if bytes > REQUEST_BYTES_MAX {
            break;
        }
        let name = var.get("name").arc_str();
        let from = var.get("valueFrom");
        let value = if let Some(text) = var.get("value").as_str().filter(|t| !t.is_empty()) {
            let lookup = |n: &str| vars.get(n).or_else(|| services.get(n)).cloned();
            Some(expand(text, &lookup).into())
        } else if from.is_null() {
            Some(ArcStr::new())
        } else if !from.get("fileKeyRef").is_null() {
            env_file::value_of(source, volumes, from.get("fileKeyRef"))?
        } else {
            value_from(source, container, from)?
        };
        if let Some(value) = value {
            bytes += value.len();
            bytes -= vars.put(name, value).map_or(0, |replaced| replaced.len());
        }
    }
    Ok(vars.0)
}

fn put_all(source: &EnvSource<'_>, from: &Value, vars: &mut Vars) -> Result<(), ConfigError> {
    let prefix = from.get("prefix").str();
    for (member, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
        let reference = from.get(member);
        if reference.is_null() {
            continue;
        }
        let name = reference.get("name").str();
        let Some(object) = source.api.peek(Kind::named(kind), source.pod.namespace(), name) else {
            if reference.get("optional").is_true() {
                continue;
            }
            return Err(ConfigError(format!("{} {name:?} not found", kind.lower())));
        };
        for (key, value) in object.get("data").entries() {
            let text =
                if kind == "Secret" { String::from_utf8_lossy(&base64_decode(value.str())).into_owned() } else { value.str().to_owned() };
            let full = format!("{prefix}{key}");
            // The kubelet leaves out what cannot be a variable's name.
            if is_env_name(&full) {
                vars.put(full.into(), text.into());
            }
        }
    }
    Ok(())
}

fn value_from(source: &EnvSource<'_>, container: &ContainerSpec, from: &Value) -> Result<Option<ArcStr>, ConfigError> {
    let field = from.get("fieldRef");
    if !field.is_null() {
        let path = field.get("fieldPath").str();
        return Ok(Some(field_value(source, path).unwrap_or_default().into()));
    }
    let resource = from.get("resourceFieldRef");
    if !resource.is_null() {
        let container = match resource.get("containerName").str() {
            "" => container,
            name => container_named(source, name)?,
        };
        return Ok(Some(resource_value(source, container, resource).into()));
    }
    for (member, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
        let reference = from.get(member);
        if reference.is_null() {
            continue;
        }
        let (name, key) = (reference.get("name").str(), reference.get("key").str());
        let optional = reference.get("optional").is_true();
        let namespace = source.pod.namespace();
        let Some(object) = source.api.peek(Kind::named(kind), namespace, name) else {
            return if optional { Ok(None) } else { Err(ConfigError(format!("{} {name:?} not found", kind.lower()))) };
        };
        return match object.at(&["data", key]) {
            Value::Str(text) if kind == "Secret" => Ok(Some(String::from_utf8_lossy(&base64_decode(text)).into_owned().into())),
            Value::Str(text) => Ok(Some(text.clone())),
            _ if optional => Ok(None),
            _ => Err(ConfigError(format!("couldn't find key {key} in {kind} {namespace}/{name}"))),
        };
    }
    Ok(None)
}

/// The container whose resources are asked for.
// Models findContainerInPod.
pub(super) fn container_named<'a>(source: &EnvSource<'a>, name: &str) -> Result<&'a ContainerSpec, ConfigError> {
    let found = source.spec.containers.iter().find(|c| c.name == name && c.kind != ContainerKind::Ephemeral);
    found.map(|c| &**c).ok_or_else(|| ConfigError(format!("container {name} not found")))
}

/// The value of a downward API field, as a variable or a file shows it.
pub(super) fn field_value(source: &EnvSource<'_>, path: &str) -> Option<String> {
    let pod = source.pod;
    // The kubelet notes in its own copy of the pod where it has it from, and since when.
    let mut metadata = pod.get("metadata").clone();
    if path.starts_with("metadata.annotations") && metadata.at(&["annotations", SOURCE]).is_null() {
        metadata.set(&["annotations", SEEN], pod.at(&["metadata", "creationTimestamp"]));
        metadata.set(&["annotations", SOURCE], "api");
    }
    if let Some((map, key)) = path.strip_suffix("']").and_then(|p| p.split_once("['")) {
        let member = map.strip_prefix("metadata.")?;
        return Some(metadata.get(member).get(key).str().to_owned());
    }
    Some(match path {
        "metadata.name" => pod.name().to_owned(),
        "metadata.namespace" => pod.namespace().to_owned(),
        "metadata.uid" => pod.uid().to_owned(),
        "metadata.labels" => format_map(pod.labels()),
        "metadata.annotations" => format_map(metadata.get("annotations")),
        "spec.nodeName" => pod.at(&["spec", "nodeName"]).str().to_owned(),
        "spec.serviceAccountName" => pod.at(&["spec", "serviceAccountName"]).str().to_owned(),
        "status.hostIP" | "status.hostIPs" => source.host_ip.to_owned(),
        "status.podIP" | "status.podIPs" => source.pod_ip.to_owned(),
        _ => return None,
    })
}

/// A map as downward API files show it: one `key="value"` a line, sorted.
fn format_map(map: &Value) -> String {
    let lines: Vec<String> = map.entries().map(|(k, v)| format!("{k}={:?}", v.str())).list();
    lines.join("\n")
}

/// The value of a `resourceFieldRef`: the amount over the divisor, rounded up. What has no limit of its own has its pod's, or its node's.
pub(super) fn resource_value(source: &EnvSource<'_>, container: &ContainerSpec, reference: &Value) -> String {
    let (list, name) = reference.get("resource").str().split_once('.').unwrap_or(("", ""));
    let of_pod = source.pod.at(&["spec", "resources", "limits", name]);
    let whole = if of_pod.is_null() { source.allocatable.get(name) } else { of_pod };
    let amount = container
        .resource(list, name)
        .filter(|q| !q.is_zero() || list == "requests")
        .or_else(|| (list == "limits").then(|| Quantity::of(whole)));
    let amount = amount.unwrap_or(Quantity::ZERO);
    let divisor = match reference.get("divisor") {
        Value::Null => 1.0,
        value => Some(Quantity::of(value).to_f64()).filter(|d| *d > 0.0).unwrap_or(1.0),
    };
    let value =
        if name == "cpu" { (amount.milli_value() as f64 / (divisor * 1000.0)).ceil() } else { (amount.value() as f64 / divisor).ceil() };
    format!("{}", value as i64)
}

/// `$(NAME)` replaced where the name is known; `$$` is a dollar sign (third_party/forked/golang/expansion). What becomes longer than the
/// runtime takes ends there.
pub(super) fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<ArcStr>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$').filter(|_| out.len() <= REQUEST_BYTES_MAX) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(inner) = rest.strip_prefix('(') {
            match inner.split_once(')') {
                Some((name, after)) => {
                    match lookup(name) {
                        Some(value) => out.push_str(&value),
                        None => {
                            out.push_str("$(");
                            out.push_str(name);
                            out.push(')');
                        }
                    }
                    rest = after;
                }
                None => {
                    out.push_str("$(");
                    rest = inner;
                }
            }
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out
}

/// How many namespaces' variables are kept.
const NAMESPACES_MAX: usize = 64;

/// The variables that the services of each namespace come to, of the containers there that are told of them: some seven for each
/// service, made once for all those containers.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceLinks {
    /// The revision that changed a service last when they were made.
    made_at: u64,
    /// By namespace; those of pods that are told of the API server alone without one.
    of: Vec<(ArcStr, Arc<CommonEnv>)>,
}

impl ServiceLinks {
    /// What a pod's containers are told.
    pub fn of(&mut self, api: &ApiServer, pod: &Value, spec: &PodSpec) -> Arc<CommonEnv> {
        let newest = api.store().newest_of(kinds::SERVICE);
        if self.made_at != newest || self.of.len() >= NAMESPACES_MAX {
            *self = ServiceLinks { made_at: newest, of: Vec::new() };
        }
        let namespace = if spec.service_links { pod.namespace_arc() } else { ArcStr::new() };
        if let Some((_, made)) = self.of.iter().find(|(of, _)| *of == namespace) {
            return made.clone();
        }
        let made = Arc::new(CommonEnv::new(service_variables(api, &namespace)));
        self.of.push((namespace, made.clone()));
        made
    }
}

/// The variables of the services that containers in a namespace are told of (pkg/kubelet/envvars).
fn service_variables(api: &ApiServer, namespace: &str) -> Variables {
    let kind = kinds::SERVICE;
    let mut out = Vec::new();
    let mut add = |service: &Value| {
        let ip = service.at(&["spec", "clusterIP"]).str();
        let ports = service.at(&["spec", "ports"]).items();
        if ports.is_empty() {
            return;
        }
        let name = service.name().upper().replace('-', "_");
        let mut put = |n: String, v: String| out.push((ArcStr::from(n), ArcStr::from(v)));
        put(format!("{name}_SERVICE_HOST"), ip.to_owned());
        put(format!("{name}_SERVICE_PORT"), ports[0].get("port").int().to_string());
        for port in ports {
            let called = port.get("name").str();
            if !called.is_empty() {
                put(format!("{name}_SERVICE_PORT_{}", called.upper().replace('-', "_")), port.get("port").int().to_string());
            }
        }
        for (i, port) in ports.iter().enumerate() {
            let number = port.get("port").int();
            let protocol = match port.get("protocol").str() {
                "" => "TCP",
                p => p,
            };
            let url = format!("{}://{ip}:{number}", protocol.lower());
            if i == 0 {
                put(format!("{name}_PORT"), url.clone());
            }
            let prefix = format!("{name}_PORT_{number}_{protocol}");
            put(format!("{prefix}_PROTO"), protocol.lower());
            put(format!("{prefix}_PORT"), number.to_string());
            put(format!("{prefix}_ADDR"), ip.to_owned());
            put(prefix, url);
        }
    };
    let has_ip = |s: &&Value| !matches!(s.at(&["spec", "clusterIP"]).str(), "" | "None");
    let mut services: Vec<&Value> = Vec::new();
    if !namespace.is_empty() {
        services.extend(api.iter(kind, Some(namespace)).filter(has_ip));
    }
    // A service of the pod's own namespace takes the place of the API server's that has its name.
    if !services.iter().any(|s| s.name() == "kubernetes") {
        services.extend(api.peek(kind, "default", "kubernetes").filter(has_ip));
    }
    services.into_iter().for_each(&mut add);
    out
}

/// What may be an environment variable's name since relaxed validation: printable, without `=`.
fn is_env_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'=')
}

/// Bytes of a base64 text; none where it is no base64, since the API validated it.
pub(super) fn base64_decode(text: &str) -> Vec<u8> {
    crate::base::base64::decode(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansion() {
        let lookup = |n: &str| (n == "A").then(|| ArcStr::from("x"));
        for (text, want) in [("$(A)-$(B)-$$(A)", "x-$(B)-$(A)"), ("$A $( $(A", "$A $( $(A"), ("$$", "$"), ("$", "$"), ("a$(A)b", "axb")] {
            assert_eq!(expand(text, &lookup), want, "{text}");
        }
        assert_eq!(base64_decode("cCB3"), b"p w");
        assert_eq!(base64_decode("YQ=="), b"a");
    }
}

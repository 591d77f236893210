//! `cargo xtask schema SWAGGER STAGING`: writes `src/api/schema.txt`, the compact table of every kind's fields, and
//! `src/api/descriptions.txt`, what `kubectl explain` says of some of them. Without `STAGING` it writes the descriptions alone.
//!
//! Two sources: the API's own description (which fields there are in this version, how lists merge) and the Go types in
//! `STAGING` (a folder with `api`, `apimachinery`, `apiextensions-apiserver`, `kube-aggregator`, `metrics`), which alone say
//! what the description leaves out and the encoder goes by: pointers, `omitempty`, names of string types, order of fields.
//! The format is described at the reader, `src/api/schema.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value as Json;

use crate::Failure;

/// One field of a Go struct.
#[derive(Clone)]
struct GoField {
    go_name: String,
    go_type: String,
    json: String,
    omitempty: bool,
    omitzero: bool,
    inline: bool,
    default: String,
}

/// What the Go sources of one package declare.
#[derive(Default)]
struct Package {
    structs: BTreeMap<String, Vec<GoField>>,
    /// Other named types and what they are: `RestartPolicy` is `string`.
    named: BTreeMap<String, String>,
    /// Import alias to package path under `k8s.io`.
    imports: BTreeMap<String, String>,
}

/// Groups and versions of the table, with the short name of their package in the text; the first that reaches a type
/// writes it. Types of other packages are written when they are reached.
const GROUPS: &[(&str, &str, &str)] = &[
    ("", "v1", "api/core/v1"),
    ("admissionregistration.k8s.io", "v1", "api/admissionregistration/v1"),
    ("apiextensions.k8s.io", "v1", "apiextensions-apiserver/pkg/apis/apiextensions/v1"),
    ("apiregistration.k8s.io", "v1", "kube-aggregator/pkg/apis/apiregistration/v1"),
    ("apps", "v1", "api/apps/v1"),
    ("authentication.k8s.io", "v1", "api/authentication/v1"),
    ("authorization.k8s.io", "v1", "api/authorization/v1"),
    ("autoscaling", "v1", "api/autoscaling/v1"),
    ("autoscaling", "v2", "api/autoscaling/v2"),
    ("batch", "v1", "api/batch/v1"),
    ("certificates.k8s.io", "v1", "api/certificates/v1"),
    ("coordination.k8s.io", "v1", "api/coordination/v1"),
    ("discovery.k8s.io", "v1", "api/discovery/v1"),
    ("events.k8s.io", "v1", "api/events/v1"),
    ("flowcontrol.apiserver.k8s.io", "v1", "api/flowcontrol/v1"),
    ("metrics.k8s.io", "v1beta1", "metrics/pkg/apis/metrics/v1beta1"),
    ("networking.k8s.io", "v1", "api/networking/v1"),
    ("node.k8s.io", "v1", "api/node/v1"),
    ("policy", "v1", "api/policy/v1"),
    ("rbac.authorization.k8s.io", "v1", "api/rbac/v1"),
    ("resource.k8s.io", "v1", "api/resource/v1"),
    ("scheduling.k8s.io", "v1", "api/scheduling/v1"),
    ("storage.k8s.io", "v1", "api/storage/v1"),
];

/// The lists of which Kubernetes' defaults tell an empty one from none, by type and field; the sources do not say so.
const EMPTY_COUNTS: [(&str, &str); 1] = [("HPAScalingRules", "policies")];

/// `cargo xtask schema SWAGGER [STAGING]`.
pub fn run(args: &[String]) -> Result<(), Failure> {
    let (swagger, staging) = match args {
        [swagger] => (swagger, None),
        [swagger, staging] => (swagger, Some(staging)),
        _ => return Err("schema wants the paths of the API's description and of the Go types".into()),
    };
    let text = std::fs::read_to_string(swagger).map_err(|e| format!("{swagger}: {e}"))?;
    let swagger: Json = serde_json::from_str(&text).map_err(|e| format!("{swagger}: {e}"))?;
    let definitions = swagger["definitions"].as_object().ok_or("no definitions in the description")?;
    let write = |path: &str, text: String| std::fs::write(path, text).map_err(|e| format!("{path}: {e}"));
    if let Some(staging) = staging {
        write("src/api/schema.txt", generate(definitions, Path::new(staging))?)?;
    }
    write("src/api/descriptions.txt", describe(definitions)?)
}

/// Reads both sources and returns the text of `schema.txt`.
fn generate(definitions: &serde_json::Map<String, Json>, staging: &Path) -> Result<String, Failure> {
    let mut writer = Writer { definitions, staging, packages: BTreeMap::new(), types: BTreeMap::new(), queue: Vec::new() };
    let mut kinds = Vec::new();
    for (name, definition) in definitions {
        for gvk in definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
            let (group, version, kind) = (text_of(&gvk["group"]), text_of(&gvk["version"]), text_of(&gvk["kind"]));
            let Some((_, _, package)) = GROUPS.iter().find(|(g, v, _)| *g == group && *v == version) else { continue };
            let own = name.ends_with(&format!(".{kind}")) && definition_name(package, kind) == *name;
            if own && !kind.ends_with("List") {
                writer.reach(package, kind);
                kinds.push((group.to_owned(), version.to_owned(), kind.to_owned(), (*package).to_owned()));
            }
        }
    }
    writer.reach("apimachinery/pkg/apis/meta/v1", "DeleteOptions");
    while let Some((package, name)) = writer.queue.pop() {
        writer.write_type(&package, &name)?;
    }
    let mut out = String::new();
    let mut last = String::new();
    for ((package, name), body) in &writer.types {
        if *package != last {
            let _ = writeln!(out, "@{}", short(package));
            last.clone_from(package);
        }
        let _ = writeln!(out, "{name}{body}");
    }
    out.push_str("=\n");
    kinds.sort();
    for (group, version, kind, package) in kinds {
        let _ = writeln!(out, "{group}/{version} {}.{kind}", short(&package));
    }
    Ok(out)
}

/// The types that `kubectl explain` describes: the everyday kinds and what people look up in them. All descriptions would be a hundred
/// kilobytes after compression; these are 58. If a type has a colon, only the fields behind it are described.
const DESCRIBED: &str = "api/core/v1 Affinity Capabilities ConfigMap ConfigMapEnvSource ConfigMapKeySelector ConfigMapProjection \
    ConfigMapVolumeSource Container ContainerPort ContainerResizePolicy ContainerState ContainerStateRunning \
    ContainerStateTerminated ContainerStateWaiting ContainerStatus DownwardAPIProjection DownwardAPIVolumeFile \
    DownwardAPIVolumeSource EmptyDirVolumeSource EndpointAddress EndpointPort EndpointSubset Endpoints EnvFromSource EnvVar \
    EnvVarSource EphemeralContainer EphemeralVolumeSource Event ExecAction GRPCAction HTTPGetAction HTTPHeader HostAlias \
    HostPathVolumeSource ImageVolumeSource KeyToPath Lifecycle LifecycleHandler LimitRange LimitRangeItem LimitRangeSpec \
    LocalObjectReference LocalVolumeSource NFSVolumeSource Namespace NamespaceCondition NamespaceSpec NamespaceStatus Node \
    NodeAddress NodeAffinity NodeAllocatableResourceClaimStatus NodeCondition NodeSelector NodeSelectorRequirement \
    NodeSelectorTerm NodeSpec NodeStatus ObjectFieldSelector PersistentVolume PersistentVolumeClaim \
    PersistentVolumeClaimCondition PersistentVolumeClaimSpec PersistentVolumeClaimStatus PersistentVolumeClaimTemplate \
    PersistentVolumeClaimVolumeSource PersistentVolumeSpec PersistentVolumeStatus Pod PodAffinity PodAffinityTerm \
    PodAntiAffinity PodCondition PodDNSConfig PodDNSConfigOption PodOS PodReadinessGate PodSchedulingGate PodSecurityContext \
    PodSpec PodStatus PodTemplate PodTemplateSpec Probe ProjectedVolumeSource ReplicationController ReplicationControllerSpec \
    ReplicationControllerStatus ResourceFieldSelector ResourceQuota ResourceQuotaSpec ResourceQuotaStatus ResourceRequirements \
    ScopeSelector ScopedResourceSelectorRequirement SeccompProfile Secret SecretEnvSource SecretKeySelector SecretProjection \
    SecretReference SecretVolumeSource SecurityContext Service ServiceAccount ServiceAccountTokenProjection ServicePort \
    ServiceSpec ServiceStatus SleepAction TCPSocketAction Taint Toleration TopologySpreadConstraint TypedLocalObjectReference \
    TypedObjectReference Volume VolumeDevice VolumeMount VolumeProjection VolumeResourceRequirements VolumeStatus \
    WeightedPodAffinityTerm
api/apps/v1 ControllerRevision DaemonSet DaemonSetCondition DaemonSetSpec DaemonSetStatus DaemonSetUpdateStrategy Deployment \
    DeploymentCondition DeploymentSpec DeploymentStatus DeploymentStrategy ReplicaSet ReplicaSetCondition ReplicaSetSpec \
    ReplicaSetStatus RollingUpdateDaemonSet RollingUpdateDeployment RollingUpdateStatefulSetStrategy StatefulSet \
    StatefulSetCondition StatefulSetOrdinals StatefulSetPersistentVolumeClaimRetentionPolicy StatefulSetSpec StatefulSetStatus \
    StatefulSetUpdateStrategy
api/batch/v1 CronJob CronJobSpec CronJobStatus Job JobCondition JobSpec JobStatus JobTemplateSpec PodFailurePolicy \
    PodFailurePolicyOnExitCodesRequirement PodFailurePolicyOnPodConditionsPattern PodFailurePolicyRule SuccessPolicy \
    SuccessPolicyRule UncountedTerminatedPods
api/autoscaling/v2 ContainerResourceMetricSource ContainerResourceMetricStatus CrossVersionObjectReference \
    ExternalMetricSource ExternalMetricStatus HPAScalingPolicy HPAScalingRules HorizontalPodAutoscaler \
    HorizontalPodAutoscalerBehavior HorizontalPodAutoscalerCondition HorizontalPodAutoscalerSpec HorizontalPodAutoscalerStatus \
    MetricIdentifier MetricSpec MetricStatus MetricTarget MetricValueStatus ObjectMetricSource ObjectMetricStatus \
    PodsMetricSource PodsMetricStatus ResourceMetricSource ResourceMetricStatus
api/autoscaling/v1 HorizontalPodAutoscaler HorizontalPodAutoscalerSpec
api/networking/v1 HTTPIngressPath HTTPIngressRuleValue IPBlock Ingress IngressBackend IngressClass IngressClassSpec \
    IngressRule IngressServiceBackend IngressSpec IngressTLS NetworkPolicy NetworkPolicyEgressRule NetworkPolicyIngressRule \
    NetworkPolicyPeer NetworkPolicyPort NetworkPolicySpec ServiceBackendPort
api/policy/v1 PodDisruptionBudget PodDisruptionBudgetSpec PodDisruptionBudgetStatus
api/rbac/v1 AggregationRule ClusterRole ClusterRoleBinding PolicyRule Role RoleBinding RoleRef Subject
api/scheduling/v1 PriorityClass
api/storage/v1 StorageClass
api/discovery/v1 Endpoint EndpointConditions EndpointPort EndpointSlice
api/coordination/v1 Lease LeaseSpec
apimachinery/pkg/apis/meta/v1 Condition LabelSelector LabelSelectorRequirement ManagedFieldsEntry ObjectMeta OwnerReference MicroTime \
    Time
apimachinery/pkg/util/intstr IntOrString
apimachinery/pkg/api/resource Quantity";

/// The text of `descriptions.txt`: for each type a line `>package.Type`, a line with its description, and a line for each field. Line
/// breaks in a description are written as `\n`. `apiVersion` and `kind` are described once, since they are the same everywhere.
fn describe(definitions: &serde_json::Map<String, Json>) -> Result<String, Failure> {
    let mut out = String::new();
    let mut write = |head: &str, definition: &Json, wanted: &dyn Fn(&str) -> bool| {
        let line = |v: &Json| text_of(&v["description"]).replace('\n', "\\n");
        let _ = writeln!(out, ">{head}\n{}", line(definition));
        for (name, property) in definition["properties"].as_object().into_iter().flatten().filter(|(name, _)| wanted(name)) {
            let _ = writeln!(out, "{name} {}", line(property));
        }
    };
    let of_all = |name: &str| matches!(name, "apiVersion" | "kind");
    write("", &definitions["io.k8s.api.core.v1.Pod"], &of_all);
    for line in DESCRIBED.lines() {
        let (package, types) = line.split_once(' ').ok_or("a package without types")?;
        for one in types.split_whitespace() {
            let (name, fields) = one.split_once(':').unwrap_or((one, ""));
            let definition = definitions.get(&definition_name(package, name)).ok_or(format!("no {package} {name}"))?;
            let shared = definition["properties"]["apiVersion"]["description"]
                == definitions["io.k8s.api.core.v1.Pod"]["properties"]["apiVersion"]["description"];
            let wanted = |field: &str| (fields.is_empty() || fields.split(',').any(|f| f == field)) && !(shared && of_all(field));
            write(&format!("{}.{name}", short(package)), definition, &wanted);
        }
    }
    Ok(out)
}

fn text_of(v: &Json) -> &str {
    v.as_str().unwrap_or("")
}

/// `api/core/v1` and `Pod` as the description calls it: `io.k8s.api.core.v1.Pod`.
fn definition_name(package: &str, name: &str) -> String {
    format!("io.k8s.{}.{name}", package.replace('/', "."))
}

/// `api/core/v1` as the text calls it: `core`; a second version of a group carries the version.
fn short(package: &str) -> String {
    let mut parts = package.rsplit('/');
    let (version, group) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    match (group, version) {
        ("autoscaling", "v2") => "autoscaling2".into(),
        ("metrics", _) => "metrics1beta1".into(),
        _ => group.into(),
    }
}

struct Writer<'a> {
    definitions: &'a serde_json::Map<String, Json>,
    staging: &'a Path,
    packages: BTreeMap<String, Package>,
    types: BTreeMap<(String, String), String>,
    queue: Vec<(String, String)>,
}

impl Writer<'_> {
    fn reach(&mut self, package: &str, name: &str) {
        let key = (package.to_owned(), name.to_owned());
        if !self.types.contains_key(&key) {
            self.types.insert(key.clone(), String::new());
            self.queue.push(key);
        }
    }

    fn package(&mut self, path: &str) -> Result<&Package, Failure> {
        if !self.packages.contains_key(path) {
            let package = read_package(&self.staging.join(path))?;
            self.packages.insert(path.to_owned(), package);
        }
        Ok(&self.packages[path])
    }

    fn write_type(&mut self, package: &str, name: &str) -> Result<(), Failure> {
        let definition = self.definitions.get(&definition_name(package, name)).cloned().unwrap_or(Json::Null);
        let mut body = String::new();
        if text_of(&definition["x-kubernetes-map-type"]) == "atomic" {
            body.push_str(" A");
        }
        let mut seen = BTreeSet::new();
        self.write_fields(package, name, &definition, &mut body, &mut seen)?;
        if let Some(properties) = definition["properties"].as_object() {
            for property in properties.keys() {
                if !seen.contains(property) {
                    return Err(format!("{package} {name}: the Go type has no field {property}"));
                }
            }
        }
        self.types.insert((package.to_owned(), name.to_owned()), body);
        Ok(())
    }

    fn write_fields(
        &mut self,
        package: &str,
        name: &str,
        definition: &Json,
        body: &mut String,
        seen: &mut BTreeSet<String>,
    ) -> Result<(), Failure> {
        let fields = self.package(package)?.structs.get(name).ok_or(format!("{package}: no struct {name}"))?;
        for field in fields.clone() {
            let GoField { go_type, json, .. } = &field;
            if field.inline {
                let (other, base) = self.resolve(package, go_type.trim_start_matches('*'))?;
                if base == "TypeMeta" {
                    body.push_str("\n+TypeMeta");
                    seen.extend(["kind".into(), "apiVersion".into()]);
                    self.reach("apimachinery/pkg/apis/meta/v1", "TypeMeta");
                } else {
                    let prefix = if other == package { String::new() } else { format!("{}.", short(&other)) };
                    let _ = write!(body, "\n+{prefix}{base}");
                    let mut inner = String::new();
                    self.write_fields(&other, &base, definition, &mut inner, seen)?;
                    if self.definitions.contains_key(&definition_name(&other, &base)) {
                        self.reach(&other, &base);
                    } else {
                        self.types.insert((other, base), inner);
                    }
                }
                continue;
            }
            let property = &definition["properties"][json.as_str()];
            if property.is_null() && name != "TypeMeta" {
                continue;
            }
            seen.insert(json.clone());
            let ty = self.type_text(package, go_type)?;
            // A line that begins with a capital is a type's.
            let mark = if json.starts_with(|c: char| c.is_ascii_uppercase()) { "." } else { "" };
            let _ = write!(body, "\n{mark}{json} {ty}");
            let mut flags = flags_of(definition, property, &field);
            if EMPTY_COUNTS.contains(&(name, json.as_str())) {
                flags.push("L".to_owned());
            }
            if !flags.is_empty() {
                let _ = write!(body, " {}", flags.join(" "));
            }
        }
        Ok(())
    }

    /// A Go type in the letters of the schema. The structs in it are queued.
    fn type_text(&mut self, package: &str, go_type: &str) -> Result<String, Failure> {
        if let Some(rest) = go_type.strip_prefix('*') {
            return Ok(format!("*{}", self.type_text(package, rest)?));
        }
        if go_type == "[]byte" {
            return Ok("y".into());
        }
        if let Some(rest) = go_type.strip_prefix("[]") {
            return Ok(format!("[]{}", self.type_text(package, rest)?));
        }
        if let Some(rest) = go_type.strip_prefix("map[") {
            let value = rest.split_once(']').ok_or(format!("{go_type}: no end of the key"))?.1;
            return Ok(format!("%{}", self.type_text(package, value)?));
        }
        Ok(match go_type {
            "string" => "s".into(),
            "int32" => "i".into(),
            "int64" | "int" => "l".into(),
            "bool" => "b".into(),
            "float64" => "f".into(),
            "byte" | "uint8" => "i".into(),
            "uint64" => "l".into(),
            _ => {
                let (other, base) = self.resolve(package, go_type)?;
                match (other.as_str(), base.as_str()) {
                    (_, "Quantity") => return Ok("q".into()),
                    (_, "IntOrString") => return Ok("x".into()),
                    (_, "Time") => return Ok("t".into()),
                    (_, "MicroTime") => return Ok("m".into()),
                    (_, "Duration") => return Ok("d".into()),
                    (_, "JSONSchemaPropsOrArray") => return Ok("a".into()),
                    (_, "JSONSchemaPropsOrBool") => return Ok("o".into()),
                    (_, "RawExtension" | "FieldsV1" | "JSON" | "JSONSchemaPropsOrStringArray") => return Ok("r".into()),
                    (_, "UID") => return Ok("e:types.UID".into()),
                    (_, "NodeName") => return Ok("e:types.NodeName".into()),
                    _ => {}
                }
                let named = self.package(&other)?.named.get(&base).cloned();
                match named.as_deref() {
                    None => {
                        self.reach(&other, &base);
                        let prefix = if other == package { String::new() } else { format!("{}.", short(&other)) };
                        format!("{prefix}{base}")
                    }
                    Some("string") => {
                        let prefix = if other == package { String::new() } else { format!("{}.", go_package(&other)) };
                        format!("e:{prefix}{base}")
                    }
                    Some(underlying) => {
                        let underlying = underlying.trim_start_matches("= ").to_owned();
                        self.type_text(&other, &underlying)?
                    }
                }
            }
        })
    }

    /// `metav1.Time` seen from a package: the package that it is in and its name there.
    fn resolve(&mut self, package: &str, go_type: &str) -> Result<(String, String), Failure> {
        match go_type.split_once('.') {
            None => Ok((package.to_owned(), go_type.to_owned())),
            Some((alias, base)) => {
                let path = self.package(package)?.imports.get(alias).cloned().ok_or(format!("{package}: no import {alias}"))?;
                Ok((path, base.to_owned()))
            }
        }
    }
}

/// The flags of a field: a letter each, with its value if it has one.
fn flags_of(definition: &Json, property: &Json, field: &GoField) -> Vec<String> {
    let mut flags = Vec::new();
    if field.omitzero {
        flags.push("Z".to_owned());
    } else if !field.omitempty {
        flags.push("!".to_owned());
    }
    let strategies: Vec<&str> = text_of(&property["x-kubernetes-patch-strategy"]).split(',').collect();
    if strategies.contains(&"merge") {
        flags.push(format!("M{}", text_of(&property["x-kubernetes-patch-merge-key"])));
    }
    if strategies.contains(&"retainKeys") {
        flags.push("R".into());
    }
    if strategies.contains(&"replace") {
        flags.push("W".into());
    }
    match text_of(&property["x-kubernetes-list-type"]) {
        "set" => flags.push("S".into()),
        "map" => {
            let keys: Vec<&str> = property["x-kubernetes-list-map-keys"].as_array().into_iter().flatten().map(text_of).collect();
            flags.push(format!("K{}", keys.join(",")));
        }
        _ => {}
    }
    match text_of(&property["x-kubernetes-map-type"]) {
        "atomic" => flags.push("A".into()),
        "granular" => flags.push("P".into()),
        _ => {}
    }
    let constant = field.default.trim_matches('"');
    let is_empty_text = field.default == "\"\"" && field.go_type.starts_with('*');
    if is_empty_text || (!constant.is_empty() && !constant.contains(['(', '{', ' '])) {
        flags.push(format!("D{constant}"));
    }
    if capitalised(&field.json) != field.go_name {
        flags.push(format!("G{}", field.go_name));
    }
    if definition["required"].as_array().is_some_and(|r| r.iter().any(|name| *name == field.json.as_str())) {
        flags.push("N".into());
    }
    if let Some(values) = property["enum"].as_array() {
        let values: Vec<&str> = values.iter().map(text_of).collect();
        flags.push(format!("E{}", values.join(",")));
    }
    flags
}

fn go_package(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn capitalised(json: &str) -> String {
    let mut letters = json.chars();
    letters.next().map(|c| c.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn read_package(dir: &Path) -> Result<Package, Failure> {
    let mut package = Package::default();
    let mut files: Vec<_> =
        std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    files.sort();
    for file in files {
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or("");
        if name.ends_with(".go") && !name.ends_with("_test.go") && !name.contains("generated") {
            let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            read_file(&text, &mut package);
        }
    }
    Ok(package)
}

/// Reads the type declarations of one file, line by line: gofmt puts each field on its own.
fn read_file(text: &str, package: &mut Package) {
    let mut current: Option<String> = None;
    let mut in_comment = false;
    let mut default = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        in_comment |= trimmed.starts_with("/*");
        if in_comment {
            in_comment = !trimmed.ends_with("*/");
            continue;
        }
        if let Some(name) = &current {
            if line == "}" {
                current = None;
            } else if let Some(marker) = trimmed.strip_prefix("// +default=") {
                marker.clone_into(&mut default);
            } else if !trimmed.starts_with("//") && !trimmed.is_empty() {
                if let Some(mut field) = read_field(trimmed) {
                    field.default = std::mem::take(&mut default);
                    package.structs.entry(name.clone()).or_default().push(field);
                }
                default.clear();
            }
        } else if let Some(rest) = line.strip_prefix("type ") {
            if let Some((name, rest)) = rest.split_once(' ') {
                if let Some(body) = rest.strip_prefix("struct {").or_else(|| rest.strip_prefix("struct{")) {
                    package.structs.entry(name.to_owned()).or_default();
                    if !body.ends_with('}') {
                        current = Some(name.to_owned());
                    }
                } else {
                    package.named.insert(name.to_owned(), rest.split(" //").next().unwrap_or(rest).trim().to_owned());
                }
            }
        } else if trimmed.ends_with('"') && trimmed.contains("k8s.io/") && !trimmed.starts_with("//") {
            let (alias, path) = trimmed.split_once('"').unwrap_or(("", trimmed));
            let path = path.trim_end_matches('"');
            let alias = alias.trim().trim_start_matches("import").trim();
            let alias = if alias.is_empty() { path.rsplit('/').next().unwrap_or(path) } else { alias };
            package.imports.insert(alias.to_owned(), path.trim_start_matches("k8s.io/").to_owned());
        }
    }
}

fn read_field(line: &str) -> Option<GoField> {
    let (declaration, tag) = line.split_once('`').unwrap_or((line, ""));
    let mut words = declaration.split_whitespace();
    let first = words.next()?;
    let second = words.next().unwrap_or(first);
    let go_name = first.rsplit('.').next().unwrap_or(first).trim_start_matches('*').to_owned();
    let json_tag = tag.split_once("json:\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(t, _)| t);
    let mut parts = json_tag.split(',');
    let json = parts.next().unwrap_or("").to_owned();
    let options: Vec<&str> = parts.collect();
    let inline = options.contains(&"inline") || (json.is_empty() && second == first);
    if json == "-" || (json.is_empty() && !inline) {
        return None;
    }
    Some(GoField {
        go_name,
        go_type: second.to_owned(),
        json,
        omitempty: options.contains(&"omitempty"),
        omitzero: options.contains(&"omitzero"),
        inline,
        default: String::new(),
    })
}

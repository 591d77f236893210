//! Objects as the API server's own types print them in messages: every field by its Go name, in the type's order, absent
//! ones as null; and how two of them differ (`k8s.io/apimachinery/pkg/util/diff`).

use super::schema::{Field, GoPart, Schema, Ty, Type, schema};
use super::{Value, json_order, quote};
use crate::base::{List as _, unified_diff};

/// An object's part, ready to be printed.
enum Node {
    Scalar(String),
    Members(Vec<(String, Node)>),
    Items(Vec<Node>),
}

/// A typed value as compact JSON of the server's own type: `package` and `name` as in the schema (`core`, `PodSpec`).
pub fn to_json(package: &str, name: &str, value: &Value) -> String {
    let mut out = String::new();
    if let Some(ty) = schema().named(package, name) {
        print(&object(schema(), ty, value), None, &mut out);
    }
    out
}

/// How `new` differs from `old`, as a unified difference of their indented forms.
pub fn diff(package: &str, name: &str, old: &Value, new: &Value) -> String {
    let Some(ty) = schema().named(package, name) else { return String::new() };
    let text = |value: &Value| {
        let mut out = String::new();
        print(&object(schema(), ty, value), Some(0), &mut out);
        out
    };
    let (old, new) = (text(old), text(new));
    unified_diff(&old.lines().list(), &new.lines().list())
}

/// Whether two typed values are the same to the server: empty lists and maps are as if they were absent, empty objects are not where
/// they need not be there.
// Models apiequality.Semantic.DeepEqual.
pub fn same(package: &str, name: &str, a: &Value, b: &Value) -> bool {
    schema().named(package, name).is_some_and(|ty| same_object(ty, a, b))
}

fn same_object(ty: &Type, a: &Value, b: &Value) -> bool {
    a.same(b) || ty.fields.iter().all(|f| same_value(&f.ty, f.pointer, a.get(f.name), b.get(f.name)))
}

fn same_value(ty: &Ty, pointer: bool, a: &Value, b: &Value) -> bool {
    match ty {
        Ty::Object(t) => (!pointer || a.is_null() == b.is_null()) && same_object(schema().get(*t), a, b),
        Ty::ListOf(item) => {
            let (a, b) = (a.items(), b.items());
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(item, false, a, b))
        }
        Ty::MapOf(_) => a == b || (a.is_empty() && b.is_empty()),
        _ => a == b,
    }
}

/// Members of the internal `PodSpec` in its order; what belongs to the security context there is nested.
#[rustfmt::skip]
const POD_SPEC: [&str; 36] = [
    "volumes", "initContainers", "containers", "ephemeralContainers", "restartPolicy", "terminationGracePeriodSeconds", "activeDeadlineSeconds",
    "dnsPolicy", "nodeSelector", "serviceAccountName", "automountServiceAccountToken", "nodeName", "securityContext", "imagePullSecrets",
    "hostname", "subdomain", "setHostnameAsFQDN", "affinity", "schedulerName", "tolerations", "hostAliases", "priorityClassName", "priority",
    "preemptionPolicy", "dnsConfig", "readinessGates", "runtimeClassName", "overhead", "enableServiceLinks", "topologySpreadConstraints", "os",
    "schedulingGates", "resourceClaims", "resources", "hostnameOverride", "schedulingGroup",
];
const HOST: [&str; 5] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];
#[rustfmt::skip]
const POD_SECURITY: [&str; 13] = [
    "seLinuxOptions", "windowsOptions", "runAsUser", "runAsGroup", "runAsNonRoot", "supplementalGroups", "supplementalGroupsPolicy", "fsGroup",
    "fsGroupChangePolicy", "sysctls", "seccompProfile", "appArmorProfile", "seLinuxChangePolicy",
];
#[rustfmt::skip]
const VOLUME: [&str; 31] = [
    "name", "hostPath", "emptyDir", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "secret", "nfs", "iscsi", "glusterfs",
    "persistentVolumeClaim", "rbd", "quobyte", "flexVolume", "cinder", "cephfs", "flocker", "downwardAPI", "fc", "azureFile", "configMap",
    "vsphereVolume", "azureDisk", "photonPersistentDisk", "projected", "portworxVolume", "scaleIO", "storageos", "csi", "ephemeral", "image",
];
#[rustfmt::skip]
const LASTING_SOURCE: [&str; 22] = [
    "gcePersistentDisk", "awsElasticBlockStore", "hostPath", "glusterfs", "nfs", "rbd", "quobyte", "iscsi", "flexVolume", "cinder", "cephfs",
    "fc", "flocker", "azureFile", "vsphereVolume", "azureDisk", "photonPersistentDisk", "portworxVolume", "scaleIO", "local", "storageos",
    "csi",
];
const CLAIM_SPEC: [&str; 9] = [
    "accessModes",
    "selector",
    "resources",
    "volumeName",
    "storageClassName",
    "volumeMode",
    "dataSource",
    "dataSourceRef",
    "volumeAttributesClassName",
];

fn object(schema: &Schema, ty: &Type, value: &Value) -> Node {
    let named = |names: &[&str]| -> Vec<(String, Node)> {
        names.iter().filter_map(|name| ty.field(name)).map(|f| (go_name(f), member(schema, f, value.get(f.name)))).list()
    };
    Node::Members(match ty.name {
        // These are the same type outside and inside the server: they print as JSON has them.
        "LabelSelector" | "LabelSelectorRequirement" | "ObjectMeta" | "OwnerReference" => tagged(schema, ty, value),
        // Their metadata is embedded there.
        "PodTemplateSpec" | "JobTemplateSpec" | "PersistentVolumeClaimTemplate" | "ResourceClaimTemplateSpec" => {
            let Some(meta) = schema.named("meta", "ObjectMeta") else { return Node::Members(Vec::new()) };
            let mut members = tagged(schema, meta, value.get("metadata"));
            members.extend(named(&["spec"]));
            members
        }
        "PodSpec" => {
            let mut members = named(&POD_SPEC);
            if let Some((_, context)) = members.iter_mut().find(|(name, _)| name == "SecurityContext") {
                *context = security_context(schema, value);
            }
            members
        }
        "Volume" => named(&VOLUME),
        "PersistentVolumeSource" => named(&LASTING_SOURCE),
        "PersistentVolumeClaimSpec" => named(&CLAIM_SPEC),
        _ => in_order(schema, ty, value),
    })
}

fn security_context(schema: &Schema, spec: &Value) -> Node {
    let context = spec.get("securityContext");
    let types = schema.named("core", "PodSpec").zip(schema.named("core", "PodSecurityContext"));
    let Some((pod, own)) = types.filter(|_| !context.is_null()) else { return Node::Scalar("null".into()) };
    let outer = HOST.iter().filter_map(|name| pod.field(name)).map(|f| (go_name(f), member(schema, f, spec.get(f.name))));
    let inner = POD_SECURITY.iter().filter_map(|name| own.field(name)).map(|f| (go_name(f), member(schema, f, context.get(f.name))));
    Node::Members(outer.chain(inner).list())
}

/// Go names that differ inside the server from those outside.
fn go_name(field: &Field) -> String {
    match field.name {
        "cephfs" => "CephFS".into(),
        "iscsi" => "ISCSI".into(),
        _ => field.go_name.clone(),
    }
}

fn in_order(schema: &Schema, ty: &Type, value: &Value) -> Vec<(String, Node)> {
    let mut members = Vec::new();
    for part in &ty.layout {
        match part {
            GoPart::Field(i) => {
                let field = &ty.fields[usize::from(*i)];
                let value = value.get(field.name);
                // What a rolling update has is no pointer inside the server, but for the newest of it.
                let plain =
                    ty.name.starts_with("RollingUpdate") && (field.name == "partition" || !ty.name.ends_with("StatefulSetStrategy"));
                members.push((go_name(field), if plain { node(schema, &field.ty, value) } else { member(schema, field, value) }));
            }
            GoPart::Embedded(t) => {
                if let Node::Members(inner) = object(schema, schema.get(*t), value) {
                    members.extend(inner);
                }
            }
        }
    }
    members
}

fn tagged(schema: &Schema, ty: &Type, value: &Value) -> Vec<(String, Node)> {
    let mut members = Vec::new();
    for part in &ty.layout {
        let GoPart::Field(i) = part else { continue };
        let field = &ty.fields[usize::from(*i)];
        let present = value.get(field.name);
        let left_out = field.omit_empty && matches!(field.ty, Ty::MapOf(_) | Ty::ListOf(_)) && present.is_empty();
        if !present.is_null() && !left_out {
            members.push((field.name.to_owned(), member(schema, field, present)));
        }
    }
    members
}

fn member(schema: &Schema, field: &Field, value: &Value) -> Node {
    if value.is_null() && (field.pointer || matches!(field.ty, Ty::MapOf(_) | Ty::ListOf(_))) {
        return Node::Scalar("null".into());
    }
    node(schema, &field.ty, value)
}

fn node(schema: &Schema, ty: &Ty, value: &Value) -> Node {
    match (ty, value) {
        (Ty::Object(t), _) => object(schema, schema.get(*t), value),
        (Ty::ListOf(item), Value::List(list)) => Node::Items(list.iter().map(|v| node(schema, item, v)).list()),
        (Ty::MapOf(item), Value::Map(map)) => Node::Members(map.iter().map(|(k, v)| (k.to_string(), node(schema, item, v))).list()),
        (Ty::String, Value::Null) => Node::Scalar("\"\"".into()),
        (Ty::Int32 | Ty::Int64 | Ty::Double | Ty::IntOrString, Value::Null) => Node::Scalar("0".into()),
        (Ty::Bool, Value::Null) => Node::Scalar("false".into()),
        (Ty::Quantity, Value::Null) => Node::Scalar("\"0\"".into()),
        _ => Node::Scalar(json_order::sorted(value, "")),
    }
}

fn print(node: &Node, indent: Option<usize>, out: &mut String) {
    let line = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth));
        }
    };
    let inner = indent.map(|d| d + 1);
    match node {
        Node::Scalar(text) => out.push_str(text),
        Node::Members(members) if members.is_empty() => out.push_str("{}"),
        Node::Items(items) if items.is_empty() => out.push_str("[]"),
        Node::Members(members) => {
            out.push('{');
            for (i, (name, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, inner);
                out.push_str(&quote(name));
                out.push_str(if indent.is_some() { ": " } else { ":" });
                print(value, inner, out);
            }
            line(out, indent);
            out.push('}');
        }
        Node::Items(items) => {
            out.push('[');
            for (i, value) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, inner);
                print(value, inner, out);
            }
            line(out, indent);
            out.push(']');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn a_changed_pod_spec_is_shown_as_the_server_shows_it() {
        let old =
            obj!({"containers": [{"name": "c", "image": "nginx", "resources": {}}], "restartPolicy": "Always", "securityContext": {}});
        let mut new = old.clone();
        new.at_mut(&["containers"]).list_mut()[0].set(&["command"], obj!(["a"]));
        assert_eq!(
            diff("core", "PodSpec", &old, &new),
            "@@ -5,7 +5,9 @@\n   {\n    \"Name\": \"c\",\n    \"Image\": \"nginx\",\n-   \"Command\": null,\n+   \"Command\": [\n+    \"a\"\n\
             +   ],\n    \"Args\": null,\n    \"WorkingDir\": \"\",\n    \"Ports\": null,\n"
        );
        assert!(to_json("core", "PodSpec", &old).contains("\"SecurityContext\":{\"HostNetwork\":false,\"HostPID\":false"));
    }
}

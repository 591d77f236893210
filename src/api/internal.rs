//! Objects as the API server's own types print them in messages: every field by its Go name, in the type's order, absent
//! ones as null. And the difference of two of them, as `k8s.io/apimachinery/pkg/util/diff` prints it.

use super::schema::{Field, GoPart, Schema, Ty, Type, schema};
use super::{Value, json_order, quote};
use crate::base::{List as _, Order as _, SortedMap};

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
    unified(&old.lines().list(), &new.lines().list())
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
        "PodTemplateSpec" => {
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
                members.push((go_name(field), member(schema, field, value.get(field.name))));
            }
            GoPart::Embedded(t) => members.extend(in_order(schema, schema.get(*t), value)),
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
        if !present.is_null() {
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

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// A stretch of lines that are the same on both sides.
#[derive(Clone, Copy)]
struct Match {
    old: usize,
    new: usize,
    len: usize,
}

/// The unified difference of two texts by their lines.
// Models difflib's: matching blocks by the longest common run, groups with three lines of context.
pub fn unified(old: &[&str], new: &[&str]) -> String {
    let mut matches = matching(old, new);
    matches.push(Match { old: old.len(), new: new.len(), len: 0 });
    // Changes: what lies between two matches.
    let mut changes = Vec::new();
    let (mut i, mut j) = (0, 0);
    for m in &matches {
        if i < m.old || j < m.new {
            changes.push((i, m.old, j, m.new));
        }
        (i, j) = (m.old + m.len, m.new + m.len);
    }
    let mut out = String::new();
    let mut rest = changes.as_slice();
    while let Some((first, _)) = rest.split_first() {
        let mut count = 1;
        while count < rest.len() && rest[count].0 - rest[count - 1].1 <= 2 * CONTEXT {
            count += 1;
        }
        let (group, after) = rest.split_at(count);
        rest = after;
        let last = group[group.len() - 1];
        let before = first.0.min(CONTEXT).min(first.2);
        let behind = (old.len() - last.1).min(CONTEXT);
        let (old_from, old_to, new_from, new_to) = (first.0 - before, last.1 + behind, first.2 - before, last.3 + behind);
        out += &format!("@@ -{} +{} @@\n", range(old_from, old_to), range(new_from, new_to));
        let mut at = old_from;
        for (from, to, new_start, new_end) in group {
            old[at..*from].iter().for_each(|l| out += &format!(" {l}\n"));
            old[*from..*to].iter().for_each(|l| out += &format!("-{l}\n"));
            new[*new_start..*new_end].iter().for_each(|l| out += &format!("+{l}\n"));
            at = *to;
        }
        old[at..old_to].iter().for_each(|l| out += &format!(" {l}\n"));
    }
    out
}

fn range(from: usize, to: usize) -> String {
    match to - from {
        1 => format!("{}", from + 1),
        0 => format!("{from},0"),
        len => format!("{},{len}", from + 1),
    }
}

/// In a text of so many lines, those that are more than a hundredth of it do not start a match.
const POPULAR_FROM: usize = 200;
/// Pairs of lines that are compared; what is left then counts as changed.
const PAIRS_MAX: usize = 10_000_000;

/// Where the texts are the same: the longest run, the first of those, and so on before and behind it.
// Models SequenceMatcher.GetMatchingBlocks, which leaves popular lines out.
fn matching(old: &[&str], new: &[&str]) -> Vec<Match> {
    let mut index: SortedMap<&str, Vec<usize>> = SortedMap::new();
    for (at, line) in new.iter().enumerate() {
        index.entry(line).or_default().push(at);
    }
    let most = if new.len() < POPULAR_FROM { usize::MAX } else { new.len() / 100 + 1 };
    let places: Vec<&[usize]> = old.iter().map(|l| index.get(l).filter(|p| p.len() <= most).map_or(&[][..], Vec::as_slice)).list();
    let mut matches = Vec::new();
    let mut pairs = 0;
    // For each line of the new text: the last line of the old one that it was met at, and how long the run up to there is.
    let mut runs = vec![(usize::MAX, 0); new.len()];
    let mut todo = vec![(0..old.len(), 0..new.len())];
    'parts: while let Some((old_part, new_part)) = todo.pop() {
        let mut best = Match { old: old_part.start, new: new_part.start, len: 0 };
        let mut best_at = usize::MAX;
        for i in old_part.clone() {
            let all = places[i];
            let here = &all[all.partition_point(|j| *j < new_part.start)..all.partition_point(|j| *j < new_part.end)];
            pairs += 1 + here.len();
            if pairs > PAIRS_MAX {
                break 'parts;
            }
            // From behind, so that the run before is still that of the line before.
            for &j in here.iter().rev() {
                let before = if j > new_part.start && i > old_part.start { runs[j - 1] } else { (usize::MAX, 0) };
                let len = if before.0.wrapping_add(1) == i && before.1 > 0 { before.1 + 1 } else { 1 };
                runs[j] = (i, len);
                if len > best.len || (len == best.len && best_at == i) {
                    best_at = i;
                    best = Match { old: i + 1 - len, new: j + 1 - len, len };
                }
            }
        }
        while best.old > old_part.start && best.new > new_part.start && old[best.old - 1] == new[best.new - 1] {
            best = Match { old: best.old - 1, new: best.new - 1, len: best.len + 1 };
        }
        while best.old + best.len < old_part.end
            && best.new + best.len < new_part.end
            && old[best.old + best.len] == new[best.new + best.len]
        {
            best.len += 1;
        }
        if best.len > 0 {
            todo.push((old_part.start..best.old, new_part.start..best.new));
            todo.push((best.old + best.len..old_part.end, best.new + best.len..new_part.end));
            matches.push(best);
        }
    }
    matches.order_by_key(|m: &Match| m.old);
    matches
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

    #[test]
    fn differences_are_difflibs_and_end() {
        for (old, new, want) in [
            ("a b c", "a x c", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"),
            // The longest run counts, not the first line that fits.
            ("A B", "A A B", "@@ -1,2 +1,3 @@\n+A\n A\n B\n"),
            ("x y", "y x", "@@ -1,2 +1,2 @@\n+y\n x\n-y\n"),
        ] {
            let lines = |text: &'static str| text.split(' ').collect::<Vec<_>>();
            assert_eq!(unified(&lines(old), &lines(new)), want, "{old} / {new}");
        }
        // Nothing but popular lines: they match only where they go on from the ends.
        let same = vec!["x"; 300];
        let shorter = vec!["x"; 299];
        assert_eq!(unified(&same, &shorter), "@@ -297,4 +297,3 @@\n x\n x\n x\n-x\n");
        // Lines that change places in pairs: each match would be looked for through all the rest.
        let texts: Vec<String> = (0..10_000).map(|i| i.to_string()).collect();
        let there: Vec<&str> = texts.iter().map(String::as_str).collect();
        let swapped: Vec<&str> = there.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        let shown = unified(&there, &swapped);
        assert!(shown.lines().filter(|l| l.starts_with('-')).count() > there.len() * 2 / 3);
    }
}

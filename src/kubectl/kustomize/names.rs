//! Names: hashes of content, and the references that follow when a name changes.

use super::{Item, is_namespaced, or_default};
use crate::api::{Object, Value};
use crate::base::List as _;
use crate::kubectl::commands::create_generators::content_hash;
use crate::obj;

/// Puts a hash of their content behind the names of what was generated.
// Models kustomize's hasher, which looks for the name where none is: unlike `--append-hash` it hashes an empty one.
pub(super) fn add_hashes(items: &mut [Item]) {
    for item in items.iter_mut().filter(|i| i.hashed) {
        let object = &item.object;
        let mut encoded = obj!({"kind": object.kind(), "name": "", "data": object.get("data")});
        if encoded.get("data").is_null() {
            encoded.set(&["data"], if object.kind() == "Secret" { Value::map() } else { "".into() });
        }
        for member in ["binaryData", "type"] {
            if !object.get(member).is_null() {
                encoded.set(&[member], object.get(member).clone());
            }
        }
        let name = format!("{}-{}", object.name(), content_hash(&encoded));
        item.rename(name);
    }
}

/// What a member of an object refers to: the member, the kind, and whether the name is one level deeper.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("configMap", "ConfigMap", "name"),
    ("configMapRef", "ConfigMap", "name"),
    ("configMapKeyRef", "ConfigMap", "name"),
    ("secret", "Secret", "name"),
    ("secret", "Secret", "secretName"),
    ("secretRef", "Secret", "name"),
    ("secretKeyRef", "Secret", "name"),
    ("tls", "Secret", "secretName"),
    ("imagePullSecrets", "Secret", "name"),
    ("secrets", "Secret", "name"),
    ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
    ("service", "Service", "name"),
    ("spec", "Service", "serviceName"),
    ("spec", "ServiceAccount", "serviceAccountName"),
    ("spec", "PersistentVolume", "volumeName"),
    ("spec", "StorageClass", "storageClassName"),
    ("spec", "PriorityClass", "priorityClassName"),
    ("spec", "IngressClass", "ingressClassName"),
    ("spec", "ValidatingAdmissionPolicy", "policyName"),
];
/// References that say their kind themselves.
const TYPED: [&str; 3] = ["roleRef", "scaleTargetRef", "ownerReferences"];
const DEPTH_MAX: usize = 64;

/// Makes references follow the names that changed.
// Models kustomize's nameReference transformer.
pub(super) fn fix_references(items: &mut [Item]) {
    bind_accounts(items);
    let before = items.to_vec();
    let changed: Vec<(&str, &Item)> = before.iter().filter(|i| i.is_changed()).map(|i| (i.object.kind(), i)).list();
    if changed.is_empty() {
        return;
    }
    for (item, referrer) in items.iter_mut().zip(&before) {
        let find = |kind: &str, name: &str, namespace: &Value| referral(&changed, referrer, kind, name, namespace.as_str());
        for (key, value) in referrer.object.entries().filter(|(k, _)| *k != "metadata") {
            let mut value = value.clone();
            walk(key, &mut value, &find, 0);
            item.object.set(&[key], value);
        }
    }
}

/// What an object means by a kind and a name, and by a namespace where it says one: of several that had this name, the one that came
/// the same way.
// Models nameref.Filter.selectReferral.
fn referral<'a>(changed: &[(&str, &'a Item)], referrer: &Item, kind: &str, name: &str, namespace: Option<&str>) -> Option<&'a Item> {
    let free = !is_namespaced(&referrer.object) || kind == "ServiceAccount";
    let near = |i: &&Item| match namespace {
        Some(namespace) => i.namespace == namespace || i.object.namespace() == namespace,
        None => free || !is_namespaced(&i.object) || i.object.namespace() == referrer.object.namespace(),
    };
    let of_name = changed.iter().filter(|(k, i)| *k == kind && i.names.iter().any(|n| n == name)).map(|c| c.1);
    let mut found: Vec<&Item> = of_name.filter(near).list();
    for empty_fits in [true, false] {
        if found.len() > 1 {
            found.retain(|i| {
                i.affixes.iter().zip(&referrer.affixes).all(|(own, other)| match (&own[..], &other[..]) {
                    ([], []) => true,
                    ([], _) | (_, []) => empty_fits,
                    (own, other) => own.ends_with(other) || other.ends_with(own),
                })
            });
        }
    }
    let first = *found.first()?;
    found.iter().all(|i| i.object.name() == first.object.name()).then_some(first)
}

/// Makes bindings follow the service accounts whose name or namespace changed.
// Models nameref.Filter's setMapping: an account is known by the namespace that it had, or else by the one that it has.
fn bind_accounts(items: &mut [Item]) {
    let is_binding = |i: &Item| matches!(i.object.kind(), "RoleBinding" | "ClusterRoleBinding") && !i.object.get("subjects").is_empty();
    let accounts: Vec<Item> = items.iter().filter(|i| i.object.kind() == "ServiceAccount").cloned().list();
    for binding in items.iter_mut().filter(|i| is_binding(i)) {
        for subject in binding.object.get_mut("subjects").list_mut() {
            let namespace = subject.get("namespace").str();
            let was = |i: &&Item| or_default(&i.namespace) == namespace;
            let is = |i: &&Item| or_default(i.object.namespace()) == namespace;
            let among: Vec<&Item> = match namespace {
                "" => accounts.iter().list(),
                _ if accounts.iter().any(|i| was(&i)) => accounts.iter().filter(was).list(),
                _ => accounts.iter().filter(is).list(),
            };
            let mut named = among.into_iter().filter(|i| i.is_named(subject.get("name").str()));
            if let (Some(account), None, "ServiceAccount") = (named.next(), named.next(), subject.get("kind").str()) {
                subject.set(&["name"], account.object.name());
                if !account.object.namespace().is_empty() {
                    subject.set(&["namespace"], account.object.namespace());
                }
            }
        }
    }
}

/// Finds what a kind, a name and a namespace mean.
type Find<'a> = &'a dyn Fn(&str, &str, &Value) -> Option<&'a Item>;

fn walk(key: &str, value: &mut Value, find: Find<'_>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::List(_) => value.list_mut().iter_mut().for_each(|item| walk(key, item, find, depth + 1)),
        Value::Map(_) => {
            for (_, kind, member) in REFERENCES.iter().filter(|(k, ..)| *k == key) {
                let namespace = if key == "service" { value.get("namespace") } else { &Value::Null };
                if let Some(item) = find(kind, value.get(member).str(), namespace) {
                    // A webhook's service may be in another namespace by now.
                    if !namespace.is_null() && !item.object.namespace().is_empty() {
                        value.set(&["namespace"], item.object.namespace());
                    }
                    value.set(&[member], item.object.name());
                }
            }
            if TYPED.contains(&key)
                && let Some(item) = find(value.get("kind").str(), value.get("name").str(), &Value::Null)
            {
                value.set(&["name"], item.object.name());
            }
            if key == "rules" && !value.get("resourceNames").is_empty() {
                for name in value.get_mut("resourceNames").list_mut() {
                    // Of whatever resource the rule is.
                    if let Some(item) = ["ConfigMap", "Secret"].iter().find_map(|kind| find(kind, name.str(), &Value::Null)) {
                        *name = item.object.name().into();
                    }
                }
            }
            let inner: Vec<_> = value.entries().filter(|(_, v)| matches!(v, Value::Map(_) | Value::List(_))).map(|(k, _)| k.clone()).list();
            for name in inner {
                walk(&name, value.get_mut(&name), find, depth + 1);
            }
        }
        _ => {}
    }
}

//! Names: hashes of content, and the references that follow when a name changes.

use super::Item;
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
];
/// References that say their kind themselves.
const TYPED: [&str; 3] = ["roleRef", "scaleTargetRef", "ownerReferences"];
const DEPTH_MAX: usize = 64;

/// Makes references follow the names that changed.
// Models kustomize's nameReference transformer.
pub(super) fn fix_references(items: &mut [Item]) {
    bind_accounts(items);
    let mut renamed: Vec<(String, String, String)> = Vec::new();
    for item in items.iter() {
        let now = item.object.name();
        for before in item.names.iter().filter(|n| *n != now) {
            renamed.push((item.object.kind().to_owned(), before.clone(), now.to_owned()));
        }
    }
    if renamed.is_empty() {
        return;
    }
    let new_name = |kind: &str, name: &str| renamed.iter().find(|(k, n, _)| k == kind && n == name).map(|(_, _, new)| new.clone());
    for item in items {
        for (key, value) in item.object.clone().entries().filter(|(k, _)| *k != "metadata") {
            let mut value = value.clone();
            walk(key, &mut value, &new_name, 0);
            item.object.set(&[key], value);
        }
    }
}

/// Makes bindings follow the service accounts whose name or namespace changed.
// Models nameref.Filter's setMapping: an account is known by the namespace that it had, or else by the one that it has.
fn bind_accounts(items: &mut [Item]) {
    let is_binding = |i: &Item| matches!(i.object.kind(), "RoleBinding" | "ClusterRoleBinding") && !i.object.get("subjects").is_empty();
    let accounts: Vec<Item> = items.iter().filter(|i| i.object.kind() == "ServiceAccount").cloned().list();
    let or_default = |namespace: &str| if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() };
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

fn walk(key: &str, value: &mut Value, new_name: &dyn Fn(&str, &str) -> Option<String>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::List(_) => value.list_mut().iter_mut().for_each(|item| walk(key, item, new_name, depth + 1)),
        Value::Map(_) => {
            for (_, kind, member) in REFERENCES.iter().filter(|(k, ..)| *k == key) {
                if let Some(name) = new_name(kind, value.get(member).str()) {
                    value.set(&[member], name);
                }
            }
            if TYPED.contains(&key)
                && let Some(name) = new_name(value.get("kind").str(), value.get("name").str())
            {
                value.set(&["name"], name);
            }
            let inner: Vec<_> = value.entries().filter(|(_, v)| matches!(v, Value::Map(_) | Value::List(_))).map(|(k, _)| k.clone()).list();
            for name in inner {
                walk(&name, value.get_mut(&name), new_name, depth + 1);
            }
        }
        _ => {}
    }
}

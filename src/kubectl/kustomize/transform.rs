//! What a kustomization changes in all its objects, in kustomize's order: patches, namespace, names, labels, annotations, replicas,
//! images, replacements.

use super::replacements::replace;
use super::{Item, id, is_namespaced};
use crate::api::selector::LabelSelector;
use crate::api::yaml::decode_documents;
use crate::api::{Kind, Object, Value, split_api_version};
use crate::base::List as _;
use crate::base::regex::Regex;
use crate::kubectl::output::to_yaml;
use crate::server::{json_patch_by_client, merge_patch, strategic_merge_patch};

/// Applies all transformers.
pub(super) fn transform(read: &dyn Fn(&str) -> Result<String, String>, kustomization: &Value, items: &mut Vec<Item>) -> Result<(), String> {
    for patch in kustomization.get("patchesStrategicMerge").items() {
        let text = if patch.str().contains('\n') { patch.str().to_owned() } else { read(patch.str())? };
        merge(&text, &Value::Null, items)?;
    }
    for patch in kustomization.get("patches").items().iter().chain(kustomization.get("patchesJson6902").items()) {
        let text = match patch.get("path").str() {
            "" => patch.get("patch").str().to_owned(),
            path => read(path).map_err(|e| {
                let config = to_yaml(patch);
                format!(
                    "trouble configuring builtin PatchTransformer with config: `\n{config}`: failed to get the patch file from path({path}): {e}"
                )
            })?,
        };
        merge(&text, patch.get("target"), items)?;
    }
    if let Some(namespace) = kustomization.get("namespace").as_str().filter(|n| !n.is_empty()) {
        set_namespace(namespace, items);
    }
    let (prefix, suffix) = (kustomization.get("namePrefix").str(), kustomization.get("nameSuffix").str());
    if !prefix.is_empty() || !suffix.is_empty() {
        for item in items.iter_mut().filter(|i| !matches!(i.object.kind(), "CustomResourceDefinition" | "APIService" | "Namespace")) {
            let name = format!("{prefix}{}{suffix}", item.object.name());
            item.rename(name);
        }
    }
    for (key, value) in kustomization.get("commonLabels").entries() {
        items.iter_mut().for_each(|i| label(&mut i.object, key, value, true, true));
    }
    for one in kustomization.get("labels").items() {
        let selectors = one.get("includeSelectors").is_true();
        let templates = selectors || one.get("includeTemplates").is_true();
        for (key, value) in one.get("pairs").entries() {
            items.iter_mut().for_each(|i| label(&mut i.object, key, value, templates, selectors));
        }
    }
    for (key, value) in kustomization.get("commonAnnotations").entries() {
        for item in items.iter_mut() {
            item.object.set(&["metadata", "annotations", key], value.clone());
            for path in TEMPLATES {
                if !item.object.at(path).is_null() {
                    item.object.at_mut(path).set(&["metadata", "annotations", key], value.clone());
                }
            }
        }
    }
    for replicas in kustomization.get("replicas").items() {
        set_replicas(replicas, items)?;
    }
    for image in kustomization.get("images").items() {
        for item in items.iter_mut() {
            set_image(&mut item.object, image, 0);
        }
    }
    for replacement in kustomization.get("replacements").items() {
        match replacement.get("path").as_str() {
            None => replace(replacement, items)?,
            Some(path) => {
                let bad = |e: &dyn std::fmt::Display| format!("invalid replacement in {path}: {e}");
                for document in decode_documents(&read(path)?).map_err(|e| bad(&e.to_string()))? {
                    match &document.value {
                        Value::List(all) => all.iter().try_for_each(|one| replace(one, items))?,
                        one => replace(one, items)?,
                    }
                }
            }
        }
    }
    Ok(())
}

/// Where an object has a pod's template, or one of Jobs.
const TEMPLATES: &[&[&str]] = &[&["spec", "template"], &["spec", "jobTemplate"], &["spec", "jobTemplate", "spec", "template"]];

fn set_namespace(namespace: &str, items: &mut [Item]) {
    for item in items {
        let object = &mut item.object;
        if object.kind() == "Namespace" {
            object.set(&["metadata", "name"], namespace);
        } else if is_namespaced(object) {
            object.set(&["metadata", "namespace"], namespace);
        }
        if matches!(object.kind(), "RoleBinding" | "ClusterRoleBinding") {
            for subject in object.at_mut(&["subjects"]).list_mut() {
                if subject.get("kind").str() == "ServiceAccount"
                    && (subject.get("name").str() == "default" || subject.get("namespace").is_null())
                {
                    subject.set(&["namespace"], namespace);
                }
            }
        }
    }
}

/// Puts a label on an object, on the pods that it makes and into what it selects them by.
// Models kustomize's commonLabels configuration.
fn label(object: &mut Value, key: &str, value: &Value, templates: bool, selectors: bool) {
    object.set(&["metadata", "labels", key], value.clone());
    if templates {
        for path in TEMPLATES {
            if !object.at(path).is_null() {
                object.at_mut(path).set(&["metadata", "labels", key], value.clone());
            }
        }
    }
    if !selectors {
        return;
    }
    match object.kind() {
        "Service" if object.at(&["spec", "type"]).str() != "ExternalName" => object.set(&["spec", "selector", key], value.clone()),
        "ReplicationController" => object.set(&["spec", "selector", key], value.clone()),
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" => object.set(&["spec", "selector", "matchLabels", key], value.clone()),
        "PodDisruptionBudget" | "Job" if !object.at(&["spec", "selector", "matchLabels"]).is_null() => {
            object.set(&["spec", "selector", "matchLabels", key], value.clone());
        }
        "NetworkPolicy" if !object.at(&["spec", "podSelector", "matchLabels"]).is_null() => {
            object.set(&["spec", "podSelector", "matchLabels", key], value.clone());
        }
        _ => {}
    }
    if object.kind() == "StatefulSet" && !object.at(&["spec", "volumeClaimTemplates"]).is_empty() {
        for claim in object.at_mut(&["spec", "volumeClaimTemplates"]).list_mut() {
            claim.set(&["metadata", "labels", key], value.clone());
        }
    }
}

fn set_replicas(replicas: &Value, items: &mut [Item]) -> Result<(), String> {
    let name = replicas.get("name").str();
    let mut found = false;
    for item in items.iter_mut().filter(|i| i.is_named(name)) {
        if matches!(item.object.kind(), "Deployment" | "ReplicationController" | "ReplicaSet" | "StatefulSet") {
            item.object.set(&["spec", "replicas"], replicas.get("count").clone());
            found = true;
        }
    }
    if found {
        Ok(())
    } else {
        Err(format!(
            "resource with name {name} does not match a config with the following GVK [Deployment.[noVer].[noGrp] ReplicationController.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] StatefulSet.[noVer].[noGrp]]"
        ))
    }
}

/// Changes the images of an object's containers, wherever they are.
fn set_image(value: &mut Value, image: &Value, depth: usize) {
    if depth > 32 {
        return;
    }
    match value {
        Value::List(_) => value.list_mut().iter_mut().for_each(|v| set_image(v, image, depth + 1)),
        Value::Map(_) => {
            for list in ["containers", "initContainers"] {
                if value.get(list).items().is_empty() {
                    continue;
                }
                for container in value.at_mut(&[list]).list_mut() {
                    if let Some(new) = new_image(container.get("image").str(), image) {
                        container.set(&["image"], new);
                    }
                }
            }
            let keys: Vec<_> = value.entries().filter(|(_, v)| matches!(v, Value::Map(_) | Value::List(_))).map(|(k, _)| k.clone()).list();
            keys.iter().for_each(|k| set_image(value.get_mut(k), image, depth + 1));
        }
        _ => {}
    }
}

/// An image by its new name, tag or digest; none where it is another.
fn new_image(old: &str, image: &Value) -> Option<String> {
    let (bare, digest) = old.split_once('@').map_or((old, ""), |(b, d)| (b, d));
    let (name, tag) = match bare.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (bare, ""),
    };
    if name != image.get("name").str() || name.is_empty() {
        return None;
    }
    let given = |member: &str| image.get(member).as_str().map(str::to_owned).or_else(|| image.get(member).as_int().map(|n| n.to_string()));
    let name = given("newName").unwrap_or_else(|| name.to_owned());
    Some(match (given("newTag"), given("digest")) {
        (Some(tag), Some(digest)) => format!("{name}:{tag}@{digest}"),
        (None, Some(digest)) => format!("{name}@{digest}"),
        (Some(tag), None) => format!("{name}:{tag}"),
        (None, None) if !digest.is_empty() => format!("{name}@{digest}"),
        (None, None) if !tag.is_empty() => format!("{name}:{tag}"),
        (None, None) => name,
    })
}

/// Applies a patch, of either form, to what it is for.
fn merge(text: &str, target: &Value, items: &mut Vec<Item>) -> Result<(), String> {
    let bad = |why: &str| format!("unable to parse SM or JSON patch from [{text}]: {why}");
    let documents = decode_documents(text).map_err(|e| bad(&e.to_string()))?;
    for patch in documents.into_iter().map(|d| d.value).filter(|v| !v.is_null()) {
        let is_json = matches!(patch, Value::List(_));
        if target.is_null() && is_json {
            return Err("must specify a target for JSON patch".into());
        }
        let mut places: Vec<usize> = Vec::new();
        for (i, item) in items.iter().enumerate() {
            if if target.is_null() { is_for(&patch, item) } else { selects(target, item)? } {
                places.push(i);
            }
        }
        if places.is_empty() && target.is_null() {
            let id = id(&patch, patch.name());
            return Err(format!(
                "no resource matches strategic merge patch \"{id}\": no matches for Id {id}; failed to find unique target for patch {id}"
            ));
        }
        for place in places.into_iter().rev() {
            let item = &mut items[place];
            if !is_json && patch.get("$patch").str() == "delete" {
                items.remove(place);
                continue;
            }
            item.object = patched(&item.object, &patch)?;
        }
    }
    Ok(())
}

fn patched(object: &Value, patch: &Value) -> Result<Value, String> {
    if let Value::List(_) = patch {
        return json_patch_by_client(object, patch).map_err(|e| e.to_string());
    }
    let mut changes = patch.clone();
    // The patch's own name says what it is for.
    changes.remove(&["metadata", "name"]);
    changes.remove(&["metadata", "namespace"]);
    for member in ["apiVersion", "kind"] {
        changes.remove(&[member]);
    }
    match Kind::of(object.api_version(), object.kind()) {
        Some(kind) => strategic_merge_patch(kind, object, &changes).map_err(|s| s.into_message()),
        None => {
            let mut next = object.clone();
            merge_patch(&mut next, &changes);
            Ok(next)
        }
    }
}

/// Whether a patch without a target is for this object.
fn is_for(patch: &Value, item: &Item) -> bool {
    let same_namespace = patch.namespace().is_empty() || patch.namespace() == item.object.namespace();
    patch.kind() == item.object.kind() && item.is_named(patch.name()) && same_namespace && {
        let group = |o: &Value| split_api_version(o.api_version()).0.to_owned();
        group(patch) == group(&item.object)
    }
}

/// Whether a target selects this object; names and kinds are regular expressions.
pub(super) fn selects(target: &Value, item: &Item) -> Result<bool, String> {
    let (group, version) = split_api_version(item.object.api_version());
    let whole = |pattern: &str, texts: &[&str]| -> Result<bool, String> {
        if pattern.is_empty() {
            return Ok(true);
        }
        let regex = Regex::go(&format!("^(?:{pattern})$")).map_err(|e| format!("error parsing regexp: {}", e.as_go_says()))?;
        Ok(texts.iter().any(|t| regex.is_match(t)))
    };
    let mut names = vec![item.object.name()];
    names.extend(item.names.iter().map(String::as_str));
    for (member, texts) in [
        ("group", vec![group]),
        ("version", vec![version]),
        ("kind", vec![item.object.kind()]),
        ("name", names),
        ("namespace", vec![item.object.namespace()]),
    ] {
        if !whole(target.get(member).str(), &texts)? {
            return Ok(false);
        }
    }
    for (member, labels) in [("labelSelector", item.object.labels()), ("annotationSelector", item.object.at(&["metadata", "annotations"]))]
    {
        let selector = LabelSelector::parse(target.get(member).str()).map_err(|e| e.to_string())?;
        if !selector.matches(labels) {
            return Ok(false);
        }
    }
    Ok(true)
}

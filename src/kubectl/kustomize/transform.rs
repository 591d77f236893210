//! What a kustomization changes in all its objects, in kustomize's order: patches, namespace, names, labels, annotations, replicas,
//! images, replacements.

use thiserror::Error;

use super::replacements::replace;
use super::{Item, KustomizeError, id, is_namespaced};
use crate::api::selector::LabelSelector;
use crate::api::yaml::{DecodeError, Words, decode_documents, decode_documents_with};
use crate::api::{Kind, Object, Value, split_api_version};
use crate::base::List as _;
use crate::base::regex::Regex;
use crate::kubectl::output::to_yaml;
use crate::server::{json_patch_by_client, merge_patch, strategic_merge_patch};

/// Why objects cannot be changed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TransformError {
    /// One of `patchesStrategicMerge` is no YAML.
    #[error("unable to parse SM or JSON patch from [{text}]: {error}")]
    MergePatch {
        /// The patch.
        text: String,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// One of `patches` is none.
    #[error("unable to parse SM or JSON patch from {0}")]
    Patch(String),
    /// An entry of `patches` without a patch.
    #[error("must specify one of patch and path in\n{0}")]
    NoPatch(String),
    /// An entry of `patches` with a patch and a file of one.
    #[error("patch and path can't be set at the same time\n{0}")]
    TwoPatches(String),
    /// Operations for nothing.
    #[error("must specify a target for JSON patch {0}")]
    NoTarget(String),
    /// Several patches for one target.
    #[error("Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: {0}")]
    ManyPatches(String),
    /// A patch for an object that is not there, or not alone: how many there are, and the object.
    #[error("{0} matches for Id {1}; failed to find unique target for patch {1}")]
    NoMatch(&'static str, String),
    /// The same in `patches`.
    #[error("no resource matches strategic merge patch \"{1}\": {0} matches for Id {1}; failed to find unique target for patch {1}")]
    NoneMatches(&'static str, String),
    /// A number of replicas for an object that is not there.
    #[error(
        "resource with name {0} does not match a config with the following GVK [Deployment.[noVer].[noGrp] StatefulSet.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] ReplicationController.[noVer].[noGrp]]"
    )]
    NoReplicas(String),
    /// A file of replacements is no YAML.
    #[error("invalid replacement in {path}: {error}")]
    Replacements {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// A transformer is no YAML.
    #[error("invalid transformer in {entry}: {}", error.reason)]
    Transformer {
        /// The transformer, or its file.
        entry: String,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// A transformer that kustomize has and this one does not.
    #[error("{0} in transformers is not simulated here")]
    Unknown(String),
}

/// What reads a file that a kustomization names.
type Read<'a> = &'a dyn Fn(&str) -> Result<String, KustomizeError>;

/// Applies all transformers.
pub(super) fn transform(read: Read<'_>, kustomization: &Value, items: &mut Vec<Item>) -> Result<(), KustomizeError> {
    for patch in kustomization.get("patchesStrategicMerge").items() {
        let text = if patch.str().contains('\n') { patch.str().to_owned() } else { read(patch.str())? };
        let documents = decode_documents_with(&text, Words::AreText).map_err(|error| TransformError::MergePatch { text, error })?;
        let patches = documents.into_iter().map(|d| d.value).filter(|v| !v.is_null()).list();
        merge(patches, &Value::Null, &Value::Null, TransformError::NoMatch, items)?;
    }
    for patch in kustomization.get("patches").items().iter().chain(kustomization.get("patchesJson6902").items()) {
        apply_patch(read, patch, items)?;
    }
    if let Some(namespace) = kustomization.get("namespace").as_str().filter(|n| !n.is_empty()) {
        set_namespace(namespace, items);
    }
    let (prefix, suffix) = (kustomization.get("namePrefix").str(), kustomization.get("nameSuffix").str());
    if !prefix.is_empty() || !suffix.is_empty() {
        for item in items.iter_mut().filter(|i| !matches!(i.object.kind(), "CustomResourceDefinition" | "APIService" | "Namespace")) {
            let name = format!("{prefix}{}{suffix}", item.object.name());
            item.rename(name);
            for (had, affix) in item.affixes.iter_mut().zip([prefix, suffix]) {
                had.extend(Some(affix).filter(|affix| !affix.is_empty()).map(str::to_owned));
            }
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
            label_fields(items, one.get("fields"), key, value);
        }
    }
    for (key, value) in kustomization.get("commonAnnotations").entries() {
        for item in items.iter_mut() {
            item.object.set(&["metadata", "annotations", key], value.clone());
            for path in templates(item.object.kind()) {
                item.object.at_mut(path).set(&["metadata", "annotations", key], value.clone());
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
                let documents = decode_documents(&read(path)?);
                for document in documents.map_err(|error| TransformError::Replacements { path: path.to_owned(), error })? {
                    match &document.value {
                        Value::List(all) => all.iter().try_for_each(|one| replace(one, items))?,
                        one => replace(one, items)?,
                    }
                }
            }
        }
    }
    for transformer in kustomization.get("transformers").items() {
        label_as_told(read, transformer.str(), items)?;
    }
    Ok(())
}

/// Labels objects as a transformer of its own does, which is named or stands in the kustomization itself.
// Models LabelTransformer.
fn label_as_told(read: Read<'_>, entry: &str, items: &mut [Item]) -> Result<(), KustomizeError> {
    let text = if entry.contains('\n') { entry.to_owned() } else { read(entry)? };
    for document in decode_documents(&text).map_err(|error| TransformError::Transformer { entry: entry.to_owned(), error })? {
        let told = &document.value;
        if told.kind() != "LabelTransformer" {
            return Err(TransformError::Unknown(told.kind().to_owned()).into());
        }
        told.get("labels").entries().for_each(|(key, value)| label_fields(items, told.get("fieldSpecs"), key, value));
    }
    Ok(())
}

/// Sets a label at the fields that are told.
fn label_fields(items: &mut [Item], fields: &Value, key: &str, value: &Value) {
    for field in fields.items() {
        let path: Vec<&str> = field.get("path").str().split('/').list();
        for object in items.iter_mut().map(|i| &mut i.object).filter(|o| is_of(field, o)) {
            put_label(object, &path, field.get("create").is_true(), &[key], value);
        }
    }
}

/// Where objects of a kind have what gets the labels and annotations of all: templates of pods and of jobs.
// Models kustomize's commonAnnotations and metadataLabels configurations.
fn templates(kind: &str) -> &'static [&'static [&'static str]] {
    match kind {
        "ReplicationController" | "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" => &[&["spec", "template"]],
        "CronJob" => &[&["spec", "jobTemplate"], &["spec", "jobTemplate", "spec", "template"]],
        _ => &[],
    }
}

fn set_namespace(namespace: &str, items: &mut [Item]) {
    for item in items {
        item.names.push(item.object.name().to_owned());
        let object = &mut item.object;
        if is_namespaced(object) {
            object.set(&["metadata", "namespace"], namespace);
        }
        const OF_WEBHOOK: [&str; 6] = ["spec", "conversion", "webhook", "clientConfig", "service", "namespace"];
        match object.kind() {
            "Namespace" if object.api_version() == "v1" => object.set(&["metadata", "name"], namespace),
            "APIService" => object.set(&["spec", "service", "namespace"], namespace),
            "CustomResourceDefinition" if !object.at(&OF_WEBHOOK).is_null() => object.set(&OF_WEBHOOK, namespace),
            _ => {}
        }
        if matches!(object.kind(), "RoleBinding" | "ClusterRoleBinding") {
            for subject in object.at_mut(&["subjects"]).list_mut() {
                if subject.get("name").str() == "default" {
                    subject.set(&["namespace"], namespace);
                }
            }
        }
    }
}

/// Where a selector is that picks pods by labels: the kinds, the path, and whether it is made where it is not.
// Models kustomize's commonLabels configuration.
const SELECTORS: &[(&str, &str, bool)] = &[
    ("Service ReplicationController", "spec selector", true),
    ("Deployment ReplicaSet DaemonSet StatefulSet", "spec selector matchLabels", true),
    ("Job PodDisruptionBudget", "spec selector matchLabels", false),
    ("CronJob", "spec jobTemplate spec selector matchLabels", false),
    ("Deployment StatefulSet", "spec template spec topologySpreadConstraints labelSelector matchLabels", false),
    ("Deployment StatefulSet", "spec template spec affinity podAffinity @ labelSelector matchLabels", false),
    ("Deployment StatefulSet", "spec template spec affinity podAntiAffinity @ labelSelector matchLabels", false),
    ("NetworkPolicy", "spec podSelector matchLabels", false),
    ("NetworkPolicy", "spec ingress from podSelector matchLabels", false),
    ("NetworkPolicy", "spec egress to podSelector matchLabels", false),
];
/// What stands for `@` in a path.
const TERMS: [&str; 2] =
    ["requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution podAffinityTerm"];

/// Puts a label on an object, on the pods and claims that it makes and into what it selects them by.
fn label(object: &mut Value, key: &str, value: &Value, for_pods: bool, selectors: bool) {
    object.set(&["metadata", "labels", key], value.clone());
    let kind = object.kind().to_owned();
    if for_pods {
        for path in templates(&kind) {
            object.at_mut(path).set(&["metadata", "labels", key], value.clone());
        }
        if kind == "StatefulSet" {
            put_label(object, &["spec", "volumeClaimTemplates"], false, &["metadata", "labels", key], value);
        }
    }
    for (kinds, path, create) in SELECTORS.iter().filter(|_| selectors) {
        if kinds.split(' ').any(|k| k == kind) {
            for path in TERMS.iter().take(if path.contains('@') { 2 } else { 1 }).map(|term| path.replace('@', term)) {
                put_label(object, &path.split(' ').list(), *create, &[key], value);
            }
        }
    }
}

/// Whether an object is of the group, version and kind that a field is of; what is not said is any.
fn is_of(field: &Value, object: &Value) -> bool {
    let (group, version) = split_api_version(object.api_version());
    let is = |member: &str, own: &str| matches!(field.get(member).str(), given if given.is_empty() || given == own);
    is("group", group) && is("version", version) && is("kind", object.kind())
}

/// Sets a label in each map at a path, which goes through all items of lists.
fn put_label(at: &mut Value, path: &[&str], create: bool, member: &[&str], value: &Value) {
    match (&*at, path) {
        (Value::List(_), _) => at.list_mut().iter_mut().for_each(|item| put_label(item, path, create, member, value)),
        (_, []) => at.set(member, value.clone()),
        (_, [step, rest @ ..]) if create || !at.get(step).is_null() => put_label(at.get_mut(step), rest, create, member, value),
        _ => {}
    }
}

fn set_replicas(replicas: &Value, items: &mut [Item]) -> Result<(), TransformError> {
    let name = replicas.get("name").str();
    let mut found = false;
    for item in items.iter_mut().filter(|i| i.is_named(name)) {
        if matches!(item.object.kind(), "Deployment" | "ReplicationController" | "ReplicaSet" | "StatefulSet") {
            item.object.set(&["spec", "replicas"], replicas.get("count").clone());
            found = true;
        }
    }
    if found { Ok(()) } else { Err(TransformError::NoReplicas(name.to_owned())) }
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
        // A suffix is put twice: once wherever containers are, and once where kustomize knows images to be.
        (None, None) if let Some(suffix) = given("tagSuffix") => format!("{name}:{tag}{suffix}{suffix}"),
        (None, None) if !digest.is_empty() => format!("{name}@{digest}"),
        (None, None) if !tag.is_empty() => format!("{name}:{tag}"),
        (None, None) => name,
    })
}

/// Applies an entry of `patches`.
// Models PatchTransformerPlugin.
fn apply_patch(read: Read<'_>, patch: &Value, items: &mut Vec<Item>) -> Result<(), KustomizeError> {
    let config = to_yaml(patch);
    let trouble = |error: KustomizeError| KustomizeError::Patch { config: config.clone(), error: Box::new(error) };
    let (text, source) = match (patch.get("patch").str().trim(), patch.get("path").str()) {
        ("", "") => return Err(trouble(TransformError::NoPatch(config.clone()).into())),
        ("", path) => {
            let text = read(path).map_err(|e| trouble(KustomizeError::PatchFile { path: path.to_owned(), error: Box::new(e) }))?;
            (text, format!("[path: {path:?}]"))
        }
        (text, "") => (text.to_owned(), format!("[patch: {text:?}]")),
        _ => return Err(trouble(TransformError::TwoPatches(config.clone()).into())),
    };
    let unread = || trouble(TransformError::Patch(source.clone()).into());
    // What opens with a bracket must be JSON.
    if text.starts_with('[') && Value::from_json(&text).is_err() {
        return Err(unread());
    }
    let documents = decode_documents_with(&text, Words::AreText).map_err(|_| unread())?;
    let target = patch.get("target");
    let patches: Vec<Value> = documents.into_iter().map(|d| d.value).filter(|v| !v.is_null()).list();
    let of_json = matches!(patches.first(), Some(Value::List(_)));
    match (target.is_null(), of_json) {
        (true, true) => return Err(TransformError::NoTarget(source).into()),
        (false, false) if patches.len() > 1 => return Err(TransformError::ManyPatches(source).into()),
        _ => {}
    }
    merge(patches, target, patch.get("options"), TransformError::NoneMatches, items)
}

/// Applies patches, of either form, to what they are for; an object that is not there once is told as `absent` does.
fn merge(
    patches: Vec<Value>,
    target: &Value,
    options: &Value,
    absent: fn(&'static str, String) -> TransformError,
    items: &mut Vec<Item>,
) -> Result<(), KustomizeError> {
    for patch in patches {
        let is_json = matches!(patch, Value::List(_));
        let mut places: Vec<usize> = Vec::new();
        for (i, item) in items.iter().enumerate() {
            if if target.is_null() { is_for(&patch, item) } else { selects(target, item)? } {
                places.push(i);
            }
        }
        if places.len() != 1 && target.is_null() {
            return Err(absent(if places.is_empty() { "no" } else { "multiple" }, id(&patch, patch.name())).into());
        }
        for place in places.into_iter().rev() {
            let item = &mut items[place];
            if !is_json && patch.get("$patch").str() == "delete" {
                items.remove(place);
                continue;
            }
            item.object = patched(&item.object, &patch)?;
            if is_json {
                continue;
            }
            if options.get("allowNameChange").is_true() && !patch.name().is_empty() {
                item.rename(patch.name().to_owned());
            }
            if options.get("allowKindChange").is_true() && !patch.kind().is_empty() {
                item.object.set(&["kind"], patch.kind());
            }
        }
    }
    Ok(())
}

fn patched(object: &Value, patch: &Value) -> Result<Value, KustomizeError> {
    if let Value::List(_) = patch {
        return Ok(json_patch_by_client(object, patch)?);
    }
    let mut changes = patch.clone();
    // The patch's own name says what it is for.
    changes.remove(&["metadata", "name"]);
    changes.remove(&["metadata", "namespace"]);
    for member in ["apiVersion", "kind"] {
        changes.remove(&[member]);
    }
    match Kind::of(object.api_version(), object.kind()) {
        Some(kind) => Ok(strategic_merge_patch(kind, object, &changes)?),
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
pub(super) fn selects(target: &Value, item: &Item) -> Result<bool, KustomizeError> {
    let (group, version) = split_api_version(item.object.api_version());
    let whole = |pattern: &str, texts: &[&str]| -> Result<bool, KustomizeError> {
        if pattern.is_empty() {
            return Ok(true);
        }
        let regex = Regex::go(&format!("^(?:{pattern})$"))?;
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
        let selector = LabelSelector::parse(target.get(member).str())?;
        if !selector.matches(labels) {
            return Ok(false);
        }
    }
    Ok(true)
}

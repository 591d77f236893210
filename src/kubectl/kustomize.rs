//! Kustomizations: what `-k` and `kubectl kustomize` build of a directory's files. Knows files and objects, no server.
//!
//! What most use: resources and bases, components, generators with hashed names, prefixes and suffixes, namespaces, labels,
//! annotations, images, replicas, patches, vars and replacements. Helm charts and plug-ins are refused by name.

mod error;
mod generate;
mod names;
mod replacements;
mod shape;
mod transform;
mod vars;

use std::cell::RefCell;

use super::host::{FileError, Files};
use crate::api::yaml::{Words, decode_documents, decode_documents_with};
use crate::api::{Kind, Object, Value, split_api_version};
use crate::base::{List as _, Order as _, SortedSet, is_url};
pub use error::KustomizeError;
use error::NotSimulated;

/// Bases within bases.
const DEPTH_MAX: usize = 16;
/// Directories that one build goes into, each as often as it does.
const DIRECTORIES_MAX: usize = 1_000;
/// Objects in one build.
const OBJECTS_MAX: usize = 5_000;
/// The one of `buildMetadata` that is done.
const MANAGED_BY: &str = "managedByLabel";
/// What says of an object that it is for kustomize alone.
const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";
/// How kustomize calls itself on what it built.
const VERSION: &str = "kustomize-v5.8.1";
/// What is done with a resource that is a file.
const FROM: &str = "accumulating resources from";
const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Members that kustomize has and this one does not.
const REFUSED: [&str; 6] = ["helmCharts", "helmGlobals", "helmChartInflationGenerator", "generators", "validators", "configurations"];

/// Members that others have come for.
const DEPRECATED: [(&str, &str); 6] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

/// An object on its way through a build.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// As it is by now.
    pub object: Value,
    /// The names that it had before, its first included.
    pub names: Vec<String>,
    /// The prefixes and the suffixes that its name got, in this order.
    pub affixes: [Vec<String>; 2],
    /// The namespace that it had at first.
    pub namespace: String,
    /// Whether its name gets a hash of its content at the end.
    pub hashed: bool,
}

/// What a build made.
pub struct Built {
    /// The objects, in the order in which they can be created.
    pub objects: Vec<Value>,
    /// Names that it gives to values and does not use.
    pub unused: Vec<String>,
}

struct Build<'a> {
    files: RefCell<&'a mut dyn Files>,
    cwd: &'a str,
    /// What is said on standard error.
    warnings: &'a mut Vec<String>,
    built: usize,
    /// Whether files may lie outside the directory whose kustomization names them.
    unrestricted: bool,
    /// The directories that are being built, each for the one before.
    roots: Vec<String>,
    /// What values are called, by name.
    vars: Vec<Value>,
    /// The `sortOptions` of what is built.
    sort: Value,
    /// Whether what is built says by which kustomize.
    managed: bool,
}

/// Builds a directory; there are warnings also where it fails.
pub fn build(
    files: &mut dyn Files,
    cwd: &str,
    directory: &str,
    unrestricted: bool,
    warnings: &mut Vec<String>,
) -> Result<Built, KustomizeError> {
    let files = RefCell::new(files);
    let mut build =
        Build { files, cwd, warnings, built: 0, roots: Vec::new(), unrestricted, vars: Vec::new(), sort: Value::Null, managed: false };
    build.demand_directory(directory)?;
    let mut items = build.top(&clean(directory))?;
    let sort = std::mem::take(&mut build.sort);
    names::add_hashes(&mut items);
    names::fix_references(&mut items);
    let unused = vars::resolve(&build.vars, &mut items)?;
    // The objects that others need come first.
    if sort.get("order").str() != "fifo" {
        // What has no group or no namespace comes after what has one.
        let or_last = |text: &str| if text.is_empty() { "~".to_owned() } else { text.to_owned() };
        items.order_by_key(|i| {
            let (kind, (group, version)) = (i.object.kind(), split_api_version(i.object.api_version()));
            let kinds = format!("{}_{version}_{kind}", or_last(group));
            (order(kind, sort.get("legacySortOptions")), kinds, or_last(i.object.namespace()), i.object.name().to_owned())
        });
    }
    items.retain(|i| matches!(i.object.at(&["metadata", "annotations", LOCAL_CONFIG]).str(), "" | "false"));
    if build.managed {
        items.iter_mut().for_each(|i| i.object.set(&["metadata", "labels", "app.kubernetes.io/managed-by"], VERSION));
    }
    Ok(Built { objects: items.into_iter().map(|i| i.object).list(), unused })
}

/// The place of a kind in a build: what others stand on, everything else, webhooks; or as `legacySortOptions` says.
// Models kustomize's legacy order of resources.
fn order(kind: &str, options: &Value) -> i32 {
    const FIRST: &str = "Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole \
        RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume \
        PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget";
    const LAST: &str = "MutatingWebhookConfiguration ValidatingWebhookConfiguration";
    let kinds = |member: &str, ours: &'static str| -> Vec<&str> {
        let given = || options.get(member).items().iter().map(Value::str).list();
        if options.is_null() { ours.split(' ').list() } else { given() }
    };
    let (first, last) = (kinds("orderFirst", FIRST), kinds("orderLast", LAST));
    let of_first = first.iter().position(|k| *k == kind).map(|i| i as i32 - first.len() as i32);
    of_first.or_else(|| last.iter().position(|k| *k == kind).map(|i| i as i32 + 1)).unwrap_or(0)
}

/// A path without `.` and, where it can be, without `..`.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (path.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

fn join(directory: &str, path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { clean(&format!("{directory}/{path}")) }
}

/// How kustomize calls an object: `Deployment.v1.apps/web.[noNs]`.
pub(super) fn id(object: &Value, name: &str) -> String {
    let (group, version) = split_api_version(object.api_version());
    let group = if group.is_empty() { "[noGrp]" } else { group };
    let namespace = if object.namespace().is_empty() { "[noNs]" } else { object.namespace() };
    format!("{}.{version}.{group}/{name}.{namespace}", object.kind())
}

/// Whether objects of this kind live in namespaces; kinds that nobody knows do.
pub(super) fn is_namespaced(object: &Value) -> bool {
    Kind::of_group(split_api_version(object.api_version()).0, object.kind()).is_none_or(|k| k.namespaced)
}

/// A namespace, which is the default one where none is said.
pub(super) fn or_default(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

impl Build<'_> {
    /// A path as errors show it.
    fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') { clean(path) } else { clean(&format!("{}/{path}", self.cwd)) }
    }

    /// What is built must be a directory that is there.
    fn demand_directory(&self, directory: &str) -> Result<(), KustomizeError> {
        let Some(path) = self.first_that_is_no_directory(&self.absolute(directory)) else { return Ok(()) };
        Err(match self.files.borrow().read(&path) {
            Ok(_) => KustomizeError::FileToBuild(directory.to_owned()),
            Err(_) => KustomizeError::NothingToBuild { named: directory.to_owned(), path },
        })
    }

    /// How far a path leads through directories, with the first part that is none. Of a path to what is not there this is where a look
    /// for what its links lead to ends.
    fn first_that_is_no_directory(&self, path: &str) -> Option<String> {
        let ends = path.match_indices('/').skip(1).map(|(at, _)| at).chain([path.len()]);
        ends.map(|end| &path[..end]).find(|part| self.files.borrow().list(part).is_err()).map(str::to_owned)
    }

    fn read(&self, path: &str) -> Result<String, FileError> {
        self.files.borrow().read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A file that the kustomization of a directory names: in or below that directory.
    // Models fileLoader.Load and RestrictionRootOnly.
    fn file(&self, directory: &str, path: &str) -> Result<Vec<u8>, KustomizeError> {
        if is_url(path) {
            return self.files.borrow_mut().fetch(path).ok_or_else(|| KustomizeError::Page { url: path.to_owned() });
        }
        let path = join(directory, path);
        let (full, root) = (self.absolute(&path), self.absolute(directory));
        let found = self.files.borrow().read(&path);
        match found {
            Ok(_) if !self.unrestricted && !within(&full, &root) => Err(KustomizeError::Outside { file: full, root }),
            Ok(bytes) => Ok(bytes),
            Err(FileError::IsADirectory) => Err(KustomizeError::NoFile(full)),
            Err(_) => {
                Err(KustomizeError::Missing { path: self.first_that_is_no_directory(&full).unwrap_or_else(|| full.clone()), named: full })
            }
        }
    }

    /// What the directory builds that kubectl was asked for.
    fn top(&mut self, directory: &str) -> Result<Vec<Item>, KustomizeError> {
        let kustomization = self.load(directory, 0)?;
        self.roots.push(self.absolute(directory));
        self.accumulate(directory, &kustomization, Vec::new(), 0)
    }

    /// The kustomization of a directory, held to what one must be.
    fn load(&mut self, directory: &str, depth: usize) -> Result<Value, KustomizeError> {
        let found: Vec<(&str, String)> = FILES.iter().filter_map(|n| Some((*n, self.read(&join(directory, n)).ok()?))).list();
        let [(_, text)] = found.as_slice() else {
            let shown = self.absolute(directory);
            return Err(match found.len() {
                0 => KustomizeError::NoKustomization(shown),
                _ => KustomizeError::ManyKustomizations(shown),
            });
        };
        self.built += 1;
        if self.built > DIRECTORIES_MAX {
            return Err(NotSimulated::TooMany { most: DIRECTORIES_MAX, what: "directories" }.into());
        }
        if depth > DEPTH_MAX {
            return Err(NotSimulated::TooDeep { most: DEPTH_MAX, directory: directory.to_owned() }.into());
        }
        let documents = decode_documents(text).map_err(KustomizeError::Unreadable)?;
        let kustomization = documents.into_iter().next().map(|d| d.value).unwrap_or_default();
        self.check(&kustomization, directory)?;
        if depth == 0 {
            self.sort = kustomization.get("sortOptions").clone();
            self.managed = kustomization.get("buildMetadata").items().iter().any(|what| what.str() == MANAGED_BY);
        }
        Ok(kustomization)
    }

    /// Builds what a directory's kustomization says on top of what is there already (`items` is not empty only for components).
    fn accumulate(&mut self, directory: &str, kustomization: &Value, items: Vec<Item>, depth: usize) -> Result<Vec<Item>, KustomizeError> {
        let mut own = self.resources(directory, kustomization, depth)?;
        own.splice(0..0, items);
        generate::generate(&|path| self.file(directory, path), kustomization, &mut own)?;
        for entry in kustomization.get("components").items() {
            let path = join(directory, entry.str());
            if let Some(error) = self.no_root(entry.str(), &path) {
                return Err(KustomizeError::Component { step: "loader.New", error: Box::new(error) });
            }
            own = self
                .nested(&path, own, true, depth + 1)
                .map_err(|e| e.within(|error| KustomizeError::Component { step: "accumulateDirectory:", error }))?;
        }
        if own.len() > OBJECTS_MAX {
            return Err(NotSimulated::TooMany { most: OBJECTS_MAX, what: "objects" }.into());
        }
        let read = |path: &str| self.file(directory, path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        transform::transform(&read, kustomization, &mut own)?;
        vars::merge(&mut self.vars, kustomization.get("vars").items())?;
        Ok(own)
    }

    /// A directory that another's kustomization names.
    // Models KustTarget.accumulateDirectory.
    fn nested(&mut self, directory: &str, items: Vec<Item>, component: bool, depth: usize) -> Result<Vec<Item>, KustomizeError> {
        let full = self.absolute(directory);
        let kustomization = self.load(directory, depth).map_err(|e| e.at("couldn't make target for path", &full))?;
        match (component, kustomization.kind()) {
            (true, kind) if kind != "Component" => {
                let kind = if kind.is_empty() { "Kustomization" } else { kind };
                return Err(KustomizeError::NoComponent { path: full, kind: kind.to_owned() });
            }
            (false, "Component") => return Err(KustomizeError::ComponentAsResource(full)),
            _ => {}
        }
        self.roots.push(full.clone());
        let built = self.accumulate(directory, &kustomization, items, depth);
        self.roots.pop();
        built.map_err(|e| e.at("recursed accumulation of path", &full))
    }

    /// Why what is named is no directory to build at, if it is none.
    // Models fileLoader.New.
    fn no_root(&self, entry: &str, path: &str) -> Option<KustomizeError> {
        if entry.is_empty() {
            return Some(KustomizeError::EmptyRoot);
        }
        if entry.starts_with('/') {
            return Some(KustomizeError::AbsoluteRoot(entry.to_owned()));
        }
        let full = self.absolute(path);
        match self.read(path) {
            Err(FileError::IsADirectory) => {
                let root = self.roots.iter().rev().find(|root| within(root, &full))?;
                Some(KustomizeError::Cycle { visited: root.clone(), candidate: full })
            }
            Ok(_) => Some(KustomizeError::FileToBuild(full)),
            Err(_) => Some(KustomizeError::NothingToBuild { path: self.first_that_is_no_directory(&full)?, named: full }),
        }
    }

    fn check(&mut self, kustomization: &Value, directory: &str) -> Result<(), KustomizeError> {
        let untold = kustomization.get("buildMetadata").items().iter().find(|what| what.str() != MANAGED_BY);
        if let Some(what) = untold {
            return Err(NotSimulated::Member(what.str().to_owned()).into());
        }
        if let Some((key, _)) = kustomization.entries().find(|(k, v)| REFUSED.contains(&k.as_str()) && !v.is_empty()) {
            return Err(NotSimulated::Member(key.to_string()).into());
        }
        shape::check(kustomization)?;
        for (old, new) in DEPRECATED.iter().filter(|(old, _)| !kustomization.get(old).is_null()) {
            let trial = if *old == "vars" { "[EXPERIMENTAL] " } else { "" };
            self.warnings.push(format!(
                "# Warning: '{old}' is deprecated. Please use '{new}' instead. {trial}Run 'kustomize edit fix' to update your Kustomization automatically."
            ));
        }
        let sort = kustomization.get("sortOptions");
        if !sort.is_null() && !matches!(sort.get("order").str(), "fifo" | "legacy") {
            return Err(KustomizeError::SortOrder);
        }
        // Models types.Kustomization.EnforceFields and CheckEmpty.
        let (version, kind) = (kustomization.api_version(), kustomization.kind());
        let wanted = if kind == "Component" { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
        let mut wrong = Vec::new();
        if !matches!(kind, "" | "Kustomization" | "Component") {
            wrong.push("kind should be Kustomization or Component".to_owned());
        }
        if !version.is_empty() && version != wanted {
            wrong.push(format!("apiVersion for {} should be {wanted}", if kind.is_empty() { "Kustomization" } else { kind }));
        }
        if !wrong.is_empty() {
            return Err(KustomizeError::WrongType { directory: self.absolute(directory), wrong });
        }
        if kustomization.entries().all(|(key, value)| matches!(key.as_str(), "apiVersion" | "kind") || value.is_null()) {
            return Err(KustomizeError::Empty);
        }
        Ok(())
    }

    // Models KustTarget.accumulateResources: what is no file to read objects from is tried as a directory to build.
    fn resources(&mut self, directory: &str, kustomization: &Value, depth: usize) -> Result<Vec<Item>, KustomizeError> {
        let mut items = Gathered::default();
        for entry in kustomization.get("resources").items().iter().chain(kustomization.get("bases").items()) {
            let path = join(directory, entry.str());
            let (entry, full) = (entry.str(), self.absolute(&path));
            if is_repository(entry) {
                return Err(NotSimulated::Repository(entry.to_owned()).into());
            }
            if !is_url(entry) && matches!(self.read(&path), Err(FileError::IsADirectory)) {
                let found = match self.no_root(entry, &path) {
                    Some(error) => Err(error),
                    None => self.nested(&path, Vec::new(), false, depth + 1),
                };
                let built = found.and_then(|found| items.append(found).map_err(|e| e.at("recursed merging from path", &full)));
                built.map_err(|error| {
                    error.within(|error| KustomizeError::Resource {
                        as_file: Box::new(KustomizeError::NoFile(full).at(FROM, entry)),
                        as_directory: Some(error),
                    })
                })?;
                continue;
            }
            let failed = |doing: &'static str, error: KustomizeError| KustomizeError::Resource {
                as_file: Box::new(error.at(doing, entry)),
                as_directory: self.no_root(entry, &path).map(Box::new),
            };
            let bytes = self.file(directory, entry).map_err(|e| failed(FROM, e))?;
            let documents = decode_documents_with(&String::from_utf8_lossy(&bytes), Words::AreText)
                .map_err(|error| KustomizeError::Malformed { file: entry.to_owned(), error })?;
            let found = documents.into_iter().map(|d| d.value).filter(|v| !v.is_null()).flat_map(flatten);
            let mut own = Gathered::default();
            for object in found {
                valid(object).and_then(|object| own.append(vec![Item::new(object)])).map_err(|e| failed(FROM, e))?;
            }
            items.append(own.items).map_err(|e| failed("merging resources from", e))?;
        }
        Ok(items.items)
    }
}

/// Items of which each is there once.
#[derive(Default)]
struct Gathered {
    items: Vec<Item>,
    ids: SortedSet<String>,
}

impl Gathered {
    /// Adds items of which none may have been there.
    fn append(&mut self, added: Vec<Item>) -> Result<(), KustomizeError> {
        for item in added {
            let id = id(&item.object, item.object.name());
            if !self.ids.insert(id.clone()) {
                return Err(KustomizeError::Registered(id));
            }
            self.items.push(item);
        }
        Ok(())
    }
}

/// An object that has a kind and a name.
// Models RNode.GetValidatedMetadata.
fn valid(object: Value) -> Result<Value, KustomizeError> {
    let what = match (object.kind(), object.name()) {
        ("", _) => "kind",
        (kind, "") if !kind.ends_with("List") => "metadata.name",
        _ => return Ok(object),
    };
    let shown = |map: &Value| {
        let mut pairs: Vec<String> = map.entries().map(|(key, value)| format!("{key}:{}", value.str())).list();
        pairs.order();
        format!("map[{}]", pairs.join(" "))
    };
    let metadata = object.get("metadata");
    let object = format!(
        "{{{{{} {}}} {{{{{} {}}} {} {}}}}}",
        object.api_version(),
        object.kind(),
        object.name(),
        object.namespace(),
        shown(metadata.get("labels")),
        shown(metadata.get("annotations"))
    );
    Err(KustomizeError::Nameless { what, object })
}

/// Whether an absolute path is a directory or lies in or below it.
fn within(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| directory == "/" || rest.is_empty() || rest.starts_with('/'))
}

/// Whether a resource names a repository rather than a file or a directory.
fn is_repository(entry: &str) -> bool {
    ["github.com/", "git@", "git::", "ssh://", "oci://"].iter().any(|start| entry.starts_with(start)) || entry.contains("?ref=")
}

/// The items of a list one by one.
fn flatten(object: Value) -> Vec<Value> {
    if object.kind().ends_with("List") && matches!(object.get("items"), Value::List(_)) {
        object.get("items").items().to_vec()
    } else {
        vec![object]
    }
}

impl Item {
    fn new(mut object: Value) -> Item {
        // Annotations that are no text become one, lists and maps an empty one.
        for (key, value) in object.at(&["metadata", "annotations"]).clone().entries() {
            match value {
                Value::Str(_) => {}
                Value::List(_) | Value::Map(_) => object.set(&["metadata", "annotations", key], ""),
                _ => object.set(&["metadata", "annotations", key], value.to_json()),
            }
        }
        let (names, namespace) = (vec![object.name().to_owned()], object.namespace().to_owned());
        Item { object, names, affixes: <_>::default(), namespace, hashed: false }
    }

    /// Whether its name or its namespace was changed, if only to what it is.
    fn is_changed(&self) -> bool {
        self.names.len() > 1
    }

    /// Whether it is or was called so.
    fn is_named(&self, name: &str) -> bool {
        self.object.name() == name || self.names.iter().any(|n| n == name)
    }

    fn rename(&mut self, name: String) {
        self.names.push(self.object.name().to_owned());
        self.object.set(&["metadata", "name"], name);
    }
}

#[cfg(test)]
mod tests;

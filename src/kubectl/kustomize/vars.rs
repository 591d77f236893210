//! What a kustomization calls by a name (`vars`): the value of an object's field, which stands for `$(NAME)` in fields of others.

use thiserror::Error;

use super::Item;
use super::replacements::{each, split, text};
use crate::api::{Object, Value, split_api_version};
use crate::base::{List as _, Order as _};

/// Where names are looked for: kinds, and the places of their objects.
// Models kustomize's varReference.
const PLACES: [(&str, &str); 6] = [
    ("Pod", "spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("DaemonSet Deployment Job ReplicaSet StatefulSet", "spec/template/spec"),
    ("Ingress", "spec/rules/host spec/tls/hosts spec/tls/secretName"),
    ("Service", "spec/ports/port spec/ports/targetPort"),
    ("PersistentVolume", "spec/nfs/server"),
];
/// How many of them are places of pod specs, and where names are looked for in one.
const OF_PODS: usize = 3;
const IN_POD: &str = "containers/args containers/command containers/env/value containers/volumeMounts/mountPath \
                      initContainers/args initContainers/command initContainers/env/value initContainers/volumeMounts/mountPath \
                      volumes/nfs/server";

/// Why a name stands for nothing; variables are told as Go prints them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VarError {
    /// There is one of this name.
    #[error("merging vars [{all}]: var '{name}' already encountered")]
    Twice {
        /// Those that were to be added.
        all: String,
        /// The name.
        name: String,
    },
    /// No object is the one it is of.
    #[error("var '{0}' cannot be mapped to a field in the set of known resources")]
    NoObject(String),
    /// The object does not have the field.
    #[error("field specified in var '{0}' not found in corresponding resource")]
    NoField(String),
    /// Several objects are the one it is of.
    #[error("found {count} resId matches for var {var} (unable to disambiguate)")]
    ManyObjects {
        /// How many.
        count: usize,
        /// The variable.
        var: String,
    },
}

/// Joins what two kustomizations call by names, none of which may be there twice.
// Models VarSet.MergeSlice.
pub(super) fn merge(all: &mut Vec<Value>, more: &[Value]) -> Result<(), VarError> {
    for var in more {
        if all.iter().any(|known| known.get("name") == var.get("name")) {
            let shown: Vec<String> = more.iter().map(|var| shown(var, field(var))).list();
            return Err(VarError::Twice { all: shown.join(" "), name: var.get("name").str().to_owned() });
        }
        all.push(var.clone());
    }
    all.order_by_key(|var| var.get("name").str().to_owned());
    Ok(())
}

/// Puts the values in the places of their names; returns the names that nobody used.
// Models ResAccumulator.ResolveVars.
pub(super) fn resolve(vars: &[Value], items: &mut [Item]) -> Result<Vec<String>, VarError> {
    let mut values: Vec<(&str, Value, bool)> = Vec::new();
    for var in vars {
        values.push((var.get("name").str(), value_of(var, items)?, false));
    }
    let mut replace = |value: &mut Value| {
        if let Value::Str(old) = &*value {
            *value = expanded(old, &mut values);
        }
    };
    for item in items.iter_mut().filter(|_| !vars.is_empty()) {
        let kind = item.object.kind().to_owned();
        let mut places = vec!["metadata/labels".to_owned(), "metadata/annotations".to_owned()];
        if kind == "Deployment" {
            places.push("spec/template/metadata/annotations".to_owned());
        }
        for (at, (_, own)) in PLACES.iter().enumerate().filter(|(_, (kinds, _))| kinds.split(' ').any(|k| k == kind)) {
            let (before, after) = if at < OF_PODS { ([own, "/"].concat(), IN_POD) } else { (String::new(), *own) };
            places.extend(after.split_whitespace().map(|place| [&before, place].concat()));
        }
        for place in places {
            visit(&mut item.object, &place.split('/').list(), &mut replace);
        }
    }
    Ok(values.into_iter().filter(|(.., used)| !used).map(|(name, ..)| name.to_owned()).list())
}

/// The texts at a place, in every item of the lists on the way.
fn visit(value: &mut Value, steps: &[&str], act: &mut dyn FnMut(&mut Value)) {
    match (&*value, steps) {
        (Value::List(_), _) => value.list_mut().iter_mut().for_each(|item| visit(item, steps, act)),
        (Value::Map(_), []) => value.map_mut().iter_mut().for_each(|(_, text)| act(text)),
        (Value::Map(map), [step, rest @ ..]) if map.contains_key(step) => visit(value.get_mut(step), rest, act),
        (_, []) => act(value),
        _ => {}
    }
}

/// Which field of its object a name stands for.
fn field(var: &Value) -> &str {
    let of = |member| var.get("fieldref").get(member).str();
    [of("fieldPath"), of("fieldpath")].into_iter().find(|path| !path.is_empty()).unwrap_or_default()
}

/// As Go prints one.
fn shown(var: &Value, field: &str) -> String {
    let (of, (group, version)) = (var.get("objref"), group_version(var));
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    let (group, version) = (or(group, "[noGrp]"), or(version, "[noVer]"));
    format!("{{{} {}.{version}.{group} {{{field}}}}}", var.get("name").str(), of.get("kind").str())
}

fn group_version(var: &Value) -> (&str, &str) {
    let of = var.get("objref");
    match of.api_version() {
        "" => (of.get("group").str(), of.get("version").str()),
        version => split_api_version(version),
    }
}

fn value_of(var: &Value, items: &[Item]) -> Result<Value, VarError> {
    let (of, (group, version)) = (var.get("objref"), group_version(var));
    let path = Some(field(var)).filter(|path| !path.is_empty()).unwrap_or("metadata.name");
    let is_it = |item: &&Item| {
        let object = &item.object;
        let namespace = of.get("namespace").str();
        let found = split_api_version(object.api_version());
        (object.kind(), found.0) == (of.get("kind").str(), group)
            && (version.is_empty() || version == found.1)
            && item.is_named(of.get("name").str())
            && (namespace.is_empty() || [item.namespace.as_str(), object.namespace()].contains(&namespace))
    };
    let mut found = items.iter().filter(is_it);
    match (found.next(), found.count()) {
        (None, _) => Err(VarError::NoObject(shown(var, path))),
        (Some(item), 0) => {
            let mut value = None;
            let steps = split(&path.replace('[', ".").replace(']', ""));
            each(&mut item.object.clone(), &steps, false, &mut |field| value = Some(field.clone()));
            value.ok_or_else(|| VarError::NoField(shown(var, path)))
        }
        (_, more) => Err(VarError::ManyObjects { count: more + 1, var: shown(var, path) }),
    }
}

/// A text with values for the names in it; where a name is all there is, the value as it is. `$$` is a dollar.
// Models refvar.DoReplacements.
fn expanded(input: &str, values: &mut [(&str, Value, bool)]) -> Value {
    let (mut out, mut rest) = (String::new(), input);
    while let Some((before, after)) = rest.split_once('$') {
        out += before;
        rest = after;
        if let Some(tail) = after.strip_prefix('$') {
            (out, rest) = (out + "$", tail);
            continue;
        }
        let Some((name, tail)) = after.strip_prefix('(').and_then(|name| name.split_once(')')) else {
            out.push('$');
            continue;
        };
        rest = tail;
        match values.iter_mut().find(|(known, value, _)| *known == name && !matches!(value, Value::Map(_) | Value::List(_))) {
            Some((_, value, used)) => {
                *used = true;
                if name.len() + 3 == input.len() {
                    return value.clone();
                }
                out += &text(value);
            }
            None => out += &["$(", name, ")"].concat(),
        }
    }
    (out + rest).into()
}

//! ConfigMaps and Secrets that are made of literals and files.

use thiserror::Error;

use super::{Item, KustomizeError, or_default};
use crate::api::{Object, Value};
use crate::base::{List as _, base64};
use crate::obj;

/// Why a generator makes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GeneratorError {
    /// It has no name.
    #[error("a configmap must have a name")]
    Nameless,
    /// What it makes goes nowhere. Kustomize names an address in its memory too, which says nothing.
    #[error(
        "merging from generator &{{0x0 <nil>}}: id resid.ResId{{Gvk:resid.Gvk{{Group:\"\", Version:\"v1\", Kind:{kind:?}, isClusterScoped:false}}, Name:{name:?}, Namespace:\"\"}} {why}"
    )]
    Unmerged {
        /// What it makes.
        kind: &'static str,
        /// What that is called.
        name: String,
        /// What is in the way.
        why: &'static str,
    },
    /// A key comes twice.
    #[error("configmap {name} illegally repeats the key `{key}`")]
    Repeated {
        /// Whose key.
        name: String,
        /// The key.
        key: String,
    },
    /// A literal that is no pair.
    #[error("invalid literal source {0}, expected key=value")]
    Literal(String),
}

type Read<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, KustomizeError>;

/// Adds what the generators of a kustomization make, or merges it with what a base made.
pub(super) fn generate(read: Read<'_>, kustomization: &Value, items: &mut Vec<Item>) -> Result<(), KustomizeError> {
    for (member, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for generator in kustomization.get(member).items() {
            let name = generator.get("name").str();
            if name.is_empty() {
                return Err(GeneratorError::Nameless.into());
            }
            let made = one(read, kind, generator, kustomization.get("generatorOptions"))?;
            let namespace = or_default(generator.get("namespace").str());
            let is_there = |i: &&mut Item| [i.namespace.as_str(), i.object.namespace()].iter().any(|own| or_default(own) == namespace);
            let there = items.iter_mut().filter(is_there).find(|i| i.object.kind() == kind && i.is_named(name));
            let off = |options: &Value| options.get("disableNameSuffixHash").is_true();
            let hashed = !off(generator.get("options")) && !off(kustomization.get("generatorOptions"));
            let unmerged = |why: &'static str| Err(GeneratorError::Unmerged { kind, name: name.to_owned(), why }.into());
            match (generator.get("behavior").str(), there) {
                ("merge" | "replace", None) => return unmerged("does not exist; cannot merge or replace"),
                (behavior @ ("merge" | "replace"), Some(item)) => {
                    item.object = merged(made, &item.object, behavior == "merge");
                    // What no generator made keeps its name.
                    item.hashed &= hashed;
                }
                (_, Some(_)) => return unmerged("exists; can not use behavior: 'unspecified', behavior must be merge or replace"),
                (_, None) => {
                    let mut item = Item::new(made);
                    item.hashed = hashed;
                    items.push(item);
                }
            }
        }
    }
    Ok(())
}

/// What a generator made, by the name of what is there and with its labels, and with its data where that is merged.
// Models Resource.CopyMergeMetaDataFieldsFrom and MergeDataMapFrom.
fn merged(mut made: Value, old: &Value, with_data: bool) -> Value {
    for member in ["name", "namespace"] {
        if let Some(text) = old.at(&["metadata", member]).as_str() {
            made.set(&["metadata", member], text);
        }
    }
    let metadata: [&[&str]; 2] = [&["metadata", "labels"], &["metadata", "annotations"]];
    let data: [&[&str]; 2] = [&["data"], &["binaryData"]];
    for place in metadata.into_iter().chain(data.into_iter().filter(|_| with_data)) {
        let mut both = old.at(place).clone();
        for (key, value) in made.at(place).entries() {
            both.set(&[key], value.clone());
        }
        if !both.is_null() {
            made.set(place, both);
        }
    }
    made
}

/// Base64 in lines, as kustomize writes what does not fit into one.
// Models encodeBase64.
fn in_lines(bytes: &[u8]) -> String {
    const WIDTH: usize = 70;
    let text = base64::encode(bytes);
    if text.len() < WIDTH {
        return text;
    }
    let mut lines = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(WIDTH));
        lines += line;
        lines += "\n";
        rest = more;
    }
    lines
}

fn one(read: Read<'_>, kind: &str, generator: &Value, options: &Value) -> Result<Value, KustomizeError> {
    let name = generator.get("name").str();
    let mut object = obj!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    if kind == "Secret" {
        let given = generator.get("type").str();
        object.set(&["type"], if given.is_empty() { "Opaque" } else { given });
    }
    if !generator.get("namespace").is_empty() {
        object.set(&["metadata", "namespace"], generator.get("namespace").clone());
    }
    for options in [options, generator.get("options")] {
        for member in ["labels", "annotations"] {
            for (key, value) in options.get(member).entries() {
                object.set(&["metadata", member, key], value.clone());
            }
        }
        if options.get("immutable").is_true() {
            object.set(&["immutable"], true);
        }
    }
    // Models kv.loader.Load.
    let from = |what: &'static str, sources: &[&Value], error: KustomizeError| {
        let sources: Vec<&str> = sources.iter().map(|s| s.str()).list();
        KustomizeError::Pairs { what, sources: sources.join(" "), error: Box::new(error) }
    };
    let mut put = |key: &str, bytes: &[u8]| -> Result<(), GeneratorError> {
        let text = std::str::from_utf8(bytes);
        let (part, value) = match text {
            _ if kind == "Secret" => ("data", in_lines(bytes)),
            Ok(text) => ("data", text.to_owned()),
            Err(_) => ("binaryData", in_lines(bytes)),
        };
        if !object.at(&[part, key]).is_null() {
            return Err(GeneratorError::Repeated { name: name.to_owned(), key: key.to_owned() });
        }
        object.set(&[part, key], value);
        Ok(())
    };
    let envs: Vec<&Value> = generator.get("envs").items().iter().chain([generator.get("env")]).filter(|e| !e.is_empty()).list();
    for env in &envs {
        let bytes = read(env.str()).map_err(|e| from("env source files:", &envs, e))?;
        let text = String::from_utf8_lossy(&bytes);
        for line in text.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            put(key, value.as_bytes())?;
        }
    }
    let files: Vec<&Value> = generator.get("files").items().iter().list();
    for file in &files {
        let (key, path) = file.str().split_once('=').unwrap_or((file.str().rsplit('/').next().unwrap_or(""), file.str()));
        put(key, &read(path).map_err(|e| from("file sources:", &files, e))?)?;
    }
    let literals: Vec<&Value> = generator.get("literals").items().iter().list();
    for literal in &literals {
        let Some((key, value)) = literal.str().split_once('=') else {
            return Err(from("literal sources", &literals, GeneratorError::Literal(literal.str().to_owned()).into()));
        };
        let quoted = |q: char| value.len() > 1 && value.starts_with(q) && value.ends_with(q);
        let value = if quoted('"') || quoted('\'') { &value[1..value.len() - 1] } else { value };
        put(key, value.as_bytes())?;
    }
    Ok(object)
}

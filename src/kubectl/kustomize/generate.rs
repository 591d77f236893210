//! ConfigMaps and Secrets that are made of literals and files.

use super::{Item, clean, join};
use crate::api::{Object, Value};
use crate::base::base64;
use crate::kubectl::host::FileError;
use crate::obj;

type Read<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, FileError>;
type Shown<'a> = &'a dyn Fn(&str) -> String;

/// Adds what the generators of a kustomization make, or merges it with what a base made.
pub(super) fn generate(
    read: Read<'_>,
    shown: Shown<'_>,
    directory: &str,
    kustomization: &Value,
    items: &mut Vec<Item>,
) -> Result<(), String> {
    for (member, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for generator in kustomization.get(member).items() {
            let made = one(read, shown, directory, kind, generator, kustomization.get("generatorOptions"))?;
            let name = generator.get("name").str();
            let there = items.iter_mut().find(|i| i.object.kind() == kind && i.is_named(name));
            match (generator.get("behavior").str(), there) {
                ("merge" | "replace", None) => {
                    return Err(format!(
                        "merging from generator &{{0x0 {{  }} {{map[] map[] false}}}}: id resid.ResId{{Gvk:resid.Gvk{{Group:\"\", Version:\"v1\", Kind:{kind:?}, isClusterScoped:false}}, Name:{name:?}, Namespace:\"\"}} does not exist; cannot merge or replace"
                    ));
                }
                (behavior @ ("merge" | "replace"), Some(item)) => {
                    for part in ["data", "binaryData"] {
                        if behavior == "replace" {
                            item.object.remove(&[part]);
                        }
                        for (key, value) in made.get(part).entries() {
                            item.object.set(&[part, key], value.clone());
                        }
                    }
                }
                (_, Some(_)) => {
                    return Err(format!("may not add resource with an already registered id: {}", super::id(&made, name)));
                }
                (_, None) => {
                    let mut item = Item::new(made);
                    let off = |options: &Value| options.get("disableNameSuffixHash").is_true();
                    item.hashed = !off(generator.get("options")) && !off(kustomization.get("generatorOptions"));
                    items.push(item);
                }
            }
        }
    }
    Ok(())
}

fn one(read: Read<'_>, shown: Shown<'_>, directory: &str, kind: &str, generator: &Value, options: &Value) -> Result<Value, String> {
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
    let content = |path: &str| {
        let path = join(directory, path);
        read(&path).map_err(|_| {
            let path = shown(&path);
            format!(
                "loading KV pairs: file sources: [{0}]: evalsymlink failure on '{path}' : lstat {path}: no such file or directory",
                clean(&path).rsplit('/').next().unwrap_or("")
            )
        })
    };
    let mut put = |key: &str, bytes: &[u8]| -> Result<(), String> {
        let text = std::str::from_utf8(bytes);
        let (part, value) = match text {
            _ if kind == "Secret" => ("data", base64::encode(bytes)),
            Ok(text) => ("data", text.to_owned()),
            Err(_) => ("binaryData", base64::encode(bytes)),
        };
        if !object.at(&[part, key]).is_null() {
            return Err(format!("configmap {name} illegally repeats the key `{key}`"));
        }
        object.set(&[part, key], value);
        Ok(())
    };
    let envs = generator.get("envs").items().iter().chain([generator.get("env")]).filter(|e| !e.is_empty());
    for env in envs {
        let bytes = content(env.str())?;
        let text = String::from_utf8_lossy(&bytes);
        for line in text.lines().map(str::trim_start).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            put(key, value.as_bytes())?;
        }
    }
    for file in generator.get("files").items() {
        let (key, path) = file.str().split_once('=').unwrap_or((file.str().rsplit('/').next().unwrap_or(""), file.str()));
        put(key, &content(path)?)?;
    }
    for literal in generator.get("literals").items() {
        let Some((key, value)) = literal.str().split_once('=') else {
            return Err(format!("loading KV pairs: literal sources: [{0}]: invalid literal source {0}, expected key=value", literal.str()));
        };
        let quoted = |q: char| value.len() > 1 && value.starts_with(q) && value.ends_with(q);
        let value = if quoted('"') || quoted('\'') { &value[1..value.len() - 1] } else { value };
        put(key, value.as_bytes())?;
    }
    Ok(object)
}

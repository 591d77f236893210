//! Values that a kustomization copies from one object's field into others' (`replacements`).

use thiserror::Error;

use super::transform::selects;
use super::{Item, KustomizeError};
use crate::api::Value;
use crate::base::List as _;

/// Why a value is not copied; selectors are told as kustomize calls what they select.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReplacementError {
    /// It copies nothing, or to nowhere.
    #[error("replacements must specify a source and at least one target")]
    Incomplete,
    /// It copies a field and says a value.
    #[error("value and resource selectors are mutually exclusive")]
    TwoSources,
    /// A target that selects nothing.
    #[error("target must specify resources to select")]
    NoTarget,
    /// Not one object is the source.
    #[error("{problem} {source_of}")]
    NotOne {
        /// Whether there is none, or several.
        problem: &'static str,
        /// What the source selects, and the field.
        source_of: String,
    },
    /// The source does not have the field.
    #[error("fieldPath `{path}` is missing for replacement source {selector}")]
    NoField {
        /// The field.
        path: String,
        /// What the source selects.
        selector: String,
    },
    /// The value has fewer parts.
    #[error("options.index {index} is out of bounds for value {value}")]
    NoPart {
        /// Which part it was to be.
        index: i64,
        /// The value.
        value: String,
    },
    /// A target does not have the field.
    #[error("unable to {doing} field {path:?} in replacement target")]
    NoTargetField {
        /// Whether it would have been made.
        doing: &'static str,
        /// The field.
        path: String,
    },
}

/// Copies the value that a replacement names to where it is to go.
// Models kustomize's api/filters/replacement.
pub(super) fn replace(replacement: &Value, items: &mut [Item]) -> Result<(), KustomizeError> {
    let (source, said, targets) = (replacement.get("source"), replacement.get("sourceValue"), replacement.get("targets"));
    if source.is_null() && said.is_null() || targets.is_null() {
        return Err(ReplacementError::Incomplete.into());
    }
    let value = match (source, said) {
        (source, Value::Null) => value_of(source, items)?,
        (Value::Null, said) => said.clone(),
        _ => return Err(ReplacementError::TwoSources.into()),
    };
    put_all(&value, targets.items(), items)
}

/// The value at a place of the one object that a source selects.
fn value_of(source: &Value, items: &[Item]) -> Result<Value, KustomizeError> {
    let mut found = Vec::new();
    for item in items.iter() {
        if selects(source, item)? {
            found.push(&item.object);
        }
    }
    let [object] = found[..] else {
        let problem = if found.is_empty() { "nothing selected by" } else { "multiple matches for selector" };
        let path = source.get("fieldPath").as_str().map(|path| format!(":{path}")).unwrap_or_default();
        return Err(ReplacementError::NotOne { problem, source_of: selector(source) + &path }.into());
    };
    let path = source.get("fieldPath").as_str().unwrap_or("metadata.name");
    let mut value = Value::Null;
    each(&mut object.clone(), &split(path), false, &mut |found| value = found.clone());
    if value.is_null() {
        return Err(ReplacementError::NoField { path: path.to_owned(), selector: selector(source) }.into());
    }
    if let Some(delimiter) = delimiter(source.get("options")) {
        let index = source.at(&["options", "index"]).int();
        let (whole, n) = (text(&value), usize::try_from(index).ok());
        let Some(part) = n.and_then(|n| whole.split(delimiter).nth(n)) else {
            return Err(ReplacementError::NoPart { index, value: whole }.into());
        };
        value = part.into();
    }
    Ok(value)
}

/// Puts a value where the targets say.
fn put_all(value: &Value, targets: &[Value], items: &mut [Item]) -> Result<(), KustomizeError> {
    for target in targets {
        if target.get("select").is_null() {
            return Err(ReplacementError::NoTarget.into());
        }
        let options = target.get("options");
        for item in items.iter_mut() {
            let mut chosen = selects(target.get("select"), item)?;
            for reject in target.get("reject").items() {
                chosen &= !selects(reject, item)?;
            }
            if !chosen {
                continue;
            }
            let mut paths: Vec<&str> = target.get("fieldPaths").items().iter().map(Value::str).list();
            if paths.is_empty() {
                paths.push("metadata.name");
            }
            for path in paths {
                let create = options.get("create").is_true();
                if !each(&mut item.object, &split(path), create, &mut |field| put(field, value, options)) {
                    let doing = if create { "find or create" } else { "find" };
                    return Err(ReplacementError::NoTargetField { doing, path: path.to_owned() }.into());
                }
            }
        }
    }
    Ok(())
}

/// How kustomize calls what a selector selects.
fn selector(select: &Value) -> String {
    let part = |member: &str, none: &str| select.get(member).as_str().unwrap_or(none).to_owned();
    let (version, group) = (part("version", "[noVer]"), part("group", "[noGrp]"));
    format!("{}.{version}.{group}/{}.{}", part("kind", "[noKind]"), part("name", "[noName]"), part("namespace", "[noNs]"))
}

/// A path's steps: dots part them, but not behind a backslash or within brackets.
// Models kustomize's SmarterPathSplitter.
pub(super) fn split(path: &str) -> Vec<String> {
    let (mut steps, mut within, mut escaped) = (vec![String::new()], false, false);
    for c in path.chars() {
        match c {
            '\\' if !within && !escaped => {
                escaped = true;
                continue;
            }
            '.' if !within && !escaped => {
                steps.push(String::new());
                continue;
            }
            '[' => within = true,
            ']' => within = false,
            _ => {}
        }
        escaped = false;
        if let Some(last) = steps.last_mut() {
            last.push(c);
        }
    }
    steps
}

/// Does something with each field at a path, and says whether there was one.
pub(super) fn each(value: &mut Value, steps: &[String], create: bool, act: &mut dyn FnMut(&mut Value)) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        act(value);
        return true;
    };
    if let Value::List(_) = value {
        let wanted = step.strip_prefix('[').and_then(|s| s.strip_suffix(']')?.split_once('='));
        let is_it = |(i, one): (usize, &Value)| match wanted {
            Some((key, is)) => text(one.get(key)) == is,
            None => step == "*" || step.parse() == Ok(i),
        };
        let places: Vec<usize> = value.items().iter().enumerate().filter(|one| is_it(*one)).map(|one| one.0).list();
        let list = value.list_mut();
        return places.into_iter().fold(false, |any, place| each(&mut list[place], rest, create, act) | any);
    }
    match value.get(step) {
        _ if !matches!(value, Value::Map(_) | Value::Null) => false,
        Value::Null if !create => false,
        _ => each(value.get_mut(step), rest, create, act),
    }
}

/// What parts a text; nothing where it is taken as a whole.
fn delimiter(options: &Value) -> Option<&str> {
    options.get("delimiter").as_str().filter(|d| !d.is_empty())
}

/// A value as a part of a text.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_owned)
}

/// Puts a value into a field: as a whole, or in place of a part of its text. A field's own type stays.
fn put(field: &mut Value, value: &Value, options: &Value) {
    let mut value = value.clone();
    if let Some(delimiter) = delimiter(options) {
        let (old, new) = (text(field), text(&value));
        let mut parts: Vec<&str> = old.split(delimiter).list();
        match usize::try_from(options.get("index").int()) {
            Err(_) => parts.insert(0, &new),
            Ok(n) => match parts.get_mut(n) {
                Some(part) => *part = &new,
                None => parts.push(&new),
            },
        }
        value = parts.join(delimiter).into();
    }
    *field = match (&*field, &value) {
        (Value::Str(_), Value::Int(_) | Value::Float(_) | Value::Bool(_)) => text(&value).into(),
        (Value::Int(_) | Value::Float(_) | Value::Bool(_), Value::Str(s)) => Value::from_json(s).unwrap_or(value),
        _ => value,
    };
}

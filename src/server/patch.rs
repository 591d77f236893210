//! PATCH of an object or a subresource; each format is in its own file.

mod json;
mod merge;
mod strategic;

use thiserror::Error;

use super::ApiServer;
use super::options::{Caller, FieldValidation, Patch, Subresource, WriteOptions};
use super::request_body::{demand_own_kind, no_conversion, not_registered};
use super::request_path::demand_name;
use super::strategy::demand_verb;
use super::write::{MadeOf, OTHER_NAMESPACE, Write};
use crate::api::decode::{self, DecodeError, StrictError, from_patched, json_kind, served_version, strict_text, wrong_type};
use crate::api::empties::put_back;
use crate::api::schema::schema;
use crate::api::{Cause, Kind, KindRef, Object, SCALE, Status, Value, join_api_version, json_order, split_api_version};

pub use json::{JsonPatchError, json_patch, json_patch_by_client};
pub use merge::{merge_patch, three_way_merge_patch};
pub use strategic::{strategic_merge_patch, three_way_strategic_patch};

/// The message for a patch in a format that custom kinds do not support.
pub(super) const NOT_OF_CUSTOM_KINDS: &str = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

impl ApiServer {
    /// PATCH of an object or a subresource, on the newest version.
    #[expect(clippy::too_many_arguments, reason = "the parts of a request")]
    pub fn patch(
        &mut self,
        by: &Caller,
        kind: KindRef,
        namespace: &str,
        name: &str,
        patch: &Patch,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        demand_verb(kind, "patch")?;
        let version = if options.version.is_empty() { kind.version } else { &options.version };
        let current = self.get_at(kind, version, namespace, name)?;
        if sub == Subresource::Scale {
            let of = if kind.custom.is_some() { kind } else { &SCALE };
            let current = self.owned_scale(kind, namespace, name)?;
            let mut scale = apply(of, &current, patch)?;
            match patch {
                Patch::Strategic(changes) => scale = self.read_patched(of, &scale, changes, options)?,
                Patch::Json(_) | Patch::Merge(_) => demand_kind(&SCALE, &current, &scale, options)?,
            }
            demand_same_name(kind, &scale, namespace, name)?;
            return self.update_scale(by, kind, namespace, &scale, options);
        }
        let mut next = apply(kind, &current, patch)?;
        if !by.is_component() {
            match patch {
                Patch::Strategic(changes) => next = self.read_patched(kind, &next, changes, options)?,
                Patch::Json(_) | Patch::Merge(_) => demand_kind(kind, &current, &next, options)?,
            }
        }
        demand_same_name(kind, &next, namespace, name)?;
        if kind.namespaced {
            next.set(&["metadata", "namespace"], namespace);
        }
        self.change(&Write { by, kind, sub, made_of: MadeOf::Newest, options }, next)
    }

    /// Decodes the result of a strategic patch; errors in it are the patch's fault.
    fn read_patched(&mut self, kind: KindRef, patched: &Value, changes: &Value, options: &WriteOptions) -> Result<Value, Status> {
        let (object, strict) = from_patched(kind, patched).map_err(|wrong| invalid(changes, &wrong.message))?;
        let object = put_back(kind, patched, &object).unwrap_or(object);
        match options.field_validation {
            FieldValidation::Strict if !strict.is_empty() => Err(invalid(changes, &strict_text(&strict))),
            FieldValidation::Warn => {
                self.warnings.extend(strict.into_iter().map(|e| e.message));
                Ok(object)
            }
            _ => Ok(object),
        }
    }
}

/// Refuses a patch that changes an object's name or namespace.
fn demand_same_name(kind: KindRef, patched: &Value, namespace: &str, name: &str) -> Result<(), Status> {
    let own = patched.namespace();
    if kind.namespaced && !own.is_empty() && own != namespace {
        return Err(Status::bad_request(OTHER_NAMESPACE));
    }
    demand_name(patched, name)
}

/// Applies a patch to `current`.
fn apply(kind: KindRef, current: &Value, patch: &Patch) -> Result<Value, Status> {
    match patch {
        Patch::Json(operations) => json_patch(current, operations),
        Patch::Merge(changes) if !matches!(changes, Value::Map(_) | Value::Null) => {
            Err(Status::bad_request(format!("error decoding patch: {}", cannot_read(changes, OBJECT))))
        }
        Patch::Merge(Value::Null) => Err(Status::bad_request("Invalid JSON Patch")),
        Patch::Merge(changes) => {
            let mut next = current.clone();
            merge_patch(&mut next, changes);
            Ok(next)
        }
        Patch::Strategic(_) if kind.custom.is_some() => Err(Status::unsupported_media_type(NOT_OF_CUSTOM_KINDS)),
        Patch::Strategic(changes) => strategic_merge_patch(kind, current, changes),
    }
}

/// Go's type of a patch that is an object.
const OBJECT: &str = "map[string]interface {}";

/// Go's error for JSON of another type than the one that it is read into.
/// A part of a patch is not of the type that Go reads it into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("json: cannot unmarshal {found} into Go value of type {go_type}")]
pub struct Unreadable {
    /// The type of the JSON: `string`.
    found: &'static str,
    /// `[]handlers.jsonPatchOp`.
    go_type: &'static str,
}

fn cannot_read(value: &Value, go_type: &'static str) -> Unreadable {
    Unreadable { found: json_kind(value), go_type }
}

/// Refuses the result of a JSON or merge patch that is not an object of its kind, or has values of wrong types.
// Models jsonPatcher.applyPatchToCurrentObject, which reads it anew.
fn demand_kind(kind: KindRef, current: &Value, patched: &Value, options: &WriteOptions) -> Result<(), Status> {
    let strictly =
        |strict: &[StrictError]| (options.field_validation == FieldValidation::Strict && !strict.is_empty()).then(|| strict_text(strict));
    if kind.custom.is_some() {
        let why = match decode::read(kind, patched.clone()) {
            Ok((_, strict)) => strictly(&strict),
            Err(DecodeError::WrongType(wrong)) => Some(wrong.message),
            Err(DecodeError::NoMap(_)) => None,
        };
        return match why {
            Some(why) => Err(refused(&json_order::changed(current, patched), &why)),
            None => demand_own_kind(kind, served_version(kind, current), patched),
        };
    }
    let (named, (group, version)) = (patched.kind(), split_api_version(patched.api_version()));
    let same = (named.is_empty() || named == kind.kind)
        && (version.is_empty() || group == kind.group && schema().versions(kind).into_iter().any(|v| v == version));
    let why = match (same, Kind::of_group(group, named)) {
        (true, _) => {
            let wrong = wrong_type(kind, patched).map(|wrong| wrong.message);
            wrong.or_else(|| strictly(&decode::read(kind, patched.clone()).map_or(Vec::new(), |(_, strict)| strict)))
        }
        (false, Some(other)) if schema().versions(other).into_iter().any(|v| v == version) => Some(no_conversion(named, version, kind)),
        (false, _) => Some(not_registered(named, &join_api_version(group, version))),
    };
    why.map_or(Ok(()), |why| Err(refused(&json_order::changed(current, patched), &why)))
}

/// The error for a strategic patch whose result is no object: the patch as Go prints it, and why.
// Models handlers.patcher.applyPatchToObject: the lists that were merged are gone from the patch by then.
fn invalid(changes: &Value, why: &str) -> Status {
    refused(&go_text(changes, false), why)
}

fn refused(text: &str, why: &str) -> Status {
    let message = format!("Invalid value: {text:?}: {why}");
    let mut status = Status::bad_request(format!(" \"\" is invalid: patch: {message}"));
    status.code = 422;
    status.reason = "Invalid";
    status.causes = vec![Cause::new("FieldValueInvalid", "patch", message)];
    status
}

/// Levels that are printed: bodies are not nested deeper.
const DEPTH_MAX: usize = 200;

/// A value as Go's `%v` prints it: all of it, or without the lists that were merged and what tells how.
fn go_text(value: &Value, whole: bool) -> String {
    let mut text = String::new();
    print_go(value, whole, 0, &mut text);
    text
}

fn print_go(value: &Value, whole: bool, depth: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("<nil>"),
        Value::Str(s) => out.push_str(s),
        Value::List(items) if depth < DEPTH_MAX => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                print_go(item, whole, depth + 1, out);
            }
            out.push(']');
        }
        Value::Map(map) if depth < DEPTH_MAX => {
            out.push_str("map[");
            let merged = |key: &str| key.starts_with('$') || map.contains_key(&format!("$setElementOrder/{key}"));
            for (i, (key, item)) in map.iter().filter(|(k, _)| whole || !merged(k)).enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                print_go(item, whole, depth + 1, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_json()),
    }
}

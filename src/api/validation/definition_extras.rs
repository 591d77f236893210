//! What a definition says beside its schemas: its names, where replicas stand, what is printed in columns, what objects
//! are selected by, what is warned of and who converts.

use thiserror::Error;

use super::super::{Value, is_printable, names};
use super::path::{Errors, Path};
use super::webhook;
use crate::base::{Case as _, SortedSet};

const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: [&str; 8] = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
/// Fields that the objects of one version can be selected by.
const SELECTABLE_MAX: usize = 8;
/// Bytes of what is warned of.
const WARNING_MAX: usize = 256;

/// Says all that is wrong with a name in one error, as the definitions' own server does.
pub(super) fn joined(errors: &mut Errors, at: Path<'_>, value: &str, head: &str, wrong: &[String]) {
    if !wrong.is_empty() {
        errors.invalid(at, value, &format!("{head}{}", wrong.join(",")));
    }
}

pub(super) fn spec_names(errors: &mut Errors, at: Path<'_>, given: &Value) {
    let members = ["plural", "singular", "kind", "listKind"];
    for member in members {
        if given.get(member).str().is_empty() {
            errors.required(at.child(member), "");
        }
    }
    for member in members {
        let name = given.get(member).str();
        if !name.is_empty() {
            let mixed = matches!(member, "kind" | "listKind");
            let (text, head) =
                if mixed { (name.lower(), "may have mixed case, but should otherwise match: ") } else { (name.to_owned(), "") };
            joined(errors, at.child(member), name, head, &names::dns1035_label(&text));
        }
    }
    let lists = |errors: &mut Errors, member: &str| {
        let list = at.child(member);
        for (i, name) in given.get(member).items().iter().enumerate() {
            joined(errors, list.index(i), name.str(), "", &names::dns1035_label(name.str()));
        }
    };
    lists(errors, "shortNames");
    if !given.get("kind").is_empty() && given.get("kind") == given.get("listKind") {
        errors.invalid(at.child("listKind"), given.get("listKind"), "kind and listKind may not be the same");
    }
    lists(errors, "categories");
}

fn simple_path(errors: &mut Errors, at: Path<'_>, path: &Value, below: &[&str], detail: &str) {
    match path.str() {
        "" => errors.required(at, ""),
        text if !text.starts_with('.') => errors.invalid(at, text, "must be a simple json path starting with ."),
        text if !below.is_empty() && !below.iter().any(|b| text.starts_with(b)) => errors.invalid(at, text, detail),
        _ => {}
    }
}

pub(super) fn scale(errors: &mut Errors, at: Path<'_>, scale: &Value) {
    if scale.is_null() {
        return;
    }
    simple_path(
        errors,
        at.child("scale.specReplicasPath"),
        scale.get("specReplicasPath"),
        &[".spec."],
        "should be a json path under .spec",
    );
    let status = at.child("scale.statusReplicasPath");
    simple_path(errors, status, scale.get("statusReplicasPath"), &[".status."], "should be a json path under .status");
    if !scale.get("labelSelectorPath").is_empty() {
        let at = at.child("scale.labelSelectorPath");
        let detail = "should be a json path under either .spec or .status";
        simple_path(errors, at, scale.get("labelSelectorPath"), &[".spec.", ".status."], detail);
    }
}

pub(super) fn columns(errors: &mut Errors, list: Path<'_>, columns: &Value) {
    let one_of = |all: &[&str]| format!("must be one of {}", all.join(","));
    for (i, column) in columns.items().iter().enumerate() {
        let at = list.index(i);
        if column.get("name").str().is_empty() {
            errors.required(at.child("name"), "");
        }
        match column.get("type").str() {
            "" => errors.required(at.child("type"), &one_of(&COLUMN_TYPES)),
            kind if !COLUMN_TYPES.contains(&kind) => errors.invalid(at.child("type"), kind, &one_of(&COLUMN_TYPES)),
            _ => {}
        }
        let format = column.get("format").str();
        if !format.is_empty() && !COLUMN_FORMATS.contains(&format) {
            errors.invalid(at.child("format"), format, &one_of(&COLUMN_FORMATS));
        }
        simple_path(errors, at.child("JSONPath"), column.get("jsonPath"), &[], "");
    }
}

/// What is warned of where a version is used.
// Models validateDeprecationWarning.
pub(super) fn warning(errors: &mut Errors, at: Path<'_>, version: &Value) {
    let warning = version.get("deprecationWarning");
    if warning.is_null() {
        return;
    }
    if !version.get("deprecated").is_true() {
        errors.invalid(at, warning, "can only be set for deprecated versions");
        return;
    }
    let text = warning.str();
    if text.len() > WARNING_MAX {
        errors.invalid(at, warning, "must be <= 256 characters long");
    }
    if text.is_empty() {
        errors.invalid(at, warning, "must not be an empty string");
    }
    if let Some((i, _)) = text.char_indices().find(|(_, c)| !is_printable(*c)) {
        let detail = format!("must only contain printable UTF-8 characters; non-printable character found at index {i}");
        errors.invalid(at, warning, &detail);
    }
}

/// Who converts between versions.
// Models validateCustomResourceConversion.
pub(super) fn converted(errors: &mut Errors, at: Path<'_>, conversion: &Value) {
    errors.one_of(at.child("strategy"), conversion.get("strategy"), &["None", "Webhook"]);
    let (client, versions) = (conversion.at(&["webhook", "clientConfig"]), conversion.at(&["webhook", "conversionReviewVersions"]));
    let (client_at, list) = (at.child("webhookClientConfig"), at.child("conversionReviewVersions"));
    if conversion.get("strategy").str() != "Webhook" {
        for (at, given) in [(client_at, !client.is_null()), (list, !versions.is_empty())] {
            if given {
                errors.forbidden(at, "should not be set when strategy is not set to Webhook");
            }
        }
        return;
    }
    match client {
        Value::Null => errors.required(client_at, "required when strategy is set to Webhook"),
        client => webhook::client(errors, client_at, client),
    }
    webhook::versions(errors, list, versions, "");
}

/// What objects are selected by, which must stand where the schema does: with one version, or with the definition.
pub(super) fn selection(errors: &mut Errors, at: Path<'_>, version: &Value, apart: bool, detail: &str) {
    let (fields, schema) = (version.get("selectableFields"), version.at(&["schema", "openAPIV3Schema"]));
    if fields.is_empty() {
        return;
    }
    if apart || schema.is_null() {
        errors.invalid(at, "", detail);
    } else {
        selectable(errors, at, fields, schema);
    }
}

/// The fields that objects can be selected by.
// Models ValidateCustomResourceSelectableFields.
fn selectable(errors: &mut Errors, list: Path<'_>, fields: &Value, schema: &Value) {
    let mut seen = SortedSet::new();
    for (i, field) in fields.items().iter().enumerate() {
        let item = list.index(i);
        let (at, path) = (item.child("jsonPath"), field.get("jsonPath").str());
        if path.is_empty() {
            errors.required(at, "");
            continue;
        }
        let (steps, found) = match follow(path, schema) {
            Ok(found) => found,
            Err(error) => {
                errors.invalid(at, path, &format!("is an invalid path: {error}"));
                continue;
            }
        };
        if steps.first() == Some(&"metadata") {
            errors.invalid(at, path, "must not point to fields in metadata");
        }
        if !matches!(found.get("type").str(), "string" | "boolean" | "integer") {
            let detail =
                "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
            errors.invalid(at, path, detail);
        }
        if !seen.insert(steps) {
            errors.duplicate(at, path);
        }
    }
    if seen.len() > SELECTABLE_MAX {
        errors.too_many(list, seen.len(), SELECTABLE_MAX);
    }
}

/// Why a path leads to no field.
#[derive(Debug, Error)]
enum PathError<'a> {
    #[error("array notation is not allowed")]
    Array,
    #[error("unexpected end of JSON path")]
    End,
    /// The schema has no such field.
    #[error("does not refer to a valid field")]
    Nowhere,
    #[error("expected [ or . but got: {0}")]
    Token(&'a str),
}

/// The names on a path through a schema, and the schema that it ends at.
fn follow<'a>(path: &'a str, schema: &'a Value) -> Result<(Vec<&'a str>, &'a Value), PathError<'a>> {
    let (mut rest, mut schema, mut steps) = (path, schema, Vec::new());
    let token = |rest: &mut &'a str| {
        let end = match rest.find(['.', '[', ']']) {
            Some(at) => at.max(1),
            None => rest.len(),
        };
        let (token, after) = rest.split_at(end);
        *rest = after;
        token
    };
    while !rest.is_empty() {
        match token(&mut rest) {
            "[" => return Err(PathError::Array),
            "." if rest.is_empty() => return Err(PathError::End),
            "." => {
                let name = token(&mut rest);
                let named = schema.get("properties");
                schema = if named.is_null() { schema.get("additionalProperties") } else { named.get(name) };
                if !matches!(schema, Value::Map(_)) {
                    return Err(PathError::Nowhere);
                }
                steps.push(name);
            }
            other => return Err(PathError::Token(other)),
        }
    }
    Ok((steps, schema))
}

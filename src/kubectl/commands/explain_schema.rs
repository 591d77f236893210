//! `kubectl explain` of a custom kind, from the schema of its definition.

use super::explain::{of_every_kind, values_of, wrap};
use crate::api::Value;
use crate::base::{List as _, Order as _};

/// Levels that are shown.
const DEPTH_MAX: usize = 24;

/// What is said of the root or of the field that a path leads to; none where there is no such field. The fields are all of them with
/// what is in them (`--recursive`), or those of one level with what is said of them.
// Models kubectl's template explain/v2/templates/plaintext.tmpl.
pub(super) fn explain(root: &Value, path: &[&str], recursive: bool, out: &mut String) -> Option<()> {
    let mut schema = root;
    for (i, name) in path.iter().enumerate() {
        schema = member(schema, name)?;
        if i + 1 == path.len() {
            *out += &format!("FIELD: {name} <{}>\n", type_of(schema));
            *out += &values_of(&values(schema));
            *out += "\n\n";
        }
    }
    let mut said = String::new();
    describe(schema, 0, &mut said);
    *out += &format!("DESCRIPTION:\n{}\n", wrap(if said.is_empty() { "<empty>" } else { &said }, 76, 4));
    let mut fields = String::new();
    list(schema, path.is_empty(), 1, recursive, &mut fields);
    if !fields.is_empty() {
        *out += "FIELDS:\n";
        *out += &fields;
    }
    Some(())
}

/// The schema of a member, of a list's items or of a map's values too.
fn member<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let mut schema = schema;
    for _ in 0..DEPTH_MAX {
        if !schema.get("properties").get(name).is_null() {
            return Some(schema.get("properties").get(name));
        }
        schema = inner(schema)?;
    }
    None
}

fn inner(schema: &Value) -> Option<&Value> {
    ["items", "additionalProperties"].iter().map(|m| schema.get(m)).find(|v| matches!(v, Value::Map(_)))
}

fn type_of(schema: &Value) -> String {
    let mut prefix = String::new();
    let mut schema = schema;
    while let Some(next) = inner(schema).filter(|_| prefix.len() < DEPTH_MAX * 11) {
        prefix += if matches!(schema.get("items"), Value::Map(_)) { "[]" } else { "map[string]" };
        schema = next;
    }
    let name = match schema.get("type").str() {
        "" | "object" => "Object",
        other => other,
    };
    prefix + name
}

fn values(schema: &Value) -> Vec<String> {
    schema.get("enum").items().iter().map(|v| v.as_str().map_or_else(|| v.to_json(), str::to_owned)).list()
}

fn describe(schema: &Value, depth: usize, out: &mut String) {
    let own = schema.get("description").str();
    if !own.is_empty() {
        *out += own;
        out.push('\n');
    }
    if let Some(inner) = inner(schema).filter(|_| depth < DEPTH_MAX) {
        describe(inner, depth + 1, out);
    }
}

fn list(schema: &Value, root: bool, level: usize, recursive: bool, out: &mut String) {
    let indent = "  ".repeat(level);
    let show = |name: &str, property: &Value, type_name: &str, said: &str, out: &mut String| {
        let required = schema.get("required").items().iter().any(|r| r.str() == name);
        *out += &format!("{indent}{name}\t<{type_name}>{}", if required { " -required-" } else { "" });
        let mut values = values(property);
        if !values.is_empty() {
            if values.len() > 4 {
                values.truncate(4);
                values.push("....".into());
            }
            let shown: Vec<&str> = values.iter().map(|v| if v.is_empty() { "\"\"" } else { v }).list();
            *out += &format!("\n{indent}enum: {}", shown.join(", "));
        }
        out.push('\n');
        if !recursive {
            *out += &wrap(if said.is_empty() { "<no description>" } else { said }, 78 - 2 * level.min(30), 2 * level + 2);
            *out += "\n\n";
        }
    };
    let properties = schema.get("properties");
    let mut names: Vec<&str> = properties.entries().map(|(k, _)| k.as_str()).list();
    if root {
        names.retain(|n| !matches!(*n, "apiVersion" | "kind" | "metadata"));
        names.extend(["apiVersion", "kind", "metadata"]);
        names.order();
    }
    for name in names {
        let property = properties.get(name);
        if root && matches!(name, "apiVersion" | "kind" | "metadata") {
            let type_name = if name == "metadata" { "ObjectMeta" } else { "string" };
            show(name, &Value::Null, type_name, &of_every_kind(name), out);
            if recursive && name == "metadata" {
                *out += &super::explain::nested_metadata();
            }
            continue;
        }
        show(name, property, &type_of(property), property.get("description").str(), out);
        if recursive && level < DEPTH_MAX {
            list(property, false, level + 1, recursive, out);
        }
    }
    if let Some(inner) = inner(schema).filter(|_| level < DEPTH_MAX && !root) {
        list(inner, false, level, recursive, out);
    }
}

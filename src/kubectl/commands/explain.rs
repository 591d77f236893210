//! `kubectl explain`: fields and types of a kind, from the schema.

use super::explain_schema;
use crate::api::schema::{Field, Ty, Type, schema};
use crate::api::{KindRef, kinds};
use crate::base::List as _;
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch, text};
use crate::kubectl::rest_mapper::{kind_of, warn_of_short_names};

const OWN: &[Flag] = &[switch("recursive", "R"), text("api-version", ""), text("output", "o")];

/// `kubectl explain`.
pub static COMMAND: Command = Command {
    usage: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2] [options]",
    flags: &[OWN],
    ..Command::new("explain", "Get documentation for a resource", run)
};

/// Levels that `--recursive` goes down: types may contain themselves.
const DEPTH_MAX: usize = 24;

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let path = match cx.args() {
        [] => {
            return fail(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.",
            );
        }
        [one] => one,
        _ => return fail("We accept only this format: explain RESOURCE"),
    };
    check(cx)?;
    let mut parts = path.strip_suffix('.').unwrap_or(path).split('.');
    let resource = parts.next().unwrap_or("");
    let mut fields: Vec<&str> = parts.list();
    // Two dots are JSONPath's descent, brackets an index.
    if path.contains('[') || fields.contains(&"") || resource.is_empty() && !fields.is_empty() {
        return fail("invalid jsonpath syntax, first node must be field node");
    }
    if resource.is_empty() {
        return fail("a resource must be present, got: /, Resource=");
    }
    let Some(mut kind) = kind_of(cx.host.api, resource) else {
        return Err(CliError::NoResource(format!("the server doesn't have a resource type {resource:?}")));
    };
    warn_of_short_names(cx, resource);
    let others = cx.host.api.kinds().into_iter().filter(|k| k.plural == kind.plural && *k != kind);
    let same_name: Vec<KindRef> = [kind].into_iter().chain(others).list();
    let version = match flags.text("api-version") {
        "" => {
            // The group may stand behind the resource's name.
            // Models SplitAndParseResourceRequestWithMatchingPrefix.
            let rest_of = |k: &KindRef| path.strip_prefix(k.plural)?.strip_prefix(&dotted(k.group));
            if let Some((found, rest)) = same_name.iter().find_map(|k| Some((*k, rest_of(k)?))) {
                kind = found;
                fields = rest.split('.').skip(1).filter(|p| !p.is_empty()).list();
            }
            kind.version
        }
        given => {
            if given.split('/').count() > 2 {
                return fail(format!("unexpected GroupVersion string: {given}"));
            }
            let (group, version) = crate::api::split_api_version(given);
            kind = same_name.into_iter().find(|k| k.group == group).unwrap_or(kind);
            match schema().versions(kind).into_iter().find(|v| *v == version && kind.group == group) {
                Some(version) => version,
                None => {
                    let resource = format!("{group}/{version}, Resource={}", kind.plural);
                    let serves = |k: &KindRef| k.group == group && (k.version == version || schema().versions(k).contains(&version));
                    return fail(if cx.host.api.kinds().iter().any(serves) {
                        format!("GVR ({resource}) not found in OpenAPI schema")
                    } else {
                        format!("couldn't find resource for \"{resource}\"")
                    });
                }
            }
        }
    };
    if !matches!(flags.text("output"), "" | "plaintext" | "plaintext-openapiv2") {
        return fail(format!("unrecognized format: {}", flags.text("output")));
    }
    explain(cx, kind, version, &fields)
}

/// A group as it stands behind a resource's name.
fn dotted(group: &str) -> String {
    if group.is_empty() { String::new() } else { format!(".{group}") }
}

/// What a list or a map is made of.
fn inner(ty: &Ty) -> &Ty {
    match ty {
        Ty::ListOf(item) | Ty::MapOf(item) => inner(item),
        other => other,
    }
}

fn type_of(ty: &Ty) -> Option<&'static Type> {
    match inner(ty) {
        Ty::Object(reference) => Some(schema().get(*reference)),
        _ => None,
    }
}

/// A type as `explain` names it: `<[]Container>`.
fn type_name(field: &Field, ty: &Ty) -> String {
    match ty {
        Ty::ListOf(item) => format!("[]{}", type_name(field, item)),
        Ty::MapOf(item) => format!("map[string]{}", type_name(field, item)),
        Ty::Object(reference) => schema().get(*reference).name.to_owned(),
        Ty::Bool => "boolean".into(),
        Ty::Int32 | Ty::Int64 => "integer".into(),
        Ty::Double => "number".into(),
        Ty::Quantity => "Quantity".into(),
        Ty::IntOrString => "IntOrString".into(),
        Ty::Any if field.name == "fieldsV1" => "FieldsV1".into(),
        Ty::Any => "RawExtension".into(),
        Ty::SchemaOrArray => "JSONSchemaPropsOrArray".into(),
        Ty::SchemaOrBool => "JSONSchemaPropsOrBool".into(),
        _ => "string".into(),
    }
}

/// As many values as are shown beside a field.
const VALUES_MAX: usize = 4;

/// A value in a list of values: nothing is shown as two quotes.
fn value(text: &str) -> &str {
    if text.is_empty() { "\"\"" } else { text }
}

fn field_lines(field: &Field, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let required = if field.required { " -required-" } else { "" };
    let mut lines = format!("{indent}{}\t<{}>{required}\n", field.name, type_name(field, &field.ty));
    if !field.values.is_empty() {
        let mut values: Vec<&str> = field.values.split(',').map(value).take(VALUES_MAX + 1).list();
        if values.len() > VALUES_MAX {
            values[VALUES_MAX] = "....";
        }
        lines += &format!("{indent}enum: {}\n", values.join(", "));
    }
    lines
}

/// What is said of some types and their fields; the form is described where it is written (`xtask/src/schema.rs`).
static DESCRIPTIONS: &str = include_str!("../../api/descriptions.txt");

/// The lines about a type: the type's own, then those of its fields. The nameless type has what all kinds share.
fn lines_about(name: &str) -> std::str::Lines<'static> {
    let head = format!("\n>{name}\n");
    let at = if name.is_empty() { Some(2) } else { DESCRIPTIONS.find(&head).map(|at| at + head.len()) };
    at.and_then(|at| DESCRIPTIONS[at..].split("\n>").next()).unwrap_or("").lines()
}

fn about_type(ty: &Ty) -> Option<String> {
    let name = match inner(ty) {
        Ty::IntOrString => "util.IntOrString".to_owned(),
        Ty::Quantity => "api.Quantity".to_owned(),
        Ty::Time => "meta.Time".to_owned(),
        Ty::MicroTime => "meta.MicroTime".to_owned(),
        Ty::Object(reference) => schema().full_name(schema().get(*reference)),
        _ => return None,
    };
    lines_about(&name).next().filter(|line| !line.is_empty()).map(|line| line.replace("\\n", "\n"))
}

fn about_field(ty: &Type, name: &str) -> Option<String> {
    let own = |mut lines: std::str::Lines<'static>| {
        lines.next();
        lines.find_map(|line| line.split_once(' ').filter(|(n, _)| *n == name)).map(|(_, text)| text.replace("\\n", "\n"))
    };
    own(lines_about(&schema().full_name(ty))).or_else(|| ty.field("metadata").and_then(|_| own(lines_about(""))))
}

/// What is said of a field that every kind has.
pub(super) fn of_every_kind(name: &str) -> String {
    about_field(schema().kind(kinds::CONFIG_MAP), name).unwrap_or_default()
}

/// The lines that name the only values of a field.
pub(super) fn values_of(values: &[String]) -> String {
    if values.is_empty() { String::new() } else { values.iter().fold("ENUM:".to_owned(), |all, one| all + "\n    " + value(one)) }
}

/// The fields of every kind's metadata and theirs, indented as what is in a root.
pub(super) fn nested_metadata() -> String {
    let mut out = String::new();
    let root = schema().kind(kinds::CONFIG_MAP);
    if let Some(metadata) = root.field("metadata").and_then(|f| type_of(&f.ty)) {
        nested(&mut vec![root, metadata], &mut out);
    }
    out
}

/// Wraps text as the word wrapper does that kubectl uses, and indents every line.
// Models github.com/mitchellh/go-wordwrap.
pub(in crate::kubectl) fn wrap(text: &str, width: usize, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = pad.clone();
    let (mut word, mut space) = (String::new(), String::new());
    // Characters on the line, in the word and in the space before it.
    let (mut line, mut word_len, mut space_len) = (0, 0, 0);
    for c in text.chars() {
        if c == '\n' {
            if word_len > 0 || line + space_len <= width {
                out += &space;
            }
            out += &word;
            out.push('\n');
            out += &pad;
            (line, word_len, space_len) = (0, 0, 0);
            word.clear();
            space.clear();
        } else if c.is_whitespace() && c != '\u{a0}' {
            if space.is_empty() || !word.is_empty() {
                line += space_len + word_len;
                out += &space;
                out += &word;
                (word_len, space_len) = (0, 0);
                word.clear();
                space.clear();
            }
            space.push(c);
            space_len += 1;
        } else {
            word.push(c);
            word_len += 1;
            if line + word_len + space_len > width && word_len < width {
                out.push('\n');
                out += &pad;
                (line, space_len) = (0, 0);
                space.clear();
            }
        }
    }
    if word_len > 0 || line + space_len <= width {
        out += &space;
    }
    out + &word
}

// Models kubectl's template explain/v2/templates/plaintext.tmpl.
fn explain(cx: &mut Context<'_, '_>, kind: KindRef, version: &str, path: &[&str]) -> Result<Flow, CliError> {
    let mut head = String::new();
    if !kind.group.is_empty() {
        head += &format!("GROUP:      {}\n", kind.group);
    }
    head += &format!("KIND:       {}\nVERSION:    {version}\n\n", kind.kind);
    // Custom kinds have schemas of their own, but for what all objects have.
    let common = matches!(path.first(), Some(&("apiVersion" | "kind" | "metadata")));
    if let Some(custom) = kind.custom.as_ref().filter(|_| !common) {
        let mut said = String::new();
        let found = explain_schema::explain(custom.schema(version), path, cx.flags().is_on("recursive"), &mut said);
        cx.out.out(head);
        return match found {
            Some(()) => {
                cx.out.out(said + "\n");
                Ok(Flow::Done)
            }
            None => fail(format!("field {:?} does not exist", path.last().unwrap_or(&""))),
        };
    }
    let ty = if kind.custom.is_some() { Some(schema().kind(kinds::CONFIG_MAP)) } else { schema().kind_at(kind, version) };
    let Some(mut ty) = ty else {
        return fail(format!("couldn't find resource for \"{}/{version}, Resource={}\"", kind.group, kind.plural));
    };
    let mut last: Option<(&Type, &Field)> = None;
    let mut inside = Some(ty);
    for name in path {
        let Some((owner, field)) = inside.and_then(|ty| Some((ty, ty.field(name)?))) else {
            cx.out.out(head);
            return fail(format!("field {:?} does not exist", path.last().unwrap_or(name)));
        };
        last = Some((owner, field));
        inside = type_of(&field.ty);
        ty = inside.unwrap_or(ty);
    }
    let mut said = Vec::new();
    let mut silent = false;
    if let Some((owner, field)) = last {
        head += &format!("FIELD: {} <{}>\n", field.name, type_name(field, &field.ty));
        if !field.values.is_empty() {
            head += &values_of(&field.values.split(',').map(str::to_owned).list());
        }
        head += "\n\n";
        said.extend(about_field(owner, field.name).filter(|text| !text.is_empty()));
        said.extend(about_type(&field.ty));
    } else {
        said.extend(lines_about(&schema().full_name(ty)).next().map(|line| line.replace("\\n", "\n")));
    }
    silent |= said.is_empty();
    let mut text: String = said.iter().map(|line| format!("{line}\n")).collect();
    if text.is_empty() {
        text.push_str("<empty>");
    }
    head += &format!("DESCRIPTION:\n{}\n", wrap(&text, 76, 4));
    if last.is_none_or(|(_, f)| type_of(&f.ty).is_some()) {
        head += "FIELDS:\n";
        if cx.flags().is_on("recursive") {
            nested(&mut vec![ty], &mut head);
        } else {
            for field in &ty.fields {
                let said = about_field(ty, field.name);
                silent |= said.is_none();
                head += &field_lines(field, 1);
                head += &wrap(said.as_deref().filter(|text| !text.is_empty()).unwrap_or("<no description>"), 76, 4);
                head += "\n\n";
            }
        }
    }
    head += "\n";
    cx.out.out(head);
    if silent {
        cx.out.errln(
            "Only the everyday kinds and fields have their descriptions in this simulation: of the others names and types are shown.",
        );
    }
    Ok(Flow::Done)
}

/// The fields of the last of these types, each inside the one before it, and theirs. A type inside itself is named only.
fn nested(types: &mut Vec<&'static Type>, out: &mut String) {
    let Some(ty) = types.last().copied() else { return };
    for field in &ty.fields {
        *out += &field_lines(field, types.len());
        if types.len() < DEPTH_MAX
            && let Some(inner) = type_of(&field.ty)
            && !types.iter().any(|t| std::ptr::eq(*t, inner))
        {
            types.push(inner);
            nested(types, out);
            types.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_words() {
        for (text, width, wrapped) in [
            ("a bb ccc", 4, "  a bb\n  ccc"),
            ("one\n\ntwo", 9, "  one\n  \n  two"),
            ("a\n b", 9, "  a\n   b"),
            ("wide_word_here x", 4, "  wide_word_here\n  x"),
            ("", 4, "  "),
        ] {
            assert_eq!(wrap(text, width, 2), wrapped, "{text:?}");
        }
    }

    #[test]
    fn every_description_is_of_a_type_and_a_field() {
        for block in DESCRIPTIONS.split("\n>").skip(1) {
            let mut lines = block.lines();
            let name = lines.next().unwrap_or("");
            let (package, name) = name.split_once('.').expect("a package and a name");
            if matches!(name, "IntOrString" | "MicroTime" | "Quantity" | "Time") {
                continue;
            }
            let ty = schema().named(package, name).unwrap_or_else(|| panic!("no type {package}.{name}"));
            for line in lines.skip(1) {
                let field = line.split(' ').next().unwrap_or("");
                assert!(ty.field(field).is_some(), "{name} has no {field}");
            }
        }
    }
}

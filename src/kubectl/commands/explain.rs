//! `kubectl explain`: fields and types of a kind, from the schema.

use crate::api::KindRef;
use crate::api::schema::{Field, Ty, Type, schema};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch, text};
use crate::kubectl::resources::kind_of;

const OWN: &[Flag] = &[switch("recursive", "R"), text("api-version", ""), text("output", "o")];

/// `kubectl explain`.
pub static COMMAND: Command = Command {
    usage: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext] [options]",
    flags: &[OWN],
    run: Run::Do(run),
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
    if path.contains('[') {
        return fail("invalid jsonpath syntax, first node must be field node");
    }
    let mut parts = path.split('.');
    let resource = parts.next().unwrap_or("");
    if resource.is_empty() {
        return fail("a resource must be present, got: /, Resource=");
    }
    let fields: Vec<&str> = parts.filter(|p| !p.is_empty()).collect();
    let Some(kind) = kind_of(resource) else {
        return Err(CliError::NoResource(format!("the server doesn't have a resource type {resource:?}")));
    };
    if !matches!(flags.text("output"), "" | "plaintext" | "plaintext-openapiv2") {
        return fail(format!("unrecognized format: {}", flags.text("output")));
    }
    let version = match flags.text("api-version") {
        "" => kind.version,
        given => {
            let (group, version) = crate::api::split_api_version(given);
            match schema().versions(kind).into_iter().find(|v| *v == version && kind.group == group) {
                Some(version) => version,
                None => return fail(format!("couldn't find resource for \"{given}, Resource={}\"", kind.plural)),
            }
        }
    };
    explain(cx, kind, version, &fields)
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
fn type_name(ty: &Ty) -> String {
    match ty {
        Ty::ListOf(item) => format!("[]{}", type_name(item)),
        Ty::MapOf(item) => format!("map[string]{}", type_name(item)),
        Ty::Object(reference) => schema().get(*reference).name.to_owned(),
        Ty::Bool => "boolean".into(),
        Ty::Int32 | Ty::Int64 => "integer".into(),
        Ty::Double => "number".into(),
        Ty::Quantity => "Quantity".into(),
        Ty::IntOrString => "IntOrString".into(),
        Ty::Time => "Time".into(),
        Ty::MicroTime => "MicroTime".into(),
        Ty::Any => "Object".into(),
        _ => "string".into(),
    }
}

fn field_line(field: &Field) -> String {
    let required = if !field.omit_empty && field.default.is_none_or(str::is_empty) && !field.pointer { " -required-" } else { "" };
    format!("{}\t<{}>{required}", field.name, type_name(&field.ty))
}

fn explain(cx: &mut Context<'_, '_>, kind: KindRef, version: &str, path: &[&str]) -> Result<Flow, CliError> {
    let mut head = String::new();
    if !kind.group.is_empty() {
        head += &format!("GROUP:      {}\n", kind.group);
    }
    head += &format!("KIND:       {}\nVERSION:    {version}\n\n", kind.kind);
    let Some(mut ty) = schema().kind_at(kind, version) else {
        return fail(format!("couldn't find resource for \"{}/{version}, Resource={}\"", kind.group, kind.plural));
    };
    let mut last: Option<&Field> = None;
    for (i, name) in path.iter().enumerate() {
        let Some(field) = ty.field(name) else {
            cx.out.out(head);
            return fail(format!("field {name:?} does not exist"));
        };
        last = Some(field);
        match type_of(&field.ty) {
            Some(next) => ty = next,
            None if i + 1 < path.len() => {
                cx.out.out(head);
                return fail(format!("field {:?} does not exist", path[i + 1]));
            }
            None => {}
        }
    }
    if let Some(field) = last {
        head += &format!("FIELD: {} <{}>\n\n\n", field.name, type_name(&field.ty));
    }
    head += "DESCRIPTION:\n    <empty>\n\n";
    if last.is_none_or(|f| type_of(&f.ty).is_some()) {
        head += "FIELDS:\n";
        if cx.flags().is_on("recursive") {
            nested(ty, 1, &mut head);
        } else {
            for field in &ty.fields {
                head += &format!("  {}\n    <empty>\n\n", field_line(field));
            }
        }
    }
    head += "\n";
    cx.out.out(head);
    cx.out.errln("Descriptions of fields are not part of this simulation: only names and types are shown.");
    Ok(Flow::Done)
}

fn nested(ty: &Type, depth: usize, out: &mut String) {
    for field in &ty.fields {
        *out += &format!("{}{}\n", "  ".repeat(depth), field_line(field));
        if depth < DEPTH_MAX
            && let Some(inner) = type_of(&field.ty).filter(|t| t.name != ty.name)
        {
            nested(inner, depth + 1, out);
        }
    }
}

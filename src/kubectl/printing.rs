//! `-o`: which formats a command knows, and printing objects in them.

use super::context::Context;
use super::error::{CliError, fail};
use super::host::{FileError, Output};
use super::output::{CustomColumns, JsonPath, JsonPathError, name_of, to_json, to_yaml, without_managed_fields};
use crate::api::{KindRef, Value};

/// How objects are printed where it is no table.
#[derive(Clone, Debug)]
pub enum Format {
    /// `-o json`
    Json,
    /// `-o yaml`
    Yaml,
    /// `-o name`
    Name,
    /// `-o jsonpath=...`, and whether as JSON
    JsonPath(Box<JsonPath>, bool),
    /// `-o custom-columns=...`
    Columns(CustomColumns),
}

/// Prints objects one after the other.
#[derive(Clone, Debug)]
pub struct ObjectPrinter {
    format: Format,
    /// `--show-managed-fields`.
    managed_fields: bool,
    allow_missing: bool,
    no_headers: bool,
    printed: usize,
}

/// The formats of commands that print objects.
pub const OBJECT_FORMATS: &str =
    "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml";

/// The printer that `-o` asks for; `None` where it is not given.
pub fn object_printer(cx: &Context<'_, '_>) -> Result<Option<ObjectPrinter>, CliError> {
    let output = cx.flags().text("output");
    if output.is_empty() && cx.flags().text("template").is_empty() {
        return Ok(None);
    }
    ObjectPrinter::new(cx, output, OBJECT_FORMATS).map(Some)
}

impl ObjectPrinter {
    /// The printer of a format; `allowed` is what the error lists.
    pub fn new(cx: &Context<'_, '_>, output: &str, allowed: &str) -> Result<ObjectPrinter, CliError> {
        let flags = cx.flags();
        let (name, inline) = output.split_once('=').map_or((output, None), |(name, rest)| (name, Some(rest)));
        // `--template` alone means a Go template.
        let name = if name.is_empty() && flags.given("template") { "go-template" } else { name };
        let argument = inline.or_else(|| flags.get("template")).unwrap_or("");
        let known = allowed.split(',').any(|f| f == name);
        let takes_argument = !matches!(name, "json" | "yaml" | "name" | "wide" | "kyaml");
        if !known || (inline.is_some() && !takes_argument) {
            return fail(format!("unable to match a printer suitable for the output format {output:?}, allowed formats are: {allowed}"));
        }
        let columns = name.starts_with("custom-columns");
        if takes_argument && argument.is_empty() {
            return fail(if columns {
                "custom-columns format specified but no custom columns given"
            } else {
                "template format specified but no template given"
            });
        }
        let from_file = matches!(name, "jsonpath-file" | "custom-columns-file" | "go-template-file" | "templatefile");
        let text = if from_file {
            let what = if columns { "template" } else { "--template" };
            read_text(cx, argument).map_err(|e| CliError::Message(format!("error reading {what} {argument}, open {argument}: {e}")))?
        } else {
            argument.to_owned()
        };
        let format = match name {
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            "name" => Format::Name,
            "jsonpath" | "jsonpath-as-json" | "jsonpath-file" => {
                let path = JsonPath::parse(&text).map_err(|e| CliError::Message(format!("error parsing jsonpath {text}, {e}")))?;
                Format::JsonPath(Box::new(path), name == "jsonpath-as-json")
            }
            "custom-columns" => Format::Columns(CustomColumns::parse(&text).map_err(|e| CliError::Message(e.to_string()))?),
            "custom-columns-file" => Format::Columns(CustomColumns::parse_file(&text).map_err(|e| CliError::Message(e.to_string()))?),
            other => return fail(format!("the output format {other:?} is not simulated here")),
        };
        Ok(ObjectPrinter {
            format,
            managed_fields: flags.is_on("show-managed-fields"),
            allow_missing: flags.switch_or("allow-missing-template-keys", true),
            no_headers: flags.is_on("no-headers"),
            printed: 0,
        })
    }

    /// Prints an object or a list.
    pub fn print(&mut self, object: &Value, out: &mut Output) -> Result<(), CliError> {
        let bare = if self.managed_fields { object.clone() } else { without_managed_fields(object.clone()) };
        let first = self.printed == 0;
        self.printed += 1;
        let items: Vec<Value> = match bare.get("items") {
            Value::List(items) => items.to_vec(),
            _ => vec![bare.clone()],
        };
        match &self.format {
            Format::Json => out.outln(to_json(&bare)),
            Format::Yaml => {
                if !first {
                    out.outln("---");
                }
                out.out(to_yaml(&bare));
            }
            Format::Name => items.iter().for_each(|item| out.outln(name_of(item))),
            Format::JsonPath(path, as_json) => {
                let printed = if *as_json { path.print_as_json(&bare, self.allow_missing) } else { path.print(&bare, self.allow_missing) };
                match printed {
                    Ok(text) => out.out(text),
                    Err(error @ JsonPathError::Evaluation(_)) => return fail(path.failure(&error, &bare)),
                    Err(error) => return fail(error.to_string()),
                }
            }
            Format::Columns(columns) => {
                let (text, error) = columns.print(&items, self.no_headers || !first);
                out.out(text);
                if let Some(error) = error {
                    return fail(error.to_string());
                }
            }
        }
        Ok(())
    }
}

/// What a command reports of each object: `-o`, or one line as `pod/web created`.
#[derive(Clone, Debug)]
pub struct Reporter {
    printer: Option<ObjectPrinter>,
    suffix: &'static str,
}

impl Reporter {
    /// By the command's flags.
    pub fn new(cx: &mut Context<'_, '_>) -> Result<Reporter, CliError> {
        let suffix = cx.dry_run()?.suffix();
        Ok(Reporter { printer: object_printer(cx)?, suffix })
    }

    /// Reports that this was done to the object.
    pub fn report(&mut self, done: &str, object: &Value, out: &mut Output) -> Result<(), CliError> {
        match &mut self.printer {
            Some(printer) => printer.print(object, out),
            None => {
                out.outln(format!("{} {done}{}", name_of(object), self.suffix));
                Ok(())
            }
        }
    }

    /// Whether `-o` was given.
    pub fn has_format(&self) -> bool {
        self.printer.is_some()
    }
}

/// `kind.group/name`.
pub fn named(kind: KindRef, name: &str) -> String {
    if kind.group.is_empty() { format!("{}/{name}", kind.singular()) } else { format!("{}.{}/{name}", kind.singular(), kind.group) }
}

/// A file's text, with Go's words where it cannot be read.
pub fn read_text(cx: &Context<'_, '_>, path: &str) -> Result<String, FileError> {
    cx.host.files.read(path).map(|b| String::from_utf8_lossy(&b).into_owned())
}

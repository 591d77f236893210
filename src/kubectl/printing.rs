//! `-o`: which formats a command knows, and printing objects in them.

use super::context::Context;
use super::error::{CliError, fail};
use super::host::{FileError, Output};
use super::output::{name_of, to_json, to_yaml, without_managed_fields};
use crate::api::{Object, Value};

/// How objects are printed where it is no table.
#[derive(Clone, Debug)]
pub enum Format {
    /// `-o json`
    Json,
    /// `-o yaml`
    Yaml,
    /// `-o name`
    Name,
}

/// Prints objects one after the other.
#[derive(Clone, Debug)]
pub struct ObjectPrinter {
    format: Format,
    /// `--show-managed-fields`.
    managed_fields: bool,
    printed: usize,
}

const OBJECT_FORMATS: &str =
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
        let format = match output {
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            "name" => Format::Name,
            other => {
                return fail(format!("unable to match a printer suitable for the output format {other:?}, allowed formats are: {allowed}"));
            }
        };
        Ok(ObjectPrinter { format, managed_fields: cx.flags().is_on("show-managed-fields"), printed: 0 })
    }

    /// Prints an object or a list.
    pub fn print(&mut self, object: &Value, out: &mut Output) -> Result<(), CliError> {
        let bare = if self.managed_fields { object.clone() } else { without_managed_fields(object.clone()) };
        match &self.format {
            Format::Json => out.outln(to_json(&bare)),
            Format::Yaml => {
                if self.printed > 0 {
                    out.outln("---");
                }
                out.out(to_yaml(&bare));
            }
            Format::Name => {
                if matches!(bare.get("items"), Value::List(_)) {
                    for item in bare.get("items").items() {
                        out.outln(name_of(item));
                    }
                } else {
                    out.outln(name_of(&bare));
                }
            }
        }
        self.printed += 1;
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

/// `kind/name` as operations print it, for an object whose kind may be unset.
pub fn named(kind: crate::api::KindRef, name: &str) -> String {
    let mut object = Value::map();
    object.set(&["apiVersion"], kind.api_version());
    object.set(&["kind"], kind.kind);
    object.set(&["metadata", "name"], name);
    debug_assert_eq!(object.name(), name);
    name_of(&object)
}

/// A file's text, with Go's words where it cannot be read.
pub fn read_text(cx: &Context<'_, '_>, path: &str) -> Result<String, FileError> {
    cx.host.files.read(path).map(|b| String::from_utf8_lossy(&b).into_owned())
}

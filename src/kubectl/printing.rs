//! `-o`: which formats a command knows, and printing objects in them.

use super::context::Context;
use super::error::{CliError, fail};
use super::files;
use super::host::{FileError, Output};
use super::output::{FormatFlags, ObjectFormat, list_of, name_of};
use crate::api::{KindRef, Value};
use crate::base::Case as _;

/// Prints objects one after the other.
#[derive(Clone, Debug)]
pub struct ObjectPrinter {
    format: ObjectFormat,
    flags: FormatFlags,
    printed: usize,
    names_managers: bool,
}

/// The printer that `-o` asks for; `None` where it is not given.
pub fn object_printer(cx: &Context<'_, '_>) -> Result<Option<ObjectPrinter>, CliError> {
    if cx.flags().text("output").is_empty() && cx.flags().text("template").is_empty() {
        return Ok(None);
    }
    ObjectPrinter::new(cx, false).map(Some)
}

impl ObjectPrinter {
    /// The printer that `-o` and `--template` ask for; `for_get`: of `kubectl get`, which has formats of its own.
    pub fn new(cx: &Context<'_, '_>, for_get: bool) -> Result<ObjectPrinter, CliError> {
        let flags = cx.flags();
        let mut read = |path: &str| read_text(cx, path);
        let format = ObjectFormat::parse(flags.text("output"), flags.text("template"), for_get, &mut read)
            .map_err(|e| CliError::Message(e.to_string()))?;
        // `..` looks into everything.
        let looks = |template: &str| template.contains("managedFields") || template.contains("..");
        let names_managers = flags.is_on("show-managed-fields") || ["output", "template"].iter().any(|name| looks(flags.text(name)));
        let flags = FormatFlags {
            managed_fields: flags.is_on("show-managed-fields"),
            allow_missing: flags.switch_or("allow-missing-template-keys", true),
            no_headers: flags.is_on("no-headers"),
            typed: cx.is_typed(),
        };
        Ok(ObjectPrinter { format, flags, printed: 0, names_managers })
    }

    /// Whether it shows `managedFields` of this object or list, which is without them: to look for them costs time.
    pub fn shows_managers(&self, object: &Value) -> bool {
        self.names_managers || self.format.shows_metadata(object, &self.flags)
    }

    /// Prints an object or a list.
    pub fn print(&mut self, object: &Value, out: &mut Output) -> Result<(), CliError> {
        let printed = self.format.print(object, self.printed, &self.flags);
        self.printed += 1;
        out.out(printed.output);
        printed.error.map_or(Ok(()), fail)
    }

    /// Whether [`ObjectPrinter::print_items`] can print.
    pub fn prints_items(&self) -> bool {
        self.format.around_items().is_some()
    }

    /// Prints the next objects of a `List`, which is the only thing printed; `more` follow. All calls together write what one
    /// [`ObjectPrinter::print`] of the whole list would.
    pub fn print_items(&mut self, items: Vec<Value>, more: bool, out: &mut Output) {
        let [before, between, after] = self.format.around_items().unwrap_or_default();
        let text = self.format.print(&list_of(items), 0, &self.flags).output;
        out.out(if self.printed == 0 { before } else { between });
        out.out(&text[before.len()..text.len() - after.len()]);
        if !more {
            out.out(after);
        }
        self.printed += 1;
    }
}

/// What a command reports of each object: `-o`, or one line as `pod/web created`.
#[derive(Clone, Debug)]
pub struct Reporter {
    printer: Option<ObjectPrinter>,
    /// Why there is no printer as `-o` asks for.
    refused: Option<CliError>,
    suffix: &'static str,
}

impl Reporter {
    /// By the command's flags.
    pub fn new(cx: &mut Context<'_, '_>) -> Result<Reporter, CliError> {
        let suffix = cx.dry_run()?.suffix();
        Ok(Reporter { printer: object_printer(cx)?, refused: None, suffix })
    }

    /// The same, but one that finds out only when it is to print whether it can.
    pub fn late(cx: &mut Context<'_, '_>) -> Result<Reporter, CliError> {
        let suffix = cx.dry_run()?.suffix();
        let (printer, refused) = object_printer(cx).map_or_else(|error| (None, Some(error)), |printer| (printer, None));
        Ok(Reporter { printer, refused, suffix })
    }

    /// One that does not say that it was a dry run.
    pub fn without_suffix(mut self) -> Reporter {
        self.suffix = "";
        self
    }

    /// Prints from now on one of Go's types, where it printed what a server answered.
    pub fn begin_typed(&mut self) {
        if let Some(printer) = &mut self.printer {
            printer.flags.typed = true;
        }
    }

    /// Prints the next object as if it were the first: there is a printer for each.
    pub fn begin_anew(&mut self) {
        if let Some(printer) = &mut self.printer {
            printer.printed = 0;
        }
    }

    /// Reports that this was done to the object.
    pub fn report(&mut self, done: &str, object: &Value, out: &mut Output) -> Result<(), CliError> {
        match (&mut self.printer, &self.refused) {
            (_, Some(error)) => Err(error.clone()),
            (Some(printer), _) => printer.print(object, out),
            _ => {
                out.outln(format!("{} {done}{}", name_of(object), self.suffix));
                Ok(())
            }
        }
    }

    /// Whether `-o` was given.
    pub fn has_format(&self) -> bool {
        self.printer.is_some() || self.refused.is_some()
    }
}

/// `kind.group/name`.
pub fn named(kind: KindRef, name: &str) -> String {
    let word = kind.kind.lower();
    if kind.group.is_empty() { format!("{word}/{name}") } else { format!("{word}.{}/{name}", kind.group) }
}

/// A file's text, with Go's words where it cannot be read.
pub fn read_text(cx: &Context<'_, '_>, path: &str) -> Result<String, FileError> {
    files::read(cx, path).map(|b| String::from_utf8_lossy(&b).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::host::Stream;
    use crate::obj;

    #[test]
    fn a_list_printed_in_parts_is_the_list() {
        let item = |name: &str| obj!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "managedFields": [{}]}, "spec": {}});
        let items = [item("a"), item("b"), item("c"), item("d"), item("e")];
        for format in [ObjectFormat::Json, ObjectFormat::Yaml] {
            let printer = ObjectPrinter { format, flags: FormatFlags::default(), printed: 0, names_managers: false };
            let mut whole = Output::default();
            printer.clone().print(&list_of(items.to_vec()), &mut whole).expect("these print anything");
            for per_step in 1..=items.len() {
                let (mut printer, mut parts) = (printer.clone(), Output::default());
                for (nth, some) in items.chunks(per_step).enumerate() {
                    printer.print_items(some.to_vec(), (nth + 1) * per_step < items.len(), &mut parts);
                }
                assert_eq!(parts.of(Stream::Stdout), whole.of(Stream::Stdout), "{per_step}");
            }
        }
    }
}

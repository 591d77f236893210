//! Tables as `kubectl get` prints them: headers, optional columns, several kinds at once, rows of a watch.

use super::TabWriter;
use super::columns::{Column, bare_printer, old_age, old_printer_of, printer_of};
use crate::api::{KindRef, Object, Value};
use crate::base::{Case as _, List as _, Time};
use crate::obj;

/// How a table is to look: the flags of `kubectl get`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableOptions {
    /// `-o wide`: columns of lower priority too.
    pub wide: bool,
    /// `--no-headers`.
    pub no_headers: bool,
    /// `-A`: the namespace as first column.
    pub with_namespace: bool,
    /// `--show-kind`: names as `pod/web`.
    pub with_kind: bool,
    /// `--show-labels`: all labels as last column.
    pub show_labels: bool,
    /// `-L`: these labels as columns.
    pub column_labels: Vec<String>,
    /// `--output-watch-events`: `ADDED`, `MODIFIED`, `DELETED` as first column.
    pub watch_events: bool,
    /// As kubectl 1.3 printed it.
    pub old: bool,
    /// `--server-print=false`: kubectl alone knows no columns but name and age.
    pub bare: bool,
}

/// Headers and rows before alignment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The headings, in capitals.
    pub headers: Vec<String>,
    /// The rows' cells.
    pub rows: Vec<Vec<String>>,
}

/// Prints tables of one kind one after the other, with the header only once: first the list, then, in a watch, each change.
#[derive(Clone, Debug)]
pub struct TablePrinter {
    kind: KindRef,
    options: TableOptions,
    printed_headers: bool,
    writer: TabWriter,
}

impl TablePrinter {
    /// A printer of objects of this kind.
    pub fn new(kind: KindRef, options: TableOptions) -> Self {
        let writer = if options.old { TabWriter::for_old_tables() } else { TabWriter::for_tables() };
        TablePrinter { kind, options, printed_headers: false, writer }
    }

    /// The lines for these objects, as they are at `now`; empty where there are none. Columns are never narrower than before.
    pub fn print<'a>(&mut self, objects: impl IntoIterator<Item = &'a Value>, now: Time) -> String {
        self.print_event("ADDED", objects, now)
    }

    /// As [`TablePrinter::print`], for what a watch reported as `event` (`ADDED`, `MODIFIED`, `DELETED`).
    pub fn print_event<'a>(&mut self, event: &str, objects: impl IntoIterator<Item = &'a Value>, now: Time) -> String {
        self.add(event, objects, now);
        self.writer.flush()
    }

    /// Takes in rows, which are aligned with those that follow.
    fn add<'a>(&mut self, event: &str, objects: impl IntoIterator<Item = &'a Value>, now: Time) {
        let mut options = self.options.clone();
        options.no_headers |= self.printed_headers;
        let mut table = build(self.kind, objects, &options, now);
        if self.options.watch_events {
            table.headers.insert(0, "EVENT".into());
            for row in &mut table.rows {
                row.insert(0, format!("{event:<8}"));
            }
        }
        self.printed_headers |= !table.rows.is_empty();
        write_table(&mut self.writer, &table, options.no_headers);
    }
}

/// Objects of several kinds as `kubectl get` prints them: a table for each run of one kind with a blank line between, and no
/// namespace column for kinds that have none, unless one that has came before. Rows may be added some at a time.
#[derive(Clone, Debug)]
pub struct Tables {
    options: TableOptions,
    with_namespace: bool,
    /// The table that goes on.
    printer: Option<TablePrinter>,
    out: String,
}

impl Tables {
    /// No rows yet.
    pub fn new(options: TableOptions) -> Self {
        Tables { options, with_namespace: false, printer: None, out: String::new() }
    }

    /// The rows of more objects, as they are at `now`.
    pub fn add(&mut self, objects: &[(KindRef, Value)], now: Time) {
        // What has no name was read from a file: no server has made a table of it.
        let all_bare = self.options.bare;
        let is_bare = |object: &Value| all_bare || object.name().is_empty();
        for group in objects.chunk_by(|a, b| a.0 == b.0 && is_bare(&a.1) == is_bare(&b.1)) {
            let (kind, bare) = (group[0].0, is_bare(&group[0].1));
            if self.printer.as_ref().is_none_or(|printer| printer.kind != kind || printer.options.bare != bare) {
                self.end_table();
                if !self.out.is_empty() && !self.options.no_headers {
                    self.out.push('\n');
                }
                // kubectl's printers share the flag.
                self.with_namespace |= self.options.with_namespace && kind.namespaced;
                let options = TableOptions { with_namespace: self.with_namespace, bare, ..self.options.clone() };
                self.printer = Some(TablePrinter::new(kind, options));
            }
            if let Some(printer) = &mut self.printer {
                printer.add("ADDED", group.iter().map(|(_, object)| object), now);
            }
        }
    }

    fn end_table(&mut self) {
        if let Some(mut printer) = self.printer.take() {
            self.out.push_str(&printer.writer.flush());
        }
    }

    /// All of them.
    pub fn finish(mut self) -> String {
        self.end_table();
        self.out
    }
}

/// The cells of the table that the options ask for.
fn build<'a>(kind: KindRef, objects: impl IntoIterator<Item = &'a Value>, options: &TableOptions, now: Time) -> Table {
    let printer = match options {
        TableOptions { bare: true, .. } => bare_printer(),
        TableOptions { old: true, .. } => old_printer_of(kind),
        _ => printer_of(kind),
    };
    let shown = |c: &Column| options.wide || !c.wide;
    let mut headers: Vec<String> = printer.columns().iter().filter(|c| shown(c)).map(|c| c.name.upper()).list();
    if options.with_namespace {
        headers.insert(0, "NAMESPACE".into());
    }
    headers.extend(options.column_labels.iter().map(|l| l.rsplit('/').next().unwrap_or(l).upper()));
    if options.show_labels {
        headers.push("LABELS".into());
    }
    let rows = objects.into_iter().map(|object| {
        let mut row = Vec::with_capacity(headers.len());
        if options.with_namespace {
            row.push(object.namespace().to_owned());
        }
        let mut named = false;
        for (column, cell) in printer.columns().iter().zip(printer.cells(object, now)) {
            let is_name = column.is_name && !named;
            named |= is_name;
            if shown(column) {
                row.push(match column.name {
                    _ if is_name && options.with_kind => format!("{}/{cell}", qualified_kind(kind)),
                    "Age" if options.old => old_age(object.at(&["metadata", "creationTimestamp"]), now),
                    _ => cell,
                });
            }
        }
        row.extend(options.column_labels.iter().map(|l| object.label(l).unwrap_or("").to_owned()));
        if options.show_labels {
            row.push(super::columns::format_labels(object.labels()));
        }
        row
    });
    let rows = rows.list();
    Table { headers, rows }
}

/// The table that the API server makes of an object or a list, with their metadata, or `whole` objects.
// Models apiserver's transformResponseObject. What it says in a column's description is left out.
pub fn table_object(kind: KindRef, answer: &Value, whole: bool, now: Time) -> Value {
    let printer = printer_of(kind);
    let columns = printer.columns().iter().map(|c| {
        let format = if c.is_name { "name" } else { "" };
        obj!({"name": c.name, "type": c.kind, "format": format, "description": "", "priority": i64::from(c.wide)})
    });
    let (items, metadata) = match answer.get("items") {
        Value::List(items) => (items.as_slice(), answer.get("metadata").clone()),
        _ => (std::slice::from_ref(answer), obj!({"resourceVersion": answer.at(&["metadata", "resourceVersion"]).clone()})),
    };
    let rows = items.iter().map(|object| {
        let cells = printer.columns().iter().zip(printer.cells(object, now)).map(|(column, cell)| match column.kind {
            "integer" | "number" | "boolean" => Value::from_json(&cell).unwrap_or(cell.into()),
            _ => cell.into(),
        });
        let mut of = if whole { object.clone() } else { obj!({"metadata": object.get("metadata").clone()}) };
        let (api_version, name) = if whole { (kind.api_version(), kind.kind) } else { ("meta.k8s.io/v1".into(), "PartialObjectMetadata") };
        of.set(&["apiVersion"], api_version);
        of.set(&["kind"], name);
        obj!({"cells": cells.list(), "object": of})
    });
    obj!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": columns.list(), "rows": rows.list()
    })
}

/// `pod`, `deployment.apps`.
fn qualified_kind(kind: KindRef) -> String {
    if kind.group.is_empty() { kind.singular() } else { format!("{}.{}", kind.singular(), kind.group) }
}

fn write_table(writer: &mut TabWriter, table: &Table, no_headers: bool) {
    if table.rows.is_empty() {
        return;
    }
    if !no_headers {
        writer.write(&table.headers.join("\t"));
        writer.write("\n");
    }
    for row in &table.rows {
        for (i, cell) in row.iter().enumerate() {
            if i > 0 {
                writer.write("\t");
            }
            write_cell(writer, cell);
        }
        writer.write("\n");
    }
}

/// A cell is one line: what follows a line break is cut. Escape and other control characters are made visible.
fn write_cell(writer: &mut TabWriter, cell: &str) {
    match cell.find(['\n', '\r', '\u{c}']) {
        Some(end) => {
            writer.write(&escape_terminal(&cell[..end]));
            writer.write("...");
        }
        None => writer.write(&escape_terminal(cell)),
    }
}

/// Makes harmless what would drive a terminal.
// Models k8s.io/cli-runtime/pkg/printers.WriteEscaped.
pub(crate) fn escape_terminal(text: &str) -> String {
    if text.contains(['\u{1b}', '\r']) { text.replace('\u{1b}', "^[").replace('\r', "\\r") } else { text.to_owned() }
}

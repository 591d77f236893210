//! `kubectl get`: tables, the `-o` formats, and watches of both.

use super::OBJECTS_PER_STEP;
use super::raw::raw;
use crate::api::convert::to_version;
use crate::api::selector::{FieldSelector, LabelSelector};
use crate::api::{KindRef, Object, Value};
use crate::base::{List as _, Time};
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, int, list, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::output::columns::age;
use crate::kubectl::output::{SortError, TabWriter, TableOptions, TablePrinter, Tables, list_of, relaxed_path, sorted_places};
use crate::kubectl::printing::ObjectPrinter;
use crate::kubectl::resources::{Found, Info, Query, find};
use crate::kubectl::rest_mapper::version_asked;
use crate::obj;
use crate::server;

/// How many rows of a table are made in one step.
const ROWS_PER_STEP: usize = 256;

const OWN: &[Flag] = &[
    switch("watch", "w"),
    switch("watch-only", ""),
    switch("output-watch-events", ""),
    switch("ignore-not-found", ""),
    switch("show-labels", ""),
    switch("show-kind", ""),
    switch("no-headers", ""),
    list("label-columns", "L"),
    text("sort-by", ""),
    text("raw", ""),
    text("subresource", ""),
    int("chunk-size", ""),
    switch("server-print", ""),
];

/// `kubectl get`.
pub static COMMAND: Command = Command {
    usage: "[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::FIELD_SELECTOR, flags::ALL_NAMESPACES, flags::PRINT, OWN],
    ..Command::new("get", "Display one or many resources", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    check(cx)?;
    if let Some(path) = flags.get("raw") {
        return raw(cx, "GET", path);
    }
    let output = flags.text("output");
    let is_table = matches!(output, "" | "wide") && flags.text("template").is_empty();
    if flags.is_on("show-labels") && !matches!(output, "" | "wide") {
        return fail(format!("--show-labels option cannot be used with {output} printer"));
    }
    if flags.is_on("output-watch-events") && !flags.is_on("watch") && !flags.is_on("watch-only") {
        return fail("--output-watch-events option can only be used with --watch or --watch-only");
    }
    if cx.args().is_empty() && !flags.given("filename") && !flags.given("kustomize") {
        cx.out.errln(
            "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n",
        );
        return fail(
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples",
        );
    }
    let query = Query { allow_empty_selector: true, ..Query::of(cx) };
    let watch = flags.is_on("watch") || flags.is_on("watch-only");
    let revision = cx.host.api.revision();
    let mut found = find(cx, &query, cx.args())?;
    if flags.is_on("ignore-not-found") {
        found.items.retain(|i| !matches!(i, Err(e) if e.is_not_found()));
    }
    // What has ended was shown only on request.
    if cx.inv.legacy && found.listed && !flags.is_on("show-all") {
        let ended = |i: &Info| i.kind.kind == "Pod" && matches!(i.object.at(&["status", "phase"]).str(), "Succeeded" | "Failed");
        found.items.retain(|i| !i.as_ref().is_ok_and(ended));
    }
    if watch {
        if !flags.text("sort-by").is_empty() {
            cx.out.errln(if flags.is_on("watch-only") {
                "warning: --watch-only requested, --sort-by will be ignored"
            } else {
                "warning: --watch requested, --sort-by will be ignored for watch events received"
            });
        }
        let printer = if is_table { None } else { Some(ObjectPrinter::new(cx, true)?) };
        return Watch::start(cx, &query, found, printer, revision);
    }
    if is_table { print_table(cx, found) } else { print_objects(cx, found) }
}

/// How tables are to look.
fn table_options(cx: &Context<'_, '_>) -> TableOptions {
    let flags = cx.flags();
    TableOptions {
        bare: !cx.flags().switch_or("server-print", true),
        wide: flags.text("output") == "wide",
        no_headers: flags.is_on("no-headers"),
        with_namespace: flags.is_on("all-namespaces"),
        with_kind: flags.is_on("show-kind"),
        show_labels: flags.is_on("show-labels"),
        column_labels: flags.list("label-columns").to_vec(),
        watch_events: flags.is_on("output-watch-events"),
        old: cx.inv.legacy,
    }
}

fn print_table(cx: &mut Context<'_, '_>, found: Found) -> Result<Flow, CliError> {
    let mut options = table_options(cx);
    let kinds = found.kinds.clone();
    let listed = found.listed;
    let (mut infos, errors) = found.split();
    // Each list counts, also an empty one; of what is named, only what was found.
    let mut shown: Vec<KindRef> = if listed { kinds.clone() } else { infos.iter().map(|i| i.kind).list() };
    // The server answers with a table for each of them. Of several tables kubectl looks for the path in the tables themselves.
    let several_tables = shown.len() > 1;
    shown.dedup();
    options.with_kind |= shown.len() > 1;
    if let Some(field) = cx.flags().get("sort-by").filter(|f| !f.is_empty()) {
        if several_tables {
            let path = relaxed_path(field).map_err(|refusal| CliError::Message(refusal.to_string()))?;
            return Err(CliError::Message(SortError::NotFound(path).to_string()));
        }
        match if infos.len() > 1 { sort(&mut infos, field) } else { Ok(()) } {
            Ok(()) => {}
            // What goes wrong with the path of a table is swallowed, and the table with it.
            Err(SortError::Path(_) | SortError::NotFound(_)) => infos.clear(),
            Err(error) => {
                cx.klog("F", "sorter.go:375", &error.to_string());
                return Err(CliError::Exit(1, String::new()));
            }
        }
    }
    let rows: Vec<(KindRef, Value)> = infos.into_iter().map(|i| (i.kind, i.object)).list();
    if rows.first().is_some_and(|(_, object)| object.kind() == "Scale") {
        scale_table(cx, &rows);
    } else if !rows.is_empty() {
        options.with_kind |= rows.iter().any(|(kind, _)| *kind != rows[0].0);
        return Tabling { rows, done: 0, tables: Tables::new(options), errors }.resume(cx);
    } else if errors.is_empty() && !cx.flags().is_on("ignore-not-found") && !cx.inv.legacy {
        let namespaced = !cx.flags().is_on("all-namespaces") && kinds.iter().all(|k| k.namespaced);
        let place = if namespaced { format!(" in {} namespace.", cx.namespace()) } else { String::new() };
        cx.out.errln(format!("No resources found{place}"));
    }
    CliError::aggregate(errors)?;
    Ok(Flow::Done)
}

/// `get` of a table, some rows in each step.
#[derive(Clone, Debug)]
pub struct Tabling {
    rows: Vec<(KindRef, Value)>,
    /// How many of them are in the table.
    done: usize,
    tables: Tables,
    errors: Vec<CliError>,
}

impl Tabling {
    /// Goes on with the next rows.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let next = self.rows.len().min(self.done + ROWS_PER_STEP);
        self.tables.add(&self.rows[self.done..next], cx.host.now);
        self.done = next;
        if next < self.rows.len() {
            return Ok(Flow::Wait(Task::Table(Box::new(self)), Step::GoOn));
        }
        cx.out.out(self.tables.finish());
        CliError::aggregate(self.errors)?;
        Ok(Flow::Done)
    }
}

/// The table of `--subresource=scale`.
fn scale_table(cx: &mut Context<'_, '_>, rows: &[(KindRef, Value)]) {
    let mut writer = TabWriter::for_tables();
    if !cx.flags().is_on("no-headers") {
        writer.write("NAME\tDESIRED\tAVAILABLE\tAGE\n");
    }
    for (_, scale) in rows {
        let replicas = |half: &str| scale.at(&[half, "replicas"]).int();
        let age = age(scale.at(&["metadata", "creationTimestamp"]), cx.host.now);
        writer.write(&format!("{}\t{}\t{}\t{age}\n", scale.name(), replicas("spec"), replicas("status")));
    }
    let text = writer.flush();
    cx.out.out(text);
}

/// Sorts by a member of the objects.
fn sort(infos: &mut Vec<Info>, field: &str) -> Result<(), SortError> {
    let places = sorted_places(&infos.iter().map(|i| &i.object).list(), field)?;
    let mut unsorted: Vec<Option<Info>> = std::mem::take(infos).into_iter().map(Some).list();
    infos.extend(places.into_iter().filter_map(|at| unsorted[at].take()));
    Ok(())
}

fn print_objects(cx: &mut Context<'_, '_>, found: Found) -> Result<Flow, CliError> {
    let single = found.single;
    let (mut infos, mut errors) = found.split();
    if single && !errors.is_empty() {
        CliError::check(errors)?;
        return Ok(Flow::Done);
    }
    if infos.is_empty() && cx.flags().is_on("ignore-not-found") {
        CliError::check(errors)?;
        return Ok(Flow::Done);
    }
    let mut printer = ObjectPrinter::new(cx, true)?;
    if let Some(field) = cx.flags().get("sort-by").filter(|f| !f.is_empty()) {
        // A list of one is held against the path too, but not one that was asked for by itself.
        match if single && infos.len() == 1 { Ok(()) } else { sort(&mut infos, field) } {
            Ok(()) => {}
            Err(SortError::Unsortable { path, reason }) => {
                let message = format!("Field {path} in *unstructured.Unstructured is an unsortable type: interface, err: {reason}");
                cx.klog("F", "sorter.go:329", &message);
                return Err(CliError::Exit(1, String::new()));
            }
            Err(SortError::Path(error)) => {
                return fail(relaxed_path(field).err().map_or_else(|| error.to_string(), |refusal| refusal.to_string()));
            }
            Err(error) => return fail(error.to_string()),
        }
    }
    if printer.prints_items() && !(infos.is_empty() || single && infos.len() == 1) {
        infos.reverse();
        return Printing { left: infos, printer, errors }.resume(cx);
    }
    for info in &mut infos {
        let object = std::mem::take(&mut info.object);
        info.object = as_asked(cx, info, object);
    }
    let to_print = |infos: &[Info]| match infos {
        [one] if single => one.object.clone(),
        many => list_of(many.iter().map(|i| i.object.clone()).list()),
    };
    let mut object = to_print(&infos);
    if printer.shows_managers(&object) {
        for info in &mut infos {
            info.object = cx.host.api.with_managers(info.kind, std::mem::take(&mut info.object));
        }
        object = to_print(&infos);
    }
    errors.extend(printer.print(&object, cx.out).err());
    CliError::check(errors)?;
    Ok(Flow::Done)
}

/// `get -o yaml` and `-o json` of several objects, a few in each step.
#[derive(Clone, Debug)]
pub struct Printing {
    /// What is left, the next one last.
    left: Vec<Info>,
    printer: ObjectPrinter,
    errors: Vec<CliError>,
}

impl Printing {
    /// Goes on with the next few.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let mut items = Vec::new();
        while items.len() < OBJECTS_PER_STEP
            && let Some(mut info) = self.left.pop()
        {
            let object = std::mem::take(&mut info.object);
            let object = as_asked(cx, &info, object);
            let shows = self.printer.shows_managers(&object);
            items.push(if shows { cx.host.api.with_managers(info.kind, object) } else { object });
        }
        let more = !self.left.is_empty();
        self.printer.print_items(items, more, cx.out);
        if more {
            return Ok(Flow::Wait(Task::Print(Box::new(self)), Step::GoOn));
        }
        CliError::check(self.errors)?;
        Ok(Flow::Done)
    }
}

/// An object at the version that it was asked for at: its file's, or one that the command line names.
pub(super) fn as_asked(cx: &Context<'_, '_>, info: &Info, object: Value) -> Value {
    let of_file = Some(info.version).filter(|v| !v.is_empty() && *v != info.kind.version);
    match of_file.or_else(|| version_asked(cx.host.api, cx.args(), info.kind)) {
        Some(version) => to_version(info.kind, version, object),
        None => object,
    }
}

/// `get --watch`: what is there, then every change.
#[derive(Clone, Debug)]
pub struct Watch {
    watch: server::Watch,
    /// When `--request-timeout` ends it.
    until: Option<Time>,
    printer: WatchPrinter,
}

#[derive(Clone, Debug)]
enum WatchPrinter {
    Table(Box<TablePrinter>),
    Objects(ObjectPrinter, bool),
    /// As the API sends them.
    Raw,
}

impl Watch {
    /// `get --raw` of a path that asks for a watch.
    pub(super) fn raw(watch: server::Watch) -> Watch {
        Watch { until: None, watch, printer: WatchPrinter::Raw }
    }

    fn start(
        cx: &mut Context<'_, '_>,
        query: &Query,
        found: Found,
        printer: Option<ObjectPrinter>,
        revision: u64,
    ) -> Result<Flow, CliError> {
        let mut kinds = found.kinds.clone();
        kinds.dedup();
        if kinds.len() > 1 && cx.args().is_empty() {
            return fail("watch is only supported on individual resources and resource collections - more than 1 resource was found");
        }
        let by_name =
            cx.args().len() > 1 || cx.args().first().is_some_and(|a| a.contains('/')) || !found.items.is_empty() && cx.args().is_empty();
        let (infos, mut errors) = found.split();
        // To watch, the first error ends it. Of a file's objects that are not there, not even the kind is known.
        errors.truncate(1);
        if kinds.len() < 2 {
            CliError::check(errors)?;
        }
        let [kind] = kinds.as_slice() else { return fail("you may only specify a single resource type") };
        let name = match infos.as_slice() {
            [one] if by_name => Some(one.name.clone()),
            // With `--ignore-not-found` there may be nothing to watch.
            [] if by_name => return Ok(Flow::Done),
            _ if by_name => return fail("you may only specify a single resource type"),
            _ => None,
        };
        let namespace = (kind.namespaced && !query.all_namespaces)
            .then(|| infos.first().filter(|_| by_name).map_or(cx.namespace(), |i| i.namespace.clone()));
        let parse = |e: crate::api::selector::SelectorError| CliError::Message(e.to_string());
        let by_name = name.map(|name| format!("metadata.name={name}"));
        let fields = FieldSelector::parse(by_name.as_deref().or(query.field_selector.as_deref()).unwrap_or("")).map_err(parse)?;
        let labels = LabelSelector::parse(query.selector.as_deref().unwrap_or("")).map_err(parse)?;
        let one = fields.one_name();
        if let Err(CliError::Status(mut status)) = cx.require(("watch", kind, ""), namespace.as_deref().unwrap_or_default(), one) {
            // The body of a refused watch is not read.
            status.message = format!("unknown (get {})", kind.qualified());
            return Err(status.into());
        }
        let events = cx.flags().is_on("output-watch-events");
        let mut options = table_options(cx);
        options.with_namespace &= kind.namespaced;
        let mut watch = Watch {
            watch: server::Watch::after(revision, kind, namespace, labels, fields),
            until: cx.watch_deadline(),
            printer: match printer {
                Some(p) => WatchPrinter::Objects(p, events),
                None => WatchPrinter::Table(Box::new(TablePrinter::new(kind, options))),
            },
        };
        if !cx.flags().is_on("watch-only") {
            let objects: Vec<Value> = infos.into_iter().map(|i: Info| i.object).list();
            watch.print(cx, "ADDED", &objects)?;
        }
        watch.resume(cx)
    }

    fn print(&mut self, cx: &mut Context<'_, '_>, event: &str, objects: &[Value]) -> Result<(), CliError> {
        match &mut self.printer {
            WatchPrinter::Raw => {}
            WatchPrinter::Table(table) => {
                let text = table.print_event(event, objects, cx.host.now);
                cx.out.out(text);
            }
            WatchPrinter::Objects(printer, events) => {
                // Of an event its object is named.
                let wraps = *events && cx.flags().text("output") != "name";
                for object in objects {
                    if wraps {
                        let object = obj!({"type": event, "object": object});
                        printer.print(&object, cx.out)?;
                    } else {
                        printer.print(object, cx.out)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Prints what changed since the last time.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let now = cx.host.now;
        let (until, ends) = if let WatchPrinter::Raw = self.printer {
            let (lines, ends) = self.watch.lines(cx.host.api, now);
            cx.out.out(lines);
            (Some(self.watch.next_at()), ends)
        } else {
            for (event, object) in self.watch.changes(cx.host.api)? {
                self.print(cx, event, std::slice::from_ref(&object))?;
            }
            (self.until, self.until.is_some_and(|at| now >= at))
        };
        if ends {
            return Ok(Flow::Done);
        }
        Ok(Flow::Wait(Task::Watch(Box::new(self)), Step::WaitChange(until)))
    }
}

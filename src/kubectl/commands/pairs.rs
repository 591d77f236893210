//! What `label` and `annotate` share: changes to a map of the metadata, given as `KEY=VALUE` and `KEY-`.

use crate::api::Value;
use crate::kubectl::checks::{check, check_objects};
use crate::kubectl::command::{Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::legacy;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, Visit, find};

/// How both are used.
pub const USAGE: &str = "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]";

/// The flags of both.
pub const FLAGS: &[&[Flag]] = &[
    flags::FILENAME,
    flags::SELECTOR,
    flags::FIELD_SELECTOR,
    flags::ALL,
    flags::ALL_NAMESPACES,
    flags::PRINT,
    flags::DRY_RUN,
    flags::RECORD,
    flags::LOCAL,
    flags::WRITE,
    &[switch("overwrite", ""), switch("list", ""), text("resource-version", "")],
];

/// Splits the arguments into resources and changes: the first that has `=` or ends in `-` begins the changes.
// Models cmdutil.GetResourcesAndPairs.
pub fn split_arguments<'a>(args: &'a [String], what: &str) -> Result<(&'a [String], &'a [String]), CliError> {
    let is_change = |a: &String| (a.contains('=') && !a.starts_with('=')) || (a.ends_with('-') && a.len() > 1);
    let at = args.iter().position(is_change).unwrap_or(args.len());
    if let Some(odd) = args[at..].iter().find(|a| !is_change(a)) {
        return fail(format!("all resources must be specified before {what} changes: {odd}"));
    }
    Ok(args.split_at(at))
}

/// What is to be set and what is to be taken away.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Keys and values.
    pub set: Vec<(String, String)>,
    /// Keys.
    pub remove: Vec<String>,
}

impl Changes {
    /// Sets a key, to what it is given last.
    pub fn put(&mut self, key: &str, value: &str) {
        self.set.retain(|(k, _)| k != key);
        self.set.push((key.to_owned(), value.to_owned()));
    }

    /// The keys that are both set and taken away.
    pub fn both(&self) -> impl Iterator<Item = &str> {
        self.remove.iter().map(String::as_str).filter(|r| self.set.iter().any(|(k, _)| k == r))
    }
}

/// What one call of either is to do.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `label` or `annotation`.
    what: &'static str,
    pub changes: Changes,
    pub dry_run: DryRun,
    /// Whether the map is to be shown.
    pub listing: bool,
    /// Whether there may be several objects.
    many: bool,
    pub reporter: Reporter,
}

impl Asked {
    /// Reads the command line, and finds the objects to do it to; `file` is what a file is called in errors.
    pub fn begin(
        cx: &mut Context<'_, '_>,
        what: &'static str,
        file: &str,
        parse: fn(&[String]) -> Result<Changes, CliError>,
        change: Change,
    ) -> Result<Changing, CliError> {
        let flags = cx.flags();
        let dry_run = cx.dry_run()?;
        let reporter = if what == "label" { Reporter::late(cx)? } else { Reporter::new(cx)? };
        let (resources, pairs) = split_arguments(cx.args(), what)?;
        let changes = parse(pairs)?;
        check(cx)?;
        check_objects(cx, resources, file)?;
        let listing = flags.is_on("list");
        if changes.set.is_empty() && changes.remove.is_empty() && !listing {
            return fail(format!("at least one {what} update is required"));
        }
        let query = Query { local: flags.is_on("local"), ..Query::of(cx) };
        let found = find(cx, &query, resources)?;
        if !found.single && !flags.text("resource-version").is_empty() {
            return fail("--resource-version may only be used with a single resource");
        }
        let asked = Asked { what, changes, dry_run, listing, many: !found.single, reporter };
        Ok(Changing { asked, nodes: Vec::new(), visit: Visit::of(found), change })
    }

    /// Whether the server is to make the changes.
    pub fn writes(&self, cx: &Context<'_, '_>) -> bool {
        self.dry_run != DryRun::Client && !cx.flags().is_on("local") && !self.listing
    }

    /// The merge patch that makes the changes to a map of the metadata.
    pub fn patch(&self, cx: &Context<'_, '_>, map: &str) -> Value {
        let mut patch = Value::map();
        for (key, value) in &self.changes.set {
            patch.set(&["metadata", map, key], value.as_str());
        }
        for key in &self.changes.remove {
            patch.set(&["metadata", map, key], Value::Null);
        }
        let version = cx.flags().text("resource-version");
        if !version.is_empty() {
            patch.set(&["metadata", "resourceVersion"], version);
        }
        patch
    }

    /// `--list`.
    pub fn list(&self, cx: &mut Context<'_, '_>, info: &Info, map: &Value) {
        let indent = if self.many { " " } else { "" };
        if self.many {
            cx.out.outln(format!("Listing {}s for {}.{}/{}:", self.what, info.kind.kind, info.kind.group, info.name));
        }
        for (key, value) in map.entries() {
            cx.out.outln(format!("{indent}{key}={}", value.str()));
        }
    }
}

/// Does it to one object.
type Change = fn(&mut Context<'_, '_>, &Info, &mut Asked) -> Result<(), CliError>;

/// Either at work.
#[derive(Clone, Debug)]
pub struct Changing {
    asked: Asked,
    /// Nodes that had their turn.
    nodes: Vec<String>,
    visit: Visit,
    change: Change,
}

impl Changing {
    /// Goes on with the next few objects.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let more = self.visit.next(super::OBJECTS_PER_STEP, &mut |info, _| {
            if info.kind.kind == "Node" {
                self.nodes.push(info.name.clone());
            }
            (self.change)(cx, &info, &mut self.asked)
        });
        if more {
            return Ok(Flow::Wait(Task::Change(Box::new(self)), Step::GoOn));
        }
        CliError::check(self.visit.errors())?;
        if cx.inv.legacy && self.asked.what == "label" && !self.asked.listing && !self.nodes.is_empty() {
            legacy::labelled_nodes(cx, &self.nodes);
        }
        Ok(Flow::Done)
    }
}

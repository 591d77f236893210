//! `kubectl events`.

use crate::api::{KindRef, Object, Value, kinds, quote};
use crate::base::{List as _, Order as _, Time};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, int, list, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::output::columns::{age, timestamp_micros};
use crate::kubectl::output::{TabWriter, typed_list};
use crate::kubectl::printing::{ObjectPrinter, object_printer};
use crate::kubectl::rest_mapper::require_kind;
use crate::server::ListOptions;
use crate::store::ChangeType;

const OWN: &[Flag] = &[text("for", ""), list("types", ""), switch("watch", "w"), switch("no-headers", ""), int("chunk-size", "")];

/// `kubectl events`.
pub static COMMAND: Command = Command {
    usage: "[(-o|--output=)json|yaml|kyaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]",
    flags: &[flags::ALL_NAMESPACES, flags::PRINT, OWN],
    ..Command::new("events", "List events", run)
};

/// Which events are shown.
#[derive(Clone, Debug)]
struct Filter {
    /// Of this object.
    object: Option<(KindRef, String)>,
    types: Vec<String>,
    namespace: Option<String>,
}

/// `events --watch`.
#[derive(Clone, Debug)]
pub struct Watching {
    filter: Filter,
    revision: u64,
    until: Option<Time>,
    printer: Option<ObjectPrinter>,
    writer: TabWriter,
}

impl Filter {
    fn matches(&self, event: &Value) -> bool {
        let involved = event.get("involvedObject");
        self.types.iter().all(|_| self.types.iter().any(|t| t.eq_ignore_ascii_case(event.get("type").str())))
            && self.namespace.as_ref().is_none_or(|n| n == event.namespace())
            && self.object.as_ref().is_none_or(|(kind, name)| {
                let is = |member: &str, value: &str| involved.get(member).str() == value;
                is("kind", kind.kind) && is("name", name) && is("apiVersion", &kind.api_version())
            })
    }
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let object = match flags.text("for") {
        "" => None,
        target if target.matches('/').count() > 1 => return fail("arguments in resource/name form may not have more than one slash"),
        target => match target.split_once('/') {
            None => return fail("--for must be in resource/name form"),
            Some(("", _)) => return fail("a resource must be present, got: /, Resource="),
            Some((kind, name)) => match require_kind(cx.host.api, kind) {
                // Without a name there is nothing to select by.
                Ok(kind) => Some((kind, name.to_owned())).filter(|_| !name.is_empty()),
                Err(error) => {
                    let group = kind.split_once('.').map(|(_, group)| format!(" in group {}", quote(group)));
                    return Err(CliError::NoResource(error.to_string() + &group.unwrap_or_default()));
                }
            },
        },
    };
    let printer = object_printer(cx)?;
    let types = flags.list("types").to_vec();
    if types.iter().any(|t| !t.eq_ignore_ascii_case("normal") && !t.eq_ignore_ascii_case("warning")) {
        return fail("valid --types are Normal or Warning");
    }
    let all = flags.is_on("all-namespaces");
    let namespace = cx.namespace();
    let filter = Filter { object, types, namespace: (!all).then(|| namespace.clone()) };
    let revision = cx.host.api.revision();
    let events = cx.list(kinds::EVENT, filter.namespace.as_deref(), &ListOptions::default())?;
    let mut events: Vec<Value> = events.into_iter().filter(|e| filter.matches(e)).list();
    let mut watching = Watching { filter, revision, until: cx.watch_deadline(), printer, writer: TabWriter::for_tables() };
    if flags.is_on("watch") {
        watching.headers(cx);
        watching.print(cx, &events)?;
        return watching.resume(cx);
    }
    if events.is_empty() {
        let place = if all { ".".to_owned() } else { format!(" in {namespace} namespace.") };
        cx.out.errln(format!("No events found{place}"));
        return Ok(Flow::Done);
    }
    events.order_as_go(|a, b| last_seen(a) < last_seen(b));
    if let Some(printer) = &mut watching.printer {
        // A list of this type has no name, and what the printer says of that is not looked at.
        if flags.text("output") != "name" {
            printer.print(&typed_list("EventList", events), cx.out)?;
        }
        return Ok(Flow::Done);
    }
    watching.headers(cx);
    watching.print(cx, &events)?;
    Ok(Flow::Done)
}

/// When an event was last seen, in microseconds.
// Models events.SortableEvents.
fn last_seen(event: &Value) -> i64 {
    let series = event.at(&["series", "lastObservedTime"]);
    let times = [series, event.get("lastTimestamp"), event.get("eventTime")];
    times.into_iter().find_map(timestamp_micros).unwrap_or(0)
}

impl Watching {
    fn headers(&mut self, cx: &Context<'_, '_>) {
        if cx.flags().is_on("no-headers") || self.printer.is_some() {
            return;
        }
        if self.filter.namespace.is_none() {
            self.writer.write("NAMESPACE\t");
        }
        self.writer.write("LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n");
    }

    fn print(&mut self, cx: &mut Context<'_, '_>, events: &[Value]) -> Result<(), CliError> {
        if let Some(printer) = &mut self.printer {
            return events.iter().try_for_each(|e| printer.print(e, cx.out));
        }
        for event in events {
            if self.filter.namespace.is_none() {
                self.writer.write(&format!("{}\t", event.namespace()));
            }
            let involved = event.get("involvedObject");
            let line = format!(
                "{}\t{}\t{}\t{}/{}\t{}\n",
                interval(event, cx),
                event.get("type").str(),
                event.get("reason").str(),
                involved.get("kind").str(),
                involved.get("name").str(),
                event.get("message").str().trim()
            );
            self.writer.write(&line);
        }
        let text = self.writer.flush();
        cx.out.out(text);
        Ok(())
    }

    /// Prints the events since the last look.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let store = cx.host.api.store();
        let changes = store.changes_after(self.revision).map_err(|e| CliError::Message(e.to_string()))?;
        let kind = kinds::EVENT;
        let mut fresh = Vec::new();
        for version in changes {
            self.revision = version.revision;
            if version.key.kind == kind && version.change != ChangeType::Deleted && self.filter.matches(&version.value) {
                fresh.push(version.value.clone());
            }
        }
        self.print(cx, &fresh)?;
        let until = self.until;
        if until.is_some_and(|at| cx.host.now >= at) {
            return Ok(Flow::Done);
        }
        Ok(Flow::Wait(Task::Events(Box::new(self)), Step::WaitChange(until)))
    }
}

/// How long ago, and how often.
// Models kubectl/pkg/cmd/events.getInterval.
fn interval(event: &Value, cx: &Context<'_, '_>) -> String {
    let now = cx.host.now;
    let event_time = event.get("eventTime");
    let first = if event_time.str().is_empty() { age(event.get("firstTimestamp"), now) } else { age(event_time, now) };
    let series = event.get("series");
    if !series.is_null() {
        format!("{} (x{} over {first})", age(series.get("lastObservedTime"), now), series.get("count").int())
    } else if event.get("count").int() > 1 {
        format!("{} (x{} over {first})", age(event.get("lastTimestamp"), now), event.get("count").int())
    } else {
        first
    }
}

//! `kubectl describe`.

use crate::api::{KindRef, Object, Value, kinds};
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::describe::{Related, describe_as};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, int, switch};
use crate::kubectl::host::Step;
use crate::kubectl::legacy;
use crate::kubectl::resources::{Info, Query, find};
use crate::kubectl::rest_mapper::require_kind;
use crate::server::ListOptions;

const OWN: &[Flag] = &[switch("show-events", ""), int("chunk-size", "")];

/// `kubectl describe`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]",
    flags: &[flags::FILENAME, flags::SELECTOR, flags::ALL_NAMESPACES, OWN],
    ..Command::new("describe", "Show details of a specific resource or group of resources", run)
};

/// The objects around what is described, as they are in the cluster: those that may be read.
struct Cluster<'a, 'c, 'h>(&'a Context<'c, 'h>);

impl Related for Cluster<'_, '_, '_> {
    fn refusal(&self, verb: &str, kind: KindRef, namespace: &str, name: &str) -> Option<String> {
        match self.0.require((verb, kind, ""), namespace, name) {
            Err(CliError::Status(status)) => Some(status.into_message()),
            _ => None,
        }
    }

    fn list(&self, kind: KindRef, namespace: Option<&str>) -> Vec<Value> {
        let allowed = self.0.require(("list", kind, ""), namespace.unwrap_or_default(), "").is_ok();
        self.0.host.api.iter(kind, namespace).filter(|_| allowed).cloned().list()
    }

    fn get(&self, kind: KindRef, namespace: &str, name: &str) -> Option<Value> {
        self.0.require(("get", kind, ""), namespace, name).ok()?;
        let host = &self.0.host;
        host.api.peek(kind, namespace, name).cloned().map(|o| host.api.as_read(host.now, o))
    }
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if cx.args().is_empty() && !cx.flags().given("filename") && !cx.flags().given("kustomize") {
        return fail(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.\n",
        );
    }
    let query = Query { allow_empty_selector: true, ..Query::of(cx) };
    let found = find(cx, &query, cx.args())?;
    let (mut infos, mut errors) = found.split();
    // Objects of files are not fetched before they are described: each of those that are not there is an error of its own.
    let undescribed = |e: &CliError| e.is_not_found() || matches!(e, CliError::Message(m) if m == "resource name may not be empty");
    if errors.iter().all(|e| e.leaves().into_iter().all(undescribed)) {
        errors = errors.iter().flat_map(CliError::leaves).cloned().list();
    }
    // The second of two arguments is taken for the beginning of a name of the first.
    let missing = matches!(errors.as_slice(), [one] if one.is_not_found());
    if missing && cx.args().len() == 2 && cx.args()[1].contains('/') {
        infos.clear();
    }
    let (mut alone, mut by_prefix_only) = (infos.len() == 1 && errors.is_empty(), false);
    if infos.is_empty() && errors.iter().all(CliError::is_not_found) && cx.args().len() == 2 && !cx.args()[1].contains('/') {
        infos = by_prefix(cx)?;
        (alone, by_prefix_only) = (false, true);
        if infos.is_empty() {
            CliError::check(std::mem::take(&mut errors))?;
        }
        errors.clear();
    } else if infos.is_empty() {
        CliError::aggregate(errors)?;
        // Also of kinds that are in none.
        let place = if query.all_namespaces { String::new() } else { format!(" in {} namespace.", cx.namespace()) };
        cx.out.errln(format!("No resources found{place}"));
        return Ok(Flow::Done);
    }
    let events = cx.flags().switch_or("show-events", alone);
    infos.reverse();
    Describing { left: infos, events, by_prefix: by_prefix_only, is_first: true, errors, unlisted: Vec::new() }.resume(cx)
}

/// What must be listed to describe an object of a kind: without leave to do so it is not described at all.
fn listed(kind: KindRef) -> &'static [KindRef] {
    match (kind.group, kind.plural) {
        ("", "namespaces") => &[kinds::RESOURCE_QUOTA, kinds::LIMIT_RANGE],
        ("", "persistentvolumeclaims" | "replicationcontrollers") | ("apps", "daemonsets" | "statefulsets") => &[kinds::POD],
        _ => &[],
    }
}

/// `describe` at work, a few objects in each step.
///
/// Their events are shown by default only where there is one and it was named in full. Those that were found by the beginning of their
/// name have a line after them, others before.
#[derive(Clone, Debug)]
pub struct Describing {
    /// What is left, the next one last.
    left: Vec<Info>,
    events: bool,
    by_prefix: bool,
    is_first: bool,
    errors: Vec<CliError>,
    /// Why others cannot be described, each reason once.
    unlisted: Vec<CliError>,
}

impl Describing {
    /// Goes on with the next few.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        for _ in 0..super::OBJECTS_PER_STEP {
            let Some(info) = self.left.pop() else { break };
            let namespace = if info.kind == kinds::NAMESPACE { &info.name } else { &info.namespace };
            if let Some(error) = listed(info.kind).iter().find_map(|kind| cx.require(("list", kind, ""), namespace, "").err()) {
                if self.unlisted.iter().all(|e| e.to_string() != error.to_string()) {
                    self.unlisted.push(error);
                }
                continue;
            }
            if !std::mem::take(&mut self.is_first) && !self.by_prefix {
                cx.out.out("\n\n");
            }
            // Without leave to list them there are none.
            let events = self.events && cx.require(("list", kinds::EVENT, ""), &info.namespace, "").is_ok();
            let old = if cx.inv.legacy { legacy::describe(&info) } else { None };
            let text = old.unwrap_or_else(|| describe_as(info.kind, &info.object, &Cluster(cx), events, cx.host.now, cx.inv.legacy));
            cx.out.out(text);
            if self.by_prefix {
                cx.out.out("\n");
            }
        }
        if !self.left.is_empty() {
            return Ok(Flow::Wait(Task::Describe(Box::new(self)), Step::GoOn));
        }
        self.errors.append(&mut self.unlisted);
        CliError::aggregate(self.errors)?;
        Ok(Flow::Done)
    }
}

/// The objects whose name begins so, where none has exactly that name.
fn by_prefix(cx: &mut Context<'_, '_>) -> Result<Vec<Info>, CliError> {
    let (kind, prefix) = (require_kind(cx.host.api, &cx.args()[0])?, &cx.args()[1]);
    let namespace = cx.namespace();
    let objects = cx.list(kind, Some(&namespace), &ListOptions::default())?;
    let matching = objects.into_iter().filter(|o| o.name().starts_with(prefix.as_str()));
    Ok(matching.map(|o| Info::of(kind, o)).list())
}

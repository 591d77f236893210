//! `kubectl wait`.

use crate::api::{Object, Value};
use crate::base::{Case as _, Duration, List as _, Time};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, duration};
use crate::kubectl::host::Step;
use crate::kubectl::output::{JsonPath, relaxed_path};
use crate::kubectl::printing::{ObjectPrinter, named, object_printer};
use crate::kubectl::resources::{Info, Query, find};

const OWN: &[Flag] = &[array("for", ""), duration("timeout")];

/// `kubectl wait`.
pub static COMMAND: Command = Command {
    usage: "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
    flags: &[flags::FOLDERS, flags::SELECTOR, flags::FIELD_SELECTOR, flags::ALL, flags::ALL_NAMESPACES, flags::PRINT, flags::LOCAL, OWN],
    ..Command::new("wait", "Wait for a specific condition on one or many resources", run)
};

/// Where `--timeout` does not say.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A negative timeout means a week.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// What is waited for.
#[derive(Clone, Debug)]
enum Goal {
    Create,
    Delete,
    Condition(String, String),
    Path(Box<JsonPath>, Option<String>),
}

/// `wait` at work.
#[derive(Clone, Debug)]
pub struct Waiting {
    goals: Vec<Goal>,
    /// How many of them the next object has reached.
    reached: usize,
    /// The objects, and errors of finding them, the next one last.
    queue: Vec<Result<Info, CliError>>,
    /// What is looked for again and again where `--for=create` waits.
    query: Option<Box<Query>>,
    deadline: Time,
    printer: Option<ObjectPrinter>,
    errors: Vec<CliError>,
    /// Who comes after one that took all the time is not looked at any more.
    late: bool,
}

/// What is waited for is not so.
fn unmet<T>(message: impl Into<String>) -> Result<T, CliError> {
    Err(CliError::Unmet(message.into()))
}

fn parse_goal(text: &str) -> Result<Goal, CliError> {
    let lower = text.lower();
    if lower == "delete" {
        return Ok(Goal::Delete);
    }
    if lower == "create" {
        return Ok(Goal::Create);
    }
    if let Some(condition) = text.strip_prefix("condition=") {
        let (name, value) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(Goal::Condition(name.to_owned(), value.to_owned()));
    }
    if let Some(rest) = text.strip_prefix("jsonpath=") {
        let parts = split_path(rest);
        let (path, value) = match parts.as_slice() {
            [path] => (path, None),
            [path, value] => (path, Some(value.trim_matches(['\'', '"']).to_owned())),
            _ => {
                return fail(
                    "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
                );
            }
        };
        let wrong = |e: &dyn std::fmt::Display| CliError::Message(e.to_string());
        let template = relaxed_path(path).map_err(|e| wrong(&e))?;
        if value.as_deref() == Some("") {
            return fail("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
        }
        if template.is_empty() {
            return fail("jsonpath expression cannot be empty");
        }
        let parsed = JsonPath::parse(&template).map_err(|e| wrong(&e))?;
        return Ok(Goal::Path(Box::new(parsed), value));
    }
    fail(format!("unrecognized condition: {text:?}"))
}

/// What single `=` separate.
// Models wait.splitJSONPathInput.
fn split_path(input: &str) -> Vec<String> {
    const EQUAL: &str = "\0";
    input.replace("==", EQUAL).split('=').map(|part| part.replace(EQUAL, "==")).list()
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let given = flags.list("for");
    if given.is_empty() {
        return fail("unrecognized condition: []");
    }
    let printer = object_printer(cx)?;
    let goals = given.iter().map(|g| parse_goal(g)).collect::<Result<Vec<Goal>, CliError>>()?;
    let timeout = match flags.duration_micros("timeout") {
        None => TIMEOUT,
        Some(us) if us < 0 => WEEK,
        Some(us) => Duration::from_micros(us.unsigned_abs()),
    };
    let deadline = cx.host.now + timeout;
    let for_create = goals.iter().any(|g| matches!(g, Goal::Create));
    let deletes = goals.iter().any(|g| matches!(g, Goal::Delete));
    let query = Query::of(cx);
    let waiting = Waiting { goals, reached: 0, queue: Vec::new(), query: None, deadline, printer, errors: Vec::new(), late: false };
    if for_create {
        return Waiting { query: Some(Box::new(query)), ..waiting }.resume(cx);
    }
    let mut queue = find(cx, &query, cx.args())?.items;
    if deletes {
        queue.retain(|item| !matches!(item, Err(e) if e.is_not_found()));
    }
    if queue.is_empty() && !deletes {
        return unmet("no matching resources found");
    }
    queue.reverse();
    Waiting { queue, ..waiting }.resume(cx)
}

impl Waiting {
    /// Looks again.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        if let Some(query) = self.query.take() {
            let found = find(cx, &query, cx.args())?;
            // What a file names has to be there already, as errors of files are several.
            let from_files = found.from_files;
            let (infos, errors) = found.split();
            if let Some(error) = errors.iter().find(|e| from_files || !e.is_not_found()) {
                return Err(error.clone());
            }
            if infos.is_empty() || !errors.is_empty() {
                if cx.host.now >= self.deadline {
                    return unmet("timed out waiting for the condition");
                }
                self.query = Some(query);
                return self.wait();
            }
            self.queue = infos.into_iter().rev().map(Ok).list();
        }
        let enough = self.queue.len().saturating_sub(super::OBJECTS_PER_STEP);
        while let Some(item) = self.queue.last().cloned() {
            if self.queue.len() == enough {
                return Ok(Flow::Wait(Task::WaitFor(Box::new(self)), Step::GoOn));
            }
            let info = match item {
                Ok(info) => info,
                Err(error) => {
                    self.queue.pop();
                    self.errors.push(error);
                    continue;
                }
            };
            cx.require(("list", info.kind, ""), &info.namespace, &info.name)?;
            let current = cx.host.api.get(info.kind, &info.namespace, &info.name).ok();
            match self.is_met(&info, current.as_ref()).map(|met| met && !self.late) {
                Ok(true) => {
                    // One after the other.
                    self.reached += 1;
                    if self.reached >= self.goals.len() {
                        self.next();
                    }
                    match &mut self.printer {
                        Some(printer) => printer.print(current.as_ref().unwrap_or(&info.object), cx.out)?,
                        None => cx.out.outln(format!("{} condition met", named(info.kind, &info.name))),
                    }
                }
                Ok(false) if cx.host.now < self.deadline => return self.wait(),
                Ok(false) => {
                    self.next();
                    let once = cx.flags().duration_micros("timeout") == Some(0);
                    self.late = !once && !self.goals.iter().any(|g| matches!(g, Goal::Delete));
                    let what = if once { "condition not met for" } else { "timed out waiting for the condition on" };
                    self.errors.push(CliError::Unmet(format!("{what} {}/{}", info.kind.plural, info.name)));
                }
                Err(error) => {
                    self.next();
                    self.errors.push(error);
                }
            }
        }
        CliError::check(self.errors)?;
        Ok(Flow::Done)
    }

    fn wait(self) -> Result<Flow, CliError> {
        let until = self.deadline;
        Ok(Flow::Wait(Task::WaitFor(Box::new(self)), Step::WaitChange(Some(until))))
    }

    /// Goes on to the next object.
    fn next(&mut self) {
        self.queue.pop();
        self.reached = 0;
    }

    /// Whether the object has reached the goal that it has not reached yet.
    fn is_met(&self, info: &Info, current: Option<&Value>) -> Result<bool, CliError> {
        match (self.goals.get(self.reached), current) {
            (None, _) => Ok(true),
            (Some(Goal::Create), current) => Ok(current.is_some()),
            (Some(Goal::Delete), current) => Ok(current.is_none_or(|c| c.uid() != info.object.uid())),
            (_, None) => unmet(format!("timed out waiting for the condition on {}/{}", info.kind.plural, info.name)),
            (Some(Goal::Condition(name, value)), Some(object)) => Ok(has_condition(object, name, value)),
            (Some(Goal::Path(path, value)), Some(object)) => finds(path, value.as_deref(), object),
        }
    }
}

/// Whether a condition has this status, and is about the newest generation.
// Models wait.ConditionalWait.checkCondition.
fn has_condition(object: &Value, name: &str, value: &str) -> bool {
    let generation = object.at(&["metadata", "generation"]);
    let conditions = object.at(&["status", "conditions"]).items();
    let Some(condition) = conditions.iter().find(|c| c.get("type").str().eq_ignore_ascii_case(name)) else { return false };
    let observed = [condition.get("observedGeneration"), object.at(&["status", "observedGeneration"])];
    let observed = observed.into_iter().find(|o| !o.is_null()).unwrap_or(&Value::Null);
    if !generation.is_null() && !observed.is_null() && observed.int() < generation.int() {
        return false;
    }
    condition.get("status").str().eq_ignore_ascii_case(value)
}

/// Whether the path finds something, or just this.
// Models wait.JSONPathWait.
fn finds(path: &JsonPath, value: Option<&str>, object: &Value) -> Result<bool, CliError> {
    let results = path.find(object, true).map_err(|e| CliError::Message(e.to_string()))?;
    let found: Vec<&Value> = results.iter().flatten().list();
    match (found.as_slice(), value) {
        ([], _) => Ok(false),
        ([_], None) => Ok(true),
        ([Value::List(_) | Value::Map(_)], _) => fail("jsonpath leads to a nested object or list which is not supported"),
        ([Value::Str(s)], Some(value)) => Ok(s.trim() == value.trim()),
        ([other], Some(value)) => Ok(other.to_json() == value.trim()),
        _ => fail("given jsonpath expression matches more than one value"),
    }
}

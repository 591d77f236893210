//! The CEL rules (`x-kubernetes-validations`) of a schema, and their evaluation on objects.
// Models apiextensions' pkg/apiserver/schema/cel.Validator.

use thiserror::Error;

use super::super::cel::{CompileError, Data, Fail, Program, Scope};
use super::super::{ArcStr, Cause, Map, Value, quote};
use crate::base::List as _;
use crate::base::text::control_of;

/// How deep a schema is looked into.
const DEPTH_MAX: usize = 64;
/// How much the rules of one object may cost together.
const BUDGET: u64 = 10_000_000;
/// How long a message from an expression may be, in bytes.
const MESSAGE_MAX: usize = 5 * 1024;
const OVER: &str = "validation failed due to running out of cost budget, no further validation rules will be run";

/// The compiled rules of a schema and of its parts.
#[derive(Debug, Default)]
pub struct Rules {
    schema: Value,
    root: bool,
    rules: Vec<Rule>,
    items: Option<Box<Rules>>,
    rest: Option<Box<Rules>>,
    properties: Vec<(ArcStr, Rules)>,
}

#[derive(Debug)]
struct Rule {
    given: Value,
    program: Result<Program, CompileError>,
    message: Option<Program>,
    /// The `fieldPath` of its error, below the value.
    path: String,
}

impl Rule {
    fn optional(&self) -> bool {
        self.given.get("optionalOldSelf").is_true()
    }

    /// The rule as errors name it.
    fn name(&self) -> &str {
        let message = self.given.get("message").str().trim();
        if message.is_empty() { self.given.get("rule").str().trim() } else { message }
    }

    /// Its message.
    fn detail(&self) -> String {
        let message = self.given.get("message").str().trim();
        if message.is_empty() { format!("failed rule: {}", self.name()) } else { message.to_owned() }
    }
}

impl Rules {
    /// The rules of a schema; none if it has none.
    pub fn new(schema: &Value, root: bool) -> Option<Rules> {
        build(schema, root, 0)
    }

    /// The rules that an object breaks, without those that it broke before in the same place; with `warned`, only those.
    pub fn check(&self, path: &str, object: &Value, old: Option<&Value>, warned: bool) -> Vec<Cause> {
        let mut run = Run { left: BUDGET, stopped: false, causes: Vec::new(), warned: Vec::new() };
        let before = Before { place: old.map(|old| (object, old)), outer: false, root: true };
        run.value(self, path, object, old, before);
        if warned { run.warned } else { run.causes }
    }
}

fn build(schema: &Value, root: bool, depth: usize) -> Option<Rules> {
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return None;
    }
    let inner = |schema: &Value| build(schema, schema.get("x-kubernetes-embedded-resource").is_true(), depth + 1);
    let given = schema.get("x-kubernetes-validations").items();
    let scope = if given.is_empty() { None } else { Scope::new(schema, root) };
    let rule = |scope: &Scope, given: &Value| {
        let optional = given.get("optionalOldSelf").is_true();
        let message = given.get("messageExpression").str();
        Rule {
            program: scope.compile(given.get("rule").str(), optional, false),
            message: if message.is_empty() { None } else { scope.compile(message, optional, true).ok() },
            path: Some(given.get("fieldPath").str()).filter(|p| !p.is_empty()).and_then(|p| field_path(p, schema)).unwrap_or_default(),
            given: given.clone(),
        }
    };
    let rules = Rules {
        rules: scope.iter().flat_map(|s| given.iter().filter(|g| !g.get("rule").str().trim().is_empty()).map(|g| rule(s, g))).list(),
        items: inner(schema.get("items")).map(Box::new),
        rest: inner(schema.get("additionalProperties")).map(Box::new),
        properties: schema.get("properties").entries().filter_map(|(k, p)| Some((k.clone(), inner(p)?))).list(),
        schema: schema.clone(),
        root,
    };
    let some = !rules.rules.is_empty() || rules.items.is_some() || rules.rest.is_some() || !rules.properties.is_empty();
    some.then_some(rules)
}

/// A path such as `.spec['a']` in the form of error paths; none if the schema has no such path.
// Models cel.ValidFieldPath.
pub fn field_path(text: &str, schema: &Value) -> Option<String> {
    let (mut rest, mut schema, mut out) = (text, schema, String::new());
    while !rest.is_empty() {
        let (name, after) = if let Some(inner) = rest.strip_prefix("['") {
            let mut name = String::new();
            let mut chars = inner.char_indices();
            let end = loop {
                match chars.next()? {
                    (at, '\'') => break at,
                    (_, '\\') => name.push(match chars.next()?.1 {
                        c @ ('\'' | '\\') => c,
                        letter => control_of(letter)?,
                    }),
                    (_, c) => name.push(c),
                }
            };
            (name, inner[end + 1..].strip_prefix(']')?)
        } else {
            let inner = rest.strip_prefix('.')?;
            let end = inner.find(['.', '[', ']']).unwrap_or(inner.len());
            if end == 0 {
                return None;
            }
            (inner[..end].to_owned(), &inner[end..])
        };
        rest = after;
        let named = !schema.get("properties").is_null();
        schema = schema.get(if named { "properties" } else { "additionalProperties" });
        if named {
            schema = schema.get(&name);
            out.push_str(if out.is_empty() { "" } else { "." });
            out.push_str(&name);
        } else {
            out.push_str(&format!("[{name}]"));
        }
        if !matches!(schema, Value::Map(_)) {
            return None;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The evaluation of a message stops all further rules.
#[derive(Debug, Error)]
enum MessageTooCostly {
    #[error("messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run")]
    Budget,
    #[error("no further validation rules will be run due to call cost exceeds limit for messageExpression: {}", quote(.0))]
    Call(String),
}

/// The earlier state of a value: what has not changed may stay invalid.
// Models ratchetingOptions.
#[derive(Clone, Copy)]
struct Before<'a> {
    /// The value and the earlier one in its place; none if there was none.
    place: Option<(&'a Value, &'a Value)>,
    /// Whether the nearest part with an earlier state is unchanged.
    outer: bool,
    root: bool,
}

impl<'a> Before<'a> {
    fn unchanged(&self) -> bool {
        self.place.map_or(self.outer, |(new, old)| new.same(old))
    }

    fn inner(self, new: &'a Value, find: impl FnOnce(&'a Value) -> Option<&'a Value>) -> Before<'a> {
        match self.place {
            None => self,
            Some((_, old)) => Before { place: find(old).map(|o| (new, o)), outer: self.unchanged(), root: false },
        }
    }
}

struct Run {
    left: u64,
    stopped: bool,
    causes: Vec<Cause>,
    warned: Vec<Cause>,
}

fn field(path: &str) -> &str {
    if path.is_empty() { "<nil>" } else { path }
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Run {
    fn value<'a>(&mut self, rules: &Rules, path: &str, value: &'a Value, old: Option<&'a Value>, before: Before<'a>) {
        if self.stopped || value.is_null() {
            return;
        }
        self.evaluate(rules, path, value, old.filter(|o| !o.is_null()), before);
        match value {
            Value::List(items) => {
                let Some(of_items) = &rules.items else { return };
                let keys = rules.schema.get("x-kubernetes-list-map-keys").items();
                let is_map = rules.schema.get("x-kubernetes-list-type").str() == "map";
                let same = |a: &Value, b: &Value| keys.iter().all(|k| a.get(k.str()).same(b.get(k.str())));
                for (i, item) in items.iter().enumerate() {
                    let find = |old: &'a Value| old.items().iter().find(|o| is_map && same(o, item));
                    self.value(of_items, &format!("{path}[{i}]"), item, old.and_then(find), before.inner(item, find));
                }
            }
            Value::Map(map) => {
                let member = |old: &'a Value, key: &str| if let Value::Map(m) = old { Map::get(m, key) } else { None };
                for (key, inner) in map.iter() {
                    if let Some(rest) = &rules.rest {
                        let find = |old: &'a Value| member(old, key);
                        self.value(rest, &format!("{path}[{key}]"), inner, old.and_then(find), before.inner(inner, find));
                    }
                }
                for (key, of) in &rules.properties {
                    let Some(inner) = Map::get(map, key) else { continue };
                    let find = |old: &'a Value| member(old, key);
                    let visible = !(before.root && matches!(key.as_str(), "apiVersion" | "kind"));
                    let none = Before { place: None, outer: false, root: false };
                    let inner_before = if visible { before.inner(inner, find) } else { none };
                    self.value(of, &child(path, key), inner, old.and_then(find), inner_before);
                }
            }
            _ => {}
        }
    }

    fn invalid(&mut self, path: &str, kind: &str, detail: &str) {
        self.causes.push(Cause::invalid(field(path), &kind.into(), detail));
    }

    fn evaluate(&mut self, rules: &Rules, path: &str, value: &Value, old: Option<&Value>, before: Before<'_>) {
        if rules.rules.is_empty() {
            return;
        }
        let kind = rules.schema.get("type").str();
        if self.left == 0 {
            self.invalid(path, kind, OVER);
            self.stopped = true;
            return;
        }
        let data = Data::new(&rules.schema, rules.root, value, old);
        for rule in &rules.rules {
            let program = match &rule.program {
                Ok(program) => program,
                Err(error) => {
                    self.invalid(path, kind, &format!("rule compile error: {error}"));
                    continue;
                }
            };
            // A transition rule has nothing to compare a new value with.
            if program.uses_old && old.is_none() && !rule.optional() {
                continue;
            }
            let (holds, cost) = program.holds(&data, rule.optional());
            if cost > self.left {
                self.invalid(path, kind, OVER);
                self.stopped = true;
                return;
            }
            self.left -= cost;
            match holds {
                Ok(true) => continue,
                Ok(false) => {}
                Err(fail) => {
                    self.stopped = fail == Fail::CANCELLED;
                    let what = if self.stopped {
                        format!("'{fail}': no further validation rules will be run due to call cost exceeds limit for")
                    } else if fail == Fail::OVERLOAD {
                        format!("'{fail}': call arguments did not match a supported operator, function or macro signature for")
                    } else {
                        format!("{fail} evaluating")
                    };
                    self.invalid(path, kind, &format!("{what} rule: {}", rule.name()));
                    if self.stopped {
                        return;
                    }
                    continue;
                }
            }
            let at = if rule.path.is_empty() { path.to_owned() } else { child(path, &rule.path) };
            let broken = |run: &mut Run, cause: Cause| {
                let kept = !program.uses_old && before.unchanged();
                if kept { run.warned.push(cause) } else { run.causes.push(cause) }
            };
            let detail = match self.message(rule, &data) {
                Ok(detail) => detail,
                Err(error) => {
                    broken(self, Cause::invalid(field(&at), &kind.into(), &error.to_string()));
                    self.stopped = true;
                    return;
                }
            };
            broken(self, cause(field(&at), rule.given.get("reason").str(), value, kind, &detail));
        }
    }

    /// The message for a value that breaks a rule.
    fn message(&mut self, rule: &Rule, data: &Data) -> Result<String, MessageTooCostly> {
        let Some(program) = &rule.message else { return Ok(rule.detail()) };
        let (text, cost) = program.message(data, rule.optional());
        if cost > self.left {
            return Err(MessageTooCostly::Budget);
        }
        match text {
            Err(fail) if fail == Fail::CANCELLED => Err(MessageTooCostly::Call(rule.given.get("messageExpression").str().to_owned())),
            text => {
                self.left -= cost;
                Ok(text.ok().filter(|t| !t.is_empty() && t.len() <= MESSAGE_MAX && !t.contains('\n')).unwrap_or_else(|| rule.detail()))
            }
        }
    }
}

/// The error of a broken rule. Lists and objects are not printed.
fn cause(at: &str, reason: &str, value: &Value, kind: &str, detail: &str) -> Cause {
    let printed = !matches!(kind, "object" | "array");
    match reason {
        "FieldValueForbidden" => Cause::forbidden(at, detail),
        "FieldValueRequired" => Cause::required(at, detail),
        "FieldValueDuplicate" if printed => Cause::duplicate(at, value),
        "FieldValueDuplicate" => Cause::new("FieldValueDuplicate", at, "Duplicate value".to_owned()),
        _ if printed => Cause::invalid(at, value, detail),
        _ => Cause::new("FieldValueInvalid", at, format!("Invalid value: {detail}")),
    }
}

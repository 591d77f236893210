//! Runs a template over a value.

use super::error::{ExecutionError, TemplateError};
use super::funcs::{self, Call};
use super::parse::{Arg, Command, Control, Node, Operand, Pipe, Trees};
use crate::api::Value;
use crate::kubectl::output::go_value;

/// How many parts of a template may run before it is given up.
const STEPS_MAX: usize = 1_000_000;
/// How much a template may print, and how much its functions may make, in bytes.
const OUTPUT_LEN_MAX: usize = 32 << 20;
/// How deep templates may call each other, though Go, which says how deep, lets them go on for long.
const CALLS_MAX: usize = 60;

/// A value while the template runs; `None` is Go's invalid value, which prints as `<no value>`.
#[derive(Clone, Debug)]
pub(super) struct Val {
    pub(super) value: Option<Value>,
    /// Whether Go knows the value's own type, not only that it is an `interface {}`.
    typed: bool,
    /// Whether a number is the template's own: Go's `int`, where those of objects are `int64`.
    own: bool,
}

impl Val {
    fn typed(value: Value) -> Val {
        Val { value: Some(value), typed: true, own: false }
    }

    fn own(value: Value) -> Val {
        Val { value: Some(value), typed: true, own: true }
    }

    fn inner(value: Value) -> Val {
        Val { value: Some(value), typed: false, own: false }
    }

    const MISSING: Val = Val { value: None, typed: true, own: false };

    fn is_true(&self) -> bool {
        self.value.as_ref().is_some_and(funcs::is_true)
    }

    fn type_name(&self) -> &'static str {
        match &self.value {
            Some(_) if !self.typed => "interface {}",
            _ => self.go_type(),
        }
    }

    /// The type of what is inside.
    pub(super) fn go_type(&self) -> &'static str {
        match &self.value {
            Some(Value::Int(_)) if self.own => "int",
            Some(v) => v.go_type(),
            None => "<nil>",
        }
    }
}

/// Why a run stops.
enum Stop {
    Failed(TemplateError),
    Break,
    Continue,
}

type Run<T> = Result<T, Stop>;

/// Runs the main template; returns what it printed and, where it failed, why.
pub(super) fn execute(text: &str, trees: &Trees, data: Value, allow_missing: bool) -> (String, Option<TemplateError>) {
    let data = Val::typed(data);
    let mut m = Machine {
        text,
        trees,
        allow_missing,
        vars: vec![("$".into(), data.clone())],
        out: String::new(),
        at: (0, String::new()),
        name: "output".to_owned(),
        steps: 0,
        made: 0,
        calls: 0,
    };
    let result = match trees.get("") {
        Some(main) => m.walk(&data, main),
        None => Ok(()),
    };
    let error = match result {
        Err(Stop::Failed(e)) => Some(e),
        _ => None,
    };
    (m.out, error)
}

struct Machine<'a> {
    text: &'a str,
    trees: &'a Trees,
    allow_missing: bool,
    vars: Vec<(String, Val)>,
    out: String,
    /// Where the run is: what an error names.
    at: (usize, String),
    /// The template that runs.
    name: String,
    steps: usize,
    /// How much text functions were given and have returned.
    made: usize,
    calls: usize,
}

impl Machine<'_> {
    fn at(&mut self, pos: usize, shown: impl FnOnce() -> String) {
        self.at = (pos, shown());
    }

    fn fail<T>(&self, error: ExecutionError) -> Run<T> {
        let before = &self.text[..self.at.0.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Err(Stop::Failed(TemplateError::Execution {
            name: self.name.clone(),
            line: 1 + before.matches('\n').count(),
            column: before.len() - line_start,
            at: self.at.1.clone(),
            error: error.into(),
        }))
    }

    fn step(&mut self) -> Run<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.out.len().max(self.made) > OUTPUT_LEN_MAX { self.fail(ExecutionError::TooLong) } else { Ok(()) }
    }

    fn walk(&mut self, dot: &Val, nodes: &[Node]) -> Run<()> {
        for node in nodes {
            self.step()?;
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Action(pipe) => {
                    let value = self.pipeline(dot, pipe)?;
                    if pipe.decl.is_empty() {
                        self.out.push_str(&value.value.map_or_else(|| "<no value>".into(), |v| go_value::plain(&v)));
                    }
                }
                Node::If(control) => self.branch(dot, control, false)?,
                Node::With(control) => self.branch(dot, control, true)?,
                Node::Range(control) => self.range(dot, control)?,
                Node::Break => return Err(Stop::Break),
                Node::Continue => return Err(Stop::Continue),
                Node::Template { pos, name, pipe } => self.call(dot, *pos, name, pipe.as_ref())?,
            }
        }
        Ok(())
    }

    fn branch(&mut self, dot: &Val, control: &Control, with: bool) -> Run<()> {
        let vars = self.vars.len();
        let value = self.pipeline(dot, &control.pipe)?;
        let result =
            if value.is_true() { self.walk(if with { &value } else { dot }, &control.body) } else { self.walk(dot, &control.otherwise) };
        self.vars.truncate(vars);
        result
    }

    fn range(&mut self, dot: &Val, control: &Control) -> Run<()> {
        let vars = self.vars.len();
        let over = self.pipeline(dot, &control.pipe)?;
        let mark = self.vars.len();
        let mut ran = false;
        let mut once = |m: &mut Self, index: Value, item: Val| -> Run<bool> {
            ran = true;
            m.step()?;
            let decl = &control.pipe.decl;
            let values = match decl.len() {
                0 => Vec::new(),
                1 => vec![item.clone()],
                _ => vec![Val::own(index), item.clone()],
            };
            let count = decl.len();
            for (i, (name, value)) in decl.iter().zip(values).enumerate() {
                if control.pipe.assign {
                    m.assign(name, value)?;
                } else {
                    let slot = m.vars.len() - count + i;
                    m.vars[slot] = (name.clone(), value);
                }
            }
            let result = m.walk(&item, &control.body);
            m.vars.truncate(mark);
            match result {
                Ok(()) | Err(Stop::Continue) => Ok(true),
                Err(Stop::Break) => Ok(false),
                Err(failed) => Err(failed),
            }
        };
        match &over.value {
            None => {}
            Some(Value::List(items)) => {
                for (i, item) in items.iter().enumerate() {
                    if !once(self, i.into(), Val::inner(item.clone()))? {
                        break;
                    }
                }
            }
            Some(Value::Map(map)) => {
                for (key, item) in map.iter() {
                    if !once(self, key.into(), Val::inner(item.clone()))? {
                        break;
                    }
                }
            }
            Some(Value::Int(n)) => {
                for i in 0..*n {
                    if !once(self, i.into(), Val { value: Some(i.into()), ..over })? {
                        break;
                    }
                }
            }
            Some(other) => return self.fail(ExecutionError::Range(go_value::plain(other))),
        }
        if !ran {
            self.walk(dot, &control.otherwise)?;
        }
        self.vars.truncate(vars);
        Ok(())
    }

    fn call(&mut self, dot: &Val, pos: usize, name: &str, pipe: Option<&Pipe>) -> Run<()> {
        self.at(pos, || format!("{{{{template {name:?}{}}}}}", pipe.map_or_else(String::new, |p| format!(" {}", p.shown()))));
        let Some(tree) = self.trees.get(name) else { return self.fail(ExecutionError::NoTemplate(name.to_owned())) };
        if self.calls >= CALLS_MAX {
            return self.fail(ExecutionError::TooDeep);
        }
        let dot = match pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Val::MISSING,
        };
        self.calls += 1;
        let outer = std::mem::replace(&mut self.vars, vec![("$".into(), dot.clone())]);
        let caller = std::mem::replace(&mut self.name, name.to_owned());
        let result = self.walk(&dot, tree);
        self.vars = outer;
        self.name = caller;
        self.calls -= 1;
        result
    }

    fn assign(&mut self, name: &str, value: Val) -> Run<()> {
        match self.vars.iter_mut().rfind(|(n, _)| n == name) {
            Some(slot) => slot.1 = value,
            None => return self.fail(ExecutionError::NoVariable(name.to_owned())),
        }
        Ok(())
    }

    fn pipeline(&mut self, dot: &Val, pipe: &Pipe) -> Run<Val> {
        self.step()?;
        self.at(pipe.pos, || pipe.shown());
        let mut value: Option<Val> = None;
        for command in &pipe.commands {
            let mut result = self.command(dot, command, value)?;
            // A result is known by its own type; nil has none.
            result = match result.value {
                None | Some(Value::Null) => Val::MISSING,
                Some(v) => Val { value: Some(v), typed: true, ..result },
            };
            value = Some(result);
        }
        let value = value.unwrap_or(Val::MISSING);
        for name in &pipe.decl {
            if pipe.assign {
                self.assign(name, value.clone())?;
            } else {
                self.vars.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Val, command: &Command, last: Option<Val>) -> Run<Val> {
        let first = &command.args[0];
        let has_args = command.args.len() > 1 || last.is_some();
        match &first.operand {
            Operand::Identifier(name) => {
                self.at(first.pos, || name.clone());
                return self.function(dot, (command.pos, command.shown()), name, &command.args[1..], last);
            }
            Operand::Field(_) | Operand::Chain(..) | Operand::Variable(..) => return self.operand(dot, first, has_args),
            _ => {}
        }
        if !matches!(first.operand, Operand::Pipe(_)) {
            self.at(first.pos, || first.shown());
        }
        if has_args {
            return self.fail(ExecutionError::NoFunction(first.shown()));
        }
        match &first.operand {
            Operand::Nil => self.fail(ExecutionError::NilCommand),
            _ => self.operand(dot, first, false),
        }
    }

    fn operand(&mut self, dot: &Val, arg: &Arg, has_args: bool) -> Run<Val> {
        self.step()?;
        match &arg.operand {
            Operand::Dot => Ok(dot.clone()),
            Operand::Nil => Ok(Val::MISSING),
            Operand::Constant(value, _) => Ok(Val::own(value.clone())),
            Operand::Pipe(pipe) => self.pipeline(dot, pipe),
            Operand::Identifier(name) => {
                self.at(arg.pos, || name.clone());
                self.function(dot, (arg.pos, name.clone()), name, &[], None)
            }
            Operand::Field(names) => {
                self.at(arg.pos, || arg.shown());
                self.fields(dot.clone(), names, has_args)
            }
            Operand::Variable(name, names) => {
                self.at(arg.pos, || arg.shown());
                let Some((_, value)) = self.vars.iter().rfind(|(n, _)| n == name).cloned() else {
                    return self.fail(ExecutionError::NoVariable(name.to_owned()));
                };
                if names.is_empty() && has_args {
                    return self.fail(ExecutionError::NoFunction(arg.shown()));
                }
                self.fields(value, names, has_args)
            }
            Operand::Chain(first, names) => {
                self.at(arg.pos, || arg.shown());
                let value = self.operand(dot, first, false)?;
                self.at(arg.pos, || arg.shown());
                self.fields(value, names, has_args)
            }
        }
    }

    fn fields(&mut self, mut receiver: Val, names: &[String], has_args: bool) -> Run<Val> {
        for (i, name) in names.iter().enumerate() {
            let of = receiver.type_name();
            receiver = match &receiver.value {
                None if self.allow_missing => Val::MISSING,
                None => return self.fail(ExecutionError::NoData(name.clone())),
                Some(Value::Null) => return self.fail(ExecutionError::NilPointer { of, name: name.clone() }),
                Some(Value::Map(map)) => {
                    if has_args && i + 1 == names.len() {
                        return self.fail(ExecutionError::NoMethod(name.clone()));
                    }
                    match map.get(name) {
                        Some(member) => Val::inner(member.clone()),
                        None if self.allow_missing => Val::MISSING,
                        None => return self.fail(ExecutionError::NoMember(name.clone())),
                    }
                }
                Some(_) => return self.fail(ExecutionError::NoField { name: name.clone(), of }),
            };
        }
        Ok(receiver)
    }

    fn function(&mut self, dot: &Val, command: (usize, String), name: &str, args: &[Arg], last: Option<Val>) -> Run<Val> {
        let got = args.len() + usize::from(last.is_some());
        let (least, most) = funcs::arity(name);
        if got < least || most.is_some_and(|most| got > most) {
            return self.fail(ExecutionError::Arguments { name: name.to_owned(), least, open: most.is_none(), got });
        }
        if matches!(name, "and" | "or") {
            let mut value = Val::MISSING;
            for arg in args {
                value = self.argument(dot, arg)?;
                if value.is_true() == (name == "or") {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut values = Vec::with_capacity(got);
        for (i, arg) in args.iter().enumerate() {
            let value = self.argument(dot, arg)?;
            if funcs::wants_string(name, i) && !matches!(value.value, Some(Value::Str(_))) {
                return match (&arg.operand, &value.value) {
                    (Operand::Nil, _) => self.fail(ExecutionError::NilAsString),
                    (Operand::Constant(..), _) => self.fail(ExecutionError::NoString(arg.shown())),
                    (_, None) => self.fail(ExecutionError::NoValue),
                    (_, Some(Value::Null)) => self.fail(ExecutionError::WrongType("interface {}")),
                    _ => self.fail(ExecutionError::WrongType(value.go_type())),
                };
            }
            values.push(value);
        }
        if let Some(last) = last {
            if funcs::wants_string(name, values.len()) && !matches!(last.value, Some(Value::Str(_))) {
                return match &last.value {
                    None => self.fail(ExecutionError::NoValue),
                    Some(_) => self.fail(ExecutionError::WrongType(last.go_type())),
                };
            }
            values.push(last);
        }
        // What comes of texts is about as long as they are: they are counted before there is something of any length.
        self.made += values.iter().flat_map(|v| &v.value).map(|v| v.str().len()).sum::<usize>();
        self.step()?;
        let callee = args.first().map(Arg::shown);
        let called = Call { name, args: &values, callee }.run();
        match called {
            Ok(value) => {
                self.made += value.as_ref().map_or(0, |v| v.str().len());
                self.step()?;
                Ok(Val { value, typed: true, own: name == "len" })
            }
            Err(error) => {
                self.at = command;
                self.fail(ExecutionError::Call { name: name.to_owned(), error })
            }
        }
    }

    fn argument(&mut self, dot: &Val, arg: &Arg) -> Run<Val> {
        self.at(arg.pos, || arg.shown());
        self.operand(dot, arg, false)
    }
}

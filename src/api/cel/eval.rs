//! Evaluates a checked expression, within a budget.
// Models cel-go's interpreter and its tracking of costs, with those of k8s.io/apiserver/pkg/cel/library.CostEstimator.

use std::sync::Arc;

use super::library;
use super::parse::{Expr, Fold, Node};
use super::types::Type;
use super::value::{Fail, List, Outcome, Val, breadth, bulk, by_key};
use crate::api::{ArcStr, Value};
use crate::base::List as _;

/// How much one expression may cost.
const CALL_MAX: u64 = 1_000_000;
/// How many steps may be taken beyond what costs count, as for going through a list that contains the same list many times.
const WORK_MAX: u64 = 50_000_000;
/// How long a text or list may be that one call returns.
pub(super) const SIZE_MAX: usize = 4_000_000;

pub(super) struct Eval<'a> {
    /// Names and values in scope, the innermost last.
    pub scope: Vec<(ArcStr, Val)>,
    /// The values of an admission policy's variables.
    pub variables: &'a [(ArcStr, Outcome)],
    /// The authorizer, if the expression may ask one.
    pub ask: Option<&'a dyn Fn(&Value) -> (bool, String)>,
    /// The cost so far.
    pub cost: u64,
    /// The steps beyond that so far.
    pub work: u64,
}

impl Eval<'_> {
    pub fn pay(&mut self, cost: u64) -> Result<(), Fail> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > CALL_MAX { Err(Fail::CANCELLED) } else { Ok(()) }
    }

    fn work(&mut self, steps: u64) -> Result<(), Fail> {
        self.work = self.work.saturating_add(steps);
        if self.work > WORK_MAX { Err(Fail::CANCELLED) } else { Ok(()) }
    }

    /// A part of an object, or a whole list, was converted just now.
    fn converted(&mut self, of: &Val, found: Outcome) -> Outcome {
        if let (Val::Object(_) | Val::Optional(_), Ok(value)) = (of, &found) {
            self.work(bulk(value, false, WORK_MAX))?;
        }
        found
    }

    /// The value of an expression.
    pub fn eval(&mut self, e: &Expr) -> Outcome {
        match &e.node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Ident(name) => {
                self.pay(1)?;
                let name = name.trim_start_matches('.');
                match self.scope.iter().rev().find(|(n, _)| n == name) {
                    Some((_, value)) => Ok(value.clone()),
                    None if matches!(e.ty, Type::Of("type", _)) => Ok(Val::Type(name.into())),
                    None => Err(Fail::new(format!("no such attribute(s): {name}"))),
                }
            }
            Node::Select(of, field, test) => self.select(of, field, *test),
            Node::List(items) => {
                self.work(items.len() as u64)?;
                let mut out = Vec::with_capacity(items.len());
                for (item, optional) in items {
                    out.extend(self.item(item, *optional)?);
                }
                self.pay(if constant(e) { 0 } else { 10 })?;
                Ok(Val::list(out))
            }
            Node::Map(entries) => {
                self.work(entries.len() as u64)?;
                let mut out: Vec<(Val, Val)> = Vec::with_capacity(entries.len());
                for (key, value, optional) in entries {
                    let key = self.eval(key)?;
                    let Some(value) = self.item(value, *optional)? else { continue };
                    if !matches!(key, Val::Bool(_) | Val::Int(_) | Val::Uint(_) | Val::Str(_)) {
                        return Err(Fail::new(format!("unsupported key type: {}", key.type_name())));
                    }
                    match out.binary_search_by(|(k, _)| by_key(k, &key)) {
                        Ok(_) => return Err(Fail::new(format!("Failed with repeated key: {}", key.text()))),
                        Err(at) => out.insert(at, (key, value)),
                    }
                }
                self.pay(if constant(e) { 0 } else { 30 })?;
                Ok(Val::Map(Arc::new(out)))
            }
            Node::Message(_, fields) => {
                let mut out: Vec<(Val, Val)> = Vec::with_capacity(fields.len());
                for field in fields {
                    let Some(value) = self.item(&field.value, field.optional)? else { continue };
                    let key = Val::Str(field.name.clone());
                    match out.binary_search_by(|(k, _)| by_key(k, &key)) {
                        Ok(at) => out[at].1 = value,
                        Err(at) => out.insert(at, (key, value)),
                    }
                }
                self.pay(40)?;
                Ok(Val::Map(Arc::new(out)))
            }
            Node::Fold(fold) => self.fold(fold),
            Node::Call(name, target, args) => self.call(name, target.as_deref(), args),
        }
    }

    /// The item of a list, map or message; none for an optional item without a value.
    fn item(&mut self, e: &Expr, optional: bool) -> Result<Option<Val>, Fail> {
        Ok(match (self.eval(e)?, optional) {
            (Val::Optional(inner), true) => inner.map(|value| Val::clone(&value)),
            (value, _) => Some(value),
        })
    }

    fn select(&mut self, of: &Expr, field: &ArcStr, test: bool) -> Outcome {
        if matches!(&of.node, Node::Ident(name) if name == "variables")
            && let Some((_, value)) = self.variables.iter().find(|(n, _)| n == field)
        {
            self.pay(2)?;
            return value.clone();
        }
        let value = self.eval(of)?;
        if !test {
            self.pay(1)?;
        }
        let key = Val::Str(field.clone());
        match value {
            Val::Optional(None) => Ok(if test { Val::Bool(false) } else { Val::Optional(None) }),
            Val::Optional(Some(inner)) => match inner.member(&key) {
                found if test => Ok(Val::Bool(found.is_some())),
                Some(found) => Ok(Val::some(self.converted(&inner, found)?)),
                None => Ok(Val::Optional(None)),
            },
            Val::Map(_) | Val::Object(_) => match value.member(&key) {
                Some(found) => self.converted(&value, found).map(|v| if test { Val::Bool(true) } else { v }),
                None if test => Ok(Val::Bool(false)),
                None => Err(Fail::new(format!("no such key: {field}"))),
            },
            _ if test => Ok(Val::Bool(false)),
            _ => Err(Fail::new(format!("no such key: {field}"))),
        }
    }

    fn fold(&mut self, fold: &Fold) -> Outcome {
        let range = self.eval(&fold.range)?;
        let init = self.eval(&fold.init)?;
        let depth = self.scope.len();
        self.scope.push((fold.accu.clone(), init));
        let outcome = self.go_through(fold, &range, depth);
        self.scope.truncate(depth);
        outcome
    }

    fn go_through(&mut self, fold: &Fold, range: &Val, depth: usize) -> Outcome {
        let count = match range {
            Val::List(list) => list.items.len(),
            Val::Map(map) => map.len(),
            _ => return Err(Fail::OVERLOAD),
        };
        let two = !fold.var2.is_empty();
        // An error in a step counts only if no later step overrides it.
        let mut failed: Option<Fail> = None;
        for i in 0..count {
            let (first, second) = match range {
                Val::List(list) if two => (Val::Int(i as i64), list.items[i].clone()),
                Val::List(list) => (list.items[i].clone(), Val::Null),
                Val::Map(map) => map[i].clone(),
                _ => break,
            };
            self.scope.push((fold.var.clone(), first));
            if two {
                self.scope.push((fold.var2.clone(), second));
            }
            let logical = match &fold.step.node {
                Node::Call(name, None, _) if name == "_&&_" => Some(true),
                Node::Call(name, None, _) if name == "_||_" => Some(false),
                _ => None,
            };
            let step = match (self.eval(&fold.more)?, logical) {
                (Val::Bool(false), _) => break,
                (_, None) => self.eval(&fold.step),
                (_, Some(all)) => self.eval(&fold.step).and_then(|v| match (&failed, v) {
                    // An error of an earlier step stays, unless this step decides the result.
                    (Some(fail), Val::Bool(b)) if b == all => Err(fail.clone()),
                    (_, v) => Ok(v),
                }),
            };
            self.scope.truncate(depth + 1);
            match step {
                Ok(value) => {
                    failed = None;
                    self.scope[depth].1 = value;
                }
                Err(fail) if fail == Fail::CANCELLED || logical.is_none() => return Err(fail),
                Err(fail) => {
                    failed = failed.or(Some(fail));
                    // Go on as if nothing had been decided.
                    self.scope[depth].1 = Val::Bool(logical == Some(true));
                }
            }
        }
        self.scope.truncate(depth + 1);
        match failed {
            Some(fail) => Err(fail),
            None => self.eval(&fold.result),
        }
    }

    fn call(&mut self, name: &ArcStr, target: Option<&Expr>, args: &[Expr]) -> Outcome {
        match (name.as_str(), args) {
            ("_&&_" | "_||_", terms) => return self.logic(name == "_&&_", terms),
            ("_?_:_", [test, then, other]) => {
                return match self.eval(test)? {
                    Val::Bool(true) => self.eval(then),
                    Val::Bool(false) => self.eval(other),
                    _ => Err(Fail::OVERLOAD),
                };
            }
            ("@not_strictly_false", [arg]) => {
                let value = self.eval(arg);
                self.pay(1)?;
                return Ok(Val::Bool(!matches!(value, Ok(Val::Bool(false)))));
            }
            // The accumulator of a macro is extended in place.
            ("_+_", [Expr { node: Node::Ident(accu), .. }, Expr { node: Node::List(items), .. }]) if accu == super::macros::ACCU => {
                return self.append(accu, &items[0].0);
            }
            ("cel.@mapInsert", [Expr { node: Node::Ident(accu), .. }, rest @ ..]) if accu == super::macros::ACCU => {
                return self.insert(accu, rest);
            }
            ("or" | "orValue", [other]) if target.is_some() => {
                let value = target.map_or(Ok(Val::Null), |t| self.eval(t))?;
                self.pay(1)?;
                return match value {
                    Val::Optional(None) => self.eval(other),
                    Val::Optional(Some(v)) if name == "orValue" => Ok(Val::clone(&v)),
                    Val::Optional(_) => Ok(value),
                    _ => Err(Fail::OVERLOAD),
                };
            }
            _ => {}
        }
        let mut values = Vec::with_capacity(args.len() + 1);
        for arg in target.into_iter().chain(args) {
            values.push(self.eval(arg)?);
        }
        // An index belongs to the variable before it.
        if matches!(name.as_str(), "_[_]" | "_?._" | "_[?_]") {
            self.pay(1)?;
            if name == "_[_]" && values[0].member(&values[1]).is_none() && args.first().is_some_and(super::device::is_by_domain) {
                return Ok(Val::map(Vec::new()));
            }
            let found = index(name, &values)?;
            return self.converted(&values[0], Ok(found));
        }
        if name == "@in" && args.get(1).is_some_and(constant) {
            return self.library(name, &values);
        }
        if let Some(Val::Access(access)) = values.first() {
            self.pay(1)?;
            return self.access(name, (access.0, &access.1), &values[1..]);
        }
        // An expensive call is paid for before it is made.
        self.pay(library::cost(name, &values))?;
        let value = self.library(name, &values)?;
        if let ("sum", Val::Int(0), Some(Type::Of("list", of))) = (name.as_str(), &value, target.map(|t| &t.ty)) {
            // The sum of an empty list still has a type.
            return Ok(match of.first().map(Type::text).as_deref() {
                Some("duration") => Val::Duration(0),
                Some("double") => Val::Double(0.0),
                Some("uint") => Val::Uint(0),
                _ => value,
            });
        }
        Ok(value)
    }

    fn library(&mut self, name: &str, values: &[Val]) -> Outcome {
        self.work(library::work(name, values, WORK_MAX))?;
        let mut steps = 0;
        let value = library::call(name, values, &mut steps);
        self.work(steps + value.as_ref().map_or(0, breadth))?;
        value
    }

    fn logic(&mut self, all: bool, terms: &[Expr]) -> Outcome {
        let mut failed = None;
        for term in terms {
            match self.eval(term) {
                Ok(Val::Bool(b)) if b != all => return Ok(Val::Bool(b)),
                Ok(Val::Bool(_)) => {}
                Ok(_) => failed = failed.or(Some(Fail::OVERLOAD)),
                Err(fail) if fail == Fail::CANCELLED => return Err(fail),
                Err(fail) => failed = failed.or(Some(fail)),
            }
        }
        failed.map_or(Ok(Val::Bool(all)), Err)
    }

    fn accu(&mut self, name: &str) -> Option<&mut Val> {
        self.scope.iter_mut().rev().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    fn append(&mut self, accu: &str, item: &Expr) -> Outcome {
        // The name, the list of one, and the joining of the two.
        self.pay(if constant(item) { 2 } else { 12 })?;
        let item = self.eval(item)?;
        let Some(Val::List(mut list)) = self.accu(accu).map(|v| std::mem::replace(v, Val::Null)) else { return Err(Fail::OVERLOAD) };
        Arc::make_mut(&mut list).items.push(item);
        Ok(Val::List(list))
    }

    fn insert(&mut self, accu: &str, rest: &[Expr]) -> Outcome {
        self.pay(2)?;
        let mut values = Vec::new();
        for arg in rest {
            values.push(self.eval(arg)?);
        }
        let Some(Val::Map(mut map)) = self.accu(accu).map(|v| std::mem::replace(v, Val::Null)) else { return Err(Fail::OVERLOAD) };
        let added: Vec<(Val, Val)> = match <[Val; 2]>::try_from(values) {
            Ok([key, value]) => vec![(key, value)],
            Err(values) => match values.first() {
                Some(Val::Map(other)) => other.to_vec(),
                _ => return Err(Fail::OVERLOAD),
            },
        };
        self.pay(map.len() as u64 / 10)?;
        for (key, value) in added {
            match map.binary_search_by(|(k, _)| by_key(k, &key)) {
                Ok(_) => return Err(Fail::new(format!("insert failed: key {} already exists", key.text()))),
                Err(at) => Arc::make_mut(&mut map).insert(at, (key, value)),
            }
        }
        Ok(Val::Map(map))
    }
}

/// Whether an expression is made of literals alone.
fn constant(e: &Expr) -> bool {
    match &e.node {
        Node::Literal(_) => true,
        Node::List(items) => items.iter().all(|(i, optional)| constant(i) && !optional),
        Node::Map(entries) => entries.iter().all(|(k, v, optional)| constant(k) && constant(v) && !optional),
        _ => false,
    }
}

fn index(name: &str, values: &[Val]) -> Outcome {
    let [of, key] = values else { return Err(Fail::OVERLOAD) };
    let (of, optional) = match of {
        Val::Optional(None) => return Ok(Val::Optional(None)),
        Val::Optional(Some(inner)) => (&**inner, true),
        plain => (plain, name != "_[_]"),
    };
    let found = match of {
        Val::List(list) => {
            let place = match key {
                Val::Int(i) => usize::try_from(*i).ok(),
                Val::Uint(u) => usize::try_from(*u).ok(),
                Val::Double(f) if f.fract() == 0.0 && *f >= 0.0 => Some(*f as usize),
                other => return Err(Fail::new(format!("unsupported index type '{}' in list", other.type_name()))),
            };
            place.and_then(|i| list.items.get(i)).cloned().map(Ok)
        }
        Val::Map(_) | Val::Object(_) => of.member(key),
        _ => return Err(Fail::new(format!("no such key: {}", key.text()))),
    };
    let missing = if matches!(of, Val::List(_)) { "index out of bounds" } else { "no such key" };
    match found {
        Some(value) if optional => Ok(Val::some(value?)),
        Some(value) => value,
        None if optional => Ok(Val::Optional(None)),
        None => Err(Fail::new(format!("{missing}: {}", key.text()))),
    }
}

/// A list of texts.
pub(super) fn texts(list: &List) -> Result<Vec<&str>, Fail> {
    let text = |v: &'_ Val| match v {
        Val::Str(_) => Ok(()),
        other => Err(Fail::new(format!("join: invalid input: {}", other.text()))),
    };
    list.items.iter().try_for_each(text)?;
    Ok(list.items.iter().filter_map(|v| if let Val::Str(s) = v { Some(s.as_str()) } else { None }).list())
}

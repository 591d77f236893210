//! CEL's type checker, which runs before anything is evaluated: it finds unknown fields, and the overload of a function that is meant.
// Models cel-go's checker, with the settings of k8s.io/apiserver/pkg/cel/environment.

use std::cell::Cell;

use super::library;
use super::parse::{Expr, FieldInit, Fold, Node};
use super::types::{BOOL, INT, NAMES, STRING, Type, object, overloads};
use super::value::Val;
use super::{CompileError, Issue};
use crate::api::ArcStr;
use crate::base::List as _;
use crate::base::regex::Regex;

/// How deep types are followed: variables could lead from one to the next for ever.
const DEPTH_MAX: usize = 100;
/// How many parts of a type are looked at, since a part can occur in it many times.
const PARTS_MAX: usize = 200;
/// How many comparisons of types one expression may take.
const STEPS_MAX: u32 = 2_000_000;
/// The type of a whole object in a patch, and that of an operation of a JSON patch.
pub(super) const PATCHED: &str = "Object";
pub(super) const JSON_PATCH: &str = "JSONPatch";
/// How many type variables one expression may have.
const VARS_MAX: usize = 10_000;

pub(super) struct Checker {
    /// Names in scope, the innermost last.
    pub scope: Vec<(ArcStr, Type)>,
    /// What type variables stand for.
    bound: Vec<Option<Type>>,
    /// Variables that were bound, so that it can be undone.
    trail: Vec<(usize, Option<Type>)>,
    pub issues: Vec<Issue>,
    steps: Cell<u32>,
    /// Whether `oldSelf` was named.
    pub old: bool,
    /// Whether the types that patches are made of are known.
    makes_patches: bool,
    /// Objects of patches whose type names another place than theirs.
    pub misplaced: Vec<String>,
}

/// `a.b.c` as one name; none for other expressions.
fn qualified(expr: &Expr) -> Option<String> {
    match &expr.node {
        Node::Ident(name) => Some(name.to_string()),
        Node::Select(of, name, false) => Some(format!("{}.{name}", qualified(of)?)),
        _ => None,
    }
}

impl Checker {
    pub fn new(scope: Vec<(ArcStr, Type)>, makes_patches: bool) -> Checker {
        Checker {
            scope,
            bound: Vec::new(),
            trail: Vec::new(),
            issues: Vec::new(),
            steps: Cell::new(0),
            old: false,
            makes_patches,
            misplaced: Vec::new(),
        }
    }

    fn issue(&mut self, at: usize, message: String) {
        self.issues.push(Issue { at, message });
    }

    fn fresh(&mut self) -> Type {
        self.bound.push(None);
        Type::Var(self.bound.len() as u32 - 1)
    }

    /// The type with its variables replaced by what is known of them. Unless it is `open`, unknown ones become dynamic.
    pub fn resolve(&self, ty: &Type, open: bool) -> Type {
        self.resolved(ty, open, &mut { PARTS_MAX })
    }

    fn resolved(&self, ty: &Type, open: bool, parts: &mut usize) -> Type {
        let Some(left) = parts.checked_sub(1) else { return Type::Dyn };
        *parts = left;
        match self.shallow(ty) {
            Type::Var(_) if !open => Type::Dyn,
            Type::Of(name, of) => Type::Of(name, of.iter().map(|t| self.resolved(t, open, parts)).list()),
            other => other.clone(),
        }
    }

    /// Whether too much has been compared.
    fn is_tired(&self) -> bool {
        self.steps.set(self.steps.get().saturating_add(1));
        self.steps.get() > STEPS_MAX
    }

    /// What a variable stands for.
    fn shallow<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut ty = ty;
        while let Type::Var(i) = ty {
            match self.bound.get(*i as usize) {
                Some(Some(next)) => ty = next,
                _ => break,
            }
        }
        ty
    }

    fn bind(&mut self, var: u32, ty: Type) {
        let i = var as usize;
        if i < self.bound.len() {
            let before = self.bound[i].replace(ty);
            self.trail.push((i, before));
        }
    }

    fn undo(&mut self, mark: usize) {
        while self.trail.len() > mark {
            if let Some((i, before)) = self.trail.pop() {
                self.bound[i] = before;
            }
        }
    }

    fn occurs(&self, var: u32, ty: &Type, depth: usize) -> bool {
        match self.shallow(ty) {
            _ if depth > DEPTH_MAX || self.is_tired() => true,
            Type::Var(i) => *i == var,
            Type::Of(_, of) => of.iter().any(|t| self.occurs(var, t, depth + 1)),
            _ => false,
        }
    }

    fn assignable(&mut self, a: &Type, b: &Type) -> bool {
        let mark = self.trail.len();
        let fits = self.unify(a, b, 0);
        if !fits {
            self.undo(mark);
        }
        fits
    }

    fn unify(&mut self, a: &Type, b: &Type, depth: usize) -> bool {
        if depth > DEPTH_MAX || self.is_tired() {
            return false;
        }
        for (a, b) in [(a, b), (b, a)] {
            let Type::Var(var) = b else { continue };
            if a == b {
                return true;
            }
            let held = self.bound.get(*var as usize).cloned().flatten();
            match held {
                Some(held) => {
                    if *a == held {
                        return true;
                    }
                    if !self.unify(a, &held, depth + 1) {
                        return false;
                    }
                    let general = if less_specific(a, &held, 0) { a.clone() } else { held };
                    if !self.occurs(*var, &general, 0) {
                        self.bind(*var, general);
                    }
                    return true;
                }
                None if !self.occurs(*var, a, 0) => {
                    self.bind(*var, a.clone());
                    return true;
                }
                None => {}
            }
        }
        let nullable = |t: &Type| match t {
            Type::Named(name) => name.contains('.') || *name == "null_type",
            Type::Object(_) => true,
            Type::Of(name, _) => *name == "optional_type",
            _ => false,
        };
        match (a, b) {
            (Type::Var(_), _) | (_, Type::Var(_)) => false,
            _ if a.is_dyn() || b.is_dyn() => true,
            (Type::Named("null_type"), t) | (t, Type::Named("null_type")) => nullable(t),
            (Type::Of("type", _), Type::Of("type", _)) => true,
            (Type::Of(n, a), Type::Of(m, b)) => n == m && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.unify(a, b, depth + 1)),
            (Type::Of("type", _), Type::Named("type")) | (Type::Named("type"), Type::Of("type", _)) => true,
            (a, b) => a == b,
        }
    }

    /// Checks an expression and all its parts.
    pub fn check(&mut self, e: &mut Expr) {
        if self.bound.len() > VARS_MAX {
            e.ty = Type::Error;
            return;
        }
        let at = e.at;
        // A type's name may have dots.
        if let Some(name) = qualified(e).filter(|q| q.contains('.') && self.is_dotted(q)) {
            e.node = Node::Ident(name.into());
        }
        e.ty = match &mut e.node {
            Node::Literal(value) => Type::Named(value.type_name()),
            Node::Ident(name) => match self.name(name) {
                Some(ty) => ty,
                None => self.undeclared(at, name),
            },
            Node::Select(of, field, test) => {
                let found = self.select(at, of, &field.clone(), false);
                if *test { BOOL } else { self.resolve(&found, true) }
            }
            Node::List(items) => {
                let mut of = None;
                for (item, optional) in items {
                    self.check(item);
                    let ty = self.inner(item, *optional);
                    of = Some(self.joined(of, ty));
                }
                let of = of.unwrap_or_else(|| self.fresh());
                Type::list(of)
            }
            Node::Map(entries) => {
                let (mut keys, mut values) = (None, None);
                for (key, value, optional) in entries {
                    self.check(key);
                    keys = Some(self.joined(keys, key.ty.clone()));
                    self.check(value);
                    let ty = self.inner(value, *optional);
                    values = Some(self.joined(values, ty));
                }
                let keys = keys.unwrap_or_else(|| self.fresh());
                Type::Of("map", vec![keys, values.unwrap_or_else(|| self.fresh())])
            }
            Node::Message(name, fields) => match self.patch_type(name) {
                Some(ty) => {
                    for field in fields {
                        self.field_init(&ty, field);
                    }
                    ty
                }
                None => {
                    let name = name.to_string();
                    self.undeclared(at, &name)
                }
            },
            Node::Fold(fold) => self.fold(fold),
            Node::Call(..) => self.call(e),
        };
    }

    /// The type of this name for patches, if the expression may make one: any `Object.path.of.a.field`, and `JSONPatch`.
    // Models mutation.DynamicTypeResolver.
    fn patch_type(&self, name: &str) -> Option<Type> {
        let name = name.trim_start_matches('.');
        match name {
            _ if !self.makes_patches => None,
            JSON_PATCH => Some(object(name, "op path from value:*", &[])),
            _ => (name.split('.').next() == Some(PATCHED)).then(|| object(name, "", &[])),
        }
    }

    fn field_init(&mut self, of: &Type, field: &mut FieldInit) {
        let (name, value) = (&field.name, &mut field.value);
        self.check(value);
        let is = self.inner(value, field.optional);
        let Type::Object(object) = of else { return };
        let wanted = match object.field(name) {
            _ if object.name != JSON_PATCH => {
                self.demand_place(&format!("{}.{name}", object.name), &is);
                return;
            }
            Some(decl) => decl.ty.clone(),
            None => return self.issue(field.at, format!("undefined field '{name}'")),
        };
        if !self.assignable(&wanted, &is) {
            let (wanted, is) = (wanted.text(), self.resolve(&is, true).text());
            self.issue(field.at, format!("expected type of field '{name}' is '{wanted}' but provided type is '{is}'"));
        }
    }

    /// Records objects of a patch, in lists and maps too, whose type names another place than the one where they are put.
    // Models ObjectVal.CheckTypeNamesMatchFieldPathNames, which checks them at evaluation.
    fn demand_place(&mut self, place: &str, is: &Type) {
        match self.resolve(is, false) {
            Type::Of(_, parts) => parts.iter().for_each(|part| self.demand_place(place, part)),
            Type::Object(object) if object.name != place => self.misplaced.push(format!(
                "unexpected type name {:?}, expected {place:?}, which matches field name path from root Object type",
                object.name
            )),
            _ => {}
        }
    }

    /// Whether a name with dots is in scope or a type.
    fn is_dotted(&self, name: &str) -> bool {
        NAMES.iter().any(|(_, n)| *n == name) || self.scope.iter().any(|(n, _)| n == name)
    }

    fn undeclared(&mut self, at: usize, name: &str) -> Type {
        self.issue(at, format!("undeclared reference to '{name}' (in container '')"));
        Type::Error
    }

    /// The type of a name that is in scope or is a type.
    fn name(&mut self, name: &str) -> Option<Type> {
        let name = name.trim_start_matches('.');
        if let Some((_, ty)) = self.scope.iter().rev().find(|(n, _)| n == name) {
            self.old |= name == "oldSelf";
            return Some(ty.clone());
        }
        let of = |ty: Type| Type::Of("type", vec![ty]);
        match name {
            "list" => Some(of(Type::list(Type::Dyn))),
            "map" => Some(of(Type::Of("map", vec![Type::Dyn, Type::Dyn]))),
            "optional_type" => Some(of(Type::optional(Type::Dyn))),
            _ => NAMES.iter().find(|(_, n)| *n == name).map(|(_, n)| of(Type::Named(n))),
        }
    }

    /// The type of a list's or map's items; for an optional value, of what it holds.
    fn inner(&mut self, item: &Expr, optional: bool) -> Type {
        let (inner, is_optional) = item.ty.unwrapped();
        if optional && !is_optional && !item.ty.is_dyn() {
            let wanted = Type::optional(item.ty.clone());
            self.mismatch(item.at, &wanted, &item.ty);
        }
        if optional { inner.clone() } else { item.ty.clone() }
    }

    fn mismatch(&mut self, at: usize, wanted: &Type, is: &Type) {
        let text = format!("expected type '{}' but found '{}'", wanted.text(), is.text());
        self.issue(at, text);
    }

    fn joined(&mut self, before: Option<Type>, ty: Type) -> Type {
        let Some(before) = before else { return ty };
        match self.assignable(&before, &ty) {
            true if less_specific(&before, &ty, 0) => before,
            true => ty,
            false => Type::Dyn,
        }
    }

    fn select(&mut self, at: usize, of: &mut Expr, field: &str, optional: bool) -> Type {
        self.check(of);
        let target = self.resolve(&of.ty, true);
        let (target, wrapped) = target.unwrapped();
        let mut result = match target {
            Type::Of("map", parts) => parts[1].clone(),
            Type::Object(object) => match object.field(field) {
                Some(decl) => decl.ty.clone(),
                None => {
                    self.issue(at, format!("undefined field '{field}'"));
                    Type::Error
                }
            },
            Type::Var(_) => {
                self.assignable(&Type::Dyn, target);
                Type::Dyn
            }
            other => {
                if !other.is_dyn() {
                    self.issue(at, format!("type '{}' does not support field selection", other.text()));
                }
                Type::Dyn
            }
        };
        if wrapped || optional {
            result = Type::optional(result);
        }
        result
    }

    fn call(&mut self, e: &mut Expr) -> Type {
        let at = e.at;
        let Node::Call(name, target, args) = &mut e.node else { return Type::Error };
        if name == "_?._" {
            let field = match args.get(1).map(|a| &a.node) {
                Some(Node::Literal(Val::Str(field))) => field.clone(),
                _ => return Type::Error,
            };
            let found = self.select(at, &mut args[0], &field, true);
            return self.resolve(&found, true);
        }
        for arg in args.iter_mut() {
            self.check(arg);
        }
        // `a.b(c)` may be the function `a.b`.
        if let Some(prefix) = target.as_deref().and_then(qualified) {
            let full = format!("{}.{name}", prefix.trim_start_matches('.'));
            if overloads(&full, 0).is_some() {
                *name = full.into();
                *target = None;
            }
        }
        if let Some(target) = target {
            self.check(target);
        }
        let name = name.trim_start_matches('.').to_owned();
        let from = self.bound.len() as u32;
        let found = overloads(&name, from);
        // The internal names of functions cannot be written in an expression.
        let Some(found) = found else { return self.undeclared(at, &name) };
        if matches!(name.as_str(), "_&&_" | "_||_") {
            let mut right = true;
            for arg in args.iter() {
                if !self.assignable(&arg.ty, &BOOL) {
                    self.mismatch(arg.at, &BOOL, &arg.ty);
                    right = false;
                }
            }
            return if right { BOOL } else { Type::Error };
        }
        let types: Vec<Type> = target.iter().map(|t| t.ty.clone()).chain(args.iter().map(|a| a.ty.clone())).list();
        let mut result: Option<Type> = None;
        for overload in found.iter().filter(|o| o.method == target.is_some() && o.args.len() == types.len()) {
            // Each use of an overload has type variables of its own.
            let own = self.bound.len() as u32;
            self.bound.extend([None, None]);
            let renamed = |t: &Type| rename(t, own.wrapping_sub(from));
            let mark = self.trail.len();
            if types.iter().zip(&overload.args).all(|(is, wanted)| self.unify(is, &renamed(wanted), 0)) {
                let ty = self.resolve(&renamed(&overload.result), true);
                result = Some(match result {
                    Some(before) if !before.is_dyn() && before != ty => Type::Dyn,
                    Some(before) => before,
                    None => ty,
                });
            } else {
                self.undo(mark);
            }
        }
        result.unwrap_or_else(|| {
            let mut texts: Vec<String> = types.iter().map(|t| self.resolve(t, false).text()).list();
            let head = if target.is_some() { format!("{}.", texts.remove(0)) } else { String::new() };
            self.issue(at, format!("found no matching overload for '{name}' applied to '{head}({})'", texts.join(", ")));
            Type::Error
        })
    }

    fn fold(&mut self, fold: &mut Fold) -> Type {
        self.check(&mut fold.range);
        self.check(&mut fold.init);
        let range = self.resolve(&fold.range.ty, true);
        let two = !fold.var2.is_empty();
        let (var, var2) = match &range {
            Type::Of("list", of) => (if two { INT } else { of[0].clone() }, of[0].clone()),
            Type::Of("map", of) => (of[0].clone(), of[1].clone()),
            Type::Dyn | Type::Error | Type::Var(_) => {
                self.assignable(&Type::Dyn, &range);
                (Type::Dyn, Type::Dyn)
            }
            other => {
                let text =
                    format!("expression of type '{}' cannot be range of a comprehension (must be list, map, or dynamic)", other.text());
                self.issue(fold.range.at, text);
                (Type::Error, Type::Error)
            }
        };
        let depth = self.scope.len();
        let accu = fold.init.ty.clone();
        self.scope.push((fold.accu.clone(), accu.clone()));
        self.scope.push((fold.var.clone(), var));
        if two {
            self.scope.push((fold.var2.clone(), var2));
        }
        self.check(&mut fold.more);
        self.assert(&fold.more, &BOOL);
        self.check(&mut fold.step);
        self.assert(&fold.step, &accu);
        self.scope.truncate(depth + 1);
        self.check(&mut fold.result);
        self.scope.truncate(depth);
        self.resolve(&fold.result.ty, true)
    }

    fn assert(&mut self, e: &Expr, wanted: &Type) {
        if !self.assignable(wanted, &e.ty) {
            self.mismatch(e.at, wanted, &e.ty);
        }
    }

    /// Writes the types that are known by now into all nodes.
    pub fn settle(&self, e: &mut Expr) {
        e.ty = self.resolve(&e.ty, false);
        each(e, &mut |inner| self.settle(inner));
    }

    /// Reports lists and maps whose items are of different types, unless they may be `mixed`, and literals that a function cannot take.
    // Models cel.ValidateHomogeneousAggregateLiterals and the validators of durations, timestamps and expressions.
    pub fn validate(&mut self, e: &mut Expr, mut mixed: bool) {
        let mut same = |all: &mut dyn Iterator<Item = (&Expr, bool)>| {
            let mut first: Option<Type> = None;
            for (item, optional) in all {
                let ty = if optional { item.ty.unwrapped().0 } else { &item.ty };
                match &first {
                    None => first = Some(ty.clone()),
                    Some(first) if first != ty => return self.mismatch(item.at, first, ty),
                    _ => {}
                }
            }
        };
        match &e.node {
            Node::List(items) if !mixed => same(&mut items.iter().map(|(i, o)| (i, *o))),
            Node::Map(entries) if !mixed => {
                same(&mut entries.iter().map(|(k, ..)| (k, false)));
                same(&mut entries.iter().map(|(_, v, o)| (v, *o)));
            }
            Node::Call(name, _, args) => {
                mixed |= name == "format";
                if let Some(Expr { at, node: Node::Literal(value), .. }) = args.first() {
                    let wrong = match (name.as_str(), value) {
                        ("duration" | "timestamp", value) => library::call(name, std::slice::from_ref(value), &mut 0).is_err(),
                        ("matches", Val::Str(text)) => Regex::go(text).is_err(),
                        _ => false,
                    };
                    if wrong {
                        self.issue(*at, format!("invalid {name} argument"));
                    }
                }
            }
            _ => {}
        }
        each(e, &mut |inner| self.validate(inner, mixed));
    }
}

/// Checks the literal regular expressions.
// Models the library's FindRegexOptimization, which compiles them when a program is built.
pub(super) fn demand_patterns(e: &mut Expr) -> Result<(), CompileError> {
    if let Node::Call(name, Some(_), args) = &e.node
        && matches!(name.as_str(), "find" | "findAll")
        && let Some(Node::Literal(Val::Str(text))) = args.first().map(|a| &a.node)
        && let Err(error) = Regex::go(text)
    {
        return Err(CompileError::Pattern(error.as_go_says()));
    }
    let mut found = Ok(());
    each(e, &mut |inner| {
        if found.is_ok() {
            found = demand_patterns(inner);
        }
    });
    found
}

/// Every part of an expression.
pub(super) fn each(e: &mut Expr, f: &mut dyn FnMut(&mut Expr)) {
    match &mut e.node {
        Node::Literal(_) | Node::Ident(_) => {}
        Node::Select(of, ..) => f(of),
        Node::Call(_, target, args) => target.iter_mut().map(|t| &mut **t).chain(args).for_each(f),
        Node::List(items) => items.iter_mut().for_each(|(i, _)| f(i)),
        Node::Message(_, fields) => fields.iter_mut().for_each(|field| f(&mut field.value)),
        Node::Map(entries) => entries.iter_mut().for_each(|(k, v, _)| {
            f(k);
            f(v);
        }),
        Node::Fold(fold) => {
            let Fold { range, init, more, step, result, .. } = &mut **fold;
            [range, init, more, step, result].into_iter().for_each(f);
        }
    }
}

fn rename(ty: &Type, by: u32) -> Type {
    match ty {
        Type::Var(i) => Type::Var(i + by),
        Type::Of(name, of) => Type::Of(name, of.iter().map(|t| rename(t, by)).list()),
        other => other.clone(),
    }
}

/// Whether the first type is as general as the second, or more.
fn less_specific(a: &Type, b: &Type, depth: usize) -> bool {
    if depth > DEPTH_MAX || a.is_dyn() || matches!(a, Type::Var(_)) {
        return true;
    }
    match (a, b) {
        (Type::Of("type", _), Type::Of("type", _)) => true,
        (Type::Of(n, a), Type::Of(m, b)) => n == m && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| less_specific(a, b, depth + 1)),
        (a, b) => a == b,
    }
}

/// Whether a type is bool (for a rule) or string (for a message), or dynamic.
pub(super) fn is(ty: &Type, text: bool) -> bool {
    *ty == if text { STRING } else { BOOL }
}

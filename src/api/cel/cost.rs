//! An upper bound on the cost of an expression, from the sizes that its schema allows. A definition with a rule that may cost too much is
//! refused.
// Models cel-go's checker.Cost with the estimates of k8s.io/apiserver/pkg/cel/library.CostEstimator.

use super::parse::{Expr, Fold, Node};
use super::types::{Decl, Type};
use super::value::Val;
use crate::api::ArcStr;
use crate::base::List as _;

/// The fewest and the most characters, items or entries.
type Size = (u64, u64);

const UNKNOWN: Size = (0, u64::MAX);

/// What is known of the value of a part of an expression.
#[derive(Clone, Default)]
struct Part<'a> {
    cost: u64,
    size: Option<Size>,
    /// The part of the schema that describes it.
    decl: Option<&'a Decl>,
    /// Whether it is at a path that the schema does not describe.
    lost: bool,
    /// The sizes of the keys and values of a literal list or map.
    entries: Option<(Size, Size)>,
}

struct Coster<'a> {
    root: &'a Decl,
    vars: Vec<(ArcStr, Part<'a>)>,
}

/// The most that evaluating a checked expression costs.
pub(super) fn estimate(e: &Expr, root: &Decl) -> u64 {
    Coster { root, vars: Vec::new() }.part(e).cost
}

/// `n` times the cost of a unit, rounded up.
fn times(n: u64, factor: f64) -> u64 {
    (n as f64 * factor).ceil() as u64
}

fn tenth(n: u64) -> u64 {
    times(n, 0.1)
}

fn union(a: Size, b: Size) -> Size {
    (a.0.min(b.0), a.1.max(b.1))
}

fn mul(a: Size, b: Size) -> Size {
    (a.0.saturating_mul(b.0), a.1.saturating_mul(b.1))
}

fn plus(a: Size, b: Size) -> Size {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
}

fn is_scalar(ty: &Type) -> bool {
    match ty.unwrapped() {
        (Type::Named(name), _) => {
            matches!(*name, "bool" | "double" | "int" | "uint" | "google.protobuf.Duration" | "google.protobuf.Timestamp")
        }
        _ => false,
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Dyn | Type::Named("string" | "bytes"))
}

impl<'a> Coster<'a> {
    fn part(&mut self, e: &Expr) -> Part<'a> {
        let mut part = match &e.node {
            Node::Literal(value) => {
                let size = value.size().unwrap_or(1);
                Part { size: Some((size, size)), ..Part::default() }
            }
            Node::Ident(name) => match self.vars.iter().rev().find(|(n, _)| n == name) {
                Some((_, var)) => Part { cost: 1, ..var.clone() },
                // The name of a type counts, too: the estimator does not look at how a path begins.
                None => Part { cost: 1, decl: Some(self.root), ..Part::default() },
            },
            Node::Select(of, field, test) => {
                let of_part = self.part(of);
                let step = matches!(of.ty, Type::Object(_) | Type::Of("map", _)) && !test;
                let cost = of_part.cost.saturating_add(step.into());
                if *test { Part { cost, ..Part::default() } } else { Part { cost, ..inside(&of_part, self.root, |d| member(d, field)) } }
            }
            Node::List(items) => {
                let parts: Vec<Part<'_>> = items.iter().map(|(i, _)| self.part(i)).list();
                let count = items.len() as u64;
                Part { cost: sum(&parts, 10), size: Some((count, count)), entries: Some(((1, 1), sizes(&parts))), ..Part::default() }
            }
            Node::Map(entries) => {
                let keys: Vec<Part<'_>> = entries.iter().map(|(k, ..)| self.part(k)).list();
                let values: Vec<Part<'_>> = entries.iter().map(|(_, v, _)| self.part(v)).list();
                let (count, cost) = (entries.len() as u64, sum(&keys, sum(&values, 30)));
                Part { cost, size: Some((count, count)), entries: Some((sizes(&keys), sizes(&values))), ..Part::default() }
            }
            Node::Message(_, fields) => {
                let parts: Vec<Part<'_>> = fields.iter().map(|f| self.part(&f.value)).list();
                Part { cost: sum(&parts, 40), ..Part::default() }
            }
            Node::Fold(fold) => self.fold(fold),
            Node::Call(name, target, args) => {
                let target = target.as_deref().map(|t| (self.part(t), &t.ty));
                let parts: Vec<Part<'a>> = args.iter().map(|a| self.part(a)).list();
                let costs = sum(&parts, target.as_ref().map_or(0, |(t, _)| t.cost));
                let mut all: Vec<(Part<'a>, &Type)> = target.into_iter().list();
                all.extend(parts.into_iter().zip(args.iter().map(|a| &a.ty)));
                let mut part = call(name, &all, args, self.root);
                // One of the two is evaluated.
                part.cost = match (name.as_str(), all.as_slice()) {
                    ("_?_:_", [(test, _), (a, _), (b, _)]) => test.cost.saturating_add(a.cost.max(b.cost)),
                    _ => part.cost.saturating_add(costs),
                };
                part
            }
        };
        if part.size.is_none() {
            part.size = part.decl.map(|d| (0, d.max)).or(is_scalar(&e.ty).then_some((1, 1)));
        }
        part
    }

    fn fold(&mut self, fold: &Fold) -> Part<'a> {
        let (range, init) = (self.part(&fold.range), self.part(&fold.init));
        let cost = range.cost.saturating_add(init.cost);
        let depth = self.vars.len();
        self.vars.push((fold.accu.clone(), Part { cost: 0, ..init.clone() }));
        if fold.accu != super::macros::ACCU {
            // A variable.
            let result = self.part(&fold.result);
            self.vars.truncate(depth);
            return Part { cost: cost.saturating_add(result.cost), ..result };
        }
        let is_list = !matches!(fold.range.ty, Type::Of("map", _));
        let key = match (range.decl, range.lost) {
            (None, false) => inside(&range, self.root, |_| None),
            (decl, _) => Part { size: decl.filter(|_| !is_list).map(|_| (0, 0)).or(range.entries.map(|e| e.0)), ..Part::default() },
        };
        let mut value = inside(&range, self.root, |d| d.inner.as_deref());
        if value.decl.is_none() {
            value.size = range.entries.map(|e| e.1);
        }
        let two = !fold.var2.is_empty();
        self.vars.push((fold.var.clone(), if is_list && !two { value.clone() } else { key }));
        if two {
            self.vars.push((fold.var2.clone(), value));
        }
        let more = self.part(&fold.more).cost;
        let step = self.part(&fold.step);
        self.vars.truncate(depth + 1);
        let end = self.part(&fold.result).cost;
        self.vars.truncate(depth);
        let rounds = range.size.unwrap_or(UNKNOWN);
        let cost = cost.saturating_add(end).saturating_add(rounds.1.saturating_mul(more.saturating_add(step.cost)));
        match &fold.init.node {
            Node::Literal(_) => Part { cost, size: Some((1, 1)), ..Part::default() },
            _ => Part { cost, size: Some(rounds), entries: step.entries, ..Part::default() },
        }
    }
}

/// A part of a value. The parts of a value without a place in the schema are looked up from the root.
// As coster.addPath and sizeEstimator.EstimateSize have it, whose paths always begin with a name that is passed over.
fn inside<'a>(of: &Part<'a>, root: &'a Decl, find: impl FnOnce(&'a Decl) -> Option<&'a Decl>) -> Part<'a> {
    let decl = match of.decl {
        Some(decl) => find(decl),
        None => Some(root).filter(|_| !of.lost),
    };
    Part { decl, lost: decl.is_none(), ..Part::default() }
}

fn member<'a>(decl: &'a Decl, field: &str) -> Option<&'a Decl> {
    match &decl.ty {
        Type::Object(object) => object.field(field),
        _ => None,
    }
}

fn sum(parts: &[Part<'_>], with: u64) -> u64 {
    parts.iter().fold(with, |sum, p| sum.saturating_add(p.cost))
}

fn sizes(parts: &[Part<'_>]) -> Size {
    let all = parts.iter().map(|p| p.size.unwrap_or(UNKNOWN));
    all.reduce(union).unwrap_or((0, 0))
}

/// The cost of a call beyond its arguments, and the size of its result. The target is the first argument.
fn call<'a>(name: &str, args: &[(Part<'a>, &Type)], written: &[Expr], root: &'a Decl) -> Part<'a> {
    let size = |i: usize| args.get(i).and_then(|(p, _)| p.size).unwrap_or(UNKNOWN);
    let max = |i: usize| size(i).1;
    let text = |i: usize| args.get(i).is_some_and(|(_, ty)| is_text(ty));
    let part = |cost: u64, size: Option<Size>| Part { cost, size, ..Part::default() };
    let number = |i: usize, or: u64| match written.get(i).map(|e| &e.node) {
        Some(Node::Literal(Val::Int(n))) => n.unsigned_abs(),
        _ => or,
    };
    let made = |factor: u64, size: Size| part(size.1.saturating_mul(factor).saturating_add(11), Some(size));
    match name {
        "_&&_" | "_||_" | "_?_:_" => {
            let both = args.len() == 3;
            let entries = match args {
                [_, (a, _), (b, _)] => a.entries.zip(b.entries).map(|(a, b)| (union(a.0, b.0), union(a.1, b.1))),
                _ => None,
            };
            Part { entries, ..part(0, both.then(|| union(size(1), size(2)))) }
        }
        "dyn" => args.first().map_or(Part::default(), |(p, _)| Part { cost: 1, decl: None, lost: false, ..p.clone() }),
        "_[_]" | "_[?_]" => {
            let of = args.first().map(|(p, _)| p.clone()).unwrap_or_default();
            Part { cost: 1, size: of.entries.map(|e| e.1), ..inside(&of, root, |d| d.inner.as_deref()) }
        }
        "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" => match args.first() {
            Some((of, Type::Of("list", item))) => {
                let texts = matches!(item.first(), Some(Type::Named("string" | "bytes")));
                let each = of.decl.and_then(|d| d.inner.as_deref()).map_or(u64::MAX, |d| d.max);
                part(max(0).saturating_mul(if texts { tenth(each).saturating_add(1) } else { 1 }), None)
            }
            _ => part(tenth(max(0)), None),
        },
        "url" | "lowerAscii" | "upperAscii" | "substring" | "trim" => part(tenth(max(0)), Some(size(0))),
        "cidr" | "isIP" | "isCIDR" | "quantity" | "isQuantity" | "semver" | "isSemver" | "format" => part(tenth(max(0)), None),
        "ip" if text(0) => part(tenth(max(0)), None),
        "ip.isCanonical" => part(times(max(0), 0.2), None),
        "replace" => {
            let (from, to) = (size(1), size(2));
            let count = if from.0 == 0 {
                max(0).saturating_add(1)
            } else if to.1 <= from.0 {
                0
            } else {
                max(0).div_ceil(from.0)
            };
            let kept = if from.0 == 0 || to.1 <= from.0 { max(0) } else { 0 };
            part(times(max(0), 0.2), Some((0, count.saturating_mul(to.1).saturating_add(kept))))
        }
        "split" => part(times(max(0), 0.2), Some((0, number(1, max(0))))),
        "join" => {
            let each =
                args.first().and_then(|(p, _)| p.decl.and_then(|d| d.inner.as_deref()).map(|d| (0, d.max)).or(p.entries.map(|e| e.1)));
            let whole = mul(size(0), each.unwrap_or(UNKNOWN));
            let between = if args.len() > 1 { mul(size(1), (0, max(0).saturating_sub(1))) } else { (0, 0) };
            let whole = plus(whole, between);
            part(tenth(whole.1), Some(whole))
        }
        // Only the method's cost depends on the text.
        "matches" if args.len() == written.len() => part(1, None),
        "find" | "findAll" | "matches" => {
            let cost = tenth(max(0).saturating_add(1)).saturating_mul(times(max(1), 0.25));
            part(cost, (name != "matches").then_some((0, max(0))))
        }
        "contains" => part(tenth(max(0)).saturating_mul(tenth(max(1))), None),
        "startsWith" | "endsWith" => part(tenth(max(1)), None),
        "containsIP" | "containsCIDR" => {
            let masks = if name == "containsCIDR" { 3 } else { 0 };
            part(4 + masks + if text(1) { tenth(max(1)) } else { 0 }, None)
        }
        "validate" => part(times(tenth(max(1)), 32.0), None),
        "bytes" if text(0) => part(tenth(max(0)), Some((size(0).0, max(0).saturating_mul(4)))),
        "string" if matches!(args.first(), Some((_, Type::Named("bytes")))) => part(tenth(max(0)), Some((size(0).0 / 4, max(0)))),
        "strings.quote" => part(tenth(max(0)), Some((size(0).0 + 2, max(0).saturating_mul(2).saturating_add(2)))),
        "@in" if !matches!(args.get(1), Some((_, Type::Of("map", _)))) => part(max(1), None),
        "_+_" if text(0) || matches!(args.first(), Some((_, Type::Of("list", _)))) => {
            let whole = plus(size(0), size(1));
            let entries = match args {
                [(a, _), (b, _)] => a.entries.zip(b.entries).map(|(a, b)| (union(a.0, b.0), union(a.1, b.1))),
                _ => None,
            };
            Part { entries, ..part(if text(0) { tenth(whole.1) } else { 1 }, Some(whole)) }
        }
        "_==_" | "_!=_" => match args {
            [(_, Type::Named(a)), (_, Type::Named(b))] if a == b && a.contains('.') && !a.starts_with("google") => part(1, None),
            _ => part(tenth(max(0).min(max(1))), None),
        },
        "_<_" | "_>_" | "_<=_" | "_>=_" if text(0) && text(1) => part(tenth(max(0).min(max(1))).max(1), None),
        "sets.contains" | "sets.intersects" => part(max(0).saturating_mul(max(1)).saturating_add(1), None),
        "sets.equivalent" => part(max(0).saturating_mul(max(1)).saturating_mul(2).saturating_add(1), None),
        "slice" => {
            let count = number(1, max(0)).saturating_sub(number(0, 0));
            made(1, (count, count))
        }
        "lists.range" => {
            let count = number(0, u64::MAX);
            made(1, (count, count))
        }
        "reverse" => made(1, size(0)),
        "flatten" => made(number(0, if args.len() > 1 { u64::MAX } else { 1 }), size(0)),
        "distinct" | "sort" | "@sortByAssociatedKeys" => made(2, mul(size(0), size(0))),
        _ => part(1, None),
    }
}

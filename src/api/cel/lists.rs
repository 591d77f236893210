//! CEL's functions on lists.

use std::cmp::Ordering;
use std::sync::Arc;

use super::eval::{SIZE_MAX, texts};
use super::library::{arithmetic, joined_len, str_of};
use super::value::{Fail, List, Outcome, Val, compare, equal};
use crate::base::{List as _, Order as _};

pub(super) fn of_list(name: &str, list: &Arc<List>, rest: &[Val]) -> Outcome {
    let items = &list.items;
    let all_in = |a: &[Val], b: &[Val]| a.iter().all(|x| b.iter().any(|y| equal(x, y)));
    Ok(match (name, rest) {
        ("join", [] | [Val::Str(_)]) => {
            let texts = texts(list)?;
            if joined_len(list, rest.first()) > SIZE_MAX {
                return Err(Fail::new("text is too long"));
            }
            Val::str(&texts.join(rest.first().map_or("", str_of)))
        }
        ("first", []) => Val::Optional(items.first().cloned().map(Arc::new)),
        ("last", []) => Val::Optional(items.last().cloned().map(Arc::new)),
        ("indexOf", [item]) => Val::Int(items.iter().position(|i| equal(i, item)).map_or(-1, |i| i as i64)),
        ("lastIndexOf", [item]) => Val::Int(items.iter().rposition(|i| equal(i, item)).map_or(-1, |i| i as i64)),
        ("isSorted", []) => {
            for pair in items.windows(2) {
                if compare(&pair[0], &pair[1])?.is_gt() {
                    return Ok(Val::Bool(false));
                }
            }
            Val::Bool(true)
        }
        ("sum", []) => {
            let zero = match items.first() {
                Some(Val::Uint(_)) => Val::Uint(0),
                Some(Val::Double(_)) => Val::Double(0.0),
                Some(Val::Duration(_)) => Val::Duration(0),
                _ => Val::Int(0),
            };
            items.iter().try_fold(zero, |sum, item| arithmetic("_+_", &sum, item))?
        }
        ("max" | "min", []) => {
            let Some(mut best) = items.first() else { return Err(Fail::new(format!("{name} called on empty list"))) };
            for item in items {
                let order = compare(item, best)?;
                if if name == "max" { order.is_gt() } else { order.is_lt() } {
                    best = item;
                }
            }
            best.clone()
        }
        ("slice", [Val::Int(from), Val::Int(to)]) => {
            let fail = |what: String| Fail::new(format!("cannot slice({from}, {to}), {what}"));
            if *from < 0 || *to < 0 {
                return Err(fail("negative indexes not supported".to_owned()));
            }
            if from > to {
                return Err(fail("start index must be less than or equal to end index".to_owned()));
            }
            let range = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
            let part = range.and_then(|(from, to)| items.get(from..to)).ok_or_else(|| fail(format!("list is length {}", items.len())))?;
            Val::list(part.to_vec())
        }
        ("flatten", []) => Val::list(flat(items, 1)?),
        ("flatten", [Val::Int(depth)]) if *depth < 0 => return Err(Fail::new("level must be non-negative")),
        ("flatten", [Val::Int(depth)]) => Val::list(flat(items, *depth)?),
        ("reverse", []) => Val::list(items.iter().rev().cloned().list()),
        ("distinct", []) => {
            let mut out: Vec<Val> = Vec::new();
            for item in items {
                if !out.iter().any(|o| equal(o, item)) {
                    out.push(item.clone());
                }
            }
            Val::list(out)
        }
        ("sort", []) => sorted(items, items)?,
        ("@sortByAssociatedKeys", [Val::List(keys)]) => sorted(items, &keys.items)?,
        ("sets.contains", [Val::List(other)]) => Val::Bool(all_in(&other.items, items)),
        ("sets.equivalent", [Val::List(other)]) => Val::Bool(all_in(&other.items, items) && all_in(items, &other.items)),
        ("sets.intersects", [Val::List(other)]) => Val::Bool(items.iter().any(|a| other.items.iter().any(|b| equal(a, b)))),
        _ => return Err(Fail::OVERLOAD),
    })
}

fn flat(items: &[Val], depth: i64) -> Result<Vec<Val>, Fail> {
    let mut out = Vec::new();
    for item in items {
        match item {
            Val::List(inner) if depth > 0 => out.extend(flat(&inner.items, depth - 1)?),
            other => out.push(other.clone()),
        }
        if out.len() > SIZE_MAX {
            return Err(Fail::new("list is too long"));
        }
    }
    Ok(out)
}

fn sorted(items: &[Val], keys: &[Val]) -> Outcome {
    if keys.iter().any(|k| k.type_name() != keys[0].type_name()) {
        return Err(Fail::new("list elements must have the same type"));
    }
    for key in keys {
        compare(key, &keys[0]).map_err(|_| Fail::new("list elements must be comparable"))?;
    }
    let mut pairs: Vec<(&Val, &Val)> = keys.iter().zip(items).list();
    pairs.order_by(|(a, _), (b, _)| compare(a, b).unwrap_or(Ordering::Equal));
    Ok(Val::list(pairs.into_iter().map(|(_, v)| v.clone()).list()))
}

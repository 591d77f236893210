//! The strategic merge patch that turns one object into another.

use super::{DELETE_PRIMITIVES, DIRECTIVE, ELEMENT_ORDER, Places, RETAIN_KEYS, arrange, inner, name_of};
use crate::api::schema::{Field, Ty, Type, schema};
use crate::api::{KindRef, Map, Value};
use crate::base::{List as _, SortedMap, SortedSet};

/// The patch that `kubectl apply` sends: additions and changes from the live object to the manifest, deletions of what
/// the last applied manifest had and this one has not.
pub fn three_way_strategic_patch(kind: KindRef, original: &Value, modified: &Value, current: &Value) -> Value {
    three_way(Some(schema().kind(kind)), original, modified, current)
}

pub(super) fn three_way(ty: Option<&'static Type>, original: &Value, modified: &Value, current: &Value) -> Value {
    let mut patch = diff_map(current, modified, ty, Which::Changes);
    let deletions = diff_map(original, modified, ty, Which::Deletions);
    overlay(&mut patch, &deletions, ty);
    patch
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    /// Additions and changes, but no deletions.
    Changes,
    /// Deletions only.
    Deletions,
}

fn diff_map(old: &Value, new: &Value, ty: Option<&'static Type>, which: Which) -> Value {
    let mut patch = Map::new();
    for (key, _) in old.entries() {
        if matches!(new, Value::Map(m) if !m.contains_key(key)) && which == Which::Deletions {
            patch.insert(key.clone(), Value::Null);
        }
    }
    for (key, is) in new.entries() {
        let (field, inner_ty) = inner(ty, key);
        let was = old.get(key);
        match (was, is, field) {
            // Not compared: it is sent whenever it is there.
            (Value::Map(_), Value::Map(_), Some(field)) if field.patch_replace => {
                if which == Which::Changes {
                    patch.insert(key.clone(), is.clone());
                }
            }
            (Value::Map(_), Value::Map(_), _) => {
                let inner_ty = if matches!(field.map(|f| &f.ty), Some(Ty::MapOf(_))) { None } else { inner_ty };
                let mut change = diff_map(was, is, inner_ty, which);
                if field.is_some_and(|f| f.retain_keys) {
                    retain_keys(&mut change, was, is);
                }
                if !change.is_empty() {
                    patch.insert(key.clone(), change);
                }
            }
            (Value::List(was), Value::List(is), Some(field)) if field.patch_merge => {
                diff_list(&mut patch, key, field, (was, is), inner_ty, which);
            }
            _ => {
                let added = matches!(old, Value::Map(m) if !m.contains_key(key));
                if which == Which::Changes && (added || !was.same(is)) {
                    patch.insert(key.clone(), is.clone());
                }
            }
        }
    }
    patch.into()
}

/// Writes `$retainKeys`, if anything changes or is deleted.
fn retain_keys(change: &mut Value, was: &Value, is: &Value) {
    let keeps = |key: &str| matches!(is, Value::Map(m) if m.contains_key(key));
    if !is.is_empty() && (!change.is_empty() || was.entries().any(|(k, _)| !keeps(k))) {
        change.set(&[RETAIN_KEYS], is.entries().map(|(k, _)| Value::from(k)).list());
    }
}

/// Adds to `patch` what turns the old list into the new one: changes or deletions, and the order where it is needed.
fn diff_list(patch: &mut Map, key: &str, field: &Field, (old, new): (&[Value], &[Value]), ty: Option<&'static Type>, which: Which) {
    if old.is_empty() {
        if which == Which::Changes && !new.is_empty() {
            patch.insert(key, new.to_vec());
        }
        return;
    }
    let merge_key = field.merge_key;
    let same_order = old.len() == new.len() && old.iter().zip(new).all(|(o, n)| name_of(o, merge_key) == name_of(n, merge_key));
    let (name, changes, order) = if merge_key.is_empty() {
        match which {
            Which::Changes => (key.to_owned(), missing(new, old), new.to_vec()),
            Which::Deletions => {
                let (mut gone, mut seen) = (missing(old, new), SortedSet::new());
                gone.retain(|v| seen.insert(name_of(v, "")));
                (format!("{DELETE_PRIMITIVES}{key}"), gone, new.to_vec())
            }
        }
    } else {
        (key.to_owned(), diff_items(field, old, new, ty, which), new.iter().map(|item| only_key(item, merge_key)).list())
    };
    if !new.is_empty() && (!changes.is_empty() || which == Which::Changes && !same_order) {
        patch.insert(format!("{ELEMENT_ORDER}{key}"), order);
    }
    if !changes.is_empty() {
        patch.insert(name, changes);
    }
}

/// The scalars of one list that another does not have.
fn missing(these: &[Value], those: &[Value]) -> Vec<Value> {
    let those = Places::of(those, "");
    these.iter().filter(|v| those.first(&name_of(v, "")).is_none()).cloned().list()
}

/// An item reduced to its key, as it stands in an order and in a deletion.
fn only_key(item: &Value, merge_key: &str) -> Value {
    let mut id = Value::map();
    id.set(&[merge_key], item.get(merge_key).clone());
    id
}

/// What is changed or deleted among items with keys.
fn diff_items(field: &Field, old: &[Value], new: &[Value], ty: Option<&'static Type>, which: Which) -> Vec<Value> {
    let merge_key = field.merge_key;
    let olds = Places::of(old, merge_key);
    let mut changes = Vec::new();
    let mut met: SortedMap<String, usize> = SortedMap::new();
    for item in new {
        // Of several with one key, each is compared with its like.
        let name = name_of(item, merge_key);
        let mine = olds.0.get(&name).map_or(&[][..], Vec::as_slice);
        let nth = met.entry(name).or_default();
        *nth += 1;
        let mut change = match mine.get(*nth - 1).map(|at| &old[*at]) {
            Some(was) => {
                let mut change = diff_map(was, item, ty, which);
                if field.retain_keys {
                    retain_keys(&mut change, was, item);
                }
                change
            }
            None if which == Which::Changes => item.clone(),
            None => Value::map(),
        };
        if !change.is_empty() {
            change.set(&[merge_key], item.get(merge_key).clone());
            changes.push(change);
        }
    }
    if which == Which::Deletions {
        // Of several with one key, those count as gone that are more than there are now, though all of that key will go.
        for item in old {
            let left = met.entry(name_of(item, merge_key)).or_default();
            if *left == 0 {
                let mut gone = only_key(item, merge_key);
                gone.set(&[DIRECTIVE], "delete");
                changes.push(gone);
            }
            *left = left.saturating_sub(1);
        }
    }
    changes
}

/// Merges two patches: maps and keyed lists are joined; anything else is taken from the later one.
fn overlay(patch: &mut Value, other: &Value, ty: Option<&'static Type>) {
    for (key, change) in other.entries() {
        let (field, inner_ty) = inner(ty, key);
        let mine = patch.get(key);
        match (mine, change) {
            (Value::Map(_), Value::Map(_)) => overlay(patch.get_mut(key), change, inner_ty),
            (Value::List(_), Value::List(items)) if field.is_some_and(|f| f.patch_merge && !f.merge_key.is_empty()) => {
                let merge_key = field.map_or("", |f| f.merge_key);
                let order = match patch.get(&format!("{ELEMENT_ORDER}{key}")) {
                    Value::Null => mine.clone(),
                    order => order.clone(),
                };
                let list = patch.get_mut(key).list_mut();
                for item in items.iter() {
                    match list.iter_mut().find(|v| v.get(merge_key).same(item.get(merge_key))) {
                        Some(found) if item.get(DIRECTIVE).is_null() => overlay(found, item, inner_ty),
                        Some(found) => *found = item.clone(),
                        None => list.push(item.clone()),
                    }
                }
                arrange(list, order.items(), items, merge_key);
            }
            _ => {
                patch.map_mut().insert(key.clone(), change.clone());
            }
        }
    }
}

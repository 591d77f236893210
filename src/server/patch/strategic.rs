//! Kubernetes' strategic merge patch: lists merge by the schema's merge keys, with `$patch`, `$setElementOrder`,
//! `$deleteFromPrimitiveList` and `$retainKeys` (`apimachinery/pkg/util/strategicpatch`).

mod diff;
#[cfg(test)]
mod tests;

use super::json::does_not_apply;
use super::{OBJECT, cannot_read, go_text};
use crate::api::decode::served_version;
use crate::api::schema::{Field, Ty, Type, schema};
use crate::api::{KindRef, Status, Value};
use crate::base::{Order as _, SortedMap};

pub use diff::three_way_strategic_patch;

/// Applies a strategic merge patch to an object of a kind.
pub fn strategic_merge_patch(kind: KindRef, current: &Value, patch: &Value) -> Result<Value, Status> {
    if !matches!(patch, Value::Map(_) | Value::Null) {
        return Err(Status::bad_request(cannot_read(patch, OBJECT).to_string()));
    }
    let mut next = current.clone();
    merge_map(&mut next, patch, schema().kind_at(kind, served_version(kind, current)))?;
    Ok(next)
}

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ELEMENT_ORDER: &str = "$setElementOrder/";
const DELETE_PRIMITIVES: &str = "$deleteFromPrimitiveList/";

/// The field of a name, and the type of what it holds: of the items, where it holds several.
fn inner(ty: Option<&'static Type>, key: &str) -> (Option<&'static Field>, Option<&'static Type>) {
    let field = ty.and_then(|t| t.field(key));
    let object = |ty: &Ty| match ty {
        Ty::Object(r) => Some(schema().get(*r)),
        _ => None,
    };
    let inner = field.and_then(|f| match &f.ty {
        Ty::ListOf(item) | Ty::MapOf(item) => object(item),
        own => object(own),
    });
    (field, inner)
}

/// What the patch code itself says gives no reason, and what has none is the server's fault.
fn plain(message: String) -> Status {
    Status::internal(message).without_reason()
}

fn no_merge_key(item: &Value, merge_key: &str) -> Status {
    plain(format!("map: {} does not contain declared merge key: {merge_key}", go_text(item, true)))
}

fn unknown_directive(directive: &Value, item: &Value) -> Status {
    plain(format!("unknown patch type: {} in map: {}", go_text(directive, true), go_text(item, true)))
}

fn bad_format(of: &str) -> Status {
    Status::bad_request(format!("invalid patch format of {of}"))
}

fn expected(wanted: &str, got: &Value) -> Status {
    plain(format!("expected a {wanted}, but received a {}", got.go_type()))
}

/// The items of a list; none where there is no list.
fn list_items(value: &Value) -> Result<&[Value], Status> {
    match value {
        Value::List(_) | Value::Null => Ok(value.items()),
        other => Err(expected("[]interface {}", other)),
    }
}

/// What merges must be alike.
// Models strategicpatch.sliceElementType.
fn check_alike(list: &[Value], changes: &[Value]) -> Result<(), Status> {
    let mut all = list.iter().chain(changes);
    let Some(first) = all.next() else { return Ok(()) };
    if matches!(first, Value::List(_)) {
        return Err(does_not_apply());
    }
    if all.any(|v| v.go_type() != first.go_type()) {
        let both = [list, changes].map(|l| go_text(&l.to_vec().into(), true)).join(" ");
        return Err(plain(format!("list element types are not identical: [{both}]")));
    }
    Ok(())
}

/// What a patch says of a list must be in the order that the patch gives.
// Models strategicpatch.validatePatchWithSetOrderList.
fn check_order(changes: &[Value], order: &[Value], merge_key: &str) -> Result<(), Status> {
    if order.is_empty() {
        return Ok(());
    }
    let id = |item: &Value| -> Result<String, Status> {
        match item {
            _ if merge_key.is_empty() => Ok(item.to_json()),
            Value::Map(m) if m.contains_key(merge_key) => Ok(name_of(item, merge_key)),
            Value::Map(_) => Err(no_merge_key(item, merge_key)),
            other => Err(expected(OBJECT, other)),
        }
    };
    let mut places = order.iter();
    for change in changes.iter().filter(|c| c.get(DIRECTIVE).str() != "delete") {
        loop {
            let Some(place) = places.next() else {
                let [changes, order] = [changes, order].map(|l| go_text(&l.to_vec().into(), true));
                return Err(plain(format!("The order in patch list:\n{changes}\n doesn't match $setElementOrder list:\n{order}\n")));
            };
            if id(change)? == id(place)? {
                break;
            }
        }
    }
    Ok(())
}

/// Refuses a patch whose lists of directives make no sense.
fn check_directives(target: &Value, patch: &Value, ty: Option<&'static Type>) -> Result<(), Status> {
    for (key, order) in patch.entries() {
        if let Some(list) = key.strip_prefix("$setElementOrder") {
            let Some(list) = list.strip_prefix('/') else { return Err(bad_format("setElementOrder list")) };
            let Value::List(order) = order else { return Err(expected("[]interface {}", order)) };
            list_items(target.get(list))?;
            if matches!(patch, Value::Map(m) if m.contains_key(list)) && patch.get(list).is_null() {
                // Go prints so a type that a value does not have.
                return Err(plain("expected a []interface {}, but received a %!s(<nil>)".into()));
            }
            check_order(list_items(patch.get(list))?, order, inner(ty, list).0.map_or("", |f| f.merge_key))?;
        } else if key.starts_with("$deleteFromPrimitiveList") && !key.starts_with(DELETE_PRIMITIVES) {
            return Err(bad_format("primitive list"));
        }
    }
    Ok(())
}

/// Merges a patch into a map, by its directives and by what the fields are.
fn merge_map(target: &mut Value, patch: &Value, ty: Option<&'static Type>) -> Result<(), Status> {
    let directive = patch.get(DIRECTIVE);
    match directive.as_str() {
        Some("replace") => {
            let mut replaced = patch.clone();
            replaced.remove(&[DIRECTIVE]);
            *target = replaced;
            return Ok(());
        }
        Some("delete") => {
            *target = Value::map();
            return Ok(());
        }
        _ if !directive.is_null() => return Err(unknown_directive(directive, patch)),
        _ => {}
    }
    drop_unretained(target, patch)?;
    check_directives(target, patch, ty)?;
    for (key, change) in patch.entries() {
        if key.starts_with('$') {
            if let Some(list) = key.strip_prefix(DELETE_PRIMITIVES)
                && matches!(target.get(list), Value::List(_))
            {
                target.get_mut(list).list_mut().retain(|v| !change.items().iter().any(|gone| gone.same(v)));
            }
            continue;
        }
        let (field, inner) = inner(ty, key);
        if change.is_null() {
            target.map_mut().remove(key);
        } else if field.is_some_and(|f| f.patch_replace) {
            target.map_mut().insert(key.clone(), change.clone());
        } else if matches!((target.get(key), change), (Value::Map(_), Value::Map(_))) {
            // A map of objects has the objects' type for each of its values; such maps hold no merge keys upstream.
            let inner = if matches!(field.map(|f| &f.ty), Some(Ty::MapOf(_))) { None } else { inner };
            merge_map(target.get_mut(key), change, inner)?;
        } else if let (Value::List(_), Value::List(changes), Some(field)) = (target.get(key), change, field)
            && field.patch_merge
        {
            let order = patch.get(&format!("{ELEMENT_ORDER}{key}"));
            merge_ordered(target.get_mut(key).list_mut(), changes, order, field.merge_key, inner)?;
        } else if matches!((target.get(key), change), (Value::List(_), Value::List(_))) {
            // A list that takes another's place is not looked into.
            target.map_mut().insert(key.clone(), change.clone());
        } else {
            let mut value = change.clone();
            strip_directives(&mut value);
            if change.get(DIRECTIVE).is_null() {
                target.map_mut().insert(key.clone(), value);
            } else {
                target.map_mut().remove(key);
            }
        }
    }
    for (key, order) in patch.entries() {
        if let Some(list) = key.strip_prefix(ELEMENT_ORDER)
            && let (Value::List(before), Value::Null) = (target.get(list), patch.get(list))
        {
            let (before, merge_key) = (before.to_vec(), inner(ty, list).0.map_or("", |f| f.merge_key));
            arrange(target.get_mut(list).list_mut(), order.items(), &before, merge_key);
        }
    }
    Ok(())
}

/// Drops what a patch does not name among the keys that stay, where it names any.
fn drop_unretained(target: &mut Value, patch: &Value) -> Result<(), Status> {
    let keep = match patch.get(RETAIN_KEYS) {
        Value::Null => return Ok(()),
        Value::List(keep) => keep,
        _ => return Err(bad_format("retainKeys")),
    };
    let keeps = |key: &str| keep.iter().any(|v| v.str() == key);
    if patch.entries().any(|(k, v)| !v.is_null() && !k.starts_with('$') && !keeps(k)) {
        return Err(bad_format("retainKeys"));
    }
    target.map_mut().retain(|k, _| keeps(k));
    Ok(())
}

/// Merges a list and puts it in order: that of the patch's directive, or else that of the changes.
fn merge_ordered(
    list: &mut Vec<Value>,
    changes: &[Value],
    order: &Value,
    merge_key: &str,
    ty: Option<&'static Type>,
) -> Result<(), Status> {
    check_alike(list, changes)?;
    let (had, mut changes) = (list.len(), changes.to_vec());
    if !merge_key.is_empty() {
        follow_directives(list, &mut changes, merge_key)?;
    }
    let before = list.clone();
    for change in &changes {
        merge_item(list, change, merge_key, ty)?;
    }
    if order.is_null() {
        arrange(list, &changes, &before, merge_key);
    } else {
        // What was deleted makes room among the old for what was added, since Go appends to the same memory.
        let before = list[..list.len().min(had)].to_vec();
        arrange(list, order.items(), &before, merge_key);
    }
    Ok(())
}

/// Does what the directives among the changes say, before any other change, and takes them out.
// Models strategicpatch.mergeSliceWithSpecialElements.
fn follow_directives(list: &mut Vec<Value>, changes: &mut Vec<Value>, merge_key: &str) -> Result<(), Status> {
    let mut replaces = false;
    for change in changes.iter() {
        let (directive, key) = (change.get(DIRECTIVE), change.get(merge_key));
        match directive.str() {
            _ if directive.is_null() => {}
            "delete" if key.is_null() => return Err(no_merge_key(change, merge_key)),
            "delete" => list.retain(|v| !v.get(merge_key).same(key)),
            "replace" => replaces = true,
            "merge" => return Err(plain("merging lists cannot yet be specified in the patch".into())),
            _ => return Err(unknown_directive(directive, change)),
        }
    }
    changes.retain(|c| c.get(DIRECTIVE).is_null());
    if replaces {
        *list = std::mem::take(changes);
    }
    Ok(())
}

/// Merges an item into the one of its key, or adds it. Without a merge key an item is what it is.
fn merge_item(list: &mut Vec<Value>, change: &Value, merge_key: &str, ty: Option<&'static Type>) -> Result<(), Status> {
    if merge_key.is_empty() {
        if !list.iter().any(|v| v.same(change)) {
            list.push(change.clone());
        }
        return Ok(());
    }
    let key = change.get(merge_key);
    if key.is_null() {
        return Err(no_merge_key(change, merge_key));
    }
    if let Some(same) = list.iter_mut().find(|v| v.get(merge_key).same(key)) {
        return merge_map(same, change, ty);
    }
    list.push(change.clone());
    Ok(())
}

/// What is new has nothing to delete: directives and nulls say nothing there.
fn strip_directives(value: &mut Value) {
    match value {
        Value::Map(m) if m.iter().any(|(k, v)| k.starts_with('$') || v.is_null() || matches!(v, Value::Map(_) | Value::List(_))) => {
            let map = value.map_mut();
            map.retain(|k, v| !k.starts_with('$') && !v.is_null() && v.get(DIRECTIVE).is_null());
            for (_, v) in map.iter_mut() {
                strip_directives(v);
            }
        }
        Value::List(l) if l.iter().any(|v| matches!(v, Value::Map(_) | Value::List(_))) => {
            let list = value.list_mut();
            list.retain(|v| v.get(DIRECTIVE).is_null());
            for v in list {
                strip_directives(v);
            }
        }
        _ => {}
    }
}

/// What an item is known by among the others: its key, or all of it.
fn name_of(item: &Value, merge_key: &str) -> String {
    if merge_key.is_empty() { item } else { item.get(merge_key) }.to_json()
}

/// Where the items of a list are, by what they are known by.
struct Places(SortedMap<String, Vec<usize>>);

impl Places {
    fn of(list: &[Value], merge_key: &str) -> Places {
        let mut places: SortedMap<String, Vec<usize>> = SortedMap::new();
        for (at, item) in list.iter().enumerate() {
            places.entry(name_of(item, merge_key)).or_default().push(at);
        }
        Places(places)
    }

    fn first(&self, name: &str) -> Option<usize> {
        self.0.get(name).map(|all| all[0])
    }
}

/// Puts a merged list into order: what `order` names in that order, the rest as it was before. Of the two that are next, the rest's
/// goes first only where it stood before the other.
// Models strategicpatch.normalizeElementOrder.
fn arrange(list: &mut Vec<Value>, order: &[Value], before: &[Value], merge_key: &str) {
    let (order, before) = (Places::of(order, merge_key), Places::of(before, merge_key));
    // Each with its places in the order and before.
    let placed = |item: Value| {
        let name = name_of(&item, merge_key);
        (order.first(&name), before.first(&name), item)
    };
    let (mut named, mut rest): (Vec<_>, Vec<_>) = std::mem::take(list).into_iter().map(placed).partition(|(at, ..)| at.is_some());
    named.order_by_key(|(at, ..)| *at);
    rest.order_by_key(|(_, was, _)| *was);
    let mut named = named.into_iter().peekable();
    for (_, own, item) in rest {
        while let Some((.., next)) = named.next_if(|(_, was, _)| !matches!((own, *was), (Some(l), Some(r)) if l < r)) {
            list.push(next);
        }
        list.push(item);
    }
    list.extend(named.map(|(.., item)| item));
}

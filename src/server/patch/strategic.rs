//! Kubernetes' strategic merge patch: lists merge by the schema's merge keys, with `$patch`, `$setElementOrder`,
//! `$deleteFromPrimitiveList` and `$retainKeys` (`apimachinery/pkg/util/strategicpatch`).

use super::json::does_not_apply;
use super::{OBJECT, cannot_read, go_text};
use crate::api::schema::{Field, Ty, Type, schema};
use crate::api::{KindRef, Map, Status, Value};
use crate::base::{List as _, Order as _, SortedMap, SortedSet};

/// Applies a strategic merge patch to an object of a kind.
pub fn strategic_merge_patch(kind: KindRef, current: &Value, patch: &Value) -> Result<Value, Status> {
    if !matches!(patch, Value::Map(_) | Value::Null) {
        return Err(Status::bad_request(cannot_read(patch, OBJECT)));
    }
    let mut next = current.clone();
    merge_map(&mut next, patch, Some(schema().kind(kind)))?;
    Ok(next)
}

/// The patch that `kubectl apply` sends: additions and changes from the live object to the manifest, deletions of what
/// the last applied manifest had and this one has not.
pub fn three_way_strategic_patch(kind: KindRef, original: &Value, modified: &Value, current: &Value) -> Value {
    three_way(Some(schema().kind(kind)), original, modified, current)
}

fn three_way(ty: Option<&'static Type>, original: &Value, modified: &Value, current: &Value) -> Value {
    let mut patch = diff_map(current, modified, ty, Which::Changes);
    let deletions = diff_map(original, modified, ty, Which::Deletions);
    overlay(&mut patch, &deletions, ty);
    patch
}

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ELEMENT_ORDER: &str = "$setElementOrder/";
const DELETE_PRIMITIVES: &str = "$deleteFromPrimitiveList/";

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
    for change in changes.iter().filter(|c| c.get(DIRECTIVE).is_null()) {
        let wanted = id(change)?;
        loop {
            match places.next() {
                Some(place) if id(place)? == wanted => break,
                Some(_) => {}
                None => {
                    let [changes, order] = [changes, order].map(|l| go_text(&l.to_vec().into(), true));
                    return Err(plain(format!("The order in patch list:\n{changes}\n doesn't match $setElementOrder list:\n{order}\n")));
                }
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
    let before = list.clone();
    if merge_key.is_empty() {
        for item in changes {
            if !list.iter().any(|v| v.same(item)) {
                list.push(item.clone());
            }
        }
    } else {
        merge_list(list, changes, merge_key, ty)?;
    }
    if order.is_null() {
        arrange(list, changes, &before, merge_key);
    } else {
        // What was deleted makes room among the old for what was added, since Go appends to the same memory.
        let before = list[..list.len().min(before.len())].to_vec();
        arrange(list, order.items(), &before, merge_key);
    }
    Ok(())
}

fn merge_list(list: &mut Vec<Value>, changes: &[Value], merge_key: &str, ty: Option<&'static Type>) -> Result<(), Status> {
    let mut replaces = false;
    for change in changes {
        let directive = change.get(DIRECTIVE);
        match directive.str() {
            _ if directive.is_null() => {}
            "delete" if change.get(merge_key).is_null() => return Err(no_merge_key(change, merge_key)),
            "delete" => {}
            "replace" => replaces = true,
            "merge" => return Err(plain("merging lists cannot yet be specified in the patch".into())),
            _ => return Err(unknown_directive(directive, change)),
        }
    }
    if replaces {
        *list = changes.iter().filter(|c| c.get(DIRECTIVE).is_null()).cloned().list();
        return Ok(());
    }
    for change in changes {
        let key = change.get(merge_key);
        if key.is_null() {
            return Err(no_merge_key(change, merge_key));
        }
        let found = list.iter().position(|v| v.get(merge_key).same(key));
        match (change.get(DIRECTIVE).as_str(), found) {
            (Some("delete"), _) => list.retain(|v| !v.get(merge_key).same(key)),
            (_, Some(i)) => merge_map(&mut list[i], change, ty)?,
            (_, None) => {
                let mut item = change.clone();
                strip_directives(&mut item);
                list.push(item);
            }
        }
    }
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

#[derive(Clone, Copy, PartialEq)]
enum Which {
    /// What is added or changed; nothing is deleted.
    Changes,
    /// What is deleted; nothing else.
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
        match (was, is) {
            // Not compared: it is sent whenever it is there.
            (Value::Map(_), Value::Map(_)) if field.is_some_and(|f| f.patch_replace) => {
                if which == Which::Changes {
                    patch.insert(key.clone(), is.clone());
                }
            }
            (Value::Map(_), Value::Map(_)) => {
                let inner_ty = if matches!(field.map(|f| &f.ty), Some(Ty::MapOf(_))) { None } else { inner_ty };
                let mut change = diff_map(was, is, inner_ty, which);
                if field.is_some_and(|f| f.retain_keys) {
                    retain_keys(&mut change, was, is);
                }
                if !change.is_empty() {
                    patch.insert(key.clone(), change);
                }
            }
            (Value::List(a), Value::List(b)) if field.is_some_and(|f| f.patch_merge) => {
                let merge_key = field.map_or("", |f| f.merge_key);
                let retains = field.is_some_and(|f| f.retain_keys);
                diff_list(&mut patch, key, (a, b), merge_key, retains, inner_ty, which);
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

/// Names what is to stay, where anything changes or something is to go.
fn retain_keys(change: &mut Value, was: &Value, is: &Value) {
    let keeps = |key: &str| matches!(is, Value::Map(m) if m.contains_key(key));
    if !is.is_empty() && (!change.is_empty() || was.entries().any(|(k, _)| !keeps(k))) {
        change.set(&[RETAIN_KEYS], is.entries().map(|(k, _)| Value::from(k)).list());
    }
}

/// Notes in `patch` what makes the new list of the old: its changes or its deletions, and the order where that is needed.
fn diff_list(
    patch: &mut Map,
    key: &str,
    (old, new): (&[Value], &[Value]),
    merge_key: &str,
    retains: bool,
    ty: Option<&'static Type>,
    which: Which,
) {
    if old.is_empty() {
        if which == Which::Changes && !new.is_empty() {
            patch.insert(key, new.to_vec());
        }
        return;
    }
    let same_order = old.len() == new.len() && old.iter().zip(new).all(|(o, n)| name_of(o, merge_key) == name_of(n, merge_key));
    let (olds, news) = (Places::of(old, merge_key), Places::of(new, merge_key));
    if merge_key.is_empty() {
        let missing = |these: &[Value], those: &Places| -> Vec<Value> {
            these.iter().filter(|v| those.first(&name_of(v, "")).is_none()).cloned().list()
        };
        let (mut found, name) = match which {
            Which::Changes => (missing(new, &olds), key.to_owned()),
            Which::Deletions => (missing(old, &news), format!("{DELETE_PRIMITIVES}{key}")),
        };
        if !new.is_empty() && (!found.is_empty() || which == Which::Changes && !same_order) {
            patch.insert(format!("{ELEMENT_ORDER}{key}"), new.to_vec());
        }
        if which == Which::Deletions {
            let mut seen = SortedSet::new();
            found.retain(|v| seen.insert(name_of(v, "")));
        }
        if !found.is_empty() {
            patch.insert(name, found);
        }
        return;
    }
    let only_key = |item: &Value| {
        let mut id = Value::map();
        id.set(&[merge_key], item.get(merge_key).clone());
        id
    };
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
                if retains {
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
        for item in old {
            if news.first(&item.get(merge_key).to_json()).is_none() {
                let mut gone = only_key(item);
                gone.set(&[DIRECTIVE], "delete");
                changes.push(gone);
            }
        }
    }
    if !new.is_empty() && (!changes.is_empty() || which == Which::Changes && !same_order) {
        patch.insert(format!("{ELEMENT_ORDER}{key}"), new.iter().map(only_key).list());
    }
    if !changes.is_empty() {
        patch.insert(key, changes);
    }
}

/// Lays one patch over another: maps and keyed lists join, all else is the later one's.
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
                        Some(found) => overlay(found, item, inner_ty),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{kinds, table_rows, yaml};

    fn json(text: &str) -> Value {
        Value::from_json(text).expect("json")
    }

    #[test]
    fn containers_merge_by_name() {
        let kind = kinds::POD;
        let live = json(r#"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}]}}"#);
        let patch = json(r#"{"spec":{"containers":[{"name":"b","image":"z"},{"$patch":"delete","name":"a"}]}}"#);
        let got = strategic_merge_patch(kind, &live, &patch).expect("applies");
        assert_eq!(got.to_json(), r#"{"spec":{"containers":[{"image":"z","name":"b"}]}}"#);
    }

    #[test]
    fn a_three_way_patch_deletes_only_what_was_applied() {
        let kind = kinds::POD;
        let original = json(r#"{"metadata":{"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"name":"a"},{"name":"old"}]}}"#);
        let modified = json(r#"{"metadata":{"labels":{"a":"3"}},"spec":{"containers":[{"name":"a","image":"i"}]}}"#);
        let live = json(
            r#"{"metadata":{"labels":{"a":"1","b":"2","mine":"x"}},"spec":{"containers":[{"name":"a","image":"h"},{"name":"old"},{"name":"other"}]}}"#,
        );
        let patch = three_way_strategic_patch(kind, &original, &modified, &live);
        let got = strategic_merge_patch(kind, &live, &patch).expect("applies");
        let want = r#"{"metadata":{"labels":{"a":"3","mine":"x"}},"spec":{"containers":[{"image":"i","name":"a"},{"name":"other"}]}}"#;
        assert_eq!(got.to_json(), want);
    }

    #[test]
    fn directives_that_make_no_sense_are_refused() {
        let live = json(r#"{"metadata":{},"spec":{"volumes":[{"name":"v"}],"containers":[{"name":"a"}]}}"#);
        let apply = |patch: &str| strategic_merge_patch(kinds::POD, &live, &json(patch)).map(|v| v.to_json()).map_err(|s| s.into_message());
        for (patch, want) in [
            (r#"{"spec":{"$retainKeys":["volumes"],"containers":[]}}"#, "invalid patch format of retainKeys"),
            (r#"{"spec":{"$retainKeys":1}}"#, "invalid patch format of retainKeys"),
            (r#"{"spec":{"$patch":"merge"}}"#, "unknown patch type: merge in map: map[$patch:merge]"),
            (r#"{"spec":{"containers":[{"name":"a","$patch":"merge"}]}}"#, "merging lists cannot yet be specified in the patch"),
            (r#"{"spec":{"containers":[{"name":"a","$patch":"x"}]}}"#, "unknown patch type: x in map: map[$patch:x name:a]"),
            (r#"{"spec":{"containers":[{"$patch":"delete"}]}}"#, "map: map[$patch:delete] does not contain declared merge key: name"),
            (r#"{"spec":{"containers":["x"]}}"#, "list element types are not identical: [[map[name:a]] [x]]"),
            (r#"{"spec":{"$setElementOrder/containers":true}}"#, "expected a []interface {}, but received a bool"),
            (r#"{"spec":{"$setElementOrder":[]}}"#, "invalid patch format of setElementOrder list"),
            (r#"{"spec":{"$deleteFromPrimitiveList":[]}}"#, "invalid patch format of primitive list"),
            (
                r#"{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]}}"#,
                "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
            ),
        ] {
            assert_eq!(apply(patch), Err(want.to_owned()), "{patch}");
        }
        // What is not there yet is not made of a directive.
        assert_eq!(apply(r#"{"metadata":{"labels":{"$patch":"replace","a":"b"}}}"#), Ok(live.to_json()));
    }

    /// Lists whose order says nothing, in one order.
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Map(map) => {
                let mut out = Value::map();
                for (key, inner) in map.iter() {
                    let mut inner = sorted(inner);
                    let unordered = ["mergingList", "mergingIntList", "retainKeysMergingList", RETAIN_KEYS].contains(&key.as_str())
                        || key.starts_with(DELETE_PRIMITIVES);
                    if let (true, Value::List(_)) = (unordered, &inner) {
                        inner.list_mut().order_by_key(|v| (v.get("name").to_json(), v.to_json()));
                    }
                    out.map_mut().insert(key.clone(), inner);
                }
                out
            }
            Value::List(list) => list.iter().map(sorted).collect::<Vec<_>>().into(),
            other => other.clone(),
        }
    }

    fn hold(what: &str, got: &Value, wanted: &Value) -> Result<(), String> {
        if got.same(wanted) { Ok(()) } else { Err(format!("{what}: got {got}, wanted {wanted}")) }
    }

    fn patched(object: &Value, patch: &Value) -> Result<Value, String> {
        let mut next = object.clone();
        merge_map(&mut next, patch, schema().named("test", "MergeItem")).map_err(|s| s.into_message())?;
        Ok(next)
    }

    /// A row: objects in JSON or in YAML; a patch of two, a patch of three, and what they make.
    fn row(case: &Value) -> Result<(), String> {
        let of = |name: &str| match case.get(name) {
            Value::Str(text) if text.trim().is_empty() => Value::map(),
            Value::Str(text) => yaml::read_value(text).expect("a row is YAML"),
            Value::Null => Value::map(),
            value => value.clone(),
        };
        let ty = schema().named("test", "MergeItem");
        let [original, modified, current, two] = ["Original", "Modified", "Current", "TwoWay"].map(of);
        let both = if case.get("TwoWayResult").is_null() { modified.clone() } else { of("TwoWayResult") };
        if case.get("Current").is_null() {
            return hold("applied", &sorted(&patched(&original, &two)?), &sorted(&both));
        }
        let made = three_way(ty, &original, &modified, &original);
        hold("patch of two", &sorted(&made), &sorted(&two))?;
        let sort = |v: &Value| if case.get("Original").as_str().is_some() { v.clone() } else { sorted(v) };
        hold("applied", &sort(&patched(&original, &made)?), &sort(&both))?;
        if case.get("ExpectedError").is_empty() {
            let made = three_way(ty, &original, &modified, &current);
            hold("patch of three", &sorted(&made), &sorted(&of("ThreeWay")))?;
            hold("applied to the current", &sort(&patched(&current, &made)?), &sort(&of("Result")))?;
        }
        Ok(())
    }

    #[test]
    fn the_table_holds() {
        for (function, member, least) in [
            ("TestCustomStrategicMergePatch", "StrategicMergePatchTestCaseData", 18),
            ("func1", "StrategicMergePatchTestCaseData", 66),
            ("TestStrategicMergePatch", "StrategicMergePatchRawTestCaseData", 2790),
            ("TestReplaceWithRawExtension", "StrategicMergePatchRawTestCaseData", 6),
        ] {
            table_rows::check("strategicpatch", function, least, |r| {
                let patches = r.at(&[member, "Modified"]).str().contains(DIRECTIVE);
                table_rows::unless(patches, "a manifest that is itself a patch", || {
                    row(r.get(member)).map_err(|e| format!("{}: {e}", r.get("Description")))
                })
            });
        }
    }
}

//! Sets of fields, as the API writes them (`FieldsV1`): a tree of `f:name`, `k:{keys}` and `v:value`; a node is in the set where it is
//! empty or has a `.`. How objects are taken apart into such fields, compared and put together. Knows nothing of who owns them.
// Models structured-merge-diff.

use crate::api::schema::{Field, ListType, Ty, Type, schema};
use crate::api::{KindRef, Map, Value};
use crate::base::{List as _, SortedMap, SortedSet};

/// How a value is divided into fields.
#[derive(Clone, Copy)]
pub(super) enum Node {
    /// Not at all.
    Leaf,
    /// By the fields of a type.
    Struct(&'static Type),
    /// By the keys of a map.
    Entries,
    /// By the keys of a list's items.
    Items(&'static Field, &'static Type),
    /// By the items themselves.
    Set,
    /// By the members that the schema of a custom kind has; the root's metadata is that of any object.
    Custom(&'static Value, bool),
    /// By the keys of a list's items, by the schema of a custom kind.
    CustomItems(&'static Value),
}

impl Node {
    /// How objects of this kind are divided into fields.
    pub(super) fn root(kind: KindRef) -> Node {
        Node::root_at((kind, kind.version))
    }

    /// How objects of this kind are divided into fields, at one of its versions.
    pub(super) fn root_at((kind, version): (KindRef, &str)) -> Node {
        match &kind.custom {
            Some(custom) => Node::Custom(custom.schema(version), true),
            None => schema().kind_at(kind, version).map_or(Node::Leaf, Node::Struct),
        }
    }

    /// Whether the part of this name is a field of a struct, or of what stands for a struct in the schema of a custom kind.
    fn declares(self, key: &str) -> bool {
        match self {
            Node::Struct(_) => true,
            Node::Custom(of, root) => root || !of.get("properties").get(&key[2..]).is_null(),
            _ => false,
        }
    }

    /// Whether its parts have names, as those of a map do.
    fn by_name(self) -> bool {
        matches!(self, Node::Struct(_) | Node::Entries | Node::Custom(..))
    }
}

/// How a value is divided by the schema of a custom kind. What the schema does not describe is divided by its own members.
// Models the schema converter of structured-merge-diff.
fn custom_node(schema: &'static Value, value: &Value) -> Node {
    match value {
        Value::Map(_) if schema.get("x-kubernetes-map-type").str() != "atomic" => Node::Custom(schema, false),
        Value::List(_) => match schema.get("x-kubernetes-list-type").str() {
            "set" => Node::Set,
            "map" => Node::CustomItems(schema),
            _ => Node::Leaf,
        },
        _ => Node::Leaf,
    }
}

fn node_of(field: &'static Field) -> Node {
    let object = |ty: &Ty| match ty {
        Ty::Object(t) => Some(schema().get(*t)),
        _ => None,
    };
    match &field.ty {
        own @ Ty::Object(_) => match object(own).filter(|t| (!t.atomic || field.granular) && !field.atomic && !t.fields.is_empty()) {
            Some(t) => Node::Struct(t),
            None => Node::Leaf,
        },
        Ty::MapOf(_) if !field.atomic => Node::Entries,
        Ty::ListOf(item) => match (field.list_type, object(item)) {
            (ListType::Set, _) => Node::Set,
            (ListType::Map, Some(t)) => Node::Items(field, t),
            _ => Node::Leaf,
        },
        _ => Node::Leaf,
    }
}

/// Whether the encoder writes a field even when it is empty. Such a field is not new when it gets a value.
fn always_there(field: &Field) -> bool {
    !field.omit_empty || (matches!(field.ty, Ty::Object(_) | Ty::Time) && !field.pointer && !field.omit_zero)
}

/// The name of a list's item: its keys as JSON, with defaults for those that it leaves out.
fn item_key(field: &Field, ty: &Type, item: &Value) -> String {
    let mut keys = Map::new();
    for key in &field.map_keys {
        let own = item.get(key);
        let default = ty.field(key).and_then(Field::of_key);
        keys.insert(*key, if own.is_null() { default.unwrap_or_default() } else { own.clone() });
    }
    format!("k:{}", Value::from(keys).to_json())
}

/// The parts of a value: each with its name in the tree, how it is divided itself, and its value. Nulls are parts, too.
fn parts(node: Node, value: &Value) -> Vec<(String, Node, &Value)> {
    match node {
        Node::Leaf => Vec::new(),
        Node::Struct(t) => value.entries().filter_map(|(k, v)| Some((format!("f:{k}"), node_of(t.field(k)?), v))).list(),
        Node::Entries => value.entries().map(|(k, v)| (format!("f:{k}"), Node::Leaf, v)).list(),
        Node::Items(field, t) => {
            let inner = if t.atomic { Node::Leaf } else { Node::Struct(t) };
            value.items().iter().map(|v| (item_key(field, t, v), inner, v)).list()
        }
        Node::Set => value.items().iter().map(|v| (format!("v:{}", v.to_json()), Node::Leaf, v)).list(),
        Node::Custom(of, root) => {
            let inner = |key: &str, value: &Value| {
                if root && key == "metadata" {
                    return schema().named("meta", "ObjectMeta").map_or(Node::Leaf, Node::Struct);
                }
                let property = of.get("properties").get(key);
                custom_node(if property.is_null() { of.get("additionalProperties") } else { property }, value)
            };
            value.entries().map(|(k, v)| (format!("f:{k}"), inner(k, v), v)).list()
        }
        Node::CustomItems(of) => {
            let items = of.get("items");
            let key = |item: &Value| {
                let keys = of.get("x-kubernetes-list-map-keys").items().iter().map(|k| {
                    let own = item.get(k.str());
                    (k.arc_str(), if own.is_null() { items.get("properties").get(k.str()).get("default") } else { own }.clone())
                });
                format!("k:{}", Value::from(keys.collect::<Map>()).to_json())
            };
            value.items().iter().map(|v| (key(v), custom_node(items, v), v)).list()
        }
    }
}

fn is_member(set: &Value) -> bool {
    matches!(set, Value::Map(m) if m.is_empty() || m.contains_key("."))
}

/// A node of a set; null where it is empty.
fn set_node(member: bool, mut inner: Map) -> Value {
    match (member, inner.is_empty()) {
        (false, true) => return Value::Null,
        (true, false) => {
            inner.insert(".", Value::map());
        }
        _ => {}
    }
    inner.into()
}

/// Combines two sets; the function decides, by whether a field is in the first and in the second, whether it is in the result.
fn combine(a: &Value, b: &Value, keep: fn(bool, bool) -> bool) -> Value {
    let mut inner = Map::new();
    // What is in both is combined once: at each level twice would be far too often.
    let only_b = b.entries().filter(|(key, _)| a.get(key).is_null());
    for (key, _) in a.entries().chain(only_b).filter(|(k, _)| *k != ".") {
        let both = combine(a.get(key), b.get(key), keep);
        if !both.is_null() {
            inner.insert(key.clone(), both);
        }
    }
    set_node(keep(is_member(a), is_member(b)), inner)
}

pub(super) fn union(a: &Value, b: &Value) -> Value {
    combine(a, b, |a, b| a || b)
}

pub(super) fn minus(a: &Value, b: &Value) -> Value {
    combine(a, b, |a, b| a && !b)
}

pub(super) fn common(a: &Value, b: &Value) -> Value {
    combine(a, b, |a, b| a && b)
}

/// Whether the first set contains all of the second.
pub(super) fn covers(a: &Value, b: &Value) -> bool {
    (is_member(a) || !is_member(b)) && b.entries().filter(|(k, _)| *k != ".").all(|(k, v)| covers(a.get(k), v))
}

/// Whether the first set contains anything of the second.
pub(super) fn touches(a: &Value, b: &Value) -> bool {
    is_member(a) && is_member(b) || b.entries().any(|(k, v)| *k != "." && !a.get(k).is_null() && touches(a.get(k), v))
}

/// The fields that an applied configuration sets.
pub(super) fn field_set(whole: Node, value: &Value) -> Value {
    let mut inner = Map::new();
    for (key, node, value) in parts(whole, value) {
        // A list of named items stands for its items alone, unless it is null.
        if matches!(node, Node::Items(..) | Node::Set | Node::CustomItems(_)) && matches!(value, Value::List(list) if list.is_empty()) {
            continue;
        }
        let mut set = field_set(node, value);
        // The same holds for what contains nothing but such lists.
        if set.is_empty() && !matches!(node, Node::Leaf) && !value.is_empty() {
            continue;
        }
        if !whole.declares(&key) && !set.is_empty() {
            set.set(&["."], Value::map());
        }
        inner.insert(key, set);
    }
    inner.into()
}

/// Compares two objects: the fields that are new or changed, and those that are gone.
pub(super) fn compare(node: Node, old: Option<&Value>, new: Option<&Value>) -> (Value, Value) {
    if let (Some(old), Some(new)) = (old, new)
        && old.same(new)
    {
        return (Value::Null, Value::Null);
    }
    // What is empty on both sides has no parts, yet null, missing and empty differ.
    if matches!(node, Node::Leaf) || old.into_iter().chain(new).all(Value::is_empty) {
        return match (old, new) {
            (_, Some(_)) => (Value::map(), Value::Null),
            (Some(_), None) => (Value::Null, Value::map()),
            (None, None) => (Value::Null, Value::Null),
        };
    }
    let nothing = Value::Null;
    let (before, after) = (parts(node, old.unwrap_or(&nothing)), parts(node, new.unwrap_or(&nothing)));
    let (mut changed, mut gone) = (Map::new(), Map::new());
    let kept_empty = |key: &str| match node {
        Node::Struct(t) => t.field(&key[2..]).is_some_and(always_there),
        _ => false,
    };
    // Of items with equal keys, the first on either side counts.
    let mut all: SortedMap<&str, (Node, [Option<&Value>; 2])> = SortedMap::new();
    for (side, list) in [&before, &after].into_iter().enumerate() {
        for (key, inner, value) in list {
            let (node, values) = all.entry(key).or_insert((*inner, [None, None]));
            if !value.is_null() {
                *node = *inner;
            }
            values[side].get_or_insert(*value);
        }
    }
    let empty = Value::map();
    for (key, (inner, [was, is])) in all {
        let absent = Some(&empty).filter(|_| !matches!(inner, Node::Leaf) && kept_empty(key));
        let (c, g) = compare(inner, was.or(absent.filter(|_| old.is_some())), is.or(absent.filter(|_| new.is_some())));
        for (set, part) in [(&mut changed, c), (&mut gone, g)] {
            if !part.is_null() {
                set.insert(key, part);
            }
        }
    }
    (set_node(old.is_none() && new.is_some(), changed), set_node(old.is_some() && new.is_none(), gone))
}

/// A live object with a configuration merged into it.
pub(super) fn merge(node: Node, live: &Value, config: &Value) -> Value {
    if matches!(node, Node::Leaf) || live.is_empty() {
        return config.clone();
    }
    let mut merged = live.clone();
    if node.by_name() {
        for (key, inner, value) in parts(node, config) {
            let name = &key[2..];
            let value = merge(inner, live.get(name), value);
            merged.map_mut().insert(name, value);
        }
        return merged;
    }
    let (here, there) = (parts(node, live), parts(node, config));
    if !there.is_empty() {
        *merged.list_mut() = merge_items(&here, &there);
    }
    merged
}

/// The parts of a list, each with its name.
type Parts<'a> = [(String, Node, &'a Value)];

/// Merges the items of two lists: the applied ones in their own order, the others where they were among them.
// Models mergingWalker.visitListItems.
fn merge_items(here: &Parts<'_>, there: &Parts<'_>) -> Vec<Value> {
    // Of items with equal names the first counts.
    let index = |parts: &Parts<'_>| {
        let mut places: SortedMap<String, usize> = SortedMap::new();
        for (at, (key, ..)) in parts.iter().enumerate() {
            places.entry(key.clone()).or_insert(at);
        }
        places
    };
    let (of_here, of_there) = (index(here), index(there));
    let shared = |from: usize| there[from..].iter().map(|(key, ..)| key.as_str()).find(|key| of_here.contains_key(*key));
    let (mut l, mut r, mut out) = (0, 0, Vec::new());
    while l < here.len() || r < there.len() {
        let own = here.get(l).map(|(key, ..)| (key, of_there.get(key.as_str()).copied()));
        match own {
            Some((_, None)) => {
                out.push(here[l].2.clone());
                l += 1;
                continue;
            }
            // It was written already, or will be with the others.
            Some((key, Some(_))) if shared(r).is_some_and(|next| next != key) => {
                l += 1;
                continue;
            }
            Some((_, Some(place))) if place <= r => l += 1,
            _ => {}
        }
        if let Some((key, inner, value)) = there.get(r) {
            out.push(of_here.get(key.as_str()).map_or_else(|| (*value).clone(), |&at| merge(*inner, here[at].2, value)));
            r += 1;
        }
    }
    out
}

/// The paths of atomic lists, maps and structs in a configuration, which are replaced and not merged: `.spec.tolerations`.
// Models findAtomics of the mutating policies' patcher.
pub(super) fn atomics(node: Node, value: &Value, path: &str, found: &mut Vec<String>) {
    if matches!((node, value), (Node::Leaf, Value::Map(_) | Value::List(_))) {
        found.push(path.to_owned());
    }
    for (i, (key, inner, value)) in parts(node, value).into_iter().enumerate() {
        let step = if node.by_name() { format!(".{}", &key[2..]) } else { format!("[{i}]") };
        atomics(inner, value, &format!("{path}{step}"), found);
    }
}

/// A set to which the named fields of structs are added, wherever something below them is in it.
// Models Set.EnsureNamedFieldsAreMembers.
fn with_named(node: Node, value: &Value, set: &Value) -> Value {
    let Value::Map(members) = set else { return Value::Null };
    let mut whole = members.as_ref().clone();
    for (key, inner, value) in parts(node, value) {
        let Some(below) = members.get(&key) else { continue };
        let mut below = with_named(inner, value, below);
        if node.declares(&key) && !below.is_empty() {
            below.set(&["."], Value::map());
        }
        whole.insert(key, below);
    }
    whole.into()
}

/// A value without the fields of a set; what becomes empty by that stays.
// Models TypedValue.RemoveItems.
fn without(node: Node, value: &Value, set: &Value) -> Value {
    let mut rest = value.clone();
    let mut leaving: SortedSet<String> = SortedSet::new();
    let mut stay = Vec::new();
    for (at, (key, inner, part)) in parts(node, value).into_iter().enumerate() {
        let gone = set.get(&key);
        let leaves = is_member(gone);
        stay.push(!leaves);
        if leaves && node.by_name() {
            leaving.insert(key[2..].to_owned());
        } else if !leaves && !gone.is_null() {
            let part = without(inner, part, gone);
            if node.by_name() {
                rest.set(&[&key[2..]], part);
            } else {
                rest.list_mut()[at] = part;
            }
        }
    }
    if !leaving.is_empty() {
        rest.map_mut().retain(|key, _| !leaving.contains(key));
    } else if stay.contains(&false) {
        let mut stay = stay.into_iter();
        rest.list_mut().retain(|_| stay.next().unwrap_or(true));
    }
    rest
}

/// Removes what its applier applied last time and no longer applies, unless it is `owned` by others.
// Models Updater.prune.
pub(super) fn prune(node: Node, merged: &Value, last: &Value, owned: &Value) -> Value {
    if last.is_empty() {
        return merged.clone();
    }
    let named = |set: &Value| with_named(node, merged, set);
    let all = named(&field_set(node, merged));
    let last = named(last);
    let left = |value: &Value| named(&field_set(node, value));
    let kept = left(&without(node, merged, &last));
    let back = without(node, merged, &minus(&all, &union(&kept, &named(owned))));
    without(node, merged, &common(&minus(&all, &left(&back)), &last))
}

/// The paths of a set as conflicts name them: `.spec.template.spec.containers[name="web"].image`. At each level what is in the set
/// comes before what is below it.
// Models fieldpath.Set.Iterate.
pub(super) fn paths(set: &Value, path: &str, found: &mut Vec<String>) {
    let steps: Vec<(String, &Value)> = set
        .entries()
        .filter_map(|(key, inner)| {
            let step = match key.split_at_checked(2)? {
                ("f:", name) => format!(".{name}"),
                ("v:", value) => format!("[={value}]"),
                ("k:", keys) => {
                    let keys = Value::from_json(keys).unwrap_or_default();
                    let keys: Vec<String> = keys.entries().map(|(k, v)| format!("{k}={}", v.to_json())).list();
                    format!("[{}]", keys.join(","))
                }
                _ => return None,
            };
            Some((format!("{path}{step}"), inner))
        })
        .list();
    found.extend(steps.iter().filter(|(_, inner)| is_member(inner)).map(|(path, _)| path.clone()));
    for (path, inner) in &steps {
        paths(inner, path, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::kinds;

    fn read(text: &str) -> Value {
        Value::from_json(text).expect("JSON")
    }

    fn root() -> Node {
        Node::root(kinds::POD)
    }

    #[test]
    fn items_of_two_lists_keep_the_order_of_both() {
        // Upper-case letters are of either list alone.
        for (live, config, merged) in [
            ("ab", "ba", "ba"),
            ("aXb", "ba", "Xba"),
            ("ab", "aYb", "aYb"),
            ("aXb", "aYb", "aXYb"),
            ("Xa", "Ya", "XYa"),
            ("aX", "aY", "aXY"),
            ("abX", "bYa", "bXYa"),
            ("abcX", "cYb", "acXYb"),
            ("X", "Y", "XY"),
            ("aX", "", "aX"),
        ] {
            let pod = |names: &str| {
                let containers: Vec<String> = names.chars().map(|name| format!(r#"{{"name":"{name}"}}"#)).list();
                read(&format!(r#"{{"spec":{{"containers":[{}]}}}}"#, containers.join(",")))
            };
            let all = merge(root(), &pod(live), &pod(config));
            let names: String = all.at(&["spec", "containers"]).items().iter().map(|c| c.get("name").str()).collect();
            assert_eq!(names, merged, "{live} {config}");
        }
    }

    #[test]
    fn what_is_applied_no_longer_goes_with_all_in_it_that_nobody_owns() {
        let probe = r#"{"httpGet":{"port":80,"scheme":"HTTP"},"periodSeconds":10}"#;
        let pod =
            read(&format!(r#"{{"spec":{{"containers":[{{"name":"a","image":"i","livenessProbe":{probe}}}],"dnsPolicy":"Default"}}}}"#));
        let container =
            |fields: &str| format!(r#"{{"f:spec":{{"f:containers":{{"k:{{\"name\":\"a\"}}":{{".":{{}},"f:name":{{}}{fields}}}}}}}}}"#);
        let image = r#","f:image":{}"#;
        let of_probe = r#","f:livenessProbe":{"f:httpGet":{"f:port":{}}}"#;
        for (last, owned, left) in [
            (
                format!("{image}{of_probe}"),
                container(image),
                r#"{"spec":{"containers":[{"image":"i","name":"a"}],"dnsPolicy":"Default"}}"#.to_owned(),
            ),
            (
                of_probe.to_owned(),
                container(r#","f:livenessProbe":{"f:periodSeconds":{}}"#),
                pod.to_json().replace(r#""httpGet":{"port":80,"scheme":"HTTP"},"#, ""),
            ),
            (image.to_owned(), "{}".to_owned(), "{}".to_owned()),
            (image.to_owned(), r#"{"f:spec":{"f:dnsPolicy":{}}}"#.to_owned(), r#"{"spec":{"dnsPolicy":"Default"}}"#.to_owned()),
        ] {
            assert_eq!(prune(root(), &pod, &read(&container(&last)), &read(&owned)).to_json(), left, "{last} {owned}");
        }
        assert_eq!(prune(root(), &pod, &Value::Null, &Value::Null), pod, "who applied nothing takes nothing away");
    }

    #[test]
    fn null_is_a_field_of_its_own_and_empties_differ() {
        let config = read(r#"{"spec":{"containers":null,"dnsPolicy":null,"volumes":[]},"metadata":{"labels":null}}"#);
        assert_eq!(field_set(root(), &config).to_json(), r#"{"f:metadata":{"f:labels":{}},"f:spec":{"f:containers":{},"f:dnsPolicy":{}}}"#);
        for (old, new, changed) in [
            (r#"{"spec":{"containers":null}}"#, r#"{"spec":{"containers":[]}}"#, r#"{"f:spec":{"f:containers":{}}}"#),
            (r#"{"spec":{"containers":null}}"#, r#"{"spec":{"containers":null}}"#, "null"),
            (r#"{"spec":{"dnsPolicy":"Default"}}"#, r#"{"spec":{"dnsPolicy":null}}"#, r#"{"f:spec":{"f:dnsPolicy":{}}}"#),
        ] {
            assert_eq!(compare(root(), Some(&read(old)), Some(&read(new))).0.to_json(), changed, "{old} {new}");
        }
    }
}

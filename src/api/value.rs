//! The value every API object is made of: JSON's shapes with shared insides.
//!
//! Lists and maps sit behind `Arc`, so a clone is a few counters, two versions of one object share all that did not
//! change, and pods of one template share one spec. Writing goes through `get_mut` and `set`, which copy only the
//! nodes on the path (`Arc::make_mut`). Maps are kept sorted by key: that is the order `kubectl` prints in.

mod from;
mod serde;

use std::fmt;
use std::sync::Arc;

pub use arcstr::ArcStr;

use super::go_json::write_plain;
use crate::base::{List as _, Order as _, text};

/// A JSON value with cheap clones. Integers and floats are apart, as Kubernetes' decoder keeps them.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// JSON's null.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A number written without fraction or exponent that fits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Str(ArcStr),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A map.
    Map(Arc<Map>),
}

/// A map sorted by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(ArcStr, Value)>);

static NULL: Value = Value::Null;
static NO_ITEMS: Vec<Value> = Vec::new();
static NO_ENTRIES: Map = Map::new();
/// In maps of at most this many entries, keys are compared one by one.
const SCAN_MAX: usize = 12;

impl Map {
    /// An empty map.
    pub const fn new() -> Self {
        Map(Vec::new())
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        // Objects' maps are small: comparing lengths first beats halving.
        if self.0.len() <= SCAN_MAX {
            return self.0.iter().find(|(k, _)| text::same(k, key)).map(|(_, v)| v);
        }
        self.find(key).ok().map(|i| &self.0[i].1)
    }

    /// The value under `key`, to write to.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.find(key).ok().map(|i| &mut self.0[i].1)
    }

    /// Puts `value` under `key`; returns what stood there.
    pub fn insert(&mut self, key: impl Into<ArcStr>, value: impl Into<Value>) -> Option<Value> {
        self.put(key.into(), value.into())
    }

    /// The one copy of what every `insert` does.
    #[inline(never)]
    fn put(&mut self, key: ArcStr, value: Value) -> Option<Value> {
        match self.find(&key) {
            Ok(i) => Some(std::mem::replace(&mut self.0[i].1, value)),
            Err(i) => {
                self.0.insert(i, (key, value));
                None
            }
        }
    }

    /// Inserts a member of a literal: like [`Map::insert`], but in fewer bytes for each caller.
    #[doc(hidden)]
    #[inline(never)]
    pub fn member<V: Into<Value>>(&mut self, key: ArcStr, value: V) {
        self.put(key, value.into());
    }

    /// Inserts all of these, of equal keys the last. Whatever their order, it takes no longer than sorting them.
    pub fn put_all(&mut self, entries: Vec<(ArcStr, Value)>) {
        self.0.extend(entries);
        if !self.0.is_sorted_by(|(a, _), (b, _)| text::compare(a, b).is_lt()) {
            self.0.order_by(|(a, _), (b, _)| text::compare(a, b));
            self.0.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(&mut later.1, &mut kept.1);
                }
                same
            });
        }
    }

    /// Removes what stands under `key`.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.find(key).ok().map(|i| self.0.remove(i).1)
    }

    /// Whether `key` is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Keys and values, sorted by key.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&ArcStr, &Value)> + ExactSizeIterator {
        self.0.iter().map(|(k, v)| (k, v))
    }

    /// Keys and values to write to, sorted by key.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&ArcStr, &mut Value)> {
        self.0.iter_mut().map(|(k, v)| (&*k, v))
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &ArcStr> {
        self.0.iter().map(|(k, _)| k)
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(k, v)| keep(k, v));
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// See [`Value::share`].
    fn share(&mut self, earlier: &Map, new_bytes: &mut u64) -> bool {
        let mut same = self.len() == earlier.len();
        let mut others = earlier.0.iter().peekable();
        for (key, value) in &mut self.0 {
            while others.next_if(|(k, _)| text::compare(k, key).is_lt()).is_some() {}
            same &= match others.next_if(|(k, _)| k == key) {
                Some((_, other)) => value.share(other, new_bytes),
                None => {
                    *new_bytes += value.text_bytes();
                    false
                }
            };
        }
        same
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(k, _)| text::compare(k, key))
    }
}

impl<K: Into<ArcStr>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Map::new();
        map.put_all(entries.into_iter().map(|(k, v)| (k.into(), v.into())).list());
        map
    }
}

impl Value {
    /// An empty map.
    pub fn map() -> Value {
        Value::Map(Arc::default())
    }

    /// An empty list.
    pub fn list() -> Value {
        Value::List(Arc::default())
    }

    /// The member `key` of a map; null where there is none or this is no map.
    pub fn get(&self, key: &str) -> &Value {
        match self {
            Value::Map(m) => m.get(key).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// The value at a path of map keys, as in `["spec", "replicas"]`; null where the path breaks off.
    pub fn at(&self, path: &[&str]) -> &Value {
        path.iter().fold(self, |v, key| v.get(key))
    }

    /// The member `key`, to write to; created (as null) if it is missing. Turns anything but a map into a map.
    pub fn get_mut(&mut self, key: &str) -> &mut Value {
        let map = self.map_mut();
        let at = map.find(key).unwrap_or_else(|at| {
            map.0.insert(at, (key.into(), Value::Null));
            at
        });
        &mut map.0[at].1
    }

    /// The value at a path of map keys, to write to; the path is created if it is missing.
    pub fn at_mut(&mut self, path: &[&str]) -> &mut Value {
        path.iter().fold(self, |v, key| v.get_mut(key))
    }

    /// Sets the value at a path of map keys, which is created if it is missing.
    // Never inlined, as `Map::member` is not: a call is smaller than what it does.
    #[inline(never)]
    pub fn set<V: Into<Value>>(&mut self, path: &[&str], value: V) {
        *self.at_mut(path) = value.into();
    }

    /// Sets a text at a path of map keys, unless it is there already.
    pub fn settle(&mut self, path: &[&str], wanted: &str) {
        if self.at(path).as_str() != Some(wanted) {
            self.set(path, wanted);
        }
    }

    /// Removes the member at a path of map keys; returns it. Copies nothing if there is none.
    pub fn remove(&mut self, path: &[&str]) -> Option<Value> {
        let (last, parents) = path.split_last()?;
        let at = self.at(parents);
        if !matches!(at, Value::Map(m) if m.contains_key(last)) {
            return None;
        }
        self.at_mut(parents).map_mut().remove(last)
    }

    /// This as a map to write to; anything else becomes an empty map first.
    pub fn map_mut(&mut self) -> &mut Map {
        if !matches!(self, Value::Map(_)) {
            *self = Value::map();
        }
        match self {
            Value::Map(m) => Arc::make_mut(m),
            _ => unreachable!("made a map above"),
        }
    }

    /// This as a list to write to; anything else becomes an empty list first.
    pub fn list_mut(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Value::List(_)) {
            *self = Value::list();
        }
        match self {
            Value::List(l) => Arc::make_mut(l),
            _ => unreachable!("made a list above"),
        }
    }

    /// The entries of a map, sorted by key; none for anything else.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&ArcStr, &Value)> + ExactSizeIterator {
        self.map_or_none().iter()
    }

    // Never inlined, as `Value::list_or_none` is not: a call that returns one word is smaller than what it does.
    #[inline(never)]
    fn map_or_none(&self) -> &Map {
        match self {
            Value::Map(m) => m,
            _ => &NO_ENTRIES,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Value] {
        self.list_or_none()
    }

    /// The item of a list that has this `name`, as containers, ports, volumes and contexts have.
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.items().iter().find(|item| item.get("name").str() == name)
    }

    #[inline(never)]
    fn list_or_none(&self) -> &Vec<Value> {
        match self {
            Value::List(l) => l,
            _ => &NO_ITEMS,
        }
    }

    /// The name of its type in Go, as messages give it.
    pub fn go_type(&self) -> &'static str {
        match self {
            Value::Null => "<nil>",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int64",
            Value::Float(_) => "float64",
            Value::Str(_) => "string",
            Value::List(_) => "[]interface {}",
            Value::Map(_) => "map[string]interface {}",
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The text of a string; empty for anything else (Go's zero value).
    pub fn str(&self) -> &str {
        self.as_str().unwrap_or("")
    }

    /// The shared text of a string; empty for anything else.
    pub fn arc_str(&self) -> ArcStr {
        match self {
            Value::Str(s) => s.clone(),
            _ => ArcStr::new(),
        }
    }

    /// The integer, where this is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// The integer; 0 for anything else (Go's zero value).
    // Likewise.
    #[inline(never)]
    pub fn int(&self) -> i64 {
        self.as_int().unwrap_or(0)
    }

    /// The number, where this is one.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Int(i) => Some(*i as f64),
            Value::Float(f) => Some(*f),
            _ => None,
        }
    }

    /// The boolean, where this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// Whether this is `true`.
    pub fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether this is what Go's `omitempty` leaves out: null, false, 0, or an empty string, list or map.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null | Value::Bool(false) | Value::Int(0) => true,
            Value::Bool(_) | Value::Int(_) => false,
            Value::Float(f) => *f == 0.0,
            Value::Str(s) => s.is_empty(),
            Value::List(l) => l.is_empty(),
            Value::Map(m) => m.is_empty(),
        }
    }

    /// Whether both are equal; cheap where they share their insides.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Map(a), Value::Map(b)) => {
                Arc::ptr_eq(a, b) || (a.len() == b.len() && a.0.iter().zip(&b.0).all(|(x, y)| x.0 == y.0 && x.1.same(&y.1)))
            }
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| x.same(y))),
            _ => self == other,
        }
    }

    /// Whether both are the same shared list or map or, for scalars, equal.
    pub fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
            _ => self == other,
        }
    }

    /// Where this very item is among the next ones of another state of its list, where few were put in or taken out.
    fn ahead_in(&self, items: &[Value]) -> Option<usize> {
        const AHEAD: usize = 8;
        items.iter().take(AHEAD).position(|item| item.is(self))
    }

    /// Whether an earlier state of this item's list has it too, at `next` or soon after it; `next` is then the place after it.
    pub fn is_kept(&self, earlier: &[Value], next: &mut usize) -> bool {
        let found = earlier.get(*next..).and_then(|items| self.ahead_in(items));
        *next += found.map_or(0, |n| n + 1);
        found.is_some()
    }

    /// Shares with an earlier state what is the same in both, so that it is in memory once; says whether everything is the same, and adds
    /// to `new_bytes` how many bytes of text are not shared.
    pub fn share(&mut self, earlier: &Value, new_bytes: &mut u64) -> bool {
        let same = match (&mut *self, earlier) {
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b) || Arc::make_mut(a).share(b, new_bytes),
            (Value::List(a), Value::List(b)) if !Arc::ptr_eq(a, b) => {
                let (mut same, a) = (a.len() == b.len(), Arc::make_mut(a));
                let (mut i, mut j) = (0, 0);
                // The items after some that were inserted or removed are found in their new places.
                while i < a.len() && j < b.len() {
                    if let Some(removed) = a[i].ahead_in(&b[j..]) {
                        same &= removed == 0;
                        (i, j) = (i + 1, j + removed + 1);
                    } else if let Some(inserted) = b[j].ahead_in(&a[i..]) {
                        *new_bytes += a[i..i + inserted].iter().map(Value::text_bytes).sum::<u64>();
                        (same, i, j) = (false, i + inserted + 1, j + 1);
                    } else {
                        same &= a[i].share(&b[j], new_bytes);
                        (i, j) = (i + 1, j + 1);
                    }
                }
                *new_bytes += a[i..].iter().map(Value::text_bytes).sum::<u64>();
                same
            }
            (own, _) => {
                let same = own.same(earlier);
                *new_bytes += if same { 0 } else { own.text_bytes() };
                same
            }
        };
        if same {
            *self = earlier.clone();
        }
        same
    }

    /// How many bytes of text are in it.
    fn text_bytes(&self) -> u64 {
        match self {
            Value::Str(text) => text.len() as u64,
            Value::Map(members) => members.iter().map(|(_, value)| value.text_bytes()).sum(),
            Value::List(items) => items.iter().map(Value::text_bytes).sum(),
            _ => 0,
        }
    }

    /// Compact JSON with sorted keys.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write_plain(&mut out, self);
        out
    }

    /// Reads JSON.
    pub fn from_json(text: &str) -> Result<Value, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

/// Writes a [`Value`] as JSON is written, with Rust expressions as leaves:
/// `obj!({"kind": "Pod", "metadata": {"name": name}, "list": [1, 2]})`. Members that are null are kept: use
/// [`Value::set`] for what may be absent.
#[macro_export]
macro_rules! obj {
    // Members of a map, one at a time: a nested map, a nested list, null, or an expression up to the next comma.
    (@map $map:ident) => {};
    (@map $map:ident $key:literal : {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $map.member($crate::api::arcstr_literal!($key), $crate::obj!(@members $($inner)*));
        $crate::obj!(@map $map $($($rest)*)?);
    };
    (@map $map:ident $key:literal : [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $map.member($crate::api::arcstr_literal!($key), $crate::obj!(@items $($inner)*));
        $crate::obj!(@map $map $($($rest)*)?);
    };
    (@map $map:ident $key:literal : null $(, $($rest:tt)*)?) => {
        $map.member($crate::api::arcstr_literal!($key), $crate::api::Value::Null);
        $crate::obj!(@map $map $($($rest)*)?);
    };
    (@map $map:ident $key:literal : $value:expr $(, $($rest:tt)*)?) => {
        $map.member($crate::api::arcstr_literal!($key), $value);
        $crate::obj!(@map $map $($($rest)*)?);
    };
    // Items of a list, likewise.
    (@list $list:ident) => {};
    (@list $list:ident {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $list.push($crate::obj!({$($inner)*}));
        $crate::obj!(@list $list $($($rest)*)?);
    };
    (@list $list:ident $value:expr $(, $($rest:tt)*)?) => {
        $list.push($crate::api::Value::from($value));
        $crate::obj!(@list $list $($($rest)*)?);
    };
    (@members $($members:tt)*) => {{
        #[allow(unused_mut)]
        let mut map = $crate::api::Map::new();
        $crate::obj!(@map map $($members)*);
        map
    }};
    (@items $($items:tt)*) => {{
        #[allow(unused_mut)]
        let mut list = Vec::<$crate::api::Value>::new();
        $crate::obj!(@list list $($items)*);
        list
    }};
    ({ $($members:tt)* }) => { $crate::api::Value::from($crate::obj!(@members $($members)*)) };
    ([ $($items:tt)* ]) => { $crate::api::Value::from($crate::obj!(@items $($items)*)) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_copies_the_path_only() {
        let a = obj!({"spec": {"containers": [{"name": "c"}]}, "status": {"phase": "Pending"}});
        let mut b = a.clone();
        b.set(&["status", "phase"], "Running");
        assert_eq!(a.at(&["status", "phase"]).str(), "Pending");
        assert_eq!(b.at(&["status", "phase"]).str(), "Running");
        match (a.get("spec"), b.get("spec")) {
            (Value::Map(x), Value::Map(y)) => assert!(Arc::ptr_eq(x, y)),
            _ => panic!("spec is a map"),
        }
        assert_eq!(b.remove(&["status", "none"]), None);
        assert_eq!(b.remove(&["status", "phase"]), Some("Running".into()));
    }

    #[test]
    fn what_stays_the_same_is_kept_once() {
        let before =
            obj!({"metadata": {"name": "a"}, "spec": {"x": [1, {"y": 2}]}, "status": {"list": [{"a": 1}, {"b": 2}], "phase": "Pending"}});
        let mut after = Value::from_json(&before.to_json()).expect("valid");
        assert!(after.share(&before, &mut 0) && same_place(&after, &before));
        let mut after = Value::from_json(&before.to_json()).expect("valid");
        after.set(&["status", "phase"], "Running");
        after.set(&["status", "at"], 5);
        let (said, kept_by_another) = (after.to_json(), after.clone());
        assert!(!after.share(&before, &mut 0));
        assert_eq!((after.to_json(), kept_by_another.to_json()), (said.clone(), said));
        for path in [&["metadata"][..], &["spec"], &["status", "list"]] {
            assert!(same_place(after.at(path), before.at(path)), "{path:?}");
        }
        let mut longer = obj!([{"a": 1}, {"b": 2}, {"c": 3}]);
        assert!(!longer.share(before.at(&["status", "list"]), &mut 0));
        assert!(same_place(&longer.items()[1], &before.at(&["status", "list"]).items()[1]));
        let mut shorter = obj!([{"a": 1}]);
        assert!(!shorter.share(before.at(&["status", "list"]), &mut 0));
        assert_eq!(shorter.to_json(), r#"[{"a":1}]"#);
    }

    #[test]
    fn items_are_found_again_behind_what_was_put_in_or_taken_out() {
        let items: Vec<Value> = (0..30).map(|n| obj!({"n": n})).collect();
        let before = Value::from(items.clone());
        let mut after = items.clone();
        after.drain(20..24);
        after.splice(5..5, [obj!({"new": 1}), obj!({"new": 2}), obj!({"new": 3})]);
        let (mut shared, mut next) = (Value::from(after.clone()), 0);
        assert!(!shared.share(&before, &mut 0));
        for (item, own) in shared.items().iter().zip(&after) {
            assert!(same_place(item, own), "nothing is copied: {item}");
            assert_eq!(item.is_kept(&items, &mut next), item.get("new").is_null(), "{item}");
        }
        // Where too many were taken out, the rest is new.
        assert!(!items[15].is_kept(&items, &mut 0));
    }

    fn same_place(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    #[test]
    fn of_equal_keys_the_last_stays() {
        let v = Value::from_json(r#"{"b":1,"a":2,"b":3,"a":4,"c":5,"b":6}"#).expect("valid");
        assert_eq!(v.to_json(), r#"{"a":4,"b":6,"c":5}"#);
        let mut map = Map::new();
        map.insert("b", 1);
        map.put_all(vec![("b".into(), 2.into()), ("a".into(), 1.into()), ("a".into(), 3.into())]);
        assert_eq!(Value::from(map).to_json(), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn json_is_sorted_and_reads_back() {
        let v = Value::from_json(r#"{"b":1,"a":[true,null,1.5,"x"],"c":{}}"#).expect("valid");
        assert_eq!(v.to_json(), r#"{"a":[true,null,1.5,"x"],"b":1,"c":{}}"#);
        assert_eq!(Value::from_json(&v.to_json()).expect("valid"), v);
    }
}

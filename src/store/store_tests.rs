//! The store against a model that keeps every state whole.

use super::*;
use crate::api::{Map, Object, Value, kinds};
use crate::base::{RandomStream, SortedMap, Time};
use crate::obj;

const SOMEBODY: Signature = Signature { at: Time::ZERO, by: "somebody" };

const BY_COLOUR: &[Indexer] = &[Indexer {
    name: "colour",
    terms: |_, v, found| {
        if let Some(c) = v.label("colour") {
            found(c.into());
        }
    },
}];

fn config_map(name: &str, colour: u64) -> Value {
    obj!({"metadata": {"name": name, "labels": {"colour": colour.to_string()}}})
}

/// Random commits, then every read agrees with a list of full copies; compaction refuses exactly what it says.
#[test]
fn agrees_with_a_list_of_full_copies() {
    let kind = kinds::CONFIG_MAP;
    for seed in 0..20 {
        let mut rng = RandomStream::new(seed, "store");
        let mut store = Store::new(BY_COLOUR);
        let mut states: Vec<SortedMap<String, String>> = vec![SortedMap::new()];
        for _ in 0..300 {
            let name = format!("n{}", rng.below(8));
            let colour = rng.below(3);
            let key = ObjectKey::new(kind, "d", name.as_str());
            let mut state = states.last().expect("starts with one").clone();
            let expected = store.get(&key).map(Object::revision);
            let wrote = match (rng.below(4), expected) {
                (0, Some(rev)) => store.delete(SOMEBODY, key, config_map(&name, colour), rev).map(|_| state.remove(&name)).is_ok(),
                (1, _) => store.update(SOMEBODY, key, config_map(&name, colour), expected.unwrap_or(9) + 1).is_ok(),
                (_, Some(rev)) => {
                    store.update(SOMEBODY, key, config_map(&name, colour), rev).map(|_| state.insert(name, colour.to_string())).is_ok()
                }
                (_, None) => store.create(SOMEBODY, key, config_map(&name, colour)).map(|_| state.insert(name, colour.to_string())).is_ok(),
            };
            if wrote {
                states.push(state);
            }
            assert_eq!(store.revision() as usize, states.len() - 1);
        }
        let read = |store: &Store, rev: u64| -> SortedMap<String, String> {
            let rows = store.iter_at(kind, Some("d"), rev).expect("readable");
            let rows: Vec<&Value> = rows.collect();
            assert!(rows.is_sorted_by_key(|v| v.name()));
            rows.iter().map(|v| (v.name().to_owned(), v.label("colour").expect("labelled").to_owned())).collect()
        };
        for (rev, state) in states.iter().enumerate() {
            assert_eq!(&read(&store, rev as u64), state);
        }
        let now = states.last().expect("starts with one");
        assert_eq!((store.count(kind), store.len(), store.is_empty()), (now.len(), now.len(), now.is_empty()));
        for colour in ["0", "1", "2"] {
            let indexed: Vec<&str> = store.indexed("colour", colour).map(|k| k.name.as_str()).collect();
            let scanned: Vec<&str> = now.iter().filter(|(_, c)| *c == colour).map(|(n, _)| n.as_str()).collect();
            assert_eq!(indexed, scanned);
        }
        let middle = store.revision() / 2;
        store.compact(middle);
        assert!(matches!(store.changes_after(middle - 1).err(), Some(StoreError::Compacted(r)) if r == middle));
        for rev in middle..=store.revision() {
            assert_eq!(&read(&store, rev), &states[rev as usize]);
        }
        assert_eq!(store.changes_after(middle).expect("kept").count() as u64, store.revision() - middle);
    }
}

#[test]
fn what_is_gone_has_a_history_until_it_is_compacted() {
    let kind = kinds::CONFIG_MAP;
    let key = || ObjectKey::new(kind, "d", "a");
    let mut store = Store::new(&[]);
    store.create(SOMEBODY, key(), config_map("a", 0)).expect("new");
    store.update(SOMEBODY, key(), config_map("a", 1), 1).expect("newest");
    store.delete(SOMEBODY, key(), config_map("a", 1), 2).expect("newest");
    let revisions = |store: &Store| store.history(&key()).map(|v| v.revision).collect::<Vec<_>>();
    assert_eq!((revisions(&store), store.len()), (vec![1, 2, 3], 0));
    assert_eq!(store.history_until(&key(), 2).map(|v| v.revision).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(store.history_until(&ObjectKey::new(kind, "d", "b"), 2).count(), 0);
    // One of the same name is another.
    store.create(SOMEBODY, key(), config_map("a", 2)).expect("the other is gone");
    assert_eq!(revisions(&store), [4]);
    store.compact(3);
    assert_eq!((1..=4).filter(|r| store.version(*r).is_some()).collect::<Vec<_>>(), [4]);
    assert_eq!(store.iter_at(kind, None, 3).expect("readable").count(), 0);
}

#[test]
fn refuses_what_is_stale() {
    let kind = kinds::CONFIG_MAP;
    let key = || ObjectKey::new(kind, "d", "a");
    let mut store = Store::new(&[]);
    assert_eq!(store.update(SOMEBODY, key(), config_map("a", 0), 1).err(), Some(StoreError::NotFound));
    store.create(SOMEBODY, key(), config_map("a", 0)).expect("new");
    assert_eq!(store.create(SOMEBODY, key(), config_map("a", 0)).err(), Some(StoreError::Exists));
    store.update(SOMEBODY, key(), config_map("a", 1), 1).expect("newest");
    assert_eq!(store.update(SOMEBODY, key(), config_map("a", 2), 1).err(), Some(StoreError::Conflict(2)));
}

#[test]
fn what_exists_is_weighed() {
    let mut store = Store::new(&[]);
    let key = |name: &str| ObjectKey::new(kinds::CONFIG_MAP, "d", name);
    let with = |bytes: usize, keys: usize| {
        let data: Map = (0..keys).map(|i| (format!("k{i}"), Value::from("x".repeat(bytes)))).collect();
        obj!({"metadata": {"name": "a"}, "data": data})
    };
    let mut weights = Vec::new();
    for (bytes, keys) in [(0, 0), (5000, 1), (5001, 1), (2000, 1), (0, 1000), (1, 500)] {
        match store.get(&key("a")).map(Object::revision) {
            Some(newest) => store.update(SOMEBODY, key("a"), with(bytes, keys), newest).map(|_| ()),
            None => store.create(SOMEBODY, key("a"), with(bytes, keys)).map(|_| ()),
        }
        .expect("is the newest");
        weights.push(store.weight());
    }
    let bare = weights[0];
    assert!((100..400).contains(&bare), "{bare}");
    assert_eq!(weights[1..4], [bare + 5034, bare + 5035, bare + 2034]);
    // What little changes is not weighed again.
    assert_eq!(weights[4..], [weights[3]; 2]);
    store.create(SOMEBODY, key("b"), with(0, 1000)).expect("is new");
    assert!(store.weight() - weights[5] > 35_000, "{}", store.weight());
    for name in ["a", "b"] {
        let newest = store.get(&key(name)).map(Object::revision).expect("is there");
        store.delete(SOMEBODY, key(name), with(0, 0), newest).expect("is the newest");
    }
    assert_eq!(store.weight(), 0);
}

/// Text that stays the same is no text that is new, wherever in a list it stands.
#[test]
fn what_was_written_last_is_told_by_its_bytes() {
    let mut store = Store::new(&[]);
    let key = ObjectKey::new(kinds::CONFIG_MAP, "d", "n");
    let named = |texts: &[&str], k: usize| obj!({"metadata": {"name": "n"}, "data": {"k": "x".repeat(k)}, "list": texts.iter().copied().map(Value::from).collect::<Vec<Value>>()});
    let first = named(&["abc", "def", "ghi"], 1000);
    store.create(SOMEBODY, key.clone(), first).expect("it was not there");
    let mut told = vec![store.history_bytes()];
    // The revision is text as well: a letter.
    for (texts, k) in [(&["abc", "def", "ghi"][..], 1000), (&["def", "ghi"], 1000), (&["def", "jk", "ghi"], 1000), (&["def"], 500)] {
        let before = store.history_bytes();
        store.update(SOMEBODY, key.clone(), named(texts, k), store.revision()).expect("it is the newest");
        told.push(store.history_bytes() - before);
    }
    assert_eq!(told, [1000 + 9 + 1 + 1, 1, 1, 3, 501]);
    for (bytes, oldest) in [(0, 5), (500, 5), (501, 4), (503, 4), (504, 3), (506, 1), (1516, 1), (1517, 0), (u64::MAX, 0)] {
        assert_eq!(store.revision_within(bytes), oldest, "{bytes}");
    }
    store.compact(3);
    assert_eq!((store.history_bytes(), store.revision_within(503), store.revision_within(u64::MAX)), (504, 4, 3));
    store.compact(5);
    assert_eq!((store.history_bytes(), store.revision_within(0)), (0, 5));
}

//! The store: heads and histories over the log, secondary indexes, and reads now or at a past revision.

use std::cmp::Ordering;

use super::log::{ChangeType, Log, Version};
use crate::api::{ArcStr, KindRef, Value};
use crate::base::text::compare_pairs;
use crate::base::{Order as _, Shared, SortedItems, SortedIter, SortedMap, SortedSet, Time};

/// What identifies an object in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectKey {
    /// Its kind.
    pub kind: KindRef,
    /// Its namespace; empty for kinds that have none.
    pub namespace: ArcStr,
    /// Its name.
    pub name: ArcStr,
}

impl ObjectKey {
    /// The key of an object of this kind.
    pub fn new(kind: KindRef, namespace: impl Into<ArcStr>, name: impl Into<ArcStr>) -> Self {
        ObjectKey { kind, namespace: namespace.into(), name: name.into() }
    }
}

impl Ord for ObjectKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.kind.cmp(other.kind).then_with(|| compare_pairs((&self.namespace, &self.name), (&other.namespace, &other.name)))
    }
}
impl PartialOrd for ObjectKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Who commits, and when.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Virtual time.
    pub at: Time,
    /// The component's name, or that which stands for all users.
    pub by: &'static str,
}

/// Why a commit or a read was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A create found that the object exists.
    #[error("the object exists")]
    Exists,
    /// An update or delete did not find it.
    #[error("no such object")]
    NotFound,
    /// The writer's version is not the newest, which is named here.
    #[error("the object is at revision {0}")]
    Conflict(u64),
    /// The revision was compacted away; the oldest that can be read is named here.
    #[error("revisions before {0} have been compacted")]
    Compacted(u64),
}

/// A secondary index: the terms under which objects of a kind are found. The store keeps it up to date.
#[derive(Clone, Copy, Debug)]
pub struct Indexer {
    /// What the index is called.
    pub name: &'static str,
    /// Calls its last argument with each term of the object.
    pub terms: fn(KindRef, &Value, &mut dyn FnMut(ArcStr)),
}

/// Namespace and name within a kind's table.
type RowKey = (ArcStr, ArcStr);

/// An object that exists. Those that are gone are in the log alone, so that a copy of the store costs only what exists.
#[derive(Clone, Debug)]
struct Row {
    value: Value,
    /// The revision of that; earlier ones are found through each version's `previous`.
    newest: u64,
    /// What it weighed when as much of it as [`REWEIGHED_BYTES`] was written last.
    weight: u64,
}

/// An object is weighed anew where at least so many bytes of text in it are new.
const REWEIGHED_BYTES: u64 = 1024;

/// About how many bytes of memory a value takes that shares nothing with another one.
fn weight(value: &Value) -> u64 {
    const NODE_BYTES: u64 = 16;
    NODE_BYTES
        + match value {
            Value::Str(text) => text.len() as u64,
            Value::Map(members) => members.iter().map(|(key, member)| NODE_BYTES + key.len() as u64 + weight(member)).sum(),
            Value::List(items) => items.iter().map(weight).sum(),
            _ => 0,
        }
}

/// The objects of a kind.
#[derive(Clone, Debug, Default)]
struct Table {
    rows: SortedMap<RowKey, Row>,
    /// The last revision that changed one of them.
    newest: u64,
}

/// The objects of a cluster and all their versions.
#[derive(Clone, Debug)]
pub struct Store {
    log: Log,
    /// Copies of the store share the tables of kinds that are not written.
    tables: SortedMap<KindRef, Shared<Table>>,
    indexers: &'static [Indexer],
    indexes: Vec<Shared<SortedMap<ArcStr, SortedSet<ObjectKey>>>>,
    /// Reads and watches from before this revision are refused.
    compacted: u64,
    /// Bytes of text that were new in the versions so far, and of those in the ones up to the revision that was compacted.
    written: u64,
    forgotten: u64,
    /// What the objects weigh together.
    weight: u64,
}

/// The rows of a kind, of one namespace or of all, by namespace and name. A named type, since a chain of adapters would be compiled anew
/// for each use.
struct Rows<'a, 'n> {
    rows: SortedIter<'a, RowKey, Row>,
    namespace: Option<&'n str>,
}

impl<'a> Iterator for Rows<'a, '_> {
    type Item = (&'a RowKey, &'a Row);

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next().filter(|((namespace, _), _)| self.namespace.is_none_or(|wanted| wanted == namespace))
    }
}

/// The objects of a kind, of one namespace or of all, sorted by namespace and name.
pub struct Objects<'a, 'n>(Rows<'a, 'n>);

impl<'a> Iterator for Objects<'a, '_> {
    type Item = &'a Value;

    fn next(&mut self) -> Option<&'a Value> {
        self.0.next().map(|(_, row)| &row.value)
    }
}

impl Store {
    /// An empty store with these indexes.
    pub fn new(indexers: &'static [Indexer]) -> Self {
        let indexes = vec![Shared::default(); indexers.len()];
        Store { log: Log::default(), tables: SortedMap::new(), indexers, indexes, compacted: 0, written: 0, forgotten: 0, weight: 0 }
    }

    /// The newest revision; 0 where nothing was committed.
    pub fn revision(&self) -> u64 {
        self.log.revision()
    }

    /// The oldest revision that can still be read and watched from.
    pub fn compacted(&self) -> u64 {
        self.compacted
    }

    /// How many bytes of text were new in the versions that can be read.
    pub fn history_bytes(&self) -> u64 {
        self.written - self.forgotten
    }

    /// About how many bytes of memory the objects take that exist.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// The oldest revision after which at most so many bytes of text were new.
    pub fn revision_within(&self, bytes: u64) -> u64 {
        let (mut from, mut to) = (self.compacted, self.revision());
        while from < to {
            let middle = from.midpoint(to);
            let upto = self.version(middle).map_or(self.forgotten, |v| v.written);
            if self.written - upto.max(self.forgotten) > bytes { from = middle + 1 } else { to = middle }
        }
        from
    }

    /// The newest state of an object.
    pub fn get(&self, key: &ObjectKey) -> Option<&Value> {
        self.peek(key.kind, &key.namespace, &key.name)
    }

    /// The newest state of an object, by the parts of its key.
    pub fn peek(&self, kind: KindRef, namespace: &str, name: &str) -> Option<&Value> {
        self.row(kind, namespace, name).map(|row| &row.value)
    }

    fn row(&self, kind: KindRef, namespace: &str, name: &str) -> Option<&Row> {
        self.tables.get(&kind)?.rows.get_by(|key| compare_pairs((&key.0, &key.1), (namespace, name)))
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: KindRef) -> usize {
        self.tables.get(&kind).map_or(0, |table| table.rows.len())
    }

    /// The last revision that changed an object of a kind; 0 where none did. While it stays the same, whatever was derived from these
    /// objects holds.
    pub fn newest_of(&self, kind: KindRef) -> u64 {
        self.tables.get(&kind).map_or(0, |table| table.newest)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.tables.values().map(|table| table.rows.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All objects of a kind, of one namespace or of all, sorted by namespace and name.
    pub fn iter<'a, 'n>(&'a self, kind: KindRef, namespace: Option<&'n str>) -> Objects<'a, 'n> {
        Objects(self.rows(kind, namespace))
    }

    /// Keys of the objects that an index has under a term, sorted.
    pub fn indexed(&self, index: &str, term: &str) -> SortedItems<'_, ObjectKey> {
        let at = self.indexers.iter().position(|i| i.name == index);
        debug_assert!(at.is_some(), "no index {index}");
        at.and_then(|i| self.indexes[i].get(term)).map(SortedSet::iter).unwrap_or_default()
    }

    /// All objects of a kind as they were at a revision, sorted by namespace and name.
    pub fn iter_at(&self, kind: KindRef, namespace: Option<&str>, revision: u64) -> Result<impl Iterator<Item = &Value>, StoreError> {
        let wanted = |v: &&Version| v.key.kind == kind && namespace.is_none_or(|ns| v.key.namespace == ns);
        let gone = self.changes_after(revision)?.filter(|v| v.change == ChangeType::Deleted).filter(wanted).map(|v| v.previous);
        let newest = self.rows(kind, namespace).map(|(_, row)| row.newest).chain(gone);
        let mut there: Vec<&Version> = newest.filter_map(|r| self.back_from(r).find(|v| v.revision <= revision)).collect();
        there.order_by(|a, b| a.key.cmp(&b.key));
        Ok(there.into_iter().map(|v| &v.value))
    }

    /// All versions after a revision, oldest first: what a watch from there sees.
    pub fn changes_after(&self, revision: u64) -> Result<impl Iterator<Item = &Version>, StoreError> {
        self.check_readable(revision)?;
        Ok(self.log.after(revision))
    }

    /// One version.
    pub fn version(&self, revision: u64) -> Option<&Version> {
        self.log.get(revision)
    }

    /// The versions of one object that can still be read, oldest first. Of one that is gone, those since it was last created.
    pub fn history(&self, key: &ObjectKey) -> impl Iterator<Item = &Version> {
        let last = || self.log.after(self.compacted).filter(|v| v.key == *key).last().map(|v| v.revision);
        let newest = self.row(key.kind, &key.namespace, &key.name).map(|row| row.newest).or_else(last);
        self.history_until(key, newest.unwrap_or(0))
    }

    /// The same up to one of its versions; nothing where the revision is not of this object.
    pub fn history_until(&self, key: &ObjectKey, revision: u64) -> impl Iterator<Item = &Version> {
        let is_its = self.log.get(revision).is_some_and(|v| v.key == *key);
        let versions: Vec<&Version> = self.back_from(revision).take_while(|_| is_its).collect();
        versions.into_iter().rev()
    }

    /// A version and those of the same object before it, newest first.
    fn back_from(&self, revision: u64) -> impl Iterator<Item = &Version> {
        std::iter::successors(self.log.get(revision), |v| self.log.get(v.previous))
    }

    /// Commits a new object. Its `metadata.resourceVersion` is set to the revision that this makes.
    pub fn create(&mut self, signed: Signature, key: ObjectKey, value: Value) -> Result<&Value, StoreError> {
        if self.get(&key).is_some() {
            return Err(StoreError::Exists);
        }
        Ok(self.commit(signed, key, ChangeType::Added, value))
    }

    /// Commits a new state of an object whose newest revision is `expected`.
    pub fn update(&mut self, signed: Signature, key: ObjectKey, value: Value, expected: u64) -> Result<&Value, StoreError> {
        self.check_newest(&key, expected)?;
        Ok(self.commit(signed, key, ChangeType::Modified, value))
    }

    /// Commits that an object whose newest revision is `expected` is gone; returns its last state.
    pub fn delete(&mut self, signed: Signature, key: ObjectKey, last: Value, expected: u64) -> Result<&Value, StoreError> {
        self.check_newest(&key, expected)?;
        Ok(self.commit(signed, key, ChangeType::Deleted, last))
    }

    /// Forgets what only revisions before `revision` can see. Reads and watches from before it fail from now on.
    pub fn compact(&mut self, revision: u64) {
        let upto = revision.min(self.revision());
        if upto <= self.compacted {
            return;
        }
        self.forgotten = self.version(upto).map_or(self.written, |v| v.written);
        // Each version before `upto` drops the one that it replaced and, if it is a deletion, itself.
        for revision in std::mem::replace(&mut self.compacted, upto) + 1..=upto {
            let Some(version) = self.log.get(revision) else { continue };
            let (previous, is_gone) = (version.previous, version.change == ChangeType::Deleted);
            self.log.drop_version(previous);
            if is_gone {
                self.log.drop_version(revision);
            }
        }
        self.log.settle(upto);
    }

    fn rows<'a, 'n>(&'a self, kind: KindRef, namespace: Option<&'n str>) -> Rows<'a, 'n> {
        // Nothing is sorted before the empty namespace.
        let from = (ArcStr::from(namespace.unwrap_or("")), ArcStr::new());
        Rows { rows: self.tables.get(&kind).map(|table| table.rows.iter_from(&from)).unwrap_or_default(), namespace }
    }

    fn check_readable(&self, revision: u64) -> Result<(), StoreError> {
        if revision < self.compacted { Err(StoreError::Compacted(self.compacted)) } else { Ok(()) }
    }

    fn check_newest(&self, key: &ObjectKey, expected: u64) -> Result<(), StoreError> {
        let newest = self.row(key.kind, &key.namespace, &key.name).ok_or(StoreError::NotFound)?.newest;
        if newest == expected { Ok(()) } else { Err(StoreError::Conflict(newest)) }
    }

    fn commit(&mut self, Signature { at, by }: Signature, key: ObjectKey, change: ChangeType, mut value: Value) -> &Value {
        let revision = self.log.revision() + 1;
        value.set(&["metadata", "resourceVersion"], revision.to_string());
        let table = &mut **self.tables.entry(key.kind).or_default();
        table.newest = revision;
        let row_key = (key.namespace.clone(), key.name.clone());
        let entry = table.rows.entry_by(row_key, |k| compare_pairs((&k.0, &k.1), (&key.namespace, &key.name)));
        let (before, is_new) = (self.written, entry.get().is_none());
        let (earlier, weighed) = entry.get().map_or((&Value::Null, 0), |row| (&row.value, row.weight));
        value.share(earlier, &mut self.written);
        self.weight -= weighed;
        let new = (change != ChangeType::Deleted).then(|| value.clone());
        let old = match &new {
            Some(value) => {
                let is_changed = is_new || self.written - before >= REWEIGHED_BYTES;
                let weight = if is_changed { weight(value) } else { weighed };
                self.weight += weight;
                entry.replace(Row { value: value.clone(), newest: revision, weight })
            }
            None => entry.remove(),
        };
        let previous = old.as_ref().map_or(0, |row| row.newest);
        let mut terms = (Vec::new(), Vec::new());
        for (indexer, index) in self.indexers.iter().zip(&mut self.indexes) {
            reindex(indexer, index, &key, [old.as_ref().map(|row| &row.value), new.as_ref()], &mut terms);
        }
        self.log.push(Version { revision, at, key, change, value, previous, by, written: self.written });
        &self.log.get(revision).expect("just pushed").value
    }
}

/// Moves an object from the terms of its old state to those of its new one; the lists are buffers.
fn reindex(
    indexer: &Indexer,
    index: &mut Shared<SortedMap<ArcStr, SortedSet<ObjectKey>>>,
    key: &ObjectKey,
    [old, new]: [Option<&Value>; 2],
    (before, after): &mut (Vec<ArcStr>, Vec<ArcStr>),
) {
    for (value, terms) in [(old, &mut *before), (new, &mut *after)] {
        terms.clear();
        if let Some(v) = value {
            (indexer.terms)(key.kind, v, &mut |t| terms.push(t));
        }
    }
    if before == after {
        return;
    }
    for term in before {
        if let Some(set) = index.get_mut(term) {
            set.remove(key);
            if set.is_empty() {
                index.remove(term);
            }
        }
    }
    for term in after.drain(..) {
        index.entry(term).or_default().insert(key.clone());
    }
}

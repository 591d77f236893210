//! Maps and sets in the order of their keys. The page carries the code of each map type it uses; these need a fraction of
//! what the standard library's trees do, and are as quick at the sizes that occur.

use crate::base::List as _;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Index;
use std::slice;
use std::vec;

/// No piece holds more, so that putting something in the middle moves little.
const PIECE_LEN_MAX: usize = 64;

/// Where something stands or would stand: in which piece, and where in it.
type Spot = (usize, usize);

/// A list in pieces, none of them empty. How it is cut depends on lengths and places alone, never on what is in it: two lists
/// to which the same was done are cut alike.
#[derive(Clone)]
struct Pieces<T> {
    pieces: Vec<Vec<T>>,
    /// How many items they hold together.
    len: usize,
}

impl<T> Pieces<T> {
    const fn new() -> Self {
        Pieces { pieces: Vec::new(), len: 0 }
    }

    /// Puts an item at a spot; returns where it stands then.
    fn insert(&mut self, (mut piece, mut slot): Spot, item: T) -> Spot {
        match self.pieces.get_mut(piece) {
            None => self.pieces.push(Vec::new()),
            Some(full) if full.len() >= PIECE_LEN_MAX => {
                // What grows at its end leaves full pieces behind.
                let keep = if slot == full.len() { slot } else { full.len() / 2 };
                let half = full.split_off(keep);
                self.pieces.insert(piece + 1, half);
                if slot >= keep {
                    (piece, slot) = (piece + 1, slot - keep);
                }
            }
            Some(_) => {}
        }
        self.pieces[piece].insert(slot, item);
        self.len += 1;
        (piece, slot)
    }

    fn remove(&mut self, (piece, slot): Spot) -> T {
        let item = self.pieces[piece].remove(slot);
        self.len -= 1;
        if self.pieces[piece].is_empty() {
            self.pieces.remove(piece);
        }
        item
    }

    /// Keeps what the flags say, one for each item.
    fn keep(&mut self, flags: &[bool]) {
        let mut flags = flags.iter();
        for piece in &mut self.pieces {
            piece.retain(|_| flags.next() == Some(&true));
        }
        self.pieces.retain(|p| !p.is_empty());
        self.len = self.pieces.iter().map(Vec::len).sum();
    }

    fn iter_from(&self, (piece, slot): Spot) -> Items<'_, T> {
        let mut rest = self.pieces.get(piece..).unwrap_or_default().iter();
        let first = rest.next().and_then(|p| p.get(slot..)).unwrap_or_default();
        Items { piece: first.iter(), rest }
    }

    fn iter(&self) -> Items<'_, T> {
        self.iter_from((0, 0))
    }

    fn iter_mut(&mut self) -> ItemsMut<'_, T> {
        ItemsMut { piece: [].iter_mut(), rest: self.pieces.iter_mut() }
    }

    /// Where a key stands, or where it would.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Spot, Spot>
    where
        T: Borrow<Q>,
    {
        self.find_by(&|item| item.borrow().cmp(key))
    }

    /// The same for what `stands` says of each item: how it is ordered to the one that is looked for.
    fn find_by(&self, stands: &impl Fn(&T) -> Ordering) -> Result<Spot, Spot> {
        let piece = match self.pieces.len() {
            0 => return Err((0, 0)),
            1 => 0,
            _ => self.pieces.partition_point(|p| stands(&p[0]).is_le()).saturating_sub(1),
        };
        match self.pieces[piece].binary_search_by(stands) {
            Ok(slot) => Ok((piece, slot)),
            Err(slot) => Err((piece, slot)),
        }
    }
}

/// The items of a set, sorted.
pub struct Items<'a, T> {
    piece: slice::Iter<'a, T>,
    rest: slice::Iter<'a, Vec<T>>,
}

impl<T> Clone for Items<'_, T> {
    fn clone(&self) -> Self {
        Items { piece: self.piece.clone(), rest: self.rest.clone() }
    }
}

impl<'a, T> Iterator for Items<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(item) = self.piece.next() {
                return Some(item);
            }
            self.piece = self.rest.next()?.iter();
        }
    }
}

impl<T> Default for Items<'_, T> {
    fn default() -> Self {
        Items { piece: [].iter(), rest: [].iter() }
    }
}

/// The same, to write to.
struct ItemsMut<'a, T> {
    piece: slice::IterMut<'a, T>,
    rest: slice::IterMut<'a, Vec<T>>,
}

impl<'a, T> Iterator for ItemsMut<'a, T> {
    type Item = &'a mut T;

    fn next(&mut self) -> Option<&'a mut T> {
        loop {
            if let Some(item) = self.piece.next() {
                return Some(item);
            }
            self.piece = self.rest.next()?.iter_mut();
        }
    }
}

/// A map in the order of its keys.
#[derive(Clone)]
pub struct SortedMap<K, V> {
    keys: Pieces<K>,
    /// Cut as the keys are.
    values: Pieces<V>,
}

impl<K, V> SortedMap<K, V> {
    /// An empty map.
    pub const fn new() -> Self {
        SortedMap { keys: Pieces::new(), values: Pieces::new() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.keys.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.pieces.is_empty()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.keys.iter(), self.values.iter())
    }

    /// Keys and values to write to, by key.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.keys.iter().zip(self.values.iter_mut())
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &K> + Clone {
        self.keys.iter()
    }

    /// The values, by key.
    pub fn values(&self) -> impl Iterator<Item = &V> + Clone {
        self.values.iter()
    }

    /// The values to write to, by key.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut()
    }

    /// The values themselves, by key.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.values.pieces.into_iter().flatten()
    }

    /// The first entry.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The last entry.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        Some((self.keys.pieces.last()?.last()?, self.values.pieces.last()?.last()?))
    }

    /// Takes the first entry out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.is_empty()).then(|| (self.keys.remove((0, 0)), self.values.remove((0, 0))))
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        let mut flags = Vec::with_capacity(self.len());
        for (k, v) in self.iter_mut() {
            flags.push(keep(k, v));
        }
        if flags.contains(&false) {
            self.keys.keep(&flags);
            self.values.keep(&flags);
        }
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// The value under a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (piece, slot) = self.keys.find(key).ok()?;
        Some(&self.values.pieces[piece][slot])
    }

    /// The value under a key, to write to.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (piece, slot) = self.keys.find(key).ok()?;
        Some(&mut self.values.pieces[piece][slot])
    }

    /// The value under the key that is looked for by how it is ordered to each that is there.
    pub fn get_by(&self, stands: impl Fn(&K) -> Ordering) -> Option<&V> {
        let (piece, slot) = self.keys.find_by(&stands).ok()?;
        Some(&self.values.pieces[piece][slot])
    }

    /// [`SortedMap::entry`], with the order of [`SortedMap::get_by`].
    pub fn entry_by(&mut self, key: K, stands: impl Fn(&K) -> Ordering) -> Entry<'_, K, V> {
        Entry { found: self.keys.find_by(&stands), key, map: self }
    }

    /// Whether a key is there.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.keys.find(key).is_ok()
    }

    /// Puts a value under a key; returns what stood there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.entry(key).replace(value)
    }

    /// Takes away what stands under a key.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let spot = self.keys.find(key).ok()?;
        self.keys.remove(spot);
        Some(self.values.remove(spot))
    }

    /// A key's place, to fill it where it is empty.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { found: self.keys.find(&key), key, map: self }
    }

    /// The entries from a key on.
    pub fn iter_from<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let (Ok(spot) | Err(spot)) = self.keys.find(key);
        Iter(self.keys.iter_from(spot), self.values.iter_from(spot))
    }
}

/// A key's place in a map.
pub struct Entry<'a, K, V> {
    found: Result<Spot, Spot>,
    key: K,
    map: &'a mut SortedMap<K, V>,
}

impl<'a, K, V> Entry<'a, K, V> {
    /// Puts a value there; returns what stood there.
    pub fn replace(self, value: V) -> Option<V> {
        let SortedMap { keys, values } = self.map;
        match self.found {
            Ok((piece, slot)) => Some(std::mem::replace(&mut values.pieces[piece][slot], value)),
            Err(spot) => {
                keys.insert(spot, self.key);
                values.insert(spot, value);
                None
            }
        }
    }

    /// The value there; where there is none, the one that is given.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The same, with one that is made when needed.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let SortedMap { keys, values } = self.map;
        let (piece, slot) = self.found.unwrap_or_else(|spot| {
            values.insert(spot, make());
            keys.insert(spot, self.key)
        });
        &mut values.pieces[piece][slot]
    }

    /// The same, with the type's default.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

/// Keys and values, by key.
pub struct Iter<'a, K, V>(Items<'a, K>, Items<'a, V>);

impl<K, V> Default for Iter<'_, K, V> {
    fn default() -> Self {
        Iter(Items::default(), Items::default())
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.1.next()?))
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Zip<std::iter::Flatten<vec::IntoIter<Vec<K>>>, std::iter::Flatten<vec::IntoIter<Vec<V>>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.pieces.into_iter().flatten().zip(self.values.pieces.into_iter().flatten())
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for SortedMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no such key: only keys known to be there are indexed")
    }
}

/// A set in order.
#[derive(Clone)]
pub struct SortedSet<T>(Pieces<T>);

impl<T> SortedSet<T> {
    /// An empty set.
    pub const fn new() -> Self {
        SortedSet(Pieces::new())
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.0.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.pieces.is_empty()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// The items, sorted.
    pub fn iter(&self) -> Items<'_, T> {
        self.0.iter()
    }

    /// The first item.
    pub fn first(&self) -> Option<&T> {
        self.0.iter().next()
    }

    /// Keeps the items for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        let flags: Vec<bool> = self.0.iter().map(keep).list();
        self.0.keep(&flags);
    }
}

impl<T: Ord> SortedSet<T> {
    /// Whether an item is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.find(item).is_ok()
    }

    /// Puts an item in; says whether it is new.
    pub fn insert(&mut self, item: T) -> bool {
        let found = self.0.find(&item);
        if let Err(spot) = found {
            self.0.insert(spot, item);
        }
        found.is_err()
    }

    /// Takes an item out; says whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let found = self.0.find(item);
        if let Ok(spot) = found {
            self.0.remove(spot);
        }
        found.is_ok()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = Items<'a, T>;

    fn into_iter(self) -> Items<'a, T> {
        self.0.iter()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = std::iter::Flatten<vec::IntoIter<Vec<T>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.pieces.into_iter().flatten()
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for SortedSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.0.iter().eq(other.0.iter())
    }
}

impl<T: Eq> Eq for SortedSet<T> {}

impl<T: fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::base::RandomStream;

    #[test]
    fn does_what_a_tree_does() {
        let mut random = RandomStream::new(7, "sorted");
        let (mut map, mut tree) = (SortedMap::new(), BTreeMap::new());
        let (mut set, mut tree_set) = (SortedSet::new(), BTreeSet::new());
        for round in 0..6000_u64 {
            // Few keys at first, then many, then fewer again; some of them in order.
            let key = if round % 3 == 0 { round } else { random.bits() % (1 + round) };
            if round < 4000 || random.bits().is_multiple_of(3) {
                assert_eq!(map.insert(key, round), tree.insert(key, round));
                assert_eq!(set.insert(key), tree_set.insert(key));
                *map.entry(key / 2).or_insert(1) += 1;
                *tree.entry(key / 2).or_insert(1) += 1;
            } else {
                assert_eq!(map.remove(&key), tree.remove(&key));
                assert_eq!(set.remove(&key), tree_set.remove(&key));
                assert_eq!(map.pop_first(), tree.pop_first());
            }
            assert_eq!(map.get(&key), tree.get(&key));
            assert_eq!(map.get_by(|k| k.cmp(&key)), tree.get(&key));
            assert_eq!((map.len(), map.is_empty()), (tree.len(), tree.is_empty()));
            assert_eq!(map.last_key_value(), tree.last_key_value());
            if round % 500 == 0 {
                map.retain(|k, _| k % 5 != 0);
                tree.retain(|k, _| k % 5 != 0);
                assert!(map.iter().eq(tree.iter()) && map.iter_from(&key).eq(tree.range(key..)));
                assert!(set.iter().eq(tree_set.iter()));
            }
        }
        assert!(map.iter_mut().map(|(k, v)| (*k, *v)).eq(tree.clone()));
        assert!(map.clone().into_iter().eq(tree.clone()) && map.into_values().eq(tree.into_values()));
        assert!(set.into_iter().eq(tree_set));
    }
}

//! The map: keys and values in two lists of pieces that are cut alike.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Index;
use std::vec;

use super::pieces::{Items, Pieces, Spot};

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
    /// The value there.
    pub fn get(&self) -> Option<&V> {
        let (piece, slot) = self.found.ok()?;
        Some(&self.map.values.pieces[piece][slot])
    }

    /// Takes away what stands there.
    pub fn remove(self) -> Option<V> {
        let spot = self.found.ok()?;
        self.map.keys.remove(spot);
        Some(self.map.values.remove(spot))
    }

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

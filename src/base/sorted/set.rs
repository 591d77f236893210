//! The set: one list of pieces.

use std::borrow::Borrow;
use std::fmt;
use std::vec;

use super::pieces::{Items, Pieces};
use crate::base::List as _;

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

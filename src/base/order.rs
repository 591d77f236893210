//! Sorting in few bytes of code: one function sorts the places of items, whatever their type.
//! The standard sorts are compiled anew for each type and order that they are used with, to some ten kilobytes each; together they were a
//! tenth of the page's wasm. Nothing here sorts so much that an indirect call for each comparison would matter.

use std::cmp::Ordering;

use super::pdqsorted;

/// Stable sorting of slices, by the same rules as `sort`, `sort_by` and `sort_by_key`.
pub trait Order<T> {
    /// Sorts by the order of the items.
    fn order(&mut self)
    where
        T: Ord;

    /// Sorts by a comparison.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Sorts by a key.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);

    /// Sorts as a Go program does, which does not leave equal items in their order; `less` tells whether one comes before another.
    fn order_as_go(&mut self, less: impl FnMut(&T, &T) -> bool);
}

impl<T> Order<T> for [T] {
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        for (a, b) in swaps(merge_sorted(self.len(), &mut |a, b| compare(&self[a], &self[b]) == Ordering::Greater)) {
            self.swap(a, b);
        }
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    fn order_as_go(&mut self, mut less: impl FnMut(&T, &T) -> bool) {
        for (a, b) in swaps(pdqsorted(self.len(), &mut |a, b| less(&self[a], &self[b]))) {
            self.swap(a, b);
        }
    }
}

/// The places of `len` items in order; `after` tells whether one item comes after another. A merge sort.
fn merge_sorted(len: usize, after: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    let mut items: Vec<usize> = (0..len).collect();
    let mut merged: Vec<usize> = Vec::with_capacity(len);
    let mut width = 1;
    while width < len {
        merged.clear();
        for start in (0..len).step_by(2 * width) {
            let (middle, end) = ((start + width).min(len), (start + 2 * width).min(len));
            let (mut left, mut right) = (start, middle);
            while left < middle || right < end {
                // Of two that are equal the left one comes first.
                let take_right = left == middle || (right < end && after(items[left], items[right]));
                let from = if take_right { &mut right } else { &mut left };
                merged.push(items[*from]);
                *from += 1;
            }
        }
        std::mem::swap(&mut items, &mut merged);
        width *= 2;
    }
    items
}

/// The swaps that bring items to the order of their places.
fn swaps(items: Vec<usize>) -> Vec<(usize, usize)> {
    let len = items.len();
    let mut places = vec![0; len];
    for (place, item) in items.into_iter().enumerate() {
        places[item] = place;
    }
    let mut swaps = Vec::new();
    for i in 0..len {
        while places[i] != i {
            let to = places[i];
            swaps.push((i, to));
            places.swap(i, to);
        }
    }
    swaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::RandomStream;

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut rng = RandomStream::new(1, "order");
        for len in (0..40).chain([100, 1000]) {
            let items: Vec<(u64, usize)> = (0..len).map(|i| (rng.below(10), i)).collect();
            let (mut ours, mut theirs) = (items.clone(), items);
            ours.order_by_key(|i| i.0);
            theirs.sort_by_key(|i| i.0);
            assert_eq!(ours, theirs);
            ours.order_by(|a, b| b.cmp(a));
            theirs.sort_by(|a, b| b.cmp(a));
            assert_eq!(ours, theirs);
            ours.order_as_go(|a, b| a < b);
            theirs.sort_unstable();
            assert_eq!(ours, theirs);
        }
    }
}

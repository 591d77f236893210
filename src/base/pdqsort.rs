//! Sorting that leaves equal items where Go leaves them.

/// Below this many items insertion is quicker than anything else.
const INSERTION_LEN_MAX: usize = 12;
/// From this many items on a pivot is the median of nine, and items out of order are moved before the rest is parted.
const LONG_LEN_MIN: usize = 50;
/// How many items out of order are moved before what looked sorted is taken for unsorted.
const MOVES_MAX: usize = 5;

/// The places of `len` items in order, where `less` tells whether the item of one place comes before that of another. Equal items, and
/// those that `less` contradicts itself about, come out as they do where a Go program sorts.
// Models sort.Sort of Go's standard library since 1.19, a pattern-defeating quicksort.
pub fn pdqsorted(len: usize, less: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    let mut sort = Pdqsort { items: (0..len).collect(), less };
    sort.range(0, len, len.checked_ilog2().map_or(0, |log| log + 1));
    sort.items
}

struct Pdqsort<'a> {
    items: Vec<usize>,
    less: &'a mut dyn FnMut(usize, usize) -> bool,
}

impl Pdqsort<'_> {
    fn less(&mut self, i: usize, j: usize) -> bool {
        (self.less)(self.items[i], self.items[j])
    }

    /// Moves an item to the left until it is in order, at most to `from`.
    fn sink(&mut self, from: usize, mut at: usize) {
        while at > from && self.less(at, at - 1) {
            self.items.swap(at, at - 1);
            at -= 1;
        }
    }

    /// Sorts `a..b`; after so many bad pivots the rest is left to a heap.
    fn range(&mut self, mut a: usize, mut b: usize, mut bad_pivots_left: u32) {
        let (mut balanced, mut parted) = (true, true);
        loop {
            let len = b - a;
            if len <= INSERTION_LEN_MAX {
                (a + 1..b).for_each(|at| self.sink(a, at));
                return;
            }
            if bad_pivots_left == 0 {
                return self.heap(a, b);
            }
            if !balanced {
                self.shuffle(a, b);
                bad_pivots_left -= 1;
            }
            let (mut pivot, swaps) = self.pivot(a, b);
            let backwards = swaps == 12;
            if backwards {
                self.items[a..b].reverse();
                pivot = b - 1 - (pivot - a);
            }
            if balanced && parted && (backwards || swaps == 0) && self.nearly_sorted(a, b) {
                return;
            }
            if a > 0 && !self.less(a - 1, pivot) {
                // Nothing here is less than what stands before it: what equals the pivot is in its place.
                a = self.part(a, b, pivot, true).0;
                continue;
            }
            let (middle, was_parted) = self.part(a, b, pivot, false);
            parted = was_parted;
            let (left, right) = (middle - a, b - middle);
            balanced = left.min(right) >= len / 8;
            if left < right {
                self.range(a, middle, bad_pivots_left);
                a = middle + 1;
            } else {
                self.range(middle + 1, b, bad_pivots_left);
                b = middle;
            }
        }
    }

    /// Parts `a..b` into what is less than the pivot and what is not, or, where `equal`, into what equals it and what is greater. Returns
    /// the pivot's place, or the first of the greater ones, and whether they were parted before.
    fn part(&mut self, a: usize, b: usize, pivot: usize, equal: bool) -> (usize, bool) {
        self.items.swap(a, pivot);
        let (mut i, mut j) = (a + 1, b - 1);
        let mut parted = true;
        loop {
            while i <= j && if equal { !self.less(a, i) } else { self.less(i, a) } {
                i += 1;
            }
            while i <= j && if equal { self.less(a, j) } else { !self.less(j, a) } {
                j -= 1;
            }
            if i > j {
                break;
            }
            self.items.swap(i, j);
            parted = false;
            i += 1;
            j -= 1;
        }
        if equal {
            return (i, parted);
        }
        self.items.swap(j, a);
        (j, parted)
    }

    /// Sorts `a..b` where only few are out of order; tells whether it did.
    fn nearly_sorted(&mut self, a: usize, b: usize) -> bool {
        let mut i = a + 1;
        for _ in 0..MOVES_MAX {
            while i < b && !self.less(i, i - 1) {
                i += 1;
            }
            if i == b || b - a < LONG_LEN_MIN {
                return i == b;
            }
            self.items.swap(i, i - 1);
            if i - a >= 2 {
                self.sink(0, i - 1);
            }
            for at in i + 1..b {
                if b - i < 2 || !self.less(at, at - 1) {
                    break;
                }
                self.items.swap(at, at - 1);
            }
        }
        false
    }

    /// A pivot of `a..b`, and how many swaps it would have taken to find it: none where they may be sorted, 12 where they may be sorted
    /// backwards.
    fn pivot(&mut self, a: usize, b: usize) -> (usize, u32) {
        let len = b - a;
        let mut swaps = 0;
        let mut thirds = [1, 2, 3].map(|n| a + len / 4 * n);
        if len >= LONG_LEN_MIN {
            thirds = thirds.map(|at| self.median([at - 1, at, at + 1], &mut swaps));
        }
        (self.median(thirds, &mut swaps), swaps)
    }

    fn median(&mut self, mut of: [usize; 3], swaps: &mut u32) -> usize {
        for at in [0, 1, 0] {
            if self.less(of[at + 1], of[at]) {
                *swaps += 1;
                of.swap(at, at + 1);
            }
        }
        of[1]
    }

    /// Swaps some of `a..b` for others, by a fixed rule that looks random.
    fn shuffle(&mut self, a: usize, b: usize) {
        let len = b - a;
        let mut random = len as u64;
        let mask = (2_u64 << len.ilog2()) - 1;
        for i in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random & mask) as usize;
            self.items.swap(a + len / 4 * 2 - 1 + i, a + if other >= len { other - len } else { other });
        }
    }

    fn heap(&mut self, a: usize, b: usize) {
        for root in (0..=(b - a - 1) / 2).rev() {
            self.sift(a, root, b - a);
        }
        for end in (0..b - a).rev() {
            self.items.swap(a, a + end);
            self.sift(a, 0, end);
        }
    }

    fn sift(&mut self, a: usize, mut root: usize, end: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && self.less(a + child, a + child + 1) {
                child += 1;
            }
            if !self.less(a + root, a + child) {
                return;
            }
            self.items.swap(a + root, a + child);
            root = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::RandomStream;

    /// What Go 1.26 makes of 30 and of 80 items with five keys.
    #[test]
    fn leaves_equal_items_where_go_does() {
        for (len, want) in [
            (30, "20 5 15 25 10 0 13 28 3 18 8 23 26 21 11 6 16 1 14 19 9 24 4 29 17 12 22 7 27 2"),
            (
                80,
                "25 65 75 30 40 5 35 70 55 0 10 45 60 20 50 15 8 53 18 58 13 48 63 23 43 33 68 73 28 38 3 78 41 66 1 31 36 76 71 6 \
                11 26 61 56 16 51 46 21 64 39 19 79 34 74 54 44 4 29 14 59 69 24 49 9 72 57 32 67 7 12 27 62 47 42 17 2 37 77 52 22",
            ),
        ] {
            let places = pdqsorted(len, &mut |a, b| (100 + a) * 7 % 5 < (100 + b) * 7 % 5);
            assert_eq!(places.iter().map(usize::to_string).collect::<Vec<_>>().join(" "), want);
        }
    }

    #[test]
    fn sorts_what_it_is_given() {
        let mut rng = RandomStream::new(1, "pdqsort");
        for len in (0..70).chain([100, 1000, 5000]) {
            for different in [1, 3, 20, 100_000] {
                let random: Vec<u64> = (0..len).map(|_| rng.below(different)).collect();
                let mut sorted = random.clone();
                sorted.sort_unstable();
                let mut nearly = sorted.clone();
                if len > 60 {
                    nearly.swap(7, 50);
                }
                let backwards: Vec<u64> = sorted.iter().rev().copied().collect();
                let halves: Vec<u64> = sorted.iter().step_by(2).chain(sorted.iter().skip(1).step_by(2).rev()).copied().collect();
                for keys in [random, nearly, backwards, halves] {
                    let places = pdqsorted(keys.len(), &mut |a, b| keys[a] < keys[b]);
                    assert_eq!(places.iter().map(|at| keys[*at]).collect::<Vec<_>>(), sorted, "{len} {different}");
                }
            }
        }
        for len in [30, 1000] {
            let mut places = pdqsorted(len, &mut |_, _| rng.below(2) == 0);
            places.sort_unstable();
            assert!(places.into_iter().eq(0..len), "a rule that contradicts itself");
        }
    }
}

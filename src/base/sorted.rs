//! Maps and sets in the order of their keys. The page carries the code of each map type it uses; these need a fraction of
//! what the standard library's trees do, and are as quick at the sizes that occur.

mod map;
mod pieces;
mod set;

pub use map::{Iter, SortedMap};
pub use pieces::Items;
pub use set::SortedSet;

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

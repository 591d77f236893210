//! Stable places: what stands somewhere stays there until it goes, and a newcomer takes the first free place.

use crate::base::{SortedMap, SortedSet};

/// Who stands where in one row of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    slots: Vec<Option<String>>,
}

impl Places {
    /// Takes away those who are gone, seats those who are new (in the order given), and says who stands where: `None` is an
    /// empty place between two that are taken. Empty places at the end are given up.
    pub fn settle<'a>(&mut self, present: impl Iterator<Item = &'a str>) -> &[Option<String>] {
        let order: Vec<&str> = present.collect();
        let present: SortedSet<&str> = order.iter().copied().collect();
        let mut seated = SortedMap::new();
        for (i, slot) in self.slots.iter_mut().enumerate() {
            match slot {
                Some(key) if present.contains(key.as_str()) => {
                    seated.insert(key.clone(), i);
                }
                _ => *slot = None,
            }
        }
        let mut free = 0;
        for key in order {
            if seated.contains_key(key) {
                continue;
            }
            while self.slots.get(free).is_some_and(Option::is_some) {
                free += 1;
            }
            if free == self.slots.len() {
                self.slots.push(None);
            }
            self.slots[free] = Some(key.to_owned());
            seated.insert(key.to_owned(), free);
        }
        while self.slots.last().is_some_and(Option::is_none) {
            self.slots.pop();
        }
        &self.slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(places: &[Option<String>]) -> String {
        places.iter().map(|p| p.as_deref().unwrap_or(".")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nobody_moves_because_another_goes() {
        let mut places = Places::default();
        assert_eq!(text(places.settle(["a", "b", "c"].into_iter())), "a b c");
        assert_eq!(text(places.settle(["a", "c"].into_iter())), "a . c");
        assert_eq!(text(places.settle(["a", "c", "d", "e"].into_iter())), "a d c e");
        assert_eq!(text(places.settle(["d"].into_iter())), ". d");
        assert_eq!(text(places.settle([].into_iter())), "");
        assert_eq!(text(places.settle(["x", "x"].into_iter())), "x");
    }
}

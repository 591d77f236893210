//! Stable places: what stands somewhere stays there until it goes, and a newcomer takes the first free place.

use crate::base::{Order as _, SortedMap};

/// Who stands where in one row of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    slots: Vec<Option<String>>,
    /// Which of those who were present last each slot's is.
    seats: Vec<Option<usize>>,
}

impl Places {
    /// Takes away those who are gone, seats those who are new (in the order given), and says which of them stands where: `None` is an
    /// empty place between two that are taken. Empty places at the end are given up.
    pub fn settle<'a>(&mut self, present: impl Iterator<Item = &'a str>) -> &[Option<usize>] {
        let present: Vec<&str> = present.collect();
        if self.are_as_before(&present) {
            return &self.seats;
        }
        let mut waiting: SortedMap<&str, usize> = present.iter().enumerate().map(|(i, key)| (*key, i)).collect();
        self.seats = self.slots.iter().map(|slot| waiting.remove(slot.as_deref()?)).collect();
        let mut new: Vec<usize> = waiting.into_values().collect();
        new.order();
        let mut new = new.into_iter();
        for seat in self.seats.iter_mut().filter(|seat| seat.is_none()) {
            *seat = new.next();
        }
        self.seats.extend(new.map(Some));
        while self.seats.last().is_some_and(Option::is_none) {
            self.seats.pop();
        }
        self.slots = self.seats.iter().map(|seat| seat.map(|i| present[i].to_owned())).collect();
        &self.seats
    }

    /// Whether the same are present as last time, in the same order.
    fn are_as_before(&self, present: &[&str]) -> bool {
        let same = |(seat, slot): (&Option<usize>, &Option<String>)| match (seat, slot) {
            (Some(i), Some(key)) => present.get(*i) == Some(&key.as_str()),
            _ => true,
        };
        self.seats.iter().flatten().count() == present.len() && self.seats.iter().zip(&self.slots).all(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(places: &mut Places, present: &[&str]) -> String {
        let seats = places.settle(present.iter().copied());
        seats.iter().map(|p| p.map_or(".", |i| present[i])).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nobody_moves_because_another_goes() {
        let mut places = Places::default();
        assert_eq!(settled(&mut places, &["a", "b", "c"]), "a b c");
        assert_eq!(settled(&mut places, &["a", "c"]), "a . c");
        assert_eq!(settled(&mut places, &["a", "c", "d", "e"]), "a d c e");
        assert_eq!(settled(&mut places, &["a", "c", "d", "e"]), "a d c e");
        assert_eq!(settled(&mut places, &["c", "d", "a", "e"]), "a d c e");
        assert_eq!(settled(&mut places, &["d"]), ". d");
        assert_eq!(settled(&mut places, &[]), "");
        assert_eq!(settled(&mut places, &["x", "x"]), "x");
    }
}

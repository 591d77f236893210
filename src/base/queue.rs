//! The event queue: what is due when, in an order that never depends on anything but time and insertion.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Time;

/// Events ordered by (time, insertion): of two due at one moment, the one scheduled first comes first.
#[derive(Clone, Debug)]
pub struct EventQueue<T> {
    heap: BinaryHeap<Entry<T>>,
    inserted: u64,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    at: Time,
    seq: u64,
    event: T,
}

impl<T> EventQueue<T> {
    /// An empty queue.
    pub fn new() -> Self {
        EventQueue { heap: BinaryHeap::new(), inserted: 0 }
    }

    /// Schedules `event` for `at`.
    pub fn push(&mut self, at: Time, event: T) {
        self.inserted += 1;
        self.heap.push(Entry { at, seq: self.inserted, event });
    }

    /// When the next event is due.
    pub fn next_at(&self) -> Option<Time> {
        self.heap.peek().map(|e| e.at)
    }

    /// Takes the next event that is due at or before `now`.
    pub fn pop_due(&mut self, now: Time) -> Option<(Time, T)> {
        if self.next_at()? > now {
            return None;
        }
        self.heap.pop().map(|e| (e.at, e.event))
    }
}

impl<T> Default for EventQueue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.seq == other.seq
    }
}
impl<T> Eq for Entry<T> {}
impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Entry<T> {
    // Reversed: the heap's greatest is the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_keep_insertion_order() {
        let mut q = EventQueue::new();
        for (at, name) in [(5, "b"), (3, "a"), (5, "c"), (9, "d")] {
            q.push(Time(at), name);
        }
        let mut got = Vec::new();
        while let Some((_, e)) = q.pop_due(Time(5)) {
            got.push(e);
        }
        assert_eq!(got, ["a", "b", "c"]);
        assert_eq!(q.next_at(), Some(Time(9)));
    }
}

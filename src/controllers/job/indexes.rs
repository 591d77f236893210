//! Completion indexes of an Indexed Job: sorted intervals, and how they are read from and written to its status.

use crate::api::{Object, Value};
use crate::base::{List as _, Order as _};

/// The annotation and label that carry a pod's index.
pub(super) const INDEX: &str = "batch.kubernetes.io/job-completion-index";

/// Ordered, disjoint, not adjoining intervals of indexes, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals(pub Vec<(i64, i64)>);

impl Intervals {
    /// Reads `0-2,4` and its like. What lies at or beyond `completions` is cut off; what cannot be read ends the list.
    pub fn parse(text: &str, completions: i64) -> Intervals {
        let mut found: Vec<(i64, i64)> = Vec::new();
        if text.is_empty() {
            return Intervals(found);
        }
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) else { return Intervals(found) };
            if first >= completions {
                break;
            }
            let last = last.min(completions - 1);
            match found.last_mut() {
                Some(previous) if previous.1 + 1 == first => previous.1 = last,
                _ => found.push((first, last)),
            }
        }
        Intervals(found)
    }

    /// How many indexes there are.
    pub fn total(&self) -> i64 {
        self.0.iter().map(|(a, b)| b - a + 1).sum()
    }

    /// Whether an index is among them.
    pub fn has(&self, index: i64) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < index);
        self.0.get(at).is_some_and(|(first, _)| *first <= index)
    }

    /// These and others.
    pub fn with(&self, others: impl IntoIterator<Item = i64>) -> Intervals {
        let mut all = self.0.clone();
        all.extend(others.into_iter().map(|i| (i, i)));
        Intervals(all).normalized()
    }

    /// These and those of another set.
    pub fn union(&self, other: &Intervals) -> Intervals {
        Intervals(self.0.iter().chain(&other.0).copied().list()).normalized()
    }

    /// How many of the indexes are also in another set.
    pub fn common(&self, other: &Intervals) -> i64 {
        self.0.iter().flat_map(|a| other.0.iter().map(move |b| (a.1.min(b.1) - a.0.max(b.0) + 1).max(0))).sum()
    }

    fn normalized(mut self) -> Intervals {
        self.0.order();
        let mut merged: Vec<(i64, i64)> = Vec::new();
        for (first, last) in self.0 {
            match merged.last_mut() {
                Some(previous) if first <= previous.1 + 1 => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Intervals(merged)
    }
}

impl std::fmt::Display for Intervals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (first, last)) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            match last - first {
                0 => write!(f, "{comma}{first}")?,
                1 => write!(f, "{comma}{first},{last}")?,
                _ => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

/// The index that a pod is for; none where its annotation is missing or unreadable.
pub(super) fn of(pod: &Value) -> Option<i64> {
    pod.annotation(INDEX)?.parse().ok().filter(|i| *i >= 0)
}

/// The lowest indexes, at most `count`, that are neither in `taken` nor beyond `completions`.
pub fn first_pending(taken: &Intervals, count: i64, completions: i64) -> Vec<i64> {
    let mut found: Vec<i64> = Vec::new();
    let mut candidate = 0;
    let ends = [(completions, completions)];
    for (first, last) in taken.0.iter().chain(&ends) {
        while candidate < *first && candidate < completions && (found.len() as i64) < count {
            found.push(candidate);
            candidate += 1;
        }
        candidate = candidate.max(last + 1);
    }
    found
}

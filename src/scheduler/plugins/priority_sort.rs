//! PrioritySort: who is tried first. The higher priority, then whoever has waited longer.

use std::cmp::Ordering;

use crate::base::Time;

/// The order of two waiting pods, each by priority, the moment it began to wait, and its turn of coming.
pub fn compare(a: (i64, Time, u64), b: (i64, Time, u64)) -> Ordering {
    b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priority_comes_before_waiting() {
        let mut pods = [(0, Time(1), 1), (10, Time(5), 2), (10, Time(3), 3), (0, Time(1), 0)];
        pods.sort_by(|a, b| compare(*a, *b));
        assert_eq!(pods.map(|p| p.2), [3, 2, 0, 1]);
    }
}

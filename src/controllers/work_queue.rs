//! The work queue of client-go (`util/workqueue`): keys, each at most once, some of them later, failures with backoff.

use crate::base::{Duration, EventQueue, RateLimiter, SortedMap, Time};

const BACKOFF_MIN: Duration = Duration::from_millis(5);
const BACKOFF_MAX: Duration = Duration::from_secs(1000);

/// Keys that wait to be reconciled. A key that is added again before its time is only moved forward.
#[derive(Clone, Debug)]
pub struct WorkQueue<K> {
    queue: EventQueue<K>,
    due: SortedMap<K, Time>,
    /// How often each key failed in a row, and when it was last scheduled to be retried.
    failures: SortedMap<K, (u32, Time)>,
    /// How long working on a key takes, and until when each key is being worked on.
    pace: Duration,
    busy: SortedMap<K, Time>,
    client: Option<RateLimiter>,
}

impl<K: Ord + Clone> WorkQueue<K> {
    /// An empty queue.
    pub fn new() -> Self {
        Self::with_pace(Duration::ZERO)
    }

    /// A queue whose keys rest for so long after each reconcile, as in a real cluster while the worker waits for its writes. Changes that
    /// come meanwhile share the next reconcile.
    pub fn with_pace(pace: Duration) -> Self {
        WorkQueue {
            queue: EventQueue::new(),
            due: SortedMap::new(),
            failures: SortedMap::new(),
            pace,
            busy: SortedMap::new(),
            client: None,
        }
    }

    /// The queue with a client whose rate is limited: no key is due while the client is throttled.
    pub fn of_client(self, client: RateLimiter) -> Self {
        WorkQueue { client: Some(client), ..self }
    }

    /// How many requests the client may make now.
    pub fn requests_left(&self, now: Time) -> usize {
        self.client.map_or(usize::MAX, |client| client.left(now))
    }

    /// How many pods the client may create or delete now, each with an event; at least one.
    pub fn pods_left(&self, now: Time) -> usize {
        self.requests_left(now).div_ceil(2).max(1)
    }

    /// Notes requests that the client made.
    pub fn note_requests(&mut self, now: Time, count: u64) {
        if let Some(client) = &mut self.client {
            client.take(now, count);
        }
    }

    /// Lets a key rest until a time; changes that come meanwhile wait.
    fn rest(&mut self, key: K, now: Time, until: Time) {
        self.busy.retain(|_, rested| *rested > now);
        self.busy.insert(key, until);
    }

    /// Makes a key due at a time, unless it is due sooner.
    pub fn add_at(&mut self, key: K, at: Time) {
        let at = self.busy.get(&key).map_or(at, |rested| at.max(*rested));
        match self.due.get(&key) {
            Some(earlier) if *earlier <= at => {}
            _ => {
                self.due.insert(key.clone(), at);
                self.queue.push(at, key);
            }
        }
    }

    /// Makes a key due after the backoff that its failures so far call for: 5 ms, doubling, to 1000 s.
    pub fn add_rate_limited(&mut self, key: K, now: Time) {
        self.add_rate_limited_within(key, now, BACKOFF_MIN, BACKOFF_MAX);
    }

    /// The same with another backoff: its first and its longest wait.
    pub fn add_rate_limited_within(&mut self, key: K, now: Time, first: Duration, longest: Duration) {
        let (failures, again_at) = self.failures.entry(key.clone()).or_insert((0, Time::ZERO));
        let wait = first.saturating_mul(1 << (*failures).min(20)).min(longest);
        *failures += 1;
        // A wait that is not over stays, even if the key was tried in between for another reason.
        if *again_at <= now {
            *again_at = now + wait;
        }
        let at = *again_at;
        self.add_at(key, at);
    }

    /// Whether a key failed when it was last worked on.
    pub fn has_failed(&self, key: &K) -> bool {
        self.failures.contains_key(key)
    }

    /// Ends a key's backoff, after a success.
    pub fn forget(&mut self, key: &K) {
        self.failures.remove(key);
    }

    /// After a reconcile: ends a key's backoff, or makes it due after the backoff that its failures call for.
    pub fn settle(&mut self, key: K, now: Time, succeeded: bool) {
        if succeeded {
            self.forget(&key);
        } else {
            self.add_rate_limited(key, now);
        }
    }

    /// When the next key is due and may be worked on.
    pub fn next_at(&self) -> Option<Time> {
        let ready = self.client.map_or(Time::ZERO, |client| client.ready_at());
        self.queue.next_at().map(|due| due.max(ready))
    }

    /// Takes a key that is due.
    pub fn pop_due(&mut self, now: Time) -> Option<K> {
        if self.client.is_some_and(|client| client.ready_at() > now) {
            return None;
        }
        while let Some((at, key)) = self.queue.pop_due(now) {
            // This entry was moved forward since, and is stale.
            if self.due.get(&key) == Some(&at) {
                self.due.remove(&key);
                if !self.pace.is_zero() {
                    self.rest(key.clone(), now, now + self.pace);
                }
                return Some(key);
            }
        }
        None
    }
}

impl<K: Ord + Clone> Default for WorkQueue<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_due_once_at_its_earliest() {
        let mut q = WorkQueue::new();
        q.add_at("a", Time::from_secs(5));
        q.add_at("a", Time::from_secs(2));
        q.add_at("a", Time::from_secs(9));
        assert_eq!(q.pop_due(Time::from_secs(1)), None);
        assert_eq!(q.pop_due(Time::from_secs(2)), Some("a"));
        assert_eq!(q.pop_due(Time::from_secs(99)), None);
        q.add_rate_limited("b", Time::ZERO);
        q.add_rate_limited("b", Time::ZERO);
        assert_eq!(q.next_at(), Some(Time::from_millis(5)));
    }

    #[test]
    fn a_wait_stands_when_a_key_fails_before_it_is_over() {
        let mut q = WorkQueue::new();
        for ms in [0, 5, 15] {
            q.add_rate_limited("a", Time::from_millis(ms));
            assert!(q.pop_due(Time::from_millis(500)).is_some() && q.has_failed(&"a"));
        }
        // The last wait ends after 35 ms. What comes at 20 is tried and fails: not after another 40, but then.
        q.add_at("a", Time::from_millis(20));
        assert_eq!(q.pop_due(Time::from_millis(20)), Some("a"));
        q.settle("a", Time::from_millis(20), false);
        assert_eq!(q.next_at(), Some(Time::from_millis(35)));
        q.settle("a", Time::from_millis(35), true);
        assert!(!q.has_failed(&"a"));
    }
}

//! Exponential backoff per item, as `k8s.io/client-go/util/flowcontrol` keeps it.

use crate::base::{Duration, Time};

/// The first delay of a failing container or image.
const INITIAL: Duration = Duration::from_secs(10);
/// The greatest delay.
pub(super) const MAX: Duration = Duration::from_secs(300);

/// The delay of one item; none until it failed once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff(Option<(Duration, Time)>);

impl Backoff {
    /// Doubles the delay after a failure at `event`; starts over where the last one is long ago.
    pub fn next(&mut self, event: Time, now: Time) {
        let delay = match self.0 {
            Some((delay, updated)) if !expired(event, updated) => (delay * 2).min(MAX),
            _ => INITIAL,
        };
        self.0 = Some((delay, now));
    }

    /// The current delay.
    pub fn delay(&self) -> Duration {
        self.0.map_or(Duration::ZERO, |(delay, _)| delay)
    }

    /// When the delay since `event` is over; `None` where it is over already.
    pub fn until_since(&self, event: Time, now: Time) -> Option<Time> {
        let (delay, updated) = self.0?;
        (!expired(event, updated) && now < event + delay).then(|| event + delay)
    }

    /// When the delay since the last failure is over; `None` where it is over already.
    pub fn until_since_update(&self, now: Time) -> Option<Time> {
        let (delay, updated) = self.0?;
        (!expired(now, updated) && now < updated + delay).then(|| updated + delay)
    }
}

/// After twice the greatest delay without a failure an item is forgiven.
fn expired(event: Time, updated: Time) -> bool {
    event.since(updated) > MAX * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_five_minutes_and_forgives() {
        let mut backoff = Backoff::default();
        let mut now = Time::ZERO;
        let mut delays = Vec::new();
        for _ in 0..7 {
            backoff.next(now, now);
            delays.push(backoff.delay().as_secs());
            now = backoff.until_since(now, now).expect("in backoff");
        }
        assert_eq!(delays, [10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(backoff.until_since(now, now + Duration::from_secs(300)), None);
        // A failure more than ten minutes after the last one is the first again.
        for (wait, delay) in [(600, MAX), (601, INITIAL)] {
            let later = now - MAX + Duration::from_secs(wait);
            let mut backoff = backoff;
            backoff.next(later, later);
            assert_eq!(backoff.delay(), delay, "{wait}");
        }
    }
}

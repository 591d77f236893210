//! A token bucket (client-go's `flowcontrol.NewTokenBucketRateLimiter`).

use super::{Duration, Time};

/// A bucket of tokens, one for each request or event: it holds `burst` of them when it is full, and gets a new one after each `interval`.
/// What is done without a token is owed, and nothing may be done until it is paid back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimiter {
    interval: Duration,
    burst: u32,
    /// When the bucket will be full again.
    full_at: Time,
}

impl RateLimiter {
    /// A full bucket, with so many new tokens a second.
    pub fn new(qps: f64, burst: u32) -> Self {
        RateLimiter { interval: Duration::from_secs_f64(1.0 / qps), burst, full_at: Time::ZERO }
    }

    /// How many tokens are left.
    pub fn left(&self, now: Time) -> usize {
        let missing = self.full_at.since(now).as_micros().div_ceil(self.interval.as_micros().max(1));
        usize::try_from(u128::from(self.burst).saturating_sub(missing)).unwrap_or(usize::MAX)
    }

    /// The earliest moment at which there is a token.
    pub fn ready_at(&self) -> Time {
        self.full_at - self.interval * self.burst.saturating_sub(1)
    }

    /// Takes so many tokens.
    pub fn take(&mut self, now: Time, count: u64) {
        let cost = self.interval * u32::try_from(count).unwrap_or(u32::MAX);
        self.full_at = self.full_at.max(now) + cost;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_steady_rate() {
        let mut limiter = RateLimiter::new(20.0, 30);
        let now = Time::from_secs(5);
        assert_eq!(limiter.left(now), 30);
        limiter.take(now, 29);
        assert_eq!((limiter.left(now), limiter.ready_at() <= now), (1, true));
        limiter.take(now, 2);
        assert_eq!((limiter.left(now), limiter.ready_at()), (0, now + Duration::from_millis(100)));
        assert_eq!(limiter.left(now + Duration::from_millis(100)), 1);
        assert_eq!(limiter.left(now + Duration::from_secs(60)), 30);
    }
}

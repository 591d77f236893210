//! The flags of the controller manager that a session may set.

use crate::api::go_duration;
use crate::base::{Duration, RateLimiter};

/// What the flags came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flags {
    /// `--horizontal-pod-autoscaler-sync-period`
    pub autoscaler_period: Duration,
    /// `--node-monitor-grace-period`
    pub node_grace: Duration,
    /// `--kube-api-qps`: requests a second that each controller may make.
    pub api_qps: f64,
    /// `--kube-api-burst`: requests that each may make at once.
    pub api_burst: u32,
}

impl Default for Flags {
    fn default() -> Self {
        Flags { autoscaler_period: Duration::from_secs(15), node_grace: Duration::from_secs(50), api_qps: 20.0, api_burst: 30 }
    }
}

impl Flags {
    /// Reads flags as they stand on a command line; the error is what is wrong with one.
    pub fn parse(words: &[String]) -> Result<Flags, String> {
        let mut flags = Flags::default();
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let wrong = || format!("invalid argument {value:?} for {name:?} flag");
            // With a period of zero no time would pass.
            let period = || go_duration::parse(value).ok().filter(|d| d.as_millis() > 0).ok_or_else(wrong);
            match name {
                "--kube-api-qps" => flags.api_qps = value.parse().ok().filter(|qps| (0.001..=1e6).contains(qps)).ok_or_else(wrong)?,
                "--kube-api-burst" => flags.api_burst = value.parse().ok().filter(|burst| *burst > 0).ok_or_else(wrong)?,
                "--horizontal-pod-autoscaler-sync-period" => flags.autoscaler_period = period()?,
                "--node-monitor-grace-period" => flags.node_grace = period()?,
                _ => return Err(format!("unknown flag: {name}")),
            }
        }
        Ok(flags)
    }

    /// What a controller's client may ask of the API server.
    pub(super) fn client(&self) -> RateLimiter {
        RateLimiter::new(self.api_qps, self.api_burst)
    }
}

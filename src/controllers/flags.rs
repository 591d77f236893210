//! The flags of the controller manager that a session may set.

use thiserror::Error;

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

/// What is wrong with a flag.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FlagError {
    /// A value that the flag does not take.
    #[error("invalid argument {value:?} for {name:?} flag")]
    Invalid {
        /// The flag, with its dashes.
        name: String,
        /// What was given for it.
        value: String,
    },
    /// A flag that is not simulated, or none at all.
    #[error("unknown flag: {0}")]
    Unknown(String),
}

impl Default for Flags {
    fn default() -> Self {
        Flags { autoscaler_period: Duration::from_secs(15), node_grace: Duration::from_secs(50), api_qps: 20.0, api_burst: 30 }
    }
}

impl Flags {
    /// Reads flags as they stand on a command line.
    pub fn parse(words: &[String]) -> Result<Flags, FlagError> {
        let mut flags = Flags::default();
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let wrong = || FlagError::Invalid { name: name.into(), value: value.into() };
            // With a period of zero no time would pass.
            let period = || go_duration::parse(value).ok().filter(|d| d.as_millis() > 0).ok_or_else(wrong);
            match name {
                "--kube-api-qps" => flags.api_qps = value.parse().ok().filter(|qps| (0.001..=1e6).contains(qps)).ok_or_else(wrong)?,
                "--kube-api-burst" => flags.api_burst = value.parse().ok().filter(|burst| *burst > 0).ok_or_else(wrong)?,
                "--horizontal-pod-autoscaler-sync-period" => flags.autoscaler_period = period()?,
                "--node-monitor-grace-period" => flags.node_grace = period()?,
                _ => return Err(FlagError::Unknown(name.into())),
            }
        }
        Ok(flags)
    }

    /// What a controller's client may ask of the API server.
    pub(super) fn client(&self) -> RateLimiter {
        RateLimiter::new(self.api_qps, self.api_burst)
    }
}

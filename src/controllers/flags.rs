//! The flags of the controller manager that a session may set.

use crate::api::go_duration;
use crate::base::Duration;

/// What the flags came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flags {
    /// `--horizontal-pod-autoscaler-sync-period`
    pub autoscaler_period: Duration,
    /// `--node-monitor-grace-period`
    pub node_grace: Duration,
}

impl Default for Flags {
    fn default() -> Self {
        Flags { autoscaler_period: Duration::from_secs(15), node_grace: Duration::from_secs(50) }
    }
}

impl Flags {
    /// Reads flags as they stand on a command line; the error is what is wrong with one.
    pub fn parse(words: &[String]) -> Result<Flags, String> {
        let mut flags = Flags::default();
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let slot = match name {
                "--horizontal-pod-autoscaler-sync-period" => &mut flags.autoscaler_period,
                "--node-monitor-grace-period" => &mut flags.node_grace,
                _ => return Err(format!("unknown flag: {name}")),
            };
            // With a period of zero no time would pass.
            let read = go_duration::parse(value).ok().filter(|d| d.as_millis() > 0);
            *slot = read.ok_or_else(|| format!("invalid argument {value:?} for {name:?} flag"))?;
        }
        Ok(flags)
    }
}

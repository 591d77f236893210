//! From the recommended number of replicas to the one that is set: stabilization windows, rates, bounds (`horizontal.go`).

use crate::api::Value;
use crate::api::selector::LabelSelector;
use crate::base::{Duration, Time};

/// The default stabilization window for scaling down.
const DOWN_WINDOW: Duration = Duration::from_secs(300);

/// A recommendation, and when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// The number.
    pub replicas: i64,
    /// When.
    pub at: Time,
}

/// A change of size, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleEvent {
    /// By how many.
    pub change: i64,
    /// When.
    pub at: Time,
}

/// What a controller remembers of one autoscaler.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Recommendations.
    pub recommendations: Vec<Recommendation>,
    /// When it was scaled up.
    pub ups: Vec<ScaleEvent>,
    /// When it was scaled down.
    pub downs: Vec<ScaleEvent>,
    /// What its target selected when it was last looked at.
    pub selector: Option<LabelSelector>,
}

/// A reason and its message, as in a condition.
pub type Reason = (&'static str, &'static str);

/// The result for a recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normalized {
    /// After the stabilization window.
    pub stabilized: i64,
    /// After rates and bounds: what is set.
    pub replicas: i64,
    /// Of the condition AbleToScale.
    pub able: Reason,
    /// Of the condition ScalingLimited.
    pub limited: Reason,
    /// Until when an earlier recommendation holds it back, unless another comes; none where none does.
    pub held_until: Option<Time>,
}

const READY: Reason = ("ReadyForNewScale", "recommended size matches current size");
const DOWN_STABILIZED: Reason =
    ("ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation");
const UP_STABILIZED: Reason =
    ("ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation");
const WITHIN: Reason = ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_MANY: Reason = ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const TOO_FEW: Reason = ("TooFewReplicas", "the desired replica count is less than the minimum replica count");
const UP_LIMIT: Reason = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const DOWN_LIMIT: Reason = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");

impl Memory {
    /// Without `behavior`: the highest number of the last five minutes, at most doubled (or 4), within the bounds.
    pub fn normalize(&mut self, current: i64, desired: i64, min: i64, max: i64, now: Time) -> Normalized {
        let stabilized = self.stabilize_down(desired, now);
        let able = if stabilized == desired { READY } else { DOWN_STABILIZED };
        let (replicas, limited) = within_default_limits(current, stabilized, min, max);
        let held_until = self.held_until(desired, stabilized, DOWN_WINDOW, now);
        Normalized { stabilized, replicas, able, limited, held_until }
    }

    /// When the last recommendation that holds it back leaves the window.
    fn held_until(&self, desired: i64, stabilized: i64, window: Duration, now: Time) -> Option<Time> {
        let holds = |r: &&Recommendation| desired != stabilized && r.replicas == stabilized && now.since(r.at) <= window;
        self.recommendations.iter().filter(holds).map(|r| r.at + window).max()
    }

    /// Records a recommendation and returns the highest of the window.
    pub fn stabilize_down(&mut self, desired: i64, now: Time) -> i64 {
        let old = |r: &Recommendation| now.since(r.at) > DOWN_WINDOW;
        let highest = self.recommendations.iter().filter(|r| !old(r)).map(|r| r.replicas).fold(desired, i64::max);
        self.note(desired, now, old);
        highest
    }

    fn note(&mut self, desired: i64, now: Time, old: impl Fn(&Recommendation) -> bool) {
        let new = Recommendation { replicas: desired, at: now };
        match self.recommendations.iter().rposition(old) {
            Some(i) => self.recommendations[i] = new,
            None => self.recommendations.push(new),
        }
    }

    /// With `behavior`: as its windows and policies say.
    pub fn normalize_with(&mut self, behavior: &Value, current: i64, desired: i64, min: i64, max: i64, now: Time) -> Normalized {
        let window = |which: &str, default: Duration| {
            behavior.at(&[which, "stabilizationWindowSeconds"]).as_int().map_or(default, |s| Duration::from_secs(s.max(0).unsigned_abs()))
        };
        let (up, down) = (window("scaleUp", Duration::ZERO), window("scaleDown", DOWN_WINDOW));
        let (stabilized, reason) = self.stabilize(current, desired, up, down, now);
        let able = if stabilized == desired { READY } else { reason };
        let (replicas, limited) = self.within_rates(behavior, current, stabilized, min, max, now);
        let held_until = self.held_until(desired, stabilized, if desired < stabilized { down } else { up }, now);
        Normalized { stabilized, replicas, able, limited, held_until }
    }

    /// Bounds a recommendation by the lowest of the window for scaling up and the highest of that for scaling down.
    pub fn stabilize(&mut self, current: i64, desired: i64, up: Duration, down: Duration, now: Time) -> (i64, Reason) {
        let (mut lowest, mut highest) = (desired, desired);
        for recommendation in &self.recommendations {
            let age = now.since(recommendation.at);
            if age < up {
                lowest = lowest.min(recommendation.replicas);
            }
            if age < down {
                highest = highest.max(recommendation.replicas);
            }
        }
        let stabilized = current.max(lowest).min(highest);
        self.note(desired, now, |r| now.since(r.at) > up && now.since(r.at) > down);
        (stabilized, if desired >= current { UP_STABILIZED } else { DOWN_STABILIZED })
    }

    /// Bounds a step by the policies, minReplicas and maxReplicas.
    pub fn within_rates(&self, behavior: &Value, current: i64, desired: i64, min: i64, max: i64, now: Time) -> (i64, Reason) {
        if desired > current {
            let limit = self.limit(behavior.get("scaleUp"), current, true, now).max(current);
            let (most, reason) = if max > limit { (limit, UP_LIMIT) } else { (max, TOO_MANY) };
            if desired > most {
                return (most, reason);
            }
        } else if desired < current {
            let limit = self.limit(behavior.get("scaleDown"), current, false, now).min(current);
            let (least, reason) = if min < limit { (limit, DOWN_LIMIT) } else { (min, TOO_FEW) };
            if desired < least {
                return (least, reason);
            }
        }
        (desired, WITHIN)
    }

    /// The size that the policies allow, from the size at the start of their periods.
    fn limit(&self, rules: &Value, current: i64, up: bool, now: Time) -> i64 {
        let select = rules.get("selectPolicy").str();
        if select == "Disabled" {
            return current;
        }
        let changed =
            |events: &[ScaleEvent], period: Duration| -> i64 { events.iter().filter(|e| now.since(e.at) < period).map(|e| e.change).sum() };
        let proposals = rules.get("policies").items().iter().map(|policy| {
            let period = Duration::from_secs(policy.get("periodSeconds").int().max(0).unsigned_abs());
            let start = current - changed(&self.ups, period) + changed(&self.downs, period);
            let value = policy.get("value").int();
            match (policy.get("type").str(), up) {
                ("Pods", true) => start + value,
                ("Pods", false) => start - value,
                (_, true) => (start as f64 * (1.0 + value as f64 / 100.0)).ceil() as i64,
                (_, false) => (start as f64 * (1.0 - value as f64 / 100.0)) as i64,
            }
        });
        // The policy that allows most or, with `Min`, least.
        let proposed = if up == (select == "Min") { proposals.min() } else { proposals.max() };
        proposed.unwrap_or(current)
    }

    /// Records a change of size, in the place of one that is too old for any policy.
    pub fn store(&mut self, behavior: &Value, from: i64, to: i64, now: Time) {
        if behavior.is_null() {
            return;
        }
        let (events, rules) = if to > from { (&mut self.ups, "scaleUp") } else { (&mut self.downs, "scaleDown") };
        let periods = behavior.at(&[rules, "policies"]).items().iter().map(|p| p.get("periodSeconds").int().max(0).unsigned_abs());
        let longest = Duration::from_secs(periods.max().unwrap_or(0));
        let new = ScaleEvent { change: (to - from).abs(), at: now };
        match events.iter().rposition(|e| now.since(e.at) > longest) {
            Some(i) => events[i] = new,
            None => events.push(new),
        }
    }
}

/// The bounds, and at most twice the current number or four (`convertDesiredReplicasWithRules`).
pub fn within_default_limits(current: i64, desired: i64, min: i64, max: i64) -> (i64, Reason) {
    let limit = (2 * current).max(4);
    let (most, reason) = if max > limit { (limit, UP_LIMIT) } else { (max, TOO_MANY) };
    if desired < min {
        (min, TOO_FEW)
    } else if desired > most {
        (most, reason)
    } else {
        (desired, WITHIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn rates_and_bounds() {
        let now = Time::from_secs(1000);
        let percent = |n: i64| obj!({"type": "Percent", "value": n, "periodSeconds": 60});
        let pods = |n: i64| obj!({"type": "Pods", "value": n, "periodSeconds": 60});
        // Which policies, which of them counts, how much it grew a while ago, from and to how many, how many it gets.
        let rows = [
            (vec![percent(100), pods(4)], "Max", 0, 3, 20, (7, UP_LIMIT)),
            (vec![percent(100), pods(4)], "Min", 0, 3, 20, (6, UP_LIMIT)),
            (vec![pods(4)], "Max", 3, 6, 20, (7, UP_LIMIT)),
            (vec![percent(100)], "Max", 0, 20, 99, (30, TOO_MANY)),
            (vec![percent(100)], "Disabled", 0, 5, 8, (5, UP_LIMIT)),
            (vec![percent(100)], "Max", 0, 5, 8, (8, WITHIN)),
            (vec![percent(10), pods(4)], "Max", 0, 15, 1, (11, DOWN_LIMIT)),
            (vec![percent(10), pods(4)], "Min", 0, 15, 1, (13, DOWN_LIMIT)),
            (vec![percent(100)], "Max", 0, 5, 1, (2, TOO_FEW)),
        ];
        for (policies, select, grew, current, desired, wanted) in rows {
            let memory = Memory { ups: vec![ScaleEvent { change: grew, at: now - Duration::from_secs(9) }], ..Memory::default() };
            let rules = obj!({"selectPolicy": select, "policies": policies});
            let behavior = obj!({"scaleUp": rules.clone(), "scaleDown": rules});
            assert_eq!(memory.within_rates(&behavior, current, desired, 2, 30, now), wanted, "{behavior} {current} {desired}");
        }
        for (current, desired, wanted) in [(1, 9, (4, UP_LIMIT)), (3, 9, (6, UP_LIMIT)), (20, 99, (30, TOO_MANY)), (3, 1, (2, TOO_FEW))] {
            assert_eq!(within_default_limits(current, desired, 2, 30), wanted);
        }
    }

    #[test]
    fn what_was_called_for_before_holds() {
        let now = Time::from_secs(1000);
        let ago = |s| now - Duration::from_secs(s);
        let memory = || Memory {
            recommendations: vec![Recommendation { replicas: 9, at: ago(200) }, Recommendation { replicas: 2, at: ago(100) }],
            ..Memory::default()
        };
        let seconds = Duration::from_secs;
        // The windows up and down, the size, what is called for, what comes of it.
        for (up, down, current, desired, wanted) in
            [(150, 250, 4, 5, 4), (50, 250, 4, 5, 5), (150, 250, 12, 5, 9), (150, 150, 12, 5, 5), (300, 0, 1, 5, 2)]
        {
            assert_eq!(memory().stabilize(current, desired, seconds(up), seconds(down), now).0, wanted, "{up} {down} {current}");
        }
        let held = memory().normalize(9, 5, 1, 20, now);
        assert_eq!((held.replicas, held.able, held.held_until), (9, DOWN_STABILIZED, Some(ago(200) + DOWN_WINDOW)));
        assert_eq!(memory().normalize(9, 5, 1, 20, now + seconds(101)).replicas, 5);
    }
}

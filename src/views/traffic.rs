//! Requests under way: how many a second take which way, how many wait, how many fail.

use std::collections::VecDeque;

use crate::base::{Duration, List as _, SortedMap, Time};
use crate::kubelet::{Tally, Way};
use crate::sim::Sim;

/// Over what time a rate is taken, and how far the moments are apart between which it can be.
const WINDOW: Duration = Duration::from_millis(1500);
const MOMENTS_APART: Duration = Duration::from_millis(150);

/// The requests that take one way. A UID is empty where they come from outside, go to no service, or get to no pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// The UID of the pod that sends them.
    pub from: String,
    /// The UID of the service.
    pub service: String,
    /// The UID of the pod that they get to.
    pub to: String,
    /// Sent in ten seconds, at the rate of late.
    pub per_10s: u64,
    /// Failed in ten seconds, at the rate of late.
    pub failed_per_10s: u64,
    /// How many wait for their answer.
    pub waiting: u64,
    /// Sent, answered and failed in all.
    pub total: (u64, u64, u64),
}

/// Makes flows of what was counted at several moments.
#[derive(Clone, Debug, Default)]
pub struct Flows {
    moments: VecDeque<(Time, SortedMap<Way, Tally>)>,
}

impl Flows {
    /// The ways that requests take now; those on which nothing moves are left out.
    pub fn of_sim(&mut self, sim: &Sim) -> Vec<Flow> {
        let now = sim.now();
        let counted: SortedMap<Way, Tally> = all(sim).map(|(way, tally)| (way.clone(), *tally)).collect();
        let found = self.rates(now, &counted);
        if self.moments.back().is_none_or(|m| m.0 + MOMENTS_APART <= now) {
            self.moments.push_back((now, counted));
        }
        while self.moments.len() > 1 && self.moments[1].0 + WINDOW <= now {
            self.moments.pop_front();
        }
        found
    }

    /// The next look is at another moment.
    pub fn leap(&mut self) {
        self.moments.clear();
    }

    fn rates(&self, now: Time, counted: &SortedMap<Way, Tally>) -> Vec<Flow> {
        let before = self.moments.front().filter(|m| m.0 < now);
        let tenths = before.map_or(0, |m| (now.since(m.0).as_millis() as u64).max(1));
        let flow = |(way, t): (&Way, &Tally)| {
            let then = before.and_then(|m| m.1.get(way)).copied().unwrap_or_default();
            let rate = |n: u64, then: u64| (n.saturating_sub(then) * 10_000).checked_div(tenths).unwrap_or(0);
            let mut flow = whole(way, t);
            (flow.per_10s, flow.failed_per_10s) = (rate(t.sent, then.sent), rate(t.failed, then.failed));
            flow
        };
        counted.iter().map(flow).filter(|f| f.per_10s + f.failed_per_10s + f.waiting > 0).list()
    }
}

fn all(sim: &Sim) -> impl Iterator<Item = (&Way, &Tally)> {
    sim.cluster().kubelets.iter().flat_map(|k| k.traffic())
}

fn whole(way: &Way, t: &Tally) -> Flow {
    Flow {
        from: way.0.to_string(),
        service: way.1.to_string(),
        to: way.2.to_string(),
        waiting: t.sent.saturating_sub(t.answered + t.failed),
        total: (t.sent, t.answered, t.failed),
        ..Flow::default()
    }
}

/// All that was sent so far to a service, or to and from a pod: by UID.
pub fn flows_of(sim: &Sim, uid: &str) -> Vec<Flow> {
    all(sim).filter(|(way, _)| [&way.0, &way.1, &way.2].iter().any(|u| *u == uid)).map(|(way, t)| whole(way, t)).list()
}

/// The load from outside on a service: since when, and requests a second from so many seconds after that.
pub fn load_curve(sim: &Sim, namespace: &str, service: &str) -> Option<(Time, Vec<(f64, f64)>)> {
    let (from, points) = sim.cluster().kubelets.as_ref()?.load_on(namespace, service)?;
    Some((from, points.iter().map(|p| (p.0.as_secs_f64(), p.1)).list()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_late() {
        let way: Way = ("a".into(), "s".into(), "b".into());
        let at = |sent, answered, failed| SortedMap::from([(way.clone(), Tally { sent, answered, failed, last: Time::ZERO })]);
        let mut flows = Flows::default();
        assert_eq!(flows.rates(Time::ZERO, &at(0, 0, 0)), []);
        flows.moments.push_back((Time::ZERO, at(10, 10, 0)));
        let told = flows.rates(Time::from_millis(500), &at(20, 15, 1));
        assert_eq!((told[0].per_10s, told[0].failed_per_10s, told[0].waiting), (200, 20, 4));
        assert_eq!(flows.rates(Time::from_millis(500), &at(10, 10, 0)), []);
    }
}

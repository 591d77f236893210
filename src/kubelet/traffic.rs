//! Requests under way between pods, counted by the ways they take, and those that come from outside the cluster.

use super::container_runtime::{HttpRequest, NetRequest};
use super::kubelets::Kubelets;
use super::message::Message;
use super::router::Outgoing;
use crate::api::{ArcStr, Object, kinds};
use crate::base::{Duration, List as _, Order as _, SortedMap, Time};
use crate::server::ApiServer;

/// The most ways that are told apart; of more, the one that was quiet longest is forgotten.
const WAYS_MAX: usize = 1024;
/// The most requests a second that come from outside to one service.
const RATE_MAX: f64 = 1000.0;
/// The most points of a load's curve.
const POINTS_MAX: usize = 64;

/// A way that requests take: the UIDs of the sending pod (empty where they come from outside the cluster), of the service
/// they are sent to (empty where they go to an address) and of the pod they get to (empty where they get to none).
pub type Way = (ArcStr, ArcStr, ArcStr);

/// How many requests took a way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sent.
    pub sent: u64,
    /// Answered.
    pub answered: u64,
    /// Refused, reset, without an answer in time. The rest waits for its answer.
    pub failed: u64,
    /// When one was sent last.
    pub last: Time,
}

/// All requests so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic {
    ways: SortedMap<Way, Tally>,
    loads: SortedMap<(ArcStr, ArcStr), Load>,
    /// Of all loads so far; a load that was replaced is known by its number.
    made: u64,
}

/// Requests to a service from outside.
#[derive(Clone, Debug)]
struct Load {
    number: u64,
    from: Time,
    points: Vec<(Duration, f64)>,
}

impl Load {
    /// The rate at a moment, and when it changes next.
    fn rate(&self, now: Time) -> (f64, Option<Time>) {
        let passed = self.points.iter().take_while(|p| self.from + p.0 <= now).count();
        let rate = passed.checked_sub(1).map_or(0.0, |i| self.points[i].1);
        (rate, self.points.get(passed).map(|p| self.from + p.0))
    }
}

impl Traffic {
    pub fn sent(&mut self, way: &Way, now: Time) {
        if self.ways.len() >= WAYS_MAX && !self.ways.contains_key(way) {
            let quiet = self.ways.iter().min_by_key(|(_, t)| t.last).map(|(way, _)| way.clone());
            quiet.and_then(|way| self.ways.remove(&way));
        }
        let tally = self.ways.entry(way.clone()).or_default();
        (tally.sent, tally.last) = (tally.sent + 1, now);
    }

    pub fn answered(&mut self, way: &Way, ok: bool) {
        if let Some(tally) = self.ways.get_mut(way) {
            *(if ok { &mut tally.answered } else { &mut tally.failed }) += 1;
        }
    }
}

impl Kubelets {
    /// The ways that requests took so far, and how many took each.
    pub fn traffic(&self) -> impl Iterator<Item = (&Way, &Tally)> {
        self.traffic.ways.iter()
    }

    /// The curve of the load on a service: since when, and requests a second from so long after that.
    pub fn load_on(&self, namespace: &str, service: &str) -> Option<(Time, &[(Duration, f64)])> {
        let load = self.traffic.loads.get(&(namespace.into(), service.into()))?;
        Some((load.from, &load.points))
    }

    /// Requests come to a service from outside: so many a second, from so many seconds after now on.
    pub fn load(&mut self, now: Time, namespace: &str, service: &str, points: &[(f64, f64)]) {
        self.traffic.made += 1;
        let number = self.traffic.made;
        let sane = |n: f64, most: f64| if n.is_finite() { n.clamp(0.0, most) } else { 0.0 };
        let mut points: Vec<(Duration, f64)> =
            points.iter().take(POINTS_MAX).map(|p| (Duration::from_secs_f64(sane(p.0, 1e9)), sane(p.1, RATE_MAX))).list();
        points.order_by_key(|p| p.0);
        let key = (ArcStr::from(namespace), ArcStr::from(service));
        if points.is_empty() {
            self.traffic.loads.remove(&key);
            return;
        }
        self.traffic.loads.insert(key.clone(), Load { number, from: now, points });
        self.network.push(now, Message::Load(key, number));
    }

    /// It is time for the next request of a load.
    pub(super) fn send_load(&mut self, api: &mut ApiServer, now: Time, key: (ArcStr, ArcStr), number: u64) {
        let Some(load) = self.traffic.loads.get(&key).filter(|l| l.number == number) else { return };
        let (rate, changes) = load.rate(now);
        if rate < 0.001 {
            if let Some(at) = changes {
                self.network.push(at, Message::Load(key, number));
            }
            return;
        }
        let service = api.peek(kinds::SERVICE, &key.0, &key.1);
        // Where there is no service, one is looked for now and then.
        let pause = Duration::from_secs_f64(1.0 / rate).max(if service.is_some() { Duration::ZERO } else { Duration::from_secs(1) });
        let next = now + pause;
        self.network.push(changes.map_or(next, |at| next.min(at.max(now + Duration::from_millis(1)))), Message::Load(key.clone(), number));
        let Some(service) = service else { return };
        let port = service.at(&["spec", "ports"]).items().first().map_or(80, |p| p.get("port").int());
        let host = format!("{}.{}", service.name(), service.namespace());
        let request = NetRequest::Http(HttpRequest::get(&host, u16::try_from(port).unwrap_or(80), "/"));
        self.route_request(api, now, Outgoing { node: ArcStr::new(), uid: ArcStr::new(), container: 0, id: 0, request });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_holds_its_last_value() {
        let s = Duration::from_secs;
        let load = Load { number: 1, from: Time::from_millis(1000), points: vec![(s(0), 5.0), (s(10), 0.0), (s(20), 7.0)] };
        for (at_s, want, next_s) in [(0, 0.0, Some(1)), (1, 5.0, Some(11)), (12, 0.0, Some(21)), (90, 7.0, None)] {
            assert_eq!(load.rate(Time::ZERO + s(at_s)), (want, next_s.map(|n| Time::ZERO + s(n))), "{at_s}");
        }
    }
}

//! How long events are kept (`--event-ttl` of the API server), by leases as etcd grants them.

use std::collections::VecDeque;

use super::ApiServer;
use crate::api::{Object, Value, kinds};
use crate::base::{Duration, List as _, Time};
use crate::store::{ObjectKey, Signature, Version};

/// How long an event stays, at least, after its last write (`--event-ttl`).
const TTL: Duration = Duration::from_secs(3600);
/// How much longer a lease is granted, so that the next writes can share it.
const REUSE: Duration = Duration::from_secs(60);
/// How many writes may share a lease.
const WRITES_MAX: u64 = 1000;

/// How long an event stays, at most, after its last write.
pub const EVENT_LIFETIME_MAX: Duration = Duration::from_secs(TTL.as_secs() + REUSE.as_secs());

/// A lease. Events that are written while it is reused are deleted when it ends.
#[derive(Clone, Debug)]
struct Lease {
    ends: Time,
    /// The revision of the first write that it covers; it covers those up to the first of the next lease.
    from: u64,
    writes: u64,
}

/// The leases that are running, by when they end.
// Models apiserver's storage/etcd3 leaseManager.
#[derive(Clone, Debug, Default)]
pub(super) struct EventLeases(VecDeque<Lease>);

impl EventLeases {
    /// Attaches the event that this revision wrote to a lease.
    pub(super) fn attach(&mut self, revision: u64, now: Time) {
        match self.0.back_mut() {
            Some(lease) if now + TTL < lease.ends && lease.writes < WRITES_MAX => lease.writes += 1,
            _ => self.0.push_back(Lease { ends: now + EVENT_LIFETIME_MAX, from: revision, writes: 1 }),
        }
    }
}

impl ApiServer {
    /// When the next events expire.
    pub fn events_expire_at(&self) -> Option<Time> {
        self.event_leases.0.front().map(|lease| lease.ends)
    }

    /// Deletes the events whose lease has ended. Those that were written again since have another lease.
    pub fn expire_events(&mut self, now: Time) {
        let Some(lease) = self.event_leases.0.pop_front_if(|lease| lease.ends <= now) else { return };
        let upto = self.event_leases.0.front().map_or(self.revision() + 1, |next| next.from);
        let newest =
            |v: &Version| self.store.get(&v.key).filter(|event| event.revision() == v.revision && !event.is_terminating()).cloned();
        let ended: Vec<(ObjectKey, Value)> = (lease.from..upto)
            .filter_map(|revision| self.store.version(revision))
            .filter(|v| v.key.kind == kinds::EVENT)
            .filter_map(|v| Some((v.key.clone(), newest(v)?)))
            .list();
        let signed = Signature { at: now, by: "etcd" };
        for (key, last) in ended {
            let expected = last.revision();
            // The revision is the newest: nothing was written in between.
            let _ = self.store.delete(signed, key, last, expected);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;
    use crate::server::{Caller, DeleteOptions, Subresource, WriteOptions};

    /// A server in which events were created at these seconds, in the order of their names.
    fn server(seconds: impl IntoIterator<Item = u64>) -> ApiServer {
        let mut api = ApiServer::new(1);
        for (i, s) in seconds.into_iter().enumerate() {
            let event = obj!({
                "metadata": {"name": format!("e{i}")}, "involvedObject": {"namespace": "default"}, "reason": "R", "type": "Normal"
            });
            let by = Caller::new(Time::ZERO + Duration::from_secs(s), "kubelet");
            api.create(&by, kinds::EVENT, "default", event, &WriteOptions::default()).expect("a valid event");
        }
        api
    }

    /// At which seconds events go, and which.
    fn ends(api: &mut ApiServer) -> Vec<(u64, Vec<String>)> {
        let names = |api: &ApiServer| api.iter(kinds::EVENT, None).map(|e| e.name().to_owned()).collect::<Vec<_>>();
        let mut told = Vec::new();
        while let Some(at) = api.events_expire_at() {
            let before = names(api);
            api.expire_events(at);
            let after = names(api);
            told.push((at.since(Time::ZERO).as_secs(), before.into_iter().filter(|name| !after.contains(name)).collect()));
        }
        told
    }

    #[test]
    fn what_is_written_within_a_minute_goes_together() {
        let told = ends(&mut server([5, 5, 64, 65, 300]));
        let want = [(3665, vec!["e0", "e1", "e2"]), (3725, vec!["e3"]), (3960, vec!["e4"])];
        assert_eq!(told, want.map(|(s, names)| (s, names.into_iter().map(str::to_owned).collect())));
    }

    #[test]
    fn what_is_written_again_stays_longer() {
        let mut api = server([0, 0]);
        let mut again = api.peek(kinds::EVENT, "default", "e0").expect("it was created").clone();
        again.set(&["count"], 2);
        let by = Caller::new(Time::ZERO + Duration::from_secs(100), "kubelet");
        api.update(&by, kinds::EVENT, again, Subresource::None, &WriteOptions::default()).expect("a valid event");
        assert_eq!(ends(&mut api), [(3660, vec!["e1".to_owned()]), (3760, vec!["e0".to_owned()])]);
    }

    #[test]
    fn what_a_finalizer_holds_stays() {
        let mut api = server([0, 0]);
        let by = Caller::new(Time::ZERO + Duration::from_secs(100), "kubelet");
        let mut held = api.peek(kinds::EVENT, "default", "e0").expect("it was created").clone();
        held.at_mut(&["metadata", "finalizers"]).list_mut().push("a.b/c".into());
        api.update(&by, kinds::EVENT, held, Subresource::None, &WriteOptions::default()).expect("a valid event");
        api.delete(&by, kinds::EVENT, "default", "e0", &DeleteOptions::default()).expect("it is there");
        assert_eq!(ends(&mut api), [(3660, vec!["e1".to_owned()]), (3760, Vec::new())]);
        assert!(api.peek(kinds::EVENT, "default", "e0").is_some_and(Value::is_terminating));
    }

    #[test]
    fn a_lease_has_a_thousand_writes() {
        let told = ends(&mut server(std::iter::repeat_n(7, 1001)));
        assert_eq!(told.iter().map(|(s, gone)| (*s, gone.len())).collect::<Vec<_>>(), [(3667, 1000), (3667, 1)]);
    }
}

//! The pools of devices that a node can reach, and what their counters have left. It may not know of claims.
// Models k8s.io/dynamic-resource-allocation/structured.

use super::devices::{Devices, key_of};
use super::node_info::NodeInfo;
use crate::api::{ArcStr, Object, Quantity, Value, node_affinity};
use crate::base::{List as _, Order as _, SortedMap, SortedSet};

/// A counter of a set.
type Counter = (ArcStr, ArcStr);

/// The newest slices of a pool that a node can reach, by their names.
#[derive(Debug)]
pub(super) struct Pool<'a> {
    pub name: String,
    pub slices: Vec<&'a Value>,
    pub flaw: Option<Flaw>,
    /// What is left of its counters, without what allocated devices consume.
    left: SortedMap<Counter, Quantity>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Flaw {
    /// Not all of its slices are there yet.
    Incomplete,
    /// Two devices or counter sets have the same name, or a device consumes from a counter that does not exist.
    Invalid,
}

impl Pool<'_> {
    /// Whether enough is left of its counters for these devices.
    // Models checkAvailableCounters.
    pub fn suffices<'b, D: Iterator<Item = &'b Value>>(&self, devices: impl Fn() -> D) -> bool {
        self.left.iter().all(|(counter, left)| {
            let consumed = devices().flat_map(consumed).filter(|(consumed, _)| consumed == counter);
            consumed.fold(left.clone(), |left, (_, amount)| left.sub(&amount)).sign() >= 0
        })
    }
}

/// The counters that a device consumes, and how much of each.
fn consumed(device: &Value) -> impl Iterator<Item = (Counter, Quantity)> {
    device.get("consumesCounters").items().iter().flat_map(|of| counters(of, "counterSet"))
}

fn counters<'a>(set: &'a Value, name: &'a str) -> impl Iterator<Item = (Counter, Quantity)> + 'a {
    set.get("counters").entries().map(move |(counter, of)| ((set.get(name).arc_str(), counter.into()), Quantity::of(of.get("value"))))
}

/// What is left of a pool's counters, given all of its slices; none where these are invalid.
fn left(devices: &Devices, slices: &[&Value], pool: &ArcStr) -> Option<SortedMap<Counter, Quantity>> {
    let (mut left, mut sets) = (SortedMap::new(), SortedSet::new());
    for set in slices.iter().flat_map(|slice| slice.at(&["spec", "sharedCounters"]).items()) {
        if !sets.insert(set.get("name").arc_str()) {
            return None;
        }
        counters(set, "name").for_each(|(counter, amount)| drop(left.insert(counter, amount)));
    }
    for device in slices.iter().flat_map(|slice| slice.at(&["spec", "devices"]).items()) {
        let is_taken = devices.is_taken(&[pool, device.get("name").str()].concat().into());
        for (counter, amount) in consumed(device) {
            let of = left.get_mut(&counter)?;
            if is_taken {
                *of = of.sub(&amount);
            }
        }
    }
    Some(left)
}

/// Whether a device or slice is for this node.
pub(super) fn reaches(place: &Value, node: &NodeInfo) -> bool {
    let matches = |selector: &Value| node_affinity::parse_terms(selector).iter().any(|term| term.matches(&node.object));
    match place.get("nodeName").str() {
        "" => place.get("allNodes").is_true() || matches(place.get("nodeSelector")),
        name => name == node.name,
    }
}

/// The pools of devices within a node's reach, by driver and name.
// Models GatherPools.
pub(super) fn pools<'a>(devices: &'a Devices, node: &'a NodeInfo) -> Vec<Pool<'a>> {
    static NOWHERE: ArcStr = ArcStr::new();
    let id = |slice: &Value| key_of(slice.at(&["spec", "driver"]), slice.at(&["spec", "pool", "name"]), &Value::Null);
    let generation = |slice: &Value| slice.at(&["spec", "pool", "generation"]).int();
    let is_here = |slice: &&Value| {
        let spec = slice.get("spec");
        let of_its_own = spec.get("perDeviceNodeSelection").is_true();
        let here = if of_its_own { spec.get("devices").items().iter().any(|d| reaches(d, node)) } else { reaches(spec, node) };
        here && spec.get("sharedCounters").is_empty()
    };
    let near = devices.slices_of(&node.name).chain(devices.slices_of(&NOWHERE)).filter(is_here);
    let mut near: Vec<(ArcStr, &Value)> = near.map(|slice| (id(slice), slice)).list();
    near.order_by_key(|(_, slice)| {
        let spec = slice.get("spec");
        [spec.get("driver").arc_str(), spec.at(&["pool", "name"]).arc_str(), slice.name_arc()]
    });
    let pools = near.chunk_by(|a, b| a.0 == b.0).filter_map(|pool| {
        let newest = pool.iter().map(|(_, slice)| generation(slice)).max().unwrap_or(0);
        let slices: Vec<&Value> = pool.iter().map(|(_, slice)| *slice).filter(|slice| generation(slice) == newest).list();
        let (name, count) = (pool[0].0.trim_end_matches('/').to_owned(), slices[0].at(&["spec", "pool", "resourceSliceCount"]).int());
        let mut here = slices.iter().flat_map(|slice| slice.at(&["spec", "devices"]).items());
        let mut all = None;
        if slices.len() as i64 != count || here.clone().any(|device| !device.get("consumesCounters").is_empty()) {
            let known: Vec<&Value> = devices.slices().filter(|slice| id(slice) == pool[0].0).list();
            // The driver is about to replace these slices.
            if known.iter().any(|slice| generation(slice) > newest) {
                return None;
            }
            let known: Vec<&Value> = known.into_iter().filter(|slice| generation(slice) == newest).list();
            if known.len() as i64 != count {
                return Some(Pool { name, slices, flaw: Some(Flaw::Incomplete), left: SortedMap::new() });
            }
            all = Some(known);
        }
        let mut names = SortedSet::new();
        let is_unique = here.all(|device| names.insert(device.get("name").arc_str()));
        let left = all.map_or(Some(SortedMap::new()), |all| left(devices, &all, &pool[0].0));
        let flaw = (left.is_none() || !is_unique).then_some(Flaw::Invalid);
        Some(Pool { name, slices, flaw, left: left.unwrap_or_default() })
    });
    pools.list()
}

//! The rolling update of DaemonSets: old pods go node by node, within maxUnavailable, or new ones come first, within maxSurge.

use super::{ByNode, HASH, Nodes, Work};
use crate::api::int_or_string::scaled_value;
use crate::api::{Object, Value};
use crate::base::Time;
use crate::controllers::replicas::is_available;

fn scaled_up(value: &Value, total: usize) -> usize {
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    usize::try_from(scaled_value(value, total, true)).unwrap_or(0)
}

/// How many nodes may have a new pod beside the old one.
pub(super) fn max_surge(set: &Value, nodes: usize) -> usize {
    if set.at(&["spec", "updateStrategy", "type"]).str() == "OnDelete" {
        return 0;
    }
    scaled_up(set.at(&["spec", "updateStrategy", "rollingUpdate", "maxSurge"]), nodes)
}

/// The surge, and how many may be unavailable: one, where neither would let anything move (`updatedDesiredNodeCounts`).
pub fn bounds(set: &Value, nodes: usize) -> (usize, usize) {
    let surge = max_surge(set, nodes);
    let unavailable = scaled_up(set.at(&["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]), nodes);
    (surge, if nodes > 0 && unavailable == 0 && surge == 0 { 1 } else { unavailable })
}

/// How far the update may go now (`rollingUpdate`).
pub(super) fn rolling(set: &Value, hash: &str, nodes: &Nodes, by_node: &ByNode, now: Time) -> Work {
    let desired = nodes.iter().filter(|(_, placement)| placement.should_run).count();
    let (surge, unavailable_max) = bounds(set, desired);
    let min_ready_s = set.at(&["spec", "minReadySeconds"]).int();
    let available = |p: &Value| is_available(p, min_ready_s, now);
    let mut work = Work::default();
    let (mut unavailable, mut surging, mut there) = (0, 0, 0);
    let (mut candidates, mut strays, mut spots) = (Vec::new(), Vec::new(), Vec::new());
    for (node, placement) in nodes {
        let pods = by_node.get(node.as_str());
        if pods.is_none() && !placement.should_run {
            continue;
        }
        let live = pods.into_iter().flatten().filter(|p| !p.is_terminating());
        let (new, old): (Vec<&Value>, Vec<&Value>) = live.partition(|p| p.label(HASH) == Some(hash));
        if surge == 0 {
            match (old.as_slice(), new.as_slice()) {
                ([old], []) if available(old) => candidates.push(*old),
                // What is not available anyway costs nothing to replace.
                ([old], []) => {
                    unavailable += 1;
                    work.delete.push((*old).clone());
                }
                ([], [new]) if available(new) => {}
                _ => unavailable += 1,
            }
            continue;
        }
        if old.len() > 1 || new.len() > 1 {
            surging += 1;
            continue;
        }
        there += usize::from(old.first().or(new.first()).is_some_and(|p| available(p)));
        match (old.first(), new.first()) {
            (None, _) => {}
            (Some(old), Some(new)) if available(new) => work.delete.push((*old).clone()),
            (Some(_), Some(_)) => surging += 1,
            (Some(old), None) => match (available(old), placement.should_run) {
                (true, true) => spots.push(node.clone()),
                (true, false) => strays.push(*old),
                // Where the old pod is not available anyway, the new one counts against nothing.
                (false, true) => work.create.push(node.clone()),
                (false, false) => work.delete.push((*old).clone()),
            },
        }
    }
    work.delete.extend(candidates.into_iter().take(unavailable_max.saturating_sub(unavailable)).cloned());
    // Pods where none should run go as others become available.
    work.delete.extend(strays.into_iter().take(there.saturating_sub(desired)).cloned());
    work.create.extend(spots.into_iter().take(surge.saturating_sub(surging)));
    work
}

//! The rolling update of DaemonSets: old pods go node by node, within maxUnavailable, or new ones come first, within maxSurge.

use super::{ByNode, Nodes, Work, is_updated};
use crate::api::int_or_string::{Rounding, scaled_value};
use crate::api::{Object, Value};
use crate::base::Time;
use crate::controllers::replicas::is_available;

fn scaled_up(value: &Value, total: usize) -> usize {
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    usize::try_from(scaled_value(value, total, Rounding::Up)).unwrap_or(0)
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
        let (new, old): (Vec<&Value>, Vec<&Value>) = live.partition(|p| is_updated(p, set, hash));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::daemon_set::{beyond_one, placement::Placement};
    use crate::obj;

    fn set(surge: i64, unavailable: i64) -> Value {
        obj!({"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}})
    }

    /// `o`: an old pod, `n`: a new one, in capitals where it is available.
    fn pod(name: &str, letter: char) -> Value {
        let ready = if letter.is_uppercase() { "True" } else { "False" };
        obj!({
            "metadata": {"name": name, "labels": {"controller-revision-hash": letter.to_ascii_lowercase().to_string()}},
            "status": {"conditions": [{"type": "Ready", "status": ready}]}
        })
    }

    #[test]
    fn an_update_goes_as_far_as_it_may() {
        // maxSurge, maxUnavailable, the pods of each node (`x`: none should run there), whose pod is deleted, where one is made.
        let rows = [
            (0, 1, "O O O", "0", ""),
            (0, 2, "O O O", "0 1", ""),
            (0, 1, "N n O", "", ""),
            (0, 1, "N o O", "1", ""),
            (0, 1, "N - O", "", ""),
            (0, 1, "Ox N N", "0", ""),
            (0, 1, "ON O", "", ""),
            (1, 0, "O O", "", "0"),
            (1, 0, "On O", "", ""),
            (1, 0, "ON O", "0", "1"),
            (1, 0, "o O", "", "0 1"),
            (1, 0, "ox N", "0", ""),
            (1, 0, "Ox N", "0", ""),
            (1, 0, "Ox n", "", ""),
        ];
        for (surge, unavailable, pods, deleted, created) in rows {
            let (mut nodes, mut by_node) = (Nodes::new(), ByNode::new());
            for (i, letters) in pods.split(' ').enumerate() {
                let should_run = !letters.contains('x');
                nodes.push((i.to_string().into(), Placement { should_run, may_stay: true }));
                let there: Vec<Value> =
                    letters.matches(['o', 'O', 'n', 'N']).flat_map(str::chars).map(|c| pod(&i.to_string(), c)).collect();
                if !there.is_empty() {
                    by_node.insert(i.to_string(), there);
                }
            }
            let work = rolling(&set(surge, unavailable), "n", &nodes, &by_node, Time::ZERO);
            let gone: Vec<&str> = work.delete.iter().map(Object::name).collect();
            let made: Vec<&str> = work.create.iter().map(|n| n.as_str()).collect();
            assert_eq!((gone.join(" "), made.join(" ")), (deleted.to_owned(), created.to_owned()), "{surge} {unavailable} {pods}");
        }
    }

    #[test]
    fn one_pod_on_a_node_is_enough() {
        // Whether it surges, the pods of a node from the oldest on, and which of them go.
        let rows = [
            (false, "Oo", "1"),
            (false, "NO", "1"),
            (true, "On", ""),
            (true, "on", "0"),
            (true, "ON", "0"),
            (true, "OOnn", "1 3"),
            (true, "OO", "1"),
        ];
        for (surges, pods, deleted) in rows {
            let running = pods.chars().enumerate().map(|(i, c)| pod(&i.to_string(), c)).collect();
            let gone = beyond_one(&set(1, 0), "n", running, surges, Time::ZERO);
            assert_eq!(gone.iter().map(Object::name).collect::<Vec<_>>().join(" "), deleted, "{surges} {pods}");
        }
    }
}

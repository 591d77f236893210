//! The rolling update of DaemonSets: old pods go node by node, within maxUnavailable, or new ones come first, within maxSurge.

use super::{DaemonSetController, HASH, placement, pods_by_node};
use crate::api::int_or_string::scaled_value;
use crate::api::{Kind, Object, Status, Value};
use crate::controllers::replicas::is_available;
use crate::server::{ApiServer, Caller};

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

impl DaemonSetController {
    /// Takes the update as far as it may go now.
    pub(super) fn rolling_update(&mut self, api: &mut ApiServer, by: &Caller, set: &Value, hash: &str) -> Result<(), Status> {
        let nodes: Vec<Value> = api.iter(Kind::named("Node"), None).filter(|n| placement::of(set, n).should_run).cloned().collect();
        let (surge, unavailable_max) = bounds(set, nodes.len());
        let min_ready_s = set.at(&["spec", "minReadySeconds"]).int();
        let by_node = pods_by_node(api, set);
        let is_new = |p: &&Value| p.label(HASH) == Some(hash);
        let available = |p: &Value| is_available(p, min_ready_s, by.now);
        let (mut unavailable, mut surging) = (0, 0);
        let (mut replace_now, mut candidates, mut surge_now, mut surge_to) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for node in &nodes {
            let pods: Vec<&Value> = by_node.get(node.name()).into_iter().flatten().filter(|p| !p.is_terminating()).collect();
            let new = pods.iter().copied().find(|p| is_new(p));
            let old = pods.iter().copied().find(|p| !is_new(p));
            match (old, new) {
                (Some(old), None) if surge > 0 => {
                    // Where the old pod is not available anyway, the new one counts against nothing.
                    let to = if available(old) { &mut surge_to } else { &mut surge_now };
                    to.push(node.name().to_owned());
                }
                (Some(old), None) => {
                    // What is not available anyway costs nothing to replace.
                    if available(old) {
                        candidates.push(old.clone());
                    } else {
                        replace_now.push(old.clone());
                        unavailable += 1;
                    }
                }
                (Some(_), Some(_)) => surging += 1,
                (None, Some(new)) => unavailable += usize::from(!available(new)),
                (None, None) => unavailable += 1,
            }
        }
        for pod in replace_now {
            self.delete_pod(api, by, set, &pod)?;
        }
        for pod in candidates.into_iter().take(unavailable_max.saturating_sub(unavailable)).take(if surge > 0 { 0 } else { usize::MAX }) {
            self.delete_pod(api, by, set, &pod)?;
        }
        for node in surge_now.into_iter().chain(surge_to.into_iter().take(surge.saturating_sub(surging))) {
            self.create_pod(api, by, set, hash, &node)?;
        }
        Ok(())
    }
}

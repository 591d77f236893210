//! Stable places: a pod stands where it was bound to until it goes, and a newcomer takes the first free place. Where the last pod of a
//! ReplicaSet leaves a node, as a rollout's old ones do, or half of a node's pods have gone, the others move together. All of it follows
//! from the store's log alone, so that a moment looks the same to everybody who looks at it, however they came there.

use std::rc::Rc;

use super::pod::PodView;
use crate::api::{ArcStr, Object as _, Value};
use crate::base::{List as _, Order as _, SortedMap};

/// Where so few pods stood, the others stay when half have gone: they have room all the same.
const FEW: usize = 3;

/// Who stands where on each node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// By node: how many pods it had at most before they began to go, and its places, each with the pod that stands there, and the
    /// ReplicaSet that it is of, if it is of one.
    slots: SortedMap<ArcStr, (usize, Vec<Option<[ArcStr; 2]>>)>,
    /// By pod: its node.
    homes: SortedMap<ArcStr, ArcStr>,
}

impl Places {
    /// A pod has been written, or taken away.
    pub fn follow(&mut self, pod: &Value, is_gone: bool) {
        let (uid, node) = (pod.get("metadata").get("uid").arc_str(), pod.at(&["spec", "nodeName"]));
        if is_gone {
            let Some((most, slots)) = self.homes.remove(&uid).and_then(|node| self.slots.get_mut(&node)) else { return };
            let left = slots.iter_mut().find(|slot| slot.as_ref().is_some_and(|s| s[0] == uid)).and_then(Option::take);
            while slots.last().is_some_and(Option::is_none) {
                slots.pop();
            }
            // What a DaemonSet or a StatefulSet has lost comes back to the place that is free.
            let is_last = left.is_some_and(|[_, set]| !set.is_empty() && slots.iter().flatten().all(|s| s[1] != set));
            // And again with each that goes after half have gone, until somebody comes.
            if is_last || (*most > FEW && slots.iter().flatten().count() * 2 <= *most) {
                slots.retain(Option::is_some);
            }
        } else if !node.str().is_empty() && !self.homes.contains_key(&uid) {
            let node = node.arc_str();
            let owner = pod.at(&["metadata", "ownerReferences"]).items().iter().find(|o| o.kind() == "ReplicaSet");
            let stands = Some([uid.clone(), owner.map(|o| o.get("uid").arc_str()).unwrap_or_default()]);
            let (most, slots) = self.slots.entry(node.clone()).or_default();
            self.homes.insert(uid, node);
            match slots.iter_mut().find(|slot| slot.is_none()) {
                Some(free) => *free = stands,
                None => slots.push(stands),
            }
            let taken = slots.iter().flatten().count();
            *most = if (taken - 1) * 2 <= *most { taken } else { taken.max(*most) };
        }
    }

    /// Which of a node's pods stands where: `None` is an empty place between two that are taken.
    pub fn of(&self, node: &str, pods: &[Rc<PodView>]) -> Vec<Option<usize>> {
        let mut waiting: SortedMap<&str, usize> = pods.iter().enumerate().map(|(i, pod)| (pod.key.as_str(), i)).collect();
        let slots = self.slots.get(node).map_or(&[][..], |(_, slots)| slots);
        let mut seats: Vec<Option<usize>> = slots.iter().map(|slot| waiting.remove(&*slot.as_ref()?[0])).list();
        // Those of whom the log tells nothing any more.
        let mut others: Vec<usize> = waiting.into_values().list();
        others.order();
        seats.extend(others.into_iter().map(Some));
        seats
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn nobody_moves_because_another_goes() {
        // Of its name's first letter is the ReplicaSet that a pod is of, if that is a capital one.
        let pod = |uid: &str, node: &str| {
            let kind = if uid.starts_with(char::is_uppercase) { "ReplicaSet" } else { "DaemonSet" };
            obj!({"metadata": {"uid": uid, "ownerReferences": [{"kind": kind, "uid": &uid[..1]}]}, "spec": {"nodeName": node}})
        };
        let mut places = Places::default();
        let mut written = |uid: &str, node: &str, is_gone: bool| {
            places.follow(&pod(uid, node), is_gone);
            let name = |slot: &Option<[ArcStr; 2]>| slot.as_ref().map_or(".".to_owned(), |s| s[0].to_string());
            places.slots.get("n").map_or_else(String::new, |(_, slots)| slots.iter().map(name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(written("a", "", false), "", "it waits for a node");
        assert_eq!(written("a", "n", false), "a");
        assert_eq!(written("b", "n", false), "a b");
        assert_eq!(written("c", "n", false), "a b c");
        assert_eq!(written("b", "n", false), "a b c");
        assert_eq!(written("b", "n", true), "a . c");
        assert_eq!(written("x", "m", false), "a . c");
        assert_eq!(written("d", "n", false), "a d c");
        assert_eq!(written("c", "n", true), "a d");
        assert_eq!(written("a", "n", true), ". d");
        assert_eq!(written("nobody", "n", true), ". d");
        // Where half have gone, the others move together.
        for uid in ["e", "f", "g", "h", "i"] {
            written(uid, "n", false);
        }
        for uid in ["e", "d"] {
            written(uid, "n", true);
        }
        assert_eq!(written("nobody", "n", true), ". . f g h i");
        assert_eq!(written("f", "n", true), "g h i");
        assert_eq!(written("h", "n", true), "g i");
        for uid in ["j", "k"] {
            written(uid, "n", false);
        }
        assert_eq!(written("i", "n", true), "g . j k");
        assert_eq!(written("j", "n", true), "g k");
        for uid in ["g", "k"] {
            written(uid, "n", true);
        }
        // So do those of a new generation once the last of the old one is gone; until then each stands still.
        for uid in ["A1", "A2", "A3", "B1"] {
            written(uid, "n", false);
        }
        assert_eq!(written("A1", "n", true), ". A2 A3 B1");
        assert_eq!(written("B2", "n", false), "B2 A2 A3 B1");
        assert_eq!(written("A2", "n", true), "B2 . A3 B1");
        assert_eq!(written("B3", "n", false), "B2 B3 A3 B1");
        assert_eq!(written("A3", "n", true), "B2 B3 B1");
    }
}

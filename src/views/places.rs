//! Stable places: a pod stands where it was bound to until it goes, and a newcomer takes the first free place. Where half of a node's pods
//! have gone, as a rollout's old ones do, the others move together. All of it follows from the store's log alone, so that a moment looks the
//! same to everybody who looks at it, however they came there.

use std::rc::Rc;

use super::pod::PodView;
use crate::api::{ArcStr, Value};
use crate::base::{List as _, Order as _, SortedMap};

/// Where so few pods stood, the others stay when half have gone: they have room all the same.
const FEW: usize = 5;

/// Who stands where on each node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// By node: how many pods it had at most before they began to go, and its places.
    slots: SortedMap<ArcStr, (usize, Vec<Option<ArcStr>>)>,
    /// By pod: its node.
    homes: SortedMap<ArcStr, ArcStr>,
}

impl Places {
    /// A pod has been written, or taken away.
    pub fn follow(&mut self, pod: &Value, is_gone: bool) {
        let (uid, node) = (pod.get("metadata").get("uid").arc_str(), pod.at(&["spec", "nodeName"]));
        if is_gone {
            let Some((most, slots)) = self.homes.remove(&uid).and_then(|node| self.slots.get_mut(&node)) else { return };
            slots.iter_mut().filter(|slot| slot.as_ref() == Some(&uid)).for_each(|slot| *slot = None);
            while slots.last().is_some_and(Option::is_none) {
                slots.pop();
            }
            let taken = slots.iter().flatten().count();
            // And again with each that goes after them, until somebody comes.
            if *most > FEW && taken * 2 <= *most {
                slots.retain(Option::is_some);
            }
        } else if !node.str().is_empty() && !self.homes.contains_key(&uid) {
            let node = node.arc_str();
            let (most, slots) = self.slots.entry(node.clone()).or_default();
            self.homes.insert(uid.clone(), node);
            match slots.iter_mut().find(|slot| slot.is_none()) {
                Some(free) => *free = Some(uid),
                None => slots.push(Some(uid)),
            }
            let taken = slots.iter().flatten().count();
            *most = if (taken - 1) * 2 <= *most { taken } else { taken.max(*most) };
        }
    }

    /// Which of a node's pods stands where: `None` is an empty place between two that are taken.
    pub fn of(&self, node: &str, pods: &[Rc<PodView>]) -> Vec<Option<usize>> {
        let mut waiting: SortedMap<&str, usize> = pods.iter().enumerate().map(|(i, pod)| (pod.key.as_str(), i)).collect();
        let slots = self.slots.get(node).map_or(&[][..], |(_, slots)| slots);
        let mut seats: Vec<Option<usize>> = slots.iter().map(|slot| waiting.remove(slot.as_deref()?)).list();
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
        let pod = |uid: &str, node: &str| obj!({"metadata": {"uid": uid}, "spec": {"nodeName": node}});
        let mut places = Places::default();
        let mut written = |uid: &str, node: &str, is_gone: bool| {
            places.follow(&pod(uid, node), is_gone);
            places
                .slots
                .get("n")
                .map_or_else(String::new, |(_, slots)| slots.iter().map(|s| s.as_deref().unwrap_or(".")).collect::<Vec<_>>().join(" "))
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
        assert_eq!(written("j", "n", true), "g i . k", "they were few");
    }
}

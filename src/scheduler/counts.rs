//! How many pods of some kind are on each node, kept up to date pod by pod. Spreading and pod affinity ask for the same counts in every
//! cycle, and to count anew each time would be work in proportion to the pods.

use rustc_hash::FxHashMap;

use super::cache::NodeIndex;
use super::node_info::NodeInfo;
use super::pod_info::{PodClass, PodInfo};
use super::selector::Selector;
use crate::api::ArcStr;
use crate::base::Memo;

/// Which pods are counted.
#[derive(Clone, Debug, PartialEq)]
pub struct CountKey {
    /// All must hold: the pod is in one of the namespaces (sorted) and is selected.
    pub terms: Vec<(Vec<ArcStr>, Selector)>,
    /// Whether pods that are being deleted are left out.
    pub living_only: bool,
}

/// The counts that are kept, and when each was last asked for.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    kept: Vec<Kept>,
    clock: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    key: CountKey,
    per_node: Vec<u32>,
    matches: Memo<FxHashMap<u32, bool>>,
    last_asked: u64,
}

/// How many counts are kept. Beyond that, the one that has not been asked for the longest is dropped.
const KEPT_MAX: usize = 512;
/// How many classes a count remembers the answer for before it starts over.
const MATCHES_MAX: usize = 4096;

impl CountKey {
    fn matches(&self, class: &PodClass) -> bool {
        self.terms.iter().all(|(namespaces, selector)| namespaces.contains(&class.namespace) && selector.matches(&class.labels))
    }
}

impl Kept {
    fn counts(&mut self, pod: &PodInfo) -> bool {
        if self.key.living_only && pod.terminating {
            return false;
        }
        if self.matches.len() > MATCHES_MAX {
            self.matches.clear();
        }
        let key = &self.key;
        *self.matches.entry(pod.class.id).or_insert_with(|| key.matches(&pod.class))
    }
}

impl Counts {
    /// Makes sure that these pods are counted; returns their place for [`Counts::per_node`], which is valid until the next call.
    pub fn ensure(&mut self, key: &CountKey, nodes: &[NodeInfo]) -> usize {
        self.clock += 1;
        if let Some(at) = self.kept.iter().position(|k| k.key == *key) {
            self.kept[at].last_asked = self.clock;
            return at;
        }
        let mut kept = Kept { key: key.clone(), per_node: vec![0; nodes.len()], matches: Memo::default(), last_asked: self.clock };
        for (at, node) in nodes.iter().enumerate() {
            kept.per_node[at] = u32::try_from(node.pods.iter().filter(|p| kept.counts(p)).count()).unwrap_or(u32::MAX);
        }
        if self.kept.len() < KEPT_MAX {
            self.kept.push(kept);
            return self.kept.len() - 1;
        }
        let oldest = (0..self.kept.len()).min_by_key(|i| self.kept[*i].last_asked).unwrap_or(0);
        self.kept[oldest] = kept;
        oldest
    }

    /// The counts at a place that [`Counts::ensure`] gave.
    pub fn per_node(&self, at: usize) -> &[u32] {
        &self.kept[at].per_node
    }

    /// A pod came to a node (`added`) or left it.
    pub fn pod_changed(&mut self, pod: &PodInfo, node: NodeIndex, added: bool) {
        for kept in &mut self.kept {
            if kept.counts(pod) {
                let at = node as usize;
                if kept.per_node.len() <= at {
                    kept.per_node.resize(at + 1, 0);
                }
                let n = &mut kept.per_node[at];
                *n = if added { *n + 1 } else { n.saturating_sub(1) };
            }
        }
    }

    /// Makes room for `n` nodes.
    pub fn resize(&mut self, n: usize) {
        for kept in &mut self.kept {
            kept.per_node.resize(n, 0);
        }
    }
}

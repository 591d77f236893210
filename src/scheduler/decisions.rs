//! Decisions, kept to be shown: what each plugin said of each node when a pod was last tried. Nothing here may decide anything.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cache::{Cache, NodeIndex};
use super::framework::Reasons;
use super::plugins::node_resources_fit::{Insufficient, insufficient};
use super::plugins::{NODE_RESOURCES_FIT, PLUGINS, PluginId};
use super::resources::{Resources, ScalarNames};
use crate::api::quantity::Format;
use crate::api::{ArcStr, Quantity};
use crate::base::{List as _, Time};

/// How many decisions are kept.
const DECISIONS_MAX: usize = 256;
/// How many nodes a decision shows: those looked at first.
pub const ROWS_MAX: usize = 32;

/// What happened when a pod was last tried.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The pod's namespace.
    pub namespace: ArcStr,
    /// The pod's name.
    pub pod: ArcStr,
    /// When.
    pub at: Time,
    /// How often it has been tried, this time included.
    pub attempt: u32,
    /// The node that it got; empty where it got none.
    pub node: ArcStr,
    /// Why it got none, as the event says; empty where it got one.
    pub message: String,
    /// How many nodes there were.
    pub nodes: usize,
    /// How many nodes were looked at; the others were not needed.
    pub evaluated: usize,
    /// What was said of each node, in the order they were looked at. At most [`ROWS_MAX`].
    pub rows: Vec<Row>,
    /// The plugins that scored, and their weights.
    pub(super) plugins: Vec<(PluginId, i64)>,
    /// Their scores of the nodes that passed, which come first: before and after normalization, row by row.
    pub(super) scores: Vec<(i64, i64)>,
}

impl Decision {
    /// The scores of the node in this row; none where it was refused or was the only one.
    pub fn scores(&self, row: usize) -> impl Iterator<Item = Score> {
        let n = self.plugins.len();
        let given = self.scores.get(row * n..(row + 1) * n).unwrap_or_default();
        self.plugins.iter().zip(given).map(|((plugin, weight), (raw, normalized))| Score {
            plugin: PLUGINS[*plugin as usize].name(),
            raw: *raw,
            normalized: *normalized,
            weight: *weight,
        })
    }
}

/// What was said of one node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The node.
    pub node: ArcStr,
    /// The plugin that refused it and why; `None` where it passed.
    pub refused: Option<Refusal>,
    /// The sum of the weighted scores.
    pub total: i64,
}

/// A node was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The plugin's name.
    pub plugin: &'static str,
    /// Its reasons.
    pub reasons: Vec<Reason>,
}

/// One reason to refuse a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// As events tell it.
    pub text: String,
    /// If too little of a resource is left, how much.
    pub shortage: Option<Shortage>,
}

/// An amount of a resource that is too little.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortage {
    /// The resource.
    pub resource: ArcStr,
    /// What the pod requests.
    pub requested: Quantity,
    /// What is left on the node.
    pub free: Quantity,
    /// What the node has for pods.
    pub capacity: Quantity,
}

impl Shortage {
    fn of(lack: &Insufficient, scalars: &ScalarNames) -> Self {
        let amount = |n: i64| match lack.reason {
            Reasons::CPU => Quantity::from_milli(n),
            Reasons::MEMORY | Reasons::EPHEMERAL_STORAGE => Quantity::new(n, Format::BinarySi),
            _ => Quantity::new(n, Format::DecimalSi),
        };
        let free = lack.capacity.saturating_sub(lack.used).max(0);
        let resource = lack.reason.resource(scalars).into();
        Shortage { resource, requested: amount(lack.requested), free: amount(free), capacity: amount(lack.capacity) }
    }
}

/// The score of one node by one plugin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The plugin's name.
    pub plugin: &'static str,
    /// Before normalization.
    pub raw: i64,
    /// 0 to 100.
    pub normalized: i64,
    /// The plugin's weight.
    pub weight: i64,
}

/// Collects what is said during one cycle, without texts. The next cycle reuses its buffers.
#[derive(Clone, Debug, Default)]
pub struct Record {
    rejected: Vec<(NodeIndex, PluginId, Reasons)>,
    refused: usize,
    passed: Vec<NodeIndex>,
    /// The plugins that scored, with their weights; `raw` and `normalized` hold the scores of each for each node that passed.
    plugins: Vec<(PluginId, i64)>,
    raw: Vec<i64>,
    normalized: Vec<i64>,
    /// The place of the chosen node among those that passed.
    chosen: usize,
}

impl Record {
    /// Begins a new cycle.
    pub fn clear(&mut self) {
        self.rejected.clear();
        self.passed.clear();
        self.plugins.clear();
        self.raw.clear();
        self.normalized.clear();
        (self.refused, self.chosen) = (0, 0);
    }

    /// A node was refused.
    pub fn reject(&mut self, node: NodeIndex, plugin: PluginId, reasons: Reasons) {
        self.refused += 1;
        if self.rejected.len() < ROWS_MAX {
            self.rejected.push((node, plugin, reasons));
        }
    }

    /// These nodes passed.
    pub fn passed(&mut self, nodes: &[NodeIndex]) {
        self.passed.extend_from_slice(nodes);
    }

    /// How many nodes were looked at.
    pub fn evaluated(&self) -> usize {
        self.passed.len() + self.refused
    }

    /// A plugin scores the nodes that passed: where its scores go, before and after normalization.
    pub fn scores(&mut self, plugin: PluginId, weight: i64) -> (&mut [i64], &mut [i64]) {
        let begin = self.raw.len();
        self.plugins.push((plugin, weight));
        self.raw.resize(begin + self.passed.len(), 0);
        self.normalized.resize(begin + self.passed.len(), 0);
        (&mut self.raw[begin..], &mut self.normalized[begin..])
    }

    /// Sums up for each node that passed what the plugins gave it, by their weights.
    pub fn sum(&self, totals: &mut Vec<i64>) {
        totals.clear();
        totals.resize(self.passed.len(), 0);
        for ((_, weight), scores) in self.plugins.iter().zip(self.normalized.chunks(self.passed.len().max(1))) {
            totals.iter_mut().zip(scores).for_each(|(total, score)| *total += weight * score);
        }
    }

    /// The node at this place among those that passed was chosen.
    pub fn chose(&mut self, place: usize) {
        self.chosen = place;
    }

    /// Writes it into the decision about a pod with these requests; the chosen node is always among the rows.
    pub fn write(&self, cache: &Cache, requests: &Resources, decision: &mut Decision) {
        let first = self.passed.len().min(ROWS_MAX);
        let rows = &mut decision.rows;
        rows.reserve_exact(ROWS_MAX.min(self.evaluated()));
        decision.plugins.clone_from(&self.plugins);
        decision.scores.reserve_exact(first * self.plugins.len());
        for place in (0..first).map(|place| if place + 1 == first { place.max(self.chosen) } else { place }) {
            let mut total = 0;
            for (i, (_, weight)) in self.plugins.iter().enumerate() {
                let at = i * self.passed.len() + place;
                total += self.normalized[at] * weight;
                decision.scores.push((self.raw[at], self.normalized[at]));
            }
            rows.push(Row { node: cache.node(self.passed[place]).name.clone(), refused: None, total });
        }
        for (index, plugin, reasons) in self.rejected.iter().take(ROWS_MAX - rows.len()) {
            let shortage = |reason: Reasons| {
                let mut lacks = (*plugin == NODE_RESOURCES_FIT).then(|| insufficient(requests, cache.node(*index)))?;
                lacks.find(|lack| lack.reason == reason).map(|lack| Shortage::of(&lack, &cache.scalars))
            };
            let reasons = reasons.iter().map(|r| Reason { text: r.text(&cache.scalars), shortage: shortage(r) }).list();
            let refused = Some(Refusal { plugin: PLUGINS[*plugin as usize].name(), reasons });
            rows.push(Row { node: cache.node(*index).name.clone(), refused, total: 0 });
        }
    }
}

/// The last decisions on the pods that were tried last.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    by_uid: FxHashMap<ArcStr, Arc<Decision>>,
    order: VecDeque<ArcStr>,
}

impl Decisions {
    /// Keeps a decision, and drops the oldest if there are too many.
    pub fn keep(&mut self, uid: ArcStr, decision: Decision) {
        if self.by_uid.insert(uid.clone(), Arc::new(decision)).is_some() {
            self.order.retain(|u| *u != uid);
        }
        self.order.push_back(uid);
        if self.order.len() > DECISIONS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_uid.remove(&oldest);
        }
    }

    /// The last decision on the pod of this uid.
    pub fn of(&self, uid: &str) -> Option<&Decision> {
        self.by_uid.get(uid).map(Arc::as_ref)
    }
}

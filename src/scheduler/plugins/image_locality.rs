//! ImageLocality: nodes that hold the pod's images are better, the more so the bigger and the wider spread these are.

use crate::scheduler::cache::NodeIndex;
use crate::scheduler::framework::{Cx, CycleState, MAX_NODE_SCORE, Plugin};

/// The plugin.
pub struct ImageLocality;

const MIB: i64 = 1024 * 1024;
/// Images that are smaller in all do not count.
const MIN_THRESHOLD: i64 = 23 * MIB;
/// More per container counts no more.
const MAX_CONTAINER_THRESHOLD: i64 = 1000 * MIB;

fn scaled(sum: i64, containers: usize) -> i64 {
    let max = MAX_CONTAINER_THRESHOLD * containers.max(1) as i64;
    MAX_NODE_SCORE * (sum.clamp(MIN_THRESHOLD, max) - MIN_THRESHOLD) / (max - MIN_THRESHOLD)
}

impl Plugin for ImageLocality {
    fn name(&self) -> &'static str {
        "ImageLocality"
    }

    fn default_weight(&self) -> i64 {
        1
    }

    fn score(&self, cx: &Cx, _: &CycleState, nodes: &[NodeIndex], scores: &mut [i64]) {
        let all_nodes = cx.cache.order().len().max(1) as f64;
        let (images, spec) = (&cx.pod.class.images, &cx.pod.class.spec);
        // Images that are volumes count for a node, but raise no bound: so v1.36 has it.
        let containers = spec.get("initContainers").items().len() + spec.get("containers").items().len();
        if images.iter().all(|image| cx.cache.nodes_with_image(image) == 0) {
            // Nobody has any: the same for all, and nothing to look at.
            return scores.fill(scaled(0, containers));
        }
        for (index, score) in nodes.iter().zip(scores) {
            let held = &cx.cache.node(*index).images;
            let mut sum = 0;
            if !held.is_empty() {
                for image in images {
                    if let Ok(at) = held.binary_search_by(|(name, _)| name.cmp(image)) {
                        sum += (held[at].1 as f64 * (cx.cache.nodes_with_image(image) as f64 / all_nodes)) as i64;
                    }
                }
            }
            *score = scaled(sum, containers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_images_do_not_count() {
        assert_eq!([scaled(0, 1), scaled(23 * MIB, 1), scaled(1000 * MIB, 1), scaled(5000 * MIB, 2)], [0, 0, 100, 100]);
        assert_eq!(scaled(250 * MIB, 2), 11);
    }
}

//! Where everything of the rack stands that is seen from far away: tiles, marks, and what is at a point.

use web_sys::MouseEvent;

/// Where the keyboard or a finger stands: on a node, or on the pod at a place in it.
pub(super) type Stop = (usize, Option<usize>);

/// How large everything is, in CSS pixels.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// A mark and the gap after it.
    pub step: f64,
    /// The room for a node's name; none where it could not be read.
    pub head: f64,
    /// A tile's edge, and what lies between tiles.
    pub pad: f64,
}

/// The scales, of which the largest is taken at which everything is seen at once; the first where none is small enough.
const SCALES: [Scale; 7] = [
    Scale { step: 11.0, head: 18.0, pad: 8.0 },
    Scale { step: 9.0, head: 16.0, pad: 6.0 },
    Scale { step: 8.0, head: 0.0, pad: 5.0 },
    Scale { step: 7.0, head: 0.0, pad: 4.0 },
    Scale { step: 6.0, head: 0.0, pad: 3.0 },
    Scale { step: 5.0, head: 0.0, pad: 2.0 },
    Scale { step: 4.0, head: 0.0, pad: 2.0 },
];

/// The most tiles beside each other that are made as wide as their row lets them be.
const BESIDE_MAX: usize = 6;

/// How far beside what it is meant for a finger comes down.
const FINGER_PX: f64 = 24.0;

/// Where everything stands, for one size.
#[derive(PartialEq)]
pub(super) struct Layout {
    pub scale: Scale,
    columns: usize,
    tile_columns: usize,
    /// From one tile to the next: what a row leaves over lies between its tiles.
    pitch: f64,
    pub tile_w: f64,
    pub tile_h: f64,
    pub height: f64,
}

impl Layout {
    /// The layout for this room; never at a larger scale than `before`, so that marks do not grow and shrink as pods come and go.
    pub fn of(nodes: usize, most: usize, width: f64, room: f64, before: Option<Scale>) -> Layout {
        let at = |scale: Scale, tile_columns: usize| {
            let rows = most.div_ceil(tile_columns).max(1);
            let tile_w = tile_columns as f64 * scale.step + 2.0 * scale.pad;
            let tile_h = scale.head + rows as f64 * scale.step + 2.0 * scale.pad;
            let columns = (((width + scale.pad) / (tile_w + scale.pad)) as usize).max(1);
            let height = nodes.div_ceil(columns) as f64 * (tile_h + scale.pad);
            // As if there were a gap after the last one too, which reaches over the edge.
            let pitch = if nodes > columns { (width + scale.pad) / columns as f64 } else { tile_w + scale.pad }.floor();
            Layout { scale, columns, pitch, tile_columns, tile_w, tile_h, height }
        };
        let wide = ((most as f64 * 1.8).sqrt().ceil() as usize).clamp(5, 16);
        let scales = SCALES.into_iter().filter(|s| before.is_none_or(|b| s.step <= b.step));
        // Few nodes with many pods each have tiles as wide as it takes for all of them to fill their rows.
        let beside = nodes.clamp(1, BESIDE_MAX) as f64;
        let widest = |s: Scale| ((((width + s.pad) / beside - 3.0 * s.pad) / s.step) as usize).max(wide);
        let found = scales.flat_map(|s| [wide, wide + 1, wide - 1, widest(s)].map(|columns| at(s, columns))).find(|l| l.height <= room);
        found.unwrap_or_else(|| at(SCALES[0], wide))
    }

    /// The corner of a node's tile.
    pub fn tile(&self, node: usize) -> (f64, f64) {
        let Scale { pad, .. } = self.scale;
        ((node % self.columns) as f64 * self.pitch, (node / self.columns) as f64 * (self.tile_h + pad))
    }

    /// The corner of a mark in its place in a tile.
    pub fn mark(&self, node: usize, slot: usize) -> (f64, f64) {
        let (x, y) = self.tile(node);
        let Scale { step, head, pad } = self.scale;
        (x + pad + (slot % self.tile_columns) as f64 * step, y + head + pad + (slot / self.tile_columns) as f64 * step)
    }

    /// Where a stop's corner is, and how wide and high it is.
    pub fn stop(&self, (node, slot): Stop) -> (f64, f64, f64) {
        match slot {
            Some(slot) => {
                let (x, y) = self.mark(node, slot);
                (x, y, (self.scale.step * 0.75).floor())
            }
            None => {
                let (x, y) = self.tile(node);
                (x + 2.0, y + 2.0, (self.scale.head + self.scale.pad - 5.0).max(3.0))
            }
        }
    }

    /// What the pointer is at.
    pub fn under(&self, e: &MouseEvent) -> Option<Stop> {
        self.at(f64::from(e.offset_x()), f64::from(e.offset_y()))
    }

    /// Whether a finger that comes down here may be meant for a stop beside it.
    pub fn is_beside(&self, stop: Stop, e: &MouseEvent) -> bool {
        let (x, y, _) = self.stop(stop);
        let (dx, dy) = (x - f64::from(e.offset_x()), y - f64::from(e.offset_y()));
        dx * dx + dy * dy < FINGER_PX * FINGER_PX
    }

    /// The node, and the place in it where one is, at a point.
    fn at(&self, x: f64, y: f64) -> Option<Stop> {
        let Scale { step, head, pad } = self.scale;
        let (column, row) = ((x / self.pitch) as usize, (y / (self.tile_h + pad)) as usize);
        let node = (column < self.columns).then_some(row * self.columns + column)?;
        let (left, top) = self.tile(node);
        let (dx, dy) = (x - left - pad, y - top - head - pad);
        let inside = dx >= 0.0 && dy >= 0.0 && dx < self.tile_columns as f64 * step;
        Some((node, inside.then(|| (dy / step) as usize * self.tile_columns + (dx / step) as usize)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_nodes_with_many_pods_take_the_room_there_is() {
        for (nodes, most, step) in [(3, 110, 11.0), (3, 1000, 9.0), (1, 3000, 9.0), (12, 110, 9.0), (100, 110, 4.0)] {
            let layout = Layout::of(nodes, most, 900.0, 420.0, None);
            assert!(layout.scale.step == step, "{nodes} nodes of {most}: {}", layout.scale.step);
            assert!((0..nodes).all(|n| layout.tile(n).0 + layout.tile_w <= 900.0 + layout.scale.pad), "{nodes} nodes of {most}");
        }
    }
}

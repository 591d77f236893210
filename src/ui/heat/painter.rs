//! How tiles and marks are drawn on the canvas, and the same marks for the key.

use kubarium::views::{Health, NodeView, PodView};
use web_sys::CanvasRenderingContext2d;

use super::super::dim::Dim;
use super::Props;
use super::layout::{Layout, Scale, Stop};

/// How wide the lines of marks are.
pub(super) const LINE: f64 = 1.4;

/// The theme's colours, as the canvas takes them.
pub(super) struct Colours {
    ok: String,
    info: String,
    warn: String,
    bad: String,
    gone: String,
    done: String,
    ink: String,
    line: String,
    well: String,
    accent: String,
    deep: String,
}

impl Colours {
    /// Those that the tokens of the stylesheet name.
    pub fn of(token: impl Fn(&str) -> String) -> Self {
        Colours {
            ok: token("--ok"),
            info: token("--info"),
            warn: token("--warn"),
            bad: token("--bad"),
            gone: token("--gone"),
            done: token("--done"),
            ink: token("--ink-2"),
            line: token("--line-2"),
            well: token("--well"),
            accent: token("--accent"),
            deep: token("--deep"),
        }
    }

    fn health(&self, health: Health) -> &str {
        match health {
            Health::Ready => &self.ok,
            Health::Starting | Health::Pulling => &self.info,
            Health::NotReady | Health::BackingOff | Health::Unscheduled => &self.warn,
            Health::Failing | Health::Failed => &self.bad,
            Health::Terminating => &self.gone,
            Health::Succeeded => &self.done,
        }
    }
}

/// What draws tiles and what is in them.
pub(super) struct Painter<'a> {
    pub context: CanvasRenderingContext2d,
    pub colours: Colours,
    pub layout: &'a Layout,
    pub props: &'a Props,
}

impl Painter<'_> {
    fn is_selected(&self, key: &str) -> bool {
        self.props.selected.as_ref().is_some_and(|s| s.uid == key)
    }

    /// A node's tile without its pods; below it, how many sixteenths of the busiest node's requests it gets and fails.
    pub fn tile(&self, i: usize, node: &NodeView, requests: [u64; 2]) {
        let Painter { context, colours, layout, .. } = self;
        let Scale { head, pad, .. } = layout.scale;
        let (x, y) = layout.tile(i);
        // The bar of its requests stands in the gap below a tile.
        context.clear_rect(x, y, layout.tile_w, layout.tile_h + pad);
        context.set_fill_style_str(&colours.well);
        context.fill_rect(x, y, layout.tile_w, layout.tile_h);
        context.set_fill_style_str(match (node.ready, node.schedulable) {
            (true, true) => &colours.line,
            (true, false) => &colours.warn,
            (false, _) => &colours.bad,
        });
        context.fill_rect(x, y, layout.tile_w, if node.ready { 1.5 } else { 3.0 });
        if head > 0.0 {
            context.set_fill_style_str(if node.ready { &colours.ink } else { &colours.bad });
            // A text that cannot be drawn leaves its tile without a name.
            let _ = context.fill_text_with_max_width(&node.name, x + pad, y + head - 3.0, layout.tile_w - 2.0 * pad);
        } else if !node.ready {
            context.fill_rect(x, y, 3.0, layout.tile_h);
        }
        let thin = (pad / 2.5).min(2.0);
        for (sixteenths, colour, high) in [(requests[0], &colours.accent, thin), (requests[1], &colours.bad, thin * 1.8)] {
            context.set_fill_style_str(colour);
            context.fill_rect(x, y + layout.tile_h, layout.tile_w * sixteenths as f64 / 16.0, high);
        }
        if self.is_selected(&node.key) {
            context.set_stroke_style_str(&colours.accent);
            context.stroke_rect(x + 1.0, y + 1.0, layout.tile_w - 2.0, layout.tile_h - 2.0);
        }
    }

    /// The marks of a node's pods, in their places; `spot` is how large a pod's requests are shown, up to 3.
    pub fn pods(&self, i: usize, node: &NodeView, places: &[Option<usize>], spot: impl Fn(&PodView) -> u64) {
        let Painter { context, colours, layout, props } = self;
        let size = (layout.scale.step * 0.75).floor();
        let dims = *props.dim != Dim::Nobody;
        // A colour is handed over only where it is another one than before: that is dear.
        let mut dipped = "";
        for (s, place) in places.iter().enumerate() {
            let Some(pod) = place.and_then(|p| node.pods.get(p)) else { continue };
            let (x, y) = layout.mark(i, s);
            let colour = colours.health(pod.health);
            if dims {
                context.set_global_alpha(if props.dim.has(pod) { 0.3 } else { 1.0 });
            }
            if dipped != colour {
                context.set_fill_style_str(colour);
                context.set_stroke_style_str(colour);
                dipped = colour;
            }
            mark(context, pod.health, x, y, size);
            let spot = spot(pod) as f64 * size / 5.0;
            if spot > 0.0 {
                context.set_fill_style_str(&colours.deep);
                context.fill_rect(x + (size - spot) / 2.0, y + (size - spot) / 2.0, spot, spot);
                dipped = "";
            }
            if self.is_selected(&pod.key) {
                context.set_stroke_style_str(&colours.accent);
                context.stroke_rect(x - 1.5, y - 1.5, size + 3.0, size + 3.0);
                dipped = "";
            }
        }
        context.set_global_alpha(1.0);
    }

    /// Where the keyboard stands.
    pub fn stop(&self, stop: Stop) {
        let (x, y, size) = self.layout.stop(stop);
        for (colour, wide) in [(&self.colours.deep, 4.0), (&self.colours.accent, 2.0)] {
            self.context.set_line_width(wide);
            self.context.set_stroke_style_str(colour);
            self.context.stroke_rect(x - 2.0, y - 2.0, size + 4.0, size + 4.0);
        }
        self.context.set_line_width(LINE);
    }
}

/// One pod's mark: filled is ready, hollow is not, a cross has failed, a dot starts, a small frame is pulled, a bar waits, a line has ended.
fn mark(context: &CanvasRenderingContext2d, health: Health, x: f64, y: f64, size: f64) {
    let line = |from: (f64, f64), to: (f64, f64)| {
        context.begin_path();
        context.move_to(x + from.0, y + from.1);
        context.line_to(x + to.0, y + to.1);
        context.stroke();
    };
    let frame = || context.stroke_rect(x + 0.7, y + 0.7, size - 1.4, size - 1.4);
    let (near, far) = (0.5, size - 0.5);
    match health {
        Health::Ready => context.fill_rect(x, y, size, size),
        Health::NotReady => frame(),
        Health::Starting | Health::Unscheduled => context.fill_rect(x + size * 0.3, y + size * 0.3, size * 0.4, size * 0.4),
        Health::Pulling => context.stroke_rect(x + size * 0.2, y + size * 0.45, size * 0.6, size * 0.35),
        Health::BackingOff => {
            frame();
            context.fill_rect(x, y + size / 2.0, size, size / 2.0);
        }
        Health::Failing | Health::Failed => {
            line((near, near), (far, far));
            line((far, near), (near, far));
        }
        Health::Terminating => {
            frame();
            line((0.0, size), (size, 0.0));
        }
        Health::Succeeded => context.fill_rect(x, y + size * 0.75, size, size * 0.25),
    }
}

/// A mark as a path of the key, and whether it is filled; [`mark`] draws the same.
pub(super) fn shape(health: Health) -> (&'static str, bool) {
    match health {
        Health::Ready => ("M0 0h8v8H0z", true),
        Health::NotReady => ("M1 1h6v6H1z", false),
        Health::Starting | Health::Unscheduled => ("M2.5 2.5h3v3h-3z", true),
        Health::Pulling => ("M1.5 3.5h5v3h-5z", false),
        Health::BackingOff => ("M1 1h6v6H1zM1 5h6M1 6h6", false),
        Health::Failing | Health::Failed => ("M1 1l6 6M7 1L1 7", false),
        Health::Terminating => ("M1 1h6v6H1zM1 7L7 1", false),
        Health::Succeeded => ("M0 6h8v2H0z", true),
    }
}

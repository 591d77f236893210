//! The rack seen from far away: thousands of pods as small marks on a canvas, a tile for each node. Each health has its own
//! shape as well as its colour; the table says the same in words.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use kubarium::views::{ClusterView, Health, Places, PodView};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::prelude::*;

use super::i18n::{Text, fill};
use super::pod_cell::subject_of;
use super::state::{Action, Subject, use_lang, use_link};

/// From so many pods on, or so many nodes, the rack is seen from far away.
const PODS_MIN: usize = 600;
const NODES_MIN: usize = 40;

/// A mark and the gap after it, in CSS pixels.
const STEP: f64 = 11.0;
const MARK: f64 = 8.0;
/// A tile's edge, and the room for its name.
const PAD: f64 = 8.0;
const HEAD: f64 = 18.0;

/// Whether this cluster is better seen from far away. Pods that wait count too: they are about to come, all at once.
pub fn is_far(view: &ClusterView) -> bool {
    view.nodes.len() >= NODES_MIN || view.nodes.iter().map(|n| n.pods.len()).sum::<usize>() + view.queue.len() >= PODS_MIN
}

/// What the picture needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The cluster.
    pub view: Rc<ClusterView>,
    /// What is looked at.
    pub selected: Option<Subject>,
    /// What pods' names must contain.
    pub filter: AttrValue,
    /// Which pods step back.
    pub dim: Callback<Rc<PodView>, bool>,
}

/// Where everything stands, for one width.
#[derive(PartialEq)]
struct Layout {
    columns: usize,
    tile_columns: usize,
    tile_w: f64,
    tile_h: f64,
    height: f64,
}

impl Layout {
    fn of(view: &ClusterView, most: usize, width: f64) -> Layout {
        let tile_columns = ((most as f64 * 1.8).sqrt().ceil() as usize).clamp(5, 16);
        let rows = most.div_ceil(tile_columns).max(1);
        let tile_w = tile_columns as f64 * STEP + 2.0 * PAD;
        let tile_h = HEAD + rows as f64 * STEP + 2.0 * PAD;
        let columns = ((width / (tile_w + 8.0)) as usize).max(1);
        let height = view.nodes.len().div_ceil(columns) as f64 * (tile_h + 8.0);
        Layout { columns, tile_columns, tile_w, tile_h, height }
    }

    fn tile(&self, node: usize) -> (f64, f64) {
        ((node % self.columns) as f64 * (self.tile_w + 8.0), (node / self.columns) as f64 * (self.tile_h + 8.0))
    }

    fn mark(&self, node: usize, slot: usize) -> (f64, f64) {
        let (x, y) = self.tile(node);
        (x + PAD + (slot % self.tile_columns) as f64 * STEP, y + HEAD + PAD + (slot / self.tile_columns) as f64 * STEP)
    }

    /// The node, and the place in it where one is, at a point.
    fn at(&self, x: f64, y: f64) -> Option<(usize, Option<usize>)> {
        let (column, row) = ((x / (self.tile_w + 8.0)) as usize, (y / (self.tile_h + 8.0)) as usize);
        let node = (column < self.columns).then_some(row * self.columns + column)?;
        let (left, top) = self.tile(node);
        let (dx, dy) = (x - left - PAD, y - top - HEAD - PAD);
        let inside = dx >= 0.0 && dy >= 0.0 && dx < self.tile_columns as f64 * STEP;
        Some((node, inside.then(|| (dy / STEP) as usize * self.tile_columns + (dx / STEP) as usize)))
    }
}

/// The rack on a canvas.
#[component]
pub fn Heat(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let canvas = use_node_ref();
    let places = use_mut_ref(BTreeMap::<String, Places>::new);
    // What stood where when it was drawn last: for the pointer, and so that only what changed is drawn anew.
    let drawn = use_mut_ref(|| None::<Drawn>);
    use_effect({
        let (canvas, drawn, props) = (canvas.clone(), drawn.clone(), props.clone());
        move || {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                let before = drawn.borrow_mut().take();
                *drawn.borrow_mut() = draw(&canvas, &props, &places, before);
            }
        }
    });
    let onclick = {
        let (view, drawn) = (props.view.clone(), drawn);
        Callback::from(move |e: MouseEvent| {
            let drawn = drawn.borrow();
            let Some(Drawn { layout, slots, .. }) = &*drawn else { return };
            let Some((node, slot)) = layout.at(f64::from(e.offset_x()), f64::from(e.offset_y())) else { return };
            let key = slot.and_then(|s| slots.get(node)?.get(s)?.as_deref());
            if let Some(pod) = key.and_then(|k| view.pod(k)) {
                link.send(Action::Select(Some(subject_of(pod))));
            } else if let Some(n) = view.nodes.get(node) {
                let (name, uid) = (n.name.clone(), n.key.clone());
                link.send(Action::Select(Some(Subject { kind: "Node".to_owned(), namespace: String::new(), name, uid })));
            }
        })
    };
    let pods = props.view.nodes.iter().map(|n| n.pods.len()).sum::<usize>();
    let label = fill(Text::FarLabel.t(lang), &[&pods.to_string(), &props.view.nodes.len().to_string()]);
    html! { <canvas class="heat" ref={canvas} {onclick} role="img" aria-label={label}></canvas> }
}

/// What was drawn last.
struct Drawn {
    layout: Layout,
    slots: Vec<Vec<Option<String>>>,
    view: Rc<ClusterView>,
    /// Whatever makes all of it look another way.
    looks: (String, Option<Subject>, AttrValue),
}

fn draw(
    canvas: &HtmlCanvasElement,
    props: &Props,
    places: &Rc<RefCell<BTreeMap<String, Places>>>,
    mut before: Option<Drawn>,
) -> Option<Drawn> {
    let window = web_sys::window()?;
    let style = window.get_computed_style(canvas).ok()??;
    let token = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_owned();
    let ratio = window.device_pixel_ratio().max(1.0);
    let width = f64::from(canvas.parent_element()?.client_width()) - 2.0;
    let mut places = places.borrow_mut();
    let nodes = &props.view.nodes;
    let same_nodes = before.as_ref().is_some_and(|b| b.view.nodes.len() == nodes.len());
    let (mut slots, view_before) = match before.as_mut().filter(|_| same_nodes) {
        Some(b) => (std::mem::take(&mut b.slots), Some(b.view.clone())),
        None => (vec![Vec::new(); nodes.len()], None),
    };
    let mut stale: Vec<usize> = Vec::new();
    for (i, n) in nodes.iter().enumerate() {
        if view_before.as_ref().is_none_or(|b| !Rc::ptr_eq(&b.nodes[i], n)) {
            stale.push(i);
            slots[i] = places.entry(n.name.clone()).or_default().settle(n.pods.iter().map(|p| p.key.as_str())).to_vec();
        }
    }
    let layout = Layout::of(&props.view, slots.iter().map(Vec::len).max().unwrap_or(0), width);
    let (w, h) = ((width * ratio) as u32, (layout.height * ratio) as u32);
    let looks = (token("--ok"), props.selected.clone(), props.filter.clone());
    // A service or a workload that is selected dims pods elsewhere, and those may change with it.
    let kept = before.filter(|b| same_nodes && b.looks == looks && b.layout == layout && props.selected.is_none());
    if kept.is_none() {
        stale = (0..nodes.len()).collect();
    }
    if canvas.width() != w || canvas.height() != h {
        stale = (0..nodes.len()).collect();
        canvas.set_width(w);
        canvas.set_height(h);
        // A style that is not taken leaves the canvas at its natural size.
        let _ = canvas.style().set_property("height", &format!("{}px", layout.height));
        let _ = canvas.style().set_property("width", &format!("{width}px"));
    }
    if stale.is_empty() {
        return Some(Drawn { layout, slots, view: props.view.clone(), looks });
    }
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.set_font(&format!("11px {}", token("--mono")));
    context.set_line_width(1.4);
    let dims = props.selected.is_some() || !props.filter.is_empty();
    let colours = ["--ok", "--info", "--warn", "--bad", "--gone", "--done"].map(token);
    let [ok, info, warn, bad, gone, done] = &colours;
    let (ink, line, well, accent) = (token("--ink-2"), token("--line-2"), token("--well"), token("--accent"));
    for i in stale {
        let node = &nodes[i];
        let (x, y) = layout.tile(i);
        context.clear_rect(x, y, layout.tile_w, layout.tile_h);
        context.set_fill_style_str(&well);
        context.fill_rect(x, y, layout.tile_w, layout.tile_h);
        context.set_fill_style_str(if node.ready { &line } else { bad });
        context.fill_rect(x, y, layout.tile_w, if node.ready { 1.5 } else { 3.0 });
        context.set_fill_style_str(if node.ready { &ink } else { bad });
        // A text that cannot be drawn leaves its tile without a name.
        let _ = context.fill_text_with_max_width(&node.name, x + PAD, y + HEAD - 3.0, layout.tile_w - 2.0 * PAD);
        let by_key: BTreeMap<&str, &Rc<PodView>> = node.pods.iter().map(|p| (p.key.as_str(), p)).collect();
        // A colour is handed over only where it is another one than before: that is dear.
        let mut dipped = "";
        for (s, key) in slots[i].iter().enumerate() {
            let Some(pod) = key.as_deref().and_then(|k| by_key.get(k)) else { continue };
            let (x, y) = layout.mark(i, s);
            let colour = match pod.health {
                Health::Ready => ok,
                Health::Starting | Health::Pulling => info,
                Health::NotReady | Health::BackingOff | Health::Unscheduled => warn,
                Health::Failing | Health::Failed => bad,
                Health::Terminating => gone,
                Health::Succeeded => done,
            };
            if dims {
                context.set_global_alpha(if props.dim.emit((*pod).clone()) { 0.3 } else { 1.0 });
            }
            if dipped != colour {
                context.set_fill_style_str(colour);
                context.set_stroke_style_str(colour);
                dipped = colour;
            }
            mark(&context, pod.health, x, y);
            if props.selected.as_ref().is_some_and(|s| s.uid == pod.key) {
                context.set_stroke_style_str(&accent);
                context.stroke_rect(x - 2.0, y - 2.0, MARK + 4.0, MARK + 4.0);
            }
        }
        context.set_global_alpha(1.0);
    }
    Some(Drawn { layout, slots, view: props.view.clone(), looks })
}

/// One pod's mark: filled is ready, hollow is not, a cross has failed, a dot is on its way, a bar waits, a line has ended.
fn mark(context: &CanvasRenderingContext2d, health: Health, x: f64, y: f64) {
    let line = |from: (f64, f64), to: (f64, f64)| {
        context.begin_path();
        context.move_to(x + from.0, y + from.1);
        context.line_to(x + to.0, y + to.1);
        context.stroke();
    };
    match health {
        Health::Ready => context.fill_rect(x, y, MARK, MARK),
        Health::NotReady => context.stroke_rect(x + 0.7, y + 0.7, MARK - 1.4, MARK - 1.4),
        Health::Starting | Health::Pulling | Health::Unscheduled => context.fill_rect(x + 2.5, y + 2.5, MARK - 5.0, MARK - 5.0),
        Health::BackingOff => {
            context.stroke_rect(x + 0.7, y + 0.7, MARK - 1.4, MARK - 1.4);
            context.fill_rect(x, y + MARK / 2.0, MARK, MARK / 2.0);
        }
        Health::Failing | Health::Failed => {
            line((0.5, 0.5), (MARK - 0.5, MARK - 0.5));
            line((MARK - 0.5, 0.5), (0.5, MARK - 0.5));
        }
        Health::Terminating => {
            context.stroke_rect(x + 0.7, y + 0.7, MARK - 1.4, MARK - 1.4);
            line((0.0, MARK), (MARK, 0.0));
        }
        Health::Succeeded => context.fill_rect(x, y + MARK - 2.0, MARK, 2.0),
    }
}

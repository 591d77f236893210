//! The rack seen from far away: thousands of pods as small marks on a canvas, a tile for each node. Each health has its own
//! shape as well as its colour, requests are a spot in the pod's mark and a bar under the node's tile; the table says the same in words.

use std::rc::Rc;

use kubarium::base::{List as _, SortedMap};
use kubarium::views::{ClusterView, Flow, Health, NodeView, PodView};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use super::effect::use_effect_with;
use super::i18n::{Text, fill};
use super::icons::health_tone;
use super::link::{use_lang, use_link};
use super::pod_cell::{health_text, spoken, subject_of};
use super::state::{Action, Subject};

/// From so many pods on, or so many nodes, the rack is seen from far away.
const PODS_MIN: usize = 600;
const NODES_MIN: usize = 40;

/// How large everything is, in CSS pixels.
#[derive(Clone, Copy, PartialEq)]
struct Scale {
    /// A mark and the gap after it.
    step: f64,
    /// The room for a node's name; none where it could not be read.
    head: f64,
    /// A tile's edge, and what lies between tiles.
    pad: f64,
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
    /// The requests under way.
    pub traffic: Rc<Vec<Flow>>,
    /// The theme, whose colours the canvas takes.
    pub dark: bool,
    /// Which pods step back.
    pub dim: Callback<Rc<PodView>, bool>,
}

/// Where everything stands, for one size.
#[derive(PartialEq)]
struct Layout {
    scale: Scale,
    columns: usize,
    tile_columns: usize,
    /// From one tile to the next: what a row leaves over lies between its tiles.
    pitch: f64,
    tile_w: f64,
    tile_h: f64,
    height: f64,
}

impl Layout {
    /// The layout for this room; never at a larger scale than `before`, so that marks do not grow and shrink as pods come and go.
    fn of(nodes: usize, most: usize, width: f64, room: f64, before: Option<Scale>) -> Layout {
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
        let found = scales.flat_map(|s| [wide, wide + 1, wide - 1].map(|columns| at(s, columns))).find(|l| l.height <= room);
        found.unwrap_or_else(|| at(SCALES[0], wide))
    }

    fn tile(&self, node: usize) -> (f64, f64) {
        let Scale { pad, .. } = self.scale;
        ((node % self.columns) as f64 * self.pitch, (node / self.columns) as f64 * (self.tile_h + pad))
    }

    fn mark(&self, node: usize, slot: usize) -> (f64, f64) {
        let (x, y) = self.tile(node);
        let Scale { step, head, pad } = self.scale;
        (x + pad + (slot % self.tile_columns) as f64 * step, y + head + pad + (slot / self.tile_columns) as f64 * step)
    }

    /// Where a stop's corner is, and how wide and high it is.
    fn stop(&self, (node, slot): Stop) -> (f64, f64, f64) {
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
    fn under(&self, e: &MouseEvent) -> Option<Stop> {
        self.at(f64::from(e.offset_x()), f64::from(e.offset_y()))
    }

    /// Whether a finger that comes down here may be meant for a stop beside it.
    fn is_beside(&self, stop: Stop, e: &MouseEvent) -> bool {
        let (x, y, _) = self.stop(stop);
        let (dx, dy) = (x - f64::from(e.offset_x()), y - f64::from(e.offset_y()));
        dx * dx + dy * dy < FINGER_PX * FINGER_PX
    }

    /// The node, and the place in it where one is, at a point.
    fn at(&self, x: f64, y: f64) -> Option<(usize, Option<usize>)> {
        let Scale { step, head, pad } = self.scale;
        let (column, row) = ((x / self.pitch) as usize, (y / (self.tile_h + pad)) as usize);
        let node = (column < self.columns).then_some(row * self.columns + column)?;
        let (left, top) = self.tile(node);
        let (dx, dy) = (x - left - pad, y - top - head - pad);
        let inside = dx >= 0.0 && dy >= 0.0 && dx < self.tile_columns as f64 * step;
        Some((node, inside.then(|| (dy / step) as usize * self.tile_columns + (dx / step) as usize)))
    }
}

/// How far beside what it is meant for a finger comes down.
const FINGER_PX: f64 = 24.0;

/// Where the keyboard or a finger stands: on a node, or on the pod at a place in it.
type Stop = (usize, Option<usize>);

/// Where a key leads from one stop: along all of them, or to the nearest one above or below.
fn go(drawn: &Drawn, from: Stop, key: &str) -> Option<Stop> {
    let pods = |(node, slots): (usize, &Vec<Option<usize>>)| {
        let taken = slots.iter().enumerate().filter(|s| s.1.is_some()).map(move |s| (node, Some(s.0)));
        std::iter::once((node, None)).chain(taken).list()
    };
    let stops: Vec<Stop> = drawn.slots.iter().enumerate().flat_map(pods).list();
    let at = stops.iter().rposition(|s| *s <= from).unwrap_or(0);
    let (x, y, _) = drawn.layout.stop(from);
    let nearest = |down: bool| {
        let far = |s: &Stop| {
            let (sx, sy, _) = drawn.layout.stop(*s);
            let dy = if down { sy - y } else { y - sy };
            (dy > 1.0).then_some((dy + 2.0 * (sx - x).abs()) as u64)
        };
        stops.iter().filter(|s| far(s).is_some()).min_by_key(|s| far(s)).copied()
    };
    match key {
        "ArrowRight" => stops.get(at + 1).copied(),
        "ArrowLeft" => stops.get(at.checked_sub(1)?).copied(),
        "ArrowDown" => nearest(true),
        "ArrowUp" => nearest(false),
        "Home" => stops.first().copied(),
        "End" => stops.last().copied(),
        _ => None,
    }
}

/// Requests in ten seconds that get to each pod, and how many of them fail.
type Rates<'a> = SortedMap<&'a str, (u64, u64)>;

fn rates(flows: &[Flow]) -> Rates<'_> {
    let mut rates = Rates::new();
    for f in flows.iter().filter(|f| !f.to.is_empty()) {
        let rate = rates.entry(&f.to).or_default();
        *rate = (rate.0 + f.per_10s, rate.1 + f.failed_per_10s);
    }
    rates
}

/// The rack on a canvas.
#[component]
pub fn Heat(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let canvas = use_node_ref();
    let stop = use_state(|| None::<Stop>);
    let held = use_state(|| false);
    let by_finger = use_mut_ref(|| false);
    // What stood where when it was drawn last: for the pointer, and so that only what changed is drawn anew.
    let drawn = use_mut_ref(|| None::<Drawn>);
    use_effect({
        let (canvas, drawn, props, stop) = (canvas.clone(), drawn.clone(), props.clone(), stop.filter(|_| *held));
        move || {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                let before = drawn.borrow_mut().take();
                *drawn.borrow_mut() = draw(&canvas, &props, before, stop);
            }
        }
    });
    // What stands at a point or at a stop: a pod, or a node; in words, and to be looked at.
    let what = {
        let (view, drawn) = (props.view.clone(), drawn.clone());
        move |(node, slot): Stop| {
            let drawn = drawn.borrow();
            let shown = slot.and_then(|s| drawn.as_ref()?.pod(node, s));
            let (node, pod) = (view.nodes.get(node)?, shown.and_then(|p| view.pod(&p.key)));
            let words = pod.map_or_else(String::new, |p| format!("{} · ", spoken(p, lang))) + &node.name;
            let of_node = || Subject { kind: "Node".to_owned(), namespace: String::new(), name: node.name.clone(), uid: node.key.clone() };
            Some((words, pod.map_or_else(of_node, |p| subject_of(p))))
        }
    };
    let at = {
        let (drawn, what) = (drawn.clone(), what.clone());
        move |e: &MouseEvent| {
            let stop = drawn.borrow().as_ref()?.layout.under(e)?;
            what(stop)
        }
    };
    let onmousemove = {
        let at = at.clone();
        Callback::from(move |e: MouseEvent| {
            if let Some(canvas) = e.target_dyn_into::<HtmlElement>() {
                canvas.set_title(&at(&e).map(|found| found.0).unwrap_or_default());
            }
        })
    };
    let look = {
        let link = link.clone();
        move |found: Option<(String, Subject)>| found.into_iter().for_each(|(_, subject)| link.send(Action::Select(Some(subject))))
    };
    // A finger is larger than a mark: it goes over them, what it comes to is named, and a tap beside that looks at it.
    let onpointerdown = {
        let by_finger = by_finger.clone();
        Callback::from(move |e: PointerEvent| *by_finger.borrow_mut() = e.pointer_type() == "touch")
    };
    let onpointermove = {
        let (stop, held, drawn) = (stop.clone(), held.clone(), drawn.clone());
        Callback::from(move |e: PointerEvent| {
            let here = drawn.borrow().as_ref().filter(|_| e.pointer_type() == "touch").and_then(|d| d.layout.under(&e));
            if here.is_some() && here != *stop {
                stop.set(here);
                held.set(true);
            }
        })
    };
    let onclick = {
        let (look, what, drawn, here) = (look.clone(), what.clone(), drawn.clone(), stop.filter(|_| *held));
        Callback::from(move |e: MouseEvent| {
            let beside = |stop: &Stop| drawn.borrow().as_ref().is_some_and(|d| d.layout.is_beside(*stop, &e));
            // A click does not say in every browser what it was made with.
            look(here.filter(|stop| *by_finger.borrow() && beside(stop)).map_or_else(|| at(&e), &what));
        })
    };
    let hold = |on: bool| {
        let held = held.clone();
        Callback::from(move |_: FocusEvent| held.set(on))
    };
    let here = stop.filter(|_| *held).and_then(&what).map(|found| AttrValue::from(found.0));
    // What is shown of where the keyboard stands is spoken, and spoken anew when it changes.
    use_effect_with(here.clone(), move |here| here.iter().for_each(|words| link.send(Action::Announce(words.clone()))));
    let onkeydown = {
        let (stop, held, canvas) = (stop.clone(), held.clone(), canvas.clone());
        Callback::from(move |e: KeyboardEvent| {
            let from = stop.unwrap_or((0, None));
            if e.key() == "Enter" {
                look(what(from));
            } else {
                let next = drawn.borrow().as_ref().and_then(|d| {
                    // The first key only shows where one is.
                    let next = go(d, from, &e.key()).map(|next| if stop.is_none() { from } else { next })?;
                    bring_to_sight(canvas.cast(), d.layout.stop(next).1);
                    Some(next)
                });
                let Some(next) = next else { return };
                stop.set(Some(next));
                held.set(true);
            }
            e.prevent_default();
            e.stop_propagation();
        })
    };
    let mut counts = [0_usize; 10];
    props.view.nodes.iter().flat_map(|n| &n.pods).for_each(|p| counts[p.health as usize] += 1);
    let pods = counts.iter().sum::<usize>();
    let label = fill(Text::FarLabel.t(lang), &[&pods.to_string(), &props.view.nodes.len().to_string()]);
    let key = |tone: &'static str, (path, filled): (&'static str, bool), words: String| {
        html! { <span class={classes!("tag", tone)}><svg class={if filled { "full" } else { "" }} viewBox="0 0 8 8" aria-hidden="true"><path d={path} /></svg>{ words }</span> }
    };
    let sent = props.traffic.iter().filter(|f| !f.to.is_empty()).map(|f| f.per_10s).sum::<u64>() / 10;
    html! { <>
        <p class="key">
            if let Some(words) = here { <span class="here">{ words }</span> } else { { &label } }
            for h in KEYS.into_iter().filter(|h| counts[*h as usize] > 0) { { key(health_tone(h), shape(h), health_text(h).t(lang).to_owned()) } }
            if sent > 0 { { key("you", ("M1 2h6v2h-6zM0 6h8v2H0z", true), fill(Text::FarRequests.t(lang), &[&sent.to_string()])) } }
        </p>
        <canvas class="heat" ref={canvas} tabindex="0" {onclick} {onmousemove} {onpointerdown} {onpointermove} {onkeydown} onfocus={hold(true)} onblur={hold(false)} role="application" aria-label={format!("{label} {}", Text::FarKeys.t(lang))}></canvas>
    </> }
}

/// Scrolls the rack so far that what stands this deep in its canvas is seen.
fn bring_to_sight(canvas: Option<HtmlElement>, y: f64) {
    let Some((canvas, rack)) = canvas.and_then(|c| Some((c.clone(), c.parent_element()?))) else { return };
    let y = canvas.offset_top() - rack.dyn_ref::<HtmlElement>().map_or(0, HtmlElement::offset_top) + y as i32;
    if y < rack.scroll_top() || y > rack.scroll_top() + rack.client_height() - 24 {
        rack.set_scroll_top(y - rack.client_height() / 2);
    }
}

/// What can stand on a node, in the order of the key.
const KEYS: [Health; 9] = [
    Health::Ready,
    Health::NotReady,
    Health::Starting,
    Health::Pulling,
    Health::BackingOff,
    Health::Failing,
    Health::Failed,
    Health::Terminating,
    Health::Succeeded,
];

/// A mark as a path of the key, and whether it is filled; [`mark`] draws the same.
fn shape(health: Health) -> (&'static str, bool) {
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

/// What was drawn last.
struct Drawn {
    layout: Layout,
    /// Which of its node's pods stands in each place.
    slots: Vec<Vec<Option<usize>>>,
    view: Rc<ClusterView>,
    /// The room that there was.
    size: (f64, f64),
    /// What each tile shows of requests, in one number.
    busy: Vec<u64>,
    /// Where the keyboard stood.
    stop: Option<Stop>,
    /// Whatever makes all of it look another way.
    looks: (bool, Option<Subject>, AttrValue),
}

impl Drawn {
    /// The pod in a place of a node.
    fn pod(&self, node: usize, slot: usize) -> Option<&Rc<PodView>> {
        let place = *self.slots.get(node)?.get(slot)?;
        self.view.nodes.get(node)?.pods.get(place?)
    }
}

fn draw(canvas: &HtmlCanvasElement, props: &Props, mut before: Option<Drawn>, stop: Option<Stop>) -> Option<Drawn> {
    let window = web_sys::window()?;
    let style = window.get_computed_style(canvas).ok()??;
    let token = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_owned();
    let ratio = window.device_pixel_ratio().max(1.0);
    let rack = canvas.parent_element()?.dyn_into::<HtmlElement>().ok()?;
    let width = f64::from(rack.client_width()) - 2.0;
    let room = f64::from(rack.offset_top() + rack.client_height() - canvas.offset_top());
    let nodes = &props.view.nodes;
    let same_nodes = before.as_ref().is_some_and(|b| b.view.nodes.len() == nodes.len());
    let (mut slots, view_before, busy_before) = match before.as_mut().filter(|_| same_nodes) {
        Some(b) => (std::mem::take(&mut b.slots), Some(b.view.clone()), std::mem::take(&mut b.busy)),
        None => (vec![Vec::new(); nodes.len()], None, Vec::new()),
    };
    // Of a pod in three steps, of a node as a part of the busiest one's, so that they do not flicker with every reading.
    let rates = rates(&props.traffic);
    let spot = |pod: &PodView| rates.get(pod.key.as_str()).map_or(0, |r| 1 + u64::from(r.0 >= 10) + u64::from(r.0 >= 100));
    let shown = if rates.is_empty() { 0 } else { usize::MAX };
    let sums: Vec<(u64, u64)> = nodes
        .iter()
        .map(|n| n.pods.iter().take(shown).filter_map(|p| rates.get(p.key.as_str())).fold((0, 0), |sum, r| (sum.0 + r.0, sum.1 + r.1)))
        .list();
    let most = sums.iter().map(|s| s.0).max().unwrap_or(0).max(10);
    let part = |n: u64| (n * 16).div_ceil(most);
    let busy: Vec<u64> = nodes
        .iter()
        .zip(&sums)
        .map(|(n, s)| n.pods.iter().take(shown).fold(part(s.0) * 32 + part(s.1), |all, p| all.wrapping_mul(5).wrapping_add(spot(p))))
        .list();
    let mut stale: Vec<usize> = Vec::new();
    for (i, n) in nodes.iter().enumerate() {
        let moved = view_before.as_ref().is_none_or(|b| !Rc::ptr_eq(&b.nodes[i], n));
        if moved || busy_before.get(i) != Some(&busy[i]) {
            stale.push(i);
        }
        if moved {
            slots[i] = n.places.clone();
        }
    }
    let fitted = before.as_ref().filter(|b| same_nodes && b.size == (width, room)).map(|b| b.layout.scale);
    let layout = Layout::of(nodes.len(), slots.iter().map(Vec::len).max().unwrap_or(0), width, room, fitted);
    let (w, h) = ((width * ratio) as u32, (layout.height * ratio) as u32);
    let looks = (props.dark, props.selected.clone(), props.filter.clone());
    let stop_before = before.as_ref().and_then(|b| b.stop);
    if stop != stop_before {
        stale.extend([stop, stop_before].into_iter().flatten().map(|s| s.0).filter(|n| *n < nodes.len()));
    }
    // A service or a workload that is selected dims pods elsewhere, and those may change with it.
    let kept = before.filter(|b| same_nodes && b.looks == looks && b.layout == layout && props.selected.is_none());
    if kept.is_none() {
        stale = (0..nodes.len()).list();
    }
    if canvas.width() != w || canvas.height() != h {
        stale = (0..nodes.len()).list();
        canvas.set_width(w);
        canvas.set_height(h);
        // A style that is not taken leaves the canvas at its natural size.
        let _ = canvas.style().set_property("height", &format!("{}px", layout.height));
        let _ = canvas.style().set_property("width", &format!("{width}px"));
    }
    if stale.is_empty() {
        return Some(Drawn { layout, slots, view: props.view.clone(), size: (width, room), busy, stop, looks });
    }
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.set_font(&format!("11px {}", token("--mono")));
    context.set_line_width(LINE);
    let painter = Painter { context, colours: Colours::of(token), layout: &layout, props };
    for i in stale {
        painter.tile(i, &nodes[i], [sums[i].0, sums[i].1].map(part));
        painter.pods(i, &nodes[i], &slots[i], spot);
        if let Some(stop) = stop.filter(|s| s.0 == i) {
            painter.stop(stop);
        }
    }
    Some(Drawn { layout, slots, view: props.view.clone(), size: (width, room), busy, stop, looks })
}

/// How wide the lines of marks are.
const LINE: f64 = 1.4;

/// The theme's colours, as the canvas takes them.
struct Colours {
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
    fn of(token: impl Fn(&str) -> String) -> Self {
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
struct Painter<'a> {
    context: CanvasRenderingContext2d,
    colours: Colours,
    layout: &'a Layout,
    props: &'a Props,
}

impl Painter<'_> {
    fn is_selected(&self, key: &str) -> bool {
        self.props.selected.as_ref().is_some_and(|s| s.uid == key)
    }

    /// A node's tile without its pods; below it, how many sixteenths of the busiest node's requests it gets and fails.
    fn tile(&self, i: usize, node: &NodeView, requests: [u64; 2]) {
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
    fn pods(&self, i: usize, node: &NodeView, places: &[Option<usize>], spot: impl Fn(&PodView) -> u64) {
        let Painter { context, colours, layout, props } = self;
        let size = (layout.scale.step * 0.75).floor();
        let dims = props.selected.is_some() || !props.filter.is_empty();
        // A colour is handed over only where it is another one than before: that is dear.
        let mut dipped = "";
        for (s, place) in places.iter().enumerate() {
            let Some(pod) = place.and_then(|p| node.pods.get(p)) else { continue };
            let (x, y) = layout.mark(i, s);
            let colour = colours.health(pod.health);
            if dims {
                context.set_global_alpha(if props.dim.emit(pod.clone()) { 0.3 } else { 1.0 });
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
    fn stop(&self, stop: Stop) {
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

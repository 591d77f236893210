//! The rack seen from far away: thousands of pods as small marks on a canvas, a tile for each node. Each health has its own
//! shape as well as its colour, requests are a spot in the pod's mark and a bar under the node's tile; the table says the same in words.

mod layout;
mod painter;

use std::rc::Rc;

use kubarium::base::{List as _, SortedMap};
use kubarium::views::{ClusterView, Flow, Health, PodView};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement};
use yew::prelude::*;

use layout::{Layout, Stop};
use painter::{Colours, LINE, Painter, shape};

use super::dim::Dim;
use super::effect::use_effect_with;
use super::i18n::{Text, fill};
use super::icons::health_tone;
use super::link::{use_lang, use_link};
use super::pod_cell::{health_text, spoken, subject_of};
use super::state::{Action, Subject};

/// From so many pods on, or so many nodes, the rack is seen from far away.
const PODS_MIN: usize = 600;
const NODES_MIN: usize = 40;

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
    /// The requests under way.
    pub traffic: Rc<Vec<Flow>>,
    /// The theme, whose colours the canvas takes.
    pub dark: bool,
    /// Which pods step back.
    pub dim: Rc<Dim>,
}

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
    looks: (bool, Option<Subject>, Rc<Dim>),
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
    let looks = (props.dark, props.selected.clone(), props.dim.clone());
    let stop_before = before.as_ref().and_then(|b| b.stop);
    if stop != stop_before {
        stale.extend([stop, stop_before].into_iter().flatten().map(|s| s.0).filter(|n| *n < nodes.len()));
    }
    let kept = before.filter(|b| same_nodes && b.looks == looks && b.layout == layout);
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

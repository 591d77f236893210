//! Requests on their way, drawn over the tank: dots that run from the client to its service and on to the pod, as close together as
//! there are many, and as if behind whatever has words in it; those that wait stand before the pod, and where they are dropped there
//! is a cross.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Interval;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use yew::prelude::*;

use kubarium::base::{List as _, Order as _, SortedMap};
use kubarium::views::Flow;

/// The most legs that are drawn; of more, those with most requests.
const LEGS_MAX: usize = 48;
/// How often the places of all that requests run between are looked for, in milliseconds. Looking is dear, and they seldom move; but
/// they do also while the clock stands: what is scrolled, and a cell that has just come.
const MEASURE_EVERY_MS: u32 = 400;
/// Up to so many legs, the dots on them are drawn in every frame; of more legs, so many milliseconds later each time.
const LEGS_SMOOTH: usize = 12;
const DOTS_EVERY_MS: f64 = 30.0;
/// How fast dots run, in pixels a second, and how thick they are.
const RUN_PX: f64 = 120.0;
const DOT_PX: f64 = 5.0;
/// The most requests that are drawn as standing.
const STANDING_MAX: u64 = 5;
/// Where requests from outside come from, as `data-uid` has it.
pub const OUTSIDE: &str = "outside";

/// What the picture needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The requests.
    pub flows: Rc<Vec<Flow>>,
    /// Whether the clock runs.
    pub playing: bool,
    /// The theme, whose colours the dots take.
    pub dark: bool,
}

/// A leg of a way: between two things on the page.
#[derive(Clone, Copy, Default)]
struct Load {
    per_10s: u64,
    failed: u64,
    waiting: u64,
}

/// A leg as it is drawn.
#[derive(Clone, PartialEq)]
struct Leg {
    /// Where its curve begins, bends and ends: three pairs of a Bézier's four, as the last is `end`.
    curve: [(i32, i32); 3],
    end: (i32, i32),
    /// How far the dots are apart, in pixels; none where nothing runs.
    gap: Option<u32>,
    failing: bool,
    waiting: u64,
}

/// The legs that requests take, with how many take each.
fn legs(flows: &[Flow]) -> Vec<((&str, &str), Load)> {
    let mut legs: SortedMap<(&str, &str), Load> = SortedMap::new();
    for f in flows {
        let from = if f.from.is_empty() { OUTSIDE } else { &f.from };
        let stops = [from, &f.service, &f.to].map(|s| Some(s).filter(|s| !s.is_empty()));
        let stops: Vec<&str> = stops.into_iter().flatten().list();
        for (i, pair) in stops.windows(2).enumerate() {
            let leg = legs.entry((pair[0], pair[1])).or_default();
            leg.per_10s += f.per_10s;
            // It fails, or waits, where it has got to.
            if i + 2 == stops.len() {
                leg.failed += f.failed_per_10s;
                leg.waiting += f.waiting;
            }
        }
    }
    let mut legs: Vec<_> = legs.into_iter().list();
    legs.order_by_key(|l| std::cmp::Reverse((l.1.failed, l.1.per_10s)));
    legs.truncate(LEGS_MAX);
    legs
}

/// What the dots run behind, and how much of them is taken away there: of what has words in it most, of the words themselves all.
const BEHIND: [(&str, &str); 2] = [
    (".large .pod, .medium .pod, .node > header, .queue > .pod", "#000b"),
    (".pod :is(.name, .state) > :not(.sr), .pod .side b, .door, .node > header > *, .queue > :not(.pod), .water > .none", "#000"),
];

/// A box: where it begins, and how wide and high it is.
type Place = [f64; 4];
/// The legs, and what they run behind.
type Ways = (Vec<Leg>, [Vec<Place>; 2]);

/// Finds the places of all that requests run between, and those of all that they run behind; what is not on the page is left out.
fn measure(over: &Element, flows: &[Flow]) -> Ways {
    let Some(tank) = over.parent_element() else { return Default::default() };
    let frame = tank.get_bounding_client_rect();
    // What is scrolled out of sight is where it would come into it.
    let seen = |found: Element| {
        let r = found.get_bounding_client_rect();
        // What is hidden, as on a narrow page, has no place.
        if r.width() <= 0.0 {
            return None;
        }
        let window = found.closest(".chips, .rack").ok()?.unwrap_or_else(|| tank.clone()).get_bounding_client_rect();
        let (left, right) = (window.left(), window.right());
        let (top, bottom) = (window.top(), window.bottom());
        let (x, y) = (r.left().clamp(left, right), r.top().clamp(top, bottom));
        Some([x - frame.left(), y - frame.top(), r.right().clamp(left, right) - x, r.bottom().clamp(top, bottom) - y])
    };
    let mut known: SortedMap<String, Option<Place>> = SortedMap::new();
    let mut place = |uid: &str| {
        let find = || seen(tank.query_selector(&format!("[data-uid=\"{uid}\"]")).ok()??);
        *known.entry(uid.to_owned()).or_insert_with(find)
    };
    let drawn = |((from, to), load): ((&str, &str), Load)| {
        let (a, b) = (place(from)?, place(to)?);
        // Chips are left at their lower edge, cells at the upper one; a pod that sends does so from its side.
        let (down, level) = (b[1] > a[1], (b[1] - a[1]).abs() < a[3]);
        let (x1, x2) = (a[0] + a[2] * if down || level { 0.5 } else { 0.8 }, b[0] + b[2] * 0.5);
        let (y1, y2) = (if down || level { a[1] + a[3] } else { a[1] }, if down && !level { b[1] } else { b[1] + b[3] });
        // What stands side by side is joined by an arc below, and what stands above each other by a line that swings once.
        let bend = if level { 22.0 } else { (y2 - y1) * 0.5 };
        let (c1, c2) = (y1 + bend, if level { y2 + bend } else { y2 - bend });
        let whole = |x: f64, y: f64| (x.round() as i32, y.round() as i32);
        // Twice as many stand half as far apart, in steps, so that they do not jump with every reading.
        let gap = (load.per_10s > 0).then(|| 128 >> (load.per_10s / 10).max(1).ilog2().min(4));
        Some(Leg {
            curve: [whole(x1, y1), whole(x1, c1), whole(x2, c2)],
            end: whole(x2, y2),
            gap,
            failing: load.failed > 0,
            waiting: load.waiting,
        })
    };
    let legs: Vec<Leg> = legs(flows).into_iter().filter_map(drawn).list();
    let mut behind: [Vec<Place>; 2] = Default::default();
    for (places, (selector, _)) in behind.iter_mut().zip(BEHIND) {
        let Ok(all) = tank.query_selector_all(selector) else { continue };
        for i in 0..all.length() {
            let place = all.item(i).and_then(|found| seen(found.dyn_into().ok()?));
            places.extend(place.filter(|place| legs.iter().any(|leg| leg.meets(place))));
        }
    }
    (legs, behind)
}

/// Requests on their way.
#[component]
pub fn Traffic(props: &Props) -> Html {
    let (over, legs, flows) = (use_node_ref(), use_state_eq(Ways::default), use_mut_ref(Rc::default));
    flows.replace(props.flows.clone());
    use_effect_with((), {
        let (over, legs) = (over.clone(), legs.clone());
        move |()| {
            let look = move || legs.set(over.cast::<Element>().map(|o| measure(&o, &flows.borrow())).unwrap_or_default());
            look();
            let timer = Interval::new(MEASURE_EVERY_MS, look);
            move || drop(timer)
        }
    });
    let dots = use_node_ref();
    use_effect_with((legs.clone(), props.playing, props.dark), {
        let dots = dots.clone();
        move |(legs, playing, _): &(UseStateHandle<Ways>, bool, bool)| {
            let run = dots.cast::<HtmlCanvasElement>().and_then(|canvas| Dots::of(&canvas, (**legs).clone())).map(|dots| {
                let next = Rc::new(RefCell::new(None));
                dots.frame(next.clone(), *playing && !prefers_stillness());
                next
            });
            // The frame that is to come is called off.
            move || drop(run.map(|next| next.borrow_mut().take()))
        }
    });
    let leg = |l: &Leg| {
        let (x, y) = l.end;
        html! {
            <g class={classes!("leg", l.failing.then_some("bad"), l.gap.is_some().then_some("runs"))}>
                <path class="way" d={l.path()} />
                if l.failing { <path class="drop" d={format!("M{} {}l8 8m0 -8l-8 8", x - 4, y - 4)} /> }
                for i in 0..l.waiting.min(STANDING_MAX) { <circle cx={(x + 9 * (i as i32 + 1)).to_string()} cy={(y - 5).to_string()} r="3" /> }
            </g>
        }
    };
    let (all, [_, words]) = &*legs;
    // Holes where there are words.
    let mut seen = "clip-path:path(evenodd,'M0 0h9999v9999h-9999z".to_owned();
    for [x, y, w, h] in words {
        seen += &format!("M{x} {y}h{w}v{h}h-{w}z");
    }
    html! { <>
        <svg ref={over} class="traffic" aria-hidden="true" style={seen + "')"}>{ for all.iter().map(leg) }</svg>
        <canvas ref={dots} class="traffic" aria-hidden="true"></canvas>
    </> }
}

impl Leg {
    /// Whether it may cross a box: its curve stays between its four points.
    fn meets(&self, [x, y, width, height]: &Place) -> bool {
        let [a, b, c] = self.curve;
        let all = [a, b, c, self.end];
        let spans = |of: fn(&(i32, i32)) -> i32, from: f64, to: f64| {
            all.iter().any(|p| f64::from(of(p)) <= to) && all.iter().any(|p| f64::from(of(p)) >= from)
        };
        spans(|p| p.0, *x, x + width) && spans(|p| p.1, *y, y + height)
    }

    /// Its curve as a path has it.
    fn path(&self) -> String {
        let ([a, b, c], d) = (self.curve, self.end);
        format!("M{} {}C{} {} {} {} {} {}", a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1)
    }
}

/// Whether the visitor's system asks for as little motion as can be.
fn prefers_stillness() -> bool {
    web_sys::window().and_then(|w| w.match_media("(prefers-reduced-motion: reduce)").ok()?).is_some_and(|m| m.matches())
}

/// The dots that run along the legs. They are drawn on a canvas: dashes that a stylesheet moves would have the browser paint all
/// that is under their boxes in every frame, and cost several times as much.
struct Dots {
    legs: Vec<Leg>,
    behind: [Vec<Place>; 2],
    context: CanvasRenderingContext2d,
    size: (f64, f64),
    /// The colours of what goes well and of what fails.
    colours: [String; 2],
    drawn_ms: f64,
}

impl Dots {
    fn of(canvas: &HtmlCanvasElement, (legs, behind): Ways) -> Option<Dots> {
        let window = web_sys::window()?;
        let style = window.get_computed_style(canvas).ok()??;
        let colours = ["--accent", "--bad"].map(|name| style.get_property_value(name).unwrap_or_default().trim().to_owned());
        let ratio = window.device_pixel_ratio().max(1.0);
        let size = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        // Setting a size empties the canvas, and is dear.
        let (w, h) = ((size.0 * ratio) as u32, (size.1 * ratio) as u32);
        if (canvas.width(), canvas.height()) != (w, h) {
            canvas.set_width(w);
            canvas.set_height(h);
        }
        let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
        context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
        context.set_line_cap("round");
        context.set_line_width(DOT_PX);
        Some(Dots { legs, behind, context, size, colours, drawn_ms: f64::NEG_INFINITY })
    }

    /// Draws the dots now, and again in the frames to come where they run.
    fn frame(mut self, next: Rc<RefCell<Option<AnimationFrame>>>, runs: bool) {
        let again = next.clone();
        *next.borrow_mut() = Some(request_animation_frame(move |now_ms| {
            if self.legs.len() <= LEGS_SMOOTH || now_ms - self.drawn_ms >= DOTS_EVERY_MS {
                self.drawn_ms = now_ms;
                self.draw(now_ms);
            }
            if runs && self.legs.iter().any(|l| l.gap.is_some()) {
                self.frame(again, runs);
            }
        }));
    }

    fn draw(&self, now_ms: f64) {
        let context = &self.context;
        let draws = |how: &str| {
            // How to draw is one of those that every canvas knows.
            let _ = context.set_global_composite_operation(how);
        };
        draws("source-over");
        context.clear_rect(0.0, 0.0, self.size.0, self.size.1);
        for l in &self.legs {
            let Some(gap) = l.gap.map(f64::from) else { continue };
            context.set_stroke_style_str(&self.colours[usize::from(l.failing)]);
            let dash: js_sys::Array = [0.0, gap].into_iter().map(JsValue::from_f64).collect();
            // A pattern that is not taken leaves the line whole.
            let _ = context.set_line_dash(&dash);
            context.set_line_dash_offset(-(now_ms / 1000.0 * RUN_PX) % gap);
            let ([a, b, c], d) = (l.curve.map(|p| (f64::from(p.0), f64::from(p.1))), (f64::from(l.end.0), f64::from(l.end.1)));
            context.begin_path();
            context.move_to(a.0, a.1);
            context.bezier_curve_to(b.0, b.1, c.0, c.1, d.0, d.1);
            context.stroke();
        }
        draws("destination-out");
        for (places, (_, how_much)) in self.behind.iter().zip(BEHIND) {
            context.set_fill_style_str(how_much);
            for [x, y, width, height] in places {
                context.fill_rect(*x, *y, *width, *height);
            }
        }
    }
}
use super::effect::use_effect_with;

//! Requests on their way, drawn over the tank: dots that run from the client to its service and on to the pod, as close together as
//! there are many; those that wait stand before the pod, and where they are dropped there is a cross.

use std::collections::BTreeMap;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use kubarium::views::Flow;

/// The most legs that are drawn; of more, those with most requests.
const LEGS_MAX: usize = 48;
/// In how many pictures the places of all that requests run between are looked for once.
const MEASURE_EVERY: u32 = 6;
/// Up to so many legs are drawn in every frame.
const LEGS_SMOOTH: usize = 12;
/// How fast dots run, in pixels a second.
const RUN_PX: u32 = 120;
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
    path: String,
    end: (i32, i32),
    /// How far the dots are apart, in pixels; none where nothing runs.
    gap: Option<u32>,
    failing: bool,
    waiting: u64,
}

/// The legs that requests take, with how many take each.
fn legs(flows: &[Flow]) -> Vec<((&str, &str), Load)> {
    let mut legs: BTreeMap<(&str, &str), Load> = BTreeMap::new();
    for f in flows {
        let from = if f.from.is_empty() { OUTSIDE } else { &f.from };
        let stops = [from, &f.service, &f.to].map(|s| Some(s).filter(|s| !s.is_empty()));
        let stops: Vec<&str> = stops.into_iter().flatten().collect();
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
    let mut legs: Vec<_> = legs.into_iter().collect();
    legs.sort_by_key(|l| std::cmp::Reverse((l.1.failed, l.1.per_10s)));
    legs.truncate(LEGS_MAX);
    legs
}

/// Finds the places of all that requests run between; what is not on the page is left out.
fn measure(over: &Element, flows: &[Flow]) -> Vec<Leg> {
    let Some(tank) = over.parent_element() else { return Vec::new() };
    let frame = tank.get_bounding_client_rect();
    let mut known: BTreeMap<String, Option<[f64; 4]>> = BTreeMap::new();
    let mut place = |uid: &str| {
        let find = || {
            let r = tank.query_selector(&format!("[data-uid=\"{uid}\"]")).ok()??.get_bounding_client_rect();
            // What is hidden, as on a narrow page, has no place.
            if r.width() <= 0.0 {
                return None;
            }
            let x = (r.left() - frame.left()).clamp(0.0, (frame.width() - r.width()).max(0.0));
            Some([x, r.top() - frame.top(), r.width(), r.height()])
        };
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
        let path = format!("M{x1:.0} {y1:.0}C{x1:.0} {c1:.0} {x2:.0} {c2:.0} {x2:.0} {y2:.0}");
        // Twice as many stand half as far apart, in steps, so that they do not jump with every reading.
        let gap = (load.per_10s > 0).then(|| 128 >> (load.per_10s / 10).max(1).ilog2().min(4));
        Some(Leg { path, end: (x2 as i32, y2 as i32), gap, failing: load.failed > 0, waiting: load.waiting })
    };
    legs(flows).into_iter().filter_map(drawn).collect()
}

/// Requests on their way.
#[component]
pub fn Traffic(props: &Props) -> Html {
    let (over, legs, turn) = (use_node_ref(), use_state_eq(Vec::<Leg>::new), use_mut_ref(|| 0_u32));
    // Looking where things are is dear, and they seldom move: not every picture is worth it.
    use_effect_with(Rc::as_ptr(&props.flows), {
        let (over, legs, flows) = (over.clone(), legs.clone(), props.flows.clone());
        move |_| {
            let mut turn = turn.borrow_mut();
            if *turn % MEASURE_EVERY == 0 {
                legs.set(over.cast::<Element>().map(|o| measure(&o, &flows)).unwrap_or_default());
            }
            *turn += 1;
        }
    });
    // Many legs are drawn anew half as often: four pixels at a time.
    let many = legs.len() > LEGS_SMOOTH;
    let leg = |l: &Leg| {
        let (x, y) = l.end;
        let pace = |gap: u32| if many { format!(";animation-timing-function:steps({})", gap / 4) } else { String::new() };
        html! {
            <g key={l.path.clone()} class={if l.failing { "leg bad" } else { "leg" }}>
                <path class="way" d={l.path.clone()} />
                if let Some(gap) = l.gap {
                    <path class="dots" d={l.path.clone()} stroke-dasharray={format!("0 {gap}")} style={format!("--gap:{gap}px;animation-duration:{}ms{}", gap * 1000 / RUN_PX, pace(gap))} />
                }
                if l.failing { <path class="drop" d={format!("M{} {}l8 8m0 -8l-8 8", x - 4, y - 4)} /> }
                for i in 0..l.waiting.min(STANDING_MAX) { <circle cx={(x + 9 * (i as i32 + 1)).to_string()} cy={(y - 5).to_string()} r="3" /> }
            </g>
        }
    };
    html! {
        <svg ref={over} class={if props.playing { "traffic" } else { "traffic still" }} aria-hidden="true">{ for legs.iter().map(leg) }</svg>
    }
}

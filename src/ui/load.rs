//! Load on a service, drawn by hand: a row of sliders that the mouse draws a curve across and the keys move one by one.

use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use kubarium::base::List as _;
use kubarium::sim::{Load, Sim};
use kubarium::views::load_curve;

use super::i18n::{Text, fill};
use super::icons::Icon;
use super::link::{use_lang, use_link};
use super::state::Subject;

/// How many points a curve has, how many seconds they are apart, and the most requests a second.
const POINTS: usize = 9;
const APART_S: usize = 15;
const RATE_MAX: f64 = 200.0;

/// What the sliders need.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The service.
    pub subject: Subject,
    /// The load that it has, where it has one.
    pub runs: Option<Runs>,
}

/// A load that runs.
#[derive(Clone, PartialEq)]
pub struct Runs {
    points: Vec<(f64, f64)>,
    /// How far it has come, in hundredths of what the sliders span.
    percent: u32,
}

/// The load on a service, where it has one.
pub fn runs(sim: &Sim, service: &Subject) -> Option<Runs> {
    let (since, points) = load_curve(sim, &service.namespace, &service.name)?;
    let part = sim.now().since(since).as_secs_f64() / (POINTS * APART_S) as f64;
    Some(Runs { points, percent: (part.min(1.0) * 100.0) as u32 })
}

/// The curve of a load that runs, at the sliders' places.
fn curve_of(runs: Option<&Runs>) -> [f64; POINTS] {
    let points = runs.map_or([].as_slice(), |r| r.points.as_slice());
    std::array::from_fn(|i| points.iter().rfind(|p| p.0 <= (i * APART_S) as f64).map_or(0.0, |p| p.1))
}

/// The curve and the button that sends it.
#[component]
pub fn LoadCurve(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let s = &props.subject;
    // Several movements of the pointer may come before the next drawing: each must see the one before.
    let (drawn, again) = (use_mut_ref(|| curve_of(props.runs.as_ref())), use_force_update());
    let curve = *drawn.borrow();
    let set = {
        let drawn = drawn.clone();
        move |i: usize, rate: f64| {
            drawn.borrow_mut()[i.min(POINTS - 1)] = rate.clamp(0.0, RATE_MAX).round();
            again.force_update();
        }
    };
    // Drawing: wherever the pointer is, the slider there follows it.
    let on_draw = {
        let set = set.clone();
        Callback::from(move |e: PointerEvent| {
            // The sliders let the pointer through to their row.
            let row = e.target_dyn_into::<Element>();
            if let Some(r) = row.filter(|_| e.buttons() & 1 == 1).map(|r| r.get_bounding_client_rect()) {
                let at = (f64::from(e.client_x()) - r.left()) / r.width().max(1.0);
                let up = 1.0 - (f64::from(e.client_y()) - r.top()) / r.height().max(1.0);
                e.prevent_default();
                set((at.clamp(0.0, 0.999) * POINTS as f64) as usize, up * RATE_MAX);
            }
        })
    };
    let send = |points: Vec<(f64, f64)>| {
        let (link, service) = (link.clone(), format!("{}/{}", s.namespace, s.name));
        Callback::from(move |_: MouseEvent| link.with_host(|h| h.load_service(Load { service: service.clone(), points: points.clone() })))
    };
    let points: Vec<(f64, f64)> = curve.iter().enumerate().map(|(i, rate)| ((i * APART_S) as f64, *rate)).list();
    let slider = |(i, rate): (usize, &f64)| {
        let set = set.clone();
        let oninput = Callback::from(move |e: InputEvent| {
            if let Some(rate) = e.target_dyn_into::<HtmlInputElement>().and_then(|i| i.value().parse().ok()) {
                set(i, rate);
            }
        });
        let label = fill(Text::LoadAt.t(lang), &[&(i * APART_S).to_string()]);
        html! { <input type="range" min="0" max={RATE_MAX.to_string()} step="5" value={rate.to_string()} {oninput} aria-label={label} style={format!("--f:{:.3}", rate / RATE_MAX)} /> }
    };
    let most = |r: &Runs| r.points.iter().map(|p| p.1).fold(0.0, f64::max).to_string();
    // What its last point says goes on for ever, which may be nothing.
    let goes_on = |r: &&Runs| r.percent < 100 || r.points.last().is_some_and(|p| p.1 > 0.0);
    let now = props.runs.as_ref().filter(goes_on).map(|r| fill(Text::LoadRuns.t(lang), &[&most(r)]));
    html! {
        <div class="section curve">
            <h3>{ Icon::Globe.draw() }{ Text::LoadTitle.t(lang) }</h3>
            <div class="eq" onpointerdown={on_draw.clone()} onpointermove={on_draw}>
                { for curve.iter().enumerate().map(slider) }
                <small>{ fill(Text::PerSecond.t(lang), &[&RATE_MAX.to_string()]) }</small>
                if curve.iter().all(|rate| *rate == 0.0) { <small class="hint">{ Text::LoadNone.t(lang) }</small> }
                if let Some(r) = &props.runs { <i style={format!("left:{}%", r.percent)}></i> }
            </div>
            <p class="row"><small>{ "0 s" }</small><small class="grow">{ now }</small><small>{ format!("{} s", POINTS * APART_S) }</small></p>
            <div class="row">
                <button class="btn outline" onclick={send(points)}>{ Icon::Play.draw() }{ Text::LoadSend.t(lang) }</button>
                <button class="btn outline" onclick={send(Vec::new())}>{ Icon::Cross.draw() }{ Text::LoadEnd.t(lang) }</button>
            </div>
        </div>
    }
}

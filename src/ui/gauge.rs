//! An autoscaler as a gauge: the needle is usage over target, and the number of pods follows it on the chart below. The load on the
//! pods can be set here by hand.

use std::fmt::Write;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use kubarium::sim::Sim;
use kubarium::views;

use super::format::short_clock;
use super::i18n::{Text, fill};
use super::lang::Lang;
use super::link::Link;
use super::state::Subject;

/// Usage over target where the needle has come to its end.
const RATIO_MAX: f64 = 2.0;
/// The most load that can be set, in millicores.
const LOAD_MAX: u32 = 8000;

/// The gauge and the chart of an autoscaler.
pub fn gauge(sim: &Sim, subject: &Subject, lang: Lang, link: &Link) -> Html {
    let Some(hpa) = views::object(sim, &subject.kind, &subject.namespace, &subject.name) else { return html! {} };
    let ratio = views::ratio(sim, hpa);
    let onchange = {
        let link = link.clone();
        Callback::from(move |e: Event| {
            if let Some(milli) = e.target_dyn_into::<HtmlInputElement>().and_then(|i| i.value().parse().ok()) {
                link.with_host(|h| h.load(milli));
            }
        })
    };
    let load = sim.session().inputs[..sim.arrived()].iter().rev().find_map(|i| i.usage?.total_cpu);
    // Until it is set here, the load is what the pods do by themselves.
    let said = load.map_or("–".to_owned(), |milli| format!("{milli}m"));
    html! {
        <div class="section hpa">
            { dial(ratio, lang) }
            <p><b class="mono">{ percent(ratio) }</b><small>{ Text::OfTarget.t(lang) }</small></p>
            { chart(sim, hpa, lang) }
            <label>{ Text::Load.t(lang) }<input type="range" min="0" max={LOAD_MAX.to_string()} step="50" value={load.unwrap_or(0.0).to_string()} {onchange} aria-valuetext={said.clone()} /><output class="mono">{ said }</output></label>
        </div>
    }
}

/// What is used of an autoscaler's target, in figures.
pub fn percent(ratio: Option<f64>) -> String {
    ratio.map_or("–".to_owned(), |r| format!("{:.0} %", r * 100.0))
}

/// The needle of an autoscaler: upright where the target is just met.
pub fn dial(ratio: Option<f64>, lang: Lang) -> Html {
    let shown = ratio.unwrap_or(0.0).clamp(0.0, RATIO_MAX);
    let needle = |_| html! { <path class="needle" d="M60 60V22" style={format!("transform:rotate({:.1}deg)", (shown / RATIO_MAX) * 180.0 - 90.0)} /> };
    html! {
        <svg viewBox="0 0 120 70" role="img" aria-label={fill(Text::GaugeOfTarget.t(lang), &[&percent(ratio)])} class={classes!("dial", if shown > 1.1 { "warn" } else { "ok" })}>
            <path class="arc" d="M14 60a46 46 0 0 1 92 0" />
            <path class="arc over" d="M60 14a46 46 0 0 1 46 46" />
            <path class="target" d="M60 8v12" />
            { for ratio.map(needle) }
            <circle cx="60" cy="60" r="4" />
        </svg>
    }
}

/// The pods there were and the pods called for, over time.
fn chart(sim: &Sim, hpa: &kubarium::api::Value, lang: Lang) -> Html {
    let points = views::replicas(sim.api(), hpa);
    let Some(first) = points.first() else { return html! {} };
    let (from, end) = (first.0.0, sim.now().0.max(first.0.0 + 1));
    let bound = |key: &str, or: i64| Some(hpa.at(&["spec", key]).int()).filter(|n| *n > 0).unwrap_or(or);
    let (min, max) = (bound("minReplicas", 1), bound("maxReplicas", 1));
    // Up to the most that there may be; where that is far away, its line is the upper edge.
    let most = points.iter().map(|p| p.1.max(p.2)).max().unwrap_or(1).max(min).max(1);
    let most = most.max(max.min(most * 4));
    let x = |t: u64| (t - from) as f64 * 300.0 / (end - from) as f64;
    let y = |n: i64| 54.0 - n.min(most) as f64 * 46.0 / most as f64;
    let edge = |n: i64, name: &str| html! { <small style={format!("top:{:.1}px", y(n))}>{ format!("{name} {n}") }</small> };
    let line = |of: fn(&views::Replicas) -> i64| {
        let mut path = String::new();
        for p in &points {
            // Writing into a String cannot fail.
            let _ = if path.is_empty() {
                write!(path, "M{:.1} {:.1}", x(p.0.0), y(of(p)))
            } else {
                write!(path, "H{:.1}V{:.1}", x(p.0.0), y(of(p)))
            };
        }
        path + "H300"
    };
    let (there, wanted) = points.last().map_or((0, 0), |p| (p.1, p.2));
    // An autoscaler whose metrics were never read says zero, which no autoscaler at work calls for while there are pods.
    let text = if there > 0 && wanted == 0 { Text::ChartUnread } else { Text::ChartLabel };
    let label = fill(text.t(lang), &[&there.to_string(), &wanted.to_string()]);
    html! {
        <figure>
            <svg viewBox="0 0 300 58" preserveAspectRatio="none" role="img" aria-label={label.clone()}>
                <path class="bound" d={format!("M0 {:.1}H300M0 {:.1}H300", y(min), y(max))} /><path class="wanted" d={line(|p| p.2)} /><path class="there" d={line(|p| p.1)} />
            </svg>
            <p class="bounds">{ edge(max, "max") }if min < max { { edge(min, "min") } }</p>
            <p class="lines"><span class="there">{ Text::ChartThere.t(lang) }</span><span class="wanted">{ Text::ChartWanted.t(lang) }</span></p>
            <figcaption><span>{ short_clock(first.0) }</span><span>{ label }</span><span>{ short_clock(sim.now()) }</span></figcaption>
            <small>{ fill(Text::ChartBounds.t(lang), &[&min.to_string(), &max.to_string()]) }</small>
        </figure>
    }
}

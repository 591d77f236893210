//! A probe's last results as a trace: a spike for each success, a gap with a cross for each miss.

use std::fmt::Write;

use yew::prelude::*;

use kubarium::views::{Beat, ProbeKind, ProbeView};

use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;

/// How many results a trace shows in the inspector, and in a cell.
pub const BEATS: usize = 10;
pub const BEATS_OF_CELL: usize = 4;

/// The name of a kind of probe.
pub fn probe_name(kind: ProbeKind) -> Text {
    match kind {
        ProbeKind::Startup => Text::ProbeStartup,
        ProbeKind::Liveness => Text::ProbeLiveness,
        ProbeKind::Readiness => Text::ProbeReadiness,
    }
}

/// The icon of a kind of probe.
pub fn probe_icon(kind: ProbeKind) -> Icon {
    match kind {
        ProbeKind::Startup => Icon::Flag,
        ProbeKind::Liveness => Icon::Heart,
        ProbeKind::Readiness => Icon::Door,
    }
}

/// The trace of a probe's last results, so many, with its kind's icon before and its misses after.
pub fn trace(probe: &ProbeView, beats: usize, lang: Lang) -> Html {
    let shown = &probe.beats[probe.beats.len().saturating_sub(beats)..];
    let (mut hits, mut misses, mut flat) = (String::new(), String::new(), String::new());
    for i in 0..beats {
        let x = i * 12;
        // Writing into a String cannot fail.
        let _ = match (i + shown.len()).checked_sub(beats).map(|n| shown[n]) {
            None => write!(flat, "M{x} 11h12"),
            Some(Beat { ok: true, .. }) => write!(hits, "M{x} 11h3l2 -8.5l2.5 11.5l1.5 -3h3"),
            Some(Beat { ok: false, .. }) => write!(misses, "M{x} 11h1.5m2.5 -3.5l5 7m0 -7l-5 7m6 -3.5h1.5"),
        };
    }
    let threshold = usize::try_from(probe.failure_threshold).unwrap_or(0).min(6);
    let label = format!(
        "{}: {}",
        probe_name(probe.kind).t(lang),
        fill(Text::MissesOf.t(lang), &[&probe.failures.to_string(), &probe.failure_threshold.to_string()])
    );
    html! {
        <span class="trace" role="img" aria-label={label.clone()} title={label}>
            { probe_icon(probe.kind).draw() }
            <svg viewBox={format!("0 0 {} 16", beats * 12)} preserveAspectRatio="none" aria-hidden="true">
                <path class="flat" d={flat} /><path d={hits} /><path class="miss" d={misses} />
            </svg>
            if beats == BEATS || probe.failures > 0 {
                <span class="pips">for i in 0..threshold { <i class={(i < probe.failures as usize).then_some("hit")}></i> }</span>
            }
        </span>
    }
}

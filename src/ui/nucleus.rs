//! A container as a nucleus: what it is at, and its probes' pulses.

use yew::prelude::*;

use kubarium::base::Time;
use kubarium::views::{ContainerRole, ContainerState, ContainerView, ProbeKind};

use super::format::seconds_to;

/// The length of the waiting ring.
const RING: f64 = 2.0 * std::f64::consts::PI * 18.0;

/// The container's state in one class, which gives it its colour.
pub fn tone(c: &ContainerView) -> &'static str {
    match &c.state {
        _ if c.pull.is_some() => "info",
        ContainerState::Waiting { reason, .. } if matches!(reason.as_str(), "" | "ContainerCreating" | "PodInitializing") => "info",
        ContainerState::Waiting { .. } => "warn",
        ContainerState::Running { .. } if c.ending.is_some() => "gone",
        ContainerState::Running { .. } if c.probes.iter().any(|p| p.failures > 0 && p.kind == ProbeKind::Liveness) => "bad",
        ContainerState::Running { .. } if c.role == ContainerRole::Init => "info",
        ContainerState::Running { .. } if !c.ready || c.probes.iter().any(|p| p.failures > 0) => "warn",
        ContainerState::Running { .. } => "ok",
        ContainerState::Terminated(exit) if exit.code == 0 => "done",
        ContainerState::Terminated(_) => "bad",
    }
}

/// A container as a nucleus; `now` is where something counts down.
pub fn nucleus(c: &ContainerView, now: Time) -> Html {
    let inside = if let Some(pull) = c.pull {
        let left = 36.0 * (1.0 - pull.done(now));
        // The level is a square behind a round window, lowered by what is still to come.
        html! { <>
            <g class="window"><rect class="level" x="6" y="6" width="36" height="36" style={format!("transform:translateY({left:.1}px)")} /></g>
            <path class="mark" d="M24 16v12M19 24l5 5 5-5" />
        </> }
    } else if let Some(wait) = c.backoff.or(c.ending) {
        let gone = RING * wait.done(now);
        html! { <>
            <circle class="ring" cx="24" cy="24" r="18" stroke-dasharray={format!("{RING:.1}")} stroke-dashoffset={format!("{gone:.1}")} />
            <text x="24" y="24.5">{ seconds_to(wait.until, now) }</text>
        </> }
    } else {
        match &c.state {
            ContainerState::Running { .. } => html! { <>
                <circle class="life" cx="24" cy="24" r="14" />
                <circle class="core" cx="20.5" cy="20.5" r="5.5" />
                if c.ready {
                    <g><circle class="badge" cx="37.5" cy="37.5" r="7" /><path class="mark" stroke-width="1.8" d="M34.5 37.7l2.2 2.2 3.8-4.3" /></g>
                }
            </> },
            ContainerState::Waiting { .. } => html! { <circle class="hollow" cx="24" cy="24" r="12" /> },
            ContainerState::Terminated(exit) if exit.code == 0 => html! { <path class="mark" d="M16.5 24.5l5.5 5.5 10-12" /> },
            ContainerState::Terminated(exit) => html! { <>
                <path class="mark" d="M18 12l12 8M30 12l-12 8" />
                <text x="24" y="31">{ exit.code }</text>
            </> },
        }
    };
    let pulse = |at: Time, ok: bool, r: &'static str| {
        html! { <g><circle key={at.0} class={if ok { "pulse" } else { "pulse miss" }} cx="24" cy="24" r={r} /></g> }
    };
    html! {
        <svg key={format!("{} {}", c.name, c.restarts)} class={classes!("nucleus", tone(c), (c.restarts > 0).then_some("turned"))} viewBox="0 0 48 48" aria-hidden="true">
            <circle class="wall" cx="24" cy="24" r="18" />
            { inside }
            for (i, p) in c.probes.iter().enumerate() {
                if let Some(beat) = p.last().filter(|_| c.is_running()) {
                    { pulse(beat.at, beat.ok, if i == 0 { "22" } else { "26" }) }
                }
            }
        </svg>
    }
}

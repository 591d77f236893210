//! What containers use of CPU and memory, as bars: filled as far as they use, marked at what they ask for, and as long as they may.

use std::fmt::Write;

use yew::prelude::*;

use kubarium::base::Time;
use kubarium::views::{ContainerView, Exit, PodView};

use super::format::{self, short_clock};
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;

/// The bars of these containers together; nothing where they neither ask for anything nor are limited.
pub fn uses<'a>(containers: impl Iterator<Item = &'a ContainerView> + Clone, lang: Lang) -> Html {
    let sum = |of: fn(&ContainerView) -> u64| containers.clone().map(of).sum::<u64>();
    // Of several, all must be limited to be limited together.
    let limit = |of: fn(&ContainerView) -> u64| if containers.clone().all(|c| of(c) > 0) { sum(of) } else { 0 };
    let throttled = containers.clone().any(is_throttled);
    let cpu = (sum(|c| c.cpu_m), sum(|c| c.cpu_share.0), limit(|c| c.cpu_share.1));
    let memory = (sum(|c| c.memory_bytes), sum(|c| c.memory_share.0), limit(|c| c.memory_share.1));
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let bar = |name: Text, (used, asked, most): (u64, u64, u64), show: fn(i64) -> String, tone: Option<&'static str>| {
        let end = if most > 0 { most } else { asked * 2 };
        if end == 0 {
            return html! {};
        }
        let words = match (most, asked) {
            (0, _) => fill(Text::UseAsked.t(lang), &[&show(whole(used)), &show(whole(asked))]),
            _ => fill(Text::UseLimit.t(lang), &[&show(whole(used)), &show(whole(most)), &show(whole(asked))]),
        };
        let f = |n: u64| format!("{:.2}", (n as f64 / end as f64).min(1.0));
        html! {
            <span class={classes!("use", tone, (most == 0).then_some("free"))} role="img" aria-label={format!("{}: {words}", name.t(lang))} title={words}>
                <small>{ name.t(lang) }</small><i style={format!("--f:{};--r:{}", f(used), f(asked))}></i><b>{ show(whole(used)) }</b>
            </span>
        }
    };
    let near = |n: u64, most: u64| most > 0 && n * 100 >= most * 90;
    html! {
        <span class="uses">
            { bar(Text::Cpu, cpu, |m| format!("{m}m"), throttled.then_some("warn")) }
            { bar(Text::Memory, memory, format::bytes, near(memory.0, memory.2).then_some("bad")) }
        </span>
    }
}

/// What their limits did to them, in words.
pub fn signs<'a>(containers: impl Iterator<Item = &'a ContainerView> + Clone, lang: Lang) -> Html {
    html! { <>
        if containers.clone().any(is_throttled) { <span class="tag warn">{ Icon::Hourglass.draw() }{ Text::Throttled.t(lang) }</span> }
        if containers.clone().any(oom_killed) { <span class="tag bad">{ Icon::Bolt.draw() }{ "OOMKilled" }</span> }
    </> }
}

fn is_throttled(c: &ContainerView) -> bool {
    c.is_running() && c.is_throttled()
}

/// What a pod has used so far: a curve each for CPU and memory, with lines at what it asks for and may use.
pub fn over_time(points: &[(Time, [u64; 2])], pod: &PodView, lang: Lang) -> Html {
    let [Some(first), Some(last)] = [points.first(), points.last()] else { return html! {} };
    // What has never run has no usage to show.
    if points.len() < 2 || points.iter().all(|p| p.1 == [0, 0]) {
        return html! {};
    }
    let chart = |i: usize, name: Text, share: fn(&ContainerView) -> (u64, u64), show: fn(i64) -> String| {
        let sum = |of: fn((u64, u64)) -> u64| pod.containers.iter().map(|c| of(share(c))).sum::<u64>();
        let lines = [sum(|s| s.0), sum(|s| s.1)];
        let peak = points.iter().map(|p| p.1[i]).max().unwrap_or(0);
        let top = lines.into_iter().fold(peak, u64::max).max(1) as f64;
        let y = |n: u64| 40.0 - n as f64 * 37.0 / top;
        let mut path = String::new();
        for (t, values) in points {
            let x = t.since(first.0).as_secs_f64() * 300.0 / last.0.since(first.0).as_secs_f64();
            // What was used between two looks nobody knows: what was seen last holds until the next one. Writing into a String cannot
            // fail.
            let _ = if path.is_empty() { write!(path, "M{x:.1} {:.1}", y(values[i])) } else { write!(path, "H{x:.1}V{:.1}", y(values[i])) };
        }
        let show = |n: u64| show(i64::try_from(n).unwrap_or(i64::MAX));
        let label = fill(Text::PeakOf.t(lang), &[name.t(lang), &show(last.1[i]), &show(peak)]);
        html! {
            <figure>
                <svg viewBox="0 0 300 42" preserveAspectRatio="none" aria-hidden="true">
                    for (n, class) in lines.into_iter().zip(["asked", "limit"]) { if n > 0 { <path {class} d={format!("M0 {:.1}H300", y(n))} /> } }
                    <path class="there" d={path} />
                </svg>
                <figcaption><span>{ short_clock(first.0) }</span><span>{ label }</span><span>{ short_clock(last.0) }</span></figcaption>
            </figure>
        }
    };
    html! {
        <div class="charts"><h3>{ Text::UsageOverTime.t(lang) }</h3>
            { chart(0, Text::Cpu, |c| c.cpu_share, |m| format!("{m}m")) }{ chart(1, Text::Memory, |c| c.memory_share, format::bytes) }
        </div>
    }
}

/// Whether it was ended last for its memory.
fn oom_killed(c: &ContainerView) -> bool {
    matches!(&c.last_exit, Some(Exit { reason, .. }) if reason == "OOMKilled")
}

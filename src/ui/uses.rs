//! What containers use of CPU and memory, as bars: filled as far as they use, marked at what they ask for, and as long as they may.

use yew::prelude::*;

use kubarium::views::{ContainerView, Exit};

use super::format;
use super::i18n::{Lang, Text, fill};
use super::icons::Icon;

/// The bars of these containers together; nothing where they neither ask for anything nor are limited.
pub fn uses<'a>(containers: impl Iterator<Item = &'a ContainerView> + Clone, lang: Lang) -> Html {
    let sum = |of: fn(&ContainerView) -> u64| containers.clone().map(of).sum::<u64>();
    // Of several, all must be limited to be limited together.
    let limit = |of: fn(&ContainerView) -> u64| if containers.clone().all(|c| of(c) > 0) { sum(of) } else { 0 };
    let throttled = containers.clone().any(|c| c.is_running() && c.is_throttled());
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
            if throttled { <span class="tag warn">{ Icon::Hourglass.draw() }{ Text::Throttled.t(lang) }</span> }
            if containers.clone().any(oom_killed) { <span class="tag bad">{ Icon::Bolt.draw() }{ "OOMKilled" }</span> }
        </span>
    }
}

/// Whether it was ended last for its memory.
fn oom_killed(c: &ContainerView) -> bool {
    matches!(&c.last_exit, Some(Exit { reason, .. }) if reason == "OOMKilled")
}

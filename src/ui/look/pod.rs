//! A pod in the inspector: why it is not as wanted, its containers and their probes.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use kubarium::api::duration::human_duration;
use kubarium::base::{List as _, Time};
use kubarium::views::{ContainerRole, ContainerState, ContainerView, Exit, PodView, ProbeView, Why, why};

use super::super::format::{self, seconds_to, short_clock};
use super::super::i18n::{Text, fill};
use super::super::icons::{Icon, health_icon, health_tone};
use super::super::lang::Lang;
use super::super::link::Link;
use super::super::nucleus::{nucleus, tone as container_tone};
use super::super::pod_cell::{health_beside, subject_of};
use super::super::reasons;
use super::super::state::{Action, LookTab};
use super::super::trace::{BEATS, probe_icon, probe_name, trace};
use super::super::uses::{over_time, signs, uses};
use super::{Props, fact, whys};

/// A pod: why it is not as wanted, its containers cut open, its facts.
pub(super) fn overview(props: &Props, pod: &PodView, lang: Lang, link: &Link) -> Html {
    let now = props.scene.view.time;
    let mut all = why(pod);
    if reasons::killed(pod, link.host.borrow().sim()) {
        // How a container took its end says nothing of what brought it.
        all.iter_mut().filter_map(|w| if let Why::CrashLoop { exit, .. } = w { Some(exit) } else { None }).for_each(|exit| *exit = None);
    }
    let told = |w: &Why| {
        let (sentence, term) = reasons::say_of(w, pod, link.host.borrow().sim(), lang);
        let never = || link.host.borrow().object(&subject_of(pod)).is_some_and(|o| o.at(&["spec", "restartPolicy"]).str() == "Never");
        let stays = matches!(w, Why::Ended { .. }) && never();
        // Of what ended, or does not, the log says more.
        let has_log = matches!(w, Why::Ended { .. } | Why::CrashLoop { .. } | Why::Initialising { .. });
        html! {
            <p class={classes!("reason", reasons::tone(w))}>
                { sentence }if stays { { if lang == Lang::Zh { "" } else { " " } }{ Text::EndedNever.t(lang) } }<span class="term">{ term }</span>
                if has_log { <button class="chip" onclick={link.on(|| Action::Tab(LookTab::Logs))}>{ Icon::File.draw() }{ Text::ItsLog.t(lang) }</button> }
            </p>
        }
    };
    let reasons = all.iter().map(told).list();
    html! { <>
        <span class={classes!("tag", health_tone(pod.health))}>
            { health_icon(pod.health).draw() }<strong>{ &pod.status }</strong>{ health_beside(pod, lang) }
            if let Some(grace) = pod.terminating.filter(|g| g.until > now) { { " · " }{ fill(Text::GoneIn.t(lang), &[&seconds_to(grace.until, now)]) } }
        </span>
        { whys(props, &subject_of(pod), reasons, lang, link) }
        <div>
            <h3>{ Text::Containers.t(lang) }</h3>
            for c in &pod.containers { { container(c, now, lang) } }
        </div>
        { over_time(&link.host.borrow().used(pod), pod, lang) }
        <dl class="facts">
            { fact(Text::Node, pod.node.clone().unwrap_or_default(), lang) }
            { fact(Text::Address, pod.ip.clone(), lang) }
            { fact(Text::Created, short_clock(pod.created), lang) }
            { fact(Text::HealthReady, format!("{}/{}", pod.ready, pod.total), lang) }
            { fact(Text::Restarts, pod.restarts.to_string(), lang) }
        </dl>
        if !pod.labels.is_empty() {
            <div><h3>{ Text::Labels.t(lang) }</h3><div class="labels">for (k, v) in &pod.labels { <code>{ format!("{k}={v}") }</code> }</div></div>
        }
    </> }
}

/// What a container is at, in words.
pub fn container_words(c: &ContainerView, now: Time, lang: Lang) -> String {
    match &c.state {
        _ if c.pull.is_some() => {
            let percent = c.pull.map_or(0.0, |p| p.done(now)) * 100.0;
            fill(Text::PulledTo.t(lang), &[&format!("{percent:.0}")])
        }
        ContainerState::Running { since } => fill(Text::RunningSince.t(lang), &[&human_duration(now.since(since.unwrap_or(now)))]),
        ContainerState::Waiting { reason, .. } if reason.is_empty() => Text::NotStarted.t(lang).to_owned(),
        ContainerState::Waiting { reason, .. } => fill(Text::WaitingFor.t(lang), &[reason]),
        ContainerState::Terminated(Exit { code, reason, .. }) => fill(Text::EndedWith.t(lang), &[&code.to_string(), reason]),
    }
}

fn container(c: &ContainerView, now: Time, lang: Lang) -> Html {
    let role = match c.role {
        ContainerRole::Init => Some(Text::InitContainer),
        ContainerRole::Sidecar => Some(Text::Sidecar),
        ContainerRole::Main => None,
    };
    html! {
        <div key={c.name.clone()} class={classes!("section", container_tone(c))}>
            <div class="row">
                { nucleus(c, now) }
                <div>
                    <b>{ &c.name }</b>if let Some(role) = role { <span class="tag">{ role.t(lang) }</span> }
                    <small class="mono" title={c.image.clone()}>{ &c.image }</small>
                    <span class="tag">{ container_words(c, now, lang) }</span>
                    if let Some((doing, until)) = c.doing.as_ref().filter(|_| c.is_running()) {
                        <small class="mono">{ doing }if let Some(until) = until { { format!(" · {}", fill(Text::LeftSeconds.t(lang), &[&seconds_to(*until, now)])) } }</small>
                        if c.cpu_share == (0, 0) || c.memory_share == (0, 0) {
                            <small>{ fill(Text::Uses.t(lang), &[&c.cpu_m.to_string(), &format::bytes(i64::try_from(c.memory_bytes).unwrap_or(i64::MAX))]) }</small>
                        }
                    }
                    { uses(std::iter::once(c), lang) }{ signs(std::iter::once(c), lang) }
                    if let Some(grace) = c.ending { <small>{ fill(Text::EndingIn.t(lang), &[&seconds_to(grace.until, now)]) }</small> }
                    if let Some(wait) = c.backoff { <small>{ fill(Text::RetryIn.t(lang), &[&seconds_to(wait.until, now)]) }</small> }
                    if c.restarts > 0 { <small>{ fill(Text::RestartedTimes.t(lang), &[&c.restarts.to_string()]) }</small> }
                    if let Some(exit) = &c.last_exit { <small>{ fill(Text::LastEnded.t(lang), &[&exit.code.to_string(), &exit.reason]) }</small> }
                </div>
            </div>
            for p in &c.probes { { probe(p, now, lang) } }
        </div>
    }
}

fn probe(p: &ProbeView, now: Time, lang: Lang) -> Html {
    let rule = [p.period_s, p.initial_delay_s, p.timeout_s, p.failure_threshold].map(|n| n.to_string());
    html! {
        <div class={classes!("probe", if p.failures > 0 { "bad" } else { "ok" })}>
            <div><span class="tag">{ probe_icon(p.kind).draw() }{ probe_name(p.kind).t(lang) }</span>
                if let Some(next) = p.next_at.filter(|next| *next > now) { <span class="next">{ fill(Text::NextIn.t(lang), &[&seconds_to(next, now)]) }</span> }
            </div>
            { trace(p, BEATS, lang) }
            <code>{ &p.how }</code>
            <small>{ fill(Text::ProbeRule.t(lang), &rule.each_ref().map(String::as_str)) }</small>
            if p.failures > 0 { <pre class="output">{ &p.output }</pre> }
        </div>
    }
}

/// The choice of one of a pod's containers; nothing where there is but one.
pub fn choose(pod: &PodView, container: Option<usize>, lang: Lang, link: &Link) -> Html {
    if pod.containers.len() < 2 {
        return html! {};
    }
    let shown = chosen(pod, container);
    let onchange = {
        let link = link.clone();
        Callback::from(move |e: Event| {
            if let Some(i) = e.target_dyn_into::<HtmlSelectElement>().map(|s| s.selected_index()) {
                link.send(Action::Container(usize::try_from(i).ok()));
            }
        })
    };
    html! {
        <label>{ Text::Container.t(lang) }{ " " }
            <select {onchange}>for c in &pod.containers { <option selected={Some(c) == shown}>{ &c.name }</option> }</select>
        </label>
    }
}

/// The container that is looked at: the one chosen, or the first that something is the matter with, or the first main one.
pub fn chosen(pod: &PodView, container: Option<usize>) -> Option<&ContainerView> {
    let first = |wanted: &dyn Fn(&ContainerView) -> bool| pod.containers.iter().find(|c| wanted(c));
    let main = || first(&|c| c.role == ContainerRole::Main);
    container.and_then(|i| pod.containers.get(i)).or_else(|| first(&ContainerView::is_in_the_way)).or_else(main).or(pod.containers.first())
}

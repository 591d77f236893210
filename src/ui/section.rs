//! One pod as a cross-section: every part of it named, from the services that lead to it to the files in its volumes.

use yew::prelude::*;

use kubarium::base::{List as _, Time};
use kubarium::views::{ClusterView, ContainerRole, ContainerView, Copied, PodDetails, PodView, Sheet, sheets};

use super::i18n::{Text, fill};
use super::icons::{Icon, health_icon, health_tone};
use super::lang::Lang;
use super::link::Link;
use super::look::container_words;
use super::nucleus::{nucleus, tone};
use super::papers::Paper;
use super::pod_cell::{health_beside, subject_of};
use super::state::Action;
use super::trace::{BEATS, probe_name, trace};
use super::uses::{signs, uses};

/// The most keys of a source, and files of a volume, that are shown.
const KEYS_MAX: usize = 4;

/// A part with its name and what it is.
fn part(class: &'static str, name: Text, note: Text, lang: Lang, body: Html) -> Html {
    html! { <div class={classes!("part", class)}><p class="label"><b>{ name.t(lang) }</b><small>{ note.t(lang) }</small></p>{ body }</div> }
}

fn line(name: Text, value: &str, lang: Lang) -> Html {
    if value.is_empty() {
        html! {}
    } else {
        html! { <p class="fact"><small>{ name.t(lang) }</small><code>{ value }</code></p> }
    }
}

/// The cross-section.
pub fn section(view: &ClusterView, pod: &PodView, lang: Lang, link: &Link) -> Html {
    let now = view.time;
    let host = link.host.borrow();
    let subject = subject_of(pod);
    let object = host.object(&subject);
    let papers = object.map(|o| sheets(host.sim(), o)).unwrap_or_default();
    let services: Vec<_> = view.services.iter().filter(|s| s.selected.contains(&pod.key)).list();
    let doors = services.iter().map(|s| {
        let open = s.reached.contains(&pod.key);
        html! { <p key={s.key.clone()} class={classes!("tag", if open { "ok" } else { "warn" })}>{ if open { Icon::Door } else { Icon::Cross }.draw() }<code>{ &s.name }</code>{ if open { Text::SendsHere } else { Text::SendsNone }.t(lang) }</p> }
    });
    let sources = papers.iter().map(|s| {
        let state = |name: Text, state: Option<Copied>| {
            state.map(|c| {
                let (tone, icon, words) = Paper::of(s, c, now).look(lang);
                html! { <p class={classes!("tag", tone)}>{ icon.draw() }{ fill(Text::Of.t(lang), &[name.t(lang), &words]) }</p> }
            })
        };
        // A Secret's values are nobody's to see.
        let source = kubarium::views::object(host.sim(), s.kind, &pod.namespace, &s.name).filter(|_| s.kind == "ConfigMap");
        let data = source.map(|o| o.get("data").entries().map(|(key, value)| (key.as_str(), value.str())).list());
        let old = s.old.iter().map(|[name, is, says]| html! { <p class="fact"><code>{ format!("{name}={is}") }</code><small>{ fill(Text::EnvWas.t(lang), &[says]) }</small></p> });
        html! {
            <div key={s.uid.clone()} data-uid={s.uid.clone()} class="paper">
                <p>{ Icon::File.draw() }<b class="mono">{ &s.name }</b><small>{ s.kind }</small></p>
                { says(data.unwrap_or_default(), lang) }{ for state(Text::Files, s.files) }{ for state(Text::Environment, s.environment) }{ for old }
            </div>
        }
    });
    let volumes = object.map(|o| o.at(&["spec", "volumes"]).items()).unwrap_or_default().iter().map(|v| {
        let kind = v.entries().map(|(k, _)| k.as_str()).find(|k| *k != "name").unwrap_or("");
        let of = v.at(&["configMap", "name"]).str();
        let of = if of.is_empty() { v.at(&["secret", "secretName"]).str() } else { of };
        let paper = papers.iter().find_map(|s| Some((s, s.files.filter(|_| s.name == of)?)));
        let files = |s: &Sheet| says(s.mounted.iter().map(|m| (m.path.as_str(), m.says.as_str())).list(), lang);
        html! {
            <div class="volume"><b class="mono">{ v.get("name").str() }</b><small>{ kind }</small>
                if let Some((s, state)) = paper { { Paper::of(s, state, now).draw(of, lang) }{ files(s) } }
            </div>
        }
    });
    let text = |path: &[&str]| object.map(|o| o.at(path).str().to_owned()).unwrap_or_default();
    let containers = |init: bool| pod.containers.iter().filter(move |c| (c.role == ContainerRole::Init) == init);
    let draw = |c: &ContainerView| container(c, object.and_then(|o| PodDetails::of(o, &c.name)), now, lang);
    html! {
        <section class={classes!("cut", health_tone(pod.health))} data-uid={pod.key.clone()} aria-label={format!("{}: {}", Text::Section.t(lang), pod.name)}>
            <header class="row">
                <h2 class="grow"><b class="mono">{ &pod.name }</b>{ " " }<span class="tag">{ health_icon(pod.health).draw() }{ &pod.status }{ health_beside(pod, lang) }</span></h2>
                <button data-uid={pod.key.clone()} class="btn outline" onclick={link.on(|| Action::Section(false))} title={Text::Close2.t(lang)}>{ Icon::Grid.draw() }{ Text::Cluster.t(lang) }</button>
            </header>
            <div class="slice">
                <div class="outer">
                    { part("gates", Text::Services, Text::PartDoor, lang, html! { <>{ for doors }if services.is_empty() { <small>{ Text::NoneSelects.t(lang) }</small> }</> }) }
                    if !papers.is_empty() { { part("source", Text::PartSource, Text::PartSourceNote, lang, html! { <>{ for sources }</> }) } }
                    { part("host", Text::Node, Text::PartNode, lang, html! { <>
                        { line(Text::Node, pod.node.as_deref().unwrap_or("–"), lang) }
                        { line(Text::RestartPolicy, &text(&["spec", "restartPolicy"]), lang) }
                        { line(Text::Qos, &text(&["status", "qosClass"]), lang) }
                    </> }) }
                </div>
                <div class="membrane">
                    <p class="label"><b>{ Text::Pod.t(lang) }</b><small>{ Text::PartPod.t(lang) }</small><code>{ &pod.ip }</code></p>
                    if containers(true).next().is_some() { <div class="organs init">{ for containers(true).map(draw) }</div> }
                    <div class={if volumes.len() > 0 { "inner" } else { "" }}>
                        // What comes from outside stands on the way to those who read it.
                        if volumes.len() > 0 { { part("volumes", Text::Volumes, Text::PartVolume, lang, html! { <div class="shelf">{ for volumes }</div> }) } }
                        <div class="organs">{ for containers(false).map(draw) }</div>
                    </div>
                </div>
            </div>
        </section>
    }
}

/// What stands under which name, of the first few.
fn says(all: Vec<(&str, &str)>, lang: Lang) -> Html {
    let more = all.len().saturating_sub(KEYS_MAX);
    html! { <>
        for (name, text) in all.into_iter().take(KEYS_MAX) { <p class="says"><small class="mono">{ name }</small><code title={text.to_owned()}>{ text.lines().next() }</code></p> }
        if more > 0 { <small>{ fill(Text::AndMore.t(lang), &[&more.to_string()]) }</small> }
    </> }
}

/// A container, cut open.
fn container(c: &ContainerView, details: Option<PodDetails>, now: Time, lang: Lang) -> Html {
    let (name, note) = match c.role {
        ContainerRole::Init => (Text::InitContainer, Text::PartInit),
        ContainerRole::Sidecar => (Text::Sidecar, Text::PartSidecar),
        ContainerRole::Main => (Text::Container, Text::PartContainer),
    };
    let details = details.unwrap_or_default();
    let doing = c.doing.as_ref().filter(|_| c.is_running()).map_or("", |d| d.0.as_str());
    let mounts: Vec<String> = details.mounts.iter().map(|(path, volume)| format!("{path} ← {volume}")).list();
    html! {
        <div key={c.name.clone()} class={classes!("part", "organ", tone(c))}>
            <p class="label"><b>{ name.t(lang) }</b><small>{ note.t(lang) }</small></p>
            <div class="row">
                { nucleus(c, now) }
                <div><b class="mono">{ &c.name }</b><p class="tag">{ container_words(c, now, lang) }</p></div>
            </div>
            { line(Text::Image, &c.image, lang) }
            { line(Text::Process, doing, lang) }
            { uses(std::iter::once(c), lang) }{ signs(std::iter::once(c), lang) }
            for p in &c.probes { <div class="fact"><small>{ probe_name(p.kind).t(lang) }</small><code>{ &p.how }</code>{ trace(p, BEATS, lang) }</div> }
            if !details.env.is_empty() { { line(Text::Environment, &details.env.iter().map(|e| e.name.as_str()).list().join(", "), lang) } }
            for m in &mounts { { line(Text::Mount, m, lang) } }
        </div>
    }
}

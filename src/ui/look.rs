//! The inspector: the selected object looked at closely, or the cluster where nothing is selected.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use kubarium::base::{List as _, Time};
use kubarium::views::{Relative, gone_before, relatives};

use super::actions::{Deed, carry_out, choices, edited_path};
use super::app::close_look;
use super::environment::environment;
use super::evidence::evidence;
use super::feed::Feed;
use super::gauge::gauge;
use super::i18n::Text;
use super::icons::Icon;
use super::inside::Inside;
use super::lang::Lang;
use super::link::{Link, use_lang, use_link};
use super::load::{self, LoadCurve};
use super::reasons;
use super::state::{Action, LookTab, Scene, State, Subject};
use super::timeline::gone;
use super::vendor::save_file;
use cluster::cluster;
use described::Described;
use list::List;
use logs::Logs;
pub use pod::{choose, chosen, container_words};
use yaml::Yaml;
pub use yaml::hung_line;

mod cluster;
mod described;
mod list;
mod logs;
mod object;
mod pod;
mod yaml;

/// What of the page's state the inspector draws.
struct Props {
    /// What there is to see.
    scene: Rc<Scene>,
    /// Which of a pod's containers.
    container: Option<usize>,
}

/// The tabs of what is looked at, with their keys; those from [`TABS_OF_PODS`] on are a pod's alone.
pub const TABS: [(LookTab, Text, &str); 7] = [
    (LookTab::Overview, Text::Overview, ""),
    (LookTab::Describe, Text::Describe, "d"),
    (LookTab::Yaml, Text::Yaml, "y"),
    (LookTab::Events, Text::Events, ""),
    (LookTab::Logs, Text::Logs, "l"),
    (LookTab::Files, Text::InsideTab, ""),
    (LookTab::Environment, Text::Environment, ""),
];
const TABS_OF_PODS: usize = 4;

/// The tabs of an object of this kind.
pub fn tabs_of(kind: &str) -> &'static [(LookTab, Text, &'static str)] {
    if kind == "Pod" { &TABS } else { &TABS[..TABS_OF_PODS] }
}

/// The most objects that are named as belonging to another.
const RELATIVES_MAX: usize = 24;

/// The inspector; it gets the handle of the page's state for what can be done to what is looked at.
pub fn look(state: &UseReducerHandle<State>, link: &Link) -> Html {
    let lang = state.lang;
    let props = &Props { scene: state.scene.clone(), container: state.container };
    let Some(subject) = &state.selected else {
        return html! {
            <aside class="panel look" aria-label={Text::Inspector.t(lang)}>
                <div class="head"><h2 class="grow">{ Text::Cluster.t(lang) }</h2>if props.scene.view.pods().next().is_some() { <small class="tag">{ Text::LookHint.t(lang) }</small> }</div>
                <div class="body">{ cluster(props, lang, link) }</div>
            </aside>
        };
    };
    // By the keyboard it is no click of a pointer's.
    let (by, closed) = (link.clone(), subject.clone());
    let close = Callback::from(move |e: MouseEvent| close_look(&by, &closed, e.detail() == 0));
    let close = html! { <button class="btn square" onclick={close} aria-label={Text::Close2.t(lang)} title={format!("{} (Esc)", Text::Close2.t(lang))}>{ Icon::Close.draw() }</button> };
    if subject.is_list() {
        return html! {
            <aside class="panel look" aria-label={Text::Inspector.t(lang)}>
                <div class="title"><div class="grow"><h2>{ &subject.kind }</h2></div>{ close }</div>
                <List kind={subject.kind.clone()} version={props.scene.version()} />
            </aside>
        };
    }
    let pod = if subject.kind == "Pod" { props.scene.view.pod(&subject.uid).cloned() } else { None };
    let tabs = tabs_of(&subject.kind);
    let exists = link.host.borrow().object(subject).is_some();
    let body = match (state.tab, &pod) {
        // In the past it may be yet to come.
        _ if !exists && props.scene.past && state.tab != LookTab::Events => html! { <p class="empty">{ Text::NotThere.t(lang) }</p> },
        (LookTab::Yaml, _) => {
            let path = edited_path(subject);
            let edited = state.files.iter().find(|f| f.path == path.as_str()).map(|f| f.text.clone());
            html! { <Yaml subject={subject.clone()} version={props.scene.version()} {edited} /> }
        }
        (LookTab::Events, _) => {
            html! { <Feed events={props.scene.events.clone()} gone_before={gone_before(props.scene.view.time)} subject={subject.clone()} /> }
        }
        (LookTab::Describe, _) if exists => {
            html! { <Described subject={subject.clone()} moment={Moment::of(&props.scene)} /> }
        }
        (LookTab::Logs, Some(pod)) => html! { <Logs pod={pod.clone()} container={props.container} time={props.scene.view.time} /> },
        (LookTab::Files, Some(pod)) => html! { <Inside pod={pod.clone()} container={props.container} time={props.scene.view.time} /> },
        (LookTab::Environment, Some(pod)) => environment(pod, props.container, lang, link),
        (LookTab::Overview, Some(pod)) => html! { <>{ pod::overview(props, pod, lang, link) }{ around(props, subject, lang, link) }</> },
        _ if !exists => gone(props.scene.clone(), subject, lang, link),
        _ => html! { <>{ object::overview(props, subject, lang, link) }{ around(props, subject, lang, link) }</> },
    };
    let choices = if exists { choices(subject, &props.scene.view) } else { Vec::new() };
    html! {
        <aside class="panel look" aria-label={Text::Inspector.t(lang)}>
            <div class="title">
                <div class="grow">
                    <h2>{ &subject.name }</h2>
                    <p>{ &subject.kind }if !subject.namespace.is_empty() { { " · " }{ &subject.namespace } }</p>
                </div>
                { close }
            </div>
            <div class="deeds" role="group" aria-label={Text::Deeds.t(lang)}>
                // Each keeps its place, and so the focus, where it turns into what takes it back.
                for (icon, text, key, deed) in choices {
                    <button class="chip" disabled={deed == Deed::Nothing} title={if key.is_empty() { text.t(lang).to_owned() } else { format!("{} ({key})", text.t(lang)) }}
                        onclick={let (link, state, subject) = (link.clone(), state.clone(), subject.clone()); Callback::from(move |_: MouseEvent| carry_out(&link, &state, &subject, &deed))}>
                        { icon.draw() }{ text.t(lang) }
                    </button>
                }
            </div>
            <div class="head">
                <div class="tabs" role="tablist" aria-label={Text::Inspector.t(lang)}>
                    for (tab, text, _) in tabs.iter().copied() {
                        <button key={text.t(Lang::En)} class="tab" role="tab" aria-selected={(tab == state.tab).to_string()} tabindex={if tab == state.tab { "0" } else { "-1" }} onclick={link.on(move || Action::Tab(tab))}>{ text.t(lang) }</button>
                    }
                </div>
            </div>
            <div key={format!("{}{:?}", subject.uid, state.tab)} class="body" role="tabpanel" tabindex="0" aria-label={tabs.iter().find(|t| t.0 == state.tab).map(|t| t.1.t(lang))}>{ body }</div>
        </aside>
    }
}

/// What goes on around an object, what belongs to it and what it belongs to, then what was decided about it.
fn around(props: &Props, subject: &Subject, lang: Lang, link: &Link) -> Html {
    let host = link.host.borrow();
    let has_pods_above = props.scene.view.workloads.iter().any(|w| w.key == subject.uid);
    html! { <>
        if subject.kind == "HorizontalPodAutoscaler" { { gauge(host.sim(), subject, lang, link) } }
        if subject.kind == "Service" { <LoadCurve key={subject.uid.clone()} subject={subject.clone()} runs={load::runs(host.sim(), subject)} /> }
        <Records subject={subject.clone()} {has_pods_above} moment={Moment::of(&props.scene)} />
    </> }
}

#[derive(Clone, PartialEq, Properties)]
struct RecordsProps {
    subject: Subject,
    /// Whether the pods that belong to it are listed already.
    has_pods_above: bool,
    moment: Moment,
}

/// What is looked up in the whole cluster: the objects that an object belongs to and that belong to it, and the tables about it.
#[component]
fn Records(props: &RecordsProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let (host, subject) = (link.host.borrow(), &props.subject);
    let Some(object) = host.object(subject) else { return html! {} };
    let (owners, mut dependents) = relatives(host.sim(), object, RELATIVES_MAX);
    if props.has_pods_above {
        dependents.retain(|d| d[0] != "Pod");
    }
    let list = |title: Text, all: Vec<Relative>| {
        if all.is_empty() {
            return html! {};
        }
        let item = |[kind, namespace, name, uid]: Relative| {
            let label = name.clone();
            let subject = Subject { kind: kind.clone(), namespace, name, uid: uid.clone() };
            html! { <li key={uid}><button onclick={link.select(subject)}><b>{ label }</b><span class="end">{ kind }</span></button></li> }
        };
        html! { <div><h3>{ Icon::Boxes.draw() }{ title.t(lang) }</h3><ul class="list">{ for all.into_iter().map(item) }</ul></div> }
    };
    html! { <>
        { list(Text::Owner, owners) }{ list(Text::Owns, dependents) }
        <div key={subject.uid.clone()}>{ evidence(host.sim(), subject, lang) }</div>
    </> }
}

/// Takes over what is typed into a field that filters.
fn filtering(filter: &UseStateHandle<String>) -> Callback<InputEvent> {
    let filter = filter.clone();
    Callback::from(move |e: InputEvent| filter.set(e.target_dyn_into::<HtmlInputElement>().map(|i| i.value()).unwrap_or_default()))
}

/// When what takes long to find out is found out anew: where something changed, each second, and where the clock comes to stand.
#[derive(Clone, Copy, PartialEq)]
pub struct Moment {
    branch: u32,
    revision: u64,
    time: Time,
}

impl Moment {
    /// The one that is looked at.
    pub fn of(scene: &Scene) -> Moment {
        let now = scene.view.time;
        let time = if scene.playing { now.whole_s() } else { now };
        Moment { branch: scene.branch, revision: scene.view.revision, time }
    }
}

/// A fact of an object; nothing where its value is empty.
fn fact(name: Text, value: String, lang: Lang) -> Html {
    if value.is_empty() {
        return html! {};
    }
    html! { <><dt>{ name.t(lang) }</dt><dd>{ value }</dd></> }
}

/// Why an object is not as wanted: what weighs, what is known already, and what is good to know.
fn whys(props: &Props, subject: &Subject, known: Vec<Html>, lang: Lang, link: &Link) -> Html {
    let more = link.host.borrow().causes(&props.scene, subject);
    // What stands in other objects is nearer to the root.
    let of = |harmless: bool| more.iter().filter(move |c| c.what.is_harmless() == harmless).map(|c| reasons::draw(c, lang, link));
    let all: Vec<Html> = of(false).chain(known).chain(of(true)).list();
    if all.is_empty() {
        return html! {};
    }
    html! { <div><h3>{ Icon::Help.draw() }{ Text::Why.t(lang) }</h3>{ all }</div> }
}

/// A text to take along, as a file.
pub fn save(name: String, text: &str, lang: Lang) -> Html {
    let text = text.to_owned();
    let onclick = Callback::from(move |_: MouseEvent| save_file(&name, &text));
    html! { <button class="chip" {onclick}>{ Icon::Down.draw() }{ Text::Save.t(lang) }</button> }
}

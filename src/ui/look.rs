//! The inspector: the selected object looked at closely, or the cluster where nothing is selected.

use std::rc::Rc;

use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use kubarium::api::duration::human_duration;
use kubarium::base::{List as _, Time};
use kubarium::views::{
    ContainerRole, ContainerState, ContainerView, Exit, Health, Listed, PodDetails, PodView, ProbeView, Relative, Why, causes, changes,
    columns, description, gone_before, kinds, list, placement, relatives, why,
};

use super::actions::{Deed, carry_out, choices, edited_path};
use super::amiss::Amiss;
use super::app::close_look;
use super::effect::use_effect_with;
use super::environment::environment;
use super::evidence::{beside_parent, evidence};
use super::feed::Feed;
use super::focus::{move_focus, use_row_focus};
use super::format::{self, seconds_to, short_clock};
use super::gauge::gauge;
use super::i18n::{Lang, Text, fill};
use super::icons::{Icon, health_icon, health_tone};
use super::inside::Inside;
use super::load::{self, LoadCurve};
use super::nucleus::{nucleus, tone as container_tone};
use super::pod_cell::{health_beside, health_text, subject_of};
use super::reasons;
use super::state::{Action, Link, LookTab, Scene, State, Subject, use_lang, use_link};
use super::timeline::{branch_name, gone};
use super::trace::{BEATS, probe_icon, probe_name, trace};
use super::uses::{over_time, signs, uses};
use super::vendor::save_file;

/// What of the page's state the inspector draws.
struct Props {
    /// What there is to see.
    scene: Rc<Scene>,
    /// Which of a pod's containers.
    container: Option<usize>,
}

/// The most objects that a list shows.
const LIST_MAX: usize = 500;
/// The most pods that are listed as those of a workload or a node, which is done anew whenever one of them changes.
const PODS_MAX: usize = 100;
/// The most objects that are named as belonging to another.
const RELATIVES_MAX: usize = 24;

/// The most bars that stand for a workload's pods, each for as many as the others.
const BARS_MAX: i64 = 12;

/// How many pods there are where a bar is full, of so many that are wanted.
fn bar(i: i64, wanted: i64) -> i64 {
    (i + 1) * wanted.max(0) / wanted.clamp(1, BARS_MAX)
}

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
                <List kind={subject.kind.clone()} revision={props.scene.view.revision} />
            </aside>
        };
    }
    let pod = if subject.kind == "Pod" { props.scene.view.pod(&subject.uid).cloned() } else { None };
    let tabs: &[(LookTab, Text)] = &[
        (LookTab::Overview, Text::Overview),
        (LookTab::Describe, Text::Describe),
        (LookTab::Yaml, Text::Yaml),
        (LookTab::Events, Text::Events),
        (LookTab::Logs, Text::Logs),
        (LookTab::Files, Text::InsideTab),
        (LookTab::Environment, Text::Environment),
    ];
    let tabs = if subject.kind == "Pod" { tabs } else { &tabs[..4] };
    let exists = link.host.borrow().object(subject).is_some();
    let body = match (state.tab, &pod) {
        // In the past it may be yet to come.
        _ if !exists && props.scene.past && state.tab != LookTab::Events => html! { <p class="empty">{ Text::NotThere.t(lang) }</p> },
        (LookTab::Yaml, _) => {
            let path = edited_path(subject);
            let edited = state.files.iter().find(|f| f.path == path.as_str()).map(|f| f.text.clone());
            html! { <Yaml subject={subject.clone()} revision={props.scene.view.revision} {edited} /> }
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
        (LookTab::Overview, Some(pod)) => html! { <>{ overview(props, pod, lang, link) }{ around(props, subject, lang, link) }</> },
        _ if !exists => gone(props.scene.clone(), subject, lang, link),
        _ => html! { <>{ object_overview(props, subject, lang, link) }{ around(props, subject, lang, link) }</> },
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
                    for (tab, text) in tabs.iter().copied() {
                        <button key={text.t(Lang::En)} class="tab" role="tab" aria-selected={(tab == state.tab).to_string()} tabindex={if tab == state.tab { "0" } else { "-1" }} onclick={link.on(move || Action::Tab(tab))}>{ text.t(lang) }</button>
                    }
                </div>
            </div>
            <div key={format!("{}{:?}", subject.uid, state.tab)} class="body" role="tabpanel" tabindex="0" aria-label={tabs.iter().find(|t| t.0 == state.tab).map(|t| t.1.t(lang))}>{ body }</div>
        </aside>
    }
}

/// What belongs to an object and what it belongs to, then what was decided about it.
fn around(props: &Props, subject: &Subject, lang: Lang, link: &Link) -> Html {
    let host = link.host.borrow();
    let Some(object) = host.object(subject) else { return html! {} };
    let (owners, mut dependents) = relatives(host.sim(), object, RELATIVES_MAX);
    // A workload's pods stand above, with how they are.
    if props.scene.view.workloads.iter().any(|w| w.key == subject.uid) {
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
        if subject.kind == "HorizontalPodAutoscaler" { { gauge(host.sim(), subject, lang, link) } }
        if subject.kind == "Service" { <LoadCurve key={subject.uid.clone()} subject={subject.clone()} runs={load::runs(host.sim(), subject)} /> }
        { list(Text::Owner, owners) }{ list(Text::Owns, dependents) }
        <div key={subject.uid.clone()}>{ evidence(host.sim(), subject, lang) }</div>
    </> }
}

/// Takes over what is typed into a field that filters.
fn filtering(filter: &UseStateHandle<String>) -> Callback<InputEvent> {
    let filter = filter.clone();
    Callback::from(move |e: InputEvent| filter.set(e.target_dyn_into::<HtmlInputElement>().map(|i| i.value()).unwrap_or_default()))
}

/// A row of a list.
const ROW: &str = "[data-row]";

#[derive(Clone, PartialEq, Properties)]
struct ListProps {
    kind: String,
    revision: u64,
}

/// The objects of a kind, filtered as one types.
#[component]
fn List(props: &ListProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let filter = use_state(String::new);
    let (place, onfocusin) = use_row_focus(ROW);
    let rows = list(link.host.borrow().sim(), &props.kind, LIST_MAX);
    let oninput = filtering(&filter);
    let row = |o: Listed| {
        let [namespace, name, uid] = o.id;
        let (label, from) = (name.clone(), Some(namespace.clone()).filter(|n| !matches!(n.as_str(), "" | "default")));
        let mark = format!("{namespace}/{name}/{uid}");
        let subject = Subject { kind: props.kind.clone(), namespace, name, uid: uid.clone() };
        html! { <li key={uid}><button data-row={mark} onclick={link.select(subject)}><b>{ label }</b><small>{ from }</small><span class="end">{ o.note }</span></button></li> }
    };
    html! {
        <div class="body" ref={place} {onfocusin} onkeydown={Callback::from(|e: KeyboardEvent| move_focus(&e, ROW))}>
            <input class="find" type="search" autocapitalize="none" autocorrect="off" value={(*filter).clone()} {oninput} placeholder={Text::Filter.t(lang)} aria-label={Text::Filter.t(lang)} />
            if rows.is_empty() { <p class="empty">{ Text::NoObjects.t(lang) }</p> }
            <ul class="list" tabindex="0" aria-label={props.kind.clone()}>{ for rows.into_iter().filter(|o| o.id[1].contains(filter.as_str())).map(row) }</ul>
        </div>
    }
}

/// When what takes long to find out is found out anew: where something changed, and each second.
#[derive(Clone, Copy, PartialEq)]
pub struct Moment {
    branch: u32,
    revision: u64,
    second: u64,
}

impl Moment {
    fn of(scene: &Scene) -> Moment {
        Moment { branch: scene.branch, revision: scene.view.revision, second: scene.view.time.0 / 1_000_000 }
    }
}

#[derive(Clone, PartialEq, Properties)]
struct DescribedProps {
    subject: Subject,
    moment: Moment,
}

/// What `kubectl describe` says.
#[component]
fn Described(props: &DescribedProps) -> Html {
    let link = use_link();
    let host = link.host.borrow();
    let text = host.object(&props.subject).map(|o| description(host.sim(), o)).unwrap_or_default();
    html! { <pre class="text describe" tabindex="0">{ drawn_in(&text) }</pre> }
}

/// How wide the column of names may be in what is described.
const NAMES_MAX: usize = 22;

/// A description whose values begin further right than that, as one long name makes them, with its values moved into sight.
fn drawn_in(text: &str) -> String {
    let at = text.strip_prefix("Name:").map_or(0, |rest| 5 + rest.len() - rest.trim_start_matches(' ').len());
    if at <= NAMES_MAX {
        return text.to_owned();
    }
    let line = |line: &str| match line.split_at_checked(at).map(|(name, value)| (name.trim_end(), value)) {
        Some((name, value)) if !value.starts_with(' ') && (name.is_empty() || name.ends_with(':')) => {
            // What a longer name says has the next line.
            let break_after = if name.len() < NAMES_MAX { "" } else { "\n" };
            format!("{name}{break_after}{:1$}{value}", "", NAMES_MAX.checked_sub(name.len()).unwrap_or(NAMES_MAX))
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).list().join("\n")
}

/// What this branch and the one that it left are called.
fn sides(scene: &Scene, lang: Lang) -> [String; 2] {
    let of = |id: u32| scene.branches.iter().find(|b| b.id == id);
    let here = of(scene.branch);
    [here, here.and_then(|b| of(b.parent?))].map(|b| b.map(|b| branch_name(b.id, b.from, lang)).unwrap_or_default())
}

/// The cluster in short, and what the signs mean.
fn cluster(props: &Props, lang: Lang, link: &Link) -> Html {
    let view = &props.scene.view;
    let healths = [
        Health::Ready,
        Health::NotReady,
        Health::Starting,
        Health::Pulling,
        Health::BackingOff,
        Health::Failing,
        Health::Succeeded,
        Health::Failed,
        Health::Terminating,
        Health::Unscheduled,
    ];
    let mut counts = [0_usize; 10];
    view.pods().for_each(|p| counts[p.health as usize] += 1);
    html! { <>
        <div>
            <h3>{ Text::Pods.t(lang) }</h3>
            <div class="legend" role="list">
                for h in healths {
                    <span role="listitem" class={classes!("tag", (counts[h as usize] > 0).then(|| health_tone(h)))}>{ health_icon(h).draw() }{ health_text(h).t(lang) }<b class="mono">{ counts[h as usize] }</b></span>
                }
            </div>
        </div>
        <Amiss view={view.clone()} moment={Moment::of(&props.scene)} />
        if let Some(parent) = link.host.borrow().beside() { { beside_parent(link.host.borrow().sim(), parent, sides(&props.scene, lang), lang) } }
        <div>
            <h3>{ Icon::Boxes.draw() }{ Text::Workloads.t(lang) }</h3>
            if view.workloads.is_empty() { <p class="tag">{ Text::NoWorkloads.t(lang) }</p> }
            <ul class="list">
                for w in &view.workloads {
                    <li key={w.key.clone()}><button title={format!("{} {}", w.kind, w.name)} onclick={link.select(Subject { kind: w.kind.clone(), namespace: w.namespace.clone(), name: w.name.clone(), uid: w.key.clone() })}>
                        <b>{ &w.name }</b>
                        <span class={classes!("bars", if w.ready >= w.desired { "ok" } else { "warn" })} aria-hidden="true">
                            for i in 0..w.desired.clamp(0, BARS_MAX) { <i class={if bar(i, w.desired) <= w.ready { "full" } else if bar(i, w.desired) <= w.current { "half" } else { "" }}></i> }
                        </span>
                        <span class="end">{ fill(if w.kind == "Job" { Text::DoneOf } else { Text::ReadyOf }.t(lang), &[&w.ready.to_string(), &w.desired.to_string()]) }</span>
                    </button></li>
                }
            </ul>
        </div>
        <div>
            <h3>{ Icon::Globe.draw() }{ Text::Services.t(lang) }</h3>
            if view.services.is_empty() { <p class="tag">{ Text::NoServices.t(lang) }</p> }
            <ul class="list">
                for s in &view.services {
                    <li key={s.key.clone()}><button title={format!("Service {}", s.name)} onclick={link.select(Subject { kind: "Service".to_owned(), namespace: s.namespace.clone(), name: s.name.clone(), uid: s.key.clone() })}>
                        <b>{ &s.name }</b><span class="end">{ if !s.has_selector { s.cluster_ip.clone() } else { fill(Text::ReachesPods.t(lang), &[&s.reached.len().to_string(), &s.selected.len().to_string()]) } }</span>
                    </button></li>
                }
            </ul>
        </div>
        <div>
            <h3>{ Icon::Grid.draw() }{ Text::Kinds.t(lang) }</h3>
            <div class="labels">
                for k in kinds(link.host.borrow().sim()).into_iter().filter(|k| k.count > 0) {
                    <button key={k.kind} class="chip" onclick={link.select(Subject { kind: k.kind.to_owned(), namespace: String::new(), name: String::new(), uid: String::new() })}>{ k.names[0] }<b class="mono">{ k.count }</b></button>
                }
            </div>
        </div>
    </> }
}

/// Why an object is not as wanted, after what is known already.
fn whys(props: &Props, subject: &Subject, mut known: Vec<Html>, lang: Lang, link: &Link) -> Html {
    let host = link.host.borrow();
    let more = host.object(subject).map(|o| causes(host.sim(), &props.scene.view, o)).unwrap_or_default();
    known.extend(more.iter().map(|c| reasons::draw(c, lang, link)));
    if known.is_empty() {
        return html! {};
    }
    html! { <div><h3>{ Icon::Help.draw() }{ Text::Why.t(lang) }</h3>{ known }</div> }
}

/// A pod: why it is not as wanted, its containers cut open, its facts.
fn overview(props: &Props, pod: &PodView, lang: Lang, link: &Link) -> Html {
    let now = props.scene.view.time;
    let told = |w: &Why| {
        let (sentence, term) = reasons::say(w, lang);
        let decided = matches!(w, Why::Unschedulable { .. }).then(|| placement(link.host.borrow().sim(), &pod.key)).flatten();
        let sentence = decided.and_then(|d| reasons::refusals(link.host.borrow().sim(), &d, lang)).unwrap_or(sentence);
        let never = || link.host.borrow().object(&subject_of(pod)).is_some_and(|o| o.at(&["spec", "restartPolicy"]).str() == "Never");
        let stays = matches!(w, Why::Ended { .. }) && never();
        // Of what ended the log says more.
        let has_log = matches!(w, Why::Ended { .. } | Why::CrashLoop { .. });
        html! {
            <p class={classes!("reason", reasons::tone(w))}>
                { sentence }if stays { { if lang == Lang::Zh { "" } else { " " } }{ Text::EndedNever.t(lang) } }<span class="term">{ term }</span>
                if has_log { <button class="chip" onclick={link.on(|| Action::Tab(LookTab::Logs))}>{ Icon::File.draw() }{ Text::ItsLog.t(lang) }</button> }
            </p>
        }
    };
    let reasons = why(pod).iter().map(told).list();
    let fact = |name: Text, value: String| {
        if value.is_empty() {
            html! {}
        } else {
            html! { <><dt>{ name.t(lang) }</dt><dd>{ value }</dd></> }
        }
    };
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
            { fact(Text::Node, pod.node.clone().unwrap_or_default()) }
            { fact(Text::Address, pod.ip.clone()) }
            { fact(Text::Created, short_clock(pod.created)) }
            { fact(Text::HealthReady, format!("{}/{}", pod.ready, pod.total)) }
            { fact(Text::Restarts, pod.restarts.to_string()) }
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

/// What is no pod: its facts and the pods that belong to it.
fn object_overview(props: &Props, subject: &Subject, lang: Lang, link: &Link) -> Html {
    let view = &props.scene.view;
    let fact = |name: Text, value: String| {
        if value.is_empty() {
            html! {}
        } else {
            html! { <><dt>{ name.t(lang) }</dt><dd>{ value }</dd></> }
        }
    };
    let mut facts = Vec::new();
    let mut pods: Vec<&Rc<PodView>> = Vec::new();
    if let Some(node) = view.nodes.iter().find(|n| subject.kind == "Node" && n.name == subject.name) {
        facts.push(fact(Text::Zone, node.zone.clone()));
        facts.push(fact(Text::Taints, node.taints.join(", ")));
        let share = |a: String, b: String| fill(Text::GaugeLabel.t(lang), &[&a, &b]);
        facts.push(fact(Text::Cpu, share(format::cores(node.cpu.requested), format::cores(node.cpu.allocatable))));
        facts.push(fact(Text::MemoryRequests, share(format::bytes(node.memory.requested), format::bytes(node.memory.allocatable))));
        pods.extend(&node.pods);
    } else if let Some(w) = view.workloads.iter().find(|w| w.key == subject.uid) {
        pods.extend(view.pods().filter(|p| p.owner.as_ref().is_some_and(|o| w.owners.contains(&o.uid))));
    }
    let host = link.host.borrow();
    let columns = host.object(subject).map(|o| columns(o, host.sim().now())).unwrap_or_default();
    let column = |(name, value): (&'static str, String)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    let columns = columns.into_iter().filter(|c| !c.1.is_empty()).map(column);
    html! { <>
        { whys(props, subject, Vec::new(), lang, link) }
        <dl class="facts">{ for facts }{ for columns }</dl>
        if !pods.is_empty() {
            <div>
                <h3>{ Text::Pods.t(lang) }if pods.len() > PODS_MAX { { format!(" · {PODS_MAX} / {}", pods.len()) } }</h3>
                <ul class="list">
                    for p in pods.into_iter().take(PODS_MAX) {
                        <li key={p.key.clone()}><button onclick={link.select(subject_of(p))}>
                            <span class={classes!("tag", health_tone(p.health))}>{ health_icon(p.health).draw() }</span><b>{ &p.name }</b><span class="end">{ &p.status }</span>
                        </button></li>
                    }
                </ul>
            </div>
        }
    </> }
}

#[derive(Clone, PartialEq, Properties)]
struct YamlProps {
    subject: Subject,
    revision: u64,
    /// The same object as it stands in the editor, where it does.
    edited: Option<AttrValue>,
}

/// A text to take along, as a file.
pub fn save(name: String, text: &str, lang: Lang) -> Html {
    let text = text.to_owned();
    let onclick = Callback::from(move |_: MouseEvent| save_file(&name, &text));
    html! { <button class="chip" {onclick}>{ Icon::Down.draw() }{ Text::Save.t(lang) }</button> }
}

/// The object as YAML, keys set apart from values; before it what the editor would change in it.
#[component]
fn Yaml(props: &YamlProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let text = use_memo((props.subject.clone(), props.revision), |(subject, _)| link.host.borrow().object(subject).map(PodDetails::yaml));
    let changed = use_memo((text.clone(), props.edited.clone()), |(text, edited)| match (&**text, edited) {
        (Some(live), Some(edited)) => changes(live, edited),
        _ => String::new(),
    });
    match &*text {
        None => html! { <p class="empty">{ Text::Gone.t(lang) }</p> },
        Some(text) => html! { <>
            <div class="logbar">{ save(edited_path(&props.subject), text, lang) }</div>
            if !changed.is_empty() {
                <div><h3>{ Icon::Edit.draw() }{ Text::EditorChanges.t(lang) }</h3><pre class="text diff" tabindex="0">{ for changed.lines().map(changed_line) }</pre></div>
            }
            <pre class="text" tabindex="0">{ for text.lines().map(yaml_line) }</pre>
        </> },
    }
}

fn changed_line(line: &str) -> Html {
    let tone = match line.as_bytes().first() {
        Some(b'+') => "ok",
        Some(b'-') => "bad",
        _ => "",
    };
    html! { <span class={tone}>{ line }{ "\n" }</span> }
}

/// A longer line of YAML is folded: it is there for a program, as what was applied last is.
const FOLD_FROM: usize = 160;

/// How deep a line of YAML begins, in letters.
fn depth_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

/// A line of YAML of which what goes on in the next line stays within its own depth.
pub fn hung_line(line: &str) -> Html {
    html! { <span class="line" style={format!("--n:{}", depth_of(line))}>{ line }{ "\n" }</span> }
}

fn yaml_line(line: &str) -> Html {
    let depth = depth_of(line);
    let style = format!("--n:{depth}");
    let key = line.find(": ").or_else(|| line.ends_with(':').then(|| line.len() - 1));
    match key.filter(|at| !line[..*at].trim_start_matches([' ', '-']).contains(' ')) {
        _ if line.len() > FOLD_FROM => {
            let begin: String = line.trim_start().chars().take(FOLD_FROM).collect();
            html! { <details class="line" {style}><summary>{ begin }</summary>{ line }{ "\n" }</details> }
        }
        Some(at) => html! { <span class="line" {style}><b>{ &line[..at] }</b>{ ":" }<i>{ &line[at + 1..] }</i>{ "\n" }</span> },
        // An item, or what goes on from the line before.
        None => html! { <span class="line" {style}>{ &line[..depth] }<i>{ &line[depth..] }</i>{ "\n" }</span> },
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

/// The container that is looked at: the one chosen, or the first main one.
pub fn chosen(pod: &PodView, container: Option<usize>) -> Option<&ContainerView> {
    let main = || pod.containers.iter().find(|c| c.role == ContainerRole::Main);
    container.and_then(|i| pod.containers.get(i)).or_else(main).or(pod.containers.first())
}

#[derive(Clone, PartialEq, Properties)]
struct LogsProps {
    pod: Rc<PodView>,
    container: Option<usize>,
    time: Time,
}

/// What a container wrote, in this run or the one before: the lines that have what is looked for, followed to the newest.
#[component]
fn Logs(props: &LogsProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let (previous, follow, filter, place) = (use_state(|| false), use_state(|| true), use_state(String::new), use_node_ref());
    let Some(c) = chosen(&props.pod, props.container) else { return html! {} };
    let text = link.host.borrow().logs(&subject_of(&props.pod), &c.name, *previous);
    let text = text
        .map(|t| if filter.is_empty() { t } else { t.lines().filter(|l| l.contains(filter.as_str())).map(|l| format!("{l}\n")).collect() });
    use_effect_with((text.as_ref().map_or(0, String::len), *follow), {
        let place = place.clone();
        move |(_, follow)| {
            if let Some(body) = place.cast::<Element>().filter(|_| *follow).and_then(|p| p.closest(".body").ok()?) {
                body.set_scroll_top(body.scroll_height());
            }
        }
    });
    let check = |text: Text, is: &UseStateHandle<bool>| {
        let (on, is) = (**is, is.clone());
        let onchange = Callback::from(move |e: Event| is.set(e.target_dyn_into::<HtmlInputElement>().is_some_and(|i| i.checked())));
        html! { <label><input type="checkbox" checked={on} {onchange} />{ " " }{ text.t(lang) }</label> }
    };
    let oninput = filtering(&filter);
    html! { <>
        <div class="logbar">
            { choose(&props.pod, props.container, lang, &link) }
            <input class="find grow" type="search" autocapitalize="none" autocorrect="off" value={(*filter).clone()} {oninput} placeholder={Text::Filter.t(lang)} aria-label={Text::Filter.t(lang)} />
            { check(Text::Follow, &follow) }{ check(Text::PreviousRun, &previous) }
            if let Ok(text) = &text { { save(format!("{}-{}.log", props.pod.name, c.name), text, lang) } }
        </div>
        { match text {
            Err(refusal) => html! { <p class="empty mono">{ refusal.into_message() }</p> },
            Ok(text) if text.is_empty() => html! { <p class="empty">{ if filter.is_empty() { Text::NoLogs } else { Text::NoLines }.t(lang) }</p> },
            Ok(text) => html! { <pre ref={place} class="text" tabindex="0">{ format::plain(&text) }</pre> },
        } }
    </> }
}

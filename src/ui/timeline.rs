//! The timeline under the picture: every event and everything that was done, a cursor that goes to any moment that was, the
//! next event of a kind, and the branches.

use std::fmt::Write;
use std::rc::Rc;

use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use kubarium::base::{List as _, SortedSet, Time};
use kubarium::sim::Switch;
use kubarium::views::EventView;

use super::format::{grid, grid_label, short_clock};
use super::host::{Host, Hunt};
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{Link, use_lang, use_link};
use super::state::{Act, Action, Scene, Subject};

/// What the timeline needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What there is to see.
    pub scene: Rc<Scene>,
    /// What is looked at.
    pub selected: Option<Subject>,
    /// Which events are gone to.
    pub hunt: AttrValue,
    /// Whether only the events of what is selected are shown.
    pub only: bool,
}

/// Reasons that can be waited for, beside any event and any warning.
const REASONS: [&str; 14] = [
    "Scheduled",
    "FailedScheduling",
    "Pulled",
    "Started",
    "Unhealthy",
    "Killing",
    "BackOff",
    "Failed",
    "SuccessfulCreate",
    "SuccessfulDelete",
    "ScalingReplicaSet",
    "SuccessfulRescale",
    "NodeNotReady",
    "TaintManagerEviction",
];
/// Until then the strip goes by tenths of a second, afterwards by seconds.
const FINE_UNTIL: Time = Time::from_secs(30);
/// How many places the strip tells apart.
const PLACES: u64 = 1000;

/// The UIDs that belong to what is selected: its own, and those of the pods that it makes or selects.
fn about(scene: &Scene, subject: &Subject) -> SortedSet<String> {
    let view = &scene.view;
    let mut uids = SortedSet::from([subject.uid.clone(), subject.name.clone()]);
    if let Some(w) = view.workloads.iter().find(|w| w.key == subject.uid) {
        uids.extend(w.owners.iter().cloned());
        uids.extend(view.pods().filter(|p| p.owner.as_ref().is_some_and(|o| w.owners.contains(&o.uid))).map(|p| p.key.clone()));
    } else if let Some(s) = view.services.iter().find(|s| s.key == subject.uid) {
        uids.extend(s.selected.iter().cloned());
    } else if let Some(n) = view.nodes.iter().find(|n| n.key == subject.uid) {
        uids.extend(n.pods.iter().map(|p| p.key.clone()));
    }
    uids
}

/// What the keys and buttons go to: the kind of event that is chosen, of what is selected where only that is shown.
pub fn hunt_of(scene: &Scene, selected: Option<&Subject>, reason: &str, only: bool) -> Hunt {
    Hunt { reason: reason.to_owned(), about: selected.filter(|_| only).map(|s| about(scene, s)).unwrap_or_default() }
}

/// What stands in the place of an object that is no longer there: so much, and the way back to the last that happened to it.
pub fn gone(scene: Rc<Scene>, subject: &Subject, lang: Lang, link: &Link) -> Html {
    let (link, hunt) = (link.clone(), Hunt { reason: String::new(), about: SortedSet::from([subject.uid.clone()]) });
    let back = Callback::from(move |_: MouseEvent| link.last_event(&scene, &hunt));
    html! {
        <div class="empty">
            <p>{ Text::Gone.t(lang) }</p>
            <button class="btn outline" onclick={back}>{ Icon::Back.draw() }{ Text::LastOfIt.t(lang) }</button>
        </div>
    }
}

/// Ticks at their places, one path for all; `y` is where they begin and `h` how tall they are.
fn ticks(times: impl Iterator<Item = Time>, end: Time, y: u32, h: u32) -> String {
    let (mut path, mut last) = (String::new(), u64::MAX);
    for t in times {
        let x = t.0 * PLACES / end.0.max(1);
        if x != last {
            last = x;
            // Writing into a String cannot fail.
            let _ = write!(path, "M{x} {y}v{h}");
        }
    }
    path
}

/// Where a moment stands on the strip, in hundredths.
fn percent(t: Time, end: Time) -> f64 {
    t.0 as f64 * 100.0 / end.0.max(1) as f64
}

#[derive(Clone, PartialEq, Properties)]
struct CursorProps {
    end: Time,
    step: u64,
    value: u64,
    spoken: AttrValue,
    oninput: Callback<InputEvent>,
}

/// The cursor, and above the pointer the moment that it points at.
#[component]
fn Cursor(props: &CursorProps) -> Html {
    let lang = use_lang();
    // Not the moment: the strip grows while the pointer rests.
    let part = use_state(|| None::<f64>);
    let onpointermove = {
        let part = part.clone();
        Callback::from(move |e: PointerEvent| {
            let strip = e.target_dyn_into::<Element>().map(|strip| strip.get_bounding_client_rect());
            part.set(strip.map(|r| ((f64::from(e.client_x()) - r.left()) / r.width().max(1.0)).clamp(0.0, 1.0)));
        })
    };
    let onpointerleave = {
        let part = part.clone();
        Callback::from(move |_: PointerEvent| part.set(None))
    };
    let step = props.step as f64 * 1000.0;
    let moment = |part: f64| Time((part * props.end.0 as f64 / step).round() as u64 * props.step * 1000);
    html! { <>
        <input type="range" min="0" max={(props.end.0 / 1000).to_string()} step={props.step.to_string()} value={props.value.to_string()} oninput={props.oninput.clone()} {onpointermove} {onpointerleave} aria-label={Text::Moment.t(lang)} aria-valuetext={props.spoken.clone()} />
        if let Some(part) = *part { <b class="at" aria-hidden="true" style={format!("--x:{:.2}%", part * 100.0)}>{ short_clock(moment(part)) }</b> }
    </> }
}

fn words(e: &EventView) -> String {
    format!("{} {} · {}", e.reason, e.name, e.message)
}

/// What was done, in a few words: what is typed as it stands there, the rest as its button calls it.
pub fn act_words(act: &Act, lang: Lang) -> String {
    let f = match act {
        Act::Line(line) => return line.clone(),
        Act::Load(service) if service.is_empty() => return Text::Load.t(lang).to_owned(),
        Act::Load(service) => return fill(Text::Of.t(lang), &[Text::Requests.t(lang), service]),
        Act::Fault(fault) => fault,
    };
    let switch = |s: Option<Switch>, off: Text, on: Text| s.map(|s| if s == Switch::Stop { off } else { on }.t(lang).to_owned());
    let times = |n: Option<u32>, slow: Text, fast: Text| {
        n.map(|n| if n > 1 { fill(slow.t(lang), &[&n.to_string()]) } else { fast.t(lang).to_owned() })
    };
    let words = [
        switch(f.kubelet, Text::StopNode, Text::StartNode),
        switch(f.network, Text::CutNetwork, Text::MendNetwork),
        times(f.disk, Text::WrongDisk, Text::FastDisk),
        times(f.registry, Text::WrongRegistry, Text::FastRegistry),
        f.kill.as_ref().map(|of| match f.pid {
            Some(pid) => fill(Text::KillOf.t(lang), &[&pid.to_string(), &of.to_string()]),
            None => format!("{} {of}", Text::KillContainer.t(lang)),
        }),
        f.fill.as_ref().map(|of| format!("{} {of} {}Mi", Text::FillMemory.t(lang), f.mib.unwrap_or(512))),
    ];
    let words = words.into_iter().flatten().list().join(", ");
    f.node.as_ref().map_or_else(|| words.clone(), |node| fill(Text::Of.t(lang), &[node, &words]))
}

/// What a branch is called: the first one, or by its number and when it began.
pub fn branch_name(id: u32, from: Time, lang: Lang) -> String {
    if id == 0 { Text::BranchFirst.t(lang).to_owned() } else { fill(Text::BranchNamed.t(lang), &[&id.to_string(), &short_clock(from)]) }
}

/// The timeline.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let scene = &props.scene;
    let now = scene.view.time;
    // The strip ends with a whole step, so that now stands at its end.
    let step = if scene.end < FINE_UNTIL { 100 } else { 1000 };
    let end = Time((scene.end.0 / 1000).div_ceil(step) * step * 1000);
    let whole = |t: Time| if scene.past { t } else { end };
    let hunt = hunt_of(scene, props.selected.as_ref(), &props.hunt, props.only);
    let any = Hunt { reason: String::new(), about: hunt.about.clone() };
    let shown = |e: &&Rc<EventView>| any.is_met_by(e);
    let paths = [false, true].map(|warns| {
        let (y, h) = if warns { (1, 11) } else { (14, 9) };
        ticks(scene.marks.iter().filter(shown).filter(|e| e.warning == warns).map(|e| e.last), end, y, h)
    });
    let acts = ticks(scene.acts.iter().map(|a| a.0), end, 27, 7);
    // What had happened last at this moment.
    let event = scene.marks.iter().rev().filter(shown).find(|e| e.last <= now);
    let act = scene.acts.iter().rev().find(|a| a.0 <= now);
    let (at, icon, tone, caption) = match (event, act) {
        (Some(e), Some(a)) if a.0 < e.last => {
            (e.last, if e.warning { Icon::Bang } else { Icon::Info }, if e.warning { "warn" } else { "info" }, words(e))
        }
        (Some(e), None) => (e.last, if e.warning { Icon::Bang } else { Icon::Info }, if e.warning { "warn" } else { "info" }, words(e)),
        (_, Some(a)) => (a.0, Icon::Terminal, "you", act_words(&a.1, lang)),
        (None, None) => (Time::ZERO, Icon::Info, "", Text::NothingYet.t(lang).to_owned()),
    };
    let on_drag = {
        let (link, newest) = (link.clone(), scene.end);
        Callback::from(move |e: InputEvent| {
            if let Some(ms) = e.target_dyn_into::<HtmlInputElement>().and_then(|i| i.value().parse::<f64>().ok()) {
                let to = Time::from_secs_f64(ms / 1000.0);
                link.seek(if to.0 + 100_000 >= end.0 { newest } else { to });
            }
        })
    };
    let go = |back: bool| {
        let (link, scene, hunt) = (link.clone(), scene.clone(), hunt.clone());
        Callback::from(move |_: MouseEvent| if back { link.last_event(&scene, &hunt) } else { link.next_event(&scene, hunt.clone()) })
    };
    let on_host = |act: fn(&mut Host)| {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.with_host(act))
    };
    let on_kind = {
        let link = link.clone();
        Callback::from(move |e: Event| {
            link.send(Action::Hunt(e.target_dyn_into::<HtmlSelectElement>().map(|s| s.value()).unwrap_or_default().into()))
        })
    };
    let on_branch = {
        let link = link.clone();
        Callback::from(move |e: Event| {
            if let Some(id) = e.target_dyn_into::<HtmlSelectElement>().and_then(|s| s.value().parse().ok()) {
                link.with_host(|h| h.switch(id));
            }
        })
    };
    let button = |icon: Icon, text: Text, key: &str, onclick: Callback<MouseEvent>| {
        html! { <button class="btn square" {onclick} aria-label={text.t(lang)} title={format!("{} ({key})", text.t(lang))}>{ icon.draw() }</button> }
    };
    let value = whole(now).0 / 1000;
    html! {
        <section class={classes!("panel", "timeline", scene.past.then_some("past"))} aria-label={Text::Timeline.t(lang)}>
            { button(Icon::Back, Text::EventBefore, "p", go(true)) }
            <div class="strip">
                <svg viewBox="0 0 1000 36" preserveAspectRatio="none" aria-hidden="true">
                    <path class="grid" d={ticks(grid(end), end, 0, 36)} /><path class="line" d="M0 25.5h1000" />
                    <path class="info" d={paths[0].clone()} /><path class="warn" d={paths[1].clone()} /><path class="acts" d={acts} />
                </svg>
                <i class="to-come" style={format!("left:{:.3}%", percent(whole(now), end))}></i>
                for t in grid(end) { <small key={t.0} aria-hidden="true" style={format!("left:{:.2}%", percent(t, end))}>{ grid_label(t, end) }</small> }
                <Cursor {end} {step} {value} spoken={format!("{}: {caption}", short_clock(now))} oninput={on_drag} />
            </div>
            { button(Icon::Step, Text::EventAfter, "n", go(false)) }
            <select onchange={on_kind} aria-label={Text::HuntKind.t(lang)} title={Text::HuntKind.t(lang)}>
                <option value="" selected={props.hunt.is_empty()}>{ Text::AnyEvent.t(lang) }</option>
                <option value="Warning" selected={props.hunt == "Warning"}>{ Text::AnyWarning.t(lang) }</option>
                for reason in REASONS { <option value={reason} selected={props.hunt == reason}>{ reason }</option> }
            </select>
            <p class={classes!("caption", tone)}>
                <time>{ short_clock(at) }</time>{ icon.draw() }<span title={caption.clone()}>{ &caption }</span>
                if let Some(s) = props.selected.as_ref().filter(|s| !s.is_list()) {
                    <button class="chip" aria-pressed={props.only.to_string()} aria-label={fill(Text::OnlyOf.t(lang), &[&s.name])} title={s.name.clone()} onclick={let only = props.only; link.on(move || Action::Only(!only))}>{ Icon::Look.draw() }<span class="wide">{ fill(Text::OnlyOf.t(lang), &[&s.name]) }</span></button>
                }
                if scene.branches.len() > 1 {
                    <select onchange={on_branch} aria-label={Text::Branches.t(lang)}>
                        for b in scene.branches.iter() { <option key={b.id} value={b.id.to_string()} selected={b.id == scene.branch}>{ branch_name(b.id, b.from, lang) }</option> }
                    </select>
                }
                if scene.past {
                    <button class="chip" onclick={on_host(Host::branch_here)} title={Text::BranchHint.t(lang)} aria-label={Text::BranchHere.t(lang)}>{ Icon::Fork.draw() }<span class="wide">{ Text::BranchHere.t(lang) }</span></button>
                    <button class="chip solid" onclick={on_host(Host::back_to_now)} title="0">{ Icon::Again.draw() }{ Text::BackToNow.t(lang) }</button>
                }
            </p>
        </section>
    }
}

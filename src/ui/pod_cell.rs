//! A pod as a cell, at five sizes.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use kubarium::base::Time;
use kubarium::views::{ContainerRole, Health, PodView};

use super::effect::use_effect_with;
use super::format::seconds_to;
use super::i18n::{Text, fill};
use super::icons::{Icon, health_icon, health_tone};
use super::lang::Lang;
use super::link::{use_lang, use_link};
use super::nucleus::nucleus;
use super::papers::Paper;
use super::state::Subject;
use super::trace::{BEATS_OF_CELL, trace};
use super::uses::{signs, uses};
use super::vendor::fall;

/// How much room a cell has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Density {
    /// Everything is drawn.
    Large,
    /// Name, nuclei, state; name and state in two lines each.
    Tall,
    /// Name, nuclei, state.
    Medium,
    /// The end of its name, and a sign.
    Brief,
    /// One sign.
    Small,
}

/// How many cells of each density but the last have room in a node.
pub type Room = [usize; 4];

impl Density {
    /// The density for this many pods on the fullest node. It grows only where clearly fewer are left, so that a rollout, which adds a few
    /// and takes a few, does not make the picture leap.
    pub fn next(self, pods_most: usize, room: Room) -> Density {
        let all = [Density::Large, Density::Tall, Density::Medium, Density::Brief];
        let fits = |(density, n): &(Density, usize)| pods_most <= if *density < self { n - n.div_ceil(3) } else { *n };
        all.into_iter().zip(room).find(fits).map_or(Density::Small, |found| found.0)
    }

    /// As the stylesheet has it.
    pub fn class(self) -> &'static str {
        match self {
            Density::Large => "large",
            Density::Tall => "medium tall",
            Density::Medium => "medium",
            Density::Brief => "brief",
            Density::Small => "small",
        }
    }
}

/// What a cell needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The pod.
    pub pod: Rc<PodView>,
    /// How much room there is.
    pub density: Density,
    /// Whether it is the one selected.
    pub pressed: bool,
    /// Whether it steps back, since something else is looked for.
    pub dim: bool,
    /// While a newer generation takes the place of an older one, whether it is of the older.
    pub old: Option<bool>,
    /// The services that select it, and whether they reach it.
    pub doors: Doors,
    /// Of what it has of ConfigMaps and Secrets, the copy that stands worst.
    pub paper: Option<Paper>,
    /// Now, where something in it counts down; zero otherwise, so that it is not drawn anew for nothing.
    pub now: Time,
}

/// The services that select a pod, by name, and whether they reach it.
pub type Doors = Vec<(String, bool)>;

/// Now for this pod: zero where nothing in it counts down.
pub fn now_for(pod: &PodView, now: Time) -> Time {
    let timed = pod.terminating.is_some() || pod.containers.iter().any(|c| c.pull.is_some() || c.backoff.is_some() || c.ending.is_some());
    if timed { now } else { Time::ZERO }
}

/// The pod as the page refers to it.
pub fn subject_of(pod: &PodView) -> Subject {
    Subject { kind: "Pod".to_owned(), namespace: pod.namespace.clone(), name: pod.name.clone(), uid: pod.key.clone() }
}

/// A health in a word.
pub fn health_text(health: Health) -> Text {
    match health {
        Health::Ready => Text::HealthReady,
        Health::NotReady => Text::HealthNotReady,
        Health::Starting => Text::HealthStarting,
        Health::Pulling => Text::HealthPulling,
        Health::BackingOff => Text::HealthBackingOff,
        Health::Failing => Text::HealthFailing,
        Health::Succeeded => Text::HealthSucceeded,
        Health::Failed => Text::HealthFailed,
        Health::Terminating => Text::HealthTerminating,
        Health::Unscheduled => Text::HealthUnscheduled,
    }
}

/// The word for a pod's health, to stand beside its status; nothing where that says it.
pub fn health_beside(pod: &PodView, lang: Lang) -> String {
    let word = health_text(pod.health).t(lang);
    if pod.status == word { String::new() } else { format!(" · {word}") }
}

/// The namespace of a pod that is not where pods are by default.
fn space_of(pod: &PodView) -> Option<&str> {
    Some(pod.namespace.as_str()).filter(|n| *n != "default")
}

/// A pod in one sentence, for who does not see it.
pub fn spoken(pod: &PodView, lang: Lang) -> String {
    let ready = fill(Text::ReadyOf.t(lang), &[&pod.ready.to_string(), &pod.total.to_string()]);
    let restarts =
        if pod.restarts > 0 { format!(", {}", fill(Text::RestartedTimes.t(lang), &[&pod.restarts.to_string()])) } else { String::new() };
    let name = if space_of(pod).is_some() { pod.full_name() } else { pod.name.clone() };
    format!("{} {name}: {}, {}, {ready}{restarts}", Text::Pod.t(lang), pod.status, health_text(pod.health).t(lang))
}

/// The longest name of a pod without an owner that stands there as one, in letters.
const WHOLE_MAX: usize = 24;

/// The name in two parts: what the generator appended, or the end of a long name, stands apart: it tells it from others. A base that is as
/// long as a name may be has no dash before it.
fn name_parts(pod: &PodView) -> (String, String) {
    match pod.name.rfind('-').map(|at| at.max(pod.name.len().saturating_sub(6))) {
        Some(at) if pod.owner.is_some() || pod.name.len() > WHOLE_MAX => (pod.name[..at].to_owned(), pod.name[at..].to_owned()),
        _ => (pod.name.clone(), String::new()),
    }
}

/// What tells a pod from others where there is little room: the end of its name, or all of a short one.
pub fn short_name(pod: &PodView) -> String {
    let (stem, end) = name_parts(pod);
    if end.is_empty() { stem } else { end }
}

/// Words of a status without which it is known where there is little room: `CrashLoop`, `Creating`, `ConfigError`.
const KNOWN_WITHOUT: [&str; 4] = ["BackOff", "Container", "Create", "Pod"];

/// A status in as few words as tell it from others.
fn brief(status: &str) -> String {
    KNOWN_WITHOUT.into_iter().fold(status.to_owned(), |text, word| text.replace(word, ""))
}

/// A status; where it has two lines, it may be broken before each of its words: `CrashLoopBackOff` is one of three. Where it has a short one,
/// it is brief.
fn status(text: &str, density: Density) -> Html {
    if density == Density::Medium {
        return html! { brief(text) };
    }
    let (mut words, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.bytes().skip(1).position(|b| density == Density::Tall && b.is_ascii_uppercase()) {
        let (word, after) = rest.split_at(at + 1);
        words.push(html! { word });
        words.push(html! { <wbr /> });
        rest = after;
    }
    html! { <>{ for words }{ rest }</> }
}

/// A pod as a cell.
#[component]
pub fn PodCell(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let pod = &*props.pod;
    let class = classes!(
        "pod",
        health_tone(pod.health),
        matches!(pod.health, Health::NotReady | Health::Starting | Health::Pulling | Health::Unscheduled | Health::BackingOff)
            .then_some("open"),
        (pod.health == Health::Terminating).then_some("gone"),
        props.dim.then_some("dim"),
        (props.old == Some(true)).then_some("old"),
    );
    let onclick = link.select(subject_of(pod));
    // What has just been put on its node falls there from the queue; not where somebody goes to another moment.
    let place = use_node_ref();
    use_effect_with((), {
        let (place, is_new) = (place.clone(), pod.node.is_some() && matches!(pod.health, Health::Starting | Health::Pulling));
        move |()| {
            if let Some(cell) = place.cast::<Element>().filter(|cell| is_new && !matches!(cell.closest(".still"), Ok(Some(_)))) {
                fall(&cell);
            }
        }
    });
    let pressed = if props.pressed { "true" } else { "false" };
    let mut label = spoken(pod, lang);
    if props.density >= Density::Brief {
        let end = short_name(pod).trim_start_matches('-').to_owned();
        return html! {
            <button {class} {onclick} data-uid={pod.key.clone()} aria-pressed={pressed} aria-label={label.clone()} title={label}>{ health_icon(pod.health).draw() }if props.density == Density::Brief { <span>{ end }</span> }</button>
        };
    }
    // What counts down is not said: who stands on it would hear each second.
    let generation = props.old.map(|old| if old { (Icon::Leave, Text::Older) } else { (Icon::Plus, Text::Newer) });
    for words in generation
        .map(|(_, word)| word.t(lang).to_owned())
        .into_iter()
        .chain(props.doors.iter().map(|(name, open)| door_words(name, *open, lang)))
    {
        label += ", ";
        label += &words;
    }
    let (stem, suffix) = name_parts(pod);
    let is_large = props.density == Density::Large;
    let main = || pod.containers.iter().filter(|c| c.role == ContainerRole::Main);
    // The first probe stands in the cell's last line and the second beside the state, so that every cell is as high as the others.
    let mut probes = pod.containers.iter().filter(|c| c.is_running()).flat_map(|c| &c.probes);
    let first = probes.next();
    html! {
        <button ref={place} {class} {onclick} data-uid={pod.key.clone()} aria-pressed={pressed} title={pod.full_name()}>
            <span class="sr">{ label }</span>
            // Said in words that stay as they are while numbers change.
            <span class="drawn" aria-hidden="true">
                <span class="name"><span>{ stem }</span><span>{ suffix }</span></span>
                <span class="nuclei">
                    for c in &pod.containers { { nucleus(c, props.now) } }
                    <span class="side">
                        <span>
                            if let Some((icon, word)) = generation { <span class="older">{ icon.draw() }{ word.t(lang) }</span> }
                            <b>{ format!("{}/{}", pod.ready, pod.total) }</b>
                        </span>
                        <span>
                            if let Some(space) = space_of(pod) { <small>{ space.to_owned() }</small> }
                            { for props.paper.as_ref().map(|p| p.draw("", lang)) }
                            if is_large { { signs(main(), lang) } }
                            if pod.restarts > 0 { <span class="again" title={Text::Restarts.t(lang)}>{ Icon::Again.draw() }{ pod.restarts }</span> }
                        </span>
                    </span>
                </span>
                if is_large { { uses(main(), lang) } }
                <span class="state" title={pod.status.clone()}>
                    { health_icon(pod.health).draw() }
                    <span>{ status(&pod.status, props.density) }</span>
                    if let Some(p) = probes.next() { { trace(p, BEATS_OF_CELL, lang) } }
                    if let Some(grace) = pod.terminating.filter(|g| g.until > props.now) { <em>{ format!("{}s", seconds_to(grace.until, props.now)) }</em> }
                </span>
                // Also while nothing is probed, as between two runs: what stands above it stays where it is.
                if !props.doors.is_empty() || pod.containers.iter().any(|c| !c.probes.is_empty()) {
                    <span class="foot">{ doors(&props.doors, lang) }{ for first.map(|p| trace(p, BEATS_OF_CELL, lang)) }</span>
                }
            </span>
        </button>
    }
}

/// What a service does for a pod.
fn door_words(name: &str, open: bool, lang: Lang) -> String {
    format!("{name}: {}", if open { Text::SendsHere } else { Text::SendsNone }.t(lang))
}

/// The services that select a pod: an open door where they reach it, a barred one where they do not.
fn doors(doors: &Doors, lang: Lang) -> Html {
    let door = |(name, open): &(String, bool)| {
        html! {
            <span class={classes!("door", if *open { "ok" } else { "warn" })} title={door_words(name, *open, lang)}>
                { Icon::Globe.draw() }<span>{ name }</span>if !*open { { Icon::Cross.draw() } }
            </span>
        }
    };
    html! { <span class="doors">{ for doors.iter().map(door) }</span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_status_says_what_tells_it_from_others() {
        let cases = [
            ("Running", "Running"),
            ("CrashLoopBackOff", "CrashLoop"),
            ("ContainerCreating", "Creating"),
            ("PodInitializing", "Initializing"),
            ("ImagePullBackOff", "ImagePull"),
            ("CreateContainerConfigError", "ConfigError"),
            ("Init:0/1", "Init:0/1"),
        ];
        for (status, said) in cases {
            assert_eq!(brief(status), said);
        }
    }

    #[test]
    fn cells_give_way_at_once_and_grow_late() {
        use Density::{Brief, Large, Medium, Small, Tall};
        let cases = [
            (Large, 3, Large),
            (Large, 4, Tall),
            (Tall, 3, Tall),
            (Tall, 2, Large),
            (Tall, 6, Medium),
            (Medium, 4, Medium),
            (Medium, 3, Tall),
            (Medium, 2, Large),
            (Large, 16, Brief),
            (Brief, 11, Brief),
            (Brief, 10, Medium),
            (Brief, 71, Small),
            (Small, 47, Small),
            (Small, 46, Brief),
            (Small, 1, Large),
        ];
        for (before, pods, after) in cases {
            assert_eq!(before.next(pods, [3, 5, 15, 70]), after, "{before:?} with {pods} pods");
        }
        // Where none has room, a sign is left, and none where there is no pod.
        assert_eq!(Large.next(1, [0, 0, 0, 0]), Small);
        assert_eq!(Large.next(0, [0, 0, 0, 0]), Large);
    }
}

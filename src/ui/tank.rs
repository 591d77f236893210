//! The tank: the nodes on their rack with the pods in them, and the strip of those that wait.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use kubarium::api::Object as _;
use kubarium::base::{List as _, Time};
use kubarium::sim::Sim;
use kubarium::views::{
    ClusterView, Flow, NodeFaults, NodeView, PodView, ServiceView, Share, WorkloadView, autoscalers, ingresses, lessons, placement,
    placement_tried,
};

use super::app::EMBEDDED;
use super::dim::{Dim, matches};
use super::effect::use_effect_with;
use super::focus::{move_focus, press, use_row_focus};
use super::format;
use super::gauge::{dial, percent};
use super::heat::{Heat, is_far};
use super::host::Host;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{use_lang, use_link};
use super::papers::Papers;
use super::pod_cell::{Density, Doors, PodCell, Room, now_for, short_name};
use super::pod_table::pod_table;
use super::ready_menu::begin;
use super::reasons;
use super::section::section;
use super::state::{Action, Panel, Scene, Subject};
use super::traffic::{OUTSIDE, Traffic};

/// What the tank needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What there is to see.
    pub scene: Rc<Scene>,
    /// What is looked at.
    pub selected: Option<Subject>,
    /// What pods' names must contain.
    pub filter: AttrValue,
    /// Whether to show the table instead.
    pub table: bool,
    /// Whether to show the selected pod as a cross-section.
    pub section: bool,
    /// Whether it is seen: a narrow page shows one panel at a time.
    pub shown: bool,
    /// The theme, whose colours the canvases take.
    pub dark: bool,
    /// What stands under the picture.
    pub children: Html,
}

/// The most pods that are drawn as waiting: how many wait, and why one of them does, stands beside them.
const QUEUE_MAX: usize = 4;
/// The most services that a cell names.
const DOORS_MAX: usize = 2;

/// Whose pods stand out: what is selected, or what the autoscaler that is selected scales.
fn lit(props: &Props, host: &Host) -> Option<Subject> {
    let mut lit = props.selected.clone()?;
    let autoscaler = host.object(&lit).filter(|o| o.kind() == "HorizontalPodAutoscaler");
    let target = autoscaler.map(|o| o.at(&["spec", "scaleTargetRef"]));
    let scaled = props
        .scene
        .view
        .workloads
        .iter()
        .find(|w| target.is_some_and(|t| w.kind == t.kind() && w.name == t.get("name").str()) && w.namespace == lit.namespace);
    if let Some(w) = scaled {
        lit.uid.clone_from(&w.key);
    }
    Some(lit)
}

/// The tank.
#[component]
pub fn Tank(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let view = &props.scene.view;
    // One that is as before is the very same, which each node sees without looking into it.
    let kept = use_mut_ref(|| None::<Rc<Around>>);
    let around = {
        let (new, mut kept) = (Around::of(props, lit(props, &link.host.borrow())), kept.borrow_mut());
        let same = kept.take().filter(|old| **old == new);
        kept.insert(same.unwrap_or_else(|| Rc::new(new))).clone()
    };
    // How many nodes are not seen of the rack, and how many cells have room in each.
    let (rack_place, unseen, room) = (use_node_ref(), use_state_eq(|| None), use_state_eq(|| ROOM));
    let most = view.nodes.iter().map(|n| n.pods.len()).max().unwrap_or(0);
    let density = use_mut_ref(|| Density::Large);
    let density = {
        let mut kept = density.borrow_mut();
        *kept = kept.next(most, *room);
        *kept
    };
    // What was late and has come is brought.
    let papers = use_mut_ref(Rc::default);
    use_effect_with(props.scene.papers.clone(), move |now: &Rc<Papers>| now.bring(&papers.replace(now.clone())));
    // Why no node takes a pod is put into words once for each try.
    let tried = refused_of(props).map(|pod| {
        let sim = link.host.borrow();
        let uid = tried_of(pod, view, sim.sim());
        (placement_tried(sim.sim(), &uid), uid, pod.message.clone())
    });
    let refused = use_memo((tried, lang), |(tried, lang)| {
        let (host, (_, uid, message)) = (link.host.borrow(), tried.as_ref()?);
        let decided = placement(host.sim(), uid).and_then(|decision| reasons::refusals(host.sim(), decision, *lang));
        Some(decided.unwrap_or_else(|| reasons::refused(message, *lang)))
    });
    let selected = props.selected.as_ref().filter(|s| s.kind == "Pod").and_then(|s| view.pod(&s.uid));
    let cut = selected.filter(|_| props.section);
    let look_down = {
        let (place, unseen, room, nodes) = (rack_place.clone(), unseen.clone(), room.clone(), view.nodes.len());
        Callback::from(move |()| {
            unseen.set(place.cast().and_then(|r| nodes_unseen(&r, unseen.is_some())));
            // Of a rack that is not shown nothing is known.
            if let Some(rack) = place.cast::<HtmlElement>().filter(|r| r.client_height() > 0) {
                room.set(room_of(&rack, nodes));
            }
        })
    };
    let pods: usize = view.nodes.iter().map(|n| n.pods.len()).sum();
    use_effect_with((view.nodes.len(), pods, most, density, cut.is_some(), props.table, props.shown, props.scene.task.is_some()), {
        let look_down = look_down.clone();
        move |_| {
            look_down.emit(());
            // Once more when what has come or gone has taken its room.
            let again = Timeout::new(SETTLED_MS, move || look_down.emit(()));
            move || drop(again)
        }
    });
    // Where the first requests come to is brought to sight.
    let (chips, reached) = (use_node_ref(), use_mut_ref(String::new));
    use_effect_with(props.scene.traffic.first().map(|f| f.service.clone()).filter(|_| props.shown), {
        let chips = chips.clone();
        move |service: &Option<String>| {
            let Some(uid) = service else { return reached.borrow_mut().clear() };
            if reached.borrow().is_empty() {
                reached.borrow_mut().clone_from(uid);
                bring_to_sight(chips.cast(), uid);
            }
        }
    });
    let go_on = |down: bool| {
        let place = rack_place.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(rack) = place.cast::<HtmlElement>() {
                rack.set_scroll_top(if down { rack.scroll_top() + rack.client_height() / 2 } else { 0 });
            }
        })
    };
    let on_filter = {
        let link = link.clone();
        Callback::from(move |e: InputEvent| {
            let value = e.target_dyn_into::<HtmlInputElement>().map(|i| i.value()).unwrap_or_default();
            link.send(Action::Filter(value.trim().to_owned().into()));
        })
    };
    let chip = |kind: &str, namespace: &str, name: &str, uid: &str, sign: Html, note: String, of_older: Option<(f64, String)>| {
        let subject = Subject { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned(), uid: uid.to_owned() };
        let pressed = props.selected.as_ref().is_some_and(|s| s.uid == uid);
        let onclick = if pressed { link.on(|| Action::Select(None)) } else { link.select(subject) };
        let (share, told) = of_older.unwrap_or_default();
        html! { <button key={uid.to_owned()} data-uid={uid.to_owned()} class="chip" style={format!("--older:{share:.2}")} {onclick} aria-pressed={pressed.to_string()} title={format!("{kind}{told}")}>{ sign }<span class="mono">{ name }</span><span class="sr">{ format!(" {kind}{told} ") }</span><span>{ note }</span></button> }
    };
    let (place, onfocusin) = use_row_focus(":is(.pod, .chips .chip, .pods button, .cut .btn)");
    html! {
        <section ref={place} {onfocusin} class={classes!("tank", (props.scene.past && !props.scene.playing).then_some("still"))} id="tank" aria-label={Text::Cluster.t(lang)}>
            <div class="tools">
                <input class="find" type="search" autocapitalize="none" autocorrect="off" value={props.filter.clone()} oninput={on_filter} placeholder={Text::FilterPods.t(lang)} aria-label={Text::FilterPods.t(lang)} />
                if !props.filter.is_empty() && !props.table { { found(view, &props.filter, lang) } }
                <div class="chips" ref={chips}>
                // Where requests come to is first.
                for (o, way) in ingresses(link.host.borrow().sim()) { { chip("Ingress", o.namespace(), o.name(), o.uid(), Icon::Fork.draw(), way, None) } }
                for s in view.services.iter().filter(|s| s.has_selector) { { chip("Service", &s.namespace, &s.name, &s.key, Icon::Globe.draw(), format!("{}/{}{}", s.reached.len(), s.selected.len(), rates(&props.scene.traffic, &s.key, lang)), None) } }
                for (s, late) in &props.scene.papers.sources { { chip(&s.kind, &s.namespace, &s.name, &s.uid, Icon::File.draw(), if *late > 0 { fill(Text::LateIn.t(lang), &[&format!("{}{late}", if props.scene.papers.partly { "≥" } else { "" })]) } else { String::new() }, None) } }
                for a in autoscalers(link.host.borrow().sim()) { { chip("HorizontalPodAutoscaler", &a.namespace, &a.name, &a.key, dial(a.ratio, lang), format!("{:\u{2007}>5}", percent(a.ratio)), None) } }
                for w in &view.workloads { { chip(&w.kind, &w.namespace, &w.name, &w.key, Icon::Boxes.draw(), tally(w), of_older(w, lang)) } }
                if props.scene.traffic.iter().any(|f| f.from.is_empty()) { <span class="chip outside" data-uid={OUTSIDE}>{ Icon::Leave.draw() }{ Text::Outside.t(lang) }</span> }
                </div>
                if cut.is_none() { <button class="btn outline" disabled={selected.is_none()} onclick={link.on(|| Action::Section(true))} aria-label={Text::Section.t(lang)} title={format!("{} (x)", Text::Section.t(lang))}>{ Icon::Nucleus.draw() }<span class="wide">{ Text::Section.t(lang) }</span></button> }
                <button class="btn outline" title={format!("{} (t)", Text::KeyTable.t(lang))} aria-label={if props.table { Text::Picture } else { Text::Table }.t(lang)} aria-pressed={props.table.to_string()} onclick={let table = props.table; link.on(move || Action::Table(!table))}>
                    { if props.table { Icon::Grid } else { Icon::Table }.draw() }<span class="wide">{ if props.table { Text::Picture } else { Text::Table }.t(lang) }</span>
                </button>
            </div>
            if let Some(pod) = cut {
                { section(view, pod, lang, &link) }
            } else if props.table {
                { pod_table(view, &props.filter, lang, &link) }
            } else {
                { queue(props, &around, &refused, lang) }
                <div class="rack" ref={&rack_place} onscroll={look_down.reform(|_: Event| ())} onkeydown={Callback::from(|e: KeyboardEvent| move_focus(&e, ".pod"))}>
                    if view.nodes.is_empty() { <p class="empty">{ Text::NoNodes.t(lang) }</p> }
                    if is_far(view) { { from_far(props, &around) } } else { { for rack(props, &around, density) } }
                </div>
            }
            if let Some((n, down)) = unseen.filter(|_| !is_far(view) && cut.is_none() && !props.table) {
                <button class="more" onclick={go_on(down)}>{ if down { Icon::Open } else { Icon::Higher }.draw() }{ fill(if down { Text::MoreNodes } else { Text::NodesAbove }.t(lang), &[&n.to_string()]) }</button>
            }
            if cut.is_none() && !props.table && !is_far(view) && !props.scene.traffic.is_empty() { <Traffic flows={props.scene.traffic.clone()} playing={props.scene.playing} dark={props.dark} /> }
            { props.children.clone() }
        </section>
    }
}

/// How many pods the filter finds.
fn found(view: &ClusterView, filter: &str, lang: Lang) -> Html {
    let [n, all] = [view.pods().filter(|p| matches(p, filter)).count(), view.pods().count()];
    let text = if n == 0 { Text::NoPodMatches.t(lang).to_owned() } else { fill(Text::PodsOf.t(lang), &[&n.to_string(), &all.to_string()]) };
    html! { <span class={classes!("tag", (n == 0).then_some("warn"))} role="status">{ text }</span> }
}

/// How many requests a second a service gets, and how many of them fail, where any do.
fn rates(flows: &[Flow], service: &str, lang: Lang) -> String {
    let sum = |of: fn(&Flow) -> u64| flows.iter().filter(|f| f.service == service).map(of).sum::<u64>();
    let (sent, failed) = (sum(|f| f.per_10s), sum(|f| f.failed_per_10s));
    // As wide with fewer digits, as in `tally`, and with a space of a point's width in its place; and as wide where nothing is asked, so that no
    // chip moves when something is.
    let shown = |n: u64| if n < 100 { format!("{:.1}", n as f64 / 10.0) } else { format!("{:\u{2008}>3}", n / 10) };
    let mut text = format!(" · {}", fill(Text::PerSecond.t(lang), &[&shown(sent)]));
    if failed > 0 {
        text += &format!(" · {}", fill(Text::FailedPerSecond.t(lang), &[&shown(failed)]));
    }
    text
}

/// A workload's pods in numbers: those ready of those wanted.
fn tally(w: &WorkloadView) -> String {
    let desired = w.desired.to_string();
    // As wide with fewer digits: the space is one of a figure's width.
    let ready = format!("{:\u{2007}>width$}", w.ready, width = desired.len());
    format!("{ready}/{desired}")
}

/// Of a rollout, which share of its pods is old still, and how many in words. It is hatched as they are: a number that comes and goes would
/// move the chips beside it.
fn of_older(w: &WorkloadView, lang: Lang) -> Option<(f64, String)> {
    let told = format!(" · {}", fill(Text::OlderCount.t(lang), &[&w.older.to_string()]));
    (w.older > 0).then(|| (w.older as f64 / w.current.max(1) as f64, told))
}

/// The rack where there are too many pods to draw each as a cell.
fn from_far(props: &Props, around: &Around) -> Html {
    html! { <Heat view={props.scene.view.clone()} traffic={props.scene.traffic.clone()} selected={props.selected.clone()} dark={props.dark} dim={around.dim.clone()} /> }
}

/// The pod that waits of which is told why: the one that is looked at, else the first that no node took. Of what a gate keeps back the cell
/// itself says so.
fn refused_of(props: &Props) -> Option<&Rc<PodView>> {
    let mut refused = props.scene.view.queue.iter().filter(|p| !p.message.is_empty() && p.status != "SchedulingGated");
    let looked_at = |p: &&Rc<PodView>| props.selected.as_ref().is_some_and(|s| s.uid == p.key);
    refused.clone().find(looked_at).or_else(|| refused.next())
}

/// Whose last try says why no node takes a pod. The scheduler remembers the last few hundred tries: of one that was before those, another pod of
/// the same owner that was told the same says as much.
fn tried_of(pod: &PodView, view: &ClusterView, sim: &Sim) -> String {
    let knows = |p: &PodView| placement_tried(sim, &p.key).is_some();
    let says = |p: &&Rc<PodView>| p.message == pod.message && p.owner == pod.owner && knows(p);
    let other = if knows(pod) { None } else { view.queue.iter().rfind(says) };
    other.map_or(&pod.key, |p| &p.key).clone()
}

/// The strip of pods that wait for a node, and why no node takes one of them.
fn queue(props: &Props, around: &Around, refused: &Option<String>, lang: Lang) -> Html {
    let view = &props.scene.view;
    let many = view.queue.len() > 2;
    html! {
        <section class={classes!("queue", (view.queue.len() == 2).then_some("two"))} aria-label={Text::Waiting.t(lang)}>
            <h2>{ Icon::Queue.draw() }<span class="wide">{ Text::Waiting.t(lang) }</span>if many { <b class="mono">{ view.queue.len() }</b> }</h2>
            if view.queue.is_empty() { <span>{ Text::NobodyWaits.t(lang) }</span> }
            for pod in view.queue.iter().take(QUEUE_MAX) {
                { cell(around, tenths(view.time), pod, if many { Density::Small } else { Density::Medium }) }
            }
            if let Some(pod) = refused_of(props) {
                <span class="why" title={pod.message.clone()}>if view.queue.len() > 1 { <b class="mono">{ if many { pod.name.clone() } else { short_name(pod) } }</b>{ " · " } }{ refused.clone() }</span>
            }
        </section>
    }
}

/// What a cell's looks depend on beside its pod: equal as long as no cell could look another way.
#[derive(Clone, PartialEq, Eq)]
struct Around {
    selected: Option<Subject>,
    dim: Rc<Dim>,
    workloads: Vec<Rc<WorkloadView>>,
    services: Vec<Rc<ServiceView>>,
    papers: Rc<Papers>,
}

impl Around {
    fn of(props: &Props, lit: Option<Subject>) -> Around {
        let view = &props.scene.view;
        let (workloads, services) = (view.workloads.clone(), view.services.clone());
        let dim = Rc::new(Dim::of(view, lit.as_ref(), &props.filter));
        Around { selected: lit, dim, workloads, services, papers: props.scene.papers.clone() }
    }
}

fn cell(around: &Around, time: Time, pod: &Rc<PodView>, density: Density) -> Html {
    let dim = around.dim.has(pod);
    let pressed = around.selected.as_ref().is_some_and(|s| s.uid == pod.key);
    let workload = pod.owner.as_ref().and_then(|o| around.workloads.iter().find(|w| w.older > 0 && w.owners.contains(&o.uid)));
    let old = workload.map(|w| w.is_older(pod));
    let doors: Doors = if density == Density::Large {
        let selecting = around.services.iter().filter(|s| s.selected.contains(&pod.key));
        selecting.take(DOORS_MAX).map(|s| (s.name.clone(), s.reached.contains(&pod.key))).list()
    } else {
        Doors::new()
    };
    html! { <PodCell key={pod.key.clone()} pod={pod.clone()} {density} {pressed} {dim} now={now_for(pod, time)} {old} {doors} paper={around.papers.pods.get(&pod.key).cloned()} /> }
}

/// Tenths of a second are as fine as anything here counts.
fn tenths(time: Time) -> Time {
    Time(time.0 / 100_000 * 100_000)
}

/// The nodes one by one.
fn rack(props: &Props, around: &Rc<Around>, density: Density) -> Vec<Html> {
    let view = &props.scene.view;
    let (is_empty, time) = (view.pods().next().is_none(), tenths(view.time));
    // Only in an empty cluster something depends on what was done.
    let (has_task, made) = (props.scene.task.is_some(), is_empty && props.scene.acts.iter().any(|a| a.1.makes()));
    let tank = |(i, node): (usize, &Rc<NodeView>)| {
        let counts = node.pods.iter().any(|p| now_for(p, Time(1)) != Time::ZERO);
        html! { <NodeTank key={node.name.clone()} around={around.clone()} now={if counts { time } else { Time::ZERO }} {is_empty} node={node.clone()} {density} first={(i == 0).then(|| EMBEDDED.with(|e| first_step(e, has_task, made)))} /> }
    };
    view.nodes.iter().enumerate().map(tank).list()
}

#[derive(Clone, PartialEq, Properties)]
struct NodeProps {
    around: Rc<Around>,
    /// Now, where something in it counts down.
    now: Time,
    /// Whether the whole cluster is empty.
    is_empty: bool,
    node: Rc<NodeView>,
    density: Density,
    /// What is to be done in an empty cluster, in the first node, and whether there are ways to it.
    first: Option<(Text, bool)>,
}

/// A node as a tank of its own.
#[component]
fn NodeTank(props: &NodeProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let node = &props.node;
    let subject = Subject { kind: "Node".to_owned(), namespace: String::new(), name: node.name.clone(), uid: node.key.clone() };
    let is_looked_at = props.around.selected.as_ref().is_some_and(|s| s.uid == node.key);
    let wrong = wrong(node.faults, lang);
    let first = props.first.filter(|_| props.is_empty);
    let has_ways = first.is_some_and(|f| f.1);
    let apply = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| {
            if !press(".edit .foot .primary:enabled") {
                link.send(Action::Panel(Panel::Edit));
            }
        })
    };
    // What the cluster itself puts there is told by the state beside it.
    let taint = node.taints.iter().find(|t| !t.starts_with("node.kubernetes.io/"));
    // Whose key it is does not tell it from others.
    let taint = taint.map(|t| t.split_once('/').map_or(t.as_str(), |(_, t)| t));
    let state = match (node.ready, node.schedulable) {
        (false, _) => ("bad", Icon::Cross, Text::HealthNotReady),
        (true, false) => ("warn", Icon::Hourglass, Text::NodeCordoned),
        (true, true) => ("ok", Icon::Check, Text::HealthReady),
    };
    let gauge = |name: Text, share: Share, show: fn(i64) -> String| {
        let fraction = share.fraction();
        let text = fill(Text::GaugeLabel.t(lang), &[&show(share.requested), &show(share.allocatable)]);
        html! {
            <span class={classes!("gauge", (fraction > 0.9).then_some("warn"))} title={text.clone()} role="img" aria-label={format!("{}: {text}", name.t(lang))}>
                <span>{ name.t(lang) }</span><b>{ format!("{}/{}", show(share.requested), show(share.allocatable)) }</b>
                <i style={format!("--f:{fraction:.3}")}></i>
            </span>
        }
    };
    // The end of a long name tells it from the others of its pool, but that of a host in a domain does not.
    let end = if node.name.len() > 16 && !node.name.contains('.') { node.name.len() - 6 } else { node.name.len() };
    html! {
        <section class={classes!("node", (!node.ready).then_some("off"), is_looked_at.then_some("on"))} aria-label={format!("{} {}", Text::Node.t(lang), node.name)}>
            <header>
                <button data-uid={node.key.clone()} title={node.name.clone()} onclick={link.select(subject)}><span>{ &node.name[..end] }</span>{ &node.name[end..] }</button>
                <span class={classes!("tag", state.0)}>{ state.1.draw() }{ state.2.t(lang) }if !node.zone.is_empty() { <small>{ &node.zone }</small> }</span>
                if let Some(taint) = taint.filter(|_| wrong.is_empty()) {
                    <small class="warn taint" title={format!("{}: {}", Text::Taints.t(lang), node.taints.join(", "))}>{ taint }</small>
                } else if wrong.is_empty() {
                    <small>{ fill(Text::PodsOf.t(lang), &[&node.pods_living.to_string(), &node.pods_max.to_string()]) }</small>
                } else {
                    <span class={classes!("faults", (wrong.len() > 1).then_some("several"))}>
                        for (icon, text, times) in wrong { <span class="tag bad" title={text.clone()}>{ icon.draw() }<span>{ text }</span>if times > 1 { <i aria-hidden="true">{ times }{ "×" }</i> }</span> }
                    </span>
                }
                <div class="gauges">
                    { gauge(Text::Cpu, node.cpu, format::cores) }
                    { gauge(Text::Memory, node.memory, format::bytes) }
                </div>
            </header>
            <div class={classes!("water", props.density.class())}>
                if node.pods.is_empty() {
                    <p class="none">{ first.map_or(Text::NodeEmpty, |f| f.0).t(lang) }</p>
                    // Where the editor has no room beside the cluster, what is open there can be applied from here.
                    if has_ways { <button class="btn primary" onclick={apply}>{ Icon::Play.draw() }{ Text::Apply.t(lang) }</button> }
                    if has_ways { <button class="btn outline lesson" onclick={let link = link.clone(); move |_: MouseEvent| if let Some(first) = lessons().first() { begin(&link, first, lang) }}>{ Icon::Flag.draw() }{ Text::FirstLesson.t(lang) }</button> }
                }
                for (i, slot) in node.places.iter().enumerate() {
                    if let Some(pod) = slot.and_then(|place| node.pods.get(place)) {
                        { cell(&props.around, props.now, pod, props.density) }
                    } else {
                        <span key={format!("free {i}")}></span>
                    }
                }
            </div>
        </section>
    }
}

/// What is to be done in an empty cluster: what the page, or the part of it that is embedded, has the means for, and whether it offers ways
/// to it. Where there is a task, that says it; whoever has made something else knows how.
fn first_step(embedded: &str, has_task: bool, made: bool) -> (Text, bool) {
    let text = match embedded {
        "embed" => Text::NodeEmpty,
        _ if has_task || made => Text::NodeEmpty,
        "" => Text::ClusterEmpty,
        _ => Text::ClusterEmptyTyping,
    };
    (text, embedded.is_empty() && !has_task)
}

/// Scrolls the chips so far that one of them is seen.
fn bring_to_sight(chips: Option<HtmlElement>, uid: &str) {
    let found = chips.and_then(|c| Some((c.query_selector(&format!("[data-uid=\"{uid}\"]")).ok()??.dyn_into::<HtmlElement>().ok()?, c)));
    if let Some((chip, chips)) = found {
        // Its end stands before the edge, where the sign of what is outside lies over the chips; where there is no room for both, its
        // beginning is what one sees.
        let start = chip.offset_left() - chips.offset_left();
        let end = start + chip.offset_width() + 108;
        chips.set_scroll_left(chips.scroll_left().max(end - chips.client_width()).min((start - 9).max(0)));
    }
}

/// After which time cells stand where they belong.
const SETTLED_MS: u32 = 600;

/// How many cells have room in a node before anything is known of the page.
const ROOM: Room = [6, 12, 24, 96];
/// How many cells have room in a node of the rack: large ones and tall ones without pushing other nodes out of sight, smaller ones where
/// about half of the nodes stay in sight. Where a page is narrow its nodes are scrolled through anyway, each at most as high as the rack.
fn room_of(rack: &HtmlElement, nodes: usize) -> Room {
    // As the stylesheet has them: how wide and high a cell of each density is with its gap; a node's head, beside its cells and above them;
    // how much narrower both are where a row is short; from which widths on a row is not short, and heads stand beside their cells; the
    // least of a large cell that is worth seeing.
    const CELLS: [(i32, i32); 4] = [(166, 160), (99, 111), (99, 71), (70, 28)];
    const BESIDE: i32 = 150;
    const NARROWER: (i32, i32) = (20, 2);
    const WIDTHS: (i32, i32) = (563, 443);
    const ABOVE: i32 = 40;
    const LARGE_MIN: i32 = 130;
    let (width, height, nodes) = (rack.client_width(), rack.client_height(), i32::try_from(nodes).unwrap_or(i32::MAX).max(1));
    let fits = |i: usize, width: i32, rows: i32| usize::try_from(width / CELLS[i].0 * rows).unwrap_or(0);
    // What a large cell and a head leave, where a row is short.
    let (cell, head) = if width < WIDTHS.0 { NARROWER } else { (0, 0) };
    let room = width - BESIDE + head;
    // Where even a single node is not seen whole, its cells are as small as it takes.
    if width < WIDTHS.1 || (width < WIDTHS.0 && height < LARGE_MIN) {
        let (room, high) = (if width < WIDTHS.1 { width } else { room }, height - ABOVE);
        return [
            if high < LARGE_MIN { 0 } else { ROOM[0] },
            fits(1, room, high / CELLS[1].1),
            fits(2, room, (high + 20) / CELLS[2].1),
            fits(3, room, (high / CELLS[3].1).max(1)),
        ];
    }
    let rows = |i: usize| (height / nodes / CELLS[i].1).max(1);
    let large = usize::try_from(room / (CELLS[0].0 - cell) * rows(0)).unwrap_or(0);
    let half = (2 * height / nodes).max(2 * CELLS[2].1).min(height);
    let some = |i: usize| fits(i, room, half / CELLS[i].1);
    [large.clamp(2, 2 * ROOM[0]), fits(1, room, rows(1)), some(2), some(3)]
}

/// How much room the line below the rack takes that says how many nodes are not seen, in pixels: the gap above it, and itself.
fn more_px() -> i32 {
    EMBEDDED.with(|e| if e.is_empty() { 32 } else { 22 })
}

/// How many nodes of the rack end below its lower edge; or, where it is at its end, how many begin above its upper one. None where
/// all have room, also that of the line that says so where that is `shown`.
fn nodes_unseen(rack: &HtmlElement, shown: bool) -> Option<(usize, bool)> {
    let (top, height) = (rack.scroll_top(), rack.client_height());
    if rack.scroll_height() <= height + if shown { more_px() } else { 0 } {
        return None;
    }
    let nodes = rack.children();
    let nodes = (0..nodes.length().min(64)).filter_map(|i| nodes.item(i)?.dyn_into::<HtmlElement>().ok());
    let places: Vec<_> = nodes.map(|n| (n.offset_top() - rack.offset_top(), n.offset_height())).list();
    let below = places.iter().filter(|p| p.0 + p.1 > top + height + 8).count();
    let above = places.iter().filter(|p| p.0 < top - 8).count();
    Some(if below > 0 { (below, true) } else { (above, false) }).filter(|u| u.0 > 0)
}

/// What is wrong with a node by hand: the sign of what was done, in words, and how many times slower it is.
fn wrong(faults: NodeFaults, lang: Lang) -> Vec<(Icon, String, u32)> {
    let all = [
        (Icon::Bolt, Text::WrongOff, u32::from(faults.off)),
        (Icon::Link, Text::WrongCut, u32::from(faults.cut)),
        (Icon::Hourglass, Text::WrongDisk, faults.slower.disk),
        (Icon::Down, Text::WrongRegistry, faults.slower.registry),
    ];
    let is = |(icon, _, times): &(Icon, Text, u32)| *times > u32::from(matches!(icon, Icon::Hourglass | Icon::Down));
    all.into_iter().filter(is).map(|(icon, text, times)| (icon, fill(text.t(lang), &[&times.to_string()]), times)).list()
}

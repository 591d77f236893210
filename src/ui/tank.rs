//! The tank: the nodes on their rack with the pods in them, and the strip of those that wait.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use kubarium::base::Time;
use kubarium::views::{ClusterView, NodeView, Places, PodView, Share, WorkloadView};

use super::format;
use super::heat::{Heat, is_far};
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::pod_cell::{Density, Doors, PodCell, now_for};
use super::pod_table::PodTable;
use super::state::{Action, Subject, use_lang, use_link};

/// What the tank needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The cluster.
    pub view: Rc<ClusterView>,
    /// What is looked at.
    pub selected: Option<Subject>,
    /// What pods' names must contain.
    pub filter: AttrValue,
    /// Whether to show the table instead.
    pub table: bool,
    /// What stands under the picture.
    pub children: Html,
}

/// The most services that a cell names.
const DOORS_MAX: usize = 2;

/// Whether a pod stands out: it matches the filter and belongs to what is selected.
fn is_dim(pod: &PodView, view: &ClusterView, selected: Option<&Subject>, filter: &str) -> bool {
    if !filter.is_empty() {
        let named =
            pod.name.contains(filter) || pod.namespace.contains(filter) || pod.status.to_lowercase().contains(&filter.to_lowercase());
        return !named && !pod.labels.iter().any(|(k, v)| format!("{k}={v}").contains(filter));
    }
    match selected {
        Some(s) if s.kind == "Service" => view.services.iter().find(|v| v.key == s.uid).is_some_and(|v| !v.selected.contains(&pod.key)),
        Some(s) => match view.workloads.iter().find(|w| w.key == s.uid) {
            Some(w) => pod.owner.as_ref().is_none_or(|o| !w.owners.contains(&o.uid)),
            None => false,
        },
        None => false,
    }
}

/// The tank.
#[component]
pub fn Tank(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let places = use_mut_ref(BTreeMap::<String, Places>::new);
    let view = &props.view;
    let density = Density::of(view.nodes.iter().map(|n| n.pods.len()).max().unwrap_or(0));
    let on_filter = {
        let link = link.clone();
        Callback::from(move |e: InputEvent| {
            let value = e.target_dyn_into::<HtmlInputElement>().map(|i| i.value()).unwrap_or_default();
            link.send(Action::Filter(value.trim().to_owned().into()));
        })
    };
    let chip = |kind: &str, namespace: &str, name: &str, uid: &str, icon: Icon, note: String| {
        let subject = Subject { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned(), uid: uid.to_owned() };
        let pressed = props.selected.as_ref().is_some_and(|s| s.uid == uid);
        let onclick = if pressed { link.on(|| Action::Select(None)) } else { link.select(subject) };
        html! { <button key={uid.to_owned()} class="chip" {onclick} aria-pressed={pressed.to_string()} title={kind.to_owned()}>{ icon.draw() }<span class="mono">{ name }</span><span>{ note }</span></button> }
    };
    html! {
        <section class="tank" id="tank" aria-label={Text::Cluster.t(lang)}>
            <div class="tools">
                <input class="find" type="search" value={props.filter.clone()} oninput={on_filter} placeholder={Text::FilterPods.t(lang)} aria-label={Text::FilterPods.t(lang)} />
                for w in &view.workloads { { chip(&w.kind, &w.namespace, &w.name, &w.key, Icon::Boxes, tally(view, w, lang)) } }
                for s in view.services.iter().filter(|s| s.has_selector) { { chip("Service", &s.namespace, &s.name, &s.key, Icon::Globe, format!("{}/{}", s.reached.len(), s.selected.len())) } }
                <span class="grow"></span>
                <button class="btn outline" aria-pressed={props.table.to_string()} onclick={let table = props.table; link.on(move || Action::Table(!table))}>
                    { if props.table { Icon::Grid } else { Icon::Table }.draw() }{ if props.table { Text::Picture } else { Text::Table }.t(lang) }
                </button>
            </div>
            if props.table {
                <PodTable view={view.clone()} filter={props.filter.clone()} />
            } else {
                { queue(props, lang) }
                <div class="rack" onkeydown={Callback::from(move_focus)}>
                    if view.nodes.is_empty() { <p class="empty">{ Text::NoNodes.t(lang) }</p> }
                    if is_far(view) { { from_far(props) } } else { { for view.nodes.iter().map(|node| tank_of(props, node, density, &places)) } }
                </div>
            }
            { props.children.clone() }
        </section>
    }
}

/// A workload's pods in numbers: those ready of those wanted, and of a rollout how many are old still.
fn tally(view: &ClusterView, w: &WorkloadView, lang: super::i18n::Lang) -> String {
    let is_its = |p: &&Rc<PodView>| p.owner.as_ref().is_some_and(|o| w.owners.contains(&o.uid));
    let old = if w.newest.is_empty() { 0 } else { view.pods().filter(is_its).filter(|p| w.is_older(p)).count() };
    let rest = if old == 0 { String::new() } else { format!(" · {}", fill(Text::OlderCount.t(lang), &[&old.to_string()])) };
    format!("{}/{}{rest}", w.ready, w.desired)
}

/// The rack where there are too many pods to draw each as a cell.
fn from_far(props: &Props) -> Html {
    let (view, selected, filter) = (props.view.clone(), props.selected.clone(), props.filter.clone());
    let dim = Callback::from(move |pod: Rc<PodView>| is_dim(&pod, &view, selected.as_ref(), &filter));
    html! { <Heat view={props.view.clone()} selected={props.selected.clone()} {dim} /> }
}

/// The strip of pods that wait for a node.
fn queue(props: &Props, lang: super::i18n::Lang) -> Html {
    let view = &props.view;
    html! {
        <section class="queue" aria-label={Text::Waiting.t(lang)}>
            <h2>{ Icon::Queue.draw() }{ Text::Waiting.t(lang) }</h2>
            if view.queue.is_empty() { <span>{ Text::NobodyWaits.t(lang) }</span> }
            for pod in view.queue.iter().take(40) {
                { cell(props, pod, if view.queue.len() > 6 { Density::Small } else { Density::Medium }) }
            }
            if view.queue.len() > 40 { <span>{ format!("+{}", view.queue.len() - 40) }</span> }
            if let Some(pod) = view.queue.iter().find(|p| !p.message.is_empty()) { <span class="why" title={pod.message.clone()}>{ &pod.message }</span> }
        </section>
    }
}

fn cell(props: &Props, pod: &Rc<PodView>, density: Density) -> Html {
    let dim = is_dim(pod, &props.view, props.selected.as_ref(), &props.filter);
    let pressed = props.selected.as_ref().is_some_and(|s| s.uid == pod.key);
    // Tenths of a second are as fine as anything here counts.
    let now = now_for(pod, Time(props.view.time.0 / 100_000 * 100_000));
    let workload = pod.owner.as_ref().and_then(|o| props.view.workloads.iter().find(|w| w.owners.contains(&o.uid)));
    let old = workload.is_some_and(|w| w.is_older(pod));
    let doors: Doors = if density == Density::Large {
        let selecting = props.view.services.iter().filter(|s| s.selected.contains(&pod.key));
        selecting.take(DOORS_MAX).map(|s| (s.name.clone(), s.reached.contains(&pod.key))).collect()
    } else {
        Doors::new()
    };
    html! { <PodCell key={pod.key.clone()} pod={pod.clone()} {density} {pressed} {dim} {now} {old} {doors} /> }
}

fn tank_of(props: &Props, node: &Rc<NodeView>, density: Density, places: &Rc<RefCell<BTreeMap<String, Places>>>) -> Html {
    let first = props.view.nodes.first() == Some(node);
    html! { <NodeTank key={node.name.clone()} tank={props.clone()} node={node.clone()} {density} places={ByPlace(places.clone())} {first} /> }
}

/// The places' store; it is the tank's own and never a reason to draw.
#[derive(Clone)]
struct ByPlace(Rc<RefCell<BTreeMap<String, Places>>>);

impl PartialEq for ByPlace {
    fn eq(&self, _: &ByPlace) -> bool {
        true
    }
}

#[derive(Clone, PartialEq, Properties)]
struct NodeProps {
    tank: Props,
    node: Rc<NodeView>,
    density: Density,
    places: ByPlace,
    first: bool,
}

/// A node as a tank of its own.
#[component]
fn NodeTank(props: &NodeProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let node = &props.node;
    let mut places = props.places.0.borrow_mut();
    let slots = places.entry(node.name.clone()).or_default().settle(node.pods.iter().map(|p| p.key.as_str()));
    let subject = Subject { kind: "Node".to_owned(), namespace: String::new(), name: node.name.clone(), uid: node.key.clone() };
    let by_key: BTreeMap<&str, &Rc<PodView>> = node.pods.iter().map(|p| (p.key.as_str(), p)).collect();
    let state = match (node.ready, node.schedulable) {
        (false, _) => ("bad", Icon::Cross, Text::NodeNotReady),
        (true, false) => ("warn", Icon::Hourglass, Text::NodeCordoned),
        (true, true) => ("ok", Icon::Check, Text::NodeReady),
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
    let is_empty = props.tank.view.pods().next().is_none();
    html! {
        <section class={classes!("node", (!node.ready).then_some("off"))} aria-label={format!("{} {}", Text::Node.t(lang), node.name)}>
            <header>
                <button onclick={link.select(subject)}>{ &node.name }</button>
                <span class={classes!("tag", state.0)}>{ state.1.draw() }{ state.2.t(lang) }if !node.zone.is_empty() { <small>{ &node.zone }</small> }</span>
                <small>{ fill(Text::PodsOf.t(lang), &[&node.pods.len().to_string(), &node.pods_max.to_string()]) }</small>
                <div class="gauges">
                    { gauge(Text::CpuRequests, node.cpu, format::cores) }
                    { gauge(Text::MemoryRequests, node.memory, format::bytes) }
                </div>
            </header>
            <div class={classes!("water", props.density.class())}>
                if node.pods.is_empty() { <p class="none">{ if props.first && is_empty { Text::ClusterEmpty } else { Text::NodeEmpty }.t(lang) }</p> }
                for (i, slot) in slots.iter().enumerate() {
                    if let Some(pod) = slot.as_ref().and_then(|key| by_key.get(key.as_str())) {
                        { cell(&props.tank, pod, props.density) }
                    } else {
                        <span key={format!("free {i}")}></span>
                    }
                }
            </div>
        </section>
    }
}

/// Arrow keys move the focus from pod to pod.
fn move_focus(e: KeyboardEvent) {
    let step: i32 = match e.key().as_str() {
        "ArrowRight" | "ArrowDown" => 1,
        "ArrowLeft" | "ArrowUp" => -1,
        _ => return,
    };
    let rack = e.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
    let (Some(rack), Some(target)) = (rack, e.target_dyn_into::<HtmlElement>()) else { return };
    let Ok(pods) = rack.query_selector_all(".pod") else { return };
    let length = i32::try_from(pods.length()).unwrap_or(0);
    let at = (0..length).find(|i| pods.item(*i as u32).is_some_and(|n| n.is_same_node(Some(&target))));
    let Some(next) = at.map(|i| (i + step).clamp(0, length - 1)) else { return };
    if let Some(element) = pods.item(next as u32).and_then(|n| n.dyn_into::<HtmlElement>().ok()) {
        e.prevent_default();
        // Focus can fail only where the element has left the page meanwhile.
        let _ = element.focus();
    }
}

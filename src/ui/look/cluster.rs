//! What the inspector shows where nothing is selected: the cluster in short.

use yew::prelude::*;

use kubarium::views::{Health, WorkloadView, kinds};

use super::super::amiss::Amiss;
use super::super::evidence::Beside;
use super::super::i18n::{Text, fill};
use super::super::icons::{Icon, health_icon, health_tone};
use super::super::lang::Lang;
use super::super::link::Link;
use super::super::pod_cell::health_text;
use super::super::state::{Scene, Subject};
use super::super::timeline::branch_name;
use super::{Moment, Props};

/// The most bars that stand for a workload's pods, each for as many as the others.
const BARS_MAX: i64 = 12;

/// How many pods there are where a bar is full, of so many that are wanted.
fn bar(i: i64, wanted: i64) -> i64 {
    (i + 1) * wanted.max(0) / wanted.clamp(1, BARS_MAX)
}

/// What is said of a workload's pods in numbers. In a rollout there may be more than are wanted.
fn tally_of(w: &WorkloadView) -> Text {
    match w.kind.as_str() {
        "Job" => Text::DoneOf,
        _ if w.ready > w.desired => Text::ReadyOver,
        _ => Text::ReadyOf,
    }
}

/// What this branch and the one that it left are called.
fn sides(scene: &Scene, lang: Lang) -> [String; 2] {
    let of = |id: u32| scene.branches.iter().find(|b| b.id == id);
    let here = of(scene.branch);
    [here, here.and_then(|b| of(b.parent?))].map(|b| b.map(|b| branch_name(b.id, b.from, lang)).unwrap_or_default())
}

/// The cluster in short, and what the signs mean.
pub(super) fn cluster(props: &Props, lang: Lang, link: &Link) -> Html {
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
        if let Some(parent) = link.host.borrow().beside() { <Beside moment={Moment::of(&props.scene)} revision={parent.api().revision()} names={sides(&props.scene, lang)} /> }
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
                        <span class="end">{ fill(tally_of(w).t(lang), &[&w.ready.to_string(), &w.desired.to_string()]) }if w.older > 0 { { " · " }{ fill(Text::OlderCount.t(lang), &[&w.older.to_string()]) } }</span>
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

//! What is no pod, in the inspector: its facts and its pods.

use std::rc::Rc;

use yew::prelude::*;

use kubarium::api::Object as _;
use kubarium::api::duration::human_duration;
use kubarium::views::{PodView, columns, next_run};

use super::super::format;
use super::super::i18n::{Text, fill};
use super::super::icons::{health_icon, health_tone};
use super::super::lang::Lang;
use super::super::link::Link;
use super::super::pod_cell::subject_of;
use super::super::state::Subject;
use super::{Props, fact, whys};

/// The most pods that are listed as those of a workload or a node, which is done anew whenever one of them changes.
const PODS_MAX: usize = 100;

/// What is no pod: its facts and the pods that belong to it.
pub(super) fn overview(props: &Props, subject: &Subject, lang: Lang, link: &Link) -> Html {
    let view = &props.scene.view;
    let mut facts = Vec::new();
    let mut pods: Vec<&Rc<PodView>> = Vec::new();
    let workload = view.workloads.iter().find(|w| w.key == subject.uid);
    let is_older = |p: &PodView| workload.is_some_and(|w| w.older > 0 && w.is_older(p));
    if let Some(node) = view.nodes.iter().find(|n| subject.kind == "Node" && n.name == subject.name) {
        facts.push(fact(Text::Zone, node.zone.clone(), lang));
        facts.push(fact(Text::Taints, node.taints.join(", "), lang));
        let share = |a: String, b: String| fill(Text::GaugeLabel.t(lang), &[&a, &b]);
        facts.push(fact(Text::Cpu, share(format::cores(node.cpu.requested), format::cores(node.cpu.allocatable)), lang));
        facts.push(fact(Text::Memory, share(format::bytes(node.memory.requested), format::bytes(node.memory.allocatable)), lang));
        pods.extend(&node.pods);
    } else if let Some(w) = workload {
        pods.extend(view.pods().filter(|p| p.owner.as_ref().is_some_and(|o| w.owners.contains(&o.uid))));
    }
    let host = link.host.borrow();
    let (object, now) = (host.object(subject), host.sim().now());
    if let Some(next) = object.filter(|o| o.kind() == "CronJob").and_then(|o| next_run(o, now)) {
        let run = fill(Text::NextRunIn.t(lang), &[&format::short_clock(next), &human_duration(next.since(now))]);
        facts.push(fact(Text::NextRun, run, lang));
    }
    let columns = object.map(|o| columns(o, now)).unwrap_or_default();
    let column = |(name, value): (&'static str, String)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> };
    let columns = columns.into_iter().filter(|c| !c.1.is_empty()).map(column);
    html! { <>
        { whys(props, subject, Vec::new(), lang, link) }
        <dl class="facts">{ for facts }{ for columns }</dl>
        if !pods.is_empty() {
            <div>
                <h3>{ Text::Pods.t(lang) }<small>{ pods.len() }</small></h3>
                <ul class="list">
                    for p in pods.iter().take(PODS_MAX) {
                        <li key={p.key.clone()}><button onclick={link.select(subject_of(p))}>
                            <span class={classes!("tag", health_tone(p.health))}>{ health_icon(p.health).draw() }</span><b>{ &p.name }</b><span class="end">{ &p.status }if is_older(p) { { " · " }{ Text::Older.t(lang) } }</span>
                        </button></li>
                    }
                    if pods.len() > PODS_MAX { <li><div>{ fill(Text::AndMore.t(lang), &[&(pods.len() - PODS_MAX).to_string()]) }</div></li> }
                </ul>
            </div>
        }
    </> }
}

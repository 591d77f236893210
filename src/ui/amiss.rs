//! What is not as wanted, in one list: the pods first, several of one owner as one row that opens, then what has a reason of its own,
//! then what only waits for one of those pods.

use std::rc::Rc;

use kubarium::base::{List as _, Order as _, SortedMap};
use kubarium::views::{Cause, ClusterView, PodView, Relative, amiss};
use yew::prelude::*;

use super::i18n::{Text, fill};
use super::icons::{Icon, health_icon, health_tone};
use super::link::{use_lang, use_link};
use super::look::Moment;
use super::pod_cell::subject_of;
use super::reasons;
use super::state::Subject;

/// The most pods or groups of them, the most pods in a group, and the most other objects, that are named.
const NAMED_MAX: usize = 10;
/// From so many pods of one owner on they are one row.
const GROUP_MIN: usize = 3;
/// How many rows the list keeps room for: where there are more, the last of them opens the rest.
const ROWS: usize = 4;
/// How many objects beside pods are looked for; of those, the most urgent are listed.
const OTHERS_MAX: usize = 30;

/// What the list needs.
#[derive(Clone, Properties)]
pub struct Props {
    /// The cluster.
    pub view: Rc<ClusterView>,
    /// When that is: what takes long to find out is found out anew only when it changes.
    pub moment: Moment,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        self.moment == other.moment
    }
}

/// What is not as it should be.
#[component]
pub fn Amiss(props: &Props) -> Html {
    let (lang, link, view) = (use_lang(), use_link(), &props.view);
    let pods: Vec<&Rc<PodView>> = view.pods().filter(|p| p.health.is_amiss()).list();
    let groups = by_owner(&pods);
    let host = link.host.borrow();
    let mut others = amiss(host.sim(), view, OTHERS_MAX);
    let count = pods.len() + others.len();
    // Beyond the most nobody looked.
    let plus = if others.len() < OTHERS_MAX { "" } else { "+" };
    // What waits for a pod that is listed already has nothing new to say.
    let waits = |c: &Cause| c.leads.as_ref().is_some_and(|[_, _, _, uid]| pods.iter().any(|p| p.key == *uid));
    others.order_by_key(|(_, c)| waits(c));
    others.truncate(NAMED_MAX);
    let item = |tone: &'static str, icon: Icon, [kind, namespace, name, uid]: Relative, title: Option<String>, short: String| {
        let (named, of) = (name.clone(), kind.clone());
        let title = title.unwrap_or_else(|| format!("{name}: {short}"));
        html! {
            <li key={uid.clone()}><button {title} onclick={link.select(Subject { kind, namespace, name, uid })}>
                <span class={classes!("tag", tone)}>{ icon.draw() }</span><b>{ named }</b><small>{ of }</small><span class="end">{ short }</span>
            </button></li>
        }
    };
    let pod = |p: &&Rc<PodView>| {
        let s = subject_of(p);
        item(health_tone(p.health), health_icon(p.health), [s.kind, s.namespace, s.name, s.uid], None, reasons::short(p, host.sim(), lang))
    };
    let more =
        |n: usize| html! { if n > NAMED_MAX { <li><div>{ fill(Text::AndMore.t(lang), &[&(n - NAMED_MAX).to_string()]) }</div></li> } };
    let row = |group: &Vec<&Rc<PodView>>| {
        let owner = group[0].owner.as_ref().filter(|_| group.len() >= GROUP_MIN);
        let Some(owner) = owner else { return pod(&group[0]) };
        // Whoever looks for a Deployment's pods does not know its ReplicaSets.
        let above = view.workloads.iter().find(|w| w.owners.contains(&owner.uid));
        html! {
            <li key={owner.uid.clone()}><details>
                <summary>
                    <span class={classes!("tag", health_tone(group[0].health))}>{ health_icon(group[0].health).draw() }</span>
                    <b>{ above.map_or(&owner.name, |w| &w.name) }</b><small>{ fill(Text::PodsCount.t(lang), &[&group.len().to_string()]) }</small>
                    <span class="end">{ reasons::short(group[0], host.sim(), lang) }</span>
                </summary>
                <ul class="list">{ for group.iter().take(NAMED_MAX).map(pod) }{ more(group.len()) }</ul>
            </details></li>
        }
    };
    let mut rows = groups.iter().take(NAMED_MAX).map(row).list();
    if groups.len() > NAMED_MAX {
        rows.push(more(groups.len()));
    }
    for (object, c) in others {
        rows.push(item(reasons::cause_tone(&c), Icon::Bang, object, Some(reasons::sentence(&c, lang)), reasons::short_cause(&c, lang)));
    }
    let rest = if rows.len() > ROWS { rows.split_off(ROWS - 1) } else { Vec::new() };
    // Rows of pods may be of several, the others are of one object each.
    let told = groups.iter().take(rows.len()).map(Vec::len).sum::<usize>() + rows.len().saturating_sub(groups.len());
    html! {
        // Room is kept for what may come, but not before there is anything that it could be.
        <div class={classes!("amiss", (count == 0 && view.pods().next().is_none()).then_some("still"))}>
            <h3>{ Text::Amiss.t(lang) }if count > 0 { <small>{ format!("{count}{plus}") }</small> }</h3>
            if count == 0 { <p class="tag ok">{ Icon::Check.draw() }{ Text::AllWell.t(lang) }</p> }
            <ul class="list">
                { for rows }
                if !rest.is_empty() {
                    <li key="rest"><details class="rest">
                        <summary>{ fill(Text::AndMore.t(lang), &[&format!("{}{plus}", count - told)]) }</summary>
                        <ul class="list">{ for rest }</ul>
                    </details></li>
                }
            </ul>
        </div>
    }
}

/// Pods with those of the same owner together where there are several of them, in the order of the first of each.
fn by_owner<'a>(pods: &[&'a Rc<PodView>]) -> Vec<Vec<&'a Rc<PodView>>> {
    let mut groups: Vec<Vec<&Rc<PodView>>> = Vec::new();
    let mut places: SortedMap<&str, usize> = SortedMap::new();
    for &pod in pods {
        let place = pod.owner.as_ref().map_or(groups.len(), |owner| *places.entry(&*owner.uid).or_insert(groups.len()));
        match groups.get_mut(place) {
            Some(group) => group.push(pod),
            None => groups.push(vec![pod]),
        }
    }
    // Where there are only a few, each is a row of its own.
    groups.into_iter().flat_map(|g| if g.len() < GROUP_MIN { g.into_iter().map(|p| vec![p]).list() } else { vec![g] }).list()
}

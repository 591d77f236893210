//! The tank as a table: the same for who does not see the picture, or wants the numbers.

use yew::prelude::*;

use kubarium::base::List as _;
use kubarium::views::{ClusterView, why};

use super::dim::matches;
use super::focus::move_focus;
use super::i18n::{Text, fill};
use super::icons::{health_icon, health_tone};
use super::lang::Lang;
use super::link::Link;
use super::pod_cell::{health_beside, subject_of};
use super::reasons::say_of;

/// The most rows that are drawn at once.
const ROWS_MAX: usize = 500;

/// The tank as a table of the pods that match.
pub fn pod_table(view: &ClusterView, filter: &str, lang: Lang, link: &Link) -> Html {
    let heads = [Text::Name, Text::Status, Text::HealthReady, Text::Restarts, Text::Node, Text::Namespace];
    // Where all pods are in one namespace, nobody needs to be told which.
    let first = view.pods().next();
    let many = view.pods().any(|p| first.is_some_and(|f| f.namespace != p.namespace));
    let heads = &heads[..5 + usize::from(many)];
    let rows: Vec<_> = view.pods().filter(|p| matches(p, filter)).list();
    let more = rows.len().saturating_sub(ROWS_MAX);
    html! {
        <div class="panel table-wrap" onkeydown={Callback::from(|e: KeyboardEvent| move_focus(&e, "[data-uid]"))} tabindex="0" role="region" aria-label={Text::Pods.t(lang)}>
            // Roles said outright: a browser may take a table that is laid out in another way for none.
            <table class="pods" role="table">
                <thead role="rowgroup"><tr role="row">for h in heads { <th role="columnheader" scope="col">{ h.t(lang) }</th> }</tr></thead>
                <tbody role="rowgroup">
                    for p in rows.iter().take(ROWS_MAX) {
                        <tr key={p.key.clone()} role="row">
                            <td role="rowheader"><button data-uid={p.key.clone()} onclick={link.select(subject_of(p))}>{ &p.name }</button></td>
                            <td role="cell" class="wrap">
                                <span class={classes!("tag", health_tone(p.health))}>{ health_icon(p.health).draw() }{ &p.status }{ health_beside(p, lang) }</span>
                                if let Some(w) = why(p).first() { <small>{ say_of(w, p, link.host.borrow().sim(), lang).0 }</small> }
                            </td>
                            <td role="cell" class="mono ready">{ format!("{}/{}", p.ready, p.total) }</td>
                            <td role="cell" class={classes!("mono", if p.restarts > 0 { "often" } else { "never" })}>{ p.restarts }</td>
                            <td role="cell" class="at">{ p.node.clone().unwrap_or_default() }</td>
                            if many { <td role="cell" class="space">{ &p.namespace }</td> }
                        </tr>
                    }
                </tbody>
            </table>
            if more > 0 { <p class="tag">{ fill(Text::AndMore.t(lang), &[&more.to_string()]) }</p> }
            if rows.is_empty() { <p class="empty">{ if filter.is_empty() { Text::NoObjects } else { Text::NoPodMatches }.t(lang) }</p> }
        </div>
    }
}

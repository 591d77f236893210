//! The objects of a kind, as the inspector lists them.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use kubarium::views::{Listed, list};

use super::super::focus::{move_focus, use_row_focus};
use super::super::i18n::{Text, fill};
use super::super::link::{use_lang, use_link};
use super::super::state::Subject;
use super::filtering;

/// The most objects that a list shows.
const LIST_MAX: usize = 500;

/// A row of a list.
const ROW: &str = "[data-row]";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ListProps {
    pub kind: String,
    /// What it is read from: see [`Scene::version`](super::super::state::Scene::version).
    pub version: (u32, u64),
}

/// The objects of a kind, filtered as one types.
#[component]
pub(super) fn List(props: &ListProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let filter = use_state(String::new);
    let (place, onfocusin) = use_row_focus(ROW);
    let (rows, more) = list(link.host.borrow().sim(), &props.kind, &filter, LIST_MAX);
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
            if rows.is_empty() { <p class="empty" role="status">{ if filter.is_empty() { Text::NoObjects } else { Text::FoundNone }.t(lang) }</p> }
            <ul class="list" tabindex="0" aria-label={props.kind.clone()}>
                { for rows.into_iter().map(row) }
                if more > 0 { <li><div>{ fill(Text::AndMore.t(lang), &[&more.to_string()]) }</div></li> }
            </ul>
        </div>
    }
}

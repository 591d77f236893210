//! Events as a list, newest first: all of them, or one object's.

use std::rc::Rc;

use yew::prelude::*;

use kubarium::base::{List as _, Time};
use kubarium::views::{EVENTS_MAX, EventView};

use super::format::{counted, short_clock};
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::link::{use_lang, use_link};
use super::state::Subject;

/// What the feed needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The events, newest first.
    pub events: Rc<Vec<Rc<EventView>>>,
    /// Whose events; all where none is given.
    pub subject: Option<Subject>,
    /// Those that came last before this are in the cluster no more.
    pub gone_before: Time,
}

/// The most events that are drawn at once.
const ROWS_MAX: usize = 200;

/// The feed.
#[component]
pub fn Feed(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let mine = |e: &&Rc<EventView>| match &props.subject {
        None => true,
        Some(s) if !s.uid.is_empty() && !e.uid.is_empty() => e.uid == s.uid || s.kind == "Node" && e.kind == "Node" && e.name == s.name,
        Some(s) => e.kind == s.kind && e.name == s.name && e.namespace == s.namespace,
    };
    let rows: Vec<&Rc<EventView>> = props.events.iter().filter(mine).list();
    if rows.is_empty() {
        return html! { <p class="empty">{ Text::NoEvents.t(lang) }</p> };
    }
    let gone = rows.iter().position(|e| e.last < props.gone_before);
    html! {
        <ol class={if props.subject.is_some() { "feed narrow" } else { "feed" }} tabindex="0" aria-label={Text::Events.t(lang)}>
            for (i, e) in rows.iter().enumerate().take(ROWS_MAX) {
                if gone == Some(i) { <li key="gone" class="note"><time></time><span></span><p>{ Text::EventsGone.t(lang) }</p></li> }
                <li key={e.key.clone()} class={if e.warning { "warn" } else { "info" }}>
                    <time>{ short_clock(e.last) }</time>
                    <span>{ if e.warning { Icon::Bang } else { Icon::Info }.draw() }<span class="sr">{ if e.warning { "Warning" } else { "Normal" } }</span></span>
                    <b>{ &e.reason }</b>
                    if props.subject.is_none() {
                        <button onclick={link.select(Subject { kind: e.kind.clone(), namespace: e.namespace.clone(), name: e.name.clone(), uid: e.uid.clone() })} title={e.kind.clone()}>{ &e.name }</button>
                    }
                    <p>{ &e.message }if e.count > 1 { <span class="times">{ format!(" ×{}", e.count) }</span> }</p>
                </li>
            }
            if let Some(more) = rows.len().checked_sub(ROWS_MAX).filter(|n| *n > 0) {
                <li key="more" class="note"><time></time><span></span><p>{ fill(Text::AndMore.t(lang), &[&counted(more, EVENTS_MAX - ROWS_MAX)]) }</p></li>
            }
        </ol>
    }
}

//! What a container wrote, in the inspector.

use std::rc::Rc;

use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use kubarium::base::Time;
use kubarium::views::PodView;

use super::super::effect::use_effect_with;
use super::super::format;
use super::super::i18n::Text;
use super::super::link::{use_lang, use_link};
use super::super::pod_cell::subject_of;
use super::pod::{choose, chosen};
use super::{filtering, save};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct LogsProps {
    pub pod: Rc<PodView>,
    pub container: Option<usize>,
    pub time: Time,
}

/// What a container wrote, in this run or the one before: the lines that have what is looked for, followed to the newest.
#[component]
pub(super) fn Logs(props: &LogsProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let (previous, follow, filter, place) = (use_state(|| false), use_state(|| true), use_state(String::new), use_node_ref());
    let Some(c) = chosen(&props.pod, props.container) else { return html! {} };
    let text = link.host.borrow().logs(&subject_of(&props.pod), &c.name, *previous);
    let text = text
        .map(|t| if filter.is_empty() { t } else { t.lines().filter(|l| l.contains(filter.as_str())).map(|l| format!("{l}\n")).collect() });
    use_effect_with((text.as_ref().map_or(0, String::len), *follow), {
        let place = place.clone();
        move |(_, follow)| {
            if let Some(body) = place.cast::<Element>().filter(|_| *follow).and_then(|p| p.closest(".body").ok()?) {
                body.set_scroll_top(body.scroll_height());
            }
        }
    });
    let check = |text: Text, is: &UseStateHandle<bool>| {
        let (on, is) = (**is, is.clone());
        let onchange = Callback::from(move |e: Event| is.set(e.target_dyn_into::<HtmlInputElement>().is_some_and(|i| i.checked())));
        html! { <label><input type="checkbox" checked={on} {onchange} />{ " " }{ text.t(lang) }</label> }
    };
    let oninput = filtering(&filter);
    html! { <>
        <div class="logbar">
            { choose(&props.pod, props.container, lang, &link) }
            <input class="find grow" type="search" autocapitalize="none" autocorrect="off" value={(*filter).clone()} {oninput} placeholder={Text::Filter.t(lang)} aria-label={Text::Filter.t(lang)} />
            { check(Text::Follow, &follow) }{ check(Text::PreviousRun, &previous) }
            if let Ok(text) = &text { { save(format!("{}-{}.log", props.pod.name, c.name), text, lang) } }
        </div>
        { match text {
            Err(refusal) => html! { <p class="empty mono">{ refusal.into_message() }</p> },
            Ok(text) if text.is_empty() => html! { <p class="empty">{ if filter.is_empty() { Text::NoLogs } else { Text::NoLines }.t(lang) }</p> },
            Ok(text) => html! { <pre ref={place} class="text" tabindex="0">{ format::plain(&text) }</pre> },
        } }
    </> }
}

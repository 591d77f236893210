//! What a program of the workstation asked the web for in vain: the visitor may fetch it, or paste it. Either way it becomes a page of
//! the session, and the program finds it from then on.

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use super::answer::Answer;
use super::edit::file_name;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::link::{use_lang, use_link};
use super::state::{Action, Panel};
use super::vendor::fetch_page;

/// What is missed.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The URL that was asked for.
    pub url: AttrValue,
}

/// The offer.
#[component]
pub fn Missed(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let closed = use_state(AttrValue::default);
    // Why it could not be fetched, once that was tried.
    let failure = use_state(|| None::<AttrValue>);
    let url = props.url.clone();
    let open = {
        let (link, url) = (link.clone(), url.clone());
        move |text: &str, said: Text| {
            link.host.borrow_mut().write_file(&url, text);
            link.send(Action::Open { path: url.clone(), text: text.to_owned().into() });
            link.send(Action::Answer(Some(Answer::well(fill(said.t(lang), &[file_name(&url)])))));
        }
    };
    let fetch = {
        let (open, url, failure) = (open.clone(), url.clone(), failure.clone());
        Callback::from(move |_: MouseEvent| {
            failure.set(Some(Text::PageComes.t(lang).into()));
            let (open, failure) = (open.clone(), failure.clone());
            let done = Closure::once_into_js(move |text: String, why: String| {
                if text.is_empty() {
                    failure.set(Some(fill(Text::PageNot.t(lang), &[&why]).into()));
                } else {
                    failure.set(None);
                    open(&text, Text::PageFetched);
                }
            });
            fetch_page(&url, done.unchecked_ref());
        })
    };
    let paste = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| {
            open("", Text::PagePaste);
            link.send(Action::Panel(Panel::Edit));
        })
    };
    let close = {
        let (closed, url) = (closed.clone(), url.clone());
        Callback::from(move |_: MouseEvent| closed.set(url.clone()))
    };
    if *closed == url {
        return Html::default();
    }
    html! {
        <div class="answer missed" role="status">
            { Icon::Globe.draw() }
            <span>{ fill(Text::PageMissed.t(lang), &[&url]) }if let Some(why) = &*failure { {" "}{ why } }</span>
            <button class="btn outline" onclick={fetch}>{ Icon::Down.draw() }{ Text::FetchPage.t(lang) }</button>
            <button class="btn outline" onclick={paste}>{ Icon::Plus.draw() }{ Text::PastePage.t(lang) }</button>
            <button class="x" aria-label={Text::Close.t(lang)} onclick={close}>{ Icon::Close.draw() }</button>
        </div>
    }
}

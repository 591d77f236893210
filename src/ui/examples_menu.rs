//! The menu of examples, which open as files of the workstation.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

use super::examples::EXAMPLES;
use super::i18n::Text;
use super::icons::Icon;
use super::state::{Action, use_lang, use_link};

/// The button and its menu. The menu takes the keyboard, and goes at Escape or where somebody points elsewhere.
#[component]
pub fn ExamplesMenu() -> Html {
    let (lang, link) = (use_lang(), use_link());
    let open = use_state(|| false);
    let close_menu = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let examples = EXAMPLES.iter().map(|e| {
        let (link, close) = (link.clone(), close_menu.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            // The first comes last again, to be the one that is shown.
            let more = e.files_in(lang).take(usize::from(e.files.len() > 1));
            for (path, text) in e.files_in(lang).chain(more) {
                link.host.borrow_mut().write_file(path, &text);
                link.send(Action::Open { path: path.into(), text: text.into() });
            }
            link.send(Action::Answer(None));
            close.emit(());
        });
        html! { <button key={e.files[0].0} role="menuitem" {onclick}>{ e.title.t(lang) }<small>{ e.note.t(lang) }</small></button> }
    });
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let anchor = use_node_ref();
    use_effect_with(*open, {
        let (anchor, close) = (anchor.clone(), close_menu.clone());
        move |open| {
            let listeners = anchor.cast::<Element>().filter(|_| *open).map(|anchor| {
                if let Some(first) = anchor.query_selector("[role=menuitem]").ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok())
                {
                    // One that cannot take it leaves it where it is.
                    let _ = first.focus();
                }
                let (document, leave) = (gloo::utils::document(), close.clone());
                let pointed = EventListener::new(&document, "pointerdown", move |e| {
                    let within = e.target().and_then(|t| t.dyn_into::<Node>().ok()).is_some_and(|t| anchor.contains(Some(&t)));
                    if !within {
                        leave.emit(());
                    }
                });
                let pressed = EventListener::new(&document, "keydown", move |e| {
                    if e.dyn_ref::<KeyboardEvent>().is_some_and(|e| e.key() == "Escape") {
                        e.stop_propagation();
                        close.emit(());
                    }
                });
                (pointed, pressed)
            });
            move || drop(listeners)
        }
    });
    html! {
        <div class="anchor" ref={anchor}>
            <button class="btn outline" onclick={toggle} aria-haspopup="menu" aria-expanded={open.to_string()}>{ Icon::Book.draw() }{ Text::Examples.t(lang) }</button>
            if *open { <div class="menu up" role="menu">{ for examples }</div> }
        </div>
    }
}

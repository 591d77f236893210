//! The menus of what comes ready with the page: examples, which open as files of the workstation, and lessons, each of which begins
//! a session of its own.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, Node};
use yew::prelude::*;

use kubarium::base::List as _;
use kubarium::views::{Lesson, lessons, said};

use super::effect::use_effect_with;
use super::examples::{EXAMPLES, Example};
use super::focus::{is_lost, move_focus};
use super::host::Host;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{Link, use_lang, use_link};
use super::state::{Action, Panel};
use super::storage;

/// Which of the menus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// The examples.
    Examples,
    /// The lessons.
    Lessons,
}

/// What a menu needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What it offers.
    pub of: Ready,
}

/// Begins a lesson: a session of its own.
pub fn begin(link: &Link, lesson: &Lesson, lang: Lang) {
    link.open(lesson.begin(Host::fresh(lang)), 0.0, said(&lesson.title, lang.code()));
    // What it is stands above its task.
    link.send(Action::Answer(None));
    link.send(Action::Panel(Panel::Tank));
}

/// Opens an example: its files, the first of which is shown.
pub fn open(link: &Link, example: &Example, lang: Lang) {
    // The first comes last again, to be the one that is shown.
    let more = example.files_in(lang).take(usize::from(example.files.len() > 1));
    for (path, text) in example.files_in(lang).chain(more) {
        link.host.borrow_mut().write_file(path, &text);
        link.send(Action::Open { path: path.into(), text: text.into() });
    }
    link.send(Action::Answer(None));
}

/// An entry: what it is, what there is to see, whether it has been done, what it does.
type Entry = (String, String, bool, Callback<MouseEvent>);

fn examples(link: &Link, lang: Lang) -> Vec<Entry> {
    let entry = |e: &'static Example| {
        let link = link.clone();
        let choose = Callback::from(move |_: MouseEvent| open(&link, e, lang));
        (e.title.t(lang).to_owned(), e.note.t(lang).to_owned(), false, choose)
    };
    EXAMPLES.iter().map(entry).list()
}

fn all_lessons(link: &Link, lang: Lang) -> Vec<Entry> {
    let of = lessons().len().to_string();
    let entry = |(i, lesson): (usize, &'static Lesson)| {
        let (name, note) = (said(&lesson.title, lang.code()).to_owned(), fill(Text::LessonOf.t(lang), &[&(i + 1).to_string(), &of]));
        let (link, done) = (link.clone(), storage::is_done(said(&lesson.title, "en")));
        (name, note, done, Callback::from(move |_: MouseEvent| begin(&link, lesson, lang)))
    };
    lessons().iter().enumerate().map(entry).list()
}

/// A button and its menu. The menu takes the keyboard and gives it back to the button, and goes at Escape or where somebody points elsewhere.
#[component]
pub fn ReadyMenu(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let open = use_state(|| false);
    let close_menu = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    let (icon, name, entries): (_, _, fn(&Link, Lang) -> Vec<Entry>) = match props.of {
        Ready::Examples => (Icon::Book, Text::Examples, examples),
        Ready::Lessons => (Icon::Flag, Text::Lessons, all_lessons),
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let (anchor, button) = (use_node_ref(), use_node_ref());
    use_effect_with(*open, {
        let (anchor, button, close) = (anchor.clone(), button.clone(), close_menu.clone());
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
            move || {
                // The entry that had it is gone.
                if listeners.is_some()
                    && is_lost()
                    && let Some(button) = button.cast::<HtmlElement>()
                {
                    // One that is not shown cannot take it.
                    let _ = button.focus();
                }
                drop(listeners);
            }
        }
    });
    html! {
        <div class="anchor" ref={anchor}>
            <button ref={button} class="btn outline" onclick={toggle} aria-haspopup="menu" aria-expanded={open.to_string()}>{ icon.draw() }{ name.t(lang) }</button>
            if *open {
                <div class={if props.of == Ready::Lessons { "menu up rows" } else { "menu up" }} role="menu" onkeydown={Callback::from(|e: KeyboardEvent| move_focus(&e, "button"))}>
                    for (name, note, done, choose) in entries(&link, lang) {
                        <button key={name.clone()} role="menuitem" onclick={let close = close_menu.clone(); move |e: MouseEvent| { choose.emit(e); close.emit(()); }}>
                            { name }if done { <span class="tag ok">{ Icon::Check.draw() }<span class="sr">{ Text::TaskHolds.t(lang) }</span></span> }<small>{ note }</small>
                        </button>
                    }
                </div>
            }
        </div>
    }
}

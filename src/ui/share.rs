//! The session as something to take along: a link that holds all of it, a file, a script for a real cluster. What travels
//! begins with one line of how the page was set, then the session.

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use kubarium::api::Value;
use kubarium::obj;
use kubarium::sim::Session;

use super::answer::Answer;
use super::app::EMBEDDED;
use super::focus::use_focus;
use super::host::Host;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{Link, shown_lang, use_lang, use_link};
use super::look::TABS;
use super::panels::STOPS;
use super::state::{Action, Lower, SPEED_NORMAL, State, Subject};
use super::storage;
use super::vendor::{copy_text, on_files, on_link, pack, pick_file, save_file};

/// The version of links that this page makes, and the newest that it reads.
const VERSION: u32 = 1;
/// A longer link is more than what mail and chat programs let through.
const LINK_CHARS_MAX: usize = 8000;

/// Asks for a link to the session as it stands; it comes as [`Action::Share`].
pub fn share(link: &Link, state: &State) {
    link.host.borrow_mut().keep_edits();
    let host = link.host.borrow();
    // How the page was set: the moment that was looked at, in seconds, and the object in the inspector, by its kind, namespace,
    // name and UID.
    let head = obj!({
        "at": state.scene.view.time.as_secs_f64(), "lang": state.lang.code(), "chosen": storage::get(storage::LANG).is_some(), "table": state.table, "playing": state.playing,
        "speed": state.speed, "section": state.section, "filter": state.filter.as_str(), "hunt": state.hunt.as_str(), "only": state.only,
        "tab": state.tab as usize, "events": state.lower == Lower::Events, "panel": state.panel as usize, "side": state.side as usize,
        "look": state.selected.as_ref().map(|s| obj!([s.kind.as_str(), s.namespace.as_str(), s.name.as_str(), s.uid.as_str()]))
    });
    let send = link.clone();
    let done = Closure::once_into_js(move |packed: String| {
        let location = web_sys::window().map(|w| w.location());
        let page = location.map(|l| l.origin().unwrap_or_default() + &l.pathname().unwrap_or_default()).unwrap_or_default();
        send.send(Action::Share(Some(format!("{page}#k{VERSION}.{packed}").into())));
    });
    pack(&format!("{}\n{}", head.to_json(), host.session().to_json()), done.unchecked_ref());
}

/// Listens for links and for files that are dropped, as long as the page lives.
pub fn listen(link: &Link) {
    let to = link.clone();
    let opened = Closure::<dyn Fn(u32, String)>::new(move |version: u32, text: String| {
        let (head, session) = text.split_once('\n').unwrap_or_default();
        let lang = shown_lang();
        let read = Value::from_json(head).ok().zip(Session::from_json(session).ok());
        match read {
            _ if version > VERSION => to.refuse(Text::LinkNewer.t(lang)),
            None => to.refuse(Text::LinkUnreadable.t(lang)),
            Some((head, session)) => {
                // Whoever has chosen a language reads the page in that. Otherwise it speaks the visitor's own, except where whoever made the
                // link chose one, or where it stands in a page that does.
                let is_theirs = head.get("chosen").is_true() || EMBEDDED.with(|e| !e.is_empty());
                let theirs = head.get("lang").as_str().filter(|_| is_theirs && storage::get(storage::LANG).is_none());
                let lang = theirs.map_or(lang, Lang::of_code);
                to.send(Action::Language(lang));
                to.send(Action::Table(head.get("table").is_true()));
                to.open(session, head.get("at").as_float().unwrap_or(0.0), Text::LinkOpened.t(lang));
                to.set_speed(head.get("speed").as_int().and_then(|s| usize::try_from(s).ok()).unwrap_or(SPEED_NORMAL));
                to.play(head.get("playing").is_true());
                if let [kind, namespace, name, uid] = head.get("look").items() {
                    let [kind, namespace, name, uid] = [kind, namespace, name, uid].map(|v| v.str().to_owned());
                    to.send(Action::Select(Some(Subject { kind, namespace, name, uid })));
                }
                lay_out(&to, &head);
            }
        }
    });
    on_link(opened.as_ref().unchecked_ref());
    let to = link.clone();
    let dropped = Closure::<dyn Fn(String, String)>::new(move |name: String, text: String| take_file(&to, name, text));
    on_files(dropped.as_ref().unchecked_ref());
    // Both live as long as the page.
    opened.forget();
    dropped.forget();
}

/// Shows what was shown where the link was made. Of an older link, and of a newer one where it says what is not known here, nothing.
fn lay_out(to: &Link, head: &Value) {
    let number = |key: &str| usize::try_from(head.get(key).as_int()?).ok();
    let text = |key: &str| head.get(key).str().to_owned().into();
    to.send(Action::Filter(text("filter")));
    to.send(Action::Hunt(text("hunt")));
    to.send(Action::Only(head.get("only").is_true()));
    if head.get("section").is_true() {
        to.send(Action::Section(true));
    }
    if head.get("events").is_true() {
        to.send(Action::Lower(Lower::Events));
    }
    if let Some((tab, ..)) = number("tab").and_then(|i| TABS.get(i)) {
        to.send(Action::Tab(*tab));
    }
    for (panel, ..) in ["side", "panel"].into_iter().filter_map(|key| STOPS.get(number(key)?)) {
        to.send(Action::Panel(*panel));
    }
}

/// A file from the visitor's disk: a session, or something for the editor. What is neither leaves all as it is.
fn take_file(link: &Link, name: String, text: String) {
    let lang = shown_lang();
    let badly = |said: String| link.send(Action::Answer(Some(Answer::badly(format!("{name}: {said}")))));
    let session = (text.trim_start().starts_with('{') && text.contains("\"inputs\"")).then(|| Session::from_json(&text));
    if let Some(session) = session {
        match session {
            Ok(session) => link.open(session, 0.0, Text::FileOpened.t(lang)),
            Err(error) => badly(error.to_string()),
        }
    } else if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
        badly(Text::FileUnreadable.t(lang).to_owned());
    } else {
        link.host.borrow_mut().write_file(&name, &text);
        link.send(Action::Open { path: name.into(), text: text.into() });
    }
}

/// What the dialog needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The link.
    pub address: AttrValue,
}

/// The dialog: the link, and the other ways to take the session along.
#[component]
pub fn Share(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let first = use_focus();
    // Which of them was asked for last, and what came of it.
    let copied = use_state(|| ("", Text::Copied));
    let long = props.address.len() > LINK_CHARS_MAX;
    let close = link.on(|| Action::Share(None));
    let copy = |what: &'static str, text: String| {
        let (copied, link) = (copied.clone(), link.clone());
        Callback::from(move |_: MouseEvent| {
            let (copied, link) = (copied.clone(), link.clone());
            let told = Closure::once_into_js(move |done: bool| {
                let said = if done { Text::Copied } else { Text::NotCopied };
                copied.set((what, said));
                link.send(Action::Announce(said.t(lang).into()));
            });
            copy_text(&text, told.unchecked_ref());
        })
    };
    let said_of = |what: &str| {
        let (last, said) = *copied;
        (last == what).then_some((if matches!(said, Text::Copied) { Icon::Check } else { Icon::Cross }, said))
    };
    let (copy_icon, copy_label) = said_of("link").unwrap_or((Icon::Link, Text::Copy));
    let save = |name: &'static str, text: fn(&Host) -> String| {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| save_file(name, &text(&link.host.borrow())))
    };
    let pick = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| {
            pick_file();
            link.send(Action::Share(None));
        })
    };
    let fresh = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.open(Host::fresh(lang), 0.0, Text::Afresh.t(lang)))
    };
    let row = |icon: Icon, title: Text, note: Text, onclick: Callback<MouseEvent>| {
        html! { <button class="way" {onclick}>{ icon.draw() }<b>{ title.t(lang) }</b><small>{ note.t(lang) }</small></button> }
    };
    let embed = |what: &'static str, title: Text, note: Text| {
        let code = format!(
            "<iframe title=\"Kubarium\" allow=\"clipboard-read; clipboard-write\" src=\"{}\" width=\"100%\" height=\"600\" style=\"border: 0\"></iframe>",
            props.address.replacen('#', &format!("?{what}#"), 1)
        );
        let (icon, note) = said_of(what).unwrap_or((Icon::Grid, note));
        row(icon, title, note, copy(what, code))
    };
    let stay = Callback::from(|e: MouseEvent| e.stop_propagation());
    html! {
        <div class="modal" role="dialog" aria-modal="true" aria-label={Text::Share.t(lang)} onclick={close.clone()}>
            <div class="share" onclick={stay}>
                <div class="row"><h2 class="grow">{ Text::Share.t(lang) }</h2><button ref={first} class="btn square" onclick={close} aria-label={Text::Close.t(lang)}>{ Icon::Close.draw() }</button></div>
                if long {
                    <p class="warn tag">{ Icon::Bang.draw() }{ fill(Text::LinkTooLong.t(lang), &[&props.address.len().to_string()]) }</p>
                } else {
                    <p>{ Text::LinkNote.t(lang) }</p>
                    <div class="row">
                        <input class="find grow" readonly=true value={props.address.clone()} aria-label={Text::LinkLabel.t(lang)} />
                        <button class="btn primary" onclick={copy("link", props.address.to_string())}>{ copy_icon.draw() }{ copy_label.t(lang) }</button>
                    </div>
                }
                { row(Icon::Down, Text::SaveSession, Text::SaveSessionNote, save("session.json", Host::session_text)) }
                { row(Icon::Terminal, Text::SaveScript, Text::SaveScriptNote, save("session.sh", Host::script)) }
                if !long {
                    { embed("embed", Text::Embed, Text::EmbedNote) }
                    { embed("embed=term", Text::EmbedTyping, Text::EmbedTypingNote) }
                }
                { row(Icon::Folder, Text::OpenFile, Text::OpenFileNote, pick) }
                { row(Icon::Again, Text::NewSession, Text::NewSessionNote, fresh) }
            </div>
        </div>
    }
}

//! The page's own keys, but for those of what is selected: see [`actions`].

use std::cell::RefCell;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use kubarium::base::Case as _;

use super::actions;
use super::app::{EMBEDDED, close_look};
use super::focus::{active, find, focus_on};
use super::host::Host;
use super::link::Link;
use super::panels::{STOPS, Stop};
use super::share;
use super::state::{Action, State, Subject};
use super::timeline::hunt_of;

/// A key was pressed. Letters are the page's keys only where nobody is typing. `ahead` is what was typed for the palette before it stood.
pub fn on_key(e: &KeyboardEvent, state: &State, link: &Link, ahead: &RefCell<Option<String>>) {
    let target = e.target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
    let typing = target.as_ref().is_some_and(|t| {
        let name = t.tag_name();
        matches!(name.as_str(), "INPUT" | "TEXTAREA" | "SELECT") && t.get_attribute("type").as_deref() != Some("range")
            || t.is_content_editable()
    });
    let on_button = target.as_ref().is_some_and(|t| matches!(t.tag_name().as_str(), "BUTTON" | "INPUT"));
    if e.key() == "F6" {
        e.prevent_default();
        focus_panel(e.shift_key(), link);
        return;
    }
    if go_along_tabs(e, target.as_ref()) {
        e.prevent_default();
        return;
    }
    // As in a browser's own search, of what the terminal has shown.
    if e.ctrl_key() && e.shift_key() && e.key().eq_ignore_ascii_case("f") {
        e.prevent_default();
        link.send(Action::Find(true));
        focus_on(".seek .find");
        return;
    }
    if leave_find(e, target.as_ref()) {
        e.prevent_default();
        return;
    }
    if e.key() == "Escape" && (!typing || state.share.is_some()) {
        if state.help {
            link.send(Action::Help(false));
        } else if state.palette {
            link.send(Action::Palette(false));
        } else if state.share.is_some() {
            link.send(Action::Share(None));
        } else if state.section {
            link.send(Action::Section(false));
        } else {
            state.selected.iter().for_each(|s| close_look(link, s, true));
        }
        return;
    }
    let in_dialog = state.help || state.palette || state.share.is_some();
    let hunt = || hunt_of(&state.scene, state.selected.as_ref(), &state.hunt, state.only);
    if (e.ctrl_key() || e.meta_key()) && e.key() == "z" && !typing && !in_dialog {
        link.undo(state.lang);
        e.prevent_default();
        return;
    }
    if let (Some(ahead), false) = (&mut *ahead.borrow_mut(), typing) {
        if e.key().chars().count() == 1 {
            ahead.push_str(&e.key());
        }
        e.prevent_default();
        return;
    }
    // Before it takes the focus itself: a character goes where the focus is once its key was seen.
    if state.palette && !typing {
        focus_on(".palette .find");
    }
    // What lies behind a dialog is not meant; the key that opens the help closes it.
    if typing || in_dialog && !(state.help && e.key() == "?") {
        return;
    }
    // With Shift a letter is the page's own key, and no object's.
    if !e.meta_key() && !e.alt_key() && !e.shift_key() && actions::on_key(&e.key().lower(), e.ctrl_key(), target.as_deref(), link, state) {
        e.prevent_default();
        return;
    }
    if e.ctrl_key() || e.meta_key() || e.alt_key() {
        return;
    }
    match e.key().as_str() {
        " " if !on_button => link.play(!state.playing),
        "." => link.step(),
        "[" => link.set_speed(state.speed.saturating_sub(1)),
        "]" => link.set_speed(state.speed + 1),
        "?" => link.send(Action::Help(!state.help)),
        ":" => {
            ahead.replace(Some(String::new()));
            link.send(Action::Palette(true));
        }
        "S" => share::share(link, state),
        "t" => link.send(Action::Table(!state.table)),
        "x" => link.send(Action::Section(!state.section)),
        "n" => link.next_event(&state.scene, hunt()),
        "p" => link.last_event(&state.scene, &hunt()),
        "0" => link.with_host(Host::back_to_now),
        // Where a list stands open, that is what is filtered.
        "/" => _ = focus_on(if state.selected.as_ref().is_some_and(Subject::is_list) { ".look .find" } else { ".find" }),
        _ => return,
    }
    e.prevent_default();
}

/// Arrow keys go from tab to tab; Enter takes one. Says whether there was one to go to.
fn go_along_tabs(e: &KeyboardEvent, target: Option<&HtmlElement>) -> bool {
    let tab = target.filter(|t| t.get_attribute("role").as_deref() == Some("tab"));
    // One that can be closed stands beside what closes it, in a place of its own.
    let place = |tab: &HtmlElement| tab.closest("[role=presentation]").ok().flatten().unwrap_or_else(|| tab.clone().into());
    let next = tab.and_then(|tab| match e.key().as_str() {
        "ArrowRight" => place(tab).next_element_sibling(),
        "ArrowLeft" => place(tab).previous_element_sibling(),
        _ => None,
    });
    let next = next.and_then(|n| if n.matches("[role=tab]").unwrap_or(true) { Some(n) } else { n.query_selector("[role=tab]").ok()? });
    // A tab that cannot take the focus leaves it where it is.
    next.and_then(|n| n.dyn_into::<HtmlElement>().ok()).is_some_and(|n| n.focus().is_ok())
}

/// Enter and the arrow lead from the field that filters pods to the first that it finds, and Escape out of every such field that is empty.
/// Says whether it was left.
fn leave_find(e: &KeyboardEvent, target: Option<&HtmlElement>) -> bool {
    let Some(field) = target else { return false };
    let is = |selector: &str| field.matches(selector).is_ok_and(|is| is);
    let first = ".tank :is(.pod:not(.dim), .pods button, .heat)";
    match e.key().as_str() {
        "Enter" | "ArrowDown" => is(".tank .find") && focus_on(first),
        "Escape" if is(".find:placeholder-shown") => {
            focus_on(if is(".look .find") { ".look [data-row], .look .tab" } else { first }) || field.blur().is_ok()
        }
        _ => false,
    }
}

/// The focus goes round the panels, each of which is shown where it shares its place.
fn focus_panel(back: bool, link: &Link) {
    let active = active();
    let inside = |stop: &Stop| active.as_ref().and_then(|a| a.closest(&format!(".{}", stop.0.code())).ok()?).is_some();
    let step = if back { 3 } else { 1 };
    let first = STOPS.iter().position(inside).map_or(0, |i| i + step);
    // What is embedded has not all of them.
    let is_there =
        |stop: &Stop| EMBEDDED.with(|e| e.is_empty()) || find(&format!("main > .{}", stop.0.code())).is_some_and(|p| p.client_width() > 0);
    if let Some(next) = (0..4).map(|n| STOPS[(first + n * step) % 4]).find(is_there) {
        link.send(Action::Panel(next.0));
        // Once it is there.
        Timeout::new(0, move || _ = focus_on(next.3)).forget();
    }
}

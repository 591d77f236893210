//! Where the focus goes by the keyboard: along the rows and cells of a list, and to what opens above the page and back.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// How wide the row of tabs fades at its left end, as the stylesheet has it.
const FADE_PX: i32 = 10;

/// Arrow keys, and j and k, move the focus along what the selector finds within the element that listens; from a field for text only
/// the arrows do, and Enter.
pub fn move_focus(e: &KeyboardEvent, selector: &str) {
    let Some(target) = e.target_dyn_into::<HtmlElement>() else { return };
    let step = match (e.key().as_str(), target.tag_name() == "INPUT") {
        ("ArrowDown", _) | ("ArrowRight" | "j", false) | ("Enter", true) => 1,
        ("ArrowUp", _) | ("ArrowLeft" | "k", false) => -1,
        _ => return,
    };
    let Some(within) = e.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
    let at = place_of(&target, &within, selector).map_or(0, |i| i + step);
    if focus_at(at, &within, selector) {
        e.prevent_default();
    }
}

/// Which of the elements that the selector finds within another this one is.
fn place_of(element: &HtmlElement, within: &Element, selector: &str) -> Option<i32> {
    let all = within.query_selector_all(selector).ok()?;
    (0..all.length()).find(|i| all.item(*i).is_some_and(|n| n.is_same_node(Some(element)))).and_then(|i| i32::try_from(i).ok())
}

/// Gives the focus to the element at this place among those, or to the last or first where there are fewer. Says whether there is one.
fn focus_at(at: i32, within: &Element, selector: &str) -> bool {
    let Ok(all) = within.query_selector_all(selector) else { return false };
    let last = i32::try_from(all.length()).unwrap_or(i32::MAX) - 1;
    focus(all.item(at.min(last).max(0).unsigned_abs()).and_then(|n| n.dyn_into().ok()))
}

/// What has the focus.
pub fn active() -> Option<Element> {
    web_sys::window().and_then(|w| w.document()).and_then(|d| d.active_element())
}

/// Whether nothing has the focus, as where what had it is gone.
pub fn is_lost() -> bool {
    active().is_none_or(|a| a.tag_name() == "BODY")
}

/// The first element of the page that the selector finds.
pub fn find(selector: &str) -> Option<Element> {
    web_sys::window()?.document()?.query_selector(selector).ok()?
}

/// Scrolls a row of tabs so far that one of them is seen whole.
pub fn bring_to_sight(row: &Element, tab: &Element) {
    // Not `scroll_into_view`: from there on Tab would go, past all that stands before.
    let (shown, wanted) = (row.get_bounding_client_rect(), tab.get_bounding_client_rect());
    if wanted.left() < shown.left() || wanted.right() > shown.right() {
        row.set_scroll_left(row.scroll_left() + (wanted.left() - shown.left()) as i32 - FADE_PX);
    }
}

/// Scrolls a list so far that one of its rows is seen whole.
pub fn bring_into(list: &Element, row: &Element) {
    let (shown, wanted) = (list.get_bounding_client_rect(), row.get_bounding_client_rect());
    let by = (wanted.top() - shown.top()).min(0.0) + (wanted.bottom() - shown.bottom()).max(0.0);
    list.set_scroll_top(list.scroll_top() + by.round() as i32);
}

/// Gives the focus to the first element that the selector finds. Says whether there is one.
pub fn focus_on(selector: &str) -> bool {
    focus(find(selector))
}

/// Gives the focus to the first element that the selector finds where the visitor goes by keys. After a pointer nothing has it, and the
/// page's own keys go on working.
pub fn focus_by_keys(selector: &str) {
    if focus_on(selector)
        && let Some(a) = active().filter(|a| !a.matches(":focus-visible").unwrap_or(true))
    {
        _ = a.dyn_into::<HtmlElement>().map(|a| a.blur());
    }
}

/// Presses the first button that the selector finds, whether or not it is in sight. Says whether there is one.
pub fn press(selector: &str) -> bool {
    find(selector).and_then(|e| e.dyn_into::<HtmlElement>().ok()).map(|e| e.click()).is_some()
}

/// Gives the focus to an element. Says whether it could.
fn focus(element: Option<Element>) -> bool {
    // Focus fails only where the element has left the page meanwhile.
    element.and_then(|e| e.dyn_into::<HtmlElement>().ok()).is_some_and(|e| e.focus().is_ok())
}

/// Where the row of a list that has the focus goes, the focus stays in the list: in what stands for the same object now, in the row that
/// takes its place, or else in the field that filters it. For the list's element, and what it does where something in it takes the focus.
#[hook]
pub fn use_row_focus(selector: &'static str) -> (NodeRef, Callback<FocusEvent>) {
    let (list, had) = (use_node_ref(), use_mut_ref(|| None::<(HtmlElement, i32)>));
    let onfocusin = {
        let (list, had) = (list.clone(), had.clone());
        Callback::from(move |e: FocusEvent| {
            let row = e.target_dyn_into::<HtmlElement>().zip(list.cast::<Element>());
            *had.borrow_mut() = row.and_then(|(row, list)| Some((row.clone(), place_of(&row, &list, selector)?)));
        })
    };
    use_effect({
        let list = list.clone();
        move || {
            // Whoever left it while it was there has gone elsewhere.
            let left = had.borrow_mut().take_if(|(row, _)| active().as_ref() != Some(&**row));
            let lost = left.filter(|(row, _)| !row.is_connected() && is_lost());
            if let (Some((row, at)), Some(list)) = (lost, list.cast::<Element>()) {
                let same = row.get_attribute("data-uid").map(|uid| format!("{selector}[data-uid=\"{uid}\"]"));
                let same = same.and_then(|same| list.query_selector(&same).ok()?);
                let _ = focus(same) || focus_at(at, &list, selector) || focus_at(0, &list, "input");
            }
        }
    });
    (list, onfocusin)
}

/// For what opens above the page: the element with this reference takes the focus, and it goes back where it was in the end.
#[hook]
pub fn use_focus() -> NodeRef {
    let place = use_node_ref();
    // As it was when this was first drawn: a key that was pressed before the effect's turn may have moved the focus here already.
    let before = use_mut_ref(active).borrow().clone();
    use_effect_with((), {
        let place = place.clone();
        move |()| {
            focus(place.cast());
            move || {
                focus(before);
            }
        }
    });
    place
}
use super::effect::use_effect_with;

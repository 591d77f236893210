//! What is shown when the program breaks: it cannot draw with Yew any more, so this is plain DOM, made by the panic hook or by whoever
//! hears of what no hook does: memory that is used up, calls that go too deep.
//! The session's inputs lie in the browser's storage by then, so that the cluster can be run again without the last of them.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement};

use super::i18n::Text;
use super::link::shown_lang;
use super::storage;

/// Whether the page is broken.
pub fn is_shown() -> bool {
    web_sys::window().and_then(|w| w.document()).is_some_and(|d| d.get_element_by_id("crash").is_some())
}

/// From now on it is shown when the program ends before its time, with a way back.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        let detail = info.to_string();
        // Nothing more can be done about a page that cannot even show this.
        let _ = show(&detail);
    }));
    let Some(window) = web_sys::window() else { return };
    for (event, cause) in [("error", "error"), ("unhandledrejection", "reason")] {
        let heard = Closure::<dyn Fn(JsValue)>::new(move |e| {
            let error = field(&e, cause);
            if has_ended(&error) {
                let _ = show(&String::from(error.unchecked_ref::<js_sys::Object>().to_string()));
            }
        });
        // Where the page cannot hear of it, all is as it would be without this.
        let _ = window.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        // It listens as long as there is a page.
        heard.forget();
    }
}

/// Whether an error has ended the program. Browsers do not agree on what calls that go too deep are, and a script may have them, too.
fn has_ended(error: &JsValue) -> bool {
    let says = |name| field(error, name).as_string().unwrap_or_default();
    match says("name").as_str() {
        "RuntimeError" => true,
        "RangeError" | "InternalError" => says("stack").contains("wasm-function"),
        _ => false,
    }
}

fn field(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &name.into()).unwrap_or_default()
}

fn show(detail: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    if is_shown() {
        return None;
    }
    let lang = shown_lang();
    let layer = element(&document, "div", "modal", "")?;
    layer.set_id("crash");
    layer.set_attribute("role", "alertdialog").ok()?;
    layer.set_attribute("aria-label", Text::CrashTitle.t(lang)).ok()?;
    let card = element(&document, "div", "", "")?;
    for (tag, class, text) in [("h2", "", Text::CrashTitle.t(lang)), ("p", "", Text::CrashHelp.t(lang)), ("p", "mono term", detail)] {
        card.append_child(&*element(&document, tag, class, text)?).ok()?;
    }
    let row = element(&document, "div", "foot", "")?;
    for (text, keep) in [(Text::CrashRestore, true), (Text::CrashFresh, false)] {
        let button = element(&document, "button", if keep { "btn primary" } else { "btn outline" }, text.t(lang))?;
        let clicked = Closure::<dyn Fn()>::new(move || {
            if keep && storage::read(true, storage::RESTORE).is_none() {
                storage::keep(storage::RESTORE, "1");
            }
            if !keep {
                storage::keep(storage::SESSION, storage::NONE);
            }
            if let Some(window) = web_sys::window() {
                // Where the page cannot be loaded anew there is nothing left to try.
                let _ = window.location().reload();
            }
        });
        button.set_onclick(Some(clicked.as_ref().unchecked_ref()));
        // The page ends with this button's click.
        clicked.forget();
        row.append_child(&button).ok()?;
    }
    card.append_child(&row).ok()?;
    layer.append_child(&card).ok()?;
    document.body()?.append_child(&layer).ok()?;
    row.first_element_child().and_then(|b| b.dyn_into::<HtmlElement>().ok())?.focus().ok()
}

fn element(document: &Document, tag: &str, class: &str, text: &str) -> Option<HtmlElement> {
    let made: Element = document.create_element(tag).ok()?;
    made.set_class_name(class);
    made.set_text_content(Some(text));
    made.dyn_into().ok()
}

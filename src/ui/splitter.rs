//! The edge between two panels: dragged with the pointer or moved with the arrow keys; the size is kept in the browser.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::effect::use_effect_with;
use super::i18n::Text;
use super::link::use_lang;
use super::storage;

/// Which edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Right of the editor.
    Edit,
    /// Above the terminal.
    Term,
    /// Left of the inspector.
    Look,
}

/// How far a key moves an edge, in pixels.
const KEY_PX: f64 = 24.0;

impl Edge {
    fn variable(self) -> &'static str {
        match self {
            Edge::Edit => "--edit-w",
            Edge::Term => "--term-h",
            Edge::Look => "--look-w",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Edge::Edit => "split at-edit",
            Edge::Term => "split at-term",
            Edge::Look => "split at-look",
        }
    }

    fn name(self) -> Text {
        match self {
            Edge::Edit => Text::ResizeEditor,
            Edge::Term => Text::ResizeTerminal,
            Edge::Look => Text::ResizeInspector,
        }
    }

    /// The panel's size for a pointer at this place.
    fn size_at(self, x: f64, y: f64, width: f64, height: f64) -> f64 {
        match self {
            Edge::Edit => x - 12.0,
            Edge::Term => height - y - 12.0,
            Edge::Look => width - x - 12.0,
        }
    }

    /// Between what the panel may be.
    fn clamp(self, size: f64, width: f64, height: f64) -> f64 {
        match self {
            Edge::Term => size.clamp(90.0, (height - 260.0).max(90.0)),
            Edge::Edit | Edge::Look => size.clamp(220.0, (width * 0.45).max(220.0)),
        }
    }
}

fn root() -> Option<HtmlElement> {
    web_sys::window()?.document()?.document_element()?.dyn_into().ok()
}

fn window_size() -> (f64, f64) {
    let get = |v: Result<wasm_bindgen::JsValue, _>| v.ok().and_then(|v: wasm_bindgen::JsValue| v.as_f64()).unwrap_or(0.0);
    web_sys::window().map_or((0.0, 0.0), |w| (get(w.inner_width()), get(w.inner_height())))
}

fn set(edge: Edge, size: f64) {
    let (width, height) = window_size();
    let size = edge.clamp(size, width, height).round();
    if let Some(root) = root() {
        // A property that is not taken leaves the panel as it is.
        let _ = root.style().set_property(edge.variable(), &format!("{size}px"));
    }
    storage::set(&format!("kubarium{}", edge.variable()), &size.to_string());
}

/// What an edge needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Which edge.
    pub edge: Edge,
}

/// The edge between two panels.
#[component]
pub fn Splitter(props: &Props) -> Html {
    let lang = use_lang();
    let edge = props.edge;
    let place = use_node_ref();
    // Says the panel's size to who does not see it.
    let tell = {
        let place = place.clone();
        move || {
            let Some(handle) = place.cast::<Element>() else { return };
            if let Some(rect) = handle.previous_element_sibling().map(|p| p.get_bounding_client_rect()) {
                let size = if edge == Edge::Term { rect.height() } else { rect.width() };
                // The attribute's name is valid, which is all that could be wrong with it.
                let _ = handle.set_attribute("aria-valuenow", &format!("{size:.0}"));
            }
        }
    };
    use_effect_with((), {
        let tell = tell.clone();
        move |()| {
            if let Some(size) = storage::get(&format!("kubarium{}", edge.variable())).and_then(|s| s.parse().ok()) {
                set(edge, size);
            }
            tell();
        }
    });
    let onpointerdown = Callback::from(|e: PointerEvent| {
        if let Some(target) = e.target_dyn_into::<Element>() {
            // It fails only where the pointer has been lifted meanwhile.
            let _ = target.set_pointer_capture(e.pointer_id());
        }
    });
    let told = tell.clone();
    let onpointermove = Callback::from(move |e: PointerEvent| {
        // Not what is dragged across it from elsewhere, nor after a menu took the release of another button.
        if e.buttons() & 1 == 1 && e.target_dyn_into::<Element>().is_some_and(|t| t.has_pointer_capture(e.pointer_id())) {
            told();
            let (width, height) = window_size();
            set(edge, edge.size_at(f64::from(e.client_x()), f64::from(e.client_y()), width, height));
        }
    });
    let onkeydown = Callback::from(move |e: KeyboardEvent| {
        let grow = match (edge, e.key().as_str()) {
            (Edge::Edit, "ArrowRight") | (Edge::Look, "ArrowLeft") | (Edge::Term, "ArrowUp") => KEY_PX,
            (Edge::Edit, "ArrowLeft") | (Edge::Look, "ArrowRight") | (Edge::Term, "ArrowDown") => -KEY_PX,
            _ => return,
        };
        e.prevent_default();
        let panel = e.target_dyn_into::<Element>().and_then(|t| t.previous_element_sibling()).map(|p| p.get_bounding_client_rect());
        if let Some(rect) = panel {
            set(edge, if edge == Edge::Term { rect.height() } else { rect.width() } + grow);
            tell();
        }
    });
    let orientation = if edge == Edge::Term { "horizontal" } else { "vertical" };
    html! {
        <div class={edge.class()} role="separator" tabindex="0" aria-orientation={orientation} aria-label={edge.name().t(lang)} ref={place} aria-valuemin="90" aria-valuemax="2000"
            {onpointerdown} {onpointermove} {onkeydown}></div>
    }
}

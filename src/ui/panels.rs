//! The panels of the page, and how one is chosen where they share a place.

use yew::prelude::*;

use super::i18n::Text;
use super::icons::Icon;
use super::lang::Lang;
use super::link::Link;
use super::state::{Action, Panel};

/// A panel: with its sign, its name, and where the focus goes in it.
pub type Stop = (Panel, Icon, Text, &'static str);

/// All panels, in the order of [`Panel`].
pub const STOPS: [Stop; 4] = [
    // A low picture that is embedded has no field, but always the way to the event before.
    (Panel::Tank, Icon::Tank, Text::Cluster, ".page:not(.embed) .tank .find, .embed .timeline .btn"),
    (Panel::Edit, Icon::Edit, Text::Editor, ".edit #editor .cm-content, .edit .foot button"),
    (Panel::Term, Icon::Terminal, Text::Terminal, ".term .host:not([hidden]) textarea, .term .feed"),
    (Panel::Look, Icon::Look, Text::Inspector, ".look button"),
];

/// Where panels share a place: which of them is shown.
pub fn switch(class: &'static str, stops: &[Stop], shown: Panel, lang: Lang, link: &Link) -> Html {
    html! {
        <nav {class} aria-label={Text::Panels.t(lang)}><div role="tablist" aria-label={Text::Panels.t(lang)}>
            for (panel, icon, text, _) in stops.iter().copied() {
                <button key={panel.code()} role="tab" aria-selected={(panel == shown).to_string()} onclick={link.on(move || Action::Panel(panel))}>{ icon.draw() }{ text.t(lang) }</button>
            }
        </div></nav>
    }
}

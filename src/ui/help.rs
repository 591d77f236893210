//! What the visitor is told on request: the page's keys, and what the picture's signs mean.

use yew::prelude::*;

use super::focus::use_focus;
use super::i18n::Text;
use super::icons::Icon;
use super::link::{use_lang, use_link};
use super::state::Action;

/// The keys, and what the picture's signs mean.
#[component]
pub fn Help() -> Html {
    let (lang, link) = (use_lang(), use_link());
    let first = use_focus();
    let keys = [
        ("Space", Text::KeyPlay),
        (".", Text::Step),
        ("[  ]", Text::KeySpeed),
        ("p  n", Text::KeyEvents),
        ("0", Text::BackToNow),
        ("Ctrl+Z", Text::KeyUndo),
        ("/", Text::FilterPods),
        ("t", Text::KeyTable),
        ("x", Text::KeySection),
        ("← →", Text::KeyArrows),
        (":", Text::Palette),
        ("d  y  l", Text::KeyTabs),
        ("e  s  Ctrl+D", Text::KeyDeeds),
        ("F6", Text::KeyPanels),
        ("Ctrl+Shift+F", Text::FindInTerminal),
        ("Shift+S", Text::Share),
        ("Ctrl+Enter", Text::KeyApply),
        ("Esc", Text::KeyClose),
    ];
    let signs = [
        (Icon::Nucleus, "ok", Text::SignNucleus),
        (Icon::Check, "ok", Text::SignReady),
        (Icon::Heart, "ok", Text::SignProbe),
        (Icon::Globe, "ok", Text::SignDoor),
        (Icon::File, "ok", Text::SignSheet),
        (Icon::Minus, "", Text::SignUse),
        (Icon::Leave, "gone", Text::SignOld),
        (Icon::Dots, "", Text::SignDots),
        (Icon::Bars, "warn", Text::SignTime),
    ];
    html! {
        <div class="modal" role="dialog" aria-modal="true" aria-label={Text::Help.t(lang)} onclick={link.on(|| Action::Help(false))}>
            <div class="help">
                <header class="row"><h2 class="grow">{ Text::Help.t(lang) }</h2><button ref={first} class="btn square" onclick={link.on(|| Action::Help(false))} aria-label={Text::Close.t(lang)}>{ Icon::Close.draw() }</button></header>
                <div>
                    <dl class="keys">for (key, text) in keys { <><dt><kbd>{ key }</kbd></dt><dd>{ text.t(lang) }</dd></> }</dl>
                    <dl class="keys signs">for (icon, tone, text) in signs { <><dt class={tone}>{ icon.draw() }</dt><dd>{ text.t(lang) }</dd></> }</dl>
                </div>
            </div>
        </div>
    }
}

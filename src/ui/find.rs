//! The search in what a terminal shows: a strip over the terminal, marks in it, and how many there are.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::effect::use_effect_with;
use super::focus::use_focus;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::link::{use_lang, use_link};
use super::state::Action;

/// What the search needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// In which terminal it looks.
    pub terminal: usize,
}

/// The search.
#[component]
pub fn Find(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let (text, found, input) = (use_state(String::new), use_state_eq(|| (0_u32, 0_u32)), use_focus());
    let terminal = props.terminal;
    let tell = {
        let found = found.setter();
        use_memo((), move |()| Closure::<dyn Fn(u32, u32)>::new(move |at: u32, of: u32| found.set((at, of))))
    };
    let seek = {
        let (link, tell) = (link.clone(), tell.clone());
        move |text: &str, step: i32| link.host.borrow().find(terminal, text, step, (*tell).as_ref().unchecked_ref())
    };
    // The marks go with the search, and with the terminal that is looked at.
    use_effect_with(terminal, {
        let (link, text, seek) = (link.clone(), text.clone(), seek.clone());
        move |terminal| {
            let terminal = *terminal;
            if !text.is_empty() {
                seek(&text, 0);
            }
            move || {
                // Where the page itself goes, the host may be at work.
                if let Ok(host) = link.host.try_borrow() {
                    host.find(terminal, "", 0, &Function::new_no_args(""));
                }
                drop(tell);
            }
        }
    });
    let oninput = {
        let (text, seek, found) = (text.clone(), seek.clone(), found.clone());
        Callback::from(move |e: InputEvent| {
            let value = e.target_dyn_into::<HtmlInputElement>().map(|i| i.value()).unwrap_or_default();
            found.set((0, 0));
            seek(&value, 0);
            text.set(value);
        })
    };
    let close = {
        let link = link.clone();
        move || {
            link.send(Action::Find(false));
            link.host.borrow().focus_terminal(terminal);
        }
    };
    let go = {
        let (text, seek) = (text.clone(), seek);
        move |step: i32| {
            if !text.is_empty() {
                seek(&text, step);
            }
        }
    };
    let onkeydown = {
        let (close, go) = (close.clone(), go.clone());
        Callback::from(move |e: KeyboardEvent| {
            match e.key().as_str() {
                "Enter" => go(if e.shift_key() { 1 } else { -1 }),
                "Escape" => close(),
                _ => return,
            }
            e.prevent_default();
            e.stop_propagation();
        })
    };
    let button = |icon: Icon, text: Text, key: &str, act: Callback<MouseEvent>| {
        html! { <button class="btn square" onclick={act} aria-label={text.t(lang)} title={format!("{} ({key})", text.t(lang))}>{ icon.draw() }</button> }
    };
    let step = |n: i32| {
        let go = go.clone();
        Callback::from(move |_: MouseEvent| go(n))
    };
    html! {
        <div class="seek" role="search" {onkeydown}>
            <input ref={input} class="find" type="search" autocapitalize="none" autocorrect="off" value={(*text).clone()} {oninput} placeholder={Text::FindInTerminal.t(lang)} aria-label={Text::FindInTerminal.t(lang)} autocomplete="off" />
            <output role="status">if !text.is_empty() { { if found.1 == 0 { Text::FoundNone.t(lang).to_owned() } else { fill(Text::FoundOf.t(lang), &[&found.0.to_string(), &found.1.to_string()]) } } }</output>
            { button(Icon::Higher, Text::FindBefore, "Enter", step(-1)) }
            { button(Icon::Open, Text::FindAfter, "Shift+Enter", step(1)) }
            { button(Icon::Close, Text::Close, "Esc", Callback::from(move |_: MouseEvent| close())) }
        </div>
    }
}

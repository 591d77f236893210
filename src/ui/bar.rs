//! The top bar: the name, the clock, language and theme.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::format::clock;
use super::i18n::Text;
use super::icons::Icon;
use super::link::Link;
use super::state::{Action, SPEEDS, State};

/// The sign of the house: a tank with a cell in it.
fn logo() -> Html {
    html! {
        <svg viewBox="0 0 32 32" fill="none" aria-hidden="true">
            <path d="M4 7v15a5 5 0 0 0 5 5h14a5 5 0 0 0 5-5V7" stroke="var(--accent)" stroke-width="2" stroke-linecap="round" />
            <path d="M4 12c4 2.6 8 2.6 12 0s8-2.6 12 0v10a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5z" fill="var(--accent)" opacity=".22" />
            <path d="M4 12c4 2.6 8 2.6 12 0s8-2.6 12 0" stroke="var(--accent)" stroke-width="2" />
            <circle cx="14.5" cy="19.5" r="4" stroke="var(--accent)" stroke-width="1.8" /><circle cx="14.5" cy="19.5" r="1.3" fill="var(--accent)" />
            <circle cx="22" cy="20.5" r="1.7" fill="var(--accent)" />
        </svg>
    }
}

/// The top bar.
pub fn bar(state: &State, on_share: Callback<MouseEvent>, link: &Link) -> Html {
    let (lang, playing, dark) = (state.lang, state.playing, state.dark);
    let (whole, tenths) = clock(state.scene.view.time);
    let play = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.play(!playing))
    };
    let step = {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| link.step())
    };
    let on_speed = {
        let link = link.clone();
        Callback::from(move |e: InputEvent| {
            if let Some(i) = e.target_dyn_into::<HtmlInputElement>().and_then(|i| i.value().parse().ok()) {
                link.set_speed(i);
            }
        })
    };
    let speed = format!("{}×", SPEEDS[state.speed]);
    let play_text = if playing { Text::Pause } else { Text::Play }.t(lang);
    html! {
        <header class="bar">
            <h1 class="logo">{ logo() }{ "Kubarium" }<small>{ Text::Tagline.t(lang) }</small></h1>
            <span class="grow"></span>
            <div class="clock" role="group" aria-label={Text::Clock.t(lang)}>
                <button class="btn square play" onclick={play} aria-label={play_text} title={format!("{play_text} (Space)")}>{ if playing { Icon::Pause } else { Icon::Play }.draw() }</button>
                <button class="btn square" onclick={step} aria-label={Text::Step.t(lang)} title={format!("{} (.)", Text::Step.t(lang))}>{ Icon::Step.draw() }</button>
                <span class={classes!("time", state.scene.past.then_some("past"))} role="timer" aria-live="off">{ whole }<small>{ tenths }</small><span class="tag">{ Text::Past.t(lang) }</span></span>
                <label class="speed">
                    <span class="sr">{ Text::Speed.t(lang) }</span>
                    <input type="range" min="0" max={(SPEEDS.len() - 1).to_string()} step="1" value={state.speed.to_string()} oninput={on_speed} aria-valuetext={speed.clone()} title={format!("{} ([ ])", Text::Speed.t(lang))} />
                    <output>{ speed }</output>
                </label>
                if let Some(late) = state.scene.late.map(|l| l.t(lang)) { <span class="late" role="status" tabindex="0" title={late}>{ Icon::Hourglass.draw() }<span class="wide">{ late }</span></span> }
            </div>
            <span class="grow"></span>
            // For who has no key for it; the stylesheet shows it then.
            <button class="btn square all" onclick={link.on(|| Action::Palette(true))} aria-label={Text::Palette.t(lang)}>{ Icon::Dots.draw() }</button>
            <button class="btn outline" onclick={on_share} title={format!("{} (Shift+S)", Text::Share.t(lang))}>{ Icon::Link.draw() }<span class="wide">{ Text::Share.t(lang) }</span></button>
            <button class="btn" lang={lang.other().code()} onclick={let link = link.clone(); Callback::from(move |_: MouseEvent| link.set_language(lang, lang.other()))}>{ Icon::Globe.draw() }{ Text::LanguageTo.t(lang) }</button>
            <button class="btn square" onclick={let link = link.clone(); Callback::from(move |_: MouseEvent| link.set_theme(!dark))} aria-label={if dark { Text::ThemeToLight } else { Text::ThemeToDark }.t(lang)} title={if dark { Text::ThemeToLight } else { Text::ThemeToDark }.t(lang)}>{ if dark { Icon::Sun } else { Icon::Moon }.draw() }</button>
            <button class="btn square" onclick={link.on(|| Action::Help(true))} aria-label={Text::Help.t(lang)} title={format!("{} (?)", Text::Help.t(lang))}>{ Icon::Help.draw() }</button>
        </header>
    }
}

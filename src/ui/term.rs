//! The lower panel: terminals in tabs, and the event feed.

use gloo::timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::prelude::*;

use kubarium::base::Time;
use kubarium::views::{EVENTS_MAX, gone_before};

use super::answer::Answer;
use super::edit::is_outdated;
use super::effect::use_effect_with;
use super::feed::Feed;
use super::find::Find;
use super::focus::{active, bring_to_sight, find, focus_on};
use super::format::counted;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{Link, use_lang, use_link};
use super::missed::Missed;
use super::state::{Act, Action, Lower, OpenFile, State, TERMINALS_MAX};
use super::task::words;
use super::vendor::create_terminal;

/// The middle button of a mouse, as events have it.
const MIDDLE: i16 = 1;

/// The focus stays where it is, and the middle button does not begin to scroll.
fn stay(e: MouseEvent) {
    e.prevent_default();
}

/// The lower panel.
pub fn term(state: &State, link: &Link) -> Html {
    let (lang, scene) = (state.lang, &state.scene);
    let (shown, terminals) = (state.shown(), &scene.terminals);
    let tab = |lower: Lower, icon: Icon, text: String, n: Option<String>| {
        html! {
            <button class="tab" role="tab" aria-selected={(shown == lower).to_string()} onclick={link.on(move || Action::Lower(lower))}>
                { icon.draw() }{ text }if let Some(n) = n { <span class="n">{ n }</span> }
            </button>
        }
    };
    let terminal = |i: usize| {
        if terminals.len() < 2 {
            return tab(Lower::Terminal(i), Icon::Terminal, Text::Terminal.t(lang).to_owned(), None);
        }
        let name = fill(Text::TerminalLabel.t(lang), &[&(i + 1).to_string()]);
        let close = {
            let (link, open, is_shown) = (link.clone(), terminals.clone(), shown == Lower::Terminal(i));
            move || link.close_terminal(i, &open, is_shown)
        };
        let by_key = close.clone();
        let onkeydown = Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Delete" {
                by_key();
                // Once another one is in front.
                Timeout::new(0, || _ = focus_on(".term .tab[aria-selected=true]")).forget();
            }
        });
        let press = Callback::from(move |e: MouseEvent| {
            if e.type_() == "click" || e.button() == MIDDLE {
                close();
            }
        });
        let title = format!("{} (Delete)", fill(Text::CloseFile.t(lang), &[&name]));
        html! {
            <span key={i} class="closable" role="presentation" onmousedown={stay} onauxclick={press.clone()} {onkeydown}>
                { tab(Lower::Terminal(i), Icon::Terminal, name, None) }
                // A tab list holds nothing but tabs: by keys, Delete closes one.
                <span class="x" aria-hidden="true" {title} onclick={press}>{ Icon::Close.draw() }</span>
            </span>
        }
    };
    html! {
        <section class="panel term" aria-label={Text::Terminal.t(lang)}>
            <div class="head">
                <div class="tabs" role="tablist" aria-label={Text::Terminal.t(lang)}>
                    for i in terminals.iter() { { terminal(*i) } }
                    { tab(Lower::Events, Icon::Info, Text::Events.t(lang).to_owned(), Some(counted(scene.events.len(), EVENTS_MAX))) }
                </div>
                <button class="btn square" disabled={terminals.len() >= TERMINALS_MAX} onclick={let link = link.clone(); move |_: MouseEvent| link.new_terminal()} aria-label={Text::NewTerminal.t(lang)} title={Text::NewTerminal.t(lang)}>{ Icon::Plus.draw() }</button>
                <button class="btn square" aria-pressed={state.find.to_string()} onclick={let find = state.find; link.on(move || Action::Find(!find))} aria-label={Text::FindInTerminal.t(lang)} title={format!("{} (Ctrl+Shift+F)", Text::FindInTerminal.t(lang))}>{ Icon::Look.draw() }</button>
                if state.playing { <small class="hint">{ if shown == Lower::Events { "" } else { Text::TerminalHint.t(lang) } }</small> }
                else { <button class="hint warn" onclick={let link = link.clone(); Callback::from(move |_: MouseEvent| link.play(true))}>{ Icon::Play.draw() }<span>{ if scene.past { Text::TerminalPast } else { Text::TerminalStands }.t(lang) }</span></button> }
            </div>
            if let Some(url) = &scene.missed { <Missed key={url.to_string()} {url} /> }
            if let (Some(text), Lower::Terminal(terminal)) = (remark(&scene.acts, &state.files, || link.host.borrow().has_dns()), shown) {
                <p class="answer missed" role="status">{ Icon::Info.draw() }<span>{ words(text.t(lang), terminal, lang, link) }</span></p>
            }
            if let (true, Lower::Terminal(terminal)) = (state.find, shown) { <Find {terminal} /> }
            for i in terminals.iter().copied() { <Screen key={i} number={i} shown={shown == Lower::Terminal(i)} chosen={state.lower == Lower::Terminal(i)} dark={state.dark} /> }
            if let Lower::Terminal(terminal) = shown { { strokes(terminal, lang, link) } }
            if shown == Lower::Events { <Feed events={scene.events.clone()} gone_before={gone_before(scene.view.time)} subject={None} /> }
        </section>
    }
}

/// What is written today where the last line is for a kubectl of the first years, unless such a one was asked for; and how the DNS can be
/// looked at where it asks for that and nothing of it is there.
fn remark(acts: &[(Time, Act)], files: &[OpenFile], has_dns: impl Fn() -> bool) -> Option<Text> {
    let has = |act: &(Time, Act), word: &str| matches!(&act.1, Act::Line(line) if line.contains(word));
    let last = acts.last()?;
    if (has(last, "kube-dns") || has(last, "coredns")) && !has_dns() {
        return Some(Text::NoDns);
    }
    let known = [(" rolling-update", Text::OutdatedRoll), (" --show-all", Text::OutdatedAll)];
    let known = known.into_iter().find(|(word, _)| has(last, word)).map(|(_, text)| text);
    let names_one = || has(last, " -f") && files.iter().any(|f| has(last, &f.path) && is_outdated(&f.text));
    let text = known.or_else(|| names_one().then_some(Text::OutdatedGroup))?;
    (!acts.iter().any(|act| has(act, "KUBARIUM_KUBECTL="))).then_some(text)
}

/// Keys as buttons, for who has none: the stylesheet shows them where that may be. The terminal keeps the focus, if it has it. A browser
/// lets no page read the clipboard that is not served safely.
fn strokes(terminal: usize, lang: Lang, link: &Link) -> Html {
    let key = |(name, typed): (&'static str, &'static str)| {
        let link = link.clone();
        let press = move |_: MouseEvent| {
            if !typed.is_empty() {
                return link.type_in(terminal, typed);
            }
            let to = link.clone();
            let refused = Closure::once_into_js(move || to.send(Action::Answer(Some(Answer::badly(Text::NotPasted.t(lang))))));
            link.host.borrow().paste(terminal, refused.unchecked_ref());
        };
        html! { <button class="btn" onmousedown={stay} onclick={press}>{ name }</button> }
    };
    let keys = [("Tab", "\t"), ("↑", "\x1b[A"), ("↓", "\x1b[B"), ("Ctrl+C", "\x03"), (Text::Paste.t(lang), ""), ("Enter ↵", "\r")];
    let can_paste = web_sys::window().is_some_and(|w| w.is_secure_context());
    html! { <div class="strokes">for each in keys.into_iter().filter(|k| can_paste || !k.1.is_empty()).map(key) { { each } }</div> }
}

#[derive(Clone, PartialEq, Properties)]
struct ScreenProps {
    number: usize,
    shown: bool,
    /// Whether it was chosen, and not only shown in place of another that is not open at this moment.
    chosen: bool,
    dark: bool,
}

/// One terminal: xterm, fed by the host.
#[component]
fn Screen(props: &ScreenProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let place = use_node_ref();
    let number = props.number;
    {
        let (place, link) = (place.clone(), link.clone());
        use_effect_with((), move |()| {
            let typed = {
                let link = link.clone();
                Closure::<dyn Fn(String)>::new(move |text: String| link.type_in(number, &text))
            };
            let resized = {
                let link = link.clone();
                Closure::<dyn Fn(u32, u32)>::new(move |cols: u32, _rows: u32| {
                    // While the terminal is being made the host may be at work: the size is then read when it is attached.
                    if let Ok(mut host) = link.host.try_borrow_mut() {
                        host.resize(number, cols);
                    }
                })
            };
            if let Some(parent) = place.cast::<Element>() {
                let js = create_terminal(&parent, typed.as_ref().unchecked_ref(), resized.as_ref().unchecked_ref());
                link.host.borrow_mut().attach(number, js);
            }
            move || {
                // Who was typing goes on in the one that is in front then.
                if active().is_some_and(|a| place.cast::<Element>().is_some_and(|of| of.contains(Some(&a)))) {
                    Timeout::new(0, || _ = focus_on(".term .host:not([hidden]) textarea")).forget();
                }
                link.host.borrow_mut().detach(number);
                drop((typed, resized));
            }
        });
    }
    use_effect_with((props.dark, lang), {
        let link = link.clone();
        move |(_, lang)| link.host.borrow().dress_terminal(number, &fill(Text::TerminalField.t(*lang), &[&(number + 1).to_string()]))
    });
    // To be chosen takes the focus, except when the page has just opened.
    let opened = use_mut_ref(|| false);
    use_effect_with((props.shown, props.chosen), move |(shown, chosen)| {
        if opened.replace(true) && *shown && *chosen {
            link.host.borrow().focus_terminal(number);
        }
        if *shown && let (Some(row), Some(tab)) = (find(".term .tabs"), find(".term .tab[aria-selected=true]")) {
            bring_to_sight(&row, &tab);
        }
    });
    html! { <div class="host" role="tabpanel" hidden={!props.shown} ref={place} aria-label={fill(Text::TerminalLabel.t(lang), &[&(number + 1).to_string()])}></div> }
}

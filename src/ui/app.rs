//! The page as a whole: what it begins with, and where each panel stands.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::answer::Answer;
use super::around;
use super::bar::bar;
use super::crash;
use super::edit::Edit;
use super::effect::use_effect_with;
use super::focus::{active, focus_by_keys, focus_on, is_lost};
use super::frame_loop::FrameLoop;
use super::help::Help;
use super::host::{Host, HostRef};
use super::i18n::Text;
use super::icons::Icon;
use super::keys::on_key;
use super::lang::Lang;
use super::link::Link;
use super::look::look;
use super::palette::Palette;
use super::panels::{STOPS, switch};
use super::share::{self, Share};
use super::splitter::{Edge, Splitter};
use super::state::{Action, LookTab, Lower, Panel, SPEED_NORMAL, Scene, State, Subject};
use super::storage;
use super::tank::Tank;
use super::task;
use super::term::term;
use super::timeline::Timeline;

/// The language the visitor chose before, else the browser's.
fn first_lang() -> Lang {
    Lang::of_code(&storage::get(storage::LANG).or_else(|| web_sys::window()?.navigator().language()).unwrap_or_default())
}

/// What the page shows first: the cluster as it begins, so that nothing is said of a cluster that nobody has looked at.
fn first_state(lang: Lang, scene: Scene, offered: bool) -> State {
    let prefers_light = web_sys::window().and_then(|w| w.match_media("(prefers-color-scheme: light)").ok()?).is_some_and(|m| m.matches());
    let dark = storage::get(storage::THEME).map_or(!prefers_light, |t| t == "dark");
    State {
        lang,
        dark,
        playing: true,
        speed: SPEED_NORMAL,
        scene: Rc::new(scene),
        selected: None,
        list: None,
        tab: LookTab::Overview,
        container: None,
        files: Vec::new(),
        file: 0,
        problems: Rc::default(),
        lower: Lower::Terminal(0),
        panel: Panel::Tank,
        side: Panel::Edit,
        table: false,
        section: false,
        filter: AttrValue::default(),
        hunt: AttrValue::default(),
        only: false,
        help: false,
        palette: false,
        share: None,
        answer: None,
        replaced: offered,
        announced: Rc::default(),
        find: false,
    }
}

/// Who goes by keys goes on in the inspector where a list has opened there, or where what had the focus is gone or another object: in a list at the
/// row that was opened before, else at its first one, of an object at its tabs.
fn focus_look(selected: &Subject, before: Option<&Subject>) {
    let stays = |a: Element| a.tag_name() != "BODY" && a.get_attribute("data-uid").is_none_or(|uid| uid == selected.uid);
    if !selected.is_list() && active().is_some_and(stays) {
        return;
    }
    let row = before.map(|b| format!(".look [data-row$=\"/{}\"]", b.uid));
    if !row.is_some_and(|row| focus_on(&row)) && !focus_on(".look [data-row]") {
        focus_on(".look .tab[aria-selected=true], .look .find");
    }
}

/// Closes what the inspector shows. Who goes by keys, and had the focus there, goes on where the object stands in the picture; after a
/// pointer the page's own keys go on working.
pub(super) fn close_look(link: &Link, shown: &Subject, by_keys: bool) {
    link.send(Action::Close);
    let place = format!(".tank button[data-uid=\"{}\"]", shown.uid);
    // Once it is closed.
    let go_on = Timeout::new(0, move || {
        if by_keys && is_lost() {
            _ = focus_on(&place) || focus_on(".look button");
        }
    });
    go_on.forget();
}

/// Starts the clock and whatever else lasts as long as the page; returns what ends it.
fn begin(host: HostRef, lang: Lang, link: &Link) -> impl FnOnce() + use<> {
    if let Some(text) = host.borrow().restored {
        link.send(Action::Answer(Some(Answer::well(text.t(lang)))));
    }
    share::listen(link);
    let left = web_sys::window().map(|w| {
        let leaves: [(_, fn(&mut Host)); 2] = [("pagehide", Host::leave), ("visibilitychange", Host::works)];
        leaves.map(|(event, tell)| {
            let leaving = host.clone();
            EventListener::new(&w, event, move |_| {
                // Whoever holds the host at that moment has not come to an end.
                if let (Ok(mut host), false) = (leaving.try_borrow_mut(), crash::is_shown()) {
                    tell(&mut host);
                }
            })
        })
    });
    let frames = FrameLoop::start(host, link.dispatch.clone());
    move || drop((left, frames))
}

/// Listens to keys, for the newest state.
fn listen(newest: Rc<RefCell<UseReducerHandle<State>>>, link: Link, ahead: Rc<RefCell<Option<String>>>) -> Option<EventListener> {
    let options = gloo::events::EventListenerOptions::enable_prevent_default();
    let window = web_sys::window()?;
    let listener = EventListener::new_with_options(&window, "keydown", options, move |e| {
        if let Some(e) = e.dyn_ref::<KeyboardEvent>() {
            let state = newest.borrow().clone();
            on_key(e, &state, &link, &ahead);
        }
    });
    Some(listener)
}

/// Says in the document which language and theme the page is in.
fn dress(lang: Lang, dark: bool) {
    if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element()) {
        // Setting an attribute with a valid name cannot fail.
        let _ = root.set_attribute("lang", lang.code());
        let _ = root.set_attribute("data-theme", if dark { "dark" } else { "light" });
    }
}

/// The page.
#[component]
pub fn App() -> Html {
    let host: HostRef = (*use_memo((), |()| Rc::new(RefCell::new(Host::new(first_lang()))))).clone();
    let state = use_reducer(|| {
        let mut host = host.borrow_mut();
        // Where it was when the page was left.
        let offered = host.replaced.is_some() && storage::read(true, storage::OFFER).is_some();
        first_state(first_lang(), host.scene(), offered)
    });
    let link = Link { dispatch: state.dispatcher(), host: host.clone() };
    let lang = state.lang;
    use_effect_with((), {
        let link = link.clone();
        move |()| begin(host, lang, &link)
    });
    // Listeners are made once and look the newest state up here.
    let newest = use_mut_ref(|| state.clone());
    *newest.borrow_mut() = state.clone();
    let ahead = use_mut_ref(|| None);
    use_effect_with((), {
        let (link, ahead) = (link.clone(), ahead.clone());
        move |()| {
            around::listen(newest.clone(), &link);
            let listener = listen(newest, link, ahead);
            move || drop(listener)
        }
    });
    let before = use_mut_ref(|| None::<Subject>);
    use_effect_with(state.selected.clone(), move |selected| {
        let before = before.replace(selected.clone());
        if let Some(selected) = selected.clone() {
            // Once it is there, and what stood above the page has given the focus back.
            Timeout::new(0, move || focus_look(&selected, before.as_ref())).forget();
        }
    });
    // With what is looked at goes what can be done to it, and the focus, if it was there.
    let is_gone = state.selected.as_ref().is_some_and(|s| !s.is_list() && link.host.borrow().object(s).is_none());
    use_effect_with(is_gone, |gone| {
        if *gone && is_lost() {
            focus_by_keys(".look .title .btn");
        }
    });
    // While the page is drawn, before canvases read their colours in their effects.
    use_memo((lang, state.dark), |(lang, dark)| dress(*lang, *dark));
    use_effect_with(state.replaced, |offered| {
        storage::keep(storage::OFFER, if *offered { "1" } else { "" });
    });
    let on_share = {
        let (link, state) = (link.clone(), state.clone());
        Callback::from(move |_: MouseEvent| share::share(&link, &state))
    };
    // What was ticked in the past is no news.
    use_effect_with((state.scene.task.clone().filter(|_| !state.scene.past), lang), |(task, lang)| {
        if let Some(task) = task {
            around::tell(task, *lang);
            task::keep(task);
        }
    });
    // A panel that was not shown could not follow.
    let task = state.scene.task.as_ref().map(|t| (t.title.clone(), t.done()));
    use_effect_with((task, state.panel), |(task, _)| task.iter().for_each(|(_, done)| task::follow(*done)));
    let class = classes!("page", EMBEDDED.with(|e| *e));
    html! {
        <ContextProvider<Lang> context={lang}>
        <ContextProvider<Link> context={link.clone()}>
            // What lies behind a dialog cannot be come to.
            <div {class} data-panel={state.panel.code()} data-side={state.side.code()} inert={state.help || state.palette || state.share.is_some()}>
                <a class="sr" href="#tank">{ Text::SkipToTank.t(lang) }</a>
                { bar(&state, on_share, &link) }
                <main>
                    if let Some(task) = &state.scene.task { { task::draw(task, state.terminal(), lang, &link) } }
                    { switch("turns", &[STOPS[1], STOPS[3]], state.side, lang, &link) }
                    <Edit files={state.files.clone()} past={state.scene.past.then_some(state.scene.view.time)} file={state.file} problems={state.problems.clone()} answer={state.answer.clone()} />
                    <Splitter edge={Edge::Edit} />
                    <Tank scene={state.scene.clone()} selected={state.selected.clone()} filter={state.filter.clone()} table={state.table} section={state.section} shown={state.panel == Panel::Tank} dark={state.dark}>
                        <Timeline scene={state.scene.clone()} selected={state.selected.clone()} hunt={state.hunt.clone()} only={state.only} />
                    </Tank>
                    { term(&state, &link) }
                    <Splitter edge={Edge::Term} />
                    { look(&state, &link) }
                    <Splitter edge={Edge::Look} />
                </main>
                { notices(&state, &link) }
                { switch("switch", &STOPS, state.panel, lang, &link) }
            </div>
            <div class="sr" role="log" aria-live="polite" aria-label={Text::LiveLabel.t(lang)}>for (n, line) in state.announced.iter() { <p key={*n}>{ line }</p> }</div>
            if state.help { <Help /> }
            if state.palette { <Palette state={state.clone()} {ahead} /> }
            if let Some(address) = state.share.clone() { <Share {address} /> }
        </ContextProvider<Link>>
        </ContextProvider<Lang>>
    }
}

/// What stands above the lower edge until it is closed: what went wrong, and the way back to the session before.
fn notices(state: &State, link: &Link) -> Html {
    let lang = state.lang;
    html! { <>
        // What the editor says of what went wrong, where the editor is not shown. It has been read out already.
        if let Some(answer) = state.answer.as_ref().filter(|a| a.is_bad()) {
            <div class="notice bad" role="region" aria-label={Text::Problems.t(lang)}>
                { Icon::Bang.draw() }<span>{ &answer.text }</span>
                <button class="btn square" aria-label={Text::Close.t(lang)} onclick={link.on(|| Action::Answer(None))}>{ Icon::Close.draw() }</button>
            </div>
        }
        if state.replaced {
            <div class="notice" role="status">
                <span>{ if link.host.borrow().replaced.as_ref().is_some_and(|r| !r.is_kept) { Text::AfreshAlone } else { Text::Afresh }.t(lang) }</span>
                <button class="btn outline" onclick={let link = link.clone(); move |_: MouseEvent| _ = link.return_to_replaced(lang)}>{ Icon::Back.draw() }{ Text::ReturnToReplaced.t(lang) }</button>
                <button class="btn square" aria-label={Text::Close.t(lang)} onclick={link.on(|| Action::Replaced(false))}>{ Icon::Close.draw() }</button>
            </div>
        }
    </> }
}

thread_local! {
    /// What the page shows of itself inside another one, as its address says: `?embed` the picture, `?embed=term` the terminal too.
    pub(super) static EMBEDDED: &'static str = {
        let search = web_sys::window().and_then(|w| w.location().search().ok()).unwrap_or_default();
        search.trim_start_matches('?').split('&').find_map(|part| match part {
            "embed" => Some("embed"),
            "embed=term" => Some("embed typing"),
            _ => None,
        }).unwrap_or_default()
    };
}

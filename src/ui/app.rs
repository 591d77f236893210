//! The page as a whole: its state, its frame loop, its keys, and where each panel stands.

use kubarium::base::{Case as _, Time};
use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::actions;
use super::bar::bar;
use super::crash;
use super::edit::Edit;
use super::effect::use_effect_with;
use super::focus::{active, focus_by_keys, focus_on, is_lost, use_focus};
use super::host::{Answer, FileNews, Host, HostRef, now_ms as now};
use super::i18n::{Lang, Text};
use super::icons::Icon;
use super::look::look;
use super::palette::Palette;
use super::share::{self, Share};
use super::splitter::{Edge, Splitter};
use super::state::{Action, Link, LookTab, Lower, Panel, SPEED_NORMAL, Scene, State, Subject, use_lang, use_link};
use super::storage;
use super::tank::Tank;
use super::task;
use super::term::term;
use super::timeline::{Timeline, hunt_of};

/// The longest stretch of real time one frame makes up for, in milliseconds: after a pause of the page time goes on, it does not leap.
const FRAME_MS_MAX: f64 = 500.0;
/// How often the picture is drawn anew while only time goes by, in milliseconds.
const DRAW_EVERY_MS: f64 = 66.0;
/// Where drawing is dear, it happens so seldom that so many times as long lies between; more where the cluster comes late as it is.
const DRAW_SHARE: f64 = 4.0;
const DRAW_SHARE_LATE: f64 = 8.0;
const DRAW_EVERY_MS_MAX: f64 = 500.0;
/// How long the cluster may have worked in a frame in which the picture is drawn as well, in milliseconds.
const WORK_MS_BESIDE: f64 = 4.0;
/// How often an event is read out, in milliseconds: a voice cannot keep up with a cluster.
const SPEAK_EVERY_MS: f64 = 2500.0;
/// How often the workstation's files are looked at, in milliseconds.
const FILES_EVERY_MS: f64 = 400.0;

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
        terminals: 1,
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

/// The frame loop: while this lives, each frame of the page lets the cluster run on.
struct FrameLoop {
    next: Rc<RefCell<Option<AnimationFrame>>>,
}

impl FrameLoop {
    fn start(host: HostRef, dispatch: UseReducerDispatcher<State>) -> FrameLoop {
        let next = Rc::new(RefCell::new(None));
        let clock = Rc::new(RefCell::new(FrameClock {
            last_ms: None,
            drawn_ms: f64::NEG_INFINITY,
            cost_ms: 0.0,
            work_ms: 0.0,
            read: None,
            stale: true,
            files_ms: f64::NEG_INFINITY,
            spoke_ms: 0.0,
            spoken: String::new(),
            spoken_at: Time::ZERO,
        }));
        schedule(next.clone(), host, dispatch, clock);
        FrameLoop { next }
    }
}

impl Drop for FrameLoop {
    fn drop(&mut self) {
        self.next.borrow_mut().take();
    }
}

struct FrameClock {
    last_ms: Option<f64>,
    drawn_ms: f64,
    /// How long the last look took, and drawing what was seen.
    cost_ms: f64,
    /// How long the cluster worked since then, the last time it did.
    work_ms: f64,
    /// What was read and is to be drawn in the next frame.
    read: Option<Scene>,
    stale: bool,
    files_ms: f64,
    /// When an event was read out last, and which was the newest then, and since when.
    spoke_ms: f64,
    spoken: String,
    spoken_at: Time,
}

fn schedule(
    next: Rc<RefCell<Option<AnimationFrame>>>,
    host: HostRef,
    dispatch: UseReducerDispatcher<State>,
    clock: Rc<RefCell<FrameClock>>,
) {
    let again = next.clone();
    let frame = request_animation_frame(move |now_ms| {
        let (scene, answer, news) = {
            let (mut c, mut host_now) = (clock.borrow_mut(), host.borrow_mut());
            let elapsed_ms = c.last_ms.map_or(0.0, |last| (now_ms - last).clamp(0.0, FRAME_MS_MAX));
            let share = if host_now.is_late() { DRAW_SHARE_LATE } else { DRAW_SHARE };
            let wait_ms = (c.cost_ms * share).clamp(DRAW_EVERY_MS, DRAW_EVERY_MS_MAX);
            // What a terminal shows is not older in the picture than the picture takes to draw.
            let wait_ms = if host_now.has_said { c.cost_ms.min(DRAW_EVERY_MS_MAX) } else { wait_ms };
            let is_due = now_ms - c.drawn_ms >= wait_ms;
            let began = now();
            // Much work, reading what there is to see and drawing it do not share a frame: they take turns.
            let mut scene = c.read.take();
            if scene.as_ref().is_some_and(|s| !host_now.is_shown_by(s)) {
                (scene, c.stale) = (None, true);
            }
            if scene.is_none() {
                let worked = if c.stale && is_due && c.work_ms > WORK_MS_BESIDE {
                    false
                } else {
                    c.last_ms = Some(now_ms);
                    c.stale |= host_now.frame(elapsed_ms);
                    c.work_ms = now() - began;
                    c.work_ms > WORK_MS_BESIDE
                };
                if c.stale && is_due && !worked {
                    (c.stale, c.work_ms, c.drawn_ms, host_now.has_said) = (false, 0.0, now_ms, false);
                    let looked = now();
                    let read = host_now.scene();
                    c.cost_ms = now() - looked;
                    if now() - began > WORK_MS_BESIDE {
                        c.read = Some(read);
                    } else {
                        scene = Some(read);
                    }
                }
            }
            let answer = host_now.answers().pop();
            let news = if now_ms - c.files_ms > FILES_EVERY_MS {
                c.files_ms = now_ms;
                host_now.file_news()
            } else {
                FileNews::default()
            };
            (scene, answer, news)
        };
        if news != FileNews::default() {
            dispatch.dispatch(Action::Files(news));
        }
        if answer.is_some() {
            dispatch.dispatch(Action::Answer(answer));
        }
        if let Some(scene) = scene {
            let newest = scene
                .events
                .first()
                .filter(|e| clock.borrow().spoken != e.key && now_ms - clock.borrow().spoke_ms > SPEAK_EVERY_MS)
                .cloned();
            if let Some(newest) = newest {
                let mut c = clock.borrow_mut();
                // Of those that came since the last one was read out, a warning says more than what came after it.
                let mut since = scene.events.iter().take_while(|e| e.key != c.spoken && e.last >= c.spoken_at);
                let e = since.find(|e| e.warning).unwrap_or(&newest).clone();
                (c.spoke_ms, c.spoken, c.spoken_at) = (now_ms, newest.key.clone(), newest.last);
                // Nobody can listen to a UID.
                let message = e.message.replace(&format!("({})", e.uid), "");
                dispatch.dispatch(Action::Announce(format!("{} {}: {}. {message}", e.kind, e.name, e.reason).into()));
            }
            dispatch.dispatch(Action::Scene(scene));
            let began = now();
            let clock = clock.clone();
            // The page is drawn before a timer's turn comes.
            Timeout::new(0, move || clock.borrow_mut().cost_ms += now() - began).forget();
        }
        schedule(next, host, dispatch, clock);
    });
    *again.borrow_mut() = Some(frame);
}

/// The page's own keys. Those that are letters work only where nobody is typing. `ahead` is what was typed for the palette before it stood.
fn on_key(e: &KeyboardEvent, state: &State, link: &Link, ahead: &RefCell<Option<String>>) {
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
    let hunt = || hunt_of(&state.scene, state.selected.as_ref(), &state.hunt, state.only);
    if e.ctrl_key() && e.key() == "z" && !typing {
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
    if typing || state.palette || state.share.is_some() {
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
    let next = tab.and_then(|tab| match e.key().as_str() {
        "ArrowRight" => tab.next_element_sibling(),
        "ArrowLeft" => tab.previous_element_sibling(),
        _ => None,
    });
    // A tab that cannot take the focus leaves it where it is.
    next.and_then(|n| n.dyn_into::<HtmlElement>().ok()).is_some_and(|n| n.focus().is_ok())
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
    let at = STOPS.iter().position(inside);
    let next = at.map_or(0, |i| (i + if back { 3 } else { 1 }) % 4);
    link.send(Action::Panel(STOPS[next].0));
    // Once it is there.
    Timeout::new(0, move || _ = focus_on(STOPS[next].3)).forget();
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
    {
        let (dispatch, lang, link) = (state.dispatcher(), state.lang, link.clone());
        use_effect_with((), move |()| {
            if let Some(text) = host.borrow().restored {
                dispatch.dispatch(Action::Answer(Some(Answer { text: text.t(lang).to_owned(), ok: true })));
            }
            share::listen(&link);
            let leaving = host.clone();
            let left = web_sys::window().map(|w| {
                EventListener::new(&w, "pagehide", move |_| {
                    // Whoever holds the host at that moment has not come to an end.
                    if let (Ok(mut host), false) = (leaving.try_borrow_mut(), crash::is_shown()) {
                        host.leave();
                    }
                })
            });
            let frames = FrameLoop::start(host, dispatch);
            move || drop((left, frames))
        });
    }
    // The key listener is made once and looks the newest state up here.
    let newest = use_mut_ref(|| state.clone());
    *newest.borrow_mut() = state.clone();
    let ahead = use_mut_ref(|| None);
    {
        let (link, ahead) = (link.clone(), ahead.clone());
        use_effect_with((), move |()| {
            let listener = web_sys::window().map(|w| {
                let options = gloo::events::EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&w, "keydown", options, move |e| {
                    if let Some(e) = e.dyn_ref::<KeyboardEvent>() {
                        let state = newest.borrow().clone();
                        on_key(e, &state, &link, &ahead);
                    }
                })
            });
            move || drop(listener)
        });
    }
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
    use_memo((state.lang, state.dark), |(lang, dark)| {
        let theme = if *dark { "dark" } else { "light" };
        if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element()) {
            // Setting an attribute with a valid name cannot fail.
            let _ = root.set_attribute("lang", lang.code());
            let _ = root.set_attribute("data-theme", theme);
        }
    });
    use_effect_with(state.replaced, |offered| {
        storage::keep(storage::OFFER, if *offered { "1" } else { "" });
    });
    let lang = state.lang;
    let on_share = {
        let (link, state) = (link.clone(), state.clone());
        Callback::from(move |_: MouseEvent| share::share(&link, &state))
    };
    // What was ticked in the past is no news.
    use_effect_with((state.scene.task.clone().filter(|_| !state.scene.past), lang), |(task, lang)| {
        if let Some(task) = task {
            task::tell(task, *lang);
            task::keep(task);
        }
    });
    // The past has the files that were there then.
    let past_files = use_memo((state.scene.past, state.scene.view.time), |_| link.host.borrow().past_files());
    let class = classes!("page", EMBEDDED.with(|e| *e));
    html! {
            <ContextProvider<Lang> context={lang}>
            <ContextProvider<Link> context={link.clone()}>
                // What lies behind a dialog cannot be come to.
                <div {class} data-panel={state.panel.code()} data-side={state.side.code()} inert={state.help || state.palette || state.share.is_some()}>
                    <a class="sr" href="#tank">{ Text::SkipToTank.t(lang) }</a>
                    { bar(&state, on_share, &link) }
                    <main>
                    if let Some(task) = &state.scene.task { { task::draw(task, state.lower.terminal(), lang, &link) } }
                    { switch("turns", &[STOPS[1], STOPS[3]], state.side, lang, &link) }
                    <Edit files={state.files.clone()} past={past_files.clone()} file={state.file} problems={state.problems.clone()} answer={state.answer.clone()} />
    <Splitter edge={Edge::Edit} />
                    <Tank scene={state.scene.clone()} selected={state.selected.clone()} filter={state.filter.clone()} table={state.table} section={state.section} shown={state.panel == Panel::Tank} dark={state.dark}>
                        <Timeline scene={state.scene.clone()} selected={state.selected.clone()} hunt={state.hunt.clone()} only={state.only} />
                    </Tank>
                    { term(&state, &link) }
    <Splitter edge={Edge::Term} />
                    { look(&state, &link) }
    <Splitter edge={Edge::Look} />
                    </main>
                    // What the editor says of what went wrong, where the editor is not shown. It has been read out already.
                    if let Some(answer) = state.answer.as_ref().filter(|a| !a.ok) {
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

/// The panels: each with its sign, its name, and where the focus goes in it.
pub type Stop = (Panel, Icon, Text, &'static str);

/// All panels, in the order of [`Panel`].
pub const STOPS: [Stop; 4] = [
    (Panel::Tank, Icon::Tank, Text::Cluster, ".tank .find"),
    (Panel::Edit, Icon::Edit, Text::Editor, ".edit #editor .cm-content, .edit .foot button"),
    (Panel::Term, Icon::Terminal, Text::Terminal, ".term .host:not([hidden]) textarea, .term .feed"),
    (Panel::Look, Icon::Look, Text::Inspector, ".look button"),
];

/// Where panels share a place: which of them is shown.
fn switch(class: &'static str, stops: &[Stop], shown: Panel, lang: Lang, link: &Link) -> Html {
    html! {
        <nav {class} aria-label={Text::Panels.t(lang)}><div role="tablist" aria-label={Text::Panels.t(lang)}>
            for (panel, icon, text, _) in stops.iter().copied() {
                <button key={panel.code()} role="tab" aria-selected={(panel == shown).to_string()} onclick={link.on(move || Action::Panel(panel))}>{ icon.draw() }{ text.t(lang) }</button>
            }
        </div></nav>
    }
}

/// The keys, and what the picture's signs mean.
#[component]
fn Help() -> Html {
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

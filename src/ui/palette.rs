//! The command palette: kinds, objects and commands, found as one types.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use kubarium::base::{Case as _, List as _, Order as _};
use kubarium::views::{KindCount, Lesson, kinds, lessons, named, said};

use super::actions::{Deed, carry_out, choices};
use super::effect::use_effect_with;
use super::examples::{EXAMPLES, Example};
use super::focus::{bring_into, find, use_focus};
use super::host::Host;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{Link, use_lang, use_link};
use super::look::tabs_of;
use super::ready_menu::{begin, open};
use super::share;
use super::state::{Action, LookTab, Panel, State, Subject};

/// The most entries that are shown.
const ENTRIES_MAX: usize = 14;
/// The most objects of a kind that are searched.
const OBJECTS_MAX: usize = 2000;

/// What the palette needs: all of the page's state, for what its commands do.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The page's state.
    pub state: UseReducerHandle<State>,
    /// What was typed since the palette was asked for and before it stood, which it takes: a slow machine draws it some keys later.
    pub ahead: Rc<RefCell<Option<String>>>,
}

/// Where an entry leads.
#[derive(Clone)]
enum Go {
    Look(Subject),
    Do(Subject, Deed),
    Tab(LookTab),
    Learn(&'static Lesson),
    Open(&'static Example),
    Run(fn(&Link, &State)),
}

/// An entry: its sign, what it is called, and what stands beside it.
struct Entry {
    icon: Icon,
    label: String,
    note: String,
    go: Go,
}

/// The commands: name, key, and what they do.
const COMMANDS: [(Icon, Text, &str, fn(&Link, &State)); 13] = [
    (Icon::Play, Text::KeyPlay, "Space", |link, state| link.play(!state.playing)),
    (Icon::Step, Text::Step, ".", |link, _| link.step()),
    (Icon::Back, Text::KeyUndo, "Ctrl+Z", |link, state| link.undo(state.lang)),
    (Icon::Again, Text::BackToNow, "0", |link, _| link.with_host(Host::back_to_now)),
    (Icon::Link, Text::Share, "Shift+S", share::share),
    (Icon::Table, Text::KeyTable, "t", |link, state| link.send(Action::Table(!state.table))),
    (Icon::Look, Text::FindInTerminal, "Ctrl+Shift+F", |link, _| link.send(Action::Find(true))),
    (Icon::Plus, Text::NewTerminal, "", |link, _| link.new_terminal()),
    (Icon::Close, Text::CloseTerminal, "", |link, state| link.close_terminal(state.terminal(), &state.scene.terminals, true)),
    (Icon::Sun, Text::OtherTheme, "", |link, state| link.set_theme(!state.dark)),
    (Icon::Globe, Text::LanguageTo, "", |link, state| link.set_language(state.lang, state.lang.other())),
    (Icon::Help, Text::Help, "?", |link, _| link.send(Action::Help(true))),
    (Icon::Plus, Text::NewSession, "", |link, state| link.open(Host::fresh(state.lang), 0.0, Text::Afresh.t(state.lang))),
];

/// What can be done to the object that is selected, then its tabs.
fn of_selected(link: &Link, state: &State, lang: Lang) -> Vec<Entry> {
    let Some(s) = state.selected.as_ref().filter(|s| link.host.borrow().object(s).is_some()) else { return Vec::new() };
    let note = |key: &str| if key.is_empty() { s.name.clone() } else { format!("{} · {key}", s.name) };
    let deeds = choices(s, &state.scene.view).into_iter().filter(|c| c.3 != Deed::Nothing);
    let deeds =
        deeds.map(|(icon, text, key, deed)| Entry { icon, label: text.t(lang).to_owned(), note: note(key), go: Go::Do(s.clone(), deed) });
    let tabs = tabs_of(&s.kind).iter().filter(|t| t.0 != state.tab);
    let tabs = tabs.map(|(tab, text, key)| Entry { icon: Icon::Look, label: text.t(lang).to_owned(), note: note(key), go: Go::Tab(*tab) });
    deeds.chain(tabs).list()
}

/// The lessons.
fn all_lessons(lang: Lang) -> impl Iterator<Item = Entry> {
    let of = lessons().len().to_string();
    lessons().iter().enumerate().map(move |(i, lesson)| Entry {
        icon: Icon::Flag,
        label: said(&lesson.title, lang.code()).to_owned(),
        note: fill(Text::LessonOf.t(lang), &[&(i + 1).to_string(), &of]),
        go: Go::Learn(lesson),
    })
}

/// The examples.
fn all_examples(lang: Lang) -> impl Iterator<Item = Entry> {
    let entry = move |e: &'static Example| Entry {
        icon: Icon::Book,
        label: e.title.t(lang).to_owned(),
        note: Text::Examples.t(lang).to_owned(),
        go: Go::Open(e),
    };
    EXAMPLES.iter().map(entry)
}

/// What matches, best first: kinds by their names, those of which there are none last, then objects, then what can be done to the selected
/// one, then commands.
fn entries(link: &Link, state: &State, query: &str, lang: Lang) -> Vec<Entry> {
    let host = link.host.borrow();
    let query = query.trim_start_matches(':').trim().lower();
    let all = kinds(host.sim());
    let mut found = Vec::new();
    let whole = |kind: &str| Subject { kind: kind.to_owned(), namespace: String::new(), name: String::new(), uid: String::new() };
    let is_named = |k: &KindCount, name: &str| k.names.contains(&name) || k.kind.eq_ignore_ascii_case(name);
    // How well it matches: by its name, by how that begins, by what it has in it.
    let fit = |k: &KindCount| match k {
        _ if is_named(k, &query) => 0,
        _ if k.names.iter().any(|n| n.starts_with(&query)) => 1,
        _ if k.kind.lower().contains(&query) => 2,
        _ => 3,
    };
    let mut fitting = all.iter().map(|k| (fit(k), k)).filter(|(fit, k)| *fit < 3 && (k.count > 0 || !query.is_empty())).list();
    // The shorter a name is, the more of it is typed.
    fitting.order_by_key(|(fit, k)| (*fit > 0, k.count == 0, *fit, if query.is_empty() { 0 } else { k.names[0].len() }));
    found.extend(fitting.into_iter().take(ENTRIES_MAX).map(|(_, k)| Entry {
        icon: Icon::Boxes,
        label: k.names[0].to_owned(),
        note: format!("{} · {}", k.kind, k.count),
        go: Go::Look(whole(k.kind)),
    }));
    // The last terminal stays.
    let commands = COMMANDS.iter().filter(|c| c.1 != Text::CloseTerminal || state.scene.terminals.len() > 1);
    let commands = commands.map(|(icon, text, key, run)| Entry {
        icon: *icon,
        label: text.t(lang).to_owned(),
        note: (*key).to_owned(),
        go: Go::Run(*run),
    });
    let mut others = of_selected(link, state, lang);
    if !query.is_empty() {
        others.extend(all_lessons(lang).chain(all_examples(lang)));
    }
    others.extend(commands);
    others.retain(|e| {
        let has = |text: &str| text.lower().contains(&query);
        has(&e.label) || matches!(e.go, Go::Learn(_) | Go::Open(_)) && has(&e.note)
    });
    if query.is_empty() {
        // With nothing asked for yet, what can be done comes first; what begins all anew is not to be met by chance.
        let anew = others.pop();
        others.append(&mut found);
        others.extend(anew);
        return others;
    }
    // A kind may stand before the name, as kubectl takes it: `deploy web` or `deploy/web`.
    let (kind, wanted) = query.split_once([' ', '/']).unwrap_or(("", &query));
    // What is called just so comes first, then what begins so.
    let rank = |name: &str| if name == wanted { 0 } else { 2 - usize::from(name.starts_with(wanted)) };
    let mut objects = Vec::new();
    for k in all.iter().filter(|k| k.count > 0 && (kind.is_empty() || is_named(k, kind))) {
        objects.extend(named(host.sim(), k.kind, wanted, OBJECTS_MAX).into_iter().map(|id| (rank(&id[1]), k.kind, id)));
    }
    objects.order_by_key(|o| o.0);
    let room = ENTRIES_MAX.saturating_sub(found.len());
    found.extend(objects.into_iter().take(room).map(|(_, kind, [namespace, name, uid])| {
        let go = Go::Look(Subject { kind: kind.to_owned(), namespace, name: name.clone(), uid });
        Entry { icon: Icon::Look, label: name, note: kind.to_owned(), go }
    }));
    // What is called just as was asked for comes before kinds that only begin so.
    let exact = all.iter().filter(|k| is_named(k, &query)).count().min(found.len());
    found[exact..].order_by_key(|e| e.label != wanted);
    found.append(&mut others);
    found
}

/// The palette.
#[component]
pub fn Palette(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let (query, at) = (use_state(|| props.ahead.take().unwrap_or_default()), use_state(|| 0usize));
    let input = use_focus();
    let entries = entries(&link, &props.state, &query, lang);
    let chosen = (*at).min(entries.len().saturating_sub(1));
    let run = {
        let (link, state) = (link.clone(), props.state.clone());
        Callback::from(move |go: Go| {
            link.send(Action::Palette(false));
            match go {
                Go::Look(subject) => {
                    link.send(Action::Select(Some(subject)));
                    link.send(Action::Panel(Panel::Look));
                }
                Go::Do(subject, deed) => carry_out(&link, &state, &subject, &deed),
                Go::Tab(tab) => {
                    link.send(Action::Tab(tab));
                    link.send(Action::Panel(Panel::Look));
                }
                Go::Learn(lesson) => begin(&link, lesson, lang),
                Go::Open(example) => {
                    open(&link, example, lang);
                    link.send(Action::Panel(Panel::Edit));
                }
                Go::Run(run) => run(&link, &state),
            }
        })
    };
    let oninput = {
        let (query, at) = (query.clone(), at.clone());
        Callback::from(move |e: InputEvent| {
            query.set(e.target_dyn_into::<HtmlInputElement>().map(|i| i.value()).unwrap_or_default());
            at.set(0);
        })
    };
    let onkeydown = {
        let (at, length, run, link) = (at.clone(), entries.len().max(1), run.clone(), link.clone());
        let go = entries.get(chosen).map(|e| e.go.clone());
        Callback::from(move |e: KeyboardEvent| {
            match (e.key().as_str(), &go) {
                ("ArrowDown", _) => at.set((chosen + 1) % length),
                ("ArrowUp", _) => at.set((chosen + length - 1) % length),
                ("Enter", Some(go)) => run.emit(go.clone()),
                ("Escape", _) => link.send(Action::Palette(false)),
                _ => return,
            }
            e.prevent_default();
            e.stop_propagation();
        })
    };
    // Only the focus scrolls by itself, and that stays where one types.
    use_effect_with((chosen, query.clone()), |(chosen, _)| {
        if let Some((list, entry)) = find("#palette").zip(find(&format!("#entry-{chosen}"))) {
            bring_into(&list, &entry);
        }
    });
    let stay = Callback::from(|e: MouseEvent| e.stop_propagation());
    let none = entries.is_empty();
    html! {
        <div class="modal top" role="dialog" aria-modal="true" aria-label={Text::Palette.t(lang)} onclick={link.on(|| Action::Palette(false))}>
            <div class="palette" onclick={stay}>
                <input ref={input} class="find" autocapitalize="none" autocorrect="off" role="combobox" aria-expanded="true" aria-controls="palette" aria-activedescendant={(!none).then(|| format!("entry-{chosen}"))}
                    aria-label={Text::Palette.t(lang)} placeholder={Text::PaletteHint.t(lang)} value={(*query).clone()} {oninput} {onkeydown} autocomplete="off" />
                <ul id="palette" role="listbox" aria-label={Text::Palette.t(lang)}>
                    for (i, e) in entries.into_iter().enumerate() {
                        <li key={i} id={format!("entry-{i}")} role="option" aria-selected={(i == chosen).to_string()}
                            onmousemove={let at = at.clone(); Callback::from(move |_: MouseEvent| if *at != i { at.set(i) })} onclick={let (run, go) = (run.clone(), e.go); Callback::from(move |_: MouseEvent| run.emit(go.clone()))}>
                            { e.icon.draw() }<b>{ e.label }</b><small>{ e.note }</small>
                        </li>
                    }
                </ul>
                if none { <p class="empty">{ Text::FoundNone.t(lang) }</p> }
            </div>
        </div>
    }
}

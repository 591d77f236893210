//! The editor: the workstation's files in tabs, problems at their line and column, and Apply.

use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use std::cell::RefCell;
use std::rc::Rc;

use kubarium::api::Object;
use kubarium::base::Time;
use kubarium::sim::Sim;
use kubarium::views::{EXERCISE_FILE, ProblemView, adopt, configures_scheduler, is_foreign, object};

use super::answer::Answer;
use super::effect::use_effect_with;
use super::focus::{bring_to_sight, focus_on, use_row_focus};
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{problems_of, use_lang, use_link};
use super::look::hung_line;
use super::panels::STOPS;
use super::ready_menu::{Ready, ReadyMenu};
use super::state::{Action, OpenFile, Panel};
use super::task::words;
use super::vendor::{JsEditor, create_editor, save_file};

/// What the editor needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The open files.
    pub files: Vec<OpenFile>,
    /// The past moment that is looked at, where it is one.
    pub past: Option<Time>,
    /// Which is shown.
    pub file: usize,
    /// What is wrong with it.
    pub problems: Rc<Vec<ProblemView>>,
    /// What the cluster said when it was applied.
    pub answer: Option<Answer>,
}

/// So many files are found by their tabs alone; more are named in a list as well.
const FILES_SEEN: usize = 2;
/// How long the typing pauses before the text is checked, in milliseconds.
const CHECK_AFTER_MS: u32 = 400;
/// Where the rest of the page finds the editor, to put the cursor somewhere.
type EditorCell = Rc<RefCell<Option<JsEditor>>>;

/// The editor's panel.
#[component]
pub fn Edit(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let editor: EditorCell = use_mut_ref(|| None);
    let shown = props.files.get(props.file).cloned();
    // In the past, the same tab as it was then.
    let path = shown.as_ref().map(|f| f.path.clone()).unwrap_or_default();
    let then = props.past.map(|_| (link.host.borrow().past_file(&path), path));
    let new_file = {
        let (link, files) = (link.clone(), props.files.clone());
        Callback::from(move |_: MouseEvent| {
            let path = (1..).map(|i| format!("new-{i}.yaml")).find(|p| files.iter().all(|f| f.path != p.as_str())).unwrap_or_default();
            link.host.borrow_mut().write_file(&path, "");
            link.send(Action::Answer(None));
            link.send(Action::Open { path: path.into(), text: "".into() });
            // It is there to be written in.
            Timeout::new(0, || _ = focus_on(STOPS[1].3)).forget();
        })
    };
    let apply = {
        let (link, shown) = (link.clone(), shown.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(f) = &shown {
                link.apply(&f.path, &f.text, lang);
            }
        })
    };
    let files = props.files.iter().enumerate().map(|(i, f)| {
        let close = {
            let link = link.clone();
            Callback::from(move |e: MouseEvent| {
                e.stop_propagation();
                link.send(Action::CloseFile(i));
            })
        };
        html! {
            <span key={f.path.to_string()} class={classes!("tab", (i == props.file).then_some("on"))}>
                <button class="mono" aria-current={(i == props.file).then_some("true")} title={f.path.clone()} onclick={link.on(move || Action::ShowFile(i))}>{ file_name(&f.path).to_owned() }</button>
                <button class="x" aria-label={fill(Text::CloseFile.t(lang), &[&f.path])} onclick={close}>{ Icon::Close.draw() }</button>
            </span>
        }
    });
    let (row, onfocusin) = use_row_focus("button");
    // Of many files all are named at once.
    let all = use_node_ref();
    let onchange = {
        let (link, all) = (link.clone(), all.clone());
        Callback::from(move |_: Event| {
            let picked = all.cast::<HtmlSelectElement>().and_then(|all| usize::try_from(all.selected_index()).ok());
            link.send(Action::ShowFile(picked.unwrap_or(0)));
        })
    };
    use_effect_with((props.file, props.files.len()), {
        let (row, all) = (row.clone(), all.clone());
        move |(file, _)| {
            if let Some(all) = all.cast::<HtmlSelectElement>() {
                all.set_selected_index(*file as i32);
            }
            let Some(row) = row.cast::<Element>() else { return };
            let Some(tab) = row.children().item(u32::try_from(*file).unwrap_or(0)) else { return };
            bring_to_sight(&row, &tab);
        }
    });
    // What is wrong is looked for when the typing pauses.
    use_effect_with(shown.clone(), {
        let link = link.clone();
        move |shown| {
            let wait =
                shown.clone().map(|f| Timeout::new(CHECK_AFTER_MS, move || link.send(Action::Problems(problems_of(&f.path, &f.text)))));
            move || drop(wait)
        }
    });
    let is_exercise = props.files.get(props.file).is_some_and(|f| f.path == EXERCISE_FILE);
    let hint = match &shown {
        _ if is_exercise => Some(Text::TaskHint),
        Some(f) if configures_scheduler(&f.text) => Some(Text::SchedulerHint),
        Some(f) if is_outdated(&f.text) => Some(Text::OutdatedGroup),
        _ => None,
    };
    // What was applied since has not happened yet.
    let is_past = then.is_some();
    let foreign = shown.as_ref().filter(|f| then.is_none() && is_foreign(&f.text) && !is_own(link.host.borrow().sim(), &f.text)).cloned();
    let adopting = |f: OpenFile| {
        let link = link.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(text) = adopt(&f.text) {
                link.host.borrow_mut().write_file(&f.path, &text);
                link.send(Action::Open { path: f.path.clone(), text: text.into() });
            }
        })
    };
    html! {
        <section class="panel edit" aria-label={Text::Editor.t(lang)}>
            <div class="head">
                <div class="tabs grow" role="group" ref={row} {onfocusin} aria-label={Text::Files.t(lang)}>{ for files }</div>
                if props.files.len() > FILES_SEEN {
                    <select ref={all} class="btn square" {onchange} aria-label={Text::Files.t(lang)} title={Text::Files.t(lang)}>{ for props.files.iter().map(|f| html! { <option>{ file_name(&f.path).to_owned() }</option> }) }</select>
                }
                if let Some(f) = &shown { <button class="btn square" onclick={let f = f.clone(); Callback::from(move |_: MouseEvent| save_file(file_name(&f.path), &f.text))} aria-label={Text::Save.t(lang)} title={Text::Save.t(lang)}>{ Icon::Down.draw() }</button> }
                <button class="btn square" onclick={new_file} aria-label={Text::NewFile.t(lang)} title={Text::NewFile.t(lang)}>{ Icon::Plus.draw() }</button>
            </div>
            if let Some((text, path)) = then {
                if let Some(text) = text { <pre class="text past" tabindex="0" aria-label={path}>{ for text.lines().map(hung_line) }</pre> } else { <p class="empty">{ Text::NotYetFile.t(lang) }</p> }
                <p class="note tag">{ Icon::Back.draw() }{ Text::PastFile.t(lang) }</p>
            } else if let Some(file) = shown {
                <Document key="document" path={file.path} text={file.text} problems={props.problems.clone()} editor={Handle(editor.clone())} />
            } else {
                <p class="empty">{ Text::NoFile.t(lang) }</p>
            }
            if let Some(f) = foreign {
                <div class="answer"><span>{ Text::AdoptNote.t(lang) }</span><button class="btn outline" onclick={adopting(f)}>{ Icon::Down.draw() }{ Text::Adopt.t(lang) }</button></div>
            }
            if !props.problems.is_empty() {
                <div class="problems" role="region" aria-label={Text::Problems.t(lang)}>
                    for p in props.problems.iter() { { problem(p, &editor, lang) } }
                </div>
            }
            if let Some(answer) = props.answer.as_ref().filter(|a| !is_past || a.is_bad()) {
                <div class={classes!("answer", answer.mark().1)} role="status">
                    { answer.mark().0.draw() }<span>{ &answer.text }</span>
                    if !answer.is_bad() { <button class="btn outline see" onclick={link.on(|| Action::Panel(Panel::Tank))}>{ Icon::Tank.draw() }{ Text::Cluster.t(lang) }</button> }
                    <button class="x" aria-label={Text::Close.t(lang)} onclick={link.on(|| Action::Answer(None))}>{ Icon::Close.draw() }</button>
                </div>
            }
            <div class="foot">
                <ReadyMenu of={Ready::Lessons} />
                <ReadyMenu of={Ready::Examples} />
                <small class="grow">{ hint.map(|text| words(text.t(lang), 0, lang, &link)) }</small>
                <button class="btn primary" onclick={apply} disabled={is_exercise || props.files.is_empty()} title={Text::ApplyHint.t(lang)}>{ Icon::Play.draw() }{ Text::Apply.t(lang) }</button>
            </div>
        </section>
    }
}

/// Whether a manifest is of the first years, when what is in `apps/v1` today was elsewhere.
pub fn is_outdated(text: &str) -> bool {
    text.contains("apiVersion: extensions/v1beta1")
        && ["Deployment", "DaemonSet", "ReplicaSet"].iter().any(|kind| text.contains(&["kind: ", kind].concat()))
}

/// What a file is called on its tab: a path as it is, the end of a page's URL.
pub fn file_name(path: &str) -> &str {
    let end = path.split_once("://").and_then(|(_, rest)| rest.rsplit('/').find(|part| !part.is_empty()));
    end.unwrap_or(path)
}

/// Whether a text is of an object that lives here: it is edited, not brought from elsewhere.
fn is_own(sim: &Sim, text: &str) -> bool {
    let line = |key: &str| text.lines().find_map(|l| l.strip_prefix(key)).unwrap_or_default();
    object(sim, line("kind: "), line("  namespace: "), line("  name: ")).is_some_and(|o| o.uid() == line("  uid: "))
}

fn problem(p: &ProblemView, editor: &EditorCell, lang: Lang) -> Html {
    let (line, column, editor) = (p.line, p.column, editor.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(e) = &*editor.borrow() {
            e.go_to(line, column);
        }
    });
    html! {
        <button {onclick}>
            { Icon::Bang.draw() }
            <code aria-label={fill(Text::LineColumn.t(lang), &[&line.to_string(), &column.to_string()])}>{ format!("{line}:{column}") }</code>
            <span>{ &p.message }</span>
        </button>
    }
}

/// The editor's cell as a prop; it is never a reason to draw.
#[derive(Clone)]
struct Handle(EditorCell);

impl PartialEq for Handle {
    fn eq(&self, _: &Handle) -> bool {
        true
    }
}

#[derive(Clone, PartialEq, Properties)]
struct DocumentProps {
    path: AttrValue,
    text: AttrValue,
    problems: Rc<Vec<ProblemView>>,
    editor: Handle,
}

/// The document itself: CodeMirror, kept in step with the state.
#[component]
fn Document(props: &DocumentProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let place = use_node_ref();
    // What the callbacks below, made once, must see of the newest state.
    let current = use_mut_ref(|| (AttrValue::default(), AttrValue::default(), lang));
    *current.borrow_mut() = (props.path.clone(), props.text.clone(), lang);
    let editor = props.editor.0.clone();
    {
        let (place, editor, current, text) = (place.clone(), editor.clone(), current, props.text.clone());
        use_effect_with((), move |()| {
            let changed = {
                let (link, current) = (link.clone(), current.clone());
                Closure::<dyn Fn(String)>::new(move |text: String| {
                    let path = current.borrow().0.clone();
                    link.edited(&path, text);
                })
            };
            let applied = {
                let link = link.clone();
                Closure::<dyn Fn()>::new(move || {
                    let (path, text, lang) = current.borrow().clone();
                    link.apply(&path, &text, lang);
                })
            };
            if let Some(parent) = place.cast::<Element>() {
                let made = create_editor(&parent, &text, "", changed.as_ref().unchecked_ref(), applied.as_ref().unchecked_ref());
                *editor.borrow_mut() = Some(made);
            }
            move || {
                if let Some(e) = editor.borrow_mut().take() {
                    e.dispose();
                }
                drop((changed, applied));
            }
        });
    }
    use_effect_with((props.path.clone(), props.text.clone(), lang), {
        let editor = editor.clone();
        move |(path, text, lang)| {
            if let Some(e) = &*editor.borrow() {
                e.set_text(text);
                e.set_words(&fill(Text::EditorLabel.t(*lang), &[path]), Text::EditorFolding.t(*lang));
            }
        }
    });
    use_effect_with(props.problems.clone(), move |problems| {
        let flat = Array::new();
        for p in problems.iter() {
            flat.push(&p.line.into());
            flat.push(&p.column.into());
            flat.push(&p.message.as_str().into());
        }
        if let Some(e) = &*editor.borrow() {
            e.set_problems(&flat);
        }
    });
    html! { <div class="host"><div ref={place} id="editor"></div></div> }
}

//! The exercise that a session brings, drawn: its task beside the picture, and its checks, ticked once they have held.

use web_sys::Element;
use yew::prelude::*;

use kubarium::views::{ExerciseView, Lesson, code_of, lessons, said};

use super::app::EMBEDDED;
use super::focus::find;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::Link;
use super::ready_menu::begin;
use super::storage;

thread_local! {
    /// Whether the task begins folded, since the page has no room for it beside the cluster.
    static FOLDED: bool = web_sys::window().and_then(|w| w.match_media(LOW).ok()?).is_some_and(|m| m.matches());
}
/// On which pages a task begins folded: sooner where it stands above the cluster.
const LOW: &str = "(max-height: 400px), (max-width: 760px) and (max-height: 520px)";

fn so_far(task: &ExerciseView, lang: Lang) -> String {
    fill(Text::TaskSoFar.t(lang), &[&task.done().to_string(), &task.checks.len().to_string()])
}

/// Whether there is nothing left to do.
pub fn is_done(task: &ExerciseView) -> bool {
    !task.checks.is_empty() && task.done() == task.checks.len()
}

/// What is to be said where this comes after `before`: what has been ticked meanwhile.
pub fn news(task: &ExerciseView, before: &ExerciseView, lang: Lang) -> Option<String> {
    let ticked = task.ticked_since(before)?;
    let so_far = if is_done(task) { Text::TaskDone.t(lang).to_owned() } else { so_far(task, lang) };
    Some(fill(Text::TaskNews.t(lang), &[&said(ticked, lang.code()).replace('`', ""), &so_far]))
}

/// Where there is no room for all checks, what is done makes way: the first that does not hold yet stands below the title. A task begins
/// with its first words.
pub fn follow(done: usize) {
    if let (Some(task), Some(next)) = (find(".task"), find(".task li:not(.ok)")) {
        let down = next.get_bounding_client_rect().top() - task.get_bounding_client_rect().top();
        task.set_scroll_top(if done > 0 { task.scroll_top() + down as i32 - TITLE_PX } else { 0 });
    }
}

/// How high the title of a task is, which stays above what is scrolled.
const TITLE_PX: i32 = 38;

/// Which lesson it is, if it is one.
fn lesson_of(task: &ExerciseView) -> Option<usize> {
    lessons().iter().position(|l| l.title == task.title)
}

/// Keeps that it has been done, where it is a lesson.
pub fn keep(task: &ExerciseView) {
    if is_done(task) && lesson_of(task).is_some() {
        storage::set_done(said(&task.title, "en"));
    }
}

/// Words with their code: a command of several words is put into the terminal by a click, where there is one.
pub fn words(text: &str, terminal: usize, lang: Lang, link: &Link) -> Html {
    let has_terminal = EMBEDDED.with(|e| *e != "embed");
    // A flag is not broken after its dashes.
    let whole = |part: &str| html! { for word in part.split_inclusive(' ') { <span>{ word }</span> } };
    let part = |(is_code, part): (bool, &str)| match is_code {
        false => html! { part },
        true if has_terminal && part.contains(' ') => {
            let (link, line) = (link.clone(), part.to_owned());
            // What was typed there before it goes.
            let onclick = Callback::from(move |_: MouseEvent| link.type_line(terminal, &format!("\x15{line}")));
            html! { <button class="code mono" title={Text::TypeIt.t(lang)} {onclick}>{ whole(part) }</button> }
        }
        true => html! { <b class="code mono">{ part }</b> },
    };
    let parts = code_of(text).map(part);
    html! { <>{ for parts }</> }
}

/// The way to the next lesson. It stands where the checks were counted, so that nothing makes room for it, and as its first word, so that
/// the title keeps its own.
fn onward(next: &'static Lesson, lang: Lang, link: &Link) -> Html {
    let name = fill(Text::NextLesson.t(lang), &[said(&next.title, lang.code())]);
    let short = name.split([' ', '：']).next().unwrap_or_default().to_owned();
    let link = link.clone();
    html! { <span class="onward"><button class="btn primary" title={name.clone()} aria-label={name} onclick={move |_: MouseEvent| begin(&link, next, lang)}>{ Icon::Check.draw() }{ short }</button></span> }
}

/// The task and its checks; commands among their words go to the terminal of this number.
pub fn draw(task: &ExerciseView, terminal: usize, lang: Lang, link: &Link) -> Html {
    let (title, text) = (said(&task.title, lang.code()), said(&task.text, lang.code()));
    let all = is_done(task);
    let next = lesson_of(task).and_then(|i| lessons().get(i + 1)).filter(|_| all);
    // What a narrow page cuts is shown whole by a tap, and cut by the next one, or by a command's: the focus would move what is tapped
    // elsewhere.
    let unfold = |e: MouseEvent| {
        let at = |part: &str| e.target_dyn_into::<Element>()?.closest(part).ok()?;
        if let Some(words) = at(".task > div") {
            let all = words.class_list();
            _ = all.toggle_with_force("whole", at("button").is_none() && !all.contains("whole"));
        }
    };
    html! {
        <details class={classes!("panel", "task", all.then_some("ok"))} open={!FOLDED.with(|f| *f)}>
            <summary>
                { Icon::Flag.draw() }<h2 class="grow">{ if title.is_empty() { Text::Task.t(lang) } else { title } }</h2>
                if all { <span class="tag ok">{ Icon::Check.draw() }{ Text::TaskDone.t(lang) }</span> }
                else if !task.checks.is_empty() { <span class="tag">{ so_far(task, lang) }</span> }
            </summary>
            if let Some(next) = next { { onward(next, lang, link) } }
            <div tabindex="0" role="group" aria-label={Text::Task.t(lang)} onclick={unfold}>
                if !text.is_empty() { <p>{ words(text, terminal, lang, link) }</p> }
                <ul>
                    for (check, held, wrong) in &task.checks {
                        <li class={held.then_some("ok")}>
                            <i>if *held { { Icon::Check.draw() } }</i>
                            <span><span class="sr">{ if *held { Text::TaskHolds } else { Text::TaskNotYet }.t(lang) }{ ": " }</span>{ words(said(check, lang.code()), terminal, lang, link) }if !wrong.is_empty() { <code class="bad">{ wrong }</code> }</span>
                        </li>
                    }
                </ul>
            </div>
        </details>
    }
}

//! The exercise that a session brings, drawn: its task above the picture, and its checks, ticked once they have held.

use js_sys::JSON;
use yew::prelude::*;

use kubarium::api::Value;
use kubarium::base::List as _;
use kubarium::obj;
use kubarium::views::{ExerciseView, said};

use super::i18n::{Lang, Text, fill};
use super::icons::Icon;

fn so_far(task: &ExerciseView, lang: Lang) -> String {
    fill(Text::TaskSoFar.t(lang), &[&task.done().to_string(), &task.checks.len().to_string()])
}

/// Whether there is nothing left to do.
fn is_done(task: &ExerciseView) -> bool {
    !task.checks.is_empty() && task.done() == task.checks.len()
}

/// What is to be said where this comes after `before`: what has been ticked meanwhile.
pub fn news(task: &ExerciseView, before: &ExerciseView, lang: Lang) -> Option<String> {
    let ticked = task.ticked_since(before)?;
    let so_far = if is_done(task) { Text::TaskDone.t(lang).to_owned() } else { so_far(task, lang) };
    Some(format!("{}: {}. {so_far}", Text::TaskHolds.t(lang), said(ticked, lang.code())))
}

/// Tells the page around this one how far the reader is, where there is one: `{ kubarium: 'exercise', title, checks, done }`.
pub fn tell(task: &ExerciseView, lang: Lang) {
    let Some(parent) = web_sys::window().and_then(|w| w.parent().ok().flatten().filter(|p| *p != w)) else { return };
    let checks = task.checks.iter().map(|c| Value::from(c.1)).list();
    let message = obj!({ "kubarium": "exercise", "title": said(&task.title, lang.code()), "checks": checks, "done": is_done(task) });
    if let Ok(message) = JSON::parse(&message.to_json()) {
        // It holds nothing that is anybody's own. A page that has gone meanwhile needs to know no more.
        let _ = parent.post_message(&message, "*");
    }
}

/// The task and its checks.
pub fn draw(task: &ExerciseView, lang: Lang) -> Html {
    let (title, text) = (said(&task.title, lang.code()), said(&task.text, lang.code()));
    let all = is_done(task);
    html! {
        <details class={classes!("panel", "task", all.then_some("ok"))} open=true>
            <summary>
                { Icon::Flag.draw() }<h2 class="grow">{ if title.is_empty() { Text::Task.t(lang) } else { title } }</h2>
                if all { <span class="tag ok">{ Icon::Check.draw() }{ Text::TaskDone.t(lang) }</span> }
                else if !task.checks.is_empty() { <span class="tag">{ so_far(task, lang) }</span> }
            </summary>
            <div tabindex="0" role="group" aria-label={Text::Task.t(lang)}>
                if !text.is_empty() { <p>{ text }</p> }
                <ul>
                    for (words, held, wrong) in &task.checks {
                        <li class={held.then_some("ok")}>
                            <i>if *held { { Icon::Check.draw() } }</i>
                            <span><span class="sr">{ if *held { Text::TaskHolds } else { Text::TaskNotYet }.t(lang) }{ ": " }</span>{ said(words, lang.code()) }if !wrong.is_empty() { <code class="bad">{ wrong }</code> }</span>
                        </li>
                    }
                </ul>
            </div>
        </details>
    }
}

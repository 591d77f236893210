//! An object as YAML in the inspector, and what the editor would change in it.

use yew::prelude::*;

use kubarium::views::{PodDetails, changes};

use super::super::actions::edited_path;
use super::super::i18n::Text;
use super::super::icons::Icon;
use super::super::link::{use_lang, use_link};
use super::super::state::Subject;
use super::save;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct YamlProps {
    pub subject: Subject,
    /// What it is read from: see [`Scene::version`](super::super::state::Scene::version).
    pub version: (u32, u64),
    /// The same object as it stands in the editor, where it does.
    pub edited: Option<AttrValue>,
}

/// The object as YAML, keys set apart from values; before it what the editor would change in it.
#[component]
pub(super) fn Yaml(props: &YamlProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let text = use_memo((props.subject.clone(), props.version), |(subject, _)| link.host.borrow().object(subject).map(PodDetails::yaml));
    let changed = use_memo((text.clone(), props.edited.clone()), |(text, edited)| match (&**text, edited) {
        (Some(live), Some(edited)) => changes(live, edited),
        _ => String::new(),
    });
    match &*text {
        None => html! { <p class="empty">{ Text::Gone.t(lang) }</p> },
        Some(text) => html! { <>
            <div class="logbar">{ save(edited_path(&props.subject), text, lang) }</div>
            if !changed.is_empty() {
                <div><h3>{ Icon::Edit.draw() }{ Text::EditorChanges.t(lang) }</h3><pre class="text diff" tabindex="0">{ for changed.lines().map(changed_line) }</pre></div>
            }
            <pre class="text" tabindex="0">{ for text.lines().map(yaml_line) }</pre>
        </> },
    }
}

fn changed_line(line: &str) -> Html {
    let tone = match line.as_bytes().first() {
        Some(b'+') => "ok",
        Some(b'-') => "bad",
        _ => "",
    };
    html! { <span class={tone}>{ line }{ "\n" }</span> }
}

/// A longer line of YAML is folded: it is there for a program, as what was applied last is.
const FOLD_FROM: usize = 160;

/// How deep a line of YAML begins, in letters.
fn depth_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

/// A line of YAML of which what goes on in the next line stays within its own depth.
pub fn hung_line(line: &str) -> Html {
    html! { <span class="line" style={format!("--n:{}", depth_of(line))}>{ line }{ "\n" }</span> }
}

fn yaml_line(line: &str) -> Html {
    let depth = depth_of(line);
    let style = format!("--n:{depth}");
    let key = line.find(": ").or_else(|| line.ends_with(':').then(|| line.len() - 1));
    match key.filter(|at| !line[..*at].trim_start_matches([' ', '-']).contains(' ')) {
        _ if line.len() > FOLD_FROM => {
            let begin: String = line.trim_start().chars().take(FOLD_FROM).collect();
            html! { <details class="line" {style}><summary>{ begin }</summary>{ line }{ "\n" }</details> }
        }
        Some(at) => html! { <span class="line" {style}><b>{ &line[..at] }</b>{ ":" }<i>{ &line[at + 1..] }</i>{ "\n" }</span> },
        // An item, or what goes on from the line before.
        None => html! { <span class="line" {style}>{ &line[..depth] }<i>{ &line[depth..] }</i>{ "\n" }</span> },
    }
}

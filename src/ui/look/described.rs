//! What `kubectl describe` says of an object, in the inspector.

use yew::prelude::*;

use kubarium::base::List as _;
use kubarium::views::description;

use super::super::link::use_link;
use super::super::state::Subject;
use super::Moment;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct DescribedProps {
    pub subject: Subject,
    pub moment: Moment,
}

/// What `kubectl describe` says.
#[component]
pub(super) fn Described(props: &DescribedProps) -> Html {
    let link = use_link();
    let host = link.host.borrow();
    let text = host.object(&props.subject).map(|o| description(host.sim(), o)).unwrap_or_default();
    html! { <pre class="text describe" tabindex="0">{ drawn_in(&text) }</pre> }
}

/// How wide the column of names may be in what is described.
const NAMES_MAX: usize = 22;

/// A description whose values begin further right than that, as one long name makes them, with its values moved into sight.
fn drawn_in(text: &str) -> String {
    let at = text.strip_prefix("Name:").map_or(0, |rest| 5 + rest.len() - rest.trim_start_matches(' ').len());
    if at <= NAMES_MAX {
        return text.to_owned();
    }
    let line = |line: &str| match line.split_at_checked(at).map(|(name, value)| (name.trim_end(), value)) {
        Some((name, value)) if !value.starts_with(' ') && (name.is_empty() || name.ends_with(':')) => {
            // What a longer name says has the next line.
            let (break_after, before) = if name.len() < NAMES_MAX { ("", NAMES_MAX - name.len()) } else { ("\n", NAMES_MAX) };
            format!("{name}{break_after}{:before$}{value}", "")
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).list().join("\n")
}

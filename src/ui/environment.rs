//! A container's environment: each variable with its value and where it comes from.

use kubarium::base::List as _;
use kubarium::views::{EnvOrigin, EnvView, PodView, sheets};
use yew::prelude::*;

use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::Link;
use super::look::{choose, chosen};
use super::pod_cell::subject_of;

/// A container's environment; what only tells of Services is folded.
pub fn environment(pod: &PodView, container: Option<usize>, lang: Lang, link: &Link) -> Html {
    let Some(c) = chosen(pod, container) else { return html! {} };
    let (host, subject) = (link.host.borrow(), subject_of(pod));
    let (services, own): (Vec<EnvView>, Vec<EnvView>) =
        host.environment(&subject, &c.name).into_iter().partition(|e| e.from == EnvOrigin::Service);
    // What a source says now that it did not say when the container started.
    let old: Vec<[String; 3]> =
        host.object(&subject).map(|pod| sheets(host.sim(), pod)).into_iter().flatten().flat_map(|sheet| sheet.old).list();
    let row = |e: &EnvView| {
        let says = old.iter().find(|[name, is, _]| *name == e.name && *is == e.value).map(|[_, _, says]| says.as_str());
        html! { <>
            <dt>{ &e.name }</dt>
            <dd>
                { &e.value }if let Some(from) = origin(&e.from, lang) { <small>{ if e.value.is_empty() { "" } else { " · " } }{ from }</small> }
                if let Some(says) = says { <p class="tag gone">{ Icon::Bang.draw() }{ Text::EnvStale.t(lang) }{ "; " }{ fill(Text::EnvWas.t(lang), &[says]) }</p> }
            </dd>
        </> }
    };
    html! { <>
        { choose(pod, container, lang, link) }
        if own.is_empty() && services.is_empty() { <p class="empty">{ Text::NoEnvironment.t(lang) }</p> }
        <dl class="env">{ for own.iter().map(row) }</dl>
        if !services.is_empty() {
            <details class="env"><summary>{ fill(Text::FromServices.t(lang), &[&services.len().to_string()]) }</summary><dl>{ for services.iter().map(row) }</dl></details>
        }
    </> }
}

/// Where a variable comes from, in words; nothing where that is plain.
fn origin(from: &EnvOrigin, lang: Lang) -> Option<String> {
    Some(match from {
        EnvOrigin::Spec | EnvOrigin::Service => return None,
        EnvOrigin::Source(kind, name, None) => format!("{kind} {name}"),
        EnvOrigin::Source(kind, name, Some(key)) => format!("{kind} {name}: {key}"),
        EnvOrigin::Field(path) => fill(Text::FromField.t(lang), &[path]),
        EnvOrigin::Resource(name) => fill(Text::FromResource.t(lang), &[name]),
        EnvOrigin::Image => Text::FromImage.t(lang).to_owned(),
        EnvOrigin::Runtime => Text::FromRuntime.t(lang).to_owned(),
    })
}

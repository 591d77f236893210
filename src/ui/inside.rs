//! What is inside a container: its processes, each of which can be killed by hand, and its files.

use std::rc::Rc;

use yew::prelude::*;

use kubarium::base::Time;
use kubarium::sim::{ContainerRef, Fault};
use kubarium::views::{PodView, ProcessInfo, Waiting};

use super::format::{self, seconds_to};
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::{use_lang, use_link};
use super::look::{choose, chosen, save};
use super::pod_cell::subject_of;

/// What it needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The pod.
    pub pod: Rc<PodView>,
    /// Which of its containers; the first main one where none is chosen.
    pub container: Option<usize>,
    /// Now: processes come and go without the pod's changing.
    pub time: Time,
}

/// The most processes that are listed.
const PROCESSES_MAX: usize = 60;

/// What a process is at, in words.
fn doing(p: &ProcessInfo, now: Time, lang: Lang) -> String {
    let text = match p.waiting {
        Waiting::Running | Waiting::Host => Text::DoesCompute,
        Waiting::Until(until) => return fill(Text::DoesSleep.t(lang), &[&seconds_to(until, now)]),
        Waiting::Input => Text::DoesRead,
        Waiting::Output => Text::DoesWrite,
        Waiting::Child => Text::DoesWait,
        Waiting::Network => Text::DoesAsk,
        Waiting::Connection => Text::DoesServe,
        Waiting::Signal => Text::DoesNothing,
    };
    text.t(lang).to_owned()
}

/// A container's processes, and its file system, one directory or file at a time.
#[component]
pub fn Inside(props: &Props) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let path = use_state(|| "/".to_owned());
    let Some(c) = chosen(&props.pod, props.container) else { return html! {} };
    let subject = subject_of(&props.pod);
    let host = link.host.borrow();
    let go = |to: String| {
        let path = path.clone();
        Callback::from(move |_: MouseEvent| path.set(to.clone()))
    };
    let up =
        path.trim_end_matches('/').rsplit_once('/').map(|(parent, _)| if parent.is_empty() { "/".to_owned() } else { parent.to_owned() });
    let processes = host.processes(&subject, &c.name);
    let more = processes.len().saturating_sub(PROCESSES_MAX);
    let process = |p: &ProcessInfo| {
        let command = p.argv.join(" ");
        let pid = p.pid.to_string();
        let label = fill(Text::KillProcess.t(lang), &[&pid, &command]);
        let kill = {
            let (link, of, pid) = (link.clone(), ContainerRef::new(&subject.namespace, &subject.name, &c.name), p.pid);
            Callback::from(move |_: MouseEvent| {
                let fault = Fault { kill: Some(of.clone()), pid: Some(pid), ..Fault::default() };
                link.with_host(|h| h.break_or_mend(fault));
            })
        };
        html! {
            <li key={p.pid}><div>
                <code title="PID">{ pid }</code>
                <span class="grow"><b title={command.clone()}>{ command }</b><small>{ doing(p, props.time, lang) }{ " · " }{ format::bytes(i64::try_from(p.memory_bytes).unwrap_or(i64::MAX)) }</small></span>
                <button class="chip" onclick={kill} aria-label={label.clone()} title={label}>{ Icon::Bolt.draw() }{ Text::Kill.t(lang) }</button>
            </div></li>
        }
    };
    let body = if let Some(files) = host.files(&subject, &c.name, &path) {
        html! {
            <ul class="list">
                for f in files {
                    <li key={f.path.clone()}><button onclick={go(f.path.clone())}>
                        { if f.directory { Icon::Folder } else { Icon::File }.draw() }<b>{ f.path.rsplit('/').next().unwrap_or("").to_owned() }</b>
                        <span class="end">{ if f.target.is_empty() { String::new() } else { format!("→ {} ", f.target) } }{ if f.directory { String::new() } else { format::bytes(i64::try_from(f.size).unwrap_or(0)) + "B" } }</span>
                    </button></li>
                }
            </ul>
        }
    } else if let Some(text) = host.file(&subject, &c.name, &path) {
        if text.is_empty() {
            html! { <p class="empty">{ Text::EmptyFile.t(lang) }</p> }
        } else {
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            html! { <><div>{ save(name, &text, lang) }</div><pre class="text" tabindex="0">{ text }</pre></> }
        }
    } else {
        html! { <p class="empty">{ Text::NoFiles.t(lang) }</p> }
    };
    html! { <>
        { choose(&props.pod, props.container, lang, &link) }
        if !processes.is_empty() {
            <div>
                <h3>{ Icon::Heart.draw() }{ Text::Processes.t(lang) }</h3>
                <ul class="list procs">
                    { for processes.iter().take(PROCESSES_MAX).map(process) }
                    if more > 0 { <li><div>{ fill(Text::AndMore.t(lang), &[&more.to_string()]) }</div></li> }
                </ul>
            </div>
        }
        <div class="logbar">
            <h3 class="grow">{ Icon::Folder.draw() }{ Text::Files.t(lang) }{ " " }<code>{ &*path }</code></h3>
            if let Some(up) = up { <button class="chip" onclick={go(up)}>{ Icon::Higher.draw() }{ Text::Up.t(lang) }</button> }
        </div>
        { body }
    </> }
}

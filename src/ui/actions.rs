//! What can be done to an object by hand: each is an input of the session, so it is shared, replayed and undone like any other.

use kubarium::base::Case as _;
use std::rc::Rc;

use web_sys::Element;

use kubarium::api::well_known::LAST_APPLIED;
use kubarium::sim::{ContainerRef, Fault, Switch, quoted};
use kubarium::views::{ClusterView, NodeFaults, PodDetails, PodView, Slower};

use super::app::EMBEDDED;
use super::i18n::Text;
use super::icons::Icon;
use super::link::Link;
use super::pod_cell::subject_of;
use super::state::{Act, Action, LookTab, Panel, State, Subject};
use super::timeline::act_words;

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// A command line for the workstation.
    Command(String),
    /// Something breaks or mends.
    Fault(Fault),
    /// What is typed in the terminal, where it goes on.
    Type(String),
    /// The object's YAML, in the editor.
    Edit,
    /// What cannot be done now, and keeps its place.
    Nothing,
}

/// What can be done: its sign, its name, its key where it has one, and what is done.
pub type Choice = (Icon, Text, &'static str, Deed);

/// How many times slower a disk or a registry is made.
const SLOWER: u32 = 20;

/// An object as kubectl's arguments have it.
fn arguments(s: &Subject) -> String {
    let namespace = if s.namespace.is_empty() { String::new() } else { format!(" -n {}", quoted(&s.namespace)) };
    format!("{}/{}{namespace}", s.kind.lower(), quoted(&s.name))
}

/// Everything that can be done to this object now: nothing where the picture alone is embedded.
pub fn choices(s: &Subject, view: &ClusterView) -> Vec<Choice> {
    if EMBEDDED.with(|e| *e == "embed") {
        return Vec::new();
    }
    let args = arguments(s);
    let command = |icon: Icon, text: Text, line: String| (icon, text, "", Deed::Command(line));
    let mut all = Vec::new();
    match s.kind.as_str() {
        "Pod" => {
            let deeds = view.pod(&s.uid).and_then(|p| p.containers.iter().rev().find(|c| c.is_running())).map(|c| {
                let container = Some(ContainerRef::new(&s.namespace, &s.name, &c.name));
                // A little more than it may have, where that is known.
                let mib = if c.memory_share.1 > 0 { (c.memory_share.1 >> 20) + 16 } else { 512 };
                let mib = Some(u32::try_from(mib).unwrap_or(u32::MAX));
                let kill = Fault { kill: container.clone(), ..Fault::default() };
                let shell = Deed::Type(format!("kubectl exec -it {} -n {} -- sh\r", quoted(&s.name), quoted(&s.namespace)));
                [shell, Deed::Fault(kill), Deed::Fault(Fault { fill: container, mib, ..Fault::default() })]
            });
            let [shell, kill, fill] = deeds.unwrap_or([Deed::Nothing, Deed::Nothing, Deed::Nothing]);
            all.push((Icon::Terminal, Text::Shell, "s", shell));
            all.push((Icon::Bolt, Text::KillContainer, "", kill));
            all.push((Icon::Tank, Text::FillMemory, "", fill));
        }
        "Node" => {
            let node = view.nodes.iter().find(|n| n.name == s.name);
            let ready = node.is_none_or(|n| !n.faults.off);
            let fault =
                Fault { node: Some(s.name.clone()), kubelet: Some(if ready { Switch::Stop } else { Switch::Start }), ..Fault::default() };
            all.push((Icon::Bolt, if ready { Text::StopNode } else { Text::StartNode }, "", Deed::Fault(fault)));
            let NodeFaults { cut, slower: Slower { disk, registry }, .. } = node.map(|n| n.faults).unwrap_or_default();
            let on = |fault: Fault| Deed::Fault(Fault { node: Some(s.name.clone()), ..fault });
            let network = Some(if cut { Switch::Start } else { Switch::Stop });
            // Of a node whose kubelet stands still the network makes no difference, and nothing would come of it.
            let fault = if ready { on(Fault { network, ..Fault::default() }) } else { Deed::Nothing };
            all.push((Icon::Link, if cut { Text::MendNetwork } else { Text::CutNetwork }, "", fault));
            let slower = |n: u32| Some(if n > 1 { 1 } else { SLOWER });
            let text = |n: u32, slow: Text, fast: Text| if n > 1 { fast } else { slow };
            let fault = on(Fault { disk: slower(disk), ..Fault::default() });
            all.push((Icon::Hourglass, text(disk, Text::SlowDisk, Text::FastDisk), "", fault));
            let fault = on(Fault { registry: slower(registry), ..Fault::default() });
            all.push((Icon::Down, text(registry, Text::SlowRegistry, Text::FastRegistry), "", fault));
            let cordoned = node.is_some_and(|n| !n.schedulable);
            let (text, verb) = if cordoned { (Text::Uncordon, "uncordon") } else { (Text::Cordon, "cordon") };
            all.push(command(Icon::Door, text, format!("kubectl {verb} {}", quoted(&s.name))));
            all.push(command(
                Icon::Leave,
                Text::Drain,
                format!("kubectl drain {} --ignore-daemonsets --delete-emptydir-data --force", quoted(&s.name)),
            ));
        }
        "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController" => {
            let desired = view.workloads.iter().find(|w| w.key == s.uid).map_or(1, |w| w.desired);
            let scale = |n: i64| format!("kubectl scale {args} --replicas={}", n.max(0));
            all.push(command(Icon::Minus, Text::OneLess, scale(desired - 1)));
            all.push(command(Icon::Plus, Text::OneMore, scale(desired + 1)));
            all.push((Icon::Terminal, Text::ScaleTo, "s", Deed::Type(format!("kubectl scale {args} --replicas="))));
        }
        _ => {}
    }
    if matches!(s.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet") {
        all.push(command(Icon::Again, Text::RollOut, format!("kubectl rollout restart {args}")));
    }
    if s.kind == "Deployment" {
        all.push(command(Icon::Back, Text::RollBack, format!("kubectl rollout undo {args}")));
    }
    // What is embedded has no editor.
    if EMBEDDED.with(|e| e.is_empty()) {
        all.push((Icon::Edit, Text::EditObject, "e", Deed::Edit));
    }
    if s.kind != "Node" {
        all.push((Icon::Cross, Text::Delete, "Ctrl+D", Deed::Command(format!("kubectl delete {args} --wait=false"))));
    }
    all
}

/// The file in which an object's YAML is edited: objects of one name in two namespaces have two.
pub fn edited_path(s: &Subject) -> String {
    let namespace = if matches!(s.namespace.as_str(), "" | "default") { String::new() } else { format!("-{}", s.namespace) };
    format!("{}-{}{namespace}.yaml", s.kind.lower(), s.name)
}

/// Does it.
pub fn carry_out(link: &Link, state: &State, s: &Subject, deed: &Deed) {
    match deed {
        Deed::Command(line) => link.with_host(|h| h.command(line)),
        Deed::Fault(fault) => {
            link.with_host(|h| h.break_or_mend(fault.clone()));
            // kubectl answers a command; of a fault nobody else says that it is done.
            link.send(Action::Announce(act_words(&Act::Fault(Box::new(fault.clone())), state.lang).into()));
        }
        Deed::Type(text) => link.type_line(state.terminal(), text),
        Deed::Edit => {
            let Some(mut object) = link.host.borrow().object(s).cloned() else { return };
            // What was applied last is kubectl's own to keep.
            object.remove(&["metadata", "annotations", LAST_APPLIED]);
            if object.at(&["metadata", "annotations"]).entries().next().is_none() {
                object.remove(&["metadata", "annotations"]);
            }
            let text = PodDetails::yaml(&object);
            let path = edited_path(s);
            link.host.borrow_mut().write_file(&path, &text);
            link.send(Action::Open { path: path.into(), text: text.into() });
            link.send(Action::Panel(Panel::Edit));
        }
        Deed::Nothing => {}
    }
}

/// The object that a key is meant for: the one whose row or cell has the focus, or else the one that is looked at.
fn meant(target: Option<&Element>, state: &State) -> Option<Subject> {
    let selected = state.selected.as_ref();
    let row = target.and_then(|t| t.get_attribute("data-row"));
    let pod = target.and_then(|t| state.scene.view.pod(&t.get_attribute("data-uid")?)).map(|p| subject_of(p));
    let row = row.and_then(|mark| Subject::of_row(&selected?.kind, &mark));
    row.or(pod).or_else(|| selected.cloned()).filter(|s| !s.is_list())
}

/// The keys of k9s, for an object. Says whether it was one.
pub fn on_key(key: &str, ctrl: bool, target: Option<&Element>, link: &Link, state: &State) -> bool {
    let Some(s) = &meant(target, state) else { return false };
    let (tab, of) = match (key, ctrl) {
        ("d", false) => (LookTab::Describe, s.clone()),
        ("y", false) => (LookTab::Yaml, s.clone()),
        ("l", false) if s.kind == "Pod" => (LookTab::Logs, s.clone()),
        // As `kubectl logs` does of a workload: those of one of its pods.
        ("l", false) => {
            let view = &state.scene.view;
            let workload = view.workloads.iter().find(|w| w.key == s.uid);
            let is_its = |p: &&Rc<PodView>| p.owner.as_ref().is_some_and(|o| workload.is_some_and(|w| w.owners.contains(&o.uid)));
            let Some(pod) = view.pods().find(is_its) else { return false };
            (LookTab::Logs, subject_of(pod))
        }
        _ => return do_by_key(key, ctrl, s, link, state),
    };
    link.send(Action::Select(Some(of)));
    link.send(Action::Tab(tab));
    true
}

/// Does what the key stands for.
fn do_by_key(key: &str, ctrl: bool, s: &Subject, link: &Link, state: &State) -> bool {
    let wanted = if ctrl { format!("Ctrl+{}", key.upper()) } else { key.to_owned() };
    match choices(s, &state.scene.view).into_iter().find(|c| c.2 == wanted) {
        Some(choice) => carry_out(link, state, s, &choice.3),
        None => return false,
    }
    true
}

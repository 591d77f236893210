//! `kubectl drain`.

use super::cordon::{cordon_one, nodes};
use crate::api::selector::LabelSelector;
use crate::api::{Kind, Object, Value, go_duration};
use crate::base::Order as _;
use crate::base::{Duration, Time};
use crate::kubectl::command::{Command, Flow, Run, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, deprecated, duration, int, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::resources::Info;
use crate::server::DeleteOptions;

const OWN: &[Flag] = &[
    switch("force", ""),
    switch("ignore-daemonsets", ""),
    switch("delete-emptydir-data", ""),
    deprecated(switch("delete-local-data", ""), "This option is deprecated and will be deleted. Use --delete-emptydir-data."),
    switch("disable-eviction", ""),
    int("grace-period", ""),
    int("chunk-size", ""),
    int("skip-wait-for-delete-timeout", ""),
    duration("timeout"),
    text("pod-selector", ""),
];

/// `kubectl drain`.
pub static COMMAND: Command = Command {
    usage: "NODE [options]",
    flags: &[flags::SELECTOR, flags::DRY_RUN, OWN],
    run: Run::Do(run),
    ..Command::new("drain", "Drain node in preparation for maintenance", run)
};

/// How long after a refused eviction the next try is.
const RETRY: Duration = Duration::from_secs(5);

/// `drain` at work on one node after the other.
#[derive(Clone, Debug)]
pub struct Draining {
    nodes: Vec<Info>,
    pods: Vec<Leaving>,
    /// Whether the first of `nodes` is being emptied.
    started: bool,
    deadline: Option<Time>,
    dry_run: DryRun,
    errors: Vec<CliError>,
}

/// A pod on its way out.
#[derive(Clone, Debug)]
struct Leaving {
    namespace: String,
    name: String,
    uid: String,
    state: State,
    error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// It is to be evicted at this moment.
    Evict(Time),
    /// It is on its way.
    Wait,
    /// It is gone, or given up.
    Done,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let dry_run = cx.dry_run()?;
    let valid = LabelSelector::parse(cx.flags().text("pod-selector")).is_ok();
    if !valid && (!cx.args().is_empty() || cx.flags().given("selector")) {
        return fail("--pod-selector=<pod_selector> must be a valid label selector");
    }
    let mut nodes = nodes(cx, "drain")?;
    for info in &nodes {
        cordon_one(cx, info, true, dry_run)?;
    }
    nodes.reverse();
    let deadline = cx.flags().positive_duration("timeout").map(|t| cx.host.now + t);
    Draining { nodes, pods: Vec::new(), started: false, deadline, dry_run, errors: Vec::new() }.resume(cx)
}

impl Draining {
    /// Evicts what is due, and goes on to the next node when one is empty.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        loop {
            let Some(node) = self.nodes.last() else {
                if self.errors.is_empty() {
                    return Ok(Flow::Done);
                }
                return Err(CliError::Many(vec![CliError::Many(self.errors)]));
            };
            let node = node.name.clone();
            if !self.started {
                self.started = true;
                match choose(cx, &node) {
                    Ok(pods) if self.dry_run != DryRun::None => {
                        for pod in pods {
                            let how = if self.dry_run == DryRun::Server { "server dry run" } else { "dry run" };
                            cx.out.outln(format!("evicting pod {}/{} ({how})", pod.namespace, pod.name));
                        }
                        self.finish(cx, &node, Vec::new());
                        continue;
                    }
                    Ok(mut pods) => {
                        // Each pod has a goroutine, and Go runs the one that was started last first.
                        let last = usize::from(!pods.is_empty());
                        pods.rotate_right(last);
                        self.pods = pods;
                    }
                    Err(errors) => {
                        self.finish(cx, &node, errors);
                        continue;
                    }
                }
            }
            for pod in &mut self.pods {
                pod.advance(cx, self.deadline);
            }
            if self.pods.iter().all(|p| p.state == State::Done) {
                let errors: Vec<CliError> =
                    std::mem::take(&mut self.pods).into_iter().filter_map(|p| p.error.map(CliError::Message)).collect();
                if !errors.is_empty() {
                    let all = CliError::Many(errors.clone());
                    cx.out.errln(format!("There are pending pods in node {node:?} when an error occurred: {all}"));
                    for pod in choose(cx, &node).unwrap_or_default() {
                        cx.out.errln(format!("pod/{}", pod.name));
                    }
                }
                self.finish(cx, &node, errors);
                continue;
            }
            let next = self.pods.iter().filter_map(|p| if let State::Evict(at) = p.state { Some(at) } else { None });
            let wakes = next.chain(self.deadline.filter(|d| *d > cx.host.now)).min();
            return Ok(Flow::Wait(Task::Drain(Box::new(self)), Step::WaitChange(wakes)));
        }
    }

    /// Takes the node off the list and says what became of it.
    fn finish(&mut self, cx: &mut Context<'_, '_>, node: &str, errors: Vec<CliError>) {
        self.started = false;
        if errors.is_empty() {
            self.nodes.pop();
            cx.out.outln(format!("node/{node} drained{}", self.dry_run.suffix()));
            return;
        }
        let all = CliError::Many(errors.clone());
        cx.out.errln(format!("error: unable to drain node {node:?} due to error: {all}, continuing command..."));
        let left: Vec<String> = self.nodes.iter().rev().map(|n| n.name.clone()).collect();
        cx.out.errln("There are pending nodes to be drained:");
        for name in left {
            cx.out.errln(format!(" {name}"));
        }
        self.nodes.pop();
        self.errors.extend(errors);
    }
}

/// The pods of a node that must go, or why they may not.
// Models kubectl/pkg/drain.
fn choose(cx: &mut Context<'_, '_>, node: &str) -> Result<Vec<Leaving>, Vec<CliError>> {
    let flags = cx.flags();
    let selector = LabelSelector::parse(flags.text("pod-selector")).map_err(|e| vec![CliError::Message(e.to_string())])?;
    let mut pods: Vec<Value> = cx.host.api.pods_on(node).filter(|p| selector.matches(p.labels())).cloned().collect();
    pods.order_by_key(|p| (p.namespace_arc(), p.name_arc()));
    let mut errors: Vec<(&str, Vec<String>)> = Vec::new();
    let mut warnings: Vec<(&str, Vec<String>)> = Vec::new();
    fn note<'a>(list: &mut Vec<(&'a str, Vec<String>)>, text: &'a str, pod: &Value) {
        let name = format!("{}/{}", pod.namespace(), pod.name());
        match list.iter_mut().find(|(t, _)| *t == text) {
            Some((_, names)) => names.push(name),
            None => list.push((text, vec![name])),
        }
    }
    let mut leaving = Vec::new();
    for pod in &pods {
        let finished = matches!(pod.at(&["status", "phase"]).str(), "Succeeded" | "Failed");
        let owner = pod.controller_ref();
        let mut goes = true;
        if owner.get("kind").str() == "DaemonSet" && !finished {
            let there = cx.host.api.peek(Kind::named("DaemonSet"), pod.namespace(), owner.get("name").str()).is_some();
            if !there && flags.is_on("force") {
                note(&mut warnings, "deleting Pods with orphaned DaemonSet", pod);
            } else if flags.is_on("ignore-daemonsets") {
                note(&mut warnings, "ignoring DaemonSet-managed Pods", pod);
                continue;
            } else {
                note(&mut errors, "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)", pod);
                continue;
            }
        }
        if pod.annotation("kubernetes.io/config.mirror").is_some() {
            continue;
        }
        let local = pod.at(&["spec", "volumes"]).items().iter().any(|v| !v.get("emptyDir").is_null());
        if local && !finished {
            if flags.is_on("delete-emptydir-data") || flags.is_on("delete-local-data") {
                note(&mut warnings, "deleting Pods with local storage", pod);
            } else {
                note(&mut errors, "cannot delete Pods with local storage (use --delete-emptydir-data to override)", pod);
                goes = false;
            }
        }
        if owner.is_null() && !finished {
            if flags.is_on("force") {
                note(&mut warnings, "deleting Pods that declare no controller", pod);
            } else {
                note(&mut errors, "cannot delete Pods that declare no controller (use --force to override)", pod);
                goes = false;
            }
        }
        if goes {
            leaving.push(Leaving {
                namespace: pod.namespace().into(),
                name: pod.name().into(),
                uid: pod.uid().into(),
                state: State::Evict(cx.host.now),
                error: None,
            });
        }
    }
    let text = |list: &[(&str, Vec<String>)]| list.iter().map(|(t, names)| format!("{t}: {}", names.join(", "))).collect::<Vec<_>>();
    if !errors.is_empty() {
        return Err(text(&errors).into_iter().map(CliError::Message).collect());
    }
    if !warnings.is_empty() {
        let line = format!("Warning: {}", text(&warnings).join("; "));
        cx.out.errln(line);
    }
    Ok(leaving)
}

impl Leaving {
    fn advance(&mut self, cx: &mut Context<'_, '_>, deadline: Option<Time>) {
        let flags = cx.flags();
        let timeout = go_duration::format(flags.positive_duration("timeout").unwrap_or_default());
        let late = deadline.is_some_and(|d| cx.host.now >= d);
        if let State::Evict(at) = self.state {
            if cx.host.now < at {
                return;
            }
            let grace = flags.int("grace-period").filter(|g| *g >= 0);
            let options = DeleteOptions { grace_period_s: grace, ..DeleteOptions::default() };
            let by_eviction = !flags.is_on("disable-eviction");
            if by_eviction {
                cx.out.outln(format!("evicting pod {}/{}", self.namespace, self.name));
            }
            if late {
                self.fail(format!("error when evicting pods/{:?} -n {:?}: global timeout reached: {timeout}", self.name, self.namespace));
                return;
            }
            let result = if by_eviction {
                cx.evict(&self.namespace, &self.name, &options)
            } else {
                cx.delete(Kind::named("Pod"), &self.namespace, &self.name, &options).map(|_| ())
            };
            match result {
                Ok(()) => self.state = State::Wait,
                Err(error) if error.is_not_found() => self.state = State::Done,
                Err(CliError::Status(s)) if s.reason == "TooManyRequests" => {
                    cx.out.errln(format!(
                        "error when evicting pods/{:?} -n {:?} (will retry after 5s): {}",
                        self.name, self.namespace, s.message
                    ));
                    self.state = State::Evict(cx.host.now + RETRY);
                }
                Err(error) => self.fail(format!("error when evicting pods/{:?} -n {:?}: {error}", self.name, self.namespace)),
            }
        }
        if self.state == State::Wait {
            let there = cx.host.api.peek(Kind::named("Pod"), &self.namespace, &self.name).is_some_and(|p| p.uid() == self.uid);
            if !there {
                let done = if flags.is_on("disable-eviction") { "deleted" } else { "evicted" };
                cx.out.outln(format!("pod/{} {done}", self.name));
                self.state = State::Done;
            } else if late {
                self.fail(format!(
                    "error when waiting for pod {:?} in namespace {:?} to terminate: global timeout reached: {timeout}",
                    self.name, self.namespace
                ));
            }
        }
    }

    fn fail(&mut self, message: String) {
        self.error = Some(message);
        self.state = State::Done;
    }
}

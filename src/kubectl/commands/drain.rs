//! `kubectl drain`.

use thiserror::Error;

use super::cordon::{cordon_one, nodes};
use crate::api::selector::LabelSelector;
use crate::api::{Object, Status, Value, go_duration, kinds};
use crate::base::Order as _;
use crate::base::{Duration, List as _, Time, parse_rfc3339};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, int, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::resources::Info;
use crate::server::{DeleteOptions, ListOptions};

const OWN: &[Flag] = &[
    switch("force", ""),
    switch("ignore-daemonsets", ""),
    switch("delete-emptydir-data", ""),
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
    ..Command::new("drain", "Drain node in preparation for maintenance", run)
};

/// How long after a refused eviction the next try is.
const RETRY: Duration = Duration::from_secs(5);
/// How often it is looked whether a pod is gone.
const POLL: Duration = Duration::from_secs(1);

/// `drain` at work on one node after the other.
#[derive(Clone, Debug)]
pub struct Draining {
    /// What is left, the next one last.
    nodes: Vec<Info>,
    /// How many of them, from the first on, are still to be cordoned.
    to_cordon: usize,
    pods: Vec<Leaving>,
    /// Whether the last of `nodes` is being emptied.
    started: bool,
    /// When that has taken too long.
    deadline: Option<Time>,
    dry_run: DryRun,
    /// The nodes that could not be emptied, and why not.
    pending: Vec<(String, CliError)>,
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
    /// It is on its way, and looked for again at this moment.
    Wait(Time),
    /// It is gone, or given up.
    Done,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let dry_run = cx.dry_run()?;
    let valid = LabelSelector::parse(cx.flags().text("pod-selector")).is_ok();
    if !valid && (!cx.args().is_empty() || cx.flags().given("selector")) {
        return fail("--pod-selector=<pod_selector> must be a valid label selector");
    }
    let mut nodes = nodes(cx, "drain")?.into_infos()?;
    nodes.reverse();
    Draining { to_cordon: nodes.len(), nodes, pods: Vec::new(), started: false, deadline: None, dry_run, pending: Vec::new() }.resume(cx)
}

impl Draining {
    /// Evicts what is due, and goes on to the next node when one is empty.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        while self.to_cordon > 0 {
            self.to_cordon -= 1;
            cordon_one(cx, &self.nodes[self.to_cordon], true, self.dry_run);
            if self.to_cordon.is_multiple_of(super::OBJECTS_PER_STEP) {
                return Ok(Flow::Wait(Task::Drain(Box::new(self)), Step::GoOn));
            }
        }
        loop {
            let Some(node) = self.nodes.last() else {
                if self.pending.is_empty() {
                    return Ok(Flow::Done);
                }
                cx.out.errln("There are pending nodes to be drained:");
                for (name, _) in &self.pending {
                    cx.out.errln(format!(" {name}"));
                }
                return Err(CliError::Many(self.pending.into_iter().map(|(_, error)| error).list()));
            };
            let node = node.name.clone();
            if !self.started {
                self.started = true;
                self.deadline = cx.flags().positive_duration("timeout").map(|t| cx.host.now + t);
                match choose(cx, &node, true) {
                    Ok(mut pods) => {
                        // Each pod has a goroutine, and Go runs the one that was started last first.
                        if !pods.is_empty() && self.dry_run != DryRun::Client {
                            pods.rotate_right(1);
                        }
                        // The server is asked whether each may be evicted.
                        let asks = self.dry_run == DryRun::Server && !cx.flags().is_on("disable-eviction");
                        if self.dry_run != DryRun::None && !asks {
                            for pod in pods {
                                cx.out.outln(format!("evicting pod {}/{}{}", pod.namespace, pod.name, self.dry_run.suffix()));
                            }
                            self.finish(cx, &node, Vec::new());
                            continue;
                        }
                        self.pods = pods;
                    }
                    Err(errors) => {
                        self.finish(cx, &node, errors);
                        continue;
                    }
                }
            }
            for pod in &mut self.pods {
                pod.advance(cx, self.deadline, self.dry_run);
            }
            if self.pods.iter().all(|p| p.state == State::Done) {
                let mut errors: Vec<String> = std::mem::take(&mut self.pods).into_iter().filter_map(|p| p.error).list();
                errors.dedup();
                let errors: Vec<CliError> = errors.into_iter().map(CliError::Message).list();
                let left = if errors.is_empty() { Vec::new() } else { choose(cx, &node, false).unwrap_or_default() };
                if !left.is_empty() {
                    let all = CliError::Many(errors.clone());
                    cx.out.errln(format!("There are pending pods in node {node:?} when an error occurred: {all}"));
                    left.iter().for_each(|pod| cx.out.errln(format!("pod/{}", pod.name)));
                }
                self.finish(cx, &node, errors);
                continue;
            }
            let next = self.pods.iter().filter_map(|p| match p.state {
                State::Evict(at) | State::Wait(at) => Some(at),
                State::Done => None,
            });
            let wakes = next.chain(self.deadline.filter(|d| *d > cx.host.now)).min().unwrap_or(cx.host.now);
            return Ok(Flow::Wait(Task::Drain(Box::new(self)), Step::WaitUntil(wakes)));
        }
    }

    /// Takes the node off the list and says what became of it.
    fn finish(&mut self, cx: &mut Context<'_, '_>, node: &str, errors: Vec<CliError>) {
        self.started = false;
        self.nodes.pop();
        if errors.is_empty() {
            return cx.out.outln(format!("node/{node} drained{}", self.dry_run.suffix()));
        }
        let error = CliError::Many(errors);
        cx.out.errln(format!("error: unable to drain node {node:?} due to error: {error}, continuing command..."));
        self.pending.push((node.to_owned(), error));
    }
}

/// The pods of a node that must go, or why they may not. `warns`: whether it is said what is special about them.
fn choose(cx: &mut Context<'_, '_>, node: &str, warns: bool) -> Result<Vec<Leaving>, Vec<CliError>> {
    let selector = LabelSelector::parse(cx.flags().text("pod-selector")).map_err(|e| vec![CliError::Message(e.to_string())])?;
    let asked = ListOptions { field_selector: format!("spec.nodeName={node}"), label_selector: cx.flags().text("pod-selector").to_owned() };
    let allowed = cx.require(("list", kinds::POD, ""), "", "");
    cx.log_list(kinds::POD, "", &asked, allowed.as_ref().err().and_then(CliError::status));
    allowed.map_err(|error| vec![error])?;
    let mut pods: Vec<Value> = cx.host.api.pods_on(node).filter(|p| selector.matches(p.labels())).cloned().list();
    pods.order_by_key(|p| (p.namespace_arc(), p.name_arc()));
    let [mut errors, mut warnings]: [Vec<(String, Vec<String>)>; 2] = Default::default();
    let mut leaving = Vec::new();
    for pod in &pods {
        let fate = judge(cx, pod);
        let (list, text) = match &fate {
            Ok((_, warning)) => (&mut warnings, (*warning).to_owned()),
            Err(kept) => (&mut errors, format!("cannot delete {kept}")),
        };
        if !text.is_empty() {
            let name = format!("{}/{}", pod.namespace(), pod.name());
            match list.iter_mut().find(|(t, _)| *t == text) {
                Some((_, names)) => names.push(name),
                None => list.push((text, vec![name])),
            }
        }
        if let Ok((true, _)) = fate {
            leaving.push(Leaving {
                namespace: pod.namespace().into(),
                name: pod.name().into(),
                uid: pod.uid().into(),
                state: State::Evict(cx.host.now),
                error: None,
            });
        }
    }
    let text = |list: &[(String, Vec<String>)]| list.iter().map(|(t, names)| format!("{t}: {}", names.join(", "))).list();
    if !errors.is_empty() {
        return Err(text(&errors).into_iter().map(CliError::Message).list());
    }
    if warns && !warnings.is_empty() {
        let line = format!("Warning: {}", text(&warnings).join("; "));
        cx.out.errln(line);
    }
    Ok(leaving)
}

/// What keeps a node from being emptied: pods that kubectl does not delete by itself.
#[derive(Debug, Error)]
enum Kept {
    #[error("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)")]
    OfDaemonSet,
    /// The DaemonSet that a pod is of is not there.
    #[error(transparent)]
    NoDaemonSet(#[from] Status),
    #[error("Pods with local storage (use --delete-emptydir-data to override)")]
    LocalStorage,
    #[error("Pods that declare no controller (use --force to override)")]
    NoController,
}

/// Whether a pod is to go, and the warning about it, if any; or what keeps the whole node from being emptied.
// Models the filters of kubectl/pkg/drain: the first that keeps a pod has the word, else the last that warns.
fn judge(cx: &Context<'_, '_>, pod: &Value) -> Result<(bool, &'static str), Kept> {
    let flags = cx.flags();
    let owner = pod.controller_ref();
    let finished = matches!(pod.at(&["status", "phase"]).str(), "Succeeded" | "Failed");
    if is_skipped(cx, pod) {
        return Ok((false, ""));
    }
    if !finished && owner.get("kind").str() == "DaemonSet" {
        let (kind, name) = (kinds::DAEMON_SET, owner.get("name").str());
        if cx.host.api.peek(kind, pod.namespace(), name).is_some() {
            return if flags.is_on("ignore-daemonsets") { Ok((false, "ignoring DaemonSet-managed Pods")) } else { Err(Kept::OfDaemonSet) };
        }
        if !flags.is_on("force") {
            return Err(Status::not_found(kind, name).into());
        }
    }
    let local = || pod.at(&["spec", "volumes"]).items().iter().any(|v| !v.get("emptyDir").is_null());
    if pod.annotation("kubernetes.io/config.mirror").is_some() {
        Ok((false, ""))
    } else if finished {
        Ok((true, ""))
    } else if !flags.is_on("delete-emptydir-data") && !flags.is_on("delete-local-data") && local() {
        Err(Kept::LocalStorage)
    } else if !owner.is_null() {
        Ok((true, ""))
    } else if flags.is_on("force") {
        Ok((true, "deleting Pods that declare no controller"))
    } else {
        Err(Kept::NoController)
    }
}

/// Whether a pod should have been gone for so long that nobody waits for it.
fn is_skipped(cx: &Context<'_, '_>, pod: &Value) -> bool {
    let limit_s = cx.flags().int("skip-wait-for-delete-timeout").unwrap_or(0);
    let due = parse_rfc3339(pod.at(&["metadata", "deletionTimestamp"]).str());
    limit_s > 0 && due.is_some_and(|(unix_s, _)| cx.host.now.unix_s() - unix_s > limit_s)
}

impl Leaving {
    fn advance(&mut self, cx: &mut Context<'_, '_>, deadline: Option<Time>, dry_run: DryRun) {
        let flags = cx.flags();
        let timeout = go_duration::format(flags.positive_duration("timeout").unwrap_or_default());
        let late = deadline.is_some_and(|d| cx.host.now >= d);
        let by_eviction = !flags.is_on("disable-eviction");
        if let State::Evict(at) = self.state {
            if cx.host.now < at {
                return;
            }
            let grace = flags.int("grace-period").filter(|g| *g >= 0);
            let pretends = dry_run == DryRun::Server;
            let options = DeleteOptions { grace_period_s: grace, dry_run: pretends, ..DeleteOptions::default() };
            if by_eviction {
                cx.out.outln(format!("evicting pod {}/{}{}", self.namespace, self.name, dry_run.suffix()));
            }
            if late {
                self.fail(format!("error when evicting pods/{:?} -n {:?}: global timeout reached: {timeout}", self.name, self.namespace));
                return;
            }
            let result = if by_eviction {
                cx.evict(&self.namespace, &self.name, &options)
            } else {
                cx.delete(kinds::POD, &self.namespace, &self.name, &options).map(|_| ())
            };
            match result {
                Ok(()) if pretends => self.state = State::Done,
                Ok(()) => self.state = State::Wait(cx.host.now),
                Err(error) if error.is_not_found() => self.state = State::Done,
                Err(CliError::Status(s)) if s.reason == "TooManyRequests" => {
                    cx.out.errln(format!(
                        "error when evicting pods/{:?} -n {:?} (will retry after 5s): {}",
                        self.name, self.namespace, s.message
                    ));
                    self.state = State::Evict(cx.host.now + RETRY);
                }
                Err(error) if by_eviction => {
                    self.fail(format!("error when evicting pods/{:?} -n {:?}: {error}", self.name, self.namespace));
                }
                Err(error) => self.fail(error.to_string()),
            }
        }
        let State::Wait(at) = self.state else { return };
        if cx.host.now >= at {
            let there = cx.host.api.peek(kinds::POD, &self.namespace, &self.name).filter(|p| p.uid() == self.uid);
            match there {
                Some(pod) if is_skipped(cx, pod) => {
                    let limit = flags.text("skip-wait-for-delete-timeout");
                    cx.out.outln(format!("pod {:?} has DeletionTimestamp older than {limit} seconds, skipping", self.name));
                    self.state = State::Done;
                }
                Some(_) => self.state = State::Wait(at + POLL),
                None => {
                    cx.out.outln(format!("pod/{} {}", self.name, if by_eviction { "evicted" } else { "deleted" }));
                    self.state = State::Done;
                }
            }
        }
        if late && self.state != State::Done {
            const LATE: &str = "context deadline exceeded";
            self.fail(if by_eviction {
                format!("error when waiting for pod {:?} in namespace {:?} to terminate: {LATE}", self.name, self.namespace)
            } else {
                LATE.to_owned()
            });
        }
    }

    fn fail(&mut self, message: String) {
        self.error = Some(message);
        self.state = State::Done;
    }
}

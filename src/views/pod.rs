//! A pod and its containers.

use crate::api::resources::pod_amounts;
use crate::api::{Object, Quantity, Value, find_condition, is_ready, is_sidecar};
use crate::base::{Duration, List as _, Time};
use crate::kubectl::output::columns::pod_summary;

use super::live::{Beat, LiveContainer, LivePod, ProbeKind, Span};

/// In one word, how a pod does; the first that holds, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Being deleted.
    Terminating,
    /// Waits for a node.
    Unscheduled,
    /// An image is being pulled.
    Pulling,
    /// A container or an image cannot be had, or keeps on failing, and waits for its next try.
    BackingOff,
    /// On its node, not all containers started yet.
    Starting,
    /// A probe of a running container fails, or a container has ended in error.
    Failing,
    /// Running, not all containers ready.
    NotReady,
    /// Running and ready.
    Ready,
    /// All containers ended well.
    Succeeded,
    /// Ended, and not well.
    Failed,
}

impl Health {
    /// Whether that is not as it should be, whatever comes.
    pub fn is_amiss(self) -> bool {
        matches!(self, Health::BackingOff | Health::Failing | Health::Failed | Health::Unscheduled | Health::NotReady)
    }
}

/// What a pod belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// `ReplicationController`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
}

/// A pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodView {
    /// Its UID.
    pub key: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// `status.phase`.
    pub phase: String,
    /// What `kubectl get pods` shows as STATUS.
    pub status: String,
    /// How it does.
    pub health: Health,
    /// Containers that are ready: the n of READY n/m.
    pub ready: usize,
    /// Containers in all: the m.
    pub total: usize,
    /// Restarts of all containers, as kubectl counts them.
    pub restarts: i64,
    /// Where it runs; none while unscheduled.
    pub node: Option<String>,
    /// Its address.
    pub ip: String,
    /// Whether services send requests to it: it says that it is ready, and stays.
    pub is_serving: bool,
    /// Its controller.
    pub owner: Option<Owner>,
    /// Init containers first, each kind in the spec's order.
    pub containers: Vec<ContainerView>,
    /// While it is being deleted: from the request to the end of its grace period.
    pub terminating: Option<Span>,
    /// `status.reason` or the reason it is unscheduled.
    pub reason: String,
    /// `status.message` or the message why it is unscheduled.
    pub message: String,
    /// When it was made.
    pub created: Time,
    /// CPU it asks for, in millicores.
    pub cpu_requests_m: i64,
    /// Memory it asks for, in bytes.
    pub memory_requests_bytes: i64,
    /// Labels, sorted.
    pub labels: Vec<(String, String)>,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerRole {
    /// Runs to its end before the others start.
    Init,
    /// An init container that stays (`restartPolicy: Always`).
    Sidecar,
    /// The usual kind.
    Main,
}

/// How a container's life ended, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Exit code.
    pub code: i64,
    /// `Completed`, `Error`, `OOMKilled` ...
    pub reason: String,
    /// When.
    pub at: Option<Time>,
}

/// What a container is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerState {
    /// Not started.
    Waiting {
        /// `ContainerCreating`, `CrashLoopBackOff` ...
        reason: String,
        /// The kubelet's words.
        message: String,
    },
    /// Running.
    Running {
        /// Since when.
        since: Option<Time>,
    },
    /// Ended.
    Terminated(Exit),
}

/// A container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerView {
    /// Its name in the spec.
    pub name: String,
    /// Its image as written.
    pub image: String,
    /// What it is for.
    pub role: ContainerRole,
    /// What it is at.
    pub state: ContainerState,
    /// How its life before ended.
    pub last_exit: Option<Exit>,
    /// Whether it counts as ready.
    pub ready: bool,
    /// Restarts.
    pub restarts: i64,
    /// The pull of its image, while that goes on.
    pub pull: Option<Span>,
    /// The wait before its next start or pull.
    pub backoff: Option<Span>,
    /// Its end, while its processes have time to go.
    pub ending: Option<Span>,
    /// Its probes: startup, liveness, readiness.
    pub probes: Vec<ProbeView>,
    /// What it is doing, and until when where it waits for a moment: `sleep 10`.
    pub doing: Option<(String, Option<Time>)>,
    /// CPU it uses, in millicores.
    pub cpu_m: u64,
    /// Memory it uses, in bytes.
    pub memory_bytes: u64,
    /// CPU that it asks for and may use at most, in millicores; 0 where the spec does not say.
    pub cpu_share: (u64, u64),
    /// Memory that it asks for and may use at most, in bytes; 0 where the spec does not say.
    pub memory_share: (u64, u64),
}

/// A probe: its rule and its last results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeView {
    /// Which of the three.
    pub kind: ProbeKind,
    /// What it does: `exec cat /tmp/health`, `GET :8080/healthz`, `tcp :3306`.
    pub how: String,
    /// Seconds before the first.
    pub initial_delay_s: i64,
    /// Seconds from one to the next.
    pub period_s: i64,
    /// Seconds it may take.
    pub timeout_s: i64,
    /// Successes in a row that turn it good.
    pub success_threshold: i64,
    /// Failures in a row that turn it bad.
    pub failure_threshold: i64,
    /// Failures in a row so far.
    pub failures: u32,
    /// The last results, oldest first.
    pub beats: Vec<Beat>,
    /// When it runs next.
    pub next_at: Option<Time>,
    /// What the last failure said.
    pub output: String,
}

impl ProbeView {
    /// Its last result.
    pub fn last(&self) -> Option<Beat> {
        self.beats.last().copied()
    }
}

impl PodView {
    /// Reads a Pod object, with what its kubelet knows of it.
    pub fn of(pod: &Value, live: Option<&LivePod>) -> PodView {
        let (spec, status) = (pod.get("spec"), pod.get("status"));
        let init = spec.get("initContainers").items().iter().map(|c| {
            let role = if is_sidecar(c) { ContainerRole::Sidecar } else { ContainerRole::Init };
            ContainerView::of(c, role, status.get("initContainerStatuses"), live)
        });
        let main =
            spec.get("containers").items().iter().map(|c| ContainerView::of(c, ContainerRole::Main, status.get("containerStatuses"), live));
        let containers: Vec<ContainerView> = init.chain(main).list();
        let (summary, requests) = (pod_summary(pod), pod_amounts(spec, "requests"));
        let owner = pod.controller_ref();
        let unscheduled = Some(find_condition(status, "PodScheduled")).filter(|c| c.get("status").str() == "False");
        let text = |key: &str| match status.get(key).as_str() {
            Some(t) if !t.is_empty() => t.to_owned(),
            _ => unscheduled.map_or(String::new(), |c| c.get(key).str().to_owned()),
        };
        let node = spec.get("nodeName").as_str().filter(|n| !n.is_empty()).map(str::to_owned);
        let terminating = Time::parse_rfc3339(pod.at(&["metadata", "deletionTimestamp"]).str()).map(|until| {
            let grace_s = u64::try_from(pod.at(&["metadata", "deletionGracePeriodSeconds"]).int()).unwrap_or(0);
            Span { from: until - Duration::from_secs(grace_s), until }
        });
        let mut view = PodView {
            key: pod.uid().to_owned(),
            namespace: pod.namespace().to_owned(),
            name: pod.name().to_owned(),
            phase: status.get("phase").str().to_owned(),
            status: summary.reason,
            health: Health::Ready,
            ready: summary.ready,
            total: summary.total,
            restarts: summary.restarts,
            node,
            ip: status.get("podIP").str().to_owned(),
            is_serving: is_ready(pod) && !pod.is_terminating(),
            owner: (!owner.is_null()).then(|| Owner {
                kind: owner.get("kind").str().to_owned(),
                name: owner.get("name").str().to_owned(),
                uid: owner.get("uid").str().to_owned(),
            }),
            terminating,
            reason: text("reason"),
            message: text("message"),
            created: Time::parse_rfc3339(pod.at(&["metadata", "creationTimestamp"]).str()).unwrap_or_default(),
            cpu_requests_m: requests.get("cpu").map_or(0, Quantity::milli_value),
            memory_requests_bytes: requests.get("memory").map_or(0, Quantity::value),
            labels: pod.labels().entries().map(|(k, v)| (k.to_string(), v.str().to_owned())).list(),
            containers,
        };
        view.health = view.judge();
        // All has ended well and nothing is started again, though its phase does not say so yet.
        if view.health == Health::NotReady && view.status == "Completed" && pod.at(&["spec", "restartPolicy"]).str() != "Always" {
            view.health = Health::Succeeded;
        }
        view
    }

    fn judge(&self) -> Health {
        let waiting = |test: &dyn Fn(&str) -> bool| {
            self.containers.iter().any(|c| matches!(&c.state, ContainerState::Waiting { reason, .. } if test(reason)))
        };
        match self.phase.as_str() {
            _ if self.terminating.is_some() => Health::Terminating,
            "Succeeded" => Health::Succeeded,
            "Failed" => Health::Failed,
            _ if self.node.is_none() => Health::Unscheduled,
            // Also while the image is pulled once more: until the container has started, its status tells of the failure.
            _ if waiting(&|r| is_trouble(r)) => Health::BackingOff,
            _ if self.containers.iter().any(|c| c.pull.is_some()) => Health::Pulling,
            _ if self.containers.iter().any(|c| c.is_failing()) => Health::Failing,
            _ if waiting(&|_| true) || self.phase == "Pending" => Health::Starting,
            // Its condition tells of more than its containers: of readiness gates, and of a node that is not heard of.
            _ if self.ready < self.total || !self.is_serving => Health::NotReady,
            _ => Health::Ready,
        }
    }

    /// Whether it has come to its end: it holds no resources any more.
    pub fn is_over(&self) -> bool {
        matches!(self.phase.as_str(), "Succeeded" | "Failed")
    }

    /// `namespace/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// What a container asks for, and what it may use at most.
fn share(spec: &Value, resource: &str, amount: fn(&Quantity) -> i64) -> (u64, u64) {
    let of = |list: &str| u64::try_from(amount(&Quantity::of(spec.at(&["resources", list, resource])))).unwrap_or(0);
    (of("requests"), of("limits"))
}

/// Whether a waiting container waits because something went wrong.
fn is_trouble(reason: &str) -> bool {
    !matches!(reason, "" | "ContainerCreating" | "PodInitializing")
}

impl ContainerView {
    fn of(spec: &Value, role: ContainerRole, statuses: &Value, live: Option<&LivePod>) -> ContainerView {
        let name = spec.get("name").str();
        let status = statuses.named(name).unwrap_or(&Value::Null);
        let live = live.and_then(|p| p.containers.iter().find(|c| c.name == name));
        let state = status.get("state");
        ContainerView {
            name: name.to_owned(),
            image: spec.get("image").str().to_owned(),
            role,
            state: if !state.get("running").is_null() {
                ContainerState::Running { since: Time::parse_rfc3339(state.at(&["running", "startedAt"]).str()) }
            } else if let Some(exit) = exit_of(state) {
                ContainerState::Terminated(exit)
            } else {
                ContainerState::Waiting {
                    reason: state.at(&["waiting", "reason"]).str().to_owned(),
                    message: state.at(&["waiting", "message"]).str().to_owned(),
                }
            },
            last_exit: exit_of(status.get("lastState")),
            ready: status.get("ready").is_true(),
            restarts: status.get("restartCount").int(),
            pull: live.and_then(|l| l.pull),
            backoff: live.and_then(|l| l.backoff),
            ending: live.and_then(|l| l.ending),
            probes: probes_of(spec, live),
            doing: live.and_then(|l| l.doing.clone()),
            cpu_m: live.map_or(0, |l| l.cpu_m),
            memory_bytes: live.map_or(0, |l| l.memory_bytes),
            cpu_share: share(spec, "cpu", Quantity::milli_value),
            memory_share: share(spec, "memory", Quantity::value),
        }
    }

    /// Whether it uses all the CPU that it may, so that it is slowed down.
    pub fn is_throttled(&self) -> bool {
        self.cpu_share.1 > 0 && self.cpu_m * 100 >= self.cpu_share.1 * 95
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        matches!(self.state, ContainerState::Running { .. })
    }

    /// Whether the others wait for it, or it has come to an end that it should not have.
    pub fn is_in_the_way(&self) -> bool {
        match self.role {
            ContainerRole::Init => !matches!(&self.state, ContainerState::Terminated(exit) if exit.code == 0),
            _ => matches!(&self.state, ContainerState::Waiting { reason, .. } if is_trouble(reason)) || self.is_failing(),
        }
    }

    fn is_failing(&self) -> bool {
        match &self.state {
            ContainerState::Running { .. } => {
                self.ending.is_some() || self.probes.iter().any(|p| p.kind == ProbeKind::Liveness && p.failures > 0)
            }
            ContainerState::Terminated(exit) => exit.code != 0,
            ContainerState::Waiting { .. } => false,
        }
    }
}

fn exit_of(state: &Value) -> Option<Exit> {
    let t = state.get("terminated");
    (!t.is_null()).then(|| Exit {
        code: t.get("exitCode").int(),
        reason: t.get("reason").str().to_owned(),
        at: Time::parse_rfc3339(t.get("finishedAt").str()),
    })
}

fn probes_of(spec: &Value, live: Option<&LiveContainer>) -> Vec<ProbeView> {
    let kinds = [("startupProbe", ProbeKind::Startup), ("livenessProbe", ProbeKind::Liveness), ("readinessProbe", ProbeKind::Readiness)];
    let of = |(field, kind): (&str, ProbeKind)| {
        let probe = spec.get(field);
        if probe.is_null() {
            return None;
        }
        let live = live.and_then(|l| l.probes.iter().find(|p| p.kind == kind));
        let or = |key: &str, default: i64| probe.get(key).as_int().filter(|n| *n > 0).unwrap_or(default);
        Some(ProbeView {
            kind,
            how: how_of(probe),
            initial_delay_s: probe.get("initialDelaySeconds").int(),
            period_s: or("periodSeconds", 10),
            timeout_s: or("timeoutSeconds", 1),
            success_threshold: or("successThreshold", 1),
            failure_threshold: or("failureThreshold", 3),
            failures: live.map_or(0, |l| l.failures),
            beats: live.map_or(Vec::new(), |l| l.beats.clone()),
            next_at: live.and_then(|l| l.next_at),
            output: live.map_or(String::new(), |l| l.output.clone()),
        })
    };
    kinds.into_iter().filter_map(of).list()
}

fn how_of(probe: &Value) -> String {
    let port = |v: &Value| v.as_int().map_or_else(|| v.str().to_owned(), |i| i.to_string());
    if !probe.get("exec").is_null() {
        let words: Vec<&str> = probe.at(&["exec", "command"]).items().iter().map(Value::str).list();
        format!("exec {}", words.join(" "))
    } else if !probe.get("httpGet").is_null() {
        let get = probe.get("httpGet");
        format!("GET :{}{}", port(get.get("port")), if get.get("path").str().is_empty() { "/" } else { get.get("path").str() })
    } else if !probe.get("tcpSocket").is_null() {
        format!("tcp :{}", port(probe.at(&["tcpSocket", "port"])))
    } else {
        format!("grpc :{}", port(probe.at(&["grpc", "port"])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn a_container_that_others_wait_for_is_in_the_way() {
        let pod = |first: Value, second: Value| {
            let status = |name: &str, state: Value| vec![obj!({"name": name, "state": state})];
            let spec = obj!({"nodeName": "n", "initContainers": [{"name": "a"}], "containers": [{"name": "b"}]});
            let status = obj!({"phase": "Pending", "initContainerStatuses": status("a", first), "containerStatuses": status("b", second)});
            let view = PodView::of(&obj!({"metadata": {"name": "p"}, "spec": spec, "status": status}), None);
            view.containers.iter().filter(|c| c.is_in_the_way()).map(|c| c.name.clone()).list().concat()
        };
        let (runs, waits) = (|| obj!({"running": {}}), |reason: &str| obj!({"waiting": {"reason": reason}}));
        let ended = |code: i64| obj!({"terminated": {"exitCode": code}});
        for (first, second, want) in [
            (runs(), waits("PodInitializing"), "a"),
            (ended(1), waits("PodInitializing"), "a"),
            (ended(0), runs(), ""),
            (ended(0), waits("CrashLoopBackOff"), "b"),
            (ended(0), ended(2), "b"),
        ] {
            assert_eq!(pod(first, second), want);
        }
    }

    #[test]
    fn health_is_the_first_that_holds() {
        let pod = |spec: Value, status: Value| PodView::of(&obj!({"metadata": {"name": "p"}, "spec": spec, "status": status}), None);
        let one = || obj!({"nodeName": "node1", "containers": [{"name": "c", "image": "busybox"}]});
        let state = |phase: &str, ready: bool, state: Value| obj!({"phase": phase, "containerStatuses": [{"name": "c", "ready": ready, "restartCount": 2, "state": state}]});
        let running = |condition: &str| {
            obj!({"phase": "Running", "conditions": [{"type": "Ready", "status": condition}],
                "containerStatuses": [{"name": "c", "ready": true, "restartCount": 0, "state": {"running": {}}}]})
        };
        let cases = [
            (pod(obj!({"containers": [{"name": "c"}]}), obj!({"phase": "Pending"})), Health::Unscheduled, "Pending"),
            (
                pod(one(), state("Pending", false, obj!({"waiting": {"reason": "ContainerCreating"}}))),
                Health::Starting,
                "ContainerCreating",
            ),
            (
                pod(one(), state("Pending", false, obj!({"waiting": {"reason": "ImagePullBackOff"}}))),
                Health::BackingOff,
                "ImagePullBackOff",
            ),
            (
                pod(one(), state("Running", false, obj!({"waiting": {"reason": "CrashLoopBackOff"}}))),
                Health::BackingOff,
                "CrashLoopBackOff",
            ),
            (pod(one(), state("Running", false, obj!({"running": {"startedAt": "2026-01-01T00:00:09Z"}}))), Health::NotReady, "Running"),
            (pod(one(), running("True")), Health::Ready, "Running"),
            (pod(one(), running("False")), Health::NotReady, "Running"),
            (pod(one(), state("Running", false, obj!({"terminated": {"exitCode": 1, "reason": "Error"}}))), Health::Failing, "Error"),
            (
                pod(one(), state("Succeeded", false, obj!({"terminated": {"exitCode": 0, "reason": "Completed"}}))),
                Health::Succeeded,
                "Completed",
            ),
        ];
        for (view, health, status) in cases {
            assert_eq!((view.health, view.status.as_str()), (health, status));
        }
        // Before the phase says that it has succeeded: only what is not started again is done.
        for (policy, health) in [("Never", Health::Succeeded), ("OnFailure", Health::Succeeded), ("Always", Health::NotReady)] {
            let spec = obj!({"nodeName": "node1", "restartPolicy": policy, "containers": [{"name": "c", "image": "busybox"}]});
            let view = pod(spec, state("Running", false, obj!({"terminated": {"exitCode": 0, "reason": "Completed"}})));
            assert_eq!((view.health, view.status.as_str()), (health, "Completed"), "{policy}");
        }
        // The image of a container that has crashed is pulled again before it starts: all is not well meanwhile.
        for (reason, health) in [("CrashLoopBackOff", Health::BackingOff), ("ContainerCreating", Health::Pulling)] {
            let mut view = pod(one(), state("Running", false, obj!({"waiting": {"reason": reason}})));
            view.containers[0].pull = Some(Span { from: Time::ZERO, until: Time::from_secs(1) });
            assert_eq!(view.judge(), health, "{reason}");
        }
    }

    #[test]
    fn a_pod_asks_for_what_the_scheduler_counts() {
        let asks = |cpu: &str| obj!({"requests": {"cpu": cpu}});
        let sidecar = || obj!({"name": "s", "restartPolicy": "Always", "resources": asks("200m")});
        let init = || obj!({"name": "i", "resources": asks("400m")});
        let main = || obj!([{"name": "c", "resources": asks("100m")}]);
        for (spec, cpu_m) in [
            (obj!({"containers": main()}), 100),
            (obj!({"containers": main(), "initContainers": [sidecar()]}), 300),
            (obj!({"containers": main(), "initContainers": [sidecar(), init()]}), 600),
            (obj!({"containers": main(), "overhead": {"cpu": "50m"}}), 150),
            (obj!({"containers": main(), "resources": asks("1")}), 1000),
        ] {
            let pod = obj!({"metadata": {"name": "p"}, "spec": spec});
            assert_eq!(PodView::of(&pod, None).cpu_requests_m, cpu_m, "{}", pod.to_json());
        }
    }

    #[test]
    fn probes_say_what_they_do() {
        let spec = obj!({"name": "c", "livenessProbe": {"exec": {"command": ["cat", "/tmp/health"]}, "initialDelaySeconds": 15},
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5}});
        let probes = probes_of(&spec, None);
        assert_eq!(
            probes.iter().map(|p| (p.how.as_str(), p.period_s, p.initial_delay_s)).collect::<Vec<_>>(),
            [("exec cat /tmp/health", 10, 15), ("GET :8080/ready", 5, 0)]
        );
    }
}

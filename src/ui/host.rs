//! The host of the cluster: lets virtual time run with the page's clock, gives it what the person does, and takes from it what
//! there is to see. Knows nothing of how that is drawn.

use std::cell::RefCell;
use std::rc::Rc;

use kubarium::api::{Object, Value};
use kubarium::base::{Duration, Time};
use kubarium::obj;
use kubarium::views::{
    Beat, ClusterViews, EnvView, EventView, FileView, LiveContainer, LivePod, LiveProbe, Objects, PodDetails, ProbeKind, Span,
};

use super::state::{Scene, Subject};
use super::vendor::JsTerminal;

/// The host, shared by the page's parts.
pub type HostRef = Rc<RefCell<Host>>;

/// The session that runs, and its clock.
pub struct Host {
    /// Whether the clock runs.
    pub playing: bool,
    /// Virtual seconds in a real one.
    pub speed: f64,
    now: Time,
    objects: Vec<Value>,
    events: Vec<Value>,
    views: ClusterViews,
}

impl Host {
    /// A new session.
    pub fn new() -> Host {
        let (objects, events) = sample();
        Host { playing: true, speed: 1.0, now: Time::from_secs(40), objects, events, views: ClusterViews::default() }
    }

    /// Lets the clock run on by a frame of the page. Says whether there may be something new to see.
    pub fn frame(&mut self, elapsed_ms: f64) -> bool {
        if self.playing {
            self.now += Duration::from_secs_f64(elapsed_ms / 1000.0 * self.speed);
        }
        self.playing
    }

    /// What there is to see now.
    pub fn scene(&mut self) -> Scene {
        let of = |kind: &str| self.objects.iter().filter(|o| o.kind() == kind).collect::<Vec<_>>();
        let objects = Objects {
            time: self.now,
            revision: 1,
            nodes: of("Node"),
            pods: of("Pod"),
            workloads: of("ReplicationController"),
            services: of("Service"),
        };
        let now = self.now;
        let view = self.views.view(&objects, &|p| Some(sample_live(p, now)));
        Scene { view, events: Rc::new(self.events.iter().map(|e| Rc::new(EventView::of(e))).collect()), late: false }
    }

    /// Runs on to the next change.
    pub fn step(&mut self) {
        self.now += Duration::from_secs(1);
    }

    /// The object itself, as the API has it.
    pub fn object(&self, subject: &Subject) -> Option<&Value> {
        self.objects.iter().find(|o| o.kind() == subject.kind && o.namespace() == subject.namespace && o.name() == subject.name)
    }

    /// What a container wrote.
    pub fn logs(&self, _pod: &Subject, _container: &str, _previous: bool) -> String {
        String::new()
    }

    /// Applies a file of the workstation.
    pub fn apply(&mut self, _path: &str, _text: &str) {}

    /// Something typed into a terminal.
    pub fn type_in(&mut self, _terminal: usize, _text: &str) {}

    /// Writes a file of the workstation.
    pub fn write_file(&mut self, _path: &str, _text: &str) {}

    /// The files of a directory in a container; none where it is no directory or the container does not run.
    pub fn files(&self, _pod: &Subject, _container: &str, _path: &str) -> Option<Vec<FileView>> {
        None
    }

    /// A file in a container, as text.
    pub fn file(&self, _pod: &Subject, _container: &str, _path: &str) -> Option<String> {
        None
    }

    /// A container's environment.
    pub fn environment(&self, pod: &Subject, container: &str) -> Vec<EnvView> {
        self.object(pod).and_then(|p| PodDetails::of(p, container)).map(|d| d.env).unwrap_or_default()
    }

    /// A terminal has this many columns and rows from now on.
    pub fn resize(&mut self, _terminal: usize, _cols: u32, _rows: u32) {}

    /// A terminal is taken off the page.
    pub fn detach(&mut self, _terminal: usize) {}

    /// A terminal's colours may have changed, or it came to the front.
    pub fn refresh_terminal(&self, _terminal: usize, _shown: bool) {}

    /// Shows a terminal's output on the page from now on.
    pub fn attach(&mut self, _terminal: usize, js: JsTerminal) {
        js.write(&js_sys::Uint8Array::from(b"$ kubectl get pods\r\nNAME           READY   STATUS    RESTARTS   AGE\r\nliveness-exec  1/1     Running   2 (4s ago)   61s\r\n$ ".as_slice()));
    }
}

fn sample() -> (Vec<Value>, Vec<Value>) {
    let node = |name: &str, zone: &str, ready: &str| {
        obj!({"kind": "Node", "metadata": {"name": name, "uid": name, "labels": {"topology.kubernetes.io/zone": zone}},
            "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}, "conditions": [{"type": "Ready", "status": ready}]}})
    };
    let pod = |name: &str, node: Value, owner: bool, containers: Value, status: Value| {
        let mut p = obj!({"kind": "Pod", "metadata": {"name": name, "namespace": "default", "uid": name, "creationTimestamp": "2026-01-01T00:00:03Z", "labels": {"app": "web"}},
            "spec": {"nodeName": node, "containers": containers}, "status": status});
        if owner {
            p.set(
                &["metadata", "ownerReferences"],
                obj!([{"kind": "ReplicationController", "name": "web", "uid": "rc", "controller": true}]),
            );
        }
        p
    };
    let nginx = || obj!([{"name": "nginx", "image": "nginx:1.27", "resources": {"requests": {"cpu": "500m", "memory": "256Mi"}}, "readinessProbe": {"httpGet": {"path": "/", "port": 80}}}]);
    let busy = || obj!([{"name": "liveness", "image": "busybox", "livenessProbe": {"exec": {"command": ["cat", "/tmp/health"]}, "initialDelaySeconds": 15, "periodSeconds": 5}}]);
    let st = |phase: &str, name: &str, ready: bool, restarts: i64, state: Value| obj!({"phase": phase, "podIP": "10.244.1.7", "containerStatuses": [{"name": name, "ready": ready, "restartCount": restarts, "state": state, "lastState": {"terminated": {"exitCode": 137, "reason": "Error"}}}]});
    let run = || obj!({"running": {"startedAt": "2026-01-01T00:00:05Z"}});
    let mut gone = pod("web-9zlkd", "node3".into(), true, nginx(), st("Running", "nginx", true, 0, run()));
    gone.set(&["metadata", "deletionTimestamp"], "2026-01-01T00:01:30Z");
    gone.set(&["metadata", "deletionGracePeriodSeconds"], 60i64);
    let objects = vec![
        node("node1", "zone-1", "True"),
        node("node2", "zone-2", "True"),
        node("node3", "zone-3", "True"),
        pod("liveness-exec", "node1".into(), false, busy(), st("Running", "liveness", true, 2, run())),
        pod("web-7xk2p", "node1".into(), true, nginx(), st("Running", "nginx", true, 0, run())),
        pod("web-m4vqr", "node2".into(), true, nginx(), st("Running", "nginx", false, 0, run())),
        pod(
            "crash",
            "node2".into(),
            false,
            obj!([{"name": "c", "image": "busybox"}]),
            st(
                "Running",
                "c",
                false,
                4,
                obj!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}}),
            ),
        ),
        pod(
            "db",
            "node2".into(),
            false,
            obj!([{"name": "mysql", "image": "mysql:9"}, {"name": "exporter", "image": "exporter"}]),
            obj!({"phase": "Pending", "containerStatuses": [{"name": "mysql", "state": {"waiting": {"reason": "ContainerCreating"}}}, {"name": "exporter", "state": {"waiting": {"reason": "ContainerCreating"}}}]}),
        ),
        gone,
        pod(
            "migrate",
            "node3".into(),
            false,
            obj!([{"name": "m", "image": "busybox"}]),
            st("Succeeded", "m", false, 0, obj!({"terminated": {"exitCode": 0, "reason": "Completed"}})),
        ),
        pod(
            "typo",
            "node3".into(),
            false,
            obj!([{"name": "c", "image": "ngimx"}]),
            st("Pending", "c", false, 0, obj!({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image \"ngimx\""}})),
        ),
        pod(
            "huge",
            Value::Null,
            false,
            obj!([{"name": "c", "image": "nginx"}]),
            obj!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."}]}),
        ),
        obj!({"kind": "ReplicationController", "metadata": {"name": "web", "namespace": "default", "uid": "rc"}, "spec": {"replicas": 3}, "status": {"replicas": 3, "readyReplicas": 2}}),
        obj!({"kind": "Service", "metadata": {"name": "web", "namespace": "default", "uid": "svc"}, "spec": {"type": "ClusterIP", "clusterIP": "10.96.14.2", "selector": {"app": "web"}, "ports": [{"port": 80}]}}),
    ];
    let event = |i: i64, kind: &str, reason: &str, name: &str, message: &str| obj!({"metadata": {"uid": format!("e{i}")}, "type": kind, "reason": reason, "message": message, "count": i, "lastTimestamp": format!("2026-01-01T00:00:{:02}Z", 40 - i), "involvedObject": {"kind": "Pod", "namespace": "default", "name": name, "uid": name}, "source": {"component": "kubelet"}});
    let events = vec![
        event(
            1,
            "Warning",
            "Unhealthy",
            "liveness-exec",
            "Liveness probe failed: cat: can't open '/tmp/health': No such file or directory",
        ),
        event(2, "Normal", "Killing", "liveness-exec", "Container liveness failed liveness probe, will be restarted"),
        event(
            3,
            "Normal",
            "Pulled",
            "web-7xk2p",
            "Successfully pulled image \"nginx:1.27\" in 812ms (812ms including waiting). Image size: 72099501 bytes.",
        ),
        event(
            4,
            "Warning",
            "FailedScheduling",
            "huge",
            "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        ),
        event(5, "Normal", "Scheduled", "web-m4vqr", "Successfully assigned default/web-m4vqr to node2"),
    ];
    (objects, events)
}

fn sample_live(pod: &Value, now: Time) -> LivePod {
    let span = |period_s: u64| {
        let from = Time(now.0 / (period_s * 1_000_000) * period_s * 1_000_000);
        Some(Span { from, until: from + Duration::from_secs(period_s) })
    };
    let beat = |kind: ProbeKind, period_s: u64, bad: &dyn Fn(u64) -> bool| {
        let n = now.0 / (period_s * 1_000_000);
        let beats: Vec<Beat> = (n.saturating_sub(11)..=n).map(|i| Beat { at: Time::from_secs(i * period_s), ok: !bad(i) }).collect();
        let failures = beats.iter().rev().take_while(|b| !b.ok).count() as u32;
        LiveProbe { kind, failures, beats, next_at: Some(Time::from_secs((n + 1) * period_s)) }
    };
    let one = |name: &str| LiveContainer { name: name.to_owned(), ..LiveContainer::default() };
    let containers = match pod.name() {
        "crash" => vec![LiveContainer { backoff: span(40), ..one("c") }],
        "typo" => vec![LiveContainer { backoff: span(20), ..one("c") }],
        "db" => vec![LiveContainer { pull: span(6), ..one("mysql") }, LiveContainer { pull: span(9), ..one("exporter") }],
        "liveness-exec" => vec![LiveContainer {
            probes: vec![beat(ProbeKind::Liveness, 2, &|i| i % 6 > 3)],
            doing: Some("sleep 600".into()),
            ..one("liveness")
        }],
        "web-m4vqr" => vec![LiveContainer { probes: vec![beat(ProbeKind::Readiness, 3, &|_| true)], ..one("nginx") }],
        _ => vec![LiveContainer { probes: vec![beat(ProbeKind::Readiness, 3, &|_| false)], ..one("nginx") }],
    };
    LivePod { containers }
}

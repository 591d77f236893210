//! Pods on virtual time, with an API server and the kubelets alone.

use super::Kubelets;
use crate::api::{Kind, Object, Value, kinds, yaml};
use crate::base::Order as _;
use crate::base::{Duration, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, LogOptions, NodeApi, WriteOptions};
use crate::store::Version;

/// What an informer lags behind.
const LAG: Duration = Duration::from_millis(5);

/// An API server, kubelets, and the time.
pub(super) struct World {
    pub(super) api: ApiServer,
    pub(super) kubelets: Kubelets,
    pub(super) now: Time,
    /// Changes up to here were delivered.
    pub(super) seen: u64,
}

impl World {
    pub(super) fn new() -> World {
        let mut world = World { api: ApiServer::new(1), kubelets: Kubelets::new(1, false), now: Time::ZERO, seen: 0 };
        world.create("Node", "", obj!({"metadata": {"name": "node1"}}));
        world.run_until(Time::from_secs(1));
        world
    }

    pub(super) fn by(&self) -> Caller {
        Caller::new(self.now, "test")
    }

    pub(super) fn create(&mut self, kind: &str, namespace: &str, object: Value) {
        let by = self.by();
        self.api.create(&by, Kind::named(kind), namespace, object, &WriteOptions::default()).expect("is valid");
    }

    /// Creates a pod on node1 from its spec in YAML.
    pub(super) fn pod(&mut self, name: &str, spec: &str) {
        let spec = yaml::read_value(spec).expect("is YAML");
        let mut pod = obj!({"metadata": {"name": name}, "spec": spec});
        pod.set(&["spec", "nodeName"], "node1");
        self.create("Pod", "default", pod);
    }

    pub(super) fn delete(&mut self, name: &str) {
        let by = self.by();
        self.api.delete(&by, kinds::POD, "default", name, &DeleteOptions::default()).expect("is there");
    }

    fn deliver(&mut self) -> Option<Time> {
        let version = self.api.store().version(self.seen + 1)?.clone();
        let due = version.at + LAG;
        if due > self.now {
            return Some(due);
        }
        self.seen += 1;
        let old = (version.previous > 0).then(|| self.api.store().version(version.previous).map(|v| v.value.clone())).flatten();
        let change =
            Change { key: version.key.clone(), change: version.change, old, object: version.value.clone(), revision: version.revision };
        if self.kubelets.watches(change.key.kind) {
            self.kubelets.on_change(&self.api, self.now, &change);
        }
        Some(self.now)
    }

    pub(super) fn run_until(&mut self, until: Time) {
        loop {
            let next = [self.deliver(), self.kubelets.next_wake()].into_iter().flatten().min();
            match next {
                Some(at) if at <= until => {
                    self.now = self.now.max(at);
                    if self.kubelets.next_wake().is_some_and(|t| t <= self.now) {
                        let now = self.now;
                        self.kubelets.wake(&mut self.api, now);
                    }
                }
                _ => break,
            }
        }
        self.now = until;
    }

    pub(super) fn run(&mut self, seconds: u64) {
        self.run_until(self.now + Duration::from_secs(seconds));
    }

    pub(super) fn stop(&mut self) {
        self.kubelets.stop(self.now, "node1");
    }

    pub(super) fn start(&mut self) {
        self.kubelets.start(self.now, "node1");
    }

    pub(super) fn get(&self, name: &str) -> Value {
        self.api.peek(kinds::POD, "default", name).cloned().unwrap_or_default()
    }

    pub(super) fn state(&self, name: &str) -> String {
        self.get(name).at(&["status", "containerStatuses"]).items().iter().map(|s| s.get("state").to_json()).collect::<Vec<_>>().join(" ")
    }

    /// Reason, count and message of the pod's events, oldest first.
    pub(super) fn events(&self, name: &str) -> Vec<String> {
        let mut events: Vec<&Value> =
            self.api.iter(kinds::EVENT, Some("default")).filter(|e| e.at(&["involvedObject", "name"]).str() == name).collect();
        events.order_by_key(|e| e.name().to_owned());
        events.iter().map(|e| format!("{} x{} {}", e.get("reason").str(), e.get("count").int(), e.get("message").str())).collect()
    }

    pub(super) fn logs(&self, name: &str) -> String {
        let chunk = self.kubelets.logs(self.now, "default", name, "", &LogOptions::default()).expect("has logs");
        String::from_utf8_lossy(&chunk.bytes).into_owned()
    }
}

const SLEEPER: &str = "containers: [{name: c, image: busybox, command: [sh, -c, \"trap 'exit 0' TERM; sleep 10000 & wait\"]}]";

#[test]
fn starts_runs_and_ends() {
    let mut w = World::new();
    w.pod("p", SLEEPER);
    w.run(5);
    let pod = w.get("p");
    assert_eq!(pod.at(&["status", "phase"]).str(), "Running", "{}", pod.get("status"));
    assert_eq!(pod.condition("Ready"), "True");
    assert!(pod.at(&["status", "podIP"]).str().starts_with("10.244."));
    assert_eq!(
        w.events("p"),
        [
            "Pulling x1 Pulling image \"busybox\"",
            "Pulled x1 Successfully pulled image \"busybox\" in 800ms (800ms including waiting). Image size: 2213808 bytes.",
            "Created x1 Container created",
            "Started x1 Container started"
        ]
        .map(|e| if e.starts_with("Pulled") { w.events("p")[1].clone() } else { e.to_owned() })
    );
    w.delete("p");
    w.run(3);
    assert!(w.get("p").is_null());
    assert!(w.events("p").iter().any(|e| e == "Killing x1 Stopping container c"));
}

#[test]
fn completes_and_fails() {
    let mut w = World::new();
    w.pod("good", "{restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, 'echo hi']}]}");
    w.pod("bad", "{restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, 'exit 3']}]}");
    w.run(8);
    assert_eq!(w.get("good").at(&["status", "phase"]).str(), "Succeeded", "{}", w.get("good").get("status"));
    assert_eq!(w.logs("good"), "hi\n");
    assert_eq!(w.get("bad").at(&["status", "phase"]).str(), "Failed");
    assert!(w.state("bad").contains("\"exitCode\":3"));
}

#[test]
fn crash_loops_with_doubling_delays() {
    let mut w = World::new();
    w.pod("p", "containers: [{name: c, image: busybox, command: ['false']}]");
    w.run(9);
    assert_eq!(w.get("p").at(&["status", "containerStatuses"]).items()[0].get("restartCount").int(), 1);
    w.run(25);
    assert_eq!(w.get("p").at(&["status", "containerStatuses"]).items()[0].get("restartCount").int(), 2, "{:?}", w.events("p"));
    w.run(60);
    assert!(
        w.events("p").iter().any(|e| e.starts_with("BackOff x") && e.contains("Back-off restarting failed container c in pod p_default("))
    );
}

#[test]
fn liveness_restarts() {
    let mut w = World::new();
    w.pod(
        "p",
        "containers: [{name: c, image: busybox, command: [sh, -c, 'trap exit TERM; touch /tmp/healthy; sleep 8; rm -f /tmp/healthy; sleep 600 & wait'], \
         livenessProbe: {exec: {command: [cat, /tmp/healthy]}, initialDelaySeconds: 2, periodSeconds: 2}}]",
    );
    w.run(20);
    let events = w.events("p");
    assert!(
        events.contains(&"Unhealthy x3 Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n".to_owned()),
        "{events:?}"
    );
    assert!(events.contains(&"Killing x1 Container c failed liveness probe, will be restarted".to_owned()), "{events:?}");
    let status = w.get("p").at(&["status", "containerStatuses"]).items()[0].clone();
    assert_eq!(status.get("restartCount").int(), 1, "{status}");
    assert_eq!(status.at(&["lastState", "terminated", "exitCode"]).int(), 143);
}

#[test]
fn readiness_follows_the_probe() {
    let mut w = World::new();
    w.pod(
        "p",
        "containers: [{name: c, image: busybox, command: [sh, -c, 'trap exit TERM; sleep 6; touch /tmp/r; sleep 6; rm /tmp/r; sleep 600 & wait'], \
         readinessProbe: {exec: {command: [cat, /tmp/r]}, periodSeconds: 1, failureThreshold: 2, successThreshold: 2}}]",
    );
    w.run(5);
    assert_eq!(w.get("p").condition("Ready"), "False");
    w.run(6);
    assert_eq!(w.get("p").condition("Ready"), "True", "{:?}", w.events("p"));
    w.run(6);
    assert_eq!(w.get("p").condition("Ready"), "False");
}

#[test]
fn images_that_cannot_be_pulled() {
    let mut w = World::new();
    w.pod("p", "containers: [{name: c, image: 'example.com/nosuch:1'}]");
    w.run(5);
    assert!(w.events("p").contains(&"Failed x1 Error: ErrImagePull".to_owned()), "{:?}", w.events("p"));
    w.run(20);
    assert!(w.state("p").contains("ImagePullBackOff") || w.state("p").contains("ErrImagePull"), "{}", w.state("p"));
}

#[test]
fn waits_end_with_the_seconds_of_the_kubelet() {
    let mut w = World::new();
    w.pod("p", "containers: [{name: c, image: 'example.com/nosuch:1'}]");
    w.run(120);
    let again = |v: &&Version| v.value.get("reason").str() == "Pulling" && v.value.get("count").int() > 1;
    let parts: Vec<u64> =
        w.api.store().changes_after(0).expect("nothing was forgotten").filter(again).map(|v| v.at.0 % 1_000_000).collect();
    assert!(parts.len() > 2 && parts.iter().all(|p| *p == parts[0]), "{parts:?}");
}

#[test]
fn init_containers_come_first() {
    let mut w = World::new();
    w.pod(
        "p",
        "{initContainers: [{name: i, image: busybox, command: [sh, -c, 'echo a > /d/x'], volumeMounts: [{name: d, mountPath: /d}]}], \
         containers: [{name: c, image: busybox, command: [sh, -c, 'cat /d/x; trap exit TERM; sleep 600 & wait'], volumeMounts: [{name: d, mountPath: /d}]}], \
         volumes: [{name: d, emptyDir: {}}]}",
    );
    w.run(8);
    assert_eq!(w.get("p").at(&["status", "phase"]).str(), "Running", "{}", w.get("p").get("status"));
    assert_eq!(w.logs("p"), "a\n");
}

#[test]
fn missing_config_maps_keep_pods_waiting() {
    let mut w = World::new();
    w.pod(
        "p",
        "{containers: [{name: c, image: busybox, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, configMap: {name: cm}}]}",
    );
    w.run(3);
    assert!(w.events("p")[0].ends_with("MountVolume.SetUp failed for volume \"v\" : configmap \"cm\" not found"), "{:?}", w.events("p"));
    w.create("ConfigMap", "default", obj!({"metadata": {"name": "cm"}, "data": {"k": "v"}}));
    w.run(12);
    assert_eq!(w.get("p").condition("PodReadyToStartContainers"), "True");
}

#[test]
fn variables_that_double_are_more_than_the_runtime_takes() {
    let doubled =
        |times: usize| -> String { (1..=times).map(|i| format!(", {{name: V{i}, value: $(V{})$(V{})}}", i - 1, i - 1)).collect() };
    let spec = |times: usize, last: &str| {
        let first = "x".repeat(1000);
        format!(
            "containers: [{{name: c, image: busybox, command: [sleep, '100{last}'], env: [{{name: V0, value: {first}}}{}]}}]",
            doubled(times)
        )
    };
    let mut w = World::new();
    w.pod("some", &spec(12, ""));
    w.pod("many", &spec(40, ""));
    w.pod("long", &spec(12, &"$(V12)".repeat(1000)));
    let same = ", {name: V0, value: $(V0)$(V0)}".repeat(20);
    w.pod("same", &spec(0, "").replace("}]}]", &format!("}}{same}]}}]")));
    w.run(10);
    assert!(w.state("some").contains("running"), "{}", w.state("some"));
    for name in ["many", "long", "same"] {
        let state = w.state(name);
        let message = state.contains("grpc: received message larger than max (") && state.contains(" vs. 16777216)");
        assert!(message && state.contains(r#""reason":"CreateContainerError""#), "{state}");
    }
}

#[test]
fn no_mount_is_deeper_than_a_path_is_long() {
    let mut w = World::new();
    w.pod(
        "p",
        &format!(
            "{{containers: [{{name: c, image: busybox, env: [{{name: V, value: {}}}], \
             volumeMounts: [{{name: v, mountPath: /v, subPathExpr: $(V)}}]}}], volumes: [{{name: v, emptyDir: {{}}}}]}}",
            "x".repeat(5000)
        ),
    );
    w.run(10);
    let (state, why) = (w.state("p"), r#"failed to prepare subPath for volumeMount \"v\" of container \"c\""#);
    assert!(state.contains(why) && state.contains(r#""reason":"CreateContainerConfigError""#), "{state}");
}

#[test]
fn ignored_term_ends_in_kill() {
    let mut w = World::new();
    w.pod(
        "p",
        "{terminationGracePeriodSeconds: 5, containers: [{name: c, image: busybox, command: [sh, -c, \"trap '' TERM; sleep 10000\"]}]}",
    );
    w.run(5);
    w.delete("p");
    w.run(4);
    assert_eq!(w.get("p").at(&["status", "phase"]).str(), "Running");
    w.run(3);
    assert!(w.get("p").is_null());
}

#[test]
fn whole_seconds_are_taken_from_the_grace() {
    let deaf = "name: c, image: busybox, command: [sh, -c, \"trap '' TERM; while true; do sleep 0.1; done\"]";
    let hook = |wait: &str| format!("containers: [{{{deaf}, lifecycle: {{preStop: {{exec: {{command: [sleep, '{wait}']}}}}}}}}]");
    let side = format!("containers: [{{{deaf}}}], initContainers: [{{restartPolicy: Always, {}}}]", deaf.replace("name: c", "name: side"));
    // Seconds of grace, the pod, and how many tenths of a second its containers have from its deletion to their end.
    for (grace, spec, lasts) in [
        (3, format!("containers: [{{{deaf}}}]"), [30].as_slice()),
        (3, hook("0.9"), &[39]),
        (3, hook("1.5"), &[35]),
        (3, hook("2.9"), &[49]),
        (2, hook("30"), &[40]),
        (4, side, &[40, 60]),
    ] {
        let mut w = World::new();
        w.pod("p", &format!("{{terminationGracePeriodSeconds: {grace}, {spec}}}"));
        w.run(5);
        let begun = w.now;
        w.delete("p");
        let mut ends = Vec::new();
        for tenth in 1..80 {
            w.run_until(begun + Duration::from_millis(tenth * 100 + 50));
            let alive = w.kubelets.worker("default", "p").map_or(0, |p| p.containers.iter().filter(|c| c.is_alive()).count());
            ends.resize(lasts.len().saturating_sub(alive), tenth);
        }
        assert_eq!(ends, lasts, "{grace} {spec}");
    }
}

#[test]
fn commands_run_in_containers() {
    let mut w = World::new();
    w.pod("p", SLEEPER);
    w.run(5);
    let command: Vec<String> = ["sh", "-c", "echo one >&2; hostname; echo two >&2; exit 7"].map(str::to_owned).to_vec();
    let id = w.kubelets.exec(w.now, "default", "p", "c", &command, false, false).expect("starts");
    w.run(1);
    // In the order in which it was written.
    for (out, err, exit) in [("", "one\n", None), ("p\n", "two\n", Some(7))] {
        let polled = w.kubelets.poll(id);
        assert_eq!((polled.stdout.as_slice(), polled.stderr.as_slice(), polled.exit), (out.as_bytes(), err.as_bytes(), exit));
    }
}

#[test]
fn sidecars_start_first_and_end_last() {
    let mut w = World::new();
    w.pod(
        "p",
        "{restartPolicy: Never, initContainers: [{name: side, image: busybox, restartPolicy: Always, command: [sh, -c, \"trap 'exit 0' TERM; sleep 1000 & wait\"]}], \
         containers: [{name: c, image: busybox, command: [sh, -c, 'sleep 3']}]}",
    );
    w.run(3);
    let pod = w.get("p");
    assert_eq!(pod.condition("Initialized"), "True", "{}", pod.get("status"));
    assert!(!pod.at(&["status", "initContainerStatuses"]).items()[0].at(&["state", "running"]).is_null());
    w.run(8);
    let pod = w.get("p");
    assert_eq!(pod.at(&["status", "phase"]).str(), "Succeeded", "{}", pod.get("status"));
    assert_eq!(pod.at(&["status", "initContainerStatuses"]).items()[0].at(&["state", "terminated", "exitCode"]).as_int(), Some(0));
}

#[test]
fn hooks_run() {
    let mut w = World::new();
    w.pod(
        "p",
        "containers: [{name: c, image: busybox, command: [sh, -c, \"trap 'exit 0' TERM; sleep 1000 & wait\"], \
         lifecycle: {postStart: {exec: {command: [sh, -c, 'echo up > /tmp/started']}}, preStop: {sleep: {seconds: 4}}}}]",
    );
    w.run(4);
    let file = w.kubelets.read_file("default", "p", "c", "/tmp/started", 100).expect("is there");
    assert_eq!(file, b"up\n");
    w.delete("p");
    w.run(3);
    assert!(!w.get("p").is_null(), "the preStop hook still sleeps");
    w.run(4);
    assert!(w.get("p").is_null());
}

#[test]
fn http_probes_ask_the_container() {
    let mut w = World::new();
    w.pod("web", "containers: [{name: c, image: nginx, ports: [{name: http, containerPort: 80}], readinessProbe: {httpGet: {port: http}, periodSeconds: 1}}]");
    w.pod("bad", "containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 80, path: /missing}, periodSeconds: 1}}]");
    w.pod("tls", "containers: [{name: c, image: nginx, readinessProbe: {httpGet: {port: 80, scheme: HTTPS}, periodSeconds: 1}}]");
    w.run(6);
    let told = w.events("tls");
    assert!(told.iter().any(|e| e.ends_with(":80/\": http: server gave HTTP response to HTTPS client")), "{told:?}");
    assert_eq!(w.get("web").condition("Ready"), "True", "{:?}", w.events("web"));
    assert_eq!(w.get("bad").condition("Ready"), "False");
    assert!(
        w.events("bad").iter().any(|e| e.ends_with("Readiness probe failed: HTTP probe failed with statuscode: 404")),
        "{:?}",
        w.events("bad")
    );
}

#[test]
fn changed_config_maps_arrive_late() {
    let mut w = World::new();
    w.create("ConfigMap", "default", obj!({"metadata": {"name": "cm"}, "data": {"k": "old"}}));
    w.pod(
        "p",
        "{containers: [{name: c, image: busybox, command: [sleep, '10000'], volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, configMap: {name: cm}}]}",
    );
    w.run(5);
    let read = |w: &World| String::from_utf8_lossy(&w.kubelets.read_file("default", "p", "c", "/v/k", 100).expect("is there")).into_owned();
    assert_eq!(read(&w), "old");
    let mut map = w.api.peek(kinds::CONFIG_MAP, "default", "cm").cloned().expect("is there");
    map.set(&["data", "k"], "new");
    let by = w.by();
    w.api.update(&by, kinds::CONFIG_MAP, map, crate::server::Subresource::None, &WriteOptions::default()).expect("is valid");
    w.run(2);
    assert_eq!(read(&w), "old");
    w.run(95);
    assert_eq!(read(&w), "new");
}

#[test]
fn pods_that_do_not_fit_are_rejected() {
    let mut w = World::new();
    w.pod("big", "containers: [{name: c, image: busybox, resources: {requests: {cpu: '64'}}}]");
    w.pod("choosy", "{nodeSelector: {nope: x}, containers: [{name: c, image: busybox}]}");
    w.run(2);
    let status = w.get("big").get("status").clone();
    assert_eq!((status.get("phase").str(), status.get("reason").str()), ("Failed", "OutOfcpu"));
    assert_eq!(
        status.get("message").str(),
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 64000, used: 0, capacity: 4000"
    );
    assert_eq!(w.get("choosy").at(&["status", "reason"]).str(), "NodeAffinity");
}

#[test]
fn pods_that_are_rejected_on_their_way_out_go() {
    let mut w = World::new();
    w.stop();
    w.pod("choosy", "{nodeSelector: {nope: x}, containers: [{name: c, image: busybox}]}");
    w.delete("choosy");
    w.run(5);
    assert!(w.get("choosy").is_terminating(), "nobody ends it");
    w.start();
    w.run(5);
    assert!(w.get("choosy").is_null());
}

#[test]
fn containers_are_lost_with_their_node() {
    let mut w = World::new();
    w.pod("p", SLEEPER);
    w.run(5);
    w.stop();
    w.run(10);
    assert_eq!(w.get("p").condition("Ready"), "True", "nobody says otherwise");
    w.start();
    w.run(5);
    let status = w.get("p").at(&["status", "containerStatuses"]).items()[0].clone();
    assert_eq!((status.get("restartCount").int(), status.get("ready").is_true()), (1, true), "{status}");
    assert_eq!(status.at(&["lastState", "terminated", "reason"]).str(), "ContainerStatusUnknown");
}

#[test]
fn what_had_ended_is_not_lost_with_its_node() {
    let mut w = World::new();
    w.pod(
        "p",
        "{initContainers: [{name: i, image: busybox, command: ['true']}], containers: [{name: c, image: busybox, command: [sleep, '1000']}]}",
    );
    w.run(5);
    w.stop();
    w.run(10);
    w.start();
    w.run(5);
    let status = w.get("p").at(&["status", "initContainerStatuses"]).items()[0].clone();
    assert_eq!((status.get("restartCount").int(), status.at(&["lastState", "terminated"]).is_null()), (1, true), "{status}");
}

#[test]
fn too_much_memory_is_the_end() {
    let mut w = World::new();
    w.pod(
        "p",
        "{restartPolicy: Never, containers: [{name: c, image: busybox, command: [tail, /dev/zero], resources: {limits: {memory: 8Mi}}}]}",
    );
    w.run(20);
    assert!(w.state("p").contains("OOMKilled"), "{}", w.state("p"));
}

#[test]
fn more_than_the_local_storage_that_is_allowed_is_the_end() {
    let spec = |limits: [&str; 2], writes: [&str; 2]| {
        let container = |i: usize| {
            let limit = if limits[i].is_empty() { String::new() } else { format!("limits: {{ephemeral-storage: {}}}", limits[i]) };
            let command = format!("dd if=/dev/zero of=/big bs=1M count={}; sleep 600", writes[i]);
            format!("{{name: c{i}, image: busybox, command: [sh, -c, \"{command}\"], resources: {{{limit}}}}}")
        };
        format!("containers: [{}, {}]", container(0), container(1))
    };
    for (limits, writes, told) in [
        (["10Mi", ""], ["8", "1"], ""),
        (["10Mi", ""], ["8", "9"], "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. "),
        (["10Mi", "90Mi"], ["11", "1"], "Container c0 exceeded its local ephemeral storage limit \"10Mi\". "),
        (["", ""], ["50", "50"], ""),
    ] {
        let mut w = World::new();
        w.pod("p", &spec(limits, writes));
        w.run(30);
        assert_eq!(w.get("p").at(&["status", "message"]).str(), told, "{limits:?} {writes:?}");
    }
}

#[test]
fn the_active_deadline_ends_a_pod() {
    let mut w = World::new();
    w.pod("p", "{activeDeadlineSeconds: 6, containers: [{name: c, image: busybox, command: [sh, -c, \"trap 'exit 0' TERM; sleep 10000 & wait\"]}]}");
    w.run(10);
    let status = w.get("p").get("status").clone();
    assert_eq!((status.get("phase").str(), status.get("reason").str()), ("Failed", "DeadlineExceeded"), "{status}");
}

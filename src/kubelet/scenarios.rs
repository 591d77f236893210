//! The kubelet's rules for probes, ends, memory and resizes, each on virtual time. They hold without any recordings.

use super::Kubelets;
use super::tests::World;
use crate::api::{Object, Value, kinds};
use crate::base::{Duration, Time};
use crate::obj;
use crate::server::{ApiServer, NodeApi, Subresource, WriteOptions};

/// Ends at once when it is told to; and one that does not.
const OBEDIENT: &str = "command: [sh, -c, \"trap 'exit 0' TERM; sleep 10000 & wait\"]";
pub(super) const DEAF: &str = "command: [sh, -c, \"trap '' TERM; while true; do sleep 0.1; done\"]";

/// The count of the pod's events whose text has this in it.
pub(super) fn told(w: &World, pod: &str, text: &str) -> i64 {
    let of = |e: &&Value| e.at(&["involvedObject", "name"]).str() == pod && e.get("message").str().contains(text);
    w.api.iter(kinds::EVENT, None).filter(of).map(|e| e.get("count").int().max(1)).sum()
}

/// How many tenths of a second pass until `is` holds.
fn tenths_until(w: &mut World, is: impl Fn(&World) -> bool) -> u64 {
    let begun = w.now;
    (1..600)
        .find(|tenth| {
            w.run_until(begun + Duration::from_millis(tenth * 100));
            is(w)
        })
        .unwrap_or(u64::MAX)
}

#[test]
fn a_command_that_outlasts_its_timeout_is_tried_three_times() {
    let mut w = World::new();
    w.pod("p", &format!("containers: [{{name: c, image: busybox, {OBEDIENT}, readinessProbe: {{exec: {{command: [sh, -c, 'echo x >> /tmp/n; sleep 60']}}, periodSeconds: 30, timeoutSeconds: 2}}}}]"));
    tenths_until(&mut w, |w| told(w, "p", "timed out") > 0);
    assert_eq!(told(&w, "p", "timed out after 2s"), 1, "{:?}", w.events("p"));
    let tries = w.kubelets.read_file("default", "p", "c", "/tmp/n", 100).expect("is there");
    assert_eq!(tries, b"x\nx\nx\n");
}

#[test]
fn of_a_failed_grpc_probe_only_the_time_is_told() {
    let mut w = World::new();
    for (name, port) in [("refused", 5000), ("http", 80)] {
        w.pod(
            name,
            &format!(
                "containers: [{{name: c, image: nginx, readinessProbe: {{grpc: {{port: {port}}}, timeoutSeconds: 2, periodSeconds: 3}}}}]"
            ),
        );
    }
    w.run(9);
    for (name, port) in [("refused", 5000), ("http", 80)] {
        let ip = w.get(name).at(&["status", "podIP"]).str().to_owned();
        let text =
            format!("Readiness probe failed: timeout: failed to connect service \"{ip}:{port}\" within 2s: context deadline exceeded");
        assert!(w.events(name).iter().any(|e| e.ends_with(&text)), "{:?}", w.events(name));
    }
}

#[test]
fn a_container_is_not_probed_while_others_are_still_being_started() {
    let mut w = World::new();
    let probe = "{exec: {command: ['false']}, periodSeconds: 1}";
    w.pod("p", &format!("containers: [{{name: a, image: busybox, {OBEDIENT}, readinessProbe: {probe}}}, {{name: b, image: busybox, {OBEDIENT}, lifecycle: {{postStart: {{sleep: {{seconds: 5}}}}}}}}]"));
    tenths_until(&mut w, |w| told(w, "p", "Container started") == 2);
    w.run(4);
    assert_eq!(told(&w, "p", "probe failed"), 0, "{:?}", w.events("p"));
    w.run(4);
    assert!(told(&w, "p", "probe failed") > 1, "{:?}", w.events("p"));
}

#[test]
fn a_probe_follows_ten_redirects_and_asks_no_other_host() {
    // A path that is sent on so many times before it is answered.
    let sent_on = |times: usize| (0..times).fold("/healthz".to_owned(), |path, _| format!("/redirect?loc={path}"));
    let asks = |host: &str| format!("{{port: 8080, path: /healthz, host: {host}}}");
    for (probe, host_network, passes) in [
        (format!("{{port: 8080, path: '{}'}}", sent_on(10)), false, true),
        (format!("{{port: 8080, path: '{}'}}", sent_on(11)), false, false),
        // Of the node, not of the pod.
        (asks("localhost"), false, false),
        (asks("localhost"), true, true),
        (asks("192.0.2.1"), false, false),
    ] {
        let mut w = World::new();
        let image = "image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [liveness]";
        let pod = format!(
            "{{hostNetwork: {host_network}, containers: [{{name: c, {image}, readinessProbe: {{httpGet: {probe}, periodSeconds: 1}}}}]}}"
        );
        w.pod("p", &pod);
        w.run(9);
        assert_eq!(w.get("p").condition("Ready") == "True", passes, "{probe}: {:?}", w.events("p"));
        let refused = "Get \"http://localhost:8080/healthz\": dial tcp 127.0.0.1:8080: connect: connection refused";
        // One that is ready soon may have been asked too early.
        assert_eq!(told(&w, "p", refused) > 1, !passes && probe.contains("localhost"), "{probe}: {:?}", w.events("p"));
    }
}

#[test]
fn a_container_that_is_to_be_restarted_is_probed_no_more() {
    let mut w = World::new();
    w.pod("p", &format!("{{terminationGracePeriodSeconds: 20, containers: [{{name: c, image: busybox, {DEAF}, livenessProbe: {{exec: {{command: ['false']}}, periodSeconds: 2}}}}]}}"));
    // The third failure in a row is the last one, while it has its grace.
    w.run(20);
    assert_eq!((told(&w, "p", "Liveness probe failed"), told(&w, "p", "will be restarted")), (3, 1));
}

#[test]
fn a_failed_probe_gives_its_own_grace_and_restarts_as_the_pod_says() {
    let probe = "livenessProbe: {exec: {command: ['false']}, periodSeconds: 2, failureThreshold: 1";
    let own = ", terminationGracePeriodSeconds: 3";
    let other = format!(", {{name: other, image: busybox, {OBEDIENT}}}");
    for (policy, own, other, message, lasts, phase) in [
        ("Always", "", "", "Container c failed liveness probe, will be restarted", 8, "Running"),
        ("Always", own, "", "Container c failed liveness probe, will be restarted", 3, "Running"),
        ("Never", own, other.as_str(), "Container c failed liveness probe", 3, "Running"),
        // With the last container ends the pod, which has its own grace.
        ("Never", own, "", "Stopping container c", 8, "Failed"),
    ] {
        let mut w = World::new();
        let failing = format!("{{name: c, image: busybox, {DEAF}, {probe}{own}}}}}");
        w.pod("p", &format!("{{restartPolicy: {policy}, terminationGracePeriodSeconds: 8, containers: [{failing}{other}]}}"));
        tenths_until(&mut w, |w| w.events("p").iter().any(|e| *e == format!("Killing x1 {message}")));
        let alive = |w: &World| w.kubelets.worker("default", "p").is_some_and(|p| p.containers[0].is_alive());
        assert!(alive(&w), "{policy}: {:?}", w.events("p"));
        let first = w.kubelets.worker("default", "p").map_or(0, |p| p.containers[0].instances.len());
        let more = |w: &World| w.kubelets.worker("default", "p").map_or(0, |p| p.containers[0].instances.len()) > first;
        let tenths = tenths_until(&mut w, |w| !alive(w) || more(w));
        assert_eq!(tenths.div_ceil(10), lasts, "{policy} {own}");
        w.run(3);
        let status = w.get("p").get("status").clone();
        let restarts = status.get("containerStatuses").items()[0].get("restartCount").int();
        assert_eq!((restarts, status.get("phase").str()), (i64::from(policy == "Always"), phase), "{policy} {own}");
    }
}

#[test]
fn a_container_of_another_image_is_started_anew() {
    let mut w = World::new();
    w.pod("p", &format!("containers: [{{name: c, image: busybox, {OBEDIENT}}}]"));
    w.run(4);
    let (by, mut pod) = (w.by(), w.get("p"));
    pod.at_mut(&["spec", "containers"]).list_mut()[0].set(&["image"], "alpine");
    w.api.update(&by, kinds::POD, pod, Subresource::None, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    w.run(6);
    assert_eq!(told(&w, "p", "Container c definition changed, will be restarted"), 1);
    let status = w.get("p").at(&["status", "containerStatuses"]).items()[0].clone();
    assert_eq!((status.get("restartCount").int(), status.get("image").str().contains("alpine")), (1, true), "{status}");
}

#[test]
fn init_containers_run_once_each_one_after_the_other() {
    let mut w = World::new();
    let mounts = "volumeMounts: [{name: d, mountPath: /d}]";
    let init = |name: &str| format!("{{name: {name}, image: busybox, command: [sh, -c, 'echo {name} >> /d/x; sleep 2'], {mounts}}}");
    let side = format!("{{name: side, image: busybox, restartPolicy: Always, {OBEDIENT}}}");
    let main = format!("{{name: main, image: busybox, {OBEDIENT}, {mounts}}}");
    let all = format!("initContainers: [{side}, {}, {}, {}], containers: [{main}]", init("b"), init("a"), init("c"));
    w.pod("p", &format!("{{{all}, volumes: [{{name: d, emptyDir: {{}}}}]}}"));
    w.run(20);
    assert_eq!(w.kubelets.read_file("default", "p", "main", "/d/x", 100).expect("is there"), b"b\na\nc\n");
}

#[test]
fn images_are_pulled_one_after_the_other_and_again_where_that_is_asked_for() {
    let mut w = World::new();
    for (name, image) in [("a", "busybox"), ("b", "nginx")] {
        w.pod(name, &format!("containers: [{{name: c, image: {image}, command: [sleep, '1000']}}]"));
    }
    w.run(5);
    let waited = |pod: &str| w.events(pod).iter().any(|e| e.contains(" in 80") && !e.contains("(80"));
    assert_eq!([waited("a"), waited("b")], [false, true], "{:?}", w.events("b"));
    for (name, policy) in [("there", "IfNotPresent"), ("anew", "Always")] {
        w.pod(name, &format!("containers: [{{name: c, image: busybox, imagePullPolicy: {policy}, command: [sleep, '1000']}}]"));
    }
    w.run(5);
    assert_eq!(["there", "anew"].map(|name| told(&w, name, "Pulling image")), [0, 1]);
}

#[test]
fn a_node_takes_what_it_has_room_for_and_a_critical_pod_takes_others_room() {
    // Pods that run there, of 4 CPUs; a pod that comes: why it is not taken, and who is ended for it.
    let asks = |cpu: &str| format!("resources: {{requests: {{cpu: {cpu}}}}}");
    let bounds = |cpu: &str| format!("resources: {{requests: {{cpu: {cpu}, memory: 1Mi}}, limits: {{cpu: {cpu}, memory: 1Mi}}}}");
    let port = "ports: [{containerPort: 80, hostPort: 80}]".to_owned();
    let critical = "priorityClassName: system-cluster-critical, ";
    let more = "priorityClassName: system-node-critical, ";
    let there =
        [("guaranteed", "", bounds("1500m")), ("burstable", "", asks("1500m")), ("small", "", asks("500m")), ("port", "", port.clone())];
    for (head, resources, reason, ended) in [
        ("", asks("500m"), "", ""),
        ("", asks("1"), "OutOfcpu", ""),
        ("", port, "NodePorts", ""),
        ("tolerations: [{operator: Exists, effect: NoSchedule}], ", asks("0"), "", ""),
        (critical, asks("1"), "", "small"),
        (critical, asks("2"), "", "burstable"),
        (critical, asks("2500m"), "", "burstable small"),
        // Those with guarantees go only for what the others cannot give, and then of the others no more than is needed.
        (critical, asks("3500m"), "", "burstable guaranteed"),
        (critical, asks("4"), "", "burstable guaranteed small"),
        (critical, asks("5"), "UnexpectedAdmissionError", ""),
    ] {
        let mut w = World::new();
        let pod = |w: &mut World, name: &str, head: &str, resources: &str| {
            w.pod(name, &format!("{{{head}containers: [{{name: c, image: busybox, {OBEDIENT}, {resources}}}]}}"));
            w.run(2);
        };
        there.iter().for_each(|(name, head, resources)| pod(&mut w, name, head, resources));
        pod(&mut w, "new", head, &resources);
        let of = |name: &str| w.get(name).at(&["status", "reason"]).str().to_owned();
        let mut gone: Vec<&str> = there.iter().map(|t| t.0).filter(|name| of(name) == "Preempting").collect();
        gone.sort_unstable();
        assert_eq!((of("new").as_str(), gone.join(" ").as_str()), (reason, ended), "{head}{resources}");
    }
    // A critical pod goes only for a more important one, and what a taint drives out is not taken in the first place.
    for (head, reason) in [(critical, "UnexpectedAdmissionError"), (more, "")] {
        let mut w = World::new();
        for (name, head) in [("old", critical), ("new", head)] {
            w.pod(name, &format!("{{{head}containers: [{{name: c, image: busybox, {OBEDIENT}, {}}}]}}", asks("3")));
            w.run(2);
        }
        assert_eq!(w.get("new").at(&["status", "reason"]).str(), reason, "{head}");
    }
    for (effect, reason) in [("NoSchedule", ""), ("NoExecute", "TaintToleration")] {
        let mut w = World::new();
        let (by, mut node) = (w.by(), w.api.peek(kinds::NODE, "", "node1").expect("is there").clone());
        node.set(&["spec", "taints"], obj!([{"key": "x", "effect": effect}]));
        w.api.update(&by, kinds::NODE, node, Subresource::None, &WriteOptions::default()).expect("is valid");
        w.run(1);
        w.pod("new", &format!("containers: [{{name: c, image: busybox, {OBEDIENT}}}]"));
        w.run(2);
        assert_eq!(w.get("new").at(&["status", "reason"]).str(), reason, "{effect}");
    }
}

#[test]
fn what_changes_in_a_pod_has_its_other_containers_probed_for_readiness_at_once() {
    let mut w = World::new();
    let slow = "{name: slow, image: busybox, command: [sleep, '1000'], readinessProbe: {exec: {command: ['true']}, periodSeconds: 50}}";
    let quick = "{name: quick, image: busybox, command: [sleep, '1000'], readinessProbe: {exec: {command: ['true']}, periodSeconds: 2}}";
    w.pod("p", &format!("containers: [{slow}, {quick}]"));
    w.run(12);
    assert_eq!(w.get("p").condition("Ready"), "True");
}

#[test]
fn sidecars_end_one_after_the_other_the_last_first() {
    let mut w = World::new();
    let sidecar = |name: &str| format!("{{name: {name}, image: busybox, restartPolicy: Always, {OBEDIENT}}}");
    let names = ["a", "b", "c"].map(sidecar).join(", ");
    w.pod("p", &format!("{{initContainers: [{names}], containers: [{{name: main, image: busybox, {OBEDIENT}}}]}}"));
    w.run(9);
    w.delete("p");
    // None waits for its grace to be over.
    w.run(3);
    assert!(w.get("p").is_null(), "{}", w.get("p").get("status"));
}

#[test]
fn a_hook_has_a_second_where_there_is_no_grace_and_what_is_stopped_two() {
    let mut w = World::new();
    let hook = "lifecycle: {preStop: {exec: {command: [sleep, '30']}}}";
    for (name, more) in [("plain", ""), ("hook", hook)] {
        w.pod(
            name,
            &format!(
                "{{activeDeadlineSeconds: 5, terminationGracePeriodSeconds: 0, containers: [{{name: c, image: busybox, {DEAF}, {more}}}]}}"
            ),
        );
    }
    w.run(4);
    let ended = |w: &World, name: &str| w.events(name).iter().any(|e| e.starts_with("Killing"));
    tenths_until(&mut w, |w| ended(w, "plain") && ended(w, "hook"));
    let gone = |w: &World, name: &str| w.kubelets.worker("default", name).is_none_or(|p| p.containers.iter().all(|c| !c.is_alive()));
    let plain = tenths_until(&mut w, |w| gone(w, "plain"));
    let hook = plain + tenths_until(&mut w, |w| gone(w, "hook"));
    assert_eq!([plain, hook].map(|tenths| tenths / 10), [2, 3]);
}

#[test]
fn a_pod_that_has_ended_does_not_come_back_with_its_node() {
    let mut w = World::new();
    w.pod("p", "{restartPolicy: Never, containers: [{name: c, image: busybox, command: ['true']}]}");
    w.pod("late", &format!("{{activeDeadlineSeconds: 3, containers: [{{name: c, image: busybox, {OBEDIENT}}}]}}"));
    w.run(6);
    w.stop();
    w.run(5);
    w.start();
    w.run(9);
    assert_eq!(["p", "late"].map(|name| w.get(name).at(&["status", "phase"]).str().to_owned()), ["Succeeded", "Failed"]);
}

#[test]
fn a_hook_that_fails_after_the_start_ends_the_container_and_one_before_the_stop_does_not_hold_it() {
    let hooks = |which: &str, code: u8| format!("lifecycle: {{{which}: {{exec: {{command: [sh, -c, 'exit {code}']}}}}}}");
    for (hook, code, restarts, told_of_it) in [("postStart", 0, 0, 0), ("postStart", 1, 1, 1), ("preStop", 0, 0, 0), ("preStop", 1, 0, 1)] {
        let mut w = World::new();
        w.pod("p", &format!("containers: [{{name: c, image: busybox, {OBEDIENT}, {}}}]", hooks(hook, code)));
        w.run(6);
        let status = w.get("p").at(&["status", "containerStatuses"]).items()[0].clone();
        assert_eq!(i64::from(status.get("restartCount").int() > 0), restarts, "{hook} {code}: {status}");
        if hook == "preStop" {
            w.delete("p");
            w.run(3);
            assert!(w.get("p").is_null(), "{code}");
        }
        let said = if hook == "preStop" { "PreStopHook failed" } else { "PostStartHook failed" };
        assert_eq!(told(&w, "p", said).min(1), told_of_it, "{hook} {code}: {:?}", w.events("p"));
    }
}

#[test]
fn each_hook_that_fails_after_a_start_soon_leads_to_a_backoff_that_is_told() {
    // It is killed a second after: a relist has seen that it ran, another one sees that it ended.
    let hook = "lifecycle: {postStart: {exec: {command: ['false']}}}";
    let mut w = World::new();
    w.pod("p", &format!("terminationGracePeriodSeconds: 1\ncontainers: [{{name: c, image: busybox, command: [sleep, '600'], {hook}}}]"));
    let state = |w: &World| {
        let status = w.get("p").at(&["status", "containerStatuses"]).items()[0].clone();
        (status.get("restartCount").int(), status.at(&["state", "waiting", "reason"]).str().to_owned())
    };
    for restarts in 1..4 {
        tenths_until(&mut w, |w| state(w) == (restarts, "PostStartHookError".to_owned()));
        let waited = tenths_until(&mut w, |w| state(w) == (restarts, "CrashLoopBackOff".to_owned()));
        assert!(waited <= 20, "{restarts}: {waited}");
    }
}

#[test]
fn of_a_command_the_output_is_told_before_the_errors() {
    let both = "exec: {command: [sh, -c, 'echo err >&2; echo out; exit 3']}";
    let mut w = World::new();
    for (name, what) in [("probed", "readinessProbe"), ("hooked", "lifecycle: {postStart")] {
        let end = if name == "hooked" { "}" } else { "" };
        let sleep = "image: busybox, command: [sleep, '600']";
        let spec = format!("terminationGracePeriodSeconds: 1\ncontainers: [{{name: c, {sleep}, {what}: {{{both}}}{end}}}]");
        w.pod(name, &spec);
    }
    w.run(9);
    assert!(w.events("probed").iter().any(|e| e.ends_with("Readiness probe failed: out\nerr\n")), "{:?}", w.events("probed"));
    let told =
        |w: &World| w.get("hooked").at(&["status", "containerStatuses"]).items()[0].at(&["state", "waiting", "message"]).str().to_owned();
    tenths_until(&mut w, |w| told(w).contains("exited with"));
    let told = told(&w);
    assert!(told.ends_with("exited with 3: err\n, message: \"out\\nerr\\n\""), "{told}");
}

#[test]
fn what_was_begun_with_containers_is_done_before_the_pod_ends() {
    let sleep = "image: busybox, command: [sleep, '600']";
    let two = format!("{{terminationGracePeriodSeconds: 1, containers: [{{name: a, {sleep}, HOOK}}, {{name: b, {sleep}}}]}}");
    let hook = "lifecycle: {postStart: {exec: {command: [sleep, '7']}}}";
    for (spec, after_ms, count, least_s) in [
        // While the first image is pulled; while its hook runs.
        (two.replace("HOOK", ""), 500, 2, 3),
        (two.replace("HOOK", hook), 3000, 2, 7),
        // A wait for a volume is given up.
        (
            "{containers: [{name: a, image: busybox, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, secret: {secretName: gone}}]}"
                .to_owned(),
            3000,
            0,
            0,
        ),
    ] {
        let mut w = World::new();
        w.pod("p", &spec);
        w.run_until(w.now + Duration::from_millis(after_ms));
        w.delete("p");
        let tenths = tenths_until(&mut w, |w| w.get("p").is_null());
        assert!((least_s..least_s + 4).contains(&(tenths / 10)), "{spec}: {tenths}");
        assert_eq!((told(&w, "p", "Container started"), told(&w, "p", "Stopping container")), (count, count), "{:?}", w.events("p"));
    }
}

#[test]
fn the_active_deadline_may_be_set_while_the_pod_runs() {
    let mut w = World::new();
    w.pod("p", &format!("containers: [{{name: c, image: busybox, {OBEDIENT}}}]"));
    w.run(3);
    let (by, mut pod) = (w.by(), w.get("p"));
    pod.set(&["spec", "activeDeadlineSeconds"], 6);
    w.api.update(&by, kinds::POD, pod, Subresource::None, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    let ended = |w: &World| w.get("p").at(&["status", "reason"]).str() == "DeadlineExceeded";
    let tenths = tenths_until(&mut w, ended);
    assert!((30..70).contains(&tenths), "{tenths}");
}

#[test]
fn who_waits_to_be_restarted_when_the_pod_ends_is_lost_but_not_a_sidecar_that_ended_well() {
    let side = |code: u8| format!("initContainers: [{{name: s, image: busybox, restartPolicy: Always, command: [sh, -c, 'exit {code}']}}]");
    let main = |seconds: u8| format!("containers: [{{name: c, image: busybox, command: [sleep, '{seconds}']}}]");
    let failing = "activeDeadlineSeconds: 10, containers: [{name: c, image: busybox, command: ['false']}]".to_owned();
    for (spec, list, waits, ends) in [
        (format!("{}, {}", side(0), main(18)), "initContainerStatuses", false, "Completed"),
        (format!("{}, {}", side(3), main(18)), "initContainerStatuses", true, "ContainerStatusUnknown"),
        (failing, "containerStatuses", true, "ContainerStatusUnknown"),
    ] {
        let mut w = World::new();
        w.pod("p", &format!("{{restartPolicy: OnFailure, {spec}}}"));
        let state = |w: &World| w.get("p").at(&["status", list]).items().first().map(|s| s.get("state").clone()).unwrap_or_default();
        let waiting = |w: &World| state(w).at(&["waiting", "reason"]).str() == "CrashLoopBackOff";
        assert_eq!(tenths_until(&mut w, waiting) < 400, waits, "{spec}: {}", state(&w));
        w.run(20);
        assert_eq!(state(&w).at(&["terminated", "reason"]).str(), ends, "{spec}: {}", state(&w));
    }
}

#[test]
fn what_is_optional_may_be_missing_and_a_pull_secret_is_done_without() {
    let mut w = World::new();
    w.create("ConfigMap", "default", obj!({"metadata": {"name": "there"}, "data": {"k": "v"}}));
    for (name, source, runs) in [
        ("a", "{name: missing}", false),
        ("b", "{name: missing, optional: true}", true),
        ("c", "{name: there, items: [{key: k, path: p}]}", true),
        ("d", "{name: there, items: [{key: none, path: p}]}", false),
        ("e", "{name: there, items: [{key: none, path: p}], optional: true}", true),
    ] {
        let container = format!("{{name: c, image: busybox, {OBEDIENT}, volumeMounts: [{{name: v, mountPath: /v}}]}}");
        w.pod(
            name,
            &format!("{{containers: [{container}], imagePullSecrets: [{{name: secret}}], volumes: [{{name: v, configMap: {source}}}]}}"),
        );
        w.run(5);
        assert_eq!(w.get(name).at(&["status", "phase"]).str() == "Running", runs, "{source}: {:?}", w.events(name));
        let missed = told(&w, name, "Unable to retrieve some image pull secrets (secret); attempting to pull the image may not succeed.");
        assert_eq!(missed > 0, runs, "{source}");
    }
}

#[test]
fn an_image_that_may_not_be_pulled_is_missed() {
    let mut w = World::new();
    w.pod("p", "containers: [{name: c, image: busybox, imagePullPolicy: Never}]");
    w.run(3);
    assert!(w.state("p").contains("ErrImageNeverPull"), "{}", w.state("p"));
}

#[test]
fn statuses_of_containers_are_sorted_by_name_but_init_containers_are_not() {
    let mut w = World::new();
    let list = |names: [&str; 3], run: &str| names.map(|name| format!("{{name: {name}, image: busybox, command: [{run}]}}")).join(", ");
    w.pod(
        "p",
        &format!("{{initContainers: [{}], containers: [{}]}}", list(["x2", "x3", "x1"], "'true'"), list(["b", "c", "a"], "sleep, '1000'")),
    );
    w.run(9);
    let names =
        |list: &str| w.get("p").at(&["status", list]).items().iter().map(|s| s.get("name").str().to_owned()).collect::<Vec<_>>().join(" ");
    assert_eq!(["initContainerStatuses", "containerStatuses"].map(names), ["x2 x3 x1", "a b c"]);
}

/// A small node.
fn small_node() -> World {
    let mut w = World { api: ApiServer::new(1), kubelets: Kubelets::new(1, false), now: Time::ZERO, seen: 0 };
    let capacity = obj!({"cpu": "4", "memory": "1Gi", "pods": "110", "ephemeral-storage": "1Gi"});
    w.create("Node", "", obj!({"metadata": {"name": "node1"}, "status": {"capacity": capacity}}));
    w.run(1);
    w
}

/// What a small node's condition says.
fn pressure(w: &World, kind: &str) -> String {
    w.api.peek(kinds::NODE, "", "node1").expect("is there").condition(kind).to_owned()
}

/// A node with little memory, of which each pod uses so much.
fn short_of_memory(pods: &[(&str, &str, i64)], mib: u64) -> World {
    let mut w = small_node();
    for (name, request, priority) in pods {
        w.create("PriorityClass", "", obj!({"metadata": {"name": *name}, "value": *priority}));
        w.pod(name, &format!("{{priorityClassName: {name}, containers: [{{name: c, image: busybox, {OBEDIENT}, resources: {{requests: {{memory: {request}}}}}}}]}}"));
    }
    w.run(5);
    w.kubelets.set_usage(None, Some(mib), None);
    w
}

#[test]
fn those_beyond_their_requests_are_evicted_first_and_then_the_least_important() {
    // Three pods of 330 MiB each leave less than 100 of 1024. One is ended at each look, every ten seconds.
    let first = |pods: &[(&str, &str, i64)]| {
        let mut w = short_of_memory(pods, 330);
        w.run(10);
        let evicted = |name: &&&str| w.get(name).at(&["status", "reason"]).str() == "Evicted";
        let names: Vec<&str> = pods.iter().map(|p| p.0).collect();
        names.iter().filter(evicted).copied().collect::<Vec<_>>().join(" ")
    };
    for (pods, wanted) in [
        ([("a", "340Mi", 0), ("b", "300Mi", 1000), ("c", "340Mi", 5)], "b"),
        ([("a", "10Mi", 7), ("b", "300Mi", 5), ("c", "10Mi", 7)], "b"),
        ([("a", "300Mi", 5), ("b", "200Mi", 5), ("c", "300Mi", 5)], "b"),
        ([("a", "340Mi", 5), ("b", "340Mi", 4), ("c", "340Mi", 5)], "b"),
    ] {
        assert_eq!(first(&pods), wanted, "{pods:?}");
    }
}

#[test]
fn an_eviction_tells_of_what_the_pod_as_a_whole_asked_for_too() {
    let mut w = small_node();
    w.pod("p", &format!("{{resources: {{requests: {{memory: 100Mi}}}}, containers: [{{name: c, image: busybox, {OBEDIENT}}}]}}"));
    w.run(5);
    w.kubelets.set_usage(None, Some(1000), None);
    w.run(10);
    let pod = "Pod p was using 1000Mi, request is 100Mi, has larger consumption of memory. ";
    let container = "Container c was using 1000Mi, request is 0, has larger consumption of memory. ";
    assert_eq!(told(&w, "p", &format!("{pod}{container}")), 1, "{:?}", w.events("p"));
}

#[test]
fn memory_stays_short_for_five_minutes_and_only_some_pods_are_taken_meanwhile() {
    let mut w = short_of_memory(&[("a", "10Mi", 0), ("b", "10Mi", 0)], 480);
    w.run(10);
    assert_eq!(pressure(&w, "MemoryPressure"), "True");
    w.kubelets.set_usage(None, Some(1), None);
    let sleeper = format!("containers: [{{name: c, image: busybox, {OBEDIENT}}}]");
    for (name, spec) in [
        ("best-effort", format!("{{{sleeper}}}")),
        ("burstable", format!("{{{}}}", sleeper.replace("image:", "resources: {requests: {cpu: 1m}}, image:"))),
        ("critical", format!("{{priorityClassName: system-node-critical, {sleeper}}}")),
        ("tolerant", format!("{{tolerations: [{{key: node.kubernetes.io/memory-pressure, operator: Exists}}], {sleeper}}}")),
    ] {
        w.pod(name, &spec);
    }
    w.run(5);
    let phases = ["best-effort", "burstable", "critical", "tolerant"].map(|name| w.get(name).at(&["status", "phase"]).str().to_owned());
    assert_eq!(phases, ["Failed", "Running", "Running", "Running"]);
    w.run(280);
    assert_eq!(pressure(&w, "MemoryPressure"), "True");
    w.run(20);
    assert_eq!(pressure(&w, "MemoryPressure"), "False");
}

#[test]
fn a_full_disk_costs_the_pod_that_wrote_most_beyond_its_request_and_keeps_others_away() {
    let mut w = small_node();
    let writes = |mib: u32, at: &str| format!("command: [sh, -c, 'truncate -s {mib}M {at}; sleep 10000']");
    w.pod("volume", &format!(
        "{{containers: [{{name: c, image: busybox, {}, resources: {{requests: {{ephemeral-storage: 600Mi}}}}, volumeMounts: [{{name: v, mountPath: /v}}]}}], volumes: [{{name: v, emptyDir: {{}}}}]}}",
        writes(500, "/v/x")
    ));
    // What is in memory takes no disk.
    w.pod("memory", &format!(
        "{{containers: [{{name: c, image: busybox, {}, volumeMounts: [{{name: v, mountPath: /v}}]}}], volumes: [{{name: v, emptyDir: {{medium: Memory}}}}]}}",
        writes(400, "/v/x")
    ));
    w.pod("own", &format!("containers: [{{name: c, image: busybox, {}}}]", writes(330, "/x")));
    w.run(10);
    assert_eq!(pressure(&w, "DiskPressure"), "False");
    w.pod("more", &format!("containers: [{{name: c, image: busybox, {}}}]", writes(60, "/x")));
    w.run(16);
    assert_eq!(pressure(&w, "DiskPressure"), "True");
    let reasons = ["volume", "memory", "own", "more"].map(|name| w.get(name).at(&["status", "reason"]).str().to_owned());
    assert_eq!(reasons, ["", "", "Evicted", ""]);
    let message = w.get("own").at(&["status", "message"]).str().to_owned();
    let low = "The node was low on resource: ephemeral-storage. Threshold quantity: 161061280, available: ";
    assert!(message.starts_with(low) && message.ends_with("was using 330Mi, request is 0, has larger consumption of ephemeral-storage. "));
    w.pod("late", "containers: [{name: c, image: busybox, resources: {requests: {cpu: 1m}}}]");
    w.run(2);
    let late = w.get("late").at(&["status", "message"]).str().to_owned();
    assert_eq!(late, "Pod was rejected: The node had condition: [DiskPressure]. ");
    w.run(310);
    assert_eq!(pressure(&w, "DiskPressure"), "False");
}

/// Asks for other resources for a pod's container.
fn resize(w: &mut World, name: &str, requests: Value, limits: Value) {
    let (by, mut pod) = (w.by(), w.get(name));
    let container = &mut pod.at_mut(&["spec", "containers"]).list_mut()[0];
    container.set(&["resources"], obj!({"requests": requests, "limits": limits}));
    w.api.update(&by, kinds::POD, pod, Subresource::Resize, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn of_pods_that_wait_for_room_the_most_important_is_resized_first() {
    let mut w = World::new();
    let mut asked = Vec::new();
    // They are the same but for their priority, in both orders.
    for (name, priority) in [("a", 1), ("b", 9), ("c", 1)] {
        w.create("PriorityClass", "", obj!({"metadata": {"name": name}, "value": priority}));
        w.pod(name, &format!("{{priorityClassName: {name}, containers: [{{name: c, image: busybox, {OBEDIENT}, resources: {{requests: {{cpu: '1'}}}}}}]}}"));
        asked.push(name);
    }
    w.pod("big", &format!("containers: [{{name: c, image: busybox, {OBEDIENT}, resources: {{requests: {{cpu: '1'}}}}}}]"));
    w.run(5);
    for name in asked {
        resize(&mut w, name, obj!({"cpu": "2"}), Value::Null);
    }
    w.run(5);
    // What is still in the way is said once.
    w.create("ConfigMap", "default", obj!({"metadata": {"name": "other"}}));
    w.run(60);
    assert_eq!(["a", "b", "c"].map(|name| told(&w, name, "Pod resize OutOfcpu")), [1; 3]);
    w.delete("big");
    w.run(5);
    let has =
        |name: &str| w.get(name).at(&["status", "containerStatuses"]).items()[0].at(&["resources", "requests", "cpu"]).str().to_owned();
    assert_eq!(["a", "b", "c"].map(has), ["1", "2", "1"]);
}

#[test]
fn a_memory_limit_does_not_go_below_what_is_used() {
    let mut w = World::new();
    w.pod(
        "p",
        &format!(
            "containers: [{{name: c, image: busybox, {OBEDIENT}, resources: {{requests: {{memory: 1Mi}}, limits: {{memory: 64Mi}}}}}}]"
        ),
    );
    w.run(5);
    resize(&mut w, "p", obj!({"memory": "1Ki"}), obj!({"memory": "1Ki"}));
    w.run(5);
    assert_eq!(
        told(&w, "p", "cannot decrease memory limits: [attempting to set pod memory limit (1024) below current usage"),
        1,
        "{:?}",
        w.events("p")
    );
}

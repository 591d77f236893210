//! What the kubelet tells of ends, of pods that it does not take, and pods of themselves.

use super::scenarios::{DEAF, told};
use super::tests::World;
use crate::api::{Object, Value, kinds};
use crate::base::Time;
use crate::obj;
use crate::server::{DeleteOptions, NodeApi, Subresource, WriteOptions};

#[test]
fn a_second_delete_does_not_hurry_the_end() {
    let mut w = World::new();
    w.pod("p", &format!("containers: [{{name: c, image: busybox, {DEAF}}}]"));
    w.run(5);
    w.delete("p");
    w.run(3);
    let by = w.by();
    let options = DeleteOptions { grace_period_s: Some(5), ..DeleteOptions::default() };
    w.api.delete(&by, kinds::POD, "default", "p", &options).expect("is there");
    w.run(20);
    assert!(w.get("p").is_terminating());
    w.run(9);
    assert!(w.get("p").is_null());
    assert_eq!(told(&w, "p", "Stopping container c"), 1, "{:?}", w.events("p"));
}

#[test]
fn containers_share_what_may_be_said_at_the_end() {
    for (count, bytes) in [(1, 4096), (3, 4096), (4, 3072), (5, 2457)] {
        let mut w = World::new();
        let container = |i: usize| {
            format!("{{name: c{i}, image: busybox, command: [sh, -c, 'head -c 5000 /dev/zero | tr \"\\0\" x > /dev/termination-log']}}")
        };
        let all: Vec<String> = (0..count).map(container).collect();
        w.pod("p", &format!("{{restartPolicy: Never, containers: [{}]}}", all.join(", ")));
        w.run(12);
        let pod = w.get("p");
        let said = pod.at(&["status", "containerStatuses"]).items().iter().map(|s| s.at(&["state", "terminated", "message"]).str().len());
        assert_eq!(said.collect::<Vec<_>>(), vec![bytes; count]);
    }
}

#[test]
fn a_pod_that_is_not_taken_keeps_only_the_conditions_of_others() {
    let mut w = World::new();
    let spec = obj!({"os": {"name": "windows"}, "containers": vec![obj!({"name": "c", "image": "busybox"})]});
    w.create("Pod", "default", obj!({"metadata": {"name": "p"}, "spec": spec}));
    let (by, mut pod) = (w.by(), w.get("p"));
    pod.set(&["status", "conditions"], vec![obj!({"type": "x.io/fit", "status": "True"})]);
    w.api.update(&by, kinds::POD, pod, Subresource::Status, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    w.api.bind(&by, "default", "p", "node1").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(w.get("p").condition("PodScheduled"), "True");
    w.run(2);
    let pod = w.get("p");
    assert_eq!(pod.at(&["status", "phase"]).str(), "Failed");
    let left: Vec<&str> = pod.at(&["status", "conditions"]).items().iter().map(|c| c.get("type").str()).collect();
    assert_eq!(left, ["x.io/fit"]);
}

#[test]
fn the_downward_api_tells_the_kubelets_annotations_and_the_pods_limits() {
    let mut w = World::new();
    let env = "[{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.annotations['kubernetes.io/config.source']\"}}}, {name: M, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}, {name: C, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]";
    let volume = "{name: v, downwardAPI: {items: [{path: a, fieldRef: {fieldPath: metadata.annotations}}]}}";
    w.pod("p", &format!("{{restartPolicy: Never, resources: {{limits: {{memory: 128Mi}}}}, volumes: [{volume}], containers: [{{name: c, image: busybox, command: [sh, -c, 'echo $A $M $C; cut -d= -f1 /v/a'], env: {env}, volumeMounts: [{{name: v, mountPath: /v}}]}}]}}"));
    w.run(5);
    assert_eq!(w.logs("p"), "api 128 4\nkubernetes.io/config.seen\nkubernetes.io/config.source\n");
}

#[test]
fn what_has_ended_is_not_found_in_the_words_of_what_is_asked() {
    let mut w = World::new();
    let ended = "initContainers: [{name: i, image: busybox, command: ['true']}]";
    w.pod("p", &format!("{{{ended}, containers: [{{name: c, image: busybox, {DEAF}}}]}}"));
    w.run(6);
    let now = w.now;
    let attach = w.kubelets.attach("default", "p", "i").expect_err("has ended");
    assert_eq!(attach.message, "unable to upgrade connection: container i not found in pod p_default");
    let exec = w.kubelets.exec(now, "default", "p", "i", &["ls".to_owned()], false, false).expect_err("has ended");
    assert_eq!(exec.message, "unable to upgrade connection: container not found (\"i\")");
}

#[test]
fn the_sandbox_goes_with_the_last_sidecar() {
    let mut w = World::new();
    let sidecar =
        "initContainers: [{name: s, image: busybox, restartPolicy: Always, command: [sh, -c, \"trap 'exit 0' TERM; sleep 1000 & wait\"]}]";
    w.pod("p", &format!("{{restartPolicy: Never, {sidecar}, containers: [{{name: c, image: busybox, command: [sleep, '2']}}]}}"));
    w.run(10);
    let versions = w.api.store().changes_after(0).expect("kept").filter(|v| v.key.name == "p" && v.key.kind == kinds::POD);
    let seen = |v: &Value| format!("{} {}", v.at(&["status", "phase"]).str(), v.condition("PodReadyToStartContainers"));
    let mut told: Vec<String> = versions.map(|v| seen(&v.value)).collect();
    told.dedup();
    assert_eq!(told, ["Pending ", "Pending False", "Pending True", "Running True", "Running False", "Succeeded False"]);
}

#[test]
fn a_kubelet_that_starts_says_so_and_what_has_turned() {
    let mut w = World::new();
    w.stop();
    w.run(50);
    // As the node controller has it by then.
    let (by, mut node) = (w.by(), w.api.peek(kinds::NODE, "", "node1").cloned().unwrap_or_default());
    for condition in node.at_mut(&["status", "conditions"]).list_mut() {
        condition.set(&["status"], "Unknown");
    }
    w.api.update(&by, kinds::NODE, node, Subresource::Status, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    let before = w.events("node1").len();
    w.start();
    w.run(5);
    let status = |word: &str, count: u32| format!("{word} x{count} Node node1 status is now: {word}");
    let well = ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"];
    let told = w.events("node1");
    for wanted in well.map(|word| status(word, 3)) {
        assert!(told.contains(&wanted), "{wanted} {told:?}");
    }
    let rest = [
        "Starting x1 Starting kubelet.".to_owned(),
        "NodeAllocatableEnforced x1 Updated Node Allocatable limit across pods".to_owned(),
        status("NodeReady", 1),
    ];
    assert_eq!(told[before..], rest);
}

#[test]
fn what_a_probe_found_in_a_row_counts_on_in_the_next_container() {
    let mut w = World::new();
    let probe = "livenessProbe: {exec: {command: ['false']}, periodSeconds: 1, failureThreshold: 3}";
    w.pod("p", &format!("containers: [{{name: c, image: busybox, command: [sleep, '2'], {probe}}}]"));
    w.run(6);
    assert_eq!(told(&w, "p", "Container c failed liveness probe, will be restarted"), 1, "{:?}", w.events("p"));
    assert_eq!(told(&w, "p", "Liveness probe failed"), 3, "{:?}", w.events("p"));
}

#[test]
fn the_initial_delay_counts_from_the_whole_second_of_the_start() {
    let mut w = World::new();
    let pod = |name: &str| {
        format!(
            "containers: [{{name: {name}, image: 'busybox:1.36', {DEAF}, livenessProbe: {{exec: {{command: ['false']}}, initialDelaySeconds: 5, periodSeconds: 5}}}}]"
        )
    };
    w.pod("pulls", &pod("c"));
    w.run_until(Time::from_millis(10_200));
    w.pod("p", &pod("c"));
    w.run_until(Time::from_millis(15_600));
    assert_eq!(told(&w, "p", "Liveness probe failed"), 1, "{:?}", w.events("p"));
}

#[test]
fn what_was_initialized_stays_so_while_a_sidecar_starts_anew() {
    let mut w = World::new();
    let sidecar = "initContainers: [{name: s, image: busybox, restartPolicy: Always, command: [sleep, '3']}]";
    w.pod("p", &format!("{{{sidecar}, containers: [{{name: c, image: 'example.com/nosuch:1'}}]}}"));
    w.run(30);
    let versions = w.api.store().changes_after(0).expect("kept").filter(|v| v.key.name == "p" && v.key.kind == kinds::POD);
    let mut told: Vec<String> = versions.map(|v| v.value.condition("Initialized").to_owned()).collect();
    told.dedup();
    assert_eq!(told, ["", "False", "True"]);
}

#[test]
fn a_node_tells_which_images_have_come() {
    let mut w = World::new();
    w.pod("p", &format!("containers: [{{name: a, image: busybox, {DEAF}}}, {{name: b, image: 'busybox:1.36', {DEAF}}}]"));
    w.pod("q", &format!("containers: [{{name: c, image: docker.io/library/busybox, {DEAF}}}]"));
    let told = |w: &World| {
        let images = w.api.peek(kinds::NODE, "", "node1").cloned().unwrap_or_default().at(&["status", "images"]).clone();
        images.items().iter().map(|i| format!("{} {}", i.get("names").to_json(), i.get("sizeBytes"))).collect::<Vec<_>>()
    };
    w.run(5);
    assert_eq!(told(&w), [""; 0]);
    w.run(10);
    assert_eq!(told(&w), ["[\"busybox:latest\"] 4270000", "[\"busybox:1.36\"] 4270000"]);
}

#[test]
fn an_image_that_cannot_be_had_is_asked_for_once_for_all_containers() {
    let mut w = World::new();
    let image = "image: 'example.com/nosuch:1'";
    w.pod("p", &format!("containers: [{{name: a, {image}}}, {{name: b, {image}}}]"));
    w.run(5);
    assert_eq!(told(&w, "p", "Failed to pull image"), 1, "{:?}", w.events("p"));
    let pod = w.get("p");
    let of = |at: usize| pod.at(&["status", "containerStatuses"]).items()[at].at(&["state", "waiting"]).clone();
    assert_eq!([of(0), of(1)].map(|s| s.get("reason").str().to_owned()), ["ErrImagePull", "ImagePullBackOff"]);
    let why = of(0).get("message").str().to_owned();
    assert_eq!(of(1).get("message").str(), format!("Back-off pulling image \"example.com/nosuch:1\": ErrImagePull: {why}"));
}

#[test]
fn a_hook_over_https_falls_back_to_http() {
    let mut w = World::new();
    let hook = |scheme: &str| format!("lifecycle: {{postStart: {{httpGet: {{port: 80, path: /none, scheme: {scheme}}}}}}}");
    for (name, scheme) in [("http", "HTTP"), ("https", "HTTPS")] {
        w.pod(name, &format!("containers: [{{name: c, image: nginx, {}}}]", hook(scheme)));
    }
    w.run(8);
    let ip = w.get("https").at(&["status", "podIP"]).str().to_owned();
    let text = format!("request to HTTPS lifecycle hook {ip}:80 got HTTP response, retry with HTTP succeeded");
    assert_eq!([told(&w, "https", &text), told(&w, "http", "lifecycle hook")], [1, 0], "{:?}", w.events("https"));
    assert_eq!(w.get("https").condition("Ready"), "True");
}

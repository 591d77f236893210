//! Whole clusters: how many CPU seconds the common loads take. Run with `cargo bench --bench cluster`,
//! one of them with `cargo bench --bench cluster rollout`.

mod common;

use common::{timed, wanted};
use kubarium::api::{Object, Value, kinds};
use kubarium::base::{Duration, Time};
use kubarium::obj;
use kubarium::sim::{Session, Sim, TimedInput};

fn nodes(count: usize) -> Vec<Value> {
    let size = obj!({"cpu": "32", "memory": "64Gi", "pods": "250"});
    (0..count)
        .map(|i| obj!({"metadata": {"name": format!("node{i}")}, "status": {"capacity": size.clone(), "allocatable": size.clone()}}))
        .collect()
}

fn controller(replicas: usize, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ReplicationController\nmetadata: {{name: web}}\nspec:\n  replicas: {replicas}\n  selector: {{app: web}}\n  template:\n    \
         metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n      - {container}\n"
    )
}

fn start(node_count: usize, manifest: String) -> Sim {
    let apply = TimedInput { cmd: Some("kubectl create -f -".to_owned()), stdin: Some(manifest), ..TimedInput::default() };
    Sim::new(Session { seed: 1, nodes: Some(nodes(node_count)), inputs: vec![apply], ..Session::default() })
}

fn ready(sim: &Sim) -> usize {
    sim.api().iter(kinds::POD, None).filter(|p| p.condition("Ready") == "True").count()
}

const SCENARIOS: [(&str, fn()); 5] = [
    ("replicas", replicas),
    ("probes", probes),
    ("rollout", rollout_of_500),
    ("service", rollout_behind_a_service),
    ("scaling", hour_of_scaling),
];

fn main() {
    for (_, run) in SCENARIOS.iter().filter(|(name, _)| wanted(name)) {
        run();
    }
}

fn replicas() {
    let (sim, seconds) = timed(|| {
        let mut sim = start(10, controller(1000, "{name: c, image: registry.k8s.io/pause:3.9}"));
        while ready(&sim) < 1000 && sim.now() < Time::from_secs(600) {
            let next = sim.now() + Duration::from_secs(1);
            while !sim.run(next, u64::MAX).done {}
        }
        sim
    });
    println!(
        "1,000 replicas on 10 nodes: {} ready at {} after {seconds:.3} CPU s (at most 0.5), {} revisions",
        ready(&sim),
        sim.now(),
        sim.api().revision()
    );
}

fn probes() {
    let probes = "{name: c, image: nginx, livenessProbe: {exec: {command: [cat, /etc/hostname]}, periodSeconds: 10}, \
                  readinessProbe: {httpGet: {port: 80}, periodSeconds: 10}}";
    let mut sim = start(3, controller(100, probes));
    while !sim.run(Time::from_secs(60), u64::MAX).done {}
    let before = sim.api().revision();
    let (_, seconds) = timed(|| while !sim.run(Time::from_secs(60 + 3600), u64::MAX).done {});
    println!(
        "100 pods with two probes each, {} ready: {:.0} times real time by CPU time (at least 5,000), {} revisions in the hour",
        ready(&sim),
        3600.0 / seconds,
        sim.api().revision() - before
    );
}

fn rollout_of_500() {
    let page = "{name: c, image: nginx, livenessProbe: {httpGet: {port: 80}}, readinessProbe: {httpGet: {port: 80}, periodSeconds: 5}}";
    let (sim, seconds) = timed(|| rollout(500, page));
    println!(
        "a rollout of 500 pods with HTTP probes: done at {} after {seconds:.3} s (at most 1.5), {} revisions",
        sim.now(),
        sim.api().revision()
    );
}

fn rollout_behind_a_service() {
    let expose = "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}], selector: { app: web }}\n";
    let (sim, seconds) = timed(|| rollout(1000, &format!("{{name: c, image: registry.k8s.io/pause:3.9}}\n{expose}")));
    println!("a rollout of 1,000 pods behind a Service: done at {} after {seconds:.3} s, {} revisions", sim.now(), sim.api().revision());
}

fn hour_of_scaling() {
    let (sim, seconds) = timed(|| scaling(Duration::from_secs(3600)));
    println!("an hour of load on an autoscaled controller: {} replicas after {seconds:.3} s (at most 2)", ready(&sim) - 1);
}

/// A Deployment of this size, then another image, until all pods have it.
fn rollout(replicas: usize, container: &str) -> Sim {
    let deployment = controller(replicas, container)
        .replace("apiVersion: v1\nkind: ReplicationController", "apiVersion: apps/v1\nkind: Deployment")
        .replace("selector: {app: web}", "selector: {matchLabels: {app: web}}");
    let mut sim = start(10, deployment);
    while ready(&sim) < replicas && sim.now() < Time::from_secs(600) {
        let next = sim.now() + Duration::from_secs(1);
        while !sim.run(next, u64::MAX).done {}
    }
    let commands = "kubectl set image deployment/web c=nginx:2 && kubectl rollout status deployment/web";
    sim.input(TimedInput { cmd: Some(commands.to_owned()), ..TimedInput::default() });
    while sim.is_busy() && sim.now() < Time::from_secs(3600) && sim.step_once() {}
    sim
}

/// The book's lesson on scaling: one client asks without a pause, and an autoscaler keeps the CPU use at half of what is requested.
fn scaling(time: Duration) -> Sim {
    let file = |name: &str| {
        let path = format!("{}/static/examples/book/{name}", env!("CARGO_MANIFEST_DIR"));
        (name.to_owned(), std::fs::read_to_string(path).expect("the book's manifests are examples"))
    };
    let names = ["php-apache-rc.yaml", "php-apache-svc.yaml", "hpa-php-apache.yaml", "busybox-pod.yaml"];
    let commands = "for f in php-* hpa-* busybox-*; do kubectl create -f $f; done; sleep 10; \
                    kubectl exec busybox -- sh -c 'while true; do wget -q -O- http://php-apache > /dev/null; done'";
    let mut sim = Sim::new(Session {
        seed: 1,
        metrics: Some(true),
        files: names.map(file).into(),
        inputs: vec![TimedInput { cmd: Some(commands.to_owned()), ..TimedInput::default() }],
        ..Session::default()
    });
    while !sim.run(Time::ZERO + time, u64::MAX).done {}
    sim
}

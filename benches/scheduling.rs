//! How many pods a second the scheduler places: 5,000 onto 1,000 nodes, from the news of a pod to its binding.
//! Run with `cargo bench --bench scheduling`, one variant with `cargo bench --bench scheduling plain`.

mod common;

use common::{timed, wanted};
use kubarium::api::{Value, kinds};
use kubarium::base::Time;
use kubarium::obj;
use kubarium::scheduler::{Configuration, Scheduler};
use kubarium::server::{ApiServer, Caller, Change, Component, WriteOptions};

const NODES: usize = 1_000;
const PODS: usize = 5_000;

/// Delivers what changed since `revision` to the scheduler.
fn deliver(api: &ApiServer, scheduler: &mut Scheduler, revision: &mut u64, now: Time) {
    let versions: Vec<_> = api.store().changes_after(*revision).expect("nothing is compacted here").cloned().collect();
    for v in versions {
        *revision = v.revision;
        if scheduler.watches(v.key.kind) {
            let old = api.store().version(v.previous).map(|p| p.value.clone());
            scheduler.on_change(api, now, &Change { key: v.key, change: v.change, old, object: v.value, revision: v.revision });
        }
    }
}

fn pod(i: usize, kind: &str) -> Value {
    let mut pod = obj!({
        "metadata": {"name": format!("p{i}"), "namespace": "default", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "image": "nginx:1", "resources": {"requests": {"cpu": "100m", "memory": "100Mi"}}}]}
    });
    match kind {
        "spread" => pod.set(
            &["spec", "topologySpreadConstraints"],
            obj!([{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": "web"}}}]),
        ),
        "anti-affinity" => pod.set(
            &["spec", "affinity"],
            obj!({"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 10, "podAffinityTerm":
                {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}}]}}),
        ),
        _ => {}
    }
    pod
}

fn run(kind: &str) {
    let mut api = ApiServer::new(1);
    let mut scheduler = Scheduler::new(1, Configuration::default());
    let mut revision = 0;
    let mut now = Time::from_secs(1);
    let by = Caller::new(now, "bench");
    for i in 0..NODES {
        let (name, zone) = (format!("node{i}"), format!("zone-{}", i % 3));
        let node = obj!({
            "metadata": {"name": &*name, "labels": {"kubernetes.io/hostname": &*name, "topology.kubernetes.io/zone": &*zone}},
            "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}, "conditions": [{"type": "Ready", "status": "True"}]}
        });
        api.create(&by, kinds::NODE, "", node, &WriteOptions::default()).expect("a node");
    }
    // Taints of nodes that are not yet ready are a controller's business.
    let names: Vec<String> = (0..NODES).map(|i| format!("node{i}")).collect();
    for name in names {
        let mut node = api.get(kinds::NODE, "", &name).expect("created above");
        node.remove(&["spec", "taints"]);
        api.update(&by, kinds::NODE, node, Default::default(), &WriteOptions::default()).expect("a node");
    }
    if kind == "service" {
        // Pods of a Service are spread over hosts and zones by default.
        let service = obj!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
        api.create(&by, kinds::SERVICE, "default", service, &WriteOptions::default()).expect("a service");
    }
    for i in 0..PODS {
        api.create(&by, kinds::POD, "default", pod(i, kind), &WriteOptions::default()).expect("a pod");
    }
    let ((), delivered) = timed(|| deliver(&api, &mut scheduler, &mut revision, now));
    let ((), scheduled) = timed(|| {
        while let Some(at) = scheduler.next_wake().filter(|at| *at < Time::from_secs(60)) {
            now = now.max(at);
            scheduler.wake(&mut api, now);
            deliver(&api, &mut scheduler, &mut revision, now);
        }
    });
    let took = delivered + scheduled;
    let placed = api.iter(kinds::POD, None).filter(|p| !p.at(&["spec", "nodeName"]).is_empty()).count();
    let rate = placed as f64 / took;
    println!(
        "{kind:14} {placed} pods onto {NODES} nodes in {took:.3} CPU s ({delivered:.3} s of it for the first news): {rate:.0} pods/s (at least 20,000)"
    );
}

fn main() {
    for kind in ["plain", "service", "spread", "anti-affinity"].into_iter().filter(|k| wanted(k)) {
        run(kind);
    }
}

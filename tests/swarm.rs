//! Random small clusters under random commands and faults, with invariants looked at all the way and at the end.
//!
//! A failure names its seed; `KUBARIUM_SWARM_SEED=N` runs that one alone, `KUBARIUM_SWARM_RUNS=N` more of them.

use std::collections::{BTreeMap, BTreeSet};

use kubarium::api::{KINDS, Kind, Object, Quantity, Value};
use kubarium::base::{Duration, RandomStream, Time};
use kubarium::obj;
use kubarium::server::ApiServer;
use kubarium::sim::{Session, Sim, TimedInput};

const RUNS: u64 = 12;
const STEPS: usize = 40;

#[test]
fn random_clusters_keep_their_promises() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let seeds: Vec<u64> = match number("KUBARIUM_SWARM_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("KUBARIUM_SWARM_RUNS").unwrap_or(RUNS)).collect(),
    };
    for seed in seeds {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "seed {seed}: run it alone with KUBARIUM_SWARM_SEED={seed}");
    }
}

fn run(seed: u64) {
    let mut rng = RandomStream::new(seed, "swarm");
    let nodes: Vec<Value> = (0..1 + rng.below(4))
        .map(|i| {
            let cpu = ["1", "2", "500m"][rng.below(3) as usize];
            let size = obj!({"cpu": cpu, "memory": "2Gi", "pods": "12"});
            obj!({"metadata": {"name": format!("n{i}"), "labels": {"disk": (["ssd", "hdd"][rng.below(2) as usize])}},
                "status": {"capacity": size.clone(), "allocatable": size}})
        })
        .collect();
    let count = nodes.len() as u64;
    let mut sim = Sim::new(Session { seed, nodes: Some(nodes), ..Session::default() });
    let mut now = Time::ZERO;
    for _ in 0..STEPS {
        sim.input(TimedInput { cmd: Some(command(&mut rng, count)), ..TimedInput::default() });
        now += Duration::from_millis(rng.below(20_000));
        while !sim.run(now, 10_000).done {}
        check(sim.api());
    }
    for node in 0..count {
        sim.input(TimedInput {
            cmd: Some(format!("kubectl uncordon n{node}; kubectl taint node n{node} swarm-")),
            ..TimedInput::default()
        });
    }
    while !sim.run(now + Duration::from_secs(3600), 100_000).done {}
    check(sim.api());
    check_quiet(&mut sim);
}

fn command(rng: &mut RandomStream, nodes: u64) -> String {
    let name = format!("w{}", rng.below(4));
    let node = format!("n{}", rng.below(nodes));
    let cpu = ["50m", "100m", "400m"][rng.below(3) as usize];
    let image = ["busybox", "nginx", "example.com/missing:1"][rng.below(20).saturating_sub(17) as usize];
    let script = ["sleep 3600", "sleep 5; exit 1", "sleep 20", "trap exit TERM; sleep 999 & wait"][rng.below(4) as usize];
    match rng.below(14) {
        0..=3 => format!(
            "kubectl apply -f - <<'E'\napiVersion: v1\nkind: ReplicationController\nmetadata: {{name: {name}}}\nspec:\n  replicas: {}\n  \
             selector: {{app: {name}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      terminationGracePeriodSeconds: {}\n      \
             containers:\n      - {{name: c, image: {image}, command: [sh, -c, '{script}'], resources: {{requests: {{cpu: {cpu}}}}}}}\nE",
            rng.below(6),
            rng.below(12),
        ),
        4 => format!("kubectl scale rc {name} --replicas={}", rng.below(8)),
        5 => format!("kubectl delete rc {name} --wait=false --cascade={}", ["background", "foreground", "orphan"][rng.below(3) as usize]),
        6 => format!("kubectl delete pods -l app={name} --wait=false"),
        7 => format!("kubectl cordon {node}"),
        8 => format!("kubectl uncordon {node}"),
        9 => format!("kubectl taint node {node} swarm=1:{} --overwrite", ["NoSchedule", "NoExecute"][rng.below(2) as usize]),
        10 => format!("kubectl taint node {node} swarm-"),
        11 => format!("kubectl label pods -l app={name} app=other --overwrite"),
        12 => format!("kubectl create deployment d{name} --image=busybox --replicas={} -- sleep 600", rng.below(4)),
        _ => format!("kubectl delete deployment d{name} --wait=false"),
    }
}

/// What holds at every moment.
fn check(api: &ApiServer) {
    let pods: Vec<&Value> = api.iter(Kind::named("Pod"), None).collect();
    let ended = |p: &Value| matches!(p.at(&["status", "phase"]).str(), "Succeeded" | "Failed");
    let mut on_node: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for pod in pods.iter().filter(|p| !p.at(&["spec", "nodeName"]).str().is_empty()) {
        if !ended(pod) {
            let slot = on_node.entry(pod.at(&["spec", "nodeName"]).str()).or_default();
            slot.0 += 1;
            for container in pod.at(&["spec", "containers"]).items() {
                slot.1 += Quantity::of(container.at(&["resources", "requests", "cpu"])).milli_value();
            }
        }
    }
    for node in api.iter(Kind::named("Node"), None) {
        let (count, cpu) = on_node.get(node.name()).copied().unwrap_or_default();
        let room = |what: &str| Quantity::of(node.at(&["status", "allocatable", what]));
        assert!(count <= room("pods").value(), "{} has {count} pods", node.name());
        assert!(cpu <= room("cpu").milli_value(), "{} has {cpu}m of CPU requested", node.name());
        let indexed: BTreeSet<&str> = api.pods_on(node.name()).map(Object::uid).collect();
        let scanned: BTreeSet<&str> = pods.iter().filter(|p| p.at(&["spec", "nodeName"]).str() == node.name()).map(|p| p.uid()).collect();
        assert_eq!(indexed, scanned, "the index of pods by node");
    }
    let mut names = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    for pod in &pods {
        assert!(names.insert((pod.namespace(), pod.name())), "one pod of a name");
        let address = pod.at(&["status", "podIP"]).str();
        assert!(address.is_empty() || ended(pod) || addresses.insert(address), "one pod of an address: {address}");
        for status in pod.at(&["status", "containerStatuses"]).items() {
            let states = status.get("state").entries().count();
            assert!(states <= 1, "a container is in one state: {status}");
        }
    }
    for object in KINDS.iter().flat_map(|k| api.iter(k, None)) {
        let controllers = object.at(&["metadata", "ownerReferences"]).items().iter().filter(|r| r.get("controller").is_true()).count();
        assert!(controllers <= 1, "{} {} has one controller", object.kind(), object.name());
    }
}

/// What holds once nothing changes any more.
fn check_quiet(sim: &mut Sim) {
    let api = sim.api();
    let uids: BTreeSet<&str> = KINDS.iter().flat_map(|k| api.iter(k, None)).map(Object::uid).collect();
    for object in KINDS.iter().flat_map(|k| api.iter(k, None)) {
        for owner in object.at(&["metadata", "ownerReferences"]).items() {
            assert!(
                uids.contains(owner.get("uid").str()),
                "{} {} outlived its owner {}",
                object.kind(),
                object.name(),
                owner.get("name").str()
            );
        }
        assert!(!object.is_terminating(), "{} {} is still terminating", object.kind(), object.name());
    }
    for kind in ["ReplicationController", "ReplicaSet"] {
        for set in api.iter(Kind::named(kind), None) {
            let wanted = set.at(&["spec", "replicas"]).as_int().unwrap_or(1);
            assert_eq!(set.at(&["status", "replicas"]).int(), wanted, "{kind} {}", set.name());
            assert_eq!(set.at(&["status", "observedGeneration"]).int(), set.at(&["metadata", "generation"]).int(), "{kind} {}", set.name());
        }
    }
}

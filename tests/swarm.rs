//! Small random clusters under random commands and faults; invariants are checked after every step and at the end. A second swarm rolls out
//! without faults, so that there is no excuse for a missing pod.
//!
//! A failure names its seed; `KUBARIUM_SWARM_SEED=N` runs that one alone, `KUBARIUM_SWARM_RUNS=N` runs more of them.

use std::collections::{BTreeMap, BTreeSet};

use kubarium::api::{KINDS, Kind, Object, Quantity, Value, kinds};
use kubarium::base::{Duration, RandomStream, Time};
use kubarium::obj;
use kubarium::server::ApiServer;
use kubarium::sim::{ContainerRef, Fault, Session, Sim, Switch, TimedInput};

const RUNS: u64 = 12;
const STEPS: usize = 40;
/// All kinds that a swarm may have created.
const MADE: &str = "deployments,rc,rs,sts,ds,jobs,cronjobs,hpa,pdb,services,pods";

#[test]
fn random_clusters_keep_their_promises() {
    each_seed(run);
}

#[test]
fn rollouts_keep_their_promises() {
    each_seed(roll);
}

/// Plays every seed, and names the one that fails.
fn each_seed(play: impl Fn(u64) + std::panic::RefUnwindSafe) {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let seeds: Vec<u64> = match number("KUBARIUM_SWARM_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("KUBARIUM_SWARM_RUNS").unwrap_or(RUNS)).collect(),
    };
    for seed in seeds {
        let result = std::panic::catch_unwind(|| play(seed));
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
        let input = if rng.below(6) == 0 {
            let fault = fault(&mut rng, sim.api(), count);
            TimedInput { fault: Some(fault), ..TimedInput::default() }
        } else {
            TimedInput { cmd: Some(command(&mut rng, count)), ..TimedInput::default() }
        };
        sim.input(input);
        now += Duration::from_millis(rng.below(20_000));
        while !sim.run(now, 10_000).done {}
        check(sim.api());
    }
    for node in 0..count {
        let back = Fault { node: Some(format!("n{node}")), kubelet: Some(Switch::Start), ..Fault::default() };
        sim.input(TimedInput { fault: Some(back), ..TimedInput::default() });
        sim.input(TimedInput {
            cmd: Some(format!("kubectl uncordon n{node}; kubectl taint node n{node} swarm-")),
            ..TimedInput::default()
        });
    }
    while !sim.run(now + Duration::from_secs(3600), 100_000).done {}
    check(sim.api());
    check_settled(&mut sim);
    // Once all is deleted, nothing is left behind and nothing moves any more.
    sim.input(TimedInput { cmd: Some(format!("kubectl delete {MADE} --all --wait=false")), ..TimedInput::default() });
    pass(&mut sim, Duration::from_secs(900));
    for kind in ["Pod", "ReplicaSet", "Job", "ControllerRevision", "EndpointSlice"] {
        let left: Vec<&str> = sim.api().iter(Kind::named(kind), Some("default")).map(Object::name).filter(|n| *n != "kubernetes").collect();
        assert!(left.is_empty(), "{kind}: {left:?} are left");
    }
    pass(&mut sim, Duration::from_secs(3700));
    assert_eq!(sim.api().iter(kinds::EVENT, None).count(), 0, "events go after an hour");
    let before = sim.api().revision();
    pass(&mut sim, Duration::from_secs(900));
    assert_eq!(sim.api().revision(), before, "nothing moves");
}

fn pass(sim: &mut Sim, time: Duration) {
    let until = sim.now() + time;
    while !sim.run(until, 100_000).done {}
}

/// A node goes dark or comes back, or a container is killed.
fn fault(rng: &mut RandomStream, api: &ApiServer, nodes: u64) -> Fault {
    let pods: Vec<&Value> = api.iter(kinds::POD, None).collect();
    if rng.below(2) == 0 && !pods.is_empty() {
        let pod = pods[rng.below(pods.len() as u64) as usize];
        let container = pod.at(&["spec", "containers"]).items()[0].get("name").str();
        return Fault { kill: Some(ContainerRef::new(pod.namespace(), pod.name(), container)), ..Fault::default() };
    }
    let way = if rng.below(2) == 0 { Switch::Stop } else { Switch::Start };
    Fault { node: Some(format!("n{}", rng.below(nodes))), kubelet: Some(way), ..Fault::default() }
}

/// Rolls out Deployments, DaemonSets and StatefulSets without faults: there are never fewer ready pods than `maxUnavailable` allows, and
/// no more pods are asked for than `maxSurge` allows.
fn roll(seed: u64) {
    let mut rng = RandomStream::new(seed, "rollouts");
    let mut sim = Sim::new(Session { seed, ..Session::default() });
    let (surge, unavailable) = (rng.below(4), rng.below(3));
    let surge = if unavailable == 0 { surge.max(1) } else { surge };
    let mut size = 1 + rng.below(9);
    let daemons = 1 + rng.below(2);
    let delay = rng.below(6);
    let template = |name: &str| {
        format!(
            "selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      \
             terminationGracePeriodSeconds: {}\n      containers:\n      - {{name: c, image: 'busybox:1', command: [sh, -c, 'sleep {delay}; touch /r; sleep 9999'], \
             readinessProbe: {{exec: {{command: [test, -f, /r]}}, periodSeconds: 1}}}}\n",
            1 + delay
        )
    };
    let manifests = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n  replicas: {size}\n  \
         strategy: {{rollingUpdate: {{maxSurge: {surge}, maxUnavailable: {unavailable}}}}}\n  {}---\n\
         apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: e}}\nspec:\n  updateStrategy: {{rollingUpdate: {{maxUnavailable: {daemons}}}}}\n  {}---\n\
         apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: f}}\nspec:\n  replicas: 3\n  serviceName: f\n  {}",
        template("d"),
        template("e"),
        template("f")
    );
    sim.input(TimedInput { cmd: Some("kubectl create -f -".into()), stdin: Some(manifests), ..TimedInput::default() });
    pass(&mut sim, Duration::from_secs(200));
    let count = |sim: &Sim, app: &str, wanted: &dyn Fn(&Value) -> bool| {
        let pods = sim.api().iter(kinds::POD, None).filter(|p| p.label("app") == Some(app) && !p.is_terminating());
        pods.filter(|p| wanted(p)).count() as u64
    };
    let ready = |p: &Value| p.condition("Ready") == "True";
    let asked = |sim: &Sim| -> u64 {
        let sets = sim.api().iter(Kind::named("ReplicaSet"), None).map(|set| set.at(&["spec", "replicas"]).int());
        sets.sum::<i64>().unsigned_abs()
    };
    for round in 0..3 {
        let mut was_over = false;
        let (mut least, mut most) = (size, size);
        let mut commands = format!("kubectl set image deploy/d ds/e sts/f c=busybox:{round}");
        if rng.below(3) == 0 {
            size = 1 + rng.below(9);
            (least, most) = (least.min(size), most.max(size));
            commands = format!("{commands}; kubectl scale deploy/d --replicas={size}");
        }
        sim.input(TimedInput { cmd: Some(commands), ..TimedInput::default() });
        for _ in 0..240 {
            pass(&mut sim, Duration::from_millis(500));
            let (up, all) = (count(&sim, "d", &ready), count(&sim, "d", &|_| true));
            assert!(up + unavailable >= least, "{up} of {size} are ready at {}, {unavailable} may be missing", sim.now().rfc3339());
            assert!(asked(&sim) <= most + surge, "{} for {size} are asked for at {}", asked(&sim), sim.now().rfc3339());
            // The pods of one ReplicaSet may have come before those of another have gone: the Deployment counts what it asked them for.
            let is_over = all > most + surge;
            assert!(!(is_over && was_over), "{all} for {size} are there at {}, {surge} may be too many", sim.now().rfc3339());
            was_over = is_over;
            let (up, all) = (count(&sim, "e", &ready), count(&sim, "e", &|_| true));
            assert!(all <= 3 && up + daemons >= 3, "{up} daemons of 3 are ready at {}, {daemons} may be missing", sim.now().rfc3339());
            let up = count(&sim, "f", &ready);
            assert!(up >= 2, "{up} of the set's 3 are ready at {}", sim.now().rfc3339());
        }
        let image = format!("busybox:{round}");
        for (app, wanted) in [("d", size), ("e", 3), ("f", 3)] {
            let new = |p: &Value| p.at(&["spec", "containers"]).items()[0].get("image").str() == image && ready(p);
            assert_eq!(count(&sim, app, &new), wanted, "{app} is rolled out");
        }
    }
}

fn command(rng: &mut RandomStream, nodes: u64) -> String {
    let name = format!("w{}", rng.below(4));
    let node = format!("n{}", rng.below(nodes));
    let cpu = ["50m", "100m", "400m"][rng.below(3) as usize];
    let image = ["busybox", "nginx", "example.com/missing:1"][rng.below(20).saturating_sub(17) as usize];
    let script = ["sleep 3600", "sleep 5; exit 1", "sleep 20", "trap exit TERM; sleep 999 & wait"][rng.below(4) as usize];
    let number = rng.below(6);
    // At times more pods at once than a controller may ask for.
    let at_once = [3, 24][rng.below(2) as usize];
    let manifest = |kind: &str, spec: String| {
        format!(
            "kubectl apply -f - <<'E'\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{spec}  \
             selector: {{matchLabels: {{app: {kind}-{name}}}}}\n  template:\n    metadata: {{labels: {{app: {kind}-{name}}}}}\n    spec:\n      \
             terminationGracePeriodSeconds: 3\n      containers:\n      - {{name: c, image: {image}, command: [sh, -c, '{script}'], \
             resources: {{requests: {{cpu: {cpu}}}}}}}\nE"
        )
    };
    match rng.below(24) {
        14 => {
            let (policy, replicas) = [("OrderedReady", number), ("Parallel", number * 4)][rng.below(2) as usize];
            manifest("StatefulSet", format!("  replicas: {replicas}\n  serviceName: {name}\n  podManagementPolicy: {policy}\n"))
        }
        15 => manifest("DaemonSet", String::new()),
        16 => manifest("Deployment", format!("  replicas: {number}\n")),
        17 => format!("kubectl set env deploy/{name} sts/{name} ds/{name} ROUND={number}"),
        18 | 19 => format!(
            "kubectl apply -f - <<'E'\napiVersion: batch/v1\nkind: Job\nmetadata: {{name: j{}}}\nspec:\n  completions: {}\n  parallelism: {}\n  \
             backoffLimit{}: {number}\n  template:\n    spec:\n      restartPolicy: Never\n      terminationGracePeriodSeconds: 1\n      \
             containers: [{{name: c, image: busybox, command: [sh, -c, 'sleep {}; exit {}'], resources: {{requests: {{cpu: {cpu}}}}}}}]\nE",
            rng.below(30),
            1 + rng.below(30),
            1 + rng.below(at_once),
            ["", ": 9\n  completionMode: Indexed\n  backoffLimitPerIndex"][rng.below(2) as usize],
            rng.below(20),
            rng.below(4) / 3
        ),
        20 => format!("kubectl create cronjob c{name} --image=busybox --schedule='*/{} * * * *' -- sleep {}", 1 + number, number * 20),
        21 => format!(
            "kubectl expose deploy {name} --port=80 --name={name}; kubectl create pdb {name} --selector=app=Deployment-{name} --min-available=1"
        ),
        22 => format!("kubectl autoscale deploy {name} --min=1 --max=4 --cpu=50%; kubectl delete cronjob c{name} --wait=false"),
        23 => format!(
            "kubectl delete {} {name} --wait=false --cascade={}",
            ["sts", "ds", "deploy"][rng.below(3) as usize],
            ["background", "foreground"][rng.below(2) as usize]
        ),

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

/// Checks what must hold at every moment.
fn check(api: &ApiServer) {
    let pods: Vec<&Value> = api.iter(kinds::POD, None).collect();
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
    for node in api.iter(kinds::NODE, None) {
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
    for job in api.iter(kinds::JOB, None) {
        let (completions, parallelism) = (job.at(&["spec", "completions"]).as_int(), job.at(&["spec", "parallelism"]).int());
        let own = pods.iter().filter(|p| p.controller_ref().get("uid").str() == job.uid());
        let active = own.clone().filter(|p| !ended(p) && !p.is_terminating()).count() as i64;
        assert!(active <= parallelism, "Job {} has {active} pods at work, {parallelism} may be", job.name());
        let done = job.at(&["status", "succeeded"]).int();
        assert!(completions.is_none_or(|c| done <= c), "Job {} counts {done} of {completions:?}", job.name());
        if job.condition("Complete") == "True" {
            assert_eq!(Some(done), completions, "Job {} is complete", job.name());
        }
    }
    for object in KINDS.iter().flat_map(|k| api.iter(k, None)) {
        let controllers = object.at(&["metadata", "ownerReferences"]).items().iter().filter(|r| r.get("controller").is_true()).count();
        assert!(controllers <= 1, "{} {} has one controller", object.kind(), object.name());
    }
}

/// Checks what must hold once everything that was asked for is done.
fn check_settled(sim: &mut Sim) {
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

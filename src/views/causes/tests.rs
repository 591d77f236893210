//! What is told of objects that are not as wanted, in small clusters.

use super::*;
use crate::api::Kind;
use crate::base::{Duration, Time};
use crate::sim::{Fault, Session, Switch, TimedInput};
use crate::views::ClusterViews;

/// What is said of an object after these commands and so many seconds.
fn told(lines: &[&str], seconds: u64, kind: &str, name: &str) -> Vec<String> {
    told_in(Session { seed: 3, ..Session::default() }, lines, seconds, kind, name)
}

fn told_in(session: Session, lines: &[&str], seconds: u64, kind: &str, name: &str) -> Vec<String> {
    let mut sim = Sim::new(session);
    for line in lines {
        sim.input(TimedInput { cmd: Some((*line).to_owned()), ..TimedInput::default() });
    }
    while !sim.run(Time::ZERO + Duration::from_secs(seconds), 4096).done {}
    let view = ClusterViews::default().of_sim(&sim);
    let found = sim.api().iter(Kind::named(kind), None).find(|o| o.name() == name).expect("made by the commands");
    causes(&sim, &view, found).iter().map(|c| format!("{:?}({}) {}", c.what, c.values.join(","), c.term)).collect()
}

/// The same, of each reason no more than its first letters, and where it leads.
fn led(script: &str, seconds: u64, kind: &str, name: &str) -> String {
    let mut sim = Sim::new(Session { seed: 3, metrics: Some(true), ..Session::default() });
    sim.input(TimedInput { cmd: Some(script.to_owned()), ..TimedInput::default() });
    while !sim.run(Time::from_secs(seconds), 4096).done {}
    let view = ClusterViews::default().of_sim(&sim);
    let found = sim.api().iter(Kind::named(kind), None).find(|o| o.name() == name).expect("made by the script");
    let led = |c: &Cause| {
        let leads = c.leads.as_ref().map(|l| format!(" -> {} {}", l[0], l[2])).unwrap_or_default();
        format!("{:?}({}){leads}", c.what, c.values.join(","))
    };
    causes(&sim, &view, found).iter().map(led).collect::<Vec<_>>().join("; ")
}

/// Applies an object of two pods, if it is of pods, that run nginx.
fn apply(kind: &str, name: &str, spec: &str, pod: &str) -> String {
    let group = if kind == "CronJob" { "batch" } else { "apps" };
    let template =
        format!(r#"{{"metadata":{{"labels":{{"app":"{name}"}}}},"spec":{{{pod}"containers":[{{"name":"c","image":"nginx"}}]}}}}"#);
    format!(
        r#"echo '{{"apiVersion":"{group}/v1","kind":"{kind}","metadata":{{"name":"{name}"}},"spec":{{{spec}"selector":{{"matchLabels":{{"app":"{name}"}}}},"template":{template}}}}}' | kubectl apply -f -; "#
    )
}

#[test]
fn each_reason_leads_on_to_its_root() {
    let full = "kubectl create quota q --hard=pods=1; sleep 1; ";
    let set = |spec: &str| apply("StatefulSet", "s", &format!(r#""serviceName":"s","replicas":2,{spec}"#), "");
    let daemon = |spec: &str| apply("DaemonSet", "s", spec, "");
    let web = "kubectl create deployment d --image=nginx; ";
    let expose = |port: &str| format!("{web}kubectl expose deployment d --port=80 --target-port={port}");
    let volume = r#"echo '{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"v"},"spec":{"storageClassName":"manual","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/v"}}}' | kubectl apply -f -; "#;
    let claim = |class: &str, size: &str| {
        format!(
            r#"echo '{{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"c"}},"spec":{{"storageClassName":"{class}","accessModes":["ReadWriteOnce"],"resources":{{"requests":{{"storage":"{size}"}}}}}}}}' | kubectl apply -f -"#
        )
    };
    let deny = r#"echo '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny"},"spec":{"podSelector":{},"policyTypes":["WAY"]}}' | kubectl apply -f -; kubectl run client --image=busybox -- sh -c 'while true; do wget -q -T 3 -O- http://d; sleep 1; done'"#;
    let denied = |way: &str| format!("{}; {}", expose("80"), deny.replace("WAY", way));
    let cron = |image: &str| format!("kubectl create cronjob c --schedule='* * * * *' --image={image}");
    let scale = |name: &str| format!("kubectl autoscale deployment d --name={name} --max=3 --cpu=50%; ");
    let gate = r#"kubectl run p --image=nginx --overrides='{"spec":{"readinessGates":[{"conditionType":"example.com/ok"}]}}'"#;
    let cases = [
        // A Service whose pods are well, and nobody listens where it sends requests to.
        (expose("8080"), 9, "Service", "d", "NoListener(8080)"),
        (expose("http"), 9, "Service", "d", "NoListener(http)"),
        (expose("80"), 9, "Service", "d", ""),
        (format!("{}; kubectl scale deployment d --replicas=0", expose("80")), 60, "Service", "d", "NoPods(app=d) -> Deployment d"),
        (format!("{web}kubectl scale deployment d --replicas=0"), 9, "Deployment", "d", "Zero()"),
        (denied("Ingress"), 40, "Service", "d", "Barred(client,deny) -> NetworkPolicy deny"),
        (denied("Ingress"), 40, "Pod", "client", "Unanswered(d,8) -> Service d"),
        (denied("Egress"), 40, "Pod", "client", "Barred(client,deny) -> NetworkPolicy deny"),
        // What the API server refuses to controllers whose status does not say so.
        (format!("{full}{}", set("")), 20, "StatefulSet", "s", "OverQuota() -> ResourceQuota q; NoService(s); NotReady(1,2)"),
        (format!("{full}{}", daemon("")), 20, "DaemonSet", "s", "OverQuota() -> ResourceQuota q; NotReady(1,3)"),
        (format!("{full}{web}kubectl create job j --image=nginx"), 20, "Job", "j", "OverQuota() -> ResourceQuota q"),
        // What keeps its old pods, as it should or not.
        (
            format!("{}sleep 9; kubectl set image sts/s c=nginx:no-such-tag; sleep 9; kubectl set image sts/s c=nginx:1.27", set("")),
            40,
            "StatefulSet",
            "s",
            "NoService(s); OldStuck(s-1) -> Pod s-1",
        ),
        (
            format!("{}sleep 9; kubectl set image sts/s c=nginx:1.27", set(r#""updateStrategy":{"type":"OnDelete"},"#)),
            30,
            "StatefulSet",
            "s",
            "NoService(s); KeepsOld(2)",
        ),
        (
            format!("{}sleep 9; kubectl set image ds/s c=nginx:1.27", daemon(r#""updateStrategy":{"type":"OnDelete"},"#)),
            30,
            "DaemonSet",
            "s",
            "KeepsOld(3)",
        ),
        // What only waits for another.
        ("kubectl create job j --image=nosuch".to_owned(), 9, "Job", "j", "WaitsFor(j-psckv) -> Pod j-psckv"),
        (cron("nosuch"), 80, "CronJob", "c", "WaitsFor(c-29453761) -> Job c-29453761"),
        (gate.to_owned(), 9, "Pod", "p", "WaitsFor(readinessGates)"),
        (
            format!("{web}{}{}", scale("a"), scale("b")),
            9,
            "HorizontalPodAutoscaler",
            "a",
            "HpaRivals() -> HorizontalPodAutoscaler b",
        ),
        (
            format!("{web}{}{}", scale("a"), scale("b")),
            40,
            "HorizontalPodAutoscaler",
            "a",
            "HpaRivals() -> HorizontalPodAutoscaler b",
        ),
        (
            r#"kubectl create ns n; kubectl create cm c -n n; kubectl patch cm c -n n -p '{"metadata":{"finalizers":["example.com/x"]}}'; kubectl delete ns n --wait=false"#.to_owned(),
            20,
            "Namespace",
            "n",
            "NamespaceEnding() -> ConfigMap c",
        ),
        ("kubectl create ingress i --rule=a.example/=none:80".to_owned(), 2, "Ingress", "i", "NoService(none); Idle()"),
        // Of volumes made by hand each says why it is not the one.
        (format!("{volume}{}", claim("manual", "5Gi")), 9, "PersistentVolumeClaim", "c", "ClaimNoVolume( (v: requested PV is too small))"),
        (format!("{volume}{}", claim("fast", "1Gi")), 9, "PersistentVolumeClaim", "c", "ClaimNoClass(fast)"),
    ];
    let other = |(script, seconds, kind, name, want): (String, u64, &str, &str, &str)| {
        let told = led(&script, seconds, kind, name);
        (told != want).then(|| format!("{kind} {name} after {seconds} s: {told}, not {want}: {script}"))
    };
    let others: Vec<String> = cases.into_iter().filter_map(other).collect();
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn a_rollout_waits_for_a_new_pod_never_for_one_that_goes() {
    let line = "kubectl create deployment d --image=nginx --replicas=3; sleep 9; kubectl set image deployment d nginx=nginx:1.25";
    let told: Vec<String> = (8..18).flat_map(|seconds| told(&[line], seconds, "Deployment", "d")).collect();
    let waits: Vec<&str> = told.iter().filter_map(|t| Some(t.strip_prefix("NewWaits(")?.split_once(") ")?.1)).collect();
    assert!(waits.contains(&"ContainerCreating") && waits.iter().all(|w| !["Terminating", "Completed"].contains(w)), "{waits:?}");
}

#[test]
fn an_autoscaler_without_metrics_asks_for_no_requests() {
    let told = |served: bool, set: &str| {
        let session = Session { seed: 3, metrics: Some(served), ..Session::default() };
        let create = "kubectl create deployment d --image=nginx; kubectl autoscale deployment d --max=3 --cpu=50%";
        let told = told_in(session, &[create, set], 90, "HorizontalPodAutoscaler", "d");
        told.iter().map(|t| t.split_once('(').unwrap_or_default().0.to_owned()).collect::<Vec<_>>()
    };
    let set = "kubectl set resources deployment d --requests=cpu=100m";
    assert_eq!(told(true, ""), ["HpaNoRequest"]);
    assert_eq!(told(false, ""), ["HpaNoMetrics"]);
    assert_eq!(told(false, set), ["HpaNoMetrics"]);
    assert!(!told(true, set).contains(&"HpaNoRequest".to_owned()));
}

#[test]
fn a_new_pod_that_runs_is_not_ready() {
    let line = r#"kubectl create deployment d --image=nginx --replicas=3; sleep 9; kubectl patch deployment d -p '{"spec":{"template":{"spec":{"containers":[{"name":"nginx","readinessProbe":{"exec":{"command":["false"]}}}]}}}}'"#;
    let told = told(&[line], 40, "Deployment", "d");
    assert!(told.iter().any(|t| t.starts_with("NewWaits(") && t.ends_with(" ContainersNotReady")), "{told:?}");
}

#[test]
fn a_node_is_silent_before_the_cluster_notices() {
    let told = |seconds: u64| {
        let fault = Fault { node: Some("node1".into()), kubelet: Some(Switch::Stop), ..Fault::default() };
        let mut sim =
            Sim::new(Session { inputs: vec![TimedInput { t: 5.0, fault: Some(fault), ..TimedInput::default() }], ..Session::default() });
        while !sim.run(Time::from_secs(seconds), 4096).done {}
        let view = ClusterViews::default().of_sim(&sim);
        let node = sim.api().peek(kinds::NODE, "", "node1").expect("there from the start");
        causes(&sim, &view, node).iter().map(|c| format!("{:?}({})", c.what, c.values.join(","))).collect::<Vec<_>>()
    };
    assert_eq!([told(4), told(20), told(70)], [vec![], vec!["NodeUnnoticed(50)".to_owned()], vec!["NodeLost()".to_owned()]]);
}

#[test]
fn every_kind_says_what_is_the_matter() {
    let cases: [(&[&str], u64, &str, &str, &str); 20] = [
        (&["kubectl create service clusterip none --tcp=80"], 2, "Service", "none", "NoPods(app=none) Endpoints: <none>"),
        (
            &["kubectl create job j --image=busybox -- false", "kubectl patch job j -p '{\"spec\":{\"suspend\":true}}'"],
            3,
            "Job",
            "j",
            "Suspended() spec.suspend: true",
        ),
        (&["kubectl cordon node1"], 2, "Node", "node1", "Cordoned() SchedulingDisabled"),
        (&["kubectl create deployment d --image=nosuch --replicas=2"], 9, "Deployment", "d", "NotReady(0,2) ErrImagePull"),
        (
            &[
                "kubectl create deployment d --image=nginx --replicas=0",
                r#"kubectl patch deployment d -p '{"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"nginx","readinessProbe":{"exec":{"command":["false"]}}}]}}}}'"#,
            ],
            20,
            "Deployment",
            "d",
            "NotReady(0,2) ContainersNotReady",
        ),
        (
            &["kubectl create deployment d --image=nginx", "kubectl rollout pause deployment d"],
            9,
            "Deployment",
            "d",
            "Paused() spec.paused: true",
        ),
        (
            &[
                "kubectl create configmap c",
                "kubectl patch cm c -p '{\"metadata\":{\"finalizers\":[\"example.com/x\"]}}'",
                "kubectl delete cm c --wait=false",
            ],
            3,
            "ConfigMap",
            "c",
            "Held(example.com/x) metadata.finalizers",
        ),
        (
            &["kubectl create service loadbalancer l --tcp=80"],
            2,
            "Service",
            "l",
            "NoPods(app=l) Endpoints: <none>; NoAddress() EXTERNAL-IP: <pending>",
        ),
        (
            &[
                "kubectl create deployment gone --image=nginx",
                "kubectl autoscale deployment gone --max=3 --cpu=50%",
                "kubectl delete deployment gone --wait=false",
            ],
            40,
            "HorizontalPodAutoscaler",
            "gone",
            "HpaNoTarget(Deployment/gone) FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps \"gone\" not found",
        ),
        (
            &["kubectl create deployment d --image=nginx", "kubectl autoscale deployment d --name=h --max=3 --cpu=50%"],
            20,
            "Deployment",
            "d",
            "Scaled(h) spec.scaleTargetRef",
        ),
        (
            &["kubectl create deployment d --image=nginx --replicas=60"],
            2,
            "Deployment",
            "d",
            "Throttled(43,60,30,20) client-side throttling: --kube-api-qps, --kube-api-burst; NotReady(0,60) ContainerCreating",
        ),
        (
            &["kubectl create quota q --hard=pods=1; sleep 1; kubectl create deployment d --image=nginx --replicas=2"],
            9,
            "Deployment",
            "d",
            "OverQuota() FailedCreate: pods \"d-54c6d8c84-pkgt6\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1; NotReady(1,2) readyReplicas",
        ),
        (&["kubectl create deployment d --image=nginx"], 20, "Deployment", "d", ""),
        (&["kubectl run p --image=nginx"], 20, "Pod", "p", ""),
        (
            &[r#"kubectl run p --image=nginx --overrides='{"spec":{"schedulerName":"mine"}}'"#],
            20,
            "Pod",
            "p",
            "NoScheduler(mine,default-scheduler) spec.schedulerName: mine",
        ),
        (
            &[
                r#"kubectl run p --image=nginx --overrides='{"spec":{"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}]}}'"#,
            ],
            9,
            "Pod",
            "p",
            "ClaimMissing(data) persistentvolumeclaim \"data\" not found",
        ),
        (
            &[r#"kubectl run p --image=nginx --overrides='{"spec":{"resourceClaims":[{"name":"gpu","resourceClaimName":"none"}]}}'"#],
            20,
            "Pod",
            "p",
            "ClaimOfDevices(gpu) spec.resourceClaims",
        ),
        (&["kubectl run p --image=acme/shop:2"], 20, "Pod", "p", "Placeholder(acme/shop:2) image: acme/shop:2"),
        (&["kubectl run p --image=nods"], 20, "Pod", "p", "Misspelt(nods,node) image: nods"),
        (&["kubectl run p --image=ngnix"], 20, "Pod", "p", "NoSuchImage(ngnix,nginx) image: ngnix"),
    ];
    for (lines, seconds, kind, name, want) in cases {
        assert_eq!(told(lines, seconds, kind, name).join("; "), want, "{kind} {name}");
    }
}

#[test]
fn a_probe_is_blamed_for_the_end_that_it_brings() {
    let told = |probe: &str, then: &str| {
        let spec = format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p"}},"spec":{{"containers":[{{"name":"c","image":"busybox","command":["sh","-c","trap : TERM; while :; do sleep 1; done"],"{probe}":{{"exec":{{"command":["false"]}},"periodSeconds":2,"failureThreshold":2}}}}]}}}}"#
        );
        let told = |seconds| told(&[&format!("echo '{spec}' > p.json; kubectl apply -f p.json"), then], seconds, "Pod", "p");
        // It is blamed as well for a container that waits to be started anew, or runs again.
        [12, 50, 70].map(told).into_iter().flatten().collect::<Vec<_>>()
    };
    let blamed = |told: Vec<String>| told.iter().filter(|t| t.starts_with("ProbeKills(")).count();
    assert_eq!(blamed(told("livenessProbe", "")), 3);
    assert_eq!(blamed(told("startupProbe", "")), 3);
    assert_eq!(blamed(told("readinessProbe", "sleep 5; kubectl set image pod p c=busybox:1.36")), 0);
}

#[test]
fn a_pod_on_a_cordoned_node_is_guarded_as_the_api_server_would_have_it() {
    let guarded = |budget: &str, pod: &str| {
        let pod = format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p","labels":{{"app":"a"}}}},"spec":{{"containers":[{{"name":"c","image":"nginx"{pod}}}]}}}}"#
        );
        let budget = format!(
            r#"{{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{{"name":"b"}},"spec":{{"minAvailable":1,{budget}}}}}"#
        );
        let script =
            format!("echo '{pod}' | kubectl apply -f -; echo '{budget}' | kubectl apply -f -; sleep 9; kubectl cordon node1 node2 node3");
        led(&script, 20, "Pod", "p")
    };
    let none_ready = r#","readinessProbe":{"exec":{"command":["false"]}}"#;
    let labels = r#""selector":{"matchLabels":{"app":"a"}}"#;
    for (budget, pod, want) in [
        (labels, "", "Guarded(p) -> PodDisruptionBudget b"),
        (
            r#""selector":{"matchExpressions":[{"key":"app","operator":"In","values":["a","b"]}]}"#,
            "",
            "Guarded(p) -> PodDisruptionBudget b",
        ),
        (r#""selector":{"matchLabels":{"app":"other"}}"#, "", ""),
        // Of a pod that is not ready the budget may say that it holds nobody up.
        (labels, none_ready, "Guarded(p) -> PodDisruptionBudget b"),
        (r#""unhealthyPodEvictionPolicy":"AlwaysAllow","selector":{"matchLabels":{"app":"a"}}"#, none_ready, ""),
    ] {
        assert_eq!(guarded(budget, pod), want, "{budget} {pod}");
    }
}

#[test]
fn an_ingress_that_sends_nobody_on_is_amiss() {
    let amiss_after = |lines: &[&str]| {
        let sim = crate::views::testing::played(lines, 20);
        let view = ClusterViews::default().of_sim(&sim);
        amiss(&sim, &view, 9).iter().map(|(o, c)| format!("{} {:?}", o[2], c.what)).collect::<Vec<_>>().join("; ")
    };
    let (addon, web) =
        ("minikube addons enable ingress", "kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80");
    let ingress = "kubectl create ingress shop --class=nginx --rule=a.example/=web:80";
    assert_eq!(amiss_after(&[web, ingress]), "shop Idle");
    assert_eq!(amiss_after(&[addon, ingress]), "shop NoService");
    assert_eq!(amiss_after(&[addon, web, ingress]), "");
}

//! Whole sessions as transcripts: when a command is typed, and what of its output matters.

use super::{Session, Sim, Stream, TimedInput};
use crate::api::{Object, kinds};
use crate::base::{Duration, Time};

/// Plays commands and holds each one's output, with what it complained of, against the lines that are expected of it.
fn transcript(files: &[(&str, &str)], lines: &[(f64, &str, &[&str])]) {
    let inputs = lines.iter().map(|(t, cmd, _)| TimedInput { t: *t, cmd: Some((*cmd).to_owned()), ..TimedInput::default() }).collect();
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut sim = Sim::new(Session { files, inputs, ..Session::default() });
    sim.play();
    for (step, (t, cmd, expected)) in sim.steps().iter().zip(lines) {
        let shown = format!("{}{}", step.stdout.as_deref().unwrap_or(""), step.stderr.as_deref().unwrap_or(""));
        let words: Vec<String> = shown.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let found: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(found, *expected, "{t}: {cmd}");
    }
}

#[test]
fn what_is_there_beforehand_is_of_who_makes_it_and_images_have_their_sizes() {
    let session = Session { namespace: "shop".into(), namespaces: vec!["x".into()], storage: true, ..Session::default() };
    let api = Sim::new(session).api().clone();
    let made_by = |kind, name: &str| {
        let object = api.with_managers(kind, api.peek(kind, "", name).expect("it is there").clone());
        object.at(&["metadata", "managedFields"]).items().iter().map(|m| m.get("manager").str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(made_by(kinds::NAMESPACE, "default"), ["kube-apiserver"]);
    for (kind, name) in [(kinds::NAMESPACE, "shop"), (kinds::NAMESPACE, "x"), (kinds::STORAGE_CLASS, "standard")] {
        assert_eq!(made_by(kind, name), ["kubectl-create"], "{name}");
    }
    assert!(made_by(kinds::NODE, "node1").contains(&"kubelet".to_owned()));
    let node = api.peek(kinds::NODE, "", "node1").expect("it is there");
    assert!(node.at(&["status", "images"]).items().iter().all(|image| image.get("sizeBytes").int() > 0));
}

#[test]
fn a_body_that_is_text_is_read_by_its_content_type() {
    let json = "application/json";
    let inputs = [("kind: [", json), ("kind: [", "application/yaml"), ("{", json), ("metadata: {name: c}", "application/yaml")];
    let asked = |(i, (body, content_type)): (usize, &(&str, &str))| TimedInput {
        t: i as f64,
        api: Some("POST /api/v1/namespaces/default/configmaps".to_owned()),
        content_type: Some((*content_type).to_owned()),
        body: Some((*body).into()),
        ..TimedInput::default()
    };
    let mut sim = Sim::new(Session { inputs: inputs.iter().enumerate().map(asked).collect(), ..Session::default() });
    sim.play();
    let unread = "the object provided is unrecognized (must be of type ConfigMap): ";
    let told: Vec<String> =
        sim.outcome().steps.iter().map(|s| s.response.clone().unwrap_or_default().get("message").str().to_owned()).collect();
    assert_eq!(
        told,
        [
            format!(
                "{unread}couldn't get version/kind; json parse error: invalid character 'k' looking for beginning of value (6b696e643a205b)"
            ),
            format!("{unread}yaml: line 1: did not find expected node content (6b696e643a205b)"),
            format!("{unread}couldn't get version/kind; json parse error: unexpected end of JSON input ({{)"),
            String::new()
        ]
    );
}

#[test]
fn a_daemon_set_adopts_the_pods_of_its_predecessor() {
    let set = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {app: d}}\n  template:\n    metadata: {labels: {app: d}}\n    spec: {containers: [{name: c, image: registry.k8s.io/pause:3.9}]}\n";
    let numbers = "kubectl get ds d --no-headers -o custom-columns=D:.status.desiredNumberScheduled,R:.status.numberReady";
    transcript(
        &[("d.yaml", set)],
        &[
            (0.0, "kubectl apply -f d.yaml", &["daemonset.apps/d created"]),
            (5.0, numbers, &["3 3"]),
            (
                6.0,
                "kubectl get pods -o name > before; kubectl delete ds d --cascade=orphan",
                &["daemonset.apps \"d\" deleted from default namespace"],
            ),
            (8.0, "kubectl apply -f d.yaml", &["daemonset.apps/d created"]),
            (10.0, numbers, &["3 3"]),
            (11.0, "kubectl get pods -o name > after; diff before after && echo same", &["same"]),
            // One that is taken out of the set is replaced, and stays.
            (12.0, "kubectl label $(head -n 1 after) app=other --overwrite > out; wc -l < out", &["1"]),
            (15.0, numbers, &["3 3"]),
            (16.0, "kubectl get pods -o name | wc -l", &["4"]),
        ],
    );
}

#[test]
fn logs_that_are_not_there() {
    let big = "apiVersion: v1\nkind: Pod\nmetadata: {name: big}\nspec: {containers: [{name: c, image: busybox, resources: {requests: {cpu: 99}}}]}\n";
    transcript(
        &[("big.yaml", big)],
        &[
            (0.0, "kubectl apply -f big.yaml", &["pod/big created"]),
            (1.0, "kubectl run p --image=busybox --restart=Always -- sh -c 'echo run; exit 1'", &["pod/p created"]),
            // The API server has nothing to ask where there is no node.
            (2.0, "kubectl logs big", &[]),
            (30.0, "kubectl get pod p --no-headers -o custom-columns=R:.status.containerStatuses[0].restartCount", &["2"]),
            (30.5, "kubectl logs p", &["run"]),
            // Of two dead instances the kubelet keeps the newer one.
            (31.0, "kubectl logs p --previous | sed 's|//.*|//|'", &["unable to retrieve container logs for containerd://"]),
        ],
    );
}

#[test]
fn the_example_of_the_dns_is_a_dns() {
    let ready = "kubectl get deployment coredns -n kube-system -o jsonpath='{.status.readyReplicas}{\"\\n\"}'";
    transcript(
        &[("dns.yaml", include_str!("../../static/examples/dns.yaml"))],
        &[
            (
                0.0,
                "kubectl apply -f dns.yaml 2>&1",
                &[
                    "serviceaccount/coredns created",
                    "clusterrole.rbac.authorization.k8s.io/system:coredns created",
                    "clusterrolebinding.rbac.authorization.k8s.io/system:coredns created",
                    "configmap/coredns created",
                    "service/kube-dns created",
                    "deployment.apps/coredns created",
                ],
            ),
            (20.0, ready, &["2"]),
        ],
    );
}

#[test]
fn what_ends_at_once_is_soon_seen_to_back_off() {
    let reason = "kubectl get pod p --no-headers -o 'custom-columns=R:.status.containerStatuses[0].state.*.reason'";
    transcript(
        &[],
        &[(0.0, "kubectl run p --image=busybox --restart=Always -- false", &["pod/p created"]), (4.0, reason, &["CrashLoopBackOff"])],
    );
}

#[test]
fn a_rollout_trades_places_within_its_limits() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: web}}\n  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: c, image: nginx}]}\n";
    let waiting = |what: &str| format!("Waiting for deployment \"web\" rollout to finish: {what}...");
    let (updated, old) = (waiting("2 out of 3 new replicas have been updated"), waiting("1 old replicas are pending termination"));
    let (available, done) = (waiting("2 of 3 updated replicas are available"), "deployment \"web\" successfully rolled out");
    let conditions = "kubectl get deploy web -o jsonpath='{range .status.conditions[*]}{.type} {.status} {.reason}{\"\\n\"}{end}'";
    transcript(
        &[("web.yaml", deployment)],
        &[
            (0.0, "kubectl apply -f web.yaml", &["deployment.apps/web created"]),
            (5.0, "kubectl set image deployment/web c=httpd", &["deployment.apps/web image updated"]),
            (5.1, "kubectl rollout status deployment/web | uniq", &[&updated, &old, &available, done]),
            (20.0, conditions, &["Available True MinimumReplicasAvailable", "Progressing True NewReplicaSetAvailable"]),
            (20.5, "kubectl get rs --no-headers -o custom-columns=D:.spec.replicas,S:.status.replicas | sort", &["0 0", "3 3"]),
            (21.0, "kubectl rollout undo deployment/web --to-revision=1 2> warning", &["deployment.apps/web rolled back"]),
            // The revision that was gone back to is the newest now.
            (30.0, "kubectl rollout history deployment/web | cut -d' ' -f1", &["deployment.apps/web", "REVISION", "2", "3", ""]),
        ],
    );
}

#[test]
fn a_stateful_set_is_updated_from_its_last_pod() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  replicas: 2\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: nginx}]}\n";
    let (one, done) = ("Waiting for 1 pods to be ready...", "partitioned roll out complete: 2 new pods have been updated...");
    transcript(
        &[("db.yaml", set)],
        &[
            (0.0, "kubectl apply -f db.yaml", &["statefulset.apps/db created"]),
            // A status write that counts the same pods as ready is news all the same.
            (0.1, "kubectl rollout status statefulset/db", &["Waiting for 2 pods to be ready...", one, one, done]),
            (10.0, "kubectl set image statefulset/db c=httpd", &["statefulset.apps/db image updated"]),
            (
                10.1,
                "kubectl rollout status statefulset/db | uniq",
                &[
                    "Waiting for partitioned roll out to finish: 0 out of 2 new pods have been updated...",
                    one,
                    "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...",
                    one,
                    done,
                ],
            ),
        ],
    );
}

#[test]
fn a_second_delete_asks_for_less_and_hurries_nothing() {
    let state = "kubectl get pod p -o jsonpath='{.metadata.generation} {.metadata.deletionGracePeriodSeconds}'";
    transcript(
        &[],
        &[
            (0.0, "kubectl run p --image=busybox -- sh -c 'trap : TERM; while :; do sleep 1; done'", &["pod/p created"]),
            (5.0, "kubectl delete pod p --wait=false", &["pod \"p\" deleted from default namespace"]),
            (5.5, state, &["2 30"]),
            (6.0, "kubectl delete pod p --wait=false --grace-period=5", &["pod \"p\" deleted from default namespace"]),
            // That is not another generation: nothing new is wanted.
            (6.5, state, &["2 5"]),
            // Who is told to stop already is given its time.
            (33.0, "kubectl get pods -o name", &["pod/p"]),
            (38.0, "kubectl get pods", &["No resources found in default namespace."]),
        ],
    );
}

#[test]
fn a_diff_shows_what_would_be_new_and_no_more() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {tier: front}}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: c, image: nginx}]}\n";
    let diff = "kubectl diff -f web.yaml > diff; echo $?; grep '^[-+] ' diff";
    transcript(
        &[("web.yaml", deployment)],
        &[
            (0.0, "kubectl apply -f web.yaml", &["deployment.apps/web created"]),
            (5.0, diff, &["0"]),
            // A label is no new generation, a template is.
            (6.0, "sed -i s/front/back/ web.yaml", &[]),
            (6.1, diff, &["1", "- tier: front", "+ tier: back"]),
            (7.0, "sed -i s/nginx/httpd/ web.yaml", &[]),
            (
                7.1,
                diff,
                &["1", "- generation: 1", "+ generation: 2", "- tier: front", "+ tier: back", "- - image: nginx", "+ - image: httpd"],
            ),
        ],
    );
}

/// A cluster with a web server behind a service, and a fault or a load at the twentieth second.
fn disturbed(input: &str, until_s: u64) -> Sim {
    let session = format!(
        r#"{{"seed":5,"inputs":[{{"t":0,"cmd":"kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80"}},
            {{"t":1,"cmd":"kubectl run small --image=busybox --overrides='{{\"spec\":{{\"containers\":[{{\"name\":\"small\",\"image\":\"busybox\",\"command\":[\"sleep\",\"999\"],\"resources\":{{\"limits\":{{\"memory\":\"64Mi\"}}}}}}]}}}}'"}},
            {{"t":20,{input}}}]}}"#
    );
    let mut sim = Sim::new(Session::from_json(&session).expect("readable"));
    while !sim.run(Time::ZERO + Duration::from_secs(until_s), 4096).done {}
    sim
}

#[test]
fn what_is_asked_from_outside_waits_no_longer_once_it_is_answered() {
    let asked = "kubectl expose deployment web --name=door --port=80 --type=NodePort; sleep 1; port=$(kubectl get service door -o jsonpath={.spec.ports[0].nodePort}); for i in 1 2 3 4; do curl -s http://$(minikube ip):$port; done";
    let sim = disturbed(&format!(r#""cmd":"{asked}""#), 40);
    let kubelets = sim.cluster().kubelets.as_ref().expect("they run");
    let ways: Vec<_> = kubelets.traffic().collect();
    assert_eq!(ways.iter().map(|(_, t)| (t.sent, t.answered)).fold((0, 0), |sum, t| (sum.0 + t.0, sum.1 + t.1)), (4, 4), "{ways:?}");
}

#[test]
fn load_from_outside_reaches_the_pods() {
    let sim = disturbed(r#""load":{"service":"default/web","points":[[0,10],[10,0]]}"#, 40);
    let kubelets = sim.cluster().kubelets.as_ref().expect("they run");
    let ways: Vec<_> = kubelets.traffic().collect();
    assert!(ways.iter().all(|(way, t)| way.0.is_empty() && !way.2.is_empty() && t.answered == t.sent && t.failed == 0), "{ways:?}");
    assert_eq!((ways.len(), ways.iter().map(|(_, t)| t.sent).sum::<u64>()), (3, 100));
    // Without pods every request is refused.
    let sim = disturbed(
        r#""cmd":"kubectl scale deployment web --replicas=0"},{"t":30,"load":{"service":"default/web","points":[[0,10],[5,0]]}"#,
        40,
    );
    let dropped =
        sim.cluster().kubelets.iter().flat_map(|k| k.traffic()).map(|(way, t)| (way.2.is_empty(), t.sent, t.failed)).collect::<Vec<_>>();
    assert_eq!(dropped, [(true, 50, 50)]);
}

#[test]
fn filled_memory_is_killed_at_its_limit() {
    let sim = disturbed(r#""fault":{"fill":"default/small/small","mib":80}"#, 40);
    let pod = sim.api().peek(kinds::POD, "default", "small").expect("made above");
    let last = pod.at(&["status", "containerStatuses"]).items()[0].at(&["lastState", "terminated"]).clone();
    assert_eq!((last.get("reason").str(), last.get("exitCode").int()), ("OOMKilled", 137));
}

#[test]
fn a_node_that_joins_later_has_a_kubelets_labels_too() {
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: late, labels: {disk: ssd}}\n";
    let labels = "kubectl get node late --no-headers -o 'custom-columns=D:.metadata.labels.disk,H:.metadata.labels.kubernetes\\.io/hostname,O:.metadata.labels.kubernetes\\.io/os'";
    transcript(
        &[("late.yaml", node)],
        &[
            (0.0, "kubectl apply -f late.yaml", &["node/late created"]),
            (3.0, labels, &["ssd late linux"]),
            (4.0, "kubectl get node late --no-headers", &["late Ready <none> 4s v1.36.2"]),
            // One that is made anew while its kubelet goes on is what that says.
            (
                5.0,
                "kubectl get node node1 -o jsonpath={.status.allocatable} > before; kubectl delete node node1",
                &["node \"node1\" deleted"],
            ),
            (6.0, "sed 's/late/node1/' late.yaml | kubectl apply -f -", &["node/node1 created"]),
            (8.0, "kubectl get node node1 --no-headers", &["node1 Ready <none> 2s v1.36.2"]),
            (9.0, "kubectl get node node1 -o jsonpath={.status.allocatable} | cmp - before && echo same", &["same"]),
        ],
    );
}

#[test]
fn a_kubelet_that_starts_makes_its_node_anew() {
    let faults = r#""fault":{"node":"node1","kubelet":"stop"},"cmd":null},{"t":25,"cmd":"kubectl label node node1 disk=ssd; kubectl delete node node1"},{"t":90,"fault":{"node":"node1","kubelet":"start"}"#;
    assert!(disturbed(faults, 85).api().peek(kinds::NODE, "", "node1").is_none());
    let after = disturbed(faults, 150);
    let node = after.api().peek(kinds::NODE, "", "node1").expect("its kubelet has started");
    let labels = ["topology.kubernetes.io/zone", "kubernetes.io/hostname", "disk"].map(|label| node.label(label).unwrap_or("none"));
    assert_eq!((node.condition("Ready"), labels), ("True", ["zone-1", "node1", "none"]));
    assert_eq!(node.at(&["status", "allocatable"]), node.at(&["status", "capacity"]));
}

#[test]
fn a_node_without_network_goes_on_and_tells_later() {
    let cut = r#""fault":{"node":"node1","network":"stop"},"cmd":null},{"t":25,"cmd":"kubectl delete pods --all --wait=false"},{"t":90,"fault":{"node":"node1","network":"start"}"#;
    let pods =
        |sim: &Sim| sim.api().iter(kinds::POD, None).filter(|p| p.is_terminating() && p.at(&["spec", "nodeName"]).str() == "node1").count();
    let ready = |sim: &Sim| sim.api().peek(kinds::NODE, "", "node1").expect("it joined").condition("Ready").to_owned();
    let meanwhile = disturbed(cut, 85);
    assert_eq!((ready(&meanwhile).as_str(), pods(&meanwhile) > 0), ("Unknown", true));
    let after = disturbed(cut, 150);
    assert_eq!((ready(&after).as_str(), pods(&after)), ("True", 0));
}

#[test]
fn no_use_is_too_large_to_be_summed_up() {
    let sim = disturbed(r#""usage":{"memory":17592186044415,"cpu":1e300,"total_cpu":1e300}},{"t":25,"cmd":"kubectl top pods""#, 90);
    assert_eq!(sim.steps().last().map(|step| step.exit), Some(Some(0)));
}

#[test]
fn a_slow_registry_is_slow() {
    let took = |fault: &str| {
        let sim = disturbed(&format!(r#"{fault},{{"t":21,"cmd":"kubectl run late --image=redis""#), 90);
        let pod = sim.api().peek(kinds::POD, "default", "late").expect("made above").clone();
        let at = |path: &[&str]| Time::parse_rfc3339(pod.at(path).str()).unwrap_or_default();
        let started = pod.at(&["status", "containerStatuses"]).items()[0].at(&["state", "running", "startedAt"]).clone();
        Time::parse_rfc3339(started.str()).unwrap_or_default().since(at(&["metadata", "creationTimestamp"])).as_secs_f64()
    };
    let usual = took(r#""usage":{}}"#);
    assert!(took(r#""fault":{"registry":20}}"#) > usual + 10.0);
    assert!(took(r#""fault":{"node":"node1","disk":20}},{"t":20.5,"cmd":"kubectl cordon node2 node3"}"#) > usual + 10.0);
}

#[test]
fn a_command_without_end_is_ended() {
    for cmd in
        ["kubectl get pods -w", "sleep 999999", "while :; do sleep 60; done", "kubectl run a --image=nginx; sleep 5; kubectl attach a"]
    {
        let input = TimedInput { t: 1.0, cmd: Some(cmd.to_owned()), ..TimedInput::default() };
        let mut sim = Sim::new(Session { inputs: vec![input], ..Session::default() });
        sim.play();
        assert_eq!((sim.is_busy(), sim.steps()[0].exit), (false, Some(137)), "{cmd}");
        assert_eq!(sim.now(), Time::from_secs(1 + 900 + 2), "{cmd}: a quarter of an hour and two seconds on");
    }
}

#[test]
fn a_kubectl_that_reads_without_end_is_out_of_memory() {
    for cmd in ["kubectl apply -f - < /dev/zero", "kubectl run a --image=nginx; sleep 9; kubectl exec -i a -- cat < /dev/zero > all"] {
        let input = TimedInput { t: 1.0, cmd: Some(cmd.to_owned()), ..TimedInput::default() };
        let mut sim = Sim::new(Session { inputs: vec![input], ..Session::default() });
        // No step takes more than its share.
        assert!((0..5000).any(|_| !sim.step_once() || !sim.is_busy()), "{cmd}");
        assert_eq!((sim.is_busy(), sim.steps()[0].exit), (false, Some(137)), "{cmd}");
    }
}

#[test]
fn output_and_errors_come_in_their_order() {
    let input = TimedInput { cmd: Some("echo a; echo b >&2; echo c; kubectl get pods; echo d".to_owned()), ..TimedInput::default() };
    let mut sim = Sim::new(Session { inputs: vec![input], ..Session::default() });
    while !sim.run(Time::ZERO + Duration::from_secs(5), u64::MAX).done {}
    let shown: String = sim
        .workstation()
        .command_output(0)
        .map(|(stream, bytes)| format!("{}{}", if stream == Stream::Stderr { "!" } else { "" }, String::from_utf8_lossy(bytes)))
        .collect();
    assert_eq!(shown, "a\n!b\nc\n!No resources found in default namespace.\nd\n");
}

#[test]
fn a_script_makes_on_an_empty_cluster_what_its_session_made() {
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: c, image: nginx}]}\n";
    let session = format!(
        r#"{{"files":{{"it's a folder/web.yaml":{web:?}}},"inputs":[
            {{"t":1,"cmd":"kubectl apply -f \"it's a folder/web.yaml\""}},
            {{"t":9,"terminal":{{"tab":0,"data":"kubectl get pods -w\n"}}}},
            {{"t":12,"terminal":{{"tab":0,"data":"\u0003"}}}},
            {{"t":13,"terminal":{{"tab":0,"data":"kubectl scale deployment web --replicas=3; kubectl set env deployment/web A=\"b c\"\n"}}}},
            {{"t":15,"cmd":"kubectl run p --image=busybox -- sh -c 'while :; do sleep 1; done'"}},
            {{"t":25,"terminal":{{"tab":1,"data":"kubectl exec -it p -- sh\n"}}}},
            {{"t":27,"terminal":{{"tab":1,"data":"echo 'said here' > /tmp/said\n"}}}},
            {{"t":28,"terminal":{{"tab":1,"data":"exit\n"}}}},
            {{"t":28.5,"files":{{"a.txt":"of its own"}},"terminal":{{"tab":0,"data":"kubectl label deployment web is=\"$(cut -d ' ' -f 3 a.txt)\"\n"}}}},
            {{"t":29,"fault":{{"node":"node1","disk":20}}}},
            {{"t":30,"cmd":"kubectl create configmap c --from-literal=k=\"$(kubectl exec p -- cat /tmp/said)\""}}]}}"#
    );
    let look = "kubectl get deployment/web pod/p configmap/c --no-headers -o custom-columns='N:.metadata.name,L:.metadata.labels.is,R:.spec.replicas,E:.spec.template.spec.containers[0].env[0].value,D:.data.k,P:.status.phase'";
    let seen = |mut session: Session, at: f64| {
        session.inputs.push(TimedInput { t: at, cmd: Some(look.to_owned()), ..TimedInput::default() });
        let mut sim = Sim::new(session);
        sim.play();
        let last = sim.steps().last().and_then(|s| s.stdout.clone()).unwrap_or_default();
        last.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let session = Session::from_json(&session).expect("readable");
    let script = TimedInput {
        cmd: Some("bash session.sh".to_owned()),
        files: [("session.sh".to_owned(), super::script(&session))].into_iter().collect(),
        ..TimedInput::default()
    };
    let again = seen(Session { inputs: vec![script], ..Session::default() }, 90.0);
    assert_eq!(again, ["web own 3 b c <none> <none>", "p <none> <none> <none> <none> Running", "c <none> <none> <none> said here <none>"]);
    assert_eq!(seen(session, 90.0), again);
}

#[test]
fn what_is_too_large_or_over_is_not_copied() {
    transcript(
        &[],
        &[
            (0.0, "kubectl run a --image=nginx > o; kubectl run b --image=busybox --restart=Never -- true > o", &[]),
            (30.0, "head -c 17000000 /dev/zero > big; kubectl cp big a:/big", &["error: open big: file too large"]),
            (35.0, "kubectl exec a -- sh -c 'head -c 17000000 /dev/zero > /big'", &[]),
            (40.0, "kubectl cp a:/big back", &["tar: Removing leading `/' from member names", "error: open /big: file too large"]),
            (45.0, "kubectl cp b:/x y", &["error: cannot exec into a container in a completed pod; current phase is Succeeded"]),
            (46.0, "ls", &["big", "o"]),
        ],
    );
}

#[test]
fn events_stay_for_an_hour_after_they_were_written_last() {
    let events = |name: &str| format!("kubectl get events --no-headers --field-selector involvedObject.name={name} -o ");
    let reasons = events("web") + "custom-columns=R:.reason";
    let backoff = "kubectl get events --field-selector reason=BackOff -o jsonpath='{.items[0].count} {.items[0].firstTimestamp}'";
    let series = events("nowhere") + "custom-columns=C:.series.count,L:.series.lastObservedTime";
    let unplaced = "kubectl run nowhere --image=nginx --overrides='{\"spec\":{\"nodeSelector\":{\"disk\":\"ssd\"}}}'";
    transcript(
        &[],
        &[
            (0.0, "kubectl run web --image=nginx", &["pod/web created"]),
            (1.0, "kubectl run crash --image=busybox -- sh -c 'exit 1'", &["pod/crash created"]),
            (2.0, unplaced, &["pod/nowhere created"]),
            // The scheduler writes a series when it begins, and each half hour.
            (1790.0, &series, &["<none> <none>", "2 2026-01-01T00:10:30.000000Z"]),
            (1810.0, &series, &["<none> <none>", "5 2026-01-01T00:25:30.000000Z"]),
            (3590.0, &reasons, &["Scheduled", "Pulling", "Pulled", "Created", "Started"]),
            (3665.0, &reasons, &[]),
            // What goes on is counted on, also where what was told of it is gone.
            (3700.0, backoff, &["37 2026-01-01T00:00:03Z"]),
            (3701.0, "kubectl delete events --all > /dev/null", &[]),
            (4100.0, backoff, &["38 2026-01-01T00:00:03Z"]),
            // A series is written once more when it has ended, and the event with it where it is gone.
            (4101.0, "kubectl delete pod nowhere", &["pod \"nowhere\" deleted from default namespace"]),
            (4900.0, &series, &["13 2026-01-01T01:05:30.000000Z"]),
        ],
    );
}

#[test]
fn only_pages_of_the_web_are_missed() {
    let missed = |command: &str, url: &str| {
        let input = TimedInput { t: 1.0, cmd: Some(format!("{command} {url}; sleep 5")), ..TimedInput::default() };
        let mut sim = Sim::new(Session { inputs: vec![input], ..Session::default() });
        sim.play();
        sim.workstation().missed_url().map(str::to_owned)
    };
    let pod = "kubectl run p --image=busybox --restart=Never -- wget -q -O-";
    for (command, url, is_missed) in [
        ("kubectl apply -f", "https://example.com/x.yaml", true),
        ("wget", "https://example.com/x.yaml", true),
        ("curl", "http://example.com:81/", true),
        ("kubectl apply -f", "http://localhost:8080/x.yaml", false),
        (pod, "http://example.com/", true),
        // What may be one of the cluster's own.
        (pod, "http://web", false),
        (pod, "http://web.default", false),
        (pod, "http://web.default.svc.cluster.local", false),
        (pod, "http://10.96.0.77", false),
    ] {
        assert_eq!(missed(command, url), is_missed.then(|| url.to_owned()), "{command} {url}");
    }
}

#[test]
fn a_program_in_a_container_hears_that_its_client_is_gone() {
    let start = r#"exec -it p -- sh -c 'trap \"echo hup >> /tmp/h\" HUP; cat; echo end >> /tmp/h'"#;
    let session = format!(
        r#"{{"inputs":[
            {{"t":0,"cmd":"kubectl run p --image=busybox -- sleep 1h"}},
            {{"t":5,"terminal":{{"tab":0,"data":"timeout 3 kubectl {start}\n"}}}},
            {{"t":7,"cmd":"kubectl exec p -- sh -c 'cat /tmp/h; ps | grep -c [t]rap'"}},
            {{"t":12,"cmd":"kubectl exec p -- sh -c 'cat /tmp/h; ps | grep -c [t]rap'"}},
            {{"t":13,"cmd":"sleep 9 | timeout 2 kubectl exec -i p -- sh -c 'cat; echo over >> /tmp/h'"}},
            {{"t":24,"cmd":"timeout 2 kubectl exec p -- sh -c 'sleep 3; echo still >> /tmp/h'"}},
            {{"t":30,"cmd":"kubectl exec p -- cat /tmp/h"}}]}}"#
    );
    let mut sim = Sim::new(Session::from_json(&session).expect("readable"));
    sim.play();
    let said: Vec<&str> = sim.steps().iter().filter_map(|s| s.stdout.as_deref()).collect();
    // A terminal hangs up, other input ends, and a program that reads nothing goes on.
    assert_eq!(said[1..], ["1\n", "hup\nend\n0\n", "", "", "hup\nend\nover\nstill\n"]);
}

#[test]
fn a_command_on_many_objects_is_done_a_few_at_a_time_and_at_once() {
    let objects = (0..60)
        .map(|i| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{i}, labels: {{of: many}}}}\n---\n"))
        .collect::<String>();
    let mut sim = Sim::new(Session { files: [("all.yaml".to_owned(), objects)].into(), ..Session::default() });
    let command = |sim: &mut Sim, line: &str| sim.input(TimedInput { cmd: Some(line.to_owned()), ..TimedInput::default() });
    command(&mut sim, "kubectl create -f all.yaml");
    while !sim.run(Time::from_secs(5), 4096).done {}
    command(&mut sim, "kubectl label cm -l of=many x=y; kubectl get cm -l x=y --no-headers | wc -l");
    let is_labelled = |sim: &Sim| sim.api().iter(kinds::CONFIG_MAP, Some("default")).filter(|o| !o.labels().get("x").is_null()).count();
    let mut counts = vec![(0, sim.now())];
    while is_labelled(&sim) < 60 {
        sim.run(Time::from_secs(10), 1);
        if counts.last().is_some_and(|(n, _)| *n < is_labelled(&sim)) {
            counts.push((is_labelled(&sim), sim.now()));
        }
    }
    assert!(counts.windows(2).all(|pair| pair[1].0 - pair[0].0 <= 16), "{counts:?}");
    assert!(counts[1..].iter().all(|(_, at)| *at == counts[1].1), "{counts:?}");
    while !sim.run(Time::from_secs(10), 4096).done {}
    let said = sim.steps().last().and_then(|s| s.stdout.clone()).unwrap_or_default();
    assert_eq!(said.lines().filter(|l| l.ends_with("labeled")).count(), 60);
    assert!(said.ends_with("\n60\n"), "{said}");
}

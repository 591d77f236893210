//! Whole sessions as transcripts: when a command is typed, and what of its output matters.

use super::{Session, Sim, TimedInput};

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
fn a_second_delete_brings_the_end_nearer() {
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
            (14.0, "kubectl get pods", &["No resources found in default namespace."]),
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

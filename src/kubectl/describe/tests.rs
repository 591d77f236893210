//! What `kubectl describe` says.

use super::*;
use crate::api::{KINDS, Kind, Object, kinds};
use crate::obj;

/// Objects as plain data.
struct Objects(Vec<Value>);

impl Related for Objects {
    fn list(&self, kind: KindRef, namespace: Option<&str>) -> Vec<Value> {
        let wanted = |o: &&Value| o.kind() == kind.kind && namespace.is_none_or(|ns| o.namespace() == ns);
        self.0.iter().filter(wanted).cloned().collect()
    }
    fn get(&self, kind: KindRef, namespace: &str, name: &str) -> Option<Value> {
        self.0.iter().find(|o| o.kind() == kind.kind && o.namespace() == namespace && o.name() == name).cloned()
    }
}

/// What a row of upstream's describer tests is about: a part of the test's name, the member that holds the object, and its kind.
const SUBJECTS: &[(&str, &str, &str)] = &[
    ("TestDescribeNamespace", "namespace", "Namespace"),
    ("TestDescribePod", "pod", "Pod"),
    ("TestDescribeSeccompProfile", "pod", "Pod"),
    ("TestDescribePriorityClass", "priorityClass", "PriorityClass"),
    ("TestDescribeService", "service", "Service"),
    ("TestPersistentVolumeDescriber", "pv", "PersistentVolume"),
    ("TestPersistentVolumeClaimDescriber", "pvc", "PersistentVolumeClaim"),
    ("TestDescribeDeployment", "deployment", "Deployment"),
    ("TestDescribeJob", "job", "Job"),
    ("TestDescribeCronJob", "cronJob", "CronJob"),
    ("TestDescribeReplicaSet", "replicaSet", "ReplicaSet"),
    ("TestDescribeIngress", "input", "Ingress"),
    ("TestDescribeServiceCIDR", "input", "ServiceCIDR"),
    ("TestDescribeIPAddress", "input", "IPAddress"),
    ("TestDescribeHorizontalPodAutoscaler", "hpa", "HorizontalPodAutoscaler"),
    ("TestDescribeRole", "role", "Role"),
    ("TestDescribeClusterRole", "role", "ClusterRole"),
    ("TestDescribeRoleBinding", "binding", "RoleBinding"),
    ("TestDescribeClusterRoleBinding", "binding", "ClusterRoleBinding"),
];

fn of_kind(list: &Value, kind: &str) -> Vec<Value> {
    let with_kind = |o: &Value| {
        let mut o = o.clone();
        o.set(&["kind"], if o.get("involvedObject").is_null() { kind } else { "Event" });
        o
    };
    list.items().iter().map(with_kind).collect()
}

#[test]
fn descriptions_say_what_upstreams_tests_want() {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: tables/kubectl_describe.json is not looked at");
        return;
    };
    let text = std::fs::read_to_string(format!("{folder}/tables/kubectl_describe.json")).expect("the conformance folder is whole");
    let table = Value::from_json(&text).expect("JSON");
    let now = Time::parse_rfc3339("2026-11-22T08:37:06.99Z").expect("a moment");
    let (mut seen, mut wrong) = (0, Vec::new());
    for row in table.get("rows").items() {
        let (func, row) = (row.get("func").str(), row.get("row"));
        let subject = SUBJECTS.iter().find(|s| {
            let name = func.trim_start_matches("describe.");
            (name == s.0 || name.starts_with("TestDescribePod") && s.0 == "TestDescribePod") && matches!(row.get(s.1), Value::Map(_))
        });
        let Some((_, member, kind)) = subject else { continue };
        let mut related = of_kind(row.get("endpointSlices"), "EndpointSlice");
        related.extend(of_kind(row.get("objects"), "ReplicaSet"));
        related.extend(of_kind(row.get("pods"), "Pod"));
        let show_events = row.get("describerSettings").is_null();
        let got = describe(Kind::named(kind), row.get(member), &Objects(related), show_events, now);
        seen += 1;
        let mut complain = |what: &str, text: &str| wrong.push(format!("{func} {}: {what} {text:?} in\n{got}", row.get("name").str()));
        for list in ["expect", "expects", "wantElements", "expectedElements"] {
            for want in row.get(list).items().iter().filter(|w| !got.contains(w.str().trim_end())) {
                complain("want", want.str());
            }
        }
        for list in ["unexpect", "unexpectedElements", "dontWantElements"] {
            for not in row.get(list).items().iter().filter(|w| got.contains(w.str())) {
                complain("do not want", not.str());
            }
        }
        for member in ["expected", "output"] {
            // A whole page begins with the name.
            match row.get(member).as_str() {
                Some(want) if want.starts_with("Name:") && want != got => complain("want", want),
                Some(want) if !got.contains(want) => complain("want", want),
                _ => {}
            }
        }
    }
    assert!(seen > 80, "only {seen} rows looked at");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every member of every kind may be missing or of another type: a description says less, and nothing breaks.
#[test]
fn odd_objects_are_described() {
    let odd = obj!({"kind": "Pod", "metadata": {"name": "x", "deletionTimestamp": "soon", "annotations": {"a": 1}},
        "spec": {"containers": [1, {"name": 2, "ports": {"a": "b"}, "livenessProbe": {}, "env": [{}], "command": ["\n"]}], "volumes": [{}], "rules": "no",
            "limits": [{"min": {"cpu": {}}}], "template": 7, "metrics": [{}, {"type": "Resource"}]},
        "status": {"conditions": {}, "hard": {"cpu": []}, "capacity": {"cpu": "many"}}, "rules": [{"verbs": 3}], "subsets": [{}], "endpoints": [{}], "data": {"k": 1}});
    let related = Objects(vec![odd.clone()]);
    for kind in KINDS {
        for object in [&odd, &Value::Null, &obj!({"metadata": {"name": "é".repeat(200), "annotations": {"long": "é".repeat(200)}}})] {
            describe(kind, object, &related, true, Time::ZERO);
        }
    }
}

#[test]
fn a_pod_is_described() {
    let pod = obj!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "liveness-exec", "namespace": "default", "uid": "u1", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"test": "liveness"}},
        "spec": {
            "nodeName": "node1", "priority": 0, "serviceAccountName": "default",
            "containers": [{
                "name": "liveness", "image": "busybox", "args": ["/bin/sh", "-c", "echo ok > /tmp/health; sleep 10"],
                "resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "250m", "memory": "32Mi"}},
                "livenessProbe": {"exec": {"command": ["cat", "/tmp/health"]}, "initialDelaySeconds": 15, "timeoutSeconds": 1, "periodSeconds": 10,
                    "successThreshold": 1, "failureThreshold": 3},
                "env": [{"name": "NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}],
                "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": true}]
            }],
            "volumes": [{"name": "v", "configMap": {"name": "cm"}}],
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]
        },
        "status": {
            "phase": "Running", "hostIP": "10.0.0.1", "podIP": "10.1.0.2", "podIPs": [{"ip": "10.1.0.2"}], "qosClass": "Burstable", "startTime": "2026-01-01T00:00:01Z",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "liveness", "image": "busybox", "imageID": "busybox:latest", "containerID": "containerd://1", "ready": true, "restartCount": 1,
                "state": {"running": {"startedAt": "2026-01-01T00:01:00Z"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "Error", "startedAt": "2026-01-01T00:00:02Z", "finishedAt": "2026-01-01T00:00:59Z"}}}]
        }
    });
    let involved =
        obj!({"kind": "Pod", "namespace": "default", "name": "liveness-exec", "uid": "u1", "fieldPath": "spec.containers{liveness}"});
    let event = |reason: &str, message: &str, count: i64, first: &str, last: &str| {
        obj!({"kind": "Event", "metadata": {"name": reason, "namespace": "default"}, "involvedObject": &involved, "type": "Normal", "reason": reason,
            "message": message, "count": count, "firstTimestamp": first, "lastTimestamp": last, "source": {"component": "kubelet"}})
    };
    let related = Objects(vec![
        event("Killing", "Container liveness failed liveness probe, will be restarted", 1, "2026-01-01T00:00:30Z", "2026-01-01T00:00:30Z"),
        event("Created", "Container created", 2, "2026-01-01T00:00:02Z", "2026-01-01T00:01:00Z"),
    ]);
    let want = "\
Name:             liveness-exec
Namespace:        default
Priority:         0
Service Account:  default
Node:             node1/10.0.0.1
Start Time:       Thu, 01 Jan 2026 00:00:01 +0000
Labels:           test=liveness
Annotations:      <none>
Status:           Running
IP:               10.1.0.2
IPs:
  IP:  10.1.0.2
Containers:
  liveness:
    Container ID:  containerd://1
    Image:         busybox
    Image ID:      busybox:latest
    Port:          <none>
    Host Port:     <none>
    Args:
      /bin/sh
      -c
      echo ok > /tmp/health; sleep 10
    State:          Running
      Started:      Thu, 01 Jan 2026 00:01:00 +0000
    Last State:     Terminated
      Reason:       Error
      Exit Code:    137
      Started:      Thu, 01 Jan 2026 00:00:02 +0000
      Finished:     Thu, 01 Jan 2026 00:00:59 +0000
    Ready:          True
    Restart Count:  1
    Limits:
      memory:  64Mi
    Requests:
      cpu:     250m
      memory:  32Mi
    Liveness:  exec [cat /tmp/health] delay=15s timeout=1s period=10s #success=1 #failure=3
    Environment:
      NAME:  liveness-exec (v1:metadata.name)
    Mounts:
      /v from v (ro)
Conditions:
  Type    Status
  Ready   True·
Volumes:
  v:
    Type:        ConfigMap (a volume populated by a ConfigMap)
    Name:        cm
    Optional:    false
QoS Class:       Burstable
Node-Selectors:  <none>
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:
  Type    Reason   Age                From     Message
  ----    ------   ----               ----     -------
  Normal  Killing  60s                kubelet  spec.containers{liveness}: Container liveness failed liveness probe, will be restarted
  Normal  Created  30s (x2 over 88s)  kubelet  spec.containers{liveness}: Container created
";
    let got = describe(kinds::POD, &pod, &related, true, Time::from_secs(90));
    assert_eq!(got, want.replace('·', " "));
}

//! Changes of objects and what is wrong with them.

use super::{ephemeral_containers, finalize, resize, status_update, update};
use crate::api::{Cause, Kind, Value, defaults, kinds};
use crate::obj;

type Judge = fn(&Value, &Value) -> Vec<Cause>;

fn stored(object: &Value) -> Value {
    let mut object = object.clone();
    let kind = Kind::named(object.get("kind").str());
    object.set(&["apiVersion"], kind.api_version());
    object.set(&["metadata", "resourceVersion"], "1");
    if kind.namespaced {
        object.set(&["metadata", "namespace"], "default");
    }
    defaults::apply(kind, &mut object);
    object
}

/// An object with this value at this path (`spec/containers/0/image`).
fn with(object: &Value, path: &str, value: &Value) -> Value {
    let mut next = object.clone();
    let mut at = &mut next;
    for step in path.split('/') {
        at = match step.parse::<usize>() {
            Ok(i) => &mut at.list_mut()[i],
            Err(_) => at.get_mut(step),
        };
    }
    *at = value.clone();
    next
}

/// Makes changes, each of one path, and holds what is said of them to what is wanted: the beginnings of the messages.
fn check(judge: Judge, object: &Value, changes: &[(&str, Value, &[&str])]) {
    let old = stored(object);
    assert_eq!(judge(&old, &old), [], "as it was");
    for (path, value, wanted) in changes {
        let causes = judge(&with(&old, path, value), &old);
        let got: Vec<String> = causes.iter().map(|c| format!("{}: {}", c.field, c.message)).collect();
        let right = got.len() == wanted.len() && got.iter().zip(*wanted).all(|(g, w)| g.starts_with(w));
        assert!(right, "{path} {value}: got {got:#?}, wanted {wanted:#?}");
    }
}

fn pod() -> Value {
    obj!({"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [
        {"name": "c", "image": "i", "resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}}},
    ]}})
}

fn job(status: &Value) -> Value {
    obj!({"kind": "Job", "metadata": {"name": "j"}, "spec": {
        "suspend": true, "completionMode": "Indexed", "completions": 2, "parallelism": 2,
        "selector": {"matchLabels": {"a": "b"}}, "manualSelector": true,
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}},
    }, "status": status.clone()})
}

#[test]
fn suspended_jobs_may_be_placed_and_sized_anew() {
    let judge: Judge = |new, old| update(kinds::JOB, new, old);
    let cpu = obj!({"requests": {"cpu": "2"}});
    let started = obj!({"startTime": "2026-01-01T00:00:00Z"});
    check(
        judge,
        &job(&Value::Null),
        &[
            ("spec/template/spec/nodeSelector", obj!({"zone": "a"}), &[]),
            ("spec/template/spec/affinity", obj!({"nodeAffinity": {}}), &[]),
            ("spec/template/metadata/annotations", obj!({"a": "b"}), &[]),
            ("spec/template/spec/containers/0/resources", cpu.clone(), &[]),
            ("spec/template/spec/containers/0/image", "other".into(), &["spec.template.spec: Invalid value: {"]),
            ("spec/completions", Value::Null, &["spec.completions: Required value: when completion mode is Indexed"; 2]),
            ("spec/completions", 3.into(), &["spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"]),
            ("spec/managedBy", "a.b/c".into(), &["spec.managedBy: Invalid value: \"a.b/c\": field is immutable"]),
        ],
    );
    check(judge, &job(&started), &[("spec/template/spec/containers/0/resources", cpu, &["spec.template: Invalid value: {"])]);
}

#[test]
fn what_a_job_says_of_itself_holds_together() {
    let judge: Judge = |new, old| status_update(kinds::JOB, new, old);
    let conditions = |types: &[&str]| Value::from(types.iter().map(|t| obj!({"type": *t, "status": "True"})).collect::<Vec<_>>());
    let start = "2026-01-01T00:00:00Z";
    let changes: [(&str, Value, &[&str]); 8] = [
        (
            "status/completionTime",
            start.into(),
            &["status.completionTime: Invalid value: \"2026-01-01T00:00:00Z\": cannot set completionTime when"],
        ),
        (
            "status/conditions",
            conditions(&["Complete"]),
            &[
                "status.completionTime: Required value: completionTime is required for Complete jobs",
                "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
                "status.startTime: Required value: startTime is required for finished job",
            ],
        ),
        ("status", obj!({"startTime": start, "completionTime": start, "conditions": conditions(&["SuccessCriteriaMet", "Complete"])}), &[]),
        (
            "status",
            obj!({"startTime": start, "active": 1, "conditions": conditions(&["Failed"])}),
            &[
                "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition",
                "status.active: Invalid value: 1: active>0 is invalid for finished job",
            ],
        ),
        ("status/ready", 1.into(), &["status.ready: Invalid value: 1: cannot set more ready pods than active"]),
        ("status/failedIndexes", "0".into(), &["status.failedIndexes: Invalid value: \"0\": cannot set non-null failedIndexes when"]),
        (
            "status/conditions",
            conditions(&["SuccessCriteriaMet", "FailureTarget"]),
            &["status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"],
        ),
        ("status/succeeded", (-1).into(), &["status.succeeded: Invalid value: -1: must be greater than or equal to 0"]),
    ];
    check(judge, &job(&obj!({})), &changes);
    let ended = obj!({"startTime": start, "failed": 2, "conditions": conditions(&["FailureTarget", "Failed"])});
    let changes: [(&str, Value, &[&str]); 2] = [
        (
            "status/conditions",
            Value::list(),
            &[
                "status.conditions: Invalid value: cannot disable the terminal Failed=True condition",
                "status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition",
            ],
        ),
        ("status/failed", 1.into(), &["status.failed: Invalid value: 1: cannot decrease the failed counter"]),
    ];
    check(judge, &job(&ended), &changes);
}

#[test]
fn what_may_not_change_is_told_where_the_server_tells_it() {
    let template = obj!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    let spec = obj!({"selector": {"matchLabels": {"a": "b"}}, "template": template});
    let of = |kind: &str| obj!({"kind": kind, "metadata": {"name": "x"}, "spec": spec.clone()});
    let other = obj!({"matchLabels": {"a": "c"}});
    let immutable = "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"c\"}}: field is immutable";
    let unmatched = "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`";
    check(|new, old| update(kinds::DAEMON_SET, new, old), &of("DaemonSet"), &[("spec/selector", other.clone(), &[immutable, unmatched])]);
    check(|new, old| update(kinds::REPLICA_SET, new, old), &of("ReplicaSet"), &[("spec/selector", other, &[unmatched, immutable])]);
    // A selector that is wrong in itself is not compared.
    let wrong = obj!({"matchLabels": {"a": "!"}});
    let why = "spec.selector.matchLabels: Invalid value: \"!\": a valid label";
    let immutable = "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"!\"}}: field is immutable";
    check(|new, old| update(kinds::DAEMON_SET, new, old), &of("DaemonSet"), &[("spec/selector", wrong.clone(), &[immutable, why])]);
    let set: Judge = |new, old| update(kinds::STATEFUL_SET, new, old);
    let label = "spec.template.labels: Invalid value: \"!\": a valid label";
    let changes: [(&str, Value, &[&str]); 4] = [
        (
            "spec/selector",
            wrong,
            &[why, "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"!\"}}", "spec: Forbidden: updates to statefulset spec"],
        ),
        ("spec/template/metadata/labels", obj!({"a": "b", "c": "!"}), &[label, label]),
        ("spec/template/spec/hostname", "A_b".into(), &[]),
        ("spec/volumeClaimTemplates", obj!([{"metadata": {"name": "v"}, "spec": {}}]), &["spec: Forbidden: updates to statefulset spec"]),
    ];
    check(set, &of("StatefulSet"), &changes);
}

#[test]
fn an_empty_object_is_not_an_absent_one() {
    let judge: Judge = |new, old| update(kinds::POD, new, old);
    let refused: &[&str] = &["spec: Forbidden: pod updates may not change fields other than"];
    let changes: [(&str, Value, &[&str]); 4] = [
        ("spec/dnsConfig", Value::map(), refused),
        ("spec/containers/0/lifecycle", Value::map(), refused),
        ("spec/nodeSelector", Value::map(), &[]),
        ("spec/containers/0/ports", Value::list(), &[]),
    ];
    check(judge, &pod(), &changes);
}

#[test]
fn the_first_wrong_index_of_a_job_is_named() {
    let wrong = |why: &str| format!("status.completedIndexes: Invalid value: {why}");
    for (indexes, why) in [
        ("2-x", "\"2-x\": error parsing completedIndexes: too large index: \"2\""),
        ("0,002", "\"0,002\": error parsing completedIndexes: too large index: \"002\""),
        ("\u{1}", "\"\\x01\": error parsing completedIndexes: cannot convert string to integer for index: \"\\x01\""),
        ("1,1-0", "\"1,1-0\": error parsing completedIndexes: non-increasing order, previous: 1, current: 0"),
    ] {
        let why = wrong(why);
        let judge: Judge = |new, old| status_update(kinds::JOB, new, old);
        check(judge, &job(&obj!({})), &[("status/completedIndexes", indexes.into(), &[&why])]);
    }
}

#[test]
fn running_pods_may_be_resized_a_little() {
    let at = "spec/containers/0/resources";
    check(
        resize,
        &pod(),
        &[
            (at, obj!({"requests": {"cpu": "2", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}), &[]),
            (
                at,
                obj!({"requests": {"cpu": "2"}}),
                &[
                    "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed",
                    "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed",
                ],
            ),
            (
                "spec/containers/0/name",
                "d".into(),
                &["spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize"],
            ),
            (
                "spec/initContainers",
                obj!([{"name": "i", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}]),
                &["spec.initContainers: Forbidden: initContainers may not be added or removed on resize"],
            ),
            (
                "spec/resources",
                obj!({"requests": {"cpu": "2", "hugepages-2Mi": "2Mi"}, "limits": {"hugepages-2Mi": "2Mi"}}),
                &["spec: Forbidden: only cpu and memory resources are mutable at pod-level"],
            ),
            ("spec/containers/0/image", "j".into(), &["spec: Forbidden: only cpu and memory resources are mutable"]),
        ],
    );
}

#[test]
fn ephemeral_containers_are_only_added() {
    let mut object = pod();
    object.set(&["spec", "ephemeralContainers"], vec![obj!({"name": "e", "image": "i"})]);
    check(
        ephemeral_containers,
        &object,
        &[
            (
                "spec/ephemeralContainers",
                Value::list(),
                &["spec.ephemeralContainers: Forbidden: existing ephemeral containers \"e\" may not be removed"],
            ),
            (
                "spec/ephemeralContainers/0/image",
                "j".into(),
                &["spec.ephemeralContainers: Forbidden: existing ephemeral containers \"e\" may not be changed"],
            ),
            (
                "spec/ephemeralContainers/0/ports",
                vec![obj!({"containerPort": 80, "protocol": "TCP"})].into(),
                &[
                    "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
                    "spec.ephemeralContainers: Forbidden",
                ],
            ),
        ],
    );
}

#[test]
fn statuses_are_judged_too() {
    check(
        |new, old| status_update(kinds::DEPLOYMENT, new, old),
        &obj!({"kind": "Deployment", "metadata": {"name": "d"}, "status": {"replicas": 1}}),
        &[
            (
                "status/observedGeneration",
                (-1).into(),
                &["status.observedGeneration: Invalid value: -1: must be greater than or equal to 0"],
            ),
            ("status/readyReplicas", 2.into(), &["status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas"]),
        ],
    );
    check(
        |new, old| status_update(kinds::RESOURCE_QUOTA, new, old),
        &obj!({"kind": "ResourceQuota", "metadata": {"name": "q"}, "status": {"hard": {}}}),
        &[(
            "status/hard",
            obj!({"a": "1"}),
            &[
                "status.hard[a]: Invalid value: \"a\": must be a standard resource type or fully",
                "status.hard[a]: Invalid value: \"a\": must be a standard resource for quota",
            ],
        )],
    );
    check(
        |new, old| status_update(kinds::INGRESS, new, old),
        &obj!({"kind": "Ingress", "metadata": {"name": "i"}, "status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}}),
        &[
            ("status/loadBalancer/ingress/0/ip", "50%".into(), &["status.loadBalancer.ingress[0].ip: Invalid value: \"50%\""]),
            ("status/loadBalancer/ingress/0/hostname", "A".into(), &["status.loadBalancer.ingress[0].hostname: Invalid value: \"A\""]),
        ],
    );
    check(
        finalize,
        &obj!({"kind": "Namespace", "metadata": {"name": "n"}, "spec": {"finalizers": ["kubernetes"]}}),
        &[(
            "spec/finalizers",
            vec![Value::from("a b")].into(),
            &[
                "spec.finalizers[0]: Invalid value: \"a b\": name part must consist of",
                "spec.finalizers[0]: Invalid value: \"a b\": name is neither a standard",
            ],
        )],
    );
}

#[test]
fn services_say_one_thing_of_topology() {
    let both = obj!({"service.kubernetes.io/topology-mode": "Auto", "service.kubernetes.io/topology-aware-hints": "disabled"});
    check(
        |new, old| update(kinds::SERVICE, new, old),
        &obj!({"kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], "clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"]}}),
        &[(
            "metadata/annotations",
            both,
            &[
                "metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: \"Auto\": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified",
            ],
        )],
    );
}

#[test]
fn what_devices_are_is_judged() {
    const NAME: &str = "a valid C identifier must start with alphabetic character or '_'";
    check(
        |new, old| update(Kind::named("ResourceSlice"), new, old),
        &obj!({"kind": "ResourceSlice", "metadata": {"name": "s"}, "spec": {"driver": "d", "allNodes": true,
            "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
            "devices": [{"name": "a", "attributes": {"v": {"version": "1.2.3-a.1+b"}}, "capacity": {"x.io/m": {"value": "1Gi"}}}]}}),
        &[
            (
                "spec/devices/0/attributes/v/version",
                "1.2".into(),
                &["spec.devices[0].attributes[v].version: Invalid value: \"1.2\": must be a string compatible with semver.org"],
            ),
            (
                "spec/devices/0/attributes",
                obj!({"a-b": {"int": 1}}),
                &[&format!("spec.devices[0].attributes: Invalid value: \"a-b\": {NAME}")],
            ),
            (
                "spec/devices/0/capacity",
                obj!({"/m": {"value": "1"}, "n": {"value": "1", "requestPolicy": {"default": "1"}}}),
                &[
                    "spec.devices[0].capacity: Invalid value: \"\": the domain must not be empty",
                    "spec.devices[0].capacity[n].requestPolicy: Forbidden: allowMultipleAllocations must be true",
                ],
            ),
            (
                "spec/devices/0/attributes",
                (0..32).map(|i| (crate::api::ArcStr::from(format!("a{i}")), obj!({"int": 1}))).collect::<crate::api::Map>().into(),
                &["spec.devices[0]: Invalid value: 33: the total number of attributes and capacities must not exceed 32"],
            ),
        ],
    );
    check(
        |new, old| update(Kind::named("ResourceSlice"), new, old),
        &obj!({"kind": "ResourceSlice", "metadata": {"name": "s"}, "spec": {"driver": "d", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1},
            "nodeSelector": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}),
        &[(
            "spec/nodeSelector/nodeSelectorTerms",
            vec![Value::map(), Value::map()].into(),
            &[
                "spec.nodeSelector.nodeSelectorTerms: Invalid value: [{\"MatchExpressions\":null,\"MatchFields\":null},{\"MatchExpressions\":null,\"MatchFields\":null}]: must have exactly one",
            ],
        )],
    );
}

#[test]
fn what_routes_is_judged() {
    check(
        |new, old| update(kinds::INGRESS_CLASS, new, old),
        &obj!({"kind": "IngressClass", "metadata": {"name": "i"}, "spec": {"controller": "a.io/b", "parameters": {"kind": "K", "name": "n"}}}),
        &[
            ("spec/controller", "a.io/c".into(), &["spec.controller: Invalid value: \"a.io/c\": field is immutable"]),
            ("spec/parameters/name", "a/b".into(), &["spec.parameters.name: Invalid value: \"a/b\": may not contain '/'"]),
            ("spec/parameters/scope", "Namespace".into(), &["spec.parameters.namespace: Required value: `parameters.scope` is set to"]),
            ("spec/parameters/namespace", "x".into(), &["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"]),
        ],
    );
    let slice = obj!({"kind": "EndpointSlice", "metadata": {"name": "e"}, "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"], "hints": {"forZones": [{"name": "a"}]}}], "ports": [{"name": "a", "port": 1}]});
    check(
        |new, old| update(kinds::ENDPOINT_SLICE, new, old),
        &slice,
        &[
            ("endpoints/0/nodeName", "a b".into(), &["endpoints[0].nodeName: Invalid value: \"a b\": a lowercase RFC 1123 subdomain"]),
            ("endpoints/0/addresses", Value::list(), &["endpoints[0].addresses: Required value: must contain at least 1 address"]),
            (
                "endpoints/0/hints/forZones/0/name",
                "a b".into(),
                &["endpoints[0].hints.forZones[0].name: Invalid value: \"a b\": a valid label"],
            ),
            ("ports/0/protocol", "ICMP".into(), &["ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\""]),
        ],
    );
    let policy = obj!({"kind": "NetworkPolicy", "metadata": {"name": "n"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"],
        "ingress": [{"ports": [{"port": 80, "protocol": "TCP"}]}]}});
    check(
        |new, old| update(kinds::NETWORK_POLICY, new, old),
        &policy,
        &[
            (
                "spec/policyTypes/0",
                "Both".into(),
                &["spec.policyTypes[0]: Unsupported value: \"Both\": supported values: \"Ingress\", \"Egress\""],
            ),
            (
                "spec/ingress/0/ports/0/protocol",
                "X".into(),
                &["spec.ingress[0].ports[0].protocol: Unsupported value: \"X\": supported values: \"TCP\", \"UDP\", \"SCTP\""],
            ),
            (
                "spec/ingress/0/ports/0",
                obj!({"endPort": 9}),
                &["spec.ingress[0].ports[0].endPort: Invalid value: 9: may not be specified when `port` is not"],
            ),
        ],
    );
}

#[test]
fn scopes_of_a_quota_fit_what_it_limits() {
    let judge: Judge = |new, old| update(kinds::RESOURCE_QUOTA, new, old);
    let quota = obj!({"kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}});
    let scoped = |expressions: Value| obj!({"matchExpressions": expressions});
    let applied = "spec.scopeSelector.matchExpressions: Invalid value: {\"MatchExpressions\":[{\"ScopeName\":";
    check(
        judge,
        &quota,
        &[
            ("spec/scopeSelector", scoped(obj!([{"scopeName": "PriorityClass", "operator": "In", "values": ["a"]}])), &[]),
            ("spec/scopeSelector", scoped(obj!([{"scopeName": "VolumeAttributesClass", "operator": "Exists"}])), &[applied]),
            (
                "spec/scopeSelector",
                scoped(obj!([{"scopeName": "Terminating", "operator": "Exists"}, {"scopeName": "NotTerminating", "operator": "Exists"}])),
                &["spec.scopeSelector.matchExpressions: Invalid value: null: conflicting scopes"],
            ),
        ],
    );
    let services =
        obj!({"hard": {"services": "1"}, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}});
    check(judge, &quota, &[("spec", services, &[applied])]);
}

#[test]
fn a_signing_request_asks_for_something_of_a_signer() {
    let request = obj!({"kind": "CertificateSigningRequest", "metadata": {"name": "c"}, "spec": {
        "request": crate::base::base64::encode(b"-----BEGIN CERTIFICATE REQUEST-----\n"),
        "signerName": "example.com/s", "usages": ["client auth", "signing"]}});
    let create: Judge = |new, _| super::create(kinds::CERTIFICATE_SIGNING_REQUEST, new);
    check(
        create,
        &request,
        &[
            ("spec/request", "aGk=".into(), &["spec.request: Invalid value: \"aGk=\": PEM block type must be CERTIFICATE REQUEST"]),
            ("spec/usages", obj!([]), &["spec.usages: Required value"]),
            ("metadata/name", "a/b".into(), &["metadata.name: Invalid value: \"a/b\": may not contain '/'"]),
            ("metadata/name", "A:b".into(), &[]),
            (
                "spec/usages/0",
                "x".into(),
                &["spec.usages[0]: Unsupported value: \"x\": supported values: \"any\", \"cert sign\", \"client auth\""],
            ),
            ("spec/usages/1", "client auth".into(), &["spec.usages[1]: Duplicate value: \"client auth\""]),
            ("spec/signerName", "".into(), &["spec.signerName: Required value"]),
            (
                "spec/signerName",
                "kubernetes.io/legacy-unknown".into(),
                &["spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy"],
            ),
            (
                "spec/signerName",
                "a".into(),
                &["spec.signerName: Invalid value: \"a\": must be a fully qualified domain and path of the form"],
            ),
            (
                "spec/expirationSeconds",
                599.into(),
                &["spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10"],
            ),
        ],
    );
}

#[test]
fn what_of_a_changed_object_may_not_change_is_said_beside_what_is_wrong_with_it() {
    let object = |kind: &str, body: &Value| {
        let mut object = body.clone();
        object.set(&["kind"], kind);
        if object.get("metadata").is_null() {
            object.set(&["metadata", "name"], "a");
        }
        object
    };
    let cases: [(&str, Value, &str, Value, &[&str]); 15] = [
        // Unlike an absent policy, an empty one is none, and allowed.
        ("StorageClass", obj!({"provisioner": "a/b", "reclaimPolicy": ""}), "mountOptions", obj!(["x"]), &[]),
        (
            "StorageClass",
            obj!({"provisioner": "a/b", "reclaimPolicy": "Delete"}),
            "provisioner",
            "".into(),
            &["provisioner: Required value", "provisioner: Invalid value: \"\": field is immutable"],
        ),
        (
            "StorageClass",
            obj!({"provisioner": "a/b", "parameters": {"a": "b"}}),
            "parameters/a",
            "c".into(),
            &["parameters: Invalid value: {\"a\":\"c\"}: field is immutable"],
        ),
        (
            "RuntimeClass",
            obj!({"handler": "h"}),
            "handler",
            "".into(),
            &["handler: Required value", "handler: Invalid value: \"\": field is immutable"],
        ),
        (
            "VolumeAttachment",
            obj!({"spec": {"attacher": "a", "nodeName": "n", "source": {"persistentVolumeName": "v"}}}),
            "spec/source/persistentVolumeName",
            "V".into(),
            &["spec.source.persistentVolumeName: Invalid value: \"V\": a lowercase", "spec: Invalid value: {\"Attacher\":\"a\""],
        ),
        (
            "CSIStorageCapacity",
            obj!({"storageClassName": "c"}),
            "storageClassName",
            "".into(),
            &["storageClassName: Invalid value: \"\": a lowercase", "storageClassName: Invalid value: \"\": field is immutable"],
        ),
        (
            "IngressClass",
            obj!({"spec": {"controller": "a/b"}}),
            "spec",
            obj!({}),
            &["spec.controller: Invalid value: \"\": field is immutable", "spec.controller: Required value"],
        ),
        // The address's parent is judged anew.
        (
            "IPAddress",
            obj!({"metadata": {"name": "10.0.0.1"}, "spec": {"parentRef": {"resource": "services", "name": "s"}}}),
            "spec/parentRef/name",
            "".into(),
            &["spec.parentRef.name: Required value", "spec.parentRef: Invalid value: {\"Group\":\"\",\"Resource\":\"services\""],
        ),
        ("ServiceCIDR", obj!({"spec": {"cidrs": ["10.0.0.0/24"]}}), "spec/cidrs", obj!(["10.0.0.0/24", "fd00::/64"]), &[]),
        (
            "ServiceCIDR",
            obj!({"spec": {"cidrs": ["10.0.0.0/24"]}}),
            "spec/cidrs",
            obj!(["10.1.0.0/24", "10.2.0.0/24"]),
            &["spec.cidrs[0]: Invalid value: \"10.1.0.0/24\": field is immutable", "spec.cidrs: Invalid value: [\"10.1.0.0/24\""],
        ),
        // Its endpoints are judged where they changed, after its ports.
        (
            "EndpointSlice",
            obj!({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"port": 80}]}),
            "addressType",
            "IPv6".into(),
            &["addressType: Invalid value: \"IPv6\": field is immutable"],
        ),
        (
            "EndpointSlice",
            obj!({"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"port": 80}]}),
            "endpoints/0/addresses/0",
            "fd00::1".into(),
            &["endpoints[0].addresses: Invalid value: \"fd00::1\": must be an IPv4 address"],
        ),
        (
            "Node",
            obj!({"spec": {"podCIDRs": ["10.0.0.0/24"]}}),
            "spec/podCIDRs/0",
            "x".into(),
            &["spec.podCIDRs[0]: Invalid value: \"x\": must be a valid CIDR", "spec.podCIDRs: Forbidden: node updates may not change"],
        ),
        (
            "ClusterRole",
            obj!({"aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}),
            "aggregationRule/clusterRoleSelectors/0/matchLabels/a",
            "-".into(),
            &[
                "aggregationRule.clusterRoleSelectors[0].matchLabels: Invalid value: \"-\"",
                "aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.",
            ],
        ),
        (
            "PersistentVolumeClaim",
            obj!({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}),
            "spec/selector",
            obj!({}),
            &["spec: Forbidden: spec is immutable after creation"],
        ),
    ];
    for (kind, body, path, value, wanted) in cases {
        let kind = Kind::named(kind);
        let old = stored(&object(kind.kind, &body));
        let got: Vec<String> =
            update(kind, &with(&old, path, &value), &old).iter().map(|c| format!("{}: {}", c.field, c.message)).collect();
        let right = got.len() == wanted.len() && got.iter().zip(wanted).all(|(g, w)| g.starts_with(w));
        assert!(right, "{} {path} {value}: got {got:#?}, wanted {wanted:#?}", kind.kind);
    }
}

#[test]
fn a_changed_volume_is_judged_as_a_new_one_twice_and_keeps_its_source() {
    let volume = obj!({"kind": "PersistentVolume", "metadata": {"name": "v"}, "spec": {
        "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/a"}}});
    let judge: Judge = |new, old| update(Kind::named("PersistentVolume"), new, old);
    let mode = "spec.accessModes: Unsupported value: \"x\"";
    let source = "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@";
    let options = obj!({"volume.beta.kubernetes.io/mount-options": "hard"});
    check(
        judge,
        &volume,
        &[
            ("spec/accessModes", obj!(["x"]), &[mode, mode]),
            ("spec/hostPath/path", "/b".into(), &[source]),
            (
                "metadata/annotations",
                options,
                &["metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify mount options"],
            ),
        ],
    );
}

#[test]
fn a_review_asks_of_one_thing() {
    let review = |spec: Value| {
        let kind = Kind::named("LocalSubjectAccessReview");
        let review = obj!({"kind": kind.kind, "metadata": {"namespace": "a"}, "spec": spec});
        super::create(kind, &review).iter().map(|c| format!("{}: {}", c.field, c.message)).collect::<Vec<_>>()
    };
    assert_eq!(review(obj!({"user": "u", "resourceAttributes": {"namespace": "a"}})), [""; 0]);
    assert_eq!(
        review(obj!({"resourceAttributes": {"namespace": "b", "labelSelector": {}}})),
        [
            "spec.user: Invalid value: \"\": at least one of user or group must be specified",
            "spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is specified, \
             requirements or rawSelector is required",
            "spec.resourceAttributes.namespace: Invalid value: \"b\": must match metadata.namespace",
        ]
    );
}

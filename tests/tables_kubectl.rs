//! What kubectl prints and makes, held to the recorded tables. Needs the conformance folder.

#[path = "tables/go.rs"]
mod go;
mod tables;

use kubarium::api::{Kind, KindRef, Value};
use kubarium::base::Time;
use kubarium::kubectl::describe::{Related, describe};
use kubarium::kubectl::output::columns::printer_of;
use kubarium::obj;
use kubarium::sim::{Session, Sim};
use tables::{Outcome, Row, check, same};

/// The moments at which the rows were written down.
fn moments() -> [Time; 2] {
    ["2026-11-22T08:36:56Z", "2026-11-22T08:36:57Z"].map(|t| Time::parse_rfc3339(t).expect("a moment of the session"))
}

/// Upstream's tests, the kind that they print, and the member that is the object.
const PRINTED: [(&str, &str, &str); 61] = [
    ("TestPrintEvent", "Event", "event"),
    ("TestPrintNamespace", "Namespace", "namespace"),
    ("TestPrintSecret", "Secret", "secret"),
    ("TestPrintServiceAccount", "ServiceAccount", "serviceAccount"),
    ("TestPrintNodeStatus", "Node", "node"),
    ("TestPrintNodeRole", "Node", "node"),
    ("TestPrintNodeOSImage", "Node", "node"),
    ("TestPrintNodeKernelVersion", "Node", "node"),
    ("TestPrintNodeArch", "Node", "node"),
    ("TestPrintNodeContainerRuntimeVersion", "Node", "node"),
    ("TestPrintNodeName", "Node", "node"),
    ("TestPrintNodeExternalIP", "Node", "node"),
    ("TestPrintNodeInternalIP", "Node", "node"),
    ("TestPrintIngressClass", "IngressClass", "ingressClass"),
    ("TestPrintServiceLoadBalancer", "Service", "service"),
    ("TestPrintPod", "Pod", "pod"),
    ("TestPrintPodWithRestartableInitContainer", "Pod", "pod"),
    ("TestPrintPodwide", "Pod", "pod"),
    ("TestPrintPodConditions", "Pod", "pod"),
    ("TestPrintPodList", "Pod", "pods"),
    ("TestPrintNonTerminatedPod", "Pod", "pod"),
    ("TestPrintPodTemplate", "PodTemplate", "podTemplate"),
    ("TestPrintDeployment", "Deployment", "deployment"),
    ("TestPrintDaemonSet", "DaemonSet", "daemonSet"),
    ("TestPrintJob", "Job", "job"),
    ("TestPrintHPA", "HorizontalPodAutoscaler", "hpa"),
    ("TestPrintService", "Service", "service"),
    ("TestPrintPodDisruptionBudget", "PodDisruptionBudget", "pdb"),
    ("TestPrintControllerRevision", "ControllerRevision", "history"),
    ("TestPrintConfigMap", "ConfigMap", "configMap"),
    ("TestPrintNetworkPolicy", "NetworkPolicy", "policy"),
    ("TestPrintRoleBinding", "RoleBinding", "binding"),
    ("TestPrintClusterRoleBinding", "ClusterRoleBinding", "binding"),
    ("TestPrintCertificateSigningRequest", "CertificateSigningRequest", "csr"),
    ("TestPrintReplicationController", "ReplicationController", "rc"),
    ("TestPrintReplicaSet", "ReplicaSet", "replicaSet"),
    ("TestPrintStatefulSet", "StatefulSet", "statefulSet"),
    ("TestPrintPersistentVolume", "PersistentVolume", "pv"),
    ("TestPrintPersistentVolumeClaim", "PersistentVolumeClaim", "pvc"),
    ("TestPrintComponentStatus", "ComponentStatus", "componentStatus"),
    ("TestPrintCronJob", "CronJob", "cronjob"),
    ("TestPrintStorageClass", "StorageClass", "sc"),
    ("TestPrintVolumeAttributesClass", "VolumeAttributesClass", "vac"),
    ("TestPrintLease", "Lease", "lease"),
    ("TestPrintPriorityClass", "PriorityClass", "pc"),
    ("TestPrintRuntimeClass", "RuntimeClass", "rc"),
    ("TestPrintEndpoint", "Endpoints", "endpoint"),
    ("TestPrintEndpointSlice", "EndpointSlice", "endpointSlice"),
    ("TestPrintFlowSchema", "FlowSchema", "fs"),
    ("TestPrintDeviceClass", "DeviceClass", "deviceClass"),
    ("TestPrintResourceClaim", "ResourceClaim", "resourceClaim"),
    ("TestPrintResourceClaimTemplate", "ResourceClaimTemplate", "resourceClaimTemplate"),
    ("TestPrintResourceSlice", "ResourceSlice", "resourceSlice"),
    ("TestPrintPriorityLevelConfiguration", "PriorityLevelConfiguration", "pl"),
    ("TestPrintResourceQuota", "ResourceQuota", "resourceQuota"),
    ("TestPrintServiceCIDR", "ServiceCIDR", "ccc"),
    ("TestPrintValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicyBinding", "validatingAdmissionPolicyBinding"),
    ("TestPrintLeaseCandidate", "LeaseCandidate", "leaseCandidate"),
    ("TestPrintStorageVersion", "StorageVersion", "sv"),
    ("TestPrintClusterTrustBundle", "ClusterTrustBundle", "bundle"),
    ("TestPrintPodCertificateRequest", "PodCertificateRequest", "bundle"),
];

fn cells(row: &Row) -> Outcome {
    let Some((_, kind, member)) = PRINTED.iter().find(|(func, ..)| *func == row.func) else {
        return Outcome::Elsewhere(match row.func.as_str() {
            "TestTableRowDeepCopyShouldNotPanic" => "are of a copy of the server's table",
            "TestPrintScale" | "TestPrintResourcePoolStatusRequest" => "are of a kind that no discovery lists",
            "TestTranslateTimestampSince" | "TestTranslateTimestampUntil" => "have an answer but no question",
            "TestPrintServiceCIDRList" => "have an object that upstream's code makes, not the table",
            "TestFormatResourceName" => "are of a name with its kind, which kubectl puts together",
            _ => return Outcome::Differs("no rule for this test".to_owned()),
        });
    };
    let Some(kind) = kubarium::api::KINDS.iter().find(|k| k.kind == *kind) else {
        return Outcome::Elsewhere("are of a kind that is not served");
    };
    if row.func == "TestPrintServiceLoadBalancer" && row.row.to_json().contains("...\"") {
        return Outcome::Elsewhere("are of narrow tables, where the server's are wide");
    }
    let given = row.row.get(member);
    let objects = if given.get("Items").is_null() { std::slice::from_ref(given) } else { given.get("Items").items() };
    let wanted = if row.row.get("expected").is_null() { row.row.get("expect") } else { row.row.get("expected") };
    let rule = |(object, wanted): (&Value, &Value)| {
        let object = go::object(kind.kind, object);
        let wanted: Vec<String> =
            wanted.get("cells").items().iter().map(|c| c.as_str().map_or_else(|| c.to_string(), str::to_owned)).collect();
        let printer = printer_of(kind);
        let narrow = printer.columns().iter().filter(|c| !c.wide).count() == wanted.len();
        let found = moments().map(|now| {
            let shown = printer.columns().iter().zip(printer.cells(&object, now)).filter(|(c, _)| !narrow || !c.wide);
            shown.map(|(_, cell)| cell).take(wanted.len()).collect::<Vec<_>>()
        });
        if found[0] == wanted { Ok(()) } else { same(&found[1], &wanted) }
    };
    objects.iter().zip(wanted.items()).try_for_each(rule).into()
}

#[test]
fn columns_are_filled() {
    check("printers", cells);
}

/// The objects that a described object belongs with.
#[derive(Default)]
struct Around(Vec<(KindRef, Value)>);

impl Around {
    fn with(mut self, kind: &str, list: &Value) -> Around {
        self.0.extend(list.items().iter().map(|o| (Kind::named(kind), o.clone())));
        self
    }
}

impl Related for Around {
    fn list(&self, kind: KindRef, namespace: Option<&str>) -> Vec<Value> {
        let of = |o: &Value| namespace.is_none_or(|n| o.at(&["metadata", "namespace"]).str() == n);
        self.0.iter().filter(|(k, o)| *k == kind && of(o)).map(|(_, o)| o.clone()).collect()
    }
    fn get(&self, kind: KindRef, namespace: &str, name: &str) -> Option<Value> {
        self.list(kind, Some(namespace)).into_iter().find(|o| o.at(&["metadata", "name"]).str() == name)
    }
}

/// Upstream's tests, the kind that they describe, and the member that is the object.
const DESCRIBED: [(&str, &str, &str); 24] = [
    ("TestCertificateSigningRequestDescriber", "CertificateSigningRequest", "csr"),
    ("TestDescribeNamespace", "Namespace", "namespace"),
    ("TestDescribePodRuntimeClass", "Pod", "pod"),
    ("TestDescribePodSchedulingGroup", "Pod", "pod"),
    ("TestDescribePriorityClass", "PriorityClass", "priorityClass"),
    ("TestDescribeService", "Service", "service"),
    ("TestPersistentVolumeDescriber", "PersistentVolume", "pv"),
    ("TestPersistentVolumeClaimDescriber", "PersistentVolumeClaim", "pvc"),
    ("TestGetPodsForPVC", "PersistentVolumeClaim", "pvc"),
    ("TestDescribeDeployment", "Deployment", "deployment"),
    ("TestDescribeJob", "Job", "job"),
    ("TestDescribeIngress", "Ingress", "input"),
    ("TestDescribeHorizontalPodAutoscaler", "HorizontalPodAutoscaler", "hpa"),
    ("TestDescribeServiceCIDR", "ServiceCIDR", "input"),
    ("TestDescribeIPAddress", "IPAddress", "input"),
    ("TestDescribeSeccompProfile", "Pod", "pod"),
    ("TestDescribeCronJob", "CronJob", "cronJob"),
    ("TestDescribeReplicaSet", "ReplicaSet", "replicaSet"),
    ("TestDescribeRole", "Role", "role"),
    ("TestDescribeRoleBinding", "RoleBinding", "binding"),
    ("TestDescribeClusterRole", "ClusterRole", "role"),
    ("TestDescribeClusterRoleBinding", "ClusterRoleBinding", "binding"),
    ("TestDescribeSecret", "Secret", ""),
    ("TestDescribeContainers", "Pod", ""),
];

/// The text with one blank between its words.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn described(row: &Row) -> Outcome {
    let r = &row.row;
    if r.as_str().is_some() || r.as_int().is_some() || row.part {
        return Outcome::Elsewhere("are parts of what the row before them expects");
    }
    let Some((_, kind, member)) = DESCRIBED.iter().find(|(func, ..)| *func == row.func) else {
        return Outcome::Elsewhere(match row.func.as_str() {
            "TestDescribePod" => "have an object that upstream's code makes, not the table",
            "TestDescribeResources"
            | "TestDescribeContainerPorts"
            | "TestGetPodsTotalRequests"
            | "TestPrintLabelsMultiline"
            | "TestDescribeUnstructuredContent"
            | "TestSmartLabelFor" => "are of a function inside kubectl that no command reaches alone",
            _ => return Outcome::Differs("no rule for this test".to_owned()),
        });
    };
    let object = match *kind {
        "Secret" => obj!({"metadata": {"name": "bar", "namespace": "foo"}, "data": (r.get("data").clone())}),
        "Pod" if member.is_empty() => obj!({"metadata": {"name": "bar"}, "spec": {"containers": [(r.get("container").clone())]},
            "status": {"containerStatuses": [(r.get("status").clone())]}}),
        _ => r.get(member).clone(),
    };
    let of_kind = |is: fn(&Value) -> bool| Value::from(r.get("objects").items().iter().filter(|o| is(o)).cloned().collect::<Vec<_>>());
    let around = Around::default()
        .with("EndpointSlice", r.get("endpointSlices"))
        .with("Pod", r.get("pods"))
        .with("Pod", r.get("requiredObjects"))
        .with("ReplicaSet", &of_kind(|o| o.get("involvedObject").is_null()))
        .with("Event", &of_kind(|o| !o.get("involvedObject").is_null()));
    let shows_events = r.at(&["describerSettings", "ShowEvents"]).as_bool() != Some(false);
    // The descriptions were made some seconds after the tables.
    let now = Time::parse_rfc3339("2026-11-22T08:37:06.277Z").expect("a moment of the session");
    let text = describe(Kind::named(kind), &object, &around, shows_events, now);
    let lists = |names: &[&str]| names.iter().flat_map(|n| r.get(n).items()).map(|v| v.str().to_owned()).collect::<Vec<_>>();
    let missing: Vec<String> = lists(&["expect", "expects", "expected", "expectedElements", "wantElements", "wantOutput", "expectedPods"])
        .into_iter()
        .chain(["expected", "output"].iter().map(|n| r.get(n).str().to_owned()))
        // Where upstream's test looks, tabs are not yet columns.
        .filter(|w| if w.contains('\t') { !words(&text).contains(&words(w)) } else { !text.contains(w.as_str()) })
        .collect();
    let unexpected: Vec<String> = lists(&["unexpect", "unexpectedElements"]).into_iter().filter(|w| text.contains(w.as_str())).collect();
    if missing.is_empty() && unexpected.is_empty() {
        return Outcome::Holds;
    }
    Outcome::Differs(format!("missing {missing:?}, unexpected {unexpected:?} in\n{text}"))
}

#[test]
fn objects_are_described() {
    check("kubectl_describe", described);
}

/// The value without what upstream's types write though it is empty.
fn full(value: &Value) -> Value {
    let empty = |v: &Value| match v {
        Value::Map(m) => m.is_empty(),
        Value::List(l) => l.is_empty(),
        Value::Str(s) => s.is_empty(),
        v => v.is_null(),
    };
    match value {
        Value::Map(map) => {
            let mut out = Value::map();
            for (key, member) in map.iter() {
                let member = full(member);
                if !empty(&member) && !matches!(key.as_str(), "creationTimestamp" | "apiVersion" | "kind" | "uid") {
                    out.set(&[key.as_str()], member);
                }
            }
            out
        }
        Value::List(list) => Value::from(list.iter().map(full).collect::<Vec<_>>()),
        other => other.clone(),
    }
}

/// A command of kubectl that asks for what the row asks for; none where no command does.
fn creation(row: &Row) -> Option<String> {
    let r = &row.row;
    // The test's context has a namespace of its own where it goes through the command's flags.
    let mut words = vec![if row.func == "TestCreateRole" { "kubectl -n test create" } else { "kubectl create" }.to_owned()];
    let flag = |words: &mut Vec<String>, name: &str, value: &str| {
        if !value.is_empty() {
            words.push(format!("--{name}='{value}'"));
        }
    };
    let each = |words: &mut Vec<String>, name: &str, list: &Value| {
        words.extend(list.items().iter().map(|v| format!("--{name}='{}'", v.str())));
    };
    // A role's options after they were read.
    let role = |words: &mut Vec<String>, options: &Value| {
        each(words, "verb", options.get("Verbs"));
        for resource in options.get("Resources").items() {
            let get = |key: &str| resource.get(key).str();
            let dot = |text: &str, mark: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
            words.push(format!("--resource='{}{}{}'", get("Resource"), dot(get("Group"), "."), dot(get("SubResource"), "/")));
        }
        each(words, "resource-name", options.get("ResourceNames"));
    };
    let options = r.get("options");
    match row.func.as_str() {
        "TestCreateClusterRole" | "TestCreateRole" => {
            words.push(if row.func == "TestCreateRole" { "role my-role" } else { "clusterrole my-cluster-role" }.into());
            let names =
                [("verb", "verbs"), ("resource", "resources"), ("resource-name", "resourceNames"), ("non-resource-url", "nonResourceURL")];
            for (name, member) in names.into_iter().chain([("aggregation-rule", "aggregationRule")]) {
                flag(&mut words, name, r.get(member).str());
            }
        }
        "TestClusterRoleValidate" | "TestValidate" => {
            let whole = r.get("clusterRoleOptions");
            let own = if whole.is_null() { r.get("roleOptions") } else { whole.get("CreateRoleOptions") };
            words.push(if whole.is_null() { "role" } else { "clusterrole" }.into());
            words.push(own.get("Name").str().to_owned());
            role(&mut words, own);
            each(&mut words, "non-resource-url", whole.get("NonResourceURLs"));
            for (key, value) in whole.get("AggregationRule").entries() {
                words.push(format!("--aggregation-rule={key}={}", value.str()));
            }
        }
        "TestCreateClusterRoleBinding" | "TestCreateRoleBinding" => {
            words.push(if row.func == "TestCreateRoleBinding" { "rolebinding" } else { "clusterrolebinding" }.into());
            words.push(options.get("Name").str().to_owned());
            flag(&mut words, "role", options.get("Role").str());
            flag(&mut words, "clusterrole", options.get("ClusterRole").str());
            for (name, member) in [("user", "Users"), ("group", "Groups"), ("serviceaccount", "ServiceAccounts")] {
                each(&mut words, name, options.get(member));
            }
        }
        "TestCreateCronJob" | "TestCreateJob" | "TestCreateJobValidation" => {
            words.push(if row.func == "TestCreateCronJob" { "cronjob" } else { "job" }.into());
            words.push("test-job".into());
            for name in ["image", "restart", "schedule", "from"] {
                flag(&mut words, name, r.get(name).str());
            }
        }
        "TestCreateIngressValidation" | "TestCreateIngress" => {
            words.push("ingress test-ingress".into());
            flag(&mut words, "class", r.get("ingressclass").str());
            flag(&mut words, "default-backend", r.get("defaultbackend").str());
            each(&mut words, "rule", r.get("rules"));
            each(&mut words, "annotation", r.get("annotations"));
        }
        "TestCreateNamespace" => words.push(format!("namespace {}", options.get("Name").str())),
        "TestCreateServiceAccount" => words.push(format!("serviceaccount {}", options.get("Name").str())),
        "TestCreatePdbValidation" | "TestCreatePdb" => {
            words.push(format!("poddisruptionbudget {}", options.get("Name").str()));
            for (name, member) in [("min-available", "MinAvailable"), ("max-unavailable", "MaxUnavailable"), ("selector", "Selector")] {
                flag(&mut words, name, options.get(member).str());
            }
        }
        "TestCreateQuota" => {
            words.push(format!("quota {}", options.get("Name").str()));
            flag(&mut words, "hard", options.get("Hard").str());
            flag(&mut words, "scopes", options.get("Scopes").str());
        }
        "TestCreateSecretDockerRegistry" => {
            words.push(format!("secret docker-registry {}", r.get("dockerRegistrySecretName").str()));
            for (name, member) in
                [("username", "dockerUsername"), ("password", "dockerPassword"), ("email", "dockerEmail"), ("server", "dockerServer")]
            {
                // A server that is named empty is not the usual one.
                words.push(format!("--docker-{name}='{}'", r.get(member).str()));
            }
        }
        "TestCreateServices" => {
            let kind = r.get("serviceType").str();
            words.push(format!(
                "service {} {}",
                if kind.is_empty() { "clusterip".into() } else { kind.to_ascii_lowercase() },
                r.get("name").str()
            ));
            each(&mut words, "tcp", r.get("tcp"));
            flag(&mut words, "clusterip", r.get("clusterip").str());
            flag(&mut words, "external-name", r.get("externalName").str());
            if let Some(port) = r.get("nodeport").as_int().filter(|p| *p != 0) {
                flag(&mut words, "node-port", &port.to_string());
            }
        }
        _ => return None,
    }
    if r.get("appendHash").is_true() {
        words.push("--append-hash".into());
    }
    words.push("--dry-run=client -o json".into());
    if !r.get("command").is_empty() {
        words.push("--".into());
        words.extend(r.get("command").items().iter().map(|w| w.str().to_owned()));
    }
    Some(of_today(&words.join(" ")))
}

/// The group that upstream's tests still have for workloads, by its name of today.
fn of_today(text: &str) -> String {
    text.replace(".extensions", ".apps").replace("\"extensions\"", "\"apps\"")
}

/// What the commands print, each with its exit status; on a cluster of an API server and one node.
fn played(commands: &[String]) -> Vec<(String, String, i32)> {
    let input = |cmd: &String| obj!({"t": 0, "cmd": cmd.as_str()});
    let session = obj!({"namespace": "test", "components": [], "inputs": (Value::from(commands.iter().map(input).collect::<Vec<_>>()))});
    let session = Session::from_json(&session.to_json()).expect("a session");
    let mut sim = Sim::new(session);
    sim.play();
    let outcome = sim.outcome();
    assert_eq!(outcome.steps.len(), commands.len());
    outcome.steps.into_iter().map(|s| (s.stdout.unwrap_or_default(), s.stderr.unwrap_or_default(), s.exit.unwrap_or(-1))).collect()
}

#[test]
fn objects_are_made() {
    let commands: Vec<(String, String)> = tables::rows("kubectl_create")
        .iter()
        .filter_map(|row| Some((format!("{} {} {}", row.func, row.key, row.row), creation(row)?)))
        .collect();
    let answers = played(&commands.iter().map(|(_, c)| c.clone()).collect::<Vec<_>>());
    check("kubectl_create", |row| {
        let name = format!("{} {} {}", row.func, row.key, row.row);
        let Some(i) = commands.iter().position(|(n, _)| *n == name) else {
            return Outcome::Elsewhere(match row.func.as_str() {
                "TestCreateConfigMap" | "TestCreateSecretGeneric" => "could not be written down",
                "TestComplete" | "TestAddSpecialVerb" => "are of a function inside kubectl that no command reaches alone",
                "TestCreateSecretTLS" | "TestCreateSecretDockerRegistryFromFile" => "are of files that the table does not hold",
                "TestCreateJobFromCronJob" => "are of a CronJob without a name, which no server holds",
                "TestCreateToken" => "are of tokens that a server of upstream's test makes up",
                _ => return Outcome::Differs("no rule for this test".to_owned()),
            });
        };
        let (stdout, stderr, exit) = &answers[i];
        let wanted = ["expected", "expectedRole", "expectedClusterRole"].iter().map(|n| row.row.get(n)).find(|v| !v.is_null());
        let fails = row.row.get("expectErr").is_true() || wanted.is_some_and(|w| !w.str().is_empty());
        if fails {
            let text = wanted.and_then(Value::as_str).unwrap_or_default();
            // kubectl asks for one name where the options have none.
            let said = stderr.contains(text) || (text == "name must be specified" && stderr.contains("exactly one NAME"));
            return same((*exit != 0, said), (true, true)).map_err(|e| format!("{e}: {}\n{stderr}", commands[i].1)).into();
        }
        if *exit != 0 {
            return Outcome::Differs(format!("{} fails: {stderr}", commands[i].1));
        }
        let found = Value::from_json(stdout).expect("kubectl prints JSON");
        match wanted.filter(|w| matches!(w, Value::Map(_))) {
            Some(wanted) => {
                let (mut found, wanted) = (full(&found), full(wanted));
                // The command fills in the namespace that upstream's test leaves out.
                if wanted.at(&["metadata", "namespace"]).is_null() {
                    found.remove(&["metadata", "namespace"]);
                }
                same(found.to_json(), of_today(&wanted.to_json())).into()
            }
            None => Outcome::Holds,
        }
    });
}

#[test]
fn taints_are_read() {
    let specs = |row: &Row| row.row.get("spec").items().iter().map(|s| format!("'{}'", s.str())).collect::<Vec<_>>().join(" ");
    let command = |row: &Row| format!("kubectl taint node node1 {}", specs(row));
    let all = tables::rows("util_node_taints");
    let commands: Vec<String> = all.iter().filter(|r| r.func == "TestParseTaints").map(command).collect();
    let answers = played(&commands);
    check("util_node_taints", |row| {
        if row.func != "TestParseTaints" {
            return Outcome::Elsewhere("are of a function inside kubectl that no command reaches alone");
        }
        let i = commands.iter().position(|c| *c == command(row)).expect("the command was played");
        let fails = row.row.get("expectedErr").is_true();
        let (_, stderr, exit) = &answers[i];
        // What is to go and is not there, or comes and goes at once, is read all the same.
        let read = *exit == 0 || stderr.contains("not found") || stderr.contains("can not both modify and remove");
        same(read, !fails).map_err(|e| format!("{e}: {}\n{stderr}", commands[i])).into()
    });
}

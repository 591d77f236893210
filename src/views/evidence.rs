//! What was decided and why, as the engine kept it: where a pod was put, how its containers ended, whom a service reaches, what an
//! autoscaler reckoned, what changed in an object, what holds its deletion.

use crate::api::{KINDS, KindRef, Object, Value, kinds};
use crate::base::{List as _, SortedSet, Time};
use crate::kubectl::describe::{Related, describe};
use crate::kubectl::output::columns::printer_of;
use crate::server::{ApiServer, Caller};
use crate::sim::Sim;
use crate::store::{ChangeType, ObjectKey, Version};

use super::inside::ContainerInside;
pub use crate::controllers::hpa::Calculation;
pub use crate::scheduler::decisions::{Decision, Reason};

/// How many of a container's ends are told.
const ENDS_MAX: usize = 12;
/// How many pods are asked for their queues.
const QUEUE_PODS_MAX: usize = 200;

/// The kind of this name, where there is one.
pub fn kind_named(kind: &str) -> Option<KindRef> {
    KINDS.iter().find(|k| k.kind == kind)
}

/// What the scheduler said of each node when it last tried this pod; none where it has not, or that is long ago.
pub fn placement(sim: &Sim, uid: &str) -> Option<Decision> {
    sim.cluster().scheduler.as_ref()?.decisions().of(uid).cloned()
}

/// Which try [`placement`] tells of, and when it was: as long as these are the same, so is the decision.
pub fn placement_tried(sim: &Sim, uid: &str) -> Option<(u32, Time)> {
    sim.cluster().scheduler.as_ref()?.decisions().of(uid).map(|d| (d.attempt, d.at))
}

/// The first reason that the scheduler had against a node when it last tried this pod.
pub fn first_refusal<'a>(sim: &'a Sim, uid: &str) -> Option<&'a str> {
    let rows = &sim.cluster().scheduler.as_ref()?.decisions().of(uid)?.rows;
    rows.iter().find_map(|row| row.refused.as_ref()?.reasons.first()).map(|reason| reason.text.as_str())
}

/// How an autoscaler's last look came out.
pub fn scaling(sim: &Sim, namespace: &str, name: &str) -> Option<Calculation> {
    sim.cluster().autoscaling(namespace, name).cloned()
}

/// A moment of an autoscaler: when, the replicas there were, and the replicas called for.
pub type Replicas = (Time, i64, i64);

/// An autoscaler's replicas over time, oldest first.
pub fn replicas(api: &ApiServer, hpa: &Value) -> Vec<Replicas> {
    let Some(kind) = kind_named(hpa.kind()) else { return Vec::new() };
    let key = ObjectKey::new(kind, hpa.namespace(), hpa.name());
    let status = |v: &Value, key: &str| v.at(&["status", key]).int();
    let mut points: Vec<Replicas> = Vec::new();
    for v in api.store().history(&key).filter(|v| v.value.uid() == hpa.uid()) {
        let point = (v.at, status(&v.value, "currentReplicas"), status(&v.value, "desiredReplicas"));
        if points.last().is_none_or(|last| (last.1, last.2) != (point.1, point.2)) {
            points.push(point);
        }
    }
    points
}

/// One end of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The container.
    pub container: String,
    /// From when to when it ran.
    pub ran: (Option<Time>, Option<Time>),
    /// Exit code.
    pub code: i64,
    /// `Error`, `OOMKilled` ...
    pub reason: String,
}

/// How a pod's containers ended, newest first: from every version of its status that is kept.
pub fn ends(api: &ApiServer, pod: &Value) -> Vec<End> {
    let Some(kind) = kind_named("Pod") else { return Vec::new() };
    let key = ObjectKey::new(kind, pod.namespace(), pod.name());
    let (mut told, mut ends) = (SortedSet::new(), Vec::new());
    for version in api.store().history(&key).filter(|v| v.value.uid() == pod.uid()) {
        let status = version.value.get("status");
        for list in ["initContainerStatuses", "containerStatuses"] {
            for c in status.get(list).items() {
                for state in ["lastState", "state"] {
                    let t = c.at(&[state, "terminated"]);
                    let id = (c.get("name").str().to_owned(), t.get("finishedAt").str().to_owned());
                    if t.is_null() || !told.insert(id) {
                        continue;
                    }
                    let time = |key: &str| Time::parse_rfc3339(t.get(key).str());
                    ends.push(End {
                        container: c.get("name").str().to_owned(),
                        ran: (time("startedAt"), time("finishedAt")),
                        code: t.get("exitCode").int(),
                        reason: t.get("reason").str().to_owned(),
                    });
                }
            }
        }
    }
    ends.reverse();
    ends.truncate(ENDS_MAX);
    ends
}

/// Whether a service sends requests to a pod, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It does.
    Reached,
    /// A label is missing or says something else: the key, what is wanted, what is there.
    Label(String, String, Option<String>),
    /// The pod is on its way out.
    Terminating,
    /// The pod has no address yet.
    NoAddress,
    /// The pod is not ready.
    NotReady,
}

/// What a service makes of a pod; none where the two have nothing to do with each other, as in different namespaces.
pub fn membership(service: &Value, pod: &Value) -> Option<Membership> {
    let selector = service.at(&["spec", "selector"]);
    if selector.is_empty() || service.namespace() != pod.namespace() {
        return None;
    }
    if let Some((key, want)) = selector.entries().find(|(k, v)| pod.labels().get(k) != *v) {
        return Some(Membership::Label(key.to_string(), want.str().to_owned(), pod.label(key).map(str::to_owned)));
    }
    let even_not_ready = service.at(&["spec", "publishNotReadyAddresses"]).is_true();
    Some(if pod.at(&["status", "podIP"]).str().is_empty() {
        Membership::NoAddress
    } else if even_not_ready || pod.condition("Ready") == "True" && !pod.is_terminating() {
        Membership::Reached
    } else if pod.is_terminating() {
        Membership::Terminating
    } else {
        Membership::NotReady
    })
}

/// A change of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// When.
    pub at: Time,
    /// What was set, as `spec.replicas: 3`; nothing where the object was made or deleted.
    pub fields: Vec<String>,
    /// What was done.
    pub change: ChangeType,
    /// Who did it: the field managers whose fields changed, or else the component that wrote it.
    pub who: String,
}

/// How many changes are told, and how many fields of each.
const EDITS_MAX: usize = 12;
const FIELDS_MAX: usize = 6;
/// Fields below this depth are told as one.
const DEPTH_MAX: usize = 4;

/// What was changed in this object and when, newest first.
pub fn edits(api: &ApiServer, object: &Value) -> Vec<Edit> {
    let Some(kind) = kind_named(object.kind()) else { return Vec::new() };
    let key = ObjectKey::new(kind, object.namespace(), object.name());
    let versions: Vec<_> = api.store().history(&key).filter(|v| v.value.uid() == object.uid()).list();
    let mut told: Vec<Edit> = Vec::new();
    for (i, version) in versions.iter().enumerate().rev().take(EDITS_MAX) {
        let mut fields = Vec::new();
        if version.change == ChangeType::Modified
            && let Some(before) = i.checked_sub(1).map(|i| &versions[i].value)
        {
            differences("", before, &version.value, 0, &mut fields);
        }
        let before = i.checked_sub(1).map_or(&Value::Null, |i| &versions[i].value);
        told.push(Edit { at: version.at, fields, change: version.change, who: who(api, kind, before, version) });
    }
    told
}

/// The component that wrote it; of what a user wrote, whose managed fields are others than before.
fn who(api: &ApiServer, kind: KindRef, before: &Value, version: &Version) -> String {
    if version.by != Caller::OF_USERS {
        return version.by.to_owned();
    }
    let after = &version.value;
    let entries = |v: &Value| v.at(&["metadata", "managedFields"]).items().to_vec();
    let known = entries(&api.with_managers(kind, before.clone()));
    let mut names: Vec<String> = Vec::new();
    for e in entries(after).iter().filter(|e| !known.contains(e)) {
        let sub = e.get("subresource").str();
        let name = if sub.is_empty() { e.get("manager").str().to_owned() } else { format!("{} ({sub})", e.get("manager").str()) };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { version.by.to_owned() } else { names.join(", ") }
}

fn differences(path: &str, before: &Value, after: &Value, depth: usize, found: &mut Vec<String>) {
    if before.same(after)
        || before == after
        || found.len() >= FIELDS_MAX
        || matches!(path, "metadata.resourceVersion" | "metadata.managedFields")
    {
        return;
    }
    let maps = !before.is_empty() && !after.is_empty() && before.items().is_empty() && before.entries().next().is_some();
    if maps && after.entries().next().is_some() && depth < DEPTH_MAX {
        for (key, value) in after.entries() {
            let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
            differences(&path, before.get(key), value, depth + 1, found);
        }
        for (key, _) in before.entries().filter(|(k, _)| after.get(k).is_null()) {
            found.push(format!("{path}.{key}: -"));
        }
        return;
    }
    found.push(match (after.as_str(), after.as_int()) {
        (Some(text), _) if text.len() < 60 => format!("{path}: {text}"),
        (_, Some(number)) => format!("{path}: {number}"),
        _ => path.to_owned(),
    });
}

/// What holds the deletion of this object; nothing where it is not being deleted.
pub fn holds(object: &Value) -> Vec<String> {
    if !object.is_terminating() {
        return Vec::new();
    }
    let lists = [object.at(&["metadata", "finalizers"]), object.at(&["spec", "finalizers"])];
    lists.iter().flat_map(|l| l.items()).map(|f| f.str().to_owned()).list()
}

/// What an object's volumes show, against what their sources say now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted {
    /// The container.
    pub container: String,
    /// The file.
    pub path: String,
    /// `ConfigMap web` ...
    pub source: String,
    /// Whether the container sees what the source says now; none while it does not run.
    pub fresh: Option<bool>,
    /// Whether the kubelet brings what is newer; not where a single file is mounted (`subPath`).
    pub follows: bool,
    /// What the container sees there; nothing while it does not run, and of a Secret.
    pub says: String,
}

/// The files that ConfigMaps and Secrets put into a pod's containers.
pub fn mounted(sim: &Sim, pod: &Value) -> Vec<Mounted> {
    let mut found = Vec::new();
    for c in pod.at(&["spec", "containers"]).items() {
        for mount in c.get("volumeMounts").items() {
            let volumes = pod.at(&["spec", "volumes"]).items();
            let Some(volume) = volumes.iter().find(|v| v.get("name") == mount.get("name")) else { continue };
            let (kind, name) = match (volume.at(&["configMap", "name"]).str(), volume.at(&["secret", "secretName"]).str()) {
                ("", "") => continue,
                ("", secret) => ("Secret", secret),
                (map, _) => ("ConfigMap", map),
            };
            let Some(source) = object(sim, kind, pod.namespace(), name) else { continue };
            let inside = ContainerInside { sim, namespace: pod.namespace(), pod: pod.name(), container: c.get("name").str() };
            for (key, text) in source.get("data").entries() {
                let single = mount.get("subPath").str();
                let path = if single.is_empty() {
                    format!("{}/{key}", mount.get("mountPath").str())
                } else {
                    mount.get("mountPath").str().to_owned()
                };
                if !single.is_empty() && single != key.as_str() {
                    continue;
                }
                let there = inside.file(&path);
                let is_open = kind == "ConfigMap";
                found.push(Mounted {
                    container: c.get("name").str().to_owned(),
                    path,
                    source: format!("{kind} {name}"),
                    fresh: there.as_ref().map(|t| !is_open || t == text.str()),
                    follows: single.is_empty(),
                    says: there.filter(|_| is_open).unwrap_or_default(),
                });
            }
        }
    }
    found
}

/// A queue that a pod's container keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueView {
    /// The queue server's pod.
    pub pod: String,
    /// The queue.
    pub name: String,
    /// Messages that wait.
    pub waiting: usize,
    /// Messages that somebody took and has not acknowledged.
    pub held: usize,
}

/// The queues of a pod, of the pods that a Service selects, or of all pods around a Job.
pub fn queues(sim: &Sim, object: &Value) -> Vec<QueueView> {
    let around: Vec<&Value> = match object.kind() {
        "Pod" => vec![object],
        "Service" => pods_of(sim, object).list(),
        "Job" => sim.api().iter(kinds::POD, Some(object.namespace())).take(QUEUE_PODS_MAX).list(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for pod in around {
        for c in pod.at(&["spec", "containers"]).items() {
            let inside = ContainerInside { sim, namespace: pod.namespace(), pod: pod.name(), container: c.get("name").str() };
            found.extend(inside.queues().into_iter().map(|q| QueueView {
                pod: pod.name().to_owned(),
                name: q.name,
                waiting: q.waiting,
                held: q.held,
            }));
        }
    }
    found
}

fn pods_of<'a>(sim: &'a Sim, service: &'a Value) -> impl Iterator<Item = &'a Value> {
    let pods = sim.api().iter(kinds::POD, Some(service.namespace()));
    pods.filter(|pod| membership(service, pod).is_some_and(|m| m == Membership::Reached)).take(QUEUE_PODS_MAX)
}

/// An object of a simulation.
pub fn object<'a>(sim: &'a Sim, kind: &str, namespace: &str, name: &str) -> Option<&'a Value> {
    sim.api().peek(kind_named(kind)?, namespace, name)
}

/// The columns of `kubectl get -o wide` and what they say of an object.
pub fn columns(object: &Value, now: Time) -> Vec<(&'static str, String)> {
    let Some(kind) = kind_named(object.kind()) else { return Vec::new() };
    let printer = printer_of(kind);
    printer.columns().iter().map(|c| c.name).zip(printer.cells(object, now)).skip(1).list()
}

/// What `kubectl describe` says of an object.
pub fn description(sim: &Sim, object: &Value) -> String {
    struct All<'a>(&'a ApiServer);
    impl Related for All<'_> {
        fn list(&self, kind: KindRef, namespace: Option<&str>) -> Vec<Value> {
            self.0.iter(kind, namespace).cloned().list()
        }
        fn get(&self, kind: KindRef, namespace: &str, name: &str) -> Option<Value> {
            self.0.peek(kind, namespace, name).cloned()
        }
    }
    let Some(kind) = kind_named(object.kind()) else { return String::new() };
    describe(kind, object, &All(sim.api()), true, sim.now())
}

/// A kind of which there are objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// `ConfigMap`.
    pub kind: &'static str,
    /// `configmaps`, then the short names.
    pub names: Vec<&'static str>,
    /// How many there are.
    pub count: usize,
}

/// The kinds that can be listed, in the order of `kubectl api-resources`, with how many objects there are.
pub fn kinds(sim: &Sim) -> Vec<KindCount> {
    let kinds = KINDS.iter().filter(|k| k.verbs.contains(&"list") && k.kind != "Event");
    let count = |k: KindRef| KindCount {
        kind: k.kind,
        names: std::iter::once(k.plural).chain(k.short_names.iter().copied()).list(),
        count: sim.api().store().count(k),
    };
    kinds.map(count).list()
}

/// An object as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Namespace, name and UID.
    pub id: [String; 3],
    /// What kubectl's first columns say.
    pub note: String,
}

/// The objects of a kind.
pub fn list(sim: &Sim, kind: &str, most: usize) -> Vec<Listed> {
    let Some(kind) = kind_named(kind) else { return Vec::new() };
    let listed = |o: &Value| {
        let cells = columns(o, sim.now());
        Listed {
            id: [o.namespace(), o.name(), o.uid()].map(str::to_owned),
            note: cells.iter().take(2).map(|c| c.1.as_str()).list().join(" · "),
        }
    };
    sim.api().iter(kind, None).take(most).map(listed).list()
}

/// What differs between two courses of events: kind and name, and what is said of it here and there.
pub type Difference = [String; 4];

/// The objects that are in one of two clusters only, or stand or are written differently there; at most `most`.
pub fn compare(here: &Sim, there: &Sim, most: usize) -> Vec<Difference> {
    let mut found = Vec::new();
    let passing = ["Event", "Lease", "Endpoints", "EndpointSlice"];
    for kind in KINDS.iter().filter(|k| k.verbs.contains(&"list") && !passing.contains(&k.kind)) {
        let both = here.api().iter(kind, None).chain(there.api().iter(kind, None));
        let names: SortedSet<_> = both.map(|o| (o.namespace_arc(), o.name_arc())).collect();
        // That one of two is older says only that it is later here than there.
        let told = |o: &Value, sim: &Sim, aged: bool| {
            let columns = columns(o, sim.now());
            columns.iter().take(2).filter(|c| aged || c.0 != "Age").map(|(name, is)| format!("{name}: {is}")).list().join(", ")
        };
        for (namespace, name) in &names {
            if found.len() >= most {
                return found;
            }
            let [a, b] = [here, there].map(|sim| sim.api().peek(kind, namespace, name));
            let (a, b) = match (a, b) {
                (Some(a), Some(b)) if a.same(b) => continue,
                (Some(a), Some(b)) => match (told(a, here, false), told(b, there, false)) {
                    (x, y) if x == y => (written(b, a), written(a, b)),
                    sides => sides,
                },
                (a, b) => {
                    let or_none = |o: Option<&Value>, sim| o.map_or_else(|| "–".to_owned(), |o| told(o, sim, true));
                    (or_none(a, here), or_none(b, there))
                }
            };
            if a != b {
                found.push([kind.kind.to_owned(), name.to_string(), a, b]);
            }
        }
    }
    found
}

/// The fields in which what is wanted of an object differs from what is wanted of the other, as they are in `this`.
fn written(other: &Value, this: &Value) -> String {
    let mut fields = Vec::new();
    for part in ["labels", "annotations"] {
        let of = |o: &Value| o.at(&["metadata", part]).clone();
        differences(part, &of(other), &of(this), 0, &mut fields);
    }
    let wanted = |o: &Value| {
        let mut o = o.clone();
        for part in ["metadata", "status"] {
            o.remove(&[part]);
        }
        o
    };
    differences("", &wanted(other), &wanted(this), 0, &mut fields);
    fields.join(", ")
}

/// An object that another belongs to, or that belongs to it: kind, namespace, name and UID.
pub type Relative = [String; 4];

/// What an object belongs to, and what belongs to it (at most `most`).
pub fn relatives(sim: &Sim, object: &Value, most: usize) -> (Vec<Relative>, Vec<Relative>) {
    let owners = object.at(&["metadata", "ownerReferences"]).items().iter();
    let owner = |o: &Value| [o.get("kind").str(), object.namespace(), o.get("name").str(), o.get("uid").str()].map(str::to_owned);
    let dependents = sim.api().dependents(object.uid()).take(most);
    let dependent = |(_, o): (&ObjectKey, &Value)| [o.kind(), o.namespace(), o.name(), o.uid()].map(str::to_owned);
    (owners.map(owner).list(), dependents.map(dependent).list())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Duration;
    use crate::obj;
    use crate::sim::{Fault, Session, TimedInput};

    fn played(lines: &[&str], seconds: u64) -> Sim {
        let mut sim = Sim::new(Session { seed: 3, ..Session::default() });
        for line in lines {
            sim.input(TimedInput { cmd: Some((*line).to_owned()), ..TimedInput::default() });
        }
        while !sim.run(Time::ZERO + Duration::from_secs(seconds), 4096).done {}
        sim
    }

    #[test]
    fn what_was_decided_can_be_told() {
        let sim = played(&["kubectl run a --image=busybox -- sh -c 'sleep 5; exit 3'", "kubectl expose pod a --port=80"], 60);
        let pod = object(&sim, "Pod", "default", "a").expect("made above");
        let placed = placement(&sim, pod.uid()).expect("just scheduled");
        assert_eq!((placed.rows.len(), placed.node.as_str()), (3, pod.at(&["spec", "nodeName"]).str()));
        let told = ends(sim.api(), pod);
        assert!(told.len() >= 2 && told.iter().all(|e| e.code == 3 && e.reason == "Error"), "{told:?}");
        assert!(told[0].ran.1 > told[1].ran.1);
        let service = object(&sim, "Service", "default", "a").expect("made above");
        assert_ne!(membership(service, pod), None);
        let edits = edits(sim.api(), pod);
        assert!(edits.iter().any(|e| e.fields.iter().any(|f| f == "status.phase: Running") && e.who == "kubelet"), "{edits:?}");
        assert_eq!(edits.last().map(|e| e.who.as_str()), Some("kubectl-run"), "{edits:?}");
        assert!(columns(pod, sim.now()).iter().any(|(name, _)| *name == "Status"));
        assert!(description(&sim, pod).contains("\nNamespace: "));
        assert!(kinds(&sim).iter().any(|k| k.kind == "Pod" && k.count == 1 && k.names == ["pods", "po"]));
        assert_eq!(list(&sim, "Pod", 9)[0].id[1], "a");
    }

    #[test]
    fn the_first_refusal_is_the_schedulers_first_reason() {
        let big = "kubectl create deployment big --image=nginx --dry-run=client -o yaml | kubectl set resources --local -f - --requests=cpu=64 -o yaml | kubectl apply -f -";
        let sim = played(&[big], 20);
        let pod = sim.api().iter(kinds::POD, None).next().expect("made above");
        assert_eq!(first_refusal(&sim, pod.uid()), Some("Insufficient cpu"));
        let tried = placement(&sim, pod.uid()).map(|d| (d.attempt, d.at));
        assert!(tried.is_some() && placement_tried(&sim, pod.uid()) == tried);
        assert_eq!(first_refusal(&sim, "nobody"), None);
    }

    #[test]
    fn only_the_user_labels_what_the_cluster_made() {
        let sim = played(&["kubectl create deployment web --image=nginx", "sleep 5; kubectl label pods --all a=b"], 9);
        let pod = sim.api().iter(kinds::POD, None).next().expect("the deployment's");
        let labelled = edits(sim.api(), pod).into_iter().next().expect("just labelled");
        assert_eq!((labelled.who.as_str(), labelled.fields), ("kubectl-label", vec!["metadata.labels.a: b".to_owned()]));
    }

    #[test]
    fn two_courses_differ_in_what_was_done() {
        let (a, b) = (played(&["kubectl run a --image=nginx"], 20), played(&["kubectl run b --image=nginx"], 20));
        let told = compare(&a, &b, 9);
        let ready = "Ready: 1/1, Status: Running".to_owned();
        assert_eq!(told[0], ["Pod".to_owned(), "a".to_owned(), ready.clone(), "–".to_owned()]);
        assert_eq!((told[1][1].as_str(), &told[1][3], told.len()), ("b", &ready, 2));
        assert!(compare(&a, &a, 9).is_empty());
    }

    #[test]
    fn two_courses_differ_in_what_objects_say_and_not_in_their_age() {
        let map = |colour: &str| played(&[&format!("kubectl create configmap sheet --from-literal=colour={colour}")], 20);
        let (a, b) = (map("coral"), map("blue"));
        let told = ["ConfigMap", "sheet", "data.colour: coral", "data.colour: blue"].map(str::to_owned);
        assert_eq!(compare(&a, &b, 9), [told]);
        assert!(compare(&played(&[], 20), &played(&[], 90), 9).is_empty());
    }

    #[test]
    fn a_service_says_why_not() {
        let service = obj!({"metadata": {"namespace": "d"}, "spec": {"selector": {"app": "web"}}});
        let pod = |app: &str, ip: &str, ready: &str| obj!({"metadata": {"namespace": "d", "labels": {"app": app}}, "status": {"podIP": ip, "conditions": [{"type": "Ready", "status": ready}]}});
        let label = Membership::Label("app".to_owned(), "web".to_owned(), Some("api".to_owned()));
        for (pod, want) in [
            (pod("api", "10.0.0.1", "True"), label),
            (pod("web", "", "False"), Membership::NoAddress),
            (pod("web", "10.0.0.1", "False"), Membership::NotReady),
            (pod("web", "10.0.0.1", "True"), Membership::Reached),
        ] {
            assert_eq!(membership(&service, &pod), Some(want));
        }
        assert_eq!(membership(&service, &obj!({"metadata": {"namespace": "e"}})), None);
    }

    #[test]
    fn finalizers_hold_a_deletion() {
        let object = |at: &str| obj!({"metadata": {"deletionTimestamp": at, "finalizers": ["example.com/wait"]}});
        assert_eq!(holds(&object("1970-01-01T00:00:10Z")), ["example.com/wait"]);
        assert!(holds(&obj!({"metadata": {"finalizers": ["example.com/wait"]}})).is_empty());
    }

    #[test]
    fn a_killed_container_is_restarted() {
        let mut sim = played(&["kubectl run a --image=nginx"], 10);
        sim.input(TimedInput { fault: Some(Fault { kill: Some("default/a/a".to_owned()), ..Fault::default() }), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(20), 4096).done {}
        let pod = object(&sim, "Pod", "default", "a").expect("made above");
        assert_eq!(ends(sim.api(), pod).iter().map(|e| e.code).collect::<Vec<_>>(), [137]);
        let status = pod.at(&["status", "containerStatuses"]).items()[0].clone();
        assert_eq!((status.get("restartCount").int(), status.get("ready").is_true()), (1, true));
    }

    #[test]
    fn one_process_is_killed_and_the_others_go_on() {
        let mut sim = played(&["kubectl run a --image=busybox -- sh -c 'sleep 1000 & wait; echo over; sleep 2000'"], 10);
        let inside = |sim: &Sim| {
            let container = ContainerInside { sim, namespace: "default", pod: "a", container: "a" };
            let processes = container.processes().iter().map(|p| (p.pid, p.argv.join(" "))).collect::<Vec<_>>();
            (processes, container.logs(false).expect("it runs"))
        };
        let (processes, _) = inside(&sim);
        let (pid, _) = processes.iter().find(|p| p.1 == "sleep 1000").expect("started by the shell").clone();
        let fault = Fault { kill: Some("default/a/a".to_owned()), pid: Some(pid), ..Fault::default() };
        assert_eq!(fault.short(), format!("kill default/a/a {pid}"));
        sim.input(TimedInput { fault: Some(fault), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(20), 4096).done {}
        let (processes, log) = inside(&sim);
        assert!(processes.iter().all(|p| p.0 != pid) && processes.iter().any(|p| p.1 == "sleep 2000"), "{processes:?}");
        assert_eq!(log, "over\n");
        assert!(ends(sim.api(), object(&sim, "Pod", "default", "a").expect("made above")).is_empty(), "the container runs on");
    }

    #[test]
    fn a_queue_runs_empty() {
        let job = r#"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"eat"},"spec":{"completions":3,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"redis","command":["sh","-c","redis-cli -h $Q_SERVICE_HOST rpop work; sleep 5"]}]}}}}"#;
        let fill =
            "kubectl run q --image=redis -l app=q; kubectl expose pod q --port=6379; sleep 5; kubectl exec q -- redis-cli rpush work a b c";
        let mut sim = played(&[fill], 10);
        let seen = |sim: &Sim, kind: &str, name: &str| queues(sim, object(sim, kind, "default", name).expect("made above"));
        let three = [QueueView { pod: "q".to_owned(), name: "work".to_owned(), waiting: 3, held: 0 }];
        assert_eq!(seen(&sim, "Pod", "q"), three);
        assert_eq!(seen(&sim, "Service", "q"), three);
        sim.input(TimedInput { cmd: Some(format!("echo '{job}' | kubectl apply -f -")), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(14), 4096).done {}
        assert_eq!(seen(&sim, "Job", "eat")[0].waiting, 2);
        while !sim.run(Time::ZERO + Duration::from_secs(60), 4096).done {}
        assert_eq!(seen(&sim, "Job", "eat"), []);
    }

    #[test]
    fn mounted_files_are_fresh_or_late() {
        let manifest = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"v","configMap":{"name":"m"}}],"containers":[{"name":"c","image":"nginx","volumeMounts":[{"name":"v","mountPath":"/etc/m"}]}]}}"#;
        let make = format!("kubectl create configmap m --from-literal=a=1; echo '{manifest}' | kubectl apply -f -");
        let mut sim = played(&[&make], 10);
        let seen = |sim: &Sim| mounted(sim, object(sim, "Pod", "default", "p").expect("made above"));
        assert_eq!(
            seen(&sim),
            [Mounted {
                container: "c".to_owned(),
                path: "/etc/m/a".to_owned(),
                source: "ConfigMap m".to_owned(),
                fresh: Some(true),
                follows: true,
                says: "1".to_owned()
            }]
        );
        sim.input(TimedInput { cmd: Some(r#"kubectl patch configmap m -p '{"data":{"a":"2"}}'"#.to_owned()), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(11), 4096).done {}
        assert_eq!(seen(&sim)[0].fresh, Some(false));
        while !sim.run(Time::ZERO + Duration::from_secs(150), 4096).done {}
        assert_eq!(seen(&sim)[0].fresh, Some(true));
    }
}

//! Objects of any kind: found, listed, described, and what they belong to.

use crate::api::{KINDS, KindRef, Object, Value};
use crate::base::{List as _, Time};
use crate::kubectl::describe::{Related, describe};
use crate::kubectl::output::columns::printer_of;
use crate::server::ApiServer;
use crate::sim::Sim;
use crate::store::ObjectKey;

/// The kind of this name, where there is one.
pub fn kind_named(kind: &str) -> Option<KindRef> {
    KINDS.iter().find(|k| k.kind == kind)
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
    // What is measured is no object of its own: it has the name of what it is measured of, and is not stored.
    let kinds = KINDS.iter().filter(|k| k.verbs.contains(&"list") && k.kind != "Event" && k.group != "metrics.k8s.io");
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

/// The first objects of a kind whose names, or those of their namespaces, have this in them; and how many more there are.
pub fn list(sim: &Sim, kind: &str, part: &str, most: usize) -> (Vec<Listed>, usize) {
    let Some(kind) = kind_named(kind) else { return (Vec::new(), 0) };
    let listed = |o: &Value| {
        let cells = columns(o, sim.now());
        Listed {
            id: [o.namespace(), o.name(), o.uid()].map(str::to_owned),
            note: cells.iter().take(2).map(|c| c.1.as_str()).list().join(" · "),
        }
    };
    let mut found = sim.api().iter(kind, None).filter(|o| o.name().contains(part) || o.namespace().contains(part));
    let first = found.by_ref().take(most).map(listed).list();
    (first, found.count())
}

/// Namespace, name and UID of the objects of a kind whose names have this in them.
pub fn named(sim: &Sim, kind: &str, part: &str, most: usize) -> Vec<[String; 3]> {
    let Some(kind) = kind_named(kind) else { return Vec::new() };
    let found = sim.api().iter(kind, None).filter(|o| o.name().contains(part));
    found.take(most).map(|o| [o.namespace(), o.name(), o.uid()].map(str::to_owned)).list()
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

/// What holds the deletion of this object; nothing where it is not being deleted.
pub fn holds(object: &Value) -> Vec<String> {
    if !object.is_terminating() {
        return Vec::new();
    }
    let lists = [object.at(&["metadata", "finalizers"]), object.at(&["spec", "finalizers"])];
    lists.iter().flat_map(|l| l.items()).map(|f| f.str().to_owned()).list()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;
    use crate::views::testing::played;
    use crate::views::{edits, ends, membership, placement};

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
        let mut names = kinds(&sim).iter().map(|k| k.names[0]).list();
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] != w[1]), "each is there once: {names:?}");
        assert_eq!(list(&sim, "Pod", "", 9).0[0].id[1], "a");
        // What is looked for is found behind the first ones too, by its own name or its namespace's.
        let found = |kind, part, most| {
            let (rows, more) = list(&sim, kind, part, most);
            (rows.into_iter().map(|o| o.id[1].clone()).list(), more)
        };
        assert_eq!(found("Node", "", 2), (["node1", "node2"].map(str::to_owned).to_vec(), 1));
        assert_eq!(found("Node", "3", 1), (vec!["node3".to_owned()], 0));
        assert_eq!(found("Pod", "efaul", 1), (vec!["a".to_owned()], 0));
        assert_eq!(found("Pod", "b", 1), (Vec::new(), 0));
        assert_eq!(named(&sim, "Pod", "a", 9), [["default", "a", pod.uid()].map(str::to_owned)]);
        assert_eq!([("b", 9), ("a", 0)].map(|(part, most)| named(&sim, "Pod", part, most).len()), [0, 0]);
    }

    #[test]
    fn finalizers_hold_a_deletion() {
        let object = |at: &str| obj!({"metadata": {"deletionTimestamp": at, "finalizers": ["example.com/wait"]}});
        assert_eq!(holds(&object("1970-01-01T00:00:10Z")), ["example.com/wait"]);
        assert!(holds(&obj!({"metadata": {"finalizers": ["example.com/wait"]}})).is_empty());
    }
}

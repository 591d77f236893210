//! Claims, volumes and storage classes as the scheduler last saw them. It may not know how they are bound.

use crate::api::persistent_volume::{SELECTED_NODE, best_match, class_of};
use crate::api::{ArcStr, Object, Value};
use crate::base::SortedMap;

/// What is known of volumes.
#[derive(Clone, Debug, Default)]
pub struct Volumes {
    claims: SortedMap<(ArcStr, ArcStr), Value>,
    volumes: SortedMap<ArcStr, Value>,
    classes: SortedMap<ArcStr, Value>,
}

static NULL: Value = Value::Null;

impl Volumes {
    /// Takes over a claim, or that it is gone.
    pub fn set_claim(&mut self, namespace: ArcStr, name: ArcStr, object: Option<Value>) {
        match object {
            Some(o) => self.claims.insert((namespace, name), o),
            None => self.claims.remove(&(namespace, name)),
        };
    }

    /// Takes over a persistent volume, or that it is gone.
    pub fn set_volume(&mut self, name: ArcStr, object: Option<Value>) {
        match object {
            Some(o) => self.volumes.insert(name, o),
            None => self.volumes.remove(&name),
        };
    }

    /// Takes over a storage class, or that it is gone.
    pub fn set_class(&mut self, name: ArcStr, object: Option<Value>) {
        match object {
            Some(o) => self.classes.insert(name, o),
            None => self.classes.remove(&name),
        };
    }

    /// A claim.
    pub fn claim(&self, namespace: &ArcStr, name: &ArcStr) -> Option<&Value> {
        self.claims.get(&(namespace.clone(), name.clone()))
    }

    /// A persistent volume; null where there is none.
    pub fn volume(&self, name: &ArcStr) -> &Value {
        self.volumes.get(name).unwrap_or(&NULL)
    }

    /// The volume that a claim is wholly bound to.
    pub fn bound_volume(&self, namespace: &ArcStr, name: &ArcStr) -> Option<ArcStr> {
        let claim = self.claim(namespace, name)?;
        let volume = claim.at(&["spec", "volumeName"]).arc_str();
        (!volume.is_empty() && claim.annotation("pv.kubernetes.io/bind-completed").is_some()).then_some(volume)
    }

    /// For each of these claims a volume of its own within reach of a node, or none where its class can have one made there;
    /// `None` where a claim gets neither.
    // Models findMatchingVolumes and checkVolumeProvisions.
    pub fn plan(&self, claims: &[Value], node: &Value) -> Option<Vec<Option<&Value>>> {
        let mut taken: Vec<&Value> = Vec::new();
        let find = |claim: &Value| {
            let selected = claim.annotation(SELECTED_NODE);
            if selected.is_some_and(|selected| selected != node.name()) {
                return None;
            }
            let free = self.volumes.values().filter(|v| !taken.iter().any(|t| std::ptr::eq(*t, *v))).collect::<Vec<_>>();
            if let Some(volume) = best_match(free.into_iter(), claim, Some(node)).filter(|_| selected.is_none()) {
                taken.push(volume);
                return Some(Some(volume));
            }
            let class = self.classes.get(class_of(claim)).unwrap_or(&NULL);
            let topologies = class.get("allowedTopologies").items();
            let allows = |term: &Value| {
                let rows = term.get("matchLabelExpressions").items();
                rows.iter().all(|row| row.get("values").items().contains(node.labels().get(row.get("key").str())))
            };
            let makes = !matches!(class.get("provisioner").str(), "" | "kubernetes.io/no-provisioner");
            (makes && (topologies.is_empty() || topologies.iter().any(allows))).then_some(None)
        };
        claims.iter().map(find).collect()
    }

    /// Whether the claim is bound only when a pod that uses it has a node.
    pub fn is_bound_late(&self, namespace: &ArcStr, name: &ArcStr) -> bool {
        let class = self.claim(namespace, name).map_or("", class_of);
        self.classes.get(class).is_some_and(|c| c.get("volumeBindingMode").str() == "WaitForFirstConsumer")
    }
}

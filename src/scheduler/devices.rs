//! Claims of devices, device classes and resource slices as the scheduler last saw them. It may not know how devices are chosen.

use super::volumes::take_over;
use crate::api::resource_claim::{is_allocated, of_pod};
use crate::api::{ArcStr, Object, Value, quote};
use crate::base::SortedMap;

/// What is known of devices.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    claims: SortedMap<(ArcStr, ArcStr), Value>,
    classes: SortedMap<ArcStr, Value>,
    /// By the one node that their devices are on, empty where there is none such, and by name.
    slices: SortedMap<(ArcStr, ArcStr), Value>,
    /// By claim: what it gets once its pod is bound, and has not got yet.
    pending: SortedMap<(ArcStr, ArcStr), Value>,
}

impl Devices {
    /// Takes over a claim, or that it is gone.
    pub fn set_claim(&mut self, namespace: ArcStr, name: ArcStr, object: Option<Value>) {
        let key = (namespace, name);
        let uid = |claim: Option<&Value>| claim.map_or(ArcStr::new(), |claim| claim.uid().into());
        if uid(self.claims.get(&key)) != uid(object.as_ref()) {
            self.pending.remove(&key);
        }
        take_over(&mut self.claims, key, object);
    }

    /// Takes over a device class, or that it is gone.
    pub fn set_class(&mut self, name: ArcStr, object: Option<Value>) {
        take_over(&mut self.classes, name, object);
    }

    /// Takes over a slice, or that it is gone, as it was last; the node of a slice never changes.
    pub fn set_slice(&mut self, last: &Value, exists: bool) {
        let key = (last.at(&["spec", "nodeName"]).arc_str(), last.name_arc());
        take_over(&mut self.slices, key, exists.then(|| last.clone()));
    }

    /// The claims that a pod uses, or why it cannot be tried yet.
    // Models foreachPodResourceClaim.
    pub fn claims_of(&self, pod: &Value) -> Result<Vec<&Value>, String> {
        of_pod(pod, |name| {
            let namespace = pod.namespace_arc();
            let missing = || format!("could not find ResourceClaim {}", quote(&format!("{}/{name}", pod.namespace())));
            let claim = self.claims.get(&(namespace, name.clone())).ok_or_else(missing)?;
            if claim.is_terminating() { Err(format!("resourceclaim {} is being deleted", quote(name))) } else { Ok(claim) }
        })
    }

    /// A device class.
    pub fn class(&self, name: &str) -> Option<&Value> {
        self.classes.get(name)
    }

    /// The slices of a node's own devices, and those of several nodes' with an empty name.
    pub fn slices_of<'a>(&'a self, node: &'a ArcStr) -> impl Iterator<Item = &'a Value> {
        self.slices.iter_from(&(node.clone(), ArcStr::new())).take_while(move |(key, _)| key.0 == *node).map(|(_, slice)| slice)
    }

    /// All slices.
    pub fn slices(&self) -> impl Iterator<Item = &Value> {
        self.slices.values()
    }

    /// All that is allocated or will be.
    pub fn allocations(&self) -> impl Iterator<Item = &Value> {
        let allocated = self.claims.values().filter(|claim| is_allocated(claim));
        allocated.map(|claim| claim.at(&["status", "allocation"])).chain(self.pending.values())
    }

    /// Notes what a claim gets once its pod is bound.
    pub fn promise(&mut self, claim: &Value, allocation: Value) {
        self.pending.insert((claim.namespace_arc(), claim.name_arc()), allocation);
    }

    /// Whether it gets something.
    pub fn is_promised(&self, claim: &Value) -> bool {
        self.pending.contains_key(&(claim.namespace_arc(), claim.name_arc()))
    }

    /// It gets it now, or never.
    pub fn take_promise(&mut self, namespace: &ArcStr, name: &ArcStr) -> Option<Value> {
        self.pending.remove(&(namespace.clone(), name.clone()))
    }
}

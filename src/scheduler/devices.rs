//! ResourceClaims, DeviceClasses and ResourceSlices as the scheduler last saw them, and which devices are taken. It may not know how
//! devices are chosen.

use thiserror::Error;

use super::volumes::take_over;
use crate::api::resource_claim::{ClaimError, of_pod};
use crate::api::{ArcStr, Object, Value, quote};
use crate::base::{List as _, SortedMap};

/// What is known of devices.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    claims: SortedMap<(ArcStr, ArcStr), Value>,
    classes: SortedMap<ArcStr, Value>,
    /// The slices, by the node of their devices (empty if that is not a single one) and by name.
    slices: SortedMap<(ArcStr, ArcStr), Value>,
    /// By claim: the allocation that it gets once its pod is bound.
    pending: SortedMap<(ArcStr, ArcStr), Value>,
    /// By device: how many claims and pending allocations have it.
    taken: SortedMap<ArcStr, usize>,
}

/// Why a pod with ResourceClaims cannot be tried yet.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PodClaimsError {
    /// A claim of the pod cannot be used.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// There is no claim with this namespace and name.
    #[error("could not find ResourceClaim {}", quote(.0))]
    Missing(String),
    /// The claim of this name is terminating.
    #[error("resourceclaim {} is being deleted", quote(.0))]
    Terminating(ArcStr),
}

/// Names a device among all.
pub(super) fn key_of(driver: &Value, pool: &Value, device: &Value) -> ArcStr {
    [driver.str(), pool.str(), device.str()].join("/").into()
}

fn allocation(claim: Option<&Value>) -> Value {
    claim.map(|claim| claim.at(&["status", "allocation"]).clone()).unwrap_or_default()
}

impl Devices {
    /// Updates or removes a claim.
    pub fn set_claim(&mut self, namespace: ArcStr, name: ArcStr, object: Option<Value>) {
        let key = (namespace, name);
        let uid = |claim: Option<&Value>| claim.map_or(ArcStr::new(), |claim| claim.uid().into());
        if uid(self.claims.get(&key)) != uid(object.as_ref()) {
            self.take_promise(&key.0, &key.1);
        }
        let before = allocation(self.claims.get(&key));
        take_over(&mut self.claims, key.clone(), object);
        self.change(&before, &allocation(self.claims.get(&key)));
    }

    /// The allocation of a claim has changed.
    fn change(&mut self, before: &Value, now: &Value) {
        let devices = |allocation: &Value| {
            // Admin access does not take a device from others.
            let results = allocation.at(&["devices", "results"]).items().iter().filter(|result| !result.get("adminAccess").is_true());
            results.map(|result| key_of(result.get("driver"), result.get("pool"), result.get("device"))).list()
        };
        if before.same(now) {
            return;
        }
        for device in devices(now) {
            *self.taken.entry(device).or_default() += 1;
        }
        for device in devices(before) {
            match self.taken.get_mut(&device) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(self.taken.remove(&device)),
            }
        }
    }

    /// Updates or removes a DeviceClass.
    pub fn set_class(&mut self, name: ArcStr, object: Option<Value>) {
        take_over(&mut self.classes, name, object);
    }

    /// Updates or removes a slice, given its last state. Its node never changes.
    pub fn set_slice(&mut self, last: &Value, exists: bool) {
        let key = (last.at(&["spec", "nodeName"]).arc_str(), last.name_arc());
        take_over(&mut self.slices, key, exists.then(|| last.clone()));
    }

    /// The claims that a pod uses, or why it cannot be tried yet.
    // Models foreachPodResourceClaim.
    pub fn claims_of(&self, pod: &Value) -> Result<Vec<&Value>, PodClaimsError> {
        of_pod(pod, |name| {
            let namespace = pod.namespace_arc();
            let missing = || PodClaimsError::Missing(format!("{namespace}/{name}"));
            let claim = self.claims.get(&(namespace.clone(), name.clone())).ok_or_else(missing)?;
            if claim.is_terminating() { Err(PodClaimsError::Terminating(name.clone())) } else { Ok(claim) }
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

    /// Whether a device is allocated or will be.
    pub(super) fn is_taken(&self, device: &ArcStr) -> bool {
        self.taken.contains_key(device)
    }

    /// Records the pending allocation of a claim.
    pub fn promise(&mut self, claim: &Value, allocation: Value) {
        let before = self.pending.insert((claim.namespace_arc(), claim.name_arc()), allocation.clone());
        self.change(&before.unwrap_or_default(), &allocation);
    }

    /// Whether a claim has a pending allocation.
    pub fn is_promised(&self, claim: &Value) -> bool {
        self.pending.contains_key(&(claim.namespace_arc(), claim.name_arc()))
    }

    /// Drops the pending allocation of a claim.
    pub fn take_promise(&mut self, namespace: &ArcStr, name: &ArcStr) -> Option<Value> {
        let promise = self.pending.remove(&(namespace.clone(), name.clone()))?;
        self.change(&promise, &Value::Null);
        Some(promise)
    }
}

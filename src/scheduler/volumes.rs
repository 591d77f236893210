//! Claims, volumes and storage classes as the scheduler last saw them. It may not know how they are bound.

use thiserror::Error;

use crate::api::persistent_volume::{SELECTED_NODE, best_within_reach, candidates, class_of, is_reachable};
use crate::api::{ArcStr, Object, Quantity, Value, quote};
use crate::base::{List as _, Order as _, SortedMap};

/// What is known of volumes.
#[derive(Clone, Debug, Default)]
pub struct Volumes {
    claims: SortedMap<(ArcStr, ArcStr), Value>,
    volumes: SortedMap<ArcStr, Value>,
    classes: SortedMap<ArcStr, Value>,
}

/// A claim that is bound once the pod has a node.
#[derive(Clone, Debug)]
pub struct UnboundClaim {
    /// The claim.
    pub claim: Value,
    /// The volumes that match it, on any node, the best first. They are looked for once in a cycle, not for each node.
    pub candidates: Vec<Value>,
}

/// What a pod with a node waits for.
#[derive(Clone, Debug, Default)]
pub struct Promised {
    /// The pod's namespace, and its claims'.
    pub namespace: ArcStr,
    /// The node.
    pub node: ArcStr,
    /// Volumes, each with the claim that it is reserved for.
    pub volumes: Vec<(ArcStr, ArcStr)>,
    /// Claims whose volume is being provisioned.
    pub made: Vec<ArcStr>,
}

impl Volumes {
    /// Updates or removes a claim.
    pub fn set_claim(&mut self, namespace: ArcStr, name: ArcStr, object: Option<Value>) {
        take_over(&mut self.claims, (namespace, name), object);
    }

    /// Updates or removes a persistent volume.
    pub fn set_volume(&mut self, name: ArcStr, object: Option<Value>) {
        take_over(&mut self.volumes, name, object);
    }

    /// Updates or removes a storage class.
    pub fn set_class(&mut self, name: ArcStr, object: Option<Value>) {
        take_over(&mut self.classes, name, object);
    }

    /// A claim.
    pub fn claim(&self, namespace: &ArcStr, name: &ArcStr) -> Option<&Value> {
        self.claims.get(&(namespace.clone(), name.clone()))
    }

    /// A persistent volume; null where there is none.
    pub fn volume(&self, name: &ArcStr) -> &Value {
        self.volumes.get(name).unwrap_or(&Value::Null)
    }

    /// The volume that a claim is fully bound to.
    pub fn bound_volume(&self, namespace: &ArcStr, name: &ArcStr) -> Option<ArcStr> {
        let claim = self.claim(namespace, name)?;
        let volume = claim.at(&["spec", "volumeName"]).arc_str();
        (!volume.is_empty() && claim.annotation("pv.kubernetes.io/bind-completed").is_some()).then_some(volume)
    }

    /// Those of a pod's claims that have no volume yet, the smallest first.
    pub fn unbound_claims(&self, namespace: &ArcStr, names: impl Iterator<Item = ArcStr>) -> Vec<UnboundClaim> {
        let unbound = names.filter(|name| self.bound_volume(namespace, name).is_none());
        let mut claims: Vec<UnboundClaim> = unbound
            .filter_map(|name| self.claim(namespace, &name))
            .map(|claim| UnboundClaim {
                candidates: candidates(self.volumes.values(), claim).into_iter().cloned().list(),
                claim: claim.clone(),
            })
            .list();
        claims.order_by_key(|c| Quantity::of(c.claim.at(&["spec", "resources", "requests", "storage"])));
        claims
    }

    /// For each of these claims a volume of its own that a node can reach, or none if its class can provision one there; `None` if a claim
    /// can have neither.
    // Models findMatchingVolumes and checkVolumeProvisions.
    pub fn plan<'a>(&self, claims: &'a [UnboundClaim], node: &Value) -> Option<Vec<(&'a Value, Option<&'a Value>)>> {
        let mut taken: Vec<&Value> = Vec::new();
        let find = |UnboundClaim { claim, candidates }: &'a UnboundClaim| {
            let selected = claim.annotation(SELECTED_NODE);
            if selected.is_some_and(|selected| selected != node.name()) {
                return None;
            }
            let free = candidates.iter().filter(|v| !taken.iter().any(|t| t.same(v)));
            if let Some(volume) = best_within_reach(free, node).filter(|_| selected.is_none()) {
                taken.push(volume);
                return Some((claim, Some(volume)));
            }
            let class = self.classes.get(class_of(claim)).unwrap_or(&Value::Null);
            let topologies = class.get("allowedTopologies").items();
            let allows = |term: &Value| {
                let rows = term.get("matchLabelExpressions").items();
                rows.iter().all(|row| row.get("values").items().contains(node.labels().get(row.get("key").str())))
            };
            let makes = !matches!(class.get("provisioner").str(), "" | "kubernetes.io/no-provisioner");
            (makes && (topologies.is_empty() || topologies.iter().any(allows))).then_some((claim, None))
        };
        claims.iter().map(find).collect()
    }

    /// Whether all claims are bound by now, or why they never will be.
    // Models checkBindings.
    pub fn check(&self, promised: &Promised, node: Option<&Value>) -> Result<bool, BindingError> {
        let name = &promised.node;
        let node = node.ok_or_else(|| BindingError::NoNode(name.clone()))?;
        let claim = |name: &ArcStr, doing| {
            let missing = || BindingError::NoClaim { doing, claim: format!("{}/{name}", promised.namespace) };
            self.claim(&promised.namespace, name).ok_or_else(missing)
        };
        let demand_reach = |volume: &Value| match is_reachable(volume, node) {
            true => Ok(()),
            false => Err(BindingError::OutOfReach { volume: volume.name_arc(), node: name.clone() }),
        };
        for (volume, claimed) in &promised.volumes {
            let volume = self.volumes.get(volume).ok_or_else(|| BindingError::NoVolume(volume.clone()))?;
            claim(claimed, "failed to check binding")?;
            demand_reach(volume)?;
            if volume.at(&["spec", "claimRef", "uid"]).str().is_empty() {
                return Err(BindingError::ClaimRefReset(volume.name_arc()));
            }
            if self.bound_volume(&promised.namespace, claimed).is_none() {
                return Ok(false);
            }
        }
        for made in &promised.made {
            let claim = claim(made, "failed to check provisioning pvc")?;
            if claim.at(&["metadata", "annotations"]).is_null() {
                return Err(BindingError::NodeReset(made.clone()));
            }
            if claim.annotation(SELECTED_NODE) != Some(name) {
                return Err(BindingError::NotProvisioned(made.clone()));
            }
            if let Some(volume) = self.volumes.get(&claim.at(&["spec", "volumeName"]).arc_str()) {
                demand_reach(volume)?;
            }
            if self.bound_volume(&promised.namespace, made).is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the claim is bound only when a pod that uses it has a node.
    pub fn is_bound_late(&self, namespace: &ArcStr, name: &ArcStr) -> bool {
        let class = self.claim(namespace, name).map_or("", class_of);
        self.classes.get(class).is_some_and(|c| c.get("volumeBindingMode").str() == "WaitForFirstConsumer")
    }
}

/// Why the claims of a pod will never be bound.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BindingError {
    /// The pod's node is gone.
    #[error("failed to get node {name}: node {name} not found", name = quote(.0))]
    NoNode(ArcStr),
    /// A claim is gone.
    #[error("{doing}: could not find v1.PersistentVolumeClaim {}", quote(.claim))]
    NoClaim {
        /// What failed.
        doing: &'static str,
        /// Its namespace and name.
        claim: String,
    },
    /// A volume is gone.
    #[error("failed to check binding: could not find v1.PersistentVolume {}", quote(.0))]
    NoVolume(ArcStr),
    /// A volume is not for the pod's node.
    #[error("pv {} node affinity doesn't match node {}: no matching NodeSelectorTerms", quote(.volume), quote(.node))]
    OutOfReach {
        /// The volume's name.
        volume: ArcStr,
        /// The node's name.
        node: ArcStr,
    },
    /// A volume is no longer reserved for the claim.
    #[error("ClaimRef got reset for pv {}", quote(.0))]
    ClaimRefReset(ArcStr),
    /// A claim's volume is no longer to be provisioned for any node.
    #[error("selectedNode annotation reset for PVC {}", quote(.0))]
    NodeReset(ArcStr),
    /// A claim's volume is to be provisioned for another node.
    #[error("provisioning failed for PVC {}", quote(.0))]
    NotProvisioned(ArcStr),
}

/// Updates or removes an object, unless it is older than what is known, as after the scheduler's own writes.
pub(super) fn take_over<K: Ord + Clone>(known: &mut SortedMap<K, Value>, key: K, object: Option<Value>) {
    let version = |o: &Value| o.at(&["metadata", "resourceVersion"]).str().parse::<u64>().unwrap_or_default();
    match object {
        Some(new) if known.get(&key).is_some_and(|old| old.uid() == new.uid() && version(old) > version(&new)) => {}
        Some(new) => {
            known.insert(key, new);
        }
        None => {
            known.remove(&key);
        }
    }
}

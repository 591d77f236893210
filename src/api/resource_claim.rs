//! Which claims of devices a pod uses, and whether it may. It may not know who asks.
// Models k8s.io/dynamic-resource-allocation/resourceclaim.

use thiserror::Error;

use super::{ArcStr, Object, Value};

/// Why a pod's claim cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClaimError {
    /// The controller has not made it from its template yet.
    #[error("pod \"{namespace}/{pod}\": ResourceClaim not created yet")]
    NotCreated {
        /// The pod's.
        namespace: ArcStr,
        /// The pod's name.
        pod: ArcStr,
    },
    /// A claim with the name of one made from the template, and another's.
    #[error("ResourceClaim {namespace}/{name} was not created for Pod {namespace}/{pod} (Pod is not owner)")]
    NotOwned {
        /// The pod's and the claim's.
        namespace: ArcStr,
        /// The claim's name.
        name: ArcStr,
        /// The pod's name.
        pod: ArcStr,
    },
}

/// Keeps a claim while devices are allocated for it.
pub const FINALIZER: &str = "resource.kubernetes.io/delete-protection";

/// The entries of a pod's `spec.resourceClaims`.
pub fn entries(pod: &Value) -> &[Value] {
    pod.get("spec").get("resourceClaims").items()
}

/// The name of the claim that an entry stands for: none where the pod needs none.
pub fn name(pod: &Value, entry: &Value) -> Result<Option<ArcStr>, ClaimError> {
    if let Some(name) = entry.get("resourceClaimName").as_str() {
        return Ok(Some(name.into()));
    }
    let made = pod.at(&["status", "resourceClaimStatuses"]).named(entry.get("name").str());
    let missing = || ClaimError::NotCreated { namespace: pod.namespace_arc(), pod: pod.name_arc() };
    let made = made.ok_or_else(missing)?.get("resourceClaimName");
    Ok(made.as_str().map(ArcStr::from))
}

/// The names of the claims that a pod uses, of those that have one by now.
pub fn names(pod: &Value) -> impl Iterator<Item = ArcStr> {
    entries(pod).iter().filter_map(|entry| name(pod, entry).ok()?)
}

/// What a request of a claim is met by, each with its name as results have it: itself, or the first of its alternatives that can be had.
pub fn alternatives(request: &Value) -> impl Iterator<Item = (String, &Value)> {
    let (name, exactly) = (request.get("name").str(), request.get("exactly"));
    let others = request.get("firstAvailable").items().iter();
    let others = others.map(move |one| (format!("{name}/{}", one.get("name").str()), one));
    (!exactly.is_null()).then(|| (name.to_owned(), exactly)).into_iter().chain(others)
}

/// The claims that a pod uses, in the order of its entries, or why one of them cannot be used. `find` looks one up by its name.
pub fn of_pod<'a, E: From<ClaimError>>(pod: &Value, find: impl Fn(&ArcStr) -> Result<&'a Value, E>) -> Result<Vec<&'a Value>, E> {
    let mut claims = Vec::new();
    for entry in entries(pod) {
        let Some(name) = name(pod, entry)? else { continue };
        let claim = find(&name)?;
        if entry.get("resourceClaimName").is_null() && !is_made_for(claim, pod) {
            return Err(ClaimError::NotOwned { namespace: pod.namespace_arc(), name, pod: pod.name_arc() }.into());
        }
        claims.push(claim);
    }
    Ok(claims)
}

/// Whether a claim was made from a template for this pod.
pub fn is_made_for(claim: &Value, pod: &Value) -> bool {
    claim.controller_ref().get("uid").str() == pod.uid()
}

/// Whether it is this pod's to use.
pub fn is_reserved_for(claim: &Value, pod_uid: &str) -> bool {
    claim.at(&["status", "reservedFor"]).items().iter().any(|user| user.get("uid").str() == pod_uid)
}

/// Whether it has its devices.
pub fn is_allocated(claim: &Value) -> bool {
    !claim.at(&["status", "allocation"]).is_null()
}

/// Notes that a pod may use it.
pub fn reserve(claim: &mut Value, pod_name: &ArcStr, pod_uid: &str) {
    let user = crate::obj!({"resource": "pods", "name": pod_name, "uid": pod_uid});
    claim.at_mut(&["status", "reservedFor"]).list_mut().push(user);
}

/// Takes its devices off it, and whoever uses them.
pub fn deallocate(claim: &mut Value) {
    for member in ["reservedFor", "allocation", "devices"] {
        claim.remove(&["status", member]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn claims_are_named_by_the_spec_or_by_the_status() {
        let pod = obj!({"metadata": {"name": "p", "namespace": "n", "uid": "1"}, "spec": {"resourceClaims": [
            {"name": "a", "resourceClaimName": "x"}, {"name": "b", "resourceClaimTemplateName": "t"}, {"name": "c", "resourceClaimTemplateName": "t"},
            {"name": "d", "resourceClaimTemplateName": "t"}]},
            "status": {"resourceClaimStatuses": [{"name": "b", "resourceClaimName": "p-b-1"}, {"name": "c"}]}});
        let names: Vec<_> = entries(&pod).iter().map(|entry| name(&pod, entry)).collect();
        assert_eq!(super::names(&pod).collect::<Vec<_>>(), ["x", "p-b-1"]);
        let missing = ClaimError::NotCreated { namespace: "n".into(), pod: "p".into() };
        assert_eq!(missing.to_string(), "pod \"n/p\": ResourceClaim not created yet");
        assert_eq!(names, [Ok(Some("x".into())), Ok(Some("p-b-1".into())), Ok(None), Err(missing)]);
    }

    #[test]
    fn a_claim_from_a_template_is_its_pods_alone() {
        let mut pod = obj!({"metadata": {"name": "p", "namespace": "n", "uid": "1"}, "spec": {"resourceClaims": [
            {"name": "b", "resourceClaimTemplateName": "t"}]}, "status": {"resourceClaimStatuses": [{"name": "b", "resourceClaimName": "c"}]}});
        let claim = obj!({"metadata": {"name": "c", "ownerReferences": [{"uid": "1", "controller": true}]}});
        let claims = |pod: &Value| of_pod(pod, |_| Ok::<_, ClaimError>(&claim)).map(|claims| claims.len());
        assert_eq!(claims(&pod), Ok(1));
        pod.set(&["metadata", "uid"], "2");
        let why = "ResourceClaim n/c was not created for Pod n/p (Pod is not owner)";
        assert_eq!(claims(&pod).map_err(|e| e.to_string()), Err(why.to_owned()));
    }

    #[test]
    fn a_reservation_names_the_pod() {
        let mut claim = obj!({"metadata": {"name": "c"}});
        assert!(!is_reserved_for(&claim, "1"));
        reserve(&mut claim, &"p".into(), "1");
        assert!(is_reserved_for(&claim, "1") && !is_reserved_for(&claim, "2") && !is_allocated(&claim));
    }
}

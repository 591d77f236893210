//! What makes a StatefulSet's pod that pod: its ordinal, its name, its labels and its claims.

use super::claims;
use crate::api::well_known::CONTROLLER_REVISION_HASH;
use crate::api::{Object, Value, kinds};
use crate::controllers::replicas::pod_from_template;

const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";

/// The set's name and the ordinal in a pod's name; none where it has no such form.
fn parent_and_ordinal(name: &str) -> Option<(&str, i64)> {
    let (parent, ordinal) = name.rsplit_once('-')?;
    if ordinal.is_empty() || !ordinal.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((parent, ordinal.parse::<i32>().ok()?.into()))
}

/// Whether a pod's name is one that the set gives.
pub(super) fn is_member(set: &Value, pod: &Value) -> bool {
    parent_and_ordinal(pod.name()).is_some_and(|(parent, _)| parent == set.name())
}

/// A pod's ordinal.
pub(super) fn ordinal(pod: &Value) -> Option<i64> {
    parent_and_ordinal(pod.name()).map(|(_, ordinal)| ordinal)
}

/// The set's first ordinal.
pub(super) fn start(set: &Value) -> i64 {
    set.at(&["spec", "ordinals", "start"]).int()
}

/// The pod of an ordinal, of a template at a revision.
pub(super) fn new_pod(set: &Value, template: &Value, revision: &str, ordinal: i64) -> Value {
    let mut pod = pod_from_template(template, set, kinds::STATEFUL_SET);
    let name = format!("{}-{ordinal}", set.name());
    pod.set(&["metadata", "name"], name.as_str());
    pod.set(&["metadata", "namespace"], set.namespace_arc());
    pod.set(&["spec", "hostname"], name.as_str());
    let service = set.at(&["spec", "serviceName"]).arc_str();
    if !service.is_empty() {
        pod.set(&["spec", "subdomain"], service);
    }
    set_identity(&mut pod);
    pod.set(&["metadata", "labels", CONTROLLER_REVISION_HASH], revision);
    claims::mount(set, &mut pod);
    pod
}

/// Writes name and ordinal into a pod's labels.
pub(super) fn set_identity(pod: &mut Value) {
    let name = pod.name_arc();
    if let Some(ordinal) = ordinal(pod) {
        pod.set(&["metadata", "labels", POD_INDEX], ordinal.to_string());
    }
    pod.set(&["metadata", "labels", POD_NAME], name);
}

/// Whether the labels say what they should.
pub(super) fn identity_matches(set: &Value, pod: &Value) -> bool {
    is_member(set, pod)
        && pod.label(POD_NAME) == Some(pod.name())
        && ordinal(pod).is_some_and(|o| pod.label(POD_INDEX).is_none_or(|l| l == o.to_string()))
}

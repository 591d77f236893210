//! What became of an object, from the versions of it that are kept: what was changed and by whom, how a pod's containers ended, how many
//! replicas an autoscaler wanted.

use crate::api::{KindRef, Object, Value, kinds};
use crate::base::{List as _, SortedSet, Time};
use crate::server::{ApiServer, Caller};
use crate::store::{ChangeType, ObjectKey, Version};

use super::objects::kind_named;

/// How many of a container's ends are told.
const ENDS_MAX: usize = 12;

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
    let key = ObjectKey::new(kinds::POD, pod.namespace(), pod.name());
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

/// The fields in which an object is not as before, as they are now; at most a few.
pub(super) fn differences(path: &str, before: &Value, after: &Value, depth: usize, found: &mut Vec<String>) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Duration;
    use crate::sim::{ContainerRef, Fault, TimedInput};
    use crate::views::object;
    use crate::views::testing::played;

    #[test]
    fn only_the_user_labels_what_the_cluster_made() {
        let sim = played(&["kubectl create deployment web --image=nginx", "sleep 5; kubectl label pods --all a=b"], 9);
        let pod = sim.api().iter(kinds::POD, None).next().expect("the deployment's");
        let labelled = edits(sim.api(), pod).into_iter().next().expect("just labelled");
        assert_eq!((labelled.who.as_str(), labelled.fields), ("kubectl-label", vec!["metadata.labels.a: b".to_owned()]));
    }

    #[test]
    fn a_killed_container_is_restarted() {
        let mut sim = played(&["kubectl run a --image=nginx"], 10);
        sim.input(TimedInput {
            fault: Some(Fault { kill: Some(ContainerRef::new("default", "a", "a")), ..Fault::default() }),
            ..TimedInput::default()
        });
        while !sim.run(Time::ZERO + Duration::from_secs(20), 4096).done {}
        let pod = object(&sim, "Pod", "default", "a").expect("made above");
        assert_eq!(ends(sim.api(), pod).iter().map(|e| e.code).collect::<Vec<_>>(), [137]);
        let status = pod.at(&["status", "containerStatuses"]).items()[0].clone();
        assert_eq!((status.get("restartCount").int(), status.get("ready").is_true()), (1, true));
    }
}

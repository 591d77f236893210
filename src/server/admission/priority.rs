//! Priority: turns a pod's `priorityClassName` into its number and preemption policy.

use super::{ApiServer, Request};
use crate::api::{Object, Status, Value, kinds};

/// The class of pods that name none.
fn default_class(server: &ApiServer) -> Option<&Value> {
    server.iter(kinds::PRIORITY_CLASS, None).find(|c| c.get("globalDefault").is_true())
}

/// There is no second default.
pub(super) fn admit_class(server: &ApiServer, request: &Request<'_>) -> Result<(), Status> {
    let class = request.object;
    let others = || default_class(server).filter(|other| request.old.is_null() || other.name() != class.name());
    let other = if class.get("globalDefault").is_true() { others() } else { None };
    other.map_or(Ok(()), |other| {
        let detail = format!("PriorityClass {} is already marked as default. Only one default can exist", other.name());
        Err(Status::forbidden(kinds::PRIORITY_CLASS, class.name(), &detail))
    })
}

pub(super) fn admit(server: &ApiServer, pod: &mut Value) -> Result<(), Status> {
    let classes = kinds::PRIORITY_CLASS;
    let name = pod.at(&["spec", "priorityClassName"]).str().to_owned();
    let class = if name.is_empty() {
        default_class(server).cloned()
    } else {
        let Some(class) = server.peek(classes, "", &name) else {
            return Err(Status::forbidden(kinds::POD, pod.name(), &format!("no PriorityClass with name {name} was found")));
        };
        Some(class.clone())
    };
    let (value, policy) = match &class {
        Some(class) => (class.get("value").clone(), class.get("preemptionPolicy").clone()),
        None => (0.into(), "PreemptLowerPriority".into()),
    };
    if let Some(class) = &class {
        pod.set(&["spec", "priorityClassName"], class.name());
    }
    for (member, what, computed) in
        [("priority", "integer value of priority", value), ("preemptionPolicy", "string value of PreemptionPolicy", policy)]
    {
        let given = pod.get("spec").get(member);
        if !given.is_null() && *given != computed {
            let detail = format!(
                "the {what} ({}) must not be provided in pod spec; priority admission controller computed {} from the given PriorityClass name",
                plain(given),
                plain(&computed)
            );
            return Err(Status::forbidden(kinds::POD, pod.name(), &detail));
        }
        pod.set(&["spec", member], computed);
    }
    Ok(())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_owned)
}

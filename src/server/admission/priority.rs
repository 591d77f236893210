//! Priority: turns a pod's `priorityClassName` into its number and preemption policy.

use super::ApiServer;
use crate::api::{Kind, Object, Status, Value};

pub(super) fn admit(server: &ApiServer, pod: &mut Value) -> Result<(), Status> {
    let classes = Kind::named("PriorityClass");
    let name = pod.at(&["spec", "priorityClassName"]).str().to_owned();
    let class = if name.is_empty() {
        // The smallest of the defaults, should there be several.
        server.iter(classes, None).filter(|c| c.get("globalDefault").is_true()).min_by_key(|c| c.get("value").int()).cloned()
    } else {
        let Some(class) = server.peek(classes, "", &name) else {
            return Err(Status::forbidden(Kind::named("Pod"), pod.name(), &format!("no PriorityClass with name {name} was found")));
        };
        Some(class.clone())
    };
    let (value, policy) = match &class {
        Some(class) => (class.get("value").int(), class.get("preemptionPolicy").str().to_owned()),
        None => (0, String::new()),
    };
    if let Some(class) = &class {
        pod.set(&["spec", "priorityClassName"], class.name());
    }
    if let Some(given) = pod.at(&["spec", "priority"]).as_int()
        && given != value
    {
        let detail = format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name"
        );
        return Err(Status::forbidden(Kind::named("Pod"), pod.name(), &detail));
    }
    pod.set(&["spec", "priority"], value);
    if pod.at(&["spec", "preemptionPolicy"]).is_null() {
        pod.set(&["spec", "preemptionPolicy"], if policy.is_empty() { "PreemptLowerPriority" } else { &policy });
    }
    Ok(())
}

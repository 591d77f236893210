//! The revisions of a workload: ReplicaSets of a Deployment, ControllerRevisions of the others.

use crate::api::{Object, Value, kinds};
use crate::base::{List as _, Order as _};
use crate::kubectl::context::{CHANGE_CAUSE, Context};
use crate::kubectl::error::CliError;
use crate::kubectl::resources::Info;

/// One revision.
pub(super) struct Revision {
    /// Its number.
    pub(super) number: i64,
    /// The pod template it stands for.
    pub(super) template: Value,
    /// What made it, from the annotation.
    pub(super) cause: String,
    /// A ReplicaSet of a Deployment; of others the workload as it was then.
    pub(super) object: Value,
}

/// The revisions, oldest first; `None` for a kind that has none.
pub(super) fn of(cx: &Context<'_, '_>, info: &Info) -> Result<Option<Vec<Revision>>, CliError> {
    let (name, kept) = (&info.name, if info.kind == kinds::DEPLOYMENT { kinds::REPLICA_SET } else { kinds::CONTROLLER_REVISION });
    cx.require(("list", kept, ""), &info.namespace, "").map_err(|error| match kept == kinds::REPLICA_SET {
        true => CliError::Message(format!("failed to retrieve replica sets from deployment {name}: {error}")),
        false => error,
    })?;
    let api = &cx.host.api;
    let uid = info.object.uid();
    let cause = |o: &Value| o.annotation(CHANGE_CAUSE).unwrap_or("").to_owned();
    let mut found: Vec<Revision> = match info.kind.kind {
        "Deployment" => api
            .owned_by(uid, kinds::REPLICA_SET)
            .filter_map(|rs| {
                let number = rs.annotation("deployment.kubernetes.io/revision")?.parse().ok()?;
                Some(Revision { number, template: rs.at(&["spec", "template"]).clone(), cause: cause(rs), object: rs.clone() })
            })
            .list(),
        "DaemonSet" | "StatefulSet" => api
            .owned_by(uid, kinds::CONTROLLER_REVISION)
            .map(|r| {
                let template = r.at(&["data", "spec", "template"]);
                let (mut object, mut whole) = (info.object.clone(), template.clone());
                whole.remove(&["$patch"]);
                object.set(&["spec", "template"], whole);
                Revision { number: r.get("revision").int(), template: template.clone(), cause: cause(r), object }
            })
            .list(),
        _ => return Ok(None),
    };
    found.order_by_key(|r| r.number);
    Ok(Some(found))
}

//! ServiceAccount, as far as it goes here: a pod that names no secrets to pull its images with gets those of its service account. Where
//! roles are enforced, it names an account, and one that is there; its token comes to it without a volume.
//! The cluster that is the measure ran without this plugin, and without roles.

use super::ApiServer;
use crate::api::{Object, Status, Value, kinds};
use crate::server::account_of;

pub(super) fn admit(server: &ApiServer, namespace: &str, pod: &mut Value) -> Result<(), Status> {
    if pod.annotation("kubernetes.io/config.mirror").is_some() {
        return Ok(());
    }
    let name = account_of(pod).to_owned();
    let account = server.peek(kinds::SERVICE_ACCOUNT, namespace, &name);
    if server.enforces_roles() {
        // The one of a new namespace is waited for: it is about to be made.
        if account.is_none() && name != "default" {
            let why = format!("error looking up service account {namespace}/{name}: serviceaccount {name:?} not found");
            return Err(Status::forbidden(kinds::POD, pod.name(), &why));
        }
        // The second is its name of the first versions.
        for member in ["serviceAccountName", "serviceAccount"] {
            pod.settle(&["spec", member], &name);
        }
    }
    let secrets = account.map_or(&Value::Null, |account| account.get("imagePullSecrets"));
    if pod.at(&["spec", "imagePullSecrets"]).is_empty() && !secrets.is_empty() {
        pod.set(&["spec", "imagePullSecrets"], secrets.clone());
    }
    Ok(())
}

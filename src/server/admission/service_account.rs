//! ServiceAccount, as far as it goes here: a pod that names no secrets to pull its images with gets those of its service account. Where
//! roles are enforced, it names an account, and one that is there; its token comes to it without a volume.
//! The cluster that is the measure ran without this plugin, and without roles: there a pod names an account of its own accord only where
//! it mounts a token, which is refused to pods that name none.

use super::ApiServer;
use crate::api::{Object, Status, Value, kinds};
use crate::server::account_of;

pub(super) fn admit(server: &ApiServer, namespace: &str, pod: &mut Value) -> Result<(), Status> {
    if pod.annotation("kubernetes.io/config.mirror").is_some() {
        return Ok(());
    }
    let name = account_of(pod).to_owned();
    let account = server.peek(kinds::SERVICE_ACCOUNT, namespace, &name);
    // The one of a new namespace is waited for: it is about to be made.
    if server.enforces_roles() && account.is_none() && name != "default" {
        let why = format!("error looking up service account {namespace}/{name}: serviceaccount {name:?} not found");
        return Err(Status::forbidden(kinds::POD, pod.name(), &why));
    }
    if server.enforces_roles() || mounts_token(pod) {
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

fn mounts_token(pod: &Value) -> bool {
    let mut sources = pod.at(&["spec", "volumes"]).items().iter().flat_map(|volume| volume.at(&["projected", "sources"]).items());
    sources.any(|source| !source.get("serviceAccountToken").is_null())
}

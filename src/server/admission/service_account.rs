//! ServiceAccount, in part: a pod without image pull secrets gets those of its service account. Only where roles are enforced does a pod
//! get a default account, and must its account exist; the token comes to the pod without a volume. The recorded cluster, which is the
//! measure, ran without this plugin and without roles.

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
        // The account of a new namespace counts as existing: it is about to be created.
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

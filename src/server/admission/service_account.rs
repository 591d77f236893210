//! ServiceAccount, as far as it goes here: a pod that names no secrets to pull its images with gets those of its service account.
//! The cluster that is the measure ran without this plugin: a pod names no account of its own accord, and may name one that is not there.
//! Where one mounts a token, which is refused to pods that name none, it is given the name that the plugin gives to all.

use super::ApiServer;
use crate::api::{Object, Value, kinds};
use crate::server::account_of;

pub(super) fn admit(server: &ApiServer, namespace: &str, pod: &mut Value) {
    let mounts_token = |volume: &Value| {
        let sources = volume.at(&["projected", "sources"]).items();
        sources.iter().any(|source| !source.get("serviceAccountToken").is_null())
    };
    if pod.at(&["spec", "serviceAccountName"]).is_empty() && pod.at(&["spec", "volumes"]).items().iter().any(mounts_token) {
        let account = account_of(pod).to_owned();
        pod.set(&["spec", "serviceAccountName"], account.as_str());
        pod.set(&["spec", "serviceAccount"], account);
    }
    let Some(account) = server.peek(kinds::SERVICE_ACCOUNT, namespace, account_of(pod)) else { return };
    let secrets = account.get("imagePullSecrets");
    let is_mirror = pod.annotation("kubernetes.io/config.mirror").is_some();
    if pod.at(&["spec", "imagePullSecrets"]).is_empty() && !secrets.is_empty() && !is_mirror {
        pod.set(&["spec", "imagePullSecrets"], secrets.clone());
    }
}

//! The tokens controller (`pkg/controller/serviceaccount`): fills Secrets of type `kubernetes.io/service-account-token`, and deletes those
//! whose account does not exist.

use super::controller::{ObjectRef, key_of};
use super::work_queue::WorkQueue;
use crate::api::well_known::SERVICE_ACCOUNT_NAME;
use crate::api::{KindRef, Object, Value, kinds};
use crate::base::{Time, base64};
use crate::server::{
    ApiServer, CERTIFICATE, Caller, Change, Component, DeleteOptions, Preconditions, Subresource, WriteOptions, legacy_token,
};

const TYPE: &str = "kubernetes.io/service-account-token";
const UID: &str = "kubernetes.io/service-account.uid";

/// Fills and deletes token Secrets.
#[derive(Clone, Debug, Default)]
pub struct TokensController {
    queue: WorkQueue<ObjectRef>,
}

fn is_token(secret: &Value) -> bool {
    secret.get("type").str() == TYPE
}

impl Component for TokensController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "secrets" | "serviceaccounts")
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        if change.key.kind == kinds::SECRET {
            if let Some(secret) = change.current().filter(|s| is_token(s)) {
                self.queue.add_at(key_of(secret), now);
            }
            return;
        }
        let of_account = |s: &&Value| is_token(s) && s.annotation(SERVICE_ACCOUNT_NAME) == Some(change.key.name.as_str());
        for secret in api.iter(kinds::SECRET, Some(&change.key.namespace)).filter(of_account) {
            self.queue.add_at(key_of(secret), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(key) = self.queue.pop_due(now) else { return };
        let (kind, by) = (kinds::SECRET, Caller::new(now, "kube-controller-manager"));
        let Some(secret) = api.peek(kind, &key.0, &key.1).filter(|s| is_token(s) && !s.is_terminating()).cloned() else { return };
        let account = api.peek(kinds::SERVICE_ACCOUNT, &key.0, secret.annotation(SERVICE_ACCOUNT_NAME).unwrap_or(""));
        let Some(account) = account.filter(|a| secret.annotation(UID).is_none_or(|uid| uid.is_empty() || uid == a.uid())) else {
            let preconditions = Preconditions { uid: Some(secret.uid().into()), ..Preconditions::default() };
            // If it is gone already, there is nothing left to do.
            let _ = api.delete(&by, kind, &key.0, &key.1, &DeleteOptions { preconditions, ..DeleteOptions::default() });
            return;
        };
        let mut filled = secret.clone();
        filled.set(&["metadata", "annotations", UID], account.uid());
        let files = [("ca.crt", CERTIFICATE.to_owned()), ("namespace", key.0.to_string()), ("token", legacy_token(account, &key.1))];
        for (file, content) in files {
            // An existing token stays.
            if file != "token" || filled.at(&["data", file]).is_empty() {
                filled.set(&["data", file], base64::encode(content.as_bytes()));
            }
        }
        if filled != secret && api.update(&by, kind, filled, Subresource::None, &WriteOptions::default()).is_err() {
            self.queue.add_rate_limited(key, now);
        }
    }
}

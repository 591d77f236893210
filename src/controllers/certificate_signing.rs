//! The CSR signing controller (`pkg/controller/certificates/signer`) for clients of the API server: issues what an approved
//! CertificateSigningRequest asks for. The certificate names whom the request names; keys and signatures are not simulated.

use super::work_queue::WorkQueue;
use crate::api::{ArcStr, KindRef, Value, find_condition, kinds};
use crate::base::{Time, base64};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, Subresource, WriteOptions};

const SIGNER: &str = "kubernetes.io/kube-apiserver-client";
/// What a client's certificate must be for.
const CLIENT_AUTH: &str = "client auth";

/// Issues certificates.
#[derive(Clone, Debug, Default)]
pub struct CertificateSigningController {
    queue: WorkQueue<ArcStr>,
}

/// Whether it is approved, and neither issued nor refused.
fn waits_for_signer(request: &Value) -> bool {
    let status = request.get("status");
    let has = |kind: &str| !find_condition(status, kind).is_null();
    request.at(&["spec", "signerName"]).str() == SIGNER
        && status.get("certificate").is_empty()
        && has("Approved")
        && !has("Denied")
        && !has("Failed")
}

/// Why the signer refuses it, if it does.
// Models validAPIServerClientUsages.
fn refusal(request: &Value) -> Option<String> {
    let usages = request.at(&["spec", "usages"]).items();
    let invalid = usages.iter().map(Value::str).find(|u| !["digital signature", "key encipherment", CLIENT_AUTH].contains(u));
    match invalid {
        Some(usage) => Some(format!("invalid usage for client certificate: {usage}")),
        None if !usages.iter().any(|u| u.str() == CLIENT_AUTH) => {
            Some(format!("missing required usage for client certificate: {CLIENT_AUTH}"))
        }
        None => None,
    }
}

impl Component for CertificateSigningController {
    fn watches(&self, kind: KindRef) -> bool {
        kind == kinds::CERTIFICATE_SIGNING_REQUEST
    }

    fn on_change(&mut self, _: &ApiServer, now: Time, change: &Change) {
        if change.current().is_some_and(waits_for_signer) {
            self.queue.add_at(change.key.name.clone(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(name) = self.queue.pop_due(now) else { return };
        let kind = kinds::CERTIFICATE_SIGNING_REQUEST;
        let Some(mut request) = api.peek(kind, "", &name).filter(|r| waits_for_signer(r)).cloned() else { return };
        if let Some(message) = refusal(&request) {
            let failed = obj!({
                "type": "Failed", "status": "True", "reason": "SignerValidationFailure", "message": message, "lastUpdateTime": now.rfc3339()
            });
            request.at_mut(&["status", "conditions"]).list_mut().push(failed);
        } else {
            let asked = base64::decode(request.at(&["spec", "request"]).str()).unwrap_or_default();
            let issued = String::from_utf8_lossy(&asked).replace("CERTIFICATE REQUEST", "CERTIFICATE");
            request.set(&["status", "certificate"], base64::encode(issued.as_bytes()));
        }
        if api.update(&Caller::new(now, "kube-controller-manager"), kind, request, Subresource::Status, &WriteOptions::default()).is_err() {
            self.queue.add_rate_limited(name, now);
        }
    }
}

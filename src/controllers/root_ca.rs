//! The root CA publisher (`pkg/controller/certificates/rootcacertpublisher`): a `kube-root-ca.crt` ConfigMap in each namespace.

use super::work_queue::WorkQueue;
use crate::api::{ArcStr, Kind, KindRef, Object};
use crate::base::Time;
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, WriteOptions};

/// Keeps the ConfigMap there. The certificate is a placeholder that says so: nothing here speaks TLS.
#[derive(Clone, Debug, Default)]
pub struct RootCaPublisher {
    queue: WorkQueue<ArcStr>,
}

const NAME: &str = "kube-root-ca.crt";
const CERTIFICATE: &str =
    "-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVkIGNsdXN0ZXI6IG5vdGhpbmcgaGVyZSBzcGVha3MgVExT\n-----END CERTIFICATE-----\n";

impl Component for RootCaPublisher {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "namespaces" | "configmaps")
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        if change.key.kind.plural == "namespaces" {
            self.queue.add_at(change.key.name.clone(), now);
        } else if change.key.name == NAME {
            self.queue.add_at(change.key.namespace.clone(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(namespace) = self.queue.pop_due(now) else { return };
        let active = api.peek(Kind::named("Namespace"), "", &namespace).is_some_and(|n| !n.is_terminating());
        let kind = Kind::named("ConfigMap");
        if !active || api.peek(kind, &namespace, NAME).is_some() {
            return;
        }
        let map = obj!({
            "metadata": {
                "name": NAME,
                "annotations": {"kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."}
            },
            "data": {"ca.crt": CERTIFICATE}
        });
        if api.create(&Caller::new(now, "root-ca-certificate-publisher"), kind, &namespace, map, &WriteOptions::default()).is_err() {
            self.queue.add_rate_limited(namespace, now);
        }
    }
}

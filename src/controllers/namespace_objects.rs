//! The objects that every namespace gets: the ConfigMap `kube-root-ca.crt`, from the root CA publisher
//! (`pkg/controller/certificates/rootcacertpublisher`), and the ServiceAccount `default`, from the service accounts controller
//! (`pkg/controller/serviceaccount`).

use super::work_queue::WorkQueue;
use crate::api::Object as _;
use crate::api::{ArcStr, Kind, KindRef, Value, kinds};
use crate::base::Time;
use crate::obj;
use crate::server::{ApiServer, CERTIFICATE, Caller, Change, Component, Subresource, WriteOptions};

/// Creates these objects, and keeps them.
#[derive(Clone, Debug, Default)]
pub struct NamespaceObjects {
    queue: WorkQueue<ArcStr>,
}

const CA: &str = "kube-root-ca.crt";
const ACCOUNT: &str = "default";
const ABOUT: &str = "kubernetes.io/description";

impl Component for NamespaceObjects {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "namespaces" | "configmaps" | "serviceaccounts")
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        if change.key.kind == kinds::NAMESPACE {
            self.queue.add_at(change.key.name.clone(), now);
        } else if matches!(change.key.name.as_str(), CA | ACCOUNT) {
            self.queue.add_at(change.key.namespace.clone(), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        let Some(namespace) = self.queue.pop_due(now) else { return };
        if api.peek(kinds::NAMESPACE, "", &namespace).is_none_or(|n| n.is_terminating()) {
            return;
        }
        let mut give = |by: &'static str, kind: &str, name: &str, mut object: Value| {
            let (kind, by, options) = (Kind::named(kind), Caller::new(now, by), WriteOptions::default());
            let written = match api.peek(kind, &namespace, name).cloned() {
                None => {
                    object.set(&["metadata", "name"], name);
                    api.create(&by, kind, &namespace, object, &options)
                }
                // Changes of the certificate by others are undone.
                Some(mut there)
                    if name == CA && (there.get("data") != object.get("data") || there.annotation(ABOUT).is_none_or(str::is_empty)) =>
                {
                    there.set(&["data"], object.get("data"));
                    there.set(&["metadata", "annotations", ABOUT], object.annotation(ABOUT).unwrap_or(""));
                    api.update(&by, kind, there, Subresource::None, &options)
                }
                Some(_) => return,
            };
            if written.is_err() {
                self.queue.add_rate_limited(namespace.clone(), now);
            }
        };
        let map = obj!({
            "metadata": {
                "annotations": {"kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."}
            },
            "data": {"ca.crt": CERTIFICATE}
        });
        give("root-ca-certificate-publisher", "ConfigMap", CA, map);
        give("kube-controller-manager", "ServiceAccount", ACCOUNT, Value::map());
    }
}

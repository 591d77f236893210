//! The objects that the API server makes for itself.

use std::net::Ipv4Addr;

use super::{ApiServer, Caller, WriteOptions};
use crate::api::{Kind, Status, Value, kinds};
use crate::base::{RandomStream, Time};
use crate::obj;

/// Where the server itself is, beside the nodes.
const ADDRESS: &str = "10.244.0.10";

/// What the server's own Service is called.
pub(super) const OWN: &str = "kubernetes";

impl ApiServer {
    /// Makes the namespaces, priority classes and Service that every cluster begins with.
    pub(super) fn create_own(&mut self, seed: u64) {
        let by = Caller::new(Time::ZERO, "kube-apiserver");
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            self.create_namespace(&by, name);
        }
        let classes = [
            ("system-cluster-critical", 2_000_000_000, "run in the cluster, but can be moved to another node if necessary"),
            ("system-node-critical", 2_000_001_000, "not be moved from their current node"),
        ];
        for (name, value, must) in classes {
            let class = obj!({
                "metadata": {"name": name}, "value": value, "preemptionPolicy": "PreemptLowerPriority",
                "description": format!("Used for system critical pods that must {must}.")
            });
            self.must_create(&by, "PriorityClass", class);
        }
        // In an empty cluster nothing refuses them.
        let _ = self.create_own_service(&by);
        self.with_own_ids(seed, "endpoints", |server| {
            let _ = server.create_own_endpoints(&by);
        });
    }

    /// Creates with ids of a stream of their own: what a session draws does not hang on how many such objects there are.
    pub(super) fn with_own_ids(&mut self, seed: u64, stream: &str, create: impl FnOnce(&mut ApiServer)) {
        let random = std::mem::replace(&mut self.random, RandomStream::new(seed, stream));
        create(self);
        self.random = random;
    }

    /// The Service under which programs in pods find the server.
    fn create_own_service(&mut self, by: &Caller) -> Result<(), Status> {
        let service = obj!({
            "metadata": {"name": OWN, "labels": {"component": "apiserver", "provider": OWN}},
            "spec": {
                "clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"], "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
                "ipFamilyPolicy": "SingleStack", "sessionAffinity": "None", "type": "ClusterIP",
                "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}]
            }
        });
        self.create(by, kinds::SERVICE, "default", service, &WriteOptions::default()).map(|_| ())
    }

    /// Where the server is to be found behind its Service.
    // Models the control plane's lease endpoint reconciler.
    fn create_own_endpoints(&mut self, by: &Caller) -> Result<(), Status> {
        let ports = obj!([{"name": "https", "port": 6443, "protocol": "TCP"}]);
        let endpoints = obj!({
            "metadata": {"name": OWN, "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
            "subsets": [{"addresses": [{"ip": ADDRESS}], "ports": ports.clone()}]
        });
        let slice = obj!({
            "metadata": {"name": OWN, "labels": {"kubernetes.io/service-name": OWN}}, "addressType": "IPv4",
            "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": true}}], "ports": ports
        });
        for (kind, object) in [("Endpoints", endpoints), ("EndpointSlice", slice)] {
            let kind = Kind::named(kind);
            if self.peek(kind, "default", OWN).is_none() {
                self.create(by, kind, "default", object, &WriteOptions::default())?;
            }
        }
        Ok(())
    }

    /// Makes those of the server's own objects again that are gone; a quota or a policy may refuse them.
    // Models the control plane's kubernetesservice.Controller.
    pub(super) fn restore_own(&mut self, by: &Caller) -> Result<(), Status> {
        let service = kinds::SERVICE;
        let address = Ipv4Addr::new(10, 96, 0, 1);
        if self.peek(service, "default", OWN).is_none() && self.services.is_free(address) {
            self.create_own_service(by)?;
        }
        self.create_own_endpoints(by)
    }

    /// Makes a namespace where it is not there, as a session's set-up does.
    pub fn create_namespace(&mut self, by: &Caller, name: &str) {
        if self.peek(kinds::NAMESPACE, "", name).is_none() {
            self.must_create(by, "Namespace", obj!({"metadata": {"name": name}}));
        }
    }

    /// Creates one of the server's own objects that have no namespace, whose validity is this source's to keep.
    pub(super) fn must_create(&mut self, by: &Caller, kind: &str, object: Value) {
        if let Err(status) = self.create(by, Kind::named(kind), "", object, &WriteOptions::default()) {
            panic!("a built-in {kind} was refused: {status}");
        }
    }
}

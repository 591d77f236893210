//! Endpoint slice mirroring (`pkg/controller/endpointslicemirroring`): slices of the Endpoints of a Service without a selector, which
//! somebody wrote by hand, or which stayed when the Service lost its selector.

use super::controller::{ObjectRef, controller_ref, key_of, work};
use super::work_queue::WorkQueue;
use crate::api::well_known::{LAST_APPLIED, SERVICE_NAME, SLICE_MANAGED_BY};
use crate::api::{KindRef, Object, Status, Value, kinds};
use crate::base::{List as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, DeleteOptions, Subresource, WriteOptions};

const MANAGER: &str = "endpointslicemirroring-controller.k8s.io";
/// How many addresses of a subset are mirrored.
const ADDRESSES_MAX: usize = 1000;

/// Mirrors Endpoints.
#[derive(Clone, Debug, Default)]
pub struct EndpointSliceMirroringController {
    queue: WorkQueue<ObjectRef>,
}

/// Whether Endpoints are to be mirrored: they have no label against it, and nobody is elected by them.
// Those of the endpoints controller too: they stay when a Service loses its selector.
fn is_mirrored(endpoints: &Value) -> bool {
    endpoints.label("endpointslice.kubernetes.io/skip-mirror") != Some("true")
        && endpoints.annotation("control-plane.alpha.kubernetes.io/leader").is_none()
}

/// The slices that Endpoints should have: ports and endpoints, for each subset and address family.
fn wanted(endpoints: &Value) -> Vec<(&'static str, Value, Value)> {
    let mut slices = Vec::new();
    for subset in endpoints.get("subsets").items() {
        let ports: Vec<Value> = subset
            .get("ports")
            .items()
            .iter()
            .map(|p| {
                let protocol = p.get("protocol").as_str().unwrap_or("TCP");
                let mut port = obj!({"name": p.get("name").str(), "protocol": protocol, "port": p.get("port")});
                if let Some(app) = p.get("appProtocol").as_str() {
                    port.set(&["appProtocol"], app);
                }
                port
            })
            .list();
        for family in ["IPv4", "IPv6"] {
            let mut list: Vec<Value> = Vec::new();
            for (member, ready) in [("addresses", true), ("notReadyAddresses", false)] {
                let of_family = |a: &&Value| a.get("ip").str().contains(':') == (family == "IPv6");
                for address in subset.get(member).items().iter().filter(of_family).take(ADDRESSES_MAX) {
                    let mut endpoint = obj!({"addresses": [address.get("ip")], "conditions": {"ready": ready}});
                    for name in ["hostname", "nodeName", "targetRef"] {
                        if !address.get(name).is_empty() {
                            endpoint.set(&[name], address.get(name));
                        }
                    }
                    list.push(endpoint);
                }
            }
            if !list.is_empty() {
                slices.push((family, Value::from(ports.clone()), Value::from(list)));
            }
        }
    }
    slices
}

impl EndpointSliceMirroringController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, key: &ObjectRef) -> Result<(), Status> {
        let by = Caller::new(now, MANAGER);
        let kind = kinds::ENDPOINT_SLICE;
        let ours = |s: &&Value| s.label(SLICE_MANAGED_BY) == Some(MANAGER);
        let existing: Vec<Value> = api.slices_of(&key.0, &key.1).filter(ours).cloned().list();
        let service = api.peek(kinds::SERVICE, &key.0, &key.1).filter(|s| s.at(&["spec", "selector"]).is_empty());
        let endpoints = api.peek(kinds::ENDPOINTS, &key.0, &key.1).filter(|e| is_mirrored(e) && !e.is_terminating()).cloned();
        let (Some(_), Some(endpoints)) = (service, endpoints) else {
            for slice in existing {
                api.delete(&by, kind, &key.0, slice.name(), &DeleteOptions::default())?;
            }
            return Ok(());
        };
        let mut labels = if endpoints.labels().is_null() { Value::map() } else { endpoints.labels().clone() };
        labels.set(&[SERVICE_NAME], &key.1);
        labels.set(&[SLICE_MANAGED_BY], MANAGER);
        let mut annotations = endpoints.at(&["metadata", "annotations"]).clone();
        annotations.remove(&[LAST_APPLIED]);
        annotations.remove(&["endpoints.kubernetes.io/last-change-trigger-time"]);
        let mut spare = existing;
        let all = wanted(&endpoints);
        let fits =
            |(family, ports, _): &(&str, Value, Value), s: &Value| s.get("addressType").str() == *family && s.get("ports").same(ports);
        for want in &all {
            // A slice that is no longer needed is reused for other ports (`recycleSlices`).
            let recycled = |s: &Value| s.get("addressType").str() == want.0 && !all.iter().any(|w| fits(w, s));
            let at = spare.iter().position(|s| fits(want, s)).or_else(|| spare.iter().position(recycled));
            let found = at.map(|i| spare.remove(i));
            let (family, ports, list) = want.clone();
            let mut next = found.clone().unwrap_or_else(|| {
                obj!({
                    "metadata": {
                        "generateName": format!("{}-", key.1), "ownerReferences": [controller_ref(&endpoints, kinds::ENDPOINTS)]
                    },
                    "addressType": family
                })
            });
            next.set(&["metadata", "labels"], labels.clone());
            if !annotations.is_empty() {
                next.set(&["metadata", "annotations"], annotations.clone());
            }
            next.set(&["endpoints"], list);
            next.set(&["ports"], ports);
            match found {
                Some(old) if old.same(&next) => {}
                Some(_) => {
                    api.update(&by, kind, next, Subresource::None, &WriteOptions::default())?;
                }
                None => {
                    api.create(&by, kind, &key.0, next, &WriteOptions::default())?;
                }
            }
        }
        for slice in spare {
            api.delete(&by, kind, &key.0, slice.name(), &DeleteOptions::default())?;
        }
        Ok(())
    }
}

impl Component for EndpointSliceMirroringController {
    fn watches(&self, kind: KindRef) -> bool {
        matches!((kind.group, kind.plural), ("", "endpoints" | "services") | ("discovery.k8s.io", "endpointslices"))
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let object = &change.object;
        if change.key.kind != kinds::ENDPOINT_SLICE {
            self.queue.add_at(key_of(object), now);
        } else if object.label(SLICE_MANAGED_BY) == Some(MANAGER)
            && let Some(service) = object.label(SERVICE_NAME)
        {
            self.queue.add_at((change.key.namespace.clone(), service.into()), now);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}

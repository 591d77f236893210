//! The resource metrics API (`metrics.k8s.io`) as kubectl asks it. What it serves is not stored: the kubelets measure it as it is asked
//! for.

use super::context::Context;
use crate::api::{Kind, KindRef, Object, Status, Value, kinds};
use crate::base::List as _;
use crate::obj;

/// What a node's operating system and kubelet use, in thousandths of a core.
const SYSTEM_CPU_MILLI: u64 = 250;
/// What they use of its memory, in bytes.
const SYSTEM_MEMORY_BYTES: u64 = 1 << 30;

/// Whether this API serves the objects of a kind.
pub fn serves(kind: &Kind) -> bool {
    kind.group == "metrics.k8s.io"
}

/// A usage as the API writes it.
fn usage(cpu_milli: u64, memory_bytes: u64) -> Value {
    obj!({"cpu": format!("{cpu_milli}m"), "memory": format!("{}Ki", memory_bytes / 1024)})
}

impl Context<'_, '_> {
    /// An object for each node, or for each pod that runs; `None` where no kubelet can tell.
    pub fn metrics(&self, kind: KindRef) -> Option<Vec<Value>> {
        let node = self.host.node.as_deref()?;
        let now = self.host.now;
        let stamp = now.rfc3339();
        let item = |object: &Value, member: &str, measured: Value| {
            let mut metadata = obj!({"name": object.name_arc(), "creationTimestamp": stamp.as_str()});
            for (key, value) in [("namespace", object.get("metadata").get("namespace")), ("labels", object.labels())] {
                if !value.is_empty() {
                    metadata.set(&[key], value.clone());
                }
            }
            let mut item = obj!({
                "apiVersion": kind.api_version(), "kind": kind.kind, "metadata": metadata, "timestamp": stamp.as_str(), "window": "15s"
            });
            item.set(&[member], measured);
            item
        };
        let share = node.cpu_share();
        let used = |pod: &Value| node.pod_usage(share, now, pod.namespace(), pod.name());
        if kind == kinds::NODE_METRICS {
            let measured = |n: &Value| {
                let (mut cpu, mut memory) = (SYSTEM_CPU_MILLI, SYSTEM_MEMORY_BYTES);
                for pod in self.host.api.pods_on(n.name()).filter_map(used) {
                    cpu += pod.cpu_milli();
                    memory += pod.memory_bytes();
                }
                item(n, "usage", usage(cpu, memory))
            };
            return Some(self.host.api.iter(kinds::NODE, None).map(measured).list());
        }
        let measured = |pod: &Value| {
            let containers = used(pod)?.containers.into_iter();
            let containers = containers.map(|c| obj!({"name": c.name, "usage": usage(c.cpu_milli, c.memory_bytes)}));
            Some(item(pod, "containers", containers.list().into()))
        };
        Some(self.host.api.iter(kinds::POD, None).filter_map(measured).list())
    }

    /// The one of a node or a pod.
    pub(super) fn metrics_of(&self, kind: KindRef, namespace: &str, name: &str) -> Result<Value, Status> {
        self.metrics(kind)
            .and_then(|items| items.into_iter().find(|v| v.name() == name && v.namespace() == namespace))
            .ok_or_else(|| Status::not_found(kind, name))
    }

    /// What it answers at a path; `None` where the path is another API's, or this one is not installed.
    pub fn metrics_at(&self, path: &str) -> Option<Result<Value, Status>> {
        let path = path.split('?').next()?.trim_end_matches('/').strip_prefix("/apis/metrics.k8s.io/v1beta1/")?;
        let (kind, namespace, name) = match path.split('/').list()[..] {
            ["nodes", ref name @ ..] => (kinds::NODE_METRICS, None, name.first().copied()),
            ["pods"] => (kinds::POD_METRICS, None, None),
            ["namespaces", namespace, "pods", ref name @ ..] => (kinds::POD_METRICS, Some(namespace), name.first().copied()),
            _ => return None,
        };
        let is_asked = |v: &Value| namespace.is_none_or(|n| v.namespace() == n) && name.is_none_or(|n| v.name() == n);
        let mut items = self.metrics(kind).filter(|_| self.host.api.metrics().is_served())?.into_iter().filter(is_asked);
        Some(match name {
            Some(name) => items.next().ok_or_else(|| Status::not_found(kind, name)),
            None => Ok(obj!({
                "apiVersion": kind.api_version(), "kind": format!("{}List", kind.kind), "metadata": {}, "items": items.list()
            })),
        })
    }
}

//! In-place resize of a running pod. Models the kubelet's handling of the `resize` subresource.

use super::pod_worker::{Cx, PodWorker};
use super::resources::limits_of;
use crate::api::Value;
use crate::obj;
use crate::server::EventType;

impl PodWorker {
    /// Gives running containers the resources that their spec has now, and says so.
    pub(super) fn apply_resize(&mut self, cx: &mut Cx<'_>) {
        let mut changed = Vec::new();
        for (c, container) in self.containers.iter().enumerate() {
            if let Some(instance) = container.newest().filter(|i| i.exit.is_none() && i.started.is_some())
                && !instance.resources.same(container.spec.value.get("resources"))
            {
                changed.push(c);
            }
        }
        if changed.is_empty() {
            return;
        }
        let generation = self.pod.at(&["metadata", "generation"]).int();
        let listed: Vec<Value> = changed
            .iter()
            .map(|c| {
                let spec = &self.containers[*c].spec;
                obj!({"name": &spec.name, "resources": spec.value.get("resources")})
            })
            .collect();
        let what = obj!({"containers": listed, "generation": generation});
        self.event(cx, EventType::Normal, "ResizeStarted", &format!("Pod resize started: {what}"));
        for c in changed {
            let spec = self.containers[c].spec.clone();
            let (cpu, memory) = limits_of(&spec);
            let cores = cx.node.cpu_milli();
            if let Some(instance) = self.containers[c].newest_mut() {
                instance.resources = spec.value.get("resources").clone();
                if let Some(machine) = instance.machine.as_deref_mut() {
                    machine.set_cpu_millis(cpu.unwrap_or(cores));
                    machine.set_memory_limit(memory);
                }
            }
            self.reschedule(cx, c);
        }
        self.event(cx, EventType::Normal, "ResizeCompleted", &format!("Pod resize completed: {what}"));
    }
}

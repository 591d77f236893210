//! The metrics server. It asks the kubelets only when its API is about to be read, so that there is no cost as long as nobody reads it.

use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::{Duration, List as _, SortedMap, Time};
use crate::kubelet::Kubelets;
use crate::server::{ApiServer, NodeApi as _, NodeReport, PodSample};

/// The time over which CPU use is averaged.
const WINDOW: Duration = Duration::from_secs(15);

/// Takes the usage of every running pod, where the metrics API is served.
pub(super) fn scrape(api: &mut ApiServer, kubelets: Option<&Kubelets>, now: Time) {
    let Some(kubelets) = kubelets.filter(|_| api.metrics().is_served()) else { return };
    let mut reports: SortedMap<ArcStr, NodeReport> = SortedMap::new();
    let share = kubelets.cpu_share();
    let running = |p: &&Value| p.at(&["status", "phase"]).str() == "Running";
    for pod in api.iter(kinds::POD, None).filter(running) {
        let node = pod.at(&["spec", "nodeName"]).arc_str();
        if !kubelets.is_running(&node) {
            continue;
        }
        let Some(usage) = kubelets.pod_usage(share, now, pod.namespace(), pod.name()) else { continue };
        let report = reports.entry(node).or_insert_with(|| NodeReport { at: now, window: WINDOW, ..NodeReport::default() });
        report.pods.push(PodSample { pod: (pod.namespace_arc(), pod.name_arc()), containers: usage.containers });
    }
    let silent: Vec<ArcStr> = api.metrics().nodes().map(|(n, _)| n.clone()).filter(|n| !reports.contains_key(n)).list();
    for node in silent {
        api.metrics_mut().forget(&node);
    }
    for (node, report) in reports {
        api.metrics_mut().publish(node, report);
    }
}

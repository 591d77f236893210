//! Why requests to a Service, or those of a pod, do not get where they should.

use super::{Add, Around, What, event, relative, relative_pod, spec};
use crate::api::{Object, Value, kinds};
use crate::base::List as _;
use crate::sim::Sim;
use crate::views::cluster::{ClusterView, ServiceView};
use crate::views::objects::object;
use crate::views::traffic::flows_of;

/// Why nobody gets a Service's requests, or it no address.
pub(super) fn service(Around { sim, view, .. }: &Around, o: &Value, add: Add) {
    match view.services.iter().find(|s| s.key == o.uid() && s.has_selector) {
        Some(s) if s.selected.is_empty() => {
            let selector = || spec(o, "selector").entries();
            let wanted: Vec<String> = selector().map(|(k, v)| format!("{k}={}", v.str())).list();
            // Whoever would make such pods says why there are none.
            let mut workloads = view.workloads.iter().filter(|w| w.namespace == s.namespace);
            let maker = workloads.find_map(|w| {
                let found = object(sim, &w.kind, &w.namespace, &w.name)?;
                let labels = found.at(&["spec", "template", "metadata", "labels"]);
                selector().all(|(k, v)| labels.get(k) == v).then(|| relative(found))
            });
            add(What::NoPods, &[&wanted.join(",")], "Endpoints: <none>".to_owned(), maker);
        }
        Some(s) if s.reached.is_empty() => {
            let one = view.pod(&s.selected[0]).map(relative_pod);
            add(What::NoneReady, &[&s.selected.len().to_string()], "Endpoints: <none>".to_owned(), one);
        }
        Some(s) => reached(sim, view, o, s, add),
        None => {}
    }
    if spec(o, "type").str() == "LoadBalancer" && o.at(&["status", "loadBalancer", "ingress"]).items().is_empty() {
        add(What::NoAddress, &[], "EXTERNAL-IP: <pending>".to_owned(), None);
    }
}

/// Why a Service's pods do not answer, though they are ready.
fn reached(sim: &Sim, view: &ClusterView, o: &Value, s: &ServiceView, add: Add) {
    let Some(kubelets) = &sim.cluster().kubelets else { return };
    let slices = || sim.api().slices_of(o.namespace(), o.name());
    if slices().all(|slice| slice.get("endpoints").is_empty()) {
        return;
    }
    let flows = flows_of(sim, o.uid());
    for port in spec(o, "ports").items().iter().filter(|p| p.get("protocol").str() == "TCP") {
        let mut behind = slices().flat_map(|slice| slice.get("ports").items()).filter(|p| p.get("name").str() == port.get("name").str());
        // Of a port by name there is none where no container calls one so.
        let number = behind.next().and_then(|p| u16::try_from(p.get("port").int()).ok());
        let mut pods = s.reached.iter().take(PODS_MAX).filter_map(|uid| view.pod(uid));
        if spec(o, "clusterIP").str() != "None" && !pods.any(|p| number.is_some_and(|n| kubelets.listens(&p.namespace, &p.name, n))) {
            let target = port.get("targetPort");
            let target = target.as_str().map_or_else(|| target.int().to_string(), str::to_owned);
            add(What::NoListener, &[&target], format!("targetPort: {target}"), None);
        }
        for flow in flows.iter().filter(|f| f.total.2 > 0).take(PODS_MAX) {
            let node = view.pod(&flow.to).and_then(|p| view.nodes.iter().find(|n| Some(&n.name) == p.node.as_ref()));
            if let Some(n) = node.filter(|n| n.faults.off || n.faults.cut) {
                let leads = ["Node", "", &n.name, &n.key].map(str::to_owned);
                add(What::WaitsFor, &[&n.name], "--node-monitor-grace-period".to_owned(), Some(leads));
                return;
            }
            let pod = |uid: &str| view.pod(uid).and_then(|p| sim.api().peek(kinds::POD, &p.namespace, &p.name));
            let barrier =
                pod(&flow.from).zip(pod(&flow.to)).zip(number).and_then(|((from, to), n)| kubelets.barrier(sim.api(), from, to, n));
            if let (Some(policy), Some(from)) = (barrier, view.pod(&flow.from)) {
                add(What::Barred, &[&from.name, policy.name()], format!("NetworkPolicy {}", policy.name()), Some(relative(policy)));
                return;
            }
        }
    }
}

/// How many of a Service's pods and senders are looked at.
const PODS_MAX: usize = 20;

/// To which Services a pod's requests fail.
pub(super) fn requests(sim: &Sim, o: &Value, add: Add) {
    let Some(kubelets) = &sim.cluster().kubelets else { return };
    if let Some(policy) = kubelets.lookup_barrier(sim.api(), o) {
        add(What::Barred, &[o.name(), policy.name()], "NetworkPolicy egress: DNS, port 53".to_owned(), Some(relative(policy)));
    }
    let flows = flows_of(sim, o.uid());
    if flows.is_empty() {
        return;
    }
    for service in sim.api().iter(kinds::SERVICE, None) {
        let mut failed = 0;
        for flow in &flows {
            failed += if flow.from == o.uid() && flow.service == service.uid() { flow.total.2 } else { 0 };
        }
        if failed > 0 {
            let leads = Some(relative(service));
            add(What::Unanswered, &[service.name(), &failed.to_string()], "connection refused / timed out".to_owned(), leads);
        }
    }
}

/// What an Ingress lacks.
pub(super) fn ingress(sim: &Sim, o: &Value, add: Add) {
    for rule in spec(o, "rules").items() {
        for path in rule.at(&["http", "paths"]).items() {
            no_service(sim, o, path.at(&["backend", "service", "name"]).str(), add);
        }
    }
    // A controller that acts on it has said so.
    if o.at(&["status", "loadBalancer", "ingress"]).items().is_empty() && event(sim, o, &["Sync"]).is_none() {
        add(What::Idle, &[], "Ingress controller (minikube addons enable ingress)".to_owned(), None);
    }
}

/// A Service is named that is not there.
pub(super) fn no_service(sim: &Sim, o: &Value, name: &str, add: Add) {
    if !name.is_empty() && sim.api().peek(kinds::SERVICE, o.namespace(), name).is_none() {
        add(What::NoService, &[name], format!("services \"{name}\" not found"), None);
    }
}

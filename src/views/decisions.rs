//! What was decided and why, as those keep it who decide: where the scheduler put a pod, and what an autoscaler reckoned.

use crate::api::{Object, Value, kinds};
use crate::base::{List as _, Time};
use crate::sim::Sim;

pub use crate::controllers::hpa::Calculation;
pub use crate::scheduler::decisions::{Decision, Reason};

/// What the scheduler said of each node when it last tried this pod; none where it has not, or that is long ago.
pub fn placement<'a>(sim: &'a Sim, uid: &str) -> Option<&'a Decision> {
    sim.cluster().scheduler.as_ref()?.decisions().of(uid)
}

/// Which try [`placement`] tells of, and when it was: as long as these are the same, so is the decision.
pub fn placement_tried(sim: &Sim, uid: &str) -> Option<(u32, Time)> {
    placement(sim, uid).map(|d| (d.attempt, d.at))
}

/// The first reason that the scheduler had against a node when it last tried this pod.
pub fn first_refusal<'a>(sim: &'a Sim, uid: &str) -> Option<&'a str> {
    placement(sim, uid)?.rows.iter().find_map(|row| row.refused.as_ref()?.reasons.first()).map(|reason| reason.text.as_str())
}

/// An autoscaler, and where its needle stands.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoscalerView {
    /// Its UID.
    pub key: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// What is used, of the target: 1.0 is all of it. None where it has not been found out.
    pub ratio: Option<f64>,
}

/// All autoscalers, by namespace and name.
pub fn autoscalers(sim: &Sim) -> Vec<AutoscalerView> {
    let view = |hpa: &Value| AutoscalerView {
        key: hpa.uid().to_owned(),
        namespace: hpa.namespace().to_owned(),
        name: hpa.name().to_owned(),
        ratio: ratio(sim, hpa),
    };
    sim.api().iter(kinds::HORIZONTAL_POD_AUTOSCALER, None).map(view).list()
}

/// All Ingresses, by namespace and name, and where each sends requests.
pub fn ingresses(sim: &Sim) -> Vec<(&Value, String)> {
    sim.api().iter(kinds::INGRESS, None).map(|o| (o, way_of(o))).list()
}

/// Where an Ingress sends requests, and how many more ways it has: `shop.example/cart → cart +1`.
fn way_of(ingress: &Value) -> String {
    let mut ways = Vec::new();
    for rule in ingress.at(&["spec", "rules"]).items() {
        let paths = rule.at(&["http", "paths"]).items().iter();
        ways.extend(paths.map(|path| (rule.get("host").str(), path.get("path").str(), path.get("backend"))));
    }
    // What matches none of them; where there are none, all.
    let other = ingress.at(&["spec", "defaultBackend"]);
    ways.extend((!other.is_null()).then_some(("", "", other)));
    let Some((host, path, to)) = ways.first() else { return String::new() };
    let more = if ways.len() > 1 { format!(" +{}", ways.len() - 1) } else { String::new() };
    [host, path, " → ", to.at(&["service", "name"]).str(), &more].concat()
}

/// What is used, of an autoscaler's target, by the metric that calls for most.
pub fn ratio(sim: &Sim, hpa: &Value) -> Option<f64> {
    let metrics = &sim.cluster().autoscaling(hpa.namespace(), hpa.name())?.metrics;
    metrics.iter().filter_map(|m| m.outcome.as_ref().ok().map(|p| p.ratio)).reduce(f64::max)
}

/// How an autoscaler's last look came out.
pub fn scaling(sim: &Sim, namespace: &str, name: &str) -> Option<Calculation> {
    sim.cluster().autoscaling(namespace, name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::testing::played;

    #[test]
    fn ingresses_say_where_they_send() {
        let ingress = "kubectl create ingress a --rule=x.example/=web:80 --rule=x.example/cart=cart:80";
        let sim = played(&[ingress, "kubectl create ingress b --default-backend=web:80", "kubectl create ingress c --rule='/*=c:1'"], 3);
        let told = ingresses(&sim).into_iter().map(|(o, way)| [o.name(), &way].join(": ")).list();
        assert_eq!(told, ["a: x.example/ → web +1", "b:  → web", "c: / → c"]);
    }

    #[test]
    fn the_first_refusal_is_the_schedulers_first_reason() {
        let big = "kubectl create deployment big --image=nginx --dry-run=client -o yaml | kubectl set resources --local -f - --requests=cpu=64 -o yaml | kubectl apply -f -";
        let sim = played(&[big], 20);
        let pod = sim.api().iter(kinds::POD, None).next().expect("made above");
        assert_eq!(first_refusal(&sim, pod.uid()), Some("Insufficient cpu"));
        let tried = placement(&sim, pod.uid()).map(|d| (d.attempt, d.at));
        assert!(tried.is_some() && placement_tried(&sim, pod.uid()) == tried);
        assert_eq!(first_refusal(&sim, "nobody"), None);
    }
}

//! Why a HorizontalPodAutoscaler does not do what one would think.

use super::{Add, Around, What, relative, said, spec, term};
use crate::api::{Object, Value, kinds};
use crate::base::List as _;
use crate::controllers::hpa::calculator::{CalculatorError, requests_of};
use crate::views::objects::object;

/// Why an autoscaler does not do what one would think.
pub(super) fn hpa(around: &Around, o: &Value, add: Add) {
    let sim = around.sim;
    let target = o.at(&["spec", "scaleTargetRef"]);
    let scaled = object(sim, target.get("kind").str(), o.namespace(), target.get("name").str());
    let leads = scaled.map(relative);
    let others = || sim.api().iter(kinds::HORIZONTAL_POD_AUTOSCALER, Some(o.namespace())).filter(|other| other.name() != o.name());
    let rival = others().find(|other| other.at(&["spec", "scaleTargetRef"]) == target).map(relative);
    // It says so itself once it has looked.
    if rival.is_some() && said(o, "ScalingActive", "False").is_none_or(|c| c.0 != "AmbiguousSelector") {
        add(What::HpaRivals, &[], "spec.scaleTargetRef".to_owned(), rival.clone());
    }
    for (kind, status) in [("AbleToScale", "False"), ("ScalingActive", "False"), ("ScalingLimited", "True"), ("AbleToScale", "True")] {
        let Some((reason, message)) = said(o, kind, status) else { continue };
        let bound = |key: &str| o.at(&["spec", key]).as_int().unwrap_or(1).to_string();
        let (what, value) = match reason {
            "FailedGetScale" => (What::HpaNoTarget, format!("{}/{}", target.get("kind").str(), target.get("name").str())),
            "ScalingDisabled" => (What::HpaOff, String::new()),
            "AmbiguousSelector" => (What::HpaRivals, String::new()),
            "TooManyReplicas" => (What::HpaMax, bound("maxReplicas")),
            "TooFewReplicas" => (What::HpaMin, bound("minReplicas")),
            "ScaleUpLimit" | "ScaleDownLimit" => (What::HpaPace, String::new()),
            "ScaleDownStabilized" => {
                (What::HpaHolds, o.at(&["spec", "behavior", "scaleDown", "stabilizationWindowSeconds"]).as_int().unwrap_or(300).to_string())
            }
            _ if kind == "ScalingActive" && scaled.is_some_and(|s| lacks_request(around, o, s)) => (What::HpaNoRequest, String::new()),
            _ if kind == "ScalingActive" => (What::HpaNoMetrics, String::new()),
            _ => continue,
        };
        let leads = rival.clone().filter(|_| what == What::HpaRivals).or_else(|| leads.clone());
        add(what, &[&value], term(reason, message), leads);
    }
}

/// Whether an autoscaler is to keep a share of what the pods request, and they request nothing. Without metrics it never comes
/// so far as to ask.
fn lacks_request(around: &Around, autoscaler: &Value, scaled: &Value) -> bool {
    let api = around.sim.api();
    if !api.metrics().is_served() {
        return false;
    }
    let pods = around.pods_of(scaled).iter().filter_map(|p| api.peek(kinds::POD, &p.namespace, &p.name)).list();
    spec(autoscaler, "metrics").items().iter().any(|metric| {
        let sources = [metric.get("resource"), metric.get("containerResource")];
        sources.iter().filter(|s| !s.at(&["target", "averageUtilization"]).is_null()).any(|source| {
            let requests = requests_of(&pods, source.get("container").str(), source.get("name").str());
            matches!(requests, Err(CalculatorError::MissingRequest { .. }))
        })
    })
}

//! Reasons in words: a sentence for a beginner, and beside it what an expert would look for.

use yew::prelude::*;

use kubarium::api::Value;
use kubarium::api::selector::LabelSelector;
use kubarium::api::toleration::find_untolerated;
use kubarium::base::List as _;
use kubarium::sim::Sim;
use kubarium::views::{
    Cause, Decision, Exit, PodView, ProbeKind, Reason, What, Why, first_refusal, killed_by_probe, object, placement, why,
};

use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::link::Link;
use super::pod_cell::health_text;
use super::state::Subject;

/// A reason as a sentence, and as Kubernetes' own words.
pub fn say(why: &Why, lang: Lang) -> (String, String) {
    let words = |text: Text, values: &[&str]| fill(text.t(lang), values);
    match why {
        Why::NotYetScheduled => (words(Text::WhyNotYet, &[]), "Pending".to_owned()),
        Why::Unschedulable { message } => (refused(message, lang), format!("FailedScheduling: {message}")),
        Why::Pulling { container, image } => (words(Text::WhyPulling, &[container, image]), "Pulling".to_owned()),
        Why::PullFails { container, image, message, .. } => {
            (words(Text::WhyPullFails, &[container, image]), format!("ImagePullBackOff: {message}"))
        }
        Why::CrashLoop { container, exit, restarts, .. } => {
            let last = exit.as_ref().map_or(String::new(), |e| format!("; {} (exit code {})", e.reason, e.code));
            let text = words(Text::WhyCrashLoop, &[container, &restarts.to_string()]);
            (with_exit(text, exit.as_ref(), lang), format!("CrashLoopBackOff{last}"))
        }
        Why::CannotStart { container, reason, message } => {
            // A ConfigMap or a Secret, or a key of it, may still come.
            let lacks = reason == "CreateContainerConfigError" && ["not found", "couldn't find key"].iter().any(|w| message.contains(w));
            (words(if lacks { Text::WhyLacks } else { Text::WhyCannotStart }, &[container]), format!("{reason}: {message}"))
        }
        Why::ProbeFails { container, kind, how, failures, threshold, output } => {
            let text = match kind {
                ProbeKind::Liveness => Text::WhyLivenessFails,
                ProbeKind::Readiness => Text::WhyReadinessFails,
                ProbeKind::Startup => Text::WhyStartupFails,
            };
            let (failures, threshold) = (failures.to_string(), threshold.to_string());
            (words(text, &[container, &failures, &threshold]), format!("Unhealthy: {how}: {output}"))
        }
        Why::ProbeNotYet { container, how, .. } => (words(Text::WhyProbeNotYet, &[container]), format!("ContainersNotReady: {how}")),
        Why::Initialising { container } => (words(Text::WhyInit, &[container]), "PodInitializing".to_owned()),
        Why::Ended { container, exit } => {
            (with_exit(words(Text::WhyEnded, &[container, &exit.code.to_string()]), Some(exit), lang), exit.reason.clone())
        }
        Why::Ending { container, .. } => (words(Text::WhyEnding, &[container]), "Killing".to_owned()),
        Why::Terminating { .. } => (words(Text::WhyTerminating, &[]), "Terminating".to_owned()),
        Why::PodFailed { reason, message } => (words(Text::WhyPodFailed, &[]), format!("{reason}: {message}")),
    }
}

/// The most letters of what a pod asks of nodes that are named in a sentence.
const LABELS_MAX: usize = 60;
/// The most letters of taints and their nodes that are.
const TAINTS_MAX: usize = 120;

/// The labels of nodes that a pod asks for: those of its selector, and of each term of its affinity. Nothing where they are many.
fn labels_of(pod: &Value) -> String {
    let terms = pod.at(&["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]);
    let named = |term: &Value| LabelSelector::from_object(term).map_or_else(|_| String::new(), |s| s.to_string());
    let terms: Vec<String> = terms.items().iter().map(named).list();
    let selector = LabelSelector::from_map(pod.at(&["spec", "nodeSelector"])).to_string();
    let all = [selector, terms.join(" / ")].into_iter().filter(|part| !part.is_empty()).list().join(", ");
    if all.len() > LABELS_MAX || terms.iter().any(String::is_empty) { String::new() } else { all }
}

/// The first taint that a pod does not tolerate of each node that it keeps the pod away from, beside the nodes. Nothing where they are many.
fn taints_of(sim: &Sim, pod: &Value, decision: &Decision) -> String {
    let mut found: Vec<(String, String)> = Vec::new();
    for row in decision.rows.iter().filter(|row| row.refused.as_ref().is_some_and(|r| r.plugin == "TaintToleration")) {
        let taints = object(sim, "Node", "", &row.node).map(|node| node.at(&["spec", "taints"]).items()).unwrap_or_default();
        let Some(taint) = find_untolerated(taints, pod.at(&["spec", "tolerations"]).items(), &["NoSchedule", "NoExecute"]) else {
            continue;
        };
        let [key, value, effect] = ["key", "value", "effect"].map(|part| taint.get(part).str());
        let named = [key, if value.is_empty() { "" } else { "=" }, value, ":", effect].concat();
        match found.iter_mut().find(|f| f.1 == named) {
            Some(f) => f.0 = [&f.0, ", ", &row.node].concat(),
            None => found.push((row.node.to_string(), named)),
        }
        // Of thousands of nodes not all are read for nothing.
        if found.iter().map(|(nodes, taint)| nodes.len() + taint.len()).sum::<usize>() > TAINTS_MAX {
            return String::new();
        }
    }
    let all = found.into_iter().map(|(nodes, taint)| [nodes, taint].join(": ")).list().join("; ");
    if all.len() > TAINTS_MAX { String::new() } else { all }
}

/// The claims that a pod has its volumes from.
fn claims_of(pod: &Value) -> String {
    let claims = pod.at(&["spec", "volumes"]).items().iter().map(|v| v.at(&["persistentVolumeClaim", "claimName"]).str());
    claims.filter(|claim| !claim.is_empty()).list().join(", ")
}

/// Why no node takes a pod, from what the scheduler said of each; nothing where it has not said so of all.
pub fn refusals(sim: &Sim, decision: &Decision, lang: Lang) -> Option<String> {
    if decision.rows.is_empty() || decision.rows.len() < decision.evaluated || !decision.node.is_empty() {
        return None;
    }
    // By plugin and words, in the order they come: how many nodes, and of those that lack something the one with most of it.
    let mut found: Vec<(&str, &Reason, usize, &str)> = Vec::new();
    for (row, refusal) in decision.rows.iter().filter_map(|row| Some((row, row.refused.as_ref()?))) {
        for reason in &refusal.reasons {
            let free = |r: &Reason| r.shortage.as_ref().map(|s| s.free.clone());
            match found.iter_mut().find(|f| (f.0, &f.1.text) == (refusal.plugin, &reason.text)) {
                Some(f) => {
                    f.2 += 1;
                    if free(reason) > free(f.1) {
                        (f.1, f.3) = (reason, &row.node);
                    }
                }
                None => found.push((refusal.plugin, reason, 1, &row.node)),
            }
        }
    }
    let told = found.into_iter().map(|(plugin, reason, nodes, most)| {
        let nodes = nodes.to_string();
        let pod = || object(sim, "Pod", &decision.namespace, &decision.pod).unwrap_or(&Value::Null);
        // What the nodes lack, or have, by its names.
        let (text, names) = match (plugin, &reason.shortage) {
            // Of room for pods there is always one too few.
            (_, Some(s)) if s.resource == "pods" => (Text::RefusedFull, String::new()),
            (_, Some(s)) => {
                return fill(Text::RefusedShort.t(lang), &[&nodes, &s.resource, &s.requested.to_string(), &s.free.to_string(), most]);
            }
            ("TaintToleration", _) => (Text::RefusedTaint, taints_of(sim, pod(), decision)),
            ("NodeAffinity", _) => (Text::RefusedAffinity, labels_of(pod())),
            ("NodeUnschedulable", _) => (Text::RefusedCordoned, String::new()),
            ("NodePorts", _) => (Text::RefusedPorts, String::new()),
            ("PodTopologySpread", _) => (Text::RefusedSpread, String::new()),
            ("InterPodAffinity", _) => (Text::RefusedPods, String::new()),
            ("DynamicResources", _) => (Text::RefusedDevices, String::new()),
            ("VolumeBinding" | "VolumeZone" | "VolumeRestrictions", _) => (Text::RefusedVolume, claims_of(pod())),
            _ => return fill(Text::RefusedOther.t(lang), &[&nodes, &reason.text]),
        };
        let (open, shut) = if lang == Lang::Zh { ("（", "）") } else { (" (", ")") };
        let names = if names.is_empty() { names } else { [open, &names, shut].concat() };
        fill(text.t(lang), &[&nodes, &names])
    });
    let told: Vec<String> = told.list();
    let (colon, semicolon, end) = if lang == Lang::Zh { ("：", "；", "。") } else { (": ", "; ", ".") };
    Some(fill(Text::WhyUnschedulable.t(lang), &[&format!("{colon}{}{end}", told.join(semicolon))]))
}

/// What the scheduler has against nodes, of all that it says: `3 Insufficient cpu`.
fn told(message: &str) -> &str {
    message.split_once("nodes are available: ").map_or("", |(_, told)| told.split(". ").next().unwrap_or_default())
}

/// Why no node takes a pod, from the scheduler's own words where no more is known.
pub fn refused(message: &str, lang: Lang) -> String {
    if message.starts_with("no nodes") {
        return Text::NoNodes.t(lang).to_owned();
    }
    let told = told(message);
    let (colon, end) = if lang == Lang::Zh { ("：", "。") } else { (": ", ".") };
    fill(Text::WhyUnschedulable.t(lang), &[&[if told.is_empty() { "" } else { colon }, told.trim_end_matches('.'), end].concat()])
}

/// A pod's reason as a sentence, from what the scheduler said of each node where that is known; and as Kubernetes' own words.
pub fn say_of(why: &Why, pod: &PodView, sim: &Sim, lang: Lang) -> (String, String) {
    let (sentence, term) = say(why, lang);
    let decided = matches!(why, Why::Unschedulable { .. }).then(|| placement(sim, &pod.key)).flatten();
    (decided.and_then(|d| refusals(sim, d, lang)).unwrap_or(sentence), term)
}

/// The class that gives a reason its colour.
pub fn tone(why: &Why) -> &'static str {
    match why {
        Why::Pulling { .. } | Why::Initialising { .. } | Why::NotYetScheduled => "info",
        Why::Terminating { .. } => "gone",
        Why::ProbeFails { kind: ProbeKind::Readiness | ProbeKind::Startup, .. } => "warn",
        Why::Unschedulable { .. } | Why::ProbeNotYet { .. } | Why::CrashLoop { .. } | Why::PullFails { .. } => "warn",
        Why::Ending { .. } | Why::CannotStart { .. } | Why::ProbeFails { .. } | Why::Ended { .. } | Why::PodFailed { .. } => "bad",
    }
}

/// Whether it was a probe that brought a pod's container to its end.
pub fn killed(pod: &PodView, sim: &Sim) -> bool {
    object(sim, "Pod", &pod.namespace, &pod.name).is_some_and(|o| killed_by_probe(sim, o).is_some())
}

/// What keeps a pod from being as wanted, in so few words that they stand beside its name.
pub fn short(pod: &PodView, sim: &Sim, lang: Lang) -> String {
    match why(pod).first() {
        Some(Why::CrashLoop { .. }) if killed(pod, sim) => pod.status.clone(),
        Some(Why::CrashLoop { exit: Some(e), .. } | Why::Ended { exit: e, .. }) => {
            fill(Text::ShortExit.t(lang), &[&e.reason, &e.code.to_string()])
        }
        Some(Why::Unschedulable { message }) => {
            // Of a try that was long ago, the first of its reasons without the number of nodes.
            let first = || told(message).split(", ").next().and_then(|reason| reason.split_once(' ')).map(|(_, reason)| reason);
            first_refusal(sim, &pod.key).or_else(first).unwrap_or(&pod.status).to_owned()
        }
        // That it runs says nothing of what is amiss.
        _ if pod.status == "Running" => health_text(pod.health).t(lang).to_owned(),
        _ => pod.status.clone(),
    }
}

/// The most letters of Kubernetes' own words that stand beside a name whole; of longer ones the reason does.
const TERM_MAX: usize = 30;

/// A reason that stands in another object, in as few words.
pub fn short_cause(cause: &Cause, lang: Lang) -> String {
    match (cause.what, cause.values.as_slice()) {
        (What::NotReady, [ready, wanted]) => fill(Text::ReadyOf.t(lang), &[ready, wanted]),
        (What::JobRetries, [failed, limit]) => fill(Text::ShortRetries.t(lang), &[failed, limit]),
        (What::NoneReady, [selected]) => fill(Text::ReachesPods.t(lang), &["0", selected]),
        (What::NodeUnnoticed, _) => Text::ShortSilent.t(lang).to_owned(),
        _ if cause.term.len() <= TERM_MAX => cause.term.clone(),
        _ => cause.term.split(": ").next().unwrap_or_default().to_owned(),
    }
}

/// A sentence, and after it what the exit code of a container tells.
fn with_exit(text: String, exit: Option<&Exit>, lang: Lang) -> String {
    let Some(exit) = exit else { return text };
    let told = match (exit.reason.as_str(), exit.code) {
        ("OOMKilled", _) => Text::ExitMemory,
        ("StartError" | "ContainerCannotRun", _) | (_, 126..=128) => Text::ExitCommand,
        (_, 0) => Text::ExitDone,
        (_, 137) => Text::ExitKilled,
        (_, 143) => Text::ExitTerm,
        _ => Text::ExitError,
    };
    format!("{text}{}{}", if lang == Lang::Zh { "" } else { " " }, told.t(lang))
}

/// A reason that stands in another object, as a sentence.
pub fn sentence(cause: &Cause, lang: Lang) -> String {
    let text = match cause.what {
        What::Deadline => Text::CauseDeadline,
        What::Refused => Text::CauseRefused,
        What::OverQuota => Text::CauseOverQuota,
        What::Throttled => Text::CauseThrottled,
        What::Paused => Text::CausePaused,
        What::RollingOut => Text::CauseRollingOut,
        What::NotReady => Text::CauseNotReady,
        What::NewWaits => Text::CauseNewWaits,
        What::OneByOne => Text::CauseOneByOne,
        What::NoNode => Text::CauseNoNode,
        What::JobBackoff => Text::CauseJobBackoff,
        What::JobDeadline => Text::CauseJobDeadline,
        What::JobFailed => Text::CauseJobFailed,
        What::JobRetries => Text::CauseJobRetries,
        What::Suspended => Text::CauseSuspended,
        What::Scaled => Text::CauseScaled,
        What::Zero => Text::CauseZero,
        What::KeepsOld => Text::CauseKeepsOld,
        What::OldStuck => Text::CauseOldStuck,
        What::WaitsFor => Text::CauseWaitsFor,
        What::HpaNoTarget => Text::CauseHpaNoTarget,
        What::HpaRivals => Text::CauseHpaRivals,
        What::HpaNoRequest => Text::CauseHpaNoRequest,
        What::HpaNoMetrics => Text::CauseHpaNoMetrics,
        What::HpaOff => Text::CauseHpaOff,
        What::HpaMax => Text::CauseHpaMax,
        What::HpaMin => Text::CauseHpaMin,
        What::HpaPace => Text::CauseHpaPace,
        What::HpaHolds => Text::CauseHpaHolds,
        What::ClaimNoClass => Text::CauseClaimNoClass,
        What::ClaimLate => Text::CauseClaimLate,
        What::ClaimNoVolume => Text::CauseClaimNoVolume,
        What::VolumeReleased => Text::CauseVolumeReleased,
        What::Budget => Text::CauseBudget,
        What::NoPods => Text::CauseNoPods,
        What::NoneReady => Text::CauseNoneReady,
        What::NoListener => Text::CauseNoListener,
        What::Barred => Text::CauseBarred,
        What::Unanswered => Text::CauseUnanswered,
        What::Idle => Text::CauseIdle,
        What::NoService => Text::CauseNoService,
        What::NoAddress => Text::CauseNoAddress,
        What::NodeUnnoticed => Text::CauseNodeUnnoticed,
        What::NodeLost => Text::CauseNodeLost,
        What::Cordoned => Text::CauseCordoned,
        What::Pressure => Text::CausePressure,
        What::Guarded => Text::CauseGuarded,
        What::NamespaceEnding => Text::CauseNamespaceEnding,
        What::QuotaFull => Text::CauseQuotaFull,
        What::Held => Text::CauseHeld,
        What::MountFails => Text::CauseMountFails,
        What::ClaimOfPod => Text::CauseClaimOfPod,
        What::ClaimMissing => Text::CauseClaimMissing,
        What::ClaimOfDevices => Text::CauseClaimOfDevices,
        What::Gated => Text::CauseGated,
        What::NoScheduler => Text::CauseNoScheduler,
        What::ProbeKills => Text::CauseProbeKills,
        What::WasOom => Text::CauseWasOom,
        What::Placeholder => Text::CausePlaceholder,
        What::Misspelt => Text::CauseMisspelt,
        What::NoSuchImage => Text::CauseNoSuchImage,
        What::NodeAway => Text::CauseNodeAway,
        What::NodeSilent => Text::CauseNodeSilent,
    };
    fill(text.t(lang), &cause.values.iter().map(String::as_str).list())
}

/// The class that gives it its colour.
pub fn cause_tone(cause: &Cause) -> &'static str {
    match cause.what {
        What::Deadline | What::JobBackoff | What::JobDeadline | What::JobFailed | What::NodeLost | What::Refused | What::OverQuota => "bad",
        what if what.is_harmless() => "info",
        _ => "warn",
    }
}

/// A reason as the inspector shows it, with the step to the next one.
pub fn draw(cause: &Cause, lang: Lang, link: &Link) -> Html {
    let next = cause.leads.clone().map(|[kind, namespace, name, uid]| {
        let label = format!("{kind} {name}");
        html! { <button class="chip" onclick={link.select(Subject { kind, namespace, name, uid })}>{ Icon::Look.draw() }{ label }</button> }
    });
    html! { <p class={classes!("reason", cause_tone(cause))}>{ sentence(cause, lang) }<span class="term">{ &cause.term }</span>{ next }</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedulers_words_are_told_without_its_form() {
        let message =
            "0/40 nodes are available: 39 Insufficient cpu, 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/40.";
        assert!(
            refused(message, Lang::En).starts_with("No node can take this pod: 39 Insufficient cpu, 1 node(s) were unschedulable. The ")
        );
        assert_eq!(refused("no nodes available to schedule pods", Lang::En), "The cluster has no nodes.");
    }
}

//! Reasons in words: a sentence for a beginner, and beside it what an expert would look for.

use kubarium::views::{ProbeKind, Why};

use super::i18n::{Lang, Text, fill};

/// A reason as a sentence, and as Kubernetes' own words.
pub fn say(why: &Why, lang: Lang) -> (String, String) {
    let words = |text: Text, values: &[&str]| fill(text.t(lang), values);
    match why {
        Why::NotYetScheduled => (words(Text::WhyNotYet, &[]), "Pending".to_owned()),
        Why::Unschedulable { message } => (words(Text::WhyUnschedulable, &[]), format!("FailedScheduling: {message}")),
        Why::Pulling { container, image } => (words(Text::WhyPulling, &[container, image]), "Pulling".to_owned()),
        Why::PullFails { container, image, message, .. } => {
            (words(Text::WhyPullFails, &[container, image]), format!("ImagePullBackOff: {message}"))
        }
        Why::CrashLoop { container, exit, restarts, .. } => {
            let last = exit.as_ref().map_or(String::new(), |e| format!("; {} (exit code {})", e.reason, e.code));
            (words(Text::WhyCrashLoop, &[container, &restarts.to_string()]), format!("CrashLoopBackOff{last}"))
        }
        Why::CannotStart { container, reason, message } => (words(Text::WhyCannotStart, &[container]), format!("{reason}: {message}")),
        Why::ProbeFails { container, kind, how, failures, threshold, output } => {
            let text = match kind {
                ProbeKind::Liveness => Text::WhyLivenessFails,
                ProbeKind::Readiness => Text::WhyReadinessFails,
                ProbeKind::Startup => Text::WhyStartupFails,
            };
            let (failures, threshold) = (failures.to_string(), threshold.to_string());
            let mut values = vec![container.as_str(), &failures, &threshold];
            if *kind == ProbeKind::Liveness {
                values.push(&threshold);
            }
            (words(text, &values), format!("Unhealthy: {how}: {output}"))
        }
        Why::ProbeNotYet { container, how, .. } => (words(Text::WhyProbeNotYet, &[container]), format!("ContainersNotReady: {how}")),
        Why::Initialising { container } => (words(Text::WhyInit, &[container]), "PodInitializing".to_owned()),
        Why::Ended { container, exit } => (words(Text::WhyEnded, &[container, &exit.code.to_string()]), exit.reason.clone()),
        Why::Ending { container, .. } => (words(Text::WhyEnding, &[container]), "Killing".to_owned()),
        Why::Terminating { .. } => (words(Text::WhyTerminating, &[]), "Terminating".to_owned()),
        Why::PodFailed { reason, message } => (words(Text::WhyPodFailed, &[]), format!("{reason}: {message}")),
    }
}

/// The class that gives a reason its colour.
pub fn tone(why: &Why) -> &'static str {
    match why {
        Why::Pulling { .. } | Why::Initialising { .. } | Why::NotYetScheduled => "info",
        Why::Terminating { .. } => "gone",
        Why::Unschedulable { .. } | Why::ProbeNotYet { .. } | Why::CrashLoop { .. } | Why::PullFails { .. } => "warn",
        Why::Ending { .. } | Why::CannotStart { .. } | Why::ProbeFails { .. } | Why::Ended { .. } | Why::PodFailed { .. } => "bad",
    }
}

//! What the status of a Job may say when somebody else than its controller writes it.

use super::super::{Object, Value};
use super::batch::{parse_indexes, parse_interval};
use super::path::{Errors, Path, same};
use crate::base::{List as _, SortedSet};

/// A Job's changed status. Most rules are asked only of what changed.
// Models ValidateJobUpdateStatus, and getStatusValidationOptions of the job's strategy.
pub(super) fn job_status(errors: &mut Errors, new: &Value, old: &Value) {
    let (at, status, before) = (Path::new("status"), new.get("status"), old.get("status"));
    uncounted(errors, at.child("uncountedTerminatedPods"), status);
    let is = |condition: &str| new.condition(condition) == "True";
    let was = |condition: &str| old.condition(condition) == "True";
    let turned = |condition: &str| is(condition) != was(condition);
    let changed = |keys: &[&str]| keys.iter().any(|key| !same(status.get(key), before.get(key)));
    let has = |key: &str| !status.get(key).is_null();
    let (complete, failed, met, target) = (is("Complete"), is("Failed"), is("SuccessCriteriaMet"), is("FailureTarget"));
    let ended = complete || failed;
    let ends = ended != (was("Complete") || was("Failed"));
    let condition = |errors: &mut Errors, wrong: bool, why: &str| {
        if wrong {
            errors.invalid_without_value(at.child("conditions"), why);
        }
    };
    let field = |errors: &mut Errors, wrong: bool, key: &str, why: &str| {
        if wrong {
            errors.invalid(at.child(key), status.get(key), why);
        }
    };
    let needed = |errors: &mut Errors, wrong: bool, key: &str, why: &str| {
        if wrong {
            errors.required(at.child(key), why);
        }
    };
    let completes = turned("Complete");
    condition(errors, (completes || turned("Failed")) && complete && failed, "cannot set Complete=True and Failed=true conditions");
    let both = (completes || turned("FailureTarget")) && complete && target;
    condition(errors, both, "cannot set Complete=True and FailureTarget=true conditions");
    let timed = completes || changed(&["completionTime"]);
    let early = timed && has("completionTime") && !complete;
    field(errors, early, "completionTime", "cannot set completionTime when there is no Complete=True condition");
    needed(errors, timed && !has("completionTime") && complete, "completionTime", "completionTime is required for Complete jobs");
    // Times in UTC are in the order of their texts.
    let reversed = has("startTime") && has("completionTime") && status.get("completionTime").str() < status.get("startTime").str();
    let reversed = changed(&["startTime", "completionTime"]) && reversed;
    field(errors, reversed, "completionTime", "must be equal to or after `startTime`");
    let sudden = (turned("Failed") || changed(&["failedIndexes"])) && failed && !target;
    condition(errors, sudden, "cannot set Failed=True condition without the FailureTarget=true condition");
    let sudden = (completes || turned("SuccessCriteriaMet")) && complete && !met;
    condition(errors, sudden, "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
    let more = |key: &str| ended && (ends || changed(&[key])) && status.get(key).int() > 0;
    field(errors, more("active"), "active", "active>0 is invalid for finished job");
    let spec = new.get("spec");
    let idle = spec.get("suspend").is_true() && spec.get("completions").as_int() == Some(0);
    let unstarted = ended && (ends || changed(&["startTime"])) && !idle && !has("startTime");
    needed(errors, unstarted, "startTime", "startTime is required for finished job");
    let pods = status.get("uncountedTerminatedPods");
    if ended && (ends || changed(&["uncountedTerminatedPods"])) && ["succeeded", "failed"].iter().any(|key| !pods.get(key).is_empty()) {
        let ty = ("batch", "UncountedTerminatedPods");
        errors.internal_invalid(at.child("uncountedTerminatedPods"), ty, pods, "must be empty for finished job");
    }
    indexes(errors, at, new, old);
    field(errors, more("terminating"), "terminating", "terminating>0 is invalid for finished job");
    let ready = changed(&["ready", "active"]) && status.get("ready").int() > status.get("active").int();
    field(errors, has("ready") && ready, "ready", "cannot set more ready pods than active");
    condition(errors, met && failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
    condition(errors, met && target, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
    let unmet = !spec.get("successPolicy").is_null() && !met && complete;
    condition(errors, unmet, "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
    for terminal in ["Failed", "Complete", "FailureTarget"] {
        let why = format!("cannot disable the terminal {terminal}=True condition");
        condition(errors, was(terminal) && !is(terminal), &why);
    }
    let scales = spec.get("completionMode").str() == "Indexed" && spec.get("completions") == spec.get("parallelism");
    for key in ["failed", "succeeded"] {
        if status.get(key).int() < before.get(key).int() && !(key == "succeeded" && scales) {
            errors.invalid(at.child(key), status.get(key).int(), &format!("cannot decrease the {key} counter"));
        }
    }
    let moved = |key: &str| !before.get(key).is_null() && status.get(key) != before.get(key);
    field(errors, has("completionTime") && moved("completionTime"), "completionTime", "field is immutable");
    let resumes = was("Suspended") && new.condition("Suspended") == "False";
    let moved = moved("startTime") && !spec.get("suspend").is_true() && !resumes;
    field(errors, moved, "startTime", "field is immutable for unsuspended job once set");
    condition(errors, was("SuccessCriteriaMet") && !met, "cannot disable the SuccessCriteriaMet=True condition");
    let late = was("Complete") && !was("SuccessCriteriaMet") && met;
    condition(errors, late, "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
}

/// Pods that have ended and were not counted yet.
fn uncounted(errors: &mut Errors, at: Path<'_>, status: &Value) {
    let mut seen = SortedSet::new();
    for key in ["succeeded", "failed"] {
        let list = at.child(key);
        for (i, uid) in status.at(&["uncountedTerminatedPods", key]).items().iter().enumerate() {
            if uid.str().is_empty() {
                errors.invalid(list.index(i), uid, "must not be empty");
            } else if !seen.insert(uid.str()) {
                errors.duplicate(list.index(i), uid);
            }
        }
    }
}

/// The indexes that have completed and failed.
fn indexes(errors: &mut Errors, at: Path<'_>, new: &Value, old: &Value) {
    let (spec, status, before) = (new.get("spec"), new.get("status"), old.get("status"));
    let changed = |key: &str| status.get(key) != before.get(key);
    let (completed, failed) = (status.get("completedIndexes"), status.get("failedIndexes"));
    let completions = spec.get("completions").as_int();
    let by_index = !spec.get("backoffLimitPerIndex").is_null();
    for (key, list, judged) in [("completedIndexes", completed, true), ("failedIndexes", failed, by_index)] {
        if let (Some(completions), true) = (completions, judged && changed(key))
            && let Err(why) = parse_indexes(list.str(), completions)
        {
            errors.invalid(at.child(key), list, &format!("error parsing {key}: {why}"));
        }
    }
    if changed("completedIndexes") && !completed.is_empty() && spec.get("completionMode").str() != "Indexed" {
        let why = "cannot set non-empty completedIndexes when non-indexed completion mode";
        errors.invalid(at.child("completedIndexes"), completed, why);
    }
    if changed("failedIndexes") && !failed.is_null() && !by_index {
        errors.invalid(at.child("failedIndexes"), failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
    }
    if let Some(completions) = completions.filter(|_| changed("failedIndexes") || changed("completedIndexes"))
        && let Some(index) = common_index(failed.str(), completed.str(), completions)
    {
        let why = format!("failedIndexes and completedIndexes overlap at index: {index}");
        errors.invalid(at.child("failedIndexes"), failed, &why);
    }
}

/// The first index that is in both lists; what cannot be read is left out.
fn common_index(failed: &str, completed: &str, completions: i64) -> Option<i64> {
    let read = |text: &str| text.split(',').filter_map(|part| parse_interval(part, completions).ok()).list();
    let completed = read(completed);
    read(failed).iter().find_map(|(from, to)| completed.iter().filter(|(a, b)| a <= to && from <= b).map(|(a, _)| *a.max(from)).min())
}

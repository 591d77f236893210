//! Jobs and CronJobs.

use thiserror::Error;

use super::super::cron::Schedule;
use super::super::{Object, Value, names, quote, time_zone};
use super::meta::{label_selector, object_meta, object_meta_update, usable_selector};
use super::path::{Errors, Path, same};
use super::pod;
use super::workloads::matches_template;
use crate::base::{List as _, SortedSet};

const INDEXED_MAX: i64 = 100_000;
const RULES_MAX: usize = 20;

/// A new Job, its selector already generated.
pub(super) fn job(errors: &mut Errors, job: &Value) {
    job_with_labels(errors, job, true);
}

/// A Job, whose pods must have the labels with Kubernetes' prefix where these are `prefixed`.
fn job_with_labels(errors: &mut Errors, job: &Value, prefixed: bool) {
    object_meta(errors, job, true, names::dns1123_subdomain);
    let spec = job.get("spec");
    generated_selector(errors, job, prefixed);
    job_spec_with_selector(errors, spec);
    let completions = spec.get("completions").int();
    if spec.get("completionMode").str() == "Indexed" && completions > 0 {
        let host = format!("{}-{}", job.name(), completions - 1);
        if !names::dns1123_label(&host).is_empty() {
            let at = Path::new("metadata");
            errors.invalid(at.child("name"), job.name(), &format!("will not able to create pod with invalid DNS label: {host}"));
        }
    }
}

/// The labels that the server gives a Job's pods.
fn generated_selector(errors: &mut Errors, job: &Value, prefixed: bool) {
    let spec = job.get("spec");
    if spec.get("manualSelector").is_true() || spec.get("selector").is_null() {
        return;
    }
    if job.uid().is_empty() {
        errors.required(Path::new("metadata").child("uid"), "");
    }
    let expected = [
        ("controller-uid", job.uid()),
        ("job-name", job.name()),
        ("batch.kubernetes.io/controller-uid", job.uid()),
        ("batch.kubernetes.io/job-name", job.name()),
    ];
    let at = Path::new("spec");
    let template = at.child("template");
    let meta = template.child("metadata");
    let labels_at = meta.child("labels");
    let labels = spec.at(&["template", "metadata", "labels"]);
    let expected = if prefixed { &expected[..] } else { &expected[..2] };
    for (key, value) in expected.iter().copied() {
        match labels.get(key).as_str() {
            None => errors.required(labels_at.key(key), &format!("must be '{value}'")),
            Some(found) if found != value => errors.invalid(labels_at.key(key), labels, &format!("must be '{value}'")),
            Some(_) => {}
        }
    }
    let generated: Value = expected.iter().copied().collect::<super::super::Map>().into();
    if usable_selector(spec.get("selector")).is_some_and(|s| !s.matches(&generated)) {
        errors.internal_invalid(at.child("selector"), ("meta", "LabelSelector"), spec.get("selector"), "`selector` not auto-generated");
    }
}

fn job_spec_with_selector(errors: &mut Errors, spec: &Value) {
    let at = Path::new("spec");
    job_spec(errors, at, spec);
    let selector = spec.get("selector");
    if selector.is_null() {
        errors.required(at.child("selector"), "");
    } else {
        label_selector(errors, at.child("selector"), selector);
    }
    if let Some(parsed) = usable_selector(selector) {
        matches_template(errors, at.child("template"), &parsed, spec.get("template"));
    }
}

fn job_spec(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let numbers = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    for key in numbers {
        errors.nonnegative(at.child(key), spec.get(key));
    }
    if !spec.get("maxFailedIndexes").is_null() && spec.get("backoffLimitPerIndex").is_null() {
        errors.required(at.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if let Some(manager) = spec.get("managedBy").as_str() {
        domain_path(errors, at.child("managedBy"), manager);
        if manager.len() > 63 {
            errors.too_long(at.child("managedBy"), 63);
        }
    }
    let mode = spec.get("completionMode");
    if let Some(text) = mode.as_str()
        && !matches!(text, "NonIndexed" | "Indexed")
    {
        errors.not_supported(at.child("completionMode"), text, &["NonIndexed", "Indexed"]);
    }
    if mode.str() == "Indexed" {
        indexed(errors, at, spec);
    } else {
        for key in ["backoffLimitPerIndex", "maxFailedIndexes"] {
            if !spec.get(key).is_null() && (mode.is_null() || mode.str() == "NonIndexed") {
                errors.invalid(at.child(key), spec.get(key), "requires indexed completion mode");
            }
        }
    }
    let policy = spec.get("podFailurePolicy");
    if !policy.is_null() {
        failure_policy(errors, at.child("podFailurePolicy"), spec);
    }
    if !spec.get("successPolicy").is_null() {
        let at = at.child("successPolicy");
        if mode.str() == "Indexed" {
            success_policy(errors, at, spec);
        } else {
            errors.internal_invalid(at, ("batch", "SuccessPolicy"), spec.get("successPolicy"), "requires indexed completion mode");
        }
    }
    if let Some(replacement) = spec.get("podReplacementPolicy").as_str() {
        let at = at.child("podReplacementPolicy");
        if !policy.is_null() {
            if replacement != "Failed" {
                errors.not_supported(at, replacement, &["Failed"]);
            }
        } else if !matches!(replacement, "Failed" | "TerminatingOrFailed") {
            errors.not_supported(at, replacement, &["Failed", "TerminatingOrFailed"]);
        }
    }
    let template_at = at.child("template");
    pod::template(errors, template_at, spec.get("template"));
    let spec_at = template_at.child("spec");
    let policy_at = spec_at.child("restartPolicy");
    match spec.at(&["template", "spec", "restartPolicy"]).str() {
        "" | "Always" => errors.required(policy_at, "valid values: \"OnFailure\", \"Never\""),
        "Never" => {}
        "OnFailure" => {
            if !policy.is_null() {
                errors.invalid(policy_at, "OnFailure", "only \"Never\" is supported when podFailurePolicy is specified");
            }
        }
        other => errors.not_supported(policy_at, other, &["OnFailure", "Never"]),
    }
}

pub(super) fn domain_path(errors: &mut Errors, at: Path<'_>, path: &str) {
    if path.is_empty() {
        return errors.required(at, "");
    }
    match path.split_once('/') {
        Some((host, rest)) if !host.is_empty() && !rest.is_empty() => {
            errors.each_invalid(at, host, names::dns1123_subdomain(host));
            if !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b)) {
                errors.invalid(at, rest, &names::explain("Invalid path", r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", &[]));
            }
        }
        _ => errors.invalid(at, path, "must be a domain-prefixed path (such as \"acme.io/foo\")"),
    }
}

fn indexed(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let number = |key: &str| spec.get(key).as_int();
    let (completions, parallelism, failed) = (number("completions"), number("parallelism"), number("maxFailedIndexes"));
    if completions.is_none() {
        errors.required(at.child("completions"), "when completion mode is Indexed");
    }
    if let Some(n) = parallelism.filter(|n| *n > INDEXED_MAX) {
        let detail = format!("must be less than or equal to {INDEXED_MAX} when completion mode is Indexed");
        errors.invalid(at.child("parallelism"), n, &detail);
    }
    if let (Some(n), Some(completions)) = (failed, completions)
        && n > completions
    {
        errors.invalid(at.child("maxFailedIndexes"), n, "must be less than or equal to completions");
    }
    if let Some(n) = failed.filter(|n| *n > INDEXED_MAX) {
        errors.invalid(at.child("maxFailedIndexes"), n, &format!("must be less than or equal to {INDEXED_MAX}"));
    }
    if completions.is_some_and(|n| n > INDEXED_MAX) && !spec.get("backoffLimitPerIndex").is_null() {
        let beyond =
            format!("must be less than or equal to 10000 when completions are above {INDEXED_MAX} and used with backoff limit per index");
        if failed.is_none() {
            errors.required(at.child("maxFailedIndexes"), &format!("must be specified when completions is above {INDEXED_MAX}"));
        }
        if let Some(n) = parallelism.filter(|n| *n > 10_000) {
            errors.invalid(at.child("parallelism"), n, &beyond);
        }
        if let Some(n) = failed.filter(|n| *n > 10_000) {
            errors.invalid(at.child("maxFailedIndexes"), n, &beyond);
        }
    }
}

const ACTIONS: [&str; 4] = ["Count", "FailIndex", "FailJob", "Ignore"];

fn failure_policy(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let rules = spec.at(&["podFailurePolicy", "rules"]).items();
    let list = at.child("rules");
    if rules.len() > RULES_MAX {
        errors.too_many(list, rules.len(), RULES_MAX);
    }
    let pod = spec.at(&["template", "spec"]);
    let containers: SortedSet<&str> =
        ["containers", "initContainers"].iter().flat_map(|l| pod.get(l).items()).map(|c| c.get("name").str()).collect();
    for (i, rule) in rules.iter().enumerate() {
        let at = list.index(i);
        match rule.get("action").str() {
            "" => errors.required(at.child("action"), &format!("valid values: {ACTIONS:?}").replace(", ", " ")),
            "FailIndex" => {
                if spec.get("backoffLimitPerIndex").is_null() {
                    errors.invalid(at.child("action"), "FailIndex", "requires the backoffLimitPerIndex to be set");
                }
            }
            action if !ACTIONS.contains(&action) => errors.not_supported(at.child("action"), action, &ACTIONS),
            _ => {}
        }
        let (codes, conditions) = (rule.get("onExitCodes"), rule.get("onPodConditions"));
        if !codes.is_null() {
            exit_codes(errors, at.child("onExitCodes"), codes, &containers);
        }
        let list = at.child("onPodConditions");
        if conditions.items().len() > RULES_MAX {
            errors.too_many(list, conditions.items().len(), RULES_MAX);
        }
        for (j, pattern) in conditions.items().iter().enumerate() {
            let at = list.index(j);
            errors.each_invalid(at.child("type"), pattern.get("type").str(), names::qualified_name(pattern.get("type").str()));
            let statuses = ["False", "True", "Unknown"];
            match pattern.get("status").str() {
                "" => errors.required(at.child("status"), "valid values: [\"False\" \"True\" \"Unknown\"]"),
                status if !statuses.contains(&status) => errors.not_supported(at.child("status"), status, &statuses),
                _ => {}
            }
        }
        match (codes.is_null(), conditions.is_empty()) {
            (false, false) => errors.invalid_without_value(at, "specifying both OnExitCodes and OnPodConditions is not supported"),
            (true, true) => errors.invalid_without_value(at, "specifying one of OnExitCodes and OnPodConditions is required"),
            _ => {}
        }
    }
}

fn exit_codes(errors: &mut Errors, at: Path<'_>, codes: &Value, containers: &SortedSet<&str>) {
    let operator = codes.get("operator").str();
    match operator {
        "" => errors.required(at.child("operator"), "valid values: [\"In\" \"NotIn\"]"),
        "In" | "NotIn" => {}
        other => errors.not_supported(at.child("operator"), other, &["In", "NotIn"]),
    }
    if let Some(name) = codes.get("containerName").as_str()
        && !containers.contains(name)
    {
        errors.invalid(at.child("containerName"), name, "must be one of the container or initContainer names in the pod template");
    }
    let (values, list) = (codes.get("values"), at.child("values"));
    if values.is_empty() {
        errors.invalid(list, values, "at least one value is required");
    } else if values.items().len() > 255 {
        errors.too_many(list, values.items().len(), 255);
    }
    let mut seen = SortedSet::new();
    for (i, value) in values.items().iter().enumerate() {
        if operator == "In" && value.int() == 0 {
            errors.invalid(list.index(i), 0, "must not be 0 for the In operator");
        }
        if !seen.insert(value.int()) {
            errors.duplicate(list.index(i), value);
        }
    }
    if !values.items().is_sorted_by_key(Value::int) {
        errors.invalid(list, values, "must be ordered");
    }
}

fn success_policy(errors: &mut Errors, at: Path<'_>, spec: &Value) {
    let rules = spec.at(&["successPolicy", "rules"]).items();
    let list = at.child("rules");
    if rules.is_empty() {
        errors.required(list, "at least one rules must be specified when the successPolicy is specified");
    }
    if rules.len() > RULES_MAX {
        errors.too_many(list, rules.len(), RULES_MAX);
    }
    let completions = spec.get("completions").int();
    for (i, rule) in rules.iter().enumerate() {
        let at = list.index(i);
        let (count, indexes) = (rule.get("succeededCount"), rule.get("succeededIndexes"));
        if count.is_null() && indexes.is_null() {
            errors.required(at, "at least one of succeededCount or succeededIndexes must be specified");
        }
        let mut total = 0;
        if let Some(text) = indexes.as_str() {
            if text.len() > INDEXES_LENGTH_MAX {
                errors.too_long(at.child("succeededIndexes"), INDEXES_LENGTH_MAX);
            }
            match parse_indexes(text, completions) {
                Ok(n) => total = n,
                Err(why) => errors.invalid(at.child("succeededIndexes"), text, &format!("error parsing succeededIndexes: {why}")),
            }
        }
        if let Some(n) = count.as_int() {
            let at = at.child("succeededCount");
            errors.nonnegative(at, count);
            if n > completions {
                errors.invalid(at, n, &format!("must be less than or equal to {completions} (the number of specified completions)"));
            }
            if !indexes.is_null() && n > total {
                let detail =
                    format!("must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)");
                errors.invalid(at, n, &detail);
            }
        }
    }
}

/// Bytes of a list of indexes.
const INDEXES_LENGTH_MAX: usize = 64 << 10;

/// Why a list of indexes is none.
#[derive(Debug, Error)]
pub(super) enum IndexesError {
    #[error("too large index: {}", quote(.0))]
    TooLarge(String),
    #[error("cannot convert string to integer for index: {}", quote(.0))]
    NotANumber(String),
    #[error("the fragment {} violates the requirement that an index interval can have at most two parts separated by '-'", quote(.0))]
    Parts(String),
    #[error("non-increasing order, previous: {previous}, current: {current}")]
    Order { previous: i64, current: i64 },
}

/// How many indexes a list as `0,2-4` names.
// Models validateIndexesFormat.
pub(super) fn parse_indexes(text: &str, completions: i64) -> Result<i64, IndexesError> {
    let (mut total, mut previous) = (0, None);
    for interval in text.split(',').filter(|_| !text.is_empty()) {
        let (from, to) = parse_interval(interval, completions)?;
        if let Some(previous) = previous.filter(|previous| *previous >= from) {
            return Err(IndexesError::Order { previous, current: from });
        }
        total += to - from + 1;
        previous = Some(to);
    }
    Ok(total)
}

/// The first and the last index of `2-4` or `0`.
// Models parseIndexInterval.
pub(super) fn parse_interval(interval: &str, completions: i64) -> Result<(i64, i64), IndexesError> {
    let index = |text: &str| match text.parse() {
        Ok(index) if index >= completions => Err(IndexesError::TooLarge(text.to_owned())),
        Ok(index) => Ok(index),
        Err(_) => Err(IndexesError::NotANumber(text.to_owned())),
    };
    let Some((from, to)) = interval.split_once('-') else {
        let only = index(interval)?;
        return Ok((only, only));
    };
    if to.contains('-') {
        return Err(IndexesError::Parts(interval.to_owned()));
    }
    let (from, to) = (index(from)?, index(to)?);
    if from >= to { Err(IndexesError::Order { previous: from, current: to }) } else { Ok((from, to)) }
}

/// A changed Job.
// Models ValidateUpdate of the job's strategy: all that is asked of a new one, and then what may change.
pub(super) fn job_update(errors: &mut Errors, new: &Value, old: &Value) {
    let had = |label: &str| !old.at(&["spec", "template", "metadata", "labels", label]).is_null();
    job_with_labels(errors, new, had("batch.kubernetes.io/job-name") && had("batch.kubernetes.io/controller-uid"));
    object_meta_update(errors, new, old);
    let (spec, before) = (new.get("spec"), old.get("spec"));
    job_spec_with_selector(errors, spec);
    let at = Path::new("spec");
    let changed = |key: &str| !same(spec.get(key), before.get(key));
    if changed("completions") {
        let (completions, indexed) = (spec.get("completions"), spec.get("completionMode").str() == "Indexed");
        if !indexed {
            errors.invalid(at.child("completions"), completions, "field is immutable");
        } else if !completions.is_null() && completions != spec.get("parallelism") {
            errors.invalid(at.child("completions"), completions, "can only be modified in tandem with spec.parallelism");
        }
    }
    errors.internal_immutable(at.child("selector"), ("meta", "LabelSelector"), spec.get("selector"), before.get("selector"));
    template_update(errors, spec.get("template"), old);
    let rest = [
        ("completionMode", ""),
        ("podFailurePolicy", "PodFailurePolicy"),
        ("backoffLimitPerIndex", ""),
        ("managedBy", ""),
        ("successPolicy", "SuccessPolicy"),
    ];
    for (key, ty) in rest {
        if ty.is_empty() {
            errors.immutable(at.child(key), spec.get(key), before.get(key));
        } else {
            errors.internal_immutable(at.child(key), ("batch", ty), spec.get(key), before.get(key));
        }
    }
}

/// A template may not change; but while the Job is suspended without pods, where they go and what they ask for may.
// Models validatePodTemplateUpdate, and validationOptionsForJob of the job's strategy.
fn template_update(errors: &mut Errors, template: &Value, old: &Value) {
    let before = old.at(&["spec", "template"]);
    let at = Path::new("spec");
    let at = at.child("template");
    let rests = old.at(&["status", "startTime"]).is_null() || old.condition("Suspended") == "True";
    if !(old.at(&["spec", "suspend"]).is_true() && rests && old.at(&["status", "active"]).int() == 0) {
        return errors.internal_immutable(at, ("core", "PodTemplateSpec"), template, before);
    }
    let spec = template.get("spec");
    let mut allowed = before.get("spec").clone();
    if !spec.get("affinity").is_null() && allowed.get("affinity").is_null() {
        allowed.set(&["affinity"], Value::map());
    }
    let paths: [&[&str]; 4] = [&["nodeSelector"], &["tolerations"], &["schedulingGates"], &["affinity", "nodeAffinity"]];
    for path in paths {
        match spec.at(path) {
            Value::Null => drop(allowed.remove(path)),
            value => allowed.set(path, value.clone()),
        }
    }
    for list in ["containers", "initContainers"] {
        let names = |s: &Value| s.get(list).items().iter().map(|c| c.get("name").clone()).list();
        if names(spec) == names(&allowed) {
            for (before, now) in allowed.get_mut(list).list_mut().iter_mut().zip(spec.get(list).items()) {
                before.set(&["resources"], now.get("resources").clone());
            }
        }
    }
    if spec.get("affinity").is_null() && allowed.get("affinity").is_empty() {
        allowed.remove(&["affinity"]);
    }
    errors.internal_immutable(at.child("spec"), ("core", "PodSpec"), spec, &allowed);
}

/// A new CronJob.
pub(super) fn cron_job(errors: &mut Errors, job: &Value) {
    object_meta(errors, job, true, names::dns1123_subdomain);
    cron_job_spec(errors, job.get("spec"), None);
    if job.name().len() > 52 {
        errors.invalid(Path::new("metadata").child("name"), job.name(), "must be no more than 52 characters");
    }
}

/// A changed CronJob.
pub(super) fn cron_job_update(errors: &mut Errors, new: &Value, old: &Value) {
    object_meta_update(errors, new, old);
    cron_job_spec(errors, new.get("spec"), Some(old.get("spec")));
}

fn cron_job_spec(errors: &mut Errors, spec: &Value, old: Option<&Value>) {
    let at = Path::new("spec");
    let schedule = spec.get("schedule").str();
    let zone = spec.get("timeZone");
    if schedule.is_empty() {
        errors.required(at.child("schedule"), "");
    } else {
        if let Err(why) = Schedule::parse(schedule) {
            errors.invalid(at.child("schedule"), schedule, &why.to_string());
        }
        let had_zone = old.is_some_and(|o| o.get("schedule").str().contains("TZ"));
        if schedule.contains("TZ") {
            if !had_zone {
                errors.invalid(at.child("schedule"), schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
            } else if !zone.is_null() {
                errors.invalid(at.child("schedule"), schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
            }
        }
    }
    errors.nonnegative(at.child("startingDeadlineSeconds"), spec.get("startingDeadlineSeconds"));
    if let Some(name) = zone.as_str()
        && old.is_none_or(|o| o.get("timeZone") != zone)
    {
        let at = at.child("timeZone");
        if name.is_empty() {
            errors.invalid(at, name, "timeZone must be nil or non-empty string");
        } else {
            if name.eq_ignore_ascii_case("local") {
                errors.invalid(at, name, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
            }
            if name != "Local" && !time_zone::is_known(name) {
                errors.invalid(at, name, &format!("unknown time zone {name}"));
            }
        }
    }
    errors.one_of(at.child("concurrencyPolicy"), spec.get("concurrencyPolicy"), &["Allow", "Forbid", "Replace"]);
    let template_at = at.child("jobTemplate");
    let job = spec.at(&["jobTemplate", "spec"]);
    let job_at = template_at.child("spec");
    job_spec(errors, job_at, job);
    if !job.get("selector").is_null() {
        let detail = "`selector` will be auto-generated";
        errors.internal_invalid(job_at.child("selector"), ("meta", "LabelSelector"), job.get("selector"), detail);
    }
    if job.get("manualSelector").is_true() {
        errors.not_supported(job_at.child("manualSelector"), true, &["nil", "false"]);
    }
    for key in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        errors.nonnegative(at.child(key), spec.get(key));
    }
}

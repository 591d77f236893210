//! Jobs and CronJobs.

use super::format::{age, age_of, containers, format_label_selector, timestamp_micros};
use super::{AGE, BuiltIn, NAME, boolean, int, text, wide};
use crate::api::duration::human_duration_signed;
use crate::api::{Object, Value};
use crate::base::Time;

pub(super) static JOB: BuiltIn = BuiltIn {
    columns: &[NAME, text("Status"), text("Completions"), text("Duration"), AGE, wide("Containers"), wide("Images"), wide("Selector")],
    cells: job,
};

fn job(job: &Value, now: Time) -> Vec<String> {
    let (spec, status) = (job.get("spec"), job.get("status"));
    let succeeded = status.get("succeeded").int();
    let completions = match (spec.get("completions").as_int(), spec.get("parallelism").int()) {
        (Some(n), _) => format!("{succeeded}/{n}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        _ => format!("{succeeded}/1"),
    };
    let duration = match (timestamp_micros(status.get("startTime")), timestamp_micros(status.get("completionTime"))) {
        (None, _) => String::new(),
        (Some(_), None) => age(status.get("startTime"), now),
        (Some(start), Some(end)) => human_duration_signed(end.saturating_sub(start)),
    };
    let state = if job.condition("Complete") == "True" {
        "Complete"
    } else if job.condition("Failed") == "True" {
        "Failed"
    } else if job.is_terminating() {
        "Terminating"
    } else if job.condition("Suspended") == "True" {
        "Suspended"
    } else if job.condition("SuccessCriteriaMet") == "True" {
        "SuccessCriteriaMet"
    } else if job.condition("FailureTarget") == "True" {
        "FailureTarget"
    } else {
        "Running"
    };
    let [names, images] = containers(spec.at(&["template", "spec"]));
    vec![
        job.name().to_owned(),
        state.into(),
        completions,
        duration,
        age_of(job, now),
        names,
        images,
        format_label_selector(spec.get("selector")),
    ]
}

pub(super) static CRON_JOB: BuiltIn = BuiltIn {
    columns: &[
        NAME,
        text("Schedule"),
        text("Timezone"),
        boolean("Suspend"),
        int("Active"),
        text("Last Schedule"),
        AGE,
        wide("Containers"),
        wide("Images"),
        wide("Selector"),
    ],
    cells: |o, now| {
        let (spec, status) = (o.get("spec"), o.get("status"));
        let [names, images] = containers(spec.at(&["jobTemplate", "spec", "template", "spec"]));
        vec![
            o.name().to_owned(),
            spec.get("schedule").str().to_owned(),
            spec.get("timeZone").as_str().unwrap_or("<none>").to_owned(),
            match spec.get("suspend").as_bool() {
                Some(true) => "True",
                Some(false) => "False",
                None => "<unset>",
            }
            .into(),
            status.get("active").items().len().to_string(),
            if status.get("lastScheduleTime").is_null() { "<none>".into() } else { age(status.get("lastScheduleTime"), now) },
            age_of(o, now),
            names,
            images,
            format_label_selector(spec.at(&["jobTemplate", "spec", "selector"])),
        ]
    },
};

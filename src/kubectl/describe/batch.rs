//! Jobs and CronJobs.

use super::metadata::{date, truth};
use super::page::Page;
use super::workloads::selector_text;
use crate::api::duration::human_duration_signed;
use crate::api::{Object, Value, kinds};
use crate::base::List as _;
use crate::kubectl::output::columns::timestamp_micros;

/// How much of a list of completed indexes is shown before it is cut at the next comma, in bytes.
const INDEXES_LEN: usize = 50;

// Models describeJob.
pub(super) fn job(page: &mut Page, job: &Value) {
    let (spec, status) = (job.get("spec"), job.get("status"));
    page.name(job);
    page.field(0, "Namespace", job.namespace());
    page.field(0, "Selector", selector_text(spec.get("selector")));
    page.labels_and_annotations(job);
    page.controlled_by(job);
    if let Some(n) = spec.get("parallelism").as_int() {
        page.field(0, "Parallelism", n);
    }
    page.field(0, "Completions", int_or_unset(spec.get("completions")));
    if let Some(mode) = spec.get("completionMode").as_str() {
        page.field(0, "Completion Mode", mode);
    }
    if let Some(suspend) = spec.get("suspend").as_bool() {
        page.field(0, "Suspend", suspend);
    }
    for (title, member) in [("Backoff Limit", "backoffLimit"), ("TTL Seconds After Finished", "ttlSecondsAfterFinished")] {
        if let Some(n) = spec.get(member).as_int() {
            page.field(0, title, n);
        }
    }
    let (start, end) = (timestamp_micros(status.get("startTime")), timestamp_micros(status.get("completionTime")));
    if start.is_some() {
        page.field(0, "Start Time", date(status.get("startTime")));
    }
    if end.is_some() {
        page.field(0, "Completed At", date(status.get("completionTime")));
    }
    if let (Some(start), Some(end)) = (start, end) {
        page.field(0, "Duration", human_duration_signed(end.saturating_sub(start)));
    }
    if let Some(s) = spec.get("activeDeadlineSeconds").as_int() {
        page.field(0, "Active Deadline Seconds", format_args!("{s}s"));
    }
    let n = |member: &str| status.get(member).int();
    let ready = status.get("ready").as_int().map_or_else(String::new, |ready| format!(" ({ready} Ready)"));
    let counts = format!("{} Active{ready} / {} Succeeded / {} Failed", n("active"), n("succeeded"), n("failed"));
    page.field(0, "Pods Statuses", counts);
    if spec.get("completionMode").str() == "Indexed" {
        page.field(0, "Completed Indexes", cap_indexes(status.get("completedIndexes").str()));
    }
    page.pod_template(spec.get("template"));
    page.events(kinds::JOB, job);
}

fn int_or_unset(v: &Value) -> String {
    v.as_int().map_or_else(|| "<unset>".into(), |n| n.to_string())
}

fn cap_indexes(indexes: &str) -> String {
    if indexes.is_empty() {
        return "<none>".into();
    }
    let cut = indexes.get(INDEXES_LEN..).and_then(|rest| rest.find(','));
    cut.map_or_else(|| indexes.to_owned(), |at| format!("{}...", &indexes[..INDEXES_LEN + at + 1]))
}

// Models describeCronJob.
pub(super) fn cron_job(page: &mut Page, cron_job: &Value) {
    let (spec, status) = (cron_job.get("spec"), cron_job.get("status"));
    page.head(cron_job);
    page.field(0, "Schedule", spec.get("schedule").str());
    page.field(0, "Concurrency Policy", spec.get("concurrencyPolicy").str());
    page.field(0, "Suspend", truth(spec.get("suspend")));
    page.field(0, "Time Zone", spec.get("timeZone").as_str().unwrap_or("<unset>"));
    page.field(0, "Successful Job History Limit", int_or_unset(spec.get("successfulJobsHistoryLimit")));
    page.field(0, "Failed Job History Limit", int_or_unset(spec.get("failedJobsHistoryLimit")));
    let deadline = spec.get("startingDeadlineSeconds").as_int().map_or_else(|| "<unset>".into(), |s| format!("{s}s"));
    page.field(0, "Starting Deadline Seconds", deadline);

    let job = spec.at(&["jobTemplate", "spec"]);
    let selector = job.get("selector");
    page.field(0, "Selector", if selector.is_null() { "<unset>".into() } else { selector_text(selector) });
    page.field(0, "Parallelism", int_or_unset(job.get("parallelism")));
    page.field(0, "Completions", int_or_unset(job.get("completions")));
    if let Some(s) = job.get("activeDeadlineSeconds").as_int() {
        page.field(0, "Active Deadline Seconds", format_args!("{s}s"));
    }
    page.pod_template(job.get("template"));

    let last = status.get("lastScheduleTime");
    page.field(0, "Last Schedule Time", if last.is_null() { "<unset>".into() } else { date(last) });
    let active: Vec<&str> = status.get("active").items().iter().map(|j| j.get("name").str()).list();
    page.field(0, "Active Jobs", if active.is_empty() { "<none>".into() } else { active.join(", ") });
    page.events(kinds::CRON_JOB, cron_job);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_of_indexes_are_cut_at_a_comma() {
        assert_eq!(cap_indexes(""), "<none>");
        assert_eq!(cap_indexes("0-3,5"), "0-3,5");
        let long = "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38";
        assert_eq!(cap_indexes(long), "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,...");
    }
}

//! `kubectl create job` and `cronjob`.

use super::{Failure, GENERATOR, container, finish, generator, one_name};
use crate::api::{Object, Value};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, text};
use crate::kubectl::pods::go_type;
use crate::kubectl::resources::{Query, find};
use crate::obj;

const JOB_FLAGS: &[Flag] = &[text("image", ""), text("from", "")];
const CRON_JOB_FLAGS: &[Flag] = &[text("image", ""), text("schedule", ""), text("restart", "")];

/// `kubectl create job`.
pub static JOB: Command = generator(
    "job",
    &[],
    "Create a job with the specified name",
    "NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]",
    &[GENERATOR, JOB_FLAGS],
    job,
);

/// `kubectl create cronjob`.
pub static CRON_JOB: Command = Command {
    required: &["image", "schedule"],
    ..generator(
        "cronjob",
        &["cj"],
        "Create a cron job with the specified name",
        "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags] [options]",
        &[GENERATOR, CRON_JOB_FLAGS],
        cron_job,
    )
};

fn job(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, command) = one_name(cx)?;
    let (image, from) = (cx.flags().text("image"), cx.flags().text("from"));
    if image.is_empty() == from.is_empty() {
        return fail("either --image or --from must be specified");
    }
    if !command.is_empty() && !from.is_empty() {
        return fail("cannot specify --from and command");
    }
    let object = if from.is_empty() {
        obj!({
            "metadata": {"name": name},
            "spec": {"template": {"metadata": {}, "spec": {"containers": [container(name, image, command)], "restartPolicy": "Never"}}},
            "status": {}
        })
    } else {
        let found = find(cx, &Query { latest: true, ..Query::default() }, &[from.to_owned()])?;
        let infos = found.into_infos()?;
        let [info] = infos.as_slice() else { return fail("from must be an existing cronjob") };
        if info.object.kind() != "CronJob" {
            return fail(format!("unknown object type {}", go_type(&info.object)));
        }
        of_cron_job(name, &info.object)
    };
    finish(cx, "Job", object, Failure::Prefix("failed to create job:"))
}

fn of_cron_job(name: &str, cron_job: &Value) -> Value {
    let template = cron_job.at(&["spec", "jobTemplate"]);
    let mut job = obj!({
        "metadata": {
            "name": name,
            "annotations": template.at(&["metadata", "annotations"]),
            "ownerReferences": [{
                "apiVersion": "batch/v1", "kind": "CronJob", "name": cron_job.name(), "uid": cron_job.uid(), "controller": true
            }]
        },
        "spec": template.get("spec"),
        "status": {}
    });
    job.set(&["metadata", "annotations", "cronjob.kubernetes.io/instantiate"], "manual");
    let labels = template.at(&["metadata", "labels"]);
    if !labels.is_empty() {
        job.set(&["metadata", "labels"], labels);
    }
    job
}

fn cron_job(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, command) = one_name(cx)?;
    let restart = cx.flags().get("restart").filter(|r| !r.is_empty()).unwrap_or("OnFailure");
    let pod = obj!({"containers": [container(name, cx.flags().text("image"), command)], "restartPolicy": restart});
    let object = obj!({
        "metadata": {"name": name},
        "spec": {
            "jobTemplate": {"metadata": {"name": name}, "spec": {"template": {"metadata": {}, "spec": pod}}},
            "schedule": cx.flags().text("schedule")
        },
        "status": {}
    });
    finish(cx, "CronJob", object, Failure::Prefix("failed to create cronjob:"))
}

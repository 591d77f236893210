//! Defaults of the workload kinds: apps, batch, autoscaling.

use super::super::Value;
use super::{absent, absent_in, empty, empty_in};
use crate::obj;

pub fn deployment(deployment: &mut Value) {
    let spec = deployment.get_mut("spec");
    absent(spec, "replicas", 1);
    empty_in(spec, &["strategy", "type"], "RollingUpdate");
    if spec.at(&["strategy", "type"]).str() == "RollingUpdate" {
        absent_in(spec, &["strategy", "rollingUpdate", "maxUnavailable"], "25%");
        absent_in(spec, &["strategy", "rollingUpdate", "maxSurge"], "25%");
    }
    absent(spec, "revisionHistoryLimit", 10);
    absent(spec, "progressDeadlineSeconds", 600);
}

pub fn daemon_set(set: &mut Value) {
    let spec = set.get_mut("spec");
    empty_in(spec, &["updateStrategy", "type"], "RollingUpdate");
    if spec.at(&["updateStrategy", "type"]).str() == "RollingUpdate" {
        absent_in(spec, &["updateStrategy", "rollingUpdate", "maxUnavailable"], 1);
    }
    // Whatever strategy they belong to: inside the server they are always there.
    if !spec.at(&["updateStrategy", "rollingUpdate"]).is_null() {
        absent_in(spec, &["updateStrategy", "rollingUpdate", "maxUnavailable"], 0);
        absent_in(spec, &["updateStrategy", "rollingUpdate", "maxSurge"], 0);
    }
    absent(spec, "revisionHistoryLimit", 10);
}

pub fn stateful_set(set: &mut Value) {
    let spec = set.get_mut("spec");
    empty(spec, "podManagementPolicy", "OrderedReady");
    if spec.at(&["updateStrategy", "type"]).is_empty() {
        spec.set(&["updateStrategy", "type"], "RollingUpdate");
        absent_in(spec, &["updateStrategy", "rollingUpdate"], Value::map());
    }
    if spec.at(&["updateStrategy", "type"]).str() == "RollingUpdate" && !spec.at(&["updateStrategy", "rollingUpdate"]).is_null() {
        absent_in(spec, &["updateStrategy", "rollingUpdate", "partition"], 0);
    }
    for i in 0..spec.get("volumeClaimTemplates").items().len() {
        let claim = &mut spec.get_mut("volumeClaimTemplates").list_mut()[i];
        claim.set(&["apiVersion"], "v1");
        claim.set(&["kind"], "PersistentVolumeClaim");
    }
    for when in ["whenDeleted", "whenScaled"] {
        empty_in(spec, &["persistentVolumeClaimRetentionPolicy", when], "Retain");
    }
    absent(spec, "replicas", 1);
    absent(spec, "revisionHistoryLimit", 10);
}

pub fn job(job: &mut Value) {
    let labels = job.at(&["spec", "template", "metadata", "labels"]).clone();
    if !labels.is_empty() {
        empty_in(job, &["metadata", "labels"], labels);
    }
    let spec = job.get_mut("spec");
    if spec.get("completions").is_null() && spec.get("parallelism").is_null() {
        spec.set(&["completions"], 1);
    }
    absent(spec, "parallelism", 1);
    let unlimited = !spec.get("backoffLimitPerIndex").is_null();
    absent(spec, "backoffLimit", if unlimited { i32::MAX } else { 6 });
    absent(spec, "completionMode", "NonIndexed");
    absent(spec, "suspend", false);
    let failed_only = !spec.get("podFailurePolicy").is_null();
    absent(spec, "podReplacementPolicy", if failed_only { "Failed" } else { "TerminatingOrFailed" });
    absent(spec, "manualSelector", false);
}

pub fn cron_job(cron_job: &mut Value) {
    let spec = cron_job.get_mut("spec");
    empty(spec, "concurrencyPolicy", "Allow");
    absent(spec, "suspend", false);
    absent(spec, "successfulJobsHistoryLimit", 3);
    absent(spec, "failedJobsHistoryLimit", 1);
}

pub fn horizontal_pod_autoscaler(autoscaler: &mut Value) {
    let spec = autoscaler.get_mut("spec");
    absent(spec, "minReplicas", 1);
    empty(
        spec,
        "metrics",
        obj!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]),
    );
    if !spec.get("behavior").is_null() {
        let up = obj!([{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]);
        scaling_rules(spec, "scaleUp", up, Some(0));
        let down = obj!([{"type": "Percent", "value": 100, "periodSeconds": 15}]);
        scaling_rules(spec, "scaleDown", down, None);
    }
}

fn scaling_rules(spec: &mut Value, which: &str, policies: Value, window_s: Option<i32>) {
    absent_in(spec, &["behavior", which, "selectPolicy"], "Max");
    absent_in(spec, &["behavior", which, "policies"], policies);
    if let Some(window_s) = window_s {
        absent_in(spec, &["behavior", which, "stabilizationWindowSeconds"], window_s);
    }
}

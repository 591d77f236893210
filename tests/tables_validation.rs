//! Validation held to the recorded tables. Needs the conformance folder.

#[path = "tables/go.rs"]
mod go;
#[path = "tables/rules.rs"]
mod rules;
mod tables;

use kubarium::api::{Kind, Value, kinds, validation};
use rules::How::{self, Change, New, Part, Status};
use rules::{APPS, AUTOSCALING, BATCH, CORE};
use tables::{Outcome, Row, check};

/// What is wrong, as field and message.
type Found = Vec<(String, String)>;

fn found(causes: Vec<kubarium::api::Cause>) -> Found {
    causes.into_iter().map(|c| (c.field.to_string(), c.message)).collect()
}

/// What a row expects.
#[derive(Default)]
struct Wanted {
    valid: Option<bool>,
    /// Field and part of the message; either may be empty.
    errors: Vec<(String, String)>,
}

const TYPES: [(&str, &str); 7] = [
    ("FieldValueRequired", "Required value"),
    ("FieldValueInvalid", "Invalid value"),
    ("FieldValueForbidden", "Forbidden"),
    ("FieldValueNotSupported", "Unsupported value"),
    ("FieldValueDuplicate", "Duplicate value"),
    ("FieldValueNotFound", "Not found"),
    ("FieldValueTooLong", "Too long"),
];

fn type_text(name: &str) -> &str {
    TYPES.iter().find(|(t, _)| *t == name).map_or(name, |(_, text)| text)
}

impl Wanted {
    /// Reads the members by which upstream's tests say what they expect.
    fn of(row: &Row, bad_line: i64) -> Wanted {
        let (mut wanted, r) = (Wanted::default(), &row.row);
        for name in [
            "isExpectedFailure",
            "expectError",
            "expectErr",
            "expectedFail",
            "expectedFailure",
            "ExpectError",
            "expectedErr",
            "expectedError",
        ] {
            if let Some(fails) = r.get(name).as_bool() {
                wanted.valid = Some(!fails);
            }
        }
        for name in ["valid", "ok", "isValid", "success", "expectValid"] {
            wanted.valid = r.get(name).as_bool().or(wanted.valid);
        }
        if bad_line != 0 {
            wanted.valid = Some(row.line != bad_line);
        }
        if let Some(count) = ["numErrs", "expectedErrNum", "numExpectedErrors"].iter().find_map(|n| r.get(n).as_int()) {
            wanted.valid = Some(count == 0);
        }
        let lists = [
            "expectedErrs",
            "expectedErrors",
            "ExpectedErrors",
            "want",
            "wantErrs",
            "wantFieldErrors",
            "Errors",
            "expectErr",
            "expectedErr",
        ];
        for item in lists.iter().flat_map(|l| r.get(l).items()) {
            wanted.text(item.as_str().unwrap_or_else(|| item.get("error").str()));
        }
        for (field, text) in r.get("expectedErrs").entries() {
            wanted.errors.push((field.to_string(), text.str().to_owned()));
        }
        for item in r.get("errs").items() {
            wanted.errors.push((item.get("field").str().to_owned(), type_text(item.get("etype").str()).to_owned()));
            wanted.errors.push((item.get("field").str().to_owned(), item.get("detail").str().to_owned()));
        }
        wanted.text(r.at(&["expectedErr", "error"]).str());
        for name in ["err", "expectedError", "errorMsg", "msg", "expectedErrorSubstring", "errDetail", "D"] {
            wanted.text(r.get(name).str());
        }
        for (kind, field, detail) in [
            ("errtype", "errfield", "errdetail"),
            ("errorType", "errorField", "errorDetail"),
            ("errorType", "", "errorMsg"),
            ("T", "F", "D"),
        ] {
            let (kind, field) = (type_text(r.get(kind).str()), r.get(field).str());
            if !kind.is_empty() {
                wanted.errors.push((field.to_owned(), kind.to_owned()));
                wanted.errors.push((field.to_owned(), r.get(detail).str().to_owned()));
            }
        }
        if row.line == bad_line && ["TestValidateDeployment", "TestValidateJob", "TestValidateCronJob"].contains(&row.func.as_str()) {
            match row.key.split_once(':').filter(|(field, _)| field.contains('.')) {
                // The keys name another zone than the rows.
                Some((field, _)) if field == "spec.timeZone" => wanted.errors.push((field.to_owned(), "Invalid value".to_owned())),
                Some((field, message)) => wanted.errors.push((field.to_owned(), message.trim().to_owned())),
                None => wanted.text(&row.key),
            }
        }
        wanted.text(r.at(&["wantError", "error"]).str());
        if row.func == "TestValidateResourceQuota" {
            wanted.valid = Some(row.key.ends_with("-spec") || row.key == "no-scope");
        }
        if wanted.valid.is_none() {
            wanted.valid = Some(wanted.errors.is_empty());
        }
        wanted
    }

    /// An error as text: `path: Invalid value: "x": why`, or a part of it.
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        // Several errors in one text.
        if let Some(i) = [", status.", ", spec."].iter().find_map(|p| text.find(p)) {
            self.text(&text[i + 2..]);
            return self.text(&text[..i]);
        }
        let is_path = |p: &str| (!p.contains(' ') || p.contains('{')) && !TYPES.iter().any(|(_, t)| p == *t);
        let path = text.split_once(": ").filter(|(p, _)| is_path(p));
        let (field, message) = path.unwrap_or(if is_path(text) && text.contains('.') { (text, "") } else { ("", text) });
        self.errors.push((field.to_owned(), message.to_owned()));
    }

    fn judge(&self, found: &Found) -> Outcome {
        let fits = |field: &str, message: &str| {
            // A path may start at the part that upstream's test looks at.
            let tail = match field.split_once(['.', '[']) {
                _ if field.starts_with("[].") => &field[3..],
                _ if field.starts_with('[') => field,
                _ if field.contains("].allocatedResourcesStatus[") => &field[field.find("].a").unwrap_or(0)..],
                Some((head, _)) if ["field", "test", "root", "path", "name", "fldPath"].contains(&head) => &field[head.len()..],
                None if ["field", "test", "root", "path"].contains(&field) => "",
                _ => field,
            };
            let message = message.trim_end_matches("null").trim_end_matches([':', ' ']);
            // The value is not always what upstream's test wrote down: type and reason are.
            let (kind, rest) = message.split_once(": ").unwrap_or((message, ""));
            let reason =
                if ["Invalid value", "Unsupported value"].contains(&kind) { rest.split_once(": ").map_or("", |(_, r)| r) } else { rest };
            found.iter().any(|(f, m)| {
                f.ends_with(tail)
                    && (m.contains(message) || (f.contains(message) && !message.is_empty()) || (m.starts_with(kind) && m.contains(reason)))
            })
        };
        let valid = self.valid.unwrap_or(true);
        let missing: Vec<_> = self.errors.iter().filter(|(f, m)| !fits(f, m)).collect();
        if valid != found.is_empty() {
            return Outcome::Differs(format!("valid: {valid}, found {found:?}, wanted {:?}", self.errors));
        }
        if !missing.is_empty() && !valid { Outcome::Differs(format!("missing {missing:?}, found {found:?}")) } else { Outcome::Holds }
    }
}

/// What an object of upstream's partial rows is completed to.
const POD: &str = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "ns", "labels": {"foo": "bar"}}, "spec": {
    "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "securityContext": {}}}"#;

fn json(text: &str) -> Value {
    Value::from_json(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Puts a value at a path whose numbers are places in lists.
fn put(object: &mut Value, path: &str, value: Value) {
    let mut at = object;
    for step in path.split('.') {
        at = match step.parse::<usize>() {
            Ok(i) => {
                let list = at.list_mut();
                while list.len() <= i {
                    list.push(Value::map());
                }
                &mut list[i]
            }
            Err(_) => at.get_mut(step),
        };
    }
    *at = value;
}

/// Gives what a pod's containers must have and partial rows leave out.
fn complete(pod: &mut Value) {
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let count = pod.at(&["spec", list]).items().len();
        if count == 0 && list == "containers" {
            put(pod, "spec.containers.0", Value::map());
        }
        let others: Vec<Value> = pod.at(&["spec", "containers"]).items().iter().map(|c| c.get("name").clone()).collect();
        for i in 0..pod.at(&["spec", list]).items().len() {
            let container = &mut pod.at_mut(&["spec", list]).list_mut()[i];
            let defaults = [
                ("name", format!("{}{i}", list.to_ascii_lowercase())),
                ("image", "image".into()),
                ("imagePullPolicy", "IfNotPresent".into()),
                ("terminationMessagePolicy", "File".into()),
            ];
            for (key, value) in defaults {
                // Names are of one list where upstream looks at one.
                if container.get(key).is_empty() || (key == "name" && list != "containers" && others.contains(container.get(key))) {
                    container.set(&[key], value);
                }
            }
        }
    }
}

/// Adds all members of one object to another.
fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.entries() {
        match value {
            Value::Map(_) if matches!(into.get(key), Value::Map(_)) => merge(into.get_mut(key), value),
            _ => into.set(&[key.as_str()], value.clone()),
        }
    }
}

fn member<'a>(row: &'a Row, path: &str) -> &'a Value {
    // Rows of one test that are a value alone or a value with what is expected.
    if let Some(inner) = ["behavior", "rule"].iter().map(|m| row.row.get(m)).find(|m| path.is_empty() && !m.is_null()) {
        return inner;
    }
    if path.is_empty() { &row.row } else { row.row.at(&path.split('.').collect::<Vec<_>>()) }
}

/// An object with a version, as upstream gives all, and a name where it has none.
fn versioned(mut object: Value) -> Value {
    for (key, given) in [("resourceVersion", "1"), ("name", "pod")] {
        if object.at(&["metadata", key]).is_empty() {
            object.set(&["metadata", key], given);
        }
    }
    object
}

/// What is wrong with what the row holds.
fn run(row: &Row, how: How) -> Found {
    match how {
        Status(what, kind, new, old) => {
            let (new, old) = match new.strip_prefix('=') {
                None => (versioned(go::object(kind, member(row, new))), versioned(go::object(kind, member(row, old)))),
                Some(path) => {
                    let mut object = versioned(if kind == "Pod" { json(POD) } else { Value::map() });
                    for (to, from) in [("spec", "podSpec"), ("spec.containers", "containers")] {
                        if kind == "Pod" && !member(row, from).is_null() {
                            put(&mut object, to, go::part(kind, to, member(row, from)));
                        }
                    }
                    let mut before = object.clone();
                    if path.is_empty() {
                        let mut status = row.row.clone();
                        for name in ["name", "expectedErr"] {
                            status.remove(&[name]);
                        }
                        put(&mut object, "status", go::part(kind, "status", &status));
                    } else {
                        put(&mut object, path, go::part(kind, path, member(row, old)));
                        if kind == "Job" {
                            put(&mut object, "spec.completions", row.row.get("completions").clone());
                            put(&mut object, "spec.completionMode", "Indexed".into());
                            put(&mut object, "spec.backoffLimitPerIndex", 1.into());
                            put(&mut object, "status.completedIndexes", row.row.get("completedIndexesStr").clone());
                        }
                        if !row.row.get("from").is_null() {
                            put(&mut before, path, go::part(kind, path, row.row.get("from")));
                        }
                        if !row.row.get("oldStatuses").is_null() {
                            put(&mut before, path, go::part(kind, path, row.row.get("oldStatuses")));
                        }
                    }
                    (object, before)
                }
            };
            found(match what {
                "ephemeral" => validation::ephemeral_containers(&new, &old),
                "resize" => validation::resize(&new, &old),
                "finalize" => validation::finalize(&new, &old),
                _ => validation::status_update(Kind::named(kind), &new, &old),
            })
        }
        New(kind, path) => {
            let given = member(row, path);
            let given = if matches!(kind, "HorizontalPodAutoscaler" | "Job") && given.is_null() { &row.row } else { given };
            if given.is_null() && !row.row.get("spec").is_null() {
                return run(row, Part(kind, r#"{"metadata": {"name": "r", "namespace": "ns"}}"#, &[("spec", "spec")]));
            }
            let mut object = go::object(kind, if given.is_null() { &row.row } else { given });
            if kind == "Pod" && row.func != "TestValidatePod" && object.at(&["metadata", "name"]).is_empty() {
                object.set(&["metadata", "name"], "pod");
            }
            found(validation::create(Kind::named(kind), &object))
        }
        Change(kind, new, old) => {
            let whole = |path| {
                let object = go::object(kind, member(row, path));
                if kind == "ControllerRevision" { object } else { versioned(object) }
            };
            found(validation::update(Kind::named(kind), &whole(new), &whole(old)))
        }
        Part(kind, base, parts) => {
            let mut object = if kind == "Pod" { json(POD) } else { Value::map() };
            let mut base = json(base);
            let bare = base.remove(&["bare"]).is_some();
            merge(&mut object, &base);
            for (to, from) in parts {
                let given = member(row, from);
                if given.is_null() || (to.starts_with("metadata.") && given.str().is_empty()) {
                    continue;
                }
                if let Some(map) = to.strip_suffix(".*") {
                    let mut one = if kind == "Pod" { json(r#"{"cpu": "1"}"#) } else { Value::map() };
                    one.set(&[given.str()], "1Gi");
                    put(&mut object, map, one);
                    continue;
                }
                let value = if to.starts_with("metadata.") { given.clone() } else { go::part(kind, to, given) };
                match to.rsplit_once('.') {
                    Some((before, last)) if last.contains('~') => {
                        let mut one = Value::map();
                        one.set(&[last.replace('~', ".").as_str()], value);
                        put(&mut object, before, one);
                    }
                    _ if *to == "spec" && kind == "Pod" => merge(object.get_mut("spec"), &value),
                    _ => put(&mut object, to, value),
                }
            }
            if kind == "Pod" && !bare {
                complete(&mut object);
            }
            if !object.at(&["spec", "ephemeralContainers"]).is_empty() {
                let (object, mut old) = (versioned(object.clone()), versioned(object));
                old.remove(&["spec", "ephemeralContainers"]);
                return found(validation::ephemeral_containers(&object, &old));
            }
            found(validation::create(Kind::named(kind), &object))
        }
    }
}

const GATE: &str = "are of a server with other feature gates or flags";
const MADE: &str = "have an object that upstream's code makes, not the table";
const INNER: &str = "are of a function inside the server that no request reaches alone";

/// Why a row does not apply.
fn elsewhere(row: &Row) -> Option<&'static str> {
    let (func, key, title, r) = (row.func.as_str(), row.key.as_str(), row.title(), &row.row);
    let text = r.to_json();
    let (is, says) = (|name: &str| r.get(name).as_bool(), |part: &str| title.contains(part));
    Some(match func {
        "TestValidationOptionsForPersistentVolume"
        | "TestValidationOptionsForPersistentVolumeClaim"
        | "TestValidationOptionsForPersistentVolumeClaimTemplate" => INNER,
        "TestValidateServiceCreate"
        | "TestValidateServiceUpdate"
        | "TestValidateServiceExternalTrafficPolicy"
        | "TestValidateEndpointsUpdate" => MADE,
        _ if r.is_null() => "could not be written down",
        "TestValidateDeploymentRollback" => "are of what the API has no more",
        "TestValidateDaemonSetUpdate" if key.contains("templateGeneration") && r.get("expectedErrNum").int() > 0 => {
            "are of what the API has no more"
        }
        "TestValidateDeployment" if key == "must be greater than or equal to 0" => "are of what the API has no more",
        "TestValidateJobUpdate" => MADE,
        "TestValidateJob" if key == "do not allow new batch labels" => INNER,
        "TestValidateFailedIndexesNotOverlapCompleted" if says("corrupted") => INNER,
        "TestValidateScheduleFormatNormalCases" if is("allowTZInSchedule") == Some(true) => INNER,
        "TestValidateHorizontalPodAutoscaler"
            if r.get("msg").is_null() && r.at(&["Spec", "ScaleTargetRef", "APIVersion"]).str().is_empty() =>
        {
            INNER
        }
        "TestScaleDeclarativeValidation" | "TestValidateScale" => "are of a Scale, which is judged with the object it scales",
        "TestValidateHorizontalPodAutoscalerScaleToZeroEnabled" | "TestValidateHorizontalPodAutoscalerUpdateScaleToZeroEnabled" => GATE,
        "TestValidateHorizontalPodAutoscalerScaleToZeroUpdateDisabled" => INNER,
        "TestValidatePersistentVolumeSpec" if is("isInlineSpec") == Some(true) => "are of a volume inside a VolumeAttachment",
        _ if is("enableVolumeAttributesClass") == Some(false) && text.contains("VolumeAttributesClassName") => GATE,
        "TestValidatePersistentVolumeClaimUpdate" if says("resize-enabled") || says("recover-disabled") => GATE,
        _ if is("mutablePVNodeAffinity") == Some(true) => GATE,
        "TestNumericTolerationsWithFeatureGate" if is("featureGateOn") == Some(true) => GATE,
        "TestValidatePodDNSConfigWithRelaxedSearchDomain" if is("featureEnabled") == Some(false) => GATE,
        "TestValidateSleepAction" if is("zeroValueEnabled") == Some(false) && !r.get("expectErr").is_null() => GATE,
        "TestValidateEnv" | "TestValidateEnvFrom" if matches!(row.line, 6597 | 6972) && says("invalid name") => GATE,
        "TestRelaxedValidateEnv" | "TestValidateEnv" if says("without a source") => GATE,
        "TestValidateContainers" if ["invalid env var name", "privilege disabled"].contains(&title) || says("RestartPolicy: ") => GATE,
        "TestValidateInitContainers" if says("RestartPolicy: ") || says("ResizePolicy: ") => GATE,
        "TestValidateSecurityContext" if says("capabilities forbids") => GATE,
        "TestValidateTopologySpreadConstraints"
            if says("when Allow") && !says("when AllowInvalidTopologySpreadConstraintLabelSelector is false") =>
        {
            GATE
        }
        "TestValidateTopologySpreadConstraints" if says("Violates") && says("is true") => INNER,
        "TestValidateHostUsers" if says("opts: ") => INNER,
        "TestValidateMountPropagation" if r.get("container").is_null() => INNER,
        "Test_validateProbe" if text.contains("TerminationGracePeriodSeconds\":1") => INNER,
        "TestValidateSELinuxChangePolicy" if is("allowOnlyRecursive") != Some(true) => GATE,
        "TestValidateFileKeyRefVolume" if text.contains("does not exist") => "tell of a value that their test does not compare",
        "TestValidateInitContainers" if says("RestartContainer policy forbidden") => GATE,
        "TestValidateContainerRestartPolicy"
            if r.at(&["opts", "AllowContainerRestartPolicyRules"]).is_true()
                && !r.at(&["opts", "AllowRestartAllContainers"]).is_true()
                && says("not supported") =>
        {
            GATE
        }
        "TestValidatePodResize" if is("disableInitCtrResize") == Some(true) => GATE,
        "TestValidatePodStatusUpdate"
            if is("enableClearingNominatedNodeNameAfterBinding") == Some(false) && says("ominatedNodeName") && !says("invalid") =>
        {
            GATE
        }
        "TestPodIPsValidation" | "TestHostIPsValidation" if is("allowNoOpUpdate") == Some(true) => GATE,
        "TestValidateDynamicResourceAllocation" if says("static pod") => MADE,
        "TestValidatePodSchedulingGroup" | "TestValidateNodeAllocatableResourceClaimStatus" => GATE,
        "TestValidateWindowsHostProcessPod" if is("allowPrivileged") == Some(false) => GATE,
        "TestValidatePodResourceConsistency" if says("unsupported at pod-level") => INNER,
        "TestValidateHostUsers" if says("stateful volume") => INNER,
        "TestValidateLoadBalancerStatus" => MADE,
        "TestValidPodLogOptions" => "are of a request for a log",
        "TestValidatePersistentVolumeClaimStatusUpdate"
            if is("enableRecoverFromExpansion") == Some(false) && r.get("isExpectedFailure").as_bool() == Some(false) =>
        {
            GATE
        }
        _ if is("legacyIPs") == Some(true)
            || title.contains("with legacy validation")
            || title.contains("with legacy IP validation")
            || key.contains("with-legacy-validation") =>
        {
            GATE
        }
        _ => return None,
    })
}

/// Holds a table to its tests' ways.
fn hold(table: &str, tests: &[(&str, i64, How)]) {
    check(table, |row| {
        if let Some(why) = elsewhere(row) {
            return Outcome::Elsewhere(why);
        }
        let of_pod = row.row.at(&["opts", "ResourceIsPod"]).is_true() && row.func == "TestValidateVolumes";
        let pod_resource = row.func == "TestValidateResourceRequirements" && row.title().starts_with("pod ");
        let name = match row.func.as_str() {
            _ if of_pod => "TestValidateVolumesOfPod",
            _ if pod_resource => "TestValidatePodResourceRequirements",
            name => name,
        };
        match tests.iter().find(|(func, ..)| *func == name) {
            Some((_, bad_line, how)) => Wanted::of(row, *bad_line).judge(&run(row, *how)),
            None => zones(row).unwrap_or_else(|| Outcome::Differs("no rule for this test".to_owned())),
        }
    });
}

/// Tests of CronJobs that write one twice.
fn zones(row: &Row) -> Option<Outcome> {
    let r = &row.row;
    let kind = kinds::CRON_JOB;
    match row.func.as_str() {
        "TestValidateCronJobScheduleTZ" => {
            let job = versioned(go::object("CronJob", r.get("cronJob")));
            let mut wanted = Wanted::default();
            wanted.text(r.get("createErr").str());
            wanted.valid = Some(wanted.errors.is_empty());
            Some(wanted.judge(&found(validation::create(kind, &job))))
        }
        "TestValidateCronJobSpec" => {
            let job = |spec: &Value| {
                let mut job = versioned(json(r#"{"metadata": {"name": "j", "namespace": "ns"}}"#));
                put(&mut job, "spec", go::part("CronJob", "spec", spec));
                job
            };
            let new = job(r.get("new"));
            let causes = match r.get("old") {
                Value::Null => validation::create(kind, &new),
                old => validation::update(kind, &new, &job(old)),
            };
            Some(Wanted::of(row, 0).judge(&found(causes)))
        }
        _ => None,
    }
}

#[test]
fn core() {
    hold("core_validation", CORE);
}

#[test]
fn apps() {
    hold("apps_validation", APPS);
}

#[test]
fn batch() {
    hold("batch_validation", BATCH);
}

#[test]
fn autoscaling() {
    hold("autoscaling_validation", AUTOSCALING);
}

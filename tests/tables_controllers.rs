//! The controllers held to the recorded tables: rules evaluated by the real functions, and rows of upstream's own table tests.
//! Needs the conformance folder.

mod tables;

use kubarium::api::Value;
use kubarium::api::quantity::Quantity;
use kubarium::base::{Duration, Time, format_rfc3339, parse_rfc3339};
use kubarium::controllers::cron_job::{Past, Schedule, most_recent, next_look};
use kubarium::controllers::deployment::{new_rs_new_replicas, resolve_fenceposts};
use kubarium::controllers::hpa::behavior::{Memory, Recommendation, ScaleEvent, within_default_limits};
use kubarium::controllers::hpa::calculator::{Sample, Samples, Target, Tolerances, propose, requests_of};
use kubarium::controllers::job::indexes::{Intervals, first_pending};
use kubarium::controllers::job::{backoff, policy};
use kubarium::obj;
use tables::{Outcome, same};

/// Checks each row of one test, and says how many there were; says all that differ.
fn check<T: Into<Outcome>>(table: &str, func: &str, rule: impl Fn(&Value) -> T) {
    let rows = tables::rows(table);
    if rows.is_empty() {
        return;
    }
    let of_test: Vec<_> = rows.into_iter().filter(|row| !row.part && row.inner() == func).collect();
    assert!(!of_test.is_empty(), "{table} has no rows of {func}");
    let (mut run, mut left_out, mut wrong) = (0, Vec::new(), Vec::new());
    for row in &of_test {
        match rule(&row.row).into() {
            Outcome::Holds => run += 1,
            Outcome::Elsewhere(why) => left_out.push(why),
            Outcome::Differs(why) => wrong.push(format!("  {}: {why}\n    {}", row.title(), row.row)),
        }
    }
    println!("{table} {func}: {} run, {} do not apply {:?}", run + wrong.len(), left_out.len(), left_out.first());
    assert!(run > 0 && wrong.is_empty(), "{table} {func}: {} of {} rows differ\n{}", wrong.len(), of_test.len(), wrong.join("\n"));
}

const GATE: &str = "a feature gate that is always on here";

fn unix(text: &Value) -> i64 {
    parse_rfc3339(text.str()).map_or(0, |(s, _)| s)
}

fn intervals(list: &Value) -> Intervals {
    Intervals(list.items().iter().map(|i| (i.get("First").int(), i.get("Last").int())).collect())
}

#[test]
fn cron_schedules() {
    for tables::Row { row, .. } in tables::rows("fn_cron") {
        let text = row.get("schedule").str();
        match (Schedule::parse(text), row.get("error").as_str()) {
            (Err(error), Some(wanted)) => assert_eq!(error.to_string(), wanted, "{text}"),
            (Ok(schedule), None) => {
                let mut at = unix(row.get("from"));
                for wanted in row.get("next").items() {
                    at = schedule.next(at).expect("it is due again");
                    assert_eq!(format_rfc3339(at, None), wanted.str(), "{text}");
                }
            }
            (got, wanted) => panic!("{text}: got {got:?}, wanted {wanted:?}"),
        }
    }
}

fn past(cron_job: &Value) -> Past {
    let last = cron_job.at(&["status", "lastScheduleTime"]);
    Past {
        created: unix(cron_job.at(&["metadata", "creationTimestamp"])),
        last: (!last.is_null()).then(|| unix(last)),
        deadline_s: cron_job.at(&["spec", "startingDeadlineSeconds"]).as_int(),
    }
}

#[test]
fn runs_of_cron_jobs_that_are_due() {
    check("cronjob_controller", "TestMostRecentScheduleTime", |row| {
        let schedule = Schedule::parse(row.at(&["cj", "spec", "schedule"]).str()).map_err(|e| e.to_string())?;
        let found = most_recent(&past(row.get("cj")), unix(row.get("now")) as f64, &schedule, row.get("includeSDS").is_true());
        match found {
            Err(_) => same(true, row.get("wantErr").is_true()),
            Ok(found) => {
                let recent = row.get("expectedRecentTime");
                same(found.time, (!recent.is_null()).then(|| unix(recent)))?;
                same(found.missed as i64, row.get("expectedTooManyMissed").int())?;
                same(found.earliest, unix(row.get("expectedEarliestTime")))
            }
        }
    });
    check("cronjob_controller", "TestNextScheduleTimeDuration", |row| {
        let schedule = Schedule::parse(row.at(&["cj", "spec", "schedule"]).str()).map_err(|e| e.to_string())?;
        let now = unix(row.get("now"));
        let next = next_look(&past(row.get("cj")), now as f64, &schedule).map(|t| (t - now) * 1_000_000_000 + 100_000_000);
        same(next, row.get("expectedDuration").as_int())
    });
}

#[test]
fn indexes_of_jobs() {
    check("job_controller", "TestFirstPendingIndexes", |row| {
        let index = |p: &Value| p.get("Index").str().parse::<i64>().ok();
        let taken = intervals(row.get("succeededIndexes")).union(&intervals(row.get("failedIndexes")));
        let taken = taken.with(row.get("activePods").items().iter().filter_map(index));
        let taken = taken.union(&Intervals::parse(row.get("succeededIndexes").str(), i64::MAX));
        let got = first_pending(&taken, row.get("cnt").int(), row.get("completions").int());
        same(got, row.get("want").items().iter().map(Value::int).collect())
    });
    check("job_controller", "TestCalculateSucceededIndexes", |row| {
        let completions = row.get("completions").int();
        let before = Intervals::parse(row.get("prevSucceeded").str(), completions);
        let succeeded = row.get("pods").items().iter().filter(|p| p.get("Phase").str() == "Succeeded");
        let indexes = succeeded.filter_map(|p| p.get("Index").str().parse::<i64>().ok()).filter(|i| (0..completions).contains(i));
        same(before.with(indexes), intervals(row.get("wantIntervals")))?;
        same(before, intervals(row.get("wantStatusIntervals")))
    });
}

#[test]
fn backoff_of_jobs() {
    const NOV_2009: i64 = 1_257_894_000;
    // Times of the table lie before the epoch of virtual time; only their distances matter.
    let at = |text: &Value| (!text.is_null()).then(|| Time::from_secs(u64::try_from(unix(text) - NOV_2009 + 1_000_000).unwrap_or(0)));
    let nanos = |d: &Value| Duration::from_nanos(d.int().unsigned_abs());
    check("job_controller", "TestGetRemainingBackoffTime", |row| {
        let record = backoff::BackoffRecord {
            failures: u32::try_from(row.at(&["backoffRecord", "failuresAfterLastSuccess"]).int()).unwrap_or(0),
            last_failure: at(row.at(&["backoffRecord", "lastFailureTime"])),
        };
        let now = at(row.get("currentTime")).unwrap_or(Time::ZERO);
        let got = record.remaining(now, nanos(row.get("defaultBackoff")), nanos(row.get("maxBackoff")));
        same(got, nanos(row.get("wantDuration")))
    });
}

#[test]
fn policies_of_jobs() {
    check("job_controller", "TestMatchPodFailurePolicy", |row| {
        let pod = row.get("failedPod");
        if !row.get("enableJobBackoffLimitPerIndex").is_true() && row.to_json().contains("FailIndex") {
            return Outcome::Elsewhere(GATE);
        }
        let got = policy::match_pod_failure(row.get("podFailurePolicy"), pod);
        let got = (got.job_failure.as_deref(), got.counts, got.action.as_str());
        same(got, (row.get("wantJobFailureMessage").as_str(), row.get("wantCountFailed").is_true(), row.get("wantAction").str())).into()
    });
    check("job_controller", "TestMatchSuccessPolicy", |row| {
        let got = policy::match_success(row.get("successPolicy"), row.get("completions").int(), &intervals(row.get("succeededIndexes")));
        same(got.is_some(), row.get("wantMetSuccessPolicy").is_true())?;
        same(got.unwrap_or_default().as_str(), row.get("wantMessage").str())
    });
}

/// A pod of the autoscaler's tables.
fn autoscaled_pod(row: &Value, i: usize, now: Time) -> Value {
    let text = |list: &str, default: &str| row.get(list).items().get(i).map_or(default.to_owned(), |v| v.str().to_owned());
    let since = (now - Duration::from_secs(3600)).rfc3339();
    // The table was made with an initialization period of two minutes, not five.
    let starts = row.get("podStartTime").items();
    let parsed = |t: &Value| Time::parse_rfc3339(t.str()).unwrap_or(Time::ZERO);
    let newest = starts.iter().map(parsed).max().unwrap_or(Time::ZERO);
    let started = starts.get(i).map_or(since.clone(), |t| (now - newest.since(parsed(t)) * 5 / 2).rfc3339());
    let mut pod = obj!({
        "metadata": {"name": format!("test-pod-{i}"), "namespace": "test"},
        "spec": {"containers": [
            {"name": "container1", "resources": {"requests": {}}}, {"name": "container2", "resources": {"requests": {}}}
        ]},
        "status": {
            "phase": text("podPhase", "Running"), "startTime": started.as_str(),
            "conditions": [{"type": "Ready", "status": text("podReadiness", "True"), "lastTransitionTime": started.as_str()}]
        }
    });
    if row.get("podDeletionTimestamp").items().get(i).is_some_and(Value::is_true) {
        pod.set(&["metadata", "deletionTimestamp"], since.as_str());
    }
    if let Some(request) = row.at(&["resource", "requests"]).items().get(i) {
        let name = row.at(&["resource", "name"]).str();
        for container in pod.at_mut(&["spec", "containers"]).list_mut() {
            container.set(&["resources", "requests", name], request.clone());
        }
    }
    pod
}

fn tolerances(given: &Value) -> Tolerances {
    let of = |which: &str| if given.get(which).is_null() { 0.1 } else { Quantity::of(given.get(which)).to_f64() };
    Tolerances { scale_down: of("scaleDown"), scale_up: of("scaleUp") }
}

fn replica_calculation(row: &Value) -> Outcome {
    if row.get("resource").is_null() {
        return Outcome::Elsewhere("metrics of pods, objects and the outside, which no adapter serves");
    }
    if row.at(&["resource", "levels"]).is_empty() {
        return Outcome::Elsewhere("no metrics at all, which is found before");
    }
    resource_calculation(row).into()
}

fn resource_calculation(row: &Value) -> Result<(), String> {
    let resource = row.get("resource");
    let now = Time::from_secs(10_000_000_000);
    let requests = resource.get("requests").items().len();
    let levels = resource.get("levels").items();
    let pods: Vec<Value> = (0..if requests > 0 { requests } else { levels.len() }).map(|i| autoscaled_pod(row, i, now)).collect();
    let container = row.get("container").str();
    let names = resource.get("podNames").items();
    let samples: Samples = levels
        .iter()
        .enumerate()
        .map(|(i, level)| {
            let parts = level.items().iter().enumerate();
            let value =
                parts.filter(|(c, _)| container.is_empty() || container == format!("container{}", c + 1)).map(|(_, l)| l.int()).sum();
            let name = names.get(i).map_or(format!("test-pod-{i}"), |n| n.str().to_owned());
            (name.as_str().into(), Sample { at: now, window: Duration::from_secs(60), value })
        })
        .collect();
    let target = match resource.get("targetUtilization").as_int() {
        Some(n) if n > 0 => Target::Utilization(n),
        _ => Target::AverageValue(resource.get("targetValue").int()),
    };
    let live: Vec<&Value> = pods.iter().collect();
    let current = row.get("currentReplicas").int();
    let name = resource.get("name").str();
    match propose(target, current, tolerances(row.get("tolerances")), &live, samples, container, name, now) {
        Ok(found) => {
            same(found.replicas, row.get("expectedReplicas").int())?;
            if matches!(target, Target::Utilization(_)) {
                same(found.utilization, resource.get("expectedUtilization").as_int())?;
            }
            Ok(())
        }
        Err(error) => match row.at(&["expectedError", "error"]).as_str() {
            Some(wanted) => same(error.to_string().contains(wanted) || wanted.contains(&error.to_string()), true),
            None => Err(format!("failed: {error}")),
        },
    }
}

#[test]
fn replicas_that_usage_calls_for() {
    check("hpa_replica_calculator", "runTest", replica_calculation);
    check("hpa_replica_calculator", "TestReplicaCalcConfigurableTolerance", |row| replica_calculation(row.get("replicaCalcTestCase")));
    check("hpa_replica_calculator", "TestCalculateRequests", |row| {
        if !row.get("enablePodLevelResources").is_true() && row.to_json().contains("\"800m\"") {
            return Outcome::Elsewhere(GATE);
        }
        let pods: Vec<&Value> = row.get("pods").items().iter().collect();
        match requests_of(&pods, row.get("container").str(), row.get("resource").str()) {
            Ok(found) => same(
                found.iter().map(|(k, v)| (k.to_string(), *v)).collect::<Vec<_>>(),
                row.get("expectedRequests").entries().map(|(k, v)| (k.to_string(), v.int())).collect(),
            )
            .into(),
            Err(error) => same(error.to_string().as_str(), row.at(&["expectedError", "error"]).str()).into(),
        }
    });
}

/// The moment of a table's timestamp, on the clock of its newest.
fn moments(row: &Value, lists: &[&str], now: Time) -> impl Fn(&Value) -> Time {
    let all = lists.iter().flat_map(|l| row.get(l).items()).filter_map(|e| Time::parse_rfc3339(e.get("timestamp").str()));
    // Tables were written while they ran: their ages are whole numbers of seconds and a little.
    let newest = all.max().unwrap_or(Time::ZERO);
    move |e: &Value| {
        let age = newest.since(Time::parse_rfc3339(e.get("timestamp").str()).unwrap_or(newest));
        now - age
    }
}

#[test]
fn deployments_in_numbers() {
    check("deployment_util", "TestResolveFenceposts", |row| {
        let amount = |member: &str| {
            let text = row.get(member);
            text.str().parse::<i64>().map_or_else(|_| text.clone(), Value::from)
        };
        let got = resolve_fenceposts(&amount("maxSurge"), &amount("maxUnavailable"), row.get("desired").int());
        if row.get("expectError").is_true() {
            return Outcome::Elsewhere("an amount that cannot be read, which validation keeps out");
        }
        same(got, (row.get("expectSurge").int(), row.get("expectUnavailable").int())).into()
    });
    check("deployment_util", "TestNewRSNewReplicas", |row| {
        let n = |member: &str| row.get(member).int();
        // Upstream's test has no other ReplicaSet than the new one.
        let rolling = row.get("strategyType").str() == "RollingUpdate";
        same(new_rs_new_replicas(rolling, row.get("maxSurge"), n("depReplicas"), n("newRSReplicas"), n("newRSReplicas")), n("expected"))
    });
}

#[test]
fn sizes_within_bounds_and_rates() {
    check("hpa_horizontal", "TestConvertDesiredReplicasWithRules", |row| {
        let n = |m: &str| row.get(m).int();
        if row.get("expectedCondition").str() == "ScaleUpLimit" {
            return Outcome::Elsewhere("a limit that the table was made with, and no default is");
        }
        let found = within_default_limits(n("currentReplicas"), n("expectedDesiredReplicas"), n("hpaMinReplicas"), n("hpaMaxReplicas"));
        same((found.0, found.1.0), (n("expectedConvertedDesiredReplicas"), row.get("expectedCondition").str())).into()
    });
    check("hpa_horizontal", "TestStoreScaleEvents", |row| {
        let now = Time::from_secs(1_000_000);
        let behavior = if row.get("scalingRules").is_null() { Value::Null } else { obj!({"scaleUp": row.get("scalingRules")}) };
        let mut memory = Memory::default();
        // Ages of the table: the event that was stored last is new.
        let newest = row.get("newScaleEvents").items().iter().filter_map(|e| Time::parse_rfc3339(e.get("timestamp").str())).max();
        for event in row.get("prevScaleEvents").items() {
            let at = Time::parse_rfc3339(event.get("timestamp").str()).unwrap_or(Time::ZERO);
            let age = newest.unwrap_or(at).since(at);
            memory.ups.push(ScaleEvent { change: event.get("replicaChange").int(), at: now - age });
        }
        memory.store(&behavior, 10, 10 + row.get("replicaChange").int(), now);
        let got: Vec<i64> = memory.ups.iter().map(|e| e.change).collect();
        let wanted: Vec<i64> = row.get("newScaleEvents").items().iter().map(|e| e.get("replicaChange").int()).collect();
        same(got, wanted)
    });
    check("hpa_horizontal", "TestScalingWithRules", |row| {
        let now = Time::from_secs(1_000_000);
        let at = moments(row, &["scaleUpEvents", "scaleDownEvents"], now - Duration::from_secs(20));
        let events = |list: &str| -> Vec<ScaleEvent> {
            row.get(list).items().iter().map(|e| ScaleEvent { change: e.get("replicaChange").int(), at: at(e) }).collect()
        };
        let n = |m: &str| row.get(m).int();
        let memory = Memory { ups: events("scaleUpEvents"), downs: events("scaleDownEvents"), ..Memory::default() };
        let default_up = obj!({"selectPolicy": "Max", "policies": [
            {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]});
        let default_down = obj!({"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]});
        let rules = |member: &str, default: Value| if row.get(member).is_null() { default } else { row.get(member).clone() };
        let behavior = obj!({"scaleUp": rules("scaleUpRules", default_up), "scaleDown": rules("scaleDownRules", default_down)});
        let current = n("currentReplicas");
        let (replicas, reason) =
            memory.within_rates(&behavior, current, n("prenormalizedDesiredReplicas"), n("specMinReplicas"), n("specMaxReplicas"), now);
        same(replicas, n("expectedReplicas"))?;
        same(reason.0, row.get("expectedCondition").str())
    });
    check("hpa_horizontal", "TestNormalizeDesiredReplicasWithBehavior", |row| {
        let now = Time::from_secs(1_000_000);
        let newest = row.get("expectedRecommendations").items().iter().filter_map(|e| Time::parse_rfc3339(e.get("timestamp").str())).max();
        let recommendations = row.get("recommendations").items().iter().map(|e| {
            let at = Time::parse_rfc3339(e.get("timestamp").str()).unwrap_or(Time::ZERO);
            Recommendation { replicas: e.get("recommendation").int(), at: now - newest.unwrap_or(at).since(at) }
        });
        let mut memory = Memory { recommendations: recommendations.collect(), ..Memory::default() };
        let window = |m: &str| Duration::from_secs(row.get(m).int().unsigned_abs());
        let (up, down) = (window("scaleUpStabilizationWindowSeconds"), window("scaleDownStabilizationWindowSeconds"));
        let (got, _) = memory.stabilize(row.get("currentReplicas").int(), row.get("prenormalizedDesiredReplicas").int(), up, down, now);
        same(got, row.get("expectedStabilizedReplicas").int())
    });
}

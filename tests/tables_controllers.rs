//! The controllers held to the recorded tables: rules evaluated by the real functions, and rows of upstream's own table tests.
//! Needs the conformance folder.

use kubarium::api::{Object, Value};
use kubarium::base::{Duration, Time, format_rfc3339, parse_rfc3339};
use kubarium::controllers::cron_job::{Past, Schedule, most_recent, next_look};
use kubarium::controllers::job::indexes::{Intervals, first_pending};
use kubarium::controllers::job::{backoff, policy};

/// The rows of a table: the test they come from, their key, and what they say.
fn rows(table: &str) -> Vec<(String, String, Value)> {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: {table} was not read");
        return Vec::new();
    };
    let text = std::fs::read_to_string(format!("{folder}/tables/{table}.json")).expect("the folder has the table");
    let table = Value::from_json(&text).expect("a table is JSON");
    let rows = table.get("rows").items().iter();
    rows.map(|r| {
        if r.get("func").is_null() {
            return (String::new(), String::new(), r.clone());
        }
        let func = r.get("func").str().rsplit('.').next().unwrap_or("").to_owned();
        let row = r.get("row").clone();
        let key = if r.get("key").str().is_empty() { row.get("name").str() } else { r.get("key").str() };
        (func, key.to_owned(), row)
    })
    .collect()
}

/// Checks each row of one test; says all that differ.
fn check(table: &str, func: &str, rule: impl Fn(&Value) -> Result<(), String>) {
    let all = rows(table);
    if all.is_empty() {
        return;
    }
    let of_test: Vec<_> = all.into_iter().filter(|(f, ..)| f == func).collect();
    assert!(!of_test.is_empty(), "{table} has no rows of {func}");
    let wrong: Vec<String> =
        of_test.iter().filter_map(|(_, key, row)| rule(row).err().map(|e| format!("  {key}: {e}\n    {row}"))).collect();
    assert!(wrong.is_empty(), "{table} {func}: {} of {} rows differ\n{}", wrong.len(), of_test.len(), wrong.join("\n"));
}

fn same<T: PartialEq + std::fmt::Debug>(got: T, wanted: T) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("got {got:?}, wanted {wanted:?}")) }
}

fn unix(text: &Value) -> i64 {
    parse_rfc3339(text.str()).map_or(0, |(s, _)| s)
}

fn intervals(list: &Value) -> Intervals {
    Intervals(list.items().iter().map(|i| (i.get("First").int(), i.get("Last").int())).collect())
}

#[test]
fn cron_schedules() {
    for (_, _, row) in rows("fn_cron") {
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
        // The feature that these rows switch off is always on.
        if !row.get("enableJobBackoffLimitPerIndex").is_true() && row.to_json().contains("FailIndex") {
            return Ok(());
        }
        let got = policy::match_pod_failure(row.get("podFailurePolicy"), pod);
        same(got.job_failure.as_deref(), row.get("wantJobFailureMessage").as_str())?;
        same(got.counts, row.get("wantCountFailed").is_true())?;
        same(got.action.as_str(), row.get("wantAction").str()).map_err(|e| format!("{e} for {}", pod.name()))
    });
    check("job_controller", "TestMatchSuccessPolicy", |row| {
        let got = policy::match_success(row.get("successPolicy"), row.get("completions").int(), &intervals(row.get("succeededIndexes")));
        same(got.is_some(), row.get("wantMetSuccessPolicy").is_true())?;
        same(got.unwrap_or_default().as_str(), row.get("wantMessage").str())
    });
}

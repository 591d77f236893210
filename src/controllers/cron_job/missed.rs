//! Which runs of a CronJob are due (`pkg/controller/cronjob/utils.go`). All times are Unix seconds, `now` with its fraction.

use crate::api::cron::Schedule;

/// How many runs were missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// None, or just the one that is due.
    None,
    /// Up to a hundred.
    Few,
    /// More than a hundred: a clock that jumped, or a CronJob long suspended.
    Many,
}

/// The past of a CronJob.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    /// When it was created.
    pub created: i64,
    /// The last run that was started.
    pub last: Option<i64>,
    /// How late a run may start.
    pub deadline_s: Option<i64>,
}

/// The schedule is never due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time difference between two schedules is less than 1 second")]
pub struct NeverDue;

/// What [`most_recent`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recent {
    /// The time from which runs were looked for.
    pub earliest: i64,
    /// The last run that was due and not started.
    pub time: Option<i64>,
    /// How many runs were missed.
    pub missed: Missed,
}

/// The last run that was due up to now and was not started. With `mind_deadline` it looks back no further than the starting deadline.
pub fn most_recent(past: &Past, now: f64, schedule: &Schedule, mind_deadline: bool) -> Result<Recent, NeverDue> {
    let mut earliest = past.last.unwrap_or(past.created);
    if let Some(deadline_s) = past.deadline_s.filter(|_| mind_deadline) {
        earliest = earliest.max((now - deadline_s as f64).ceil() as i64);
    }
    let first = schedule.next(earliest).ok_or(NeverDue)?;
    let second = schedule.next(first).ok_or(NeverDue)?;
    let is_due = |t: i64| t as f64 <= now;
    if !is_due(first) {
        return Ok(Recent { earliest, time: None, missed: Missed::None });
    }
    if !is_due(second) {
        return Ok(Recent { earliest, time: Some(first), missed: Missed::None });
    }
    let between = second - first;
    if between < 1 {
        return Err(NeverDue);
    }
    let count = (now - first as f64) as i64 / between + 1;
    // For regular schedules this is the last run but one. For irregular ones the last is found from here or not at all, as upstream.
    let mut time = None;
    let mut next = schedule.next(first + (count - 2) * between);
    while let Some(t) = next.filter(|t| is_due(*t)) {
        time = Some(t);
        next = schedule.next(t);
    }
    let missed = match count {
        101.. => Missed::Many,
        1..=100 => Missed::Few,
        _ => Missed::None,
    };
    Ok(Recent { earliest, time, missed })
}

/// The next time that is due after the last one, at which to look again.
pub fn next_look(past: &Past, now: f64, schedule: &Schedule) -> Option<i64> {
    let from = match most_recent(past, now, schedule, false) {
        Ok(Recent { time: Some(t), .. }) => t,
        Ok(Recent { earliest, missed: Missed::None, .. }) => earliest,
        Ok(_) | Err(NeverDue) => now.floor() as i64,
    };
    schedule.next(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_are_due() {
        let schedule = Schedule::parse("*/10 * * * *").expect("a schedule");
        let midnight: i64 = 1_783_555_200;
        // Minutes after midnight: when it was made, its last run, how late one may start, now; the run that is due, and when to look again.
        for (made, last, deadline, now, due, missed, next) in [
            (1, None, None, 9, None, Missed::None, 10),
            (1, None, None, 10, Some(10), Missed::None, 20),
            (1, Some(10), None, 19, None, Missed::None, 20),
            (1, Some(10), None, 45, Some(40), Missed::Few, 50),
            (1, None, Some(3), 45, None, Missed::None, 50),
            (1, None, Some(6), 45, Some(40), Missed::None, 50),
            (0, None, None, 1009, Some(1000), Missed::Few, 1010),
            (0, None, None, 1010, Some(1010), Missed::Many, 1020),
        ] {
            let at = |minutes: i64| midnight + minutes * 60;
            let past = Past { created: at(made), last: last.map(at), deadline_s: deadline.map(|d: i64| d * 60) };
            let found = most_recent(&past, at(now) as f64, &schedule, true).map(|r| (r.time, r.missed));
            assert_eq!(found, Ok((due.map(at), missed)), "{past:?} at {now}");
            assert_eq!(next_look(&past, at(now) as f64, &schedule), Some(at(next)), "{past:?} at {now}");
        }
    }
}

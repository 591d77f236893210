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

/// What a CronJob says of its past.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    /// When it was made.
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
    /// Since when was looked.
    pub earliest: i64,
    /// The last time that was due and not started.
    pub time: Option<i64>,
    /// How many there were.
    pub missed: Missed,
}

/// The last time that was due up to now and was not started. `mind_deadline`: look back no further than the deadline allows.
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
    // For regular schedules this is the last but one; irregular ones are found from there or not at all, as upstream does.
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

/// The next time after the last one that was due, to look again.
pub fn next_look(past: &Past, now: f64, schedule: &Schedule) -> Option<i64> {
    let from = match most_recent(past, now, schedule, false) {
        Ok(Recent { time: Some(t), .. }) => t,
        Ok(Recent { earliest, missed: Missed::None, .. }) => earliest,
        Ok(_) | Err(NeverDue) => now.floor() as i64,
    };
    schedule.next(from)
}

//! Cron schedules, as `github.com/robfig/cron/v3` reads them: five fields, descriptors, `@every`.

use std::time::Duration;

use super::time_zone::Zone;
use crate::base::{Case as _, List as _, civil_from_days, days_from_civil};

/// When a CronJob is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// Five fields, of a zone's clock where one is given.
    Fields(Fields, Option<Zone>),
    /// `@every 1h30m`.
    Every(Duration),
}

/// The moments of each field, as bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fields {
    minute: u64,
    hour: u64,
    day: u64,
    month: u64,
    weekday: u64,
    /// Whether the day of the month, or the weekday, was a star: then both must fit, otherwise either.
    any_day: bool,
}

/// Why a text is no schedule, in the words of the library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScheduleError(pub String);

struct Bounds {
    min: u32,
    max: u32,
    names: &'static [&'static str],
}

const MINUTE: Bounds = Bounds { min: 0, max: 59, names: &[] };
const HOUR: Bounds = Bounds { min: 0, max: 23, names: &[] };
const DAY: Bounds = Bounds { min: 1, max: 31, names: &[] };
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH: Bounds = Bounds { min: 1, max: 12, names: &MONTHS };
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKDAY: Bounds = Bounds { min: 0, max: 6, names: &WEEKDAYS };

/// How far ahead a moment is looked for: what is not due by the end of the fifth year is never due.
const YEARS_MAX: i64 = 5;

impl Schedule {
    /// Reads a schedule, with a `TZ=` before it or without.
    pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
        if text.is_empty() {
            return Err(ScheduleError("empty spec string".into()));
        }
        let (mut rest, mut within) = (text, None);
        if let Some(zoned) = text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ=")) {
            let (zone, after) = zoned.split_once(' ').unwrap_or((zoned, ""));
            let Some(known) = Zone::named(zone) else {
                return Err(ScheduleError(format!("provided bad location {zone}: unknown time zone {zone}")));
            };
            (rest, within) = (after.trim(), Some(known));
        }
        if rest.starts_with('@') {
            return match descriptor(rest)? {
                Schedule::Fields(fields, _) => Ok(Schedule::Fields(fields, within)),
                every => Ok(every),
            };
        }
        let fields: Vec<&str> = rest.split_whitespace().list();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(ScheduleError(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" "))));
        };
        let (minute, _) = field(minute, &MINUTE)?;
        let (hour, _) = field(hour, &HOUR)?;
        let (day, any_of_month) = field(day, &DAY)?;
        let (month, _) = field(month, &MONTH)?;
        let (weekday, any_of_week) = field(weekday, &WEEKDAY)?;
        Ok(Schedule::Fields(Fields { minute, hour, day, month, weekday, any_day: any_of_month || any_of_week }, within))
    }

    /// The first moment after `unix_s` (seconds since 1970) that is due; none within five years.
    pub fn next(&self, unix_s: i64) -> Option<i64> {
        match self {
            Schedule::Every(period) => Some(unix_s + (period.as_secs() as i64).max(1)),
            Schedule::Fields(fields, None) => fields.next(unix_s),
            Schedule::Fields(fields, Some(zone)) => {
                // What the clock skips is not due; what it shows twice is due twice.
                let (mut from, mut clock) = (unix_s, unix_s);
                for _ in 0..=2 * YEARS_MAX {
                    let (ahead, end) = zone.offset(clock);
                    let due = fields.next(from + ahead)? - ahead;
                    match end.filter(|end| due >= *end) {
                        Some(end) => (from, clock) = (end - 1, end),
                        None => return Some(due),
                    }
                }
                None
            }
        }
    }
}

impl Fields {
    fn next(&self, unix_s: i64) -> Option<i64> {
        let start = unix_s.div_euclid(60) * 60 + 60;
        let first_day = start.div_euclid(86_400);
        let last_year = civil_from_days(first_day).0 + YEARS_MAX;
        for day in first_day..days_from_civil(last_year + 1, 1, 1) {
            if !self.has_day(day) {
                continue;
            }
            let from = if day == first_day { start.rem_euclid(86_400) / 60 } else { 0 };
            let due = (from..1440).find(|m| has(self.hour, (m / 60) as u32) && has(self.minute, (m % 60) as u32));
            if let Some(minute) = due {
                return Some(day * 86_400 + minute * 60);
            }
        }
        None
    }

    fn has_day(&self, day: i64) -> bool {
        let (_, month, of_month) = civil_from_days(day);
        if !has(self.month, month as u32) {
            return false;
        }
        // 1970-01-01 was a Thursday.
        let weekday = (day + 4).rem_euclid(7);
        let (fits_month, fits_week) = (has(self.day, of_month as u32), has(self.weekday, weekday as u32));
        if self.any_day { fits_month && fits_week } else { fits_month || fits_week }
    }
}

fn has(bits: u64, n: u32) -> bool {
    bits >> n & 1 == 1
}

/// The bits of a field, and whether a star is in it.
fn field(text: &str, bounds: &Bounds) -> Result<(u64, bool), ScheduleError> {
    let (mut bits, mut star) = (0, false);
    for part in text.split(',').filter(|p| !p.is_empty()) {
        let (more, is_star) = range(part, bounds)?;
        bits |= more;
        star |= is_star;
    }
    Ok((bits, star))
}

fn range(text: &str, bounds: &Bounds) -> Result<(u64, bool), ScheduleError> {
    let wrong = |message: String| Err(ScheduleError(message));
    let steps: Vec<&str> = text.split('/').list();
    let ends: Vec<&str> = steps[0].split('-').list();
    let mut star = false;
    let (start, mut end) = if matches!(ends[0], "*" | "?") {
        star = true;
        (bounds.min, bounds.max)
    } else {
        let start = number_or_name(ends[0], bounds)?;
        match ends.as_slice() {
            [_] => (start, start),
            [_, end] => (start, number_or_name(end, bounds)?),
            _ => return wrong(format!("too many hyphens: {text}")),
        }
    };
    let step = match steps.as_slice() {
        [_] => 1,
        [_, step] => {
            let step = number(step)?;
            if ends.len() == 1 {
                end = bounds.max;
            }
            if step > 1 {
                star = false;
            }
            step
        }
        _ => return wrong(format!("too many slashes: {text}")),
    };
    if start < bounds.min {
        return wrong(format!("beginning of range ({start}) below minimum ({}): {text}", bounds.min));
    }
    if end > bounds.max {
        return wrong(format!("end of range ({end}) above maximum ({}): {text}", bounds.max));
    }
    if start > end {
        return wrong(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return wrong(format!("step of range should be a positive number: {text}"));
    }
    let bits = (start..=end).step_by(step as usize).fold(0_u64, |bits, n| bits | 1 << n);
    Ok((bits, star))
}

fn number_or_name(text: &str, bounds: &Bounds) -> Result<u32, ScheduleError> {
    let lower = text.lower();
    match bounds.names.iter().position(|n| *n == lower) {
        Some(i) => Ok(i as u32 + bounds.min),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u32, ScheduleError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let wrong =
        |why: &str| Err(ScheduleError(format!("failed to parse int from {text}: strconv.Atoi: parsing {}: {why}", super::quote(text))));
    if !is_number {
        return wrong("invalid syntax");
    }
    match text.parse::<i64>() {
        Err(_) => wrong("value out of range"),
        Ok(n) if n < 0 => Err(ScheduleError(format!("negative number ({n}) not allowed: {text}"))),
        Ok(n) => Ok(u32::try_from(n).unwrap_or(u32::MAX)),
    }
}

fn descriptor(text: &str) -> Result<Schedule, ScheduleError> {
    let plain = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => {
            let Some(period) = text.strip_prefix("@every ") else {
                return Err(ScheduleError(format!("unrecognized descriptor: {text}")));
            };
            // Nothing forbids a negative period; it is then the shortest there is: whole seconds, at least one.
            let (negative, amount) = period.strip_prefix('-').map_or((false, period), |p| (!p.starts_with('+'), p));
            let amount = super::go_duration::parse(amount).map_err(|e| ScheduleError(format!("failed to parse duration {text}: {e}")))?;
            return Ok(Schedule::Every(Duration::from_secs(if negative { 1 } else { amount.as_secs().max(1) })));
        }
    };
    Schedule::parse(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, from: &str) -> String {
        let (unix_s, _) = crate::base::parse_rfc3339(from).expect("a time");
        let next = Schedule::parse(schedule).expect("a schedule").next(unix_s).expect("due");
        crate::base::format_rfc3339(next, None)
    }

    #[test]
    fn finds_the_next_moment() {
        let from = "2024-02-27T22:58:30Z";
        for (schedule, want) in [
            ("* * * * *", "2024-02-27T22:59:00Z"),
            ("30 4 1,15 * 5", "2024-03-01T04:30:00Z"),
            ("@yearly", "2025-01-01T00:00:00Z"),
            ("@every 1h30m", "2024-02-28T00:28:30Z"),
            ("0 0 * * MON-FRI", "2024-02-28T00:00:00Z"),
            ("0 0 29 2 *", "2024-02-29T00:00:00Z"),
            ("0/15 * * * *", "2024-02-27T23:00:00Z"),
            ("TZ=Asia/Shanghai 0 9 * * *", "2024-02-28T01:00:00Z"),
            ("TZ=America/New_York @daily", "2024-02-28T05:00:00Z"),
            ("TZ=Europe/Berlin 0 0 1 7 *", "2024-06-30T22:00:00Z"),
        ] {
            assert_eq!(next(schedule, from), want, "{schedule}");
        }
        // Half past two is not on the night that has none; half past one is twice on the one that has it twice.
        assert_eq!(next("TZ=America/New_York 30 2 * * *", "2026-03-07T12:00:00Z"), "2026-03-09T06:30:00Z");
        assert_eq!(next("TZ=America/New_York 30 1 * * *", "2026-11-01T00:00:00Z"), "2026-11-01T05:30:00Z");
        assert_eq!(next("TZ=America/New_York 30 1 * * *", "2026-11-01T05:30:00Z"), "2026-11-01T06:30:00Z");
        assert_eq!(next("TZ=America/New_York 30 1 * * *", "2026-11-01T06:30:00Z"), "2026-11-02T06:30:00Z");
        assert_eq!(Schedule::parse("0 0 30 2 *").expect("reads").next(0), None);
        assert_eq!(Schedule::parse("TZ=Europe/Berlin 0 0 30 2 *").expect("reads").next(0), None);
    }

    #[test]
    fn says_what_is_wrong() {
        for (schedule, want) in [
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("a * * * *", "failed to parse int from a: strconv.Atoi: parsing \"a\": invalid syntax"),
            ("@foo", "unrecognized descriptor: @foo"),
        ] {
            assert_eq!(Schedule::parse(schedule).expect_err(schedule).to_string(), want);
        }
    }
}

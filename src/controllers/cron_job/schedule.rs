//! Cron schedules as robfig/cron's standard parser reads them: five fields or a descriptor. All times are Unix seconds, UTC.

use crate::base::{civil_from_days, days_from_civil};

/// Why a schedule cannot be read; the text is the parser's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScheduleError(pub String);

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At these minutes, hours and days, as bit sets; bit 63 says that a field was `*` or `?`.
    Fields {
        /// Minutes of the hour.
        minute: u64,
        /// Hours of the day.
        hour: u64,
        /// Days of the month.
        day: u64,
        /// Months of the year.
        month: u64,
        /// Days of the week, Sunday first.
        weekday: u64,
    },
    /// So many seconds after the last time.
    Every(i64),
}

const STAR: u64 = 1 << 63;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// A schedule that is not due within so many years is never due.
const YEARS_MAX: i64 = 5;
/// The longest wait of `@every`; keeps sums of times within bounds.
const EVERY_MAX_S: i64 = 1_000_000_000_000;

struct Bounds {
    min: u64,
    max: u64,
    names: &'static [&'static str],
    /// What the first name stands for.
    first: u64,
}

const MINUTE: Bounds = Bounds { min: 0, max: 59, names: &[], first: 0 };
const HOUR: Bounds = Bounds { min: 0, max: 23, names: &[], first: 0 };
const DAY: Bounds = Bounds { min: 1, max: 31, names: &[], first: 0 };
const MONTH: Bounds = Bounds { min: 1, max: 12, names: &MONTHS, first: 1 };
const WEEKDAY: Bounds = Bounds { min: 0, max: 6, names: &WEEKDAYS, first: 0 };

impl Schedule {
    /// Reads a schedule. A time zone in front of it (`TZ=`, `CRON_TZ=`) is read and must be UTC.
    pub fn parse(text: &str) -> Result<Schedule, ScheduleError> {
        let mut spec = text;
        if spec.is_empty() {
            return fail("empty spec string".to_owned());
        }
        if spec.starts_with("TZ=") || spec.starts_with("CRON_TZ=") {
            let (zone, rest) = spec.split_once(' ').unwrap_or((spec, ""));
            let zone = zone.split_once('=').map_or("", |(_, z)| z);
            if !super::is_utc(zone) {
                return fail(format!("provided bad location {zone}: time zones other than UTC are not simulated"));
            }
            spec = rest.trim();
        }
        if spec.starts_with('@') {
            return descriptor(spec);
        }
        let fields: Vec<&str> = spec.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return fail(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
        };
        Ok(Schedule::Fields {
            minute: field(minute, &MINUTE)?,
            hour: field(hour, &HOUR)?,
            day: field(day, &DAY)?,
            month: field(month, &MONTH)?,
            weekday: field(weekday, &WEEKDAY)?,
        })
    }

    /// The first time after this one; none where there is none within five years.
    pub fn next(&self, after_unix_s: i64) -> Option<i64> {
        let (minute, hour, day, month, weekday) = match self {
            Schedule::Every(s) => return Some(after_unix_s + s),
            Schedule::Fields { minute, hour, day, month, weekday } => (*minute, *hour, *day, *month, *weekday),
        };
        let has = |set: u64, n: i64| set & (1 << n) != 0;
        let first = after_unix_s.div_euclid(60) + 1;
        let (mut days, mut from_minute) = (first.div_euclid(1440), first.rem_euclid(1440));
        let last_year = civil_from_days(days).0 + YEARS_MAX;
        loop {
            let (y, m, d) = civil_from_days(days);
            if y > last_year {
                return None;
            }
            if !has(month, m) {
                days = if m == 12 { days_from_civil(y + 1, 1, 1) } else { days_from_civil(y, m + 1, 1) };
                from_minute = 0;
                continue;
            }
            let day_fits = has(day, d);
            // 1970-01-01 was a Thursday.
            let weekday_fits = has(weekday, (days + 4).rem_euclid(7));
            let fits = if day & STAR != 0 || weekday & STAR != 0 { day_fits && weekday_fits } else { day_fits || weekday_fits };
            if fits && let Some(at) = (from_minute..1440).find(|m| has(hour, m / 60) && has(minute, m % 60)) {
                return Some(days * 86_400 + at * 60);
            }
            days += 1;
            from_minute = 0;
        }
    }
}

fn fail<T>(text: String) -> Result<T, ScheduleError> {
    Err(ScheduleError(text))
}

/// A comma-separated list of ranges.
fn field(text: &str, bounds: &Bounds) -> Result<u64, ScheduleError> {
    text.split(',').filter(|part| !part.is_empty()).try_fold(0, |bits, part| Ok(bits | range(part, bounds)?))
}

/// `number`, `*`, `?`, `from-to`, each with a `/step`.
fn range(text: &str, bounds: &Bounds) -> Result<u64, ScheduleError> {
    let parts: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = parts[0].split('-').collect();
    let mut extra = 0;
    let single = ends.len() == 1;
    let (start, mut end) = if ends[0] == "*" || ends[0] == "?" {
        extra = STAR;
        (bounds.min, bounds.max)
    } else {
        let start = number(ends[0], bounds)?;
        match ends.len() {
            1 => (start, start),
            2 => (start, number(ends[1], bounds)?),
            _ => return fail(format!("too many hyphens: {text}")),
        }
    };
    let step = match parts.len() {
        1 => 1,
        2 => {
            let step = int(parts[1])?;
            // `N/step` means from N on.
            if single {
                end = bounds.max;
            }
            if step > 1 {
                extra = 0;
            }
            step
        }
        _ => return fail(format!("too many slashes: {text}")),
    };
    if start < bounds.min {
        return fail(format!("beginning of range ({start}) below minimum ({}): {text}", bounds.min));
    }
    if end > bounds.max {
        return fail(format!("end of range ({end}) above maximum ({}): {text}", bounds.max));
    }
    if start > end {
        return fail(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return fail(format!("step of range should be a positive number: {text}"));
    }
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    Ok((start..=end).step_by(step).fold(extra, |bits, n| bits | 1 << n))
}

fn number(text: &str, bounds: &Bounds) -> Result<u64, ScheduleError> {
    let lower = text.to_ascii_lowercase();
    match bounds.names.iter().position(|n| *n == lower) {
        Some(i) => Ok(i as u64 + bounds.first),
        None => int(text),
    }
}

fn int(text: &str) -> Result<u64, ScheduleError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return fail(format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax"));
    }
    match digits.parse::<i64>() {
        Err(_) => fail(format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: value out of range")),
        Ok(n) if text.starts_with('-') && n > 0 => fail(format!("negative number (-{n}) not allowed: {text}")),
        Ok(n) => Ok(n.unsigned_abs()),
    }
}

fn descriptor(text: &str) -> Result<Schedule, ScheduleError> {
    let all = |b: &Bounds| (b.min..=b.max).fold(STAR, |bits, n| bits | 1 << n);
    let fields = |hour: u64, day: u64, month: u64, weekday: u64| Ok(Schedule::Fields { minute: 1, hour, day, month, weekday });
    match text {
        "@yearly" | "@annually" => fields(1, 1 << 1, 1 << 1, all(&WEEKDAY)),
        "@monthly" => fields(1, 1 << 1, all(&MONTH), all(&WEEKDAY)),
        "@weekly" => fields(1, all(&DAY), all(&MONTH), 1),
        "@daily" | "@midnight" => fields(1, all(&DAY), all(&MONTH), all(&WEEKDAY)),
        "@hourly" => fields(all(&HOUR), all(&DAY), all(&MONTH), all(&WEEKDAY)),
        _ => match text.strip_prefix("@every ") {
            // Less than a second is rounded up to one, and fractions are cut off.
            Some(duration) => match go_duration_s(duration) {
                Some(s) => Ok(Schedule::Every((s as i64).clamp(1, EVERY_MAX_S))),
                None => fail(format!("failed to parse duration {text}: time: invalid duration {duration:?}")),
            },
            None => fail(format!("unrecognized descriptor: {text}")),
        },
    }
}

/// A Go duration such as `1h30m` in seconds.
fn go_duration_s(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|n| *n > 0)?;
        let amount: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        total += amount
            * match &rest[..unit] {
                "ns" => 1e-9,
                "us" | "µs" | "μs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    Some(sign * total)
}

//! `date`, and the moments that texts tell.

use super::{Options, Run};
use crate::base::{Case as _, civil_from_days, days_from_civil, parse_rfc3339, strftime};

pub fn date(r: &mut Run<'_>, o: &Options) -> i32 {
    let mut unix = r.k.now.unix_s();
    let mut micros = (r.k.now.0 % 1_000_000) as u32;
    if let Some(given) = o.value('d') {
        micros = 0;
        let Some(at) = moment(given, unix, r.k.is_gnu()) else {
            r.err(format!("invalid date '{given}'"));
            return 1;
        };
        unix = at;
    } else if let Some(file) = o.value('r') {
        micros = 0;
        unix = match r.k.fs.stat(&r.p.cwd, file) {
            Ok(node) => node.mtime.unix_s(),
            Err(e) => {
                r.err(if r.k.is_gnu() { format!("{file}: {e}") } else { format!("can't stat '{file}': {e}") });
                return 1;
            }
        };
    }
    if o.has('s') {
        r.err(if r.k.is_gnu() { "cannot set date: Operation not permitted" } else { "can't set date: Operation not permitted" });
        return 1;
    }
    if let Some(what) = o.value('3').filter(|what| !matches!(*what, "date" | "seconds" | "ns")) {
        r.err(format!("invalid argument '{what}' for '--rfc-3339'\nValid arguments are:\n  - 'date'\n  - 'seconds'\n  - 'ns'\nTry 'date --help' for more information."));
        return 1;
    }
    let format = match (o.rest.iter().find_map(|a| a.strip_prefix('+')), o.value('I').or(o.value('3'))) {
        (Some(f), _) => f,
        (None, Some("" | "date")) => "%Y-%m-%d",
        (None, Some("seconds")) if o.has('3') => "%Y-%m-%d %H:%M:%S+00:00",
        (None, Some("ns")) if o.has('3') => "%Y-%m-%d %H:%M:%S.%N+00:00",
        (None, Some(v)) if v.starts_with('h') => "%Y-%m-%dT%H+00:00",
        (None, Some(v)) if v.starts_with('m') => "%Y-%m-%dT%H:%M+00:00",
        (None, Some(_)) => "%Y-%m-%dT%H:%M:%S+00:00",
        (None, None) if o.has('R') => "%a, %d %b %Y %H:%M:%S %z",
        (None, None) => "%a %b %e %H:%M:%S %Z %Y",
    };
    r.out(format!("{}\n", strftime(format, unix, micros)));
    0
}

/// The longest text that tells a moment.
const MOMENT_BYTES_MAX: usize = 1024;

/// The second that a text tells.
pub fn moment(text: &str, now: i64, gnu: bool) -> Option<i64> {
    let t = text.trim();
    // Each place in it may be where a day ends.
    if t.len() > MOMENT_BYTES_MAX {
        return None;
    }
    if t == "now" {
        return Some(now);
    }
    if let Some(at) = from_now(t, now).filter(|_| gnu) {
        return Some(at);
    }
    // A day, and what is added to it.
    let sum = |(at, _): (usize, &str)| Some((moment(&t[..at], now, false)?, &t[at..])).and_then(|(day, rest)| from_now(rest, day));
    if let Some(at) = t.match_indices(' ').find_map(sum).filter(|_| gnu) {
        return Some(at);
    }
    if let Some(n) = t.strip_prefix('@') {
        return n.parse().ok();
    }
    parse_rfc3339(t).map(|p| p.0).or_else(|| by_parts(t, now)).or_else(|| stamp(t, now).filter(|_| !gnu))
}

/// A day and a time as people write them: `2030-1-2 3:04`, one of both, and how far from UTC they are told.
fn by_parts(text: &str, now: i64) -> Option<i64> {
    let (text, behind) = match text.strip_suffix('Z') {
        Some(text) => (text, 0),
        None => match text.rsplit_once(' ') {
            Some((text, zone)) if zone.len() == 5 && zone.starts_with(['+', '-']) => {
                let n = zone.parse::<i64>().ok()?;
                (text, n / 100 * 3600 + n % 100 * 60)
            }
            _ => (text, 0),
        },
    };
    let (day, time) = match text.split_once([' ', 'T']) {
        Some(both) => both,
        None if text.contains(':') => ("", text),
        None => (text, "0:0"),
    };
    let numbers = |text: &str, by: char| -> Option<Vec<i64>> {
        text.split(by).map(|n| n.parse().ok().filter(|_| n.len() <= 4 && n.bytes().all(|b| b.is_ascii_digit()))).collect()
    };
    let today = civil_from_days(now.div_euclid(86_400));
    let (year, month, day) = match numbers(day, '-').as_deref() {
        _ if day.is_empty() => today,
        Some([year, month, day]) => (*year, *month, *day),
        _ => return None,
    };
    let time = numbers(time, ':').filter(|n| matches!(n.len(), 2 | 3))?;
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && time[0] < 24 && time[1..].iter().all(|n| *n < 60);
    let seconds = time[0] * 3600 + time[1] * 60 + time.get(2).unwrap_or(&0);
    // A day that its month does not have is none.
    let days = Some(days_from_civil(year, month, day)).filter(|days| civil_from_days(*days) == (year, month, day));
    days.filter(|_| fits).map(|days| days * 86_400 + seconds - behind)
}

/// `touch -t`: `[[CC]YY]MMDDhhmm[.ss]`.
pub fn stamp(text: &str, now: i64) -> Option<i64> {
    let (digits, seconds) = text.split_once('.').unwrap_or((text, "00"));
    let year = strftime("%Y", now, 0);
    let century = if digits.len() == 10 && digits >= "69" { "19" } else { "20" };
    let t = match digits.len() {
        8 => year + digits,
        10 => format!("{century}{digits}"),
        _ => digits.to_owned(),
    };
    let t = Some(t).filter(|t| t.len() == 12 && t.bytes().all(|b| b.is_ascii_digit()))?;
    moment(&format!("{}-{}-{}T{}:{}:{seconds}", &t[..4], &t[4..6], &t[6..8], &t[8..10], &t[10..]), now, false)
}

/// So many months and seconds after a moment. A day that its month does not have is one of the next month.
fn later(at: i64, months: i64, seconds: i64) -> Option<i64> {
    let mut at = at;
    if months != 0 {
        let (year, month, day) = civil_from_days(at.div_euclid(86_400));
        let month = (year * 12 + month - 1).checked_add(months).filter(|month| month.unsigned_abs() < 1 << 20)?;
        let first = days_from_civil(month.div_euclid(12), month.rem_euclid(12) + 1, 1);
        at = (first + day - 1) * 86_400 + at.rem_euclid(86_400);
    }
    at.checked_add(seconds)
}

/// GNU's `2 days ago`, `+1 hour`, `yesterday`, `next month`; `ago` is about what stands right before it.
fn from_now(text: &str, now: i64) -> Option<i64> {
    let (mut count, mut negative, mut at, mut last) = (None, false, now, None);
    for word in text.lower().replace('+', " + ").replace('-', " - ").split_whitespace() {
        if matches!(word, "+" | "-") {
            negative = word == "-";
            continue;
        }
        if word == "ago" {
            let (months, seconds): (i64, i64) = last.take().filter(|_| count.is_none())?;
            at = later(at, months.checked_mul(-2)?, seconds.checked_mul(-2)?)?;
            continue;
        }
        let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &word[..word.len() - letters.len()];
        if !number.is_empty() {
            let n = number.parse::<i64>().ok().filter(|_| count.is_none())?;
            count = Some(if std::mem::take(&mut negative) { -n } else { n });
        }
        let unit = match letters.strip_suffix('s').unwrap_or(letters) {
            "" | "now" | "today" => continue,
            "next" => 0,
            "last" => -1,
            "yesterday" => -86_400,
            "tomorrow" | "day" => 86_400,
            "second" | "sec" => 1,
            "minute" | "min" => 60,
            "hour" => 3600,
            "week" => 604_800,
            "fortnight" => 1_209_600,
            "month" | "year" => {
                let months = count.take().unwrap_or(1).checked_mul(if letters.starts_with('m') { 1 } else { 12 })?;
                (at, last) = (later(at, months, 0)?, Some((months, 0)));
                continue;
            }
            _ => return None,
        };
        match unit {
            0 => count = Some(1),
            -1 => count = Some(-1),
            unit => {
                let seconds = count.take().unwrap_or(1).checked_mul(unit)?;
                (at, last) = (later(at, 0, seconds)?, Some((0, seconds)));
            }
        }
    }
    count.is_none().then_some(at).filter(|at| (-(1 << 40)..1 << 40).contains(at))
}

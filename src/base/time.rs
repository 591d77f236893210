//! Virtual time: a count of microseconds since the session began, and its RFC 3339 form.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use super::text;

/// Unix time, in seconds, of the moment every session starts at unless it says otherwise: 2026-01-01T00:00:00Z.
pub const EPOCH_UNIX_S: i64 = 1_767_225_600;

/// A moment of virtual time, in microseconds since the session began.
///
/// The wall clock never enters: two runs of one session see the same moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Time {
    /// The session's first moment.
    pub const ZERO: Time = Time(0);
    /// Later than any moment that can be reached.
    pub const MAX: Time = Time(u64::MAX);

    /// The moment `s` seconds after the session began; negative and non-finite values count as zero.
    pub fn from_secs_f64(s: f64) -> Time {
        if s.is_finite() && s > 0.0 { Time((s * 1e6).round().min(u64::MAX as f64) as u64) } else { Time::ZERO }
    }

    /// The moment `s` whole seconds after the session began.
    pub const fn from_secs(s: u64) -> Time {
        Time(s.saturating_mul(1_000_000))
    }

    /// The moment `ms` milliseconds after the session began.
    pub const fn from_millis(ms: u64) -> Time {
        Time(ms.saturating_mul(1_000))
    }

    /// Seconds since the session began.
    pub const fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The moment cut to whole seconds, as the API has it.
    pub const fn whole_s(self) -> Time {
        Time::from_secs(self.0 / 1_000_000)
    }

    /// How long `self` comes after `earlier`; zero where it does not.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// The moment in Unix time, cut to whole seconds.
    pub fn unix_s(self) -> i64 {
        EPOCH_UNIX_S + (self.0 / 1_000_000) as i64
    }

    /// The moment as the API prints it (`metav1.Time`): RFC 3339 in UTC, cut to whole seconds.
    pub fn rfc3339(self) -> String {
        format_rfc3339(self.unix_s(), None)
    }

    /// The moment as the API prints a `metav1.MicroTime`: RFC 3339 in UTC with six digits of fraction.
    pub fn rfc3339_micro(self) -> String {
        format_rfc3339(self.unix_s(), Some((self.0 % 1_000_000) as u32))
    }

    /// The moment that an RFC 3339 text names. One from before the session, as of an object that came from elsewhere, is its start.
    pub fn parse_rfc3339(text: &str) -> Option<Time> {
        let (unix_s, micros) = parse_rfc3339(text)?;
        match u64::try_from(unix_s - EPOCH_UNIX_S) {
            Ok(s) => Some(Time(s.checked_mul(1_000_000)?.checked_add(u64::from(micros))?)),
            Err(_) => Some(Time::ZERO),
        }
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    // Never inlined: it is in so many places that calls weigh less.
    #[inline(never)]
    fn add(self, d: Duration) -> Time {
        Time(self.0.saturating_add(u64::try_from(d.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, d: Duration) {
        *self = *self + d;
    }
}

impl Sub<Duration> for Time {
    type Output = Time;
    // Likewise.
    #[inline(never)]
    fn sub(self, d: Duration) -> Time {
        Time(self.0.saturating_sub(u64::try_from(d.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Time {
    type Output = Duration;
    fn sub(self, earlier: Time) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// Formats a Unix time as RFC 3339 in UTC, with six digits of fraction where `micros` is given.
pub fn format_rfc3339(unix_s: i64, micros: Option<u32>) -> String {
    let (days, secs) = (unix_s.div_euclid(86_400), unix_s.rem_euclid(86_400));
    let (y, m, d) = civil_from_days(days);
    let (hh, mm, ss) = (secs / 3600, secs % 3600 / 60, secs % 60);
    let mut out = String::with_capacity(27);
    text::digits(&mut out, y, 4);
    for (before, n) in [('-', m), ('-', d), ('T', hh), (':', mm), (':', ss)] {
        out.push(before);
        text::digits(&mut out, n, 2);
    }
    if let Some(us) = micros {
        out.push('.');
        text::digits(&mut out, i64::from(us), 6);
    }
    out.push('Z');
    out
}

/// Reads an RFC 3339 text as Unix seconds and microseconds; `None` where it is not one.
pub fn parse_rfc3339(text: &str) -> Option<(i64, u32)> {
    let b = text.as_bytes();
    if !text.is_ascii() || b.len() < 20 || b[4] != b'-' || b[7] != b'-' || !matches!(b[10], b'T' | b't') || b[13] != b':' || b[16] != b':' {
        return None;
    }
    let num = |from: usize, to: usize| -> Option<i64> {
        let part = &text[from..to];
        part.bytes().all(|c| c.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let (y, m, d) = (num(0, 4)?, num(5, 7)?, num(8, 10)?);
    let (hh, mm, ss) = (num(11, 13)?, num(14, 16)?, num(17, 19)?);
    if !(1..=12).contains(&m) || !(1..=31).contains(&d) || hh > 23 || mm > 59 || ss > 59 {
        return None;
    }
    let mut rest = &text[19..];
    let mut micros = 0u32;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        for i in 0..6 {
            micros = micros * 10 + fraction.as_bytes().get(i).filter(|_| i < digits).map_or(0, |c| u32::from(c - b'0'));
        }
        rest = &fraction[digits..];
    }
    let offset_s = match rest {
        "Z" | "z" => 0,
        _ => {
            let r = rest.as_bytes();
            if r.len() != 6 || !matches!(r[0], b'+' | b'-') || r[3] != b':' {
                return None;
            }
            let at = text.len() - 6;
            let (hours, minutes) = (num(at + 1, at + 3)?, num(at + 4, at + 6)?);
            // As Go has it: some people do write offsets of 24 hours or 60 minutes.
            if hours > 24 || minutes > 60 {
                return None;
            }
            let s = hours * 3600 + minutes * 60;
            if r[0] == b'-' { -s } else { s }
        }
    };
    let (ry, rm, rd) = civil_from_days(days_from_civil(y, m, d));
    if (ry, rm, rd) != (y, m, d) {
        return None;
    }
    Some((days_from_civil(y, m, d) * 86_400 + hh * 3600 + mm * 60 + ss - offset_s, micros))
}

/// Days since 1970-01-01 of a date (year, month from 1, day from 1) of the proleptic Gregorian calendar.
pub fn days_from_civil(y: i64, m: i64, d: i64) -> i64 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// The date (year, month from 1, day from 1) that lies `days` after 1970-01-01.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(m <= 2), m, doy - (153 * mp + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_there_and_back() {
        assert_eq!(Time::ZERO.rfc3339(), "2026-01-01T00:00:00Z");
        assert_eq!(Time(90_061_500_000).rfc3339_micro(), "2026-01-02T01:01:01.500000Z");
        for text in ["1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2026-11-22T08:25:04Z", "2100-03-01T00:00:00Z"] {
            let (s, _) = parse_rfc3339(text).expect("valid");
            assert_eq!(format_rfc3339(s, None), text);
        }
        assert_eq!(parse_rfc3339("1970-01-01T01:00:00.25+01:00"), Some((0, 250_000)));
        assert_eq!(Time::parse_rfc3339("2026-01-01T00:00:01.5Z"), Some(Time(1_500_000)));
        assert_eq!(Time::parse_rfc3339("2019-05-20T10:00:00.5Z"), Some(Time::ZERO));
        for bad in [
            "",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+25:00",
            "2026-01-01T00:00:00-01:61",
            "２026-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(bad), None, "{bad}");
        }
    }
}

//! Times in the format of C's `strftime`.

use super::text::digits;
use super::{civil_from_days, days_from_civil};
use crate::base::Case as _;

/// The format of RFC 1123 with a zone in numbers, as Go's `time.RFC1123Z` has it.
pub const RFC1123Z: &str = "%a, %d %b %Y %H:%M:%S %z";

/// A date in its parts: year, month, day, hour, minute, second, weekday (Sunday is 0), day of the year (from 1).
fn civil(unix: i64) -> [i64; 8] {
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let [hour, minute] = [second / 3600, second / 60 % 60];
    [year, month, day, hour, minute, second % 60, (days + 4).rem_euclid(7), days - days_from_civil(year, 1, 1) + 1]
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A Unix time as C's `strftime` and `date +format` write it, in UTC; `%N` takes its nanoseconds from `micros`.
pub fn strftime(format: &str, unix: i64, micros: u32) -> String {
    let mut out = String::new();
    write_time(&mut out, format, unix, micros);
    out
}

/// [`strftime`] at the end of a text.
pub fn write_time(out: &mut String, format: &str, unix: i64, micros: u32) {
    write_parts(out, format, unix, micros, civil(unix));
}

/// [`write_time`], where the date is known in its parts.
fn write_parts(out: &mut String, format: &str, unix: i64, micros: u32, parts: [i64; 8]) {
    let [y, mo, d, h, mi, s, wd, yd] = parts;
    let day = DAYS[wd as usize % 7];
    let month = MONTHS[(mo as usize + 11) % 12];
    let half = if h < 12 { "AM" } else { "PM" };
    let h12 = if h % 12 == 0 { 12 } else { h % 12 };
    let mut rest = format;
    while let Some(at) = rest.bytes().position(|b| b == b'%') {
        out.push_str(&rest[..at]);
        let mut c = rest[at + 1..].chars();
        let mut spec = c.next();
        let unpadded = spec == Some('-');
        if unpadded {
            spec = c.next();
        }
        let two = if unpadded { 1 } else { 2 };
        let mut again = |format: &str| write_parts(out, format, unix, micros, parts);
        match spec {
            Some('Y') => digits(out, y, 1),
            Some('y') => digits(out, y % 100, two),
            Some('C') => digits(out, y / 100, two),
            Some('m') => digits(out, mo, two),
            Some('d') => digits(out, d, two),
            Some('e') => out.push_str(&format!("{d:2}")),
            Some('k') => out.push_str(&format!("{h:2}")),
            Some('l') => out.push_str(&format!("{h12:2}")),
            Some('H') => digits(out, h, two),
            Some('I') => digits(out, h12, two),
            Some('M') => digits(out, mi, two),
            Some('S') => digits(out, s, two),
            Some('N') => digits(out, i64::from(micros) * 1000, 9),
            Some('s') => digits(out, unix, 1),
            Some('a') => out.push_str(&day[..3]),
            Some('A') => out.push_str(day),
            Some('b' | 'h') => out.push_str(&month[..3]),
            Some('B') => out.push_str(month),
            Some('j') => digits(out, yd, 3),
            // The week of ISO 8601, which is of the year that its Thursday is in.
            Some('V') => digits(out, (civil(unix + 86_400 * (3 - (wd + 6) % 7))[7] - 1) / 7 + 1, 2),
            Some('G') => digits(out, civil(unix + 86_400 * (3 - (wd + 6) % 7))[0], 1),
            // Weeks that begin on Sunday, or on Monday.
            Some('U') => digits(out, (yd + 6 - wd) / 7, 2),
            Some('W') => digits(out, (yd + 6 - (wd + 6) % 7) / 7, 2),
            Some('u') => digits(out, if wd == 0 { 7 } else { wd }, 1),
            Some('w') => digits(out, wd, 1),
            Some('p') => out.push_str(half),
            Some('P') => out.push_str(&half.lower()),
            Some('Z') => out.push_str("UTC"),
            Some('z') => out.push_str("+0000"),
            Some(':') if c.as_str().starts_with('z') => {
                c.next();
                out.push_str("+00:00");
            }
            Some('F') => {
                digits(out, y, 4);
                write_parts(out, "-%m-%d", unix, micros, parts);
            }
            Some('T' | 'X') => again("%H:%M:%S"),
            Some('R') => again("%H:%M"),
            Some('D' | 'x') => again("%m/%d/%y"),
            Some('c') => again("%a %b %e %H:%M:%S %Y"),
            Some('r') => again("%I:%M:%S %p"),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('%') | None => out.push('%'),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
        }
        rest = c.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_each_part() {
        // A Thursday.
        let unix = 1_767_225_600 + 9 * 3600 + 5 * 60 + 7;
        for (format, wanted) in [
            (RFC1123Z, "Thu, 01 Jan 2026 09:05:07 +0000"),
            ("%F %T.%N", "2026-01-01 09:05:07.000250000"),
            ("%-d.%-m.%y %I %p", "1.1.26 09 AM"),
            ("%G-W%V-%u %j %U %W", "2026-W01-4 001 00 00"),
            ("%z %:z %:q %:", "+0000 +00:00 %:q %:"),
            ("100%% %q %", "100% %q %"),
        ] {
            assert_eq!(strftime(format, unix, 250), wanted, "{format}");
        }
    }
}

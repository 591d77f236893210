//! Why a text is no RFC 3339 time, in the words of Go's `time.Parse`.

use std::fmt::Write as _;

/// The fraction of a second in the layout of a `MicroTime`.
const FRACTION: &str = ".000000";
/// How long a time is up to its seconds.
const SECONDS_LEN: usize = "2006-01-02T15:04:05".len();

/// `parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"`.
pub fn explain(text: &str, layout: &str) -> String {
    let quoted = quote(text);
    let cannot =
        |rest: &str, element: &str| format!("parsing time {quoted} as \"{layout}\": cannot parse {} as \"{element}\"", quote(rest));
    let mut rest = text;
    let mut fields = [0_u32; 6];
    let steps: [(&str, usize); 11] =
        [("2006", 4), ("-", 0), ("01", 2), ("-", 0), ("02", 2), ("T", 0), ("15", 2), (":", 0), ("04", 2), (":", 0), ("05", 2)];
    let mut field = 0;
    for (element, width) in steps {
        if width == 0 {
            match rest.strip_prefix(element) {
                Some(after) => rest = after,
                None => return cannot(rest, element),
            }
            continue;
        }
        match rest.get(..width).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())) {
            Some(digits) => {
                fields[field] = digits.parse().unwrap_or(0);
                rest = &rest[width..];
            }
            None => return cannot(rest, element),
        }
        let range = match field {
            1 if !(1..=12).contains(&fields[1]) => "month",
            3 if fields[3] > 23 => "hour",
            4 if fields[4] > 59 => "minute",
            5 if fields[5] > 59 => "second",
            _ => "",
        };
        if !range.is_empty() {
            return format!("parsing time {quoted}: {range} out of range");
        }
        field += 1;
    }
    if layout.contains(FRACTION) {
        match after_fraction(rest) {
            Some(after) => rest = after,
            None => return cannot(rest, FRACTION),
        }
    } else if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let zone = match rest.strip_prefix('Z') {
        Some(after) => Some(after),
        None => rest.split_at_checked(6).and_then(|(zone, after)| {
            let fits = |(i, b): (usize, u8)| match i {
                0 => matches!(b, b'+' | b'-'),
                3 => b == b':',
                _ => b.is_ascii_digit(),
            };
            zone.bytes().enumerate().all(fits).then_some(after)
        }),
    };
    let offset = |at: std::ops::Range<usize>| rest.get(at).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    match zone {
        None => cannot(rest, "Z07:00"),
        Some(_) if !rest.starts_with('Z') && offset(1..3) > 24 => format!("parsing time {quoted}: time zone offset hour out of range"),
        Some(_) if !rest.starts_with('Z') && offset(4..6) > 60 => format!("parsing time {quoted}: time zone offset minute out of range"),
        Some("") => format!("parsing time {quoted}: day out of range"),
        Some(extra) => format!("parsing time {quoted}: extra text: {}", quote(extra)),
    }
}

/// What comes after six digits of a second's fraction, where those are there.
fn after_fraction(text: &str) -> Option<&str> {
    let (fraction, after) = text.split_at_checked(FRACTION.len())?;
    let digits = fraction.strip_prefix(['.', ','])?;
    digits.bytes().all(|b| b.is_ascii_digit()).then_some(after)
}

/// Whether a time has the six digits after its seconds that a `MicroTime` must have, and no more.
pub fn has_micros(text: &str) -> bool {
    text.get(SECONDS_LEN..).and_then(after_fraction).is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_digit()))
}

/// Quotes as `time` does, which shows what is not ASCII by its bytes.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.bytes() {
        let _ = match c {
            b'"' | b'\\' => write!(out, "\\{}", char::from(c)),
            b' '..0x80 => write!(out, "{}", char::from(c)),
            _ => write!(out, "\\x{c:02x}"),
        };
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_part_that_does_not_fit_is_named() {
        let explain = |text: &str| super::explain(text, "2006-01-02T15:04:05Z07:00");
        assert_eq!(explain("<Now>"), "parsing time \"<Now>\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"<Now>\" as \"2006\"");
        assert_eq!(explain("2026-13-01T00:00:00Z"), "parsing time \"2026-13-01T00:00:00Z\": month out of range");
        assert_eq!(explain("2026-02-30T00:00:00Z"), "parsing time \"2026-02-30T00:00:00Z\": day out of range");
        for (zone, part) in [("+25:00", "hour"), ("-01:61", "minute")] {
            let time = format!("2026-01-01T00:00:00{zone}");
            assert_eq!(explain(&time), format!("parsing time {time:?}: time zone offset {part} out of range"));
        }
        assert!(explain("2026-01-01T00:00:00+aé12").ends_with(r#"cannot parse "+a\xc3\xa912" as "Z07:00""#));
        assert!(explain("2026-01-01T00:00:00+01:+1").ends_with("cannot parse \"+01:+1\" as \"Z07:00\""));
        assert_eq!(explain("2026-02-03"), "parsing time \"2026-02-03\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"T\"");
    }

    #[test]
    fn a_micro_time_has_six_digits() {
        let layout = "2006-01-02T15:04:05.000000Z07:00";
        for (fraction, wrong) in [
            ("Z", r#"cannot parse "Z" as ".000000""#),
            (".123Z", r#"cannot parse ".123Z" as ".000000""#),
            (".12345aZ", r#"cannot parse ".12345aZ" as ".000000""#),
            (".1234567Z", r#"cannot parse "7Z" as "Z07:00""#),
        ] {
            let time = format!("2026-01-01T00:00:00{fraction}");
            assert!(!super::has_micros(&time), "{time}");
            assert!(super::explain(&time, layout).ends_with(wrong), "{}", super::explain(&time, layout));
        }
        assert!(super::has_micros("2026-01-01T00:00:00.123456Z"));
    }
}

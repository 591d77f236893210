//! Go's durations: `1h30m`, as `time.ParseDuration` reads them and `Duration.String` writes them.

use std::time::Duration;

use thiserror::Error;

use super::quote;

/// Why a text is no duration, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GoDurationError {
    /// Not numbers with units, or more than 64 bits of nanoseconds hold.
    #[error("time: invalid duration {}", quote(.0))]
    Invalid(String),
    /// A number without a unit.
    #[error("time: missing unit in duration {}", quote(.0))]
    MissingUnit(String),
    /// A number with a unit that Go does not have.
    #[error("time: unknown unit {} in duration {}", quote(.unit), quote(.text))]
    UnknownUnit {
        /// What stands for a unit.
        unit: String,
        /// The whole text.
        text: String,
    },
}

/// Reads a duration that is not negative.
pub fn parse(text: &str) -> Result<Duration, GoDurationError> {
    u64::try_from(parse_nanos(text)?).map(Duration::from_nanos).map_err(|_| GoDurationError::Invalid(text.into()))
}

/// Reads a duration, in nanoseconds.
pub fn parse_nanos(text: &str) -> Result<i64, GoDurationError> {
    let invalid = || Err(GoDurationError::Invalid(text.into()));
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return invalid();
    }
    let mut nanos: f64 = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let Ok(number) = number.parse::<f64>() else { return invalid() };
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let scale = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            "" => return Err(GoDurationError::MissingUnit(text.into())),
            _ => return Err(GoDurationError::UnknownUnit { unit: unit.into(), text: text.into() }),
        };
        nanos += number * scale;
        rest = after;
    }
    if nanos > i64::MAX as f64 {
        return invalid();
    }
    Ok(if text.starts_with('-') { -nanos } else { nanos } as i64)
}

/// Writes a duration: `1h30m0s`, `1.5s`, `300ms`, `0s`.
pub fn format(d: Duration) -> String {
    let nanos = d.as_nanos();
    if nanos == 0 {
        return "0s".into();
    }
    let decimal = |value: u128, scale: u128| {
        let (whole, part) = (value / scale, value % scale);
        if part == 0 {
            return whole.to_string();
        }
        let digits = scale.ilog10() as usize;
        format!("{whole}.{}", format!("{part:0digits$}").trim_end_matches('0'))
    };
    match nanos {
        0..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => format!("{}µs", decimal(nanos, 1_000)),
        1_000_000..1_000_000_000 => format!("{}ms", decimal(nanos, 1_000_000)),
        _ => {
            let minutes = nanos / 60_000_000_000;
            let seconds = decimal(nanos % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, m) => format!("{m}m{seconds}s"),
                (h, m) => format!("{h}h{m}m{seconds}s"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["1h30m0s", "1h0m1.5s", "1m3.2s", "1.5s", "300ms", "2m0s", "0s", "1µs"] {
            assert_eq!(format(parse(text).expect(text)), text);
        }
        let why = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(why("1"), "time: missing unit in duration \"1\"");
        assert_eq!((parse_nanos("-1m0.5s"), parse_nanos("-0")), (Ok(-60_500_000_000), Ok(0)));
        assert_eq!(why("-1s"), "time: invalid duration \"-1s\"");
        assert_eq!(why("x"), "time: invalid duration \"x\"");
        assert_eq!(why("1d"), "time: unknown unit \"d\" in duration \"1d\"");
    }
}

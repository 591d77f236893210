//! Moments and amounts as the page writes them.

use kubarium::base::Time;

/// `00:01:23` and the tenths, `.4`; days in front where there are any.
pub fn clock(time: Time) -> (String, String) {
    let s = time.0 / 1_000_000;
    let (d, h, m) = (s / 86_400, s / 3600 % 24, s / 60 % 60);
    let days = if d > 0 { format!("{d}d ") } else { String::new() };
    (format!("{days}{h:02}:{m:02}:{:02}", s % 60), format!(".{}", time.0 / 100_000 % 10))
}

/// `01:23`, or `1:01:23` past an hour, or `5d 06:13:23` past a day.
pub fn short_clock(time: Time) -> String {
    let s = time.0 / 1_000_000;
    if s >= 86_400 {
        format!("{}d {:02}:{:02}:{:02}", s / 86_400, s / 3600 % 24, s / 60 % 60, s % 60)
    } else if s >= 3600 {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    } else {
        format!("{:02}:{:02}", s / 60, s % 60)
    }
}

/// Millicores as people write them: `250m`, `1.5`.
pub fn cores(milli: i64) -> String {
    if milli % 1000 == 0 {
        (milli / 1000).to_string()
    } else if milli > 1000 {
        format!("{:.1}", milli as f64 / 1000.0)
    } else {
        format!("{milli}m")
    }
}

/// Bytes with a unit: `64Mi`, `1.5Gi`.
pub fn bytes(n: i64) -> String {
    let mut value = n as f64;
    let mut unit = "";
    for next in ["Ki", "Mi", "Gi", "Ti"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if value.fract() < 0.05 || value >= 100.0 { format!("{value:.0}{unit}") } else { format!("{value:.1}{unit}") }
}

/// How many there are where nobody counts beyond `most`: `12`, `30+`.
pub fn counted(n: usize, most: usize) -> String {
    if n < most { n.to_string() } else { format!("{most}+") }
}

/// Whole seconds still to go, rounded up.
pub fn seconds_to(until: Time, now: Time) -> String {
    (until.since(now).as_millis().div_ceil(1000)).to_string()
}

/// How far apart the lines of the strip's scale may stand, in seconds.
const GRID_S: [u64; 17] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200];
/// The most lines of the scale.
const GRID_MAX: u64 = 8;

/// The moments at which a timeline that ends then has lines: a few, at a round step.
pub fn grid(end: Time) -> impl Iterator<Item = Time> {
    let s = end.0 / 1_000_000;
    let step = GRID_S.into_iter().find(|step| s / step <= GRID_MAX).unwrap_or_else(|| s.div_ceil(GRID_MAX * 86_400) * 86_400);
    (1..=s / step).map(move |i| Time::from_secs(i * step))
}

/// What a line of a timeline that ends then is called: where that is days long, `6h`, `2d` or `2d12h`, as the clock counts days.
pub fn grid_label(line: Time, end: Time) -> String {
    if end < Time::from_secs(86_400) {
        return short_clock(line);
    }
    let h = line.0 / 3_600_000_000;
    match (h / 24, h % 24) {
        (0, h) => format!("{h}h"),
        (d, 0) => format!("{d}d"),
        (d, h) => format!("{d}d{h}h"),
    }
}

/// A text without the sequences that would colour it in a terminal.
pub fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    // The letter that ends a sequence goes with it.
    parts.fold(first, |all, part| all + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_no_text() {
        assert_eq!(plain("a \x1b[1;31mred\x1b[0m\n\x1b[mb\x1b["), "a red\nb");
    }

    #[test]
    fn labels_are_short() {
        for (end, want) in [(62, "00:10"), (50_000, "2:00:00"), (172_000, "6h"), (3_000_000, "5d")] {
            let end = Time::from_secs(end);
            assert_eq!(grid(end).next().map(|line| grid_label(line, end)).as_deref(), Some(want));
        }
        let end = Time::from_secs(172_000);
        assert_eq!(grid(end).map(|line| grid_label(line, end)).collect::<Vec<_>>(), ["6h", "12h", "18h", "1d", "1d6h", "1d12h", "1d18h"]);
    }

    #[test]
    fn draws_a_few_lines_at_round_moments() {
        let lines = |s: u64| grid(Time::from_secs(s)).map(|t| t.0 / 1_000_000).collect::<Vec<_>>();
        assert!(lines(0).is_empty());
        assert_eq!(lines(62), [10, 20, 30, 40, 50, 60]);
        assert_eq!(lines(300), [60, 120, 180, 240, 300]);
        for s in (8..500_000).step_by(97) {
            assert!((3..=GRID_MAX).contains(&(lines(s).len() as u64)), "{s}: {:?}", lines(s));
        }
    }
}

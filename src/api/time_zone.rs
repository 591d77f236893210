//! Time zones: their names, and how far they are from UTC by the rules in force. What a zone's clocks did in the past is not kept.

use crate::base::{List as _, civil_from_days, days_from_civil};

/// The zones of the time zone database, an area to a line (`.` for those without one). `=RULE` stands before those that keep to it: the
/// offset west of UTC and, where clocks change, their other offset (an hour less where empty), when to it and when back, as POSIX
/// writes them.
const ZONES: &str = include_str!("time_zones.txt");

/// A change of clocks: a month, which of its weekdays (5 is the last), and seconds after midnight.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    month: i64,
    nth: i64,
    weekday: i64,
    second: i64,
}

/// A zone: how many seconds it is ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    standard: i64,
    summer: Option<(i64, Change, Change)>,
}

/// `-3:30` in seconds.
fn seconds(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |t| (-1, t));
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

impl Change {
    fn parse(text: &str) -> Option<Change> {
        let (day, time) = text.strip_prefix('M')?.split_once('/').unwrap_or((&text[1..], "2"));
        let mut numbers = day.split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        Some(Change { month: next()?, nth: next()?, weekday: next()?, second: seconds(time)? })
    }

    /// The local moment of a year, in seconds.
    fn of_year(self, year: i64) -> i64 {
        let first = days_from_civil(year, self.month, 1);
        // 1970-01-01 was a Thursday.
        let day = first + (self.weekday - (first + 4)).rem_euclid(7) + 7 * (self.nth - 1);
        let is_over = civil_from_days(day).1 != self.month;
        (day - if is_over { 7 } else { 0 }) * 86_400 + self.second
    }
}

impl Zone {
    /// The zone of this name; the empty name is UTC's.
    pub fn named(name: &str) -> Option<Zone> {
        if name.is_empty() {
            return Some(Zone { standard: 0, summer: None });
        }
        let (area, zone) = name.split_once('/').filter(|(area, _)| *area != ".").unwrap_or((".", name));
        let mut words = ZONES.lines().find(|line| line.split(' ').next() == Some(area))?.split(' ').skip(1);
        let mut rule = "";
        let rule = words.find_map(|word| match word.strip_prefix('=') {
            Some(next) => {
                rule = next;
                None
            }
            None => (word == zone).then_some(rule),
        })?;
        let mut parts = rule.split(',');
        let standard = -seconds(parts.next()?)?;
        let summer = match (parts.next(), parts.next(), parts.next()) {
            (Some(offset), Some(start), Some(end)) => {
                let offset = if offset.is_empty() { standard + 3600 } else { -seconds(offset)? };
                Some((offset, Change::parse(start)?, Change::parse(end)?))
            }
            _ => None,
        };
        Some(Zone { standard, summer })
    }

    /// The zone's changes around a moment, in order: when, and the offset from then on.
    fn changes(&self, unix_s: i64) -> Vec<(i64, i64)> {
        let Some((summer, start, end)) = self.summer else { return Vec::new() };
        let year = civil_from_days(unix_s.div_euclid(86_400)).0;
        let both = |y| [(start.of_year(y) - self.standard, summer), (end.of_year(y) - summer, self.standard)];
        let mut changes: Vec<(i64, i64)> = (year - 1..=year + 1).flat_map(both).list();
        crate::base::Order::order(changes.as_mut_slice());
        changes
    }

    /// Seconds ahead of UTC at a moment, and when that ends.
    pub fn offset(&self, unix_s: i64) -> (i64, Option<i64>) {
        let changes = self.changes(unix_s);
        let now = changes.iter().rev().find(|(at, _)| *at <= unix_s).map_or(self.standard, |(_, offset)| *offset);
        (now, changes.iter().find(|(at, _)| *at > unix_s).map(|(at, _)| *at))
    }
}

/// Whether this is the name of a zone.
pub fn is_known(name: &str) -> bool {
    Zone::named(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parse_rfc3339;

    #[test]
    fn zones_are_known_by_name() {
        for (name, known) in [
            ("", true),
            ("UTC", true),
            ("Europe/Berlin", true),
            ("America/Argentina/Ushuaia", true),
            ("Etc/GMT+3", true),
            ("Europe", false),
            ("Europe/Atlantis", false),
            ("europe/berlin", false),
            ("./UTC", false),
            ("Europe/=0", false),
        ] {
            assert_eq!(is_known(name), known, "{name}");
        }
        for line in ZONES.lines() {
            let (area, zones) = line.split_once(' ').expect("an area and its zones");
            for zone in zones.split(' ').filter(|z| !z.starts_with('=')) {
                let name = if area == "." { zone.to_owned() } else { format!("{area}/{zone}") };
                assert!(is_known(&name), "{name}");
            }
        }
    }

    #[test]
    fn clocks_change_where_they_do() {
        for (zone, at, minutes) in [
            ("Asia/Shanghai", "2026-01-01T00:00:00Z", 480),
            ("Asia/Kolkata", "2026-07-01T00:00:00Z", 330),
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 60),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", 120),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", 60),
            ("America/New_York", "2026-03-08T06:59:59Z", -300),
            ("America/New_York", "2026-03-08T07:00:00Z", -240),
            ("Australia/Sydney", "2026-01-01T00:00:00Z", 660),
            ("Australia/Sydney", "2026-07-01T00:00:00Z", 600),
            ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 660),
            ("Europe/Dublin", "2026-07-01T00:00:00Z", 60),
            ("Etc/GMT+3", "2026-07-01T00:00:00Z", -180),
        ] {
            let (unix_s, _) = parse_rfc3339(at).expect("a time");
            assert_eq!(Zone::named(zone).expect("known").offset(unix_s).0, minutes * 60, "{zone} {at}");
        }
    }
}

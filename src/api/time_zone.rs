//! Names of time zones. Only the names: a zone's offset is not simulated, every zone keeps UTC's time.

const AREAS: [&str; 11] =
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific", "Etc"];
const SINGLE: [&str; 24] = [
    "UTC",
    "GMT",
    "EST",
    "MST",
    "HST",
    "CET",
    "EET",
    "MET",
    "WET",
    "EST5EDT",
    "CST6CDT",
    "MST7MDT",
    "PST8PDT",
    "Cuba",
    "Egypt",
    "Iran",
    "Israel",
    "Japan",
    "Poland",
    "Portugal",
    "Singapore",
    "Turkey",
    "Zulu",
    "Universal",
];

/// Whether this looks like the name of a zone of the time zone database: its area is one, and the rest is spelled like a place.
pub fn is_known(name: &str) -> bool {
    if SINGLE.contains(&name) || name.is_empty() {
        return true;
    }
    let place = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c))
    };
    name.split_once('/').is_some_and(|(area, rest)| AREAS.contains(&area) && rest.split('/').all(place))
}

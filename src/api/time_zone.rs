//! Names of time zones. Only the names: a zone's offset is not simulated, every zone keeps UTC's time.

/// The names of the time zone database, an area to a line (`.` for those without one).
const ZONES: &str = include_str!("time_zones.txt");

/// Whether this is the name of a zone.
pub fn is_known(name: &str) -> bool {
    let (area, zone) = name.split_once('/').filter(|(area, _)| *area != ".").unwrap_or((".", name));
    let of_area = |line: &&str| line.split(' ').next() == Some(area);
    name.is_empty() || ZONES.lines().find(of_area).is_some_and(|line| line.split(' ').skip(1).any(|z| z == zone))
}

#[cfg(test)]
mod tests {
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
        ] {
            assert_eq!(super::is_known(name), known, "{name}");
        }
    }
}

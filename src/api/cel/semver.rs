//! Semantic versions, as CEL has them.

use std::cmp::Ordering;

use crate::base::List as _;

/// A semantic version.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Semver {
    pub numbers: [u64; 3],
    pre: Vec<String>,
}

impl Semver {
    pub fn parse(text: &str) -> Result<Semver, &'static str> {
        if text.is_empty() {
            return Err("Version string empty");
        }
        let (rest, build) = text.split_once('+').unwrap_or((text, "0"));
        let (core, pre) = rest.split_once('-').unwrap_or((rest, ""));
        let parts: Vec<&str> = core.splitn(3, '.').list();
        let &[a, b, c] = parts.as_slice() else { return Err("No Major.Minor.Patch elements found") };
        let mut numbers = [0; 3];
        let messages = [
            ("Invalid character(s) found in major number", "Major number must not contain leading zeroes"),
            ("Invalid character(s) found in minor number", "Minor number must not contain leading zeroes"),
            ("Invalid character(s) found in patch number", "Patch number must not contain leading zeroes"),
        ];
        for (i, (part, (bad, zeroes))) in [a, b, c].into_iter().zip(messages).enumerate() {
            if part.is_empty() || !part.chars().all(|c| c.is_ascii_digit()) {
                return Err(bad);
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(zeroes);
            }
            numbers[i] = part.parse().map_err(|_| bad)?;
        }
        let fits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let pre: Vec<String> = if rest.contains('-') { pre.split('.').map(str::to_owned).list() } else { Vec::new() };
        if !pre.iter().all(|p| fits(p)) || !build.split('.').all(fits) {
            return Err("Invalid character(s) found in prerelease or build metadata");
        }
        if pre.iter().any(|p| p.len() > 1 && p.starts_with('0') && p.chars().all(|c| c.is_ascii_digit())) {
            return Err("Numeric PreRelease version must not contain leading zeroes");
        }
        Ok(Semver { numbers, pre })
    }

    /// The same of a text that may start with `v` and leave parts out.
    pub fn tolerant(text: &str) -> Result<Semver, &'static str> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts: Vec<String> = text.splitn(3, '.').map(str::to_owned).list();
        for part in &mut parts {
            if part.len() > 1 {
                let rest = part.trim_start_matches('0');
                *part = if rest.starts_with(|c: char| c.is_ascii_digit()) { rest.to_owned() } else { format!("0{rest}") };
            }
        }
        if parts.len() < 3 && parts.last().is_some_and(|p| p.contains(['+', '-'])) {
            return Err("short version cannot contain PreRelease/Build meta data");
        }
        parts.resize(3, "0".to_owned());
        Semver::parse(&parts.join("."))
    }

    /// Which of two comes first.
    pub fn order(&self, other: &Semver) -> Ordering {
        let part = |a: &String, b: &String| match (a.parse::<u64>(), b.parse::<u64>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            _ => a.cmp(b),
        };
        let parts = || {
            let unequal = self.pre.iter().zip(&other.pre).map(|(a, b)| part(a, b)).find(|o| o.is_ne());
            unequal.unwrap_or_else(|| match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                _ => self.pre.len().cmp(&other.pre.len()),
            })
        };
        self.numbers.cmp(&other.numbers).then_with(parts)
    }
}

//! Lines of the log that Kubernetes' programs write, as klog has them.

use crate::base::Time;

/// A line: how grave it is (`E`), the process that writes it, the place in its source, and what it says; without its end.
pub fn klog(now: Time, level: &str, pid: u32, place: &str, text: &str) -> String {
    let at = now.rfc3339_micro();
    format!("{level}{}{} {} {pid:>7} {place}] {text}", &at[5..7], &at[8..10], &at[11..26])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line() {
        let line = klog(Time::from_secs(61), "E", 12, "run.go:72", "\"command failed\" err=\"no\"");
        assert_eq!(line, "E0101 00:01:01.000000      12 run.go:72] \"command failed\" err=\"no\"");
    }
}

//! Lines of the log that Kubernetes' programs write, as klog has them.

use crate::api::quote;
use crate::base::Time;

/// A line: how grave it is (`E`), the process that writes it, the place in its source, and what it says; without its end.
pub fn klog(now: Time, level: &str, pid: u32, place: &str, text: &str) -> String {
    let at = now.rfc3339_micro();
    format!("{level}{}{} {} {pid:>7} {place}] {text}", &at[5..7], &at[8..10], &at[11..26])
}

/// A key and its value, with a space before them: a value of several lines stands on lines of its own.
// Models klog's serialize.KVFormat.
pub fn key_value(out: &mut String, key: &str, value: &str) {
    out.extend([" ", key, "="]);
    if !value.contains('\n') {
        out.push_str(&quote(value));
        return;
    }
    out.push_str("<\n");
    for line in value.split_terminator('\n') {
        out.extend(["\t", line, "\n"]);
    }
    out.push_str(" >");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (value, written) in [
            ("", " k=\"\""),
            ("a \"b\"\t", " k=\"a \\\"b\\\"\\t\""),
            ("a \"b\"\n", " k=<\n\ta \"b\"\n >"),
            ("a\n\nb", " k=<\n\ta\n\t\n\tb\n >"),
        ] {
            let mut out = String::new();
            key_value(&mut out, "k", value);
            assert_eq!(out, written);
        }
    }

    #[test]
    fn a_line() {
        let line = klog(Time::from_secs(61), "E", 12, "run.go:72", "\"command failed\" err=\"no\"");
        assert_eq!(line, "E0101 00:01:01.000000      12 run.go:72] \"command failed\" err=\"no\"");
    }
}

//! Durations as people read them: the ages that `kubectl` prints.

use std::time::Duration;

/// How long `d` is, in the two greatest units that matter: `59s`, `3m10s`, `47h`, `2y1d`.
// Models k8s.io/apimachinery/pkg/util/duration.HumanDuration.
pub fn human_duration(d: Duration) -> String {
    let total_s = d.as_secs();
    let (minutes, hours) = (total_s / 60, total_s / 3600);
    let days = hours / 24;
    let pair = |a: u64, a_unit: char, b: u64, b_unit: char| {
        if b == 0 { format!("{a}{a_unit}") } else { format!("{a}{a_unit}{b}{b_unit}") }
    };
    if total_s < 120 {
        format!("{total_s}s")
    } else if minutes < 10 {
        pair(minutes, 'm', total_s % 60, 's')
    } else if minutes < 180 {
        format!("{minutes}m")
    } else if hours < 8 {
        pair(hours, 'h', minutes % 60, 'm')
    } else if hours < 48 {
        format!("{hours}h")
    } else if days < 8 {
        pair(days, 'd', hours % 24, 'h')
    } else if days < 365 * 2 {
        format!("{days}d")
    } else if days < 365 * 8 {
        pair(days / 365, 'y', days % 365, 'd')
    } else {
        format!("{}y", days / 365)
    }
}

/// [`human_duration`] of a signed count of microseconds: what lies more than a second in the future is `<invalid>`, what lies
/// less far is `0s`.
pub fn human_duration_signed(micros: i64) -> String {
    if micros <= -2_000_000 { "<invalid>".into() } else { human_duration(Duration::from_micros(micros.max(0).unsigned_abs())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_change_where_kubernetes_changes_them() {
        for (s, want) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (190, "3m10s"),
            (601, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (18_120, "5h2m"),
            (28_800, "8h"),
            (172_799, "47h"),
            (176_400, "2d1h"),
            (694_800, "8d"),
            (63_071_999, "729d"),
            (98_064_000, "3y40d"),
            (252_288_000, "8y"),
        ] {
            assert_eq!(human_duration(Duration::from_secs(s)), want, "{s} s");
        }
        assert_eq!(human_duration_signed(-2_000_000), "<invalid>");
        assert_eq!(human_duration_signed(-1_999_999), "0s");
    }
}

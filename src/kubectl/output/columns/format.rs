//! How values of several kinds are written in a cell: ages, labels, selectors, containers.

use crate::api::Value;
use crate::api::duration::human_duration_signed;
use crate::base::Order as _;
use crate::base::{EPOCH_UNIX_S, List as _, Time, parse_rfc3339};

/// Microseconds from the session's start to a timestamp, which may lie before it; `None` where it is absent or unreadable.
pub fn timestamp_micros(timestamp: &Value) -> Option<i64> {
    let (unix_s, micros) = parse_rfc3339(timestamp.as_str()?)?;
    (unix_s - EPOCH_UNIX_S).checked_mul(1_000_000)?.checked_add(i64::from(micros))
}

/// Microseconds from a timestamp to `now`; negative where it lies ahead.
pub fn age_micros(timestamp: &Value, now: Time) -> Option<i64> {
    i64::try_from(now.0).ok()?.checked_sub(timestamp_micros(timestamp)?)
}

/// How long ago a timestamp is: `3m10s`; `<unknown>` where there is none.
// Models translateTimestampSince.
pub fn age(timestamp: &Value, now: Time) -> String {
    age_micros(timestamp, now).map_or_else(|| "<unknown>".into(), human_duration_signed)
}

/// How long ago an object was made.
pub(super) fn age_of(object: &Value, now: Time) -> String {
    age(object.at(&["metadata", "creationTimestamp"]), now)
}

/// An integer's digits; Go's zero value where there is none.
pub(super) fn number(v: &Value) -> String {
    v.int().to_string()
}

/// `true` or `false`.
pub(super) fn truth(v: &Value) -> String {
    v.is_true().to_string()
}

/// An IntOrString's text.
pub(super) fn int_or_string(v: &Value) -> String {
    v.as_int().map_or_else(|| v.str().to_owned(), |i| i.to_string())
}

/// A text, or what stands for an empty one.
pub(super) fn or<'a>(text: &'a str, empty: &'a str) -> String {
    if text.is_empty() { empty.to_owned() } else { text.to_owned() }
}

/// A quantity's text; `0` where there is none.
pub(super) fn quantity(v: &Value) -> String {
    match v {
        Value::Null => "0".into(),
        _ => int_or_string(v),
    }
}

/// `a=b,c=d` sorted by key; `<none>` where there are none.
// Models labels.FormatLabels.
pub fn format_labels(labels: &Value) -> String {
    let pairs: Vec<String> = labels.entries().map(|(k, v)| format!("{k}={}", v.str())).list();
    or(&pairs.join(","), "<none>")
}

/// A LabelSelector (`matchLabels`, `matchExpressions`) as text; `<none>` where it is empty, `<error>` where an operator is unknown.
// Models metav1.FormatLabelSelector.
pub fn format_label_selector(selector: &Value) -> String {
    match selector_text(selector) {
        Some(text) => or(&text, "<none>"),
        None => "<error>".into(),
    }
}

/// As [`format_label_selector`], with other words for a wrong selector and none for an empty one.
pub fn format_selector_or(selector: &Value, wrong: &str) -> String {
    selector_text(selector).unwrap_or_else(|| wrong.to_owned())
}

fn selector_text(selector: &Value) -> Option<String> {
    let mut parts: Vec<(&str, String)> =
        selector.get("matchLabels").entries().map(|(k, v)| (k.as_str(), format!("{k}={}", v.str()))).list();
    for e in selector.get("matchExpressions").items() {
        let key = e.get("key").str();
        let mut values: Vec<&str> = e.get("values").items().iter().map(Value::str).list();
        values.order();
        let values = values.join(",");
        parts.push((
            key,
            match e.get("operator").str() {
                "In" => format!("{key} in ({values})"),
                "NotIn" => format!("{key} notin ({values})"),
                "Exists" => key.to_owned(),
                "DoesNotExist" => format!("!{key}"),
                _ => return None,
            },
        ));
    }
    parts.order_by_key(|(key, _)| *key);
    Some(parts.into_iter().map(|(_, text)| text).list().join(","))
}

/// Names and images of a pod spec's containers, each joined by commas.
pub(super) fn containers(pod_spec: &Value) -> [String; 2] {
    let join = |member: &str| pod_spec.get("containers").items().iter().map(|c| c.get(member).str()).list().join(",");
    [join("name"), join("image")]
}

/// The first few of a list, and how many more there are: `a,b,c + 2 more...`.
pub(super) fn first_few(items: &[String], shown: usize, separator: &str) -> String {
    let few = items.iter().take(shown).map(String::as_str).list().join(separator);
    if items.len() > shown { format!("{few} + {} more...", items.len() - shown) } else { few }
}

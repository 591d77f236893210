//! What every object has: labels, annotations, an owner, moments of time.

use super::page::Page;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{Object, Value};
use crate::base::{List as _, RFC1123Z, parse_rfc3339, strftime};

/// The longest line of an annotation, in bytes.
const ANNOTATION_LEN_MAX: usize = 140;

impl Page<'_> {
    /// A table of conditions below its title, where there are any.
    pub(super) fn conditions(&mut self, title: &str, conditions: &[Value]) {
        if conditions.is_empty() {
            return;
        }
        self.line(0, title);
        self.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
        self.line(1, "----\t------\t------------------\t------\t-------");
        for c in conditions {
            let text = |member: &str| c.get(member).str();
            let moved = date(c.get("lastTransitionTime"));
            self.line(1, format_args!("{}\t{}\t{moved}\t{}\t{}", text("type"), text("status"), text("reason"), text("message")));
        }
    }

    /// Name, namespace, labels and annotations.
    pub(super) fn head(&mut self, object: &Value) {
        self.name(object);
        self.field(0, "Namespace", object.namespace());
        self.labels_and_annotations(object);
    }

    pub(super) fn labels_and_annotations(&mut self, object: &Value) {
        self.labels(0, "Labels", object.labels());
        self.annotations("Annotations", object.at(&["metadata", "annotations"]));
    }

    /// `a=b`, one a line.
    pub(super) fn labels(&mut self, level: usize, title: &str, labels: &Value) {
        let lines: Vec<String> = labels.entries().map(|(k, v)| format!("{k}={}", v.str())).list();
        self.items(level, title, &lines);
    }

    /// `a: b`, one a line; long ones and those of several lines stand below their name.
    // Models printAnnotationsMultiline.
    pub(super) fn annotations(&mut self, title: &str, annotations: &Value) {
        let mut lines = Vec::new();
        for (key, value) in annotations.entries().filter(|(k, _)| *k != LAST_APPLIED) {
            let value = value.str();
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.len() + key.len() + 2 > ANNOTATION_LEN_MAX || value.contains('\n') {
                lines.push(format!("{key}:"));
                lines.extend(value.split('\n').map(|line| format!("  {}", shorten(line, ANNOTATION_LEN_MAX - 2))));
            } else {
                lines.push(format!("{key}: {value}"));
            }
        }
        self.items(0, title, &lines);
    }

    /// `Controlled By`, where the object has a controller.
    pub(super) fn controlled_by(&mut self, object: &Value) {
        let controller = object.controller_ref();
        if !controller.is_null() {
            self.field(0, "Controlled By", format_args!("{}/{}", controller.kind(), controller.get("name").str()));
        }
    }

    /// `Status`, or how long an object has been terminating.
    pub(super) fn status_or_terminating(&mut self, object: &Value) {
        let status = if object.is_terminating() {
            format!("Terminating (lasts {})", self.age(object.at(&["metadata", "deletionTimestamp"])))
        } else {
            object.at(&["status", "phase"]).str().to_owned()
        };
        self.field(0, "Status", status);
    }
}

/// The first bytes of a text and `...`, cut at a character.
pub(super) fn shorten(text: &str, len_max: usize) -> String {
    if text.len() <= len_max {
        return text.to_owned();
    }
    let end = (0..=len_max).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    format!("{}...", &text[..end])
}

/// A timestamp as `Thu, 01 Jan 2026 00:00:00 +0000`; Go's zero time where there is none.
// Models time.RFC1123Z.
pub(super) fn date(timestamp: &Value) -> String {
    let Some((unix_s, _)) = timestamp.as_str().and_then(parse_rfc3339) else { return "Mon, 01 Jan 0001 00:00:00 +0000".into() };
    strftime(RFC1123Z, unix_s, 0)
}

/// A list of strings as Go prints one: `[a b]`.
pub(super) fn go_list(list: &Value) -> String {
    format!("[{}]", list.items().iter().map(go_value).list().join(" "))
}

/// A value as Go's `%v` prints what a decoder makes of it.
pub(super) fn go_value(v: &Value) -> String {
    match v {
        Value::Null => "<nil>".into(),
        Value::Str(s) => s.to_string(),
        Value::List(_) => go_list(v),
        Value::Map(m) => format!("map[{}]", m.iter().map(|(k, v)| format!("{k}:{}", go_value(v))).list().join(" ")),
        other => other.to_json(),
    }
}

/// `True`, `False`, or `<unset>`.
pub(super) fn truth(v: &Value) -> &'static str {
    match v.as_bool() {
        Some(true) => "True",
        Some(false) => "False",
        None => "<unset>",
    }
}

/// A text, or `<none>`.
pub(super) fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

/// An IntOrString's text.
pub(super) fn int_or_string(v: &Value) -> String {
    v.as_int().map_or_else(|| v.str().to_owned(), |i| i.to_string())
}

/// A quantity's text; `0` where there is none.
pub(super) fn quantity(v: &Value) -> String {
    if v.is_null() { "0".into() } else { int_or_string(v) }
}

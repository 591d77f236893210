//! Kinds without a describer of their own: every field by its name.

use super::metadata::go_value;
use super::page::Page;
use crate::api::Value;
use crate::base::{Case as _, List as _, case};

/// What the page has shown already, or never shows.
const SKIPPED: &[&str] = &[".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];
/// How deep a field may be nested before it is shown on one line.
const DEPTH_MAX: usize = 64;

// Models genericDescriber.
pub(super) fn any(page: &mut Page, object: &Value) {
    page.head(object);
    content(page, 0, object, "");
    let kind = page.kind;
    page.events(kind, object);
}

fn content(page: &mut Page, level: usize, map: &Value, prefix: &str) {
    for (field, value) in map.entries() {
        let path = format!("{prefix}.{field}");
        if SKIPPED.contains(&path.as_str()) {
            continue;
        }
        match value {
            Value::Map(_) if level < DEPTH_MAX => {
                page.line(level, format_args!("{}:", label(field)));
                content(page, level + 1, value, &path);
            }
            Value::List(items) if level < DEPTH_MAX => {
                page.line(level, format_args!("{}:", label(field)));
                for item in items.iter() {
                    match item {
                        Value::Map(_) => content(page, level + 1, item, &path),
                        _ => page.line(level + 1, go_value(item)),
                    }
                }
            }
            _ => page.field(level, &label(field), go_value(value)),
        }
    }
}

/// A field's name as words: `creationTimestamp` is `Creation Timestamp`, `apiVersion` is `API Version`.
// Models smartLabelFor.
fn label(field: &str) -> String {
    if field.contains(|c: char| !c.is_alphabetic() && c != '-') {
        return field.to_owned();
    }
    let word = |part: &str| {
        if matches!(part.upper().as_str(), "API" | "URL" | "UID" | "GUID") {
            part.upper()
        } else if part.lower() == part {
            let mut chars = part.chars();
            chars.next().map_or_else(String::new, |first| std::iter::once(case::upper(first)).chain(chars).collect())
        } else {
            part.to_owned()
        }
    };
    let mut words: Vec<String> = Vec::new();
    let mut parts = split_camel_case(field).into_iter().peekable();
    while let Some(mut part) = parts.next() {
        // An abbreviation and its plural's end belong together: `podCIDRs` is `Pod CIDRs`.
        if part.len() > 1 && part.chars().all(|c| !c.is_lowercase()) {
            part.extend(parts.next_if(|next| next.starts_with(char::is_uppercase)));
        }
        words.push(word(&part));
    }
    words.join(" ")
}

/// Runs of lower case, of upper case and of neither; a capital before lower case begins the run.
fn split_camel_case(text: &str) -> Vec<String> {
    #[derive(PartialEq, Clone, Copy)]
    enum Class {
        Lower,
        Upper,
        Other,
    }
    let class = |c: char| match c {
        c if c.is_lowercase() => Class::Lower,
        c if c.is_uppercase() => Class::Upper,
        _ => Class::Other,
    };
    let mut runs: Vec<(Class, String)> = Vec::new();
    for c in text.chars() {
        match runs.last_mut() {
            Some((of, run)) if *of == class(c) => run.push(c),
            _ => runs.push((class(c), c.to_string())),
        }
    }
    for i in 0..runs.len().saturating_sub(1) {
        if runs[i].0 == Class::Upper
            && runs[i + 1].0 == Class::Lower
            && let Some(capital) = runs[i].1.pop()
        {
            runs[i + 1].1.insert(0, capital);
        }
    }
    runs.into_iter().map(|(_, run)| run).filter(|run| !run.is_empty()).list()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        for (field, want) in [
            ("creationTimestamp", "Creation Timestamp"),
            ("apiVersion", "API Version"),
            ("kind", "Kind"),
            ("uid", "UID"),
            ("resourceVersion", "Resource Version"),
            ("podIP", "Pod IP"),
            ("podIPs", "Pod I Ps"),
            ("podCIDRs", "Pod CIDRs"),
            ("nonResourceURLs", "Non Resource URLs"),
            ("CSIDriver", "CSIDriver"),
            ("x-kubernetes-embedded", "X - Kubernetes - Embedded"),
            ("some.key", "some.key"),
            ("with2digits", "with2digits"),
        ] {
            assert_eq!(label(field), want);
        }
    }
}

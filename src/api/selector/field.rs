//! Field selectors: their textual form, by which fields each kind can be selected, and matching (`apimachinery/pkg/fields`).

use super::SelectorError;
use crate::api::{Kind, Value};

/// Conditions on an object's fields: `status.phase=Running,spec.nodeName!=n1`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldSelector {
    /// Field, value, and whether they must be equal (or differ).
    pub terms: Vec<(String, String, bool)>,
}

impl FieldSelector {
    /// Reads the textual form.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut terms = Vec::new();
        let mut escaped = false;
        let parts = text.split(|c| {
            let ends = c == ',' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        for part in parts.filter(|p| !p.is_empty()) {
            // The first operator parts them.
            let operator = |(at, _): (usize, char)| ["!=", "==", "="].into_iter().find(|o| part[at..].starts_with(o)).map(|o| (at, o));
            let Some((at, operator)) = part.char_indices().find_map(operator) else {
                return Err(SelectorError::NoOperator { text: text.to_owned(), part: part.to_owned() });
            };
            terms.push((part[..at].to_owned(), unescaped(&part[at + operator.len()..])?, operator != "!="));
        }
        Ok(FieldSelector { terms })
    }

    /// The one name that objects must have, where it says so: such a list is authorized as what is asked of that object.
    // Models RequestInfoFactory.NewRequestInfo.
    pub fn one_name(&self) -> &str {
        self.terms.iter().find(|(field, _, equal)| field == "metadata.name" && *equal).map_or("", |(_, name, _)| name)
    }

    /// Refuses fields that a kind cannot be selected by.
    pub fn check(&self, kind: &Kind) -> Result<(), SelectorError> {
        // A definition names the fields that its objects can be selected by.
        let own = kind.custom.as_ref().map_or(&[][..], |custom| custom.version(kind.version).get("selectableFields").items());
        for (field, _, _) in &self.terms {
            let selectable = || own.iter().any(|f| f.get("jsonPath").str().strip_prefix('.') == Some(field));
            let known = field == "metadata.name"
                || field == "metadata.namespace" && (kind.namespaced || kind_fields(kind).is_empty())
                || kind_fields(kind).contains(&field.as_str())
                || selectable();
            if !known && kind.custom.is_none() && kind_fields(kind).is_empty() {
                // Kinds without fields of their own share a conversion that says so.
                return Err(SelectorError::UnknownField(field.clone()));
            }
            if !known {
                let error = match kind.built_in() {
                    "jobs" => SelectorError::JobField,
                    "resourceslices" => SelectorError::SliceField,
                    _ => SelectorError::Field,
                };
                return Err(error(field.clone()));
            }
        }
        Ok(())
    }

    /// Whether an object is selected.
    pub fn matches(&self, object: &Value) -> bool {
        self.terms.iter().all(|(field, value, equal)| (field_text(object, field) == *value) == *equal)
    }
}

/// A value without its backslashes (`fields.UnescapeValue`).
fn unescaped(value: &str) -> Result<String, SelectorError> {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some(c @ ('\\' | ',' | '='))) => out.push(c),
            ('\\', c) => return Err(SelectorError::Escape(c.map(String::from).unwrap_or_default())),
            (',' | '=', _) => return Err(SelectorError::Unescaped(c)),
            _ => out.push(c),
        }
    }
    Ok(out)
}

fn field_text(object: &Value, field: &str) -> String {
    // Jobs count their successes under another name.
    let field = if field == "status.successful" { "status.succeeded" } else { field };
    let found = field.split('.').fold(object, |v, part| v.get(part));
    match found {
        // Events call their source by the component's name.
        Value::Map(_) if field == "source" => found.get("component").str().to_owned(),
        Value::Str(s) => s.to_string(),
        Value::Null if matches!(field, "spec.unschedulable" | "spec.hostNetwork") => "false".to_owned(),
        Value::Null if matches!(field, "status.replicas" | "status.succeeded") => "0".to_owned(),
        Value::Null => String::new(),
        other => other.to_json(),
    }
}

/// What each kind can be selected by, beside its name and namespace.
fn kind_fields(kind: &Kind) -> &'static [&'static str] {
    match (kind.group, kind.plural) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("events.k8s.io", "events") => &[
            "regarding.kind",
            "regarding.namespace",
            "regarding.name",
            "regarding.uid",
            "regarding.apiVersion",
            "regarding.resourceVersion",
            "regarding.fieldPath",
            "reason",
            "reportingController",
            "type",
        ],
        ("", "namespaces") => &["status.phase"],
        ("", "replicationcontrollers") => &["status.replicas"],
        ("", "secrets") => &["type"],
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("batch", "jobs") => &["status.successful"],
        ("certificates.k8s.io", _) => &["spec.signerName"],
        ("resource.k8s.io", "resourceslices") => &["spec.nodeName", "spec.driver"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::kinds;
    use crate::obj;

    #[test]
    fn selects_by_fields() {
        let pod = obj!({"metadata": {"name": "p"}, "status": {"phase": "Running"}});
        for (text, want) in [("metadata.name=p", true), ("status.phase!=Running", false), ("metadata.name=p,status.phase=Running", true)] {
            let s = FieldSelector::parse(text).expect(text);
            s.check(kinds::POD).expect("known fields");
            assert_eq!(s.matches(&pod), want, "{text}");
        }
        let (job, done) = (obj!({}), obj!({"status": {"succeeded": 2}}));
        let successful = |text: &str, job: &Value| FieldSelector::parse(&format!("status.successful={text}")).expect("syntax").matches(job);
        assert_eq!([successful("0", &job), successful("2", &job), successful("2", &done)], [true, false, true]);
        let replicas = FieldSelector::parse("status.replicas=0").expect("syntax");
        assert!(replicas.check(kinds::REPLICATION_CONTROLLER).is_ok() && replicas.check(kinds::REPLICA_SET).is_err());
        for (text, want) in [
            (r"a=x\,y,b!=c", Ok(vec![("a", "x,y", true), ("b", "c", false)])),
            ("a==b", Ok(vec![("a", "b", true)])),
            ("a=b!=c", Err("invalid field selector: unescaped character in value: 61")),
            (r"a=\b", Err(r"invalid field selector: invalid escape sequence: \b")),
            (r"a=b\", Err(r"invalid field selector: invalid escape sequence: \")),
            ("a", Err("invalid selector: 'a'; can't understand 'a'")),
        ] {
            let got = FieldSelector::parse(text).map(|s| s.terms).map_err(|e| e.to_string());
            let want = want.map(|terms| terms.into_iter().map(|(f, v, equal)| (f.to_owned(), v.to_owned(), equal)).collect());
            assert_eq!(got, want.map_err(str::to_owned), "{text}");
        }
        for (kind, field, why) in [
            ("Pod", "spec.foo", "field label not supported: spec.foo"),
            ("Node", "metadata.namespace", "field label not supported: metadata.namespace"),
            ("Job", "status.active", "field label \"status.active\" not supported for Job"),
            (
                "ReplicaSet",
                "status.replicas",
                "\"status.replicas\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
            ),
        ] {
            let refused = FieldSelector::parse(&format!("{field}=1")).expect("syntax").check(Kind::named(kind));
            assert_eq!(refused.map_err(|e| e.to_string()), Err(why.to_owned()), "{kind}");
        }
    }
}

//! Label and field selectors: their textual form, the `LabelSelector` object, and matching (`apimachinery/pkg/labels`, `fields`).

use std::fmt;

use thiserror::Error;

use crate::base::{List as _, Order as _};

use super::{ArcStr, Kind, Value, aggregate, quote};

/// How a requirement compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equals,
    /// `==`
    DoubleEquals,
    /// `!=`
    NotEquals,
    /// `in (…)`
    In,
    /// `notin (…)`
    NotIn,
    /// `key`
    Exists,
    /// `!key`
    DoesNotExist,
    /// `>`
    GreaterThan,
    /// `<`
    LessThan,
}

/// One condition on one label.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// The label.
    pub key: ArcStr,
    /// How it is compared.
    pub operator: Operator,
    /// With what, sorted.
    pub values: Vec<ArcStr>,
}

/// Conditions that must all hold; without any, everything matches unless the selector is `nothing`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelSelector {
    /// The conditions, sorted by key.
    pub requirements: Vec<Requirement>,
    /// A null `LabelSelector` object matches nothing.
    pub nothing: bool,
}

/// Why a selector is none; worded as the API server words it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelectorError {
    /// A requirement's key, its values or their number, each as it is told.
    #[error("{}", aggregate(.0))]
    Requirement(Vec<String>),
    /// No operator of a `LabelSelector` object.
    #[error("{} is not a valid label selector operator", quote(.0))]
    Operator(String),
    /// What is wrong within a requirement's text.
    #[error("unable to parse requirement: {0}")]
    Within(Box<SelectorError>),
    /// A word that is no label's key.
    #[error("<nil>: Invalid value: {}: {why}", quote(.key))]
    Key {
        /// The word.
        key: String,
        /// The rule it breaks.
        why: String,
    },
    /// A word or sign where others may stand.
    #[error("found '{found}'{wanted}")]
    Unexpected {
        /// What stands there; nothing at the end.
        found: String,
        /// What may: `, expected: identifier`.
        wanted: &'static str,
    },
    /// A part of a field selector without an operator.
    #[error("invalid selector: '{text}'; can't understand '{part}'")]
    NoOperator {
        /// The selector.
        text: String,
        /// The part.
        part: String,
    },
    /// A backslash before what needs none.
    #[error("invalid field selector: invalid escape sequence: \\{0}")]
    Escape(String),
    /// What needs a backslash.
    #[error("invalid field selector: unescaped character in value: {}", u32::from(*.0))]
    Unescaped(char),
    /// A field of a kind that has none of its own to select by.
    #[error("{} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", quote(.0))]
    UnknownField(String),
    /// A field that Jobs cannot be selected by.
    #[error("field label {} not supported for Job", quote(.0))]
    JobField(String),
    /// A field that ResourceSlices cannot be selected by.
    #[error("field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: {0}")]
    SliceField(String),
    /// A field that another kind cannot be selected by.
    #[error("field label not supported: {0}")]
    Field(String),
}

impl Requirement {
    /// A condition that makes sense: its key, its number of values and each of them are checked.
    pub fn new(key: ArcStr, operator: Operator, mut values: Vec<ArcStr>) -> Result<Self, SelectorError> {
        let ordered = matches!(operator, Operator::GreaterThan | Operator::LessThan);
        let wrong_number = match operator {
            Operator::In | Operator::NotIn => values.is_empty().then_some("for 'in', 'notin' operators, values set can't be empty"),
            Operator::Exists | Operator::DoesNotExist => {
                (!values.is_empty()).then_some("values set must be empty for exists and does not exist")
            }
            _ if values.len() == 1 => None,
            _ if ordered => Some("for 'Gt', 'Lt' operators, exactly one value is required"),
            _ => Some("exact-match compatibility requires one single value"),
        };
        let mut wrong: Vec<String> = Vec::new();
        if let Some(why) = super::names::qualified_name(&key).first() {
            wrong.push(format!("key: Invalid value: {}: {why}", quote(&key)));
        }
        if let Some(why) = wrong_number {
            let given = if values.is_empty() { Value::Null } else { values.iter().cloned().map(Value::from).list().into() };
            wrong.push(format!("values: Invalid value: {}: {why}", given.to_json()));
        }
        for (i, value) in values.iter().enumerate() {
            if ordered && value.parse::<i64>().is_err() {
                wrong.push(format!("values[{i}]: Invalid value: {}: for 'Gt', 'Lt' operators, the value must be an integer", quote(value)));
            }
        }
        for (i, value) in values.iter().enumerate() {
            if let Some(why) = super::names::label_value(value).first() {
                wrong.push(format!("values[{i}][{key}]: Invalid value: {}: {why}", quote(value)));
            }
        }
        if !wrong.is_empty() {
            return Err(SelectorError::Requirement(wrong));
        }
        values.order();
        Ok(Requirement { key, operator, values })
    }

    /// Whether a set of labels (a map of strings, or null) fulfils it.
    pub fn matches(&self, labels: &Value) -> bool {
        let found = labels.get(&self.key).as_str();
        let is_one = |v: &str| self.values.iter().any(|w| w == v);
        match self.operator {
            Operator::Exists => found.is_some(),
            Operator::DoesNotExist => found.is_none(),
            Operator::In | Operator::Equals | Operator::DoubleEquals => found.is_some_and(is_one),
            Operator::NotIn | Operator::NotEquals => !found.is_some_and(is_one),
            Operator::GreaterThan | Operator::LessThan => {
                let (Some(a), Some(b)) =
                    (found.and_then(|v| v.parse::<i64>().ok()), self.values.first().and_then(|v| v.parse::<i64>().ok()))
                else {
                    return false;
                };
                if self.operator == Operator::GreaterThan { a > b } else { a < b }
            }
        }
    }
}

impl LabelSelector {
    /// Reads the textual form: `app=web,tier in (a,b),!old`.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut requirements = Parser::new(text).parse()?;
        requirements.order_by(|a, b| a.key.cmp(&b.key));
        Ok(LabelSelector { requirements, nothing: false })
    }

    /// Of a map of labels that must all be equal (`spec.selector` of a ReplicationController or a Service); null or an empty map selects all.
    pub fn from_map(labels: &Value) -> Self {
        let requirements =
            labels.entries().map(|(k, v)| Requirement { key: k.clone(), operator: Operator::Equals, values: vec![v.arc_str()] }).list();
        LabelSelector { requirements, nothing: false }
    }

    /// Of a `metav1.LabelSelector` object: null selects nothing, an empty one all.
    pub fn from_object(selector: &Value) -> Result<Self, SelectorError> {
        if selector.is_null() {
            return Ok(LabelSelector { requirements: Vec::new(), nothing: true });
        }
        let mut all = LabelSelector::from_map(selector.get("matchLabels"));
        for expression in selector.get("matchExpressions").items() {
            let operator = match expression.get("operator").str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => return Err(SelectorError::Operator(other.to_owned())),
            };
            let values = expression.get("values").items().iter().map(Value::arc_str).list();
            all.requirements.push(Requirement::new(expression.get("key").arc_str(), operator, values)?);
        }
        all.requirements.order_by(|a, b| a.key.cmp(&b.key));
        Ok(all)
    }

    /// Whether a set of labels (a map of strings, or null) is selected.
    pub fn matches(&self, labels: &Value) -> bool {
        !self.nothing && self.requirements.iter().all(|r| r.matches(labels))
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        !self.nothing && self.requirements.is_empty()
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, r) in self.requirements.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            let values = r.values.join(",");
            match r.operator {
                Operator::Exists => write!(f, "{}", r.key)?,
                Operator::DoesNotExist => write!(f, "!{}", r.key)?,
                Operator::Equals => write!(f, "{}={values}", r.key)?,
                Operator::DoubleEquals => write!(f, "{}=={values}", r.key)?,
                Operator::NotEquals => write!(f, "{}!={values}", r.key)?,
                Operator::In => write!(f, "{} in ({values})", r.key)?,
                Operator::NotIn => write!(f, "{} notin ({values})", r.key)?,
                Operator::GreaterThan => write!(f, "{}>{values}", r.key)?,
                Operator::LessThan => write!(f, "{}<{values}", r.key)?,
            }
        }
        Ok(())
    }
}

/// A word or a sign of the textual form.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Sign(&'static str),
    End,
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn new(text: &str) -> Self {
        const SIGNS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
                tokens.push(Token::Sign(sign));
                rest = &rest[sign.len()..];
            } else {
                let end = rest.find(|c: char| c.is_whitespace() || "=!(),><".contains(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_owned()));
                rest = &rest[end..];
            }
            rest = rest.trim_start();
        }
        Parser { tokens, at: 0 }
    }

    fn peek(&self) -> Token {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn parse(mut self) -> Result<Vec<Requirement>, SelectorError> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Word(_) | Token::Sign("!") => {
                    requirements.push(self.requirement().map_err(|e| SelectorError::Within(Box::new(e)))?);
                    match self.next() {
                        Token::End => return Ok(requirements),
                        Token::Sign(",") => {
                            let after = self.peek();
                            if !matches!(after, Token::Word(_) | Token::Sign("!")) {
                                return Err(unexpected(&after, ", expected: identifier after ','"));
                            }
                        }
                        other => return Err(unexpected(&other, ", expected: ',' or 'end of string'")),
                    }
                }
                Token::End => return Ok(requirements),
                other => return Err(unexpected(&other, ", expected: !, identifier, or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorError> {
        let negated = self.peek() == Token::Sign("!");
        if negated {
            self.next();
        }
        let key = match self.next() {
            Token::Word(w) => w,
            other => return Err(unexpected(&other, ", expected: identifier")),
        };
        if let Some(why) = super::names::qualified_name(&key).first() {
            return Err(SelectorError::Key { why: why.to_string(), key });
        }
        let exists = |operator| Ok(Requirement { key: key.as_str().into(), operator, values: Vec::new() });
        if negated {
            return exists(Operator::DoesNotExist);
        }
        let operator = match self.peek() {
            Token::End | Token::Sign(",") => return exists(Operator::Exists),
            Token::Sign("=") => Operator::Equals,
            Token::Sign("==") => Operator::DoubleEquals,
            Token::Sign("!=") => Operator::NotEquals,
            Token::Sign(">") => Operator::GreaterThan,
            Token::Sign("<") => Operator::LessThan,
            Token::Word(w) if w == "in" => Operator::In,
            Token::Word(w) if w == "notin" => Operator::NotIn,
            other => return Err(unexpected(&other, ", expected: in, notin, =, ==, !=, gt, lt")),
        };
        self.next();
        let mut values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => match self.peek() {
                Token::End | Token::Sign(",") => vec![String::new()],
                Token::Word(w) => {
                    self.next();
                    vec![w]
                }
                other => return Err(unexpected(&other, ", expected: identifier")),
            },
        };
        values.order();
        values.dedup();
        Requirement::new(key.into(), operator, values.into_iter().map(Into::into).list())
    }

    /// `(a,b)`, where a value left out is the empty one.
    fn values(&mut self) -> Result<Vec<String>, SelectorError> {
        match self.next() {
            Token::Sign("(") => {}
            other => return Err(unexpected(&other, " expected: '('")),
        }
        let mut values = Vec::new();
        let mut expect_value = true;
        loop {
            match self.next() {
                Token::Word(w) if expect_value => {
                    values.push(w);
                    expect_value = false;
                }
                Token::Sign(",") => {
                    if expect_value {
                        values.push(String::new());
                    }
                    expect_value = true;
                }
                Token::Sign(")") => {
                    if expect_value {
                        values.push(String::new());
                    }
                    return Ok(values);
                }
                other => {
                    let wanted = match (expect_value, values.is_empty()) {
                        (false, _) => ", expected: ',' or ')'",
                        (true, true) => ", expected: ',', ')' or identifier",
                        (true, false) => ", expected: ',', or identifier",
                    };
                    return Err(unexpected(&other, wanted));
                }
            }
        }
    }
}

fn unexpected(token: &Token, wanted: &'static str) -> SelectorError {
    let found = match token {
        Token::Word(w) => w.as_str(),
        Token::Sign(s) => s,
        Token::End => "",
    };
    SelectorError::Unexpected { found: found.to_owned(), wanted }
}

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
    fn selects_by_labels() {
        let labels = obj!({"app": "web", "n": "3"});
        let rows = [
            ("", true),
            ("app=web", true),
            ("app!=web", false),
            ("app in (a,web)", true),
            ("app notin (a)", true),
            ("!app", false),
            ("x", false),
            ("n>2", true),
            ("n<3", false),
            ("x!=1", true),
        ];
        for (text, want) in rows {
            assert_eq!(LabelSelector::parse(text).expect(text).matches(&labels), want, "{text}");
        }
        for (text, want) in [
            ("a in", "unable to parse requirement: found '' expected: '('"),
            ("a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("a in (b,=", "unable to parse requirement: found '=', expected: ',', or identifier"),
            ("a,", "found '', expected: identifier after ','"),
            ("a=b=c", "found '=', expected: ',' or 'end of string'"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ] {
            assert_eq!(LabelSelector::parse(text).expect_err(text).to_string(), want);
        }
    }

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

//! Label selectors: their textual form, the `LabelSelector` object, and matching (`apimachinery/pkg/labels`). Field selectors have a file of
//! their own.

mod field;

use std::fmt;

use thiserror::Error;

use crate::base::{List as _, Order as _};

use super::{ArcStr, Value, aggregate, quote};

pub use field::FieldSelector;

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

#[cfg(test)]
mod tests {
    use super::*;
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
}

//! Values while an expression is evaluated, what a part of an object is as one of them, and when two are equal.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;

use super::types::escape;
use super::url::Url;
use crate::api::go_json::go_float;
use crate::api::{ArcStr, Map, Quantity, Value, quote};
use crate::base::{List as _, Order as _, base64, format_rfc3339, parse_rfc3339};
use crate::obj;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Fail(pub(super) Cow<'static, str>);

impl Fail {
    /// Nothing does this with values of these types.
    pub const OVERLOAD: Fail = Fail(Cow::Borrowed("no such overload"));
    /// It costs more than one expression may.
    pub const CANCELLED: Fail = Fail(Cow::Borrowed("operation cancelled: actual cost limit exceeded"));

    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Fail {
        Fail(text.into())
    }
}

pub(super) type Outcome = Result<Val, Fail>;

#[derive(Clone, Debug)]
pub(super) enum Val {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(ArcStr),
    Bytes(Arc<[u8]>),
    /// In nanoseconds.
    Duration(i64),
    /// Seconds since 1970 and nanoseconds.
    Time(i64, u32),
    List(Arc<List>),
    Map(Arc<Vec<(Val, Val)>>),
    /// An object with its schema, which says what can be seen of it.
    Object(Arc<(Value, Value)>),
    Type(ArcStr),
    Optional(Option<Arc<Val>>),
    Url(Arc<Url>),
    Quantity(Arc<Quantity>),
    Ip(IpAddr),
    Cidr(IpAddr, u8),
    Semver(Arc<super::semver::Semver>),
    /// One of the named formats.
    Format(&'static str),
    /// A question of who may do what, by its type, or what was answered.
    Access(Arc<(&'static str, Value)>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub items: Vec<Val>,
    /// How its items are told apart: not at all, by themselves, or by these of their fields.
    pub keys: Option<Vec<String>>,
}

impl Val {
    pub fn list(items: Vec<Val>) -> Val {
        Val::List(Arc::new(List { items, keys: None }))
    }

    pub fn str(text: &str) -> Val {
        Val::Str(text.into())
    }

    /// A map, whose entries are kept in the order of their keys.
    pub fn map(mut entries: Vec<(Val, Val)>) -> Val {
        entries.order_by(|(a, _), (b, _)| by_key(a, b));
        Val::Map(Arc::new(entries))
    }

    pub fn some(value: Val) -> Val {
        Val::Optional(Some(Arc::new(value)))
    }

    /// The name of its type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Val::Null => "null_type",
            Val::Bool(_) => "bool",
            Val::Int(_) => "int",
            Val::Uint(_) => "uint",
            Val::Double(_) => "double",
            Val::Str(_) => "string",
            Val::Bytes(_) => "bytes",
            Val::Duration(_) => "google.protobuf.Duration",
            Val::Time(..) => "google.protobuf.Timestamp",
            Val::List(_) => "list",
            Val::Map(_) => "map",
            Val::Object(_) => "object",
            Val::Type(_) => "type",
            Val::Optional(_) => "optional_type",
            Val::Url(_) => "kubernetes.URL",
            Val::Quantity(_) => "kubernetes.Quantity",
            Val::Ip(_) => "net.IP",
            Val::Cidr(..) => "net.CIDR",
            Val::Semver(_) => "kubernetes.Semver",
            Val::Format(_) => "kubernetes.NamedFormat",
            Val::Access(access) => access.0,
        }
    }

    /// How many characters, items or entries it has; none for what has no size.
    pub fn size(&self) -> Option<u64> {
        Some(match self {
            Val::Str(s) => s.chars().count() as u64,
            Val::Bytes(b) => b.len() as u64,
            Val::List(l) => l.items.len() as u64,
            Val::Map(m) => m.len() as u64,
            Val::Object(o) => o.0.entries().len() as u64,
            Val::Optional(Some(v)) => return v.size(),
            Val::Ip(ip) | Val::Cidr(ip, _) => {
                if ip.is_ipv4() {
                    4
                } else {
                    16
                }
            }
            _ => return None,
        })
    }

    /// As messages of errors write it.
    pub fn text(&self) -> String {
        match self {
            Val::Str(s) => s.to_string(),
            other => other.as_text().unwrap_or_else(|| other.type_name().to_owned()),
        }
    }

    /// What `string()` makes of it; none where it is not a scalar.
    pub fn as_text(&self) -> Option<String> {
        Some(match self {
            Val::Bool(b) => b.to_string(),
            Val::Int(i) => i.to_string(),
            Val::Uint(u) => u.to_string(),
            Val::Double(f) => go_float(*f),
            Val::Str(s) => s.to_string(),
            Val::Bytes(b) => String::from_utf8(b.to_vec()).ok()?,
            Val::Duration(d) => format!("{}s", *d as f64 / 1e9),
            Val::Time(s, nanos) => {
                let whole = format_rfc3339(*s, None);
                match nanos {
                    0 => whole,
                    n => format!("{}.{}Z", whole.trim_end_matches('Z'), format!("{n:09}").trim_end_matches('0')),
                }
            }
            Val::Type(name) => name.to_string(),
            Val::Ip(ip) => ip.to_string(),
            Val::Cidr(ip, bits) => format!("{ip}/{bits}"),
            _ => return None,
        })
    }

    /// As part of an object; none where it has no form there.
    pub fn to_value(&self) -> Option<Value> {
        Some(match self {
            Val::Null => Value::Null,
            Val::Bool(b) => (*b).into(),
            Val::Int(i) => (*i).into(),
            Val::Uint(u) => i64::try_from(*u).ok()?.into(),
            Val::Double(f) => Value::Float(*f),
            Val::Str(s) => s.clone().into(),
            Val::List(list) => list.items.iter().map(Val::to_value).collect::<Option<Vec<Value>>>()?.into(),
            Val::Map(map) => {
                let entry = |(k, v): &(Val, Val)| match k {
                    Val::Str(key) => Some((key.clone(), v.to_value()?)),
                    _ => None,
                };
                Value::from(map.iter().map(entry).collect::<Option<Map>>()?)
            }
            Val::Object(object) => object.0.clone(),
            _ => return None,
        })
    }

    /// A field of an object, or a value of a map.
    pub fn member(&self, key: &Val) -> Option<Outcome> {
        match (self, key) {
            (Val::Map(map), key) => map.binary_search_by(|(k, _)| by_key(k, key)).ok().map(|at| Ok(map[at].1.clone())),
            (Val::Object(object), Val::Str(name)) => {
                let (value, schema) = &**object;
                let properties = schema.get("properties");
                // Most names are not escaped.
                let escaped = || value.entries().find(|(k, _)| escape(k).as_deref() == Some(name.as_str())).map(|(k, _)| k);
                let key = if name.contains("__") { escaped()? } else { name };
                let (value, property) = (value.get(key), properties.get(key));
                // A field that is null counts as absent.
                (!property.is_null() && !value.is_null()).then(|| from_value(value, property))
            }
            _ => None,
        }
    }
}

/// A schema with what every resource has.
pub(super) fn with_meta(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let text = obj!({"type": "string"});
    schema.set(&["properties", "apiVersion"], text.clone());
    schema.set(&["properties", "kind"], text.clone());
    schema.set(&["properties", "metadata"], obj!({"type": "object", "properties": {"name": text.clone(), "generateName": text}}));
    schema
}

/// A part of an object as a value.
// Models k8s.io/apiserver/pkg/cel/common.UnstructuredToVal.
pub(super) fn from_value(value: &Value, schema: &Value) -> Outcome {
    let wrong = |what: String| Err(Fail::new(format!("invalid data, expected {what}")));
    if value.is_null() {
        let nullable = schema.get("nullable").is_true();
        return if nullable { Ok(Val::Null) } else { Err(Fail::new("invalid data, got null for schema with nullable=false")) };
    }
    if schema.get("x-kubernetes-int-or-string").is_true() {
        return match value {
            Value::Str(s) => Ok(Val::Str(s.clone())),
            Value::Int(i) => Ok(Val::Int(*i)),
            _ => wrong("XIntOrString value to be either a string or integer".to_owned()),
        };
    }
    Ok(match (schema.get("type").str(), value) {
        ("object", Value::Map(map)) => {
            let rest = schema.get("additionalProperties");
            if schema.get("x-kubernetes-embedded-resource").is_true() {
                Val::Object(Arc::new((value.clone(), with_meta(schema))))
            } else if schema.get("properties").is_null() && matches!(rest, Value::Map(_)) {
                let entry = |(k, v): (&ArcStr, &Value)| Ok((Val::Str(k.clone()), from_value(v, rest)?));
                Val::map(map.iter().map(entry).collect::<Result<_, Fail>>()?)
            } else {
                Val::Object(Arc::new((value.clone(), schema.clone())))
            }
        }
        ("array", Value::List(items)) => {
            let inner = schema.get("items");
            let items = items.iter().map(|item| from_value(item, inner)).collect::<Result<_, Fail>>()?;
            let keys = match schema.get("x-kubernetes-list-type").str() {
                "set" => Some(Vec::new()),
                "map" => Some(schema.get("x-kubernetes-list-map-keys").items().iter().filter_map(|k| escape(k.str())).list()),
                _ => None,
            };
            Val::List(Arc::new(List { items, keys }))
        }
        ("string", Value::Str(text)) => {
            let invalid = |what: &str| Fail::new(format!("Invalid {what} {text}"));
            match schema.get("format").str() {
                "duration" => parse_duration(text).map(Val::Duration).ok_or_else(|| invalid("duration"))?,
                "date" => parse_time(&format!("{text}T00:00:00Z")).ok_or_else(|| invalid("date formatted string"))?,
                "date-time" => parse_time(text).ok_or_else(|| invalid("date-time formatted string"))?,
                "byte" => Val::Bytes(base64::decode(text).ok_or_else(|| invalid("byte formatted string"))?.into()),
                _ => Val::Str(text.clone()),
            }
        }
        ("number", Value::Int(i)) => Val::Double(*i as f64),
        ("number", Value::Float(f)) => Val::Double(*f),
        ("integer", Value::Int(i)) => Val::Int(*i),
        ("boolean", Value::Bool(b)) => Val::Bool(*b),
        ("", _) => Val::Object(Arc::new((value.clone(), Value::Null))),
        ("object", _) => return wrong("a map for the provided schema with type=object".to_owned()),
        ("array", _) => return wrong("an array for the provided schema with type=array".to_owned()),
        (kind, _) => return wrong(format!("{kind}, got {}", value.go_type())),
    })
}

/// Reads RFC 3339 with up to nine digits of a second.
pub(super) fn parse_time(text: &str) -> Option<Val> {
    let (s, micros) = parse_rfc3339(text)?;
    let digits: String = text.get(20..).unwrap_or("").chars().take_while(char::is_ascii_digit).take(9).collect();
    let fine = if text.as_bytes().get(19) == Some(&b'.') { format!("{digits:0<9}").parse().unwrap_or(0) } else { micros * 1000 };
    Some(Val::Time(s, fine))
}

/// Reads a duration as Go does, with its sign, in nanoseconds.
pub(super) fn parse_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: f64 = 0.0;
    let mut whole: i64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = &rest[..end];
        rest = &rest[end..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit: i64 = match &rest[..unit_end] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        rest = &rest[unit_end..];
        match number.split_once('.') {
            None => whole = whole.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?,
            Some((a, b)) if a.len() + b.len() > 0 && !b.contains('.') => {
                let whole_part = if a.is_empty() { 0 } else { a.parse::<i64>().ok()? };
                whole = whole.checked_add(whole_part.checked_mul(unit)?)?;
                let fraction: f64 = format!("0.{b}0").parse().ok()?;
                total += (fraction * unit as f64).trunc();
            }
            Some(_) => return None,
        }
    }
    let sum = whole.checked_add(total as i64)?;
    Some(if negative { -sum } else { sum })
}

/// What a list's item is told apart by.
fn key_of(item: &Val, keys: &[String]) -> Vec<Val> {
    if keys.is_empty() {
        return vec![item.clone()];
    }
    keys.iter().map(|k| item.member(&Val::str(k)).and_then(Result::ok).unwrap_or(Val::Null)).list()
}

fn same_key(a: &[Val], b: &[Val]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
}

/// One list after another; a set's or a map's items are there once.
pub(super) fn join(a: &Arc<List>, b: &Arc<List>) -> Val {
    let mut out = List::clone(a);
    match &a.keys {
        None => out.items.extend(b.items.iter().cloned()),
        Some(keys) => {
            for item in &b.items {
                let key = key_of(item, keys);
                match out.items.iter().position(|i| same_key(&key_of(i, keys), &key)) {
                    Some(i) => out.items[i] = item.clone(),
                    None => out.items.push(item.clone()),
                }
            }
        }
    }
    Val::List(Arc::new(out))
}

/// The order of a map's keys.
pub(super) fn by_key(a: &Val, b: &Val) -> Ordering {
    let rank = |v: &Val| match v {
        Val::Bool(_) => 0,
        Val::Str(_) => 1,
        _ => 2,
    };
    rank(a).cmp(&rank(b)).then_with(|| compare(a, b).unwrap_or(Ordering::Less))
}

/// So many bytes of a text take as long to look through as one value.
const BYTES: usize = 8;

/// How long it takes to look through a value, though not through what is in it.
pub(super) fn breadth(value: &Val) -> u64 {
    (match value {
        Val::Str(s) => s.len() / BYTES,
        Val::Bytes(b) => b.len() / BYTES,
        Val::List(l) => l.items.len(),
        Val::Map(m) => m.len(),
        _ => 0,
    }) as u64
}

/// How long it takes to look through a value and all that is in it, each part as often as it is there; and no further than `most`.
/// Parts of an object are looked at with `objects` alone.
pub(super) fn bulk(value: &Val, objects: bool, most: u64) -> u64 {
    let all = |parts: &mut dyn Iterator<Item = &Val>| {
        let mut sum = 1;
        while sum < most
            && let Some(part) = parts.next()
        {
            sum += bulk(part, objects, most - sum);
        }
        sum
    };
    match value {
        Val::List(l) => all(&mut l.items.iter()),
        Val::Map(m) => all(&mut m.iter().flat_map(|(k, v)| [k, v])),
        Val::Optional(Some(inner)) => all(&mut std::iter::once(&**inner)),
        Val::Object(o) if objects => parts_of(&o.0),
        other => 1 + breadth(other),
    }
}

fn parts_of(value: &Value) -> u64 {
    match value {
        Value::List(l) => 1 + l.iter().map(parts_of).sum::<u64>(),
        Value::Map(m) => 1 + m.iter().map(|(_, v)| parts_of(v)).sum::<u64>(),
        Value::Str(s) => (1 + s.len() / BYTES) as u64,
        _ => 1,
    }
}

/// `==`.
pub(super) fn equal(a: &Val, b: &Val) -> bool {
    match (a, b) {
        (Val::Null, Val::Null) => true,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (Val::Str(a), Val::Str(b)) => a == b,
        (Val::Bytes(a), Val::Bytes(b)) => a == b,
        (Val::List(a), Val::List(b)) => {
            if a.items.len() != b.items.len() {
                return false;
            }
            match a.keys.as_ref().or(b.keys.as_ref()) {
                None => a.items.iter().zip(&b.items).all(|(a, b)| equal(a, b)),
                Some(keys) => b.items.iter().all(|item| {
                    let key = key_of(item, keys);
                    a.items.iter().any(|i| same_key(&key_of(i, keys), &key) && equal(i, item))
                }),
            }
        }
        (Val::Map(a), Val::Map(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|((k, v), (l, w))| equal(k, l) && equal(v, w)),
        (Val::Object(a), Val::Object(b)) => a.0.same(&b.0),
        (Val::Type(a), Val::Type(b)) => a == b,
        (Val::Optional(a), Val::Optional(b)) => match (a, b) {
            (Some(a), Some(b)) => equal(a, b),
            (a, b) => a.is_none() && b.is_none(),
        },
        (Val::Url(a), Val::Url(b)) => a.text == b.text,
        (Val::Ip(a), Val::Ip(b)) => a == b,
        (Val::Cidr(a, n), Val::Cidr(b, m)) => a == b && n == m,
        (Val::Format(a), Val::Format(b)) => a == b,
        _ => compare(a, b) == Ok(Ordering::Equal),
    }
}

/// Which of two values comes first.
pub(super) fn compare(a: &Val, b: &Val) -> Result<Ordering, Fail> {
    let numbers = |a: f64, b: f64| a.partial_cmp(&b).ok_or(Fail::new("NaN values cannot be ordered"));
    Ok(match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => a.cmp(b),
        (Val::Int(a), Val::Int(b)) => a.cmp(b),
        (Val::Uint(a), Val::Uint(b)) => a.cmp(b),
        (Val::Int(a), Val::Uint(b)) => i128::from(*a).cmp(&i128::from(*b)),
        (Val::Uint(a), Val::Int(b)) => i128::from(*a).cmp(&i128::from(*b)),
        (Val::Double(a), Val::Double(b)) => numbers(*a, *b)?,
        (Val::Double(a), Val::Int(b)) => numbers(*a, *b as f64)?,
        (Val::Int(a), Val::Double(b)) => numbers(*a as f64, *b)?,
        (Val::Double(a), Val::Uint(b)) => numbers(*a, *b as f64)?,
        (Val::Uint(a), Val::Double(b)) => numbers(*a as f64, *b)?,
        (Val::Str(a), Val::Str(b)) => a.as_str().cmp(b),
        (Val::Bytes(a), Val::Bytes(b)) => a.cmp(b),
        (Val::Duration(a), Val::Duration(b)) => a.cmp(b),
        (Val::Time(a, n), Val::Time(b, m)) => (a, n).cmp(&(b, m)),
        (Val::Quantity(a), Val::Quantity(b)) => a.cmp(b),
        (Val::Semver(a), Val::Semver(b)) => a.order(b),
        _ => return Err(Fail::OVERLOAD),
    })
}

/// What `%s` makes of a value, and lists and maps of what they hold; `left` is how long it may be.
pub(super) fn formatted(value: &Val, nested: bool, left: &mut usize) -> Result<String, Fail> {
    let text = formatted_part(value, nested, left)?;
    *left = left.checked_sub(text.len().max(1)).ok_or(Fail::new("text is too long"))?;
    Ok(text)
}

fn formatted_part(value: &Val, nested: bool, left: &mut usize) -> Result<String, Fail> {
    Ok(match value {
        Val::Null => "null".to_owned(),
        Val::List(list) => {
            let items = list.items.iter().map(|i| formatted(i, true, left)).collect::<Result<Vec<_>, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Val::Map(map) => {
            let mut entries = Vec::new();
            for (k, v) in map.iter() {
                entries.push(format!("{}:{}", formatted(k, true, left)?, formatted(v, true, left)?));
            }
            entries.order();
            format!("{{{}}}", entries.join(", "))
        }
        Val::Str(s) if nested => quote(s),
        Val::Bytes(_) if nested => format!("b{}", quote(&value.text())),
        Val::Double(f) if nested && f.is_finite() => format!("{f:.6}"),
        Val::Duration(_) if nested => format!("duration({:?})", value.text()),
        Val::Time(..) if nested => format!("timestamp({:?})", value.text()),
        Val::Ip(_) | Val::Cidr(..) | Val::Object(_) => return Err(no_format(value)),
        other => other.as_text().ok_or_else(|| no_format(other))?,
    })
}

fn no_format(value: &Val) -> Fail {
    let name = value.type_name();
    Fail::new(format!(
        "error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given {name}"
    ))
}

/// Whether it is what its type is without a value: an empty text, nought, an empty list.
pub(super) fn is_zero(value: &Val) -> bool {
    match value {
        Val::Null => true,
        Val::Bool(b) => !b,
        Val::Double(f) => *f == 0.0,
        Val::Int(0) | Val::Uint(0) | Val::Duration(0) | Val::Optional(None) | Val::Time(-62_135_596_800, 0) => true,
        other => other.size() == Some(0),
    }
}

//! The functions a template may call: Go's own and kubectl's.

use std::cmp::Ordering;

use super::error::FunctionError;
use super::exec::Val;
use super::printf;
use crate::api::Value;
use crate::base::{List as _, base64, encode_query};
use crate::kubectl::output::go_value;

/// The functions and how many arguments they take: at least, at most.
const FUNCTIONS: &[(&str, usize, Option<usize>)] = &[
    ("and", 1, None),
    ("base64decode", 1, Some(1)),
    ("call", 1, None),
    ("eq", 1, None),
    ("exists", 1, None),
    ("ge", 2, Some(2)),
    ("gt", 2, Some(2)),
    ("html", 0, None),
    ("index", 1, None),
    ("js", 0, None),
    ("le", 2, Some(2)),
    ("len", 1, Some(1)),
    ("lt", 2, Some(2)),
    ("ne", 2, Some(2)),
    ("not", 1, Some(1)),
    ("or", 1, None),
    ("print", 0, None),
    ("printf", 1, None),
    ("println", 0, None),
    ("slice", 1, None),
    ("urlquery", 0, None),
];

/// Whether a template may call this.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|f| f.0 == name)
}

/// How many arguments a function takes: at least, at most.
pub(super) fn arity(name: &str) -> (usize, Option<usize>) {
    FUNCTIONS.iter().find(|f| f.0 == name).map_or((0, None), |f| (f.1, f.2))
}

/// Whether the function's argument at this place must be a string.
pub(super) fn wants_string(name: &str, i: usize) -> bool {
    i == 0 && matches!(name, "printf" | "base64decode")
}

/// Whether Go's templates take a value for true: neither zero nor empty.
pub(super) fn is_true(v: &Value) -> bool {
    !v.is_empty()
}

/// A function with its arguments.
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) args: &'a [Val],
    /// How the first argument is written, where it is not what comes through a pipe.
    pub(super) callee: Option<String>,
}

type Called = Result<Option<Value>, FunctionError>;

impl Call<'_> {
    pub(super) fn run(&self) -> Called {
        let args = self.args;
        let nil = |v: &Val| v.value.clone().unwrap_or(Value::Null);
        let values = || args.iter().map(nil).list();
        // As in Go's `evalArgs`: what escapes a text shows what is absent as a template does, where `print` shows `<nil>`.
        let shown = || {
            let absent = |v: Value| if v == Value::Null { "<no value>".into() } else { v };
            args.iter().map(|v| absent(nil(v))).list()
        };
        let first = || &args[0].value;
        let rest = || args[1..].iter().map(|v| v.value.clone()).list();
        let text = |s: String| Ok(Some(Value::from(s)));
        match self.name {
            "not" => Ok(Some((!first().as_ref().is_some_and(is_true)).into())),
            "eq" => equal_to_any(&args[0], &args[1..]).map(|b| Some(b.into())),
            "ne" => equal(&args[0], &args[1]).map(|b| Some((!b).into())),
            "lt" => order(&args[0], &args[1]).map(|o| Some((o == Some(Ordering::Less)).into())),
            "le" => order(&args[0], &args[1]).map(|o| Some(matches!(o, Some(Ordering::Less | Ordering::Equal)).into())),
            "gt" => order(&args[0], &args[1]).map(|o| Some((!matches!(o, Some(Ordering::Less | Ordering::Equal))).into())),
            "ge" => order(&args[0], &args[1]).map(|o| Some((o != Some(Ordering::Less)).into())),
            "len" => length(&args[0]),
            "index" => index(first(), &rest()),
            "slice" => slice(first(), &rest()),
            "exists" => Ok(Some(exists(first(), &rest()).into())),
            "print" => text(printf::print(&values())),
            "println" => text(printf::println(&values())),
            "printf" => {
                let values = values();
                text(printf::printf(values[0].str(), &values[1..], &|i| args[i + 1].go_type()))
            }
            "base64decode" => {
                let decoded = base64::decode(nil(&args[0]).str());
                let bytes = decoded.ok_or_else(|| FunctionError::Base64(base64_problem(nil(&args[0]).str())))?;
                text(String::from_utf8_lossy(&bytes).into_owned())
            }
            "html" => text(escape_html(&printf::print(&shown()))),
            "js" => text(escape_js(&printf::print(&shown()))),
            "urlquery" => text(encode_query(&printf::print(&shown()))),
            _ => match first() {
                None | Some(Value::Null) => Err(FunctionError::NilCall),
                Some(v) => {
                    let value = self.callee.clone().unwrap_or_else(|| go_value::plain(v));
                    Err(FunctionError::NoFunction { value, of: args[0].go_type() })
                }
            },
        }
    }
}

/// The byte at which a text stops being base64, as Go counts.
fn base64_problem(text: &str) -> usize {
    let symbols: Vec<(usize, u8)> = text.bytes().enumerate().filter(|(_, b)| !matches!(b, b'\n' | b'\r')).list();
    let wrong = symbols.iter().find(|(_, b)| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')));
    wrong.map_or_else(|| text.len() - symbols.len() % 4, |(i, _)| *i)
}

/// Types that can be compared, as Go's templates see them.
#[derive(PartialEq)]
enum Basic {
    Bool,
    Int,
    Float,
    Str,
}

fn basic(v: &Option<Value>) -> Option<Basic> {
    match v {
        Some(Value::Bool(_)) => Some(Basic::Bool),
        Some(Value::Int(_)) => Some(Basic::Int),
        Some(Value::Float(_)) => Some(Basic::Float),
        Some(Value::Str(_)) => Some(Basic::Str),
        _ => None,
    }
}

fn present(v: &Option<Value>) -> bool {
    !matches!(v, None | Some(Value::Null))
}

fn equal(a: &Val, b: &Val) -> Result<bool, FunctionError> {
    let (x, y) = (&a.value, &b.value);
    if !present(x) || !present(y) {
        return Ok(present(x) == present(y));
    }
    if basic(x) != basic(y) {
        return Err(incompatible(a, b));
    }
    match (x, y) {
        (Some(Value::List(_) | Value::Map(_)), _) => {
            let shown = |v: &Val| printf::printf("%s", &[v.value.clone().unwrap_or(Value::Null)], &|_| v.go_type());
            let (left, right) = (a.go_type(), b.go_type());
            Err(FunctionError::NotComparable(if left == right {
                format!(" {}: {right}", shown(b))
            } else {
                format!("s {}: {left}, {right}: {}", shown(a), go_value::plain(y.as_ref().unwrap_or(&Value::Null)))
            }))
        }
        _ => Ok(x == y),
    }
}

fn equal_to_any(a: &Val, others: &[Val]) -> Result<bool, FunctionError> {
    if others.is_empty() {
        return Err(FunctionError::NothingToCompare);
    }
    for b in others {
        if equal(a, b)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn incompatible(a: &Val, b: &Val) -> FunctionError {
    FunctionError::Incompatible(a.go_type(), b.go_type())
}

fn order(a: &Val, b: &Val) -> Result<Option<Ordering>, FunctionError> {
    let (x, y) = (&a.value, &b.value);
    if basic(x).is_none() || basic(y).is_none() {
        return Err(FunctionError::NoOrder);
    }
    match (x, y) {
        (Some(Value::Int(a)), Some(Value::Int(b))) => Ok(Some(a.cmp(b))),
        (Some(Value::Float(a)), Some(Value::Float(b))) => Ok(a.partial_cmp(b)),
        (Some(Value::Str(a)), Some(Value::Str(b))) => Ok(Some(a.as_str().cmp(b))),
        _ if basic(x) != basic(y) => Err(incompatible(a, b)),
        _ => Err(FunctionError::NoOrder),
    }
}

fn length(of: &Val) -> Called {
    match &of.value {
        None => Err(FunctionError::ZeroValue),
        Some(Value::Null) => Err(FunctionError::NilPointer("len")),
        Some(Value::Str(s)) => Ok(Some(s.len().into())),
        Some(Value::List(l)) => Ok(Some(l.len().into())),
        Some(Value::Map(m)) => Ok(Some(m.len().into())),
        Some(_) => Err(FunctionError::NoLength(of.go_type())),
    }
}

/// An index into something of this length, which it may equal.
fn position(index: &Option<Value>, len: usize) -> Result<usize, FunctionError> {
    match index {
        Some(Value::Int(i)) => usize::try_from(*i).ok().filter(|i| *i <= len).ok_or(FunctionError::OutOfRange(*i)),
        None | Some(Value::Null) => Err(FunctionError::NilIndex),
        Some(other) => Err(FunctionError::NoIndex(other.go_type())),
    }
}

fn index(item: &Option<Value>, indices: &[Option<Value>]) -> Called {
    if !present(item) {
        return Err(FunctionError::UntypedNil("index"));
    }
    let mut item = item.clone();
    for i in indices {
        item = match &item {
            None | Some(Value::Null) => return Err(FunctionError::NilPointer("index")),
            Some(Value::List(l)) => Some(l.get(position(i, l.len())?).cloned().ok_or(FunctionError::BehindEnd("slice"))?),
            Some(Value::Str(s)) => {
                Some(s.as_bytes().get(position(i, s.len())?).map(|b| Value::from(*b)).ok_or(FunctionError::BehindEnd("string"))?)
            }
            Some(Value::Map(m)) => match i {
                Some(Value::Str(key)) => Some(m.get(key).cloned().unwrap_or(Value::Null)),
                None | Some(Value::Null) => return Err(FunctionError::NilKey),
                Some(other) => return Err(FunctionError::NoKey(other.go_type())),
            },
            Some(other) => return Err(FunctionError::NoItems(other.go_type())),
        };
    }
    Ok(item)
}

fn slice(item: &Option<Value>, indices: &[Option<Value>]) -> Called {
    if indices.len() > 3 {
        return Err(FunctionError::SliceIndexes(indices.len()));
    }
    let len = match item {
        None | Some(Value::Null) => return Err(FunctionError::UntypedNil("slice")),
        Some(Value::Str(_)) if indices.len() == 3 => return Err(FunctionError::StringSlice),
        Some(Value::Str(s)) => s.len(),
        Some(Value::List(l)) => l.len(),
        Some(other) => return Err(FunctionError::NoSlice(other.go_type())),
    };
    let from = indices.first().map_or(Ok(0), |i| position(i, len))?;
    let to = indices.get(1).map_or(Ok(len), |i| position(i, len))?;
    if from > to {
        return Err(FunctionError::SliceOrder(from, to));
    }
    Ok(match item {
        Some(Value::Str(s)) => Some(String::from_utf8_lossy(&s.as_bytes()[from..to]).into_owned().into()),
        Some(Value::List(l)) => Some(l[from..to].to_vec().into()),
        _ => None,
    })
}

// Models kubectl's own function of that name.
fn exists(item: &Option<Value>, indices: &[Option<Value>]) -> bool {
    let mut item = item.clone();
    for i in indices {
        item = match (&item, i) {
            (Some(Value::List(l)), Some(Value::Int(i))) => usize::try_from(*i).ok().and_then(|i| l.get(i)).cloned(),
            (Some(Value::Str(s)), Some(Value::Int(i))) => {
                usize::try_from(*i).ok().and_then(|i| s.as_bytes().get(i)).map(|b| Value::from(*b))
            }
            (Some(Value::Map(m)), Some(Value::Str(key))) => m.get(key).cloned(),
            _ => return false,
        };
        if item.is_none() {
            return false;
        }
    }
    present(&item)
}

fn escape_html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    out
}

fn escape_js(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | '\'' | '"' => out.extend(['\\', c]),
            '<' | '>' | '&' | '=' | '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

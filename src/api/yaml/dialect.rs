//! Where libyaml, which reads here, differs from go-yaml, which reads in kubectl.

use std::borrow::Cow;

use super::{Failure, read_document};
use crate::api::Value;

/// What `yes`, `off` and their like are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Booleans, as in YAML 1.1: so kubectl reads files.
    AreBooleans,
    /// Text, as in YAML 1.2: so kustomize reads them.
    AreText,
}

/// Reads one document as go-yaml does.
pub(super) fn read(text: &str, words: Words) -> Result<Value, Failure> {
    let mut text = Cow::Borrowed(text);
    let mut tries_left = QUOTED_SCALARS_MAX;
    loop {
        let error = match read_document(&text, words) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let place = error.location().map(|p| p.index()).filter(|_| tries_left > 0 && error.to_string().contains("unknown escape"));
        match place.and_then(|at| without_escaped_quotes(&text, at)) {
            Some(mended) => (text, tries_left) = (Cow::Owned(mended), tries_left - 1),
            None => return Err(unknown_anchor(&text, error)),
        }
    }
}

/// The loader does not say which anchor it misses; go-yaml does.
fn unknown_anchor(text: &str, error: serde_yaml::Error) -> Failure {
    let place = error.location();
    let mut failure = Failure::from(error);
    if failure.message.ends_with("unknown anchor")
        && let Some(name) = place.and_then(|p| text.get(p.index()..)).and_then(|rest| rest.strip_prefix('*'))
    {
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
        failure.message = format!("unknown anchor '{}' referenced", &name[..end]);
    }
    failure
}

/// Scalars of one document in which a single quote may be escaped.
const QUOTED_SCALARS_MAX: usize = 100;

/// The text with `\'` read as `'` in the double-quoted scalar around `at`: go-yaml knows this escape, libyaml does not.
fn without_escaped_quotes(text: &str, at: usize) -> Option<String> {
    let mut rest = text.get(at..).filter(|rest| rest.starts_with("\\'"))?;
    let mut out = text[..at].to_owned();
    while let Some(escape) = rest.find(['\\', '"']).filter(|i| rest[*i..].starts_with('\\')) {
        let kept = if rest[escape + 1..].starts_with('\'') { escape } else { escape + 1 };
        out += &rest[..kept];
        rest = &rest[escape + 1..];
        let escaped = rest.chars().next().map_or(0, char::len_utf8);
        out += &rest[..escaped];
        rest = &rest[escaped..];
    }
    Some(out + rest)
}

/// A float as JSON has it: a whole number, as Go writes it, is an integer where that can hold it. None for what JSON cannot say.
pub(super) fn number(f: f64) -> Option<Value> {
    if !f.is_finite() {
        return None;
    }
    let whole = if f == f.trunc() { f.to_string().parse().ok() } else { None };
    Some(whole.map_or(Value::Float(f), Value::Int))
}

/// What go-yaml's resolver makes of a plain scalar that YAML 1.2 leaves as text.
pub(super) fn plain_scalar(text: &str, words: Words) -> Value {
    match text {
        _ if words == Words::AreText => {}
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Value::Bool(false),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) || text.len() > 64 {
        return text.into();
    }
    let digits = text.replace('_', "");
    let (negative, unsigned) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    let (radix, body) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &unsigned[2..]),
        [b'0', b'b' | b'B', ..] => (2, &unsigned[2..]),
        [b'0', b'o' | b'O', ..] => (8, &unsigned[2..]),
        [b'0', _, ..] => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    if !body.starts_with(['+', '-'])
        && let Ok(i) = i64::from_str_radix(body, radix)
    {
        return Value::Int(if negative { -i } else { i });
    }
    let floats = unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if floats && let Some(number) = digits.parse::<f64>().ok().and_then(number) {
        return number;
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_quotes_lose_their_backslash_until_the_scalar_ends() {
        for (text, at, want) in [
            (r#"a: "\'x\'""#, 4, r#"a: "'x'""#),
            (r#"a: "x\\\'\"\'", b: '\'c"#, 7, r#"a: "x\\'\"'", b: '\'c"#),
            (r#"a: "\'"#, 4, r#"a: "'"#),
            (r#"a: "\'\"#, 4, r#"a: "'\"#),
        ] {
            assert_eq!(without_escaped_quotes(text, at).as_deref(), Some(want), "{text}");
        }
        assert_eq!(without_escaped_quotes(r#"a: "\q""#, 4), None);
    }
}

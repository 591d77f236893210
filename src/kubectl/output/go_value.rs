//! Values as Go's `fmt` prints what its decoder makes of them.

use std::fmt::Write;

use crate::api::go_json::go_float;
use crate::api::{Value, quote};
use crate::base::text::control_of;

/// `%v`: `map[a:1 b:[x y]]`, `<nil>`.
pub(crate) fn plain(v: &Value) -> String {
    let mut out = String::new();
    write_plain(&mut out, v);
    out
}

fn write_plain(out: &mut String, v: &Value) {
    match v {
        Value::Null => out.push_str("<nil>"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(i) => {
            let _ = write!(out, "{i}");
        }
        Value::Float(f) => out.push_str(&go_float(*f)),
        Value::Str(s) => out.push_str(s),
        Value::List(l) => {
            out.push('[');
            for (i, item) in l.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                write_plain(out, item);
            }
            out.push(']');
        }
        Value::Map(m) => {
            out.push_str("map[");
            for (i, (key, item)) in m.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                let _ = write!(out, "{key}:");
                write_plain(out, item);
            }
            out.push(']');
        }
    }
}

/// `%#v`: `map[string]interface {}{"a":1}`.
pub(crate) fn syntax(v: &Value) -> String {
    let mut out = String::new();
    write_syntax(&mut out, v);
    out
}

fn write_syntax(out: &mut String, v: &Value) {
    match v {
        Value::Null => out.push_str("interface {}(nil)"),
        Value::Str(s) => out.push_str(&quote(s)),
        Value::List(l) => {
            out.push_str("[]interface {}{");
            for (i, item) in l.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_syntax(out, item);
            }
            out.push('}');
        }
        Value::Map(m) => {
            out.push_str("map[string]interface {}{");
            for (i, (key, item)) in m.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                let _ = write!(out, "{}:", quote(key));
                write_syntax(out, item);
            }
            out.push('}');
        }
        other => write_plain(out, other),
    }
}

/// What an escape after a backslash stands for, and how many bytes of the text it takes; `quote` is the only quote that may be escaped.
// Models strconv.UnquoteChar.
fn unescape(text: &str, quote: char) -> Option<(char, usize)> {
    let mut chars = text.chars();
    let c = chars.next()?;
    let simple = match c {
        '\\' => Some('\\'),
        '\'' | '"' if c == quote => Some(c),
        letter => control_of(letter),
    };
    if let Some(simple) = simple {
        return Some((simple, 1));
    }
    let (from, len, radix) = match c {
        'x' => (1, 2, 16),
        'u' => (1, 4, 16),
        'U' => (1, 8, 16),
        '0'..='7' => (0, 3, 8),
        _ => return None,
    };
    let digits = text.get(from..from + len).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let code = u32::from_str_radix(digits, radix).ok()?;
    Some((char::from_u32(code)?, from + len))
}

/// What stands between these quotes, its escapes resolved; none where Go would not read it.
// Models strconv.Unquote.
pub(super) fn unquote(text: &str, quote: char) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == quote {
            return None;
        }
        if c == '\\' {
            let (escaped, len) = unescape(rest, quote)?;
            out.push(escaped);
            rest = &rest[len..];
        } else {
            out.push(c);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn values_print_as_in_go() {
        let v = obj!({"b": [1, true, 1.5], "a": {"x": "y\n"}, "n": null});
        assert_eq!(plain(&v), "map[a:map[x:y\n] b:[1 true 1.5] n:<nil>]");
        let want =
            r#"map[string]interface {}{"a":map[string]interface {}{"x":"y\n"}, "b":[]interface {}{1, true, 1.5}, "n":interface {}(nil)}"#;
        assert_eq!(syntax(&v), want);
    }

    #[test]
    fn escapes_are_go_s() {
        assert_eq!(unescape("n..", '"'), Some(('\n', 1)));
        assert_eq!(unescape("u00e9", '"'), Some(('é', 5)));
        assert_eq!(unescape("101", '"'), Some(('A', 3)));
        assert_eq!(unescape("'", '"'), None);
        assert_eq!(unescape("é", '"'), None);
        assert_eq!(unescape("x", '"'), None);
    }
}

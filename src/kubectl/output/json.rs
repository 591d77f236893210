//! JSON as kubectl prints it: Go's `encoding/json` with its escapes, four spaces a level.

use crate::api::Value;
use crate::api::go_json::{write_scalar, write_string};

/// A value in JSON, four spaces a level, without a newline at the end.
pub fn to_json(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, Some(0));
    out
}

/// A value in JSON on one line.
pub fn to_compact_json(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, None);
    out
}

/// Writes at a depth of levels, or on one line where there is none. Depth is bounded by what the decoder lets in.
fn write(out: &mut String, value: &Value, depth: Option<usize>) {
    match value {
        Value::List(l) if l.is_empty() => out.push_str("[]"),
        Value::Map(m) if m.is_empty() => out.push_str("{}"),
        Value::List(l) => {
            out.push('[');
            for (i, item) in l.iter().enumerate() {
                separate(out, i, depth);
                write(out, item, depth.map(|d| d + 1));
            }
            newline(out, depth);
            out.push(']');
        }
        Value::Map(m) => {
            out.push('{');
            for (i, (key, item)) in m.iter().enumerate() {
                separate(out, i, depth);
                write_string(out, key);
                out.push_str(if depth.is_some() { ": " } else { ":" });
                write(out, item, depth.map(|d| d + 1));
            }
            newline(out, depth);
            out.push('}');
        }
        scalar => write_scalar(out, scalar),
    }
}

fn separate(out: &mut String, i: usize, depth: Option<usize>) {
    if i > 0 {
        out.push(',');
    }
    newline(out, depth.map(|d| d + 1));
}

fn newline(out: &mut String, depth: Option<usize>) {
    if let Some(depth) = depth {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn is_what_go_writes() {
        let v = obj!({"b": [], "a": {"x": "<a & b>\u{7f}\u{1b}", "y": [1, true, null_value()]}, "c": {}, "f": 1.5});
        assert_eq!(
            to_json(&v),
            "{\n    \"a\": {\n        \"x\": \"\\u003ca \\u0026 b\\u003e\u{7f}\\u001b\",\n        \"y\": [\n            1,\n            true,\n            \
             null\n        ]\n    },\n    \"b\": [],\n    \"c\": {},\n    \"f\": 1.5\n}"
        );
        assert_eq!(to_compact_json(&obj!({"a": [1, {"b": "c"}]})), r#"{"a":[1,{"b":"c"}]}"#);
        for (f, want) in [(1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-7, "1e-7"), (0.000001, "0.000001"), (-2.5e30, "-2.5e+30")] {
            assert_eq!(to_json(&Value::Float(f)), want);
        }
    }

    fn null_value() -> Value {
        Value::Null
    }
}

//! KYAML as `-o kyaml` prints it: YAML in braces, with every string value in quotes.

use crate::base::Case as _;
use std::fmt::Write;

use super::yaml::reads_as_string;
use crate::api::Value;
use crate::api::go_json::write_scalar;
use crate::api::json_order::Layout;

/// A value in KYAML, with its `---` before it and a newline at the end.
// Models sigs.k8s.io/yaml/kyaml.
pub fn to_kyaml(value: &Value, layout: Layout) -> String {
    let mut out = String::from("---\n");
    node(&mut out, value, layout, 0);
    out.push('\n');
    out
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n("  ", level));
}

fn node(out: &mut String, value: &Value, layout: Layout, level: usize) {
    match value {
        Value::Str(s) => string(out, s, level + 1, false),
        Value::List(items) if items.is_empty() => out.push_str("[]"),
        Value::Map(map) if map.is_empty() => out.push_str("{}"),
        Value::List(items) => {
            // Lists of lists and maps put their brackets on one line.
            let cuddle = items.iter().all(|item| matches!(item, Value::List(_) | Value::Map(_)));
            out.push('[');
            if cuddle {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    node(out, item, layout.item(), level);
                }
            } else {
                out.push('\n');
                for item in items.iter() {
                    indent(out, level + 1);
                    node(out, item, layout.item(), level + 1);
                    out.push_str(",\n");
                }
                indent(out, level);
            }
            out.push(']');
        }
        Value::Map(_) => {
            out.push_str("{\n");
            for (key, item, layout) in layout.members(value) {
                indent(out, level + 1);
                if needs_quotes(key) {
                    string(out, key, 0, true)
                } else {
                    out.push_str(key)
                }
                out.push_str(": ");
                node(out, item, layout, level + 1);
                out.push_str(",\n");
            }
            indent(out, level);
            out.push('}');
        }
        scalar => write_scalar(out, scalar),
    }
}

/// A string in quotes; one of several lines is folded at each of them unless it is a key.
fn string(out: &mut String, text: &str, level: usize, key: bool) {
    let folded = !key && text.contains('\n');
    out.push('"');
    if folded {
        out.push_str("\\\n");
    }
    for c in text.chars() {
        if out.ends_with('\n') {
            indent(out, level);
            // Space at a line's beginning would be dropped.
            out.push(if c.is_whitespace() && c != '\n' { '\\' } else { ' ' });
        }
        match c {
            '\n' if key => out.push_str("\\n"),
            '\n' => out.push_str("\\n\\\n"),
            '\t' if key => out.push_str("\\t"),
            '\t' => out.push('\t'),
            '"' | '\\' => out.extend(['\\', c]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{b}' => out.push_str("\\v"),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{feff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    if folded {
        if !out.ends_with('\n') {
            out.push_str("\\\n");
        }
        indent(out, level);
    }
    out.push('"');
}

fn needs_quotes(key: &str) -> bool {
    let lower = key.lower();
    let words = [
        "", "~", "null", "true", "false", "t", "f", "y", "n", "yes", "no", "on", "off", ".inf", "+.inf", "-.inf", ".nan", "nan", "inf",
        "infinity",
    ];
    let last = key.chars().count().saturating_sub(1);
    let plain =
        |(i, c): (usize, char)| c == '_' || c.is_alphabetic() || c.is_numeric() || (i > 0 && i < last && matches!(c, '-' | '.' | '/'));
    words.contains(&lower.as_str()) || !reads_as_string(key) || !key.chars().enumerate().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn values_stand_in_braces() {
        let v = obj!({"kind": "Pod", "metadata": {"labels": {"a.b/c": "d", "no": "x", "-a": ""}, "name": "w"}, "n": 3, "e": {}, "l": [],
            "list": ["a", "b"], "maps": [{"x": 1}, {"y": "l1\n  l2\n"}]});
        let want = r#"---
{
  e: {},
  kind: "Pod",
  l: [],
  list: [
    "a",
    "b",
  ],
  maps: [{
    x: 1,
  }, {
    "y": "\
       l1\n\
      \  l2\n\
      ",
  }],
  metadata: {
    labels: {
      "-a": "",
      a.b/c: "d",
      "no": "x",
    },
    name: "w",
  },
  "n": 3,
}
"#;
        assert_eq!(to_kyaml(&v, Layout::SORTED), want);
    }
}

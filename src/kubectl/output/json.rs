//! JSON as kubectl prints it: Go's `encoding/json` with its escapes, four spaces a level.

use crate::api::{Value, json_order};

/// A value in JSON, four spaces a level, without a newline at the end.
pub fn to_json(value: &Value) -> String {
    json_order::sorted(value, "    ")
}

/// A value in JSON on one line.
pub fn to_compact_json(value: &Value) -> String {
    json_order::sorted(value, "")
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

//! Expressions and what they come to. `rules.txt` has rules by the data they are about.

use super::*;
use crate::api::yaml::decode_documents;

fn yaml(text: &str) -> Value {
    decode_documents(text).expect("yaml").into_iter().next().map(|d| d.value).unwrap_or_default()
}

/// `true`, or what is wrong: at reading, or at evaluating it.
fn outcome(schema: &Value, root: bool, value: &Value, old: Option<&Value>, rule: &str) -> String {
    let scope = Scope::new(schema, root).expect("a schema with a type");
    match scope.compile(rule, false, false) {
        Err(error) => error.to_string(),
        Ok(program) => match program.holds(&Data::new(schema, root, value, old), false).0 {
            Ok(holds) => holds.to_string(),
            Err(fail) => fail.to_string(),
        },
    }
}

#[test]
fn rules_are_as_kubernetes_has_them() {
    let (mut schema, mut value, mut old, mut root) = (Value::Null, Value::Null, None, false);
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in include_str!("rules.txt").lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "schema" | "root" => (schema, root, old) = (yaml(rest), word == "root", None),
            "value" => value = yaml(rest),
            "old" => old = Some(yaml(rest)),
            "cost" => {
                let (cost, rest) = rest.split_once(' ').expect("a cost");
                let (schema, rule) = rest.split_once(" :: ").expect("a rule");
                let scope = Scope::new(&yaml(schema), false).expect("a schema with a type");
                let is = scope.compile(rule, false, false).expect("a rule").cost_max.to_string();
                count += 1;
                if is != cost {
                    wrong.push(format!("{schema} {rule}\n    costs {is}\n    wanted {cost}"));
                }
            }
            "holds" | "fails" => {
                let (rule, wanted) = rest.split_once("  =>  ").unwrap_or((rest, "true"));
                let is = outcome(&schema, root, &value, old.as_ref(), rule);
                count += 1;
                if if word == "holds" { is != "true" } else { !is.contains(wanted) } {
                    wrong.push(format!("{rule}\n    is {is}\n    wanted {wanted}"));
                }
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 400, "{count}");
}

/// What is wrong with texts that are no expressions: places and messages.
#[test]
fn expressions_are_read() {
    const START: &str = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
    for (text, want) in [
        (
            "*@a | b",
            vec![
                "1:1: Syntax error: extraneous input '*' expecting START",
                "1:2: Syntax error: token recognition error at: '@'",
                "1:5: Syntax error: token recognition error at: '| '",
                "1:7: Syntax error: extraneous input 'b' expecting <EOF>",
            ],
        ),
        (
            "true | true",
            vec!["1:6: Syntax error: token recognition error at: '| '", "1:8: Syntax error: extraneous input 'true' expecting <EOF>"],
        ),
        (
            "{",
            vec![
                "1:2: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '}', '(', '.', ',', '-', '!', '?', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
            ],
        ),
        (
            "1 + $",
            vec!["1:5: Syntax error: token recognition error at: '$'", "1:6: Syntax error: mismatched input '<EOF>' expecting START"],
        ),
        ("1 + 2\n3 +", vec!["2:1: Syntax error: mismatched input '3' expecting <EOF>"]),
        (
            "1 + +",
            vec!["1:5: Syntax error: mismatched input '+' expecting START", "1:6: Syntax error: mismatched input '<EOF>' expecting START"],
        ),
        (
            "in",
            vec!["1:1: Syntax error: mismatched input 'in' expecting START", "1:3: Syntax error: mismatched input '<EOF>' expecting START"],
        ),
        (
            "?",
            vec!["1:1: Syntax error: mismatched input '?' expecting START", "1:2: Syntax error: mismatched input '<EOF>' expecting START"],
        ),
        ("{a}", vec!["1:3: Syntax error: mismatched input '}' expecting ':'"]),
        ("{\"a\": 1}.\"a\"", vec!["1:10: Syntax error: no viable alternative at input '.\"a\"'"]),
        (
            "\"\\xFh\"",
            vec![
                "1:1: Syntax error: token recognition error at: '\"\\xFh'",
                "1:6: Syntax error: token recognition error at: '\"'",
                "1:7: Syntax error: mismatched input '<EOF>' expecting START",
            ],
        ),
        ("self.true == 1", vec!["1:6: Syntax error: mismatched input 'true' expecting IDENTIFIER"]),
        ("(self == 1", vec!["1:11: Syntax error: missing ')' at '<EOF>'"]),
        ("!-self", vec!["1:3: Syntax error: no viable alternative at input '-self'"]),
        ("1 == 1 1 == 1 ||", vec!["1:8: Syntax error: mismatched input '1' expecting <EOF>"]),
        ("while == 1", vec!["1:1: reserved identifier: while"]),
        ("99999999999999999999 == 1", vec!["1:1: invalid int literal"]),
        ("self.`a`", vec!["1:6: unsupported syntax: '`'"]),
        ("has(1)", vec!["1:5: invalid argument to has() macro"]),
        ("[1].all(1, true)", vec!["1:9: argument must be a simple name"]),
        (
            "foo(1) && bar",
            vec!["1:4: undeclared reference to 'foo' (in container '')", "1:11: undeclared reference to 'bar' (in container '')"],
        ),
        ("self.map(x, x)", vec!["1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)"]),
        ("self.foo", vec!["1:5: type 'int' does not support field selection"]),
        ("self && 'a' || true", vec!["1:1: expected type 'bool' but found 'int'", "1:9: expected type 'bool' but found 'string'"]),
        ("'a'.matches('(')", vec!["1:13: invalid matches argument"]),
        ("self == 'é' + 1", vec!["1:13: found no matching overload for '_+_' applied to '(string, int)'"]),
    ] {
        let scope = Scope::new(&yaml("{type: integer}"), false).expect("a schema with a type");
        let error = scope.compile(text, false, false).expect_err(text).to_string();
        let is: Vec<&str> = error.lines().filter_map(|l| l.split_once("ERROR: <input>:").map(|(_, e)| e)).collect();
        let want: Vec<String> = want.iter().map(|w| w.replace("START", START)).collect();
        assert_eq!(is, want, "{text}");
    }
}

#[test]
fn nothing_goes_too_deep_or_on_for_ever() {
    let scope = Scope::new(&yaml("{type: array, items: {type: string}}"), false).expect("a schema with a type");
    for text in [
        format!("{}true{}", "(".repeat(5000), ")".repeat(5000)),
        "!".repeat(50_000),
        format!("!{}self", "-".repeat(60_000)),
        format!("self{}", "[0]".repeat(5000)),
        format!("1{} == 1", " + 1".repeat(5000)),
        "[".repeat(5000),
        "self.map(x, ".repeat(200),
        "x".repeat(200_000),
    ] {
        assert!(scope.compile(&text, false, false).is_err(), "{:.20}", text);
    }
    let value = yaml(&format!("[{}]", vec!["'abcdefghij'"; 200].join(",")));
    let schema = yaml("{type: array, items: {type: string}}");
    for text in [
        "self.map(a, self.map(b, self.map(c, self.map(d, a + b + c + d)))).size() > 0",
        "lists.range(4000000).size() > 0",
        "lists.range(900).distinct().size() > 0 && lists.range(900).map(x, lists.range(900)).flatten().size() > 1",
        "self.map(a, self.join(a)).join().matches('(a*)*b')",
        &format!("[self]{}.all(a, a.join().size() > 0)", ".map(a, a + a)".repeat(16)),
        &format!("[[1]]{0} == [[1]]{0}", ".map(a, [a, a])".repeat(40)),
        &format!("[[1]]{}.all(a, a.flatten().size() > 0)", ".map(a, [a, a])".repeat(40)),
        &format!("[[]]{}.all(a, '%s'.format([a]).size() > 0)", ".map(a, [a, a])".repeat(40)),
        "lists.range(1000).all(i, self.map(x, self.join()).distinct().size() > 0)",
        "[lists.range(400000)].all(a, lists.range(50000).all(i, (a + [1]).size() > 0))",
        "lists.range(5000).all(i, 'a'.matches('(b{100}){9}' + string(i)) || true)",
        "self.join().findAll('a*b|[a-j]').size() > 0",
        &format!("[1].all(v0, {}true{}", (0..25).map(|i| format!("[{{v{i}: v{i}}}].all(v{}, ", i + 1)).collect::<String>(), ")".repeat(26)),
    ] {
        let program = scope.compile(text, false, false).expect("a rule");
        assert!(program.holds(&Data::new(&schema, false, &value, None), false).1 > 0, "{text}");
    }
}

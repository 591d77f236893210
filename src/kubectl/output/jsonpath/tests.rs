//! What kubectl's JSONPath finds and refuses.

use super::*;
use crate::base::RandomStream;
use crate::obj;

fn pods() -> Value {
    let pod = |name: &str, node: &str, restarts: i64, ready: bool| {
        obj!({"kind": "Pod", "metadata": {"name": name, "labels": {"app": "web", "a.b/c": "d"}}, "spec": {"nodeName": node, "containers": [{"name": "c", "image": "nginx"}]},
            "status": {"ready": ready, "restarts": restarts}})
    };
    obj!({"apiVersion": "v1", "kind": "List", "items": Value::from(vec![pod("a", "n1", 0, true), pod("b", "n2", 3, false), pod("c", "n1", 1, true)])})
}

#[test]
fn templates_print_as_kubectl_prints_them() {
    for (template, want) in [
        ("{.items[0].metadata.labels.app}", "web"),
        ("{.items[*].metadata.name}", "a b c"),
        ("{.items[*]['metadata.name']}", "a b c"),
        ("{.items[-1].metadata.name}", "c"),
        ("{.items[-1:].metadata.name}", "c"),
        ("{.items[0:2].metadata.name}", "a b"),
        ("{.items[::2].metadata.name}", "a c"),
        ("{.items[0,2].metadata.name}", "a c"),
        ("{.items[1:1].metadata.name}", ""),
        ("{..nodeName}", "n1 n2 n1"),
        ("{.items..image}", "nginx nginx nginx"),
        ("{.apiVersion} {.kind}", "v1 List"),
        ("{\"hello\"}", "hello"),
        ("text {.kind} text", "text List text"),
        ("{@.kind}{$.kind}", "ListList"),
        ("{.items.length}", ""),
        ("{.}", ""),
        ("{.nope}", ""),
        ("{.items[0].metadata.labels}", r#"{"a.b/c":"d","app":"web"}"#),
        ("{.items[0].metadata.labels.a\\.b/c}", "d"),
        ("{.items[?(@.status.restarts>=1)].metadata.name}", "b c"),
        ("{.items[?(@.status.ready==true)].metadata.name}", "a c"),
        ("{.items[?(@.spec.nodeName==\"n1\")].metadata.name}", "a c"),
        ("{.items[?(@.spec.nodeName!='n1')].metadata.name}", "b"),
        ("{.items[?(@.spec.containers[0].image)].metadata.name}", "a b c"),
        ("{.items[?(@.kind in \"x\")].metadata.name}", "a b c"),
        ("{.items[?(@.nope in \"x\")].metadata.name}", ""),
        ("{.items[?(@.spec[0])].metadata.name}", "a b c"),
        ("{range .items[*]}{.metadata.name}{\",\"}{end}", "a,b,c,"),
        ("{range .items[*]}{range .spec.containers[*]}{.name}={.image}{\"\\n\"}{end}{end}", "c=nginx\nc=nginx\nc=nginx\n"),
        ("{range .items[*]}{.metadata.name}", "abc"),
        ("{range .nope[*]}{.x}{end}done", "done"),
        ("{range .items[?(@.spec.nodeName==\"n2\")]}[{.metadata.name}]{end}!", "[b]!"),
        ("{range .items[*]}{@.metadata.name}{'\\t'}{end}", "a\tb\tc\t"),
        ("{.items[0].spec.containers[*].*}", "nginx c"),
        (".items[*].metadata.name", ".items[*].metadata.name"),
        ("{.items[0].status.ready}{.items[1].status.restarts}", "true3"),
        ("{1}{1.5}{true}", "11.5true"),
    ] {
        let path = JsonPath::parse(template).unwrap_or_else(|e| panic!("{template}: {e}"));
        assert_eq!(path.print(&pods(), true).as_deref(), Ok(want), "{template}");
    }
    let path = JsonPath::parse("{.items[*].metadata.name}").expect("valid");
    assert_eq!(path.print_as_json(&pods(), true).as_deref(), Ok("[\n    \"a\",\n    \"b\",\n    \"c\"\n]\n"));
}

#[test]
fn mistakes_are_named_as_kubectl_names_them() {
    for (template, want) in [
        ("{.items[", "unterminated array"),
        ("{.items[*]..name", "unclosed action"),
        ("{.items[x]}", "invalid array index x"),
        ("{.items[*][\"metadata.name\",\"x\"]}", "invalid array index \"metadata.name\""),
        ("{.items[?(@.a=~\"web\")].name}", "unrecognized character in action: U+007E '~'"),
        ("{.items[?(@.name==\"web)]}", "unterminated filter"),
        ("{.items[?(@.name)}", "unclosed array expect ]"),
        ("{'abc}", "unterminated quoted string"),
        ("{....}", "invalid multiple recursive descent"),
        ("{+}", "cannot parse number +"),
        ("{.a[1:2:3:4]}", "invalid array index 1:2:3:4"),
    ] {
        assert_eq!(JsonPath::parse(template).err().map(|e| e.to_string()).as_deref(), Some(want), "{template}");
    }
    for (template, want) in [
        ("{.items[9].metadata.name}", "array index out of bounds: index 9, length 3"),
        ("{end}", "not in range, nothing to end"),
        ("{.items[1:0]}", "starting index 1 is greater than ending index 0"),
        ("{.items[?(@.kind==Pod)]}", "unrecognized identifier Pod"),
        ("{.kind[0]}", "string is not array or slice"),
        ("{.items[?(@.status.restarts==\"1\")]}", "incompatible types for comparison"),
        ("{.items[::0]}", "step must be > 0"),
        ("{.kind[?(@.a)]}", "List is not array or slice and cannot be filtered"),
    ] {
        let path = JsonPath::parse(template).unwrap_or_else(|e| panic!("{template}: {e}"));
        assert_eq!(path.print(&pods(), true).err().map(|e| e.to_string()).as_deref(), Some(want), "{template}");
    }
    let path = JsonPath::parse("{.a}").expect("valid");
    assert_eq!(path.find(&pods(), false).err().map(|e| e.to_string()).as_deref(), Some("a is not found"));
    let error = JsonPathError::Evaluation("E".into());
    let want = "error executing jsonpath \"{.a}\": Error executing template: E. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{.a}\n\
                \tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{\"k\":1}\n\n\n";
    assert_eq!(path.failure(&error, &obj!({"k": 1})), want);
}

/// No text, however odd, breaks the parser or keeps it busy.
#[test]
fn any_text_is_read_or_refused() {
    let mut random = RandomStream::new(1, "jsonpath");
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "..",
        ".",
        "*",
        "?(",
        ")",
        "@",
        "\"",
        "'",
        "\\",
        "range ",
        "end",
        "items",
        "a",
        "é",
        "-1",
        ":",
        ",",
        "==",
        "<",
        " ",
        "\n",
        "0",
        "{range .items[*]}",
    ];
    for _ in 0..20_000 {
        let template: String = (0..random.below(14)).map(|_| pieces[random.below(pieces.len() as u64) as usize]).collect();
        if let Ok(path) = JsonPath::parse(&template) {
            let _ = path.print(&pods(), true);
        }
    }
    let nested = "[?(".repeat(2000);
    assert!(JsonPath::parse(&format!("{{{nested}")).is_err());
    let deep = "{range .items[*]}".repeat(200);
    assert!(JsonPath::parse(&deep).expect("valid").print(&pods(), true).is_err());
}

//! Go templates against a table of data and what they print.

use super::*;
use crate::base::RandomStream;
use crate::obj;

fn data() -> Value {
    let pod = |name: &str, ready: bool, n: i64| obj!({"metadata": {"name": name, "labels": {"app": "web", "tier": "x"}}, "status": {"ready": ready, "restarts": n}, "none": null});
    obj!({"kind": "List", "items": Value::from(vec![pod("a", true, 0), pod("b", false, 1_000_000)]), "secret": "aGk=", "empty": {}, "text": "<a&b>"})
}

#[test]
fn templates_print_as_kubectl_prints_them() {
    for (template, want) in [
        ("{{.kind}}", "List"),
        ("{{len .items}}", "2"),
        ("{{range .items}}{{.metadata.name}}{{\"\\n\"}}{{end}}", "a\nb\n"),
        ("{{range $i,$p := .items}}{{$i}}:{{$p.metadata.name}} {{end}}", "0:a 1:b "),
        ("{{range $k, $v := (index .items 0).metadata.labels}}{{$k}}={{$v}};{{end}}", "app=web;tier=x;"),
        ("{{(index .items 0).metadata.name}}", "a"),
        ("{{range .items}}{{if eq .metadata.name \"a\"}}[{{.metadata.name}}]{{else if .status.ready}}ready{{else}}-{{end}}{{end}}", "[a]-"),
        ("{{range .items}}{{.metadata.labels}}{{end}}", "map[app:web tier:x]map[app:web tier:x]"),
        ("{{range .items}}{{index .metadata.labels \"app\"}} {{end}}", "web web "),
        ("{{range .items}}{{.spec.nope}}{{end}}", "<no value><no value>"),
        ("{{.nope.foo}}", "<no value>"),
        ("{{(index .items 0).none}}", "<no value>"),
        ("{{printf \"%s-%d\" .kind 5}}", "List-5"),
        ("{{printf \"%d %5.1f|%-4s|%04d|%q|%v|%x\" 3 1.25 \"a\" 7 \"b\" true 255}}", "3   1.2|a   |0007|\"b\"|true|ff"),
        ("{{printf \"%d\" \"x\"}}{{printf \"%s\"}}{{printf \"x\" 1}}", "%!d(string=x)%!s(MISSING)x%!(EXTRA int=1)"),
        ("{{range .items}}{{.status.ready}} {{.status.restarts}} {{end}}", "true 0 false 1000000 "),
        (
            "{{range .items}}{{if gt .status.restarts 5}}{{printf \"%d %T\" .status.restarts .status.restarts}}{{end}}{{end}}",
            "1000000 int64",
        ),
        ("{{exists . \"items\"}} {{exists . \"x\"}}", "true false"),
        ("{{.secret | base64decode}}", "hi"),
        ("{{with .empty}}x{{else}}none{{end}}{{with .kind}}{{.}}{{end}}", "noneList"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ("a {{- \" b \" -}} c", "a b c"),
        ("a{{/* no */}}b {{- /* no */ -}} c", "abc"),
        (
            "{{and 1 0}}{{or 0 \"x\"}}{{not true}}{{eq 1 2 1}}{{ne 1 2}}{{lt 1 2}}{{le \"a\" \"a\"}}{{gt 2 1}}{{ge 1 2}}",
            "0xfalsetruetruetruetruetruefalse",
        ),
        ("{{range .items}}{{if .status.ready}}{{continue}}{{end}}{{.metadata.name}}{{break}}{{end}}", "b"),
        ("{{range .nope}}x{{else}}none{{end}}{{range 3}}{{.}}{{end}}", "none012"),
        ("{{define \"t\"}}<{{.}}>{{end}}{{template \"t\" .kind}}{{block \"b\" 1}}{{.}}{{end}}", "<List>1"),
        ("{{print 1 2 \"a\" \"b\" 3}}|{{println \"a\" 1}}", "1 2ab3|a 1\n"),
        ("{{html .text}} {{urlquery .text}} {{js \"'\"}}", "&lt;a&amp;b&gt; %3Ca%26b%3E \\'"),
        ("{{slice .kind 1 3}}{{len \"é\"}}{{'a'}}{{0x10}}{{1.5}}{{`raw`}}", "is297161.5raw"),
        ("{{range $i, $e := .items}}{{if $i}},{{end}}{{$e.metadata.name}}{{end}}", "a,b"),
        ("{{$.kind}}{{range .items}}{{$.kind}}{{end}}", "ListListList"),
        ("{{printf \"%T %T %T %s\" 1 (len .kind) (index .items 0).status.restarts 3}}", "int int int64 %!s(int=3)"),
        ("{{with .nope}}a{{else with .kind}}{{.}}{{end}}", "List"),
        ("{{ne .empty nil}} {{eq .nope nil}} {{eq nil nil}} {{printf \"%v\" nil}}", "true true true <nil>"),
    ] {
        let parsed = GoTemplate::parse(template).unwrap_or_else(|e| panic!("{template}: {e}"));
        let (got, error) = parsed.print(&data(), true);
        assert_eq!((got.as_str(), error), (want, None), "{template}");
    }
}

#[test]
fn mistakes_are_named_as_go_names_them() {
    for (template, want) in [
        ("{{.foo", "template: output:1: unclosed action"),
        ("{{foo}}", "template: output:1: function \"foo\" not defined"),
        ("{{range .items}}{{.metadata.name}}", "template: output:1: unexpected EOF"),
        ("\n{{end}}", "template: output:2: unexpected {{end}}"),
        ("{{else}}", "template: output:1: unexpected {{else}}"),
        ("{{.a-b}}", "template: output:1: bad character U+002D '-'"),
        ("{{}}", "template: output:1: missing value for command"),
        ("{{if}}{{end}}", "template: output:1: missing value for if"),
        ("{{$x}}", "template: output:1: undefined variable \"$x\""),
        ("{{\"abc}}", "template: output:1: unterminated quoted string"),
        ("{{(.a}}", "template: output:1: unclosed left paren"),
        ("{{.a)}}", "template: output:1: unexpected right paren"),
        ("{{1 | 2}}", "template: output:1: non executable command in pipeline stage 2"),
        ("{{break}}", "template: output:1: {{break}} outside {{range}}"),
        ("{{/* x}}", "template: output:1: unclosed comment"),
        ("{{1.a}}", "template: output:1: bad number syntax: \"1.a\""),
        ("{{.a .b, .c}}", "template: output:1: unexpected \",\" in operand"),
        ("{{12345678901234567890123}}", "template: output:1: integer overflow: \"12345678901234567890123\""),
    ] {
        assert_eq!(GoTemplate::parse(template).err().map(|e| e.to_string()).as_deref(), Some(want), "{template}");
    }
    for (template, out, want) in [
        ("{{len.items}}", "", "template: output:1:2: executing \"output\" at <len>: wrong number of args for len: want 1 got 0"),
        ("x{{.kind.foo}}", "x", "template: output:1:8: executing \"output\" at <.kind.foo>: can't evaluate field foo in type interface {}"),
        (
            "{{eq .kind 1}}",
            "",
            "template: output:1:2: executing \"output\" at <eq .kind 1>: error calling eq: incompatible types for comparison: string and int",
        ),
        (
            "{{index .items 7}}",
            "",
            "template: output:1:2: executing \"output\" at <index .items 7>: error calling index: index out of range: 7",
        ),
        (
            "{{index .items 2}}",
            "",
            "template: output:1:2: executing \"output\" at <index .items 2>: error calling index: reflect: slice index out of range",
        ),
        (
            "{{len .nope}}",
            "",
            "template: output:1:2: executing \"output\" at <len .nope>: error calling len: reflect: call of reflect.Value.Type on zero Value",
        ),
        ("a\n{{range .kind}}{{end}}", "a\n", "template: output:2:8: executing \"output\" at <.kind>: range can't iterate over List"),
        (
            "{{(index .items 0).none.x}}",
            "",
            "template: output:1:18: executing \"output\" at <(index .items 0).none.x>: nil pointer evaluating interface {}.x",
        ),
        (
            "{{base64decode .empty}}",
            "",
            "template: output:1:15: executing \"output\" at <.empty>: wrong type for value; expected string; got map[string]interface {}",
        ),
        (
            "{{base64decode \"!\"}}",
            "",
            "template: output:1:2: executing \"output\" at <base64decode \"!\">: error calling base64decode: base64 decode failed: illegal base64 data at input byte 0",
        ),
        ("{{template \"x\"}}", "", "template: output:1:11: executing \"output\" at <{{template \"x\"}}>: template \"x\" not defined"),
        ("{{.kind 1}}", "", "template: output:1:2: executing \"output\" at <.kind>: kind is not a method but has arguments"),
        (
            "{{define \"t\"}}{{index . 9}}{{end}}{{template \"t\" .kind}}",
            "",
            "template: output:1:16: executing \"t\" at <index . 9>: error calling index: index out of range: 9",
        ),
        (
            "{{define \"t\"}}{{template \"t\"}}{{end}}{{template \"t\"}}",
            "",
            "template: output:1:25: executing \"t\" at <{{template \"t\"}}>: exceeded maximum template depth (100000)",
        ),
        ("{{len 3}}", "", "template: output:1:2: executing \"output\" at <len 3>: error calling len: len of type int"),
        (
            "{{len nil}}",
            "",
            "template: output:1:2: executing \"output\" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value",
        ),
        ("{{call nil}}", "", "template: output:1:2: executing \"output\" at <call nil>: error calling call: call of nil"),
        (
            "{{call .kind}}",
            "",
            "template: output:1:2: executing \"output\" at <call .kind>: error calling call: non-function .kind of type string",
        ),
        ("{{base64decode nil}}", "", "template: output:1:15: executing \"output\" at <nil>: cannot assign nil to string"),
        (
            "{{eq (index .items 0).status (index .items 0).status}}",
            "",
            "template: output:1:2: executing \"output\" at <eq (index .items 0).status (index .items 0).status>: error calling eq: \
             non-comparable type map[ready:%!s(bool=true) restarts:%!s(int64=0)]: map[string]interface {}",
        ),
        (
            "{{eq .empty .items}}",
            "",
            "template: output:1:2: executing \"output\" at <eq .empty .items>: error calling eq: \
             non-comparable types map[]: map[string]interface {}, []interface {}: [map[metadata:map[labels:map[app:web tier:x] name:a] none:<nil> \
             status:map[ready:true restarts:0]] map[metadata:map[labels:map[app:web tier:x] name:b] none:<nil> \
             status:map[ready:false restarts:1000000]]]",
        ),
        ("{{nil}}", "", "template: output:1:2: executing \"output\" at <nil>: nil is not a command"),
    ] {
        let parsed = GoTemplate::parse(template).unwrap_or_else(|e| panic!("{template}: {e}"));
        let (got, error) = parsed.print(&data(), true);
        assert_eq!((got.as_str(), error.map(|e| e.to_string()).as_deref()), (out, Some(want)), "{template}");
    }
    let missing = GoTemplate::parse("{{.a}}").expect("valid").print(&data(), false).1;
    assert_eq!(
        missing.map(|e| e.to_string()).as_deref(),
        Some("template: output:1:2: executing \"output\" at <.a>: map has no entry for key \"a\"")
    );
}

#[test]
fn failures_are_explained_as_kubectl_explains_them() {
    let data = obj!({"a": 1, "s": "<"});
    let parsed = GoTemplate::parse("{{len.a}}").expect("valid");
    let (_, error) = parsed.print(&data, true);
    let error = error.expect("an error");
    assert_eq!(
        parsed.failure_output(&error, &data),
        "Error executing template: template: output:1:2: executing \"output\" at <len>: wrong number of args for len: want 1 got 0. Printing more information for \
         debugging the template:\n\ttemplate was:\n\t\t{{len.a}}\n\traw data was:\n\t\t{\"a\":1,\"s\":\"\\u003c\"}\n\tobject given to template engine was:\n\t\tmap[a:1 s:<]\n\n"
    );
    assert_eq!(
        parsed.failure(&error),
        "error executing template \"{{len.a}}\": template: output:1:2: executing \"output\" at <len>: wrong number of args for len: want 1 got 0"
    );
}

/// No text, however odd, breaks the parser or keeps it busy.
#[test]
fn any_text_is_read_or_refused() {
    let mut random = RandomStream::new(1, "go-template");
    let pieces = [
        "{{",
        "}}",
        "{{-",
        "-}}",
        " ",
        "(",
        ")",
        "|",
        "range",
        "if",
        "end",
        "else",
        "with",
        ".",
        ".items",
        "$",
        "$x",
        ":=",
        "=",
        ",",
        "\"",
        "`",
        "'",
        "1",
        "-2",
        "0x",
        "len",
        "index",
        "printf",
        "é",
        "\n",
        "/*",
        "*/",
        "define",
        "template",
        "break",
        "{{range .items}}",
        "{{end}}",
        "{{if .}}",
        "\"%*d\"",
        "eq",
        "slice",
    ];
    for _ in 0..20_000 {
        let template: String = (0..random.below(16)).map(|_| pieces[random.below(pieces.len() as u64) as usize]).collect();
        if let Ok(parsed) = GoTemplate::parse(&template) {
            let _ = parsed.print(&data(), true);
        }
    }
    assert!(GoTemplate::parse(&format!("{{{{{}1", "(".repeat(100_000))).is_err());
    assert!(GoTemplate::parse(&"{{if 1}}".repeat(10_000)).is_err());
    for endless in [
        "{{range 1000000000}}x{{end}}",
        "{{define \"t\"}}{{template \"t\"}}{{end}}{{template \"t\"}}",
        "{{range 100000}}{{printf \"%9000d\" 1}}{{end}}",
    ] {
        assert!(GoTemplate::parse(endless).expect("valid").print(&data(), true).1.is_some(), "{endless}");
    }
}

#[test]
fn texts_that_double_come_to_an_end() {
    let data = obj!({"a": "0123456789"});
    let doubled = |times: usize| format!("{{{{$x := .a}}}}{}", "{{$x = printf \"%s%s\" $x $x}}".repeat(times));
    let at_once = format!("{}{{{{len (printf \"{}\" {})}}}}", doubled(18), "%s".repeat(50), "$x ".repeat(50));
    for template in [doubled(40), at_once] {
        let (out, error) = GoTemplate::parse(&template).expect("valid").print(&data, true);
        assert!(error.expect("an error").to_string().contains("runs for too long"), "{out}");
    }
}

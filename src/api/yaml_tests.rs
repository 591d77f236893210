//! What kubectl makes of texts that people type.

use super::*;
use crate::obj;

fn one(text: &str) -> Value {
    let documents = decode_documents(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(documents.len(), 1, "{text}");
    documents[0].value.clone()
}

fn error(text: &str) -> String {
    decode_documents(text).expect_err(text).to_string()
}

#[test]
fn plain_scalars_are_yaml_1_1() {
    for (text, want) in [
        ("yes", obj!({"a": true})),
        ("\"yes\"", obj!({"a": "yes"})),
        ("'no'", obj!({"a": "no"})),
        ("!!str yes", obj!({"a": "yes"})),
        ("off", obj!({"a": false})),
        ("y", obj!({"a": true})),
        ("012", obj!({"a": 10})),
        ("0777", obj!({"a": 511})),
        ("0o14", obj!({"a": 12})),
        ("0x1F", obj!({"a": 31})),
        ("089", obj!({"a": 89})),
        ("1_000", obj!({"a": 1000})),
        ("3.0", obj!({"a": 3})),
        ("0.5", obj!({"a": 0.5})),
        ("1e3", obj!({"a": 1000})),
        ("9223372031e9", obj!({"a": 9_223_372_031_000_000_000_i64})),
        ("1111111111111111111.3", obj!({"a": 1_111_111_111_111_111_200_i64})),
        ("-1e18", obj!({"a": -1_000_000_000_000_000_000_i64})),
        ("1e19", obj!({"a": 1e19})),
        ("12:30:45", obj!({"a": "12:30:45"})),
        ("2001-01-01", obj!({"a": "2001-01-01"})),
        ("1.2.3", obj!({"a": "1.2.3"})),
        ("-", obj!({"a": [Value::Null]})),
        ("~", obj!({"a": null})),
        ("", obj!({"a": null})),
        ("\"012\"", obj!({"a": "012"})),
        ("500m", obj!({"a": "500m"})),
        ("!mine 5", obj!({"a": "5"})),
    ] {
        let text = if text == "-" { "a:\n- \n".to_owned() } else { format!("a: {text}\n") };
        assert_eq!(one(&text), want, "{text}");
    }
    assert_eq!(one("{on: 1, 8080: 2, 1.5: 3, x: {y: 4}}"), obj!({"true": 1, "8080": 2, "1.5": 3, "x": {"true": 4}}));
}

#[test]
fn documents_are_split_where_kubectl_splits_them() {
    let text = "# only a comment\n---\na: 1\n--- # again\n\n---\nb: 2\n---\n";
    let documents = decode_documents(text).expect("valid");
    assert_eq!(documents.iter().map(|d| d.value.to_json()).collect::<Vec<_>>(), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(documents.iter().map(|d| d.first_line).collect::<Vec<_>>(), [3, 7]);
    assert!(decode_documents("---\n---\n").expect("valid").is_empty());
    assert_eq!(one("\u{feff}a: b\n"), obj!({"a": "b"}));
    assert_eq!(error("a: 1\n--- b: 2\n"), "invalid Yaml document separator: b: 2");
}

#[test]
fn json_is_read_too() {
    let texts = |text: &str| decode_documents(text).expect("valid").iter().map(|d| d.value.to_json()).collect::<Vec<_>>();
    assert_eq!(texts("{\"a\": 1}\n{\"b\": 2}"), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(texts("{\"a\": 1,}"), ["{\"a\":1}"]);
    assert_eq!(texts("{\"a\": 3.0, \"b\": [1e3, {\"c\": 2.5}]}"), ["{\"a\":3,\"b\":[1000,{\"c\":2.5}]}"]);
    assert_eq!(texts(" {a: b}\n---\nc: d\n"), ["{\"a\":\"b\"}", "{\"c\":\"d\"}"]);
}

#[test]
fn only_spaces_stand_before_a_comment() {
    assert_eq!(read_value("  # nothing\n").expect("reads"), Value::Null);
    assert_eq!(read_value("\u{3000}# text\n").expect("reads"), Value::from("\u{3000}# text"));
}

#[test]
fn errors_are_go_yamls() {
    for (text, want) in [
        ("apiVersion: v1\nkind: Pod\nmetadata:\n\tname: web\n", "line 4: found character that cannot start any token"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n   labels:\n    a: b\n",
            "line 5: mapping values are not allowed in this context",
        ),
        ("apiVersion: v1\nkind Pod\nmetadata:\n  name: web\n", "line 3: could not find expected ':'"),
        ("\tapiVersion: v1\n", "found character that cannot start any token"),
        ("a:\n  schedule: * * * * *\n", "line 2: did not find expected alphabetic or numeric character"),
        ("image: {{ .Values.image }}\n", "invalid map key: map[interface {}]interface {}{\".Values.image\":interface {}(nil)}"),
        ("a: *b\n", "unknown anchor 'b' referenced"),
        ("<<: 1\n", "map merge requires map or sequence of maps as the value"),
        // Dashes count where nothing stands before them.
        ("---\na:\n\tb\n", "line 3: found character that cannot start any token"),
        ("a: 1\n---\na:\n\tb\n", "line 2: found character that cannot start any token"),
        ("%YAML 1.2\n---\na: 1\n", "found incompatible YAML document"),
    ] {
        assert_eq!(error(text), format!("error converting YAML to JSON: yaml: {want}"), "{text}");
    }
    // What is neither JSON nor YAML is told as JSON, if it looks like that.
    for (text, want) in [
        ("{x: :x}\n", "json: offset 2: invalid character 'x' looking for beginning of object key string"),
        ("{\"kind\": \"Pod\"\n \"metadata\": {}}\n", "json: offset 17: invalid character '\"' after object key:value pair"),
        ("{\"a\": \"b\nc\", : }", "json: offset 9: invalid character '\\n' in string literal"),
        ("{\"a\": 1", "unexpected EOF"),
        ("{} {} ]", "invalid character ']' looking for beginning of value"),
    ] {
        assert_eq!(error(text), want, "{text}");
    }
    let (before, failed) = decode_stream("a: 1\n---\nb: [\n");
    assert_eq!((before.len(), failed.map(|e| e.line)), (1, Some(Some(4))));
}

#[test]
fn a_text_read_in_parts_is_the_text() {
    for text in [
        "",
        "a: 1",
        "---\na: 1\n---\n---\n# c\n---\nb: 2\n",
        "\u{feff}a: 1\n--- # x\nb: 2\n---",
        "a: 1\n---\nb: [\n---\nc: 1\n",
        "a: 1\n---\nb: 1\n--- x\nc: 1\n",
        "{\"a\": 1} {\"b\": 2}\n",
        "{a: 1}\n---\n{b: 2}\n",
        "{\"a\": 1}\n---\nb: 2\n",
        "{\"a\": 1} {\"b\": 2} x",
    ] {
        let (whole, error) = decode_stream(text);
        for bytes in [1, 7, 12] {
            let (mut stream, mut documents, mut calls) = (Stream::default(), Vec::new(), 0);
            let failed = loop {
                calls += 1;
                match stream.read(text, Words::AreBooleans, bytes, &mut documents) {
                    Ok(true) => {}
                    Ok(false) => break None,
                    Err(error) => break Some(error),
                }
            };
            let all = |documents: &[Document]| documents.iter().map(|d| (d.value.to_json(), d.first_line)).collect::<Vec<_>>();
            assert_eq!((all(&documents), &failed), (all(&whole), &error), "{text:?}");
            assert!(calls >= whole.len() || text.starts_with('{'), "{text:?} was read in {calls} parts");
        }
    }
}

#[test]
fn merge_keys_and_anchors() {
    assert_eq!(one("base: &b {x: 1, y1: 2}\nc:\n  <<: *b\n  x: 3\n").get("c"), &obj!({"x": 3, "y1": 2}));
    assert_eq!(one("a: &l {a: b}\nb: *l\n"), obj!({"a": {"a": "b"}, "b": {"a": "b"}}));
}

#[test]
fn places_are_found() {
    let text = "# x\n---\nspec:\n  containers:\n  - name: a\n    image: \"x\"\n  - name: b\n    ports:\n    - containerPort: 80\n";
    let positions = decode_documents(text).expect("valid").remove(0).positions;
    assert_eq!(positions.find("spec.containers[0].image"), Some((6, 12)));
    assert_eq!(positions.find("spec.containers[1].name"), Some((7, 11)));
    assert_eq!(positions.find("spec.containers[1].ports[0].containerPort"), Some((9, 7)));
    assert_eq!(positions.find("spec.containers[1].image"), Some((7, 5)));
    assert_eq!(positions.find("metadata.name"), Some((3, 1)));
}

#[test]
fn what_grows_without_end_is_refused() {
    let bomb: String = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &(1..12).map(|i| format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(","))).collect::<String>();
    assert_eq!(error(&bomb), "error converting YAML to JSON: yaml: document contains excessive aliasing");
    let long = |bytes: usize, times: usize| format!("a: &a {}\nb: [{}]\n", "x".repeat(bytes), vec!["*a"; times].join(","));
    assert!(error(&long(200_000, 10_000)).ends_with("excessive aliasing"));
    assert_eq!(one(&long(20_000, 50)).get("b").items().len(), 50);
    for part in ["[", "{a: ", "{\"a\":[", "- ", "? "] {
        assert_eq!(
            error(&["# not JSON\n", &part.repeat(100_000)].concat()),
            "error converting YAML to JSON: yaml: exceeded max depth of 10000",
            "{part}"
        );
    }
    let text_before = format!("a: '{}'\nb: {}", "]".repeat(100_000), "[".repeat(100_000));
    assert!(error(&text_before).ends_with("exceeded max depth of 10000"));
    let closed = "a: ']]]]'\nb: ".to_owned() + &"[".repeat(10_004) + &"]".repeat(10_004);
    assert!(error(&closed).ends_with("exceeded max depth of 10000"));
    assert_eq!(one(&format!("a: [{}]", vec!["{b: '[{'}"; 400].join(","))).get("a").items().len(), 400);
    assert!(decode_documents(&"a: b\n".repeat(2_000_000)).is_err());
}

#[test]
fn nothing_that_is_typed_panics() {
    let mut random = crate::base::RandomStream::new(3, "yaml");
    let parts = [
        "a", ":", " ", "\n", "  ", "- ", "{", "}", "[", "]", "'", "\"", "&x", "*x", "<<", "|", ">", "#", "---", "!", "!!int", "1", "0",
        "~", ",", "\t", "é", "\r\n", "?", "%",
    ];
    for _ in 0..20_000 {
        let text: String = (0..random.below(30)).map(|_| parts[random.below(parts.len() as u64) as usize]).collect();
        let (documents, _) = decode_stream(&text);
        for document in documents {
            let _ = document.positions.find("a[0].a");
        }
    }
}

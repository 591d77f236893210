//! What is quoted, folded and indented as kubectl does.

use super::*;
use crate::base::RandomStream;
use crate::obj;

#[test]
fn strings_are_quoted_as_kubectl_quotes_them() {
    for (text, want) in [
        ("web", "web"),
        ("", "\"\""),
        ("true", "\"true\""),
        ("yes", "\"yes\""),
        ("Off", "\"Off\""),
        ("y", "\"y\""),
        ("~", "\"~\""),
        ("null", "\"null\""),
        ("=", "="),
        ("1", "\"1\""),
        ("1e3", "\"1e3\""),
        ("0x1F", "\"0x1F\""),
        ("1_000", "\"1_000\""),
        ("0o17", "\"0o17\""),
        ("08", "\"08\""),
        ("1.2.3", "1.2.3"),
        ("100m", "100m"),
        (".5", "\".5\""),
        (".inf", "\".inf\""),
        ("10:30", "\"10:30\""),
        ("10:70", "10:70"),
        ("2026-01-01", "\"2026-01-01\""),
        ("2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\""),
        ("2026-13-01", "2026-13-01"),
        ("- a", "'- a'"),
        ("-a", "-a"),
        ("-", "'-'"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("a #b", "'a #b'"),
        ("#a", "'#a'"),
        ("it's", "it's"),
        ("'tis", "'''tis'"),
        ("*", "'*'"),
        ("{}", "'{}'"),
        ("a, b", "a, b"),
        (" a", "' a'"),
        ("a ", "'a '"),
        ("a:", "'a:'"),
        ("%a", "'%a'"),
        ("a\tb", "\"a\\tb\""),
        ("a\u{1f600}", "\"a\\U0001F600\""),
        ("é", "é"),
        ("<none>", "<none>"),
        ("?", "'?'"),
        ("---", "'---'"),
    ] {
        assert_eq!(to_yaml(&obj!({"k": text})), format!("k: {want}\n"), "{text:?}");
    }
}

#[test]
fn lines_become_blocks() {
    for (text, want) in [
        ("a\nb", "k: |-\n  a\n  b\n"),
        ("a\nb\n", "k: |\n  a\n  b\n"),
        ("a\n\nb\n\n", "k: |+\n  a\n\n  b\n\n"),
        ("\n", "k: |2+\n\n"),
        ("  a\nb\n", "k: |2\n    a\n  b\n"),
        ("a \nb\n", "k: \"a \\nb\\n\"\n"),
        ("a\tb\nc\n", "k: \"a\\tb\\nc\\n\"\n"),
    ] {
        assert_eq!(to_yaml(&obj!({"k": text})), want, "{text:?}");
    }
    assert_eq!(to_yaml(&obj!({"a": {"k": "x\ny\n", "l": 1}})), "a:\n  k: |\n    x\n    y\n  l: 1\n");
}

#[test]
fn shapes_indent_as_kubectl_indents() {
    let v = Value::from_json(
        r#"{"list": [{"a": 1, "b": [1, 2]}, [1, [2]], [], {}], "map": {"x": {"y": null}, "empty": {}, "none": []},
            "a10": 1, "a9": 2, "A": true, "1": 1.5}"#,
    )
    .expect("JSON");
    let want = "\"1\": 1.5\nA: true\na9: 2\na10: 1\nlist:\n- a: 1\n  b:\n  - 1\n  - 2\n- - 1\n  - - 2\n- []\n- {}\nmap:\n  empty: {}\n  none: []\n  x:\n    \"y\": null\n";
    assert_eq!(to_yaml(&v), want);
    assert_eq!(to_yaml(&"x".into()), "x\n");
    let long = "k".repeat(130);
    let mut v = Value::map();
    v.set(&[&long], 1);
    assert_eq!(to_yaml(&v), format!("? {long}\n: 1\n"));
}

#[test]
fn long_lines_fold_at_spaces() {
    let message =
        "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";
    assert_eq!(
        to_yaml(&obj!({"conditions": [{"message": message}]})),
        "conditions:\n- message: '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are\n    available: 3 No preemption victims found for incoming pod.'\n"
    );
}

/// Every text that a recorded `-o yaml` printed is what its own reading prints again.
#[test]
fn recorded_output_reads_back_to_itself() {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: recorded YAML is not looked at");
        return;
    };
    let (mut seen, mut wrong) = (0, Vec::new());
    for step in crate::kubectl::output::recorded_steps(&folder) {
        let text = step.get("stdout").str();
        if !step.get("cmd").str().contains("-o yaml") || !text.starts_with("apiVersion:") || text.contains("\n---\n") {
            continue;
        }
        let Ok(value) = serde_yaml::from_str::<Value>(text) else { continue };
        seen += 1;
        let got = to_yaml(&value);
        if got.trim_end() != text.trim_end() {
            let first = got.lines().zip(text.lines()).find(|(a, b)| a != b);
            wrong.push(format!("{}\n{first:?}", step.get("cmd").str()));
        }
    }
    assert!(seen > 20, "only {seen} texts looked at");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whatever a string holds, a YAML reader makes the same string of what is printed.
#[test]
fn any_string_reads_back() {
    let mut random = RandomStream::new(1, "yaml");
    let pieces = [
        " ",
        "  ",
        "\n",
        "\t",
        ":",
        ": ",
        " #",
        "-",
        "- ",
        "?",
        "'",
        "\"",
        "\\",
        "|",
        ">",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&",
        "*",
        "!",
        "%",
        "@",
        "`",
        "a",
        "word",
        "1",
        "0x1",
        "1e3",
        "yes",
        "~",
        "null",
        "2026-01-01",
        "12:30",
        "é",
        "\u{1f600}",
        "\u{85}",
        "\u{feff}",
        "\u{1b}",
        "=",
        "<<",
        "---",
        "...",
        "a long run of words that has to be folded somewhere",
    ];
    for _ in 0..5_000 {
        let text: String = (0..random.below(9)).map(|_| pieces[random.below(pieces.len() as u64) as usize]).collect();
        let mut value = obj!({"k": text.as_str(), "list": [{"x": text.as_str()}]});
        value.set(&["map", &text], 1);
        let printed = to_yaml(&value);
        let read = serde_yaml::from_str::<Value>(&printed);
        assert_eq!(read.as_ref().ok(), Some(&value), "{printed}\n{read:?}");
    }
}

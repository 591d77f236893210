//! What keys make of a line, and what the screen shows of it.

use super::*;

/// What a screen of one row would show after the effects, and what was sent.
fn sent(editor: &mut LineEditor, keys: &str) -> Vec<String> {
    let effects = editor.typed(keys);
    effects.into_iter().filter_map(|e| if let Effect::Send(text) = e { Some(text) } else { None }).collect()
}

#[test]
fn lines_are_edited_before_they_are_sent() {
    let cases = [
        ("ls\r", "ls\n"),
        ("ab\x7fc\r", "ac\n"),
        ("world\x01hello \r", "hello world\n"),
        ("abc\x1b[D\x1b[DX\r", "aXbc\n"),
        ("one two three\x17\x17x\r", "one x\n"),
        ("gone\x15kept\r", "kept\n"),
        ("keep cut\x1bb\x0b\r", "keep \n"),
        ("one two\x17three \x19\r", "one three two\n"),
        ("one two\x01\x1bd\x05\x19\r", " twoone\n"),
        ("one\x19\x1b.\r", "one\n"),
        ("abc\x01\x1b[3~\r", "bc\n"),
        ("get deploy/web-1\x1b\x7f\x1b\x7fdb-2\r", "get deploy/db-2\n"),
        ("get deploy/web-1\x17po\r", "get po\n"),
        ("deploy/web-1\x01\x1bd\x1b[1;5CX\r", "/webX-1\n"),
        ("ab cd\x1b[1;5DX\x1b[FY\r", "ab XcdY\n"),
        ("\r\n", "\n"),
        ("非 ascii\r", "非 ascii\n"),
        ("\x1b[99~\x00x\r", "x\n"),
        ("\x1bOéx\r", "éx\n"),
    ];
    for (keys, line) in cases {
        assert_eq!(sent(&mut LineEditor::new(), keys), [line], "{keys:?}");
    }
    assert_eq!(sent(&mut LineEditor::new(), "one\r\ntwo\r"), ["one\n", "two\n"]);
    assert_eq!(sent(&mut LineEditor::new(), "half\x03\x04"), ["\x03", "\x04"]);
}

#[test]
fn what_is_typed_ahead_is_handed_over() {
    let mut editor = LineEditor::new();
    assert_eq!(editor.output("$ "), "$ ");
    assert!(!editor.is_begun());
    assert!(sent(&mut editor, "ho").is_empty());
    assert!(editor.is_begun());
    assert_eq!(editor.output("/ # "), "\r\x1b[2C\x1b[J/ # ho");
    assert_eq!(editor.hand_over(), ("\r\x1b[6C\x1b[J".to_owned(), "ho".to_owned()));
    assert!(!editor.is_begun());
    assert_eq!(sent(&mut editor, "x\r"), ["x\n"]);
}

#[test]
fn history_goes_back_and_forth() {
    let mut editor = LineEditor::new();
    editor.resize(40);
    assert_eq!(sent(&mut editor, "first\rsecond\r"), ["first\n", "second\n"]);
    assert_eq!(sent(&mut editor, "\x1b[A\x1b[A\r"), ["first\n"]);
    assert_eq!(sent(&mut editor, "draft\x1b[A\x1b[B!\r"), ["draft!\n"]);
    // Last words, of further lines back as long as no other key comes between.
    assert_eq!(sent(&mut editor, "get po\rls \x1b.\r"), ["get po\n", "ls po\n"]);
    assert_eq!(sent(&mut editor, "a \x1b. \x1b.\x1b.\x1b.\r"), ["a po draft!\n"]);
    assert_eq!(sent(&mut editor, "x\x1b.\x1b.\x1b.\x1b.\x1b.\x1b.\x1b.\x1b.\x1b.\x1b.\r"), ["xfirst\n"]);
}

#[test]
fn ctrl_r_looks_in_the_history() {
    let mut editor = LineEditor::new();
    sent(&mut editor, "kubectl get pods\rkubectl get nodes\rls\r");
    for (keys, line) in [
        ("\x12get\r", "kubectl get nodes\n"),
        ("\x12get\x12\x12\r", "kubectl get pods\n"),
        ("\x12pods\x05 -w\r", "kubectl get pods -w\n"),
        ("\x12nodx\x7f\r", "kubectl get nodes\n"),
        ("\x12zz\r", "\n"),
        ("draft\x12pods\x07!\r", "draft!\n"),
    ] {
        assert_eq!(sent(&mut editor.clone(), keys), [line], "{keys:?}");
    }
    // What is looked for stands where the prompt did, which comes back.
    editor.output("$ ");
    let shown = |editor: &mut LineEditor, keys: &str| match editor.typed(keys).pop() {
        Some(Effect::Show(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(shown(&mut editor, "\x12"), "\r\x1b[J(reverse-i-search)`': ");
    assert!(shown(&mut editor, "po").ends_with("(reverse-i-search)`po': kubectl get pods\r\x1b[36C"), "the cursor stands where it is");
    assert!(shown(&mut editor, "x").contains("(failed reverse-i-search)`pox': kubectl get pods"));
    assert_eq!(shown(&mut editor, "\x05"), "\r\x1b[2C\x1b[Jkubectl get pods");
}

#[test]
fn completion_adds_what_is_common_and_lists_the_rest() {
    let mut editor = LineEditor::new();
    assert_eq!(editor.typed("kubectl get po\t").last(), Some(&Effect::Complete("kubectl get po".to_owned())));
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    assert_eq!(editor.complete(12, &names(&["pods"])), [Effect::Show("ds ".to_owned())]);
    assert_eq!(editor.complete(17, &names(&["web-a", "web-b"])), [Effect::Show("web-".to_owned())]);
    let listed = editor.complete(17, &names(&["web-a", "web-b"]));
    assert!(
        matches!(&listed[..], [Effect::Show(text)] if text.contains("web-a  web-b") && text.ends_with("kubectl get pods web-")),
        "{listed:?}"
    );
    assert_eq!(editor.complete(17, &[]), []);
}

#[test]
fn output_comes_before_the_line_being_typed() {
    let mut editor = LineEditor::new();
    assert_eq!(editor.output("$ "), "$ ");
    editor.typed("half");
    assert_eq!(editor.output("news\r\n$ "), "\r\x1b[2C\x1b[Jnews\r\n$ half");
    editor.restart("# ");
    assert_eq!(sent(&mut editor, "whole\r"), ["whole\n"]);
}

#[test]
fn what_is_pasted_is_drawn_once() {
    let mut editor = LineEditor::new();
    let effects = editor.typed(&"é".repeat(LINE_MAX + 9));
    let [Effect::Show(shown)] = &effects[..] else { panic!("{} effects", effects.len()) };
    assert_eq!(shown.matches('é').count(), LINE_MAX, "as much as there is room for");
    assert_eq!(sent(&mut editor, "x\r"), ["é".repeat(LINE_MAX) + "\n"]);
}

#[test]
fn wide_characters_are_not_halved() {
    let mut editor = LineEditor::new();
    editor.resize(9);
    editor.output("$ ");
    let shown = |editor: &mut LineEditor, keys: &str| match editor.typed(keys).pop() {
        Some(Effect::Show(text)) => text,
        other => panic!("{other:?}"),
    };
    // The third ends in the last cell but one: the fourth has the next row.
    assert_eq!(shown(&mut editor, "你好世"), "你好世");
    assert_eq!(shown(&mut editor, "界人"), "\r\x1b[2C\x1b[J你好世界人");
    assert_eq!(shown(&mut editor, "\x1b[D"), "\x1b[1A\r\x1b[2C\x1b[J你好世界人\r\x1b[2C");
    assert_eq!(shown(&mut editor, "\x1b[D"), "\x1b[1A\r\x1b[2C\x1b[J你好世界人\r");
    assert_eq!(shown(&mut editor, "\x1b[D"), "\x1b[1A\r\x1b[2C\x1b[J你好世界人\x1b[1A\r\x1b[6C");
    assert_eq!(shown(&mut editor, "\x7f"), "\r\x1b[2C\x1b[J你世界人\x1b[1A\r\x1b[4C");
}

#[test]
fn no_keys_break_it() {
    let mut random = kubarium::base::RandomStream::new(1, "keys");
    let keys = [
        "a", "非", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b", "\x1b[", "\x7f", "\t", "\r", "\x17", "\x01", "\x05", "\x0b", "\x0c",
        "é", " ", "\x1b[3~", "\x12", "\x07", "\x19", "\x1b.", "\x1bd",
    ];
    let mut editor = LineEditor::new();
    for round in 0..20_000u64 {
        editor.resize(1 + random.below(12) as usize);
        let text: String = (0..random.below(6)).map(|_| keys[random.below(keys.len() as u64) as usize]).collect();
        editor.typed(&text);
        if round % 7 == 0 {
            editor.output("out\n\x1b[1m$ ");
        }
        if round % 11 == 0 {
            editor.complete(0, &["aaa".to_owned(), "aab".to_owned()]);
        }
    }
}

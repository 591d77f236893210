//! Expressions and what they match.

use super::*;

#[test]
fn posix_expressions_match() {
    for (re, extended, text, want) in [
        ("a*b", false, "xaab", Some((1, 4))),
        ("a+b", false, "a+b", Some((0, 3))),
        ("a+b", true, "aaab", Some((0, 4))),
        ("^(foo|bar)$", true, "bar", Some((0, 3))),
        ("^(foo|bar)$", true, "barx", None),
        ("\\(a\\)\\1", false, "baa", Some((1, 3))),
        ("[[:digit:]]{2,3}", true, "a1234", Some((1, 4))),
        ("[^a-c]+", true, "abcxyz", Some((3, 6))),
        ("^[AB]=", true, "A=1", Some((0, 2))),
        ("(a*)*", true, "b", Some((0, 0))),
        ("\\<is\\>", false, "this is", Some((5, 7))),
        ("x\\{2\\}", false, "axx", Some((1, 3))),
        ("*a", false, "*a", Some((0, 2))),
        ("a.c", false, "aéc", Some((0, 4))),
        // The longest counts, whatever comes first.
        ("ab|abcd", true, "abcd", Some((0, 4))),
        ("(a|ab)(c|bcd)", true, "abcd", Some((0, 4))),
        ("a*(ab)*", true, "aab", Some((0, 3))),
        ("f\\(o\\|oo\\)", false, "foo", Some((0, 3))),
        ("(x|xy)*z?", true, "xxyz", Some((0, 4))),
        ("[+--]*", true, "+,-.", Some((0, 3))),
        // A group that refers to itself begins anew behind where it ended last.
        ("(c(a\\2?))*", true, "caca", Some((0, 4))),
    ] {
        let re_c = Regex::new(re, if extended { Syntax::Extended } else { Syntax::Basic }).expect(re);
        assert_eq!(re_c.find(text).map(|m| m.range()), want, "{re} {text}");
    }
    assert!(Regex::with_fold("ABC", Syntax::Basic, true).is_ok_and(|r| r.is_match("xabcx")));
}

#[test]
fn go_expressions_match() {
    for (re, text, want) in [
        (r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$", "* * * *", false),
        (r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$", "* * * * */5", true),
        (r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a-b", true),
        (r"^(?:a|b)+?$", "abab", true),
        (r"^[\w.+-]+@[\w\-]+\.\w+$", "a.b@c-d.org", true),
        (r"^[^\s]+$", "a b", false),
        (r"^[\S]+$", "ab", true),
        (r"(?i)^on$", "ON", true),
        (r"^\D*$", "a1", false),
        (r"^[ -\x7e]+$", "hello", true),
        (r"^[ab[:]+$", "[:a", true),
        (r"^\p{L}+$", "Größe漢", true),
        (r"^\pL+$", "a1", false),
        (r"^[\p{Lu}\p{N}_-]+$", "Ä_٣-9", true),
        (r"^[\P{Ll}]+$", "AB c", false),
        (r"^\p{^L}+$", "12 !", true),
    ] {
        assert_eq!(Regex::go(re).expect(re).is_match(text), want, "{re} {text}");
    }
    for (re, text, want) in [
        ("a*?b", "aab", Some((0, 3))),
        ("a+?", "aaa", Some((0, 1))),
        ("(?U)a+", "aaa", Some((0, 1))),
        ("a{2,}?", "aaaa", Some((0, 2))),
        ("a.b", "a\nb", None),
        ("(?s)a.b", "a\nb", Some((0, 3))),
        ("(?s:a.)b", "a\nb", Some((0, 3))),
        ("^b$", "a\nb\nc", None),
        ("(?m)^b$", "a\nb\nc", Some((2, 3))),
        ("(?i)é[a-c]x", "ÉBX", Some((0, 4))),
        ("a(?i:b)c", "aBC", None),
        ("a(?i)b|c", "C", Some((0, 1))),
        ("(?P<n>a)(?<m>b)", "ab", Some((0, 2))),
        ("a{,5}", "aaa{,5}", Some((2, 7))),
        ("a{x", "a{x", Some((0, 3))),
        ("^a{1000}$", &"a".repeat(1000), Some((0, 1000))),
        (r"\x41\x{e9}\r", "Aé\r", Some((0, 4))),
    ] {
        assert_eq!(Regex::go(re).expect(re).find(text).map(|m| m.range()), want, "{re}");
    }
}

#[test]
fn wrong_expressions_are_refused() {
    for (re, error) in [
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("(a{100}){11}", "invalid repeat count: `{11}`"),
        ("a{3,2}", "invalid repeat count: `{3,2}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("x(?<n-a>b)", "invalid named capture: `(?<n-a>`"),
        (r"a\y", r"invalid escape sequence: `\y`"),
        (r"a\x{+41}b", r"invalid escape sequence: `\x{+41}`"),
        ("*abc", "missing argument to repetition operator: `*`"),
        ("a|+b", "missing argument to repetition operator: `+`"),
        ("ba**", "invalid nested repetition operator: `**`"),
        ("a{2}*", "invalid nested repetition operator: `{2}*`"),
        ("x[z-a]", "invalid character class range: `z-a`"),
        ("x[[:foo:]]", "invalid character class range: `[:foo:]`"),
        (r"x\p{Foo}y", r"invalid character class range: `\p{Foo}`"),
        (r"x\pZ", r"invalid character class range: `\pZ`"),
        (r"x\p{Ly", r"invalid character class range: `\p{Ly`"),
        ("x[ab", "missing closing ]: `[ab`"),
        ("x(ab", "missing closing ): `x(ab`"),
        ("x)ab", "unexpected ): `x)ab`"),
        ("ab\\", "trailing backslash at end of expression: ``"),
    ] {
        assert_eq!(Regex::go(re).expect_err(re).as_go_says(), error);
    }
    for (re, error) in [
        ("[z-a]", "Invalid range end"),
        ("[[:foo:]]", "Invalid character class name"),
        ("[ab", "Unmatched [, [^, [:, [., or [="),
        ("(a", "Unmatched ( or \\("),
        ("a\\", "Trailing backslash"),
        ("a{3,2}", "Invalid content of \\{\\}"),
    ] {
        assert_eq!(Regex::new(re, Syntax::Extended).expect_err(re).to_string(), error);
    }
    assert_eq!(Regex::new(r"a\{\}", Syntax::Basic).expect_err("no count").to_string(), r"Invalid content of \{\}");
    assert!(Regex::go(r"(a)\1").is_err() && Regex::go("(a").is_err());
}

#[test]
fn a_search_is_bounded() {
    // The steps are as many as the expression times the text, however it is nested.
    for (re, text) in
        [("^(([a-z]+)*)+$", format!("{}!", "x".repeat(5000))), ("(x+x+)+y", "x".repeat(3000)), ("(a*)*b|c$", "a".repeat(3000))]
    {
        let re = Regex::go(re).expect(re);
        let mut steps = u32::MAX;
        assert!(re.find_within(&text, 0, &mut steps).is_none());
        assert!((u32::MAX - steps) as usize <= STEPS_PLAIN as usize + 4 * re.size() * (text.len() + 1), "{}", u32::MAX - steps);
    }
    // It gives up instead of hanging.
    assert!(!Regex::new("(x+x+)+y", Syntax::Extended).is_ok_and(|r| r.is_match(&"x".repeat(60))));
}

#[test]
fn all_matches_are_found() {
    for (re, text, want) in [
        ("x*", "axé", vec![(0, 0), (1, 2), (2, 2), (4, 4)]),
        ("x", "xxa", vec![(0, 1), (1, 2)]),
        ("^x?", "xx", vec![(0, 1)]),
        ("b", "", vec![]),
    ] {
        assert_eq!(Regex::go(re).expect(re).find_all(text).map(|m| m.range()).list(), want, "{re} {text}");
    }
}

#[test]
fn a_class_is_kept_once() {
    // A class is there once.
    let shared = Regex::go(&format!("[{}]{{1000}}", "a-c".repeat(3000))).expect("in bounds");
    let class = shared.nodes.iter().find_map(|n| if let Node::Class(_, ranges) = n { Some(Arc::strong_count(ranges)) } else { None });
    assert_eq!(class, Some(1000));
}

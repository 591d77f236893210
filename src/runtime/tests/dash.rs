//! What dash, the `sh` of images that have a bash, makes of scripts.

use super::*;

/// What each prints on its output and its error, and its status.
const ROWS: &[(&str, &str, &str, i32)] = &[
    (
        "nope; ./nope; /etc/passwd; \"\"; x=$(nope2)\necho $?; (\nnope3)",
        "127\n",
        "sh: 1: nope: not found\nsh: 1: ./nope: not found\nsh: 1: /etc/passwd: Permission denied\nsh: 1: : Permission denied\nsh: 1: nope2: not found\nsh: 3: nope3: not found\n",
        127,
    ),
    (
        "cd /tmp; printf 'nope\\ncd /nope\\n' > e; . ./e; eval nope; sh ./e; sh -c nope me; . /nope; echo no",
        "",
        "sh: 1: ./e: nope: not found\nsh: 2: cd: can't cd to /nope\nsh: 1: eval: nope: not found\n./e: 1: nope: not found\n./e: 2: cd: can't cd to /nope\nme: 1: nope: not found\nsh: 1: .: cannot open /nope: No such file\n",
        2,
    ),
    (
        "printf 'nope\\n\\nf() {\\nnope2\\n}\\nf\\nx=$(nope3); echo a\\nfi\\n' | sh; sh /nope; sh -q; sh -c; echo abc | sed 's/b'; sed p /nope; echo $?",
        "a\n2\n",
        "sh: 1: nope: not found\nsh: 4: nope2: not found\nsh: 7: nope3: not found\nsh: 8: Syntax error: \"fi\" unexpected\nsh: 0: cannot open /nope: No such file\nsh: 0: Illegal option -q\nsh: 0: -c requires an argument\nsed: -e expression #1, char 3: unterminated `s' command\nsed: can't read /nope: No such file or directory\n",
        0,
    ),
    ("echo a\nif true; then", "a\n", "sh: 2: Syntax error: end of file unexpected (expecting \"fi\")\n", 2),
    ("eval 'echo ('; echo no", "", "sh: 1: eval: Syntax error: end of file unexpected (expecting \")\")\n", 2),
    ("env A.b=1 sh -c env | grep A.b", "", "", 1),
    ("echo a; }", "", "sh: 1: Syntax error: \"}\" unexpected\n", 2),
    ("cat <<< a", "", "sh: 1: Syntax error: redirection unexpected\n", 2),
    ("diff <(echo a) b", "", "sh: 1: Syntax error: \"(\" unexpected\n", 2),
    ("function f { echo a; }; f", "", "sh: 1: Syntax error: \"}\" unexpected\n", 2),
    ("echo 'a", "", "sh: 1: Syntax error: Unterminated quoted string\n", 2),
    (
        "[[ a = a ]] || echo no; source x; let x=1; a+=1; echo $'a' {1..2} $RANDOM",
        "no\n$a {1..2}\n",
        "sh: 1: [[: not found\nsh: 1: source: not found\nsh: 1: let: not found\nsh: 1: a+=1: not found\n",
        0,
    ),
    ("x=abc; echo ${x%c} ${x:-d}; echo ${x/b/c}; echo no", "ab abc\n", "sh: 1: Bad substitution\n", 2),
    ("x=abc; echo \"${x:0:1}\"; echo no", "", "sh: 1: Bad substitution\n", 2),
    (
        "i=1; echo $((i += 1)) $((i - -1)) $((1+-1)); echo $((i++)); echo no",
        "2 3 0\n",
        "sh: 1: arithmetic expression: expecting primary: \"i++\"\n",
        2,
    ),
    ("x=abc; echo $((x + 1))", "", "sh: 1: Illegal number: abc\n", 2),
    ("echo $((1 / 0))", "", "sh: 1: arithmetic expression: division by zero: \"1 / 0\"\n", 2),
    ("set -o pipefail; echo no", "", "sh: 1: set: Illegal option -o pipefail\n", 2),
    ("set -u; echo $x", "", "sh: 1: x: parameter not set\n", 2),
    (
        "echo a > /nope/x; echo $?; cat < /nope; echo a > /etc; echo a >&9; : > /nope/x; echo no",
        "2\n",
        "sh: 1: cannot create /nope/x: Directory nonexistent\nsh: 1: cannot open /nope: No such file\nsh: 1: cannot create /etc: Is a directory\nsh: 1: 9: Bad file descriptor\nsh: 1: cannot create /nope/x: Directory nonexistent\n",
        2,
    ),
    (
        "[ a == a ]; echo $?; [ 1 -eq x ]; [ a b c ]; [ 1 ; read -t 1 x; printf '%d\\n' abc 1x; trap x FOO; kill abc; alias q; x='a b'; set -x; echo \"$x\"",
        "2\n0\n1\na b\n",
        "sh: 1: [: a: unexpected operator\nsh: 1: [: Illegal number: x\nsh: 1: [: a: unexpected operator\nsh: 1: [: missing ]\nsh: 1: read: Illegal option -t\nsh: 1: printf: abc: expected numeric value\nsh: 1: printf: 1x: not completely converted\ntrap: FOO: bad trap\nsh: 1: kill: Illegal number: abc\nalias: q not found\n+ echo a b\n",
        0,
    ),
    (
        "trap 'echo no' SIGTERM; echo $?; kill -SIGTERM $$; kill -s SIGTERM $$; echo $?; trap 'echo got' TERM; kill -TERM $$; cd /tmp; echo 'echo \"$0 $1\"' > s; . ./s a; x=日本; echo ${#x}; echo a | { read; echo $?; }",
        "1\n2\ngot\nsh \n6\n2\n",
        "trap: SIGTERM: bad trap\nsh: 1: kill: Illegal option -S\nsh: 1: kill: invalid signal number or name: SIGTERM\nsh: 1: read: arg count\n",
        0,
    ),
];

#[test]
fn as_dash_has_it() {
    table(ROWS, |script| {
        let (out, err, code, _) = run_in("debian", &["sh", "-c", script], "", Duration::from_secs(1000));
        (out, err, code.unwrap_or(-1))
    });
}

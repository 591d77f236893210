//! What busybox 1.37 makes of scripts: its shell's words about errors, and its programs' manners.

use super::*;

/// What each prints on its output and its error, and its status.
const ROWS: &[(&str, &str, &str, i32)] = &[
    (
        "sh -c 'nope; cd /nope; echo ${x?}; echo no' me; echo $?",
        "2\n",
        "me: line 0: nope: not found\nme: cd: line 0: can't cd to /nope: No such file or directory\nme: line 0: x: parameter not set\n",
        0,
    ),
    (
        "sh -c 'echo (' me; printf 'cd /nope\\nnope\\n' > e; . ./e; . e; echo no",
        "",
        "me: line 0: syntax error: unexpected end of file (expecting \")\")\nsh: cd: line 1: can't cd to /nope: No such file or directory\nsh: ./e: line 2: nope: not found\nsh: .: line 0: e: not found\n",
        2,
    ),
    (
        "set -- -q -b; while getopts ab: o; do echo \"$o\"; done; echo \"[$OPTARG]\"; OPTIND=1; OPTERR=0; getopts ab: o; echo $o",
        "?\n?\n[]\n?\n",
        "Illegal option -q\nNo arg for -b option\n",
        0,
    ),
    (
        "echo $((9999999999999999999)) $((-0xffffffffffffffff)) $((64#_)) $((62#Z)); echo $((2**-1))",
        "-8446744073709551617 1 63 61\n",
        "sh: exponent less than 0\n",
        2,
    ),
    ("x=@; echo $((1 ? 4 : x, 42)) $((0 ? 1,2 : 3,4)); y=$((1 ? 20 : x+=2)); echo no", "42 4\n", "sh: arithmetic syntax error\n", 2),
    (
        "false; eval; echo $?; false; eval \"\\n\"; echo $?; false; $(); echo $?; false; a=$(); echo $?; false; : > e; . ./e; echo $?",
        "0\n127\n0\n0\n0\n",
        "sh: eval: line 0: n: not found\n",
        0,
    ),
    (
        "false; case a in a) echo $?;; esac; false; case a in b) ;; esac; echo $?; false; for i in a; do echo $?; done; for i in a; do false; continue; done; echo $?",
        "1\n0\n1\n0\n",
        "",
        0,
    ),
    ("(trap 'false; exit' EXIT; (exit 3)); echo $?; f() { (exit 4); kill $$; }; trap 'false; return' TERM; f; echo $?", "3\n0\n", "", 0),
    ("a=1; f() { local a; echo \"[$a]\"; }; f; local x; echo no", "[]\n", "sh: local: line 0: not in a function\n", 2),
    ("\"\"; echo $?; shift -1; echo no", "127\n", "sh: : Permission denied\nsh: shift: line 0: Illegal number: -1\n", 2),
    ("export 1a=2; echo no", "", "sh: export: line 0: 1a: bad variable name\n", 2),
    ("readonly r=1; unset r; echo no", "", "sh: unset: line 0: r: is read only\n", 2),
    (
        "(unset -q); echo $?; (readonly r=1; readonly r=2); echo $?; (exec > /nope/x; echo no); echo $?; (: > /nope/x; echo no); echo $?",
        "2\n2\n1\n1\n",
        "sh: unset: line 0: illegal option -q\nsh: readonly: line 0: r: is read only\nsh: can't create /nope/x: nonexistent directory\nsh: can't create /nope/x: nonexistent directory\n",
        0,
    ),
    (
        "mkdir lb; echo 'echo found' > lb/lib; PATH=lb:$PATH; . lib; echo 'echo $0' > s; chmod +x s; ./s; touch here; . here; echo no",
        "found\n./s\n",
        "sh: .: line 0: here: not found\n",
        2,
    ),
    ("set -x; echo \"it's\"", "it's\n", "+ echo 'it'\"'\"'s'\n", 0),
    (
        "case ! in [\\!]) echo 1;; esac; touch f0 f1 f9; echo f[0\"-9\"] f[0-9] .*; v=/a/b; echo ${v////-} ${v/#\\/a/x} ${v/%b/x}",
        "1\nf0 f9 f0 f1 f9 . ..\n-a-b /a/b /a/b\n",
        "",
        0,
    ),
    ("set -- 1 2 3 4 5 6 7 8 9 10; echo ${##}; echo ${1:?} ${zz:?}", "2\n", "sh: zz: parameter not set or null\n", 2),
    (": ${11:=x}; echo no", "", "sh: 11: bad variable name\n", 2),
    ("echo $LINENO", "0\n", "", 0),
    (
        "for i in ':a :' ':a' 'a:b:' ' a : b : ' 'a:b'; do echo \"$i\" | (IFS=': '; read x y; echo \"($x)($y)\"); done",
        "()(a)\n()(a)\n(a)(b)\n(a)(b)\n(a)(b)\n",
        "",
        0,
    ),
    (
        "sleep 9 & kill $!; wait $!; echo $?; sleep 9 & kill $!; wait; echo $?; sleep 9 & kill -9 $!; wait $! 2>/dev/null; echo $? >&2",
        "143\n0\n",
        "Terminated\n137\n",
        0,
    ),
    ("((x=5)); echo $x; for ((i=0;i<3;i++)); do echo $i; done", "", "sh: syntax error: bad for loop variable\n", 2),
    ("echo a |& cat", "", "sh: syntax error: unexpected \"&\"\n", 2),
    (
        "printf '%d %d\\n' 12abc; echo $?; printf '%#x %#o\\n' 0 0; [ a =~ a ]; echo $?",
        "0 0\n1\n0 0\n2\n",
        "sh: invalid number '12abc'\nsh: invalid number ''\nsh: =~: unknown operand\n",
        0,
    ),
    ("printf 'a\\nb' > f; printf 'c\\nd' > g; sed p f g; echo; sed -n 's/[bd]/x/p' f g", "a\na\nb\nb\nc\nc\nd\nd\nx\nx", "", 0),
    (
        "seq 4 | sed -n '1d;1,3p'; seq 4 | sed -n '1{N;N;d};2,3p;4p'; seq 3 | sed '2a x\\ny\\tz'; echo a | sed 's/a/\\r/' | od -c",
        "2\n3\n4\n4\n1\n2\nx\ny\tz\n3\n0000000  \\r  \\n\n0000002\n",
        "",
        0,
    ),
    (
        "echo new > f; seq 3 | sed -e '2r f' -e '/[13]/w g' -e 's/2/two/w h'; cat g h; sed -n 0~2p; echo a | sed 's/a/\\U&/'; echo A | sed /a/Id",
        "1\ntwo\nnew\n3\n1\n3\ntwo\nUa\n",
        "sed: unsupported command ~\nsed: unsupported command I\n",
        1,
    ),
    ("printf '1Y\\n2E\\n3k\\n4m\\n5\\n' | sort -h; echo AbG | tr '[:xdigit:]G' 1111111111222222333333x", "4m\n5\n3k\n2E\n1Y\n23x\n", "", 0),
    (
        "printf 'abcd' | fold -w3; printf 'ab\\ncd' | rev; printf 'abcdef' | head -c -2; printf 'abcdef' | dd bs=2 skip=1 2>/dev/null",
        "abc\ndba\ndcabcdcdef",
        "",
        0,
    ),
    (
        "printf 'a b\\n' > f; wc -l f f; grep -L x f; echo $?; grep -L a f; echo $?; mkdir d; grep a d; echo $?",
        "        1 f\n        1 f\n        2 total\nf\n0\n1\n1\n",
        "",
        0,
    ),
    (
        "cp /dev/null f; cat f; cp f no/; echo $?; ln nope h; echo $?; printf 'a\\na\\n' | uniq - u; cat u",
        "1\n1\na\n",
        "cp: can't create 'no/': Is a directory\nln: nope: No such file or directory\n",
        0,
    ),
    (
        "printf 'a\\nb' > f; printf 'a\\nc\\n' > g; diff f g; echo $?",
        "--- f\n+++ g\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n1\n",
        "",
        0,
    ),
    (
        "echo \"it's\" | xargs; echo $?; echo a | xargs -L1",
        "1\n",
        "xargs: unmatched single quote\nxargs: invalid option -- 'L'\nBusyBox v1.37.0 multi-call binary.\n\nUsage: xargs [OPTIONS] [PROG ARGS]\n",
        1,
    ),
    (
        "printf 'a:b c\\nd:e\\n' | awk '{FS=\":\"; print $1}'; printf 'x\\r y\\n' | awk '{$1=$1; print}' | od -c; awk 'BEGIN { print substr(\"hello\", 0, 2), substr(\"hello\", -1), index(\"a\", \"\") \"a\\\nb\" }'",
        "a:b\nd\n0000000   x  \\r       y  \\n\n0000005\nhe hello 0ab\n",
        "",
        0,
    ),
    ("seq 3 .30 3.7000; seq 1 2.5; eval 'nope'", "3.00\n3.30\n3.60\n1\n2\n", "sh: eval: line 0: nope: not found\n", 127),
    (
        "date -d '2030-1-2 3:04' +%s; date -d '2030-01-02 03:04:05Z' +%s; date -d '2030-01-02 03:04 +0130' +%s; date -d 203001020304.05 +%F_%T; date -d 3:04 +%T; date -d 2030-13-01; date -d 25:00",
        "1893553440\n1893553445\n1893548040\n2030-01-02_03:04:05\n03:04:00\n",
        "date: invalid date '2030-13-01'\ndate: invalid date '25:00'\n",
        1,
    ),
    (
        "awk 'BEGIN { while ((getline l < \"/etc/passwd\") > 0) n++; print n; print (getline l < \"/nope\"); getline; print $1; while ((getline l) > 0) n--; print n, NR, l }' /etc/hostname /etc/hostname",
        "4\n-1\nhost\n3 2 host\n",
        "",
        0,
    ),
    (
        "awk 'function all(c, o, l) { while ((c | getline l) > 0) o = o l \";\"; print \"[\" close(c) \"]\"; return o } BEGIN { print all(\"seq 3\") all(\"echo x; exit 2\"); \"echo 1 2\" | getline; print NF, NR; print close(\"nope\") }'",
        "[0]\n[512]\n1;2;3;x;\n2 0\n-1\n",
        "",
        0,
    ),
    (
        "awk 'BEGIN { printf \"a\"; r = system(\"echo b; exit 3\"); print r; print \"2\\n1\" | \"sort\"; close(\"sort\"); print \"e\" | \"cat 1>&2\"; print \"d\"; exit system(\"sleep 1; exit 7\") }'",
        "ab\n3\n1\n2\nd\n",
        "e\n",
        7,
    ),
    (
        "seq 5 | awk 'NR % 2 { n++; getline x; print n, $0, x, NR } END { system(\"echo end\"); print NR }'; printf 'a b\nc d\n' | awk '(\"echo \" $2 | getline $2) > 0 { $2 = $2 n++ } 1'",
        "1 1 2 2\n2 3 4 4\n3 5 4 5\nend\n5\na b0\nc d1\n",
        "",
        0,
    ),
    (
        "awk 'BEGIN { print \"a\" > \"f\"; close(\"f\"); getline l < \"f\"; print l }'; awk 'BEGIN { print 1 } { print }' /nope; awk 'BEGIN { while (1) system(\"\") }'; echo $?",
        "a\n1\n2\n",
        "awk: /nope: No such file or directory\nawk: stopped: the program takes too many steps\n",
        0,
    ),
    (
        "ln -s /etc /tmp/l; cd /tmp/l; pwd; pwd -P; echo $OLDPWD; sh -c pwd; cd ..; pwd; cd -; cd /tmp; cd -P l; echo $PWD; PWD=/; pwd; cd /tmp/l/./x/../..; pwd",
        "/tmp/l\n/etc\n/\n/tmp/l\n/tmp\n/tmp/l\n/etc\n/etc\n/tmp\n",
        "",
        0,
    ),
    (
        "trap 'echo t' TERM; x=$(trap); echo \"[$x]\"; trap | cat; (trap - INT; trap); trap 'echo err $?' ERR; (exit 3); false || true; echo end",
        "[trap -- 'echo t' TERM]\ntrap -- 'echo t' TERM\nerr 3\nend\n",
        "",
        0,
    ),
    (
        "timeout 1 sh -c 'trap \"echo got; exit 3\" TERM; sleep 5 & wait'; echo $?; set -e; a=$(false; echo on); echo $a; b=$(exit 4); echo no",
        "got\n3\non\n",
        "",
        4,
    ),
    (
        "printf '\\n\\n\\necho $(nope)\\n(nope2)\\n' > s; sh s; printf 'true\\ncd /nope\\nfi\\n' | sh; sh <(echo echo hi); echo 'echo $0 $1' | sh /dev/stdin a",
        "\nhi\n/dev/stdin a\n",
        "s: line 4: nope: not found\ns: line 5: nope2: not found\nsh: cd: line 2: can't cd to /nope: No such file or directory\nsh: syntax error: unexpected \"fi\"\n",
        0,
    ),
    (
        "seq 9 | sed '2q;$='; seq 3 > f; seq 30 | grep -c -m2 1; grep -m1 . f /etc/hostname; echo a | grep -vo b; ulimit -n; ulimit -n 9",
        "1\n2\n2\nf:1\n/etc/hostname:host\n1048576\n",
        "",
        0,
    ),
    (
        "mkdir -p d/sub; echo x > d/f; ln -s f d/l; ln -s d/f top; cp -R top d c 2>/dev/null; mkdir c; cp -R top d c; test -L c/top && test -L c/d/l && echo kept; cp -RL d r; test -L r/l || echo followed; cp top t; test -L t || echo file",
        "kept\nfollowed\nfile\n",
        "",
        0,
    ),
    (
        "printf '2K\n3000\n-1K\n-5\n' | sort -h; printf 'a\nb 0\n' | awk '$2 != 0'; printf '%d %x\n' +3 ' 10'; find // -maxdepth 0 -name /; printf '1\n2\n' | paste -s -d '\\0,' - /etc/hostname; find / -maxdepth 0 -exec false {} \\; && find / -maxdepth 0 -exec false {} + || echo failed; printf 'a\n_\nb\n' | xargs -E _",
        "-1K\n-5\n3000\n2K\na\n3 a\n//\n12\nhost\nfailed\na\n",
        "",
        0,
    ),
    (
        "mkdir a b; echo 1 > a/f; echo 2 > b/f; diff -r a b; awk 'BEGIN { gensub(1, 2, 3) }'; echo $?",
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-1\n+2\n1\n",
        "awk: cmd. line:1: gensub is not simulated\n",
        0,
    ),
    (
        "alias e='echo ' h=hi hi='there you'; e h h; alias k=l l=m m='echo end'; k; cat <<-EOF\n\ta \\\n\tEOF\n\tEOF\necho b",
        "there you h\nend\na \tEOF\nb\n",
        "",
        0,
    ),
];

#[test]
fn as_busybox_has_it() {
    table(ROWS, sh);
}

/// Ctrl-C ends a shell that is the first process, once the command that runs has ended; bash goes on.
#[test]
fn interrupts_end_the_first_shell() {
    let (out, _, code) = sh("sleep 1 & (sleep 0.5; kill -INT 1) & sleep 2; echo no");
    assert_eq!((out.as_str(), code), ("", 130));
    let (out, _, code) = sh("trap 'echo trapped' INT; kill -INT 1; trap - INT; kill -INT 1; echo no");
    assert_eq!((out.as_str(), code), ("trapped\n", 130));
}

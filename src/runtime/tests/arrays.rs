//! bash's arrays, traps and `set -e`, as bash itself answers.

use super::*;

#[test]
fn arrays_and_error_traps() {
    table(
        &[
            ("declare -a x=(1 2 3); echo ${x[1]}", "2\n", "", 0),
            (r#"f() { local y=(a b c); echo ${y[2]} ${#y[@]}; }; f; echo "${y[@]}-""#, "c 3\n-\n", "", 0),
            ("z=([2]=q [5]=r s); echo ${z[@]} ${!z[@]}; z+=(t [1]=one); echo ${!z[@]}", "q r s 2 5 6\n1 2 5 6 7\n", "", 0),
            ("x+=(9); echo ${x[@]}; x[10]=v; echo ${#x[@]} ${!x[@]}; x[-1]=w; echo ${x[10]} ${x[-1]}", "9\n2 0 10\nw w\n", "", 0),
            ("x=(1 2 4); echo $((x[0]+x[1])) $((x[1+1]*2)); ((x[0]++)); ((x[5]=7)); echo ${x[@]}; echo $((x))", "3 8\n2 2 4 7\n2\n", "", 0),
            (
                r#"declare -A m=([one]=1 [two]=2); m[three]=3; unset 'm[two]'; for k in "${!m[@]}"; do echo "$k=${m[$k]}"; done | sort; [[ -v m[one] ]] && echo yes; [[ -v m[two] ]] || echo no"#,
                "one=1\nthree=3\nyes\nno\n",
                "",
                0,
            ),
            ("declare -A m; m[x]=5; ((m[x]+=2)); echo ${m[x]} $((m[x]*2)); m[x]+=z; echo ${m[x]}", "7 14\n7z\n", "", 0),
            (r#"x=(a b c d); unset 'x[1]'; echo "${x[@]}" "${!x[@]}" ${#x[@]}; unset x[0]; echo ${x[@]}"#, "a c d 0 2 3 3\nc d\n", "", 0),
            ("readonly r=(1 2); echo ${r[1]}; r[0]=5; echo ${r[0]}", "2\n", "bash: line 1: r: readonly variable\n", 1),
            (r#"declare -A m; m=(a b); echo "rc $?""#, "rc 0\n", "", 0),
            (
                r#"declare -A c; for w in a b a c a; do ((c[$w]++)); done; for k in "${!c[@]}"; do echo $k ${c[$k]}; done | sort"#,
                "a 3\nb 1\nc 1\n",
                "",
                0,
            ),
            (
                r#"x=(1 2 3); y=("${x[@]}"); y[0]=9; echo ${x[@]} ${y[@]}; x=5; echo ${x[@]}; unset x; echo "${x[@]}.""#,
                "1 2 3 9 2 3\n5 2 3\n.\n",
                "",
                0,
            ),
            ("x=abc; x[1]=d; echo ${x[@]}; echo ${x[0]} ${#x[0]}; x[7]=; echo ${!x[@]}", "abc d\nabc 3\n0 1 7\n", "", 0),
            (": ${x[2]:=dflt}; echo ${x[2]} ${!x[@]}", "dflt 2\n", "", 0),
            (
                r#"read -a w <<< "a b c"; echo ${w[1]} ${#w[@]}; mapfile -t m < <(printf 'x\ny\n'); echo ${m[1]} ${#m[@]}"#,
                "b 3\ny 2\n",
                "",
                0,
            ),
            (
                r#"x=(); echo ${#x[@]}; x+=("a b"); x+=(c); for i in "${x[@]}"; do echo "<$i>"; done; echo "${x[*]}"; IFS=,; echo "${x[*]}""#,
                "0\n<a b>\n<c>\na b c\na b,c\n",
                "",
                0,
            ),
            (r#"x=(5 3 4); IFS=$'\n'; s=($(printf '%s\n' "${x[@]}" | sort)); echo ${s[0]} ${s[2]}"#, "3 5\n", "", 0),
            ("x[-1]=3; echo rc $?", "", "bash: line 1: x[-1]: bad array subscript\n", 1),
            ("f() { declare -A m=([a]=1); m[b]=2; echo ${#m[@]}; }; f; echo ${#m[@]}", "2\n0\n", "", 0),
            ("x=(a b c d e); echo ${x[@]:1:2} ${x[@]: -2} ${x[@]/a/z} ${x[@]^}", "b c d e z b c d e A B C D E\n", "", 0),
            (r#"set -u; x=(); echo "${x[@]}"; echo ${#x[@]}; echo ${x[0]:-none}"#, "\n0\nnone\n", "", 0),
            ("umask -S; umask 027; umask -S; umask", "u=rwx,g=rx,o=rx\nu=rwx,g=rx,o=\n0027\n", "", 0),
            (
                r#"x=(one two); x=("${x[@]}" three); echo ${x[2]}; echo "${#x[1]}"; case "${x[0]}" in o*) echo ok;; esac"#,
                "three\n3\nok\n",
                "",
                0,
            ),
            (r#"declare -A m; m=(a b c d); echo "${m[a]} ${m[c]}"; m=(x); echo "<${m[x]}>"; echo "rc $?""#, "b d\n<>\nrc 0\n", "", 0),
            (
                "trap 'echo failed $?' ERR; false; echo after $?; true; ls /nope 2>/dev/null; if false; then :; fi; false || true; ! true; echo end",
                "failed 1\nafter 1\nfailed 2\nend\n",
                "",
                0,
            ),
            ("set -e; trap 'echo failed $?' ERR; echo a; false; echo b", "a\nfailed 1\n", "", 1),
            ("set -e; trap 'echo bye' EXIT; trap 'echo failed $?' ERR; (exit 3); echo b", "failed 3\nbye\n", "", 3),
            (
                "trap 'echo E' ERR; f() { false; echo in; return 4; }; f; echo after $?; trap",
                "in\nE\nafter 4\ntrap -- 'echo E' ERR\n",
                "",
                0,
            ),
            ("set -e; f() { return 1; }; f; echo no", "", "", 1),
            ("set -e; f() { false; }; f || echo caught; f; echo no", "caught\n", "", 1),
            ("trap 'echo x' ERR; trap - ERR; false; echo ok; trap '' ERR; false; echo ok", "ok\nok\n", "", 0),
            ("trap 'echo \"line $LINENO\"; exit 7' ERR\ntrue\nfalse\necho no", "line 3\n", "", 7),
            (r#"declare -A m; m["b b"]=2; m[$HOME/x]=3; echo "${m[b b]}" "${m["b b"]}" ${m[/root/x]}"#, "2 2 3\n", "", 0),
            (
                r#"a=(1 2 3); for ((i=0; i<${#a[@]}; i++)); do echo -n "${a[i]} "; done; echo; i=1; echo ${a[i+1]} ${a[$i]} ${a[-1]}"#,
                "1 2 3 \n3 2 3\n",
                "",
                0,
            ),
            ("x=1; x[0]+=5; echo ${x[@]}; y=(); y[3]=a; y+=(b); echo ${!y[@]}", "15\n3 4\n", "", 0),
            ("set -e; f() { false && true; }; f; echo no", "", "", 1),
            ("set -e; eval 'false || false'; echo no", "", "", 1),
            ("set -e; f() { [ 1 = 2 ] && echo x; }; if f; then :; fi; f || true; echo yes; f; echo no", "yes\n", "", 1),
            ("set -e; f() { for i in 1 2; do [ $i = 3 ] && echo x; done; }; f; echo no", "", "", 1),
            ("trap 'echo \"line $LINENO: $?\"; exit 7' ERR\ntrue\nls /nope 2>/dev/null\necho no", "line 3: 2\n", "", 7),
        ],
        bash,
    );
}

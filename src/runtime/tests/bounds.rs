//! What nobody would write by hand: long, deep and endless.

use super::*;

/// Runs a script with little stack, where what calls itself too often would end everything.
fn small_stack(script: String) -> (String, String, i32) {
    let run = move || sh(&script);
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("starts").join().expect("ends")
}

#[test]
fn characters_of_several_bytes_are_no_flags() {
    for command in ["xargs -é", "timeout -é 1 true", "wget -éé", "getopts abc x -éé", "seq -é", "seq -w 1."] {
        let (_, _, code) = sh(&format!("{command}{}", if command.ends_with('.') { "0".repeat(70_000) + " 2" } else { String::new() }));
        assert!(code >= 0, "{command}: {code}");
    }
}

#[test]
fn what_nests_or_grows_is_bounded() {
    // A chain is no nesting.
    let (out, _, _) = small_stack(format!("[[ a {} ]] && echo yes", "&& a ".repeat(30_000)));
    assert_eq!(out, "yes\n");
    let deep: String = (0..20).map(|i| format!("v{i}='{}v{}{}'\n", "(".repeat(45), i + 1, ")".repeat(45))).collect();
    let (_, err, _) = small_stack(format!("{deep}echo $((v0))"));
    assert_eq!(err, "sh: expression recursion loop detected\n");
    let wide: String = (0..10).map(|i| format!("v{i}=v{0}+v{0}+v{0}+v{0}+v{0}+v{0}\n", i + 1)).collect();
    let (_, err, _) = sh(&format!("{wide}v10=1\necho $((v0))"));
    assert_eq!(err, "sh: expression recursion loop detected\n");
    // Here-documents within those of others count as nesting.
    let (starts, ends): (String, String) = (0..3000).map(|i| (format!("cat <<e{i}\n$("), format!(")\ne{}\n", 2999 - i))).unzip();
    let (_, err, _) = small_stack(format!("{starts}true{ends}"));
    assert_eq!(err, "sh: syntax error: nesting too deep\n");
    let (_, err, _) = bash("set -- $(seq 20000); : \"$@$@$@$@$@$@$@$@$@$@$@$@$@$@$@$@\"");
    assert!(err.ends_with("out of memory\n"), "{err}");
    let (out, err, _) = bash("x=$(head -c 1000000 /dev/zero | tr '\\0' x); for i in {1..40}; do eval v$i=\\$x; done; echo no");
    assert!(out.is_empty() && err.ends_with("out of memory\n"), "{out}{err}");
    let (out, err, _) = bash("declare -A m; x=$(head -c 1000000 /dev/zero | tr '\\0' x); for i in {1..40}; do m[$x$i]=; done; echo no");
    assert!(out.is_empty() && err.ends_with("out of memory\n"), "{out}{err}");
    // Copies are kept in memory as what they are copies of.
    let (out, err, _) =
        sh("cd /tmp; tr '\\0' x < /dev/zero | head -c 20000000 > a; mv a a0; for i in 1 2 3 4; do cp a0 b$i || break; done; ls");
    assert_eq!((out.as_str(), err.as_str()), ("a0\nb1\nb2\n", "cp: can't create 'b3': No space left on device\n"));
    let moves = "i=0; while [ $i -lt 30 ]; do mkdir -p /t/$n; mv /w /t/$n/p; mv /t /w; i=$((i+1)); done";
    let (_, err, _) = sh(&format!("n={}; mkdir /w; {moves}", ["a"; 50].join("/")));
    assert!(err.contains("Filename too long"), "{err}");
}

#[test]
fn what_never_ends_is_cut() {
    let (_, err, code) = sh("sh < /dev/zero");
    assert_eq!((err.as_str(), code), ("sh: syntax error: nesting too deep\n", 2));
    // Forty lines become six megabytes, which are not made in one step.
    let tenfold = "s/.*/&&&&&&&&&&/;".repeat(4);
    let (out, ..) = sh(&format!("seq 1001 1040 | sed '{tenfold}h;G;p' | wc -lc"));
    assert_eq!(out, "      160   6400160\n");
    let (_, err, code) = sh("awk 'BEGIN{s=sprintf(\"%4000s\",\" \"); for(i=0;i<9;i++)s=s s; while(1) n+=length(s)}'");
    assert_eq!((err.as_str(), code), ("awk: stopped: the program takes too many steps\n", 2));
    let (out, ..) =
        sh("seq 300000 | wc -l; seq -s, 3; seq -s ' ' 2; seq 100000000000000 | head -n 1; seq 3 1; printf '%05d %03d\\n' -12 4000");
    assert_eq!(out, "300000\n1,2,3\n1 2\n1\n-0012 4000\n");
    let (out, ..) = sh("head -c 3000000 /dev/zero | cut -c2- | wc -c; seq 40000 | awk '{s=s+length($0)} END{print s, NR}'");
    assert_eq!(out, "3000000\n188894 40000\n");
}

#[test]
fn here_documents_are_read_where_their_line_ends() {
    table(
        &[
            ("cat <<A; cat <<B; echo $(cat <<C)\n1\nA\n2\nB\n3\nC\necho end", "1\n2\n3\nend\n", "", 0),
            ("cat <<A; echo 'p\nq'\nxy\nA\necho end", "xy\np\nq\nend\n", "", 0),
            ("while read l; do echo \"<$l>\"; done <<A && echo $(cat <<B\nin\nB\n)\n1\n2\nA", "<1>\n<2>\nin\n", "", 0),
            ("if true; then cat <<-A; fi\n\t\tone\n\tA\nx=$(cat <<A\ntwo\nA\n); echo $x", "one\ntwo\n", "", 0),
            ("case b in a) echo a;; b) echo b;& c) echo c;; d) echo d;; esac; case z in a);; esac; echo $?", "b\nc\n0\n", "", 0),
            ("if false; then echo 1; elif false; then echo 2; elif true; then echo 3; else echo 4; fi", "3\n", "", 0),
            ("set -e; if false; then :; elif (exit 3); then :; fi; echo $?", "0\n", "", 0),
        ],
        sh,
    );
}

#[test]
fn a_function_that_is_interrupted_takes_its_own_along() {
    let mut m = machine("busybox");
    let s = Time::from_secs;
    let pid = m.spawn(Time::ZERO, SpawnSpec { argv: argv(&["sh"]), stdin: Stdin::Tty, ..SpawnSpec::default() }).expect("starts");
    m.tty_input(Time::ZERO, pid, b"set -- outer; x=1; f() { local x=2; sleep 100; }; f inner\r");
    go(&mut m, s(2));
    m.tty_input(s(2), pid, b"\x03");
    go(&mut m, s(3));
    m.tty_input(s(3), pid, b"echo \"<$1 $x>\"\r");
    let (text, _) = go(&mut m, s(4));
    assert!(text.contains("\n<outer 1>\n"), "{text}");
    // The lines of a here-document are compared, not parsed; the one that ends it runs the command.
    m.tty_input(s(4), pid, b"cat <<EOF | wc -l\r");
    for _ in 0..50 {
        m.tty_input(s(4), pid, b"a $b\r");
    }
    m.tty_input(s(5), pid, b"EOF\rcat <<'EOF'\rone\rEOF\r");
    let (text, _) = go(&mut m, s(6));
    assert!(text.contains("one\n/ # "), "{text}");
}

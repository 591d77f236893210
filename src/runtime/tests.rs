//! Scripts and what they print; signals; bounds.

mod ash;
mod bash;
mod bounds;
mod busybox;
mod dash;
mod gnu;
mod machine;

use std::sync::Arc;

use super::*;
use crate::base::{Duration, RandomStream, Time};
use crate::network::{HttpRequest, NetRequest};

/// Runs a command to its end, or until `limit`; stdout, stderr, exit code and how long it took.
fn run_in(image: &str, argv: &[&str], stdin: &str, limit: Duration) -> (String, String, Option<i32>, Duration) {
    let image = images::lookup(image).expect("a known image");
    let mut m = Machine::new(
        Time::ZERO,
        MachineSpec { image: Arc::new(image), hostname: "host".into(), seed: 1, stream: "t".into(), ..MachineSpec::default() },
    );
    let spec = SpawnSpec { argv: argv.iter().map(|s| s.to_string()).collect(), stdin: Stdin::Pipe, ..SpawnSpec::default() };
    let pid = match m.spawn(Time::ZERO, spec) {
        Ok(pid) => pid,
        Err(e) => return (String::new(), e.to_string(), None, Duration::ZERO),
    };
    m.write_stdin(Time::ZERO, pid, stdin.as_bytes());
    m.close_stdin(Time::ZERO, pid);
    let (mut out, mut err, mut code, mut took) = (Vec::new(), Vec::new(), None, Duration::ZERO);
    let mut rounds = 0;
    while let Some(at) = m.next_wake().filter(|t| *t <= Time::ZERO + limit) {
        rounds += 1;
        if rounds > 2_000_000 {
            break;
        }
        m.run(at);
        for e in m.drain() {
            match e {
                MachineEvent::Output { stream: Stream::Stdout, bytes, .. } if out.len() < 1 << 20 => out.extend(bytes),
                MachineEvent::Output { stream: Stream::Stderr, bytes, .. } if err.len() < 1 << 20 => err.extend(bytes),
                MachineEvent::Exited { pid: p, status, at } if p == pid => {
                    code = Some(status.code());
                    took = at.since(Time::ZERO);
                }
                _ => {}
            }
        }
    }
    (String::from_utf8_lossy(&out).into_owned(), String::from_utf8_lossy(&err).into_owned(), code, took)
}

fn sh(script: &str) -> (String, String, i32) {
    let (out, err, code, _) = run_in("busybox", &["sh", "-c", script], "", Duration::from_secs(10_000));
    (out, err, code.unwrap_or(-1))
}

fn table(rows: &[(&str, &str, &str, i32)], run: fn(&str) -> (String, String, i32)) {
    let mut wrong = String::new();
    for (script, out, err, code) in rows {
        let got = run(script);
        if got != (out.to_string(), err.to_string(), *code) {
            wrong.push_str(&format!("\n{script}\n  want {:?}\n  got  {got:?}\n", (out, err, code)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn shell_basics() {
    table(
        &[
            ("echo hello", "hello\n", "", 0),
            ("f() { :; }; type f; [ a = ]", "f is a function\n", "sh: =: argument expected\n", 2),
            ("echo out; echo err >&2; exit 5", "out\n", "err\n", 5),
            ("false || echo x && echo y", "x\ny\n", "", 0),
            ("echo a b   c | wc -w", "3\n", "", 0),
            ("for i in 1 2 3; do echo $i; done", "1\n2\n3\n", "", 0),
            ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "1\n2\n3\n", "", 0),
            ("i=3; until [ $i = 0 ]; do i=$((i-1)); done; echo $i", "0\n", "", 0),
            ("case abc in x) echo 1;; a*) echo 2;; *) echo 3;; esac", "2\n", "", 0),
            ("f() { echo $1 $#; return 3; }; f a b; echo $?", "a 2\n3\n", "", 0),
            ("x=$(echo a; echo b); echo \"$x\"; echo $x", "a\nb\na b\n", "", 0),
            ("echo ${x:-d} ${x-} ${#HOME} ${HOME#/} ${HOME%oot}", "d 5 root /r\n", "", 0),
            ("echo $((1+2*3)) $((7/2)) $((7%4)) $((1<<4)) $((2>1&&0))", "7 3 3 16 0\n", "", 0),
            ("(exit 4); echo $?; { echo g; }", "4\ng\n", "", 0),
            ("cat <<EOF\na $((1+1))\n$HOME\nEOF\necho done", "a 2\n/root\ndone\n", "", 0),
            ("cat <<'EOF' | tr a-z A-Z\nx $y\nEOF", "X $Y\n", "", 0),
            ("cat <<A; cat <<B\n1\nA\n2\nB", "1\n2\n", "", 0),
            ("foo", "", "sh: foo: not found\n", 127),
            ("/etc/passwd", "", "sh: /etc/passwd: Permission denied\n", 126),
            ("cat /tmp/healthy", "", "cat: can't open '/tmp/healthy': No such file or directory\n", 1),
            ("ls /x", "", "ls: /x: No such file or directory\n", 1),
            ("ln -s /tmp /t; ls -ld /t | cut -c1; ls -ldL /t | cut -c1", "l\nd\n", "", 0),
            ("(echo a > /proc/1/fd/1); echo b > /proc/9/fd/1", "a\n", "sh: can't create /proc/9/fd/1: nonexistent directory\n", 1),
            ("cd /tmp; df . | tail -n +2 | cut -d' ' -f1; df nope > /dev/null", "overlay\n", "df: nope: can't find mount point\n", 1),
            ("echo x > /nope/y", "", "sh: can't create /nope/y: nonexistent directory\n", 1),
            ("cat < /nope", "", "sh: can't open /nope: no such file\n", 1),
            ("cd /nope", "", "sh: cd: line 0: can't cd to /nope: No such file or directory\n", 2),
            ("echo 'unclosed", "", "sh: syntax error: unterminated quoted string\n", 2),
            ("fi", "", "sh: syntax error: unexpected \"fi\"\n", 2),
            ("if true; then echo x", "", "sh: syntax error: unexpected end of file (expecting \"fi\")\n", 2),
            ("cat <(echo a) <(echo b); cat <<< x", "", "sh: syntax error: unexpected redirection\n", 2),
            (
                "printf 'ab\\n\\0' | od -c; printf abc | od -An -tx1; printf abcd | od -An -N2 -tu2",
                "0000000   a   b  \\n  \\0\n0000004\n 61 62 63\n 25185\n",
                "",
                0,
            ),
            (
                "printf 'ab\\n' | hexdump -C; printf abc | hexdump",
                "00000000  61 62 0a                                          |ab.|\n00000003\n0000000 6261 0063                              \n0000003\n",
                "",
                0,
            ),
            (
                "head -c 40 /dev/zero | od -x; printf ab | xxd; echo 6162 | xxd -r -p",
                "0000000 0000 0000 0000 0000 0000 0000 0000 0000\n*\n0000040 0000 0000 0000 0000\n0000050\n00000000: 6162                                     ab\nab",
                "",
                0,
            ),
            ("od -An -N4 -tu4 /dev/zero", "          0\n", "", 0),
            ("comm -12 <(seq 1 5) <(seq 3 8); ln -s a b; ln -s a b", "3\n4\n5\n", "ln: b: File exists\n", 1),
            ("echo a;\necho b; echo )", "a\n", "sh: syntax error: unexpected \")\"\n", 2),
            ("echo a\necho (b\necho c", "a\n", "sh: syntax error: unexpected word (expecting \")\")\n", 2),
            ("if [ 1 ]; echo x; fi", "", "sh: syntax error: unexpected \"fi\" (expecting \"then\")\n", 2),
            ("for x in a; echo $x; done", "", "sh: syntax error: unexpected word (expecting \"do\")\n", 2),
            ("echo a\necho ${x", "a\n", "sh: syntax error: missing '}'\n", 2),
            ("echo a; eval 'echo ('; echo b", "a\n", "sh: eval: line 0: syntax error: unexpected end of file (expecting \")\")\n", 2),
            (
                "printf 'echo in\\necho (\\n' > s; . ./s; echo b",
                "in\n",
                "sh: ./s: line 3: syntax error: unexpected newline (expecting \")\")\n",
                2,
            ),
            ("trap 'echo (' EXIT; echo b", "b\n", "sh: syntax error: unexpected end of file (expecting \")\")\n", 2),
            ("set -e; false; echo no", "", "", 1),
            ("set -e; if false; then :; fi; false || true; ! true; echo yes", "yes\n", "", 0),
            ("set -u; echo $nope", "", "sh: nope: parameter not set\n", 2),
            ("set -x; echo a 'b c'", "a b c\n", "+ echo a 'b c'\n", 0),
            ("trap 'echo bye' EXIT; echo hi; exit 3", "hi\nbye\n", "", 3),
            ("kill -9 $", "", "sh: invalid number '$'\n", 1),
            ("echo a,b,c | cut -d, -f2 | tr b B", "B\n", "", 0),
            ("printf '%s|' a b 'c d'; printf '%03d %x\\n' 7 255", "a|b|c d|007 ff\n", "", 0),
            ("printf '%s\\n' \"$@\"", "\n", "", 0),
            ("set -- a 'b c'; for x; do echo [$x]; done; shift; echo $1 $#", "[a]\n[b c]\nb c 1\n", "", 0),
            ("read a b <<EOF\n1 2 3\nEOF\necho $b-$a", "2 3-1\n", "", 0),
            ("echo 'a b\nc d' | while read x y; do echo $y; done", "b\nd\n", "", 0),
            (
                "touch /tmp/a.txt /tmp/b.txt; echo /tmp/*.txt /tmp/*.no; cd /tmp; echo *.txt",
                "/tmp/a.txt /tmp/b.txt /tmp/*.no\na.txt b.txt\n",
                "",
                0,
            ),
            ("x=foo.tar.gz; echo ${x%.*} ${x%%.*} ${x#*.} ${x##*.} ${x/tar/zip} ${x:0:3}", "foo.tar foo tar.gz gz foo.zip.gz foo\n", "", 0),
            ("while getopts ab:c o; do echo $o $OPTARG; done", "", "", 0),
            ("set -- -a -b x y; while getopts ab: o; do echo \"$o $OPTARG\"; done; shift $((OPTIND-1)); echo $1", "a \nb x\ny\n", "", 0),
            ("eval 'x=1; echo $x'; unset x; echo ${x-unset}", "1\nunset\n", "", 0),
            ("export A=1; sh -c 'echo $A'; B=2 sh -c 'echo $B'; echo ${B-no}", "1\n2\nno\n", "", 0),
            ("sleep 5 & wait $!; echo $?", "0\n", "", 0),
            ("sh -c 'exit 7' & wait $!; echo $?", "7\n", "", 0),
            ("sleep 100 & kill $!; wait $!; echo $?", "143\n", "Terminated\n", 0),
            ("trap 'echo t' TERM; kill -TERM $$; echo after", "t\nafter\n", "", 0),
            ("trap '' TERM; kill $$; echo on; trap", "on\ntrap -- '' TERM\n", "", 0),
            ("sh -c 'kill $$; echo no'; echo $?; sh -c 'kill -9 $$'; echo $?", "143\n137\n", "Terminated\nKilled\n", 0),
            ("set -x; [ 1 = 1 ]; a='b c' echo 'd*'", "d*\n", "+ '[' 1 '=' 1 ]\n+ a='b c' echo 'd*'\n", 0),
            ("a=(b c); echo ${a[1]}", "", "sh: syntax error: unexpected \"(\"\n", 2),
            ("x=ab; echo ${x^^}", "", "sh: syntax error: bad substitution\n", 2),
            ("source nofile; echo no", "", "sh: source: line 0: nofile: not found\n", 2),
            ("[ a b ]; set --; shift 2; echo $?", "1\n", "sh: b: unknown operand\n", 0),
            ("echo 'echo $1' | sh -s -- x; printf '%d\\n' y", "x\n0\n", "sh: invalid number 'y'\n", 1),
            (
                "seq -s, 1 3; touch /no/x; wc /no/y",
                "1,2,3\n",
                "touch: /no/x: No such file or directory\nwc: /no/y: No such file or directory\n",
                1,
            ),
            ("date -u -d '2024-12-30' '+%U %W %V %G'; date -u -d '2021-01-01' '+%U %W %V %G'", "52 53 01 2025\n00 00 53 2020\n", "", 0),
            ("echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f; wc -l < /tmp/f", "a\nb\n2\n", "", 0),
            ("ls /nope 2>/dev/null || echo failed; ls /nope 2>&1 | wc -l", "failed\n1\n", "", 0),
            ("for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done", "1\n3\n", "", 0),
            ("seq 3 | sort -r | head -2 | tail -1", "2\n", "", 0),
            ("yes | head -3", "y\ny\ny\n", "", 0),
            ("echo $0 $$; hostname; pwd; id -u", "sh 1\nhost\n/\n0\n", "", 0),
            ("f() { local x=1; g; echo $x; }; g() { x=2; }; x=0; f; echo $x", "2\n0\n", "", 0),
            ("exec 3>/tmp/o; echo z >&3; exec 3>&-; cat /tmp/o", "z\n", "", 0),
            ("env | grep -E ^HOME=", "HOME=/root\n", "", 0),
            ("sleep $((3 + 1${HOSTNAME:+} % 3)); echo ok", "ok\n", "", 0),
            ("[ ! -f /tmp/bad ] && echo fine", "fine\n", "", 0),
            ("seq 1 5 | sed -n '2,3p;5{s/5/five/;p}'", "2\n3\nfive\n", "", 0),
            ("echo aXbXc | sed 's/X/-/2; s/\\(a\\)/<\\1>/'", "<a>Xb-c\n", "", 0),
            ("printf 'a\\nb\\nc\\n' | sed '/b/d'; printf 'a\\n' | sed -e 1i\\\\\\nx", "a\nc\nnx\na\n", "", 0),
            ("echo hello | grep -q ell && echo y; echo x | grep -c y; echo $?", "y\n0\n1\n", "", 0),
            ("echo 'b 2\na 1\nc 10' | sort -k2 -n | cut -d' ' -f1 | xargs echo", "a b c\n", "", 0),
            ("echo 1 2 3 | xargs -n1 echo n", "n 1\nn 2\nn 3\n", "", 0),
            ("find /usr/local -type d | sort; basename /a/b.c .c; dirname /a/b", "/usr/local\n/usr/local/bin\nb\n/a\n", "", 0),
            ("expr 3 + 4; expr 2 '*' 3; expr abc : 'a\\(.\\)'", "7\n6\nb\n", "", 0),
            ("dd if=/dev/zero bs=1k count=2 2>/dev/null | wc -c", "2048\n", "", 0),
            // A block that is read in several steps ends where it should.
            ("dd if=/dev/zero bs=1500k count=2 2>/dev/null | wc -c", "3072000\n", "", 0),
            ("timeout 2 sleep 10; echo $?", "143\n", "Terminated\n", 0),
            ("date +%Y-%m-%d; date -d @0 +%s", "2026-01-01\n0\n", "", 0),
            ("a() { b; }; b() { echo deep; }; a | cat", "deep\n", "", 0),
            ("echo \"a\\nb\"; echo -e 'a\\tb'; echo -n x", "a\\nb\na\tb\nx", "", 0),
            (
                "echo abc | base64; echo YWJjCg== | base64 -d; echo -n abc | md5sum",
                "YWJjCg==\nabc\n900150983cd24fb0d6963f7d28e17f72  -\n",
                "",
                0,
            ),
            (": ${X:=5}; echo $X; echo ${Y:?gone}", "5\n", "sh: Y: gone\n", 2),
            ("x='a  b'; echo $x; echo \"$x\"; IFS=:; y=1:2; set -- $y; echo $#", "a b\na  b\n2\n", "", 0),
            ("! true; echo $?; true && ! false; echo $?", "1\n0\n", "", 0),
            ("{ echo a; echo b >&2; } 2>&1 | sort -r", "b\na\n", "", 0),
            ("command -v ls; command -v nope; type cd", "/bin/ls\ncd is a shell builtin\n", "", 0),
            ("test -d /tmp -a -w /tmp && echo ok; [ a = b -o 1 -lt 2 ] && echo ok", "ok\nok\n", "", 0),
            ("[ 1 -eq x ]", "", "sh: x: bad number\n", 2),
            (
                "rm /nope; rm -f /nope; mkdir /a/b; mkdir -p /a/b && rmdir /a; echo $?",
                "1\n",
                "rm: can't remove '/nope': No such file or directory\nmkdir: can't create directory '/a/b': No such file or directory\nrmdir: '/a': Directory not empty\n",
                0,
            ),
        ],
        sh,
    );
}

#[test]
fn signals_to_pid_1() {
    // (command, signal, exit within a second)
    for (argv, signal, want) in [
        (&["sleep", "1000"][..], Signal::TERM, None),
        (&["sleep", "1000"], Signal::KILL, Some(137)),
        (&["sh", "-c", "sleep 1000; true"], Signal::TERM, None),
        (&["sh", "-c", "trap exit TERM; sleep 600 & wait"], Signal::TERM, Some(143)),
        (&["sh", "-c", "trap 'exit 0' TERM; sleep 10000 & wait"], Signal::TERM, Some(0)),
        (&["sh", "-c", "trap : TERM; while true; do sleep 1; done"], Signal::TERM, None),
        (&["sh", "-c", "trap 'exit 3' INT; while true; do sleep 0.1; done"], Signal::INT, Some(3)),
        (&["sh", "-c", "while true; do :; done"], Signal::KILL, Some(137)),
        (&["sh", "-c", "trap 'exit 9' TERM; while true; do :; done"], Signal::TERM, Some(9)),
    ] {
        let mut m =
            Machine::new(Time::ZERO, MachineSpec { image: Arc::new(images::lookup("busybox").expect("known")), ..MachineSpec::default() });
        let pid =
            m.spawn(Time::ZERO, SpawnSpec { argv: argv.iter().map(|s| s.to_string()).collect(), ..SpawnSpec::default() }).expect("starts");
        let mut code = None;
        let mut go = |m: &mut Machine, until: Time| {
            while let Some(at) = m.next_wake().filter(|t| *t <= until) {
                m.run(at);
                for e in m.drain() {
                    if let MachineEvent::Exited { status, .. } = e {
                        code = Some(status.code());
                    }
                }
            }
            code
        };
        assert_eq!(go(&mut m, Time::from_secs(5)), None, "{argv:?}");
        m.signal(Time::from_secs(5), pid, signal);
        assert_eq!(go(&mut m, Time::from_secs(6)), want, "{argv:?} {signal}");
    }
}

#[test]
fn sleep_takes_its_time() {
    let (_, _, code, took) = run_in("busybox", &["sh", "-c", "sleep 2; sleep 0.5"], "", Duration::from_secs(10));
    assert_eq!(code, Some(0));
    assert!((2_500..2_520).contains(&took.as_millis()), "{took:?}");
}

#[test]
fn errors_of_spawn() {
    for (argv, want) in [
        (&["nosuchcmd"][..], "exec: \"nosuchcmd\": executable file not found in $PATH"),
        (&["/bin/nosuch"], "exec: \"/bin/nosuch\": stat /bin/nosuch: no such file or directory"),
        (&["/etc/passwd"], "exec: \"/etc/passwd\": permission denied"),
    ] {
        assert_eq!(run_in("busybox", argv, "", Duration::from_secs(1)).1, want);
    }
}

#[test]
fn the_first_process_works_in_a_directory_that_is_made_where_it_is_not_there() {
    let image = Arc::new(images::lookup("busybox").expect("a known image"));
    let no = "error during container init: mkdir /etc/passwd: not a directory";
    for (cwd, want) in [("", ""), ("/etc", ""), ("/made/here/", ""), ("/etc/passwd", no), ("/etc/passwd/below", no)] {
        let mut m = Machine::new(Time::ZERO, MachineSpec { image: image.clone(), seed: 1, ..MachineSpec::default() });
        let spec = SpawnSpec { argv: vec!["pwd".into()], cwd: cwd.into(), ..SpawnSpec::default() };
        assert_eq!(m.spawn(Time::ZERO, spec).err().map(|e| e.to_string()).unwrap_or_default(), want, "{cwd}");
    }
}

#[test]
fn busy_loops_are_cheap_and_use_one_cpu() {
    let mut m =
        Machine::new(Time::ZERO, MachineSpec { image: Arc::new(images::lookup("busybox").expect("known")), ..MachineSpec::default() });
    m.spawn(Time::ZERO, SpawnSpec { argv: vec!["sh".into(), "-c".into(), "while true; do :; done".into()], ..SpawnSpec::default() })
        .expect("starts");
    let mut wakes = 0;
    while let Some(at) = m.next_wake().filter(|t| *t <= Time::from_secs(600)) {
        m.run(at);
        wakes += 1;
    }
    assert!(wakes < 100_000, "{wakes}");
    let cpu = m.usage(Time::from_secs(600)).cpu.as_secs_f64();
    assert!((595.0..601.0).contains(&cpu), "{cpu}");
}

#[test]
fn random_scripts_end() {
    let mut random = RandomStream::new(3, "scripts");
    let pieces = [
        "echo ",
        "$",
        "(",
        ")",
        "{",
        "}",
        "'",
        "\"",
        "`",
        "\\",
        "|",
        "&",
        ";",
        "\n",
        "<",
        ">",
        "<<E",
        "if ",
        "then ",
        "fi",
        "while ",
        "do ",
        "done",
        "case ",
        "in ",
        "esac",
        "x",
        "=",
        "1",
        " ",
        "*",
        "[",
        "]",
        "$((",
        "))",
        "${",
        ":-",
        "#",
        "for ",
        "f()",
        "!",
        "~",
        "\t",
        "é",
        "\0",
        "sed s/a/b/",
        "cat",
        "[[ ",
        " ]]",
        "trap ",
        "exec ",
        "eval ",
        "yes",
        "true",
        "wait",
        "kill 0",
        "sleep 1",
        "grep -E (",
        "read a",
        "set -e",
    ];
    for n in 0..3000 {
        let script: String = (0..random.below(30)).map(|_| pieces[random.below(pieces.len() as u64) as usize]).collect();
        let image = if n % 2 == 0 { "busybox" } else { "debian" };
        let shell = if n % 2 == 0 { "sh" } else { "bash" };
        run_in(image, &[shell, "-c", &script.replace('\0', "")], "a\nb\n", Duration::from_millis(50));
    }
    for depth in [50, 500, 5000] {
        for open in ["(", "$(", "${", "\"$(", "{ ", "if ", "`", "$((", "[[ ! ", "[[ ( ", "f() ", "case x in x) "] {
            run_in("debian", &["bash", "-c", &open.repeat(depth)], "", Duration::from_millis(50));
        }
    }
}

#[test]
fn awk_programs() {
    table(
        &[
            ("printf 'a 1\\nb 2\\n' | awk '{print $2, $1}'", "1 a\n2 b\n", "", 0),
            ("echo a:b:c | awk -F: '{print $NF, NF}'", "c 3\n", "", 0),
            ("echo hello | awk '{gsub(/l*/, \"-\"); print; sub(/h|h-e/, \"x\"); print}'", "-h-e-o-\n-x-o-\n", "", 0),
            ("seq 5 | awk '{s+=$1} END {print s, s/NR}'", "15 3\n", "", 0),
            ("seq 5 | awk 'NR>1 && NR<4'", "2\n3\n", "", 0),
            ("seq 5 | awk '/2/,/4/{printf \"%s-\", $0} END{print \"\"}'", "2-3-4-\n", "", 0),
            ("awk 'BEGIN{for(i=0;i<3;i++) a[i]=i*i; for(k in a) print k, a[k]; if (2 in a) print \"in\"}'", "0 0\n1 1\n2 4\nin\n", "", 0),
            ("awk -v x=5 'BEGIN{printf(\"%d %s %.2f\\n\", x, \"q\", 3.14159)}'", "5 q 3.14\n", "", 0),
            ("awk 'function f(n){return n<2?n:f(n-1)+f(n-2)} BEGIN{print f(10)}'", "55\n", "", 0),
            (
                "echo 'hello world' | awk '{sub(/o/,\"0\"); gsub(/l/,\"[&]\"); print toupper(substr($0,1,3)) length($0) index($0,\"w\")}'",
                "HE[1711\n",
                "",
                0,
            ),
            ("echo x | awk '{$3=\"z\"; print; print NF}'", "x  z\n3\n", "", 0),
            ("echo 'a b c' | awk '{n=split($0,p); print n p[1] p[3]; print $1 > \"/tmp/o\"}'; cat /tmp/o", "3ac\na\n", "", 0),
            // What stands in an index happens once, whatever is done with the item.
            ("awk 'BEGIN{a[n++] += 5; a[n++]++; print n, a[0], a[1], sub(/5/, 6, a[n++ - 2]), a[0], n}'", "2 5 1 1 6 3\n", "", 0),
            // What was never set is nought as well as empty, also where it is handed on.
            ("awk 'BEGIN{x = y; print (x == 0), (x == \"\")}'", "1 1\n", "", 0),
            (
                "awk 'BEGIN{print 2^53, -2^53, 10^18, 10^19, 1e300}'",
                "9007199254740992 -9007199254740992 1000000000000000000 1e+19 1e+300\n",
                "",
                0,
            ),
            ("awk 'BEGIN{while(1) x++}'", "", "awk: stopped: the program takes too many steps\n", 2),
            ("awk 'function f(n){return f(n+1)} BEGIN{print f(1)}'", "", "awk: calls nest too deeply\n", 2),
            ("awk 'BEGIN{exit 3} END{print \"e\"}'", "e\n", "", 3),
            ("awk 'BEGIN{exit 3} END{print \"e\"; exit}'", "e\n", "", 3),
            ("df -h | awk 'NR==2{print $1}'; echo '10 9' | awk '{print ($1>$2)}'", "overlay\n1\n", "", 0),
            ("awk '{print $1'", "", "awk: cmd. line:1: Unexpected end of string\n", 1),
            ("printf 'k=1\\nj=2\\n' | awk -F= '$1==\"j\"{print $2}'", "2\n", "", 0),
            ("printf 'x\\ny\\n' | awk '!seen[$0]++ {c++} END{print c+0}'", "2\n", "", 0),
        ],
        sh,
    );
}

fn bash(script: &str) -> (String, String, i32) {
    let (out, err, code, _) = run_in("debian", &["bash", "-c", script], "", Duration::from_secs(10_000));
    (out, err, code.unwrap_or(-1))
}

#[test]
fn bash_scripts() {
    table(
        &[
            ("for i in {1..3} {a,b}x; do echo -n $i,; done; echo", "1,2,3,ax,bx,\n", "", 0),
            (
                "false | true | (exit 3); echo ${PIPESTATUS[@]}; echo ${PIPESTATUS[*]}; true | false; x=(\"${PIPESTATUS[@]}\"); echo ${x[1]}",
                "1 0 3\n0\n1\n",
                "",
                0,
            ),
            (
                "[ a = ]; [ 1 2 3 ]; test x -gt 1; [ x",
                "",
                "bash: line 1: [: a: unary operator expected\nbash: line 1: [: 2: binary operator expected\nbash: line 1: test: x: integer expression expected\nbash: line 1: [: missing `]'\n",
                2,
            ),
            ("printf -v x '%03d' 7; echo $x; printf '%*s|%-5s|\\n' -5 a b", "007\na    |b    |\n", "", 0),
            ("return 5; echo $?", "2\n", "bash: line 1: return: can only `return' from a function or sourced script\n", 0),
            (
                "break; echo $?; cd a b; echo $?; time; echo on",
                "0\n1\non\n",
                "bash: line 1: break: only meaningful in a `for', `while', or `until' loop\nbash: line 1: cd: too many arguments\n\
                 \nreal\t0m0.000s\nuser\t0m0.000s\nsys\t0m0.000s\n",
                0,
            ),
            (
                "(: ${U?}); echo $?; (set -u; echo $U); echo $?",
                "1\n1\n",
                "bash: line 1: U: parameter not set\nbash: line 1: U: unbound variable\n",
                0,
            ),
            ("[[ abc == a* && 3 -lt 5 ]] && echo y; [[ v12 =~ ^v([0-9]+)$ ]] && echo ${BASH_REMATCH[1]}", "y\n12\n", "", 0),
            (
                "a=(x y 'z w'); echo ${#a[@]} ${a[1]} \"${a[@]}\"; a+=(q); echo ${a[-1]}; for i in \"${a[@]}\"; do echo \"<$i>\"; done",
                "3 y x y z w\nq\n<x>\n<y>\n<z w>\n<q>\n",
                "",
                0,
            ),
            ("for ((i=0;i<3;i++)); do echo -n $i; done; echo; ((x=5)); ((x>3)) && echo big", "012\nbig\n", "", 0),
            ("foo", "", "bash: line 1: foo: command not found\n", 127),
            ("x=Hello; echo ${x,,} ${x^^} ${x:1:3} ${x: -2} ${x//l/L}", "hello HELLO ell lo HeLLo\n", "", 0),
            ("read -r a b <<< 'one two'; echo $b", "two\n", "", 0),
            ("f() { echo $FUNCNAME; local a=1 b=2; echo $a$b; }; f", "f\n12\n", "", 0),
            ("cat /nope &> /tmp/x; wc -l < /tmp/x", "1\n", "", 0),
            ("set -o pipefail; false | true; echo $?", "1\n", "", 0),
            ("echo $'a\\tb'; function g { echo g; }; g", "a\tb\ng\n", "", 0),
            ("if fi", "", "bash: -c: line 1: syntax error near unexpected token `fi'\nbash: -c: line 1: `if fi'\n", 2),
            ("echo a\necho >", "a\n", "bash: -c: line 2: syntax error near unexpected token `newline'\nbash: -c: line 2: `echo >'\n", 2),
            ("echo a\nfor x in b; do\necho $x", "a\n", "bash: -c: line 4: syntax error: unexpected end of file\n", 2),
            ("echo a\necho \"b\nc", "a\n", "bash: -c: line 2: unexpected EOF while looking for matching `\"'\n", 2),
            ("while read -r l; do echo \"[$l]\"; done < <(echo x; echo y)", "[x]\n[y]\n", "", 0),
            ("diff <(printf 'a\\nb\\n') <(printf 'a\\nc\\n'); echo $?", "2c2\n< b\n---\n> c\n1\n", "", 0),
            ("f() { cat \"$1\" <(echo in); }; f <(echo z); f <(cat <(echo w))", "z\nin\nw\nin\n", "", 0),
            ("seq 3 > >(tr 1 x); sleep 1; paste -d, <(seq 2) - - < <(seq 4)", "x\n2\n3\n1,1,2\n2,3,4\n", "", 0),
            ("source <(echo 'x=$1; return 3') arg; echo $x $?; mapfile -t a < <(seq 2); echo \"[${a[1]}]\"", "arg 3\n[2]\n", "", 0),
            (
                "ls f; cat f; rm f; kill 99",
                "",
                "ls: cannot access 'f': No such file or directory\ncat: f: No such file or directory\nrm: cannot remove 'f': No such file or directory\nbash: line 1: kill: (99) - No such process\n",
                1,
            ),
            (
                "eval 'echo )'; echo $?",
                "2\n",
                "bash: eval: line 1: syntax error near unexpected token `)'\nbash: eval: line 1: `echo )'\n",
                0,
            ),
        ],
        bash,
    );
}

fn machine(image: &str) -> Machine {
    Machine::new(
        Time::ZERO,
        MachineSpec {
            image: Arc::new(images::lookup(image).expect("known")),
            hostname: "pod".into(),
            externals: vec!["kubectl".into()],
            capabilities: CAPABILITIES_ALL,
            ..MachineSpec::default()
        },
    )
}

fn argv(words: &[&str]) -> Vec<String> {
    words.iter().map(|s| s.to_string()).collect()
}

/// Runs until `until`; what was printed, and the other events.
fn go(m: &mut Machine, until: Time) -> (String, Vec<MachineEvent>) {
    let (mut text, mut rest) = (Vec::new(), Vec::new());
    loop {
        for e in m.drain() {
            match e {
                MachineEvent::Output { bytes, .. } => text.extend(bytes),
                e => rest.push(e),
            }
        }
        let Some(at) = m.next_wake().filter(|t| *t <= until) else { break };
        m.run(at);
    }
    (String::from_utf8_lossy(&text).into_owned(), rest)
}

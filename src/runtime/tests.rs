//! Scripts and what they print; signals; bounds.

use std::sync::Arc;

use super::*;
use crate::base::{Duration, RandomStream, Time};

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
            ("echo x > /nope/y", "", "sh: can't create /nope/y: nonexistent directory\n", 1),
            ("cat < /nope", "", "sh: can't open /nope: no such file\n", 1),
            ("cd /nope", "", "sh: cd: line 0: can't cd to /nope: No such file or directory\n", 2),
            ("echo 'unclosed", "", "sh: syntax error: unterminated quoted string\n", 2),
            ("fi", "", "sh: syntax error: unexpected \"fi\"\n", 2),
            ("if true; then echo x", "", "sh: syntax error: unexpected end of file (expecting \"fi\")\n", 2),
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
            ("sleep 100 & kill $!; wait $!; echo $?", "143\n", "", 0),
            ("trap 'echo t' TERM; kill -TERM $$; echo after", "t\nafter\n", "", 0),
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
            ("timeout 2 sleep 10; echo $?", "143\n", "", 0),
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
        (&["/bin/nosuch"], "exec: \"/bin/nosuch\": stat: no such file or directory"),
        (&["/etc/passwd"], "exec: \"/etc/passwd\": permission denied"),
    ] {
        assert_eq!(run_in("busybox", argv, "", Duration::from_secs(1)).1, want);
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

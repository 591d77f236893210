//! What keys make of a file, and what the screen shows meanwhile.

use std::sync::Arc;

use crate::base::{Duration, RandomStream, Time};
use crate::runtime::{Machine, MachineEvent, MachineSpec, Pid, SpawnSpec, Stdin, images};

const TEXT: &str = "spec:\n  replicas: 1\n  image: nginx # web\n\nend\n";

/// An editor with a file, on a terminal.
struct Desk {
    machine: Machine,
    pid: Pid,
    now: Time,
    /// What was shown at first.
    first: String,
}

impl Desk {
    fn new(text: &str) -> Desk {
        let image = Arc::new(images::lookup("busybox").expect("a known image"));
        let mut machine = Machine::new(Time::ZERO, MachineSpec { image, seed: 1, stream: "t".into(), ..MachineSpec::default() });
        machine.files().write("/", "/f", text.as_bytes()).expect("room for a file");
        let pid = machine.spawn(Time::ZERO, spec(Stdin::Tty)).expect("there is vi");
        let mut desk = Desk { machine, pid, now: Time::ZERO, first: String::new() };
        desk.first = desk.wait().0;
        desk
    }

    /// What was written to the terminal within a second, and how the editor ended, if it did.
    fn wait(&mut self) -> (String, Option<i32>) {
        let (mut shown, mut ended) = (String::new(), None);
        self.now += Duration::from_secs(1);
        while let Some(at) = self.machine.next_wake().filter(|at| *at <= self.now) {
            self.machine.run(at);
            for event in self.machine.drain() {
                match event {
                    MachineEvent::Output { bytes, .. } => shown += &String::from_utf8_lossy(&bytes),
                    MachineEvent::Exited { status, .. } => ended = Some(status.code()),
                    _ => {}
                }
            }
        }
        (shown, ended)
    }

    fn typed(&mut self, keys: &str) -> (String, Option<i32>) {
        self.machine.tty_input(self.now, self.pid, keys.as_bytes());
        self.wait()
    }

    fn file(&mut self) -> String {
        String::from_utf8(self.machine.file_system().read("/", "/f", 1 << 20).expect("the file")).expect("text")
    }
}

fn spec(stdin: Stdin) -> SpawnSpec {
    SpawnSpec { argv: ["vi", "/f"].map(String::from).to_vec(), stdin, ..SpawnSpec::default() }
}

/// The file after these keys and `:wq`.
fn edited(text: &str, keys: &str) -> String {
    let mut desk = Desk::new(text);
    desk.typed(keys);
    assert_eq!(desk.typed("\x1b:wq\r").1, Some(0), "{keys:?}");
    desk.file()
}

#[test]
fn keys_edit() {
    let rows: &[(&str, &str, &str)] = &[
        // (text, keys, text)
        (TEXT, "", TEXT),
        ("a\n", "ix\x1b", "xa\n"),
        ("ab\n", "ax\x1b", "axb\n"),
        ("ab\n", "Ax\x1b", "abx\n"),
        ("  ab\n", "$Ix\x1b", "  xab\n"),
        // A new line is indented as the one before.
        ("  a\n", "ob\x1b", "  a\n  b\n"),
        ("  a\n", "Ob\x1b", "  b\n  a\n"),
        ("  a\n", "A\rb\rc\x1b", "  a\n  b\n  c\n"),
        // Over a shorter line the column is kept, and after `$` the end of each.
        ("abcd\n\nabcd\n", "lljjx", "abcd\n\nabd\n"),
        ("ab\nabcd\n", "$jx", "ab\nabc\n"),
        ("abcd\na\nabcd\n", "lljhjx", "abcd\na\nbcd\n"),
        ("abc\n", "x", "bc\n"),
        ("abc\n", "2x", "c\n"),
        ("abc\n", "$x", "ab\n"),
        ("abc\n", "$X", "ac\n"),
        ("abc\n", "rx", "xbc\n"),
        ("abc\n", "2rx", "xxc\n"),
        ("abc\n", "Rxy\x1b", "xyc\n"),
        ("aBc\n", "3~", "AbC\n"),
        ("a\nb\nc\n", "dd", "b\nc\n"),
        ("a\nb\nc\n", "2dd", "c\n"),
        ("a\nb\nc\n", "dG", ""),
        ("a\nb\nc\n", "jdk", "c\n"),
        ("a\nb\nc\n", "Gdgg", ""),
        ("a b c\n", "dw", "b c\n"),
        ("a b c\n", "d2w", "c\n"),
        ("a b c\n", "2dw", "c\n"),
        ("a b\nc\n", "wdw", "a \nc\n"),
        ("a b c\n", "wD", "a \n"),
        ("one two\n", "cwx\x1b", "x two\n"),
        ("one two\n", "wciwx\x1b", "one x\n"),
        ("one two\n", "daw", "two\n"),
        ("a: \"b c\"\n", "ci\"x\x1b", "a: \"x\"\n"),
        ("f(a, b)\n", "fadi(", "f()\n"),
        ("a b\n", "Cx\x1b", "x\n"),
        ("  a\n  b\n", "ccx\x1b", "  x\n  b\n"),
        ("  a\n  b\n  c\n", "2Sx\x1b", "  x\n  c\n"),
        ("abc\n", "sx\x1b", "xbc\n"),
        ("a\nb\n", "yyjp", "a\nb\na\n"),
        ("a\nb\n", "jyyP", "a\nb\nb\n"),
        ("a\nb\n", "yy3p", "a\na\na\na\nb\n"),
        ("a b\n", "yw$p", "a ba \n"),
        ("ab\n", "xp", "ba\n"),
        ("a\n  b\n", "J", "a b\n"),
        ("a\nb\nc\n", "3J", "a b c\n"),
        ("a\nb\n", ">>", "  a\nb\n"),
        ("  a\n  b\n", ">j", "    a\n    b\n"),
        ("    a\n", "<<", "  a\n"),
        ("a.b c\n", "wwx", "a. c\n"),
        ("a.b c\n", "Wx", "a.b \n"),
        ("one two\n", "ex", "on two\n"),
        ("one two\n", "$bx", "one wo\n"),
        ("a(b[c]d)e\n", "fbF(%x", "a(b[c]de\n"),
        ("f(\n(b)\n)\n", "f(%x", "f(\n(b)\n\n"),
        ("f(\n(b)\n)\n", "G%x", "f\n(b)\n)\n"),
        ("a b\nc d\n", "3wx", "a b\nc \n"),
        ("a b\nc d\n", "9ex", "a b\nc \n"),
        ("a b\nc d\n", "G$3bx", " b\nc d\n"),
        ("abcabc\n", "2fcx", "abcab\n"),
        ("abcabc\n", "fb;x", "abcac\n"),
        ("abcabc\n", "dtc", "cabc\n"),
        ("a\n\nb\n", "}dd", "a\nb\n"),
        // Taken back, done again, repeated.
        ("abc\n", "xxu", "bc\n"),
        ("abc\n", "xxuu", "abc\n"),
        ("abc\n", "xxuu\x12", "bc\n"),
        ("a\nb\nc\n", "dd.", "c\n"),
        ("a\nb\n", "Ax\x1bj.", "ax\nbx\n"),
        ("one two one\n", "cwx\x1bw.", "x x one\n"),
        ("a\n", "ix\x1bu", "a\n"),
        // Searched for.
        (TEXT, "/nginx\rcwhttpd\x1b", "spec:\n  replicas: 1\n  image: httpd # web\n\nend\n"),
        ("a b a b\n", "/b\rnx", "a b a \n"),
        ("b a\nb\n", "G?b\rx", " a\nb\n"),
        ("ab\nabc\nab\n", "*dd", "ab\nabc\n"),
        // Lines after a colon.
        (TEXT, ":%s/1/3/\r", "spec:\n  replicas: 3\n  image: nginx # web\n\nend\n"),
        (TEXT, ":2s/\\(rep\\).*: \\(.\\)/\\1=\\2/\r", "spec:\n  rep=1\n  image: nginx # web\n\nend\n"),
        ("aaa\naaa\n", ":s/a/b\r", "baa\naaa\n"),
        ("aaa\naaa\n", ":1,$s/a/b/g\r", "bbb\nbbb\n"),
        ("a\nb\nc\nd\n", ":2,3d\r", "a\nd\n"),
        ("a\nb\nc\n", ":$\rx", "a\nb\n\n"),
        ("a\nb\nc\n", ":2\rdd", "a\nc\n"),
        ("a\n", ":s/x/y/\r", "a\n"),
        ("a\n", ":frobnicate\r", "a\n"),
        // Keys that are no characters, and a place that is not there.
        ("ab\ncd\n", "\x1b[B\x1b[Cx", "ab\nc\n"),
        ("abc\n", "i\x1b[C\x1b[3~\x1b", "ac\n"),
        ("ab\n", "a\x7fx\x1b", "xb\n"),
        ("a\nb\n", "ji\x7f\x1b", "ab\n"),
        ("a\nb\n", "9j9lx", "a\n\n"),
        ("一二\n", "lx", "一\n"),
        ("", "ix\x1b", "x\n"),
        ("abc", "", "abc\n"),
    ];
    let mut wrong = String::new();
    for (text, keys, expected) in rows {
        let got = edited(text, keys);
        if got != *expected {
            wrong += &format!("\n{text:?} {keys:?}\n  want {expected:?}\n  got  {got:?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_was_not_saved_is_not_left_by_mistake() {
    let mut desk = Desk::new("a\n");
    let (shown, ended) = desk.typed("x:q\r");
    assert_eq!(ended, None);
    assert!(shown.contains("No write since last change"), "{shown:?}");
    assert_eq!(desk.typed(":q!\r").1, Some(0));
    assert_eq!(desk.file(), "a\n");
    for (keys, code, saved) in [("xZZ", 0, "\n"), ("ZZ", 0, "a\n"), ("xZQ", 0, "a\n"), ("x:x\r", 0, "\n"), (":cq\r", 1, "a\n")] {
        let mut desk = Desk::new("a\n");
        assert_eq!(desk.typed(keys).1, Some(code), "{keys}");
        // A text of one empty line is saved as nothing.
        assert_eq!(desk.file(), if saved == "\n" { "" } else { saved }, "{keys}");
    }
}

#[test]
fn the_screen_is_as_large_as_the_terminal_says() {
    let mut desk = Desk::new(&(1..=100).map(|n| format!("line {n}\n")).collect::<String>());
    let shown = desk.first.clone();
    assert!(shown.starts_with("\x1b[?1049h\x1b[2J\x1b[18t\x1b[1;1Hline 1"), "{shown:?}");
    assert!(shown.contains("\x1b[23;1Hline 23") && shown.contains("\x1b[24;1H'/f' 100L, 792C"), "{shown:?}");
    let (shown, _) = desk.typed("\x1b[8;10;40t");
    assert!(shown.contains("\x1b[9;1Hline 9") && shown.contains("\x1b[10;1H'/f' 100L"), "{shown:?}");
    // Only what changes is written.
    let (shown, _) = desk.typed("lx");
    assert!(
        shown.contains("\x1b[1;1Hlne 1\x1b[K") && shown.contains("\x1b[10;1H- /f [Modified] 1/100 1%") && !shown.contains("line 2"),
        "{shown:?}"
    );
    let (shown, _) = desk.typed("G");
    assert!(shown.contains("Hline 100\x1b[K"), "{shown:?}");
    let (shown, ended) = desk.typed(":q!\r");
    assert!(shown.ends_with("\x1b[?1049l\r"), "{shown:?}");
    assert_eq!(ended, Some(0));
    assert!(!desk.machine.tty_is_raw(desk.pid));
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let mut desk = Desk::new("a\n");
    desk.machine.spawn(desk.now, spec(Stdin::Null)).expect("there is vi");
    let said = desk.wait().0;
    assert!(said.contains("vi: there is no terminal to edit in"), "{said:?}");
}

#[test]
fn any_keys_leave_it_whole() {
    let mut random = RandomStream::new(7, "vi");
    let pieces: Vec<&str> = "d c y i a o O x p P u . w b e $ 0 G gg 2 3 f r ~ J R > < % n N * / : ? \r \x1b \x1b[A \x1b[B \x7f \x12 \x04 \x15 \x0c - iw i\" 1,9s/a/b/ 一 ; , { } H L ' m"
        .split(' ')
        .collect();
    for _ in 0..60 {
        let mut desk = Desk::new(TEXT);
        for _ in 0..20 {
            let keys: String = (0..8).map(|_| pieces[random.below(pieces.len() as u64) as usize]).collect();
            if desk.typed(&keys).1.is_some() {
                break;
            }
        }
    }
}

#[test]
fn a_large_file_has_fewer_changes_to_take_back() {
    let text = "x".repeat(900_000) + "\n";
    // Eighteen copies of it are as much as is kept.
    assert_eq!(edited(&text, &("x".repeat(30) + &"u".repeat(30))).len(), text.len() - 12);
}

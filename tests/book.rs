//! The book's chapter, section by section: `tests/book/NAME.sh` is typed into the page's terminal, which must show `NAME.out`. The files
//! that it uses are the page's examples. `UPDATE_EXPECT=1 cargo test --test book` writes the expected side anew, for review. What depends
//! on chance or on a millisecond is not compared: random names, addresses, ages, shares of a CPU, the order of lines, repeated lines.
//!
//! A line is typed when the prompt shows that the one before it is done. `sleep` takes virtual time, as everything does; `^C` interrupts. A
//! line that never ends by itself is followed by `#wait SECONDS`. `#session {..}` sets fields of the session; `#fault {..}` breaks or mends
//! something.

use std::fs;
use std::path::Path;

use kubarium::base::{Duration, SortedMap, Time};
use kubarium::sim::{Fault, Session, Sim, TerminalInput, TimedInput};

/// A line that takes longer than this counts as never ending.
const LINE_MAX: Duration = Duration::from_secs(3600);

fn read_all(folder: &Path) -> SortedMap<String, String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let files = entries.map(|e| e.expect("a folder can be read to its end").path()).filter(|p| p.is_file());
    files
        .map(|p| (p.file_name().expect("a file has a name").to_string_lossy().into_owned(), fs::read_to_string(&p).expect("text")))
        .collect()
}

/// Runs on for a while.
fn pass(sim: &mut Sim, time: Duration) {
    let until = sim.now() + time;
    while !sim.run(until, u64::MAX).done {}
}

fn at_prompt(shown: &str) -> bool {
    let last = shown.rsplit('\n').next().unwrap_or("");
    last.ends_with("# ") || last.ends_with("$ ") || last.ends_with("> ")
}

fn play(script: &str, files: SortedMap<String, String>) -> String {
    let fields = script.lines().find_map(|l| l.strip_prefix("#session ")).unwrap_or("{}");
    let session = Session::from_json(fields).unwrap_or_else(|e| panic!("{fields}: {e}"));
    let mut sim = Sim::new(Session { seed: 1, metrics: Some(true), files, ..session });
    let (mut shown, mut read) = (String::new(), 0);
    let mut typed = |sim: &mut Sim, shown: &mut String, data: &str, most: Duration| {
        sim.input(TimedInput {
            terminal: Some(TerminalInput { data: data.to_owned(), ..TerminalInput::default() }),
            ..TimedInput::default()
        });
        let deadline = sim.now() + most;
        let mut turn = |sim: &mut Sim, shown: &mut String| {
            let (bytes, end) = sim.terminal_output(0, read);
            shown.push_str(&String::from_utf8_lossy(&bytes).replace('\r', ""));
            read = end;
        };
        let before = shown.len();
        while sim.now() < deadline && (shown.len() == before || !at_prompt(shown)) {
            pass(sim, Duration::from_millis(10));
            turn(sim, shown);
        }
    };
    typed(&mut sim, &mut shown, "", LINE_MAX);
    let mut lines = script.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(fault) = line.strip_prefix("#fault ") {
            let fault = Fault::from_json(fault).unwrap_or_else(|e| panic!("{fault}: {e}"));
            sim.input(TimedInput { fault: Some(fault), ..TimedInput::default() });
            continue;
        }
        if ["#!", "#wait", "#session"].iter().any(|p| line.starts_with(p)) {
            continue;
        }
        let most = lines.peek().and_then(|l| l.strip_prefix("#wait ")).map(|s| Duration::from_secs(s.parse().expect("seconds")));
        // A terminal in a container echoes what is typed.
        if !sim.workstation().terminal_is_raw(0) {
            shown.push_str(line);
            shown.push('\n');
        }
        let data = if line == "^C" { "\u{3}".to_owned() } else { format!("{line}\n") };
        typed(&mut sim, &mut shown, &data, most.unwrap_or(LINE_MAX));
        assert!(most.is_some() || at_prompt(&shown), "{line:?} does not end:\n{shown}");
    }
    assert!(sim.now() < Time::from_secs(100_000));
    shown + "\n"
}

/// A word, with what depends on chance masked.
fn masked(word: &str) -> String {
    let plain = word.trim_matches(|c: char| "()".contains(c));
    let is_age = plain.ends_with(['s', 'm', 'h']) && plain.chars().all(|c| c.is_ascii_digit() || "smh".contains(c));
    let is_share = plain.ends_with('%') && !matches!(plain, "0%" | "50%");
    if (is_age || is_share) && plain.starts_with(|c: char| c.is_ascii_digit()) {
        return "AGE".to_owned();
    }
    if plain.starts_with("10.244.") {
        return "ADDRESS".to_owned();
    }
    let random = |tail: &str| (5..=10).contains(&tail.len()) && tail.chars().all(|c| "bcdfghjklmnpqrstvwxz2456789".contains(c));
    word.split('/')
        .map(|part| part.rsplit_once('-').filter(|(_, tail)| random(tail)).map_or(part, |(head, _)| head))
        .collect::<Vec<_>>()
        .join("/")
}

/// What is compared: the lines that each command printed, masked, sorted, each once.
fn essence(shown: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut block: Vec<String> = Vec::new();
    for line in shown.lines() {
        let words: Vec<String> = line.split_whitespace().map(masked).collect();
        let typed = line.starts_with("root@") || line.starts_with("/ # ");
        if typed {
            block.sort();
            block.dedup();
            all.append(&mut block);
        }
        if typed { all.push(words.join(" ")) } else { block.push(words.join(" ")) }
    }
    block.sort();
    block.dedup();
    all.append(&mut block);
    all
}

#[test]
fn every_section() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = read_all(&root.join("static/examples/book"));
    files.extend(read_all(&root.join("static/examples")));
    let folder = root.join("tests/book");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let (mut sections, mut wrong) = (0, Vec::new());
    for (name, script) in read_all(&folder).iter().filter_map(|(n, t)| n.strip_suffix(".sh").map(|n| (n.to_owned(), t.clone()))) {
        sections += 1;
        let shown = play(&script, files.clone());
        let expected = folder.join(format!("{name}.out"));
        let before = fs::read_to_string(&expected).unwrap_or_default();
        let (old, new) = (essence(&before), essence(&shown));
        if old == new {
            continue;
        }
        if update {
            fs::write(&expected, &shown).expect("the folder can be written to");
            continue;
        }
        let at = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let line = |side: &[String]| side.get(at).cloned().unwrap_or_else(|| "nothing more".to_owned());
        wrong.push(format!("{name}: expected {:?}, got {:?} in\n{shown}", line(&old), line(&new)));
    }
    assert!(sections >= 20, "only {sections} transcripts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

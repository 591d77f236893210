//! Sessions at the workstation, command by command: `tests/transcripts/NAME.sh` is played, with a second between commands, and must print
//! `NAME.out`. `UPDATE_EXPECT=1 cargo test --test transcripts` writes the expected side anew, for review.
//!
//! A block from `#file NAME` to `#end` is a file that exists from the start. `#storage` gives the cluster a default storage class, `#rbac`
//! enforces roles, `#metrics` adds a metrics server, `#dns` CoreDNS. Other lines that begin with `#` are comments.

use std::fs;
use std::path::Path;

use kubarium::sim::{Session, Sim, TimedInput};

/// The session of a script.
fn session(script: &str) -> Session {
    let wants = |what: &str| script.lines().any(|l| l == what);
    let mut session = Session {
        seed: 1,
        storage: wants("#storage"),
        rbac: wants("#rbac"),
        metrics: wants("#metrics").then_some(true),
        dns: wants("#dns"),
        ..Session::default()
    };
    let mut file: Option<(String, String)> = None;
    let mut at = 0.2;
    for line in script.lines() {
        match (&mut file, line.strip_prefix("#file ")) {
            (None, Some(name)) => file = Some((name.to_owned(), String::new())),
            (Some(_), _) if line == "#end" => session.files.extend(file.take()),
            (Some((_, content)), _) => {
                content.push_str(line);
                content.push('\n');
            }
            (None, None) if line.is_empty() || line.starts_with('#') => {}
            (None, None) => {
                session.inputs.push(TimedInput { t: at, cmd: Some(line.to_owned()), ..TimedInput::default() });
                at += 1.0;
            }
        }
    }
    assert!(file.is_none(), "a file without its end");
    session
}

fn play(script: &str) -> String {
    let mut sim = Sim::new(session(script));
    sim.play();
    let mut shown = String::new();
    for step in sim.outcome().steps {
        shown += &format!("$ {}\n{}{}", step.cmd.unwrap_or_default(), step.stdout.unwrap_or_default(), step.stderr.unwrap_or_default());
        if let Some(code) = step.exit.filter(|code| *code != 0) {
            shown += &format!("[{code}]\n");
        }
    }
    shown
}

#[test]
fn every_transcript() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let (mut played, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(&folder).expect("the folder is part of the project") {
        let script = entry.expect("a folder can be read to its end").path();
        if script.extension().is_none_or(|e| e != "sh") {
            continue;
        }
        played += 1;
        let expected = script.with_extension("out");
        let shown = play(&fs::read_to_string(&script).expect("text"));
        let before = fs::read_to_string(&expected).unwrap_or_default();
        if update {
            fs::write(&expected, &shown).expect("the folder can be written to");
        } else if shown != before {
            let at = before.lines().zip(shown.lines()).take_while(|(a, b)| a == b).count();
            let line = |side: &str| side.lines().nth(at).unwrap_or("nothing more").to_owned();
            wrong.push(format!("{}: line {}: expected {:?}, got {:?}", script.display(), at + 1, line(&before), line(&shown)));
        }
    }
    assert!(played > 0, "no transcripts in {}", folder.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

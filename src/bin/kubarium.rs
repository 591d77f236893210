//! The native program: the same cluster without a page.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use kubarium::api::go_duration;
use kubarium::base::{Duration, SortedMap, Time, is_url};
use kubarium::sim::{Session, Sim, Stream, TimedInput};
use kubarium::views::{Exercise, Exercises, said};

const HELP: &str = "\
Kubarium: a simulated Kubernetes cluster on virtual time.

usage: kubarium run SCRIPT [--seed N] [--namespace NS] [--kubectl 1.3] [--controller-manager FLAG]...
                    [--web URL=FILE]... [--dns] [--limit DURATION] [--json]
       kubarium check EXERCISE SCRIPT [the flags of run, but --json]
       kubarium replay SESSION [--digest]

  run      runs a shell script on the cluster's workstation and prints what its terminal would show;
           `sleep 60` takes no time. Files beside the script are there too. Exits as the script does.
  check    runs a script, and says which checks of an exercise have held by a minute of simulated time after
           its end. Exits with 1 where one has not.
  replay   plays a session (JSON; - for standard input) to its end and prints what came of it as JSON.

  --seed N         the seed of everything random (0)
  --namespace NS   the namespace that kubectl uses (default); -n for short
  --kubectl 1.3    the kubectl of that time
  --controller-manager FLAG
                   a flag of the controller manager: --horizontal-pod-autoscaler-sync-period=30s,
                   --node-monitor-grace-period=40s, --kube-api-qps=100, --kube-api-burst=200
  --web URL=FILE   what the workstation finds at a URL: `kubectl apply -f URL` and curl read the file
  --dns            the cluster's names are served by CoreDNS, which is there to look at
  --limit DURATION when to end a script that still runs, in simulated time (24h)
  --json           print the outcome as `replay` does
  --digest         print only the digest of the history
  --version        print the version
";

/// The largest file beside a script that the session gets, in bytes.
const FILE_MAX: u64 = 8 << 20;
/// How long a script may run, in simulated time.
const LIMIT: Duration = Duration::from_secs(24 * 3600);
/// How long after a script's end its checks may still come to hold, and how often they are made, in simulated time.
const SETTLE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_secs(1);
/// How many files beside a script the session gets.
const FILES_MAX: usize = 500;

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}\n\n{HELP}")]
    Usage(String),
    #[error("{path}: {error}")]
    Io { path: String, error: std::io::Error },
    #[error("{path}: {error}")]
    Session { path: String, error: kubarium::sim::SessionError },
    #[error("{path}:{line}:{column}: {message}")]
    Exercise { path: String, line: u32, column: u32, message: String },
}

fn main() -> ExitCode {
    match program() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("kubarium: {failure}");
            ExitCode::from(2)
        }
    }
}

fn program() -> Result<u8, Failure> {
    use lexopt::prelude::*;
    let usage = |e: lexopt::Error| Failure::Usage(e.to_string());
    let mut arguments = lexopt::Parser::from_env();
    let (mut words, mut given, mut json, mut digest, mut limit) = (Vec::new(), Vec::new(), false, false, LIMIT);
    let mut session = Session { metrics: Some(true), storage: true, rbac: true, ..Session::default() };
    while let Some(argument) = arguments.next().map_err(usage)? {
        match argument {
            Long(flag) => given.push(flag.to_owned()),
            Short('n') => given.push("namespace".to_owned()),
            _ => {}
        }
        match argument {
            Long("seed") => {
                let seed = arguments.value().map_err(usage)?;
                session.seed = seed.parse().map_err(|e| Failure::Usage(format!("--seed: {e}")))?;
            }
            Long("namespace") | Short('n') => session.namespace = arguments.value().and_then(|v| v.string()).map_err(usage)?,
            Long("kubectl") => session.kubectl = arguments.value().and_then(|v| v.string()).map_err(usage)?,
            Long("controller-manager") => session.controller_manager.push(arguments.value().and_then(|v| v.string()).map_err(usage)?),
            Long("web") => {
                let text = arguments.value().and_then(|v| v.string()).map_err(usage)?;
                let (url, path) = text
                    .rsplit_once('=')
                    .filter(|(url, _)| is_url(url))
                    .ok_or_else(|| Failure::Usage(format!("--web {text}: not of the form URL=FILE")))?;
                let page = read(path)?;
                session.files.insert(url.to_owned(), page);
            }
            Long("limit") => {
                let text = arguments.value().and_then(|v| v.string()).map_err(usage)?;
                limit = go_duration::parse(&text).map_err(|e| Failure::Usage(format!("--limit: {e}")))?;
            }
            Long("dns") => session.dns = true,
            Long("json") => json = true,
            Long("digest") => digest = true,
            Long("help") | Short('h') => return print(HELP),
            Long("version") | Short('V') => return print(&format!("kubarium {}\n", env!("CARGO_PKG_VERSION"))),
            Value(word) => words.push(word.string().map_err(usage)?),
            other => return Err(Failure::Usage(other.unexpected().to_string())),
        }
    }
    let command = words.first().map_or("", String::as_str);
    if let Some(flag) = given.iter().find(|flag| !takes(command, flag)) {
        return Err(Failure::Usage(format!("{command} does not take --{flag}")));
    }
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["run", script] => run(script, session, Time::ZERO + limit, json),
        ["check", exercise, script] => check(exercise, script, session, Time::ZERO + limit),
        ["replay", path] => replay(path, digest),
        [] | ["help"] => print(HELP),
        ["run" | "replay", ..] => Err(Failure::Usage(format!("{command}: a file is wanted, and no more"))),
        ["check", ..] => Err(Failure::Usage("check: an exercise and a script are wanted".to_owned())),
        [other, ..] => Err(Failure::Usage(format!("unknown command {other:?}"))),
    }
}

/// Whether a flag means something to a command.
fn takes(command: &str, flag: &str) -> bool {
    match command {
        "run" => flag != "digest",
        "check" => !matches!(flag, "digest" | "json"),
        "replay" => flag == "digest",
        _ => true,
    }
}

fn print(text: &str) -> Result<u8, Failure> {
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    match written {
        // The reader has closed the pipe.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::Io { path: "standard output".to_owned(), error }),
        Ok(()) => Ok(0),
    }
}

fn replay(path: &str, digest: bool) -> Result<u8, Failure> {
    let text = if path == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(|error| Failure::Io { path: path.to_owned(), error })?
    } else {
        read(path)?
    };
    let session = Session::from_json(&text).map_err(|error| Failure::Session { path: path.to_owned(), error })?;
    let mut sim = Sim::new(session);
    sim.play();
    if digest {
        return print(&format!("{:016x}\n", sim.digest()));
    }
    print_outcome(&sim)
}

/// The text of a file.
fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::Io { path: path.to_owned(), error })
}

fn print_outcome(sim: &Sim) -> Result<u8, Failure> {
    let outcome = serde_json::to_string(&sim.outcome()).expect("an outcome has string keys and finite numbers only");
    print(&(outcome + "\n"))
}

/// The simulation of a script, with the files beside it.
fn simulation(script: &str, mut session: Session) -> Result<Sim, Failure> {
    let path = Path::new(script);
    let text = read(script)?;
    let name = path.file_name().map_or_else(|| script.to_owned(), |n| n.to_string_lossy().into_owned());
    let beside = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    collect_files(beside, "", &mut session.files);
    session.files.insert(name.clone(), text);
    let command = TimedInput { cmd: Some(format!("bash '{}'", name.replace('\'', "'\\''"))), ..TimedInput::default() };
    session.inputs.push(command);
    session.check().map_err(|error| Failure::Session { path: script.to_owned(), error })?;
    Ok(Sim::new(session))
}

/// Prints what the terminal has shown since the last call.
fn show(sim: &Sim, shown: &mut usize) -> Result<(), Failure> {
    for (stream, bytes) in sim.workstation().command_output(*shown) {
        let text = String::from_utf8_lossy(bytes);
        match stream {
            Stream::Stdout => print(&text).map(|_| ())?,
            Stream::Stderr => eprint!("{text}"),
        }
        *shown += 1;
    }
    Ok(())
}

fn tell_of_limit(sim: &Sim, script: &str, limit: Time) {
    if sim.now() >= limit {
        let after = go_duration::format(limit - Time::ZERO);
        eprintln!("kubarium: {script} still ran after {after} of simulated time and was ended; --limit gives it more");
    }
}

fn check(path: &str, script: &str, session: Session, limit: Time) -> Result<u8, Failure> {
    let text = read(path)?;
    let wrong = |line, column, message| Failure::Exercise { path: path.to_owned(), line, column, message };
    let exercise = Exercise::read(&text).map_err(|p| wrong(p.line, p.column, p.message))?;
    // This also refuses what is no exercise at all, such as a script in its place.
    if exercise.checks.is_empty() {
        return Err(wrong(1, 1, "checks: Required value".to_owned()));
    }
    let mut sim = simulation(script, session)?;
    let mut exercises = Exercises::default();
    let (mut shown, mut next, mut end) = (0, Time::ZERO, None);
    let view = loop {
        let runs = end.is_none() && sim.is_busy() && sim.step_before(limit);
        show(&sim, &mut shown)?;
        if !runs {
            let end = *end.get_or_insert(sim.now() + SETTLE);
            while !sim.run(next.min(end), u64::MAX).done {}
        }
        if sim.now() >= next {
            exercises.look(&sim, 0, &text);
            next = sim.now() + LOOK;
        }
        let view = exercises.view(0, sim.now()).unwrap_or_default();
        if !runs && (view.done() == view.checks.len() || end.is_some_and(|end| sim.now() >= end)) {
            break view;
        }
    };
    tell_of_limit(&sim, script, limit);
    for (words, held, wrong) in &view.checks {
        let wrong = if wrong.is_empty() { String::new() } else { format!(": {wrong}") };
        print(&format!("[{}] {}{wrong}\n", if *held { "x" } else { " " }, said(words, "en")))?;
    }
    Ok(u8::from(view.done() < view.checks.len()))
}

fn run(script: &str, session: Session, limit: Time, json: bool) -> Result<u8, Failure> {
    let mut sim = simulation(script, session)?;
    if json {
        sim.play_before(limit);
        print_outcome(&sim)?;
    } else {
        let mut shown = 0;
        loop {
            let is_over = !(sim.is_busy() && sim.step_before(limit));
            show(&sim, &mut shown)?;
            if is_over {
                break;
            }
        }
    }
    tell_of_limit(&sim, script, limit);
    let exit = sim.steps().last().and_then(|s| s.exit).unwrap_or(1);
    Ok(u8::try_from(exit).unwrap_or(1))
}

/// Collects the small text files of a folder and the folders in it, in the order of their names.
fn collect_files(folder: &Path, prefix: &str, files: &mut SortedMap<String, String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') || files.len() >= FILES_MAX {
            continue;
        }
        if kind.is_dir() && prefix.matches('/').count() < 3 && !matches!(name.as_str(), "target" | "node_modules") {
            collect_files(&entry.path(), &format!("{prefix}{name}/"), files);
        } else if kind.is_file()
            && entry.metadata().is_ok_and(|m| m.len() <= FILE_MAX)
            && let Ok(text) = std::fs::read_to_string(entry.path())
        {
            files.insert(format!("{prefix}{name}"), text);
        }
    }
}

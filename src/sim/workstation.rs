//! The workstation: files, and `kubectl` as a program. (Single commands only until the shell's machine is wired.)

use std::collections::BTreeMap;

use super::cluster::Cluster;
use super::session::Session;
use crate::base::{Duration, Time};
use crate::kubectl::{Environment, FileError, Files, Host, Kubectl, Output, StdinState, Step, Stream};

const KUBECTL_START: Duration = Duration::from_millis(25);

#[derive(Clone, Debug, PartialEq)]
pub(super) struct CommandOutcome {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit: i32,
}

#[derive(Clone, Debug)]
struct Running {
    kubectl: Kubectl,
    stdin: Vec<u8>,
    wake: Option<Time>,
    beyond: Option<u64>,
}

/// The machine that people sit at.
#[derive(Clone, Debug)]
pub struct Workstation {
    namespace: String,
    files: BTreeMap<String, Vec<u8>>,
    running: Option<Running>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    done: Option<i32>,
}

fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('"'), '\\') | (None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

impl Workstation {
    /// The workstation of a session, with its files.
    pub fn new(session: &Session) -> Self {
        let files = session.files.iter().map(|(k, v)| (k.clone(), v.clone().into_bytes())).collect();
        Workstation {
            namespace: session.default_namespace().to_owned(),
            files,
            running: None,
            stdout: Vec::new(),
            stderr: Vec::new(),
            done: None,
        }
    }

    /// Writes a file.
    pub fn write_file(&mut self, _now: Time, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.as_bytes().to_vec());
    }

    pub(super) fn start_command(&mut self, now: Time, line: &str, stdin: Option<&str>) {
        self.stdout.clear();
        self.stderr.clear();
        self.done = None;
        let words = split(line);
        if words.first().map(String::as_str) != Some("kubectl") {
            self.stderr = format!("sh: {}: not found\n", words.first().map_or("", String::as_str)).into_bytes();
            self.done = Some(127);
            return;
        }
        let env = Environment { cwd: "/root".to_owned(), env: Vec::new(), stdin_is_tty: false, namespace: self.namespace.clone() };
        self.running = Some(Running {
            kubectl: Kubectl::start(&words[1..], &env),
            stdin: stdin.unwrap_or("").as_bytes().to_vec(),
            wake: Some(now + KUBECTL_START),
            beyond: None,
        });
    }

    pub(super) fn kill_command(&mut self, _cluster: &mut Cluster, _now: Time) {
        self.running = None;
        self.done = Some(137);
    }

    /// What the running or last command has printed so far: standard output and standard error.
    pub fn command_output(&self) -> (&[u8], &[u8]) {
        (&self.stdout, &self.stderr)
    }

    pub(super) fn take_command(&mut self) -> Option<CommandOutcome> {
        let exit = self.done.take()?;
        let text = |bytes: &mut Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        Some(CommandOutcome { stdout: text(&mut self.stdout), stderr: text(&mut self.stderr), exit })
    }

    pub(super) fn terminal_output(&self, _tab: u32, _from: usize) -> &[u8] {
        &[]
    }

    pub(super) fn terminal_input(&mut self, _now: Time, _tab: u32, _bytes: &[u8]) {}

    pub(super) fn next_at(&self, cluster: &Cluster) -> Option<Time> {
        let running = self.running.as_ref()?;
        let changed = running.beyond.is_some_and(|b| cluster.api.revision() > b).then_some(Time::ZERO);
        [running.wake, changed].into_iter().flatten().min()
    }

    pub(super) fn step(&mut self, cluster: &mut Cluster, now: Time) {
        let Some(mut running) = self.running.take() else { return };
        let mut out = Output::default();
        let mut files = TabFiles { files: &mut self.files };
        let mut host = Host { api: &mut cluster.api, node: None, now, files: &mut files, metrics: None };
        let step = running.kubectl.step(&mut host, StdinState { bytes: &running.stdin, eof: true }, &mut out);
        for (stream, bytes) in &out.chunks {
            if *stream == Stream::Stdout { self.stdout.extend(bytes) } else { self.stderr.extend(bytes) }
        }
        running.beyond = None;
        match step {
            Step::Exit(code) => {
                self.done = Some(code);
                return;
            }
            Step::WaitUntil(at) => running.wake = Some(at),
            Step::WaitChange(at) => {
                running.wake = at;
                running.beyond = Some(cluster.api.revision());
            }
            Step::WaitStdin(at) => running.wake = at,
        }
        self.running = Some(running);
    }
}

struct TabFiles<'a> {
    files: &'a mut BTreeMap<String, Vec<u8>>,
}

impl Files for TabFiles<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = path.trim_start_matches("./");
        if let Some(found) = self.files.get(path) {
            return Ok(found.clone());
        }
        let folder = format!("{}/", path.trim_end_matches('/'));
        if self.files.keys().any(|k| k.starts_with(&folder)) || path == "." {
            Err(FileError::IsADirectory)
        } else {
            Err(FileError::NotFound)
        }
    }
    fn write(&mut self, path: &str, content: &[u8]) -> Result<(), FileError> {
        self.files.insert(path.to_owned(), content.to_vec());
        Ok(())
    }
    fn list(&self, path: &str) -> Result<Vec<String>, FileError> {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let folder = if path.is_empty() || path == "." { String::new() } else { format!("{path}/") };
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|k| k.strip_prefix(&folder))
            .map(|rest| rest.split('/').next().unwrap_or(rest).to_owned())
            .collect();
        names.dedup();
        if names.is_empty() { Err(FileError::NotFound) } else { Ok(names) }
    }
}

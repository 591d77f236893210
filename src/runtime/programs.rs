//! The programs that images contain, by name.

mod agnhost;
mod complaint;
mod control;
mod date;
mod expr;
mod files;
mod filter;
mod net;
mod nginx_conf;
mod options;
mod ps;
mod queues;
mod resources;
mod said;
mod server;
mod signals;
mod system;
mod table;
mod users;
mod vi;

use std::sync::Arc;

use arcstr::ArcStr;

use super::fs::{Errno, Inode, Kind, base_name};
use super::kernel::Kernel;
use super::process::{Block, Body, ExitStatus, Process, Step};
use super::shell::Shell;
use super::text;
use crate::base::List as _;
use complaint::Complaint;
pub use control::run_for_external;
use control::{External, Xargs};
use filter::FilterRun;
use options::{Misuse, Options, Refusal};
pub use queues::QueueLength;
use server::Server;
pub use signals::{KillError, send as send_signals};
pub use vi::SIZE_QUERY;

/// A running program's state.
#[derive(Debug, Clone)]
pub enum Program {
    /// Reads its input piece by piece.
    Filter(FilterRun),
    /// Waits for a moment, or for ever.
    Sleep(Option<crate::base::Time>),
    Yes(Vec<u8>),
    Seq(Box<control::Seq>),
    Dd(control::Dd),
    Xargs(Xargs),
    Timeout(control::Timeout),
    Watch(control::Watch),
    Follow(control::Follow),
    Hog(control::Hog),
    Find(control::FindExec),
    Server(Box<Server>),
    Client(Box<net::Client>),
    Listener(net::Listener),
    External(External),
    Vi(Box<vi::Vi>),
}

/// A program found, with the arguments it gets.
#[derive(Debug, Clone)]
pub struct Lookup {
    pub program: ArcStr,
    pub argv: Arc<[ArcStr]>,
}

/// Everything a short-lived program needs.
pub struct Run<'a> {
    pub k: &'a mut Kernel,
    pub p: &'a mut Process,
    pub name: &'a str,
    pub args: Vec<String>,
}

impl Run<'_> {
    /// Writes to standard output.
    pub fn out(&mut self, bytes: impl AsRef<[u8]>) {
        // A closed output is no reason to stop.
        let _ = self.k.put(self.p, 1, bytes.as_ref());
    }
    /// Writes `name: text` to standard error.
    pub fn err(&mut self, what: impl Into<Complaint>) {
        complain(self.k, self.p, self.name, what.into());
    }
}

/// Writes an error to standard error, in the words of the image's programs.
fn complain(k: &mut Kernel, p: &mut Process, program: &str, what: Complaint) {
    let text = what.words(program, k.is_gnu());
    let _ = k.put(p, 2, format!("{program}: {text}\n").as_bytes());
}

/// Finds the program that a command means.
pub fn look_up(k: &Kernel, p: &Process, path: Option<&str>, argv: &[String]) -> Result<Lookup, Errno> {
    resolve(k, &p.cwd, (p.uid, p.gid), path, argv).or_else(|e| stand_in(k, is_own(k, p), argv, e))
}

/// Whether a process belongs to what the container's spec asks for.
pub fn is_own(k: &Kernel, p: &Process) -> bool {
    p.session == k.init || k.asked.contains(&p.session)
}

/// What runs in the place of a program that nobody described, where it belongs to what the container was started for.
pub fn stand_in(k: &Kernel, is_own: bool, argv: &[String], error: Errno) -> Result<Lookup, Errno> {
    match k.service.as_ref().filter(|s| s.stands_in && is_own && !argv.is_empty()) {
        Some(service) if matches!(error, Errno::NoEntry | Errno::NotDirectory) => {
            Ok(Lookup { program: service.program.as_str().into(), argv: argv.iter().map(|a| ArcStr::from(a.as_str())).collect() })
        }
        _ => Err(error),
    }
}

/// As `look_up`, for no process in particular.
pub fn resolve(k: &Kernel, cwd: &str, user: (u32, u32), path: Option<&str>, argv: &[String]) -> Result<Lookup, Errno> {
    resolve_depth(k, cwd, user, path, argv, 0)
}

fn resolve_depth(k: &Kernel, cwd: &str, user: (u32, u32), path: Option<&str>, argv: &[String], depth: u32) -> Result<Lookup, Errno> {
    let name = argv.first().map_or("", String::as_str);
    if name.is_empty() || depth > 4 {
        return Err(Errno::NoEntry);
    }
    if k.externals.iter().any(|e| e == base_name(name)) {
        let program = ArcStr::from(base_name(name));
        return Ok(Lookup { program, argv: argv.iter().map(|a| ArcStr::from(a.as_str())).collect() });
    }
    let (file, node) = find_file(k, cwd, user, path, name)?;
    match &node.kind {
        Kind::Program(program) => {
            let mut argv: Vec<ArcStr> = argv.iter().map(|a| ArcStr::from(a.as_str())).list();
            let mut program = program.clone();
            if program == "busybox" {
                let linked = base_name(&argv[0]);
                if linked != "busybox" {
                    program = ArcStr::from(linked);
                } else if argv.len() > 1 {
                    argv.remove(0);
                    program = argv[0].clone();
                }
            }
            Ok(Lookup { program, argv: argv.into() })
        }
        Kind::File { data, .. } => {
            let line = data.split(|b| *b == b'\n').next().unwrap_or(b"");
            let line = String::from_utf8_lossy(&line[..line.len().min(250)]).into_owned();
            let Some(interpreter) = line.strip_prefix("#!") else {
                if data.contains(&0) {
                    return Err(Errno::Invalid);
                }
                // Without `#!` a shell runs it.
                let mut all = vec!["/bin/sh".to_string(), file];
                all.extend(argv[1..].iter().cloned());
                return resolve_depth(k, cwd, user, path, &all, depth + 1);
            };
            let mut all: Vec<String> = interpreter.trim().splitn(2, ' ').map(|s| s.trim().to_string()).list();
            all.push(file);
            all.extend(argv[1..].iter().cloned());
            let mut found = resolve_depth(k, cwd, user, path, &all, depth + 1)?;
            if found.program == "env" && all.len() > 2 {
                all.remove(0);
                found = resolve_depth(k, cwd, user, path, &all, depth + 1)?;
            }
            Ok(found)
        }
        Kind::Dir(_) => Err(Errno::IsDirectory),
        _ => Err(Errno::Access),
    }
}

/// Where a command's file is, and the file.
fn find_file<'a>(k: &'a Kernel, cwd: &str, user: (u32, u32), path: Option<&str>, name: &str) -> Result<(String, &'a Arc<Inode>), Errno> {
    let usable = |full: &str| -> Result<&'a Arc<Inode>, Errno> {
        let node = k.fs.stat(cwd, full)?;
        if node.is_dir() {
            return Err(Errno::IsDirectory);
        }
        if k.allows(user, node, 1) { Ok(node) } else { Err(Errno::Access) }
    };
    if name.contains('/') {
        let node = usable(name)?;
        return Ok((name.to_string(), node));
    }
    let mut worst = Errno::NoEntry;
    let mut full = String::new();
    for dir in path.unwrap_or("/bin:/usr/bin").split(':') {
        full.clear();
        full.extend([if dir.is_empty() { cwd } else { dir.trim_end_matches('/') }, "/", name]);
        match usable(&full) {
            Ok(node) => return Ok((full, node)),
            Err(Errno::Access) => worst = Errno::Access,
            Err(_) => {}
        }
    }
    Err(worst)
}

/// The path of a command.
pub fn path_of(k: &Kernel, p: &Process, path: Option<&str>, name: &str) -> Result<String, Errno> {
    Ok(find_file(k, &p.cwd, (p.uid, p.gid), path, name)?.0)
}

/// Starts a program that was loaded.
pub fn start(k: &mut Kernel, p: &mut Process, name: &str) -> Step {
    if k.externals.iter().any(|e| e == name) {
        return control::start_external(k, p);
    }
    if matches!(name, "sh" | "ash" | "bash" | "dash") {
        return match Shell::start(k, p, name == "bash") {
            Ok(shell) => Step::Become(Box::new(Body::Shell(shell)), 50),
            Err(code) => Step::Exit(code, 50),
        };
    }
    if let Some(service) = k.service.clone().filter(|s| s.program == name) {
        return server::start(k, p, &service);
    }
    let args = p.argv.iter().skip(1).map(|a| a.to_string()).list();
    table::start(&mut Run { k, p, name, args })
}

/// Becomes a program's state.
fn become_program(program: Program, us: u64) -> Step {
    Step::Become(Box::new(Body::Program(Box::new(program))), us)
}

/// The ports that a process listens on.
pub fn ports(p: &Process) -> Vec<u16> {
    match &p.body {
        Body::Program(program) => match &**program {
            Program::Server(s) => s.ports.to_vec(),
            Program::Listener(l) => vec![l.port],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether a process is an image's service, also where it listens nowhere.
fn is_server(p: &Process) -> bool {
    matches!(&p.body, Body::Program(program) if matches!(&**program, Program::Server(server) if server.serves()))
}

/// What the queues of a process hold, where it is a queue server.
pub fn queue_lengths(p: &Process) -> Vec<QueueLength> {
    match &p.body {
        Body::Program(program) => match &**program {
            Program::Server(s) => s.queue_lengths(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

impl Program {
    /// Does a bounded amount of work.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        match self {
            Program::Filter(f) => f.step(k, p),
            Program::Sleep(None) => Step::Wait(Block::Forever, 0),
            Program::Sleep(Some(t)) if k.now >= *t => Step::Exit(0, 20),
            Program::Sleep(Some(t)) => Step::Wait(Block::Until(*t), 0),
            Program::Yes(line) => {
                let line = line.repeat(4096 / line.len().max(1) + 1);
                match k.put(p, 1, &line) {
                    Ok(()) => Step::Again(40),
                    Err(_) => Step::Exit(1, 10),
                }
            }
            Program::Seq(s) => s.step(k, p),
            Program::Dd(d) => d.step(k, p),
            Program::Xargs(x) => x.step(k, p),
            Program::Timeout(t) => t.step(k, p),
            Program::Watch(w) => w.step(k, p),
            Program::Follow(f) => f.step(k, p),
            Program::Hog(h) => h.step(k, p),
            Program::Find(f) => f.step(k, p),
            Program::Server(s) => s.step(k, p),
            Program::Client(c) => c.step(k, p),
            Program::Listener(l) => l.step(k, p),
            Program::External(e) => e.step(k, p),
            Program::Vi(v) => v.step(k, p),
        }
    }

    /// Whether the host runs it.
    pub fn is_external(&self) -> bool {
        matches!(self, Program::External(_))
    }

    /// Whether it only holds a connection for its parent.
    pub fn is_hold(&self) -> bool {
        matches!(self, Program::Client(c) if c.is_hold())
    }

    /// Notes that the host wants to hear of input.
    pub fn wants_input(&mut self, fd: u32) {
        if let Program::External(e) = self {
            e.wants_input = Some(fd);
        }
    }

    /// Ends an external program; false where it is none.
    pub fn end_external(&mut self, status: ExitStatus) -> bool {
        match self {
            Program::External(e) => {
                e.ended = Some(status);
                true
            }
            _ => false,
        }
    }
}

/// An argument of `sleep` that is no time.
#[derive(Debug, thiserror::Error)]
#[error("invalid number '{0}'")]
struct NoTime(String);

/// A number of microseconds from `sleep`'s arguments.
fn sleep_us(args: &[String]) -> Result<u64, NoTime> {
    let mut total = 0u64;
    for a in args {
        total = total.saturating_add(text::duration_us(a).ok_or_else(|| NoTime(a.clone()))?);
    }
    Ok(total)
}

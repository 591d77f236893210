//! How `nginx` begins: it reads its configuration, makes what it needs and looks up the hosts in it, be it to serve, to test it or to tell
//! the one that serves.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::super::fs::Inode;
use super::super::super::images::Service;
use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, Process, Signal, Step};
use super::super::nginx_conf::{self, NginxConf};
use super::super::{Program, become_program, is_server};
use super::{ArgumentError, PROXY_TIMEOUT, Server, fail};
use crate::base::{Errno, Time};
use crate::network::NetRequest;

/// An nginx that looks up the hosts that it is to pass requests on to. It does so when it reads its configuration, never later.
#[derive(Debug, Clone)]
pub(super) struct Starting {
    pub conf: NginxConf,
    /// The hosts, each with what is said where it is not found; the last comes first.
    pub hosts: Vec<(String, String)>,
    /// The lookup under way, and until when it is waited for.
    pub asked: Option<(u64, Time)>,
    /// What is done then.
    pub then: Then,
}

/// What nginx does once all hosts are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Then {
    /// It begins to serve.
    Serve,
    /// It serves already, as it was configured before: it does so as it is configured now.
    Anew,
    /// It was only to test its configuration, and says that this is good, and what it is, where it is asked that.
    Test { quiet: bool, dump: bool },
    /// It tells the one that serves.
    Tell(Signal),
}

impl Starting {
    pub fn new(conf: NginxConf, then: Then) -> Starting {
        let mut hosts = conf.upstreams();
        hosts.reverse();
        Starting { conf, hosts, asked: None, then }
    }
}

/// The file that a command line has nginx begin with.
pub(super) fn first_file(argv: &[ArcStr]) -> ArcStr {
    match options(argv).map(|read| read.2) {
        Ok(file) if !file.starts_with('/') => arcstr::format!("/etc/nginx/{file}"),
        read => read.unwrap_or(nginx_conf::FILE).into(),
    }
}

/// The letters that a command line has, what it tells the one that serves, and the file to begin with.
// Models ngx_get_options.
fn options(argv: &[ArcStr]) -> Result<(String, Option<&str>, &str), ArgumentError> {
    let (mut flags, mut told, mut file) = (String::new(), None, nginx_conf::FILE);
    let mut words = argv.iter().skip(1).map(ArcStr::as_str);
    while let Some(word) = words.next() {
        let letters = word.strip_prefix('-').ok_or_else(|| ArgumentError::Option(word.to_owned()))?;
        for (i, letter) in letters.char_indices() {
            if "?hvVtTq".contains(letter) {
                flags.push(letter);
                continue;
            }
            let what = match letter {
                'p' => "directory name",
                'c' | 'e' => "file name",
                'g' | 's' => "parameter",
                _ => return Err(ArgumentError::Option(letter.to_string())),
            };
            // What belongs to such a letter stands behind it, or is the next word.
            let value = letters.get(i + 1..).filter(|rest| !rest.is_empty()).or_else(|| words.next());
            let value = value.ok_or(ArgumentError::Value(letter, what))?;
            match letter {
                's' => told = told.or(Some(value)),
                'c' => file = value,
                _ => {}
            }
            break;
        }
    }
    Ok((flags, told, file))
}

/// What `nginx` does other than serve: it says its version, tests its configuration, and tells the one that serves. For all but the first it
/// reads its configuration.
pub(super) fn nginx_command(k: &mut Kernel, p: &mut Process, service: &Arc<Service>) -> Option<Step> {
    let (flags, told, _) = match options(&p.argv) {
        Ok(read) => read,
        Err(why) => return Some(fail(k, p, &format!("nginx: {why}\n"))),
    };
    let has = |flag: char| flags.contains(flag);
    if flags.contains(['v', 'V', 'h', '?']) {
        let _ = k.put(p, 2, format!("nginx version: {}\n", service.server_header).as_bytes());
        return Some(Step::Exit(0, 1000));
    }
    let then = if has('t') || has('T') {
        Then::Test { quiet: has('q'), dump: has('T') }
    } else {
        Then::Tell(match told? {
            "stop" => Signal::TERM,
            "quit" => Signal::QUIT,
            "reload" => Signal::HUP,
            "reopen" => Signal(10),
            other => {
                let why = ArgumentError::Option(format!("-s {other}"));
                return Some(fail(k, p, &format!("nginx: {why}\n")));
            }
        })
    };
    let mut server = Server::new(service, Vec::new(), String::new(), k.now);
    let file = first_file(&p.argv);
    server.starting = Some(Box::new(Starting::new(nginx_conf::read(k, &file), then)));
    if let Some(problem) = nginx_conf::problem(k, &file) {
        return Some(server.refuse_start(k, p, then, &problem));
    }
    Some(become_program(Program::Server(Box::new(server)), 1000))
}

/// The number of the image's user `nginx`.
const USER: u32 = 101;
/// How often a port is tried that somebody has; here one right after the other.
const BIND_TRIES: u32 = 5;
/// `CAP_CHOWN`, as bits.
const CHOWN: u64 = 1;

/// What nginx cannot have when it begins, as it says it.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClaimError {
    /// A file or a folder cannot be made.
    #[error("{call}() \"{path}\" failed ({}: {why})", number(.why))]
    Made {
        /// The system call.
        call: &'static str,
        path: String,
        why: Errno,
    },
    /// A folder cannot be given to its own user.
    #[error("chown(\"{0}\", {USER}) failed (1: {why})", why = Errno::Permission)]
    Owner(String),
    /// Somebody has the port.
    #[error("still could not bind()")]
    Port,
}

/// An error's number.
fn number(why: &Errno) -> u8 {
    match why {
        Errno::NoEntry => 2,
        Errno::Access => 13,
        Errno::NotDirectory => 20,
        Errno::NoSpace => 28,
        Errno::ReadOnly => 30,
        _ => 22,
    }
}

/// Makes a file or folder where there is none, by a system call of this name.
fn make(k: &mut Kernel, p: &Process, call: &'static str, path: String, node: Inode) -> Result<(), ClaimError> {
    // `/var/run` leads to `/run` in images. Here they are two, of which the one counts that something is mounted at.
    let folder = if k.fs.mount_of("/var/run").is_some() { "/var/run" } else { "/run" };
    let linked = path.trim_start_matches("/var").strip_prefix("/run/").map(|name| format!("{folder}/{name}"));
    let clean = k.fs.find("/", linked.as_deref().unwrap_or(&path), true).map(|found| found.path);
    match clean.and_then(|clean| k.create(p, &clean, node)) {
        Ok(()) | Err(Errno::Exists) => Ok(()),
        Err(why) => Err(ClaimError::Made { call, path, why }),
    }
}

impl Server {
    /// Whether it serves or is about to, rather than only test its configuration or tell another.
    pub fn serves(&self) -> bool {
        self.starting.as_ref().is_none_or(|starting| matches!(starting.then, Then::Serve | Then::Anew))
    }

    /// Makes the folders that nginx needs, sees that its ports are free and writes its number down; or says what it cannot have.
    // Models ngx_init_cycle: ngx_create_paths, then ngx_open_listening_sockets, then ngx_create_pidfile.
    pub(super) fn claim(&self, k: &mut Kernel, p: &mut Process, conf: &NginxConf) -> Result<(), ClaimError> {
        if let Some(at) = conf.user.as_ref().filter(|_| p.uid != 0) {
            let who = "the \"user\" directive makes sense only if the master process runs with super-user privileges";
            self.complain(k, p, "warn", &format!("{who}, ignored in {at}"));
        }
        for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
            let path = conf.path(&format!("{kind}_temp_path"), &format!("/var/cache/nginx/{}_temp", kind.trim_end_matches("_body")));
            make(k, p, "mkdir", path.clone(), Inode::dir(0o700))?;
            let own = p.uid != 0 || k.fs.stat("/", &path).is_ok_and(|folder| folder.uid == USER);
            if !own && k.capabilities & CHOWN == 0 {
                return Err(ClaimError::Owner(path));
            }
            if !own && let Ok(folder) = k.fs.edit(&path) {
                folder.uid = USER;
            }
        }
        if let Some(port) = conf.ports().into_iter().find(|port| k.is_taken(*port)) {
            for _ in 0..BIND_TRIES {
                self.complain(k, p, "emerg", &format!("bind() to 0.0.0.0:{port} failed (98: Address already in use)"));
                let text = self.say(k, &format!("%T [notice] {0}#{0}: try again to bind() after 500ms\n", p.pid), None);
                let _ = k.put(p, 2, text.as_bytes());
            }
            return Err(ClaimError::Port);
        }
        make(k, p, "open", conf.path("pid", "/run/nginx.pid"), Inode::file(format!("{}\n", p.pid), 0o644))
    }

    /// Does as nginx' configuration says once the hosts in it are found.
    pub(super) fn begin(&mut self, conf: NginxConf, then: Then) {
        let starting = Starting::new(conf, then);
        if starting.hosts.is_empty() {
            return self.configure(starting.conf);
        }
        self.starting = Some(Box::new(starting));
    }

    /// Says something in nginx' log and on its terminal.
    fn complain(&self, k: &mut Kernel, p: &mut Process, level: &str, problem: &str) {
        let text = format!("%T [{level}] {0}#{0}: {1}", p.pid, problem.replace('%', "%%"));
        let logged = self.say(k, &text, None);
        let _ = k.put(p, 2, format!("{logged}\nnginx: [{level}] {problem}\n").as_bytes());
    }

    /// Says why nginx cannot go on, and ends.
    pub(super) fn emergency(&self, k: &mut Kernel, p: &mut Process, problem: &str) -> Step {
        self.complain(k, p, "emerg", problem);
        Step::Exit(1, 1000)
    }

    /// The end of one whose configuration is no good.
    fn refuse_start(&self, k: &mut Kernel, p: &mut Process, then: Then, problem: &str) -> Step {
        let step = self.emergency(k, p, problem);
        if let Then::Test { .. } = then {
            let _ = k.put(p, 2, format!("nginx: configuration file {} test failed\n", first_file(&p.argv)).as_bytes());
        }
        step
    }

    /// Looks up the next host that must be there, and listens when all are.
    // Models ngx_inet_resolve_host, by which nginx ends where it finds none.
    pub(super) fn look_up(&mut self, k: &mut Kernel, p: &mut Process, mut starting: Box<Starting>) -> Step {
        if let Some((id, until)) = starting.asked.take() {
            let answer = k.answers.remove(&id);
            if answer.is_none() && k.now < until {
                starting.asked = Some((id, until));
                self.starting = Some(starting);
                return Step::Wait(Block::NetUntil(id, until), 0);
            }
            let asked = starting.hosts.pop();
            if let (Some((_, problem)), false) = (asked, matches!(answer, Some(Ok(_)))) {
                if starting.then == Then::Anew {
                    let logged = self.say(k, &format!("%T [emerg] 1#1: {}", problem.replace('%', "%%")), None);
                    let _ = k.put(p, 2, format!("{logged}\n").as_bytes());
                    return Step::Again(100);
                }
                return self.refuse_start(k, p, starting.then, &problem);
            }
        }
        let Some((name, _)) = starting.hosts.last() else { return self.go_on(k, p, *starting) };
        let (id, until) = (k.request(p, NetRequest::resolve(name)), k.now + PROXY_TIMEOUT);
        starting.asked = Some((id, until));
        self.starting = Some(starting);
        Step::Wait(Block::NetUntil(id, until), 20)
    }

    /// Does what was to be done once all hosts are found.
    fn go_on(&mut self, k: &mut Kernel, p: &mut Process, starting: Starting) -> Step {
        match starting.then {
            Then::Serve | Then::Anew => {
                self.configure(starting.conf);
                if starting.then == Then::Serve {
                    self.greet(k, p);
                }
                Step::Again(100)
            }
            Then::Test { quiet, dump } => {
                let file = first_file(&p.argv);
                let good =
                    format!("nginx: the configuration file {file} syntax is ok\nnginx: configuration file {file} test is successful\n");
                if !quiet {
                    let _ = k.put(p, 2, good.as_bytes());
                }
                if dump {
                    let _ = k.put(p, 1, nginx_conf::dump(k, &file).as_bytes());
                }
                Step::Exit(0, 20)
            }
            Then::Tell(signal) => {
                let text = self.say(k, &format!("%T [notice] {0}#{0}: signal process started", p.pid), None);
                let _ = k.put(p, 2, format!("{text}\n").as_bytes());
                let serves = |q: &&Process| q.argv.first().is_some_and(|a| a.ends_with("nginx")) && is_server(q);
                let master = k.procs.values().map(|q| &**q).find(serves).map(|q| q.pid);
                match master.map(|pid| k.signal(pid, signal, true)) {
                    Some(Ok(())) => Step::Exit(0, 20),
                    _ => fail(k, p, "nginx: [error] open() \"/run/nginx.pid\" failed (2: No such file or directory)\n"),
                }
            }
        }
    }
}

//! Programs that wait, start others, or run for long.

mod dd;
mod external;
mod seq;
mod stress;

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::ArcStr;

use super::super::env::Variables;
use super::super::fs::Errno;
use super::super::kernel::{Kernel, Rd};
use super::super::process::{Block, Body, ExitStatus, Pid, Process, Signal, Step};
use super::super::text;
use super::filter::lines;
use super::{Complaint, Lookup, NoTime, Options, Program, Run, become_program, look_up, sleep_us};
use crate::base::{Duration, List as _, Time, strftime};

pub use dd::{Dd, start as dd};
pub use external::{External, run_for_external, start_external};
pub use seq::{Seq, start as seq};
pub use stress::{Hog, start as stress};

/// `sleep` and `usleep`.
pub fn sleep(run: &mut Run<'_>, o: &Options) -> Step {
    let Some(first) = o.rest.first() else { return Step::Exit(run.missing(&[]), 50) };
    if first == "infinity" || first == "inf" {
        return pause(run, o);
    }
    match if run.name == "usleep" { first.parse().map_err(|_| NoTime(first.clone())) } else { sleep_us(&o.rest) } {
        Ok(us) => become_program(Program::Sleep(Some(run.k.now + Duration::from_micros(us))), 1),
        Err(error) => {
            run.err(match run.name {
                "sleep" if run.k.is_gnu() => format!("invalid time interval '{}'\nTry 'sleep --help' for more information.", error.0),
                _ => error.to_string(),
            });
            Step::Exit(1, 50)
        }
    }
}

pub fn pause(_: &mut Run<'_>, _: &Options) -> Step {
    become_program(Program::Sleep(None), 30)
}

pub fn yes(_: &mut Run<'_>, o: &Options) -> Step {
    let line = if o.rest.is_empty() { "y".to_owned() } else { o.rest.join(" ") };
    become_program(Program::Yes(format!("{line}\n").into_bytes()), 30)
}

// ---- programs that become others

/// `env`, `nohup` and others that run the rest of their arguments in their own place.
pub fn env(run: &mut Run<'_>, o: &Options) -> Step {
    let mut args = &o.rest[..];
    match run.name {
        "env" => {
            let mut env: Variables = run.p.env.list().into_iter().cloned().list();
            if o.has('i') || args.first().is_some_and(|a| a == "-") {
                env.clear();
            }
            env.retain(|(n, _)| !o.each().any(|o| o.0 == 'u' && o.1 == n.as_str()));
            while let Some((a, rest)) = args.split_first() {
                if let Some((n, v)) = a.split_once('=') {
                    env.retain(|(m, _)| m != n);
                    env.push((ArcStr::from(n), ArcStr::from(v)));
                } else if a != "-" {
                    break;
                }
                args = rest;
            }
            if args.is_empty() {
                let end = if o.has('0') { '\0' } else { '\n' };
                let text: String = env.iter().map(|(n, v)| format!("{n}={v}{end}")).collect();
                run.out(text);
                return Step::Exit(0, 80);
            }
            run.p.env = Arc::new(env.into());
        }
        "nice" if args.is_empty() => {
            run.out("0\n");
            return Step::Exit(0, 50);
        }
        "chroot" if args.first().is_some_and(|root| root != "/") => {
            run.err("another root than / is not simulated");
            return Step::Exit(if run.k.is_gnu() { 125 } else { 1 }, 50);
        }
        "chroot" | "su-exec" | "gosu" => args = args.get(1..).unwrap_or_default(),
        "nohup" => run.p.ignored |= Signal::HUP.bit(),
        _ => {}
    }
    if args.is_empty() {
        return Step::Exit(run.missing(&[]), 50);
    }
    let path = run.p.var("PATH").cloned();
    match look_up(run.k, run.p, path.as_deref(), args) {
        Ok(Lookup { program, argv }) => {
            run.p.argv = argv;
            Step::Become(Box::new(Body::Start(program)), 200)
        }
        Err(e) => {
            run.err(Complaint::cannot("execute", &args[0], e));
            Step::Exit(if e == Errno::NoEntry { 127 } else { 126 }, 50)
        }
    }
}

/// Starts a child that runs a command with this process's descriptors.
pub(super) fn spawn(k: &mut Kernel, p: &mut Process, argv: &[String]) -> Result<Option<Pid>, Errno> {
    let path = p.var("PATH").cloned();
    let found = look_up(k, p, path.as_deref(), argv)?;
    let Some(pid) = k.fork(p, Body::Gone) else { return Ok(None) };
    if let Some(mut c) = k.procs.remove(&pid) {
        let env = c.env.clone();
        k.exec(&mut c, found.program, found.argv, env);
        k.procs.insert(pid, c);
    }
    Ok(Some(pid))
}

// ---- xargs

#[derive(Debug, Clone)]
pub struct Xargs {
    command: Vec<String>,
    input: Vec<u8>,
    ended: bool,
    words: Option<VecDeque<Vec<String>>>,
    per: usize,
    replace: Option<String>,
    lines: bool,
    /// What alone is between words.
    between: Option<char>,
    trace: bool,
    skip_empty: bool,
    child: Option<Pid>,
    status: i32,
}

pub fn xargs(_: &mut Run<'_>, o: &Options) -> Step {
    let per = o.number('n').or(o.number('L'));
    let echo = ["echo".to_owned()];
    let x = Xargs {
        command: if o.rest.is_empty() { echo.to_vec() } else { o.rest.clone() },
        input: Vec::new(),
        ended: false,
        words: None,
        per: per.map_or(usize::MAX, |n: usize| n.max(1)),
        replace: o.value('I').or(o.value('i')).map(|r| if r.is_empty() { "{}" } else { r }.to_owned()),
        lines: o.has('L'),
        between: match o.value('d') {
            _ if o.has('0') => Some('\0'),
            Some(d) => match d.strip_prefix('\\') {
                Some(code) => text::unescape_one(code.as_bytes()).0.first().map(|b| char::from(*b)),
                None => d.chars().next(),
            },
            None => None,
        },
        trace: o.has('t'),
        skip_empty: o.has('r'),
        child: None,
        status: 0,
    };
    become_program(Program::Xargs(x), 50)
}

impl Xargs {
    /// The commands to run; the quote that is never closed, where there is one.
    fn split(&self) -> Result<VecDeque<Vec<String>>, char> {
        let text = String::from_utf8_lossy(&self.input).into_owned();
        let words: Vec<String> = if let Some(c) = self.between {
            text.strip_suffix(c).unwrap_or(&text).split(c).filter(|w| c != '\0' || !w.is_empty()).map(str::to_string).list()
        } else if self.replace.is_some() || self.lines {
            text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_string).list()
        } else {
            let (mut out, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
            let mut chars = text.chars();
            while let Some(c) = chars.next() {
                match (quote, c) {
                    (Some(q), c) if q == c => quote = None,
                    (Some(_), c) => word.push(c),
                    (None, '\'' | '"') => {
                        quote = Some(c);
                        open = true;
                    }
                    (None, '\\') => {
                        word.extend(chars.next());
                        open = true;
                    }
                    (None, c) if c.is_whitespace() => {
                        if open || !word.is_empty() {
                            out.push(std::mem::take(&mut word));
                        }
                        open = false;
                    }
                    (None, c) => word.push(c),
                }
            }
            if let Some(quote) = quote {
                return Err(quote);
            }
            if open || !word.is_empty() {
                out.push(word);
            }
            out
        };
        if let Some(mark) = &self.replace {
            return Ok(words.into_iter().map(|w| self.command.iter().map(|a| a.replace(mark.as_str(), &w)).collect()).collect());
        }
        let mut out = VecDeque::new();
        if words.is_empty() && !self.skip_empty {
            out.push_back(self.command.clone());
        }
        for chunk in words.chunks(self.per.min(5000)) {
            let words: Vec<String> =
                if self.lines { chunk.iter().flat_map(|l| l.split_whitespace().map(str::to_string)).list() } else { chunk.to_vec() };
            out.push_back(self.command.iter().cloned().chain(words).list());
        }
        Ok(out)
    }

    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        while !self.ended {
            let Some(d) = p.fd(0) else { break };
            match k.read(d, 64 << 10, false) {
                Rd::Data(data) if self.input.len() < 8 << 20 => self.input.extend(data),
                Rd::Empty => return Step::Wait(Block::Read(d), 5),
                _ => self.ended = true,
            }
        }
        self.ended = true;
        if self.words.is_none() {
            match self.split() {
                Ok(words) => self.words = Some(words),
                Err(quote) => {
                    let kind = if quote == '"' { "double" } else { "single" };
                    let more = if k.is_gnu() { "; by default quotes are special to xargs unless you use the -0 option" } else { "" };
                    let _ = k.put(p, 2, format!("xargs: unmatched {kind} quote{more}\n").as_bytes());
                    return Step::Exit(1, 20);
                }
            }
        }
        if let Some(pid) = self.child {
            let Some(n) = p.reaped.iter().position(|r| r.0 == pid) else { return Step::Wait(Block::Child, 0) };
            let (_, status) = p.reaped.remove(n);
            self.child = None;
            match status {
                ExitStatus::Code(0) => {}
                ExitStatus::Code(255) => {
                    let _ = k.put(p, 2, format!("xargs: {}: exited with status 255; aborting\n", self.command[0]).as_bytes());
                    return Step::Exit(124, 20);
                }
                ExitStatus::Code(_) => self.status = 123,
                ExitStatus::Signal(s) => {
                    let _ = k.put(p, 2, format!("xargs: {}: terminated by signal {}\n", self.command[0], s.0).as_bytes());
                    return Step::Exit(125, 20);
                }
            }
        }
        let Some(argv) = self.words.as_mut().and_then(VecDeque::pop_front) else { return Step::Exit(self.status, 20) };
        if self.trace {
            let _ = k.put(p, 2, format!("{}\n", argv.join(" ")).as_bytes());
        }
        match spawn(k, p, &argv) {
            Ok(Some(pid)) => {
                self.child = Some(pid);
                // The child does not share the input.
                let null = k.open_kind(super::super::kernel::DescKind::Device(super::super::fs::Device::Null));
                if let Some(mut c) = k.procs.remove(&pid) {
                    let _ = k.set_fd(&mut c, 0, Some(null));
                    k.procs.insert(pid, c);
                }
                Step::Wait(Block::Child, 50)
            }
            Ok(None) => {
                let _ = k.put(p, 2, b"xargs: vfork: Resource temporarily unavailable\n");
                Step::Exit(1, 20)
            }
            Err(e) => {
                let _ = k.put(p, 2, format!("xargs: {}: {e}\n", argv[0]).as_bytes());
                Step::Exit(if e == Errno::NoEntry { 127 } else { 126 }, 20)
            }
        }
    }
}

// ---- timeout and watch

#[derive(Debug, Clone)]
pub struct Timeout {
    child: Pid,
    at: Time,
    kill_after: Option<u64>,
    signal: Signal,
    fired: bool,
    /// Whether it ends as the program does even so.
    preserves: bool,
}

pub fn timeout(run: &mut Run<'_>, o: &Options) -> Step {
    let trouble = if run.k.is_gnu() { 125 } else { 1 };
    let mut signal = Signal::TERM;
    if let Some(name) = o.value('s') {
        match Signal::parse(name) {
            Some(s) => signal = s,
            None => {
                run.err(if run.k.is_gnu() { format!("'{name}': invalid signal") } else { format!("invalid signal '{name}'") });
                return Step::Exit(trouble, 20);
            }
        }
    }
    let kill_after = o.value('k').and_then(text::duration_us);
    let [time, argv @ ..] = &o.rest[..] else { return Step::Exit(run.missing(&[]), 20) };
    if argv.is_empty() {
        return Step::Exit(run.missing(&o.rest), 20);
    }
    let Some(us) = text::duration_us(time) else {
        run.err(format!("invalid number '{time}'"));
        return Step::Exit(trouble, 20);
    };
    match spawn(run.k, run.p, argv) {
        Ok(Some(child)) => {
            run.p.handled |= Signal::TERM.bit();
            let t = Timeout {
                child,
                at: if us == 0 { Time::MAX } else { run.k.now + Duration::from_micros(us) },
                kill_after,
                signal,
                fired: false,
                preserves: o.has('p'),
            };
            become_program(Program::Timeout(t), 50)
        }
        Ok(None) => {
            run.err("vfork: Resource temporarily unavailable");
            Step::Exit(125, 20)
        }
        Err(e) => {
            run.err(Complaint::cannot("execute", &argv[0], e));
            Step::Exit(if e == Errno::NoEntry { 127 } else { 126 }, 20)
        }
    }
}

impl Timeout {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(n) = p.reaped.iter().position(|r| r.0 == self.child) {
            let (_, status) = p.reaped.remove(n);
            // busybox becomes the program that it runs, and ends as that does.
            if let ExitStatus::Signal(_) = status
                && !k.is_gnu()
            {
                p.ending = Some(status);
                return Step::Again(20);
            }
            let tells = self.fired && self.signal == Signal::TERM && !self.preserves && k.is_gnu();
            return Step::Exit(if tells { 124 } else { status.code() }, 20);
        }
        let term = p.pending & Signal::TERM.bit() != 0;
        p.pending &= !Signal::TERM.bit();
        if term || k.now >= self.at {
            let signal = if self.fired { Signal::KILL } else { self.signal };
            let _ = k.signal(self.child, signal, true);
            self.at = match self.kill_after.filter(|_| !self.fired) {
                Some(us) => k.now + Duration::from_micros(us),
                None => Time::MAX,
            };
            self.fired = true;
        }
        Step::Wait(Block::ChildUntil(self.at), 5)
    }
}

#[derive(Debug, Clone)]
pub struct Watch {
    argv: Vec<String>,
    every: u64,
    child: Option<Pid>,
    next: Time,
    title: bool,
}

pub fn watch(run: &mut Run<'_>, o: &Options) -> Step {
    let every = o.value('n').map_or(Some(2_000_000), text::duration_us);
    let Some(every) = every else {
        run.err(format!("invalid number '{}'", o.value('n').unwrap_or_default()));
        return Step::Exit(1, 20);
    };
    if o.rest.is_empty() {
        return Step::Exit(run.missing(&[]), 20);
    }
    let argv = vec!["sh".to_string(), "-c".to_string(), o.rest.join(" ")];
    let now = run.k.now;
    become_program(Program::Watch(Watch { argv, every: every.max(100_000), child: None, next: now, title: !o.has('t') }), 50)
}

impl Watch {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(pid) = self.child {
            let Some(n) = p.reaped.iter().position(|r| r.0 == pid) else { return Step::Wait(Block::Child, 0) };
            p.reaped.remove(n);
            self.child = None;
        }
        if k.now < self.next {
            return Step::Wait(Block::Until(self.next), 0);
        }
        self.next = k.now + Duration::from_micros(self.every);
        let mut head = "\x1b[H\x1b[J".to_string();
        if self.title {
            let left = format!("Every {:.1}s: {}", self.every as f64 / 1e6, self.argv[2]);
            head.push_str(&format!("{left:<50}{}\n\n", strftime("%Y-%m-%d %H:%M:%S", k.now.unix_s(), 0)));
        }
        let _ = k.put(p, 1, head.as_bytes());
        match spawn(k, p, &self.argv) {
            Ok(Some(pid)) => {
                self.child = Some(pid);
                Step::Wait(Block::Child, 20)
            }
            _ => Step::Exit(1, 20),
        }
    }
}

// ---- tail -f

#[derive(Debug, Clone)]
pub struct Follow {
    /// Each file and how much of it was shown; nothing of one that is waited for.
    files: Vec<(String, Option<u64>)>,
    shown: Option<usize>,
    retry: bool,
}

/// `tail -f` and `tail -F`; `None` where nothing is followed.
pub fn start_follow(run: &mut Run<'_>, tail: &lines::Tail, files: &[String]) -> Option<Step> {
    if !tail.follow {
        return None;
    }
    if files.is_empty() || files.iter().all(|f| f == "-") {
        return None;
    }
    let mut follow = Follow { files: Vec::new(), shown: None, retry: tail.retry };
    for (i, name) in files.iter().enumerate() {
        let Ok(node) = run.k.fs.stat(&run.p.cwd, name).cloned() else {
            run.err(Complaint::cannot("open", name, Errno::NoEntry));
            if tail.retry {
                follow.files.push((name.clone(), None));
            }
            continue;
        };
        if matches!(node.kind, super::super::fs::Kind::Device(_)) {
            follow.files.push((name.clone(), Some(0)));
            continue;
        }
        let data = super::super::fs::read_at(&node, 0, 1 << 20);
        let lines: Vec<&[u8]> = data.split_inclusive(|b| *b == b'\n').list();
        let skip = if tail.from_start {
            usize::try_from(tail.count.saturating_sub(1)).unwrap_or(0)
        } else {
            lines.len().saturating_sub(usize::try_from(tail.count).unwrap_or(usize::MAX))
        };
        if files.len() > 1 {
            run.out(format!("{}==> {name} <==\n", if i > 0 { "\n" } else { "" }));
            follow.shown = Some(i);
        }
        let text = lines[skip.min(lines.len())..].concat();
        run.out(text);
        follow.files.push((name.clone(), Some(node.size())));
    }
    if follow.files.is_empty() {
        run.err("no files");
        return Some(Step::Exit(1, 20));
    }
    Some(become_program(Program::Follow(follow), 50))
}

impl Follow {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let many = self.files.len() > 1;
        let mut all_devices = true;
        let gnu = k.is_gnu();
        let tell = |k: &mut Kernel, p: &mut Process, name: &str, what: &str| {
            let quote = if gnu { "'" } else { "" };
            let _ = k.put(p, 2, format!("tail: {quote}{name}{quote} has {what}\n").as_bytes());
        };
        for i in 0..self.files.len() {
            let (name, at) = self.files[i].clone();
            let Ok(node) = k.fs.stat(&p.cwd, &name).cloned() else {
                all_devices = false;
                if self.retry && at.is_some() {
                    tell(k, p, &name, &format!("become inaccessible: {}", Errno::NoEntry));
                    self.files[i].1 = None;
                }
                continue;
            };
            if at.is_none() {
                tell(k, p, &name, if gnu { "appeared;  following new file" } else { "appeared; following end of new file" });
            }
            let at = at.unwrap_or(0);
            if matches!(node.kind, super::super::fs::Kind::Device(_)) {
                continue;
            }
            all_devices = false;
            let at = if node.size() < at { 0 } else { at };
            let data = super::super::fs::read_at(&node, at, 256 << 10);
            if !data.is_empty() {
                if many && self.shown != Some(i) {
                    let _ = k.put(p, 1, format!("\n==> {name} <==\n").as_bytes());
                    self.shown = Some(i);
                }
                if k.put(p, 1, &data).is_err() {
                    return Step::Exit(1, 10);
                }
            }
            self.files[i].1 = Some(at + data.len() as u64);
        }
        // A device such as /dev/null never grows.
        if all_devices {
            return Step::Wait(Block::Forever, 0);
        }
        Step::Wait(Block::Until(k.now + Duration::from_secs(1)), 10)
    }
}

// ---- find

#[derive(Debug, Clone)]
pub struct FindExec {
    commands: VecDeque<Vec<String>>,
    child: Option<Pid>,
    status: i32,
}

pub fn find(run: &mut Run<'_>, _: &Options) -> Step {
    match super::files::find(run) {
        Ok((status, commands)) if commands.is_empty() => Step::Exit(status, 200),
        Ok((status, commands)) => become_program(Program::Find(FindExec { commands: commands.into(), child: None, status }), 200),
        Err(code) => Step::Exit(code, 50),
    }
}

impl FindExec {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(pid) = self.child {
            let Some(n) = p.reaped.iter().position(|r| r.0 == pid) else { return Step::Wait(Block::Child, 0) };
            p.reaped.remove(n);
            self.child = None;
        }
        let Some(argv) = self.commands.pop_front() else { return Step::Exit(self.status, 20) };
        match spawn(k, p, &argv) {
            Ok(Some(pid)) => {
                self.child = Some(pid);
                Step::Wait(Block::Child, 30)
            }
            Ok(None) => Step::Exit(1, 20),
            Err(e) => {
                let _ = k.put(p, 2, format!("find: {}: {e}\n", argv[0]).as_bytes());
                self.status = 1;
                Step::Again(20)
            }
        }
    }
}

//! Programs that wait, start others, or run for long.

use std::collections::VecDeque;
use std::sync::Arc;

use arcstr::ArcStr;

use super::super::fs::Errno;
use super::super::kernel::{DescId, Kernel, OpenHow, Rd};
use super::super::machine::MachineEvent;
use super::super::process::{Block, Body, ExitStatus, Pid, Process, Signal, Step};
use super::super::text;
use super::filter::lines;
use super::{Lookup, Program, Run, become_program, look_up, sleep_us};
use crate::base::{Duration, Time};

/// Starts a program of this family; `None` where it is none.
pub fn start(run: &mut Run<'_>) -> Option<Step> {
    Some(match run.name {
        "sleep" | "usleep" => {
            if run.args.is_empty() {
                usage(run, "sleep [N]...");
                return Some(Step::Exit(1, 50));
            }
            if run.args[0] == "infinity" || run.args[0] == "inf" {
                return Some(become_program(Program::Sleep(None), 30));
            }
            let us = if run.name == "usleep" { run.args[0].parse().map_err(|_| run.args[0].clone()) } else { sleep_us(&run.args) };
            match us {
                Ok(us) => become_program(Program::Sleep(Some(run.k.now + Duration::from_micros(us))), 1),
                Err(a) => {
                    run.err(format!("invalid number '{a}'"));
                    Step::Exit(1, 50)
                }
            }
        }
        "yes" => {
            let line = if run.args.is_empty() { "y\n".to_string() } else { format!("{}\n", run.args.join(" ")) };
            become_program(Program::Yes(line.into_bytes()), 30)
        }
        "pause" => become_program(Program::Sleep(None), 30),
        "dd" => return Some(dd(run)),
        "xargs" => return Some(xargs(run)),
        "timeout" => return Some(timeout(run)),
        "watch" => return Some(watch(run)),
        "env" | "nohup" | "nice" | "setsid" | "stdbuf" | "chroot" | "time" | "unbuffer" | "tini" | "dumb-init" | "su-exec" | "gosu"
        | "ionice" => return env(run),
        "find" => return Some(find(run)),
        "stress" | "stress-ng" => stress(run),
        _ => return None,
    })
}

fn usage(run: &mut Run<'_>, text: &str) {
    let text = format!("BusyBox v1.37.0 multi-call binary.\n\nUsage: {text}\n");
    let _ = run.k.put(run.p, 2, text.as_bytes());
}

// ---- programs that become others

/// `env`, `nohup` and others that run the rest of their arguments in their own place.
fn env(run: &mut Run<'_>) -> Option<Step> {
    let mut args = run.args.clone();
    match run.name {
        "env" => {
            let mut env: super::super::process::Env = run.p.env.to_vec();
            while let Some(a) = args.first().cloned() {
                if a == "-" || a == "-i" {
                    env.clear();
                } else if a == "-u" {
                    args.remove(0);
                    let name = args.first().cloned().unwrap_or_default();
                    env.retain(|(n, _)| *n != name.as_str());
                } else if a == "-0" || a == "--" {
                    // Nothing to do.
                } else if let Some((n, v)) = a.split_once('=') {
                    env.retain(|(m, _)| m != n);
                    env.push((ArcStr::from(n), ArcStr::from(v)));
                } else {
                    break;
                }
                args.remove(0);
            }
            if args.is_empty() {
                let text: String = env.iter().map(|(n, v)| format!("{n}={v}\n")).collect();
                run.out(text);
                return Some(Step::Exit(0, 80));
            }
            run.p.env = Arc::new(env);
        }
        "nice" | "ionice" | "stdbuf" => {
            while let Some(a) = args.first().cloned().filter(|a| a.starts_with('-')) {
                args.remove(0);
                if a == "-n" || a == "-c" {
                    args.drain(..1.min(args.len()));
                }
            }
            if args.is_empty() && run.name == "nice" {
                run.out("0\n");
                return Some(Step::Exit(0, 50));
            }
        }
        "chroot" | "su-exec" | "gosu" => {
            args.drain(..1.min(args.len()));
        }
        "nohup" => run.p.ignored |= Signal::HUP.bit(),
        _ => {
            while args.first().is_some_and(|a| a.starts_with('-')) {
                args.remove(0);
            }
        }
    }
    if args.is_empty() {
        usage(run, &format!("{} PROG ARGS", run.name));
        return Some(Step::Exit(1, 50));
    }
    let path = run.p.var("PATH").cloned();
    match look_up(run.k, run.p, path.as_deref(), &args) {
        Ok(Lookup { program, argv }) => {
            run.p.argv = argv;
            Some(Step::Become(Box::new(Body::Start(program)), 200))
        }
        Err(e) => {
            run.err(format!("can't execute '{}': {e}", args[0]));
            Some(Step::Exit(if e == Errno::NoEntry { 127 } else { 126 }, 50))
        }
    }
}

/// Starts a child that runs a command with this process's descriptors.
fn spawn(k: &mut Kernel, p: &mut Process, argv: &[String]) -> Result<Option<Pid>, Errno> {
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
    zero: bool,
    trace: bool,
    skip_empty: bool,
    child: Option<Pid>,
    status: i32,
}

fn xargs(run: &mut Run<'_>) -> Step {
    let mut x = Xargs {
        command: Vec::new(),
        input: Vec::new(),
        ended: false,
        words: None,
        per: usize::MAX,
        replace: None,
        lines: false,
        zero: false,
        trace: false,
        skip_empty: false,
        child: None,
        status: 0,
    };
    let mut at = 0;
    while let Some(a) = run.args.get(at).filter(|a| a.starts_with('-') && a.len() > 1) {
        let (flag, rest) = a.split_at(2);
        let rest = rest.to_string();
        at += 1;
        let mut value = || {
            if rest.is_empty() {
                at += 1;
                run.args.get(at - 1).cloned().unwrap_or_default()
            } else {
                rest.clone()
            }
        };
        match flag {
            "-n" => x.per = value().parse().unwrap_or(1).max(1),
            "-I" => x.replace = Some(value()),
            "-L" => {
                x.lines = true;
                x.per = value().parse().unwrap_or(1).max(1);
            }
            "-P" | "-s" | "-d" | "-E" => {
                let v = value();
                if flag == "-d" && (v == "\\n" || v == "\n") {
                    x.lines = true;
                }
            }
            "-0" => x.zero = true,
            "-t" => x.trace = true,
            "-r" => x.skip_empty = true,
            "--" => break,
            _ => {}
        }
    }
    x.command = run.args[at.min(run.args.len())..].to_vec();
    if x.command.is_empty() {
        x.command.push("echo".into());
    }
    become_program(Program::Xargs(x), 50)
}

impl Xargs {
    fn split(&self) -> VecDeque<Vec<String>> {
        let text = String::from_utf8_lossy(&self.input).into_owned();
        let words: Vec<String> = if self.zero {
            text.split('\0').filter(|w| !w.is_empty()).map(str::to_string).collect()
        } else if self.replace.is_some() || self.lines {
            text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_string).collect()
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
            if open || !word.is_empty() {
                out.push(word);
            }
            out
        };
        if let Some(mark) = &self.replace {
            return words.into_iter().map(|w| self.command.iter().map(|a| a.replace(mark.as_str(), &w)).collect()).collect();
        }
        let mut out = VecDeque::new();
        if words.is_empty() && !self.skip_empty {
            out.push_back(self.command.clone());
        }
        for chunk in words.chunks(self.per.min(5000)) {
            let words: Vec<String> =
                if self.lines { chunk.iter().flat_map(|l| l.split_whitespace().map(str::to_string)).collect() } else { chunk.to_vec() };
            out.push_back(self.command.iter().cloned().chain(words).collect());
        }
        out
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
            self.words = Some(self.split());
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
}

fn timeout(run: &mut Run<'_>) -> Step {
    let mut signal = Signal::TERM;
    let mut kill_after = None;
    let mut at = 0;
    while let Some(a) = run.args.get(at).filter(|a| a.starts_with('-') && a.len() > 1).cloned() {
        at += 1;
        let (flag, rest) = a.split_at(2);
        let value = if rest.is_empty() && matches!(flag, "-s" | "-k" | "-t") {
            at += 1;
            run.args.get(at - 1).cloned().unwrap_or_default()
        } else {
            rest.to_string()
        };
        match flag {
            "-s" => match Signal::parse(&value) {
                Some(s) => signal = s,
                None => {
                    run.err(format!("invalid signal '{value}'"));
                    return Step::Exit(125, 20);
                }
            },
            "-k" => kill_after = text::duration_us(&value),
            _ => {}
        }
    }
    let (Some(time), Some(_)) = (run.args.get(at), run.args.get(at + 1)) else {
        usage(run, "timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS");
        return Step::Exit(1, 20);
    };
    let Some(us) = text::duration_us(time) else {
        run.err(format!("invalid number '{time}'"));
        return Step::Exit(1, 20);
    };
    let argv = run.args[at + 1..].to_vec();
    match spawn(run.k, run.p, &argv) {
        Ok(Some(child)) => {
            run.p.handled |= Signal::TERM.bit();
            let t = Timeout {
                child,
                at: if us == 0 { Time::MAX } else { run.k.now + Duration::from_micros(us) },
                kill_after,
                signal,
                fired: false,
            };
            become_program(Program::Timeout(t), 50)
        }
        Ok(None) => {
            run.err("vfork: Resource temporarily unavailable");
            Step::Exit(125, 20)
        }
        Err(e) => {
            run.err(format!("can't execute '{}': {e}", argv[0]));
            Step::Exit(if e == Errno::NoEntry { 127 } else { 126 }, 20)
        }
    }
}

impl Timeout {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(n) = p.reaped.iter().position(|r| r.0 == self.child) {
            let (_, status) = p.reaped.remove(n);
            let code =
                if self.fired && status == ExitStatus::Signal(self.signal) && self.signal == Signal::TERM { 143 } else { status.code() };
            return Step::Exit(code, 20);
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

fn watch(run: &mut Run<'_>) -> Step {
    let mut every = 2_000_000;
    let mut title = true;
    let mut at = 0;
    while let Some(a) = run.args.get(at).filter(|a| a.starts_with('-') && a.len() > 1).cloned() {
        at += 1;
        if let Some(v) = a.strip_prefix("-n") {
            let v = if v.is_empty() {
                at += 1;
                run.args.get(at - 1).cloned().unwrap_or_default()
            } else {
                v.to_string()
            };
            every = text::duration_us(&v).unwrap_or(2_000_000).max(100_000);
        } else if a.contains('t') {
            title = false;
        }
    }
    if at >= run.args.len() {
        usage(run, "watch [-n SEC] [-t] PROG ARGS");
        return Step::Exit(1, 20);
    }
    let argv = vec!["sh".to_string(), "-c".to_string(), run.args[at..].join(" ")];
    let now = run.k.now;
    become_program(Program::Watch(Watch { argv, every, child: None, next: now, title }), 50)
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
            head.push_str(&format!("{left:<50}{}\n\n", text::strftime("%Y-%m-%d %H:%M:%S", text::unix_s(k.now), 0)));
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

// ---- dd

#[derive(Debug, Clone)]
pub struct Dd {
    input: DescId,
    output: DescId,
    block: usize,
    left: Option<u64>,
    full: u64,
    part: u64,
    bytes: u64,
    started: Time,
    quiet: bool,
}

fn dd(run: &mut Run<'_>) -> Step {
    let (mut input, mut output, mut block, mut count, mut append, mut skip, mut seek, mut quiet, mut keep) =
        (None, None, 512usize, None, false, 0u64, 0u64, false, false);
    for a in run.args.clone() {
        let Some((name, value)) = a.split_once('=') else {
            usage(run, "dd [if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N]");
            return Step::Exit(1, 20);
        };
        let n = lines::size(value);
        match (name, n) {
            ("if", _) => input = Some(value.to_string()),
            ("of", _) => output = Some(value.to_string()),
            ("bs" | "ibs" | "obs", Some(n)) if n > 0 => block = usize::try_from(n).unwrap_or(usize::MAX).min(1 << 30),
            ("count", Some(n)) => count = Some(n),
            ("skip" | "iseek", Some(n)) => skip = n,
            ("seek" | "oseek", Some(n)) => seek = n,
            ("status", _) => quiet = value == "none",
            ("conv", _) => keep = value.contains("notrunc"),
            ("iflag", _) => {}
            ("oflag", _) => append = value.contains("append"),
            _ => {
                run.err(format!("invalid number '{value}'"));
                return Step::Exit(1, 20);
            }
        }
    }
    let mut open = |name: Option<String>, fd: u32, how: OpenHow| -> Option<DescId> {
        match name {
            None => {
                let d = run.p.fd(fd)?;
                run.k.desc_ref(d);
                Some(d)
            }
            Some(n) => match run.k.open(run.p, &n, how) {
                Ok(d) => Some(d),
                Err(e) => {
                    let text = format!("dd: can't open '{n}': {e}\n");
                    let _ = run.k.put(run.p, 2, text.as_bytes());
                    None
                }
            },
        }
    };
    let Some(input) = open(input, 0, OpenHow::Read) else { return Step::Exit(1, 20) };
    let how = if append {
        OpenHow::Append
    } else if keep || seek > 0 {
        OpenHow::ReadWrite
    } else {
        OpenHow::Truncate
    };
    let Some(output) = open(output, 1, how) else { return Step::Exit(1, 20) };
    for (d, n) in [(input, skip), (output, seek)] {
        if let Some(super::super::kernel::DescKind::File { at, .. }) = run.k.desc_mut(d).map(|d| &mut d.kind) {
            *at = n.saturating_mul(block as u64);
        }
    }
    let started = run.k.now;
    become_program(Program::Dd(Dd { input, output, block, left: count, full: 0, part: 0, bytes: 0, started, quiet }), 50)
}

impl Dd {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if self.left == Some(0) {
            return self.end(k, p, 0);
        }
        // At most this much at a time; a block may take several steps.
        let want = self.block.min(1 << 20);
        let data = match k.read(self.input, want, false) {
            Rd::Data(d) => d,
            Rd::Empty => return Step::Wait(Block::Read(self.input), 5),
            Rd::End => return self.end(k, p, 0),
            Rd::Failed(e) => {
                let _ = k.put(p, 2, format!("dd: read error: {e}\n").as_bytes());
                return self.end(k, p, 1);
            }
        };
        p.memory = p.memory.max((600 << 10) + self.block.min(4 << 30) as u64);
        let before = self.bytes / self.block as u64;
        self.bytes += data.len() as u64;
        if self.block <= 1 << 20 {
            if data.len() == self.block {
                self.full += 1
            } else {
                self.part += 1
            }
            self.left = self.left.map(|l| l - 1);
        } else {
            let done = self.bytes / self.block as u64 - before;
            self.full += done;
            self.left = self.left.map(|l| l.saturating_sub(done));
        }
        if let Err(e) = k.put_desc(p, self.output, &data) {
            let _ = k.put(p, 2, format!("dd: error writing: {e}\n").as_bytes());
            return self.end(k, p, 1);
        }
        Step::Again(3 + data.len() as u64 / 1000)
    }

    fn end(&mut self, k: &mut Kernel, p: &mut Process, code: i32) -> Step {
        if self.block > 1 << 20 && !self.bytes.is_multiple_of(self.block as u64) {
            self.part += 1;
        }
        if !self.quiet {
            let s = k.now.since(self.started).as_secs_f64().max(1e-6);
            let human = |v: f64| {
                let (mut v, mut u) = (v, 0);
                while v >= 1024.0 && u < 4 {
                    v /= 1024.0;
                    u += 1;
                }
                format!("{v:.1}{}", ["", "KB", "MB", "GB", "TB"][u])
            };
            let text = format!(
                "{f}+{t} records in\n{f}+{t} records out\n{} bytes ({}) copied, {s:.6} seconds, {}/s\n",
                self.bytes,
                human(self.bytes as f64),
                human(self.bytes as f64 / s),
                f = self.full,
                t = self.part
            );
            let _ = k.put(p, 2, text.as_bytes());
        }
        k.desc_unref(self.input);
        k.desc_unref(self.output);
        Step::Exit(code, 20)
    }
}

// ---- tail -f

#[derive(Debug, Clone)]
pub struct Follow {
    files: Vec<(String, u64)>,
    shown: Option<usize>,
}

/// `tail -f` and `tail -F`; `None` where nothing is followed.
pub fn start_follow(run: &mut Run<'_>, tail: &lines::Tail, files: &[String]) -> Option<Step> {
    if !tail.follow {
        return None;
    }
    if files.is_empty() || files.iter().all(|f| f == "-") {
        return None;
    }
    let mut follow = Follow { files: Vec::new(), shown: None };
    for (i, name) in files.iter().enumerate() {
        let Ok(node) = run.k.fs.stat(&run.p.cwd, name).cloned() else {
            run.err(format!("can't open '{name}': {}", Errno::NoEntry));
            continue;
        };
        if matches!(node.kind, super::super::fs::Kind::Device(_)) {
            follow.files.push((name.clone(), 0));
            continue;
        }
        let data = super::super::fs::read_at(&node, 0, 1 << 20);
        let lines: Vec<&[u8]> = data.split_inclusive(|b| *b == b'\n').collect();
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
        follow.files.push((name.clone(), node.size()));
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
        for i in 0..self.files.len() {
            let (name, at) = self.files[i].clone();
            let Ok(node) = k.fs.stat(&p.cwd, &name).cloned() else {
                all_devices = false;
                continue;
            };
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
            self.files[i].1 = at + data.len() as u64;
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

fn find(run: &mut Run<'_>) -> Step {
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

// ---- memory and CPU hogs

/// `stress`: workers that burn CPU or hold memory.
#[derive(Debug, Clone)]
pub struct Hog {
    /// CPU time to burn in all, in thousandths of a CPU.
    workers: u64,
    /// Bytes to hold.
    bytes: u64,
    /// Whether it is the parent, which waits.
    parent: bool,
    until: Option<Time>,
    started: Time,
}

fn stress(run: &mut Run<'_>) -> Step {
    let (mut cpu, mut vm, mut bytes, mut until, mut io) = (0u64, 0u64, 256u64 << 20, None, 0u64);
    let args = run.args.clone();
    let mut it = args.iter();
    while let Some(a) = it.next() {
        let (name, inline) = a.split_once('=').map_or((a.as_str(), None), |(n, v)| (n, Some(v.to_string())));
        let mut value = || inline.clone().or_else(|| it.next().cloned()).unwrap_or_default();
        match name {
            "-c" | "--cpu" => cpu = value().parse().unwrap_or(1),
            "-m" | "--vm" => vm = value().parse().unwrap_or(1),
            "-i" | "--io" | "-d" | "--hdd" => io = value().parse().unwrap_or(1),
            "--vm-bytes" => bytes = lines::size(&value()).unwrap_or(bytes),
            "--vm-hang" | "--vm-stride" | "--hdd-bytes" | "--backoff" | "-l" | "--cpu-load" => drop(value()),
            "-t" | "--timeout" => until = text::duration_us(&value()).map(|us| run.k.now + Duration::from_micros(us)),
            _ => {}
        }
    }
    let _ = run.k.put(run.p, 1, format!("stress: info: [{}] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, 0 hdd\n", run.p.pid).as_bytes());
    let started = run.k.now;
    for i in 0..(cpu + vm).min(64) {
        let worker = Hog { workers: 1, bytes: if i >= cpu { bytes } else { 0 }, parent: false, until, started };
        if run.k.fork(run.p, Body::Program(Box::new(Program::Hog(worker)))).is_none() {
            run.err("FAIL: fork failed");
            return Step::Exit(1, 20);
        }
    }
    become_program(Program::Hog(Hog { workers: cpu + vm, bytes: 0, parent: true, until, started }), 50)
}

impl Hog {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if self.parent {
            if let Some((pid, status)) = p.reaped.pop() {
                if let ExitStatus::Signal(s) = status {
                    let text = format!(
                        "stress: FAIL: [{}] (415) <-- worker {pid} got signal {}\nstress: WARN: [{}] (417) now reaping child worker processes\nstress: FAIL: [{}] (451) failed run completed in {}s\n",
                        p.pid,
                        s.0,
                        p.pid,
                        p.pid,
                        k.now.since(self.started).as_secs()
                    );
                    let _ = k.put(p, 2, text.as_bytes());
                    let workers: Vec<Pid> = k.procs.values().filter(|q| q.ppid == p.pid).map(|q| q.pid).collect();
                    for w in workers {
                        let _ = k.signal(w, Signal::KILL, true);
                    }
                    return Step::Exit(1, 50);
                }
                self.workers = self.workers.saturating_sub(1);
                if self.workers == 0 {
                    let text = format!("stress: info: [{}] successful run completed in {}s\n", p.pid, k.now.since(self.started).as_secs());
                    let _ = k.put(p, 1, text.as_bytes());
                    return Step::Exit(0, 20);
                }
                return Step::Again(5);
            }
            return Step::Wait(Block::Child, 0);
        }
        if self.until.is_some_and(|t| k.now >= t) {
            return Step::Exit(0, 20);
        }
        if p.memory < self.bytes {
            // Touching memory takes its time: about 2 GiB a second.
            let more = (self.bytes - p.memory).min(64 << 20);
            p.memory += more;
            return Step::Again(more >> 11);
        }
        Step::Again(20_000)
    }
}

// ---- programs that the host runs

/// A program whose work the host does.
#[derive(Debug, Clone)]
pub struct External {
    pub wants_input: bool,
    pub code: Option<i32>,
}

/// Tells the host of a program that it runs.
pub fn start_external(k: &mut Kernel, p: &mut Process) -> Step {
    p.handled = !(Signal::KILL.bit() | Signal::STOP.bit() | Signal::CHLD.bit() | Signal::CONT.bit() | Signal::PIPE.bit());
    p.memory = 40 << 20;
    let tty = k.is_tty(p, 1);
    k.events.push(MachineEvent::ExternalStarted {
        pid: p.pid,
        argv: p.argv.iter().map(|a| a.to_string()).collect(),
        env: p.env.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
        cwd: p.cwd.to_string(),
        tty,
        at: k.now,
    });
    become_program(Program::External(External { wants_input: false, code: None }), 1)
}

impl External {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if let Some(code) = self.code {
            return Step::Exit(code, 1);
        }
        let caught = p.pending & p.handled;
        p.pending &= !caught;
        for n in 1..32u8 {
            if caught & (1 << n) != 0 {
                k.events.push(MachineEvent::ExternalSignal { pid: p.pid, signal: Signal(n) });
            }
        }

        if self.wants_input && p.fd(0).is_some_and(|d| k.readable(d)) {
            self.wants_input = false;
            k.events.push(MachineEvent::ExternalInput { pid: p.pid });
        }
        Step::Wait(Block::Host, 0)
    }
}

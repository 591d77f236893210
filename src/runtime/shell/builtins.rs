//! What the shell does itself.

mod read;
mod variables;

use std::sync::Arc;

use super::super::fs::Errno;
use super::super::kernel::{Kernel, OpenHow};
use super::super::process::{Pid, Process, Signal};
use super::super::programs;
use super::super::text;
use super::code::Code;
use super::exec::quote;
use super::*;
use read::{getopts, read, read_all};
use variables::{export, local};

/// What a builtin came to.
pub enum Outcome {
    Done(i32),
    /// The instruction pointer was moved.
    Jumped,
    Exit(i32),
    Frame(Arc<Code>, FrameKind),
    Wait {
        pids: Option<Vec<Pid>>,
        any: bool,
    },
    Read(Box<Reading>),
    Foreground(Pid),
    /// Redirections stay.
    Keep,
    Exec(Vec<String>),
}

const SPECIAL: [&str; 15] =
    [":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times", "trap", "unset"];
const REGULAR: [&str; 39] = [
    "alias",
    "bg",
    "cd",
    "command",
    "echo",
    "false",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "jobs",
    "kill",
    "let",
    "local",
    "printf",
    "pwd",
    "read",
    "test",
    "[",
    "true",
    "type",
    "ulimit",
    "umask",
    "unalias",
    "wait",
    "source",
    "declare",
    "typeset",
    "shopt",
    "disown",
    "mapfile",
    "readarray",
    "pushd",
    "popd",
    "builtin",
    "bind",
    "complete",
    "compopt",
];
const BASH_ONLY: [&str; 13] =
    ["declare", "typeset", "shopt", "disown", "mapfile", "readarray", "pushd", "popd", "builtin", "help", "bind", "complete", "compopt"];

/// What bash's grammar is written in.
fn keywords() -> impl Iterator<Item = &'static str> {
    parse::RESERVED_START.into_iter().chain(parse::RESERVED_END).chain(["in", "[["])
}

/// What bash knows by itself: its words and its commands.
pub fn words() -> impl Iterator<Item = &'static str> {
    SPECIAL.into_iter().chain(REGULAR).chain(keywords())
}

pub fn is_special(name: &str) -> bool {
    SPECIAL.contains(&name)
}

pub fn is_builtin(name: &str, bash: bool) -> bool {
    SPECIAL.contains(&name) || (REGULAR.contains(&name) && (bash || !BASH_ONLY.contains(&name)))
}

/// Where there is a bash, `sh` is dash.
fn is_dash(sh: &Shell, k: &Kernel) -> bool {
    !sh.bash && k.fs.stat("/", "/bin/bash").is_ok()
}

pub fn run(sh: &mut Shell, k: &mut Kernel, p: &mut Process, argv: &[String], tested: bool) -> Outcome {
    let name = argv[0].as_str();
    let args = &argv[1..];
    match name {
        ":" | "true" | "times" | "hash" | "shopt" | "disown" | "ulimit" | "history" | "bg" | "help" | "bind" | "complete" | "compopt" => {
            if name == "shopt" && args.iter().any(|a| a == "expand_aliases") {
                sh.opts.aliases = args.iter().any(|a| a == "-s");
            }
            if name == "ulimit" {
                let _ = k.put(p, 1, b"unlimited\n");
            }
            Outcome::Done(0)
        }
        "false" => Outcome::Done(1),
        "echo" => {
            // dash reads escapes, and no flags but one.
            let out = text::echo(args, is_dash(sh, k));
            match k.put(p, 1, &out) {
                Ok(()) => Outcome::Done(0),
                Err(e) => {
                    sh.builtin_error(k, p, if sh.bash { "echo: write error" } else { "write error" }, &e.to_string());
                    Outcome::Done(1)
                }
            }
        }
        "printf" => {
            let (variable, args) = match args {
                [flag, name, rest @ ..] if sh.bash && flag == "-v" => (Some(name), rest),
                _ => (None, args),
            };
            match text::printf(args) {
                Ok((out, mut err)) => {
                    match variable {
                        None => drop(k.put(p, 1, &out)),
                        Some(name) if !parse::is_name(name) => err.push(format!("`{name}': not a valid identifier")),
                        Some(name) => err.extend(sh.set(name, &String::from_utf8_lossy(&out)).err()),
                    }
                    if err.is_empty() {
                        return Outcome::Done(0);
                    }
                    for e in err {
                        printf_error(sh, k, p, &e);
                    }
                    Outcome::Done(1)
                }
                Err(e) => {
                    printf_error(sh, k, p, &e);
                    Outcome::Done(2)
                }
            }
        }
        "test" | "[" => match cond::test_command(k, p, argv) {
            Ok(yes) => Outcome::Done(i32::from(!yes)),
            Err(e) => {
                if sh.bash {
                    let words = if name == "[" { argv.len().saturating_sub(2) } else { args.len() };
                    let e = match (words, e.rsplit_once(": ")) {
                        (2, Some(_)) => format!("{}: unary operator expected", args[0]),
                        (3, Some((_, "unknown operand"))) => format!("{}: binary operator expected", args[1]),
                        (_, Some((text, "bad number"))) => format!("{text}: integer expression expected"),
                        _ if e == "missing ]" => "missing `]'".into(),
                        _ => e,
                    };
                    sh.builtin_error(k, p, name, &e);
                } else {
                    sh.complain(k, p, &e);
                }
                Outcome::Done(2)
            }
        },
        "cd" => cd(sh, k, p, args),
        "pwd" => {
            let text = format!("{}\n", p.cwd);
            let _ = k.put(p, 1, text.as_bytes());
            Outcome::Done(0)
        }
        "pushd" => {
            let old = p.cwd.clone();
            match cd(sh, k, p, args) {
                Outcome::Done(0) => {
                    sh.directory_stack.push(old);
                    print_stack(sh, k, p)
                }
                other => other,
            }
        }
        "popd" => match sh.directory_stack.pop() {
            Some(dir) => match cd(sh, k, p, &[dir.to_string()]) {
                Outcome::Done(0) => print_stack(sh, k, p),
                other => other,
            },
            None => {
                sh.builtin_error(k, p, "popd", "directory stack empty");
                Outcome::Done(1)
            }
        },
        "exit" => {
            let code = match args.first() {
                None => sh.status,
                Some(text) => match text.parse::<i64>() {
                    Ok(n) => (n & 255) as i32,
                    Err(_) => {
                        sh.builtin_error(
                            k,
                            p,
                            "exit",
                            &if sh.bash { format!("{text}: numeric argument required") } else { format!("Illegal number: {text}") },
                        );
                        2
                    }
                },
            };
            if sh.opts.interactive && sh.bash {
                let _ = k.put(p, 2, b"exit\n");
            }
            Outcome::Exit(code)
        }
        "return" => {
            if sh.bash && sh.called().is_none() {
                sh.builtin_error(k, p, "return", "can only `return' from a function or sourced script");
                return Outcome::Done(2);
            }
            let status = args.first().map_or(sh.status, |a| a.parse::<i64>().map_or(2, |n| (n & 255) as i32));
            // The frames that end take the instruction pointer with them.
            if let Some(f) = sh.frames.last_mut() {
                f.pc += 1;
            }
            if sh.leave_function(k, p, status) { Outcome::Jumped } else { Outcome::Exit(status) }
        }
        "break" | "continue" => {
            let n = args.first().map_or(1, |a| a.parse().unwrap_or(1));
            if sh.leave_loops(k, p, n, name == "continue") { Outcome::Jumped } else { Outcome::Done(0) }
        }
        "eval" => {
            let src = args.join(" ");
            if sh.frames.len() < FRAMES_MAX { Outcome::Frame(compile(&src, sh.bash), FrameKind::Eval) } else { Outcome::Done(2) }
        }
        "." | "source" => {
            let Some(path) = args.first() else {
                sh.builtin_error(k, p, name, "filename argument required");
                return Outcome::Done(2);
            };
            match k.open(p, path, OpenHow::Read) {
                Ok(fd) if sh.frames.len() < FRAMES_MAX => {
                    let params = (args.len() > 1).then(|| std::mem::replace(&mut sh.params, args[1..].iter().map(ArcStr::from).collect()));
                    Outcome::Read(Box::new(Reading::all(fd, tested, Some((path.into(), params)))))
                }
                Ok(fd) => {
                    k.desc_unref(fd);
                    Outcome::Done(2)
                }
                Err(e) => {
                    if sh.bash {
                        sh.complain(k, p, &format!("{path}: {e}"));
                        return Outcome::Done(1);
                    }
                    let missing = e == Errno::NoEntry && !path.contains('/');
                    let why = if missing { format!("{path}: not found") } else { format!("can't open '{path}': {e}") };
                    sh.builtin_error(k, p, if missing { name } else { "." }, &why);
                    if sh.opts.interactive { Outcome::Done(2) } else { Outcome::Exit(2) }
                }
            }
        }
        "exec" => {
            if args.is_empty() {
                return Outcome::Keep;
            }
            Outcome::Exec(args.to_vec())
        }
        "export" | "readonly" => export(sh, k, p, name, args),
        "local" | "declare" | "typeset" => local(sh, k, p, name, args),
        "unset" => {
            let functions = args.first().is_some_and(|a| a == "-f");
            let mut status = 0;
            for name in args.iter().filter(|a| !matches!(a.as_str(), "-f" | "-v")) {
                if functions {
                    sh.functions.remove(name.as_str());
                } else if sh.vars.get(name.as_str()).is_some_and(|v| v.readonly) {
                    sh.builtin_error(
                        k,
                        p,
                        "unset",
                        &if sh.bash { format!("{name}: cannot unset: readonly variable") } else { format!("{name}: is read only") },
                    );
                    status = 1;
                } else if sh.vars.remove(name.as_str()).is_none() && sh.bash {
                    sh.functions.remove(name.as_str());
                }
                sh.env = None;
            }
            Outcome::Done(status)
        }
        "set" => set(sh, k, p, args),
        "shift" => {
            let n: usize = args.first().map_or(1, |a| a.parse().unwrap_or(usize::MAX));
            if n > sh.params.len() {
                if !sh.bash && k.is_gnu() {
                    sh.builtin_error(k, p, "shift", "can't shift that many");
                    return Outcome::Done(2);
                }
                return Outcome::Done(1);
            }
            sh.params.drain(..n);
            Outcome::Done(0)
        }
        "trap" => trap(sh, k, p, args),
        "wait" => {
            let any = args.first().is_some_and(|a| a == "-n");
            let ids: Vec<&String> = args.iter().filter(|a| *a != "-n").collect();
            if ids.is_empty() {
                let pids = any.then(|| sh.jobs.iter().map(|j| j.pid).collect::<Vec<_>>());
                return Outcome::Wait { pids, any };
            }
            let mut pids = Vec::new();
            for id in ids {
                match job_pid(sh, id) {
                    Some(pid) => pids.push(pid),
                    None => {
                        if sh.bash {
                            sh.builtin_error(k, p, "wait", &format!("pid {id} is not a child of this shell"));
                        }
                        pids.push(Pid::MAX);
                    }
                }
            }
            Outcome::Wait { pids: Some(pids), any }
        }
        "jobs" => {
            for job in &sh.jobs {
                let state = if job.status.is_none() { "Running" } else { "Done" };
                let _ = k.put(p, 1, format!("[{}]+  {state:<26} {}\n", job.number, job.text).as_bytes());
            }
            sh.jobs.retain(|j| j.status.is_none());
            Outcome::Done(0)
        }
        "fg" => {
            let pid = match args.first() {
                Some(a) => job_pid(sh, a),
                None => sh.jobs.last().map(|j| j.pid),
            };
            match pid.and_then(|pid| sh.jobs.iter().position(|j| j.pid == pid)) {
                Some(at) if sh.jobs[at].status.is_none() => {
                    let job = sh.jobs.remove(at);
                    let _ = k.put(p, 1, format!("{}\n", job.text).as_bytes());
                    if let Some(c) = k.procs.get_mut(&job.pid) {
                        c.background = false;
                    }
                    Outcome::Foreground(job.pid)
                }
                _ => {
                    sh.builtin_error(k, p, "fg", "no current job");
                    Outcome::Done(1)
                }
            }
        }
        "kill" => kill(sh, k, p, args),
        "read" => read(sh, k, p, args, tested),
        "mapfile" | "readarray" => read_all(sh, k, p, args, tested),
        "getopts" => getopts(sh, k, p, args),
        "umask" => {
            match args.first() {
                None => {
                    let _ = k.put(p, 1, format!("{:04o}\n", p.umask).as_bytes());
                }
                Some(a) => {
                    if let Ok(m) = u32::from_str_radix(a, 8) {
                        p.umask = m & 0o777;
                    }
                }
            }
            Outcome::Done(0)
        }
        "let" => {
            let mut last = 0;
            for a in args {
                match Expander::new(sh, k, p).arith(a) {
                    Ok(v) => last = v,
                    Err(_) => {
                        sh.builtin_error(k, p, "let", &format!("{a}: syntax error"));
                        return Outcome::Done(1);
                    }
                }
            }
            Outcome::Done(i32::from(last == 0))
        }
        "alias" => {
            let mut status = 0;
            if args.is_empty() {
                let text: String = sh.aliases.iter().map(|(n, v)| format!("{}{n}='{v}'\n", if sh.bash { "alias " } else { "" })).collect();
                let _ = k.put(p, 1, text.as_bytes());
            }
            for a in args {
                match a.split_once('=') {
                    Some((n, v)) => {
                        if sh.aliases.len() < 1000 {
                            sh.aliases.insert(ArcStr::from(n), ArcStr::from(v));
                        }
                    }
                    None => match sh.aliases.get(a.as_str()) {
                        Some(v) => {
                            let text = format!("{}{a}='{v}'\n", if sh.bash { "alias " } else { "" });
                            let _ = k.put(p, 1, text.as_bytes());
                        }
                        None => {
                            sh.builtin_error(k, p, "alias", &format!("{a}: not found"));
                            status = 1;
                        }
                    },
                }
            }
            Outcome::Done(status)
        }
        "unalias" => {
            for a in args {
                if a == "-a" {
                    sh.aliases.clear();
                }
                sh.aliases.remove(a.as_str());
            }
            Outcome::Done(0)
        }
        "type" | "command" => command(sh, k, p, name, args),
        "builtin" => {
            if args.first().is_some_and(|a| is_builtin(a, sh.bash) && a != "builtin") {
                return run(sh, k, p, args, tested);
            }
            sh.builtin_error(k, p, "builtin", &format!("{}: not a shell builtin", args.first().map_or("", String::as_str)));
            Outcome::Done(1)
        }
        _ => Outcome::Done(127),
    }
}

fn print_stack(sh: &Shell, k: &mut Kernel, p: &mut Process) -> Outcome {
    let mut text = p.cwd.to_string();
    for dir in sh.directory_stack.iter().rev() {
        text.push(' ');
        text.push_str(dir);
    }
    text.push('\n');
    let _ = k.put(p, 1, text.as_bytes());
    Outcome::Done(0)
}

fn cd(sh: &mut Shell, k: &mut Kernel, p: &mut Process, args: &[String]) -> Outcome {
    let args: Vec<&String> = args.iter().filter(|a| !matches!(a.as_str(), "-P" | "-L" | "--")).collect();
    let mut show = false;
    let target = match args.first().map(|a| a.as_str()) {
        None => sh.get("HOME").map_or_else(|| "/".to_string(), |h| h.to_string()),
        Some("-") => match sh.get("OLDPWD") {
            Some(d) => {
                show = true;
                d.to_string()
            }
            None => {
                sh.builtin_error(k, p, "cd", "OLDPWD not set");
                return Outcome::Done(1);
            }
        },
        Some(d) => d.to_string(),
    };
    let result = match k.fs.find(&p.cwd, &target, true) {
        Ok(f) => match f.node {
            Some(n) if !n.is_dir() => Err(Errno::NotDirectory),
            Some(n) if !k.allows((p.uid, p.gid), n, 1) => Err(Errno::Access),
            Some(_) => Ok(f.path),
            None => Err(Errno::NoEntry),
        },
        Err(e) => Err(e),
    };
    match result {
        Ok(path) => {
            let old = std::mem::replace(&mut p.cwd, ArcStr::from(path.as_str()));
            let exported = |sh: &Shell, n: &str| sh.vars.get(n).is_none_or(|v| v.exported);
            let (a, b) = (exported(sh, "OLDPWD"), exported(sh, "PWD"));
            sh.put("OLDPWD", &old, a);
            sh.put("PWD", &path, b);
            if show {
                let _ = k.put(p, 1, format!("{path}\n").as_bytes());
            }
            Outcome::Done(0)
        }
        Err(e) => {
            let text = if sh.bash { format!("{target}: {e}") } else { format!("can't cd to {target}: {e}") };
            sh.builtin_error(k, p, "cd", &text);
            Outcome::Done(if sh.bash { 1 } else { 2 })
        }
    }
}

fn set(sh: &mut Shell, k: &mut Kernel, p: &mut Process, args: &[String]) -> Outcome {
    if args.is_empty() {
        let text: String = sh
            .vars
            .iter()
            .map(|(n, v)| if sh.bash { format!("{n}={}\n", quote(v.text())) } else { format!("{n}='{}'\n", v.text()) })
            .collect();
        let _ = k.put(p, 1, text.as_bytes());
        return Outcome::Done(0);
    }
    let mut at = 0;
    while at < args.len() {
        let a = &args[at];
        if a == "--" {
            sh.params = args[at + 1..].iter().map(ArcStr::from).collect();
            return Outcome::Done(0);
        }
        if a == "-" {
            at += 1;
            break;
        }
        let on = a.starts_with('-');
        if !(on || a.starts_with('+')) || a.len() < 2 {
            break;
        }
        for c in a[1..].chars() {
            if c == 'o' {
                match args.get(at + 1) {
                    Some(name) => {
                        at += 1;
                        if !sh.set_option(name, on) {
                            sh.builtin_error(
                                k,
                                p,
                                "set",
                                &if sh.bash {
                                    format!("{name}: invalid option name")
                                } else {
                                    format!("illegal option {} {name}", if on { "-o" } else { "+o" })
                                },
                            );
                            return Outcome::Done(2);
                        }
                    }
                    None => {
                        let letters = sh.opts.letters();
                        let text: String = Options::NAMES
                            .iter()
                            .map(|(n, c)| format!("{n:<15}\t{}\n", if letters.contains(*c) { "on" } else { "off" }))
                            .collect();
                        let _ = k.put(p, 1, text.as_bytes());
                    }
                }
            } else if !sh.opts.set(c, on) {
                sh.builtin_error(k, p, "set", &if sh.bash { format!("-{c}: invalid option") } else { format!("illegal option -{c}") });
                return if sh.opts.interactive || sh.bash { Outcome::Done(2) } else { Outcome::Exit(2) };
            }
        }
        at += 1;
    }
    if at < args.len() {
        sh.params = args[at..].iter().map(ArcStr::from).collect();
    }
    Outcome::Done(0)
}

fn trap(sh: &mut Shell, k: &mut Kernel, p: &mut Process, args: &[String]) -> Outcome {
    let args = if args.first().is_some_and(|a| a == "--") { &args[1..] } else { args };
    if args.first().is_some_and(|a| a == "-l") {
        let text: String = (1..32u8).map(|n| format!("{n:>2}) SIG{}\n", Signal(n).name())).collect();
        let _ = k.put(p, 1, text.as_bytes());
        return Outcome::Done(0);
    }
    if args.is_empty() || args[0] == "-p" {
        let text: String = sh
            .traps
            .iter()
            .map(|(n, t)| {
                format!(
                    "trap -- {} {}{}\n",
                    if t.is_empty() { "''".to_string() } else { format!("'{}'", t.replace('\'', "'\\''")) },
                    if *n > 0 && sh.bash { "SIG" } else { "" },
                    Signal(*n).name()
                )
            })
            .collect();
        let _ = k.put(p, 1, text.as_bytes());
        return Outcome::Done(0);
    }
    // A lone signal, or a number first, means: back to the default.
    let (action, names) = if args.len() == 1 || (!args[0].is_empty() && args[0].bytes().all(|b| b.is_ascii_digit())) {
        (None, args)
    } else if args[0] == "-" {
        (None, &args[1..])
    } else {
        (Some(&args[0]), &args[1..])
    };
    let mut status = 0;
    for name in names {
        if sh.bash && matches!(name.as_str(), "ERR" | "DEBUG" | "RETURN") {
            continue;
        }
        let Some(signal) = Signal::parse(name) else {
            sh.builtin_error(k, p, "trap", &format!("{name}: invalid signal specification"));
            status = 1;
            continue;
        };
        let bit = signal.bit();
        match action {
            None => {
                sh.traps.remove(&signal.0);
                p.handled &= !bit;
                p.ignored &= !bit;
                if sh.opts.interactive && signal == Signal::INT {
                    p.handled |= bit;
                }
            }
            Some(text) => {
                sh.traps.insert(signal.0, ArcStr::from(text));
                if signal.0 == 0 || matches!(signal, Signal::KILL | Signal::STOP) {
                    continue;
                }
                if text.is_empty() {
                    p.ignored |= bit;
                    p.handled &= !bit;
                } else {
                    p.handled |= bit;
                    p.ignored &= !bit;
                }
            }
        }
    }
    Outcome::Done(status)
}

/// The process that `123` or `%1` means, where it is a child.
fn job_pid(sh: &Shell, id: &str) -> Option<Pid> {
    if let Some(n) = id.strip_prefix('%') {
        if matches!(n, "" | "%" | "+") {
            return sh.jobs.last().map(|j| j.pid);
        }
        let n: u32 = n.parse().ok()?;
        return sh.jobs.iter().find(|j| j.number == n).map(|j| j.pid);
    }
    let pid = id.parse().ok()?;
    sh.jobs.iter().any(|j| j.pid == pid).then_some(pid)
}

/// busybox' `printf` words its errors as the program that it is.
fn printf_error(sh: &Shell, k: &mut Kernel, p: &mut Process, text: &str) {
    if sh.bash || k.is_gnu() {
        return sh.builtin_error(k, p, "printf", text);
    }
    let _ = k.put(p, 2, format!("{}: {text}\n", sh.arg0).as_bytes());
}

fn kill(sh: &mut Shell, k: &mut Kernel, p: &mut Process, args: &[String]) -> Outcome {
    let mut resolved = Vec::new();
    for a in args {
        resolved.push(if a.starts_with('%') { job_pid(sh, a).map_or_else(|| a.clone(), |p| p.to_string()) } else { a.clone() });
    }
    let (status, out, err) = programs::kill(k, p, &resolved);
    let _ = k.put(p, 1, out.as_bytes());
    for e in err {
        if sh.bash {
            sh.builtin_error(k, p, "kill", &e);
        } else {
            let _ = k.put(p, 2, format!("{}: {e}\n", sh.arg0).as_bytes());
        }
    }
    Outcome::Done(status)
}

fn command(sh: &mut Shell, k: &mut Kernel, p: &mut Process, name: &str, args: &[String]) -> Outcome {
    let verbose = name == "type" || args.first().is_some_and(|a| a == "-V");
    let mut names = args;
    let mut kind_only = false;
    while let Some(flag) = names.first().filter(|a| a.starts_with('-')) {
        if name == "command" && flag == "-p" && names.len() > 1 {
            return Outcome::Exec(names[1..].to_vec());
        }
        kind_only |= name == "type" && flag == "-t";
        names = &names[1..];
    }
    let mut status = 0;
    for n in names {
        let path = sh.get("PATH").cloned();
        let keyword = keywords().any(|word| word == n);
        let (kind, long, short) = if let Some(v) = sh.aliases.get(n.as_str()) {
            ("alias", format!("{n} is an alias for {v}"), format!("alias {n}='{v}'"))
        } else if keyword {
            ("keyword", format!("{n} is a shell keyword"), n.clone())
        } else if sh.functions.contains_key(n.as_str()) {
            ("function", format!("{n} is a {}function", if is_dash(sh, k) { "shell " } else { "" }), n.clone())
        } else if is_builtin(n, sh.bash) {
            (
                "builtin",
                if is_special(n) && !sh.bash { format!("{n} is a special shell builtin") } else { format!("{n} is a shell builtin") },
                n.clone(),
            )
        } else if let Ok(found) = programs::path_of(k, p, path.as_deref(), n) {
            ("file", format!("{n} is {found}"), found)
        } else {
            if verbose && !kind_only {
                let text = format!("{n}: not found");
                if sh.bash {
                    sh.builtin_error(k, p, name, &text);
                } else {
                    let _ = k.put(p, 1, format!("{text}\n").as_bytes());
                }
            }
            status = if sh.bash { 1 } else { 127 };
            continue;
        };
        let text = if kind_only {
            kind.to_string()
        } else if verbose {
            long
        } else {
            short
        };
        let _ = k.put(p, 1, format!("{text}\n").as_bytes());
    }
    Outcome::Done(status)
}

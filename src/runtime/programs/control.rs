//! Programs that wait, start others, or run for long.

mod dd;
mod external;
mod find;
mod follow;
mod seq;
mod stress;
mod timeout;
mod watch;
mod xargs;

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::env::Variables;
use super::super::fs::Errno;
use super::super::kernel::Kernel;
use super::super::process::{Body, Pid, Process, Signal, Step};
use super::{Complaint, Lookup, NoTime, Options, Program, Run, become_program, look_up, sleep_us};
use crate::base::{Duration, List as _};

pub use dd::{Dd, start as dd};
pub use external::{External, run_for_external, start_external};
pub use find::{FindExec, start as find};
pub use follow::{Follow, start as start_follow};
pub use seq::{Seq, start as seq};
pub use stress::{Hog, start as stress};
pub use timeout::{Timeout, start as timeout};
pub use watch::{Watch, start as watch};
pub use xargs::{Xargs, start as xargs};

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

/// `pause`.
pub fn pause(_: &mut Run<'_>, _: &Options) -> Step {
    become_program(Program::Sleep(None), 30)
}

/// `yes`.
pub fn yes(_: &mut Run<'_>, o: &Options) -> Step {
    let line = if o.rest.is_empty() { "y".to_owned() } else { o.rest.join(" ") };
    become_program(Program::Yes(format!("{line}\n").into_bytes()), 30)
}

/// `env`, `nohup` and others that run the rest of their arguments in their own place.
pub fn env(run: &mut Run<'_>, o: &Options) -> Step {
    let shell;
    let outer = run.k.fs.base.clone();
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
        "chroot" => {
            let Some((root, rest)) = args.split_first() else { return Step::Exit(run.missing(&[]), 50) };
            let gnu = run.k.is_gnu();
            if let Err(error) = change_root(run, root) {
                run.err(Complaint::cannot("change root directory to", root, error));
                return Step::Exit(if gnu { 125 } else { 1 }, 50);
            }
            shell = [run.p.var("SHELL").map_or("/bin/sh", ArcStr::as_str).to_owned(), "-i".to_owned()];
            args = if rest.is_empty() { &shell } else { rest };
        }
        "su-exec" | "gosu" => args = args.get(1..).unwrap_or_default(),
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
            // It is still the program of the root before that says so.
            run.k.fs.base = outer;
            run.err(Complaint::cannot("execute", &args[0], e));
            Step::Exit(not_run(e), 50)
        }
    }
}

/// Makes a directory the root of the process.
fn change_root(run: &mut Run<'_>, path: &str) -> Result<(), Errno> {
    let found = run.k.fs.find(&run.p.cwd, path, true)?;
    let root = run.k.fs.whole(&found.path).trim_end_matches('/').into();
    if !found.node.ok_or(Errno::NoEntry)?.is_dir() {
        return Err(Errno::NotDirectory);
    }
    if run.p.uid != 0 {
        return Err(Errno::Permission);
    }
    run.p.root_dir = ArcStr::clone(&root);
    run.p.cwd = arcstr::literal!("/");
    run.k.fs.base = root;
    Ok(())
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

/// The status of what could not run a program for this reason.
fn not_run(error: Errno) -> i32 {
    if error == Errno::NoEntry { 127 } else { 126 }
}

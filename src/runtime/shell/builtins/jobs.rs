//! Builtins about children and signals.

use super::super::super::process::Signal;
use super::super::super::programs::{self, KillError};
use super::*;
use crate::base::List as _;

/// The place of `ERR`, which bash and busybox have, among the traps, where no signal is.
pub const ERR: u8 = 100;

pub(super) fn jobs(call: &mut Call) -> Outcome {
    let sh = &*call.sh;
    // `$(jobs)` tells of the jobs of the shell that it is in.
    let own = !sh.jobs.is_empty();
    let list = if own { &sh.jobs } else { &sh.jobs_above };
    let (options, ids): (Vec<_>, Vec<_>) = call.args.iter().partition(|a| a.starts_with('-'));
    let has = |option: char| options.iter().any(|a| a.contains(option));
    let mut text = String::new();
    let (named, unknown): (Vec<_>, Vec<_>) = ids.iter().map(|id| (id, job_pid(list, id))).partition(|(_, pid)| pid.is_some());
    for job in list {
        // bash tells of what has ended where somebody may read it.
        let shown = if own { !sh.is_bash() || sh.opts.interactive || job.status.is_none() } else { call.k.procs.contains_key(&job.pid) };
        if !shown || !ids.is_empty() && named.iter().all(|(_, pid)| *pid != Some(job.pid)) {
            continue;
        }
        text += &if has('p') { format!("{}\n", job.pid) } else { sh.job_line(job, list, has('l')) };
    }
    let status = i32::from(!unknown.is_empty());
    call.print(&text);
    for (id, _) in unknown {
        call.complain(&call.worded(format!("{id}: no such job"), format!("No such job: {id}")));
    }
    call.sh.jobs.retain(|j| j.status.is_none());
    Outcome::Done(status)
}

pub(super) fn wait(call: &mut Call) -> Outcome {
    let any = call.args.first().is_some_and(|a| a == "-n");
    let mut pids = Vec::new();
    for id in call.args.iter().filter(|a| *a != "-n") {
        let pid = job_pid(&call.sh.jobs, id);
        if pid.is_none() && call.sh.is_bash() {
            let is_job = id.starts_with('%');
            if !is_job && !id.bytes().all(|b| b.is_ascii_digit()) {
                return call.fail(1, &format!("`{id}': not a pid or valid job spec"));
            }
            call.complain(&if is_job { format!("{id}: no such job") } else { format!("pid {id} is not a child of this shell") });
        }
        pids.push(pid.unwrap_or(Pid::MAX));
    }
    let pids = match (pids.is_empty(), any) {
        (true, false) => None,
        (true, true) => Some(call.sh.jobs.iter().map(|j| j.pid).list()),
        (false, _) => Some(pids),
    };
    Outcome::Wait { pids, any }
}

/// `fg`.
pub(super) fn foreground(call: &mut Call) -> Outcome {
    let pid = match call.args.first() {
        Some(a) => job_pid(&call.sh.jobs, a),
        None => call.sh.jobs.last().map(|j| j.pid),
    };
    let Some(at) = pid.and_then(|pid| call.sh.jobs.iter().position(|j| j.pid == pid && j.status.is_none())) else {
        return call.fail(1, "no current job");
    };
    let job = call.sh.jobs.remove(at);
    call.print(&format!("{}\n", job.text));
    if let Some(child) = call.k.procs.get_mut(&job.pid) {
        child.background = false;
    }
    Outcome::Foreground(job.pid)
}

/// Whether a signal is named in full: `SIGTERM`.
fn is_long(name: &str) -> bool {
    name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("SIG"))
}

pub(super) fn kill(call: &mut Call) -> Outcome {
    if call.args.is_empty() && call.sh.is_bash() {
        let usage = b"kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
        let _ = call.k.put(call.p, 2, usage);
        return Outcome::Done(2);
    }
    let resolved = |a: &String| match job_pid(&call.sh.jobs, a) {
        Some(pid) if a.starts_with('%') => pid.to_string(),
        _ => a.clone(),
    };
    let args: Vec<String> = call.args.iter().map(resolved).list();
    if let Some(job) = args.iter().find(|a| a.starts_with('%')) {
        let text = call.worded(
            format!("{job}: no such job"),
            if call.sh.is_dash() { format!("No such job: {job}") } else { format!("{job}: no such job") },
        );
        return call.fail(if call.sh.is_bash() { 1 } else { 2 }, &text);
    }
    // dash knows signals by their short names alone.
    match &args[..] {
        [flag, ..] if call.sh.is_dash() && flag.strip_prefix('-').is_some_and(is_long) => {
            return call.fail(2, &format!("Illegal option -{}", &flag[1..2]));
        }
        [flag, name, ..] if call.sh.is_dash() && flag == "-s" && is_long(name) => {
            return call.fail(2, &format!("invalid signal number or name: {name}"));
        }
        _ => {}
    }
    let (status, out, errors) = programs::send_signals(call.k, call.p, &args);
    call.print(&out);
    for e in errors {
        let e = match &e {
            KillError::NoNumber(text) if call.sh.is_bash() => format!("{text}: arguments must be process or job IDs"),
            KillError::NoNumber(text) if call.sh.is_dash() => format!("Illegal number: {text}"),
            KillError::UnknownSignal(text) if call.sh.is_bash() => format!("{text}: invalid signal specification"),
            KillError::UnknownSignal(text) if call.sh.is_dash() => format!("Illegal option -{}", text.get(..1).unwrap_or("")),
            KillError::NoSuchProcess(_) if call.sh.is_dash() => "No such process".to_owned(),
            _ => e.words(call.k.is_gnu()),
        };
        if call.sh.is_bash() || call.sh.is_dash() {
            call.complain(&e);
        } else {
            let _ = call.k.put(call.p, 2, format!("{}: {e}\n", call.sh.arg0).as_bytes());
        }
    }
    Outcome::Done(status)
}

pub(super) fn trap(call: &mut Call) -> Outcome {
    let args = if call.args.first().is_some_and(|a| a == "--") { &call.args[1..] } else { call.args };
    let (action, names) = match args {
        [flag, ..] if flag == "-l" => {
            let text: String = (1..32u8).map(|n| format!("{n:>2}) SIG{}\n", Signal(n).name())).collect();
            call.print(&text);
            return Outcome::Done(0);
        }
        [] => return print_traps(call),
        [flag, ..] if flag == "-p" => return print_traps(call),
        [dash, names @ ..] if dash == "-" => (None, names),
        // A lone signal, or a number first, means: back to the default.
        [_] => (None, args),
        [first, ..] if !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()) => (None, args),
        [action, names @ ..] => (Some(action), names),
    };
    call.sh.traps_above.clear();
    let mut status = 0;
    for name in names {
        if call.sh.is_bash() && matches!(name.as_str(), "DEBUG" | "RETURN") {
            continue;
        }
        if name == "ERR" && !call.sh.is_dash() {
            match action {
                None => drop(call.sh.traps.remove(&ERR)),
                Some(text) => drop(call.sh.traps.insert(ERR, ArcStr::from(text.as_str()))),
            }
            continue;
        }
        match Signal::parse(name).filter(|_| !(call.sh.is_dash() && is_long(name))) {
            Some(signal) => set_trap(call, signal, action.map(String::as_str)),
            None => {
                match call.sh.is_dash() {
                    true => _ = call.k.put(call.p, 2, format!("trap: {name}: bad trap\n").as_bytes()),
                    false => call.complain(&format!("{name}: invalid signal specification")),
                }
                status = 1;
            }
        }
    }
    Outcome::Done(status)
}

fn print_traps(call: &mut Call) -> Outcome {
    let bash = call.sh.is_bash();
    let line = |(n, action): (&u8, &ArcStr)| {
        let prefix = if *n > 0 && *n != ERR && bash { "SIG" } else { "" };
        let name = if *n == ERR { "ERR" } else { Signal(*n).name() };
        format!("trap -- '{}' {prefix}{name}\n", action.replace('\'', "'\\''"))
    };
    let above = &call.sh.traps_above;
    let text: String = if above.is_empty() { &call.sh.traps } else { above }.iter().map(line).collect();
    call.print(&text);
    Outcome::Done(0)
}

/// What a signal leads to from now on: an action, nothing (""), or its default.
fn set_trap(call: &mut Call, signal: Signal, action: Option<&str>) {
    let (sh, p, bit) = (&mut *call.sh, &mut *call.p, signal.bit());
    match action {
        None => drop(sh.traps.remove(&signal.0)),
        Some(text) => drop(sh.traps.insert(signal.0, ArcStr::from(text))),
    }
    if action.is_some() && (signal.0 == 0 || matches!(signal, Signal::KILL | Signal::STOP)) {
        return;
    }
    let ignored = action == Some("");
    let handled = action.is_some_and(|text| !text.is_empty())
        || (action.is_none() && signal == Signal::INT && (sh.opts.interactive || sh.ends_on_int(p)));
    p.ignored = if ignored { p.ignored | bit } else { p.ignored & !bit };
    p.handled = if handled { p.handled | bit } else { p.handled & !bit };
}

/// The process of a job: by `%` and its number, the last but so many, or how its command begins; or by the process itself.
fn job_pid(jobs: &[Job], id: &str) -> Option<Pid> {
    let found = match id.strip_prefix('%') {
        Some("" | "%" | "+") => jobs.last(),
        Some("-") => jobs.iter().nth_back(1),
        Some(id) => jobs.iter().rfind(|j| id.parse() == Ok(j.number)).or_else(|| jobs.iter().find(|j| j.text.starts_with(id))),
        None => jobs.iter().find(|j| id.parse() == Ok(j.pid)),
    };
    found.map(|j| j.pid)
}

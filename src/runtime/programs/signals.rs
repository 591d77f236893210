//! Signals to processes, by their numbers and by their names.

use super::super::kernel::{Kernel, post};
use super::super::process::{Body, Pid, Process, Signal};
use super::{Options, Refusal, Run};
use crate::base::List as _;

pub fn kill(r: &mut Run<'_>, o: &Options) -> i32 {
    let (status, out, errors) = send(r.k, r.p, &o.rest);
    r.out(out);
    for e in errors {
        r.err(e.words(r.k.is_gnu()));
    }
    status
}

/// What `kill` complains of.
pub enum KillError {
    /// No signal is called so.
    UnknownSignal(String),
    /// A process is named by what is no number.
    NoNumber(String),
    /// Nobody is named.
    Nobody,
    /// There is no such process.
    NoSuchProcess(i64),
    /// The process is another user's.
    NotPermitted(i64),
}

impl KillError {
    /// In the words of GNU's `kill`, or of busybox's.
    pub fn words(&self, gnu: bool) -> String {
        let (target, reason) = match self {
            KillError::UnknownSignal(name) => return format!("bad signal name '{name}'"),
            KillError::NoNumber(text) => return format!("invalid number '{text}'"),
            KillError::Nobody => return "you need to specify whom to kill".to_owned(),
            KillError::NoSuchProcess(target) => (target, "No such process"),
            KillError::NotPermitted(target) => (target, "Operation not permitted"),
        };
        if gnu { format!("({target}) - {reason}") } else { format!("can't kill pid {target}: {reason}") }
    }
}

/// `kill`, for the shell and for itself: its status, output and complaints.
pub fn send(k: &mut Kernel, p: &mut Process, args: &[String]) -> (i32, String, Vec<KillError>) {
    let mut signal = Signal::TERM;
    let mut rest = args;
    match rest.first().map(String::as_str) {
        Some("-l" | "-L") => {
            let Some(arg) = rest.get(1) else {
                let text: String = (1..32u8).map(|n| format!("{n:>2}) {}\n", Signal(n).name())).collect();
                return (0, text, Vec::new());
            };
            let n = arg.parse::<u32>().map(|n| if n > 128 { n - 128 } else { n });
            let text = match n {
                Ok(n) => Signal(n.min(31) as u8).name().to_string(),
                Err(_) => Signal::parse(arg).map_or_else(String::new, |s| s.0.to_string()),
            };
            return (0, format!("{text}\n"), Vec::new());
        }
        Some("-s" | "-n") => {
            let name = rest.get(1).map_or("", String::as_str);
            match Signal::parse(name) {
                Some(s) => signal = s,
                None => return (1, String::new(), vec![KillError::UnknownSignal(name.to_owned())]),
            }
            rest = &rest[2.min(rest.len())..];
        }
        Some("--") => rest = &rest[1..],
        Some(flag) if flag.starts_with('-') && flag.len() > 1 => {
            match Signal::parse(&flag[1..]) {
                Some(s) => signal = s,
                None => return (1, String::new(), vec![KillError::UnknownSignal(flag[1..].to_owned())]),
            }
            rest = &rest[1..];
        }
        _ => {}
    }
    if rest.first().is_some_and(|a| a == "--") {
        rest = &rest[1..];
    }
    if rest.is_empty() {
        return (1, String::new(), vec![KillError::Nobody]);
    }
    let mut errors = Vec::new();
    for arg in rest {
        let Ok(target) = arg.parse::<i64>() else {
            errors.push(KillError::NoNumber(arg.clone()));
            continue;
        };
        let own = i64::from(p.pid);
        if target == own || target == 0 {
            post(p, signal, true, k.now);
            if target == own {
                continue;
            }
        }
        let pids: Vec<Pid> = match target {
            0 => k.procs.values().filter(|q| q.session == p.session).map(|q| q.pid).list(),
            -1 => k.procs.keys().copied().filter(|q| *q != 1).list(),
            t if t < 0 => k.procs.values().filter(|q| Some(i64::from(q.session)) == t.checked_neg()).map(|q| q.pid).list(),
            t => vec![Pid::try_from(t).unwrap_or(0)],
        };
        let mut hit = target <= 0 && !pids.is_empty();
        let mut forbidden = false;
        for pid in pids {
            if p.uid != 0 && k.procs.get(&pid).is_some_and(|q| q.uid != p.uid) {
                forbidden = true;
                continue;
            }
            hit |= k.signal(pid, signal, true).is_ok();
        }
        if forbidden {
            errors.push(KillError::NotPermitted(target));
        } else if !hit {
            errors.push(KillError::NoSuchProcess(target));
        }
    }
    (i32::from(!errors.is_empty()), String::new(), errors)
}

/// Processes as they are asked for by name.
struct Wanted {
    names: Vec<String>,
    signal: Signal,
    /// The whole command is looked at, not its first word alone.
    full: bool,
    /// The name is all of what is looked at, not a part.
    exact: bool,
    /// Nobody hears that a process is not there.
    quiet: bool,
    /// Commands are shown beside the numbers.
    listed: bool,
}

/// Reads arguments in which a signal may stand for an option.
fn wanted(r: &mut Run<'_>, o: &Options) -> Result<Wanted, i32> {
    let exact = !matches!(r.name, "pkill" | "pgrep");
    let mut wanted = Wanted { names: Vec::new(), signal: Signal::TERM, full: false, exact, quiet: false, listed: false };
    let mut words = o.rest.iter();
    while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix('-') else {
            wanted.names.push(word.clone());
            continue;
        };
        if let Some(signal) = Signal::parse(letters) {
            wanted.signal = signal;
            continue;
        }
        for c in letters.chars() {
            match c {
                'f' => wanted.full = true,
                'q' => wanted.quiet = true,
                'x' => wanted.exact = true,
                'l' | 'a' => wanted.listed = true,
                'e' => {}
                's' if r.name != "pidof" => wanted.signal = words.next().and_then(|s| Signal::parse(s)).unwrap_or(wanted.signal),
                'c' | 'i' | 'n' | 'o' | 'P' | 'u' | 'v' => return Err(r.refuse(Refusal::Missing(format!("-{c}")))),
                _ => {
                    r.err(format!("bad signal name '{letters}'"));
                    return Err(1);
                }
            }
        }
    }
    Ok(wanted)
}

impl Wanted {
    /// The processes that a name means.
    fn find(&self, k: &Kernel, name: &str) -> Vec<Pid> {
        let is_meant = |p: &Process| {
            let text = if self.full { &p.argv.join(" ") } else { p.name() };
            !matches!(p.body, Body::Gone) && if self.exact { text == name } else { text.contains(name) }
        };
        k.procs.values().filter(|p| is_meant(p)).map(|p| p.pid).list()
    }
}

/// `pidof`, `pgrep`, `pkill` and `killall`.
pub fn by_name(r: &mut Run<'_>, o: &Options) -> i32 {
    let wanted = match wanted(r, o) {
        Ok(wanted) => wanted,
        Err(status) => return status,
    };
    let mut status = i32::from(r.name != "killall");
    for name in &wanted.names {
        let pids = wanted.find(r.k, name);
        if pids.is_empty() {
            if r.name == "killall" && !wanted.quiet {
                if r.k.is_gnu() {
                    let _ = r.k.put(r.p, 2, format!("{name}: no process found\n").as_bytes());
                } else {
                    r.err(format!("{name}: no process killed"));
                }
                status = 1;
            }
            continue;
        }
        status = 0;
        match r.name {
            "pidof" => {
                let text: Vec<String> = pids.iter().rev().map(|p| p.to_string()).list();
                r.out(format!("{}\n", text.join(" ")));
            }
            "pgrep" => {
                for p in pids {
                    let command = r.k.procs.get(&p).filter(|_| wanted.listed).map_or(String::new(), |p| format!(" {}", p.argv.join(" ")));
                    r.out(format!("{p}{command}\n"));
                }
            }
            _ => {
                for p in pids {
                    let _ = r.k.signal(p, wanted.signal, true);
                }
            }
        }
    }
    status
}

//! Builtins about where one is, and what one's new files allow.

use super::super::super::fs::Errno;
use super::*;

pub(super) fn pwd(call: &mut Call) -> Outcome {
    let text = if call.has("-P") { call.p.cwd.clone() } else { call.sh.directory(call.k, call.p) };
    call.print(&format!("{text}\n"));
    Outcome::Done(0)
}

impl Shell {
    /// Where it is, by the way it went there: `PWD`, where that leads there.
    pub(in super::super) fn directory(&self, k: &Kernel, p: &Process) -> ArcStr {
        let is_here = |path: &&ArcStr| path.starts_with('/') && k.fs.find("/", path, true).is_ok_and(|found| found.path == p.cwd);
        self.get("PWD").filter(is_here).unwrap_or(&p.cwd).clone()
    }
}

/// A path from a directory on, without dots: `..` goes back to where one came from, also through a link.
fn joined(from: &str, path: &str) -> String {
    let mut out = String::new();
    for part in if path.starts_with('/') { "" } else { from }.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => out.truncate(out.rfind('/').unwrap_or(0)),
            part => {
                out.push('/');
                out.push_str(part);
            }
        }
    }
    if out.is_empty() { "/".to_owned() } else { out }
}

pub(super) fn cd(call: &mut Call) -> Outcome {
    let mut operands = call.args.iter().map(String::as_str).filter(|a| !matches!(*a, "-P" | "-L" | "--"));
    let target = operands.next();
    if call.sh.is_bash() && operands.next().is_some() {
        return call.fail(1, "too many arguments");
    }
    let back = target == Some("-");
    let target = match target {
        None => call.sh.get("HOME").map_or_else(|| "/".to_owned(), ArcStr::to_string),
        Some("-") => match call.sh.get("OLDPWD") {
            Some(old) => old.to_string(),
            None => return call.fail(1, "OLDPWD not set"),
        },
        Some(path) => path.to_owned(),
    };
    let old = call.sh.directory(call.k, call.p);
    let way = joined(&old, &target);
    let physical = call.has("-P");
    let (from, to) = if physical { (call.p.cwd.as_str(), target.as_str()) } else { ("/", way.as_str()) };
    let result = call.k.fs.find(from, to, true).and_then(|found| match found.node {
        Some(n) if !n.is_dir() => Err(Errno::NotDirectory),
        Some(n) if !call.k.allows((call.p.uid, call.p.gid), n, 1) => Err(Errno::Access),
        Some(_) => Ok(found.path),
        // Files of a process are made when they are opened; its folder holds none.
        None if call.k.is_of_process(call.p, &found.path) => Ok(found.path),
        None => Err(Errno::NoEntry),
    });
    match result {
        Ok(path) => {
            call.p.cwd = ArcStr::from(path.as_str());
            let path = if physical { path } else { way };
            for (name, value) in [("OLDPWD", old.as_str()), ("PWD", path.as_str())] {
                let exported = call.sh.vars.get(name).is_none_or(|v| v.exported);
                call.sh.put(name, value, exported);
            }
            if back {
                call.print(&format!("{path}\n"));
            }
            Outcome::Done(0)
        }
        Err(e) => {
            let text = call.worded(
                format!("{target}: {e}"),
                format!("can't cd to {target}{}", if call.sh.is_dash() { String::new() } else { format!(": {e}") }),
            );
            call.fail(if call.sh.is_bash() { 1 } else { 2 }, &text)
        }
    }
}

pub(super) fn push(call: &mut Call) -> Outcome {
    let old = call.sh.directory(call.k, call.p);
    match cd(call) {
        Outcome::Done(0) => {
            call.sh.directory_stack.push(old);
            print_stack(call)
        }
        other => other,
    }
}

pub(super) fn pop(call: &mut Call) -> Outcome {
    let Some(dir) = call.sh.directory_stack.pop() else { return call.fail(1, "directory stack empty") };
    match cd(&mut Call { sh: call.sh, k: call.k, p: call.p, args: &[dir.to_string()], ..*call }) {
        Outcome::Done(0) => print_stack(call),
        other => other,
    }
}

fn print_stack(call: &mut Call) -> Outcome {
    let mut text = call.sh.directory(call.k, call.p).to_string();
    for dir in call.sh.directory_stack.iter().rev() {
        text.push(' ');
        text.push_str(dir);
    }
    text.push('\n');
    call.print(&text);
    Outcome::Done(0)
}

pub(super) fn umask(call: &mut Call) -> Outcome {
    match call.args.first().map(String::as_str) {
        None => call.print(&format!("{:04o}\n", call.p.umask)),
        Some("-S") => {
            let granted = |shift: u32| -> String {
                let bits = !call.p.umask >> shift;
                [(4, 'r'), (2, 'w'), (1, 'x')].into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, c)| c).collect()
            };
            let text = format!("u={},g={},o={}\n", granted(6), granted(3), granted(0));
            call.print(&text);
        }
        Some(octal) => {
            if let Ok(mask) = u32::from_str_radix(octal, 8) {
                call.p.umask = mask & 0o777;
            }
        }
    }
    Outcome::Done(0)
}

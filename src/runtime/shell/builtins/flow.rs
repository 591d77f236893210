//! Builtins that go elsewhere: out of loops, functions and the shell, into other scripts.

use super::super::super::fs::Errno;
use super::super::super::kernel::OpenHow;
use super::read::ReadFor;
use super::*;
use crate::base::List as _;

pub(super) fn exit(call: &mut Call) -> Outcome {
    let code = match call.args.first() {
        // In a trap, the status that it was sprung with.
        None => call.sh.frames.iter().find_map(Frame::trapped).unwrap_or(call.sh.status),
        Some(text) => match text.parse::<i64>() {
            Ok(n) => (n & 255) as i32,
            Err(_) => {
                let text = call.worded(format!("{text}: numeric argument required"), format!("Illegal number: {text}"));
                call.complain(&text);
                2
            }
        },
    };
    if call.sh.opts.interactive && call.sh.is_bash() {
        let _ = call.k.put(call.p, 2, b"exit\n");
    }
    Outcome::Exit(code)
}

pub(super) fn leave_function(call: &mut Call) -> Outcome {
    if call.sh.is_bash() && call.sh.called().is_none() {
        return call.fail(2, "can only `return' from a function or sourced script");
    }
    let own = call.sh.frames.last().and_then(Frame::trapped).unwrap_or(call.sh.status);
    let status = call.args.first().map_or(own, |a| a.parse::<i64>().map_or(2, |n| (n & 255) as i32));
    // The frames that end take the instruction pointer with them.
    if let Some(f) = call.sh.frames.last_mut() {
        f.pc += 1;
    }
    if call.sh.leave_function(call.k, call.p, status) { Outcome::Jumped } else { Outcome::Exit(status) }
}

pub(super) fn leave_loops(call: &mut Call) -> Outcome {
    let n = call.args.first().map_or(1, |a| a.parse().unwrap_or(1));
    if call.sh.leave_loops(call.k, call.p, n, call.name == "continue") {
        call.sh.status = 0;
        return Outcome::Jumped;
    }
    if call.sh.is_bash() {
        return call.fail(0, "only meaningful in a `for', `while', or `until' loop");
    }
    Outcome::Done(0)
}

pub(super) fn eval(call: &mut Call) -> Outcome {
    if call.sh.frames.len() >= FRAMES_MAX {
        return Outcome::Done(2);
    }
    Outcome::Frame(compile(&call.args.join(" "), call.sh.dialect), FrameKind::Eval)
}

pub(super) fn source(call: &mut Call) -> Outcome {
    let Some((path, params)) = call.args.split_first() else {
        let outcome = call.fail(2, "filename argument required");
        if call.sh.is_bash() {
            let name = call.name;
            let _ = call.k.put(call.p, 2, format!("{name}: usage: {name} filename [arguments]\n").as_bytes());
        }
        return outcome;
    };
    // A bare name is looked for in PATH; bash takes the directory it is in as well.
    let search = if path.contains('/') { None } else { call.sh.get("PATH").cloned() };
    let in_path = search.iter().flat_map(|dirs| dirs.split(':')).map(|dir| format!("{dir}/{path}"));
    let here = (search.is_none() || call.sh.is_bash()).then(|| path.clone());
    let found = in_path.chain(here).map(|file| call.k.open(call.p, &file, OpenHow::Read)).find(Result::is_ok);
    match found.unwrap_or_else(|| if search.is_some() { Err(Errno::NoEntry) } else { call.k.open(call.p, path, OpenHow::Read) }) {
        Ok(fd) if call.sh.frames.len() < FRAMES_MAX => {
            let params = (!params.is_empty() && !call.sh.is_dash())
                .then(|| std::mem::replace(&mut call.sh.params, params.iter().map(ArcStr::from).list()));
            Outcome::Read(Box::new(Reading::all(fd, call.tested, ReadFor::Script { path: path.into(), params })))
        }
        Ok(fd) => {
            call.k.desc_unref(fd);
            Outcome::Done(2)
        }
        Err(e) => {
            if call.sh.is_bash() {
                call.sh.complain(call.k, call.p, &format!("{path}: {e}"));
                return Outcome::Done(1);
            }
            if e == Errno::NoEntry && !path.contains('/') {
                call.complain(&format!("{path}: not found"));
            } else {
                let text = if call.sh.is_dash() { call.sh.open_error(path, OpenHow::Read, e) } else { format!("can't open '{path}': {e}") };
                call.sh.builtin_error(call.k, call.p, ".", &text);
            }
            if call.sh.opts.interactive { Outcome::Done(2) } else { Outcome::Exit(2) }
        }
    }
}

pub(super) fn exec(call: &mut Call) -> Outcome {
    if call.args.is_empty() { Outcome::Keep } else { Outcome::Exec(call.args.to_vec()) }
}

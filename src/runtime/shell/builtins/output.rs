//! Builtins that print and that test.

use super::super::super::text;
use super::*;
use crate::base::List as _;

pub(super) fn echo(call: &mut Call) -> Outcome {
    // dash reads escapes, and no flags but one.
    let out = text::echo(call.args, call.sh.is_dash());
    match call.k.put(call.p, 1, &out) {
        Ok(()) => Outcome::Done(0),
        Err(e) => {
            if call.sh.is_bash() {
                call.sh.builtin_error(call.k, call.p, "echo: write error", &e.to_string());
            } else {
                let _ = call.k.put(call.p, 2, format!("{}: write error: {e}\n", call.sh.arg0).as_bytes());
            }
            Outcome::Done(1)
        }
    }
}

pub(super) fn printf(call: &mut Call) -> Outcome {
    let (variable, args) = match call.args {
        [flag, name, rest @ ..] if call.sh.is_bash() && flag == "-v" => (Some(name), rest),
        args => (None, args),
    };
    let (mut errors, mut status) = (Vec::new(), 1);
    match text::printf(args, !call.sh.is_bash() && !call.sh.is_dash()) {
        Ok((out, err)) => {
            errors = err;
            match variable {
                None => drop(call.k.put(call.p, 1, &out)),
                Some(name) => {
                    let text = String::from_utf8_lossy(&out);
                    let set = match Expander::new(call.sh, call.k, call.p).item(name) {
                        Ok(Some((array, key))) => call.sh.set_element(array, key, &text, false),
                        _ if parse::is_name(name) => call.sh.set(name, &text),
                        _ => return call.fail(2, &format!("`{name}': not a valid identifier")),
                    };
                    errors.extend(set.err().map(|e| e.to_string()));
                }
            }
        }
        Err(e) => {
            errors.push(e);
            status = 2;
        }
    }
    for e in &errors {
        if call.sh.is_bash() || call.sh.is_dash() {
            let text = e.strip_prefix("invalid number '").and_then(|e| e.strip_suffix('\''));
            call.complain(&match text {
                None => e.clone(),
                Some(text) if call.sh.is_bash() => format!("{text}: invalid number"),
                Some(text) if text.starts_with(|c: char| c.is_ascii_digit()) => format!("{text}: not completely converted"),
                Some(text) => format!("{text}: expected numeric value"),
            });
        } else {
            // busybox' `printf` words its errors as the program that it is.
            let _ = call.k.put(call.p, 2, format!("{}: {e}\n", call.sh.arg0).as_bytes());
        }
    }
    Outcome::Done(if errors.is_empty() { 0 } else { status })
}

/// `test` and `[`.
pub(super) fn test(call: &mut Call) -> Outcome {
    if call.sh.is_dash() && call.args.iter().skip(1).any(|a| a == "==") {
        return call.fail(2, &format!("{}: unexpected operator", call.args[0]));
    }
    let argv: Vec<String> = std::iter::once(call.name.to_owned()).chain(call.args.iter().cloned()).list();
    let e = match cond::test_command(call.k, call.p, &argv) {
        Ok(yes) => return Outcome::Done(i32::from(!yes)),
        Err(e) => e,
    };
    let args = call.args;
    if call.sh.is_dash() {
        let e = match e.strip_suffix(": bad number") {
            Some(text) => format!("Illegal number: {text}"),
            None if e == "missing ]" => e,
            None => format!("{}: unexpected operator", args[0]),
        };
        return call.fail(2, &e);
    }
    if !call.sh.is_bash() {
        call.sh.complain(call.k, call.p, &e);
        return Outcome::Done(2);
    }
    let words = if call.name == "[" { args.len().saturating_sub(1) } else { args.len() };
    let e = match (words, e.rsplit_once(": ")) {
        (2, Some(_)) => format!("{}: unary operator expected", args[0]),
        (3, Some((_, "unknown operand"))) => format!("{}: binary operator expected", args[1]),
        (4.., Some((_, "unknown operand"))) => "too many arguments".into(),
        (_, Some((text, "bad number"))) => format!("{text}: integer expression expected"),
        _ if e == "missing ]" => "missing `]'".into(),
        _ => e,
    };
    call.fail(2, &e)
}

/// `ulimit`, which tells of the limits that container runtimes set, and keeps to none.
pub(super) fn ulimit(call: &mut Call) -> Outcome {
    let flags: String = call.args.iter().filter(|a| a.starts_with('-')).map(String::as_str).collect();
    if call.args.iter().all(|a| a.starts_with('-')) {
        call.print(match flags.trim_matches(['-', 'H', 'S']) {
            "n" => "1048576\n",
            "s" | "l" => "8192\n",
            _ => "unlimited\n",
        });
    }
    Outcome::Done(0)
}

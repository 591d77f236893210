//! Builtins that print and that test.

use super::super::super::text::{self, PrintfError};
use super::super::cond::TestError;
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
    let (mut errors, mut refused, mut status) = (Vec::new(), None, 1);
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
                    refused = set.err();
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
            call.complain(&match e {
                PrintfError::NoNumber(text) if call.sh.is_bash() => format!("{text}: invalid number"),
                PrintfError::Conversion(letter) => match (letter.as_str(), call.sh.is_bash()) {
                    ("", true) => "`%': missing format character".to_owned(),
                    ("", false) => "missing format character".to_owned(),
                    (letter, true) => format!("`{letter}': invalid format character"),
                    (letter, false) => format!("%{letter}: invalid directive"),
                },
                PrintfError::NoNumber(text) if text.starts_with(|c: char| c.is_ascii_digit()) => {
                    format!("{text}: not completely converted")
                }
                PrintfError::NoNumber(text) => format!("{text}: expected numeric value"),
                e => e.to_string(),
            });
        } else {
            // busybox' `printf` words its errors as the program that it is.
            let _ = call.k.put(call.p, 2, format!("{}: {e}\n", call.sh.arg0).as_bytes());
        }
    }
    if let Some(e) = &refused {
        call.complain(&e.to_string());
    }
    Outcome::Done(if errors.is_empty() && refused.is_none() { 0 } else { status })
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
        let e = match e {
            TestError::BadNumber(text) => format!("Illegal number: {text}"),
            TestError::NoBracket => e.to_string(),
            _ => format!("{}: unexpected operator", args[0]),
        };
        return call.fail(2, &e);
    }
    if !call.sh.is_bash() {
        call.sh.complain(call.k, call.p, &e.to_string());
        return Outcome::Done(2);
    }
    let words = if call.name == "[" { args.len().saturating_sub(1) } else { args.len() };
    let e = match (words, e) {
        (2, TestError::UnknownOperand(_) | TestError::NoArgument(_)) => format!("{}: unary operator expected", args[0]),
        (3, TestError::UnknownOperand(_)) => format!("{}: binary operator expected", args[1]),
        (4.., TestError::UnknownOperand(_)) => "too many arguments".into(),
        (_, TestError::BadNumber(text)) => format!("{text}: integer expression expected"),
        (_, TestError::NoBracket) => "missing `]'".into(),
        (_, e) => e.to_string(),
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

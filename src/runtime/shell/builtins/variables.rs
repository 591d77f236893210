//! Builtins about variables, parameters and options: `export`, `readonly`, `local`, `declare`, `unset`, `set`, `shift`, `let`.

use super::super::exec::quote;
use super::*;
use crate::base::List as _;

/// `export` and `readonly`.
pub(super) fn export(call: &mut Call) -> Outcome {
    let readonly = call.name == "readonly";
    let (args, undo) = (call.args, call.has("-n"));
    let mut names = args.iter().filter(|a| !a.starts_with('-')).peekable();
    if names.peek().is_none() {
        let bash = call.sh.is_bash();
        let shown = call.sh.vars.iter().filter(|(_, v)| if readonly { v.readonly } else { v.exported });
        let text: String = shown
            .map(|(n, v)| if bash { v.declaration(n) } else { format!("{} {n}='{}'\n", call.name, v.text().replace('\'', "'\\''")) })
            .collect();
        call.print(&text);
        return Outcome::Done(0);
    }
    let mut status = 0;
    for a in names {
        let (n, value) = match a.split_once('=') {
            Some((n, v)) => match n.strip_suffix('+') {
                Some(n) => (n, Some(format!("{}{v}", call.sh.get(n).map_or("", |o| o.as_str())))),
                None => (n, Some(v.to_owned())),
            },
            None => (a.as_str(), None),
        };
        if !parse::is_name(n) {
            let text = call.worded(format!("`{a}': not a valid identifier"), format!("{n}: bad variable name"));
            let outcome = call.raise(&text);
            if !call.sh.is_bash() {
                return outcome;
            }
            status = 1;
            continue;
        }
        if let Some(v) = value
            && let Err(e) = call.sh.set(n, &v)
        {
            if !call.sh.is_bash() {
                return call.raise(&e.to_string());
            }
            call.sh.complain(call.k, call.p, &e.to_string());
            status = 1;
            continue;
        }
        if !call.sh.vars.contains_key(n) && (readonly || undo) {
            continue;
        }
        let var = call.sh.vars.entry(ArcStr::from(n)).or_default();
        if readonly {
            var.readonly = true;
        } else {
            var.exported = !undo;
        }
        call.sh.env = None;
    }
    Outcome::Done(status)
}

/// `local`, `declare` and `typeset`.
pub(super) fn local(call: &mut Call) -> Outcome {
    let (args, is_local) = (call.args, call.name == "local");
    let at = call.sh.frames.iter().rposition(|f| matches!(f.kind, FrameKind::Function { .. }));
    if at.is_none() && is_local {
        return call.raise(if call.sh.is_bash() { "can only be used in a function" } else { "not in a function" });
    }
    let flags: String = args.iter().filter(|a| a.starts_with('-')).map(|a| &a[1..]).collect();
    if flags.contains('p') || args.is_empty() && !is_local {
        return print_declarations(call);
    }
    let cleared: String = args.iter().filter_map(|a| a.strip_prefix('+')).collect();
    for a in args.iter().filter(|a| !a.starts_with(['-', '+'])) {
        let (n, value) = a.split_once('=').map_or((a.as_str(), None), |(n, v)| (n, Some(v)));
        if !parse::is_name(n) {
            return call.raise(&format!("{n}: bad variable name"));
        }
        let sh = &mut *call.sh;
        let old = sh.vars.get(n).cloned();
        if let Some(at) = at.filter(|_| !flags.contains('g'))
            && let FrameKind::Function { locals, .. } = &mut sh.frames[at].kind
            && !locals.iter().any(|(l, _)| l == n)
        {
            locals.push((ArcStr::from(n), old));
            if value.is_none() && !sh.is_dash() {
                sh.vars.remove(n);
            }
        }
        if let Some(v) = value {
            let v = match flags.contains('i').then(|| Expander::new(sh, call.k, call.p).arith(v)) {
                Some(Ok(sum)) => sum.to_string(),
                Some(Err(Stop::Error(text) | Stop::Fatal(text))) => return call.fail(1, &text),
                Some(Err(Stop::Full)) => return call.fail(1, &AssignError::Full.to_string()),
                _ => v.to_owned(),
            };
            if let Err(e) = sh.set(n, &v) {
                return call.fail(1, &e.to_string());
            }
        } else if flags.contains(['a', 'A']) {
            sh.make_array(n, flags.contains('A'));
        } else if !is_local && !sh.vars.contains_key(n) {
            sh.vars.insert(ArcStr::from(n), Var::default());
        }
        if let Some(var) = sh.vars.get_mut(n) {
            let set = |now: bool, flag| (now || flags.contains(flag)) && !cleared.contains(flag);
            (var.exported, var.integer) = (set(var.exported, 'x'), set(var.integer, 'i'));
            var.readonly |= flags.contains('r');
            sh.env = None;
        }
    }
    Outcome::Done(0)
}

/// `declare -p`, of all or of some.
fn print_declarations(call: &mut Call) -> Outcome {
    let mut names = call.args.iter().filter(|a| !a.starts_with('-')).peekable();
    if names.peek().is_none() {
        let text: String = call.sh.vars.iter().map(|(n, v)| v.declaration(n)).collect();
        call.print(&text);
        return Outcome::Done(0);
    }
    let mut status = 0;
    for name in names {
        match call.sh.vars.get(name.as_str()).map(|v| v.declaration(name)) {
            Some(text) => call.print(&text),
            None => {
                call.complain(&format!("{name}: not found"));
                status = 1;
            }
        }
    }
    Outcome::Done(status)
}

pub(super) fn unset(call: &mut Call) -> Outcome {
    let functions = call.args.first().is_some_and(|a| a == "-f");
    if let Some(c) = call.args.first().and_then(|a| a.strip_prefix('-')?.chars().find(|c| !"fv".contains(*c))) {
        let text = call.worded(format!("-{c}: invalid option"), format!("illegal option -{c}"));
        return call.raise(&text);
    }
    let mut status = 0;
    for name in call.args.iter().filter(|a| !matches!(a.as_str(), "-f" | "-v")) {
        if let Ok(Some((array, key))) = Expander::new(call.sh, call.k, call.p).item(name) {
            call.sh.remove_element(array, key);
            continue;
        }
        let sh = &mut *call.sh;
        if functions {
            sh.functions.remove(name.as_str());
        } else if sh.vars.get(name.as_str()).is_some_and(|v| v.readonly) {
            let text = call.worded(format!("{name}: cannot unset: readonly variable"), format!("{name}: is read only"));
            let outcome = call.raise(&text);
            if !call.sh.is_bash() {
                return outcome;
            }
            status = 1;
        } else if sh.vars.remove(name.as_str()).is_none() && sh.is_bash() {
            sh.functions.remove(name.as_str());
        }
        call.sh.env = None;
    }
    Outcome::Done(status)
}

pub(super) fn shift(call: &mut Call) -> Outcome {
    let there = call.sh.params.len();
    let n = match call.args.first() {
        None => Some(1),
        Some(n) if call.sh.is_bash() && n.parse::<isize>().is_ok_and(|n| n < 0) => {
            return call.fail(1, &format!("{n}: shift count out of range"));
        }
        Some(n) => n.parse().ok(),
    };
    if let (None, Some(text)) = (n, call.args.first()) {
        let text = call.worded(format!("{text}: numeric argument required"), format!("Illegal number: {text}"));
        return call.raise(&text);
    }
    let Some(n) = n.filter(|n| *n <= there) else {
        // dash says so, the others are silent.
        return if call.sh.is_dash() { call.raise("can't shift that many") } else { Outcome::Done(1) };
    };
    call.sh.params.drain(..n);
    Outcome::Done(0)
}

/// `let`.
pub(super) fn assign_sums(call: &mut Call) -> Outcome {
    if call.args.is_empty() {
        return call.fail(if call.sh.is_bash() { 1 } else { 2 }, "expression expected");
    }
    let mut last = 0;
    for a in call.args {
        // What the one before came to is not this one's.
        call.sh.record.clear();
        match Expander::new(call.sh, call.k, call.p).arith(a) {
            Ok(v) => last = v,
            Err(Stop::Error(text) | Stop::Fatal(text)) => return call.fail(1, &text),
            Err(Stop::Full) => return call.fail(1, &AssignError::Full.to_string()),
            Err(Stop::Subst(_) | Stop::Process(..)) => return Outcome::Done(1),
        }
    }
    Outcome::Done(i32::from(last == 0))
}

pub(super) fn set(call: &mut Call) -> Outcome {
    let args = call.args;
    if args.is_empty() {
        let bash = call.sh.is_bash();
        let line = |(n, v): (&ArcStr, &Var)| if bash { format!("{n}={}\n", quote(v.text())) } else { format!("{n}='{}'\n", v.text()) };
        let text: String = call.sh.vars.iter().map(line).collect();
        call.print(&text);
        return Outcome::Done(0);
    }
    let mut at = 0;
    while at < args.len() {
        let a = &args[at];
        if a == "--" {
            call.sh.params = args[at + 1..].iter().map(ArcStr::from).list();
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
            if c != 'o' {
                if !call.sh.opts.set(c, on) {
                    let text = call.worded(format!("-{c}: invalid option"), format!("illegal option -{c}"));
                    let outcome = call.raise(&text);
                    return if call.sh.is_bash() { Outcome::Done(2) } else { outcome };
                }
            } else if let Some(name) = args.get(at + 1) {
                at += 1;
                if !call.sh.set_option(name, on) {
                    let text = call
                        .worded(format!("{name}: invalid option name"), format!("illegal option {} {name}", if on { "-o" } else { "+o" }));
                    let outcome = call.raise(&text);
                    return if call.sh.is_bash() { Outcome::Done(2) } else { outcome };
                }
            } else {
                let letters = call.sh.opts.letters();
                let line = |(n, c): &(&str, char)| format!("{n:<15}\t{}\n", if letters.contains(*c) { "on" } else { "off" });
                let text: String = Options::NAMES.iter().map(line).collect();
                call.print(&text);
            }
        }
        at += 1;
    }
    if at < args.len() {
        call.sh.params = args[at..].iter().map(ArcStr::from).list();
    }
    Outcome::Done(0)
}

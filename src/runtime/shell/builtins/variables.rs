//! Builtins that declare variables: `export`, `readonly`, `local`, `declare`.

use super::*;

pub(super) fn export(sh: &mut Shell, k: &mut Kernel, p: &mut Process, name: &str, args: &[String]) -> Outcome {
    let readonly = name == "readonly";
    let names: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    let undo = args.iter().any(|a| a == "-n");
    if names.is_empty() {
        let word = if sh.bash { format!("declare -{}", if readonly { 'r' } else { 'x' }) } else { name.to_string() };
        let text: String = sh
            .vars
            .iter()
            .filter(|(_, v)| if readonly { v.readonly } else { v.exported })
            .map(|(n, v)| if sh.bash { format!("{word} {n}=\"{}\"\n", v.text()) } else { format!("{word} {n}='{}'\n", v.text()) })
            .collect();
        let _ = k.put(p, 1, text.as_bytes());
        return Outcome::Done(0);
    }
    let mut status = 0;
    for a in names {
        let (n, value) = match a.split_once('=') {
            Some((n, v)) => match n.strip_suffix('+') {
                Some(n) => (n, Some(format!("{}{v}", sh.get(n).map_or("", |o| o.as_str())))),
                None => (n, Some(v.to_string())),
            },
            None => (a.as_str(), None),
        };
        if !parse::is_name(n) {
            sh.builtin_error(
                k,
                p,
                name,
                &if sh.bash { format!("`{a}': not a valid identifier") } else { format!("{n}: bad variable name") },
            );
            status = if sh.bash { 1 } else { 2 };
            continue;
        }
        if let Some(v) = value
            && let Err(e) = sh.set(n, &v)
        {
            sh.builtin_error(k, p, name, &e);
            status = 1;
            continue;
        }
        if value_missing(sh, n) && (readonly || undo) {
            continue;
        }
        let var = sh.vars.entry(ArcStr::from(n)).or_default();
        if readonly {
            var.readonly = true;
        } else {
            var.exported = !undo;
        }
        sh.env = None;
    }
    Outcome::Done(status)
}

fn value_missing(sh: &Shell, name: &str) -> bool {
    !sh.vars.contains_key(name)
}

pub(super) fn local(sh: &mut Shell, k: &mut Kernel, p: &mut Process, name: &str, args: &[String]) -> Outcome {
    let at = sh.frames.iter().rposition(|f| matches!(f.kind, FrameKind::Function { .. }));
    if at.is_none() && name == "local" {
        sh.builtin_error(k, p, "local", if sh.bash { "can only be used in a function" } else { "not in a function" });
        return Outcome::Done(1);
    }
    let flags: String = args.iter().filter(|a| a.starts_with('-')).map(|a| &a[1..]).collect();
    if flags.contains('A') {
        sh.builtin_error(k, p, name, "associative arrays are not simulated");
        return Outcome::Done(2);
    }
    if flags.contains('p') || args.is_empty() && name != "local" {
        let text: String =
            sh.vars.iter().map(|(n, v)| format!("declare -{} {n}=\"{}\"\n", if v.exported { 'x' } else { '-' }, v.text())).collect();
        let _ = k.put(p, 1, text.as_bytes());
        return Outcome::Done(0);
    }
    for a in args.iter().filter(|a| !a.starts_with('-')) {
        let (n, value) = a.split_once('=').map_or((a.as_str(), None), |(n, v)| (n, Some(v)));
        if !parse::is_name(n) {
            sh.builtin_error(k, p, name, &format!("{n}: bad variable name"));
            return Outcome::Done(2);
        }
        let old = sh.vars.get(n).cloned();
        if let Some(at) = at.filter(|_| !flags.contains('g'))
            && let FrameKind::Function { locals, .. } = &mut sh.frames[at].kind
            && !locals.iter().any(|(l, _)| l == n)
        {
            locals.push((ArcStr::from(n), old.clone()));
            if value.is_none() && sh.bash {
                sh.vars.remove(n);
            }
        }
        if let Some(v) = value {
            let v = if flags.contains('i') { Expander::new(sh, k, p).arith(v).unwrap_or(0).to_string() } else { v.to_string() };
            if let Err(e) = sh.set(n, &v) {
                sh.builtin_error(k, p, name, &e);
                return Outcome::Done(1);
            }
        } else if name != "local" && !sh.vars.contains_key(n) {
            let array = flags.contains('a').then(Vec::new);
            sh.vars.insert(ArcStr::from(n), Var { array, ..Var::default() });
        }
        if let Some(var) = sh.vars.get_mut(n) {
            var.exported |= flags.contains('x');
            var.readonly |= flags.contains('r');
            sh.env = None;
        }
    }
    Outcome::Done(0)
}

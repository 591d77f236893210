//! Builtins about what a word means as a command.

use super::super::super::programs;
use super::*;
use crate::base::List as _;

pub(super) fn alias(call: &mut Call) -> Outcome {
    let mark = if call.sh.is_bash() { "alias " } else { "" };
    if call.args.is_empty() {
        let text: String = call.sh.aliases.iter().map(|(n, v)| format!("{mark}{n}='{v}'\n")).collect();
        call.print(&text);
    }
    let mut status = 0;
    for a in call.args {
        match (a.split_once('='), call.sh.aliases.get(a.as_str())) {
            (Some((n, v)), _) => {
                if call.sh.aliases.len() < 1000 {
                    call.sh.aliases.insert(ArcStr::from(n), ArcStr::from(v));
                }
            }
            (None, Some(v)) => {
                let text = format!("{mark}{a}='{v}'\n");
                call.print(&text);
            }
            (None, None) => {
                match call.sh.is_bash() {
                    true => call.complain(&format!("{a}: not found")),
                    false => _ = call.k.put(call.p, 2, format!("alias: {a} not found\n").as_bytes()),
                }
                status = 1;
            }
        }
    }
    Outcome::Done(status)
}

pub(super) fn unalias(call: &mut Call) -> Outcome {
    if call.has("-a") {
        call.sh.aliases.clear();
    }
    for a in call.args {
        call.sh.aliases.remove(a.as_str());
    }
    Outcome::Done(0)
}

/// What bash's `shopt` knows.
const SHOPT_NAMES: &str = "array_expand_once assoc_expand_once autocd bash_source_fullpath cdable_vars cdspell checkhash checkjobs checkwinsize \
                           cmdhist compat31 compat32 compat40 compat41 compat42 compat43 compat44 complete_fullquote direxpand dirspell \
                           dotglob execfail expand_aliases extdebug extglob extquote failglob force_fignore globasciiranges globskipdots \
                           globstar gnu_errfmt histappend histreedit histverify hostcomplete huponexit inherit_errexit interactive_comments \
                           lastpipe lithist localvar_inherit localvar_unset login_shell mailwarn no_empty_cmd_completion nocaseglob \
                           nocasematch noexpand_translation nullglob patsub_replacement progcomp progcomp_alias promptvars \
                           restricted_shell shift_verbose sourcepath varredir_close xpg_echo";

/// Those of them that are on; but for two, what they are set to makes no difference here.
const SHOPT_ON: &str = "checkwinsize cmdhist complete_fullquote extquote force_fignore globasciiranges globskipdots hostcomplete \
                        interactive_comments patsub_replacement progcomp promptvars sourcepath";

pub(super) fn shopt(call: &mut Call) -> Outcome {
    let (flags, mut names): (Vec<String>, Vec<String>) = call.args.iter().cloned().partition(|a| a.starts_with('-') && a != "--");
    names.retain(|name| name != "--");
    let has = |flag: char| flags.iter().any(|f| f.contains(flag));
    if let Some(wrong) = flags.iter().flat_map(|f| f[1..].chars()).find(|c| !"pqsuo".contains(*c)) {
        call.complain(&format!("-{wrong}: invalid option"));
        let _ = call.k.put(call.p, 2, b"shopt: usage: shopt [-pqsu] [-o] [optname ...]\n");
        return Outcome::Done(2);
    }
    if has('s') && has('u') {
        return call.fail(1, "cannot set and unset shell options simultaneously");
    }
    let (sets, all) = (has('s') || has('u'), names.is_empty());
    if all {
        let known: Vec<&str> = if has('o') { Options::NAMES.map(|n| n.0).to_vec() } else { SHOPT_NAMES.split_whitespace().list() };
        names = known.into_iter().map(str::to_owned).list();
    }
    let (mut status, mut text) = (0, String::new());
    for name in &names {
        let Some(is_on) = state_of(call, name, has('o')) else {
            let what = if has('o') { "option" } else { "shell option" };
            call.complain(&format!("{name}: invalid {what} name"));
            status = 1;
            continue;
        };
        if all && sets && is_on != has('s') {
            continue;
        }
        if sets && !all {
            set_state(call, name, has('o'), has('s'));
            continue;
        }
        status |= i32::from(!all && !is_on);
        match (has('q'), has('p')) {
            (true, _) => {}
            (_, true) if has('o') => text += &format!("set {}o {name}\n", if is_on { '-' } else { '+' }),
            (_, true) => text += &format!("shopt -{} {name}\n", if is_on { 's' } else { 'u' }),
            _ => text += &format!("{name:<15}\t{}\n", if is_on { "on" } else { "off" }),
        }
    }
    call.print(&text);
    Outcome::Done(status)
}

/// Whether an option of `shopt`, or of `set -o`, is on; nothing of one that is not known.
fn state_of(call: &Call, name: &str, of_set: bool) -> Option<bool> {
    let options = &call.sh.opts;
    if of_set {
        if name == "pipefail" {
            return Some(options.pipefail);
        }
        let letter = Options::NAMES.iter().find(|(known, _)| *known == name)?.1;
        return Some(options.letters().contains(letter));
    }
    let known = |list: &str| list.split_whitespace().any(|known| known == name);
    match name {
        "expand_aliases" => Some(options.aliases),
        "nullglob" => Some(options.nullglob),
        _ => known(SHOPT_NAMES).then(|| known(SHOPT_ON)),
    }
}

fn set_state(call: &mut Call, name: &str, of_set: bool, on: bool) {
    match name {
        _ if of_set => _ = call.sh.set_option(name, on),
        "expand_aliases" => call.sh.opts.aliases = on,
        "nullglob" => call.sh.opts.nullglob = on,
        _ => {}
    }
}

/// What the shell does itself, by name; what each is for is not told here.
pub(super) fn help(call: &mut Call) -> Outcome {
    if let Some(name) = call.args.iter().find(|a| find(a, Dialect::Bash).is_none()) {
        return call.fail(1, &format!("no help topics match `{name}'.  Try `help help' or `man -k {name}' or `info {name}'."));
    }
    if !call.args.is_empty() {
        return call.fail(1, "what a builtin is for is not told here");
    }
    let mut text = String::from("These shell commands are defined internally.  Type `help' to see this list.\n\n");
    for names in super::BUILTINS.chunks(6) {
        text.push_str(names.iter().map(|b| format!(" {:<12}", b.name)).collect::<String>().trim_end());
        text.push('\n');
    }
    text.push_str("\nThe cluster is asked by kubectl: `kubectl --help'. Other programs are in /bin and /usr/bin.\n");
    call.print(&text);
    Outcome::Done(0)
}

pub(super) fn builtin(call: &mut Call) -> Outcome {
    let Some((name, args)) = call.args.split_first() else { return Outcome::Done(0) };
    match find(name, call.sh.dialect) {
        // `builtin builtin builtin ...` is no way to nest without end.
        Some(found) if name != "builtin" => (found.run)(&mut Call { sh: call.sh, k: call.k, p: call.p, name, args, ..*call }),
        _ => call.fail(1, &format!("{name}: not a shell builtin")),
    }
}

/// `type`, and `command` with what asks of a word; `command word` itself is looked up before.
pub(super) fn command(call: &mut Call) -> Outcome {
    let by_type = call.name == "type";
    let verbose = by_type || call.args.first().is_some_and(|a| a == "-V");
    let mut words = call.args;
    let mut kind_only = false;
    while let Some(flag) = words.first().filter(|a| a.starts_with('-')) {
        if !by_type && flag == "-p" && words.len() > 1 {
            return Outcome::Exec(words[1..].to_vec());
        }
        kind_only |= by_type && flag == "-t";
        words = &words[1..];
    }
    let mut status = 0;
    for word in words {
        if let Some((kind, long, short)) = meaning(call, word) {
            let text = if kind_only {
                kind
            } else if verbose {
                &long
            } else {
                &short
            };
            call.print(&format!("{text}\n"));
            continue;
        }
        if verbose && !kind_only {
            let text = format!("{word}: not found");
            if call.sh.is_bash() {
                call.complain(&text);
            } else {
                call.print(&format!("{text}\n"));
            }
        }
        status = if call.sh.is_bash() { 1 } else { 127 };
    }
    Outcome::Done(status)
}

/// What a word means as a command: of which kind it is, in a sentence, and as one would type it.
fn meaning(call: &mut Call, word: &str) -> Option<(&'static str, String, String)> {
    let (sh, typed) = (&call.sh, word.to_owned());
    Some(if let Some(v) = sh.aliases.get(word) {
        ("alias", format!("{word} is an alias for {v}"), format!("alias {word}='{v}'"))
    } else if keywords().any(|known| known == word) {
        ("keyword", format!("{word} is a shell keyword"), typed)
    } else if sh.functions.contains_key(word) {
        ("function", format!("{word} is a {}function", if sh.is_dash() { "shell " } else { "" }), typed)
    } else if let Some(found) = find(word, sh.dialect) {
        let special = if found.is_special() && !sh.is_bash() { "special " } else { "" };
        ("builtin", format!("{word} is a {special}shell builtin"), typed)
    } else {
        let path = sh.get("PATH").cloned();
        let found = programs::path_of(call.k, call.p, path.as_deref(), word).ok()?;
        ("file", format!("{word} is {found}"), found)
    })
}

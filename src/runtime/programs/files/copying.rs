//! `cp`, `mv` and `ln`: programs that put files in other places.

use std::sync::Arc;

use super::super::super::fs::{Errno, FileSystem, Inode, Kind, base_name, parent_of};
use super::super::{Complaint, Options, Run};
use super::{clean, each};

/// A target for `from`: within the directory, where the target is one.
fn into(r: &Run<'_>, from: &str, to: &str) -> Result<(String, bool), Errno> {
    let found = r.k.fs.find(&r.p.cwd, to, true)?;
    match found.node {
        Some(n) if n.is_dir() => {
            let name = base_name(from);
            let name = if name == "." || name.is_empty() { return Ok((found.path, true)) } else { name };
            Ok((format!("{}/{name}", found.path.trim_end_matches('/')), true))
        }
        _ => Ok((found.path, false)),
    }
}

/// The operands of `cp` and `mv` and where they go, which must be a folder for more than one.
fn sources<'a>(r: &mut Run<'_>, o: &'a Options) -> Result<(&'a [String], &'a str), i32> {
    let (files, to, folder) = match (o.value('t'), &o.rest[..]) {
        (Some(to), files @ [_, ..]) => (files, to, true),
        (None, [files @ .., to]) if !files.is_empty() => (files, to.as_str(), files.len() > 1),
        _ => return Err(r.missing(&o.rest)),
    };
    let why = match r.k.fs.stat(&r.p.cwd, to) {
        Ok(node) if node.is_dir() || !folder => return Ok((files, to)),
        Err(_) if !folder => return Ok((files, to)),
        Ok(_) => Errno::NotDirectory,
        Err(e) => e,
    };
    if r.k.is_gnu() {
        r.err(format!("target '{to}': {why}"));
    } else if r.name == "mv" {
        files.iter().for_each(|f| r.err(Complaint::cannot("rename", f, why)));
    } else {
        let to = to.trim_end_matches('/');
        files.iter().for_each(|f| r.err(Complaint::cannot("create", format!("{to}/{}", base_name(f)), why)));
    }
    Err(1)
}

pub fn cp(r: &mut Run<'_>, o: &Options) -> i32 {
    match sources(r, o) {
        Ok((files, to)) => each(r, files, |r, f| copy_one(r, f, to, o)),
        Err(status) => status,
    }
}

fn copy_one(r: &mut Run<'_>, from: &str, to: &str, o: &Options) -> Result<(), Complaint> {
    // A link is followed, or copied as one: that is what copying folders comes with.
    let follows = o.any("LH") || !o.any("adPrR");
    let found = r.k.fs.find(&r.p.cwd, from, follows).and_then(|x| x.node.cloned().ok_or(Errno::NoEntry));
    // What an image holds that nobody described is programs, as far as its own commands copy them.
    let found = match (found, super::super::stand_in(r.k, super::super::is_own(r.k, r.p), &[from.to_owned()], Errno::NoEntry)) {
        (Err(Errno::NoEntry), Ok(_)) if o.any("arR") || from.ends_with('*') => return Ok(()),
        (Err(Errno::NoEntry), Ok(own)) => Ok(Arc::new(Inode { kind: Kind::Program(own.program), ..Inode::file("", 0o755) })),
        (found, _) => found,
    };
    let node = found.map_err(|e| Complaint::cannot("stat", from, e))?;
    if node.is_dir() && !o.any("arR") {
        return Err(if r.k.is_gnu() {
            format!("-r not specified; omitting directory '{from}'")
        } else {
            format!("omitting directory '{from}'")
        }
        .into());
    }
    if !r.k.allows((r.p.uid, r.p.gid), &node, 4) {
        return Err(Complaint::cannot("open", from, Errno::Access));
    }
    let fail = |e: Errno| Complaint::cannot("create", to, e);
    let (target, is_dir) = into(r, from, to).map_err(fail)?;
    let (target, is_dir) = if o.has('T') { (clean(r, to).map_err(fail)?, false) } else { (target, is_dir) };
    let source = clean(r, from).unwrap_or_default();
    if source == target {
        return Err(format!("'{from}' and '{to}' are the same file").into());
    }
    if node.is_dir() && target.starts_with(&format!("{source}/")) {
        return Err(format!("recursion detected, omitting directory '{from}'").into());
    }
    let old = r.k.fs.stat("/", &target).ok().cloned();
    let kept = |old: &Arc<Inode>| !node.is_dir() && (o.has('n') || o.has('u') && old.mtime >= node.mtime);
    if old.as_ref().is_some_and(kept) {
        return Ok(());
    }
    if o.has('i') && old.is_some() && !node.is_dir() {
        return Err(unasked(&target));
    }
    if to.ends_with('/') && !is_dir && !node.is_dir() {
        return Err(fail(if r.k.is_gnu() { Errno::NotDirectory } else { Errno::IsDirectory }));
    }
    let mut copy = if o.has('L') { followed(&r.k.fs, &source, &node, 0, &mut FOLLOWED_MAX.1.clone()) } else { (*node).clone() };
    if matches!(copy.kind, Kind::Device(_)) && !o.any("arR") {
        // What can be read of it: nothing of /dev/null, and no more of the others.
        copy = Inode::file("", 0o644);
    }
    if !o.any("ap") {
        copy.mtime = r.k.now;
        copy.uid = r.p.uid;
    }
    r.k.may_change((r.p.uid, r.p.gid), &target).map_err(fail)?;
    if let Some(old) = old
        && let (Kind::Dir(old), Kind::Dir(new)) = (&old.kind, &mut copy.kind)
    {
        // What was there and is not copied over stays.
        for (name, child) in old {
            new.entry(name.clone()).or_insert_with(|| child.clone());
        }
    }
    r.k.fs.insert(&target, Arc::new(copy), true).map_err(fail)?;
    tell(r, o, "", from, to, is_dir);
    Ok(())
}

/// What `-i` would have asked for.
fn unasked(target: &str) -> Complaint {
    format!("'{target}' is there; to be asked for leave to overwrite it is not simulated").into()
}

/// How deep, and to how many files in all, the links of a tree are followed: they may lead back into it.
const FOLLOWED_MAX: (u32, u32) = (40, 50_000);

/// A tree with what its links lead to in their place; `left` are the files that may still be followed.
fn followed(fs: &FileSystem, path: &str, node: &Inode, depth: u32, left: &mut u32) -> Inode {
    let mut copy = node.clone();
    if let Kind::Dir(entries) = &mut copy.kind
        && depth < FOLLOWED_MAX.0
    {
        for (name, child) in entries.iter_mut().take(*left as usize) {
            *left = left.saturating_sub(1);
            let path = format!("{path}/{name}");
            let node = fs.stat("/", &path).unwrap_or(child).clone();
            *child = Arc::new(followed(fs, &path, &node, depth + 1, left));
        }
    }
    copy
}

/// What `-v` says of a file that went somewhere.
fn tell(r: &mut Run<'_>, o: &Options, what: &str, from: &str, to: &str, is_dir: bool) {
    if o.has('v') {
        let to = if is_dir { format!("{}/{}", to.trim_end_matches('/'), base_name(from)) } else { to.to_owned() };
        let what = if r.k.is_gnu() { what } else { "" };
        r.out(format!("{what}'{from}' -> '{to}'\n"));
    }
}

pub fn mv(r: &mut Run<'_>, o: &Options) -> i32 {
    let (files, to) = match sources(r, o) {
        Ok(all) => all,
        Err(status) => return status,
    };
    each(r, files, |r, f| {
        if o.has('i') && into(r, f, to).is_ok_and(|(target, _)| r.k.fs.stat("/", &target).is_ok()) {
            return Err(unasked(to));
        }
        let result = clean(r, f).and_then(|from| {
            let node = r.k.fs.find("/", &from, false)?.node.cloned().ok_or(Errno::NoEntry)?;
            let (target, is_dir) = if o.has('T') { (clean(r, to)?, false) } else { into(r, f, to)? };
            let old = r.k.fs.stat("/", &target).ok();
            if target == from || old.is_some_and(|old| o.has('n') || o.has('u') && old.mtime >= node.mtime) {
                return Ok(());
            }
            if node.is_dir() && target.starts_with(&format!("{from}/")) {
                return Err(Errno::Invalid);
            }
            r.k.may_change((r.p.uid, r.p.gid), &from)?;
            r.k.may_change((r.p.uid, r.p.gid), &target)?;
            r.k.fs.edit(parent_of(&target))?;
            r.k.fs.remove(&from)?;
            r.k.fs.insert(&target, node, true)?;
            tell(r, o, "renamed ", f, to, is_dir);
            Ok(())
        });
        result.map_err(|e| match e {
            Errno::Invalid if r.k.is_gnu() => {
                let within = r.k.fs.stat(&r.p.cwd, to).is_ok();
                let to = if within { format!("{}/{}", to.trim_end_matches('/'), base_name(f)) } else { to.to_owned() };
                format!("cannot move '{f}' to a subdirectory of itself, '{to}'").into()
            }
            e => Complaint::cannot("rename", f, e),
        })
    })
}

pub fn ln(r: &mut Run<'_>, o: &Options) -> i32 {
    let (files, to) = match (o.value('t'), &o.rest[..]) {
        (Some(to), files) => (files, to),
        (None, files @ [_]) => (files, "."),
        (None, [files @ .., to]) => (files, to.as_str()),
        (None, []) => return r.missing(&[]),
    };
    let force = o.has('f');
    each(r, files, |r, from| {
        let result = into(r, from, to).and_then(|(mut target, is_dir)| {
            if !is_dir || o.any("nT") {
                target = clean(r, to)?;
            }
            r.k.may_change((r.p.uid, r.p.gid), &target)?;
            if !force && r.k.fs.find("/", &target, false).is_ok_and(|found| found.node.is_some()) {
                return Err(Errno::Exists);
            }
            let node = if o.has('s') {
                Arc::new(Inode { mtime: r.k.now, uid: r.p.uid, ..Inode::link(from) })
            } else {
                // Two names for one file are two files here from then on.
                let node = r.k.fs.stat(&r.p.cwd, from)?.clone();
                if node.is_dir() {
                    return Err(Errno::Permission);
                }
                node
            };
            r.k.fs.insert(&target, node, force)?;
            if o.has('v') {
                r.out(format!("'{to}' -> '{from}'\n"));
            }
            Ok(())
        });
        let what = if o.has('s') { "symbolic" } else { "hard" };
        // What cannot be linked to is named first.
        let about = if !o.has('s') && r.k.fs.stat(&r.p.cwd, from).is_err() { from } else { to };
        result
            .map_err(|e| if r.k.is_gnu() { format!("failed to create {what} link '{to}': {e}").into() } else { Complaint::about(about, e) })
    })
}

//! Programs that look at files and change them.

mod attributes;
mod copying;
mod find;
mod ls;

use std::sync::Arc;

use super::super::fs::{Errno, Inode, Kind, base_name};
use super::super::kernel::Kernel;
use super::super::text;
use super::date::{moment, stamp};
use super::users::{group, user};
use super::{Complaint, Options, Refusal, Run};
use crate::base::{EPOCH_UNIX_S, List as _, Order as _, Time, parse_rfc3339, strftime};
pub(super) use attributes::mode_text;
use attributes::new_mode;
pub use attributes::{chmod, chown, stat};
pub use copying::{cp, ln, mv};
pub use find::{Found, all_files, find};
pub use ls::ls;

/// The names that a program was given without folders, and without a suffix where that is asked for.
pub fn basename(r: &mut Run<'_>, o: &Options) -> i32 {
    let many = o.any("as");
    let Some(first) = o.rest.first() else { return r.missing(&[]) };
    if let (false, [_, _, extra, ..]) = (many, &o.rest[..]) {
        return r.refuse(Refusal::Operands(format!("extra operand '{extra}'")));
    }
    let suffix = if many { o.value('s') } else { o.rest.get(1).map(String::as_str) };
    for path in if many { &o.rest[..] } else { std::slice::from_ref(first) } {
        let name = base_name(path);
        let name = if name.is_empty() { "/" } else { name };
        let name = suffix.and_then(|s| name.strip_suffix(s).filter(|n| !n.is_empty())).unwrap_or(name);
        r.out(format!("{name}\n"));
    }
    0
}

pub fn dirname(r: &mut Run<'_>, o: &Options) -> i32 {
    if o.rest.is_empty() || o.rest.len() > 1 && !r.k.is_gnu() {
        return r.missing(&[]);
    }
    for path in &o.rest {
        let trimmed = path.trim_end_matches('/');
        let dir = match trimmed.rfind('/') {
            None if path.starts_with('/') => "/",
            None => ".",
            Some(0) => "/",
            Some(n) => trimmed[..n].trim_end_matches('/'),
        };
        r.out(format!("{}\n", if dir.is_empty() { "/" } else { dir }));
    }
    0
}

pub fn mount(r: &mut Run<'_>, _: &Options) -> i32 {
    let mounts = super::super::proc_files::read(r.k, r.p, "/proc/mounts").unwrap_or_default();
    for line in mounts.lines() {
        if let [what, at, kind, how, ..] = line.split(' ').list()[..] {
            r.out(format!("{what} on {at} type {kind} ({how})\n"));
        }
    }
    0
}

/// The clean path that an operand means, links in its last part not followed.
fn clean(r: &Run<'_>, path: &str) -> Result<String, Errno> {
    Ok(r.k.fs.find(&r.p.cwd, path, false)?.path)
}

/// What `touch` sets a file's time to, and whether it makes none.
#[derive(Clone, Copy)]
struct Touch {
    time: Time,
    creates: bool,
}

pub fn touch(r: &mut Run<'_>, o: &Options) -> i32 {
    let mut how = Touch { time: r.k.now, creates: !o.has('c') };
    if let Some(given) = o.value('d').or(o.value('t')) {
        let now = r.k.now.unix_s();
        let at = if o.has('t') { stamp(given, now) } else { moment(given, now, r.k.is_gnu()) };
        let Some(at) = at else {
            r.err(format!("invalid date '{given}'"));
            return 1;
        };
        let unix_s = parse_rfc3339(&strftime("%Y-%m-%dT%H:%M:%SZ", at, 0)).map(|(unix_s, _)| unix_s);
        let Some(since_start) = unix_s.and_then(|s| u64::try_from(s - EPOCH_UNIX_S).ok()) else {
            let _ = r.k.put(r.p, 2, b"touch: times before the cluster's are not simulated\n");
            return 1;
        };
        how.time = Time::from_secs(since_start);
    }
    if let Some(file) = o.value('r') {
        how.time = match r.k.fs.stat(&r.p.cwd, file) {
            Ok(node) => node.mtime,
            Err(e) => {
                r.err(Complaint::about(file, e));
                return 1;
            }
        };
    }
    each(r, &o.rest, |r, f| touch_one(r, f, how).map_err(|e| Complaint::about(f, e)))
}

/// Does something to each operand; an error is said, and the others are done.
fn each(r: &mut Run<'_>, files: &[String], mut one: impl FnMut(&mut Run<'_>, &str) -> Result<(), Complaint>) -> i32 {
    if files.is_empty() {
        return r.missing(&[]);
    }
    let mut status = 0;
    for f in files {
        if let Err(what) = one(r, f) {
            r.err(what);
            status = 1;
        }
    }
    status
}

fn touch_one(r: &mut Run<'_>, path: &str, how: Touch) -> Result<(), Errno> {
    let found = r.k.fs.find(&r.p.cwd, path, true)?;
    let (at, exists) = (found.path.clone(), found.node.cloned());
    match exists {
        Some(node) if !r.k.allows((r.p.uid, r.p.gid), &node, 2) && node.uid != r.p.uid => return Err(Errno::Access),
        Some(node) if matches!(node.kind, Kind::Device(_)) => return Ok(()),
        Some(_) => {}
        None if !how.creates => return Ok(()),
        None => r.k.create(r.p, &at, Inode::file("", 0o666))?,
    }
    r.k.fs.edit(&at)?.mtime = how.time;
    Ok(())
}

pub fn mkdir(r: &mut Run<'_>, o: &Options) -> i32 {
    let gnu = r.k.is_gnu();
    if let Some(mode) = o.value('m').filter(|m| new_mode(m, 0o777, true).is_none()) {
        r.err(format!("invalid mode '{mode}'"));
        return 1;
    }
    each(r, &o.rest, |r, d| {
        let fail = |e: Errno| Complaint::cannot("create directory", d, e);
        let there = r.k.fs.stat(&r.p.cwd, d).is_ok();
        let above = d.match_indices('/').map(|(i, _)| &d[..i]).filter(|a| o.has('p') && !a.is_empty());
        let made: Vec<&str> = above.chain([d]).filter(|d| o.has('v') && r.k.fs.stat(&r.p.cwd, d).is_err()).list();
        make_one(r, d, o.has('p')).map_err(fail)?;
        if let Some(mode) = o.value('m').filter(|_| !there) {
            let at = clean(r, d.trim_end_matches('/')).map_err(fail)?;
            let node = r.k.fs.edit(&at).map_err(fail)?;
            node.mode = new_mode(mode, 0o777, true).unwrap_or(node.mode);
        }
        for made in made {
            r.out(match gnu {
                true => format!("mkdir: created directory '{made}'\n"),
                false => format!("created directory: '{made}{}'\n", if made == d { "" } else { "/" }),
            });
        }
        Ok(())
    })
}

fn make_one(r: &mut Run<'_>, path: &str, parents: bool) -> Result<(), Errno> {
    if !parents {
        let found = r.k.fs.find(&r.p.cwd, path.trim_end_matches('/'), true)?;
        if found.node.is_some() {
            return Err(Errno::Exists);
        }
        let at = found.path.clone();
        return r.k.create(r.p, &at, Inode::dir(0o777));
    }
    let mut here = if path.starts_with('/') { String::new() } else { r.p.cwd.to_string() };
    for part in path.split('/').filter(|p| !p.is_empty()) {
        here.push('/');
        here.push_str(part);
        let found = r.k.fs.find("/", &here, true)?;
        match found.node {
            Some(n) if n.is_dir() => {}
            Some(_) => return Err(Errno::Exists),
            None => {
                let at = found.path.clone();
                r.k.create(r.p, &at, Inode::dir(0o777))?;
            }
        }
    }
    Ok(())
}

pub fn rmdir(r: &mut Run<'_>, o: &Options) -> i32 {
    let mut dirs = Vec::new();
    for d in &o.rest {
        let mut d = d.as_str();
        dirs.push(d.to_owned());
        // With all folders above that are named.
        while let Some((above, _)) = d.rsplit_once('/').filter(|(above, _)| o.has('p') && !above.is_empty()) {
            dirs.push(above.to_owned());
            d = above;
        }
    }
    each(r, &dirs, |r, d| {
        let result = clean(r, d).and_then(|at| {
            let node = r.k.fs.stat("/", &at)?;
            match &node.kind {
                Kind::Dir(e) if e.is_empty() => {}
                Kind::Dir(_) => return Err(Errno::NotEmpty),
                _ => return Err(Errno::NotDirectory),
            }
            r.k.may_change((r.p.uid, r.p.gid), &at)?;
            r.k.fs.remove(&at).map(|_| ())
        });
        match result {
            Err(Errno::NotEmpty) if o.has('i') => Ok(()),
            Err(e) if r.k.is_gnu() => Err(format!("failed to remove '{d}': {e}").into()),
            Err(e) => Err(format!("'{d}': {e}").into()),
            Ok(()) => {
                if o.has('v') {
                    r.out(format!("rmdir: removing directory, '{d}'\n"));
                }
                Ok(())
            }
        }
    })
}

/// `rm` and `unlink`.
pub fn rm(r: &mut Run<'_>, o: &Options) -> i32 {
    let force = o.has('f');
    if o.rest.is_empty() && force {
        return 0;
    }
    each(r, &o.rest, |r, f| {
        if matches!(base_name(f), "." | "..") {
            return Err(if r.k.is_gnu() {
                format!("refusing to remove '.' or '..' directory: skipping '{f}'")
            } else {
                "can't remove '.' or '..'".to_owned()
            }
            .into());
        }
        let fail = |e: Errno| Complaint::cannot("remove", f, e);
        let (at, dir) = match r.k.fs.find(&r.p.cwd, f.trim_end_matches('/'), false).map(|x| (x.path, x.node.cloned())) {
            Ok((_, None)) | Err(Errno::NoEntry | Errno::NotDirectory) if force => return Ok(()),
            Ok((_, None)) => return Err(fail(Errno::NoEntry)),
            Err(e) => return Err(fail(e)),
            Ok((at, Some(n))) => (at, if let Kind::Dir(entries) = &n.kind { Some(entries.is_empty()) } else { None }),
        };
        match dir {
            Some(empty) if !(o.any("rR") || o.has('d') && empty) => {
                return Err(match () {
                    () if o.has('d') => fail(Errno::NotEmpty),
                    () if r.k.is_gnu() => fail(Errno::IsDirectory),
                    () => format!("'{f}' is a directory").into(),
                });
            }
            _ => remove_tree(r, &at).map_err(fail)?,
        }
        if o.has('v') {
            r.out(format!("removed {}'{f}'\n", if dir.is_some() { "directory " } else { "" }));
        }
        Ok(())
    })
}

fn remove_tree(r: &mut Run<'_>, at: &str) -> Result<(), Errno> {
    r.k.may_change((r.p.uid, r.p.gid), at)?;
    if at == "/" {
        return Err(Errno::Busy);
    }
    r.k.fs.remove(at).map(|_| ())
}

pub fn readlink(r: &mut Run<'_>, o: &Options) -> i32 {
    if o.rest.is_empty() {
        return r.missing(&[]);
    }
    let full = r.name == "realpath" || o.any("fem");
    let mut status = 0;
    for f in &o.rest {
        let text = if full {
            r.k.fs.find(&r.p.cwd, f, true).ok().filter(|x| x.node.is_some() || !o.has('e')).map(|x| x.path)
        } else {
            r.k.fs.find(&r.p.cwd, f, false).ok().and_then(|x| match &x.node?.kind {
                Kind::Link(t) => Some(t.to_string()),
                _ => None,
            })
        };
        match text {
            Some(t) => r.out(if o.has('n') { t } else { format!("{t}\n") }),
            None => {
                if r.name == "realpath" && !o.has('q') {
                    r.err(format!("{f}: {}", Errno::NoEntry));
                }
                status = 1;
            }
        }
    }
    status
}

pub fn du(r: &mut Run<'_>, o: &Options) -> i32 {
    /// The folders below, and the files where they are asked for, down to a depth.
    fn below(node: &Inode, path: &str, files: bool, depth: usize, out: &mut Vec<(String, Arc<Inode>)>) {
        let Kind::Dir(entries) = &node.kind else { return };
        for (n, c) in entries.iter().filter(|(_, c)| depth > 0 && (files || c.is_dir())) {
            let path = format!("{}/{n}", path.trim_end_matches('/'));
            below(c, &path, files, depth - 1, out);
            if out.len() < 20_000 {
                out.push((path, c.clone()));
            }
        }
    }
    fn bytes(node: &Inode) -> u64 {
        match &node.kind {
            Kind::Dir(entries) => 4096 + entries.values().map(|c| bytes(c)).sum::<u64>(),
            _ => node.size(),
        }
    }
    let here = [".".to_owned()];
    let depth = if o.has('s') { 0 } else { o.number('d').unwrap_or(usize::MAX) };
    let size = |node: &Inode| if o.has('b') { bytes(node) } else { node.disk_usage().div_ceil(4096) * 4096 };
    let gnu = r.k.is_gnu();
    let shown = |bytes: u64| {
        if o.has('h') {
            text::human(bytes, gnu)
        } else if o.has('b') {
            bytes.to_string()
        } else if o.has('m') {
            bytes.div_ceil(1 << 20).to_string()
        } else {
            (bytes >> 10).to_string()
        }
    };
    let mut total = 0;
    let status = each(r, if o.rest.is_empty() { &here } else { &o.rest }, |r, f| {
        let node = r.k.fs.stat(&r.p.cwd, f).cloned().map_err(|e| Complaint::about(f, e))?;
        let mut list = Vec::new();
        below(&node, f, o.has('a'), depth, &mut list);
        total += size(&node);
        list.push((f.to_owned(), node));
        r.out(list.iter().map(|(path, node)| format!("{}\t{path}\n", shown(size(node)))).collect::<String>());
        Ok(())
    });
    if o.has('c') {
        r.out(format!("{}\ttotal\n", shown(total)));
    }
    status
}

pub fn mktemp(r: &mut Run<'_>, o: &Options) -> i32 {
    let dir = o.value('p').filter(|d| !d.is_empty()).unwrap_or("/tmp");
    let names = &o.rest;
    let template = names.first().cloned().unwrap_or_else(|| format!("{dir}/tmp.{}", "X".repeat(if r.k.is_gnu() { 10 } else { 6 })));
    let template = if o.any("tp") && !template.contains('/') { format!("{dir}/{template}") } else { template };
    let stem = template.trim_end_matches('X');
    let n = template.len() - stem.len();
    if n < 6 && !names.is_empty() && n < 3 {
        r.err(format!("{template}: {}", Errno::Invalid));
        return 1;
    }
    let suffix: String = (0..n).map(|_| "abcdefghijkmnopABCDEFGHJKLMNOP".as_bytes()[r.k.random.below(30) as usize] as char).collect();
    let path = format!("{stem}{suffix}");
    let result = clean(r, &path).and_then(|at| {
        if o.has('u') { Ok(()) } else { r.k.create(r.p, &at, if o.has('d') { Inode::dir(0o700) } else { Inode::file("", 0o600) }) }
    });
    match result {
        Ok(()) => {
            r.out(format!("{path}\n"));
            0
        }
        Err(e) => {
            r.err(format!("{template}: {e}"));
            1
        }
    }
}

pub fn truncate(r: &mut Run<'_>, o: &Options) -> i32 {
    let gnu = r.k.is_gnu();
    let Some(given) = o.value('s') else {
        if !gnu {
            return r.missing(&[]);
        }
        r.err("you must specify either '--size' or '--reference'");
        return 1;
    };
    // GNU's: by how much it grows or shrinks, at most or least how long it is, and of what it is a multiple.
    let (digits, how) = match given.bytes().next() {
        Some(how) if gnu && b"+-<>/%".contains(&how) => (&given[1..], how),
        _ => (given, b'='),
    };
    let Some(n) = super::filter::lines::size(digits) else {
        r.err(if gnu { format!("Invalid number: '{digits}'") } else { format!("invalid number '{digits}'") });
        return 1;
    };
    if n == 0 && b"/%".contains(&how) {
        r.err("division by zero");
        return 1;
    }
    let from = |size: u64| match how {
        b'+' => size.saturating_add(n),
        b'-' => size.saturating_sub(n),
        b'<' => size.min(n),
        b'>' => size.max(n),
        b'/' => size - size % n,
        b'%' => size.checked_next_multiple_of(n).unwrap_or(u64::MAX),
        _ => n,
    };
    let now = r.k.now;
    each(r, &o.rest, |r, f| {
        let result = touch_one(r, f, Touch { time: now, creates: !o.has('c') }).and_then(|()| {
            let found = r.k.fs.find(&r.p.cwd, f, true)?;
            let (at, there) = (found.path.clone(), found.node.map(|node| node.size()));
            there.map_or(Ok(()), |size| r.k.fs.truncate(&at, from(size), now))
        });
        result.map_err(|e| match e {
            Errno::Invalid if gnu => format!("cannot open '{f}' for writing: {}", Errno::IsDirectory).into(),
            e if gnu => format!("cannot open '{f}' for writing: {e}").into(),
            e => format!("{f}: open: {e}").into(),
        })
    })
}

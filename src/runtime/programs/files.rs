//! Programs that look at files and change them.

mod find;
mod ls;

use crate::base::Order as _;
use std::sync::Arc;

use super::super::fs::{Errno, Inode, Kind, base_name, parent_of};
use super::super::kernel::Kernel;
use super::super::text;
use super::Run;
use super::system::{group, number_of, user};

pub use find::{all_files, find};
use ls::ls;

/// Runs a program of this family; `None` where it is none.
pub fn run(r: &mut Run<'_>) -> Option<i32> {
    Some(match r.name {
        "ls" => ls(r),
        "touch" => each(r, "cdrtm", touch_one, ""),
        "mkdir" => mkdir(r),
        "rmdir" => rmdir(r),
        "rm" | "unlink" => rm(r),
        "cp" => cp(r),
        "mv" => mv(r),
        "ln" => ln(r),
        "readlink" | "realpath" => readlink(r),
        "chmod" => chmod(r),
        "chown" | "chgrp" => chown(r),
        "stat" => stat(r),
        "du" => du(r),
        "mktemp" => mktemp(r),
        "basename" => {
            let Some(path) = r.args.first() else {
                return Some(missing(r));
            };
            let name = base_name(path);
            let name = if name.is_empty() { "/" } else { name };
            let name = r.args.get(1).and_then(|s| name.strip_suffix(s.as_str()).filter(|n| !n.is_empty())).unwrap_or(name).to_string();
            r.out(format!("{name}\n"));
            0
        }
        "dirname" => {
            let Some(path) = r.args.first() else {
                return Some(missing(r));
            };
            let trimmed = path.trim_end_matches('/');
            let dir = match trimmed.rfind('/') {
                None if path.starts_with('/') => "/",
                None => ".",
                Some(0) => "/",
                Some(n) => trimmed[..n].trim_end_matches('/'),
            };
            let dir = if dir.is_empty() { "/" } else { dir }.to_string();
            r.out(format!("{dir}\n"));
            0
        }
        "mount" => {
            let mounts = super::super::proc_files::read(r.k, r.p, "/proc/mounts").unwrap_or_default();
            for line in mounts.lines() {
                if let [what, at, kind, how, ..] = line.split(' ').collect::<Vec<_>>()[..] {
                    r.out(format!("{what} on {at} type {kind} ({how})\n"));
                }
            }
            0
        }
        "sync" | "umount" => 0,
        "truncate" => truncate(r),
        _ => return None,
    })
}

/// Says how a program is used that lacks a file.
pub(super) fn missing(r: &mut Run<'_>) -> i32 {
    let text = format!("BusyBox v1.37.0 multi-call binary.\n\nUsage: {} FILE...\n", r.name);
    let _ = r.k.put(r.p, 2, text.as_bytes());
    1
}

fn each(r: &mut Run<'_>, valued: &str, one: fn(&mut Run<'_>, &str) -> Result<(), Errno>, complaint: &str) -> i32 {
    let (_, files) = r.options(valued);
    if files.is_empty() {
        return missing(r);
    }
    let mut status = 0;
    for f in files {
        if let Err(e) = one(r, &f) {
            r.err(if complaint.is_empty() { format!("{f}: {e}") } else { format!("{complaint} '{f}': {e}") });
            status = 1;
        }
    }
    status
}

/// The clean path that an operand means, links in its last part not followed.
fn clean(r: &Run<'_>, path: &str) -> Result<String, Errno> {
    Ok(r.k.fs.find(&r.p.cwd, path, false)?.path)
}

fn touch_one(r: &mut Run<'_>, path: &str) -> Result<(), Errno> {
    let found = r.k.fs.find(&r.p.cwd, path, true)?;
    let (at, exists) = (found.path.clone(), found.node.cloned());
    match exists {
        Some(node) if !r.k.allows((r.p.uid, r.p.gid), &node, 2) && node.uid != r.p.uid => Err(Errno::Access),
        Some(node) if matches!(node.kind, Kind::Device(_)) => Ok(()),
        Some(_) => {
            let now = r.k.now;
            r.k.fs.edit(&at)?.mtime = now;
            Ok(())
        }
        None if r.args.iter().any(|a| a == "-c") => Ok(()),
        None => r.k.create(r.p, &at, Inode::file("", 0o666)),
    }
}

fn mkdir(r: &mut Run<'_>) -> i32 {
    let (opts, dirs) = r.options("m");
    let parents = opts.iter().any(|o| o.0 == 'p' || o.1 == "parents");
    if dirs.is_empty() {
        return missing(r);
    }
    let mut status = 0;
    for d in dirs {
        if let Err(e) = make_one(r, &d, parents) {
            r.err(format!("can't create directory '{d}': {e}"));
            status = 1;
        }
    }
    status
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

fn rmdir(r: &mut Run<'_>) -> i32 {
    let (_, dirs) = r.options("");
    let mut status = 0;
    for d in dirs {
        let result = clean(r, &d).and_then(|at| {
            let node = r.k.fs.stat("/", &at)?;
            match &node.kind {
                Kind::Dir(e) if e.is_empty() => {}
                Kind::Dir(_) => return Err(Errno::NotEmpty),
                _ => return Err(Errno::NotDirectory),
            }
            r.k.may_change(r.p, &at)?;
            r.k.fs.remove(&at).map(|_| ())
        });
        if let Err(e) = result {
            r.err(format!("'{d}': {e}"));
            status = 1;
        }
    }
    status
}

fn rm(r: &mut Run<'_>) -> i32 {
    let (opts, files) = r.options("");
    let has = |c| opts.iter().any(|o| o.0 == c);
    let (force, recursive) = (has('f'), has('r') || has('R'));
    if files.is_empty() {
        return if force { 0 } else { missing(r) };
    }
    let mut status = 0;
    for f in files {
        let base = base_name(&f);
        if matches!(base, "." | "..") {
            r.err("can't remove '.' or '..'");
            status = 1;
            continue;
        }
        let found = r.k.fs.find(&r.p.cwd, f.trim_end_matches('/'), false).map(|x| (x.path, x.node.cloned()));
        let result = match found {
            Ok((_, None)) | Err(Errno::NoEntry | Errno::NotDirectory) if force => Ok(()),
            Ok((_, None)) => Err(Errno::NoEntry.to_string()),
            Err(e) => Err(e.to_string()),
            Ok((_, Some(n))) if n.is_dir() && !recursive => Err("is a directory".to_string()),
            Ok((at, Some(_))) => remove_tree(r, &at).map_err(|e| e.to_string()),
        };
        match result {
            Ok(()) => {}
            Err(text) if text == "is a directory" => {
                r.err(format!("'{f}' is a directory"));
                status = 1;
            }
            Err(text) => {
                r.err(format!("can't remove '{f}': {text}"));
                status = 1;
            }
        }
    }
    status
}

fn remove_tree(r: &mut Run<'_>, at: &str) -> Result<(), Errno> {
    r.k.may_change(r.p, at)?;
    if at == "/" {
        return Err(Errno::Busy);
    }
    r.k.fs.remove(at).map(|_| ())
}

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

fn cp(r: &mut Run<'_>) -> i32 {
    let (opts, mut files) = r.options("");
    let recursive = opts.iter().any(|o| matches!(o.0, 'r' | 'R' | 'a'));
    let Some(to) = files.pop().filter(|_| !files.is_empty()) else { return missing(r) };
    let mut status = 0;
    let many = files.len() > 1;
    for f in files {
        let result = copy_one(r, &f, &to, recursive, many);
        if let Err(text) = result {
            r.err(text);
            status = 1;
        }
    }
    status
}

fn copy_one(r: &mut Run<'_>, from: &str, to: &str, recursive: bool, many: bool) -> Result<(), String> {
    let node = r.k.fs.stat(&r.p.cwd, from).cloned().map_err(|e| format!("can't stat '{from}': {e}"))?;
    if node.is_dir() && !recursive {
        return Err(format!("omitting directory '{from}'"));
    }
    if !r.k.allows((r.p.uid, r.p.gid), &node, 4) {
        return Err(format!("can't open '{from}': {}", Errno::Access));
    }
    let fail = |e: Errno| format!("can't create '{to}': {e}");
    let (target, is_dir) = into(r, from, to).map_err(fail)?;
    if many && !is_dir {
        return Err(format!("target '{to}' is not a directory"));
    }
    let source = clean(r, from).unwrap_or_default();
    if source == target {
        return Err(format!("'{from}' and '{to}' are the same file"));
    }
    if node.is_dir() && target.starts_with(&format!("{source}/")) {
        return Err(format!("recursion detected, omitting directory '{from}'"));
    }
    let mut copy = (*node).clone();
    if let Kind::Device(_) | Kind::Program(_) = copy.kind {
        copy = (*node).clone();
    }
    copy.mtime = r.k.now;
    copy.uid = r.p.uid;
    r.k.may_change(r.p, &target).map_err(fail)?;
    if node.is_dir()
        && let Ok(old) = r.k.fs.stat("/", &target).cloned()
        && let (Kind::Dir(old), Kind::Dir(new)) = (&old.kind, &mut copy.kind)
    {
        // What was there and is not copied over stays.
        for (name, child) in old {
            new.entry(name.clone()).or_insert_with(|| child.clone());
        }
    }
    r.k.fs.insert(&target, Arc::new(copy), true).map_err(fail)
}

fn mv(r: &mut Run<'_>) -> i32 {
    let (_, mut files) = r.options("");
    let Some(to) = files.pop().filter(|_| !files.is_empty()) else { return missing(r) };
    let mut status = 0;
    for f in files {
        let result = clean(r, &f).and_then(|from| {
            let node = r.k.fs.find("/", &from, false)?.node.cloned().ok_or(Errno::NoEntry)?;
            let (target, _) = into(r, &f, &to)?;
            if target == from {
                return Ok(());
            }
            if node.is_dir() && target.starts_with(&format!("{from}/")) {
                return Err(Errno::Invalid);
            }
            r.k.may_change(r.p, &from)?;
            r.k.may_change(r.p, &target)?;
            r.k.fs.edit(parent_of(&target))?;
            r.k.fs.remove(&from)?;
            r.k.fs.insert(&target, node, true)
        });
        if let Err(e) = result {
            r.err(format!("can't rename '{f}': {e}"));
            status = 1;
        }
    }
    status
}

fn ln(r: &mut Run<'_>) -> i32 {
    let (opts, files) = r.options("");
    let has = |c| opts.iter().any(|o| o.0 == c);
    let Some(from) = files.first().cloned() else { return missing(r) };
    let to = files.get(1).cloned().unwrap_or_else(|| ".".into());
    let result = into(r, &from, &to).and_then(|(mut target, is_dir)| {
        if !is_dir || has('n') {
            target = clean(r, &to)?;
        }
        r.k.may_change(r.p, &target)?;
        if !has('f') && r.k.fs.find("/", &target, false).is_ok_and(|found| found.node.is_some()) {
            return Err(Errno::Exists);
        }
        let node = if has('s') {
            Arc::new(Inode { mtime: r.k.now, uid: r.p.uid, ..Inode::link(&from) })
        } else {
            // Two names for one file are two files here from then on.
            let node = r.k.fs.stat(&r.p.cwd, &from)?.clone();
            if node.is_dir() {
                return Err(Errno::Permission);
            }
            node
        };
        r.k.fs.insert(&target, node, has('f'))
    });
    match result {
        Ok(()) => 0,
        Err(e) => {
            r.err(format!("{to}: {e}"));
            1
        }
    }
}

fn readlink(r: &mut Run<'_>) -> i32 {
    let (opts, files) = r.options("");
    let full = r.name == "realpath" || opts.iter().any(|o| matches!(o.0, 'f' | 'e' | 'm'));
    let mut status = 0;
    for f in files {
        let text = if full {
            r.k.fs.find(&r.p.cwd, &f, true).ok().map(|x| x.path)
        } else {
            r.k.fs.find(&r.p.cwd, &f, false).ok().and_then(|x| match &x.node?.kind {
                Kind::Link(t) => Some(t.to_string()),
                _ => None,
            })
        };
        match text {
            Some(t) => r.out(format!("{t}\n")),
            None => {
                if r.name == "realpath" {
                    r.err(format!("{f}: {}", Errno::NoEntry));
                }
                status = 1;
            }
        }
    }
    status
}

fn chmod(r: &mut Run<'_>) -> i32 {
    let recursive = r.args.iter().any(|a| a == "-R");
    let args: Vec<String> = r.args.iter().filter(|a| *a != "-R").cloned().collect();
    let Some((mode, files)) = args.split_first() else { return missing(r) };
    let mut status = 0;
    for f in files {
        let result = r.k.fs.find(&r.p.cwd, f, true).map(|x| (x.path, x.node.cloned()));
        let (at, node) = match result {
            Ok((at, Some(n))) => (at, n),
            Ok((_, None)) => {
                r.err(format!("{f}: {}", Errno::NoEntry));
                status = 1;
                continue;
            }
            Err(e) => {
                r.err(format!("{f}: {e}"));
                status = 1;
                continue;
            }
        };
        if new_mode(mode, node.mode, node.is_dir()).is_none() {
            r.err(format!("invalid mode '{mode}'"));
            return 1;
        }
        if r.p.uid != 0 && node.uid != r.p.uid {
            r.err(format!("{f}: {}", Errno::Permission));
            status = 1;
            continue;
        }
        match r.k.fs.edit(&at) {
            Ok(n) => change(n, recursive, &|n| n.mode = new_mode(mode, n.mode, n.is_dir()).unwrap_or(n.mode)),
            Err(e) => {
                r.err(format!("{f}: {e}"));
                status = 1;
            }
        }
    }
    status
}

fn change(n: &mut Inode, recursive: bool, f: &dyn Fn(&mut Inode)) {
    f(n);
    if recursive && let Kind::Dir(entries) = &mut n.kind {
        for child in entries.values_mut() {
            change(Arc::make_mut(child), true, f);
        }
    }
}

fn new_mode(text: &str, old: u32, dir: bool) -> Option<u32> {
    if text.bytes().all(|b| (b'0'..=b'7').contains(&b)) && !text.is_empty() {
        return u32::from_str_radix(text, 8).ok().filter(|m| *m <= 0o7777);
    }
    let mut mode = old;
    for clause in text.split(',') {
        let op = clause.find(['+', '-', '='])?;
        let who = &clause[..op];
        let mut mask = 0;
        for c in who.chars() {
            mask |= match c {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                'a' => 0o7777,
                _ => return None,
            };
        }
        if who.is_empty() {
            mask = 0o7777;
        }
        let mut bits = 0;
        for c in clause[op + 1..].chars() {
            bits |= match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                'X' if dir || old & 0o111 != 0 => 0o111,
                'X' => 0,
                's' => 0o6000,
                't' => 0o1000,
                _ => return None,
            };
        }
        match clause.as_bytes()[op] {
            b'+' => mode |= bits & mask,
            b'-' => mode &= !(bits & mask),
            _ => mode = mode & !mask | bits & mask,
        }
    }
    Some(mode)
}

fn chown(r: &mut Run<'_>) -> i32 {
    let (opts, args) = r.options("");
    let recursive = opts.iter().any(|o| o.0 == 'R');
    let Some((who, files)) = args.split_first() else { return missing(r) };
    let (who_user, who_group) = if r.name == "chgrp" {
        ("", Some(who.as_str()))
    } else {
        who.split_once([':', '.']).map_or((who.as_str(), None), |(u, g)| (u, Some(g)))
    };
    let uid = if who_user.is_empty() { None } else { number_of(r.k, "/etc/passwd", who_user) };
    let gid = who_group.filter(|g| !g.is_empty()).and_then(|g| number_of(r.k, "/etc/group", g));
    if !who_user.is_empty() && uid.is_none() {
        let text = format!("unknown user {who_user}");
        r.err(text);
        return 1;
    }
    let mut status = 0;
    for f in files {
        let at = r.k.fs.find(&r.p.cwd, f, true).map(|x| x.path);
        let result = match at {
            Ok(at) if r.p.uid == 0 => r.k.fs.edit(&at).map(|n| {
                change(n, recursive, &|n| {
                    n.uid = uid.unwrap_or(n.uid);
                    n.gid = gid.unwrap_or(n.gid);
                });
            }),
            Ok(_) => Err(Errno::Permission),
            Err(e) => Err(e),
        };
        if let Err(e) = result {
            r.err(format!("{f}: {e}"));
            status = 1;
        }
    }
    status
}

fn mode_text(n: &Inode) -> String {
    let mut out = String::new();
    out.push(match n.kind {
        Kind::Dir(_) => 'd',
        Kind::Link(_) => 'l',
        Kind::Device(_) => 'c',
        _ => '-',
    });
    for shift in [6, 3, 0] {
        let bits = n.mode >> shift;
        out.push(if bits & 4 != 0 { 'r' } else { '-' });
        out.push(if bits & 2 != 0 { 'w' } else { '-' });
        let sticky = shift == 0 && n.mode & 0o1000 != 0;
        let set = shift > 0 && n.mode & (0o1000 << (shift / 3)) != 0;
        out.push(match (bits & 1 != 0, sticky, set) {
            (true, true, _) => 't',
            (false, true, _) => 'T',
            (true, _, true) => 's',
            (false, _, true) => 'S',
            (true, ..) => 'x',
            _ => '-',
        });
    }
    out
}

fn stat(r: &mut Run<'_>) -> i32 {
    let (opts, files) = r.options("c");
    let format = opts.iter().find(|o| o.0 == 'c').map(|o| o.1.clone());
    let mut status = 0;
    for f in files {
        let node = match r.k.fs.find(&r.p.cwd, &f, opts.iter().any(|o| o.0 == 'L')).map(|x| x.node.cloned()) {
            Ok(Some(n)) => n,
            _ => {
                r.err(format!("can't stat '{f}': {}", Errno::NoEntry));
                status = 1;
                continue;
            }
        };
        let kind = match node.kind {
            Kind::Dir(_) => "directory",
            Kind::Link(_) => "symbolic link",
            Kind::Device(_) => "character special file",
            Kind::File { size: 0, .. } => "regular empty file",
            _ => "regular file",
        };
        let time = text::strftime("%Y-%m-%d %H:%M:%S.000000000 +0000", node.mtime.unix_s(), 0);
        let text = match &format {
            Some(format) => {
                let mut out = String::new();
                let mut c = format.chars();
                while let Some(ch) = c.next() {
                    if ch != '%' {
                        out.push(ch);
                        continue;
                    }
                    out.push_str(&match c.next() {
                        Some('n') => f.clone(),
                        Some('s') => node.size().to_string(),
                        Some('a') => format!("{:o}", node.mode & 0o7777),
                        Some('A') => mode_text(&node),
                        Some('u') => node.uid.to_string(),
                        Some('U') => user(r.k, node.uid),
                        Some('g') => node.gid.to_string(),
                        Some('G') => group(r.k, node.gid),
                        Some('F') => kind.to_string(),
                        Some('Y' | 'X' | 'Z') => node.mtime.unix_s().to_string(),
                        Some('y' | 'x' | 'z') => time.clone(),
                        Some('%') => "%".into(),
                        other => format!("%{}", other.map(String::from).unwrap_or_default()),
                    });
                }
                out.push('\n');
                out
            }
            None => format!(
                "  File: {f}\n  Size: {:<10}\tBlocks: {:<10} IO Block: 4096   {kind}\nAccess: ({:04o}/{})  Uid: ({:5}/{:>8})   Gid: ({:5}/{:>8})\nAccess: {time}\nModify: {time}\nChange: {time}\n",
                node.size(),
                node.size().div_ceil(4096) * 8,
                node.mode & 0o7777,
                mode_text(&node),
                node.uid,
                user(r.k, node.uid),
                node.gid,
                group(r.k, node.gid)
            ),
        };
        r.out(text);
    }
    status
}

fn du(r: &mut Run<'_>) -> i32 {
    let (opts, mut files) = r.options("d");
    let has = |c| opts.iter().any(|o| o.0 == c);
    if files.is_empty() {
        files.push(".".into());
    }
    let mut status = 0;
    let shown = |bytes: u64| {
        let kib = bytes.div_ceil(4096) * 4;
        if has('h') {
            text::human(kib << 10)
        } else if has('m') {
            kib.div_ceil(1024).to_string()
        } else {
            kib.to_string()
        }
    };
    for f in files {
        let Ok(node) = r.k.fs.stat(&r.p.cwd, &f).cloned() else {
            r.err(format!("{f}: {}", Errno::NoEntry));
            status = 1;
            continue;
        };
        let mut out = String::new();
        if !has('s') {
            fn below(node: &Inode, path: &str, out: &mut Vec<(String, u64)>) {
                if let Kind::Dir(entries) = &node.kind
                    && out.len() < 20_000
                {
                    for (n, c) in entries.iter().filter(|(_, c)| c.is_dir()) {
                        let path = format!("{}/{n}", path.trim_end_matches('/'));
                        below(c, &path, out);
                        out.push((path, c.disk_usage()));
                    }
                }
            }
            let mut list = Vec::new();
            below(&node, &f, &mut list);
            for (path, bytes) in list {
                out.push_str(&format!("{}\t{path}\n", shown(bytes)));
            }
        }
        out.push_str(&format!("{}\t{f}\n", shown(node.disk_usage())));
        r.out(out);
    }
    status
}

fn mktemp(r: &mut Run<'_>) -> i32 {
    let (opts, names) = r.options("p");
    let has = |c| opts.iter().any(|o| o.0 == c);
    let dir = opts.iter().find(|o| o.0 == 'p').map_or("/tmp", |o| o.1.as_str()).to_string();
    let template = names.first().cloned().unwrap_or_else(|| format!("{dir}/tmp.XXXXXX"));
    let template = if has('t') && !template.contains('/') { format!("{dir}/{template}") } else { template };
    let stem = template.trim_end_matches('X');
    let n = template.len() - stem.len();
    if n < 6 && !names.is_empty() && n < 3 {
        r.err(format!("{template}: {}", Errno::Invalid));
        return 1;
    }
    let suffix: String = (0..n).map(|_| "abcdefghijkmnopABCDEFGHJKLMNOP".as_bytes()[r.k.random.below(30) as usize] as char).collect();
    let path = format!("{stem}{suffix}");
    let result = clean(r, &path).and_then(|at| {
        if has('u') { Ok(()) } else { r.k.create(r.p, &at, if has('d') { Inode::dir(0o700) } else { Inode::file("", 0o600) }) }
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

fn truncate(r: &mut Run<'_>) -> i32 {
    let (opts, files) = r.options("s");
    let Some(size) = opts.iter().find(|o| o.0 == 's').and_then(|o| super::filter::lines::size(&o.1)) else { return missing(r) };
    let mut status = 0;
    for f in files {
        let now = r.k.now;
        let result = touch_one(r, &f).and_then(|()| {
            let at = r.k.fs.find(&r.p.cwd, &f, true)?.path;
            r.k.fs.truncate(&at, size, now)
        });
        if let Err(e) = result {
            r.err(format!("{f}: open: {e}"));
            status = 1;
        }
    }
    status
}

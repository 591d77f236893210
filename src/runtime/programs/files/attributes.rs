//! `chmod`, `chown` and `stat`: programs that change and tell what is said of a file besides its content.

use std::sync::Arc;

use crate::base::strftime;

use super::super::super::fs::{Errno, Inode, Kind};
use super::super::super::text;
use super::super::users::{group, number_of, user};
use super::super::{Complaint, Misuse, Options, Refusal, Run};
use super::each;

/// `chmod`, whose mode may begin like an option.
pub fn chmod(r: &mut Run<'_>, o: &Options) -> i32 {
    let (mut recursive, mut args) = (false, Vec::new());
    for (i, a) in o.rest.iter().enumerate() {
        let letters = a.strip_prefix('-').filter(|l| !l.is_empty() && l.chars().all(|c| "Rcvf".contains(c)));
        match a.as_str() {
            "--" => {
                args.extend_from_slice(&o.rest[i + 1..]);
                break;
            }
            "--recursive" => recursive = true,
            "--verbose" | "--changes" | "--quiet" | "--silent" => {}
            "--help" => return r.refuse(Refusal::Help),
            _ if a.starts_with("--") => return r.refuse(Refusal::Option(a.clone(), Misuse::Unknown)),
            _ => match letters {
                Some(letters) => recursive |= letters.contains('R'),
                None => args.push(a.clone()),
            },
        }
    }
    let Some((mode, files)) = args.split_first().filter(|a| !a.1.is_empty()) else { return r.missing(&args) };
    if new_mode(mode, 0, false).is_none() {
        return r.refuse(match r.k.is_gnu() {
            true => Refusal::Wrong(format!("invalid mode: '{mode}'")),
            false => format!("invalid mode '{mode}'").into(),
        });
    }
    each(r, files, |r, f| {
        let found = r.k.fs.find(&r.p.cwd, f, true).and_then(|x| Ok((x.path, x.node.cloned().ok_or(Errno::NoEntry)?)));
        let result = found.and_then(|(at, node)| {
            if r.p.uid != 0 && node.uid != r.p.uid {
                return Err(Errno::Permission);
            }
            change(r.k.fs.edit(&at)?, recursive, &|n| n.mode = new_mode(mode, n.mode, n.is_dir()).unwrap_or(n.mode));
            Ok(())
        });
        result.map_err(|e| Complaint::about(f, e))
    })
}

fn change(n: &mut Inode, recursive: bool, f: &dyn Fn(&mut Inode)) {
    f(n);
    if recursive && let Kind::Dir(entries) = &mut n.kind {
        for child in entries.values_mut() {
            change(Arc::make_mut(child), true, f);
        }
    }
}

pub(super) fn new_mode(text: &str, old: u32, dir: bool) -> Option<u32> {
    if text.bytes().all(|b| (b'0'..=b'7').contains(&b)) && !text.is_empty() {
        return u32::from_str_radix(text, 8).ok().filter(|m| *m <= 0o7777);
    }
    let mut mode = old;
    for clause in text.split(',') {
        let op = clause.find(['+', '-', '='])?;
        let (who, mut rest) = clause.split_at(op);
        let mut mask = if who.is_empty() { 0o7777 } else { 0 };
        for c in who.chars() {
            mask |= match c {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                'a' => 0o7777,
                _ => return None,
            };
        }
        while let Some(op) = rest.chars().next() {
            let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |n| n + 1);
            let mut bits = 0;
            for c in rest[1..end].chars() {
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
            match op {
                '+' => mode |= bits & mask,
                '-' => mode &= !(bits & mask),
                _ => mode = mode & !mask | bits & mask,
            }
            rest = &rest[end..];
        }
    }
    Some(mode)
}

/// `chown` and `chgrp`.
pub fn chown(r: &mut Run<'_>, o: &Options) -> i32 {
    let recursive = o.has('R');
    let Some((who, files)) = o.rest.split_first().filter(|a| !a.1.is_empty()) else { return r.missing(&o.rest) };
    let (who_user, who_group) = if r.name == "chgrp" {
        ("", Some(who.as_str()))
    } else {
        who.split_once([':', '.']).map_or((who.as_str(), None), |(u, g)| (u, Some(g)))
    };
    let uid = if who_user.is_empty() { None } else { number_of(r.k, "/etc/passwd", who_user) };
    let gid = who_group.filter(|g| !g.is_empty()).and_then(|g| number_of(r.k, "/etc/group", g));
    if !who_user.is_empty() && uid.is_none() {
        r.err(if r.k.is_gnu() { format!("invalid user: '{who_user}'") } else { format!("unknown user {who_user}") });
        return 1;
    }
    if let Some(name) = who_group.filter(|g| !g.is_empty() && gid.is_none()) {
        r.err(if r.k.is_gnu() { format!("invalid group: '{name}'") } else { format!("unknown group {name}") });
        return 1;
    }
    each(r, files, |r, f| {
        let result = r.k.fs.find(&r.p.cwd, f, true).map(|x| x.path).and_then(|at| {
            if r.p.uid != 0 {
                return Err(Errno::Permission);
            }
            let give = |n: &mut Inode| (n.uid, n.gid) = (uid.unwrap_or(n.uid), gid.unwrap_or(n.gid));
            change(r.k.fs.edit(&at)?, recursive, &give);
            Ok(())
        });
        result.map_err(|e| Complaint::about(f, e))
    })
}

pub(in super::super) fn mode_text(n: &Inode) -> String {
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

pub fn stat(r: &mut Run<'_>, o: &Options) -> i32 {
    if o.rest.is_empty() {
        return r.missing(&[]);
    }
    let escaped = o.value('%').map(|format| String::from_utf8_lossy(&text::echo(&["-ne".into(), format.into()], false)).into_owned());
    let format = escaped.as_deref().or(o.value('c'));
    let mut status = 0;
    for f in &o.rest {
        let node = match r.k.fs.find(&r.p.cwd, f, o.has('L')).map(|x| x.node.cloned()) {
            Ok(Some(n)) => n,
            _ => {
                r.err(Complaint::cannot("stat", f, Errno::NoEntry));
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
        let time = strftime("%Y-%m-%d %H:%M:%S.000000000 +0000", node.mtime.unix_s(), 0);
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
                if escaped.is_none() {
                    out.push('\n');
                }
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

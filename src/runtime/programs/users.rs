//! Users and groups: whoami, id, groups, and what `/etc/passwd` and `/etc/group` say.

use super::super::kernel::Kernel;
use super::{Options, Run};
use crate::base::{List as _, Order as _};

pub fn whoami(r: &mut Run<'_>, _: &Options) -> i32 {
    let uid = r.p.uid;
    let Some(name) = name_in(r.k, "/etc/passwd", uid) else {
        r.err(if r.k.is_gnu() { format!("cannot find name for user ID {uid}") } else { format!("unknown uid {uid}") });
        return 1;
    };
    r.out(format!("{name}\n"));
    0
}

/// `id` and `groups`.
pub fn id(r: &mut Run<'_>, o: &Options) -> i32 {
    let ((u, g), more) = match o.rest.first() {
        None => ((r.p.uid, r.p.gid), r.k.groups.clone()),
        Some(name) => {
            let of = entry(r.k, "/etc/passwd", 0, name).and_then(|e| Some((e.get(2)?.parse().ok()?, e.get(3)?.parse().ok()?)));
            let Some(of) = of else {
                r.err(if r.k.is_gnu() { format!("'{name}': no such user") } else { format!("unknown user {name}") });
                return 1;
            };
            (of, Vec::new())
        }
    };
    let named = |name: String, n: u32| if name == n.to_string() { name } else { format!("{n}({name})") };
    let mut status = 0;
    let mut groups = vec![g];
    let listed = if o.rest.is_empty() && r.k.strict_groups { Vec::new() } else { more_groups(r.k, u) };
    groups.extend(listed.into_iter().chain(more.iter().copied()).filter(|n| *n != g));
    if !more.is_empty() {
        groups.order();
        groups.dedup();
    }
    let all = o.has('G') || r.name == "groups";
    let text = if all || o.any("ug") {
        let (file, who) = if o.has('u') { ("/etc/passwd", "user") } else { ("/etc/group", "group") };
        let asked = if all { groups } else { vec![if o.has('u') { u } else { g }] };
        let mut shown = asked.iter().map(u32::to_string).list();
        if o.has('n') || r.name == "groups" {
            for (n, shown) in asked.iter().zip(&mut shown) {
                match name_in(r.k, file, *n) {
                    Some(name) => *shown = name,
                    None => {
                        let gnu = r.k.is_gnu();
                        r.err(if gnu { format!("cannot find name for {who} ID {n}") } else { format!("unknown ID {n}") });
                        status = 1;
                    }
                }
            }
        }
        let whose = o.rest.first().filter(|_| r.name == "groups" && r.k.is_gnu()).map_or(String::new(), |name| format!("{name} : "));
        whose + &shown.join(" ")
    } else {
        // Without a file of groups there are no more than the one.
        let list = if !more.is_empty() || r.k.fs.stat("/", "/etc/group").is_ok() {
            format!(" groups={}", groups.iter().map(|n| named(group(r.k, *n), *n)).list().join(","))
        } else {
            String::new()
        };
        format!("uid={} gid={}{list}", named(user(r.k, u), u), named(group(r.k, g), g))
    };
    r.out(format!("{text}\n"));
    status
}

/// A file's text, as far as it is looked at.
pub fn read_text(k: &Kernel, file: &str) -> String {
    String::from_utf8_lossy(&k.fs.read("/", file, 1 << 16).unwrap_or_default()).into_owned()
}

/// The entry of `/etc/passwd` or `/etc/group` whose field is this.
fn entry(k: &Kernel, file: &str, field: usize, is: &str) -> Option<Vec<String>> {
    let text = read_text(k, file);
    let line = text.lines().find(|l| l.split(':').nth(field) == Some(is))?;
    Some(line.split(':').map(str::to_owned).list())
}

/// The name that `/etc/passwd` or `/etc/group` gives a number.
fn name_in(k: &Kernel, file: &str, id: u32) -> Option<String> {
    entry(k, file, 2, &id.to_string())?.first().cloned()
}

/// A user's name, or the number where there is none.
pub fn user(k: &Kernel, uid: u32) -> String {
    name_in(k, "/etc/passwd", uid).unwrap_or_else(|| uid.to_string())
}

/// A group's name, or the number where there is none.
pub fn group(k: &Kernel, gid: u32) -> String {
    name_in(k, "/etc/group", gid).unwrap_or_else(|| gid.to_string())
}

/// The number of a user or group that a file gives a name, or that is written.
pub fn number_of(k: &Kernel, file: &str, name: &str) -> Option<u32> {
    // An image may list no groups, yet root has one.
    let root = (name == "root").then_some(0);
    entry(k, file, 0, name).and_then(|e| e.get(2)?.parse().ok()).or_else(|| name.parse().ok()).or(root)
}

/// The groups that `/etc/group` lists a user in beside the own one.
fn more_groups(k: &Kernel, uid: u32) -> Vec<u32> {
    let name = user(k, uid);
    read_text(k, "/etc/group")
        .lines()
        .filter(|l| l.split(':').nth(3).is_some_and(|m| m.split(',').any(|u| u == name)))
        .filter_map(|l| l.split(':').nth(2)?.parse().ok())
        .list()
}

//! Programs that tell of the system, and small ones.

use super::super::shell::test_command;
use super::super::text;
use super::users::read_text;
use super::{Options, Run};
use crate::base::List as _;

pub fn nothing(_: &mut Run<'_>, _: &Options) -> i32 {
    0
}

pub fn fails(_: &mut Run<'_>, _: &Options) -> i32 {
    1
}

pub fn echo(r: &mut Run<'_>, o: &Options) -> i32 {
    r.out(text::echo(&o.rest, false));
    0
}

pub fn printf(r: &mut Run<'_>, o: &Options) -> i32 {
    match text::printf(&o.rest, !r.k.is_gnu()) {
        Ok((out, errors)) => {
            r.out(out);
            for e in &errors {
                r.err(e.to_string());
            }
            i32::from(!errors.is_empty())
        }
        Err(e) => {
            r.err(e.to_string());
            1
        }
    }
}

pub fn clear(r: &mut Run<'_>, _: &Options) -> i32 {
    // The escape sequences mean something to a terminal alone.
    if r.k.is_tty(r.p, 1) {
        r.out("\x1b[H\x1b[2J\x1b[3J");
    }
    0
}

pub fn test(r: &mut Run<'_>, _: &Options) -> i32 {
    let argv: Vec<String> = r.p.argv.iter().map(|a| a.to_string()).list();
    match test_command(r.k, r.p, &argv) {
        Ok(yes) => i32::from(!yes),
        Err(e) => {
            r.err(e.to_string());
            2
        }
    }
}

pub fn pwd(r: &mut Run<'_>, _: &Options) -> i32 {
    r.out(format!("{}\n", r.p.cwd));
    0
}

pub fn hostname(r: &mut Run<'_>, o: &Options) -> i32 {
    if !o.rest.is_empty() {
        r.err("sethostname: Operation not permitted");
        return 1;
    }
    let host = r.k.hostname.to_string();
    let text = if o.any("iI") {
        r.k.addresses.iter().map(|a| a.to_string()).list().join(" ")
    } else if o.any("fdA") {
        // The name that comes first where the hosts' file has this one.
        let hosts = read_text(r.k, "/etc/hosts");
        let full = hosts.lines().find_map(|line| {
            let mut names = line.split_whitespace().skip(1);
            let first = names.clone().next()?;
            names.any(|name| name == host).then(|| first.to_owned())
        });
        let full = full.unwrap_or(host);
        if o.has('d') { full.split_once('.').map_or("", |d| d.1).to_owned() } else { full }
    } else if o.has('s') {
        host.split('.').next().unwrap_or_default().to_owned()
    } else {
        host
    };
    r.out(format!("{text}\n"));
    0
}

pub fn uname(r: &mut Run<'_>, o: &Options) -> i32 {
    let host = r.k.hostname.to_string();
    let parts = [
        ('s', "Linux"),
        ('n', host.as_str()),
        ('r', "6.12.0-kubarium"),
        ('v', "#1 SMP"),
        ('m', "x86_64"),
        ('p', "unknown"),
        ('i', "unknown"),
        ('o', "GNU/Linux"),
    ];
    let shown = |c: char| o.has('a') && !matches!(c, 'p' | 'i') || o.has(c) || o.is_empty() && c == 's';
    let text: Vec<&str> = parts.iter().filter(|p| shown(p.0)).map(|p| p.1).list();
    r.out(format!("{}\n", text.join(" ")));
    0
}

pub fn printenv(r: &mut Run<'_>, o: &Options) -> i32 {
    if o.rest.is_empty() {
        let text: String = r.p.env.list().into_iter().map(|(n, v)| format!("{n}={v}\n")).collect();
        r.out(text);
    }
    let mut status = 0;
    for name in &o.rest {
        match r.p.var(name).cloned() {
            Some(v) => r.out(format!("{v}\n")),
            None => status = 1,
        }
    }
    status
}

pub fn which(r: &mut Run<'_>, o: &Options) -> i32 {
    let mut status = 0;
    for name in &o.rest {
        let path = r.p.var("PATH").cloned();
        match super::path_of(r.k, r.p, path.as_deref(), name) {
            Ok(found) => r.out(format!("{found}\n")),
            Err(_) => status = 1,
        }
    }
    status
}

pub fn tty(r: &mut Run<'_>, o: &Options) -> i32 {
    let is = r.k.is_tty(r.p, 0);
    if !o.has('s') {
        r.out(if is { "/dev/pts/0\n" } else { "not a tty\n" });
    }
    i32::from(!is)
}

pub fn no_editor(r: &mut Run<'_>, _: &Options) -> i32 {
    r.err("is not simulated; vi is");
    1
}

pub fn not_simulated(r: &mut Run<'_>, _: &Options) -> i32 {
    r.err("is not simulated");
    1
}

/// Packages whose programs an image has here all the same, beside those that are called like one of their programs.
const PACKAGES: &str = "amqp-tools bind-tools bind9-dnsutils bind9-host ca-certificates coreutils dnsutils gawk iproute2 iputils-ping \
                        less net-tools netcat netcat-openbsd netcat-traditional nmap-ncat procps psmisc redis-tools util-linux";

/// What can be installed is there already.
pub fn install(r: &mut Run<'_>, o: &Options) -> i32 {
    r.out(if r.name == "apk" { "OK: 8 MiB in 16 packages\n" } else { "Reading package lists... Done\n" });
    let mut named = o.rest.iter().filter(|a| !a.starts_with('-'));
    if !named.next().is_some_and(|verb| matches!(verb.as_str(), "install" | "add")) {
        return 0;
    }
    let known = |package: &str| {
        let program = |dir| r.k.fs.stat("/", &format!("{dir}/{package}")).is_ok();
        PACKAGES.split_whitespace().any(|p| p == package) || ["/bin", "/usr/bin", "/usr/sbin"].into_iter().any(program)
    };
    let Some(package) = named.find(|package| !known(package)) else { return 0 };
    let text = format!("E: Unable to locate package {package}: no more is simulated than the image has\n");
    let _ = r.k.put(r.p, 2, text.as_bytes());
    100
}

pub fn busybox(r: &mut Run<'_>, _: &Options) -> i32 {
    let applets = super::super::images::APPLETS.join(", ");
    r.out(format!("BusyBox v1.37.0 multi-call binary.\n\nCurrently defined functions:\n\t{applets}\n"));
    0
}

pub fn factor(r: &mut Run<'_>, o: &Options) -> i32 {
    for a in &o.rest {
        let Ok(mut n) = a.parse::<u64>() else {
            r.err(format!("invalid number '{a}'"));
            return 1;
        };
        let mut text = format!("{n}:");
        let mut d = 2u64;
        while d.saturating_mul(d) <= n && d < 2_000_000 {
            while n.is_multiple_of(d) {
                text.push_str(&format!(" {d}"));
                n /= d;
            }
            d += 1;
        }
        if n > 1 {
            text.push_str(&format!(" {n}"));
        }
        r.out(format!("{text}\n"));
    }
    0
}

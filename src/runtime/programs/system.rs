//! Programs that tell of the system, and small ones that compute.

use super::super::kernel::Kernel;
use super::super::process::{Body, Pid, Signal, Waiting};
use super::super::shell::test_command;
use super::super::text;
use super::{Options, Run};
use crate::base::{List as _, Order as _, civil_from_days, days_from_civil, strftime};

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
    match text::printf(&o.rest) {
        Ok((out, errors)) => {
            r.out(out);
            for e in &errors {
                r.err(e);
            }
            i32::from(!errors.is_empty())
        }
        Err(e) => {
            r.err(e);
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
            r.err(e);
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

pub fn whoami(r: &mut Run<'_>, _: &Options) -> i32 {
    r.out(format!("{}\n", user(r.k, r.p.uid)));
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
    let mut groups = vec![g];
    groups.extend(more_groups(r.k, u).into_iter().chain(more.iter().copied()).filter(|n| *n != g));
    if !more.is_empty() {
        groups.order();
        groups.dedup();
    }
    let one = |n: u32, name: fn(&Kernel, u32) -> String, k: &Kernel| if o.has('n') { name(k, n) } else { n.to_string() };
    let text = if r.name == "groups" {
        let whose = o.rest.first().filter(|_| r.k.is_gnu()).map_or(String::new(), |name| format!("{name} : "));
        whose + &groups.iter().map(|n| group(r.k, *n)).list().join(" ")
    } else if o.has('u') {
        one(u, user, r.k)
    } else if o.has('g') {
        one(g, group, r.k)
    } else if o.has('G') {
        groups.iter().map(|n| one(*n, group, r.k)).list().join(" ")
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
        let text: String = r.p.env.iter().map(|(n, v)| format!("{n}={v}\n")).collect();
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

pub fn nproc(r: &mut Run<'_>, o: &Options) -> i32 {
    let n = (r.k.cpu_millis / 1000).saturating_sub(o.number('i').unwrap_or(0)).max(1);
    r.out(format!("{n}\n"));
    0
}

pub fn uptime(r: &mut Run<'_>, _: &Options) -> i32 {
    let s = r.k.now.since(r.k.started).as_secs();
    r.out(format!(" {} up {} min,  load average: 0.00, 0.00, 0.00\n", strftime("%H:%M:%S", r.k.now.unix_s(), 0), s / 60));
    0
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

pub fn kill(r: &mut Run<'_>, o: &Options) -> i32 {
    let (status, out, errors) = super::kill(r.k, r.p, &o.rest);
    r.out(out);
    for e in errors {
        r.err(e);
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
    r.out("Reading package lists... Done\n");
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

/// A file's text, as far as it is looked at.
fn read_text(k: &Kernel, file: &str) -> String {
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
    // busybox's image lists no groups, yet root has one.
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

/// The second that a text tells.
pub(super) fn moment(text: &str, now: i64, gnu: bool) -> Option<i64> {
    let t = text.trim();
    if t == "now" {
        return Some(now);
    }
    if let Some(at) = from_now(t, now).filter(|_| gnu) {
        return Some(at);
    }
    // A day, and what is added to it.
    let sum = |(at, _): (usize, &str)| Some((moment(&t[..at], now, false)?, &t[at..])).and_then(|(day, rest)| from_now(rest, day));
    if let Some(at) = t.match_indices(' ').find_map(sum).filter(|_| gnu) {
        return Some(at);
    }
    if let Some(n) = t.strip_prefix('@') {
        return n.parse().ok();
    }
    let iso = t.replacen(' ', "T", 1);
    let iso = if iso.contains('T') { iso } else { format!("{iso}T00:00:00") };
    let iso = if iso.len() == 16 { format!("{iso}:00") } else { iso };
    crate::base::parse_rfc3339(&iso).or_else(|| crate::base::parse_rfc3339(&format!("{iso}Z"))).map(|p| p.0)
}

/// `touch -t`: `[[CC]YY]MMDDhhmm[.ss]`.
pub(super) fn stamp(text: &str, now: i64) -> Option<i64> {
    let (digits, seconds) = text.split_once('.').unwrap_or((text, "00"));
    let year = strftime("%Y", now, 0);
    let century = if digits.len() == 10 && digits >= "69" { "19" } else { "20" };
    let t = match digits.len() {
        8 => year + digits,
        10 => format!("{century}{digits}"),
        _ => digits.to_owned(),
    };
    let t = Some(t).filter(|t| t.len() == 12 && t.bytes().all(|b| b.is_ascii_digit()))?;
    moment(&format!("{}-{}-{}T{}:{}:{seconds}", &t[..4], &t[4..6], &t[6..8], &t[8..10], &t[10..]), now, false)
}

/// So many months and seconds after a moment. A day that its month does not have is one of the next month.
fn later(at: i64, months: i64, seconds: i64) -> Option<i64> {
    let mut at = at;
    if months != 0 {
        let (year, month, day) = civil_from_days(at.div_euclid(86_400));
        let month = (year * 12 + month - 1).checked_add(months).filter(|month| month.unsigned_abs() < 1 << 20)?;
        let first = days_from_civil(month.div_euclid(12), month.rem_euclid(12) + 1, 1);
        at = (first + day - 1) * 86_400 + at.rem_euclid(86_400);
    }
    at.checked_add(seconds)
}

/// GNU's `2 days ago`, `+1 hour`, `yesterday`, `next month`; `ago` is about what stands right before it.
fn from_now(text: &str, now: i64) -> Option<i64> {
    let (mut count, mut negative, mut at, mut last) = (None, false, now, None);
    for word in text.to_lowercase().replace('+', " + ").replace('-', " - ").split_whitespace() {
        if matches!(word, "+" | "-") {
            negative = word == "-";
            continue;
        }
        if word == "ago" {
            let (months, seconds): (i64, i64) = last.take().filter(|_| count.is_none())?;
            at = later(at, months.checked_mul(-2)?, seconds.checked_mul(-2)?)?;
            continue;
        }
        let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &word[..word.len() - letters.len()];
        if !number.is_empty() {
            let n = number.parse::<i64>().ok().filter(|_| count.is_none())?;
            count = Some(if std::mem::take(&mut negative) { -n } else { n });
        }
        let unit = match letters.strip_suffix('s').unwrap_or(letters) {
            "" | "now" | "today" => continue,
            "next" => 0,
            "last" => -1,
            "yesterday" => -86_400,
            "tomorrow" | "day" => 86_400,
            "second" | "sec" => 1,
            "minute" | "min" => 60,
            "hour" => 3600,
            "week" => 604_800,
            "fortnight" => 1_209_600,
            "month" | "year" => {
                let months = count.take().unwrap_or(1).checked_mul(if letters.starts_with('m') { 1 } else { 12 })?;
                (at, last) = (later(at, months, 0)?, Some((months, 0)));
                continue;
            }
            _ => return None,
        };
        match unit {
            0 => count = Some(1),
            -1 => count = Some(-1),
            unit => {
                let seconds = count.take().unwrap_or(1).checked_mul(unit)?;
                (at, last) = (later(at, 0, seconds)?, Some((0, seconds)));
            }
        }
    }
    count.is_none().then_some(at).filter(|at| (-(1 << 40)..1 << 40).contains(at))
}

pub fn date(r: &mut Run<'_>, o: &Options) -> i32 {
    let mut unix = r.k.now.unix_s();
    let mut micros = (r.k.now.0 % 1_000_000) as u32;
    if let Some(given) = o.value('d') {
        micros = 0;
        let Some(at) = moment(given, unix, r.k.is_gnu()) else {
            r.err(format!("invalid date '{given}'"));
            return 1;
        };
        unix = at;
    } else if let Some(file) = o.value('r') {
        micros = 0;
        unix = match r.k.fs.stat(&r.p.cwd, file) {
            Ok(node) => node.mtime.unix_s(),
            Err(e) => {
                r.err(if r.k.is_gnu() { format!("{file}: {e}") } else { format!("can't stat '{file}': {e}") });
                return 1;
            }
        };
    }
    if o.has('s') {
        r.err(if r.k.is_gnu() { "cannot set date: Operation not permitted" } else { "can't set date: Operation not permitted" });
        return 1;
    }
    if let Some(what) = o.value('3').filter(|what| !matches!(*what, "date" | "seconds" | "ns")) {
        r.err(format!("invalid argument '{what}' for '--rfc-3339'\nValid arguments are:\n  - 'date'\n  - 'seconds'\n  - 'ns'\nTry 'date --help' for more information."));
        return 1;
    }
    let format = match (o.rest.iter().find_map(|a| a.strip_prefix('+')), o.value('I').or(o.value('3'))) {
        (Some(f), _) => f,
        (None, Some("" | "date")) => "%Y-%m-%d",
        (None, Some("seconds")) if o.has('3') => "%Y-%m-%d %H:%M:%S+00:00",
        (None, Some("ns")) if o.has('3') => "%Y-%m-%d %H:%M:%S.%N+00:00",
        (None, Some(v)) if v.starts_with('h') => "%Y-%m-%dT%H+00:00",
        (None, Some(v)) if v.starts_with('m') => "%Y-%m-%dT%H:%M+00:00",
        (None, Some(_)) => "%Y-%m-%dT%H:%M:%S+00:00",
        (None, None) if o.has('R') => "%a, %d %b %Y %H:%M:%S %z",
        (None, None) => "%a %b %e %H:%M:%S %Z %Y",
    };
    r.out(format!("{}\n", strftime(format, unix, micros)));
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

/// `expr`, by precedence climbing over its arguments.
pub fn expr(r: &mut Run<'_>, o: &Options) -> i32 {
    struct E<'a> {
        args: &'a [String],
        at: usize,
        depth: u32,
    }
    const LEVELS: [&[&str]; 6] = [&["|"], &["&"], &["<", "<=", "=", "==", "!=", ">=", ">"], &["+", "-"], &["*", "/", "%"], &[":"]];
    impl E<'_> {
        fn level(&mut self, n: usize) -> Result<String, String> {
            if n == LEVELS.len() {
                return self.primary();
            }
            let mut a = self.level(n + 1)?;
            while let Some(op) = self.args.get(self.at).filter(|o| LEVELS[n].contains(&o.as_str())).cloned() {
                self.at += 1;
                let b = self.level(n + 1)?;
                a = apply(&a, &op, &b)?;
            }
            Ok(a)
        }
        fn primary(&mut self) -> Result<String, String> {
            self.depth += 1;
            if self.depth > 200 {
                return Err("syntax error".into());
            }
            let Some(a) = self.args.get(self.at).cloned() else { return Err("syntax error".into()) };
            self.at += 1;
            let next = |e: &mut Self| {
                e.at += 1;
                e.args.get(e.at - 1).cloned().ok_or_else(|| "syntax error".to_string())
            };
            match a.as_str() {
                "(" => {
                    let v = self.level(0)?;
                    if self.args.get(self.at).is_none_or(|c| c != ")") {
                        return Err("syntax error".into());
                    }
                    self.at += 1;
                    Ok(v)
                }
                "length" => Ok(next(self)?.chars().count().to_string()),
                "index" => {
                    let (s, set) = (next(self)?, next(self)?);
                    Ok(s.chars().position(|c| set.contains(c)).map_or(0, |n| n + 1).to_string())
                }
                "substr" => {
                    let (s, from, len) = (next(self)?, next(self)?, next(self)?);
                    let (from, len) = (from.parse::<usize>().unwrap_or(0), len.parse::<usize>().unwrap_or(0));
                    Ok(if from == 0 { String::new() } else { s.chars().skip(from - 1).take(len).collect() })
                }
                "match" => {
                    let (s, re) = (next(self)?, next(self)?);
                    apply(&s, ":", &re)
                }
                _ => Ok(a),
            }
        }
    }
    fn truth(v: &str) -> bool {
        !v.is_empty() && v != "0"
    }
    fn apply(a: &str, op: &str, b: &str) -> Result<String, String> {
        let numbers = a.parse::<i64>().ok().zip(b.parse::<i64>().ok());
        Ok(match op {
            "|" => if truth(a) { a } else { b }.to_string(),
            "&" => if truth(a) && truth(b) { a } else { "0" }.to_string(),
            "<" | "<=" | "=" | "==" | "!=" | ">=" | ">" => {
                let order = match numbers {
                    Some((x, y)) => x.cmp(&y),
                    None => a.cmp(b),
                };
                let yes = match op {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    "=" | "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    ">=" => order.is_ge(),
                    _ => order.is_gt(),
                };
                i32::from(yes).to_string()
            }
            ":" => {
                let re =
                    super::super::regex::Regex::new(&format!("^{}", b.trim_start_matches('^')), false, false).map_err(|e| e.to_string())?;
                match re.find(a) {
                    Some(m) if b.contains("\\(") => {
                        m.groups.get(1).copied().flatten().map_or_else(String::new, |(x, z)| a[x..z].to_string())
                    }
                    Some(m) => a[m.range().0..m.range().1].chars().count().to_string(),
                    None if b.contains("\\(") => String::new(),
                    None => "0".into(),
                }
            }
            op => {
                let Some((x, y)) = numbers else { return Err("non-numeric argument".into()) };
                match op {
                    "+" => x.wrapping_add(y),
                    "-" => x.wrapping_sub(y),
                    "*" => x.wrapping_mul(y),
                    _ if y == 0 => return Err("division by zero".into()),
                    "/" => x.wrapping_div(y),
                    _ => x.wrapping_rem(y),
                }
                .to_string()
            }
        })
    }
    let args = &o.rest;
    let mut e = E { args, at: 0, depth: 0 };
    match e.level(0) {
        Ok(v) if e.at == args.len() => {
            r.out(format!("{v}\n"));
            i32::from(!truth(&v))
        }
        Ok(_) => {
            r.err("syntax error");
            2
        }
        Err(text) => {
            r.err(text);
            2
        }
    }
}

pub fn top(r: &mut Run<'_>, _: &Options) -> i32 {
    let total = r.k.memory_limit.unwrap_or(8 << 30) >> 10;
    let used = r.k.memory() >> 10;
    let mut out = format!(
        "Mem: {used}K used, {}K free, 0K shrd, 0K buff, 0K cached\nCPU:   0% usr   0% sys   0% nic  99% idle   0% io   0% irq   0% sirq\nLoad average: 0.00 0.00 0.00 1/{} {}\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n",
        total.saturating_sub(used),
        r.k.procs.len() + 1,
        r.p.pid
    );
    for p in r.k.procs.values() {
        let running = p.waiting() == Waiting::Running;
        out.push_str(&format!(
            "{:>5} {:>5} {:<8} {}    {:>5}   {}%   0 {:>3}% {}\n",
            p.pid,
            p.ppid,
            user(r.k, p.uid),
            if running { 'R' } else { 'S' },
            p.memory >> 10,
            (p.memory >> 10) * 100 / total.max(1),
            if running { 99 } else { 0 },
            p.argv.join(" ")
        ));
    }
    r.out(out);
    0
}

pub fn free(r: &mut Run<'_>, o: &Options) -> i32 {
    let has = |c| o.has(c);
    // The node's memory, as a container sees it.
    let (total, used) = (8u64 << 30, r.k.memory());
    let show = |bytes: u64| {
        if has('h') {
            text::human(bytes)
        } else if has('m') {
            (bytes >> 20).to_string()
        } else if has('g') {
            (bytes >> 30).to_string()
        } else {
            (if has('b') { bytes } else { bytes >> 10 }).to_string()
        }
    };
    let left = total - used.min(total);
    let gnu = r.k.is_gnu();
    let line = |name: &str, cells: &[String]| {
        let name = format!("{name:<width$}", width = if gnu { 8 } else { 7 });
        cells.iter().fold(name, |line, cell| line + &format!("{cell:>12}")) + "\n"
    };
    let heads = if has('w') { "total used free shared buffers cache available" } else { "total used free shared buff/cache available" };
    let heads: Vec<String> = heads.split(' ').map(str::to_owned).list();
    let mut cells = vec![show(total), show(used), show(left), show(0), show(0), show(left)];
    if has('w') {
        cells.insert(4, show(0));
    }
    let mut text = line("", &heads) + &line("Mem:", &cells) + &line("Swap:", &[show(0), show(0), show(0)]);
    if has('t') {
        text += &line("Total:", &cells[..3]);
    }
    r.out(text);
    0
}

pub fn df(r: &mut Run<'_>, o: &Options) -> i32 {
    let size = 100u64 << 30;
    let used = r.k.fs.used();
    let (title, shift) = if o.has('h') {
        ("Size", 0)
    } else if o.has('m') {
        ("1M-blocks", 20)
    } else {
        ("1K-blocks", 10)
    };
    let show = |b: u64| if shift == 0 { text::human(b) } else { (b >> shift).to_string() };
    let (inodes, kinds) = (o.has('i'), o.has('T'));
    let kind = |name: &str| if kinds { format!(" {name:<10}") } else { String::new() };
    let width = if inodes { 9 } else { title.len().max(9) };
    let title = if inodes { "Inodes" } else { title };
    let mut out = format!("Filesystem          {} {title:>width$}      Used Available Use% Mounted on\n", kind("Type"));
    let mut mounts: Vec<String> = std::iter::once("/".to_string()).chain(r.k.fs.mounts().iter().map(|m| m.path.to_string())).list();
    let mut status = 0;
    if !o.rest.is_empty() {
        let all = std::mem::take(&mut mounts);
        for path in &o.rest {
            let found = r.k.fs.find(&r.p.cwd, path, true).ok().filter(|f| f.node.is_some()).map(|f| f.path);
            let Some(found) = found else {
                let why = if r.k.is_gnu() { "No such file or directory" } else { "can't find mount point" };
                r.err(format!("{path}: {why}"));
                status = 1;
                continue;
            };
            let above =
                |m: &&String| *m == "/" || found.strip_prefix(m.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            mounts.extend(all.iter().filter(above).max_by_key(|m| m.len()).cloned());
        }
    }
    for m in &mounts {
        let name = if m == "/" { "overlay" } else { "/dev/sda1" };
        // A file for each 16 KiB of the disk, as ext4 has them.
        let (size, used) = if inodes { (size >> 14, used >> 14) } else { (size, used) };
        let show = |n: u64| if inodes && shift > 0 { n.to_string() } else { show(n) };
        out.push_str(&format!(
            "{name:<20}{} {:>width$} {:>9} {:>9} {:>3}% {m}\n",
            kind(if m == "/" { "overlay" } else { "ext4" }),
            show(size),
            show(used),
            show(size.saturating_sub(used)),
            used * 100 / size
        ));
    }
    r.out(out);
    status
}

pub fn by_name(r: &mut Run<'_>, o: &Options) -> i32 {
    let mut signal = Signal::TERM;
    let mut names = Vec::new();
    let mut full = false;
    let mut quiet = false;
    let (mut exact, mut listed) = (false, false);
    let mut it = o.rest.iter().cloned();
    while let Some(a) = it.next() {
        let Some(letters) = a.strip_prefix('-') else {
            names.push(a);
            continue;
        };
        if let Some(s) = Signal::parse(letters) {
            signal = s;
            continue;
        }
        for c in letters.chars() {
            match c {
                'f' => full = true,
                'q' => quiet = true,
                'x' => exact = true,
                'l' | 'a' => listed = true,
                'e' => {}
                's' if r.name != "pidof" => signal = it.next().and_then(|s| Signal::parse(&s)).unwrap_or(signal),
                'c' | 'i' | 'n' | 'o' | 'P' | 'u' | 'v' => {
                    r.err(format!("option -{c} is not simulated"));
                    return 1;
                }
                _ => {
                    r.err(format!("bad signal name '{letters}'"));
                    return 1;
                }
            }
        }
    }
    let loose = matches!(r.name, "pkill" | "pgrep");
    let mut status = i32::from(loose || r.name == "pidof");
    for name in names {
        let pids: Vec<Pid> =
            r.k.procs
                .values()
                .filter(|p| {
                    let own = p.argv.first().map_or("", |a| super::super::fs::base_name(a));
                    let cmd = p.argv.join(" ");
                    if matches!(p.body, Body::Gone) {
                        return false;
                    }
                    let text = if full { cmd.as_str() } else { own };
                    if loose && !exact { text.contains(&name) } else { text == name }
                })
                .map(|p| p.pid)
                .list();
        if pids.is_empty() {
            if r.name == "killall" && !quiet {
                if r.k.is_gnu() {
                    let _ = r.k.put(r.p, 2, format!("{name}: no process found\n").as_bytes());
                } else {
                    r.err(format!("{name}: no process killed"));
                }
                status = 1;
            }
            continue;
        }
        status = 0;
        match r.name {
            "pidof" => {
                let text: Vec<String> = pids.iter().rev().map(|p| p.to_string()).list();
                r.out(format!("{}\n", text.join(" ")));
            }
            "pgrep" => {
                for p in pids {
                    let command = r.k.procs.get(&p).filter(|_| listed).map_or(String::new(), |p| format!(" {}", p.argv.join(" ")));
                    r.out(format!("{p}{command}\n"));
                }
            }
            _ => {
                for p in pids {
                    let _ = r.k.signal(p, signal, true);
                }
            }
        }
    }
    status
}

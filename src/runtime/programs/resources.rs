//! What there is of processors, memory and disk, and what of it is used: nproc, uptime, top, free, df.

use super::super::process::Waiting;
use super::super::text;
use super::users::user;
use super::{Options, Run};
use crate::base::{List as _, strftime};

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
            text::human(bytes, false)
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
    let disk = (100u64 << 30, r.k.fs.used());
    let gnu = r.k.is_gnu();
    let (title, shift) = if o.has('h') {
        ("Size", 0)
    } else if o.has('m') {
        ("1M-blocks", 20)
    } else {
        ("1K-blocks", 10)
    };
    // Busybox cuts off what GNU's program rounds up.
    let up = if gnu { (1 << shift) - 1 } else { 0 };
    let show = |b: u64| if shift == 0 { text::human(b, gnu) } else { ((b + up) >> shift).to_string() };
    let (inodes, kinds) = (o.has('i'), o.has('T'));
    let mut rows = vec![
        match (inodes, gnu) {
            (true, true) => ["Filesystem", "Type", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on"],
            (true, false) => ["Filesystem", "Type", "Inodes", "Used", "Available", "Use%", "Mounted on"],
            (false, true) if shift == 0 => ["Filesystem", "Type", title, "Used", "Avail", "Use%", "Mounted on"],
            _ => ["Filesystem", "Type", title, "Used", "Available", "Use%", "Mounted on"],
        }
        .map(str::to_owned),
    ];
    let mut mounts: Vec<String> = std::iter::once("/".to_string()).chain(r.k.fs.mounts().iter().map(|m| m.path.to_string())).list();
    let mut status = 0;
    if !o.rest.is_empty() {
        let all = std::mem::take(&mut mounts);
        for path in &o.rest {
            let found = r.k.fs.find(&r.p.cwd, path, true).ok().filter(|f| f.node.is_some()).map(|f| f.path);
            let Some(found) = found else {
                let why = if gnu { "No such file or directory" } else { "can't find mount point" };
                r.err(format!("{path}: {why}"));
                status = 1;
                continue;
            };
            let above =
                |m: &&String| *m == "/" || found.strip_prefix(m.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            mounts.extend(all.iter().filter(above).max_by_key(|m| m.len()).cloned());
        }
    }
    for m in mounts {
        let memory = r.k.fs.mounts().iter().find(|mount| *mount.path == *m).and_then(|mount| mount.memory);
        let (name, type_) = match memory {
            Some(_) => ("tmpfs", "tmpfs"),
            None if m == "/" => ("overlay", "overlay"),
            None => ("/dev/sda1", "ext4"),
        };
        let (size, used) = memory.map_or(disk, |size| {
            let all = r.k.memory_limit.unwrap_or(8 << 30);
            let files = r.k.fs.find("/", &m, true).ok().and_then(|f| f.node).map_or(0, |node| node.memory_usage());
            (if size == 0 { all } else { size.min(all) }, files)
        });
        // A file for each 16 KiB of the disk, as ext4 has them.
        let (size, used) = if inodes { (size >> 14, used >> 14) } else { (size, used) };
        let show = |n: u64| if inodes && shift > 0 { n.to_string() } else { show(n) };
        let share = if gnu { (used * 100).div_ceil(size.max(1)) } else { used * 100 / size };
        rows.push([name.into(), type_.into(), show(size), show(used), show(size.saturating_sub(used)), format!("{share}%"), m]);
    }
    let most = if inodes { 9 } else { title.len().max(9) };
    // GNU's columns are as wide as what is in them.
    let mut widths = if gnu { [14, 4, 5, 5, 5, 4] } else { [20, 10, most, 9, 9, 4] };
    for row in rows.iter().filter(|_| gnu) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
        }
    }
    let [a, b, c, d, e, f] = widths;
    for [name, type_, size, used, left, share, path] in rows {
        let type_ = if kinds { format!(" {type_:<b$}") } else { String::new() };
        r.out(format!("{name:<a$}{type_} {size:>c$} {used:>d$} {left:>e$} {share:>f$} {path}\n"));
    }
    status
}

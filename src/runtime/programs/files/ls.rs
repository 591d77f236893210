//! `ls`.

use super::*;
use crate::base::List as _;

pub fn ls(r: &mut Run<'_>, o: &Options) -> i32 {
    let (has, mut files) = (|c| o.has(c), o.rest.clone());
    if files.is_empty() {
        files.push(".".into());
    }
    let mut status = 0;
    let missing = if r.k.is_gnu() { 2 } else { 1 };
    let mut plain: Vec<(String, Arc<Inode>)> = Vec::new();
    let mut dirs: Vec<(String, Arc<Inode>)> = Vec::new();
    files.order();
    for f in files {
        let shown = (has('l') || has('d')) && !o.any("LH");
        match r.k.fs.find(&r.p.cwd, &f, !shown || f.ends_with('/')).map(|x| x.node.cloned()) {
            Ok(Some(n)) if n.is_dir() && !has('d') => dirs.push((f, n)),
            Ok(Some(n)) => plain.push((f, n)),
            Ok(None) => {
                r.err(Complaint::about(f, Errno::NoEntry));
                status = missing;
            }
            Err(e) => {
                r.err(Complaint::about(f, e));
                status = missing;
            }
        }
    }
    let tty = r.k.is_tty(r.p, 1);
    let flags = Ls {
        long: has('l') || has('n'),
        one: has('1') || !tty && !has('C') && !has('x'),
        human: has('h'),
        classify: has('F'),
        folders: o.any("Fp"),
        by_time: has('t'),
        by_size: has('S'),
        reverse: has('r'),
        inode: has('i'),
        numeric: has('n'),
    };
    let mut out = String::new();
    if !plain.is_empty() {
        flags.print(r.k, plain, &mut out, false);
    }
    let headers = dirs.len() > 1 || !out.is_empty() || has('R');
    let mut queue: std::collections::VecDeque<(String, Arc<Inode>)> = dirs.into();
    let mut first = out.is_empty();
    while let Some((name, node)) = queue.pop_front() {
        if !r.k.allows((r.p.uid, r.p.gid), &node, 4) {
            r.err(Complaint::cannot("open", name, Errno::Access));
            status = 1;
            continue;
        }
        if headers {
            out.push_str(&format!("{}{name}:\n", if first { "" } else { "\n" }));
        }
        first = false;
        let Kind::Dir(entries) = &node.kind else { continue };
        let all = o.any("af");
        let mut list: Vec<(String, Arc<Inode>)> = Vec::new();
        if all {
            list.push((".".into(), node.clone()));
            list.push(("..".into(), r.k.fs.stat(&r.p.cwd, &format!("{name}/..")).cloned().unwrap_or_else(|_| node.clone())));
        }
        if r.k.fs.find(&r.p.cwd, &name, true).is_ok_and(|found| found.path == "/proc") {
            let folder = Arc::new(Inode::dir(0o555));
            let pids = r.k.procs.keys().copied().chain([r.p.pid]);
            list.extend(pids.map(|pid| (pid.to_string(), folder.clone())));
        }
        for (n, child) in entries {
            if !n.starts_with('.') || all || has('A') {
                let path = format!("{name}/{n}");
                // What is mounted there is what is seen.
                let followed = r.k.fs.find(&r.p.cwd, &path, has('L')).ok().and_then(|x| x.node.cloned()).unwrap_or_else(|| child.clone());
                if has('R') && followed.is_dir() && child.is_dir() && queue.len() < 10_000 {
                    queue.push_back((path, followed.clone()));
                }
                list.push((n.to_string(), followed));
            }
        }
        flags.print(r.k, list, &mut out, true);
    }
    r.out(out);
    status
}

struct Ls {
    long: bool,
    one: bool,
    human: bool,
    classify: bool,
    /// Whether folders have a slash.
    folders: bool,
    by_time: bool,
    by_size: bool,
    reverse: bool,
    inode: bool,
    numeric: bool,
}

impl Ls {
    fn print(&self, k: &Kernel, mut list: Vec<(String, Arc<Inode>)>, out: &mut String, total: bool) {
        if self.by_time {
            list.order_by(|a, b| b.1.mtime.cmp(&a.1.mtime).then_with(|| a.0.cmp(&b.0)));
        } else if self.by_size {
            list.order_by(|a, b| b.1.size().cmp(&a.1.size()).then_with(|| a.0.cmp(&b.0)));
        }
        if self.reverse {
            list.reverse();
        }
        let name = |n: &str, node: &Inode| {
            let mark = match node.kind {
                Kind::Dir(_) if self.folders => "/",
                Kind::Link(_) if self.classify && !self.long => "@",
                Kind::File { .. } | Kind::Program(_) if self.classify && node.mode & 0o111 != 0 => "*",
                _ => "",
            };
            format!("{n}{mark}")
        };
        if !self.long {
            if self.one || list.is_empty() {
                for (n, node) in &list {
                    if self.inode {
                        out.push_str("      1 ");
                    }
                    out.push_str(&name(n, node));
                    out.push('\n');
                }
                return;
            }
            // Columns, down first, within 80 characters.
            let names: Vec<String> = list.iter().map(|(n, node)| name(n, node)).list();
            let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0) + 2;
            let columns = (80 / width).clamp(1, names.len());
            let rows = names.len().div_ceil(columns);
            for row in 0..rows {
                let mut line = String::new();
                for n in names.iter().skip(row).step_by(rows) {
                    line.push_str(&format!("{n:width$}"));
                }
                out.push_str(line.trim_end());
                out.push('\n');
            }
            return;
        }
        if total {
            let blocks: u64 = list.iter().map(|(_, n)| if matches!(n.kind, Kind::Link(_)) { 0 } else { n.size().div_ceil(4096) * 4 }).sum();
            out.push_str(&format!("total {blocks}\n"));
        }
        let gnu = k.is_gnu();
        let mut rows = Vec::new();
        for (n, node) in &list {
            let date = {
                let unix = node.mtime.unix_s();
                let old = k.now.unix_s() - unix > 180 * 86_400;
                strftime(if old { "%b %e  %Y" } else { "%b %e %H:%M" }, unix, 0)
            };
            let links = match &node.kind {
                Kind::Dir(e) => 2 + e.values().filter(|c| c.is_dir()).count(),
                _ => 1,
            };
            let size = if self.human { text::human(node.size(), gnu) } else { node.size().to_string() };
            let (user, group) =
                if self.numeric { (node.uid.to_string(), node.gid.to_string()) } else { (user(k, node.uid), group(k, node.gid)) };
            let target = match &node.kind {
                Kind::Link(t) => format!(" -> {t}"),
                _ => String::new(),
            };
            let size = match node.kind {
                Kind::Device(_) if gnu => "1, 3".into(),
                Kind::Device(_) => "   1,   3".into(),
                _ => size,
            };
            rows.push(([links.to_string(), user, group, size], mode_text(node), format!("{date} {}{target}\n", name(n, node))));
        }
        // GNU's columns are as wide as what is in them.
        let mut widths = if gnu { [0; 4] } else { [4, 8, 8, 9] };
        for (cells, ..) in rows.iter().filter(|_| gnu) {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.len().max(*width);
            }
        }
        let [a, b, c, d] = widths;
        for ([links, user, group, size], mode, rest) in rows {
            out.push_str(&format!("{mode} {links:>a$} {user:<b$} {group:<c$} {size:>d$} {rest}"));
        }
    }
}

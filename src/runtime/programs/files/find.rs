//! find.

use std::sync::Arc;

use super::super::super::fs::{Errno, Inode, Kind, base_name};
use super::super::super::kernel::Kernel;
use super::super::super::process::Process;
use super::super::super::shell::Pattern;
use super::super::Run;
use super::super::system::user;
use super::{clean, remove_tree};

/// All files below a path, for `grep -r`.
pub fn all_files(k: &Kernel, p: &Process, path: &str) -> Vec<String> {
    fn walk(node: &Inode, path: &str, out: &mut Vec<String>) {
        if out.len() > 10_000 {
            return;
        }
        match &node.kind {
            Kind::Dir(entries) => {
                for (n, c) in entries {
                    walk(c, &format!("{}/{n}", path.trim_end_matches('/')), out);
                }
            }
            Kind::File { .. } => out.push(path.to_string()),
            _ => {}
        }
    }
    let mut out = Vec::new();
    match k.fs.stat(&p.cwd, path) {
        Ok(node) => walk(node, path, &mut out),
        Err(_) => out.push(path.to_string()),
    }
    out
}

/// `find`: prints what matches, or returns the commands of `-exec`.
pub fn find(r: &mut Run<'_>) -> Result<(i32, Vec<Vec<String>>), i32> {
    let split = r.args.iter().position(|a| a.starts_with('-') || a == "(" || a == "!").unwrap_or(r.args.len());
    let mut roots = r.args[..split].to_vec();
    let tests = r.args[split..].to_vec();
    if roots.is_empty() {
        roots.push(".".into());
    }
    let mut max_depth = usize::MAX;
    let mut min_depth = 0;
    for pair in tests.windows(2) {
        match pair[0].as_str() {
            "-maxdepth" => max_depth = pair[1].parse().unwrap_or(usize::MAX),
            "-mindepth" => min_depth = pair[1].parse().unwrap_or(0),
            _ => {}
        }
    }
    let mut status = 0;
    let mut list: Vec<(String, Arc<Inode>, usize)> = Vec::new();
    fn walk(k: &Kernel, p: &Process, path: String, node: Arc<Inode>, depth: usize, max: usize, out: &mut Vec<(String, Arc<Inode>, usize)>) {
        if out.len() > 50_000 || depth > 200 {
            return;
        }
        out.push((path.clone(), node.clone(), depth));
        if depth >= max {
            return;
        }
        if let Kind::Dir(entries) = &node.kind {
            for (n, c) in entries {
                let child = format!("{}/{n}", path.trim_end_matches('/'));
                let c = k.fs.find(&p.cwd, &child, false).ok().and_then(|x| x.node.cloned()).unwrap_or_else(|| c.clone());
                walk(k, p, child, c, depth + 1, max, out);
            }
        }
    }
    for root in roots {
        match r.k.fs.find(&r.p.cwd, &root, false).map(|x| x.node.cloned()) {
            Ok(Some(n)) => walk(r.k, r.p, root, n, 0, max_depth, &mut list),
            _ => {
                r.err(format!("{root}: {}", Errno::NoEntry));
                status = 1;
            }
        }
    }
    let now = r.k.now;
    let mut out = String::new();
    let mut commands: Vec<Vec<String>> = Vec::new();
    let mut gathered: Option<(Vec<String>, Vec<String>)> = None;
    let mut deleted = Vec::new();
    for (path, node, depth) in list {
        if depth < min_depth {
            continue;
        }
        let mut yes = true;
        let mut turn = false;
        let mut acted = false;
        let mut i = 0;
        let mut pending_or = false;
        while i < tests.len() {
            let test = tests[i].as_str();
            let value = tests.get(i + 1).map_or("", String::as_str);
            i += 1;
            let mut takes = true;
            let hit = match test {
                "!" | "-not" => {
                    turn = !turn;
                    continue;
                }
                "-o" | "-or" => {
                    // The first side that holds decides.
                    if yes {
                        pending_or = true;
                        break;
                    }
                    yes = true;
                    acted = false;
                    continue;
                }
                "-a" | "-and" | "(" | ")" => continue,
                "-name" => Pattern::new(value).matches(base_name(&path)),
                "-iname" => Pattern::new(&value.to_lowercase()).matches(&base_name(&path).to_lowercase()),
                "-path" | "-wholename" => Pattern::new(value).matches(&path),
                "-type" => match value {
                    "f" => matches!(node.kind, Kind::File { .. } | Kind::Program(_)),
                    "d" => node.is_dir(),
                    "l" => matches!(node.kind, Kind::Link(_)),
                    "c" => matches!(node.kind, Kind::Device(_)),
                    _ => false,
                },
                "-maxdepth" | "-mindepth" => true,
                "-size" => {
                    let (sign, rest) =
                        value.strip_prefix('+').map_or_else(|| value.strip_prefix('-').map_or((0, value), |r| (-1, r)), |r| (1, r));
                    let unit = if rest.ends_with(|c: char| c.is_ascii_digit()) { 512 } else { 1 };
                    let want = super::super::filter::lines::size(rest).unwrap_or(0) * unit;
                    match sign {
                        1 => node.size() > want,
                        -1 => node.size() < want,
                        _ => node.size() == want,
                    }
                }
                "-mmin" | "-mtime" => {
                    let unit = if test == "-mmin" { 60 } else { 86_400 };
                    let age = now.since(node.mtime).as_secs() / unit;
                    match value.as_bytes().first() {
                        Some(b'-') => age < value[1..].parse().unwrap_or(0),
                        Some(b'+') => age > value[1..].parse().unwrap_or(0),
                        _ => age == value.parse().unwrap_or(0),
                    }
                }
                "-newer" => r.k.fs.stat(&r.p.cwd, value).is_ok_and(|n| node.mtime > n.mtime),
                "-user" => user(r.k, node.uid) == value,
                "-perm" => u32::from_str_radix(value.trim_start_matches(['-', '/']), 8)
                    .is_ok_and(|m| if value.starts_with('-') { node.mode & m == m } else { node.mode & 0o7777 == m }),
                "-empty" => {
                    takes = false;
                    match &node.kind {
                        Kind::Dir(e) => e.is_empty(),
                        _ => node.size() == 0,
                    }
                }
                "-print" | "-print0" => {
                    takes = false;
                    if yes {
                        acted = true;
                        out.push_str(&path);
                        out.push(if test == "-print" { '\n' } else { '\0' });
                    }
                    true
                }
                "-delete" => {
                    takes = false;
                    if yes {
                        acted = true;
                        deleted.push(path.clone());
                    }
                    true
                }
                "-prune" | "-depth" | "-xdev" | "-follow" => {
                    takes = false;
                    true
                }
                "-exec" | "-ok" => {
                    takes = false;
                    let end = tests[i..].iter().position(|a| a == ";" || a == "+").map_or(tests.len(), |n| i + n);
                    if end == tests.len() {
                        r.err("unterminated exec");
                        return Err(1);
                    }
                    if yes {
                        acted = true;
                        if tests[end] == "+" {
                            gathered.get_or_insert_with(|| (tests[i..end].to_vec(), Vec::new())).1.push(path.clone());
                        } else {
                            commands.push(tests[i..end].iter().map(|a| a.replace("{}", &path)).collect());
                        }
                    }
                    i = end + 1;
                    true
                }
                other => {
                    r.err(format!("unrecognized: {other}"));
                    return Err(1);
                }
            };
            if takes {
                i += 1;
            }
            yes &= hit != turn;
            turn = false;
        }
        let _ = pending_or;
        let prints = !tests.iter().any(|t| matches!(t.as_str(), "-print" | "-print0" | "-exec" | "-delete" | "-ok"));
        if yes && prints && !acted {
            out.push_str(&path);
            out.push('\n');
        }
    }
    r.out(out);
    for path in deleted.iter().rev() {
        if let Ok(at) = clean(r, path)
            && let Err(e) = remove_tree(r, &at)
        {
            r.err(format!("can't remove '{path}': {e}"));
            status = 1;
        }
    }
    if let Some((command, paths)) = gathered {
        let mut argv: Vec<String> = command.into_iter().filter(|a| a != "{}").collect();
        argv.extend(paths);
        commands.push(argv);
    }
    Ok((status, commands))
}

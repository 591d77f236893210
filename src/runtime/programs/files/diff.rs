//! diff and cmp.

use super::super::Run;
use super::missing;
use crate::base::Order as _;
use crate::runtime::fs::Kind;

/// Compares two files, or two folders file by file.
pub fn diff(r: &mut Run<'_>) -> i32 {
    let (opts, files) = r.options("U");
    let [a, b] = &files[..] else { return missing(r) };
    let names = |r: &Run<'_>, path: &str| match r.k.fs.stat(&r.p.cwd, path).map(|node| &node.kind) {
        Ok(Kind::Dir(entries)) => Some(entries.keys().cloned().collect::<Vec<_>>()),
        _ => None,
    };
    let (Some(mut all), Some(others)) = (names(r, a), names(r, b)) else {
        return compare(r, &opts, a, b, false, "");
    };
    let (mine, of_new) = (all.clone(), opts.iter().any(|o| o.0 == 'N'));
    all.extend(others.iter().filter(|n| !mine.contains(n)).cloned());
    all.order();
    let given: Vec<String> = r.args.iter().filter(|arg| arg.starts_with('-')).cloned().collect();
    let mut code = 0;
    for name in all {
        let (left, right) = (format!("{}/{name}", a.trim_end_matches('/')), format!("{}/{name}", b.trim_end_matches('/')));
        let only = [(&mine, a), (&others, b)].into_iter().find(|(has, _)| !has.contains(&name));
        if let Some((_, lacking)) = only.filter(|_| !of_new) {
            r.out(format!("Only in {}: {name}\n", if lacking == a { b } else { a }));
            code = code.max(1);
            continue;
        }
        let title = format!("{} {left} {right}\n", [&["diff".to_owned()], &given[..]].concat().join(" "));
        code = code.max(compare(r, &opts, &left, &right, of_new, &title));
    }
    code
}

/// Compares two files; one that is not there may count as empty. Says what it is about to compare where there is something to say.
fn compare(r: &mut Run<'_>, opts: &[(char, String)], a: &str, b: &str, of_new: bool, title: &str) -> i32 {
    let has = |c| opts.iter().any(|o| o.0 == c);
    let read = |r: &mut Run<'_>, f: &str| -> Option<Vec<u8>> {
        match r.k.fs.read(&r.p.cwd, f, 4 << 20) {
            Ok(x) => Some(x),
            Err(_) if of_new => Some(Vec::new()),
            Err(e) => {
                r.err(if r.name == "cmp" { format!("{f}: {e}") } else { format!("can't stat '{f}': {e}") });
                None
            }
        }
    };
    let (Some(x), Some(y)) = (read(r, a), read(r, b)) else { return 2 };
    if x == y {
        return 0;
    }
    if r.name == "cmp" {
        let at = x.iter().zip(&y).take_while(|(a, b)| a == b).count();
        if at == x.len().min(y.len()) {
            r.err(format!("EOF on {}", if x.len() < y.len() { a } else { b }));
        } else {
            let line = x[..at].iter().filter(|b| **b == b'\n').count() + 1;
            r.out(format!("{a} {b} differ: char {}, line {line}\n", at + 1));
        }
        return 1;
    }
    let (tx, ty) = (String::from_utf8_lossy(&x).into_owned(), String::from_utf8_lossy(&y).into_owned());
    let (lx, ly): (Vec<&str>, Vec<&str>) = (tx.lines().collect(), ty.lines().collect());
    if has('q') || lx.len().saturating_mul(ly.len()) > 4_000_000 {
        r.out(format!("Files {a} and {b} differ\n"));
        return 1;
    }
    let (n, m) = (lx.len(), ly.len());
    let mut common = vec![0u32; (n + 1) * (m + 1)];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            common[i * (m + 1) + j] = if lx[i] == ly[j] {
                common[(i + 1) * (m + 1) + j + 1] + 1
            } else {
                common[(i + 1) * (m + 1) + j].max(common[i * (m + 1) + j + 1])
            };
        }
    }
    let mut rows: Vec<(char, usize, usize)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < n || j < m {
        if i < n && j < m && lx[i] == ly[j] {
            rows.push((' ', i, j));
            i += 1;
            j += 1;
        } else if i < n && (j >= m || common[(i + 1) * (m + 1) + j] >= common[i * (m + 1) + j + 1]) {
            rows.push(('-', i, j));
            i += 1;
        } else {
            rows.push(('+', i, j));
            j += 1;
        }
    }
    let mut out = format!("{title}--- {a}\n+++ {b}\n");
    let changed: Vec<usize> = rows.iter().enumerate().filter(|(_, r)| r.0 != ' ').map(|(i, _)| i).collect();
    let mut at = 0;
    while at < changed.len() {
        let mut end = at;
        while end + 1 < changed.len() && changed[end + 1] - changed[end] <= 6 {
            end += 1;
        }
        let (from, to) = (changed[at].saturating_sub(3), (changed[end] + 4).min(rows.len()));
        let hunk = &rows[from..to];
        let count = |c| hunk.iter().filter(|r| r.0 == ' ' || r.0 == c).count();
        let (old, new) = (count('-'), count('+'));
        let range = |start: usize, n: usize| match n {
            0 => format!("{start},0"),
            1 => (start + 1).to_string(),
            n => format!("{},{n}", start + 1),
        };
        out.push_str(&format!("@@ -{} +{} @@\n", range(hunk[0].1, old), range(hunk[0].2, new)));
        for (c, i, j) in hunk {
            out.push_str(&format!("{c}{}\n", if *c == '+' { ly[*j] } else { lx[*i] }));
        }
        at = end + 1;
    }
    r.out(out);
    1
}

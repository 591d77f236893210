//! diff and cmp.

use super::super::Run;
use super::missing;

/// A unified diff by longest common lines, for texts of bearable length.
pub fn diff(r: &mut Run<'_>) -> i32 {
    let (opts, files) = r.options("U");
    let has = |c| opts.iter().any(|o| o.0 == c);
    let [a, b] = &files[..] else { return missing(r) };
    let read = |r: &mut Run<'_>, f: &str| -> Option<Vec<u8>> {
        match r.k.fs.read(&r.p.cwd, f, 4 << 20) {
            Ok(x) => Some(x),
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
    if has('q') {
        r.out(format!("Files {a} and {b} differ\n"));
        return 1;
    }
    let (tx, ty) = (String::from_utf8_lossy(&x).into_owned(), String::from_utf8_lossy(&y).into_owned());
    let (lx, ly): (Vec<&str>, Vec<&str>) = (tx.lines().collect(), ty.lines().collect());
    if lx.len().saturating_mul(ly.len()) > 4_000_000 {
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
    let mut out = format!("--- {a}\n+++ {b}\n");
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

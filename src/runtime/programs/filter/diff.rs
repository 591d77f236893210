//! diff: of two texts, and of two folders file by file.

use super::super::{Options, Run};
use crate::base::{Case as _, List as _, Order as _};
use crate::runtime::fs::Kind;

/// How the images' and GNU's `diff` print; busybox knows the unified form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Unified,
    Normal,
}

/// How two files are compared.
#[derive(Debug, Clone)]
pub struct Diff {
    /// Only whether they differ.
    brief: bool,
    form: Form,
    /// A file that is not there counts as empty.
    pub of_new: bool,
    /// Letters' case, runs of blanks and all blanks do not matter.
    fold: bool,
    blanks: bool,
    all_blanks: bool,
    /// How many lines are shown around a change.
    around: usize,
}

impl Diff {
    /// By the options of a command line.
    pub fn new(run: &Run<'_>, o: &Options) -> Diff {
        let form = if !o.any("uU") && run.k.is_gnu() { Form::Normal } else { Form::Unified };
        let around = o.number('U').unwrap_or(3);
        Diff { brief: o.has('q'), form, of_new: o.has('N'), fold: o.has('i'), blanks: o.has('b'), all_blanks: o.has('w'), around }
    }

    /// A line as it is compared.
    fn key(&self, line: &str) -> String {
        let mut key = if self.fold { line.lower() } else { line.to_owned() };
        if self.all_blanks {
            key.retain(|c| !c.is_whitespace());
        } else if self.blanks {
            let lead = if key.starts_with(char::is_whitespace) { " " } else { "" };
            key = format!("{lead}{}", key.split_whitespace().list().join(" "));
        }
        key
    }

    /// What is said of two texts, after a title where there is something to say, and the exit status.
    pub fn compare(&self, names: [&str; 2], texts: [&[u8]; 2], title: &str) -> (String, i32) {
        if texts[0] == texts[1] {
            return (String::new(), 0);
        }
        let [a, b] = texts.map(String::from_utf8_lossy);
        let (old, new): (Vec<&str>, Vec<&str>) = (a.split_inclusive('\n').list(), b.split_inclusive('\n').list());
        if self.brief || old.len().saturating_mul(new.len()) > 4_000_000 {
            return (format!("Files {} and {} differ\n", names[0], names[1]), 1);
        }
        let keys = |lines: &[&str]| lines.iter().map(|l| self.key(l)).list();
        let rows = rows(&keys(&old), &keys(&new));
        if rows.iter().all(|r| r.0 == ' ') {
            return (String::new(), 0);
        }
        let said = match self.form {
            Form::Unified => format!("{title}--- {}\n+++ {}\n{}", names[0], names[1], unified(&rows, &old, &new, self.around)),
            Form::Normal => format!("{title}{}", normal(&rows, &old, &new)),
        };
        (said, 1)
    }
}

/// A line that is in both (` `), gone (`-`) or new (`+`), and how far both files are there.
type Row = (char, usize, usize);

/// The shortest way from one list of lines to another.
fn rows(old: &[String], new: &[String]) -> Vec<Row> {
    let (n, m) = (old.len(), new.len());
    let at = |i: usize, j: usize| i * (m + 1) + j;
    let mut common = vec![0u32; (n + 1) * (m + 1)];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            common[at(i, j)] = if old[i] == new[j] { common[at(i + 1, j + 1)] + 1 } else { common[at(i + 1, j)].max(common[at(i, j + 1)]) };
        }
    }
    let mut rows = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < n || j < m {
        if i < n && j < m && old[i] == new[j] {
            rows.push((' ', i, j));
            i += 1;
            j += 1;
        } else if i < n && (j >= m || common[at(i + 1, j)] >= common[at(i, j + 1)]) {
            rows.push(('-', i, j));
            i += 1;
        } else {
            rows.push(('+', i, j));
            j += 1;
        }
    }
    rows
}

/// A line behind its mark.
fn write(out: &mut String, mark: &str, line: &str) {
    *out += mark;
    *out += line;
    if !line.ends_with('\n') {
        *out += "\n\\ No newline at end of file\n";
    }
}

/// The changes with some lines around them.
fn unified(rows: &[Row], old: &[&str], new: &[&str], around: usize) -> String {
    let mut out = String::new();
    let changed: Vec<usize> = (0..rows.len()).filter(|i| rows[*i].0 != ' ').list();
    for group in changed.chunk_by(|a, b| b - a <= 2 * around.min(rows.len()) + 1) {
        let hunk = &rows[group[0].saturating_sub(around)..group[group.len() - 1].saturating_add(around + 1).min(rows.len())];
        let range = |start: usize, sign: char| match hunk.iter().filter(|r| r.0 == ' ' || r.0 == sign).count() {
            0 => format!("{start},0"),
            1 => (start + 1).to_string(),
            n => format!("{},{n}", start + 1),
        };
        out.push_str(&format!("@@ -{} +{} @@\n", range(hunk[0].1, '-'), range(hunk[0].2, '+')));
        for (c, i, j) in hunk {
            write(&mut out, &c.to_string(), if *c == '+' { new[*j] } else { old[*i] });
        }
    }
    out
}

/// The changes alone, each after the lines that it is about.
fn normal(rows: &[Row], old: &[&str], new: &[&str]) -> String {
    let mut out = String::new();
    for group in rows.chunk_by(|a, b| a.0 != ' ' && b.0 != ' ').filter(|g| g[0].0 != ' ') {
        let (gone, come): (Vec<&Row>, Vec<&Row>) = group.iter().partition(|r| r.0 == '-');
        let range = |from: usize, n: usize| match n {
            0 => from.to_string(),
            1 => (from + 1).to_string(),
            n => format!("{},{}", from + 1, from + n),
        };
        let what = if come.is_empty() {
            'd'
        } else if gone.is_empty() {
            'a'
        } else {
            'c'
        };
        out.push_str(&format!("{}{what}{}\n", range(group[0].1, gone.len()), range(group[0].2, come.len())));
        gone.iter().for_each(|r| write(&mut out, "< ", old[r.1]));
        if what == 'c' {
            out.push_str("---\n");
        }
        come.iter().for_each(|r| write(&mut out, "> ", new[r.2]));
    }
    out
}

/// Compares two folders; `None` where not both are.
pub fn folders(r: &mut Run<'_>, o: &Options) -> Option<i32> {
    let [a, b] = &o.rest[..] else { return None };
    let names = |r: &Run<'_>, path: &str| match r.k.fs.stat(&r.p.cwd, path).map(|node| &node.kind) {
        Ok(Kind::Dir(entries)) => Some(entries.keys().cloned().list()),
        _ => None,
    };
    let (mut all, others) = (names(r, a)?, names(r, b)?);
    let (mine, how) = (all.clone(), Diff::new(r, o));
    all.extend(others.iter().filter(|n| !mine.contains(n)).cloned());
    all.order();
    let given: Vec<String> = r.args.iter().filter(|arg| arg.starts_with('-')).cloned().list();
    let mut code = 0;
    for name in all {
        let (left, right) = (format!("{}/{name}", a.trim_end_matches('/')), format!("{}/{name}", b.trim_end_matches('/')));
        let only = [(&mine, a), (&others, b)].into_iter().find(|(has, _)| !has.contains(&name));
        if let Some((_, lacking)) = only.filter(|_| !how.of_new) {
            r.out(format!("Only in {}: {name}\n", if lacking == a { b } else { a }));
            code = code.max(1);
            continue;
        }
        // busybox has none.
        let title = if r.k.is_gnu() {
            format!("{} {left} {right}\n", [&["diff".to_owned()], &given[..]].concat().join(" "))
        } else {
            String::new()
        };
        let texts = [&left, &right].map(|f| r.k.fs.read(&r.p.cwd, f, 4 << 20).unwrap_or_default());
        let (said, status) = how.compare([&left, &right], [&texts[0], &texts[1]], &title);
        r.out(said);
        code = code.max(status);
    }
    Some(code)
}

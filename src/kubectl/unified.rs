//! Differences of two texts, line by line, as `diff -u` writes them.

use crate::base::List as _;
/// Lines around a difference.
const CONTEXT: usize = 3;
/// Texts with more lines than this between their common ends are replaced as a whole.
const LINES_MAX: usize = 2000;

#[derive(Clone, Copy, PartialEq)]
enum Edit {
    Keep,
    Delete,
    Insert,
}

/// The hunks; empty where the texts are equal.
pub fn diff(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().list(), after.lines().list());
    let edits = edits(&a, &b);
    let mut out = String::new();
    let mut at = 0;
    while let Some(first) = (at..edits.len()).find(|i| edits[*i] != Edit::Keep) {
        let start = first.saturating_sub(CONTEXT).max(at);
        // A hunk goes on while the next difference is near.
        let mut end = first + 1;
        while let Some(next) = (end..edits.len()).find(|i| edits[*i] != Edit::Keep).filter(|n| n - end <= 2 * CONTEXT) {
            end = next + 1;
        }
        let stop = (end + CONTEXT).min(edits.len());
        hunk(&edits, &a, &b, start, stop, &mut out);
        at = stop;
    }
    out
}

fn hunk(edits: &[Edit], a: &[&str], b: &[&str], start: usize, stop: usize, out: &mut String) {
    let count = |range: &[Edit], not: Edit| range.iter().filter(|e| **e != not).count();
    let (mut i, mut j) = (count(&edits[..start], Edit::Insert), count(&edits[..start], Edit::Delete));
    let (old, new) = (count(&edits[start..stop], Edit::Insert), count(&edits[start..stop], Edit::Delete));
    let range = |from: usize, lines: usize| match lines {
        0 => format!("{from},0"),
        1 => format!("{}", from + 1),
        n => format!("{},{n}", from + 1),
    };
    *out += &format!("@@ -{} +{} @@\n", range(i, old), range(j, new));
    for edit in &edits[start..stop] {
        let (mark, line) = match edit {
            Edit::Keep => (' ', a[i]),
            Edit::Delete => ('-', a[i]),
            Edit::Insert => ('+', b[j]),
        };
        i += usize::from(*edit != Edit::Insert);
        j += usize::from(*edit != Edit::Delete);
        out.push(mark);
        *out += line;
        out.push('\n');
    }
}

/// The shortest way from one to the other, deletions first.
fn edits(a: &[&str], b: &[&str]) -> Vec<Edit> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut edits = vec![Edit::Keep; head];
    if a.len() > LINES_MAX || b.len() > LINES_MAX {
        edits.extend(std::iter::repeat_n(Edit::Delete, a.len()));
        edits.extend(std::iter::repeat_n(Edit::Insert, b.len()));
    } else {
        let width = b.len() + 1;
        let mut longest = vec![0u16; (a.len() + 1) * width];
        for i in (0..a.len()).rev() {
            for j in (0..b.len()).rev() {
                longest[i * width + j] = if a[i] == b[j] {
                    longest[(i + 1) * width + j + 1] + 1
                } else {
                    longest[(i + 1) * width + j].max(longest[i * width + j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < a.len() || j < b.len() {
            if i < a.len() && j < b.len() && a[i] == b[j] {
                edits.push(Edit::Keep);
                (i, j) = (i + 1, j + 1);
            } else if i < a.len() && (j == b.len() || longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
                edits.push(Edit::Delete);
                i += 1;
            } else {
                edits.push(Edit::Insert);
                j += 1;
            }
        }
    }
    edits.extend(std::iter::repeat_n(Edit::Keep, tail));
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_changed_with_its_surroundings() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";
        assert_eq!(diff(before, after), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
        assert_eq!(diff(before, before), "");
        assert_eq!(diff("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
    }
}

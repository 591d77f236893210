//! The unified difference of two texts, as Python's `difflib` and the libraries after its model find it.

use super::{List as _, Order as _, SortedMap};

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// A stretch of lines that are the same on both sides.
#[derive(Clone, Copy)]
struct Match {
    old: usize,
    new: usize,
    len: usize,
}

/// The unified difference of two texts by their lines.
// Models difflib's: matching blocks by the longest common run, groups with three lines of context.
pub fn unified_diff(old: &[&str], new: &[&str]) -> String {
    let mut matches = matching(old, new);
    matches.push(Match { old: old.len(), new: new.len(), len: 0 });
    // Changes: what lies between two matches.
    let mut changes = Vec::new();
    let (mut i, mut j) = (0, 0);
    for m in &matches {
        if i < m.old || j < m.new {
            changes.push((i, m.old, j, m.new));
        }
        (i, j) = (m.old + m.len, m.new + m.len);
    }
    let mut out = String::new();
    let mut rest = changes.as_slice();
    while let Some((first, _)) = rest.split_first() {
        let mut count = 1;
        while count < rest.len() && rest[count].0 - rest[count - 1].1 <= 2 * CONTEXT {
            count += 1;
        }
        let (group, after) = rest.split_at(count);
        rest = after;
        let last = group[group.len() - 1];
        let before = first.0.min(CONTEXT).min(first.2);
        let behind = (old.len() - last.1).min(CONTEXT);
        let (old_from, old_to, new_from, new_to) = (first.0 - before, last.1 + behind, first.2 - before, last.3 + behind);
        out += &format!("@@ -{} +{} @@\n", range(old_from, old_to), range(new_from, new_to));
        let mut at = old_from;
        for (from, to, new_start, new_end) in group {
            old[at..*from].iter().for_each(|l| out += &format!(" {l}\n"));
            old[*from..*to].iter().for_each(|l| out += &format!("-{l}\n"));
            new[*new_start..*new_end].iter().for_each(|l| out += &format!("+{l}\n"));
            at = *to;
        }
        old[at..old_to].iter().for_each(|l| out += &format!(" {l}\n"));
    }
    out
}

fn range(from: usize, to: usize) -> String {
    match to - from {
        1 => format!("{}", from + 1),
        0 => format!("{from},0"),
        len => format!("{},{len}", from + 1),
    }
}

/// In a text of so many lines, those that are more than a hundredth of it do not start a match.
const POPULAR_FROM: usize = 200;
/// Pairs of lines that are compared; what is left then counts as changed.
const PAIRS_MAX: usize = 10_000_000;

/// Where the texts are the same: the longest run, the first of those, and so on before and behind it.
// Models SequenceMatcher.GetMatchingBlocks, which leaves popular lines out.
fn matching(old: &[&str], new: &[&str]) -> Vec<Match> {
    let mut index: SortedMap<&str, Vec<usize>> = SortedMap::new();
    for (at, line) in new.iter().enumerate() {
        index.entry(line).or_default().push(at);
    }
    let most = if new.len() < POPULAR_FROM { usize::MAX } else { new.len() / 100 + 1 };
    let places: Vec<&[usize]> = old.iter().map(|l| index.get(l).filter(|p| p.len() <= most).map_or(&[][..], Vec::as_slice)).list();
    let mut matches = Vec::new();
    let mut pairs = 0;
    // For each line of the new text: the last line of the old one that it was met at, and how long the run up to there is.
    let mut runs = vec![(usize::MAX, 0); new.len()];
    let mut todo = vec![(0..old.len(), 0..new.len())];
    'parts: while let Some((old_part, new_part)) = todo.pop() {
        let mut best = Match { old: old_part.start, new: new_part.start, len: 0 };
        let mut best_at = usize::MAX;
        for i in old_part.clone() {
            let all = places[i];
            let here = &all[all.partition_point(|j| *j < new_part.start)..all.partition_point(|j| *j < new_part.end)];
            pairs += 1 + here.len();
            if pairs > PAIRS_MAX {
                break 'parts;
            }
            // From behind, so that the run before is still that of the line before.
            for &j in here.iter().rev() {
                let before = if j > new_part.start && i > old_part.start { runs[j - 1] } else { (usize::MAX, 0) };
                let len = if before.0.wrapping_add(1) == i && before.1 > 0 { before.1 + 1 } else { 1 };
                runs[j] = (i, len);
                if len > best.len || (len == best.len && best_at == i) {
                    best_at = i;
                    best = Match { old: i + 1 - len, new: j + 1 - len, len };
                }
            }
        }
        while best.old > old_part.start && best.new > new_part.start && old[best.old - 1] == new[best.new - 1] {
            best = Match { old: best.old - 1, new: best.new - 1, len: best.len + 1 };
        }
        while best.old + best.len < old_part.end
            && best.new + best.len < new_part.end
            && old[best.old + best.len] == new[best.new + best.len]
        {
            best.len += 1;
        }
        if best.len > 0 {
            todo.push((old_part.start..best.old, new_part.start..best.new));
            todo.push((best.old + best.len..old_part.end, best.new + best.len..new_part.end));
            matches.push(best);
        }
    }
    matches.order_by_key(|m: &Match| m.old);
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_difflibs_and_end() {
        for (old, new, want) in [
            ("a b c", "a x c", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"),
            // The longest run counts, not the first line that fits.
            ("A B", "A A B", "@@ -1,2 +1,3 @@\n+A\n A\n B\n"),
            ("x y", "y x", "@@ -1,2 +1,2 @@\n+y\n x\n-y\n"),
        ] {
            let lines = |text: &'static str| text.split(' ').collect::<Vec<_>>();
            assert_eq!(unified_diff(&lines(old), &lines(new)), want, "{old} / {new}");
        }
        // Nothing but popular lines: they match only where they go on from the ends.
        let same = vec!["x"; 300];
        let shorter = vec!["x"; 299];
        assert_eq!(unified_diff(&same, &shorter), "@@ -297,4 +297,3 @@\n x\n x\n x\n-x\n");
        // Lines that change places in pairs: each match would be looked for through all the rest.
        let texts: Vec<String> = (0..10_000).map(|i| i.to_string()).collect();
        let there: Vec<&str> = texts.iter().map(String::as_str).collect();
        let swapped: Vec<&str> = there.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        let shown = unified_diff(&there, &swapped);
        assert!(shown.lines().filter(|l| l.starts_with('-')).count() > there.len() * 2 / 3);
    }
}

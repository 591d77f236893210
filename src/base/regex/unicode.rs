//! Classes of Unicode's characters, of those that the language knows: letters, those in upper and in lower case, and numbers.

use std::sync::OnceLock;

/// What tells of a class whether a character is in it. Marks that are part of a letter count as letters, which they do not elsewhere.
type Test = fn(char) -> bool;

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric()
}

const CLASSES: [(&str, Test); 4] =
    [("L", is_letter), ("Lu", |c| is_letter(c) && c.is_uppercase()), ("Ll", |c| is_letter(c) && c.is_lowercase()), ("N", char::is_numeric)];

/// The characters of a class, in order; nothing of one that is not known here.
pub(super) fn class(name: &str) -> Option<&'static [(char, char)]> {
    static RANGES: [OnceLock<Vec<(char, char)>>; CLASSES.len()] = [const { OnceLock::new() }; CLASSES.len()];
    let place = CLASSES.iter().position(|(known, _)| *known == name)?;
    Some(RANGES[place].get_or_init(|| ranges(CLASSES[place].1)))
}

fn ranges(is_in: Test) -> Vec<(char, char)> {
    let mut ranges: Vec<(char, char)> = Vec::new();
    for c in ('\0'..=char::MAX).filter(|c| is_in(*c)) {
        match ranges.last_mut() {
            Some(last) if u32::from(last.1) + 1 == u32::from(c) => last.1 = c,
            _ => ranges.push((c, c)),
        }
    }
    ranges
}

//! Fast comparing and formatting. Keys are compared in every look-up: here eight bytes at a time, while `memcmp` in the page's wasm goes
//! byte by byte. And numbers are written without the standard library's formatting, since every object has its times.

use std::cmp::Ordering;

/// Whether two texts are the same.
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    // The last eight bytes may overlap those before them.
    if let (Some(x), Some(y)) = (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        return x == y && equal_from_start(a, b) + 8 > a.len();
    }
    if let (Some(x), Some(y)) = (a.last_chunk::<4>(), b.last_chunk::<4>()) {
        return x == y && a.first_chunk::<4>() == b.first_chunk::<4>();
    }
    a.iter().eq(b)
}

/// The order of two texts, the same as that of `str`.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let from = equal_from_start(a, b);
    a[from..].iter().cmp(&b[from..])
}

/// The order of pairs of texts; fast where most have the first in common.
pub fn compare_pairs(a: (&str, &str), b: (&str, &str)) -> Ordering {
    if same(a.0, b.0) { compare(a.1, b.1) } else { compare(a.0, b.0) }
}

/// How many bytes are equal at the start of both, in whole eights.
fn equal_from_start(a: &[u8], b: &[u8]) -> usize {
    let (a, b) = (a.as_chunks::<8>().0, b.as_chunks::<8>().0);
    8 * a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

/// Writes a number as `{n:0width$}` does.
pub fn digits(out: &mut String, n: i64, width: usize) {
    // Parts of a date, most of all there is to write.
    if (0..100).contains(&n) && (width == 2 || width < 2 && n > 9) {
        out.push(char::from(b'0' + (n / 10) as u8));
        out.push(char::from(b'0' + (n % 10) as u8));
        return;
    }
    let (mut rest, mut at, mut written) = (n.unsigned_abs(), 20, [b'0'; 20]);
    while rest > 0 {
        at -= 1;
        written[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if n < 0 {
        out.push('-');
    }
    let width = width.clamp(1, 20) - usize::from(n < 0);
    out.extend(written[at.min(20 - width)..].iter().map(|d| char::from(*d)));
}

/// The control characters that C and Go write as a backslash and a letter.
const CONTROLS: [(char, char); 7] = [('a', '\u{7}'), ('b', '\u{8}'), ('t', '\t'), ('n', '\n'), ('v', '\u{b}'), ('f', '\u{c}'), ('r', '\r')];

/// The control character that a letter behind a backslash stands for.
pub fn control_of(letter: char) -> Option<char> {
    CONTROLS.iter().find(|(l, _)| *l == letter).map(|(_, control)| *control)
}

/// The letter that stands for a control character behind a backslash.
pub fn letter_of(control: char) -> Option<char> {
    CONTROLS.iter().find(|(_, c)| *c == control).map(|(letter, _)| *letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::RandomStream;

    #[test]
    fn compares_as_the_standard_library_does() {
        let mut random = RandomStream::new(3, "text");
        let mut text = |len: u64| (0..random.below(len)).map(|_| ['a', 'b', 'é'][random.below(3) as usize]).collect::<String>();
        for round in 0..20_000 {
            let start = text(1 + round % 30);
            let (a, b) = (start.clone() + &text(3), start + &text(3));
            assert_eq!((same(&a, &b), compare(&a, &b)), (a == b, a.cmp(&b)), "{a} {b}");
            let pairs = [(a.as_str(), b.as_str()), (b.as_str(), a.as_str()), (a.as_str(), a.as_str())];
            assert!(pairs.iter().all(|x| pairs.iter().all(|y| compare_pairs(*x, *y) == x.cmp(y))), "{pairs:?}");
        }
    }

    #[test]
    fn controls_have_letters_and_letters_controls() {
        for (letter, control) in CONTROLS {
            assert_eq!((control_of(letter), letter_of(control)), (Some(control), Some(letter)));
        }
        assert_eq!((control_of('x'), letter_of('\0')), (None, None));
    }

    #[test]
    fn writes_numbers_as_formatting_does() {
        for n in [0, 7, 10, 2026, -5, -1234, i64::MAX, i64::MIN] {
            for width in 1..=20 {
                let mut out = String::new();
                digits(&mut out, n, width);
                assert_eq!(out, format!("{n:0width$}"));
            }
        }
    }
}

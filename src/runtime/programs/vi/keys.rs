//! What is typed, key by key.

/// Keys that are no characters, as characters of Unicode's private use.
pub const UP: char = '\u{f700}';
pub const DOWN: char = '\u{f701}';
pub const LEFT: char = '\u{f702}';
pub const RIGHT: char = '\u{f703}';
pub const HOME: char = '\u{f704}';
pub const END: char = '\u{f705}';
pub const DELETE: char = '\u{f706}';
pub const PAGE_UP: char = '\u{f707}';
pub const PAGE_DOWN: char = '\u{f708}';
/// Ends what is being typed.
pub const ESC: char = '\x1b';

/// A key, or what the terminal says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    /// Rows and columns.
    Size(usize, usize),
}

/// The keys of a text; an escape sequence that is not known is no key.
pub fn keys(text: &str) -> Vec<Key> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let Some(sequence) = (c == ESC).then(|| sequence(rest)).flatten() else {
            found.push(Key::Char(if c == '\n' { '\r' } else { c }));
            continue;
        };
        rest = &rest[sequence.len()..];
        let key = match &sequence[1..] {
            "A" => UP,
            "B" => DOWN,
            "C" => RIGHT,
            "D" => LEFT,
            "H" | "1~" => HOME,
            "F" | "4~" => END,
            "3~" => DELETE,
            "5~" => PAGE_UP,
            "6~" => PAGE_DOWN,
            size => {
                if let Some((rows, columns)) = size.strip_prefix("8;").and_then(|s| s.strip_suffix('t')).and_then(|s| s.split_once(';')) {
                    found.extend(rows.parse().ok().zip(columns.parse().ok()).map(|(r, c)| Key::Size(r, c)));
                }
                continue;
            }
        };
        found.push(Key::Char(key));
    }
    found
}

/// What follows an escape, where the two are a key: `[3~`, `OA`.
fn sequence(rest: &str) -> Option<&str> {
    match rest.as_bytes().first()? {
        b'[' => {
            let end = rest.bytes().skip(1).position(|b| !matches!(b, b'0'..=b'9' | b';' | b'?'))? + 2;
            rest.get(..end)
        }
        b'O' => rest.get(..2).filter(|s| s.ends_with(['A', 'B', 'C', 'D', 'H', 'F'])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_keys_and_a_lone_escape_is_one_too() {
        let char = Key::Char;
        for (text, expected) in [
            ("ab", vec![char('a'), char('b')]),
            ("\x1b", vec![char(ESC)]),
            ("\x1b:wq\r", vec![char(ESC), char(':'), char('w'), char('q'), char('\r')]),
            ("\x1bOx", vec![char(ESC), char('O'), char('x')]),
            ("\x1b[A\x1bOBx\x1b[3~", vec![char(UP), char(DOWN), char('x'), char(DELETE)]),
            ("\x1b[8;30;100tj", vec![Key::Size(30, 100), char('j')]),
            ("\x1b[99~\x1b[", vec![char(ESC), char('[')]),
            ("é\n", vec![char('é'), char('\r')]),
        ] {
            assert_eq!(keys(text), expected, "{text:?}");
        }
    }
}

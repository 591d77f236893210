//! Texts quoted as Go's `%q` quotes them.

use crate::base::text::letter_of;

/// `"a\tb"`: printable characters as they are, the rest escaped.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_printable(c) => out.push(c),
            c => match (letter_of(c), u32::from(c)) {
                (Some(letter), _) => out.extend(['\\', letter]),
                (None, code @ (..0x20 | 0x7f)) => out.push_str(&format!("\\x{code:02x}")),
                (None, code @ ..0x10000) => out.push_str(&format!("\\u{code:04x}")),
                (None, code) => out.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    out.push('"');
    out
}

/// What Go takes as printable, near enough: no controls, no spaces but the plain one, no format characters.
pub fn is_printable(c: char) -> bool {
    let code = c as u32;
    c == ' '
        || !(c.is_control()
            || c.is_whitespace()
            || matches!(code, 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe000..=0xf8ff | 0xf0000..))
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotes_as_go_does() {
        for (text, want) in [("a", "\"a\""), ("a\"b\\", "\"a\\\"b\\\\\""), ("\n\u{1}é\u{200b}", "\"\\n\\x01é\\u200b\"")] {
            assert_eq!(super::quote(text), want);
        }
    }
}

//! Base64, as Secrets hold their data and programs print it.

use crate::base::List as _;

/// The digits.
pub const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as padded base64.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = digits(bytes, ALPHABET);
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

fn digits(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    let quad = |[a, b, c]: [u8; 3]| {
        let word = u32::from_be_bytes([0, a, b, c]);
        [18, 12, 6, 0].map(|shift| alphabet[(word >> shift & 63) as usize])
    };
    let (triples, rest) = bytes.as_chunks();
    for triple in triples {
        out.extend_from_slice(&quad(*triple));
    }
    match *rest {
        [a] => out.extend_from_slice(&quad([a, 0, 0])[..2]),
        [a, b] => out.extend_from_slice(&quad([a, b, 0])[..3]),
        _ => {}
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Decodes padded base64, ignoring line ends; none where the text is invalid.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).list();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3);
    let last = digits.len() / 4;
    for (n, chunk) in digits.chunks(4).enumerate() {
        let padding = chunk.iter().rev().take_while(|b| **b == b'=').count();
        if padding > 2 || (padding > 0 && n + 1 != last) {
            return None;
        }
        let mut word = 0_u32;
        for (i, b) in chunk[..4 - padding].iter().enumerate() {
            word |= (ALPHABET.iter().position(|a| a == b)? as u32) << (18 - 6 * i);
        }
        out.extend_from_slice(&word.to_be_bytes()[1..4 - padding]);
    }
    Some(out)
}

/// How many bytes a text in base64 decodes to.
pub fn decoded_len(text: &str) -> usize {
    text.bytes().filter(|b| !matches!(b, b'=' | b'\r' | b'\n')).count() * 3 / 4
}

/// Bytes as base64 for URLs and tokens: with `-` and `_`, and without padding.
pub fn encode_url(bytes: &[u8]) -> String {
    let mut alphabet = *ALPHABET;
    alphabet[62..].copy_from_slice(b"-_");
    digits(bytes, &alphabet)
}

/// Decodes base64 of that kind; none where the text is invalid.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    if text.contains(['+', '/', '=']) { None } else { decode(&format!("{}{padding}", text.replace('-', "+").replace('_', "/"))) }
}

/// The offset at which Go's decoder finds a text to be invalid base64; none where it is valid.
pub fn bad_byte(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let line_ends = |from: usize| from + bytes[from..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let mut at = 0;
    loop {
        for place in 0..4 {
            at = line_ends(at);
            let Some(byte) = bytes.get(at) else { return (place > 0).then(|| at - place) };
            at += 1;
            if ALPHABET.contains(byte) {
                continue;
            }
            if *byte != b'=' || place < 2 {
                return Some(at - 1);
            }
            if place == 2 {
                at = line_ends(at);
                match bytes.get(at) {
                    None => return Some(bytes.len()),
                    Some(b'=') => at += 1,
                    Some(_) => return Some(at - 1),
                }
            }
            at = line_ends(at);
            return (at < bytes.len()).then_some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("admin", "YWRtaW4="), ("hello!", "aGVsbG8h")]
        {
            assert_eq!(encode(plain.as_bytes()), coded);
            for text in [coded.to_owned(), format!("{coded}\n")] {
                assert_eq!(decode(&text).as_deref(), Some(plain.as_bytes()), "{text:?}");
                assert_eq!(decoded_len(&text), plain.len(), "{text:?}");
            }
        }
        for bad in ["a", "a===", "aGk", "!!!!", "Y===YWJj"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn urls_have_other_signs_and_no_padding() {
        assert_eq!(encode_url(b"a?>b?"), "YT8-Yj8");
        assert_eq!(decode_url("YT8-Yj8").as_deref(), Some(&b"a?>b?"[..]));
        assert_eq!(decode_url("YT8+Yj8="), None);
    }

    #[test]
    fn says_where_it_is_bad() {
        for (text, want) in [
            ("", None),
            ("Zm9v", None),
            ("Zg==", None),
            ("Zm8=", None),
            ("Z\nm8=\n", None),
            ("abc", Some(0)),
            ("Zm9vab", Some(4)),
            ("Zm-v", Some(2)),
            ("Z===", Some(1)),
            ("Zg=", Some(3)),
            ("Zg=a", Some(2)),
            ("Zg==a", Some(4)),
        ] {
            assert_eq!(bad_byte(text), want, "{text:?}");
        }
    }
}

//! Base64, as Secrets carry their data.

const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base64, padded.
pub fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let symbol = SYMBOLS[(word >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(symbol) } else { '=' });
        }
    }
    out
}

/// Where a text stops being padded base64, as Go's decoder counts; none where it is.
pub fn bad_byte(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let line_ends = |from: usize| from + bytes[from..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let mut at = 0;
    loop {
        for place in 0..4 {
            at = line_ends(at);
            let Some(byte) = bytes.get(at) else { return (place > 0).then(|| at - place) };
            at += 1;
            if SYMBOLS.contains(byte) {
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

    #[test]
    fn pads() {
        for (text, want) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(to_base64(text.as_bytes()), want);
        }
    }
}

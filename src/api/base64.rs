//! Base64, as Secrets hold their data.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as padded base64.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |w, (i, b)| w | u32::from(*b) << (16 - 8 * i));
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(ALPHABET[(word >> (18 - 6 * i) & 63) as usize] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// The bytes of a padded base64 text, line ends ignored; none where it is none.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
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

/// Bytes as base64 for URLs and tokens: two other signs, and no padding.
pub fn encode_url(bytes: &[u8]) -> String {
    encode(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// The bytes of such a text; none where it is none.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    if text.contains(['+', '/', '=']) { None } else { decode(&format!("{}{padding}", text.replace('-', "+").replace('_', "/"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (plain, coded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("admin", "YWRtaW4=")] {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(decode("a"), None);
        assert_eq!(decode("$$$$"), None);
        assert_eq!(decode("Y===YWJj"), None);
        assert_eq!(encode_url(b"a?>b?"), "YT8-Yj8");
        assert_eq!(decode_url("YT8-Yj8").as_deref(), Some(&b"a?>b?"[..]));
        assert_eq!(decode_url("YT8+Yj8="), None);
    }
}

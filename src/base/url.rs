//! URLs: which texts are some of the web, and how what stands in them is escaped.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str};

/// What is escaped wherever it stands in a URL: all but letters, digits and what RFC 3986 leaves unreserved.
pub const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What Go's `url.EscapedPath` escapes of a path.
pub const NO_PATH: &AsciiSet =
    &RESERVED.remove(b'$').remove(b'&').remove(b'+').remove(b',').remove(b'/').remove(b':').remove(b';').remove(b'=').remove(b'@');

/// Whether a text is a URL of the web rather than a path: it begins with `http://` or `https://`.
pub fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// A text with its escapes (`%2F`) undone. What is none stays as it is, and bytes that are no text become the replacement character.
pub fn decode_percent(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Bytes with all of a set escaped, and all that is not ASCII.
pub fn encode_percent(bytes: &[u8], escaped: &'static AsciiSet) -> String {
    percent_encoding::percent_encode(bytes, escaped).to_string()
}

/// A value as a URL's query has it: with spaces as pluses.
// Models Go's url.QueryEscape.
pub fn encode_query(text: &str) -> String {
    encode_percent(text.as_bytes(), RESERVED).replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        for (text, plain) in
            [("a%2Fb", "a/b"), ("%e4%b8%ad", "中"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%+1", "%+1"), ("%ff", "\u{fffd}")]
        {
            assert_eq!(decode_percent(text), plain, "{text}");
        }
    }

    #[test]
    fn what_may_not_stand_there_is_escaped() {
        let text = "a-b_c.d~e f/g?h=i&j+中!";
        assert_eq!(encode_percent(text.as_bytes(), RESERVED), "a-b_c.d~e%20f%2Fg%3Fh%3Di%26j%2B%E4%B8%AD%21");
        assert_eq!(encode_query("a b+c/%20"), "a+b%2Bc%2F%2520");
        assert_eq!(encode_percent(text.as_bytes(), NO_PATH), "a-b_c.d~e%20f/g%3Fh=i&j+%E4%B8%AD%21");
    }
}

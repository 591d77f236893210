//! Scripts as images have them: without the comments, which are for those who read their source.

/// Copies the lines of a text that are no comments, without what indents them, as far as there is room; says how long they are.
pub(super) const fn bare(text: &[u8], into: &mut [u8]) -> usize {
    let (mut start, mut length) = (0, 0);
    while start < text.len() {
        let mut at = start;
        while at < text.len() && text[at] == b' ' {
            at += 1;
        }
        // The first line says what runs it.
        let is_comment = start > 0 && at < text.len() && text[at] == b'#';
        start = at;
        while start < text.len() && (start == at || text[start - 1] != b'\n') {
            if !is_comment {
                if length < into.len() {
                    into[length] = text[start];
                }
                length += 1;
            }
            start += 1;
        }
    }
    length
}

/// The script in a file, bare.
macro_rules! script {
    ($file:literal) => {{
        const TEXT: &[u8] = include_bytes!($file);
        const LENGTH: usize = $crate::runtime::images::script::bare(TEXT, &mut []);
        const BARE: [u8; LENGTH] = {
            let mut bare = [0; LENGTH];
            $crate::runtime::images::script::bare(TEXT, &mut bare);
            bare
        };
        const SCRIPT: &str = match std::str::from_utf8(&BARE) {
            Ok(script) => script,
            // Seen by whoever compiles it.
            Err(_) => panic!("a script is UTF-8"),
        };
        SCRIPT
    }};
}
pub(super) use script;

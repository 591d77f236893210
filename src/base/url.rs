//! URLs of the web.

/// Whether a text is a URL of the web rather than a path: it begins with `http://` or `https://`.
pub fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

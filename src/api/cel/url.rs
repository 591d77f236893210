//! URLs as Go's `net/url` takes them apart.

use percent_encoding::AsciiSet;
use thiserror::Error;

use crate::api::quote;
use crate::base::{NO_PATH, encode_percent};

/// What is escaped of a path that was read: `%` begins an escape there, and the rest is what RFC 3986 allows besides.
const READ_PATH: &AsciiSet =
    &NO_PATH.remove(b'%').remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*').remove(b'[').remove(b']');

/// A text that is no URL, worded as Go words it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("parse {}: {why}", quote(.text))]
pub(super) struct UrlError {
    text: String,
    why: Malformed,
}

/// What is wrong with a URL.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Malformed {
    #[error("net/url: invalid control character in URL")]
    ControlCharacter,
    #[error("empty url")]
    Empty,
    #[error("missing protocol scheme")]
    NoScheme,
    #[error("first path segment in URL cannot contain colon")]
    Colon,
    #[error("invalid URI for request")]
    NotAbsolute,
    #[error("invalid character {} in host name", quote(.0.encode_utf8(&mut [0; 4])))]
    HostCharacter(char),
    #[error("invalid port {} after host", quote(.0))]
    Port(String),
    #[error("missing ']' in host")]
    NoBracket,
    #[error("invalid URL escape {}", quote(.0))]
    Escape(String),
}

/// A URL's parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Url {
    /// As it was written.
    pub text: String,
    pub scheme: String,
    /// With the port.
    pub host: String,
    pub path: String,
    pub query: String,
}

impl Url {
    /// Reads an absolute URL or an absolute path.
    // Models url.ParseRequestURI and, for the parts, url.Parse.
    pub fn parse(text: &str) -> Result<Url, UrlError> {
        let fail = |why| Err(UrlError { text: text.to_owned(), why });
        if text.chars().any(|c| c.is_ascii_control()) {
            return fail(Malformed::ControlCharacter);
        }
        if text.is_empty() {
            return fail(Malformed::Empty);
        }
        let mut url = Url { text: text.to_owned(), ..Url::default() };
        let mut rest = text;
        let scheme_end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')));
        match scheme_end {
            Some(0) if text.starts_with(':') => return fail(Malformed::NoScheme),
            Some(end) if text[end..].starts_with(':') => {
                if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
                    url.scheme = text[..end].to_ascii_lowercase();
                    rest = &text[end + 1..];
                } else if end > 0 {
                    return fail(Malformed::Colon);
                }
            }
            _ => {}
        }
        if !rest.starts_with('/') {
            // What has a scheme and no path is opaque.
            return if url.scheme.is_empty() { fail(Malformed::NotAbsolute) } else { Ok(url) };
        }
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        url.query = query.to_owned();
        let path = match rest.strip_prefix("//").filter(|_| !url.scheme.is_empty() || !rest.starts_with("///")) {
            Some(authority) => {
                let end = authority.find('/').unwrap_or(authority.len());
                let host = &authority[..end];
                url.host = host.rsplit_once('@').map_or(host, |(_, h)| h).to_owned();
                &authority[end..]
            }
            None => rest,
        };
        if let Some(bad) = url.host.chars().find(|c| " <>\"^`{}|\\".contains(*c)) {
            return fail(Malformed::HostCharacter(bad));
        }
        let port = url.host.rsplit_once(':').filter(|(_, p)| !p.contains(']')).map_or("", |(_, p)| p);
        if !port.chars().all(|c| c.is_ascii_digit()) {
            return fail(Malformed::Port(format!(":{port}")));
        }
        if url.host.starts_with('[') && !url.host.contains(']') {
            return fail(Malformed::NoBracket);
        }
        for (i, _) in path.match_indices('%') {
            let code: String = path[i..].chars().take(3).collect();
            if code.len() < 3 || !code[1..].chars().all(|c| c.is_ascii_hexdigit()) {
                return fail(Malformed::Escape(code));
            }
        }
        url.path = path.to_owned();
        Ok(url)
    }

    /// The host without port and brackets.
    pub fn hostname(&self) -> &str {
        let host = &self.host;
        match host.strip_prefix('[').and_then(|h| h.split_once(']')) {
            Some((inner, _)) => inner,
            None => host.rsplit_once(':').map_or(host, |(h, _)| h),
        }
    }

    /// The port; empty where there is none.
    pub fn port(&self) -> &str {
        self.host.rsplit_once(':').filter(|(_, p)| !p.contains(']')).map_or("", |(_, p)| p)
    }

    /// The path with all escaped that may not stand in it.
    pub fn escaped_path(&self) -> String {
        encode_percent(self.path.as_bytes(), READ_PATH)
    }

    /// The query's keys, sorted, with their values in order.
    pub fn queries(&self) -> Vec<(String, Vec<String>)> {
        let mut out: Vec<(String, Vec<String>)> = Vec::new();
        for pair in self.query.split('&').filter(|p| !p.is_empty() && !p.contains(';')) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(key), Some(value)) = (unescape(key), unescape(value)) else { continue };
            match out.iter_mut().find(|(k, _)| *k == key) {
                Some((_, values)) => values.push(value),
                None => out.push((key, vec![value])),
            }
        }
        out
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'+' => out.push(b' '),
            b'%' => {
                let code = text.get(i + 1..i + 3)?;
                out.push(u8::from_str_radix(code, 16).ok()?);
                i += 2;
            }
            b => out.push(b),
        }
        i += 1;
    }
    String::from_utf8(out).ok()
}

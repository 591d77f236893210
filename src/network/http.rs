//! HTTP as whole messages.

use super::NetError;
use crate::base::{List as _, http_status_text};

/// A request, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// GET, POST, ...
    pub method: String,
    /// The host's name or address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path with its query, from the slash on.
    pub path: String,
    /// Headers other than Host, as written.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it goes over TLS.
    pub tls: bool,
    /// The client's address as the server sees it; empty where it is not known.
    pub client: String,
}

/// A response, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Headers, as written.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it comes from the web, from a server whose certificate is trusted.
    pub public: bool,
    /// Whether more of the body follows, in further responses to the same request.
    pub open: bool,
}

impl HttpRequest {
    /// A GET of a path.
    pub fn get(host: &str, port: u16, path: &str) -> Self {
        HttpRequest {
            method: "GET".into(),
            host: host.into(),
            port,
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
            tls: false,
            client: String::new(),
        }
    }

    /// A GET of a URL; the scheme may be missing.
    pub fn from_url(url: &str) -> Option<Self> {
        let (rest, tls) = match url.split_once("://") {
            Some(("http", rest)) => (rest, false),
            Some(("https", rest)) => (rest, true),
            Some(_) => return None,
            None => (url, false),
        };
        let (authority, path) = match rest.find(['/', '?', '#']) {
            Some(n) => rest.split_at(n),
            None => (rest, "/"),
        };
        let authority = authority.rsplit('@').next().unwrap_or(authority);
        let default = if tls { 443 } else { 80 };
        let (host, port) = if let Some(v6) = authority.strip_prefix('[') {
            let (host, rest) = v6.split_once(']')?;
            (host, rest.strip_prefix(':').map_or(Some(default), |p| p.parse().ok())?)
        } else {
            match authority.split_once(':') {
                Some((host, port)) => (host, port.parse().ok()?),
                None => (authority, default),
            }
        };
        if host.is_empty() {
            return None;
        }
        let path = path.split('#').next().unwrap_or("/");
        let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
        Some(HttpRequest { tls, ..HttpRequest::get(host, port, &path) })
    }

    /// The URL of the request.
    pub fn url(&self) -> String {
        let (scheme, port) = if self.tls { ("https", 443) } else { ("http", 80) };
        let port = if self.port == port { String::new() } else { format!(":{}", self.port) };
        format!("{scheme}://{}{port}{}", self.host, self.path)
    }

    /// The host that it is for, by its header or else by where it goes, in small letters and without a port.
    pub fn virtual_host(&self) -> String {
        let host = self.header("Host").unwrap_or(&self.host);
        host.split(':').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// A header's value, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

impl HttpResponse {
    /// A header's value, its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// A response with a body and its type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        HttpResponse { status, headers: vec![("Content-Type".into(), content_type.into())], body: body.into(), public: false, open: false }
    }

    /// The response as it travels (HTTP/1.1).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} {}\r\n", self.status, http_status_text(self.status));
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "Connection") {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.header("Content-Length").is_none() {
            text.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        text.push_str("Connection: close\r\n\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Parses a response that a program wrote by hand (`nc -l`, a shell script).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NetError> {
        let head_end = bytes
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .map(|n| (n, 4))
            .or_else(|| bytes.windows(2).position(|w| w == b"\n\n").map(|n| (n, 2)));
        let (head, body) = match head_end {
            Some((n, len)) => (&bytes[..n], bytes[n + len..].to_vec()),
            None => (bytes, Vec::new()),
        };
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let mut first = lines.next().unwrap_or("").split_whitespace();
        if !first.next().is_some_and(|v| v.starts_with("HTTP/")) {
            return Err(NetError::NotHttp);
        }
        let status = first.next().and_then(|s| s.parse().ok()).ok_or(NetError::NotHttp)?;
        let headers = lines.filter_map(|l| l.split_once(':')).map(|(n, v)| (n.trim().to_string(), v.trim().to_string())).list();
        Ok(HttpResponse { status, headers, body, public: false, open: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (url, host, port, path, tls) in [
            ("http://a", "a", 80, "/", false),
            ("a:8080/x?y#z", "a", 8080, "/x?y", false),
            ("https://u:p@h/q", "h", 443, "/q", true),
            ("http://[::1]:99", "::1", 99, "/", false),
            ("http://a?q=1", "a", 80, "/?q=1", false),
        ] {
            let r = HttpRequest::from_url(url).expect(url);
            assert_eq!((r.host.as_str(), r.port, r.path.as_str(), r.tls), (host, port, path, tls), "{url}");
        }
        for bad in ["", "http://", "ftp://x", "http://a:b", "http://a:99999"] {
            assert_eq!(HttpRequest::from_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn responses_travel() {
        let r = HttpResponse::new(404, "text/plain", "no");
        let back = HttpResponse::from_bytes(&r.to_bytes()).expect("is HTTP");
        assert_eq!((back.status, back.body), (404, b"no".to_vec()));
        assert_eq!(HttpResponse::from_bytes(b"hello"), Err(NetError::NotHttp));
    }
}

//! How a server answers a request itself: with a file, with a text of its image, as its configuration says, or with an error.

use super::super::super::fs::read_at;
use super::super::super::images::ServiceKind;
use super::super::super::kernel::Kernel;
use super::super::nginx_conf::{Location, Site};
use super::Server;
use crate::base::{Duration, decode_percent, strftime};
use crate::network::{HttpRequest, HttpResponse};

impl Server {
    /// What its configuration says of requests to a host that come to a port.
    // Models ngx_http_find_virtual_server.
    fn site(&self, r: &HttpRequest, port: u16) -> Option<&Site> {
        let mut here = self.sites.iter().filter(|site| site.ports.contains(&port));
        let host = r.virtual_host();
        // Of two that fit alike the first.
        let named = here.clone().rev().filter_map(|site| Some((site.fits(&host)?, site))).max_by_key(|(fit, _)| *fit).map(|(_, site)| site);
        named.or_else(|| here.clone().find(|site| site.is_default)).or_else(|| here.next())
    }

    /// The location that a request is for.
    // Models ngx_http_core_find_location, but for regular expressions.
    pub(super) fn location(&self, r: &HttpRequest, port: u16) -> Option<&Location> {
        let path = r.path.split('?').next().unwrap_or_default();
        let is_in = |l: &&Location| if l.exact { path == l.prefix } else { path.starts_with(&l.prefix) };
        self.site(r, port)?.locations.iter().filter(is_in).max_by_key(|l| (l.exact, l.prefix.len()))
    }

    /// What the configuration says is answered.
    // Models ngx_http_send_response.
    fn returned(&self, k: &Kernel, r: &HttpRequest, status: u16, text: &str) -> HttpResponse {
        let mut text = text.to_owned();
        // What begins as another one does comes before that.
        let variables = [
            ("$hostname", k.hostname.as_str()),
            ("$host", r.host.as_str()),
            ("$request_uri", r.path.as_str()),
            ("$uri", r.path.as_str()),
            ("$remote_addr", r.client.as_str()),
        ];
        variables.iter().for_each(|(name, value)| text = text.replace(name, value));
        let elsewhere = matches!(status, 301..=303 | 307 | 308);
        if elsewhere || text.is_empty() && status >= 300 {
            let mut response = HttpResponse::new(status, "text/html", error_page(status, &self.service.server_header));
            response.headers.extend(elsewhere.then(|| ("Location".to_owned(), text)));
            return response;
        }
        HttpResponse::new(status, "application/octet-stream", text)
    }

    pub(super) fn tcp(&self, k: &Kernel, data: &[u8], port: u16) -> Vec<u8> {
        // Nobody knows that a stand-in would not speak gRPC.
        if data.is_empty() || self.service.stands_in && data.starts_with(b"PRI ") {
            return Vec::new();
        }
        match self.service.kind {
            ServiceKind::Files | ServiceKind::Page | ServiceKind::Burn => {
                // Typed by hand: the first line is the request.
                let text = String::from_utf8_lossy(data);
                let mut words = text.split_whitespace();
                let (method, path) = (words.next().unwrap_or("GET"), words.next().unwrap_or("/"));
                let r = HttpRequest { method: method.into(), ..HttpRequest::get("localhost", port, path) };
                self.http(k, &r, port).to_bytes()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn http(&self, k: &Kernel, r: &HttpRequest, port: u16) -> HttpResponse {
        let service = &self.service;
        let mut response = match service.kind {
            ServiceKind::Burn => HttpResponse::new(200, "text/html", "OK!"),
            ServiceKind::Page => self.page(k, r),
            ServiceKind::Redis if !service.page.is_empty() => self.page(k, r),
            _ => match self.location(r, port).and_then(|l| l.answer.as_ref()) {
                Some((status, text)) => self.returned(k, r, *status, text),
                None => self.file(k, r, port),
            },
        };
        if !matches!(r.method.as_str(), "GET" | "HEAD" | "POST") {
            response = HttpResponse::new(405, "text/html", error_page(405, &service.server_header));
        }
        if !service.server_header.is_empty() {
            response.headers.insert(0, ("Server".into(), service.server_header.clone()));
        }
        let length = ("Content-Length".to_owned(), response.body.len().to_string());
        if self.is_nginx() {
            // In the order of ngx_http_header_filter.
            response.headers.insert(1, ("Date".into(), strftime(HTTP_DATE, k.now.unix_s(), 0)));
            response.headers.insert(3, length);
            let at = 4 + ["Last-Modified", "Location"].iter().filter(|name| response.header(name).is_some()).count();
            response.headers.insert(at, ("Connection".into(), "keep-alive".into()));
        } else if r.method == "HEAD" {
            response.headers.push(length);
        }
        if r.method == "HEAD" {
            response.body.clear();
        }
        response
    }

    fn page(&self, k: &Kernel, r: &HttpRequest) -> HttpResponse {
        let service = &self.service;
        let path = r.path.split('?').next().unwrap_or("/");
        let found = service.routes.iter().find(|route| route.0 == path).map(|route| route.1);
        let up = k.now.since(self.started);
        let (status, text) = match found {
            _ if path == "/healthz" && up > Duration::from_secs(service.well_s) => (500, format!("error: {}", up.as_secs_f64())),
            _ if self.served > service.well_requests => (500, "I'm not well. Please restart me!".into()),
            Some("redirect") => return redirect(r),
            Some(text) => (200, self.say(k, text, Some((r, 200, 0)))),
            None if service.routes.is_empty() => (200, self.say(k, &service.page, Some((r, 200, 0)))),
            None => (404, "404 page not found\n".into()),
        };
        let kind = match text.as_bytes().first() {
            Some(b'<') => "text/html",
            Some(b'{') => "application/json",
            _ => "text/plain",
        };
        HttpResponse::new(status, kind, text)
    }

    fn file(&self, k: &Kernel, r: &HttpRequest, port: u16) -> HttpResponse {
        let plain = r.path.split('?').next().unwrap_or("/");
        let decoded = decode_percent(plain);
        let root = self.site(r, port).and_then(|site| site.root.as_ref()).unwrap_or(&self.root);
        let full = format!("{}/{}", root.trim_end_matches('/'), decoded.trim_start_matches('/'));
        let page = |status| HttpResponse::new(status, "text/html", error_page(status, &self.service.server_header));
        if decoded.split('/').any(|p| p == "..") {
            return page(404);
        }
        let Ok(node) = k.fs.stat("/", &full) else { return page(404) };
        let (full, node) = if node.is_dir() {
            let index = format!("{}/index.html", full.trim_end_matches('/'));
            match k.fs.stat("/", &index) {
                Ok(n) => (index, n),
                Err(_) => return page(if self.is_nginx() { 403 } else { 404 }),
            }
        } else {
            (full, node)
        };
        if !node.allows(0, 0, 4) {
            return page(403);
        }
        let kind = match full.rsplit('.').next() {
            Some("html" | "htm") => "text/html",
            Some("txt" | "log" | "conf") => "text/plain",
            Some("json") => "application/json",
            Some("css") => "text/css",
            Some("js") => "application/javascript",
            Some("png") => "image/png",
            _ => "application/octet-stream",
        };
        let mut found = HttpResponse::new(200, kind, read_at(node, 0, 1 << 20));
        if self.is_nginx() {
            let unix = node.mtime.unix_s();
            found.headers.extend([
                ("Last-Modified".into(), strftime(HTTP_DATE, unix, 0)),
                ("ETag".into(), format!("\"{unix:x}-{:x}\"", node.size())),
                ("Accept-Ranges".into(), "bytes".into()),
            ]);
        }
        found
    }

    pub(super) fn is_nginx(&self) -> bool {
        self.service.server_header.starts_with("nginx")
    }
}

/// How HTTP writes a time.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// Sends on to where a query asks (`loc`), as Go's `http.Redirect` does.
fn redirect(r: &HttpRequest) -> HttpResponse {
    let of = |name: &str| r.path.split_once('?')?.1.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let status = of("code").and_then(|code| code.parse().ok()).filter(|code| (300..400).contains(code)).unwrap_or(302);
    let to = decode_percent(of("loc").unwrap_or_default());
    let body = format!("<a href=\"{to}\">{}</a>.\n\n", crate::base::http_status_text(status));
    let mut response = HttpResponse::new(status, "text/html; charset=utf-8", body);
    response.headers.push(("Location".into(), to));
    response
}

pub(super) fn error_page(status: u16, server: &str) -> String {
    let text = match status {
        503 if server.starts_with("nginx") => "Service Temporarily Unavailable",
        504 if server.starts_with("nginx") => "Gateway Time-out",
        _ => crate::base::http_status_text(status),
    };
    let foot = if server.is_empty() { String::new() } else { format!("<hr><center>{server}</center>\r\n") };
    format!(
        "<html>\r\n<head><title>{status} {text}</title></head>\r\n<body>\r\n<center><h1>{status} {text}</h1></center>\r\n{foot}</body>\r\n</html>\r\n"
    )
}

//! What lies beyond the cluster: pages that the session brings along, each under its URL. Nothing else of the web is there.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::connections::is_local;
use crate::base::SortedMap;
use crate::network::{HttpRequest, HttpResponse, NetRequest, NetResponse};

/// The address of every host beyond the cluster: one that is kept for documentation.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

/// Pages, and what was asked for in vain.
#[derive(Clone, Debug, Default)]
pub(super) struct Web {
    pages: SortedMap<String, Arc<str>>,
    missed: Option<String>,
}

impl Web {
    /// Adds or replaces a page.
    pub fn put(&mut self, url: &str, text: &str) {
        self.missed.take_if(|missed| missed == url);
        self.pages.insert(url.to_owned(), text.into());
    }

    /// A page's text.
    pub fn page(&self, url: &str) -> Option<&Arc<str>> {
        self.pages.get(url)
    }

    /// The pages' URLs, sorted.
    pub fn urls(&self) -> impl Iterator<Item = &String> {
        self.pages.keys()
    }

    /// The URL that a program asked for last and that is still not there.
    pub fn missed(&self) -> Option<&str> {
        self.missed.as_deref()
    }

    /// A page's text, for a program; what is not there is noted.
    pub fn fetch(&mut self, url: &str) -> Option<Arc<str>> {
        let page = self.pages.get(url).cloned();
        // This machine is no part of the web.
        if page.is_none() && HttpRequest::from_url(url).is_some_and(|request| !is_local(&request.host)) {
            self.missed = Some(url.to_owned());
        }
        page
    }

    /// What a request to a host beyond the cluster gets; nothing where neither page nor host is there.
    pub fn answer(&mut self, request: &NetRequest) -> Option<NetResponse> {
        match request {
            NetRequest::Http(request) => self.http(request).map(NetResponse::Http),
            NetRequest::Resolve { name } => {
                let is_host = |url: &String| HttpRequest::from_url(url).is_some_and(|r| r.host == *name);
                self.pages.keys().any(is_host).then(|| NetResponse::Addresses(name.clone(), vec![ADDRESS]))
            }
            _ => None,
        }
    }

    fn http(&mut self, request: &HttpRequest) -> Option<HttpResponse> {
        let (scheme, port) = if request.tls { ("https", 443) } else { ("http", 80) };
        let port = if request.port == port { String::new() } else { format!(":{}", request.port) };
        let page = self.fetch(&format!("{scheme}://{}{port}{}", request.host, request.path))?;
        Some(HttpResponse { public: true, ..HttpResponse::new(200, "text/plain; charset=utf-8", page.as_bytes()) })
    }
}

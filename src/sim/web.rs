//! The web beyond the cluster: the pages that the session brings along, by their URLs, the web's first page, and nothing else.

use std::sync::Arc;

use super::connections::is_local;
use crate::base::SortedMap;
use crate::network::{BEYOND, HttpRequest, HttpResponse, NetRequest, NetResponse};

/// The web's first page, which the init container of Kubernetes' own tutorial fetches.
const FIRST_PAGE: (&str, &str) = (
    "http://info.cern.ch",
    "<html><head></head><body><header>\n<title>http://info.cern.ch</title>\n</header>\n\n\
     <h1>http://info.cern.ch - home of the first website</h1>\n</body></html>\n",
);

/// The pages, and what was asked for in vain.
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

    /// A page's text. The slash after a host may be missing.
    pub fn page(&self, url: &str) -> Option<Arc<str>> {
        let short = url.strip_suffix('/').unwrap_or(url);
        let page = self.pages.get(url).or_else(|| self.pages.get(short)).cloned();
        page.or_else(|| (short == FIRST_PAGE.0).then(|| FIRST_PAGE.1.into()))
    }

    /// The pages' URLs, sorted.
    pub fn urls(&self) -> impl Iterator<Item = &String> {
        self.pages.keys()
    }

    /// The last URL that a program asked for in vain and that there is still no page for.
    pub fn missed(&self) -> Option<&str> {
        self.missed.as_deref()
    }

    /// A page's text, for a program. A missing page is noted.
    pub fn fetch(&mut self, url: &str) -> Option<Arc<str>> {
        let page = self.page(url);
        if page.is_none() {
            self.miss(url);
        }
        page
    }

    /// Notes that the page of a request was asked for in vain.
    pub fn miss_page_of(&mut self, request: &NetRequest) {
        match request {
            NetRequest::Http(request) => self.miss(&request.url()),
            NetRequest::Resolve { url, .. } => self.miss(url),
            _ => {}
        }
    }

    /// Notes that a page was asked for in vain.
    fn miss(&mut self, url: &str) {
        // The workstation itself is no part of the web.
        if HttpRequest::from_url(url).is_some_and(|request| !is_local(&request.host)) {
            self.missed = Some(url.to_owned());
        }
    }

    /// The answer to a request to a host beyond the cluster; none where the session has no page of that host.
    pub fn answer(&self, request: &NetRequest) -> Option<NetResponse> {
        let is_host = |name: &str| {
            let mut urls = self.pages.keys().map(String::as_str).chain([FIRST_PAGE.0]);
            urls.any(|url| HttpRequest::from_url(url).is_some_and(|r| r.host == name))
        };
        match request {
            NetRequest::Http(request) => {
                let page = self.page(&request.url())?;
                let page = HttpResponse::new(200, "text/plain; charset=utf-8", page.as_bytes());
                Some(NetResponse::Http(HttpResponse { public: true, ..page }))
            }
            NetRequest::Resolve { name, .. } if is_host(name) => Some(NetResponse::Addresses(name.clone(), vec![BEYOND])),
            NetRequest::Records { name, of } if of == "A" && is_host(name) => {
                Some(NetResponse::Records(vec![(name.clone(), "A", BEYOND.to_string())]))
            }
            NetRequest::Ping { host } if is_host(host) => Some(NetResponse::Pong(BEYOND)),
            _ => None,
        }
    }
}

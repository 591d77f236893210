//! What `-v=6` has kubectl log: the kubeconfig that it read, and each request with the answer's status.
//!
//! Requests that a command only waits by, as `kubectl wait` does, are not logged, nor what `describe` asks for beside the objects, nor
//! are headers and bodies.

use super::context::Context;
use crate::api::{KindRef, Object, Status, Value};
use crate::base::http_status_text;
use crate::server::{ListOptions, WriteOptions, continue_token};

/// From this verbosity on requests are logged.
const REQUESTS: i64 = 6;
/// How many objects a list is asked for at a time where nothing else is said.
const CHUNK: usize = 500;

/// A request, as its URL names it.
#[derive(Clone, Debug)]
pub(super) struct Request<'a> {
    /// GET, POST, ...
    pub verb: &'static str,
    /// What kind of object it is about.
    pub kind: KindRef,
    /// The namespace; empty where there is none, or all are meant.
    pub namespace: &'a str,
    /// The object; empty where it is about all of the kind.
    pub name: &'a str,
    /// The part of the object; empty for all of it.
    pub subresource: &'a str,
    /// Parameters, sorted by name.
    pub query: Vec<(&'static str, String)>,
}

/// A parameter that is there or not: an empty one is left out.
pub(super) fn truth(on: bool) -> String {
    if on { "true".to_owned() } else { String::new() }
}

impl Request<'_> {
    /// The path and parameters below the server's address.
    fn uri(&self) -> String {
        let mut uri = if self.kind.group.is_empty() { "/api/".to_owned() } else { "/apis/".to_owned() };
        uri.push_str(&self.kind.api_version());
        if self.kind.namespaced && !self.namespace.is_empty() {
            uri.push_str("/namespaces/");
            uri.push_str(self.namespace);
        }
        for part in [self.kind.plural, self.name, self.subresource].into_iter().filter(|p| !p.is_empty()) {
            uri.push('/');
            uri.push_str(part);
        }
        for (i, (name, value)) in self.query.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
            uri.push(if i == 0 { '?' } else { '&' });
            uri.push_str(name);
            uri.push('=');
            form_encode(&mut uri, value);
        }
        uri
    }
}

/// As a form's values are encoded (`url.QueryEscape`).
fn form_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

impl Context<'_, '_> {
    /// Whether requests are logged.
    pub(super) fn logs_requests(&self) -> bool {
        self.flags().int("v").is_some_and(|v| v >= REQUESTS)
    }

    /// Logs that the kubeconfig was read.
    pub(super) fn log_kubeconfig(&mut self, path: &str) {
        if self.logs_requests() {
            self.klog("I", "loader.go:402", &format!("Config loaded from file:  {path}"));
        }
    }

    /// Logs a request that was answered with this status, or refused.
    pub(super) fn log_request<T>(&mut self, request: &Request<'_>, done: u16, result: &Result<T, Status>) {
        if self.logs_requests() {
            self.log_response(request.verb, &request.uri(), result.as_ref().map_or_else(|status| status.code, |_| done));
        }
    }

    /// How many objects are asked for at a time; all at once where nothing is said.
    fn chunk(&self) -> Option<usize> {
        let flags = self.flags();
        let size = || flags.int("chunk-size").map_or(Some(CHUNK), |size| usize::try_from(size).ok()).filter(|size| *size > 0);
        match self.inv.path.split(' ').nth(1) {
            // Who sorts wants all of them.
            Some("get") if flags.given("sort-by") && !flags.is_on("watch") && !flags.is_on("watch-only") => None,
            Some("get" | "describe" | "drain") => size(),
            Some("events") => Some(CHUNK),
            _ => None,
        }
    }

    /// Logs the requests that a list takes, of which these objects came with this status.
    pub(super) fn log_list(&mut self, kind: KindRef, namespace: &str, options: &ListOptions, items: &[Value], status: u16) {
        if !self.logs_requests() {
            return;
        }
        let limit = self.chunk();
        let is_sorted_table = self.inv.path == "kubectl get" && self.flags().given("sort-by") && self.flags().text("output").is_empty();
        let mut rest = items;
        let mut token = String::new();
        loop {
            let query = vec![
                ("continue", token),
                ("fieldSelector", options.field_selector.clone()),
                ("includeObject", if is_sorted_table { "Object".into() } else { String::new() }),
                ("labelSelector", options.label_selector.clone()),
                ("limit", limit.map(|l| l.to_string()).unwrap_or_default()),
            ];
            let request = Request { verb: "GET", kind, namespace, name: "", subresource: "", query };
            self.log_response(request.verb, &request.uri(), status);
            let Some((chunk, more)) = limit.and_then(|l| rest.split_at_checked(l)).filter(|(_, more)| !more.is_empty()) else { return };
            let last = chunk.last();
            let of = last.filter(|_| kind.namespaced && namespace.is_empty()).map_or("", Object::namespace);
            token = continue_token(self.host.api.revision(), of, last.map_or("", Object::name));
            rest = more;
        }
    }

    /// Logs what was asked by a path, and with which status it was answered.
    // Models client-go's debugging round tripper. Here an answer takes no time.
    pub(super) fn log_response(&mut self, verb: &str, uri: &str, status: u16) {
        if !self.logs_requests() {
            return;
        }
        let url = format!("{}{uri}", self.session.server);
        let text = format!("\"Response\" verb={verb:?} url={url:?} status=\"{status} {}\" milliseconds=0", http_status_text(status));
        self.klog("I", "round_trippers.go:632", &text);
    }

    /// The parameters of a create, update or patch; `force` is an apply's.
    pub(super) fn write_query(&self, options: &WriteOptions, force: Option<bool>) -> Vec<(&'static str, String)> {
        vec![
            ("dryRun", if options.dry_run { "All".into() } else { String::new() }),
            ("fieldManager", self.field_manager()),
            ("fieldValidation", if self.validates() { options.field_validation.parameter().into() } else { String::new() }),
            ("force", force.map(|f| f.to_string()).unwrap_or_default()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::kinds;

    #[test]
    fn a_request_has_the_url_that_the_api_serves() {
        let pods =
            Request { verb: "GET", kind: kinds::POD, namespace: "", name: "", subresource: "", query: vec![("limit", "500".into())] };
        let selected = vec![("labelSelector", "app in (a, b),c=é".into()), ("limit", "500".into())];
        for (request, uri) in [
            (pods.clone(), "/api/v1/pods?limit=500"),
            (
                Request { namespace: "a", query: selected, ..pods.clone() },
                "/api/v1/namespaces/a/pods?labelSelector=app+in+%28a%2C+b%29%2Cc%3D%C3%A9&limit=500",
            ),
            (
                Request { kind: kinds::DEPLOYMENT, namespace: "a", name: "web", subresource: "scale", query: Vec::new(), ..pods.clone() },
                "/apis/apps/v1/namespaces/a/deployments/web/scale",
            ),
            (Request { kind: kinds::NODE, namespace: "a", name: "node1", query: Vec::new(), ..pods }, "/api/v1/nodes/node1"),
        ] {
            assert_eq!(request.uri(), uri);
        }
    }
}

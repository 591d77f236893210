//! What `-v=6` has kubectl log: the kubeconfig that it read, and each request with the answer's status; `-v=7` what went before a
//! request, `-v=8` the beginnings of bodies, `-v=9` and more of them whole, and the curl command that asks the same.
//!
//! Requests that a command only waits by, as `kubectl wait` does, are not logged, nor what `describe` asks for beside the objects.
//! Bodies are JSON, also where kubectl sends and gets Protobuf (`create deployment`). Here an answer takes no time.
// Models client-go's debugging round tripper (transport) and its request's logBody (rest).

use super::context::Context;
use super::klog::key_value;
use super::output::{table_object, to_compact_json};
use crate::api::{KindRef, Object, Status, Value, json_order, kinds, quote};
use crate::base::{Order as _, RandomStream, encode_query, http_status_text, strftime};
use crate::server::{DeleteOptions, ListOptions, Patch, RestRequest, WriteOptions};

/// From this verbosity on requests are logged.
const REQUESTS: i64 = 6;
/// From this one headers.
const HEADERS: i64 = 7;
/// From this one bodies.
const BODIES: i64 = 8;
/// From this one the commands that ask the same, and times.
const COMMANDS: i64 = 9;
/// How many objects a list is asked for at a time where nothing else is said.
const CHUNK: usize = 500;
/// Who asks.
// Go's programs name the commit that they were built of; this one was built of none.
const USER_AGENT: &str = "User-Agent: kubectl/v1.36.2 (linux/amd64) kubernetes/unknown";
/// The subprotocol of streams to and from a container.
const STREAMS: &str = "Sec-Websocket-Protocol: v5.channel.k8s.io";
/// What a request accepts that asks for a table.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/// What is sent with a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sent<'a> {
    /// Nothing.
    Nothing,
    /// What is read while it is sent.
    Read,
    /// An object.
    Object(&'a Value),
    /// A patch.
    Patch(&'a Patch),
    /// A configuration to apply.
    Configuration(&'a Value),
    /// How to delete.
    Delete(&'a DeleteOptions),
}

impl Sent<'_> {
    /// Its content type and its text.
    fn write(self) -> Option<(&'static str, String)> {
        // Patches are sent as they are, objects as Go's encoder ends them.
        let line = |value: &Value| to_compact_json(value) + "\n";
        Some(match self {
            Sent::Nothing | Sent::Read => return None,
            Sent::Object(object) => ("application/json", line(object)),
            Sent::Configuration(object) => ("application/apply-patch+yaml", line(object)),
            Sent::Patch(Patch::Json(patch)) => ("application/json-patch+json", to_compact_json(patch)),
            Sent::Patch(Patch::Merge(patch)) => ("application/merge-patch+json", to_compact_json(patch)),
            Sent::Patch(Patch::Strategic(patch)) => ("application/strategic-merge-patch+json", to_compact_json(patch)),
            Sent::Delete(options) => ("application/json", json_order::line(&options.to_object()) + "\n"),
        })
    }
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer<'a> {
    /// An object.
    Body(&'a Value),
    /// A text of this content type, as it comes.
    Stream(&'static str),
    /// The connection, for streams both ways.
    Upgrade,
}

/// A request and its answer, as they are logged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange<'a> {
    /// GET, POST, ...
    pub verb: &'a str,
    /// The path and parameters.
    pub uri: &'a str,
    /// Where in kubectl's source it is made.
    pub place: &'static str,
    /// What it accepts.
    pub accept: &'static str,
    /// What goes with it.
    pub sent: Sent<'a>,
    /// The answer's status.
    pub status: u16,
    /// The answer.
    pub answer: Answer<'a>,
}

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
            uri.push_str(&encode_query(value));
        }
        uri
    }
}

/// Headers as they are logged: each on a line.
fn lines(headers: &[String]) -> String {
    headers.join("\n") + "\n"
}

impl<'a> Request<'a> {
    /// The request and an answer, as most commands make and get them.
    // Models cli-runtime's resource.Helper.
    fn exchange(&self, cx: &Context<'_, '_>, uri: &'a str, sent: Sent<'a>, status: u16, answer: Answer<'a>) -> Exchange<'a> {
        let place = match self.verb {
            "POST" => "helper.go:246",
            "PATCH" => "helper.go:269",
            "PUT" => "helper.go:319",
            "DELETE" => "helper.go:202",
            _ if self.name.is_empty() => "helper.go:113",
            _ => "helper.go:105",
        };
        let accept = if self.verb == "GET" && cx.wants_table() { TABLE } else { "application/json" };
        Exchange { verb: self.verb, uri, place, accept, sent, status, answer }
    }
}

impl Context<'_, '_> {
    /// How much is logged.
    fn verbosity(&self) -> i64 {
        self.flags().int("v").unwrap_or(0)
    }

    /// Whether it matters what is sent with a request.
    pub(super) fn logs_headers(&self) -> bool {
        self.verbosity() >= HEADERS
    }

    /// Logs that the kubeconfig was read.
    pub(super) fn log_kubeconfig(&mut self, path: &str) {
        if self.verbosity() >= REQUESTS {
            self.klog("I", "loader.go:402", &format!("Config loaded from file:  {path}"));
        }
    }

    /// Logs a request that was answered with an object and this status, or refused.
    pub(super) fn log_request(&mut self, request: &Request<'_>, sent: Sent<'_>, done: u16, result: Result<&Value, &Status>) {
        if self.verbosity() < REQUESTS {
            return;
        }
        let uri = request.uri();
        match result {
            Ok(object) => self.log_exchange(request.exchange(self, &uri, sent, done, Answer::Body(object))),
            Err(status) => self.log_exchange(request.exchange(self, &uri, sent, status.code, Answer::Body(&status.to_object()))),
        }
    }

    /// Logs a request that was answered with a stream, or refused.
    pub(super) fn log_stream(&mut self, request: &Request<'_>, done: u16, refused: Option<&Status>) {
        if let Some(status) = refused {
            return self.log_request(request, Sent::Nothing, status.code, Err(status));
        }
        let answer = if done == 101 { Answer::Upgrade } else { Answer::Stream("text/plain") };
        let uri = request.uri();
        self.log_exchange(Exchange { accept: "application/json, */*", ..request.exchange(self, &uri, Sent::Nothing, done, answer) });
    }

    /// Logs a GET as the server answers it, and says where the list goes on.
    fn log_get(&mut self, request: &Request<'_>) -> String {
        let uri = request.uri();
        let measured = self.metrics_at(&uri).map(|found| match found {
            Ok(object) => (200, object),
            Err(status) => (status.code, status.to_object()),
        });
        let (status, mut body) = measured.unwrap_or_else(|| {
            let by = self.by();
            let asked = RestRequest { method: "GET", path: &uri, content_type: "", agent: "", body: Value::Null };
            let answer = self.host.api.rest(&by, &asked);
            (answer.code, answer.body)
        });
        let rest = body.at(&["metadata", "continue"]).str().to_owned();
        if status == 200 && self.verbosity() >= BODIES && self.wants_table() {
            body = table_object(request.kind, &body, self.flags().given("sort-by"), self.host.now);
        }
        self.log_exchange(request.exchange(self, &uri, Sent::Nothing, status, Answer::Body(&body)));
        rest
    }

    /// Logs the GET of an object, or that it was refused.
    pub(super) fn log_read(&mut self, request: &Request<'_>) {
        if self.verbosity() >= REQUESTS {
            self.log_get(request);
        }
    }

    /// Whether the server is to make a table of what it answers.
    fn wants_table(&self) -> bool {
        let flags = self.flags();
        self.inv.path == "kubectl get" && matches!(flags.text("output"), "" | "wide") && flags.switch_or("server-print", true)
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

    /// Logs the requests that a list takes, or the one that was refused.
    pub(super) fn log_list(&mut self, kind: KindRef, namespace: &str, options: &ListOptions, refused: Option<&Status>) {
        if self.verbosity() < REQUESTS {
            return;
        }
        let limit = self.chunk().map(|l| l.to_string()).unwrap_or_default();
        let is_sorted_table = self.wants_table() && self.flags().given("sort-by");
        let mut token = String::new();
        loop {
            let query = vec![
                ("continue", token),
                ("fieldSelector", options.field_selector.clone()),
                ("includeObject", if is_sorted_table { "Object".into() } else { String::new() }),
                ("labelSelector", options.label_selector.clone()),
                ("limit", limit.clone()),
            ];
            let request = Request { verb: "GET", kind, namespace, name: "", subresource: "", query };
            if let Some(status) = refused {
                return self.log_request(&request, Sent::Nothing, status.code, Err(status));
            }
            token = self.log_get(&request);
            if token.is_empty() {
                return;
            }
        }
    }

    /// Logs a request and its answer.
    pub(super) fn log_exchange(&mut self, exchange: Exchange<'_>) {
        let verbosity = self.verbosity();
        if verbosity < REQUESTS {
            return;
        }
        let Exchange { verb, uri, place, accept, sent, status, answer } = exchange;
        let url = [&self.session.server, uri].concat();
        let is_read = matches!(sent, Sent::Read);
        let (content_type, sent) = Some(sent).filter(|_| verbosity >= HEADERS).and_then(Sent::write).unwrap_or_default();
        let upgrades = matches!(answer, Answer::Upgrade);
        if !upgrades && !is_read {
            self.log_body(place, "Request Body", sent);
        }
        let mut headers = self.session.credentials.clone();
        headers.push(USER_AGENT.to_owned());
        headers.push(if upgrades { STREAMS.to_owned() } else { ["Accept: ", accept].concat() });
        if !content_type.is_empty() {
            headers.push(["Content-Type: ", content_type].concat());
        }
        headers.order();
        let mut asked = String::from("\"Request\"");
        if verbosity >= COMMANDS {
            let headers: String = headers.iter().map(|h| format!(" -H {}", quote(h))).collect();
            key_value(&mut asked, "curlCommand", &format!("curl -v -X{verb} {headers} '{url}'\n"));
        } else {
            key_value(&mut asked, "verb", verb);
            key_value(&mut asked, "url", &url);
            key_value(&mut asked, "headers", &lines(&headers));
        }
        if verbosity >= HEADERS {
            self.klog("I", "round_trippers.go:527", &asked);
        }
        let is_first = self.session.requests == 0;
        self.session.requests += 1;
        if is_first && verbosity >= COMMANDS {
            let address = self.session.server.split("://").last().unwrap_or_default();
            self.klog("I", "round_trippers.go:562", &format!("\"HTTP Trace: Dial succeed\" network=\"tcp\" address={address:?}"));
        }
        let body = match answer {
            Answer::Body(body) if verbosity >= BODIES => json_order::line(body) + "\n",
            _ => String::new(),
        };
        let mut answered = String::from("\"Response\"");
        if !(HEADERS..COMMANDS).contains(&verbosity) {
            key_value(&mut answered, "verb", verb);
            key_value(&mut answered, "url", &url);
        }
        key_value(&mut answered, "status", &format!("{status} {}", http_status_text(status)));
        if verbosity >= BODIES {
            key_value(&mut answered, "headers", &lines(&self.answer_headers(answer, uri, body.len())));
        }
        answered.push_str(" milliseconds=0");
        if verbosity >= COMMANDS {
            let times = if is_first {
                " dnsLookupMilliseconds=0 dialMilliseconds=0 tlsHandshakeMilliseconds=0"
            } else {
                " getConnectionMilliseconds=0"
            };
            answered.push_str(times);
        }
        self.klog("I", "round_trippers.go:632", &answered);
        if matches!(answer, Answer::Body(_)) {
            self.log_body(place, "Response Body", body);
        }
    }

    fn log_body(&mut self, place: &str, what: &str, mut body: String) {
        let max = match self.verbosity() {
            ..BODIES => return,
            8 => 1024,
            9 => 10240,
            _ => body.len(),
        };
        if body.len() > max {
            let rest = body.len() - max;
            body.truncate(body.floor_char_boundary(max));
            body += &format!(" [truncated {rest} chars]");
        }
        let mut text = quote(what);
        key_value(&mut text, "body", &body);
        self.klog("I", place, &text);
    }

    /// What the server says before its answer.
    fn answer_headers(&self, answer: Answer<'_>, uri: &str, length: usize) -> Vec<String> {
        /// What Go's server measures before it begins to send.
        const MEASURED_MAX: usize = 4096;
        if matches!(answer, Answer::Upgrade) {
            return vec!["Connection: Upgrade".into(), STREAMS.into(), "Upgrade: websocket".into()];
        }
        let now = self.host.now;
        let user = self.user();
        let (schema, level) = match &user.groups {
            groups if groups.iter().any(|g| g == "system:masters") => ("exempt", "exempt"),
            groups if groups.iter().any(|g| g == "system:serviceaccounts") => ("service-accounts", "workload-low"),
            _ => ("global-default", "global-default"),
        };
        let uid = |kind, name| self.host.api.get(kind, "", name).map(|o| o.uid().to_owned()).unwrap_or_default();
        let id = RandomStream::new(now.0 + self.session.requests, uri).uuid();
        let content_type = if let Answer::Stream(content_type) = answer { content_type } else { "application/json" };
        let mut headers = vec![
            ["Audit-Id: ", &id].concat(),
            "Cache-Control: no-cache, private".into(),
            ["Content-Type: ", content_type].concat(),
            strftime("Date: %a, %d %b %Y %H:%M:%S GMT", now.unix_s(), 0),
            ["X-Kubernetes-Pf-Flowschema-Uid: ", &uid(kinds::FLOW_SCHEMA, schema)].concat(),
            ["X-Kubernetes-Pf-Prioritylevel-Uid: ", &uid(kinds::PRIORITY_LEVEL_CONFIGURATION, level)].concat(),
        ];
        if matches!(answer, Answer::Body(_)) && length <= MEASURED_MAX {
            headers.insert(2, format!("Content-Length: {length}"));
        }
        headers
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

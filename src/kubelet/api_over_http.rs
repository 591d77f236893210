//! The API server over HTTP: what programs in containers ask of `kubernetes.default`, and those on the workstation of `kubectl proxy`.

use super::container_runtime::HttpRequest;
use crate::api::{KindRef, Status, Value, json_order, kinds};
use crate::base::Time;
use crate::network::HttpResponse;
use crate::server::{ApiServer, Caller, Representation, RestRequest, User, Watch};

/// Whether an address and port are those of the Service behind which the API server is.
pub(super) fn is_api_server(api: &ApiServer, ip: &str, port: u16) -> bool {
    // The port first: this is asked of every request.
    port == 443 && api.peek(kinds::SERVICE, "default", "kubernetes").is_some_and(|s| s.at(&["spec", "clusterIP"]).str() == ip)
}

/// The watches that are open over HTTP, each with whom it tells.
#[derive(Clone, Debug)]
pub struct Watches<T>(Vec<(T, Watch)>);

impl<T> Default for Watches<T> {
    fn default() -> Self {
        Watches(Vec::new())
    }
}

impl<T: Clone> Watches<T> {
    /// Begins a watch where it is the answer to a request that there is one.
    pub fn begin(&mut self, to: T, (answer, watch): (HttpResponse, Option<Watch>)) -> HttpResponse {
        self.0.extend(watch.map(|watch| (to, watch)));
        answer
    }

    /// Ends those of somebody who is gone.
    pub fn end(&mut self, is_gone: impl Fn(&T) -> bool) {
        self.0.retain(|(to, _)| !is_gone(to));
    }

    /// Whether one of them is to be told of a kind.
    pub fn want(&self, kind: KindRef) -> bool {
        self.0.iter().any(|(_, watch)| watch.is_of(kind))
    }

    /// When one of them has something to be told, whatever happens until then.
    pub fn next_at(&self) -> Option<Time> {
        self.0.iter().map(|(_, watch)| watch.next_at()).min()
    }

    /// Whether something has come since they were told last.
    pub fn are_behind(&self, api: &ApiServer) -> bool {
        self.0.iter().any(|(_, watch)| watch.is_behind(api))
    }

    /// What they are told now.
    pub fn tell(&mut self, api: &ApiServer, now: Time) -> Vec<(T, HttpResponse)> {
        let mut told = Vec::new();
        self.0.retain_mut(|(to, watch)| {
            let (lines, ends) = watch.lines(api, now);
            if ends || !lines.is_empty() {
                told.push((to.clone(), HttpResponse { open: !ends, ..HttpResponse::new(200, "application/json", lines) }));
            }
            !ends
        });
        told
    }
}

/// Answers whoever a request says it is from, by its token; where it watches, with the watch.
// Models apiserver's WithAuthentication.
pub fn answer_asker(api: &mut ApiServer, now: Time, request: &HttpRequest) -> (HttpResponse, Option<Watch>) {
    if !request.tls {
        return (HttpResponse::new(400, "text/plain", "Client sent an HTTP request to an HTTPS server.\n"), None);
    }
    let token = request.header("Authorization").and_then(|h| h.strip_prefix("Bearer "));
    match token.map(|token| api.token_user(now, token.trim())) {
        None => answer_api_request(api, now, &User::anonymous(), request),
        Some(Some(user)) => answer_api_request(api, now, &user, request),
        Some(None) => (status_response(&Status::unauthorized()), None),
    }
}

/// Answers a request that is somebody's.
pub fn answer_api_request(api: &mut ApiServer, now: Time, user: &User, request: &HttpRequest) -> (HttpResponse, Option<Watch>) {
    if let Err(status) = api.require_request(user, &request.method, &request.path) {
        return (status_response(&status), None);
    }
    let accept = request.header("Accept").unwrap_or_default();
    match api.open_watch(now, &request.path, accept).filter(|_| request.method == "GET") {
        Some(Ok(mut watch)) => {
            let (lines, _) = watch.lines(api, now);
            (HttpResponse { open: true, ..HttpResponse::new(200, "application/json", lines) }, Some(watch))
        }
        Some(Err(status)) => (status_response(&status), None),
        None => match api.representation(&request.path, accept) {
            Ok(by) => (answer_at_once(api, now, user, request, &by), None),
            Err(status) => (status_response(&status), None),
        },
    }
}

fn answer_at_once(api: &mut ApiServer, now: Time, user: &User, request: &HttpRequest, by: &Representation) -> HttpResponse {
    let text = String::from_utf8_lossy(&request.body);
    let content_type = request.header("Content-Type").unwrap_or("application/json");
    let body = match api.read_body(&request.method, &request.path, content_type, &text) {
        Ok(body) => body,
        Err(status) => return status_response(&status),
    };
    let agent = request.header("User-Agent").unwrap_or("curl").split('/').next().unwrap_or_default();
    let asked = RestRequest { method: &request.method, path: &request.path, content_type, agent, body };
    let answer = api.rest(&Caller::of_user(now, user.clone()), &asked);
    let (code, body) = match api.represented(by, &request.path, answer.body, now) {
        Ok(body) => (answer.code, body),
        Err(status) => (status.code, status.to_object()),
    };
    let yaml = if by.yaml { api.yaml(&body) } else { None };
    let mut response = match (&body, yaml) {
        (Value::Str(text), _) => HttpResponse::new(code, "text/plain; charset=utf-8", text.as_bytes()),
        (_, Some(yaml)) => HttpResponse::new(code, "application/yaml", yaml),
        (body, _) => HttpResponse::new(code, "application/json", pretty(body)),
    };
    response.headers.extend(answer.warnings.iter().map(|text| ("Warning".to_owned(), format!("299 - {text:?}"))));
    response
}

/// What the API gives a person's client: indented.
fn pretty(body: &Value) -> Vec<u8> {
    json_order::indented(body, "  ").into_bytes()
}

/// A refusal, as the API answers it.
pub fn status_response(status: &Status) -> HttpResponse {
    HttpResponse::new(status.code, "application/json", pretty(&status.to_object()))
}

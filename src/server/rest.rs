//! The API as HTTP: method, path and body in, status code and body out. This is what `kubectl get --raw` and recorded requests use.

use super::authorization::{Attributes, User};
use super::list::{parameter, selectors};
use super::options::{Caller, Patch, WriteOptions};
use super::request_body::{APPLY, demand_readable, media_type};
use super::request_options::{check_options, delete_options, sent_delete_options, write_options};
use super::request_path::{Target, parse_path, parse_query, routes, subresource};
use super::watch::Watch;
use super::write::OTHER_NAMESPACE;
use super::{ApiServer, patch};
use crate::api::convert::to_version;
use crate::api::decode::served_version;
use crate::api::selector::FieldSelector;
use crate::api::{EVICTION, KindRef, Object, SCALE, Status, Value, join_api_version, kinds};
use crate::base::{Case as _, List as _};
use crate::obj;

/// One request.
#[derive(Clone, Debug)]
pub struct RestRequest<'a> {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'a str,
    /// Path and query: `/api/v1/namespaces/x/pods?labelSelector=a%3Db`.
    pub path: &'a str,
    /// The content type of the body.
    pub content_type: &'a str,
    /// The program that asks. It is the field manager where the query names none (`fieldManager`).
    pub agent: &'a str,
    /// JSON body; null where there is none.
    pub body: Value,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct RestResponse {
    /// HTTP status code.
    pub code: u16,
    /// JSON body.
    pub body: Value,
    /// The `Warning` headers.
    pub warnings: Vec<String>,
}

impl RestResponse {
    /// The answer to a request that is refused.
    pub fn of_status(status: &Status) -> RestResponse {
        RestResponse { code: status.code, body: status.to_object(), warnings: Vec::new() }
    }
}

impl ApiServer {
    /// Serves a request as the REST API does.
    pub fn rest(&mut self, by: &Caller, request: &RestRequest<'_>) -> RestResponse {
        let (code, body) = self.serve(by, request).unwrap_or_else(|status| (status.code, status.to_object()));
        RestResponse { code, body, warnings: self.take_warnings() }
    }

    /// Refuses with 403 a request that a user may not make.
    // Models apiserver's RequestInfo and WithAuthorization.
    pub fn require_request(&self, user: &User, method: &str, path: &str) -> Result<(), Status> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some(target) = parse_path(self, path) else {
            let verb = method.lower();
            let decision = self.authorize(user, &Attributes { verb: &verb, path, ..Attributes::default() });
            let refusal = format!("forbidden: User {:?} cannot {verb} path {path:?}", user.name);
            return if decision.allowed { Ok(()) } else { Err(Status::not_allowed(refusal)) };
        };
        let query = parse_query(query);
        let verb = match (method, target.name.is_empty()) {
            ("GET", _) if target.watches(&query) => "watch",
            ("GET", true) => "list",
            ("GET", false) => "get",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            (_, true) => "deletecollection",
            (_, false) => "delete",
        };
        let fields = FieldSelector::parse(parameter(&query, "fieldSelector")).unwrap_or_default();
        let name = if target.name.is_empty() && matches!(verb, "list" | "watch") { fields.one_name() } else { &target.name };
        let asked = Attributes { subresource: &target.sub, ..Attributes::on(verb, target.kind, &target.namespace, name) };
        self.require(user, target.kind, &asked)
    }

    fn serve(&mut self, by: &Caller, request: &RestRequest<'_>) -> Result<(u16, Value), Status> {
        let Some(target) = parse_path(self, request.path.split('?').next().unwrap_or_default()).filter(|t| t.version != t.kind.version)
        else {
            return self.serve_stored(by, request);
        };
        self.check_kind(request, &target)?;
        // The request is for another version than the stored one: its body is converted when it is decoded, and the answer here.
        let mut body = request.body.clone();
        if request.method != "PATCH" && matches!(body, Value::Map(_)) && body.api_version().is_empty() {
            body.set(&["apiVersion"], join_api_version(target.kind.group, &target.version));
        }
        let (code, mut answer) = self.serve_stored(by, &RestRequest { body, ..request.clone() })?;
        if answer.get("kind").str() == target.kind.kind && served_version(target.kind, &answer) != target.version {
            answer = to_version(target.kind, &target.version, answer);
        } else if !answer.get("items").is_null() {
            answer.set(&["apiVersion"], join_api_version(target.kind.group, &target.version));
        }
        Ok((code, answer))
    }

    fn serve_stored(&mut self, by: &Caller, request: &RestRequest<'_>) -> Result<(u16, Value), Status> {
        let (path, query) = request.path.split_once('?').unwrap_or((request.path, ""));
        if let Some(served) = self.serve_document(request.method, path, query) {
            return served;
        }
        let query = parse_query(query);
        let nothing = || unsimulated(path).unwrap_or_else(Status::no_such_resource);
        let target = parse_path(self, path).ok_or_else(nothing)?;
        let routes = match routes(target.kind, !target.name.is_empty(), &target.sub) {
            Some(routes) => routes,
            None if target.kind.custom.is_some() => return Err(Status::no_subresource(target.kind, &target.name)),
            None => return Err(nothing()),
        };
        // Across all namespaces there are only lists.
        let of_all = target.kind.namespaced && target.namespace.is_empty();
        if !routes.contains(&request.method) || of_all && request.method != "GET" {
            return Err(Status::method_not_allowed());
        }
        if matches!(request.method, "POST" | "PUT") {
            demand_readable(request.content_type)?;
        }
        let options = WriteOptions { version: target.version.as_str().into(), ..write_options(&query, request.agent) };
        let Target { kind, namespace, name, sub, .. } = &target;
        let applies = media_type(request.content_type) == APPLY;
        check_options(request, &query, applies)?;
        let (kind, sub_kind) = (*kind, subresource(sub)?);
        if target.version == kind.version {
            self.check_kind(request, &target)?;
        }
        match (request.method, name.is_empty(), sub.as_str()) {
            // Only the events so far. A client that stays for more uses `open_watch`.
            ("GET", ..) if target.watches(&query) => {
                Ok((200, Watch::open(self, by.now, &target, &query, "")?.lines(self, by.now).0.into()))
            }
            ("GET", true, _) => Ok((200, self.list_chunk(by.now, &target, &query)?)),
            ("GET", false, "scale") => Ok((200, self.scale(kind, namespace, name)?)),
            ("GET", false, _) => {
                self.demand_revision(&query)?;
                Ok((200, self.as_read(by.now, self.with_managers(kind, self.get_at(kind, &target.version, namespace, name)?))))
            }
            ("POST", true, _) => Ok((201, self.create(by, kind, namespace, request.body.clone(), &options)?)),
            ("POST", false, "eviction" | "binding") => self.post_to_pod(by, &target, &request.body, &options),
            ("POST", false, "token") => Ok((201, self.create_token(by, namespace, name, &request.body)?)),
            ("PUT", false, "scale") => {
                let scale = self.decode(by, &SCALE, request.body.clone(), &options)?;
                Ok((200, self.update_scale(by, kind, namespace, &target.addressed(&scale, true)?, &options)?))
            }
            ("PUT", false, _) => {
                let object = match target.addressed(&request.body, true) {
                    Ok(object) => object,
                    Err(refusal) => {
                        // A body that cannot be decoded is not looked at any further.
                        self.decode(by, kind, request.body.clone(), &options)?;
                        return Err(refusal);
                    }
                };
                let is_new = self.get(kind, namespace, name).is_err();
                Ok((if is_new { 201 } else { 200 }, self.update(by, kind, object, sub_kind, &options)?))
            }
            ("PATCH", false, _) if applies => {
                let is_new = self.get(kind, namespace, name).is_err();
                let config = target.configuration(&request.body, is_new)?;
                Ok((if is_new { 201 } else { 200 }, self.apply(by, kind, namespace, &config, sub_kind, &options)?))
            }
            ("PATCH", false, _) => Ok((200, self.patch(by, kind, namespace, name, &patch_of(request, kind)?, sub_kind, &options)?)),
            ("DELETE", false, _) => {
                let delete = sent_delete_options(&request.body, &query)?;
                Ok((200, self.delete(by, kind, namespace, name, &delete)?.answer(kind)))
            }
            ("DELETE", true, _) => {
                let delete = sent_delete_options(&request.body, &query)?;
                let items = self.delete_collection(by, kind, namespace, &selectors(&query), &delete)?;
                let items = items.iter().map(|item| self.at_version(kind, &target.version, item)).list();
                Ok((200, self.as_list(kind, items)))
            }
            _ => Err(Status::method_not_allowed()),
        }
    }

    /// Serves what the server says of itself: its version, the kinds it knows, its health. None for any other path.
    fn serve_document(&self, method: &str, path: &str, query: &str) -> Option<Result<(u16, Value), Status>> {
        let document = if path.trim_end_matches('/') == "/version" { Some(version_info()) } else { self.discovery(path) };
        match document {
            Some(_) if method != "GET" => Some(Err(Status::method_not_allowed())),
            Some(found) => Some(Ok((200, found))),
            None if method != "GET" => None,
            None => super::health::check(path, query).map(|found| Ok((200, found.into()))),
        }
    }

    /// Evicts a pod, or binds it to a node.
    fn post_to_pod(&mut self, by: &Caller, target: &Target, body: &Value, options: &WriteOptions) -> Result<(u16, Value), Status> {
        let Target { namespace, name, sub, .. } = target;
        let kind = if sub == "binding" { kinds::BINDING } else { &EVICTION };
        let body = &self.decode(by, kind, body.clone(), options)?;
        if !body.namespace().is_empty() && body.namespace() != namespace {
            return Err(Status::bad_request(OTHER_NAMESPACE));
        }
        if body.name() != name {
            return Err(Status::bad_request(format!("name in URL does not match name in {} object", kind.kind)));
        }
        if kind == kinds::BINDING {
            return Ok((201, self.create_binding(by, namespace, body, options)?));
        }
        let delete = delete_options(body.get("deleteOptions"), options)?;
        self.evict(by, namespace, name, &delete)?;
        Ok((201, created()))
    }

    /// Wraps items as the API lists them: a `PodList` with the revision. Items do not name their kind, except those of custom kinds.
    pub fn as_list(&self, kind: KindRef, items: Vec<Value>) -> Value {
        let is_custom = kind.custom.is_some();
        let items: Vec<Value> = items
            .into_iter()
            .map(|mut v| {
                if !is_custom {
                    v.remove(&["apiVersion"]);
                    v.remove(&["kind"]);
                }
                v
            })
            .list();
        let mut list = obj!({
            "apiVersion": kind.api_version(), "kind": kind.list_kind(),
            "metadata": {"resourceVersion": self.revision().to_string()}, "items": items
        });
        if is_custom {
            list.set(&["metadata", "continue"], "");
        }
        list
    }
}

/// The error for a path that a real server has and this one does not simulate.
fn unsimulated(path: &str) -> Option<Status> {
    const OWN: [&str; 5] = ["openapi", "metrics", "debug", ".well-known", "openid"];
    let mut parts = path.trim_start_matches('/').split('/');
    let first = parts.next()?;
    if OWN.contains(&first) {
        return Some(Status::not_implemented(format!("/{first} of the API server is not simulated")));
    }
    let is_proxy = [first, parts.next()?, parts.next()?] == ["api", "v1", "nodes"] && parts.nth(1) == Some("proxy");
    is_proxy.then(|| {
        Status::not_implemented("the proxy of a node is not simulated: its kubelet answers for logs, exec, attach and port-forward")
    })
}

/// The Status that answers a successful request without an object.
pub fn created() -> Value {
    obj!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})
}

/// What `/version` answers.
fn version_info() -> Value {
    obj!({
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitTreeState": "clean", "compiler": "simulated", "platform": "linux/amd64"
    })
}

/// Reads a request's body as the patch that its content type names.
fn patch_of(request: &RestRequest<'_>, kind: KindRef) -> Result<Patch, Status> {
    match media_type(request.content_type) {
        "application/json-patch+json" => Ok(Patch::Json(request.body.clone())),
        "application/merge-patch+json" => Ok(Patch::Merge(request.body.clone())),
        "application/strategic-merge-patch+json" => Ok(Patch::Strategic(request.body.clone())),
        // Built-in kinds refuse other content types by their routes; custom kinds check themselves.
        _ if kind.custom.is_some() => Err(Status::unsupported_media_type(patch::NOT_OF_CUSTOM_KINDS)),
        _ => Err(Status::unsupported_media_type("415: Unsupported Media Type").with_details(Value::map())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

    #[test]
    fn paths_know_their_methods() {
        let mut api = ApiServer::new(0);
        let by = Caller::of_user(Time::ZERO, User::administrator());
        let (core, apps) = ("/api/v1/namespaces/default", "/apis/apps/v1/namespaces/default");
        for (method, path, code) in [
            ("DELETE", format!("{apps}/deployments/d/scale"), 405),
            ("GET", format!("{apps}/daemonsets/d/scale"), 404),
            ("GET", format!("{core}/pods/p/binding"), 405),
            ("POST", format!("{core}/pods/p/eviction"), 400),
            ("GET", format!("{core}/serviceaccounts/default/token"), 405),
            ("GET", format!("{core}/serviceaccounts/default/status"), 404),
            ("PATCH", "/api/v1/namespaces/default/finalize".to_owned(), 405),
            ("POST", "/api/v1/pods".to_owned(), 405),
            ("DELETE", "/api/v1/namespaces".to_owned(), 405),
            ("POST", "/version".to_owned(), 405),
            ("PUT", format!("{core}/services/s"), 201),
            ("PUT", format!("{core}/services/s"), 200),
            ("PUT", format!("{core}/configmaps/s"), 404),
            ("DELETE", format!("{core}/services/s?dryRun=All"), 200),
            ("DELETE", format!("{core}/services/s"), 200),
            ("DELETE", format!("{core}/services/s"), 404),
        ] {
            let body = if method == "PUT" { obj!({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}) } else { Value::Null };
            let answer = api.rest(&by, &RestRequest { method, path: &path, content_type: "", agent: "", body });
            assert_eq!(answer.code, code, "{method} {path}: {:?}", answer.body);
        }
        let known = ["/api/v2/x", "/apis/apps/v9", "/apis/nobody/v1", "/nosuch"].map(|path| api.has_route(path));
        assert_eq!(known, [true, true, false, false]);
    }

    #[test]
    fn requests_that_are_refused() {
        let mut api = ApiServer::new(0);
        let by = Caller::of_user(Time::ZERO, User::administrator());
        let created = api.rest(
            &by,
            &RestRequest {
                method: "POST",
                path: "/api/v1/namespaces/default/configmaps",
                content_type: "application/json",
                agent: "",
                body: obj!({"metadata": {"name": "c"}}),
            },
        );
        assert_eq!(created.code, 201, "{:?}", created.body);
        let (json, merge, apply) = ("application/json", "application/merge-patch+json", "application/apply-patch+yaml");
        let options = "Options.meta.k8s.io \"\" is invalid: ";
        for (method, path, content_type, body, code, message) in [
            ("PATCH", "c", json, "{}", 415, "415: Unsupported Media Type".to_owned()),
            (
                "PATCH",
                "c?force=true",
                merge,
                "{}",
                422,
                format!("Patch{options}force: Forbidden: may not be specified for non-apply patch"),
            ),
            ("PATCH", "c", apply, "{}", 422, format!("Patch{options}fieldManager: Required value: is required for apply patch")),
            ("PUT", "c?dryRun=x", json, "{}", 422, format!("Update{options}dryRun: Unsupported value: [\"x\"]: supported values: \"All\"")),
            (
                "POST",
                "?fieldValidation=x",
                json,
                "{}",
                422,
                format!(
                    "Create{options}fieldValidation: Unsupported value: \"x\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""
                ),
            ),
            ("POST", "c", json, "{}", 405, "the server does not allow this method on the requested resource".to_owned()),
            ("PATCH", "c?fieldManager=m", apply, r#"{"apiVersion":"v2"}"#, 400, "invalid object type: /v2, Kind=".to_owned()),
            (
                "PATCH",
                "c?fieldManager=m",
                apply,
                r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"}}"#,
                400,
                "the name of the object (d) does not match the name on the URL (c)".to_owned(),
            ),
            (
                "PUT",
                "c",
                json,
                r#"{"apiVersion":"v1","kind":"Pod"}"#,
                400,
                "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion"
                    .to_owned(),
            ),
            (
                "POST",
                "",
                json,
                r#"["a"]"#,
                400,
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot \
                 unmarshal array into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \
                 \"json:\\\"kind,omitempty\\\"\" } (5b2261225d)"
                    .to_owned(),
            ),
            (
                "POST",
                "",
                json,
                r#"{"apiVersion":"v2","kind":"ConfigMap"}"#,
                400,
                "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version \"v2\" \
                 in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
                    .to_owned(),
            ),
            (
                "DELETE",
                "c",
                json,
                r#"{"propagationPolicy":"x"}"#,
                422,
                format!(
                    "Delete{options}propagationPolicy: Unsupported value: \"x\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
                ),
            ),
            ("DELETE", "c?gracePeriodSeconds=x", json, "null", 400, "strconv.ParseInt: parsing \"x\": invalid syntax".to_owned()),
            (
                "DELETE",
                "c?propagationPolicy=Orphan&orphanDependents=true",
                json,
                "null",
                422,
                format!(
                    "Delete{options}propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set"
                ),
            ),
            (
                "PATCH",
                "c?fieldManager=a%0Ab",
                merge,
                "{}",
                422,
                format!("Patch{options}fieldManager: Invalid value: \"a\\nb\": invalid character U+000A (at position 1)"),
            ),
            ("DELETE", "c/status", json, "null", 404, "the server could not find the requested resource".to_owned()),
            (
                "POST",
                "",
                merge,
                "{}",
                415,
                patch::NOT_OF_CUSTOM_KINDS.split(" media types").next().unwrap_or_default().to_owned()
                    + " media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
            ),
            (
                "PUT",
                "c",
                json,
                r#"{"metadata":{}}"#,
                400,
                "the name of the object (c based on URL) was undeterminable: name must be provided".to_owned(),
            ),
            ("PUT", "c", json, r#"{"metadata":{"name":"c","namespace":"x"}}"#, 400, OTHER_NAMESPACE.to_owned()),
            (
                "PATCH",
                "c",
                merge,
                r#"{"metadata":{"name":null}}"#,
                400,
                "the name of the object (c based on URL) was undeterminable: name must be provided".to_owned(),
            ),
            ("PATCH", "c", merge, r#"{"metadata":{"namespace":"x"}}"#, 400, OTHER_NAMESPACE.to_owned()),
            (
                "PATCH",
                "c",
                merge,
                r#"{"metadata":{"resourceVersion":"x"}}"#,
                500,
                "strconv.ParseUint: parsing \"x\": invalid syntax".to_owned(),
            ),
            (
                "POST",
                "",
                json,
                r#"{"kind":"Secret"}"#,
                400,
                "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion"
                    .to_owned(),
            ),
            (
                "PATCH",
                "c?fieldManager=m",
                apply,
                r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":["x"]}"#,
                500,
                "failed to create typed patch object (/; /v1, Kind=ConfigMap): .metadata: expected map, got &{[x]}".to_owned(),
            ),
            (
                "PATCH",
                "c?fieldManager=m",
                apply,
                r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[]}}"#,
                400,
                "metadata.managedFields must be nil".to_owned(),
            ),
            // What cannot be decoded is told before what does not fit.
            (
                "PUT",
                "c",
                json,
                r#"{"metadata":{"name":"c","namespace":"other"},"data":[]}"#,
                400,
                "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal array into Go struct field \
                 ConfigMap.data of type map[string]string"
                    .to_owned(),
            ),
            (
                "PUT",
                "c",
                json,
                r#"{"metadata":{"name":"c","namespace":5}}"#,
                400,
                "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field \
                 ObjectMeta.metadata.namespace of type string"
                    .to_owned(),
            ),
            (
                "PUT",
                "c",
                json,
                r#"{"metadata":{"name":"c","namespace":"other"}}"#,
                400,
                "the namespace of the provided object does not match the namespace sent on the request".to_owned(),
            ),
            (
                "GET",
                "c?resourceVersion=x",
                json,
                "null",
                500,
                "resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax".to_owned(),
            ),
        ] {
            let slash = if path.starts_with('?') { "" } else { "/" };
            let url = format!("/api/v1/namespaces/default/configmaps{slash}{path}");
            let body = Value::from_json(body).expect("json");
            let answer = api.rest(&by, &RestRequest { method, path: &url, content_type, agent: "", body });
            assert_eq!((i64::from(answer.code), answer.body.get("message").str()), (code, message.as_str()), "{method} {path}");
        }
    }
}

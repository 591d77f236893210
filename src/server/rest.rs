//! The API as HTTP: method, path and body in, status code and body out. What `kubectl get --raw` and recorded requests speak.

use super::authorization::{Attributes, User};
use super::list::{parameter, selectors};
use super::options::{Caller, DeleteOptions, FieldValidation, Patch, Preconditions, Propagation, Subresource, WriteOptions};
use super::write::OTHER_NAMESPACE;
use super::{ApiServer, patch, strategy};
use crate::api::convert::{to_stored, to_version};
use crate::api::schema::schema;
use crate::api::selector::FieldSelector;
use crate::api::{Cause, EVICTION, KindRef, Object, SCALE, Status, Value, join_api_version, kinds, split_api_version};
use crate::base::List as _;
use crate::obj;

/// One request.
#[derive(Clone, Debug)]
pub struct RestRequest<'a> {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'a str,
    /// Path and query: `/api/v1/namespaces/x/pods?labelSelector=a%3Db`.
    pub path: &'a str,
    /// Of the body.
    pub content_type: &'a str,
    /// Who is noted as the owner of what changes where the query names nobody (`fieldManager`): the program that asks.
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
    /// What else is to be known (the `Warning` headers).
    pub warnings: Vec<String>,
}

/// What a path names.
pub(super) struct Target {
    pub kind: KindRef,
    version: String,
    pub namespace: String,
    pub name: String,
    sub: String,
}

impl ApiServer {
    /// Serves a request as the REST API does.
    pub fn rest(&mut self, by: &Caller, request: &RestRequest<'_>) -> RestResponse {
        let (code, body) = self.serve(by, request).unwrap_or_else(|status| (status.code, status.to_object()));
        RestResponse { code, body, warnings: self.take_warnings() }
    }

    /// The refusal, where somebody may not make a request.
    // Models apiserver's RequestInfo and WithAuthorization.
    pub fn require_request(&self, user: &User, method: &str, path: &str) -> Result<(), Status> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some(target) = parse_path(self, path) else {
            let verb = method.to_lowercase();
            let decision = self.authorize(user, &Attributes { verb: &verb, path, ..Attributes::default() });
            let refusal = format!("forbidden: User {:?} cannot {verb} path {path:?}", user.name);
            return if decision.allowed { Ok(()) } else { Err(Status::not_allowed(refusal)) };
        };
        let verb = match (method, target.name.is_empty()) {
            ("GET", true) if query.split('&').any(|p| matches!(p, "watch=true" | "watch=1")) => "watch",
            ("GET", true) => "list",
            ("GET", false) => "get",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            (_, true) => "deletecollection",
            (_, false) => "delete",
        };
        let fields = FieldSelector::parse(parameter(&parse_query(query), "fieldSelector")).unwrap_or_default();
        let name = if matches!(verb, "list" | "watch") { fields.one_name() } else { &target.name };
        let asked = Attributes { subresource: &target.sub, ..Attributes::on(verb, target.kind, &target.namespace, name) };
        self.require(user, target.kind, &asked)
    }

    fn serve(&mut self, by: &Caller, request: &RestRequest<'_>) -> Result<(u16, Value), Status> {
        let Some(target) = parse_path(self, request.path.split('?').next().unwrap_or_default()).filter(|t| t.version != t.kind.version)
        else {
            return self.serve_stored(by, request);
        };
        self.check_kind(request, &target)?;
        // Another version than the stored one: the body on its way in and the objects on their way out are converted.
        let body =
            if request.method == "PATCH" { request.body.clone() } else { to_stored(target.kind, &target.version, request.body.clone()) };
        let (code, mut answer) = self.serve_stored(by, &RestRequest { body, ..request.clone() })?;
        if answer.get("kind").str() == target.kind.kind {
            answer = to_version(target.kind, &target.version, answer);
        } else if !answer.get("items").is_null() {
            answer.set(&["apiVersion"], join_api_version(target.kind.group, &target.version));
            for item in answer.at_mut(&["items"]).list_mut() {
                *item = to_version(target.kind, &target.version, std::mem::take(item));
            }
        }
        Ok((code, answer))
    }

    fn serve_stored(&mut self, by: &Caller, request: &RestRequest<'_>) -> Result<(u16, Value), Status> {
        let (path, query) = request.path.split_once('?').unwrap_or((request.path, ""));
        match path {
            "/version" => return Ok((200, version_info())),
            _ if request.method == "GET" => {
                if let Some(found) = super::health::check(path, query) {
                    return Ok((200, found.into()));
                }
                if let Some(found) = self.discovery(path) {
                    return Ok((200, found));
                }
            }
            _ => {}
        }
        let query = parse_query(query);
        let parameter = |name: &str| parameter(&query, name);
        let target = parse_path(self, path).ok_or_else(Status::no_such_resource)?;
        // Of all namespaces at once there are only lists.
        if target.kind.namespaced && target.namespace.is_empty() && request.method != "GET" {
            return Err(Status::method_not_allowed());
        }
        let options = write_options(&query, request.agent);
        let Target { kind, namespace, name, sub, .. } = &target;
        let applies = request.content_type == "application/apply-patch+yaml";
        check_options(request, &query, applies)?;
        let (kind, sub_kind) = (*kind, subresource(sub)?);
        if kind.custom.is_some() && sub_kind == Subresource::Status && !strategy::has_status(kind) {
            return Err(Status::no_such_resource());
        }
        if target.version == kind.version {
            self.check_kind(request, &target)?;
        }
        match (request.method, name.is_empty(), sub.as_str()) {
            ("GET", ..) if matches!(parameter("watch"), "true" | "1") => {
                Err(Status::not_implemented("watching over HTTP is not simulated here: use \"kubectl get --watch\""))
            }
            ("GET", true, _) => Ok((200, self.list_chunk(by.now, kind, (!namespace.is_empty()).then_some(namespace), &query)?)),
            ("GET", false, "scale") => Ok((200, self.scale(kind, namespace, name)?)),
            ("GET", false, _) => Ok((200, self.as_read(by.now, self.with_managers(kind, self.get(kind, namespace, name)?)))),
            ("POST", true, _) => Ok((201, self.create(by, kind, namespace, request.body.clone(), &options)?)),
            ("POST", false, "eviction" | "binding") => self.post_to_pod(by, &target, &request.body, &options),
            ("POST", false, "token") if kind == kinds::SERVICE_ACCOUNT => Ok((201, self.create_token(by, namespace, name, &request.body)?)),
            ("PUT", false, "scale") => Ok((200, self.update_scale(by, kind, namespace, &request.body, &options)?)),
            ("PUT", false, _) => {
                let object = target.addressed(&request.body, true)?;
                Ok((200, self.update(by, kind, object, sub_kind, &options)?))
            }
            ("PATCH", false, _) if applies => {
                let config = target.configuration(&request.body)?;
                Ok((200, self.apply(by, kind, namespace, &config, sub_kind, &options)?))
            }
            ("PATCH", false, _) => Ok((200, self.patch(by, kind, namespace, name, &patch_of(request, kind)?, sub_kind, &options)?)),
            ("DELETE", false, _) => {
                let delete = delete_options(&request.body, &options)?;
                Ok((200, self.delete(by, kind, namespace, name, &delete)?.answer(kind)))
            }
            ("DELETE", true, _) => {
                let delete = delete_options(&request.body, &options)?;
                let items = self.delete_collection(by, kind, namespace, &selectors(&query), &delete)?;
                Ok((200, self.as_list(kind, items)))
            }
            _ => Err(Status::method_not_allowed()),
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

    /// Whether what is to be stored is of the kind and version that its path is for, where it says so.
    // Models the decoding of a request's body into the type that its handler has.
    fn check_kind(&self, request: &RestRequest<'_>, target: &Target) -> Result<(), Status> {
        let body = &request.body;
        let (kind, version) = match target.sub.as_str() {
            _ if !matches!(request.method, "POST" | "PUT") => return Ok(()),
            "binding" => (kinds::BINDING, kinds::BINDING.version),
            "eviction" => (&EVICTION, EVICTION.version),
            "scale" => (&SCALE, SCALE.version),
            "token" => return Ok(()),
            _ => (target.kind, &*target.version),
        };
        let (named, api_version) = (body.kind(), body.api_version());
        let expected = join_api_version(kind.group, version);
        if named.is_empty() || named == kind.kind && (api_version.is_empty() || api_version == expected) {
            return Ok(());
        }
        let (group, version) = split_api_version(api_version);
        let is_known =
            kind.custom.is_some() || kind.group == group && (kind.version == version || schema().versions(kind).contains(&version));
        if named == kind.kind && is_known {
            let why = format!("the API version in the data ({api_version}) does not match the expected API version ({expected})");
            return Err(Status::bad_request(why));
        }
        let is_registered = self.kind_of(api_version, named).is_some();
        let why = if is_registered { no_conversion(named, version, kind) } else { not_registered(named, api_version) };
        Err(Status::bad_request(format!("{named} in version {version:?} cannot be handled as a {}: {why}", kind.kind)))
    }

    /// Items as the API lists them: `PodList` with the revision, the items without their own kind.
    pub fn as_list(&self, kind: KindRef, items: Vec<Value>) -> Value {
        let items: Vec<Value> = items
            .into_iter()
            .map(|mut v| {
                v.remove(&["apiVersion"]);
                v.remove(&["kind"]);
                v
            })
            .list();
        obj!({
            "apiVersion": kind.api_version(), "kind": kind.list_kind(),
            "metadata": {"resourceVersion": self.revision().to_string()}, "items": items
        })
    }
}

/// Why a body of one kind is not read as another.
pub(super) fn no_conversion(named: &str, version: &str, kind: KindRef) -> String {
    let package = kind.group.split('.').next().filter(|group| !group.is_empty()).unwrap_or("core");
    format!("converting ({version}.{named}) to ({package}.{}): unknown conversion", kind.kind)
}

/// Why a body of a kind that the API server does not know is not read.
pub fn not_registered(named: &str, api_version: &str) -> String {
    format!("no kind {named:?} is registered for version {api_version:?} in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"")
}

/// The answer to what was done and left no object.
pub fn created() -> Value {
    obj!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})
}

/// What `/version` answers.
pub fn version_info() -> Value {
    obj!({
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitTreeState": "clean", "compiler": "simulated", "platform": "linux/amd64"
    })
}

impl Target {
    /// A body with the name and the namespace of its path; refused where it has another name, or another namespace where that
    /// `matters`.
    fn addressed(&self, body: &Value, matters: bool) -> Result<Value, Status> {
        let Target { kind, namespace, name, .. } = self;
        let mut object = body.clone();
        let (sent, sent_namespace) = (body.name(), body.namespace());
        if !sent.is_empty() && sent != name {
            return Err(Status::bad_request(format!("the name of the object ({sent}) does not match the name on the URL ({name})")));
        }
        object.set(&["metadata", "name"], name.as_str());
        if kind.namespaced {
            if matters && !sent_namespace.is_empty() && sent_namespace != namespace {
                return Err(Status::bad_request(OTHER_NAMESPACE));
            }
            object.set(&["metadata", "namespace"], namespace.as_str());
        }
        Ok(object)
    }

    /// A body as the configuration to apply; refused where it is of another version than its path.
    fn configuration(&self, body: &Value) -> Result<Value, Status> {
        let (sent, expected) = (body.api_version(), join_api_version(self.kind.group, &self.version));
        if sent != expected {
            return Err(Status::bad_request(format!(
                "Incorrect version specified in apply patch. Specified patch version: {sent}, expected: {expected}"
            )));
        }
        self.addressed(body, false)
    }
}

/// A request's body as the patch that its content type says it is.
fn patch_of(request: &RestRequest<'_>, kind: KindRef) -> Result<Patch, Status> {
    match request.content_type {
        "application/json-patch+json" => Ok(Patch::Json(request.body.clone())),
        "application/merge-patch+json" => Ok(Patch::Merge(request.body.clone())),
        "application/strategic-merge-patch+json" => Ok(Patch::Strategic(request.body.clone())),
        // Built-in kinds have routes for what they take, others look themselves.
        _ if kind.custom.is_some() => Err(Status::unsupported_media_type(patch::NOT_OF_CUSTOM_KINDS)),
        _ => Err(Status::unsupported_media_type("415: Unsupported Media Type").with_details(Value::map())),
    }
}

/// Refuses parameters of a request that writes which say what they may not.
// Models apimachinery's validation of CreateOptions, UpdateOptions, PatchOptions and DeleteOptions.
fn check_options(request: &RestRequest<'_>, query: &[(String, String)], applies: bool) -> Result<(), Status> {
    let method = request.method;
    let what = match method {
        "POST" => "CreateOptions",
        "PUT" => "UpdateOptions",
        "PATCH" => "PatchOptions",
        "DELETE" => "DeleteOptions",
        _ => return Ok(()),
    };
    let parameter = |name: &str| parameter(query, name);
    let mut causes = Vec::new();
    if method == "PATCH" && applies && parameter("fieldManager").is_empty() {
        causes.push(Cause::required("fieldManager", "is required for apply patch"));
    } else if method == "PATCH" && !applies && !parameter("force").is_empty() {
        causes.push(Cause::forbidden("force", "may not be specified for non-apply patch"));
    }
    let mut dry_run: Vec<Value> = query.iter().filter(|(k, _)| k == "dryRun").map(|(_, v)| v.as_str().into()).list();
    if method == "DELETE" {
        dry_run.extend_from_slice(request.body.get("dryRun").items());
    }
    if dry_run.iter().any(|v| v.str() != "All") {
        causes.push(Cause::not_supported("dryRun", &dry_run.into(), &["All"]));
    }
    let validation = parameter("fieldValidation");
    if method != "DELETE" && !matches!(validation, "" | "Ignore" | "Strict" | "Warn") {
        causes.push(Cause::not_supported("fieldValidation", &validation.into(), &["", "Ignore", "Strict", "Warn"]));
    }
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid_options(what, causes)) }
}

fn subresource(name: &str) -> Result<Subresource, Status> {
    Ok(match name {
        "" | "eviction" | "binding" | "token" => Subresource::None,
        "status" => Subresource::Status,
        "scale" => Subresource::Scale,
        "resize" => Subresource::Resize,
        "ephemeralcontainers" => Subresource::EphemeralContainers,
        "finalize" => Subresource::Finalize,
        _ => return Err(Status::no_such_resource()),
    })
}

/// The parameters of a query, in order.
pub(super) fn parse_query(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| decode_percent(&text.replace('+', " "));
    query.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (decode(k), decode(v))).list()
}

pub(super) fn parse_path(api: &ApiServer, path: &str) -> Option<Target> {
    let mut parts = path.trim_matches('/').split('/').map(decode_percent);
    let group = match parts.next()?.as_str() {
        "api" => String::new(),
        "apis" => parts.next()?,
        _ => return None,
    };
    let version = parts.next()?;
    let mut rest: Vec<String> = parts.list();
    let mut namespace = String::new();
    // `namespaces/x` alone is the namespace itself, as are its subresources.
    if rest.first().is_some_and(|p| p == "namespaces") && rest.len() > 2 && !matches!(rest[2].as_str(), "status" | "finalize") {
        namespace = rest[1].clone();
        rest.drain(..2);
    }
    let mut rest = rest.into_iter();
    let kind = api.kind_of_resource(&group, &rest.next()?)?;
    if kind.version != version && !schema().versions(kind).contains(&version.as_str()) {
        return None;
    }
    let (name, sub) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
    // What is in a namespace has no path of its own without it; what is in none has no path with one.
    let fits = if kind.namespaced { name.is_empty() || !namespace.is_empty() } else { namespace.is_empty() };
    (fits && rest.next().is_none()).then_some(Target { kind, version, namespace, name, sub })
}

fn write_options(query: &[(String, String)], agent: &str) -> WriteOptions {
    let manager = parameter(query, "fieldManager");
    WriteOptions {
        field_manager: if manager.is_empty() { agent } else { manager }.into(),
        dry_run: parameter(query, "dryRun") == "All",
        field_validation: match parameter(query, "fieldValidation") {
            "Strict" => FieldValidation::Strict,
            "Ignore" => FieldValidation::Ignore,
            _ => FieldValidation::Warn,
        },
        force: parameter(query, "force") == "true",
    }
}

/// The options of a delete that a body has, beside those of the query.
fn delete_options(body: &Value, options: &WriteOptions) -> Result<DeleteOptions, Status> {
    let propagation = match body.get("propagationPolicy").str() {
        "" if body.get("orphanDependents").is_true() => Some(Propagation::Orphan),
        "" => None,
        _ if !body.get("orphanDependents").is_null() => {
            let why = "orphanDependents and deletionPropagation cannot be both set";
            let cause = Cause::invalid("propagationPolicy", body.get("propagationPolicy"), why);
            return Err(Status::invalid_options("DeleteOptions", vec![cause]));
        }
        "Background" => Some(Propagation::Background),
        "Foreground" => Some(Propagation::Foreground),
        "Orphan" => Some(Propagation::Orphan),
        _ => {
            let supported = ["Foreground", "Background", "Orphan", "nil"];
            let cause = Cause::not_supported("propagationPolicy", body.get("propagationPolicy"), &supported);
            return Err(Status::invalid_options("DeleteOptions", vec![cause]));
        }
    };
    Ok(DeleteOptions {
        grace_period_s: body.get("gracePeriodSeconds").as_int(),
        propagation,
        preconditions: Preconditions {
            uid: body.at(&["preconditions", "uid"]).as_str().map(Into::into),
            resource_version: body.at(&["preconditions", "resourceVersion"]).as_str().map(Into::into),
        },
        dry_run: options.dry_run || !body.get("dryRun").items().is_empty(),
    })
}

/// Undoes URL escaping; what is not valid stays as it is.
pub(super) fn decode_percent(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let hex = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten().and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

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
            (
                "PATCH",
                "c?fieldManager=m",
                apply,
                r#"{"apiVersion":"v2"}"#,
                400,
                "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1".to_owned(),
            ),
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
        ] {
            let slash = if path.starts_with('?') { "" } else { "/" };
            let url = format!("/api/v1/namespaces/default/configmaps{slash}{path}");
            let body = Value::from_json(body).expect("json");
            let answer = api.rest(&by, &RestRequest { method, path: &url, content_type, agent: "", body });
            assert_eq!((i64::from(answer.code), answer.body.get("message").str()), (code, message.as_str()), "{method} {path}");
        }
    }
}

//! The API as HTTP: method, path and body in, status code and body out. What `kubectl get --raw` and recorded requests speak.

use super::api_server::OTHER_NAMESPACE;
use super::authorization::{Attributes, User};
use super::list::{parameter, selectors};
use super::options::{Caller, DeleteOptions, FieldValidation, Patch, Preconditions, Propagation, Subresource, WriteOptions};
use super::{ApiServer, deletion, strategy};
use crate::api::convert::{to_stored, to_version};
use crate::api::schema::schema;
use crate::api::{KindRef, Object, Status, Value, join_api_version};
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
        match self.serve(by, request) {
            Ok((code, body)) => RestResponse { code, body },
            Err(status) => RestResponse { code: status.code, body: status.to_object() },
        }
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
        let asked = Attributes { subresource: &target.sub, ..Attributes::on(verb, target.kind, &target.namespace, &target.name) };
        self.require(user, target.kind, &asked)
    }

    fn serve(&mut self, by: &Caller, request: &RestRequest<'_>) -> Result<(u16, Value), Status> {
        let Some(target) = parse_path(self, request.path.split('?').next().unwrap_or_default()).filter(|t| t.version != t.kind.version)
        else {
            return self.serve_stored(by, request);
        };
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
        let options = WriteOptions {
            dry_run: parameter("dryRun") == "All",
            field_validation: match parameter("fieldValidation") {
                "Strict" => FieldValidation::Strict,
                "Ignore" => FieldValidation::Ignore,
                _ => FieldValidation::Warn,
            },
        };
        let Target { kind, namespace, name, sub, .. } = &target;
        let manager = parameter("fieldManager");
        if !manager.is_empty() {
            self.write_as(manager);
        }
        let (kind, sub_kind) = (*kind, subresource(sub)?);
        if kind.custom.is_some() && sub_kind == Subresource::Status && !strategy::has_status(kind) {
            return Err(Status::no_such_resource());
        }
        match (request.method, name.is_empty(), sub.as_str()) {
            ("GET", ..) if matches!(parameter("watch"), "true" | "1") => {
                Err(Status::not_implemented("watching over HTTP is not simulated here: use \"kubectl get --watch\""))
            }
            ("GET", true, _) => Ok((200, self.list_chunk(by.now, kind, (!namespace.is_empty()).then_some(namespace), &query)?)),
            ("GET", false, "scale") => Ok((200, self.scale(kind, namespace, name)?)),
            ("GET", false, _) => Ok((200, self.as_read(by.now, self.get(kind, namespace, name)?))),
            ("POST", true, _) => Ok((201, self.create(by, kind, namespace, request.body.clone(), &options)?)),
            ("POST", false, "eviction" | "binding") => {
                let (of, what) = (request.body.namespace(), if sub == "binding" { "Binding" } else { "Eviction" });
                if !of.is_empty() && of != namespace {
                    return Err(Status::bad_request(OTHER_NAMESPACE));
                }
                if request.body.name() != name {
                    return Err(Status::bad_request(format!("name in URL does not match name in {what} object")));
                }
                if sub == "binding" {
                    self.bind(by, namespace, name, request.body.at(&["target", "name"]).str())?;
                } else {
                    let mut delete = delete_options(request.body.get("deleteOptions"))?;
                    delete.dry_run |= options.dry_run;
                    self.evict(by, namespace, name, &delete)?;
                }
                Ok((201, obj!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})))
            }
            ("POST", false, "token") if kind.built_in() == "serviceaccounts" => {
                Ok((201, self.create_token(by, namespace, name, &request.body)?))
            }
            ("PUT", false, "scale") => Ok((200, self.update_scale(by, kind, namespace, &request.body, &options)?)),
            ("PUT", false, _) => {
                let mut object = request.body.clone();
                if !object.name().is_empty() && object.name() != name {
                    let sent = object.name();
                    return Err(Status::bad_request(format!(
                        "the name of the object ({sent}) does not match the name on the URL ({name})"
                    )));
                }
                object.set(&["metadata", "name"], name.as_str());
                if kind.namespaced {
                    if !object.namespace().is_empty() && object.namespace() != namespace {
                        return Err(Status::bad_request(OTHER_NAMESPACE));
                    }
                    object.set(&["metadata", "namespace"], namespace.as_str());
                }
                Ok((200, self.update(by, kind, object, sub_kind, &options)?))
            }
            ("PATCH", false, _) if request.content_type == "application/apply-patch+yaml" => {
                let mut config = request.body.clone();
                config.set(&["metadata", "name"], name.as_str());
                if kind.namespaced {
                    config.set(&["metadata", "namespace"], namespace.as_str());
                }
                Ok((200, self.apply(by, kind, namespace, &config, (parameter("force") == "true", sub_kind), &options)?))
            }
            ("PATCH", false, _) => {
                let patch = match request.content_type {
                    "application/json-patch+json" => Patch::Json(request.body.clone()),
                    "application/merge-patch+json" => Patch::Merge(request.body.clone()),
                    "application/strategic-merge-patch+json" => Patch::Strategic(request.body.clone()),
                    other => {
                        return Err(Status::unsupported_media_type(format!(
                            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, \
                             application/merge-patch+json, application/strategic-merge-patch+json (got {other})"
                        )));
                    }
                };
                Ok((200, self.patch(by, kind, namespace, name, &patch, sub_kind, &options)?))
            }
            ("DELETE", false, _) => {
                let mut delete = delete_options(&request.body)?;
                delete.dry_run |= options.dry_run;
                match self.delete(by, kind, namespace, name, &delete)? {
                    deletion::Deleted::Gone(object) if kind.built_in() == "pods" => Ok((200, object)),
                    deletion::Deleted::Gone(object) => Ok((200, deletion::success(kind, &object))),
                    deletion::Deleted::Terminating(object) => Ok((200, object)),
                }
            }
            ("DELETE", true, _) => {
                let delete = delete_options(&request.body)?;
                let items = self.delete_collection(by, kind, namespace, &selectors(&query), &delete)?;
                Ok((200, self.as_list(kind, items)))
            }
            (method, _, _) => Err(Status::method_not_allowed(kind, &method.to_lowercase())),
        }
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
            .collect();
        obj!({
            "apiVersion": kind.api_version(), "kind": kind.list_kind(),
            "metadata": {"resourceVersion": self.revision().to_string()}, "items": items
        })
    }
}

/// What `/version` answers.
pub fn version_info() -> Value {
    obj!({
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitTreeState": "clean", "compiler": "simulated", "platform": "linux/amd64"
    })
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
    query.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (decode(k), decode(v))).collect()
}

pub(super) fn parse_path(api: &ApiServer, path: &str) -> Option<Target> {
    let mut parts = path.trim_matches('/').split('/').map(decode_percent);
    let group = match parts.next()?.as_str() {
        "api" => String::new(),
        "apis" => parts.next()?,
        _ => return None,
    };
    let version = parts.next()?;
    let mut rest: Vec<String> = parts.collect();
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
    rest.next().is_none().then_some(Target { kind, version, namespace, name, sub })
}

fn delete_options(body: &Value) -> Result<DeleteOptions, Status> {
    let propagation = match body.get("propagationPolicy").str() {
        "" if body.get("orphanDependents").is_true() => Some(Propagation::Orphan),
        "" => None,
        "Background" => Some(Propagation::Background),
        "Foreground" => Some(Propagation::Foreground),
        "Orphan" => Some(Propagation::Orphan),
        other => {
            return Err(Status::bad_request(format!(
                "DeleteOptions \"\" is invalid: propagationPolicy: Invalid value: {other:?}: should be one of Background, Foreground, Orphan, or nil"
            )));
        }
    };
    Ok(DeleteOptions {
        grace_period_s: body.get("gracePeriodSeconds").as_int(),
        propagation,
        preconditions: Preconditions {
            uid: body.at(&["preconditions", "uid"]).as_str().map(Into::into),
            resource_version: body.at(&["preconditions", "resourceVersion"]).as_str().map(Into::into),
        },
        dry_run: !body.get("dryRun").items().is_empty(),
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

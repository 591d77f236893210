//! Errors at the API's edge: `metav1.Status`, worded as `k8s.io/apimachinery/pkg/api/errors` words them.

use std::borrow::Borrow;
use std::ops::{Deref, DerefMut};

use super::go_json::go_float;
use super::{KindRef, Map, Value, json_order, quote};
use crate::base::{List as _, SortedSet};

/// An error that the API server answers with. A pointer, since many functions pass it on without reading it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.message)]
pub struct Status(Box<StatusBody>);

/// The members of an error.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusBody {
    /// HTTP status code.
    pub code: u16,
    /// `reason`, in CamelCase: `NotFound`, `Invalid` ...
    pub reason: &'static str,
    /// The whole message.
    pub message: String,
    /// `details`: name, group, kind; null where there are none.
    pub details: Value,
    /// `details.causes`: one per field that is wrong.
    pub causes: Vec<Cause>,
}

/// The type of the cause that a namespace is terminating (`NamespaceTerminatingCause`).
pub const NAMESPACE_TERMINATING: &str = "NamespaceTerminating";

/// One thing that is wrong with one field (`field.Error`).
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// `FieldValueRequired`, `FieldValueInvalid`, `FieldValueNotSupported` ...
    pub reason: &'static str,
    /// The field's path: `spec.containers[0].image`.
    pub field: String,
    /// What is wrong, without the path: `Required value`, `Invalid value: -1: must be ...`.
    pub message: String,
    /// Whether objects may be older than the rule, so that those that break it may go on doing so (ratcheting validation).
    pub ratchets: bool,
}

impl Cause {
    /// An error of a kind that has no constructor of its own.
    pub fn new(reason: &'static str, field: impl Into<String>, message: String) -> Cause {
        Cause { reason, field: field.into(), message, ratchets: false }
    }

    /// A required field that is absent (`field.Required`).
    pub fn required(field: impl Into<String>, detail: &str) -> Cause {
        Cause::new("FieldValueRequired", field, with_detail("Required value", detail))
    }

    /// A value that is wrong (`field.Invalid`): `value` is printed as Go's `%q` for strings and as JSON otherwise.
    pub fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> Cause {
        Cause::new("FieldValueInvalid", field, with_detail(&format!("Invalid value: {}", quoted(value)), detail))
    }

    /// A value outside a closed set (`field.NotSupported`).
    pub fn not_supported(field: impl Into<String>, value: &Value, supported: &[&str]) -> Cause {
        let mut message = format!("Unsupported value: {}", quoted(value));
        if !supported.is_empty() {
            let list: Vec<String> = supported.iter().map(|s| quote(s)).list();
            message += &format!(": supported values: {}", list.join(", "));
        }
        Cause::new("FieldValueNotSupported", field, message)
    }

    /// A value that must be unique and is not (`field.Duplicate`).
    pub fn duplicate(field: impl Into<String>, value: &Value) -> Cause {
        Cause::new("FieldValueDuplicate", field, format!("Duplicate value: {}", quoted(value)))
    }

    /// Something that may not be there (`field.Forbidden`).
    pub fn forbidden(field: impl Into<String>, detail: &str) -> Cause {
        Cause::new("FieldValueForbidden", field, with_detail("Forbidden", detail))
    }

    /// A reference to what is not there (`field.NotFound`).
    pub fn not_found(field: impl Into<String>, value: &Value) -> Cause {
        Cause::new("FieldValueNotFound", field, format!("Not found: {}", quoted(value)))
    }

    /// Too long a text (`field.TooLong`).
    pub fn too_long(field: impl Into<String>, max_bytes: usize) -> Cause {
        Cause::new("FieldValueTooLong", field, format!("Too long: may not be more than {max_bytes} bytes"))
    }

    /// Too many items (`field.TooMany`).
    pub fn too_many(field: impl Into<String>, actual: usize, max: usize) -> Cause {
        Cause::new("FieldValueTooMany", field, format!("Too many: {actual}: must have at most {max} items"))
    }
}

fn with_detail(head: &str, detail: &str) -> String {
    if detail.is_empty() { head.to_owned() } else { format!("{head}: {detail}") }
}

fn quoted(value: &Value) -> String {
    match value {
        Value::Str(s) => quote(s),
        Value::List(_) | Value::Map(_) => json_order::sorted(value, ""),
        Value::Float(f) => go_float(*f),
        other => other.to_json(),
    }
}

impl Deref for Status {
    type Target = StatusBody;

    fn deref(&self) -> &StatusBody {
        &self.0
    }
}

impl DerefMut for Status {
    fn deref_mut(&mut self) -> &mut StatusBody {
        &mut self.0
    }
}

impl Status {
    /// An error of this code, reason and message, without details.
    pub fn new(code: u16, reason: &'static str, message: String) -> Status {
        Status(Box::new(StatusBody { code, reason, message, details: Value::Null, causes: Vec::new() }))
    }

    /// The same with these details.
    pub fn with_details(mut self, details: Value) -> Status {
        self.details = details;
        self
    }

    /// The same with these causes.
    pub fn with_causes(mut self, causes: Vec<Cause>) -> Status {
        self.causes = causes;
        self
    }

    /// The same without a reason.
    pub fn without_reason(mut self) -> Status {
        self.reason = "";
        self
    }

    fn about(self, kind: KindRef, name: &str) -> Status {
        let mut details = Map::new();
        if !name.is_empty() {
            details.insert("name", name);
        }
        if !kind.group.is_empty() {
            details.insert("group", kind.group);
        }
        details.insert("kind", kind.plural);
        self.with_details(details.into())
    }

    /// 404: the object is not there.
    pub fn not_found(kind: KindRef, name: &str) -> Status {
        Status::new(404, "NotFound", format!("{} {} not found", kind.qualified(), quote(name))).about(kind, name)
    }

    /// Whether what was asked for is not there (`apierrors.IsNotFound`).
    pub fn is_not_found(&self) -> bool {
        self.reason == "NotFound"
    }

    /// 409: an object of that name is there already.
    pub fn already_exists(kind: KindRef, name: &str) -> Status {
        Status::new(409, "AlreadyExists", format!("{} {} already exists", kind.qualified(), quote(name))).about(kind, name)
    }

    /// 409: the object is not in the state that the writer expected.
    pub fn conflict(kind: KindRef, name: &str, detail: &str) -> Status {
        Status::new(409, "Conflict", format!("Operation cannot be fulfilled on {} {}: {detail}", kind.qualified(), quote(name)))
            .about(kind, name)
    }

    /// 409 of a resource that is named by the caller, such as `pods/binding`.
    pub fn conflict_of(resource: &'static str, name: &str, detail: &str) -> Status {
        let message = format!("Operation cannot be fulfilled on {resource} {}: {detail}", quote(name));
        Status::new(409, "Conflict", message).with_details(crate::obj!({"name": name, "kind": resource}))
    }

    /// 409: the resource version that was sent is not the newest.
    pub fn stale(kind: KindRef, name: &str) -> Status {
        Status::conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// 422: fields are wrong.
    pub fn invalid(kind: KindRef, name: &str, causes: Vec<Cause>) -> Status {
        let text = aggregate(&distinct(&causes));
        let head = if kind.group.is_empty() { kind.kind.to_owned() } else { format!("{}.{}", kind.kind, kind.group) };
        let mut status = Status::new(422, "Invalid", format!("{head} {} is invalid: {text}", quote(name))).about(kind, name);
        if let Value::Map(_) = status.details {
            status.details.set(&["kind"], kind.kind);
        }
        status.causes = causes;
        status
    }

    /// 500: fields are wrong, of an object whose kind is not named.
    pub fn of_causes(causes: &[Cause]) -> Status {
        Status::internal(aggregate(&distinct(causes))).without_reason()
    }

    /// 401: the user is not known.
    pub fn unauthorized() -> Status {
        Status::new(401, "Unauthorized", "Unauthorized".to_owned())
    }

    /// 403: not allowed, and why.
    pub fn forbidden(kind: KindRef, name: &str, detail: &str) -> Status {
        let what = if name.is_empty() { kind.qualified().to_string() } else { format!("{} {}", kind.qualified(), quote(name)) };
        Status::new(403, "Forbidden", format!("{what} is forbidden: {detail}")).about(kind, name)
    }

    /// 403: a request for a path that is no resource is not allowed.
    pub fn not_allowed(message: impl Into<String>) -> Status {
        Status::new(403, "Forbidden", message.into())
    }

    /// 400: the request makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Status {
        Status::new(400, "BadRequest", message.into())
    }

    /// 405: the server has no route for the method.
    pub fn method_not_allowed() -> Status {
        let message = "the server does not allow this method on the requested resource".to_owned();
        Status::new(405, "MethodNotAllowed", message).with_details(Value::map())
    }

    /// 422: options of a request (`PatchOptions`) are invalid.
    pub fn invalid_options(what: &str, causes: Vec<Cause>) -> Status {
        let message = format!("{what}.meta.k8s.io \"\" is invalid: {}", aggregate(&distinct(&causes)));
        let details = crate::obj!({"group": "meta.k8s.io", "kind": what});
        Status::new(422, "Invalid", message).with_details(details).with_causes(causes)
    }

    /// 410: the revision asked for has been compacted away.
    pub fn gone(message: impl Into<String>) -> Status {
        Status::new(410, "Expired", message.into())
    }

    /// 429: not allowed now, by a PodDisruptionBudget or because there are too many requests.
    pub fn too_many_requests(message: impl Into<String>) -> Status {
        Status::new(429, "TooManyRequests", message.into())
    }

    /// 503: what is asked for is not available now.
    pub fn service_unavailable(message: impl Into<String>) -> Status {
        Status::new(503, "ServiceUnavailable", message.into())
    }

    /// 501.
    pub fn not_implemented(message: impl Into<String>) -> Status {
        Status::new(501, "", message.into())
    }

    /// 415: a content type that is not served.
    pub fn unsupported_media_type(message: impl Into<String>) -> Status {
        Status::new(415, "UnsupportedMediaType", message.into())
    }

    /// 413: the body is too large.
    pub fn too_large(message: impl Into<String>) -> Status {
        Status::new(413, "RequestEntityTooLarge", message.into())
    }

    /// 404 for a path at which nothing is served.
    pub fn no_such_resource() -> Status {
        let message = "the server could not find the requested resource".to_owned();
        Status::new(404, "NotFound", message).with_details(Value::map())
    }

    /// 404 for a subresource that a kind does not have. Of a custom kind there is nothing of that name; of the others there is no such path.
    // Models customresource_handler.serveHTTP and the API server's serviceErrorHandler.
    pub fn no_subresource(kind: KindRef, name: &str) -> Status {
        if kind.custom.is_some() && !name.is_empty() { Status::not_found(kind, name) } else { Status::no_such_resource() }
    }

    /// 500.
    pub fn internal(message: impl Into<String>) -> Status {
        Status::new(500, "InternalError", message.into())
    }

    /// The message alone.
    pub fn into_message(self) -> String {
        self.0.message
    }

    /// The Status object of the answer.
    pub fn to_object(&self) -> Value {
        let mut details = self.details.clone();
        if !self.causes.is_empty() {
            let causes: Vec<Value> = self
                .causes
                .iter()
                .map(|c| {
                    let mut cause = Value::map();
                    let members = [("reason", c.reason), ("message", c.message.as_str()), ("field", c.field.as_str())];
                    for (member, text) in members.into_iter().filter(|(_, text)| !text.is_empty()) {
                        cause.set(&[member], text);
                    }
                    cause
                })
                .list();
            details.set(&["causes"], causes);
        }
        let mut status = crate::obj!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message.as_str(), "reason": self.reason, "code": self.code
        });
        if !details.is_null() {
            status.set(&["details"], details);
        }
        if self.reason.is_empty() {
            status.remove(&["reason"]);
        }
        status
    }
}

/// The errors of causes, each text once, as Go's aggregates have them.
pub fn distinct(causes: &[Cause]) -> Vec<String> {
    let mut seen = SortedSet::new();
    causes.iter().map(|c| format!("{}: {}", c.field, c.message)).filter(|text| seen.insert(text.clone())).list()
}

/// Several errors in the form of Go's aggregates: one by itself, more of them in brackets.
pub fn aggregate<T: Borrow<str>>(errors: &[T]) -> String {
    match errors {
        [one] => one.borrow().to_owned(),
        many => format!("[{}]", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_shows_what_is_known_of_it() {
        let refused = Status::bad_request("no").with_causes(vec![Cause::new("", "", "why".to_owned()), Cause::required("a", "")]);
        let causes = refused.to_object().at(&["details", "causes"]).to_json();
        assert_eq!(causes, r#"[{"message":"why"},{"field":"a","message":"Required value","reason":"FieldValueRequired"}]"#);
    }
}

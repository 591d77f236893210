//! The bodies of HTTP requests: how their content type has them read, and the errors for those that cannot be read.

use super::ApiServer;
use super::request_path::{self, Target};
use super::rest::RestRequest;
use crate::api::schema::schema;
use crate::api::{Cause, EVICTION, KindRef, Object, SCALE, Status, Value, go_json, join_api_version, kinds, split_api_version, yaml};

/// The content type of server-side apply.
pub(super) const APPLY: &str = "application/apply-patch+yaml";

/// How many bytes of an unreadable body its error quotes.
const SHOWN_MAX: usize = 30;

/// A content type without its parameters.
pub(super) fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Refuses objects and options that are neither JSON nor YAML.
pub(super) fn demand_readable(content_type: &str) -> Result<(), Status> {
    if matches!(media_type(content_type), "" | "application/json" | "application/yaml") {
        return Ok(());
    }
    Err(Status::unsupported_media_type(
        "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, \
         application/vnd.kubernetes.protobuf",
    ))
}

impl ApiServer {
    /// A request's body; null where there is none.
    // Models apiserver's decoding of bodies (`transformDecodeError`) and of patches.
    pub fn read_body(&self, method: &str, path: &str, content_type: &str, text: &str) -> Result<Value, Status> {
        let media = media_type(content_type);
        if method == "GET" || method == "DELETE" && text.is_empty() {
            return Ok(Value::Null);
        }
        // The content type of a patch is checked later, with the kind.
        if method != "PATCH" {
            demand_readable(content_type)?;
        }
        let is_yaml = media.ends_with("yaml");
        let read = if is_yaml {
            yaml::read_value(text).map_err(|error| error.reason)
        } else {
            go_json::read(text).map_err(|error| error.to_string())
        };
        let why = match read {
            Ok(value) if !is_yaml && matches!(method, "POST" | "PUT") && no_object(&value).is_some() => {
                no_object(&value).unwrap_or_default()
            }
            Ok(value) => return Ok(value),
            Err(why) if is_yaml || method == "PATCH" => why,
            Err(why) => format!("couldn't get version/kind; json parse error: {why}"),
        };
        Err(Status::bad_request(match (method, media) {
            ("PATCH", APPLY) => format!("error decoding YAML: error converting YAML to JSON: {why}"),
            ("PATCH", "application/merge-patch+json" | "application/json-patch+json") => format!("error decoding patch: {why}"),
            ("PATCH" | "DELETE", _) => why,
            _ => {
                let target = request_path::parse_path(self, path.split('?').next().unwrap_or_default());
                unrecognized(target.map_or("Status", |target| target.kind.kind), &why, text)
            }
        }))
    }

    /// Refuses a body that names another kind or version than its path.
    // Models the decoding of a request's body into the type that its handler has.
    pub(super) fn check_kind(&self, request: &RestRequest<'_>, target: &Target) -> Result<(), Status> {
        let body = &request.body;
        let (kind, version) = match target.sub.as_str() {
            _ if !matches!(request.method, "POST" | "PUT") => return Ok(()),
            "binding" => (kinds::BINDING, kinds::BINDING.version),
            "eviction" if request.body.api_version() == "policy/v1beta1" => return Ok(()),
            "eviction" => (&EVICTION, EVICTION.version),
            "scale" => (&SCALE, SCALE.version),
            "token" => return Ok(()),
            _ => (target.kind, &*target.version),
        };
        let expected = join_api_version(kind.group, version);
        if let Some(why) = no_object(body) {
            return Err(Status::bad_request(unrecognized(kind.kind, &why, &body.to_json())));
        }
        // What the body leaves out is taken from the path.
        let named = if body.kind().is_empty() { kind.kind } else { body.kind() };
        let api_version = if body.api_version().is_empty() { &expected } else { body.api_version() };
        if named == kind.kind && api_version == expected && (kind.custom.is_none() || !body.kind().is_empty()) {
            return Ok(());
        }
        let (group, version) = split_api_version(api_version);
        let is_custom = kind.custom.is_some();
        if is_custom && body.kind().is_empty() {
            let text = body.to_json();
            let head = if text.len() > SHOWN_MAX { format!("{} ...", text.get(..SHOWN_MAX).unwrap_or(&text)) } else { text.clone() };
            return Err(Status::bad_request(format!(
                "the object provided is unrecognized (must be of type {}): Object 'Kind' is missing in '{text}' ({head})",
                kind.kind
            )));
        }
        if is_custom && api_version == expected {
            return demand_own_kind(kind, &target.version, body);
        }
        let is_known = is_custom || kind.group == group && (kind.version == version || schema().versions(kind).contains(&version));
        if is_custom || named == kind.kind && is_known {
            let why = format!("the API version in the data ({api_version}) does not match the expected API version ({expected})");
            return Err(Status::bad_request(why));
        }
        let item = named.strip_suffix("List").unwrap_or(named);
        let is_registered = item.is_empty() || self.kind_of(api_version, item).is_some();
        let why = if is_registered { no_conversion(named, version, kind) } else { not_registered(named, api_version) };
        Err(Status::bad_request(format!("{named} in version {version:?} cannot be handled as a {}: {why}", kind.kind)))
    }
}

/// Why JSON of another type than an object is no object of the API.
// Models json.SimpleMetaFactory.Interpret.
fn no_object(body: &Value) -> Option<String> {
    const META: &str = r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
    let what = match body {
        Value::Map(_) | Value::Null => return None,
        Value::List(_) => "array",
        Value::Str(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    Some(format!("couldn't get version/kind; json parse error: json: cannot unmarshal {what} into Go value of type {META}"))
}

/// The error for a body in which no object is recognised, with how the body begins.
fn unrecognized(kind: &str, why: &str, text: &str) -> String {
    let head = &text.as_bytes()[..text.len().min(SHOWN_MAX)];
    let shown = match head.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(head).into_owned(),
        Some(_) => head.iter().map(|b| format!("{b:02x}")).collect(),
    };
    let more = if text.len() > SHOWN_MAX { " ..." } else { "" };
    format!("the object provided is unrecognized (must be of type {kind}): {why} ({shown}{more})")
}

/// Refuses an object of a custom kind that names another kind or version.
// Models customResourceValidator.ValidateTypeMeta.
pub(super) fn demand_own_kind(kind: KindRef, version: &str, object: &Value) -> Result<(), Status> {
    let mut causes = Vec::new();
    if object.kind() != kind.kind {
        causes.push(Cause::invalid("kind", &object.kind().into(), &format!("must be {}", kind.kind)));
    }
    let expected = join_api_version(kind.group, version);
    if object.api_version() != expected {
        causes.push(Cause::invalid("apiVersion", &object.api_version().into(), &format!("must be {expected}")));
    }
    if causes.is_empty() {
        return Ok(());
    }
    let mut status = Status::invalid(kind, object.name(), causes);
    status.message = status.message.replacen(kind.kind, object.kind(), 1);
    status.details.set(&["kind"], object.kind());
    Err(status)
}

/// The error for a body of another kind than is expected.
pub(super) fn no_conversion(named: &str, version: &str, kind: KindRef) -> String {
    format!("converting ({version}.{named}) to ({}.{}): unknown conversion", package(kind), kind.kind)
}

/// The name of the Go package that has the internal type of a kind.
pub(super) fn package(kind: KindRef) -> &'static str {
    kind.group.split('.').next().filter(|group| !group.is_empty()).unwrap_or("core")
}

/// The error for a body of a kind that the API server does not know.
pub fn not_registered(named: &str, api_version: &str) -> String {
    format!("no kind {named:?} is registered for version {api_version:?} in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"")
}

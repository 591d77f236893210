//! The paths and queries of the REST API: what they name, and which methods they know.

use super::list::Query;
use super::options::Subresource;
use super::write::OTHER_NAMESPACE;
use super::{ApiServer, strategy, watch};
use crate::api::schema::schema;
use crate::api::{KindRef, Object, SCALE, Status, Value, split_api_version};
use crate::base::{List as _, decode_percent};

/// What a path names.
pub(super) struct Target {
    pub kind: KindRef,
    pub version: String,
    pub namespace: String,
    pub name: String,
    pub sub: String,
    /// Whether it is one of the paths of watches (`/api/v1/watch/pods`).
    of_watch: bool,
}

impl Target {
    /// Whether a request for it is a watch.
    pub fn watches(&self, query: &Query) -> bool {
        self.of_watch || self.name.is_empty() && watch::is_asked(query)
    }

    /// The body with the name and namespace of its path. Refuses a body that has others, or that has no name though it is `to_be_named`.
    // Models handlers.checkName and rest.EnsureObjectNamespaceMatchesRequestNamespace.
    pub fn addressed(&self, body: &Value, to_be_named: bool) -> Result<Value, Status> {
        let Target { kind, namespace, name, .. } = self;
        let mut object = body.clone();
        let sent_namespace = body.namespace();
        if kind.namespaced {
            if !sent_namespace.is_empty() && sent_namespace != namespace {
                return Err(Status::bad_request(OTHER_NAMESPACE));
            }
            // Anything but text is left to the decoder, which refuses it.
            if matches!(body.at(&["metadata", "namespace"]), Value::Null | Value::Str(_)) {
                object.set(&["metadata", "namespace"], namespace.as_str());
            }
        }
        if to_be_named || !body.name().is_empty() {
            demand_name(body, name)?;
        }
        object.set(&["metadata", "name"], name.as_str());
        Ok(object)
    }

    /// The body as a configuration to apply. Refuses one of another kind or version than its path.
    // Models versionCheckManager.
    pub fn configuration(&self, body: &Value, to_be_named: bool) -> Result<Value, Status> {
        let (kind, (group, version)) = (body.kind(), split_api_version(body.api_version()));
        let (own, at) = if self.sub == "scale" { (&SCALE, SCALE.version) } else { (self.kind, &*self.version) };
        if kind != own.kind || group != own.group || version != at {
            return Err(Status::bad_request(format!("invalid object type: {group}/{version}, Kind={kind}")));
        }
        // What has no metadata to speak of is told of with all else that does not fit.
        if !matches!(body.get("metadata"), Value::Map(_) | Value::Null) {
            return Ok(body.clone());
        }
        let mut configuration = self.addressed(body, to_be_named)?;
        if body.namespace().is_empty() {
            configuration.remove(&["metadata", "namespace"]);
        }
        Ok(configuration)
    }
}

/// Refuses an object that has another name than its path, or none.
pub(super) fn demand_name(object: &Value, name: &str) -> Result<(), Status> {
    match object.name() {
        "" => Err(Status::bad_request(format!("the name of the object ({name} based on URL) was undeterminable: name must be provided"))),
        own if own != name => {
            Err(Status::bad_request(format!("the name of the object ({own}) does not match the name on the URL ({name})")))
        }
        _ => Ok(()),
    }
}

/// The methods that a path of a kind allows; none where there is no such path.
pub(super) fn routes(kind: KindRef, is_named: bool, sub: &str) -> Option<&'static [&'static str]> {
    Some(match (kind.built_in(), sub) {
        (_, "") if is_named => &["GET", "PUT", "PATCH", "DELETE"],
        (_, "") => &["GET", "POST", "DELETE"],
        ("pods", "binding" | "eviction") | ("serviceaccounts", "token") => &["POST"],
        ("namespaces", "finalize") => &["PUT"],
        _ if strategy::has_part(kind, sub) => &["GET", "PUT", "PATCH"],
        _ => return None,
    })
}

pub(super) fn subresource(name: &str) -> Result<Subresource, Status> {
    Ok(match name {
        "" | "eviction" | "binding" | "token" => Subresource::None,
        "status" | "approval" => Subresource::Status,
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
    query.split('&').map(|p| p.split_once('=').unwrap_or((p, ""))).map(|(k, v)| (decode(k), decode(v))).list()
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
    let of_watch = rest.first().is_some_and(|p| p == "watch");
    if of_watch {
        rest.remove(0);
    }
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
    // The path of a namespaced object contains its namespace, and that of any other object none.
    let fits = if kind.namespaced { name.is_empty() || !namespace.is_empty() } else { namespace.is_empty() };
    (fits && rest.next().is_none()).then_some(Target { kind, version, namespace, name, sub, of_watch })
}

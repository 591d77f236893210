//! The bodies of HTTP requests: what their content type says they are, and what is said of those that cannot be read.

use super::{ApiServer, rest};
use crate::api::{Status, Value, go_json, yaml};

/// The content type of server-side apply.
pub(super) const APPLY: &str = "application/apply-patch+yaml";

/// As much of a body as is told of one that cannot be read.
const SHOWN_MAX: usize = 30;

/// A content type without its parameters.
pub(super) fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Refuses to read objects and options from what is neither JSON nor YAML.
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
        // Of patches the content type is looked at later, with the kind.
        if method != "PATCH" {
            demand_readable(content_type)?;
        }
        let is_yaml = media.ends_with("yaml");
        let read = if is_yaml {
            yaml::read_value(text).map_err(|error| error.reason)
        } else {
            let value = Value::from_json(text).map_err(|error| error.to_string());
            value.map_err(|why| go_json::syntax_error(text.as_bytes()).unwrap_or(why))
        };
        let why = match read {
            Ok(value) => return Ok(value),
            Err(why) if is_yaml || method == "PATCH" => why,
            Err(why) => format!("couldn't get version/kind; json parse error: {why}"),
        };
        Err(Status::bad_request(match (method, media) {
            ("PATCH", APPLY) => format!("error decoding YAML: error converting YAML to JSON: {why}"),
            ("PATCH", "application/merge-patch+json" | "application/json-patch+json") => format!("error decoding patch: {why}"),
            ("PATCH" | "DELETE", _) => why,
            _ => {
                let target = rest::parse_path(self, path.split('?').next().unwrap_or_default());
                let kind = target.map_or("Status", |target| target.kind.kind);
                let head = &text.as_bytes()[..text.len().min(SHOWN_MAX)];
                let shown = match head.first() {
                    None => "<empty>".to_owned(),
                    Some(b'{') => String::from_utf8_lossy(head).into_owned(),
                    Some(_) => head.iter().map(|b| format!("{b:02x}")).collect(),
                };
                let more = if text.len() > SHOWN_MAX { " ..." } else { "" };
                format!("the object provided is unrecognized (must be of type {kind}): {why} ({shown}{more})")
            }
        }))
    }
}

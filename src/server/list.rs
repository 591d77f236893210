//! Lists of the REST API, in chunks and at past revisions. Models the apiserver's `ListOptions`, their validation
//! (`storage.ValidateListOptions`) and continue tokens.

use super::ApiServer;
use super::options::ListOptions;
use super::request_path::Target;
use super::strategy::demand_verb;
use crate::api::selector::{FieldSelector, LabelSelector};
use crate::api::{Cause, KindRef, Object, Status, Value, quote};
use crate::base::{List as _, Time, base64};
use crate::obj;

const TOO_OLD: &str = "The resourceVersion for the provided list is too old.";
const TOKEN_TOO_OLD: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";

/// The query of a request.
pub(super) type Query = [(String, String)];

/// A parameter of a query; empty where it is missing.
pub(super) fn parameter<'a>(query: &'a Query, name: &str) -> &'a str {
    query.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
}

/// The selectors of a query.
pub(super) fn selectors(query: &Query) -> ListOptions {
    let of = |name: &str| parameter(query, name).to_owned();
    ListOptions { label_selector: of("labelSelector"), field_selector: of("fieldSelector") }
}

/// Where a list begins.
struct Start {
    /// The revision that it shows.
    at: u64,
    /// The namespace and name after which a continued list goes on.
    after: Option<(String, String)>,
}

/// A numeric parameter of a query; 0 where it is missing.
pub(super) fn number(query: &Query, name: &str) -> Result<i64, Status> {
    match parameter(query, name) {
        "" => Ok(0),
        text => text.parse().map_err(|_| Status::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))),
    }
}

pub(super) fn revision(text: &str) -> Result<u64, Status> {
    if text.is_empty() {
        return Ok(0);
    }
    let why = format!("resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax");
    text.parse().map_err(|_| Status::internal(why).without_reason())
}

/// The error for a revision that has not come yet.
fn too_large(asked: u64, newest: u64) -> Status {
    let cause = obj!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
    let details = obj!({"causes": [cause], "retryAfterSeconds": 1});
    Status::new(504, "Timeout", format!("Timeout: Too large resource version: {asked}, current: {newest}")).with_details(details)
}

/// Refuses parameters that do not go together.
pub(super) fn check(query: &Query, watches: bool) -> Result<(), Status> {
    let of = |name: &str| parameter(query, name);
    let (version, mut rule) = (of("resourceVersion"), of("resourceVersionMatch"));
    let at = "resourceVersionMatch";
    let mut sends = !of("sendInitialEvents").is_empty();
    // By default a watch begins with what exists.
    if watches && !sends && rule.is_empty() && matches!(version, "" | "0") {
        (sends, rule) = (true, "NotOlderThan");
    }
    let mut causes = Vec::new();
    let mut forbid = |at: &str, why: &str| causes.push(Cause::forbidden(at, why));
    if watches && sends && rule != "NotOlderThan" {
        forbid(at, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if !rule.is_empty() {
        if !watches && version.is_empty() {
            forbid(at, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if watches && !sends {
            forbid(at, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
        if !of("continue").is_empty() {
            forbid(at, "resourceVersionMatch is forbidden when continue is provided");
        }
        if !watches && rule == "Exact" && version == "0" {
            forbid(at, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }
    if !watches && sends {
        forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
    }
    let known: &[&str] = if watches { &["NotOlderThan"] } else { &["Exact", "NotOlderThan", ""] };
    if !rule.is_empty() && !known.contains(&rule) {
        causes.push(Cause::not_supported(at, &rule.into(), known));
    }
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid_options("ListOptions", causes)) }
}

/// Decodes a continue token into the key after which the list goes on and the revision that it shows.
fn decode_token(token: &str) -> Result<(String, i64), Status> {
    let invalid = |why: &str| Status::bad_request(format!("invalid continue token: continue key is not valid{why}"));
    let bytes = base64::decode_url(token).ok_or_else(|| invalid(": illegal base64 data"))?;
    let text = String::from_utf8_lossy(&bytes);
    // Go counts bytes as characters.
    let odd = bytes.first().map(|b| quote(&char::from(*b).to_string()));
    let first = odd.map(|c| format!(": invalid character '{}' looking for beginning of value", c.trim_matches('"')));
    let value = Value::from_json(&text).map_err(|_| invalid(first.as_deref().unwrap_or_default()))?;
    if value.get("v").str() != "meta.k8s.io/v1" {
        return Err(invalid(": server does not recognize this encoded version"));
    }
    match (value.get("start").str(), value.get("rv").int()) {
        (_, 0) => Err(invalid(": incorrect encoded start resourceVersion (version meta.k8s.io/v1)")),
        ("", _) => Err(invalid(": encoded start key empty (version meta.k8s.io/v1)")),
        (start, rv) => Ok((start.to_owned(), rv)),
    }
}

/// A continue token: the revision that the list shows and the last object of the chunk, with its namespace if all namespaces are listed.
fn continue_token(revision: u64, namespace: &str, name: &str) -> String {
    let start = if namespace.is_empty() { format!("/{name}\0") } else { format!("/{namespace}/{name}\0") };
    let start = Value::from(start).to_json();
    base64::encode_url(format!("{{\"v\":\"meta.k8s.io/v1\",\"rv\":{revision},\"start\":{start}}}").as_bytes())
}

impl ListOptions {
    /// The selectors, parsed for a kind.
    pub(super) fn parse(&self, kind: KindRef) -> Result<(LabelSelector, FieldSelector), Status> {
        let labels = LabelSelector::parse(&self.label_selector).map_err(|e| Status::bad_request(e.to_string()))?;
        let fields = FieldSelector::parse(&self.field_selector).map_err(|e| Status::bad_request(e.to_string()))?;
        fields.check(kind).map_err(|e| Status::bad_request(e.to_string()))?;
        Ok((labels, fields))
    }
}

impl ApiServer {
    /// A list, or the chunk of it that a query asks for.
    pub(super) fn list_chunk(&self, now: Time, target: &Target, query: &Query) -> Result<Value, Status> {
        let Target { kind, version, namespace, .. } = target;
        let namespace = (!namespace.is_empty()).then_some(namespace.as_str());
        number(query, "timeoutSeconds")?;
        let limit = usize::try_from(number(query, "limit")?).unwrap_or(0);
        check(query, false)?;
        let select = selectors(query);
        let kind = self.current(kind);
        demand_verb(kind, "list")?;
        let (labels, fields) = select.parse(kind)?;

        let Start { at, after } = self.start_of(query, limit)?;
        let gone = if after.is_some() { TOKEN_TOO_OLD } else { TOO_OLD };
        let key = |object: &Value| match namespace {
            None if kind.namespaced => (object.namespace().to_owned(), object.name().to_owned()),
            _ => (String::new(), object.name().to_owned()),
        };
        let kept = self.store().iter_at(kind, namespace, at).map_err(|_| Status::gone(gone))?;
        let made = self.built_in(kind);
        let all = self.with_built_in(kind, namespace, kept.list(), &made);
        let mut rows = all.into_iter().skip_while(|object| after.as_ref().is_some_and(|after| key(object) <= *after));
        let mut items = Vec::new();
        let mut last = None;
        for object in rows.by_ref() {
            if labels.matches(object.labels()) && fields.matches(object) {
                items.push(self.as_read(now, self.with_managers(kind, self.at_version(kind, version, object))));
                if items.len() == limit {
                    last = Some(key(object));
                    break;
                }
            }
        }
        let mut list = self.as_list(kind, items);
        list.set(&["metadata", "resourceVersion"], at.to_string());
        let remaining = rows.count();
        if let Some((namespace, name)) = last.filter(|_| remaining > 0) {
            list.set(&["metadata", "continue"], continue_token(at, &namespace, &name));
            if select.label_selector.is_empty() && select.field_selector.is_empty() {
                list.set(&["metadata", "remainingItemCount"], remaining as i64);
            }
        }
        Ok(list)
    }

    /// Refuses a `resourceVersion` that is not a revision or has not come yet.
    pub(super) fn demand_revision(&self, query: &Query) -> Result<(), Status> {
        let (asked, newest) = (revision(parameter(query, "resourceVersion"))?, self.revision());
        if asked > newest { Err(too_large(asked, newest)) } else { Ok(()) }
    }

    /// Where the list begins that a query asks for.
    fn start_of(&self, query: &Query, limit: usize) -> Result<Start, Status> {
        let (token, version) = (parameter(query, "continue"), parameter(query, "resourceVersion"));
        let newest = self.revision();
        if !token.is_empty() {
            let (start, revision) = decode_token(token)?;
            if !matches!(version, "" | "0") {
                return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
            }
            let start = start.trim_start_matches('/').trim_end_matches('\0');
            let (namespace, name) = start.split_once('/').unwrap_or(("", start));
            // A negative revision asks for the current state.
            let at = u64::try_from(revision).unwrap_or(newest).min(newest);
            return Ok(Start { at, after: Some((namespace.to_owned(), name.to_owned())) });
        }
        let asked = revision(version).map_err(|status| Status::bad_request(format!("invalid resource version: {status}")))?;
        if asked > newest {
            return Err(too_large(asked, newest));
        }
        let is_exact = match parameter(query, "resourceVersionMatch") {
            "Exact" => true,
            rule => rule.is_empty() && limit > 0 && asked > 0,
        };
        Ok(Start { at: if is_exact { asked } else { newest }, after: None })
    }
}

//! The options of a request, in its query or in the body of a delete. Models apimachinery's options and their validation.

use super::list::{Query, number, parameter};
use super::options::{DeleteOptions, FieldValidation, Preconditions, Propagation, WriteOptions};
use super::rest::RestRequest;
use crate::api::decode::json_kind;
use crate::api::{Cause, Object, Status, Value, is_printable};
use crate::base::List as _;

/// How long a field manager's name may be.
const MANAGER_BYTES_MAX: usize = 128;

/// Refuses invalid options of a write.
// Models apimachinery's validation of CreateOptions, UpdateOptions and PatchOptions.
pub(super) fn check_options(request: &RestRequest<'_>, query: &Query, applies: bool) -> Result<(), Status> {
    let method = request.method;
    let what = match method {
        "POST" => "CreateOptions",
        "PUT" => "UpdateOptions",
        "PATCH" => "PatchOptions",
        _ => return Ok(()),
    };
    let parameter = |name: &str| parameter(query, name);
    let mut causes = Vec::new();
    if method == "PATCH" && applies && parameter("fieldManager").is_empty() {
        causes.push(Cause::required("fieldManager", "is required for apply patch"));
    } else if method == "PATCH" && !applies && !parameter("force").is_empty() {
        causes.push(Cause::forbidden("force", "may not be specified for non-apply patch"));
    }
    let manager = parameter("fieldManager");
    if manager.len() > MANAGER_BYTES_MAX {
        causes.push(Cause::too_long("fieldManager", MANAGER_BYTES_MAX));
    }
    for (at, odd) in manager.char_indices().filter(|(_, c)| !is_printable(*c)) {
        let why = format!("invalid character U+{:04X} (at position {at})", u32::from(odd));
        causes.push(Cause::invalid("fieldManager", &manager.into(), &why));
    }
    let dry_run: Vec<Value> = query.iter().filter(|(k, _)| k == "dryRun").map(|(_, v)| v.as_str().into()).list();
    if dry_run.iter().any(|v| v.str() != "All") {
        causes.push(Cause::not_supported("dryRun", &dry_run.into(), &["All"]));
    }
    let validation = parameter("fieldValidation");
    if !matches!(validation, "" | "Ignore" | "Strict" | "Warn") {
        causes.push(Cause::not_supported("fieldValidation", &validation.into(), &["", "Ignore", "Strict", "Warn"]));
    }
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid_options(what, causes)) }
}

pub(super) fn write_options(query: &Query, agent: &str) -> WriteOptions {
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
        version: Default::default(),
    }
}

/// The options of a delete: those of its body or, if it has none, of its query.
// Models handlers.DeleteResource.
pub(super) fn sent_delete_options(body: &Value, query: &Query) -> Result<DeleteOptions, Status> {
    let mut sent = body.clone();
    if body.is_null() {
        for (name, text) in query {
            match name.as_str() {
                "gracePeriodSeconds" => sent.set(&[name], number(query, name)?),
                "orphanDependents" => sent.set(&[name], !matches!(text.as_str(), "false" | "0")),
                "propagationPolicy" => sent.set(&[name], text.as_str()),
                "dryRun" => sent.at_mut(&[name]).list_mut().push(text.as_str().into()),
                _ => {}
            }
        }
    }
    let kind = sent.kind();
    if !matches!(kind, "" | "DeleteOptions") {
        return Err(Status::bad_request(format!(
            "no kind {kind:?} is registered for version {:?} in scheme \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\"",
            sent.api_version()
        )));
    }
    let grace = sent.get("gracePeriodSeconds");
    if !matches!(grace, Value::Null | Value::Int(_)) {
        let what = json_kind(grace);
        let why = format!("json: cannot unmarshal {what} into Go struct field DeleteOptions.gracePeriodSeconds of type int64");
        return Err(Status::bad_request(why));
    }
    let dry_run = sent.get("dryRun");
    if dry_run.items().iter().any(|v| v.str() != "All") {
        return Err(Status::invalid_options("DeleteOptions", vec![Cause::not_supported("dryRun", dry_run, &["All"])]));
    }
    delete_options(&sent, &WriteOptions::default())
}

/// The options in the body of a delete.
pub(super) fn delete_options(body: &Value, options: &WriteOptions) -> Result<DeleteOptions, Status> {
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

//! `kubectl config set` and `unset`: one value, named by its path.

use super::entries::{entry, named};
use super::{CONTEXT_FIELDS, load, misused, set_cluster, set_credentials};
use crate::api::Value;
use crate::base::base64;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch};

const FLAGS: &[Flag] = &[switch("set-raw-bytes", "")];

/// `kubectl config set`.
pub(super) static SET: Command = Command {
    usage: "PROPERTY_NAME PROPERTY_VALUE [options]",
    flags: &[FLAGS],
    ..Command::new("set", "Set an individual value in a kubeconfig file", |cx| property(cx, false))
};

/// `kubectl config unset`.
pub(super) static UNSET: Command = Command {
    usage: "PROPERTY_NAME [options]",
    ..Command::new("unset", "Unset an individual value in a kubeconfig file", |cx| property(cx, true))
};

/// What can be set of a user that no flag of `set-credentials` is for.
const TOKEN_FILE: &str = "tokenFile";

/// `config set` and `config unset`: one value, named by its path. A name in it may have dots.
fn property(cx: &mut Context<'_, '_>, unset: bool) -> Result<Flow, CliError> {
    let (path, value) = match (cx.args(), unset) {
        ([path], true) => (path, ""),
        ([path, value], false) => (path, value.as_str()),
        _ => return misused(cx, if unset { &UNSET } else { &SET }, "Unexpected"),
    };
    if !unset && value.is_empty() {
        return fail("you cannot use set to unset a property");
    }
    if path.is_empty() {
        return fail("you must specify a property");
    }
    let mut config = load(cx)?;
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let (member, fields) = match first {
        "current-context" if rest.is_empty() => ("", &[][..]),
        "clusters" => ("cluster", set_cluster::FIELDS),
        "contexts" => ("context", CONTEXT_FIELDS),
        "users" => ("user", set_credentials::FIELDS),
        _ => return fail(format!("unable to parse {path} after [] at api.Config")),
    };
    let is_field = |field: &str| fields.contains(&field) || first == "users" && field == TOKEN_FILE;
    let split = rest.rsplit_once('.').filter(|(_, field)| is_field(field));
    match (member, split) {
        ("", _) => config.object.set(&["current-context"], value),
        (_, Some((name, field))) if !unset || named(&config, first, name).is_some() => {
            let value = match (field, value) {
                _ if unset => Value::Null,
                ("insecure-skip-tls-verify", "1" | "t" | "T" | "TRUE" | "true" | "True") => true.into(),
                ("insecure-skip-tls-verify", "0" | "f" | "F" | "FALSE" | "false" | "False") => false.into(),
                ("insecure-skip-tls-verify", _) => return fail(format!("strconv.ParseBool: parsing {value:?}: invalid syntax")),
                (data, _) if data.ends_with("-data") && cx.flags().is_on("set-raw-bytes") => base64::encode(value.as_bytes()).into(),
                (data, _) if data.ends_with("-data") => match base64::bad_byte(value) {
                    Some(at) => return fail(format!("error decoding input value: illegal base64 data at input byte {at}")),
                    None => value.into(),
                },
                _ => value.into(),
            };
            if value.is_null() {
                entry(&mut config, first, member, name, "").remove(&[field]);
            } else {
                *entry(&mut config, first, member, name, field) = value;
            }
        }
        (_, Some((name, _))) => return fail(format!("current map key `{name}` is invalid")),
        (_, None) if unset => config.object.get_mut(first).list_mut().retain(|c| !rest.is_empty() && c.get("name").str() != rest),
        (_, None) => return fail(format!("unable to parse one or more field values of {path}")),
    }
    config.save(cx.host.files)?;
    cx.out.outln(format!("Property {path:?} {}.", if unset { "unset" } else { "set" }));
    Ok(Flow::Done)
}

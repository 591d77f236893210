//! Which kind is meant: by an argument (`po`, `deployments.apps`, `all`), or by an object's `apiVersion` and `kind`. Models the RESTMapper of
//! client-go, with its shortcut and category expanders.

use super::context::Context;
use super::error::CliError;
use crate::api::schema::schema;
use crate::api::{Kind, KindRef, quote, split_api_version};
use crate::base::{Case as _, List as _};
use crate::server::ApiServer;

/// Splits `pods,services`.
pub fn split_types(text: &str) -> Vec<&str> {
    let mut seen = Vec::new();
    for part in text.split(',').filter(|_| !text.is_empty()) {
        if !seen.contains(&part) {
            seen.push(part);
        }
    }
    seen
}

/// The kind that an argument names: `pods`, `po`, `Pod`, `deployments.apps`, `deployments.v1.apps`.
pub fn kind_of(api: &ApiServer, text: &str) -> Option<KindRef> {
    kind_among(&api.kinds(), text)
}

/// The same among these kinds.
pub fn kind_among(kinds: &[KindRef], text: &str) -> Option<KindRef> {
    let lower = text.lower();
    // Only short names are to be written as they are.
    let as_written = text.split('.').next().unwrap_or(text);
    let is_short = |k: &Kind| k.short_names.contains(&as_written);
    let is = |k: &Kind, name: &str| (k.plural == name || is_short(k) || k.singular() == name) && !k.verbs.is_empty();
    let Some((name, group)) = lower.split_once('.') else { return kinds.iter().copied().find(|k| is(k, &lower)) };
    let in_group = |group: &str, version: Option<&str>| {
        // With its group, a kind is known by its own name too.
        let called = |k: &Kind| is(k, name) || k.kind.eq_ignore_ascii_case(name);
        let serves = |k: &Kind| is_short(k) || version.is_none_or(|v| schema().versions(k).contains(&v));
        kinds.iter().copied().find(|k| called(k) && k.group == group && serves(k))
    };
    // What ends with a dot is of the core group: `pods.v1.`.
    if let Some((version, rest)) = group.split_once('.')
        && version.starts_with('v')
        && let Some(kind) = in_group(rest, Some(version))
    {
        return Some(kind);
    }
    in_group(group, None).or_else(|| {
        // A group may be cut short: `ingresses.networking`.
        kinds.iter().copied().find(|k| is(k, name) && !k.group.is_empty() && k.group.starts_with(&format!("{group}.")))
    })
}

/// The version of a kind that the arguments name (`horizontalpodautoscalers.v1.autoscaling`), where it is not the stored one. After a
/// short name it says nothing.
// Models client-go's shortcutExpander, which drops it.
pub fn version_asked(api: &ApiServer, args: &[String], kind: KindRef) -> Option<&'static str> {
    let types = args.iter().flat_map(|arg| arg.split('/').next().unwrap_or(arg).split(','));
    let versions = schema().versions(kind);
    let mut asked = types.filter(|t| kind_of(api, t) == Some(kind)).filter_map(|t| {
        let (name, rest) = t.split_once('.')?;
        (!kind.short_names.contains(&name)).then(|| rest.split('.').next()).flatten()
    });
    asked.find_map(|a| versions.iter().copied().find(|v| *v == a)).filter(|v| *v != kind.version)
}

/// As [`kind_of`], with kubectl's error.
pub fn require_kind(api: &ApiServer, text: &str) -> Result<KindRef, CliError> {
    // The words name the resource without its group.
    let name = text.split('.').next().unwrap_or(text);
    kind_of(api, text).ok_or_else(|| CliError::Message(format!("the server doesn't have a resource type {}", quote(name))))
}

/// The kinds that an argument names, categories included.
pub fn kinds_of(api: &ApiServer, text: &str) -> Result<Vec<KindRef>, CliError> {
    let all = api.kinds();
    let mut kinds = Vec::new();
    for part in split_types(text) {
        let category: Vec<KindRef> = all.iter().copied().filter(|k| k.categories.contains(&part)).list();
        if category.is_empty() {
            kinds.push(require_kind(api, part)?);
        } else {
            kinds.extend(category);
        }
    }
    Ok(kinds)
}

/// The same, with a warning of short names that several kinds have.
// Models client-go's shortcutExpander.
pub fn kinds_asked(cx: &mut Context<'_, '_>, text: &str) -> Result<Vec<KindRef>, CliError> {
    let kinds = kinds_of(cx.host.api, text)?;
    warn_of_short_names(cx, text);
    Ok(kinds)
}

/// Warns of the short names among these that several kinds have.
pub fn warn_of_short_names(cx: &mut Context<'_, '_>, text: &str) {
    for short in split_types(text) {
        let mut others = cx.host.api.kinds().into_iter().filter(|k| k.short_names.contains(&short)).skip(1);
        if let Some(other) = others.next() {
            cx.warn(&format!("short name {} could also match lower priority resource {}", quote(short), other.qualified()));
        }
    }
}

/// The kind that an object's `apiVersion` and `kind` name, at any version that is served; letter case of the kind is forgiven, as kubectl
/// forgives it.
pub fn mapping(api: &ApiServer, api_version: &str, kind: &str) -> Option<KindRef> {
    let (group, version) = split_api_version(api_version);
    let all = api.kinds();
    let served = |k: &KindRef| k.group == group && (k.version == version || schema().versions(k).contains(&version));
    let find = |is: &dyn Fn(&KindRef) -> bool| all.iter().copied().find(|k| is(k) && served(k));
    find(&|k| k.kind == kind).or_else(|| find(&|k| k.singular() == kind))
}

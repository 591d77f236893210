//! `kubectl create role`, `clusterrole`, `rolebinding` and `clusterrolebinding`.

use super::{Failure, GENERATOR, finish, generator, one_name, texts};
use crate::api::Value;
use crate::base::{List as _, Order as _};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, array, list, pairs, text};
use crate::kubectl::rest_mapper::kind_of;
use crate::obj;

const ROLE_FLAGS: &[Flag] = &[list("verb", ""), list("resource", ""), array("resource-name", "")];
const CLUSTER_ROLE_FLAGS: &[Flag] = &[list("non-resource-url", ""), pairs("aggregation-rule")];
const BINDING_FLAGS: &[Flag] = &[text("clusterrole", ""), array("user", ""), array("group", ""), array("serviceaccount", "")];

/// `kubectl create role`.
pub static ROLE: Command = generator(
    "role",
    &[],
    "Create a role with single rule",
    "NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
    &[GENERATOR, ROLE_FLAGS],
    role,
);

/// `kubectl create clusterrole`.
pub static CLUSTER_ROLE: Command = generator(
    "clusterrole",
    &[],
    "Create a cluster role",
    "NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none] [options]",
    &[GENERATOR, ROLE_FLAGS, CLUSTER_ROLE_FLAGS],
    cluster_role,
);

/// `kubectl create rolebinding`.
pub static ROLE_BINDING: Command = generator(
    "rolebinding",
    &[],
    "Create a role binding for a particular role or cluster role",
    "NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
    &[GENERATOR, BINDING_FLAGS, &[text("role", "")]],
    role_binding,
);

/// `kubectl create clusterrolebinding`.
pub static CLUSTER_ROLE_BINDING: Command = Command {
    required: &["clusterrole"],
    ..generator(
        "clusterrolebinding",
        &[],
        "Create a cluster role binding for a particular cluster role",
        "NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
        &[GENERATOR, BINDING_FLAGS],
        cluster_role_binding,
    )
};

const RESOURCE_VERBS: &[&str] = &[
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
    "*",
];
const NON_RESOURCE_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

/// Verbs that only some resources have.
const SPECIAL_VERBS: &[(&str, &[(&str, &str)])] = &[
    ("use", &[("policy", "podsecuritypolicies"), ("extensions", "podsecuritypolicies")]),
    ("bind", &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")]),
    ("escalate", &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")]),
    ("impersonate", &[("", "users"), ("", "serviceaccounts"), ("", "groups"), ("authentication.k8s.io", "userextras")]),
];

/// A resource of a rule, as it was given.
struct Resource {
    group: String,
    name: String,
    sub: String,
}

fn resources(cx: &Context<'_, '_>) -> Vec<Resource> {
    let mut found: Vec<Resource> = Vec::new();
    for text in cx.flags().list("resource") {
        let (main, sub) = text.split_once('/').unwrap_or((text, ""));
        let (name, group) = main.split_once('.').unwrap_or((main, ""));
        if name == "*" && group.is_empty() && sub.is_empty() {
            return vec![Resource { group: String::new(), name: "*".into(), sub: String::new() }];
        }
        found.push(Resource { group: group.into(), name: name.into(), sub: sub.into() });
    }
    found
}

fn verbs(cx: &Context<'_, '_>) -> Vec<String> {
    let mut verbs: Vec<String> = Vec::new();
    for verb in cx.flags().list("verb") {
        if verb == "*" {
            return vec!["*".into()];
        }
        if !verbs.contains(verb) {
            verbs.push(verb.clone());
        }
    }
    verbs
}

/// Warns of verbs that resources do not have as a rule.
fn warn_of_verbs(cx: &mut Context<'_, '_>, verbs: &[String]) {
    for verb in verbs.iter().filter(|verb| !RESOURCE_VERBS.contains(&verb.as_str())) {
        cx.out.errln(format!("Warning: '{verb}' is not a standard resource verb"));
    }
}

/// Checks what a rule is made of, and finds the groups of its resources.
fn rules(cx: &mut Context<'_, '_>, verbs: &[String], resources: Vec<Resource>) -> Result<Vec<Value>, CliError> {
    let mut rules: Vec<(String, Vec<String>)> = Vec::new();
    for resource in resources {
        if resource.name.is_empty() {
            return fail("resource must be specified if apiGroup/subresource specified");
        }
        let special = |verb: &String| SPECIAL_VERBS.iter().find(|(v, _)| v == verb);
        let is_special = verbs.iter().filter_map(special).any(|(_, of)| of.contains(&(resource.group.as_str(), resource.name.as_str())));
        let as_given = resource.name == "*" || is_special;
        let text = if resource.group.is_empty() { resource.name.clone() } else { format!("{}.{}", resource.name, resource.group) };
        // What follows the first dot is a group here, never a version.
        let kind = kind_of(cx.host.api, &text).filter(|k| !as_given && k.group.starts_with(&resource.group));
        let (group, plural) = match kind {
            Some(kind) => (kind.group.to_owned(), kind.plural.to_owned()),
            None => (resource.group.clone(), resource.name.clone()),
        };
        for verb in verbs {
            if special(verb).is_some_and(|(_, of)| !of.contains(&(group.as_str(), plural.as_str()))) {
                return fail(format!("can not perform '{verb}' on '{plural}' in group '{group}'"));
            }
        }
        if kind.is_none() && !as_given {
            let place = if resource.group.is_empty() { String::new() } else { format!(" in group {:?}", resource.group) };
            return Err(CliError::NoResource(format!("the server doesn't have a resource type {:?}{place}", resource.name)));
        }
        let name = if resource.sub.is_empty() { plural } else { format!("{plural}/{}", resource.sub) };
        match rules.iter_mut().find(|(g, _)| *g == group) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => rules.push((group, vec![name])),
        }
    }
    let names = cx.flags().list("resource-name");
    rules.order_by(|(a, _), (b, _)| a.cmp(b));
    Ok(rules
        .into_iter()
        .map(|(group, resources)| {
            let mut rule = obj!({"apiGroups": [group], "resources": texts(&resources), "verbs": texts(verbs)});
            if !names.is_empty() {
                let mut unique: Vec<&String> = Vec::new();
                for name in names {
                    if !unique.contains(&name) {
                        unique.push(name);
                    }
                }
                rule.set(&["resourceNames"], texts(&unique));
            }
            rule
        })
        .list())
}

fn role(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let verbs = verbs(cx);
    if verbs.is_empty() {
        return fail("at least one verb must be specified");
    }
    warn_of_verbs(cx, &verbs);
    let resources = resources(cx);
    if resources.is_empty() {
        return fail("at least one resource must be specified");
    }
    let rules = rules(cx, &verbs, resources)?;
    finish(cx, "Role", obj!({"metadata": {"name": name}, "rules": rules}), Failure::Plain)
}

fn cluster_role(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let verbs = verbs(cx);
    let resources = resources(cx);
    let urls = cx.flags().list("non-resource-url");
    let aggregation = cx.flags().list("aggregation-rule");
    if !aggregation.is_empty() {
        let mut labels = Value::map();
        for (key, value) in aggregation.iter().filter_map(|pair| pair.split_once('=')) {
            labels.set(&[key.trim()], value.trim());
        }
        let object =
            obj!({"metadata": {"name": name}, "rules": null, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": labels}]}});
        return finish(cx, "ClusterRole", object, Failure::Plain);
    }
    if verbs.is_empty() {
        return fail("at least one verb must be specified");
    }
    if resources.is_empty() && urls.is_empty() {
        return fail("one of resource or nonResourceURL must be specified");
    }
    if !resources.is_empty() {
        warn_of_verbs(cx, &verbs);
    }
    let mut all = rules(cx, &verbs, resources)?;
    if !urls.is_empty() {
        if let Some(verb) = verbs.iter().find(|v| !NON_RESOURCE_VERBS.contains(&v.as_str())) {
            return fail(format!("invalid verb: '{verb}' for nonResourceURL"));
        }
        for url in urls.iter().filter(|url| *url != "*") {
            if !url.starts_with('/') {
                return fail("nonResourceURL should start with /");
            }
            if url.trim_end_matches('*').contains('*') || url.matches('*').count() > 1 {
                return fail("nonResourceURL only supports wildcard matches when '*' is at the end");
            }
        }
        all.push(obj!({"nonResourceURLs": texts(urls), "verbs": texts(&verbs)}));
    }
    finish(cx, "ClusterRole", obj!({"metadata": {"name": name}, "rules": all}), Failure::Plain)
}

/// Who is bound.
fn subjects(cx: &Context<'_, '_>) -> Result<Vec<Value>, CliError> {
    let mut found = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        for name in cx.flags().list(flag) {
            found.push(obj!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name.as_str()}));
        }
    }
    for account in cx.flags().list("serviceaccount") {
        match account.split_once(':') {
            Some((namespace, name)) if !name.is_empty() && !namespace.is_empty() && !name.contains(':') => {
                found.push(obj!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
            }
            _ => return fail("serviceaccount must be <namespace>:<name>"),
        }
    }
    Ok(found)
}

fn binding(name: &str, kind: &str, role: &str, subjects: Vec<Value>) -> Value {
    let mut object = obj!({"metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role}});
    if !subjects.is_empty() {
        object.set(&["subjects"], subjects);
    }
    object
}

fn role_binding(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let (cluster_role, role) = (cx.flags().text("clusterrole"), cx.flags().text("role"));
    if cluster_role.is_empty() == role.is_empty() {
        return fail("exactly one of clusterrole or role must be specified");
    }
    let (kind, role) = if role.is_empty() { ("ClusterRole", cluster_role) } else { ("Role", role) };
    let object = binding(name, kind, role, subjects(cx)?);
    finish(cx, "RoleBinding", object, Failure::Prefix("failed to create rolebinding:"))
}

fn cluster_role_binding(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let object = binding(name, "ClusterRole", cx.flags().text("clusterrole"), subjects(cx)?);
    finish(cx, "ClusterRoleBinding", object, Failure::Prefix("failed to create clusterrolebinding:"))
}

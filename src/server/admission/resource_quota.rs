//! ResourceQuota: refuses what would exceed a hard limit of its namespace.

use std::cmp::Ordering;

use super::{ApiServer, Request};
use crate::api::quantity::Quantity;
use crate::api::{Object, Status, Value, kinds, quota};
use crate::base::{List as _, SortedMap};
use crate::server::Subresource;

/// How a refusal begins; the name of the quota comes next.
const EXCEEDED: &str = "exceeded quota: ";

/// Returns the quotas to write with the object, whose usage is counted in their status at once. Deletions are counted by the controller.
pub(super) fn admit(server: &ApiServer, request: &Request<'_>) -> Result<Vec<Value>, Status> {
    let Request { kind, sub, object, .. } = *request;
    let old = Some(request.old).filter(|old| !old.is_null());
    let plural = kind.built_in();
    // For other kinds an update cannot use more than before.
    let counts = match old {
        None => kind.namespaced && sub == Subresource::None && plural != "events",
        Some(_) => matches!((plural, sub), ("pods", Subresource::Resize) | ("services" | "persistentvolumeclaims", Subresource::None)),
    };
    if object.is_null() || !counts {
        return Ok(Vec::new());
    }
    let mut charged = Vec::new();
    let quotas = server.iter(kinds::RESOURCE_QUOTA, Some(object.namespace()));
    let quotas: Vec<&Value> = quotas.filter(|q| quota::scope_matches(q, kind, object)).list();
    // Of all quotas, what they demand of a pod is checked before what they limit.
    if plural == "pods"
        && let Some((limit, missing)) = quotas.iter().find_map(|q| Some((q, quota::unspecified(q.at(&["status", "hard"]), object)?)))
    {
        return Err(Status::forbidden(kind, object.name(), &format!("failed quota: {}: {missing}", limit.name())));
    }
    for limit in quotas {
        // A limit counts only once the controller has written it to the status.
        let hard = limit.at(&["status", "hard"]);
        let mut asked: SortedMap<String, Quantity> =
            quota::usage_of(kind, object).into_iter().filter(|(name, _)| !hard.get(name).is_null()).collect();
        if let Some(old) = old.filter(|old| quota::scope_matches(limit, kind, old)) {
            let had = quota::usage_of(kind, old);
            for (name, amount) in asked.iter_mut() {
                *amount = had.get(name).map_or_else(|| amount.clone(), |h| amount.sub(h));
            }
        }
        asked.retain(|_, amount| amount.sign() > 0);
        if asked.is_empty() {
            continue;
        }
        let mut next = limit.clone();
        let mut over: [Vec<String>; 3] = Default::default();
        for (name, q) in &asked {
            let Ok(bound) = Quantity::parse(hard.get(name).str()) else { continue };
            let before = Quantity::of(limit.at(&["status", "used", name]));
            let after = before.add(q);
            next.set(&["status", "used", name], after.to_string());
            if after.cmp(&bound) == Ordering::Greater {
                for (list, amount) in over.iter_mut().zip([q, &before, &bound]) {
                    list.push(format!("{name}={amount}"));
                }
            }
        }
        charged.push(next);
        if !over[0].is_empty() {
            let [requested, used, limited] = over.map(|list| list.join(","));
            let detail = format!("{EXCEEDED}{}, requested: {requested}, used: {used}, limited: {limited}", limit.name());
            return Err(Status::forbidden(kind, object.name(), &detail));
        }
    }
    Ok(charged)
}

/// The name of the quota, read from a message of [`admit`]: a controller's condition keeps only the message.
pub fn refusing_quota(message: &str) -> Option<&str> {
    message.split_once(EXCEEDED)?.1.split(',').next()
}

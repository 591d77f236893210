//! ResourceQuota: nothing is created that would exceed a hard limit of its namespace.

use std::cmp::Ordering;

use super::ApiServer;
use crate::api::quantity::Quantity;
use crate::api::{Kind, KindRef, Object, Status, Value, quota};
use crate::base::SortedMap;

/// `old`: what the object is in place of, where it is not new.
pub(super) fn admit(server: &mut ApiServer, kind: KindRef, namespace: &str, object: &Value, old: Option<&Value>) -> Result<(), Status> {
    if !kind.namespaced || matches!(kind.plural, "events" | "resourcequotas") {
        return Ok(());
    }
    let quotas: Vec<Value> = server.iter(Kind::named("ResourceQuota"), Some(namespace)).cloned().collect();
    for limit in quotas.iter().filter(|q| quota::scope_matches(q, kind, object)) {
        // What no controller has written into the status yet limits nothing.
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
        if kind.plural == "pods"
            && kind.group.is_empty()
            && let Some(missing) = quota::unspecified(hard, object)
        {
            return Err(Status::forbidden(kind, object.name(), &format!("failed quota: {}: {missing}", limit.name())));
        }
        if asked.is_empty() {
            continue;
        }
        let used = quota::usage_in(server.countable(namespace), limit);
        let mut over: Vec<(&str, String, String, String)> = Vec::new();
        for (name, q) in &asked {
            let Ok(bound) = Quantity::parse(hard.get(name).str()) else { continue };
            let before = used.get(name).cloned().unwrap_or_else(|| Quantity::from_milli(0));
            let after = before.add(q);
            if after.cmp(&bound) == Ordering::Greater {
                over.push((name, q.to_string(), before.to_string(), bound.to_string()));
            }
        }
        if !over.is_empty() {
            let join = |pick: for<'a, 'b> fn(&'a (&'b str, String, String, String)) -> &'a str| {
                over.iter().map(|o| format!("{}={}", o.0, pick(o))).collect::<Vec<_>>().join(",")
            };
            let detail = format!(
                "exceeded quota: {}, requested: {}, used: {}, limited: {}",
                limit.name(),
                join(|o| &o.1),
                join(|o| &o.2),
                join(|o| &o.3)
            );
            return Err(Status::forbidden(kind, object.name(), &detail));
        }
    }
    Ok(())
}

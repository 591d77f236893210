//! CustomResourceDefinitions in the API server: the kinds they define, and the controllers that accept their names and clean up after them.
//! Nothing here may know what the kinds mean. The server's own Service is looked after here too.

use super::options::{Caller, DeleteOptions, Subresource, WriteOptions};
use super::own_objects::OWN;
use super::{ApiServer, Change, Component};
use crate::api::{self, ArcStr, KINDS, Kind, KindRef, Object, Status, Value, aggregate, custom, kinds, split_api_version};
use crate::base::{Duration, List as _, Time};
use crate::obj;

/// The finalizer that keeps a definition until its objects are gone.
pub(super) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";
/// How long after a change the server acts on a definition.
const LAG: Duration = Duration::from_millis(7);

impl ApiServer {
    /// The kinds that definitions add, by group and plural.
    fn custom_kinds(&self) -> impl Iterator<Item = KindRef> {
        self.iter(kinds::CUSTOM_RESOURCE_DEFINITION, None).filter_map(custom::kind_of)
    }

    /// All kinds that are served: the built-in ones in the order of their table, then the custom ones.
    pub fn kinds(&self) -> Vec<KindRef> {
        KINDS.iter().chain(self.custom_kinds()).list()
    }

    /// The kind that an object's `apiVersion` and `kind` name.
    pub fn kind_of(&self, api_version: &str, kind: &str) -> Option<KindRef> {
        let (group, version) = split_api_version(api_version);
        let named = |k: &KindRef| k.kind == kind && k.group == group && k.custom.as_ref().is_some_and(|c| c.versions.contains(&version));
        Kind::of(api_version, kind).or_else(|| self.custom_kinds().find(named))
    }

    /// The kind that is served at this group and plural.
    pub fn kind_of_resource(&self, group: &str, plural: &str) -> Option<KindRef> {
        Kind::of_resource(group, plural).or_else(|| self.custom_kinds().find(|k| k.plural == plural && k.group == group))
    }

    /// The current row of a custom kind. A definition may have changed since the reference that is given was taken.
    pub(super) fn current(&self, kind: KindRef) -> KindRef {
        if kind.custom.is_none() {
            return kind;
        }
        let definition = self.peek(kinds::CUSTOM_RESOURCE_DEFINITION, "", &kind.qualified());
        definition.and_then(custom::kind_of).unwrap_or(kind)
    }
}

/// Sets a condition of a definition, and its time if its status changes.
// Models apihelpers.SetCRDCondition.
pub(super) fn set_condition(definition: &mut Value, kind: &str, status: &str, reason: &str, message: &str, now: Time) {
    let condition = obj!({"type": kind, "status": status, "reason": reason, "message": message});
    api::set_condition(definition.at_mut(&["status", "conditions"]).list_mut(), condition, now);
}

/// How often the server looks for its own Service, in microseconds.
const OWN_EVERY_US: u64 = 10_000_000;

/// Accepts the names of definitions, establishes them, and removes them when their objects are gone. Also recreates the server's own
/// Service and its endpoints.
// Models apiextensions' NamingConditionController, EstablishingController and CRDFinalizer.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    queue: Vec<(Time, ArcStr)>,
    /// When the server next looks for its own objects, if one of them is gone.
    own_due: Option<Time>,
}

/// Whether a kind is one of the server's own objects.
fn is_own(kind: KindRef) -> bool {
    matches!((kind.group, kind.plural), ("", "services" | "endpoints") | ("discovery.k8s.io", _))
}

impl Definitions {
    fn add(&mut self, name: ArcStr, at: Time) {
        if !self.queue.iter().any(|(_, n)| *n == name) {
            self.queue.push((at, name));
        }
    }

    fn reconcile(&mut self, api: &mut ApiServer, by: &Caller, name: &str) -> Result<(), Status> {
        let Some(old) = api.peek(kinds::CUSTOM_RESOURCE_DEFINITION, "", name).cloned() else { return Ok(()) };
        let next = if old.is_terminating() { end(api, by, &old)? } else { accept(api, by.now, &old) };
        if next.same(&old) {
            return Ok(());
        }
        let sub = if old.is_terminating() { Subresource::Finalize } else { Subresource::Status };
        api.update(by, kinds::CUSTOM_RESOURCE_DEFINITION, next, sub, &WriteOptions::default())?;
        // A definition that waited for one of these names may have it now.
        let group = old.at(&["spec", "group"]);
        let waiting = api
            .iter(kinds::CUSTOM_RESOURCE_DEFINITION, None)
            .filter(|d| d.condition("NamesAccepted") == "False" && d.at(&["spec", "group"]) == group);
        let names: Vec<ArcStr> = waiting.map(Object::name_arc).list();
        names.into_iter().filter(|n| n != name).for_each(|n| self.add(n, by.now + LAG));
        Ok(())
    }
}

/// A definition with the status that follows from the names that are still free.
fn accept(api: &ApiServer, now: Time, old: &Value) -> Value {
    let (wanted, accepted) = (old.at(&["spec", "names"]), old.at(&["status", "acceptedNames"]));
    if wanted.same(accepted) {
        return old.clone();
    }
    let others: Vec<&Value> = api
        .iter(kinds::CUSTOM_RESOURCE_DEFINITION, None)
        .filter(|d| d.at(&["spec", "group"]) == old.at(&["spec", "group"]) && d.name() != old.name())
        .map(|d| d.at(&["status", "acceptedNames"]))
        .list();
    let resource = |n: &Value, text: &str| {
        n.get("plural").str() == text || n.get("singular").str() == text || n.get("shortNames").items().iter().any(|s| s.str() == text)
    };
    let kind = |n: &Value, text: &str| n.get("kind").str() == text || n.get("listKind").str() == text;
    let mut names = accepted.clone();
    let mut conflict: Option<(&str, String)> = None;
    let (of_resource, of_kind): (&dyn Fn(&Value, &str) -> bool, &dyn Fn(&Value, &str) -> bool) = (&resource, &kind);
    for (member, reason, is) in [
        ("plural", "PluralConflict", of_resource),
        ("singular", "SingularConflict", of_resource),
        ("shortNames", "ShortNamesConflict", of_resource),
        ("kind", "KindConflict", of_kind),
        ("listKind", "ListKindConflict", of_kind),
    ] {
        let asked = wanted.get(member);
        let texts: Vec<&str> = if member == "shortNames" { asked.items().iter().map(Value::str).list() } else { vec![asked.str()] };
        let taken = |text: &&str| !text.is_empty() && others.iter().any(|o| is(o, text));
        let used: Vec<String> = texts.into_iter().filter(taken).map(|t| format!("{t:?} is already in use")).list();
        match used.as_slice() {
            [] if asked.is_null() => _ = names.remove(&[member]),
            [] => names.set(&[member], asked.clone()),
            many => conflict = Some((reason, aggregate(many))),
        }
    }
    match wanted.get("categories") {
        Value::Null => _ = names.remove(&["categories"]),
        categories => names.set(&["categories"], categories.clone()),
    }
    let mut next = old.clone();
    next.set(&["status", "acceptedNames"], names);
    let established = old.condition("Established") == "True";
    match conflict {
        None => {
            set_condition(&mut next, "NamesAccepted", "True", "NoConflicts", "no conflicts found", now);
            if !established {
                set_condition(&mut next, "Established", "True", "InitialNamesAccepted", "the initial names have been accepted", now);
            }
        }
        Some((reason, message)) => {
            set_condition(&mut next, "NamesAccepted", "False", reason, &message, now);
            if !established {
                set_condition(&mut next, "Established", "False", "NotAccepted", "not all names are accepted", now);
            }
        }
    }
    next
}

/// Finalizes a definition that is being deleted: deletes its objects first, and lets it go when none is left.
fn end(api: &mut ApiServer, by: &Caller, old: &Value) -> Result<Value, Status> {
    let mut next = old.clone();
    if !old.at(&["metadata", "finalizers"]).items().iter().any(|f| f.str() == CLEANUP) {
        return Ok(next);
    }
    let mut outcome = ("False", "NeverEstablished", "resource was never established");
    if let Some(kind) = custom::kind_of(old) {
        let all: Vec<(ArcStr, ArcStr)> =
            api.iter(kind, None).filter(|o| !o.is_terminating()).map(|o| (o.namespace_arc(), o.name_arc())).list();
        for (namespace, name) in all {
            api.delete(by, kind, &namespace, &name, &DeleteOptions::default())?;
        }
        outcome = match api.iter(kind, None).next() {
            Some(_) => ("True", "InstanceDeletionInProgress", "CustomResource deletion is in progress"),
            None => ("False", "InstanceDeletionCompleted", "removed all instances"),
        };
    }
    let (status, reason, message) = outcome;
    set_condition(&mut next, "Terminating", status, reason, message, by.now);
    if status == "False" {
        next.at_mut(&["metadata", "finalizers"]).list_mut().retain(|f| f.str() != CLEANUP);
    }
    Ok(next)
}

impl Component for Definitions {
    fn watches(&self, kind: KindRef) -> bool {
        kind.custom.is_some() || kind == kinds::CUSTOM_RESOURCE_DEFINITION || is_own(kind)
    }

    fn on_change(&mut self, api: &ApiServer, now: Time, change: &Change) {
        let kind = change.key.kind;
        let gone = change.current().is_none();
        if is_own(kind) {
            if gone && change.key.name == OWN && change.key.namespace == "default" {
                self.own_due = Some(Time((now.0 / OWN_EVERY_US + 1) * OWN_EVERY_US));
            }
            return;
        }
        if kind.custom.is_some() {
            if gone && api.peek(kinds::CUSTOM_RESOURCE_DEFINITION, "", &kind.qualified()).is_some_and(Object::is_terminating) {
                self.add(kind.qualified().into(), now);
            }
        } else if gone {
            let waiting = api.iter(kind, None).filter(|d| d.condition("NamesAccepted") == "False").map(Object::name_arc);
            waiting.for_each(|name| self.add(name, now + LAG));
        } else {
            self.add(change.key.name.clone(), now + LAG);
        }
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.iter().map(|(at, _)| *at).chain(self.own_due).min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        if self.own_due.take_if(|at| *at <= now).is_some() && api.restore_own(&Caller::new(now, "kube-apiserver")).is_err() {
            self.own_due = Some(now + Duration::from_micros(OWN_EVERY_US));
        }
        let Some(i) = self.queue.iter().position(|(at, _)| *at <= now) else { return };
        let (_, name) = self.queue.remove(i);
        if self.reconcile(api, &Caller::new(now, "kube-apiserver"), &name).is_err() {
            self.add(name, now + Duration::from_secs(1));
        }
    }
}

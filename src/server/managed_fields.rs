//! Who owns which field (`metadata.managedFields`), and server-side apply, which goes by that. Knows nothing of who asks.
//!
//! An object that a user wrote is followed from then on, whoever writes: a component owns what it changes, by the name of its program.
//! What the cluster makes for itself, as a ReplicaSet its pods, is followed when somebody asks: its versions tell who wrote what.

mod field_set;
mod history;
#[cfg(test)]
mod tests;

use field_set::{Node, common, compare, covers, field_set, merge, minus, paths, prune, touches, union};

use super::built_in::APF_PRODUCER;
use super::options::Caller;
use super::strategy::{LABELLING, labelled_with_status};
use crate::api::convert::to_version;
use crate::api::decode::decode;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{ArcStr, Cause, KindRef, Object, Status, Value, join_api_version, split_api_version};
use crate::base::{List as _, Order as _, Time};
use crate::obj;

/// kubectl's field manager for server-side apply.
const KUBECTL: &str = "kubectl";
/// The field manager that owns the annotation of client-side apply.
const KUBECTL_LAST_APPLIED: &str = "kubectl-last-applied";
/// The field manager of what existed before the first apply, where ownership was not tracked until then.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";
/// The subresource that entries about a status name.
const STATUS: &str = "status";

/// Fields that nobody owns, since the server itself writes them.
fn unowned() -> Value {
    obj!({
        "f:apiVersion": {}, "f:kind": {}, "f:metadata": {
            ".": {}, "f:name": {}, "f:namespace": {}, "f:creationTimestamp": {}, "f:selfLink": {}, "f:uid": {}, "f:generation": {},
            "f:managedFields": {}, "f:resourceVersion": {}, "f:deletionTimestamp": {}, "f:deletionGracePeriodSeconds": {}
        }
    })
}

/// The fields that a write outside the status can own.
fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    object.remove(&["status"]);
    object.remove(&["metadata", "managedFields"]);
    // The spec of a certificate request cannot change, so nobody comes to own it (csrStrategy.GetResetFields).
    if object.api_version() == "certificates.k8s.io/v1" && object.kind() == "CertificateSigningRequest" {
        object.remove(&["spec"]);
    }
    object
}

/// A map of the members that are present.
fn without_nulls(mut map: Value) -> Value {
    map.map_mut().retain(|_, value| !value.is_null());
    map
}

/// The fields that a write of a subresource can own: the status and labels, a part of the pod, or all but the status.
// Models GetResetFields and GetResetFieldsFilter.
fn written(kind: KindRef, sub: &str, object: &Value) -> Value {
    let spec = object.get("spec");
    match sub {
        STATUS => {
            let mut metadata = bare(object).get("metadata").clone();
            // For custom kinds upstream takes no account of that.
            let kept = if kind.custom.is_some() { &LABELLING } else { labelled_with_status(kind) };
            for member in LABELLING.iter().filter(|member| !kept.contains(member)) {
                metadata.remove(&[member]);
            }
            without_nulls(obj!({"metadata": metadata, "status": object.get("status")}))
        }
        "resize" => {
            let resources = |list: &str| -> Vec<Value> {
                let one = |c: &Value| obj!({"name": c.get("name"), "resizePolicy": c.get("resizePolicy"), "resources": c.get("resources")});
                spec.get(list).items().iter().map(|c| without_nulls(one(c))).list()
            };
            obj!({"spec": {"containers": resources("containers"), "initContainers": resources("initContainers")}})
        }
        "ephemeralcontainers" => obj!({"spec": without_nulls(obj!({"ephemeralContainers": spec.get("ephemeralContainers")}))}),
        _ => bare(object),
    }
}

/// The field manager of a component: all controllers are one program.
fn program(component: &str) -> &str {
    match component {
        "kubelet" | "kube-apiserver" | "kube-scheduler" | "kubectl-create" | APF_PRODUCER => component,
        "default-scheduler" => "kube-scheduler",
        _ => "kube-controller-manager",
    }
}

/// A kind at one of its versions.
type At<'a> = (KindRef, &'a str);

fn api_version((kind, version): At<'_>) -> String {
    join_api_version(kind.group, version)
}

/// The manager that an entry is about.
#[derive(Clone, Copy)]
pub(super) struct Manager<'a> {
    name: &'a str,
    operation: &'static str,
    /// The version; it tells updates apart, but not applies.
    version: &'a str,
    /// The subresource; empty for the object itself.
    sub: &'a str,
}

impl<'a> Manager<'a> {
    /// The manager that applies configurations of an object, or of a subresource.
    pub(super) fn applying(name: &'a str, sub: &'a str) -> Self {
        Manager { name, operation: "Apply", version: "", sub }
    }

    fn updating(name: &'a str, version: &'a str, sub: &'a str) -> Self {
        Manager { name, operation: "Update", version, sub }
    }

    /// Whether its entry gets a new time when it changes.
    // Models ScaleHandler.ToParent, which looks for the time of what was scaled among the entries of before.
    fn is_timed(&self) -> bool {
        self.sub != "scale"
    }

    fn has(&self, entry: &Value) -> bool {
        let is = |member: &str, text: &str| entry.get(member).str() == text;
        is("manager", self.name)
            && is("operation", self.operation)
            && is("subresource", self.sub)
            && (self.version.is_empty() || is("apiVersion", self.version))
    }
}

/// A change of an object, by a request at some version of its kind.
struct Change<'a> {
    at: At<'a>,
    old: &'a Value,
    new: &'a Value,
}

impl Change<'_> {
    /// The fields that changed and those that are gone, in another version; none where that is the request's own.
    fn as_of(&self, entry: &Value) -> Option<(Value, Value)> {
        let (kind, version) = (self.at.0, split_api_version(entry.api_version()).1);
        let read = |object: &Value| to_version(kind, version, object.clone());
        (version != self.at.1).then(|| compare(Node::root_at((kind, version)), Some(&read(self.old)), Some(&read(self.new))))
    }
}

/// The entries of an object, and what to do with them.
struct Managers {
    entries: Vec<Value>,
}

impl Managers {
    fn of(object: &Value) -> Managers {
        Managers { entries: object.at(&["metadata", "managedFields"]).items().to_vec() }
    }

    /// Replaces the entries by those that a client sent; an empty list, or one with a single empty entry, removes all.
    // Models decodeLiveOrNew: what cannot be read is not sent.
    fn replace(&mut self, sent: &Value) {
        let Value::List(sent) = sent else { return };
        if sent.iter().all(|e| matches!(e.get("operation").str(), "Apply" | "Update") && e.get("fieldsType").str() == "FieldsV1") {
            self.entries = sent.to_vec();
        } else if let [Value::Map(only)] = &sent[..]
            && only.is_empty()
        {
            self.entries.clear();
        }
    }

    fn fields(&self, who: Manager<'_>) -> Value {
        self.entries.iter().find(|e| who.has(e)).map_or(Value::Null, |e| e.get("fieldsV1").clone())
    }

    fn time(&self, who: Manager<'_>) -> Option<ArcStr> {
        self.entries.iter().find(|e| who.has(e)).map(|e| e.get("time").arc_str())
    }

    /// The version at which a manager last wrote.
    fn version(&self, who: Manager<'_>) -> Option<String> {
        self.entries.iter().find(|e| who.has(e)).map(|e| split_api_version(e.api_version()).1.to_owned())
    }

    /// Sets a manager's fields to exactly these, and its time.
    fn put(&mut self, at: At<'_>, who: Manager<'_>, fields: Value, now: Option<&str>) {
        self.entries.retain(|e| !who.has(e));
        if fields.is_empty() {
            return;
        }
        let mut entry = obj!({
            "manager": who.name, "operation": who.operation, "apiVersion": api_version(at), "fieldsType": "FieldsV1", "fieldsV1": fields
        });
        for (member, text) in [("subresource", who.sub), ("time", now.filter(|_| who.is_timed()).unwrap_or(""))] {
            if !text.is_empty() {
                entry.set(&[member], text);
            }
        }
        self.entries.push(entry);
    }

    /// Records that a manager changed only fields of its own that nobody else owns; false where there is more to record.
    fn renew(&mut self, at: At<'_>, who: Manager<'_>, changed: &Value, now: &str) -> bool {
        let version = api_version(at);
        let others = |e: &Value| !who.has(e) && (e.api_version() != version || touches(e.get("fieldsV1"), changed));
        let others = self.entries.iter().any(others);
        let own = |e: &Value| who.has(e) && e.api_version() == version && covers(e.get("fieldsV1"), changed);
        match self.entries.iter_mut().find(|e| own(e)) {
            Some(own) if !others && who.is_timed() => own.set(&["time"], now),
            Some(_) if !others => {}
            _ => return false,
        }
        true
    }

    /// Takes fields from every manager but one. From those at another version it takes the same change as expressed in that version.
    // Models Updater.update.
    fn take(&mut self, fields: &Value, but: Manager<'_>, change: &Change<'_>) {
        for entry in self.entries.iter_mut().filter(|e| !but.has(e)) {
            let left = match change.as_of(entry) {
                None => minus(entry.get("fieldsV1"), fields),
                Some((changed, gone)) => minus(entry.get("fieldsV1"), &union(&changed, &gone)),
            };
            entry.set(&["fieldsV1"], left);
        }
        self.entries.retain(|e| !e.get("fieldsV1").is_empty());
    }

    /// Removes the entries of these clients, and returns what they owned.
    fn take_over(&mut self, at: At<'_>, clients: &[ArcStr]) -> Value {
        clients.iter().fold(Value::Null, |all, client| {
            let of_client = Manager::updating(client, "", "");
            let own = self.fields(of_client);
            self.put(at, of_client, Value::Null, None);
            union(&all, &own)
        })
    }

    /// The managers that applied from the client's side before.
    fn clients(&self) -> Vec<ArcStr> {
        let annotation = last_applied();
        // A write of a subresource is no client's apply, whatever it says (`csaupgrade`).
        let updates = |e: &Value| e.get("operation").str() == "Update" && e.get("subresource").is_empty();
        let applied = |e: &&Value| updates(e) && !common(e.get("fieldsV1"), &annotation).is_null();
        self.entries.iter().filter(applied).map(|e| e.get("manager").arc_str()).list()
    }

    /// A conflict: a field that an applier would change and another manager owns.
    fn conflicts(&self, applier: Manager<'_>, changed: &Value, change: &Change<'_>) -> Vec<(String, String)> {
        let mut conflicts = Vec::new();
        let others = |e: &&Value| !applier.has(e) && e.get("manager").str() != KUBECTL_LAST_APPLIED;
        // They are told in the order of the entries as JSON without fields and times, in which a subresource comes before none.
        let mut entries: Vec<&Value> = self.entries.iter().filter(others).list();
        entries.order_by_key(|e| {
            let last = if e.get("subresource").is_null() { '}' } else { ',' };
            format!("{}\"{}{}\"{last}", e.get("manager").str(), e.get("operation").str(), e.api_version())
        });
        for entry in entries {
            let mut found = Vec::new();
            let elsewhere = change.as_of(entry).map(|(changed, _)| changed);
            paths(&common(entry.get("fieldsV1"), elsewhere.as_ref().unwrap_or(changed)), "", &mut found);
            let mut name = format!("{:?}", entry.get("manager").str());
            if !entry.get("subresource").is_null() {
                name += &format!(" with subresource {:?}", entry.get("subresource").str());
            }
            if entry.get("operation").str() == "Update" {
                let of_scale = applier.sub == "scale";
                name += &format!(" using {}", if of_scale { "autoscaling/v1" } else { entry.api_version() });
            }
            conflicts.extend(found.into_iter().map(|path| (name.clone(), path)));
        }
        conflicts
    }

    fn write(mut self, object: &mut Value) {
        if self.entries.is_empty() {
            object.remove(&["metadata", "managedFields"]);
            return;
        }
        let text = |e: &Value, member: &str| e.get(member).arc_str();
        self.entries.order_by_key(|e| (e.get("operation").str() != "Apply", text(e, "time"), text(e, "manager"), text(e, "subresource")));
        object.set(&["metadata", "managedFields"], self.entries);
    }
}

/// A new, empty object of a kind. Whatever is written even then belongs to nobody.
fn nothing_set((kind, version): At<'_>) -> Value {
    if kind.custom.is_some() {
        return Value::map();
    }
    decode(kind, Value::map()).map_or_else(|_| Value::map(), |(object, _)| to_version(kind, version, object))
}

/// Records a component's update, if the ownership of the object is tracked because a user wrote it.
pub(super) fn track_component(kind: KindRef, old: &Value, new: &mut Value, sub: &str, by: &Caller) {
    if !old.at(&["metadata", "managedFields"]).is_empty() {
        track((kind, kind.version), Some(old), new, program(by.signature().by), sub, by.now);
    }
}

/// Records a create or update: what changed belongs to its manager from now on.
// Models managedFieldsUpdater: an entry's time is that of the last change by its manager.
pub(super) fn track(at: At<'_>, old: Option<&Value>, new: &mut Value, manager: &str, sub: &str, now: Time) {
    let (kind, version) = at;
    let root = Node::root_at(at);
    let mut managers = old.map_or(Managers { entries: Vec::new() }, Managers::of);
    // A client may write the entries itself, though not through a subresource.
    if old.is_some() && sub.is_empty() {
        managers.replace(new.at(&["metadata", "managedFields"]));
    }
    // An object that is not tracked stays so until somebody applies (skipNonAppliedManager).
    if old.is_some() && managers.entries.is_empty() {
        return managers.write(new);
    }
    let part = |object: &Value| {
        written(kind, sub, &if version == kind.version { object.clone() } else { to_version(kind, version, object.clone()) })
    };
    let (before, after) = (old.map_or_else(|| written(kind, sub, &nothing_set(at)), part), part(new));
    let (changed, gone) = compare(root, Some(&before), Some(&after));
    let changed = minus(&changed, &unowned());
    if !changed.is_null() || !gone.is_null() {
        let (version, now) = (api_version(at), now.rfc3339());
        let who = Manager::updating(manager, &version, sub);
        if !gone.is_null() || !managers.renew(at, who, &changed, &now) {
            managers.take(&union(&changed, &gone), who, &Change { at, old: &before, new: &after });
            let own = union(&minus(&managers.fields(who), &gone), &changed);
            managers.put(at, who, own, Some(&now));
        }
    }
    managers.write(new);
}

/// The object that a server-side apply makes of a live one (null where there is none yet), or the conflicts.
pub(super) fn apply(at: At<'_>, live: &Value, config: &Value, who: Manager<'_>, force: bool, by: &Caller) -> Result<Value, Status> {
    let kind = at.0;
    let Manager { name: manager, sub, .. } = who;
    let root = Node::root_at(at);
    let now = by.now.rfc3339();
    // What the manager may not write it does not own. Of a new object it still becomes a part, as the spec of a signing request.
    let (given, config) = (config, written(kind, sub, config));
    let mut managers = Managers::of(live);
    if managers.entries.is_empty() && !live.is_null() {
        let of_all = minus(&compare(root, Some(&written(kind, sub, &nothing_set(at))), Some(&written(kind, sub, live))).0, &unowned());
        managers.put(at, Manager::updating(BEFORE_FIRST_APPLY, "", sub), of_all, Some(&now));
    }
    let configured = field_set(root, &config);
    let own = minus(&configured, &unowned());
    let mut last = managers.fields(who);
    let last_version = managers.version(who).unwrap_or(at.1.to_owned());
    let mut next = merge(root, live, if live.is_null() { given } else { &config });
    let clients = if sub.is_empty() { managers.clients() } else { Vec::new() };
    let others = Managers { entries: managers.entries.clone() };
    let synced = manager == KUBECTL && sub.is_empty() && live.annotation(LAST_APPLIED).is_some();
    let allowed = if synced { still_as_applied(kind, live) } else { Value::Null };
    if synced {
        // kubectl's migration of managed fields: what it applied from the client's side is taken over, and the annotation is kept up to
        // date.
        let annotation = last_applied();
        last = union(&last, &minus(&managers.take_over(at, &clients), &annotation));
        managers.put(at, Manager::applying(KUBECTL_LAST_APPLIED, ""), annotation, None);
    }
    let before = managers.time(who);
    managers.put(at, who, own.clone(), before.as_deref());
    let owned = managers.entries.iter().fold(configured, |all, e| union(&all, e.get("fieldsV1")));
    next = if last_version == at.1 {
        prune(root, &next, &last, &owned)
    } else {
        // What was applied at another version is removed as expressed in that version.
        let there = Node::root_at((kind, &last_version));
        let read = |object: &Value| to_version(kind, &last_version, object.clone());
        let owned = union(&owned, &field_set(there, &read(&config)));
        to_version(kind, at.1, prune(there, &read(&next), &last, &owned))
    };
    let (before, after) = (written(kind, sub, live), written(kind, sub, &next));
    let (changed, gone) = compare(root, Some(&before), Some(&after));
    let change = Change { at, old: &before, new: &after };
    let conflicts = others.conflicts(who, &minus(&changed, &allowed), &change);
    if !force && !conflicts.is_empty() {
        return Err(conflict(kind, config.name(), &conflicts));
    }
    if !changed.is_null() || !gone.is_null() {
        // The time is that of the last change; to own something, an applier need not have changed it.
        managers.put(at, who, own.clone(), Some(&now));
    }
    if synced {
        // The annotation is kept up to date by the server, so the applier does not own it (lastAppliedUpdater).
        next.set(&["metadata", "annotations", LAST_APPLIED], config.to_json() + "\n");
    }
    managers.take(&union(&changed, &gone), who, &change);
    if by.user().is_some() && manager != KUBECTL && !clients.is_empty() {
        // kubectl then moves what was applied from the client's side to its manager, and applies again; with that the annotation goes, too.
        let all = union(&managers.fields(who), &managers.take_over(at, &clients));
        managers.put(at, who, all, Some(&now));
        managers.write(&mut next);
        return apply(at, &next, &config, who, force, by);
    }
    managers.write(&mut next);
    Ok(next)
}

/// The fields that are still as kubectl applied them from the client's side. It may change them, whoever owns them.
// Models lastAppliedManager.
fn still_as_applied(kind: KindRef, live: &Value) -> Value {
    let root = Node::root(kind);
    let applied = live.annotation(LAST_APPLIED).and_then(|text| Value::from_json(text).ok());
    let Some(applied) = applied.filter(|o| kind.is_at(o.api_version())).map(|o| written(kind, "", &o)) else { return Value::Null };
    let (changed, gone) = compare(root, Some(&applied), Some(&written(kind, "", live)));
    minus(&minus(&field_set(root, &applied), &changed), &gone)
}

/// An object with a configuration merged into it, regardless of ownership.
pub(super) fn merged(kind: KindRef, object: &Value, config: &Value) -> Value {
    merge(Node::root(kind), object, config)
}

/// The paths at which a configuration would replace what is there instead of being merged with it.
pub(super) fn atomics(kind: KindRef, config: &Value) -> Vec<String> {
    let mut found = Vec::new();
    field_set::atomics(Node::root(kind), config, "", &mut found);
    found
}

/// The field of the annotation of client-side apply.
fn last_applied() -> Value {
    obj!({"f:metadata": {"f:annotations": {"f:kubectl.kubernetes.io/last-applied-configuration": {}}}})
}

// Models managedfields/internal.NewConflictError.
fn conflict(kind: KindRef, name: &str, conflicts: &[(String, String)]) -> Status {
    let text = match conflicts {
        [(manager, path)] => format!("Apply failed with 1 conflict: conflict with {manager}: {path}"),
        many => {
            let mut lines = Vec::new();
            let mut managers: Vec<&String> = many.iter().map(|(manager, _)| manager).list();
            managers.dedup();
            for manager in managers {
                lines.push(format!("conflicts with {manager}:"));
                lines.extend(many.iter().filter(|(m, _)| m == manager).map(|(_, path)| format!("- {path}")));
            }
            format!("Apply failed with {} conflicts: {}", many.len(), lines.join("\n"))
        }
    };
    let mut status = Status::conflict(kind, name, "");
    status.message = text;
    status.details = Value::map();
    let cause = |(manager, path): &(String, String)| Cause::new("FieldManagerConflict", path.clone(), format!("conflict with {manager}"));
    status.causes = conflicts.iter().map(cause).list();
    status
}

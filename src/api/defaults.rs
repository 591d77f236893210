//! Defaulting: what the API server fills in (`SetDefaults_*`), with one file for each group.
//!
//! It is one walk along the schema: at each typed object first its own rule (by the type's Go name), then the schema's constants, then what
//! is inside. What needs no defaults is not written, so that objects keep sharing their parts, and types without any defaults are not
//! looked into.

mod core;
mod rest;
mod volumes;
mod workloads;

use std::sync::{Arc, OnceLock};

use super::schema::{Ty, Type, TypeRef, schema};
use super::{KindRef, Quantity, Value, custom};
use crate::base::List as _;

/// Sets the defaults of an object of `kind`, which must be decoded and at the stored version. A second time changes nothing.
pub fn apply(kind: KindRef, object: &mut Value) {
    if let Some(custom) = &kind.custom {
        return custom::fill(kind, custom, object);
    }
    if let Some(changed) = schema().kind_ref(kind).and_then(|ty| object_defaults(ty, object)) {
        *object = changed;
    }
}

/// What there is to default in objects of a type.
#[derive(Clone, Copy, Default, PartialEq)]
struct Need {
    /// Its rule.
    rule: bool,
    /// Anything at all, in it or deeper inside.
    any: bool,
}

/// What there is to default in each type of the schema.
fn needs() -> &'static [Need] {
    static NEEDS: OnceLock<Vec<Need>> = OnceLock::new();
    NEEDS.get_or_init(|| {
        let types = schema().types();
        let mut needs: Vec<Need> = types.iter().map(|ty| Need { rule: rule(ty, &mut Value::map()), any: false }).list();
        loop {
            let before = needs.clone();
            for (need, ty) in needs.iter_mut().zip(types) {
                need.any = need.rule || ty.fields.iter().any(|f| f.default.is_some() || is_needed(&before, &f.ty));
            }
            if needs == before {
                return needs;
            }
        }
    })
}

/// Whether there is anything to default in a field.
fn is_needed(needs: &[Need], ty: &Ty) -> bool {
    match ty {
        Ty::Object(t) => needs[t.place()].any,
        Ty::ListOf(item) => matches!(**item, Ty::Object(_)) && is_needed(needs, item),
        Ty::MapOf(item) => **item == Ty::Quantity,
        _ => false,
    }
}

/// A value with its defaults; none if it has them all already.
fn value_defaults(ty: &Ty, value: &Value) -> Option<Value> {
    match (ty, value) {
        (Ty::Object(t), Value::Map(_)) => object_defaults(*t, value),
        (Ty::ListOf(item), Value::List(list)) if matches!(**item, Ty::Object(_)) => {
            let mut changed: Option<Vec<Value>> = None;
            for (i, value) in list.iter().enumerate() {
                if let Some(new) = value_defaults(item, value) {
                    changed.get_or_insert_with(|| list.to_vec())[i] = new;
                }
            }
            changed.map(Value::from)
        }
        (Ty::MapOf(item), Value::Map(_)) if **item == Ty::Quantity => round_amounts(value),
        _ => None,
    }
}

fn object_defaults(ty: TypeRef, value: &Value) -> Option<Value> {
    let needs = needs();
    let need = needs[ty.place()];
    if !need.any {
        return None;
    }
    let ty = schema().get(ty);
    let mut own = value.clone();
    if need.rule {
        rule(ty, &mut own);
    }
    for field in &ty.fields {
        let Some(constant) = field.default else { continue };
        if own.get(field.name).is_null() || (!field.pointer && own.get(field.name).is_empty()) {
            match field.ty {
                Ty::String if !constant.is_empty() || field.pointer => own.set(&[field.name], constant),
                Ty::Bool if field.pointer => own.set(&[field.name], constant == "true"),
                Ty::Int32 | Ty::Int64 if field.pointer => own.set(&[field.name], constant.parse::<i64>().unwrap_or(0)),
                _ => {}
            }
        }
    }
    let mut inner = Vec::new();
    for (name, value) in own.entries() {
        if let Some(field) = ty.field(name)
            && is_needed(needs, &field.ty)
            && let Some(new) = value_defaults(&field.ty, value)
        {
            inner.push((field.name, new));
        }
    }
    for (name, new) in inner {
        own.set(&[name], new);
    }
    (!is_same(&own, value)).then_some(own)
}

/// Applies the rule of one type; says whether it has one.
fn rule(ty: &Type, value: &mut Value) -> bool {
    match ty.name {
        "Pod" => core::pod(value),
        "PodSpec" => core::pod_spec(value),
        "Container" | "EphemeralContainer" => core::container(value),
        "Probe" => core::probe(value),
        "HTTPGetAction" => core::http_get(value),
        "ObjectFieldSelector" => absent(value, "apiVersion", "v1"),
        "ReplicationController" => core::replication_controller(value),
        "Service" => core::service(value),
        "Namespace" => core::namespace(value),
        "NodeSpec" => core::node_spec(value),
        "NodeStatus" => core::node_status(value),
        "Secret" => core::secret(value),
        "LimitRangeItem" => core::limit_range_item(value),
        "PersistentVolume" => volumes::persistent_volume(value),
        "PersistentVolumeClaim" => empty(value.get_mut("status"), "phase", "Pending"),
        "PersistentVolumeClaimSpec" => absent(value, "volumeMode", "Filesystem"),
        "Volume" => volumes::volume(value),
        "HostPathVolumeSource" => absent(value, "type", ""),
        "SecretVolumeSource" | "ConfigMapVolumeSource" | "DownwardAPIVolumeSource" | "ProjectedVolumeSource" => {
            absent(value, "defaultMode", 0o644)
        }
        "ServiceAccountTokenProjection" => absent(value, "expirationSeconds", 3600),
        "AzureDiskVolumeSource" => volumes::azure_disk(value),
        "Deployment" => workloads::deployment(value),
        "DaemonSet" => workloads::daemon_set(value),
        "StatefulSet" => workloads::stateful_set(value),
        "ReplicaSet" => absent_in(value, &["spec", "replicas"], 1),
        "Job" => workloads::job(value),
        "CronJob" => workloads::cron_job(value),
        "PodFailurePolicyOnPodConditionsPattern" => empty(value, "status", "True"),
        "HorizontalPodAutoscaler" => workloads::horizontal_pod_autoscaler(value),
        _ => return rest::rule(ty, value),
    }
    true
}

/// Sets a member that is absent.
fn absent(value: &mut Value, key: &str, default: impl Into<Value>) {
    if value.get(key).is_null() {
        value.set(&[key], default);
    }
}

/// Sets a member that is absent, or empty where Go cannot tell that from absent.
fn empty(value: &mut Value, key: &str, default: impl Into<Value>) {
    if value.get(key).is_empty() {
        value.set(&[key], default);
    }
}

/// [`absent`] at a path.
fn absent_in(value: &mut Value, path: &[&str], default: impl Into<Value>) {
    if value.at(path).is_null() {
        value.set(path, default);
    }
}

/// [`empty`] at a path.
fn empty_in(value: &mut Value, path: &[&str], default: impl Into<Value>) {
    if value.at(path).is_empty() {
        value.set(path, default);
    }
}

/// Whether nothing was written.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
        _ => a == b,
    }
}

/// Rounds amounts up to thousandths.
// Models SetDefaults_ResourceList.
fn round_amounts(amounts: &Value) -> Option<Value> {
    let mut changed = None;
    for (name, amount) in amounts.entries() {
        let text = amount.str();
        // Only these suffixes and long fractions are finer than a thousandth.
        if !text.ends_with(['n', 'u']) && !text.contains(['.', 'e', '-']) {
            continue;
        }
        let quantity = Quantity::of(amount);
        let rounded = quantity.rounded_to_milli();
        if rounded != quantity {
            changed.get_or_insert_with(|| amounts.clone()).set(&[name], rounded);
        }
    }
    changed
}

#[cfg(test)]
mod tests;

//! What the schemas of definitions say of how lists and maps are merged.

use super::super::Value;
use super::path::{Errors, Path};

pub(super) const LIST_TYPE: &str = "x-kubernetes-list-type";
const MAP_TYPE: &str = "x-kubernetes-map-type";

/// Whether a map or a list may be of the type that its schema names.
pub(super) fn merge_types(errors: &mut Errors, at: Path<'_>, schema: &Value) {
    let kind = schema.get("type").str();
    for (member, wanted, values) in
        [(MAP_TYPE, "object", &["atomic", "granular"] as &[&str]), (LIST_TYPE, "array", &["atomic", "set", "map"])]
    {
        let value = schema.get(member);
        if value.is_null() {
            continue;
        }
        if kind != wanted {
            let detail = format!("must be {wanted} if {member} is specified");
            if kind.is_empty() { errors.required(at.child("type"), &detail) } else { errors.invalid(at.child("type"), kind, &detail) }
        }
        if !values.contains(&value.str()) {
            errors.not_supported(at.child(member), value, values);
        }
        // What may not change in part can be told apart as an item of a set.
        if kind == wanted && member == LIST_TYPE && value.str() == "set" {
            let (item, at) = (schema.get("items"), at.child("items"));
            let split = match item.get("type").str() {
                "array" => Some((LIST_TYPE, item.get(LIST_TYPE))),
                "object" => Some((MAP_TYPE, item.get(MAP_TYPE))),
                _ => None,
            };
            if let Some((member, _)) = split.filter(|(_, held)| held.str() != "atomic") {
                let detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
                errors.invalid(at.child(member), item.get(LIST_TYPE), detail);
            }
        }
    }
}

/// By which keys the items of a list are told apart.
pub(super) fn keys(errors: &mut Errors, at: Path<'_>, schema: &Value) {
    const KEYS: &str = "x-kubernetes-list-map-keys";
    let (kind, keys, items) = (schema.get(LIST_TYPE), schema.get(KEYS), schema.get("items"));
    if !keys.is_empty() && kind.str() != "map" {
        let detail = "must be map if x-kubernetes-list-map-keys is non-empty";
        if kind.is_null() { errors.required(at.child(LIST_TYPE), detail) } else { errors.invalid(at.child(LIST_TYPE), kind, detail) }
    }
    let place = at.child("items");
    if matches!(kind.str(), "set" | "map") && items.get("nullable").is_true() {
        errors.forbidden(place.child("nullable"), &format!("cannot be nullable when {LIST_TYPE} is {}", kind.str()));
    }
    if kind.str() != "map" {
        return;
    }
    if keys.is_empty() {
        errors.required(at.child(KEYS), "must not be empty if x-kubernetes-list-type is map");
    }
    if items.is_null() {
        errors.required(place, "must have a schema if x-kubernetes-list-type is map");
        return;
    }
    let of = items.get("type").str();
    if of != "object" {
        errors.invalid(place.child("type"), of, "must be object if parent array's x-kubernetes-list-type is map");
        return;
    }
    let list = place.child("properties");
    for (i, key) in keys.items().iter().enumerate() {
        let property = items.get("properties").get(key.str());
        let at_key = list.key(key.str());
        if property.is_null() {
            errors.invalid(at.child(KEYS), keys, "entries must all be names of item properties");
        } else if matches!(property.get("type").str(), "array" | "object") {
            errors.invalid(at_key.child("type"), of, "must be a scalar type if parent array's x-kubernetes-list-type is map");
        }
        if keys.items()[..i].contains(key) {
            errors.invalid(at.child(KEYS), keys, "must not contain duplicate entries");
        }
    }
    for key in keys.items().iter().filter(|k| !items.get("properties").get(k.str()).is_null()) {
        let property = items.get("properties").get(key.str());
        let at_key = list.key(key.str());
        if !items.get("required").items().contains(key) && property.get("default").is_null() {
            let detail = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            errors.required(at_key.child("default"), detail);
        }
        if property.get("nullable").is_true() {
            let detail = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
            errors.forbidden(at_key.child("nullable"), detail);
        }
    }
}

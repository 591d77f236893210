//! Objects of the tables in the form that the server works with: members by their Go names, embedded types under the
//! type's name. Read by the schema into the form that the API has.

#![allow(dead_code, reason = "each test uses a part of it")]

use kubarium::api::schema::{Schema, Ty, Type, schema};
use kubarium::api::{Kind, Value};

/// Types embedded in others: their members are the outer type's in JSON.
const EMBEDDED: [&str; 6] =
    ["VolumeSource", "PersistentVolumeSource", "ProbeHandler", "LocalObjectReference", "EphemeralContainerCommon", "SecretReference"];
/// Of a pod's security context in the server, of its spec in JSON.
const HOST: [&str; 5] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];
/// Members of the server's types that are gone from the API.
const GONE: [&str; 4] = ["TypeMeta", "RollbackTo", "TemplateGeneration", "Resize"];

/// An object as the API has it.
pub fn object(kind: &str, value: &Value) -> Value {
    let kind = Kind::named(kind);
    let mut object = of(schema().kind(kind), value);
    if matches!(object, Value::Map(_)) {
        object.set(&["apiVersion"], kind.api_version());
        object.set(&["kind"], kind.kind);
    }
    object
}

/// A part of an object as the API has it: the part at the path (`spec.volumes.0`).
pub fn part(kind: &str, path: &str, value: &Value) -> Value {
    let all = schema();
    let mut at = Ty::Any;
    let mut ty = Some(all.kind(Kind::named(kind)));
    for step in path.split('.') {
        at = match &at {
            Ty::ListOf(inner) | Ty::MapOf(inner) => (**inner).clone(),
            _ => ty.and_then(|t| t.field(step)).unwrap_or_else(|| panic!("{kind} has no {path}")).ty.clone(),
        };
        ty = if let Ty::Object(t) = at { Some(all.get(t)) } else { None };
    }
    convert(all, &at, value)
}

fn of(ty: &Type, value: &Value) -> Value {
    let Value::Map(map) = value else { return value.clone() };
    let mut out = Value::map();
    for (name, member) in map.iter() {
        let name = name.as_str();
        if GONE.contains(&name) || member.is_null() {
            continue;
        }
        if EMBEDDED.contains(&name) || (name == "PersistentVolumeClaimSpec" && ty.field("spec").is_none()) {
            for (key, inner) in of(ty, member).entries() {
                out.set(&[key.as_str()], inner.clone());
            }
            continue;
        }
        let alias = alias(ty.name, name);
        let field = ty.fields.iter().find(|f| f.go_name == alias || f.name == alias);
        let Some(field) = field.or_else(|| ty.fields.iter().find(|f| f.go_name.eq_ignore_ascii_case(alias))) else {
            panic!("{} has no {name}: {member}", ty.name)
        };
        if member.as_str() == Some("") && !field.pointer {
            continue;
        }
        if ty.name == "PodSpec" && name == "SecurityContext" {
            let mut context = member.clone();
            for host in HOST {
                let go = host[..1].to_ascii_uppercase() + &host[1..];
                if let Some(own) = context.remove(&[go.as_str()]).filter(|v| !v.is_null()) {
                    out.set(&[host], own);
                }
            }
            out.set(&[field.name], convert(schema(), &field.ty, &context));
            continue;
        }
        out.set(&[field.name], if field.name == "metadata" { member.clone() } else { convert(schema(), &field.ty, member) });
    }
    out
}

/// Names of the server's types that differ from those of the API's.
fn alias<'a>(ty: &str, name: &'a str) -> &'a str {
    match (ty, name) {
        (_, "ObjectMeta") => "metadata",
        ("PodStatus", "PodIPs") => "podIPs",
        ("NodeSpec", "DoNotUseExternalID") => "externalID",
        _ => name,
    }
}

fn convert(all: &Schema, ty: &Ty, value: &Value) -> Value {
    match (ty, value) {
        (Ty::Object(t), Value::Map(_)) => of(all.get(*t), value),
        (Ty::ListOf(inner), Value::List(_)) => Value::from(value.items().iter().map(|v| convert(all, inner, v)).collect::<Vec<_>>()),
        (Ty::MapOf(inner), Value::Map(map)) => {
            let mut out = Value::map();
            for (key, member) in map.iter() {
                out.set(&[key.as_str()], convert(all, inner, member));
            }
            out
        }
        // The server has bytes, the API base64.
        (Ty::Bytes, _) => value.as_str().map_or_else(|| value.clone(), |text| Value::from(kubarium::base::base64::encode(text.as_bytes()))),
        _ => value.clone(),
    }
}

//! Decoding, which the API server does before anything else: it finds wrong types and unknown fields, and puts values into canonical form.
//!
//! One walk along the schema does what Go's decoder and encoder do together: it finds errors, and builds the object as it would be encoded
//! again. Errors have two wordings: that of the JSON decoder for bodies ([`decode`]), and that of the unstructured converter for the
//! results of patches ([`from_patched`]).

use super::go_json::write_scalar;
use super::quantity::Quantity;
use super::schema::{Field, GoPart, Schema, Ty, Type, schema};
use super::{ArcStr, Kind, KindRef, Map, Status, Value, convert, custom, split_api_version};
use crate::base;
use crate::base::{List as _, Order as _, base64};

/// Something strict decoding complains about: an error with `fieldValidation=Strict`, a warning with `Warn`.
#[derive(Clone, Debug, PartialEq)]
pub struct StrictError {
    /// The field's path: `spec.containers[0].imagee`.
    pub path: String,
    /// As the server words it: `unknown field "spec.containers[0].imagee"`.
    pub message: String,
}

/// A value of another type than the one that it is read into.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct WrongType {
    /// The path of the field as Go's decoder names it, without indexes: `spec.containers.image`. Empty where it names none.
    pub path: String,
    /// As Go words it: `json: cannot unmarshal string into Go struct field ...`.
    pub message: String,
}

impl From<String> for WrongType {
    fn from(message: String) -> WrongType {
        WrongType { path: String::new(), message }
    }
}

/// Why a body cannot be decoded as an object of its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum DecodeError {
    /// The body of a custom kind, which is decoded as a map first, is no map.
    NoMap(WrongType),
    /// Something in it has a wrong type.
    WrongType(WrongType),
}

impl DecodeError {
    /// What has the wrong type.
    pub fn wrong(&self) -> &WrongType {
        let (DecodeError::NoMap(wrong) | DecodeError::WrongType(wrong)) = self;
        wrong
    }

    /// The API server's answer to such a body of `kind` at `version`.
    pub fn status(&self, kind: &Kind, version: &str) -> Status {
        match self {
            DecodeError::NoMap(wrong) => Status::bad_request(wrong.message.clone()),
            DecodeError::WrongType(wrong) => not_handled(kind, version, &wrong.message),
        }
    }
}

/// Reads `value` as an object of `kind` in the version that it names (a served version other than the stored one is
/// converted): wrong types are an error, unknown fields are dropped and reported, quantities and times get their canonical
/// form, and what Go's encoder would leave out is left out (what it would write, as `resources: {}`, is written).
pub fn decode(kind: KindRef, value: Value) -> Result<(Value, Vec<StrictError>), Status> {
    let version = served_version(kind, &value);
    read(kind, value).map_err(|error| error.status(kind, version))
}

/// Like [`decode`], but the error names the field and what is wrong with it.
pub fn read(kind: KindRef, value: Value) -> Result<(Value, Vec<StrictError>), DecodeError> {
    let version = served_version(kind, &value);
    if let Some(custom) = &kind.custom {
        return custom::decode(kind, custom, version, value);
    }
    let Some(ty) = schema().kind_at(kind, version) else { return Ok((value, Vec::new())) };
    let (read, strict) = Walk::new(Words::Json).read(ty, &value).map_err(DecodeError::WrongType)?;
    Ok((convert::to_stored(kind, version, read), strict))
}

/// Reads `value` as a type of the scheduler's configuration (`KubeSchedulerProfile`), which no API server serves: what is wrong is
/// told as Go's decoder words it.
pub fn decode_component(name: &str, value: &Value) -> Result<(Value, Vec<StrictError>), WrongType> {
    let Some(ty) = schema().named("kubescheduler", name) else { return Ok((value.clone(), Vec::new())) };
    Walk::new(Words::Json).read(ty, value)
}

/// The first wrong type in an object of `kind`, as Go's JSON decoder words it.
pub fn wrong_type(kind: KindRef, value: &Value) -> Option<WrongType> {
    let mut walk = Walk::new(Words::Json);
    walk.top(schema().kind_at(kind, served_version(kind, value))?, value);
    walk.fatal.or(walk.first)
}

/// The version of a body, if that is served; otherwise the stored one.
pub fn served_version(kind: &Kind, body: &Value) -> &'static str {
    let (_, version) = split_api_version(body.get("apiVersion").str());
    // Nearly always.
    if version == kind.version {
        return kind.version;
    }
    schema().versions(kind).into_iter().find(|v| *v == version).unwrap_or(kind.version)
}

/// The answer to a body with strict errors, where the client asked for `fieldValidation=Strict`.
pub fn strict_status(kind: KindRef, version: &str, errors: &[StrictError]) -> Status {
    not_handled(kind, version, &strict_text(errors))
}

fn not_handled(kind: &Kind, version: &str, why: &str) -> Status {
    let name = kind.kind;
    Status::bad_request(format!("{name} in version {version:?} cannot be handled as a {name}: {why}"))
}

/// Strict errors as one text: `strict decoding error: unknown field "spec.foo", unknown field "spec.bar"`.
pub fn strict_text(errors: &[StrictError]) -> String {
    let list: Vec<&str> = errors.iter().map(|e| e.message.as_str()).list();
    format!("strict decoding error: {}", list.join(", "))
}

/// Decodes the result of a patch of an object of `kind` (at the version that it names). The error names no field (`cannot restore slice
/// from int64`); the server wraps it as `patch: Invalid value: ...`.
// Models runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation.
pub fn from_patched(kind: KindRef, value: &Value) -> Result<(Value, Vec<StrictError>), WrongType> {
    let Some(ty) = schema().kind_at(kind, served_version(kind, value)) else { return Ok((value.clone(), Vec::new())) };
    if ty.fields.is_empty() {
        return Ok((value.clone(), Vec::new()));
    }
    let mut walk = Walk::new(Words::Unstructured);
    let read = walk.top(ty, value);
    walk.strict.order_by(|a, b| a.message.cmp(&b.message));
    match (walk.fatal, read) {
        (None, Some(read)) => Ok((read, walk.strict)),
        (error, _) => Err(error.unwrap_or_default()),
    }
}

/// Reads the metadata of an object of a custom kind, as strictly as that of any other.
pub(super) fn metadata(object: &Value) -> Result<(Value, Vec<StrictError>), WrongType> {
    let Some(ty) = schema().named("meta", "ObjectMeta") else { return Ok((object.get("metadata").clone(), Vec::new())) };
    let mut walk = Walk::new(Words::Json);
    walk.path.push(Step::Entry(arc("metadata")));
    let metadata = object.get("metadata");
    if metadata.is_null() { Ok((Value::map(), walk.strict)) } else { walk.read(ty, metadata) }
}

#[derive(Clone, Copy, PartialEq)]
enum Words {
    Json,
    Unstructured,
}

enum Step {
    /// A field of a struct.
    Field(&'static Type, &'static str),
    /// Inside a map: part of the strict path, not of Go's.
    Entry(ArcStr),
    Index(usize),
}

struct Walk {
    words: Words,
    schema: &'static Schema,
    path: Vec<Step>,
    strict: Vec<StrictError>,
    /// The first wrong type, after which the JSON decoder reads on.
    first: Option<WrongType>,
    /// An error that ends decoding at once.
    fatal: Option<WrongType>,
}

/// How many strict errors sigs.k8s.io/json collects.
const STRICT_MAX: usize = 100;

impl Walk {
    fn new(words: Words) -> Walk {
        Walk { words, schema: schema(), path: Vec::new(), strict: Vec::new(), first: None, fatal: None }
    }

    /// Decodes a whole value. An error is the first wrong type, as Go's JSON decoder words it.
    fn read(mut self, ty: &'static Type, value: &Value) -> Result<(Value, Vec<StrictError>), WrongType> {
        let read = self.top(ty, value);
        match (self.fatal.or(self.first), read) {
            (None, Some(read)) => Ok((read, self.strict)),
            (error, _) => Err(error.unwrap_or_default()),
        }
    }

    fn top(&mut self, ty: &'static Type, value: &Value) -> Option<Value> {
        if let Value::Map(map) = value {
            return self.object(ty, map);
        }
        self.first = Some(format!("json: cannot unmarshal {} into Go value of type {}.{}", json_kind(value), ty.package, ty.name).into());
        None
    }

    fn object(&mut self, ty: &'static Type, map: &Map) -> Option<Value> {
        let mut read = Map::new();
        match self.words {
            Words::Json => {
                for (key, value) in map.iter() {
                    match ty.field(key) {
                        Some(field) => self.member(ty, field, value, &mut read)?,
                        None => self.unknown(key),
                    }
                }
            }
            Words::Unstructured => {
                self.in_go_order(ty, ty, map, &mut read)?;
                for (key, _) in map.iter().filter(|(key, _)| ty.field(key).is_none()) {
                    self.unknown(key);
                }
            }
        }
        for field in &ty.fields {
            if !read.contains_key(field.name)
                && let Some(zero) = zero(self.schema, field)
            {
                read.insert(arc(field.name), zero);
            }
        }
        Some(read.into())
    }

    fn in_go_order(&mut self, outer: &'static Type, ty: &'static Type, map: &Map, read: &mut Map) -> Option<()> {
        for part in &ty.layout {
            match part {
                GoPart::Field(i) => {
                    let name = ty.fields[usize::from(*i)].name;
                    if let (Some(value), Some(field)) = (map.get(name), outer.field(name)) {
                        self.member(outer, field, value, read)?;
                    }
                }
                GoPart::Embedded(t) => self.in_go_order(outer, self.schema.get(*t), map, read)?,
            }
        }
        Some(())
    }

    /// Reads one member; puts it into `read` unless it is left out when written.
    fn member(&mut self, owner: &'static Type, field: &'static Field, value: &Value, read: &mut Map) -> Option<()> {
        if value.is_null() && !matches!(field.ty, Ty::Any) {
            return Some(());
        }
        self.path.push(Step::Field(owner, field.name));
        let result = self.value(owner, field, &field.ty, value);
        self.path.pop();
        if self.fatal.is_some() {
            return None;
        }
        // What is empty and encoded nevertheless is absent once it has been stored.
        let nothing = |value: &Value| matches!(field.ty, Ty::ListOf(_) | Ty::MapOf(_)) && !field.pointer && value.is_empty();
        if let Some(value) = result
            && (field.empty_counts && matches!(value, Value::List(_)) || !left_out(field, &value) && !nothing(&value))
        {
            // In storage, empty lists and maps are the same as absent ones.
            let nothing = !field.omit_empty && matches!(field.ty, Ty::ListOf(_) | Ty::MapOf(_)) && value.is_empty();
            read.insert(arc(field.name), if nothing { Value::Null } else { value });
        }
        Some(())
    }

    /// Reads a value of type `ty` that is not null; none where it is wrong.
    fn value(&mut self, owner: &'static Type, field: &Field, ty: &Ty, value: &Value) -> Option<Value> {
        match (ty, value) {
            (Ty::String, Value::Str(_)) | (Ty::Bool, Value::Bool(_)) | (Ty::Int64, Value::Int(_)) | (Ty::Any, _) => Some(value.clone()),
            (Ty::Int32, Value::Int(i)) => match i32::try_from(*i) {
                Ok(_) => Some(value.clone()),
                Err(_) if self.words == Words::Unstructured => Some(Value::from(*i as i32)),
                Err(_) => self.wrong(owner, field, ty, value),
            },
            (Ty::Int32 | Ty::Int64, Value::Float(f)) => {
                if self.words == Words::Unstructured {
                    if *f == f.trunc() {
                        return Some(if *ty == Ty::Int32 { Value::from(*f as i64 as i32) } else { Value::Int(*f as i64) });
                    }
                    return self.fail(format!("cannot convert float64 to {}", self.schema.go_type(ty, &field.string_name)));
                }
                self.wrong(owner, field, ty, value)
            }
            (Ty::Double, Value::Int(_) | Value::Float(_)) => Some(value.clone()),
            (Ty::Quantity, _) => match Quantity::from_value(value) {
                Ok(quantity) => Some(quantity.into()),
                Err(e) => self.fail(e.to_string()),
            },
            (Ty::IntOrString, Value::Str(_)) => Some(value.clone()),
            (Ty::IntOrString, Value::Int(i)) if i32::try_from(*i).is_ok() => Some(value.clone()),
            (Ty::IntOrString, Value::Int(_) | Value::Float(_)) => {
                let number = format!("number {}", value.to_json());
                self.wrong_inside(owner, &number, "int32")
            }
            (Ty::IntOrString, _) => self.wrong_inside(owner, json_kind(value), "int32"),
            (Ty::Time | Ty::MicroTime, Value::Str(text)) => self.time(ty, text),
            (Ty::Time | Ty::MicroTime | Ty::Duration, _) if !matches!(value, Value::Str(_)) => {
                self.wrong_inside(owner, json_kind(value), "string")
            }
            (Ty::Duration, Value::Str(_)) => Some(value.clone()),
            (Ty::Bytes, Value::Str(text)) => match base64::bad_byte(text) {
                None => Some(if text.contains(['\r', '\n']) { text.replace(['\r', '\n'], "").into() } else { value.clone() }),
                Some(at) if self.words == Words::Json => {
                    self.first.get_or_insert_with(|| format!("illegal base64 data at input byte {at}").into());
                    None
                }
                Some(at) => self.fail(format!("error decoding from json: illegal base64 data at input byte {at}")),
            },
            (Ty::SchemaOrArray | Ty::SchemaOrBool, Value::Map(map)) => self.inner_schema(owner, map),
            (Ty::SchemaOrArray, _) | (Ty::SchemaOrBool, Value::Bool(_)) => Some(value.clone()),
            (Ty::SchemaOrBool, _) => self.fail("boolean or JSON schema expected".to_owned()),
            (Ty::MapOf(inner), Value::Map(map)) => {
                let mut read = Map::new();
                for (key, value) in map.iter() {
                    self.path.push(Step::Entry(key.clone()));
                    let item = if value.is_null() { zero_value(self.schema, inner) } else { self.value(owner, field, inner, value) };
                    self.path.pop();
                    if self.fatal.is_some() {
                        return None;
                    }
                    if let Some(item) = item {
                        read.insert(key.clone(), item);
                    }
                }
                Some(read.into())
            }
            (Ty::ListOf(inner), Value::List(list)) => {
                let mut read = Vec::with_capacity(list.len());
                for (i, value) in list.iter().enumerate() {
                    self.path.push(Step::Index(i));
                    let item = if value.is_null() { zero_value(self.schema, inner) } else { self.value(owner, field, inner, value) };
                    self.path.pop();
                    if self.fatal.is_some() {
                        return None;
                    }
                    read.extend(item);
                }
                Some(read.into())
            }
            (Ty::Object(t), Value::Map(map)) => self.object(self.schema.get(*t), map),
            _ => self.wrong(owner, field, ty, value),
        }
    }

    /// A schema within a schema, where something else may stand instead. It is read by a decoder of its own, which drops unknown fields
    /// without a word.
    // Models the UnmarshalJSON of JSONSchemaPropsOrArray and JSONSchemaPropsOrBool.
    fn inner_schema(&mut self, schema: &'static Type, map: &Map) -> Option<Value> {
        let told = self.strict.len();
        let read = self.object(schema, map);
        self.strict.truncate(told);
        read
    }

    fn time(&mut self, ty: &Ty, text: &str) -> Option<Value> {
        let is_micro = *ty == Ty::MicroTime;
        match base::parse_rfc3339(text) {
            Some((unix_s, micros)) if !is_micro || super::time_error::has_micros(text) => {
                Some(base::format_rfc3339(unix_s, is_micro.then_some(micros)).into())
            }
            _ => {
                let layout = if is_micro { "2006-01-02T15:04:05.000000Z07:00" } else { "2006-01-02T15:04:05Z07:00" };
                self.fail(super::time_error::explain(text, layout))
            }
        }
    }

    /// A value of the wrong type.
    fn wrong(&mut self, owner: &'static Type, field: &Field, ty: &Ty, value: &Value) -> Option<Value> {
        let go_type = self.schema.go_type(ty, &field.string_name);
        if self.words == Words::Unstructured {
            let what = match value {
                Value::Map(_) => "map",
                Value::List(_) => "slice",
                Value::Int(_) => "int64",
                Value::Float(_) => "float64",
                other => json_kind(other),
            };
            let text = match (ty, what) {
                (Ty::ListOf(_) | Ty::Bytes, _) => format!("cannot restore slice from {what}"),
                (Ty::MapOf(_), _) => format!("cannot restore map from {what}"),
                (Ty::Object(_), _) => format!("cannot restore struct from: {what}"),
                (Ty::String, "int64") => format!("cannot convert int64 to {go_type}"),
                (Ty::String, _) => "unrecognized type: string".to_owned(),
                _ => format!("unrecognized type: {go_type}"),
            };
            return self.fail(text);
        }
        if self.first.is_none() {
            // The error quotes a number that does not fit.
            let what = match (ty, value) {
                (Ty::Int32 | Ty::Int64, Value::Int(_) | Value::Float(_)) => {
                    let mut what = "number ".to_owned();
                    write_scalar(&mut what, value);
                    what
                }
                _ => json_kind(value).to_owned(),
            };
            // Bytes may be a list of numbers, so it is an item that is wrong.
            let item = value.items().iter().find(|item| *ty == Ty::Bytes && !matches!(item, Value::Int(_)));
            let (what, go_type) = item.map_or((&*what, &*go_type), |item| (json_kind(item), "uint8"));
            self.first = Some(self.unmarshal_error(owner, what, go_type));
        }
        None
    }

    /// A wrong type found by a type's own decoder, which ends decoding.
    fn wrong_inside(&mut self, owner: &'static Type, what: &str, go_type: &str) -> Option<Value> {
        match self.words {
            Words::Json => self.fail(self.unmarshal_error(owner, what, go_type)),
            Words::Unstructured => self.fail(format!("json: cannot unmarshal {what} into Go value of type {go_type}")),
        }
    }

    fn unmarshal_error(&self, owner: &'static Type, what: &str, go_type: &str) -> WrongType {
        let mut keys = Vec::new();
        for step in &self.path {
            if let Step::Field(owner, name) = step {
                self.lead_to(owner, name, &mut keys);
            }
        }
        let path = keys.join(".");
        let message = format!("json: cannot unmarshal {what} into Go struct field {}.{path} of type {go_type}", owner.name);
        WrongType { path, message }
    }

    /// Adds the way to a field: the structs in which it is embedded, and its name.
    fn lead_to(&self, ty: &'static Type, name: &'static str, keys: &mut Vec<&'static str>) {
        for part in &ty.layout {
            let GoPart::Embedded(t) = part else { continue };
            let inner = self.schema.get(*t);
            if inner.field(name).is_some() {
                keys.push(inner.name);
                return self.lead_to(inner, name, keys);
            }
        }
        keys.push(name);
    }

    fn fail(&mut self, error: impl Into<WrongType>) -> Option<Value> {
        self.fatal.get_or_insert_with(|| error.into());
        None
    }

    fn unknown(&mut self, key: &str) {
        if self.strict.len() >= STRICT_MAX {
            return;
        }
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Field(_, name) => push_name(&mut path, name),
                Step::Entry(name) => push_name(&mut path, name),
                Step::Index(i) => path.push_str(&format!("[{i}]")),
            }
        }
        push_name(&mut path, key);
        let message = format!("unknown field \"{path}\"");
        self.strict.push(StrictError { path, message });
    }
}

fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

fn arc(name: &'static str) -> ArcStr {
    ArcStr::from(name)
}

/// What JSON calls a value's type in Go's messages.
pub fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// Whether Go's encoder leaves out this value of the field. Structs are written even when empty, pointers unless nil.
fn left_out(field: &Field, value: &Value) -> bool {
    if field.pointer || !field.omit_empty {
        return value.is_null() && field.omit_empty;
    }
    match field.ty {
        Ty::String | Ty::Int32 | Ty::Int64 | Ty::Bool | Ty::Double | Ty::MapOf(_) | Ty::ListOf(_) | Ty::Bytes => value.is_empty(),
        Ty::Any | Ty::SchemaOrArray | Ty::SchemaOrBool => value.is_null(),
        Ty::Object(_) => field.omit_zero && value.is_empty(),
        _ => false,
    }
}

/// What Go's encoder writes for an unset field; none where it leaves that out.
fn zero(schema: &Schema, field: &Field) -> Option<Value> {
    if field.pointer {
        return (!field.omit_empty).then_some(Value::Null);
    }
    match &field.ty {
        Ty::Time | Ty::MicroTime => (!field.omit_zero).then_some(Value::Null),
        Ty::Object(_) if field.omit_zero => None,
        Ty::Object(_) | Ty::Quantity | Ty::IntOrString | Ty::Duration => zero_value(schema, &field.ty),
        ty if !field.omit_empty => zero_value(schema, ty),
        _ => None,
    }
}

fn zero_value(schema: &Schema, ty: &Ty) -> Option<Value> {
    Some(match ty {
        Ty::String | Ty::Bytes => "".into(),
        Ty::Int32 | Ty::Int64 | Ty::IntOrString | Ty::Double => Value::Int(0),
        Ty::Bool => false.into(),
        Ty::Quantity => "0".into(),
        Ty::Duration => "0s".into(),
        Ty::Time | Ty::MicroTime | Ty::Any | Ty::SchemaOrArray | Ty::SchemaOrBool | Ty::MapOf(_) | Ty::ListOf(_) => Value::Null,
        Ty::Object(t) => {
            let fields = &schema.get(*t).fields;
            fields.iter().filter_map(|f| Some((arc(f.name), zero(schema, f)?))).collect::<Map>().into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Kind, kinds};
    use crate::obj;

    fn refused(kind: &str, value: Value) -> String {
        decode(Kind::named(kind), value).expect_err("wrong").into_message()
    }

    #[test]
    fn wrong_types_are_named_as_go_names_them() {
        assert_eq!(
            refused("Deployment", obj!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": "3"}})),
            "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field \
             DeploymentSpec.spec.replicas of type int32"
        );
        assert_eq!(
            refused("Pod", obj!({"spec": {"containers": [{"ports": [{"containerPort": "80"}]}]}})),
            "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field \
             ContainerPort.spec.containers.ports.containerPort of type int32"
        );
        assert_eq!(
            refused("ConfigMap", obj!({"data": {"a": true}})),
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ConfigMap.data \
             of type string"
        );
        for (seconds, shown) in [(1.5, "1.5"), (1e20, "100000000000000000000"), (1e21, "1e+21")] {
            let pod = obj!({"spec": {"activeDeadlineSeconds": seconds}});
            assert!(refused("Pod", pod).contains(&format!("json: cannot unmarshal number {shown} into Go struct field PodSpec.spec.")));
        }
        let probe = obj!({"spec": {"containers": [{"livenessProbe": {"grpc": {"service": 1}}}]}});
        assert!(
            refused("Pod", probe).contains("Go struct field GRPCAction.spec.containers.livenessProbe.ProbeHandler.grpc.service of type")
        );
        assert!(refused("Secret", obj!({"data": {"a": "$$$"}})).ends_with(": illegal base64 data at input byte 0"));
        assert!(refused("Pod", Value::list()).ends_with("json: cannot unmarshal array into Go value of type v1.Pod"));
    }

    #[test]
    fn a_schema_may_be_something_else_at_its_places_alone() {
        let read = |field: &str, schema: &str| {
            let schema = Value::from_json(&format!(r#"{{"{field}": {schema}}}"#)).expect("JSON");
            let definition = obj!({"spec": {"versions": [{"name": "v1", "schema": {"openAPIV3Schema": schema}}]}});
            decode(kinds::CUSTOM_RESOURCE_DEFINITION, definition).map_or_else(Status::into_message, |_| "read".to_owned())
        };
        for field in ["additionalItems", "additionalProperties"] {
            assert_eq!([read(field, "true"), read(field, r#"{"type": "string"}"#)], ["read", "read"], "{field}");
            assert!(read(field, "5").ends_with(": boolean or JSON schema expected"), "{field}");
            assert!(read(field, r#"{"type": 5}"#).ends_with(" of type string"), "{field}");
        }
        assert!(read("not", "true").ends_with(" of type v1.JSONSchemaProps"));
    }

    #[test]
    fn unknown_fields_are_reported_with_their_path_and_dropped() {
        let (read, strict) = decode(kinds::POD, obj!({"specs": {}, "spec": {"containers": [{"name": "c", "Image": "x"}]}})).expect("types");
        assert_eq!(strict.iter().map(|e| e.path.as_str()).collect::<Vec<_>>(), ["spec.containers[0].Image", "specs"]);
        assert_eq!(strict_text(&strict[..1]), "strict decoding error: unknown field \"spec.containers[0].Image\"");
        assert_eq!(read.at(&["spec", "containers"]).items()[0], obj!({"name": "c", "resources": {}}));
    }

    #[test]
    fn what_is_empty_and_written_all_the_same_is_null() {
        let (role, _) = decode(Kind::named("Role"), obj!({"rules": []})).expect("types");
        assert!(role.entries().any(|(key, rules)| *key == "rules" && rules.is_null()), "{role:?}");
    }

    #[test]
    fn an_object_comes_back_as_it_would_be_written() {
        let (read, _) = decode(
            kinds::POD,
            obj!({"metadata": {"name": "p", "labels": {}, "creationTimestamp": "2026-01-01T02:00:00+02:00"},
                  "spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": 0.5}}}], "hostNetwork": false, "nodeName": null}}),
        )
        .expect("types");
        assert_eq!(
            read,
            obj!({"metadata": {"name": "p", "creationTimestamp": "2026-01-01T00:00:00Z"},
                  "spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "500m"}}}]}, "status": {}})
        );
    }

    #[test]
    fn what_a_patch_made_has_its_own_words() {
        let pod = kinds::POD;
        let patched = |ports: Value| {
            let mut value = obj!({"spec": {"containers": [{"name": "c"}]}});
            value.at_mut(&["spec", "containers"]).list_mut()[0].set(&["ports"], ports);
            from_patched(pod, &value).expect_err("wrong").message
        };
        assert_eq!(patched(Value::Int(80)), "cannot restore slice from int64");
        assert_eq!(patched(obj!([80])), "cannot restore struct from: int64");
        assert_eq!(patched(obj!([{"containerPort": 80.5}])), "cannot convert float64 to int32");
        assert_eq!(patched(obj!([{"containerPort": "80"}])), "unrecognized type: int32");
    }
}

//! What a schema refuses in an object, with the words of kube-openapi's validator and in its order (members by name, where Go has none),
//! and last what its rules in CEL refuse.

use super::super::decode::served_version;
use super::super::go_json::go_float;
use super::super::validation::inner_metadata;
use super::super::{Cause, Kind, KindRef, Map, Value, go_duration, json_order, names};
use super::{Custom, Rules};
use crate::base::{self, Case as _, List as _, SortedMap, regex::Regex};

/// Levels of a value that are looked into.
const DEPTH_MAX: usize = 64;

/// What is wrong with an object of a custom kind, after what is wrong with its metadata. Of an update only what was not wrong before in
/// the same way.
// Models customResourceStrategy.Validate and its ratcheting of unchanged fields.
pub fn check(kind: KindRef, custom: &Custom, object: &Value, old: Option<&Value>, errors: &mut Vec<Cause>) {
    let schema = custom.schema(served_version(kind, object));
    let mut causes = known_before(walk(schema, "", object, 0).causes, || walk(schema, "", old.unwrap_or(&Value::Null), 0).causes, old);
    let scale = custom.scale(served_version(kind, object));
    for (member, holds) in [("specReplicasPath", true), ("statusReplicasPath", true), ("labelSelectorPath", false)] {
        causes.extend(scaled(object, scale.get(member).str(), holds));
    }
    embedded(schema, "", object, true, 0, &mut causes);
    let mut lists = Vec::new();
    unique(schema, "", object, 0, &mut lists);
    if !lists.is_empty() {
        let before = old.map(|old| {
            let mut before = Vec::new();
            unique(schema, "", old, 0, &mut before);
            before
        });
        if before.is_none_or(|before| before.is_empty()) {
            causes.extend(lists);
        }
    }
    errors.append(&mut causes);
    rules(kind, custom, object, old, errors);
}

/// What an object's rules refuse, unless so much else is wrong that they cannot be asked.
fn rules(kind: &Kind, custom: &Custom, object: &Value, old: Option<&Value>, errors: &mut Vec<Cause>) {
    const BLOCKING: [&str; 5] =
        ["FieldValueNotSupported", "FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid"];
    const NOT_CHECKED: &str =
        "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
    let Some(rules) = custom.rules(served_version(kind, object)) else { return };
    if errors.iter().any(|c| BLOCKING.contains(&c.reason)) {
        errors.push(Cause::invalid("<nil>", &Value::Null, NOT_CHECKED));
    } else {
        errors.extend(rules.check("", object, old, false));
    }
}

/// What an object's rules would refuse if it had not been like that before.
pub fn warned(kind: &Kind, custom: &Custom, object: &Value, old: &Value) -> Vec<String> {
    let causes = custom.rules(served_version(kind, object)).map(|r| r.check("", object, Some(old), true)).unwrap_or_default();
    causes.into_iter().map(|c| format!("{}: {}", c.field, c.message)).list()
}

/// The same for a write of the status alone.
pub fn check_status(kind: &Kind, custom: &Custom, object: &Value, old: &Value, errors: &mut Vec<Cause>) {
    let schema = custom.schema(served_version(kind, object)).get("properties").get("status");
    let mut causes = Vec::new();
    if !object.get("status").is_null() {
        let all = |o: &Value| walk(schema, "", o.get("status"), 0).causes;
        causes = known_before(all(object), || all(old), Some(old));
        // What is said of a field names it as seen from the status.
        for cause in &mut causes {
            cause.field = if cause.field == "<nil>" { "status".to_owned() } else { format!("status.{}", cause.field) };
        }
    }
    let scale = custom.scale(served_version(kind, object));
    causes.extend(scaled(object, scale.get("statusReplicasPath").str(), true));
    causes.extend(scaled(object, scale.get("labelSelectorPath").str(), false));
    errors.append(&mut causes);
    rules(kind, custom, object, Some(old), errors);
}

/// What is wrong with a default of this schema that stands at `path`.
pub fn check_default(schema: &Value, path: &str, default: &Value) -> Vec<Cause> {
    let mut causes = walk(schema, "", default, 0).causes;
    for cause in &mut causes {
        let inner = if cause.field == "<nil>" { String::new() } else { format!(".{}", cause.field) };
        cause.field = format!("{path}{inner}");
    }
    let embedded = schema.get("x-kubernetes-embedded-resource").is_true();
    if causes.is_empty()
        && let Some(rules) = Rules::new(schema, embedded)
    {
        // It may come to where it was before, and to where nothing was.
        causes = rules.check(path, default, Some(default), false);
        if causes.is_empty() {
            causes = rules.check(path, default, None, false);
        }
    }
    causes
}

fn known_before(mut causes: Vec<Cause>, before: impl Fn() -> Vec<Cause>, old: Option<&Value>) -> Vec<Cause> {
    if old.is_some() && !causes.is_empty() {
        let before = before();
        causes.retain(|c| !before.contains(c));
    }
    causes
}

/// What is wrong with a number of replicas, or with a selector's text.
fn scaled(object: &Value, path: &str, number: bool) -> Option<Cause> {
    let value = object.at(&path.trim_start_matches('.').split('.').list());
    match value {
        _ if path.is_empty() || value.is_null() => None,
        Value::Int(n) if number && *n < 0 => Some(Cause::invalid(path, value, "should be a non-negative integer")),
        Value::Int(n) if number && *n > i64::from(i32::MAX) => {
            Some(Cause::invalid(path, value, &format!("should be less than or equal to {}", i32::MAX)))
        }
        Value::Int(_) if number => None,
        Value::Str(_) if !number => None,
        _ => {
            let (shown, wanted) = if number { (Value::Int(0), "int64") } else { ("".into(), "string") };
            let shown_value = match value {
                Value::Str(text) => text.to_string(),
                Value::Float(f) => go_float(*f),
                other => other.to_json(),
            };
            let text = format!("{path} accessor error: {shown_value} is of the type {}, expected {wanted}", value.go_type());
            Some(Cause::invalid(path, &shown, &text))
        }
    }
}

/// What a walk found: what is wrong, and how many checks were made (by which the best of several schemas is chosen).
#[derive(Default)]
struct Found {
    causes: Vec<Cause>,
    count: usize,
}

impl Found {
    fn merge(&mut self, other: Found) {
        self.causes.extend(other.causes);
        self.count += other.count;
    }

    /// A value that is wrong: `spec.x in body <what>`.
    fn invalid(&mut self, path: &str, value: &Value, what: &str) {
        self.causes.push(Cause::invalid(field(path), value, &format!("{} in body {what}", path)));
    }

    fn wrong_type(&mut self, path: &str, wanted: &str, is: &str) {
        let shown = Value::from(is);
        let mut cause = Cause::invalid(field(path), &shown, &format!("{path} in body must be of type {wanted}: {is:?}"));
        cause.reason = "FieldValueTypeInvalid";
        self.causes.push(cause);
    }

    /// What the validator says of a value as a whole it says of no field.
    fn composite(&mut self, path: &str, what: &str) {
        self.causes.push(Cause::invalid("<nil>", &"".into(), &format!("{path:?} {what}")));
    }
}

fn field(path: &str) -> &str {
    match path.trim_start_matches('.') {
        "" => "<nil>",
        path => path,
    }
}

fn member(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// What JSON Schema calls a value's type.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

// Models kube-openapi's SchemaValidator.Validate.
fn walk(schema: &Value, path: &str, value: &Value, depth: usize) -> Found {
    let mut found = Found::default();
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return found;
    }
    found.count += usize::from(types(schema, path, value, &mut found)) + 2;
    if !value.is_null() {
        several(schema, path, value, depth, &mut found);
        match value {
            Value::Str(text) => string(schema, path, value, text, &mut found),
            Value::Int(_) | Value::Float(_) => number(schema, path, value, &mut found),
            Value::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    found.merge(walk(schema.get("items"), &format!("{path}[{i}]"), item, depth + 1));
                }
                let size = items.len() as i64;
                if let Some(min) = schema.get("minItems").as_int().filter(|min| size < *min) {
                    found.invalid(path, &Value::Int(size), &format!("should have at least {min} items"));
                }
                if let Some(max) = schema.get("maxItems").as_int().filter(|max| size > *max) {
                    found.causes.push(Cause::too_many(field(path), items.len(), max.max(0) as usize));
                }
                found.count += 2;
            }
            _ => {}
        }
    }
    let allowed = schema.get("enum").items();
    if !allowed.is_empty() && !allowed.iter().any(|a| a.same(value)) {
        let texts: Vec<String> = allowed.iter().map(|a| a.as_str().map_or_else(|| json_order::sorted(a, ""), str::to_owned)).list();
        found.causes.push(Cause::not_supported(field(path), value, &texts.iter().map(String::as_str).list()));
    }
    if let Value::Map(map) = value {
        members(schema, path, map, depth, &mut found);
    }
    found.count += 2;
    found
}

/// The type; says whether it is right.
fn types(schema: &Value, path: &str, value: &Value, found: &mut Found) -> bool {
    let (wanted, format, is) = (schema.get("type").str(), schema.get("format").str(), type_of(value));
    let wanted = if wanted.is_empty() && schema.get("x-kubernetes-int-or-string").is_true() { "integer,string" } else { wanted };
    if wanted.is_empty() || (value.is_null() && schema.get("nullable").is_true()) {
        return true;
    }
    let whole = matches!(value, Value::Float(f) if *f == f.trunc());
    let fits = wanted.split(',').any(|w| w == is || (w == "number" && is == "integer") || (w == "integer" && whole));
    if fits {
        return true;
    }
    let texts = matches!(value, Value::Str(_) | Value::List(_));
    if !format.is_empty() && texts && !matches!(wanted, "number" | "integer") {
        return true;
    }
    let named = if format.is_empty() || texts || value.is_null() { wanted } else { format };
    let is = match value {
        Value::Null => "null",
        _ if named == wanted => is,
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        _ => "",
    };
    found.wrong_type(path, named, is);
    false
}

/// `anyOf`, `oneOf`, `allOf` and `not`.
// Models schemaPropsValidator.
fn several(schema: &Value, path: &str, value: &Value, depth: usize, found: &mut Found) {
    let all = |list: &str| -> Vec<Found> { schema.get(list).items().iter().map(|s| walk(s, path, value, depth + 1)).list() };
    let take_best = |results: Vec<Found>, found: &mut Found| {
        let mut best: Option<Found> = None;
        for result in results {
            if best.as_ref().is_none_or(|b| result.count > b.count) {
                best = Some(result);
            }
        }
        best.into_iter().for_each(|b| found.merge(b));
    };
    for list in ["anyOf", "oneOf"] {
        let results = all(list);
        let valid = results.iter().filter(|r| r.causes.is_empty()).count();
        match (list, results.len(), valid) {
            (_, 0, _) => {}
            ("anyOf", _, 1..) | ("oneOf", _, 1) => {
                found.count += results.iter().find(|r| r.causes.is_empty()).map_or(0, |r| r.count);
            }
            ("anyOf", ..) => {
                found.composite(path, "must validate at least one schema (anyOf)");
                take_best(results, found);
            }
            (_, _, 0) => {
                found.composite(path, "must validate one and only one schema (oneOf). Found none valid");
                take_best(results, found);
            }
            (_, _, n) => found.composite(path, &format!("must validate one and only one schema (oneOf). Found {n} valid alternatives")),
        }
    }
    let results = all("allOf");
    let (valid, wanted) = (results.iter().filter(|r| r.causes.is_empty()).count(), results.len());
    results.into_iter().for_each(|r| found.merge(r));
    if valid != wanted {
        let none = if valid == 0 { ". None validated" } else { "" };
        found.composite(path, &format!("must validate all the schemas (allOf){none}"));
    }
    if matches!(schema.get("not"), Value::Map(_)) && walk(schema.get("not"), path, value, depth + 1).causes.is_empty() {
        found.composite(path, "must not validate the schema (not)");
    }
    found.count += 2;
}

fn string(schema: &Value, path: &str, value: &Value, text: &str, found: &mut Found) {
    let length = text.chars().count() as i64;
    let pattern = schema.get("pattern").str();
    if let Some(max) = schema.get("maxLength").as_int().filter(|max| length > *max) {
        found.causes.push(Cause::too_long(field(path), max.max(0) as usize));
    } else if let Some(min) = schema.get("minLength").as_int().filter(|min| length < *min) {
        found.invalid(path, value, &format!("should be at least {min} chars long"));
    } else if !pattern.is_empty() && Regex::go(pattern).is_ok_and(|r| !r.is_match(text)) {
        found.invalid(path, value, &format!("should match '{pattern}'"));
    }
    found.count += 1;
    let format = schema.get("format").str();
    if let Some(holds) = has_format(format, text) {
        if !holds {
            found.wrong_type(path, format, text);
        }
        found.count += 1;
    }
}

/// Whether somewhere in a text is a whole number with a unit of time (`1 day`).
// Models strfmt.ParseDuration.
fn tells_time(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let mut rest = text;
    while let Some(at) = rest.find(digit) {
        rest = rest[at..].trim_start_matches(digit).trim_ascii_start();
        let after = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == 'µ');
        let unit = rest[..rest.len() - after.len()].lower();
        if ["ns", "us", "µs", "ms", "s", "m", "h", "hr", "d", "w", "wk"].contains(&&*unit)
            || ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"].iter().any(|long| unit.starts_with(long))
        {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether a text has a format; none for formats that are not known.
pub fn has_format(format: &str, text: &str) -> Option<bool> {
    let like = |pattern: &str| Regex::go(pattern).is_ok_and(|r| r.is_match(text));
    let address = |text: &str| text.parse::<std::net::IpAddr>();
    Some(match format {
        "date-time" | "datetime" => base::parse_rfc3339(text).is_some(),
        "date" => like(r"^\d{4}-\d{2}-\d{2}$") && base::parse_rfc3339(&format!("{text}T00:00:00Z")).is_some(),
        "duration" => go_duration::parse(text).is_ok() || tells_time(text),
        "ipv4" => address(text).is_ok_and(|a| a.is_ipv4()),
        "ipv6" => address(text).is_ok_and(|a| a.is_ipv6()),
        "cidr" => text
            .split_once('/')
            .is_some_and(|(ip, bits)| address(ip).is_ok_and(|a| bits.parse::<u8>().is_ok_and(|b| b <= if a.is_ipv4() { 32 } else { 128 }))),
        "uuid" => like(r"(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
        "email" => like(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        "hostname" => like(r"^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62}[a-zA-Z0-9])?\.)*[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62}[a-zA-Z0-9])?\.?$"),
        "uri" => like(r"^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]*$") || text.starts_with('/'),
        "mac" => like(r"(?i)^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$"),
        "byte" => like(r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"),
        "hexcolor" => like(r"(?i)^#?([0-9a-f]{3}|[0-9a-f]{6})$"),
        "k8s-short-name" => names::dns1123_label(text).is_empty(),
        "k8s-long-name" => names::dns1123_subdomain(text).is_empty(),
        // No text is known to lack one of these.
        "bsonobjectid" | "uuid3" | "uuid4" | "uuid5" | "isbn" | "isbn10" | "isbn13" | "creditcard" | "ssn" | "rgbcolor" | "password" => {
            true
        }
        _ => return None,
    })
}

fn number(schema: &Value, path: &str, value: &Value, found: &mut Found) {
    let Some(is) = value.as_float() else { return };
    // A whole number's bound is shown whole.
    let shown = |bound: f64| if matches!(value, Value::Int(_)) { (bound as i64).to_string() } else { go_float(bound) };
    let format = schema.get("format").str();
    let kind = schema.get("type").str();
    let fits = match value {
        _ if kind != "integer" => !matches!(format, "float" | "float32") || is.abs() <= f64::from(f32::MAX),
        Value::Int(i) => format != "int32" || i32::try_from(*i).is_ok(),
        _ => is == is.trunc() && is.abs() < i64::MAX as f64,
    };
    if !fits {
        let with = if format.is_empty() { "(default format)".to_owned() } else { format!("with format {format}") };
        let text = format!("Checked value must be of type {kind} {with} in {path}");
        found.causes.push(Cause::invalid("<nil>", &"".into(), &text));
    }
    if let Some(factor) = schema.get("multipleOf").as_float().filter(|f| *f > 0.0) {
        let times = if factor < 1.0 { 1.0 / factor * is } else { is / factor };
        if times != times.trunc() {
            found.invalid(path, value, &format!("should be a multiple of {}", shown(factor)));
        }
    }
    for (bound, exclusive, what, sign) in [("minimum", "exclusiveMinimum", "greater", -1.0), ("maximum", "exclusiveMaximum", "less", 1.0)] {
        let Some(limit) = schema.get(bound).as_float() else { continue };
        // Upstream drops a bound's fraction where the number has none.
        let limit = if kind == "number" && matches!(value, Value::Int(_)) { limit.trunc() } else { limit };
        let (over, strict) = ((is - limit) * sign, schema.get(exclusive).is_true());
        if over > 0.0 || (strict && over == 0.0) {
            let equal = if strict { "" } else { " or equal to" };
            found.invalid(path, value, &format!("should be {what} than{equal} {}", shown(limit)));
        }
    }
    found.count += 2;
}

// Models objectValidator.
fn members(schema: &Value, path: &str, map: &Map, depth: usize, found: &mut Found) {
    let size = map.len() as i64;
    if let Some(min) = schema.get("minProperties").as_int().filter(|min| size < *min) {
        found.invalid(path, &Value::Int(size), &format!("should have at least {min} properties"));
    }
    if let Some(max) = schema.get("maxProperties").as_int().filter(|max| size > *max) {
        found.causes.push(Cause::too_many(field(path), map.len(), max.max(0) as usize));
    }
    let (properties, rest) = (schema.get("properties"), schema.get("additionalProperties"));
    for (key, value) in map.iter().filter(|(k, _)| properties.get(k).is_null()) {
        match rest {
            Value::Bool(false) => {
                found.causes.push(Cause::invalid(field(path), &key.into(), &format!("{path}.{key} in body is a forbidden property")))
            }
            rest => found.merge(walk(rest, &format!("{path}.{key}"), value, depth + 1)),
        }
    }
    for (key, property) in properties.entries() {
        if let Some(value) = map.get(key) {
            found.merge(walk(property, &member(path, key), value, depth + 1));
        }
    }
    for key in schema.get("required").items().iter().filter(|k| !map.contains_key(k.str())) {
        found.causes.push(Cause::required(field(&format!("{path}.{}", key.str())), ""));
    }
    found.count += 1;
}

/// Objects within an object say what they are.
// Models schemaobjectmeta.Validate.
fn embedded(schema: &Value, path: &str, value: &Value, root: bool, depth: usize, causes: &mut Vec<Cause>) {
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return;
    }
    match value {
        Value::Map(map) => {
            if !root && schema.get("x-kubernetes-embedded-resource").is_true() {
                resource(path, value, causes);
            }
            for (key, value) in map.iter() {
                match schema.get("properties").get(key) {
                    Value::Null => embedded(schema.get("additionalProperties"), &format!("{path}[{key}]"), value, false, depth + 1, causes),
                    property => embedded(property, &member(path, key), value, false, depth + 1, causes),
                }
            }
        }
        Value::List(items) => {
            for (i, item) in items.iter().enumerate() {
                embedded(schema.get("items"), &format!("{path}[{i}]"), item, false, depth + 1, causes);
            }
        }
        _ => {}
    }
}

/// What an object within an object must say of itself, and what its metadata must be.
// Models validateEmbeddedResource.
fn resource(path: &str, value: &Value, causes: &mut Vec<Cause>) {
    for key in ["apiVersion", "kind"] {
        let (at, given) = (member(path, key), value.get(key));
        let text = given.str();
        let wrong = if text.is_empty() {
            match given {
                Value::Null | Value::Str(_) => {
                    causes.push(Cause::required(at, ""));
                    continue;
                }
                _ => "must be a string".to_owned(),
            }
        } else if key == "kind" {
            let wrong = names::dns1035_label(&text.lower());
            if wrong.is_empty() { continue } else { format!("may have mixed case, but should otherwise match: {}", wrong.join(",")) }
        } else if text.matches('/').count() > 1 {
            format!("unexpected GroupVersion string: {text}")
        } else {
            continue;
        };
        causes.push(Cause::invalid(at, given, &wrong));
    }
    causes.extend(inner_metadata(value.get("metadata")).into_iter().map(|cause| Cause { field: member(path, &cause.field), ..cause }));
}

/// Lists that are sets, or maps by their items' keys, have each item once.
// Models listtype.ValidateListSetsAndMaps.
fn unique(schema: &Value, path: &str, value: &Value, depth: usize, causes: &mut Vec<Cause>) {
    if depth > DEPTH_MAX || !matches!(schema, Value::Map(_)) {
        return;
    }
    match value {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                let property = schema.get("properties").get(key);
                if property.is_null() {
                    unique(schema.get("additionalProperties"), &format!("{path}[{key}]"), value, depth + 1, causes);
                } else {
                    unique(property, &member(path, key), value, depth + 1, causes);
                }
            }
        }
        Value::List(items) => {
            let keys = schema.get("x-kubernetes-list-map-keys").items();
            let by = |item: &Value| match schema.get("x-kubernetes-list-type").str() {
                "set" => Some(item.clone()),
                "map" => {
                    let given = keys.iter().filter(|k| !item.get(k.str()).is_null());
                    Some(given.map(|k| (k.arc_str(), item.get(k.str()).clone())).collect::<Map>().into())
                }
                _ => None,
            };
            let mut seen: SortedMap<String, usize> = SortedMap::new();
            for (i, item) in items.iter().enumerate() {
                let Some(key) = by(item) else { break };
                if schema.get("x-kubernetes-list-type").str() == "map" && !matches!(item, Value::Map(_)) {
                    causes.push(Cause::invalid(format!("{path}[{i}]"), item, "must be an object for an array of list-type map"));
                    continue;
                }
                let times = seen.entry(key.to_json()).or_default();
                *times += 1;
                if *times == 2 {
                    causes.push(Cause::duplicate(format!("{path}[{i}]"), &key));
                }
            }
            for (i, item) in items.iter().enumerate() {
                unique(schema.get("items"), &format!("{path}[{i}]"), item, depth + 1, causes);
            }
        }
        _ => {}
    }
}

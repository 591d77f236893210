//! What the members of a kustomization are, as Go's decoder reads them into kustomize's types.

use crate::api::Value;
use crate::api::decode::json_kind;

/// What a member is.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Texts,
    Map,
    /// A struct of this type.
    One(&'static str),
    /// Structs of this type, with these members; of those without any nothing more is asked.
    Many(&'static str, &'static str),
}

use Shape::{Many, Map, One, Text, Texts};

/// Members that are read.
const MEMBERS: [(&str, Shape); 26] = [
    ("apiVersion", Text),
    ("kind", Text),
    ("metadata", One("types.ObjectMeta")),
    ("resources", Texts),
    ("bases", Texts),
    ("components", Texts),
    ("namePrefix", Text),
    ("nameSuffix", Text),
    ("namespace", Text),
    ("labels", Many("types.Label", "pairs includeSelectors includeTemplates fields")),
    ("commonLabels", Map),
    ("commonAnnotations", Map),
    ("images", Many("types.Image", "name newName tagSuffix newTag digest")),
    ("imageTags", Many("types.Image", "name newName tagSuffix newTag digest")),
    ("replicas", Many("types.Replica", "name count")),
    ("configMapGenerator", Many("types.ConfigMapArgs", "namespace name behavior literals files envs env options")),
    ("secretGenerator", Many("types.SecretArgs", "namespace name behavior literals files envs env options type")),
    ("generatorOptions", One("types.GeneratorOptions")),
    ("patches", Many("types.Patch", "path patch target options")),
    ("patchesStrategicMerge", Texts),
    ("patchesJson6902", Many("types.Patch", "path patch target options")),
    ("buildMetadata", Texts),
    ("sortOptions", One("types.SortOptions")),
    ("crds", Texts),
    ("openapi", Map),
    ("replacements", Many("types.ReplacementField", "")),
];

/// Why a document is no kustomization, if it is none, in the words of Go's decoder.
pub(super) fn misfit(document: &Value) -> Option<String> {
    let unread = |value: &Value, into: &str| Some(format!("json: cannot unmarshal {} into Go {into}", json_kind(value)));
    if !matches!(document, Value::Map(_) | Value::Null) {
        return unread(document, "value of type types.Kustomization");
    }
    for (name, value) in document.entries() {
        let field = |ty: &str| format!("struct field Kustomization.{name} of type {ty}");
        let Some((_, shape)) = MEMBERS.iter().find(|(member, _)| *member == name.as_str()) else {
            return Some(format!("json: unknown field {:?}", name.as_str()));
        };
        // The type as a whole, and that of what is in it.
        let (whole, inner) = match shape {
            Text => ("string".to_owned(), "string"),
            Texts => ("[]string".to_owned(), "string"),
            Map => ("map[string]string".to_owned(), "string"),
            One(ty) => ((*ty).to_owned(), ""),
            Many(ty, _) => (format!("[]{ty}"), *ty),
        };
        let fits = match shape {
            Text => matches!(value, Value::Str(_)),
            Texts | Many(..) => matches!(value, Value::List(_)),
            Map | One(_) => matches!(value, Value::Map(_)),
        };
        if !(fits || value.is_null()) {
            return unread(value, &field(&whole));
        }
        let held: Vec<&Value> = match shape {
            Map => value.entries().map(|(_, value)| value).collect(),
            _ => value.items().iter().collect(),
        };
        for item in held.into_iter().filter(|item| !item.is_null()) {
            match (shape, item) {
                (Many(_, members), Value::Map(_)) => {
                    let known = |key: &str| members.is_empty() || members.split(' ').any(|member| member == key);
                    if let Some((key, _)) = item.entries().find(|(key, _)| !known(key)) {
                        return Some(format!("json: unknown field {:?}", key.as_str()));
                    }
                }
                (Texts | Map, Value::Str(_)) => {}
                _ => return unread(item, &field(inner)),
            }
        }
    }
    None
}

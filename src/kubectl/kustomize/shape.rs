//! What the members of a kustomization are, as Go's decoder reads them into kustomize's types.

use thiserror::Error;

use crate::api::Value;
use crate::api::decode::json_kind;
use crate::base::List as _;

/// What a member is.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Texts,
    Map,
    /// A struct of this type, with these members; of one without any nothing more is asked.
    ///
    /// A member is a text, or what stands behind its name: `?` for yes or no, `#` for a number, `[]` for texts, `{}` for a map of texts,
    /// `*` for what is looked at no closer.
    One(&'static str, &'static str),
    /// Structs of this type.
    Many(&'static str, &'static str),
}

use Shape::{Many, Map, One, Text, Texts};

/// Members that are read, and those that are refused unless they are empty.
const MEMBERS: [(&str, Shape); 31] = [
    ("apiVersion", Text),
    ("kind", Text),
    ("metadata", One("types.ObjectMeta", "name namespace labels{} annotations{}")),
    ("resources", Texts),
    ("bases", Texts),
    ("components", Texts),
    ("namePrefix", Text),
    ("nameSuffix", Text),
    ("namespace", Text),
    ("labels", Many("types.Label", "pairs{} includeSelectors? includeTemplates? fields*")),
    ("commonLabels", Map),
    ("commonAnnotations", Map),
    ("images", Many("types.Image", "name newName tagSuffix newTag digest")),
    ("imageTags", Many("types.Image", "name newName tagSuffix newTag digest")),
    ("replicas", Many("types.Replica", "name count#")),
    ("configMapGenerator", Many("types.ConfigMapArgs", "namespace name behavior literals[] files[] envs[] env options*")),
    ("secretGenerator", Many("types.SecretArgs", "namespace name behavior literals[] files[] envs[] env options* type")),
    ("generatorOptions", One("types.GeneratorOptions", "labels{} annotations{} disableNameSuffixHash? immutable?")),
    ("patches", Many("types.Patch", "path patch target* options*")),
    ("patchesStrategicMerge", Texts),
    ("patchesJson6902", Many("types.Patch", "path patch target* options*")),
    ("buildMetadata", Texts),
    ("sortOptions", One("types.SortOptions", "order legacySortOptions*")),
    ("crds", Texts),
    ("transformers", Texts),
    ("generators", Texts),
    ("validators", Texts),
    ("configurations", Texts),
    ("openapi", Map),
    ("vars", Many("types.Var", "name objref* fieldref*")),
    ("replacements", Many("types.ReplacementField", "path source* sourceValue targets*")),
];

/// Why a document is no kustomization, in the words of Go's decoder.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Misfit {
    /// A member that there is not.
    #[error("json: unknown field {0:?}")]
    Unknown(String),
    /// Something that is not what it should be.
    #[error("json: cannot unmarshal {found} into Go {wanted}")]
    Type {
        /// What it is.
        found: String,
        /// What it should be: `struct field Kustomization.namePrefix of type string`.
        wanted: String,
    },
}

/// Demands that a document is a kustomization.
pub(super) fn check(document: &Value) -> Result<(), Misfit> {
    let unread = |value: &Value, wanted: String| Err(Misfit::Type { found: json_kind(value).to_owned(), wanted });
    if !matches!(document, Value::Map(_) | Value::Null) {
        return unread(document, "value of type types.Kustomization".to_owned());
    }
    for (name, value) in document.entries() {
        let field = |ty: &str| format!("struct field Kustomization.{name} of type {ty}");
        let Some((_, shape)) = MEMBERS.iter().find(|(member, _)| *member == name.as_str()) else {
            return Err(Misfit::Unknown(name.to_string()));
        };
        // The type as a whole, and that of what is in it.
        let (whole, inner) = match shape {
            Text => ("string".to_owned(), "string"),
            Texts => ("[]string".to_owned(), "string"),
            Map => ("map[string]string".to_owned(), "string"),
            One(ty, _) => ((*ty).to_owned(), ""),
            Many(ty, _) => (format!("[]{ty}"), *ty),
        };
        let fits = match shape {
            Text => matches!(value, Value::Str(_)),
            Texts | Many(..) => matches!(value, Value::List(_)),
            Map | One(..) => matches!(value, Value::Map(_)),
        };
        if !(fits || value.is_null()) {
            return unread(value, field(&whole));
        }
        let held: Vec<&Value> = match shape {
            Map => value.entries().map(|(_, value)| value).list(),
            One(..) => vec![value],
            _ => value.items().iter().list(),
        };
        for item in held.into_iter().filter(|item| !item.is_null()) {
            match (shape, item) {
                (One(ty, members) | Many(ty, members), Value::Map(_)) => {
                    check_members(&format!("{}.{name}", ty.trim_start_matches("types.")), members, item)?;
                }
                (Texts | Map, Value::Str(_)) => {}
                _ => return unread(item, field(inner)),
            }
        }
    }
    Ok(())
}

/// Demands that a struct's members are what they are to be; `of` is what the struct is in.
fn check_members(of: &str, members: &str, held: &Value) -> Result<(), Misfit> {
    for (key, value) in held.entries().filter(|_| !members.is_empty()) {
        let shape = members.split(' ').find_map(|member| {
            let rest = member.strip_prefix(key.as_str())?;
            (!rest.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(rest)
        });
        let (fits, ty) = match shape {
            None => return Err(Misfit::Unknown(key.to_string())),
            Some("") => (matches!(value, Value::Str(_)), "string"),
            Some("?") => (matches!(value, Value::Bool(_)), "bool"),
            Some("#") => (matches!(value, Value::Int(_)), "int64"),
            Some("[]") => (matches!(value, Value::List(_)), "[]string"),
            Some("{}") => (matches!(value, Value::Map(_)), "map[string]string"),
            Some(_) => continue,
        };
        let texts = value.items().iter().chain(value.entries().map(|(_, text)| text));
        let odd = texts.filter(|_| fits).find(|text| !matches!(text, Value::Str(_) | Value::Null));
        let (wrong, ty) = match odd {
            Some(odd) => (odd, "string"),
            None if fits || value.is_null() => continue,
            None => (value, ty),
        };
        let found = match wrong {
            Value::Float(_) if ty == "int64" => format!("number {}", wrong.to_json()),
            _ => json_kind(wrong).to_owned(),
        };
        return Err(Misfit::Type { found, wanted: format!("struct field {of}.{key} of type {ty}") });
    }
    Ok(())
}

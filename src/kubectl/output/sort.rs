//! `--sort-by`: objects in the order of one of their members.

use thiserror::Error;

use super::{JsonPath, JsonPathError, relaxed_path};
use crate::api::{Quantity, Value};
use crate::base::{List as _, pdqsorted};

/// Why objects cannot be sorted, in kubectl's words.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SortError {
    /// The path cannot be read or evaluated.
    #[error("sorting error: {0}")]
    Path(#[from] JsonPathError),
    /// No object has the member.
    #[error("couldn't find any field with path {path} in the list of objects", path = crate::api::quote(.0))]
    NotFound(String),
    /// The member is neither a number nor a string. kubectl says so in its log and leaves.
    #[error("Field {path} in [][][]reflect.Value is an unsortable type: interface, err: {reason}")]
    Unsortable {
        /// The path as a template.
        path: String,
        /// What was found there.
        reason: Unsortable,
    },
}

/// Why values have no order.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Unsortable {
    /// One is of a type without one.
    #[error("unsortable type: {0}")]
    Type(&'static str),
    /// They are of several types.
    #[error("unsortable interface: interface")]
    Mixed,
}

/// The order of objects by the member at a path such as `.metadata.name`, as their places; objects without it come first. Quantities are
/// compared as such. Where there are none, any path will do.
///
/// Where `kubectl get` prints a table of one kind it swallows [`SortError::Path`] and [`SortError::NotFound`]: nothing is printed, so
/// it says that no resources were found.
// Models NewTableSorter and isLess of k8s.io/kubectl/pkg/cmd/get.
pub fn sorted_places(objects: &[&Value], path: &str) -> Result<Vec<usize>, SortError> {
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    let template = relaxed_path(path).unwrap_or_else(|_| path.to_owned());
    let parsed = JsonPath::parse(&template)?;
    let key = |o: &&Value| Ok(parsed.find(o, true)?.into_iter().next().and_then(|found| found.into_iter().next()));
    let keys = objects.iter().map(key).collect::<Result<Vec<Option<Value>>, JsonPathError>>()?;
    if keys.iter().all(Option::is_none) {
        return Err(SortError::NotFound(template));
    }
    let unsortable = |reason: Unsortable| SortError::Unsortable { path: template.clone(), reason };
    let kind = |v: &Value| match v {
        Value::Int(_) => 1,
        Value::Float(_) => 2,
        Value::Str(_) => 3,
        _ => 0,
    };
    let present: Vec<&Value> = keys.iter().flatten().filter(|k| !k.is_null()).list();
    // What is alone is compared with nothing.
    if let Some(odd) = present.iter().find(|k| kind(k) == 0).filter(|_| present.len() > 1) {
        return Err(unsortable(Unsortable::Type(odd.go_type())));
    }
    if present.windows(2).any(|pair| kind(pair[0]) != kind(pair[1])) {
        return Err(unsortable(Unsortable::Mixed));
    }
    Ok(pdqsorted(objects.len(), &mut |a, b| match (&keys[a], &keys[b]) {
        (Some(a), Some(b)) => less(a, b),
        // Each of those that have none says that it comes before the others.
        (a, _) => a.is_none(),
    }))
}

fn less(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a < b,
        (Value::Float(a), Value::Float(b)) => a < b,
        (Value::Str(a), Value::Str(b)) => match (Quantity::parse(a), Quantity::parse(b)) {
            (Ok(a), Ok(b)) => a < b,
            _ => a < b,
        },
        (a, b) => a.is_null() && !b.is_null(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Object;
    use crate::obj;

    fn sorted(path: &str) -> Result<String, String> {
        let objects = [
            obj!({"metadata": {"name": "b"}, "n": 10, "q": "1Gi", "list": [1], "map": {}}),
            obj!({"metadata": {"name": "a"}, "n": 9, "q": "500Mi", "list": [], "some": "x"}),
            obj!({"metadata": {"name": "c"}, "n": 11, "q": "2k"}),
        ];
        let places = sorted_places(&objects.each_ref(), path).map_err(|e| e.to_string())?;
        Ok(places.iter().map(|at| objects[*at].name()).collect())
    }

    #[test]
    fn objects_are_sorted_by_what_a_path_finds() {
        assert_eq!(sorted(".metadata.name").as_deref(), Ok("abc"));
        assert_eq!(sorted("{.metadata.name}").as_deref(), Ok("abc"));
        assert_eq!(sorted("n").as_deref(), Ok("abc"));
        assert_eq!(sorted(".q").as_deref(), Ok("cab"));
        assert_eq!(sorted(".some").as_deref(), Ok("cba"));
        assert_eq!(sorted(".map").as_deref(), Ok("cab"));
        assert_eq!(sorted(".nope"), Err("couldn't find any field with path \"{.nope}\" in the list of objects".into()));
        assert_eq!(sorted("{.metadata.name"), Err("sorting error: unclosed action".into()));
        assert_eq!(
            sorted(".list"),
            Err("Field {.list} in [][][]reflect.Value is an unsortable type: interface, err: unsortable type: []interface {}".into())
        );
        assert_eq!(sorted_places(&[], ".nope"), Ok(Vec::new()));
        assert_eq!(sorted_places(&[&Value::map()], ".nope"), Err(SortError::NotFound("{.nope}".into())));
    }
}

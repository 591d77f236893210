//! Conversion between a kind's served versions and the stored one.

use super::{KindRef, Value};

/// An object of a served version as the stored version has it.
pub fn to_stored(kind: KindRef, version: &str, object: Value) -> Value {
    let _ = (kind, version);
    object
}

/// A stored object as another served version has it.
pub fn to_version(kind: KindRef, version: &str, object: Value) -> Value {
    let _ = (kind, version);
    object
}

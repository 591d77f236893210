//! Patches: each format in its own file.

mod json;
mod merge;
mod strategic;

use super::Patch;
use crate::api::{KindRef, Status, Value};

pub use json::json_patch;
pub use merge::{merge_diff, merge_patch, three_way_merge_patch};
pub use strategic::{strategic_merge_patch, three_way_strategic_patch};

/// The object that a patch makes of `current`.
pub(super) fn apply(kind: KindRef, current: &Value, patch: &Patch, name: &str) -> Result<Value, Status> {
    let _ = name;
    match patch {
        Patch::Json(operations) => json_patch(current, operations),
        Patch::Merge(changes) => {
            let mut next = current.clone();
            merge_patch(&mut next, changes);
            Ok(next)
        }
        Patch::Strategic(changes) => strategic_merge_patch(kind, current, changes),
    }
}

//! The patch by which `kubectl apply`, `diff` and `edit` make an object what it is to be: three-way, by the kind's schema or by JSON merge.

use super::error::CliError;
use super::last_applied;
use super::output::{go_plain, to_compact_json};
use super::resources::Info;
use crate::api::convert::to_stored;
use crate::api::well_known::LAST_APPLIED;
use crate::api::{KindRef, Object, Value, split_api_version};
use crate::server::{Patch, merge_patch, strategic_merge_patch, three_way_merge_patch, three_way_strategic_patch};

/// Whether the kind is patched by its schema; others by JSON merge.
fn uses_strategic(kind: KindRef) -> bool {
    kind.custom.is_none() && !matches!(kind.group, "apiextensions.k8s.io" | "apiregistration.k8s.io")
}

/// A three-way patch as it is sent.
pub fn patch_of(kind: KindRef, patch: Value) -> Patch {
    if uses_strategic(kind) { Patch::Strategic(patch) } else { Patch::Merge(patch) }
}

/// An object as a patch leaves it that is not sent.
// Models PatchLocal.
pub fn patched_here(kind: KindRef, current: &Value, patch: &Value) -> Result<Value, CliError> {
    if uses_strategic(kind) {
        let patched = strategic_merge_patch(kind, current, patch);
        return patched.map_err(|s| CliError::Message(format!("applying patch locally: {}", s.into_message())));
    }
    let mut object = current.clone();
    merge_patch(&mut object, patch);
    Ok(object)
}

/// The patch that makes `current` what is applied now, without what was applied before and is no longer. A file may be at another served
/// version than the one that is stored: what it says, and what it said before, is compared as the stored version has it.
pub fn three_way(kind: KindRef, current: &Value, modified: &Value) -> Value {
    let stored = |object: &Value| {
        let (_, version) = split_api_version(object.api_version());
        let mut object = if version == kind.version { object.clone() } else { to_stored(kind, version, object.clone()) };
        if kind.custom.is_some() && !object.get("apiVersion").is_null() {
            object.set(&["apiVersion"], kind.api_version());
        }
        object
    };
    let original = last_applied::original(current).map_or_else(Value::map, |o| stored(&o));
    three_way_patch(kind, &original, &stored(modified), current)
}

/// The same of objects that are all at the version that is stored.
pub fn three_way_patch(kind: KindRef, original: &Value, modified: &Value, current: &Value) -> Value {
    if uses_strategic(kind) {
        three_way_strategic_patch(kind, original, modified, current)
    } else {
        three_way_merge_patch(original, modified, current)
    }
}

/// What is said of a patch that would change the kind, as where a file calls it `pod`: such a one is not sent.
// Models the precondition mergepatch.RequireKeyUnchanged.
pub fn other_kind(patch: &Value, modified: &Value, current: &Value, info: &Info) -> Option<CliError> {
    if patch.get("kind").is_null() || !uses_strategic(info.kind) {
        return None;
    }
    let message = format!(
        "creating patch with:\noriginal:\n{}\nmodified:\n{}\n\ncurrent:\n{}\n\nfor: precondition failed for: {}",
        current.annotation(LAST_APPLIED).unwrap_or_default(),
        to_compact_json(modified),
        to_compact_json(current),
        go_plain(patch)
    );
    Some(CliError::Message(message).with_source("patching", &info.source))
}

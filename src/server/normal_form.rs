//! What can be written in several ways is put into one form by the registries, before validation.

use crate::api::{KindRef, Value};
use crate::obj;

/// Puts a new object, or one that replaces `old`, into that form.
pub(super) fn settle(kind: KindRef, object: &mut Value, old: &Value) {
    match (kind.group, kind.plural) {
        ("", "persistentvolumeclaims") => settle_sources(object, old.get("spec")),
        ("", "serviceaccounts") if !object.get("secrets").is_empty() => {
            for secret in object.get_mut("secrets").list_mut() {
                let name = secret.get("name").clone();
                *secret = if name.is_null() { Value::map() } else { obj!({"name": name}) };
            }
        }
        ("discovery.k8s.io", _) if !object.get("endpoints").is_empty() && !object.get("endpoints").same(old.get("endpoints")) => {
            for endpoint in object.get_mut("endpoints").list_mut() {
                endpoint.remove(&["deprecatedTopology"]);
            }
        }
        _ => {}
    }
}

const SOURCE: [&str; 2] = ["spec", "dataSource"];
const REFERENCE: [&str; 2] = ["spec", "dataSourceRef"];

/// A claim names the source of its volume in two fields (`dataSource`, `dataSourceRef`): whichever is set sets the other. The older one may
/// only name claims and snapshots; anything else in it is dropped.
// Models EnforceDataSourceBackwardsCompatibility and NormalizeDataSources, where no source is of another namespace.
fn settle_sources(claim: &mut Value, old: &Value) {
    if !claim.at(&REFERENCE).get("namespace").is_empty() && old.get("dataSourceRef").is_null() {
        claim.remove(&REFERENCE);
    }
    let (source, reference) = (claim.at(&SOURCE), claim.at(&REFERENCE));
    if source.is_null() == reference.is_null() {
        return;
    }
    let known = matches!(
        (source.get("apiGroup").str(), source.get("kind").str()),
        ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
    );
    let is_change = !old.get("dataSource").is_null() || !old.get("dataSourceRef").is_null();
    if reference.is_null() && !known && !is_change {
        claim.remove(&SOURCE);
    } else if reference.is_null() {
        let source = source.clone();
        claim.set(&REFERENCE, source);
    } else if reference.get("namespace").is_empty() {
        let mut reference = reference.clone();
        reference.remove(&["namespace"]);
        claim.set(&SOURCE, reference);
    }
}

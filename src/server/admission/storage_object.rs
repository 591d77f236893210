//! DefaultStorageClass: a claim that names no class gets the default one.

use super::ApiServer;
use crate::api::{Kind, Object, Value};

pub(super) fn admit(server: &ApiServer, claim: &mut Value) {
    if !claim.at(&["spec", "storageClassName"]).is_null() {
        return;
    }
    let is_default = |c: &&Value| c.annotation("storageclass.kubernetes.io/is-default-class") == Some("true");
    if let Some(class) = server.iter(Kind::named("StorageClass"), None).find(is_default) {
        let name = class.name_arc();
        claim.set(&["spec", "storageClassName"], name);
    }
}

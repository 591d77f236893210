//! DefaultStorageClass and DefaultIngressClass: a claim or an Ingress that names no class gets the default one.

use super::ApiServer;
use crate::api::well_known::BETA_STORAGE_CLASS;
use crate::api::{Kind, Object, Value};

/// How one kind of object names its class.
pub(super) struct Naming {
    /// The kind of the classes.
    classes: &'static str,
    /// The member of the spec that names the class.
    member: &'static str,
    /// The annotation that named it before that member existed.
    before: &'static str,
    /// The annotations that make a class the default.
    marks: &'static [&'static str],
}

pub(super) static STORAGE: Naming = Naming {
    classes: "StorageClass",
    member: "storageClassName",
    before: BETA_STORAGE_CLASS,
    marks: &["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"],
};
pub(super) static INGRESS: Naming = Naming {
    classes: "IngressClass",
    member: "ingressClassName",
    before: "kubernetes.io/ingress.class",
    marks: &["ingressclass.kubernetes.io/is-default-class"],
};

impl Naming {
    /// Sets the default class of an object that names none. Of several defaults it is the newest and, of those created in the same second,
    /// the first by name.
    pub(super) fn admit(&self, server: &ApiServer, object: &mut Value) -> bool {
        if !object.at(&["spec", self.member]).is_null() || object.annotation(self.before).is_some() {
            return false;
        }
        let defaults =
            server.iter(Kind::named(self.classes), None).filter(|c| self.marks.iter().any(|mark| c.annotation(mark) == Some("true")));
        let born = |c: &Value| c.at(&["metadata", "creationTimestamp"]).arc_str();
        let Some(newest) = defaults.reduce(|best, c| if born(c) > born(best) { c } else { best }) else { return false };
        object.set(&["spec", self.member], newest.name_arc());
        true
    }
}

impl ApiServer {
    /// Sets the default class of a claim that names none; says whether it did.
    pub fn give_default_class(&self, claim: &mut Value) -> bool {
        STORAGE.admit(self, claim)
    }
}

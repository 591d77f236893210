//! DefaultStorageClass and DefaultIngressClass: a claim or an Ingress that names no class gets the default one.

use super::ApiServer;
use crate::api::well_known::BETA_STORAGE_CLASS;
use crate::api::{Kind, Object, Value};

/// How objects of one kind name their class.
pub(super) struct Naming {
    /// What the classes are.
    classes: &'static str,
    /// What names the class in the spec.
    member: &'static str,
    /// The annotation that named it before there was a member for it.
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
    /// Gives an object that names no class the default one: the newest, and of those made in one second the first by name.
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
    /// Gives a claim that names no class the default one, where there is one; says whether it did.
    pub fn give_default_class(&self, claim: &mut Value) -> bool {
        STORAGE.admit(self, claim)
    }
}

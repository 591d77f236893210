//! Custom kinds: rows of kinds made from CustomResourceDefinitions, and the work of their schemas on objects. Nothing here may know which
//! definitions a cluster has.

mod check;
mod rules;
mod shape;

use std::cmp::Reverse;
use std::sync::{Mutex, OnceLock};

pub use check::{check, check_default, check_status, has_format, warned};
pub use rules::{Rules, field_path};
pub use shape::{convert, decode, fill, is_pruned, read, to_stored};

use super::{Kind, KindRef, Object, Value};
use crate::base::{List as _, Order as _};

/// What a definition says beyond the row of its kind.
#[derive(Debug)]
pub struct Custom {
    /// The singular name.
    pub singular: &'static str,
    /// As in `kind: CronTabList`.
    pub list_kind: &'static str,
    /// The versions that are served, the preferred one first.
    pub versions: Vec<&'static str>,
    /// The definition's `spec`.
    pub spec: Value,
    /// Whether the definition is terminating, so that nothing can be created.
    terminating: bool,
    names: Value,
    /// The rules of each served version's schema, compiled when they are first needed.
    rules: Vec<OnceLock<Option<Rules>>>,
}

static NULL: Value = Value::Null;

impl Custom {
    /// One of `spec.versions`; null where there is none of that name.
    pub fn version(&self, name: &str) -> &Value {
        self.spec.get("versions").named(name).unwrap_or(&NULL)
    }

    /// The schema of a version.
    pub fn schema(&self, version: &str) -> &Value {
        self.version(version).at(&["schema", "openAPIV3Schema"])
    }

    /// The rules in CEL of a served version's schema, where it has any.
    fn rules(&self, version: &str) -> Option<&Rules> {
        let place = self.versions.iter().position(|v| *v == version)?;
        self.rules[place].get_or_init(|| Rules::new(self.schema(version), true)).as_ref()
    }

    /// The version that is stored.
    pub fn storage(&self) -> &Value {
        self.spec.get("versions").items().iter().find(|v| v.get("storage").is_true()).unwrap_or(&NULL)
    }

    /// Whether a version has the `status` subresource.
    pub fn has_status(&self, version: &str) -> bool {
        !self.version(version).at(&["subresources", "status"]).is_null()
    }

    /// The `scale` subresource of a version; null where it has none.
    pub fn scale(&self, version: &str) -> &Value {
        self.version(version).at(&["subresources", "scale"])
    }
}

const VERBS: &[&str] = &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const VERBS_AT_THE_END: &[&str] = &["delete", "deletecollection", "get", "list", "watch"];

/// The kind of a definition; none before its names are accepted.
///
/// Equal definitions share a row. Rows live as long as the program, like interned names in a compiler: there are only as many as there were
/// different definitions.
// Models apiextensions' DiscoveryController.
pub fn kind_of(definition: &Value) -> Option<KindRef> {
    static ROWS: Mutex<Vec<KindRef>> = Mutex::new(Vec::new());
    if definition.condition("Established") != "True" {
        return None;
    }
    let (spec, names) = (definition.get("spec"), definition.at(&["status", "acceptedNames"]));
    let terminating = definition.condition("Terminating") == "True";
    let mut rows = ROWS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let same = |c: &Custom| c.terminating == terminating && c.spec.same(spec) && c.names.same(names);
    if let Some(row) = rows.iter().find(|k| k.custom.as_ref().is_some_and(same)) {
        return Some(row);
    }
    let text = |value: &Value| -> &'static str { value.str().to_owned().leak() };
    let texts = |value: &Value| -> &'static [&'static str] { value.items().iter().map(text).list().leak() };
    let served = spec.get("versions").items().iter().filter(|v| v.get("served").is_true());
    let mut versions: Vec<&'static str> = served.map(|v| text(v.get("name"))).list();
    versions.order_by_key(|v| Reverse(priority(v)));
    let row: KindRef = Box::leak(Box::new(Kind {
        group: text(spec.get("group")),
        version: versions.first()?,
        kind: text(names.get("kind")),
        plural: text(names.get("plural")),
        short_names: texts(names.get("shortNames")),
        namespaced: spec.get("scope").str() == "Namespaced",
        verbs: if terminating { VERBS_AT_THE_END } else { VERBS },
        categories: texts(names.get("categories")),
        custom: Some(Custom {
            singular: text(names.get("singular")),
            list_kind: text(names.get("listKind")),
            rules: versions.iter().map(|_| OnceLock::new()).list(),
            versions,
            spec: spec.clone(),
            terminating,
            names: names.clone(),
        }),
    }));
    rows.push(row);
    Some(row)
}

/// The priority of a version: `v2` before `v1`, `v1` before `v2beta1`, `v2beta1` before `v2alpha3`, any other name last.
// Models version.CompareKubeAwareVersionStrings.
fn priority(version: &str) -> (u8, u32, u32, Reverse<&str>) {
    let parse = || {
        let rest = version.strip_prefix('v')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let major: u32 = rest[..digits].parse().ok()?;
        let stage = &rest[digits..];
        if stage.is_empty() {
            return Some((3, major, 0));
        }
        let (level, minor) = stage.strip_prefix("beta").map(|m| (2, m)).or_else(|| stage.strip_prefix("alpha").map(|m| (1, m)))?;
        Some((level, major, minor.parse().ok()?))
    };
    parse().map_or((0, 0, 0, Reverse(version)), |(level, major, minor)| (level, major, minor, Reverse("")))
}

#[cfg(test)]
mod tests;

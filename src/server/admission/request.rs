//! A request as admission plugins see it, and whether it matches the rules and selectors of policies and webhooks.
// Models k8s.io/apiserver/pkg/admission's Attributes, and the matchers of plugin/policy/matching and plugin/webhook/predicates.

use super::{ApiServer, Subresource};
use crate::api::selector::LabelSelector;
use crate::api::{KindRef, Object, Value, kinds, schema};
use crate::base::Case as _;
use crate::obj;
use crate::server::authorization::{User, lists};

/// The request.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The kind of the object that is written.
    pub kind: KindRef,
    /// `CREATE`, `UPDATE`, `DELETE`.
    pub operation: &'static str,
    /// The subresource.
    pub sub: Subresource,
    /// The object as it is to become; null for a delete.
    pub object: &'a Value,
    /// The object as it is; null for a create.
    pub old: &'a Value,
    /// Whether it is a dry run.
    pub dry_run: bool,
}

impl Request<'_> {
    /// The object as it is to become, or the one that is to be deleted.
    pub(super) fn any(&self) -> &Value {
        if self.object.is_null() { self.old } else { self.object }
    }

    /// The namespace; for a namespace, itself.
    pub(super) fn namespace(&self) -> &str {
        if self.is_namespace() { self.any().name() } else { self.any().namespace() }
    }

    /// Whether the object is a namespace.
    pub(super) fn is_namespace(&self) -> bool {
        self.kind == kinds::NAMESPACE
    }

    /// Whether it matches a rule.
    fn is_of(&self, rule: &Value, equivalent: bool) -> bool {
        let any = |member: &str, fits: &dyn Fn(&str) -> bool| lists(rule, member, fits);
        let cluster_wide = self.is_namespace() || self.namespace().is_empty();
        let names = rule.get("resourceNames").items();
        (match rule.get("scope").str() {
            "Cluster" => cluster_wide,
            "Namespaced" => !cluster_wide,
            _ => true,
        }) && any("operations", &|o| o == self.operation)
            && any("apiGroups", &|g| g == self.kind.group)
            && any("apiVersions", &|v| v == self.kind.version || (equivalent && schema::schema().versions(self.kind).contains(&v)))
            && rule.get("resources").items().iter().any(|r| {
                let (resource, sub) = r.str().split_once('/').unwrap_or((r.str(), ""));
                (resource == "*" || resource == self.kind.plural) && (sub == "*" || sub == self.sub.name())
            })
            && (names.is_empty() || names.iter().any(|n| n.str() == self.any().name()))
    }

    /// Whether it matches the constraints of a policy, a binding or a webhook, whose rules are in the member of this name.
    pub(super) fn meets(&self, server: &ApiServer, constraints: &Value, rules: &str) -> bool {
        if constraints.is_null() {
            return true;
        }
        let selector = |member: &str| LabelSelector::from_object(constraints.get(member)).unwrap_or_default();
        let (of_namespace, of_object) = (selector("namespaceSelector"), selector("objectSelector"));
        let labels = match self.namespace() {
            _ if self.is_namespace() => self.any().labels(),
            "" => &Value::Null,
            name => server.peek(kinds::NAMESPACE, "", name).map_or(&Value::Null, |n| n.labels()),
        };
        let namespaced = !self.namespace().is_empty();
        if namespaced && !of_namespace.is_everything() && !of_namespace.matches(labels) {
            return false;
        }
        let has = |o: &Value| !o.is_null() && of_object.matches(o.labels());
        if !of_object.is_everything() && !has(self.object) && !has(self.old) {
            return false;
        }
        let equivalent = constraints.get("matchPolicy").str() != "Exact";
        let of = |member: &str| constraints.get(member).items().iter().any(|rule| self.is_of(rule, equivalent));
        !of("excludeResourceRules") && (constraints.get(rules).is_empty() || of(rules))
    }

    /// The request as expressions see it (`request`).
    pub(super) fn to_value(self, user: &User) -> Value {
        let kind = match self.sub {
            Subresource::Scale => obj!({"group": "autoscaling", "version": "v1", "kind": "Scale"}),
            _ => obj!({"group": self.kind.group, "version": self.kind.version, "kind": self.kind.kind}),
        };
        let resource = obj!({"group": self.kind.group, "version": self.kind.version, "resource": self.kind.plural});
        let mut options = self.operation.lower();
        options[..1].make_ascii_uppercase();
        let mut request = obj!({
            "uid": "", "kind": kind.clone(), "resource": resource.clone(), "requestKind": kind, "requestResource": resource,
            "operation": self.operation, "userInfo": user.to_value(), "object": null, "oldObject": null, "dryRun": self.dry_run,
            "options": {"apiVersion": "meta.k8s.io/v1", "kind": format!("{options}Options")}
        });
        let sub = self.sub.name();
        let texts = [("subResource", sub), ("requestSubResource", sub), ("name", self.any().name()), ("namespace", self.namespace())];
        for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            request.set(&[key], text);
        }
        request
    }
}

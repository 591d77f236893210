//! Service accounts, roles and their bindings.

use super::metadata::go_list;
use super::page::Page;
use crate::api::{Object, Value, kinds, policy_rule};
use crate::base::{List as _, Order as _};

pub(super) fn service_account(page: &mut Page, account: &Value) {
    page.head(account);
    let secrets: Vec<&str> = account.get("imagePullSecrets").items().iter().map(|s| s.get("name").str()).list();
    let title = "Image pull secrets:";
    if secrets.is_empty() {
        page.line(0, format_args!("{title}\t<none>"));
    }
    for (i, secret) in secrets.iter().enumerate() {
        let head = if i == 0 { title } else { "                   " };
        page.line(0, format_args!("{head}\t{secret}"));
    }
    page.events(kinds::SERVICE_ACCOUNT, account);
}

/// What tables say of rules, sorted: resource, paths, names and verbs.
// Models kubectl's describe of roles and `auth can-i --list`, with rbac.SortableRuleSlice.
pub fn rule_rows(rules: &[Value]) -> Vec<[String; 4]> {
    let mut rules = policy_rule::compact(&policy_rule::taken_apart(rules));
    rules.order_by_key(|rule| {
        let members = [("Verbs", "verbs"), ("APIGroups", "apiGroups"), ("Resources", "resources"), ("ResourceNames", "resourceNames")];
        let texts: String = members.iter().map(|(title, member)| format!("{title}:{},", go_list(rule.get(member)))).collect();
        format!("{texts}NonResourceURLs:{}", go_list(rule.get("nonResourceURLs")))
    });
    let row = |rule: &Value| {
        let first = |member: &str| rule.get(member).items().first().map_or("", Value::str);
        let resource = match (first("resources"), first("apiGroups")) {
            (resource, "") => resource.to_owned(),
            (resource, group) => match resource.split_once('/') {
                Some((resource, sub)) => format!("{resource}.{group}/{sub}"),
                None => format!("{resource}.{group}"),
            },
        };
        let [urls, names, verbs] = ["nonResourceURLs", "resourceNames", "verbs"].map(|member| go_list(rule.get(member)));
        [resource, urls, names, verbs]
    };
    rules.iter().map(row).list()
}

// Models RoleDescriber.
pub(super) fn role(page: &mut Page, role: &Value) {
    page.name(role);
    page.labels_and_annotations(role);
    page.line(0, "PolicyRule:");
    page.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.line(1, "---------\t-----------------\t--------------\t-----");
    for row in rule_rows(role.get("rules").items()) {
        page.line(1, row.join("\t"));
    }
}

pub(super) fn role_binding(page: &mut Page, binding: &Value) {
    page.name(binding);
    page.labels_and_annotations(binding);
    let role = binding.get("roleRef");
    page.line(0, "Role:");
    page.field(1, "Kind", role.kind());
    page.field(1, "Name", role.get("name").str());
    page.line(0, "Subjects:");
    page.line(1, "Kind\tName\tNamespace");
    page.line(1, "----\t----\t---------");
    for s in binding.get("subjects").items() {
        page.line(1, format_args!("{}\t{}\t{}", s.kind(), s.get("name").str(), s.get("namespace").str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn rules_are_put_together_by_resource() {
        let rules = obj!([
            {"apiGroups": ["", "apps"], "resources": ["pods"], "verbs": ["get", "list"]},
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["watch", "get"]},
            {"nonResourceURLs": ["/healthz"], "verbs": ["get"]}
        ]);
        let rows: Vec<String> = rule_rows(rules.items()).iter().map(|row| row.join("|")).collect();
        assert_eq!(rows, ["pods|[]|[]|[get list watch]", "pods.apps|[]|[]|[get list]", "|[/healthz]|[]|[get]"]);
    }
}

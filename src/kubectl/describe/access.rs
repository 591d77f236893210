//! Service accounts, roles and their bindings.

use super::metadata::go_list;
use super::page::Page;
use crate::api::{Kind, Object, Value};
use crate::base::Order as _;

pub(super) fn service_account(page: &mut Page, account: &Value) {
    page.head(account);
    let secrets: Vec<&str> = account.get("imagePullSecrets").items().iter().map(|s| s.get("name").str()).collect();
    let title = "Image pull secrets:";
    if secrets.is_empty() {
        page.line(0, format_args!("{title}\t<none>"));
    }
    for (i, secret) in secrets.iter().enumerate() {
        let head = if i == 0 { title } else { "                   " };
        page.line(0, format_args!("{head}\t{secret}"));
    }
    page.events(Kind::named("ServiceAccount"), account);
}

/// A rule of a role, taken apart: at most one group, resource and name.
#[derive(Clone, PartialEq)]
struct Rule {
    verbs: Vec<String>,
    group: Option<String>,
    resource: Option<String>,
    name: Option<String>,
    url: Option<String>,
}

impl Rule {
    fn lists(&self) -> [Value; 5] {
        let one = |text: &Option<String>| Value::from(text.iter().map(|t| Value::from(t.as_str())).collect::<Vec<_>>());
        let verbs = Value::from(self.verbs.iter().map(|v| Value::from(v.as_str())).collect::<Vec<_>>());
        [verbs, one(&self.group), one(&self.resource), one(&self.name), one(&self.url)]
    }

    /// What rules are sorted by.
    fn sort_key(&self) -> String {
        let [verbs, groups, resources, names, urls] = self.lists().map(|l| go_list(&l));
        format!("&PolicyRule{{Verbs:{verbs},APIGroups:{groups},Resources:{resources},ResourceNames:{names},NonResourceURLs:{urls},}}")
    }
}

// Models RoleDescriber, with BreakdownRule and CompactRules.
pub(super) fn role(page: &mut Page, role: &Value) {
    page.name(role);
    page.labels_and_annotations(role);
    page.line(0, "PolicyRule:");
    page.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.line(1, "---------\t-----------------\t--------------\t-----");
    for rule in compact(role.get("rules")) {
        let resource = match (rule.resource.as_deref(), rule.group.as_deref()) {
            (None, _) => String::new(),
            (Some(resource), None | Some("")) => resource.to_owned(),
            (Some(resource), Some(group)) => match resource.split_once('/') {
                Some((resource, sub)) => format!("{resource}.{group}/{sub}"),
                None => format!("{resource}.{group}"),
            },
        };
        let [verbs, _, _, names, urls] = rule.lists().map(|l| go_list(&l));
        page.line(1, format_args!("{resource}\t{urls}\t{names}\t{verbs}"));
    }
}

/// Rules taken apart and those for one resource put together, sorted.
fn compact(rules: &Value) -> Vec<Rule> {
    let texts = |v: &Value| -> Vec<String> { v.items().iter().map(|t| t.str().to_owned()).collect() };
    let mut out: Vec<Rule> = Vec::new();
    for rule in rules.items() {
        let (verbs, names) = (texts(rule.get("verbs")), texts(rule.get("resourceNames")));
        let names: Vec<Option<String>> = if names.is_empty() { vec![None] } else { names.into_iter().map(Some).collect() };
        for group in texts(rule.get("apiGroups")) {
            for resource in texts(rule.get("resources")) {
                for name in &names {
                    let same = |r: &&mut Rule| {
                        r.url.is_none() && r.group.as_ref() == Some(&group) && r.resource.as_ref() == Some(&resource) && r.name == *name
                    };
                    match out.iter_mut().find(same) {
                        Some(have) => {
                            for verb in &verbs {
                                if !have.verbs.contains(verb) {
                                    have.verbs.push(verb.clone());
                                }
                            }
                        }
                        None => out.push(Rule {
                            verbs: verbs.clone(),
                            group: Some(group.clone()),
                            resource: Some(resource.clone()),
                            name: name.clone(),
                            url: None,
                        }),
                    }
                }
            }
        }
        for url in texts(rule.get("nonResourceURLs")) {
            for verb in &verbs {
                out.push(Rule { verbs: vec![verb.clone()], group: None, resource: None, name: None, url: Some(url.clone()) });
            }
        }
    }
    out.order_by_key(Rule::sort_key);
    out
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
        let rows: Vec<String> = compact(&rules).iter().map(Rule::sort_key).collect();
        assert_eq!(rows.len(), 3);
        assert!(rows[0].contains("Verbs:[get list watch],APIGroups:[],Resources:[pods]"), "{rows:?}");
        assert!(rows[1].contains("Verbs:[get list],APIGroups:[apps]"), "{rows:?}");
        assert!(rows[2].contains("NonResourceURLs:[/healthz]"), "{rows:?}");
    }
}

//! Rules of roles (`rbac/v1` PolicyRule): taken apart, put together and compared.

use super::Value;
use crate::base::List as _;
use crate::obj;

/// The same rules with one verb, group, resource and name each, or one verb and one path.
// Models kubectl's rbac.BreakdownRule.
pub fn taken_apart(rules: &[Value]) -> Vec<Value> {
    let mut parts = Vec::new();
    for rule in rules {
        let (verbs, names) = (rule.get("verbs").items(), rule.get("resourceNames").items());
        for group in rule.get("apiGroups").items() {
            for resource in rule.get("resources").items() {
                for verb in verbs {
                    let part = obj!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
                    if names.is_empty() {
                        parts.push(part.clone());
                    }
                    for name in names {
                        let mut named = part.clone();
                        named.set(&["resourceNames"], obj!([name]));
                        parts.push(named);
                    }
                }
            }
        }
        for url in rule.get("nonResourceURLs").items() {
            for verb in verbs {
                parts.push(obj!({"nonResourceURLs": [url], "verbs": [verb]}));
            }
        }
    }
    parts
}

/// Rules that were taken apart, with the verbs for one resource, and name of it, put together.
// Models kubectl's rbac.CompactRules.
pub fn compact(parts: &[Value]) -> Vec<Value> {
    let mut whole: Vec<Value> = Vec::new();
    for part in parts {
        let same = |have: &&mut Value| {
            part.get("nonResourceURLs").is_empty()
                && ["apiGroups", "resources", "resourceNames"].iter().all(|member| have.get(member) == part.get(member))
        };
        match whole.iter_mut().find(same) {
            Some(have) => {
                let verbs = have.at_mut(&["verbs"]).list_mut();
                for verb in part.get("verbs").items() {
                    if !verbs.contains(verb) {
                        verbs.push(verb.clone());
                    }
                }
            }
            None => whole.push(part.clone()),
        }
    }
    whole
}

/// What of the second rules the first do not allow, taken apart.
// Models rbac/validation.Covers.
pub fn uncovered(held: &[Value], wanted: &[Value]) -> Vec<Value> {
    let mut parts = taken_apart(wanted);
    parts.retain(|part| {
        let covers = |rule: &Value, member: &str| {
            let one = part.get(member).items().first();
            one.is_none_or(|one| rule.get(member).items().iter().any(|v| v == one || v.str() == "*"))
        };
        !held.iter().any(|rule| {
            let all = ["verbs", "apiGroups", "resources", "nonResourceURLs"].iter().all(|member| covers(rule, member));
            let names = rule.get("resourceNames").items();
            all && (names.is_empty() || part.get("resourceNames").items().first().is_some_and(|one| names.contains(one)))
        })
    });
    parts
}

/// A rule as a refusal tells it.
// Models rbac/v1's CompactString.
pub fn described(rule: &Value) -> String {
    let members = [
        ("APIGroups", "apiGroups"),
        ("Resources", "resources"),
        ("NonResourceURLs", "nonResourceURLs"),
        ("ResourceNames", "resourceNames"),
        ("Verbs", "verbs"),
    ];
    let parts = members.iter().filter(|(_, member)| !rule.get(member).is_empty()).map(|(title, member)| {
        let texts: Vec<String> = rule.get(member).items().iter().map(|v| super::quote(v.str())).list();
        format!("{title}:[{}]", texts.join(" "))
    });
    format!("{{{}}}", parts.list().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_cover_what_they_allow_and_stars_all() {
        let rule = |verbs: &str, groups: &str, resources: &str, names: &str| {
            let list = |text: &str| {
                Value::from(text.split(' ').filter(|t| !t.is_empty()).map(|t| Value::from(t.trim_matches('-'))).collect::<Vec<_>>())
            };
            obj!({"verbs": list(verbs), "apiGroups": list(groups), "resources": list(resources), "resourceNames": list(names)})
        };
        let table = [
            (rule("get list", "-", "pods", ""), rule("get", "-", "pods", ""), ""),
            (rule("get", "-", "pods", "a"), rule("get", "-", "pods", ""), r#"{APIGroups:[""], Resources:["pods"], Verbs:["get"]}"#),
            (
                rule("get", "-", "pods", "a"),
                rule("get", "-", "pods", "a b"),
                r#"{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}"#,
            ),
            (rule("*", "*", "*", ""), rule("get delete", "apps", "deployments", "x"), ""),
            (
                rule("get", "-", "pods", ""),
                rule("get watch list", "-", "pods", ""),
                r#"{APIGroups:[""], Resources:["pods"], Verbs:["watch" "list"]}"#,
            ),
            (rule("get", "-", "*", ""), obj!({"verbs": ["get"], "nonResourceURLs": ["/x"]}), r#"{NonResourceURLs:["/x"], Verbs:["get"]}"#),
        ];
        for (held, wanted, missing) in table {
            let found: Vec<String> = compact(&uncovered(&[held], &[wanted])).iter().map(described).collect();
            assert_eq!(found.join(" "), missing);
        }
    }
}

//! `/healthz`, `/livez` and `/readyz`: an API server's checks of itself. Here all of them pass.

use crate::base::List as _;

/// The checks, in their order, separated by spaces; `+` marks those that only `/readyz` has, `*` hooks that run after the start.
const CHECKS: &str = "ping log etcd +etcd-readiness +informer-sync *start-apiserver-admission-initializer \
    *generic-apiserver-start-informers *priority-and-fairness-config-consumer *priority-and-fairness-filter \
    *storage-object-count-tracker-hook *start-apiextensions-informers *start-apiextensions-controllers *crd-informer-synced \
    *start-system-namespaces-controller *start-cluster-authentication-info-controller \
    *start-kube-apiserver-identity-lease-controller *start-kube-apiserver-identity-lease-garbage-collector \
    *start-legacy-token-tracking-controller *start-service-ip-repair-controllers *rbac/bootstrap-roles \
    *scheduling/bootstrap-system-priority-classes *priority-and-fairness-config-producer *bootstrap-controller \
    *start-kubernetes-service-cidr-controller *aggregator-reload-proxy-client-cert *start-kube-aggregator-informers \
    *apiservice-status-local-available-controller *apiservice-status-remote-available-controller \
    *apiservice-registration-controller *apiservice-discovery-controller *kube-apiserver-autoregistration \
    autoregister-completion *apiservice-openapi-controller *apiservice-openapiv3-controller +shutdown";

/// The answer at a path with a query; none where the path is not one of a check.
// Models apiserver/pkg/server/healthz.
pub(super) fn check(path: &str, query: &str) -> Option<String> {
    let (group, one) = path.strip_prefix('/')?.split_once('/').unwrap_or((&path[1..], ""));
    if !matches!(group, "healthz" | "livez" | "readyz") {
        return None;
    }
    let name = |word: &str| match word.strip_prefix('*') {
        Some(hook) => format!("poststarthook/{hook}"),
        None => word.trim_start_matches('+').to_owned(),
    };
    let checks: Vec<String> = CHECKS.split(' ').filter(|w| group == "readyz" || !w.starts_with('+')).map(name).list();
    if !one.is_empty() {
        return checks.iter().any(|c| c == one).then(|| "ok".to_owned());
    }
    let parameters = || query.split('&').map(|p| p.split_once('=').unwrap_or((p, "")));
    if !parameters().any(|p| p.0 == "verbose") {
        return Some("ok".into());
    }
    let excluded: Vec<&str> = parameters().filter(|p| p.0 == "exclude").map(|p| p.1).list();
    let mut text = String::new();
    for check in &checks {
        let mark = if excluded.contains(&check.as_str()) { " excluded:" } else { "" };
        text += &format!("[+]{check}{mark} ok\n");
    }
    let unknown: Vec<String> = excluded.iter().filter(|e| !checks.iter().any(|c| c == *e)).map(|e| format!("{e:?}")).list();
    if !unknown.is_empty() {
        text += &format!("warn: some health checks cannot be excluded: no matches for {}\n", unknown.join(", "));
    }
    Some(format!("{text}{group} check passed\n"))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn checks_are_told_one_by_one() {
        for path in ["/healthz", "/livez", "/readyz", "/livez/etcd", "/readyz/shutdown", "/healthz/poststarthook/rbac/bootstrap-roles"] {
            assert_eq!(check(path, "").as_deref(), Some("ok"), "{path}");
        }
        for path in ["/", "/healthy", "/livez/shutdown", "/readyz/nope", "/livez/etcd/x"] {
            assert_eq!(check(path, ""), None, "{path}");
        }
        let all = check("/readyz", "verbose&exclude=etcd&exclude=nope").expect("it is asked for");
        let (head, tail) = (all.lines().take(4), all.lines().rev().take(3));
        assert_eq!(head.collect::<Vec<_>>(), ["[+]ping ok", "[+]log ok", "[+]etcd excluded: ok", "[+]etcd-readiness ok"]);
        let warning = "warn: some health checks cannot be excluded: no matches for \"nope\"";
        assert_eq!(tail.collect::<Vec<_>>(), ["readyz check passed", warning, "[+]shutdown ok"]);
        assert_eq!(check("/livez", "verbose").map(|t| t.lines().count()), Some(33));
    }
}

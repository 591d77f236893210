//! Which pods a Service sends requests to, and why not to others.

use crate::api::{Object, Value, is_ready};

/// Whether a service sends requests to a pod, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It does.
    Reached,
    /// A label is missing or says something else: the key, what is wanted, what is there.
    Label(String, String, Option<String>),
    /// The pod is on its way out.
    Terminating,
    /// The pod has no address yet.
    NoAddress,
    /// The pod is not ready.
    NotReady,
}

/// What a service makes of a pod; none where the two have nothing to do with each other, as in different namespaces.
pub fn membership(service: &Value, pod: &Value) -> Option<Membership> {
    let selector = service.at(&["spec", "selector"]);
    if selector.is_empty() || service.namespace() != pod.namespace() {
        return None;
    }
    if let Some((key, want)) = selector.entries().find(|(k, v)| pod.labels().get(k) != *v) {
        return Some(Membership::Label(key.to_string(), want.str().to_owned(), pod.label(key).map(str::to_owned)));
    }
    let even_not_ready = service.at(&["spec", "publishNotReadyAddresses"]).is_true();
    Some(if pod.at(&["status", "podIP"]).str().is_empty() {
        Membership::NoAddress
    } else if even_not_ready || is_ready(pod) && !pod.is_terminating() {
        Membership::Reached
    } else if pod.is_terminating() {
        Membership::Terminating
    } else {
        Membership::NotReady
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn a_service_says_why_not() {
        let service = obj!({"metadata": {"namespace": "d"}, "spec": {"selector": {"app": "web"}}});
        let pod = |app: &str, ip: &str, ready: &str| obj!({"metadata": {"namespace": "d", "labels": {"app": app}}, "status": {"podIP": ip, "conditions": [{"type": "Ready", "status": ready}]}});
        let label = Membership::Label("app".to_owned(), "web".to_owned(), Some("api".to_owned()));
        for (pod, want) in [
            (pod("api", "10.0.0.1", "True"), label),
            (pod("web", "", "False"), Membership::NoAddress),
            (pod("web", "10.0.0.1", "False"), Membership::NotReady),
            (pod("web", "10.0.0.1", "True"), Membership::Reached),
        ] {
            assert_eq!(membership(&service, &pod), Some(want));
        }
        assert_eq!(membership(&service, &obj!({"metadata": {"namespace": "e"}})), None);
    }
}

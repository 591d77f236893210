//! NetworkPolicies, as a network plugin enforces them: which pods may talk to which.

use super::kubelets::Kubelets;
use crate::api::selector::LabelSelector;
use crate::api::{Object, Value, kinds};
use crate::base::cidr;
use crate::network;
use crate::obj;
use crate::server::ApiServer;

/// One end of a connection.
#[derive(Clone, Copy)]
pub(super) struct End<'a> {
    /// The pod, where it is one.
    pub pod: Option<&'a Value>,
    /// Its address.
    pub ip: &'a str,
}

impl<'a> End<'a> {
    /// A pod's end.
    fn of(pod: &'a Value) -> Self {
        End { pod: Some(pod), ip: pod.at(&["status", "podIP"]).str() }
    }

    /// The pod, unless it shares its node's network: policies are not for those.
    fn own(&self) -> Option<&'a Value> {
        self.pod.filter(|p| !p.at(&["spec", "hostNetwork"]).is_true())
    }
}

/// The way of the traffic, the rules for it, and where they name the other end.
const EGRESS: [&str; 3] = ["Egress", "egress", "to"];
const INGRESS: [&str; 3] = ["Ingress", "ingress", "from"];

/// Whether a connection is let through on both of its ends.
pub(super) fn allows(api: &ApiServer, from: End<'_>, to: End<'_>, port: u16) -> bool {
    barrier(api, from, to, port).is_none()
}

/// The first of the policies of which none lets a connection through.
fn barrier<'a>(api: &'a ApiServer, from: End<'_>, to: End<'_>, port: u16) -> Option<&'a Value> {
    let ports = |rule: &Value| has_port(rule, "TCP", port, to.pod);
    bars(api, from, to, EGRESS, &ports).or_else(|| bars(api, to, from, INGRESS, &ports))
}

/// Whether a pod may ask the cluster's DNS.
pub(super) fn allows_lookup(api: &ApiServer, from: End<'_>) -> bool {
    lookup_barrier(api, from).is_none()
}

/// The first of the policies of which none lets a pod ask the cluster's DNS.
fn lookup_barrier<'a>(api: &'a ApiServer, from: End<'_>) -> Option<&'a Value> {
    let no_policy = |pod: &Value| api.iter(kinds::NETWORK_POLICY, Some(pod.namespace())).next().is_none();
    if from.own().is_none_or(no_policy) {
        return None;
    }
    let server = obj!({"metadata": {"namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}}});
    let to = End { pod: Some(&server), ip: network::DNS };
    bars(api, from, to, EGRESS, &|rule| has_port(rule, "UDP", 53, None) || has_port(rule, "TCP", 53, None))
}

impl Kubelets {
    /// The policy that keeps one pod from a port of another.
    pub fn barrier<'a>(&self, api: &'a ApiServer, from: &Value, to: &Value, port: u16) -> Option<&'a Value> {
        let [from, to] = [from, to].map(End::of);
        barrier(api, from, to, port)
    }

    /// The policy that keeps a pod from the cluster's DNS.
    pub fn lookup_barrier<'a>(&self, api: &'a ApiServer, from: &Value) -> Option<&'a Value> {
        lookup_barrier(api, End::of(from))
    }
}

/// What keeps the other end away: nothing where no policy selects the pod, or a rule lets it be.
fn bars<'a>(
    api: &'a ApiServer,
    own: End<'_>,
    peer: End<'_>,
    [way, rules, peers]: [&str; 3],
    ports: &dyn Fn(&Value) -> bool,
) -> Option<&'a Value> {
    let pod = own.own()?;
    let mut first = None;
    for policy in api.iter(kinds::NETWORK_POLICY, Some(pod.namespace())) {
        let spec = policy.get("spec");
        let concerned = spec.get("policyTypes").items().iter().any(|t| t.str() == way);
        if !concerned || !selects(spec.get("podSelector"), pod.labels()) {
            continue;
        }
        first = first.or(Some(policy));
        let met = |rule: &Value| {
            let named = rule.get(peers).items();
            ports(rule) && (named.is_empty() || named.iter().any(|p| is_peer(api, policy.namespace(), p, peer)))
        };
        if spec.get(rules).items().iter().any(met) {
            return None;
        }
    }
    first
}

fn selects(selector: &Value, labels: &Value) -> bool {
    LabelSelector::from_object(selector).is_ok_and(|s| s.is_everything() || s.matches(labels))
}

fn is_peer(api: &ApiServer, namespace: &str, rule: &Value, peer: End<'_>) -> bool {
    let block = rule.get("ipBlock");
    if !block.is_null() {
        let excepted = block.get("except").items().iter().any(|e| is_within(peer.ip, e.str()));
        return is_within(peer.ip, block.get("cidr").str()) && !excepted;
    }
    let Some(pod) = peer.own() else { return false };
    let (spaces, pods) = (rule.get("namespaceSelector"), rule.get("podSelector"));
    let of_space = || api.peek(kinds::NAMESPACE, "", pod.namespace()).is_some_and(|n| selects(spaces, n.labels()));
    let there = if spaces.is_null() { pod.namespace() == namespace } else { of_space() };
    there && (pods.is_null() || selects(pods, pod.labels()))
}

/// Whether an address lies within `address/length`.
pub(super) fn is_within(ip: &str, block: &str) -> bool {
    let Some((base, length)) = block.split_once('/') else { return false };
    let (Ok(ip), Ok(base), Ok(length)) = (ip.parse(), base.parse(), length.parse()) else { return false };
    cidr::is_within(base, length, ip)
}

/// Whether a rule is for a port of the pod that is called.
fn has_port(rule: &Value, protocol: &str, port: u16, target: Option<&Value>) -> bool {
    let ports = rule.get("ports").items();
    let is_it = |p: &Value| {
        let (wanted, end) = (p.get("port"), p.get("endPort").as_int());
        let named = || {
            let containers = target.map_or(&[][..], |t| t.at(&["spec", "containers"]).items()).iter();
            let mut ports = containers.flat_map(|c| c.get("ports").items());
            ports.any(|c| c.get("name") == wanted && c.get("containerPort").int() == i64::from(port))
        };
        let number = |n: i64| (n..=end.unwrap_or(n)).contains(&i64::from(port));
        p.get("protocol").as_str().unwrap_or("TCP") == protocol && (wanted.is_null() || wanted.as_int().map_or_else(named, number))
    };
    ports.is_empty() || ports.iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_blocks() {
        for (ip, cidr, want) in [
            ("172.17.1.5", "172.17.0.0/16", true),
            ("172.18.1.5", "172.17.0.0/16", false),
            ("10.0.0.1", "0.0.0.0/0", true),
            ("10.0.0.1", "10.0.0.1/32", true),
            ("10.0.0.2", "10.0.0.1/32", false),
            ("fd00::1", "fd00::/8", true),
            ("fd00::1", "0.0.0.0/0", false),
            ("", "0.0.0.0/0", false),
            ("10.0.0.1", "10.0.0.1", false),
        ] {
            assert_eq!(is_within(ip, cidr), want, "{ip} in {cidr}");
        }
    }

    #[test]
    fn ports_of_rules() {
        let pod = obj!({"spec": {"containers": [{"ports": [{"name": "web", "containerPort": 8080}]}]}});
        for (rule, port, want) in [
            (obj!({}), 80, true),
            (obj!({"ports": [{"protocol": "TCP", "port": 80}]}), 80, true),
            (obj!({"ports": [{"protocol": "TCP", "port": 80}]}), 81, false),
            (obj!({"ports": [{"protocol": "UDP", "port": 80}]}), 80, false),
            (obj!({"ports": [{"protocol": "TCP", "port": 32000, "endPort": 32768}]}), 32500, true),
            (obj!({"ports": [{"protocol": "TCP", "port": "web"}]}), 8080, true),
            (obj!({"ports": [{"protocol": "TCP", "port": "other"}]}), 8080, false),
            (obj!({"ports": [{"protocol": "TCP"}]}), 5, true),
        ] {
            assert_eq!(has_port(&rule, "TCP", port, Some(&pod)), want, "{} at {port}", rule.to_json());
        }
    }
}

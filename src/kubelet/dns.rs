//! The cluster's DNS: names of services and of the pods behind them. Models CoreDNS' kubernetes plugin.

use std::net::{IpAddr, Ipv4Addr};

use super::container_runtime::DNS;
use super::router::{is_own, is_ready, service_of, slices_of};
use crate::api::{Object, Value, kinds};
use crate::base::{Case as _, Duration, List as _, Time};
use crate::server::ApiServer;
use crate::store::ChangeType;

/// How many names a name may stand for, one after another.
const ALIASES_MAX: u32 = 8;

/// What a change of endpoints takes to be in the DNS, from its commit on: longer than a container's first steps, so that one does not find
/// its own name at once.
const LAG: Duration = Duration::from_millis(50);

/// What the cluster's name server is called.
const DNS_NAME: &str = "kube-dns.kube-system.svc.cluster.local";

/// Whether somebody answers who asks the DNS: a pod behind its Service, or, where there is none and names are not served `by_pods` alone,
/// the cluster by itself.
pub(super) fn answers(api: &ApiServer, by_pods: bool) -> bool {
    let service = api.peek(kinds::SERVICE, "kube-system", "kube-dns").filter(|s| is_own(s, DNS));
    service.map_or(!by_pods, |service| slices_of(api, service).flat_map(|slice| slice.get("endpoints").items()).any(is_ready))
}

/// A name's canonical form and addresses, as the cluster's DNS gives them to a pod of `namespace`.
pub(super) fn resolve(api: &ApiServer, now: Time, namespace: &str, name: &str) -> Option<(String, Vec<IpAddr>)> {
    resolve_within(api, now, namespace, name, ALIASES_MAX)
}

fn resolve_within(api: &ApiServer, now: Time, namespace: &str, name: &str, aliases: u32) -> Option<(String, Vec<IpAddr>)> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        // Whoever listens does so at both loopback addresses.
        let ip = if ip.is_loopback() && ip.is_ipv6() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { ip };
        return Some((name.to_owned(), vec![ip]));
    }
    if name == "localhost" {
        return Some((name.to_owned(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]));
    }
    let bare = within_cluster(name)?;
    let parts: Vec<&str> = bare.split('.').list();
    let service = |ns: &str, service: &str| api.peek(kinds::SERVICE, ns, service);
    let of_service = |found: &Value| -> Option<(String, Vec<IpAddr>)> {
        let full = full_name(found);
        let external = found.at(&["spec", "externalName"]).str();
        if !external.is_empty() {
            return resolve_within(api, now, namespace, external, aliases.checked_sub(1)?);
        }
        let ip = found.at(&["spec", "clusterIP"]).str();
        let addresses: Vec<IpAddr> = if ip == "None" { ready_of(api, now, found, None) } else { ip.parse().into_iter().list() };
        (!addresses.is_empty()).then_some((full, addresses))
    };
    match parts.as_slice() {
        [one] => of_service(service(namespace, one)?),
        [one, two] => match service(two, one) {
            Some(found) => of_service(found),
            // Though there be no Service of it, it has the name that its address stands for.
            None if bare == "kube-dns.kube-system" => Some((DNS_NAME.to_owned(), DNS.parse().into_iter().list())),
            None => of_pod(api, now, service(namespace, two)?, one),
        },
        // `10-244-1-3.default.pod.cluster.local`
        [ip, _, "pod"] => ip.replace('-', ".").parse().ok().map(|ip| (format!("{bare}.cluster.local"), vec![ip])),
        [pod, one, two] => of_pod(api, now, service(two, one)?, pod),
        _ => None,
    }
}

/// A name without what all names of the cluster end in; nothing of one that is whole and ends otherwise.
fn within_cluster(name: &str) -> Option<String> {
    let whole = name.trim_end_matches('.').lower();
    let bare = whole.strip_suffix(".cluster.local");
    if bare.is_none() && name.ends_with('.') {
        return None;
    }
    let bare = bare.unwrap_or(&whole);
    Some(bare.strip_suffix(".svc").unwrap_or(bare).to_owned())
}

/// Records: name, type and data.
pub(super) type Records = Vec<(String, &'static str, String)>;

/// What the cluster's DNS has of one type by a name; nothing where there is no such name.
pub(super) fn records(api: &ApiServer, now: Time, namespace: &str, name: &str, of: &str) -> Option<Records> {
    if of == "PTR" {
        let reversed = name.trim_end_matches('.').strip_suffix(".in-addr.arpa");
        let ip = reversed.map_or_else(|| name.to_owned(), |r| r.rsplit('.').list().join("."));
        let arpa = format!("{}.in-addr.arpa", ip.rsplit('.').list().join("."));
        let to = match service_of(api, &ip) {
            Some(service) => full_name(service),
            // There need be no Service of the DNS itself.
            None if ip == DNS => DNS_NAME.into(),
            None => api.services_at("None").find_map(|service| {
                let mut all = known_slices(api, now, service).flat_map(|slice| slice.get("endpoints").items());
                let found = all.find(|e| e.get("addresses").items().iter().any(|a| a.str() == ip))?;
                Some(endpoint_name(found, service))
            })?,
        };
        return Some(vec![(arpa, "PTR", to)]);
    }
    let bare = within_cluster(name)?;
    let mut parts: Vec<&str> = bare.split('.').list();
    let asked = (parts.len() > 2 && parts[0].starts_with('_')).then(|| (&parts[0][1..], parts[1]));
    if asked.is_some() {
        parts.drain(..2);
    }
    let service = match parts[..] {
        [one] => api.peek(kinds::SERVICE, namespace, one),
        [one, two] => api.peek(kinds::SERVICE, two, one),
        _ => None,
    };
    let external = service.map_or("", |s| s.at(&["spec", "externalName"]).str());
    if let Some(service) = service.filter(|_| !external.is_empty()) {
        let mut all = vec![(full_name(service), "CNAME", external.to_owned())];
        let more = resolve(api, now, namespace, external).filter(|_| of != "CNAME");
        all.extend(more.into_iter().flat_map(|(name, ips)| ips.into_iter().map(move |ip| (name.clone(), "A", ip.to_string()))));
        return Some(all);
    }
    if of != "SRV" {
        let (name, ips) = resolve(api, now, namespace, name)?;
        return Some(ips.into_iter().filter(|_| matches!(of, "A" | "ANY")).map(|ip| (name.clone(), "A", ip.to_string())).list());
    }
    let service = service?;
    let mut targets: Vec<(i64, String)> = Vec::new();
    let headless = service.at(&["spec", "clusterIP"]).str() == "None";
    let meant = |port: &&Value| {
        let protocol = port.get("protocol").as_str().unwrap_or("TCP");
        asked.is_none_or(|(name, p)| {
            port.get("name").str().eq_ignore_ascii_case(name) && p.trim_start_matches('_').eq_ignore_ascii_case(protocol)
        })
    };
    if headless {
        for slice in known_slices(api, now, service) {
            let ready = || slice.get("endpoints").items().iter().filter(|e| is_ready(e));
            for port in slice.get("ports").items().iter().filter(meant) {
                targets.extend(ready().map(|e| (port.get("port").int(), endpoint_name(e, service))));
            }
        }
    } else {
        targets.extend(service.at(&["spec", "ports"]).items().iter().filter(meant).map(|p| (p.get("port").int(), full_name(service))));
    }
    let name = match asked {
        _ if targets.is_empty() => return None,
        Some((port, protocol)) => format!("_{port}.{protocol}.{}", full_name(service)),
        None => full_name(service),
    };
    let weight = 100 / targets.len();
    Some(targets.into_iter().map(|(port, target)| (name.clone(), "SRV", format!("0 {weight} {port} {target}"))).list())
}

fn full_name(service: &Value) -> String {
    format!("{}.{}.svc.cluster.local", service.name(), service.namespace())
}

/// What an endpoint of a headless service is called.
fn endpoint_name(endpoint: &Value, service: &Value) -> String {
    let hostname = endpoint.get("hostname").str();
    let own = if hostname.is_empty() {
        endpoint.get("addresses").items().first().map_or("", Value::str).replace('.', "-")
    } else {
        hostname.into()
    };
    format!("{own}.{}", full_name(service))
}

/// A service's endpoints as the DNS has them: a change takes a while to get there.
fn known_slices<'a>(api: &'a ApiServer, now: Time, service: &'a Value) -> impl Iterator<Item = &'a Value> {
    slices_of(api, service).filter_map(move |slice| {
        let mut version = api.store().version(slice.revision())?;
        while version.at + LAG > now {
            version = api.store().version(version.previous)?;
        }
        (version.change != ChangeType::Deleted).then_some(&version.value)
    })
}

/// The ready addresses of a headless service, or of one host name behind it.
fn ready_of(api: &ApiServer, now: Time, service: &Value, hostname: Option<&str>) -> Vec<IpAddr> {
    let all = known_slices(api, now, service).flat_map(|slice| slice.get("endpoints").items());
    let meant = all.filter(|e| is_ready(e) && hostname.is_none_or(|name| e.get("hostname").str() == name));
    meant.flat_map(|e| e.get("addresses").items()).filter_map(|a| a.str().parse().ok()).list()
}

/// A pod by its host name behind a headless service.
fn of_pod(api: &ApiServer, now: Time, service: &Value, hostname: &str) -> Option<(String, Vec<IpAddr>)> {
    let addresses = ready_of(api, now, service, Some(hostname));
    let name = format!("{hostname}.{}", full_name(service));
    (!addresses.is_empty()).then_some((name, addresses))
}

//! The `proxy` subresource of pods and services: where the API server passes a request on to.

use super::{ApiServer, Attributes, User};
use crate::api::{ArcStr, KindRef, Status, Value, kinds};
use crate::base::{List as _, decode_percent};

/// Where a request is passed on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyLocation {
    /// The pod's address.
    pub host: ArcStr,
    /// Its port.
    pub port: u16,
    /// Path and query of the request there.
    pub path: String,
}

/// Splits `[SCHEME:]NAME[:PORT]`; none where there are more parts or another scheme than HTTP's.
// Models utilnet.SplitSchemeNamePort.
fn split_name(id: &str) -> Option<(&str, &str)> {
    match id.split(':').list().as_slice() {
        [name] => Some((name, "")),
        [name, port] => Some((name, port)),
        ["" | "http" | "https", name, port] => Some((name, port)),
        _ => None,
    }
}

/// The namespace, kind and name of the pod or Service that a path goes to, and the path there; none for a path of the API itself.
fn passed_on(path: &str) -> Option<(&str, KindRef, String, &str)> {
    let mut parts = path.trim_start_matches('/').splitn(8, '/');
    let fixed = [parts.next()?, parts.next()?, parts.next()?];
    let (namespace, resource, id, sub) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let kind = [kinds::POD, kinds::SERVICE].into_iter().find(|kind| kind.plural == resource)?;
    (fixed == ["api", "v1", "namespaces"] && sub == "proxy").then(|| (namespace, kind, decode_percent(id), parts.next().unwrap_or("")))
}

impl ApiServer {
    /// Where a request with this path and query goes; none where it is for the API itself.
    pub fn proxy_location(&mut self, path: &str) -> Option<Result<ProxyLocation, Status>> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let (namespace, kind, id, rest) = passed_on(path)?;
        let rest = format!("/{rest}{}", query.map_or_else(String::new, |q| format!("?{q}")));
        let place = if kind == kinds::POD { self.pod_location(namespace, &id) } else { self.service_location(namespace, &id) };
        Some(place.map(|(host, port)| ProxyLocation { host, port, path: rest }))
    }

    /// Refuses a request that the user may not make, be it for the API itself or to be passed on.
    pub fn require_passing(&self, user: &User, method: &str, path: &str) -> Result<(), Status> {
        let Some((namespace, kind, id, _)) = passed_on(path.split('?').next().unwrap_or(path)) else {
            return self.require_request(user, method, path);
        };
        let verb = match method {
            "GET" | "HEAD" => "get",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "",
        };
        self.require(user, kind, &Attributes { subresource: "proxy", ..Attributes::on(verb, kind, namespace, &id) })
    }

    // Models registry/core/pod.ResourceLocation.
    fn pod_location(&self, namespace: &str, id: &str) -> Result<(ArcStr, u16), Status> {
        let Some((name, port)) = split_name(id) else { return Err(Status::bad_request(format!("invalid pod request {id:?}"))) };
        let kind = kinds::POD;
        let pod = self.peek(kind, namespace, name).ok_or_else(|| Status::not_found(kind, name))?;
        let first = || {
            let ports = pod.at(&["spec", "containers"]).items().iter().flat_map(|c| c.get("ports").items());
            ports.map(|p| p.get("containerPort").int()).next().unwrap_or(80)
        };
        let port = if port.is_empty() { u16::try_from(first()).ok() } else { port.parse().ok() };
        let Some(port) = port else { return Err(Status::bad_request(format!("invalid pod request {id:?}"))) };
        let ip = pod.at(&["status", "podIP"]).arc_str();
        if ip.is_empty() { Err(Status::bad_request("address not allowed")) } else { Ok((ip, port)) }
    }

    // Models registry/core/service/storage.ResourceLocation.
    fn service_location(&mut self, namespace: &str, id: &str) -> Result<(ArcStr, u16), Status> {
        let Some((name, port)) = split_name(id) else { return Err(Status::bad_request(format!("invalid service request {id:?}"))) };
        let kind = kinds::SERVICE;
        let mut port_name: ArcStr = port.into();
        if let Ok(number) = port.parse::<i64>() {
            let service = self.peek(kind, namespace, name).ok_or_else(|| Status::not_found(kind, name))?;
            let found = service.at(&["spec", "ports"]).items().iter().find(|p| p.get("port").int() == number);
            let Some(found) = found else {
                return Err(Status::service_unavailable(format!("no service port {number} found for service {name:?}")));
            };
            port_name = found.get("name").arc_str();
        }
        let endpoints = kinds::ENDPOINTS;
        let found = self.peek(endpoints, namespace, name).ok_or_else(|| Status::not_found(endpoints, name))?;
        let of_subset = |subset: &Value| {
            let port = subset.get("ports").named(port_name.as_str());
            let port = port.and_then(|p| u16::try_from(p.get("port").int()).ok());
            let addresses: Vec<ArcStr> = subset.get("addresses").items().iter().map(|a| a.get("ip").arc_str()).list();
            port.filter(|_| !addresses.is_empty()).map(|port| (addresses, port))
        };
        let Some((addresses, port)) = found.get("subsets").items().iter().find_map(of_subset) else {
            return Err(Status::service_unavailable(format!("no endpoints available for service {id:?}")));
        };
        let at = self.random.below(addresses.len() as u64) as usize;
        Ok((addresses[at].clone(), port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::base::Time;
    use crate::obj;
    use crate::server::{Caller, Subresource, WriteOptions};

    #[test]
    fn a_path_leads_to_a_pod_or_to_an_endpoint() {
        let mut api = ApiServer::new(1);
        let by = Caller::new(Time::ZERO, "test");
        let mut make = |kind: &str, object: Value| {
            api.create(&by, Kind::named(kind), "default", object, &WriteOptions::default()).expect("a valid object");
        };
        let container = obj!({"name": "c", "image": "i", "ports": [{"containerPort": 8080}]});
        make("Pod", obj!({"metadata": {"name": "p"}, "spec": {"containers": [container]}}));
        make("Service", obj!({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80, "name": "web", "targetPort": 8080}]}}));
        make("Service", obj!({"metadata": {"name": "empty"}, "spec": {"ports": [{"port": 80}]}}));
        make("Endpoints", obj!({"metadata": {"name": "empty"}}));
        let subset = obj!({"addresses": [{"ip": "10.244.1.9"}], "ports": [{"name": "web", "port": 8080}]});
        make("Endpoints", obj!({"metadata": {"name": "s"}, "subsets": [subset]}));
        let mut pod = api.get(kinds::POD, "default", "p").expect("made above");
        pod.set(&["status", "podIP"], "10.244.1.9");
        api.update(&by, kinds::POD, pod, Subresource::Status, &WriteOptions::default()).expect("a status");
        for (path, want) in [
            ("pods/p/proxy/", "10.244.1.9:8080/"),
            ("pods/p:99/proxy/a/b?c=d", "10.244.1.9:99/a/b?c=d"),
            ("pods/http:p:99/proxy", "10.244.1.9:99/"),
            ("pods/q/proxy/", "pods \"q\" not found"),
            ("pods/a:b:c:d/proxy/", "invalid pod request \"a:b:c:d\""),
            ("services/s:web/proxy/x", "10.244.1.9:8080/x"),
            ("services/s:80/proxy/", "10.244.1.9:8080/"),
            ("services/s/proxy/", "no endpoints available for service \"s\""),
            ("services/s:81/proxy/", "no service port 81 found for service \"s\""),
            ("services/empty/proxy/", "no endpoints available for service \"empty\""),
            ("services/none/proxy/", "endpoints \"none\" not found"),
        ] {
            let found = api.proxy_location(&format!("/api/v1/namespaces/default/{path}")).expect("a proxy's path");
            let found = found.map_or_else(|status| status.into_message(), |to| format!("{}:{}{}", to.host, to.port, to.path));
            assert_eq!(found, want, "{path}");
        }
        assert_eq!(api.proxy_location("/api/v1/namespaces/default/pods/p"), None);
    }
}

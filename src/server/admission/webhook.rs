//! MutatingAdmissionWebhook and ValidatingAdmissionWebhook, as far as webhooks cannot be reached: a request that such a webhook must be
//! asked about is refused. What reachable webhooks would answer is not simulated: they allow everything.
// Models k8s.io/apiserver/pkg/admission/plugin/webhook, and the aggregator's way from a Service to its address.

use std::net::IpAddr;

use super::policy::meets_conditions;
use super::{ApiServer, Caller, Request};
use crate::api::kinds::ADMISSION;
use crate::api::{KindRef, Status, Value, kinds};

/// Refuses a request if a webhook of one of these configurations must be asked about it and cannot be reached.
pub fn admit(server: &ApiServer, by: &Caller, configurations: KindRef, request: &Request<'_>) -> Result<(), Status> {
    if request.kind.group == ADMISSION {
        return Ok(());
    }
    let hooks = server.iter(configurations, None).flat_map(|configuration| configuration.get("webhooks").items());
    for hook in hooks.filter(|hook| hook.get("failurePolicy").str() != "Ignore" && !hook.get("rules").is_empty()) {
        if !request.meets(server, hook, "rules") {
            continue;
        }
        let Some((address, why)) = unreachable(server, hook.get("clientConfig")) else { continue };
        let conditions = hook.get("matchConditions");
        if conditions.is_empty() || meets_conditions(server, by, request, conditions) {
            let (name, timeout_s) = (hook.get("name").str(), hook.get("timeoutSeconds").int());
            let post = format!("Post \"{address}?timeout={timeout_s}s\": {why}");
            return Err(Status::internal(format!(
                "Internal error occurred: failed calling webhook {name:?}: failed to call webhook: {post}"
            )));
        }
    }
    Ok(())
}

/// The URL of a webhook and why it cannot be reached; none where something listens.
fn unreachable(server: &ApiServer, client: &Value) -> Option<(String, String)> {
    let service = client.get("service");
    if service.is_null() {
        let url = client.get("url").str();
        let authority = url.trim_start_matches("https://").split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let why = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) if !ip.is_loopback() => "context deadline exceeded".to_owned(),
            Err(_) if host != "localhost" => format!("dial tcp: lookup {host}: no such host"),
            _ => format!(
                "dial tcp {}: connect: connection refused",
                if host == authority { format!("{host}:443") } else { authority.to_owned() }
            ),
        };
        return Some((url.to_owned(), why));
    }
    let (namespace, name, port) = (service.get("namespace").str(), service.get("name").str(), service.get("port").as_int().unwrap_or(443));
    let address = format!("https://{name}.{namespace}.svc:{port}/{}", service.get("path").str().trim_start_matches('/'));
    Some((address, refusal(server, namespace, name, port)?))
}

/// Why a port of a Service cannot be reached; none where it can.
// Models proxy.ResolveCluster.
fn refusal(server: &ApiServer, namespace: &str, name: &str, port: i64) -> Option<String> {
    let Some(service) = server.peek(kinds::SERVICE, namespace, name) else { return Some(format!("service {name:?} not found")) };
    let spec = service.get("spec");
    let external = spec.get("externalName").str();
    if spec.get("type").str() == "ExternalName" {
        return Some(format!("dial tcp: lookup {external}: no such host"));
    }
    let ip = spec.get("clusterIP").str();
    if ip == "None" {
        return Some("cannot route to service with ClusterIP \"None\"".to_owned());
    }
    if !spec.get("ports").items().iter().any(|p| p.get("port").int() == port) {
        return Some(format!("no service port {port} found for service {name:?}"));
    }
    let is_ready = |endpoint: &Value| endpoint.at(&["conditions", "ready"]).as_bool() != Some(false);
    let is_served = server.slices_of(namespace, name).any(|slice| slice.get("endpoints").items().iter().any(is_ready));
    (!is_served).then(|| format!("dial tcp {ip}:{port}: connect: connection refused"))
}

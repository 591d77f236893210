//! `kubectl cluster-info`: where the control plane and the cluster's own services answer.

mod dump;

use crate::api::{Object, kinds};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::CliError;
use crate::server::ListOptions;

/// `kubectl cluster-info`.
pub static COMMAND: Command =
    Command { subcommands: &[&dump::COMMAND], ..Command::new("cluster-info", "Display cluster information", run) };

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let server = cx.session.server.clone();
    cx.out.outln(format!("Kubernetes control plane is running at {server}"));
    let options = ListOptions { label_selector: "kubernetes.io/cluster-service=true".into(), ..ListOptions::default() };
    for service in cx.list(kinds::SERVICE, Some("kube-system"), &options)? {
        let name = service.label("kubernetes.io/name").unwrap_or(service.name());
        // As the API's proxy takes a service and its port (utilnet.JoinSchemeNamePort).
        let port = service.at(&["spec", "ports"]).items().first().cloned().unwrap_or_default();
        let to = match (service.name(), port.get("name").str(), port.get("port").int()) {
            (service, port @ "https", _) | (service, port, 443) => format!("https:{service}:{port}"),
            (service, "", _) => service.to_owned(),
            (service, port, _) => format!("{service}:{port}"),
        };
        cx.out.outln(format!("{name} is running at {server}/api/v1/namespaces/kube-system/services/{to}/proxy"));
    }
    cx.out.outln("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    Ok(Flow::Done)
}

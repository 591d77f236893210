//! `kubectl version`.

use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch, text};
use crate::kubectl::output::{to_json, to_yaml};
use crate::obj;
use crate::server::{Caller, RestRequest};

const OWN: &[Flag] = &[switch("client", ""), text("output", "o")];

/// `kubectl version`.
pub static COMMAND: Command = Command {
    usage: "[options]",
    flags: &[OWN],
    run: Run::Do(run),
    ..Command::new("version", "Print the client and server version information", run)
};

const CLIENT: &str = "v1.36.2";
const KUSTOMIZE: &str = "v5.8.1";

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if !cx.args().is_empty() {
        return fail(format!("extra arguments: [{}]", cx.args().join(" ")));
    }
    let output = cx.flags().text("output");
    if !matches!(output, "" | "json" | "yaml") {
        return fail("--output must be 'yaml' or 'json'");
    }
    let by = Caller::new(cx.host.now, "kubectl");
    let request = RestRequest { method: "GET", path: "/version", content_type: "", body: crate::api::Value::Null };
    let server = cx.host.api.rest(&by, &request).body;
    let client_only = cx.flags().is_on("client");
    if output.is_empty() {
        cx.out.outln(format!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}"));
        if !client_only {
            cx.out.outln(format!("Server Version: {}", server.get("gitVersion").str()));
        }
        return Ok(Flow::Done);
    }
    let mut versions = obj!({
        "clientVersion": {"major": "1", "minor": "36", "gitVersion": CLIENT, "gitTreeState": "clean", "compiler": "simulated", "platform": "linux/amd64"},
        "kustomizeVersion": KUSTOMIZE
    });
    if !client_only {
        versions.set(&["serverVersion"], server);
    }
    if output == "yaml" {
        cx.out.out(to_yaml(&versions));
    } else {
        cx.out.outln(to_json(&versions));
    }
    Ok(Flow::Done)
}

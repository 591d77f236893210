//! `kubectl version`.

use crate::api::{Value, json_order};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::config::{check_server, is_here, no_answer};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch, text};
use crate::kubectl::output::to_yaml;
use crate::obj;
use crate::server::RestRequest;

const OWN: &[Flag] = &[switch("client", ""), text("output", "o")];

/// `kubectl version`.
pub static COMMAND: Command = Command {
    usage: "[flags] [options]",
    flags: &[OWN],
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
    let server = if cx.flags().is_on("client") {
        Ok(None)
    } else if is_here(&cx.session.server) {
        let request = RestRequest { method: "GET", path: "/version", content_type: "", agent: "", body: Value::Null };
        Ok(Some(cx.host.api.rest(&cx.by(), &request).body))
    } else {
        check_server(&cx.session.server)?;
        Err(no_answer(&cx.session.server))
    };
    // What is known is said, also where no server answers.
    let known = server.as_ref().ok().and_then(Option::as_ref);
    let client = obj!({
        "major": "1", "minor": "36", "gitVersion": CLIENT, "gitTreeState": "clean", "compiler": "simulated", "platform": "linux/amd64"
    });
    match output {
        "" => {
            cx.out.outln(format!("Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}"));
            if let Some(server) = known {
                cx.out.outln(format!("Server Version: {}", server.get("gitVersion").str()));
            }
        }
        "yaml" => {
            let mut versions = obj!({"clientVersion": client, "kustomizeVersion": KUSTOMIZE});
            if let Some(server) = known {
                versions.set(&["serverVersion"], server.clone());
            }
            cx.out.outln(to_yaml(&versions));
        }
        _ => {
            let inner = |version: &Value| json_order::indented(version, "  ").replace('\n', "\n  ");
            let server = known.map(|v| format!(",\n  \"serverVersion\": {}", inner(v))).unwrap_or_default();
            cx.out.outln(format!("{{\n  \"clientVersion\": {},\n  \"kustomizeVersion\": \"{KUSTOMIZE}\"{server}\n}}", inner(&client)));
        }
    }
    server.map(|_| Flow::Done)
}

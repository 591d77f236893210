//! Small commands: `auth`, `cluster-info`, `completion`, `options`, `kustomize`, `proxy`, `certificate`.

use crate::api::Kind;
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::config::Kubeconfig;
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files;
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::output::TabWriter;
use crate::kubectl::printing::{Reporter, object_printer};
use crate::kubectl::resources::{Query, find, kind_of};
use crate::server::{ListOptions, Subresource};

/// `kubectl auth`.
pub static AUTH: Command = Command {
    usage: "[flags] [options]",
    ..Command::group("auth", "Inspect authorization", "Inspect authorization.", &[&CAN_I, &super::reconcile::COMMAND, &WHO_AM_I])
};
const CAN_I_FLAGS: &[Flag] = &[switch("list", ""), switch("quiet", "q"), text("subresource", ""), switch("no-headers", "")];
static CAN_I: Command = Command {
    usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]",
    flags: &[flags::ALL_NAMESPACES, CAN_I_FLAGS],
    run: Run::Do(can_i),
    ..Command::new("can-i", "Check whether an action is allowed", can_i)
};
static WHO_AM_I: Command = Command {
    flags: &[flags::PRINT],
    run: Run::Do(who_am_i),
    ..Command::new("whoami", "Experimental: Check self subject attributes", who_am_i)
};

/// `kubectl cluster-info`.
pub static CLUSTER_INFO: Command =
    Command { subcommands: &[&super::dump::COMMAND], ..Command::new("cluster-info", "Display cluster information", cluster_info) };

/// `kubectl completion`.
pub static COMPLETION: Command = Command {
    usage: "SHELL",
    ..Command::new("completion", "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)", completion)
};

/// `kubectl options`.
pub static OPTIONS: Command = Command::new("options", "List of global command-line options (applies to all commands).", options);

const KUSTOMIZE_FLAGS: &[Flag] = &[text("output", "o"), switch("enable-helm", ""), text("load-restrictor", "")];
/// `kubectl kustomize`.
pub static KUSTOMIZE: Command = Command {
    usage: "DIR [flags] [options]",
    flags: &[KUSTOMIZE_FLAGS],
    ..Command::new("kustomize", "Build a kustomization target from a directory or URL", kustomize)
};

/// `kubectl certificate`.
pub static CERTIFICATE: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group("certificate", "Modify certificate resources", "Modify certificate resources.", &[&APPROVE, &DENY])
};
const CERTIFICATE_FLAGS: &[Flag] = &[switch("force", "")];
static APPROVE: Command = Command {
    flags: &[flags::FILENAME, flags::PRINT, CERTIFICATE_FLAGS],
    run: Run::Do(certificate),
    ..Command::new("approve", "Approve a certificate signing request", certificate)
};
static DENY: Command = Command {
    flags: &[flags::FILENAME, flags::PRINT, CERTIFICATE_FLAGS],
    run: Run::Do(certificate),
    ..Command::new("deny", "Deny a certificate signing request", certificate)
};

/// The verbs of resources that `can-i` knows.
const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
/// Those of paths.
const URL_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

fn can_i(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let args = cx.args();
    check(cx)?;
    if args.len() != 2 && !cx.flags().is_on("list") {
        return Err(CliError::Message(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.".into(),
        ));
    }
    if cx.flags().is_on("list") {
        let mut writer = TabWriter::for_tables();
        if !cx.flags().is_on("no-headers") {
            writer.write("Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
        }
        writer.write("*.*\t[]\t[]\t[*]\n\t[*]\t[]\t[*]\n");
        let text = writer.flush();
        cx.out.out(text);
        return Ok(Flow::Done);
    }
    let (verb, target) = (args[0].as_str(), args[1].as_str());
    let mut warn = |text: String| cx.out.errln(format!("Warning: {text}\n"));
    let resource = target.split('/').next().unwrap_or("");
    if resource.is_empty() {
        if !cx.inv.flags.text("subresource").is_empty() {
            return fail("--subresource can not be used with NonResourceURL");
        }
        if !URL_VERBS.contains(&verb) {
            warn(format!("verb '{verb}' is not a known verb"));
        }
    } else {
        match kind_of(cx.host.api, resource) {
            _ if matches!(resource, "*" | "users" | "groups") => {}
            None => match resource.split_once('.') {
                Some((name, group)) => warn(format!("the server doesn't have a resource type '{name}' in group '{group}'")),
                None => warn(format!("the server doesn't have a resource type '{resource}'")),
            },
            Some(kind) if !kind.namespaced && !cx.inv.flags.is_on("all-namespaces") => {
                let group = if kind.group.is_empty() { String::new() } else { format!(" in group '{}'", kind.group) };
                warn(format!("resource '{}' is not namespace scoped{group}", kind.plural));
            }
            Some(_) => {}
        }
        if !VERBS.contains(&verb) && !cx.inv.flags.is_on("all-namespaces") {
            warn(format!("verb '{verb}' is not a known verb"));
        }
    }
    if cx.flags().is_on("no-headers") {
        return fail("--no-headers cannot be set without --list specified");
    }
    if !cx.flags().is_on("quiet") {
        cx.out.outln("yes");
    }
    Ok(Flow::Done)
}

fn who_am_i(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if let Some(mut printer) = object_printer(cx)? {
        let review = crate::obj!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
            "metadata": {"creationTimestamp": cx.host.now.rfc3339()},
            "status": {"userInfo": {"groups": ["system:masters", "system:authenticated"], "uid": "admin", "username": "admin"}}
        });
        printer.print(&review, cx.out)?;
        return Ok(Flow::Done);
    }
    let mut writer = TabWriter::for_tables();
    writer.write("ATTRIBUTE\tVALUE\nUsername\tadmin\nUID\tadmin\nGroups\t[system:masters system:authenticated]\n");
    let text = writer.flush();
    cx.out.out(text);
    Ok(Flow::Done)
}

fn cluster_info(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let config = Kubeconfig::load(cx.inv, cx.host.files)?;
    cx.out.outln(format!("Kubernetes control plane is running at {}", config.server()));
    let options = ListOptions { label_selector: "kubernetes.io/cluster-service=true".into(), ..ListOptions::default() };
    for service in cx.list(Kind::named("Service"), Some("kube-system"), &options)? {
        use crate::api::Object;
        let name = service.label("kubernetes.io/name").unwrap_or(service.name());
        cx.out.outln(format!("{name} is running at {}/api/v1/namespaces/kube-system/services/{}/proxy", config.server(), service.name()));
    }
    cx.out.outln("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    Ok(Flow::Done)
}

fn completion(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    match cx.args() {
        [] => Err(cx.usage("Shell not specified.")),
        [shell] if matches!(shell.as_str(), "bash" | "zsh" | "fish" | "powershell") => {
            cx.out.outln(format!("# This terminal completes kubectl's commands by itself: there is nothing to load into {shell}."));
            Ok(Flow::Done)
        }
        [shell] => Err(cx.usage(format!("Unsupported shell type {shell:?}."))),
        _ => Err(cx.usage("Too many arguments. Expected only the shell type.")),
    }
}

fn options(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    cx.out.out(include_str!("options.txt"));
    Ok(Flow::Done)
}

fn kustomize(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let directory = cx.args().first().map_or(".", String::as_str);
    let text = files::kustomized(cx, directory)?;
    match cx.flags().text("output") {
        "" => cx.out.out(text),
        path => {
            let path = if cx.host.files.list(path).is_ok() { format!("{path}/kustomization-build.yaml") } else { path.to_owned() };
            cx.host.files.write(&path, text.as_bytes()).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
        }
    }
    Ok(Flow::Done)
}

// Models kubectl/pkg/cmd/certificates. Nobody signs what is approved.
fn certificate(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let approves = cx.inv.path.ends_with("approve");
    let by_file = cx.flags().given("filename") || cx.flags().given("kustomize");
    if cx.args().is_empty() && !by_file {
        return fail("one or more CSRs must be specified as <name> or -f <filename>");
    }
    let mut reporter = Reporter::new(cx)?;
    let mut args = Vec::new();
    if !cx.args().is_empty() {
        args.push("certificatesigningrequests".to_owned());
        args.extend_from_slice(cx.args());
    }
    let (kind, other, verb) = if approves { ("Approved", "Denied", "approve") } else { ("Denied", "Approved", "deny") };
    let done = kind.to_lowercase();
    let found = find(cx, &Query { latest: true, files: true, ..Query::default() }, &args)?;
    found.each(&mut |info| {
        let mut request = info.object.clone();
        let conditions = request.at(&["status", "conditions"]).items();
        let has = |wanted: &str| conditions.iter().any(|c| c.get("type").str() == wanted);
        if has(other) {
            return fail(format!("certificate signing request {:?} is already {other}", info.name));
        }
        if !has(kind) {
            let now = cx.host.now.rfc3339();
            let title = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
            request.at_mut(&["status", "conditions"]).list_mut().push(crate::obj!({
                "type": kind, "status": "True", "reason": format!("Kubectl{title}"),
                "message": format!("This CSR was {done} by kubectl certificate {verb}."),
                "lastUpdateTime": now.as_str(), "lastTransitionTime": now.as_str()
            }));
            let options = cx.write_options(DryRun::None)?;
            cx.update(info.kind, request, Subresource::Status, &options)?;
        }
        reporter.report(&done, &info.object, cx.out)
    })?;
    Ok(Flow::Done)
}

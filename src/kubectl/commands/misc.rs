//! Small commands: `alpha`, `cluster-info`, `completion`, `options`, `kustomize`, `proxy`, `certificate`.

use crate::api::{Object, Value, find_condition, kinds};
use crate::base::{Case as _, List as _, SortedSet};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files;
use crate::kubectl::flags::{self, Flag, array, list, switch, text};
use crate::kubectl::kustomize::is_namespaced;
use crate::kubectl::output::to_yaml;
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::{ListOptions, Subresource};

/// `kubectl cluster-info`.
pub static CLUSTER_INFO: Command =
    Command { subcommands: &[&super::dump::COMMAND], ..Command::new("cluster-info", "Display cluster information", cluster_info) };

/// `kubectl completion`.
pub static COMPLETION: Command = Command {
    usage: "SHELL [options]",
    ..Command::new("completion", "Output shell completion code for the specified shell (bash, zsh, fish, or powershell)", completion)
};

/// `kubectl options`.
pub static OPTIONS: Command = Command::new("options", "List of global command-line options (applies to all commands).", options);

const KUSTOMIZE_FLAGS: &[Flag] = &[
    text("output", "o"),
    switch("enable-helm", ""),
    text("load-restrictor", ""),
    switch("as-current-user", ""),
    switch("enable-alpha-plugins", ""),
    array("env", "e"),
    list("helm-api-versions", ""),
    text("helm-command", ""),
    switch("helm-debug", ""),
    text("helm-kube-version", ""),
    array("mount", ""),
    switch("network", ""),
    text("network-name", ""),
];
/// `kubectl kustomize`.
pub static KUSTOMIZE: Command = Command {
    usage: "DIR [flags] [options]",
    flags: &[KUSTOMIZE_FLAGS],
    ..Command::new("kustomize", "Build a kustomization target from a directory or URL", kustomize)
};

/// `kubectl alpha`, which has no commands now.
pub static ALPHA: Command = Command::group(
    "alpha",
    "Commands for features in alpha",
    "These commands correspond to alpha features that are not enabled in Kubernetes clusters by default.",
    &[],
);

/// `kubectl certificate`.
pub static CERTIFICATE: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group("certificate", "Modify certificate resources", "Modify certificate resources.", &[&APPROVE, &DENY])
};
const CERTIFICATE_FLAGS: &[Flag] = &[switch("force", "")];
static APPROVE: Command = Command {
    usage: "(-f FILENAME | NAME) [options]",
    flags: &[flags::FILENAME, flags::PRINT, CERTIFICATE_FLAGS],
    ..Command::new("approve", "Approve a certificate signing request", certificate)
};
static DENY: Command = Command {
    usage: "(-f FILENAME | NAME) [options]",
    flags: &[flags::FILENAME, flags::PRINT, CERTIFICATE_FLAGS],
    ..Command::new("deny", "Deny a certificate signing request", certificate)
};

fn cluster_info(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let server = cx.session.server.clone();
    cx.out.outln(format!("Kubernetes control plane is running at {server}"));
    let options = ListOptions { label_selector: "kubernetes.io/cluster-service=true".into(), ..ListOptions::default() };
    for service in cx.list(kinds::SERVICE, Some("kube-system"), &options)? {
        use crate::api::Object;
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
    if cx.args().len() > 1 {
        return fail("specify one path to kustomization.yaml");
    }
    if let Some(given) = cx.flags().get("load-restrictor")
        && !matches!(given, "LoadRestrictionsRootOnly" | "LoadRestrictionsNone")
    {
        let legal = "[LoadRestrictionsRootOnly LoadRestrictionsNone]";
        return fail(format!("illegal flag value --load-restrictor {given}; legal values: {legal}"));
    }
    let directory = cx.args().first().map_or(".", String::as_str);
    let objects = files::kustomization(cx, directory)?;
    let text = |objects: &[Value]| objects.iter().map(to_yaml).list().join("---\n");
    let output = cx.flags().text("output").to_owned();
    let is_folder = cx.host.files.list(&output).is_ok();
    let in_folder = output.rsplit_once('/').is_none_or(|(folder, _)| folder.is_empty() || cx.host.files.list(folder).is_ok());
    let mut write = |path: &str, objects: &[Value]| {
        cx.host.files.write(path, text(objects).as_bytes()).map_err(|e| CliError::Message(format!("open {path}: {e}")))
    };
    if output.is_empty() {
        cx.out.out(text(&objects));
    } else if is_folder {
        let several = objects.iter().filter_map(namespace_of).collect::<SortedSet<_>>().len() > 1;
        for object in &objects {
            write(&format!("{output}/{}", file_of(object, several)), std::slice::from_ref(object))?;
        }
    } else if in_folder {
        write(&output, &objects)?;
    } else {
        return fail(format!("open {output}: no such file or directory"));
    }
    Ok(Flow::Done)
}

/// The namespace that an object is in; nothing of one that is in none.
fn namespace_of(object: &Value) -> Option<&str> {
    is_namespaced(object).then(|| if object.namespace().is_empty() { "default" } else { object.namespace() })
}

/// What the file of one object is called where each gets its own, with its namespace where there are several.
// Models Writer.WriteIndividualFiles of kustomize's build.
fn file_of(object: &Value, several: bool) -> String {
    let namespace = namespace_of(object).filter(|_| several).map(|namespace| format!("{namespace}_")).unwrap_or_default();
    let version = object.api_version().replace('/', "_");
    format!("{namespace}{version}_{}_{}.yaml", object.kind(), object.name()).lower()
}

// Models kubectl/pkg/cmd/certificates. Nobody signs what is approved.
fn certificate(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let approves = cx.inv.path.ends_with("approve");
    let by_file = cx.flags().given("filename") || cx.flags().given("kustomize");
    if cx.args().is_empty() && !by_file {
        return fail("one or more CSRs must be specified as <name> or -f <filename>");
    }
    let mut reporter = Reporter::new(cx)?;
    let args = cx.args().iter().map(|name| format!("certificatesigningrequests/{name}")).list();
    let (kind, other, verb) = if approves { ("Approved", "Denied", "approve") } else { ("Denied", "Approved", "deny") };
    let done = kind.lower();
    let found = find(cx, &Query { latest: true, files: true, ..Query::default() }, &args)?;
    found.in_parts(cx, move |cx, info, _| {
        // A file is read without a namespace.
        if info.kind.namespaced {
            return fail(format!("no namespace set on resource {} {:?}", Info::resource_text(info.kind), info.name));
        }
        if info.kind != kinds::CERTIFICATE_SIGNING_REQUEST {
            let dot = if info.kind.group.is_empty() { "" } else { "." };
            let what = format!("{}{dot}{}", info.kind.kind, info.kind.group);
            return fail(format!("can only handle CertificateSigningRequest.certificates.k8s.io objects, got {what}"));
        }
        let mut request = info.object.clone();
        let has = |wanted: &str| !find_condition(request.get("status"), wanted).is_null();
        if has(other) {
            return fail(format!("certificate signing request {:?} is already {other}", info.name));
        }
        if !has(kind) {
            let now = cx.host.now.rfc3339();
            let title = format!("{}{}", verb[..1].upper(), &verb[1..]);
            request.at_mut(&["status", "conditions"]).list_mut().push(crate::obj!({
                "type": kind, "status": "True", "reason": format!("Kubectl{title}"),
                "message": format!("This CSR was {done} by kubectl certificate {verb}."),
                "lastUpdateTime": now.as_str(), "lastTransitionTime": now.as_str()
            }));
            let options = cx.write_options(DryRun::None)?;
            cx.update(info.kind, request, Subresource::Status, &options)?;
        }
        reporter.report(&done, &info.object, cx.out)
    })
}

//! `kubectl kustomize`: what a kustomization comes to.

use crate::api::{Object, Value};
use crate::base::{Case as _, List as _, SortedSet};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files;
use crate::kubectl::flags::{Flag, array, list, switch, text};
use crate::kubectl::kustomize::{is_namespaced, or_default};
use crate::kubectl::output::to_yaml;

const OWN: &[Flag] = &[
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
pub static COMMAND: Command = Command {
    usage: "DIR [flags] [options]",
    flags: &[OWN],
    ..Command::new("kustomize", "Build a kustomization target from a directory or URL", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
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
    is_namespaced(object).then(|| or_default(object.namespace()))
}

/// What the file of one object is called where each gets its own, with its namespace where there are several.
// Models Writer.WriteIndividualFiles of kustomize's build.
fn file_of(object: &Value, several: bool) -> String {
    let namespace = namespace_of(object).filter(|_| several).map(|namespace| format!("{namespace}_")).unwrap_or_default();
    let version = object.api_version().replace('/', "_");
    format!("{namespace}{version}_{}_{}.yaml", object.kind(), object.name()).lower()
}

//! `kubectl cp`: single files, into a container and out of one.

use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, int, switch, text};
use crate::kubectl::host::FileError;
use crate::kubectl::pods::container_of;
use crate::kubectl::resources::{Query, find};

const OWN: &[Flag] = &[text("container", "c"), switch("no-preserve", ""), int("retries", "")];

/// `kubectl cp`.
pub static COMMAND: Command = Command {
    usage: "<file-spec-src> <file-spec-dest> [options]",
    flags: &[OWN],
    run: Run::Do(run),
    ..Command::new("cp", "Copy files and directories to and from containers", run)
};

/// A file larger than this is not copied out of a container, in bytes.
const SIZE_MAX: usize = 16 << 20;

/// One end of a copy.
struct Place {
    namespace: Option<String>,
    pod: Option<String>,
    path: String,
}

fn parse(spec: &str) -> Result<Place, CliError> {
    let Some((pod, path)) = spec.split_once(':') else {
        return Ok(Place { namespace: None, pod: None, path: spec.into() });
    };
    let (namespace, pod) = match pod.split_once('/') {
        Some((namespace, pod)) => (Some(namespace.to_owned()), pod),
        None => (None, pod),
    };
    if pod.is_empty() || pod.contains('/') {
        return fail("filespec must match the canonical format: [[namespace/]pod:]file/path");
    }
    Ok(Place { namespace, pod: Some(pod.into()), path: path.into() })
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let [from, to] = cx.args() else { return fail("source and destination are required") };
    let (from, to) = (parse(from)?, parse(to)?);
    let (remote, download) = match (&from.pod, &to.pod) {
        (Some(_), Some(_)) => return fail("one of src or dest must be a local file specification"),
        (None, None) => return fail("one of src or dest must be a remote file specification"),
        (Some(_), None) => (&from, true),
        (None, Some(_)) => (&to, false),
    };
    if from.path.is_empty() || to.path.is_empty() {
        return fail("filepath can not be empty");
    }
    let content = if download {
        Vec::new()
    } else {
        match cx.host.files.read(&from.path) {
            Ok(content) => content,
            Err(FileError::NotFound) => return fail(format!("{} doesn't exist in local filesystem", from.path)),
            Err(FileError::IsADirectory) => return fail("copying directories is not simulated here: copy the files one by one"),
            Err(error) => return fail(format!("open {}: {error}", from.path)),
        }
    };
    if let Some(namespace) = &remote.namespace {
        cx.session.namespace.clone_from(namespace);
    }
    let target = vec!["pods".to_owned(), remote.pod.clone().unwrap_or_default()];
    let infos = find(cx, &Query { latest: true, ..Query::default() }, &target)?.into_infos()?;
    let Some(info) = infos.into_iter().next() else { return fail("expected one resource") };
    let phase = info.object.at(&["status", "phase"]).str();
    if matches!(phase, "Succeeded" | "Failed") {
        return fail(format!("cannot exec into a container in a completed pod; current phase is {phase}"));
    }
    let container = container_of(cx, &info.object, cx.flags().text("container"), false)?;
    let now = cx.host.now;
    let Some(node) = cx.host.node.as_deref_mut() else {
        return fail("unable to upgrade connection: error dialing backend: no kubelet runs here");
    };
    let (namespace, pod) = (info.namespace.as_str(), info.name.as_str());
    let name_in = |path: &str, name: &str| format!("{}/{name}", path.trim_end_matches('/'));
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
    if download {
        let content = node
            .read_file(namespace, pod, &container, &from.path, SIZE_MAX + 1)
            .map_err(|s| CliError::Exit(1, format!("{}\ncommand terminated with exit code 1", s.message)))?;
        if content.len() > SIZE_MAX {
            return fail(format!("open {}: {}", from.path, FileError::TooLarge));
        }
        // The container's own tar packs it, and says so in its own words.
        if from.path.starts_with('/') {
            let gnu = node.list_files(namespace, pod, &container, "/bin").is_ok_and(|all| all.iter().any(|f| f.name == "bash"));
            cx.out.errln(format!("tar: {} from member names", if gnu { "Removing leading `/'" } else { "removing leading '/'" }));
        }
        let is_directory = to.path.ends_with('/') || matches!(cx.host.files.read(&to.path), Err(FileError::IsADirectory));
        let path = if is_directory { name_in(&to.path, &last(&from.path)) } else { to.path };
        cx.host.files.write(&path, &content).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
        return Ok(Flow::Done);
    }
    let is_directory = to.path.ends_with('/') || node.list_files(namespace, pod, &container, &to.path).is_ok();
    let path = if is_directory { name_in(&to.path, &last(&from.path)) } else { to.path };
    node.write_file(now, namespace, pod, &container, &path, &content)?;
    Ok(Flow::Done)
}

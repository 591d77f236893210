//! `kubectl cp`: files and directories, into a container and out of one.

use super::exec::{ExecRequest, Session};
use crate::api::{Status, kinds};
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, int, switch, text};
use crate::kubectl::host::FileError;
use crate::kubectl::pods::container_of;
use crate::server::{FileEntry, FileKind, NewFile};

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
/// How GNU's tar ends where something went wrong.
const FAILED: &str = "Exiting with failure status due to previous errors";

/// One end of a copy.
struct Place {
    namespace: Option<String>,
    pod: Option<String>,
    path: String,
}

fn parse(spec: &str) -> Result<Place, CliError> {
    let trimmed = |path: &str| path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path).to_owned();
    let Some((pod, path)) = spec.split_once(':') else {
        return Ok(Place { namespace: None, pod: None, path: trimmed(spec) });
    };
    let (namespace, pod) = match pod.split_once('/') {
        Some((namespace, pod)) => (Some(namespace.to_owned()), pod),
        None => (None, pod),
    };
    if pod.is_empty() || pod.contains('/') {
        return fail("filespec must match the canonical format: [[namespace/]pod:]file/path");
    }
    Ok(Place { namespace, pod: Some(pod.into()), path: trimmed(path) })
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
    let is_missing = match cx.host.files.look_at(&from.path) {
        Ok((FileKind::Link(_), _)) => matches!(cx.host.files.read(&from.path), Err(FileError::NotFound)),
        found => found.is_err_and(|error| error == FileError::NotFound),
    };
    if !download && is_missing {
        return fail(format!("{} doesn't exist in local filesystem", from.path));
    }
    if let Some(namespace) = &remote.namespace {
        cx.session.namespace.clone_from(namespace);
    }
    let (namespace, pod) = (cx.namespace(), remote.pod.as_deref().unwrap_or_default());
    let (namespace, object) = (namespace.as_str(), cx.get(kinds::POD, &namespace, pod)?);
    let phase = object.at(&["status", "phase"]).str();
    if matches!(phase, "Succeeded" | "Failed") {
        return fail(format!("cannot exec into a container in a completed pod; current phase is {phase}"));
    }
    let container = container_of(cx, &object, cx.flags().text("container"), false)?;
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
    let below = |path: &str, name: &str| if name.is_empty() { path.to_owned() } else { format!("{}/{name}", path.trim_end_matches('/')) };
    // The container's own tar does the packing, and says so in its own words.
    cx.require(("create", kinds::POD, "exec"), namespace, pod)?;
    let bin = cx.host.node.as_deref().and_then(|node| node.list_files(namespace, pod, &container, "/bin").ok()).unwrap_or_default();
    let has = |name: &str| bin.iter().any(|file| file.name == name);
    let gnu = has("bash");
    if !has("tar") {
        // Why it cannot be run is told as by `kubectl exec`.
        let (namespace, pod, container) = (namespace.to_owned(), pod.to_owned(), container.clone());
        let tar = ExecRequest { namespace, pod, container, command: vec!["tar".into()], stdin: false, tty: false };
        Session::start(cx, &tar, false)?;
    }
    let now = cx.host.now;
    let Some(node) = cx.host.node.as_deref_mut() else { return fail("the connection to the node was lost") };
    let end = if gnu { 2 } else { 1 };
    if download {
        let (folder, name) = from.path.rsplit_once('/').unwrap_or((".", &from.path));
        let beside = node.list_files(namespace, pod, &container, if folder.is_empty() { "/" } else { folder }).unwrap_or_default();
        let is_dir = || node.list_files(namespace, pod, &container, &from.path).is_ok().then_some(FileKind::Directory);
        let kind = beside.into_iter().find(|entry| entry.name == name).map(|entry| entry.kind).or_else(is_dir);
        if from.path.starts_with('/') && (gnu || kind.is_some()) {
            cx.out.outln(format!("tar: {} from member names", if gnu { "Removing leading `/'" } else { "removing leading '/'" }));
        }
        let Some(kind) = kind else {
            let [why, last] = if gnu {
                ["Cannot stat: No such file or directory", FAILED]
            } else {
                ["No such file or directory", "error exit delayed from previous errors"]
            };
            cx.out.outln(format!("tar: {}: {why}\ntar: {last}", from.path));
            return Err(ended(end));
        };
        let mut warned = false;
        // What is yet to be copied: its path below what was named, and what it is.
        let mut rest = vec![(String::new(), kind)];
        while let Some((name, kind)) = rest.pop() {
            let (source, path) = (below(&from.path, &name), below(&to.path, &name));
            let content = match kind {
                FileKind::Directory => {
                    cx.host.files.make_dirs(&path);
                    let entries = node.list_files(namespace, pod, &container, &source).unwrap_or_default();
                    let child =
                        |entry: FileEntry| (if name.is_empty() { entry.name } else { format!("{name}/{}", entry.name) }, entry.kind);
                    rest.extend(entries.into_iter().rev().map(child));
                    continue;
                }
                FileKind::Link(target) => {
                    let instead = if std::mem::replace(&mut warned, true) {
                        String::new()
                    } else {
                        let tar = format!("tar cf - {:?} | tar xf -", from.path);
                        format!(" (consider using \"kubectl exec -n {:?} {pod:?} -- {tar}\")", remote.namespace.as_deref().unwrap_or(""))
                    };
                    cx.out.errln(format!("warning: skipping symlink: {path:?} -> {target:?}{instead}"));
                    continue;
                }
                FileKind::Program => return fail(format!("{source}: this program of the image is simulated and has no bytes to copy")),
                FileKind::Device => Vec::new(),
                FileKind::File => node.read_file(namespace, pod, &container, &source, SIZE_MAX + 1)?,
            };
            if content.len() > SIZE_MAX {
                return fail(format!("open {source}: {}", FileError::TooLarge));
            }
            if cx.host.files.list(&path).is_ok() {
                return fail(format!("open {path}: {}", FileError::IsADirectory));
            }
            cx.host.files.write(&path, &content).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
        }
        return Ok(Flow::Done);
    }
    let within = node.list_files(namespace, pod, &container, &to.path).is_ok();
    let path = if within { below(&to.path, &last(&from.path)) } else { to.path.clone() };
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let reason = |status: &Status| status.message.rsplit(": ").next().unwrap_or_default().to_owned();
    if let (false, Err(status)) = (folder.is_empty(), node.list_files(namespace, pod, &container, folder)) {
        let why = reason(&status);
        cx.out.errln(if gnu {
            format!("tar: {folder}: Cannot open: {why}\ntar: Error is not recoverable: exiting now")
        } else {
            format!("tar: can't change directory to '{folder}': {why}")
        });
        return Err(ended(end));
    }
    // What is yet to be copied, by its path below what was named.
    let mut rest = vec![String::new()];
    while let Some(name) = rest.pop() {
        let source = below(&from.path, &name);
        let failed = |error: FileError| CliError::Message(format!("open {source}: {error}"));
        let (kind, mut mode) = cx.host.files.look_at(&source).map_err(failed)?;
        let bytes = match kind {
            FileKind::Link(_) => Vec::new(),
            FileKind::Directory => {
                let names = cx.host.files.list(&source).map_err(failed)?;
                if !names.is_empty() {
                    // Only an empty one is in the archive; others are made for what is in them.
                    mode = 0o755;
                }
                rest.extend(names.into_iter().rev().map(|n| if name.is_empty() { n } else { format!("{name}/{n}") }));
                Vec::new()
            }
            FileKind::Program => return fail(format!("{source}: this program of the workstation is simulated and has no bytes to copy")),
            FileKind::File | FileKind::Device => cx.host.files.read(&source).map_err(failed)?,
        };
        let to = below(&path, &name);
        let is_dir = kind == FileKind::Directory;
        node.put_file(now, namespace, pod, &container, &to, &NewFile { kind, mode, bytes }).map_err(|status| {
            let why = reason(&status);
            let to = to.strip_prefix(folder).unwrap_or(&to).trim_start_matches('/');
            let said = match (gnu, is_dir, why.as_str()) {
                (true, ..) => format!("{to}: Cannot {}: {why}\ntar: {FAILED}", if is_dir { "mkdir" } else { "open" }),
                (_, true, _) => format!("can't create directory '{to}': {why}"),
                // What is there goes first.
                (_, _, "Is a directory" | "Read-only file system") => format!("can't remove old file {to}: {why}"),
                _ => format!("can't open '{to}': {why}"),
            };
            cx.out.errln(format!("tar: {said}"));
            ended(end)
        })?;
    }
    Ok(Flow::Done)
}

/// What is said of the container's tar that ended so.
fn ended(code: i32) -> CliError {
    CliError::Exit(code, format!("command terminated with exit code {code}"))
}

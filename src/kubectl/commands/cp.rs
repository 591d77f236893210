//! `kubectl cp`: files and directories, into a container and out of one.

use super::exec::{ExecRequest, Session};
use crate::api::kinds;
use crate::base::Errno;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, int, switch, text};
use crate::kubectl::host::FileError;
use crate::kubectl::pods::choose_container;
use crate::server::{ContainerFileError, FileEntry, FileKind, NewFile, NodeApi};

const OWN: &[Flag] = &[text("container", "c"), switch("no-preserve", ""), int("retries", "")];

/// `kubectl cp`.
pub static COMMAND: Command = Command {
    usage: "<file-spec-src> <file-spec-dest> [options]",
    flags: &[OWN],
    ..Command::new("cp", "Copy files and directories to and from containers", run)
};

/// A file larger than this is not copied out of a container, in bytes.
const SIZE_MAX: usize = 16 << 20;
/// How GNU's tar ends where something went wrong.
const FAILED: &str = "Exiting with failure status due to previous errors";

/// The container at one end of a copy, whose own tar does the packing and says so in its own words.
struct Remote<'a> {
    /// The namespace that was named with the pod, empty where none was.
    named: &'a str,
    namespace: String,
    pod: &'a str,
    container: String,
    /// Whether its tar is GNU's; busybox' otherwise.
    is_gnu: bool,
}

impl Remote<'_> {
    /// The files of one of its folders.
    fn list(&self, node: &dyn NodeApi, path: &str) -> Result<Vec<FileEntry>, ContainerFileError> {
        node.list_files(&self.namespace, self.pod, &self.container, path)
    }

    /// How its tar ends where something went wrong.
    fn failed(&self) -> CliError {
        let code = if self.is_gnu { 2 } else { 1 };
        CliError::Exit(code, format!("command terminated with exit code {code}"))
    }
}

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
    let (place, download) = match (&from.pod, &to.pod) {
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
    if let Some(namespace) = &place.namespace {
        cx.session.namespace.clone_from(namespace);
    }
    let (namespace, pod) = (cx.namespace(), place.pod.as_deref().unwrap_or_default());
    let object = cx.get(kinds::POD, &namespace, pod)?;
    let phase = object.at(&["status", "phase"]).str();
    if matches!(phase, "Succeeded" | "Failed") {
        return fail(format!("cannot exec into a container in a completed pod; current phase is {phase}"));
    }
    let (container, chosen) = choose_container(&object, cx.flags().text("container"))?;
    if let Some(chosen) = chosen {
        // What a download says goes to standard output.
        if download { cx.out.outln(chosen) } else { cx.out.errln(chosen) }
    }
    // The container's own tar does the packing.
    cx.require(("create", kinds::POD, "exec"), &namespace, pod)?;
    let mut remote = Remote { named: place.namespace.as_deref().unwrap_or(""), namespace, pod, container, is_gnu: false };
    let bin = cx.host.node.as_deref().and_then(|node| remote.list(node, "/bin").ok()).unwrap_or_default();
    let has = |name: &str| bin.iter().any(|file| file.name == name);
    remote.is_gnu = has("bash");
    if !has("tar") {
        // Why it cannot be run is told as by `kubectl exec`.
        let (namespace, pod, container) = (remote.namespace.clone(), pod.to_owned(), remote.container.clone());
        let tar = ExecRequest { namespace, pod, container, command: vec!["tar".into()], stdin: false, tty: false };
        Session::start(cx, &tar, false)?;
    }
    if download { copy_out(cx, &remote, &from.path, &to.path) } else { copy_in(cx, &remote, &from.path, &to.path) }
}

/// A path below another; that itself where nothing is named.
fn below(path: &str, name: &str) -> String {
    if name.is_empty() { path.to_owned() } else { format!("{}/{name}", path.trim_end_matches('/')) }
}

/// A name in what is named, which may be nothing.
fn within(name: &str, entry: &str) -> String {
    if name.is_empty() { entry.to_owned() } else { format!("{name}/{entry}") }
}

fn lost<T>() -> Result<T, CliError> {
    fail("the connection to the node was lost")
}

/// Copies from the container to the workstation.
fn copy_out(cx: &mut Context<'_, '_>, remote: &Remote<'_>, from: &str, to: &str) -> Result<Flow, CliError> {
    let Some(node) = cx.host.node.as_deref() else { return lost() };
    let (folder, name) = from.rsplit_once('/').unwrap_or((".", from));
    let beside = remote.list(node, if folder.is_empty() { "/" } else { folder }).unwrap_or_default();
    let is_dir = || remote.list(node, from).is_ok().then_some(FileKind::Directory);
    let kind = beside.into_iter().find(|entry| entry.name == name).map(|entry| entry.kind).or_else(is_dir);
    if from.starts_with('/') && (remote.is_gnu || kind.is_some()) {
        cx.out.outln(format!("tar: {} from member names", if remote.is_gnu { "Removing leading `/'" } else { "removing leading '/'" }));
    }
    let Some(kind) = kind else {
        let [why, last] = if remote.is_gnu {
            ["Cannot stat: No such file or directory", FAILED]
        } else {
            ["No such file or directory", "error exit delayed from previous errors"]
        };
        cx.out.outln(format!("tar: {from}: {why}\ntar: {last}"));
        // Its archive is whole, although empty, and kubectl does not wait for how tar ends.
        return Ok(Flow::Done);
    };
    let mut warned = false;
    // What is yet to be copied: its path below what was named, and what it is.
    let mut rest = vec![(String::new(), kind)];
    while let Some((name, kind)) = rest.pop() {
        let (source, path) = (below(from, &name), below(to, &name));
        let content = match kind {
            FileKind::Directory => {
                cx.host.files.make_dirs(&path);
                let entries = remote.list(node, &source).unwrap_or_default();
                rest.extend(entries.into_iter().rev().map(|entry| (within(&name, &entry.name), entry.kind)));
                continue;
            }
            FileKind::Link(target) => {
                let instead = if std::mem::replace(&mut warned, true) {
                    String::new()
                } else {
                    let (named, pod) = (remote.named, remote.pod);
                    format!(" (consider using \"kubectl exec -n {named:?} {pod:?} -- tar cf - {from:?} | tar xf -\")")
                };
                cx.out.errln(format!("warning: skipping symlink: {path:?} -> {target:?}{instead}"));
                continue;
            }
            FileKind::Program => return fail(format!("{source}: this program of the image is simulated and has no bytes to copy")),
            FileKind::Device => Vec::new(),
            FileKind::File => node.read_file(&remote.namespace, remote.pod, &remote.container, &source, SIZE_MAX + 1)?,
        };
        if content.len() > SIZE_MAX {
            return fail(format!("open {source}: {}", FileError::TooLarge));
        }
        if cx.host.files.list(&path).is_ok() {
            return fail(format!("open {path}: {}", FileError::IsADirectory));
        }
        cx.host.files.write(&path, &content).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
    }
    Ok(Flow::Done)
}

/// Copies from the workstation into the container.
fn copy_in(cx: &mut Context<'_, '_>, remote: &Remote<'_>, from: &str, to: &str) -> Result<Flow, CliError> {
    let now = cx.host.now;
    let Some(node) = cx.host.node.as_deref_mut() else { return lost() };
    let name = from.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let path = if remote.list(node, to).is_ok() { below(to, name) } else { to.to_owned() };
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    if let (false, Err(error)) = (folder.is_empty(), remote.list(node, folder)) {
        let why = refused(error)?;
        cx.out.errln(if remote.is_gnu {
            format!("tar: {folder}: Cannot open: {why}\ntar: Error is not recoverable: exiting now")
        } else {
            format!("tar: can't change directory to '{folder}': {why}")
        });
        return Err(remote.failed());
    }
    // What is yet to be copied, by its path below what was named.
    let mut rest = vec![String::new()];
    while let Some(name) = rest.pop() {
        let source = below(from, &name);
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
                rest.extend(names.iter().rev().map(|entry| within(&name, entry)));
                Vec::new()
            }
            FileKind::Program => return fail(format!("{source}: this program of the workstation is simulated and has no bytes to copy")),
            FileKind::File | FileKind::Device => cx.host.files.read(&source).map_err(failed)?,
        };
        let to = below(&path, &name);
        let is_dir = kind == FileKind::Directory;
        let put = node.put_file(now, &remote.namespace, remote.pod, &remote.container, &to, &NewFile { kind, mode, bytes });
        if let Err(error) = put {
            let why = refused(error)?;
            let to = to.strip_prefix(folder).unwrap_or(&to).trim_start_matches('/');
            cx.out.errln(format!("tar: {}", refusal(remote, to, is_dir, why)));
            return Err(remote.failed());
        }
    }
    Ok(Flow::Done)
}

/// What the container's system says, where it is that which fails.
fn refused(error: ContainerFileError) -> Result<Errno, CliError> {
    match error {
        ContainerFileError::System(why) => Ok(why),
        ContainerFileError::Container(status) => Err(status.into()),
    }
}

/// What tar says of a file that it could not write.
fn refusal(remote: &Remote<'_>, to: &str, is_dir: bool, why: Errno) -> String {
    match (remote.is_gnu, is_dir, why) {
        (true, ..) => format!("{to}: Cannot {}: {why}\ntar: {FAILED}", if is_dir { "mkdir" } else { "open" }),
        (_, true, _) => format!("can't create directory '{to}': {why}"),
        // What is there goes first.
        (_, _, Errno::IsDirectory | Errno::ReadOnly) => format!("can't remove old file {to}: {why}"),
        _ => format!("can't open '{to}': {why}"),
    }
}

//! `kubectl cp`: single files, through a program in the container.

use crate::api::Object;
use crate::base::Duration;
use crate::kubectl::command::{Command, Flow, Run, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, int, switch, text};
use crate::kubectl::host::{ExecOutput, ExecRequest, FileError, Step};
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

/// How often the program is looked at.
const POLL: Duration = Duration::from_millis(20);
/// A file larger than this is not copied, in bytes.
const SIZE_MAX: usize = 64 << 20;

/// One end of a copy.
struct Place {
    namespace: Option<String>,
    pod: Option<String>,
    path: String,
}

/// A copy at work.
#[derive(Clone, Debug)]
pub struct Copying {
    session: u64,
    /// Where a download goes; `None` for an upload.
    to: Option<String>,
    content: Vec<u8>,
    errors: Vec<u8>,
}

fn parse(spec: &str) -> Result<Place, CliError> {
    let Some((pod, path)) = spec.split_once(':') else {
        return Ok(Place { namespace: None, pod: None, path: spec.into() });
    };
    let (namespace, pod) = match pod.split_once('/') {
        Some((namespace, pod)) => (Some(namespace.to_owned()), pod),
        None => (None, pod),
    };
    if pod.is_empty() {
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
            Ok(content) if content.len() <= SIZE_MAX => content,
            Ok(_) => return fail(format!("{} is too large to be copied", from.path)),
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
    let container = container_of(cx, &info.object, cx.flags().text("container"), false)?;
    let command = if download {
        vec!["cat".to_owned(), remote.path.clone()]
    } else {
        // A directory takes the file under its own name.
        let name = from.path.rsplit('/').next().unwrap_or("");
        let script = "if [ -d \"$1\" ]; then cat > \"$1/$2\"; else cat > \"$1\"; fi";
        ["sh", "-c", script, "cp", &remote.path, name].map(str::to_owned).to_vec()
    };
    let request = ExecRequest {
        namespace: info.namespace.clone(),
        pod: info.object.name().to_owned(),
        container,
        command,
        stdin: !download,
        tty: false,
    };
    let now = cx.host.now;
    let Some(node) = cx.host.node.as_deref_mut() else {
        return fail("unable to upgrade connection: error dialing backend: no kubelet runs here");
    };
    let session = node.exec(now, &request)?;
    if !download {
        node.exec_input(now, session, &content, true);
    }
    let local = if to.path.ends_with('/') || matches!(cx.host.files.read(&to.path), Err(FileError::IsADirectory)) {
        format!("{}/{}", to.path.trim_end_matches('/'), from.path.rsplit('/').next().unwrap_or(""))
    } else {
        to.path.clone()
    };
    Copying { session, to: download.then_some(local), content: Vec::new(), errors: Vec::new() }.resume(cx)
}

impl Copying {
    /// Takes what came, and writes the file at the end.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let now = cx.host.now;
        let Some(node) = cx.host.node.as_deref_mut() else { return fail("the connection to the node was lost") };
        let ExecOutput { stdout, stderr, exit } = node.exec_output(now, self.session)?;
        self.content.extend(stdout);
        self.errors.extend(stderr);
        if self.content.len() > SIZE_MAX {
            return fail("the file is too large to be copied");
        }
        match exit {
            None => Ok(Flow::Wait(Task::Copy(Box::new(self)), Step::WaitUntil(now + POLL))),
            Some(0) => {
                if let Some(path) = &self.to {
                    cx.host.files.write(path, &self.content).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
                }
                Ok(Flow::Done)
            }
            Some(code) => {
                cx.out.err(&self.errors);
                Err(CliError::Exit(1, format!("command terminated with exit code {code}")))
            }
        }
    }
}

//! `kubectl exec` and `attach`: a program in a container, its input and output passed through.

use crate::api::{Object, Value, kinds};
use crate::base::{Duration, List as _};
use crate::kubectl::checks::check_pod_timeout;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::pods::{container_of, containers, pod_of};
use crate::kubectl::request_log::{Request, truth};
use crate::kubectl::resources::{Query, fetch, find};
use crate::server::ExecId;

const OWN: &[Flag] =
    &[text("container", "c"), switch("stdin", "i"), switch("tty", "t"), switch("quiet", "q"), duration("pod-running-timeout")];
const DETACH: &[Flag] = &[text("detach-keys", "")];

/// `kubectl exec`.
pub static COMMAND: Command = Command {
    usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]",
    flags: &[flags::FILES, OWN],
    ..Command::new("exec", "Execute a command in a container", exec)
};

/// `kubectl attach`.
pub static ATTACH: Command = Command {
    usage: "(POD | TYPE/NAME) -c CONTAINER [options]",
    flags: &[OWN, DETACH],
    ..Command::new("attach", "Attach to a running container", attach)
};

/// How often output is looked for.
const POLL: Duration = Duration::from_millis(20);

/// A command to run in a container.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecRequest {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// The command and its arguments; empty attaches to the container's own process.
    pub command: Vec<String>,
    /// Whether standard input is passed on.
    pub stdin: bool,
    /// Whether it gets a terminal.
    pub tty: bool,
}

/// A session in a container.
#[derive(Clone, Debug)]
pub struct Session {
    id: ExecId,
    /// How much of standard input was passed on.
    sent: usize,
    closed: bool,
    stdin: bool,
    tty: bool,
    /// Whether the exit code is reported as `exec` reports it.
    report: bool,
    /// What is said at the end.
    farewell: String,
}

/// The pod that is meant.
fn find_pod(cx: &mut Context<'_, '_>, target: &[String]) -> Result<Value, CliError> {
    let target = match target {
        [one] if !one.contains('/') => vec!["pods".to_owned(), one.clone()],
        other => other.to_vec(),
    };
    let infos = find(cx, &Query { files: true, ..Query::default() }, &target)?.into_infos()?;
    if infos.len() > 1 {
        return fail("cannot exec into multiple objects at a time");
    }
    let Some(mut info) = infos.into_iter().next() else { return fail("expected one resource") };
    if !info.source.is_empty() {
        fetch(cx, &mut info)?;
    }
    pod_of(cx, &info)
}

fn exec(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (before, command) = cx.args_at_dash();
    let by_file = cx.flags().given("filename");
    check_pod_timeout(cx).map_err(|e| cx.usage(e.to_string()))?;
    if cx.inv.dash.is_none() && before.len() > usize::from(!by_file) {
        return Err(cx.usage("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead"));
    }
    if before.is_empty() && !by_file {
        return fail("pod, type/name or --filename must be specified");
    }
    if command.is_empty() {
        return fail("you must specify at least one command for the container");
    }
    let pod = find_pod(cx, if by_file { &[] } else { &before[..1] })?;
    let phase = pod.at(&["status", "phase"]).str();
    if matches!(phase, "Succeeded" | "Failed") {
        return fail(format!("cannot exec into a container in a completed pod; current phase is {phase}"));
    }
    let container = container_of(cx, &pod, cx.flags().text("container"), cx.flags().is_on("quiet"))?;
    let (stdin, tty) = terminal(cx, cx.flags().is_on("tty"));
    let request =
        ExecRequest { namespace: pod.namespace().into(), pod: pod.name().into(), container, command: command.to_vec(), stdin, tty };
    Session::start(cx, &request, true)?.resume(cx)
}

fn attach(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    check_pod_timeout(cx).map_err(|e| cx.usage(e.to_string()))?;
    match cx.args().len() {
        0 => return fail("at least 1 argument is required for attach"),
        1 | 2 => {}
        n => return fail(format!("expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {n}: [{}]", cx.args().join(" "))),
    }
    let pod = find_pod(cx, cx.args())?;
    let phase = pod.at(&["status", "phase"]).str();
    if matches!(phase, "Succeeded" | "Failed") {
        return fail(format!("cannot attach a container in a completed pod; current phase is {phase}"));
    }
    attach_to(cx, &pod, cx.flags().text("container"))?.resume(cx)
}

/// A session with a container's own program; where none is named, with the one that is meant.
// Models attach.AttachOptions.Run.
pub fn attach_to(cx: &mut Context<'_, '_>, pod: &Value, container: &str) -> Result<Session, CliError> {
    let quiet = cx.flags().is_on("quiet");
    let container = container_of(cx, pod, container, quiet).map_err(|e| match e {
        CliError::Message(why) => CliError::Message(format!("cannot attach to the container: {why}")),
        other => other,
    })?;
    let own = containers(pod).find(|(_, c)| c.get("name").str() == container);
    let has_tty = own.is_some_and(|(_, c)| c.get("tty").is_true());
    if cx.flags().is_on("tty") && !has_tty && !quiet {
        cx.out.errln(format!("error: Unable to use a TTY - container {container} did not allocate one"));
    }
    let (stdin, tty) = terminal(cx, has_tty);
    if !quiet {
        cx.out.errln("All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.");
        cx.out.errln("If you don't see a command prompt, try pressing enter.");
    }
    let (namespace, name) = (pod.namespace(), pod.name());
    let farewell = match own {
        Some((mark, _)) if tty && !quiet => {
            let how = format!("using 'kubectl attach {name} -c {container} -n {namespace} -i -t'");
            match mark {
                " (ephem)" => format!(
                    "Session ended, the ephemeral container will not be restarted but may be reattached {how} if it is still running\n"
                ),
                _ => format!("Session ended, resume {how} command\n"),
            }
        }
        _ => String::new(),
    };
    let request = ExecRequest { namespace: namespace.into(), pod: name.into(), container, command: Vec::new(), stdin, tty };
    Ok(Session { farewell, ..Session::start(cx, &request, false)? })
}

/// `-i`, and whether a terminal that is wanted is there to be had.
// Models exec.StreamOptions.SetupTTY.
fn terminal(cx: &mut Context<'_, '_>, tty: bool) -> (bool, bool) {
    let stdin = cx.flags().is_on("stdin");
    if stdin && tty && !cx.inv.env.stdin_is_tty {
        if !cx.flags().is_on("quiet") {
            cx.out.errln("Unable to use a TTY - input is not a terminal or the right kind of file");
        }
        return (stdin, false);
    }
    (stdin, stdin && tty)
}

impl Session {
    /// Starts a program in a container, or attaches to the one that runs in it.
    pub fn start(cx: &mut Context<'_, '_>, request: &ExecRequest, report: bool) -> Result<Session, CliError> {
        let now = cx.host.now;
        let ExecRequest { namespace, pod, container, command, stdin, tty } = request;
        cx.require(("create", kinds::POD, if command.is_empty() { "attach" } else { "exec" }), namespace, pod)?;
        // Nothing runs of a pod that no node has.
        if cx.host.api.peek(kinds::POD, namespace, pod).is_some_and(|p| p.at(&["spec", "nodeName"]).is_empty()) {
            return fail(format!("unable to upgrade connection: pod {pod} does not have a host assigned"));
        }
        let Some(node) = cx.host.node.as_deref_mut() else {
            return fail("unable to upgrade connection: error dialing backend: no kubelet runs here");
        };
        let started = if command.is_empty() {
            node.attach(namespace, pod, container)
        } else {
            node.exec(now, namespace, pod, container, command, *stdin, *tty)
        };
        if started.is_ok() {
            let mut query: Vec<_> = command.iter().map(|word| ("command", word.clone())).list();
            query.extend([("container", container.clone()), ("stderr", truth(!*tty)), ("stdin", truth(*stdin))]);
            query.extend([("stdout", truth(true)), ("tty", truth(*tty))]);
            let subresource = if command.is_empty() { "attach" } else { "exec" };
            let request = Request { verb: "GET", kind: kinds::POD, namespace, name: pod, subresource, query };
            cx.log_stream(&request, 101, None);
        }
        match started {
            Ok(id) => Ok(Session { id, sent: 0, closed: false, stdin: *stdin, tty: *tty, report, farewell: String::new() }),
            Err(status) if status.reason == "InternalError" => fail(status.into_message()),
            // The node cannot be reached.
            Err(status) if status.reason.is_empty() => {
                fail(format!("unable to upgrade connection: error dialing backend: {}", status.message))
            }
            Err(status) => fail(format!("unable to upgrade connection: {}", status.message)),
        }
    }

    /// The session, as the node knows it.
    pub fn id(&self) -> ExecId {
        self.id
    }

    /// Whether the program has a terminal.
    pub fn has_terminal(&self) -> bool {
        self.tty
    }

    /// Passes input on and output back; the exit code once the program has ended.
    pub fn pump(&mut self, cx: &mut Context<'_, '_>) -> Result<Option<i32>, CliError> {
        let now = cx.host.now;
        let interrupted = std::mem::take(&mut cx.session.interrupted);
        let Some(node) = cx.host.node.as_deref_mut() else { return fail("the connection to the node was lost") };
        if interrupted {
            node.write(now, self.id, b"\x03");
        }
        if self.stdin && !self.closed {
            let fresh = &cx.stdin.bytes[self.sent.min(cx.stdin.bytes.len())..];
            if !fresh.is_empty() {
                node.write(now, self.id, fresh);
                self.sent = cx.stdin.bytes.len();
            }
            if cx.stdin.eof {
                node.close_stdin(now, self.id);
                self.closed = true;
            }
        }
        loop {
            let output = node.poll(self.id);
            cx.out.out(&output.stdout);
            cx.out.err(&output.stderr);
            if output.exit.is_some() {
                cx.out.out(&self.farewell);
            } else if !(output.stdout.is_empty() && output.stderr.is_empty()) {
                continue;
            }
            return Ok(output.exit);
        }
    }

    /// When to look again.
    pub fn next_look(&self, cx: &Context<'_, '_>) -> Step {
        let at = cx.host.now + POLL;
        if self.stdin && !self.closed { Step::WaitStdin(Some(at)) } else { Step::WaitUntil(at) }
    }

    /// Goes on.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        match self.pump(cx)? {
            None => {
                let when = self.next_look(cx);
                Ok(Flow::Wait(Task::Session(self), when))
            }
            Some(0) => Ok(Flow::Done),
            Some(code) if self.report => Err(CliError::Exit(code, format!("command terminated with exit code {code}"))),
            Some(_) => Ok(Flow::Done),
        }
    }
}

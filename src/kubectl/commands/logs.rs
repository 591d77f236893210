//! `kubectl logs`.

use crate::api::{Object, Value, kinds};
use crate::base::{Duration, List as _, Time};
use crate::kubectl::checks::check_pod_timeout;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, int, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::pods::{DEFAULT_CONTAINER, Purpose, container_of, containers, selected, selector_of};
use crate::kubectl::request_log::{Request, truth};
use crate::kubectl::resources::{Info, Query, about_list, find};
use crate::server::{ListOptions, LogCursor, LogOptions};

const OWN: &[Flag] = &[
    switch("all-containers", ""),
    switch("all-pods", ""),
    text("container", "c"),
    switch("follow", "f"),
    switch("ignore-errors", ""),
    switch("insecure-skip-tls-verify-backend", ""),
    int("limit-bytes", ""),
    int("max-log-requests", ""),
    duration("pod-running-timeout"),
    switch("prefix", ""),
    switch("previous", "p"),
    duration("since"),
    text("since-time", ""),
    int("tail", ""),
    switch("timestamps", ""),
];

/// `kubectl logs`.
pub static COMMAND: Command = Command {
    usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]",
    flags: &[flags::SELECTOR, OWN],
    ..Command::new("logs", "Print the logs for a container in a pod", run)
};

/// Streams that are followed at once where `--max-log-requests` does not say.
const STREAMS_MAX: i64 = 5;
/// How often a followed log is looked at.
const POLL: Duration = Duration::from_millis(100);
/// How often a log is asked for again that is to be followed and was refused.
const RETRY: Duration = Duration::from_secs(1);
/// How long a workload without pods, or a log, is waited for where `--pod-running-timeout` does not say.
const POD_TIMEOUT: Duration = Duration::from_secs(20);

/// One container's log.
#[derive(Clone, Debug)]
struct LogStream {
    namespace: String,
    pod: String,
    container: String,
    /// Written before each line.
    prefix: String,
    /// Up to where it was printed.
    cursor: Option<LogCursor>,
    /// Whether a line's end was printed last.
    at_line_start: bool,
    /// When it is asked for again, and up to when, where the server refused it.
    retry: Option<(Time, Time)>,
}

/// `logs` at work.
#[derive(Clone, Debug)]
pub struct Follow {
    streams: Vec<LogStream>,
    /// A workload whose pods are waited for.
    pending: Option<(Info, Time)>,
    /// When `--request-timeout` ends what is followed.
    ends: Option<Time>,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let selector = flags.text("selector");
    let mut args = cx.args().to_vec();
    let mut container = flags.text("container").to_owned();
    match args.len() {
        0 if selector.is_empty() => {
            return Err(cx.usage(
                "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
            ));
        }
        0 => {}
        1 if !selector.is_empty() => return Err(cx.usage("only a selector (-l) or a POD name is allowed")),
        1 => {}
        2 => container = args.pop().unwrap_or_default(),
        _ => {
            return Err(cx.usage(
                "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
            ));
        }
    }
    check_pod_timeout(cx)?;
    let since = flags.text("since-time");
    if !since.is_empty() && crate::base::parse_rfc3339(since).is_none() {
        return fail(crate::api::time_error::explain(since, "2006-01-02T15:04:05Z07:00"));
    }
    let namespace = cx.namespace();
    if !selector.is_empty() {
        let options = ListOptions { label_selector: selector.to_owned(), ..ListOptions::default() };
        let pods = cx.list(kinds::POD, Some(&namespace), &options).map_err(|error| about_list(error, kinds::POD, &options))?;
        if pods.is_empty() {
            cx.out.errln(format!("No resources found in {namespace} namespace."));
            check_asked(cx, &container)?;
            return Ok(Flow::Done);
        }
        check_asked(cx, &container)?;
        let streams = streams_of(cx, &pods, &container)?;
        return Follow { streams, pending: None, ends: cx.watch_deadline() }.begin(cx);
    }
    let kind_and_name: Vec<String> = if args[0].contains('/') { args } else { vec!["pods".into(), args.remove(0)] };
    let info = match find(cx, &Query { latest: true, ..Query::default() }, &kind_and_name).and_then(|f| f.into_infos()) {
        Ok(infos) => infos.into_iter().next(),
        Err(CliError::Status(s)) if s.reason == "NotFound" => {
            return fail(format!("error from server (NotFound): {} in namespace {namespace:?}", s.message));
        }
        Err(error) => return Err(error),
    };
    let Some(info) = info else { return fail("expected one resource") };
    check_asked(cx, &container)?;
    let deadline = cx.host.now + timeout(cx);
    Follow { streams: Vec::new(), pending: Some((info, deadline)), ends: cx.watch_deadline() }.resume(cx)
}

/// What is looked at only once the object is found.
// Models LogsOptions.Validate.
fn check_asked(cx: &Context<'_, '_>, container: &str) -> Result<(), CliError> {
    let flags = cx.flags();
    if flags.given("since") && !flags.text("since-time").is_empty() {
        return fail("at most one of `sinceTime` or `sinceSeconds` may be specified");
    }
    if flags.is_on("all-containers") && !container.is_empty() {
        return fail(format!("--all-containers=true should not be specified with container name {container}"));
    }
    if flags.given("container") && cx.args().len() == 2 {
        return fail("only one of -c or an inline [CONTAINER] arg is allowed");
    }
    if flags.int("limit-bytes").is_some_and(|bytes| bytes < 0) {
        return fail("--limit-bytes must be greater than 0");
    }
    if flags.duration_micros("since").is_some_and(|us| us <= -500_000) {
        return fail("--since must be greater than 0");
    }
    if flags.int("tail").is_some_and(|t| t < -1) {
        return fail("--tail must be greater than or equal to -1");
    }
    Ok(())
}

/// How long is waited for what does not run yet.
fn timeout(cx: &Context<'_, '_>) -> Duration {
    cx.flags().positive_duration("pod-running-timeout").unwrap_or(POD_TIMEOUT)
}

/// The logs of these pods: one container of each, or all of theirs.
fn streams_of(cx: &mut Context<'_, '_>, pods: &[Value], container: &str) -> Result<Vec<LogStream>, CliError> {
    let all = cx.flags().is_on("all-containers");
    let prefixed = cx.flags().is_on("prefix") || cx.flags().is_on("all-pods");
    let mut streams = Vec::new();
    for pod in pods {
        cx.require(("get", kinds::POD, "log"), pod.namespace(), pod.name())?;
        let names: Vec<String> = if all {
            let mut inits: Vec<&Value> = pod.at(&["spec", "initContainers"]).items().iter().list();
            inits.extend(pod.at(&["spec", "containers"]).items());
            inits.extend(pod.at(&["spec", "ephemeralContainers"]).items());
            inits.into_iter().map(|c| c.get("name").str().to_owned()).list()
        } else {
            if let Some(default) = pod.annotation(DEFAULT_CONTAINER).filter(|d| !d.is_empty())
                && container.is_empty()
                && !containers(pod).any(|(_, c)| c.get("name").str() == default)
            {
                cx.out.errln(format!("Default container name {default:?} not found in pod {}", pod.name()));
            }
            // Of all pods of a workload it is not said which container was chosen.
            let quiet = cx.flags().is_on("all-pods");
            vec![container_of(cx, pod, container, quiet)?]
        };
        for name in names {
            streams.push(LogStream {
                namespace: pod.namespace().into(),
                pod: pod.name().into(),
                prefix: if prefixed { format!("[pod/{}/{name}] ", pod.name()) } else { String::new() },
                container: name,
                cursor: None,
                at_line_start: true,
                retry: None,
            });
        }
    }
    Ok(streams)
}

impl Follow {
    fn begin(self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let max = cx.flags().int("max-log-requests").unwrap_or(STREAMS_MAX);
        if cx.flags().is_on("follow") && self.streams.len() as i64 > max {
            return fail(format!(
                "you are attempting to follow {} log streams, but maximum allowed concurrency is {max}, use --max-log-requests to increase the limit",
                self.streams.len()
            ));
        }
        self.resume(cx)
    }

    /// Finds the pod, or prints what came since.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        if let Some((info, deadline)) = self.pending.take() {
            let pods = match pods_behind(cx, &info)? {
                Some(pods) if !pods.is_empty() => pods,
                _ if cx.host.now >= deadline => return fail("timed out waiting for the condition"),
                _ => {
                    self.pending = Some((info, deadline));
                    return Ok(Flow::Wait(Task::Logs(Box::new(self)), Step::WaitChange(Some(deadline))));
                }
            };
            let container = cx.flags().text("container").to_owned();
            let container = if container.is_empty() && cx.args().len() == 2 { cx.args()[1].clone() } else { container };
            self.streams = streams_of(cx, &pods, &container)?;
            return self.begin(cx);
        }
        let follow = cx.flags().is_on("follow");
        let ignore = cx.flags().is_on("ignore-errors");
        let mut open = Vec::new();
        for mut stream in std::mem::take(&mut self.streams) {
            match stream.print(cx) {
                Ok(true) if follow => open.push(stream),
                Ok(_) => {}
                Err(error) if ignore => cx.out.outln(format!("error: {error}")),
                Err(error) => return Err(error),
            }
        }
        if open.is_empty() {
            return Ok(Flow::Done);
        }
        if self.ends.is_some_and(|ends| ends <= cx.host.now) {
            // It is said where the stream is read, and then of the command.
            const LATE: &str = "context deadline exceeded";
            cx.out.errln(LATE);
            return fail(LATE);
        }
        self.streams = open;
        let next = cx.host.now + POLL;
        Ok(Flow::Wait(Task::Logs(Box::new(self)), Step::WaitChange(Some(next))))
    }
}

/// The pods whose logs an object stands for; `None` where it has none yet.
fn pods_behind(cx: &mut Context<'_, '_>, info: &Info) -> Result<Option<Vec<Value>>, CliError> {
    if info.kind == kinds::POD {
        return Ok(Some(vec![info.object.clone()]));
    }
    let selector = selector_of(&info.object, "get the logs from")?;
    let mut pods = selected(cx, &info.namespace, &selector, Purpose::Logs)?;
    if cx.flags().is_on("all-pods") {
        return Ok(Some(pods));
    }
    if pods.len() > 1 {
        cx.out.errln(format!("Found {} pods, using pod/{}", pods.len(), pods[0].name()));
    }
    pods.truncate(1);
    Ok(Some(pods))
}

impl LogStream {
    /// Prints what is new; says whether more may come.
    fn print(&mut self, cx: &mut Context<'_, '_>) -> Result<bool, CliError> {
        let pod = cx.host.api.peek(kinds::POD, &self.namespace, &self.pod);
        if self.cursor.is_none() && pod.is_some_and(|p| p.at(&["spec", "nodeName"]).str().is_empty()) {
            // For a pod without a node the API server has no content.
            return Ok(false);
        }
        let Some(node) = cx.host.node.as_deref() else {
            return fail(format!("the kubelet of pod {:?} cannot be reached", self.pod));
        };
        let now = cx.host.now;
        match self.retry {
            Some((_, deadline)) if now >= deadline => return fail("context deadline exceeded"),
            Some((next, _)) if now < next => return Ok(true),
            _ => {}
        }
        let options = LogOptions { cursor: self.cursor, ..options(cx) };
        let found = node.logs(now, &self.namespace, &self.pod, &self.container, &options);
        if self.cursor.is_none() {
            let query = query(cx, &self.container, &options);
            let request = Request { verb: "GET", kind: kinds::POD, namespace: &self.namespace, name: &self.pod, subresource: "log", query };
            cx.log_stream(&request, 200, found.as_ref().err());
        }
        let chunk = match found {
            Ok(chunk) => chunk,
            // A followed pod may go away.
            Err(_) if self.cursor.is_some() => return Ok(false),
            // Models LogsOptions.consumeWithRetry.
            Err(status) if cx.flags().is_on("follow") && !cx.flags().is_on("ignore-errors") => {
                cx.out.errln(status.into_message());
                let deadline = self.retry.map_or_else(|| now + timeout(cx), |(_, deadline)| deadline);
                self.retry = Some((now + RETRY, deadline));
                return Ok(true);
            }
            Err(status) => return Err(status.into()),
        };
        if self.prefix.is_empty() {
            cx.out.out(&chunk.bytes);
        } else {
            for line in chunk.bytes.split_inclusive(|b| *b == b'\n') {
                if self.at_line_start {
                    cx.out.out(&self.prefix);
                }
                cx.out.out(line);
                self.at_line_start = line.ends_with(b"\n");
            }
        }
        self.cursor = Some(chunk.cursor);
        Ok(!chunk.ended)
    }
}

/// The parameters of a request for a log.
fn query(cx: &Context<'_, '_>, container: &str, options: &LogOptions) -> Vec<(&'static str, String)> {
    let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
    vec![
        ("container", container.to_owned()),
        ("follow", truth(cx.flags().is_on("follow"))),
        ("limitBytes", number(options.limit_bytes)),
        ("previous", truth(options.previous)),
        ("sinceSeconds", number(options.since.map(|since| (since + Duration::from_millis(500)).as_secs()))),
        ("sinceTime", options.since_time.map(Time::rfc3339).unwrap_or_default()),
        ("tailLines", number(options.tail_lines)),
        ("timestamps", truth(options.timestamps)),
    ]
}

/// What the flags ask of a log.
fn options(cx: &Context<'_, '_>) -> LogOptions {
    let flags = cx.flags();
    let default = if flags.text("selector").is_empty() { -1 } else { 10 };
    LogOptions {
        previous: flags.is_on("previous"),
        tail_lines: u64::try_from(flags.int("tail").unwrap_or(default)).ok(),
        since: flags.positive_duration("since"),
        since_time: flags.get("since-time").and_then(Time::parse_rfc3339),
        limit_bytes: flags.int("limit-bytes").and_then(|b| u64::try_from(b).ok()).filter(|b| *b > 0),
        timestamps: flags.is_on("timestamps"),
        cursor: None,
    }
}

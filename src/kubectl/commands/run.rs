//! `kubectl run`.

use super::exec::{ExecRequest, Session, terminal};
use crate::api::image::is_reference;
use crate::api::names::env_var_name;
use crate::api::{Kind, Object, Value};
use crate::base::{Duration, Time};
use crate::kubectl::checks::check_pod_timeout;
use crate::kubectl::command::{Command, Flow, Run, Task};
use crate::kubectl::commands::create_generators::texts;
use crate::kubectl::commands::expose::{overridden, parse_labels};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, duration, int, switch, text, text_or};
use crate::kubectl::host::Step;
use crate::kubectl::last_applied;
use crate::kubectl::pods::container_status;
use crate::kubectl::printing::Reporter;
use crate::obj;
use crate::server::{DeleteOptions, LogOptions, Propagation};

const OWN: &[Flag] = &[
    text("image", ""),
    text("image-pull-policy", ""),
    switch("rm", ""),
    array("env", "e"),
    text("port", ""),
    text("labels", "l"),
    array("annotations", ""),
    switch("stdin", "i"),
    switch("tty", "t"),
    switch("attach", ""),
    switch("leave-stdin-open", ""),
    text("restart", ""),
    switch("command", ""),
    switch("expose", ""),
    switch("quiet", "q"),
    switch("privileged", ""),
    text("overrides", ""),
    text("override-type", ""),
    duration("pod-running-timeout"),
    text("detach-keys", ""),
    text_or("cascade", "background"),
    switch("force", ""),
    int("grace-period", ""),
    duration("timeout"),
    switch("wait", ""),
];

/// `kubectl run`.
pub static COMMAND: Command = Command {
    usage: "NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...] [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::DRY_RUN, flags::SAVE_CONFIG, flags::RECORD, flags::WRITE, OWN],
    required: &["image"],
    run: Run::Do(run),
    ..Command::new("run", "Run a particular image on the cluster", run)
};

/// How long an attached pod may take to start.
const TIMEOUT: Duration = Duration::from_secs(60);

/// `run --attach` at work.
#[derive(Clone, Debug)]
pub struct Attaching {
    namespace: String,
    name: String,
    container: String,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// The pod is to start by this moment.
    Starting(Time),
    /// Its program runs.
    Attached(Session),
    /// It ends.
    Ending,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (before, _) = cx.args_at_dash();
    let Some(name) = before.first().cloned() else { return Err(cx.usage("NAME is required for run")) };
    check_pod_timeout(cx).map_err(|e| cx.usage(e.to_string()))?;
    let image = flags.text("image");
    if image.is_empty() {
        return fail("--image is required");
    }
    if !is_reference(image) {
        return fail(format!("Invalid image name {image:?}: invalid reference format"));
    }
    if flags.is_on("tty") && !flags.is_on("stdin") {
        return Err(cx.usage("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if flags.is_on("expose") && flags.text("port").is_empty() {
        return Err(cx.usage("--port must be set when exposing a service"));
    }
    let mut reporter = Reporter::new(cx)?;
    let dry_run = cx.dry_run()?;
    let attach = flags.switch_or("attach", flags.is_on("stdin") || flags.is_on("tty"));
    if flags.is_on("rm") && !attach {
        return Err(cx.usage("--rm should only be used for attached containers"));
    }
    if attach && dry_run != DryRun::None {
        return Err(cx.usage("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"));
    }
    let policy = flags.text("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        return Err(cx.usage(format!("invalid image pull policy: {policy}")));
    }
    let object = pod(cx, &name)?;
    let namespace = cx.namespace();
    let options = cx.write_options(dry_run)?;
    if flags.is_on("expose") {
        let service = service(cx, &name, &object)?;
        let created = if dry_run == DryRun::Client { service } else { cx.create(Kind::named("Service"), &namespace, service, &options)? };
        reporter.report("created", &created, cx.out)?;
    }
    let created = if dry_run == DryRun::Client { object } else { cx.create(Kind::named("Pod"), &namespace, object, &options)? };
    if attach {
        if !flags.is_on("quiet") {
            cx.out.errln("All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.");
        }
        if !flags.is_on("quiet") {
            cx.out.errln("If you don't see a command prompt, try pressing enter.");
        }
        let deadline = cx.host.now + flags.positive_duration("pod-running-timeout").unwrap_or(TIMEOUT);
        return Attaching { namespace, container: name.clone(), name, stage: Stage::Starting(deadline) }.resume(cx);
    }
    reporter.report("created", &created, cx.out)?;
    Ok(Flow::Done)
}

/// The pod that the flags describe.
// Models kubectl/pkg/cmd/run.BasicPod.
fn pod(cx: &mut Context<'_, '_>, name: &str) -> Result<Value, CliError> {
    let flags = cx.flags();
    let args = &cx.args()[1..];
    let restart = match flags.get("restart").filter(|r| !r.is_empty()).unwrap_or("Always") {
        known @ ("Always" | "OnFailure" | "Never") => known,
        other => return Err(cx.usage(format!("invalid restart policy: {other}"))),
    };
    let image = flags.text("image");
    let labels = if flags.given("labels") { parse_labels(flags.text("labels"))? } else { obj!({"run": name}) };
    let mut container = obj!({"name": name, "image": image, "resources": {}});
    if !args.is_empty() {
        container.set(&[if flags.is_on("command") { "command" } else { "args" }], texts(args));
    }
    let mut env = Vec::new();
    for variable in flags.list("env") {
        match variable.split_once('=') {
            Some((key, value)) if env_var_name(key).is_empty() => env.push(obj!({"name": key, "value": value})),
            _ => return fail(format!("invalid env: {variable}")),
        }
    }
    if !env.is_empty() {
        container.set(&["env"], env);
    }
    let port = flags.text("port");
    if !port.is_empty() {
        match port.parse::<i64>() {
            Ok(n) => container.set(&["ports"], obj!([{"containerPort": n}])),
            Err(_) => return fail(format!("strconv.Atoi: parsing {port:?}: invalid syntax")),
        }
    }
    if !flags.text("image-pull-policy").is_empty() {
        container.set(&["imagePullPolicy"], flags.text("image-pull-policy"));
    }
    if flags.is_on("privileged") {
        container.set(&["securityContext", "privileged"], true);
    }
    if flags.is_on("stdin") {
        container.set(&["stdin"], true);
        container.set(&["stdinOnce"], !flags.is_on("leave-stdin-open"));
    }
    if flags.is_on("tty") {
        container.set(&["tty"], true);
    }
    let mut metadata = obj!({"name": name});
    if !labels.is_empty() {
        metadata.set(&["labels"], labels);
    }
    for annotation in flags.list("annotations") {
        match annotation.split_once('=') {
            Some((key, value)) if !key.is_empty() => metadata.set(&["annotations", key], value),
            _ => return fail(format!("invalid annotation: {annotation}")),
        }
    }
    if cx.session.enforce_namespace {
        metadata.set(&["namespace"], cx.namespace());
    }
    let spec = obj!({"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart});
    let object = obj!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}});
    let mut object = overridden(cx, Kind::named("Pod"), object)?;
    cx.record(&mut object);
    if flags.is_on("save-config") && cx.dry_run()? != DryRun::Client {
        last_applied::annotate(&mut object);
    }
    Ok(object)
}

/// `--expose`: a service for the pod's port.
fn service(cx: &Context<'_, '_>, name: &str, pod: &Value) -> Result<Value, CliError> {
    let port = match cx.flags().text("port") {
        "" => return fail("--port must be set when exposing a service"),
        text => text.parse::<i64>().map_err(|_| CliError::Message(format!("strconv.Atoi: parsing {text:?}: invalid syntax")))?,
    };
    Ok(obj!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"ports": [{"port": port, "protocol": "TCP", "targetPort": port}], "selector": pod.labels()},
        "status": {"loadBalancer": {}}
    }))
}

impl Attaching {
    /// Of a container that is about to start in a pod that is there.
    pub fn to(cx: &Context<'_, '_>, namespace: &str, pod: &str, container: &str) -> Attaching {
        Attaching {
            namespace: namespace.into(),
            name: pod.into(),
            container: container.into(),
            stage: Stage::Starting(cx.host.now + TIMEOUT),
        }
    }

    /// Whether the container has a terminal.
    pub fn has_terminal(&self) -> bool {
        matches!(&self.stage, Stage::Attached(session) if session.has_terminal())
    }

    /// Attaches once the pod runs, and leaves as its container leaves.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        loop {
            let Some(pod) = cx.host.api.peek(Kind::named("Pod"), &self.namespace, &self.name).cloned() else {
                let gone = format!("pod {}/{} was deleted", self.namespace, self.name);
                return self.end(cx, fail(gone));
            };
            let phase = pod.at(&["status", "phase"]).str();
            let ended = matches!(phase, "Succeeded" | "Failed");
            match &mut self.stage {
                Stage::Starting(_) if ended => {
                    self.show_logs(cx);
                    self.stage = Stage::Ending;
                }
                Stage::Starting(_)
                    if phase == "Running" && !container_status(&pod, &self.container).at(&["state", "running"]).is_null() =>
                {
                    let (stdin, tty) = terminal(cx);
                    let request = ExecRequest {
                        namespace: self.namespace.clone(),
                        pod: self.name.clone(),
                        container: self.container.clone(),
                        command: Vec::new(),
                        stdin,
                        tty,
                    };
                    match Session::start(cx, &request, false) {
                        Ok(session) => self.stage = Stage::Attached(session),
                        Err(error) => {
                            let line = format!("warning: couldn't attach to pod/{}, falling back to streaming logs: {error}", self.name);
                            cx.out.errln(line);
                            self.show_logs(cx);
                            self.stage = Stage::Ending;
                        }
                    }
                }
                Stage::Starting(deadline) => {
                    let deadline = *deadline;
                    if cx.host.now >= deadline {
                        return self.end(cx, fail("timed out waiting for the condition"));
                    }
                    return Ok(Flow::Wait(Task::Attach(Box::new(self)), Step::WaitChange(Some(deadline))));
                }
                Stage::Attached(session) => match session.pump(cx) {
                    Ok(None) => {
                        let when = session.next_look(cx);
                        return Ok(Flow::Wait(Task::Attach(Box::new(self)), when));
                    }
                    Ok(Some(_)) => self.stage = Stage::Ending,
                    Err(error) => return self.end(cx, Err(error)),
                },
                Stage::Ending => {
                    let restarts = pod.at(&["spec", "restartPolicy"]).str() != "Never";
                    if !ended && !restarts {
                        return Ok(Flow::Wait(Task::Attach(Box::new(self)), Step::WaitChange(None)));
                    }
                    return self.end(cx, outcome(&pod));
                }
            }
        }
    }

    /// What the container wrote, where it could not be attached to.
    fn show_logs(&self, cx: &mut Context<'_, '_>) {
        let Some(node) = cx.host.node.as_deref() else { return };
        if let Ok(chunk) = node.logs(cx.host.now, &self.namespace, &self.name, &self.container, &LogOptions::default()) {
            cx.out.out(&chunk.bytes);
        }
    }

    /// `--rm`, and the exit code.
    fn end(self, cx: &mut Context<'_, '_>, result: Result<Flow, CliError>) -> Result<Flow, CliError> {
        if cx.flags().is_on("rm") {
            let options = DeleteOptions {
                grace_period_s: cx.flags().int("grace-period").filter(|g| *g >= 0),
                ..DeleteOptions::with(Propagation::Background)
            };
            if cx.delete(Kind::named("Pod"), &self.namespace, &self.name, &options).is_ok() {
                let line = super::delete::describe(Kind::named("Pod"), &self.namespace, &self.name, "deleted", DryRun::None);
                cx.out.outln(line);
            }
        }
        result
    }
}

/// How the pod's only container ended.
fn outcome(pod: &Value) -> Result<Flow, CliError> {
    if pod.at(&["status", "phase"]).str() != "Failed" {
        return Ok(Flow::Done);
    }
    let place = format!("{}/{}", pod.namespace(), pod.name());
    let statuses = pod.at(&["status", "containerStatuses"]).items();
    let terminated = statuses.first().map_or(&Value::Null, |s| s.at(&["state", "terminated"]));
    match i32::try_from(terminated.get("exitCode").int()) {
        Ok(code) if code != 0 => {
            let text = format!("pod {place} terminated ({})\n{}", terminated.get("reason").str(), terminated.get("message").str());
            Err(CliError::Exit(code, text))
        }
        _ => fail(format!("pod {place} failed with unknown exit code")),
    }
}

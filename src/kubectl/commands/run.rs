//! `kubectl run`.

use super::exec::{Session, attach_to};
use crate::api::image::is_reference;
use crate::api::names::env_var_name;
use crate::api::{Kind, Object, Status, Value, container_status, is_ready, kinds};
use crate::base::{Duration, Time};
use crate::kubectl::checks::check_pod_timeout;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::commands::create_generators::texts;
use crate::kubectl::commands::expose::{overridden, parse_labels};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, duration, int, switch, text, text_or};
use crate::kubectl::host::Step;
use crate::kubectl::last_applied;
use crate::kubectl::pods::container_of;
use crate::kubectl::printing::Reporter;
use crate::obj;
use crate::server::{DeleteOptions, LogOptions, Propagation};

const OWN: &[Flag] = &[
    text("image", ""),
    text("image-pull-policy", ""),
    switch("rm", ""),
    array("env", ""),
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
    ..Command::new("run", "Run a particular image on the cluster", run)
};

/// How long an attached pod may take to start.
const TIMEOUT: Duration = Duration::from_secs(60);

/// `run --attach`, or `debug --attach`, at work.
#[derive(Clone, Debug)]
pub struct Attaching {
    namespace: String,
    name: String,
    /// Which container `debug` made; empty of `run`.
    container: String,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// The pod is to start, by this moment where there is one; and its version that was last looked at.
    Starting(Option<Time>, String),
    /// Its program runs.
    Attached(Session),
    /// It is to end by this moment.
    Ending(Time),
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
    super::delete::cascade(cx)?;
    if !matches!(restart(cx), "Always" | "OnFailure" | "Never") {
        return Err(cx.usage(format!("invalid restart policy: {}", restart(cx))));
    }
    let attach = flags.switch_or("attach", flags.is_on("stdin"));
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
    if name.is_empty() {
        return fail("Parameter: name is required");
    }
    let object = pod(cx, &name)?;
    let namespace = cx.namespace();
    let options = cx.write_options(dry_run)?;
    let create = |cx: &mut Context<'_, '_>, kind, object| match dry_run {
        DryRun::Client => Ok(object),
        _ => cx.create(Kind::named(kind), &namespace, object, &options),
    };
    let service = flags.is_on("expose").then(|| service(cx, &name, &object));
    let pod = create(cx, "Pod", object)?;
    let exposed = service.map_or(Ok(()), |service| {
        let created = create(cx, "Service", service?)?;
        reporter.report("created", &created, cx.out)?;
        // One line between the two, and the printer has another.
        if flags.text("output") == "yaml" {
            cx.out.out("---\n");
        }
        Ok(())
    });
    if attach {
        let stage = Stage::Starting(Some(cx.host.now + timeout(cx)), String::new());
        return Attaching { container: String::new(), name, namespace, stage }.resume(cx);
    }
    reporter.report("created", &pod, cx.out)?;
    exposed.map(|()| Flow::Done)
}

/// `--pod-running-timeout`.
fn timeout(cx: &Context<'_, '_>) -> Duration {
    cx.flags().positive_duration("pod-running-timeout").unwrap_or(TIMEOUT)
}

/// The restart policy that `--restart` names.
fn restart<'a>(cx: &Context<'a, '_>) -> &'a str {
    cx.flags().get("restart").filter(|r| !r.is_empty()).unwrap_or("Always")
}

/// The pod that the flags describe.
// Models kubectl/pkg/cmd/run.BasicPod.
fn pod(cx: &mut Context<'_, '_>, name: &str) -> Result<Value, CliError> {
    let flags = cx.flags();
    let args = &cx.args()[1..];
    let image = flags.text("image");
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
    let labels = match flags.text("labels") {
        "" => obj!({"run": name}),
        given => parse_labels(given)?,
    };
    let mut metadata = metadata(cx, name);
    metadata.set(&["labels"], labels);
    let mut odd = Vec::new();
    for annotation in flags.list("annotations") {
        match annotation.split_once('=') {
            Some((key, value)) if !key.is_empty() => metadata.set(&["annotations", key], value),
            _ => odd.push(annotation.as_str()),
        }
    }
    if !odd.is_empty() {
        return fail(format!("invalid annotations format: {}", odd.join(", ")));
    }
    let spec = obj!({"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart(cx)});
    let object = obj!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}});
    let mut object = overridden(cx, kinds::POD, object)?;
    cx.record(&mut object);
    if flags.is_on("save-config") && cx.dry_run()? != DryRun::Client {
        last_applied::annotate_typed(&mut object);
    }
    Ok(object)
}

/// What an object is called, and where it is to be.
fn metadata(cx: &Context<'_, '_>, name: &str) -> Value {
    let mut metadata = obj!({"name": name});
    if cx.session.enforce_namespace {
        metadata.set(&["namespace"], cx.namespace());
    }
    metadata
}

/// `--expose`: a service for the pod's port.
fn service(cx: &Context<'_, '_>, name: &str, pod: &Value) -> Result<Value, CliError> {
    let text = cx.flags().text("port");
    let port = text.parse::<i64>().map_err(|_| CliError::Message(format!("strconv.Atoi: parsing {text:?}: invalid syntax")))?;
    let mut metadata = metadata(cx, name);
    if !cx.flags().text("labels").is_empty() {
        metadata.set(&["labels"], pod.labels().clone());
    }
    Ok(obj!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata,
        "spec": {"ports": [{"port": port, "protocol": "TCP", "targetPort": port}], "selector": pod.labels()},
        "status": {"loadBalancer": {}}
    }))
}

// Models run.RunOptions.Run from where it attaches, and debug.DebugOptions.handleAttachPod.
impl Attaching {
    /// Of a container that `debug` has made in a pod.
    pub fn to(namespace: &str, pod: &str, container: &str) -> Attaching {
        let stage = Stage::Starting(None, String::new());
        Attaching { namespace: namespace.into(), name: pod.into(), container: container.into(), stage }
    }

    /// Whether it is attached already.
    pub fn is_attached(&self) -> bool {
        matches!(self.stage, Stage::Attached(_))
    }

    /// Whether the container has a terminal.
    pub fn has_terminal(&self) -> bool {
        self.session().is_some_and(Session::has_terminal)
    }

    /// The session in the container, once there is one.
    pub fn session(&self) -> Option<&Session> {
        if let Stage::Attached(session) = &self.stage { Some(session) } else { None }
    }

    /// Attaches once the pod runs, and leaves as its container leaves.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let result = loop {
            match self.step(cx) {
                Ok(None) => {}
                Ok(Some(Err(when))) => return Ok(Flow::Wait(Task::Attach(Box::new(self)), when)),
                Ok(Some(Ok(flow))) => break Ok(flow),
                Err(error) => break Err(error),
            }
        };
        if cx.flags().is_on("rm") {
            self.remove(cx);
        }
        result
    }

    /// One stage; what it came to or is to wait for, unless the next one may follow at once.
    fn step(&mut self, cx: &mut Context<'_, '_>) -> Result<Option<Result<Flow, Step>>, CliError> {
        let wait = |until| Ok(Some(Err(Step::WaitChange(until))));
        let now = cx.host.now;
        let late = |deadline: Option<Time>| deadline.is_some_and(|d| now >= d);
        let timed_out = || fail("timed out waiting for the condition");
        if let Stage::Attached(session) = &mut self.stage {
            return match session.pump(cx)? {
                None => Ok(Some(Err(session.next_look(cx)))),
                Some(_) => Ok(self.after(cx)),
            };
        }
        let pod = cx.host.api.peek(kinds::POD, &self.namespace, &self.name).cloned();
        let pod = pod.ok_or_else(|| Status::not_found(kinds::POD, ""))?;
        let phase = pod.at(&["status", "phase"]).str();
        let ended = matches!(phase, "Succeeded" | "Failed");
        match &mut self.stage {
            Stage::Ending(_) if phase == "Succeeded" || ended && restart(cx) == "Never" => return outcome(&pod).map(Ok).map(Some),
            Stage::Ending(deadline) => return if late(Some(*deadline)) { timed_out() } else { wait(Some(*deadline)) },
            Stage::Starting(deadline, seen) => {
                let state = container_status(pod.get("status"), &self.container).map_or(&Value::Null, |s| s.get("state"));
                let (ready, over) = match self.container.as_str() {
                    "" => (phase == "Running" && is_ready(&pod), ended),
                    _ => (!state.get("running").is_null(), !state.get("terminated").is_null()),
                };
                if !ready && !over {
                    let message = state.at(&["waiting", "message"]).str();
                    let version = pod.at(&["metadata", "resourceVersion"]).str();
                    if version != seen && !message.is_empty() && !cx.flags().is_on("quiet") {
                        cx.out.errln(format!("Warning: container {}: {message}", self.container));
                    }
                    version.clone_into(seen);
                    return if late(*deadline) { timed_out() } else { wait(*deadline) };
                }
                if over || self.container.is_empty() {
                    self.show_logs(cx, &pod)?;
                }
                if over {
                    return Ok(self.after(cx));
                }
                match attach_to(cx, &pod, &self.container) {
                    Ok(session) => self.stage = Stage::Attached(session),
                    Err(error) => {
                        cx.out.errln(format!("warning: couldn't attach to pod/{}, falling back to streaming logs: {error}", self.name));
                        self.show_logs(cx, &pod)?;
                        return Ok(self.after(cx));
                    }
                }
            }
            Stage::Attached(_) => {}
        }
        Ok(None)
    }

    /// What follows the session: `run` waits for how the pod ends, unless it is started again and again.
    fn after(&mut self, cx: &Context<'_, '_>) -> Option<Result<Flow, Step>> {
        if !self.container.is_empty() || cx.flags().is_on("leave-stdin-open") || restart(cx) == "Always" {
            return Some(Ok(Flow::Done));
        }
        self.stage = Stage::Ending(cx.host.now + timeout(cx));
        None
    }

    /// What the container wrote so far.
    fn show_logs(&self, cx: &mut Context<'_, '_>, pod: &Value) -> Result<(), CliError> {
        let container = container_of(cx, pod, &self.container, cx.flags().is_on("quiet"))?;
        let Some(node) = cx.host.node.as_deref() else { return Ok(()) };
        if let Ok(chunk) = node.logs(cx.host.now, &self.namespace, &self.name, &container, &LogOptions::default()) {
            cx.out.out(&chunk.bytes);
        }
        Ok(())
    }

    /// `--rm`.
    fn remove(&self, cx: &mut Context<'_, '_>) {
        let exposed = cx.flags().is_on("expose").then_some("Service");
        for kind in ["Pod"].into_iter().chain(exposed).map(Kind::named) {
            let gone = cx.delete(kind, &self.namespace, &self.name, &DeleteOptions::with(Propagation::Background));
            if gone.is_ok() && !cx.flags().is_on("quiet") {
                cx.out.outln(super::delete::describe(kind, &self.namespace, &self.name, "deleted", DryRun::None));
            }
        }
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

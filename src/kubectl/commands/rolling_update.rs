//! `kubectl rolling-update`, which kubectl 1.3 had: replaces the pods of one ReplicationController by those of another, one by one.

use crate::api::{KindRef, Object, Value, kinds};
use crate::base::{Duration, List as _, Time, hex, sha256};
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, duration, switch, text};
use crate::kubectl::host::Step;
use crate::kubectl::resources::{Query, find};
use crate::server::{DeleteOptions, ListOptions, Patch, Propagation, Subresource};

const OWN: &[Flag] = &[
    text("image", ""),
    text("container", ""),
    text("deployment-label-key", ""),
    duration("update-period"),
    duration("poll-interval"),
    duration("timeout"),
    switch("rollback", ""),
];

/// `kubectl rolling-update`.
pub static COMMAND: Command = Command {
    usage: "OLD_CONTROLLER_NAME ([NEW_CONTROLLER_NAME] --image=NEW_CONTAINER_IMAGE | -f NEW_CONTROLLER_SPEC)",
    flags: &[flags::FILENAME, flags::VALIDATE, OWN],
    ..Command::new("rolling-update", "Perform a rolling update of the given ReplicationController.", run)
};

const SOURCE: &str = "kubectl.kubernetes.io/update-source-id";
const DESIRED: &str = "kubectl.kubernetes.io/desired-replicas";
const NEXT: &str = "kubectl.kubernetes.io/next-controller-id";

/// How often to look whether a deleted controller is gone.
const GONE_POLL: Duration = Duration::from_millis(100);

/// An update at work. What it has come to is in the annotations of the controllers, so that another run goes on from there.
#[derive(Clone, Debug)]
pub struct Rolling {
    old: String,
    new: String,
    desired: i64,
    period: Duration,
    interval: Duration,
    timeout: Duration,
    /// The new controller takes the old one's name in the end.
    renames: bool,
    phase: Phase,
    /// A controller that is being scaled: when to look next, and until when at most.
    scaling: Option<(String, Time, Time)>,
    /// The new controller under the old one's name.
    renamed: Value,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Between two rounds.
    Head,
    /// The new controller has one more; the old one follows after this moment.
    Grown(Option<Time>),
    /// The old one has one less.
    Shrunk,
    /// What is left of the old one was taken away.
    Emptied,
    /// The new one has all.
    Full,
    /// The new one is deleted, to come back under the old one's name.
    Renaming,
}

fn kind() -> KindRef {
    kinds::REPLICATION_CONTROLLER
}

fn replicas(rc: &Value) -> i64 {
    rc.at(&["spec", "replicas"]).int()
}

/// Checks what was given.
// Models validateArguments of pkg/kubectl/cmd/rollingupdate.go.
fn check_arguments(cx: &Context<'_, '_>) -> Result<(), CliError> {
    let flags = cx.flags();
    let (files, image) = (flags.list("filename").len(), !flags.text("image").is_empty());
    let wrong = match (flags.is_on("rollback"), files, image) {
        _ if flags.given("deployment-label-key") && flags.text("deployment-label-key").is_empty() => {
            "--deployment-label-key can not be empty"
        }
        (_, 2.., _) => "May only specify a single filename for new controller",
        (false, 0, false) => "Must specify --filename or --image for new controller",
        (false, 1, true) => "--filename and --image can not both be specified",
        (true, 1, _) | (true, _, true) => "Don't specify --filename or --image on rollback",
        _ if cx.args().is_empty() => "Must specify the controller to update",
        _ => return Ok(()),
    };
    Err(cx.usage(wrong))
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    check_arguments(cx)?;
    let flags = cx.flags();
    let namespace = cx.namespace();
    let old_name = cx.args()[0].clone();
    let mut old = cx.get(kind(), &namespace, &old_name)?;
    let next = cx.args().get(1).map(String::as_str).or(old.annotation(NEXT)).unwrap_or("").to_owned();
    let existing = if next.is_empty() { None } else { cx.host.api.peek(kind(), &namespace, &next).cloned() };
    let renames = flags.list("filename").is_empty() && cx.args().len() == 1;
    let key = if flags.given("deployment-label-key") { flags.text("deployment-label-key") } else { "deployment" };
    let mut new = if flags.is_on("rollback") {
        existing.ok_or_else(|| cx.usage(format!("Could not find {next} to rollback.\n")))?
    } else if let Some(found) = existing.filter(|_| !flags.text("image").is_empty()) {
        cx.out.outln(format!("Found existing update in progress ({next}), resuming."));
        found
    } else if flags.text("image").is_empty() {
        from_file(cx, &old)?
    } else {
        let new = with_image(cx, &old, &next, key)?;
        old = labelled(cx, &old, key, new.name())?;
        new
    };
    // The three checks: another name, another selector, the same namespace.
    let file = flags.list("filename").first().cloned().unwrap_or_default();
    if new.name() == old_name {
        return Err(cx.usage(format!("{file} cannot have the same name as the existing ReplicationController {old_name}")));
    }
    let differs = |(key, value): (_, &Value)| *old.at(&["spec", "selector", key]) != *value;
    if !new.at(&["spec", "selector"]).entries().any(|(k, v)| differs((k.as_str(), v))) {
        return Err(cx.usage(format!("{file} must specify a matching key with non-equal value in Selector for {old_name}")));
    }
    if new.namespace() != old.namespace() {
        return Err(cx.usage(format!("{file} must be in the namespace of {old_name}, {}", old.namespace())));
    }
    let (mut from, mut to) = (old_name, new.name().to_owned());
    let mut desired = replicas(&new);
    if flags.is_on("rollback") {
        // The two change places; the new one was to have as many as the old one had.
        desired = new.annotation(DESIRED).and_then(|n| n.parse().ok()).unwrap_or(desired.max(replicas(&old)));
        let id = format!("{}:{}", new.name(), new.uid());
        let patch = metadata("annotations", &[(SOURCE, id.into()), (DESIRED, desired.to_string().into()), (NEXT, Value::Null)]);
        patched(cx, kind(), &namespace, &from, patch)?;
        std::mem::swap(&mut from, &mut to);
    }
    let (old, id) = match cx.get(kind(), &namespace, &from) {
        Ok(old) => (from, format!("{}:{}", old.name(), old.uid())),
        Err(error) => return Err(error),
    };
    match cx.host.api.peek(kind(), &namespace, &to).cloned() {
        Some(found) if found.annotation(SOURCE) == Some(id.as_str()) => {
            cx.out.outln(format!("Continuing update with existing controller {to}."));
            let text = found.annotation(DESIRED).unwrap_or("");
            desired = text.parse().map_err(|_| CliError::Message(format!("Unable to parse annotation for {to}: {DESIRED}={text}")))?;
        }
        Some(found) => {
            return fail(format!(
                "Missing/unexpected annotations for controller {to}, expected {id} : {:?}",
                found.annotation(SOURCE).unwrap_or("")
            ));
        }
        None => {
            cx.out.outln(format!("Creating {to}"));
            if desired <= 0 {
                return fail(format!("Invalid controller spec for {to}; required: > 0 replicas, actual: {desired}\n"));
            }
            for (key, value) in [(DESIRED, desired.to_string()), (SOURCE, id)] {
                new.set(&["metadata", "annotations", key], value);
            }
            new.set(&["spec", "replicas"], 0);
            created(cx, &namespace, new)?;
        }
    }
    let wait = |name: &str, default: u64| flags.positive_duration(name).unwrap_or(Duration::from_secs(default));
    let rolling = Rolling {
        old,
        new: to,
        desired,
        period: wait("update-period", 60),
        interval: wait("poll-interval", 3),
        timeout: wait("timeout", 300),
        renames: renames && !flags.is_on("rollback"),
        phase: Phase::Head,
        scaling: None,
        renamed: Value::Null,
    };
    rolling.resume(cx)
}

/// The new controller as a file describes it; without a number of replicas it gets the old one's.
fn from_file(cx: &mut Context<'_, '_>, old: &Value) -> Result<Value, CliError> {
    let file = cx.flags().list("filename")[0].clone();
    let query = Query { files: true, validate: true, ..Query::default() };
    let infos = find(cx, &query, &[])?.into_infos()?;
    let [info] = infos.as_slice() else { return Err(cx.usage(format!("{file} specifies multiple items"))) };
    if info.kind != kind() {
        return Err(cx.usage(format!("{file} does not specify a valid ReplicationController")));
    }
    let mut new = info.object.clone();
    if new.at(&["spec", "replicas"]).is_null() {
        new.set(&["spec", "replicas"], replicas(old));
    }
    if new.at(&["spec", "selector"]).is_null() {
        new.set(&["spec", "selector"], new.at(&["spec", "template", "metadata", "labels"]).clone());
    }
    Ok(new)
}

/// A hash of a controller as its name and labels show it.
fn hash_of(rc: &Value) -> String {
    hex(&sha256(rc.to_json().as_bytes())).chars().take(32).collect()
}

/// The new controller as the old one with another image.
fn with_image(cx: &Context<'_, '_>, old: &Value, name: &str, key: &str) -> Result<Value, CliError> {
    let flags = cx.flags();
    let (image, wanted) = (flags.text("image"), flags.text("container"));
    let mut new = crate::obj!({
        "apiVersion": "v1", "kind": "ReplicationController", "spec": old.get("spec").clone(),
        "metadata": {"name": "", "namespace": old.namespace(), "labels": old.labels().clone()}
    });
    let containers = new.at_mut(&["spec", "template", "spec", "containers"]).list_mut();
    if wanted.is_empty() && containers.len() > 1 {
        return fail("Must specify container to update when updating a multi-container pod");
    }
    let Some(container) = containers.iter_mut().find(|c| wanted.is_empty() || c.get("name").str() == wanted) else {
        return fail(format!("container {wanted} not found in pod"));
    };
    if container.get("image").str() == image {
        return fail("Specified --image must be distinct from existing container image");
    }
    container.set(&["image"], image);
    let hash = hash_of(&new);
    let name = if name.is_empty() { format!("{}-{hash}", old.name()) } else { name.to_owned() };
    new.set(&["metadata", "name"], name);
    new.set(&["spec", "selector", key], hash.as_str());
    new.set(&["spec", "template", "metadata", "labels", key], hash.as_str());
    Ok(new)
}

/// Gives the old controller and its pods a label of their own, where they have none, and notes what comes next.
// Models AddDeploymentKeyToReplicationController.
fn labelled(cx: &mut Context<'_, '_>, old: &Value, key: &str, next: &str) -> Result<Value, CliError> {
    let namespace = old.namespace().to_owned();
    let mut patch = metadata("annotations", &[(NEXT, next.into())]);
    if old.at(&["spec", "selector", key]).is_null() {
        let hash = hash_of(old);
        let selector: Vec<String> = old.at(&["spec", "selector"]).entries().map(|(k, v)| format!("{k}={}", v.str())).list();
        let label = metadata("labels", &[(key, hash.as_str().into())]);
        patched(cx, kind(), &namespace, old.name(), crate::obj!({"spec": {"template": label.clone()}}))?;
        let pods = kinds::POD;
        let list = ListOptions { label_selector: selector.join(","), ..ListOptions::default() };
        for pod in cx.list(pods, Some(&namespace), &list)? {
            patched(cx, pods, &namespace, pod.name(), label.clone())?;
        }
        patch.set(&["spec", "selector", key], hash);
    }
    patched(cx, kind(), &namespace, old.name(), patch)
}

/// A merge patch of labels or annotations.
fn metadata(member: &str, pairs: &[(&str, Value)]) -> Value {
    let mut patch = Value::map();
    for (key, value) in pairs {
        patch.set(&["metadata", member, key], value.clone());
    }
    patch
}

fn patched(cx: &mut Context<'_, '_>, kind: KindRef, namespace: &str, name: &str, patch: Value) -> Result<Value, CliError> {
    let options = cx.write_options(DryRun::None)?;
    cx.patch(kind, namespace, name, &Patch::Merge(patch), Subresource::None, &options)
}

fn created(cx: &mut Context<'_, '_>, namespace: &str, controller: Value) -> Result<Value, CliError> {
    let options = cx.write_options(DryRun::None)?;
    cx.create(kind(), namespace, controller, &options)
}

impl Rolling {
    /// Goes on as far as it can.
    // Models RollingUpdater.Update as it was when its lines read "At beginning of loop".
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let namespace = cx.namespace();
        loop {
            let now = cx.host.now;
            if let Some((name, at, until)) = self.scaling.clone() {
                let rc = cx.get(kind(), &namespace, &name)?;
                if now < at || rc.at(&["status", "replicas"]).int() != replicas(&rc) {
                    if now >= until {
                        return fail("timed out waiting for the condition");
                    }
                    let at = if now < at { at } else { now + self.interval };
                    self.scaling = Some((name, at, until));
                    return Ok(Flow::Wait(Task::Rolling(Box::new(self)), Step::WaitUntil(at)));
                }
                self.scaling = None;
            }
            let found = [&self.old, &self.new].map(|name| cx.host.api.peek(kind(), &namespace, name));
            let gone = found.iter().all(Option::is_none);
            let [old_count, new_count] = found.map(|rc| rc.map_or(0, replicas));
            let counts = |old: i64, new: i64| format!("{} replicas: {old}, {} replicas: {new}", self.old, self.new);
            match self.phase {
                Phase::Head if new_count < self.desired && old_count > 0 => {
                    let (old_count, new_count) = (old_count - 1, new_count + 1);
                    cx.out.outln(format!("At beginning of loop: {}", counts(old_count, new_count)));
                    cx.out.outln(format!("Updating {}", counts(old_count, new_count)));
                    self.scale(cx, true, new_count)?;
                    self.phase = Phase::Grown(None);
                }
                Phase::Grown(None) => self.phase = Phase::Grown(Some(now + self.period)),
                Phase::Grown(Some(at)) if now < at => return Ok(Flow::Wait(Task::Rolling(Box::new(self)), Step::WaitUntil(at))),
                Phase::Grown(_) => {
                    self.scale(cx, false, old_count - 1)?;
                    self.phase = Phase::Shrunk;
                }
                Phase::Shrunk => {
                    cx.out.outln(format!("At end of loop: {}", counts(old_count, new_count)));
                    self.phase = Phase::Head;
                }
                Phase::Head => {
                    if old_count != 0 {
                        cx.out.outln(format!("Stopping {} replicas: {old_count} -> 0", self.old));
                        self.scale(cx, false, 0)?;
                    }
                    self.phase = Phase::Emptied;
                }
                Phase::Emptied => {
                    if new_count != self.desired {
                        cx.out.outln(format!("Scaling {} replicas: {new_count} -> {}", self.new, self.desired));
                        self.scale(cx, true, self.desired)?;
                    }
                    self.phase = Phase::Full;
                }
                Phase::Full => return self.finish(cx, &namespace),
                Phase::Renaming if !gone => {
                    return Ok(Flow::Wait(Task::Rolling(Box::new(self)), Step::WaitUntil(now + GONE_POLL)));
                }
                Phase::Renaming => {
                    created(cx, &namespace, self.renamed)?;
                    cx.out.outln(self.old);
                    return Ok(Flow::Done);
                }
            }
        }
    }

    fn scale(&mut self, cx: &mut Context<'_, '_>, new: bool, count: i64) -> Result<(), CliError> {
        let name = if new { self.new.clone() } else { self.old.clone() };
        let patch = crate::obj!({"spec": {"replicas": count.max(0)}});
        let namespace = cx.namespace();
        patched(cx, kind(), &namespace, &name, patch)?;
        self.scaling = Some((name, cx.host.now + self.interval, cx.host.now + self.timeout));
        Ok(())
    }

    /// Takes the notes off the new controller, deletes the old one, and gives its name to the new one where that is wanted.
    fn finish(mut self, cx: &mut Context<'_, '_>, namespace: &str) -> Result<Flow, CliError> {
        let notes = metadata("annotations", &[(SOURCE, Value::Null), (DESIRED, Value::Null)]);
        let new = patched(cx, kind(), namespace, &self.new, notes)?;
        let which = if self.renames { "old controller: " } else { "" };
        cx.out.outln(format!("Update succeeded. Deleting {which}{}", self.old));
        cx.delete(kind(), namespace, &self.old, &DeleteOptions::with(Propagation::Background))?;
        if self.renames {
            cx.out.outln(format!("Renaming {} to {}", self.new, self.old));
            cx.delete(kind(), namespace, &self.new, &DeleteOptions::with(Propagation::Orphan))?;
            let mut renamed = crate::obj!({"apiVersion": "v1", "kind": "ReplicationController", "spec": new.get("spec").clone()});
            renamed.set(&["metadata", "name"], self.old.as_str());
            renamed.set(&["metadata", "namespace"], namespace);
            renamed.set(&["metadata", "labels"], new.labels().clone());
            self.renamed = renamed;
            self.phase = Phase::Renaming;
            return Ok(Flow::Wait(Task::Rolling(Box::new(self)), Step::WaitUntil(cx.host.now + GONE_POLL)));
        }
        cx.out.outln(&self.new);
        Ok(Flow::Done)
    }
}

//! What clients ask of the kubelets: the API server's connections to nodes.

use super::container::{Instance, ProcessUse};
use super::container_runtime::{self, Inode, InodeKind, Machine, ProcessInfo, QueueLength, Signal, SpawnError, Stdin};
use super::kubelets::Kubelets;
use super::pod_worker::PodWorker;
use crate::api::{ArcStr, Object, Status, Value, container_status, kinds};
use crate::base::{Errno, List as _, Time};
use crate::server::{
    ContainerFileError, ContainerUsage, ExecId, ExecPoll, FileEntry, FileKind, LogChunk, LogCursor, LogOptions, NewFile, NodeApi, PodUsage,
};

impl Kubelets {
    /// A pod's worker and one of its containers; the API's answer where there is none. Logs are asked for by a URL of their own.
    fn find<'a>(
        &'a self,
        namespace: &str,
        pod: &str,
        container: &str,
        logs: Option<&LogOptions>,
    ) -> Result<(&'a PodWorker, usize), Status> {
        let worker = self.worker(namespace, pod).ok_or_else(|| Status::not_found(kinds::POD, pod))?;
        let Some(name) = container_name(&worker.pod, container) else {
            return Err(Status::bad_request(format!("container {container} is not valid for pod {pod}")));
        };
        if let Some(address) = self.unreachable(worker) {
            let url =
                logs.map(|options| format!("Get \"https://{address}:10250/containerLogs/{namespace}/{pod}/{name}{}\": ", query(options)));
            let url = url.unwrap_or_default();
            // The proxy's own error, which has no reason.
            return Err(Status::internal(format!("{url}dial tcp {address}:10250: connect: connection refused")).without_reason());
        }
        let c = worker
            .containers
            .iter()
            .position(|c| c.spec.name == name)
            .ok_or_else(|| Status::bad_request(format!("container {name:?} in pod {pod:?} is not available", name = name.as_str())))?;
        Ok((worker, c))
    }

    /// What the queues of a container's queue servers hold; nothing where it does not run.
    pub fn queues(&self, namespace: &str, pod: &str, container: &str) -> Vec<QueueLength> {
        self.machine(namespace, pod, container).map(Machine::queues).unwrap_or_default()
    }

    /// The processes of a container; none where it does not run.
    pub fn processes(&self, namespace: &str, pod: &str, container: &str) -> Vec<ProcessInfo> {
        self.machine(namespace, pod, container).map(Machine::processes).unwrap_or_default()
    }

    /// The instance whose log is meant.
    fn log_of(&self, namespace: &str, pod: &str, container: &str, options: &LogOptions) -> Result<&Instance, Status> {
        let (worker, c) = self.find(namespace, pod, container, Some(options))?;
        let instances = &worker.containers[c].instances;
        let found = match options.cursor.and_then(|cursor| instances.iter().find(|i| i.attempt == cursor.attempt)) {
            // A follower stays with the instance that it began with.
            Some(instance) => Some(instance),
            None => {
                let before = log_instance(worker, c, pod, options.previous)?;
                if before { instances.len().checked_sub(2).map(|i| &instances[i]) } else { instances.last() }
            }
        };
        found.ok_or_else(|| {
            let name = worker.containers[c].spec.name.as_str();
            Status::bad_request(format!("container {name:?} in pod {pod:?} is waiting to start - no logs yet"))
        })
    }

    fn machine<'a>(&'a self, namespace: &str, pod: &str, container: &str) -> Result<&'a Machine, Status> {
        self.machine_and_cwd(namespace, pod, container).map(|(machine, _)| machine)
    }

    /// A running container's machine, and the directory that it works in.
    fn machine_and_cwd<'a>(&'a self, namespace: &str, pod: &str, container: &str) -> Result<(&'a Machine, &'a str), Status> {
        let (worker, c) = self.find(namespace, pod, container, None)?;
        let instance = worker.containers[c].newest().and_then(|i| Some((i.machine.as_deref()?, i.process.cwd.as_str())));
        instance.ok_or_else(|| not_running(&worker.containers[c].spec.name))
    }
}

/// What of a log is asked for, as the end of a URL (`LogLocation`).
fn query(options: &LogOptions) -> String {
    let number = |n: Option<u64>| n.map(|n| n.to_string());
    let flag = |on: bool| on.then(|| "true".to_owned());
    let asked = [
        ("limitBytes", number(options.limit_bytes)),
        ("previous", flag(options.previous)),
        ("sinceSeconds", number(options.since.map(|s| s.as_secs()))),
        ("tailLines", number(options.tail_lines)),
        ("timestamps", flag(options.timestamps)),
    ];
    let asked: Vec<String> = asked.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).list();
    if asked.is_empty() { String::new() } else { format!("?{}", asked.join("&")) }
}

fn not_running(container: &str) -> Status {
    Status::internal(format!("unable to upgrade connection: container not found ({container:?})"))
}

/// The container of this name, or the pod's default container where none is named.
fn container_name(pod: &Value, container: &str) -> Option<ArcStr> {
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    if container.is_empty() {
        let preferred = pod.annotation("kubectl.kubernetes.io/default-container").unwrap_or("");
        let containers = pod.at(&["spec", "containers"]);
        return containers.named(preferred).or(containers.items().first()).map(|c| c.get("name").arc_str());
    }
    lists.iter().find_map(|l| pod.at(&["spec", l]).named(container)).map(|c| c.get("name").arc_str())
}

/// Which instance's log is meant, by the status (`validateContainerLogStatus`): whether it is the one before the newest.
fn log_instance(worker: &PodWorker, c: usize, pod: &str, previous: bool) -> Result<bool, Status> {
    let name = worker.containers[c].spec.name.as_str();
    let bad = |text: String| Err(Status::bad_request(text));
    let Some(status) = container_status(&worker.status, name) else {
        return bad(format!("container {name:?} in pod {pod:?} is not available"));
    };
    let (state, last) = (status.get("state"), status.at(&["lastState", "terminated", "containerID"]));
    if previous {
        if last.is_empty() {
            return bad(format!("previous terminated container {name:?} in pod {pod:?} not found"));
        }
        // A waiting container's last instance is its newest.
        return Ok(state.get("waiting").is_null());
    }
    if !state.get("running").is_null() || !state.at(&["terminated", "containerID"]).is_empty() {
        return Ok(false);
    }
    if !last.is_empty() {
        return Ok(false);
    }
    match state.at(&["waiting", "reason"]).str() {
        "" => bad(format!("container {name:?} in pod {pod:?} is waiting to start - no logs yet")),
        "ErrImagePull" => bad(format!("container {name:?} in pod {pod:?} is waiting to start: image can't be pulled")),
        "ImagePullBackOff" => bad(format!("container {name:?} in pod {pod:?} is waiting to start: trying and failing to pull image")),
        reason => bad(format!("container {name:?} in pod {pod:?} is waiting to start: {reason}")),
    }
}

/// The runtime's error, which the API server says once more is an internal one where it passes it on to a client with WebSockets.
fn spawn_refused(instance: &str, now: Time, error: &SpawnError) -> Status {
    let why = container_runtime::cannot_exec(instance, now, error);
    Status::internal(format!("Internal error occurred: Internal error occurred: error executing command in container: {why}"))
}

impl NodeApi for Kubelets {
    fn logs(&self, now: Time, namespace: &str, pod: &str, container: &str, options: &LogOptions) -> Result<LogChunk, Status> {
        let instance = self.log_of(namespace, pod, container, options)?;
        // The kubelet's own errors come as if they were the log.
        let text = if instance.removed {
            format!("unable to retrieve container logs for {}", instance.id)
        } else if instance.exit.is_some() && instance.started.is_none() {
            let (worker, c) = self.find(namespace, pod, container, Some(options))?;
            let path = worker.log_path(&worker.containers[c], instance);
            format!("failed to try resolving symlinks in path {path:?}: lstat {path}: no such file or directory")
        } else {
            String::new()
        };
        if !text.is_empty() {
            let cursor = LogCursor { attempt: instance.attempt, line: 0 };
            return Ok(LogChunk { bytes: text.into_bytes(), cursor, ended: true });
        }
        let (bytes, cursor) = instance.log.read(instance.attempt, now, options);
        Ok(LogChunk { bytes, cursor, ended: instance.exit.is_some() })
    }

    fn exec(
        &mut self,
        now: Time,
        namespace: &str,
        pod: &str,
        container: &str,
        command: &[String],
        stdin: bool,
        tty: bool,
    ) -> Result<ExecId, Status> {
        let (worker, c) = self.find(namespace, pod, container, None)?;
        let (node, uid) = (worker.pod.at(&["spec", "nodeName"]).arc_str(), worker.uid.clone());
        let name = worker.containers[c].spec.name.clone();
        let session = self.execs.next_id();
        let argv: Vec<ArcStr> = command.iter().map(|t| ArcStr::from(t.as_str())).list();
        let input = match (stdin, tty) {
            (_, true) => Stdin::Tty,
            (true, false) => Stdin::Pipe,
            (false, false) => Stdin::Null,
        };
        let started = self.touch(now, &node, &uid, c, |instance, now| {
            // A container that was created and not started yet has no process that another could run beside.
            let started = instance.main_pid().and(instance.machine.as_deref_mut());
            let Some(machine) = started else { return Err(not_running(&name)) };
            let pid =
                container_runtime::exec(machine, &instance.process, now, &argv, input).map_err(|e| spawn_refused(&instance.id, now, &e))?;
            instance.uses.insert(pid, ProcessUse::Exec(session));
            Ok(pid)
        });
        let pid = started.unwrap_or_else(|| Err(not_running(container)))?;
        Ok(ExecId(self.execs.open(node, uid, c, pid, tty, false)))
    }

    fn attach(&mut self, namespace: &str, pod: &str, container: &str) -> Result<ExecId, Status> {
        let (worker, c) = self.find(namespace, pod, container, None)?;
        let (node, uid) = (worker.pod.at(&["spec", "nodeName"]).arc_str(), worker.uid.clone());
        let spec = &worker.containers[c].spec;
        let tty = spec.value.get("tty").is_true();
        let instance = worker.containers[c].newest().filter(|i| i.exit.is_none());
        let pid = instance.and_then(Instance::main_pid).ok_or_else(|| {
            Status::internal(format!("unable to upgrade connection: container {} not found in pod {pod}_{namespace}", spec.name))
        })?;
        Ok(ExecId(self.execs.open(node, uid, c, pid, tty, true)))
    }

    fn write(&mut self, now: Time, session: ExecId, bytes: &[u8]) {
        self.on_machine(
            now,
            session,
            |machine, pid, tty, now| {
                if tty { machine.tty_input(now, pid, bytes) } else { machine.write_stdin(now, pid, bytes) }
            },
        );
    }

    fn close_stdin(&mut self, now: Time, session: ExecId) {
        self.on_machine(now, session, |machine, pid, _, now| machine.close_stdin(now, pid));
    }

    fn hang_up(&mut self, now: Time, session: ExecId) {
        // A container's own process and its terminal outlive those who attach to it.
        if self.execs.get(session.0).is_some_and(|s| !s.attached) {
            self.on_machine(now, session, |machine, pid, tty, now| {
                if tty {
                    machine.signal_session(now, pid, Signal::HUP);
                }
                machine.close_stdin(now, pid);
            });
        }
        self.execs.close(session.0);
    }

    fn poll(&mut self, session: ExecId) -> ExecPoll {
        self.execs.poll(session.0)
    }

    fn list_files(&self, namespace: &str, pod: &str, container: &str, path: &str) -> Result<Vec<FileEntry>, ContainerFileError> {
        let (machine, cwd) = self.machine_and_cwd(namespace, pod, container)?;
        let node = machine.file_system().stat(cwd, path)?;
        let InodeKind::Dir(entries) = &node.kind else { return Err(Errno::NotDirectory.into()) };
        let kind_of = |kind: &InodeKind| match kind {
            InodeKind::File { .. } => FileKind::File,
            InodeKind::Program(_) => FileKind::Program,
            InodeKind::Dir(_) => FileKind::Directory,
            InodeKind::Link(to) => FileKind::Link(to.to_string()),
            InodeKind::Device(_) => FileKind::Device,
        };
        let entries = entries.iter().map(|(name, inode)| FileEntry {
            name: name.to_string(),
            kind: kind_of(&inode.kind),
            size_bytes: inode.size(),
            mode: inode.mode,
            modified: inode.mtime,
        });
        Ok(entries.list())
    }

    fn read_file(&self, namespace: &str, pod: &str, container: &str, path: &str, max: usize) -> Result<Vec<u8>, Status> {
        let (machine, cwd) = self.machine_and_cwd(namespace, pod, container)?;
        machine.file_system().read(cwd, path, max).map_err(|e| Status::bad_request(format!("{path}: {e}")))
    }

    fn put_file(
        &mut self,
        now: Time,
        namespace: &str,
        pod: &str,
        container: &str,
        path: &str,
        file: &NewFile,
    ) -> Result<(), ContainerFileError> {
        let (worker, c) = self.find(namespace, pod, container, None)?;
        let name = worker.containers[c].spec.name.clone();
        let (node, uid) = (worker.pod.at(&["spec", "nodeName"]).arc_str(), worker.uid.clone());
        let written = self.touch(now, &node, &uid, c, |instance, _| -> Result<(), ContainerFileError> {
            let machine = instance.machine.as_deref_mut().ok_or_else(|| not_running(&name))?;
            let inode = match &file.kind {
                FileKind::Directory => Inode::dir(file.mode),
                FileKind::Link(target) => Inode::link(target),
                _ => Inode::file(file.bytes.clone(), file.mode),
            };
            let process = &instance.process;
            Ok(machine.files().put((process.uid, process.gid), &process.cwd, path, inode)?)
        });
        written.unwrap_or_else(|| Err(not_running(container).into()))
    }

    fn cpu_share(&self) -> Option<u64> {
        let total = self.usage.total_cpu_milli?;
        let running = self.kubelets.values().flat_map(|k| k.workers()).filter(|w| w.containers.iter().any(|c| c.is_alive()));
        Some(total / (running.count().max(1) as u64))
    }

    fn pod_usage(&self, share: Option<u64>, now: Time, namespace: &str, pod: &str) -> Option<PodUsage> {
        let worker = self.worker(namespace, pod)?;
        let alive = worker.containers.iter().enumerate().filter(|(_, c)| c.is_alive());
        let containers: Vec<ContainerUsage> = alive
            .map(|(i, c)| {
                let (cpu_milli, memory_bytes) = self.usage_of(worker, i, share, now);
                ContainerUsage { name: c.spec.name.clone(), cpu_milli, memory_bytes }
            })
            .list();
        (!containers.is_empty()).then_some(PodUsage { containers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_asked_for_by_a_url() {
        let all = LogOptions { previous: true, tail_lines: Some(1), timestamps: true, ..LogOptions::default() };
        for (options, wanted) in [(LogOptions::default(), ""), (all, "?previous=true&tailLines=1&timestamps=true")] {
            assert_eq!(query(&options), wanted);
        }
    }
}

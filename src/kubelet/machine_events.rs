//! Lets a container's machine run and takes in what comes out of it.

use super::container::{Container, Exit, Printed, ProcessUse};
use super::container_runtime::{self, MachineEvent, Pid, Signal, Stream, share_processes};
use super::disks::{DiskPath, Disks};
use super::externals::Seat;
use super::kubelets::Wake;
use super::log_files::put_beside_logs;
use super::logs::LogStream;
use super::pod_worker::{Cx, PodWorker, ServeUse, What};
use super::probes::OUTPUT_BYTES_MAX;
use super::router::{Outgoing, ReplyTo};
use crate::api::ArcStr;
use crate::base::{EventQueue, List as _, Time};

/// Runs of a machine in one wake; a machine that is still busy goes on with the next wake at the same moment.
const RUNS_MAX: u32 = 4;
/// Output of hooks and probes that is kept, in bytes.
const CAPTURED_BYTES_MAX: usize = OUTPUT_BYTES_MAX;

/// What all containers' termination messages of a pod come to at most, of which each has the same share
/// (`MaxPodTerminationMessageLogLength`).
const MESSAGES_BYTES_MAX: usize = 12 << 10;

impl PodWorker {
    /// Runs a container's machine for what is due.
    pub(super) fn pump(&mut self, cx: &mut Cx<'_>, c: usize) {
        for _ in 0..RUNS_MAX {
            // A look takes no copy of a machine that others share.
            let Some(machine) = self.containers[c].machine() else { return };
            let due = machine.next_wake().is_some_and(|at| at <= cx.now);
            if !due && !machine.has_events() {
                break;
            }
            if due {
                // Containers of a pod have one address, and so have pods on their node's network.
                let mut taken = self.ports(|at| at != c);
                if self.spec.host_network {
                    taken.extend(cx.node.host_ports.iter().filter(|(uid, _)| *uid != self.uid).map(|(_, port)| *port));
                }
                let Some(machine) = self.containers[c].machine_mut() else { return };
                machine.set_taken(taken);
                machine.run(cx.now);
            }
            let Some(machine) = self.containers[c].machine_mut() else { return };
            let events = machine.drain();
            let attempt = self.containers[c].newest().map_or(0, |i| i.attempt);
            // What was written counts, even where the writer has ended since.
            for event in &events {
                if let MachineEvent::VolumeChanged { volume } = event {
                    self.volume_written(cx, c, volume);
                }
            }
            for event in events {
                // An event may have led to another instance taking this one's place.
                if self.containers[c].newest().is_none_or(|i| i.attempt != attempt) {
                    return;
                }
                self.machine_event(cx, c, event);
            }
        }
        if self.spec.host_network {
            cx.node.free_ports(&self.uid);
            let own = self.ports(|_| true);
            cx.node.host_ports.extend(own.into_iter().map(|port| (self.uid.clone(), port)));
        }
        self.reschedule(cx, c);
    }

    /// The ports at which some of its containers listen.
    fn ports(&self, of: impl Fn(usize) -> bool) -> Vec<u16> {
        let machines = self.containers.iter().enumerate().filter(|(at, _)| of(*at)).filter_map(|(_, c)| c.machine());
        machines.flat_map(container_runtime::Machine::ports).list()
    }

    /// Schedules the machine's next wake, where it has moved.
    pub(super) fn reschedule(&mut self, cx: &mut Cx<'_>, c: usize) {
        self.reschedule_on(cx.queue, &cx.node.name, cx.now, c);
    }

    /// The same on a given queue, for what reaches a machine from outside a wake.
    pub(super) fn reschedule_on(&mut self, queue: &mut EventQueue<Wake>, node: &ArcStr, now: Time, c: usize) {
        self.share_processes(now);
        let moved = if self.spec.shares_processes { 0..self.containers.len() } else { c..c + 1 };
        moved.for_each(|c| self.reschedule_one(queue, node, now, c));
    }

    /// Containers that have one process namespace learn of each other's processes.
    pub(super) fn share_processes(&mut self, now: Time) {
        if !self.spec.shares_processes {
            return;
        }
        let spec = self.spec.clone();
        let target = |c: &Container| spec.containers.iter().position(|of| of.name == c.spec.value.get("targetContainerName").str());
        let leader = |at: usize, c: &Container| if spec.one_namespace { 0 } else { target(c).unwrap_or(at) };
        for of in 0..if spec.one_namespace { 1 } else { spec.containers.len() } {
            let ended = !spec.one_namespace && !self.containers[of].is_alive();
            let members = self.containers.iter_mut().enumerate().filter(|(at, c)| leader(*at, c) == of);
            let mut machines = Vec::new();
            for instance in members.filter_map(|(_, c)| c.newest_mut()) {
                let main = instance.main_pid();
                let Some(machine) = instance.machine.as_deref_mut() else { continue };
                if let (true, Some(main)) = (ended, main) {
                    // The end of a namespace's first process is the end of all in it.
                    machine.signal(now, main, Signal::KILL);
                }
                machines.push(machine);
            }
            if spec.one_namespace || machines.len() > 1 {
                share_processes(now, &mut machines, spec.one_namespace);
            }
        }
    }

    fn reschedule_one(&mut self, queue: &mut EventQueue<Wake>, node: &ArcStr, now: Time, c: usize) {
        let Some(instance) = self.containers[c].newest_mut() else { return };
        let Some(machine) = instance.machine.as_deref() else { return };
        let next = if machine.has_events() { Some(now) } else { machine.next_wake() };
        let Some(at) = next.map(|at| at.max(now)) else {
            instance.machine_wake = None;
            return;
        };
        if instance.machine_wake != Some(at) {
            instance.machine_wake = Some(at);
            queue.push(at, Wake { node: node.clone(), uid: self.uid.clone(), what: What::Machine(c as u16) });
        }
    }

    fn machine_event(&mut self, cx: &mut Cx<'_>, c: usize, event: MachineEvent) {
        match event {
            MachineEvent::Output { pid, stream, bytes, at } => self.output(cx, c, pid, stream, &bytes, at),
            MachineEvent::Exited { pid, status, at } => self.process_ended(cx, c, pid, status.code(), at),
            MachineEvent::Request { id, request, .. } => {
                cx.outgoing.push(Outgoing { node: cx.node.name.clone(), uid: self.uid.clone(), container: c, id, request });
            }
            MachineEvent::Abandoned { id } => {
                cx.node.abandoned.push(ReplyTo {
                    node: cx.node.name.clone(),
                    uid: self.uid.clone(),
                    container: c,
                    id,
                    ..ReplyTo::default()
                });
            }
            MachineEvent::Served { id, response, .. } => match self.serves.remove(&(c, id)) {
                Some(ServeUse::Probe(at, kind, token)) => self.probe_answered(cx, at, kind, token, response),
                Some(ServeUse::Hook(at)) => self.hook_served(cx, at, response.is_ok()),
                Some(ServeUse::Network(reply_to)) => cx.node.replies.push((reply_to, response)),
                None => {}
            },
            MachineEvent::OomKilled { pid, .. } => {
                if let Some(instance) = self.containers[c].newest_mut()
                    && instance.uses.get(&pid) == Some(&ProcessUse::Main)
                {
                    instance.oom_killed = true;
                }
            }
            MachineEvent::VolumeChanged { .. } => {}
            MachineEvent::ExternalStarted { .. }
            | MachineEvent::ExternalInput { .. }
            | MachineEvent::ExternalSignal { .. }
            | MachineEvent::ExternalChild { .. }
            | MachineEvent::ExternalGone { .. } => {
                let instance = self.containers[c].newest().map_or(0, |i| i.attempt);
                let seat = Seat { node: cx.node.name.clone(), pod: self.uid.clone(), container: c, instance };
                cx.node.externals.push((seat, event));
            }
        }
    }

    fn output(&mut self, cx: &mut Cx<'_>, c: usize, pid: Pid, stream: Stream, bytes: &[u8], at: Time) {
        let Some(instance) = self.containers[c].newest_mut() else { return };
        match instance.uses.get(&pid) {
            Some(ProcessUse::Main) => {
                let stream = if stream == Stream::Stdout { LogStream::Stdout } else { LogStream::Stderr };
                instance.log.append(at, stream, bytes);
                instance.log.keep(cx.node.log_room());
                cx.execs.attached_output(&self.uid, c, stream, bytes);
                self.log_written(cx, c);
            }
            Some(ProcessUse::Exec(session)) => cx.execs.output(*session, stream, bytes),
            Some(_) => {
                let kept = &mut instance.captured.entry(pid).or_default()[stream as usize];
                let room = CAPTURED_BYTES_MAX.saturating_sub(kept.len()).min(bytes.len());
                kept.extend_from_slice(&bytes[..room]);
            }
            None => {}
        }
    }

    fn process_ended(&mut self, cx: &mut Cx<'_>, c: usize, pid: Pid, code: i32, at: Time) {
        let Some(instance) = self.containers[c].newest_mut() else { return };
        let Some(used) = instance.uses.remove(&pid) else { return };
        let captured = instance.captured.remove(&pid).unwrap_or_default();
        match used {
            ProcessUse::Main => self.instance_ended(cx, c, code, at),
            ProcessUse::Probe(kind) => self.probe_exited(cx, c, kind, pid, code, captured.concat()),
            ProcessUse::PostStart | ProcessUse::PreStop => self.hook_ended(cx, c, used, code, &captured),
            ProcessUse::Exec(session) => cx.execs.ended(session, code),
        }
    }

    fn instance_ended(&mut self, cx: &mut Cx<'_>, c: usize, code: i32, at: Time) {
        let bytes_max = MESSAGES_BYTES_MAX / self.containers.len();
        let policy_falls_back = self.containers[c].spec.value.get("terminationMessagePolicy").str() == "FallbackToLogsOnError";
        let Some(instance) = self.containers[c].newest_mut() else { return };
        instance.log.close(at);
        let mut message = instance.machine.as_deref().map(container_runtime::termination_message).unwrap_or_default();
        if message.is_empty() && policy_falls_back && code != 0 {
            message = instance.log.tail_for_message();
        }
        message.truncate(message.floor_char_boundary(bytes_max));
        let reason = if instance.oom_killed {
            "OOMKilled"
        } else if code == 0 {
            "Completed"
        } else {
            "Error"
        };
        instance.exit = Some(Exit { code, reason: reason.into(), message: message.into(), at: at.max(instance.started.unwrap_or(at)) });
        instance.machine = None;
        instance.machine_wake = None;
        // What still ran in the container ended with it; the sessions learn of it.
        let uses = std::mem::take(&mut instance.uses);
        instance.captured.clear();
        for used in uses.into_values() {
            match used {
                ProcessUse::Exec(session) => cx.execs.ended(session, 137),
                ProcessUse::PostStart | ProcessUse::PreStop => self.hook_ended(cx, c, used, 137, &Printed::default()),
                _ => {}
            }
        }
        cx.execs.detached(&self.uid, c, code);
        self.answer_unserved(cx, c);
        self.log_written(cx, c);
        self.reschedule(cx, c);
        self.main_ended(cx);
    }

    /// Requests that the container had not answered get no answer.
    fn answer_unserved(&mut self, cx: &mut Cx<'_>, c: usize) {
        let open: Vec<_> = self.serves.keys().filter(|(at, _)| *at == c).copied().list();
        for key in open {
            match self.serves.remove(&key) {
                Some(ServeUse::Network(reply_to)) => cx.node.replies.push((reply_to, Err(container_runtime::NetError::Reset))),
                Some(ServeUse::Probe(at, kind, token)) if at != c => {
                    self.probe_answered(cx, at, kind, token, Err(container_runtime::NetError::Reset));
                }
                Some(ServeUse::Hook(at)) => self.hook_served(cx, at, false),
                _ => {}
            }
        }
    }

    /// A container wrote to a volume: the pod's other containers see it, and the disk behind it keeps it.
    fn volume_written(&mut self, cx: &mut Cx<'_>, c: usize, name: &ArcStr) {
        let Some(tree) = self.containers[c].machine().and_then(|m| m.volume(name)).cloned() else {
            return;
        };
        let Some(volume) = self.volumes.iter_mut().find(|v| v.name == *name) else { return };
        volume.tree = Some(tree.clone());
        if let Some(disk) = volume.disk() {
            if cx.node.writes_logs {
                put_beside_logs(cx.disks, &cx.node.name, disk, &tree, &self.uid);
            } else {
                cx.disks.put(disk, tree.clone(), &self.uid);
            }
        }
        // The writer has the tree already.
        for (_, container) in self.containers.iter_mut().enumerate().filter(|(i, _)| *i != c) {
            if let Some(machine) = container.machine_mut() {
                machine.set_volume(name, tree.clone());
            }
        }
    }

    /// Whether one of its volumes shows some of what is written to a disk.
    pub(super) fn reads_disk(&self, written: &DiskPath) -> bool {
        self.volumes.iter().any(|v| v.disk().is_some_and(|d| d.overlaps(written)))
    }

    /// Another pod wrote to a disk: volumes that show it, or a part of it, show it as it is now.
    pub(super) fn disk_written(&mut self, disks: &Disks, written: &DiskPath) {
        for volume in &mut self.volumes {
            let Some(disk) = volume.disk().filter(|d| d.overlaps(written)) else { continue };
            let Some(tree) = disks.get(disk).filter(|_| volume.tree.is_some()) else { continue };
            for machine in self.containers.iter_mut().filter_map(Container::machine_mut) {
                machine.set_volume(&volume.name, tree.clone());
            }
            volume.tree = Some(tree);
        }
    }
}

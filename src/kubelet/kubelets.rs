//! All kubelets of a cluster as one component: changes and wakes are routed to the pod that they are about.

mod news;

use std::collections::VecDeque;

use super::api_over_http::Watches;
use super::beyond::Beyond;
use super::container::Instance;
use super::container_runtime::{Machine, MachineEvent, NetError, NetResponse, Pid, Signal};
use super::disks::{DiskPath, Disks, Holder};
use super::env::ServiceLinks;
use super::exec::Execs;
use super::externals::Seat;
use super::live::LivePod;
use super::log_files::see_to_logs;
use super::message::Message;
use super::node::{Node, NodeFaults};
use super::pod_worker::{Cx, PodWorker, What, Work};
use super::preemption::released;
use super::router::{LATENCY, ReplyTo};
use super::traffic::Traffic;
use crate::api::{ArcStr, KindRef, Object, Value};
use crate::base::text::compare_pairs;
use crate::base::{EventQueue, RandomStream, Shared, SortedMap, SortedSet, Time};
use crate::server::{ApiServer, Change, Component, ExecId};

/// A moment at which a pod has something to do.
#[derive(Clone, Debug)]
pub(super) struct Wake {
    pub node: ArcStr,
    pub uid: ArcStr,
    pub what: What,
}

/// A change that was delivered and is not acted on yet.
#[derive(Clone, Debug)]
enum News {
    Pod {
        old: Option<Value>,
        pod: Value,
        deleted: bool,
    },
    Node {
        node: Value,
        deleted: bool,
    },
    /// An object that volumes show has changed.
    Shown(ShownKey),
    /// The mirror of a static pod of this node is gone, or its manifest may have changed.
    Files(ArcStr),
    /// A pod has written to a disk.
    Written {
        disk: DiskPath,
        by: ArcStr,
    },
    /// A kubelet is to start or stop.
    Switch {
        node: ArcStr,
        on: bool,
    },
    /// A node's network is to be cut or mended.
    Network {
        node: ArcStr,
        cut: bool,
    },
}

/// An object that volumes show: its kind, namespace and name.
type ShownKey = (&'static str, ArcStr, ArcStr);

/// One node and the pods on it, by uid.
#[derive(Clone, Debug)]
pub(super) struct Kubelet {
    pub node: Node,
    pub pods: SortedMap<ArcStr, Shared<PodWorker>>,
}

impl Kubelet {
    /// The workers of its pods.
    pub fn workers(&self) -> impl Iterator<Item = &PodWorker> {
        self.pods.values().map(|w| &**w)
    }
}

/// How many times slower something can be made.
const SLOWER_MAX: u32 = 1000;

/// Wakes handled in one call of `wake`.
const WAKES_MAX: usize = 512;
/// News acted on in one call. Those that came together are all acted on before anything else happens.
const NEWS_MAX: usize = 64;

/// What pods use, where a session says so.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct SetUsage {
    cpu_milli: Option<u64>,
    memory_mib: Option<u64>,
    pub(super) total_cpu_milli: Option<u64>,
}

/// The kubelets of all nodes.
#[derive(Clone, Debug)]
pub struct Kubelets {
    seed: u64,
    /// Whether names are served by pods alone.
    pub(super) names_by_pods: bool,
    /// Copies of a simulation share the nodes and pods to which nothing has happened since.
    pub(super) kubelets: SortedMap<ArcStr, Shared<Kubelet>>,
    /// The nodes by their own addresses, and by the third number of their pods'.
    pub(super) nodes_at: SortedMap<ArcStr, SortedSet<ArcStr>>,
    pub(super) queue: EventQueue<Wake>,
    news: Vec<News>,
    news_at: Option<Time>,
    /// What is being acted on, and since when.
    acting: VecDeque<News>,
    acting_at: Option<Time>,
    pub(super) network: EventQueue<Message>,
    /// The pods that serve requests of others, by the sender's uid, its container and the request's number.
    pub(super) servers: SortedMap<(ArcStr, usize, u64), (ArcStr, ArcStr)>,
    pub(super) traffic: Traffic,
    /// What lives on beyond pods.
    pub(super) disks: Disks,
    pub(super) execs: Execs,
    /// What containers are told of services.
    links: ServiceLinks,
    /// What became of programs in containers that are run from outside.
    pub(super) externals: Vec<(Seat, MachineEvent)>,
    /// Answers for those outside who asked.
    pub(super) forwarded: Vec<(u64, Result<NetResponse, NetError>)>,
    /// What containers ask of hosts beyond the cluster.
    pub(super) beyond: Vec<Beyond>,
    /// What containers watch.
    pub(super) watches: Watches<ReplyTo>,
    /// Pods by the objects that their volumes show.
    shown: SortedMap<ShownKey, SortedSet<(ArcStr, ArcStr)>>,
    /// Node and uid of the pod of each namespace and name.
    pub(super) names: SortedMap<(ArcStr, ArcStr), (ArcStr, ArcStr)>,
    pub(super) random: RandomStream,
    pub(super) usage: SetUsage,
    nodes_seen: u32,
}

impl Kubelets {
    /// No kubelets yet: they come with their nodes. Where names are served `by_pods` alone, there are none without these.
    pub fn new(seed: u64, names_by_pods: bool) -> Self {
        Kubelets {
            seed,
            names_by_pods,
            kubelets: SortedMap::new(),
            nodes_at: SortedMap::new(),
            queue: EventQueue::new(),
            news: Vec::new(),
            news_at: None,
            acting: VecDeque::new(),
            acting_at: None,
            network: EventQueue::new(),
            servers: SortedMap::new(),
            traffic: Traffic::default(),
            disks: Disks::default(),
            execs: Execs::default(),
            links: ServiceLinks::default(),
            externals: Vec::new(),
            forwarded: Vec::new(),
            beyond: Vec::new(),
            watches: Watches::default(),
            shown: SortedMap::new(),
            names: SortedMap::new(),
            random: RandomStream::new(seed, "kubelets"),
            usage: SetUsage::default(),
            nodes_seen: 0,
        }
    }

    /// A node goes dark, as if unplugged: its containers are gone, and nothing more is heard of it.
    pub fn stop(&mut self, now: Time, node: &str) {
        self.tell(now, News::Switch { node: node.into(), on: false });
    }

    /// A node comes back: its kubelet registers it anew and starts the containers of its pods again.
    pub fn start(&mut self, now: Time, node: &str) {
        self.tell(now, News::Switch { node: node.into(), on: true });
    }

    /// Whether a node's kubelet runs and is heard of: what its heartbeat says.
    pub fn is_running(&self, node: &str) -> bool {
        self.kubelets.get(node).is_some_and(|k| k.node.running && !k.node.cut)
    }

    /// From now on each running pod uses this, or all share `total_cpu_milli`; `None` leaves it to what containers do.
    pub fn set_usage(&mut self, cpu_milli: Option<u64>, memory_mib: Option<u64>, total_cpu_milli: Option<u64>) {
        self.usage = SetUsage { cpu_milli, memory_mib, total_cpu_milli };
    }

    /// Kills one of a container's processes from outside, its main one where none is named, as the kernel might.
    pub fn kill(&mut self, now: Time, namespace: &str, pod: &str, container: &str, pid: Option<u32>) {
        let Some((node, uid, c)) = self.place_of_container(namespace, pod, container) else { return };
        self.touch(now, &node, &uid, c, |instance, now| {
            if let (Some(pid), Some(machine)) = (pid.or(instance.main_pid()), instance.machine.as_deref_mut()) {
                machine.signal(now, pid, Signal::KILL);
            }
        });
    }

    /// A node's disk, or the way of its images, or of all nodes', is so many times slower than usual.
    pub fn slow(&mut self, node: Option<&str>, disk: Option<u32>, registry: Option<u32>) {
        for (_, kubelet) in self.kubelets.iter_mut().filter(|(name, _)| node.is_none_or(|n| *name == n)) {
            let slower = &mut kubelet.node.slower;
            slower.disk = disk.unwrap_or(slower.disk).clamp(1, SLOWER_MAX);
            slower.registry = registry.unwrap_or(slower.registry).clamp(1, SLOWER_MAX);
        }
    }

    /// A node's network is cut, or mended: it goes on by itself meanwhile, and tells afterwards what happened.
    pub fn cut(&mut self, now: Time, node: &str, cut: bool) {
        self.tell(now, News::Network { node: node.into(), cut });
    }

    /// How many bytes of containers' logs will be others in a while: those of full logs, whose oldest lines make room for new ones.
    pub fn turning_log_bytes(&self) -> usize {
        let workers = self.kubelets.values().flat_map(|k| k.workers());
        workers.flat_map(|w| &w.containers).flat_map(|c| &c.instances).map(|i| i.log.turned_over()).sum()
    }

    /// What is wrong with a node by hand.
    pub fn faults(&self, node: &str) -> NodeFaults {
        let of = |k: &Shared<Kubelet>| NodeFaults { off: !k.node.running, cut: k.node.cut, slower: k.node.slower };
        self.kubelets.get(node).map(of).unwrap_or_default()
    }

    /// A pod as a page shows it, given its [`crate::server::NodeApi::cpu_share`].
    pub fn live(&self, share: Option<u64>, now: Time, namespace: &str, pod: &str) -> Option<LivePod> {
        let worker = self.worker(namespace, pod)?;
        let mut live = worker.live(now);
        if self.usage != SetUsage::default() {
            for (i, c) in live.containers.iter_mut().enumerate() {
                (c.cpu_milli, c.memory_bytes) = self.usage_of(worker, i, share, now);
            }
        }
        Some(live)
    }

    fn tell(&mut self, now: Time, news: News) {
        self.news.push(news);
        self.news_at.get_or_insert(now);
    }

    /// The worker of the pod of this name.
    pub(super) fn worker(&self, namespace: &str, pod: &str) -> Option<&PodWorker> {
        let (node, uid) = self.place_of(namespace, pod)?;
        Some(&**self.kubelets.get(node)?.pods.get(uid)?)
    }

    /// Node and uid of the pod of this name.
    pub(super) fn place_of(&self, namespace: &str, pod: &str) -> Option<&(ArcStr, ArcStr)> {
        self.names.get_by(|key| compare_pairs((&key.0, &key.1), (namespace, pod)))
    }

    /// The same, and which of the pod's containers has this name.
    pub(super) fn place_of_container(&self, namespace: &str, pod: &str, container: &str) -> Option<(ArcStr, ArcStr, usize)> {
        let (node, uid) = self.place_of(namespace, pod)?.clone();
        let c = self.worker(namespace, pod)?.containers.iter().position(|c| c.spec.name == container)?;
        Some((node, uid, c))
    }

    /// The address of a worker's node, where its kubelet does not answer.
    pub(super) fn unreachable(&self, worker: &PodWorker) -> Option<&ArcStr> {
        let kubelet = self.kubelets.get(worker.pod.at(&["spec", "nodeName"]).str())?;
        (!kubelet.node.running || kubelet.node.cut).then_some(&kubelet.node.ip)
    }

    /// Runs `f` on a worker with all it acts on.
    pub(super) fn with_worker<T>(
        &mut self,
        api: &mut ApiServer,
        now: Time,
        node: &str,
        uid: &str,
        f: impl FnOnce(&mut PodWorker, &mut Cx<'_>) -> T,
    ) -> Option<T> {
        let (mut f, mut result) = (Some(f), None);
        self.let_worker(api, now, node, uid, &mut |worker, cx| result = f.take().map(|f| f(worker, cx)));
        result
    }

    /// The one copy of what every `with_worker` does.
    fn let_worker(
        &mut self,
        api: &mut ApiServer,
        now: Time,
        node: &str,
        uid: &str,
        act: &mut dyn FnMut(&mut PodWorker, &mut Cx<'_>),
    ) -> Option<()> {
        let Kubelet { node, pods } = &mut **self.kubelets.get_mut(node)?;
        let worker = &mut **pods.get_mut(uid)?;
        let mut outgoing = Vec::new();
        let mut cx = Cx {
            api,
            now,
            queue: &mut self.queue,
            node,
            disks: &mut self.disks,
            execs: &mut self.execs,
            links: &mut self.links,
            outgoing: &mut outgoing,
            seed: self.seed,
        };
        act(worker, &mut cx);
        let gone = worker.work == Work::Finished && worker.deleted;
        if gone && let Some(worker) = pods.remove(uid) {
            node.recorder.forget(uid);
            if node.writes_logs {
                worker.remove_logs(&mut self.disks, &node.name);
                node.logs_mounted = true;
            }
            let key = (worker.pod.namespace().into(), worker.pod.name().into());
            // Another pod of that name may have come since.
            if self.names.get(&key).is_some_and(|(_, u)| u == uid) {
                self.names.remove(&key);
            }
        }
        if std::mem::take(&mut node.logs_mounted) {
            see_to_logs(node, pods, &mut self.disks, now);
        }
        self.externals.append(&mut node.externals);
        let freed = std::mem::take(&mut node.freed);
        let name = node.name.clone();
        let room = freed && pods.values().any(|w| w.waits_for_resources());
        let released = if freed { released(pods) } else { Vec::new() };
        for (reply_to, answer) in std::mem::take(&mut node.replies) {
            self.network.push(now + LATENCY, Message::Reply(reply_to, answer));
        }
        for way in std::mem::take(&mut node.unserved) {
            self.traffic.answered(&way, false);
        }
        for sender in std::mem::take(&mut node.abandoned) {
            self.network.push(now + LATENCY, Message::Closed(sender));
        }
        for request in outgoing {
            self.network.push(now + LATENCY, Message::Request(request));
        }
        for (disk, by) in std::mem::take(&mut self.disks.written) {
            self.tell(now, News::Written { disk, by });
        }
        if room {
            self.retry_resizes(api, now, &name);
        }
        for uid in released {
            self.with_worker(api, now, &name, &uid, PodWorker::release);
        }
        Some(())
    }

    /// Lets a client act on a container's machine between wakes; what comes of it waits for the next wake.
    pub(super) fn touch<T>(
        &mut self,
        now: Time,
        node: &ArcStr,
        uid: &str,
        c: usize,
        f: impl FnOnce(&mut Instance, Time) -> T,
    ) -> Option<T> {
        let worker = self.kubelets.get_mut(node)?.pods.get_mut(uid)?;
        let instance = worker.containers.get_mut(c)?.newest_mut()?;
        let result = f(instance, now);
        worker.reschedule_on(&mut self.queue, node, now, c);
        Some(result)
    }

    /// The same for the process behind a session.
    pub(super) fn on_machine(&mut self, now: Time, session: ExecId, f: impl FnOnce(&mut Machine, Pid, bool, Time)) {
        let Some(session) = self.execs.get(session.0).cloned() else { return };
        self.touch(now, &session.node, &session.uid, session.container, |instance, now| {
            if let Some(machine) = instance.machine.as_deref_mut() {
                f(machine, session.pid, session.tty, now);
            }
        });
    }

    /// Usage of a container by what the session says, where it says something.
    pub(super) fn usage_of(&self, worker: &PodWorker, c: usize, share: Option<u64>, now: Time) -> (u64, u64) {
        let (cpu, memory) = worker.container_usage(c, now);
        // A pod's usage is that of its first container.
        let first = worker.containers.iter().position(|c| c.is_alive()) == Some(c);
        let own = |set: u64| if first { set } else { 0 };
        let cpu = match (share, self.usage.cpu_milli) {
            (Some(share), _) => own(share),
            (None, Some(milli)) => own(milli),
            (None, None) => cpu,
        };
        (cpu, self.usage.memory_mib.map_or(memory, |mib| own(mib << 20)))
    }
}

impl Component for Kubelets {
    fn watches(&self, kind: KindRef) -> bool {
        kind.group.is_empty() && matches!(kind.plural, "pods" | "nodes" | "configmaps" | "secrets" | "persistentvolumes")
            || self.watches.want(kind)
    }

    fn on_change(&mut self, _api: &ApiServer, now: Time, change: &Change) {
        let deleted = change.current().is_none();
        let object = &change.object;
        if self.watches.want(change.key.kind) {
            self.news_at.get_or_insert(now);
        }
        match change.key.kind.plural {
            "pods" => {
                if !object.at(&["spec", "nodeName"]).is_empty() {
                    self.tell(now, News::Pod { old: change.old.clone(), pod: object.clone(), deleted });
                }
            }
            "nodes" => self.tell(now, News::Node { node: object.clone(), deleted }),
            "persistentvolumes" => {
                if deleted {
                    self.disks.remove(&Holder::Volume(change.key.name.clone()));
                }
            }
            plural @ ("secrets" | "configmaps") => {
                let kind = if plural == "secrets" { "Secret" } else { "ConfigMap" };
                let key = (kind, change.key.namespace.clone(), change.key.name.clone());
                if self.shown.contains_key(&key) {
                    self.tell(now, News::Shown(key));
                }
            }
            _ => {}
        }
    }

    fn next_wake(&self) -> Option<Time> {
        [self.acting_at, self.news_at, self.queue.next_at(), self.network.next_at(), self.watches.next_at()].into_iter().flatten().min()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        if self.acting_at.take().is_none() {
            self.news_at = None;
            self.acting = std::mem::take(&mut self.news).into();
        }
        for _ in 0..NEWS_MAX {
            let Some(news) = self.acting.pop_front() else { break };
            self.act_on(api, now, news);
        }
        if !self.acting.is_empty() {
            self.acting_at = Some(now);
            return;
        }
        for (to, answer) in self.watches.tell(api, now) {
            self.network.push(now + LATENCY, Message::Reply(to, Ok(NetResponse::Http(answer))));
        }
        for _ in 0..WAKES_MAX {
            let (wake_at, message_at) = (self.queue.next_at(), self.network.next_at());
            let message_first = match (wake_at, message_at) {
                (Some(w), Some(m)) => m < w,
                (None, Some(_)) => true,
                _ => false,
            };
            if message_first {
                let Some((_, message)) = self.network.pop_due(now) else { return };
                self.deliver(api, now, message);
            } else {
                let Some((_, wake)) = self.queue.pop_due(now) else { return };
                if wake.what == What::Pressure {
                    self.look_at_pressure(api, now, &wake.node);
                    continue;
                }
                self.with_worker(api, now, &wake.node, &wake.uid, |worker, cx| worker.wake(cx, wake.what));
            }
        }
    }
}

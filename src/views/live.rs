//! What is known of a pod only where it runs: a pull's progress, a backoff's end, a probe's last results. None of it is stored.

use crate::api::{ArcStr, Object, Value};
use crate::base::{List as _, SortedMap, Time};
use crate::kubelet;
use crate::sim::Sim;

pub use crate::kubelet::ProbeKind;

/// A stretch of virtual time with both ends known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub from: Time,
    /// When it ends.
    pub until: Time,
}

impl Span {
    /// How much of it lies behind at `now`: 0 to 1.
    pub fn done(&self, now: Time) -> f64 {
        let whole = self.until.since(self.from).as_secs_f64();
        if whole <= 0.0 { 1.0 } else { (now.since(self.from).as_secs_f64() / whole).min(1.0) }
    }
}

/// One result of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// When the result was in.
    pub at: Time,
    /// Whether it was a success.
    pub ok: bool,
}

/// A probe as its worker in the kubelet sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveProbe {
    /// Which probe.
    pub kind: ProbeKind,
    /// Failures in a row so far.
    pub failures: u32,
    /// The last results, oldest first; a dozen or so.
    pub beats: Vec<Beat>,
    /// When it runs next; none while it does not run.
    pub next_at: Option<Time>,
    /// What the last failure said.
    pub output: String,
}

/// A container as its kubelet sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveContainer {
    /// The container's name in the pod's spec.
    pub name: String,
    /// The pull of its image, while that goes on.
    pub pull: Option<Span>,
    /// The wait before its next start or its next pull.
    pub backoff: Option<Span>,
    /// Its end, while its processes have time to go: from the first signal to the last.
    pub ending: Option<Span>,
    /// Its probes' workers.
    pub probes: Vec<LiveProbe>,
    /// What it is doing, and until when where it waits for a moment: `sleep 10`.
    pub doing: Option<(String, Option<Time>)>,
    /// CPU it uses, in millicores.
    pub cpu_m: u64,
    /// Memory it uses, in bytes.
    pub memory_bytes: u64,
}

/// How many of a probe's results are remembered.
const BEATS_MAX: usize = 24;

/// What kubelets tell only of the moment, remembered: a probe's results so far, and when a wait began.
#[derive(Clone, Debug, Default)]
pub struct LiveHistory {
    pods: SortedMap<ArcStr, PodHistory>,
}

#[derive(Clone, Debug, Default)]
struct PodHistory {
    beats: SortedMap<(String, ProbeKind), ProbeHistory>,
    waits: SortedMap<String, Span>,
}

#[derive(Clone, Debug, Default)]
struct ProbeHistory {
    beats: Vec<Beat>,
    in_a_row: u32,
}

impl LiveHistory {
    /// What the kubelet of a pod knows of it now, given its [`crate::server::NodeApi::cpu_share`].
    pub fn look(&mut self, sim: &Sim, share: Option<u64>, pod: &Value) -> Option<LivePod> {
        let now = sim.now();
        let live = sim.cluster().kubelets.as_ref()?.live(share, now, pod.namespace(), pod.name())?;
        let history = self.pods.entry(pod.get("metadata").get("uid").arc_str()).or_default();
        Some(LivePod { containers: live.containers.into_iter().map(|c| history.container(c, now)).list() })
    }

    /// Forgets all, as before going to another moment.
    pub fn forget(&mut self) {
        self.pods.clear();
    }

    /// How many pods it remembers something of.
    pub fn remembered(&self) -> usize {
        self.pods.len()
    }

    /// Forgets the pods that are gone.
    pub fn keep(&mut self, mut is_there: impl FnMut(&str) -> bool) {
        self.pods.retain(|uid, _| is_there(uid));
    }
}

impl PodHistory {
    fn container(&mut self, c: kubelet::LiveContainer, now: Time) -> LiveContainer {
        let mut since = |until: Option<Time>| {
            let until = until.filter(|until| *until > now)?;
            let wait = self.waits.entry(c.name.clone()).or_insert(Span { from: now, until });
            if wait.until != until {
                *wait = Span { from: now, until };
            }
            Some(*wait)
        };
        let (backoff, ending) = (since(c.backoff_until), since(c.killed_at));
        let probes = c.probes.into_iter().map(|p| self.probe(&c.name, p)).list();
        LiveContainer {
            pull: c.pull.filter(|(_, until)| *until > now).map(|(from, until)| Span { from: from.min(now), until }),
            backoff,
            ending,
            probes,
            doing: c.process,
            cpu_m: c.cpu_milli,
            // The finest step that anything here shows.
            memory_bytes: c.memory_bytes >> 16 << 16,
            name: c.name,
        }
    }

    fn probe(&mut self, container: &str, p: kubelet::LiveProbe) -> LiveProbe {
        let known = self.beats.entry((container.to_owned(), p.kind)).or_default();
        if let (Some(ok), Some(at)) = (p.last_result, p.last_at)
            && known.beats.last().is_none_or(|b| b.at < at)
        {
            // More than one may have come since the last look: as many as the run of equal results has grown by.
            let grown = if known.beats.last().is_some_and(|b| b.ok == ok) { p.in_a_row.saturating_sub(known.in_a_row) } else { p.in_a_row };
            for _ in 1..grown.min(BEATS_MAX as u32) {
                known.beats.push(Beat { at, ok });
            }
            known.beats.push(Beat { at, ok });
            known.in_a_row = p.in_a_row;
            let surplus = known.beats.len().saturating_sub(BEATS_MAX);
            known.beats.drain(..surplus);
        }
        let failures = if p.last_result == Some(false) { p.in_a_row } else { 0 };
        LiveProbe { kind: p.kind, failures, beats: known.beats.clone(), next_at: p.next_at, output: p.output }
    }
}

/// A pod as its kubelet sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePod {
    /// Its containers, init containers too.
    pub containers: Vec<LiveContainer>,
}

//! What is known of a pod only where it runs: a pull's progress, a backoff's end, a probe's last results. None of it is stored.

use crate::base::Time;

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

/// Which of a container's three probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeKind {
    /// Holds the other two back until it has succeeded.
    Startup,
    /// Restarts the container.
    Liveness,
    /// Lets requests in and keeps them out.
    Readiness,
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
    /// Its probes' workers.
    pub probes: Vec<LiveProbe>,
    /// What its main process is doing, in a few words: `sleep 10, 4 s left`.
    pub doing: Option<String>,
}

/// A pod as its kubelet sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LivePod {
    /// Its containers, init containers too.
    pub containers: Vec<LiveContainer>,
}

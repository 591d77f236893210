//! The kinds of probes, and what a container has of each.

use std::ops::{Index, IndexMut};

/// Which probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeKind {
    /// Whether the container is to be restarted.
    Liveness,
    /// Whether it takes traffic.
    Readiness,
    /// Whether it has started; holds the other two back.
    Startup,
}

impl ProbeKind {
    /// All of them.
    pub(super) const ALL: [ProbeKind; 3] = [ProbeKind::Liveness, ProbeKind::Readiness, ProbeKind::Startup];

    /// As events name it.
    pub(super) fn title(self) -> &'static str {
        match self {
            ProbeKind::Liveness => "Liveness",
            ProbeKind::Readiness => "Readiness",
            ProbeKind::Startup => "Startup",
        }
    }
}

/// What a container has of each kind of probe, if it has that.
#[derive(Clone, Debug)]
pub(in crate::kubelet) struct Probes<T>([Option<T>; 3]);

impl<T> Probes<T> {
    /// No probe of any kind.
    pub const NONE: Self = Probes([None, None, None]);

    /// What `of` says of each kind.
    pub fn of(of: impl FnMut(ProbeKind) -> Option<T>) -> Self {
        Probes(ProbeKind::ALL.map(of))
    }

    /// Those that there are.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

impl<T> Index<ProbeKind> for Probes<T> {
    type Output = Option<T>;

    fn index(&self, kind: ProbeKind) -> &Option<T> {
        &self.0[kind as usize]
    }
}

impl<T> IndexMut<ProbeKind> for Probes<T> {
    fn index_mut(&mut self, kind: ProbeKind) -> &mut Option<T> {
        &mut self.0[kind as usize]
    }
}

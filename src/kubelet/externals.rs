//! Programs in containers whose work somebody outside does, as that of a kubectl: who they are, and their machine on loan.

use super::container_runtime::{Machine, MachineEvent};
use super::kubelets::Kubelets;
use crate::api::ArcStr;
use crate::base::{Shared, Time};

/// One run of a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    /// The node that it is on.
    pub node: ArcStr,
    /// Its pod's uid.
    pub pod: ArcStr,
    /// Its place among the pod's containers.
    pub container: usize,
    /// How many runs came before it.
    pub instance: u32,
}

impl Kubelets {
    /// Takes what became of such programs.
    pub fn take_externals(&mut self) -> Vec<(Seat, MachineEvent)> {
        std::mem::take(&mut self.externals)
    }

    /// The machine of a container's run, which is to be given back at the same moment; nothing where that run is over.
    pub fn lend(&mut self, seat: &Seat) -> Option<Shared<Machine>> {
        let worker = self.kubelets.get_mut(&seat.node)?.pods.get_mut(&seat.pod)?;
        let instance = worker.containers.get_mut(seat.container)?.newest_mut()?;
        instance.machine.take_if(|_| instance.attempt == seat.instance)
    }

    /// Takes a machine back.
    pub fn give_back(&mut self, now: Time, seat: &Seat, machine: Shared<Machine>) {
        // What was done meanwhile may have ended the pod.
        self.touch(now, &seat.node, &seat.pod, seat.container, |instance, _| instance.machine = Some(machine));
    }
}

//! Machines that have one process namespace in common: each keeps stand-ins for the processes of the others, which `ps` shows,
//! `kill` finds and `/proc` knows. What is sent to a stand-in goes on to the machine that it stands for.

use std::sync::Arc;

use super::fs::{FileSystem, Inode};
use super::machine::Machine;
use super::process::{Block, Body, Process, Signal};
use crate::base::{List as _, SortedMap, Time};

/// Makes what happened in one machine known to the others. `paused`: the namespace is the pod's, and number 1 its `pause`.
pub fn share_processes(now: Time, machines: &mut [&mut Machine], paused: bool) {
    for from in 0..machines.len() {
        let stand_ins = machines[from].kernel.procs.values_mut().filter(|p| p.is_elsewhere() && p.pending != 0);
        let told: Vec<_> = stand_ins.map(|p| (p.pid, std::mem::take(&mut p.pending))).list();
        for (pid, pending) in told {
            let at_home = |m: &&mut &mut Machine| m.kernel.procs.get(&pid).is_some_and(|p| !p.is_elsewhere());
            let Some(home) = machines.iter_mut().find(at_home) else { continue };
            home.kernel.now = home.kernel.now.max(now);
            for signal in (1..32).map(Signal).filter(|s| pending & s.bit() != 0) {
                // It was there a moment ago.
                let _ = home.kernel.signal(pid, signal, true);
            }
        }
    }
    let next_pid = machines.iter().map(|m| m.kernel.next_pid).max().unwrap_or(1).max(1 + u32::from(paused));
    let shown: Vec<Vec<Process>> = machines
        .iter()
        .map(|m| {
            let files = Arc::new(m.kernel.fs.clone());
            m.kernel.procs.values().filter(|p| !p.is_elsewhere()).map(|p| stand_in(p, &files)).list()
        })
        .list();
    let none = Arc::new(FileSystem::new(Arc::new(Inode::dir(0o555)), Vec::new(), SortedMap::new()));
    for (at, machine) in machines.iter_mut().enumerate() {
        let kernel = &mut machine.kernel;
        (kernel.next_pid, kernel.paused) = (next_pid, paused);
        kernel.procs.retain(|_, p| !p.is_elsewhere());
        let others = shown.iter().enumerate().filter(|(i, _)| *i != at).flat_map(|(_, list)| list).cloned();
        for process in others.chain(paused.then(|| pause(kernel.started, none.clone()))) {
            kernel.procs.insert(process.pid, Box::new(process));
        }
    }
}

/// The process that holds a pod's namespaces.
fn pause(started: Time, files: Arc<FileSystem>) -> Process {
    Process {
        uid: 65535,
        gid: 65535,
        umask: 0,
        body: Body::Elsewhere(files),
        wake: Time::MAX,
        block: Block::Forever,
        memory: 700 << 10,
        ..Process::new(1, Arc::from([arcstr::literal!("/pause")]), Arc::default(), arcstr::literal!("/"), started)
    }
}

fn stand_in(p: &Process, files: &Arc<FileSystem>) -> Process {
    Process {
        pid: p.pid,
        ppid: p.ppid,
        session: p.session,
        uid: p.uid,
        gid: p.gid,
        argv: p.argv.clone(),
        env: p.env.clone(),
        cwd: p.cwd.clone(),
        block: if p.block == Block::None { Block::None } else { Block::Forever },
        cpu_us: p.cpu_us,
        memory: p.memory,
        ..pause(p.started, files.clone())
    }
}

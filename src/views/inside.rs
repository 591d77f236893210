//! What only the node that runs a container knows of it: what it wrote, and its files. Empty where no kubelets run.

use crate::api::{Status, kinds};
use crate::base::List as _;
use crate::runtime::{ProcessInfo, QueueLength};
use crate::server::{FileEntry, FileKind, LogOptions, NodeApi};
use crate::sim::Sim;

/// The most lines of a log that are read.
const LOG_LINES_MAX: u64 = 500;
/// The most bytes of a file that are read.
const FILE_BYTES_MAX: usize = 100_000;

/// A file or directory in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileView {
    /// Its whole path.
    pub path: String,
    /// Whether it is a directory.
    pub directory: bool,
    /// Its size in bytes.
    pub size: u64,
    /// Where it points, of a symbolic link; empty otherwise.
    pub target: String,
}

/// A container of a simulation, to be looked into.
#[derive(Clone, Copy)]
pub struct ContainerInside<'a> {
    /// The simulation it runs in.
    pub sim: &'a Sim,
    /// Its pod's namespace.
    pub namespace: &'a str,
    /// Its pod's name.
    pub pod: &'a str,
    /// Its own name.
    pub container: &'a str,
}

impl ContainerInside<'_> {
    /// The last of what it wrote, in this run or the one before; or the kubelet's refusal.
    pub fn logs(self, previous: bool) -> Result<String, Status> {
        let Some(kubelets) = &self.sim.cluster().kubelets else { return Ok(String::new()) };
        // Of a pod that is on no node the API server asks nobody, and says nothing.
        let pod = self.sim.api().peek(kinds::POD, self.namespace, self.pod);
        if pod.is_some_and(|p| p.at(&["spec", "nodeName"]).str().is_empty()) {
            return Ok(String::new());
        }
        let options = LogOptions { previous, tail_lines: Some(LOG_LINES_MAX), ..LogOptions::default() };
        let chunk = kubelets.logs(self.sim.now(), self.namespace, self.pod, self.container, &options)?;
        Ok(String::from_utf8_lossy(&chunk.bytes).into_owned())
    }

    /// What the queues of the queue servers in it hold.
    pub fn queues(self) -> Vec<QueueLength> {
        let kubelets = self.sim.cluster().kubelets.as_ref();
        kubelets.map(|k| k.queues(self.namespace, self.pod, self.container)).unwrap_or_default()
    }

    /// Its processes, by number.
    pub fn processes(self) -> Vec<ProcessInfo> {
        let kubelets = self.sim.cluster().kubelets.as_ref();
        kubelets.map(|k| k.processes(self.namespace, self.pod, self.container)).unwrap_or_default()
    }

    /// The files of a directory; none where it is no directory or the container does not run.
    pub fn files(self, path: &str) -> Option<Vec<FileView>> {
        let kubelets = self.sim.cluster().kubelets.as_ref()?;
        let entries = kubelets.list_files(self.namespace, self.pod, self.container, path).ok()?;
        let view = |e: FileEntry| FileView {
            path: format!("{}/{}", path.trim_end_matches('/'), e.name),
            directory: e.kind == FileKind::Directory,
            size: e.size_bytes,
            target: if let FileKind::Link(target) = e.kind { target } else { String::new() },
        };
        Some(entries.into_iter().map(view).list())
    }

    /// A file, as text.
    pub fn file(self, path: &str) -> Option<String> {
        let kubelets = self.sim.cluster().kubelets.as_ref()?;
        let bytes = kubelets.read_file(self.namespace, self.pod, self.container, path, FILE_BYTES_MAX).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Duration, Time};
    use crate::sim::{ContainerRef, Fault, Session, TimedInput};
    use crate::views::testing::played;
    use crate::views::{ends, object};

    #[test]
    fn a_pod_on_no_node_has_an_empty_log() {
        let run = r#"kubectl run p --image=nginx --overrides='{"spec":{"nodeSelector":{"a":"b"}}}'"#;
        let mut sim =
            Sim::new(Session { inputs: vec![TimedInput { cmd: Some(run.to_owned()), ..TimedInput::default() }], ..Session::default() });
        sim.run(Time::from_secs(3), u64::MAX);
        let logs = |pod| ContainerInside { sim: &sim, namespace: "default", pod, container: "p" }.logs(false);
        assert_eq!(logs("p"), Ok(String::new()));
        assert!(logs("q").is_err());
    }

    #[test]
    fn what_comes_from_outside_is_not_what_a_container_does() {
        let own = "kubectl run a --image=busybox -- sh -c 'while true; do sleep 1000; done'";
        let sim = played(&[own, "kubectl wait --for=condition=Ready pod/a; kubectl exec a -- sh -c 'sleep 2000; true'"], 10);
        let container = ContainerInside { sim: &sim, namespace: "default", pod: "a", container: "a" };
        let runs = container.processes().iter().map(|p| p.argv.join(" ")).collect::<Vec<_>>();
        assert!(runs.iter().any(|argv| argv == "sleep 2000"), "{runs:?}");
        let kubelets = sim.cluster().kubelets.as_ref().expect("there are nodes");
        let live = kubelets.live(Default::default(), sim.now(), "default", "a").expect("it runs");
        assert_eq!(live.containers[0].process.as_ref().map(|p| p.0.as_str()), Some("sleep 1000"));
    }

    #[test]
    fn one_process_is_killed_and_the_others_go_on() {
        let mut sim = played(&["kubectl run a --image=busybox -- sh -c 'sleep 1000 & wait; echo over; sleep 2000'"], 10);
        let inside = |sim: &Sim| {
            let container = ContainerInside { sim, namespace: "default", pod: "a", container: "a" };
            let processes = container.processes().iter().map(|p| (p.pid, p.argv.join(" "))).collect::<Vec<_>>();
            (processes, container.logs(false).expect("it runs"))
        };
        let (processes, _) = inside(&sim);
        let (pid, _) = processes.iter().find(|p| p.1 == "sleep 1000").expect("started by the shell").clone();
        let fault = Fault { kill: Some(ContainerRef::new("default", "a", "a")), pid: Some(pid), ..Fault::default() };
        assert_eq!(fault.short(), format!("kill default/a/a {pid}"));
        sim.input(TimedInput { fault: Some(fault), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(20), 4096).done {}
        let (processes, log) = inside(&sim);
        assert!(processes.iter().all(|p| p.0 != pid) && processes.iter().any(|p| p.1 == "sleep 2000"), "{processes:?}");
        assert_eq!(log, "over\n");
        assert!(ends(sim.api(), object(&sim, "Pod", "default", "a").expect("made above")).is_empty(), "the container runs on");
    }
}

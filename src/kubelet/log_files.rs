//! The logs of containers as files of their node, for what runs there and reads them: agents that collect logs, shells on the node.
//!
//! They are written only while a pod of the node shows a part of `/var/log`: nobody else could read them. Their last part alone is kept.
//! Models the files that containerd's CRI plugin writes, their rotation, and the kubelet's links to them (`legacyLogSymlink`).

use std::sync::Arc;

use super::container::{Container, Instance};
use super::container_runtime::{Inode, InodeKind};
use super::disks::{DiskPath, Disks, Holder};
use super::node::Node;
use super::pod_worker::{Cx, PodWorker};
use crate::api::{ArcStr, Object};
use crate::base::{List as _, Shared, SortedMap, Time};

/// Where all logs of a node are, where its containers' files are, and the links to those.
const FOLDER: &str = "/var/log";
const PODS: &str = "/var/log/pods";
const LINKS: &str = "/var/log/containers";
/// How long a file grows before another one is begun. (A kubelet's has 10 MiB, and there are five of them, not two.)
const FILE_BYTES_MAX: usize = 64 << 10;

fn on(node: &ArcStr, path: &str) -> DiskPath {
    DiskPath::new(Holder::Node(node.clone()), path)
}

/// The names in a folder.
fn names(disks: &Disks, folder: &DiskPath) -> Vec<ArcStr> {
    match disks.get(folder).as_ref().map(|folder| &folder.kind) {
        Some(InodeKind::Dir(entries)) => entries.keys().cloned().list(),
        _ => Vec::new(),
    }
}

/// Whether what is shown of a disk has logs of its node in it.
pub(super) fn shows_logs(disk: &DiskPath, node: &ArcStr) -> bool {
    disk.overlaps(&on(node, FOLDER))
}

/// Keeps what a pod has written to a disk of its node, but for the logs: another one may have written to these meanwhile.
pub(super) fn put_beside_logs(disks: &mut Disks, node: &ArcStr, disk: &DiskPath, tree: &Arc<Inode>, writer: &ArcStr) {
    let kept = [PODS, LINKS].map(|path| (on(node, path), disks.get(&on(node, path))));
    disks.put(disk, tree.clone(), writer);
    for (at, logs) in kept {
        if let Some(logs) = logs
            && disks.get(&at).is_none_or(|written| !Arc::ptr_eq(&written, &logs))
        {
            disks.put(&at, logs, &ArcStr::new());
        }
    }
}

impl PodWorker {
    fn log_folder(&self) -> String {
        format!("{PODS}/{}_{}_{}", self.pod.namespace(), self.pod.name(), self.uid)
    }

    /// Where the log of an instance of a container is on its node.
    pub(super) fn log_path(&self, container: &Container, instance: &Instance) -> String {
        format!("{}/{}/{}.log", self.log_folder(), container.spec.name, instance.attempt)
    }

    /// How the names of links to the logs of one of its containers begin.
    fn log_links(&self, c: usize) -> String {
        [self.pod.name(), "_", self.pod.namespace(), "_", &self.containers[c].spec.name, "-"].concat()
    }

    /// A container's log has got something: so has its file, where there is one.
    pub(super) fn log_written(&mut self, cx: &mut Cx<'_>, c: usize) {
        if cx.node.writes_logs {
            self.write_logs(cx.disks, &cx.node.name, cx.now, c);
        }
    }

    /// A container has a new instance, whose log is begun; those of instances that are forgotten go.
    pub(super) fn log_begun(&mut self, cx: &mut Cx<'_>, c: usize) {
        if !cx.node.writes_logs {
            return;
        }
        self.log_written(cx, c);
        let (disks, node, container) = (&mut *cx.disks, &cx.node.name, &self.containers[c]);
        let kept = container.instances.iter().map(|i| self.log_path(container, i)).list();
        let folder = on(node, &format!("{}/{}", self.log_folder(), container.spec.name));
        for name in names(disks, &folder) {
            let path = format!("{}/{name}", folder.path);
            if !kept.iter().any(|kept| path.starts_with(kept)) {
                disks.take(&on(node, &path));
            }
        }
        remove_links(disks, node, &self.log_links(c));
    }

    /// Writes what the logs of a container's instances have got since to their files.
    fn write_logs(&mut self, disks: &mut Disks, node: &ArcStr, now: Time, c: usize) {
        let links = self.log_links(c);
        let paths = self.containers[c].instances.iter().map(|i| self.log_path(&self.containers[c], i)).list();
        for (path, instance) in paths.iter().zip(&mut self.containers[c].instances) {
            let (at, new) = (on(node, path), instance.log.take_unwritten());
            let old = disks.get(&at);
            if new.is_empty() && old.is_some() {
                continue;
            }
            let mut bytes = old.as_ref().and_then(|old| old.bytes(FILE_BYTES_MAX)).unwrap_or_default();
            if bytes.len() + new.len() > FILE_BYTES_MAX
                && let Some(old) = old
            {
                let rotated = format!("{path}.{}", now.rfc3339().replace(['-', ':', 'Z'], "").replace('T', "-"));
                for name in names(disks, &at.parent()) {
                    if name.starts_with(&format!("{}.log.", instance.attempt)) {
                        disks.take(&on(node, &format!("{}/{name}", at.parent().path)));
                    }
                }
                disks.put(&on(node, &rotated), old, &ArcStr::new());
                bytes.clear();
            }
            // Of what does not fit into one file at all the last lines.
            let cut = new.len().saturating_sub(FILE_BYTES_MAX);
            let from = if cut == 0 { 0 } else { new[cut..].iter().position(|b| *b == b'\n').map_or(new.len(), |end| cut + end + 1) };
            bytes.extend_from_slice(&new[from..]);
            disks.put(&at, Inode { mtime: now, ..Inode::file(bytes, 0o640) }, &ArcStr::new());
            let link = format!("{LINKS}/{links}{}.log", instance.id.trim_start_matches("containerd://"));
            if disks.get(&on(node, &link)).is_none() {
                disks.put(&on(node, &link), Inode { mtime: now, ..Inode::link(path) }, &ArcStr::new());
            }
        }
    }

    /// Removes the logs of all its containers: it is gone.
    pub(super) fn remove_logs(&self, disks: &mut Disks, node: &ArcStr) {
        disks.take(&on(node, &self.log_folder()));
        remove_links(disks, node, &[self.pod.name(), "_", self.pod.namespace(), "_"].concat());
    }
}

/// Removes the links that begin so and lead nowhere.
fn remove_links(disks: &mut Disks, node: &ArcStr, begin: &str) {
    for name in names(disks, &on(node, LINKS)).into_iter().filter(|name| name.starts_with(begin)) {
        let link = on(node, &format!("{LINKS}/{name}"));
        if let Some(InodeKind::Link(target)) = disks.get(&link).map(|link| link.kind.clone())
            && disks.get(&on(node, &target)).is_none()
        {
            disks.take(&link);
        }
    }
}

/// Writes the logs of all pods of a node to their files where one of them has come to show these, and no longer once none does.
pub(super) fn see_to_logs(node: &mut Node, pods: &mut SortedMap<ArcStr, Shared<PodWorker>>, disks: &mut Disks, now: Time) {
    let folder = on(&node.name, FOLDER);
    let wanted = pods.values().any(|w| w.reads_disk(&folder));
    if wanted == std::mem::replace(&mut node.writes_logs, wanted) || !wanted {
        return;
    }
    // What was there is from when somebody read it last.
    for path in [PODS, LINKS] {
        disks.put(&on(&node.name, path), Inode::dir(0o755), &ArcStr::new());
    }
    for worker in pods.values_mut() {
        for c in 0..worker.containers.len() {
            worker.containers[c].instances.iter_mut().for_each(|instance| instance.log.begin_anew());
            worker.write_logs(disks, &node.name, now, c);
        }
    }
}

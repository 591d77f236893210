//! What lives on beyond pods: the files of nodes, and those of volumes. A node's files are one tree, of which volumes show parts.

use std::sync::Arc;

use super::container_runtime::{Inode, InodeKind};
use crate::api::ArcStr;
use crate::base::SortedMap;
use crate::runtime::is_too_long;

/// Whose a tree of files is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    /// The node of this name.
    Node(ArcStr),
    /// A server of this name, for all nodes.
    Server(ArcStr),
    /// The persistent volume of this name, which is a part of no node.
    Volume(ArcStr),
}

/// A place in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DiskPath {
    pub holder: Holder,
    /// Absolute and clean; `/` for all of the tree.
    pub path: ArcStr,
}

impl DiskPath {
    /// A path as it was written.
    pub fn new(holder: Holder, path: &str) -> DiskPath {
        DiskPath { holder, path: format!("/{}", clean(path)).into() }
    }

    /// The directory that it is in.
    pub fn parent(&self) -> DiskPath {
        let end = self.path.rfind('/').unwrap_or(0);
        DiskPath::new(self.holder.clone(), &self.path[..end])
    }

    /// The part of it that is already too long for a file system, where it is too long.
    pub fn too_long(&self) -> Option<&str> {
        let ends = self.path.match_indices('/').map(|(end, _)| end).chain([self.path.len()]);
        ends.map(|end| &self.path[..end]).find(|part| is_too_long(part))
    }

    /// Whether what is written at one place is seen at the other.
    pub fn overlaps(&self, other: &DiskPath) -> bool {
        let is_below =
            |a: &str, b: &str| b.strip_prefix(a.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.holder == other.holder && (is_below(&self.path, &other.path) || is_below(&other.path, &self.path))
    }
}

/// A path without slashes at its ends, empty names and dots.
// Models Go's path.Clean.
pub(super) fn clean(path: &str) -> String {
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

/// The trees, and what was written of late.
#[derive(Clone, Debug, Default)]
pub(super) struct Disks {
    trees: SortedMap<Holder, Arc<Inode>>,
    /// Where something was written, each with the uid of the pod that did.
    pub written: Vec<(DiskPath, ArcStr)>,
}

/// The folders that a node has beside those of its system.
const FOLDERS: [&str; 17] = [
    "data",
    "etc/cni/net.d",
    "etc/kubernetes/manifests",
    "etc/ssl/certs",
    "lib/modules",
    "opt/cni/bin",
    "sys/fs/bpf",
    "sys/fs/cgroup",
    "sys/kernel/debug",
    "usr/lib",
    "usr/share",
    "var/lib/kubelet/device-plugins",
    "var/lib/kubelet/plugins",
    "var/lib/kubelet/plugins_registry",
    "var/lib/kubelet/pods",
    "var/log/containers",
    "var/log/pods",
];

impl Disks {
    /// What is at a place.
    pub fn get(&self, at: &DiskPath) -> Option<Arc<Inode>> {
        at.path.split('/').filter(|p| !p.is_empty()).try_fold(self.trees.get(&at.holder)?.clone(), |node, name| match &node.kind {
            InodeKind::Dir(entries) => entries.get(name).cloned(),
            _ => None,
        })
    }

    /// The path above a place at which there is no directory, so that nothing can be put under it.
    pub fn file_above<'p>(&self, at: &'p DiskPath) -> Option<&'p str> {
        let mut above = at.path.match_indices('/').map(|(end, _)| &at.path[..end]);
        above.find(|path| self.get(&DiskPath::new(at.holder.clone(), path)).is_some_and(|node| !node.is_dir()))
    }

    /// Makes the files that a node has from the beginning, where the place is on a node that has none yet.
    pub fn start(&mut self, at: &DiskPath) {
        let Holder::Node(node) = &at.holder else { return };
        if self.trees.contains_key(&at.holder) {
            return;
        }
        let mut root = crate::runtime::images::node();
        for folder in FOLDERS {
            root.put(folder, Inode::dir(0o755));
        }
        root.put("etc/hostname", Inode::file(format!("{node}\n"), 0o644));
        self.trees.insert(at.holder.clone(), Arc::new(root));
    }

    /// Gives a tree up.
    pub fn remove(&mut self, holder: &Holder) {
        self.trees.remove(holder);
    }

    /// Puts something at a place, for `writer`.
    pub fn put(&mut self, at: &DiskPath, node: impl Into<Arc<Inode>>, writer: &ArcStr) {
        let node = node.into();
        if at.path == "/" {
            self.trees.insert(at.holder.clone(), node);
        } else {
            let root = self.trees.entry(at.holder.clone()).or_insert_with(|| Arc::new(Inode::dir(0o755)));
            Arc::make_mut(root).put(&at.path, node);
        }
        self.written.push((at.clone(), writer.clone()));
    }

    /// Takes away what is at a place.
    pub fn take(&mut self, at: &DiskPath) {
        let Some(folder) = self.get(&at.parent()) else { return };
        let mut folder = Arc::unwrap_or_clone(folder);
        if let InodeKind::Dir(entries) = &mut folder.kind
            && entries.remove(at.path.rsplit('/').next().unwrap_or_default()).is_some()
        {
            self.put(&at.parent(), folder, &ArcStr::new());
        }
    }
}

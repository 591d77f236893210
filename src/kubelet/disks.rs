//! What lives on beyond pods: the files of nodes, and those of volumes. A node's files are one tree, of which volumes show parts.

use std::sync::Arc;

use super::container_runtime::{Inode, InodeKind};
use crate::api::ArcStr;
use crate::base::SortedMap;

/// The trees, and what was written of late. A key is `host/NODE/PATH`, `nfs/SERVER/PATH` or `volume/NAME`.
#[derive(Clone, Debug, Default)]
pub(super) struct Disks {
    trees: SortedMap<ArcStr, Arc<Inode>>,
    /// Keys that were written to, each with the uid of the pod that did.
    pub written: Vec<(ArcStr, ArcStr)>,
}

/// The folders of a node.
const FOLDERS: [&str; 27] = [
    "data",
    "dev",
    "etc/cni/net.d",
    "etc/kubernetes/manifests",
    "etc/ssl/certs",
    "home",
    "lib/modules",
    "mnt",
    "opt/cni/bin",
    "proc",
    "root",
    "run",
    "srv",
    "sys/fs/bpf",
    "sys/fs/cgroup",
    "sys/kernel/debug",
    "tmp",
    "usr/bin",
    "usr/lib",
    "usr/local",
    "usr/share",
    "var/lib/kubelet/device-plugins",
    "var/lib/kubelet/plugins",
    "var/lib/kubelet/plugins_registry",
    "var/lib/kubelet/pods",
    "var/log/containers",
    "var/log/pods",
];

/// The key of a tree and the path in it.
fn parts(key: &str) -> (&str, &str) {
    let holder = ["host/", "nfs/"].iter().find_map(|kind| {
        let rest = key.strip_prefix(kind)?;
        Some(kind.len() + rest.find('/').unwrap_or(rest.len()))
    });
    holder.map_or((key, ""), |end| (&key[..end], &key[end..]))
}

/// Whether what is written under one key is seen under the other.
pub(super) fn overlap(a: &str, b: &str) -> bool {
    let below = |a: &str, b: &str| b.strip_prefix(a).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || a.ends_with('/'));
    below(a, b) || below(b, a)
}

impl Disks {
    /// What is under a key.
    pub fn get(&self, key: &str) -> Option<Arc<Inode>> {
        let (tree, path) = parts(key);
        path.split('/').filter(|p| !p.is_empty()).try_fold(self.trees.get(tree)?.clone(), |at, name| match &at.kind {
            InodeKind::Dir(entries) => entries.get(name).cloned(),
            _ => None,
        })
    }

    /// The path above a key at which there is no directory, so that nothing can be put under it.
    pub fn file_above<'k>(&self, key: &'k str) -> Option<&'k str> {
        let (tree, path) = parts(key);
        let mut above = path.match_indices('/').map(|(end, _)| &path[..end]);
        above.find(|path| self.get(&format!("{tree}{path}")).is_some_and(|node| !node.is_dir()))
    }

    /// Makes the files that a node has from the beginning, where the key is of a node that has none yet.
    pub fn start(&mut self, key: &str) {
        let (tree, _) = parts(key);
        let Some(node) = tree.strip_prefix("host/").filter(|_| !self.trees.contains_key(tree)) else { return };
        let mut root = Inode::dir(0o755);
        for folder in FOLDERS {
            root.put(folder, Inode::dir(if folder == "tmp" { 0o1777 } else { 0o755 }));
        }
        root.put("etc/hostname", Inode::file(format!("{node}\n"), 0o644));
        self.trees.insert(tree.into(), Arc::new(root));
    }

    /// Gives a tree up.
    pub fn remove(&mut self, tree: &str) {
        self.trees.remove(tree);
    }

    /// Puts something under a key, for `writer`.
    pub fn put(&mut self, key: &ArcStr, node: &Arc<Inode>, writer: &ArcStr) {
        let (tree, path) = parts(key);
        if path.trim_matches('/').is_empty() {
            self.trees.insert(tree.into(), node.clone());
        } else {
            let root = self.trees.entry(tree.into()).or_insert_with(|| Arc::new(Inode::dir(0o755)));
            Arc::make_mut(root).put(path, Inode::clone(node));
        }
        self.written.push((key.clone(), writer.clone()));
    }
}

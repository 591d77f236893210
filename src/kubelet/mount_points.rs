//! Mounts that cannot be: a directory over a file, or a file over a directory.

use std::sync::Arc;

use super::container_runtime::{Inode, InodeKind, Mount};
use crate::api::ArcStr;
use crate::base::SortedMap;

/// Where containerd assembles the root of a container.
const TASKS: &str = "/run/containerd/io.containerd.runtime.v2.task/k8s.io";

/// A mount that does not fit what is in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// Its place among the mounts.
    pub index: usize,
    is_dir: bool,
}

impl Misfit {
    /// The first one among a container's mounts over the files of an image.
    pub fn find(root: &Inode, mounts: &[Mount], trees: &SortedMap<ArcStr, Arc<Inode>>) -> Option<Misfit> {
        let source = |mount: &Mount| trees.get(&mount.volume).and_then(|tree| tree.at(&mount.sub_path));
        mounts.iter().enumerate().find_map(|(index, mount)| {
            // What it is mounted over may be in another volume.
            let rest_in = |m: &Mount| mount.path.strip_prefix(m.path.as_str()).filter(|rest| rest.starts_with('/'));
            let below = mounts.iter().filter(|m| rest_in(m).is_some()).max_by_key(|m| m.path.len());
            let place = match below {
                Some(below) => source(below)?.at(rest_in(below)?)?,
                None => root.at(&mount.path)?,
            };
            let is_dir = source(mount)?.is_dir();
            (place.is_dir() != is_dir && !matches!(place.kind, InodeKind::Link(_))).then_some(Misfit { index, is_dir })
        })
    }

    /// What the runtime says of it. `source`: the path on the node; `id`: the container's.
    // Models mountToRootfs of runc, which makes the place for a directory, and leaves a file's to the kernel where it is there.
    pub fn message(&self, mount: &Mount, source: &str, id: &str) -> String {
        let path = &mount.path;
        let why = if self.is_dir {
            format!("create mountpoint for {path} mount: cannot create subdirectories in \"{TASKS}/{id}/rootfs{path}\"")
        } else {
            let flags = if mount.read_only { "MS_RDONLY|MS_BIND|MS_REC" } else { "MS_BIND|MS_REC" };
            format!("mount src={source}, dst={path}, dstFd=/proc/thread-self/fd/11, flags={flags}")
        };
        format!("error during container init: error mounting {source:?} to rootfs at {:?}: {why}: not a directory", path.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_over_files_and_directories_over_directories() {
        let mut root = Inode::dir(0o755);
        root.put("etc", Inode::dir(0o755));
        root.put("etc/passwd", Inode::file("", 0o644));
        root.put("run", Inode::link("etc/passwd"));
        let mut volume = Inode::dir(0o755);
        volume.put("file", Inode::file("", 0o644));
        let trees = SortedMap::from([(ArcStr::from("v"), Arc::new(volume))]);
        let mount = |path: &str, sub_path: &str| Mount {
            path: path.into(),
            volume: "v".into(),
            read_only: false,
            sub_path: sub_path.into(),
            memory: None,
        };
        for (path, sub_path, fits) in [
            ("/etc", "", true),
            ("/etc", "file", false),
            ("/etc/passwd", "file", true),
            ("/etc/passwd", "", false),
            ("/etc/new", "", true),
            ("/new/file", "file", true),
            ("/run", "", true),
        ] {
            assert_eq!(Misfit::find(&root, &[mount(path, sub_path)], &trees).is_none(), fits, "{sub_path} over {path}");
        }
        let within = [mount("/etc", ""), mount("/etc/passwd", ""), mount("/etc/file", "")];
        assert_eq!(Misfit::find(&root, &within, &trees), Some(Misfit { index: 2, is_dir: true }), "the volume has no passwd");
    }
}

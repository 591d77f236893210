//! File systems: trees that are shared until written to, and what is mounted over them.
//! Cloning one costs a pointer; a write copies the directories on its path.

use std::borrow::Cow;
use std::sync::Arc;

use arcstr::ArcStr;

pub use crate::base::Errno;
use crate::base::text::compare;
use crate::base::{SortedMap, Time};

/// A file, directory, link, device or program.
#[derive(Debug, Clone, PartialEq)]
pub struct Inode {
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// When it was last written.
    pub mtime: Time,
    /// What it is.
    pub kind: Kind,
}

/// What an inode is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `size` bytes, of which those beyond `data` are zero and not stored.
    File {
        /// What is stored.
        data: Vec<u8>,
        /// The size in bytes.
        size: u64,
    },
    /// A directory.
    Dir(SortedMap<ArcStr, Arc<Inode>>),
    /// A symbolic link.
    Link(ArcStr),
    /// A device.
    Device(Device),
    /// A program that the runtime knows by name.
    Program(ArcStr),
}

/// What stands in `/dev`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// /dev/null
    Null,
    /// /dev/zero
    Zero,
    /// /dev/full
    Full,
    /// /dev/random, /dev/urandom
    Random,
    /// /dev/tty
    Tty,
    /// /dev/stdin, /dev/stdout, /dev/stderr
    Fd(u32),
}

impl Inode {
    /// A directory with nothing in it.
    pub fn dir(mode: u32) -> Inode {
        Inode { mode, uid: 0, gid: 0, mtime: Time::ZERO, kind: Kind::Dir(SortedMap::new()) }
    }
    /// A file.
    pub fn file(data: impl Into<Vec<u8>>, mode: u32) -> Inode {
        let data = data.into();
        Inode { mode, uid: 0, gid: 0, mtime: Time::ZERO, kind: Kind::File { size: data.len() as u64, data } }
    }
    /// A symbolic link.
    pub fn link(target: &str) -> Inode {
        Inode { mode: 0o777, uid: 0, gid: 0, mtime: Time::ZERO, kind: Kind::Link(ArcStr::from(target)) }
    }
    /// Whether it is a directory.
    pub fn is_dir(&self) -> bool {
        matches!(self.kind, Kind::Dir(_))
    }
    /// Its size in bytes, as `ls -l` shows it.
    pub fn size(&self) -> u64 {
        match &self.kind {
            Kind::File { size, .. } => *size,
            Kind::Dir(_) => 4096,
            Kind::Link(t) => t.len() as u64,
            Kind::Program(_) => 1_131_168,
            Kind::Device(_) => 0,
        }
    }
    /// Whether `uid`/`gid` may read (4), write (2) or execute (1) it.
    pub fn allows(&self, uid: u32, gid: u32, bit: u32) -> bool {
        if uid == 0 {
            return bit != 1 || self.is_dir() || self.mode & 0o111 != 0;
        }
        let shift = if uid == self.uid {
            6
        } else if gid == self.gid {
            3
        } else {
            0
        };
        self.mode >> shift & bit != 0
    }
    /// Puts `node` at a relative path, making directories on the way. For building images and volumes.
    pub fn put(&mut self, path: &str, node: impl Into<Arc<Inode>>) {
        self.put_shared(path, node.into());
    }

    /// The one copy of what `put` does.
    fn put_shared(&mut self, path: &str, node: Arc<Inode>) {
        let mut at = self;
        let mut parts = path.split('/').filter(|p| !p.is_empty()).peekable();
        while let Some(part) = parts.next() {
            let Kind::Dir(entries) = &mut at.kind else { return };
            if parts.peek().is_none() {
                entries.insert(ArcStr::from(part), node);
                return;
            }
            at = Arc::make_mut(entries.entry(ArcStr::from(part)).or_insert_with(|| Arc::new(Inode::dir(0o755))));
        }
    }
    /// The node at a relative path, links not followed.
    pub fn at(&self, path: &str) -> Option<&Inode> {
        let mut at = self;
        for part in path.split('/').filter(|p| !p.is_empty()) {
            let Kind::Dir(entries) = &at.kind else { return None };
            at = entries.get(part)?;
        }
        Some(at)
    }
    /// A file's bytes, up to `max`.
    pub fn bytes(&self, max: usize) -> Option<Vec<u8>> {
        matches!(self.kind, Kind::File { .. }).then(|| read_at(self, 0, max))
    }
    /// The bytes stored below it.
    pub fn disk_usage(&self) -> u64 {
        match &self.kind {
            Kind::File { size, .. } => *size,
            Kind::Dir(entries) => entries.values().map(|n| n.disk_usage()).sum::<u64>() + 4096,
            _ => 0,
        }
    }

    /// The memory that its files take in a file system there, in whole pages.
    pub fn memory_usage(&self) -> u64 {
        match &self.kind {
            Kind::File { size, .. } => size.next_multiple_of(4096),
            Kind::Dir(entries) => entries.values().map(|n| n.memory_usage()).sum(),
            _ => 0,
        }
    }
}

/// A volume or file mounted over a container's root.
#[derive(Debug, Clone)]
pub struct Mount {
    /// Where, absolute and without a slash at the end.
    pub path: ArcStr,
    /// What the host calls the volume; `machine.volume(name)` finds it again.
    pub volume: ArcStr,
    /// Whether writes are refused.
    pub read_only: bool,
    /// The path within the volume that is mounted; empty for all of it.
    pub sub_path: ArcStr,
    /// Where it is in memory, how many bytes go there; 0 for as many as there are.
    pub memory: Option<u64>,
}

/// A container's files: the image's tree, changed privately, and volumes over it.
#[derive(Debug, Clone)]
pub struct FileSystem {
    root: Arc<Inode>,
    /// The directory that all paths begin at: the root of the process that runs (`chroot`). Empty for the file system's own.
    pub base: ArcStr,
    mounts: Vec<Mount>,
    volumes: SortedMap<ArcStr, Arc<Inode>>,
    /// The volumes written to since the host last asked.
    pub dirty: Vec<ArcStr>,
    /// Stored bytes that writes have added.
    stored: u64,
    /// Bytes by which writes have made files longer.
    pub grown: u64,
    /// Whether the root refuses writes (`readOnlyRootFilesystem`).
    pub root_read_only: bool,
    /// Whether the kernel's parameters refuse writes: a runtime mounts `/proc/sys` so where nobody asks for more.
    pub sysctls_read_only: bool,
}

/// The bytes that one file system may really hold in memory.
const STORED_BYTES_MAX: u64 = 64 << 20;
/// The size a file may claim, which zeros reach without being stored.
const FILE_BYTES_MAX: u64 = 1 << 40;
/// How deep directories may nest: what walks or drops a tree calls itself for each level.
const LEVELS_MAX: usize = 400;
const LINKS_MAX: u32 = 20;
/// The longest path that is taken, in bytes.
pub const PATH_BYTES_MAX: usize = 4096;
/// The longest name in a path, in bytes.
pub const NAME_BYTES_MAX: usize = 255;

/// Whether no file system takes a path, since it or a name in it is too long, or it goes too deep.
pub fn is_too_long(path: &str) -> bool {
    path.len() > PATH_BYTES_MAX || path.matches('/').count() >= LEVELS_MAX || path.split('/').any(|name| name.len() > NAME_BYTES_MAX)
}

/// An absolute path without links, dots and doubled slashes, and what is there.
pub struct Found<'a> {
    pub path: String,
    pub node: Option<&'a Arc<Inode>>,
}

impl FileSystem {
    /// The file system of an image, with volumes mounted.
    pub fn new(root: Arc<Inode>, mounts: Vec<Mount>, volumes: SortedMap<ArcStr, Arc<Inode>>) -> Self {
        let mut fs = FileSystem {
            root,
            base: ArcStr::new(),
            mounts: Vec::new(),
            volumes,
            dirty: Vec::new(),
            stored: 0,
            grown: 0,
            root_read_only: false,
            sysctls_read_only: false,
        };
        for mount in mounts {
            let is_dir = fs.mounted(&mount).is_some_and(|n| n.is_dir());
            // The mount point must be there for its directory to list it.
            let parent = parent_of(&mount.path).to_string();
            fs.make_dirs(&parent, Time::ZERO);
            if is_dir {
                fs.make_dirs(&mount.path, Time::ZERO);
            } else if fs.node(&mount.path).is_none() {
                let _ = fs.insert(&mount.path, Arc::new(Inode::file("", 0o644)), true);
            }
            fs.mounts.push(mount);
        }
        fs.dirty.clear();
        fs
    }

    fn mounted(&self, mount: &Mount) -> Option<&Arc<Inode>> {
        let mut at = self.volumes.get(&mount.volume)?;
        for part in mount.sub_path.split('/').filter(|p| !p.is_empty()) {
            let Kind::Dir(entries) = &at.kind else { return None };
            at = entries.get(part)?;
        }
        Some(at)
    }

    /// A volume's tree.
    pub fn volume(&self, name: &str) -> Option<&Arc<Inode>> {
        self.volumes.get(name)
    }

    /// Replaces a volume's tree.
    pub fn set_volume(&mut self, name: &str, tree: Arc<Inode>) {
        self.volumes.insert(ArcStr::from(name), tree);
    }

    /// The mounts, in the order given.
    pub fn mounts(&self) -> &[Mount] {
        &self.mounts
    }

    /// A clean path as it is from the file system's own root.
    pub fn whole<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if self.base.is_empty() { path.into() } else { [&*self.base, path.trim_end_matches('/')].concat().into() }
    }

    /// Follows `path` from `cwd`. A missing last part is no error: `node` is `None`.
    pub fn find(&self, cwd: &str, path: &str, follow: bool) -> Result<Found<'_>, Errno> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        let (mut hops, base) = (0, self.base.len());
        let mut text: Cow<'_, str> = if path.starts_with('/') { path.into() } else { format!("{cwd}/{path}").into() };
        'again: loop {
            if text.len() > PATH_BYTES_MAX {
                return Err(Errno::NameTooLong);
            }
            let mut here = String::with_capacity(base + text.len());
            here.push_str(&self.base);
            let mut node = if base == 0 { &self.root } else { self.node(&here).ok_or(Errno::NoEntry)? };
            let mut parts = text.split('/').filter(|p| !p.is_empty() && *p != ".").peekable();
            while let Some(part) = parts.next() {
                if part.len() > NAME_BYTES_MAX {
                    return Err(Errno::NameTooLong);
                }
                if part == ".." {
                    if !node.is_dir() {
                        return Err(Errno::NotDirectory);
                    }
                    here.truncate(here.rfind('/').unwrap_or(0).max(base));
                    node = self.node(&here).ok_or(Errno::NoEntry)?;
                    continue;
                }
                let Kind::Dir(entries) = &node.kind else { return Err(Errno::NotDirectory) };
                let before = here.len();
                here.push('/');
                here.push_str(part);
                let last = parts.peek().is_none();
                let child = self
                    .mounts
                    .iter()
                    .rev()
                    .find(|m| m.path == here)
                    .and_then(|m| self.mounted(m))
                    .or_else(|| entries.get_by(|name| compare(name, part)));
                let Some(child) = child else {
                    if last && !text.ends_with("/.") {
                        return Ok(Found { path: here.split_off(base), node: None });
                    }
                    return Err(Errno::NoEntry);
                };
                if let Kind::Link(target) = &child.kind
                    && (follow || !last || text.ends_with('/'))
                {
                    hops += 1;
                    if hops > LINKS_MAX {
                        return Err(Errno::Loop);
                    }
                    let mut next = if target.starts_with('/') { target.to_string() } else { format!("{}/{target}", &here[base..before]) };
                    for part in parts {
                        next.push('/');
                        next.push_str(part);
                    }
                    text = next.into();
                    continue 'again;
                }
                node = child;
            }
            if text.len() > 1 && text.ends_with('/') && !node.is_dir() {
                return Err(Errno::NotDirectory);
            }
            let path = if here.len() == base { "/".to_owned() } else { here.split_off(base) };
            return Ok(Found { path, node: Some(node) });
        }
    }

    /// The mount that holds a clean path.
    pub fn mount_of(&self, path: &str) -> Option<&Mount> {
        self.mount_of_whole(&self.whole(path))
    }

    fn mount_of_whole(&self, path: &str) -> Option<&Mount> {
        self.mounts
            .iter()
            .rev()
            .filter(|m| path.strip_prefix(m.path.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/')))
            .max_by_key(|m| m.path.len())
    }

    /// The node at a clean path from the file system's own root.
    pub fn node(&self, path: &str) -> Option<&Arc<Inode>> {
        let (mut at, rest) = match self.mount_of_whole(path) {
            Some(m) => (self.mounted(m)?, &path[m.path.len()..]),
            None => (&self.root, path),
        };
        for part in rest.split('/').filter(|p| !p.is_empty()) {
            let Kind::Dir(entries) = &at.kind else { return None };
            at = entries.get(part)?;
        }
        Some(at)
    }

    /// What is at `path`, links followed.
    pub fn stat(&self, cwd: &str, path: &str) -> Result<&Arc<Inode>, Errno> {
        self.find(cwd, path, true)?.node.ok_or(Errno::NoEntry)
    }

    /// The bytes of a file, up to `max`.
    pub fn read(&self, cwd: &str, path: &str, max: usize) -> Result<Vec<u8>, Errno> {
        let node = self.stat(cwd, path)?;
        let error = if matches!(node.kind, Kind::Dir(_)) { Errno::IsDirectory } else { Errno::Invalid };
        node.bytes(max).ok_or(error)
    }

    /// What is left of a volume in memory that has a size, where a clean path is on one.
    fn room_in_memory(&self, path: &str) -> Option<u64> {
        let mount = self.mount_of(path)?;
        let size = mount.memory.filter(|size| *size > 0)?;
        Some(size.saturating_sub(self.volumes.get(&mount.volume)?.memory_usage()))
    }

    /// Whether what a clean path is on may be written to by anybody.
    pub fn may_write(&self, path: &str) -> Result<(), Errno> {
        let read_only = match self.mount_of(path) {
            Some(mount) => mount.read_only,
            None if path.starts_with("/proc/sys/") => self.sysctls_read_only,
            None => self.root_read_only,
        };
        if read_only { Err(Errno::ReadOnly) } else { Ok(()) }
    }

    /// Looks at a node for change. Clean paths only.
    pub fn edit(&mut self, path: &str) -> Result<&mut Inode, Errno> {
        self.may_write(path)?;
        let path = self.whole(path);
        let (tree, rel) = match self.mount_of_whole(&path) {
            Some(m) => {
                let rel = format!("{}{}", m.sub_path, &path[m.path.len()..]);
                let volume = m.volume.clone();
                if self.dirty.last() != Some(&volume) && !self.dirty.contains(&volume) {
                    self.dirty.push(volume.clone());
                }
                (self.volumes.get_mut(&volume).ok_or(Errno::NoEntry)?, rel)
            }
            None => (&mut self.root, path.into_owned()),
        };
        let mut at = Arc::make_mut(tree);
        for part in rel.split('/').filter(|p| !p.is_empty()) {
            let Kind::Dir(entries) = &mut at.kind else { return Err(Errno::NotDirectory) };
            at = Arc::make_mut(entries.get_mut(part).ok_or(Errno::NoEntry)?);
        }
        Ok(at)
    }

    /// Puts a node at a clean path whose directory exists.
    pub fn insert(&mut self, path: &str, node: Arc<Inode>, replace: bool) -> Result<(), Errno> {
        let levels = path.matches('/').count();
        if levels >= LEVELS_MAX || !fits(&node, LEVELS_MAX - levels) {
            return Err(Errno::NameTooLong);
        }
        let name = base_name(path);
        let mtime = node.mtime;
        let (stored, added) = (self.stored, stored_bytes(&node));
        let parent = self.edit(parent_of(path))?;
        parent.mtime = mtime;
        let Kind::Dir(entries) = &mut parent.kind else { return Err(Errno::NotDirectory) };
        if !replace && entries.contains_key(name) {
            return Err(Errno::Exists);
        }
        if entries.len() >= 100_000 {
            return Err(Errno::NoSpace);
        }
        let freed = entries.get(name).map_or(0, |old| stored_bytes(old));
        let stored = stored.saturating_sub(freed) + added;
        if stored > STORED_BYTES_MAX && added > freed {
            return Err(Errno::NoSpace);
        }
        entries.insert(ArcStr::from(name), node);
        self.stored = stored;
        Ok(())
    }

    /// Takes a node from a clean path.
    pub fn remove(&mut self, path: &str) -> Result<Arc<Inode>, Errno> {
        if self.mounts.iter().any(|m| *m.path == *self.whole(path)) {
            return Err(Errno::Busy);
        }
        let name = base_name(path).to_string();
        let parent = self.edit(parent_of(path))?;
        let Kind::Dir(entries) = &mut parent.kind else { return Err(Errno::NotDirectory) };
        let node = entries.remove(name.as_str()).ok_or(Errno::NoEntry)?;
        self.stored = self.stored.saturating_sub(stored_bytes(&node));
        Ok(node)
    }

    /// Makes a directory and those above it; what is in the way stays.
    pub fn make_dirs(&mut self, path: &str, now: Time) {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for end in ends {
            if let Ok(Found { path: here, node: None }) = self.find("/", &path[..end], false)
                && self.insert(&here, Arc::new(Inode { mtime: now, ..Inode::dir(0o755) }), false).is_err()
            {
                return;
            }
        }
    }

    /// Writes `bytes` at `offset` (the end for `None`) of the file at a clean path; returns the offset after them.
    pub fn write_at(&mut self, path: &str, offset: Option<u64>, bytes: &[u8], now: Time) -> Result<u64, Errno> {
        let (stored, room) = (self.stored, self.room_in_memory(path));
        let node = self.edit(path)?;
        let Kind::File { data, size } = &mut node.kind else { return Err(Errno::Invalid) };
        let at = offset.unwrap_or(*size);
        let end = at.checked_add(bytes.len() as u64).filter(|end| *end <= FILE_BYTES_MAX).ok_or(Errno::NoSpace)?;
        let pages = |bytes: u64| bytes.next_multiple_of(4096);
        if room.is_some_and(|room| pages(end).saturating_sub(pages(*size)) > room) {
            return Err(Errno::NoSpace);
        }
        let mut grown = 0;
        let zeros = bytes.iter().all(|b| *b == 0);
        // Zeros past what is stored need no memory.
        if !(zeros && at >= data.len() as u64) {
            grown = end.saturating_sub(data.len() as u64);
            if stored + grown > STORED_BYTES_MAX {
                return Err(Errno::NoSpace);
            }
            let (at, end) = (at as usize, end as usize);
            if data.len() < end {
                data.resize(end, 0);
            }
            data[at..end].copy_from_slice(bytes);
        }
        let longer = end.saturating_sub(*size);
        *size = (*size).max(end);
        node.mtime = now;
        self.stored += grown;
        self.grown = self.grown.saturating_add(longer);
        Ok(end)
    }

    /// Cuts or stretches the file at a clean path.
    pub fn truncate(&mut self, path: &str, len: u64, now: Time) -> Result<(), Errno> {
        let node = self.edit(path)?;
        let Kind::File { data, size } = &mut node.kind else { return Err(Errno::Invalid) };
        let before = data.len();
        data.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        let freed = (before - data.len()) as u64;
        let longer = len.min(FILE_BYTES_MAX).saturating_sub(*size);
        *size = len.min(FILE_BYTES_MAX);
        node.mtime = now;
        self.stored = self.stored.saturating_sub(freed);
        self.grown = self.grown.saturating_add(longer);
        Ok(())
    }

    /// Writes a whole file, making the directories above it. What the host puts into a container.
    pub fn put_file(&mut self, path: &str, bytes: &[u8], mode: u32, now: Time) -> Result<(), Errno> {
        let found = self.find("/", path, true).map(|f| f.path);
        let clean = match found {
            Ok(p) => p,
            Err(Errno::NoEntry) => {
                self.make_dirs(parent_of(path), now);
                self.find("/", path, true)?.path
            }
            Err(e) => return Err(e),
        };
        let node = Inode { mtime: now, ..Inode::file(bytes, mode) };
        self.insert(&clean, Arc::new(node), true)
    }

    /// Bytes in the container's writable layer are not told apart from the image's: the tree's whole size.
    pub fn used(&self) -> u64 {
        self.root.disk_usage()
    }
}

/// Whether a tree has no more than so many levels of directories.
fn fits(node: &Inode, levels: usize) -> bool {
    match &node.kind {
        Kind::Dir(entries) => levels > 0 && entries.values().all(|n| fits(n, levels - 1)),
        _ => true,
    }
}

fn stored_bytes(node: &Inode) -> u64 {
    match &node.kind {
        Kind::File { data, .. } => data.len() as u64,
        Kind::Dir(entries) => entries.values().map(|n| stored_bytes(n)).sum(),
        _ => 0,
    }
}

/// Up to `max` bytes of a file from `offset`.
pub fn read_at(node: &Inode, offset: u64, max: usize) -> Vec<u8> {
    let Kind::File { data, size } = &node.kind else { return Vec::new() };
    if offset >= *size {
        return Vec::new();
    }
    let want = usize::try_from((size - offset).min(max as u64)).unwrap_or(max);
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(data.len());
    let mut out = data[from..(from + want).min(data.len())].to_vec();
    out.resize(want, 0);
    out
}

/// The directory of a clean path.
pub fn parent_of(path: &str) -> &str {
    match path.trim_end_matches('/').rfind('/') {
        Some(0) | None => "/",
        Some(n) => &path[..n],
    }
}

/// The last part of a path.
pub fn base_name(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rfind('/').map_or(path, |n| &path[n + 1..])
}

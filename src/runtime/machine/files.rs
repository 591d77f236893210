//! A machine's files as its host changes them.

use super::super::fs::{Errno, Inode};
use super::super::kernel::Kernel;

/// Reading and changing a machine's files from outside.
pub struct Files<'a> {
    pub(super) k: &'a mut Kernel,
}

impl Files<'_> {
    /// Writes a whole file, making the directories above it.
    pub fn write(&mut self, cwd: &str, path: &str, bytes: &[u8]) -> Result<(), Errno> {
        let path = if path.starts_with('/') { path.to_string() } else { format!("{cwd}/{path}") };
        let now = self.k.now;
        self.k.fs.put_file(&path, bytes, 0o644, now)
    }

    /// Puts a node at a path from `cwd` on whose directory is there, as this user and group may. A directory that is there stays as it is, and neither
    /// is a file put in the place of a directory nor the other way round.
    pub fn put(&mut self, user: (u32, u32), cwd: &str, path: &str, node: Inode) -> Result<(), Errno> {
        let found = self.k.fs.find(cwd, path, node.is_dir())?;
        let at = found.path;
        match found.node.map(|there| (there.is_dir(), node.is_dir())) {
            Some((true, true)) => return Ok(()),
            Some((true, false)) => return Err(Errno::IsDirectory),
            Some((false, true)) => return Err(Errno::Exists),
            Some((false, false)) => {
                self.k.may_change(user, &at)?;
                self.k.fs.remove(&at)?;
            }
            None => {}
        }
        self.k.create_for(user, 0, &at, node)
    }

    /// Removes a file or a directory with all in it.
    pub fn remove(&mut self, path: &str) -> Result<(), Errno> {
        let clean = self.k.fs.find("/", path, false)?.path;
        self.k.fs.remove(&clean).map(|_| ())
    }

    /// Makes a directory and those above it.
    pub fn make_dirs(&mut self, path: &str) {
        let now = self.k.now;
        self.k.fs.make_dirs(path, now);
    }
}

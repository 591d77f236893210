//! The workstation's files, as kubectl sees them.

use super::super::web::Web;
use super::FILE_MAX;
use crate::base::List as _;
use crate::kubectl::{FileError, Files};
use crate::runtime::{Device, Errno, Kind, Machine, Pid};
use crate::server::FileKind;

/// The workstation's files, as kubectl sees them.
pub(super) struct WorkstationFiles<'a> {
    pub(super) machine: &'a mut Machine,
    pub(super) web: &'a mut Web,
    /// Whose files they are.
    pub(super) pid: Pid,
    pub(super) cwd: String,
}

impl WorkstationFiles<'_> {
    fn full(&self, path: &str) -> String {
        if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.cwd) }
    }
}

impl Files for WorkstationFiles<'_> {
    fn is_open(&self, descriptor: u32) -> bool {
        descriptor == 0 || self.machine.ext_has(self.pid, descriptor)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let files = self.machine.file_system();
        if let Ok(node) = files.stat(&self.cwd, path)
            && node.kind == Kind::Device(Device::Null)
        {
            return Ok(Vec::new());
        }
        let content = files.read(&self.cwd, path, FILE_MAX + 1).map_err(file_error)?;
        if content.len() > FILE_MAX { Err(FileError::TooLarge) } else { Ok(content) }
    }

    fn write(&mut self, path: &str, content: &[u8]) -> Result<(), FileError> {
        self.machine.files().write(&self.cwd, path, content).map_err(file_error)
    }

    fn fetch(&mut self, url: &str) -> Option<Vec<u8>> {
        self.web.fetch(url).map(|page| page.as_bytes().to_vec())
    }

    fn look_at(&self, path: &str) -> Result<(FileKind, u32), FileError> {
        let found = self.machine.file_system().find(&self.cwd, path, false).map_err(file_error)?;
        let node = found.node.ok_or(FileError::NotFound)?;
        let kind = match &node.kind {
            Kind::Dir(_) => FileKind::Directory,
            Kind::Link(target) => FileKind::Link(target.to_string()),
            Kind::File { .. } => FileKind::File,
            Kind::Program(_) => FileKind::Program,
            Kind::Device(_) => FileKind::Device,
        };
        Ok((kind, node.mode))
    }

    fn make_dirs(&mut self, path: &str) {
        let path = self.full(path);
        self.machine.files().make_dirs(&path);
    }

    fn list(&self, path: &str) -> Result<Vec<String>, FileError> {
        let node = self.machine.file_system().stat(&self.cwd, path).map_err(file_error)?;
        match &node.kind {
            Kind::Dir(entries) => Ok(entries.keys().map(ToString::to_string).list()),
            _ => Err(FileError::NotADirectory),
        }
    }

    fn is_executable(&self, path: &str) -> bool {
        self.machine.file_system().stat(&self.cwd, path).is_ok_and(|node| !node.is_dir() && node.allows(0, 0, 1))
    }

    fn remove(&mut self, path: &str) {
        let path = self.full(path);
        // What is not there need not be taken away.
        let _ = self.machine.files().remove(&path);
    }
}

/// A failure of the file system as kubectl tells it.
pub(super) fn file_error(errno: Errno) -> FileError {
    match errno {
        Errno::IsDirectory => FileError::IsADirectory,
        Errno::NotDirectory => FileError::NotADirectory,
        Errno::NoEntry => FileError::NotFound,
        _ => FileError::PermissionDenied,
    }
}

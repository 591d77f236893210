//! Open files, pipes, and reading and writing through them.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::fs::{Device, Errno, Inode, Kind, read_at};
use super::super::machine::{MachineEvent, Stream};
use super::super::process::{Block, Pid, Process};
use super::*;
use crate::base::List as _;

impl Kernel {
    /// Opens something, for one descriptor.
    pub fn open_kind(&mut self, kind: DescKind) -> DescId {
        match kind {
            DescKind::PipeRead(n) => self.pipe_mut(n).map_or((), |p| p.readers += 1),
            DescKind::PipeWrite(n) => self.pipe_mut(n).map_or((), |p| p.writers += 1),
            _ => {}
        }
        let desc = Some(Desc { refs: 1, kind });
        match self.descs.iter().position(Option::is_none) {
            Some(n) => {
                self.descs[n] = desc;
                n as DescId
            }
            None => {
                self.descs.push(desc);
                (self.descs.len() - 1) as DescId
            }
        }
    }

    /// An open file.
    pub fn desc(&self, d: DescId) -> Option<&Desc> {
        self.descs.get(d as usize)?.as_ref()
    }

    /// The same, to be changed.
    pub fn desc_mut(&mut self, d: DescId) -> Option<&mut Desc> {
        self.descs.get_mut(d as usize)?.as_mut()
    }

    /// One descriptor more refers to it.
    pub fn desc_ref(&mut self, d: DescId) {
        if let Some(desc) = self.desc_mut(d) {
            desc.refs += 1;
        }
    }

    /// One descriptor less refers to it; it is closed with the last one.
    pub fn desc_unref(&mut self, d: DescId) {
        let Some(desc) = self.desc_mut(d) else { return };
        desc.refs -= 1;
        if desc.refs > 0 {
            return;
        }
        let kind = self.descs[d as usize].take().map(|d| d.kind);
        match kind {
            Some(DescKind::PipeRead(n)) => {
                if let Some(p) = self.pipe_mut(n) {
                    p.readers -= 1;
                }
                self.pipe_changed(n);
            }
            Some(DescKind::PipeWrite(n)) => {
                if let Some(p) = self.pipe_mut(n) {
                    p.writers -= 1;
                }
                self.pipe_changed(n);
            }
            _ => {}
        }
    }

    fn pipe_mut(&mut self, n: u32) -> Option<&mut Pipe> {
        self.pipes.get_mut(n as usize)?.as_mut()
    }

    /// A pipe's ends: to read from and to write to.
    pub fn pipe(&mut self) -> (DescId, DescId) {
        let n = match self.pipes.iter().position(Option::is_none) {
            Some(n) => {
                self.pipes[n] = Some(Pipe::default());
                n
            }
            None => {
                self.pipes.push(Some(Pipe::default()));
                self.pipes.len() - 1
            }
        } as u32;
        (self.open_kind(DescKind::PipeRead(n)), self.open_kind(DescKind::PipeWrite(n)))
    }

    /// Wakes who waits on a pipe, and forgets it when nobody holds it.
    fn pipe_changed(&mut self, n: u32) {
        let gone = self.pipe_mut(n).is_some_and(|p| p.readers == 0 && p.writers == 0);
        if gone {
            self.pipes[n as usize] = None;
        }
        let now = self.now;
        for p in self.procs.values_mut() {
            let d = match p.block {
                Block::Read(d) | Block::ReadUntil(d, _) => Some(d),
                Block::Write => p.out.front().map(|o| o.0),
                _ => None,
            };
            let touches = d
                .and_then(|d| self.descs.get(d as usize))
                .and_then(Option::as_ref)
                .is_some_and(|d| matches!(d.kind, DescKind::PipeRead(m) | DescKind::PipeWrite(m) if m == n));
            let hosted = p.block == Block::Host
                && p.fds
                    .iter()
                    .flatten()
                    .filter_map(|d| self.descs.get(*d as usize)?.as_ref())
                    .any(|d| matches!(d.kind, DescKind::PipeRead(m) if m == n));
            if hosted || (touches && !p.stopped) {
                p.wake = p.wake.min(now);
            }
        }
    }

    /// Wakes who waits for a session's input.
    pub(super) fn session_changed(&mut self, session: Pid) {
        let now = self.now;
        for p in self.procs.values_mut() {
            let d = match p.block {
                Block::Read(d) | Block::ReadUntil(d, _) => Some(d),
                Block::Host => p.fds.first().copied().flatten(),
                _ => None,
            };
            let touches = d
                .and_then(|d| self.descs.get(d as usize))
                .and_then(Option::as_ref)
                .is_some_and(|d| matches!(d.kind, DescKind::HostIn(s) | DescKind::Tty(s) if s == session));
            if touches && !p.stopped {
                p.wake = p.wake.min(now);
            }
        }
    }

    /// Puts a descriptor at a process's number, closing what was there.
    pub fn set_fd(&mut self, p: &mut Process, n: u32, d: Option<DescId>) -> Result<(), Errno> {
        let n = n as usize;
        if n >= FDS_MAX {
            return Err(Errno::BadDescriptor);
        }
        if p.fds.len() <= n {
            p.fds.resize(n + 1, None);
        }
        if let Some(old) = std::mem::replace(&mut p.fds[n], d) {
            self.desc_unref(old);
        }
        Ok(())
    }

    /// Whether the image's programs are those of GNU; others are busybox's.
    pub fn is_gnu(&self) -> bool {
        self.fs.stat("/", "/bin/bash").is_ok()
    }

    /// Whether a clean path is the folder of a process in `/proc`.
    pub fn is_of_process(&self, p: &Process, path: &str) -> bool {
        let who = path.strip_prefix("/proc/");
        who.is_some_and(|who| who == "self" || who.parse().is_ok_and(|pid| pid == p.pid || self.procs.contains_key(&pid)))
    }

    /// Opens a file for a process: links followed, permissions looked at.
    pub fn open(&mut self, p: &Process, path: &str, how: OpenHow) -> Result<DescId, Errno> {
        let is_made = |path: &str| path.starts_with("/proc/") || path.starts_with("/sys/");
        let within;
        let whole = if path.starts_with('/') {
            path
        } else {
            within = format!("{}/{path}", p.cwd);
            &within
        };
        if is_made(whole)
            && let Some(text) = super::super::proc_files::read(self, p, whole)
        {
            return Ok(self.open_kind(DescKind::Text { data: Arc::new(text.into_bytes()), at: 0 }));
        }
        let of = path.strip_prefix("/dev/fd/").map(|n| ("self", n)).or_else(|| path.strip_prefix("/proc/")?.split_once("/fd/"));
        let number = |who: &str| if who == "self" { Some(p.pid) } else { who.parse().ok() };
        if let Some((who, n)) = of
            && let (Some(pid), Ok(n)) = (number(who), n.parse())
        {
            let whose = if pid == p.pid { Some(p) } else { self.procs.get(&pid).map(|q| &**q) };
            let whose = whose.ok_or(Errno::NoEntry)?;
            if p.uid != 0 && p.uid != whose.uid {
                return Err(Errno::Access);
            }
            let d = whose.fd(n).ok_or(Errno::NoEntry)?;
            self.desc_ref(d);
            return Ok(d);
        }
        let found = self.fs.find(&p.cwd, path, true)?;
        let clean = found.path;
        match found.node {
            Some(node) => {
                let write = how != OpenHow::Read;
                let kind = match &node.kind {
                    Kind::Device(Device::Fd(n)) => {
                        let n = *n;
                        return self.dup(p, n);
                    }
                    Kind::Device(Device::Tty) => DescKind::Tty(p.session),
                    Kind::Device(d) => DescKind::Device(*d),
                    Kind::Dir(_) if write => return Err(Errno::IsDirectory),
                    Kind::Dir(_) => DescKind::Dir,
                    Kind::Program(_) if write => return Err(Errno::Permission),
                    Kind::Program(_) => DescKind::Text { data: Arc::new(b"\x7fELF\x02\x01\x01".to_vec()), at: 0 },
                    Kind::Link(_) => return Err(Errno::Loop),
                    Kind::File { .. } => {
                        if how == OpenHow::Truncate {
                            self.fs.may_write(&clean)?;
                        }
                        if !self.allows((p.uid, p.gid), node, 4) && how != OpenHow::Append && how != OpenHow::Truncate
                            || write && !self.allows((p.uid, p.gid), node, 2)
                        {
                            return Err(Errno::Access);
                        }
                        DescKind::File {
                            path: ArcStr::from(&*self.fs.whole(&clean)),
                            at: 0,
                            append: how == OpenHow::Append,
                            read: !matches!(how, OpenHow::Append | OpenHow::Truncate),
                            write,
                        }
                    }
                };
                if matches!(kind, DescKind::File { .. }) {
                    if how == OpenHow::Truncate {
                        self.fs.truncate(&clean, 0, self.now)?;
                    } else if write {
                        self.fs.edit(&clean)?;
                    }
                }
                Ok(self.open_kind(kind))
            }
            None if how == OpenHow::Read => Err(Errno::NoEntry),
            None => {
                self.create(p, &clean, Inode::file("", 0o666))?;
                Ok(self.open_kind(DescKind::File {
                    path: ArcStr::from(&*self.fs.whole(&clean)),
                    at: 0,
                    append: how == OpenHow::Append,
                    read: how == OpenHow::ReadWrite,
                    write: true,
                }))
            }
        }
    }

    /// Makes a node at a clean path, owned by the process, if its directory lets it.
    pub fn create(&mut self, p: &Process, path: &str, node: Inode) -> Result<(), Errno> {
        self.create_for((p.uid, p.gid), p.umask, path, node)
    }

    /// The same for a user and group and their mask.
    pub fn create_for(&mut self, user: (u32, u32), umask: u32, path: &str, mut node: Inode) -> Result<(), Errno> {
        self.may_change(user, path)?;
        if path == "/proc" || path.starts_with("/proc/") || path.starts_with("/sys/") {
            return Err(Errno::NoEntry);
        }
        node.mode &= !umask | 0o7000;
        if matches!(node.kind, Kind::Link(_)) {
            node.mode = 0o777;
        }
        (node.uid, node.gid) = user;
        // A directory may pass on its group.
        if let Ok(parent) = self.fs.stat("/", super::super::fs::parent_of(path))
            && parent.mode & 0o2000 != 0
        {
            node.gid = parent.gid;
            node.mode |= if node.is_dir() { 0o2000 } else { 0 };
        }
        node.mtime = self.now;
        self.fs.insert(path, Arc::new(node), false)
    }

    /// Whether a user with this group, and those that all processes here have, may read (4), write (2) or execute (1) a node.
    pub fn allows(&self, (uid, gid): (u32, u32), node: &Inode, bit: u32) -> bool {
        let gid = if self.groups.contains(&node.gid) { node.gid } else { gid };
        node.allows(uid, gid, bit)
    }

    /// Whether the directory of a clean path lets a user and group make and remove entries.
    pub fn may_change(&self, user: (u32, u32), path: &str) -> Result<(), Errno> {
        let parent = self.fs.stat("/", super::super::fs::parent_of(path))?;
        if !parent.is_dir() {
            return Err(Errno::NotDirectory);
        }
        // Linux looks at the mount first, then at the directory.
        self.fs.may_write(super::super::fs::parent_of(path))?;
        if self.allows(user, parent, 2) { Ok(()) } else { Err(Errno::Access) }
    }

    fn dup(&mut self, p: &Process, n: u32) -> Result<DescId, Errno> {
        let d = p.fd(n).ok_or(Errno::NoEntry)?;
        self.desc_ref(d);
        Ok(d)
    }

    fn pipe_at(&self, n: u32) -> Option<&Pipe> {
        self.pipes.get(n as usize)?.as_ref()
    }

    /// Whether a descriptor of a process is a terminal.
    pub fn is_tty(&self, p: &Process, fd: u32) -> bool {
        p.fd(fd).and_then(|d| self.desc(d)).is_some_and(|d| matches!(d.kind, DescKind::Tty(_)))
    }

    /// Whether a read would not wait.
    pub fn readable(&self, d: DescId) -> bool {
        match self.desc(d).map(|d| &d.kind) {
            Some(DescKind::PipeRead(n)) => self.pipe_at(*n).is_none_or(|p| !p.data.is_empty() || p.writers == 0),
            Some(DescKind::HostIn(s) | DescKind::Tty(s)) => {
                self.sessions.get(s).is_none_or(|s| !s.input.is_empty() || s.closed || s.tty.as_ref().is_some_and(|t| t.end_once))
            }
            _ => true,
        }
    }

    /// Whether nothing will come after what can be read now.
    pub fn is_whole(&self, d: DescId) -> bool {
        match self.desc(d).map(|d| &d.kind) {
            Some(DescKind::PipeRead(n)) => self.pipe_at(*n).is_none_or(|p| p.writers == 0),
            Some(DescKind::HostIn(s) | DescKind::Tty(s)) => {
                self.sessions.get(s).is_none_or(|s| s.closed || s.tty.as_ref().is_some_and(|t| t.end_once))
            }
            _ => true,
        }
    }

    /// Whether it is a pipe into which no more goes until some is read.
    pub fn is_full(&self, d: DescId) -> bool {
        match self.desc(d).map(|d| &d.kind) {
            Some(DescKind::PipeRead(n)) => self.pipe_at(*n).is_some_and(|p| p.data.len() >= PIPE_BYTES_MAX),
            _ => false,
        }
    }

    /// The next line of a terminal that was typed before anybody asked for it; empty where there is none.
    pub fn typed_ahead(&self, d: DescId) -> Vec<u8> {
        let Some(DescKind::Tty(session)) = self.desc(d).map(|d| &d.kind) else { return Vec::new() };
        let session = self.sessions.get(session).filter(|s| s.tty.as_ref().is_some_and(|tty| tty.raw.is_none()));
        let input = session.map(|s| &s.input);
        let end = input.and_then(|input| input.iter().position(|b| *b == b'\n'));
        input.zip(end).map_or_else(Vec::new, |(input, end)| input.iter().take(end + 1).copied().list())
    }

    /// Reads up to `max` bytes; `line`: not past a newline.
    pub fn read(&mut self, d: DescId, max: usize, line: bool) -> Rd {
        let Some(desc) = self.descs.get_mut(d as usize).and_then(Option::as_mut) else { return Rd::Failed(Errno::BadDescriptor) };
        let cut = |bytes: &[u8]| if line { bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| n + 1) } else { bytes.len() };
        match &mut desc.kind {
            DescKind::Device(Device::Zero | Device::Full) => Rd::Data(vec![0; max]),
            DescKind::Device(Device::Random) => {
                let random = &mut self.random;
                Rd::Data((0..max).map(|_| random.bits() as u8).list())
            }
            DescKind::Device(_) => Rd::End,
            DescKind::Dir => Rd::Failed(Errno::IsDirectory),
            DescKind::File { path, at, read, .. } => {
                if !*read {
                    return Rd::Failed(Errno::BadDescriptor);
                }
                let Some(node) = self.fs.node(path) else { return Rd::End };
                let mut data = read_at(node, *at, max);
                data.truncate(cut(&data));
                *at += data.len() as u64;
                if data.is_empty() { Rd::End } else { Rd::Data(data) }
            }
            DescKind::Text { data, at } => {
                let rest = &data[*at..];
                let rest = &rest[..rest.len().min(max)];
                let out = rest[..cut(rest)].to_vec();
                *at += out.len();
                if out.is_empty() { Rd::End } else { Rd::Data(out) }
            }
            DescKind::PipeRead(n) => {
                let n = *n;
                let Some(pipe) = self.pipes.get_mut(n as usize).and_then(Option::as_mut) else { return Rd::End };
                if pipe.data.is_empty() {
                    return if pipe.writers == 0 { Rd::End } else { Rd::Empty };
                }
                let out = take(&mut pipe.data, max, line);
                self.pipe_changed(n);
                Rd::Data(out)
            }
            DescKind::PipeWrite(_) | DescKind::HostOut(..) => Rd::Failed(Errno::BadDescriptor),
            DescKind::HostIn(s) | DescKind::Tty(s) => {
                let Some(session) = self.sessions.get_mut(s) else { return Rd::End };
                if session.input.is_empty() {
                    if let Some(tty) = &mut session.tty
                        && std::mem::take(&mut tty.end_once)
                    {
                        return Rd::End;
                    }
                    return if session.closed { Rd::End } else { Rd::Empty };
                }
                // A terminal hands out one line at a time, unless its keys are taken as they are typed.
                let line = line || session.tty.as_ref().is_some_and(|t| t.raw.is_none());
                Rd::Data(take(&mut session.input, max, line))
            }
        }
    }

    /// Writes as much as fits; the rest is kept by the process, which waits.
    pub fn put(&mut self, p: &mut Process, fd: u32, bytes: &[u8]) -> Result<(), Errno> {
        let d = p.fd(fd).ok_or(Errno::BadDescriptor)?;
        self.put_desc(p, d, bytes)
    }

    /// The same to an open file that need not be one of the process's descriptors.
    pub fn put_desc(&mut self, p: &mut Process, d: DescId, bytes: &[u8]) -> Result<(), Errno> {
        if bytes.is_empty() {
            return Ok(());
        }
        if p.out.is_empty() {
            match self.write(d, bytes) {
                Ok(n) if n == bytes.len() => Ok(()),
                Ok(n) => {
                    self.desc_ref(d);
                    p.out.push_back((d, bytes[n..].to_vec()));
                    Ok(())
                }
                Err(Errno::Pipe) => {
                    // Found again when the process is stepped, where it ends it.
                    self.desc_ref(d);
                    p.out.push_back((d, bytes.to_vec()));
                    Ok(())
                }
                Err(e) => Err(e),
            }
        } else {
            if let Some(last) = p.out.back_mut().filter(|o| o.0 == d) {
                last.1.extend_from_slice(bytes);
            } else {
                self.desc_ref(d);
                p.out.push_back((d, bytes.to_vec()));
            }
            Ok(())
        }
    }

    /// Writes what a process keeps; false where it must wait.
    pub(super) fn flush(&mut self, p: &mut Process) -> Result<bool, Errno> {
        while let Some((d, bytes)) = p.out.front_mut() {
            let d = *d;
            let bytes = std::mem::take(bytes);
            match self.write(d, &bytes) {
                Ok(n) if n == bytes.len() => {
                    p.out.pop_front();
                    self.desc_unref(d);
                }
                Ok(n) => {
                    if let Some(front) = p.out.front_mut() {
                        front.1 = bytes[n..].to_vec();
                    }
                    return Ok(false);
                }
                Err(e) => {
                    p.out.pop_front();
                    self.desc_unref(d);
                    return Err(e);
                }
            }
        }
        Ok(true)
    }

    pub(super) fn write(&mut self, d: DescId, bytes: &[u8]) -> Result<usize, Errno> {
        let now = self.now;
        let Some(desc) = self.descs.get_mut(d as usize).and_then(Option::as_mut) else { return Err(Errno::BadDescriptor) };
        match &mut desc.kind {
            DescKind::Device(Device::Full) => Err(Errno::NoSpace),
            DescKind::Device(_) => Ok(bytes.len()),
            DescKind::Dir | DescKind::Text { .. } | DescKind::PipeRead(_) | DescKind::HostIn(_) => Err(Errno::BadDescriptor),
            DescKind::File { write: false, .. } => Err(Errno::BadDescriptor),
            DescKind::File { path, at, append, .. } => {
                // Whatever the writer's root is by now.
                let base = std::mem::take(&mut self.fs.base);
                let written = self.fs.write_at(path, if *append { None } else { Some(*at) }, bytes, now);
                self.fs.base = base;
                match written {
                    Ok(end) => *at = end,
                    // The file was removed: the bytes go where nobody can read them.
                    Err(Errno::NoEntry | Errno::NotDirectory) => {}
                    Err(e) => return Err(e),
                }
                Ok(bytes.len())
            }
            DescKind::PipeWrite(n) => {
                let n = *n;
                let Some(pipe) = self.pipes.get_mut(n as usize).and_then(Option::as_mut) else { return Err(Errno::Pipe) };
                if pipe.readers == 0 {
                    return Err(Errno::Pipe);
                }
                let room = PIPE_BYTES_MAX.saturating_sub(pipe.data.len()).min(bytes.len());
                pipe.data.extend(&bytes[..room]);
                self.pipe_changed(n);
                Ok(room)
            }
            DescKind::Tty(session) => {
                let session = *session;
                self.output(session, Stream::Stdout, bytes);
                Ok(bytes.len())
            }
            DescKind::HostOut(session, stream) => {
                let (session, stream) = (*session, *stream);
                self.output(session, stream, bytes);
                Ok(bytes.len())
            }
        }
    }

    /// Has the host know of output.
    pub fn output(&mut self, session: Pid, stream: Stream, bytes: &[u8]) {
        if let Some(MachineEvent::Output { pid, stream: s, bytes: b, at }) = self.events.last_mut()
            && *pid == session
            && *s == stream
            && *at == self.now
        {
            b.extend_from_slice(bytes);
            return;
        }
        self.events.push(MachineEvent::Output { pid: session, stream, bytes: bytes.to_vec(), at: self.now });
    }
}

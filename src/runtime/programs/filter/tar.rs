//! `tar`: files put into one and taken out again. Archives are as POSIX has them, and never compressed: what is asked for so is read the
//! same way again.

use std::sync::Arc;

use super::super::super::fs::{Errno, Inode, Kind, parent_of};
use super::super::super::kernel::Kernel;
use super::super::super::process::Process;
use super::super::files::mode_text;
use super::super::users::{group, user};
use super::super::{Options, Run};
use super::{Filter, Made, Sink};
use crate::base::{Time, strftime};

/// The size of a header, and what files are filled up to.
const BLOCK: usize = 512;
/// What an archive may hold, in bytes.
const BYTES_MAX: usize = 64 << 20;
/// Where a header has its fields: the name, mode, owner, group, size, time, sum, kind, link, magic, the owner's and group's names, and what
/// comes before the name.
const FIELDS: [(usize, usize); 12] =
    [(0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (148, 8), (156, 1), (157, 100), (257, 8), (265, 32), (297, 32)];
const PREFIX: (usize, usize) = (345, 155);

/// An archive that is read or made, and what is done with it.
#[derive(Debug, Clone, Default)]
pub struct Tar {
    data: Vec<u8>,
    /// Whether it could be opened.
    pub(super) opened: bool,
    /// It is made and goes there.
    to: Option<String>,
    /// Its files are listed and not taken out.
    lists: bool,
    verbose: bool,
    is_gnu: bool,
    /// Where its files go.
    dir: String,
    /// How many folders their names lose.
    strip: usize,
    /// The files that are wanted; all where none is named.
    names: Vec<String>,
    said: String,
    status: i32,
    /// Who is told to own what he takes out; the archive says so where it is nobody.
    owner: Option<(u32, u32)>,
}

/// Reads the words of a command and makes the archive, where one is to be made.
pub fn make(run: &mut Run<'_>, o: &Options) -> Made {
    let mut tar = Tar { is_gnu: run.k.is_gnu(), dir: ".".into(), ..Tar::default() };
    let (mut mode, mut file) = (' ', "-".to_owned());
    let mut words = o.rest.iter();
    let mut first = true;
    while let Some(word) = words.next() {
        let (letters, long) = match (word.strip_prefix("--"), word.strip_prefix('-')) {
            (Some(long), _) => ("", Some(long.split_once('=').unwrap_or((long, "")))),
            (None, Some(letters)) if !letters.is_empty() => (letters, None),
            _ if first => (word.as_str(), None),
            _ => {
                tar.names.push(word.clone());
                continue;
            }
        };
        match long {
            Some(("create", _)) => mode = 'c',
            Some(("extract" | "get", _)) => mode = 'x',
            Some(("list", _)) => mode = 't',
            Some(("verbose", _)) => tar.verbose = true,
            Some(("file", value)) => file = value.to_owned(),
            Some(("directory", value)) => tar.dir = value.to_owned(),
            Some(("strip-components" | "strip", value)) => tar.strip = value.parse().unwrap_or(0),
            _ => {}
        }
        for (i, letter) in letters.char_indices() {
            match letter {
                'c' | 'x' | 't' => mode = letter,
                'v' => tar.verbose = true,
                'f' | 'C' => {
                    // What belongs to a letter stands behind it, or is the next word; always that where there is no dash.
                    let rest = letters.get(i + 1..).filter(|rest| word.starts_with('-') && !rest.is_empty());
                    let Some(value) = rest.or_else(|| words.next().map(String::as_str)) else { return Err(run.missing(&[])) };
                    *(if letter == 'f' { &mut file } else { &mut tar.dir }) = value.to_owned();
                    if rest.is_some() {
                        break;
                    }
                }
                _ => {}
            }
        }
        first = false;
    }
    tar.lists = mode == 't';
    tar.owner = (run.p.uid != 0).then_some((run.p.uid, run.p.gid));
    match mode {
        'c' if !tar.names.is_empty() => {
            for name in std::mem::take(&mut tar.names) {
                let at = if name.starts_with('/') { name.clone() } else { format!("{}/{name}", tar.dir) };
                if name.starts_with('/') && !tar.said.contains("emoving") {
                    tar.said += if tar.is_gnu {
                        "tar: Removing leading `/' from member names\n"
                    } else {
                        "tar: removing leading '/' from member names\n"
                    };
                }
                tar.add(run.k, run.p, &at, name.trim_start_matches('/'));
            }
            // Two empty blocks end it; GNU's program writes twenty blocks at a time.
            let end = tar.data.len() + 2 * BLOCK;
            tar.data.resize(if tar.is_gnu { end.next_multiple_of(20 * BLOCK) } else { end }, 0);
            tar.to = Some(file);
            Ok((Filter::Tar(Box::new(tar)), vec!["/dev/null".into()]))
        }
        'x' | 't' => Ok((Filter::Tar(Box::new(tar)), vec![file])),
        'c' if tar.is_gnu => {
            run.err("Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.");
            Err(2)
        }
        _ if tar.is_gnu => {
            run.err("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.");
            Err(2)
        }
        'c' => {
            run.err("empty archive");
            Err(1)
        }
        _ => Err(run.missing(&[])),
    }
}

fn put(header: &mut [u8], (at, room): (usize, usize), text: &str) {
    header.iter_mut().skip(at).zip(text.bytes().take(room)).for_each(|(to, from)| *to = from);
}

fn text(header: &[u8], (at, room): (usize, usize)) -> String {
    let field = &header[at..at + room];
    String::from_utf8_lossy(field.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}

fn number(header: &[u8], field: (usize, usize)) -> u64 {
    u64::from_str_radix(text(header, field).trim(), 8).unwrap_or(0)
}

impl Tar {
    /// Adds a file, or a folder with all that is in it.
    fn add(&mut self, k: &Kernel, p: &Process, at: &str, name: &str) {
        let node = k.fs.find(&p.cwd, at, false).and_then(|found| found.node.cloned().ok_or(Errno::NoEntry));
        let node = match node {
            Ok(node) if k.allows((p.uid, p.gid), &node, 4) || matches!(node.kind, Kind::Link(_)) => node,
            other => {
                let why = other.err().unwrap_or(Errno::Access);
                let what = if self.is_gnu { if why == Errno::NoEntry { "Cannot stat: " } else { "Cannot open: " } } else { "" };
                self.said += &format!("tar: {name}: {what}{why}\n");
                self.status = if self.is_gnu { 2 } else { 1 };
                return;
            }
        };
        let data = match &node.kind {
            Kind::File { .. } => node.bytes(BYTES_MAX).unwrap_or_default(),
            Kind::Device(_) => return,
            _ => Vec::new(),
        };
        let kind = match &node.kind {
            Kind::Dir(_) => "5",
            Kind::Link(_) => "2",
            _ => "0",
        };
        let full = if node.is_dir() && !name.ends_with('/') { format!("{name}/") } else { name.to_owned() };
        if full == "/" || self.data.len() + data.len() > BYTES_MAX {
            return self.add_all(k, p, at, name, &node);
        }
        // A long name has its first folders in a field of their own.
        let cut = full.len().saturating_sub(FIELDS[0].1);
        let slash = if cut > 0 { full.bytes().skip(cut - 1).position(|b| b == b'/').map(|n| n + cut - 1) } else { None };
        let (before, last) = slash.map_or(("", full.as_str()), |slash| (&full[..slash], &full[slash + 1..]));
        let mut header = [0; BLOCK];
        let link = if let Kind::Link(to) = &node.kind { to.as_str() } else { "" };
        let octal = |n: u64, digits: usize| format!("{n:0digits$o}");
        let values = [
            last.to_owned(),
            octal(u64::from(node.mode & 0o7777), 7),
            octal(node.uid.into(), 7),
            octal(node.gid.into(), 7),
            octal(data.len() as u64, 11),
            octal(u64::try_from(node.mtime.unix_s()).unwrap_or(0), 11),
            "        ".into(),
            kind.into(),
            link.into(),
            "ustar\u{0}00".into(),
            user(k, node.uid),
            group(k, node.gid),
        ];
        for (field, value) in FIELDS.into_iter().zip(&values) {
            put(&mut header, field, value);
        }
        put(&mut header, PREFIX, before);
        let sum: u64 = header.iter().map(|b| u64::from(*b)).sum();
        put(&mut header, FIELDS[6], &format!("{sum:06o}\u{0} "));
        self.data.extend_from_slice(&header);
        self.data.extend_from_slice(&data);
        self.data.resize(self.data.len().next_multiple_of(BLOCK), 0);
        if self.verbose {
            self.said += &format!("{full}\n");
        }
        self.add_all(k, p, at, name, &node);
    }

    fn add_all(&mut self, k: &Kernel, p: &Process, at: &str, name: &str, node: &Inode) {
        let Kind::Dir(entries) = &node.kind else { return };
        let folder = if name.is_empty() { String::new() } else { format!("{}/", name.trim_end_matches('/')) };
        for child in entries.keys() {
            self.add(k, p, &format!("{at}/{child}"), &format!("{folder}{child}"));
        }
    }

    pub fn bytes(&mut self, data: &[u8]) {
        if self.data.len() < BYTES_MAX {
            self.data.extend_from_slice(data);
        }
    }

    /// Bytes kept in memory.
    pub fn held(&self) -> usize {
        self.data.len()
    }

    /// Writes the archive, or what is in it.
    pub fn finish(&mut self, sink: &mut Sink) -> i32 {
        let data = std::mem::take(&mut self.data);
        if let Some(to) = self.to.take() {
            // What is told goes where the archive does not go.
            let told = std::mem::take(&mut self.said);
            for line in told.split_inclusive('\n') {
                if to == "-" || line.starts_with("tar: ") { sink.err += line } else { sink.out.extend_from_slice(line.as_bytes()) }
            }
            if to == "-" {
                sink.out = data
            } else {
                sink.files.push((to, false, data))
            }
            return self.end(sink);
        }
        if !self.opened {
            sink.err += if self.is_gnu { "tar: Error is not recoverable: exiting now\n" } else { "" };
            return 1;
        }
        let mut rest = data.as_slice();
        while rest.len() >= BLOCK && rest[0] != 0 {
            let (header, after) = rest.split_at(BLOCK);
            if &header[257..262] != b"ustar" {
                sink.err += if self.is_gnu { "tar: This does not look like a tar archive\n" } else { "tar: invalid tar magic\n" };
                self.status = if self.is_gnu { 2 } else { 1 };
                break;
            }
            let size = usize::try_from(number(header, FIELDS[4])).unwrap_or(0).min(after.len());
            self.take(header, &after[..size], sink);
            rest = &after[size.next_multiple_of(BLOCK).min(after.len())..];
        }
        if data.len() < BLOCK && !self.is_gnu {
            sink.err += "tar: short read\n";
            return 1;
        }
        if !data.is_empty() && data.len() < BLOCK {
            sink.err += "tar: This does not look like a tar archive\n";
            self.status = 2;
        }
        self.end(sink)
    }

    fn end(&self, sink: &mut Sink) -> i32 {
        match (self.status, self.is_gnu) {
            (0, _) => {}
            (_, true) => sink.err += "tar: Exiting with failure status due to previous errors\n",
            (_, false) if sink.err.contains("magic") => {}
            (_, false) => sink.err += "tar: error exit delayed from previous errors\n",
        }
        self.status
    }

    /// Lists a file, or takes it out.
    fn take(&self, header: &[u8], data: &[u8], sink: &mut Sink) {
        let (before, last) = (text(header, PREFIX), text(header, FIELDS[0]));
        let name = if before.is_empty() { last } else { format!("{before}/{last}") };
        let bare = name.trim_end_matches('/');
        let wanted = |w: &String| bare.strip_prefix(w.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if !self.names.is_empty() && !self.names.iter().any(wanted) {
            return;
        }
        let mode = (number(header, FIELDS[1]) & 0o7777) as u32;
        let (uid, gid) = self.owner.unwrap_or((number(header, FIELDS[2]) as u32, number(header, FIELDS[3]) as u32));
        let unix = i64::try_from(number(header, FIELDS[5])).unwrap_or(0);
        let link = text(header, FIELDS[8]);
        let node = match header[156] {
            b'5' => Inode::dir(mode),
            b'2' => Inode::link(&link),
            _ => Inode::file(data, mode),
        };
        let node = Inode { uid, gid, mtime: Time(u64::try_from(unix).unwrap_or(0).saturating_mul(1_000_000)), ..node };
        if self.lists && self.verbose {
            let owner = format!("{}/{}", text(header, FIELDS[10]), text(header, FIELDS[11]));
            let date = strftime(if self.is_gnu { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" }, unix, 0);
            let to = if link.is_empty() { String::new() } else { format!(" -> {link}") };
            sink.out.extend_from_slice(format!("{} {owner} {:>9} {date} {name}{to}\n", mode_text(&node), data.len()).as_bytes());
        } else if self.lists || self.verbose {
            sink.out.extend_from_slice(format!("{name}\n").as_bytes());
        }
        let parts: Vec<&str> = bare.split('/').filter(|part| !part.is_empty()).skip(self.strip).collect();
        if !self.lists && !parts.is_empty() && !parts.contains(&"..") {
            sink.nodes.push((format!("{}/{}", self.dir, parts.join("/")), node));
        }
    }
}

/// Puts what was taken out of an archive in its place.
pub fn place(k: &mut Kernel, p: &Process, path: &str, node: Inode) -> Result<(), Errno> {
    let path = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", p.cwd) };
    let at = match k.fs.find("/", &path, false) {
        Ok(found) => found.path,
        Err(_) => {
            let above = parent_of(&path);
            k.may_change((p.uid, p.gid), above)?;
            k.fs.make_dirs(above, k.now);
            k.fs.find("/", &path, false)?.path
        }
    };
    if node.is_dir() && k.fs.stat("/", &at).is_ok_and(|there| there.is_dir()) {
        return Ok(());
    }
    k.may_change((p.uid, p.gid), &at)?;
    k.fs.insert(&at, Arc::new(node), true)
}

//! Programs that read files or standard input and write what they make of it, as it comes.

pub(super) mod awk;
mod diff;
pub(super) mod dump;
mod errand;
pub(super) mod grep;
pub(super) mod hash;
pub mod lines;
pub(super) mod sed;
pub(super) mod split;
pub(super) mod tar;
pub(super) mod together;

use std::collections::VecDeque;

use arcstr::ArcStr;

use super::super::fs::Inode;
use super::super::kernel::{DescId, Kernel, OpenHow, Rd};
use super::super::process::{Block, Process, Step};
use super::{Complaint, Program, Run, become_program, complain};

/// A filter and its files; a status where it does not start.
pub type Made = Result<(Filter, Vec<String>), i32>;

/// What a filter does with its input.
#[derive(Debug, Clone)]
pub enum Filter {
    Cat(lines::Cat),
    Head(lines::Head),
    Tail(lines::Tail),
    Wc(lines::Wc),
    Tee(lines::Tee),
    Tr(lines::Tr),
    Cut(lines::Cut),
    Uniq(lines::Uniq),
    Sort(lines::Sort),
    Whole(lines::Whole),
    Grep(Box<grep::Grep>),
    Sed(Box<sed::Sed>),
    Split(Box<split::Split>),
    Tar(Box<tar::Tar>),
    Together(together::Together),
    Dump(dump::Dump),
    Awk(Box<awk::Awk>),
    Hash(hash::Hash),
}

/// Where a filter's output goes, and how it ends.
#[derive(Debug, Default)]
pub struct Sink {
    pub out: Vec<u8>,
    pub err: String,
    /// It needs no more input.
    pub stop: bool,
    pub status: i32,
    /// Files to be written: (name, append, bytes).
    pub files: Vec<(String, bool, Vec<u8>)>,
    /// What was taken out of an archive: (path, file).
    pub nodes: Vec<(String, Inode)>,
}

/// A filter and where it is in its input.
#[derive(Debug, Clone)]
pub struct FilterRun {
    filter: Filter,
    name: ArcStr,
    files: VecDeque<String>,
    many: bool,
    current: Option<(Option<DescId>, String)>,
    partial: Vec<u8>,
    /// How much of it is known to hold no end of a line.
    scanned: usize,
    /// What was read is not used up, because enough was made of it for one step.
    more: bool,
    status: i32,
    finished: bool,
    /// Open outputs of `tee`.
    outputs: Vec<DescId>,
    /// What awk waits for.
    errand: Option<errand::Errand>,
}

/// What a line may grow to before it is cut, in bytes.
const LINE_BYTES_MAX: usize = 8 << 20;

/// What lines may be made into in one step, in bytes: the lines after them wait for the next.
const STEP_BYTES_MAX: usize = 1 << 20;

/// Starts a filter.
pub fn start(run: &mut Run<'_>, filter: Filter, files: Vec<String>) -> Step {
    if let Filter::Tail(t) = &filter
        && let Some(step) = super::control::start_follow(run, t, &files)
    {
        return step;
    }
    let mut outputs = Vec::new();
    let mut status = 0;
    let mut files: VecDeque<String> = files.into();
    if let Filter::Tee(t) = &filter {
        for name in files.drain(..) {
            match run.k.open(run.p, &name, if t.append { OpenHow::Append } else { OpenHow::Truncate }) {
                Ok(d) => outputs.push(d),
                Err(e) => {
                    run.err(format!("{name}: {e}"));
                    status = 1;
                }
            }
        }
    }
    if files.is_empty() {
        files.push_back("-".into());
    }
    let many = files.len() > 1;
    let mut f = FilterRun {
        filter,
        name: ArcStr::from(run.name),
        files,
        many,
        current: None,
        partial: Vec::new(),
        scanned: 0,
        more: false,
        status,
        finished: false,
        outputs,
        errand: None,
    };
    // Most inputs are there already: the first step is taken at once.
    match f.step(run.k, run.p) {
        Step::Exit(code, us) => Step::Exit(code, us + 60),
        Step::Wait(Block::Read(_), _) | Step::Again(_) => become_program(Program::Filter(f), 60),
        other => other,
    }
}

impl FilterRun {
    /// Reads a piece of the input, and writes what the filter makes of it.
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if self.finished {
            return Step::Exit(self.status, 10);
        }
        if let Some(step) = self.run_errand(k, p) {
            return step;
        }
        if self.current.is_none()
            && let Some(step) = self.open_next(k, p)
        {
            return step;
        }
        let d = self.current.as_ref().and_then(|c| c.0);
        let data = match d {
            _ if self.more => Rd::Data(Vec::new()),
            None => Rd::End,
            Some(d) => k.read(d, 32 << 10, false),
        };
        match data {
            Rd::Empty => Step::Wait(d.map_or(Block::Forever, Block::Read), 5),
            Rd::Failed(e) => self.cannot_read(k, p, &e.to_string()),
            Rd::Data(data) => self.feed(k, p, &data),
            Rd::End => self.end(k, p),
        }
    }

    /// Opens the next file; the step to take where it cannot be read or need not be.
    fn open_next(&mut self, k: &mut Kernel, p: &mut Process) -> Option<Step> {
        let Some(name) = self.files.pop_front() else { return Some(self.finish(k, p)) };
        let d = if name == "-" {
            p.fd(0)
        } else {
            match k.open(p, &name, OpenHow::Read) {
                Ok(d) => Some(d),
                Err(e) => {
                    self.cannot_open(k, p, &name, &e.to_string());
                    return Some(Step::Again(10));
                }
            }
        };
        let mut sink = Sink::default();
        self.filter.begin(&name, self.many, &mut sink);
        self.current = Some((d, name));
        let stop = self.deliver(k, p, sink);
        if self.asks() {
            return Some(Step::Again(10));
        }
        stop.then(|| self.finish(k, p))
    }

    /// Gives the filter what was read.
    fn feed(&mut self, k: &mut Kernel, p: &mut Process, data: &[u8]) -> Step {
        if let Filter::Tail(t) = &mut self.filter
            && !data.is_empty()
            && data.iter().all(|b| *b == 0)
            && t.endless(data.len())
        {
            // A device without lines: everything is kept in memory.
            p.memory += 16 << 20;
            return Step::Again(4_000);
        }
        let mut sink = Sink::default();
        if self.filter.takes_bytes() {
            self.filter.bytes(data, &mut sink);
            self.more = self.filter.pending();
        } else {
            self.partial.extend_from_slice(data);
            self.feed_lines(&mut sink);
            p.memory = p.memory.max((600 << 10) + self.filter.held() as u64);
        }
        for d in &self.outputs {
            let _ = k.put_desc(p, *d, data);
        }
        if self.deliver(k, p, sink) {
            return self.finish(k, p);
        }
        Step::Again(5 + data.len() as u64 / 100)
    }

    /// Gives the filter the lines that are whole, as far as it does not make too much of them at once.
    fn feed_lines(&mut self, sink: &mut Sink) {
        self.more = false;
        let (mut from, mut at) = (0, self.scanned);
        let end = self.filter.end_of_line();
        while let Some(n) = self.partial[at..].iter().position(|b| *b == end) {
            self.filter.line(&self.partial[from..at + n], true, sink);
            from = at + n + 1;
            at = from;
            self.more = sink.out.len() > STEP_BYTES_MAX;
            if sink.stop || self.more {
                break;
            }
        }
        self.partial.drain(..from);
        self.scanned = if self.more { 0 } else { self.partial.len() };
        if self.partial.len() > LINE_BYTES_MAX {
            let line = std::mem::take(&mut self.partial);
            self.scanned = 0;
            self.filter.line(&line, true, sink);
        }
    }

    /// Ends a file, and with the last one all.
    fn end(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let mut sink = Sink::default();
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.scanned = 0;
            self.filter.line(&line, false, &mut sink);
        }
        if !sink.stop {
            let name = self.current.as_ref().map_or("-", |c| c.1.as_str());
            self.filter.end(name, &mut sink);
        }
        self.close(k);
        let stop = self.deliver(k, p, sink);
        if !self.asks() && (stop || self.files.is_empty()) {
            return self.finish(k, p);
        }
        Step::Again(5)
    }

    /// Says that the present file cannot be read, and leaves it.
    fn cannot_read(&mut self, k: &mut Kernel, p: &mut Process, e: &str) -> Step {
        let name = self.current.as_ref().map_or("-", |c| c.1.as_str());
        if self.name.ends_with("grep") && !k.is_gnu() {
            // busybox finds nothing in a folder, and says nothing.
            self.close(k);
        } else if name == "-" {
            self.cannot_open(k, p, "-", e);
        } else {
            let text = match self.name.as_str() {
                "head" | "tail" if k.is_gnu() => format!("error reading '{name}': {e}"),
                "cat" | "head" | "tail" | "wc" | "tac" | "rev" if !k.is_gnu() => format!("read error: {e}"),
                _ => format!("{name}: {e}"),
            };
            let _ = k.put(p, 2, format!("{}: {text}\n", self.name).as_bytes());
            self.status = self.trouble();
            self.close(k);
        }
        Step::Again(10)
    }

    fn cannot_open(&mut self, k: &mut Kernel, p: &mut Process, name: &str, e: &str) {
        let what = match self.name.as_str() {
            "grep" | "egrep" | "fgrep" | "sed" | "awk" | "sort" | "cut" | "tac" | "cmp" | "wc" => Complaint::about(name, e),
            "head" | "fold" | "rev" | "strings" | "nl" | "paste" if !k.is_gnu() => Complaint::about(name, e),
            "diff" => Complaint::cannot("stat", name, e),
            "tar" if k.is_gnu() => Complaint::about(name, format!("Cannot open: {e}")),
            _ => Complaint::cannot("open", name, e),
        };
        self.current = None;
        if let Filter::Together(t) = &mut self.filter
            && t.takes_missing(name)
        {
            return;
        }
        if !self.filter.silent() {
            complain(k, p, &self.name, what);
        }
        if self.name == "tail" && !self.many && !k.is_gnu() {
            complain(k, p, &self.name, "no files".into());
        }
        self.status = if matches!(self.name.as_str(), "sed" | "tar") && k.is_gnu() { 2 } else { self.trouble() };
    }

    /// The status of a program that could not read something.
    fn trouble(&self) -> i32 {
        if self.name.ends_with("grep") || matches!(self.name.as_str(), "diff" | "cmp" | "sort") { 2 } else { 1 }
    }

    fn close(&mut self, k: &mut Kernel) {
        if let Some((Some(d), name)) = self.current.take()
            && name != "-"
        {
            k.desc_unref(d);
        }
    }

    /// Writes what a filter made; true where it wants no more.
    fn deliver(&mut self, k: &mut Kernel, p: &mut Process, sink: Sink) -> bool {
        if !sink.err.is_empty() {
            let _ = k.put(p, 2, sink.err.as_bytes());
        }
        let failed = k.put(p, 1, &sink.out).is_err();
        for (name, append, bytes) in sink.files {
            match name.as_str() {
                "/dev/stderr" => {
                    let _ = k.put(p, 2, &bytes);
                }
                _ => match k.open(p, &name, if append { OpenHow::Append } else { OpenHow::Truncate }) {
                    Ok(d) => {
                        let _ = k.put_desc(p, d, &bytes);
                        k.desc_unref(d);
                    }
                    Err(e) => {
                        let _ = k.put(p, 2, format!("{}: {name}: {e}\n", self.name).as_bytes());
                        self.status = 1;
                    }
                },
            }
        }
        for (path, node) in sink.nodes {
            if let Err(e) = tar::place(k, p, &path, node) {
                complain(k, p, &self.name, Complaint::cannot("open", path, e));
                self.status = 1;
            }
        }
        if sink.status != 0 {
            self.status = sink.status;
        }
        if failed {
            self.status = 1;
        }
        sink.stop || failed
    }

    fn finish(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        self.close(k);
        let mut sink = Sink::default();
        let status = self.filter.finish(&mut sink);
        self.deliver(k, p, sink);
        if self.asks() {
            return Step::Again(10);
        }
        for d in std::mem::take(&mut self.outputs) {
            k.desc_unref(d);
        }
        if self.status == 0 || (self.name.ends_with("grep") && status == 0 && self.status != 2) {
            self.status = status;
        }
        self.finished = true;
        if p.out.is_empty() { Step::Exit(self.status, 10) } else { Step::Again(10) }
    }
}

impl Filter {
    fn takes_bytes(&self) -> bool {
        matches!(self, Filter::Cat(c) if c.plain())
            || matches!(
                self,
                Filter::Tee(_)
                    | Filter::Tr(_)
                    | Filter::Wc(_)
                    | Filter::Hash(_)
                    | Filter::Whole(_)
                    | Filter::Split(_)
                    | Filter::Tar(_)
                    | Filter::Awk(_)
                    | Filter::Together(_)
                    | Filter::Dump(_)
            )
            || matches!(self, Filter::Head(h) if h.bytes)
    }
    /// What ends its lines.
    fn end_of_line(&self) -> u8 {
        match self {
            Filter::Sort(s) => s.end,
            Filter::Grep(g) => g.end,
            Filter::Sed(s) => s.end,
            _ => b'\n',
        }
    }
    /// Whether it has more to do with what it was given.
    fn pending(&self) -> bool {
        matches!(self, Filter::Awk(a) if a.pending)
    }
    fn silent(&self) -> bool {
        matches!(self, Filter::Grep(g) if g.silent)
    }
    /// Bytes kept in memory.
    fn held(&self) -> usize {
        match self {
            Filter::Sort(s) => s.held,
            Filter::Head(h) => h.held_bytes,
            Filter::Whole(w) => w.held(),
            Filter::Split(s) => s.held(),
            Filter::Tar(t) => t.held(),
            _ => 0,
        }
    }
    fn begin(&mut self, name: &str, many: bool, sink: &mut Sink) {
        match self {
            Filter::Head(h) => h.begin(name, many, sink),
            Filter::Tail(t) => t.begin(name, many, sink),
            Filter::Grep(g) => g.begin(name, many),
            Filter::Sed(s) => s.begin(name),
            Filter::Together(t) => t.begin(name),
            Filter::Tar(t) => t.opened = true,
            Filter::Awk(a) => a.begin(name, sink),
            _ => {}
        }
    }
    fn bytes(&mut self, data: &[u8], sink: &mut Sink) {
        match self {
            Filter::Cat(_) | Filter::Tee(_) => sink.out.extend_from_slice(data),
            Filter::Tr(t) => t.bytes(data, sink),
            Filter::Wc(w) => w.bytes(data),
            Filter::Hash(h) => h.bytes(data),
            Filter::Awk(a) => a.bytes(data, sink),
            Filter::Whole(w) => w.bytes(data, sink),
            Filter::Split(s) => s.bytes(data),
            Filter::Tar(t) => t.bytes(data),
            Filter::Together(t) => t.bytes(data),
            Filter::Dump(d) => d.bytes(data, sink),
            Filter::Head(h) => h.take(data, sink),
            _ => {}
        }
    }
    fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        match self {
            Filter::Cat(c) => c.line(line, newline, sink),
            Filter::Head(h) => h.line(line, newline, sink),
            Filter::Tail(t) => t.line(line, newline, sink),
            Filter::Cut(c) => c.line(line, sink),
            Filter::Uniq(u) => u.line(line, sink),
            Filter::Sort(s) => s.line(line),
            Filter::Grep(g) => g.line(line, sink),
            Filter::Sed(s) => s.line(line, newline, sink),
            _ => {}
        }
    }
    fn end(&mut self, name: &str, sink: &mut Sink) {
        match self {
            Filter::Head(h) => h.end(),
            Filter::Tail(t) => t.end(sink),
            Filter::Wc(w) => w.end(name, sink),
            Filter::Grep(g) => g.end(sink),
            Filter::Hash(h) => h.end(name, sink),
            Filter::Sed(s) => s.end(sink),
            Filter::Awk(a) => a.end(sink),
            _ => {}
        }
    }
    fn finish(&mut self, sink: &mut Sink) -> i32 {
        match self {
            Filter::Wc(w) => w.finish(sink),
            Filter::Uniq(u) => u.finish(sink),
            Filter::Sort(s) => s.finish(sink),
            Filter::Whole(w) => w.finish(sink),
            Filter::Split(s) => return s.finish(sink),
            Filter::Tar(t) => return t.finish(sink),
            Filter::Grep(g) => return g.finish(),
            Filter::Sed(s) => return s.finish(sink),
            Filter::Awk(a) => return a.finish(sink),
            Filter::Together(t) => return t.finish(sink),
            Filter::Dump(d) => d.finish(sink),
            _ => {}
        }
        0
    }
}

//! dd.

use super::super::super::kernel::{DescId, Kernel, OpenHow, Rd};
use super::super::super::process::{Block, Process, Step};
use super::super::filter::lines;
use super::super::{Options, Program, Refusal, Run, become_program};
use crate::base::Time;
use arcstr::ArcStr;

#[derive(Debug, Clone)]
pub struct Dd {
    input: DescId,
    output: DescId,
    /// What errors call the output.
    to: ArcStr,
    block: usize,
    left: Option<u64>,
    /// What is yet to be passed over of an input that has no places, in bytes.
    skip: u64,
    full: u64,
    part: u64,
    bytes: u64,
    /// Bytes that were read and could not be written.
    lost: u64,
    started: Time,
    quiet: bool,
}

pub fn start(run: &mut Run<'_>, o: &Options) -> Step {
    let (mut input, mut output, mut block, mut count, mut append, mut skip, mut seek, mut quiet, mut keep) =
        (None, None, 512usize, None, false, 0u64, 0u64, false, false);
    for a in &o.rest {
        let Some((name, value)) = a.split_once('=') else {
            return Step::Exit(run.refuse(Refusal::Operands(format!("unrecognized operand '{a}'"))), 20);
        };
        let n = lines::size(value);
        match (name, n) {
            ("if", _) => input = Some(value.to_string()),
            ("of", _) => output = Some(value.to_string()),
            ("bs" | "ibs" | "obs", Some(n)) if n > 0 => block = usize::try_from(n).unwrap_or(usize::MAX).min(1 << 30),
            ("count", Some(n)) => count = Some(n),
            ("skip" | "iseek", Some(n)) => skip = n,
            ("seek" | "oseek", Some(n)) => seek = n,
            ("status", _) => quiet = value == "none",
            ("conv", _) => keep = value.contains("notrunc"),
            ("iflag", _) => {}
            ("oflag", _) => append = value.contains("append"),
            _ => {
                run.err(format!("invalid number '{value}'"));
                return Step::Exit(1, 20);
            }
        }
    }
    let to = output.as_deref().unwrap_or("standard output").into();
    let mut open = |name: Option<String>, fd: u32, how: OpenHow| -> Option<DescId> {
        match name {
            None => {
                let d = run.p.fd(fd)?;
                run.k.desc_ref(d);
                Some(d)
            }
            Some(n) => match run.k.open(run.p, &n, how) {
                Ok(d) => Some(d),
                Err(e) => {
                    let text = format!("dd: can't open '{n}': {e}\n");
                    let _ = run.k.put(run.p, 2, text.as_bytes());
                    None
                }
            },
        }
    };
    let Some(input) = open(input, 0, OpenHow::Read) else { return Step::Exit(1, 20) };
    let how = if append {
        OpenHow::Append
    } else if keep || seek > 0 {
        OpenHow::ReadWrite
    } else {
        OpenHow::Truncate
    };
    let Some(output) = open(output, 1, how) else { return Step::Exit(1, 20) };
    for (d, n) in [(input, skip), (output, seek)] {
        if let Some(super::super::super::kernel::DescKind::File { at, .. }) = run.k.desc_mut(d).map(|d| &mut d.kind) {
            *at = n.saturating_mul(block as u64);
            skip = if d == input { 0 } else { skip };
        }
    }
    let skip = skip.saturating_mul(block as u64);
    let started = run.k.now;
    become_program(Program::Dd(Dd { input, output, to, block, left: count, full: 0, part: 0, bytes: 0, lost: 0, skip, started, quiet }), 50)
}

impl Dd {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        if self.left == Some(0) {
            return self.end(k, p, 0);
        }
        if self.skip > 0 {
            match k.read(self.input, self.skip.min(32 << 10) as usize, false) {
                Rd::Data(data) => {
                    self.skip -= data.len() as u64;
                    return Step::Again(3);
                }
                Rd::Empty => return Step::Wait(Block::Read(self.input), 5),
                Rd::End | Rd::Failed(_) => self.skip = 0,
            }
        }
        // At most this much at a time; a block may take several steps, of which the last one ends with the block.
        let whole = self.block as u64;
        let want = if self.block > 1 << 20 { (whole - self.bytes % whole).min(1 << 20) as usize } else { self.block };
        let data = match k.read(self.input, want, false) {
            Rd::Data(d) => d,
            Rd::Empty => return Step::Wait(Block::Read(self.input), 5),
            Rd::End => return self.end(k, p, 0),
            Rd::Failed(e) => {
                let _ = k.put(p, 2, format!("dd: read error: {e}\n").as_bytes());
                return self.end(k, p, 1);
            }
        };
        p.memory = p.memory.max((600 << 10) + self.block.min(4 << 30) as u64);
        let before = self.bytes / self.block as u64;
        self.bytes += data.len() as u64;
        if self.block <= 1 << 20 {
            if data.len() == self.block {
                self.full += 1
            } else {
                self.part += 1
            }
            self.left = self.left.map(|l| l - 1);
        } else {
            let done = self.bytes / self.block as u64 - before;
            self.full += done;
            self.left = self.left.map(|l| l.saturating_sub(done));
        }
        if let Err(e) = k.put_desc(p, self.output, &data) {
            let _ = k.put(p, 2, format!("dd: error writing '{}': {e}\n", self.to).as_bytes());
            self.lost = data.len() as u64;
            return self.end(k, p, 1);
        }
        Step::Again(3 + data.len() as u64 / 1000)
    }

    fn end(&mut self, k: &mut Kernel, p: &mut Process, code: i32) -> Step {
        if self.block > 1 << 20 && !self.bytes.is_multiple_of(self.block as u64) {
            self.part += 1;
        }
        if !self.quiet {
            let s = k.now.since(self.started).as_secs_f64().max(1e-6);
            let gnu = k.is_gnu();
            // Of GNU's numbers those from ten on have nothing behind the point.
            let human = |bytes: f64, base: f64, units: [&str; 5]| {
                let (mut v, mut u) = (bytes, 0);
                while v >= base && u < 4 {
                    v /= base;
                    u += 1;
                }
                format!("{v:.*}{}", usize::from(u > 0 && (!gnu || v < 9.95)), units[u])
            };
            // The block that could not be written was read.
            let (f, t, n) = (self.full, self.part, self.bytes - self.lost);
            let (out, bytes) = (f - u64::from(self.lost == self.block as u64), n as f64);
            let counted = if gnu {
                let decimal = |bytes: f64| human(bytes, 1000.0, [" B", " kB", " MB", " GB", " TB"]);
                let size = match n {
                    0..1000 => String::new(),
                    1000..1024 => format!(" ({})", decimal(bytes)),
                    _ => format!(" ({}, {})", decimal(bytes), human(bytes, 1024.0, [" B", " KiB", " MiB", " GiB", " TiB"])),
                };
                format!("{size} copied, {} s, {}", (s * 1e6).round() / 1e6, decimal(bytes / s))
            } else {
                let human = |bytes: f64| human(bytes, 1024.0, ["B", "KB", "MB", "GB", "TB"]);
                format!(" ({}) copied, {s:.6} seconds, {}", human(bytes), human(bytes / s))
            };
            let text = format!("{f}+{t} records in\n{out}+{t} records out\n{n} bytes{counted}/s\n");
            let _ = k.put(p, 2, text.as_bytes());
        }
        k.desc_unref(self.input);
        k.desc_unref(self.output);
        Step::Exit(code, 20)
    }
}

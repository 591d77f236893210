//! `tail -f` and `tail -F`: files as they grow.

use super::super::super::fs::{Errno, Kind, read_at};
use super::super::super::kernel::Kernel;
use super::super::super::process::{Block, Process, Step};
use super::super::filter::lines::Tail;
use super::super::{Complaint, Program, Run, become_program};
use crate::base::{Duration, List as _};

#[derive(Debug, Clone)]
pub struct Follow {
    /// Each file and how much of it was shown; nothing of one that is waited for.
    files: Vec<(String, Option<u64>)>,
    shown: Option<usize>,
    retry: bool,
}

/// `tail -f` and `tail -F`; `None` where nothing is followed.
pub fn start(run: &mut Run<'_>, tail: &Tail, files: &[String]) -> Option<Step> {
    if !tail.follow || files.iter().all(|f| f == "-") {
        return None;
    }
    let mut follow = Follow { files: Vec::new(), shown: None, retry: tail.retry };
    for (i, name) in files.iter().enumerate() {
        let Ok(node) = run.k.fs.stat(&run.p.cwd, name).cloned() else {
            run.err(Complaint::cannot("open", name, Errno::NoEntry));
            if tail.retry {
                follow.files.push((name.clone(), None));
            }
            continue;
        };
        if matches!(node.kind, Kind::Device(_)) {
            follow.files.push((name.clone(), Some(0)));
            continue;
        }
        let data = read_at(&node, 0, 1 << 20);
        let lines: Vec<&[u8]> = data.split_inclusive(|b| *b == b'\n').list();
        let skip = if tail.from_start {
            usize::try_from(tail.count.saturating_sub(1)).unwrap_or(0)
        } else {
            lines.len().saturating_sub(usize::try_from(tail.count).unwrap_or(usize::MAX))
        };
        if files.len() > 1 {
            run.out(format!("{}==> {name} <==\n", if i > 0 { "\n" } else { "" }));
            follow.shown = Some(i);
        }
        let text = lines[skip.min(lines.len())..].concat();
        run.out(text);
        follow.files.push((name.clone(), Some(node.size())));
    }
    if follow.files.is_empty() {
        run.err("no files");
        return Some(Step::Exit(1, 20));
    }
    Some(become_program(Program::Follow(follow), 50))
}

impl Follow {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let many = self.files.len() > 1;
        let mut all_devices = true;
        let gnu = k.is_gnu();
        let tell = |k: &mut Kernel, p: &mut Process, name: &str, what: &str| {
            let quote = if gnu { "'" } else { "" };
            let _ = k.put(p, 2, format!("tail: {quote}{name}{quote} has {what}\n").as_bytes());
        };
        for i in 0..self.files.len() {
            let (name, at) = self.files[i].clone();
            let Ok(node) = k.fs.stat(&p.cwd, &name).cloned() else {
                all_devices = false;
                if self.retry && at.is_some() {
                    tell(k, p, &name, &format!("become inaccessible: {}", Errno::NoEntry));
                    self.files[i].1 = None;
                }
                continue;
            };
            if at.is_none() {
                tell(k, p, &name, if gnu { "appeared;  following new file" } else { "appeared; following end of new file" });
            }
            let at = at.unwrap_or(0);
            if matches!(node.kind, Kind::Device(_)) {
                continue;
            }
            all_devices = false;
            let at = if node.size() < at { 0 } else { at };
            let data = read_at(&node, at, 256 << 10);
            if !data.is_empty() {
                if many && self.shown != Some(i) {
                    let _ = k.put(p, 1, format!("\n==> {name} <==\n").as_bytes());
                    self.shown = Some(i);
                }
                if k.put(p, 1, &data).is_err() {
                    return Step::Exit(1, 10);
                }
            }
            self.files[i].1 = Some(at + data.len() as u64);
        }
        // A device such as /dev/null never grows.
        if all_devices {
            return Step::Wait(Block::Forever, 0);
        }
        Step::Wait(Block::Until(k.now + Duration::from_secs(1)), 10)
    }
}

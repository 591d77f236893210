//! Redirections: expanded, applied, taken back.

use std::sync::Arc;

use super::super::super::fs::{Errno, Kind};
use super::super::super::kernel::{DescKind, Kernel, OpenHow};
use super::super::super::process::Process;
use super::super::*;
use super::*;

/// Whether a file or a link that leads nowhere is at a path.
fn is_file(k: &Kernel, p: &Process, path: &str) -> bool {
    match k.fs.stat(&p.cwd, path) {
        Ok(node) => matches!(node.kind, Kind::File { .. }),
        Err(_) => k.fs.find(&p.cwd, path, false).is_ok_and(|found| found.node.is_some()),
    }
}

/// What a word of nothing but variables and text says.
fn variables(word: &Word) -> Option<String> {
    let piece = |piece: &Piece| match piece {
        Piece::Lit(text) => Some(text.to_string()),
        Piece::Param(param, false) if matches!(param.op, ParamOp::None) => Some(format!("${}", param.name)),
        _ => None,
    };
    word.0.iter().map(piece).collect()
}

impl Shell {
    pub(super) fn ready_redirects(&mut self, k: &mut Kernel, p: &mut Process, list: &[Redirect]) -> Result<Vec<Ready>, Stop> {
        let noclobber = self.opts.noclobber;
        let mut e = Expander::new(self, k, p);
        let mut out = Vec::new();
        for r in list {
            if e.sh.is_bash()
                && let RedirectKind::Read(w)
                | RedirectKind::Write(w, _)
                | RedirectKind::Append(w)
                | RedirectKind::ReadWrite(w)
                | RedirectKind::Both(w, _) = &r.kind
                && let Some(written) = variables(w)
                && e.fields(std::slice::from_ref(w))?.len() != 1
            {
                out.push(Ready::Ambiguous(written));
                continue;
            }
            out.push(match &r.kind {
                RedirectKind::Read(w) => Ready::Open(r.fd, e.string(w)?, OpenHow::Read, false),
                RedirectKind::Write(w, force) => Ready::Open(r.fd, e.string(w)?, OpenHow::Truncate, noclobber && !force),
                RedirectKind::Append(w) => Ready::Open(r.fd, e.string(w)?, OpenHow::Append, false),
                RedirectKind::ReadWrite(w) => Ready::Open(r.fd, e.string(w)?, OpenHow::ReadWrite, false),
                RedirectKind::Dup(w) => Ready::Dup(r.fd, e.string(w)?),
                RedirectKind::Both(w, true) => Ready::Both(e.string(w)?, OpenHow::Append, false),
                RedirectKind::Both(w, false) => Ready::Both(e.string(w)?, OpenHow::Truncate, noclobber),
                RedirectKind::Here(w) => Ready::Here(r.fd, w.get().map_or_else(|| Ok(String::new()), |w| e.string(w))?),
            });
        }
        Ok(out)
    }

    pub(in super::super) fn open_error(&self, path: &str, how: OpenHow, e: Errno) -> String {
        if self.is_bash() {
            return format!("{path}: {e}");
        }
        let missing = matches!(e, Errno::NoEntry | Errno::NotDirectory);
        let (cannot, file, folder) = if self.is_dash() {
            ("cannot", "No such file", "Directory nonexistent")
        } else {
            ("can't", "no such file", "nonexistent directory")
        };
        match how {
            OpenHow::Read if missing => format!("{cannot} open {path}: {file}"),
            OpenHow::Read => format!("{cannot} open {path}: {e}"),
            _ if missing => format!("{cannot} create {path}: {folder}"),
            _ => format!("{cannot} create {path}: {e}"),
        }
    }

    /// Applies redirections; where one fails, that is said, and all are taken back.
    pub(super) fn redirect(&mut self, k: &mut Kernel, p: &mut Process, list: &[Ready]) -> Option<Saved> {
        let mut saved = Saved::default();
        for r in list {
            let put = |k: &mut Kernel, p: &mut Process, saved: &mut Saved, fd: u32, d: Option<DescId>| -> Result<(), Errno> {
                // The old one stays open until it is put back.
                let old = p.fds.get_mut(fd as usize).and_then(Option::take);
                k.set_fd(p, fd, d)?;
                saved.fds.push((fd, old));
                Ok(())
            };
            let result = match r {
                Ready::Open(_, path, _, true) | Ready::Both(path, _, true) if is_file(k, p, path) => Err(if self.is_bash() {
                    format!("{path}: cannot overwrite existing file")
                } else {
                    self.open_error(path, OpenHow::Truncate, Errno::Exists)
                }),
                Ready::Open(fd, path, how, _) => k
                    .open(p, path, *how)
                    .map_err(|e| self.open_error(path, *how, e))
                    .and_then(|d| put(k, p, &mut saved, *fd, Some(d)).map_err(|e| e.to_string())),
                Ready::Both(path, how, _) => k.open(p, path, *how).map_err(|e| self.open_error(path, *how, e)).and_then(|d| {
                    k.desc_ref(d);
                    put(k, p, &mut saved, 1, Some(d)).and_then(|()| put(k, p, &mut saved, 2, Some(d))).map_err(|e| e.to_string())
                }),
                Ready::Ambiguous(written) => Err(format!("{written}: ambiguous redirect")),
                Ready::Here(fd, text) => {
                    let d = k.open_kind(DescKind::Text { data: Arc::new(text.clone().into_bytes()), at: 0 });
                    put(k, p, &mut saved, *fd, Some(d)).map_err(|e| e.to_string())
                }
                Ready::Dup(fd, text) if text == "-" => put(k, p, &mut saved, *fd, None).map_err(|e| e.to_string()),
                Ready::Dup(fd, text) => match text.parse::<u32>().ok() {
                    None if self.is_dash() => Err("Syntax error: Bad fd number".to_string()),
                    None => Err("syntax error: bad fd number".to_string()),
                    Some(n) => match p.fd(n) {
                        None => Err(if self.is_bash() || self.is_dash() {
                            format!("{n}: Bad file descriptor")
                        } else {
                            format!("dup2({n},{fd}): Bad file descriptor")
                        }),
                        Some(d) => {
                            k.desc_ref(d);
                            put(k, p, &mut saved, *fd, Some(d)).map_err(|e| e.to_string())
                        }
                    },
                },
            };
            if let Err(text) = result {
                self.undo(k, p, saved);
                self.complain(k, p, &text);
                return None;
            }
        }
        Some(saved)
    }
}

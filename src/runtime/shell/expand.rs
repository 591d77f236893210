//! Word expansion. Substitutions run as processes, so an expansion that meets one stops, and is done again
//! with its result; what must not happen twice (`$((i++))`, `$RANDOM`) is kept in the same record.

mod arithmetic;
mod fields;
mod parameter;
mod paths;

use std::sync::Arc;

use arcstr::ArcStr;
use fields::{FIELD_BYTES, Fields};

use super::super::kernel::Kernel;
use super::super::process::Process;
use super::code::*;
use super::pattern;
use super::{Key, Shell, parse};

/// Why an expansion stopped.
#[derive(Debug)]
pub enum Stop {
    /// A substitution's output is needed.
    Subst(Arc<Code>),
    /// A child is needed to read from (`<(...)`), or to write to.
    Process(Arc<Code>, bool),
    /// An error: its text without the shell's name. bash drops the line that it is in and goes on with the next.
    Error(String),
    /// An error that ends a script: `${x?}` found nothing.
    Fatal(String),
    /// It is larger than what a shell holds here.
    Full,
}

/// How large the expansions of one command may become.
const EXPANSION_BYTES_MAX: usize = 8 << 20;
/// How many words one expansion may become.
const FIELDS_MAX: usize = 100_000;

/// The expansion of one command's words.
pub struct Expander<'a> {
    pub sh: &'a mut Shell,
    pub k: &'a mut Kernel,
    pub p: &'a mut Process,
    depth: u32,
    budget: usize,
}

impl<'a> Expander<'a> {
    /// Starts at the beginning of the record.
    pub fn new(sh: &'a mut Shell, k: &'a mut Kernel, p: &'a mut Process) -> Self {
        sh.record_at = 0;
        Expander { sh, k, p, depth: 0, budget: EXPANSION_BYTES_MAX }
    }

    /// All fields of some words.
    pub fn fields(&mut self, words: &[Word]) -> Result<Vec<String>, Stop> {
        let mut out = Vec::new();
        for word in words {
            // Most words are plain.
            if let [Piece::Quoted(t)] = &*word.0 {
                out.push(t.to_string());
                continue;
            }
            if let [Piece::Lit(t)] = &*word.0
                && !pattern::is_pattern(t)
            {
                out.push(t.to_string());
                continue;
            }
            let mut f = Fields::default();
            self.pieces(&word.0, &mut f, true)?;
            f.cut();
            self.budget = self.budget.saturating_sub(f.size);
            for (text, pattern) in f.done {
                match pattern {
                    Some(pattern) if !self.sh.opts.noglob => {
                        let found = self.glob(&pattern);
                        if found.is_empty() {
                            if !self.sh.opts.nullglob || !pattern::closes(&pattern) {
                                out.push(text);
                            }
                        } else {
                            self.budget = self.budget.saturating_sub(found.iter().map(|path| path.len() + FIELD_BYTES).sum());
                            out.extend(found);
                        }
                    }
                    _ => out.push(text),
                }
            }
            if out.len() > FIELDS_MAX || self.budget == 0 {
                return Err(Stop::Full);
            }
        }
        Ok(out)
    }

    /// A word as one string: no splitting, no globbing.
    pub fn string(&mut self, word: &Word) -> Result<String, Stop> {
        match &*word.0 {
            [] => return Ok(String::new()),
            [Piece::Quoted(t) | Piece::Lit(t)] => return Ok(t.to_string()),
            _ => {}
        }
        let mut f = Fields::default();
        self.pieces(&word.0, &mut f, false)?;
        self.budget = self.budget.saturating_sub(f.size);
        let mut out = String::new();
        for (text, _) in f.done {
            out.push_str(&text);
            out.push(' ');
        }
        out.push_str(&f.text);
        Ok(out)
    }

    /// A word as a pattern: quoted parts stand for themselves.
    pub fn pattern(&mut self, word: &Word) -> Result<String, Stop> {
        let mut f = Fields::default();
        self.pieces(&word.0, &mut f, false)?;
        Ok(f.pattern)
    }

    fn pieces(&mut self, pieces: &[Piece], f: &mut Fields, split: bool) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > 60 {
            return Err(Stop::Fatal("nesting too deep".into()));
        }
        for piece in pieces {
            match piece {
                Piece::Lit(t) => f.lit(t),
                Piece::Quoted(t) => f.quoted(t),
                Piece::Tilde(name) => {
                    let home = self.tilde(name);
                    f.quoted(&home);
                }
                Piece::Subst(code, quoted) => {
                    let text = self.record(|_| Err(Stop::Subst(code.clone())))?;
                    self.append(&text, *quoted, f, split);
                }
                Piece::Process(code, to) => {
                    let path = self.record(|_| Err(Stop::Process(code.clone(), *to)))?;
                    f.quoted(&path);
                }
                Piece::Arith(word, quoted) => {
                    let text = self.string(word)?;
                    let v = self.arith(&text)?;
                    self.append(&v.to_string(), *quoted, f, split);
                }
                Piece::Param(param, quoted) => self.param(param, *quoted, f, split)?,
            }
            if f.size > self.budget {
                return Err(Stop::Full);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn append(&mut self, text: &str, quoted: bool, f: &mut Fields, split: bool) {
        if quoted {
            f.quoted(text);
        } else if split {
            let ifs = self.sh.ifs();
            f.split(text, &ifs);
        } else {
            f.lit(text);
        }
    }

    /// The next result in the record, or a new one.
    fn record(&mut self, make: impl FnOnce(&mut Self) -> Result<String, Stop>) -> Result<String, Stop> {
        let at = self.sh.record_at;
        self.sh.record_at += 1;
        if let Some(text) = self.sh.record.get(at) {
            return Ok(text.clone());
        }
        let text = make(self)?;
        self.sh.record.push(text.clone());
        Ok(text)
    }

    fn tilde(&mut self, name: &str) -> String {
        match name {
            "" => self.sh.get("HOME").map_or_else(|| "/root".to_string(), |h| h.to_string()),
            "+" => self.sh.directory(self.k, self.p).to_string(),
            "root" => "/root".into(),
            _ => format!("~{name}"),
        }
    }

    /// What is between the brackets of an item of this array, as its key.
    pub(super) fn key(&mut self, name: &str, word: &Word) -> Result<Key, Stop> {
        let text = self.string(word)?;
        self.key_of(name, &text)
    }

    /// The key that an expanded text means to this array.
    pub(super) fn key_of(&mut self, name: &str, text: &str) -> Result<Key, Stop> {
        Ok(if self.sh.is_associative(name) { Key::Word(ArcStr::from(text)) } else { Key::Place(self.arith(text)?) })
    }

    /// An item as a builtin is told of it: `name[key]`.
    pub(super) fn item<'t>(&mut self, text: &'t str) -> Result<Option<(&'t str, Key)>, Stop> {
        let Some((name, key)) = text.strip_suffix(']').and_then(|t| t.split_once('[')).filter(|(n, _)| parse::is_name(n)) else {
            return Ok(None);
        };
        Ok(Some((name, self.key_of(name, key)?)))
    }
}

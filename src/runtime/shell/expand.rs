//! Word expansion. Substitutions run as processes, so an expansion that meets one stops, and is done again
//! with its result; what must not happen twice (`$((i++))`, `$RANDOM`) is kept in the same record.

use std::borrow::Cow;
use std::sync::Arc;

use arcstr::ArcStr;

use super::super::fs::Kind;
use super::super::kernel::Kernel;
use super::super::process::Process;
use super::arith::{self, Vars};
use super::code::*;
use super::pattern::{self, Pattern};
use super::{AssignError, Key, Shell, parse};
use crate::base::List as _;

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

/// One field on its way: the text and the same text as a pattern.
#[derive(Default)]
struct Fields {
    done: Vec<(String, Option<String>)>,
    text: String,
    pattern: String,
    is_pattern: bool,
    started: bool,
    /// All bytes so far, and what a field costs.
    size: usize,
}

/// What a field takes besides its text.
const FIELD_BYTES: usize = 48;

impl Fields {
    fn quoted(&mut self, s: &str) {
        self.size += s.len();
        self.text.push_str(s);
        pattern::escape(s, &mut self.pattern);
        self.started = true;
    }
    fn lit(&mut self, s: &str) {
        self.size += s.len();
        self.text.push_str(s);
        self.pattern.push_str(s);
        self.is_pattern |= pattern::is_pattern(s);
        self.started |= !s.is_empty();
    }
    fn cut(&mut self) {
        if self.started {
            self.size += FIELD_BYTES;
            let pattern = std::mem::take(&mut self.pattern);
            self.done.push((std::mem::take(&mut self.text), self.is_pattern.then_some(pattern)));
        }
        self.text.clear();
        self.pattern.clear();
        self.is_pattern = false;
        self.started = false;
    }
    fn split(&mut self, s: &str, ifs: &str) {
        let white = |c: char| ifs.contains(c) && matches!(c, ' ' | '\t' | '\n');
        let mut from = 0;
        let mut after_white = false;
        for (i, c) in s.char_indices() {
            if !ifs.contains(c) {
                after_white = false;
                continue;
            }
            self.lit(&s[from..i]);
            if white(c) {
                after_white |= self.started;
                self.cut();
            } else if !after_white || self.started {
                self.started = true;
                self.cut();
            } else {
                after_white = false;
            }
            from = i + c.len_utf8();
        }
        self.lit(&s[from..]);
    }
}

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

    /// Evaluates arithmetic, once.
    pub fn arith(&mut self, text: &str) -> Result<i64, Stop> {
        let effects = text.contains('=') || text.contains("++") || text.contains("--");
        if !effects {
            return self.evaluate(text);
        }
        let v = self.record(|e| Ok(e.evaluate(text)?.to_string()))?;
        Ok(v.parse().unwrap_or(0))
    }

    fn evaluate(&mut self, text: &str) -> Result<i64, Stop> {
        let dialect = self.sh.dialect;
        arith::eval(text, &mut ArithVars { sh: self.sh, random: Some(&mut self.k.random) }).map_err(|e| Stop::Error(e.said_by(dialect)))
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

    /// The value of a parameter; `None` where it is unset.
    fn value(&mut self, name: &str, index: Option<&Index>) -> Result<Option<String>, Stop> {
        if self.sh.is_bash() && matches!(name, "FUNCNAME" | "BASH_SOURCE") && !self.sh.vars.contains_key(name) {
            let place = match index {
                Some(Index::Word(w)) => self.key(name, w)?,
                _ => Key::Place(0),
            };
            let callers = self.sh.callers(name == "FUNCNAME");
            return Ok(callers.into_iter().zip(0..).find(|(_, i)| place == Key::Place(*i)).map(|(caller, _)| caller.to_string()));
        }
        if let Some(index) = index {
            return Ok(match index {
                Index::At | Index::Star => self.sh.array(name).map(|a| a.join(" ")),
                Index::Word(w) => {
                    let key = self.key(name, w)?;
                    if self.sh.is_before(name, &key) {
                        self.sh.complain(self.k, self.p, &format!("{name}: bad array subscript"));
                    }
                    self.sh.element(name, key)
                }
            });
        }
        Ok(match name {
            "?" => Some(self.sh.status.to_string()),
            "#" => Some(self.sh.params.len().to_string()),
            "$" => Some(self.sh.shell_pid.to_string()),
            "!" => self.sh.last_background.map(|p| p.to_string()),
            "-" => Some(self.sh.opts.letters()),
            "0" => Some(self.sh.arg0.to_string()),
            "@" | "*" => {
                if self.sh.params.is_empty() {
                    None
                } else {
                    let sep =
                        if name == "@" { " ".to_string() } else { self.sh.ifs().chars().next().map(String::from).unwrap_or_default() };
                    Some(self.sh.params.iter().map(ArcStr::as_str).list().join(&sep))
                }
            }
            "RANDOM" if !self.sh.is_dash() && !self.sh.vars.contains_key("RANDOM") => {
                Some(self.record(|e| Ok(e.k.random.below(32768).to_string()))?)
            }
            "SECONDS" if !self.sh.is_dash() && !self.sh.vars.contains_key("SECONDS") => {
                Some(self.k.now.since(self.p.started).as_secs().to_string())
            }
            "EPOCHSECONDS" => Some(self.k.now.unix_s().to_string()),
            // busybox counts the lines of `-c` from 0.
            "LINENO" if !self.sh.is_bash() && !self.sh.is_dash() => Some(self.sh.line_in_busybox().to_string()),
            "LINENO" => Some(self.sh.line.to_string()),
            "PPID" => Some(self.p.ppid.to_string()),
            "UID" | "EUID" if self.sh.is_bash() => Some(self.p.uid.to_string()),
            _ if name.as_bytes()[0].is_ascii_digit() => {
                let n: usize = name.parse().unwrap_or(usize::MAX);
                self.sh.params.get(n.wrapping_sub(1)).map(ArcStr::to_string)
            }
            _ => self.sh.get(name).map(|v| v.to_string()),
        })
    }

    /// What a parameter stands for, and what is done with it.
    fn param(&mut self, param: &Param, quoted: bool, f: &mut Fields, split: bool) -> Result<(), Stop> {
        let name = &param.name;
        if let ParamOp::Bad(text) = &param.op {
            return Err(self.sh.bad_substitution(text));
        }
        if self.sh.is_dash()
            && (param.indirect || param.index.is_some() || matches!(param.op, ParamOp::Substring(..) | ParamOp::Replace(..)))
        {
            return Err(self.sh.bad_substitution(name));
        }
        let all = match (&param.index, name.as_str()) {
            (Some(Index::At), _) => Some(true),
            (Some(Index::Star), _) => Some(false),
            (None, "@") => Some(true),
            (None, "*") => Some(false),
            _ => None,
        };
        if let Some(at) = all
            && !param.indirect
            && self.param_of_all(param, at, quoted, f, split)?
        {
            return Ok(());
        }
        let mut value = self.value(name, param.index.as_ref())?;
        // The variable that `${!name}` is about is the one that `name` names.
        let target;
        let (mut name, mut index) = (name, param.index.as_ref());
        if param.indirect {
            target = ArcStr::from(value.unwrap_or_default());
            (name, index) = (&target, None);
            value = match self.item(&target)? {
                Some((array, key)) => self.sh.element(array, key),
                None if target.is_empty() => None,
                None => self.value(&target, None)?,
            };
        }
        match &param.op {
            ParamOp::None => match value {
                Some(v) => self.append(&v, quoted, f, split),
                None if self.sh.opts.nounset && !matches!(name.as_str(), "@" | "*") => return Err(self.sh.unset_error(name)),
                None => {
                    if quoted {
                        f.quoted("");
                    }
                }
            },
            ParamOp::Length => {
                if value.is_none() && self.sh.opts.nounset {
                    return Err(self.sh.unset_error(name));
                }
                let n = value.map_or(0, |v| v.chars().count());
                self.append(&n.to_string(), quoted, f, split);
            }
            ParamOp::Default(colon, word) => match value.filter(|v| !(*colon && v.is_empty())) {
                Some(v) => self.append(&v, quoted, f, split),
                None => self.operand(word, quoted, f, split)?,
            },
            ParamOp::Alternative(colon, word) => match value.filter(|v| !(*colon && v.is_empty())) {
                Some(_) => self.operand(word, quoted, f, split)?,
                None => {
                    if quoted {
                        f.quoted("");
                    }
                }
            },
            ParamOp::Assign(colon, word) => match value.filter(|v| !(*colon && v.is_empty())) {
                Some(v) => self.append(&v, quoted, f, split),
                None => {
                    let v = self.string(word)?;
                    if !parse::is_name(name) {
                        let bash = self.sh.is_bash();
                        return Err(Stop::Fatal(if bash {
                            format!("${name}: cannot assign in this way")
                        } else {
                            format!("{name}: bad variable name")
                        }));
                    }
                    match index {
                        Some(Index::Word(w)) => {
                            let key = self.key(name, w)?;
                            self.sh.set_element(name, key, &v, false)?;
                        }
                        _ => self.sh.set(name, &v)?,
                    }
                    self.append(&v, quoted, f, split);
                }
            },
            ParamOp::Error(colon, word) => match value.filter(|v| !(*colon && v.is_empty())) {
                Some(v) => self.append(&v, quoted, f, split),
                None => {
                    let message = self.string(word)?;
                    let message = match colon {
                        _ if !message.is_empty() => message,
                        true if self.sh.is_bash() => "parameter null or not set".into(),
                        true => "parameter not set or null".into(),
                        false => "parameter not set".into(),
                    };
                    return Err(Stop::Fatal(format!("{name}: {message}")));
                }
            },
            ParamOp::Substring(offset, len) => {
                let v = value.unwrap_or_default();
                let count = v.chars().count();
                let (from, to) = self.range(offset, len.as_ref(), count)?;
                let text: String = v.chars().skip(from).take(to.saturating_sub(from)).collect();
                self.append(&text, quoted, f, split);
            }
            ParamOp::Quote if value.is_none() && !self.sh.opts.nounset => {}
            op => {
                if value.is_none() && self.sh.opts.nounset {
                    return Err(self.sh.unset_error(name));
                }
                let text = self.transform(op, value.unwrap_or_default())?;
                self.append(&text, quoted, f, split);
            }
        }
        Ok(())
    }

    /// The same of all items of an array or all positional parameters (`at`: each is a word of its own); false where the operation
    /// takes them as one text.
    fn param_of_all(&mut self, param: &Param, at: bool, quoted: bool, f: &mut Fields, split: bool) -> Result<bool, Stop> {
        let name = &param.name;
        if param.op == ParamOp::Keys {
            self.list(&self.sh.keys(name), at, quoted, f, split)?;
            return Ok(true);
        }
        let mut items: Vec<String> = if param.index.is_some() {
            self.sh.array(name).unwrap_or_default()
        } else {
            self.sh.params.iter().map(|p| p.to_string()).list()
        };
        match &param.op {
            ParamOp::None => {}
            ParamOp::Length => {
                self.append(&items.len().to_string(), quoted, f, split);
                return Ok(true);
            }
            ParamOp::Substring(offset, len) => {
                let (from, to) = self.range(offset, len.as_ref(), items.len() + usize::from(param.index.is_none()))?;
                // `$@` counts from 1, and 0 is the shell's name.
                if param.index.is_none() {
                    items.insert(0, self.sh.arg0.to_string());
                }
                items = items.get(from..to).map(<[String]>::to_vec).unwrap_or_default();
            }
            ParamOp::Prefix(..) | ParamOp::Suffix(..) | ParamOp::Replace(..) | ParamOp::Case(..) | ParamOp::Quote => {
                for item in &mut items {
                    *item = self.transform(&param.op, std::mem::take(item))?;
                }
            }
            _ => return Ok(false),
        }
        self.list(&items, at, quoted, f, split)?;
        Ok(true)
    }

    /// Offset and length as a range of `count` items.
    fn range(&mut self, offset: &Word, len: Option<&Word>, count: usize) -> Result<(usize, usize), Stop> {
        let text = self.string(offset)?;
        let offset = self.arith(&text)?;
        let count_i = count as i64;
        let from = if offset < 0 { (count_i + offset).max(0) } else { offset.min(count_i) };
        if offset < 0 && count_i + offset < 0 {
            return Ok((0, 0));
        }
        let to = match len {
            None => count_i,
            Some(w) => {
                let text = self.string(w)?;
                let n = self.arith(&text)?;
                if n < 0 { (count_i + n).max(from) } else { from.saturating_add(n).min(count_i) }
            }
        };
        Ok((from as usize, to.max(from) as usize))
    }

    fn transform(&mut self, op: &ParamOp, v: String) -> Result<String, Stop> {
        Ok(match op {
            ParamOp::Prefix(longest, word) => Pattern::new(&self.pattern(word)?).strip_prefix(&v, *longest).to_string(),
            ParamOp::Suffix(longest, word) => Pattern::new(&self.pattern(word)?).strip_suffix(&v, *longest).to_string(),
            ParamOp::Replace(at, word, with) => {
                let pattern = Pattern::new(&self.pattern(word)?);
                let with = self.string(with)?;
                if v.len().saturating_mul(with.len().max(1)) > self.budget {
                    return Err(Stop::Full);
                }
                pattern.replace(&v, &with, *at == ReplaceAt::All, *at == ReplaceAt::Start, *at == ReplaceAt::End)
            }
            ParamOp::Case(upper, all) => {
                let turn = |c: char| if *upper { c.to_uppercase().to_string() } else { c.to_lowercase().to_string() };
                let mut first = true;
                v.chars()
                    .map(|c| {
                        let t = if *all || first { turn(c) } else { c.to_string() };
                        first = false;
                        t
                    })
                    .collect()
            }
            ParamOp::Quote => super::super::text::quoted(&v),
            _ => v,
        })
    }

    /// `$@`, `$*` and arrays.
    fn list(&mut self, items: &[String], at: bool, quoted: bool, f: &mut Fields, split: bool) -> Result<(), Stop> {
        if quoted && !at {
            let sep = self.sh.ifs().chars().next().map(String::from).unwrap_or_default();
            f.quoted(&items.join(&sep));
            return Ok(());
        }
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                if split {
                    f.cut();
                } else {
                    f.quoted(" ");
                }
            }
            if quoted {
                f.quoted(item);
            } else {
                self.append(item, false, f, split);
            }
        }
        Ok(())
    }

    /// The word of `${x:-word}`, whose unquoted parts split.
    fn operand(&mut self, word: &Word, quoted: bool, f: &mut Fields, split: bool) -> Result<(), Stop> {
        if quoted {
            f.quoted("");
            return self.pieces(&word.0, f, false);
        }
        for piece in word.0.iter() {
            if let Piece::Lit(t) = piece {
                self.append(t, false, f, split);
            } else {
                self.pieces(std::slice::from_ref(piece), f, split)?;
            }
        }
        Ok(())
    }

    /// The paths that match a pattern, in order.
    fn glob(&mut self, pattern: &str) -> Vec<String> {
        let absolute = pattern.starts_with('/');
        let mut found: Vec<String> = vec![if absolute { "/".into() } else { String::new() }];
        let mut steps = pattern::STEPS_MAX;
        let directories = pattern.ends_with('/');
        let parts: Vec<&str> = pattern.split('/').filter(|p| !p.is_empty()).list();
        for (i, part) in parts.iter().enumerate() {
            let last = i + 1 == parts.len();
            let mut next = Vec::new();
            let plain = !pattern::is_pattern(part);
            let compiled = Pattern::new(part);
            for base in &found {
                let prefix = if base.is_empty() || base.ends_with('/') { base.clone() } else { format!("{base}/") };
                if plain {
                    let name: String = part.replace('\\', "");
                    let path = format!("{prefix}{name}");
                    if self.k.fs.find(&self.p.cwd, &path, false).is_ok_and(|f| f.node.is_some()) {
                        next.push(path);
                    }
                    continue;
                }
                let dir = if base.is_empty() { "." } else { base };
                let Ok(node) = self.k.fs.stat(&self.p.cwd, dir) else { continue };
                let Kind::Dir(entries) = &node.kind else { continue };
                // bash leaves these two out.
                if part.starts_with('.') && !self.sh.is_bash() {
                    next.extend([".", ".."].iter().filter(|name| compiled.matches(name)).map(|name| format!("{prefix}{name}")));
                }
                for (name, child) in entries {
                    if name.starts_with('.') && !part.starts_with('.') {
                        continue;
                    }
                    let walkable = last && !directories || matches!(child.kind, Kind::Dir(_) | Kind::Link(_));
                    if walkable && compiled.matches_within(name, &mut steps) {
                        next.push(format!("{prefix}{name}"));
                    }
                }
                if next.len() > FIELDS_MAX {
                    return Vec::new();
                }
            }
            found = next;
        }
        if directories {
            found = found.into_iter().map(|p| p + "/").list();
        }
        found
    }
}

/// The shell's variables as arithmetic sees them.
struct ArithVars<'a> {
    sh: &'a mut Shell,
    /// What `RANDOM` comes from; nothing where nobody is asked for it.
    random: Option<&'a mut crate::base::RandomStream>,
}

impl Shell {
    /// What is assigned where this is: to a whole number (`declare -i`) what the text comes to.
    pub(super) fn reckoned<'t>(&mut self, name: &str, text: &'t str) -> Result<Cow<'t, str>, AssignError> {
        if !self.is_integer(name) {
            return Ok(text.into());
        }
        let sum = arith::eval(text, &mut ArithVars { sh: self, random: None });
        sum.map(|n| n.to_string().into()).map_err(|e| AssignError::Arithmetic(e.in_bash()))
    }
}

impl Vars for ArithVars<'_> {
    fn get(&mut self, name: &str, key: Option<&Key>) -> Option<String> {
        match (name, key) {
            (_, Some(key)) => self.sh.element(name, key.clone()),
            ("RANDOM", None) if !self.sh.vars.contains_key("RANDOM") => self.random.as_mut().map(|random| random.below(32768).to_string()),
            (_, None) => self.sh.get(name).map(|v| v.to_string()),
        }
    }
    fn set(&mut self, name: &str, key: Option<Key>, value: i64) {
        let text = value.to_string();
        // A read-only variable keeps its value; arithmetic has no way to say so.
        let _ = match key {
            Some(key) => self.sh.set_element(name, key, &text, false),
            None => self.sh.set(name, &text),
        };
    }
    fn is_associative(&self, name: &str) -> bool {
        self.sh.is_associative(name)
    }
    fn is_plain(&self) -> bool {
        self.sh.is_dash()
    }
}

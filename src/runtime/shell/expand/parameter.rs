//! What stands for a parameter: `$x`, `${x:-y}` and their kind, of one value or of a list.

use arcstr::ArcStr;

use super::super::code::*;
use super::super::pattern::Pattern;
use super::super::{Key, parse};
use super::{Expander, Fields, Stop};
use crate::base::{List as _, case};

impl Expander<'_> {
    /// The value of a parameter; `None` where it is unset.
    pub(super) fn value(&mut self, name: &str, index: Option<&Index>) -> Result<Option<String>, Stop> {
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
            "-" => Some(self.sh.option_letters()),
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
    pub(super) fn param(&mut self, param: &Param, quoted: bool, f: &mut Fields, split: bool) -> Result<(), Stop> {
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
                // dash counts bytes.
                let n = value.map_or(0, |v| if self.sh.is_dash() { v.len() } else { v.chars().count() });
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
        let names = match param.op {
            ParamOp::Keys => Some(self.sh.keys(name)),
            ParamOp::Names => Some(self.sh.vars.keys().filter(|v| v.starts_with(name.as_str())).map(ArcStr::to_string).list()),
            _ => None,
        };
        if let Some(names) = names {
            self.list(&names, at, quoted, f, split)?;
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
                let turn = |c: char| if *upper { case::upper(c) } else { case::lower(c) };
                let mut first = true;
                v.chars()
                    .map(|c| {
                        let t = if *all || first { turn(c) } else { c };
                        first = false;
                        t
                    })
                    .collect()
            }
            ParamOp::Quote => super::super::super::text::quoted(&v),
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
}

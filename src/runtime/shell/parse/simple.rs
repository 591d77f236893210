//! The grammar of simple commands: assignments, words and redirections.

use std::sync::{Arc, OnceLock};

use arcstr::ArcStr;

use super::super::code::*;
use super::*;
use crate::base::List as _;

impl Parser<'_> {
    pub(super) fn is_name(&self, text: &str) -> bool {
        is_name(text)
    }

    pub(super) fn simple(&mut self) -> Result<Vec<Op>, ParseError> {
        let at = self.mark()?;
        let mut cmd = Simple { line: self.line_at(at), ..Simple::default() };
        let mut arrays = Vec::new();
        loop {
            if let Some(r) = self.redirect()? {
                cmd.redirects.push(r);
                continue;
            }
            match self.peek()? {
                Tok::Word(words, raw) => {
                    if (cmd.words.is_empty() || is_declaration(&cmd.words))
                        && let Some(assign) = self.assignment(&raw)?
                    {
                        if cmd.words.is_empty() {
                            cmd.assigns.push(assign);
                            continue;
                        }
                        // `export a=$b`: the value is not split.
                        if let AssignValue::Scalar(value) = assign.value {
                            let eq = if assign.append { "+=" } else { "=" };
                            let mut pieces = vec![Piece::Quoted(ArcStr::from(format!("{}{eq}", assign.name)))];
                            pieces.extend(value.0.iter().map(quote_piece));
                            cmd.words.push(Word(pieces.into()));
                        } else {
                            cmd.words.push(Word([Piece::Quoted(assign.name.clone())].into()));
                            arrays.push(assign);
                        }
                        continue;
                    }
                    self.next()?;
                    if cmd.words.is_empty() && cmd.assigns.is_empty() && cmd.redirects.is_empty() && self.is_op("(")? {
                        self.next()?;
                        if self.bash && self.peek()? == Tok::Eof {
                            return Err(self.unexpected_here(&Tok::Eof));
                        }
                        self.expect_close()?;
                        return self.function(&raw);
                    }
                    cmd.words.extend(words);
                }
                _ => break,
            }
        }
        // `local list=(a b)`: the array is declared, then it gets its items; what is to be read only gets them before.
        let then = (!arrays.is_empty()).then(|| Op::Simple(Arc::new(Simple { line: cmd.line, assigns: arrays, ..Simple::default() })));
        let first = cmd.words.first().and_then(Word::literal) == Some("readonly");
        let mut ops = vec![Op::Simple(Arc::new(cmd))];
        ops.extend(then);
        if first {
            ops.reverse();
        }
        Ok(ops)
    }

    /// Reads the peeked word again as an assignment, where it is one.
    pub(super) fn assignment(&mut self, raw: &str) -> Result<Option<Assign>, ParseError> {
        let name_len = raw.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count();
        if name_len == 0 || raw.as_bytes()[0].is_ascii_digit() {
            return Ok(None);
        }
        let name = ArcStr::from(&raw[..name_len]);
        let mut at = name_len;
        let mut index = None;
        if raw[at..].starts_with('[') {
            let Some(end) = raw[at..].find("]=").or_else(|| raw[at..].find("]+=")) else { return Ok(None) };
            index = Some(self.sub(&raw[at + 1..at + end]).word_until(|_| false, false)?);
            at += end + 1;
        }
        let append = raw[at..].starts_with("+=") && !self.is_dash();
        if !append && !raw[at..].starts_with('=') {
            return Ok(None);
        }
        at += 1 + usize::from(append);
        self.next()?;
        if self.bash && at == raw.len() && index.is_none() && self.b.get(self.pos) == Some(&b'(') {
            self.pos += 1;
            let mut items = Vec::new();
            loop {
                self.skip_newlines()?;
                match self.next()? {
                    Tok::Word(words, raw) => match raw.strip_prefix('[').and_then(|rest| rest.split_once("]=")) {
                        Some((key, item)) => {
                            let key = self.sub(key).word_until(|_| false, false)?;
                            items.push((Some(key), self.sub(item).word_until(|_| false, true)?));
                        }
                        None => items.extend(words.into_iter().map(|word| (None, word))),
                    },
                    Tok::Op(")") => break,
                    Tok::Eof => return Err(ParseError::Incomplete(Some(")"))),
                    t => return Err(unexpected(&t)),
                }
            }
            return Ok(Some(Assign { name, index: None, append, value: AssignValue::Array(items) }));
        }
        let mut sub = self.sub(&raw[at..]);
        let value = sub.word_until(|_| false, true)?;
        Ok(Some(Assign { name, index, append, value: AssignValue::Scalar(value) }))
    }

    pub(super) fn redirect(&mut self) -> Result<Option<Redirect>, ParseError> {
        let mut fd = None;
        if let Tok::IoNumber(n) = self.peek()? {
            self.next()?;
            fd = Some(n);
        }
        let Tok::Op(op) = self.peek()? else { return Ok(None) };
        if !matches!(op, "<" | ">" | ">>" | "<<" | "<<-" | "<<<" | "<&" | ">&" | "<>" | ">|" | "&>" | "&>>") {
            return Ok(None);
        }
        if op == "<<<" && !self.bash {
            return Err(ParseError::Unexpected(REDIRECTION.into(), None));
        }
        self.next()?;
        let (word, raw) = match self.next()? {
            Tok::Word(mut w, raw) => (w.pop().unwrap_or_default(), raw),
            Tok::IoNumber(n) => (Word::quoted(&n.to_string()), n.to_string()),
            t => return Err(self.unexpected_here(&t)),
        };
        let (default_fd, kind) = match op {
            "<" => (0, RedirectKind::Read(word)),
            ">" | ">|" => (1, RedirectKind::Write(word, op == ">|")),
            ">>" => (1, RedirectKind::Append(word)),
            "<>" => (0, RedirectKind::ReadWrite(word)),
            "<&" => (0, RedirectKind::Dup(word)),
            ">&" if !self.is_dash() && fd.is_none() && raw != "-" && !raw.bytes().all(|c| c.is_ascii_digit()) && !raw.starts_with('$') => {
                (1, RedirectKind::Both(word, false))
            }
            ">&" => (1, RedirectKind::Dup(word)),
            "&>" => (1, RedirectKind::Both(word, false)),
            "&>>" => (1, RedirectKind::Both(word, true)),
            "<<<" => {
                let mut pieces: Vec<Piece> = word.0.iter().map(quote_piece).list();
                pieces.push(Piece::Quoted(arcstr::literal!("\n")));
                (0, RedirectKind::Here(Arc::new(OnceLock::from(Word(pieces.into())))))
            }
            _ => {
                let quoted = raw.contains(['\'', '"', '\\']);
                let delimiter: String = raw.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
                let body = Arc::default();
                let end = HereEnd { delimiter, strip_tabs: op == "<<-" };
                self.here_pending.push(HereDoc { end, expand: !quoted, body: Arc::clone(&body) });
                (0, RedirectKind::Here(body))
            }
        };
        Ok(Some(Redirect { fd: fd.unwrap_or(default_fd), kind }))
    }
}

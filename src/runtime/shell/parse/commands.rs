//! The grammar of commands: lists, pipes, and which kind of command stands where.

use arcstr::ArcStr;

use super::super::code::*;
use super::*;

/// How far an instruction jumps to land behind the last.
pub(super) fn jump(from: usize, ops: &[Op]) -> i32 {
    (ops.len() - from - 1) as i32
}

impl Parser<'_> {
    /// Whether there were any.
    pub(super) fn skip_newlines(&mut self) -> Result<bool, ParseError> {
        let mut any = false;
        while self.peek()? == Tok::Newline {
            self.next()?;
            any = true;
        }
        Ok(any)
    }

    /// Commands up to the end, a closing bracket or one of the reserved words in `stop`.
    pub(super) fn list(&mut self, ops: &mut Vec<Op>, stop: &[&'static str]) -> Result<(), ParseError> {
        self.deeper()?;
        self.skip_newlines()?;
        while self.item(ops, stop)? {
            self.skip_newlines()?;
            if let (t @ Tok::Word(..), Some(word)) = (self.peek()?, stop.first())
                && let Tok::Word(_, raw) = &t
                && RESERVED_END.contains(&raw.as_str())
                && !stop.contains(&raw.as_str())
            {
                return Err(unexpected_for(&t, word));
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// One command of a list and what separates it from the next; false where the list ends.
    pub(super) fn item(&mut self, ops: &mut Vec<Op>, stop: &[&str]) -> Result<bool, ParseError> {
        match self.peek()? {
            Tok::Eof | Tok::Op(")" | ";;" | ";&" | ";;&") => return Ok(false),
            Tok::Word(_, raw) if stop.contains(&raw.as_str()) => return Ok(false),
            _ => {}
        }
        let start = self.mark()?;
        let mut item = self.and_or()?;
        let end = self.mark()?;
        let separator = self.peek()?;
        if let Tok::Op(";" | "&") = separator {
            self.next()?;
        }
        if separator == Tok::Op("&") {
            unwrap_subshell(&mut item);
            item.push(Op::Exit);
            let text = ArcStr::from(self.src.get(start..end).unwrap_or("").trim());
            ops.push(Op::Background(item.len() as u32, text));
        }
        ops.append(&mut item);
        Ok(matches!(separator, Tok::Op(";" | "&") | Tok::Newline))
    }

    /// A list that must hold at least one command.
    pub(super) fn full_list(&mut self, ops: &mut Vec<Op>, stop: &[&'static str]) -> Result<(), ParseError> {
        let before = ops.len();
        self.list(ops, stop)?;
        if ops.len() == before {
            return Err(match self.peek()? {
                Tok::Eof => ParseError::Incomplete(stop.first().copied()),
                t => unexpected(&t),
            });
        }
        Ok(())
    }

    fn and_or(&mut self) -> Result<Vec<Op>, ParseError> {
        let mut parts: Vec<(Vec<Op>, Option<bool>)> = Vec::new();
        let mut joined = None;
        loop {
            let part = self.pipeline()?;
            parts.push((part, joined));
            joined = match self.peek()? {
                Tok::Op("&&") => Some(true),
                Tok::Op("||") => Some(false),
                _ => break,
            };
            self.next()?;
            self.skip_newlines()?;
        }
        let count = parts.len();
        let mut ops = Vec::new();
        for (i, (mut part, joined)) in parts.into_iter().enumerate() {
            if i + 1 < count {
                mark_tested(&mut part);
            }
            if let Some(and) = joined {
                ops.push(Op::JumpIf(!and, part.len() as i32));
            }
            ops.append(&mut part);
        }
        Ok(ops)
    }

    pub(super) fn pipeline(&mut self) -> Result<Vec<Op>, ParseError> {
        let mut bang = false;
        let mut timed = None;
        loop {
            if self.accept_word("!")? {
                bang = !bang;
            } else if self.is_word("time")? {
                self.next()?;
                timed = Some(self.accept_word("-p")?);
            } else {
                break;
            }
        }
        // bash also tells the time that nothing takes.
        let nothing = timed.is_some() && self.bash && matches!(self.peek()?, Tok::Eof | Tok::Newline | Tok::Op(";"));
        let mut stages = vec![if nothing { Vec::new() } else { self.command()? }];
        let mut both = Vec::new();
        loop {
            let with_err = self.is_op("|&")?;
            if !with_err && !self.is_op("|")? {
                break;
            }
            self.next()?;
            self.skip_newlines()?;
            both.push(with_err);
            stages.push(self.command()?);
        }
        let mut ops = if stages.len() == 1 {
            stages.pop().unwrap_or_default()
        } else {
            both.push(false);
            let mut lens = Vec::new();
            let mut body = Vec::new();
            for (mut stage, err) in stages.into_iter().zip(both) {
                unwrap_subshell(&mut stage);
                stage.push(Op::Exit);
                lens.push((stage.len() as u32, err));
                body.append(&mut stage);
            }
            let mut ops = vec![Op::Pipe(lens.into())];
            ops.append(&mut body);
            ops.push(Op::Check);
            ops
        };
        if bang {
            mark_tested(&mut ops);
            ops.push(Op::Not);
        }
        if let Some(plain) = timed {
            ops.insert(0, Op::Time { end: false, plain });
            ops.push(Op::Time { end: true, plain });
        }
        Ok(ops)
    }

    pub(super) fn command(&mut self) -> Result<Vec<Op>, ParseError> {
        self.deeper()?;
        let t = self.peek()?;
        let ops = match &t {
            Tok::Op("(") => {
                if let Some(end) = self.arith_command()? {
                    end
                } else {
                    self.next()?;
                    let mut body = Vec::new();
                    self.full_list(&mut body, &[")"])?;
                    self.expect_close()?;
                    body.push(Op::Exit);
                    let mut ops = vec![Op::Subshell(body.len() as u32)];
                    ops.append(&mut body);
                    ops.push(Op::Check);
                    self.with_redirects(ops)?
                }
            }
            Tok::Word(w, raw) if w.len() == 1 => match raw.as_str() {
                "{" => {
                    self.next()?;
                    let mut body = Vec::new();
                    self.full_list(&mut body, &["}"])?;
                    self.expect_word("}")?;
                    self.with_redirects(body)?
                }
                "if" => {
                    let ops = self.if_clause()?;
                    self.with_redirects(ops)?
                }
                "while" | "until" => {
                    let ops = self.while_clause(raw == "until")?;
                    self.with_redirects(ops)?
                }
                "for" | "select" if raw == "for" || self.bash => {
                    let ops = self.for_clause(raw == "select")?;
                    self.with_redirects(ops)?
                }
                "case" => {
                    let ops = self.case_clause()?;
                    self.with_redirects(ops)?
                }
                "[[" if !self.is_dash() => {
                    let ops = self.cond_command()?;
                    self.with_redirects(ops)?
                }
                "function" if !self.is_dash() => {
                    self.next()?;
                    let Tok::Word(_, name) = self.next()? else { return Err(unexpected(&self.peek()?)) };
                    if self.accept_op("(")? {
                        self.expect_close()?;
                    }
                    self.function(&name)?
                }
                word if RESERVED_END.contains(&word) => return Err(unexpected(&t)),
                _ => self.simple()?,
            },
            Tok::Word(..)
            | Tok::IoNumber(_)
            | Tok::Op("<" | ">" | ">>" | "<<" | "<<-" | "<<<" | "<&" | ">&" | "<>" | ">|" | "&>" | "&>>") => self.simple()?,
            _ => return Err(unexpected(&t)),
        };
        self.depth -= 1;
        Ok(ops)
    }

    /// `(( expression ))`, where that is what follows.
    fn arith_command(&mut self) -> Result<Option<Vec<Op>>, ParseError> {
        let at = self.mark()?;
        let start = at + self.b[at..].iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
        if !self.bash || !self.b[start..].starts_with(b"((") {
            return Ok(None);
        }
        let Some(end) = self.arith_end(start + 2) else { return Ok(None) };
        let word = self.arith_word(start + 2, end)?;
        self.peeked = None;
        self.pos = end + 2;
        Ok(Some(vec![Op::Arith(word), Op::Check]))
    }

    fn with_redirects(&mut self, body: Vec<Op>) -> Result<Vec<Op>, ParseError> {
        let mut redirects = Vec::new();
        while let Some(r) = self.redirect()? {
            redirects.push(r);
        }
        if redirects.is_empty() {
            return Ok(body);
        }
        let mut ops = vec![Op::Redirect(redirects.into(), body.len() as u32 + 1)];
        ops.extend(body);
        ops.push(Op::Unredirect);
        Ok(ops)
    }
}

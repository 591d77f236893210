//! The grammar of commands: lists, pipes, compound and simple commands, redirections and here-documents.

use std::sync::{Arc, OnceLock};

use arcstr::ArcStr;

use super::super::code::*;
use super::*;
use crate::base::List as _;

/// How far an instruction jumps to land behind the last.
fn jump(from: usize, ops: &[Op]) -> i32 {
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

    pub(super) fn and_or(&mut self) -> Result<Vec<Op>, ParseError> {
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
        let mut stages = vec![self.command()?];
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
                "for" | "select" => {
                    let ops = self.for_clause()?;
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
    pub(super) fn arith_command(&mut self) -> Result<Option<Vec<Op>>, ParseError> {
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

    pub(super) fn with_redirects(&mut self, body: Vec<Op>) -> Result<Vec<Op>, ParseError> {
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

    pub(super) fn if_clause(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let (mut ops, mut ends) = (Vec::new(), Vec::new());
        loop {
            let from = ops.len();
            self.full_list(&mut ops, &["then"])?;
            mark_tested(&mut ops[from..]);
            self.expect_word("then")?;
            let test = ops.len();
            ops.push(Op::JumpIf(false, 0));
            self.full_list(&mut ops, &["fi", "elif", "else"])?;
            ends.push(ops.len());
            ops.push(Op::Jump(0));
            ops[test] = Op::JumpIf(false, jump(test, &ops));
            if self.accept_word("elif")? {
                continue;
            }
            if self.accept_word("else")? {
                self.full_list(&mut ops, &["fi"])?;
            } else {
                // No branch taken leaves zero behind.
                ops.push(Op::Simple(Arc::new(Simple { tested: true, ..Simple::default() })));
            }
            self.expect_word("fi")?;
            break;
        }
        for end in ends {
            ops[end] = Op::Jump(jump(end, &ops));
        }
        Ok(ops)
    }

    pub(super) fn do_group(&mut self) -> Result<Vec<Op>, ParseError> {
        self.skip_newlines()?;
        let mut body = Vec::new();
        if self.bash && self.accept_word("{")? {
            self.full_list(&mut body, &["}"])?;
            self.expect_word("}")?;
            return Ok(body);
        }
        self.expect_word("do")?;
        self.full_list(&mut body, &["done"])?;
        self.expect_word("done")?;
        Ok(body)
    }

    pub(super) fn while_clause(&mut self, until: bool) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let mut cond = Vec::new();
        self.full_list(&mut cond, &["do"])?;
        mark_tested(&mut cond);
        let body = self.do_group()?;
        let mut inner = cond;
        inner.push(Op::LoopTest { until, exit: body.len() as i32 + 1 });
        inner.extend(body);
        inner.push(Op::LoopBack(-(inner.len() as i32) - 1));
        inner.push(Op::LoopEnd);
        let mut ops = vec![Op::Loop { len: inner.len() as u32, again: 0 }];
        ops.append(&mut inner);
        Ok(ops)
    }

    pub(super) fn for_clause(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        if self.is_op("(")? {
            return self.arith_for();
        }
        let var = match self.next()? {
            Tok::Word(_, raw) if self.is_name(&raw) => ArcStr::from(raw),
            Tok::Word(_, raw) => return Err(ParseError::LoopVariable(raw)),
            Tok::Eof => return Err(ParseError::Incomplete(None)),
            t if self.bash => return Err(unexpected(&t)),
            _ => return Err(ParseError::LoopVariable(String::new())),
        };
        self.skip_newlines()?;
        let mut words = None;
        if self.accept_word("in")? {
            let mut list = Vec::new();
            while let Tok::Word(mut w, _) = self.peek()? {
                list.append(&mut w);
                self.next()?;
            }
            words = Some(list.into());
            match self.peek()? {
                Tok::Op(";") | Tok::Newline => {
                    self.next()?;
                }
                Tok::Eof => return Err(ParseError::Incomplete(Some("do"))),
                t => return Err(unexpected(&t)),
            }
        } else {
            self.accept_op(";")?;
        }
        let body = self.do_group()?;
        let mut inner = vec![Op::ForNext { var, exit: body.len() as i32 + 1 }];
        inner.extend(body);
        inner.push(Op::LoopBack(-(inner.len() as i32) - 1));
        inner.push(Op::LoopEnd);
        let mut ops = vec![Op::For { words, len: inner.len() as u32 }];
        ops.append(&mut inner);
        Ok(ops)
    }

    pub(super) fn arith_for(&mut self) -> Result<Vec<Op>, ParseError> {
        let at = self.mark()?;
        let start = at + self.b[at..].iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
        let Some(end) = self.b[start..].starts_with(b"((").then(|| self.arith_end(start + 2)).flatten() else {
            return Err(ParseError::Unexpected("(".into(), None));
        };
        if !self.bash {
            return Err(ParseError::LoopVariable(String::new()));
        }
        let parts: Vec<&str> = self.src[start + 2..end].split(';').list();
        let [init, cond, step] = parts[..] else { return Err(ParseError::Unexpected(";".into(), None)) };
        let mut words = Vec::new();
        for part in [init, if cond.trim().is_empty() { "1" } else { cond }, step] {
            let mut sub = self.sub(part);
            let n = part.len();
            words.push(sub.arith_word(0, n)?);
        }
        self.peeked = None;
        self.pos = end + 2;
        self.accept_op(";")?;
        let body = self.do_group()?;
        let [init, cond, step] = [words[0].clone(), words[1].clone(), words[2].clone()];
        let mut inner = vec![Op::Arith(cond), Op::LoopTest { until: false, exit: body.len() as i32 + 2 }];
        inner.extend(body);
        let again = inner.len() as u32;
        inner.push(Op::Arith(step));
        inner.push(Op::LoopBack(-(inner.len() as i32) - 1));
        inner.push(Op::LoopEnd);
        let mut ops = vec![Op::Arith(init), Op::Loop { len: inner.len() as u32, again }];
        ops.append(&mut inner);
        Ok(ops)
    }

    pub(super) fn case_clause(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let subject = match self.next()? {
            Tok::Word(mut w, _) if w.len() == 1 => w.remove(0),
            t => return Err(unexpected(&t)),
        };
        self.skip_newlines()?;
        self.expect_word("in")?;
        let mut ops = vec![Op::Case(subject)];
        // The jumps to the end, and one into the next branch's body.
        let (mut ends, mut into_next) = (Vec::new(), None);
        loop {
            self.skip_newlines()?;
            if self.accept_word("esac")? {
                break;
            }
            self.accept_op("(")?;
            let mut patterns = Vec::new();
            loop {
                match self.next()? {
                    Tok::Word(mut w, _) => patterns.append(&mut w),
                    Tok::Eof => return Err(ParseError::Incomplete(Some(";;"))),
                    t => return Err(unexpected(&t)),
                }
                if !self.accept_op("|")? {
                    break;
                }
            }
            self.expect_close()?;
            let test = ops.len();
            ops.push(Op::CaseTest(patterns.into(), 0));
            if let Some(at) = into_next.take() {
                ops[at] = Op::Jump(jump(at, &ops));
            }
            self.list(&mut ops, &["esac"])?;
            if ops.len() == test + 1 {
                ops.push(Op::Simple(Arc::new(Simple { tested: true, ..Simple::default() })));
            }
            let end = match self.peek()? {
                Tok::Op(op @ (";;" | ";&" | ";;&")) => {
                    self.next()?;
                    op
                }
                _ => ";;",
            };
            match end {
                ";&" => into_next = Some(ops.len()),
                ";;&" => {}
                _ => ends.push(ops.len()),
            }
            ops.push(Op::Jump(0));
            let skip = jump(test, &ops);
            if let Op::CaseTest(_, to) = &mut ops[test] {
                *to = skip;
            }
            if end == ";;" && !matches!(self.peek()?, Tok::Newline | Tok::Word(..) | Tok::Op("(")) && self.peek()? == Tok::Eof {
                return Err(ParseError::Incomplete(Some(";;")));
            }
        }
        // Where no pattern matches, the command is well.
        ops.push(Op::Simple(Arc::new(Simple { tested: true, ..Simple::default() })));
        for end in ends {
            ops[end] = Op::Jump(jump(end, &ops));
        }
        ops.push(Op::CaseEnd);
        Ok(ops)
    }

    /// `[[ ... ]]`: its words are neither split nor globbed.
    pub(super) fn cond_command(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let cond = self.cond_or()?;
        self.expect_word("]]")?;
        Ok(vec![Op::Test(Arc::new(cond)), Op::Check])
    }

    pub(super) fn cond_or(&mut self) -> Result<Cond, ParseError> {
        self.deeper()?;
        let or = self.cond_list("||", Self::cond_and, Cond::Or)?;
        self.depth -= 1;
        Ok(or)
    }

    fn cond_and(&mut self) -> Result<Cond, ParseError> {
        self.cond_list("&&", Self::cond_not, Cond::And)
    }

    fn cond_list(
        &mut self,
        op: &str,
        item: fn(&mut Self) -> Result<Cond, ParseError>,
        list: fn(Vec<Cond>) -> Cond,
    ) -> Result<Cond, ParseError> {
        let first = item(self)?;
        if !self.is_op(op)? {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.accept_op(op)? {
            self.skip_newlines()?;
            items.push(item(self)?);
        }
        Ok(list(items))
    }

    pub(super) fn cond_not(&mut self) -> Result<Cond, ParseError> {
        self.skip_newlines()?;
        if self.accept_word("!")? {
            self.deeper()?;
            let inner = self.cond_not()?;
            self.depth -= 1;
            return Ok(Cond::Not(Box::new(inner)));
        }
        if self.accept_op("(")? {
            let inner = self.cond_or()?;
            self.expect_close()?;
            return Ok(inner);
        }
        let (word, raw) = self.cond_word()?;
        if raw == "-v" || super::super::cond::UNARY.contains(&raw.as_str()) {
            if let Tok::Word(_, next) = self.peek()?
                && next != "]]"
            {
                let (operand, _) = self.cond_word()?;
                return Ok(Cond::Unary(ArcStr::from(raw), operand));
            }
            return Ok(Cond::Word(word));
        }
        let op = match self.peek()? {
            Tok::Op(op @ ("<" | ">")) => op.to_string(),
            Tok::Word(_, op) if op != "]]" => op,
            _ => return Ok(Cond::Word(word)),
        };
        self.next()?;
        if op == "=~" {
            // The expression runs to the next blank; brackets and bars are its own.
            self.skip_blanks();
            let start = self.pos;
            let mut depth = 0i32;
            let mut pieces = Pieces::default();
            while let Some(&c) = self.b.get(self.pos) {
                match c {
                    b'(' => depth += 1,
                    b')' => depth -= 1,
                    b' ' | b'\t' | b'\n' if depth <= 0 => break,
                    b'\n' => break,
                    _ => {}
                }
                if matches!(c, b'\\') && self.pos + 1 < self.b.len() {
                    self.pos += 1;
                    let n = self.char_len();
                    pieces.lit("\\");
                    pieces.lit(&self.src[self.pos..self.pos + n]);
                    self.pos += n;
                    continue;
                }
                self.piece(&mut pieces)?;
            }
            if self.pos == start {
                return Err(ParseError::Incomplete(Some("]]")));
            }
            return Ok(Cond::Binary(word, ArcStr::from(op), pieces.done()));
        }
        let (right, _) = self.cond_word()?;
        Ok(Cond::Binary(word, ArcStr::from(op), right))
    }

    pub(super) fn cond_word(&mut self) -> Result<(Word, String), ParseError> {
        match self.next()? {
            Tok::Word(mut w, raw) if raw != "]]" => Ok((w.pop().unwrap_or_default(), raw)),
            Tok::Eof => Err(ParseError::Incomplete(Some("]]"))),
            t => Err(unexpected(&t)),
        }
    }

    pub(super) fn function(&mut self, name: &str) -> Result<Vec<Op>, ParseError> {
        self.skip_newlines()?;
        let body = self.command()?;
        Ok(vec![Op::Define(ArcStr::from(name), Arc::new(Code { ops: body, ..Code::default() }))])
    }

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

//! The grammar of compound commands: `if`, loops, `case` and functions.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::code::*;
use super::commands::jump;
use super::*;
use crate::base::List as _;

impl Parser<'_> {
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

    fn do_group(&mut self) -> Result<Vec<Op>, ParseError> {
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

    /// `for`, or `select`, which goes over its words as somebody chooses.
    pub(super) fn for_clause(&mut self, select: bool) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        if !select && self.is_op("(")? {
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
        let exit = body.len() as i32 + 1;
        let mut inner = if select { vec![Op::Menu { exit: exit + 1 }, Op::Choose { var, exit }] } else { vec![Op::ForNext { var, exit }] };
        inner.extend(body);
        inner.push(Op::LoopBack(-(inner.len() as i32) - 1));
        inner.push(Op::LoopEnd);
        let mut ops = vec![Op::For { words, len: inner.len() as u32 }];
        ops.append(&mut inner);
        Ok(ops)
    }

    fn arith_for(&mut self) -> Result<Vec<Op>, ParseError> {
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

    pub(super) fn function(&mut self, name: &str) -> Result<Vec<Op>, ParseError> {
        self.skip_newlines()?;
        let body = self.command()?;
        Ok(vec![Op::Define(ArcStr::from(name), Arc::new(Code { ops: body, ..Code::default() }))])
    }
}

//! The grammar of `[[ ]]`.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::code::*;
use super::*;

impl Parser<'_> {
    /// `[[ ... ]]`: its words are neither split nor globbed.
    pub(super) fn cond_command(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let cond = self.cond_or()?;
        self.expect_word("]]")?;
        Ok(vec![Op::Test(Arc::new(cond)), Op::Check])
    }

    fn cond_or(&mut self) -> Result<Cond, ParseError> {
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

    fn cond_not(&mut self) -> Result<Cond, ParseError> {
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

    fn cond_word(&mut self) -> Result<(Word, String), ParseError> {
        match self.next()? {
            Tok::Word(mut w, raw) if raw != "]]" => Ok((w.pop().unwrap_or_default(), raw)),
            Tok::Eof => Err(ParseError::Incomplete(Some("]]"))),
            t => Err(unexpected(&t)),
        }
    }
}

//! The grammar of words: quotes, expansions, substitutions.

use std::sync::Arc;

use arcstr::ArcStr;

use super::super::code::*;
use super::*;

impl Parser<'_> {
    /// Reads a word up to what stops it. `value`: a tilde and process substitutions stand for something in it.
    pub(super) fn word_until(&mut self, stop: fn(u8) -> bool, value: bool) -> Result<Word, ParseError> {
        self.deeper()?;
        let mut out = Pieces::default();
        let start = self.pos;
        // What is assigned is read to its end, and a list of paths in it has a tilde behind each colon.
        let assigned = value && !stop(b' ');
        while self.pos < self.b.len() {
            let c = self.b[self.pos];
            if c == b'~' && value && (self.pos == start || assigned && self.b[self.pos - 1] == b':') {
                let name_len =
                    self.b[self.pos + 1..].iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'+')).count();
                let end = self.pos + 1 + name_len;
                if self.b.get(end).is_none_or(|c| *c == b'/' || stop(*c) || assigned && *c == b':') {
                    out.push(Piece::Tilde(ArcStr::from(&self.src[self.pos + 1..end])));
                    self.pos = end;
                    continue;
                }
            }
            if c == b'(' && self.bash && self.pos > start + 1 && matches!(self.b[self.pos - 1], b'?' | b'*' | b'+' | b'@' | b'!') {
                self.extended_pattern(&mut out)?;
                continue;
            }
            if value && self.opens_process(&self.b[self.pos..]) {
                self.pos += 2;
                out.push(Piece::Process(Arc::new(self.nested_code()?), c == b'>'));
                continue;
            }
            if stop(c) {
                break;
            }
            self.piece(&mut out)?;
        }
        self.depth -= 1;
        Ok(out.done())
    }

    /// Reads the parentheses of an extended pattern, as in an interactive bash (`extglob`, which completion turns on): they
    /// are part of the word. Such patterns match nothing here and stay what they are: so JSONPath filters work without quotes.
    fn extended_pattern(&mut self, out: &mut Pieces) -> Result<(), ParseError> {
        let mut open = 0;
        loop {
            match self.b.get(self.pos) {
                None => return Err(ParseError::Unterminated(')')),
                Some(b'(') => {
                    open += 1;
                    out.quoted("(");
                    self.pos += 1;
                }
                Some(b')') => {
                    open -= 1;
                    out.quoted(")");
                    self.pos += 1;
                    if open == 0 {
                        return Ok(());
                    }
                }
                Some(_) => self.piece(out)?,
            }
        }
    }

    /// Reads one piece of an unquoted word.
    pub(super) fn piece(&mut self, out: &mut Pieces) -> Result<(), ParseError> {
        match self.b[self.pos] {
            b'\\' => {
                self.pos += 1;
                if self.pos >= self.b.len() {
                    out.quoted("\\");
                } else if self.b[self.pos] == b'\n' {
                    self.pos += 1;
                } else {
                    let n = self.char_len();
                    out.quoted(&self.src[self.pos..self.pos + n]);
                    self.pos += n;
                }
            }
            b'\'' => {
                let start = self.pos + 1;
                let end = self.src[start..].find('\'').ok_or(ParseError::Unterminated('\''))? + start;
                out.quoted(&self.src[start..end]);
                self.pos = end + 1;
            }
            b'"' => self.double_quoted(out)?,
            b'$' | b'`' => self.dollar(out, false)?,
            _ => {
                let n = self.char_len();
                out.lit(&self.src[self.pos..self.pos + n]);
                self.pos += n;
            }
        }
        Ok(())
    }

    pub(super) fn double_quoted(&mut self, out: &mut Pieces) -> Result<(), ParseError> {
        self.deeper()?;
        self.pos += 1;
        if self.b.get(self.pos) == Some(&b'"') {
            // Nothing in quotes is a word all the same.
            out.quoted("");
        }
        loop {
            let Some(c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated('"')) };
            match c {
                b'"' => {
                    self.pos += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                b'\\' => match self.b.get(self.pos + 1) {
                    None => return Err(ParseError::Unterminated('"')),
                    Some(b'\n') => self.pos += 2,
                    Some(b'$' | b'`' | b'"' | b'\\') => {
                        out.quoted(&self.src[self.pos + 1..self.pos + 2]);
                        self.pos += 2;
                    }
                    Some(_) => {
                        out.quoted("\\");
                        self.pos += 1;
                    }
                },
                b'$' | b'`' => self.dollar(out, true)?,
                _ => {
                    let n = self.char_len();
                    out.quoted(&self.src[self.pos..self.pos + n]);
                    self.pos += n;
                }
            }
        }
    }

    pub(super) fn dollar(&mut self, out: &mut Pieces, quoted: bool) -> Result<(), ParseError> {
        if self.b[self.pos] == b'`' {
            return self.backquote(out, quoted);
        }
        self.pos += 1;
        let Some(&c) = self.b.get(self.pos) else {
            out.quoted("$");
            return Ok(());
        };
        match c {
            b'(' if self.b.get(self.pos + 1) == Some(&b'(') && self.arith_end(self.pos + 2).is_some() => {
                let end = self.arith_end(self.pos + 2).unwrap_or(self.pos);
                let expr = self.arith_word(self.pos + 2, end)?;
                self.pos = end + 2;
                out.push(Piece::Arith(expr, quoted));
            }
            // How sums were written before POSIX.
            b'[' if self.bash => {
                let end = self.pos + self.src[self.pos..].find(']').ok_or(ParseError::Unterminated(']'))?;
                let expr = self.arith_word(self.pos + 1, end)?;
                self.pos = end + 1;
                out.push(Piece::Arith(expr, quoted));
            }
            b'(' => {
                self.pos += 1;
                let code = self.nested_code()?;
                out.push(Piece::Subst(Arc::new(code), quoted));
            }
            b'{' => {
                self.pos += 1;
                let param = self.braced(quoted)?;
                out.push(Piece::Param(Arc::new(param), quoted));
            }
            b'\'' if !quoted && !self.is_dash() => {
                self.pos += 1;
                self.ansi_c(out)?;
            }
            b'"' if !quoted => self.double_quoted(out)?,
            _ => {
                let name = match c {
                    b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9' => 1,
                    _ => self.name_len(self.pos),
                };
                if name == 0 {
                    out.quoted("$");
                    return Ok(());
                }
                let text = ArcStr::from(&self.src[self.pos..self.pos + name]);
                self.pos += name;
                out.push(Piece::Param(Arc::new(Param { name: text, index: None, indirect: false, op: ParamOp::None }), quoted));
            }
        }
        Ok(())
    }

    pub(super) fn name_len(&self, from: usize) -> usize {
        let b = &self.b[from.min(self.b.len())..];
        if !b.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
            return 0;
        }
        b.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == b'_').count()
    }

    /// The inside of `$(...)`, after the opening bracket, up to and with the closing one.
    fn nested_code(&mut self) -> Result<Code, ParseError> {
        self.deeper()?;
        let mut sub = self.sub(self.src);
        (sub.pos, sub.first_line, sub.line) = (self.pos, self.first_line, self.line);
        let mut ops = Vec::new();
        let read = sub.list(&mut ops, &[]).and_then(|()| sub.expect_close());
        self.pos = sub.pos;
        // What was announced within and not read there comes after this line.
        self.here_pending.append(&mut sub.here_pending);
        self.here_open = sub.here_open.or(self.here_open.take());
        read?;
        self.depth -= 1;
        ops.push(Op::Exit);
        Ok(Code { ops, ..Code::default() })
    }

    pub(super) fn backquote(&mut self, out: &mut Pieces, quoted: bool) -> Result<(), ParseError> {
        self.deeper()?;
        self.pos += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated('`')) };
            match c {
                b'`' => break,
                b'\\'
                    if matches!(self.b.get(self.pos + 1), Some(b'`' | b'\\' | b'$'))
                        || (quoted && self.b.get(self.pos + 1) == Some(&b'"')) =>
                {
                    text.push(self.b[self.pos + 1] as char);
                    self.pos += 2;
                }
                _ => {
                    let n = self.char_len();
                    text.push_str(&self.src[self.pos..self.pos + n]);
                    self.pos += n;
                }
            }
        }
        self.pos += 1;
        let mut sub = self.sub(&text);
        let mut ops = Vec::new();
        sub.list(&mut ops, &[])?;
        if sub.peek()? != Tok::Eof {
            return Err(unexpected(&sub.peek()?));
        }
        ops.push(Op::Exit);
        self.depth -= 1;
        out.push(Piece::Subst(Arc::new(Code { ops, ..Code::default() }), quoted));
        Ok(())
    }

    fn ansi_c(&mut self, out: &mut Pieces) -> Result<(), ParseError> {
        let mut text = String::new();
        loop {
            let Some(&c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated('\'')) };
            match c {
                b'\'' => {
                    self.pos += 1;
                    out.quoted(&text);
                    return Ok(());
                }
                b'\\' => {
                    self.pos += 1;
                    let rest = &self.b[self.pos.min(self.b.len())..];
                    let (bytes, used) = super::super::super::text::unescape_one(rest);
                    text.push_str(&String::from_utf8_lossy(&bytes));
                    self.pos += used;
                    // An escaped multi-byte character: take the rest of it along.
                    while self.pos < self.b.len() && !self.src.is_char_boundary(self.pos) {
                        self.pos += 1;
                    }
                }
                _ => {
                    let n = self.char_len();
                    text.push_str(&self.src[self.pos..self.pos + n]);
                    self.pos += n;
                }
            }
        }
    }

    /// Where the `))` that closes an arithmetic expression starts.
    pub(super) fn arith_end(&self, from: usize) -> Option<usize> {
        let mut depth = 0u32;
        let mut i = from;
        while i < self.b.len() {
            match self.b[i] {
                b'(' => depth += 1,
                b')' if depth > 0 => depth -= 1,
                b')' => return (self.b.get(i + 1) == Some(&b')')).then_some(i),
                b'\'' | b'\n' if depth == 0 && self.b[i] == b'\'' => return None,
                b'\\' => i += 1,
                _ => {}
            }
            i += 1;
        }
        None
    }

    pub(super) fn arith_word(&mut self, from: usize, to: usize) -> Result<Word, ParseError> {
        self.deeper()?;
        let mut sub = self.sub(&self.src[from..to]);
        let mut pieces = Pieces::default();
        while sub.pos < sub.b.len() {
            match sub.b[sub.pos] {
                b'$' | b'`' => sub.dollar(&mut pieces, true)?,
                b'"' => sub.pos += 1,
                b'\\' if sub.b.get(sub.pos + 1) == Some(&b'\n') => sub.pos += 2,
                _ => {
                    let n = sub.char_len();
                    pieces.quoted(&sub.src[sub.pos..sub.pos + n]);
                    sub.pos += n;
                }
            }
        }
        self.depth -= 1;
        Ok(pieces.done())
    }

    /// The inside of `${...}`, up to and with the closing brace.
    fn braced(&mut self, quoted: bool) -> Result<Param, ParseError> {
        self.deeper()?;
        let start = self.pos;
        let mut length = false;
        let mut indirect = false;
        if self.b.get(self.pos) == Some(&b'#')
            && (self.b.get(self.pos + 1).is_some_and(|c| !matches!(c, b'}' | b':' | b'-' | b'+' | b'=' | b'%' | b'#'))
                || matches!(self.b[self.pos + 1..], [b'#' | b'-', b'}', ..]))
        {
            length = true;
            self.pos += 1;
        } else if self.b.get(self.pos) == Some(&b'!') && self.name_len(self.pos + 1) > 0 {
            indirect = true;
            self.pos += 1;
        }
        let name_len = match self.b.get(self.pos) {
            Some(b'0'..=b'9') => self.b[self.pos..].iter().take_while(|c| c.is_ascii_digit()).count(),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => 1,
            None => return Err(ParseError::Unterminated('}')),
            _ => self.name_len(self.pos),
        };
        let name = ArcStr::from(&self.src[self.pos..self.pos + name_len]);
        self.pos += name_len;
        if name_len == 0 {
            return self.bad(start);
        }
        let mut index = None;
        if self.b.get(self.pos) == Some(&b'[') {
            self.pos += 1;
            index = Some(match (self.b.get(self.pos), self.b.get(self.pos + 1)) {
                (Some(b'@'), Some(b']')) => {
                    self.pos += 1;
                    Index::At
                }
                (Some(b'*'), Some(b']')) => {
                    self.pos += 1;
                    Index::Star
                }
                _ => Index::Word(self.operand(b"]", true)?),
            });
            if self.b.get(self.pos) != Some(&b']') {
                return self.bad(start);
            }
            self.pos += 1;
        }
        if self.bash && indirect && index.is_none() && matches!(self.b[self.pos..], [b'@' | b'*', b'}', ..]) {
            index = Some(if self.b[self.pos] == b'@' { Index::At } else { Index::Star });
            self.pos += 1;
            self.close(start)?;
            return Ok(Param { name, index, indirect: false, op: ParamOp::Names });
        }
        if indirect && matches!(index, Some(Index::At | Index::Star)) {
            self.close(start)?;
            return Ok(Param { name, index, indirect: false, op: ParamOp::Keys });
        }
        let Some(&c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated('}')) };
        let op = match c {
            b'}' => {
                if length {
                    ParamOp::Length
                } else {
                    ParamOp::None
                }
            }
            _ if length => return self.bad(start),
            b':' if matches!(self.b.get(self.pos + 1), Some(b'-' | b'=' | b'?' | b'+')) => {
                self.pos += 1;
                self.default_op(true, quoted)?
            }
            b'-' | b'=' | b'?' | b'+' => self.default_op(false, quoted)?,
            b':' => {
                self.pos += 1;
                let offset = self.operand(b":}", true)?;
                let len = if self.b.get(self.pos) == Some(&b':') {
                    self.pos += 1;
                    Some(self.operand(b"}", true)?)
                } else {
                    None
                };
                ParamOp::Substring(offset, len)
            }
            b'#' | b'%' => {
                let greedy = self.b.get(self.pos + 1) == Some(&c);
                self.pos += 1 + usize::from(greedy);
                let pattern = self.operand(b"}", false)?;
                if c == b'#' { ParamOp::Prefix(greedy, pattern) } else { ParamOp::Suffix(greedy, pattern) }
            }
            b'/' => {
                self.pos += 1;
                let at = match self.b.get(self.pos) {
                    Some(b'/') => ReplaceAt::All,
                    // To busybox these are characters as others.
                    Some(b'#') if self.bash => ReplaceAt::Start,
                    Some(b'%') if self.bash => ReplaceAt::End,
                    _ => ReplaceAt::First,
                };
                if at != ReplaceAt::First {
                    self.pos += 1;
                }
                // `${v////-}`: the first slash is the pattern's.
                let slash = at == ReplaceAt::All && self.b.get(self.pos) == Some(&b'/');
                self.pos += usize::from(slash);
                let mut pattern = self.operand(b"/}", false)?;
                if slash {
                    pattern.0 = std::iter::once(Piece::Lit(arcstr::literal!("/"))).chain(pattern.0.iter().cloned()).collect();
                }
                let with = if self.b.get(self.pos) == Some(&b'/') {
                    self.pos += 1;
                    self.operand(b"}", false)?
                } else {
                    Word::default()
                };
                ParamOp::Replace(at, pattern, with)
            }
            b'^' | b',' if self.bash => {
                let all = self.b.get(self.pos + 1) == Some(&c);
                self.pos += 1 + usize::from(all);
                ParamOp::Case(c == b'^', all)
            }
            b'@' if self.bash && self.b.get(self.pos + 1) == Some(&b'Q') => {
                self.pos += 2;
                ParamOp::Quote
            }
            _ => return self.bad(start),
        };
        self.close(start)?;
        Ok(Param { name, index, indirect, op })
    }

    pub(super) fn close(&mut self, start: usize) -> Result<(), ParseError> {
        self.depth -= 1;
        match self.b.get(self.pos) {
            Some(b'}') => {
                self.pos += 1;
                Ok(())
            }
            None => Err(ParseError::Unterminated('}')),
            Some(_) => {
                self.depth += 1;
                self.bad(start).map(|_| ())
            }
        }
    }

    /// Skips to the closing brace of what cannot be understood.
    pub(super) fn bad(&mut self, start: usize) -> Result<Param, ParseError> {
        self.depth -= 1;
        match self.src[start..].find('}') {
            None => Err(ParseError::Unterminated('}')),
            Some(n) => {
                self.pos = start + n + 1;
                let text = ArcStr::from(&self.src[start..start + n]);
                Ok(Param { name: text.clone(), index: None, indirect: false, op: ParamOp::Bad(text) })
            }
        }
    }

    fn default_op(&mut self, colon: bool, quoted: bool) -> Result<ParamOp, ParseError> {
        let c = self.b[self.pos];
        self.pos += 1;
        let word = self.operand(b"}", quoted)?;
        Ok(match c {
            b'-' => ParamOp::Default(colon, word),
            b'=' => ParamOp::Assign(colon, word),
            b'?' => ParamOp::Error(colon, word),
            _ => ParamOp::Alternative(colon, word),
        })
    }

    /// The word after an operator in `${...}`: ends before one of `stop` outside quotes and brackets.
    pub(super) fn operand(&mut self, stop: &[u8], quoted: bool) -> Result<Word, ParseError> {
        self.deeper()?;
        let mut out = Pieces::default();
        if !quoted && self.b.get(self.pos) == Some(&b'~') && matches!(self.b.get(self.pos + 1), Some(b'}' | b'/')) {
            out.push(Piece::Tilde(ArcStr::new()));
            self.pos += 1;
        }
        loop {
            let Some(&c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated('}')) };
            if stop.contains(&c) {
                self.depth -= 1;
                return Ok(out.done());
            }
            if quoted {
                match c {
                    b'"' => self.double_quoted(&mut out)?,
                    b'$' | b'`' => self.dollar(&mut out, true)?,
                    b'\\' if matches!(self.b.get(self.pos + 1), Some(b'$' | b'`' | b'"' | b'\\' | b'}')) => {
                        out.quoted(&self.src[self.pos + 1..self.pos + 2]);
                        self.pos += 2;
                    }
                    _ => {
                        let n = self.char_len();
                        out.quoted(&self.src[self.pos..self.pos + n]);
                        self.pos += n;
                    }
                }
            } else {
                self.piece(&mut out)?;
            }
        }
    }
}

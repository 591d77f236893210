//! The shell's grammar: POSIX with the common bash additions, compiled in one pass and in linear time.
//!
//! Hand-written because parsers that backtrack take exponential time on unclosed brackets, which anyone can type.

use std::sync::Arc;

use arcstr::ArcStr;

use super::braces;
use super::code::*;

/// How deep commands, substitutions and quotes may nest.
const DEPTH_MAX: u32 = 60;
/// How long a script may be, in bytes.
pub const SCRIPT_BYTES_MAX: usize = 2 << 20;

/// Why a script was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The text ends too early: an interactive shell asks for more.
    #[error("unexpected end of file{}", expecting(.0))]
    Incomplete(Option<&'static str>),
    /// A quote was never closed.
    #[error("unterminated quoted string")]
    Unterminated,
    /// A token stands where it cannot.
    #[error("unexpected {}", .0)]
    Unexpected(String),
    /// Nested deeper, or longer, than is bearable.
    #[error("nesting too deep")]
    TooDeep,
}

fn expecting(word: &Option<&'static str>) -> String {
    word.map(|w| format!(" (expecting \"{w}\")")).unwrap_or_default()
}

/// Parses a whole script. `bash`: braces expand and `{1..5}` counts.
pub fn parse(src: &str, bash: bool) -> Result<Code, ParseError> {
    if src.len() > SCRIPT_BYTES_MAX {
        return Err(ParseError::TooDeep);
    }
    let mut p = Parser::new(src, bash, 0);
    let mut ops = Vec::new();
    p.list(&mut ops, &[])?;
    match p.peek()? {
        Tok::Eof => Ok(Code { ops }),
        t => Err(unexpected(&t)),
    }
}

/// Whether an interactive shell should ask for another line before it runs `src`.
pub fn wants_more(src: &str, bash: bool) -> bool {
    if src.len() > SCRIPT_BYTES_MAX {
        return false;
    }
    if src.ends_with("\\\n") {
        return true;
    }
    let mut p = Parser::new(src, bash, 0);
    let parsed = p.list(&mut Vec::new(), &[]);
    matches!(parsed, Err(ParseError::Incomplete(_) | ParseError::Unterminated)) || (parsed.is_ok() && p.here_open)
}

/// Parses a text in which only `$` and backquotes mean something (a here-document, a prompt).
pub fn parse_here(src: &str, bash: bool) -> Result<Word, ParseError> {
    let mut p = Parser::new(src, bash, 0);
    let mut pieces = Pieces::default();
    while p.pos < p.b.len() {
        match p.b[p.pos] {
            b'$' | b'`' => p.dollar(&mut pieces, true)?,
            b'\\' if matches!(p.b.get(p.pos + 1), Some(b'$' | b'`' | b'\\')) => {
                pieces.quoted(&p.src[p.pos + 1..p.pos + 2]);
                p.pos += 2;
            }
            b'\\' if p.b.get(p.pos + 1) == Some(&b'\n') => p.pos += 2,
            _ => {
                let n = p.char_len();
                pieces.quoted(&p.src[p.pos..p.pos + n]);
                p.pos += n;
            }
        }
    }
    Ok(pieces.done())
}

/// Parses one text as a single word, as if it stood in a script.
pub fn parse_word(src: &str, bash: bool, depth: u32) -> Result<Word, ParseError> {
    let mut p = Parser::new(src, bash, depth);
    p.word_until(|_| false, false)
}

#[derive(Debug, Clone, PartialEq)]
enum Tok {
    Eof,
    Newline,
    Op(&'static str),
    IoNumber(u32),
    /// The words that a word becomes (several where braces expand), and its source text.
    Word(Vec<Word>, String),
}

fn unexpected(t: &Tok) -> ParseError {
    match t {
        Tok::Eof => ParseError::Incomplete(None),
        Tok::Newline => ParseError::Unexpected("newline".into()),
        Tok::Op(op) => ParseError::Unexpected(format!("\"{op}\"")),
        Tok::IoNumber(n) => ParseError::Unexpected(format!("\"{n}\"")),
        Tok::Word(_, raw) => ParseError::Unexpected(format!("\"{raw}\"")),
    }
}

struct HereDoc {
    delimiter: String,
    strip_tabs: bool,
    expand: bool,
}

struct Parser<'a> {
    src: &'a str,
    b: &'a [u8],
    pos: usize,
    peeked: Option<(Tok, usize)>,
    bash: bool,
    depth: u32,
    /// Here-documents announced on this line, and the bodies read, in order.
    here_pending: Vec<HereDoc>,
    here_bodies: Vec<Word>,
    /// How many bodies have been put into their redirections.
    here_count: usize,
    /// The bodies that were read ahead: from the newline before them to their end.
    here_jump: Option<(usize, usize)>,
    /// A here-document ran into the end of the text.
    here_open: bool,
    /// A position and the line it is on.
    line: (usize, u32),
}

const OPERATORS: [&str; 24] = [
    ";;&", "&>>", "<<-", "<<<", ";;", ";&", "&&", "&>", "||", "|&", "<<", "<&", "<>", ">>", ">&", ">|", ";", "&", "|", "<", ">", "(", ")",
    "\n",
];
const RESERVED_END: [&str; 9] = ["then", "else", "elif", "fi", "do", "done", "esac", "}", "in"];

impl<'a> Parser<'a> {
    fn new(src: &'a str, bash: bool, depth: u32) -> Self {
        Parser {
            src,
            b: src.as_bytes(),
            pos: 0,
            peeked: None,
            bash,
            depth,
            here_pending: Vec::new(),
            here_bodies: Vec::new(),
            here_count: 0,
            here_jump: None,
            here_open: false,
            line: (0, 1),
        }
    }

    fn char_len(&self) -> usize {
        self.src[self.pos..].chars().next().map_or(1, char::len_utf8)
    }

    fn deeper(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(ParseError::TooDeep) } else { Ok(()) }
    }

    // ---- tokens

    fn peek(&mut self) -> Result<Tok, ParseError> {
        if self.peeked.is_none() {
            let start = self.pos;
            let t = self.lex()?;
            self.peeked = Some((t, start));
        }
        Ok(self.peeked.as_ref().map_or(Tok::Eof, |p| p.0.clone()))
    }

    fn next(&mut self) -> Result<Tok, ParseError> {
        self.peek()?;
        Ok(self.peeked.take().map_or(Tok::Eof, |p| p.0))
    }

    /// Where the next token starts in the source.
    fn mark(&mut self) -> Result<usize, ParseError> {
        self.peek()?;
        Ok(self.peeked.as_ref().map_or(self.pos, |p| p.1))
    }

    fn is_op(&mut self, op: &str) -> Result<bool, ParseError> {
        Ok(matches!(self.peek()?, Tok::Op(o) if o == op))
    }

    fn accept_op(&mut self, op: &str) -> Result<bool, ParseError> {
        let yes = self.is_op(op)?;
        if yes {
            self.next()?;
        }
        Ok(yes)
    }

    /// Whether the next token is this reserved word, unquoted.
    fn is_word(&mut self, word: &str) -> Result<bool, ParseError> {
        Ok(match self.peek()? {
            Tok::Word(w, raw) => raw == word && w.len() == 1,
            _ => false,
        })
    }

    fn accept_word(&mut self, word: &str) -> Result<bool, ParseError> {
        let yes = self.is_word(word)?;
        if yes {
            self.next()?;
        }
        Ok(yes)
    }

    fn expect_word(&mut self, word: &'static str) -> Result<(), ParseError> {
        if self.accept_word(word)? {
            return Ok(());
        }
        Err(match self.peek()? {
            Tok::Eof => ParseError::Incomplete(Some(word)),
            t => match unexpected(&t) {
                ParseError::Unexpected(text) => ParseError::Unexpected(format!("{text} (expecting \"{word}\")")),
                e => e,
            },
        })
    }

    fn skip_blanks(&mut self) {
        while self.pos < self.b.len() {
            match self.b[self.pos] {
                b' ' | b'\t' | b'\r' => self.pos += 1,
                b'\\' if self.b.get(self.pos + 1) == Some(&b'\n') => self.pos += 2,
                b'#' => {
                    while self.pos < self.b.len() && self.b[self.pos] != b'\n' {
                        self.pos += 1;
                    }
                }
                _ => break,
            }
        }
    }

    fn lex(&mut self) -> Result<Tok, ParseError> {
        self.skip_blanks();
        if self.pos >= self.b.len() {
            if !self.here_pending.is_empty() {
                self.read_here_docs()?;
            }
            return Ok(Tok::Eof);
        }
        let rest = &self.b[self.pos..];
        for op in OPERATORS {
            if rest.starts_with(op.as_bytes()) {
                if matches!(op, "<(" | ">(") {
                    break;
                }
                let at = self.pos;
                self.pos += op.len();
                if op == "\n" {
                    if let Some((_, to)) = self.here_jump.take_if(|j| j.0 == at) {
                        self.pos = to;
                    }
                    self.read_here_docs()?;
                    return Ok(Tok::Newline);
                }
                return Ok(Tok::Op(op));
            }
        }
        let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        if digits > 0 && digits < 5 && matches!(rest.get(digits), Some(b'<' | b'>')) {
            let n = self.src[self.pos..self.pos + digits].parse().unwrap_or(0);
            self.pos += digits;
            return Ok(Tok::IoNumber(n));
        }
        let start = self.pos;
        let word = self.word_until(|c| matches!(c, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')'), true)?;
        let raw = &self.src[start..self.pos];
        if self.bash && raw.contains('{') && (raw.contains(',') || raw.contains("..")) {
            let expanded = braces::expand(raw);
            if expanded.len() != 1 || expanded[0] != raw {
                let mut words = Vec::new();
                for text in expanded {
                    words.push(parse_word(&text, true, self.depth + 1)?);
                }
                return Ok(Tok::Word(words, raw.to_string()));
            }
        }
        Ok(Tok::Word(vec![word], raw.to_string()))
    }

    fn read_here_docs(&mut self) -> Result<(), ParseError> {
        for doc in std::mem::take(&mut self.here_pending) {
            let mut body = String::new();
            loop {
                // The end of the file stands for the delimiter, as every shell takes it.
                if self.pos >= self.b.len() {
                    self.here_open = true;
                    break;
                }
                let end = self.src[self.pos..].find('\n').map_or(self.b.len(), |n| self.pos + n);
                let mut line = &self.src[self.pos..end];
                self.pos = (end + 1).min(self.b.len());
                if doc.strip_tabs {
                    line = line.trim_start_matches('\t');
                }
                if line == doc.delimiter {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            let word = if doc.expand { parse_here(&body, self.bash)? } else { Word::quoted(&body) };
            self.here_bodies.push(word);
        }
        Ok(())
    }

    // ---- words

    fn word_until(&mut self, stop: fn(u8) -> bool, tilde: bool) -> Result<Word, ParseError> {
        self.deeper()?;
        let mut out = Pieces::default();
        if tilde && self.b.get(self.pos) == Some(&b'~') {
            let name_len =
                self.b[self.pos + 1..].iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'+')).count();
            let end = self.pos + 1 + name_len;
            if self.b.get(end).is_none_or(|c| *c == b'/' || stop(*c)) {
                out.push(Piece::Tilde(ArcStr::from(&self.src[self.pos + 1..end])));
                self.pos = end;
            }
        }
        while self.pos < self.b.len() {
            let c = self.b[self.pos];
            if stop(c) {
                // `name=(` opens an array; extended patterns are part of the word.
                break;
            }
            self.piece(&mut out)?;
        }
        self.depth -= 1;
        Ok(out.done())
    }

    /// Reads one piece of an unquoted word.
    fn piece(&mut self, out: &mut Pieces) -> Result<(), ParseError> {
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
                let end = self.src[start..].find('\'').ok_or(ParseError::Unterminated)? + start;
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

    fn double_quoted(&mut self, out: &mut Pieces) -> Result<(), ParseError> {
        self.deeper()?;
        self.pos += 1;
        if self.b.get(self.pos) == Some(&b'"') {
            // Nothing in quotes is a word all the same.
            out.quoted("");
        }
        loop {
            let Some(c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated) };
            match c {
                b'"' => {
                    self.pos += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                b'\\' => match self.b.get(self.pos + 1) {
                    None => return Err(ParseError::Unterminated),
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

    fn dollar(&mut self, out: &mut Pieces, quoted: bool) -> Result<(), ParseError> {
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
            b'\'' if !quoted => {
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

    fn name_len(&self, from: usize) -> usize {
        let b = &self.b[from.min(self.b.len())..];
        if !b.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
            return 0;
        }
        b.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == b'_').count()
    }

    /// The inside of `$(...)`, after the opening bracket, up to and with the closing one.
    fn nested_code(&mut self) -> Result<Code, ParseError> {
        self.deeper()?;
        let mut sub = Parser::new(self.src, self.bash, self.depth);
        sub.pos = self.pos;
        let mut ops = Vec::new();
        sub.list(&mut ops, &[])?;
        if !sub.accept_op(")")? {
            return Err(match sub.peek()? {
                Tok::Eof => ParseError::Incomplete(Some(")")),
                t => unexpected(&t),
            });
        }
        self.pos = sub.pos;
        self.depth -= 1;
        ops.push(Op::Exit);
        Ok(Code { ops })
    }

    fn backquote(&mut self, out: &mut Pieces, quoted: bool) -> Result<(), ParseError> {
        self.deeper()?;
        self.pos += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated) };
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
        let mut sub = Parser::new(&text, self.bash, self.depth);
        let mut ops = Vec::new();
        sub.list(&mut ops, &[])?;
        if sub.peek()? != Tok::Eof {
            return Err(unexpected(&sub.peek()?));
        }
        ops.push(Op::Exit);
        self.depth -= 1;
        out.push(Piece::Subst(Arc::new(Code { ops }), quoted));
        Ok(())
    }

    fn ansi_c(&mut self, out: &mut Pieces) -> Result<(), ParseError> {
        let mut text = String::new();
        loop {
            let Some(&c) = self.b.get(self.pos) else { return Err(ParseError::Unterminated) };
            match c {
                b'\'' => {
                    self.pos += 1;
                    out.quoted(&text);
                    return Ok(());
                }
                b'\\' => {
                    self.pos += 1;
                    let rest = &self.b[self.pos.min(self.b.len())..];
                    let (bytes, used) = super::super::text::unescape_one(rest);
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
    fn arith_end(&self, from: usize) -> Option<usize> {
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

    fn arith_word(&mut self, from: usize, to: usize) -> Result<Word, ParseError> {
        self.deeper()?;
        let mut sub = Parser::new(&self.src[from..to], self.bash, self.depth);
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
            && self.b.get(self.pos + 1).is_some_and(|c| !matches!(c, b'}' | b':' | b'-' | b'+' | b'=' | b'%' | b'#'))
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
            None => return Err(ParseError::Incomplete(Some("}"))),
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
        if indirect && matches!(index, Some(Index::At | Index::Star)) {
            self.close(start)?;
            return Ok(Param { name, index, indirect: false, op: ParamOp::Keys });
        }
        let Some(&c) = self.b.get(self.pos) else { return Err(ParseError::Incomplete(Some("}"))) };
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
                    Some(b'#') => ReplaceAt::Start,
                    Some(b'%') => ReplaceAt::End,
                    _ => ReplaceAt::First,
                };
                if at != ReplaceAt::First {
                    self.pos += 1;
                }
                let pattern = self.operand(b"/}", false)?;
                let with = if self.b.get(self.pos) == Some(&b'/') {
                    self.pos += 1;
                    self.operand(b"}", false)?
                } else {
                    Word::default()
                };
                ParamOp::Replace(at, pattern, with)
            }
            b'^' | b',' => {
                let all = self.b.get(self.pos + 1) == Some(&c);
                self.pos += 1 + usize::from(all);
                ParamOp::Case(c == b'^', all)
            }
            _ => return self.bad(start),
        };
        self.close(start)?;
        Ok(Param { name, index, indirect, op })
    }

    fn close(&mut self, start: usize) -> Result<(), ParseError> {
        self.depth -= 1;
        match self.b.get(self.pos) {
            Some(b'}') => {
                self.pos += 1;
                Ok(())
            }
            None => Err(ParseError::Incomplete(Some("}"))),
            Some(_) => {
                self.depth += 1;
                self.bad(start).map(|_| ())
            }
        }
    }

    /// Skips to the closing brace of what cannot be understood.
    fn bad(&mut self, start: usize) -> Result<Param, ParseError> {
        self.depth -= 1;
        match self.src[start..].find('}') {
            None => Err(ParseError::Incomplete(Some("}"))),
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
    fn operand(&mut self, stop: &[u8], quoted: bool) -> Result<Word, ParseError> {
        self.deeper()?;
        let mut out = Pieces::default();
        if !quoted && self.b.get(self.pos) == Some(&b'~') && matches!(self.b.get(self.pos + 1), Some(b'}' | b'/')) {
            out.push(Piece::Tilde(ArcStr::new()));
            self.pos += 1;
        }
        loop {
            let Some(&c) = self.b.get(self.pos) else { return Err(ParseError::Incomplete(Some("}"))) };
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

    // ---- commands

    fn skip_newlines(&mut self) -> Result<(), ParseError> {
        while self.peek()? == Tok::Newline {
            self.next()?;
        }
        Ok(())
    }

    /// Commands up to the end, a closing bracket or one of the reserved words in `stop`.
    fn list(&mut self, ops: &mut Vec<Op>, stop: &[&str]) -> Result<(), ParseError> {
        self.deeper()?;
        loop {
            self.skip_newlines()?;
            match self.peek()? {
                Tok::Eof => break,
                Tok::Op(")" | ";;" | ";&" | ";;&") => break,
                Tok::Word(_, raw) if stop.contains(&raw.as_str()) => break,
                _ => {}
            }
            let start = self.mark()?;
            let mut item = self.and_or(false)?;
            let end = self.mark()?;
            let (mut background, mut more) = (false, false);
            match self.peek()? {
                Tok::Op(";") | Tok::Newline => {
                    self.next()?;
                    more = true;
                }
                Tok::Op("&") => {
                    self.next()?;
                    background = true;
                    more = true;
                }
                _ => {}
            }
            if background {
                unwrap_subshell(&mut item);
                item.push(Op::Exit);
                let text = ArcStr::from(self.src.get(start..end).unwrap_or("").trim());
                ops.push(Op::Background(item.len() as u32, text));
            }
            ops.append(&mut item);
            if !more {
                break;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// A list that must hold at least one command.
    fn full_list(&mut self, ops: &mut Vec<Op>, stop: &[&'static str]) -> Result<(), ParseError> {
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

    fn and_or(&mut self, tested: bool) -> Result<Vec<Op>, ParseError> {
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
            if i + 1 < count || tested {
                mark_tested(&mut part);
            }
            if let Some(and) = joined {
                ops.push(Op::JumpIf(!and, part.len() as i32));
            }
            ops.append(&mut part);
        }
        Ok(ops)
    }

    fn pipeline(&mut self) -> Result<Vec<Op>, ParseError> {
        let mut bang = false;
        let mut timed = false;
        loop {
            if self.accept_word("!")? {
                bang = !bang;
            } else if self.is_word("time")? {
                self.next()?;
                self.accept_word("-p")?;
                timed = true;
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
        if timed {
            ops.insert(0, Op::Time(ops.len() as u32));
        }
        Ok(ops)
    }

    fn command(&mut self) -> Result<Vec<Op>, ParseError> {
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
                    if !self.accept_op(")")? {
                        return Err(self.missing(")")?);
                    }
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
                "[[" => {
                    let ops = self.cond_command()?;
                    self.with_redirects(ops)?
                }
                "function" => {
                    self.next()?;
                    let Tok::Word(_, name) = self.next()? else { return Err(unexpected(&self.peek()?)) };
                    if self.accept_op("(")? && !self.accept_op(")")? {
                        return Err(self.missing(")")?);
                    }
                    self.function(&name)?
                }
                word if RESERVED_END.contains(&word) && word != "in" => return Err(unexpected(&t)),
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

    fn missing(&mut self, what: &'static str) -> Result<ParseError, ParseError> {
        Ok(match self.peek()? {
            Tok::Eof => ParseError::Incomplete(Some(what)),
            t => unexpected(&t),
        })
    }

    /// `(( expression ))`, where that is what follows.
    fn arith_command(&mut self) -> Result<Option<Vec<Op>>, ParseError> {
        let at = self.mark()?;
        let start = at + self.b[at..].iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
        if !self.b[start..].starts_with(b"((") {
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
        self.bind_here(&mut redirects)?;
        let mut ops = vec![Op::Redirect(redirects.into(), body.len() as u32 + 1)];
        ops.extend(body);
        ops.push(Op::Unredirect);
        Ok(ops)
    }

    fn if_clause(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let mut branches: Vec<(Vec<Op>, Vec<Op>)> = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let mut cond = Vec::new();
            self.full_list(&mut cond, &["then"])?;
            mark_tested(&mut cond);
            self.expect_word("then")?;
            let mut body = Vec::new();
            self.full_list(&mut body, &["fi", "elif", "else"])?;
            branches.push((cond, body));
            if self.accept_word("elif")? {
                continue;
            }
            if self.accept_word("else")? {
                self.full_list(&mut otherwise, &["fi"])?;
            } else {
                // No branch taken leaves zero behind.
                otherwise.push(Op::Simple(Arc::new(Simple { tested: true, ..Simple::default() })));
            }
            self.expect_word("fi")?;
            break;
        }
        let mut ops = otherwise;
        for (mut cond, mut body) in branches.into_iter().rev() {
            let rest = ops.len() as i32;
            body.push(Op::Jump(rest));
            cond.push(Op::JumpIf(false, body.len() as i32));
            cond.append(&mut body);
            cond.append(&mut ops);
            ops = cond;
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

    fn while_clause(&mut self, until: bool) -> Result<Vec<Op>, ParseError> {
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

    fn for_clause(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        if self.is_op("(")? {
            return self.arith_for();
        }
        let var = match self.next()? {
            Tok::Word(_, raw) if self.is_name(&raw) => ArcStr::from(raw),
            Tok::Eof => return Err(ParseError::Incomplete(None)),
            Tok::Word(..) => return Err(ParseError::Unexpected("bad for loop variable".into())),
            t => return Err(unexpected(&t)),
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

    fn arith_for(&mut self) -> Result<Vec<Op>, ParseError> {
        let at = self.mark()?;
        let start = at + self.b[at..].iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
        let Some(end) = self.b[start..].starts_with(b"((").then(|| self.arith_end(start + 2)).flatten() else {
            return Err(ParseError::Unexpected("\"(\"".into()));
        };
        let parts: Vec<&str> = self.src[start + 2..end].split(';').collect();
        let [init, cond, step] = parts[..] else { return Err(ParseError::Unexpected("\";\"".into())) };
        let mut words = Vec::new();
        for part in [init, if cond.trim().is_empty() { "1" } else { cond }, step] {
            let mut sub = Parser::new(part, self.bash, self.depth);
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

    fn case_clause(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let subject = match self.next()? {
            Tok::Word(mut w, _) if w.len() == 1 => w.remove(0),
            t => return Err(unexpected(&t)),
        };
        self.skip_newlines()?;
        self.expect_word("in")?;
        let mut branches: Vec<(Vec<Word>, Vec<Op>, &'static str)> = Vec::new();
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
                    Tok::Eof => return Err(ParseError::Incomplete(Some("esac"))),
                    t => return Err(unexpected(&t)),
                }
                if !self.accept_op("|")? {
                    break;
                }
            }
            if !self.accept_op(")")? {
                return Err(self.missing(")")?);
            }
            let mut body = Vec::new();
            self.list(&mut body, &["esac"])?;
            let end = match self.peek()? {
                Tok::Op(op @ (";;" | ";&" | ";;&")) => {
                    self.next()?;
                    op
                }
                _ => ";;",
            };
            branches.push((patterns, body, end));
            if end == ";;" && !matches!(self.peek()?, Tok::Newline | Tok::Word(..) | Tok::Op("(")) && self.peek()? == Tok::Eof {
                return Err(ParseError::Incomplete(Some("esac")));
            }
        }
        // Laid out backwards, so that each branch knows how far the end is.
        let mut tail: Vec<Op> = Vec::new();
        let mut next_head = 0;
        for (patterns, mut body, end) in branches.into_iter().rev() {
            if body.is_empty() {
                body.push(Op::Simple(Arc::new(Simple { tested: true, ..Simple::default() })));
            }
            match end {
                ";&" => body.push(Op::Jump(next_head)),
                ";;&" => body.push(Op::Jump(0)),
                _ => body.push(Op::Jump(tail.len() as i32)),
            }
            let mut branch = vec![Op::CaseTest(patterns.into(), body.len() as i32)];
            branch.append(&mut body);
            branch.append(&mut tail);
            tail = branch;
            next_head = 1;
        }
        let mut ops = vec![Op::Case(subject)];
        ops.append(&mut tail);
        ops.push(Op::CaseEnd);
        Ok(ops)
    }

    /// `[[ ... ]]`: its words are neither split nor globbed.
    fn cond_command(&mut self) -> Result<Vec<Op>, ParseError> {
        self.next()?;
        let cond = self.cond_or()?;
        self.expect_word("]]")?;
        Ok(vec![Op::Test(Arc::new(cond)), Op::Check])
    }

    fn cond_or(&mut self) -> Result<Cond, ParseError> {
        self.deeper()?;
        let mut left = self.cond_and()?;
        while self.accept_op("||")? {
            self.skip_newlines()?;
            left = Cond::Or(Box::new(left), Box::new(self.cond_and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn cond_and(&mut self) -> Result<Cond, ParseError> {
        let mut left = self.cond_not()?;
        while self.accept_op("&&")? {
            self.skip_newlines()?;
            left = Cond::And(Box::new(left), Box::new(self.cond_not()?));
        }
        Ok(left)
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
            if !self.accept_op(")")? {
                return Err(self.missing(")")?);
            }
            return Ok(inner);
        }
        let (word, raw) = self.cond_word()?;
        if raw == "-v" || super::cond::UNARY.contains(&raw.as_str()) {
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

    fn function(&mut self, name: &str) -> Result<Vec<Op>, ParseError> {
        self.skip_newlines()?;
        let body = self.command()?;
        Ok(vec![Op::Define(ArcStr::from(name), Arc::new(Code { ops: body }))])
    }

    fn is_name(&self, text: &str) -> bool {
        is_name(text)
    }

    fn simple(&mut self) -> Result<Vec<Op>, ParseError> {
        let at = self.mark()?;
        let mut cmd = Simple { line: self.line_at(at), ..Simple::default() };
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
                            cmd.assigns.push(assign);
                        }
                        continue;
                    }
                    self.next()?;
                    if cmd.words.is_empty() && cmd.assigns.is_empty() && cmd.redirects.is_empty() && self.is_op("(")? {
                        self.next()?;
                        if !self.accept_op(")")? {
                            return Err(self.missing(")")?);
                        }
                        return self.function(&raw);
                    }
                    cmd.words.extend(words);
                }
                _ => break,
            }
        }
        let mut redirects = std::mem::take(&mut cmd.redirects);
        self.bind_here(&mut redirects)?;
        cmd.redirects = redirects;
        Ok(vec![Op::Simple(Arc::new(cmd))])
    }

    /// Reads the peeked word again as an assignment, where it is one.
    fn assignment(&mut self, raw: &str) -> Result<Option<Assign>, ParseError> {
        let name_len = raw.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count();
        if name_len == 0 || raw.as_bytes()[0].is_ascii_digit() {
            return Ok(None);
        }
        let name = ArcStr::from(&raw[..name_len]);
        let mut at = name_len;
        let mut index = None;
        if raw[at..].starts_with('[') {
            let Some(end) = raw[at..].find("]=").or_else(|| raw[at..].find("]+=")) else { return Ok(None) };
            index = Some(parse_word(&raw[at + 1..at + end], self.bash, self.depth)?);
            at += end + 1;
        }
        let append = raw[at..].starts_with("+=");
        if !append && !raw[at..].starts_with('=') {
            return Ok(None);
        }
        at += 1 + usize::from(append);
        self.next()?;
        if at == raw.len() && index.is_none() && self.b.get(self.pos) == Some(&b'(') {
            self.pos += 1;
            let mut items = Vec::new();
            loop {
                self.skip_newlines()?;
                match self.next()? {
                    Tok::Word(mut w, _) => items.append(&mut w),
                    Tok::Op(")") => break,
                    Tok::Eof => return Err(ParseError::Incomplete(Some(")"))),
                    t => return Err(unexpected(&t)),
                }
            }
            return Ok(Some(Assign { name, index: None, append, value: AssignValue::Array(items) }));
        }
        let mut sub = Parser::new(&raw[at..], self.bash, self.depth);
        let value = sub.word_until(|_| false, true)?;
        Ok(Some(Assign { name, index, append, value: AssignValue::Scalar(value) }))
    }

    fn redirect(&mut self) -> Result<Option<Redirect>, ParseError> {
        let mut fd = None;
        if let Tok::IoNumber(n) = self.peek()? {
            self.next()?;
            fd = Some(n);
        }
        let Tok::Op(op) = self.peek()? else { return Ok(None) };
        if !matches!(op, "<" | ">" | ">>" | "<<" | "<<-" | "<<<" | "<&" | ">&" | "<>" | ">|" | "&>" | "&>>") {
            return Ok(None);
        }
        self.next()?;
        let (word, raw) = match self.next()? {
            Tok::Word(mut w, raw) => (w.pop().unwrap_or_default(), raw),
            Tok::IoNumber(n) => (Word::quoted(&n.to_string()), n.to_string()),
            Tok::Eof => return Err(ParseError::Incomplete(None)),
            t => return Err(unexpected(&t)),
        };
        let (default_fd, kind) = match op {
            "<" => (0, RedirectKind::Read(word)),
            ">" | ">|" => (1, RedirectKind::Write(word)),
            ">>" => (1, RedirectKind::Append(word)),
            "<>" => (0, RedirectKind::ReadWrite(word)),
            "<&" => (0, RedirectKind::Dup(word)),
            ">&" if fd.is_none() && raw != "-" && !raw.bytes().all(|c| c.is_ascii_digit()) && !raw.starts_with('$') => {
                (1, RedirectKind::Both(word, false))
            }
            ">&" => (1, RedirectKind::Dup(word)),
            "&>" => (1, RedirectKind::Both(word, false)),
            "&>>" => (1, RedirectKind::Both(word, true)),
            "<<<" => {
                let mut pieces: Vec<Piece> = word.0.iter().map(quote_piece).collect();
                pieces.push(Piece::Quoted(arcstr::literal!("\n")));
                (0, RedirectKind::Here(Word(pieces.into())))
            }
            _ => {
                let quoted = raw.contains(['\'', '"', '\\']);
                let delimiter: String = raw.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
                self.here_pending.push(HereDoc { delimiter, strip_tabs: op == "<<-", expand: !quoted });
                // The body comes after the line; a marker stands here until then.
                (0, RedirectKind::Here(Word(Arc::from(vec![Piece::Tilde(arcstr::literal!("\0here"))]))))
            }
        };
        Ok(Some(Redirect { fd: fd.unwrap_or(default_fd), kind }))
    }

    /// Puts the bodies of here-documents where their markers stand: reads ahead past the rest of the line.
    fn bind_here(&mut self, redirects: &mut [Redirect]) -> Result<(), ParseError> {
        for r in redirects {
            let RedirectKind::Here(word) = &mut r.kind else { continue };
            if !matches!(&*word.0, [Piece::Tilde(t)] if t.as_str() == "\0here") {
                continue;
            }
            if self.here_bodies.len() <= self.here_count {
                self.read_ahead_here()?;
            }
            *word = self.here_bodies.get(self.here_count).cloned().unwrap_or_default();
            self.here_count += 1;
        }
        Ok(())
    }

    /// The bodies start after this line's end, which may lie beyond tokens not read yet: cut them out of what is still to be read.
    fn read_ahead_here(&mut self) -> Result<(), ParseError> {
        let resume = self.pos;
        let peeked = self.peeked.take();
        let mut line_end = Parser::new(self.src, self.bash, self.depth);
        line_end.pos = self.pos;
        // Words are lexed, so that a newline in quotes or a substitution does not count as the line's end.
        let mut at;
        loop {
            line_end.skip_blanks();
            at = line_end.pos;
            if at >= self.b.len() || self.b[at] == b'\n' {
                break;
            }
            if line_end.lex().is_err() {
                at = self.src[resume..].find('\n').map_or(self.b.len(), |n| resume + n);
                break;
            }
        }
        // Bodies of an earlier document on this line come first.
        self.pos = self.here_jump.filter(|j| j.0 == at).map_or((at + 1).min(self.b.len()), |j| j.1);
        self.read_here_docs()?;
        self.here_jump = Some((at, self.pos));
        self.pos = resume;
        self.peeked = peeked;
        Ok(())
    }

    fn line_at(&mut self, pos: usize) -> u32 {
        let (from, line) = if pos >= self.line.0 { self.line } else { (0, 1) };
        let n = self.b[from..pos.min(self.b.len())].iter().filter(|c| **c == b'\n').count() as u32;
        self.line = (pos, line + n);
        line + n
    }
}

/// Whether a text is a variable's name.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.as_bytes()[0].is_ascii_digit() && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

fn is_declaration(words: &[Word]) -> bool {
    matches!(words[0].literal(), Some("export" | "local" | "readonly" | "declare" | "typeset"))
}

fn quote_piece(p: &Piece) -> Piece {
    match p {
        Piece::Lit(t) => Piece::Quoted(t.clone()),
        Piece::Param(p, _) => Piece::Param(p.clone(), true),
        Piece::Subst(c, _) => Piece::Subst(c.clone(), true),
        Piece::Arith(w, _) => Piece::Arith(w.clone(), true),
        other => other.clone(),
    }
}

/// What runs in a child anyway needs no child of its own for `( )`.
fn unwrap_subshell(ops: &mut Vec<Op>) {
    if let Some(Op::Subshell(len)) = ops.first()
        && ops.len() == *len as usize + 2
        && matches!(ops.last(), Some(Op::Check | Op::Jump(0)))
    {
        ops.pop();
        ops.remove(0);
    }
}

/// A failure of these commands is looked at, which holds `set -e` back.
fn mark_tested(ops: &mut [Op]) {
    for op in ops {
        match op {
            Op::Simple(s) if !s.tested => {
                *s = Arc::new(Simple {
                    assigns: s.assigns.clone(),
                    words: s.words.clone(),
                    redirects: s.redirects.clone(),
                    tested: true,
                    line: s.line,
                });
            }
            Op::Check => *op = Op::Jump(0),
            _ => {}
        }
    }
}

/// Joins neighbouring literals while a word is read.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    lit: String,
    quoted: Option<String>,
}

impl Pieces {
    fn flush(&mut self) {
        if !self.lit.is_empty() {
            self.done.push(Piece::Lit(ArcStr::from(std::mem::take(&mut self.lit))));
        }
        if let Some(q) = self.quoted.take() {
            self.done.push(Piece::Quoted(ArcStr::from(q)));
        }
    }
    fn lit(&mut self, text: &str) {
        if self.quoted.is_some() {
            self.flush();
        }
        self.lit.push_str(text);
    }
    fn quoted(&mut self, text: &str) {
        if !self.lit.is_empty() {
            self.flush();
        }
        self.quoted.get_or_insert_default().push_str(text);
    }
    fn push(&mut self, p: Piece) {
        self.flush();
        self.done.push(p);
    }
    fn done(mut self) -> Word {
        self.flush();
        Word(self.done.into())
    }
}

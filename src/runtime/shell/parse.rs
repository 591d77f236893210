//! The shell's grammar: POSIX with the common bash additions, compiled in one pass and in linear time.
//!
//! Hand-written because parsers that backtrack take exponential time on unclosed brackets, which anyone can type.

mod commands;
mod compound;
mod condition;
mod simple;
mod words;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use arcstr::ArcStr;

use super::braces;
use super::code::*;

/// How deep commands, substitutions and quotes may nest.
const DEPTH_MAX: u32 = 60;
/// How long a script may be, in bytes.
pub const SCRIPT_BYTES_MAX: usize = 2 << 20;
/// How much text the braces of one script may become and look at, in bytes.
const BRACES_BYTES_MAX: usize = 8 << 20;

/// Why a script was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The text ends too early: an interactive shell asks for more.
    #[error("unexpected end of file{}", expecting(.0))]
    Incomplete(Option<&'static str>),
    /// What this character would close never ends.
    #[error("{}", unterminated(*.0))]
    Unterminated(char),
    /// A token stands where it cannot, or where another should.
    #[error("unexpected {}{}", ash_name(.0), expecting(.1))]
    Unexpected(String, Option<&'static str>),
    /// `for` with what is not a name.
    #[error("bad for loop variable")]
    LoopVariable(String),
    /// Nested deeper, or longer, than is bearable.
    #[error("nesting too deep")]
    TooDeep,
}

pub(super) fn expecting(word: &Option<&'static str>) -> String {
    word.map(|w| format!(" (expecting \"{w}\")")).unwrap_or_default()
}

/// How busybox calls what it would have closed.
fn unterminated(closes: char) -> &'static str {
    match closes {
        '}' => "missing '}'",
        ')' => "missing '))'",
        '`' => "EOF in backquote substitution",
        _ => "unterminated quoted string",
    }
}

/// How busybox calls a token: words of its grammar as they are, others by what they are.
pub(super) fn ash_name(token: &str) -> String {
    let known = OPERATORS.contains(&token) || RESERVED_START.contains(&token) || RESERVED_END.contains(&token);
    if known { format!("\"{token}\"") } else { String::from(if [NEWLINE, REDIRECTION].contains(&token) { token } else { "word" }) }
}

/// Whose grammar it is: bash has braces, arrays and more, and dash little that POSIX has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Dialect {
    #[default]
    Busybox,
    Bash,
    Dash,
}

/// Parses a whole script. Where a line is not shell, the lines before it run, as in
/// every shell, which reads no further than it runs.
pub fn parse(src: &str, dialect: Dialect) -> Code {
    parse_from(src, dialect, 1)
}

/// The same for a part of a script that begins on this line.
pub fn parse_from(src: &str, dialect: Dialect, first_line: u32) -> Code {
    let mut code = Code::default();
    let mut p = Parser::new(src, dialect, 1);
    (p.first_line, p.line) = (first_line, (0, first_line));
    if let Err(error) = p.script(&mut code) {
        code.ops.push(Op::SyntaxError(Arc::new(p.syntax_error(error))));
    }
    code
}

/// What `src` lacks before a shell that reads lines can run it.
pub fn lacks(src: &str, dialect: Dialect) -> Lacks {
    if src.ends_with("\\\n") {
        return Lacks::More;
    }
    let mut p = Parser::new(src, dialect, 1);
    match (p.script(&mut Code::default()), p.here_open.take()) {
        (Ok(()) | Err(ParseError::Incomplete(_) | ParseError::Unterminated(_)), Some(end)) => Lacks::Line(end),
        (Err(ParseError::Incomplete(_) | ParseError::Unterminated(_)), None) => Lacks::More,
        _ => Lacks::Nothing,
    }
}

/// What an unfinished command lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacks {
    /// It is whole, or wrong.
    Nothing,
    /// The line that ends a here-document: until it comes there is nothing to read.
    Line(HereEnd),
    /// Something else.
    More,
}

/// Parses a text in which only `$` and backquotes mean something (a here-document, a prompt).
pub fn parse_here(src: &str, dialect: Dialect) -> Result<Word, ParseError> {
    here_text(Parser::new(src, dialect, 0))
}

fn here_text(mut p: Parser<'_>) -> Result<Word, ParseError> {
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
        Tok::Newline => ParseError::Unexpected(NEWLINE.into(), None),
        Tok::Op(op) => ParseError::Unexpected((*op).into(), None),
        Tok::IoNumber(n) => ParseError::Unexpected(n.to_string(), None),
        Tok::Word(_, raw) => ParseError::Unexpected(raw.clone(), None),
    }
}

/// The same, where one certain word should have stood.
fn unexpected_for(t: &Tok, word: &'static str) -> ParseError {
    match unexpected(t) {
        ParseError::Unexpected(token, _) => ParseError::Unexpected(token, Some(word)),
        _ => ParseError::Incomplete(Some(word)),
    }
}

/// The line that ends a here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HereEnd {
    delimiter: String,
    strip_tabs: bool,
}

impl HereEnd {
    /// A line as it counts in the document; `None` for the one that ends it.
    pub fn text<'a>(&self, line: &'a str) -> Option<&'a str> {
        let line = if self.strip_tabs { line.trim_start_matches('\t') } else { line };
        (line != self.delimiter).then_some(line)
    }
}

struct HereDoc {
    end: HereEnd,
    expand: bool,
    body: Arc<OnceLock<Word>>,
}

struct Parser<'a> {
    src: &'a str,
    b: &'a [u8],
    pos: usize,
    peeked: Option<(Tok, usize)>,
    /// Where the token that was read last starts.
    token: usize,
    dialect: Dialect,
    bash: bool,
    depth: u32,
    /// Here-documents announced on this line.
    here_pending: Vec<HereDoc>,
    /// The here-document that ran into the end of the text.
    here_open: Option<HereEnd>,
    /// What braces may still cost, in bytes, here and within.
    braces: Rc<Cell<usize>>,
    /// The line that the text begins on, and a position and the line that that is on.
    first_line: u32,
    line: (usize, u32),
}

const OPERATORS: [&str; 24] = [
    ";;&", "&>>", "<<-", "<<<", ";;", ";&", "&&", "&>", "||", "|&", "<<", "<&", "<>", ">>", ">&", ">|", ";", "&", "|", "<", ">", "(", ")",
    "\n",
];
/// How the end of a line is called where it is not welcome.
const NEWLINE: &str = "newline";
/// How busybox calls a redirection that it does not know.
const REDIRECTION: &str = "redirection";
/// Reserved words that begin a command.
pub const RESERVED_START: [&str; 8] = ["if", "while", "until", "for", "case", "{", "!", "function"];
/// Reserved words that end a part of one.
pub const RESERVED_END: [&str; 8] = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

impl<'a> Parser<'a> {
    fn new(src: &'a str, dialect: Dialect, depth: u32) -> Self {
        Parser {
            src,
            b: src.as_bytes(),
            pos: 0,
            peeked: None,
            token: 0,
            dialect,
            bash: dialect == Dialect::Bash,
            depth,
            here_pending: Vec::new(),
            here_open: None,
            braces: Rc::new(Cell::new(BRACES_BYTES_MAX)),
            first_line: 1,
            line: (0, 1),
        }
    }

    /// A parser for a text within this one.
    fn sub<'b>(&self, src: &'b str) -> Parser<'b> {
        let line = self.line_of(self.pos);
        Parser { braces: Rc::clone(&self.braces), first_line: line, line: (0, line), ..Parser::new(src, self.dialect, self.depth) }
    }

    fn is_dash(&self) -> bool {
        self.dialect == Dialect::Dash
    }

    /// Whether a process substitution begins here.
    fn opens_process(&self, rest: &[u8]) -> bool {
        !self.is_dash() && matches!(rest, [b'<' | b'>', b'(', ..])
    }

    fn char_len(&self) -> usize {
        self.src[self.pos..].chars().next().map_or(1, char::len_utf8)
    }

    fn deeper(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(ParseError::TooDeep) } else { Ok(()) }
    }

    /// Reads lines of commands up to the end, or to the first that is not shell: of that one nothing is kept.
    fn script(&mut self, Code { ops, lines }: &mut Code) -> Result<(), ParseError> {
        if self.src.len() > SCRIPT_BYTES_MAX {
            return Err(ParseError::TooDeep);
        }
        let mut whole = 0;
        loop {
            let read = self.skip_newlines().and_then(|newlines| {
                if newlines {
                    whole = ops.len();
                    lines.push(whole);
                }
                self.item(ops, &[])
            });
            match read {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    ops.truncate(whole);
                    return Err(error);
                }
            }
        }
        match self.peek()? {
            Tok::Eof => Ok(()),
            t => {
                ops.truncate(whole);
                Err(unexpected(&t))
            }
        }
    }

    /// Where reading ended, as the two shells count lines: bash to where the token starts, busybox to where it ends.
    fn syntax_error(&self, error: ParseError) -> SyntaxError {
        let newlines = |to: usize| self.b[..to.min(self.b.len())].iter().filter(|c| **c == b'\n').count() as u32;
        let line = match error {
            ParseError::Incomplete(_) if self.bash => self.src.lines().count() as u32 + 1,
            ParseError::Unexpected(..) | ParseError::Unterminated(_) if self.bash => newlines(self.token) + 1,
            _ => newlines(self.pos) + 1,
        };
        let text = ArcStr::from(self.src.lines().nth(line as usize - 1).unwrap_or_default());
        SyntaxError { error, line: line + self.first_line - 1, text }
    }

    /// The line of a place, which those after it are counted from.
    fn line_at(&mut self, pos: usize) -> u32 {
        let line = self.line_of(pos);
        self.line = (pos, line);
        line
    }

    fn line_of(&self, pos: usize) -> u32 {
        let (from, line) = if pos >= self.line.0 { self.line } else { (0, self.first_line) };
        line + self.b[from..pos.min(self.b.len())].iter().filter(|c| **c == b'\n').count() as u32
    }
    // ---- tokens

    fn peek(&mut self) -> Result<Tok, ParseError> {
        if self.peeked.is_none() {
            self.token = self.pos;
            let t = self.lex()?;
            self.peeked = Some((t, self.token));
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

    fn expect_close(&mut self) -> Result<(), ParseError> {
        if self.accept_op(")")? { Ok(()) } else { Err(unexpected_for(&self.peek()?, ")")) }
    }

    /// The error of a token within a line; bash sees a newline there too where the text ends.
    fn unexpected_here(&self, t: &Tok) -> ParseError {
        match t {
            Tok::Eof if self.bash => unexpected(&Tok::Newline),
            t => unexpected(t),
        }
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
        Err(unexpected_for(&self.peek()?, word))
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
        let known = |op: &str| self.bash || op != "|&" && !(self.is_dash() && op.starts_with("&>"));
        let operator = OPERATORS.iter().find(|op| rest.starts_with(op.as_bytes()) && known(op) && !self.opens_process(rest));
        if let Some(op) = operator {
            self.pos += op.len();
            if *op == "\n" {
                self.read_here_docs()?;
                return Ok(Tok::Newline);
            }
            return Ok(Tok::Op(op));
        }
        let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        if digits > 0 && digits < 5 && matches!(rest.get(digits), Some(b'<' | b'>')) && !self.opens_process(&rest[digits..]) {
            let n = self.src[self.pos..self.pos + digits].parse().unwrap_or(0);
            self.pos += digits;
            return Ok(Tok::IoNumber(n));
        }
        let start = self.pos;
        let word = self.word_until(|c| matches!(c, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')'), true)?;
        let raw = &self.src[start..self.pos];
        let has_process = word.0.iter().any(|piece| matches!(piece, Piece::Process(..)));
        if self.bash && !has_process && raw.contains('{') && (raw.contains(',') || raw.contains("..")) {
            let mut budget = self.braces.get();
            let expanded = braces::expand(raw, &mut budget);
            self.braces.set(budget);
            if expanded.len() != 1 || expanded[0] != raw {
                let mut words = Vec::new();
                for text in expanded {
                    words.push(self.sub(&text).word_until(|_| false, false)?);
                }
                return Ok(Tok::Word(words, raw.to_string()));
            }
        }
        Ok(Tok::Word(vec![word], raw.to_string()))
    }

    fn read_here_docs(&mut self) -> Result<(), ParseError> {
        for doc in std::mem::take(&mut self.here_pending) {
            let (mut body, mut goes_on) = (String::new(), false);
            loop {
                // The end of the file stands for the delimiter, as every shell takes it.
                if self.pos >= self.b.len() {
                    self.here_open.get_or_insert(doc.end);
                    break;
                }
                let end = self.src[self.pos..].find('\n').map_or(self.b.len(), |n| self.pos + n);
                let line = &self.src[self.pos..end];
                self.pos = (end + 1).min(self.b.len());
                // What a backslash joins to the line before it ends nothing.
                let Some(line) = (if goes_on { Some(line) } else { doc.end.text(line) }) else { break };
                goes_on = doc.expand && line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
                body.push_str(line);
                body.push('\n');
            }
            self.deeper()?;
            let word = if doc.expand { here_text(self.sub(&body))? } else { Word::quoted(&body) };
            self.depth -= 1;
            // A document is read once.
            let _ = doc.body.set(word);
        }
        Ok(())
    }
}

/// Whether a text is a variable's name.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.as_bytes()[0].is_ascii_digit() && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// Whether a command declares variables, so that its arguments may be assignments.
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

//! Cuts a template into tokens.

use super::error::{ACTION, LexError};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// The text is wrong here.
    Error,
    Bool,
    /// Printable punctuation, such as a comma.
    Char,
    CharConstant,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Dot,
    Nil,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// A piece of the template.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it begins, in bytes.
    pub(super) pos: usize,
    pub(super) text: String,
    pub(super) line: usize,
}

impl Token {
    /// As an error names it.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::Eof => "EOF".into(),
            Kind::Dot | Kind::Nil => format!("<{}>", self.text),
            Kind::Block | Kind::Break | Kind::Continue | Kind::Define | Kind::Else | Kind::End => format!("<{}>", self.text),
            Kind::If | Kind::Range | Kind::Template | Kind::With => format!("<{}>", self.text),
            _ if self.text.chars().count() > 10 => {
                format!("{}...", crate::api::quote(&self.text.chars().take(10).collect::<String>()))
            }
            _ => crate::api::quote(&self.text),
        }
    }
}

const LEFT: &str = "{{";
const RIGHT: &str = "}}";

/// The template's tokens, the last of which is the end or an error, and what that error is.
pub(super) fn lex(input: &str) -> (Vec<Token>, Option<LexError>) {
    let mut l = Lexer { input, pos: 0, start: 0, line: 1, start_line: 1, parens: 0, tokens: Vec::new() };
    let error = l.text().err();
    if error.is_some() {
        l.tokens.push(Token { kind: Kind::Error, pos: l.start, text: String::new(), line: l.start_line });
    }
    (l.tokens, error)
}

struct Lexer<'a> {
    input: &'a str,
    pos: usize,
    start: usize,
    line: usize,
    start_line: usize,
    parens: usize,
    tokens: Vec<Token>,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_numeric()
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.input[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn advance(&mut self, bytes: usize) {
        self.line += self.rest()[..bytes].matches('\n').count();
        self.pos += bytes;
    }

    fn emit(&mut self, kind: Kind) {
        let text = self.input[self.start..self.pos].to_owned();
        self.tokens.push(Token { kind, pos: self.start, text, line: self.start_line });
        self.ignore();
    }

    fn ignore(&mut self) {
        self.start = self.pos;
        self.start_line = self.line;
    }

    /// `- ` after the left delimiter, ` -` before the right one.
    fn left_trim(&self, after: &str) -> bool {
        after.strip_prefix('-').is_some_and(|rest| rest.starts_with(is_space))
    }

    /// Whether the right delimiter is here, and whether it trims.
    fn at_right(&self) -> Option<bool> {
        let rest = self.rest();
        let trimmed = rest.strip_prefix(is_space).and_then(|r| r.strip_prefix('-'));
        if trimmed.is_some_and(|r| r.starts_with(RIGHT)) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn text(&mut self) -> Result<(), LexError> {
        loop {
            let Some(at) = self.rest().find(LEFT) else {
                let len = self.rest().len();
                self.advance(len);
                if self.pos > self.start {
                    self.emit(Kind::Text);
                }
                self.emit(Kind::Eof);
                return Ok(());
            };
            let before = &self.rest()[..at];
            let trims = self.left_trim(&self.rest()[at + LEFT.len()..]);
            let kept = if trims { before.trim_end_matches(is_space).len() } else { at };
            self.advance(kept);
            if self.pos > self.start {
                self.emit(Kind::Text);
            }
            self.advance(at - kept);
            self.ignore();
            let after = LEFT.len() + if trims { 2 } else { 0 };
            if self.rest()[after..].starts_with("/*") {
                self.advance(after);
                self.ignore();
                self.comment()?;
                continue;
            }
            self.advance(LEFT.len());
            self.emit(Kind::LeftDelim);
            self.advance(after - LEFT.len());
            self.ignore();
            self.parens = 0;
            self.action()?;
        }
    }

    fn comment(&mut self) -> Result<(), LexError> {
        let Some(end) = self.rest().find("*/") else { return Err(LexError::Unclosed("comment")) };
        self.advance(end + 2);
        let Some(trims) = self.at_right() else { return Err(LexError::CommentWithMore) };
        self.close(trims);
        Ok(())
    }

    /// Past the right delimiter, and the space after it where it trims.
    fn close(&mut self, trims: bool) {
        self.advance(RIGHT.len() + if trims { 2 } else { 0 });
        if trims {
            let space = self.rest().len() - self.rest().trim_start_matches(is_space).len();
            self.advance(space);
        }
        self.ignore();
    }

    fn action(&mut self) -> Result<(), LexError> {
        loop {
            if let Some(trims) = self.at_right() {
                if self.parens > 0 {
                    return Err(LexError::Unclosed("left paren"));
                }
                if trims {
                    self.advance(2);
                    self.ignore();
                }
                self.advance(RIGHT.len());
                self.emit(Kind::RightDelim);
                self.pos -= RIGHT.len();
                self.close(false);
                if trims {
                    let space = self.rest().len() - self.rest().trim_start_matches(is_space).len();
                    self.advance(space);
                    self.ignore();
                }
                return Ok(());
            }
            match self.next() {
                None => return Err(LexError::Unclosed(ACTION)),
                Some(c) if is_space(c) => {
                    // The last space may belong to a trimming delimiter.
                    while self.peek().is_some_and(is_space) && self.at_right().is_none() {
                        self.next();
                    }
                    self.emit(Kind::Space);
                }
                Some('=') => self.emit(Kind::Assign),
                Some(':') => {
                    if self.next() != Some('=') {
                        return Err(LexError::NoDeclaration);
                    }
                    self.emit(Kind::Declare);
                }
                Some('|') => self.emit(Kind::Pipe),
                Some('"') => self.quoted('"', Kind::String, "quoted string")?,
                Some('\'') => self.quoted('\'', Kind::CharConstant, "character constant")?,
                Some('`') => {
                    loop {
                        match self.next() {
                            None => return Err(LexError::Unterminated("raw quoted string")),
                            Some('`') => break,
                            Some(_) => {}
                        }
                    }
                    self.emit(Kind::RawString);
                }
                Some('$') => self.word(Kind::Variable, Kind::Variable)?,
                Some('.') if !self.peek().is_some_and(|c| c.is_ascii_digit()) => self.word(Kind::Field, Kind::Dot)?,
                Some(c) if matches!(c, '.' | '+' | '-') || c.is_ascii_digit() => self.number()?,
                Some(c) if is_alphanumeric(c) => self.identifier()?,
                Some('(') => {
                    self.parens += 1;
                    self.emit(Kind::LeftParen);
                }
                Some(')') => {
                    if self.parens == 0 {
                        return Err(LexError::RightParen);
                    }
                    self.parens -= 1;
                    self.emit(Kind::RightParen);
                }
                Some(c) if c.is_ascii_graphic() => self.emit(Kind::Char),
                Some(c) => return Err(LexError::Unrecognized(c)),
            }
        }
    }

    fn quoted(&mut self, quote: char, kind: Kind, what: &'static str) -> Result<(), LexError> {
        loop {
            match self.next() {
                Some('\\') if self.peek().is_some_and(|c| c != '\n') => {
                    self.next();
                }
                None | Some('\n' | '\\') => return Err(LexError::Unterminated(what)),
                Some(c) if c == quote => break,
                Some(_) => {}
            }
        }
        self.emit(kind);
        Ok(())
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None => true,
            Some(c) => is_space(c) || matches!(c, '.' | ',' | '|' | ':' | ')' | '(') || self.rest().starts_with(RIGHT),
        }
    }

    /// A field or a variable, whose first character was read; alone it is of kind `bare`.
    fn word(&mut self, kind: Kind, bare: Kind) -> Result<(), LexError> {
        if self.at_terminator() {
            self.emit(bare);
            return Ok(());
        }
        while self.peek().is_some_and(is_alphanumeric) {
            self.next();
        }
        if !self.at_terminator() {
            return Err(LexError::BadCharacter(self.peek()));
        }
        self.emit(kind);
        Ok(())
    }

    fn identifier(&mut self) -> Result<(), LexError> {
        while self.peek().is_some_and(is_alphanumeric) {
            self.next();
        }
        if !self.at_terminator() {
            return Err(LexError::BadCharacter(self.peek()));
        }
        let kind = match &self.input[self.start..self.pos] {
            "true" | "false" => Kind::Bool,
            "block" => Kind::Block,
            "break" => Kind::Break,
            "continue" => Kind::Continue,
            "define" => Kind::Define,
            "else" => Kind::Else,
            "end" => Kind::End,
            "if" => Kind::If,
            "nil" => Kind::Nil,
            "range" => Kind::Range,
            "template" => Kind::Template,
            "with" => Kind::With,
            _ => Kind::Identifier,
        };
        self.emit(kind);
        Ok(())
    }

    fn number(&mut self) -> Result<(), LexError> {
        // The first character was read; whether the digits make a number is the parser's question.
        self.pos = self.start;
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        while self.accept(digits) {}
        if self.accept(".") {
            while self.accept(digits) {}
        }
        let exponent = if digits.len() == 11 { "eE" } else { "pP" };
        if self.accept(exponent) {
            self.accept("+-");
            while self.accept("0123456789_") {}
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return Err(LexError::BadNumber(self.input[self.start..self.pos].to_owned()));
        }
        self.emit(Kind::Number);
        Ok(())
    }

    /// Reads one character if it is one of these.
    fn accept(&mut self, of: &str) -> bool {
        let found = self.peek().is_some_and(|c| of.contains(c));
        if found {
            self.next();
        }
        found
    }
}

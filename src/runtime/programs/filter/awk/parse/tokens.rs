//! The words and signs of awk.

use super::*;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tok {
    Number(f64),
    Text(String),
    Regex(String),
    Name(String),
    /// A name with a bracket right behind it.
    Call(String),
    Op(&'static str),
    Newline,
    End,
}

const OPS: [&str; 41] = [
    "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "<=", ">=", "!=", "!~", ">>", "**", "{", "}", "(", ")", "[",
    "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=",
];

pub(super) const BUILTINS: [&str; 24] = [
    "length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "tolower", "toupper", "int", "sqrt", "sin", "cos", "atan2",
    "log", "exp", "rand", "srand", "system", "close", "fflush", "strftime", "systime",
];

/// Functions that busybox and GNU have beyond these.
pub(super) const NOT_SIMULATED: [&str; 8] = ["gensub", "and", "or", "xor", "lshift", "rshift", "compl", "mktime"];

pub(super) const KEYWORDS: [&str; 17] = [
    "BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "in", "next", "exit", "return", "break", "continue", "delete",
    "getline",
];

impl Parser<'_> {
    fn operand_expected(&self) -> bool {
        !matches!(&self.tok, Tok::Number(_) | Tok::Text(_) | Tok::Regex(_) | Tok::Name(_) | Tok::Op(")" | "]" | "$" | "++" | "--"))
            || matches!(&self.tok, Tok::Name(n) if KEYWORDS.contains(&n.as_str()) || n == "print" || n == "printf")
    }

    pub(super) fn advance(&mut self) -> Res<()> {
        let operand = self.operand_expected();
        loop {
            match self.b.get(self.at) {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.b.get(self.at + 1) == Some(&b'\n') => {
                    self.at += 2;
                    self.line += 1;
                }
                Some(b'#') => {
                    while self.b.get(self.at).is_some_and(|c| *c != b'\n') {
                        self.at += 1;
                    }
                }
                _ => break,
            }
        }
        let Some(&c) = self.b.get(self.at) else {
            self.tok = Tok::End;
            return Ok(());
        };
        if c == b'\n' {
            self.at += 1;
            self.line += 1;
            self.tok = Tok::Newline;
            return Ok(());
        }
        if c == b'"' {
            let mut out = Vec::new();
            self.at += 1;
            loop {
                match self.b.get(self.at) {
                    None => return self.fail("Unterminated string"),
                    Some(b'"') => break,
                    Some(b'\\') if self.b.get(self.at + 1) == Some(&b'/') => {
                        out.push(b'/');
                        self.at += 2;
                    }
                    Some(b'\\') if self.b.get(self.at + 1) == Some(&b'\n') => {
                        self.line += 1;
                        self.at += 2;
                    }
                    Some(b'\\') => {
                        let (bytes, n) = super::super::super::super::text::unescape_one(&self.b[(self.at + 1).min(self.b.len())..]);
                        // An unknown escape keeps its backslash, for regular expressions.
                        out.extend(bytes);
                        self.at += 1 + n;
                    }
                    Some(b) => {
                        out.push(*b);
                        self.at += 1;
                    }
                }
            }
            self.at += 1;
            self.tok = Tok::Text(String::from_utf8_lossy(&out).into_owned());
            return Ok(());
        }
        if c == b'/' && operand {
            let mut out = Vec::new();
            self.at += 1;
            // Where the signs of a class begin, within one.
            let mut class = None;
            loop {
                match self.b.get(self.at) {
                    None | Some(b'\n') => return self.fail("Unterminated regex"),
                    Some(b'/') if class.is_none() => break,
                    Some(b'\\') => {
                        let next = self.b.get(self.at + 1);
                        let number = matches!(next, Some(b'0'..=b'3'));
                        let (bytes, n) = match number {
                            true => super::super::super::super::text::unescape_one(&self.b[self.at + 1..]),
                            false => (next.into_iter().copied().collect(), 1),
                        };
                        match (&bytes[..], class) {
                            // It stands first in a class, or ends it.
                            (b"]", Some(first)) => out.insert(first, b']'),
                            ([b'/' | b'\'' | b'"'], _) => out.extend(bytes),
                            ([b], _) if number && (class.is_some() || b.is_ascii_alphanumeric()) => out.push(*b),
                            _ => {
                                out.push(b'\\');
                                out.extend(bytes);
                            }
                        }
                        self.at += 1 + n;
                    }
                    Some(b) => {
                        out.push(*b);
                        self.at += 1;
                        class = match b {
                            b'[' if class.is_none() => {
                                if self.b.get(self.at) == Some(&b'^') {
                                    out.push(b'^');
                                    self.at += 1;
                                }
                                Some(out.len())
                            }
                            b']' => None,
                            _ => class,
                        };
                    }
                }
            }
            self.at += 1;
            self.tok = Tok::Regex(String::from_utf8_lossy(&out).into_owned());
            return Ok(());
        }
        let rest = &self.src[self.at..];
        if c.is_ascii_digit() || (c == b'.' && self.b.get(self.at + 1).is_some_and(u8::is_ascii_digit)) {
            let mut n = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
            if matches!(rest.as_bytes().get(n), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(rest.as_bytes().get(n + 1), Some(b'+' | b'-')));
                let digits = rest.bytes().skip(n + 1 + sign).take_while(u8::is_ascii_digit).count();
                if digits > 0 {
                    n += 1 + sign + digits;
                }
            }
            let Ok(v) = rest[..n].parse() else { return self.fail("Bad number") };
            self.at += n;
            self.tok = Tok::Number(v);
            return Ok(());
        }
        if c.is_ascii_alphabetic() || c == b'_' {
            let n = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            let name = rest[..n].to_string();
            self.at += n;
            let known = KEYWORDS.contains(&name.as_str()) || BUILTINS.contains(&name.as_str()) || name == "print" || name == "printf";
            self.tok = if !known && self.b.get(self.at) == Some(&b'(') { Tok::Call(name) } else { Tok::Name(name) };
            return Ok(());
        }
        for op in OPS {
            if rest.starts_with(op) {
                self.at += op.len();
                self.tok = Tok::Op(op);
                return Ok(());
            }
        }
        self.fail("Unexpected token")
    }

    pub(super) fn is(&self, op: &str) -> bool {
        matches!(&self.tok, Tok::Op(o) if *o == op)
    }

    pub(super) fn is_name(&self, name: &str) -> bool {
        matches!(&self.tok, Tok::Name(n) if n == name)
    }

    pub(super) fn accept(&mut self, op: &str) -> Res<bool> {
        let yes = self.is(op);
        if yes {
            self.advance()?;
        }
        Ok(yes)
    }

    pub(super) fn expect(&mut self, op: &str) -> Res<()> {
        if self.accept(op)? { Ok(()) } else { self.unexpected() }
    }

    pub(super) fn newlines(&mut self) -> Res<()> {
        while self.tok == Tok::Newline || self.is(";") {
            self.advance()?;
        }
        Ok(())
    }

    pub(super) fn only_newlines(&mut self) -> Res<()> {
        while self.tok == Tok::Newline {
            self.advance()?;
        }
        Ok(())
    }
}

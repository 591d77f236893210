//! CEL's lexer. What cannot be a token is reported as ANTLR's lexers report it, and skipped.

use super::Issue;
use super::value::Val;
use crate::base::text::control_of;

/// One token, with the text it was written as.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Where it starts, in characters.
    pub at: usize,
    pub kind: Tok,
    pub text: String,
}

#[derive(Clone, Debug)]
pub(super) enum Tok {
    Ident,
    /// A name in backquotes, without them.
    Quoted(String),
    /// A literal; none for a number that is out of range.
    Literal(Option<Val>),
    /// An operator, a bracket, or one of the words `true`, `false`, `null` and `in`.
    Op(&'static str),
    End,
}

#[rustfmt::skip]
const OPERATORS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%",
];
const WORDS: [&str; 4] = ["true", "false", "null", "in"];

/// Splits a text into tokens.
pub(super) fn tokens(source: &[char], issues: &mut Vec<Issue>) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let c = source[at];
        if matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{c}') {
            at += 1;
            continue;
        }
        if c == '/' && source.get(at + 1) == Some(&'/') {
            at += source[at..].iter().take_while(|c| **c != '\n').count();
            continue;
        }
        match token(source, at) {
            Ok((kind, end)) => {
                out.push(Token { at, kind, text: source[at..end].iter().collect() });
                at = end;
            }
            Err(end) => {
                let text: String = source[at..end.min(source.len())].iter().collect();
                issues.push(Issue { at, message: format!("Syntax error: token recognition error at: '{text}'") });
                at = end;
            }
        }
    }
    out.push(Token { at: source.len(), kind: Tok::End, text: "<EOF>".to_owned() });
    out
}

/// The token that starts here and its end, or the end of what is no token.
fn token(source: &[char], at: usize) -> Result<(Tok, usize), usize> {
    let c = source[at];
    let next = |i: usize| source.get(at + i).copied().unwrap_or('\0');
    // A text, perhaps raw, perhaps of bytes.
    let prefix = (0..3).find(|i| !matches!(next(*i), 'b' | 'B' | 'r' | 'R')).unwrap_or(0);
    let marks: String = (0..prefix).map(next).collect::<String>().to_ascii_lowercase();
    if matches!(next(prefix), '"' | '\'') && matches!(marks.as_str(), "" | "b" | "r" | "br") {
        return string(source, at + prefix, marks.contains('r'), marks.contains('b'));
    }
    if c.is_ascii_alphabetic() || c == '_' {
        let end = at + source[at..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').count();
        let text: String = source[at..end].iter().collect();
        let word = WORDS.iter().find(|w| **w == text);
        return Ok((word.map_or(Tok::Ident, |w| Tok::Op(w)), end));
    }
    if c.is_ascii_digit() || (c == '.' && next(1).is_ascii_digit()) {
        return Ok(number(source, at));
    }
    if c == '`' {
        let inner: String =
            source[at + 1..].iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ' ')).collect();
        let end = at + 1 + inner.len();
        return if !inner.is_empty() && source.get(end) == Some(&'`') { Ok((Tok::Quoted(inner), end + 1)) } else { Err(end + 1) };
    }
    let longest = OPERATORS.iter().find(|o| o.chars().enumerate().all(|(i, c)| next(i) == c));
    match longest {
        Some(op) => Ok((Tok::Op(op), at + op.len())),
        // An error in an operator includes the character after it.
        None => Err(at + if matches!(c, '=' | '&' | '|') { 2 } else { 1 }),
    }
}

fn number(source: &[char], at: usize) -> (Tok, usize) {
    let digits = |from: usize| source[from.min(source.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let is = |i: usize, set: &str| source.get(i).is_some_and(|c| set.contains(*c));
    let text = |from: usize, to: usize| source[from..to].iter().collect::<String>();
    let hex = source[at] == '0' && is(at + 1, "x");
    let mut end = if hex { at + 2 + source[at + 2..].iter().take_while(|c| c.is_ascii_hexdigit()).count() } else { at + digits(at) };
    if hex && end == at + 2 {
        end = at + 1;
    }
    let (from, radix) = if end > at + 2 && hex { (at + 2, 16) } else { (at, 10) };
    if radix == 10 {
        let mut float = false;
        if is(end, ".") && digits(end + 1) > 0 {
            end += 1 + digits(end + 1);
            float = true;
        }
        if is(end, "eE") {
            let sign = usize::from(is(end + 1, "+-"));
            if digits(end + 1 + sign) > 0 {
                end += 1 + sign + digits(end + 1 + sign);
                float = true;
            }
        }
        if float {
            return (Tok::Literal(text(at, end).parse().ok().filter(|f: &f64| f.is_finite()).map(Val::Double)), end);
        }
    }
    let whole = u64::from_str_radix(&text(from, end), radix).ok();
    if is(end, "uU") {
        return (Tok::Literal(whole.map(Val::Uint)), end + 1);
    }
    // 2^63 is accepted: with the sign, which the parser adds, it is the lowest integer.
    (Tok::Literal(whole.filter(|n| *n <= 1 << 63).map(|n| Val::Int(n.wrapping_neg() as i64))), end)
}

/// A string whose opening quote is at `at`.
fn string(source: &[char], at: usize, raw: bool, bytes: bool) -> Result<(Tok, usize), usize> {
    let quote = source[at];
    let triple = source[at..].starts_with(&[quote; 3]);
    let mut i = at + if triple { 3 } else { 1 };
    let (mut text, mut octets) = (String::new(), Vec::new());
    loop {
        let Some(&c) = source.get(i) else { return Err(source.len()) };
        let closes = c == quote && (!triple || source[i..].starts_with(&[quote; 3]));
        if closes {
            i += if triple { 3 } else { 1 };
            let value = if bytes { Val::Bytes(octets.into()) } else { Val::Str(text.into()) };
            return Ok((Tok::Literal(Some(value)), i));
        }
        if !triple && matches!(c, '\n' | '\r') {
            return Err(i + 1);
        }
        i += 1;
        let mut put = |c: char| {
            text.push(c);
            octets.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
        };
        if c == '\r' {
            // Line ends are normalised.
            if source.get(i) != Some(&'\n') {
                put('\n');
            }
            continue;
        }
        if c != '\\' || raw {
            put(c);
            continue;
        }
        let Some(&escape) = source.get(i) else { return Err(source.len()) };
        i += 1;
        let plain = if matches!(escape, '"' | '\'' | '\\' | '?' | '`') { Some(escape) } else { control_of(escape) };
        if let Some(plain) = plain {
            put(plain);
            continue;
        }
        let (length, radix) = match escape {
            'x' | 'X' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='3' => {
                i -= 1;
                (3, 8)
            }
            _ => return Err(i),
        };
        let mut code = 0;
        for _ in 0..length {
            let Some(digit) = source.get(i).and_then(|c| c.to_digit(radix)) else { return Err(i + 1) };
            code = code * radix + digit;
            i += 1;
        }
        match char::from_u32(code) {
            // An escaped number is a byte in bytes, and a character in a string.
            _ if bytes && length < 4 => octets.push(code as u8),
            Some(c) => put(c),
            None => return Err(i),
        }
    }
}

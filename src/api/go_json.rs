//! JSON: a compact writer, scalars as Go's encoder writes them, and the errors of Go's decoder for invalid JSON.

use std::borrow::Cow;
use std::fmt::Write;

use thiserror::Error;

use super::Value;

/// Writes a value on one line, with members sorted and nothing escaped that need not be. The decoder bounds its depth.
pub(super) fn write_plain(out: &mut String, value: &Value) {
    match value {
        Value::List(list) => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_plain(out, item);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (i, (key, item)) in map.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_quoted(out, key, false);
                out.push(':');
                write_plain(out, item);
            }
            out.push('}');
        }
        Value::Str(text) => write_quoted(out, text, false),
        Value::Float(_) => {
            let from = out.len();
            write_scalar(out, value);
            // With this it is a float when read again.
            if !out[from..].contains(['.', 'e']) {
                out.push_str(".0");
            }
        }
        scalar => write_scalar(out, scalar),
    }
}

/// Writes a scalar.
pub fn write_scalar(out: &mut String, value: &Value) {
    match value {
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(i) => {
            let _ = write!(out, "{i}");
        }
        Value::Float(f) => out.push_str(&format_float(*f)),
        Value::Str(s) => write_string(out, s),
        _ => out.push_str("null"),
    }
}

/// Writes a string in quotes; `<`, `>` and `&` are escaped too, as Go does so that JSON may stand in HTML.
pub fn write_string(out: &mut String, text: &str) {
    write_quoted(out, text, true);
}

fn write_quoted(out: &mut String, text: &str, in_html: bool) {
    out.push('"');
    let mut from = 0;
    // Most texts have nothing to be escaped. Of U+2028 and U+2029 it is the first byte.
    let plain = |b: u8| b >= b' ' && !matches!(b, b'"' | b'\\') && !(in_html && matches!(b, b'<' | b'>' | b'&' | 0xe2));
    let odd = if text.bytes().all(plain) { "" } else { text };
    for (i, c) in odd.char_indices() {
        let letter = match c {
            '"' | '\\' => c,
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\u{0}'..='\u{1f}' => 'u',
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if in_html => 'u',
            _ => continue,
        };
        out.push_str(&text[from..i]);
        out.extend(['\\', letter]);
        if letter == 'u' {
            let _ = write!(out, "{:04x}", u32::from(c));
        }
        from = i + c.len_utf8();
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// A float: the shortest digits, with an exponent only where it is very small or large.
fn format_float(f: f64) -> String {
    if f == 0.0 {
        return if f.is_sign_negative() { "-0" } else { "0" }.into();
    }
    if f.abs() < 1e-6 || f.abs() >= 1e21 {
        let text = format!("{f:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        };
    }
    format!("{f}")
}

/// A float as Go's `%v` and `strconv.FormatFloat(f, 'g', -1, 64)` write it: the shortest digits, with an exponent from 1e6 on and below
/// 1e-4.
pub fn go_float(f: f64) -> String {
    if f.is_nan() {
        return "NaN".to_owned();
    }
    if f.is_infinite() {
        return if f > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = format!("{f:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&power) {
        return format!("{f}");
    }
    format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

/// Go's error for invalid JSON.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JsonError {
    /// It ends too early.
    #[error("unexpected end of JSON input")]
    UnexpectedEnd,
    /// It is nested too deeply.
    #[error("exceeded max depth")]
    TooDeep,
    /// A byte that is invalid in its place, and the context.
    #[error("invalid character {} {place}", quoted(*.found))]
    InvalidCharacter {
        /// The byte.
        found: u8,
        /// `after object key`.
        place: Cow<'static, str>,
    },
    /// It is JSON of another type: `array`.
    #[error("json: cannot unmarshal {0} into Go value of type map[string]interface {{}}")]
    NotAnObject(&'static str),
    /// Go accepts it but our parser does not: that parser's message.
    #[error("{0}")]
    NotRead(String),
}

/// Parses JSON; the error is worded as Go's.
pub fn read(text: &str) -> Result<Value, JsonError> {
    Value::from_json(text).map_err(|why| syntax_error(text.as_bytes()).unwrap_or_else(|| JsonError::NotRead(why.to_string())))
}

/// Go's error for a text; none where it is valid JSON.
pub fn syntax_error(text: &[u8]) -> Option<JsonError> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.whole().err()
}

/// Why `json.Decoder` reads no value, in the words of a `YAMLOrJSONDecoder`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecoderError {
    /// The text ends within it.
    #[error("unexpected EOF")]
    End,
    /// Something is odd at a byte, which is counted from 0 here and from 1 in the words.
    #[error("json: offset {}: {error}", at + 1)]
    Odd {
        /// What.
        error: JsonError,
        /// Where.
        at: usize,
    },
}

/// Why no value can be read from a place on; none where there is one.
// Models json.Decoder.
pub fn decoder_error(text: &[u8], from: usize) -> Option<DecoderError> {
    let mut scanner = Scanner { text, at: from };
    scanner.space();
    match scanner.value(0).err()? {
        JsonError::UnexpectedEnd => Some(DecoderError::End),
        error => Some(DecoderError::Odd { error, at: scanner.at }),
    }
}

/// Go's error for a text, where JSON other than an object or `null` is an error, too.
pub fn error(text: &[u8]) -> Option<JsonError> {
    syntax_error(text).or_else(|| {
        let what = match text.iter().find(|b| !SPACES.contains(b))? {
            b'{' | b'n' => return None,
            b'[' => "array",
            b'"' => "string",
            b't' | b'f' => "bool",
            _ => "number",
        };
        Some(JsonError::NotAnObject(what))
    })
}

fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".into(),
        b'"' => "'\"'".into(),
        b'\n' => "'\\n'".into(),
        b'\t' => "'\\t'".into(),
        b'\r' => "'\\r'".into(),
        0x20..=0x7e => format!("'{}'", byte as char),
        _ => format!("'\\x{byte:02x}'"),
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

const SPACES: &[u8] = b" \t\r\n";
const DEPTH_MAX: usize = 200;

impl Scanner<'_> {
    fn whole(&mut self) -> Result<(), JsonError> {
        self.value(0)?;
        self.space();
        if self.at < self.text.len() { self.wrong("after top-level value") } else { Ok(()) }
    }

    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(|b| SPACES.contains(b)) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, place: impl Into<Cow<'static, str>>) -> Result<T, JsonError> {
        Err(match self.text.get(self.at) {
            None => JsonError::UnexpectedEnd,
            Some(found) => JsonError::InvalidCharacter { found: *found, place: place.into() },
        })
    }

    fn value(&mut self, depth: usize) -> Result<(), JsonError> {
        if depth > DEPTH_MAX {
            return Err(JsonError::TooDeep);
        }
        self.space();
        match self.text.get(self.at) {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.wrong("looking for beginning of value"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), JsonError> {
        self.at += 1;
        self.space();
        if self.text.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            if self.text.get(self.at) != Some(&b'"') {
                return self.wrong("looking for beginning of object key string");
            }
            self.string()?;
            self.space();
            if self.text.get(self.at) != Some(&b':') {
                return self.wrong("after object key");
            }
            self.at += 1;
            self.value(depth + 1)?;
            self.space();
            match self.text.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after object key:value pair"),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), JsonError> {
        self.at += 1;
        self.space();
        if self.text.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.space();
            match self.text.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.wrong("after array element"),
            }
        }
    }

    fn string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.text.get(self.at) {
                        Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => self.at += 1,
                        Some(b'u') => {
                            for _ in 0..4 {
                                self.at += 1;
                                if !self.text.get(self.at).is_some_and(u8::is_ascii_hexdigit) {
                                    return self.wrong("in \\u hexadecimal character escape");
                                }
                            }
                            self.at += 1;
                        }
                        _ => return self.wrong("in string escape code"),
                    }
                }
                Some(0..=0x1f) | None => return self.wrong("in string literal"),
                Some(_) => self.at += 1,
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        for (i, expected) in word.iter().enumerate() {
            if self.text.get(self.at) != Some(expected) {
                let name = String::from_utf8_lossy(word);
                return self.wrong(format!("in literal {name} (expecting '{}')", word[i] as char));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.text[self.at] == b'-' {
            self.at += 1;
            if !self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
                return self.wrong("in numeric literal");
            }
        }
        if self.text[self.at] == b'0' {
            self.at += 1;
        } else {
            self.digits();
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            if !self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
                return self.wrong("after decimal point in numeric literal");
            }
            self.digits();
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
                return self.wrong("in exponent of numeric literal");
            }
            self.digits();
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn says_what_go_says() {
        for (text, want) in [
            ("{\"a\": 1}", None),
            ("{bad", Some("invalid character 'b' looking for beginning of object key string")),
            ("", Some("unexpected end of JSON input")),
            ("{\"a\":1}x", Some("invalid character 'x' after top-level value")),
            ("nope", Some("invalid character 'o' in literal null (expecting 'u')")),
            ("{\"a\":1", Some("unexpected end of JSON input")),
            ("{\"a\" 1}", Some("invalid character '1' after object key")),
            ("{\"a\":tru}", Some("invalid character '}' in literal true (expecting 'e')")),
            ("[1 2]", Some("invalid character '2' after array element")),
            ("[1]", Some("json: cannot unmarshal array into Go value of type map[string]interface {}")),
        ] {
            assert_eq!(super::error(text.as_bytes()).map(|e| e.to_string()).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn says_what_cannot_follow() {
        for (text, want) in [
            ("{} {}", None),
            ("{}-x", Some("json: offset 4: invalid character 'x' in numeric literal")),
            ("{}\n[", Some("unexpected EOF")),
            ("{},{}", Some("json: offset 3: invalid character ',' looking for beginning of value")),
            ("{} ]", Some("json: offset 4: invalid character ']' looking for beginning of value")),
        ] {
            assert_eq!(super::decoder_error(text.as_bytes(), 2).map(|e| e.to_string()).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn floats_print_as_in_go() {
        for (f, want) in [
            (0.0, "0"),
            (3.0, "3"),
            (123_456.0, "123456"),
            (1e6, "1e+06"),
            (1_767_225_600.0, "1.7672256e+09"),
            (1.5e-5, "1.5e-05"),
            (-2.25, "-2.25"),
        ] {
            assert_eq!(super::go_float(f), want);
        }
    }
}

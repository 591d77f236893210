//! YAML as kubectl prints it: what `sigs.k8s.io/yaml` makes of an object, down to quotes, folds and the order of keys.

use crate::base::{List as _, Order as _};
use std::cmp::Ordering;

use crate::api::go_json::go_float;
use crate::api::{ArcStr, Value};

/// Where a line is folded at the next space.
const WIDTH: usize = 80;
/// A key longer than this is written as `? key`.
const SIMPLE_KEY_MAX: usize = 128;

/// A value in YAML, with a newline at the end.
pub fn to_yaml(value: &Value) -> String {
    let mut e = Emitter { out: String::new(), column: 0, indent: None, whitespace: true, indention: true };
    e.node(value, Context::Root);
    e.write_indent();
    e.out
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    Root,
    Sequence,
    Mapping,
    Key,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

// Models the emitter of go.yaml.in/yaml/v2, which is libyaml's.
struct Emitter {
    out: String,
    column: usize,
    indent: Option<usize>,
    whitespace: bool,
    indention: bool,
}

impl Emitter {
    fn node(&mut self, value: &Value, context: Context) {
        match value {
            Value::Null => self.plain_token("null"),
            Value::Bool(b) => self.plain_token(if *b { "true" } else { "false" }),
            Value::Int(i) => self.plain_token(&i.to_string()),
            Value::Float(f) => self.plain_token(&go_float(*f)),
            Value::Str(s) => self.string(s, context),
            Value::List(l) if l.is_empty() => self.plain_token("[]"),
            Value::Map(m) if m.is_empty() => self.plain_token("{}"),
            Value::List(l) => self.sequence(l, context),
            Value::Map(_) => self.mapping(value),
        }
    }

    fn sequence(&mut self, items: &[Value], context: Context) {
        let outer = self.indent;
        // A list under a key stands at the key's own indentation.
        let indentless = context == Context::Mapping && !self.indention;
        self.increase_indent(indentless);
        for item in items {
            self.write_indent();
            self.indicator("-", true, true);
            self.node(item, Context::Sequence);
        }
        self.indent = outer;
    }

    fn mapping(&mut self, value: &Value) {
        let outer = self.indent;
        self.increase_indent(false);
        let mut entries: Vec<(&ArcStr, &Value)> = value.entries().list();
        entries.order_by(|a, b| natural_order(a.0, b.0));
        for (key, item) in entries {
            self.write_indent();
            if key.len() <= SIMPLE_KEY_MAX && !key.contains(is_break) {
                self.string(key, Context::Key);
                self.indicator(":", false, false);
            } else {
                self.indicator("?", true, true);
                self.string(key, Context::Mapping);
                self.write_indent();
                self.indicator(":", true, true);
            }
            self.node(item, Context::Mapping);
        }
        self.indent = outer;
    }

    fn increase_indent(&mut self, indentless: bool) {
        self.indent = match self.indent {
            None => Some(0),
            Some(n) if !indentless => Some(n + 2),
            same => same,
        };
    }

    /// A scalar that needs no quotes and is never folded.
    fn plain_token(&mut self, token: &str) {
        if !self.whitespace {
            self.put(' ');
        }
        self.write(token);
        (self.whitespace, self.indention) = (false, false);
    }

    fn string(&mut self, text: &str, context: Context) {
        let outer = self.indent;
        self.indent = Some(self.indent.map_or(2, |n| n + 2));
        let key = context == Context::Key;
        match style_of(text, key) {
            Style::Plain => self.plain(text, !key),
            Style::Single => self.single_quoted(text, !key),
            Style::Double => self.double_quoted(text, !key),
            Style::Literal => self.literal(text),
        }
        self.indent = outer;
    }

    fn plain(&mut self, text: &str, fold: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        let mut spaces = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c == ' ' && fold && !spaces && self.column > WIDTH && chars.peek() != Some(&' ') {
                self.write_indent();
            } else {
                self.put(c);
            }
            spaces = c == ' ';
            if !spaces {
                self.indention = false;
            }
        }
        (self.whitespace, self.indention) = (false, false);
    }

    fn single_quoted(&mut self, text: &str, fold: bool) {
        self.indicator("'", true, false);
        let mut spaces = false;
        let mut chars = text.chars().peekable();
        let mut first = true;
        while let Some(c) = chars.next() {
            if c == ' ' && fold && !spaces && self.column > WIDTH && !first && chars.peek().is_some_and(|n| *n != ' ') {
                self.write_indent();
            } else {
                if c == '\'' {
                    self.put('\'');
                }
                self.put(c);
            }
            spaces = c == ' ';
            if !spaces {
                self.indention = false;
            }
            first = false;
        }
        self.indicator("'", false, false);
        (self.whitespace, self.indention) = (false, false);
    }

    fn double_quoted(&mut self, text: &str, fold: bool) {
        self.indicator("\"", true, false);
        let mut spaces = false;
        let mut chars = text.chars().peekable();
        let mut first = true;
        while let Some(c) = chars.next() {
            if !is_printable(c) || is_break(c) || matches!(c, '"' | '\\' | '\u{feff}') {
                self.escape(c);
                spaces = false;
            } else if c == ' ' {
                if fold && !spaces && self.column > WIDTH && !first && chars.peek().is_some() {
                    self.write_indent();
                    if chars.peek() == Some(&' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                spaces = true;
            } else {
                self.put(c);
                spaces = false;
            }
            first = false;
        }
        self.indicator("\"", false, false);
        (self.whitespace, self.indention) = (false, false);
    }

    fn escape(&mut self, c: char) {
        let code = u32::from(c);
        let text = match c {
            '\0' => "\\0".to_owned(),
            '\u{7}' => "\\a".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\t' => "\\t".to_owned(),
            '\n' => "\\n".to_owned(),
            '\u{b}' => "\\v".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '\r' => "\\r".to_owned(),
            '\u{1b}' => "\\e".to_owned(),
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\u{85}' => "\\N".to_owned(),
            '\u{a0}' => "\\_".to_owned(),
            '\u{2028}' => "\\L".to_owned(),
            '\u{2029}' => "\\P".to_owned(),
            _ if code <= 0xff => format!("\\x{code:02X}"),
            _ if code <= 0xffff => format!("\\u{code:04X}"),
            _ => format!("\\U{code:08X}"),
        };
        self.write(&text);
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false);
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.indicator("2", false, false);
        }
        let mut last = text.chars().rev();
        match (last.next(), last.next()) {
            (Some(c), _) if !is_break(c) => self.indicator("-", false, false),
            (Some(_), None) => self.indicator("+", false, false),
            (Some(_), Some(c)) if is_break(c) => self.indicator("+", false, false),
            _ => {}
        }
        self.put_break('\n');
        (self.indention, self.whitespace) = (true, true);
        let mut breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.put_break(c);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                self.put(c);
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// Writes punctuation; that of blocks (`-`, `?`) leaves the line open for what stands beside it at a deeper indentation.
    fn indicator(&mut self, text: &str, needs_whitespace: bool, of_block: bool) {
        if needs_whitespace && !self.whitespace {
            self.put(' ');
        }
        self.write(text);
        self.whitespace = false;
        self.indention = self.indention && of_block;
    }

    fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        (self.whitespace, self.indention) = (true, true);
    }

    fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.put(c);
        }
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }
}

/// How a string is to be written: plain where it would be read back as the same string, else quoted, or as a block where it has lines.
fn style_of(text: &str, key: bool) -> Style {
    let a = Analysis::of(text);
    let mut style = if text.contains('\n') {
        Style::Literal
    } else if reads_as_string(text) {
        Style::Plain
    } else {
        Style::Double
    };
    if key && a.multiline {
        style = Style::Double;
    }
    if style == Style::Plain && (!a.plain_allowed || (text.is_empty() && key)) {
        style = Style::Single;
    }
    if style == Style::Single && !a.single_quoted_allowed {
        style = Style::Double;
    }
    if style == Style::Literal && (!a.block_allowed || key) {
        style = Style::Double;
    }
    style
}

/// What a string's characters permit.
struct Analysis {
    multiline: bool,
    plain_allowed: bool,
    single_quoted_allowed: bool,
    block_allowed: bool,
}

impl Analysis {
    fn of(text: &str) -> Analysis {
        if text.is_empty() {
            return Analysis { multiline: false, plain_allowed: true, single_quoted_allowed: true, block_allowed: false };
        }
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut line_breaks, mut special) = (false, false);
        let (mut leading, mut trailing, mut trailing_space) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut previous_space, mut previous_break, mut after_blank) = (false, false, true);
        let mut chars = text.chars().peekable();
        let mut first = true;
        while let Some(c) = chars.next() {
            let before_blank = chars.peek().is_none_or(|n| is_blank(*n) || is_break(*n));
            indicators |= match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' if first => true,
                '?' | '-' if first => before_blank,
                ':' => before_blank,
                '#' => after_blank,
                _ => false,
            };
            special |= !is_printable(c);
            let last = chars.peek().is_none();
            if c == ' ' {
                leading |= first;
                trailing |= last;
                trailing_space |= last;
                break_space |= previous_break;
                (previous_space, previous_break) = (true, false);
            } else if is_break(c) {
                line_breaks = true;
                leading |= first;
                trailing |= last;
                space_break |= previous_space;
                (previous_space, previous_break) = (false, true);
            } else {
                (previous_space, previous_break) = (false, false);
            }
            after_blank = is_blank(c) || is_break(c);
            first = false;
        }
        Analysis {
            multiline: line_breaks,
            plain_allowed: !(leading || trailing || break_space || space_break || special || line_breaks || indicators),
            single_quoted_allowed: !(break_space || space_break || special),
            block_allowed: !(trailing_space || space_break || special),
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

/// Whether a YAML 1.1 reader takes the bare text for a string and not for a number, a truth, a time or nothing.
// Models resolve and isBase60Float of go.yaml.in/yaml/v2.
pub(super) fn reads_as_string(text: &str) -> bool {
    let Some(&first) = text.as_bytes().first() else { return false };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => !matches!(
            text,
            "y" | "Y"
                | "yes"
                | "Yes"
                | "YES"
                | "n"
                | "N"
                | "no"
                | "No"
                | "NO"
                | "true"
                | "True"
                | "TRUE"
                | "false"
                | "False"
                | "FALSE"
                | "on"
                | "On"
                | "ON"
                | "off"
                | "Off"
                | "OFF"
                | "~"
                | "null"
                | "Null"
                | "NULL"
        ),
        b'.' => !matches!(text, ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF") && !is_float(text),
        b'+' | b'-' | b'0'..=b'9' => {
            let plain = text.replace('_', "");
            !(matches!(text, "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF")
                || is_timestamp(text)
                || is_int(&plain)
                || is_float(&plain)
                || is_base_60(text))
        }
        _ => true,
    }
}

/// An integer as Go reads it with base 0: decimal, or with `0x`, `0o`, `0b` or a leading zero before it.
fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    // Past 64 bits it is no integer; it may still be a float.
    !digits.starts_with(['-', '+']) && u64::from_str_radix(digits, radix).is_ok_and(|n| !text.starts_with('-') || n <= 1 << 63)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let mantissa_ok = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    mantissa_ok
        && exponent.is_none_or(|e| {
            let e = e.strip_prefix(['-', '+']).unwrap_or(e);
            !e.is_empty() && digits(e)
        })
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = text.split(':');
    let head = parts.next().unwrap_or("");
    if !head.starts_with(|c: char| c.is_ascii_digit()) || !head.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        return false;
    }
    let rest: Vec<&str> = parts.list();
    let Some((last, middle)) = rest.split_last() else { return false };
    let sixty = |t: &str| match t.as_bytes() {
        [d] => d.is_ascii_digit(),
        [tens, d] => (b'0'..=b'5').contains(tens) && d.is_ascii_digit(),
        _ => false,
    };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    middle.iter().all(|m| sixty(m)) && sixty(last) && fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

/// `2006-1-2`, or that with a time of day.
fn is_timestamp(text: &str) -> bool {
    let b = text.as_bytes();
    if !text.is_ascii() || b.len() < 8 || !b[..4].iter().all(u8::is_ascii_digit) || b[4] != b'-' {
        return false;
    }
    let at = |i: usize| b.get(i).copied().unwrap_or(0);
    // One or two digits; where they end, and their value.
    let number = |from: usize| -> Option<(usize, u32)> {
        let digit = |i: usize| at(i).is_ascii_digit().then(|| u32::from(at(i) - b'0'));
        let first = digit(from)?;
        Some(digit(from + 1).map_or((from + 1, first), |second| (from + 2, first * 10 + second)))
    };
    let year: i64 = text[..4].parse().unwrap_or(0);
    let Some((i, month)) = number(5) else { return false };
    if at(i) != b'-' {
        return false;
    }
    let Some((i, day)) = number(i + 1) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    if day == 0 || day > days {
        return false;
    }
    if i == b.len() {
        return true;
    }
    let zone_needed = match at(i) {
        b'T' | b't' => true,
        b' ' => false,
        _ => return false,
    };
    let clock = |from: usize, most: u32| number(from).filter(|(_, n)| *n <= most);
    let Some((i, _)) = clock(i + 1, 23).filter(|(i, _)| at(*i) == b':') else { return false };
    let Some((i, _)) = clock(i + 1, 59).filter(|(i, _)| at(*i) == b':') else { return false };
    let Some((mut i, _)) = clock(i + 1, 59) else { return false };
    if at(i) == b'.' && at(i + 1).is_ascii_digit() {
        i += 1 + b[i + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
    }
    let zone = &text[i..];
    if !zone_needed {
        return zone.is_empty();
    }
    let z = zone.as_bytes();
    zone == "Z" || (z.len() == 6 && matches!(z[0], b'+' | b'-') && z[3] == b':' && [1, 2, 4, 5].iter().all(|i| z[*i].is_ascii_digit()))
}

/// The order of keys: digits count as numbers, letters come after what is neither.
// Models keyList.Less of go.yaml.in/yaml/v2.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().list(), b.chars().list());
    for i in 0..a.len().min(b.len()) {
        if a[i] == b[i] {
            continue;
        }
        let (al, bl) = (a[i].is_alphabetic(), b[i].is_alphabetic());
        if al && bl {
            return a[i].cmp(&b[i]);
        }
        if al || bl {
            return if bl { Ordering::Less } else { Ordering::Greater };
        }
        let mut base = 0i64;
        if a[i] == '0' || b[i] == '0' {
            base = i64::from(a[..i].iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0'));
        }
        let number = |of: &[char]| -> (i64, usize) {
            let digits: Vec<i64> = of[i..].iter().map_while(|c| c.to_digit(10)).map(i64::from).list();
            (digits.iter().fold(base, |n, d| n.wrapping_mul(10).wrapping_add(*d)), digits.len())
        };
        return number(&a).cmp(&number(&b)).then(a[i].cmp(&b[i]));
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests;

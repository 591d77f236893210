//! CEL's functions of texts.

use super::eval::SIZE_MAX;
use super::value::{Fail, List, Outcome, Val, formatted};
use crate::base::List as _;
use crate::base::text::letter_of;

/// Calls a function on a text.
// Models cel-go's ext.Strings, version 2.
pub(super) fn call(name: &str, text: &str, args: &[Val]) -> Outcome {
    let out_of = |i: i64| Fail::new(format!("index out of range: {i}"));
    let count = || text.chars().count() as i64;
    // Where a character starts; none beyond the end.
    let place = |i: i64| -> Option<usize> {
        let i = usize::try_from(i).ok()?;
        text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(i)
    };
    let chars = |bytes: usize| text[..bytes].chars().count() as i64;
    Ok(match (name, args) {
        ("contains", [Val::Str(part)]) => Val::Bool(text.contains(part.as_str())),
        ("startsWith", [Val::Str(part)]) => Val::Bool(text.starts_with(part.as_str())),
        ("endsWith", [Val::Str(part)]) => Val::Bool(text.ends_with(part.as_str())),
        ("charAt", [Val::Int(i)]) => {
            let at = place(*i).ok_or_else(|| out_of(*i))?;
            Val::str(text[at..].chars().next().map_or("", |c| &text[at..at + c.len_utf8()]))
        }
        ("indexOf", [Val::Str(part), rest @ ..]) => {
            let from = if let [Val::Int(i)] = rest { *i } else { 0 };
            match place(from) {
                _ if part.is_empty() => Val::Int(from),
                _ if from < 0 => return Err(out_of(from)),
                Some(at) => Val::Int(text[at..].find(part.as_str()).map_or(-1, |found| chars(at + found))),
                None => Val::Int(-1),
            }
        }
        ("lastIndexOf", [Val::Str(part)]) if part.is_empty() => Val::Int(count()),
        ("lastIndexOf", [Val::Str(part)]) => Val::Int(text.rfind(part.as_str()).map_or(-1, chars)),
        ("lastIndexOf", [Val::Str(part), Val::Int(from)]) => match place(*from) {
            _ if part.is_empty() => Val::Int(*from),
            _ if *from < 0 => return Err(out_of(*from)),
            Some(at) if at < text.len() => {
                let end = (at + part.len()).min(text.len());
                let end = (end..=text.len()).find(|e| text.is_char_boundary(*e)).unwrap_or(text.len());
                let found = text[..end].rmatch_indices(part.as_str()).find(|(i, _)| *i <= at);
                Val::Int(found.map_or(-1, |(i, _)| chars(i)))
            }
            _ => Val::Int(-1),
        },
        ("lowerAscii", []) => Val::str(&text.to_ascii_lowercase()),
        ("upperAscii", []) => Val::str(&text.to_ascii_uppercase()),
        ("trim", []) => Val::str(text.trim_matches(|c: char| c.is_whitespace())),
        ("replace", [Val::Str(from), Val::Str(to), rest @ ..]) => {
            let most = if let [Val::Int(n)] = rest { *n } else { -1 };
            let times = if from.is_empty() { text.len() + 1 } else { text.matches(from.as_str()).count() };
            if times.saturating_mul(to.len()) > SIZE_MAX {
                return Err(Fail::new("text is too long"));
            }
            Val::str(&text.replacen(from.as_str(), to, count_of(most)))
        }
        ("split", [Val::Str(separator), rest @ ..]) => {
            let most = if let [Val::Int(n)] = rest { *n } else { -1 };
            Val::list(split(text, separator, most).into_iter().map(Val::str).list())
        }
        ("substring", [Val::Int(from)]) => Val::str(&text[place(*from).ok_or_else(|| out_of(*from))?..]),
        ("substring", [Val::Int(from), Val::Int(to)]) => {
            if from > to {
                return Err(Fail::new(format!("invalid substring range. start: {from}, end: {to}")));
            }
            let start = place(*from).ok_or_else(|| out_of(*from))?;
            Val::str(&text[start..place(*to).ok_or_else(|| out_of(*to))?])
        }
        ("jsonpatch.escapeKey", []) => Val::str(&text.replace('~', "~0").replace('/', "~1")),
        ("strings.quote", []) => Val::str(&quoted(text)),
        ("format", [Val::List(list)]) => Val::str(&format(text, list)?),
        _ => return Err(Fail::OVERLOAD),
    })
}

/// A limit as a count; a negative one is none.
fn count_of(most: i64) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// As Go's `strings.SplitN`.
fn split<'a>(text: &'a str, separator: &str, most: i64) -> Vec<&'a str> {
    if most == 0 {
        return Vec::new();
    }
    let most = count_of(most);
    if separator.is_empty() {
        let mut out: Vec<&str> = text.split("").filter(|c| !c.is_empty()).list();
        if out.len() > most {
            let rest: usize = out[..most - 1].iter().map(|c| c.len()).sum();
            out.truncate(most - 1);
            out.push(&text[rest..]);
        }
        return out;
    }
    text.splitn(most, separator).list()
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c => match letter_of(c) {
                Some(letter) => out.extend(['\\', letter]),
                None => out.push(c),
            },
        }
    }
    out.push('"');
    out
}

/// `"%s is %d".format([...])`.
fn format(text: &str, list: &List) -> Result<String, Fail> {
    let (mut out, mut left) = (String::new(), SIZE_MAX);
    let mut args = list.items.iter();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let digits = rest.strip_prefix('.').map(|r| r.chars().take_while(char::is_ascii_digit).count());
        let precision = digits.map(|n| rest[1..1 + n].parse::<usize>().unwrap_or(6).min(300));
        rest = &rest[digits.map_or(0, |n| n + 1)..];
        let Some(verb) = rest.chars().next() else { return Err(Fail::new("unexpected end of string")) };
        rest = &rest[verb.len_utf8()..];
        let Some(arg) = args.next() else {
            return Err(Fail::new(format!("index {} out of range", list.items.len())));
        };
        out.push_str(&one(verb, precision, arg, &mut left)?);
        if out.len() > SIZE_MAX {
            return Err(Fail::new("text is too long"));
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn one(verb: char, precision: Option<usize>, arg: &Val, left: &mut usize) -> Result<String, Fail> {
    let wrong = |what: &str| Err(Fail::new(format!("error during formatting: {what}, was given {}", arg.type_name())));
    let radix = |what: &str, i: fn(i64) -> String, u: fn(u64) -> String| match arg {
        Val::Int(n) => Ok(if *n < 0 { format!("-{}", u(n.unsigned_abs())) } else { i(*n) }),
        Val::Uint(n) => Ok(u(*n)),
        _ => wrong(what),
    };
    match verb {
        's' => formatted(arg, false, left),
        'd' => radix("decimal clause can only be used on integers", |i| i.to_string(), |u| u.to_string()),
        'b' => match arg {
            Val::Bool(b) => Ok(u8::from(*b).to_string()),
            _ => radix("only integers and bools can be formatted as binary", |i| format!("{i:b}"), |u| format!("{u:b}")),
        },
        'o' => radix("octal clause can only be used on integers", |i| format!("{i:o}"), |u| format!("{u:o}")),
        'x' | 'X' => {
            let text = match arg {
                Val::Str(s) => s.bytes().map(|b| format!("{b:02x}")).collect(),
                Val::Bytes(bytes) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
                _ => radix("only integers, byte buffers, and strings can be formatted as hex", |i| format!("{i:x}"), |u| format!("{u:x}"))?,
            };
            Ok(if verb == 'X' { text.to_ascii_uppercase() } else { text })
        }
        'f' | 'e' => {
            let number = match arg {
                Val::Double(f) => *f,
                Val::Str(s) if matches!(s.as_str(), "NaN" | "Infinity" | "-Infinity") => s.parse().unwrap_or(f64::NAN),
                _ => {
                    return wrong(if verb == 'f' {
                        "fixed-point clause can only be used on doubles"
                    } else {
                        "scientific clause can only be used on doubles"
                    });
                }
            };
            let precision = precision.unwrap_or(6);
            if verb == 'f' || !number.is_finite() {
                return Ok(grouped(&format!("{number:.precision$}")));
            }
            let text = format!("{number:.precision$e}");
            let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
            let power: i32 = power.parse().unwrap_or(0);
            let raised = |c: char| c.to_digit(10).and_then(|d| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(d as usize));
            let power: String = format!("{:02}", power.abs()).chars().filter_map(raised).collect();
            Ok(format!("{digits}×10{}{power}", if text.contains("e-") { "⁻" } else { "" }))
        }
        other => Err(Fail::new(format!("could not parse formatting clause: unrecognized formatting clause \"{other}\""))),
    }
}

/// Thousands apart, as the locale `en-US` writes them.
fn grouped(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |r| ("-", r));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 && c.is_ascii_digit() {
            out.push(',');
        }
        out.push(c);
    }
    format!("{sign}{out}{}", fraction.map_or(String::new(), |f| format!(".{f}")))
}

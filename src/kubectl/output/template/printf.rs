//! Go's `fmt.Sprint`, `Sprintln` and `Sprintf`.

use crate::api::{Value, quote};
use crate::base::{Case as _, List as _};
use crate::kubectl::output::go_value::{plain, syntax};

/// The widest field that is padded.
const WIDTH_MAX: usize = 10_000;

/// Values beside each other, with a space between two that are no strings.
pub(super) fn print(values: &[Value]) -> String {
    let mut out = String::new();
    for (i, v) in values.iter().enumerate() {
        let is_string = |v: &Value| matches!(v, Value::Str(_));
        if i > 0 && !is_string(v) && !is_string(&values[i - 1]) {
            out.push(' ');
        }
        out.push_str(&plain(v));
    }
    out
}

/// Values with spaces between and a newline at the end.
pub(super) fn println(values: &[Value]) -> String {
    values.iter().map(plain).list().join(" ") + "\n"
}

#[derive(Default)]
struct Flags {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Values in a format, with Go's complaints where they do not fit; `of` names their types.
pub(super) fn printf(format: &str, args: &[Value], of: &dyn Fn(usize) -> &'static str) -> String {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    let mut used = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut flags = Flags::default();
        while let Some(c) = chars.peek() {
            match c {
                '-' => flags.minus = true,
                '+' => flags.plus = true,
                '#' => flags.sharp = true,
                ' ' => flags.space = true,
                '0' => flags.zero = true,
                _ => break,
            }
            chars.next();
        }
        let mut number = |chars: &mut std::iter::Peekable<std::str::Chars>| -> Option<usize> {
            if chars.next_if_eq(&'*').is_some() {
                let n = args.get(used).and_then(Value::as_int);
                used += 1;
                return n.and_then(|n| usize::try_from(n).ok()).map(|n| n.min(WIDTH_MAX));
            }
            let mut n = None;
            while let Some(d) = chars.peek().and_then(|c| c.to_digit(10)) {
                n = Some((n.unwrap_or(0) * 10 + d as usize).min(WIDTH_MAX));
                chars.next();
            }
            n
        };
        flags.width = number(&mut chars);
        if chars.next_if_eq(&'.').is_some() {
            flags.precision = Some(number(&mut chars).unwrap_or(0));
        }
        let Some(verb) = chars.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        match args.get(used) {
            None => out.push_str(&format!("%!{verb}(BADINDEX)").replace("BADINDEX", "MISSING")),
            Some(arg) => out.push_str(&one(verb, arg, of(used), &flags)),
        }
        used += 1;
    }
    if used < args.len() {
        let extra: Vec<String> =
            (used..args.len()).map(|i| if args[i].is_null() { "<nil>".into() } else { format!("{}={}", of(i), plain(&args[i])) }).list();
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

fn one(verb: char, v: &Value, of: &str, flags: &Flags) -> String {
    let text = match (verb, v) {
        ('T', _) => of.to_owned(),
        ('v', _) if flags.sharp => syntax(v),
        ('v', Value::Int(n)) => signed(n.to_string(), flags),
        ('v', _) => plain(v),
        ('t', Value::Bool(b)) => b.to_string(),
        ('d', Value::Int(n)) => signed(n.to_string(), flags),
        ('b', Value::Int(n)) => radix(*n, 2, flags),
        ('o', Value::Int(n)) => radix(*n, 8, flags),
        ('x', Value::Int(n)) => radix(*n, 16, flags),
        ('X', Value::Int(n)) => radix(*n, 16, flags).upper(),
        ('c', Value::Int(n)) => u32::try_from(*n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}').to_string(),
        ('q', Value::Int(n)) => format!("'{}'", u32::try_from(*n).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')),
        ('U', Value::Int(n)) => format!("U+{n:04X}"),
        ('f' | 'F', Value::Float(f)) => signed(format!("{f:.*}", flags.precision.unwrap_or(6).min(300)), flags),
        ('e', Value::Float(f)) => signed(exponent(*f, flags.precision.unwrap_or(6).min(300)), flags),
        ('g', Value::Float(_)) => signed(plain(v), flags),
        ('s', Value::Str(s)) => cut(s, flags),
        ('q', Value::Str(s)) => quote(&cut(s, flags)),
        ('x', Value::Str(s)) => s.bytes().map(|b| format!("{b:02x}")).collect(),
        ('X', Value::Str(s)) => s.bytes().map(|b| format!("{b:02X}")).collect(),
        // Lists and maps take a verb for each of their members.
        (_, Value::List(l)) => {
            format!("[{}]", l.iter().map(|item| one(verb, item, item.go_type(), &Flags::default())).collect::<Vec<_>>().join(" "))
        }
        (_, Value::Map(m)) => {
            let member = |(k, item): (&crate::api::ArcStr, &Value)| {
                format!("{}:{}", one(verb, &k.into(), "string", &Flags::default()), one(verb, item, item.go_type(), &Flags::default()))
            };
            format!("map[{}]", m.iter().map(member).collect::<Vec<_>>().join(" "))
        }
        (_, Value::Null) => format!("%!{verb}(<nil>)"),
        _ => format!("%!{verb}({of}={})", plain(v)),
    };
    pad(text, flags)
}

fn cut(text: &str, flags: &Flags) -> String {
    flags.precision.map_or_else(|| text.to_owned(), |n| text.chars().take(n).collect())
}

fn signed(text: String, flags: &Flags) -> String {
    match (flags.plus, flags.space, text.starts_with('-')) {
        (true, _, false) => format!("+{text}"),
        (false, true, false) => format!(" {text}"),
        _ => text,
    }
}

fn radix(n: i64, base: u32, flags: &Flags) -> String {
    let magnitude = n.unsigned_abs();
    let (digits, prefix) = match base {
        2 => (format!("{magnitude:b}"), "0b"),
        8 => (format!("{magnitude:o}"), "0"),
        _ => (format!("{magnitude:x}"), "0x"),
    };
    let prefix = if flags.sharp { prefix } else { "" };
    signed(format!("{}{prefix}{digits}", if n < 0 { "-" } else { "" }), flags)
}

/// `1.500000e+00`: Go writes at least two digits of exponent and its sign.
fn exponent(f: f64, precision: usize) -> String {
    let text = format!("{f:.precision$e}");
    match text.split_once('e').map(|(digits, e)| (digits, e.parse::<i32>().unwrap_or(0))) {
        Some((digits, e)) => format!("{digits}e{}{:02}", if e < 0 { '-' } else { '+' }, e.abs()),
        None => text,
    }
}

fn pad(text: String, flags: &Flags) -> String {
    let (Some(width), len) = (flags.width, text.chars().count()) else { return text };
    if width <= len {
        return text;
    }
    let fill = width - len;
    if flags.minus {
        return text + &" ".repeat(fill);
    }
    if flags.zero {
        let sign = text.len() - text.trim_start_matches(['+', '-']).len();
        return format!("{}{}{}", &text[..sign], "0".repeat(fill), &text[sign..]);
    }
    " ".repeat(fill) + &text
}

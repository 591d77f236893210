//! Text that several programs and the shell make alike: escapes, `echo`, `printf`, sizes, durations.

/// Reads one escape after its backslash: the bytes it stands for, and how many were read.
pub fn unescape_one(rest: &[u8]) -> (Vec<u8>, usize) {
    let Some(&c) = rest.first() else { return (vec![b'\\'], 0) };
    let octal = |from: usize, max: usize| {
        let n = rest[from.min(rest.len())..].iter().take(max).take_while(|c| (b'0'..=b'7').contains(c)).count();
        let v = rest[from.min(rest.len())..from.min(rest.len()) + n].iter().fold(0u32, |v, c| v * 8 + u32::from(c - b'0'));
        (v, n)
    };
    let hex = |max: usize| {
        let n = rest[1..].iter().take(max).take_while(|c| c.is_ascii_hexdigit()).count();
        let v = rest[1..=n].iter().fold(0u32, |v, c| v * 16 + (*c as char).to_digit(16).unwrap_or(0));
        (v, n)
    };
    match c {
        b'a' => (vec![7], 1),
        b'b' => (vec![8], 1),
        b'e' | b'E' => (vec![27], 1),
        b'f' => (vec![12], 1),
        b'n' => (vec![b'\n'], 1),
        b'r' => (vec![b'\r'], 1),
        b't' => (vec![b'\t'], 1),
        b'v' => (vec![11], 1),
        b'\\' => (vec![b'\\'], 1),
        b'\'' => (vec![b'\''], 1),
        b'"' => (vec![b'"'], 1),
        b'0' => {
            let (v, n) = octal(1, 3);
            (vec![v as u8], 1 + n)
        }
        b'1'..=b'7' => {
            let (v, n) = octal(0, 3);
            (vec![v as u8], n)
        }
        b'x' => match hex(2) {
            (_, 0) => (vec![b'\\', b'x'], 1),
            (v, n) => (vec![v as u8], 1 + n),
        },
        b'u' | b'U' => match hex(if c == b'u' { 4 } else { 8 }) {
            (_, 0) => (vec![b'\\', c], 1),
            (v, n) => (char::from_u32(v).unwrap_or('\u{fffd}').to_string().into_bytes(), 1 + n),
        },
        other => (vec![b'\\', other], 1),
    }
}

/// What `echo` prints.
pub fn echo(args: &[String], dash: bool) -> Vec<u8> {
    let (mut newline, mut escapes) = (true, dash);
    let mut at = 0;
    if dash && args.first().is_some_and(|a| a == "-n") {
        (newline, at) = (false, 1);
    }
    while !dash
        && let Some(flags) =
            args.get(at).and_then(|a| a.strip_prefix('-')).filter(|f| !f.is_empty() && f.chars().all(|c| matches!(c, 'n' | 'e' | 'E')))
    {
        for c in flags.chars() {
            match c {
                'n' => newline = false,
                'e' => escapes = true,
                _ => escapes = false,
            }
        }
        at += 1;
    }
    let mut out = Vec::new();
    for (i, a) in args[at..].iter().enumerate() {
        if i > 0 {
            out.push(b' ');
        }
        if !escapes {
            out.extend_from_slice(a.as_bytes());
        } else if !unescape(a.as_bytes(), &mut out) {
            return out;
        }
    }
    if newline {
        out.push(b'\n');
    }
    out
}

/// Appends a text with its escapes read; false at `\c`, which ends all output.
fn unescape(b: &[u8], out: &mut Vec<u8>) -> bool {
    let mut i = 0;
    while i < b.len() {
        if b[i] == b'\\' && i + 1 < b.len() {
            if b[i + 1] == b'c' {
                return false;
            }
            let (bytes, n) = unescape_one(&b[i + 1..]);
            out.extend(bytes);
            i += 1 + n;
        } else {
            out.push(b[i]);
            i += 1;
        }
    }
    true
}

/// What `printf` complains of.
#[derive(Debug, thiserror::Error)]
pub enum PrintfError {
    /// It is given no format.
    #[error("usage: printf FORMAT [ARG]...")]
    NoFormat,
    /// The format has a `%` with no letter that it knows.
    #[error("%{0}: invalid format")]
    Conversion(String),
    /// A number was wanted.
    #[error("invalid number '{0}'")]
    NoNumber(String),
}

/// What `printf` prints, and complaints about its arguments. The error: no format at all.
///
/// `strict`: as busybox has it, what is no number as a whole counts as 0, and so does nothing at all, which is an error too.
pub fn printf(args: &[String], strict: bool) -> Result<(Vec<u8>, Vec<PrintfError>), PrintfError> {
    let args = if args.first().is_some_and(|a| a == "--") { &args[1..] } else { args };
    let Some(format) = args.first() else { return Err(PrintfError::NoFormat) };
    let mut rest = args[1..].iter();
    let mut out = Vec::new();
    let mut errors = Vec::new();
    loop {
        let before = rest.len();
        let go_on = format_once(format.as_bytes(), &mut rest, strict, &mut out, &mut errors);
        if !go_on || rest.len() == 0 || rest.len() == before || out.len() > 16 << 20 {
            return Ok((out, errors));
        }
    }
}

fn format_once(f: &[u8], args: &mut std::slice::Iter<'_, String>, strict: bool, out: &mut Vec<u8>, errors: &mut Vec<PrintfError>) -> bool {
    let mut i = 0;
    while i < f.len() {
        match f[i] {
            b'\\' if i + 1 < f.len() => {
                if f[i + 1] == b'c' {
                    return false;
                }
                let (bytes, n) = unescape_one(&f[i + 1..]);
                out.extend(bytes);
                i += 1 + n;
            }
            b'%' => {
                let spec = Spec::read(f, i + 1, &mut || args.next().map(|a| number(a).0).unwrap_or(0));
                let Some((spec, end)) = spec else {
                    errors.push(PrintfError::Conversion(String::new()));
                    return false;
                };
                i = end;
                match spec.conversion {
                    b'%' => out.push(b'%'),
                    b's' => spec.text(args.next().map_or("", String::as_str).as_bytes(), out),
                    b'b' => {
                        let mut bytes = Vec::new();
                        let more = unescape(args.next().map_or("", String::as_str).as_bytes(), &mut bytes);
                        spec.text(&bytes, out);
                        if !more {
                            return false;
                        }
                    }
                    b'q' => spec.text(args.next().map_or("''".to_string(), |a| quote(a)).as_bytes(), out),
                    b'c' => spec.text(args.next().and_then(|a| a.chars().next()).map(String::from).unwrap_or_default().as_bytes(), out),
                    b'd' | b'i' | b'u' | b'x' | b'X' | b'o' => {
                        let text = args.next().map_or(if strict { "" } else { "0" }, String::as_str);
                        let (v, ok) = number(text);
                        let ok = ok && !(strict && text.is_empty());
                        if !ok {
                            errors.push(PrintfError::NoNumber(text.to_owned()));
                        }
                        spec.integer(if ok || !strict { v } else { 0 }, out);
                    }
                    b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
                        let text = args.next().map_or("0", String::as_str);
                        let v = text.trim().parse::<f64>().unwrap_or_else(|_| {
                            errors.push(PrintfError::NoNumber(text.to_owned()));
                            0.0
                        });
                        spec.float(v, out);
                    }
                    other => {
                        errors.push(PrintfError::Conversion(char::from(other).to_string()));
                        return false;
                    }
                }
            }
            c => {
                out.push(c);
                i += 1;
            }
        }
    }
    true
}

/// A word as bash's `%q` quotes it.
fn quote(text: &str) -> String {
    if text.is_empty() {
        return "''".into();
    }
    if text.contains(char::is_control) {
        return in_dollar_quotes(text);
    }
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if " '\"\\|&;()<>!{}*[]?^$`,".contains(c) || matches!(c, '#' | '~') && i == 0 {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// `$'...'`, which bash puts around what has control characters.
fn in_dollar_quotes(text: &str) -> String {
    let mut out = String::from("$'");
    for c in text.chars() {
        match "\x07\x08\t\n\x0b\x0c\r\x1b'\\".find(c) {
            Some(i) => out.extend(['\\', char::from(b"abtnvfrE'\\"[i])]),
            None if c.is_control() => out += &format!("\\{:03o}", u32::from(c)),
            None => out.push(c),
        }
    }
    out + "'"
}

/// A text as `${x@Q}` gives it.
pub fn quoted(text: &str) -> String {
    if text.contains(char::is_control) { in_dollar_quotes(text) } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// A number as `printf` reads it: C's forms, or a quote before a character. False where it is none.
fn number(text: &str) -> (i64, bool) {
    if let Some(c) = text.strip_prefix(['\'', '"']) {
        return (c.chars().next().map_or(0, |c| i64::from(u32::from(c))), true);
    }
    let t = text.trim();
    if t.is_empty() {
        return (0, true);
    }
    let (negative, digits) = t.strip_prefix('-').map_or((false, t.strip_prefix('+').unwrap_or(t)), |d| (true, d));
    let (radix, digits) = if let Some(h) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        (16, h)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, &digits[1..])
    } else {
        (10, digits)
    };
    let n = digits.bytes().take_while(|b| (*b as char).is_digit(radix)).count();
    let v = i64::from_str_radix(&digits[..n], radix).unwrap_or(if n == 0 { 0 } else { i64::MAX });
    (if negative { v.wrapping_neg() } else { v }, n == digits.len() && n > 0)
}

/// One `%...` of a format.
pub struct Spec {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    /// The letter.
    pub conversion: u8,
}

/// How wide and how precise something may be written.
const WIDTH_MAX: usize = 10_000;

impl Spec {
    /// Reads one after its `%`; `star` gives the numbers that `*` stands for.
    pub fn read(f: &[u8], mut i: usize, star: &mut dyn FnMut() -> i64) -> Option<(Spec, usize)> {
        let mut s =
            Spec { left: false, zero: false, plus: false, space: false, alternate: false, width: 0, precision: None, conversion: 0 };
        loop {
            match f.get(i)? {
                b'-' => s.left = true,
                b'0' => s.zero = true,
                b'+' => s.plus = true,
                b' ' => s.space = true,
                b'#' => s.alternate = true,
                b'\'' => {}
                _ => break,
            }
            i += 1;
        }
        let mut read = |i: &mut usize| -> i64 {
            if f.get(*i) == Some(&b'*') {
                *i += 1;
                return star();
            }
            let n = f[*i..].iter().take_while(|c| c.is_ascii_digit()).count();
            let v = std::str::from_utf8(&f[*i..*i + n]).ok().and_then(|t| t.parse().ok()).unwrap_or(0);
            *i += n;
            v
        };
        let width = read(&mut i);
        s.left |= width < 0;
        s.width = usize::try_from(width.unsigned_abs()).ok().filter(|w| *w <= WIDTH_MAX)?;
        if f.get(i) == Some(&b'.') {
            i += 1;
            s.precision = usize::try_from(read(&mut i)).ok();
            s.precision.is_none_or(|p| p <= WIDTH_MAX).then_some(())?;
        }
        while matches!(f.get(i), Some(b'l' | b'h' | b'j' | b'z' | b'L')) {
            i += 1;
        }
        s.conversion = *f.get(i)?;
        Some((s, i + 1))
    }

    /// Pads a text; its precision cuts it.
    pub fn text(&self, text: &[u8], out: &mut Vec<u8>) {
        let mut text = text;
        if let Some(p) = self.precision
            && matches!(self.conversion, b's' | b'b' | b'q')
        {
            text = &text[..text.len().min(p)];
        }
        let shown = String::from_utf8_lossy(text).chars().count();
        let pad = self.width.saturating_sub(shown);
        if !self.left {
            out.extend(std::iter::repeat_n(b' ', pad));
        }
        out.extend_from_slice(text);
        if self.left {
            out.extend(std::iter::repeat_n(b' ', pad));
        }
    }

    fn signed(&self, negative: bool, mut digits: String, out: &mut Vec<u8>) {
        let sign = if negative {
            "-"
        } else if self.plus {
            "+"
        } else if self.space {
            " "
        } else {
            ""
        };
        if self.zero && !self.left && (self.precision.is_none() || matches!(self.conversion, b'e'..=b'g' | b'E'..=b'G')) {
            let missing = self.width.saturating_sub(digits.len() + sign.len());
            digits.insert_str(0, &"0".repeat(missing));
        }
        self.text(format!("{sign}{digits}").as_bytes(), out);
    }

    /// Formats an integer.
    pub fn integer(&self, v: i64, out: &mut Vec<u8>) {
        let prefix = |text: &'static str| if self.alternate && v != 0 { text } else { "" };
        let (negative, mut digits) = match self.conversion {
            b'u' => (false, (v as u64).to_string()),
            b'x' => (false, format!("{}{v:x}", prefix("0x"))),
            b'X' => (false, format!("{}{v:X}", prefix("0X"))),
            b'o' => (false, format!("{}{v:o}", prefix("0"))),
            _ => (v < 0, v.unsigned_abs().to_string()),
        };
        if let Some(p) = self.precision {
            while digits.len() < p {
                digits.insert(0, '0');
            }
        }
        self.signed(negative, digits, out);
    }

    /// Formats a number with a fraction.
    pub fn float(&self, v: f64, out: &mut Vec<u8>) {
        let p = self.precision.unwrap_or(6);
        let a = v.abs();
        let digits = if !v.is_finite() {
            if v.is_nan() { "nan".to_string() } else { "inf".to_string() }
        } else {
            match self.conversion.to_ascii_lowercase() {
                b'f' => format!("{a:.p$}"),
                b'e' => exponent(a, p),
                _ => general(a, p.max(1), self.alternate),
            }
        };
        let digits = if self.conversion.is_ascii_uppercase() { digits.to_ascii_uppercase() } else { digits };
        self.signed(v.is_sign_negative() && !v.is_nan(), digits, out);
    }
}

fn exponent(v: f64, p: usize) -> String {
    let text = format!("{v:.p$e}");
    match text.split_once('e') {
        Some((m, e)) => {
            let n: i32 = e.parse().unwrap_or(0);
            format!("{m}e{}{:02}", if n < 0 { '-' } else { '+' }, n.abs())
        }
        None => text,
    }
}

/// C's `%g`.
pub fn general(v: f64, p: usize, keep_zeros: bool) -> String {
    if v == 0.0 {
        return "0".into();
    }
    let e: i32 = format!("{:.*e}", p - 1, v).split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let strip = |t: String| if t.contains('.') && !keep_zeros { t.trim_end_matches('0').trim_end_matches('.').to_string() } else { t };
    if e < -4 || e >= p as i32 {
        let t = exponent(v, p - 1);
        match t.split_once('e') {
            Some((m, rest)) => format!("{}e{rest}", strip(m.to_string())),
            None => t,
        }
    } else {
        strip(format!("{v:.*}", usize::try_from(p as i32 - 1 - e).unwrap_or(0)))
    }
}

/// A size as `-h` shows it: GNU's programs round up, and leave out what is behind the point from ten on.
pub fn human(bytes: u64, gnu: bool) -> String {
    let units = ["", "K", "M", "G", "T"];
    let (mut v, mut u) = (bytes as f64, 0);
    while (if gnu && u > 0 { v.ceil() } else { v }) >= 1024.0 && u + 1 < units.len() {
        v /= 1024.0;
        u += 1;
    }
    let tenths = (v * 10.0).ceil();
    match (u, gnu) {
        (0, _) => bytes.to_string(),
        (_, false) => format!("{v:.1}{}", units[u]),
        (_, true) if tenths < 100.0 => format!("{:.1}{}", tenths / 10.0, units[u]),
        _ => format!("{}{}", v.ceil(), units[u]),
    }
}

/// A duration as busybox's `sleep` and `timeout` take it: a number with s, m, h or d behind it. In microseconds.
pub fn duration_us(text: &str) -> Option<u64> {
    let (digits, unit) = match text.as_bytes().last()? {
        b's' => (&text[..text.len() - 1], 1.0),
        b'm' => (&text[..text.len() - 1], 60.0),
        b'h' => (&text[..text.len() - 1], 3600.0),
        b'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    if digits == "inf" || digits == "infinity" {
        return Some(u64::MAX / 4);
    }
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e')) {
        return None;
    }
    let v: f64 = digits.parse().ok()?;
    Some((v * unit * 1e6).min(9e17) as u64)
}

//! bash's brace expansion, on a word's source text: `{a,b}` and `{1..5}`.

use crate::base::List as _;
/// How many words one may become.
const WORDS_MAX: usize = 1 << 16;
/// How many digits a padded number may have.
const WIDTH_MAX: usize = 1000;

/// All words that `raw` stands for; itself where no brace expands, or where it would take more than `bytes`.
pub fn expand(raw: &str, bytes: &mut usize) -> Vec<String> {
    let mut words = WORDS_MAX;
    expand_with(raw, &mut words, bytes, 0).unwrap_or_else(|| vec![raw.to_string()])
}

/// Takes `by` from what is left of a budget.
fn charge(budget: &mut usize, by: usize) -> Option<()> {
    let left = budget.checked_sub(by);
    *budget = left.unwrap_or(0);
    left.map(|_| ())
}

fn expand_with(raw: &str, words: &mut usize, bytes: &mut usize, depth: u32) -> Option<Vec<String>> {
    charge(bytes, raw.len())?;
    if depth > 20 {
        return None;
    }
    let b = raw.as_bytes();
    let mut i = 0;
    while i < b.len() {
        match b[i] {
            b'\\' | b'\'' | b'"' => i = quoted_end(b, i),
            b'$' if b.get(i + 1) == Some(&b'{') => i = matching(b, i + 1).unwrap_or(b.len()),
            b'$' if b.get(i + 1) == Some(&b'(') => return Some(vec![raw.to_string()]),
            b'{' => {
                let end = matching(b, i);
                charge(bytes, end.unwrap_or(b.len()) - i)?;
                if let Some(end) = end
                    && let Some(alternatives) = alternatives(&raw[i + 1..end], depth)
                {
                    let tails = expand_with(&raw[end + 1..], words, bytes, depth + 1)?;
                    let mut out = Vec::new();
                    for alternative in alternatives {
                        for middle in expand_with(&alternative, words, bytes, depth + 1)? {
                            for tail in &tails {
                                charge(words, 1)?;
                                charge(bytes, i + middle.len() + tail.len())?;
                                out.push(format!("{}{middle}{tail}", &raw[..i]));
                            }
                        }
                    }
                    return Some(out);
                }
            }
            _ => {}
        }
        i += 1;
    }
    Some(vec![raw.to_string()])
}

/// Where a quoted stretch ends that begins at `i`: at its closing quote, or at the character behind a backslash.
fn quoted_end(b: &[u8], i: usize) -> usize {
    let quote = b[i];
    let mut at = i + 1;
    if quote == b'\\' {
        return at;
    }
    while at < b.len() && b[at] != quote {
        at += if quote == b'"' && b[at] == b'\\' { 2 } else { 1 };
    }
    at
}

fn matching(b: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0;
    let mut i = open;
    while i < b.len() {
        match b[i] {
            b'\\' | b'\'' | b'"' => i = quoted_end(b, i),
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
        i += 1;
    }
    None
}

fn alternatives(inner: &str, depth: u32) -> Option<Vec<String>> {
    if depth > 20 {
        return None;
    }
    let b = inner.as_bytes();
    let (mut parts, mut start, mut level) = (Vec::new(), 0, 0);
    let mut i = 0;
    while i < b.len() {
        match b[i] {
            b'\\' | b'\'' | b'"' => i = quoted_end(b, i),
            b'{' => level += 1,
            b'}' => level -= 1,
            b',' if level == 0 => {
                parts.push(inner[start..i].to_string());
                start = i + 1;
            }
            _ => {}
        }
        i += 1;
    }
    if !parts.is_empty() {
        parts.push(inner[start..].to_string());
        return Some(parts);
    }
    let mut ends = inner.split("..");
    let (from, to, step) = (ends.next()?, ends.next()?, ends.next());
    if ends.next().is_some() {
        return None;
    }
    let step: i64 = step.map_or(Some(1), |s| s.parse().ok())?;
    let step = if step == 0 { 1 } else { step.checked_abs()? };
    if let (Ok(a), Ok(z)) = (from.parse::<i64>(), to.parse::<i64>()) {
        if a.abs_diff(z) / step.unsigned_abs() >= WORDS_MAX as u64 {
            return None;
        }
        let padded = |t: &str| t.trim_start_matches('-').starts_with('0') && t.trim_start_matches('-').len() > 1;
        let width = if padded(from) || padded(to) { from.len().max(to.len()) } else { 0 };
        if width > WIDTH_MAX {
            return None;
        }
        let mut out = Vec::new();
        let mut n = a;
        while if a <= z { n <= z } else { n >= z } {
            out.push(format!("{n:0width$}"));
            n = if a <= z { n.checked_add(step)? } else { n.checked_sub(step)? };
        }
        return Some(out);
    }
    let (&[a], &[z]) = (from.as_bytes(), to.as_bytes()) else { return None };
    if !a.is_ascii_alphabetic() || !z.is_ascii_alphabetic() {
        return None;
    }
    let mut out: Vec<String> = (a.min(z)..=a.max(z)).step_by(usize::try_from(step).ok()?).map(|c| (c as char).to_string()).list();
    if a > z {
        out.reverse();
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn quotes_keep_braces_and_commas() {
        for (raw, wanted) in [
            ("x{a,b}y", &["xay", "xby"] as &[&str]),
            ("{1..3}", &["1", "2", "3"]),
            (r#""{a,b}""#, &[r#""{a,b}""#]),
            (r#""{\"a\":{\"b\":1,\"c\":\"$U\"}}""#, &[r#""{\"a\":{\"b\":1,\"c\":\"$U\"}}""#]),
            (r#"{a,"b,c"}"#, &["a", r#""b,c""#]),
            (r"{a,'}'}z", &["az", "'}'z"]),
            (r"\{a,b}", &[r"\{a,b}"]),
            (r#"'{a,b}'{c,d}"#, &["'{a,b}'c", "'{a,b}'d"]),
            (r#""\"{a,b}"#, &[r#""\"{a,b}"#]),
        ] {
            assert_eq!(expand(raw, &mut 1000), wanted, "{raw}");
        }
    }

    #[test]
    fn what_would_grow_too_large_stays() {
        let wide = format!("{{1..3000}}{}", "x".repeat(10_000));
        assert_eq!(expand(&wide, &mut (1 << 20)), [wide]);
        let padded = format!("{{{}1..2}}", "0".repeat(70_000));
        assert_eq!(expand(&padded, &mut (1 << 20)), [padded]);
        let open = "{".repeat(100_000);
        let mut bytes = 1 << 20;
        assert_eq!(expand(&open, &mut bytes), [open]);
        assert_eq!(bytes, 0);
    }
}

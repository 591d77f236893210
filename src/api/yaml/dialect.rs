//! Where libyaml, which reads here, differs from go-yaml, which reads in kubectl.

use std::borrow::Cow;

use super::{Failure, read_document};
use crate::api::Value;

/// Reads one document as go-yaml does.
pub(super) fn read(text: &str) -> Result<Value, Failure> {
    let mut text = Cow::Borrowed(text);
    let mut tries_left = QUOTED_SCALARS_MAX;
    loop {
        let error = match read_document(&text) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let place = error.location().map(|p| p.index()).filter(|_| tries_left > 0 && error.to_string().contains("unknown escape"));
        match place.and_then(|at| without_escaped_quotes(&text, at)) {
            Some(mended) => (text, tries_left) = (Cow::Owned(mended), tries_left - 1),
            None => return Err(unknown_anchor(&text, error)),
        }
    }
}

/// The loader does not say which anchor it misses; go-yaml does.
fn unknown_anchor(text: &str, error: serde_yaml::Error) -> Failure {
    let place = error.location();
    let mut failure = Failure::from(error);
    if failure.message.ends_with("unknown anchor")
        && let Some(name) = place.and_then(|p| text.get(p.index()..)).and_then(|rest| rest.strip_prefix('*'))
    {
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
        failure.message = format!("unknown anchor '{}' referenced", &name[..end]);
    }
    failure
}

/// Scalars of one document in which a single quote may be escaped.
const QUOTED_SCALARS_MAX: usize = 100;

/// The text with `\'` read as `'` in the double-quoted scalar around `at`: go-yaml knows this escape, libyaml does not.
fn without_escaped_quotes(text: &str, at: usize) -> Option<String> {
    let mut rest = text.get(at..).filter(|rest| rest.starts_with("\\'"))?;
    let mut out = text[..at].to_owned();
    while let Some(escape) = rest.find(['\\', '"']).filter(|i| rest[*i..].starts_with('\\')) {
        let kept = if rest[escape + 1..].starts_with('\'') { escape } else { escape + 1 };
        out += &rest[..kept];
        rest = &rest[escape + 1..];
        let escaped = rest.chars().next().map_or(0, char::len_utf8);
        out += &rest[..escaped];
        rest = &rest[escaped..];
    }
    Some(out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_quotes_lose_their_backslash_until_the_scalar_ends() {
        for (text, at, want) in [
            (r#"a: "\'x\'""#, 4, r#"a: "'x'""#),
            (r#"a: "x\\\'\"\'", b: '\'c"#, 7, r#"a: "x\\'\"'", b: '\'c"#),
            (r#"a: "\'"#, 4, r#"a: "'"#),
            (r#"a: "\'\"#, 4, r#"a: "'\"#),
        ] {
            assert_eq!(without_escaped_quotes(text, at).as_deref(), Some(want), "{text}");
        }
        assert_eq!(without_escaped_quotes(r#"a: "\q""#, 4), None);
    }
}

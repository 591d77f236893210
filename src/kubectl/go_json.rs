//! What Go's `encoding/json` says of a text that is no JSON.

/// Nesting deeper than this is an error of its own.
const DEPTH_MAX: usize = 10_000;

/// The first syntax error of a text, in Go's words.
pub fn syntax_error(text: &str) -> String {
    let mut scanner = Scanner { text: text.as_bytes(), at: 0 };
    match scanner.value(0).and_then(|()| scanner.end()) {
        Ok(()) => "unexpected end of JSON input".into(),
        Err(message) => message,
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(|c| b" \t\r\n".contains(c)) {
            self.at += 1;
        }
    }

    fn wrong(&self, place: &str) -> String {
        match self.text.get(self.at) {
            None => "unexpected end of JSON input".into(),
            Some(b'\'') => format!("invalid character '\\'' {place}"),
            Some(b'"') => format!("invalid character '\"' {place}"),
            Some(c) => format!("invalid character {:?} {place}", char::from(*c)),
        }
    }

    fn end(&mut self) -> Result<(), String> {
        self.space();
        if self.at < self.text.len() { Err(self.wrong("after top-level value")) } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Result<(), String> {
        if depth > DEPTH_MAX.min(200) {
            return Err("exceeded max depth".into());
        }
        self.space();
        match self.text.get(self.at) {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string(),
            Some(c) if *c == b'-' || c.is_ascii_digit() => {
                self.at += 1;
                while self.text.get(self.at).is_some_and(|c| c.is_ascii_digit() || b"+-.eE".contains(c)) {
                    self.at += 1;
                }
                Ok(())
            }
            Some(c @ (b't' | b'f' | b'n')) => self.word(match c {
                b't' => "true",
                b'f' => "false",
                _ => "null",
            }),
            _ => Err(self.wrong("looking for beginning of value")),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        for (i, expected) in word.bytes().enumerate() {
            if self.text.get(self.at) != Some(&expected) {
                let c = char::from(word.as_bytes()[i]);
                return Err(self.wrong(&format!("in literal {word} (expecting {c:?})")));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), String> {
        self.at += 1;
        while let Some(c) = self.text.get(self.at) {
            match c {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.at += 2,
                c if *c < 0x20 => return Err(self.wrong("in string literal")),
                _ => self.at += 1,
            }
        }
        Err("unexpected end of JSON input".into())
    }

    fn object(&mut self, depth: usize) -> Result<(), String> {
        self.at += 1;
        self.space();
        if self.text.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            if self.text.get(self.at) != Some(&b'"') {
                return Err(self.wrong("looking for beginning of object key string"));
            }
            self.string()?;
            self.space();
            if self.text.get(self.at) != Some(&b':') {
                return Err(self.wrong("after object key"));
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
                _ => return Err(self.wrong("after object key:value pair")),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<(), String> {
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
                _ => return Err(self.wrong("after array element")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_go_says() {
        for (text, want) in [
            ("{bad", "invalid character 'b' looking for beginning of object key string"),
            ("{\"a\":1", "unexpected end of JSON input"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":tru}", "invalid character '}' in literal true (expecting 'e')"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{} x", "invalid character 'x' after top-level value"),
        ] {
            assert_eq!(syntax_error(text), want);
        }
    }
}

//! Reads scripts of `sed`.

use super::{Action, Address, Command, Part, Range, substitute};
use crate::base::List as _;
use crate::base::regex::{Regex, Syntax};

/// Why a text is no script of sed's, in busybox's words.
#[derive(Debug, thiserror::Error)]
pub enum SedError {
    /// There is no command of this letter.
    #[error("unsupported command {0}")]
    UnknownCommand(char),
    /// The delimiter that would end a part of a command is missing.
    #[error("unmatched '{0}'")]
    Unmatched(char),
    /// Anything else.
    #[error("{0}")]
    Malformed(String),
}

impl From<&str> for SedError {
    fn from(text: &str) -> SedError {
        SedError::Malformed(text.to_owned())
    }
}

type Parsed<T> = Result<T, SedError>;

#[derive(Default)]
pub(super) struct Parser {
    pub(super) c: Vec<char>,
    pub(super) at: usize,
    pub(super) syntax: Syntax,
    /// Whether it complains as GNU's sed does.
    pub(super) is_gnu: bool,
    pub(super) commands: Vec<Command>,
    pub(super) labels: Vec<(String, usize)>,
    pub(super) jumps: Vec<(usize, String)>,
    /// The commands that append a file's text.
    pub(super) reads: Vec<(usize, String)>,
    pub(super) last: Option<Regex>,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.c.get(self.at).copied()
    }
    fn blanks(&mut self) {
        while self.peek().is_some_and(|c| c == ' ' || c == '\t') {
            self.at += 1;
        }
    }
    fn number(&mut self) -> Option<u64> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.c[start..self.at].iter().collect::<String>().parse().ok()
    }
    /// Text up to an unescaped delimiter, which is consumed.
    fn until(&mut self, delimiter: char) -> Parsed<String> {
        let mut out = String::new();
        let mut class = false;
        loop {
            let Some(c) = self.peek() else { return Err(SedError::Unmatched(delimiter)) };
            self.at += 1;
            match c {
                '\\' => {
                    let Some(e) = self.peek() else { return Err("unterminated".into()) };
                    self.at += 1;
                    if e == delimiter {
                        out.push(e);
                    } else if e == 'n' {
                        out.push('\n');
                    } else {
                        out.push('\\');
                        out.push(e);
                    }
                }
                '[' if !class => {
                    class = true;
                    out.push(c);
                    if self.peek() == Some('^') {
                        out.push('^');
                        self.at += 1;
                    }
                    if self.peek() == Some(']') {
                        out.push(']');
                        self.at += 1;
                    }
                }
                ']' => {
                    class = false;
                    out.push(c);
                }
                c if c == delimiter && !class => return Ok(out),
                c if c == delimiter && !self.c[self.at..].contains(&']') => return Ok(out),
                c => out.push(c),
            }
        }
    }
    fn regex(&mut self, text: &str, fold: bool) -> Parsed<Regex> {
        if text.is_empty() {
            return self.last.clone().ok_or_else(|| "no previous regexp".into());
        }
        let re = Regex::with_fold(text, self.syntax, fold)
            .map_err(|e| SedError::Malformed(if self.is_gnu { e.to_string() } else { format!("bad regex '{text}': {e}") }))?;
        self.last = Some(re.clone());
        Ok(re)
    }
    fn address(&mut self) -> Parsed<Option<Address>> {
        Ok(match self.peek() {
            Some('$') => {
                self.at += 1;
                Some(Address::Last)
            }
            Some('+') => {
                self.at += 1;
                Some(Address::More(self.number().unwrap_or(0)))
            }
            Some(c) if c.is_ascii_digit() => {
                let n = self.number().unwrap_or(0);
                if self.is_gnu && self.peek() == Some('~') {
                    self.at += 1;
                    Some(Address::Step(n, self.number().unwrap_or(1)))
                } else {
                    Some(Address::Line(n))
                }
            }
            Some(c @ ('/' | '\\')) => {
                self.at += 1;
                let mut delimiter = '/';
                if c == '\\' {
                    delimiter = self.peek().unwrap_or('/');
                    self.at += 1;
                }
                let text = self.until(delimiter)?;
                let fold = self.is_gnu && self.peek() == Some('I');
                if fold {
                    self.at += 1;
                }
                Some(Address::Match(self.regex(&text, fold)?))
            }
            _ => None,
        })
    }
    /// The text of `a`, `i` and `c`.
    fn text(&mut self) -> String {
        self.blanks();
        if self.peek() == Some('\\') {
            self.at += 1;
            // What follows it in the line is text with the blanks before it.
            let text = self.at;
            self.blanks();
            self.at = if self.peek() == Some('\n') { self.at + 1 } else { text };
        }
        let mut out = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == '\\' && self.peek().is_some() {
                let e = self.peek().unwrap_or('\n');
                self.at += 1;
                out.push(escaped(e));
            } else if c == '\n' {
                break;
            } else {
                out.push(c);
            }
        }
        out.push('\n');
        out
    }
    fn word(&mut self) -> String {
        self.blanks();
        let start = self.at;
        while self.peek().is_some_and(|c| !matches!(c, '\n' | ';' | '}')) {
            self.at += 1;
        }
        self.c[start..self.at].iter().collect::<String>().trim().to_string()
    }
    pub(super) fn script(&mut self) -> Parsed<()> {
        let mut blocks = Vec::new();
        loop {
            while self.peek().is_some_and(|c| c.is_whitespace() || c == ';') {
                self.at += 1;
            }
            let Some(c) = self.peek() else { break };
            if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
                continue;
            }
            if c == '}' {
                self.at += 1;
                let Some(open) = blocks.pop() else { return Err("unexpected '}'".into()) };
                let end = self.commands.len();
                if let Some(c) = self.commands.get_mut::<usize>(open) {
                    c.action = Action::Block(end);
                }
                continue;
            }
            let from = self.address()?;
            let mut to = None;
            self.blanks();
            if from.is_some() && self.peek() == Some(',') {
                self.at += 1;
                self.blanks();
                to = self.address()?;
                if to.is_none() {
                    return Err("no address after comma".into());
                }
                self.blanks();
            }
            let mut negated = false;
            while self.peek() == Some('!') {
                negated = true;
                self.at += 1;
                self.blanks();
            }
            let Some(c) = self.peek() else { return Err("missing command".into()) };
            self.at += 1;
            let action = match c {
                '{' => {
                    blocks.push(self.commands.len());
                    Action::Block(0)
                }
                's' => self.substitute()?,
                'y' => {
                    let d = self.peek().unwrap_or('/');
                    self.at += 1;
                    let (a, b) = (self.until(d)?, self.until(d)?);
                    let (a, b): (Vec<char>, Vec<char>) = (a.replace("\\\\", "\\").chars().list(), b.replace("\\\\", "\\").chars().list());
                    if a.len() != b.len() {
                        return Err("strings for 'y' command are different lengths".into());
                    }
                    Action::Translate(a.into_iter().zip(b).list())
                }
                'p' => Action::Print,
                'P' => Action::PrintFirst,
                'd' => Action::Delete,
                'D' => Action::DeleteFirst,
                'q' | 'Q' => {
                    self.blanks();
                    Action::Quit(self.number().unwrap_or(0) as i32, c == 'q')
                }
                'r' | 'w' => {
                    self.blanks();
                    let start = self.at;
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                    let file: String = self.c[start..self.at].iter().collect();
                    if file.is_empty() {
                        return Err("empty filename".into());
                    }
                    if c == 'r' {
                        self.reads.push((self.commands.len(), file.clone()));
                    }
                    Action::Write(file)
                }
                'a' => Action::Append(self.text()),
                'i' => Action::Insert(self.text()),
                'c' => Action::Change(self.text()),
                'n' => Action::Next,
                'N' => Action::NextJoin,
                'g' => Action::Get(false),
                'G' => Action::Get(true),
                'h' => Action::Hold(false),
                'H' => Action::Hold(true),
                'x' => Action::Exchange,
                '=' => Action::Number,
                'l' => Action::List,
                'b' | 't' | 'T' => {
                    let label = self.word();
                    self.jumps.push((self.commands.len(), label));
                    Action::Branch(
                        None,
                        match c {
                            't' => Some(true),
                            'T' => Some(false),
                            _ => None,
                        },
                    )
                }
                ':' => {
                    let label = self.word();
                    self.labels.push((label, self.commands.len()));
                    Action::Label
                }
                other => return Err(SedError::UnknownCommand(other)),
            };
            self.commands.push(Command { from, to, negated, range: Range::Before, action });
            self.blanks();
            if let Some(c) = self.peek()
                && !matches!(c, ';' | '\n' | '}' | '#')
                && !matches!(
                    self.commands.last().map(|c| &c.action),
                    Some(Action::Block(_) | Action::Append(_) | Action::Insert(_) | Action::Change(_))
                )
            {
                return Err("garbage after command".into());
            }
        }
        if blocks.is_empty() { Ok(()) } else { Err("unmatched '{'".into()) }
    }
    fn substitute(&mut self) -> Parsed<Action> {
        let Some(d) = self.peek() else { return Err(SedError::Unmatched('s')) };
        self.at += 1;
        let pattern = self.until(d)?;
        let mut with = Vec::new();
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else { return Err(SedError::Unmatched(d)) };
            self.at += 1;
            if c == d {
                break;
            }
            if c == '&' {
                with.push(Part::Text(std::mem::take(&mut text)));
                with.push(Part::Group(0));
            } else if c == '\\' {
                let Some(e) = self.peek() else { return Err("unterminated".into()) };
                self.at += 1;
                match e {
                    '0'..='9' => {
                        with.push(Part::Text(std::mem::take(&mut text)));
                        with.push(Part::Group(e as usize - '0' as usize));
                    }
                    'U' | 'L' | 'u' | 'l' | 'E' if self.is_gnu => {
                        with.push(Part::Text(std::mem::take(&mut text)));
                        with.push(Part::Case(e));
                    }
                    e => text.push(escaped(e)),
                }
            } else {
                text.push(c);
            }
        }
        with.push(Part::Text(text));
        let (mut global, mut print, mut fold, mut nth, mut write) = (false, false, false, 1, None);
        loop {
            match self.peek() {
                Some('g') => global = true,
                Some('p') => print = true,
                Some('i' | 'I') => fold = true,
                Some(c) if c.is_ascii_digit() => {
                    nth = self.number().unwrap_or(1).max(1);
                    continue;
                }
                Some('w') => {
                    self.at += 1;
                    write = Some(self.word());
                    break;
                }
                _ => break,
            }
            self.at += 1;
        }
        Ok(Action::Substitute { re: self.regex(&pattern, fold)?, with, global, nth, print, write })
    }
}

/// What a letter behind a backslash stands for.
fn escaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        c => c,
    }
}

/// One `s`, as an editor has it: what it makes of a line.
pub struct Substitution {
    re: Regex,
    with: Vec<Part>,
    global: bool,
    nth: u64,
}

impl Substitution {
    /// Reads what stands behind the `s`: `/a/b/g`. The last delimiter may be left out.
    pub fn parse(text: &str) -> Parsed<Substitution> {
        let mut c: Vec<char> = text.chars().list();
        let delimiter = c.first().copied().filter(|d| !d.is_alphanumeric()).ok_or("bad substitution")?;
        if c.iter().filter(|d| **d == delimiter).count() == 2 {
            c.push(delimiter);
        }
        let mut parser = Parser { c, is_gnu: true, ..Parser::default() };
        match parser.substitute()? {
            Action::Substitute { re, with, global, nth, .. } => Ok(Substitution { re, with, global, nth }),
            _ => Err("bad substitution".into()),
        }
    }

    /// The line after it; nothing where it does not match.
    pub fn of(&self, line: &str) -> Option<String> {
        substitute(&self.re, &self.with, self.global, self.nth, line)
    }
}

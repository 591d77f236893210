//! Reads a JSONPath template.

use super::JsonPathError;
use crate::base::List as _;
use crate::kubectl::output::go_value::unquote;

/// What stands between braces, or the text around them.
pub(super) type Action = Vec<Node>;

/// A step of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Text, bare or in quotes.
    Text(String),
    /// `.name`
    Field(String),
    /// `range`, `end`, and what is an error when evaluated.
    Identifier(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `.*`
    Wildcard,
    /// `..`
    Recursive,
    /// `[start:end:step]`; of a single index, `end` is the next one and `derived`.
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        derived: bool,
        step: Option<i64>,
    },
    /// `[a,b]`
    Union(Vec<Action>),
    /// `[?(left operator right)]`
    Filter {
        left: Action,
        operator: String,
        right: Action,
    },
}

/// The longest template that is read, in bytes.
const TEMPLATE_LEN_MAX: usize = 1 << 20;
/// How deep filters and unions may stand in each other.
const DEPTH_MAX: usize = 32;

fn syntax(message: impl Into<String>) -> JsonPathError {
    JsonPathError::Syntax(message.into())
}

pub(super) fn parse(template: &str) -> Result<Vec<Action>, JsonPathError> {
    parse_at(template, 0)
}

fn parse_at(template: &str, depth: usize) -> Result<Vec<Action>, JsonPathError> {
    if template.len() > TEMPLATE_LEN_MAX || depth > DEPTH_MAX {
        return Err(syntax("template is too large"));
    }
    let mut actions = Vec::new();
    let mut p = Parser { input: template, pos: 0, start: 0, width: 0, depth };
    loop {
        match template[p.pos..].find('{') {
            Some(at) => {
                if at > 0 {
                    actions.push(vec![Node::Text(template[p.pos..p.pos + at].to_owned())]);
                }
                p.pos += at + 1;
                p.start = p.pos;
                actions.push(p.action()?);
            }
            None => {
                if p.pos < template.len() {
                    actions.push(vec![Node::Text(template[p.pos..].to_owned())]);
                }
                return Ok(actions);
            }
        }
    }
}

/// Reads text as if it stood between braces.
fn parse_action(text: &str, depth: usize) -> Result<Action, JsonPathError> {
    let actions = parse_at(&format!("{{{text}}}"), depth + 1)?;
    actions.into_iter().next().ok_or_else(|| syntax("empty action"))
}

struct Parser<'a> {
    input: &'a str,
    pos: usize,
    start: usize,
    width: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.input[self.pos..]
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next();
        self.width = c.map_or(0, char::len_utf8);
        self.pos += self.width;
        c
    }

    fn backup(&mut self) {
        self.pos -= self.width;
    }

    fn consume(&mut self) -> &'a str {
        let text = &self.input[self.start..self.pos];
        self.start = self.pos;
        text
    }

    /// Whether the character before the one just read is a backslash.
    fn escaped(&self) -> bool {
        self.pos >= 2 && self.input.as_bytes()[self.pos - 2] == b'\\'
    }

    /// What stands between braces, up to and with the closing one.
    fn action(&mut self) -> Result<Action, JsonPathError> {
        let mut nodes = Action::new();
        loop {
            if self.rest().starts_with('}') {
                self.pos += 1;
                self.consume();
                return Ok(nodes);
            } else if self.rest().starts_with("[?(") {
                self.filter(&mut nodes)?;
                continue;
            } else if self.rest().starts_with("..") {
                if nodes.last() == Some(&Node::Recursive) {
                    return Err(syntax("invalid multiple recursive descent"));
                }
                self.pos += 2;
                self.consume();
                nodes.push(Node::Recursive);
                if self.rest().starts_with(is_alphanumeric) {
                    self.field(&mut nodes);
                }
                continue;
            }
            match self.next() {
                None | Some('\r' | '\n') => return Err(syntax("unclosed action")),
                Some(' ' | '@' | '$') => {
                    self.consume();
                }
                Some('[') => self.array(&mut nodes)?,
                Some(quote @ ('"' | '\'')) => self.quoted(&mut nodes, quote)?,
                Some('.') => self.field(&mut nodes),
                Some(c) if matches!(c, '+' | '-') || c.is_numeric() => {
                    self.backup();
                    self.number(&mut nodes)?;
                }
                Some(c) if is_alphanumeric(c) => {
                    self.backup();
                    self.identifier(&mut nodes);
                }
                Some(c) => return Err(syntax(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c)))),
            }
        }
    }

    fn identifier(&mut self, nodes: &mut Action) {
        while let Some(c) = self.next() {
            if is_terminator(c) {
                self.backup();
                break;
            }
        }
        nodes.push(match self.consume() {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            name => Node::Identifier(name.to_owned()),
        });
    }

    fn number(&mut self, nodes: &mut Action) -> Result<(), JsonPathError> {
        if self.rest().starts_with(['+', '-']) {
            self.next();
        }
        while let Some(c) = self.next() {
            if c != '.' && !c.is_numeric() {
                self.backup();
                break;
            }
        }
        let text = self.consume();
        let node = text.parse().map(Node::Int).or_else(|_| text.parse().map(Node::Float));
        nodes.push(node.map_err(|_| syntax(format!("cannot parse number {text}")))?);
        Ok(())
    }

    fn array(&mut self, nodes: &mut Action) -> Result<(), JsonPathError> {
        loop {
            match self.next() {
                None | Some('\n') => return Err(syntax("unterminated array")),
                Some(']') => break,
                _ => {}
            }
        }
        let text = self.consume();
        let text = match &text[1..text.len() - 1] {
            "*" => ":",
            other => other,
        };
        if text.contains(',') {
            let parts = text.split(',').map(|part| parse_action(&format!("[{}]", part.trim_matches(' ')), self.depth));
            nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        if let Some(key) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).filter(|key| !key.contains('\'')) {
            nodes.extend(parse_action(&format!(".{key}"), self.depth)?);
            return Ok(());
        }
        nodes.push(slice(text)?);
        Ok(())
    }

    fn filter(&mut self, nodes: &mut Action) -> Result<(), JsonPathError> {
        self.pos += 3;
        self.consume();
        let (mut pair, mut ended) = (None, false);
        loop {
            match self.next() {
                None | Some('\n') => return Err(syntax("unterminated filter")),
                Some(quote @ ('"' | '\'')) => match pair {
                    None => pair = Some(quote),
                    Some(open) => ended |= !self.escaped() && quote == open,
                },
                Some(')') if pair.is_some() == ended => break,
                _ => {}
            }
        }
        if self.next() != Some(']') {
            return Err(syntax("unclosed array expect ]"));
        }
        let text = self.consume();
        let text = &text[..text.len() - 2];
        nodes.push(match split_comparison(text) {
            None => Node::Filter { left: parse_action(text, self.depth)?, operator: "exists".into(), right: Action::new() },
            Some((left, operator, right)) => Node::Filter {
                left: parse_action(left, self.depth)?,
                right: parse_action(right, self.depth)?,
                operator: operator.to_owned(),
            },
        });
        Ok(())
    }

    fn quoted(&mut self, nodes: &mut Action, quote: char) -> Result<(), JsonPathError> {
        loop {
            match self.next() {
                None | Some('\n') => return Err(syntax("unterminated quoted string")),
                Some(c) if c == quote && !self.escaped() => break,
                _ => {}
            }
        }
        let text = self.consume();
        let unquoted = unquote(&text[1..text.len() - 1], quote);
        nodes.push(Node::Text(unquoted.ok_or_else(|| syntax(format!("unquote string {text} error invalid syntax")))?));
        Ok(())
    }

    fn field(&mut self, nodes: &mut Action) {
        self.consume();
        while let Some(c) = self.next() {
            if c == '\\' {
                self.next();
            } else if is_terminator(c) {
                self.backup();
                break;
            }
        }
        let name = self.consume();
        nodes.push(if name == "*" { Node::Wildcard } else { Node::Field(name.replace('\\', "")) });
    }
}

/// `-?\d*(:-?\d*)?(:-?\d*)?`
fn slice(text: &str) -> Result<Node, JsonPathError> {
    let invalid = || syntax(format!("invalid array index {text}"));
    let parts: Vec<&str> = text.split(':').list();
    let number = |part: &str| part.strip_prefix('-').unwrap_or(part).bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(|p| number(p)) {
        return Err(invalid());
    }
    let value = |i: usize| match parts.get(i) {
        None | Some(&"") => Ok(None),
        Some(part) => part.parse().map(Some).map_err(|_| syntax(format!("array index {part} is not a number"))),
    };
    let (start, end, step): (Option<i64>, Option<i64>, Option<i64>) = (value(0)?, value(1)?, value(2)?);
    match parts.len() {
        1 => Ok(Node::Slice { start, end: Some(start.unwrap_or(0).saturating_add(1)), derived: true, step: None }),
        _ => Ok(Node::Slice { start, end, derived: false, step }),
    }
}

/// Left side, operator and right side: `([^!<>=]+)([!<>=]+)(.+)`.
fn split_comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator = |c: char| matches!(c, '!' | '<' | '>' | '=');
    let at = text.find(is_operator).filter(|at| *at > 0)?;
    let run = text[at..].find(|c| !is_operator(c)).unwrap_or(text.len() - at);
    // The right side takes at least one character, of the operator if need be.
    let run = if at + run == text.len() { run - 1 } else { run };
    (run > 0).then(|| (&text[..at], &text[at..at + run], &text[at + run..]))
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_numeric()
}

fn is_terminator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

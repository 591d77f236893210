//! Reads a template's tokens into a tree.

use super::error::{LexError, SyntaxError, TemplateError};
use super::funcs::is_function;
use super::lex::{Kind, Token, lex};
use crate::api::Value;
use crate::base::{List as _, SortedMap};
use crate::kubectl::output::go_value::unquote;

/// The tree of each template that is defined; the main one under the empty name.
pub(super) type Trees = SortedMap<String, Vec<Node>>;

/// The longest template that is read, in bytes.
const TEMPLATE_LEN_MAX: usize = 1 << 20;
/// How deep parts of a template may stand in each other.
const DEPTH_MAX: usize = 100;

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    Action(Pipe),
    If(Control),
    With(Control),
    Range(Control),
    Break,
    Continue,
    /// `{{template "name" pipe}}`
    Template {
        pos: usize,
        name: String,
        pipe: Option<Pipe>,
    },
}

/// `{{if pipe}} body {{else}} otherwise {{end}}`
#[derive(Clone, Debug)]
pub(super) struct Control {
    pub(super) pipe: Pipe,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// Commands one after the other, each given the result of the one before.
#[derive(Clone, Debug)]
pub(super) struct Pipe {
    pub(super) pos: usize,
    pub(super) decl: Vec<String>,
    pub(super) assign: bool,
    pub(super) commands: Vec<Command>,
}

/// A function or value with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) pos: usize,
    pub(super) args: Vec<Arg>,
}

/// An operand and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Arg {
    pub(super) pos: usize,
    pub(super) operand: Operand,
}

#[derive(Clone, Debug)]
pub(super) enum Operand {
    Dot,
    Nil,
    Identifier(String),
    /// A constant and how it was written.
    Constant(Value, String),
    /// `.a.b`
    Field(Vec<String>),
    /// `$x.a`
    Variable(String, Vec<String>),
    Pipe(Box<Pipe>),
    /// `(pipe).a.b`
    Chain(Box<Arg>, Vec<String>),
}

impl Pipe {
    /// As it would be written.
    pub(super) fn shown(&self) -> String {
        let commands = self.commands.iter().map(Command::shown).list().join(" | ");
        if self.decl.is_empty() {
            commands
        } else {
            format!("{} {} {commands}", self.decl.join(", "), if self.assign { "=" } else { ":=" })
        }
    }
}

impl Command {
    /// As it would be written.
    pub(super) fn shown(&self) -> String {
        self.args.iter().map(Arg::shown).list().join(" ")
    }
}

impl Arg {
    /// As it would be written.
    pub(super) fn shown(&self) -> String {
        let fields = |names: &[String]| names.iter().map(|n| format!(".{n}")).collect::<String>();
        match &self.operand {
            Operand::Dot => ".".into(),
            Operand::Nil => "nil".into(),
            Operand::Identifier(name) => name.clone(),
            Operand::Constant(_, text) => text.clone(),
            Operand::Field(names) => fields(names),
            Operand::Variable(name, names) => format!("{name}{}", fields(names)),
            Operand::Pipe(pipe) => format!("({})", pipe.shown()),
            Operand::Chain(arg, names) => format!("{}{}", arg.shown(), fields(names)),
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Trees, TemplateError> {
    if text.len() > TEMPLATE_LEN_MAX {
        return Err(TemplateError::Syntax { line: 1, error: SyntaxError::TooLong });
    }
    let (tokens, wrong) = lex(text);
    let mut p = Parser { tokens, wrong, at: 0, vars: vec!["$".into()], ranges: 0, depth: 0, action_line: 0, trees: Trees::new() };
    let main = p.top()?;
    p.trees.insert(String::new(), main);
    Ok(p.trees)
}

/// How a list of nodes ended.
enum End {
    End,
    Else,
}

struct Parser {
    tokens: Vec<Token>,
    /// What is wrong with the last, where it is an error.
    wrong: Option<LexError>,
    at: usize,
    vars: Vec<String>,
    ranges: usize,
    depth: usize,
    action_line: usize,
    trees: Trees,
}

type Parsed<T> = Result<T, TemplateError>;

impl Parser {
    fn peek(&self) -> &Token {
        // The last token is never passed.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn backup(&mut self) {
        self.at -= 1;
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn next_non_space(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    fn peek_non_space(&mut self) -> &Token {
        self.skip_space();
        self.peek()
    }

    /// An error at the token that was looked at last.
    fn error<T>(&self, error: SyntaxError) -> Parsed<T> {
        let at = self.at.saturating_sub(1).min(self.tokens.len() - 1);
        Err(TemplateError::Syntax { line: self.tokens[at].line, error })
    }

    fn unexpected<T>(&self, token: &Token, context: &'static str) -> Parsed<T> {
        let error = match &self.wrong {
            Some(error) if token.kind == Kind::Error => {
                let elsewhere = self.action_line != 0 && self.action_line != token.line;
                SyntaxError::Lex { error: error.clone(), action_line: elsewhere.then_some(self.action_line) }
            }
            _ => SyntaxError::Unexpected { token: token.shown(), context },
        };
        Err(TemplateError::Syntax { line: token.line, error })
    }

    fn expect(&mut self, kind: Kind, context: &'static str) -> Parsed<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { self.unexpected(&token, context) }
    }

    /// Runs one level deeper, where there is one.
    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            return self.error(SyntaxError::TooDeep);
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn top(&mut self) -> Parsed<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            match self.peek().kind {
                Kind::Eof => return Ok(nodes),
                Kind::LeftDelim => {
                    let before = self.at;
                    self.next();
                    if self.next_non_space().kind == Kind::Define {
                        self.definition()?;
                        continue;
                    }
                    self.at = before;
                }
                _ => {}
            }
            match self.text_or_action()? {
                Ok(node) => nodes.push(node),
                Err(End::End) => return self.error(SyntaxError::UnexpectedEnd("{{end}}")),
                Err(End::Else) => return self.error(SyntaxError::UnexpectedEnd("{{else}}")),
            }
        }
    }

    fn definition(&mut self) -> Parsed<()> {
        let (_, name) = self.template_name("define clause")?;
        self.expect(Kind::RightDelim, "define clause")?;
        let outer = std::mem::replace(&mut self.vars, vec!["$".into()]);
        let (body, end) = self.items()?;
        self.vars = outer;
        match end {
            End::End => self.trees.insert(name, body),
            End::Else => return self.error(SyntaxError::UnexpectedEnd("{{else}} in define clause")),
        };
        Ok(())
    }

    /// A template's name and where it stands.
    fn template_name(&mut self, context: &'static str) -> Parsed<(usize, String)> {
        let token = self.next_non_space();
        match token.kind {
            Kind::String | Kind::RawString => match constant(&token) {
                Ok(Value::Str(s)) => Ok((token.pos, s.to_string())),
                _ => self.error(SyntaxError::Quoting),
            },
            _ => self.unexpected(&token, context),
        }
    }

    /// Nodes up to an `end` or `else`.
    fn items(&mut self) -> Parsed<(Vec<Node>, End)> {
        let mut nodes = Vec::new();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Ok(node) => nodes.push(node),
                Err(end) => return Ok((nodes, end)),
            }
        }
        let line = self.peek().line;
        Err(TemplateError::Syntax { line, error: SyntaxError::UnexpectedEnd("EOF") })
    }

    fn text_or_action(&mut self) -> Parsed<Result<Node, End>> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Ok(Node::Text(token.text))),
            Kind::LeftDelim => {
                self.action_line = token.line;
                let node = self.deeper(Self::action)?;
                self.action_line = 0;
                Ok(node)
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn action(&mut self) -> Parsed<Result<Node, End>> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::If => Node::If(self.control("if")?),
            Kind::With => Node::With(self.control("with")?),
            Kind::Range => Node::Range(self.control("range")?),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Err(End::End));
            }
            Kind::Else => {
                // What follows `else` is read with the control it belongs to.
                if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
                    self.expect(Kind::RightDelim, "else")?;
                }
                return Ok(Err(End::Else));
            }
            Kind::Break | Kind::Continue => {
                let word = if token.kind == Kind::Break { "{{break}}" } else { "{{continue}}" };
                let after = self.next_non_space();
                if after.kind != Kind::RightDelim {
                    return self.unexpected(&after, word);
                }
                if self.ranges == 0 {
                    return self.error(SyntaxError::OutsideRange(word));
                }
                if token.kind == Kind::Break { Node::Break } else { Node::Continue }
            }
            Kind::Template => {
                let (pos, name) = self.template_name("template clause")?;
                let pipe = match self.peek_non_space().kind {
                    Kind::RightDelim => {
                        self.next();
                        None
                    }
                    _ => Some(self.pipeline("template clause", Kind::RightDelim)?),
                };
                Node::Template { pos, name, pipe }
            }
            Kind::Block => {
                let (pos, name) = self.template_name("block clause")?;
                let pipe = self.pipeline("block clause", Kind::RightDelim)?;
                let outer = std::mem::replace(&mut self.vars, vec!["$".into()]);
                let (body, end) = self.items()?;
                self.vars = outer;
                if matches!(end, End::Else) {
                    return self.error(SyntaxError::UnexpectedEnd("{{else}} in block clause"));
                }
                self.trees.insert(name.clone(), body);
                Node::Template { pos, name, pipe: Some(pipe) }
            }
            _ => {
                self.backup();
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Ok(node))
    }

    fn control(&mut self, context: &'static str) -> Parsed<Control> {
        let vars = self.vars.len();
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        self.ranges += usize::from(context == "range");
        let (body, end) = self.items()?;
        self.ranges -= usize::from(context == "range");
        let mut otherwise = Vec::new();
        if matches!(end, End::Else) {
            match (context, self.peek().kind) {
                ("if", Kind::If) => {
                    self.next();
                    otherwise.push(Node::If(self.deeper(|p| p.control("if"))?));
                }
                ("with", Kind::With) => {
                    self.next();
                    otherwise.push(Node::With(self.deeper(|p| p.control("with"))?));
                }
                (_, Kind::If | Kind::With) => {
                    let token = self.next();
                    return self.unexpected(&token, "else");
                }
                _ => {
                    let (nodes, end) = self.items()?;
                    if matches!(end, End::Else) {
                        return self.error(SyntaxError::SecondElse);
                    }
                    otherwise = nodes;
                }
            }
        }
        self.vars.truncate(vars);
        Ok(Control { pipe, body, otherwise })
    }

    fn pipeline(&mut self, context: &'static str, end: Kind) -> Parsed<Pipe> {
        let mut pipe = Pipe { pos: self.peek_non_space().pos, decl: Vec::new(), assign: false, commands: Vec::new() };
        while self.peek_non_space().kind == Kind::Variable {
            let before = self.at;
            let variable = self.next();
            let next = self.peek_non_space().clone();
            let comma = next.kind == Kind::Char && next.text == ",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.at = before;
                break;
            }
            self.next();
            pipe.assign = next.kind == Kind::Assign;
            self.vars.push(variable.text.clone());
            pipe.decl.push(variable.text);
            if !comma {
                break;
            }
            if context != "range" || pipe.decl.len() > 1 {
                return self.error(SyntaxError::Declarations(context));
            }
            if !matches!(self.peek_non_space().kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                return self.error(SyntaxError::RangeVariables);
            }
        }
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    pipe.commands.push(self.command()?);
                }
                _ => return self.unexpected(&token, context),
            }
        }
        if pipe.commands.is_empty() {
            return self.error(SyntaxError::MissingValue(context));
        }
        for (i, command) in pipe.commands.iter().enumerate().skip(1) {
            if matches!(command.args[0].operand, Operand::Constant(..) | Operand::Dot | Operand::Nil) {
                return self.error(SyntaxError::NotExecutable(i + 1));
            }
        }
        Ok(pipe)
    }

    fn command(&mut self) -> Parsed<Command> {
        let mut command = Command { pos: self.peek_non_space().pos, args: Vec::new() };
        loop {
            self.skip_space();
            if let Some(arg) = self.operand()? {
                command.args.push(arg);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if command.args.is_empty() {
            return self.error(SyntaxError::EmptyCommand);
        }
        Ok(command)
    }

    fn operand(&mut self) -> Parsed<Option<Arg>> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let pos = self.peek().pos;
        let mut names = Vec::new();
        while self.peek().kind == Kind::Field {
            names.push(self.next().text[1..].to_owned());
        }
        let operand = match term.operand {
            Operand::Field(first) => Operand::Field(first.into_iter().chain(names).list()),
            Operand::Variable(name, first) => Operand::Variable(name, first.into_iter().chain(names).list()),
            Operand::Constant(..) | Operand::Nil | Operand::Dot => {
                return self.error(SyntaxError::FieldOf(term.shown()));
            }
            _ => Operand::Chain(Box::new(term), names),
        };
        Ok(Some(Arg { pos, operand }))
    }

    fn term(&mut self) -> Parsed<Option<Arg>> {
        let token = self.next_non_space();
        let pos = token.pos;
        let operand = match token.kind {
            Kind::Identifier if !is_function(&token.text) => {
                return self.error(SyntaxError::NoFunction(token.text));
            }
            Kind::Identifier => Operand::Identifier(token.text),
            Kind::Dot => Operand::Dot,
            Kind::Nil => Operand::Nil,
            Kind::Variable if !self.vars.contains(&token.text) => return self.error(SyntaxError::NoVariable(token.text)),
            Kind::Variable => Operand::Variable(token.text, Vec::new()),
            Kind::Field => Operand::Field(vec![token.text[1..].to_owned()]),
            Kind::Bool | Kind::CharConstant | Kind::Number | Kind::String | Kind::RawString => match constant(&token) {
                Ok(value) => Operand::Constant(value, token.text),
                Err(error) => return self.error(error),
            },
            Kind::LeftParen => Operand::Pipe(Box::new(self.deeper(|p| p.pipeline("parenthesized pipeline", Kind::RightParen))?)),
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Arg { pos, operand }))
    }
}

fn constant(token: &Token) -> Result<Value, SyntaxError> {
    let text = token.text.as_str();
    let inner = || &text[1..text.len() - 1];
    match token.kind {
        Kind::Bool => Ok((text == "true").into()),
        Kind::RawString => Ok(inner().replace('\r', "").into()),
        Kind::String => unquote(inner(), '"').map(Value::from).ok_or(SyntaxError::Quoting),
        Kind::CharConstant => {
            let unquoted = unquote(inner(), '\'').ok_or(SyntaxError::Quoting)?;
            let mut chars = unquoted.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Ok(Value::from(u32::from(c))),
                _ => Err(SyntaxError::Character(text.to_owned())),
            }
        }
        _ => number(text),
    }
}

fn number(text: &str) -> Result<Value, SyntaxError> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let parsed = match lower.as_bytes() {
        [b'0', b'x', ..] => i64::from_str_radix(&lower[2..], 16),
        [b'0', b'o', ..] => i64::from_str_radix(&lower[2..], 8),
        [b'0', b'b', ..] => i64::from_str_radix(&lower[2..], 2),
        [b'0', _, ..] => i64::from_str_radix(&lower[1..], 8),
        _ => lower.parse(),
    };
    if let Ok(n) = parsed {
        return Ok(Value::Int(sign * n));
    }
    let float = plain.parse::<f64>().ok().filter(|f| f.is_finite() && lower.bytes().all(|b| b.is_ascii_digit() || b".e+-".contains(&b)));
    match float {
        Some(f) if lower.contains(['.', 'e']) => Ok(Value::Float(f)),
        Some(_) => Err(SyntaxError::Overflow(text.to_owned())),
        None => Err(SyntaxError::Number(text.to_owned())),
    }
}

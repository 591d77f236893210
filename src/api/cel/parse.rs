//! CEL's parser: it turns a text into a tree, with macros expanded. Errors are worded as those of the reference implementation, whose
//! parser ANTLR generates.

use super::Issue;
use super::lex::{Tok, Token, tokens};
use super::macros;
use super::types::Type;
use super::value::Val;
use crate::api::ArcStr;

/// How many characters an expression may have.
const SOURCE_MAX: usize = 100_000;
/// How deep a tree may be, since whatever walks it recurses.
const DEPTH_MAX: usize = 120;
/// How many nodes a tree may have, with those that macros add.
const NODES_MAX: usize = 30_000;

/// A part of an expression.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    /// Its position, in characters.
    pub at: usize,
    pub node: Node,
    /// Its type, which the checker sets.
    pub ty: Type,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Literal(Val),
    Ident(ArcStr),
    /// `of.name`; with true for `has(of.name)`.
    Select(Box<Expr>, ArcStr, bool),
    /// `name(args)`, or `target.name(args)`.
    Call(ArcStr, Option<Box<Expr>>, Vec<Expr>),
    /// The items; with true for `[?x]`.
    List(Vec<(Expr, bool)>),
    /// Keys and values; with true for `{?k: v}`.
    Map(Vec<(Expr, Expr, bool)>),
    /// `Name{field: value}`.
    Message(ArcStr, Vec<FieldInit>),
    Fold(Box<Fold>),
}

/// A field of a message, and its value.
#[derive(Clone, Debug)]
pub(super) struct FieldInit {
    /// The position of its colon, in characters.
    pub at: usize,
    pub name: ArcStr,
    pub value: Expr,
    /// Whether it is `?name: value`, of an optional value.
    pub optional: bool,
}

/// The loop that all macros over lists and maps become.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub range: Expr,
    pub var: ArcStr,
    /// The second variable; empty where there is one only.
    pub var2: ArcStr,
    pub accu: ArcStr,
    pub init: Expr,
    /// The loop goes on while this holds.
    pub more: Expr,
    pub step: Expr,
    pub result: Expr,
}

impl Expr {
    pub fn new(at: usize, node: Node) -> Expr {
        Expr { at, node, ty: Type::Dyn }
    }
}

const START: &str = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
#[rustfmt::skip]
const RESERVED: [&str; 17] = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var",
    "void", "while",
];
const LEVELS: [&[&str]; 3] = [&["<", "<=", ">", ">=", "==", "!=", "in"], &["+", "-"], &["*", "/", "%"]];

pub(super) struct Parser {
    tokens: Vec<Token>,
    here: usize,
    pub issues: Vec<Issue>,
    /// Whether there is `cel.bind`.
    pub binds: bool,
    /// Set after an error, until a token fits again: errors meanwhile follow from the first.
    recovering: bool,
    depth: usize,
    nodes: usize,
    stopped: bool,
}

/// Parses an expression; with `binds` it may use `cel.bind`.
pub(super) fn parse(source: &[char], binds: bool) -> Result<Expr, Vec<Issue>> {
    if source.len() > SOURCE_MAX {
        let message = format!("expression code point size exceeds limit: size: {}, limit {SOURCE_MAX}", source.len());
        return Err(vec![Issue { at: usize::MAX, message }]);
    }
    let mut issues = Vec::new();
    let tokens = tokens(source, &mut issues);
    let mut p = Parser { tokens, here: 0, issues, binds, recovering: false, depth: 0, nodes: 0, stopped: false };
    let tree = p.expr();
    if !matches!(p.peek().kind, Tok::End) {
        let last = p.here + 2 == p.tokens.len();
        p.unexpected(if last { "extraneous" } else { "mismatched" }, "<EOF>");
    }
    if p.issues.is_empty() { Ok(tree) } else { Err(p.issues) }
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.here.min(self.tokens.len() - 1)]
    }

    /// The operator here, if there is one; the end once parsing has stopped.
    fn op(&self) -> &'static str {
        match self.peek().kind {
            Tok::Op(op) if !self.stopped => op,
            _ => "",
        }
    }

    fn next(&mut self) {
        self.here = (self.here + 1).min(self.tokens.len() - 1);
        self.recovering = false;
    }

    /// Takes an operator if it is here; returns its position.
    fn eat(&mut self, op: &str) -> Option<usize> {
        let at = self.peek().at;
        (self.op() == op).then(|| {
            self.next();
            at
        })
    }

    pub fn issue(&mut self, at: usize, message: impl Into<String>) {
        self.issues.push(Issue { at, message: message.into() });
    }

    fn syntax(&mut self, message: String) {
        if !self.recovering && !self.stopped {
            let at = self.peek().at;
            self.issue(at, format!("Syntax error: {message}"));
        }
        self.recovering = true;
    }

    fn unexpected(&mut self, how: &str, expected: &str) {
        let text = self.peek().text.clone();
        self.syntax(format!("{how} input '{text}' expecting {expected}"));
    }

    fn stop(&mut self, message: String) {
        if !self.stopped {
            self.issues.push(Issue { at: usize::MAX, message });
        }
        self.stopped = true;
        self.here = self.tokens.len() - 1;
    }

    /// A closing bracket, or a colon.
    fn expect(&mut self, op: &str) {
        if self.eat(op).is_some() || self.stopped {
            return;
        }
        let following = self.tokens.get(self.here + 1).map(|t| matches!(t.kind, Tok::Op(o) if o == op));
        if following == Some(true) {
            self.unexpected("extraneous", &format!("'{op}'"));
            self.here += 1;
            self.next();
        } else if op != ":" && (matches!(self.peek().kind, Tok::End) || !self.op().is_empty()) {
            let text = self.peek().text.clone();
            self.syntax(format!("missing '{op}' at '{text}'"));
        } else {
            self.unexpected("mismatched", &format!("'{op}'"));
            self.here = self.tokens.len() - 1;
        }
    }

    pub fn make(&mut self, at: usize, node: Node) -> Expr {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            self.stop(format!("expression size exceeds limit: {NODES_MAX}"));
        }
        Expr::new(at, node)
    }

    fn call(&mut self, at: usize, name: &str, args: Vec<Expr>) -> Expr {
        self.make(at, Node::Call(name.into(), None, args))
    }

    fn nothing(&mut self, at: usize) -> Expr {
        Expr::new(at, Node::Literal(Val::Null))
    }

    /// Goes one level deeper, if that is still allowed.
    fn deeper(&mut self, by: usize) -> bool {
        self.depth += by;
        if self.depth > DEPTH_MAX {
            self.stop("expression recursion limit exceeded: 250".to_owned());
        }
        !self.stopped
    }

    fn expr(&mut self) -> Expr {
        let at = self.peek().at;
        if !self.deeper(1) {
            self.depth -= 1;
            return self.nothing(at);
        }
        let mut tree = self.logic("||");
        if let Some(at) = self.eat("?") {
            let then = self.logic("||");
            self.expect(":");
            let other = self.expr();
            tree = self.call(at, "_?_:_", vec![tree, then, other]);
        }
        self.depth -= 1;
        tree
    }

    /// Terms joined by `||` or by `&&`: one call of as many arguments.
    fn logic(&mut self, op: &str) -> Expr {
        let term = |p: &mut Self| if op == "||" { p.logic("&&") } else { p.binary(0) };
        let mut terms = vec![term(self)];
        let mut first = None;
        while let Some(at) = self.eat(op) {
            first.get_or_insert(at);
            terms.push(term(self));
        }
        match first {
            Some(at) => self.call(at, if op == "||" { "_||_" } else { "_&&_" }, terms),
            None => terms.remove(0),
        }
    }

    fn binary(&mut self, level: usize) -> Expr {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1);
        let depth = self.depth;
        while operators.contains(&self.op()) && self.deeper(1) {
            let (op, at) = (self.op(), self.peek().at);
            self.next();
            let right = self.binary(level + 1);
            let name = if op == "in" { "@in".to_owned() } else { format!("_{op}_") };
            left = self.call(at, &name, vec![left, right]);
        }
        self.depth = depth;
        left
    }

    fn unary(&mut self) -> Expr {
        let at = self.peek().at;
        let op = self.op();
        if op != "!" && op != "-" {
            return self.member();
        }
        let numeric = |t: &Token| matches!(t.kind, Tok::Literal(Some(Val::Int(_) | Val::Double(_))) | Tok::Literal(None));
        let mut count = 0;
        // The sign next to a number belongs to it.
        while self.op() == op && !(op == "-" && self.tokens.get(self.here + 1).is_some_and(numeric)) {
            self.next();
            count += 1;
        }
        let inner = self.member();
        if count % 2 == 0 { inner } else { self.call(at, if op == "!" { "!_" } else { "-_" }, vec![inner]) }
    }

    fn member(&mut self) -> Expr {
        let mut tree = self.primary();
        let depth = self.depth;
        loop {
            let at = self.peek().at;
            match self.op() {
                "." => {
                    self.next();
                    let optional = self.eat("?").is_some();
                    let Some(name) = self.name(optional) else { break };
                    let open = self.peek().at;
                    if !optional && self.eat("(").is_some() {
                        let args = self.args();
                        tree = macros::expand(self, open, Some(tree), &name, args);
                    } else if optional {
                        let field = self.make(at, Node::Literal(Val::Str(name)));
                        tree = self.call(at, "_?._", vec![tree, field]);
                    } else {
                        tree = self.make(at, Node::Select(Box::new(tree), name, false));
                    }
                }
                "[" => {
                    self.next();
                    let name = if self.eat("?").is_some() { "_[?_]" } else { "_[_]" };
                    let index = self.expr();
                    self.expect("]");
                    tree = self.call(at, name, vec![tree, index]);
                }
                _ => break,
            }
            if !self.deeper(1) {
                break;
            }
        }
        self.depth = depth;
        tree
    }

    /// The name after a dot.
    fn name(&mut self, optional: bool) -> Option<ArcStr> {
        let token = self.peek().clone();
        match token.kind {
            Tok::Ident => {
                self.next();
                return Some(token.text.into());
            }
            // The syntax allows these names, but the API server does not.
            Tok::Quoted(name) => {
                self.issue(token.at, "unsupported syntax: '`'");
                self.next();
                return Some(name.into());
            }
            Tok::Op("true" | "false" | "null" | "in") => self.unexpected("mismatched", "IDENTIFIER"),
            _ if optional => self.unexpected("mismatched", "{IDENTIFIER, ESC_IDENTIFIER}"),
            Tok::End => self.syntax("no viable alternative at input '.'".to_owned()),
            _ => self.syntax(format!("no viable alternative at input '.{}'", token.text)),
        }
        self.here = self.tokens.len() - 1;
        None
    }

    /// Arguments up to the closing parenthesis.
    fn args(&mut self) -> Vec<Expr> {
        let mut args = Vec::new();
        if self.op() != ")" {
            args.push(self.expr());
            while self.eat(",").is_some() {
                args.push(self.expr());
            }
        }
        self.expect(")");
        args
    }

    fn starts(token: &Token) -> bool {
        match token.kind {
            Tok::Ident | Tok::Literal(_) => true,
            Tok::Op(op) => matches!(op, "[" | "{" | "(" | "." | "-" | "!" | "true" | "false" | "null"),
            _ => false,
        }
    }

    fn primary(&mut self) -> Expr {
        if !self.stopped && !Self::starts(self.peek()) {
            let next = self.tokens.get(self.here + 1).is_some_and(Self::starts);
            let end = matches!(self.peek().kind, Tok::End);
            self.unexpected(if next && !end { "extraneous" } else { "mismatched" }, START);
            if !next || end {
                let at = self.peek().at;
                return self.nothing(at);
            }
            self.here += 1;
        }
        let token = self.peek().clone();
        let at = token.at;
        match token.kind {
            Tok::Literal(value) => {
                self.next();
                self.literal(at, value, &token.text, false)
            }
            Tok::Ident => self.named(at, ""),
            Tok::Op(op) if !self.stopped => {
                self.next();
                match op {
                    "(" => {
                        let inner = self.expr();
                        self.expect(")");
                        inner
                    }
                    "." if matches!(self.peek().kind, Tok::Ident) => self.named(at, "."),
                    "-" => {
                        let token = self.peek().clone();
                        let Tok::Literal(value) = token.kind else {
                            self.syntax(format!("no viable alternative at input '-{}'", token.text.trim_matches(['<', '>'])));
                            self.here = self.tokens.len() - 1;
                            return self.nothing(at);
                        };
                        self.next();
                        self.literal(at, value, &token.text, true)
                    }
                    "[" => self.list(at),
                    "{" => self.map(at),
                    "true" | "false" => self.make(at, Node::Literal(Val::Bool(op == "true"))),
                    "null" => self.make(at, Node::Literal(Val::Null)),
                    _ => {
                        self.unexpected("mismatched", "IDENTIFIER");
                        self.nothing(at)
                    }
                }
            }
            _ => self.nothing(at),
        }
    }

    fn literal(&mut self, at: usize, value: Option<Val>, text: &str, negative: bool) -> Expr {
        let hex = text.starts_with("0x");
        let kind = match text {
            t if t.ends_with(['u', 'U']) => "uint",
            t if !hex && t.contains(['.', 'e', 'E']) => "double",
            _ => "int",
        };
        let value = match value {
            // Integers come with their sign flipped.
            Some(Val::Int(i)) if negative => Some(Val::Int(i)),
            Some(Val::Int(i)) => i.checked_neg().map(Val::Int),
            Some(Val::Double(f)) if negative => Some(Val::Double(-f)),
            other => other,
        };
        if value.is_none() {
            self.issue(at, format!("invalid {kind} literal"));
        }
        self.make(at, Node::Literal(value.unwrap_or(Val::Null)))
    }

    /// A name, a call, or a message.
    fn named(&mut self, at: usize, dot: &str) -> Expr {
        let token = self.peek().clone();
        self.next();
        if RESERVED.contains(&token.text.as_str()) {
            self.issue(token.at, format!("reserved identifier: {}", token.text));
        }
        let name = format!("{dot}{}", token.text);
        let open = self.peek().at;
        if self.eat("(").is_some() {
            let args = self.args();
            return macros::expand(self, open, None, &name, args);
        }
        if let Some(at) = self.message() {
            let mut full = name;
            while self.eat(".").is_some() {
                full = format!("{full}.{}", self.peek().text);
                self.next();
            }
            self.next();
            let values = self.fields();
            return self.make(at, Node::Message(full.into(), values));
        }
        self.make(at, Node::Ident(name.into()))
    }

    /// The position of the brace, if `.name.name{` follows.
    fn message(&self) -> Option<usize> {
        let mut i = self.here;
        loop {
            let token = self.tokens.get(i)?;
            match token.kind {
                Tok::Op("{") => return Some(token.at),
                Tok::Op(".") if matches!(self.tokens.get(i + 1).map(|t| &t.kind), Some(Tok::Ident)) => i += 2,
                _ => return None,
            }
        }
    }

    fn fields(&mut self) -> Vec<FieldInit> {
        let mut values = Vec::new();
        while self.op() != "}" && !matches!(self.peek().kind, Tok::End) {
            let optional = self.eat("?").is_some();
            let token = self.peek().clone();
            let name: ArcStr = match token.kind {
                Tok::Ident => token.text.into(),
                Tok::Quoted(name) => name.into(),
                _ => {
                    self.unexpected("extraneous", "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}");
                    break;
                }
            };
            self.next();
            let at = self.peek().at;
            self.expect(":");
            values.push(FieldInit { at, name, value: self.expr(), optional });
            if self.eat(",").is_none() {
                break;
            }
        }
        self.expect("}");
        values
    }

    fn list(&mut self, at: usize) -> Expr {
        let mut items = Vec::new();
        while self.op() != "]" && !self.stopped {
            if items.is_empty() && self.eat(",").is_some() {
                break;
            }
            let optional = self.eat("?").is_some();
            items.push((self.expr(), optional));
            if self.eat(",").is_none() {
                break;
            }
        }
        self.expect("]");
        self.make(at, Node::List(items))
    }

    fn map(&mut self, at: usize) -> Expr {
        const INSIDE: &str = "{'[', '{', '}', '(', '.', ',', '-', '!', '?', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
        let mut entries = Vec::new();
        while self.op() != "}" && !self.stopped {
            if matches!(self.peek().kind, Tok::End) && entries.is_empty() {
                self.unexpected("mismatched", INSIDE);
                break;
            }
            if entries.is_empty() && self.eat(",").is_some() {
                break;
            }
            let optional = self.eat("?").is_some();
            let key = self.expr();
            self.expect(":");
            let value = self.expr();
            entries.push((key, value, optional));
            if self.eat(",").is_none() {
                break;
            }
        }
        self.expect("}");
        self.make(at, Node::Map(entries))
    }
}

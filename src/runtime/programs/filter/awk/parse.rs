//! awk's grammar.

mod expression;
mod tokens;

use tokens::Tok;

use super::commands::To;
use super::script::{Asks, Expr, Function, Link, Place, Rule, Script, Stmt};

/// What is wrong, and on which line.
#[derive(Debug)]
pub struct AwkError {
    pub line: u32,
    pub text: String,
}

struct Parser<'a> {
    b: &'a [u8],
    src: &'a str,
    at: usize,
    line: u32,
    tok: Tok,
    script: Script,
    locals: Vec<String>,
    depth: u32,
    /// `in` and `>` mean other things within `for (` and `print`.
    no_in: bool,
    no_gt: bool,
    /// Whether what is being read asks.
    asks: bool,
}

pub fn parse(src: &str) -> Result<Script, Box<AwkError>> {
    let mut p = Parser {
        b: src.as_bytes(),
        src,
        at: 0,
        line: 1,
        tok: Tok::Newline,
        script: Script::default(),
        locals: Vec::new(),
        depth: 0,
        no_in: false,
        no_gt: false,
        asks: false,
    };
    if src.len() > 1 << 18 {
        return p.fail("program too long");
    }
    p.functions_first();
    p.advance()?;
    p.program()?;
    Ok(p.script)
}

type Res<T> = Result<T, Box<AwkError>>;

impl Parser<'_> {
    fn fail<T>(&self, text: &str) -> Res<T> {
        Err(Box::new(AwkError { line: self.line, text: text.to_string() }))
    }
    fn unexpected<T>(&self) -> Res<T> {
        self.fail(if self.tok == Tok::End { "Unexpected end of string" } else { "Unexpected token" })
    }

    /// Functions may be called before they are defined: their names are gathered in advance.
    fn functions_first(&mut self) {
        let mut rest = self.src;
        while let Some(n) = rest.find("func") {
            let after = rest[n..].trim_start_matches("function").trim_start_matches("func");
            let name: String = after.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if !name.is_empty() && after.starts_with(char::is_whitespace) && !self.script.functions.iter().any(|f| f.name == name) {
                self.script.functions.push(Function { name, params: 0, body: Vec::new() });
            }
            rest = &rest[n + 4..];
        }
    }

    fn deeper(&mut self) -> Res<()> {
        self.depth += 1;
        if self.depth > 100 { self.fail("nesting too deep") } else { Ok(()) }
    }

    fn place(&mut self, name: &str) -> Place {
        if let Some(n) = self.locals.iter().position(|l| l == name) {
            return Place::Local(n);
        }
        Place::Global(match self.script.globals.iter().position(|g| g == name) {
            Some(n) => n,
            None => {
                self.script.globals.push(name.to_string());
                self.script.globals.len() - 1
            }
        })
    }

    fn program(&mut self) -> Res<()> {
        for name in [
            "FS", "OFS", "ORS", "RS", "SUBSEP", "CONVFMT", "OFMT", "NR", "FNR", "NF", "FILENAME", "RSTART", "RLENGTH", "ENVIRON", "ARGC",
            "ARGV",
        ] {
            self.place(name);
        }
        loop {
            self.newlines()?;
            if self.tok == Tok::End {
                return Ok(());
            }
            if self.is_name("function") || self.is_name("func") {
                self.function()?;
                // Who calls it is not looked for.
                if std::mem::take(&mut self.asks) {
                    self.script.asks = Asks { begin: true, rules: true, end: true };
                }
            } else if self.is_name("BEGIN") || self.is_name("END") {
                let begin = self.is_name("BEGIN");
                self.advance()?;
                self.only_newlines()?;
                let body = self.block()?;
                let asks = std::mem::take(&mut self.asks);
                if begin {
                    self.script.begin.push(body);
                    self.script.asks.begin |= asks;
                } else {
                    self.script.end.push(body);
                    self.script.asks.end |= asks;
                }
            } else {
                let (mut from, mut to) = (None, None);
                if !self.is("{") {
                    from = Some(self.expr()?);
                    if self.accept(",")? {
                        self.only_newlines()?;
                        to = Some(self.expr()?);
                    }
                }
                let body = if self.is("{") { Some(self.block()?) } else { None };
                self.script.rules.push(Rule { from, to, body });
                self.script.asks.rules |= std::mem::take(&mut self.asks);
                if !matches!(self.tok, Tok::Newline | Tok::End)
                    && !self.is(";")
                    && !self.is("{")
                    && !matches!(self.tok, Tok::Regex(_) | Tok::Name(_) | Tok::Op("$" | "!" | "(") | Tok::Number(_))
                {
                    return self.unexpected();
                }
            }
        }
    }

    fn function(&mut self) -> Res<()> {
        self.advance()?;
        let name = match &self.tok {
            Tok::Call(n) | Tok::Name(n) => n.clone(),
            _ => return self.unexpected(),
        };
        self.advance()?;
        self.expect("(")?;
        let mut params = Vec::new();
        while !self.is(")") {
            let Tok::Name(n) = &self.tok else { return self.unexpected() };
            params.push(n.clone());
            self.advance()?;
            if !self.accept(",")? {
                break;
            }
            self.only_newlines()?;
        }
        self.expect(")")?;
        self.only_newlines()?;
        self.locals = params;
        let body = self.block()?;
        let params = std::mem::take(&mut self.locals).len();
        if let Some(f) = self.script.functions.iter_mut().find(|f| f.name == name) {
            f.params = params;
            f.body = body;
        } else {
            self.script.functions.push(Function { name, params, body });
        }
        Ok(())
    }

    fn block(&mut self) -> Res<Vec<Stmt>> {
        self.expect("{")?;
        self.deeper()?;
        let mut out = Vec::new();
        loop {
            self.newlines()?;
            if self.accept("}")? {
                self.depth -= 1;
                return Ok(out);
            }
            if self.tok == Tok::End {
                return self.unexpected();
            }
            out.push(self.statement()?);
        }
    }

    fn body(&mut self) -> Res<Vec<Stmt>> {
        self.only_newlines()?;
        if self.is("{") {
            return self.block();
        }
        if self.accept(";")? {
            return Ok(Vec::new());
        }
        self.deeper()?;
        let s = self.statement()?;
        self.depth -= 1;
        Ok(vec![s])
    }

    /// Whether what `print` prints ends here.
    fn ends_print(&self) -> bool {
        matches!(self.tok, Tok::Newline | Tok::End | Tok::Op(";" | "}" | ">" | ">>" | "|"))
    }

    fn end_of_statement(&mut self) -> Res<()> {
        match &self.tok {
            Tok::Newline | Tok::Op(";") => self.advance(),
            Tok::End | Tok::Op("}") => Ok(()),
            _ => self.unexpected(),
        }
    }

    fn statement(&mut self) -> Res<Stmt> {
        if self.is("{") {
            return Ok(Stmt::Block(self.block()?));
        }
        let name = match &self.tok {
            Tok::Name(n) => n.clone(),
            _ => String::new(),
        };
        match name.as_str() {
            "if" => {
                self.advance()?;
                self.expect("(")?;
                let cond = self.expr()?;
                self.expect(")")?;
                let yes = self.body()?;
                // `else` may come after newlines or a semicolon.
                let mark = (self.at, self.line, self.tok.clone());
                self.newlines()?;
                if self.is_name("else") {
                    self.advance()?;
                    let no = self.body()?;
                    return Ok(Stmt::If(cond, yes, no));
                }
                (self.at, self.line, self.tok) = mark;
                Ok(Stmt::If(cond, yes, Vec::new()))
            }
            "while" => {
                self.advance()?;
                self.expect("(")?;
                let cond = self.expr()?;
                self.expect(")")?;
                Ok(Stmt::While(cond, self.body()?))
            }
            "do" => {
                self.advance()?;
                let body = self.body()?;
                self.newlines()?;
                if !self.is_name("while") {
                    return self.unexpected();
                }
                self.advance()?;
                self.expect("(")?;
                let cond = self.expr()?;
                self.expect(")")?;
                self.end_of_statement()?;
                Ok(Stmt::Do(body, cond))
            }
            "for" => self.for_statement(),
            _ => {
                let s = self.simple()?;
                self.end_of_statement()?;
                Ok(s)
            }
        }
    }

    fn for_statement(&mut self) -> Res<Stmt> {
        self.advance()?;
        self.expect("(")?;
        if let Tok::Name(n) = self.tok.clone() {
            let mark = (self.at, self.line, self.tok.clone());
            self.advance()?;
            if self.is_name("in") {
                self.advance()?;
                if let Tok::Name(array) = self.tok.clone() {
                    self.advance()?;
                    if self.accept(")")? {
                        let (v, a) = (self.place(&n), self.place(&array));
                        return Ok(Stmt::ForIn(v, a, self.body()?));
                    }
                }
            }
            (self.at, self.line, self.tok) = mark;
        }
        let init = if self.is(";") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(";")?;
        self.only_newlines()?;
        let cond = if self.is(";") { None } else { Some(self.expr()?) };
        self.expect(";")?;
        self.only_newlines()?;
        let step = if self.is(")") { None } else { Some(Box::new(self.simple()?)) };
        self.expect(")")?;
        Ok(Stmt::For(init, cond, step, self.body()?))
    }

    fn simple(&mut self) -> Res<Stmt> {
        let name = match &self.tok {
            Tok::Name(n) => n.clone(),
            _ => String::new(),
        };
        let optional = |p: &mut Self| -> Res<Option<Expr>> {
            p.advance()?;
            if matches!(p.tok, Tok::Newline | Tok::End) || p.is(";") || p.is("}") { Ok(None) } else { Ok(Some(p.expr()?)) }
        };
        Ok(match name.as_str() {
            "print" | "printf" => {
                self.advance()?;
                let mut args = Vec::new();
                self.no_gt = true;
                if !self.ends_print() {
                    // Brackets may hold the whole list.
                    let mark = (self.at, self.line, self.tok.clone());
                    let mut grouped = false;
                    if self.accept("(")? {
                        self.no_gt = false;
                        args = self.expr_list(")")?;
                        self.expect(")")?;
                        grouped = self.ends_print();
                    }
                    if !grouped {
                        (self.at, self.line, self.tok) = mark;
                        self.no_gt = true;
                        args.clear();
                        loop {
                            args.push(self.expr()?);
                            if !self.accept(",")? {
                                break;
                            }
                            self.only_newlines()?;
                        }
                    }
                }
                self.no_gt = false;
                let mut to = None;
                for (op, kind) in [(">", To::File), (">>", To::End), ("|", To::Command)] {
                    if to.is_none() && self.accept(op)? {
                        self.no_gt = true;
                        to = Some((kind, self.concat()?));
                        self.no_gt = false;
                    }
                }
                if name == "printf" && args.is_empty() {
                    return self.unexpected();
                }
                Stmt::Print { args, format: name == "printf", to }
            }
            "next" => {
                self.advance()?;
                Stmt::Next
            }
            "break" => {
                self.advance()?;
                Stmt::Break
            }
            "continue" => {
                self.advance()?;
                Stmt::Continue
            }
            "exit" => Stmt::Exit(optional(self)?),
            "return" => Stmt::Return(optional(self)?),
            "delete" => {
                self.advance()?;
                let Tok::Name(array) = self.tok.clone() else { return self.unexpected() };
                self.advance()?;
                let place = self.place(&array);
                let mut index = None;
                if self.accept("[")? {
                    index = Some(self.expr_list("]")?);
                    self.expect("]")?;
                }
                Stmt::Delete(place, index)
            }
            _ => Stmt::Expr(self.expr()?),
        })
    }
}
